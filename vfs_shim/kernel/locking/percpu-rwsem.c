// SPDX-License-Identifier: GPL-2.0
/*
 * Read-mostly semaphores, which freeze protection is made of.
 *
 * Models: kernel/locking/percpu-rwsem.c, 6.1: readers share; a writer first stops new readers, then
 * waits until the present ones have left; readers and writers that come meanwhile queue and are
 * served in order. A read lock may be given back by another task. Leaves out: the per-cpu counters
 * and the RCU that makes them cheap.
 */
#include <linux/percpu-rwsem.h>
#include <linux/export.h>
#include <linux/sched.h>
#include <core/choice.h>
#include <core/explore.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/lockdep.h>
#include <core/task.h>
#include "../internal.h"

struct percpu_waiter {
	struct list_head list;
	struct task_struct *task;
	bool writer;
	bool granted;
};

/**
 * __percpu_init_rwsem() - a free semaphore of class @key; 0, or -ENOMEM (fault point "alloc": the
 *	kernel allocates per-cpu counters here). Models: 6.1.
 */
int __percpu_init_rwsem(struct percpu_rw_semaphore *sem, const char *name,
			struct lock_class_key *key)
{
	if (fb_fault("alloc"))
		return -ENOMEM;
	*sem = (struct percpu_rw_semaphore){ .readers = 0 };
	INIT_LIST_HEAD(&sem->waiters);
	lockdep_init_map(&sem->dep_map, name, key, 0);
	return 0;
}
EXPORT_SYMBOL(__percpu_init_rwsem);

/**
 * percpu_free_rwsem() - no longer used; nobody may hold it. Fine for one that was never initialised
 *	(all zero). Models: 6.1.
 */
void percpu_free_rwsem(struct percpu_rw_semaphore *sem)
{
	if (sem->readers || sem->block)
		fb_report(FB_LOCK_MISUSE, 0, NULL, "percpu rwsem \"%s\" (%s) is freed while %s",
			  sem->dep_map.fb.name, fb_obj(&sem->dep_map),
			  sem->block ? "a writer has it" : "readers have it");
	sem->freeze_obj = NULL;
}
EXPORT_SYMBOL(percpu_free_rwsem);

/** percpu_rwsem_is_freeze_level() - enter its read locks as freeze protection. See the header. */
void percpu_rwsem_is_freeze_level(struct percpu_rw_semaphore *sem, const void *obj,
				  unsigned int level)
{
	sem->freeze_obj = obj;
	sem->freeze_level = level;
}

/* Current now holds a read lock. */
static void entered(struct percpu_rw_semaphore *sem, unsigned int flags)
{
	fb_lock_acquired(&sem->dep_map, &sem->dep_map.fb, FB_LOCK_SHARED,
			 FB_LOCK_OWNERLESS | flags);
	if (sem->freeze_obj)
		fb_get(FB_RES_FREEZE, sem->freeze_obj, sem->freeze_level);
}

static void wait(struct percpu_rw_semaphore *sem, bool writer)
{
	struct percpu_waiter w = { .task = current, .writer = writer };

	list_add_tail(&w.list, &sem->waiters);
	while (!w.granted) {
		__set_current_state(TASK_UNINTERRUPTIBLE);
		fb_sleep(writer ? "percpu rwsem, for writing" : "percpu rwsem, for reading",
			 &sem->dep_map);
	}
}

/* Would a reader have to wait? For fb_point_lock(). */
static bool busy_read(const void *obj)
{
	return ((const struct percpu_rw_semaphore *)obj)->block;
}

/**
 * percpu_down_read() - share; sleeps while a writer has it or drains it. Models:
 *	percpu_down_read(), 6.1. Context: may sleep.
 */
void percpu_down_read(struct percpu_rw_semaphore *sem)
{
	fb_might_sleep("percpu_down_read()");
	fb_lock_check(&sem->dep_map, &sem->dep_map.fb, FB_LOCK_SHARED, FB_LOCK_OWNERLESS);
	fb_point_lock(sem, true, busy_read);
	if (sem->block)
		wait(sem, false);	/* percpu_up_write() counts us */
	else
		sem->readers++;
	entered(sem, 0);
}
EXPORT_SYMBOL(percpu_down_read);

/**
 * percpu_down_read_trylock() - true unless a writer has it or drains it. Models:
 *	percpu_down_read_trylock(), 6.1. Context: any.
 */
bool percpu_down_read_trylock(struct percpu_rw_semaphore *sem)
{
	fb_point(FB_PT_READ, sem);
	if (sem->block)
		return false;
	sem->readers++;
	entered(sem, FB_LOCK_TRY);
	return true;
}
EXPORT_SYMBOL(percpu_down_read_trylock);

