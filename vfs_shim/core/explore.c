// SPDX-License-Identifier: GPL-2.0
/*
 * The explorer: who runs next, and which run comes next.
 *
 * Unbounded: source-DPOR with sleep sets (Abdulla, Aronis, Jonsson, Sagonas: Optimal Dynamic
 * Partial Order Reduction, POPL 2014, algorithm 1). With a bound on preemptions: bounded
 * partial-order reduction (Coons, Musuvathi, McKinley, OOPSLA 2013) without sleep sets, which a
 * bound makes unsound. PCT: Burckhardt, Kothari, Musuvathi, Nagarakatti, ASPLOS 2010.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "explore_internal.h"
#include "snapshot.h"

#define RANDOM_ONE_IN 8 /* FB_SEARCH_RANDOM: how often a choice point switches */
#define PCT_MAX_DEPTH 16

FB_KEPT struct fb_explorer fb_x;
FB_KEPT bool fb_x_on;

/*
 * Counts met in the run. A task's sum of what it counted is lowest somewhere on its way; one that
 * could be zero if all tasks were there at once is hot: what counts it up or down does not commute.
 */
struct count {
	uintptr_t obj;
	long lowest; /* value before the run, and the lowest sums of all tasks */
	bool hot; /* in any run of this exploration */
	unsigned long run;
	struct share {
		unsigned long run;
		long sum, lowest; /* of what the task counted; @lowest is not above 0 */
	} of[FB_X_TASKS];
};
#define COUNTS 8192
static FB_KEPT struct count *counts;
static FB_KEPT unsigned int nr_counts;
static FB_KEPT unsigned long count_run;
static FB_KEPT unsigned int hot_before; /* how many when the tree was begun */

/* What a task does first when it is picked. */
struct pending {
	const void *obj;
	enum fb_x_mode mode;
	fb_busy_fn busy;
	bool any, yielded, drains;
	uint64_t priority; /* PCT */
};

static FB_KEPT struct pending pending[FB_X_TASKS];
static FB_KEPT struct fb_task *task_at[FB_X_TASKS];
static FB_KEPT unsigned int running; /* slot of the task that ran last */
static FB_KEPT struct fb_x_node *step; /* of the step that runs; NULL: none */
static FB_KEPT uint64_t rng;
static FB_KEPT uint64_t change_at[PCT_MAX_DEPTH];

/* ---- memory ---- */

static FB_KEPT void *free_list[32];

void *fb_x_map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		abort();
	fb_snapshot_keep(p, size);
	return p;
}

static unsigned int size_class(size_t size)
{
	unsigned int c = 6;

	while ((size_t)1 << c < size)
		c++;
	return c;
}

void *fb_x_alloc(size_t size)
{
	static FB_KEPT char *at, *end;
	unsigned int c = size_class(size);
	size_t room = (size_t)1 << c;
	void *p = free_list[c];

	if (p) {
		free_list[c] = *(void **)p;
		return memset(p, 0, size);
	}
	if ((size_t)(end - at) < room) {
		size_t chunk = room > 1u << 24 ? room : 1u << 24;

		at = fb_x_map(chunk);
		end = at + chunk;
	}
	p = at;
	at += room;
	return p;
}

void fb_x_free(void *p, size_t size)
{
	unsigned int c = size_class(size);

	*(void **)p = free_list[c];
	free_list[c] = p;
}

/* ---- footprints ---- */

static size_t footprint_size(unsigned int room)
{
	return sizeof(struct fb_x_footprint) + room * sizeof(struct fb_x_access);
}

static void footprint_free(struct fb_x_footprint *f)
{
	while (f) {
		struct fb_x_footprint *next = f->next;

		fb_x_free(f, footprint_size(f->room));
		f = next;
	}
}

/* @old, which may be NULL, and what the last run's step of @n touched. */
static struct fb_x_footprint *footprint_of(struct fb_x_footprint *old, const struct fb_x_node *n)
{
	unsigned int had = old ? old->n : 0;
	struct fb_x_footprint *f = fb_x_alloc(footprint_size(had + n->n));

