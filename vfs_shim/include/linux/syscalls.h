/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bodies of the system calls, each in the file where the kernel keeps it.
 *
 * Models: include/linux/syscalls.h, 6.1: the ksys_*() and do_sys_*() functions only. What the entry
 * code does around them (return to user space) is sim/syscalls.c.
 */
#ifndef _LINUX_SYSCALLS_H
#define _LINUX_SYSCALLS_H

#include <linux/types.h>
#include <linux/fs.h>
#include <linux/aio_abi.h>

/* Taken sources define system calls: sys_NAME() is the body, as sim/syscalls.c calls it. */
#define SYSCALL_DEFINE0(name)						\
	long sys_##name(void);						\
	long sys_##name(void)
#define SYSCALL_DEFINE1(name, t1, a1)					\
	long sys_##name(t1 a1);						\
	long sys_##name(t1 a1)
#define SYSCALL_DEFINE2(name, t1, a1, t2, a2)				\
	long sys_##name(t1 a1, t2 a2);					\
	long sys_##name(t1 a1, t2 a2)
#define SYSCALL_DEFINE3(name, t1, a1, t2, a2, t3, a3)			\
	long sys_##name(t1 a1, t2 a2, t3 a3);				\
	long sys_##name(t1 a1, t2 a2, t3 a3)

struct files_struct;
struct io_uring_cqe;
struct io_uring_sqe;
struct iovec;
struct pollfd;
struct kstat;
struct kstatfs;

/* fs/open.c */
long do_sys_open(int dfd, const char __user *filename, int flags, umode_t mode);
long do_faccessat(int dfd, const char __user *filename, int mode, int flags);
long do_sys_truncate(const char __user *pathname, loff_t length);
long do_sys_ftruncate(unsigned int fd, loff_t length, int small);
int ksys_close(unsigned int fd);
int vfs_fchmod(struct file *file, umode_t mode);
int vfs_fchown(struct file *file, uid_t user, gid_t group);

/* fs/fhandle.c */
long do_name_to_handle(int dfd, const char __user *name, struct file_handle __user *ufh,
		       int __user *mnt_id, int flags);
long do_handle_open(int mountdirfd, struct file_handle __user *ufh, int flags);

/* fs/file.c */
int ksys_dup3(unsigned int oldfd, unsigned int newfd, int flags);

/* fs/read_write.c */
ssize_t ksys_read(unsigned int fd, char __user *buf, size_t count);
ssize_t ksys_write(unsigned int fd, const char __user *buf, size_t count);
ssize_t ksys_pread64(unsigned int fd, char __user *buf, size_t count, loff_t pos);
ssize_t ksys_pwrite64(unsigned int fd, const char __user *buf, size_t count, loff_t pos);
ssize_t ksys_readv(unsigned int fd, const struct iovec __user *vec, unsigned long vlen,
		   rwf_t flags);
ssize_t ksys_writev(unsigned int fd, const struct iovec __user *vec, unsigned long vlen,
		    rwf_t flags);
ssize_t ksys_preadv(unsigned int fd, const struct iovec __user *vec, unsigned long vlen, loff_t pos,
		    rwf_t flags);
ssize_t ksys_pwritev(unsigned int fd, const struct iovec __user *vec, unsigned long vlen,
		     loff_t pos, rwf_t flags);
loff_t ksys_lseek(unsigned int fd, loff_t offset, unsigned int whence);

/* fs/ioctl.c, fs/fcntl.c, fs/readdir.c, fs/sync.c, fs/pipe.c, fs/select.c */
long ksys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg);
long ksys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg);
long ksys_flock(unsigned int fd, unsigned int cmd);
long ksys_getdents64(unsigned int fd, void __user *dirent, unsigned int count);
int ksys_fsync(unsigned int fd, int datasync);
int ksys_syncfs(unsigned int fd);
long ksys_splice(int fd_in, loff_t *off_in, int fd_out, loff_t *off_out, size_t len,
		 unsigned int flags);
long ksys_sendfile(int out_fd, int in_fd, loff_t *offset, size_t count);
void exit_splice(struct task_struct *tsk);
long ksys_poll(struct pollfd __user *ufds, unsigned int nfds, int timeout_ms);
int do_pipe_flags(int *fd, int flags);

/* fs/proc_namespace.c */
long show_sb_options(const char __user *name, char __user *buf, size_t len);

/* fs/aio.c */
long ksys_io_setup(unsigned int nr_events, aio_context_t __user *ctxp);
long ksys_io_destroy(aio_context_t id);
long ksys_io_submit(aio_context_t id, long nr, struct iocb __user *__user *iocbpp);
long ksys_io_cancel(aio_context_t id, struct iocb __user *iocb);
long ksys_io_getevents(aio_context_t id, long min_nr, long nr, struct io_event __user *events);
/* No kernel counterpart but exit_aio(): a process of the box is its descriptor table. */
void exit_aio_files(const struct files_struct *files);

/* io_uring/io_uring.c */
long ksys_io_uring_setup(unsigned int entries, unsigned int flags);
long ksys_io_uring_submit(unsigned int fd, const struct io_uring_sqe __user *sqes, unsigned int nr);
long ksys_io_uring_wait(unsigned int fd, unsigned int min, struct io_uring_cqe __user *cqes,
			unsigned int nr);
long ksys_io_uring_register_buffers(unsigned int fd, const struct iovec __user *iov,
				    unsigned int nr);
long ksys_io_uring_cancel(unsigned int fd, u64 user_data);
void io_uring_files_cancel(void);

/* fs/xattr.c */
long path_setxattr(const struct path *path, const char __user *name, const void __user *value,
		   size_t size, int flags);
long path_getxattr(const struct path *path, const char __user *name, void __user *value,
		   size_t size);
long path_listxattr(const struct path *path, char __user *list, size_t size);
long path_removexattr(const struct path *path, const char __user *name);

#endif
