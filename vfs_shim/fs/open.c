// SPDX-License-Identifier: GPL-2.0
/*
 * Opening a file, and the attribute changes that user space asks for by path or descriptor.
 *
 * Models: fs/open.c, 6.1. Leaves out: IMA and audit, huge pages in the page cache, compat
 * system calls, access(2), chroot(2), vhangup(2).
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <core/finding.h>
#include <core/run.h>
#include "internal.h"

/**
 * do_truncate - set the size of a file
 * @mnt_userns: user namespace of the mount
 * @dentry: the file
 * @length: new size in bytes
 * @time_attrs: ATTR_MTIME | ATTR_CTIME when the times change even if the size does not
 * @filp: the open file for ftruncate() and O_TRUNC, or NULL
 *
 * Models: fs/open.c, 6.1: setuid, setgid and file capabilities go first, all under one inode lock.
 *
 * Context: may sleep; write access to mount and inode is the caller's. Return: 0 or -errno.
 */
int do_truncate(struct user_namespace *mnt_userns, struct dentry *dentry, loff_t length,
		unsigned int time_attrs, struct file *filp)
{
	struct iattr attr = { .ia_size = length, .ia_valid = ATTR_SIZE | time_attrs };
	int ret;

	if (length < 0)
		return -EINVAL;
	if (filp) {
		attr.ia_file = filp;
		attr.ia_valid |= ATTR_FILE;
	}

	ret = dentry_needs_remove_privs(mnt_userns, dentry);
	if (ret < 0)
		return ret;
	if (ret)
		attr.ia_valid |= ret | ATTR_FORCE;

	inode_lock(dentry->d_inode);
	ret = notify_change(mnt_userns, dentry, &attr, NULL);
	inode_unlock(dentry->d_inode);
	return ret;
}

static int truncate_with_access(const struct path *path, loff_t length)
{
	struct user_namespace *mnt_userns = mnt_user_ns(path->mnt);
	struct inode *inode = path->dentry->d_inode;
	int err;

	err = inode_permission(mnt_userns, inode, MAY_WRITE);
	if (err)
		return err;
	if (IS_APPEND(inode))
		return -EPERM;
	err = get_write_access(inode);
	if (err)
		return err;
	err = break_lease(inode, O_WRONLY);
	if (!err)
		err = security_path_truncate(path);
	if (!err)
		err = do_truncate(mnt_userns, path->dentry, length, 0, NULL);
	put_write_access(inode);
	return err;
}

/**
 * vfs_truncate - truncate(2) on a path
 * @path: the file
 * @length: new size in bytes
 *
 * Models: fs/open.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
long vfs_truncate(const struct path *path, loff_t length)
{
	struct inode *inode = path->dentry->d_inode;
	long err;

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	err = mnt_want_write(path->mnt);
	if (err)
		return err;
	err = truncate_with_access(path, length);
	mnt_drop_write(path->mnt);
	return err;
}
EXPORT_SYMBOL_GPL(vfs_truncate);

/**
 * do_sys_truncate - truncate(2)
 * @pathname: user pointer
 * @length: new size in bytes
 *
 * Models: fs/open.c, 6.1. Return: 0 or -errno.
 */
long do_sys_truncate(const char __user *pathname, loff_t length)
{
	unsigned int lookup_flags = LOOKUP_FOLLOW;
	struct path path;
	long err;

	if (length < 0)
		return -EINVAL;
again:
	err = user_path_at(AT_FDCWD, pathname, lookup_flags, &path);
	if (err)
		return err;
	err = vfs_truncate(&path, length);
	path_put(&path);
	if (retry_estale(err, lookup_flags)) {
		lookup_flags |= LOOKUP_REVAL;
		goto again;
	}
	return err;
}

/*
 * access(2) asks for the real user, not for the one whose file system rights the task has; only
 * root keeps capabilities.
 */
static struct cred *access_cred(void)
{
	struct cred *cred = prepare_creds();

	if (!cred)
		return NULL;
	cred->fsuid = cred->uid;
	cred->fsgid = cred->gid;
	if (uid_eq(cred->uid, make_kuid(cred->user_ns, 0)))
		cred->cap_effective = cred->cap_permitted;
	else
		cap_clear(cred->cap_effective);
	return cred;
}

