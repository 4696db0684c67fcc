// SPDX-License-Identifier: GPL-2.0
/*
 * Plans: recorded from one run, followed by another as far as it can.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "plan.h"

static struct fb_plan *record;
static const struct fb_plan *followed;
static unsigned int nth; /* decisions at the place where the last one was */
static uint32_t last_task, last_point;

void fb_plan_reset(struct fb_plan *to_record, const struct fb_plan *to_follow)
{
	record = to_record;
	followed = to_follow;
	if (record)
		record->n = 0;
	nth = 0;
	last_task = last_point = 0;
}

/* Where the run is now. */
static struct fb_intent here(bool choice)
{
	const struct fb_task *t = fb_core.last;
	struct fb_intent i = { .task = t ? t->h.id : 0,
			       .point = t ? fb_task_points[t->h.id] : 0,
			       .choice = choice };

	nth = i.task == last_task && i.point == last_point ? nth + 1 : 0;
	last_task = i.task;
	last_point = i.point;
	i.nth = nth;
	return i;
}

/* Who goes on by @value of a decision of @kind. */
static struct fb_task *chosen(enum fb_decision kind, unsigned int value)
{
	struct fb_task *t = fb_runnable_first();

	if (kind == FB_DEC_POINT && !value--)
		return fb_core.cur;
	while (value--)
		t = t->next;
	return t;
}

/* The value by which task @id goes on; 0 if it cannot. */
static unsigned int value_of(enum fb_decision kind, unsigned int n, uint32_t id)
{
	for (unsigned int v = 0; v < n; v++)
		if (chosen(kind, v)->h.id == id)
			return v;
	return 0;
}

/* A decision with @n ways is about to be made: what the plan says, else @value; it is recorded. */
unsigned int fb_plan_decide(enum fb_decision kind, unsigned int n, unsigned int value)
{
	struct fb_intent at;

	if (!record && !followed)
		return value;
	at = here(kind == FB_DEC_CHOOSE);
	for (size_t k = 0; followed && k < followed->n; k++) {
		const struct fb_intent *i = &followed->i[k];

		if (i->task != at.task || i->point != at.point || i->nth != at.nth ||
		    i->choice != at.choice)
			continue;
		value = at.choice ? i->value : value_of(kind, n, i->value);
		if (value >= n)
			value = 0;
	}
	if (!record || !value)
		return value;
	at.value = at.choice ? value : chosen(kind, value)->h.id;
	if (record->n == record->room) {
		record->room = record->room ? 2 * record->room : 64;
		record->i = realloc(record->i, record->room * sizeof(*record->i));
		if (!record->i)
			abort();
	}
	record->i[record->n++] = at;
	return value;
}

/** fb_plan_copy() - @to, which is empty or a plan, becomes the same as @from. */
void fb_plan_copy(struct fb_plan *to, const struct fb_plan *from)
{
	fb_plan_free(to);
	to->i = malloc((from->n + 1) * sizeof(*to->i));
	if (!to->i)
		abort();
	memcpy(to->i, from->i, from->n * sizeof(*to->i));
	to->n = from->n;
	to->room = from->n + 1;
}

/** fb_plan_cut() - see plan.h. */
void fb_plan_cut(struct fb_plan *p, size_t at, size_t n)
{
	memmove(p->i + at, p->i + at + n, (p->n - at - n) * sizeof(*p->i));
	p->n -= n;
}

/** fb_plan_free() - it is empty then. */
void fb_plan_free(struct fb_plan *p)
{
	free(p->i);
	*p = (struct fb_plan){NULL, 0, 0};
}
