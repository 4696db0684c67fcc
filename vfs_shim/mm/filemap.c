// SPDX-License-Identifier: GPL-2.0
/*
 * Write-back of a file on demand, its errors, and the page cache's part in direct I/O.
 *
 * Models: mm/filemap.c, 6.1. The rest of that file: filemap_cache.c (which folio is where),
 * filemap_lock.c, filemap_read.c, filemap_write.c, filemap_fault.c.
 */
#include <linux/backing-dev.h>
#include <linux/errno.h>
#include <linux/errseq.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include "internal.h"

/**
 * filemap_check_errors - was there an error of write-back?
 * @mapping: the mapping; the error is taken out
 *
 * Models: mm/filemap.c, 6.1. Return: 0, -ENOSPC, -EIO.
 */
int filemap_check_errors(struct address_space *mapping)
{
	int err = 0;

	if (test_bit(AS_ENOSPC, &mapping->flags) && test_and_clear_bit(AS_ENOSPC, &mapping->flags))
		err = -ENOSPC;
	if (test_bit(AS_EIO, &mapping->flags) && test_and_clear_bit(AS_EIO, &mapping->flags))
		err = -EIO;
	return err;
}
EXPORT_SYMBOL(filemap_check_errors);

/**
 * __filemap_set_wb_err - remember an error of write-back for each open file
 * @mapping: the mapping
 * @err: the error
 *
 * Models: mm/filemap.c, 6.1.
 */
void __filemap_set_wb_err(struct address_space *mapping, int err)
{
	errseq_set(&mapping->wb_err, err);
}
EXPORT_SYMBOL(__filemap_set_wb_err);

/**
 * file_check_and_advance_wb_err - an error of write-back that this file has not been told yet
 * @file: the file
 *
 * Models: mm/filemap.c, 6.1. Return: 0 or the error, once.
 */
int file_check_and_advance_wb_err(struct file *file)
{
	struct address_space *mapping = file->f_mapping;
	int err = 0;

	if (errseq_check(&mapping->wb_err, READ_ONCE(file->f_wb_err))) {
		spin_lock(&file->f_lock);
		err = errseq_check_and_advance(&mapping->wb_err, &file->f_wb_err);
		spin_unlock(&file->f_lock);
	}
	clear_bit(AS_EIO, &mapping->flags);
	clear_bit(AS_ENOSPC, &mapping->flags);
	return err;
}
EXPORT_SYMBOL(file_check_and_advance_wb_err);

/**
 * filemap_fdatawrite_wbc - write back what is dirty
 * @mapping: the mapping
 * @wbc: which part, and how
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int filemap_fdatawrite_wbc(struct address_space *mapping, struct writeback_control *wbc)
{
	if (!mapping_can_writeback(mapping) || !mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return 0;
	return do_writepages(mapping, wbc);
}
EXPORT_SYMBOL(filemap_fdatawrite_wbc);

/**
 * __filemap_fdatawrite_range - write back part of a file
 * @mapping: the mapping
 * @start: first byte
 * @end: last byte
 * @sync_mode: WB_SYNC_*
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int __filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end,
			       int sync_mode)
{
	struct writeback_control wbc = {
		.sync_mode = sync_mode,
		.nr_to_write = LONG_MAX,
		.range_start = start,
		.range_end = end,
	};

	return filemap_fdatawrite_wbc(mapping, &wbc);
}

/**
 * filemap_fdatawrite_range - write back part of a file, all of it
 * @mapping: the mapping
 * @start: first byte
 * @end: last byte
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end)
{
	return __filemap_fdatawrite_range(mapping, start, end, WB_SYNC_ALL);
}
EXPORT_SYMBOL(filemap_fdatawrite_range);

/**
 * filemap_fdatawrite - write back a file
 * @mapping: the mapping
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int filemap_fdatawrite(struct address_space *mapping)
{
	return filemap_fdatawrite_range(mapping, 0, LLONG_MAX);
}
EXPORT_SYMBOL(filemap_fdatawrite);

/**
 * filemap_flush - begin to write back a file; what another is at is left to it
 * @mapping: the mapping
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int filemap_flush(struct address_space *mapping)
{
	return __filemap_fdatawrite_range(mapping, 0, LLONG_MAX, WB_SYNC_NONE);
}
EXPORT_SYMBOL(filemap_flush);

static void wait_range(struct address_space *mapping, loff_t start_byte, loff_t end_byte)
{
	pgoff_t index = start_byte >> PAGE_SHIFT, last = end_byte >> PAGE_SHIFT;
	struct folio *folio;

	if (end_byte < start_byte)
		return;
	for (; index <= last; index++) {
		folio = filemap_next_folio(mapping, &index, last, PAGECACHE_TAG_WRITEBACK);
		if (!folio)
			break;
		folio_wait_writeback(folio);
		folio_clear_error(folio);
		folio_put(folio);
	}
}

/**
 * filemap_fdatawait_range - wait for the write-back of part of a file
 * @mapping: the mapping
 * @start_byte: first byte
 * @end_byte: last byte
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or an earlier error.
 */
int filemap_fdatawait_range(struct address_space *mapping, loff_t start_byte, loff_t end_byte)
{
	wait_range(mapping, start_byte, end_byte);
	return filemap_check_errors(mapping);
}
EXPORT_SYMBOL(filemap_fdatawait_range);

/**
 * filemap_fdatawait_keep_errors - wait for the write-back of a file; leave the error to others
 * @mapping: the mapping
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or an earlier error.
 */
