/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: arch/x86/include/asm/barrier.h, include/asm-generic/barrier.h.
 * The box runs one task at a time on one processor, under sequential consistency: a barrier must stop the
 * compiler only. The acquire and release accesses are what other tasks synchronise on: choice points.
 */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <linux/compiler.h>
#include <asm/rwonce.h>
#include <core/choice.h>

#define mb()			barrier()
#define rmb()			barrier()
#define wmb()			barrier()
#define smp_mb()		barrier()
#define smp_rmb()		barrier()
#define smp_wmb()		barrier()
#define smp_mb__before_atomic()	barrier()
#define smp_mb__after_atomic()	barrier()
#define smp_mb__after_spinlock()	barrier()
#define smp_read_barrier_depends()	barrier()
#define smp_acquire__after_ctrl_dep()	barrier()
#define barrier_nospec()	barrier()

#define smp_store_mb(var, value) \
	do { fb_point(FB_PT_ATOMIC, (const void *)&(var)); WRITE_ONCE(var, value); barrier(); } while (0)

#define smp_store_release(p, v) \
	do { \
		compiletime_assert_atomic_type(*(p)); \
		fb_point(FB_PT_ATOMIC, (const void *)(p)); \
		barrier(); \
		WRITE_ONCE(*(p), v); \
	} while (0)

#define smp_load_acquire(p) \
({ \
	compiletime_assert_atomic_type(*(p)); \
	fb_point(FB_PT_READ, (const void *)(p)); \
	__unqual_scalar_typeof(*(p)) ___v = READ_ONCE(*(p)); \
	barrier(); \
	(typeof(*(p)))___v; \
})

#endif
