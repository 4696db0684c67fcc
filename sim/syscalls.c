// SPDX-License-Identifier: GPL-2.0
/*
 * System calls: enter, body, leave.
 */
#include "syscalls.h"

#include <linux/cred.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/poll.h>
#include <linux/syscalls.h>

#include "../vfs_shim/fs/internal.h"
#include "process.h"

long box_open(const char *path, int flags, umode_t mode)
{
	box_syscall_enter();
	return box_syscall_exit("open", do_sys_open(AT_FDCWD, path, flags | O_LARGEFILE, mode));
}

long box_close(unsigned int fd)
{
	box_faults_closes();
	box_syscall_enter();
	return box_syscall_exit("close", ksys_close(fd));
}

static long dup_lowest(unsigned int fd)
{
	struct file *file = fget_raw(fd);
	long new;

	if (!file)
		return -EBADF;
	new = get_unused_fd_flags(0);
	if (new < 0)
		fput(file);
	else
		fd_install(new, file);
	return new;
}

long box_dup(unsigned int fd)
{
	box_syscall_enter();
	return box_syscall_exit("dup", dup_lowest(fd));
}

long box_pipe(int fds[2])
{
	box_syscall_enter();
	return box_syscall_exit("pipe", do_pipe_flags(fds, 0));
}

long box_read(unsigned int fd, void *buf, size_t len)
{
	box_syscall_enter();
	return box_syscall_exit("read", ksys_read(fd, buf, len));
}

long box_write(unsigned int fd, const void *buf, size_t len)
{
	struct iovec iov = { (void *)buf, len };

	box_syscall_enter();
	return box_syscall_exit("write", box_faults_wrote(fd, &iov, 1, ksys_write(fd, buf, len)));
}

long box_pread(unsigned int fd, void *buf, size_t len, loff_t off)
{
	box_syscall_enter();
	return box_syscall_exit("pread", ksys_pread64(fd, buf, len, off));
}

long box_pwrite(unsigned int fd, const void *buf, size_t len, loff_t off)
{
	struct iovec iov = { (void *)buf, len };

	box_syscall_enter();
	return box_syscall_exit("pwrite",
				box_faults_wrote(fd, &iov, 1, ksys_pwrite64(fd, buf, len, off)));
}

long box_readv(unsigned int fd, const struct iovec *iov, int n)
{
	box_syscall_enter();
	return box_syscall_exit("readv", ksys_readv(fd, iov, n, 0));
}

long box_writev(unsigned int fd, const struct iovec *iov, int n)
{
	box_syscall_enter();
	return box_syscall_exit("writev", box_faults_wrote(fd, iov, n, ksys_writev(fd, iov, n, 0)));
}

long box_preadv2(unsigned int fd, const struct iovec *iov, int n, loff_t off, rwf_t rwf)
{
	box_syscall_enter();
	return box_syscall_exit("preadv2", off == -1 ? ksys_readv(fd, iov, n, rwf)
						     : ksys_preadv(fd, iov, n, off, rwf));
}

long box_pwritev2(unsigned int fd, const struct iovec *iov, int n, loff_t off, rwf_t rwf)
{
	long ret;

	box_syscall_enter();
	ret = off == -1 ? ksys_writev(fd, iov, n, rwf) : ksys_pwritev(fd, iov, n, off, rwf);
	return box_syscall_exit("pwritev2", box_faults_wrote(fd, iov, n, ret));
}

loff_t box_lseek(unsigned int fd, loff_t off, unsigned int whence)
{
	box_syscall_enter();
	return box_syscall_exit("lseek", ksys_lseek(fd, off, whence));
}

long box_splice(int in, loff_t *off_in, int out, loff_t *off_out, size_t len, unsigned int flags)
{
	box_syscall_enter();
	return box_syscall_exit("splice", ksys_splice(in, off_in, out, off_out, len, flags));
}

long box_sendfile(int out, int in, loff_t *off, size_t len)
{
	box_syscall_enter();
	return box_syscall_exit("sendfile", ksys_sendfile(out, in, off, len));
}

static long copy_range(int in, loff_t off_in, int out, loff_t off_out, size_t len)
{
	struct fd from = fdget(in), to = fdget(out);
	long ret = -EBADF;

	if (from.file && to.file)
		ret = vfs_copy_file_range(from.file, off_in, to.file, off_out, len, 0);
	fdput(to);
	fdput(from);
	return ret;
}

