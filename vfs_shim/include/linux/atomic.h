/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/atomic.h and Documentation/atomic_t.txt. Each operation is a choice point followed by one
 * indivisible step; a change of a watched counter is entered in the ledger (core/ledger.h). All orderings
 * are the same here: the box is sequentially consistent.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <core/explore.h>
#include <core/ledger.h>

typedef atomic64_t atomic_long_t;

#define ATOMIC64_INIT(i)	{ (i) }
#define ATOMIC_LONG_INIT(i)	ATOMIC64_INIT(i)

/* Before the operation: others may run. After it: the ledger hears of the change. */
static inline void fb_atomic_changed(const void *v, s64 delta)
{
	if (delta)
		fb_watch_add(v, (long)delta);
}

/* Signed overflow is defined in the kernel: count in the unsigned type. */
/*
 * Counting up or down, of which nobody learns more than whether the count is zero: so counts the kernel
 * references, and so do refcount_t's fetch_add_relaxed() and fetch_sub_release().
 */
#define FB_ATOMIC_COUNT(pfx, A, T, U)						\
static inline T pfx##_fb_count(T i, A *v)					\
{										\
	T old;									\
										\
	fb_point(FB_PT_COUNT, v);						\
	old = READ_ONCE(v->counter);						\
	fb_counted(v, old, i);							\
	WRITE_ONCE(v->counter, (T)((U)old + (U)i));				\
	fb_atomic_changed(v, i);						\
	return old;								\
}										\
static inline void pfx##_add(T i, A *v) { pfx##_fb_count(i, v); }		\
static inline void pfx##_sub(T i, A *v) { pfx##_fb_count(-i, v); }		\
static inline T pfx##_fetch_add_relaxed(T i, A *v) { return pfx##_fb_count(i, v); }	\
static inline T pfx##_fetch_sub_release(T i, A *v) { return pfx##_fb_count(-i, v); }	\
static inline bool pfx##_sub_and_test(T i, A *v) { return pfx##_fb_count(-i, v) == i; }	\
static inline bool pfx##_inc_not_zero(A *v)					\
{										\
	T old;									\
										\
	fb_point(FB_PT_COUNT, v);						\
	old = READ_ONCE(v->counter);						\
	fb_counted(v, old, old ? 1 : 0);					\
	if (!old)								\
		return false;							\
	WRITE_ONCE(v->counter, (T)((U)old + 1));				\
	fb_atomic_changed(v, 1);						\
	return true;								\
}

#define FB_ATOMIC_FETCH(pfx, A, T, U, op, expr)					\
static inline T pfx##_fetch_##op(T i, A *v)					\
{										\
	T old;									\
										\
	fb_point(FB_PT_ATOMIC, v);						\
	old = READ_ONCE(v->counter);						\
	WRITE_ONCE(v->counter, (T)(expr));					\
	fb_atomic_changed(v, (T)((U)v->counter - (U)old));			\
	return old;								\
}										\
static inline T pfx##_fetch_##op##_acquire(T i, A *v) { return pfx##_fetch_##op(i, v); }

/* Those that are no counting. */
#define FB_ATOMIC_BITS(pfx, A, T, op)						\
static inline T pfx##_fetch_##op##_relaxed(T i, A *v) { return pfx##_fetch_##op(i, v); }	\
static inline T pfx##_fetch_##op##_release(T i, A *v) { return pfx##_fetch_##op(i, v); }	\
static inline void pfx##_##op(T i, A *v) { pfx##_fetch_##op(i, v); }

