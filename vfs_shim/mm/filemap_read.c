// SPDX-License-Identifier: GPL-2.0
/*
 * Reading through the page cache.
 *
 * Models: mm/filemap.c, 6.1. Leaves out: batches of folios (each is looked up when its turn comes),
 * IOCB_WAITQ, partially uptodate folios read into pipes.
 */
#include <linux/backing-dev.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <linux/uio.h>
#include <core/run.h>
#include "internal.h"

/* After an error of the device: read ahead less. */
static void shrink_readahead(struct file *file)
{
	if (file)
		file->f_ra.ra_pages /= 4;
}

/*
 * filemap_read_folio() - read one folio by ->read_folio() and wait
 * @file: for the file system
 * @mapping: the mapping
 * @folio: locked; is unlocked by the read
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0; -EINTR; AOP_TRUNCATED_PAGE; -EIO or
 * other -errno.
 */
int filemap_read_folio(struct file *file, struct address_space *mapping, struct folio *folio)
{
	int err;

	/* An earlier error is not this read's. */
	folio_clear_error(folio);
	folio_lock_hand_over(folio);
	err = mapping->a_ops->read_folio(file, folio);
	if (err)
		return err;
	err = folio_wait_locked_killable(folio);
	if (err)
		return err;
	if (folio_test_uptodate(folio))
		return 0;
	shrink_readahead(file);
	return -EIO;
}

/* Uptodate already, or it is read now. @folio is locked, and is unlocked. */
static int make_uptodate(struct file *file, struct address_space *mapping, struct folio *folio)
{
	int err = 0;

	if (folio->mapping && !folio_test_uptodate(folio))
		return filemap_read_folio(file, mapping, folio);
	if (!folio->mapping)
		err = AOP_TRUNCATED_PAGE;
	folio_unlock(folio);
	return err;
}

/**
 * read_cache_folio() - a folio of the page cache, read when it is not there
 * @mapping: the mapping
 * @index: which
 * @filler: how to read it; must be NULL: by ->read_folio()
 * @file: for that
 *
 * Models: mm/filemap.c, 6.1, without fillers. Context: may sleep. Return: the folio with a
 * reference, uptodate and not locked, or ERR_PTR(): -ENOMEM, -EINTR, -EIO, what reading it gave.
 */
struct folio *read_cache_folio(struct address_space *mapping, pgoff_t index, filler_t *filler,
			       struct file *file)
{
	struct folio *folio;
	int err;

	if (filler)
		unmodelled("read_cache_folio with a filler");
	do {
		folio = __filemap_get_folio(mapping, index, FGP_LOCK | FGP_CREAT | FGP_ACCESSED,
					    mapping_gfp_mask(mapping));
		if (!folio)
			return ERR_PTR(-ENOMEM);
		err = make_uptodate(file, mapping, folio);
		if (!err)
			return folio;
		folio_put(folio);
	} while (err == AOP_TRUNCATED_PAGE);
	return ERR_PTR(err);
}
EXPORT_SYMBOL(read_cache_folio);

/**
 * read_cache_page() - the same, as a page
 * @mapping: the mapping
 * @index: which
 * @filler: must be NULL
 * @file: for ->read_folio()
 *
 * Models: mm/filemap.c, 6.1. Return: as read_cache_folio().
 */
struct page *read_cache_page(struct address_space *mapping, pgoff_t index, filler_t *filler,
			     struct file *file)
{
	struct folio *folio = read_cache_folio(mapping, index, filler, file);

	return IS_ERR(folio) ? ERR_CAST(folio) : folio_file_page(folio, index);
}
EXPORT_SYMBOL(read_cache_page);

static bool range_uptodate(struct address_space *mapping, struct folio *folio, loff_t pos,
			   size_t count)
{
	size_t from = pos - folio_pos(folio);

	if (folio_test_uptodate(folio))
		return true;
	if (!mapping->a_ops->is_partially_uptodate ||
	    mapping->host->i_blkbits >= folio_shift(folio))
		return false;
	return mapping->a_ops->is_partially_uptodate(
		folio, from, min_t(size_t, count, folio_size(folio) - from));
}