long box_copy_range(int in, loff_t off_in, int out, loff_t off_out, size_t len)
{
	box_syscall_enter();
	return box_syscall_exit("copy_file_range", copy_range(in, off_in, out, off_out, len));
}

long box_mmap(unsigned int fd, size_t len, int prot, int flags, loff_t off)
{
	box_syscall_enter();
	return box_syscall_exit("mmap", offset_in_page(off) ? -EINVAL :
				ksys_mmap_pgoff(0, len, prot, flags, fd, off >> PAGE_SHIFT));
}

long box_munmap(unsigned long addr, size_t len)
{
	box_syscall_enter();
	return box_syscall_exit("munmap", vm_munmap(addr, len));
}

long box_msync(unsigned long addr, size_t len, int flags)
{
	box_syscall_enter();
	return box_syscall_exit("msync", ksys_msync(addr, len, flags));
}

long box_load(unsigned long addr, void *buf, size_t len)
{
	box_syscall_enter();
	return box_syscall_exit("load", fb_user_access(addr, buf, len, false));
}

long box_store(unsigned long addr, const void *buf, size_t len)
{
	box_syscall_enter();
	return box_syscall_exit("store", fb_user_access(addr, (void *)buf, len, true));
}

long box_fstat(unsigned int fd, struct kstat *st)
{
	box_syscall_enter();
	return box_syscall_exit("fstat", vfs_fstat(fd, st));
}

long box_lstat(const char *path, struct kstat *st)
{
	box_syscall_enter();
	return box_syscall_exit("lstat", vfs_fstatat(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW));
}

long box_statfs(const char *path, struct kstatfs *st)
{
	box_syscall_enter();
	return box_syscall_exit("statfs", user_statfs(path, st));
}

long box_ftruncate(unsigned int fd, loff_t size)
{
	box_syscall_enter();
	return box_syscall_exit("ftruncate", do_sys_ftruncate(fd, size, 0));
}

long box_access(const char *path, int mode)
{
	box_syscall_enter();
	return box_syscall_exit("access", do_faccessat(AT_FDCWD, path, mode, 0));
}

long box_name_to_handle(const char *path, struct file_handle *handle)
{
	int mount;

	box_syscall_enter();
	return box_syscall_exit("name_to_handle_at",
				do_name_to_handle(AT_FDCWD, path, handle, &mount, 0));
}

long box_open_by_handle(unsigned int mount, struct file_handle *handle, int flags)
{
	box_syscall_enter();
	return box_syscall_exit("open_by_handle_at",
				do_handle_open(mount, handle, flags | O_LARGEFILE));
}

long box_truncate(const char *path, loff_t size)
{
	box_syscall_enter();
	return box_syscall_exit("truncate", do_sys_truncate(path, size));
}

long box_fsync(unsigned int fd, bool datasync)
{
	box_syscall_enter();
	return box_syscall_exit(datasync ? "fdatasync" : "fsync", ksys_fsync(fd, datasync));
}

/* A body that wants the open file in place of its number. */
static long with_file(unsigned int fd, long (*body)(struct file *file, void *arg), void *arg)
{
	struct fd f = fdget(fd);
	long ret;

	if (!f.file)
		return -EBADF;
	ret = body(f.file, arg);
	fdput(f);
	return ret;
}

/* A body that wants the path in place of its name; links at its end are not followed. */
static long with_path(const char *name, long (*body)(const struct path *path, void *arg), void *arg)
{
	struct path path;
	long ret = user_path_at(AT_FDCWD, name, 0, &path);

	if (ret)
		return ret;
	ret = body(&path, arg);
	path_put(&path);
	return ret;
}

struct fallocate_args {
	int mode;
	loff_t off, len;
};

static long fallocate_body(struct file *file, void *arg)
{
	struct fallocate_args *a = arg;

	return vfs_fallocate(file, a->mode, a->off, a->len);
}

long box_fallocate(unsigned int fd, int mode, loff_t off, loff_t len)
{
	struct fallocate_args a = { mode, off, len };

	box_syscall_enter();
	return box_syscall_exit("fallocate", with_file(fd, fallocate_body, &a));
}

