// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty pages.
 *
 * Models: mm/page-writeback.c, 6.1: the flags and tags of dirty folios and of those being written
 * back, the counters of the backing device, the walk of ->writepages(). Leaves out: limits of dirty
 * memory and bandwidth (nobody is throttled), zones, memory control groups.
 */
#include <linux/backing-dev.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/pagemap.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>
#include "internal.h"

static void account_dirtied(struct folio *folio, struct address_space *mapping)
{
	if (!mapping_can_writeback(mapping))
		return;
	inc_node_page_state(&folio->page, NR_FILE_DIRTY);
	inc_wb_stat(inode_to_wb(mapping->host), WB_RECLAIMABLE);
	inc_wb_stat(inode_to_wb(mapping->host), WB_DIRTIED);
}

/**
 * folio_account_cleaned - a dirty folio is clean, or gone
 * @folio: the folio
 * @wb: of its backing device
 *
 * Models: mm/page-writeback.c, 6.1.
 */
void folio_account_cleaned(struct folio *folio, struct bdi_writeback *wb)
{
	dec_node_page_state(&folio->page, NR_FILE_DIRTY);
	dec_wb_stat(wb, WB_RECLAIMABLE);
}

/**
 * __folio_mark_dirty - tag a folio as dirty in the page cache
 * @folio: the folio; not truncated meanwhile, for the caller has its lock, or the page tables'
 * @mapping: the mapping
 * @warn: if it is not uptodate
 *
 * Models: mm/page-writeback.c, 6.1.
 */
void __folio_mark_dirty(struct folio *folio, struct address_space *mapping, int warn)
{
	unsigned long flags;

	xa_lock_irqsave(&mapping->i_pages, flags);
	if (folio->mapping) {
		WARN_ON_ONCE(warn && !folio_test_uptodate(folio));
		account_dirtied(folio, mapping);
		__xa_set_mark(&mapping->i_pages, folio->index, PAGECACHE_TAG_DIRTY);
	}
	xa_unlock_irqrestore(&mapping->i_pages, flags);
}

/**
 * filemap_dirty_folio - ->dirty_folio() of file systems without private data
 * @mapping: the mapping
 * @folio: the folio
 *
 * Models: mm/page-writeback.c, 6.1. Return: was it clean?
 */
bool filemap_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	if (folio_test_set_dirty(folio))
		return false;
	__folio_mark_dirty(folio, mapping, !folio_test_private(folio));
	if (mapping->host)
		__mark_inode_dirty(mapping->host, I_DIRTY_PAGES);
	return true;
}
EXPORT_SYMBOL(filemap_dirty_folio);

/** __set_page_dirty_nobuffers - filemap_dirty_folio(). Models: mm/folio-compat.c, 6.1. */
int __set_page_dirty_nobuffers(struct page *page)
{
	return filemap_dirty_folio(page_mapping(page), page_folio(page));
}
EXPORT_SYMBOL(__set_page_dirty_nobuffers);

/**
 * noop_dirty_folio - ->dirty_folio() where nothing is written back
 * @mapping: unused
 * @folio: the folio
 *
 * Models: mm/page-writeback.c, 6.1. Return: was it clean?
 */
bool noop_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	(void)mapping;
	return folio_test_dirty(folio) ? false : !folio_test_set_dirty(folio);
}
EXPORT_SYMBOL(noop_dirty_folio);

/**
 * folio_mark_dirty - a folio was written to
 * @folio: locked, or kept from truncation in another way
 *
 * Models: mm/page-writeback.c, 6.1. Context: may sleep, by the file system. Return: was it clean?
 */
bool folio_mark_dirty(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);

	if (!mapping)
		return noop_dirty_folio(mapping, folio);
	if (folio_test_reclaim(folio))
		folio_clear_reclaim(folio);
	return mapping->a_ops->dirty_folio(mapping, folio);
}
EXPORT_SYMBOL(folio_mark_dirty);

/** set_page_dirty - folio_mark_dirty(). Models: mm/folio-compat.c, 6.1. */
bool set_page_dirty(struct page *page)
{
	return folio_mark_dirty(page_folio(page));
}
EXPORT_SYMBOL(set_page_dirty);

