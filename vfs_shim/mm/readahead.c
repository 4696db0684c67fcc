// SPDX-License-Identifier: GPL-2.0
/*
 * Reading ahead of the reader.
 *
 * Models: mm/readahead.c, 6.1: the same windows, so that a server sees the same requests. Leaves
 * out: folios of several pages, congestion by control groups, readahead(2).
 */
#include <linux/backing-dev.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "internal.h"

/**
 * file_ra_state_init - the read-ahead state of a newly opened file
 * @ra: the state
 * @mapping: mapping of the file
 *
 * Models: mm/readahead.c, 6.1.
 */
void file_ra_state_init(struct file_ra_state *ra, struct address_space *mapping)
{
	ra->ra_pages = inode_to_bdi(mapping->host)->ra_pages;
	ra->prev_pos = -1;
}
EXPORT_SYMBOL_GPL(file_ra_state_init);

/* The folios were made, and locked, for this read: their locks are its from here on. */
static void hand_over(const struct readahead_control *rac)
{
	for (unsigned int i = 0; i < rac->_nr_pages; i++)
		folio_lock_hand_over(xa_load(&rac->mapping->i_pages, rac->_index + i));
}

/* What ->readahead() did not take: as if never asked for, if nobody needs it now. */
static void give_up_rest(struct readahead_control *rac)
{
	struct folio *folio;

	while ((folio = readahead_folio(rac))) {
		folio_get(folio);
		rac->ra->size--;
		if (rac->ra->async_size) {
			rac->ra->async_size--;
			filemap_remove_folio(folio);
		}
		folio_unlock(folio);
		folio_put(folio);
	}
}

static void read_pages(struct readahead_control *rac)
{
	const struct address_space_operations *aops = rac->mapping->a_ops;
	struct folio *folio;

	if (!readahead_count(rac))
		return;
	hand_over(rac);
	if (aops->readahead) {
		aops->readahead(rac);
		give_up_rest(rac);
	} else {
		/* An error shows in the folio, and whoever needs it reads again. */
		while ((folio = readahead_folio(rac)))
			aops->read_folio(rac->file, folio);
	}
	BUG_ON(readahead_count(rac));
}

/* One folio more for the read, locked. Return: 1; 0: there is one already; -ENOMEM. */
static int add_folio(struct readahead_control *rac, pgoff_t index, bool mark)
{
	gfp_t gfp = readahead_gfp_mask(rac->mapping);
	struct folio *folio;
	int err;

	if (xa_load(&rac->mapping->i_pages, index))
		return 0;
	folio = filemap_alloc_folio(gfp, 0);
	if (!folio)
		return -ENOMEM;
	err = filemap_add_folio(rac->mapping, folio, index, gfp);
	if (err) {
		folio_put(folio);
		return 0;
	}
	if (mark)
		folio_set_readahead(folio);
	rac->_nr_pages++;
	return 1;
}

/**
 * page_cache_ra_unbounded - read ahead without a look at the size of the file
 * @ractl: where to begin
 * @nr_to_read: pages
 * @lookahead_size: when so many are left, the reader reads ahead again
 *
 * Models: mm/readahead.c, 6.1. Context: may sleep; invalidate_lock not held.
 */
void page_cache_ra_unbounded(struct readahead_control *ractl, unsigned long nr_to_read,
			     unsigned long lookahead_size)
{
	unsigned long i, index = readahead_index(ractl);
	unsigned int nofs = memalloc_nofs_save();
	int ret;

	filemap_invalidate_lock_shared(ractl->mapping);
	for (i = 0; i < nr_to_read; i++) {
		ret = add_folio(ractl, index + i, i == nr_to_read - lookahead_size);
		if (ret < 0)
			break;
		if (!ret) {
			/* One that is there: what comes before is a read of its own. */
			read_pages(ractl);
			ractl->_index++;
			i = ractl->_index + ractl->_nr_pages - index - 1;
		}
	}
	read_pages(ractl);
	filemap_invalidate_unlock_shared(ractl->mapping);
	memalloc_nofs_restore(nofs);
}
EXPORT_SYMBOL_GPL(page_cache_ra_unbounded);

/* Not beyond the page that holds the last byte. */
static void read_bounded(struct readahead_control *rac, unsigned long nr, unsigned long lookahead)
{
	loff_t size = i_size_read(rac->mapping->host);
	unsigned long index = readahead_index(rac), last;

	if (!size)
		return;
	last = (size - 1) >> PAGE_SHIFT;
	if (index > last)
		return;
	page_cache_ra_unbounded(rac, nr > last - index ? last - index + 1 : nr, lookahead);
}

#define FORCED_CHUNK	(SZ_2M / PAGE_SIZE)

/* What was asked for and nothing else, as far as a request may go. */
static void read_forced(struct readahead_control *rac, unsigned long nr)
{
	struct address_space *mapping = rac->mapping;
	unsigned long index = readahead_index(rac), chunk;

	if (!mapping->a_ops->read_folio && !mapping->a_ops->readahead)
		return;
	nr = min(nr,
		 max_t(unsigned long, inode_to_bdi(mapping->host)->io_pages, rac->ra->ra_pages));
	for (; nr; nr -= chunk, index += chunk) {
		chunk = min_t(unsigned long, nr, FORCED_CHUNK);
		rac->_index = index;
		read_bounded(rac, chunk, 0);
	}
}

