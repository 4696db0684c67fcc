/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/sched/user.h. */
#ifndef _LINUX_SCHED_USER_H
#define _LINUX_SCHED_USER_H

#include <linux/uidgid.h>
#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/percpu_counter.h>
#include <linux/sched.h>

struct user_struct {
	refcount_t __count;
	atomic_long_t pipe_bufs;	/* pages in pipes of this user */
	unsigned long locked_vm;
	struct hlist_node uidhash_node;
	kuid_t uid;
};

extern struct user_struct root_user;
#define INIT_USER (&root_user)

static inline struct user_struct *get_uid(struct user_struct *u)
{
	refcount_inc(&u->__count);
	return u;
}

struct user_struct *find_user(kuid_t uid);
struct user_struct *alloc_uid(kuid_t uid);
void free_uid(struct user_struct *u);

#endif
