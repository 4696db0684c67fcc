/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/smp.h, for one logical processor (see percpu-defs.h). */
#ifndef __LINUX_SMP_H
#define __LINUX_SMP_H

#include <linux/preempt.h>

#define nr_cpu_ids		1U
#define num_online_cpus()	1U
#define num_possible_cpus()	1U
#define smp_processor_id()	0
#define raw_smp_processor_id()	0
#define get_cpu()		({ preempt_disable(); 0; })
#define put_cpu()		preempt_enable()
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_online_cpu(cpu)	for_each_possible_cpu(cpu)

#endif
