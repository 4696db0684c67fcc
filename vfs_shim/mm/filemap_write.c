// SPDX-License-Identifier: GPL-2.0
/*
 * Writing through the page cache.
 *
 * Models: mm/filemap.c, 6.1.
 */
#include <linux/backing-dev.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include "internal.h"

/* One page at most. Return: bytes, 0: the source was not there after all, -errno. */
static ssize_t write_some(struct kiocb *iocb, struct iov_iter *from, loff_t pos)
{
	struct file *file = iocb->ki_filp;
	struct address_space *mapping = file->f_mapping;
	size_t offset = offset_in_page(pos),
	       bytes = min_t(size_t, PAGE_SIZE - offset, iov_iter_count(from));
	struct page *page;
	void *fsdata = NULL;
	size_t copied;
	int status;

	/* Not under the lock of the page: the source may be a mapping of it. */
	if (fault_in_iov_iter_readable(from, bytes) == bytes)
		return -EFAULT;
	if (fatal_signal_pending(current))
		return -EINTR;
	status = mapping->a_ops->write_begin(file, mapping, pos, bytes, &page, &fsdata);
	if (status < 0)
		return status;
	copied = copy_page_from_iter_atomic(page, offset, bytes, from);
	status = mapping->a_ops->write_end(file, mapping, pos, bytes, copied, page, fsdata);
	if (status != (int)copied)
		iov_iter_revert(from, copied - max(status, 0));
	return status;
}

/**
 * generic_perform_write - copy into the page cache by ->write_begin() and ->write_end()
 * @iocb: where; its position stays
 * @from: source, advanced
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep; inode lock held. Return: bytes, -errno for none.
 */
ssize_t generic_perform_write(struct kiocb *iocb, struct iov_iter *from)
{
	loff_t pos = iocb->ki_pos;
	ssize_t written = 0, ret;

	do {
		ret = write_some(iocb, from, pos);
		if (ret < 0)
			break;
		pos += ret;
		written += ret;
		cond_resched();
		balance_dirty_pages_ratelimited(iocb->ki_filp->f_mapping);
	} while (iov_iter_count(from));
	return written ? written : ret;
}
EXPORT_SYMBOL(generic_perform_write);

/* The rest of a direct write, through the cache and out of it again. */
static ssize_t direct_write_rest(struct kiocb *iocb, struct iov_iter *from, ssize_t written)
{
	struct file *file = iocb->ki_filp;
	struct address_space *mapping = file->f_mapping;
	loff_t pos = iocb->ki_pos, end;
	ssize_t status = generic_perform_write(iocb, from);
	int err;

	if (status < 0)
		return written ? written : status;
	end = pos + status - 1;
	err = filemap_write_and_wait_range(mapping, pos, end);
	if (err)
		return written ? written : err;
	iocb->ki_pos = end + 1;
	invalidate_mapping_pages(mapping, pos >> PAGE_SHIFT, end >> PAGE_SHIFT);
	return written + status;
}

/**
 * __generic_file_write_iter - write, directly or through the page cache
 * @iocb: position, moved on
 * @from: source, advanced
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep; inode lock held. Return: bytes, -errno.
 */
ssize_t __generic_file_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	ssize_t written;
	int err = file_remove_privs(file);

	if (!err)
		err = file_update_time(file);
	if (err)
		return err;
	if (!(iocb->ki_flags & IOCB_DIRECT)) {
		written = generic_perform_write(iocb, from);
		if (written > 0)
			iocb->ki_pos += written;
		return written;
	}
	written = generic_file_direct_write(iocb, from);
	if (written < 0 || !iov_iter_count(from))
		return written;
	return direct_write_rest(iocb, from, written);
}
EXPORT_SYMBOL(__generic_file_write_iter);

/**
 * generic_file_write_iter - ->write_iter() of file systems on the page cache
 * @iocb: position, moved on
 * @from: source, advanced
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: bytes, -errno.
 */
ssize_t generic_file_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = iocb->ki_filp->f_mapping->host;
	ssize_t ret;

	inode_lock(inode);
	ret = generic_write_checks(iocb, from);
	if (ret > 0)
		ret = __generic_file_write_iter(iocb, from);
	inode_unlock(inode);
	return ret > 0 ? generic_write_sync(iocb, ret) : ret;
}
EXPORT_SYMBOL(generic_file_write_iter);
