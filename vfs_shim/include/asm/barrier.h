/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: arch/x86/include/asm/barrier.h, include/asm-generic/barrier.h.
 * The box runs one task at a time on one processor, under sequential consistency: a barrier must
 * stop the compiler only, and the race detector hears of it. The acquire and release accesses are
 * what other tasks synchronise on: choice points.
 */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <linux/compiler.h>
#include <asm/rwonce.h>
#include <core/choice.h>
#include <core/race.h>

static __always_inline void fb_barrier(enum fb_order order)
{
	barrier();
	fb_race_fence(order);
}

#define mb()			fb_barrier(FB_FULL)
#define rmb()			fb_barrier(FB_ACQUIRE)
#define wmb()			fb_barrier(FB_RELEASE)
#define smp_mb()		fb_barrier(FB_FULL)
#define smp_rmb()		fb_barrier(FB_ACQUIRE)
#define smp_wmb()		fb_barrier(FB_RELEASE)
#define smp_mb__before_atomic()	fb_barrier(FB_FULL)
#define smp_mb__after_atomic()	fb_barrier(FB_FULL)
#define smp_mb__after_spinlock()	fb_barrier(FB_FULL)
#define smp_read_barrier_depends()	barrier()
#define smp_acquire__after_ctrl_dep()	fb_barrier(FB_ACQUIRE)
#define barrier_nospec()	barrier()

#define smp_store_mb(var, value)                              \
	do {                                                  \
		fb_point(FB_PT_ATOMIC, (const void *)&(var)); \
		WRITE_ONCE(var, value);                       \
		fb_barrier(FB_FULL);                          \
	} while (0)

#define smp_store_release(p, v) \
	do { \
		compiletime_assert_atomic_type(*(p)); \
		fb_point(FB_PT_ATOMIC, (const void *)(p)); \
		barrier(); \
		WRITE_ONCE(*(p), v); \
		fb_race_atomic((const void *)(p), sizeof(*(p)), FB_STORE, FB_RELEASE); \
	} while (0)

#define smp_load_acquire(p) \
({ \
	compiletime_assert_atomic_type(*(p)); \
	fb_point(FB_PT_READ, (const void *)(p)); \
	__unqual_scalar_typeof(*(p)) ___v = READ_ONCE(*(p)); \
	fb_race_atomic((const void *)(p), sizeof(*(p)), FB_LOAD, FB_ACQUIRE); \
	barrier(); \
	(typeof(*(p)))___v; \
})

#endif
