// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a task: a context of the core with the kernel's task_struct.
 *
 * Models: kernel/fork.c, kernel/exit.c, kernel/kthread.c, 6.1. Leaves out: clone flags, address
 * spaces, ptrace, exec, namespaces, wait4(): sim/process.c says what a process of the box shares.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/completion.h>
#include <linux/string.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/run.h>
#include <core/task.h>
#include "internal.h"

#define MAX_DAEMONS	48
#define MAX_EXIT_HOOKS	8

extern struct cred init_cred;

static struct sighand_struct init_sighand = {
	.siglock = __SPIN_LOCK_INITIALIZER(init_sighand.siglock),
	.count = REFCOUNT_INIT(1),
};

static struct signal_struct init_signals = {
	.sigcnt = REFCOUNT_INIT(1),
	.nr_threads = 1,
	.thread_head = LIST_HEAD_INIT(init_signals.thread_head),
	.pids = { &init_struct_pid, &init_struct_pid, &init_struct_pid, &init_struct_pid },
	.rlim = {
		[RLIMIT_CPU]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_FSIZE]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_DATA]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_STACK]	= { 8 << 20, RLIM_INFINITY },
		[RLIMIT_CORE]	= { 0, RLIM_INFINITY },
		[RLIMIT_RSS]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_NPROC]	= { 4096, 4096 },
		[RLIMIT_NOFILE]	= { 1024, 4096 },
		[RLIMIT_MEMLOCK] = { 8 << 20, 8 << 20 },
		[RLIMIT_AS]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_LOCKS]	= { RLIM_INFINITY, RLIM_INFINITY },
	},
};

struct task_struct init_task = {
	.__state = TASK_RUNNING,
	.flags = PF_KTHREAD,
	.usage = REFCOUNT_INIT(2),
	.comm = "swapper",
	.group_leader = &init_task,
	.real_parent = &init_task,
	.thread_node = LIST_HEAD_INIT(init_task.thread_node),
	.thread_pid = &init_struct_pid,
	.real_cred = &init_cred,
	.cred = &init_cred,
	.signal = &init_signals,
	.sighand = &init_sighand,
	.nsproxy = &init_nsproxy,
	.alloc_lock = __SPIN_LOCK_INITIALIZER(init_task.alloc_lock),
	.tasks = LIST_HEAD_INIT(init_task.tasks),
};
EXPORT_SYMBOL(init_task);

static int last_pid = 100;
static fb_task_exit_fn exit_hooks[MAX_EXIT_HOOKS];
static unsigned int nr_exit_hooks;

struct start {
	struct task_struct *tsk;
	void (*fn)(void *arg);
	void *arg;
};

/** get_current() - the task that runs now; init_task on the main stack. Models: current. */
struct task_struct *get_current(void)
{
	struct fb_task *fb = fb_current();
	struct task_struct *tsk = fb ? fb_task_data(fb) : NULL;

	return tsk ? tsk : &init_task;
}
EXPORT_SYMBOL(get_current);

/** fb_task_exit_hook() - @fn runs at the end of each task, newest hook first. */
void fb_task_exit_hook(fb_task_exit_fn fn)
{
	BUG_ON(nr_exit_hooks == MAX_EXIT_HOOKS);
	exit_hooks[nr_exit_hooks++] = fn;
}

static struct pid *pid_new(int nr)
{
	struct pid *pid = fb_mem_alloc(sizeof(*pid), __alignof__(*pid), FB_RES_MEM, "pid", true);

	pid->nr = nr;
	refcount_set(&pid->count, 1);
	/* A pid has a kind of its own in the ledger. */
	fb_unwatch(&pid->count);
	fb_forget(FB_RES_COUNT, &pid->count);
	fb_obj_new(pid, "pid", NULL);
	fb_watch(&pid->count, FB_RES_PID, pid);
	fb_get(FB_RES_PID, pid, 0);
	return pid;
}

