/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/pid_namespace.h. Only the initial one. */
#ifndef _LINUX_PID_NS_H
#define _LINUX_PID_NS_H

#include <linux/sched.h>
#include <linux/refcount.h>
#include <linux/pid.h>

struct pid_namespace {
	refcount_t count;
	unsigned int level;
	struct user_namespace *user_ns;
	struct task_struct *child_reaper;
};

extern struct pid_namespace init_pid_ns;

struct pid_namespace *get_pid_ns(struct pid_namespace *ns);
void put_pid_ns(struct pid_namespace *ns);
struct pid_namespace *task_active_pid_ns(struct task_struct *tsk);

#endif
