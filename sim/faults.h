/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fault enumeration: each scenario again and again, each time with another fault point failing.
 */
#ifndef FUSEBOX_SIM_FAULTS_H
#define FUSEBOX_SIM_FAULTS_H

#include <core/run.h>

#include "scenario.h"

/**
 * struct faults_opts - what to enumerate
 * @run: policy, seed and guard pages of each run; with guard, what fails at a place for the first
 *	time runs with guard pages, as does again what was found without
 * @at: the scenarios, as scenario_at() gives them
 * @selected: is this scenario wanted?
 * @arg: for @selected
 * @single: fault points one at a time
 * @persistent: fault points with all of their kind after them
 * @pairs: two fault points: the first one at a place that no scenario has met before, the second
 *	one among the FAULTS_WINDOW that follow it
 * @jobs: processes
 * @kind: only points of this kind; NULL: all
 * @times: only the first so many times that a scenario meets a place; 0: each time
 * @max_runs: end after so many; 0: no limit
 * @seconds: end after so many; 0: no limit
 * @timeout_s: how long a single run may take
 * @sites: file to be written: the places of fault points; NULL: none
 */
struct faults_opts {
	struct fb_run_opts run;
	const struct scenario *(*at)(unsigned int i);
	bool (*selected)(void *arg, const struct scenario *s);
	void *arg;
	bool single, persistent, pairs;
	unsigned int jobs;
	const char *kind;
	unsigned long times;
	unsigned long max_runs;
	unsigned int seconds;
	unsigned int timeout_s;
	const char *sites;
};

#define FAULTS_WINDOW	8

/**
 * faults_enumerate() - do it, and tell
 * @o: what
 *
 * Failures go to standard output as KTAP, one for each class of finding; a summary goes to standard
 * error.
 *
 * Return: the exit status: 0 nothing was found, 1 something was, 2 a file could not be written, or
 * a scenario fails without any fault.
 */
int faults_enumerate(const struct faults_opts *o);

#endif
