// SPDX-License-Identifier: GPL-2.0
/*
 * Spinlocks and rwlocks: who comes first is served first, and who holds one is in atomic context.
 *
 * Models: kernel/locking/spinlock.c, spinlock_debug.c, qspinlock.c, qrwlock.c, lib/dec_and_lock.c,
 * 6.1. Leaves out: lock stealing in the slow path. A spinning task is blocked for the core, so that
 * a lock that nobody will release is a deadlock and not a livelock.
 */
#include <linux/spinlock.h>
#include <linux/bit_spinlock.h>
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/sched.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/lockdep.h>
#include <core/race.h>
#include <core/task.h>
#include "../internal.h"

struct fb_spin_waiter {
	struct fb_spin_waiter *next;
	struct fb_task *task;
	bool reader;
	bool granted;
};

/* Owner marks: a task, or one of these. */
static const char main_stack, irq_context;

static const void *me(void)
{
	if (fb_in_irq())
		return &irq_context;
	return fb_current() ? (const void *)fb_current() : &main_stack;
}

/* Queue up and wait for the holder to hand the lock over. */
static void spin(struct fb_spin_waiter **first, const void *lock, bool reader)
{
	struct fb_spin_waiter w = { .task = fb_current(), .reader = reader };

	if (!w.task)
		fb_report_fatal(FB_DEADLOCK, 0, NULL, "%s spins on %s, which a task holds",
				fb_in_irq() ? "an irq handler" : "the main stack", fb_obj(lock));
	while (*first)
		first = &(*first)->next;
	*first = &w;
	while (!w.granted)
		fb_spin(reader ? "rwlock, for reading" : "spinlock", lock);
}

static struct fb_spin_waiter *grant_first(struct fb_spin_waiter **first)
{
	struct fb_spin_waiter *w = *first;

	*first = w->next;
	w->granted = true;
	fb_wake(w->task);
	return w;
}

/* Would it have to wait? For fb_point_lock(). */
static bool spin_busy(const void *obj)
{
	return ((const spinlock_t *)obj)->owner;
}

/** fb_spin_lock_init() - an unlocked spinlock of class @key. Models: spin_lock_init(), 6.1. */
void fb_spin_lock_init(spinlock_t *lock, const char *name, struct lock_class_key *key)
{
	*lock = (spinlock_t){ .owner = NULL };
	lockdep_init_map(&lock->dep_map, name, key, 0);
}

/**
 * fb_spin_lock() - take a spinlock
 * @lock: the lock
 * @subclass: 0, or the nesting level
 * @flags: FB_LOCK_IRQSAFE when interrupts are off for it
 *
 * Models: spin_lock(), spin_lock_nested(), 6.1. Context: any; atomic until the unlock.
 */
void fb_spin_lock(spinlock_t *lock, unsigned int subclass, unsigned int flags)
{
	struct fb_lock_map map = fb_map_sub(&lock->dep_map, subclass);

	fb_lock_check(&lock->dep_map, &map, FB_LOCK_EXCL, flags | FB_LOCK_SPIN);
	fb_point_lock(lock, false, spin_busy);
	if (lock->owner)
		spin(&lock->first, lock, false);
	lock->owner = me();
	fb_lock_acquired(&lock->dep_map, &map, FB_LOCK_EXCL, flags | FB_LOCK_SPIN);
}
EXPORT_SYMBOL(fb_spin_lock);

/** fb_spin_trylock() - 1 if it was free and is taken now. Models: spin_trylock(), 6.1. */
int fb_spin_trylock(spinlock_t *lock, unsigned int flags)
{
	fb_point(FB_PT_LOCK, lock);
	if (lock->owner)
		return 0;
	lock->owner = me();
	fb_lock_acquired(&lock->dep_map, &lock->dep_map.fb, FB_LOCK_EXCL,
			 flags | FB_LOCK_SPIN | FB_LOCK_TRY);
	return 1;
}

/** fb_spin_unlock() - release; the first who spins has it then. Models: spin_unlock(), 6.1. */
void fb_spin_unlock(spinlock_t *lock)
{
	fb_point_unlock(lock, false);
	fb_lock_released(&lock->dep_map);
	if (lock->first)
		lock->owner = grant_first(&lock->first)->task;
	else
		lock->owner = NULL;
}
EXPORT_SYMBOL(fb_spin_unlock);