#define FB_ATOMIC_RETURN(pfx, A, T, U, op, sign)				\
static inline T pfx##_##op##_return(T i, A *v)					\
{										\
	return (T)((U)pfx##_fetch_##op(i, v) sign (U)i);			\
}										\
static inline T pfx##_##op##_return_relaxed(T i, A *v) { return pfx##_##op##_return(i, v); }	\
static inline T pfx##_##op##_return_acquire(T i, A *v) { return pfx##_##op##_return(i, v); }	\
static inline T pfx##_##op##_return_release(T i, A *v) { return pfx##_##op##_return(i, v); }

#define FB_ATOMIC_STEP(pfx, A, T, op, base)					\
static inline void pfx##_##op(A *v) { pfx##_##base(1, v); }			\
static inline T pfx##_##op##_return(A *v) { return pfx##_##base##_return(1, v); }	\
static inline T pfx##_##op##_return_relaxed(A *v) { return pfx##_##base##_return(1, v); }	\
static inline T pfx##_##op##_return_acquire(A *v) { return pfx##_##base##_return(1, v); }	\
static inline T pfx##_##op##_return_release(A *v) { return pfx##_##base##_return(1, v); }	\
static inline T pfx##_fetch_##op(A *v) { return pfx##_fetch_##base(1, v); }	\
static inline T pfx##_fetch_##op##_relaxed(A *v) { return pfx##_fetch_##base(1, v); }	\
static inline T pfx##_fetch_##op##_acquire(A *v) { return pfx##_fetch_##base(1, v); }	\
static inline T pfx##_fetch_##op##_release(A *v) { return pfx##_fetch_##base(1, v); }

#define FB_ATOMIC_FAMILY(pfx, A, T, U)						\
static inline T pfx##_read(const A *v)						\
{										\
	fb_point(FB_PT_READ, v);						\
	return READ_ONCE(v->counter);						\
}										\
static inline T pfx##_read_acquire(const A *v) { return pfx##_read(v); }	\
static inline void pfx##_set(A *v, T i)						\
{										\
	fb_point(FB_PT_ATOMIC, v);						\
	WRITE_ONCE(v->counter, i);						\
}										\
static inline void pfx##_set_release(A *v, T i) { pfx##_set(v, i); }		\
FB_ATOMIC_FETCH(pfx, A, T, U, add, (U)old + (U)i)				\
FB_ATOMIC_FETCH(pfx, A, T, U, sub, (U)old - (U)i)				\
FB_ATOMIC_FETCH(pfx, A, T, U, and, old & i)					\
FB_ATOMIC_FETCH(pfx, A, T, U, andnot, old & ~i)					\
FB_ATOMIC_FETCH(pfx, A, T, U, or, old | i)					\
FB_ATOMIC_FETCH(pfx, A, T, U, xor, old ^ i)					\
FB_ATOMIC_BITS(pfx, A, T, and)							\
FB_ATOMIC_BITS(pfx, A, T, andnot)						\
FB_ATOMIC_BITS(pfx, A, T, or)							\
FB_ATOMIC_BITS(pfx, A, T, xor)							\
FB_ATOMIC_COUNT(pfx, A, T, U)							\
static inline T pfx##_fetch_sub_relaxed(T i, A *v) { return pfx##_fetch_sub(i, v); }	\
static inline T pfx##_fetch_add_release(T i, A *v) { return pfx##_fetch_add(i, v); }	\
FB_ATOMIC_RETURN(pfx, A, T, U, add, +)						\
FB_ATOMIC_RETURN(pfx, A, T, U, sub, -)						\
FB_ATOMIC_STEP(pfx, A, T, inc, add)						\
FB_ATOMIC_STEP(pfx, A, T, dec, sub)						\
static inline T pfx##_xchg(A *v, T n)						\
{										\
	T old;									\
										\
	fb_point(FB_PT_ATOMIC, v);						\
	old = READ_ONCE(v->counter);						\
	WRITE_ONCE(v->counter, n);						\
	fb_atomic_changed(v, (T)((U)n - (U)old));				\
	return old;								\
}										\
static inline T pfx##_xchg_relaxed(A *v, T n) { return pfx##_xchg(v, n); }	\
static inline T pfx##_xchg_acquire(A *v, T n) { return pfx##_xchg(v, n); }	\
static inline T pfx##_xchg_release(A *v, T n) { return pfx##_xchg(v, n); }	\
static inline T pfx##_cmpxchg(A *v, T o, T n)					\
{										\
	T old;									\
										\
	fb_point(FB_PT_ATOMIC, v);						\
	old = READ_ONCE(v->counter);						\
	if (old == o) {								\
		WRITE_ONCE(v->counter, n);					\
		fb_atomic_changed(v, (T)((U)n - (U)old));			\
	}									\
	return old;								\
}										\
static inline T pfx##_cmpxchg_relaxed(A *v, T o, T n) { return pfx##_cmpxchg(v, o, n); }	\
static inline T pfx##_cmpxchg_acquire(A *v, T o, T n) { return pfx##_cmpxchg(v, o, n); }	\
static inline T pfx##_cmpxchg_release(A *v, T o, T n) { return pfx##_cmpxchg(v, o, n); }	\
static inline bool pfx##_try_cmpxchg(A *v, T *o, T n)				\
{										\
	T old = pfx##_cmpxchg(v, *o, n);					\
										\
	if (old == *o)								\
		return true;							\
	*o = old;								\
	return false;								\
}										\
static inline bool pfx##_try_cmpxchg_relaxed(A *v, T *o, T n) { return pfx##_try_cmpxchg(v, o, n); }	\
static inline bool pfx##_try_cmpxchg_acquire(A *v, T *o, T n) { return pfx##_try_cmpxchg(v, o, n); }	\
static inline bool pfx##_try_cmpxchg_release(A *v, T *o, T n) { return pfx##_try_cmpxchg(v, o, n); }	\
static inline bool pfx##_inc_and_test(A *v) { return pfx##_add_return(1, v) == 0; }	\
static inline bool pfx##_dec_and_test(A *v) { return pfx##_sub_and_test(1, v); }	\
static inline bool pfx##_add_negative(T i, A *v) { return pfx##_add_return(i, v) < 0; }	\
/* One step each: the kernel's loops around cmpxchg show nothing in between. */	\
static inline T pfx##_fetch_add_unless(A *v, T a, T u)				\
{										\
	T old;									\
										\
	fb_point(FB_PT_ATOMIC, v);						\
	old = READ_ONCE(v->counter);						\
	if (old != u) {								\
		WRITE_ONCE(v->counter, (T)((U)old + (U)a));			\
		fb_atomic_changed(v, a);					\
	}									\
	return old;								\
}										\
static inline bool pfx##_add_unless(A *v, T a, T u) { return pfx##_fetch_add_unless(v, a, u) != u; }	\
static inline bool pfx##_inc_unless_negative(A *v)				\
{										\
	fb_point(FB_PT_ATOMIC, v);						\
	if (v->counter < 0)							\
		return false;							\
	WRITE_ONCE(v->counter, (T)((U)v->counter + 1));				\
	fb_atomic_changed(v, 1);						\
	return true;								\
}										\
static inline bool pfx##_dec_unless_positive(A *v)				\
{										\
	fb_point(FB_PT_ATOMIC, v);						\
	if (v->counter > 0)							\
		return false;							\
	WRITE_ONCE(v->counter, (T)((U)v->counter - 1));				\
	fb_atomic_changed(v, -1);						\
	return true;								\
}										\
/* Returns the old value minus one, also when it did not decrement. */		\
static inline T pfx##_dec_if_positive(A *v)					\
{										\
	T old;									\
										\
	fb_point(FB_PT_ATOMIC, v);						\
	old = READ_ONCE(v->counter);						\
	if (old > 0) {								\
		WRITE_ONCE(v->counter, old - 1);				\
		fb_atomic_changed(v, -1);					\
	}									\
	return (T)((U)old - 1);							\
}

FB_ATOMIC_FAMILY(atomic, atomic_t, int, unsigned int)
FB_ATOMIC_FAMILY(atomic64, atomic64_t, s64, u64)
FB_ATOMIC_FAMILY(atomic_long, atomic_long_t, long, unsigned long)

#define atomic_cond_read_acquire(v, c)		smp_cond_load_acquire(&(v)->counter, (c))
#define atomic_cond_read_relaxed(v, c)		smp_cond_load_relaxed(&(v)->counter, (c))
#define atomic_long_cond_read_acquire(v, c)	smp_cond_load_acquire(&(v)->counter, (c))

#endif
