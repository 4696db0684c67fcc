// SPDX-License-Identifier: GPL-2.0
/*
 * Sleeping and waking.
 *
 * Models: kernel/sched/core.c, kernel/exit.c (rcuwait), 6.1: a task sleeps in schedule() for as
 * long as its state says so, and a wake-up is a change of that state; one that comes before the
 * state is set has no effect, as in the kernel. Leaves out: priorities, processors, time slices,
 * freezing.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/rcuwait.h>
#include <linux/semaphore.h>
#include <linux/wait.h>
#include <core/choice.h>
#include <core/explore.h>
#include <core/finding.h>
#include <core/task.h>
#include "../internal.h"

/** fb_sleep() - see kernel/internal.h. */
void fb_sleep(const char *why, const void *obj)
{
	struct task_struct *me = current;

	while (READ_ONCE(me->__state) != TASK_RUNNING)
		fb_block(why, obj);
}

/** fb_wake_task() - see kernel/internal.h. */
void fb_wake_task(struct task_struct *p)
{
	fb_touch(&p->__state, true);
	WRITE_ONCE(p->__state, TASK_RUNNING);
	if (p->fb)
		fb_wake(p->fb);
}

/**
 * try_to_wake_up() - wake @p if its state is one of @state
 * @p: the task
 * @state: mask of TASK_*
 * @wake_flags: hints, without effect
 *
 * Models: kernel/sched/core.c, 6.1. Return: 1 if it was so, and runs now; 0 otherwise.
 */
static int try_to_wake_up(struct task_struct *p, unsigned int state, int wake_flags)
{
	fb_point(FB_PT_WAKE, &p->__state);
	if (!(READ_ONCE(p->__state) & state))
		return 0;
	fb_wake_task(p);
	return 1;
}

/**
 * wake_up_process() - wake @p from any sleep. Models: wake_up_process(), 6.1. Return: 1 if it
 *	slept.
 */
int wake_up_process(struct task_struct *p)
{
	return try_to_wake_up(p, TASK_NORMAL | TASK_NEW, 0);
}
EXPORT_SYMBOL(wake_up_process);

/** wake_up_state() - wake @p if its state is one of @state. Models: wake_up_state(), 6.1. */
int wake_up_state(struct task_struct *p, unsigned int state)
{
	return try_to_wake_up(p, state, 0);
}

/** default_wake_function() - wake the task of a wait-queue entry. Models: 6.1. */
int default_wake_function(wait_queue_entry_t *curr, unsigned int mode, int wake_flags, void *key)
{
	return try_to_wake_up(curr->private, mode, wake_flags);
}
EXPORT_SYMBOL(default_wake_function);

/**
 * schedule() - let others run; sleep if the state of current says so
 *
 * Models: schedule(), 6.1: with a pending signal that the state lets through, it does not sleep.
 * Context: task; may sleep.
 */
void schedule(void)
{
	struct task_struct *me = current;

	fb_might_sleep("schedule()");
	/* Between looking at a condition and going to sleep there is time for a wake-up. */
	fb_point(FB_PT_WAIT, &me->__state);
	if (me->__state != TASK_RUNNING && fb_signal_pending_state(me->__state, me))
		__set_current_state(TASK_RUNNING);
	if (me->__state == TASK_RUNNING)
		fb_yield();
	else
		fb_sleep("wake-up", NULL);
}
EXPORT_SYMBOL(schedule);

/** yield() - let others run. Models: yield(), 6.1. */
void yield(void)
{
	__set_current_state(TASK_RUNNING);
	fb_yield();
}
EXPORT_SYMBOL(yield);

/**
 * _cond_resched() - a choice point; 0, nothing is known about others. Models: __cond_resched(),
 *	6.1.
 */
int _cond_resched(void)
{
	fb_point(FB_PT_OTHER, NULL);
	return 0;
}
EXPORT_SYMBOL(_cond_resched);

/**
 * fb_cond_resched_lock() - 0: nobody asks the holder of a spinlock to give way. Models:
 *	cond_resched_lock(), 6.1.
 */
int fb_cond_resched_lock(spinlock_t *lock)
{
	lockdep_assert_held(lock);
	return 0;
}

/** fb_cpu_relax() - a spinning task lets the others run. Models: cpu_relax(). */
void fb_cpu_relax(void)
{
	fb_yield();
}

/** io_schedule_prepare() - 0: I/O wait is not accounted. Models: 6.1. */
int io_schedule_prepare(void)
{
	return 0;
}

/** io_schedule_finish() - ends io_schedule_prepare(). Models: 6.1. */
void io_schedule_finish(int token)
{
	(void)token;
}

/** io_schedule() - schedule(), accounted as waiting for I/O. Models: 6.1. */
void io_schedule(void)
{
	schedule();
}
EXPORT_SYMBOL(io_schedule);

/** __might_sleep() - finding FB_SLEEP_ATOMIC in atomic context. Models: 6.1. */
void __might_sleep(const char *file, int line)
{
	fb_might_sleep("might_sleep()");
}
EXPORT_SYMBOL(__might_sleep);

/** __might_resched() - the same, for cond_resched() and friends. Models: 6.1. */
void __might_resched(const char *file, int line, unsigned int offsets)
{
	fb_might_sleep("might_resched()");
}
EXPORT_SYMBOL(__might_resched);

/** __cant_sleep() - finding unless in atomic context. Models: 6.1. */
void __cant_sleep(const char *file, int line, int preempt_offset)
{
	if (!fb_atomic_depth() && !irqs_disabled())
		fb_report(FB_CONTRACT, 0, NULL, "cant_sleep() in a context that may sleep (%s:%d)",
			  file, line);
}
EXPORT_SYMBOL(__cant_sleep);

/*
 * One task waits, others wake it; nothing is said of the waiter's life time but that RCU protects
 * it.
 */

/** rcuwait_wake_up() - 1 if there was one and it slept. Models: kernel/exit.c, 6.1. */
int rcuwait_wake_up(struct rcuwait *w)
{
	struct task_struct *task;
	int woken = 0;

	rcu_read_lock();
	task = rcu_dereference(w->task);
	if (task)
		woken = wake_up_process(task);
	rcu_read_unlock();
	return woken;
}
EXPORT_SYMBOL(rcuwait_wake_up);

/** prepare_to_rcuwait() - current is the one. Models: linux/rcuwait.h, 6.1. */
void prepare_to_rcuwait(struct rcuwait *w)
{
	rcu_assign_pointer(w->task, current);
}

/** finish_rcuwait() - current no longer waits. Models: kernel/exit.c, 6.1. */
void finish_rcuwait(struct rcuwait *w)
{
	rcu_assign_pointer(w->task, NULL);
	__set_current_state(TASK_RUNNING);
}
EXPORT_SYMBOL(finish_rcuwait);
