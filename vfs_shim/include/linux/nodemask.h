/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/nodemask.h, with one memory node. */
#ifndef __LINUX_NODEMASK_H
#define __LINUX_NODEMASK_H

#include <linux/types.h>

typedef struct { unsigned long bits[1]; } nodemask_t;

#define MAX_NUMNODES	1
#define NUMA_NO_NODE	(-1)
#define nr_node_ids	1U
#define for_each_node(node)	for ((node) = 0; (node) < 1; (node)++)
#define for_each_node_state(node, state)	for_each_node(node)
#define for_each_online_node(node)	for_each_node(node)

static inline int numa_node_id(void)
{
	return 0;
}

#endif
