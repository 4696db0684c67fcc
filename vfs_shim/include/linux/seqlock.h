/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/seqlock.h, Documentation/locking/seqlock.rst. An odd count means a writer is at
 * work; a reader that meets one lets others run and looks again.
 */
#ifndef __LINUX_SEQLOCK_H
#define __LINUX_SEQLOCK_H

#include <linux/spinlock.h>
#include <linux/mutex.h>
#include <linux/lockdep.h>
#include <asm/processor.h>

typedef struct seqcount {
	unsigned int sequence;
	struct lockdep_map dep_map;
} seqcount_t;

/* The kernel ties a count to its lock for checks under PREEMPT_RT: here the plain count does. */
typedef seqcount_t seqcount_spinlock_t;
typedef seqcount_t seqcount_raw_spinlock_t;
typedef seqcount_t seqcount_rwlock_t;
typedef seqcount_t seqcount_mutex_t;

#define SEQCNT_ZERO(lockname)                                            \
	{                                                                \
		.sequence = 0, .dep_map = {.fb = { .name = #lockname } } \
	}
#define SEQCNT_SPINLOCK_ZERO(name, lock)	SEQCNT_ZERO(name)
#define SEQCNT_MUTEX_ZERO(name, lock)	SEQCNT_ZERO(name)

void __seqcount_init(seqcount_t *s, const char *name, struct lock_class_key *key);
#define seqcount_init(s)							\
	do {									\
		static struct lock_class_key __key;				\
		__seqcount_init((s), #s, &__key);				\
	} while (0)
#define seqcount_spinlock_init(s, lock)		do { (void)(lock); seqcount_init(s); } while (0)
#define seqcount_raw_spinlock_init(s, lock)	seqcount_spinlock_init(s, lock)
#define seqcount_mutex_init(s, lock)		seqcount_spinlock_init(s, lock)

unsigned int fb_read_seqbegin(const seqcount_t *s);
unsigned int fb_read_seq(const seqcount_t *s);
bool fb_read_seqretry(const seqcount_t *s, unsigned int start);
void fb_write_seqbegin(seqcount_t *s);
void fb_write_seqend(seqcount_t *s);

#define __read_seqcount_begin(s)	fb_read_seqbegin(s)
#define raw_read_seqcount_begin(s)	fb_read_seqbegin(s)
#define read_seqcount_begin(s)		fb_read_seqbegin(s)
#define raw_read_seqcount(s)		fb_read_seq(s)
#define raw_seqcount_begin(s)		(fb_read_seq(s) & ~1U)
#define __read_seqcount_retry(s, start)	fb_read_seqretry(s, start)
#define read_seqcount_retry(s, start)	fb_read_seqretry(s, start)
#define raw_write_seqcount_begin(s)	fb_write_seqbegin(s)
#define raw_write_seqcount_end(s)	fb_write_seqend(s)
#define write_seqcount_begin_nested(s, sub) fb_write_seqbegin(s)
#define write_seqcount_begin(s)		fb_write_seqbegin(s)
#define write_seqcount_end(s)		fb_write_seqend(s)
#define write_seqcount_invalidate(s)	((void)((s)->sequence += 2))

typedef struct {
	seqcount_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(lockname)						\
	{ .seqcount = SEQCNT_ZERO(lockname), .lock = __SPIN_LOCK_UNLOCKED(lockname) }
#define DEFINE_SEQLOCK(sl)	seqlock_t sl = __SEQLOCK_UNLOCKED(sl)
#define seqlock_init(sl)							\
	do {									\
		spin_lock_init(&(sl)->lock);					\
		seqcount_init(&(sl)->seqcount);					\
	} while (0)

static inline unsigned int read_seqbegin(const seqlock_t *sl)
{
	return read_seqcount_begin(&sl->seqcount);
}

static inline unsigned int read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return read_seqcount_retry(&sl->seqcount, start);
}

static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	fb_write_seqbegin(&sl->seqcount);
}

static inline void write_sequnlock(seqlock_t *sl)
{
	fb_write_seqend(&sl->seqcount);
	spin_unlock(&sl->lock);
}

static inline void write_seqlock_irq(seqlock_t *sl)
{
	spin_lock_irq(&sl->lock);
	fb_write_seqbegin(&sl->seqcount);
}

static inline void write_sequnlock_irq(seqlock_t *sl)
{
	fb_write_seqend(&sl->seqcount);
	spin_unlock_irq(&sl->lock);
}

static inline void read_seqlock_excl(seqlock_t *sl)
{
	spin_lock(&sl->lock);
}

static inline void read_sequnlock_excl(seqlock_t *sl)
{
	spin_unlock(&sl->lock);
}

/* Kernel contract: an even *seq reads without the lock, an odd one takes it. */
static inline void read_seqbegin_or_lock(seqlock_t *lock, int *seq)
{
	if (!(*seq & 1))
		*seq = (int)read_seqbegin(lock);
	else
		read_seqlock_excl(lock);
}

static inline int need_seqretry(seqlock_t *lock, int seq)
{
	return !(seq & 1) && read_seqretry(lock, (unsigned int)seq);
}

static inline void done_seqretry(seqlock_t *lock, int seq)
{
	if (seq & 1)
		read_sequnlock_excl(lock);
}

#endif