static int access_path(const struct path *path, int mode)
{
	struct inode *inode = d_backing_inode(path->dentry);
	int err;

	if ((mode & MAY_EXEC) && S_ISREG(inode->i_mode) && path_noexec(path))
		return -EACCES;
	err = inode_permission(mnt_user_ns(path->mnt), inode, mode | MAY_ACCESS);
	if (!err && (mode & MAY_WRITE) && !special_file(inode->i_mode) &&
	    __mnt_is_readonly(path->mnt))
		err = -EROFS;
	return err;
}

/**
 * do_faccessat - access(2) and faccessat2(2)
 * @dfd: where relative names start, AT_FDCWD
 * @filename: user pointer
 * @mode: bits of MAY_READ, MAY_WRITE, MAY_EXEC; 0: does it exist?
 * @flags: AT_EACCESS: ask for the effective user; AT_SYMLINK_NOFOLLOW
 *
 * Models: fs/open.c, 6.1. Leaves out AT_EMPTY_PATH, securebits (SECURE_NO_SETUID_FIXUP), and a
 * second look-up after -ESTALE. Return: 0 or -errno.
 */
long do_faccessat(int dfd, const char __user *filename, int mode, int flags)
{
	unsigned int lookup_flags = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	const struct cred *old_cred = NULL;
	struct cred *cred = NULL;
	struct path path;
	long err;

	if (mode & ~(MAY_READ | MAY_WRITE | MAY_EXEC) ||
	    flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW))
		return -EINVAL;
	if (!(flags & AT_EACCESS)) {
		cred = access_cred();
		if (!cred)
			return -ENOMEM;
		old_cred = override_creds(cred);
	}
	err = user_path_at(dfd, filename, lookup_flags, &path);
	if (!err) {
		err = access_path(&path, mode);
		path_put(&path);
	}
	if (old_cred) {
		revert_creds(old_cred);
		put_cred(cred);
	}
	return err;
}

static long ftruncate_file(struct file *file, loff_t length)
{
	struct dentry *dentry = file->f_path.dentry;
	struct inode *inode = dentry->d_inode;
	int err;

	if (!S_ISREG(inode->i_mode) || !(file->f_mode & FMODE_WRITE))
		return -EINVAL;
	if (IS_APPEND(file_inode(file)))
		return -EPERM;
	sb_start_write(inode->i_sb);
	err = security_path_truncate(&file->f_path);
	if (!err)
		err = do_truncate(file_mnt_user_ns(file), dentry, length, ATTR_MTIME | ATTR_CTIME,
				  file);
	sb_end_write(inode->i_sb);
	return err;
}

/**
 * do_sys_ftruncate - ftruncate(2)
 * @fd: descriptor
 * @length: new size in bytes
 * @small: refuse sizes above 2 GiB for files opened without O_LARGEFILE
 *
 * Models: fs/open.c, 6.1. Return: 0 or -errno.
 */
long do_sys_ftruncate(unsigned int fd, loff_t length, int small)
{
	struct fd f;
	long err;

	if (length < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (small && !(f.file->f_flags & O_LARGEFILE) && length > MAX_NON_LFS)
		err = -EINVAL;
	else
		err = ftruncate_file(f.file, length);
	fdput(f);
	return err;
}

/* Which combinations of FALLOC_FL_* exist at all. */
static int fallocate_check_mode(int mode)
{
	if (mode & ~FALLOC_FL_SUPPORTED_MASK)
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_PUNCH_HOLE) &&
	    ((mode & FALLOC_FL_ZERO_RANGE) || !(mode & FALLOC_FL_KEEP_SIZE)))
		return -EOPNOTSUPP;
	if ((mode & FALLOC_FL_COLLAPSE_RANGE) && (mode & ~FALLOC_FL_COLLAPSE_RANGE))
		return -EINVAL;
	if ((mode & FALLOC_FL_INSERT_RANGE) && (mode & ~FALLOC_FL_INSERT_RANGE))
		return -EINVAL;
	if ((mode & FALLOC_FL_UNSHARE_RANGE) &&
	    (mode & ~(FALLOC_FL_UNSHARE_RANGE | FALLOC_FL_KEEP_SIZE)))
		return -EINVAL;
	return 0;
}

