// SPDX-License-Identifier: GPL-2.0
/*
 * The lower file system: open, read, write, fsync, fallocate - as a local file system does them.
 */
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/uio.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include "box_faults.h"
#include "lower_internal.h"

static int lower_open(struct inode *inode, struct file *file)
{
	size_t len = 0;
	int err = lower_fault(inode, W_LOWER_OPEN, &len);

	if (!err)
		err = generic_file_open(inode, file);
	if (!err && LOWER_SB(inode->i_sb)->nowait)
		file->f_mode |= FMODE_NOWAIT | FMODE_BUF_RASYNC | FMODE_BUF_WASYNC;
	lower_log(inode, W_LOWER_OPEN, file, NULL, 0, 0, err);
	return err;
}

static int lower_release(struct inode *inode, struct file *file)
{
	lower_log(inode, W_LOWER_RELEASE, file, NULL, 0, 0, 0);
	return 0;
}

/* lower_misaligned() - is it direct I/O, and not in whole units? */
bool lower_misaligned(const struct kiocb *iocb, const struct iov_iter *iter)
{
	return (iocb->ki_flags & IOCB_DIRECT) &&
	       ((iocb->ki_pos | iov_iter_alignment(iter)) & (LOWER_DIO_ALIGN - 1));
}

/* Where files do not take O_DIRECT, ->direct_IO is NULL, and nobody else looks before the call. */
static void check_direct(const struct kiocb *iocb)
{
	if ((iocb->ki_flags & IOCB_DIRECT) && !(iocb->ki_filp->f_mode & FMODE_CAN_ODIRECT))
		fb_report(FB_CONTRACT, 0, NULL, "IOCB_DIRECT on a file that has no direct I/O");
}

/* lower_check_freeze() - on 6.1 it is the caller of ->write_iter() who holds off a freeze. */
void lower_check_freeze(struct super_block *sb)
{
	if (!fb_held(FB_RES_FREEZE, sb, SB_FREEZE_WRITE))
		fb_report(FB_CONTRACT, 0, NULL,
			  "->write_iter() without freeze protection of the super block");
}

/* lower_check_call() - what a caller of ->read_iter() and ->write_iter() must see to. */
void lower_check_call(struct kiocb *iocb, bool write)
{
	if (write)
		lower_check_freeze(file_inode(iocb->ki_filp)->i_sb);
	check_direct(iocb);
}

/* Cut @iter to @len; gives back how much is hidden. */
static size_t hide(struct iov_iter *iter, size_t len)
{
	size_t count = iov_iter_count(iter);

	if (len >= count)
		return 0;
	iov_iter_truncate(iter, len);
	return count - len;
}

static ssize_t read_locked(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	size_t len = iov_iter_count(to), hidden;
	loff_t size = i_size_read(inode);
	ssize_t ret;

	if (lower_misaligned(iocb, to))
		return -EINVAL;
	ret = lower_fault(inode, W_LOWER_READ, &len);
	if (ret)
		return ret;
	if (iocb->ki_pos >= size)
		return 0;
	hidden = hide(to, min_t(loff_t, len, size - iocb->ki_pos));
	fb_point(FB_PT_IO, inode);
	ret = LOWER_STORAGE(inode)->read(inode, iocb->ki_pos, to);
	iov_iter_reexpand(to, iov_iter_count(to) + hidden);
	return ret;
}

static ssize_t lower_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	size_t len = iov_iter_count(to);
	loff_t pos = iocb->ki_pos;
	ssize_t ret;

	if (!len)
		return 0;
	lower_check_call(iocb, false);
	if (iocb->ki_flags & IOCB_NOWAIT) {
		if (!inode_trylock_shared(inode))
			return -EAGAIN;
	} else {
		inode_lock_shared(inode);
	}
	ret = read_locked(iocb, to);
	inode_unlock_shared(inode);
	if (ret > 0)
		iocb->ki_pos += ret;
	if (ret >= 0)
		file_accessed(iocb->ki_filp);
	lower_log(inode, W_LOWER_READ, iocb->ki_filp, iocb, pos, len, ret);
	return ret;
}

static ssize_t write_locked(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	size_t len = iov_iter_count(from), hidden;
	ssize_t ret;

	if (lower_misaligned(iocb, from))
		return -EINVAL;
	ret = kiocb_modified(iocb);
	if (!ret)
		ret = lower_fault(inode, W_LOWER_WRITE, &len);
	if (ret)
		return ret;
	hidden = hide(from, len);
	fb_point(FB_PT_IO, inode);
	ret = LOWER_STORAGE(inode)->write(inode, iocb->ki_pos, from);
	iov_iter_reexpand(from, iov_iter_count(from) + hidden);
	if (ret > 0 && iocb->ki_pos + ret > i_size_read(inode)) {
		i_size_write(inode, iocb->ki_pos + ret);
		mark_inode_dirty(inode);
	}
	return ret;
}

