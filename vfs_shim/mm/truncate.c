// SPDX-License-Identifier: GPL-2.0
/*
 * Dropping cached pages.
 *
 * Models: mm/truncate.c, 6.1, one folio at a time. Leaves out: shadow entries, folios of several
 * pages.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>
#include "../fs/internal.h"
#include "internal.h"

/**
 * folio_invalidate - the file system's private data of part of a folio is void
 * @folio: locked
 * @offset: first byte
 * @length: bytes
 *
 * Models: mm/truncate.c, 6.1.
 */
void folio_invalidate(struct folio *folio, size_t offset, size_t length)
{
	const struct address_space_operations *aops = folio->mapping->a_ops;

	if (aops->invalidate_folio)
		aops->invalidate_folio(folio, offset, length);
}
EXPORT_SYMBOL_GPL(folio_invalidate);

/* Locked, not being written back. Its data is lost, dirty or not. */
static void truncate_folio(struct address_space *mapping, struct folio *folio)
{
	if (folio->mapping != mapping)
		return;
	if (folio_mapped(folio))
		unmap_mapping_folio(folio);
	if (folio_test_private(folio))
		folio_invalidate(folio, 0, folio_size(folio));
	folio_cancel_dirty(folio);
	filemap_remove_folio(folio);
}

/* Zero the bytes [@start, @end] of the folio at @index, if it is cached. */
static void truncate_partial(struct address_space *mapping, pgoff_t index, size_t start, size_t end)
{
	struct folio *folio = filemap_lock_folio(mapping, index);

	if (!folio)
		return;
	folio_wait_writeback(folio);
	folio_zero_range(folio, start, end + 1 - start);
	if (folio_test_private(folio))
		folio_invalidate(folio, start, end + 1 - start);
	folio_unlock(folio);
	folio_put(folio);
}

/*
 * What nobody holds up goes first; the rest is waited for, and looked for again until nothing is
 * left.
 */
static void truncate_whole(struct address_space *mapping, pgoff_t first, pgoff_t last, bool wait)
{
	struct folio *folio;
	pgoff_t index;

	for (index = first; index <= last; index++) {
		folio = filemap_next_folio(mapping, &index, last, XA_PRESENT);
		if (!folio)
			break;
		if (wait)
			folio_lock(folio);
		if (wait || folio_trylock(folio)) {
			if (wait)
				folio_wait_writeback(folio);
			if (!folio_test_writeback(folio))
				truncate_folio(mapping, folio);
			folio_unlock(folio);
		}
		folio_put(folio);
		cond_resched();
		if (index == ULONG_MAX)
			break;
	}
}

/**
 * truncate_inode_pages_range - drop the pages of a range, dirty ones too
 * @mapping: the mapping
 * @lstart: first byte
 * @lend: last byte; -1: to the end
 *
 * Models: mm/truncate.c, 6.1: pages that lie partly inside are zeroed there. Context: may sleep.
 */
void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	pgoff_t first = ((u64)lstart + PAGE_SIZE - 1) >> PAGE_SHIFT;
	pgoff_t beyond = lend == -1 ? ULONG_MAX : (pgoff_t)((u64)lend + 1) >> PAGE_SHIFT;
	pgoff_t head = lstart >> PAGE_SHIFT, tail = (u64)lend >> PAGE_SHIFT;

	if (mapping_empty(mapping))
		return;
	if (first < beyond)
		truncate_whole(mapping, first, beyond - 1, false);
	if (offset_in_page(lstart))
		truncate_partial(mapping, head, offset_in_page(lstart),
				 head == tail ? offset_in_page(lend) : PAGE_SIZE - 1);
	if (lend != -1 && offset_in_page(lend + 1) && !(head == tail && offset_in_page(lstart)))
		truncate_partial(mapping, tail, 0, offset_in_page(lend));
	while (first < beyond && filemap_range_has_page(mapping, (loff_t)first << PAGE_SHIFT,
							beyond == ULONG_MAX ? LLONG_MAX :
							((loff_t)beyond << PAGE_SHIFT) - 1))
		truncate_whole(mapping, first, beyond - 1, true);
}
EXPORT_SYMBOL(truncate_inode_pages_range);

/**
 * truncate_inode_pages - drop the pages from an offset on, dirty ones too
 * @mapping: the mapping
 * @lstart: first byte
 *
 * Models: mm/truncate.c, 6.1. Context: may sleep.
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
 * Models: mm/truncate.c, 6.1. Context: may sleep.
 */
void truncate_inode_pages_final(struct address_space *mapping)
{
	mapping_set_exiting(mapping);
	truncate_inode_pages(mapping, 0);
}
EXPORT_SYMBOL(truncate_inode_pages_final);

/*
 * Locked. A clean folio whose references are the cache's and ours goes; "frozen" in the kernel:
 * nobody can get a reference under i_pages' lock.
 */
