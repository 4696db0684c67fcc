// SPDX-License-Identifier: GPL-2.0
/*
 * Credentials: who acts.
 *
 * Models: kernel/cred.c, 6.1. Leaves out: keyrings, dumpability, process counts per user (the box
 * limits neither), the process connector.
 *
 * Each cred is a FB_RES_CRED ledger entry keyed by the address of its usage count. What
 * override_creds() installed is remembered per task with its stack: credentials reverted out of
 * order, or still overridden on return to user space, are findings.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/sched/user.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/run.h>
#include <core/stack.h>
#include <fusebox/cred.h>

static struct kmem_cache *cred_jar;

static struct group_info init_groups = { .usage = ATOMIC_INIT(2) };

struct cred init_cred = {
	.usage = ATOMIC_LONG_INIT(4),
	.uid = GLOBAL_ROOT_UID,
	.gid = GLOBAL_ROOT_GID,
	.suid = GLOBAL_ROOT_UID,
	.sgid = GLOBAL_ROOT_GID,
	.euid = GLOBAL_ROOT_UID,
	.egid = GLOBAL_ROOT_GID,
	.fsuid = GLOBAL_ROOT_UID,
	.fsgid = GLOBAL_ROOT_GID,
	.cap_inheritable = CAP_EMPTY_SET,
	.cap_permitted = CAP_FULL_SET,
	.cap_effective = CAP_FULL_SET,
	.cap_bset = CAP_FULL_SET,
	.user = INIT_USER,
	.user_ns = &init_user_ns,
	.group_info = &init_groups,
	.ucounts = &init_ucounts,
};

/* One line per override_creds() that waits for its revert_creds(). */
struct override {
	struct list_head link;
	const struct task_struct *task;
	const struct cred *installed;
	const struct cred *saved;
	fb_stack_t at;
};

static LIST_HEAD(overrides);

static struct override *override_newest(const struct task_struct *task)
{
	struct override *o;

	list_for_each_entry(o, &overrides, link)
		if (o->task == task)
			return o;
	return NULL;
}

static void override_enter(const struct cred *installed, const struct cred *saved)
{
	/* Not kmalloc(): the box's own bookkeeping is neither a fault point nor on the ledger. */
	struct override *o = fb_small_alloc(sizeof(*o));

	o->task = current;
	o->installed = installed;
	o->saved = saved;
	o->at = fb_stack_here();
	list_add(&o->link, &overrides);
}

static void override_leave(const struct cred *back_to)
{
	struct override *o = override_newest(current);

	if (!o) {
		fb_report(FB_CONTRACT, 0, NULL, "revert_creds() without override_creds()");
		return;
	}
	if (o->saved != back_to || o->installed != current->cred)
		fb_report(FB_CONTRACT, o->at, "overridden at",
			  "revert_creds() with other credentials than override_creds() returned");
	list_del(&o->link);
	fb_small_free(o, sizeof(*o));
}

/**
 * fb_cred_audit - are current's credentials its own again?
 * @when: shown in the finding, "write(2)"
 *
 * Reports each override_creds() that current has not reverted, with its stack, and forgets it.
 */
void fb_cred_audit(const char *when)
{
	struct override *o;

	while ((o = override_newest(current))) {
		fb_report(FB_CONTRACT, o->at, "overridden at",
			  "%s returns with overridden credentials", when);
		list_del(&o->link);
		fb_small_free(o, sizeof(*o));
	}
}

static void cred_watch(struct cred *cred)
{
	atomic_long_set(&cred->usage, 1);
	fb_obj_new(cred, "cred", NULL);
	fb_watch(&cred->usage, FB_RES_CRED, cred);
	fb_get(FB_RES_CRED, cred, 0);
}

