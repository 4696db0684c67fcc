/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/atomic.h and Documentation/atomic_t.txt. Each operation is a choice point followed
 * by one indivisible step; a change of a watched counter is entered in the ledger (core/ledger.h).
 * What runs is sequentially consistent; the orderings count only for the race detector
 * (core/race.h), which is told at the end of each step: relaxed without a result or when nothing
 * was changed, else as the suffix says.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <core/explore.h>
#include <core/ledger.h>
#include <core/race.h>

typedef atomic64_t atomic_long_t;

#define ATOMIC64_INIT(i)	{ (i) }
#define ATOMIC_LONG_INIT(i)	ATOMIC64_INIT(i)

/* Before the operation: others may run. After it: the ledger hears of the change. */
static inline void fb_atomic_changed(const void *v, s64 delta)
{
	if (delta)
		fb_watch_add(v, (long)delta);
}

/*
 * Signed overflow is defined in the kernel: count in the unsigned type.
 *
 * Counting up or down, of which nobody learns more than whether the count is zero: so counts the
 * kernel references, and so do refcount_t's fetch_add_relaxed() and fetch_sub_release().
 */
#define FB_ATOMIC_COUNT(pfx, A, T, U)                                                    \
	static inline T pfx##_fb_count(T i, A *v, bool unless_zero, enum fb_order order) \
	{                                                                                \
		bool counts;                                                             \
		T old;                                                                   \
                                                                                         \
		fb_point(FB_PT_COUNT, v);                                                \
		fb_race_pause();                                                         \
		old = READ_ONCE(v->counter);                                             \
		counts = old || !unless_zero;                                            \
		fb_counted(v, old, counts ? i : 0);                                      \
		if (counts)                                                              \
			WRITE_ONCE(v->counter, (T)((U)old + (U)i));                      \
		fb_race_resume();                                                        \
		fb_race_atomic(v, sizeof(*v), counts ? FB_RMW : FB_LOAD,                 \
			       counts ? order : FB_RELAXED);                             \
		if (counts)                                                              \
			fb_atomic_changed(v, i);                                         \
		return old;                                                              \
	}                                                                                \
	static inline void pfx##_add(T i, A *v)                                          \
	{                                                                                \
		pfx##_fb_count(i, v, false, FB_RELAXED);                                 \
	}                                                                                \
	static inline void pfx##_sub(T i, A *v)                                          \
	{                                                                                \
		pfx##_fb_count(-i, v, false, FB_RELAXED);                                \
	}                                                                                \
	static inline T pfx##_fetch_add_relaxed(T i, A *v)                               \
	{                                                                                \
		return pfx##_fb_count(i, v, false, FB_RELAXED);                          \
	}                                                                                \
	static inline T pfx##_fetch_sub_release(T i, A *v)                               \
	{                                                                                \
		return pfx##_fb_count(-i, v, false, FB_RELEASE);                         \
	}                                                                                \
	static inline bool pfx##_sub_and_test(T i, A *v)                                 \
	{                                                                                \
		return pfx##_fb_count(-i, v, false, FB_FULL) == i;                       \
	}                                                                                \
	static inline bool pfx##_inc_not_zero(A *v)                                      \
	{                                                                                \
		return pfx##_fb_count(1, v, true, FB_FULL);                              \
	}

#define FB_ATOMIC_FETCH(pfx, A, T, U, op, expr)					\
static inline T fb_##pfx##_##op(T i, A *v, enum fb_order order)		\
{										\
	T old, new;								\
										\
	fb_point(FB_PT_ATOMIC, v);						\
	fb_race_pause();							\
	old = READ_ONCE(v->counter);						\
	new = (T)(expr);							\
	WRITE_ONCE(v->counter, new);						\
	fb_race_resume();							\
	fb_race_atomic(v, sizeof(*v), FB_RMW, order);				\
	fb_atomic_changed(v, (T)((U)new - (U)old));				\
	return old;								\
}										\
static inline T pfx##_fetch_##op(T i, A *v) { return fb_##pfx##_##op(i, v, FB_FULL); }	\
static inline T pfx##_fetch_##op##_acquire(T i, A *v) { return fb_##pfx##_##op(i, v, FB_ACQUIRE); }

/* Those that are no counting. */
#define FB_ATOMIC_BITS(pfx, A, T, op)                         \
	static inline T pfx##_fetch_##op##_relaxed(T i, A *v) \
	{                                                     \
		return fb_##pfx##_##op(i, v, FB_RELAXED);     \
	}                                                     \
	static inline T pfx##_fetch_##op##_release(T i, A *v) \
	{                                                     \
		return fb_##pfx##_##op(i, v, FB_RELEASE);     \
	}                                                     \
	static inline void pfx##_##op(T i, A *v)              \
	{                                                     \
		fb_##pfx##_##op(i, v, FB_RELAXED);            \
	}

