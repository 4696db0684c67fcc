/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that the file server asks of the system it runs on.
 *
 * os_libc.c makes real system calls of it, for a program of its own; os_world.c makes calls through
 * struct world, for the server as a task of the box or of fusebox-host. Every function returns a
 * value >= 0 or a negative errno, and does what the system call of its name does; paths are
 * absolute, symbolic links at their end are not followed.
 */
#ifndef FUSEBOX_SIM_LIBFUSE_OS_H
#define FUSEBOX_SIM_LIBFUSE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/uio.h>

#define OS_PATH_MAX	4096

/**
 * struct os_dirent - one entry of a directory
 * @ino: inode number
 * @off: where reading goes on behind it
 * @mode: its type, as in st_mode
 * @name: zero-terminated
 */
struct os_dirent {
	uint64_t ino;
	off_t off;
	mode_t mode;
	char name[256];
};

long os_open(const char *path, int flags, mode_t mode);
long os_close(int fd);
long os_pread(int fd, void *buf, size_t len, off_t off);
long os_pwrite(int fd, const void *buf, size_t len, off_t off);
long os_lseek(int fd, off_t off, int whence);
long os_fsync(int fd, bool datasync);
long os_fallocate(int fd, int mode, off_t off, off_t len);
long os_copy_range(int in, off_t off_in, int out, off_t off_out, size_t len);
long os_ioctl(int fd, unsigned int cmd, void *arg);
long os_fstat(int fd, struct stat *st);
long os_ftruncate(int fd, off_t size);

long os_lstat(const char *path, struct stat *st);
long os_truncate(const char *path, off_t size);
long os_chmod(const char *path, mode_t mode);
long os_lchown(const char *path, uid_t uid, gid_t gid);
/* UTIME_NOW and UTIME_OMIT as for utimensat(2). */
long os_utimens(const char *path, const struct timespec times[2]);
long os_statvfs(const char *path, struct statvfs *st);

long os_mkdir(const char *path, mode_t mode);
long os_mknod(const char *path, mode_t mode, dev_t rdev);
long os_symlink(const char *target, const char *path);
long os_readlink(const char *path, char *buf, size_t len);
long os_link(const char *from, const char *to);
long os_unlink(const char *path);
long os_rmdir(const char *path);
long os_rename(const char *from, const char *to, unsigned int flags);

/* Up to @n entries of the directory @fd from position @off on; returns how many, 0 at the end. */
long os_readdir(int fd, off_t off, struct os_dirent *d, int n);

long os_setxattr(const char *path, const char *name, const void *val, size_t len, int flags);
long os_getxattr(const char *path, const char *name, void *val, size_t len);
long os_listxattr(const char *path, char *list, size_t len);
long os_removexattr(const char *path, const char *name);

/* The FUSE device: a request in, a reply out. */
long os_read_request(int dev, void *buf, size_t len);
long os_write_reply(int dev, const struct iovec *iov, int n);

#endif /* FUSEBOX_SIM_LIBFUSE_OS_H */
