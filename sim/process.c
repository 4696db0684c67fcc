// SPDX-License-Identifier: GPL-2.0
/*
 * Processes of the box, and the border between them and the kernel.
 */
#include "process.h"

#include <core/ledger.h>
#include <core/task.h>
#include <core/trace.h>
#include <fusebox/cred.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/init_task.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/start_kernel.h>
#include <linux/syscalls.h>
#include <linux/task_work.h>

static LIST_HEAD(processes);
static struct box_process first;
/* What a process with "no" files starts with, as after login: descriptors 0, 1 and 2. */
static struct files_struct *standard_files;

static struct box_process *process_of(const struct task_struct *task)
{
	struct box_process *p;

	list_for_each_entry(p, &processes, list) {
		if (p->task == task)
			return p;
	}
	return NULL;
}

struct box_process *box_current(void)
{
	return process_of(current);
}

/* The contexts of io_submit(2) go with the last task that has the descriptor table. */
static void exit_async(struct task_struct *task)
{
	io_uring_files_cancel();
	if (task->files && atomic_read(&task->files->count) == 1)
		exit_aio_files(task->files);
}

/*
 * The kernel's order at the end of a process: files, umask, what they left to task work,
 * credentials.
 */
static void process_exit(struct task_struct *task)
{
	struct box_process *p = process_of(task);

	if (!p)
		return;
	exit_async(task);
	exit_splice(task);
	exit_files(task);
	exit_task_work(task);
	exit_fs(task);
	exit_creds(task);
	task->cred = task->real_cred = &init_cred;
	fb_audit_syscall_exit("exit");
	p->task = NULL;
	p->done = true;
	box_faults_ended();
	/* The last touch: box_reap() may free it from here on. */
	complete(&p->ended);
}

static void process_init(struct box_process *p, const char *name)
{
	strscpy(p->name, name, sizeof(p->name));
	init_completion(&p->ended);
	list_add_tail(&p->list, &processes);
}

void box_first(void (*fn)(void *arg), void *arg)
{
	fb_task_new("init", fn, arg);
}

struct box_process *box_boot(void)
{
	memset(&first, 0, sizeof(first));
	process_init(&first, "init");
	first.task = current;
	fb_task_exit_hook(process_exit);
	start_kernel();
	BUG_ON(copy_creds(current, 0));
	current->files = dup_fd(NULL, NULL);
	current->fs = copy_fs_struct(NULL);
	/* One for all processes: they share memory. */
	current->mm = current->active_mm = mm_alloc();
	BUG_ON(IS_ERR(current->files) || !current->fs || !current->mm);
	return &first;
}

void box_standard_files(void)
{
	standard_files = dup_fd(current->files, NULL);
	BUG_ON(IS_ERR(standard_files));
}

/* As process_exit(), but the kernel goes down before the process does. */
void box_shutdown(void)
{
	if (standard_files)
		put_files_struct(standard_files);
	exit_async(current);
	exit_splice(current);
	mmput(current->mm);
	current->mm = current->active_mm = NULL;
	exit_files(current);
	task_work_run();
	/*
	 * What an exiting process left to the work queue: the machine does not go down within a
	 * jiffy.
	 */
	flush_delayed_fput();
	exit_fs(current);
	exit_creds(current);
	current->cred = current->real_cred = &init_cred;
	stop_kernel();
	fb_audit_syscall_exit("exit");
	list_del(&first.list);
}

/* Until the child runs, what it shares with current is current's. */
static int process_copy(struct task_struct *task, enum box_files how)
{
	struct files_struct *files = current->files;
	struct fs_struct *fs;

	if (how == BOX_FILES_SHARE)
		atomic_inc(&files->count);
	else
		files = dup_fd(how == BOX_FILES_COPY ? files : standard_files, NULL);
	if (IS_ERR(files))
		return PTR_ERR(files);
	fs = copy_fs_struct(current->fs);
	if (!fs)
		goto out_files;
	if (copy_creds(task, 0))
		goto out_fs;
	task->files = files;
	task->fs = fs;
	return 0;

out_fs:
	free_fs_struct(fs);
out_files:
	put_files_struct(files);
	return -ENOMEM;
}

/* A child whose parts could not be made ends at once; nobody has seen it. */
static void process_stillborn(struct box_process *p)
{
	p->task->files = NULL;
	p->task->fs = NULL;
	p->task = NULL;
	list_del(&p->list);
	kfree(p);
}