static bool evict(struct address_space *mapping, struct folio *folio)
{
	bool gone = false;

	if (folio->mapping != mapping || folio_test_dirty(folio) || folio_test_writeback(folio))
		return false;
	if (folio_ref_count(folio) > 2 + folio_test_private(folio) ||
	    !filemap_release_folio(folio, 0))
		return false;
	spin_lock(&mapping->host->i_lock);
	xa_lock_irq(&mapping->i_pages);
	if (folio_ref_count(folio) == 2 && !folio_test_dirty(folio)) {
		__filemap_remove_folio(folio, NULL);
		gone = true;
	}
	xa_unlock_irq(&mapping->i_pages);
	if (gone && mapping_shrinkable(mapping))
		inode_add_lru(mapping->host);
	spin_unlock(&mapping->host->i_lock);
	if (!gone)
		return false;
	if (mapping->a_ops->free_folio)
		mapping->a_ops->free_folio(folio);
	folio_put(folio);
	return true;
}

/**
 * invalidate_mapping_pages - drop the clean, unlocked, unused pages of a range
 * @mapping: the mapping
 * @start: first page
 * @end: last page
 *
 * Models: mm/truncate.c, 6.1. Return: number of pages dropped.
 */
unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	unsigned long count = 0;
	struct folio *folio;
	pgoff_t index;

	for (index = start; index <= end; index++) {
		folio = filemap_next_folio(mapping, &index, end, XA_PRESENT);
		if (!folio)
			break;
		if (folio_trylock(folio)) {
			count += evict(mapping, folio);
			folio_unlock(folio);
		}
		folio_put(folio);
		cond_resched();
		if (index == ULONG_MAX)
			break;
	}
	return count;
}
EXPORT_SYMBOL(invalidate_mapping_pages);

/* Locked, laundered. Other references do not keep it in the cache. */
static bool invalidate_folio2(struct address_space *mapping, struct folio *folio)
{
	bool dirty;

	if (folio->mapping != mapping || !filemap_release_folio(folio, GFP_KERNEL))
		return false;
	spin_lock(&mapping->host->i_lock);
	xa_lock_irq(&mapping->i_pages);
	dirty = folio_test_dirty(folio);
	if (!dirty)
		__filemap_remove_folio(folio, NULL);
	xa_unlock_irq(&mapping->i_pages);
	if (!dirty && mapping_shrinkable(mapping))
		inode_add_lru(mapping->host);
	spin_unlock(&mapping->host->i_lock);
	if (dirty)
		return false;
	if (mapping->a_ops->free_folio)
		mapping->a_ops->free_folio(folio);
	folio_put(folio);
	return true;
}

static int launder(struct address_space *mapping, struct folio *folio)
{
	if (!folio_test_dirty(folio) || folio->mapping != mapping || !mapping->a_ops->launder_folio)
		return 0;
	return mapping->a_ops->launder_folio(folio);
}

static int invalidate_one2(struct address_space *mapping, struct folio *folio)
{
	int err = 0;

	folio_lock(folio);
	if (folio->mapping == mapping) {
		folio_wait_writeback(folio);
		if (folio_mapped(folio))
			unmap_mapping_folio(folio);
		BUG_ON(folio_mapped(folio));
		err = launder(mapping, folio);
		if (!err && !invalidate_folio2(mapping, folio))
			err = -EBUSY;
	}
	folio_unlock(folio);
	return err;
}

/**
 * invalidate_inode_pages2_range - drop the pages of a range, mapped ones too; dirty ones are
 * written first
 * @mapping: the mapping
 * @start: first page
 * @end: last page
 *
 * Models: mm/truncate.c, 6.1: dirty pages go by ->launder_folio(), or stay. Context: may sleep.
 * Return: 0, -EBUSY, or an error of ->launder_folio(); all pages are tried.
 */
int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	struct folio *folio;
	pgoff_t index;
	int ret = 0, err;

	if (mapping_empty(mapping))
		return 0;
	for (index = start; index <= end; index++) {
		folio = filemap_next_folio(mapping, &index, end, XA_PRESENT);
		if (!folio)
			break;
		/* All the rest at once: faults that come again are the exception. */
		if (folio_mapped(folio))
			unmap_mapping_pages(mapping, index, end == ULONG_MAX ? 0 : 1 + end - index,
					    false);
		err = invalidate_one2(mapping, folio);
		if (err)
			ret = err;
		folio_put(folio);
		cond_resched();
		if (index == ULONG_MAX)
			break;
	}
	return ret;
}
EXPORT_SYMBOL_GPL(invalidate_inode_pages2_range);

/**
 * invalidate_inode_pages2 - drop all clean pages, mapped ones too
 * @mapping: the mapping
 *
 * Models: mm/truncate.c, 6.1. Context: may sleep. Return: as invalidate_inode_pages2_range().
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
 * Models: mm/truncate.c, 6.1: where blocks are smaller than pages, that page becomes read-only in
 * mappings, so that ->page_mkwrite() can allocate the blocks that were beyond the end.
 */
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to)
{
	unsigned int bsize = i_blocksize(inode);
	loff_t rounded = round_up(from, bsize);
	struct folio *folio;

	WARN_ON(to > inode->i_size);
	if (from >= to || bsize == PAGE_SIZE || to <= rounded || !offset_in_page(rounded))
		return;
	folio = filemap_lock_folio(inode->i_mapping, from >> PAGE_SHIFT);
	if (!folio)
		return;
	if (folio_mkclean(folio))
		folio_mark_dirty(folio);
	folio_unlock(folio);
	folio_put(folio);
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
