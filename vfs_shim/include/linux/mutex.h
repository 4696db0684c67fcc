/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/mutex.h, Documentation/locking/mutex-design.rst. */
#ifndef __LINUX_MUTEX_H
#define __LINUX_MUTEX_H

#include <asm/current.h>
#include <linux/list.h>
#include <linux/spinlock_types.h>
#include <linux/lockdep.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>

struct mutex {
	struct task_struct *owner;
	struct list_head wait_list;
	struct lockdep_map dep_map;
};

#define __MUTEX_INITIALIZER(lockname)						\
	{ .wait_list = LIST_HEAD_INIT(lockname.wait_list),			\
	  .dep_map = { .fb = { .name = #lockname } } }
#define DEFINE_MUTEX(mutexname) struct mutex mutexname = __MUTEX_INITIALIZER(mutexname)

void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key);
#define mutex_init(mutex)							\
	do {									\
		static struct lock_class_key __key;				\
		__mutex_init((mutex), #mutex, &__key);				\
	} while (0)

void mutex_destroy(struct mutex *lock);
bool mutex_is_locked(struct mutex *lock);
void mutex_lock_nested(struct mutex *lock, unsigned int subclass);
int mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass);
int mutex_lock_killable_nested(struct mutex *lock, unsigned int subclass);
void mutex_lock_io_nested(struct mutex *lock, unsigned int subclass);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock);

#define mutex_lock(lock)			mutex_lock_nested(lock, 0)
#define mutex_lock_interruptible(lock)		mutex_lock_interruptible_nested(lock, 0)
#define mutex_lock_killable(lock)		mutex_lock_killable_nested(lock, 0)
#define mutex_lock_io(lock)			mutex_lock_io_nested(lock, 0)
#define mutex_lock_nest_lock(lock, nest)	mutex_lock_nested(lock, 0)

#endif