static int lock_invalidate(struct address_space *mapping, int ki_flags)
{
	if (!(ki_flags & IOCB_NOWAIT))
		filemap_invalidate_lock_shared(mapping);
	else if (!filemap_invalidate_trylock_shared(mapping))
		return -EAGAIN;
	return 0;
}

/* invalidate_lock shared, folio locked; it is unlocked. */
static int read_locked_folio(struct kiocb *iocb, size_t count, struct folio *folio)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	int err = 0;

	if (!folio->mapping)
		err = AOP_TRUNCATED_PAGE;
	else if (range_uptodate(mapping, folio, iocb->ki_pos, count))
		err = 0;
	else if (iocb->ki_flags & (IOCB_NOIO | IOCB_NOWAIT))
		err = -EAGAIN;
	else
		return filemap_read_folio(iocb->ki_filp, mapping, folio);
	folio_unlock(folio);
	return err;
}

/* A folio that is not uptodate: being read by another, or never read, or read in vain. */
static int update_folio(struct kiocb *iocb, size_t count, struct folio *folio)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	int err = lock_invalidate(mapping, iocb->ki_flags);

	if (err)
		return err;
	if (folio_trylock(folio)) {
		err = read_locked_folio(iocb, count, folio);
		filemap_invalidate_unlock_shared(mapping);
		return err;
	}
	filemap_invalidate_unlock_shared(mapping);
	if (iocb->ki_flags & (IOCB_NOWAIT | IOCB_NOIO))
		return -EAGAIN;
	/* Mostly for read-ahead to be done. What is there then may be another folio. */
	err = folio_wait_locked_killable(folio);
	return err ? err : AOP_TRUNCATED_PAGE;
}

static int create_folio(struct kiocb *iocb, pgoff_t index, struct folio **ret)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	struct folio *folio = filemap_alloc_folio(mapping_gfp_mask(mapping), 0);
	int err;

	if (!folio)
		return -ENOMEM;
	/*
	 * Against truncation: nothing may become uptodate between its dropping of pages and of
	 * blocks.
	 */
	filemap_invalidate_lock_shared(mapping);
	err = filemap_add_folio(mapping, folio, index, mapping_gfp_constraint(mapping, GFP_KERNEL));
	if (err == -EEXIST)
		err = AOP_TRUNCATED_PAGE;
	else if (!err)
		err = filemap_read_folio(iocb->ki_filp, mapping, folio);
	filemap_invalidate_unlock_shared(mapping);
	if (err)
		folio_put(folio);
	else
		*ret = folio;
	return err;
}

/* One try to get an uptodate folio for ki_pos. AOP_TRUNCATED_PAGE: try again. */
static int get_folio(struct kiocb *iocb, size_t count, struct folio **ret)
{
	struct file *file = iocb->ki_filp;
	struct address_space *mapping = file->f_mapping;
	pgoff_t index = iocb->ki_pos >> PAGE_SHIFT;
	pgoff_t beyond = DIV_ROUND_UP(iocb->ki_pos + count, PAGE_SIZE);
	struct folio *folio;
	int err = 0;

	if (fatal_signal_pending(current))
		return -EINTR;
	folio = filemap_get_folio(mapping, index);
	if (!folio) {
		if (iocb->ki_flags & IOCB_NOIO)
			return -EAGAIN;
		page_cache_sync_readahead(mapping, &file->f_ra, file, index, beyond - index);
		folio = filemap_get_folio(mapping, index);
	}
	if (!folio)
		return iocb->ki_flags & IOCB_NOWAIT ? -EAGAIN : create_folio(iocb, index, ret);
	if (folio_test_readahead(folio)) {
		if (iocb->ki_flags & IOCB_NOIO)
			err = -EAGAIN;
		else
			page_cache_async_readahead(mapping, &file->f_ra, file, folio, index,
						   beyond - index);
	}
	if (!err && !folio_test_uptodate(folio))
		err = update_folio(iocb, count, folio);
	if (err)
		folio_put(folio);
	else
		*ret = folio;
	return err;
}

