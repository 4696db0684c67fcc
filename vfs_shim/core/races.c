// SPDX-License-Identifier: GPL-2.0
/*
 * What a run teaches the explorer: which of its steps raced, and so which other steps must be tried
 * where. Happens-before by vector clocks over the steps of the run, from the order of conflicting
 * accesses, and from a task being made runnable to its next step.
 */
#include <string.h>
#include "explore_internal.h"
#include "snapshot.h"

#define SLOTS (1u << 18)
#define STATES (1u << 17)
#define EDGES 8192
#define CALLBACKS 4096
#define NONE (~0u)

/* Accesses to an object that commute with each other: one by each task, at most. */
struct group {
	enum { EXCLUSIVE, SHARED, COUNTED } kind;
	unsigned int n;
	struct member {
		unsigned int step; /* number of its node */
		unsigned int lock; /* the step that took what @step gave back; else @step */
	} m[FB_X_TASKS];
};

/*
 * What was done to an object last. Each member of the newest group happens after each of the one
 * before, and so after all that is older.
 */
struct object {
	uintptr_t key;
	uint64_t run;
	unsigned int newest;
	struct group group[2];
};

/* What a step depends on directly. */
struct edge {
	unsigned int step; /* happens before */
	/* the step to be tried the other way round: the lock, if @step is its unlock */
	unsigned int race;
};

/* A callback of RCU that was queued, and the sections that it has to wait for. */
struct callback {
	uintptr_t key;
	unsigned int queued; /* the step */
	unsigned int n;
	struct section {
		unsigned int from, to; /* steps; to: NONE while it lasts */
	} waits[FB_X_TASKS];
};

static FB_KEPT struct callback *callback;
static FB_KEPT unsigned int nr_callbacks;
/* the step that entered it; NONE: the task is in none */
static FB_KEPT unsigned int section[FB_X_TASKS];
static FB_KEPT struct callback *runs[FB_X_TASKS]; /* that the task has begun last */

static FB_KEPT struct object **slot;
static FB_KEPT struct object *object;
static FB_KEPT unsigned int nr_objects;
static FB_KEPT uint64_t run;
static FB_KEPT struct edge edges[EDGES];
static FB_KEPT unsigned int nr_edges;
static FB_KEPT uint32_t passed[FB_X_TASKS]; /* clock of what happened before the last barrier */
static FB_KEPT uint32_t woken[FB_X_TASKS][FB_X_TASKS]; /* clock of what made a task runnable */
static FB_KEPT unsigned int last_step[FB_X_TASKS]; /* NONE: none yet */

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
	slot[i]->newest = 0;
	slot[i]->group[0].n = slot[i]->group[1].n = 0;
	slot[i]->group[0].kind = EXCLUSIVE;
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

static unsigned int kind_of(uintptr_t obj, enum fb_x_mode mode)
{
	switch (mode) {
	case FB_X_READ:
	case FB_X_LOCK_SHARED:
	case FB_X_UNLOCK_SHARED:
		return SHARED;
	case FB_X_COUNT:
		return fb_x_hot(obj) ? EXCLUSIVE : COUNTED;
	default:
		return EXCLUSIVE;
	}
}

/* The place of @task in @g; NULL: it has none. */
static struct member *member_of(struct group *g, unsigned int task)
{
	for (unsigned int i = 0; i < g->n; i++)
		if (fb_x.node[g->m[i].step].task == task)
			return &g->m[i];
	return NULL;
}

/* The group that an access of @kind belongs to. */
static struct group *group_for(struct object *o, unsigned int kind)
{
	struct group *g = &o->group[o->newest];

	if (kind != EXCLUSIVE && g->kind == kind)
		return g;
	o->newest = !o->newest;
	g = &o->group[o->newest];
	g->kind = kind;
	g->n = 0;
	return g;
}

static void touch(struct object *o, unsigned int s, enum fb_x_mode mode)
{
	unsigned int task = fb_x.node[s].task;
	bool lock = mode == FB_X_LOCK || mode == FB_X_LOCK_SHARED;
	struct group *g = group_for(o, kind_of(o->key, mode)), *old = &o->group[!o->newest];
	struct member *taken, *m = member_of(g, task);

	for (unsigned int i = 0; i < old->n; i++)
		add_edge(old->m[i].step, lock ? old->m[i].lock : old->m[i].step, task);
	taken = mode == FB_X_UNLOCK ? member_of(old, task) : mode == FB_X_UNLOCK_SHARED ? m : NULL;
	if (!m)
		m = &g->m[g->n++];
	*m = (struct member){s, taken ? taken->lock : s};
}

