// SPDX-License-Identifier: GPL-2.0
/*
 * What a run teaches the explorer: which of its steps raced, and so which other steps must be tried
 * where. Happens-before by vector clocks over the steps of the run, from the order of conflicting
 * accesses, and from a task being made runnable to its next step.
 */
#include <string.h>
#include "explore_internal.h"

#define SLOTS (1u << 18)
#define STATES (1u << 17)
#define EDGES 8192
#define NONE (~0u)

/* The last accesses to an object. Steps are numbers of nodes. */
struct shared_access {
	unsigned int step; /* NONE: not since the last exclusive one */
	unsigned int lock; /* the step that took what @step gave back; else @step */
};

struct object {
	uintptr_t key;
	uint64_t run;
	unsigned int last, lock; /* last exclusive access; as above */
	bool unlocked; /* it was an unlock: no task could take the lock before it */
	unsigned int nr_shared;
	struct shared_access shared[FB_X_TASKS]; /* by task */
};

/* What a step depends on directly. */
struct edge {
	unsigned int step; /* happens before */
	unsigned int race; /* the step to be tried the other way round: the lock, if @step is its unlock */
};

static struct object **slot;
static struct object *object;
static unsigned int nr_objects;
static uint64_t run;
static struct edge edges[EDGES];
static unsigned int nr_edges;
static uint32_t passed[FB_X_TASKS]; /* clock of what happened before the last barrier */
static uint32_t woken[FB_X_TASKS][FB_X_TASKS]; /* clock of what made a task runnable */
static unsigned int last_step[FB_X_TASKS]; /* NONE: none yet */

static struct object *object_at(uintptr_t key, bool make)
{
	unsigned int i = (unsigned int)(fb_mix(key) >> 17) % SLOTS;

	while (slot[i] && slot[i]->run == run) {
		if (slot[i]->key == key)
			return slot[i];
		i = (i + 1) % SLOTS;
	}
	if (!make)
		return NULL;
	if (nr_objects == STATES) {
		fb_x.too_many = true;
		return &object[STATES - 1];
	}
	slot[i] = &object[nr_objects++];
	slot[i]->key = key;
	slot[i]->run = run;
	slot[i]->last = slot[i]->lock = NONE;
	slot[i]->unlocked = false;
	slot[i]->nr_shared = 0;
	return slot[i];
}

static bool before(unsigned int a, unsigned int b)
{
	return fb_x.clock[b][fb_x.node[a].task] > a;
}

static void join(uint32_t *to, const uint32_t *from)
{
	for (unsigned int i = 0; i < fb_x.nr_tasks; i++)
		if (from[i] > to[i])
			to[i] = from[i];
}

static void add_edge(unsigned int s, unsigned int race, unsigned int task)
{
	if (s == NONE || fb_x.node[s].task == task)
		return;
	for (unsigned int i = 0; i < nr_edges; i++)
		if (edges[i].step == s && edges[i].race == race)
			return;
	edges[nr_edges++] = (struct edge){s, race};
}

static void shared_edges(struct object *o, unsigned int task, bool lock)
{
	for (unsigned int i = 0; i < o->nr_shared; i++)
		add_edge(o->shared[i].step, lock ? o->shared[i].lock : o->shared[i].step, task);
}

/* The place of @task among those that share @o since its last exclusive access. */
static struct shared_access *share(struct object *o, unsigned int task)
{
	for (unsigned int i = 0; i < o->nr_shared; i++)
		if (fb_x.node[o->shared[i].step].task == task)
			return &o->shared[i];
	o->shared[o->nr_shared] = (struct shared_access){NONE, NONE};
	return &o->shared[o->nr_shared++];
}

static void touch(struct object *o, unsigned int s, enum fb_x_mode mode)
{
	unsigned int task = fb_x.node[s].task;
	bool lock = mode == FB_X_LOCK || mode == FB_X_LOCK_SHARED;
	bool shared = mode == FB_X_READ || mode == FB_X_LOCK_SHARED || mode == FB_X_UNLOCK_SHARED;

	add_edge(o->last, lock && o->unlocked ? o->lock : o->last, task);
	if (shared) {
		struct shared_access *a = share(o, task);

		a->lock = mode == FB_X_UNLOCK_SHARED && a->lock != NONE ? a->lock : s;
		a->step = s;
		return;
	}
	shared_edges(o, task, lock);
	o->nr_shared = 0;
	o->lock = mode == FB_X_UNLOCK && o->last != NONE && fb_x.node[o->last].task == task ? o->lock : s;
	o->unlocked = mode == FB_X_UNLOCK;
	o->last = s;
}

static void touch_all(unsigned int s)
{
	const struct fb_x_node *n = &fb_x.node[s];

	nr_edges = 0;
	for (unsigned int i = 0; i < n->n; i++) {
		const struct fb_x_access *a = &fb_x.access[n->first + i];
		struct object *block = a->block ? object_at(a->block | 1, false) : NULL;

		if (EDGES - nr_edges < 4 * FB_X_TASKS) {
			fb_x.too_many = true;
			return;
		}
		if (a->mode == FB_X_FREE) {
			touch(block, s, FB_X_WRITE);
			continue;
		}
		touch(object_at(a->obj, true), s, (enum fb_x_mode)a->mode);
		if (block)
			touch(block, s, FB_X_READ);
	}
}

