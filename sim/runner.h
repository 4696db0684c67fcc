/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs one scenario in the box.
 */
#ifndef FUSEBOX_SIM_RUNNER_H
#define FUSEBOX_SIM_RUNNER_H

#include <core/run.h>

#include <stdio.h>

#include "box_faults.h"
#include "report.h"
#include "scenario.h"

/**
 * struct run_outcome - what a run of a scenario left
 * @verdict: how it ended
 * @details: findings as text, or the reason for skipping; NULL if none; to be freed with free()
 * @seconds: wall time
 * @points: choice points passed
 * @faults: fault points passed
 * @accesses: that the race detector has looked at; 0 without it
 */
struct run_outcome {
	enum verdict verdict;
	char *details;
	double seconds;
	unsigned long points;
	unsigned long faults;
	unsigned long accesses;
};

/**
 * runner_find() - look a scenario up by its full name
 * @name: the name
 *
 * Return: the scenario, or NULL.
 */
const struct scenario *runner_find(const char *name);

/**
 * runner_run_watched() - run one scenario in the box
 * @s: the scenario
 * @opts: policy, seed or token, faults; its name is set to the scenario's
 * @watch: the rules of fault runs (box_faults.h); NULL: those of all others
 * @out: what came of it; @out->details is the caller's to free
 *
 * Return: 0; -EINVAL when the token of @opts is malformed.
 */
int runner_run_watched(const struct scenario *s, const struct fb_run_opts *opts,
		       struct box_watch *watch, struct run_outcome *out);

/**
 * runner_run() - the same; if a fault is asked for, after a run without it, by the rules of fault
 *	runs
 * @s: the scenario
 * @opts: as above
 * @out: as above
 *
 * The trace of the run can be printed with fb_trace_print() until the next run begins.
 * Return: 0; -EINVAL when the token of @opts is malformed.
 */
int runner_run(const struct scenario *s, const struct fb_run_opts *opts, struct run_outcome *out);

/**
 * runner_trace() - write the normalized trace of the last run: those lines that other worlds have,
 *	too
 * @to: where to, in the format of scenario_trace.h
 * @s: the scenario
 * @out: what came of it
 */
void runner_trace(FILE *to, const struct scenario *s, const struct run_outcome *out);

#endif
