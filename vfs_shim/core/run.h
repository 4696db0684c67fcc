/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One run: a function of its decision vector.
 */
#ifndef FB_CORE_RUN_H
#define FB_CORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "choice.h"
#include "plan.h"

struct fb_run_opts {
	const char *name; /* scenario; appears in tokens and replay commands */
	enum fb_policy policy;
	uint64_t seed; /* FB_POLICY_RANDOM */
	const char *token; /* FB_POLICY_REPLAY */
	unsigned long fault_at; /* k-th fault point fails; 0: none */
	unsigned long fault_then; /* and this one, after it; 0: none */
	bool fault_persistent; /* and each one of its kind after it */
	/* at this choice point, from 1, the intruder runs: see fb_intruder_wait(); 0: not */
	unsigned long intrude_at;
	bool record_points; /* for fb_met_points() */
	/* which way of failing, where there are several: see fb_fault_way() */
	unsigned int fault_variant;
	const struct fb_plan *plan; /* FB_POLICY_PLANNED */
	struct fb_plan *record; /* the run's decisions are put there; NULL: not */
	bool fault_none; /* FB_POLICY_REPLAY: leave out the token's faults */
	bool no_stacks; /* findings name none: for runs that are repeated if there is one */
	bool no_trace; /* likewise */
	bool guard; /* guard pages for every object (default true in the command line) */
	/* race build: accesses of fs/fuse to what others accessed are choice points */
	bool access_points;
	bool no_races; /* and data races are no findings, but what comes of them is */
	unsigned long max_steps; /* livelock bound; 0: default */
	uint64_t max_idle_ns; /* how far virtual time may jump when nobody can run; 0: default */
};

enum fb_run_result { FB_RUN_OK, FB_RUN_FINDING };

/*
 * Reset everything (data sections of the kernel environment included) and start. -EINVAL for a
 * malformed token.
 */
int fb_run_begin(const struct fb_run_opts *opts);
/*
 * Run until every task that is not a daemon has ended, or the run was stopped; a deadlock is a
 * finding.
 */
void fb_run_loop(void);
/* Audit the ledgers, release all memory and contexts. */
enum fb_run_result fb_run_end(void);
/* Stopped by a fatal finding? Then the shim's orderly teardown must be left out. */
bool fb_run_stopped(void);

/*
 * Run @fn(@arg) to its end on a stack of its own, with fb_current() NULL, so that a fatal finding
 * can stop it: for init calls and teardown, which the main stack would otherwise run where nothing
 * can catch them. It must not block. Returns false if the run was stopped in it.
 */
bool fb_call(void (*fn)(void *arg), void *arg);
unsigned long fb_steps(void);

/* Zeroed memory, at most 8 KiB, for the bookkeeping of the layers above; see arena.c. */
void *fb_small_alloc(size_t size);
void fb_small_free(void *p, size_t size);

/* Called where a kernel function has no model. Never returns: finding FB_UNMODELLED. */
_Noreturn void unmodelled(const char *function);

#endif
