// SPDX-License-Identifier: GPL-2.0
/*
 * Read-write semaphores: first come, first served. A reader that comes while somebody waits, waits
 * too.
 *
 * Models: kernel/locking/rwsem.c, 6.1. Leaves out: optimistic spinning, lock stealing by readers
 * and writers.
 */
#include <linux/rwsem.h>
#include <linux/export.h>
#include <linux/sched/signal.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/lockdep.h>
#include "../internal.h"

struct rwsem_waiter {
	struct list_head list;
	struct task_struct *task;
	bool writer;
	bool granted;
};

/** __init_rwsem() - an unlocked semaphore of class @key. Models: __init_rwsem(), 6.1. */
void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key)
{
	sem->owner = NULL;
	sem->readers = 0;
	INIT_LIST_HEAD(&sem->wait_list);
	lockdep_init_map(&sem->dep_map, name, key, 0);
}
EXPORT_SYMBOL(__init_rwsem);

/** rwsem_is_locked() - held by anybody, in any way? Models: rwsem_is_locked(), 6.1. */
int rwsem_is_locked(struct rw_semaphore *sem)
{
	fb_point(FB_PT_READ, sem);
	return sem->owner || sem->readers;
}

/** rwsem_is_contended() - does anybody wait? Models: rwsem_is_contended(), 6.1. */
int rwsem_is_contended(struct rw_semaphore *sem)
{
	fb_point(FB_PT_READ, sem);
	return !list_empty(&sem->wait_list);
}

static void grant(struct rwsem_waiter *w)
{
	list_del(&w->list);
	w->granted = true;
	fb_wake_task(w->task);
}

/* Who is first gets what is free: one writer, or every reader in front of the next writer. */
static void pass_on(struct rw_semaphore *sem)
{
	struct rwsem_waiter *w, *next;

	list_for_each_entry_safe(w, next, &sem->wait_list, list) {
		if (sem->owner || (w->writer && sem->readers))
			return;
		if (w->writer)
			sem->owner = w->task;
		else
			sem->readers++;
		grant(w);
	}
}