/**
 * percpu_up_read() - stop sharing; the last one lets the writer in. Models: percpu_up_read(), 6.1.
 *	Context: any.
 */
void percpu_up_read(struct percpu_rw_semaphore *sem)
{
	fb_point_unlock(sem, true);
	if (sem->freeze_obj)
		fb_put(FB_RES_FREEZE, sem->freeze_obj, sem->freeze_level);
	fb_lock_released(&sem->dep_map);
	if (!sem->readers) {
		fb_report(FB_LOCK_MISUSE, 0, NULL,
			  "percpu_up_read() of \"%s\" (%s), which nobody holds for reading",
			  sem->dep_map.fb.name, fb_obj(&sem->dep_map));
		return;
	}
	if (!--sem->readers && sem->writer)
		fb_wake_task(sem->writer);
}
EXPORT_SYMBOL(percpu_up_read);

/** percpu_is_read_locked() - any reader? Models: percpu_is_read_locked(), 6.1. */
bool percpu_is_read_locked(struct percpu_rw_semaphore *sem)
{
	fb_point(FB_PT_READ, sem);
	return sem->readers && !sem->block;
}
EXPORT_SYMBOL(percpu_is_read_locked);

/**
 * percpu_is_write_locked() - does a writer have it or drain it? Models: percpu_is_write_locked(),
 *	6.1.
 */
bool percpu_is_write_locked(struct percpu_rw_semaphore *sem)
{
	fb_point(FB_PT_READ, sem);
	return sem->block;
}

/**
 * percpu_down_write() - stop new readers, wait for the present ones. Models: percpu_down_write(),
 *	6.1. Context: may sleep.
 */
void percpu_down_write(struct percpu_rw_semaphore *sem)
{
	fb_might_sleep("percpu_down_write()");
	fb_lock_check(&sem->dep_map, &sem->dep_map.fb, FB_LOCK_EXCL, FB_LOCK_OWNERLESS);
	fb_point(FB_PT_LOCK, sem);
	if (sem->block)
		wait(sem, true);
	sem->block = true;
	sem->writer = current;
	fb_point(FB_PT_LOCK, sem);
	while (sem->readers) {
		__set_current_state(TASK_UNINTERRUPTIBLE);
		fb_sleep("readers of a percpu rwsem", &sem->dep_map);
		fb_touch(sem, true);
	}
	sem->writer = NULL;
	fb_lock_acquired(&sem->dep_map, &sem->dep_map.fb, FB_LOCK_EXCL, FB_LOCK_OWNERLESS);
}
EXPORT_SYMBOL(percpu_down_write);

/**
 * percpu_up_write() - let in every reader in front of the next writer, and that writer, who then
 *	waits for them. Models: percpu_up_write(), 6.1.
 */
void percpu_up_write(struct percpu_rw_semaphore *sem)
{
	struct percpu_waiter *w, *next;

	fb_point(FB_PT_UNLOCK, sem);
	fb_lock_released(&sem->dep_map);
	sem->block = false;
	list_for_each_entry_safe(w, next, &sem->waiters, list) {
		list_del(&w->list);
		w->granted = true;
		if (w->writer)
			sem->block = true;
		else
			sem->readers++;
		fb_wake_task(w->task);
		if (w->writer)
			return;
	}
}
EXPORT_SYMBOL(percpu_up_write);

/**
 * fb_percpu_rwsem_release() - the lock stays held, but not by current any more
 * @sem: current holds it
 * @read: for reading
 *
 * Models: percpu_rwsem_release(), 6.1 (__sb_writers_release()).
 */
void fb_percpu_rwsem_release(struct percpu_rw_semaphore *sem, bool read)
{
	if (read && sem->freeze_obj)
		fb_disown(FB_RES_FREEZE, sem->freeze_obj, sem->freeze_level);
	fb_lock_disown(&sem->dep_map);
}

/**
 * fb_percpu_rwsem_acquire() - current takes over what another task released so. Models:
 *	percpu_rwsem_acquire(), 6.1.
 */
void fb_percpu_rwsem_acquire(struct percpu_rw_semaphore *sem, bool read)
{
	if (read && sem->freeze_obj)
		fb_own(FB_RES_FREEZE, sem->freeze_obj, sem->freeze_level);
	fb_lock_adopt(&sem->dep_map, &sem->dep_map.fb, read ? FB_LOCK_SHARED : FB_LOCK_EXCL,
		      FB_LOCK_OWNERLESS);
}
