/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: asm/cmpxchg.h. Each is one choice point, then one indivisible step. */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/compiler.h>
#include <core/choice.h>
#include <core/race.h>

#define fb_xchg(ptr, v, order)						\
	({								\
		typeof(ptr) __xp = (ptr);				\
		typeof(*__xp) __xv = (v), __xo;				\
		fb_point(FB_PT_ATOMIC, (const void *)__xp);		\
		fb_race_pause();					\
		__xo = *__xp;						\
		WRITE_ONCE(*__xp, __xv);				\
		fb_race_resume();					\
		fb_race_atomic((const void *)__xp, sizeof(*__xp), FB_RMW, (order));	\
		__xo;							\
	})

/* One that fails orders nothing. */
#define fb_cmpxchg(ptr, o, n, order)                                                               \
	({                                                                                         \
		typeof(ptr) __cp = (ptr);                                                          \
		typeof(*__cp) __co = (o), __cn = (n), __cv;                                        \
		fb_point(FB_PT_ATOMIC, (const void *)__cp);                                        \
		fb_race_pause();                                                                   \
		__cv = *__cp;                                                                      \
		if (__cv == __co)                                                                  \
			WRITE_ONCE(*__cp, __cn);                                                   \
		fb_race_resume();                                                                  \
		fb_race_atomic((const void *)__cp, sizeof(*__cp), __cv == __co ? FB_RMW : FB_LOAD, \
			       __cv == __co ? (order) : FB_RELAXED);                               \
		__cv;                                                                              \
	})

#define fb_try_cmpxchg(ptr, po, n, order)				\
	({								\
		typeof(po) __tp = (po);					\
		typeof(*__tp) __to = *__tp, __tv;			\
		__tv = fb_cmpxchg((ptr), __to, (n), (order));		\
		if (__tv != __to)					\
			*__tp = __tv;					\
		__tv == __to;						\
	})

#define xchg(ptr, v)			fb_xchg(ptr, v, FB_FULL)
#define xchg_relaxed(ptr, v)		fb_xchg(ptr, v, FB_RELAXED)
#define xchg_acquire(ptr, v)		fb_xchg(ptr, v, FB_ACQUIRE)
#define xchg_release(ptr, v)		fb_xchg(ptr, v, FB_RELEASE)
#define cmpxchg(ptr, o, n)		fb_cmpxchg(ptr, o, n, FB_FULL)
#define cmpxchg_relaxed(ptr, o, n)	fb_cmpxchg(ptr, o, n, FB_RELAXED)
#define cmpxchg_acquire(ptr, o, n)	fb_cmpxchg(ptr, o, n, FB_ACQUIRE)
#define cmpxchg_release(ptr, o, n)	fb_cmpxchg(ptr, o, n, FB_RELEASE)
#define cmpxchg64			cmpxchg
#define cmpxchg64_relaxed		cmpxchg_relaxed
#define try_cmpxchg(ptr, po, n)		fb_try_cmpxchg(ptr, po, n, FB_FULL)
#define try_cmpxchg_relaxed(ptr, po, n)	fb_try_cmpxchg(ptr, po, n, FB_RELAXED)
#define try_cmpxchg_acquire(ptr, po, n)	fb_try_cmpxchg(ptr, po, n, FB_ACQUIRE)
#define try_cmpxchg_release(ptr, po, n)	fb_try_cmpxchg(ptr, po, n, FB_RELEASE)
#define try_cmpxchg64			try_cmpxchg

#endif
