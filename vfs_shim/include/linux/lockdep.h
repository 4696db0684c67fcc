/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/lockdep.h, Documentation/locking/lockdep-design.rst. The checks live in
 * core/lockdep.h; here are the kernel's names. A lock is known to the core by the address of its
 * dep_map.
 */
#ifndef __LINUX_LOCKDEP_H
#define __LINUX_LOCKDEP_H

#include <linux/lockdep_types.h>
#include <linux/compiler.h>
#include <linux/instruction_pointer.h>

struct task_struct;

void lockdep_init_map_fb(struct lockdep_map *map, const char *name, const void *key,
			 unsigned int subclass);

#define lockdep_init_map(map, name, key, subclass) lockdep_init_map_fb(map, name, key, subclass)
#define lockdep_init_map_wait(map, name, key, sub, inner) lockdep_init_map_fb(map, name, key, sub)
#define lockdep_init_map_waits(map, name, key, sub, i, o) lockdep_init_map_fb(map, name, key, sub)
#define lockdep_init_map_type(map, name, key, sub, i, o, t) lockdep_init_map_fb(map, name, key, sub)

#define STATIC_LOCKDEP_MAP_INIT(_name, _key)	{ .fb = { .name = (_name), .key = (_key) } }
/* Kernel: static locks are their own class: key NULL means the lock's own address. */
#define FB_DEP_MAP_INIT(lockname)		{ .fb = { .name = #lockname } }

#define lockdep_set_class(lock, _key)						\
	lockdep_init_map_fb(&(lock)->dep_map, #_key, (_key), (lock)->dep_map.fb.subclass)
#define lockdep_set_class_and_name(lock, _key, _name)				\
	lockdep_init_map_fb(&(lock)->dep_map, (_name), (_key), (lock)->dep_map.fb.subclass)
#define lockdep_set_class_and_subclass(lock, _key, sub)				\
	lockdep_init_map_fb(&(lock)->dep_map, #_key, (_key), (sub))
#define lockdep_set_subclass(lock, sub)		((void)((lock)->dep_map.fb.subclass = (sub)))
#define lockdep_set_novalidate_class(lock)					\
	lockdep_set_class_and_name(lock, &__lockdep_no_validate__, #lock)
#define lockdep_match_class(lock, _key)		((lock)->dep_map.fb.key == (const void *)(_key))
#define lockdep_match_key(map, _key)		((map)->fb.key == (const void *)(_key))

/* Classes are addresses here: nothing to enter in a table, nothing to take out. */
#define lockdep_register_key(key)		((void)(key))
#define lockdep_unregister_key(key)		((void)(key))

bool fb_lockdep_held(const void *map);
bool fb_lockdep_held_type(const void *map, int read);
void fb_lockdep_assert(bool ok, const char *what, const char *lock, const void *map);

#define lockdep_is_held(lock)			fb_lockdep_held(&(lock)->dep_map)
#define lockdep_is_held_type(lock, r)		fb_lockdep_held_type(&(lock)->dep_map, (r))
#define lock_is_held(map)			fb_lockdep_held(map)
#define lock_is_held_type(map, r)		fb_lockdep_held_type((map), (r))

#define LOCK_STATE_UNKNOWN	-1
#define LOCK_STATE_NOT_HELD	0
#define LOCK_STATE_HELD		1

#define lockdep_assert(cond) fb_lockdep_assert(cond, "lockdep_assert", #cond, NULL)
#define lockdep_assert_once(cond)		lockdep_assert(cond)
#define lockdep_assert_held(l)							\
	fb_lockdep_assert(lockdep_is_held(l), "lockdep_assert_held", #l, &(l)->dep_map)
#define lockdep_assert_not_held(l)						\
	fb_lockdep_assert(!lockdep_is_held(l), "lockdep_assert_not_held", #l, &(l)->dep_map)
#define lockdep_assert_held_write(l)                                                   \
	fb_lockdep_assert(lockdep_is_held_type(l, 0), "lockdep_assert_held_write", #l, \
			  &(l)->dep_map)
#define lockdep_assert_held_read(l)						\
	fb_lockdep_assert(lockdep_is_held_type(l, 1), "lockdep_assert_held_read", #l, &(l)->dep_map)
#define lockdep_assert_held_once(l)		lockdep_assert_held(l)
#define lockdep_assert_none_held_once()						\
	fb_lockdep_assert(!fb_lockdep_any_held(), "lockdep_assert_none_held_once", "any lock", NULL)
bool fb_lockdep_any_held(void);

#define lockdep_recursing(tsk)			((void)(tsk), 0)
#define debug_locks				1

/* Annotations of what is not a lock of ours: "map" is the lock. */
void fb_lock_acquire(struct lockdep_map *map, unsigned int subclass, int trylock, int read);
void fb_lock_release(struct lockdep_map *map);

#define lock_acquire(map, sub, try, read, check, nest, ip)	fb_lock_acquire(map, sub, try, read)
#define lock_release(map, ip)			fb_lock_release(map)
#define lock_acquire_exclusive(l, s, t, n, i)	fb_lock_acquire(l, s, t, 0)
#define lock_acquire_shared(l, s, t, n, i)	fb_lock_acquire(l, s, t, 1)
#define lock_acquire_shared_recursive(l, s, t, n, i) fb_lock_acquire(l, s, t, 2)
#define lock_map_acquire(l)			fb_lock_acquire(l, 0, 0, 0)
#define lock_map_acquire_read(l)		fb_lock_acquire(l, 0, 0, 2)
#define lock_map_acquire_tryread(l)		fb_lock_acquire(l, 0, 1, 2)
#define lock_map_release(l)			fb_lock_release(l)
#define rwsem_acquire(l, s, t, i)		fb_lock_acquire(l, s, t, 0)
#define rwsem_acquire_read(l, s, t, i)		fb_lock_acquire(l, s, t, 1)
#define rwsem_release(l, i)			fb_lock_release(l)

#define might_lock(lock)							\
	do {									\
		fb_lock_acquire(&(lock)->dep_map, 0, 0, 0);			\
		fb_lock_release(&(lock)->dep_map);				\
	} while (0)
#define might_lock_read(lock)							\
	do {									\
		fb_lock_acquire(&(lock)->dep_map, 0, 0, 1);			\
		fb_lock_release(&(lock)->dep_map);				\
	} while (0)

/* The core checks each lock by itself; pinning guards the run queue lock, which the box has not. */
#define lockdep_sys_exit()			do { } while (0)

void fb_assert_irqs(bool enabled, const char *what);
/* Only PREEMPT_RT forbids what this asserts. */
#define lockdep_assert_RT_in_threaded_ctx()	do { } while (0)
#define lockdep_assert_irqs_enabled()		fb_assert_irqs(true, "lockdep_assert_irqs_enabled")
#define lockdep_assert_irqs_disabled() fb_assert_irqs(false, "lockdep_assert_irqs_disabled")

struct pin_cookie { };
#define NIL_COOKIE (struct pin_cookie){ }

#define SINGLE_DEPTH_NESTING	1

#endif
