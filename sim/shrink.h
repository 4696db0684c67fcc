/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A failing run, made as short as it can be while it fails in the same way.
 */
#ifndef FUSEBOX_SIM_SHRINK_H
#define FUSEBOX_SIM_SHRINK_H

#include <core/run.h>

#include "runner.h"

/**
 * struct shrunk - what came of it
 * @token: of the shortest run found; to be freed with free()
 * @kind: name of its first finding's kind; NULL: the run of the token does not fail
 * @from: decisions other than the default before
 * @to: and after
 * @faults_left_out: the finding needs no fault
 * @runs: runs that this took
 */
struct shrunk {
	char *token;
	const char *kind;
	size_t from, to;
	bool faults_left_out;
	unsigned long runs;
};

/**
 * shrink() - leave out of a failing run what it does not need to fail
 * @s: its scenario
 * @opts: guard pages, bound of steps
 * @token: its decisions
 * @seconds: wall time that this may take
 * @out: what came of it
 *
 * First the faults are left out, then decisions of the schedule and choices, in ever smaller groups
 * (ddmin: Zeller, Hildebrandt, IEEE TSE 28(2), 2002). A shorter run counts when its first finding
 * is of the same kind.
 *
 * Return: 0; -EINVAL when the token is malformed.
 */
int shrink(const struct scenario *s, const struct fb_run_opts *opts, const char *token,
	   double seconds, struct shrunk *out);

#endif
