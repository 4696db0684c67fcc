/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/pid.h. One pid namespace. */
#ifndef _LINUX_PID_H
#define _LINUX_PID_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/refcount.h>

struct task_struct;
struct pid_namespace;

enum pid_type {
	PIDTYPE_PID,
	PIDTYPE_TGID,
	PIDTYPE_PGID,
	PIDTYPE_SID,
	PIDTYPE_MAX,
};

struct pid {
	refcount_t count;
	unsigned int level;
	int nr;
	/* who has this pid in that role; NULL when it ended */
	struct task_struct *tasks[PIDTYPE_MAX];
	struct list_head link;
};

extern struct pid init_struct_pid;

struct pid *get_pid(struct pid *pid);
void put_pid(struct pid *pid);
struct task_struct *pid_task(struct pid *pid, enum pid_type type);
struct task_struct *get_pid_task(struct pid *pid, enum pid_type type);
struct pid *get_task_pid(struct task_struct *task, enum pid_type type);
struct pid *find_pid_ns(int nr, struct pid_namespace *ns);
struct pid *find_vpid(int nr);
struct pid *find_get_pid(int nr);
pid_t pid_nr_ns(struct pid *pid, struct pid_namespace *ns);
pid_t pid_vnr(struct pid *pid);

static inline pid_t pid_nr(struct pid *pid)
{
	return pid ? pid->nr : 0;
}

/* One task per pid and role. */
#define do_each_pid_task(pid, type, task)				\
	do {								\
		if ((pid) != NULL && ((task) = pid_task(pid, type))) {
#define while_each_pid_task(pid, type, task)				\
		}							\
	} while (0)

#endif