/* The parts that the members of a thread group share. */
static void group_new(struct task_struct *tsk, const struct task_struct *parent)
{
	struct signal_struct *sig =
		fb_mem_alloc(sizeof(*sig), __alignof__(*sig), FB_RES_MEM, "signal_struct", true);
	struct sighand_struct *hand =
		fb_mem_alloc(sizeof(*hand), __alignof__(*hand), FB_RES_MEM, "sighand_struct", true);

	refcount_set(&sig->sigcnt, 1);
	refcount_set(&hand->count, 1);
	spin_lock_init(&hand->siglock);
	INIT_LIST_HEAD(&sig->thread_head);
	memcpy(sig->rlim, parent->signal->rlim, sizeof(sig->rlim));
	sig->pids[PIDTYPE_TGID] = tsk->thread_pid;
	sig->pids[PIDTYPE_PGID] = parent->signal->pids[PIDTYPE_PGID];
	sig->pids[PIDTYPE_SID] = parent->signal->pids[PIDTYPE_SID];
	tsk->thread_pid->tasks[PIDTYPE_TGID] = tsk;
	tsk->signal = sig;
	tsk->sighand = hand;
	tsk->group_leader = tsk;
	tsk->tgid = tsk->pid;
}

static void group_leave(struct task_struct *tsk)
{
	struct signal_struct *sig = tsk->signal;
	struct sighand_struct *hand = tsk->sighand;

	list_del_init(&tsk->thread_node);
	sig->nr_threads--;
	if (sig->pids[PIDTYPE_TGID] && sig->pids[PIDTYPE_TGID]->tasks[PIDTYPE_TGID] == tsk)
		sig->pids[PIDTYPE_TGID]->tasks[PIDTYPE_TGID] = NULL;
	tsk->signal = &init_signals;
	tsk->sighand = NULL;
	if (refcount_dec_and_test(&sig->sigcnt))
		fb_mem_free(sig);
	if (refcount_dec_and_test(&hand->count))
		fb_mem_free(hand);
}

/** __put_task_struct() - the last reference is gone. Models: kernel/fork.c, 6.1. */
void __put_task_struct(struct task_struct *t)
{
	put_pid(t->thread_pid);
	fb_obj_gone(t);
	fb_mem_free(t);
}
EXPORT_SYMBOL(__put_task_struct);

/* The end, on the task's own context. */
static void task_exit(struct task_struct *tsk)
{
	struct fb_task *fb = tsk->fb;

	tsk->flags |= PF_EXITING;
	for (unsigned int i = nr_exit_hooks; i; i--)
		exit_hooks[i - 1](tsk);
	exit_task_work(tsk);
	group_leave(tsk);
	tsk->thread_pid->tasks[PIDTYPE_PID] = NULL;
	list_del_init(&tsk->tasks);
	if (tsk->kthread_exited)
		complete(tsk->kthread_exited);
	WRITE_ONCE(tsk->__state, TASK_DEAD);
	/*
	 * Kernel: finish_task_switch() drops it once the task runs no more; then nothing may call
	 * it current.
	 */
	tsk->fb = NULL;
	put_task_struct(tsk);
	fb_task_set_data(fb, NULL);
}

/**
 * do_exit() - end current from the middle of a system call
 * @code: as wait4() would show it
 *
 * Models: kernel/exit.c, 6.1: for a task that got SIGKILL, on its way back to user space. Context:
 * task.
 */
void __noreturn do_exit(long code)
{
	current->exit_code = code;
	task_exit(current);
	fb_task_exit();
}

static void task_main(void *arg)
{
	struct start s = *(struct start *)arg;

	fb_small_free(arg, sizeof(s));
	s.fn(s.arg);
	task_exit(s.tsk);
}

