// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty pages.
 *
 * Models: mm/page-writeback.c, 6.1, for pages that belong to no file, which processes hand to direct
 * I/O. Dirty pages of files have no model yet.
 */
#include <linux/backing-dev.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>
#include "internal.h"

/**
 * set_page_dirty - a page was written to
 * @page: the page
 *
 * Models: mm/page-writeback.c, 6.1, for pages of processes. Return: was it clean?
 */
bool set_page_dirty(struct page *page)
{
	if (page->mapping && !PageAnon(page))
		unmodelled(__func__);
	return !TestSetPageDirty(page);
}
EXPORT_SYMBOL(set_page_dirty);

/**
 * set_page_dirty_lock - set_page_dirty() for a page that is not locked
 * @page: the page
 *
 * Models: mm/page-writeback.c, 6.1, for pages of processes: the lock guards the mapping, and they
 * have none. Context: may sleep. Return: was it clean?
 */
int set_page_dirty_lock(struct page *page)
{
	might_sleep();
	return set_page_dirty(page);
}
EXPORT_SYMBOL(set_page_dirty_lock);

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

/* Dirty pages of files. */
NO_MODEL(int, write_cache_pages, struct address_space *mapping, struct writeback_control *wbc,
	 writepage_t writepage, void *data)
NO_MODEL(int, do_writepages, struct address_space *mapping, struct writeback_control *wbc)
NO_MODEL(bool, filemap_dirty_folio, struct address_space *mapping, struct folio *folio)
NO_MODEL(bool, folio_mark_dirty, struct folio *folio)
NO_MODEL(bool, redirty_page_for_writepage, struct writeback_control *wbc, struct page *page)
NO_MODEL(bool, folio_clear_dirty_for_io, struct folio *folio)
NO_MODEL(bool, clear_page_dirty_for_io, struct page *page)
NO_MODEL(bool, set_page_writeback, struct page *page)
NO_MODEL(bool, __folio_start_writeback, struct folio *folio, bool keep_write)
NO_MODEL(void, balance_dirty_pages_ratelimited, struct address_space *mapping)
NO_MODEL(void, wb_writeout_inc, struct bdi_writeback *wb)