	f->room = f->n = had + n->n;
	f->task = n->task;
	if (had)
		memcpy(f->a, old->a, had * sizeof(f->a[0]));
	memcpy(f->a + had, fb_x.access + n->first, n->n * sizeof(f->a[0]));
	footprint_free(old);
	return f;
}

static bool shares(enum fb_x_mode m)
{
	return m == FB_X_READ || m == FB_X_LOCK_SHARED || m == FB_X_UNLOCK_SHARED || m >= FB_X_RCU;
}

/* Whether a section delays a callback may matter: races.c knows when it does. */
static bool may_delay(enum fb_x_mode a, enum fb_x_mode b)
{
	return a == FB_X_RCU + FB_RCU_ENTERED && b == FB_X_RCU + FB_RCU_QUEUED;
}

bool fb_x_conflict(const struct fb_x_access *a, const struct fb_x_access *b)
{
	if (a->mode == FB_X_FREE || b->mode == FB_X_FREE)
		return a->block == b->block;
	if (may_delay(a->mode, b->mode) || may_delay(b->mode, a->mode))
		return true;
	if (a->obj != b->obj || (shares(a->mode) && shares(b->mode)))
		return false;
	return a->mode != FB_X_COUNT || b->mode != FB_X_COUNT || fb_x_hot(a->obj);
}

static bool independent(const struct fb_x_footprint *f, const struct fb_x_node *n)
{
	for (unsigned int i = 0; i < f->n; i++)
		for (unsigned int j = 0; j < n->n; j++)
			if (fb_x_conflict(&f->a[i], &fb_x.access[n->first + j]))
				return false;
	return true;
}

/* ---- tasks ---- */

static void give_up(void)
{
	fb_x.gave_up = true;
	fb_x_on = false;
	fb_core.stopped = true;
	fb_x_cut_short();
	if (fb_core.ctx != &fb_core.main)
		fb_stop();
}

static void too_many(void)
{
	fb_x.too_many = true;
	give_up();
}

static uint64_t random_word(void)
{
	return fb_random(&rng);
}

static unsigned int slot_of(const struct fb_task *t)
{
	unsigned int i;

	for (i = 0; i < fb_x.nr_tasks; i++)
		if (task_at[i] == t)
			return i;
	if (i == FB_X_TASKS) {
		too_many();
		return 0;
	}
	task_at[i] = (struct fb_task *)t;
	pending[i] = (struct pending){.priority = random_word() | 1ull << 63};
	fb_x.nr_tasks++;
	return i;
}

static void add_access(const void *obj, enum fb_x_mode mode);

/* ---- counts ---- */

static struct count *count_at(uintptr_t obj, bool make)
{
	unsigned int i = (unsigned int)(fb_mix(obj) >> 20) % COUNTS;

	for (; counts[i].obj; i = (i + 1) % COUNTS)
		if (counts[i].obj == obj)
			return &counts[i];
	if (!make)
		return NULL;
	if (nr_counts == COUNTS / 2) {
		too_many();
		return NULL;
	}
	nr_counts++;
	counts[i].obj = obj;
	return &counts[i];
}

static void forget_counts(void)
{
	madvise(counts, COUNTS * sizeof(*counts), MADV_DONTNEED);
	nr_counts = 0;
}

bool fb_x_hot(uintptr_t obj)
{
	struct count *c = count_at(obj, false);

	return !c || c->hot;
}

static void now_hot(struct count *c)
{
	fb_x.nr_hot += !c->hot;
	c->hot = true;
}

void fb_x_counted(const void *obj, long old, long delta)
{
	struct share *of;
	struct count *c;

	add_access(obj, FB_X_COUNT);
	if (!step || fb_x.opts.search != FB_SEARCH_DFS)
		return;
	c = count_at((uintptr_t)obj, true);
	if (!c)
		return;
	if (c->run != count_run) {
		c->run = count_run;
		c->lowest = old;
	}
	of = &c->of[step->task];
	if (of->run != count_run)
		*of = (struct share){.run = count_run};
	of->sum += delta;
	if (of->sum < of->lowest) {
		c->lowest += of->sum - of->lowest;
		of->lowest = of->sum;
	}
	if (c->lowest < 1)
		now_hot(c);
}

