// SPDX-License-Identifier: GPL-2.0
/*
 * Mapped memory.
 *
 * Models: mm/memory.c, 6.1, for files that nobody maps: mmap(2) has no model yet.
 */
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include "internal.h"

/**
 * unmap_mapping_range - take the pages of a range out of all processes
 * @mapping: the mapping
 * @holebegin: first byte
 * @holelen: bytes, 0: to the end
 * @even_cows: private copies too
 *
 * Models: mm/memory.c, 6.1. Without a mapping process there is nothing to take out.
 *
 * Context: may sleep.
 */
void unmap_mapping_range(struct address_space *mapping, loff_t holebegin, loff_t holelen, int even_cows)
{
	(void)holebegin;
	(void)holelen;
	(void)even_cows;
	if (mapping_mapped(mapping))
		unmodelled(__func__);
}
EXPORT_SYMBOL(unmap_mapping_range);

/**
 * unmap_mapping_pages - unmap_mapping_range() by pages
 * @mapping: the mapping
 * @start: first page
 * @nr: pages, 0: to the end
 * @even_cows: private copies too
 *
 * Models: mm/memory.c, 6.1. Without a mapping process there is nothing to take out.
 */
void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows)
{
	(void)start;
	(void)nr;
	(void)even_cows;
	if (mapping_mapped(mapping))
		unmodelled(__func__);
}
EXPORT_SYMBOL_GPL(unmap_mapping_pages);
