// SPDX-License-Identifier: GPL-2.0
/*
 * Reading attributes, and the byte count behind st_blocks.
 *
 * Models: fs/stat.c, 6.1. Leaves out: statx(2)'s mount id and direct I/O alignment, readlink(2).
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/security.h>
#include <linux/stat.h>
#include "internal.h"

/**
 * generic_fillattr - the attributes the inode itself holds
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 * @stat: out
 *
 * Models: fs/stat.c, 6.1.
 */
void generic_fillattr(struct user_namespace *mnt_userns, struct inode *inode, struct kstat *stat)
{
	stat->dev = inode->i_sb->s_dev;
	stat->ino = inode->i_ino;
	stat->mode = inode->i_mode;
	stat->nlink = inode->i_nlink;
	stat->uid = i_uid_into_mnt(mnt_userns, inode);
	stat->gid = i_gid_into_mnt(mnt_userns, inode);
	stat->rdev = inode->i_rdev;
	stat->size = i_size_read(inode);
	stat->atime = inode->i_atime;
	stat->mtime = inode->i_mtime;
	stat->ctime = inode->i_ctime;
	stat->blksize = i_blocksize(inode);
	stat->blocks = inode->i_blocks;
}
EXPORT_SYMBOL(generic_fillattr);

/**
 * generic_fill_statx_attr - the attributes that stand in the inode's flags
 * @inode: the inode
 * @stat: out
 *
 * Models: fs/stat.c, 6.1.
 */
void generic_fill_statx_attr(struct inode *inode, struct kstat *stat)
{
	if (inode->i_flags & S_IMMUTABLE)
		stat->attributes |= STATX_ATTR_IMMUTABLE;
	if (inode->i_flags & S_APPEND)
		stat->attributes |= STATX_ATTR_APPEND;
	stat->attributes_mask |= KSTAT_ATTR_VFS_FLAGS;
}
EXPORT_SYMBOL(generic_fill_statx_attr);

/**
 * vfs_getattr_nosec - read attributes without asking the security modules
 * @path: the object
 * @stat: out
 * @request_mask: STATX_* wanted
 * @query_flags: AT_STATX_*
 *
 * Models: fs/stat.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int vfs_getattr_nosec(const struct path *path, struct kstat *stat, u32 request_mask,
		      unsigned int query_flags)
{
	struct inode *inode = d_backing_inode(path->dentry);
	struct user_namespace *mnt_userns = mnt_user_ns(path->mnt);

	memset(stat, 0, sizeof(*stat));
	stat->result_mask = STATX_BASIC_STATS;
	if (inode->i_sb->s_flags & SB_NOATIME)
		stat->result_mask &= ~STATX_ATIME;
	if (IS_AUTOMOUNT(inode))
		stat->attributes |= STATX_ATTR_AUTOMOUNT;
	if (IS_DAX(inode))
		stat->attributes |= STATX_ATTR_DAX;
	stat->attributes_mask |= STATX_ATTR_AUTOMOUNT | STATX_ATTR_DAX;

	if (inode->i_op->getattr)
		return inode->i_op->getattr(mnt_userns, path, stat, request_mask,
					    query_flags & AT_STATX_SYNC_TYPE);
	generic_fillattr(mnt_userns, inode, stat);
	return 0;
}
EXPORT_SYMBOL(vfs_getattr_nosec);

/**
 * vfs_getattr - read attributes
 * @path: the object
 * @stat: out
 * @request_mask: STATX_* wanted
 * @query_flags: AT_STATX_*
 *
 * Models: fs/stat.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int vfs_getattr(const struct path *path, struct kstat *stat, u32 request_mask,
		unsigned int query_flags)
{
	int err = security_inode_getattr(path);

	return err ? err : vfs_getattr_nosec(path, stat, request_mask, query_flags);
}
EXPORT_SYMBOL(vfs_getattr);

/**
 * vfs_fstat - fstat(2)
 * @fd: descriptor, O_PATH ones too
 * @stat: out
 *
 * Models: fs/stat.c, 6.1. Return: 0 or -errno.
 */
