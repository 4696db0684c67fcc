/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Wall time, for what is told about runs; nothing in a run may depend on it.
 */
#ifndef FUSEBOX_SIM_CLOCK_H
#define FUSEBOX_SIM_CLOCK_H

#include <time.h>

/**
 * seconds_since() - wall time that has passed
 * @start: a moment of CLOCK_MONOTONIC
 *
 * Return: seconds from then to now.
 */
static inline double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

#endif