static bool counted_by_others(const struct count *c, unsigned int task)
{
	for (unsigned int i = 0; i < fb_x.nr_tasks; i++)
		if (i != task && c->of[i].run == count_run)
			return true;
	return false;
}

/*
 * Something else was done to it than counting. Before others have counted, it was but made what it
 * is from now on: in another order this is a conflict like any other. Later, what we know of the
 * value is void.
 */
static void written(const void *obj)
{
	struct count *c = count_at((uintptr_t)obj, false);

	if (!c || c->run != count_run)
		return;
	if (counted_by_others(c, step->task))
		now_hot(c);
	c->run = 0;
	c->of[step->task].run = 0;
}

/* ---- what a step touches ---- */

static void add_access(const void *obj, enum fb_x_mode mode)
{
	struct fb_x_access *a = &fb_x.access[fb_x.nr_access];
	struct fb_block *b;

	if (!step || fb_x.opts.search != FB_SEARCH_DFS)
		return;
	if (fb_x.nr_access == FB_X_ACCESSES) {
		too_many();
		return;
	}
	if (!shares(mode) && mode != FB_X_COUNT)
		written(obj);
	for (unsigned int i = 0; i < step->n; i++) {
		const struct fb_x_access *old = &fb_x.access[step->first + i];

		if (old->obj == (uintptr_t)obj &&
		    (old->mode == mode || (mode == FB_X_READ && old->mode == FB_X_WRITE)))
			return;
	}
	b = fb_pool_find(obj);
	*a = (struct fb_x_access){(uintptr_t)obj, b ? (uintptr_t)b->addr : 0, (uint8_t)mode};
	fb_x.nr_access++;
	step->n++;
}

static enum fb_x_mode mode_of(enum fb_point_kind kind)
{
	switch (kind) {
	case FB_PT_READ:
		return FB_X_READ;
	case FB_PT_COUNT:
		return FB_X_COUNT;
	default:
		return FB_X_WRITE;
	}
}

void fb_x_touch(const void *obj, enum fb_x_mode mode)
{
	add_access(obj, mode);
}

/** fb_touch() - see explore.h. */
void fb_touch(const void *obj, bool write)
{
	if (fb_x_on)
		add_access(obj, write ? FB_X_WRITE : FB_X_READ);
}

/** fb_touch_rcu() - see explore.h. */
void fb_touch_rcu(enum fb_rcu_event what, const void *obj)
{
	if (fb_x_on)
		add_access(obj, (enum fb_x_mode)(FB_X_RCU + what));
}

/*
 * Current has arrived at a choice point; in irq context and on the main stack there is no choice.
 */
void fb_x_point(enum fb_point_kind kind, const void *obj)
{
	struct fb_task *me = fb_core.cur;

	if (!me || me->h.irq) {
		if (obj)
			add_access(obj, mode_of(kind));
		return;
	}
	pending[slot_of(me)] = (struct pending){.obj = obj, .mode = mode_of(kind), .any = obj,
						.priority = pending[slot_of(me)].priority};
}

void fb_x_lock(const void *obj, enum fb_x_mode mode, fb_busy_fn busy)
{
	struct fb_task *me = fb_core.cur;

	if (!me || me->h.irq) {
		add_access(obj, mode);
		return;
	}
	pending[slot_of(me)] = (struct pending){.obj = obj, .mode = mode, .busy = busy, .any = true,
						.priority = pending[slot_of(me)].priority};
}

void fb_x_woken(const struct fb_task *t)
{
	if (step)
		step->wakes |= 1ull << slot_of(t);
}

void fb_x_yields(void)
{
	pending[slot_of(fb_core.cur)].yielded = true;
}

/* ---- nodes ---- */

static struct fb_x_node *next_node(enum fb_x_kind kind)
{
	struct fb_x_node *n = &fb_x.node[fb_x.nr];

	if (fb_x.nr == FB_X_NODES - 1) {
		too_many();
		return NULL;
	}
	if (fb_x.nr >= fb_x.replay)
		*n = (struct fb_x_node){.kind = kind, .sleep_first = fb_x.nr_sleepers};
	else if (n->kind != kind)
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"exploration: a run does not repeat itself (decision %u)", fb_x.nr);
	n->first = fb_x.nr_access;
	n->n = 0;
	n->wakes = 0;
	fb_x.nr++;
	return n;
}

