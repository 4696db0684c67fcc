/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work shared among processes, whose results come back in order.
 */
#ifndef FUSEBOX_SIM_JOBS_H
#define FUSEBOX_SIM_JOBS_H

#include <stddef.h>
#include <stdio.h>

/**
 * struct jobs - what is to be done, and by how many
 * @workers: processes, 1 upwards
 * @items: number of pieces of work
 * @work: do piece @i in a worker; what it writes to @to is the result
 * @done: called in the parent for each piece, in order. @result has @len bytes, and @died is NULL;
 *	or the worker died in that piece: then @result is NULL, and @died says how. Both are the
 *	caller's only until it returns
 * @arg: for @work and @done
 */
struct jobs {
	unsigned int workers;
	unsigned int items;
	void (*work)(void *arg, unsigned int i, FILE *to);
	void (*done)(void *arg, unsigned int i, const char *result, size_t len, const char *died);
	void *arg;
};

/**
 * jobs_run() - do it all
 * @j: what
 *
 * A worker that dies costs the piece it died in; another one goes on with the rest. To be called on
 * the main stack, with no run in progress.
 *
 * Return: 0, or -errno if there are no processes, pipes or memory to do it with; then @j->done has
 * been called for some pieces only.
 */
int jobs_run(const struct jobs *j);

#endif
