/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lock rules: who holds which lock, and in which order classes were taken.
 */
#ifndef FB_CORE_LOCKDEP_H
#define FB_CORE_LOCKDEP_H

#include <stdbool.h>

struct fb_lock_map { /* lives in each lock of the shim (lockdep_map) */
	const void *key; /* class: address of a static key; NULL: the lock's own address */
	const char *name;
	unsigned int subclass;
};

enum fb_lock_mode { FB_LOCK_EXCL, FB_LOCK_SHARED };
enum fb_lock_flags {
	FB_LOCK_TRY = 1, /* trylock: adds no order */
	FB_LOCK_SPIN = 2, /* atomic context while held */
	FB_LOCK_IRQSAFE = 4, /* taken with irqs off */
	FB_LOCK_OWNERLESS = 8, /* may be released by another task (freeze levels, semaphores) */
	FB_LOCK_RECURSIVE_READ = 16,
	FB_LOCK_MAP = 64, /* no lock, but kept in the same books: it orders no accesses */
	FB_LOCK_NEST =
		32, /* several of one class are fine: an outer lock orders them (nest_lock) */
};

/*
 * Before waiting: checks recursion and order; the stack of the first opposite order comes with the
 * finding.
 */
void fb_lock_check(const void *lock, const struct fb_lock_map *map, enum fb_lock_mode mode,
		   unsigned int flags);
void fb_lock_acquired(const void *lock, const struct fb_lock_map *map, enum fb_lock_mode mode,
		      unsigned int flags);
/* FB_LOCK_MISUSE when current does not hold it (unless OWNERLESS). */
void fb_lock_released(const void *lock);
/*
 * Hand over: current no longer holds it, the lock stays taken; fb_lock_adopt() makes current the
 * holder.
 */
void fb_lock_disown(const void *lock);
void fb_lock_adopt(const void *lock, const struct fb_lock_map *map, enum fb_lock_mode mode,
		   unsigned int flags);
bool fb_lock_held(const void *lock); /* by current, in any mode */
bool fb_lock_held_excl(const void *lock);
/* Memory with a held lock is freed: finding FB_LOCK_MISUSE. Called by fb_mem_free(). */
void fb_lock_range_freed(const void *start, unsigned long len);

#endif
