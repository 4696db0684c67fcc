/* SPDX-License-Identifier: GPL-2.0 */
/* Memory is short: kernel/workqueue.c, mm/slab.c. */
#ifndef FUSEBOX_SHORTAGE_H
#define FUSEBOX_SHORTAGE_H

#include <linux/types.h>

/* Set by fb_memory_short(). */
extern bool fb_memory_is_short;

/**
 * fb_memory_short() - as if memory had to be reclaimed first
 * @on: from now on; or as usual
 *
 * kmalloc() and its like fail where they may neither reclaim nor take from the reserve
 * (GFP_NOWAIT). No workers can be made: a work queue with WQ_MEM_RECLAIM has but its rescuer, and
 * runs one work item at a time; others, which have none, run as before. Context: any.
 */
static inline void fb_memory_short(bool on)
{
	fb_memory_is_short = on;
}

#endif
