/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/spinlock_types.h, rwlock_types.h. */
#ifndef __LINUX_SPINLOCK_TYPES_H
#define __LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>
#include <linux/lockdep_types.h>

struct fb_spin_waiter;

typedef struct spinlock {
	const void *owner;		/* task that holds it; the irq marker in irq context */
	struct fb_spin_waiter *first;	/* tasks that spin, in order of arrival */
	struct lockdep_map dep_map;
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

typedef struct {
	const void *owner;		/* writer */
	unsigned int readers;
	struct fb_spin_waiter *first;
	struct lockdep_map dep_map;
} rwlock_t;

#define __SPIN_LOCK_INITIALIZER(lockname)	{ .dep_map = { .fb = { .name = #lockname } } }
#define __SPIN_LOCK_UNLOCKED(lockname)		(spinlock_t)__SPIN_LOCK_INITIALIZER(lockname)
#define DEFINE_SPINLOCK(x)			spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define __RAW_SPIN_LOCK_INITIALIZER(lockname)	__SPIN_LOCK_INITIALIZER(lockname)
#define __RAW_SPIN_LOCK_UNLOCKED(lockname)	__SPIN_LOCK_UNLOCKED(lockname)
#define DEFINE_RAW_SPINLOCK(x)			DEFINE_SPINLOCK(x)

#define __RW_LOCK_UNLOCKED(lockname)                      \
	(rwlock_t)                                        \
	{                                                 \
		.dep_map = {.fb = { .name = #lockname } } \
	}
#define DEFINE_RWLOCK(x)			rwlock_t x = __RW_LOCK_UNLOCKED(x)

#endif
