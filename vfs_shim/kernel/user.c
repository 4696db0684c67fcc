// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts: what all processes of one user share.
 *
 * Models: kernel/user.c and kernel/ucount.c, 6.1. Leaves out: the limits per user and namespace
 * (there is one namespace and RLIMIT_NPROC is not enforced), the hash table (a list is enough).
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/sched/user.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>

static DEFINE_SPINLOCK(uidhash_lock);
static HLIST_HEAD(users);

struct user_struct root_user = {
	.__count = REFCOUNT_INIT(1),
	.uid = GLOBAL_ROOT_UID,
};

struct ucounts init_ucounts = {
	.ns = &init_user_ns,
	.uid = GLOBAL_ROOT_UID,
	.count = ATOMIC_INIT(1),
};

/**
 * get_ucounts - share a counter set
 * @ucounts: the set
 *
 * Models: kernel/ucount.c, 6.1: all users of the box share init_ucounts, which lives for ever.
 */
struct ucounts *get_ucounts(struct ucounts *ucounts)
{
	return ucounts;
}

/**
 * put_ucounts - drop a counter set
 * @ucounts: the set
 *
 * Models: kernel/ucount.c, 6.1. Nothing to do: get_ucounts() took no reference.
 */
void put_ucounts(struct ucounts *ucounts)
{
	(void)ucounts;
}

static struct user_struct *uid_find(kuid_t uid)
{
	struct user_struct *user;

	if (uid_eq(uid, GLOBAL_ROOT_UID))
		return get_uid(&root_user);
	hlist_for_each_entry(user, &users, uidhash_node)
		if (uid_eq(user->uid, uid))
			return get_uid(user);
	return NULL;
}

/**
 * find_user - the account of a user that has one
 * @uid: user
 *
 * Models: kernel/user.c, 6.1. Return: a reference, or NULL.
 */
struct user_struct *find_user(kuid_t uid)
{
	struct user_struct *user;
	unsigned long flags;

	spin_lock_irqsave(&uidhash_lock, flags);
	user = uid_find(uid);
	spin_unlock_irqrestore(&uidhash_lock, flags);
	return user;
}

/**
 * alloc_uid - the account of a user, made if there is none
 * @uid: user
 *
 * Models: kernel/user.c, 6.1. Context: may sleep. Return: a reference, or NULL without memory.
 */
struct user_struct *alloc_uid(kuid_t uid)
{
	struct user_struct *user = find_user(uid), *new;

	if (user)
		return user;
	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return NULL;
	new->uid = uid;
	refcount_set(&new->__count, 1);

	spin_lock_irq(&uidhash_lock);
	user = uid_find(uid);
	if (!user)
		hlist_add_head(&new->uidhash_node, &users);
	spin_unlock_irq(&uidhash_lock);
	if (!user)
		return new;
	/* Another task made it meanwhile. */
	kfree(new);
	return user;
}

/**
 * free_uid - drop a reference to an account
 * @up: the account or NULL
 *
 * Models: kernel/user.c, 6.1.
 */
void free_uid(struct user_struct *up)
{
	unsigned long flags;

	if (!up || !refcount_dec_and_lock_irqsave(&up->__count, &uidhash_lock, &flags))
		return;
	hlist_del_init(&up->uidhash_node);
	spin_unlock_irqrestore(&uidhash_lock, flags);
	kfree(up);
}
EXPORT_SYMBOL_GPL(free_uid);