/**
 * set_page_dirty_lock - set_page_dirty() for a page that is not locked
 * @page: the page
 *
 * Models: mm/page-writeback.c, 6.1. Context: may sleep. Return: was it clean?
 */
int set_page_dirty_lock(struct page *page)
{
	int ret;

	lock_page(page);
	ret = set_page_dirty(page);
	unlock_page(page);
	return ret;
}
EXPORT_SYMBOL(set_page_dirty_lock);

/**
 * folio_redirty_for_writepage - a folio cannot be written back now
 * @wbc: counts it as skipped
 * @folio: locked, cleaned for write-back
 *
 * Models: mm/page-writeback.c, 6.1. Return: was it clean?
 */
bool folio_redirty_for_writepage(struct writeback_control *wbc, struct folio *folio)
{
	struct address_space *mapping = folio->mapping;
	bool ret;

	wbc->pages_skipped++;
	ret = filemap_dirty_folio(mapping, folio);
	if (mapping && mapping_can_writeback(mapping))
		dec_wb_stat(inode_to_wb(mapping->host), WB_DIRTIED);
	return ret;
}
EXPORT_SYMBOL(folio_redirty_for_writepage);

/** redirty_page_for_writepage - the same. Models: mm/folio-compat.c, 6.1. */
bool redirty_page_for_writepage(struct writeback_control *wbc, struct page *page)
{
	return folio_redirty_for_writepage(wbc, page_folio(page));
}
EXPORT_SYMBOL(redirty_page_for_writepage);

/**
 * __folio_cancel_dirty - a dirty folio need not be written: it is truncated
 * @folio: locked
 *
 * Models: mm/page-writeback.c, 6.1. The tag goes with the folio.
 */
void __folio_cancel_dirty(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);

	if (folio_test_clear_dirty(folio) && mapping && mapping_can_writeback(mapping))
		folio_account_cleaned(folio, inode_to_wb(mapping->host));
}
EXPORT_SYMBOL(__folio_cancel_dirty);

/**
 * folio_clear_dirty_for_io - a folio is about to be written back
 * @folio: locked
 *
 * Models: mm/page-writeback.c, 6.1: what was written through mappings is found here, and they
 * become read-only. The tag stays until folio_start_writeback(). Return: was it dirty?
 */
bool folio_clear_dirty_for_io(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);

	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	if (!mapping || !mapping_can_writeback(mapping))
		return folio_test_clear_dirty(folio);
	if (folio_mkclean(folio))
		folio_mark_dirty(folio);
	if (!folio_test_clear_dirty(folio))
		return false;
	folio_account_cleaned(folio, inode_to_wb(mapping->host));
	return true;
}
EXPORT_SYMBOL(folio_clear_dirty_for_io);

/** clear_page_dirty_for_io - the same. Models: mm/folio-compat.c, 6.1. */
bool clear_page_dirty_for_io(struct page *page)
{
	return folio_clear_dirty_for_io(page_folio(page));
}
EXPORT_SYMBOL(clear_page_dirty_for_io);

/* i_pages locked; the tags of a folio whose write-back begins. */
static void tag_writeback(struct address_space *mapping, struct folio *folio, bool keep_write)
{
	struct backing_dev_info *bdi = inode_to_bdi(mapping->host);

	if (bdi->capabilities & BDI_CAP_WRITEBACK_ACCT) {
		if (!mapping_tagged(mapping, PAGECACHE_TAG_WRITEBACK))
			atomic_inc(&bdi->wb.writeback_inodes);
		inc_wb_stat(&bdi->wb, WB_WRITEBACK);
	}
	__xa_set_mark(&mapping->i_pages, folio->index, PAGECACHE_TAG_WRITEBACK);
	if (!folio_test_dirty(folio))
		__xa_clear_mark(&mapping->i_pages, folio->index, PAGECACHE_TAG_DIRTY);
	if (!keep_write)
		__xa_clear_mark(&mapping->i_pages, folio->index, PAGECACHE_TAG_TOWRITE);
}

/**
 * __folio_start_writeback - a folio is being written back from here on
 * @folio: locked
 * @keep_write: it will have to be written once more
 *
 * Models: mm/page-writeback.c, 6.1. Return: was it already?
 */
