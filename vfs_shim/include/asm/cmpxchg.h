/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: asm/cmpxchg.h. Each is one choice point, then one indivisible step. */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/compiler.h>
#include <core/choice.h>

#define xchg(ptr, v)							\
	({								\
		typeof(ptr) __xp = (ptr);				\
		typeof(*__xp) __xv = (v), __xo;				\
		fb_point(FB_PT_ATOMIC, (const void *)__xp);		\
		__xo = *__xp;						\
		WRITE_ONCE(*__xp, __xv);				\
		__xo;							\
	})

#define cmpxchg(ptr, o, n)						\
	({								\
		typeof(ptr) __cp = (ptr);				\
		typeof(*__cp) __co = (o), __cn = (n), __cv;		\
		fb_point(FB_PT_ATOMIC, (const void *)__cp);		\
		__cv = *__cp;						\
		if (__cv == __co)					\
			WRITE_ONCE(*__cp, __cn);			\
		__cv;							\
	})

#define try_cmpxchg(ptr, po, n)						\
	({								\
		typeof(po) __tp = (po);					\
		typeof(*__tp) __to = *__tp, __tv;			\
		__tv = cmpxchg((ptr), __to, (n));			\
		if (__tv != __to)					\
			*__tp = __tv;					\
		__tv == __to;						\
	})

#define xchg_relaxed		xchg
#define xchg_acquire		xchg
#define xchg_release		xchg
#define cmpxchg_relaxed		cmpxchg
#define cmpxchg_acquire		cmpxchg
#define cmpxchg_release		cmpxchg
#define cmpxchg64		cmpxchg
#define cmpxchg64_relaxed	cmpxchg
#define try_cmpxchg_relaxed	try_cmpxchg
#define try_cmpxchg_acquire	try_cmpxchg
#define try_cmpxchg_release	try_cmpxchg
#define try_cmpxchg64		try_cmpxchg

#endif
