/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/vmstat.h, mmzone.h. The counters that filesystems touch, for one node;
 * mm/vmstat.c.
 */
#ifndef _LINUX_VMSTAT_H
#define _LINUX_VMSTAT_H

#include <linux/types.h>

struct page;

enum node_stat_item {
	NR_FILE_PAGES,
	NR_FILE_DIRTY,
	NR_WRITEBACK,
	NR_WRITEBACK_TEMP,
	NR_SHMEM,
	NR_VM_NODE_STAT_ITEMS
};

void inc_node_page_state(struct page *page, enum node_stat_item item);
void dec_node_page_state(struct page *page, enum node_stat_item item);
long global_node_page_state(enum node_stat_item item);

#endif