static void left_section(unsigned int s, unsigned int task)
{
	for (unsigned int i = 0; i < nr_callbacks; i++)
		for (unsigned int k = 0; k < callback[i].n; k++)
			if (callback[i].waits[k].from == section[task])
				callback[i].waits[k].to = s;
	section[task] = NONE;
}

static void queued(unsigned int s, uintptr_t key)
{
	struct callback *c = &callback[nr_callbacks];

	if (nr_callbacks == CALLBACKS) {
		fb_x.too_many = true;
		return;
	}
	nr_callbacks++;
	*c = (struct callback){.key = key, .queued = s};
	for (unsigned int t = 0; t < fb_x.nr_tasks; t++)
		if (section[t] != NONE)
			c->waits[c->n++] = (struct section){section[t], NONE};
}

/*
 * It comes after what it had to wait for; one that was queued before the region began is not known.
 */
static void due(unsigned int s, uintptr_t key)
{
	struct callback *c = NULL;

	for (unsigned int i = nr_callbacks; i-- > 0 && !c;)
		if (callback[i].key == key)
			c = &callback[i];
	runs[fb_x.node[s].task] = c;
	if (!c)
		return;
	join(fb_x.clock[s], fb_x.clock[c->queued]);
	for (unsigned int k = 0; k < c->n; k++)
		if (c->waits[k].to != NONE)
			join(fb_x.clock[s], fb_x.clock[c->waits[k].to]);
}

static void rcu(unsigned int s, enum fb_rcu_event what, uintptr_t key)
{
	unsigned int task = fb_x.node[s].task;

	switch (what) {
	case FB_RCU_ENTERED:
		section[task] = s;
		break;
	case FB_RCU_LEFT:
		if (section[task] != NONE)
			left_section(s, task);
		break;
	case FB_RCU_QUEUED:
		queued(s, key);
		break;
	case FB_RCU_DUE:
		due(s, key);
		break;
	}
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
		if (a->mode >= FB_X_RCU) {
			rcu(s, (enum fb_rcu_event)(a->mode - FB_X_RCU), a->obj);
			continue;
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
		if (edges[k].step != but->step && edges[k].step != but->race &&
		    before(a, edges[k].step))
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

/* Let the callback that @queued queues not wait for the section that @entered began. */
static void reverse_queued(unsigned int entered, unsigned int queued)
{
	const struct edge e = {entered, entered};
	unsigned int n = nr_edges;

	if (fb_x.node[entered].task == fb_x.node[queued].task || before(entered, queued))
		return;
	nr_edges = 0; /* of the step at hand, not of that one */
	reverse(&e, queued);
	nr_edges = n;
}

/*
 * The callback @c touches what @e->step did. If that was before the end of a section that @c waits
 * for, or in one that was over when @c was queued, @c can come first only if it is queued before
 * that section begins.
 */
static void reverse_callback(const struct callback *c, const struct edge *e, unsigned int s)
{
	unsigned int entered = fb_x.node[e->step].section;

	for (unsigned int i = 0; i < c->n; i++) {
		const struct section *w = &c->waits[i];

		if (w->to != NONE && (w->to == e->step || before(e->step, w->to)))
			reverse_queued(w->from, c->queued);
	}
	if (entered < c->queued)
		reverse_queued(entered, c->queued);
	else if (races(e, s))
		reverse(e, s);
}

static void reverse_edge(const struct edge *e, unsigned int s)
{
	const struct callback *c = runs[fb_x.node[s].task];

	if (c)
		reverse_callback(c, e, s);
	else if (races(e, s))
		reverse(e, s);
}

/* The tasks that @s made runnable go on after it. */
static void wake(unsigned int s)
{
	for (uint64_t m = fb_x.node[s].wakes; m; m &= m - 1)
		join(woken[__builtin_ctzll(m)], fb_x.clock[s]);
}

static void do_step(unsigned int s, bool fresh)
{
	struct fb_x_node *n = &fb_x.node[s];
	uint32_t *clock = fb_x.clock[s];

	memcpy(clock, woken[n->task], fb_x.nr_tasks * sizeof(*clock));
	join(clock, passed);
	if (last_step[n->task] != NONE)
		join(clock, fb_x.clock[last_step[n->task]]);
	n->section = section[n->task];
	touch_all(s);
	if (n->section == NONE)
		n->section = section[n->task];
	for (unsigned int k = 0; k < nr_edges && fresh; k++)
		reverse_edge(&edges[k], s);
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
		callback = fb_x_map(CALLBACKS * sizeof(*callback));
	}
	run++;
	nr_objects = nr_callbacks = 0;
	memset(section, 0xff, sizeof(section));
	memset(runs, 0, sizeof(runs));
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
