/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/swap.h. No reclaim and no swap; the LRU calls are mm/swap.c's. */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/spinlock.h>
#include <linux/linkage.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/atomic.h>
#include <linux/page-flags.h>
#include <asm/page.h>

struct swap_info_struct;

void folio_add_lru(struct folio *folio);
void lru_cache_add(struct page *page);
void mark_page_accessed(struct page *page);
void folio_mark_accessed(struct folio *folio);
unsigned long nr_free_buffer_pages(void);

#endif
