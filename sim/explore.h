/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exploration of scenarios: each again and again, with other decisions, until none are left.
 */
#ifndef FUSEBOX_SIM_EXPLORE_H
#define FUSEBOX_SIM_EXPLORE_H

#include <core/explore.h>
#include <core/run.h>

#include <stdio.h>

#include "scenario.h"

#define EXPLORE_DEEPEN	(~0u)
#define EXPLORE_ANY	(~0u - 1)

/**
 * struct explore_opts - what to explore, and how far
 * @run: guard pages with which a finding is looked at again, faults that are to fail in each run
 * @at: the scenarios, as scenario_at() gives them
 * @selected: is this scenario wanted?
 * @arg: for @selected
 * @search: depth-first, or random
 * @restart: runs go on from where the region begins; otherwise each is made from its begin
 * @no_reduction: every interleaving, also those that cannot differ
 * @preemptions: bounds up to this one, each to its end; EXPLORE_DEEPEN: 0, 1, 2, 3, then none;
 *	EXPLORE_ANY: none at once
 * @seed: for random searches
 * @depth: of bugs that PCT looks for
 * @seconds: wall time for each scenario; 0: no limit
 * @total: wall time for all together, which they get in turns; 0: no limit
 * @max_runs: runs of each scenario; 0: no limit
 * @jobs: processes
 * @traces: gets each normalized trace that a scenario has shown (scenario_trace.h), once; @jobs
 *	must be 1. Or NULL
 * @shrink: make the schedule of a finding as short as it can be
 */
struct explore_opts {
	struct fb_run_opts run;
	const struct scenario *(*at)(unsigned int i);
	bool (*selected)(void *arg, const struct scenario *s);
	void *arg;
	enum fb_search search;
	bool restart;
	bool no_reduction;
	unsigned int preemptions;
	uint64_t seed;
	unsigned int depth;
	unsigned int seconds;
	unsigned int total;
	unsigned long max_runs;
	unsigned int jobs;
	FILE *traces;
	bool shrink;
};

/**
 * explore() - do it, and tell
 * @o: what
 *
 * KTAP goes to standard output, a table and the verdict to standard error. A scenario's exploration
 * ends with its first finding.
 *
 * Return: the exit status: 0 nothing was found, 1 something was.
 */
int explore(const struct explore_opts *o);

#endif
