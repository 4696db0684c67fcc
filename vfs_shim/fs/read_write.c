// SPDX-License-Identifier: GPL-2.0
/*
 * Reading, writing, seeking.
 *
 * Models: fs/read_write.c, 6.1. Leaves out: I/O accounting per task (nobody reads it), compat
 * system calls; sendfile, copy_file_range, clone and dedupe have no model yet.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/splice.h>
#include <linux/fsnotify.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <core/run.h>
#include "internal.h"

static bool unsigned_offsets(const struct file *file)
{
	return file->f_mode & FMODE_UNSIGNED_OFFSET;
}

/**
 * vfs_setpos - move the position of a file
 * @file: the file
 * @offset: new position, bytes
 * @maxsize: largest position allowed
 *
 * Models: fs/read_write.c, 6.1. Return: @offset or -EINVAL.
 */
loff_t vfs_setpos(struct file *file, loff_t offset, loff_t maxsize)
{
	if ((offset < 0 && !unsigned_offsets(file)) || offset > maxsize)
		return -EINVAL;
	if (offset != file->f_pos) {
		file->f_pos = offset;
		file->f_version = 0;
	}
	return offset;
}
EXPORT_SYMBOL(vfs_setpos);

static loff_t seek_relative(struct file *file, loff_t offset, loff_t maxsize)
{
	/* A mere question must not write back a position that another thread moves. */
	if (!offset)
		return file->f_pos;
	spin_lock(&file->f_lock);
	offset = vfs_setpos(file, file->f_pos + offset, maxsize);
	spin_unlock(&file->f_lock);
	return offset;
}

/**
 * generic_file_llseek_size - seek within given limits
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_*
 * @maxsize: largest position allowed
 * @eof: end of file, for SEEK_END, SEEK_DATA and SEEK_HOLE
 *
 * Models: fs/read_write.c, 6.1. Return: the new position, -EINVAL, -ENXIO.
 */
loff_t generic_file_llseek_size(struct file *file, loff_t offset, int whence, loff_t maxsize,
				loff_t eof)
{
	switch (whence) {
	case SEEK_END:
		offset += eof;
		break;
	case SEEK_CUR:
		return seek_relative(file, offset, maxsize);
	case SEEK_DATA:
		if ((u64)offset >= (u64)eof)
			return -ENXIO;
		break;
	case SEEK_HOLE:
		if ((u64)offset >= (u64)eof)
			return -ENXIO;
		offset = eof;
		break;
	}
	return vfs_setpos(file, offset, maxsize);
}
EXPORT_SYMBOL(generic_file_llseek_size);

/**
 * generic_file_llseek - seek in a regular file
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_*
 *
 * Models: fs/read_write.c, 6.1. Return: the new position, -EINVAL, -ENXIO.
 */
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file->f_mapping->host;

	return generic_file_llseek_size(file, offset, whence, inode->i_sb->s_maxbytes,
					i_size_read(inode));
}
EXPORT_SYMBOL(generic_file_llseek);

/**
 * fixed_size_llseek - seek in a device of known size
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_SET, SEEK_CUR or SEEK_END
 * @size: size of the device, bytes
 *
 * Models: fs/read_write.c, 6.1. Return: the new position, -EINVAL.
 */
loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size)
{
	if (whence > SEEK_END)
		return -EINVAL;
	return generic_file_llseek_size(file, offset, whence, size, size);
}
EXPORT_SYMBOL(fixed_size_llseek);

/**
 * no_seek_end_llseek - seek in a file whose end nobody knows
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_SET or SEEK_CUR
 *
 * Models: fs/read_write.c, 6.1. Return: the new position, -EINVAL.
 */
loff_t no_seek_end_llseek(struct file *file, loff_t offset, int whence)
{
	return no_seek_end_llseek_size(file, offset, whence, OFFSET_MAX);
}
EXPORT_SYMBOL(no_seek_end_llseek);

/**
 * no_seek_end_llseek_size - no_seek_end_llseek() with a limit
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_SET or SEEK_CUR
 * @size: largest position allowed
 *
 * Models: fs/read_write.c, 6.1. Return: the new position, -EINVAL.
 */
loff_t no_seek_end_llseek_size(struct file *file, loff_t offset, int whence, loff_t size)
{
	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	return generic_file_llseek_size(file, offset, whence, size, 0);
}
EXPORT_SYMBOL(no_seek_end_llseek_size);

