// SPDX-License-Identifier: GPL-2.0
/*
 * File handles for user space.
 *
 * Models: fs/fhandle.c, 6.1. Leaves out: relative names and AT_FDCWD as mount (the box has no
 * current directory), the calls of 32-bit programs. What a handle means is fs/exportfs/expfs.c,
 * which is taken.
 */
#include <linux/capability.h>
#include <linux/exportfs.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include "mount.h"

/* Copies as much of the handle as there is room for, and its length in any case. */
static long encode(const struct path *path, struct file_handle __user *ufh, u32 room)
{
	int words = room >> 2, type;
	struct file_handle *handle;
	u32 used;
	long err = 0;

	handle = kzalloc(sizeof(*handle) + room, GFP_KERNEL);
	if (!handle)
		return -ENOMEM;
	type = exportfs_encode_fh(path->dentry, (struct fid *)handle->f_handle, &words, 0);
	used = words * sizeof(u32);
	if (used > room || type == FILEID_INVALID || type < 0) {
		err = -EOVERFLOW;
		room = 0;
	} else {
		room = used;
	}
	handle->handle_type = type;
	handle->handle_bytes = used;
	if (copy_to_user(ufh, handle, sizeof(*handle) + room))
		err = -EFAULT;
	kfree(handle);
	return err;
}

/**
 * do_name_to_handle - name_to_handle_at(2)
 * @dfd: where relative names start
 * @name: user pointer
 * @ufh: handle_bytes of room; gets the handle
 * @mnt_id: user pointer, gets the number of the mount
 * @flags: AT_SYMLINK_FOLLOW or 0
 *
 * Models: fs/fhandle.c, 6.1. Return: 0; -EOPNOTSUPP where the file system has no handles,
 * -EOVERFLOW for lack of room (ufh->handle_bytes then says how much it takes), or another -errno.
 */
long do_name_to_handle(int dfd, const char __user *name, struct file_handle __user *ufh,
		       int __user *mnt_id, int flags)
{
	struct file_handle head;
	struct path path;
	long err;

	err = user_path_at(dfd, name, flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0, &path);
	if (err)
		return err;
	err = -EOPNOTSUPP;
	if (!path.dentry->d_sb->s_export_op || !path.dentry->d_sb->s_export_op->fh_to_dentry)
		goto out;
	err = -EFAULT;
	if (copy_from_user(&head, ufh, sizeof(head)))
		goto out;
	err = -EINVAL;
	if (head.handle_bytes > MAX_HANDLE_SZ)
		goto out;
	err = encode(&path, ufh, head.handle_bytes);
	if (!err && put_user(real_mount(path.mnt)->mnt_id, mnt_id))
		err = -EFAULT;
out:
	path_put(&path);
	return err;
}

/* Any dentry of the file will do: who may do this has passed all directories already. */
static int acceptable(void *context, struct dentry *dentry)
{
	return 1;
}

static struct file_handle *handle_from_user(struct file_handle __user *ufh)
{
	struct file_handle head, *handle;

	if (copy_from_user(&head, ufh, sizeof(head)))
		return ERR_PTR(-EFAULT);
	if (!head.handle_bytes || head.handle_bytes > MAX_HANDLE_SZ)
		return ERR_PTR(-EINVAL);
	handle = kmalloc(sizeof(*handle) + head.handle_bytes, GFP_KERNEL);
	if (!handle)
		return ERR_PTR(-ENOMEM);
	*handle = head;
	if (copy_from_user(handle->f_handle, ufh->f_handle, head.handle_bytes)) {
		kfree(handle);
		return ERR_PTR(-EFAULT);
	}
	return handle;
}

/* The path of the file in the mount that @mountdirfd lies on; to be put. */
static int handle_to_path(int mountdirfd, struct file_handle __user *ufh, struct path *path)
{
	struct file_handle *handle;
	struct fd f;
	int err = 0;

	if (!capable(CAP_DAC_READ_SEARCH))
		return -EPERM;
	f = fdget(mountdirfd);
	if (!f.file)
		return -EBADF;
	handle = handle_from_user(ufh);
	if (IS_ERR(handle)) {
		err = PTR_ERR(handle);
		goto out_fd;
	}
	path->mnt = f.file->f_path.mnt;
	path->dentry = exportfs_decode_fh(path->mnt, (struct fid *)handle->f_handle,
					  handle->handle_bytes >> 2, handle->handle_type,
					  acceptable, NULL);
	if (IS_ERR(path->dentry))
		err = PTR_ERR(path->dentry);
	else
		mntget(path->mnt);
	kfree(handle);
out_fd:
	fdput(f);
	return err;
}

/**
 * do_handle_open - open_by_handle_at(2)
 * @mountdirfd: a descriptor on the file system
 * @ufh: the handle
 * @flags: O_* flags
 *
 * Models: fs/fhandle.c, 6.1. Return: the descriptor; -EPERM without CAP_DAC_READ_SEARCH, -ESTALE
 * when the file is gone or the handle makes no sense, or another -errno.
 */
long do_handle_open(int mountdirfd, struct file_handle __user *ufh, int flags)
{
	struct file *file;
	struct path path;
	long fd;

	fd = handle_to_path(mountdirfd, ufh, &path);
	if (fd)
		return fd;
	fd = get_unused_fd_flags(flags);
	if (fd < 0)
		goto out;
	file = file_open_root(&path, "", flags, 0);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		fd = PTR_ERR(file);
	} else {
		fsnotify_open(file);
		fd_install(fd, file);
	}
out:
	path_put(&path);
	return fd;
}
