/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/rcupdate.h, Documentation/RCU/whatisRCU.rst. Callbacks run only after every
 * read-side section that was open at call_rcu() has ended, and never at once, so that a use after
 * free can be seen.
 */
#ifndef __LINUX_RCUPDATE_H
#define __LINUX_RCUPDATE_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/bottom_half.h>
#include <linux/lockdep.h>

void rcu_read_lock(void);
void rcu_read_unlock(void);
int rcu_read_lock_held(void);
int rcu_read_lock_any_held(void);
void rcu_read_lock_sched(void);
void rcu_read_unlock_sched(void);
void rcu_read_lock_bh(void);
void rcu_read_unlock_bh(void);
void call_rcu(struct rcu_head *head, rcu_callback_t func);
void synchronize_rcu(void);
void synchronize_rcu_expedited(void);
void rcu_barrier(void);
unsigned long get_state_synchronize_rcu(void);
bool poll_state_synchronize_rcu(unsigned long cookie);
void cond_synchronize_rcu(unsigned long cookie);

/* Frees @ptr after a grace period; @offset of its rcu_head. */
void fb_kfree_rcu(const void *ptr, struct rcu_head *head);
/* Dereference whose condition does not hold: finding FB_RCU. */
void fb_rcu_check(bool ok, const char *what);

#define call_rcu_hurry(head, func)	call_rcu(head, func)
#define rcu_read_lock_held_common()	rcu_read_lock_held()
#define rcu_read_lock_bh_held()		rcu_read_lock_any_held()
#define rcu_read_lock_sched_held()	rcu_read_lock_any_held()
#define rcu_is_watching()		true
#define rcu_head_init(rhp)		((void)((rhp)->func = NULL))

#define kfree_rcu(ptr, rhf...)		FB_KFREE_RCU(ptr, ## rhf, 2, 1)
#define kfree_rcu_mightsleep(ptr)	fb_kfree_rcu((ptr), NULL)
#define kvfree_rcu(ptr, rhf...)		kfree_rcu(ptr, ## rhf)
#define FB_KFREE_RCU(ptr, rhf, n, ...)	FB_KFREE_RCU_##n(ptr, rhf)
#define FB_KFREE_RCU_1(ptr, rhf)	fb_kfree_rcu((ptr), NULL)
#define FB_KFREE_RCU_2(ptr, rhf)						\
	do {									\
		typeof(ptr) __kp = (ptr);					\
										\
		if (__kp)							\
			fb_kfree_rcu(__kp, &__kp->rhf);				\
	} while (0)

#define RCU_INITIALIZER(v)		(typeof(*(v)) __force __rcu *)(v)
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), (typeof(p))(v))
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, RCU_INITIALIZER(v))
#define RCU_POINTER_INITIALIZER(p, v)	.p = RCU_INITIALIZER(v)
#define rcu_replace_pointer(p, v, c)						\
	({									\
		typeof(p) __rp = rcu_dereference_protected((p), (c));		\
										\
		rcu_assign_pointer((p), (v));					\
		__rp;								\
	})

/*
 * Another task may publish between the choice point and the load. What is reached by the pointer
 * comes after its publication: an address dependency.
 */
#define fb_rcu_load(p)								\
	({									\
		fb_point(FB_PT_READ, (const void *)&(p));			\
		typeof(*(p)) *__rl = (typeof(*(p)) __force *)READ_ONCE(p);	\
		fb_race_atomic((const void *)&(p), sizeof(p), FB_LOAD, FB_ACQUIRE); \
		__rl;								\
	})
#define rcu_access_pointer(p)		((typeof(*(p)) __force *)READ_ONCE(p))
#define rcu_dereference_raw(p)		fb_rcu_load(p)
#define rcu_dereference_raw_check(p)	fb_rcu_load(p)
#define rcu_dereference_check(p, c)						\
	({									\
		fb_rcu_check((c) || rcu_read_lock_held(), "rcu_dereference_check(" #p ")");	\
		fb_rcu_load(p);							\
	})
#define rcu_dereference(p)		rcu_dereference_check(p, 0)
#define rcu_dereference_protected(p, c)						\
	({									\
		fb_rcu_check((c), "rcu_dereference_protected(" #p ")");		\
		(typeof(*(p)) __force *)(p);					\
	})
#define rcu_dereference_bh(p)		rcu_dereference_check(p, rcu_read_lock_any_held())
#define rcu_dereference_sched(p)	rcu_dereference_check(p, rcu_read_lock_any_held())
#define rcu_dereference_bh_check(p, c)	rcu_dereference_check(p, (c) || rcu_read_lock_any_held())
#define rcu_dereference_sched_check(p, c) rcu_dereference_check(p, (c) || rcu_read_lock_any_held())
#define unrcu_pointer(p)		((typeof(*(p)) __force *)(p))
#define rcu_pointer_handoff(p)		(p)
#define RCU_LOCKDEP_WARN(c, s)		fb_rcu_check(!(c), s)
#define rcu_lock_acquire(map)		lock_acquire(map, 0, 0, 2, 0, NULL, 0)
#define rcu_lock_release(map)		lock_release(map, 0)

#endif
