/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Choice points and fault points: the decision vector of a run.
 */
#ifndef FB_CORE_CHOICE_H
#define FB_CORE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "stack.h"

enum fb_point_kind {
	FB_PT_LOCK,
	FB_PT_UNLOCK,
	FB_PT_ATOMIC,
	FB_PT_WAIT,
	FB_PT_WAKE,
	FB_PT_RCU,
	FB_PT_WORK,
	FB_PT_COMPLETE,
	FB_PT_IO,
	FB_PT_OTHER,
	FB_PT_COUNT, /* a reference is counted up or down: see fb_counted() */
	FB_PT_READ, /* a read, or what is as good as one: two of them commute */
};

/*
 * Here another task could run: the policy may switch. @obj is what the next step touches. No-op on
 * the main stack and in irq context.
 */
void fb_point(enum fb_point_kind kind, const void *obj);
/*
 * The same before a lock is taken, which may have to wait. @busy: would it, now? A task whose lock
 * is busy cannot go on, so that exploration does not pick it. Locks of one object are all taken and
 * given back through these two; a trylock is an FB_PT_LOCK of fb_point().
 */
typedef bool (*fb_busy_fn)(const void *obj);
void fb_point_lock(const void *obj, bool shared, fb_busy_fn busy);
void fb_point_unlock(const void *obj, bool shared);
/* An explicit n-way decision (completion order, short or full, ...): 0 is the default. */
unsigned int fb_choose(const char *what, unsigned int n);
/*
 * Does this fault point fail now? @what names the kind ("alloc", "copy", "fdget", "signal",
 * "lower"); the site is @what + calling kernel function.
 */
bool fb_fault(const char *what);
/*
 * Of the kinds that a kernel with fault injection has, too ("alloc" and "copy"), the @n-th fault
 * point that current meets from here on fails; 0: none. Returns what was left of the number told
 * last: 0 if that one has failed, or none was told.
 */
unsigned int fb_fault_nth(unsigned int n);
/* After fb_fault() was true: which of @n ways of failing; 0 is the default. */
unsigned int fb_fault_way(const char *what, unsigned int n);

/*
 * Between these two, which nest, fault points neither fail nor count: boot, teardown, what a
 * scenario does to look. For the whole run, not per task. On until the first suspend.
 */
void fb_faults_suspend(void);
void fb_faults_resume(void);

/*
 * The calling task waits for the choice point of fb_run_opts.intrude_at: there it runs, whoever was
 * running and whatever that one holds. This counts as a fault of kind "abort", and the token says
 * it. There is one intruder at a time; nobody waits for it. Returns false if it was dismissed
 * instead.
 */
bool fb_intruder_wait(void);
void fb_intruder_dismiss(void);

enum fb_policy {
	FB_POLICY_RUN_TO_BLOCK,
	FB_POLICY_RANDOM,
	FB_POLICY_REPLAY,
	/* as fb_run_opts.plan says (plan.h), else each task runs until it blocks */
	FB_POLICY_PLANNED,
	FB_POLICY_EXPLORE, /* what explore.h says */
};

unsigned long fb_points_seen(void);
unsigned long fb_faults_seen(void);
unsigned long fb_fault_failures(void);
bool fb_fault_taken(void);
#define FB_FAULT_KINDS 4 /* more than a run is told to inject */
void fb_fault_kinds(const char *what[FB_FAULT_KINDS]);
/* Number (from 1), kind and stack of the site of the k-th fault point; 0: there was none. */
unsigned int fb_fault_site(unsigned long k, const char **what, fb_stack_t *stack);
/* What tells its place from others, also across runs of one process. */
uint64_t fb_fault_key(unsigned long k);
/*
 * A place where a run with fb_run_opts.record_points met choice points while fault points counted,
 * and the first of them.
 */
struct fb_met_point {
	unsigned long number; /* of the choice point, from 1 */
	uint64_t key; /* tells the place from others, also across runs of one process */
	fb_stack_t stack;
};
/* All of them, in order; core's until the next fb_run_begin(). Returns how many. */
size_t fb_met_points(const struct fb_met_point **list);
/* One line per fault site: "what function count". For reports; deterministic order. */
typedef void (*fb_site_fn)(const char *what, const char *function, unsigned long count, void *arg);
void fb_fault_sites(fb_site_fn fn, void *arg);
/*
 * The decision vector of the run so far as one short token; owned by core until the next
 * fb_run_begin().
 */
const char *fb_token(void);
/*
 * The scenario's name in @token, which need not be well-formed otherwise; -EINVAL when there is
 * none or @len is too small.
 */
int fb_token_name(const char *token, char *name, size_t len);
/* Does any fault point fail in the run of @token? False for one that is malformed, too. */
bool fb_token_faults(const char *token);
/* A replay met a decision that does not fit its token: other code, or another scenario. */
bool fb_replay_diverged(void);

#endif