static int fallocate_check_inode(struct file *file, int mode)
{
	struct inode *inode = file_inode(file);
	int err;

	if ((mode & ~FALLOC_FL_KEEP_SIZE) && IS_APPEND(inode))
		return -EPERM;
	if (IS_IMMUTABLE(inode))
		return -EPERM;
	if (IS_SWAPFILE(inode))
		return -ETXTBSY;
	err = security_file_permission(file, MAY_WRITE);
	if (err)
		return err;
	if (S_ISFIFO(inode->i_mode))
		return -ESPIPE;
	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode) && !S_ISBLK(inode->i_mode))
		return -ENODEV;
	return 0;
}

/**
 * vfs_fallocate - fallocate(2) on an open file
 * @file: open for writing
 * @mode: FALLOC_FL_*
 * @offset: bytes
 * @len: bytes
 *
 * Models: fs/open.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int vfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	loff_t end;
	int err;

	if (offset < 0 || len <= 0)
		return -EINVAL;
	err = fallocate_check_mode(mode);
	if (err)
		return err;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	err = fallocate_check_inode(file, mode);
	if (err)
		return err;
	if (check_add_overflow(offset, len, &end) || end > file_inode(file)->i_sb->s_maxbytes)
		return -EFBIG;
	if (!file->f_op->fallocate)
		return -EOPNOTSUPP;

	file_start_write(file);
	err = file->f_op->fallocate(file, mode, offset, len);
	if (!err)
		fsnotify_modify(file);
	file_end_write(file);
	return err;
}
EXPORT_SYMBOL_GPL(vfs_fallocate);

/**
 * chmod_common - chmod on a path
 * @path: the object
 * @mode: new permission bits
 *
 * Models: fs/open.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int chmod_common(const struct path *path, umode_t mode)
{
	struct inode *inode = path->dentry->d_inode;
	struct iattr attr;
	int err;

	err = mnt_want_write(path->mnt);
	if (err)
		return err;
	inode_lock(inode);
	err = security_path_chmod(path, mode);
	if (!err) {
		attr.ia_mode = (mode & S_IALLUGO) | (inode->i_mode & ~S_IALLUGO);
		attr.ia_valid = ATTR_MODE | ATTR_CTIME;
		err = notify_change(mnt_user_ns(path->mnt), path->dentry, &attr, NULL);
	}
	inode_unlock(inode);
	mnt_drop_write(path->mnt);
	return err;
}

/**
 * vfs_fchmod - fchmod(2) on an open file
 * @file: the file
 * @mode: new permission bits
 *
 * Models: fs/open.c, 6.1. Return: 0 or -errno.
 */
int vfs_fchmod(struct file *file, umode_t mode)
{
	return chmod_common(&file->f_path, mode);
}

static int chown_prepare(struct user_namespace *mnt_userns, struct inode *inode, uid_t user,
			 gid_t group, struct iattr *attr)
{
	kuid_t uid = make_kuid(current_user_ns(), user);
	kgid_t gid = make_kgid(current_user_ns(), group);

	attr->ia_vfsuid = INVALID_VFSUID;
	attr->ia_vfsgid = INVALID_VFSGID;
	attr->ia_valid = ATTR_CTIME;
	if ((user != (uid_t)-1 && !uid_valid(uid)) || (group != (gid_t)-1 && !gid_valid(gid)))
		return -EINVAL;
	if (user != (uid_t)-1) {
		attr->ia_valid |= ATTR_UID;
		attr->ia_vfsuid = VFSUIDT_INIT(uid);
	}
	if (group != (gid_t)-1) {
		attr->ia_valid |= ATTR_GID;
		attr->ia_vfsgid = VFSGIDT_INIT(gid);
	}
	if (!S_ISDIR(inode->i_mode))
		attr->ia_valid |= ATTR_KILL_SUID | ATTR_KILL_PRIV |
				  setattr_should_drop_sgid(mnt_userns, inode);
	return 0;
}

/**
 * chown_common - chown on a path
 * @path: the object
 * @user: new owner, -1: unchanged
 * @group: new group, -1: unchanged
 *
 * Models: fs/open.c, 6.1. Context: may sleep; the mount is writable. Return: 0 or -errno.
 */
