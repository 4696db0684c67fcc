// SPDX-License-Identifier: GPL-2.0
/*
 * Fault points: counted in the order they are met, the k-th may be told to fail. A site is the kind
 * of fault and the calls that lead to it; which function that is, is looked up only for a report.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "snapshot.h"

/*
 * What fails persistently comes back in the end: who tries again for ever shall not hang the run.
 */
#define MAX_FAILURES 256
#define KEY_FRAMES 8
#define POINT_FRAMES 5 /* of a choice point: core's, the primitive, its caller and one more */

struct site {
	const char *what;
	uint64_t key;
	fb_stack_t stack;
	const char *function;
	unsigned int number; /* from 1, in the order first met */
	unsigned long count;
	struct site *next;
};

static FB_UNTOLD struct fb_table sites;
static FB_UNTOLD struct site *first, **tail = &first;
static FB_UNTOLD unsigned int nr_sites;
static FB_UNTOLD struct site **points; /* of each fault point of the run; the first is points[0] */
static FB_UNTOLD size_t points_room;
static FB_UNTOLD unsigned long seen, failures;
static struct fb_faults told;
static const char *kinds[FB_FAULT_KINDS]; /* those that failed, in order; the rest NULL */
static unsigned int suspended;
static struct fb_table met; /* keys of the choice points' places */
static struct fb_met_point *met_points;
static size_t nr_met, met_room;

/*
 * The calls that led to the frame @fp, by the frame pointers that all of the box is built with. The
 * innermost ones are the shim's allocators and copy functions, so it takes some to tell places
 * apart.
 */
FB_UNCHECKED static uint64_t callers(const uintptr_t *fp, unsigned int n)
{
	const char *low = fb_core.ctx->low, *high = low + fb_core.ctx->size;
	uint64_t key = 0;

	for (unsigned int i = 0; i < n; i++) {
		const uintptr_t *up = (const uintptr_t *)fp[0];

		key = fb_mix(key ^ fp[1]);
		if ((const char *)up <= (const char *)fp || (const char *)(up + 2) > high)
			break;
		fp = up;
	}
	return key;
}

static struct site *count(const char *what, uint64_t key)
{
	struct site *s;

	key ^= (uintptr_t)what;
	s = fb_table_get(&sites, key);
	if (!s) {
		s = fb_run_alloc(sizeof(*s));
		s->what = what;
		s->key = key;
		s->stack = fb_stack_here();
		s->number = ++nr_sites;
		*tail = s;
		tail = &s->next;
		fb_table_set(&sites, key, s);
	}
	s->count++;
	return s;
}

static void remember(struct site *s)
{
	if (seen > points_room) {
		points_room = points_room ? 2 * points_room : 1024;
		points = realloc(points, points_room * sizeof(struct site *));
		if (!points)
			abort();
	}
	points[seen - 1] = s;
}

/* Is the point that was just counted one of those that shall fail? */
static bool shall_fail(const char *what)
{
	if (seen == told.at || seen == told.then)
		return true;
	return told.persistent && seen > told.at && failures < MAX_FAILURES &&
	       !strcmp(what, kinds[0]);
}

/* A fault of kind @what has been injected, into what @t does. */
static void take(struct fb_task *t, const char *what)
{
	unsigned int i;

	t->fault_taken = true;
	for (i = 0; i < FB_FAULT_KINDS - 1 && kinds[i] && strcmp(kinds[i], what); i++)
		;
	kinds[i] = what;
	if (!failures++)
		fb_guard_arm();
}

/* For a debugger to stop at: the fault that the run was told to inject. */
__attribute__((noinline)) void fb_fault_injected(const char *what)
{
	if (told.point)
		fb_trace("choice point %lu: %s", told.point, what);
	else
		fb_trace("fault %lu: %s fails%s", seen, what,
			 told.persistent ? ", and each such one from here on" : "");
}

/* Is the point that was just counted the one that the task itself has asked for? */
static bool asked_for(struct fb_task *t, const char *what)
{
	if (likely(!t->fault_nth) || (strcmp(what, "alloc") && strcmp(what, "copy")))
		return false;
	return !--t->fault_nth;
}

/**
 * fb_fault_nth() - see choice.h. What fails so does not count as a failure of the run.
 * @n: which; 0: none
 *
 * Context: a task.
 */
unsigned int fb_fault_nth(unsigned int n)
{
	unsigned int left = fb_core.cur->fault_nth;

	fb_core.cur->fault_nth = n;
	return left;
}

/**
 * fb_fault() - a fault point: shall it fail now?
 * @what: the kind, a literal
 *
 * Counted when a task runs, or an irq on top of one. Init calls and teardown, which run without a
 * task, never fail: what is under test begins with the first task.
 */
__attribute__((noinline)) bool fb_fault(const char *what)
{
	if (!fb_core.cur || suspended)
		return false;
	seen++;
	remember(count(what, callers(__builtin_frame_address(0), KEY_FRAMES)));
	if (asked_for(fb_core.cur, what))
		return true;
	if (likely(!told.at || seen < told.at) || !shall_fail(what))
		return false;
	if (seen == told.at || seen == told.then)
		fb_fault_injected(what);
	take(fb_core.cur, what);
	return true;
}

