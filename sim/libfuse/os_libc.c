// SPDX-License-Identifier: GPL-2.0
/*
 * The file server's system: the real one. See os.h.
 */
#include "os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

long os_open(const char *path, int flags, mode_t mode)
{
	return result(open(path, flags | O_NOFOLLOW | O_CLOEXEC, mode));
}

long os_close(int fd)
{
	return result(close(fd));
}

long os_pread(int fd, void *buf, size_t len, off_t off)
{
	return result(pread(fd, buf, len, off));
}

long os_pwrite(int fd, const void *buf, size_t len, off_t off)
{
	return result(pwrite(fd, buf, len, off));
}

long os_lseek(int fd, off_t off, int whence)
{
	return result(lseek(fd, off, whence));
}

long os_fsync(int fd, bool datasync)
{
	return result(datasync ? fdatasync(fd) : fsync(fd));
}

long os_fallocate(int fd, int mode, off_t off, off_t len)
{
	return result(fallocate(fd, mode, off, len));
}

long os_copy_range(int in, off_t off_in, int out, off_t off_out, size_t len)
{
	return result(copy_file_range(in, &off_in, out, &off_out, len, 0));
}

long os_ioctl(int fd, unsigned int cmd, void *arg)
{
	return result(ioctl(fd, cmd, arg));
}

long os_fstat(int fd, struct stat *st)
{
	return result(fstat(fd, st));
}

long os_ftruncate(int fd, off_t size)
{
	return result(ftruncate(fd, size));
}

long os_lstat(const char *path, struct stat *st)
{
	return result(lstat(path, st));
}

long os_truncate(const char *path, off_t size)
{
	return result(truncate(path, size));
}

long os_chmod(const char *path, mode_t mode)
{
	return result(chmod(path, mode));
}

long os_lchown(const char *path, uid_t uid, gid_t gid)
{
	return result(lchown(path, uid, gid));
}

long os_utimens(const char *path, const struct timespec times[2])
{
	return result(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW));
}

long os_statvfs(const char *path, struct statvfs *st)
{
	return result(statvfs(path, st));
}

long os_mkdir(const char *path, mode_t mode)
{
	return result(mkdir(path, mode));
}

long os_mknod(const char *path, mode_t mode, dev_t rdev)
{
	return result(mknod(path, mode, rdev));
}

long os_symlink(const char *target, const char *path)
{
	return result(symlink(target, path));
}

long os_readlink(const char *path, char *buf, size_t len)
{
	return result(readlink(path, buf, len));
}

long os_link(const char *from, const char *to)
{
	return result(link(from, to));
}

long os_unlink(const char *path)
{
	return result(unlink(path));
}

long os_rmdir(const char *path)
{
	return result(rmdir(path));
}

long os_rename(const char *from, const char *to, unsigned int flags)
{
	return result(renameat2(AT_FDCWD, from, AT_FDCWD, to, flags));
}

/* The kernel's record, which the C library has no name for. */
struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

long os_readdir(int fd, off_t off, struct os_dirent *d, int n)
{
	_Alignas(struct linux_dirent64) char buf[4096];
	long len, i = 0;

	if (lseek(fd, off, SEEK_SET) < 0)
		return -errno;
	len = syscall(SYS_getdents64, fd, buf, sizeof(buf));
	if (len < 0)
		return -errno;
	for (long at = 0; at < len && i < n; i++) {
		const struct linux_dirent64 *e = (const void *)(buf + at);

		d[i].ino = e->d_ino;
		d[i].off = e->d_off;
		d[i].mode = DTTOIF(e->d_type);
		snprintf(d[i].name, sizeof(d[i].name), "%s", e->d_name);
		at += e->d_reclen;
	}
	return i;
}

long os_setxattr(const char *path, const char *name, const void *val, size_t len, int flags)
{
	return result(lsetxattr(path, name, val, len, flags));
}

long os_getxattr(const char *path, const char *name, void *val, size_t len)
{
	return result(lgetxattr(path, name, val, len));
}

long os_listxattr(const char *path, char *list, size_t len)
{
	return result(llistxattr(path, list, len));
}

long os_removexattr(const char *path, const char *name)
{
	return result(lremovexattr(path, name));
}

long os_read_request(int dev, void *buf, size_t len)
{
	return result(read(dev, buf, len));
}

long os_write_reply(int dev, const struct iovec *iov, int n)
{
	return result(writev(dev, iov, n));
}