int chown_common(const struct path *path, uid_t user, gid_t group)
{
	struct user_namespace *mnt_userns = mnt_user_ns(path->mnt);
	struct inode *inode = path->dentry->d_inode;
	struct iattr attr;
	int err;

	inode_lock(inode);
	err = chown_prepare(mnt_userns, inode, user, group, &attr);
	if (!err)
		err = notify_change(mnt_userns, path->dentry, &attr, NULL);
	inode_unlock(inode);
	return err;
}

/**
 * vfs_fchown - fchown(2) on an open file
 * @file: the file
 * @user: new owner, -1: unchanged
 * @group: new group, -1: unchanged
 *
 * Models: fs/open.c, 6.1. Return: 0 or -errno.
 */
int vfs_fchown(struct file *file, uid_t user, gid_t group)
{
	int err = mnt_want_write_file(file);

	if (err)
		return err;
	err = chown_common(&file->f_path, user, group);
	mnt_drop_write_file(file);
	return err;
}

/* Access that do_dentry_open() takes and put_file_access() gives back. */
static int take_file_access(struct file *file, struct inode *inode)
{
	int err;

	if ((file->f_mode & (FMODE_READ | FMODE_WRITE)) == FMODE_READ) {
		i_readcount_inc(inode);
		return 0;
	}
	if (!(file->f_mode & FMODE_WRITE) || special_file(inode->i_mode))
		return 0;
	err = get_write_access(inode);
	if (err)
		return err;
	err = __mnt_want_write(file->f_path.mnt);
	if (err) {
		put_write_access(inode);
		return err;
	}
	file->f_mode |= FMODE_WRITER;
	return 0;
}

/* What the methods that ->open() left in f_op allow. */
static void file_set_modes(struct file *file)
{
	file->f_mode |= FMODE_OPENED;
	if ((file->f_mode & FMODE_READ) && (file->f_op->read || file->f_op->read_iter))
		file->f_mode |= FMODE_CAN_READ;
	if ((file->f_mode & FMODE_WRITE) && (file->f_op->write || file->f_op->write_iter))
		file->f_mode |= FMODE_CAN_WRITE;
	if ((file->f_mode & FMODE_LSEEK) && !file->f_op->llseek)
		file->f_mode &= ~FMODE_LSEEK;
	if (file->f_mapping->a_ops && file->f_mapping->a_ops->direct_IO)
		file->f_mode |= FMODE_CAN_ODIRECT;
	file->f_flags &= ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	file->f_iocb_flags = iocb_flags(file);
}

static int call_open(struct file *file, struct inode *inode,
		     int (*open)(struct inode *, struct file *))
{
	int err;

	file->f_op = fops_get(inode->i_fop);
	if (WARN_ON(!file->f_op))
		return -ENODEV;
	err = security_file_open(file);
	if (!err)
		err = break_lease(inode, file->f_flags);
	if (err)
		return err;

	/* All three unless ->open() clears them. */
	file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	if (!open)
		open = file->f_op->open;
	if (!open)
		return 0;
	err = open(inode, file);
	return WARN_ON_ONCE(err > 0) ? -EINVAL : err;
}

static void forget_path(struct file *file)
{
	path_put(&file->f_path);
	file->f_path.mnt = NULL;
	file->f_path.dentry = NULL;
	file->f_inode = NULL;
}

static int do_dentry_open(struct file *file, struct inode *inode,
			  int (*open)(struct inode *, struct file *))
{
	static const struct file_operations no_fops = {};
	int err;

	path_get(&file->f_path);
	file->f_inode = inode;
	file->f_mapping = inode->i_mapping;
	file->f_wb_err = filemap_sample_wb_err(file->f_mapping);
	file->f_sb_err = file_sample_sb_err(file);

	if (file->f_flags & O_PATH) {
		file->f_mode = FMODE_PATH | FMODE_OPENED;
		file->f_op = &no_fops;
		return 0;
	}

	err = take_file_access(file, inode);
	if (err) {
		forget_path(file);
		return err;
	}
	if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode))
		file->f_mode |= FMODE_ATOMIC_POS;

	err = call_open(file, inode, open);
	if (err) {
		fops_put(file->f_op);
		put_file_access(file);
		forget_path(file);
		return err;
	}

	file_set_modes(file);
	file_ra_state_init(&file->f_ra, file->f_mapping->host->i_mapping);
	/* An error from here on finds FMODE_OPENED set: fput() will call ->release(). */
	if ((file->f_flags & O_DIRECT) && !(file->f_mode & FMODE_CAN_ODIRECT))
		return -EINVAL;
	return 0;
}