/* The intruder runs in place of @t: for @t an abort, whatever it is for the intruder. */
void fb_fault_intruded(struct fb_task *t)
{
	fb_fault_injected("abort");
	take(t, "abort");
}

/* A choice point, of a run that records them. */
__attribute__((noinline)) void fb_fault_meet_point(unsigned long number)
{
	uint64_t key;

	if (suspended)
		return;
	key = callers(__builtin_frame_address(0), POINT_FRAMES);
	if (fb_table_get(&met, key))
		return;
	fb_table_set(&met, key, &met);
	if (nr_met == met_room) {
		met_room = met_room ? 2 * met_room : 1024;
		met_points = realloc(met_points, met_room * sizeof(*met_points));
		if (!met_points)
			abort();
	}
	met_points[nr_met++] = (struct fb_met_point){number, key, fb_stack_here()};
}

/** fb_met_points() - see choice.h. */
size_t fb_met_points(const struct fb_met_point **list)
{
	*list = met_points;
	return nr_met;
}

/** fb_fault_failures() - how many fault points of this run have failed. Context: any. */
unsigned long fb_fault_failures(void)
{
	return failures;
}

/**
 * fb_fault_taken() - has current met a fault since it last asked?
 */
bool fb_fault_taken(void)
{
	struct fb_task *me = fb_core.cur;
	bool taken = me && me->fault_taken;

	if (taken)
		me->fault_taken = false;
	return taken;
}

/**
 * fb_fault_kinds() - the kinds of fault that this run has met so far, whoever met them
 * @what: where they are put, in the order of their first failures; the rest becomes NULL
 *
 * Context: any.
 */
void fb_fault_kinds(const char *what[FB_FAULT_KINDS])
{
	memcpy(what, kinds, sizeof(kinds));
}

/**
 * fb_fault_site() - where the @k-th fault point of this run, or the last one, lies
 * @k: counted from 1
 * @what: the kind
 * @stack: the calls that first led to the site
 *
 * Return: the number of the site, from 1 in the order in which they were met; 0: no such point.
 */
unsigned int fb_fault_site(unsigned long k, const char **what, fb_stack_t *stack)
{
	if (!k || k > seen)
		return 0;
	*what = points[k - 1]->what;
	*stack = points[k - 1]->stack;
	return points[k - 1]->number;
}

/** fb_faults_seen() - how many fault points the run has met; k counts them from 1. */
unsigned long fb_faults_seen(void)
{
	return seen;
}

/** fb_faults_suspend() - see choice.h. Context: any. */
void fb_faults_suspend(void)
{
	suspended++;
}

/** fb_faults_resume() - undo one fb_faults_suspend(). */
void fb_faults_resume(void)
{
	if (!suspended)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "faults resumed more often than suspended");
	suspended--;
}

/**
 * fb_fault_key() - the same for the same kind and innermost calls, in any run of this process; 0:
 *	no such point.
 */
uint64_t fb_fault_key(unsigned long k)
{
	return k && k <= seen ? points[k - 1]->key : 0;
}

static int by_name(const void *a, const void *b)
{
	const struct site *x = *(struct site *const *)a, *y = *(struct site *const *)b;
	int d = strcmp(x->what, y->what);

	return d ? d : strcmp(x->function, y->function);
}

/** fb_fault_sites() - @fn for each kind and kernel function, sorted by name. */
void fb_fault_sites(fb_site_fn fn, void *arg)
{
	struct site **list, *s;
	size_t n = 0;

	for (s = first; s; s = s->next)
		n++;
	if (!n)
		return;
	list = malloc(n * sizeof(*list));
	if (!list)
		abort();
	n = 0;
	for (s = first; s; s = s->next) {
		s->function = fb_stack_site(s->stack);
		list[n++] = s;
	}
	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n;) {
		unsigned long sum = 0;
		size_t k;

		for (k = i; k < n && !by_name(&list[i], &list[k]); k++)
			sum += list[k]->count;
		fn(list[i]->what, list[i]->function, sum, arg);
		i = k;
	}
	free(list);
}

const struct fb_faults *fb_faults_told(void)
{
	return &told;
}

void fb_fault_reset(const struct fb_faults *faults)
{
	fb_table_reset(&sites);
	first = NULL;
	tail = &first;
	nr_sites = 0;
	seen = 0;
	failures = 0;
	memset(kinds, 0, sizeof(kinds));
	suspended = 0;
	told = *faults;
	if (told.point)
		told = (struct fb_faults){.point = told.point};
	else if (!told.at)
		told = (struct fb_faults){0};
	fb_guard_begin(!told.at && !told.point);
	fb_core.intrude_at = fb_core.record_points ? 1 : told.point;
	fb_table_reset(&met);
	nr_met = 0;
}