/* Under some schedules the child runs before its maker has given it parts of its own. */
static void run_or_end(void *arg)
{
	struct box_process *p;

	while ((p = process_of(current)) && !smp_load_acquire(&p->ready))
		fb_yield();
	if (p)
		p->fn(p->arg);
	(void)arg;
}

struct box_process *box_spawn(const char *name, enum box_files files, void (*fn)(void *arg),
			      void *arg)
{
	struct box_process *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return ERR_PTR(-ENOMEM);
	process_init(p, name);
	p->fn = fn;
	p->arg = arg;
	p->task = fb_task_new(name, run_or_end, NULL);
	err = process_copy(p->task, files);
	if (err) {
		process_stillborn(p);
		return ERR_PTR(err);
	}
	smp_store_release(&p->ready, true);
	return p;
}

int box_reap(struct box_process *p)
{
	int killed;

	fb_task_set_joining(true);
	wait_for_completion(&p->ended);
	fb_task_set_joining(false);
	killed = p->killed;
	list_del(&p->list);
	kfree(p);
	return killed;
}

void box_for_each(void (*fn)(struct box_process *p, void *arg), void *arg)
{
	struct box_process *p;

	list_for_each_entry(p, &processes, list) {
		if (p != &first)
			fn(p, arg);
	}
}

void box_kill(struct box_process *p)
{
	struct task_struct *task = p->task;

	if (!task)
		return;
	get_task_struct(task);
	do_send_sig_info_fb(SIGKILL, task, true);
	put_task_struct(task);
}

bool box_sleeps(const struct box_process *p)
{
	return p->done || (p->in_syscall && fb_task_blocked(p->task->fb));
}

/*
 * Takes the signals; a deadly one ends the process here, but not while it acts for the
 * administrator.
 */
static void process_signals(struct box_process *p)
{
	if (p->administers)
		return;
	if (READ_ONCE(current->pending) & sigmask(SIGXFSZ))
		p->nr_sigxfsz++;
	if (!fb_signals_take(current))
		return;
	fb_trace("%s: killed", p->name);
	p->killed = true;
	do_exit(SIGKILL);
}

void box_syscall_enter(void)
{
	struct box_process *p = box_current();

	process_signals(p);
	box_faults_enter(p);
	p->in_syscall = true;
}

static long restart_as_eintr(long ret)
{
	switch (ret) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return -EINTR;
	default:
		return ret;
	}
}

long box_syscall_exit(const char *name, long ret)
{
	struct box_process *p = box_current();

	task_work_run();
	p->in_syscall = false;
	ret = restart_as_eintr(ret);
	fb_trace("%s = %ld", name, ret);
	fb_cred_audit(name);
	fb_audit_syscall_exit(name);
	box_faults_exit(p, name, ret);
	process_signals(p);
	return ret;
}

/* Capabilities of @new: all that @keep has, but none that is not permitted. */
static void keep_caps(struct cred *new, unsigned long long keep)
{
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		if (keep & (1ULL << cap))
			continue;
		cap_lower(new->cap_permitted, cap);
		cap_lower(new->cap_effective, cap);
	}
	cap_clear(new->cap_ambient);
}

static long set_ids(uid_t uid, gid_t gid, unsigned long long keep)
{
	struct cred *new = prepare_creds();
	struct group_info *none;

	if (!new)
		return -ENOMEM;
	none = groups_alloc(0);
	if (!none) {
		abort_creds(new);
		return -ENOMEM;
	}
	set_groups(new, none);
	put_group_info(none);
	new->uid = new->euid = new->suid = new->fsuid = make_kuid(&init_user_ns, uid);
	new->gid = new->egid = new->sgid = new->fsgid = make_kgid(&init_user_ns, gid);
	if (uid && uid_eq(current_uid(), GLOBAL_ROOT_UID))
		keep_caps(new, keep);
	return commit_creds(new);
}

long box_setids(uid_t uid, gid_t gid)
{
	return set_ids(uid, gid, 0);
}

long box_setids_keep(uid_t uid, gid_t gid, unsigned long long caps)
{
	return set_ids(uid, gid, caps);
}

long box_drop_cap(int cap)
{
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	cap_lower(new->cap_effective, cap);
	cap_lower(new->cap_permitted, cap);
	return commit_creds(new);
}

void box_set_fsize_limit(unsigned long long limit)
{
	current->signal->rlim[RLIMIT_FSIZE].rlim_cur = limit;
}

unsigned int box_sigxfsz(void)
{
	struct box_process *p = box_current();
	unsigned int nr = p->nr_sigxfsz;

	p->nr_sigxfsz = 0;
	return nr;
}