/**
 * finish_open - let ->atomic_open() finish the open
 * @file: the file the VFS handed to ->atomic_open()
 * @dentry: positive; its reference is not consumed
 * @open: called instead of the inode's ->open(), or NULL
 *
 * Models: fs/open.c, 6.1. Finishing twice is a BUG.
 *
 * Context: may sleep. Return: 0 or -errno.
 */
int finish_open(struct file *file, struct dentry *dentry,
		int (*open)(struct inode *, struct file *))
{
	BUG_ON(file->f_mode & FMODE_OPENED);
	file->f_path.dentry = dentry;
	return do_dentry_open(file, d_backing_inode(dentry), open);
}
EXPORT_SYMBOL(finish_open);

/**
 * finish_no_open - let ->atomic_open() leave the open to the VFS
 * @file: the file the VFS handed to ->atomic_open()
 * @dentry: what a lookup returned: a dentry (reference consumed), NULL or an ERR_PTR
 *
 * Models: fs/open.c, 6.1. Return: 0, or the error in @dentry.
 */
int finish_no_open(struct file *file, struct dentry *dentry)
{
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	file->f_path.dentry = dentry;
	return 0;
}
EXPORT_SYMBOL(finish_no_open);

/**
 * vfs_open - open a path into an allocated file
 * @path: the path; references are taken
 * @file: from alloc_empty_file()
 *
 * Models: fs/open.c, 6.1. After an error the file still needs its fput().
 *
 * Context: may sleep. Return: 0 or -errno.
 */
int vfs_open(const struct path *path, struct file *file)
{
	file->f_path = *path;
	return do_dentry_open(file, d_backing_inode(path->dentry), NULL);
}

/* Ends a file that could not be opened. */
static struct file *opened_or_error(struct file *file, int err)
{
	if (!err)
		return file;
	fput(file);
	return ERR_PTR(err);
}

/**
 * dentry_open - open a path with given credentials
 * @path: the path; references are taken; must have a mount
 * @flags: O_* flags; no permission check is made
 * @cred: credentials the file gets
 *
 * Models: fs/open.c, 6.1. Context: may sleep. Return: a file with one reference, or an ERR_PTR.
 */
struct file *dentry_open(const struct path *path, int flags, const struct cred *cred)
{
	struct file *file;

	BUG_ON(!path->mnt);
	file = alloc_empty_file(flags, cred);
	if (IS_ERR(file))
		return file;
	return opened_or_error(file, vfs_open(path, file));
}
EXPORT_SYMBOL(dentry_open);

/**
 * open_with_fake_path - open an inode under the path of another
 * @path: what the file pretends to be; references are taken
 * @flags: O_* flags
 * @inode: what is really opened
 * @cred: credentials the file gets
 *
 * Models: fs/open.c, 6.1. The file is not counted against file-max (FMODE_NOACCOUNT).
 *
 * Context: may sleep. Return: a file with one reference, or an ERR_PTR.
 */
struct file *open_with_fake_path(const struct path *path, int flags, struct inode *inode,
				 const struct cred *cred)
{
	struct file *file = alloc_empty_file_noaccount(flags, cred);

	if (IS_ERR(file))
		return file;
	file->f_path = *path;
	return opened_or_error(file, do_dentry_open(file, inode, NULL));
}
EXPORT_SYMBOL(open_with_fake_path);

#define CREATES(flags)	((flags) & (O_CREAT | __O_TMPFILE))
#define O_PATH_FLAGS	(O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)

/**
 * build_open_how - openat2()'s argument for an open(2)
 * @flags: O_* flags; unknown ones are dropped
 * @mode: permission bits; dropped unless the flags create
 *
 * Models: fs/open.c, 6.1.
 */
struct open_how build_open_how(int flags, umode_t mode)
{
	struct open_how how = {
		.flags = flags & VALID_OPEN_FLAGS,
		.mode = mode & S_IALLUGO,
	};

	if (how.flags & O_PATH)
		how.flags &= O_PATH_FLAGS;
	if (!CREATES(how.flags))
		how.mode = 0;
	return how;
}