bool __folio_start_writeback(struct folio *folio, bool keep_write)
{
	struct address_space *mapping = folio_mapping(folio);
	unsigned long flags;
	bool ret;

	if (mapping && mapping_use_writeback_tags(mapping)) {
		xa_lock_irqsave(&mapping->i_pages, flags);
		ret = folio_test_set_writeback(folio);
		if (!ret)
			tag_writeback(mapping, folio, keep_write);
		xa_unlock_irqrestore(&mapping->i_pages, flags);
	} else {
		ret = folio_test_set_writeback(folio);
	}
	if (!ret)
		inc_node_page_state(&folio->page, NR_WRITEBACK);
	return ret;
}
EXPORT_SYMBOL(__folio_start_writeback);

/** set_page_writeback - folio_start_writeback(). Models: mm/folio-compat.c, 6.1. */
bool set_page_writeback(struct page *page)
{
	return folio_start_writeback(page_folio(page));
}
EXPORT_SYMBOL(set_page_writeback);

/*
 * __folio_end_writeback() - take off the flag and the tag
 *
 * Models: mm/page-writeback.c, 6.1. Return: was it being written back?
 */
bool __folio_end_writeback(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);
	struct backing_dev_info *bdi;
	unsigned long flags;
	bool ret;

	if (!mapping || !mapping_use_writeback_tags(mapping)) {
		ret = folio_test_clear_writeback(folio);
	} else {
		bdi = inode_to_bdi(mapping->host);
		xa_lock_irqsave(&mapping->i_pages, flags);
		ret = folio_test_clear_writeback(folio);
		if (ret)
			__xa_clear_mark(&mapping->i_pages, folio->index, PAGECACHE_TAG_WRITEBACK);
		if (ret && (bdi->capabilities & BDI_CAP_WRITEBACK_ACCT)) {
			dec_wb_stat(&bdi->wb, WB_WRITEBACK);
			wb_writeout_inc(&bdi->wb);
			if (!mapping_tagged(mapping, PAGECACHE_TAG_WRITEBACK))
				atomic_dec(&bdi->wb.writeback_inodes);
		}
		xa_unlock_irqrestore(&mapping->i_pages, flags);
	}
	if (ret)
		dec_node_page_state(&folio->page, NR_WRITEBACK);
	return ret;
}

/**
 * wb_writeout_inc - one page more has been written. Models: mm/page-writeback.c, 6.1, without
 *	bandwidth.
 */
void wb_writeout_inc(struct bdi_writeback *wb)
{
	inc_wb_stat(wb, WB_WRITTEN);
}
EXPORT_SYMBOL_GPL(wb_writeout_inc);

/**
 * tag_pages_for_writeback - what is dirty now, and not what becomes so later, is to be written
 * @mapping: the mapping
 * @start: first page
 * @end: last page
 *
 * Models: mm/page-writeback.c, 6.1.
 */
void tag_pages_for_writeback(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	XA_STATE(xas, &mapping->i_pages, start);
	void *folio;

	xas_lock_irq(&xas);
	xas_for_each_marked(&xas, folio, end, PAGECACHE_TAG_DIRTY)
		xas_set_mark(&xas, PAGECACHE_TAG_TOWRITE);
	xas_unlock_irq(&xas);
}
EXPORT_SYMBOL(tag_pages_for_writeback);

/* Locked: is it still ours to write? Clears its dirty flag then. */
static bool take_for_write(struct address_space *mapping, struct folio *folio,
			   const struct writeback_control *wbc)
{
	if (folio->mapping != mapping || !folio_test_dirty(folio))
		return false;
	if (folio_test_writeback(folio)) {
		if (wbc->sync_mode == WB_SYNC_NONE)
			return false;
		folio_wait_writeback(folio);
	}
	BUG_ON(folio_test_writeback(folio));
	return folio_clear_dirty_for_io(folio);
}

/* One folio. *@ret: the first error. Return: go on? */
static bool write_one(struct address_space *mapping, struct folio *folio,
		      struct writeback_control *wbc, writepage_t writepage, void *data, int *ret)
{
	int err;

