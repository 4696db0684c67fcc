// SPDX-License-Identifier: GPL-2.0
/* Kernel: kernel/cpu.c. One processor. */
#include <linux/cpumask.h>

static const struct cpumask one_cpu = { .bits = { 1 } };

/* Kernel contract: the processors that may ever come up. */
const struct cpumask *const cpu_possible_mask = &one_cpu;
