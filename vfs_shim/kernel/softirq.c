// SPDX-License-Identifier: GPL-2.0
/*
 * Context: preemption, interrupts, bottom halves.
 *
 * Models: kernel/softirq.c, linux/preempt.h, linux/irqflags.h, 6.1. Each task is a processor of its
 * own, so disabling keeps nobody else from running: it makes the context atomic, and holds back the
 * interrupts of this task. Timers and RCU callbacks run in daemons with bottom halves disabled, as
 * softirqs do on another processor.
 */
#include <linux/preempt.h>
#include <linux/bottom_half.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <core/finding.h>
#include <core/task.h>

/** preempt_disable() - current is in atomic context from now on; nests. Models: 6.1. */
void preempt_disable(void)
{
	fb_atomic_enter("preempt_disable()", current);
}
EXPORT_SYMBOL(preempt_disable);

/** preempt_enable() - undo one preempt_disable(). Models: 6.1. */
void preempt_enable(void)
{
	fb_atomic_exit("preempt_enable()", current);
}
EXPORT_SYMBOL(preempt_enable);

/**
 * preempt_count() - 0 when current may sleep, as far as locks and preemption go. Models: 6.1, the
 *	sum only.
 */
int preempt_count(void)
{
	return (int)fb_atomic_depth();
}
EXPORT_SYMBOL(preempt_count);

/** fb_in_hardirq() - in_hardirq(). */
bool fb_in_hardirq(void)
{
	return fb_in_irq();
}

/** fb_in_softirq() - in_softirq(): bottom halves disabled, or being served. */
bool fb_in_softirq(void)
{
	return current->bh_depth != 0;
}

/** local_bh_disable() - nests. Models: kernel/softirq.c, 6.1. */
void local_bh_disable(void)
{
	struct task_struct *me = current;

	me->bh_depth++;
	fb_atomic_enter("local_bh_disable()", &me->bh_depth);
}
EXPORT_SYMBOL(local_bh_disable);

/**
 * local_bh_enable() - undo one local_bh_disable(); not with interrupts off. Models:
 *	kernel/softirq.c, 6.1.
 */
void local_bh_enable(void)
{
	struct task_struct *me = current;

	if (irqs_disabled())
		fb_report(FB_CONTRACT, 0, NULL, "local_bh_enable() with interrupts disabled");
	if (!me->bh_depth) {
		fb_report(FB_CONTRACT, 0, NULL, "local_bh_enable() without local_bh_disable()");
		return;
	}
	fb_atomic_exit("local_bh_enable()", &me->bh_depth);
	me->bh_depth--;
}
EXPORT_SYMBOL(local_bh_enable);

/** irqs_disabled() - for current, or because it is an irq handler. Models: 6.1. */
bool irqs_disabled(void)
{
	return fb_irqs_disabled();
}
EXPORT_SYMBOL(irqs_disabled);

/**
 * fb_local_irq_save() - local_irq_save(), local_irq_disable(): does not nest, returns what to
 *	restore.
 */
unsigned long fb_local_irq_save(void)
{
	if (fb_irqs_disabled())
		return 1;
	fb_irqs_disable();
	return 0;
}

/**
 * fb_local_irq_restore() - local_irq_restore(), and with 0 local_irq_enable(), which enables
 *	whatever was before.
 */
void fb_local_irq_restore(unsigned long flags)
{
	if (flags) {
		fb_local_irq_save();
		return;
	}
	if (fb_in_irq())
		fb_report(FB_CONTRACT, 0, NULL,
			  "an irq handler enables interrupts (spin_unlock_irq() for _irqrestore?)");
	else if (fb_irqs_disabled())
		fb_irqs_enable();
}