static struct task_struct *task_new(struct task_struct *leader, const char *comm,
				    void (*fn)(void *arg), void *arg)
{
	struct task_struct *tsk =
		fb_mem_alloc(sizeof(*tsk), __alignof__(*tsk), FB_RES_MEM, "task_struct", true);
	const struct task_struct *parent = leader ? leader : current;
	struct start *start = fb_small_alloc(sizeof(*start));

	fb_obj_new(tsk, "task", comm);
	refcount_set(&tsk->usage, 1);
	strscpy(tsk->comm, comm, sizeof(tsk->comm));
	tsk->pid = ++last_pid;
	tsk->thread_pid = pid_new(tsk->pid);
	tsk->thread_pid->tasks[PIDTYPE_PID] = tsk;
	spin_lock_init(&tsk->alloc_lock);
	tsk->real_parent = current;
	tsk->cred = parent->cred;
	tsk->real_cred = parent->real_cred;
	tsk->fs = parent->fs;
	tsk->files = parent->files;
	tsk->nsproxy = parent->nsproxy;
	tsk->mm = parent->mm;
	tsk->active_mm = parent->active_mm;
	tsk->start_time = fb_now();
	if (leader) {
		tsk->signal = leader->signal;
		tsk->sighand = leader->sighand;
		refcount_inc(&tsk->signal->sigcnt);
		refcount_inc(&tsk->sighand->count);
		tsk->group_leader = leader;
		tsk->tgid = leader->tgid;
	} else {
		group_new(tsk, parent);
	}
	tsk->signal->nr_threads++;
	list_add_tail(&tsk->thread_node, &tsk->signal->thread_head);
	list_add_tail(&tsk->tasks, &init_task.tasks);
	*start = (struct start){ .tsk = tsk, .fn = fn, .arg = arg };
	tsk->fb = fb_task_create(comm, task_main, start);
	fb_task_set_data(tsk->fb, tsk);
	return tsk;
}

/**
 * fb_task_new() - a new process of one thread
 * @comm: its name
 * @fn: what it runs
 * @arg: for @fn
 *
 * Models: kernel_clone() without flags, 6.1, but the pointers to cred, fs, files and mm are copied
 * from current without references: the caller replaces them by its own before the task runs, or
 * lets it run within the life time of current's. The task starts when the scheduler picks it.
 * Context: task, or main stack.
 */
struct task_struct *fb_task_new(const char *comm, void (*fn)(void *arg), void *arg)
{
	return task_new(NULL, comm, fn, arg);
}

/**
 * fb_thread_new() - a thread in @leader's group. Models: kernel_clone() with CLONE_THREAD, 6.1;
 *	otherwise as fb_task_new().
 */
struct task_struct *fb_thread_new(struct task_struct *leader, const char *comm,
				  void (*fn)(void *arg), void *arg)
{
	return task_new(leader, comm, fn, arg);
}

static struct task_struct daemons[MAX_DAEMONS];
static unsigned int nr_daemons;

/** fb_daemon_new() - see kernel/internal.h. */
struct task_struct *fb_daemon_new(const char *comm, void (*fn)(void *arg), void *arg)
{
	struct task_struct *tsk;

	if (nr_daemons == MAX_DAEMONS)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "more than %d kernel threads of the shim",
				MAX_DAEMONS);
	tsk = &daemons[nr_daemons++];
	*tsk = init_task;
	tsk->flags |= PF_NOFREEZE;
	strscpy(tsk->comm, comm, sizeof(tsk->comm));
	tsk->pid = ++last_pid;
	tsk->tgid = tsk->pid;
	tsk->group_leader = tsk;
	INIT_LIST_HEAD(&tsk->thread_node);
	INIT_LIST_HEAD(&tsk->tasks);
	spin_lock_init(&tsk->alloc_lock);
	fb_obj_new(tsk, "task", comm);
	tsk->fb = fb_task_create(comm, fn, arg);
	fb_task_set_data(tsk->fb, tsk);
	fb_task_set_daemon(tsk->fb, true);
	return tsk;
}

/** fb_daemon_busy() - see kernel/internal.h. */
void fb_daemon_busy(struct task_struct *daemon, bool busy)
{
	fb_task_set_daemon(daemon->fb, !busy);
}

static void kthread_main(void *arg)
{
	struct task_struct *tsk = current;

	/* Kernel: a new kthread sleeps until somebody wakes it; TASK_NEW was set by its maker. */
	fb_sleep("its first wake-up", tsk);
	if (!tsk->kthread_stop)
		tsk->exit_code = tsk->kthread_fn(tsk->kthread_data);
	else
		tsk->exit_code = -EINTR;
}

/**
 * kthread_create_fb() - a kernel thread that starts with wake_up_process()
 * @threadfn: what it runs
 * @data: for @threadfn
 * @namefmt: its name
 *
 * Models: kthread_create(), 6.1. Context: may sleep. Return: the task, or ERR_PTR(-ENOMEM) (fault
 * point "alloc").
 */
