// SPDX-License-Identifier: GPL-2.0
/*
 * Mutexes: the unlocker hands over to the one that waits longest.
 *
 * Models: kernel/locking/mutex.c, 6.1. Leaves out: optimistic spinning and stealing (a running task
 * may overtake a woken waiter in the kernel until the hand-off bit is set), wait/wound mutexes.
 */
#include <linux/mutex.h>
#include <linux/export.h>
#include <linux/sched/signal.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/lockdep.h>
#include "../internal.h"

struct mutex_waiter {
	struct list_head list;
	struct task_struct *task;
	bool granted;
};

/** __mutex_init() - an unlocked mutex of class @key. Models: __mutex_init(), 6.1. */
void __mutex_init(struct mutex *lock, const char *name, struct lock_class_key *key)
{
	lock->owner = NULL;
	INIT_LIST_HEAD(&lock->wait_list);
	lockdep_init_map(&lock->dep_map, name, key, 0);
}
EXPORT_SYMBOL(__mutex_init);

/**
 * mutex_destroy() - the mutex will not be used again; it must be free. Models: mutex_destroy(),
 *	mutex-debug.c, 6.1.
 */
void mutex_destroy(struct mutex *lock)
{
	if (lock->owner)
		fb_report(FB_LOCK_MISUSE, 0, NULL, "mutex \"%s\" (%s) is destroyed while held",
			  lock->dep_map.fb.name, fb_obj(&lock->dep_map));
}
EXPORT_SYMBOL(mutex_destroy);

/** mutex_is_locked() - held by anybody? Models: mutex_is_locked(), 6.1. */
bool mutex_is_locked(struct mutex *lock)
{
	fb_point(FB_PT_READ, lock);
	return lock->owner != NULL;
}
EXPORT_SYMBOL(mutex_is_locked);

/* 0 when the holder has handed over, -EINTR when a signal that @state lets through came first. */
static int mutex_wait(struct mutex *lock, unsigned int state)
{
	struct mutex_waiter w = { .task = current };
	int err = 0;

	list_add_tail(&w.list, &lock->wait_list);
	__set_current_state(state);
	while (!w.granted) {
		if (signal_pending_state(state, current)) {
			list_del(&w.list);
			err = -EINTR;
			break;
		}
		fb_sleep("mutex", &lock->dep_map);
		if (!w.granted)
			__set_current_state(state);
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

/* Would it have to wait? For fb_point_lock(). */
static bool mutex_busy(const void *obj)
{
	return ((const struct mutex *)obj)->owner;
}

static int mutex_lock_common(struct mutex *lock, unsigned int state, unsigned int subclass)
{
	struct fb_lock_map map = fb_map_sub(&lock->dep_map, subclass);
	int err;

	fb_might_sleep("mutex_lock()");
	fb_lock_check(&lock->dep_map, &map, FB_LOCK_EXCL, 0);
	fb_point_lock(lock, false, mutex_busy);
	if (lock->owner) {
		err = mutex_wait(lock, state);
		if (err)
			return err;
	}
	lock->owner = current;
	fb_lock_acquired(&lock->dep_map, &map, FB_LOCK_EXCL, 0);
	return 0;
}

/**
 * mutex_lock_nested() - sleep until the mutex is ours. Models: mutex_lock(), 6.1. Context: may
 *	sleep.
 */
void mutex_lock_nested(struct mutex *lock, unsigned int subclass)
{
	mutex_lock_common(lock, TASK_UNINTERRUPTIBLE, subclass);
}
EXPORT_SYMBOL(mutex_lock_nested);

/**
 * mutex_lock_interruptible_nested() - the same; -EINTR for any signal, only if it has to wait.
 *	Models: 6.1.
 */
int mutex_lock_interruptible_nested(struct mutex *lock, unsigned int subclass)
{
	return mutex_lock_common(lock, TASK_INTERRUPTIBLE, subclass);
}
EXPORT_SYMBOL(mutex_lock_interruptible_nested);

/**
 * mutex_lock_killable_nested() - the same; -EINTR for a fatal signal, only if it has to wait.
 *	Models: 6.1.
 */
int mutex_lock_killable_nested(struct mutex *lock, unsigned int subclass)
{
	return mutex_lock_common(lock, TASK_KILLABLE, subclass);
}
EXPORT_SYMBOL(mutex_lock_killable_nested);

/**
 * mutex_lock_io_nested() - mutex_lock(), accounted as waiting for I/O. Models: mutex_lock_io(),
 *	6.1.
 */
void mutex_lock_io_nested(struct mutex *lock, unsigned int subclass)
{
	int token = io_schedule_prepare();

	mutex_lock_common(lock, TASK_UNINTERRUPTIBLE, subclass);
	io_schedule_finish(token);
}

/**
 * mutex_trylock() - 1 if it was free and is ours now. Models: mutex_trylock(), 6.1. Context: task.
 */
int mutex_trylock(struct mutex *lock)
{
	fb_point(FB_PT_LOCK, lock);
	if (lock->owner)
		return 0;
	lock->owner = current;
	fb_lock_acquired(&lock->dep_map, &lock->dep_map.fb, FB_LOCK_EXCL, FB_LOCK_TRY);
	return 1;
}
EXPORT_SYMBOL(mutex_trylock);

/**
 * mutex_unlock() - release, or hand over. Only its owner may. Models: mutex_unlock(), 6.1. Context:
 *	task.
 */
void mutex_unlock(struct mutex *lock)
{
	struct mutex_waiter *w;

	fb_point_unlock(lock, false);
	fb_lock_released(&lock->dep_map);
	w = list_first_entry_or_null(&lock->wait_list, struct mutex_waiter, list);
	if (!w) {
		lock->owner = NULL;
		return;
	}
	list_del(&w->list);
	w->granted = true;
	lock->owner = w->task;
	fb_wake_task(w->task);
}
EXPORT_SYMBOL(mutex_unlock);

/**
 * atomic_dec_and_mutex_lock() - count down; at zero return 1 with the mutex held. Models:
 *	kernel/locking/mutex.c, 6.1.
 */
int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock)
{
	if (atomic_add_unless(cnt, -1, 1))
		return 0;
	mutex_lock(lock);
	if (atomic_dec_and_test(cnt))
		return 1;
	mutex_unlock(lock);
	return 0;
}
EXPORT_SYMBOL(atomic_dec_and_mutex_lock);
