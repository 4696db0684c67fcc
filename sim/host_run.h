/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One scenario on the running kernel, in a process and a mount namespace of its own. See
 * host_run.c.
 */
#ifndef FUSEBOX_SIM_HOST_RUN_H
#define FUSEBOX_SIM_HOST_RUN_H

#include "scenario.h"
#include "world_host.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * enum host_verdict - how a scenario ended
 * @HOST_OK: every expectation held
 * @HOST_FAILED: one did not, or the scenario did not end by itself
 * @HOST_SKIPPED: this machine cannot run it
 */
enum host_verdict { HOST_OK, HOST_FAILED, HOST_SKIPPED };

/**
 * struct host_run_opts - how to run
 * @host: the world; its trace is set by host_run()
 * @timeout: seconds that a scenario may take
 * @trace: gets each line of the normalized trace, in the calling process; may be NULL
 * @arg: for @trace
 */
struct host_run_opts {
	struct host_opts host;
	int timeout;
	void (*trace)(void *arg, const char *line);
	void *arg;
};

/**
 * struct host_outcome - what came of it
 * @verdict: how it ended
 * @lower: of the probe: the lower file system that this machine has
 * @details: what was not as expected, or why it was skipped, or what it has to tell besides, lines
 *	that end in a newline; NULL if there is nothing to say; to be freed with free()
 */
struct host_outcome {
	enum host_verdict verdict;
	enum host_lower_fs lower;
	char *details;
	size_t len;
};

/**
 * host_run_begin() - prepare the calling process, before the first host_run()
 *
 * From here on SIGINT, SIGTERM and SIGHUP end the scenario at hand, not the process.
 */
void host_run_begin(void);

/**
 * host_run_interrupted() - has a signal ended a run
 *
 * Return: which, or 0.
 */
int host_run_interrupted(void);

/**
 * host_run() - run a scenario
 * @o: how
 * @s: the scenario; NULL: only find out whether this machine can run any
 * @out: what came of it
 *
 * When it returns, all threads of the scenario have ended (if one hangs in the kernel, it has
 * failed and says so). Nothing stays mounted, frozen or attached, even if the calling process is
 * killed meanwhile.
 */
void host_run(const struct host_run_opts *o, const struct scenario *s, struct host_outcome *out);

/**
 * host_run_end() - wait until nothing of all the runs is left
 */
void host_run_end(void);

#endif /* FUSEBOX_SIM_HOST_RUN_H */
