// SPDX-License-Identifier: GPL-2.0
/*
 * Work that a task does on its way back to user space.
 *
 * Models: kernel/task_work.c, 6.1. Leaves out: TWA_SIGNAL wakes nobody but an interruptible
 * sleeper.
 */
#include <linux/task_work.h>
#include <linux/export.h>
#include <linux/errno.h>
#include <core/choice.h>
#include <core/race.h>

/**
 * task_work_add() - have @task run @twork
 * @task: the task; it must not be gone
 * @twork: with init_task_work() done
 * @mode: how to notify
 *
 * Models: 6.1: -ESRCH when the task has run its last works (it exits). Newest first, run oldest
 * first.
 */
int task_work_add(struct task_struct *task, struct callback_head *twork,
		  enum task_work_notify_mode mode)
{
	fb_point(FB_PT_WORK, task);
	if (task->task_works == (void *)1)
		return -ESRCH;
	twork->next = task->task_works;
	task->task_works = twork;
	fb_race_release(&task->task_works);
	if (mode == TWA_SIGNAL || mode == TWA_SIGNAL_NO_IPI)
		wake_up_state(task, TASK_INTERRUPTIBLE);
	return 0;
}
EXPORT_SYMBOL(task_work_add);

/** task_work_cancel() - take out the newest work with @func; NULL if there is none. Models: 6.1. */
struct callback_head *task_work_cancel(struct task_struct *task, task_work_func_t func)
{
	struct callback_head **p, *w;

	fb_point(FB_PT_WORK, task);
	if (task->task_works == (void *)1)
		return NULL;
	for (p = &task->task_works; (w = *p); p = &w->next) {
		if (w->func != func)
			continue;
		*p = w->next;
		return w;
	}
	return NULL;
}

/**
 * task_work_run() - run current's works, oldest first, until there are none; an exiting task takes
 *	no more. Models: 6.1.
 */
void task_work_run(void)
{
	struct task_struct *me = current;
	struct callback_head *work, *next, *list;

	for (;;) {
		fb_point(FB_PT_WORK, me);
		work = me->task_works;
		fb_race_acquire(&me->task_works);
		if (work == (void *)1)
			return;
		me->task_works = work || !(me->flags & PF_EXITING) ? NULL : (void *)1;
		if (!work)
			return;
		for (list = NULL; work; work = next) {
			next = work->next;
			work->next = list;
			list = work;
		}
		for (; list; list = next) {
			next = list->next;
			list->func(list);
		}
	}
}
EXPORT_SYMBOL(task_work_run);
