/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/preempt.h. The depth is counted by the core, with the stack that entered. */
#ifndef __LINUX_PREEMPT_H
#define __LINUX_PREEMPT_H

#include <linux/linkage.h>
#include <linux/list.h>

void preempt_disable(void);
void preempt_enable(void);
int preempt_count(void);
bool fb_in_hardirq(void);
bool fb_in_softirq(void);

#define preempt_disable_notrace()	preempt_disable()
#define preempt_enable_notrace()	preempt_enable()
#define preempt_enable_no_resched()	preempt_enable()
#define migrate_disable()		do { } while (0)	/* one logical processor */
#define migrate_enable()		do { } while (0)

#define in_hardirq()		fb_in_hardirq()
#define in_irq()		fb_in_hardirq()
#define in_nmi()		0
#define in_softirq()		fb_in_softirq()
#define in_serving_softirq()	fb_in_softirq()
#define in_interrupt()		(fb_in_hardirq() || fb_in_softirq())
#define in_task()		(!in_interrupt())
#define in_atomic()		(preempt_count() != 0)
#define in_atomic_preempt_off()	in_atomic()
#define preemptible()		(preempt_count() == 0 && !irqs_disabled())

#endif
