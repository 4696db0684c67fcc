// SPDX-License-Identifier: GPL-2.0
/*
 * A run from begin to end.
 */
#include <errno.h>
#include <string.h>
#include "explore_internal.h"

#define MAX_STEPS 5000000ul
#define MAX_IDLE (3600ull * 1000000000ull) /* an hour of virtual time */

struct fb_core fb_core;

/* Contexts first: nothing below may be freed while one could still run. */
static void release(void)
{
	fb_tasks_release();
	fb_mem_release();
}

static void reset(void)
{
	fb_sched_reset();
	fb_mem_reset();
	fb_arena_reset();
	fb_trace_reset();
	fb_events_reset();
	fb_findings_reset();
	fb_objects_reset();
	fb_ledger_reset();
	fb_lockdep_reset();
	fb_rcu_reset();
	fb_vtime_reset();
	fb_race_reset();
}

/**
 * fb_run_begin() - reset everything and start. Ends a run that was not ended, without audit.
 * Context: main stack, always of the same thread.
 * Return: 0; -EINVAL for a malformed token, one of another scenario than opts->name, or a name of
 * 128 bytes or more.
 */
int fb_run_begin(const struct fb_run_opts *opts)
{
	const char *name = opts->name ? opts->name : "run";
	int err;

	if (fb_core.running)
		release();
	fb_ctx_init_main(&fb_core.main);
	fb_core.ctx = &fb_core.main;
	reset();
	fb_core.running = false;
	fb_core.stopped = false;
	fb_core.access_points = opts->access_points;
	fb_core.no_races = opts->no_races;
	fb_core.max_steps = opts->max_steps ? opts->max_steps : MAX_STEPS;
	fb_core.max_idle = opts->max_idle_ns ? opts->max_idle_ns : MAX_IDLE;
	/* Memcheck watches each access itself, and has no use for pages that come and go. */
	fb_core.record_points = opts->record_points;
	fb_core.no_stacks = opts->no_stacks;
	fb_core.no_trace = opts->no_trace;
	fb_core.guard = opts->guard && !FB_VALGRIND;
	if (strlen(name) >= sizeof(fb_core.name))
		return -EINVAL;
	if (strcmp(fb_core.name, name))
		fb_stacks_forget();
	strcpy(fb_core.name, name);
	err = fb_choice_reset(opts);
	if (err)
		return err;
	if (opts->policy == FB_POLICY_EXPLORE)
		fb_x_begin();
	fb_signal_init();
	fb_kdata_restore();
	fb_core.running = true;
	return 0;
}

/** fb_run_stopped() - see run.h. */
bool fb_run_stopped(void)
{
	return fb_core.stopped;
}

/**
 * fb_run_end() - audit (unless stopped), then release memory and stacks. Findings, trace and token
 * stay.
 */
enum fb_run_result fb_run_end(void)
{
	/*
	 * After a fatal finding everything is still held, by tasks that never got to give it back.
	 */
	if (!fb_core.stopped) {
		fb_holder_audit(&fb_core.main_h, "the run ended");
		fb_ledger_audit();
	}
	fb_x_on = false;
	release();
	fb_core.running = false;
	return fb_nr_findings() ? FB_RUN_FINDING : FB_RUN_OK;
}

/**
 * unmodelled() - the shim has no model of @function, a name or some words about what it would do:
 * fatal finding FB_UNMODELLED.
 */
_Noreturn void unmodelled(const char *function)
{
	fb_report_fatal(FB_UNMODELLED, 0, NULL, "%s%s has no model in the box", function,
			strpbrk(function, "( ") ? "" : "()");
}
