/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A file of normalized traces: what the scenarios of one run saw, to be compared with another
 * world's (tools/differences). Text, in lines: "fusebox trace 1 WORLD" at the top; then for each
 * scenario "== NAME", its trace with two spaces before each line, and "-- ok", "-- failed" or
 * "-- skipped: WHY".
 */
#ifndef FUSEBOX_SIM_SCENARIO_TRACE_H
#define FUSEBOX_SIM_SCENARIO_TRACE_H

#include <stdio.h>

/**
 * scenario_trace_open() - begin a file
 * @path: the file; replaced if it is there
 * @world: the name of the world
 *
 * Return: the file, NULL with errno set if it cannot be written.
 */
FILE *scenario_trace_open(const char *path, const char *world);

/**
 * scenario_trace_begin() - a scenario begins
 * @f: from scenario_trace_open(); NULL: nothing is done, as in all of these
 * @name: of the scenario
 */
void scenario_trace_begin(FILE *f, const char *name);

/**
 * scenario_trace_line() - a line of its trace
 * @f: from scenario_trace_open()
 * @line: without a newline
 */
void scenario_trace_line(FILE *f, const char *line);

/**
 * scenario_trace_end() - it has ended
 * @f: from scenario_trace_open()
 * @verdict: "ok", "failed" or "skipped: " and why
 */
void scenario_trace_end(FILE *f, const char *verdict);

/**
 * scenario_trace_close() - complete the file
 * @f: from scenario_trace_open()
 *
 * Return: 0, or -errno if not all of it could be written.
 */
int scenario_trace_close(FILE *f);

#endif /* FUSEBOX_SIM_SCENARIO_TRACE_H */
