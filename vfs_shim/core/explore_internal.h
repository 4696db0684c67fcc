/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What explore.c (who runs next) and races.c (what else must be tried) share.
 */
#ifndef FB_CORE_EXPLORE_INTERNAL_H
#define FB_CORE_EXPLORE_INTERNAL_H

#include "explore.h"
#include "internal.h"

#define FB_X_TASKS 64
#define FB_X_NODES (1u << 20)
#define FB_X_ACCESSES (1u << 23)
#define FB_X_NOBODY 0xff

/* How a step touches an object. */
enum fb_x_mode {
	FB_X_READ,
	FB_X_WRITE,
	FB_X_LOCK, /* not possible while somebody holds it */
	FB_X_UNLOCK,
	FB_X_LOCK_SHARED, /* not possible while somebody holds it alone */
	FB_X_UNLOCK_SHARED,
	FB_X_COUNT, /* commutes with others, unless zero may be reached */
	FB_X_FREE, /* the whole of a block */
	FB_X_RCU, /* + enum fb_rcu_event */
};

struct fb_x_access {
	uintptr_t obj;
	uintptr_t block; /* start of the memory that obj lies in; 0: not ours */
	uint8_t mode;
};

/* What a task's step touches, kept for as long as the task sleeps. */
struct fb_x_footprint {
	struct fb_x_footprint *next;
	unsigned int room, n;
	uint8_t task;
	struct fb_x_access a[];
};

enum fb_x_kind {
	FB_X_STEP, /* a task was picked, and made a step */
	FB_X_CHOICE, /* fb_choose() */
	FB_X_BARRIER, /* nobody could run: a hook or time went on */
};

/* One decision of the run, and what is known about its alternatives. Tasks are bits of a word. */
struct fb_x_node {
	enum fb_x_kind kind;
	uint8_t task; /* picked */
	uint8_t before; /* ran before; FB_X_NOBODY when it could not go on */
	unsigned int preemptions; /* of the run before this node */
	uint64_t enabled, backtrack, done, asleep;
	struct fb_x_footprint *explored; /* of those done */
	struct fb_x_footprint *kept; /* of the picked one, under other values of its choices */
	unsigned int sleep_first, sleep_n;
	unsigned int ways, value; /* FB_X_CHOICE */
	unsigned int step; /* FB_X_CHOICE: the node whose step it is in */
	/* the step, as it was in the last run */
	unsigned int first, n; /* accesses */
	uint64_t wakes; /* tasks that it made runnable */
	/* the step that began the RCU section that it is in; ~0: it is in none */
	unsigned int section;
};

struct fb_x_sleeper {
	const struct fb_x_footprint *fp;
};

struct fb_explorer {
	struct fb_explore_opts opts;
	bool active, probing, marked, whole, gave_up, exhausted, too_many;
	struct fb_x_node *node;
	unsigned int nr, replay; /* nodes of this run so far; how many of them are given */
	struct fb_x_access *access;
	unsigned int nr_access;
	struct fb_x_sleeper *sleeper;
	unsigned int nr_sleepers;
	uint32_t (*clock)[FB_X_TASKS];
	unsigned int nr_tasks, most_tasks, nr_hot, ends;
	uint64_t ns[FB_NR_WORK];
	unsigned long runs, pruned, most_steps, most_decisions, steps, decisions;
};
extern struct fb_explorer fb_x;

/* Zeroed memory that no restart of a run takes back. */
void *fb_x_alloc(size_t size);
void fb_x_free(void *p, size_t size);
void *fb_x_map(size_t size);

/* May the count at @obj reach zero? */
bool fb_x_hot(uintptr_t obj);
bool fb_x_conflict(const struct fb_x_access *a, const struct fb_x_access *b);
/* races.c: find the races of the run's steps from node @from on, and add what must be tried. */
void fb_x_find_races(unsigned int from);
/* May @task be picked at @n, as far as the bound is concerned? */
bool fb_x_affordable(const struct fb_x_node *n, unsigned int task);

/* restart.c: the run is at the begin or the end of the region, or is not worth going on with */
void fb_x_mark(void);
void fb_x_end(void);
void fb_x_cut_short(void);
void fb_x_forget_mark(void);

/* What is done from now on, for the time that it takes. */
void fb_x_work(enum fb_explore_work work);

/* sched.c and choice.c call these */
void fb_x_begin(void);
unsigned int fb_x_decide(enum fb_decision kind, unsigned int n);
void fb_x_point(enum fb_point_kind kind, const void *obj);
void fb_x_lock(const void *obj, enum fb_x_mode mode, fb_busy_fn busy);
void fb_x_touch(const void *obj, enum fb_x_mode mode);
void fb_x_woken(const struct fb_task *t);
void fb_x_yields(void);
void fb_x_barrier(void);

#endif
