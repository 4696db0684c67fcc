/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/cpu.h, cpuhotplug.h. The one processor never goes: callbacks for its death are accepted and never called. */
#ifndef _LINUX_CPU_H_
#define _LINUX_CPU_H_

#include <linux/cpumask.h>

#define CPUHP_RADIX_DEAD	0
#define cpuhp_setup_state_nocalls(state, name, startup, teardown) \
	({ int (*__dead)(unsigned int cpu) = (teardown); (void)__dead; 0; })

#endif
