/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/spinlock.h, linux/rwlock.h. Held means atomic context; _irq variants disable
 * interrupts, _bh variants bottom halves. Contention makes the task wait for its turn (tickets, as
 * queued spinlocks do).
 */
#ifndef __LINUX_SPINLOCK_H
#define __LINUX_SPINLOCK_H

#include <linux/typecheck.h>
#include <linux/preempt.h>
#include <linux/linkage.h>
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/thread_info.h>
#include <linux/stringify.h>
#include <linux/bottom_half.h>
#include <linux/lockdep.h>
#include <linux/spinlock_types.h>
#include <asm/barrier.h>

void fb_spin_lock_init(spinlock_t *lock, const char *name, struct lock_class_key *key);
void fb_spin_lock(spinlock_t *lock, unsigned int subclass, unsigned int flags);
int fb_spin_trylock(spinlock_t *lock, unsigned int flags);
void fb_spin_unlock(spinlock_t *lock);
int fb_spin_is_locked(const spinlock_t *lock);

void fb_rwlock_init(rwlock_t *lock, const char *name, struct lock_class_key *key);
void fb_read_lock(rwlock_t *lock, unsigned int flags);
int fb_read_trylock(rwlock_t *lock, unsigned int flags);
void fb_read_unlock(rwlock_t *lock);
void fb_write_lock(rwlock_t *lock, unsigned int subclass, unsigned int flags);
int fb_write_trylock(rwlock_t *lock, unsigned int flags);
void fb_write_unlock(rwlock_t *lock);