void fb_x_barrier(void)
{
	if (fb_x.opts.search == FB_SEARCH_DFS)
		next_node(FB_X_BARRIER);
	step = NULL;
}

/* The candidates of a decision, in the order of its values. */
struct candidates {
	unsigned int n;
	uint8_t slot[FB_X_TASKS];
	uint64_t enabled; /* those that can do something */
};

static void collect(struct candidates *c, enum fb_decision kind)
{
	uint64_t busy = 0, yielded = 0, drains = 0;
	bool point = kind == FB_DEC_POINT;
	struct fb_task *t = point ? fb_core.cur : fb_runnable_first();

	c->n = 0;
	c->enabled = 0;
	while (t && c->n < FB_X_TASKS) {
		unsigned int s = slot_of(t);
		const struct pending *p = &pending[s];

		c->slot[c->n++] = (uint8_t)s;
		if (p->drains)
			drains |= 1ull << s;
		else if (p->yielded)
			yielded |= 1ull << s;
		else if (p->busy && p->busy(p->obj))
			busy |= 1ull << s;
		else
			c->enabled |= 1ull << s;
		t = point ? fb_runnable_first() : t->next;
		point = false;
	}
	if (!c->enabled)
		c->enabled = busy;
	if (!c->enabled)
		c->enabled = yielded;
	if (!c->enabled)
		c->enabled = drains;
}

static bool preempts(const struct fb_x_node *n, unsigned int task)
{
	return n->before != FB_X_NOBODY && n->before != task;
}

bool fb_x_affordable(const struct fb_x_node *n, unsigned int task)
{
	return n->preemptions + preempts(n, task) <= fb_x.opts.bound;
}

static bool sleeps(void)
{
	return !fb_x.opts.no_reduction && fb_x.opts.bound == FB_EXPLORE_NO_BOUND;
}

/*
 * Who sleeps at a new node: who slept at the one before or is done there, unless its step woke him.
 */
static void inherit_sleep(struct fb_x_node *n, const struct fb_x_node *prev)
{
	const struct fb_x_footprint *f;

	for (unsigned int i = 0; i < prev->sleep_n; i++) {
		f = fb_x.sleeper[prev->sleep_first + i].fp;
		if (f->task == prev->task || !independent(f, prev))
			continue;
		fb_x.sleeper[fb_x.nr_sleepers++].fp = f;
		n->asleep |= 1ull << f->task;
	}
	for (f = prev->explored; f; f = f->next) {
		if (f->task == prev->task || !independent(f, prev))
			continue;
		fb_x.sleeper[fb_x.nr_sleepers++].fp = f;
		n->asleep |= 1ull << f->task;
	}
	n->sleep_n = fb_x.nr_sleepers - n->sleep_first;
}

/* The node before @n that decided who runs; NULL: none. */
static const struct fb_x_node *step_before(const struct fb_x_node *n)
{
	while (n-- > fb_x.node)
		if (n->kind == FB_X_STEP)
			return n;
	return NULL;
}

/* A decision that was not met before: go on if possible, else the first in the queue. */
static void first_choice(struct fb_x_node *n, const struct candidates *c)
{
	const struct fb_x_node *prev = step_before(n);
	uint64_t may;

	n->enabled = c->enabled;
	n->before = running < FB_X_TASKS && c->enabled >> running & 1 ? (uint8_t)running :
									FB_X_NOBODY;
	if (prev) {
		n->preemptions = prev->preemptions + preempts(prev, prev->task);
		if (sleeps())
			inherit_sleep(n, prev);
	}
	may = n->enabled & ~n->asleep;
	if (!may) {
		fb_x.nr--;
		give_up();
		return;
	}
	if (n->before != FB_X_NOBODY && may >> n->before & 1) {
		n->task = n->before;
	} else {
		for (unsigned int i = 0; i < c->n; i++) {
			if (may >> c->slot[i] & 1) {
				n->task = c->slot[i];
				break;
			}
		}
	}
	n->backtrack = fb_x.opts.no_reduction ? n->enabled : 1ull << n->task;
}

