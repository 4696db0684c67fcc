/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exploration: one run after another, each with other decisions, until there are none left that
 * could make a difference.
 *
 * The explorer takes every decision of the runs with FB_POLICY_EXPLORE, within the region that
 * fb_explore_region() marks (the whole run where nobody marks one). A *step* is what a task does
 * from one choice point to the next one. What a step touches is what fb_point() and fb_touch() say;
 * two steps of different tasks that touch nothing in common, or only read it, commute.
 * docs/exploration.md says what follows from that, and what is assumed.
 */
#ifndef FB_CORE_EXPLORE_H
#define FB_CORE_EXPLORE_H

#include <stdbool.h>
#include <stdint.h>

enum fb_search {
	FB_SEARCH_DFS, /* depth-first, to the end */
	FB_SEARCH_PCT, /* random priorities with a few change points, without end */
	FB_SEARCH_RANDOM, /* as FB_POLICY_RANDOM, without end */
};

#define FB_EXPLORE_NO_BOUND (~0u)

struct fb_explore_opts {
	enum fb_search search;
	bool no_reduction; /* DFS: every interleaving, for comparison */
	unsigned int bound; /* DFS: preemptions in one run; FB_EXPLORE_NO_BOUND: any number */
	uint64_t seed; /* PCT, RANDOM */
	unsigned int depth; /* PCT: priorities change at depth - 1 places */
	bool no_restart; /* each run from its begin */
	/* the runs are those of the exploration before, so that its mark is good for them */
	bool same;
};

/* What the time of an exploration goes to. */
enum fb_explore_work {
	FB_WORK_OTHER, /* of the caller, between runs */
	FB_WORK_WHOLE, /* runs from their begin, and ends that were not known */
	FB_WORK_RESTORE, /* putting memory back */
	FB_WORK_STEPS, /* of the region */
	FB_WORK_COMPARE, /* is the end known? */
	FB_WORK_LEARN, /* which steps raced, and what is tried next */
	FB_NR_WORK
};

struct fb_explore_stats {
	unsigned long runs; /* to their end */
	/* given up: everything that could run was known to lead nowhere new */
	unsigned long pruned;
	/* of the longest run: steps in the region, those with two ways or more */
	unsigned long steps, decisions;
	unsigned int tasks; /* that took a step in the region */
	unsigned long left; /* ways known and not yet gone; each may bring more */
	double done; /* share of the tree that is done, as far as it is known */
	/* different states at the end of the region; 0: runs were made to their end */
	unsigned long ends;
	uint64_t ns[FB_NR_WORK]; /* also of explorations of the same runs before */
	bool complete; /* nothing is left */
	bool too_many; /* more tasks than the explorer can tell apart: it stopped */
};

/* Forget everything and begin a new exploration. */
void fb_explore_start(const struct fb_explore_opts *opts);
/*
 * Shall there be a run? Then the next one with FB_POLICY_EXPLORE takes the decisions. To be called
 * before each run, and fb_explore_ran() after it.
 */
bool fb_explore_next(void);
/*
 * Make that run. @whole(@arg) makes one from fb_run_begin() to fb_run_end(). Only the first one is
 * made so: when it comes to where the region begins, memory is remembered, and later runs go on
 * from there as it was then, also with that first @arg. So what @whole leaves must be on the
 * caller's stack or in shared memory, and what is allocated in a run is good only until the next
 * one. A run also ends where the region does when what comes then has been seen before, with
 * nothing found.
 * Return: false when the run was given up or ended so, and has left nothing. Context: main stack.
 */
bool fb_explore_run(void (*whole)(void *arg), void *arg);
/*
 * A run has done what putting back memory does not undo (opened a file): each run is made from its
 * begin.
 */
void fb_explore_outside(void);
/* The run has ended: learn from it. False when it was given up as redundant, and has no verdict. */
bool fb_explore_ran(void);
void fb_explore_stats(struct fb_explore_stats *s);
/*
 * Give the memory back; the mark, too, unless it was an exploration of the @same runs as another.
 */
void fb_explore_end(void);

/*
 * From within a run: from here on decisions are explored / are not any more. Outside of exploration
 * a no-op. Ending a region lets everything else run as far as it can go, first.
 */
void fb_explore_region(bool on);
/*
 * The step that runs touches @obj, too: shared memory that no choice point stands for. Context:
 * any.
 */
void fb_touch(const void *obj, bool write);

/*
 * The step that runs enters or leaves an outermost RCU section of its task, queues the callback
 * @obj, or begins it, with all sections over that had begun when it was queued. What a section and
 *	a callback do not both touch, they may do in any order.
 * Context: any.
 */
enum fb_rcu_event { FB_RCU_ENTERED, FB_RCU_LEFT, FB_RCU_QUEUED, FB_RCU_DUE };
void fb_touch_rcu(enum fb_rcu_event what, const void *obj);

/*
 * The step that runs counts: @obj was @old, and is @old + @delta now. Mostly after
 * fb_point(FB_PT_COUNT, @obj). Such steps tell nobody more than whether the count is zero; so they
 * commute, as long as it cannot be.
 */
extern bool fb_x_on;
void fb_x_counted(const void *obj, long old, long delta);
static inline void fb_counted(const void *obj, long old, long delta)
{
	if (__builtin_expect(fb_x_on, 0))
		fb_x_counted(obj, old, delta);
}

#endif