/**
 * noop_llseek - seek that succeeds and does nothing
 * @file: the file
 * @offset: ignored
 * @whence: ignored
 *
 * Models: fs/read_write.c, 6.1: doing nothing is its contract. Return: the position.
 */
loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	(void)offset;
	(void)whence;
	return file->f_pos;
}
EXPORT_SYMBOL(noop_llseek);

/**
 * default_llseek - seek under the inode lock
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_*
 *
 * Models: fs/read_write.c, 6.1. Context: may sleep. Return: the new position, -EINVAL, -ENXIO.
 */
loff_t default_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);
	loff_t ret;

	inode_lock(inode);
	if (whence == SEEK_CUR)
		ret = offset ? vfs_setpos(file, file->f_pos + offset, OFFSET_MAX) : file->f_pos;
	else
		ret = generic_file_llseek_size(file, offset, whence, OFFSET_MAX,
					       i_size_read(inode));
	inode_unlock(inode);
	return ret;
}
EXPORT_SYMBOL(default_llseek);

/**
 * vfs_llseek - seek
 * @file: the file
 * @offset: bytes
 * @whence: SEEK_*
 *
 * Models: fs/read_write.c, 6.1. Return: the new position, -ESPIPE, or what ->llseek() said.
 */
loff_t vfs_llseek(struct file *file, loff_t offset, int whence)
{
	if (!(file->f_mode & FMODE_LSEEK))
		return -ESPIPE;
	return file->f_op->llseek(file, offset, whence);
}
EXPORT_SYMBOL(vfs_llseek);

/**
 * ksys_lseek - lseek(2)
 * @fd: descriptor
 * @offset: bytes
 * @whence: SEEK_*
 *
 * Models: fs/read_write.c, 6.1. Return: the new position or -errno.
 */
loff_t ksys_lseek(unsigned int fd, loff_t offset, unsigned int whence)
{
	struct fd f = fdget_pos(fd);
	loff_t ret = -EINVAL;

	if (!f.file)
		return -EBADF;
	if (whence <= SEEK_MAX)
		ret = vfs_llseek(f.file, offset, whence);
	fdput_pos(f);
	return ret;
}

/**
 * rw_verify_area - may this much be read or written there?
 * @read_write: READ or WRITE
 * @file: the file
 * @ppos: position, NULL for streams
 * @count: bytes
 *
 * Models: fs/read_write.c, 6.1. Return: 0, -EINVAL, -EOVERFLOW, or what the security module says.
 */
int rw_verify_area(int read_write, struct file *file, const loff_t *ppos, size_t count)
{
	if ((ssize_t)count < 0)
		return -EINVAL;
	if (ppos && *ppos < 0) {
		if (!unsigned_offsets(file))
			return -EINVAL;
		if (count >= (size_t)-*ppos)
			return -EOVERFLOW;
	} else if (ppos && (loff_t)((u64)*ppos + count) < 0 && !unsigned_offsets(file)) {
		return -EINVAL;
	}
	return security_file_permission(file, read_write == READ ? MAY_READ : MAY_WRITE);
}
EXPORT_SYMBOL(rw_verify_area);

static int check_readable(const struct file *file)
{
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	return file->f_mode & FMODE_CAN_READ ? 0 : -EINVAL;
}

static int check_writable(const struct file *file)
{
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	return file->f_mode & FMODE_CAN_WRITE ? 0 : -EINVAL;
}

/* One synchronous ->read_iter() or ->write_iter(). */
static ssize_t iter_sync(struct file *file, struct iov_iter *iter, loff_t *ppos, int rw,
			 rwf_t flags)
{
	struct kiocb kiocb;
	ssize_t ret;

	init_sync_kiocb(&kiocb, file);
	ret = kiocb_set_rw_flags(&kiocb, flags);
	if (ret)
		return ret;
	kiocb.ki_pos = ppos ? *ppos : 0;
	if (rw == READ)
		ret = call_read_iter(file, &kiocb, iter);
	else
		ret = call_write_iter(file, &kiocb, iter);
	BUG_ON(ret == -EIOCBQUEUED);
	if (ppos)
		*ppos = kiocb.ki_pos;
	return ret;
}

