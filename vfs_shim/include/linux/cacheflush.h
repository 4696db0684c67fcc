/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/cacheflush.h. x86-64 and arm64 data caches need no flushing for file data.
 */
#ifndef _LINUX_CACHEFLUSH_H
#define _LINUX_CACHEFLUSH_H

struct folio;
struct page;

static inline void flush_dcache_page(struct page *page)
{
}

static inline void flush_dcache_folio(struct folio *folio)
{
}

#define flush_kernel_vmap_range(addr, size)		do { } while (0)
#define invalidate_kernel_vmap_range(addr, size)	do { } while (0)

#endif