static long seal_body(struct file *file, void *arg)
{
	return mapping_deny_writable(file->f_mapping);
}

long box_seal_writes(unsigned int fd)
{
	box_syscall_enter();
	return box_syscall_exit("fcntl", with_file(fd, seal_body, NULL));
}

static long fchmod_body(struct file *file, void *arg)
{
	return vfs_fchmod(file, *(umode_t *)arg);
}

long box_fchmod(unsigned int fd, umode_t mode)
{
	box_syscall_enter();
	return box_syscall_exit("fchmod", with_file(fd, fchmod_body, &mode));
}

static long chmod_body(const struct path *path, void *arg)
{
	return chmod_common(path, *(umode_t *)arg);
}

long box_chmod(const char *path, umode_t mode)
{
	box_syscall_enter();
	return box_syscall_exit("chmod", with_path(path, chmod_body, &mode));
}

struct chown_args {
	uid_t uid;
	gid_t gid;
};

static long chown_body(const struct path *path, void *arg)
{
	struct chown_args *a = arg;
	long ret = mnt_want_write(path->mnt);

	if (ret)
		return ret;
	ret = chown_common(path, a->uid, a->gid);
	mnt_drop_write(path->mnt);
	return ret;
}

long box_lchown(const char *path, uid_t uid, gid_t gid)
{
	struct chown_args a = { uid, gid };

	box_syscall_enter();
	return box_syscall_exit("lchown", with_path(path, chown_body, &a));
}

static long utimes_body(const struct path *path, void *arg)
{
	return vfs_utimes(path, arg);
}

long box_utimens(const char *path, struct timespec64 times[2])
{
	box_syscall_enter();
	return box_syscall_exit("utimensat", with_path(path, utimes_body, times));
}

long box_ioctl(unsigned int fd, unsigned int cmd, void *arg)
{
	box_syscall_enter();
	return box_syscall_exit("ioctl", ksys_ioctl(fd, cmd, (unsigned long)arg));
}

long box_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	box_syscall_enter();
	return box_syscall_exit("fcntl", ksys_fcntl(fd, cmd, arg));
}

long box_flock(unsigned int fd, unsigned int cmd)
{
	box_syscall_enter();
	return box_syscall_exit("flock", ksys_flock(fd, cmd));
}

long box_poll(unsigned int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };
	long ret;

	box_syscall_enter();
	ret = ksys_poll(&p, 1, 0);
	return box_syscall_exit("poll", ret < 0 ? ret : p.revents);
}

long box_poll_wait(unsigned int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };
	long ret;

	box_syscall_enter();
	ret = ksys_poll(&p, 1, -1);
	return box_syscall_exit("poll", ret < 0 ? ret : p.revents);
}

long box_syncfs(unsigned int fd)
{
	box_syscall_enter();
	return box_syscall_exit("syncfs", ksys_syncfs(fd));
}

long box_mount_options(const char *path, char *buf, size_t len)
{
	box_syscall_enter();
	return box_syscall_exit("mountinfo", show_sb_options(path, buf, len));
}

long box_unlink(const char *path)
{
	box_syscall_enter();
	return box_syscall_exit("unlink", do_unlinkat(AT_FDCWD, getname(path)));
}

long box_mkdir(const char *path, umode_t mode)
{
	box_syscall_enter();
	return box_syscall_exit("mkdir", do_mkdirat(AT_FDCWD, getname(path), mode));
}

long box_rmdir(const char *path)
{
	box_syscall_enter();
	return box_syscall_exit("rmdir", do_rmdir(AT_FDCWD, getname(path)));
}

long box_rename(const char *from, const char *to, unsigned int flags)
{
	box_syscall_enter();
	return box_syscall_exit("rename", do_renameat2(AT_FDCWD, getname(from), AT_FDCWD,
						       getname(to), flags));
}

long box_link(const char *from, const char *to)
{
	box_syscall_enter();
	return box_syscall_exit("link", do_linkat(AT_FDCWD, getname(from), AT_FDCWD, getname(to),
						  0));
}

long box_symlink(const char *target, const char *path)
{
	box_syscall_enter();
	return box_syscall_exit("symlink", do_symlinkat(getname(target), AT_FDCWD, getname(path)));
}

