/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/rwsem.h. */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/linkage.h>
#include <linux/types.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/atomic.h>
#include <linux/err.h>

struct rw_semaphore {
	struct task_struct *owner;	/* writer */
	unsigned int readers;
	struct list_head wait_list;
	struct lockdep_map dep_map;
};

#define __RWSEM_INITIALIZER(lockname)						\
	{ .wait_list = LIST_HEAD_INIT((lockname).wait_list),			\
	  .dep_map = { .fb = { .name = #lockname } } }
#define DECLARE_RWSEM(name)	struct rw_semaphore name = __RWSEM_INITIALIZER(name)

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key);
#define init_rwsem(sem)								\
	do {									\
		static struct lock_class_key __key;				\
		__init_rwsem((sem), #sem, &__key);				\
	} while (0)

int rwsem_is_locked(struct rw_semaphore *sem);
int rwsem_is_contended(struct rw_semaphore *sem);

void down_read_nested(struct rw_semaphore *sem, int subclass);
int down_read_interruptible(struct rw_semaphore *sem);
int down_read_killable_nested(struct rw_semaphore *sem, int subclass);
int down_read_trylock(struct rw_semaphore *sem);
void down_write_nested(struct rw_semaphore *sem, int subclass);
int down_write_killable_nested(struct rw_semaphore *sem, int subclass);
int down_write_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);
void down_read_non_owner(struct rw_semaphore *sem);
void up_read_non_owner(struct rw_semaphore *sem);

#define down_read(sem)				down_read_nested(sem, 0)
#define down_read_killable(sem)			down_read_killable_nested(sem, 0)
#define down_write(sem)				down_write_nested(sem, 0)
#define down_write_killable(sem)		down_write_killable_nested(sem, 0)
#define down_write_nest_lock(sem, nest)		down_write_nested(sem, 0)

#endif