/* Blocks that the run frees: an access to any part of one counts as one to the whole. */
static void note_freed(void)
{
	for (unsigned int i = 0; i < fb_x.nr_access; i++)
		if (fb_x.access[i].mode == FB_X_FREE && fb_x.access[i].block)
			object_at(fb_x.access[i].block | 1, true);
}

/* Does the step at @a happen before the one at @j even without the edge @but? */
static bool before_otherwise(unsigned int a, unsigned int j, const struct edge *but)
{
	if (before(a, j))
		return true;
	for (unsigned int k = 0; k < nr_edges; k++)
		if (edges[k].step != but->step && edges[k].step != but->race && before(a, edges[k].step))
			return true;
	return false;
}

/*
 * The steps after @e->race that do not happen after it, and @j: which tasks can be the first of
 * these?
 */
static uint64_t initials(const struct edge *e, unsigned int j)
{
	unsigned int first[FB_X_TASKS], n = 0;
	uint64_t seen = 0, found = 0;

	for (unsigned int k = e->race + 1; k <= j; k++) {
		const struct fb_x_node *m = &fb_x.node[k];
		bool free = true;

		if (m->kind != FB_X_STEP || seen >> m->task & 1 || (k != j && before(e->race, k)))
			continue;
		for (unsigned int x = 0; x < n && free; x++)
			free = k == j ? !before_otherwise(first[x], j, e) : !before(first[x], k);
		seen |= 1ull << m->task;
		first[n++] = k;
		if (free)
			found |= 1ull << m->task;
	}
	return found;
}

/* A task at @n, or if it cannot run there, all that can. */
static void try_at(struct fb_x_node *n, unsigned int task)
{
	n->backtrack |= n->enabled >> task & 1 ? 1ull << task : n->enabled;
}

/*
 * The block of steps of one task that @i belongs to began with a switch: there the other task costs
 * no more than at @i, where it may be beyond the bound.
 */
static void try_at_switch(unsigned int i, unsigned int task)
{
	unsigned int k = i;

	for (unsigned int m = i; m-- > 0;) {
		if (fb_x.node[m].kind != FB_X_STEP)
			continue;
		if (fb_x.node[m].task != fb_x.node[i].task)
			break;
		k = m;
	}
	if (k != i)
		try_at(&fb_x.node[k], task);
}

static void reverse(const struct edge *e, unsigned int j)
{
	struct fb_x_node *n = &fb_x.node[e->race];
	unsigned int task = fb_x.node[j].task;
	uint64_t first;

	if (fb_x.opts.bound != FB_EXPLORE_NO_BOUND) {
		try_at(n, task);
		try_at_switch(e->race, task);
		return;
	}
	first = initials(e, j);
	if (first & (n->backtrack | n->asleep))
		return;
	first &= n->enabled;
	if (!first)
		n->backtrack |= n->enabled;
	else
		n->backtrack |= first >> task & 1 ? 1ull << task : first & -first;
}

/* Does @e's step race with the one at @j, whose clock does not hold its edges yet? */
static bool races(const struct edge *e, unsigned int j)
{
	return !before_otherwise(e->race, j, e);
}

/* The tasks that @s made runnable go on after it. */
static void wake(unsigned int s)
{
	for (uint64_t m = fb_x.node[s].wakes; m; m &= m - 1)
		join(woken[__builtin_ctzll(m)], fb_x.clock[s]);
}

static void do_step(unsigned int s, bool fresh)
{
	const struct fb_x_node *n = &fb_x.node[s];
	uint32_t *clock = fb_x.clock[s];

	memcpy(clock, woken[n->task], fb_x.nr_tasks * sizeof(*clock));
	join(clock, passed);
	if (last_step[n->task] != NONE)
		join(clock, fb_x.clock[last_step[n->task]]);
	touch_all(s);
	for (unsigned int k = 0; k < nr_edges && fresh; k++)
		if (races(&edges[k], s))
			reverse(&edges[k], s);
	for (unsigned int k = 0; k < nr_edges; k++)
		join(clock, fb_x.clock[edges[k].step]);
	clock[n->task] = s + 1;
	last_step[n->task] = s;
	wake(s);
}

/* Nobody could run: what comes now comes after everything. */
static void do_barrier(void)
{
	for (unsigned int t = 0; t < fb_x.nr_tasks; t++)
		if (last_step[t] != NONE)
			join(passed, fb_x.clock[last_step[t]]);
}

static void begin(void)
{
	if (!slot) {
		slot = fb_x_map(SLOTS * sizeof(*slot));
		object = fb_x_map(STATES * sizeof(*object));
	}
	run++;
	nr_objects = 0;
	memset(passed, 0, sizeof(passed));
	memset(woken, 0, sizeof(woken));
	memset(last_step, 0xff, sizeof(last_step));
}

void fb_x_find_races(unsigned int from)
{
	begin();
	note_freed();
	for (unsigned int s = 0; s < fb_x.nr && !fb_x.too_many; s++) {
		if (fb_x.node[s].kind == FB_X_STEP)
			do_step(s, s >= from);
		else if (fb_x.node[s].kind == FB_X_BARRIER)
			do_barrier();
	}
}