static int rwsem_wait(struct rw_semaphore *sem, unsigned int state, bool writer)
{
	struct rwsem_waiter w = { .task = current, .writer = writer };
	int err = 0;

	list_add_tail(&w.list, &sem->wait_list);
	__set_current_state(state);
	while (!w.granted) {
		if (signal_pending_state(state, current)) {
			list_del(&w.list);
			/* A writer that gives up may have been all that kept readers waiting. */
			pass_on(sem);
			err = -EINTR;
			break;
		}
		fb_sleep(writer ? "rwsem, for writing" : "rwsem, for reading", &sem->dep_map);
		if (!w.granted)
			__set_current_state(state);
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

/* Would it have to wait? For fb_point_lock(). */
static bool busy_read(const void *obj)
{
	const struct rw_semaphore *sem = obj;

	return sem->owner || !list_empty(&sem->wait_list);
}

static bool busy_write(const void *obj)
{
	const struct rw_semaphore *sem = obj;

	return sem->owner || sem->readers || !list_empty(&sem->wait_list);
}

static int down_read_common(struct rw_semaphore *sem, unsigned int state, unsigned int subclass,
			    unsigned int flags)
{
	struct fb_lock_map map = fb_map_sub(&sem->dep_map, subclass);
	int err;

	fb_might_sleep("down_read()");
	fb_lock_check(&sem->dep_map, &map, FB_LOCK_SHARED, flags);
	fb_point_lock(sem, true, busy_read);
	if (busy_read(sem)) {
		err = rwsem_wait(sem, state, false);	/* pass_on() counts us */
		if (err)
			return err;
	} else {
		sem->readers++;
	}
	fb_lock_acquired(&sem->dep_map, &map, FB_LOCK_SHARED, flags);
	return 0;
}

/**
 * down_read_nested() - share; sleeps while a writer has it or waits. Models: down_read(), 6.1.
 *	Context: may sleep.
 */
void down_read_nested(struct rw_semaphore *sem, int subclass)
{
	down_read_common(sem, TASK_UNINTERRUPTIBLE, (unsigned int)subclass, 0);
}
EXPORT_SYMBOL(down_read_nested);

/**
 * down_read_interruptible() - the same; -EINTR for any signal, only if it has to wait. Models: 6.1.
 */
int down_read_interruptible(struct rw_semaphore *sem)
{
	return down_read_common(sem, TASK_INTERRUPTIBLE, 0, 0);
}
EXPORT_SYMBOL(down_read_interruptible);

/**
 * down_read_killable_nested() - the same; -EINTR for a fatal signal, only if it has to wait.
 *	Models: 6.1.
 */
int down_read_killable_nested(struct rw_semaphore *sem, int subclass)
{
	return down_read_common(sem, TASK_KILLABLE, (unsigned int)subclass, 0);
}
EXPORT_SYMBOL(down_read_killable_nested);

/**
 * down_read_trylock() - 1 unless a writer has it or somebody waits. Models: down_read_trylock(),
 *	6.1.
 */
int down_read_trylock(struct rw_semaphore *sem)
{
	fb_point(FB_PT_READ, sem);
	if (sem->owner || !list_empty(&sem->wait_list))
		return 0;
	sem->readers++;
	fb_lock_acquired(&sem->dep_map, &sem->dep_map.fb, FB_LOCK_SHARED, FB_LOCK_TRY);
	return 1;
}
EXPORT_SYMBOL(down_read_trylock);

static int down_write_common(struct rw_semaphore *sem, unsigned int state, unsigned int subclass)
{
	struct fb_lock_map map = fb_map_sub(&sem->dep_map, subclass);
	int err;

	fb_might_sleep("down_write()");
	fb_lock_check(&sem->dep_map, &map, FB_LOCK_EXCL, 0);
	fb_point_lock(sem, false, busy_write);
	if (busy_write(sem)) {
		err = rwsem_wait(sem, state, true);
		if (err)
			return err;
	}
	sem->owner = current;
	fb_lock_acquired(&sem->dep_map, &map, FB_LOCK_EXCL, 0);
	return 0;
}

/**
 * down_write_nested() - own it alone; sleeps until it is free. Models: down_write(), 6.1. Context:
 *	may sleep.
 */
void down_write_nested(struct rw_semaphore *sem, int subclass)
{
	down_write_common(sem, TASK_UNINTERRUPTIBLE, (unsigned int)subclass);
}
EXPORT_SYMBOL(down_write_nested);

/**
 * down_write_killable_nested() - the same; -EINTR for a fatal signal, only if it has to wait.
 *	Models: 6.1.
 */
int down_write_killable_nested(struct rw_semaphore *sem, int subclass)
{
	return down_write_common(sem, TASK_KILLABLE, (unsigned int)subclass);
}
EXPORT_SYMBOL(down_write_killable_nested);

/** down_write_trylock() - 1 if it was free and is owned now. Models: down_write_trylock(), 6.1. */
int down_write_trylock(struct rw_semaphore *sem)
{
	fb_point(FB_PT_LOCK, sem);
	if (sem->owner || sem->readers)
		return 0;
	sem->owner = current;
	fb_lock_acquired(&sem->dep_map, &sem->dep_map.fb, FB_LOCK_EXCL, FB_LOCK_TRY);
	return 1;
}
EXPORT_SYMBOL(down_write_trylock);

static void release_read(struct rw_semaphore *sem)
{
	fb_point_unlock(sem, true);
	if (fb_lock_held_excl(&sem->dep_map)) {
		fb_report(FB_LOCK_MISUSE, 0, NULL,
			  "up_read() of \"%s\" (%s), which current holds for writing",
			  sem->dep_map.fb.name, fb_obj(&sem->dep_map));
		sem->owner = NULL;
		sem->readers++;
	}
	fb_lock_released(&sem->dep_map);
	if (sem->readers)
		sem->readers--;
	pass_on(sem);
}

/** up_read() - stop sharing; the reader that shared must. Models: up_read(), 6.1. */
void up_read(struct rw_semaphore *sem)
{
	release_read(sem);
}
EXPORT_SYMBOL(up_read);

/** up_write() - release; its owner must. Models: up_write(), 6.1. */
void up_write(struct rw_semaphore *sem)
{
	fb_point_unlock(sem, false);
	if (fb_lock_held(&sem->dep_map) && !fb_lock_held_excl(&sem->dep_map)) {
		fb_report(FB_LOCK_MISUSE, 0, NULL,
			  "up_write() of \"%s\" (%s), which current holds for reading",
			  sem->dep_map.fb.name, fb_obj(&sem->dep_map));
		if (sem->readers)
			sem->readers--;
	}
	fb_lock_released(&sem->dep_map);
	sem->owner = NULL;
	pass_on(sem);
}
EXPORT_SYMBOL(up_write);

/**
 * downgrade_write() - keep it for reading, and let waiting readers in. Models: downgrade_write(),
 *	6.1.
 */
void downgrade_write(struct rw_semaphore *sem)
{
	fb_point(FB_PT_UNLOCK, sem);
	if (!fb_lock_held_excl(&sem->dep_map))
		fb_report(FB_LOCK_MISUSE, 0, NULL,
			  "downgrade_write() of \"%s\" (%s), which current does not own",
			  sem->dep_map.fb.name, fb_obj(&sem->dep_map));
	fb_lock_released(&sem->dep_map);
	sem->owner = NULL;
	sem->readers++;
	fb_lock_acquired(&sem->dep_map, &sem->dep_map.fb, FB_LOCK_SHARED, FB_LOCK_TRY);
	pass_on(sem);
}
EXPORT_SYMBOL(downgrade_write);

/** down_read_non_owner() - share; another task will release. Models: down_read_non_owner(), 6.1. */
void down_read_non_owner(struct rw_semaphore *sem)
{
	down_read_common(sem, TASK_UNINTERRUPTIBLE, 0, FB_LOCK_OWNERLESS);
	fb_lock_disown(&sem->dep_map);
}
EXPORT_SYMBOL(down_read_non_owner);

/**
 * up_read_non_owner() - release what down_read_non_owner() took, in whatever task. Models:
 *	up_read_non_owner(), 6.1.
 */
void up_read_non_owner(struct rw_semaphore *sem)
{
	release_read(sem);
}
EXPORT_SYMBOL(up_read_non_owner);
