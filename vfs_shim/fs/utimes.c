// SPDX-License-Identifier: GPL-2.0
/*
 * Setting the times of a file.
 *
 * Models: fs/utimes.c, 6.1. Leaves out: the system calls, delegations.
 */
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/stat.h>

static bool nsec_valid(long nsec)
{
	return nsec == UTIME_OMIT || nsec == UTIME_NOW || (nsec >= 0 && nsec <= 999999999);
}

/* What a time that is named by @t asks of notify_change(). */
static unsigned int attr_bits(const struct timespec64 *t, unsigned int bit, unsigned int set)
{
	if (t->tv_nsec == UTIME_OMIT)
		return 0;
	return t->tv_nsec == UTIME_NOW ? bit : bit | set;
}

/**
 * vfs_utimes - set access and modification time
 * @path: the file
 * @times: both; tv_nsec may be UTIME_NOW or UTIME_OMIT; NULL: both now
 *
 * Models: fs/utimes.c, 6.1. Context: may sleep; takes write access to the mount and the inode lock.
 * Return: 0, -EINVAL for nanoseconds out of range, -EPERM, -EROFS, or what ->setattr() returns.
 */
int vfs_utimes(const struct path *path, struct timespec64 *times)
{
	struct inode *inode = d_inode(path->dentry);
	struct iattr attr = { .ia_valid = ATTR_CTIME | ATTR_MTIME | ATTR_ATIME };
	int err;

	if (times && (!nsec_valid(times[0].tv_nsec) || !nsec_valid(times[1].tv_nsec)))
		return -EINVAL;
	if (times && times[0].tv_nsec == UTIME_NOW && times[1].tv_nsec == UTIME_NOW)
		times = NULL;
	if (times) {
		attr.ia_valid = ATTR_CTIME | ATTR_TIMES_SET |
				attr_bits(&times[0], ATTR_ATIME, ATTR_ATIME_SET) |
				attr_bits(&times[1], ATTR_MTIME, ATTR_MTIME_SET);
		attr.ia_atime = times[0];
		attr.ia_mtime = times[1];
	} else {
		attr.ia_valid |= ATTR_TOUCH;
	}
	err = mnt_want_write(path->mnt);
	if (err)
		return err;
	inode_lock(inode);
	err = notify_change(mnt_user_ns(path->mnt), path->dentry, &attr, NULL);
	inode_unlock(inode);
	mnt_drop_write(path->mnt);
	return err;
}