static void put_cred_rcu(struct rcu_head *rcu)
{
	struct cred *cred = container_of(rcu, struct cred, rcu);

	security_cred_free(cred);
	if (cred->group_info)
		put_group_info(cred->group_info);
	free_uid(cred->user);
	if (cred->ucounts)
		put_ucounts(cred->ucounts);
	put_user_ns(cred->user_ns);
	fb_unwatch(&cred->usage);
	fb_obj_gone(cred);
	kmem_cache_free(cred_jar, cred);
}

/**
 * __put_cred - free credentials nobody refers to
 * @cred: usage is zero
 *
 * Models: kernel/cred.c, 6.1: freed after an RCU grace period unless non_rcu says that RCU readers
 * never saw them. Freeing what current runs with is a BUG.
 */
void __put_cred(struct cred *cred)
{
	BUG_ON(cred == current->cred);
	BUG_ON(cred == current->real_cred);
	BUG_ON(cred == &init_cred);
	if (cred->non_rcu)
		put_cred_rcu(&cred->rcu);
	else
		call_rcu(&cred->rcu, put_cred_rcu);
}
EXPORT_SYMBOL(__put_cred);

/**
 * exit_creds - a task lets go of its credentials
 * @tsk: the task
 *
 * Models: kernel/cred.c, 6.1.
 */
void exit_creds(struct task_struct *tsk)
{
	const struct cred *real = tsk->real_cred, *cred = tsk->cred;

	tsk->real_cred = NULL;
	tsk->cred = NULL;
	put_cred(real);
	put_cred(cred);
}

/**
 * get_task_cred - another task's objective credentials
 * @task: the task
 *
 * Models: kernel/cred.c, 6.1. Return: a reference, to be dropped by put_cred().
 */
const struct cred *get_task_cred(struct task_struct *task)
{
	const struct cred *cred;

	rcu_read_lock();
	do {
		cred = __task_cred(task);
		BUG_ON(!cred);
	} while (!get_cred_rcu(cred));
	rcu_read_unlock();
	return cred;
}
EXPORT_SYMBOL(get_task_cred);

/* A private copy of @old, which must not vanish meanwhile. */
static struct cred *cred_copy(const struct cred *old)
{
	struct cred *new = kmem_cache_alloc(cred_jar, GFP_KERNEL);

	if (!new)
		return NULL;
	*new = *old;
	new->non_rcu = 0;
	new->security = NULL;
	cred_watch(new);
	get_group_info(new->group_info);
	get_uid(new->user);
	get_user_ns(new->user_ns);
	new->ucounts = get_ucounts(new->ucounts);
	if (!new->ucounts || security_prepare_creds(new, old, GFP_KERNEL_ACCOUNT) < 0) {
		abort_creds(new);
		return NULL;
	}
	return new;
}

/**
 * prepare_creds - a copy of current's credentials, to be changed and committed
 *
 * Models: kernel/cred.c, 6.1. Context: may sleep. Return: the copy, or NULL without memory.
 */
struct cred *prepare_creds(void)
{
	return cred_copy(current->cred);
}
EXPORT_SYMBOL(prepare_creds);

/**
 * prepare_kernel_cred - credentials for a kernel service
 * @daemon: whose to copy; NULL: those of the init task
 *
 * Models: kernel/cred.c, 6.1. Return: the copy, or NULL without memory.
 */
struct cred *prepare_kernel_cred(struct task_struct *daemon)
{
	const struct cred *old = daemon ? get_task_cred(daemon) : get_cred(&init_cred);
	struct cred *new = cred_copy(old);

	put_cred(old);
	return new;
}
EXPORT_SYMBOL(prepare_kernel_cred);

/**
 * copy_creds - credentials of a new task
 * @p: the new task, whose cred still points at the parent's
 * @clone_flags: CLONE_THREAD shares them
 *
 * Models: kernel/cred.c, 6.1. Return: 0, -ENOMEM.
 */
