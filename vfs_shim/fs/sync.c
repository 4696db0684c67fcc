// SPDX-License-Identifier: GPL-2.0
/*
 * Writing back what is dirty.
 *
 * Models: fs/sync.c, 6.1. Leaves out: block devices, sync_file_range(2).
 */
#include <linux/backing-dev.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/syscalls.h>
#include <linux/writeback.h>
#include "internal.h"

/**
 * sync_filesystem - write back a whole file system and wait
 * @sb: super block
 *
 * Models: fs/sync.c, 6.1. Context: may sleep; s_umount held, checked. Return: 0 or -errno.
 */
int sync_filesystem(struct super_block *sb)
{
	int err = 0;

	WARN_ON(!rwsem_is_locked(&sb->s_umount));
	if (sb_rdonly(sb))
		return 0;
	writeback_inodes_sb(sb, WB_REASON_SYNC);
	if (sb->s_op->sync_fs)
		err = sb->s_op->sync_fs(sb, 0);
	if (err)
		return err;
	sync_inodes_sb(sb);
	return sb->s_op->sync_fs ? sb->s_op->sync_fs(sb, 1) : 0;
}
EXPORT_SYMBOL(sync_filesystem);

/**
 * vfs_fsync_range - write back part of a file and wait
 * @file: the file
 * @start: first byte
 * @end: last byte
 * @datasync: leave out attributes that reading the data back does not need
 *
 * Models: fs/sync.c, 6.1. Context: may sleep. Return: 0, -EINVAL without ->fsync(), -errno.
 */
int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file->f_mapping->host;

	if (!file->f_op->fsync)
		return -EINVAL;
	if (!datasync && (inode->i_state & I_DIRTY_TIME))
		mark_inode_dirty_sync(inode);
	return file->f_op->fsync(file, start, end, datasync);
}
EXPORT_SYMBOL(vfs_fsync_range);

/**
 * vfs_fsync - write back a file and wait
 * @file: the file
 * @datasync: leave out attributes that reading the data back does not need
 *
 * Models: fs/sync.c, 6.1. Context: may sleep. Return: 0, -EINVAL without ->fsync(), -errno.
 */
int vfs_fsync(struct file *file, int datasync)
{
	return vfs_fsync_range(file, 0, LLONG_MAX, datasync);
}
EXPORT_SYMBOL(vfs_fsync);

/**
 * ksys_syncfs - syncfs(2)
 * @fd: descriptor of a file of the file system
 *
 * Models: fs/sync.c, 6.1. Return: 0 or -errno, also of an error of writing back since the file was
 * opened.
 */
int ksys_syncfs(unsigned int fd)
{
	struct fd f = fdget(fd);
	struct super_block *sb;
	int err, err2;

	if (!f.file)
		return -EBADF;
	sb = f.file->f_path.dentry->d_sb;
	down_read(&sb->s_umount);
	err = sync_filesystem(sb);
	up_read(&sb->s_umount);
	err2 = errseq_check_and_advance(&sb->s_wb_err, &f.file->f_sb_err);
	fdput(f);
	return err ? err : err2;
}

/**
 * ksys_fsync - fsync(2) and fdatasync(2)
 * @fd: descriptor
 * @datasync: 1 for fdatasync
 *
 * Models: fs/sync.c, 6.1. Return: 0 or -errno.
 */
int ksys_fsync(unsigned int fd, int datasync)
{
	struct fd f = fdget(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = vfs_fsync(f.file, datasync);
	fdput(f);
	return err;
}
