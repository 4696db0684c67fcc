// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's names for the lock checks of core/lockdep.h.
 *
 * Models: kernel/locking/lockdep.c, 6.1. Leaves out: wait types, pinning, cross-release,
 * softirq-safe against softirq-unsafe use (for hard irqs core checks it).
 */
#include <linux/lockdep.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/task.h>

struct lock_class_key __lockdep_no_validate__;

/**
 * lockdep_init_map_fb() - give a lock its class
 * @map: in the lock
 * @name: of the class, static
 * @key: the class; NULL for one of its own
 * @subclass: of the class
 *
 * Models: lockdep_init_map(), 6.1.
 */
void lockdep_init_map_fb(struct lockdep_map *map, const char *name, const void *key,
			 unsigned int subclass)
{
	/* Locks of this pseudo class are compared with none: each is a class of its own. */
	if (key == &__lockdep_no_validate__)
		key = NULL;
	*map = (struct lockdep_map){ .fb = { .key = key, .name = name, .subclass = subclass } };
}

/** fb_lockdep_held() - does current hold the lock? Models: lock_is_held(), 6.1. */
bool fb_lockdep_held(const void *map)
{
	return fb_lock_held(map);
}

/**
 * fb_lockdep_held_type() - @read: 0 held for writing, 1 for reading, -1 either. Models:
 *	lock_is_held_type(), 6.1.
 */
bool fb_lockdep_held_type(const void *map, int read)
{
	if (read < 0)
		return fb_lock_held(map);
	return read ? fb_lock_held(map) && !fb_lock_held_excl(map) : fb_lock_held_excl(map);
}

/**
 * fb_lockdep_assert() - finding FB_CONTRACT unless @ok. Models: the lockdep_assert_*() family, 6.1.
 */
void fb_lockdep_assert(bool ok, const char *what, const char *lock, const void *map)
{
	if (likely(ok))
		return;
	if (map)
		fb_report(FB_CONTRACT, 0, NULL, "%s(%s) failed: %s", what, lock, fb_obj(map));
	else
		fb_report(FB_CONTRACT, 0, NULL, "%s(%s) failed", what, lock);
}

/**
 * fb_lockdep_any_held() - anything that makes the context atomic. Models:
 *	lockdep_assert_none_held_once(), 6.1, for spinlocks.
 */
bool fb_lockdep_any_held(void)
{
	return fb_atomic_depth() != 0;
}

/**
 * fb_assert_irqs() - finding FB_CONTRACT unless interrupts are as said. Models:
 *	lockdep_assert_irqs_enabled(), 6.1.
 */
void fb_assert_irqs(bool enabled, const char *what)
{
	if (irqs_disabled() == enabled)
		fb_report(FB_CONTRACT, 0, NULL, "%s failed", what);
}

/**
 * fb_lock_acquire() - enter something that behaves as a lock
 * @map: the lock
 * @subclass: of its class
 * @trylock: adds no order
 * @read: 0 exclusive, 1 shared, 2 shared and recursive
 *
 * Models: lock_acquire(), 6.1.
 */
void fb_lock_acquire(struct lockdep_map *map, unsigned int subclass, int trylock, int read)
{
	struct fb_lock_map m = map->fb;
	enum fb_lock_mode mode = read ? FB_LOCK_SHARED : FB_LOCK_EXCL;
	unsigned int flags = FB_LOCK_MAP | (trylock ? FB_LOCK_TRY : 0) |
			     (read == 2 ? FB_LOCK_RECURSIVE_READ : 0);

	if (subclass)
		m.subclass = subclass;
	fb_lock_check(map, &m, mode, flags);
	fb_lock_acquired(map, &m, mode, flags);
}

/** fb_lock_release() - leave it. Models: lock_release(), 6.1. */
void fb_lock_release(struct lockdep_map *map)
{
	fb_lock_released(map);
}
