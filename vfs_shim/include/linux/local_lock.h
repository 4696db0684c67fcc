/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/local_lock.h. Without PREEMPT_RT a local lock is disabled preemption (or
 * interrupts), here as there.
 */
#ifndef _LINUX_LOCAL_LOCK_H
#define _LINUX_LOCAL_LOCK_H

#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/percpu-defs.h>

typedef struct { int unused; } local_lock_t;

#define INIT_LOCAL_LOCK(name)	{ 0 }
#define local_lock_init(lock)	((void)(lock))
#define local_lock(lock)	do { (void)(lock); preempt_disable(); } while (0)
#define local_unlock(lock)	do { (void)(lock); preempt_enable(); } while (0)
#define local_lock_irqsave(lock, flags) \
	do {                            \
		(void)(lock);           \
		local_irq_save(flags);  \
	} while (0)
#define local_unlock_irqrestore(lock, flags) \
	do {                                 \
		(void)(lock);                \
		local_irq_restore(flags);    \
	} while (0)

#endif