/* The position of a failed write stays where it was; iter_sync() moves it for reads and vectors. */
static ssize_t new_sync_write(struct file *file, const char __user *buf, size_t len, loff_t *ppos)
{
	loff_t pos = ppos ? *ppos : 0;
	struct iov_iter iter;
	ssize_t ret;

	iov_iter_ubuf(&iter, ITER_SOURCE, (void __user *)buf, len);
	ret = iter_sync(file, &iter, &pos, WRITE, 0);
	if (ret > 0 && ppos)
		*ppos = pos;
	return ret;
}

static ssize_t new_sync_read(struct file *file, char __user *buf, size_t len, loff_t *ppos)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_DEST, buf, len);
	return iter_sync(file, &iter, ppos, READ, 0);
}

/**
 * vfs_read - read from a file into user memory
 * @file: the file
 * @buf: user pointer
 * @count: bytes
 * @pos: position, moved on; NULL for streams
 *
 * Models: fs/read_write.c, 6.1. Context: may sleep. Return: bytes read or -errno.
 */
ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	ssize_t ret = check_readable(file);

	if (ret)
		return ret;
	if (!access_ok(buf, count))
		return -EFAULT;
	ret = rw_verify_area(READ, file, pos, count);
	if (ret)
		return ret;
	count = min_t(size_t, count, MAX_RW_COUNT);
	if (file->f_op->read)
		ret = file->f_op->read(file, buf, count, pos);
	else
		ret = new_sync_read(file, buf, count, pos);
	if (ret > 0)
		fsnotify_access(file);
	return ret;
}

/**
 * vfs_write - write user memory to a file
 * @file: the file
 * @buf: user pointer
 * @count: bytes
 * @pos: position, moved on; NULL for streams
 *
 * Models: fs/read_write.c, 6.1, freeze protection included. Context: may sleep.
 * Return: bytes written or -errno.
 */
ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	ssize_t ret = check_writable(file);

	if (ret)
		return ret;
	if (!access_ok(buf, count))
		return -EFAULT;
	ret = rw_verify_area(WRITE, file, pos, count);
	if (ret)
		return ret;
	count = min_t(size_t, count, MAX_RW_COUNT);
	file_start_write(file);
	if (file->f_op->write)
		ret = file->f_op->write(file, buf, count, pos);
	else
		ret = new_sync_write(file, buf, count, pos);
	if (ret > 0)
		fsnotify_modify(file);
	file_end_write(file);
	return ret;
}

static int kernel_io_unsupported(struct file *file, const char *op)
{
	pr_warn("kernel %s not supported for this file (comm: %.20s)\n", op, current->comm);
	(void)file;
	return -EINVAL;
}

/**
 * __kernel_read - read from a file into kernel memory, without the checks of rw_verify_area()
 * @file: the file
 * @buf: kernel pointer
 * @count: bytes
 * @pos: position, moved on; NULL for streams
 *
 * Models: fs/read_write.c, 6.1: only files with ->read_iter() and without ->read().
 *
 * Context: may sleep. Return: bytes read or -errno.
 */
ssize_t __kernel_read(struct file *file, void *buf, size_t count, loff_t *pos)
{
	struct kvec iov = { .iov_base = buf, .iov_len = min_t(size_t, count, MAX_RW_COUNT) };
	struct iov_iter iter;
	ssize_t ret;

	if (WARN_ON_ONCE(!(file->f_mode & FMODE_READ)) || !(file->f_mode & FMODE_CAN_READ))
		return -EINVAL;
	if (!file->f_op->read_iter || file->f_op->read)
		return kernel_io_unsupported(file, "read");
	iov_iter_kvec(&iter, ITER_DEST, &iov, 1, iov.iov_len);
	ret = iter_sync(file, &iter, pos, READ, 0);
	if (ret > 0)
		fsnotify_access(file);
	return ret;
}

/**
 * kernel_read - read from a file into kernel memory
 * @file: the file
 * @buf: kernel pointer
 * @count: bytes
 * @pos: position, moved on; NULL for streams
 *
 * Models: fs/read_write.c, 6.1. Context: may sleep. Return: bytes read or -errno.
 */
ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos)
{
	ssize_t ret = rw_verify_area(READ, file, pos, count);

	return ret ? ret : __kernel_read(file, buf, count, pos);
}
EXPORT_SYMBOL(kernel_read);

