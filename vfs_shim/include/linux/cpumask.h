/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/cpumask.h, with one processor. */
#ifndef __LINUX_CPUMASK_H
#define __LINUX_CPUMASK_H

#include <linux/kernel.h>
#include <linux/threads.h>
#include <linux/bitmap.h>

#define nr_cpu_ids		1U
#define num_online_cpus()	1U
#define num_possible_cpus()	1U
#define cpu_online(cpu)		((cpu) == 0)
#define cpu_possible(cpu)	((cpu) == 0)
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_online_cpu(cpu)	for_each_possible_cpu(cpu)

typedef struct cpumask {
	DECLARE_BITMAP(bits, 1);
} cpumask_t;

#define cpumask_bits(maskp)	((maskp)->bits)

extern const struct cpumask *const cpu_possible_mask;

static inline unsigned int cpumask_next(int n, const struct cpumask *srcp)
{
	return find_next_bit(cpumask_bits(srcp), nr_cpu_ids, n + 1);
}

#endif
