/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/sched.h. A task is a context of the core (kernel/fork.c); __state has the kernel's
 * meaning, so that a wake-up that comes between set_current_state() and schedule() is not lost, and
 * one that comes before it is.
 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <asm/current.h>
#include <linux/types.h>
#include <linux/rcupdate.h>
#include <linux/list.h>
#include <linux/compiler.h>
#include <linux/bitops.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/pid.h>
#include <linux/limits.h>
#include <linux/kernel.h>

struct audit_context;
struct backing_dev_info;
struct bio_list;
struct blk_plug;
struct cred;
struct fb_task;
struct files_struct;
struct fs_struct;
struct io_context;
struct mm_struct;
struct nameidata;
struct nsproxy;
struct signal_struct;
struct sighand_struct;
struct user_namespace;

#define TASK_RUNNING		0x00000000
#define TASK_INTERRUPTIBLE	0x00000001
#define TASK_UNINTERRUPTIBLE	0x00000002
#define __TASK_STOPPED		0x00000004
#define __TASK_TRACED		0x00000008
#define TASK_PARKED		0x00000040
#define TASK_DEAD		0x00000080
#define TASK_WAKEKILL		0x00000100
#define TASK_WAKING		0x00000200
#define TASK_NOLOAD		0x00000400
#define TASK_NEW		0x00000800
#define TASK_FREEZABLE		0x00002000
#define TASK_ANY		(TASK_DEAD | TASK_NEW | 0xff)
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE		(TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_EXITING		0x00000004
#define PF_WQ_WORKER		0x00000020
#define PF_SUPERPRIV		0x00000100
#define PF_MEMALLOC		0x00000800
#define PF_NOFREEZE		0x00008000
#define PF_MEMALLOC_NOFS	0x00040000
#define PF_MEMALLOC_NOIO	0x00080000
#define PF_LOCAL_THROTTLE	0x00100000
#define PF_KTHREAD		0x00200000

#define TASK_COMM_LEN		16
#define MAX_SCHEDULE_TIMEOUT	LONG_MAX

struct task_struct {
	unsigned int __state;		/* TASK_*: READ_ONCE/WRITE_ONCE */
	unsigned int flags;		/* PF_* */
	refcount_t usage;
	pid_t pid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	int exit_code;
	/* its context; NULL for init_task, which is the main stack */
	struct fb_task *fb;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	struct list_head thread_node;	/* in signal->thread_head */
	struct pid *thread_pid;
	const struct cred __rcu *real_cred;
	const struct cred __rcu *cred;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	unsigned long pending;		/* signals pending for this thread: bit (signal - 1) */
	unsigned long blocked;
	/* by fault point "signal" since the last return to user space */
	bool signal_injected;
	/* for other user space, by means of the box: no fault point */
	bool waits_for_user;
	struct mm_struct *mm;
	struct pipe_inode_info *splice_pipe;	/* of splice_direct_to_actor() */
	struct mm_struct *active_mm;
	struct nameidata *nameidata;
	int link_count;
	int total_link_count;
	void *journal_info;
	struct bio_list *bio_list;
	struct blk_plug *plug;
	struct backing_dev_info *backing_dev_info;
	struct io_context *io_context;
	struct callback_head *task_works;
	unsigned int pagefault_disabled;
	unsigned int irq_depth;		/* local_irq_save nesting */
	unsigned int bh_depth;
	unsigned int personality;
	u64 start_time;
	u64 io_bytes_read, io_bytes_written;
	spinlock_t alloc_lock;
	int (*kthread_fn)(void *data);
	void *kthread_data;
	bool kthread_stop;
	struct completion *kthread_exited;
	struct list_head tasks;		/* every task of the run */
};

extern struct task_struct init_task;

#define get_current_state()		READ_ONCE(current->__state)
#define task_is_running(task)		(READ_ONCE((task)->__state) == TASK_RUNNING)
#define __set_current_state(state_value)	WRITE_ONCE(current->__state, (state_value))
/* A store and a full barrier: after it, others run and look. */
#define set_current_state(state_value)	smp_store_mb(current->__state, (state_value))

void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_killable(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_idle(long timeout);
long io_schedule_timeout(long timeout);
void io_schedule(void);
int io_schedule_prepare(void);
void io_schedule_finish(int token);
int wake_up_process(struct task_struct *tsk);
int wake_up_state(struct task_struct *tsk, unsigned int state);
void yield(void);
int _cond_resched(void);
#define cond_resched()			({ might_sleep(); _cond_resched(); })
#define cond_resched_lock(lock)		fb_cond_resched_lock(lock)
int fb_cond_resched_lock(spinlock_t *lock);
#define cond_resched_rcu()		((void)_cond_resched())
/* No time slices: nobody ever asks a task to give way. */
#define need_resched()			0

static inline pid_t task_pid_nr(struct task_struct *tsk)
{
	return tsk->pid;
}

static inline pid_t task_tgid_nr(struct task_struct *tsk)
{
	return tsk->tgid;
}

pid_t task_pid_vnr(struct task_struct *tsk);
pid_t task_tgid_vnr(struct task_struct *tsk);
pid_t task_pid_nr_ns(struct task_struct *tsk, struct pid_namespace *ns);

static inline struct pid *task_pid(struct task_struct *task)
{
	return task->thread_pid;
}

static inline bool is_global_init(struct task_struct *tsk)
{
	return tsk->tgid == 1;
}

#define thread_group_leader(p)		((p)->group_leader == (p))
#define same_thread_group(p1, p2)	((p1)->signal == (p2)->signal)

static inline void task_lock(struct task_struct *p)
{
	spin_lock(&p->alloc_lock);
}

static inline void task_unlock(struct task_struct *p)
{
	spin_unlock(&p->alloc_lock);
}

/*
 * No kernel counterpart (clone() is far more): create a task that runs @fn(@arg). It inherits cred,
 * fs, files, signal state and mm pointers from current *without* taking references: the caller of
 * the shim (sim/process.c) sets what it owns before the task first runs. NULL when out of memory.
 */
struct task_struct *fb_task_new(const char *comm, void (*fn)(void *arg), void *arg);
/* A thread of @leader's group: shares its signal_struct, pid group and files pointer. */
struct task_struct *fb_thread_new(struct task_struct *leader, const char *comm,
				  void (*fn)(void *arg), void *arg);
/*
 * Runs at the end of a task that was made above, before its task_struct goes (cred and files put
 * theirs).
 */
typedef void (*fb_task_exit_fn)(struct task_struct *tsk);
void fb_task_exit_hook(fb_task_exit_fn fn);

#endif