struct readlink_args {
	char *buf;
	size_t len;
};

static long readlink_body(const struct path *path, void *arg)
{
	struct readlink_args *a = arg;

	if (!d_is_symlink(path->dentry))
		return -EINVAL;
	touch_atime(path);
	return vfs_readlink(path->dentry, a->buf, a->len);
}

long box_readlink(const char *path, char *buf, size_t len)
{
	struct readlink_args a = { buf, len };

	box_syscall_enter();
	return box_syscall_exit("readlink", with_path(path, readlink_body, &a));
}

long box_mknod(const char *path, umode_t mode, unsigned int dev)
{
	box_syscall_enter();
	return box_syscall_exit("mknod", do_mknodat(AT_FDCWD, getname(path), mode, dev));
}

long box_getdents64(unsigned int fd, void *buf, size_t len)
{
	box_syscall_enter();
	return box_syscall_exit("getdents64", ksys_getdents64(fd, buf, len));
}

struct xattr_args {
	const char *name;
	const void *val;
	void *buf;
	size_t len;
	int flags;
};

static long setxattr_body(const struct path *path, void *arg)
{
	struct xattr_args *a = arg;

	return path_setxattr(path, a->name, a->val, a->len, a->flags);
}

long box_lsetxattr(const char *path, const char *name, const void *val, size_t len, int flags)
{
	struct xattr_args a = { .name = name, .val = val, .len = len, .flags = flags };

	box_syscall_enter();
	return box_syscall_exit("lsetxattr", with_path(path, setxattr_body, &a));
}

static long getxattr_body(const struct path *path, void *arg)
{
	struct xattr_args *a = arg;

	return path_getxattr(path, a->name, a->buf, a->len);
}

long box_lgetxattr(const char *path, const char *name, void *val, size_t len)
{
	struct xattr_args a = { .name = name, .buf = val, .len = len };

	box_syscall_enter();
	return box_syscall_exit("lgetxattr", with_path(path, getxattr_body, &a));
}

static long listxattr_body(const struct path *path, void *arg)
{
	struct xattr_args *a = arg;

	return path_listxattr(path, a->buf, a->len);
}

long box_llistxattr(const char *path, char *list, size_t len)
{
	struct xattr_args a = { .buf = list, .len = len };

	box_syscall_enter();
	return box_syscall_exit("llistxattr", with_path(path, listxattr_body, &a));
}

static long removexattr_body(const struct path *path, void *arg)
{
	return path_removexattr(path, arg);
}

long box_lremovexattr(const char *path, const char *name)
{
	box_syscall_enter();
	return box_syscall_exit("lremovexattr", with_path(path, removexattr_body, (void *)name));
}

long box_umask(umode_t mask)
{
	struct fs_struct *fs = current->fs;
	int old;

	box_syscall_enter();
	old = fs->umask;
	fs->umask = mask & 0777;
	return box_syscall_exit("umask", old);
}

long box_mount(const char *dev, const char *path, const char *type, unsigned long flags, void *data)
{
	box_syscall_enter();
	return box_syscall_exit("mount", do_mount(dev, path, type, flags, data));
}

static long umount_by_name(const char *name, int flags)
{
	unsigned int lookup = flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path path;
	long ret = user_path_at(AT_FDCWD, name, lookup | LOOKUP_MOUNTPOINT, &path);

	/* path_umount() puts the path. */
	return ret ? ret : path_umount(&path, flags);
}

long box_umount(const char *path, int flags)
{
	box_syscall_enter();
	return box_syscall_exit("umount", umount_by_name(path, flags));
}

static long ioctl_by_name(const char *path, const char *name, unsigned int cmd)
{
	long fd = box_open(path, O_RDONLY | O_DIRECTORY, 0);
	long ret;

	if (fd < 0)
		return fd;
	box_syscall_enter();
	ret = box_syscall_exit(name, ksys_ioctl(fd, cmd, 0));
	box_close(fd);
	return ret;
}

long box_freeze(const char *path)
{
	return ioctl_by_name(path, "freeze", FIFREEZE);
}

long box_thaw(const char *path)
{
	return ioctl_by_name(path, "thaw", FITHAW);
}