static unsigned int highest(const struct candidates *c)
{
	unsigned int best = FB_X_NOBODY;

	for (unsigned int i = 0; i < c->n; i++) {
		unsigned int s = c->slot[i];

		if (c->enabled >> s & 1 &&
		    (best == FB_X_NOBODY || pending[s].priority > pending[best].priority))
			best = s;
	}
	return best;
}

static unsigned int pick_pct(const struct candidates *c)
{
	unsigned int s = highest(c);

	for (unsigned int i = 0; i + 1 < fb_x.opts.depth && i < PCT_MAX_DEPTH; i++)
		if (change_at[i] == fb_x.steps) {
			pending[s].priority = i;
			s = highest(c);
		}
	return s;
}

static unsigned int pick_random(const struct candidates *c)
{
	unsigned int n = (unsigned int)__builtin_popcountll(c->enabled), k;
	uint64_t m = c->enabled;

	if (running < FB_X_TASKS && c->enabled >> running & 1 && random_word() % RANDOM_ONE_IN)
		return running;
	for (k = (unsigned int)(random_word() % n); k; k--)
		m &= m - 1;
	return (unsigned int)__builtin_ctzll(m);
}

static unsigned int pick_dfs(const struct candidates *c)
{
	bool known = fb_x.nr < fb_x.replay;
	struct fb_x_node *n = next_node(FB_X_STEP);

	if (!n)
		return c->slot[0];
	if (!known)
		first_choice(n, c);
	else if (n->enabled != c->enabled)
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"exploration: a run does not repeat itself (step %u)", fb_x.nr - 1);
	step = n;
	return n->task;
}

static unsigned int who(enum fb_decision kind)
{
	struct candidates c;
	unsigned int s;

	collect(&c, kind);
	step = NULL;
	fb_x.steps++;
	fb_x.decisions += (c.enabled & (c.enabled - 1)) != 0;
	if (fb_x.opts.search == FB_SEARCH_DFS)
		s = pick_dfs(&c);
	else if (fb_x.opts.search == FB_SEARCH_PCT)
		s = pick_pct(&c);
	else
		s = pick_random(&c);
	if (!fb_x_on)
		return 0; /* given up */
	for (unsigned int i = 0; i < fb_x.nr_tasks; i++)
		if (i != s)
			pending[i].yielded = false;
	if (pending[s].any)
		add_access(pending[s].obj, pending[s].mode);
	pending[s] = (struct pending){.priority = pending[s].priority};
	running = s;
	for (unsigned int i = 0; i < c.n; i++)
		if (c.slot[i] == s)
			return i;
	return 0;
}

static unsigned int which(unsigned int ways)
{
	struct fb_x_node *n;
	bool known = fb_x.nr < fb_x.replay;

	if (ways < 2)
		return 0;
	if (fb_x.opts.search != FB_SEARCH_DFS)
		return (unsigned int)(random_word() % ways);
	fb_x.decisions++;
	n = next_node(FB_X_CHOICE);
	if (!n)
		return 0;
	if (!known) {
		n->ways = ways;
		n->step = step ? (unsigned int)(step - fb_x.node) : FB_X_NODES;
	} else if (n->ways != ways) {
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"exploration: a run does not repeat itself (choice %u)",
				fb_x.nr - 1);
	}
	return n->value;
}

/* One of @n ways, by value as in fb_decide(); also when there is only one. */
unsigned int fb_x_decide(enum fb_decision kind, unsigned int n)
{
	if (!fb_x_on)
		return 0;
	return kind == FB_DEC_CHOOSE ? which(n) : who(kind);
}

/* ---- runs ---- */

/* A run begins (fb_run_begin()). */
void fb_x_begin(void)
{
	fb_x_on = false;
	if (!fb_x.active)
		return;
	fb_x.nr = fb_x.nr_access = fb_x.nr_tasks = 0;
	fb_x.steps = fb_x.decisions = 0;
	fb_x.gave_up = false;
	count_run++;
	step = NULL;
	running = FB_X_NOBODY;
	fb_x_on = fb_x.whole && !fb_x.probing;
}

