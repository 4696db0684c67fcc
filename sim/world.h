/* SPDX-License-Identifier: GPL-2.0 */
/*
 * struct world: everything a scenario or the FUSE server may do, as a table of operations.
 *
 * There are two implementations: world_box.c (tasks, fd tables and files of the box) and
 * world_host.c (real system calls, for the host and the guest kernel). A scenario cannot tell
 * which one it runs on except through the capability bits, and must not try to.
 *
 * Rules that hold for every operation:
 *  - It returns a value >= 0, or a negative errno. It never sets errno.
 *  - An operation that a world does not have is a NULL pointer in the table; its wrapper then
 *    returns -ENOSYS. Scenarios ask for a capability bit instead of relying on that.
 *  - It acts for the calling task: with its fd table, credentials, umask, limits.
 *  - Paths are absolute, as handed out by w_make_lower() and w_make_dir(), and are at most
 *    W_PATH_MAX bytes long with the terminating zero.
 *  - File flags, modes, signal and errno numbers, ioctl commands are those of the architecture's
 *    user-space ABI. A world adds O_LARGEFILE by itself.
 *  - All tasks share memory. What a task allocates must hang off an object that outlives the
 *    task, because a killed task does not come back from the operation it is in.
 *  - Sleeping is no means of synchronisation and there is no operation for it: see w_event_wait(),
 *    w_task_wait_blocked(), w_join().
 *
 * This header needs no other header and declares nothing but names that begin with w_, W_ or
 * struct w_, so that it can be included in the kernel environment too.
 */
#ifndef FUSEBOX_SIM_WORLD_H
#define FUSEBOX_SIM_WORLD_H

#ifndef __KERNEL__
#include <stdbool.h>
#include <stddef.h>
#endif

struct iovec;
struct world;
struct w_task;
struct w_event;
struct w_mutex;

#define W_PATH_MAX	256
#define W_NAME_MAX	64

/* -ENOSYS by number: this header includes no errno.h, and the value is the same everywhere. */
#define W_ENOSYS	38

/**
 * enum w_cap - what a world can do, or is; bits of &struct world.caps
 * @W_CAP_ROOT: the first task has uid 0 and all capabilities
 * @W_CAP_PASSTHROUGH: the kernel under test has FUSE passthrough
 * @W_CAP_FREEZE: w_freeze() works on a directory made by w_make_lower()
 * @W_CAP_STACK_DEPTH: w_make_lower() can make super blocks with a stack depth of 1 and 2
 * @W_CAP_RO_BIND: w_bind_ro() works
 * @W_CAP_DIO_ALIGN: the lower file system does direct I/O and refuses misaligned requests
 * @W_CAP_NO_DIO: w_make_lower() can make a file system without direct I/O (opts.no_dio)
 * @W_CAP_SIGKILL: w_kill() ends killable waits of any kind, as SIGKILL does; without it only a
 *	task that waits in read() of a device, in w_event_wait() or between operations can be killed
 * @W_CAP_TASK_RLIMIT: limits belong to the task; without it they belong to all tasks together
 * @W_CAP_PAGE_CACHE: FUSE files may be opened without FOPEN_DIRECT_IO and without passthrough
 * @W_CAP_LOWER_LOG: w_lower_log() tells which calls the lower file system saw
 * @W_CAP_LOWER_FAULT: w_lower_inject() works
 * @W_CAP_LOWER_XATTR: lower files take extended attributes (user.* and trusted.*)
 * @W_CAP_TMPFILE: the lower file system can open with O_TMPFILE
 * @W_CAP_IS_BOX: runs in the box; for the reason a scenario is skipped, never for its expectations
 * @W_CAP_IS_MAINLINE: the kernel's passthrough is mainline's, not ours; selects among the
 *	expectations that differ on purpose (DESIGN section 5)
 * @W_CAP_LOWER_FLAT: what w_make_lower() makes when nothing special is asked for has a stack depth
 *	of 0
 * @W_CAP_LOWER_NOWAIT: the same can read and write without waiting (RWF_NOWAIT)
 * @W_CAP_AIO: io_submit and its like: w_aio_setup() and so on
 * @W_CAP_URING: io_uring: w_uring_setup() and so on
 * @W_CAP_KERNEL_RW: w_kernel_rw() works
 * @W_CAP_LOWER_KINDS: w_make_lower() can make each kind of &enum w_lower_kind
 * @W_CAP_LOWER_ASYNC: w_lower_async_mode() and its kin work on W_LOWER_ASYNC
 * @W_CAP_SPLICE: w_pipe(), w_splice(), w_sendfile() and w_copy_range() work
 * @W_CAP_RELOAD: w_reload() works
 * @W_CAP_LIBFUSE: a server on libfuse can be used: not with MemorySanitizer, which would have to
 *	see libfuse's own stores, too
 * @W_CAP_FAIL_NTH: w_fail_nth() works
 * @W_CAP_HOST_AIO: W_LOWER_HOST_LIBAIO works: the machine beneath has io_submit
 * @W_CAP_HOST_URING: W_LOWER_HOST_URING works: the machine beneath has io_uring
 * @W_CAP_VIRTIO: w_mount_virtio() works
 * @W_CAP_MMAP: files can be mapped: w_mmap() and so on; also those of W_LOWER_RAM
 */
enum w_cap {
	W_CAP_ROOT		= 1 << 0,
	W_CAP_PASSTHROUGH	= 1 << 1,
	W_CAP_FREEZE		= 1 << 2,
	W_CAP_STACK_DEPTH	= 1 << 3,
	W_CAP_RO_BIND		= 1 << 4,
	W_CAP_DIO_ALIGN		= 1 << 5,
	W_CAP_NO_DIO		= 1 << 6,
	W_CAP_SIGKILL		= 1 << 7,
	W_CAP_TASK_RLIMIT	= 1 << 8,
	W_CAP_PAGE_CACHE	= 1 << 9,
	W_CAP_LOWER_LOG		= 1 << 10,
	W_CAP_LOWER_FAULT	= 1 << 11,
	W_CAP_LOWER_XATTR	= 1 << 12,
	W_CAP_TMPFILE		= 1 << 13,
	W_CAP_IS_BOX		= 1 << 14,
	W_CAP_IS_MAINLINE	= 1 << 15,
	W_CAP_LOWER_KINDS	= 1 << 16,
	W_CAP_LOWER_ASYNC	= 1 << 17,
	W_CAP_LOWER_FLAT	= 1 << 18,
	W_CAP_LOWER_NOWAIT	= 1 << 19,
	W_CAP_AIO		= 1 << 20,
	W_CAP_URING		= 1 << 21,
	W_CAP_KERNEL_RW		= 1 << 22,
	W_CAP_MMAP		= 1 << 23,
	W_CAP_SPLICE		= 1 << 24,
	W_CAP_RELOAD		= 1 << 25,
	W_CAP_LIBFUSE		= 1 << 26,
	W_CAP_FAIL_NTH		= 1 << 27,
	W_CAP_HOST_AIO		= 1 << 28,
	W_CAP_HOST_URING	= 1 << 29,
	W_CAP_VIRTIO		= 1 << 30,
};

/**
 * enum w_spawn_flags - how a new task relates to the one that starts it
 * @W_SPAWN_PROCESS: own fd table, empty but for what the world itself keeps below fd 3
 * @W_SPAWN_COPY_FILES: own fd table, a copy of the spawner's (as fork)
 * @W_SPAWN_SHARE_FILES: the spawner's fd table (as a thread); its files are closed when the last
 *	task that shares it has ended
 *
 * Credentials, umask and limits are copied from the spawner in each case.
 */
enum w_spawn_flags {
	W_SPAWN_PROCESS		= 0,
	W_SPAWN_COPY_FILES	= 1,
	W_SPAWN_SHARE_FILES	= 2,
};

/**
 * enum w_fd_kind - files that are no regular file of a lower directory; see w_open_kind()
 * @W_FD_PIPE: read end of a pipe (its write end is closed at once)
 * @W_FD_FIFO: a fifo of a file system, opened read-write
 * @W_FD_SOCKET: one end of a socket pair
 * @W_FD_EVENTFD: an eventfd, i.e. a file of an anonymous inode
 * @W_FD_MEMFD: memfd_create: a regular file on the kernel's internal tmpfs
 * @W_FD_DEV_NULL: /dev/null, a character device
 * @W_FD_DEV_FUSE: /dev/fuse freshly opened, not mounted
 * @W_FD_PROC: a regular file of procfs (its super block's stack depth is the maximum)
 * @W_FD_SYSFS: a readable regular file of sysfs
 * @W_FD_HUGETLB: the same of huge pages
 * @W_FD_KINDS: their number
 */
enum w_fd_kind {
	W_FD_PIPE,
	W_FD_FIFO,
	W_FD_SOCKET,
	W_FD_EVENTFD,
	W_FD_MEMFD,
	W_FD_DEV_NULL,
	W_FD_DEV_FUSE,
	W_FD_PROC,
	W_FD_SYSFS,
	W_FD_HUGETLB,
	W_FD_KINDS
};

/**
 * struct w_stat - attributes of a file, as stat(2) gives them
 * @ino: inode number
 * @size: in bytes
 * @blocks: in units of 512 bytes
 * @atime: last access, ns since the epoch
 * @mtime: last modification, ns since the epoch
 * @ctime: last change of the inode, ns since the epoch
 * @mode: type and permissions (S_IF..., 07777)
 * @nlink: number of links
 * @uid: owner
 * @gid: group
 * @rdev: device number of a device node, as makedev() packs it in 32 bits for FUSE
 * @blksize: preferred block size
 */
struct w_stat {
	unsigned long long ino;
	unsigned long long size;
	unsigned long long blocks;
	long long atime;
	long long mtime;
	long long ctime;
	unsigned int mode;
	unsigned int nlink;
	unsigned int uid;
	unsigned int gid;
	unsigned int rdev;
	unsigned int blksize;
};