static int open_acc_mode(u64 flags)
{
	int acc = ACC_MODE(flags);

	/* O_TRUNC implies that write permission is asked for; O_APPEND asks for the append kind. */
	if (flags & O_TRUNC)
		acc |= MAY_WRITE;
	if (flags & O_APPEND)
		acc |= MAY_APPEND;
	return acc;
}

static int open_check_flags(const struct open_how *how, u64 flags)
{
	if (flags & ~VALID_OPEN_FLAGS)
		return -EINVAL;
	if (how->resolve)
		unmodelled("openat2 resolve flags");
	if (CREATES(flags) ? (how->mode & ~S_IALLUGO) : how->mode)
		return -EINVAL;
	if ((flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
		return -EINVAL;
	if ((flags & __O_TMPFILE) &&
	    (!(flags & O_DIRECTORY) || !(ACC_MODE(flags) & MAY_WRITE)))
		return -EINVAL;
	if ((flags & O_PATH) && (flags & ~O_PATH_FLAGS))
		return -EINVAL;
	return 0;
}

/**
 * build_open_flags - what the path walk and the last step of an open must do
 * @how: as given to openat2()
 * @op: out
 *
 * Models: fs/open.c, 6.1, without RESOLVE_*. Return: 0 or -EINVAL.
 */
int build_open_flags(const struct open_how *how, struct open_flags *op)
{
	u64 flags = how->flags & ~(u64)(FMODE_NONOTIFY | O_CLOEXEC);
	int err = open_check_flags(how, flags);

	if (err)
		return err;
	op->mode = CREATES(flags) ? how->mode | S_IFREG : 0;
	/* O_SYNC is two bits; the inner one alone must not stay. */
	if (flags & __O_SYNC)
		flags |= O_DSYNC;
	op->open_flag = flags;
	op->acc_mode = (flags & O_PATH) ? 0 : open_acc_mode(flags);
	op->intent = (flags & O_PATH) ? 0 : LOOKUP_OPEN;
	op->lookup_flags = 0;
	if (flags & O_CREAT) {
		op->intent |= LOOKUP_CREATE;
		if (flags & O_EXCL) {
			op->intent |= LOOKUP_EXCL;
			flags |= O_NOFOLLOW;
		}
	}
	if (flags & O_DIRECTORY)
		op->lookup_flags |= LOOKUP_DIRECTORY;
	if (!(flags & O_NOFOLLOW))
		op->lookup_flags |= LOOKUP_FOLLOW;
	return 0;
}

/**
 * file_open_name - open a name from inside the kernel
 * @name: the name; only borrowed
 * @flags: O_* flags
 * @mode: permission bits for a new file
 *
 * Models: fs/open.c, 6.1. Return: a file with one reference, or an ERR_PTR.
 */
struct file *file_open_name(struct filename *name, int flags, umode_t mode)
{
	struct open_how how = build_open_how(flags, mode);
	struct open_flags op;
	int err = build_open_flags(&how, &op);

	return err ? ERR_PTR(err) : do_filp_open(AT_FDCWD, name, &op);
}

/**
 * filp_open - open a path from inside the kernel
 * @filename: kernel string
 * @flags: O_* flags
 * @mode: permission bits for a new file
 *
 * Models: fs/open.c, 6.1. Return: a file with one reference, or an ERR_PTR.
 */
struct file *filp_open(const char *filename, int flags, umode_t mode)
{
	struct filename *name = getname_kernel(filename);
	struct file *file = ERR_CAST(name);

	if (!IS_ERR(name)) {
		file = file_open_name(name, flags, mode);
		putname(name);
	}
	return file;
}
EXPORT_SYMBOL(filp_open);

/**
 * file_open_root - open a path below a directory, or what @root itself is
 * @root: where absolute and relative names start
 * @filename: kernel string; "": @root itself
 * @flags: O_* flags
 * @mode: permission bits for a new file
 *
 * Models: fs/open.c, 6.1. Return: a file with one reference, or an ERR_PTR.
 */
struct file *file_open_root(const struct path *root, const char *filename, int flags, umode_t mode)
{
	struct open_how how = build_open_how(flags, mode);
	struct open_flags op;
	int err = build_open_flags(&how, &op);

	return err ? ERR_PTR(err) : do_file_open_root(root, filename, &op);
}
EXPORT_SYMBOL(file_open_root);

/* A descriptor for an open that has already been parsed. */
static long open_with_flags(int dfd, const char __user *filename, const struct open_flags *op,
			    unsigned int fd_flags)
{
	struct filename *name = getname(filename);
	struct file *file;
	int fd;

	if (IS_ERR(name))
		return PTR_ERR(name);
	fd = get_unused_fd_flags(fd_flags);
	if (fd < 0)
		goto out;
	file = do_filp_open(dfd, name, op);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		fd = PTR_ERR(file);
		goto out;
	}
	fsnotify_open(file);
	fd_install(fd, file);
out:
	putname(name);
	return fd;
}

/**
 * do_sys_open - openat(2)
 * @dfd: where relative names start, AT_FDCWD
 * @filename: user pointer
 * @flags: O_* flags
 * @mode: permission bits for a new file
 *
 * Models: fs/open.c, 6.1 (do_sys_openat2 without RESOLVE_*). Return: the descriptor or -errno.
 */
long do_sys_open(int dfd, const char __user *filename, int flags, umode_t mode)
{
	struct open_how how = build_open_how(flags | O_LARGEFILE, mode);
	struct open_flags op;
	int err = build_open_flags(&how, &op);

	if (err)
		return err;
	return open_with_flags(dfd, filename, &op, how.flags);
}

/**
 * filp_close - what close(2) does beyond the table
 * @filp: the file; the table's reference is dropped
 * @id: the table, owner of POSIX locks
 *
 * Models: fs/open.c, 6.1: ->flush() first, then POSIX locks, then fput(). Closing a file without
 * references is a finding.
 *
 * Context: may sleep. Return: 0 or what ->flush() said.
 */
int filp_close(struct file *filp, fl_owner_t id)
{
	int ret = 0;

	if (!file_count(filp)) {
		fb_report(FB_DOUBLE_PUT, 0, NULL, "VFS: Close: file count is 0");
		return 0;
	}
	if (filp->f_op->flush)
		ret = filp->f_op->flush(filp, id);
	if (!(filp->f_mode & FMODE_PATH))
		locks_remove_posix(filp, id);
	fput(filp);
	return ret;
}
EXPORT_SYMBOL(filp_close);

/**
 * ksys_close - close(2)
 * @fd: descriptor
 *
 * Models: fs/open.c, 6.1: an error that would restart the call becomes -EINTR, for the
 * descriptor is gone in any case.
 */
int ksys_close(unsigned int fd)
{
	int ret = close_fd(fd);

	if (ret == -ERESTARTSYS || ret == -ERESTARTNOINTR || ret == -ERESTARTNOHAND ||
	    ret == -ERESTART_RESTARTBLOCK)
		ret = -EINTR;
	return ret;
}

/**
 * generic_file_open - ->open() of file systems with 64-bit sizes
 * @inode: the inode
 * @filp: the file
 *
 * Models: fs/open.c, 6.1. Return: 0, or -EOVERFLOW without O_LARGEFILE above 2 GiB.
 */
int generic_file_open(struct inode *inode, struct file *filp)
{
	if (!(filp->f_flags & O_LARGEFILE) && i_size_read(inode) > MAX_NON_LFS)
		return -EOVERFLOW;
	return 0;
}
EXPORT_SYMBOL(generic_file_open);

/**
 * nonseekable_open - ->open() for devices without a position to seek to
 * @inode: unused
 * @filp: the file
 *
 * Models: fs/open.c, 6.1. Return: 0.
 */
int nonseekable_open(struct inode *inode, struct file *filp)
{
	(void)inode;
	filp->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE);
	return 0;
}
EXPORT_SYMBOL(nonseekable_open);

/**
 * stream_open - ->open() for streams: no position at all, reads and writes do not exclude each
 * other
 * @inode: unused
 * @filp: the file
 *
 * Models: fs/open.c, 6.1. Return: 0.
 */
int stream_open(struct inode *inode, struct file *filp)
{
	(void)inode;
	filp->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE | FMODE_ATOMIC_POS);
	filp->f_mode |= FMODE_STREAM;
	return 0;
}
EXPORT_SYMBOL(stream_open);