static ssize_t lower_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	size_t len = iov_iter_count(from);
	loff_t pos;
	ssize_t ret;

	lower_check_call(iocb, true);
	if (iocb->ki_flags & IOCB_NOWAIT) {
		if (!inode_trylock(inode))
			return -EAGAIN;
	} else {
		inode_lock(inode);
	}
	ret = generic_write_checks(iocb, from);
	pos = iocb->ki_pos;
	if (ret > 0)
		ret = write_locked(iocb, from);
	if (ret > 0)
		iocb->ki_pos += ret;
	/* Before anybody else can write there. */
	if (ret > 0)
		box_faults_below(inode, pos, ret);
	inode_unlock(inode);
	lower_log(inode, W_LOWER_WRITE, iocb->ki_filp, iocb, pos, len, ret);
	if (ret > 0)
		ret = generic_write_sync(iocb, ret);
	return ret;
}

static int lower_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	size_t len = 0;
	int err = lower_fault(inode, W_LOWER_FSYNC, &len);

	if (!err)
		err = file_write_and_wait_range(file, start, end);
	if (!err)
		err = sync_inode_metadata(inode, 1);
	lower_log(inode, W_LOWER_FSYNC, file, NULL, start, datasync, err);
	return err;
}

static int fallocate_locked(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file_inode(file);
	int err = 0;

	if (!(mode & FALLOC_FL_KEEP_SIZE))
		err = inode_newsize_ok(inode, offset + len);
	if (!err)
		err = file_modified(file);
	if (err)
		return err;
	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
		filemap_invalidate_lock(inode->i_mapping);
		truncate_pagecache_range(inode, offset, offset + len - 1);
		LOWER_STORAGE(inode)->punch(inode, offset, offset + len);
		filemap_invalidate_unlock(inode->i_mapping);
	}
	if (!(mode & FALLOC_FL_PUNCH_HOLE))
		err = LOWER_STORAGE(inode)->allocate(inode, offset, len);
	if (!err && !(mode & FALLOC_FL_KEEP_SIZE) && offset + len > i_size_read(inode))
		i_size_write(inode, offset + len);
	mark_inode_dirty(inode);
	return err;
}

static long lower_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file_inode(file);
	long err;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		return -EOPNOTSUPP;
	inode_lock(inode);
	inode_dio_wait(inode);
	err = fallocate_locked(file, mode, offset, len);
	inode_unlock(inode);
	return err;
}

static vm_fault_t page_fault(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	vm_fault_t ret = VM_FAULT_LOCKED;
	struct page *page;

	filemap_invalidate_lock_shared(inode->i_mapping);
	if (vmf->pgoff >= DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE)) {
		ret = VM_FAULT_SIGBUS;
		goto out;
	}
	page = LOWER_STORAGE(inode)->page(inode, vmf->pgoff);
	if (IS_ERR(page)) {
		ret = vmf_error(PTR_ERR(page));
		goto out;
	}
	get_page(page);
	lock_page(page);
	vmf->page = page;
out:
	filemap_invalidate_unlock_shared(inode->i_mapping);
	return ret;
}

/* From now on stores may change the file at any time, unseen. */
static vm_fault_t page_mkwrite(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);

	LOWER_I(inode)->stored_to = true;
	box_faults_changes(inode, 0, LLONG_MAX);
	return filemap_page_mkwrite(vmf);
}

static const struct vm_operations_struct lower_vm_ops = {
	.fault = page_fault,
	.page_mkwrite = page_mkwrite,
};

/* The storage's own pages are mapped, so that a store is at once what a read sees. */
static int lower_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!LOWER_STORAGE(file_inode(file))->page)
		return -ENODEV;
	file_accessed(file);
	vma->vm_ops = &lower_vm_ops;
	lower_log(file_inode(file), W_LOWER_MMAP, file, NULL, (loff_t)vma->vm_pgoff << PAGE_SHIFT,
		  vma->vm_end - vma->vm_start, 0);
	return 0;
}

const struct file_operations lower_file_operations = {
	.open = lower_open,
	.release = lower_release,
	.llseek = generic_file_llseek,
	.read_iter = lower_read_iter,
	.write_iter = lower_write_iter,
	.mmap = lower_mmap,
	.splice_read = generic_file_splice_read,
	.splice_write = iter_file_splice_write,
	.fsync = lower_fsync,
	.fallocate = lower_fallocate,
};