/**
 * struct w_statfs - what statfs(2) gives; the names are those of struct fuse_kstatfs
 */
struct w_statfs {
	unsigned long long blocks;
	unsigned long long bfree;
	unsigned long long bavail;
	unsigned long long files;
	unsigned long long ffree;
	unsigned int bsize;
	unsigned int namelen;
	unsigned int frsize;
};

/**
 * struct w_lk - a lock of a range, or none
 * @type: F_RDLCK, F_WRLCK or F_UNLCK
 * @start: its first byte
 * @len: bytes; 0 = to the end of the file, wherever that will be
 */
struct w_lk {
	int type;
	long long start;
	long long len;
};

/**
 * struct w_dirent - one entry of a directory
 * @ino: inode number as the directory tells it
 * @off: position from which reading goes on behind this entry
 * @type: DT_REG, DT_DIR, ... or DT_UNKNOWN
 * @name: zero-terminated
 */
struct w_dirent {
	unsigned long long ino;
	long long off;
	unsigned int type;
	char name[W_NAME_MAX];
};

/* For w_utimens(): in place of a time. */
#define W_TIME_NOW	(-1LL)
#define W_TIME_OMIT	(-2LL)

/**
 * enum w_lower_kind - what a lower file system is made of (all but the first need
 *	W_CAP_LOWER_KINDS)
 * @W_LOWER_RAM: an ordinary local file system: files in memory in the box, ext4 elsewhere. Each
 *	request is done when its call returns
 * @W_LOWER_ASYNC: the same, but requests of asynchronous callers complete when they are told to:
 *	see w_lower_async_mode()
 * @W_LOWER_STACK: a stacked file system over the directory opts.over, whose stack depth is one more
 *	than that directory's
 * @W_LOWER_HOST: data in real files of the machine that runs the box, by pread(2) and pwrite(2)
 * @W_LOWER_HOST_LIBAIO: the same, by io_submit(2); requests complete when no task can run
 * @W_LOWER_HOST_URING: the same, by io_uring
 * @W_LOWER_KINDS: their number
 */
enum w_lower_kind {
	W_LOWER_RAM,
	W_LOWER_ASYNC,
	W_LOWER_STACK,
	W_LOWER_HOST,
	W_LOWER_HOST_LIBAIO,
	W_LOWER_HOST_URING,
	W_LOWER_KINDS
};

/**
 * struct w_lower_opts - which lower file system w_make_lower() shall make
 * @name: short name, unique among the lower directories of a scenario; part of the path
 * @size: capacity in bytes for file data; 0 = as large as the world likes (at least 64 MiB)
 * @stack_depth: stack depth of its super block, 0..2 (needs W_CAP_STACK_DEPTH if not 0)
 * @no_dio: a file system without direct I/O (needs W_CAP_NO_DIO)
 * @no_nowait: a file system without RWF_NOWAIT (only the box makes such)
 * @no_cmtime: a file system that leaves times to somebody else, as network file systems do (only
 *	the box makes such)
 * @kind: what it is made of
 * @over: W_LOWER_STACK: the directory, below a path from w_make_lower(); the other options but
 *	@name are then that file system's
 */
struct w_lower_opts {
	const char *name;
	unsigned long long size;
	int stack_depth;
	bool no_dio;
	bool no_nowait;
	bool no_cmtime;
	enum w_lower_kind kind;
	const char *over;
};

/**
 * enum w_lower_op - calls that a lower file system logs, and that w_lower_inject() makes fail
 *
 * A read or write that was queued is logged as such, with result W_LOWER_QUEUED, and once more as
 * W_LOWER_DONE when it is done, just before its completion is called; off and len are then what was
 * transferred. W_LOWER_DONE and W_LOWER_MMAP cannot be made to fail. W_LOWER_GETATTR is of regular
 * files.
 */
#define W_LOWER_QUEUED	(-529)

enum w_lower_op {
	W_LOWER_OPEN,
	W_LOWER_RELEASE,
	W_LOWER_READ,
	W_LOWER_WRITE,
	W_LOWER_FSYNC,
	W_LOWER_SETATTR,
	W_LOWER_GETATTR,
	W_LOWER_DONE,
	W_LOWER_MMAP,
	W_LOWER_OPS
};

/**
 * enum w_async_when - when a request of an asynchronous caller completes
 * @W_ASYNC_LATER: by the file system's own task, when it gets to run
 * @W_ASYNC_NOW: before ->read_iter() or ->write_iter() returns (which still says that the request
 *	is queued, and touches the kiocb afterwards)
 * @W_ASYNC_HELD: when w_lower_async_complete() says so, not before
 * @W_ASYNC_SYNC: never queued: the call does it, as for a synchronous caller
 * @W_ASYNC_WHENS: their number
 */
enum w_async_when {
	W_ASYNC_LATER,
	W_ASYNC_NOW,
	W_ASYNC_HELD,
	W_ASYNC_SYNC,
	W_ASYNC_WHENS
};

/**
 * enum w_async_order - in which order W_ASYNC_LATER completes the requests that are pending
 * @W_ASYNC_FIFO: oldest first
 * @W_ASYNC_LIFO: newest first
 * @W_ASYNC_CHOSEN: each an explicit choice: the explorer tries all orders
 */
enum w_async_order {
	W_ASYNC_FIFO,
	W_ASYNC_LIFO,
	W_ASYNC_CHOSEN
};

/**
 * struct w_async_result - how a request completes
 * @error: 0, or a positive errno: nothing is transferred
 * @limit: 0, or: transfer at most so many bytes
 * @irq: complete it in irq context. A write that must be synced (O_DSYNC) goes on to the file
 *	system's task from there, as it does in the kernel
 */
struct w_async_result {
	int error;
	unsigned long long limit;
	bool irq;
};

/**
 * struct w_async_mode - what a W_LOWER_ASYNC file system does with requests from now on; all zero
 *	is how it starts
 * @when: when they complete
 * @order: in which order
 * @result: how, unless w_lower_async_complete() says otherwise
 * @nowait_again: -EAGAIN for each request with IOCB_NOWAIT
 * @cancellable: requests of io_submit() can be cancelled: they get a cancel function
 * @hold_sync: W_ASYNC_HELD and W_ASYNC_LATER hold for synchronous callers too: they wait
 */
struct w_async_mode {
	enum w_async_when when;
	enum w_async_order order;
	struct w_async_result result;
	bool nowait_again;
	bool cancellable;
	bool hold_sync;
};

/**
 * struct w_lower_event - one call that the lower file system saw
 * @op: which
 * @ino: lower inode number
 * @off: position (reads and writes; for appending writes the position after O_APPEND was applied)
 * @len: bytes asked for
 * @result: bytes done, 0 or negative errno
 * @fsuid: file system uid of the credentials it ran with
 * @cap_admin: whether these had CAP_SYS_ADMIN
 * @file_flags: f_flags of the lower file
 * @kiocb_flags: IOCB_... of the call, in the kernel's own numbers
 */
struct w_lower_event {
	enum w_lower_op op;
	unsigned long long ino;
	long long off;
	unsigned long long len;
	long long result;
	unsigned int fsuid;
	bool cap_admin;
	unsigned int file_flags;
	unsigned int kiocb_flags;
};

/**
 * enum w_aio_op - what an asynchronous request does, see &struct w_aio
 */
enum w_aio_op {
	W_AIO_READ,
	W_AIO_WRITE,
	W_AIO_READV,
	W_AIO_WRITEV,
	W_AIO_FSYNC,
	W_AIO_FDSYNC,
};

/**
 * struct w_aio - one request of io_submit(2)
 * @fd: the file
 * @op: what to do
 * @buf: the bytes; for READV and WRITEV an array of struct iovec; for FSYNC NULL
 * @len: their number, or the length of the array
 * @off: position
 * @rwf: RWF_...
 * @data: comes back in &struct w_completion
 * @priv: the world's: the request must stay where it is until its completion was fetched
 */
struct w_aio {
	int fd;
	enum w_aio_op op;
	void *buf;
	size_t len;
	long long off;
	int rwf;
	unsigned long long data;
	unsigned long long priv[8];
};

/**
 * struct w_completion - an asynchronous request that is done
 * @data: of the request
 * @res: bytes done, 0 or -errno
 */
struct w_completion {
	unsigned long long data;
	long long res;
};

/**
 * enum w_uring_op - what a request of io_uring does, see &struct w_sqe
 */
enum w_uring_op {
	W_URING_NOP,
	W_URING_READ,
	W_URING_WRITE,
	W_URING_READV,
	W_URING_WRITEV,
	W_URING_READ_FIXED,
	W_URING_WRITE_FIXED,
	W_URING_FSYNC,
};

/* Flags of &struct w_sqe, in io_uring's own numbers. */
#define W_SQE_DRAIN	(1U << 1)	/* after all that was submitted before */
#define W_SQE_LINK	(1U << 2)	/* the next one after this one, if it succeeds in full */
#define W_SQE_HARDLINK	(1U << 3)	/* the next one after this one, whatever comes of it */
#define W_SQE_ASYNC	(1U << 4)	/* by a worker from the start */

/* Flags of w_uring_setup(), in io_uring's own numbers. */
#define W_URING_IOPOLL	(1U << 0)	/* completions are polled for: IOCB_HIPRI */

/**
 * struct w_sqe - one request of io_uring
 * @op: what to do
 * @flags: W_SQE_...
 * @fd: the file
 * @buf: as in &struct w_aio; for the FIXED ones within the registered buffer @buf_index
 * @len: as in &struct w_aio
 * @off: position, or -1 for the file's own
 * @rwf: RWF_...
 * @buf_index: which registered buffer
 * @data: comes back in &struct w_completion; not ~0
 */
