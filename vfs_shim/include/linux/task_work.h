/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/task_work.h: runs when the task returns to user space, or exits. */
#ifndef _LINUX_TASK_WORK_H
#define _LINUX_TASK_WORK_H

#include <linux/list.h>
#include <linux/sched.h>

typedef void (*task_work_func_t)(struct callback_head *);

enum task_work_notify_mode {
	TWA_NONE,
	TWA_RESUME,
	TWA_SIGNAL,
	TWA_SIGNAL_NO_IPI,
};

static inline void init_task_work(struct callback_head *twork, task_work_func_t func)
{
	twork->func = func;
}

static inline bool task_work_pending(struct task_struct *task)
{
	return READ_ONCE(task->task_works) != NULL;
}

int task_work_add(struct task_struct *task, struct callback_head *twork,
		  enum task_work_notify_mode mode);
struct callback_head *task_work_cancel(struct task_struct *task, task_work_func_t func);
void task_work_run(void);

static inline void exit_task_work(struct task_struct *task)
{
	(void)task;
	task_work_run();
}

#endif
