// SPDX-License-Identifier: GPL-2.0
/*
 * The file server's system: a struct world. See os.h.
 */
#include "os_world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "os.h"

#define NS	1000000000LL

struct world *os_world;

long os_open(const char *path, int flags, mode_t mode)
{
	return w_open(os_world, path, flags | O_NOFOLLOW, mode);
}

long os_close(int fd)
{
	return w_close(os_world, fd);
}

long os_pread(int fd, void *buf, size_t len, off_t off)
{
	return w_pread(os_world, fd, buf, len, off);
}

long os_pwrite(int fd, const void *buf, size_t len, off_t off)
{
	return w_pwrite(os_world, fd, buf, len, off);
}

long os_lseek(int fd, off_t off, int whence)
{
	return w_lseek(os_world, fd, off, whence);
}

long os_fsync(int fd, bool datasync)
{
	return datasync ? w_fdatasync(os_world, fd) : w_fsync(os_world, fd);
}

long os_fallocate(int fd, int mode, off_t off, off_t len)
{
	return w_fallocate(os_world, fd, mode, off, len);
}

long os_copy_range(int in, off_t off_in, int out, off_t off_out, size_t len)
{
	return w_copy_range(os_world, in, off_in, out, off_out, len);
}

long os_ioctl(int fd, unsigned int cmd, void *arg)
{
	return w_ioctl(os_world, fd, cmd, arg);
}

static long to_stat(long ret, const struct w_stat *w, struct stat *st)
{
	if (ret)
		return ret;
	*st = (struct stat){
		.st_ino = w->ino,
		.st_mode = w->mode,
		.st_nlink = w->nlink,
		.st_uid = w->uid,
		.st_gid = w->gid,
		.st_rdev = makedev((w->rdev >> 8) & 0xfff,
				   (w->rdev & 0xff) | ((w->rdev >> 12) & 0xfff00)),
		.st_size = w->size,
		.st_blocks = w->blocks,
		.st_blksize = w->blksize,
		.st_atim = { w->atime / NS, w->atime % NS },
		.st_mtim = { w->mtime / NS, w->mtime % NS },
		.st_ctim = { w->ctime / NS, w->ctime % NS },
	};
	return 0;
}

long os_fstat(int fd, struct stat *st)
{
	struct w_stat w;
	long ret = w_fstat(os_world, fd, &w);

	return to_stat(ret, &w, st);
}

long os_ftruncate(int fd, off_t size)
{
	return w_ftruncate(os_world, fd, size);
}

long os_lstat(const char *path, struct stat *st)
{
	struct w_stat w;
	long ret = w_lstat(os_world, path, &w);

	return to_stat(ret, &w, st);
}

long os_truncate(const char *path, off_t size)
{
	return w_truncate(os_world, path, size);
}

long os_chmod(const char *path, mode_t mode)
{
	return w_chmod(os_world, path, mode);
}

long os_lchown(const char *path, uid_t uid, gid_t gid)
{
	return w_lchown(os_world, path, uid, gid);
}

static long long to_w_time(const struct timespec *t)
{
	if (t->tv_nsec == UTIME_NOW)
		return W_TIME_NOW;
	return t->tv_nsec == UTIME_OMIT ? W_TIME_OMIT : t->tv_sec * NS + t->tv_nsec;
}

long os_utimens(const char *path, const struct timespec times[2])
{
	return w_utimens(os_world, path, to_w_time(&times[0]), to_w_time(&times[1]));
}

long os_statvfs(const char *path, struct statvfs *st)
{
	struct w_statfs w;
	long ret = w_statfs(os_world, path, &w);

	if (!ret)
		*st = (struct statvfs){
			.f_bsize = w.bsize,
			.f_frsize = w.frsize,
			.f_blocks = w.blocks,
			.f_bfree = w.bfree,
			.f_bavail = w.bavail,
			.f_files = w.files,
			.f_ffree = w.ffree,
			.f_namemax = w.namelen,
		};
	return ret;
}

long os_mkdir(const char *path, mode_t mode)
{
	return w_mkdir(os_world, path, mode);
}

/* Worlds make no device nodes. */
long os_mknod(const char *path, mode_t mode, dev_t rdev)
{
	return rdev ? -EPERM : w_mknod(os_world, path, mode, 0);
}

long os_symlink(const char *target, const char *path)
{
	return w_symlink(os_world, target, path);
}

long os_readlink(const char *path, char *buf, size_t len)
{
	return w_readlink(os_world, path, buf, len);
}

long os_link(const char *from, const char *to)
{
	return w_link(os_world, from, to);
}

long os_unlink(const char *path)
{
	return w_unlink(os_world, path);
}

long os_rmdir(const char *path)
{
	return w_rmdir(os_world, path);
}

long os_rename(const char *from, const char *to, unsigned int flags)
{
	return w_rename(os_world, from, to, flags);
}

#define AT_ONCE	16

long os_readdir(int fd, off_t off, struct os_dirent *d, int n)
{
	struct w_dirent w[AT_ONCE];
	long got = w_lseek(os_world, fd, off, SEEK_SET);

	if (got >= 0)
		got = w_getdents(os_world, fd, w, n < AT_ONCE ? n : AT_ONCE);
	for (long i = 0; i < got; i++) {
		d[i] = (struct os_dirent){ .ino = w[i].ino,
					   .off = w[i].off,
					   .mode = DTTOIF(w[i].type) };
		memcpy(d[i].name, w[i].name, sizeof(w[i].name));
	}
	return got;
}

long os_setxattr(const char *path, const char *name, const void *val, size_t len, int flags)
{
	return w_setxattr(os_world, path, name, val, len, flags);
}

long os_getxattr(const char *path, const char *name, void *val, size_t len)
{
	return w_getxattr(os_world, path, name, val, len);
}

long os_listxattr(const char *path, char *list, size_t len)
{
	return w_listxattr(os_world, path, list, len);
}

long os_removexattr(const char *path, const char *name)
{
	return w_removexattr(os_world, path, name);
}

static bool wants_answer(const struct fuse_in_header *in)
{
	return in->opcode != FUSE_FORGET && in->opcode != FUSE_BATCH_FORGET &&
	       in->opcode != FUSE_INTERRUPT;
}

long os_read_request(int dev, void *buf, size_t len)
{
	long ret = w_read(os_world, dev, buf, len);

	if (ret >= (long)sizeof(struct fuse_in_header) && wants_answer(buf))
		w_owed(os_world, 1);
	return ret;
}

/* What the kernel refuses is answered, too: the request is gone. Other errors leave it waiting. */
long os_write_reply(int dev, const struct iovec *iov, int n)
{
	const struct fuse_out_header *out = iov[0].iov_base;
	long ret = w_writev(os_world, dev, iov, n);

	if (out->unique && (ret >= 0 || ret == -ENOENT || ret == -ENODEV))
		w_owed(os_world, -1);
	return ret;
}