struct w_sqe {
	enum w_uring_op op;
	unsigned int flags;
	int fd;
	void *buf;
	size_t len;
	long long off;
	int rwf;
	unsigned int buf_index;
	unsigned long long data;
};

/**
 * struct w_watch - somebody who wants to know when a file is modified, as inotify(7) tells
 * @ino: the world's
 * @seen: the world's
 * @fd: the world's
 */
struct w_watch {
	unsigned long long ino;
	size_t seen;
	int fd;
};

/**
 * struct w_handle - struct file_handle of name_to_handle_at(2), with room
 * @bytes: of @data that are used, or may be
 * @type: the file system's business
 * @data: the rest of it
 */
struct w_handle {
	unsigned int bytes;
	int type;
	unsigned char data[128];
};

/**
 * struct world_ops - the operations; each has a wrapper w_NAME() below, which carries its
 *	documentation
 */
struct world_ops {
	/* tasks */
	long (*spawn)(struct world *w, const char *name, unsigned int flags,
		      void (*fn)(struct world *w, void *arg), void *arg, struct w_task **task);
	long (*join)(struct world *w, struct w_task *task);
	long (*kill)(struct world *w, struct w_task *task);
	long (*task_wait_blocked)(struct world *w, struct w_task *task);
	long (*yield)(struct world *w);
	long (*tick)(struct world *w);
	long (*explore)(struct world *w, bool on);

	/* what tasks synchronise with */
	struct w_event *(*event_new)(struct world *w, const char *name);
	void (*event_free)(struct world *w, struct w_event *ev);
	long (*event_post)(struct world *w, struct w_event *ev);
	long (*event_wait)(struct world *w, struct w_event *ev);
	struct w_mutex *(*mutex_new)(struct world *w, const char *name);
	void (*mutex_free)(struct world *w, struct w_mutex *m);
	void (*lock)(struct world *w, struct w_mutex *m);
	void (*unlock)(struct world *w, struct w_mutex *m);

	/* files */
	long (*open)(struct world *w, const char *path, int flags, unsigned int mode);
	long (*open_kind)(struct world *w, enum w_fd_kind kind);
	long (*seal_writes)(struct world *w, int fd);
	long (*close)(struct world *w, int fd);
	long (*dup)(struct world *w, int fd);
	long (*read)(struct world *w, int fd, void *buf, size_t len);
	long (*write)(struct world *w, int fd, const void *buf, size_t len);
	long (*pread)(struct world *w, int fd, void *buf, size_t len, long long off);
	long (*pwrite)(struct world *w, int fd, const void *buf, size_t len, long long off);
	long (*readv)(struct world *w, int fd, const struct iovec *iov, int n);
	long (*writev)(struct world *w, int fd, const struct iovec *iov, int n);
	long (*preadv2)(struct world *w, int fd, const struct iovec *iov, int n, long long off,
			int rwf);
	long (*pwritev2)(struct world *w, int fd, const struct iovec *iov, int n, long long off,
			 int rwf);
	long long (*lseek)(struct world *w, int fd, long long off, int whence);
	long (*fstat)(struct world *w, int fd, struct w_stat *st);
	long (*lstat)(struct world *w, const char *path, struct w_stat *st);
	long (*access)(struct world *w, const char *path, int mode);
	long (*name_to_handle)(struct world *w, const char *path, struct w_handle *h);
	long (*open_by_handle)(struct world *w, int mount, const struct w_handle *h, int flags);
	long (*ftruncate)(struct world *w, int fd, long long size);
	long (*truncate)(struct world *w, const char *path, long long size);
	long (*fsync)(struct world *w, int fd);
	long (*fdatasync)(struct world *w, int fd);
	long (*fallocate)(struct world *w, int fd, int mode, long long off, long long len);
	long (*fchmod)(struct world *w, int fd, unsigned int mode);
	long (*chmod)(struct world *w, const char *path, unsigned int mode);
	long (*lchown)(struct world *w, const char *path, unsigned int uid, unsigned int gid);
	long (*utimens)(struct world *w, const char *path, long long atime, long long mtime);
	long (*ioctl)(struct world *w, int fd, unsigned int cmd, void *arg);
	long (*fcntl_getfl)(struct world *w, int fd);
	long (*fcntl_setfl)(struct world *w, int fd, int flags);
	long (*fcntl_lk)(struct world *w, int fd, int cmd, struct w_lk *lk);
	long (*flock)(struct world *w, int fd, int op);
	long (*poll)(struct world *w, int fd, int events);
	long (*poll_wait)(struct world *w, int fd, int events);
	long (*statfs)(struct world *w, const char *path, struct w_statfs *st);
	long (*syncfs)(struct world *w, int fd);

	/* mapped files */
	long (*mmap)(struct world *w, int fd, size_t len, unsigned int flags, long long off,
		     unsigned long long *addr);
	long (*munmap)(struct world *w, unsigned long long addr, size_t len);
	long (*msync)(struct world *w, unsigned long long addr, size_t len);
	long (*load)(struct world *w, unsigned long long addr, void *buf, size_t len);
	long (*store)(struct world *w, unsigned long long addr, const void *buf, size_t len);

	/* pipes */
	long (*pipe)(struct world *w, int fds[2]);
	long (*splice)(struct world *w, int in, long long *off_in, int out, long long *off_out,
		       size_t len, unsigned int flags);
	long (*sendfile)(struct world *w, int out, int in, long long *off, size_t len);
	long (*copy_range)(struct world *w, int in, long long off_in, int out, long long off_out,
			   size_t len);

	/* asynchronous I/O */
	long (*aio_setup)(struct world *w, unsigned int n);
	long (*aio_submit)(struct world *w, long ctx, struct w_aio *a, int n);
	long (*aio_getevents)(struct world *w, long ctx, int min, struct w_completion *c, int max);
	long (*aio_cancel)(struct world *w, long ctx, struct w_aio *a);
	long (*aio_destroy)(struct world *w, long ctx);
	long (*uring_setup)(struct world *w, unsigned int entries, unsigned int flags);
	long (*uring_register_buffers)(struct world *w, int ring, const struct iovec *iov, int n);
	long (*uring_submit)(struct world *w, int ring, const struct w_sqe *s, int n);
	long (*uring_wait)(struct world *w, int ring, int min, struct w_completion *c, int max);
	long (*uring_cancel)(struct world *w, int ring, unsigned long long data);
	long (*uring_close)(struct world *w, int ring);
	long (*kernel_rw)(struct world *w, int fd, bool write, bool direct, void *buf, size_t len,
			  long long *off);

	/* names */
	long (*unlink)(struct world *w, const char *path);
	long (*mkdir)(struct world *w, const char *path, unsigned int mode);
	long (*rmdir)(struct world *w, const char *path);
	long (*rename)(struct world *w, const char *from, const char *to, unsigned int flags);
	long (*link)(struct world *w, const char *from, const char *to);
	long (*symlink)(struct world *w, const char *target, const char *path);
	long (*readlink)(struct world *w, const char *path, char *buf, size_t len);
	long (*mknod)(struct world *w, const char *path, unsigned int mode, unsigned int rdev);
	long (*getdents)(struct world *w, int fd, struct w_dirent *d, int n);

	/* extended attributes */
	long (*setxattr)(struct world *w, const char *path, const char *name, const void *val,
			 size_t len, int flags);
	long (*getxattr)(struct world *w, const char *path, const char *name, void *val,
			 size_t len);
	long (*listxattr)(struct world *w, const char *path, char *list, size_t len);
	long (*removexattr)(struct world *w, const char *path, const char *name);

	/* who the task is */
	long (*setids)(struct world *w, unsigned int uid, unsigned int gid);
	long (*setids_keep)(struct world *w, unsigned int uid, unsigned int gid,
			    unsigned long long caps);
	long (*drop_cap)(struct world *w, int cap);
	long (*umask)(struct world *w, unsigned int mask);
	long (*setrlimit_fsize)(struct world *w, unsigned long long limit);
	long (*sigxfsz)(struct world *w);

	/* the administrator */
	long (*make_dir)(struct world *w, const char *name, char *path);
	long (*remove_dir)(struct world *w, const char *path);
	long (*make_lower)(struct world *w, const struct w_lower_opts *opts, char *path);
	long (*bind_ro)(struct world *w, const char *from, const char *name, char *path);
	long (*remove_lower)(struct world *w, const char *path);
	long (*mount_fuse)(struct world *w, int fd, const char *path, const char *opts);
	long (*mount_virtio)(struct world *w, int fd, const char *path);
	long (*mount_options)(struct world *w, const char *path, char *buf, size_t len);
	long (*umount)(struct world *w, const char *path, int flags);
	long (*freeze)(struct world *w, const char *path);
	long (*thaw)(struct world *w, const char *path);
	long (*control_read)(struct world *w, const char *path, const char *file);
	long (*control_write)(struct world *w, const char *path, const char *file,
			      const char *text);
	long (*reload)(struct world *w);

	/* looking on */
	long (*lower_log)(struct world *w, const char *path, struct w_lower_event *ev, int n);
	long (*lower_inject)(struct world *w, const char *path, enum w_lower_op op, int skip,
			     int count, int error, unsigned long long limit);
	long (*lower_async_mode)(struct world *w, const char *path,
				 const struct w_async_mode *mode);
	long (*lower_async_pending)(struct world *w, const char *path);
	long (*lower_async_complete)(struct world *w, const char *path, int which,
				     const struct w_async_result *result);
	long (*watch)(struct world *w, int fd, struct w_watch *watch);
	long (*watch_modified)(struct world *w, struct w_watch *watch);
	long (*unwatch)(struct world *w, int fd, struct w_watch *watch);
	long (*short_memory)(struct world *w, bool on);
	long (*fail_nth)(struct world *w, unsigned int n);
	void (*trace)(struct world *w, const char *line);
	void (*note)(struct world *w, const char *line);