#define spin_lock_init(l)							\
	do {									\
		static struct lock_class_key __key;				\
		fb_spin_lock_init((l), #l, &__key);				\
	} while (0)
#define raw_spin_lock_init(l)		spin_lock_init(l)
#define rwlock_init(l)								\
	do {									\
		static struct lock_class_key __key;				\
		fb_rwlock_init((l), #l, &__key);				\
	} while (0)

static __always_inline raw_spinlock_t *spinlock_check(spinlock_t *lock)
{
	return lock;
}

#define spin_is_locked(l)		fb_spin_is_locked(l)
#define raw_spin_is_locked(l)		fb_spin_is_locked(l)
#define assert_spin_locked(l)		lockdep_assert_held(l)
/* Nobody waits for the lock: a hint that never asks the holder to give way. */
#define spin_is_contended(l)		((l)->first != NULL)
#define spin_needbreak(l)		spin_is_contended(l)

static __always_inline void spin_lock(spinlock_t *lock)
{
	fb_spin_lock(lock, 0, 0);
}

static __always_inline void spin_lock_bh(spinlock_t *lock)
{
	local_bh_disable();
	fb_spin_lock(lock, 0, 0);
}

static __always_inline void spin_lock_irq(spinlock_t *lock)
{
	local_irq_disable();
	fb_spin_lock(lock, 0, FB_LOCK_IRQSAFE);
}

static __always_inline void spin_unlock(spinlock_t *lock)
{
	fb_spin_unlock(lock);
}

static __always_inline void spin_unlock_bh(spinlock_t *lock)
{
	fb_spin_unlock(lock);
	local_bh_enable();
}

static __always_inline void spin_unlock_irq(spinlock_t *lock)
{
	fb_spin_unlock(lock);
	local_irq_enable();
}

static __always_inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	fb_spin_unlock(lock);
	local_irq_restore(flags);
}

static __always_inline int spin_trylock(spinlock_t *lock)
{
	return fb_spin_trylock(lock, 0);
}

static __always_inline int spin_trylock_bh(spinlock_t *lock)
{
	local_bh_disable();
	if (fb_spin_trylock(lock, 0))
		return 1;
	local_bh_enable();
	return 0;
}

static __always_inline int spin_trylock_irq(spinlock_t *lock)
{
	local_irq_disable();
	if (fb_spin_trylock(lock, FB_LOCK_IRQSAFE))
		return 1;
	local_irq_enable();
	return 0;
}

#define spin_lock_nested(l, sub)	fb_spin_lock((l), (sub), 0)
#define spin_lock_nest_lock(l, nest)	fb_spin_lock((l), 0, 0)
#define spin_lock_irqsave(l, flags)						\
	do {									\
		local_irq_save(flags);						\
		fb_spin_lock((l), 0, FB_LOCK_IRQSAFE);				\
	} while (0)
#define spin_lock_irqsave_nested(l, flags, sub)					\
	do {									\
		local_irq_save(flags);						\
		fb_spin_lock((l), (sub), FB_LOCK_IRQSAFE);			\
	} while (0)
#define spin_trylock_irqsave(l, flags)						\
	({									\
		int __got;							\
										\
		local_irq_save(flags);						\
		__got = fb_spin_trylock((l), FB_LOCK_IRQSAFE);			\
		if (!__got)							\
			local_irq_restore(flags);				\
		__got;								\
	})

#define raw_spin_lock(l)		spin_lock(l)
#define raw_spin_lock_bh(l)		spin_lock_bh(l)
#define raw_spin_lock_irq(l)		spin_lock_irq(l)
#define raw_spin_lock_nested(l, sub)	spin_lock_nested(l, sub)
#define raw_spin_lock_irqsave(l, flags)	spin_lock_irqsave(l, flags)
#define raw_spin_unlock(l)		spin_unlock(l)
#define raw_spin_unlock_bh(l)		spin_unlock_bh(l)
#define raw_spin_unlock_irq(l)		spin_unlock_irq(l)
#define raw_spin_unlock_irqrestore(l, f) spin_unlock_irqrestore(l, f)
#define raw_spin_trylock(l)		spin_trylock(l)

#define read_lock(l)			fb_read_lock((l), 0)
#define read_unlock(l)			fb_read_unlock(l)
#define read_trylock(l)			fb_read_trylock((l), 0)
#define write_lock(l)			fb_write_lock((l), 0, 0)
#define write_lock_nested(l, sub)	fb_write_lock((l), (sub), 0)
#define write_unlock(l)			fb_write_unlock(l)
#define write_trylock(l)		fb_write_trylock((l), 0)

#define read_lock_irq(l)                            \
	do {                                        \
		local_irq_disable();                \
		fb_read_lock((l), FB_LOCK_IRQSAFE); \
	} while (0)
#define read_unlock_irq(l)		do { fb_read_unlock(l); local_irq_enable(); } while (0)
#define read_lock_irqsave(l, f)                     \
	do {                                        \
		local_irq_save(f);                  \
		fb_read_lock((l), FB_LOCK_IRQSAFE); \
	} while (0)
#define read_unlock_irqrestore(l, f)	do { fb_read_unlock(l); local_irq_restore(f); } while (0)
#define read_lock_bh(l)			do { local_bh_disable(); fb_read_lock((l), 0); } while (0)
#define read_unlock_bh(l)		do { fb_read_unlock(l); local_bh_enable(); } while (0)
#define write_lock_irq(l)                               \
	do {                                            \
		local_irq_disable();                    \
		fb_write_lock((l), 0, FB_LOCK_IRQSAFE); \
	} while (0)
#define write_unlock_irq(l)		do { fb_write_unlock(l); local_irq_enable(); } while (0)
#define write_lock_irqsave(l, f)                        \
	do {                                            \
		local_irq_save(f);                      \
		fb_write_lock((l), 0, FB_LOCK_IRQSAFE); \
	} while (0)
#define write_unlock_irqrestore(l, f)	do { fb_write_unlock(l); local_irq_restore(f); } while (0)
#define write_lock_bh(l)                  \
	do {                              \
		local_bh_disable();       \
		fb_write_lock((l), 0, 0); \
	} while (0)
#define write_unlock_bh(l)		do { fb_write_unlock(l); local_bh_enable(); } while (0)

int atomic_dec_and_lock_fb(atomic_t *atomic, spinlock_t *lock);
int atomic_dec_and_lock_irqsave_fb(atomic_t *atomic, spinlock_t *lock, unsigned long *flags);
#define atomic_dec_and_lock(atomic, lock)	atomic_dec_and_lock_fb(atomic, lock)
#define atomic_dec_and_lock_irqsave(atomic, lock, flags) \
	atomic_dec_and_lock_irqsave_fb(atomic, lock, &(flags))

#endif