/** fb_spin_is_locked() - held by anybody? Models: spin_is_locked(), 6.1. */
int fb_spin_is_locked(const spinlock_t *lock)
{
	fb_point(FB_PT_READ, lock);
	return lock->owner != NULL;
}

/** fb_rwlock_init() - an unlocked rwlock of class @key. Models: rwlock_init(), 6.1. */
void fb_rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key)
{
	*lock = (rwlock_t){ .owner = NULL };
	lockdep_init_map(&lock->dep_map, name, key, 0);
}

/*
 * Readers may nest; in irq context they overtake a waiting writer, as the queued rwlock lets them.
 */
#define READ_FLAGS	(FB_LOCK_SPIN | FB_LOCK_RECURSIVE_READ)

static bool read_must_wait(const rwlock_t *lock)
{
	if (lock->owner)
		return true;
	return lock->first && !fb_in_irq() && !fb_lock_held(&lock->dep_map);
}

static bool rwlock_busy_read(const void *obj)
{
	return read_must_wait(obj);
}

static bool rwlock_busy_write(const void *obj)
{
	const rwlock_t *lock = obj;

	return lock->owner || lock->readers;
}

/**
 * fb_read_lock() - share an rwlock. Models: read_lock(), 6.1. Context: any; atomic until the
 *	unlock.
 */
void fb_read_lock(rwlock_t *lock, unsigned int flags)
{
	fb_lock_check(&lock->dep_map, &lock->dep_map.fb, FB_LOCK_SHARED, flags | READ_FLAGS);
	fb_point_lock(lock, true, rwlock_busy_read);
	if (read_must_wait(lock))
		spin(&lock->first, lock, true);	/* the granter counts us */
	else
		lock->readers++;
	fb_lock_acquired(&lock->dep_map, &lock->dep_map.fb, FB_LOCK_SHARED, flags | READ_FLAGS);
}

/** fb_read_trylock() - 1 if no writer has it. Models: read_trylock(), 6.1. */
int fb_read_trylock(rwlock_t *lock, unsigned int flags)
{
	fb_point(FB_PT_LOCK, lock);
	if (lock->owner)
		return 0;
	lock->readers++;
	fb_lock_acquired(&lock->dep_map, &lock->dep_map.fb, FB_LOCK_SHARED,
			 flags | READ_FLAGS | FB_LOCK_TRY);
	return 1;
}

/* Whoever is first gets the free lock: one writer, or all readers in front of the next writer. */
static void rwlock_pass_on(rwlock_t *lock)
{
	if (lock->first && !lock->first->reader) {
		if (!lock->readers)
			lock->owner = grant_first(&lock->first)->task;
		return;
	}
	while (lock->first && lock->first->reader) {
		lock->readers++;
		grant_first(&lock->first);
	}
}

/** fb_read_unlock() - stop sharing. Models: read_unlock(), 6.1. */
void fb_read_unlock(rwlock_t *lock)
{
	fb_point_unlock(lock, true);
	fb_lock_released(&lock->dep_map);
	if (lock->readers)
		lock->readers--;
	rwlock_pass_on(lock);
}

/** fb_write_lock() - own an rwlock. Models: write_lock(), write_lock_nested(), 6.1. */
void fb_write_lock(rwlock_t *lock, unsigned int subclass, unsigned int flags)
{
	struct fb_lock_map map = fb_map_sub(&lock->dep_map, subclass);

	fb_lock_check(&lock->dep_map, &map, FB_LOCK_EXCL, flags | FB_LOCK_SPIN);
	fb_point_lock(lock, false, rwlock_busy_write);
	if (lock->owner || lock->readers)
		spin(&lock->first, lock, false);
	lock->owner = me();
	fb_lock_acquired(&lock->dep_map, &map, FB_LOCK_EXCL, flags | FB_LOCK_SPIN);
}

