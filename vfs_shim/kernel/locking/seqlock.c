// SPDX-License-Identifier: GPL-2.0
/*
 * Sequence counters.
 *
 * Models: linux/seqlock.h, 6.1. Leaves out: latches, the check that a writer holds the associated
 * lock.
 */
#include <linux/seqlock.h>
#include <linux/export.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/race.h>
#include <core/task.h>

/** __seqcount_init() - no writer yet. Models: __seqcount_init(), 6.1. */
void __seqcount_init(seqcount_t *s, const char *name, struct lock_class_key *key)
{
	s->sequence = 0;
	lockdep_init_map(&s->dep_map, name, key, 0);
}

/** fb_read_seq() - the count as it is now. Models: raw_read_seqcount(), 6.1. */
unsigned int fb_read_seq(const seqcount_t *s)
{
	fb_point(FB_PT_READ, s);
	fb_race_acquire(s);
	fb_race_seq_read(true);
	return READ_ONCE(s->sequence);
}

/**
 * fb_read_seqbegin() - the count, once no writer is at work. Models: read_seqcount_begin(), 6.1:
 *	spins, never sleeps.
 */
unsigned int fb_read_seqbegin(const seqcount_t *s)
{
	unsigned int seq;

	while ((seq = fb_read_seq(s)) & 1)
		cpu_relax();
	return seq;
}

/** fb_read_seqretry() - has the count changed since? Models: read_seqcount_retry(), 6.1. */
bool fb_read_seqretry(const seqcount_t *s, unsigned int start)
{
	fb_race_seq_read(false);
	fb_point(FB_PT_ATOMIC, s);
	return READ_ONCE(s->sequence) != start;
}

/**
 * fb_write_seqbegin() - readers retry from now on; writers exclude each other by themselves.
 *	Models: write_seqcount_begin(), 6.1.
 */
void fb_write_seqbegin(seqcount_t *s)
{
	fb_point(FB_PT_LOCK, s);
	if (s->sequence & 1)
		fb_report(FB_LOCK_MISUSE, 0, NULL, "two writers of sequence count \"%s\" (%s)",
			  s->dep_map.fb.name, fb_obj(s));
	fb_atomic_enter("write_seqcount_begin()", s);
	fb_race_seq_write(true);
	s->sequence++;
}

/** fb_write_seqend() - readers see a whole state again. Models: write_seqcount_end(), 6.1. */
void fb_write_seqend(seqcount_t *s)
{
	fb_point(FB_PT_UNLOCK, s);
	fb_race_seq_write(false);
	fb_race_release(s);
	s->sequence++;
	fb_atomic_exit("write_seqcount_end()", s);
}
