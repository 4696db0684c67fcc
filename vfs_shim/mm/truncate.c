// SPDX-License-Identifier: GPL-2.0
/*
 * Dropping cached pages.
 *
 * Models: mm/truncate.c, 6.1, for mappings without pages: then there is nothing to drop.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "internal.h"

/**
 * truncate_inode_pages_range - drop the pages of a range, dirty ones too
 * @mapping: the mapping
 * @lstart: first byte
 * @lend: last byte
 *
 * Models: mm/truncate.c, 6.1, for mappings without pages. Context: may sleep.
 */
void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	(void)lstart;
	(void)lend;
	no_pages_or_stop(mapping, __func__);
}
EXPORT_SYMBOL(truncate_inode_pages_range);

/**
 * truncate_inode_pages - drop the pages from an offset on, dirty ones too
 * @mapping: the mapping
 * @lstart: first byte
 *
 * Models: mm/truncate.c, 6.1, for mappings without pages. Context: may sleep.
 */
void truncate_inode_pages(struct address_space *mapping, loff_t lstart)
{
	truncate_inode_pages_range(mapping, lstart, (loff_t)-1);
}
EXPORT_SYMBOL(truncate_inode_pages);

/**
 * truncate_inode_pages_final - drop all pages for ever, the inode is going away
 * @mapping: the mapping
 *
 * Models: mm/truncate.c, 6.1, for mappings without pages. Context: may sleep.
 */
void truncate_inode_pages_final(struct address_space *mapping)
{
	mapping_set_exiting(mapping);
	truncate_inode_pages(mapping, 0);
}
EXPORT_SYMBOL(truncate_inode_pages_final);

/**
 * invalidate_mapping_pages - drop the clean, unused pages of a range
 * @mapping: the mapping
 * @start: first page
 * @end: last page
 *
 * Models: mm/truncate.c, 6.1, for mappings without pages. Return: number of pages dropped: 0.
 */
unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	(void)start;
	(void)end;
	no_pages_or_stop(mapping, __func__);
	return 0;
}
EXPORT_SYMBOL(invalidate_mapping_pages);

/**
 * invalidate_inode_pages2_range - drop the clean pages of a range, mapped ones too
 * @mapping: the mapping
 * @start: first page
 * @end: last page
 *
 * Models: mm/truncate.c, 6.1, for mappings without pages. Context: may sleep. Return: 0, -EBUSY.
 */
int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	(void)start;
	(void)end;
	no_pages_or_stop(mapping, __func__);
	return 0;
}
EXPORT_SYMBOL_GPL(invalidate_inode_pages2_range);

/**
 * invalidate_inode_pages2 - drop all clean pages, mapped ones too
 * @mapping: the mapping
 *
 * Models: mm/truncate.c, 6.1, for mappings without pages. Context: may sleep. Return: 0, -EBUSY.
 */
int invalidate_inode_pages2(struct address_space *mapping)
{
	return invalidate_inode_pages2_range(mapping, 0, -1);
}
EXPORT_SYMBOL_GPL(invalidate_inode_pages2);

/**
 * truncate_pagecache - unmap and drop what lies beyond a new size
 * @inode: the inode
 * @newsize: bytes
 *
 * Models: mm/truncate.c, 6.1: unmapped twice, for a fault may bring back private copies between.
 *
 * Context: may sleep.
 */
void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *mapping = inode->i_mapping;
	loff_t hole = round_up(newsize, PAGE_SIZE);

	unmap_mapping_range(mapping, hole, 0, 1);
	truncate_inode_pages(mapping, newsize);
	unmap_mapping_range(mapping, hole, 0, 1);
}
EXPORT_SYMBOL(truncate_pagecache);

/**
 * truncate_setsize - set the size, then truncate_pagecache()
 * @inode: the inode
 * @newsize: bytes
 *
 * Models: mm/truncate.c, 6.1. Context: may sleep; inode lock held.
 */
void truncate_setsize(struct inode *inode, loff_t newsize)
{
	loff_t oldsize = inode->i_size;

	i_size_write(inode, newsize);
	if (newsize > oldsize)
		pagecache_isize_extended(inode, oldsize, newsize);
	truncate_pagecache(inode, newsize);
}
EXPORT_SYMBOL(truncate_setsize);

/**
 * pagecache_isize_extended - the page at the old end of file is now inside the file
 * @inode: the inode
 * @from: old size
 * @to: new size
 *
 * Models: mm/truncate.c, 6.1, for mappings without pages.
 */
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to)
{
	(void)from;
	(void)to;
	no_pages_or_stop(inode->i_mapping, __func__);
}
EXPORT_SYMBOL(pagecache_isize_extended);

/**
 * truncate_pagecache_range - unmap and drop a hole
 * @inode: the inode
 * @lstart: first byte
 * @lend: last byte
 *
 * Models: mm/truncate.c, 6.1: mapped pages are unmapped only if wholly inside.
 *
 * Context: may sleep.
 */
void truncate_pagecache_range(struct inode *inode, loff_t lstart, loff_t lend)
{
	struct address_space *mapping = inode->i_mapping;
	loff_t start = round_up(lstart, PAGE_SIZE), end = round_down(1 + lend, PAGE_SIZE) - 1;

	if ((u64)end > (u64)start)
		unmap_mapping_range(mapping, start, 1 + end - start, 0);
	truncate_inode_pages_range(mapping, lstart, lend);
}
EXPORT_SYMBOL(truncate_pagecache_range);