/** fb_write_trylock() - 1 if it was free and is owned now. Models: write_trylock(), 6.1. */
int fb_write_trylock(rwlock_t *lock, unsigned int flags)
{
	fb_point(FB_PT_LOCK, lock);
	if (lock->owner || lock->readers)
		return 0;
	lock->owner = me();
	fb_lock_acquired(&lock->dep_map, &lock->dep_map.fb, FB_LOCK_EXCL,
			 flags | FB_LOCK_SPIN | FB_LOCK_TRY);
	return 1;
}

/** fb_write_unlock() - release. Models: write_unlock(), 6.1. */
void fb_write_unlock(rwlock_t *lock)
{
	fb_point_unlock(lock, false);
	fb_lock_released(&lock->dep_map);
	lock->owner = NULL;
	rwlock_pass_on(lock);
}

/**
 * atomic_dec_and_lock_fb() - count down; at zero return 1 with the lock held
 * @atomic: the count
 * @lock: taken for the step from 1 to 0 only
 *
 * Models: atomic_dec_and_lock(), lib/dec_and_lock.c, 6.1.
 */
int atomic_dec_and_lock_fb(atomic_t *atomic, spinlock_t *lock)
{
	if (atomic_add_unless(atomic, -1, 1))
		return 0;
	spin_lock(lock);
	if (atomic_dec_and_test(atomic))
		return 1;
	spin_unlock(lock);
	return 0;
}

/**
 * atomic_dec_and_lock_irqsave_fb() - the same with interrupts off. Models: lib/dec_and_lock.c, 6.1.
 */
int atomic_dec_and_lock_irqsave_fb(atomic_t *atomic, spinlock_t *lock, unsigned long *flags)
{
	if (atomic_add_unless(atomic, -1, 1))
		return 0;
	spin_lock_irqsave(lock, *flags);
	if (atomic_dec_and_test(atomic))
		return 1;
	spin_unlock_irqrestore(lock, *flags);
	return 0;
}

/* The tasks that spin on a bit; there are never many, and their bits have no room for a queue. */
static struct fb_bit_waiter {
	struct fb_bit_waiter *next;
	struct fb_task *task;
	const unsigned long *addr;
	int bit;
} *bit_waiters;

/**
 * bit_spin_lock() - spin until bit @bitnum of *@addr is ours. Models: linux/bit_spinlock.h, 6.1.
 *	Atomic until the unlock.
 */
void bit_spin_lock(int bitnum, unsigned long *addr)
{
	fb_point(FB_PT_LOCK, addr);
	while (__test_and_set_bit((unsigned long)bitnum, addr)) {
		struct fb_bit_waiter w = {
			.next = bit_waiters, .task = fb_current(), .addr = addr, .bit = bitnum
		};
		struct fb_bit_waiter **p;

		bit_waiters = &w;
		fb_block("bit spinlock", addr);
		for (p = &bit_waiters; *p != &w; p = &(*p)->next)
			;
		*p = w.next;
	}
	fb_race_atomic(addr, sizeof(*addr), FB_RMW, FB_ACQUIRE);
	fb_atomic_enter("bit spinlock", addr);
}

/**
 * bit_spin_trylock() - 1 if the bit was clear and is ours now. Models: linux/bit_spinlock.h, 6.1.
 */
int bit_spin_trylock(int bitnum, unsigned long *addr)
{
	fb_point(FB_PT_LOCK, addr);
	if (__test_and_set_bit((unsigned long)bitnum, addr))
		return 0;
	fb_race_atomic(addr, sizeof(*addr), FB_RMW, FB_ACQUIRE);
	fb_atomic_enter("bit spinlock", addr);
	return 1;
}

/** bit_spin_unlock() - clear the bit; it must have been set. Models: linux/bit_spinlock.h, 6.1. */
void bit_spin_unlock(int bitnum, unsigned long *addr)
{
	struct fb_bit_waiter *w;

	fb_point(FB_PT_UNLOCK, addr);
	if (!__test_and_clear_bit((unsigned long)bitnum, addr))
		fb_report(FB_LOCK_MISUSE, 0, NULL,
			  "bit spinlock (%s) is released that nobody holds", fb_obj(addr));
	fb_race_atomic(addr, sizeof(*addr), FB_RMW, FB_RELEASE);
	fb_atomic_exit("bit spinlock", addr);
	for (w = bit_waiters; w; w = w->next)
		if (w->addr == addr && w->bit == bitnum)
			fb_wake(w->task);
}