#define FB_ATOMIC_RETURN(pfx, A, T, U, op, sign)                                 \
	static inline T fb_##pfx##_##op##_return(T i, A *v, enum fb_order order) \
	{                                                                        \
		return (T)((U)fb_##pfx##_##op(i, v, order) sign (U)i);           \
	}                                                                        \
	static inline T pfx##_##op##_return(T i, A *v)                           \
	{                                                                        \
		return fb_##pfx##_##op##_return(i, v, FB_FULL);                  \
	}                                                                        \
	static inline T pfx##_##op##_return_relaxed(T i, A *v)                   \
	{                                                                        \
		return fb_##pfx##_##op##_return(i, v, FB_RELAXED);               \
	}                                                                        \
	static inline T pfx##_##op##_return_acquire(T i, A *v)                   \
	{                                                                        \
		return fb_##pfx##_##op##_return(i, v, FB_ACQUIRE);               \
	}                                                                        \
	static inline T pfx##_##op##_return_release(T i, A *v)                   \
	{                                                                        \
		return fb_##pfx##_##op##_return(i, v, FB_RELEASE);               \
	}

#define FB_ATOMIC_STEP(pfx, A, T, op, base)                 \
	static inline void pfx##_##op(A *v)                 \
	{                                                   \
		pfx##_##base(1, v);                         \
	}                                                   \
	static inline T pfx##_##op##_return(A *v)           \
	{                                                   \
		return pfx##_##base##_return(1, v);         \
	}                                                   \
	static inline T pfx##_##op##_return_relaxed(A *v)   \
	{                                                   \
		return pfx##_##base##_return_relaxed(1, v); \
	}                                                   \
	static inline T pfx##_##op##_return_acquire(A *v)   \
	{                                                   \
		return pfx##_##base##_return_acquire(1, v); \
	}                                                   \
	static inline T pfx##_##op##_return_release(A *v)   \
	{                                                   \
		return pfx##_##base##_return_release(1, v); \
	}                                                   \
	static inline T pfx##_fetch_##op(A *v)              \
	{                                                   \
		return pfx##_fetch_##base(1, v);            \
	}                                                   \
	static inline T pfx##_fetch_##op##_relaxed(A *v)    \
	{                                                   \
		return pfx##_fetch_##base##_relaxed(1, v);  \
	}                                                   \
	static inline T pfx##_fetch_##op##_acquire(A *v)    \
	{                                                   \
		return pfx##_fetch_##base##_acquire(1, v);  \
	}                                                   \
	static inline T pfx##_fetch_##op##_release(A *v)    \
	{                                                   \
		return pfx##_fetch_##base##_release(1, v);  \
	}

/*
 * fb_##pfx##_step() is one step: @v becomes @n if @changes, which may look at what it was (@old).
 * That nothing changed orders nothing.
 */
#define FB_ATOMIC_FAMILY(pfx, A, T, U)                                                             \
	static inline T fb_##pfx##_read(const A *v, enum fb_order order)                           \
	{                                                                                          \
		T now;                                                                             \
                                                                                                   \
		fb_point(FB_PT_READ, v);                                                           \
		fb_race_pause();                                                                   \
		now = READ_ONCE(v->counter);                                                       \
		fb_race_resume();                                                                  \
		fb_race_atomic(v, sizeof(*v), FB_LOAD, order);                                     \
		return now;                                                                        \
	}                                                                                          \
	static inline T pfx##_read(const A *v)                                                     \
	{                                                                                          \
		return fb_##pfx##_read(v, FB_RELAXED);                                             \
	}                                                                                          \
	static inline T pfx##_read_acquire(const A *v)                                             \
	{                                                                                          \
		return fb_##pfx##_read(v, FB_ACQUIRE);                                             \
	}                                                                                          \
	static inline void fb_##pfx##_set(A *v, T i, enum fb_order order)                          \
	{                                                                                          \
		fb_point(FB_PT_ATOMIC, v);                                                         \
		fb_race_pause();                                                                   \
		WRITE_ONCE(v->counter, i);                                                         \
		fb_race_resume();                                                                  \
		fb_race_atomic(v, sizeof(*v), FB_STORE, order);                                    \
	}                                                                                          \
	static inline void pfx##_set(A *v, T i)                                                    \
	{                                                                                          \
		fb_##pfx##_set(v, i, FB_RELAXED);                                                  \
	}                                                                                          \
	static inline void pfx##_set_release(A *v, T i)                                            \
	{                                                                                          \
		fb_##pfx##_set(v, i, FB_RELEASE);                                                  \
	}                                                                                          \
	FB_ATOMIC_FETCH(pfx, A, T, U, add, (U)old + (U)i)                                          \
	FB_ATOMIC_FETCH(pfx, A, T, U, sub, (U)old - (U)i)                                          \
	FB_ATOMIC_FETCH(pfx, A, T, U, and, old &i)                                                 \
	FB_ATOMIC_FETCH(pfx, A, T, U, andnot, old & ~i)                                            \
	FB_ATOMIC_FETCH(pfx, A, T, U, or, old | i)                                                 \
	FB_ATOMIC_FETCH(pfx, A, T, U, xor, old ^ i)                                                \
	FB_ATOMIC_BITS(pfx, A, T, and)                                                             \
	FB_ATOMIC_BITS(pfx, A, T, andnot)                                                          \
	FB_ATOMIC_BITS(pfx, A, T, or)                                                              \
	FB_ATOMIC_BITS(pfx, A, T, xor)                                                             \
	FB_ATOMIC_COUNT(pfx, A, T, U)                                                              \
	static inline T pfx##_fetch_sub_relaxed(T i, A *v)                                         \
	{                                                                                          \
		return fb_##pfx##_sub(i, v, FB_RELAXED);                                           \
	}                                                                                          \
	static inline T pfx##_fetch_add_release(T i, A *v)                                         \
	{                                                                                          \
		return fb_##pfx##_add(i, v, FB_RELEASE);                                           \
	}                                                                                          \
	FB_ATOMIC_RETURN(pfx, A, T, U, add, +)                                                     \
	FB_ATOMIC_RETURN(pfx, A, T, U, sub, -)                                                     \
	FB_ATOMIC_STEP(pfx, A, T, inc, add)                                                        \
	FB_ATOMIC_STEP(pfx, A, T, dec, sub)                                                        \
	static inline T fb_##pfx##_step(A *v, bool (*changes)(T old, T o, T *n), T o, T n,        \
					enum fb_order order)                                       \
	{                                                                                          \
		T old;                                                                             \
		bool done;                                                                         \
                                                                                                   \
		fb_point(FB_PT_ATOMIC, v);                                                         \
		fb_race_pause();                                                                   \
		old = READ_ONCE(v->counter);                                                       \
		done = changes(old, o, &n);                                                        \
		if (done)                                                                          \
			WRITE_ONCE(v->counter, n);                                                 \
		fb_race_resume();                                                                  \
		fb_race_atomic(v, sizeof(*v), done ? FB_RMW : FB_LOAD, done ? order : FB_RELAXED); \
		if (done)                                                                          \
			fb_atomic_changed(v, (T)((U)n - (U)old));                                  \
		return old;                                                                        \
	}                                                                                          \
	static inline bool fb_##pfx##_always(T old, T o, T *n)                                     \
	{                                                                                          \
		return true;                                                                       \
	}                                                                                          \
	static inline bool fb_##pfx##_equal(T old, T o, T *n)                                      \
	{                                                                                          \
		return old == o;                                                                   \
	}                                                                                          \
	static inline T pfx##_xchg(A *v, T n)                                                      \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_always, 0, n, FB_FULL);                       \
	}                                                                                          \
	static inline T pfx##_xchg_relaxed(A *v, T n)                                              \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_always, 0, n, FB_RELAXED);                    \
	}                                                                                          \
	static inline T pfx##_xchg_acquire(A *v, T n)                                              \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_always, 0, n, FB_ACQUIRE);                    \
	}                                                                                          \
	static inline T pfx##_xchg_release(A *v, T n)                                              \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_always, 0, n, FB_RELEASE);                    \
	}                                                                                          \
	static inline T pfx##_cmpxchg(A *v, T o, T n)                                              \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_equal, o, n, FB_FULL);                        \
	}                                                                                          \
	static inline T pfx##_cmpxchg_relaxed(A *v, T o, T n)                                      \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_equal, o, n, FB_RELAXED);                     \
	}                                                                                          \
	static inline T pfx##_cmpxchg_acquire(A *v, T o, T n)                                      \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_equal, o, n, FB_ACQUIRE);                     \
	}                                                                                          \
	static inline T pfx##_cmpxchg_release(A *v, T o, T n)                                      \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_equal, o, n, FB_RELEASE);                     \
	}                                                                                          \
	static inline bool fb_##pfx##_try(A *v, T *o, T n, enum fb_order order)                    \
	{                                                                                          \
		T old = fb_##pfx##_step(v, fb_##pfx##_equal, *o, n, order);                        \
                                                                                                   \
		if (old == *o)                                                                     \
			return true;                                                               \
		*o = old;                                                                          \
		return false;                                                                      \
	}                                                                                          \
	static inline bool pfx##_try_cmpxchg(A *v, T *o, T n)                                      \
	{                                                                                          \
		return fb_##pfx##_try(v, o, n, FB_FULL);                                           \
	}                                                                                          \
	static inline bool pfx##_try_cmpxchg_relaxed(A *v, T *o, T n)                              \
	{                                                                                          \
		return fb_##pfx##_try(v, o, n, FB_RELAXED);                                        \
	}                                                                                          \
	static inline bool pfx##_try_cmpxchg_acquire(A *v, T *o, T n)                              \
	{                                                                                          \
		return fb_##pfx##_try(v, o, n, FB_ACQUIRE);                                        \
	}                                                                                          \
	static inline bool pfx##_try_cmpxchg_release(A *v, T *o, T n)                              \
	{                                                                                          \
		return fb_##pfx##_try(v, o, n, FB_RELEASE);                                        \
	}                                                                                          \
	static inline bool pfx##_inc_and_test(A *v)                                                \
	{                                                                                          \
		return pfx##_add_return(1, v) == 0;                                                \
	}                                                                                          \
	static inline bool pfx##_dec_and_test(A *v)                                                \
	{                                                                                          \
		return pfx##_sub_and_test(1, v);                                                   \
	}                                                                                          \
	static inline bool pfx##_add_negative(T i, A *v)                                           \
	{                                                                                          \
		return pfx##_add_return(i, v) < 0;                                                 \
	}                                                                                          \
	/* One step each: the kernel's loops around cmpxchg show nothing in between. */            \
	static inline bool fb_##pfx##_add_to(T old, T u, T *n)                                     \
	{                                                                                          \
		*n = (T)((U)old + (U)*n);                                                          \
		return old != u;                                                                   \
	}                                                                                          \
	static inline T pfx##_fetch_add_unless(A *v, T a, T u)                                     \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_add_to, u, a, FB_FULL);                       \
	}                                                                                          \
	static inline bool pfx##_add_unless(A *v, T a, T u)                                        \
	{                                                                                          \
		return pfx##_fetch_add_unless(v, a, u) != u;                                       \
	}                                                                                          \
	static inline bool fb_##pfx##_up(T old, T o, T *n)                                         \
	{                                                                                          \
		*n = (T)((U)old + 1);                                                              \
		return old >= 0;                                                                   \
	}                                                                                          \
	static inline bool fb_##pfx##_down(T old, T o, T *n)                                       \
	{                                                                                          \
		*n = (T)((U)old - 1);                                                              \
		return old <= 0;                                                                   \
	}                                                                                          \
	static inline bool fb_##pfx##_down_to_zero(T old, T o, T *n)                               \
	{                                                                                          \
		*n = (T)((U)old - 1);                                                              \
		return old > 0;                                                                    \
	}                                                                                          \
	static inline bool pfx##_inc_unless_negative(A *v)                                         \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_up, 0, 0, FB_FULL) >= 0;                      \
	}                                                                                          \
	static inline bool pfx##_dec_unless_positive(A *v)                                         \
	{                                                                                          \
		return fb_##pfx##_step(v, fb_##pfx##_down, 0, 0, FB_FULL) <= 0;                    \
	}                                                                                          \
	/* Returns the old value minus one, also when it did not decrease. */                      \
	static inline T pfx##_dec_if_positive(A *v)                                                \
	{                                                                                          \
		return (T)((U)fb_##pfx##_step(v, fb_##pfx##_down_to_zero, 0, 0, FB_FULL) - 1);     \
	}

FB_ATOMIC_FAMILY(atomic, atomic_t, int, unsigned int)
FB_ATOMIC_FAMILY(atomic64, atomic64_t, s64, u64)
FB_ATOMIC_FAMILY(atomic_long, atomic_long_t, long, unsigned long)

#define atomic_cond_read_acquire(v, c)		smp_cond_load_acquire(&(v)->counter, (c))
#define atomic_cond_read_relaxed(v, c)		smp_cond_load_relaxed(&(v)->counter, (c))
#define atomic_long_cond_read_acquire(v, c)	smp_cond_load_acquire(&(v)->counter, (c))

#endif