int vfs_fstat(int fd, struct kstat *stat)
{
	struct fd f = fdget_raw(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = vfs_getattr(&f.file->f_path, stat, STATX_BASIC_STATS, 0);
	fdput(f);
	return err;
}

static int stat_lookup_flags(int flags)
{
	int lookup_flags = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;

	if (!(flags & AT_NO_AUTOMOUNT))
		lookup_flags |= LOOKUP_AUTOMOUNT;
	if (flags & AT_EMPTY_PATH)
		lookup_flags |= LOOKUP_EMPTY;
	return lookup_flags;
}

/**
 * vfs_fstatat - newfstatat(2)
 * @dfd: where relative names start
 * @filename: user pointer
 * @stat: out
 * @flags: AT_*
 *
 * Models: fs/stat.c, 6.1: looking at a directory mounts nothing on it. Return: 0 or -errno.
 */
int vfs_fstatat(int dfd, const char __user *filename, struct kstat *stat, int flags)
{
	int lookup_flags = stat_lookup_flags(flags | AT_NO_AUTOMOUNT);
	struct path path;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
again:
	err = user_path_at(dfd, filename, lookup_flags, &path);
	if (err)
		return err;
	err = vfs_getattr(&path, stat, STATX_BASIC_STATS, flags);
	path_put(&path);
	if (retry_estale(err, lookup_flags)) {
		lookup_flags |= LOOKUP_REVAL;
		goto again;
	}
	return err;
}

/**
 * __inode_add_bytes - the inode uses more space; i_lock held
 * @inode: the inode
 * @bytes: how much
 *
 * Models: fs/stat.c, 6.1.
 */
void __inode_add_bytes(struct inode *inode, loff_t bytes)
{
	inode->i_blocks += bytes >> 9;
	inode->i_bytes += bytes & 511;
	if (inode->i_bytes >= 512) {
		inode->i_blocks++;
		inode->i_bytes -= 512;
	}
}
EXPORT_SYMBOL(__inode_add_bytes);

/**
 * inode_add_bytes - the inode uses more space
 * @inode: the inode
 * @bytes: how much
 *
 * Models: fs/stat.c, 6.1.
 */
void inode_add_bytes(struct inode *inode, loff_t bytes)
{
	spin_lock(&inode->i_lock);
	__inode_add_bytes(inode, bytes);
	spin_unlock(&inode->i_lock);
}
EXPORT_SYMBOL(inode_add_bytes);

/**
 * __inode_sub_bytes - the inode uses less space; i_lock held
 * @inode: the inode
 * @bytes: how much
 *
 * Models: fs/stat.c, 6.1.
 */
void __inode_sub_bytes(struct inode *inode, loff_t bytes)
{
	inode->i_blocks -= bytes >> 9;
	bytes &= 511;
	if (inode->i_bytes < bytes) {
		inode->i_blocks--;
		inode->i_bytes += 512;
	}
	inode->i_bytes -= bytes;
}
EXPORT_SYMBOL(__inode_sub_bytes);

/**
 * inode_sub_bytes - the inode uses less space
 * @inode: the inode
 * @bytes: how much
 *
 * Models: fs/stat.c, 6.1.
 */
void inode_sub_bytes(struct inode *inode, loff_t bytes)
{
	spin_lock(&inode->i_lock);
	__inode_sub_bytes(inode, bytes);
	spin_unlock(&inode->i_lock);
}
EXPORT_SYMBOL(inode_sub_bytes);

/**
 * inode_get_bytes - how much space the inode uses
 * @inode: the inode
 *
 * Models: fs/stat.c, 6.1. Return: bytes.
 */
loff_t inode_get_bytes(struct inode *inode)
{
	loff_t ret;

	spin_lock(&inode->i_lock);
	ret = __inode_get_bytes(inode);
	spin_unlock(&inode->i_lock);
	return ret;
}
EXPORT_SYMBOL(inode_get_bytes);

/**
 * inode_set_bytes - set how much space the inode uses
 * @inode: the inode, not shared yet or locked
 * @bytes: how much
 *
 * Models: fs/stat.c, 6.1.
 */
void inode_set_bytes(struct inode *inode, loff_t bytes)
{
	inode->i_blocks = bytes >> 9;
	inode->i_bytes = bytes & 511;
}
EXPORT_SYMBOL(inode_set_bytes);
