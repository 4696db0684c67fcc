// SPDX-License-Identifier: GPL-2.0-only
/*
 * FUSE passthrough: the backing files that a server has registered.
 *
 * A server hands over a file with FUSE_DEV_IOC_BACKING_OPEN and gets an id,
 * which replies to FUSE_OPEN and FUSE_CREATE may then name.  An id belongs to
 * the connection and never to a descriptor table, so a reply cannot make the
 * kernel act on the descriptors of whoever happens to write(2) it.
 */

#include "fuse_i.h"

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/idr.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/* Takes over the reference to @file */
static struct fuse_backing *fuse_backing_alloc(struct file *file)
{
	struct fuse_backing *fb;

	fb = kzalloc(sizeof(*fb), GFP_KERNEL_ACCOUNT);
	if (!fb)
		return NULL;

	refcount_set(&fb->count, 1);
	fb->file = file;
	/*
	 * Credentials are never modified once a task carries them, so this
	 * reference is a snapshot, and taking it cannot fail.
	 */
	fb->cred = get_current_cred();

	return fb;
}

void fuse_backing_put(struct fuse_backing *fb)
{
	if (!refcount_dec_and_test(&fb->count))
		return;

	put_cred(fb->cred);
	fput(fb->file);
	kfree(fb);
}

/*
 * Find a registered backing file and take a reference to it.  Returns NULL
 * for an id that is not registered, or no longer.
 */
struct fuse_backing *fuse_backing_get(struct fuse_conn *fc, int backing_id)
{
	struct fuse_backing *fb;

	spin_lock(&fc->lock);
	fb = idr_find(&fc->backing_files, backing_id);
	if (fb)
		refcount_inc(&fb->count);
	spin_unlock(&fc->lock);

	return fb;
}

/*
 * Ids are handed out cyclically: a server that closes an id and then uses it
 * by mistake should get an error, not somebody else's file.
 */
static int fuse_backing_add(struct fuse_conn *fc, struct fuse_backing *fb)
{
	int id = -EPERM;

	idr_preload(GFP_KERNEL_ACCOUNT);
	spin_lock(&fc->lock);
	/* Nobody would drop it after fuse_backing_files_free() */
	if (fc->connected)
		id = idr_alloc_cyclic(&fc->backing_files, fb, 1, 0, GFP_ATOMIC);
	spin_unlock(&fc->lock);
	idr_preload_end();

	return id;
}

static int fuse_backing_check_file(struct fuse_conn *fc, struct file *file)
{
	struct inode *inode = file_inode(file);

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	/*
	 * This also refuses the files of the connection's own mount, whose
	 * depth is max_stack_depth.
	 */
	if (inode->i_sb->s_stack_depth >= fc->max_stack_depth)
		return -ELOOP;

	return 0;
}

/* An unprivileged server could evade umount and RLIMIT_NOFILE with this */
static bool fuse_backing_allowed(struct fuse_conn *fc)
{
	return fc->passthrough && capable(CAP_SYS_ADMIN);
}

static int fuse_backing_open(struct fuse_conn *fc,
			     const struct fuse_backing_map *map)
{
	struct fuse_backing *fb;
	struct file *file;
	int res;

	if (!fuse_backing_allowed(fc))
		return -EPERM;
	if (map->flags || map->padding)
		return -EINVAL;

	/* O_PATH will do: each open of a FUSE file opens the path anew */
	file = fget_raw(map->fd);
	if (!file)
		return -EBADF;

	res = fuse_backing_check_file(fc, file);
	if (res)
		goto out_fput;

	res = -ENOMEM;
	fb = fuse_backing_alloc(file);
	if (!fb)
		goto out_fput;

	res = fuse_backing_add(fc, fb);
	if (res < 0)
		fuse_backing_put(fb);

	return res;

out_fput:
	fput(file);
	return res;
}

static int fuse_backing_close(struct fuse_conn *fc, int backing_id)
{
	struct fuse_backing *fb;

	if (!fuse_backing_allowed(fc))
		return -EPERM;
	if (backing_id <= 0)
		return -EINVAL;

	spin_lock(&fc->lock);
	fb = idr_remove(&fc->backing_files, backing_id);
	spin_unlock(&fc->lock);
	if (!fb)
		return -ENOENT;

	fuse_backing_put(fb);
	return 0;
}

/*
 * FUSE_DEV_IOC_BACKING_OPEN and FUSE_DEV_IOC_BACKING_CLOSE.  Returns the id
 * (> 0) for the former, 0 for the latter.
 */
long fuse_backing_ioctl(struct fuse_conn *fc, unsigned int cmd,
			void __user *argp)
{
	struct fuse_backing_map map;
	int backing_id;

	if (cmd == FUSE_DEV_IOC_BACKING_OPEN) {
		if (copy_from_user(&map, argp, sizeof(map)))
			return -EFAULT;
		return fuse_backing_open(fc, &map);
	}

	if (get_user(backing_id, (s32 __user *)argp))
		return -EFAULT;
	return fuse_backing_close(fc, backing_id);
}

void fuse_backing_files_init(struct fuse_conn *fc)
{
	idr_init(&fc->backing_files);
}

/*
 * Drop all backing files.  Called when the connection is gone for good, so
 * that a server which keeps /dev/fuse open does not pin other file systems;
 * open FUSE files have references of their own.
 */
void fuse_backing_files_free(struct fuse_conn *fc)
{
	struct fuse_backing *fb;
	int id;

	do {
		id = 0;
		spin_lock(&fc->lock);
		fb = idr_get_next(&fc->backing_files, &id);
		if (fb)
			idr_remove(&fc->backing_files, id);
		spin_unlock(&fc->lock);
		if (fb)
			fuse_backing_put(fb);
	} while (fb);
}
