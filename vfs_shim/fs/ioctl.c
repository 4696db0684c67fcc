// SPDX-License-Identifier: GPL-2.0
/*
 * ioctl(2): what the VFS itself answers, and the way to the file's own.
 *
 * Models: fs/ioctl.c, 6.1. Leaves out: fibmap, fiemap, clone and dedupe ranges, preallocation by
 * the XFS numbers, compat system calls.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fiemap.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fileattr.h>	/* wants fs.h before it */
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/projid.h>
#include <linux/security.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <asm/ioctls.h>
#include <core/run.h>
#include "internal.h"

/**
 * vfs_ioctl - call the file's own ->unlocked_ioctl()
 * @filp: the file
 * @cmd: command
 * @arg: its argument
 *
 * Models: fs/ioctl.c, 6.1. Return: what it said; -ENOTTY when there is none or it does not know
 * @cmd.
 */
long vfs_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	long ret;

	if (!filp->f_op->unlocked_ioctl)
		return -ENOTTY;
	ret = filp->f_op->unlocked_ioctl(filp, cmd, arg);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}
EXPORT_SYMBOL(vfs_ioctl);

static int ioctl_fionbio(struct file *filp, int __user *argp)
{
	int on, err = get_user(on, argp);

	if (err)
		return err;
	spin_lock(&filp->f_lock);
	if (on)
		filp->f_flags |= O_NONBLOCK;
	else
		filp->f_flags &= ~O_NONBLOCK;
	spin_unlock(&filp->f_lock);
	return 0;
}

static int ioctl_fioasync(unsigned int fd, struct file *filp, int __user *argp)
{
	int on, err = get_user(on, argp);

	if (err)
		return err;
	if (!((on ? FASYNC : 0) ^ (filp->f_flags & FASYNC)))
		return 0;
	if (!filp->f_op->fasync)
		return -ENOTTY;
	err = filp->f_op->fasync(fd, filp, on);
	return err < 0 ? err : 0;
}