/**
 * __kernel_write_iter - write an iterator over kernel memory to a file
 * @file: the file
 * @from: source
 * @pos: position, moved on; NULL for streams
 *
 * Models: fs/read_write.c, 6.1. Context: may sleep; freeze protection is the caller's.
 * Return: bytes written or -errno.
 */
ssize_t __kernel_write_iter(struct file *file, struct iov_iter *from, loff_t *pos)
{
	loff_t at = pos ? *pos : 0;
	ssize_t ret;

	if (WARN_ON_ONCE(!(file->f_mode & FMODE_WRITE)))
		return -EBADF;
	if (!(file->f_mode & FMODE_CAN_WRITE))
		return -EINVAL;
	if (!file->f_op->write_iter || file->f_op->write)
		return kernel_io_unsupported(file, "write");
	ret = iter_sync(file, from, &at, WRITE, 0);
	if (ret > 0) {
		if (pos)
			*pos = at;
		fsnotify_modify(file);
	}
	return ret;
}

/**
 * __kernel_write - write kernel memory to a file, without checks
 * @file: the file
 * @buf: kernel pointer
 * @count: bytes
 * @pos: position, moved on; NULL for streams
 *
 * Models: fs/read_write.c, 6.1. Context: may sleep; freeze protection is the caller's.
 * Return: bytes written or -errno.
 */
ssize_t __kernel_write(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	struct kvec iov = {
		.iov_base = (void *)buf,
		.iov_len = min_t(size_t, count, MAX_RW_COUNT),
	};
	struct iov_iter iter;

	iov_iter_kvec(&iter, ITER_SOURCE, &iov, 1, iov.iov_len);
	return __kernel_write_iter(file, &iter, pos);
}
EXPORT_SYMBOL_GPL(__kernel_write);

/**
 * kernel_write - write kernel memory to a file
 * @file: the file
 * @buf: kernel pointer
 * @count: bytes
 * @pos: position, moved on; NULL for streams
 *
 * Models: fs/read_write.c, 6.1. Context: may sleep. Return: bytes written or -errno.
 */
ssize_t kernel_write(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	ssize_t ret = rw_verify_area(WRITE, file, pos, count);

	if (ret)
		return ret;
	file_start_write(file);
	ret = __kernel_write(file, buf, count, pos);
	file_end_write(file);
	return ret;
}
EXPORT_SYMBOL(kernel_write);

/* Vectors for files that have only ->read() and ->write(): one call per segment. */
static ssize_t iter_by_segments(struct file *file, struct iov_iter *iter, loff_t *ppos, int rw,
				rwf_t flags)
{
	ssize_t done = 0, n;

	if (flags & ~RWF_HIPRI)
		return -EOPNOTSUPP;
	while (iov_iter_count(iter)) {
		struct iovec seg = iov_iter_iovec(iter);

		if (rw == READ)
			n = file->f_op->read(file, seg.iov_base, seg.iov_len, ppos);
		else
			n = file->f_op->write(file, seg.iov_base, seg.iov_len, ppos);
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((size_t)n != seg.iov_len)
			break;
		iov_iter_advance(iter, n);
	}
	return done;
}

static ssize_t do_iter_read(struct file *file, struct iov_iter *iter, loff_t *pos, rwf_t flags)
{
	ssize_t ret = check_readable(file);

	if (ret)
		return ret;
	if (iov_iter_count(iter)) {
		ret = rw_verify_area(READ, file, pos, iov_iter_count(iter));
		if (ret < 0)
			return ret;
		if (file->f_op->read_iter)
			ret = iter_sync(file, iter, pos, READ, flags);
		else
			ret = iter_by_segments(file, iter, pos, READ, flags);
	}
	if (ret >= 0)
		fsnotify_access(file);
	return ret;
}

static ssize_t do_iter_write(struct file *file, struct iov_iter *iter, loff_t *pos, rwf_t flags)
{
	ssize_t ret = check_writable(file);

	if (ret || !iov_iter_count(iter))
		return ret;
	ret = rw_verify_area(WRITE, file, pos, iov_iter_count(iter));
	if (ret < 0)
		return ret;
	if (file->f_op->write_iter)
		ret = iter_sync(file, iter, pos, WRITE, flags);
	else
		ret = iter_by_segments(file, iter, pos, WRITE, flags);
	if (ret > 0)
		fsnotify_modify(file);
	return ret;
}

