// SPDX-License-Identifier: GPL-2.0
#include "internal.h"

static unsigned int nr_readers; /* holders inside a read section */
static uint64_t clock_; /* counts epochs */
static void (*hook)(void *arg);
static void *hook_arg;

/** fb_rcu_enter() - rcu_read_lock(). */
void fb_rcu_enter(void)
{
	struct fb_holder *h = fb_holder();

	if (h->rcu_depth++)
		return;
	h->rcu_since = clock_ + 1;
	h->rcu_stack = fb_stack_here();
	nr_readers++;
}

/** fb_rcu_exit() - rcu_read_unlock(). */
void fb_rcu_exit(void)
{
	struct fb_holder *h = fb_holder();

	if (!h->rcu_depth) {
		fb_report(FB_RCU, h->rcu_stack, h->rcu_stack ? "last section entered at" : NULL,
			  "RCU read section left more often than entered");
		return;
	}
	if (--h->rcu_depth)
		return;
	fb_race_rcu_exit(h->rcu_since);
	h->rcu_since = 0;
	nr_readers--;
	if (hook)
		hook(hook_arg);
}

/** fb_rcu_depth() - of current. */
unsigned int fb_rcu_depth(void)
{
	return fb_holder()->rcu_depth;
}

/** fb_rcu_epoch() - a point in time that later calls of fb_rcu_passed() refer to. */
uint64_t fb_rcu_epoch(void)
{
	fb_race_grace_begin(++clock_);
	return clock_;
}

/** fb_rcu_passed() - is every section over that had begun before @epoch was taken? */
bool fb_rcu_passed(uint64_t epoch)
{
	struct fb_holder *h;

	if (!nr_readers)
		return true;
	for (unsigned int i = 0; (h = fb_holder_at(i)); i++)
		if (h->rcu_depth && h->rcu_since <= epoch)
			return false;
	return true;
}

/**
 * fb_rcu_seen() - current goes on because fb_rcu_passed() was true: it comes after all that was
 *	waited for.
 */
void fb_rcu_seen(uint64_t epoch)
{
	fb_race_grace_end(epoch);
}

/** fb_rcu_hook() - see rcu.h. Dropped when the next run begins. */
void fb_rcu_hook(void (*fn)(void *arg), void *arg)
{
	hook = fn;
	hook_arg = arg;
}

/*
 * A section that was reported open: it counts as left, so that one defect does not stall every
 * grace period.
 */
void fb_rcu_force_out(struct fb_holder *h)
{
	if (h->rcu_depth) {
		h->rcu_depth = 0;
		nr_readers--;
	}
}

void fb_rcu_reset(void)
{
	nr_readers = 0;
	clock_ = 0;
	hook = NULL;
}