/** fb_explore_region() - see explore.h. Context: task. */
void fb_explore_region(bool on)
{
	struct fb_task *me = fb_core.cur;

	if (!fb_x.active)
		return;
	if (on)
		fb_x_mark();
	if (fb_x.probing) {
		fb_x.marked = true;
		return;
	}
	if (on) {
		fb_x_on = fb_x.marked;
		return;
	}
	if (!fb_x_on)
		return;
	if (fb_runnable_first()) {
		pending[slot_of(me)] = (struct pending){.drains = true};
		fb_yield();
	}
	fb_x_on = false;
	step = NULL;
	fb_x_end();
}

/** fb_explore_start() - see explore.h. */
void fb_explore_start(const struct fb_explore_opts *opts)
{
	fb_explore_end();
	if (!opts->same)
		fb_x_forget_mark();
	if (!fb_x.node) {
		fb_x.node = fb_x_map(FB_X_NODES * sizeof(*fb_x.node));
		fb_x.access = fb_x_map(FB_X_ACCESSES * sizeof(*fb_x.access));
		fb_x.sleeper = fb_x_map((size_t)FB_X_NODES * FB_X_TASKS * sizeof(*fb_x.sleeper));
		counts = fb_x_map(COUNTS * sizeof(*counts));
		fb_x.clock = fb_x_map(FB_X_NODES * sizeof(*fb_x.clock));
	}
	fb_x.opts = *opts;
	fb_x.active = true;
	fb_x.probing = true;
	fb_x.marked = fb_x.whole = fb_x.exhausted = fb_x.too_many = false;
	fb_x.runs = fb_x.pruned = fb_x.most_steps = fb_x.most_decisions = 0;
	fb_x.most_tasks = fb_x.nr_hot = 0;
	hot_before = 0;
	forget_counts();
	fb_x.replay = fb_x.nr = 0;
	rng = opts->seed;
}

static void forget(struct fb_x_node *n)
{
	footprint_free(n->explored);
	footprint_free(n->kept);
	n->explored = n->kept = NULL;
}

/** fb_explore_end() - see explore.h. */
void fb_explore_end(void)
{
	if (!fb_x.active)
		return;
	for (unsigned int i = 0; i < fb_x.nr; i++)
		forget(&fb_x.node[i]);
	fb_x.nr = fb_x.replay = 0;
	fb_x.active = false;
	fb_x_on = false;
	if (!fb_x.opts.same)
		fb_x_forget_mark();
}

/*
 * The subtree of the picked task is done: remember what it touched, for as long as others are
 * tried.
 */
static void alternative_done(struct fb_x_node *n)
{
	struct fb_x_footprint *f;

	n->done |= 1ull << n->task;
	if (!sleeps())
		return;
	f = footprint_of(n->kept, n);
	n->kept = NULL;
	f->next = n->explored;
	n->explored = f;
}

/* Another way at @n? Then it is set up. */
static bool next_way(struct fb_x_node *n)
{
	uint64_t more;

	switch (n->kind) {
	case FB_X_BARRIER:
		return false;
	case FB_X_CHOICE:
		if (n->value + 1 == n->ways)
			return false;
		if (n->step < FB_X_NODES && sleeps()) {
			struct fb_x_node *s = &fb_x.node[n->step];

			s->kept = footprint_of(s->kept, s);
		}
		n->value++;
		return true;
	case FB_X_STEP:
		break;
	}
	alternative_done(n);
	more = n->backtrack & ~n->done & ~n->asleep;
	while (more) {
		unsigned int t = (unsigned int)__builtin_ctzll(more);

		if (fb_x_affordable(n, t)) {
			n->task = (uint8_t)t;
			return true;
		}
		more &= more - 1;
	}
	return false;
}

/* The deepest node with another way is where the next run goes another way. */
static bool backtrack(void)
{
	while (fb_x.nr) {
		struct fb_x_node *n = &fb_x.node[fb_x.nr - 1];

		if (next_way(n)) {
			fb_x.replay = fb_x.nr;
			fb_x.nr_sleepers = n->sleep_first + n->sleep_n;
			return true;
		}
		forget(n);
		fb_x.nr--;
	}
	return false;
}

