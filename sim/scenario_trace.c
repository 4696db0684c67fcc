// SPDX-License-Identifier: GPL-2.0
/*
 * Files of normalized traces. Both command lines write them, each for its own world.
 */
#include "scenario_trace.h"

#include <errno.h>

FILE *scenario_trace_open(const char *path, const char *world)
{
	FILE *f = fopen(path, "we");

	if (f)
		fprintf(f, "fusebox trace 1 %s\n", world);
	return f;
}

void scenario_trace_begin(FILE *f, const char *name)
{
	if (f)
		fprintf(f, "== %s\n", name);
}

void scenario_trace_line(FILE *f, const char *line)
{
	if (f)
		fprintf(f, "  %s\n", line);
}

void scenario_trace_end(FILE *f, const char *verdict)
{
	if (f)
		fprintf(f, "-- %s\n", verdict);
}

int scenario_trace_close(FILE *f)
{
	int bad;

	if (!f)
		return 0;
	bad = ferror(f);
	if (fclose(f))
		return -errno;
	return bad ? -EIO : 0;
}
