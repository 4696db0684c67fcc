/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The random tester as a command: `fusebox random`.
 */
#ifndef FUSEBOX_SIM_RANDOM_TEST_H
#define FUSEBOX_SIM_RANDOM_TEST_H

#include <core/run.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * struct random_opts - what to do
 * @run: how to run
 * @seed: first seed
 * @seeds: how many
 * @ops: operations of each
 * @replay: do the operations of this file in place of those of a seed; or NULL
 * @log: write the operations of the first seed that fails to this file; or NULL
 * @shrink: find few operations that fail, too
 * @jobs: processes that share the seeds
 * @timeout_s: seconds that one seed may take, shrinking apart
 */
struct random_opts {
	struct fb_run_opts run;
	unsigned long long seed;
	unsigned int seeds;
	size_t ops;
	const char *replay, *log;
	bool shrink;
	unsigned int jobs;
	unsigned int timeout_s;
};

/**
 * random_test() - run seeds, or a log; KTAP on standard output, the figures on standard error
 * @opts: what to do
 *
 * Return: exit status: 0, 1 when something was wrong, 2 for a mistake in the command or in the log.
 */
int random_test(const struct random_opts *opts);

#endif