struct task_struct *kthread_create_fb(int (*threadfn)(void *data), void *data, const char *namefmt,
				      ...)
{
	struct task_struct *tsk;
	char name[TASK_COMM_LEN];
	va_list args;

	might_sleep();
	if (fb_fault("alloc"))
		return ERR_PTR(-ENOMEM);
	va_start(args, namefmt);
	vsnprintf(name, sizeof(name), namefmt, args);
	va_end(args);
	tsk = task_new(NULL, name, kthread_main, NULL);
	tsk->flags |= PF_KTHREAD;
	tsk->kthread_fn = threadfn;
	tsk->kthread_data = data;
	tsk->cred = &init_cred;
	tsk->real_cred = &init_cred;
	tsk->files = NULL;
	tsk->fs = init_task.fs;
	tsk->mm = NULL;
	WRITE_ONCE(tsk->__state, TASK_NEW);
	return tsk;
}

/**
 * kthread_should_stop() - has kthread_stop() been called for current? Models: kernel/kthread.c,
 *	6.1.
 */
bool kthread_should_stop(void)
{
	fb_point(FB_PT_ATOMIC, current);
	return current->kthread_stop;
}
EXPORT_SYMBOL(kthread_should_stop);

/**
 * kthread_stop() - tell it to end, wait, return its result. The caller's task pointer must still be
 *	valid. Models: 6.1.
 */
int kthread_stop(struct task_struct *k)
{
	DECLARE_COMPLETION_ONSTACK(done);
	int ret;

	get_task_struct(k);
	k->kthread_exited = &done;
	k->kthread_stop = true;
	wake_up_process(k);
	wait_for_completion(&done);
	ret = k->exit_code;
	put_task_struct(k);
	return ret;
}
EXPORT_SYMBOL(kthread_stop);

struct mm_struct init_mm = {
	.mmap_lock = __RWSEM_INITIALIZER(init_mm.mmap_lock),
	.mm_users = ATOMIC_INIT(2),
	.mm_count = ATOMIC_INIT(1),
	.vmas = LIST_HEAD_INIT(init_mm.vmas),
	.page_table_lock = __SPIN_LOCK_UNLOCKED(init_mm.page_table_lock),
};
EXPORT_SYMBOL(init_mm);

/**
 * mm_alloc() - an empty address space with one user. NULL when out of memory. Models:
 *	kernel/fork.c, 6.1.
 */
struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = kzalloc(sizeof(*mm), GFP_KERNEL);

	if (!mm)
		return NULL;
	init_rwsem(&mm->mmap_lock);
	atomic_set(&mm->mm_users, 1);
	atomic_set(&mm->mm_count, 1);
	INIT_LIST_HEAD(&mm->vmas);
	spin_lock_init(&mm->page_table_lock);
	return mm;
}

/** mmgrab() - keep the struct. Models: linux/sched/mm.h, 6.1. */
void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

/** mmdrop() - opposite of mmgrab(). Models: 6.1. */
void mmdrop(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_count))
		kfree(mm);
}
EXPORT_SYMBOL(mmdrop);

/** mmget_not_zero() - keep the mappings too, if they still live. Models: 6.1. */
bool mmget_not_zero(struct mm_struct *mm)
{
	return atomic_inc_not_zero(&mm->mm_users);
}

/**
 * mmput() - opposite of mmget; the last user unmaps all. Models: kernel/fork.c, 6.1. Context: may
 *	sleep.
 */
void mmput(struct mm_struct *mm)
{
	might_sleep();
	if (!atomic_dec_and_test(&mm->mm_users))
		return;
	exit_mmap(mm);
	mmdrop(mm);
}
EXPORT_SYMBOL(mmput);

/**
 * get_task_mm() - the address space of @task with a reference, or NULL. Models: kernel/fork.c, 6.1.
 */
struct mm_struct *get_task_mm(struct task_struct *task)
{
	struct mm_struct *mm;

	task_lock(task);
	mm = task->mm;
	if (mm && (task->flags & PF_KTHREAD))
		mm = NULL;
	if (mm)
		atomic_inc(&mm->mm_users);
	task_unlock(task);
	return mm;
}
EXPORT_SYMBOL(get_task_mm);
