// SPDX-License-Identifier: GPL-2.0
/* Kernel: mm/vmstat.c, 6.1: the counters of the one memory node. */
#include <linux/bug.h>
#include <linux/mm_types.h>
#include <linux/vmstat.h>

static long node_state[NR_VM_NODE_STAT_ITEMS];

/**
 * inc_node_page_state - count one page more of @item
 * @page: any page of the node
 * @item: what is counted
 *
 * Context: any.
 */
void inc_node_page_state(struct page *page, enum node_stat_item item)
{
	node_state[item]++;
}

/**
 * dec_node_page_state - count one page less of @item
 * @page: any page of the node
 * @item: what is counted
 *
 * Context: any. The box also warns when a counter falls below zero: a page accounted for once,
 * taken off twice.
 */
void dec_node_page_state(struct page *page, enum node_stat_item item)
{
	node_state[item]--;
	WARN_ON_ONCE(node_state[item] < 0);
}

/**
 * global_node_page_state - how many pages are counted as @item
 * @item: what is counted
 *
 * Context: any. Kernel: sum over the nodes; negative sums read as 0.
 */
long global_node_page_state(enum node_stat_item item)
{
	return node_state[item] < 0 ? 0 : node_state[item];
}