/**
 * vfs_iter_read - synchronous read into an iterator
 * @file: the file; must have ->read_iter()
 * @iter: destination, advanced
 * @ppos: position, moved on
 * @flags: RWF_*
 *
 * Models: fs/read_write.c, 6.1. Context: may sleep. Return: bytes read or -errno.
 */
ssize_t vfs_iter_read(struct file *file, struct iov_iter *iter, loff_t *ppos, rwf_t flags)
{
	if (!file->f_op->read_iter)
		return -EINVAL;
	return do_iter_read(file, iter, ppos, flags);
}
EXPORT_SYMBOL(vfs_iter_read);

/**
 * vfs_iter_write - synchronous write from an iterator
 * @file: the file; must have ->write_iter()
 * @iter: source, advanced
 * @ppos: position, moved on
 * @flags: RWF_*
 *
 * Models: fs/read_write.c, 6.1: takes no freeze protection on this version.
 *
 * Context: may sleep. Return: bytes written or -errno.
 */
ssize_t vfs_iter_write(struct file *file, struct iov_iter *iter, loff_t *ppos, rwf_t flags)
{
	if (!file->f_op->write_iter)
		return -EINVAL;
	return do_iter_write(file, iter, ppos, flags);
}
EXPORT_SYMBOL(vfs_iter_write);

/**
 * vfs_iocb_iter_read - read on the caller's kiocb
 * @file: the file; must have ->read_iter()
 * @iocb: position, flags and completion
 * @iter: destination
 *
 * Models: fs/read_write.c, 6.1. Return: bytes read, -EIOCBQUEUED or -errno.
 */
ssize_t vfs_iocb_iter_read(struct file *file, struct kiocb *iocb, struct iov_iter *iter)
{
	ssize_t ret;

	if (!file->f_op->read_iter)
		return -EINVAL;
	ret = check_readable(file);
	if (ret)
		return ret;
	if (iov_iter_count(iter)) {
		ret = rw_verify_area(READ, file, &iocb->ki_pos, iov_iter_count(iter));
		if (ret < 0)
			return ret;
		ret = call_read_iter(file, iocb, iter);
	}
	if (ret >= 0)
		fsnotify_access(file);
	return ret;
}
EXPORT_SYMBOL(vfs_iocb_iter_read);

/**
 * vfs_iocb_iter_write - write on the caller's kiocb
 * @file: the file; must have ->write_iter()
 * @iocb: position, flags and completion
 * @iter: source
 *
 * Models: fs/read_write.c, 6.1: takes no freeze protection on this version.
 *
 * Return: bytes written, -EIOCBQUEUED or -errno.
 */
ssize_t vfs_iocb_iter_write(struct file *file, struct kiocb *iocb, struct iov_iter *iter)
{
	ssize_t ret;

	if (!file->f_op->write_iter)
		return -EINVAL;
	ret = check_writable(file);
	if (ret || !iov_iter_count(iter))
		return ret;
	ret = rw_verify_area(WRITE, file, &iocb->ki_pos, iov_iter_count(iter));
	if (ret < 0)
		return ret;
	ret = call_write_iter(file, iocb, iter);
	if (ret > 0)
		fsnotify_modify(file);
	return ret;
}
EXPORT_SYMBOL(vfs_iocb_iter_write);

static ssize_t vfs_vec(struct file *file, const struct iovec __user *vec, unsigned long vlen,
		       loff_t *pos, int rw, rwf_t flags)
{
	struct iovec fast[UIO_FASTIOV], *iov = fast;
	struct iov_iter iter;
	ssize_t ret;

	ret = import_iovec(rw == READ ? ITER_DEST : ITER_SOURCE, vec, vlen, ARRAY_SIZE(fast), &iov,
			   &iter);
	if (ret < 0)
		return ret;
	if (rw == READ) {
		ret = do_iter_read(file, &iter, pos, flags);
	} else {
		file_start_write(file);
		ret = do_iter_write(file, &iter, pos, flags);
		file_end_write(file);
	}
	kfree(iov);
	return ret;
}

