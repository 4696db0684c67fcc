// SPDX-License-Identifier: GPL-2.0
/*
 * Fault points: counted in the order they are met, the k-th may be told to fail. A site is the kind
 * of fault and the calls that lead to it; which function that is, is looked up only for a report.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"

struct site {
	const char *what;
	fb_stack_t stack;
	const char *function;
	unsigned long count;
	struct site *next; /* in the order first met */
};

static struct fb_table sites;
static struct site *first, **tail = &first;
static unsigned long seen, at;
static bool persistent;
static unsigned int suspended;

/* Two callers tell sites apart well enough to count them; reports group them by kernel function. */
static void count(const char *what, const void *caller, const void *callers_caller)
{
	uint64_t key = fb_mix((uintptr_t)what ^
			      fb_mix((uintptr_t)caller ^ fb_mix((uintptr_t)callers_caller)));
	struct site *s = fb_table_get(&sites, key);

	if (!s) {
		s = fb_run_alloc(sizeof(*s));
		s->what = what;
		s->stack = fb_stack_here();
		*tail = s;
		tail = &s->next;
		fb_table_set(&sites, key, s);
	}
	s->count++;
}

/* The caller of our caller, by the frame pointers that all of the box is built with. */
static inline __attribute__((always_inline)) const void *above(void)
{
	const uintptr_t *fp = __builtin_frame_address(0);
	const char *low = fb_core.ctx->low, *high = low + fb_core.ctx->size;
	const uintptr_t *up = (const uintptr_t *)fp[0];

	if ((const char *)up <= (const char *)fp || (const char *)(up + 2) > high)
		return NULL;
	return (const void *)up[1];
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
	count(what, __builtin_return_address(0), above());
	if (likely(!at || (persistent ? seen < at : seen != at)))
		return false;
	if (seen == at)
		fb_trace("fault %lu: %s fails%s", seen, what,
			 persistent ? ", and each one from here on" : "");
	return true;
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

unsigned long fb_fault_at(bool *is_persistent)
{
	*is_persistent = persistent;
	return at;
}

void fb_fault_reset(unsigned long fault_at, bool is_persistent)
{
	fb_table_reset(&sites);
	first = NULL;
	tail = &first;
	seen = 0;
	suspended = 0;
	at = fault_at;
	persistent = is_persistent && fault_at;
}
