/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/sched/signal.h. Only what waits look at: which signals are pending, and resource
 * limits.
 */
#ifndef _LINUX_SCHED_SIGNAL_H
#define _LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/rculist.h>

struct sighand_struct {
	spinlock_t siglock;
	refcount_t count;
};

struct signal_struct {
	refcount_t sigcnt;
	int nr_threads;
	struct list_head thread_head;
	unsigned long shared_pending;	/* bit (signal - 1) */
	unsigned int flags;		/* SIGNAL_* */
	struct pid *pids[PIDTYPE_MAX];
	struct rlimit rlim[RLIM_NLIMITS];
	short oom_score_adj;
};

#define SIGNAL_GROUP_EXIT	0x00000004

int signal_pending(struct task_struct *p);
int __fatal_signal_pending(struct task_struct *p);
int fatal_signal_pending(struct task_struct *p);
int signal_pending_state(unsigned int state, struct task_struct *p);
#define task_sigpending(p)	signal_pending(p)

int send_sig(int sig, struct task_struct *p, int priv);
int kill_pid(struct pid *pid, int sig, int priv);
void flush_signals(struct task_struct *t);
void force_sig(int sig);
int do_send_sig_info_fb(int sig, struct task_struct *p, bool group);

/*
 * A killable or interruptible wait may fail here: when fault point "signal" fires, current gets
 * SIGKILL, or SIGINT when @state says that it would do. Waits call this before they look at the
 * pending signals.
 */
void fb_signal_fault(unsigned int state);
/*
 * Return to user space, as sim/process.c does it: takes out the pending signals. True if a fatal
 * one was there.
 */
bool fb_signals_take(struct task_struct *p);

static inline struct pid *task_tgid(struct task_struct *task)
{
	return task->signal->pids[PIDTYPE_TGID];
}

static inline struct pid *task_pgrp(struct task_struct *task)
{
	return task->signal->pids[PIDTYPE_PGID];
}

static inline struct pid *task_session(struct task_struct *task)
{
	return task->signal->pids[PIDTYPE_SID];
}

static inline int thread_group_empty(struct task_struct *p)
{
	return p->signal->nr_threads == 1;
}

static inline unsigned long task_rlimit(const struct task_struct *task, unsigned int limit)
{
	return READ_ONCE(task->signal->rlim[limit].rlim_cur);
}

static inline unsigned long task_rlimit_max(const struct task_struct *task, unsigned int limit)
{
	return READ_ONCE(task->signal->rlim[limit].rlim_max);
}

static inline unsigned long rlimit(unsigned int limit)
{
	return task_rlimit(current, limit);
}

static inline unsigned long rlimit_max(unsigned int limit)
{
	return task_rlimit_max(current, limit);
}

#endif