int filemap_fdatawait_keep_errors(struct address_space *mapping)
{
	wait_range(mapping, 0, LLONG_MAX);
	if (test_bit(AS_EIO, &mapping->flags))
		return -EIO;
	return test_bit(AS_ENOSPC, &mapping->flags) ? -ENOSPC : 0;
}
EXPORT_SYMBOL(filemap_fdatawait_keep_errors);

/*
 * Write back and wait, where there is anything. -EIO: the device is gone, so nothing is waited for.
 */
static int write_and_wait(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	int err;

	if (!mapping->nrpages)
		return 0;
	err = __filemap_fdatawrite_range(mapping, lstart, lend, WB_SYNC_ALL);
	if (err != -EIO)
		wait_range(mapping, lstart, lend);
	return err;
}

/**
 * filemap_write_and_wait_range - write back part of a file and wait
 * @mapping: the mapping
 * @lstart: first byte
 * @lend: last byte
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int filemap_write_and_wait_range(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	int err, err2;

	if (lend < lstart)
		return 0;
	err = write_and_wait(mapping, lstart, lend);
	err2 = filemap_check_errors(mapping);
	return err ? err : err2;
}
EXPORT_SYMBOL(filemap_write_and_wait_range);

/**
 * file_write_and_wait_range - the same for an open file, which learns each error once
 * @file: the file
 * @lstart: first byte
 * @lend: last byte
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int file_write_and_wait_range(struct file *file, loff_t lstart, loff_t lend)
{
	int err, err2;

	if (lend < lstart)
		return 0;
	err = write_and_wait(file->f_mapping, lstart, lend);
	err2 = file_check_and_advance_wb_err(file);
	return err ? err : err2;
}
EXPORT_SYMBOL(file_write_and_wait_range);

/**
 * filemap_range_has_writeback - is anything of a range dirty, locked or being written back?
 * @mapping: the mapping
 * @start_byte: first byte
 * @end_byte: last byte
 *
 * Models: mm/filemap.c, 6.1.
 */
bool filemap_range_has_writeback(struct address_space *mapping, loff_t start_byte, loff_t end_byte)
{
	XA_STATE(xas, &mapping->i_pages, start_byte >> PAGE_SHIFT);
	pgoff_t last = end_byte >> PAGE_SHIFT;
	struct folio *folio = NULL;
	unsigned long flags;

	if (end_byte < start_byte)
		return false;
	xas_lock_irqsave(&xas, flags);
	xas_for_each(&xas, folio, last) if (folio_test_dirty(folio) || folio_test_locked(folio) ||
					    folio_test_writeback(folio)) break;
	xas_unlock_irqrestore(&xas, flags);
	return folio != NULL;
}
EXPORT_SYMBOL_GPL(filemap_range_has_writeback);

/**
 * kiocb_invalidate_pages - make way in the cache for a direct write
 * @iocb: where the write starts
 * @count: bytes
 *
 * Models: mm/filemap.c, 6.1. Return: 0, -EAGAIN for IOCB_NOWAIT, -EBUSY, -errno.
 */
int kiocb_invalidate_pages(struct kiocb *iocb, size_t count)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	loff_t pos = iocb->ki_pos, end = pos + count - 1;
	int err;

	if (iocb->ki_flags & IOCB_NOWAIT) {
		if (filemap_range_has_page(mapping, pos, end))
			return -EAGAIN;
	} else {
		err = filemap_write_and_wait_range(mapping, pos, end);
		if (err)
			return err;
	}
	return invalidate_inode_pages2_range(mapping, pos >> PAGE_SHIFT, end >> PAGE_SHIFT);
}

/**
 * kiocb_invalidate_post_direct_write - drop what was cached while a direct write ran
 * @iocb: where the write started
 * @count: bytes
 *
 * Models: mm/filemap.c, 6.1: what cannot be dropped is an error of write-back (and a message).
 * Context: may sleep.
 */
void kiocb_invalidate_post_direct_write(struct kiocb *iocb, size_t count)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;

	if (!mapping->nrpages || !count)
		return;
	if (invalidate_inode_pages2_range(mapping, iocb->ki_pos >> PAGE_SHIFT,
					  (iocb->ki_pos + count - 1) >> PAGE_SHIFT)) {
		errseq_set(&mapping->wb_err, -EIO);
		pr_crit("Page cache invalidation failure on direct I/O.  Possible data corruption!\n");
	}
}

/* The position and size after a direct write of @written bytes. */
static void direct_write_advance(struct kiocb *iocb, ssize_t written)
{
	struct inode *inode = iocb->ki_filp->f_mapping->host;
	loff_t pos = iocb->ki_pos;

	kiocb_invalidate_post_direct_write(iocb, written);
	pos += written;
	if (pos > i_size_read(inode) && !S_ISBLK(inode->i_mode)) {
		i_size_write(inode, pos);
		mark_inode_dirty(inode);
	}
	iocb->ki_pos = pos;
}

/**
 * generic_file_direct_write - write by ->direct_IO()
 * @iocb: position, moved on
 * @from: source, advanced by what was written
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep; inode lock held.
 * Return: bytes, 0 to fall back to a buffered write, -EIOCBQUEUED, -errno.
 */
ssize_t generic_file_direct_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	size_t left = iov_iter_count(from);
	ssize_t written = kiocb_invalidate_pages(iocb, left);

	if (written)
		return written == -EBUSY ? 0 : written;
	written = mapping->a_ops->direct_IO(iocb, from);
	if (written > 0) {
		direct_write_advance(iocb, written);
		left -= written;
	}
	if (written != -EIOCBQUEUED)
		iov_iter_revert(from, left - iov_iter_count(from));
	return written;
}
EXPORT_SYMBOL(generic_file_direct_write);
