// SPDX-License-Identifier: GPL-2.0
/*
 * Process ids.
 *
 * Models: kernel/pid.c, kernel/pid_namespace.c, 6.1, with the initial namespace only. Leaves out:
 * reuse of numbers, other namespaces, the hash of all pids (the list of tasks is short).
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/export.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/cred.h>
#include <linux/user_namespace.h>
#include <core/choice.h>
#include <core/ledger.h>

struct pid init_struct_pid = {
	.count = REFCOUNT_INIT(1),
	.nr = 0,
};

struct pid_namespace init_pid_ns = {
	.count = REFCOUNT_INIT(2),
	.user_ns = &init_user_ns,
	.child_reaper = &init_task,
};
EXPORT_SYMBOL(init_pid_ns);

/** get_pid() - one more reference; NULL is fine. Models: linux/pid.h, 6.1. */
struct pid *get_pid(struct pid *pid)
{
	if (pid)
		refcount_inc(&pid->count);
	return pid;
}

/** put_pid() - one less; the last frees it. NULL is fine. Models: kernel/pid.c, 6.1. */
void put_pid(struct pid *pid)
{
	if (!pid || pid == &init_struct_pid)
		return;
	if (!refcount_dec_and_test(&pid->count))
		return;
	fb_obj_gone(pid);
	fb_mem_free(pid);
}
EXPORT_SYMBOL(put_pid);

/**
 * pid_task() - who has @pid as @type; NULL when it ended. Models: kernel/pid.c, 6.1. Context: RCU
 *	or tasklist lock.
 */
struct task_struct *pid_task(struct pid *pid, enum pid_type type)
{
	fb_point(FB_PT_RCU, pid);
	return pid ? pid->tasks[type] : NULL;
}
EXPORT_SYMBOL(pid_task);

/** get_pid_task() - the same with a reference. Models: kernel/pid.c, 6.1. */
struct task_struct *get_pid_task(struct pid *pid, enum pid_type type)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(pid, type);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}
EXPORT_SYMBOL(get_pid_task);

/** get_task_pid() - @task's pid of @type with a reference. Models: kernel/pid.c, 6.1. */
struct pid *get_task_pid(struct task_struct *task, enum pid_type type)
{
	return get_pid(type == PIDTYPE_PID ? task->thread_pid : task->signal->pids[type]);
}
EXPORT_SYMBOL(get_task_pid);

/**
 * find_pid_ns() - the pid numbered @nr, without a reference; NULL if nobody has it. Models:
 *	kernel/pid.c, 6.1.
 */
struct pid *find_pid_ns(int nr, struct pid_namespace *ns)
{
	struct task_struct *t;

	list_for_each_entry(t, &init_task.tasks, tasks)
		if (t->pid == nr)
			return t->thread_pid;
	return NULL;
}
EXPORT_SYMBOL(find_pid_ns);

/** find_vpid() - the same in current's namespace. Models: 6.1. */
struct pid *find_vpid(int nr)
{
	return find_pid_ns(nr, &init_pid_ns);
}
EXPORT_SYMBOL(find_vpid);

/** find_get_pid() - the same with a reference. Models: 6.1. */
struct pid *find_get_pid(int nr)
{
	return get_pid(find_vpid(nr));
}
EXPORT_SYMBOL(find_get_pid);

/** pid_nr_ns() - the number as @ns sees it; 0 for no pid. Models: kernel/pid.c, 6.1. */
pid_t pid_nr_ns(struct pid *pid, struct pid_namespace *ns)
{
	return pid && ns == &init_pid_ns ? pid->nr : 0;
}
EXPORT_SYMBOL(pid_nr_ns);

/** pid_vnr() - the number as current sees it. Models: 6.1. */
pid_t pid_vnr(struct pid *pid)
{
	return pid_nr_ns(pid, &init_pid_ns);
}
EXPORT_SYMBOL(pid_vnr);

/** task_pid_vnr() - the task's number as current sees it. Models: 6.1. */
pid_t task_pid_vnr(struct task_struct *tsk)
{
	return tsk->pid;
}

/** task_tgid_vnr() - its thread group's. Models: 6.1. */
pid_t task_tgid_vnr(struct task_struct *tsk)
{
	return tsk->tgid;
}

/** task_pid_nr_ns() - the task's number as @ns sees it. Models: 6.1. */
pid_t task_pid_nr_ns(struct task_struct *tsk, struct pid_namespace *ns)
{
	return tsk->pid;
}

/**
 * get_pid_ns() - the initial namespace lives for ever, and is not counted. Models:
 *	linux/pid_namespace.h, 6.1.
 */
struct pid_namespace *get_pid_ns(struct pid_namespace *ns)
{
	return ns;
}

/** put_pid_ns() - see get_pid_ns(). Models: 6.1. */
void put_pid_ns(struct pid_namespace *ns)
{
	WARN_ON(ns && ns != &init_pid_ns);
}
EXPORT_SYMBOL(put_pid_ns);

/** task_active_pid_ns() - the only one there is. Models: 6.1. */
struct pid_namespace *task_active_pid_ns(struct task_struct *tsk)
{
	return &init_pid_ns;
}
EXPORT_SYMBOL(task_active_pid_ns);