	/* fault runs */
	long (*calm)(struct world *w, bool on);
	void (*usable)(struct world *w, const char *what);
	void (*owed)(struct world *w, int change);
};

/**
 * struct world - one place where scenarios run
 * @ops: its operations
 * @caps: bits of &enum w_cap
 * @name: "box", "host" or "guest", for messages
 * @priv: the implementation's
 */
struct world {
	const struct world_ops *ops;
	unsigned int caps;
	const char *name;
	void *priv;
};

#define W_CALL(w, op, ...) \
	((w)->ops->op ? (w)->ops->op((w), ##__VA_ARGS__) : -W_ENOSYS)

/* ---- tasks ---- */

/**
 * w_spawn() - start a task
 * @w: the world
 * @name: for messages and the trace of the world
 * @flags: one of &enum w_spawn_flags
 * @fn: what it runs; when it returns, the task's files are closed and it has ended
 * @arg: handed to @fn
 * @task: where the task is returned; it stays valid until w_join()
 *
 * The fd table of the new task exists (copied, if so asked) when this returns.
 * Return: 0 or -errno.
 */
static inline long w_spawn(struct world *w, const char *name, unsigned int flags,
			   void (*fn)(struct world *w, void *arg), void *arg, struct w_task **task)
{
	return W_CALL(w, spawn, name, flags, fn, arg, task);
}

/**
 * w_join() - wait until a task has ended and its files are closed, then free it
 * @w: the world
 * @task: from w_spawn(); must be joined exactly once
 *
 * "Closed" includes the work that the kernel defers to the return to user mode: what close sends
 * to a FUSE server has been sent. Not to be called by the task itself.
 * Return: 0 if it returned from its function, 1 if it was killed, or -errno.
 */
static inline long w_join(struct world *w, struct w_task *task)
{
	return W_CALL(w, join, task);
}

/**
 * w_kill() - end a task as SIGKILL does
 * @w: the world
 * @task: from w_spawn(), still to be joined
 *
 * Does not wait: w_join() does. The task leaves the operation it is in (see W_CAP_SIGKILL) or
 * the next one it begins, and its files are closed. w_lock(), w_unlock(), w_event_post() and
 * w_trace() are not such operations, so a task is not killed while it holds a mutex.
 * Return: 0, also if it had already ended.
 */
static inline long w_kill(struct world *w, struct w_task *task)
{
	return W_CALL(w, kill, task);
}

/**
 * w_task_wait_blocked() - wait until a task sleeps inside an operation
 * @w: the world
 * @task: another task
 *
 * For the cases in which nobody else could tell, as a write to a frozen file system.
 * Return: 0 when it sleeps, 1 when it has ended, or -errno.
 */
static inline long w_task_wait_blocked(struct world *w, struct w_task *task)
{
	return W_CALL(w, task_wait_blocked, task);
}

/**
 * w_yield() - let other tasks run
 * @w: the world
 *
 * Return: 0.
 */
static inline long w_yield(struct world *w)
{
	return W_CALL(w, yield);
}

/**
 * w_explore() - from here on the explorer tries all schedules, or no more
 * @w: the world
 * @on: which of the two; ending it lets all other tasks run as far as they can, first
 *
 * Return: 0, or -W_ENOSYS where there is no explorer.
 */
static inline long w_explore(struct world *w, bool on)
{
	return W_CALL(w, explore, on);
}

/**
 * w_tick() - let the clock of file times advance
 * @w: the world
 *
 * After it, a time that a file system takes differs from every time taken before. For that
 * only; it synchronises nothing.
 * Return: 0.
 */
static inline long w_tick(struct world *w)
{
	return W_CALL(w, tick);
}

/* ---- events and mutexes; they belong to whoever made them ---- */

/**
 * w_event_new() - make a counting event with count 0
 * @w: the world
 * @name: for messages
 *
 * Return: the event, to be freed with w_event_free(); NULL when out of memory.
 */
static inline struct w_event *w_event_new(struct world *w, const char *name)
{
	return w->ops->event_new(w, name);
}

/**
 * w_event_free() - free an event on which nobody waits
 * @w: the world
 * @ev: from w_event_new(), or NULL
 */
static inline void w_event_free(struct world *w, struct w_event *ev)
{
	if (ev)
		w->ops->event_free(w, ev);
}

/**
 * w_event_post() - count an event up by one and wake a waiter
 * @w: the world
 * @ev: the event
 *
 * Return: 0.
 */
static inline long w_event_post(struct world *w, struct w_event *ev)
{
	return w->ops->event_post(w, ev);
}

/**
 * w_event_wait() - wait until the count is above 0, then count it down by one
 * @w: the world
 * @ev: the event
 *
 * Return: 0. A killed task does not return.
 */
static inline long w_event_wait(struct world *w, struct w_event *ev)
{
	return w->ops->event_wait(w, ev);
}

/**
 * w_mutex_new() - make a mutex for data that tasks share
 * @w: the world
 * @name: for messages
 *
 * Under it only memory is touched: no operation of the world is called.
 * Return: the mutex, to be freed with w_mutex_free(); NULL when out of memory.
 */
static inline struct w_mutex *w_mutex_new(struct world *w, const char *name)
{
	return w->ops->mutex_new(w, name);
}

/**
 * w_mutex_free() - free a mutex
 * @w: the world
 * @m: from w_mutex_new(), not held, or NULL
 */
static inline void w_mutex_free(struct world *w, struct w_mutex *m)
{
	if (m)
		w->ops->mutex_free(w, m);
}

/**
 * w_lock() - take a mutex
 * @w: the world
 * @m: the mutex, not held by the caller
 */
static inline void w_lock(struct world *w, struct w_mutex *m)
{
	w->ops->lock(w, m);
}

/**
 * w_unlock() - give a mutex back
 * @w: the world
 * @m: the mutex, held by the caller
 */
static inline void w_unlock(struct world *w, struct w_mutex *m)
{
	w->ops->unlock(w, m);
}

/* ---- files: as the system calls of these names, with -errno as result ---- */

/**
 * w_open() - open(2)
 * @w: the world
 * @path: absolute
 * @flags: O_...; O_PATH, O_TMPFILE, O_NOFOLLOW, O_DIRECT, O_CREAT and O_DIRECTORY included
 * @mode: for O_CREAT and O_TMPFILE; the task's umask applies
 *
 * Return: an fd or -errno.
 */
static inline long w_open(struct world *w, const char *path, int flags, unsigned int mode)
{
	return W_CALL(w, open, path, flags, mode);
}

/**
 * w_open_kind() - open a file that is no plain file of a lower directory
 * @w: the world
 * @kind: which
 *
 * Return: an fd; -ENOSYS where the world lacks that kind; other -errno.
 */
static inline long w_open_kind(struct world *w, enum w_fd_kind kind)
{
	return W_CALL(w, open_kind, kind);
}

/**
 * w_seal_writes() - nobody may map a file shared for writing any more, as by F_SEAL_WRITE
 * @w: the world
 * @fd: a W_FD_MEMFD that is not mapped so. It may not be written to either, which the box does not
 *	check
 *
 * Return: 0 or -errno.
 */
static inline long w_seal_writes(struct world *w, int fd)
{
	return w->ops->seal_writes ? w->ops->seal_writes(w, fd) : -W_ENOSYS;
}

/**
 * w_close() - close(2)
 * @w: the world
 * @fd: what to close
 *
 * Return: 0 or -errno; the fd is free in either case, except for -EBADF.
 */
static inline long w_close(struct world *w, int fd)
{
	return W_CALL(w, close, fd);
}

/**
 * w_dup() - dup(2)
 * @w: the world
 * @fd: what to duplicate
 *
 * Return: an fd or -errno.
 */
static inline long w_dup(struct world *w, int fd)
{
	return W_CALL(w, dup, fd);
}

/**
 * w_read() - read(2)
 * @w: the world
 * @fd: a file, or the FUSE device
 * @buf: @len bytes
 * @len: at most this many bytes
 *
 * Return: bytes read or -errno.
 */
static inline long w_read(struct world *w, int fd, void *buf, size_t len)
{
	return W_CALL(w, read, fd, buf, len);
}

/**
 * w_write() - write(2)
 * @w: the world
 * @fd: a file, or the FUSE device
 * @buf: @len bytes
 * @len: how many
 *
 * Return: bytes written or -errno.
 */
static inline long w_write(struct world *w, int fd, const void *buf, size_t len)
{
	return W_CALL(w, write, fd, buf, len);
}

/**
 * w_pread() - pread(2)
 * @w: the world
 * @fd: the file
 * @buf: @len bytes
 * @len: at most this many bytes
 * @off: position in the file
 *
 * Return: bytes read or -errno.
 */
static inline long w_pread(struct world *w, int fd, void *buf, size_t len, long long off)
{
	return W_CALL(w, pread, fd, buf, len, off);
}

/**
 * w_pwrite() - pwrite(2)
 * @w: the world
 * @fd: the file
 * @buf: @len bytes
 * @len: how many
 * @off: position in the file
 *
 * Return: bytes written or -errno.
 */
static inline long w_pwrite(struct world *w, int fd, const void *buf, size_t len, long long off)
{
	return W_CALL(w, pwrite, fd, buf, len, off);
}

/**
 * w_readv() - readv(2)
 * @w: the world
 * @fd: the file
 * @iov: array of struct iovec
 * @n: its length
 *
 * Return: bytes read or -errno.
 */
static inline long w_readv(struct world *w, int fd, const struct iovec *iov, int n)
{
	return W_CALL(w, readv, fd, iov, n);
}

/**
 * w_writev() - writev(2); also how a server replies with a body
 * @w: the world
 * @fd: the file, or the FUSE device
 * @iov: array of struct iovec
 * @n: its length
 *
 * Return: bytes written or -errno.
 */
static inline long w_writev(struct world *w, int fd, const struct iovec *iov, int n)
{
	return W_CALL(w, writev, fd, iov, n);
}

/**
 * w_preadv2() - preadv2(2)
 * @w: the world
 * @fd: the file
 * @iov: array of struct iovec
 * @n: its length
 * @off: position, or -1 for the file's own
 * @rwf: RWF_...
 *
 * Return: bytes read or -errno.
 */
static inline long w_preadv2(struct world *w, int fd, const struct iovec *iov, int n,
			     long long off, int rwf)
{
	return W_CALL(w, preadv2, fd, iov, n, off, rwf);
}

/**
 * w_pwritev2() - pwritev2(2)
 * @w: the world
 * @fd: the file
 * @iov: array of struct iovec
 * @n: its length
 * @off: position, or -1 for the file's own
 * @rwf: RWF_...
 *
 * Return: bytes written or -errno.
 */
static inline long w_pwritev2(struct world *w, int fd, const struct iovec *iov, int n,
			      long long off, int rwf)
{
	return W_CALL(w, pwritev2, fd, iov, n, off, rwf);
}

/**
 * w_lseek() - lseek(2)
 * @w: the world
 * @fd: the file
 * @off: offset
 * @whence: SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA or SEEK_HOLE
 *
 * Return: the new position or -errno.
 */
static inline long long w_lseek(struct world *w, int fd, long long off, int whence)
{
	return W_CALL(w, lseek, fd, off, whence);
}

/**
 * w_fstat() - fstat(2); works on O_PATH files too
 * @w: the world
 * @fd: the file
 * @st: filled on success
 *
 * Return: 0 or -errno.
 */
static inline long w_fstat(struct world *w, int fd, struct w_stat *st)
{
	return W_CALL(w, fstat, fd, st);
}

/**
 * w_lstat() - lstat(2): of the link itself, if @path is one
 * @w: the world
 * @path: absolute
 * @st: filled on success
 *
 * Return: 0 or -errno.
 */
static inline long w_lstat(struct world *w, const char *path, struct w_stat *st)
{
	return W_CALL(w, lstat, path, st);
}

/**
 * w_access() - access(2)
 * @w: the world
 * @path: absolute
 * @mode: R_OK | W_OK | X_OK, or F_OK
 *
 * Return: 0 or -errno.
 */
static inline long w_access(struct world *w, const char *path, int mode)
{
	return W_CALL(w, access, path, mode);
}

/**
 * w_name_to_handle() - name_to_handle_at(2): a handle for a file, as a file server keeps them
 * @w: the world
 * @path: absolute; a last symbolic link is not followed
 * @h: where it is stored; @h->bytes says how much room there is, and then how much was used
 *
 * Return: 0 or -errno, -EOPNOTSUPP when the file system has no handles, -EOVERFLOW when there is
 * too little room.
 */
static inline long w_name_to_handle(struct world *w, const char *path, struct w_handle *h)
{
	return W_CALL(w, name_to_handle, path, h);
}

/**
 * w_open_by_handle() - open_by_handle_at(2)
 * @w: the world
 * @mount: a descriptor on the file system that the handle is of
 * @h: from w_name_to_handle()
 * @flags: O_...
 *
 * Needs CAP_DAC_READ_SEARCH. Return: descriptor or -errno, -ESTALE when the file is gone.
 */
static inline long w_open_by_handle(struct world *w, int mount, const struct w_handle *h, int flags)
{
	return W_CALL(w, open_by_handle, mount, h, flags);
}

/**
 * w_ftruncate() - ftruncate(2)
 * @w: the world
 * @fd: a file open for writing
 * @size: its new size
 *
 * Return: 0 or -errno.
 */
static inline long w_ftruncate(struct world *w, int fd, long long size)
{
	return W_CALL(w, ftruncate, fd, size);
}

/**
 * w_truncate() - truncate(2)
 * @w: the world
 * @path: absolute
 * @size: the new size
 *
 * Return: 0 or -errno.
 */
static inline long w_truncate(struct world *w, const char *path, long long size)
{
	return W_CALL(w, truncate, path, size);
}

/**
 * w_fsync() - fsync(2)
 * @w: the world
 * @fd: the file
 *
 * Return: 0 or -errno.
 */
static inline long w_fsync(struct world *w, int fd)
{
	return W_CALL(w, fsync, fd);
}

/**
 * w_fdatasync() - fdatasync(2)
 * @w: the world
 * @fd: the file
 *
 * Return: 0 or -errno.
 */
static inline long w_fdatasync(struct world *w, int fd)
{
	return W_CALL(w, fdatasync, fd);
}

/**
 * w_fallocate() - fallocate(2)
 * @w: the world
 * @fd: a file open for writing
 * @mode: FALLOC_FL_...
 * @off: first byte
 * @len: number of bytes
 *
 * Return: 0 or -errno.
 */
static inline long w_fallocate(struct world *w, int fd, int mode, long long off, long long len)
{
	return W_CALL(w, fallocate, fd, mode, off, len);
}

/**
 * w_fchmod() - fchmod(2)
 * @w: the world
 * @fd: the file
 * @mode: new permission bits
 *
 * Return: 0 or -errno.
 */
static inline long w_fchmod(struct world *w, int fd, unsigned int mode)
{
	return W_CALL(w, fchmod, fd, mode);
}

/**
 * w_chmod() - chmod(2)
 * @w: the world
 * @path: absolute
 * @mode: new permission bits
 *
 * Return: 0 or -errno.
 */
static inline long w_chmod(struct world *w, const char *path, unsigned int mode)
{
	return W_CALL(w, chmod, path, mode);
}

/**
 * w_lchown() - lchown(2)
 * @w: the world
 * @path: absolute
 * @uid: new owner, or -1
 * @gid: new group, or -1
 *
 * Return: 0 or -errno.
 */
static inline long w_lchown(struct world *w, const char *path, unsigned int uid, unsigned int gid)
{
	return W_CALL(w, lchown, path, uid, gid);
}

/**
 * w_utimens() - utimensat(2) with AT_SYMLINK_NOFOLLOW
 * @w: the world
 * @path: absolute
 * @atime: ns since the epoch, W_TIME_NOW or W_TIME_OMIT
 * @mtime: likewise
 *
 * Return: 0 or -errno.
 */
static inline long w_utimens(struct world *w, const char *path, long long atime, long long mtime)
{
	return W_CALL(w, utimens, path, atime, mtime);
}

/**
 * w_ioctl() - ioctl(2)
 * @w: the world
 * @fd: the file or device
 * @cmd: the command
 * @arg: its argument
 *
 * Return: >= 0 or -errno.
 */
static inline long w_ioctl(struct world *w, int fd, unsigned int cmd, void *arg)
{
	return W_CALL(w, ioctl, fd, cmd, arg);
}

/**
 * w_fcntl_getfl() - fcntl(F_GETFL)
 * @w: the world
 * @fd: the file
 *
 * Return: O_... (O_LARGEFILE removed) or -errno.
 */
static inline long w_fcntl_getfl(struct world *w, int fd)
{
	return W_CALL(w, fcntl_getfl, fd);
}

/**
 * w_fcntl_setfl() - fcntl(F_SETFL)
 * @w: the world
 * @fd: the file
 * @flags: O_APPEND, O_DIRECT, O_NONBLOCK, O_NOATIME
 *
 * Return: 0 or -errno.
 */
static inline long w_fcntl_setfl(struct world *w, int fd, int flags)
{
	return W_CALL(w, fcntl_setfl, fd, flags);
}

/**
 * w_fcntl_lk() - fcntl(2) with a lock; a "process" is who has an fd table of its own
 * @w: the world
 * @fd: an open file
 * @cmd: F_GETLK, F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK or F_OFD_SETLKW
 * @lk: the lock; F_GETLK and F_OFD_GETLK replace it by the one in its way, or set the type to
 *	F_UNLCK
 *
 * Return: 0 or -errno; -EAGAIN when the lock is in the way of F_SETLK or F_OFD_SETLK.
 */
static inline long w_fcntl_lk(struct world *w, int fd, int cmd, struct w_lk *lk)
{
	return W_CALL(w, fcntl_lk, fd, cmd, lk);
}

/**
 * w_flock() - flock(2)
 * @w: the world
 * @fd: an open file
 * @op: LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB
 *
 * Return: 0 or -errno.
 */
static inline long w_flock(struct world *w, int fd, int op)
{
	return W_CALL(w, flock, fd, op);
}

/**
 * w_poll() - poll(2) of one fd with timeout 0
 * @w: the world
 * @fd: the file or device
 * @events: POLL...
 *
 * Return: revents (0 when nothing is pending) or -errno.
 */
static inline long w_poll(struct world *w, int fd, int events)
{
	return W_CALL(w, poll, fd, events);
}

/**
 * w_poll_wait() - poll(2) of one fd without a timeout
 * @w: the world
 * @fd: the file or device
 * @events: POLL...
 *
 * Return: revents or -errno.
 */
static inline long w_poll_wait(struct world *w, int fd, int events)
{
	return W_CALL(w, poll_wait, fd, events);
}

/**
 * w_syncfs() - syncfs(2)
 * @w: the world
 * @fd: a file of the file system
 *
 * Return: 0 or -errno.
 */
static inline long w_syncfs(struct world *w, int fd)
{
	return W_CALL(w, syncfs, fd);
}

/**
 * w_statfs() - statfs(2)
 * @w: the world
 * @path: absolute
 * @st: filled on success
 *
 * Return: 0 or -errno.
 */
static inline long w_statfs(struct world *w, const char *path, struct w_statfs *st)
{
	return W_CALL(w, statfs, path, st);
}

/* ---- asynchronous I/O ---- */

/**
 * w_aio_setup() - io_setup(2) (needs W_CAP_AIO, as all w_aio_...() do)
 * @w: the world
 * @n: how many requests may be in flight
 *
 * The context goes with the last task that shares the caller's fd table, which waits for the
 * requests in flight.
 * Return: the context, > 0, or -errno.
 */
static inline long w_aio_setup(struct world *w, unsigned int n)
{
	return W_CALL(w, aio_setup, n);
}

/**
 * w_aio_submit() - io_submit(2)
 * @w: the world
 * @ctx: the context
 * @a: array of @n requests; they stay where they are until their completions were fetched
 * @n: its length
 *
 * Return: how many were taken (what comes of them, errors included, is in their completions), or
 * -errno for the first one.
 */
static inline long w_aio_submit(struct world *w, long ctx, struct w_aio *a, int n)
{
	return W_CALL(w, aio_submit, ctx, a, n);
}

/**
 * w_aio_getevents() - io_getevents(2) without a timeout
 * @w: the world
 * @ctx: the context
 * @min: wait for at least this many; 0: do not wait
 * @c: array of @max entries
 * @max: its length
 *
 * Return: entries stored, in the order of completion, or -errno.
 */
static inline long w_aio_getevents(struct world *w, long ctx, int min, struct w_completion *c,
				   int max)
{
	return W_CALL(w, aio_getevents, ctx, min, c, max);
}

/**
 * w_aio_cancel() - io_cancel(2)
 * @w: the world
 * @ctx: the context
 * @a: a request that w_aio_submit() took
 *
 * Return: -EINPROGRESS when it is being cancelled, -EINVAL when it cannot be, or other -errno.
 */
static inline long w_aio_cancel(struct world *w, long ctx, struct w_aio *a)
{
	return W_CALL(w, aio_cancel, ctx, a);
}

/**
 * w_aio_destroy() - io_destroy(2): waits for the requests in flight
 * @w: the world
 * @ctx: the context; it is gone afterwards, and what it knew of completions
 *
 * Return: 0 or -errno.
 */
static inline long w_aio_destroy(struct world *w, long ctx)
{
	return W_CALL(w, aio_destroy, ctx);
}

/**
 * w_uring_setup() - io_uring_setup(2) (needs W_CAP_URING, as all w_uring_...() do)
 * @w: the world
 * @entries: how many requests can be submitted at a time
 * @flags: 0 or W_URING_IOPOLL
 *
 * Return: the ring's fd, to be closed with w_uring_close(), or -errno.
 */
static inline long w_uring_setup(struct world *w, unsigned int entries, unsigned int flags)
{
	return W_CALL(w, uring_setup, entries, flags);
}

/**
 * w_uring_register_buffers() - tell a ring the buffers for the FIXED requests, once
 * @w: the world
 * @ring: the ring
 * @iov: array of @n buffers
 * @n: its length
 *
 * Return: 0 or -errno.
 */
static inline long w_uring_register_buffers(struct world *w, int ring, const struct iovec *iov,
					    int n)
{
	return W_CALL(w, uring_register_buffers, ring, iov, n);
}

/**
 * w_uring_submit() - io_uring_enter(2) that submits and does not wait
 * @w: the world
 * @ring: the ring
 * @s: array of @n requests
 * @n: its length, not more than the ring has entries
 *
 * Return: how many were taken (what comes of them, errors included, is in their completions), or
 * -errno.
 */
static inline long w_uring_submit(struct world *w, int ring, const struct w_sqe *s, int n)
{
	return W_CALL(w, uring_submit, ring, s, n);
}

/**
 * w_uring_wait() - fetch completions
 * @w: the world
 * @ring: the ring
 * @min: wait for at least this many; 0: do not wait
 * @c: array of @max entries
 * @max: its length
 *
 * To be called by the task that submitted: it is that which ends its requests.
 * Return: entries stored, in the order of completion, or -errno.
 */
static inline long w_uring_wait(struct world *w, int ring, int min, struct w_completion *c,
				int max)
{
	return W_CALL(w, uring_wait, ring, min, c, max);
}

/**
 * w_uring_cancel() - IORING_OP_ASYNC_CANCEL for the request with this data
 * @w: the world
 * @ring: the ring
 * @data: &struct w_sqe.data
 *
 * Return: 0 when it was cancelled (it completes with -ECANCELED), -ENOENT when there is none that
 * could be, -EALREADY when a worker has it: if it has not begun it (writes to one file are done one
 * after another), it completes with -ECANCELED in its turn.
 */
static inline long w_uring_cancel(struct world *w, int ring, unsigned long long data)
{
	return W_CALL(w, uring_cancel, ring, data);
}

/**
 * w_uring_close() - close a ring; does not wait for the requests in flight
 * @w: the world
 * @ring: the ring
 *
 * Return: 0 or -errno.
 */
static inline long w_uring_close(struct world *w, int ring)
{
	return W_CALL(w, uring_close, ring);
}

/**
 * w_kernel_rw() - read or write as a loop device does (needs W_CAP_KERNEL_RW)
 * @w: the world
 * @fd: the file that it stands on
 * @write: write?
 * @direct: with IOCB_DIRECT, asynchronously, and without IOCB_WRITE or freeze protection, as
 *	lo_rw_aio(); else through the page cache, as lo_read_simple() and lo_write_simple()
 * @buf: @len bytes
 * @len: how many
 * @off: position in the file; set to that of the kiocb when it is done
 *
 * Return: once it is done, bytes done or -errno.
 */
static inline long w_kernel_rw(struct world *w, int fd, bool write, bool direct, void *buf,
			       size_t len, long long *off)
{
	return W_CALL(w, kernel_rw, fd, write, direct, buf, len, off);
}

/* ---- mapped files (all need W_CAP_MMAP) ---- */

/**
 * enum w_map_flags - what w_mmap() makes
 * @W_MAP_SHARED: MAP_SHARED; MAP_PRIVATE without it
 * @W_MAP_WRITE: PROT_READ | PROT_WRITE; PROT_READ without it
 */
enum w_map_flags {
	W_MAP_SHARED	= 1,
	W_MAP_WRITE	= 2,
};

/**
 * w_mmap() - mmap(2) of a file
 * @w: the world
 * @fd: the file
 * @len: bytes
 * @flags: bits of &enum w_map_flags
 * @off: position, a multiple of the page size
 * @addr: where the address is returned. It is for the functions below and nothing else
 *
 * Mappings belong to all tasks, as all memory does, and outlive the one that made them.
 * Return: 0 or -errno.
 */
static inline long w_mmap(struct world *w, int fd, size_t len, unsigned int flags, long long off,
			  unsigned long long *addr)
{
	return W_CALL(w, mmap, fd, len, flags, off, addr);
}

/**
 * w_munmap() - munmap(2) of a whole mapping
 * @w: the world
 * @addr: from w_mmap()
 * @len: as it was given there
 *
 * Return: 0 or -errno.
 */
static inline long w_munmap(struct world *w, unsigned long long addr, size_t len)
{
	return W_CALL(w, munmap, addr, len);
}

/**
 * w_msync() - msync(2) with MS_SYNC
 * @w: the world
 * @addr: in a mapping, a multiple of the page size
 * @len: bytes
 *
 * Return: 0 or -errno.
 */
static inline long w_msync(struct world *w, unsigned long long addr, size_t len)
{
	return W_CALL(w, msync, addr, len);
}

/**
 * w_load() - read mapped memory
 * @w: the world
 * @addr: in a mapping
 * @buf: gets @len bytes
 * @len: how many
 *
 * Return: 0; -EFAULT where the processor gets SIGBUS (beyond the last page of the file, or an I/O
 * error), -EACCES where it gets SIGSEGV, -ENOMEM. What lies before has been read.
 */
static inline long w_load(struct world *w, unsigned long long addr, void *buf, size_t len)
{
	return W_CALL(w, load, addr, buf, len);
}

/**
 * w_store() - write mapped memory
 * @w: the world
 * @addr: in a mapping
 * @buf: @len bytes
 * @len: how many
 *
 * Return: as w_load().
 */
static inline long w_store(struct world *w, unsigned long long addr, const void *buf, size_t len)
{
	return W_CALL(w, store, addr, buf, len);
}

/* ---- pipes (all need W_CAP_SPLICE) ---- */

/**
 * w_pipe() - pipe(2)
 * @w: the world
 * @fds: gets the read end and the write end
 *
 * Return: 0 or -errno.
 */
static inline long w_pipe(struct world *w, int fds[2])
{
	return W_CALL(w, pipe, fds);
}

/**
 * w_splice() - splice(2) between a pipe and a file
 * @w: the world
 * @in: source
 * @off_in: position there, moved on; NULL: the file's own, or a pipe
 * @out: destination
 * @off_out: likewise
 * @len: bytes
 * @flags: SPLICE_F_...
 *
 * Return: bytes done or -errno.
 */
static inline long w_splice(struct world *w, int in, long long *off_in, int out,
			    long long *off_out, size_t len, unsigned int flags)
{
	return W_CALL(w, splice, in, off_in, out, off_out, len, flags);
}

/**
 * w_sendfile() - sendfile(2)
 * @w: the world
 * @out: destination
 * @in: source
 * @off: position there, moved on; NULL: the file's own
 * @len: bytes
 *
 * Return: bytes done or -errno.
 */
static inline long w_sendfile(struct world *w, int out, int in, long long *off, size_t len)
{
	return W_CALL(w, sendfile, out, in, off, len);
}

/**
 * w_copy_range() - copy_file_range(2)
 * @w: the world
 * @in: source
 * @off_in: position there
 * @out: destination
 * @off_out: position there
 * @len: bytes
 *
 * Return: bytes done or -errno.
 */
static inline long w_copy_range(struct world *w, int in, long long off_in, int out,
				long long off_out, size_t len)
{
	return W_CALL(w, copy_range, in, off_in, out, off_out, len);
}

/* ---- names ---- */

/**
 * w_unlink() - unlink(2)
 * @w: the world
 * @path: absolute
 *
 * Return: 0 or -errno.
 */
static inline long w_unlink(struct world *w, const char *path)
{
	return W_CALL(w, unlink, path);
}

/**
 * w_mkdir() - mkdir(2)
 * @w: the world
 * @path: absolute
 * @mode: permission bits; the task's umask applies
 *
 * Return: 0 or -errno.
 */
static inline long w_mkdir(struct world *w, const char *path, unsigned int mode)
{
	return W_CALL(w, mkdir, path, mode);
}

/**
 * w_rmdir() - rmdir(2)
 * @w: the world
 * @path: absolute
 *
 * Return: 0 or -errno.
 */
static inline long w_rmdir(struct world *w, const char *path)
{
	return W_CALL(w, rmdir, path);
}

/**
 * w_rename() - renameat2(2)
 * @w: the world
 * @from: absolute
 * @to: absolute
 * @flags: 0, RENAME_NOREPLACE or RENAME_EXCHANGE
 *
 * Return: 0 or -errno.
 */
static inline long w_rename(struct world *w, const char *from, const char *to, unsigned int flags)
{
	return W_CALL(w, rename, from, to, flags);
}

/**
 * w_link() - link(2)
 * @w: the world
 * @from: absolute, existing
 * @to: absolute, new
 *
 * Return: 0 or -errno.
 */
static inline long w_link(struct world *w, const char *from, const char *to)
{
	return W_CALL(w, link, from, to);
}

/**
 * w_symlink() - symlink(2)
 * @w: the world
 * @target: what the link says
 * @path: absolute, new
 *
 * Return: 0 or -errno.
 */
static inline long w_symlink(struct world *w, const char *target, const char *path)
{
	return W_CALL(w, symlink, target, path);
}

/**
 * w_readlink() - readlink(2)
 * @w: the world
 * @path: absolute
 * @buf: @len bytes; no zero is appended
 * @len: size of @buf
 *
 * Return: bytes stored or -errno.
 */
static inline long w_readlink(struct world *w, const char *path, char *buf, size_t len)
{
	return W_CALL(w, readlink, path, buf, len);
}

/**
 * w_mknod() - mknod(2)
 * @w: the world
 * @path: absolute, new
 * @mode: type and permissions
 * @rdev: device number (only 0 is used: regular files and fifos)
 *
 * Return: 0 or -errno.
 */
static inline long w_mknod(struct world *w, const char *path, unsigned int mode, unsigned int rdev)
{
	return W_CALL(w, mknod, path, mode, rdev);
}

/**
 * w_getdents() - read entries of a directory from its current position
 * @w: the world
 * @fd: an open directory; w_lseek() sets where to go on (an &struct w_dirent.off, or 0)
 * @d: array of @n entries
 * @n: its length
 *
 * Afterwards the position is behind the last entry returned, not behind what the kernel was
 * asked for. "." and ".." are among the entries.
 * Return: entries stored, 0 at the end, or -errno.
 */
static inline long w_getdents(struct world *w, int fd, struct w_dirent *d, int n)
{
	return W_CALL(w, getdents, fd, d, n);
}

/* ---- extended attributes (they do not follow a symbolic link) ---- */

/**
 * w_setxattr() - lsetxattr(2)
 * @w: the world
 * @path: absolute
 * @name: with its prefix
 * @val: @len bytes
 * @len: how many
 * @flags: 0, XATTR_CREATE or XATTR_REPLACE
 *
 * Return: 0 or -errno.
 */
static inline long w_setxattr(struct world *w, const char *path, const char *name,
			      const void *val, size_t len, int flags)
{
	return W_CALL(w, setxattr, path, name, val, len, flags);
}

/**
 * w_getxattr() - lgetxattr(2)
 * @w: the world
 * @path: absolute
 * @name: with its prefix
 * @val: @len bytes
 * @len: size of @val; 0 asks for the size
 *
 * Return: size of the value or -errno.
 */
static inline long w_getxattr(struct world *w, const char *path, const char *name, void *val,
			      size_t len)
{
	return W_CALL(w, getxattr, path, name, val, len);
}

/**
 * w_listxattr() - llistxattr(2)
 * @w: the world
 * @path: absolute
 * @list: @len bytes
 * @len: size of @list; 0 asks for the size
 *
 * Return: size of the list or -errno.
 */
static inline long w_listxattr(struct world *w, const char *path, char *list, size_t len)
{
	return W_CALL(w, listxattr, path, list, len);
}

/**
 * w_removexattr() - lremovexattr(2)
 * @w: the world
 * @path: absolute
 * @name: with its prefix
 *
 * Return: 0 or -errno.
 */
static inline long w_removexattr(struct world *w, const char *path, const char *name)
{
	return W_CALL(w, removexattr, path, name);
}

/* ---- who the calling task is ---- */

/**
 * w_setids() - become another user for good: all uids and gids, no supplementary groups
 * @w: the world
 * @uid: the new real, effective, saved and file system uid
 * @gid: the new gids
 *
 * A change away from uid 0 drops all capabilities, as the kernel does.
 * Return: 0 or -errno.
 */
static inline long w_setids(struct world *w, unsigned int uid, unsigned int gid)
{
	return W_CALL(w, setids, uid, gid);
}

/**
 * w_setids_keep() - w_setids(), but keep some capabilities, as a service manager starts a server
 * @w: the world; the calling task has uid 0
 * @uid: as for w_setids(), not 0
 * @gid: as for w_setids()
 * @caps: those to keep in the effective and the permitted set: bit 21 is CAP_SYS_ADMIN
 *
 * Return: 0 or -errno.
 */
static inline long w_setids_keep(struct world *w, unsigned int uid, unsigned int gid,
				 unsigned long long caps)
{
	return W_CALL(w, setids_keep, uid, gid, caps);
}

/**
 * w_drop_cap() - drop one capability from the effective and the permitted set, for good
 * @w: the world
 * @cap: its number, as CAP_SYS_ADMIN (21)
 *
 * Return: 0 or -errno.
 */
static inline long w_drop_cap(struct world *w, int cap)
{
	return W_CALL(w, drop_cap, cap);
}

/**
 * w_umask() - umask(2)
 * @w: the world
 * @mask: the new mask
 *
 * Return: the old one.
 */
static inline long w_umask(struct world *w, unsigned int mask)
{
	return W_CALL(w, umask, mask);
}

/**
 * w_setrlimit_fsize() - set the soft RLIMIT_FSIZE; SIGXFSZ is not deadly but counted
 * @w: the world
 * @limit: in bytes; ~0ULL = none. Without W_CAP_TASK_RLIMIT it holds for all tasks, so a
 *	scenario sets it back before it does anything else
 *
 * Return: 0 or -errno.
 */
static inline long w_setrlimit_fsize(struct world *w, unsigned long long limit)
{
	return W_CALL(w, setrlimit_fsize, limit);
}

/**
 * w_sigxfsz() - how many SIGXFSZ the calling task got since the last call of this
 * @w: the world
 *
 * Return: the number.
 */
static inline long w_sigxfsz(struct world *w)
{
	return W_CALL(w, sigxfsz);
}

/* ---- the administrator ---- */

/**
 * w_make_dir() - make an empty directory to mount on
 * @w: the world
 * @name: short name, unique in the scenario
 * @path: where its path is stored: W_PATH_MAX bytes
 *
 * Return: 0 or -errno.
 */
static inline long w_make_dir(struct world *w, const char *name, char *path)
{
	return W_CALL(w, make_dir, name, path);
}

/**
 * w_remove_dir() - remove a directory made by w_make_dir(), on which nothing is mounted
 * @w: the world
 * @path: its path
 *
 * Return: 0 or -errno.
 */
static inline long w_remove_dir(struct world *w, const char *path)
{
	return W_CALL(w, remove_dir, path);
}

/**
 * w_make_lower() - make and mount a fresh lower file system
 * @w: the world
 * @opts: which
 * @path: where the path of its root is stored: W_PATH_MAX bytes
 *
 * Its root directory belongs to root and has mode 0777, whatever the umask.
 * Return: 0, -EOPNOTSUPP where the world cannot make such a one, or other -errno.
 */
static inline long w_make_lower(struct world *w, const struct w_lower_opts *opts, char *path)
{
	return W_CALL(w, make_lower, opts, path);
}

/**
 * w_bind_ro() - mount a directory a second time, read-only (needs W_CAP_RO_BIND)
 * @w: the world
 * @from: a directory made by w_make_lower()
 * @name: short name, unique in the scenario
 * @path: where the new path is stored: W_PATH_MAX bytes
 *
 * To be removed with w_remove_lower(), before @from is.
 * Return: 0 or -errno.
 */
static inline long w_bind_ro(struct world *w, const char *from, const char *name, char *path)
{
	return W_CALL(w, bind_ro, from, name, path);
}

/**
 * w_remove_lower() - unmount a lower file system and drop all its content
 * @w: the world
 * @path: from w_make_lower() or w_bind_ro()
 *
 * Return: 0; -EBUSY while a file of it is open (it then stays as it was); other -errno.
 */
static inline long w_remove_lower(struct world *w, const char *path)
{
	return W_CALL(w, remove_lower, path);
}

/**
 * w_mount_fuse() - mount a FUSE file system
 * @w: the world
 * @fd: the FUSE device, opened by the caller
 * @path: the mount point, from w_make_dir()
 * @opts: the options but fd=, which the world adds: "rootmode=40000,user_id=0,group_id=0,..."
 *
 * Return: 0 or -errno. The FUSE_INIT request is pending on the device afterwards.
 */
static inline long w_mount_fuse(struct world *w, int fd, const char *path, const char *opts)
{
	return W_CALL(w, mount_fuse, fd, path, opts);
}

/**
 * w_mount_virtio() - mount a FUSE file system as virtiofs does (needs W_CAP_VIRTIO)
 * @w: the world
 * @fd: the FUSE device, which takes the place of the virtio queues
 * @path: the mount point, from w_make_dir()
 *
 * The kernel then asks for SYNCFS and DESTROY, and mounts directories that the server marks as
 * mount points.
 * Return: as w_mount_fuse().
 */
static inline long w_mount_virtio(struct world *w, int fd, const char *path)
{
	return W_CALL(w, mount_virtio, fd, path);
}

/**
 * w_mount_options() - what /proc/self/mountinfo says of a file system's own options
 * @w: the world
 * @path: where it is mounted
 * @buf: where the text goes, as "rw,user_id=0,...", with a zero; cut if need be
 * @len: its size
 *
 * Return: 0 or -errno.
 */
static inline long w_mount_options(struct world *w, const char *path, char *buf, size_t len)
{
	return W_CALL(w, mount_options, path, buf, len);
}

/**
 * w_umount() - umount2(2)
 * @w: the world
 * @path: the mount point
 * @flags: 0, MNT_DETACH or MNT_FORCE
 *
 * The super block is gone when this returns 0, unless MNT_DETACH was given and it is in use.
 * Return: 0 or -errno.
 */
static inline long w_umount(struct world *w, const char *path, int flags)
{
	return W_CALL(w, umount, path, flags);
}

/**
 * w_freeze() - ioctl(FIFREEZE) on a mount
 * @w: the world
 * @path: root of a lower file system, or a FUSE mount point (which answers -EOPNOTSUPP)
 *
 * Return: 0 or -errno.
 */
static inline long w_freeze(struct world *w, const char *path)
{
	return W_CALL(w, freeze, path);
}

/**
 * w_thaw() - ioctl(FITHAW) on a mount
 * @w: the world
 * @path: as for w_freeze()
 *
 * Return: 0 or -errno.
 */
static inline long w_thaw(struct world *w, const char *path)
{
	return W_CALL(w, thaw, path);
}

/**
 * w_control_read() - a number from a control file of a FUSE connection (fusectl)
 * @w: the world
 * @path: where it is mounted
 * @file: "waiting", "max_background", "congestion_threshold"
 *
 * Return: the number or -errno.
 */
static inline long w_control_read(struct world *w, const char *path, const char *file)
{
	return W_CALL(w, control_read, path, file);
}

/**
 * w_control_write() - write to a control file of a FUSE connection
 * @w: the world
 * @path: where it is mounted
 * @file: "abort", "max_background", "congestion_threshold"
 * @text: what
 *
 * Return: 0 or -errno.
 */
static inline long w_control_write(struct world *w, const char *path, const char *file,
				   const char *text)
{
	return W_CALL(w, control_write, path, file, text);
}

/**
 * w_abort() - abort the connection of a FUSE mount, as writing 1 to fusectl's "abort" does
 * @w: the world
 * @path: the mount point
 *
 * Return: 0 or -errno.
 */
static inline long w_abort(struct world *w, const char *path)
{
	return w_control_write(w, path, "abort", "1");
}

/**
 * w_waiting() - number of requests the connection has not seen answered: fusectl's "waiting"
 * @w: the world
 * @path: the mount point
 *
 * Return: the number or -errno.
 */
static inline long w_waiting(struct world *w, const char *path)
{
	return w_control_read(w, path, "waiting");
}

/**
 * w_reload() - unload the module of FUSE and load it again
 * @w: the world; no FUSE file system is mounted, no FUSE device open
 *
 * Return: 0, or -errno if it could not be loaded at first. It is loaded in any case.
 */
static inline long w_reload(struct world *w)
{
	return w->ops->reload ? w->ops->reload(w) : -W_ENOSYS;
}

/* ---- looking on ---- */

/**
 * w_lower_log() - fetch the calls that a lower file system saw (needs W_CAP_LOWER_LOG)
 * @w: the world
 * @path: from w_make_lower()
 * @ev: array of @n entries, oldest first
 * @n: its length; what does not fit is dropped
 *
 * The log is empty afterwards.
 * Return: entries stored or -errno.
 */
static inline long w_lower_log(struct world *w, const char *path, struct w_lower_event *ev, int n)
{
	return W_CALL(w, lower_log, path, ev, n);
}

/**
 * w_lower_inject() - make calls to the lower file system fail (needs W_CAP_LOWER_FAULT)
 * @w: the world
 * @path: from w_make_lower()
 * @op: which calls
 * @skip: let this many pass first
 * @count: then make this many fail; -1 = all
 * @error: a positive errno; 0 = none, but do at most @limit bytes (a short read or write)
 * @limit: see @error
 *
 * Replaces what was asked for @op before; @count 0 takes it back.
 * Return: 0 or -errno.
 */
static inline long w_lower_inject(struct world *w, const char *path, enum w_lower_op op, int skip,
				  int count, int error, unsigned long long limit)
{
	return W_CALL(w, lower_inject, path, op, skip, count, error, limit);
}

/**
 * w_lower_async_mode() - when and how requests complete (needs W_CAP_LOWER_ASYNC, as the next two)
 * @w: the world
 * @path: from w_make_lower(), of kind W_LOWER_ASYNC
 * @mode: holds for requests that come from now on; copied. What is held stays so
 *
 * Return: 0, -EINVAL for another kind of file system, or other -errno.
 */
static inline long w_lower_async_mode(struct world *w, const char *path,
				      const struct w_async_mode *mode)
{
	return W_CALL(w, lower_async_mode, path, mode);
}

/**
 * w_lower_async_pending() - number of requests that are queued and not completed
 * @w: the world
 * @path: from w_make_lower(), of kind W_LOWER_ASYNC
 *
 * Return: the number or -errno.
 */
static inline long w_lower_async_pending(struct world *w, const char *path)
{
	return W_CALL(w, lower_async_pending, path);
}

/**
 * w_lower_async_complete() - complete one request now
 * @w: the world
 * @path: from w_make_lower(), of kind W_LOWER_ASYNC
 * @which: 0 is the oldest pending one, 1 the next; -1 the newest
 * @result: how; NULL: as the mode said when it was queued, but in the calling task's context
 *
 * The completion has been called when this returns, except for a write that must be synced and
 * is completed in irq context.
 * Return: 0, -ENOENT when there is no such request, or other -errno.
 */
static inline long w_lower_async_complete(struct world *w, const char *path, int which,
					  const struct w_async_result *result)
{
	return W_CALL(w, lower_async_complete, path, which, result);
}

/**
 * w_watch() - watch a file
 * @w: the world
 * @fd: the file
 * @watch: set up; w_unwatch() ends it, before the file's file system is unmounted
 *
 * Return: 0 or -errno.
 */
static inline long w_watch(struct world *w, int fd, struct w_watch *watch)
{
	return W_CALL(w, watch, fd, watch);
}

/**
 * w_watch_modified() - has somebody been told that the file was modified, since this was asked
 *	before?
 * @w: the world
 * @watch: from w_watch()
 *
 * Return: 1 or 0, or -errno.
 */
static inline long w_watch_modified(struct world *w, struct w_watch *watch)
{
	return W_CALL(w, watch_modified, watch);
}

/**
 * w_unwatch() - end w_watch()
 * @w: the world
 * @fd: the file
 * @watch: from w_watch()
 *
 * Return: 0 or -errno.
 */
static inline long w_unwatch(struct world *w, int fd, struct w_watch *watch)
{
	return W_CALL(w, unwatch, fd, watch);
}

/**
 * w_short_memory() - as if memory had to be reclaimed first (the box alone has it)
 * @w: the world
 * @on: from now on; or as usual
 *
 * Who may not wait gets none. No more workers can be made: work queues that memory reclaim depends
 * on have one rescuer each.
 * Return: 0 or -errno.
 */
static inline long w_short_memory(struct world *w, bool on)
{
	return W_CALL(w, short_memory, on);
}

/**
 * w_fail_nth() - let something fail in what the calling task does next (needs W_CAP_FAIL_NTH)
 * @w: the world
 * @n: which of the allocations and copies to or from user memory that its system calls come to,
 *	from 1; 0: none from now on
 *
 * Return: of the @n of the call before, how many were still to come: 0 when that one has failed; or
 * -errno.
 */
static inline long w_fail_nth(struct world *w, unsigned int n)
{
	return W_CALL(w, fail_nth, n);
}

/**
 * w_note() - hand a line to the world that is for people, and no part of the trace
 * @w: the world
 * @line: without a newline
 */
static inline void w_note(struct world *w, const char *line)
{
	if (w->ops->note)
		w->ops->note(w, line);
}

/**
 * w_trace_line() - hand one line of the normalized trace to the world
 * @w: the world
 * @line: without a newline
 */
static inline void w_trace_line(struct world *w, const char *line)
{
	if (w->ops->trace)
		w->ops->trace(w, line);
}

/* ---- fault runs, which only the box has ---- */

/**
 * w_calm() - nothing fails on purpose between two calls, on and off
 * @w: the world
 * @on: which
 *
 * Return: whether this is a run whose faults are enumerated; if not, nothing was done.
 */
static inline bool w_calm(struct world *w, bool on)
{
	return w->ops->calm && w->ops->calm(w, on);
}

/**
 * w_usable() - after all that went wrong, does the file system still serve a new file?
 * @w: the world, where w_calm() says 1
 * @what: what does not work, or NULL
 */
static inline void w_usable(struct world *w, const char *what)
{
	w->ops->usable(w, what);
}

/**
 * w_owed() - a server has read a request that wants an answer, or has answered one
 * @w: the world
 * @change: 1 or -1
 */
static inline void w_owed(struct world *w, int change)
{
	if (w->ops->owed)
		w->ops->owed(w, change);
}

#endif /* FUSEBOX_SIM_WORLD_H */