int copy_creds(struct task_struct *p, unsigned long clone_flags)
{
	struct cred *new;

	if (clone_flags & CLONE_NEWUSER)
		unmodelled("copy_creds with CLONE_NEWUSER");
	if (clone_flags & CLONE_THREAD) {
		p->real_cred = get_cred(p->cred);
		get_cred(p->cred);
		return 0;
	}
	new = cred_copy(p->cred);
	if (!new)
		return -ENOMEM;
	p->cred = p->real_cred = get_cred(new);
	return 0;
}

/**
 * commit_creds - make prepared credentials current's own
 * @new: from prepare_creds(); the reference is consumed
 *
 * Models: kernel/cred.c, 6.1: while overridden it is a BUG. Return: 0.
 */
int commit_creds(struct cred *new)
{
	struct task_struct *task = current;
	const struct cred *old = task->real_cred;

	BUG_ON(task->cred != old);
	BUG_ON(atomic_long_read(&new->usage) < 1);
	get_cred(new);
	rcu_assign_pointer(task->real_cred, new);
	rcu_assign_pointer(task->cred, new);
	put_cred(old);
	put_cred(old);
	return 0;
}
EXPORT_SYMBOL(commit_creds);

/**
 * abort_creds - throw prepared credentials away
 * @new: from prepare_creds(); the reference is consumed
 *
 * Models: kernel/cred.c, 6.1.
 */
void abort_creds(struct cred *new)
{
	BUG_ON(atomic_long_read(&new->usage) < 1);
	put_cred(new);
}
EXPORT_SYMBOL(abort_creds);

/**
 * override_creds - act as somebody else for a while
 * @new: credentials to act with; a reference is taken
 *
 * Models: kernel/cred.c, 6.1. Return: what revert_creds() must be given.
 */
const struct cred *override_creds(const struct cred *new)
{
	const struct cred *old = current->cred;

	get_new_cred((struct cred *)new);
	rcu_assign_pointer(current->cred, new);
	override_enter(new, old);
	return old;
}
EXPORT_SYMBOL(override_creds);

/**
 * revert_creds - end override_creds()
 * @old: what it returned
 *
 * Models: kernel/cred.c, 6.1. Another pointer than override_creds() returned is a finding.
 */
void revert_creds(const struct cred *old)
{
	const struct cred *override = current->cred;

	override_leave(old);
	rcu_assign_pointer(current->cred, old);
	put_cred(override);
}
EXPORT_SYMBOL(revert_creds);

static int groups_cmp(const struct group_info *a, const struct group_info *b)
{
	int i;

	if (a->ngroups != b->ngroups)
		return a->ngroups < b->ngroups ? -1 : 1;
	for (i = 0; i < a->ngroups; i++)
		if (!gid_eq(a->gid[i], b->gid[i]))
			return gid_lt(a->gid[i], b->gid[i]) ? -1 : 1;
	return 0;
}

/**
 * cred_fscmp - order credentials by what file access looks at
 * @a: first
 * @b: second
 *
 * Models: kernel/cred.c, 6.1. Return: negative, 0, positive.
 */
int cred_fscmp(const struct cred *a, const struct cred *b)
{
	if (a == b)
		return 0;
	if (!uid_eq(a->fsuid, b->fsuid))
		return uid_lt(a->fsuid, b->fsuid) ? -1 : 1;
	if (!gid_eq(a->fsgid, b->fsgid))
		return gid_lt(a->fsgid, b->fsgid) ? -1 : 1;
	if (a->group_info == b->group_info)
		return 0;
	return groups_cmp(a->group_info, b->group_info);
}
EXPORT_SYMBOL(cred_fscmp);

/**
 * cred_init - create the cred cache
 *
 * Models: kernel/cred.c, 6.1. Called once by box_boot().
 */
void __init cred_init(void)
{
	cred_jar = kmem_cache_create("cred_jar", sizeof(struct cred), 0,
				     SLAB_HWCACHE_ALIGN | SLAB_PANIC | SLAB_ACCOUNT, NULL);
}