	folio_lock(folio);
	if (!take_for_write(mapping, folio, wbc)) {
		folio_unlock(folio);
		return true;
	}
	err = writepage(&folio->page, wbc, data);
	if (err == AOP_WRITEPAGE_ACTIVATE) {
		folio_unlock(folio);
		err = 0;
	}
	if (err && !*ret)
		*ret = err;
	/* For integrity all of it must be tried. */
	if (wbc->sync_mode == WB_SYNC_ALL) {
		wbc->nr_to_write--;
		return true;
	}
	return !err && --wbc->nr_to_write > 0;
}

/**
 * write_cache_pages - call a function for each dirty page of a range
 * @mapping: the mapping
 * @wbc: which part, and how; counts down what was written
 * @writepage: gets the page locked and not dirty any more, unlocks it; -errno,
 *	AOP_WRITEPAGE_ACTIVATE
 * @data: for it
 *
 * Models: mm/page-writeback.c, 6.1, for one page at a time. Context: may sleep. Return: 0 or the
 * first error.
 */
int write_cache_pages(struct address_space *mapping, struct writeback_control *wbc,
		      writepage_t writepage, void *data)
{
	pgoff_t index = wbc->range_cyclic ? mapping->writeback_index :
					    wbc->range_start >> PAGE_SHIFT;
	pgoff_t last = wbc->range_cyclic ? ULONG_MAX : wbc->range_end >> PAGE_SHIFT;
	bool whole = !wbc->range_start && wbc->range_end == LLONG_MAX, more = true;
	struct folio *folio;
	int ret = 0;

	if (wbc_to_tag_is_towrite(wbc))
		tag_pages_for_writeback(mapping, index, last);
	while (more && index <= last) {
		folio = filemap_next_folio(mapping, &index, last, wbc_to_tag(wbc));
		if (!folio)
			break;
		more = write_one(mapping, folio, wbc, writepage, data, &ret);
		folio_put(folio);
		index++;
		cond_resched();
	}
	/* Where the next walk begins: at the start if this one has seen the end. */
	if (wbc->range_cyclic || (whole && wbc->nr_to_write > 0))
		mapping->writeback_index = wbc->range_cyclic && more ? 0 : index;
	return ret;
}
EXPORT_SYMBOL(write_cache_pages);

static int call_writepage(struct page *page, struct writeback_control *wbc, void *data)
{
	struct address_space *mapping = data;
	int ret = mapping->a_ops->writepage(page, wbc);

	mapping_set_error(mapping, ret);
	return ret;
}

/**
 * generic_writepages - write_cache_pages() by ->writepage()
 * @mapping: the mapping
 * @wbc: which part, and how
 *
 * Models: mm/page-writeback.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int generic_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	return mapping->a_ops->writepage ?
		       write_cache_pages(mapping, wbc, call_writepage, mapping) :
		       0;
}
EXPORT_SYMBOL(generic_writepages);

/*
 * How often memory that is not there is asked for: the kernel does so for ever, as reclaim will
 * find some.
 */
#define NOMEM_TRIES	4

/**
 * do_writepages - write back dirty pages, by ->writepages() or ->writepage()
 * @mapping: the mapping
 * @wbc: which part, and how
 *
 * Models: mm/page-writeback.c, 6.1, but for WB_SYNC_ALL gives up when there is no memory time and
 * again.
 * Context: may sleep. Return: 0 or -errno.
 */
int do_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	int ret, tries = 0;

	if (wbc->nr_to_write <= 0)
		return 0;
	do {
		if (mapping->a_ops->writepages)
			ret = mapping->a_ops->writepages(mapping, wbc);
		else
			ret = generic_writepages(mapping, wbc);
		cond_resched();
	} while (ret == -ENOMEM && wbc->sync_mode == WB_SYNC_ALL && ++tries < NOMEM_TRIES);
	return ret;
}

/**
 * balance_dirty_pages_ratelimited - a writer waits while too much is dirty
 * @mapping: what it writes to
 *
 * Models: mm/page-writeback.c, 6.1. Nobody waits: memory has no limit here, as on a machine with
 * enough of it.
 *
 * Context: may sleep.
 */
void balance_dirty_pages_ratelimited(struct address_space *mapping)
{
	(void)mapping;
	might_sleep();
}
EXPORT_SYMBOL(balance_dirty_pages_ratelimited);
