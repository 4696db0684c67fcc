/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system calls of the box.
 *
 * Each is what the kernel's entry code makes of its body in vfs_shim/fs: enter, run the body,
 * return to user space by box_syscall_exit(), which closes what is to be closed and audits what
 * must not be held there. Every one returns what the system call of its name returns, or -errno;
 * relative paths start at the root. Context: a process of the box (sim/process.h), in no other
 * call.
 */
#ifndef FUSEBOX_SIM_SYSCALLS_H
#define FUSEBOX_SIM_SYSCALLS_H

#include <linux/fs.h>
#include <linux/stat.h>
#include <linux/statfs.h>

struct iovec;

long box_open(const char *path, int flags, umode_t mode);
long box_close(unsigned int fd);
long box_dup(unsigned int fd);
long box_pipe(int fds[2]);

long box_read(unsigned int fd, void *buf, size_t len);
long box_write(unsigned int fd, const void *buf, size_t len);
long box_pread(unsigned int fd, void *buf, size_t len, loff_t off);
long box_pwrite(unsigned int fd, const void *buf, size_t len, loff_t off);
long box_readv(unsigned int fd, const struct iovec *iov, int n);
long box_writev(unsigned int fd, const struct iovec *iov, int n);
/* @off -1: the file's position, as preadv2(2) has it. */
long box_preadv2(unsigned int fd, const struct iovec *iov, int n, loff_t off, rwf_t rwf);
long box_pwritev2(unsigned int fd, const struct iovec *iov, int n, loff_t off, rwf_t rwf);
loff_t box_lseek(unsigned int fd, loff_t off, unsigned int whence);

/* Positions in kernel memory; NULL: the file's own, or a pipe. */
long box_splice(int in, loff_t *off_in, int out, loff_t *off_out, size_t len, unsigned int flags);
long box_sendfile(int out, int in, loff_t *off, size_t len);
long box_copy_range(int in, loff_t off_in, int out, loff_t off_out, size_t len);

/* Whole mappings of files; flags are MAP_SHARED or MAP_PRIVATE. Return: the address, or -errno. */
long box_mmap(unsigned int fd, size_t len, int prot, int flags, loff_t off);
long box_munmap(unsigned long addr, size_t len);
long box_msync(unsigned long addr, size_t len, int flags);
/* What the processor does. -EFAULT: SIGBUS, -EACCES: SIGSEGV. */
long box_load(unsigned long addr, void *buf, size_t len);
long box_store(unsigned long addr, const void *buf, size_t len);

long box_fstat(unsigned int fd, struct kstat *st);
long box_lstat(const char *path, struct kstat *st);
long box_statfs(const char *path, struct kstatfs *st);
long box_ftruncate(unsigned int fd, loff_t size);
long box_access(const char *path, int mode);
/* @handle->handle_bytes says how much room follows. */
long box_name_to_handle(const char *path, struct file_handle *handle);
long box_open_by_handle(unsigned int mount, struct file_handle *handle, int flags);
long box_truncate(const char *path, loff_t size);
long box_fsync(unsigned int fd, bool datasync);
/* fcntl(F_ADD_SEALS, F_SEAL_WRITE), as far as mappings are concerned. */
long box_seal_writes(unsigned int fd);
long box_fallocate(unsigned int fd, int mode, loff_t off, loff_t len);
long box_fchmod(unsigned int fd, umode_t mode);
long box_chmod(const char *path, umode_t mode);
long box_lchown(const char *path, uid_t uid, gid_t gid);
/* Two times, or UTIME_NOW, UTIME_OMIT in tv_nsec; does not follow a symbolic link. */
long box_utimens(const char *path, struct timespec64 times[2]);
long box_ioctl(unsigned int fd, unsigned int cmd, void *arg);
long box_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg);
long box_flock(unsigned int fd, unsigned int cmd);
/* poll(2) of one descriptor with timeout 0. Return: revents. */
long box_poll(unsigned int fd, short events);
/* The same without a timeout. */
long box_poll_wait(unsigned int fd, short events);
long box_syncfs(unsigned int fd);
/* The part of /proc/self/mountinfo that the super block at @path writes. */
long box_mount_options(const char *path, char *buf, size_t len);

long box_unlink(const char *path);
long box_mkdir(const char *path, umode_t mode);
long box_rmdir(const char *path);
long box_rename(const char *from, const char *to, unsigned int flags);
long box_link(const char *from, const char *to);
long box_symlink(const char *target, const char *path);
long box_readlink(const char *path, char *buf, size_t len);
long box_mknod(const char *path, umode_t mode, unsigned int dev);
/* Entries as struct linux_dirent64. */
long box_getdents64(unsigned int fd, void *buf, size_t len);

long box_lsetxattr(const char *path, const char *name, const void *val, size_t len, int flags);
long box_lgetxattr(const char *path, const char *name, void *val, size_t len);
long box_llistxattr(const char *path, char *list, size_t len);
long box_lremovexattr(const char *path, const char *name);

long box_umask(umode_t mask);
long box_mount(const char *dev, const char *path, const char *type, unsigned long flags,
	       void *data);
long box_umount(const char *path, int flags);
/* ioctl(FIFREEZE) and ioctl(FITHAW) on a directory. */
long box_freeze(const char *path);
long box_thaw(const char *path);

#endif
