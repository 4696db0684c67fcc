// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of a file system.
 *
 * Models: fs/statfs.c, 6.1. Leaves out: the copies to the user-space layouts of the system calls.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/security.h>
#include <linux/statfs.h>
#include "internal.h"

static int flags_by_mnt(int mnt_flags)
{
	int flags = 0;

	if (mnt_flags & MNT_READONLY)
		flags |= ST_RDONLY;
	if (mnt_flags & MNT_NOSUID)
		flags |= ST_NOSUID;
	if (mnt_flags & MNT_NODEV)
		flags |= ST_NODEV;
	if (mnt_flags & MNT_NOEXEC)
		flags |= ST_NOEXEC;
	if (mnt_flags & MNT_NOATIME)
		flags |= ST_NOATIME;
	if (mnt_flags & MNT_NODIRATIME)
		flags |= ST_NODIRATIME;
	if (mnt_flags & MNT_RELATIME)
		flags |= ST_RELATIME;
	return flags;
}

static int flags_by_sb(int s_flags)
{
	int flags = 0;

	if (s_flags & SB_SYNCHRONOUS)
		flags |= ST_SYNCHRONOUS;
	if (s_flags & SB_RDONLY)
		flags |= ST_RDONLY;
	return flags;
}

static int statfs_by_dentry(struct dentry *dentry, struct kstatfs *buf)
{
	int err;

	if (!dentry->d_sb->s_op->statfs)
		return -ENOSYS;
	memset(buf, 0, sizeof(*buf));
	err = security_sb_statfs(dentry);
	if (!err)
		err = dentry->d_sb->s_op->statfs(dentry, buf);
	if (!err && !buf->f_frsize)
		buf->f_frsize = buf->f_bsize;
	return err;
}

/**
 * vfs_statfs - attributes of the file system behind a path
 * @path: the path
 * @buf: out
 *
 * Models: fs/statfs.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int vfs_statfs(const struct path *path, struct kstatfs *buf)
{
	int err = statfs_by_dentry(path->dentry, buf);

	if (!err)
		buf->f_flags = ST_VALID | flags_by_mnt(path->mnt->mnt_flags) |
			       flags_by_sb(path->mnt->mnt_sb->s_flags);
	return err;
}
EXPORT_SYMBOL(vfs_statfs);

/**
 * user_statfs - statfs(2)
 * @pathname: user pointer
 * @st: out
 *
 * Models: fs/statfs.c, 6.1. Return: 0 or -errno.
 */
int user_statfs(const char __user *pathname, struct kstatfs *st)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, pathname, LOOKUP_FOLLOW | LOOKUP_AUTOMOUNT, &path);

	if (err)
		return err;
	err = vfs_statfs(&path, st);
	path_put(&path);
	return err;
}

/**
 * fd_statfs - fstatfs(2)
 * @fd: descriptor, O_PATH ones too
 * @st: out
 *
 * Models: fs/statfs.c, 6.1. Return: 0 or -errno.
 */
int fd_statfs(int fd, struct kstatfs *st)
{
	struct fd f = fdget_raw(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = vfs_statfs(&f.file->f_path, st);
	fdput(f);
	return err;
}
