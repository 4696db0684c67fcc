/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/cpu.h, cpuhotplug.h. The box has one processor, which goes down when the run ends.
 */
#ifndef _LINUX_CPU_H_
#define _LINUX_CPU_H_

#include <linux/cpumask.h>

enum cpuhp_state {
	CPUHP_RADIX_DEAD,
	CPUHP_STATES
};

int cpuhp_setup_state_nocalls(enum cpuhp_state state, const char *name,
			      int (*startup)(unsigned int cpu), int (*teardown)(unsigned int cpu));
void fb_cpu_down(void);

#endif
