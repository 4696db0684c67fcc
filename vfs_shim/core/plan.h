/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decisions of a run in words that survive when some of them are left out: not "decision 1234
 * goes the second way", but "at its 56th point task 3 is switched away from, and task 4 goes on".
 * For making a failing run shorter.
 */
#ifndef FB_CORE_PLAN_H
#define FB_CORE_PLAN_H

#include <stddef.h>
#include <stdint.h>

struct fb_intent {
	uint32_t task, point; /* where: the how manyeth point of which task */
	uint32_t nth; /* the how manyeth decision there */
	uint32_t value; /* id of the task that goes on; of a choice the way */
	uint32_t choice; /* it is a choice */
};

struct fb_plan {
	struct fb_intent *i; /* by malloc() */
	size_t n, room;
};

void fb_plan_copy(struct fb_plan *to, const struct fb_plan *from);
/* Leave out @n intents from @at on. */
void fb_plan_cut(struct fb_plan *p, size_t at, size_t n);
void fb_plan_free(struct fb_plan *p);

#endif