/*
 * More counts are hot than the tree was built with: what it has left out because they were not may
 * matter. There are few, and the first runs tell most of them.
 */
static void start_over(void)
{
	hot_before = fb_x.nr_hot;
	for (unsigned int i = 0; i < fb_x.nr; i++)
		forget(&fb_x.node[i]);
	fb_x.nr = fb_x.replay = fb_x.nr_sleepers = 0;
}

static void change_points(void)
{
	for (unsigned int i = 0; i < PCT_MAX_DEPTH; i++)
		change_at[i] = 1 + random_word() % (fb_x.most_steps + 1);
}

static bool is_next(void)
{
	if (fb_x.too_many || fb_x.exhausted)
		return false;
	if (fb_x.probing || !fb_x.runs)
		return true;
	if (fb_x.opts.search == FB_SEARCH_DFS) {
		if (fb_x.nr_hot != hot_before) {
			start_over();
			return true;
		}
		fb_x.exhausted = !backtrack();
		return !fb_x.exhausted;
	}
	if (fb_x.opts.search == FB_SEARCH_PCT)
		change_points();
	return true;
}

/** fb_explore_next() - see explore.h. */
bool fb_explore_next(void)
{
	bool next;

	fb_x_work(FB_WORK_LEARN);
	next = is_next();
	fb_x_work(FB_WORK_OTHER);
	return next;
}

static void learn(void)
{
	fb_x_work(FB_WORK_LEARN);
	if (!fb_x.opts.no_reduction)
		fb_x_find_races(fb_x.replay ? fb_x.replay - 1 : 0);
	fb_x_work(FB_WORK_OTHER);
}

/** fb_explore_ran() - see explore.h. */
bool fb_explore_ran(void)
{
	fb_x_on = false;
	if (fb_x.probing) {
		fb_x.probing = false;
		fb_x.whole = !fb_x.marked;
		return false;
	}
	fb_x.runs += !fb_x.gave_up;
	fb_x.pruned += fb_x.gave_up;
	if (fb_x.steps > fb_x.most_steps)
		fb_x.most_steps = fb_x.steps;
	if (fb_x.decisions > fb_x.most_decisions)
		fb_x.most_decisions = fb_x.decisions;
	if (fb_x.nr_tasks > fb_x.most_tasks)
		fb_x.most_tasks = fb_x.nr_tasks;
	if (fb_x.opts.search == FB_SEARCH_DFS)
		learn();
	return !fb_x.gave_up;
}

/** fb_explore_stats() - see explore.h. May be called between runs. */
void fb_explore_stats(struct fb_explore_stats *s)
{
	double weight = 1;

	*s = (struct fb_explore_stats){
		.runs = fb_x.runs,
		.pruned = fb_x.pruned,
		.steps = fb_x.most_steps,
		.decisions = fb_x.most_decisions,
		.tasks = fb_x.most_tasks,
		.complete = fb_x.exhausted,
		.too_many = fb_x.too_many,
		.ends = fb_x.ends,
	};
	memcpy(s->ns, fb_x.ns, sizeof(s->ns));
	for (unsigned int i = 0; i < fb_x.nr && !fb_x.exhausted; i++) {
		const struct fb_x_node *n = &fb_x.node[i];
		unsigned int ways = 1, gone = 0;

		if (n->kind == FB_X_CHOICE) {
			ways = n->ways;
			gone = n->value;
		} else if (n->kind == FB_X_STEP) {
			uint64_t all = (n->backtrack | n->done) & ~n->asleep;

			for (uint64_t m = all; m; m &= m - 1)
				if (!fb_x_affordable(n, (unsigned int)__builtin_ctzll(m)))
					all &= ~(m & -m);
			ways = (unsigned int)__builtin_popcountll(all);
			gone = (unsigned int)__builtin_popcountll(all & n->done);
		}
		if (!ways)
			continue;
		s->left += ways - gone - 1;
		s->done += weight * gone / ways;
		weight /= ways;
	}
	if (fb_x.exhausted)
		s->done = 1;
}