static int ioctl_fsfreeze(struct file *filp)
{
	struct super_block *sb = file_inode(filp)->i_sb;

	if (!ns_capable(sb->s_user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	if (!sb->s_op->freeze_fs && !sb->s_op->freeze_super)
		return -EOPNOTSUPP;
	return sb->s_op->freeze_super ? sb->s_op->freeze_super(sb) : freeze_super(sb);
}

static int ioctl_fsthaw(struct file *filp)
{
	struct super_block *sb = file_inode(filp)->i_sb;

	if (!ns_capable(sb->s_user_ns, CAP_SYS_ADMIN))
		return -EPERM;
	return sb->s_op->thaw_super ? sb->s_op->thaw_super(sb) : thaw_super(sb);
}

/* The flags that FS_IOC_GETFLAGS and FS_IOC_FSGETXATTR both know. */
static const struct {
	u32 xflag;
	u32 flag;
} common_flags[] = {
	{ FS_XFLAG_IMMUTABLE, FS_IMMUTABLE_FL },
	{ FS_XFLAG_APPEND, FS_APPEND_FL },
	{ FS_XFLAG_SYNC, FS_SYNC_FL },
	{ FS_XFLAG_NOATIME, FS_NOATIME_FL },
	{ FS_XFLAG_NODUMP, FS_NODUMP_FL },
	{ FS_XFLAG_DAX, FS_DAX_FL },
	{ FS_XFLAG_PROJINHERIT, FS_PROJINHERIT_FL },
};

/**
 * fileattr_fill_xflags - a fileattr from FS_XFLAG_* bits
 * @fa: out, zeroed first
 * @xflags: the bits
 *
 * Models: fs/ioctl.c, 6.1.
 */
void fileattr_fill_xflags(struct fileattr *fa, u32 xflags)
{
	size_t i;

	memset(fa, 0, sizeof(*fa));
	fa->fsx_valid = true;
	fa->fsx_xflags = xflags;
	for (i = 0; i < ARRAY_SIZE(common_flags); i++)
		if (xflags & common_flags[i].xflag)
			fa->flags |= common_flags[i].flag;
}
EXPORT_SYMBOL(fileattr_fill_xflags);

/**
 * fileattr_fill_flags - a fileattr from FS_*_FL bits
 * @fa: out, zeroed first
 * @flags: the bits
 *
 * Models: fs/ioctl.c, 6.1.
 */
void fileattr_fill_flags(struct fileattr *fa, u32 flags)
{
	size_t i;

	memset(fa, 0, sizeof(*fa));
	fa->flags_valid = true;
	fa->flags = flags;
	for (i = 0; i < ARRAY_SIZE(common_flags); i++)
		if (flags & common_flags[i].flag)
			fa->fsx_xflags |= common_flags[i].xflag;
}
EXPORT_SYMBOL(fileattr_fill_flags);

/**
 * vfs_fileattr_get - read file flags
 * @dentry: the object
 * @fa: out
 *
 * Models: fs/ioctl.c, 6.1. Context: may sleep. Return: 0, -ENOIOCTLCMD, -errno.
 */
int vfs_fileattr_get(struct dentry *dentry, struct fileattr *fa)
{
	struct inode *inode = d_inode(dentry);

	if (!inode->i_op->fileattr_get)
		return -ENOIOCTLCMD;
	return inode->i_op->fileattr_get(dentry, fa);
}
EXPORT_SYMBOL(vfs_fileattr_get);

/**
 * copy_fsxattr_to_user - hand a fileattr to user space
 * @fa: the attributes
 * @ufa: user pointer
 *
 * Models: fs/ioctl.c, 6.1. Return: 0, -EFAULT.
 */
int copy_fsxattr_to_user(const struct fileattr *fa, struct fsxattr __user *ufa)
{
	struct fsxattr xfa = {
		.fsx_xflags = fa->fsx_xflags,
		.fsx_extsize = fa->fsx_extsize,
		.fsx_nextents = fa->fsx_nextents,
		.fsx_projid = fa->fsx_projid,
		.fsx_cowextsize = fa->fsx_cowextsize,
	};

	return copy_to_user(ufa, &xfa, sizeof(xfa)) ? -EFAULT : 0;
}
EXPORT_SYMBOL(copy_fsxattr_to_user);

static int copy_fsxattr_from_user(struct fileattr *fa, const struct fsxattr __user *ufa)
{
	struct fsxattr xfa;

	if (copy_from_user(&xfa, ufa, sizeof(xfa)))
		return -EFAULT;
	fileattr_fill_xflags(fa, xfa.fsx_xflags);
	fa->fsx_extsize = xfa.fsx_extsize;
	fa->fsx_nextents = xfa.fsx_nextents;
	fa->fsx_projid = xfa.fsx_projid;
	fa->fsx_cowextsize = xfa.fsx_cowextsize;
	return 0;
}

static int check_xflag_mode(const struct fileattr *fa, umode_t mode)
{
	if ((fa->fsx_xflags & FS_XFLAG_EXTSIZE) && !S_ISREG(mode))
		return -EINVAL;
	if ((fa->fsx_xflags & FS_XFLAG_EXTSZINHERIT) && !S_ISDIR(mode))
		return -EINVAL;
	if ((fa->fsx_xflags & (FS_XFLAG_COWEXTSIZE | FS_XFLAG_DAX)) && !S_ISREG(mode) &&
	    !S_ISDIR(mode))
		return -EINVAL;
	return 0;
}

/* May @fa take the place of @old? Inode lock held. */
static int fileattr_set_prepare(struct inode *inode, const struct fileattr *old,
				struct fileattr *fa)
{
	int err;

	if (((fa->flags ^ old->flags) & (FS_APPEND_FL | FS_IMMUTABLE_FL)) &&
	    !capable(CAP_LINUX_IMMUTABLE))
		return -EPERM;
	if (old->fsx_projid != fa->fsx_projid &&
	    !projid_valid(make_kprojid(&init_user_ns, fa->fsx_projid)))
		return -EINVAL;
	err = check_xflag_mode(fa, inode->i_mode);
	if (err)
		return err;
	/* Hints of zero turn themselves off. */
	if (!fa->fsx_extsize)
		fa->fsx_xflags &= ~(FS_XFLAG_EXTSIZE | FS_XFLAG_EXTSZINHERIT);
	if (!fa->fsx_cowextsize)
		fa->fsx_xflags &= ~FS_XFLAG_COWEXTSIZE;
	return 0;
}

/* What the caller did not give stays as it is. */
static void fileattr_complete(const struct fileattr *old, struct fileattr *fa)
{
	if (!fa->flags_valid) {
		fa->flags |= old->flags & ~FS_COMMON_FL;
		return;
	}
	fa->fsx_xflags |= old->fsx_xflags & ~FS_XFLAG_COMMON;
	fa->fsx_extsize = old->fsx_extsize;
	fa->fsx_nextents = old->fsx_nextents;
	fa->fsx_projid = old->fsx_projid;
	fa->fsx_cowextsize = old->fsx_cowextsize;
}

/**
 * vfs_fileattr_set - change file flags
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @fa: the change; completed from the present state
 *
 * Models: fs/ioctl.c, 6.1. Context: may sleep. Return: 0, -ENOIOCTLCMD, -errno.
 */
int vfs_fileattr_set(struct user_namespace *mnt_userns, struct dentry *dentry, struct fileattr *fa)
{
	struct inode *inode = d_inode(dentry);
	struct fileattr old = {};
	int err;

	if (!inode->i_op->fileattr_set)
		return -ENOIOCTLCMD;
	if (!inode_owner_or_capable(mnt_userns, inode))
		return -EPERM;
	inode_lock(inode);
	err = vfs_fileattr_get(dentry, &old);
	if (!err) {
		fileattr_complete(&old, fa);
		err = fileattr_set_prepare(inode, &old, fa);
	}
	if (!err)
		err = inode->i_op->fileattr_set(mnt_userns, dentry, fa);
	inode_unlock(inode);
	return err;
}
EXPORT_SYMBOL(vfs_fileattr_set);

static int set_file_fileattr(struct file *file, struct fileattr *fa)
{
	int err = mnt_want_write_file(file);

	if (err)
		return err;
	err = vfs_fileattr_set(file_mnt_user_ns(file), file->f_path.dentry, fa);
	mnt_drop_write_file(file);
	return err;
}

static int ioctl_getflags(struct file *file, unsigned int __user *argp)
{
	struct fileattr fa = { .flags_valid = true };
	int err = vfs_fileattr_get(file->f_path.dentry, &fa);

	return err ? err : put_user(fa.flags, argp);
}

static int ioctl_setflags(struct file *file, unsigned int __user *argp)
{
	struct fileattr fa;
	unsigned int flags;
	int err = get_user(flags, argp);

	if (err)
		return err;
	fileattr_fill_flags(&fa, flags);
	return set_file_fileattr(file, &fa);
}

static int ioctl_fsgetxattr(struct file *file, void __user *argp)
{
	struct fileattr fa = { .fsx_valid = true };
	int err = vfs_fileattr_get(file->f_path.dentry, &fa);

	return err ? err : copy_fsxattr_to_user(&fa, argp);
}

static int ioctl_fssetxattr(struct file *file, void __user *argp)
{
	struct fileattr fa;
	int err = copy_fsxattr_from_user(&fa, argp);

	return err ? err : set_file_fileattr(file, &fa);
}

static int ioctl_fioqsize(struct inode *inode, void __user *argp)
{
	loff_t size = inode_get_bytes(inode);

	if (!S_ISDIR(inode->i_mode) && !S_ISREG(inode->i_mode) && !S_ISLNK(inode->i_mode))
		return -ENOTTY;
	return copy_to_user(argp, &size, sizeof(size)) ? -EFAULT : 0;
}

static int do_vfs_ioctl(struct file *filp, unsigned int fd, unsigned int cmd, unsigned long arg)
{
	void __user *argp = (void __user *)arg;
	struct inode *inode = file_inode(filp);

	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		set_close_on_exec(fd, cmd == FIOCLEX);
		return 0;
	case FIONBIO:
		return ioctl_fionbio(filp, argp);
	case FIOASYNC:
		return ioctl_fioasync(fd, filp, argp);
	case FIOQSIZE:
		return ioctl_fioqsize(inode, argp);
	case FIFREEZE:
		return ioctl_fsfreeze(filp);
	case FITHAW:
		return ioctl_fsthaw(filp);
	case FIGETBSZ:
		if (!inode->i_sb->s_blocksize)
			return -EINVAL;
		return put_user((int)inode->i_sb->s_blocksize, (int __user *)argp);
	case FIONREAD:
		if (!S_ISREG(inode->i_mode))
			return vfs_ioctl(filp, cmd, arg);
		return put_user((int)(i_size_read(inode) - filp->f_pos), (int __user *)argp);
	case FS_IOC_GETFLAGS:
		return ioctl_getflags(filp, argp);
	case FS_IOC_SETFLAGS:
		return ioctl_setflags(filp, argp);
	case FS_IOC_FSGETXATTR:
		return ioctl_fsgetxattr(filp, argp);
	case FS_IOC_FSSETXATTR:
		return ioctl_fssetxattr(filp, argp);
	case FS_IOC_FIEMAP:
	case FICLONE:
	case FICLONERANGE:
	case FIDEDUPERANGE:
		unmodelled("do_vfs_ioctl with this command");
	}
	return -ENOIOCTLCMD;
}

/**
 * ksys_ioctl - ioctl(2)
 * @fd: descriptor
 * @cmd: command
 * @arg: its argument
 *
 * Models: fs/ioctl.c, 6.1. Return: depends on @cmd, or -errno.
 */
long ksys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct fd f = fdget(fd);
	long ret;

	if (!f.file)
		return -EBADF;
	ret = security_file_ioctl(f.file, cmd, arg);
	if (!ret)
		ret = do_vfs_ioctl(f.file, fd, cmd, arg);
	if (ret == -ENOIOCTLCMD)
		ret = vfs_ioctl(f.file, cmd, arg);
	fdput(f);
	return ret;
}

/**
 * compat_ptr_ioctl - ->compat_ioctl() for arguments that are pointers
 * @file: the file
 * @cmd: command
 * @arg: its argument
 *
 * Models: fs/ioctl.c, 6.1. The box has no 32-bit processes; a caller passes what such a one would:
 * 32 bits of @arg count.
 * Return: as ->unlocked_ioctl(); -ENOIOCTLCMD without one.
 */
long compat_ptr_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (!file->f_op->unlocked_ioctl)
		return -ENOIOCTLCMD;
	return file->f_op->unlocked_ioctl(file, cmd, (unsigned long)compat_ptr(arg));
}
EXPORT_SYMBOL(compat_ptr_ioctl);
