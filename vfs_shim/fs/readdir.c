// SPDX-License-Identifier: GPL-2.0
/*
 * Reading directories.
 *
 * Models: fs/readdir.c, 6.1. Leaves out: all layouts but that of getdents64(2).
 */
#include <linux/dirent.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include "internal.h"

static int dir_lock(struct inode *inode, bool shared)
{
	return shared ? down_read_killable(&inode->i_rwsem) : down_write_killable(&inode->i_rwsem);
}

static void dir_unlock(struct inode *inode, bool shared)
{
	if (shared)
		inode_unlock_shared(inode);
	else
		inode_unlock(inode);
}

/**
 * iterate_dir - feed the entries of a directory to an actor
 * @file: the open directory; its position moves on
 * @ctx: the actor
 *
 * Models: fs/readdir.c, 6.1. Context: may sleep. Return: 0, -ENOTDIR, -ENOENT, -EINTR, -errno.
 */
int iterate_dir(struct file *file, struct dir_context *ctx)
{
	struct inode *inode = file_inode(file);
	bool shared = file->f_op->iterate_shared;
	int err;

	if (!shared && !file->f_op->iterate)
		return -ENOTDIR;
	err = security_file_permission(file, MAY_READ);
	if (!err)
		err = dir_lock(inode, shared);
	if (err)
		return err;
	err = -ENOENT;
	if (!IS_DEADDIR(inode)) {
		ctx->pos = file->f_pos;
		err = shared ? file->f_op->iterate_shared(file, ctx) :
			       file->f_op->iterate(file, ctx);
		file->f_pos = ctx->pos;
		fsnotify_access(file);
		file_accessed(file);
	}
	dir_unlock(inode, shared);
	return err;
}
EXPORT_SYMBOL(iterate_dir);

struct getdents {
	struct dir_context ctx;
	char __user *to;		/* where the next entry goes */
	struct linux_dirent64 __user *prev;
	unsigned int left;
	int error;
};

static int bad_name(const char *name, int len)
{
	return len <= 0 || len >= PATH_MAX || memchr(name, '/', len);
}

static int put_dirent(struct linux_dirent64 __user *to, const char *name, int namlen,
		      unsigned short reclen, u64 ino, unsigned char type)
{
	struct linux_dirent64 head = { .d_ino = ino, .d_reclen = reclen, .d_type = type };

	if (copy_to_user(to, &head, offsetof(struct linux_dirent64, d_name)) ||
	    copy_to_user(to->d_name, name, namlen) || put_user((char)0, &to->d_name[namlen]))
		return -EFAULT;
	return 0;
}

static bool filldir64(struct dir_context *ctx, const char *name, int namlen, loff_t offset, u64 ino,
		      unsigned int type)
{
	struct getdents *buf = container_of(ctx, struct getdents, ctx);
	unsigned int reclen =
		ALIGN(offsetof(struct linux_dirent64, d_name) + namlen + 1, sizeof(u64));

	buf->error = bad_name(name, namlen) ? -EIO : -EINVAL;
	if (buf->error == -EIO || reclen > buf->left)
		return false;
	if (buf->prev && signal_pending(current))
		return false;
	/* Only now is it known where the entry before ends. */
	buf->error = -EFAULT;
	if (buf->prev && put_user((s64)offset, &buf->prev->d_off))
		return false;
	if (put_dirent((void __user *)buf->to, name, namlen, reclen, ino, type))
		return false;
	buf->error = 0;
	buf->prev = (void __user *)buf->to;
	buf->to += reclen;
	buf->left -= reclen;
	return true;
}

/**
 * ksys_getdents64 - getdents64(2)
 * @fd: descriptor
 * @dirent: user pointer to struct linux_dirent64 entries
 * @count: room in bytes
 *
 * Models: fs/readdir.c, 6.1. Return: bytes filled, 0 at the end, -errno.
 */
long ksys_getdents64(unsigned int fd, void __user *dirent, unsigned int count)
{
	struct getdents buf = { .ctx.actor = filldir64, .to = dirent, .left = count };
	struct fd f = fdget_pos(fd);
	long ret;

	if (!f.file)
		return -EBADF;
	ret = iterate_dir(f.file, &buf.ctx);
	if (ret >= 0)
		ret = buf.error;
	if (buf.prev)
		ret = put_user((s64)buf.ctx.pos, &buf.prev->d_off) ? -EFAULT :
								     (long)(count - buf.left);
	fdput_pos(f);
	return ret;
}
