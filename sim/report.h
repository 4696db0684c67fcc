/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a run of several scenarios tells: KTAP on standard output, a summary and a progress bar on
 * standard error, JUnit XML in a file.
 */
#ifndef FUSEBOX_SIM_REPORT_H
#define FUSEBOX_SIM_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/**
 * enum verdict - how one scenario ended
 * @VERDICT_OK: every expectation held, nothing was found
 * @VERDICT_FAILED: at least one finding
 * @VERDICT_SKIPPED: this world cannot run it
 */
enum verdict { VERDICT_OK, VERDICT_FAILED, VERDICT_SKIPPED };

/**
 * struct verdict_line - the verdict on one scenario
 * @name: of the scenario; not owned
 * @verdict: how it ended
 * @seconds: wall time
 * @details: findings as text, or why it was skipped; NULL if there is nothing to say; not owned
 */
struct verdict_line {
	const char *name;
	enum verdict verdict;
	double seconds;
	const char *details;
};

/**
 * struct report - counters and sinks of one run; set up by report_begin()
 */
struct report {
	size_t planned;
	size_t ok;
	size_t failed;
	size_t skipped;
	bool progress;
	struct timespec start;
	unsigned long points;
	unsigned long faults;
	unsigned long accesses;
	void *junit;
};

/**
 * report_begin() - print the KTAP header and open the JUnit file
 * @r: to be set up
 * @planned: number of scenarios
 * @junit: file for JUnit XML, or NULL; written to a temporary name and renamed by report_end()
 *
 * Return: 0, or -errno when @junit cannot be written (said on standard error).
 */
int report_begin(struct report *r, size_t planned, const char *junit);

/**
 * report_line() - one scenario has ended
 * @r: from report_begin()
 * @line: the verdict
 */
void report_line(struct report *r, const struct verdict_line *line);

/**
 * report_end() - print the summary and complete the JUnit file
 * @r: from report_begin()
 * @junit: as given to report_begin()
 *
 * Return: the exit status: 0 all ok, 1 a failure (or the JUnit file could not be completed),
 * 77 everything was skipped.
 */
int report_end(struct report *r, const char *junit);

#endif
