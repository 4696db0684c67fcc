// SPDX-License-Identifier: GPL-2.0
/*
 * One processor.
 *
 * Models: kernel/cpu.c, 6.1. Leaves out: bringing processors up and down while the kernel runs.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/errno.h>

static const struct cpumask one_cpu = { .bits = { 1 } };

/* Kernel contract: the processors that may ever come up. */
const struct cpumask *const cpu_possible_mask = &one_cpu;

static int (*teardowns[CPUHP_STATES])(unsigned int cpu);

/**
 * cpuhp_setup_state_nocalls - what to do when a processor comes up or goes down
 * @state: which step
 * @name: for messages
 * @startup: called for a processor that comes up: never
 * @teardown: called by fb_cpu_down()
 *
 * Models: kernel/cpu.c, 6.1. Return: 0, -EBUSY if the step is taken.
 */
int cpuhp_setup_state_nocalls(enum cpuhp_state state, const char *name,
			      int (*startup)(unsigned int cpu), int (*teardown)(unsigned int cpu))
{
	if (teardowns[state])
		return -EBUSY;
	teardowns[state] = teardown;
	return 0;
}

/**
 * fb_cpu_down - the processor goes down: per-processor reserves are given back
 *
 * No kernel counterpart for the last processor. Context: the end of a run.
 */
void fb_cpu_down(void)
{
	for (int i = 0; i < CPUHP_STATES; i++) {
		if (teardowns[i])
			teardowns[i](0);
	}
}
