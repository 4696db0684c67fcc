/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/percpu_counter.h, as on one processor: the count is always exact.
 * One step each, as on a counter of its own for each processor: no access that others could race
 * with.
 */
#ifndef _LINUX_PERCPU_COUNTER_H
#define _LINUX_PERCPU_COUNTER_H

#include <linux/types.h>
#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/minmax.h>
#include <core/race.h>

struct percpu_counter {
	s64 count;
};

static inline int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp)
{
	fbc->count = amount;
	return 0;
}

/* Nothing was allocated. */
static inline void percpu_counter_destroy(struct percpu_counter *fbc)
{
}

static inline void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch)
{
	fb_race_pause();
	fbc->count += amount;
	fb_race_resume();
}

static inline void percpu_counter_add(struct percpu_counter *fbc, s64 amount)
{
	percpu_counter_add_batch(fbc, amount, 0);
}

static inline void percpu_counter_inc(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, 1);
}

static inline void percpu_counter_dec(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, -1);
}

static inline s64 percpu_counter_read(struct percpu_counter *fbc)
{
	s64 count;

	fb_race_pause();
	count = fbc->count;
	fb_race_resume();
	return count;
}

static inline s64 percpu_counter_read_positive(struct percpu_counter *fbc)
{
	return max_t(s64, percpu_counter_read(fbc), 0);
}

static inline s64 percpu_counter_sum(struct percpu_counter *fbc)
{
	return percpu_counter_read(fbc);
}

static inline s64 percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	return percpu_counter_read_positive(fbc);
}

#endif