/* Where read(2) and write(2) start; streams have no position. */
static loff_t *file_start_pos(struct file *file, loff_t *copy)
{
	if (file->f_mode & FMODE_STREAM)
		return NULL;
	*copy = file->f_pos;
	return copy;
}

/* Where they end. */
static void file_end_pos(struct file *file, loff_t pos)
{
	file->f_pos = pos;
}

/**
 * ksys_read - read(2)
 * @fd: descriptor
 * @buf: user pointer
 * @count: bytes
 *
 * Models: fs/read_write.c, 6.1. Return: bytes read or -errno.
 */
ssize_t ksys_read(unsigned int fd, char __user *buf, size_t count)
{
	struct fd f = fdget_pos(fd);
	loff_t pos, *ppos;
	ssize_t ret;

	if (!f.file)
		return -EBADF;
	ppos = file_start_pos(f.file, &pos);
	ret = vfs_read(f.file, buf, count, ppos);
	if (ret >= 0 && ppos)
		file_end_pos(f.file, pos);
	fdput_pos(f);
	return ret;
}

/**
 * ksys_write - write(2)
 * @fd: descriptor
 * @buf: user pointer
 * @count: bytes
 *
 * Models: fs/read_write.c, 6.1. Return: bytes written or -errno.
 */
ssize_t ksys_write(unsigned int fd, const char __user *buf, size_t count)
{
	struct fd f = fdget_pos(fd);
	loff_t pos, *ppos;
	ssize_t ret;

	if (!f.file)
		return -EBADF;
	ppos = file_start_pos(f.file, &pos);
	ret = vfs_write(f.file, buf, count, ppos);
	if (ret >= 0 && ppos)
		file_end_pos(f.file, pos);
	fdput_pos(f);
	return ret;
}

/**
 * ksys_pread64 - pread(2)
 * @fd: descriptor
 * @buf: user pointer
 * @count: bytes
 * @pos: position
 *
 * Models: fs/read_write.c, 6.1. Return: bytes read or -errno.
 */
