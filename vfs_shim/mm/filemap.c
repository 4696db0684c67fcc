// SPDX-License-Identifier: GPL-2.0
/*
 * The cached pages of a file.
 *
 * Models: mm/filemap.c, 6.1, for mappings without pages: errors of write-back, direct I/O, and
 * waiting for what is not there. The page cache itself has no model yet: functions that make, find
 * or lock its pages stop the run.
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
 * __filemap_fdatawrite_range - write back part of a file
 * @mapping: the mapping
 * @start: first byte
 * @end: last byte
 * @sync_mode: WB_SYNC_*
 *
 * Models: mm/filemap.c, 6.1, for mappings without pages. Return: 0.
 */
int __filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end, int sync_mode)
{
	(void)start;
	(void)end;
	(void)sync_mode;
	no_pages_or_stop(mapping, __func__);
	return 0;
}

/**
 * filemap_fdatawrite_range - write back part of a file, all of it
 * @mapping: the mapping
 * @start: first byte
 * @end: last byte
 *
 * Models: mm/filemap.c, 6.1, for mappings without pages. Return: 0.
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
 * Models: mm/filemap.c, 6.1, for mappings without pages. Return: 0.
 */
int filemap_fdatawrite(struct address_space *mapping)
{
	return filemap_fdatawrite_range(mapping, 0, LLONG_MAX);
}
EXPORT_SYMBOL(filemap_fdatawrite);

/**
 * filemap_fdatawait_range - wait for the write-back of part of a file
 * @mapping: the mapping
 * @start_byte: first byte
 * @end_byte: last byte
 *
 * Models: mm/filemap.c, 6.1, for mappings without pages. Return: 0 or an earlier error.
 */
int filemap_fdatawait_range(struct address_space *mapping, loff_t start_byte, loff_t end_byte)
{
	(void)start_byte;
	(void)end_byte;
	no_pages_or_stop(mapping, __func__);
	return filemap_check_errors(mapping);
}
EXPORT_SYMBOL(filemap_fdatawait_range);

/**
 * filemap_write_and_wait_range - write back part of a file and wait
 * @mapping: the mapping
 * @lstart: first byte
 * @lend: last byte
 *
 * Models: mm/filemap.c, 6.1, for mappings without pages. Context: may sleep. Return: 0 or -errno.
 */
int filemap_write_and_wait_range(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	int err = __filemap_fdatawrite_range(mapping, lstart, lend, WB_SYNC_ALL);
	int err2 = filemap_check_errors(mapping);

	return err ? err : err2;
}
EXPORT_SYMBOL(filemap_write_and_wait_range);

/**
 * file_write_and_wait_range - the same for an open file, which learns each error once
 * @file: the file
 * @lstart: first byte
 * @lend: last byte
 *
 * Models: mm/filemap.c, 6.1, for mappings without pages. Context: may sleep. Return: 0 or -errno.
 */
int file_write_and_wait_range(struct file *file, loff_t lstart, loff_t lend)
{
	int err = __filemap_fdatawrite_range(file->f_mapping, lstart, lend, WB_SYNC_ALL);
	int err2 = file_check_and_advance_wb_err(file);

	return err ? err : err2;
}
EXPORT_SYMBOL(file_write_and_wait_range);

/**
 * filemap_range_has_page - is anything of a range cached?
 * @mapping: the mapping
 * @start_byte: first byte
 * @end_byte: last byte
 *
 * Models: mm/filemap.c, 6.1, for mappings without pages.
 */
bool filemap_range_has_page(struct address_space *mapping, loff_t start_byte, loff_t end_byte)
{
	(void)start_byte;
	(void)end_byte;
	no_pages_or_stop(mapping, __func__);
	return false;
}
EXPORT_SYMBOL(filemap_range_has_page);

/**
 * filemap_range_has_writeback - is anything of a range dirty, locked or being written back?
 * @mapping: the mapping
 * @start_byte: first byte
 * @end_byte: last byte
 *
 * Models: mm/filemap.c, 6.1, for mappings without pages.
 */
bool filemap_range_has_writeback(struct address_space *mapping, loff_t start_byte, loff_t end_byte)
{
	return filemap_range_has_page(mapping, start_byte, end_byte);
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
 * Models: mm/filemap.c, 6.1, for mappings without pages.
 */
void kiocb_invalidate_post_direct_write(struct kiocb *iocb, size_t count)
{
	(void)count;
	no_pages_or_stop(iocb->ki_filp->f_mapping, __func__);
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

static int direct_read_prepare(struct kiocb *iocb, size_t count)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	loff_t end = iocb->ki_pos + count - 1;

	if (!(iocb->ki_flags & IOCB_NOWAIT))
		return filemap_write_and_wait_range(mapping, iocb->ki_pos, end);
	return filemap_range_needs_writeback(mapping, iocb->ki_pos, end) ? -EAGAIN : 0;
}

/**
 * generic_file_read_iter - read by ->direct_IO() or from the page cache
 * @iocb: position, moved on
 * @iter: destination
 *
 * Models: mm/filemap.c, 6.1, direct I/O only. Context: may sleep.
 * Return: bytes, -EIOCBQUEUED, -errno.
 */
ssize_t generic_file_read_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	size_t count = iov_iter_count(iter);
	ssize_t ret;

	if (!count)
		return 0;
	if (!(iocb->ki_flags & IOCB_DIRECT))
		unmodelled("generic_file_read_iter: read through the page cache");
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
	if (ret < 0 || !count || iocb->ki_pos >= i_size_read(mapping->host))
		return ret;
	unmodelled("generic_file_read_iter: the rest of a short direct read");
}
EXPORT_SYMBOL(generic_file_read_iter);

/* The page cache itself. */
NO_MODEL(ssize_t, __generic_file_write_iter, struct kiocb *iocb, struct iov_iter *from)
NO_MODEL(ssize_t, generic_file_write_iter, struct kiocb *iocb, struct iov_iter *from)
NO_MODEL(int, generic_file_mmap, struct file *file, struct vm_area_struct *vma)
NO_MODEL(int, generic_file_readonly_mmap, struct file *file, struct vm_area_struct *vma)
NO_MODEL(vm_fault_t, filemap_fault, struct vm_fault *vmf)
NO_MODEL(vm_fault_t, filemap_map_pages, struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff)
NO_MODEL(struct page *, pagecache_get_page, struct address_space *mapping, pgoff_t index, int fgp_flags,
	 gfp_t gfp)
NO_MODEL(struct page *, grab_cache_page_write_begin, struct address_space *mapping, pgoff_t index)
NO_MODEL(void, replace_page_cache_page, struct page *old, struct page *new)
NO_MODEL(void, __folio_lock, struct folio *folio)
NO_MODEL(void, folio_unlock, struct folio *folio)
NO_MODEL(void, unlock_page, struct page *page)
NO_MODEL(void, folio_end_writeback, struct folio *folio)
NO_MODEL(void, end_page_writeback, struct page *page)
NO_MODEL(void, folio_wait_writeback, struct folio *folio)
NO_MODEL(void, wait_on_page_writeback, struct page *page)
