/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs scenarios one after the other or side by side, and reports on them.
 */
#ifndef FUSEBOX_SIM_SUITE_H
#define FUSEBOX_SIM_SUITE_H

#include <core/run.h>

#include <stdio.h>

#include "scenario.h"

/**
 * struct suite - which runs
 * @scenario: what to run, in this order
 * @nr: how many
 * @run: how; the same for all
 * @timeout_s: wall time that one may take; after that the process that runs it ends
 * @trace: print the steps of each
 * @traces: gets the normalized trace of each (scenario_trace.h), or NULL
 * @junit: file for JUnit XML, or NULL
 * @jobs: processes; with 1, all runs are made in this one, where a debugger finds them
 */
struct suite {
	const struct scenario **scenario;
	unsigned int nr;
	struct fb_run_opts run;
	unsigned int timeout_s;
	bool trace;
	FILE *traces;
	const char *junit;
	unsigned int jobs;
};

/**
 * suite_run() - run them, print KTAP and a summary
 * @s: which; nothing in it is taken over
 *
 * What is printed does not depend on @s->jobs, apart from times.
 *
 * Return: the exit status of report_end(); 2 when a file cannot be written, the token of @s->run is
 * malformed, or there can be no processes; which of them is said on standard error.
 */
int suite_run(const struct suite *s);

#endif