static unsigned long first_window(unsigned long size, unsigned long max)
{
	unsigned long window = roundup_pow_of_two(size);

	if (window <= max / 32)
		return window * 4;
	return window <= max / 4 ? window * 2 : max;
}

static unsigned long next_window(const struct file_ra_state *ra, unsigned long max)
{
	if (ra->size < max / 16)
		return 4 * ra->size;
	return ra->size <= max / 2 ? 2UL * ra->size : max;
}

static void window_first(struct file_ra_state *ra, pgoff_t index, unsigned long req,
			 unsigned long max)
{
	ra->start = index;
	ra->size = first_window(req, max);
	ra->async_size = ra->size > req ? ra->size - req : ra->size;
}

/* Pages before @index that are cached tell of a sequential reader that lost its state. */
static bool window_by_history(struct readahead_control *rac, pgoff_t index, unsigned long req,
			      unsigned long max)
{
	struct file_ra_state *ra = rac->ra;
	pgoff_t size = index - 1 - page_cache_prev_miss(rac->mapping, index - 1, max);

	if (size <= req)
		return false;
	if (size >= index)
		size *= 2;
	ra->start = index;
	ra->size = min_t(unsigned long, size + req, max);
	ra->async_size = 1;
	return true;
}

/* A marked folio was met that is not of this file's own window. */
static bool window_by_mark(struct readahead_control *rac, pgoff_t index, unsigned long req,
			   unsigned long max)
{
	struct file_ra_state *ra = rac->ra;
	pgoff_t start = page_cache_next_miss(rac->mapping, index + 1, max);

	if (!start || start - index > max)
		return false;
	ra->start = start;
	ra->size = start - index + req;
	ra->size = next_window(ra, max);
	ra->async_size = ra->size;
	return true;
}

/* Where the window is now. False: nothing to read ahead; *@plain: read just what was asked for. */
static bool move_window(struct readahead_control *rac, bool marked, unsigned long req,
			unsigned long max, bool *plain)
{
	struct file_ra_state *ra = rac->ra;
	pgoff_t index = readahead_index(rac);

	if (!index) {
		window_first(ra, index, req, max);
	} else if (index == ra->start + ra->size - ra->async_size ||
		   index == ra->start + ra->size) {
		ra->start += ra->size;
		ra->size = max_t(unsigned long, ra->size, next_window(ra, max));
		ra->async_size = ra->size;
	} else if (marked) {
		return window_by_mark(rac, index, req, max);
	} else if (req > max || index - ((u64)ra->prev_pos >> PAGE_SHIFT) <= 1) {
		window_first(ra, index, req, max);
	} else if (!window_by_history(rac, index, req, max)) {
		*plain = true;
	}
	return true;
}

static void read_ondemand(struct readahead_control *rac, bool marked, unsigned long req)
{
	struct backing_dev_info *bdi = inode_to_bdi(rac->mapping->host);
	struct file_ra_state *ra = rac->ra;
	unsigned long max = ra->ra_pages, next;
	bool plain = false;

	if (req > max && bdi->io_pages > max)
		max = min(req, bdi->io_pages);
	if (!move_window(rac, marked, req, max, &plain))
		return;
	if (plain) {
		read_bounded(rac, req, 0);
		return;
	}
	/* It would hit its own mark at once: take the next window along. */
	if (readahead_index(rac) == ra->start && ra->size == ra->async_size) {
		next = next_window(ra, max);
		ra->async_size = ra->size + next <= max ? next : max >> 1;
		ra->size = min_t(unsigned long, ra->size + next, max);
	}
	rac->_index = ra->start;
	read_bounded(rac, ra->size, ra->async_size);
}

/**
 * page_cache_sync_ra - a page is missing: read it, and ahead
 * @ractl: where
 * @req_count: pages that the reader wants
 *
 * Models: mm/readahead.c, 6.1. Context: may sleep.
 */
void page_cache_sync_ra(struct readahead_control *ractl, unsigned long req_count)
{
	bool forced = ractl->file && (ractl->file->f_mode & FMODE_RANDOM);

	if (!ractl->ra->ra_pages) {
		if (!ractl->file)
			return;
		req_count = 1;
		forced = true;
	}
	if (forced)
		read_forced(ractl, req_count);
	else
		read_ondemand(ractl, false, req_count);
}
EXPORT_SYMBOL_GPL(page_cache_sync_ra);

/**
 * page_cache_async_ra - the reader has come to the marked page: read ahead again
 * @ractl: where
 * @folio: the marked one
 * @req_count: pages that the reader wants
 *
 * Models: mm/readahead.c, 6.1. Context: may sleep.
 */
void page_cache_async_ra(struct readahead_control *ractl, struct folio *folio,
			 unsigned long req_count)
{
	/* One bit for two purposes: of a folio that is written back it means another. */
	if (!ractl->ra->ra_pages || folio_test_writeback(folio))
		return;
	folio_clear_readahead(folio);
	read_ondemand(ractl, true, req_count);
}
EXPORT_SYMBOL_GPL(page_cache_async_ra);
