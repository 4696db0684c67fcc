/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/percpu-rwsem.h. Readers share; a writer stops new readers and waits for the present
 * ones; a read lock may be given back by another task when it was handed over
 * (percpu_rwsem_release/acquire).
 */
#ifndef _LINUX_PERCPU_RWSEM_H
#define _LINUX_PERCPU_RWSEM_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/rcuwait.h>
#include <linux/wait.h>
#include <linux/rcu_sync.h>
#include <linux/lockdep.h>

struct percpu_rw_semaphore {
	unsigned int readers;		/* the sum of the kernel's per-cpu read_count */
	bool block;			/* a writer holds it or drains it */
	struct task_struct *writer;	/* who waits for the readers to leave */
	/* readers and writers behind the writer, first come first served */
	struct list_head waiters;
	/* freeze protection of this object is entered in the ledger; or NULL */
	const void *freeze_obj;
	unsigned int freeze_level;
	struct lockdep_map dep_map;
};

#define __DEFINE_PERCPU_RWSEM(lockname, is_static)					\
is_static struct percpu_rw_semaphore lockname = {					\
	.waiters = LIST_HEAD_INIT(lockname.waiters),				\
	.dep_map = { .fb = { .name = #lockname } },					\
}
#define DEFINE_PERCPU_RWSEM(name)		__DEFINE_PERCPU_RWSEM(name, )
#define DEFINE_STATIC_PERCPU_RWSEM(name)	__DEFINE_PERCPU_RWSEM(name, static)

int __percpu_init_rwsem(struct percpu_rw_semaphore *sem, const char *name,
			struct lock_class_key *key);
void percpu_free_rwsem(struct percpu_rw_semaphore *sem);
/*
 * No kernel counterpart; fs/super.c calls it for sb->s_writers: each read lock of @sem is freeze
 * protection of @obj at @level (FB_RES_FREEZE) from now on.
 */
void percpu_rwsem_is_freeze_level(struct percpu_rw_semaphore *sem, const void *obj,
				  unsigned int level);

#define percpu_init_rwsem(sem)							\
	({									\
		static struct lock_class_key rwsem_key;				\
		__percpu_init_rwsem(sem, #sem, &rwsem_key);			\
	})

void percpu_down_read(struct percpu_rw_semaphore *sem);
bool percpu_down_read_trylock(struct percpu_rw_semaphore *sem);
void percpu_up_read(struct percpu_rw_semaphore *sem);
bool percpu_is_read_locked(struct percpu_rw_semaphore *sem);
void percpu_down_write(struct percpu_rw_semaphore *sem);
void percpu_up_write(struct percpu_rw_semaphore *sem);
bool percpu_is_write_locked(struct percpu_rw_semaphore *sem);

#define percpu_rwsem_is_held(sem)	lockdep_is_held(sem)
#define percpu_rwsem_assert_held(sem)	lockdep_assert_held(sem)

/* The annotations that hand a held lock over: current stops being the holder, or becomes it. */
void fb_percpu_rwsem_release(struct percpu_rw_semaphore *sem, bool read);
void fb_percpu_rwsem_acquire(struct percpu_rw_semaphore *sem, bool read);

static inline void percpu_rwsem_release(struct percpu_rw_semaphore *sem, bool read,
					unsigned long ip)
{
	(void)ip;
	fb_percpu_rwsem_release(sem, read);
}

static inline void percpu_rwsem_acquire(struct percpu_rw_semaphore *sem, bool read,
					unsigned long ip)
{
	(void)ip;
	fb_percpu_rwsem_acquire(sem, read);
}

#endif