ssize_t ksys_pread64(unsigned int fd, char __user *buf, size_t count, loff_t pos)
{
	ssize_t ret = -ESPIPE;
	struct fd f;

	if (pos < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (f.file->f_mode & FMODE_PREAD)
		ret = vfs_read(f.file, buf, count, &pos);
	fdput(f);
	return ret;
}

/**
 * ksys_pwrite64 - pwrite(2)
 * @fd: descriptor
 * @buf: user pointer
 * @count: bytes
 * @pos: position
 *
 * Models: fs/read_write.c, 6.1. Return: bytes written or -errno.
 */
ssize_t ksys_pwrite64(unsigned int fd, const char __user *buf, size_t count, loff_t pos)
{
	ssize_t ret = -ESPIPE;
	struct fd f;

	if (pos < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (f.file->f_mode & FMODE_PWRITE)
		ret = vfs_write(f.file, buf, count, &pos);
	fdput(f);
	return ret;
}

static ssize_t do_vec(unsigned int fd, const struct iovec __user *vec, unsigned long vlen, int rw,
		      rwf_t flags)
{
	struct fd f = fdget_pos(fd);
	loff_t pos, *ppos;
	ssize_t ret;

	if (!f.file)
		return -EBADF;
	ppos = file_start_pos(f.file, &pos);
	ret = vfs_vec(f.file, vec, vlen, ppos, rw, flags);
	if (ret >= 0 && ppos)
		file_end_pos(f.file, pos);
	fdput_pos(f);
	return ret;
}

static ssize_t do_pvec(unsigned int fd, const struct iovec __user *vec, unsigned long vlen,
		       loff_t pos, int rw, rwf_t flags)
{
	fmode_t need = rw == READ ? FMODE_PREAD : FMODE_PWRITE;
	ssize_t ret = -ESPIPE;
	struct fd f;

	if (pos < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (f.file->f_mode & need)
		ret = vfs_vec(f.file, vec, vlen, &pos, rw, flags);
	fdput(f);
	return ret;
}

/**
 * ksys_readv - readv(2), and preadv2(2) at position -1
 * @fd: descriptor
 * @vec: user pointer to the segments
 * @vlen: their number
 * @flags: RWF_*
 *
 * Models: fs/read_write.c, 6.1. Return: bytes read or -errno.
 */
ssize_t ksys_readv(unsigned int fd, const struct iovec __user *vec, unsigned long vlen, rwf_t flags)
{
	return do_vec(fd, vec, vlen, READ, flags);
}

/**
 * ksys_writev - writev(2), and pwritev2(2) at position -1
 * @fd: descriptor
 * @vec: user pointer to the segments
 * @vlen: their number
 * @flags: RWF_*
 *
 * Models: fs/read_write.c, 6.1. Return: bytes written or -errno.
 */
ssize_t ksys_writev(unsigned int fd, const struct iovec __user *vec, unsigned long vlen,
		    rwf_t flags)
{
	return do_vec(fd, vec, vlen, WRITE, flags);
}

/**
 * ksys_preadv - preadv2(2)
 * @fd: descriptor
 * @vec: user pointer to the segments
 * @vlen: their number
 * @pos: position
 * @flags: RWF_*
 *
 * Models: fs/read_write.c, 6.1. Return: bytes read or -errno.
 */
ssize_t ksys_preadv(unsigned int fd, const struct iovec __user *vec, unsigned long vlen, loff_t pos,
		    rwf_t flags)
{
	return do_pvec(fd, vec, vlen, pos, READ, flags);
}

/**
 * ksys_pwritev - pwritev2(2)
 * @fd: descriptor
 * @vec: user pointer to the segments
 * @vlen: their number
 * @pos: position
 * @flags: RWF_*
 *
 * Models: fs/read_write.c, 6.1. Return: bytes written or -errno.
 */
ssize_t ksys_pwritev(unsigned int fd, const struct iovec __user *vec, unsigned long vlen,
		     loff_t pos, rwf_t flags)
{
	return do_pvec(fd, vec, vlen, pos, WRITE, flags);
}

/**
 * generic_write_check_limits - RLIMIT_FSIZE and the largest file
 * @file: the file
 * @pos: where the write starts
 * @count: bytes; cut at the limit
 *
 * Models: fs/read_write.c, 6.1, SIGXFSZ included. Return: 0 or -EFBIG.
 */
int generic_write_check_limits(struct file *file, loff_t pos, loff_t *count)
{
	loff_t max_size = file->f_mapping->host->i_sb->s_maxbytes;
	unsigned long limit = rlimit(RLIMIT_FSIZE);

	if (limit != RLIM_INFINITY) {
		if (pos >= (loff_t)limit) {
			send_sig(SIGXFSZ, current, 0);
			return -EFBIG;
		}
		*count = min(*count, (loff_t)limit - pos);
	}
	if (!(file->f_flags & O_LARGEFILE))
		max_size = MAX_NON_LFS;
	if (pos >= max_size)
		return -EFBIG;
	*count = min(*count, max_size - pos);
	return 0;
}

/**
 * generic_write_checks_count - position and size of a write
 * @iocb: position set to the end of file for IOCB_APPEND
 * @count: bytes; cut at the limits
 *
 * Models: fs/read_write.c, 6.1. Context: inode lock held where the size matters.
 * Return: 0, -EINVAL, -EFBIG, -ETXTBSY.
 */
int generic_write_checks_count(struct kiocb *iocb, loff_t *count)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file->f_mapping->host;

	if (IS_SWAPFILE(inode))
		return -ETXTBSY;
	if (!*count)
		return 0;
	if (iocb->ki_flags & IOCB_APPEND)
		iocb->ki_pos = i_size_read(inode);
	if ((iocb->ki_flags & IOCB_NOWAIT) &&
	    !((iocb->ki_flags & IOCB_DIRECT) || (file->f_mode & FMODE_BUF_WASYNC)))
		return -EINVAL;
	return generic_write_check_limits(file, iocb->ki_pos, count);
}
EXPORT_SYMBOL(generic_write_checks_count);

/**
 * generic_write_checks - generic_write_checks_count() for an iterator
 * @iocb: position set to the end of file for IOCB_APPEND
 * @from: cut at the limits
 *
 * Models: fs/read_write.c, 6.1. Return: bytes that may be written, or -errno.
 */
ssize_t generic_write_checks(struct kiocb *iocb, struct iov_iter *from)
{
	loff_t count = iov_iter_count(from);
	int err = generic_write_checks_count(iocb, &count);

	if (err)
		return err;
	iov_iter_truncate(from, count);
	return iov_iter_count(from);
}
EXPORT_SYMBOL(generic_write_checks);

/**
 * generic_copy_file_range - copy between files
 * @file_in: source
 * @pos_in: where, bytes
 * @file_out: destination
 * @pos_out: where, bytes
 * @len: bytes
 * @flags: must be 0
 *
 * Models: fs/read_write.c, 6.1. Context: may sleep; freeze protection of @file_out is the caller's.
 * Return: bytes, -errno.
 */
ssize_t generic_copy_file_range(struct file *file_in, loff_t pos_in, struct file *file_out,
				loff_t pos_out, size_t len, unsigned int flags)
{
	return do_splice_direct(file_in, &pos_in, file_out, &pos_out,
				min_t(size_t, len, MAX_RW_COUNT), 0);
}
EXPORT_SYMBOL(generic_copy_file_range);

/**
 * generic_file_rw_checks - are these files that one can copy between?
 * @file_in: source
 * @file_out: destination
 *
 * Models: fs/read_write.c, 6.1. Return: 0, -EISDIR, -EINVAL for other than regular files, -EBADF.
 */
int generic_file_rw_checks(struct file *file_in, struct file *file_out)
{
	struct inode *in = file_inode(file_in), *out = file_inode(file_out);

	if (S_ISDIR(in->i_mode) || S_ISDIR(out->i_mode))
		return -EISDIR;
	if (!S_ISREG(in->i_mode) || !S_ISREG(out->i_mode))
		return -EINVAL;
	if (!(file_in->f_mode & FMODE_READ) || !(file_out->f_mode & FMODE_WRITE) ||
	    (file_out->f_flags & O_APPEND))
		return -EBADF;
	return 0;
}

static int copy_checks(struct file *file_in, loff_t pos_in, struct file *file_out, loff_t pos_out,
		       size_t *len)
{
	struct inode *in = file_inode(file_in), *out = file_inode(file_out);
	loff_t count = *len, size;
	int err = generic_file_rw_checks(file_in, file_out);

	if (err)
		return err;
	/* A method gets files of its own kind only. */
	if (file_out->f_op->copy_file_range ?
		    file_in->f_op->copy_file_range != file_out->f_op->copy_file_range :
		    in->i_sb != out->i_sb)
		return -EXDEV;
	if (IS_IMMUTABLE(out))
		return -EPERM;
	if (pos_in + count < pos_in || pos_out + count < pos_out)
		return -EOVERFLOW;
	size = i_size_read(in);
	count = pos_in >= size ? 0 : min(count, size - pos_in);
	err = generic_write_check_limits(file_out, pos_out, &count);
	if (err)
		return err;
	if (in == out && pos_out + count > pos_in && pos_out < pos_in + count)
		return -EINVAL;
	*len = count;
	return 0;
}

/**
 * vfs_copy_file_range - copy within a file system, by itself if it can
 * @file_in: source
 * @pos_in: where, bytes
 * @file_out: destination
 * @pos_out: where, bytes
 * @len: bytes
 * @flags: must be 0
 *
 * Models: fs/read_write.c, 6.1, without COPY_FILE_SPLICE and ->remap_file_range(). Context: may
 * sleep.
 * Return: bytes, -EXDEV between file systems, -errno.
 */
ssize_t vfs_copy_file_range(struct file *file_in, loff_t pos_in, struct file *file_out,
			    loff_t pos_out, size_t len, unsigned int flags)
{
	ssize_t ret;

	if (flags)
		return -EINVAL;
	ret = copy_checks(file_in, pos_in, file_out, pos_out, &len);
	if (!ret)
		ret = rw_verify_area(READ, file_in, &pos_in, len);
	if (!ret)
		ret = rw_verify_area(WRITE, file_out, &pos_out, len);
	if (ret || !len)
		return ret;
	file_start_write(file_out);
	if (file_out->f_op->copy_file_range)
		ret = file_out->f_op->copy_file_range(file_in, pos_in, file_out, pos_out, len,
						      flags);
	else
		ret = generic_copy_file_range(file_in, pos_in, file_out, pos_out, len, flags);
	if (ret > 0) {
		fsnotify_access(file_in);
		fsnotify_modify(file_out);
	}
	file_end_write(file_out);
	return ret;
}
EXPORT_SYMBOL(vfs_copy_file_range);