/* Copies from the folio at ki_pos up to @end. Return: bytes, -EFAULT for none. */
static ssize_t copy_out(struct kiocb *iocb, struct folio *folio, loff_t end, struct iov_iter *iter)
{
	size_t offset = offset_in_folio(folio, iocb->ki_pos);
	size_t bytes = min_t(loff_t, end - iocb->ki_pos, folio_size(folio) - offset);
	size_t copied = copy_page_to_iter(&folio->page, offset, bytes, iter);

	iocb->ki_pos += copied;
	iocb->ki_filp->f_ra.prev_pos = iocb->ki_pos;
	return copied || !bytes ? (ssize_t)copied : -EFAULT;
}

/* Read from one folio. Return: bytes, 0 at the end of the file, -errno. */
static ssize_t read_some(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = iocb->ki_filp->f_mapping->host;
	struct folio *folio = NULL;
	ssize_t ret = 0;
	loff_t size;
	int err;

	if (iocb->ki_pos >= i_size_read(inode))
		return 0;
	do {
		err = get_folio(iocb, iov_iter_count(iter), &folio);
	} while (err == AOP_TRUNCATED_PAGE);
	if (err)
		return err;
	/* Only now: what lies behind the end in an uptodate folio must not be seen. */
	size = i_size_read(inode);
	if (iocb->ki_pos < size) {
		folio_mark_accessed(folio);
		ret = copy_out(iocb, folio,
			       min_t(loff_t, size, iocb->ki_pos + iov_iter_count(iter)), iter);
	}
	folio_put(folio);
	return ret;
}

/**
 * filemap_read - read through the page cache
 * @iocb: position, moved on
 * @iter: destination
 * @already_read: what the caller has read so far
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: bytes, with @already_read; -errno if that
 * is 0.
 */
ssize_t filemap_read(struct kiocb *iocb, struct iov_iter *iter, ssize_t already_read)
{
	struct inode *inode = iocb->ki_filp->f_mapping->host;
	ssize_t ret;

	if (iocb->ki_flags & IOCB_WAITQ)
		unmodelled("filemap_read: IOCB_WAITQ");
	if (iocb->ki_pos >= inode->i_sb->s_maxbytes || !iov_iter_count(iter))
		return 0;
	iov_iter_truncate(iter, inode->i_sb->s_maxbytes - iocb->ki_pos);
	do {
		cond_resched();
		ret = read_some(iocb, iter);
		if (ret > 0)
			already_read += ret;
	} while (ret > 0 && iov_iter_count(iter));
	file_accessed(iocb->ki_filp);
	return already_read ? already_read : ret;
}
EXPORT_SYMBOL_GPL(filemap_read);

static int direct_read_prepare(struct kiocb *iocb, size_t count)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	loff_t end = iocb->ki_pos + count - 1;

	if (!(iocb->ki_flags & IOCB_NOWAIT))
		return filemap_write_and_wait_range(mapping, iocb->ki_pos, end);
	return filemap_range_needs_writeback(mapping, iocb->ki_pos, end) ? -EAGAIN : 0;
}

/**
 * generic_file_read_iter - read by ->direct_IO(), or from the page cache
 * @iocb: position, moved on
 * @iter: destination
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: bytes, -EIOCBQUEUED, -errno.
 */
ssize_t generic_file_read_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	size_t count = iov_iter_count(iter);
	ssize_t ret;

	if (!count)
		return 0;
	if (!(iocb->ki_flags & IOCB_DIRECT))
		return filemap_read(iocb, iter, 0);
	ret = direct_read_prepare(iocb, count);
	if (ret < 0)
		return ret;
	file_accessed(iocb->ki_filp);
	ret = mapping->a_ops->direct_IO(iocb, iter);
	if (ret >= 0) {
		iocb->ki_pos += ret;
		count -= ret;
	}
	if (ret != -EIOCBQUEUED)
		iov_iter_revert(iter, count - iov_iter_count(iter));
	/* A direct read that was cut short: the rest from the cache. */
	if (ret < 0 || !count || iocb->ki_pos >= i_size_read(mapping->host))
		return ret;
	return filemap_read(iocb, iter, ret);
}
EXPORT_SYMBOL(generic_file_read_iter);
