// SPDX-License-Identifier: GPL-2.0
/*
 * struct world made of real system calls, for the running kernel (host) and a guest.
 *
 * Tasks are threads: all share memory, as the interface asks, but each "process" has its own fd
 * table (close_range with CLOSE_RANGE_UNSHARE), its own umask (unshare(CLONE_FS)) and its own
 * credentials (the raw system calls change those of one thread; only glibc's wrappers change all).
 *
 * w_kill() cannot be a SIGKILL, which would end the whole program. It sets a flag and interrupts
 * the task with a signal that has a handler and no SA_RESTART; when its operation returns, the
 * task leaves it by siglongjmp(). That ends waits that are interruptible, hence no W_CAP_SIGKILL.
 *
 * Everything is mounted in a private mount namespace, so nothing stays behind whatever happens.
 */
#include "world_host.h"
#include "world_host_mmap.h"
#include "world_host_async.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/fuse.h>
#include <linux/loop.h>
#include <linux/memfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE	(1U << 1)
#endif

#define KILL_SIGNAL	SIGUSR1
#define STACK_SIZE	(512 * 1024)
#define MAX_LOWERS	32

/* What F_GETFL adds on a 64-bit kernel; glibc defines O_LARGEFILE as 0 there. */
#ifdef __aarch64__
#define KERNEL_O_LARGEFILE	0400000
#else
#define KERNEL_O_LARGEFILE	0100000
#endif

/* An fd table, which lives as long as a task that uses it. */
struct table {
	atomic_int users;
};

struct w_task {
	char name[16];
	pthread_t thread;
	pid_t tid;
	unsigned int flags;
	struct table *table;
	void (*fn)(struct world *w, void *arg);
	void *arg;
	struct world *w;
	sigjmp_buf killed_jmp;
	atomic_bool killed;
	atomic_bool kill_seen;
	atomic_bool started;
	atomic_bool ended;
	/* odd while inside an operation; changes with each */
	atomic_ulong op_seq;
	volatile sig_atomic_t xfsz;
	int start_error;
	/* while something is to fail in this task: its fail-nth, and 1 */
	int fail_fd;
};

struct w_event {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	unsigned long count;
};

struct w_mutex {
	pthread_mutex_t lock;
};

struct lower {
	char path[W_PATH_MAX];
	char below[2][W_PATH_MAX];	/* what an overlay stands on, outermost first */
	int nbelow;
	int disk;			/* its number and 1; 0: none */
};

struct host {
	char base[64];
	enum host_lower_fs lower_fs;
	const struct host_opts *opts;
	bool disk_used[HOST_DISKS];
	void (*trace)(const char *line);
	void (*note)(const char *line);
	struct lower lowers[MAX_LOWERS];
	int nlowers;
	pthread_mutex_t lock;
	struct w_task main_task;
	struct table main_table;
};

static struct host the_host = { .lock = PTHREAD_MUTEX_INITIALIZER };
static __thread struct w_task *self;

static void ns_sleep(long ns)
{
	struct timespec ts = { .tv_nsec = ns };

	nanosleep(&ts, NULL);
}

/* ---- entering and leaving operations ---- */

static void leave_if_killed(void)
{
	if (!atomic_load(&self->killed))
		return;
	atomic_store(&self->kill_seen, true);
	siglongjmp(self->killed_jmp, 1);
}

static void op_begin(void)
{
	leave_if_killed();
	atomic_fetch_add(&self->op_seq, 1);
}

static void op_end(void)
{
	atomic_fetch_add(&self->op_seq, 1);
	leave_if_killed();
}

/* Result of a libc call of the form "-1 and errno" as a world's result. */
#define OP(call) __extension__ ({				\
	long long op_ret_;					\
								\
	op_begin();						\
	op_ret_ = (call);					\
	if (op_ret_ < 0)					\
		op_ret_ = -errno;				\
	op_end();						\
	op_ret_; })

static void on_kill_signal(int sig)
{
	(void)sig;	/* being interrupted is all it is for */
}

static void on_sigxfsz(int sig)
{
	(void)sig;
	if (self)
		self->xfsz++;
}

/* ---- tasks ---- */

static void task_end(struct w_task *t)
{
	/*
	 * The kernel wakes the joiner before it drops the fd table of an exiting thread, so close
	 * the files here. What close defers runs on return from this system call.
	 */
	if (atomic_fetch_sub(&t->table->users, 1) == 1) {
		raw_aio_exit(t->table);
		syscall(SYS_close_range, 3, ~0U, 0);
		free(t->table);
	}
	atomic_store(&t->ended, true);
}

static void *task_main(void *arg)
{
	struct w_task *t = arg;

	self = t;
	t->tid = syscall(SYS_gettid);
	if (unshare(CLONE_FS))
		t->start_error = -errno;
	if (t->flags == W_SPAWN_PROCESS && syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_UNSHARE))
		t->start_error = -errno;
	if (t->flags == W_SPAWN_COPY_FILES && unshare(CLONE_FILES))
		t->start_error = -errno;
	atomic_store(&t->started, true);
	if (t->start_error)
		return NULL;	/* the fd table may be the spawner's: leave it alone */
	if (!sigsetjmp(t->killed_jmp, 1))
		t->fn(t->w, t->arg);
	task_end(t);
	return NULL;
}

/* The fd table a new task is to have: the spawner's, or one of its own. */
static struct table *table_get(unsigned int flags)
{
	struct table *table;

	if (flags == W_SPAWN_SHARE_FILES) {
		atomic_fetch_add(&self->table->users, 1);
		return self->table;
	}
	table = calloc(1, sizeof(*table));
	if (table)
		atomic_store(&table->users, 1);
	return table;
}

static void table_put(struct table *table)
{
	if (atomic_fetch_sub(&table->users, 1) == 1)
		free(table);
}

static long host_spawn(struct world *w, const char *name, unsigned int flags,
		       void (*fn)(struct world *w, void *arg), void *arg, struct w_task **task)
{
	struct w_task *t = calloc(1, sizeof(*t));
	pthread_attr_t attr;
	int err = ENOMEM;

	if (!t)
		return -ENOMEM;
	t->table = table_get(flags);
	if (!t->table)
		goto free_task;
	snprintf(t->name, sizeof(t->name), "%s", name);
	t->flags = flags;
	t->fn = fn;
	t->arg = arg;
	t->w = w;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	err = pthread_create(&t->thread, &attr, task_main, t);
	pthread_attr_destroy(&attr);
	if (err)
		goto put_table;
	while (!atomic_load(&t->started))
		ns_sleep(20000);
	if (t->start_error) {
		err = -t->start_error;
		pthread_join(t->thread, NULL);
		goto put_table;
	}
	*task = t;
	return 0;

put_table:
	table_put(t->table);
free_task:
	free(t);
	return -err;
}

static void interrupt(struct w_task *t)
{
	if (!atomic_load(&t->ended))
		syscall(SYS_tgkill, getpid(), t->tid, KILL_SIGNAL);
}

static long host_kill(struct world *w, struct w_task *t)
{
	(void)w;
	atomic_store(&t->killed, true);
	/* Again and again: the first may hit between the check of the flag and the system call. */
	for (int i = 0; i < 100 && !atomic_load(&t->kill_seen) && !atomic_load(&t->ended); i++) {
		interrupt(t);
		ns_sleep(100000);
	}
	return 0;
}

static long host_join(struct world *w, struct w_task *t)
{
	long ret;

	(void)w;
	op_begin();
	while (!atomic_load(&t->ended)) {
		if (atomic_load(&t->killed) && !atomic_load(&t->kill_seen))
			interrupt(t);
		ns_sleep(50000);
	}
	pthread_join(t->thread, NULL);
	ret = atomic_load(&t->kill_seen);
	free(t);
	op_end();
	return ret;
}

/* State letter of a thread, 0 when it is gone. */
static char task_state(pid_t tid)
{
	char path[64], buf[512], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	buf[n] = 0;
	p = strrchr(buf, ')');
	return p && p[1] ? p[2] : 0;
}

static long host_task_wait_blocked(struct world *w, struct w_task *t)
{
	unsigned long seq, last = 0;
	int same = 0;
	char state;

	(void)w;
	op_begin();
	/* Asleep in one and the same operation for 20 ms: nobody is about to wake it. */
	while (same < 10 && !atomic_load(&t->ended)) {
		seq = atomic_load(&t->op_seq);
		state = task_state(t->tid);
		if ((seq & 1) && seq == last && (state == 'S' || state == 'D'))
			same++;
		else
			same = 0;
		last = seq;
		ns_sleep(2000000);
	}
	op_end();
	return same < 10;
}

static long host_yield(struct world *w)
{
	(void)w;
	return OP(sched_yield());
}

static long host_tick(struct world *w)
{
	struct timespec t0, t;
	int changes = 0;

	(void)w;
	op_begin();
	clock_gettime(CLOCK_REALTIME_COARSE, &t0);
	while (changes < 2) {
		ns_sleep(1000000);
		clock_gettime(CLOCK_REALTIME_COARSE, &t);
		if (t.tv_nsec != t0.tv_nsec || t.tv_sec != t0.tv_sec)
			changes++;
		t0 = t;
	}
	op_end();
	return 0;
}

static struct w_event *host_event_new(struct world *w, const char *name)
{
	struct w_event *ev = calloc(1, sizeof(*ev));

	(void)w;
	(void)name;
	if (!ev)
		return NULL;
	pthread_mutex_init(&ev->lock, NULL);
	pthread_cond_init(&ev->wake, NULL);
	return ev;
}

static void host_event_free(struct world *w, struct w_event *ev)
{
	(void)w;
	pthread_mutex_destroy(&ev->lock);
	pthread_cond_destroy(&ev->wake);
	free(ev);
}

static long host_event_post(struct world *w, struct w_event *ev)
{
	(void)w;
	pthread_mutex_lock(&ev->lock);
	ev->count++;
	pthread_cond_signal(&ev->wake);
	pthread_mutex_unlock(&ev->lock);
	return 0;
}

static long host_event_wait(struct world *w, struct w_event *ev)
{
	struct timespec until;

	(void)w;
	op_begin();
	pthread_mutex_lock(&ev->lock);
	while (!ev->count && !atomic_load(&self->killed)) {
		/* A signal does not end a wait for a condition: look at the flag now and then. */
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 20000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&ev->wake, &ev->lock, &until);
	}
	if (ev->count)
		ev->count--;
	pthread_mutex_unlock(&ev->lock);
	op_end();
	return 0;
}

static struct w_mutex *host_mutex_new(struct world *w, const char *name)
{
	struct w_mutex *m = calloc(1, sizeof(*m));

	(void)w;
	(void)name;
	if (m)
		pthread_mutex_init(&m->lock, NULL);
	return m;
}

static void host_mutex_free(struct world *w, struct w_mutex *m)
{
	(void)w;
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static void host_lock(struct world *w, struct w_mutex *m)
{
	(void)w;
	pthread_mutex_lock(&m->lock);
}

static void host_unlock(struct world *w, struct w_mutex *m)
{
	(void)w;
	pthread_mutex_unlock(&m->lock);
}

/* ---- files ---- */

static long host_open(struct world *w, const char *path, int flags, unsigned int mode)
{
	(void)w;
	return OP(open(path, flags | O_CLOEXEC, mode));
}

static long open_pipe(void)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		return -1;
	close(fd[1]);
	return fd[0];
}

static long open_socket(void)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		return -1;
	close(fd[1]);
	return fd[0];
}

static long open_fifo(void)
{
	char path[W_PATH_MAX];
	int fd, err;

	snprintf(path, sizeof(path), "%s/fifo-%ld", the_host.base, syscall(SYS_gettid));
	if (mkfifo(path, 0600))
		return -1;
	fd = open(path, O_RDWR | O_CLOEXEC);
	err = errno;
	unlink(path);
	errno = err;
	return fd;
}

static long host_open_kind(struct world *w, enum w_fd_kind kind)
{
	(void)w;
	switch (kind) {
	case W_FD_PIPE:
		return OP(open_pipe());
	case W_FD_FIFO:
		return OP(open_fifo());
	case W_FD_SOCKET:
		return OP(open_socket());
	case W_FD_EVENTFD:
		return OP(eventfd(0, EFD_CLOEXEC));
	case W_FD_MEMFD:
		return OP(syscall(SYS_memfd_create, "fusebox", MFD_ALLOW_SEALING));
	case W_FD_DEV_NULL:
		return OP(open("/dev/null", O_RDWR | O_CLOEXEC));
	case W_FD_DEV_FUSE:
		return OP(open("/dev/fuse", O_RDWR | O_CLOEXEC));
	case W_FD_PROC:
		return OP(open("/proc/version", O_RDONLY | O_CLOEXEC));
	case W_FD_SYSFS:
		return OP(open("/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC));
	case W_FD_HUGETLB:
		return OP(syscall(SYS_memfd_create, "fusebox", MFD_ALLOW_SEALING | MFD_HUGETLB));
	case W_FD_KINDS:
		break;
	}
	return -EINVAL;
}

static long host_seal_writes(struct world *w, int fd)
{
	(void)w;
	return OP(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
}

static long host_close(struct world *w, int fd)
{
	(void)w;
	return OP(close(fd));
}

static long host_dup(struct world *w, int fd)
{
	(void)w;
	return OP(dup(fd));
}

static long host_read(struct world *w, int fd, void *buf, size_t len)
{
	(void)w;
	return OP(read(fd, buf, len));
}

static long host_write(struct world *w, int fd, const void *buf, size_t len)
{
	(void)w;
	return OP(write(fd, buf, len));
}

static long host_pread(struct world *w, int fd, void *buf, size_t len, long long off)
{
	(void)w;
	return OP(pread(fd, buf, len, off));
}

static long host_pwrite(struct world *w, int fd, const void *buf, size_t len, long long off)
{
	(void)w;
	return OP(pwrite(fd, buf, len, off));
}

static long host_readv(struct world *w, int fd, const struct iovec *iov, int n)
{
	(void)w;
	return OP(readv(fd, iov, n));
}

static long host_writev(struct world *w, int fd, const struct iovec *iov, int n)
{
	(void)w;
	return OP(writev(fd, iov, n));
}

static long host_preadv2(struct world *w, int fd, const struct iovec *iov, int n, long long off,
			 int rwf)
{
	(void)w;
	return OP(preadv2(fd, iov, n, off, rwf));
}

static long host_pwritev2(struct world *w, int fd, const struct iovec *iov, int n, long long off,
			  int rwf)
{
	(void)w;
	return OP(pwritev2(fd, iov, n, off, rwf));
}

static long long host_lseek(struct world *w, int fd, long long off, int whence)
{
	(void)w;
	return OP(lseek(fd, off, whence));
}

static long long ns_of(struct timespec ts)
{
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void stat_from(struct w_stat *st, const struct stat *s)
{
	*st = (struct w_stat) {
		.ino = s->st_ino,
		.size = s->st_size,
		.blocks = s->st_blocks,
		.atime = ns_of(s->st_atim),
		.mtime = ns_of(s->st_mtim),
		.ctime = ns_of(s->st_ctim),
		.mode = s->st_mode,
		.nlink = s->st_nlink,
		.uid = s->st_uid,
		.gid = s->st_gid,
		/* the 32-bit encoding of the FUSE protocol and of the kernel's new_encode_dev() */
		.rdev = (minor(s->st_rdev) & 0xff) | (major(s->st_rdev) << 8) |
			((minor(s->st_rdev) & ~0xffU) << 12),
		.blksize = s->st_blksize,
	};
}

static long host_fstat(struct world *w, int fd, struct w_stat *st)
{
	struct stat s;
	long ret;

	(void)w;
	ret = OP(fstat(fd, &s));
	if (!ret)
		stat_from(st, &s);
	return ret;
}

static long host_lstat(struct world *w, const char *path, struct w_stat *st)
{
	struct stat s;
	long ret;

	(void)w;
	ret = OP(lstat(path, &s));
	if (!ret)
		stat_from(st, &s);
	return ret;
}

static long host_may_access(struct world *w, const char *path, int mode)
{
	(void)w;
	return OP(access(path, mode));
}

static long host_name_to_handle(struct world *w, const char *path, struct w_handle *h)
{
	int mount;

	(void)w;
	return OP(name_to_handle_at(AT_FDCWD, path, (struct file_handle *)h, &mount, 0));
}

static long host_open_by_handle(struct world *w, int mount, const struct w_handle *h, int flags)
{
	(void)w;
	return OP(open_by_handle_at(mount, (struct file_handle *)h, flags));
}

static long host_ftruncate(struct world *w, int fd, long long size)
{
	(void)w;
	return OP(ftruncate(fd, size));
}

static long host_truncate(struct world *w, const char *path, long long size)
{
	(void)w;
	return OP(truncate(path, size));
}

static long host_fsync(struct world *w, int fd)
{
	(void)w;
	return OP(fsync(fd));
}

static long host_fdatasync(struct world *w, int fd)
{
	(void)w;
	return OP(fdatasync(fd));
}

static long host_fallocate(struct world *w, int fd, int mode, long long off, long long len)
{
	(void)w;
	return OP(fallocate(fd, mode, off, len));
}

/* Results of another file, which are negative errno values already. */
#define RESULT(call) __extension__ ({				\
	long result_;						\
								\
	op_begin();						\
	result_ = (call);					\
	op_end();						\
	result_; })

static long host_pipe(struct world *w, int fds[2])
{
	(void)w;
	return OP(pipe(fds));
}

static long host_splice(struct world *w, int in, long long *off_in, int out, long long *off_out,
			size_t len, unsigned int flags)
{
	(void)w;
	return OP(splice(in, (off64_t *)off_in, out, (off64_t *)off_out, len, flags));
}

static long host_sendfile(struct world *w, int out, int in, long long *off, size_t len)
{
	(void)w;
	return OP(sendfile(out, in, (off_t *)off, len));
}

static long host_copy_range(struct world *w, int in, long long off_in, int out, long long off_out,
			    size_t len)
{
	off64_t from = off_in, to = off_out;

	(void)w;
	return OP(copy_file_range(in, &from, out, &to, len, 0));
}

static long host_mmap(struct world *w, int fd, size_t len, unsigned int flags, long long off,
		      unsigned long long *addr)
{
	(void)w;
	return RESULT(host_map(fd, len, flags & W_MAP_WRITE, flags & W_MAP_SHARED, off, addr));
}

static long host_munmap(struct world *w, unsigned long long addr, size_t len)
{
	(void)w;
	return RESULT(host_unmap(addr, len));
}

static long host_msync(struct world *w, unsigned long long addr, size_t len)
{
	(void)w;
	return RESULT(host_sync(addr, len));
}

static long host_load(struct world *w, unsigned long long addr, void *buf, size_t len)
{
	(void)w;
	return RESULT(host_access(addr, buf, len, false));
}

static long host_store(struct world *w, unsigned long long addr, const void *buf, size_t len)
{
	(void)w;
	return RESULT(host_access(addr, (void *)buf, len, true));
}

static long host_fchmod(struct world *w, int fd, unsigned int mode)
{
	(void)w;
	return OP(fchmod(fd, mode));
}

static long host_chmod(struct world *w, const char *path, unsigned int mode)
{
	(void)w;
	return OP(chmod(path, mode));
}

static long host_lchown(struct world *w, const char *path, unsigned int uid, unsigned int gid)
{
	(void)w;
	return OP(lchown(path, uid, gid));
}

static struct timespec utime_from(long long t)
{
	if (t == W_TIME_NOW)
		return (struct timespec) { .tv_nsec = UTIME_NOW };
	if (t == W_TIME_OMIT)
		return (struct timespec) { .tv_nsec = UTIME_OMIT };
	return (struct timespec) { .tv_sec = t / 1000000000, .tv_nsec = t % 1000000000 };
}

static long host_utimens(struct world *w, const char *path, long long atime, long long mtime)
{
	struct timespec ts[2] = { utime_from(atime), utime_from(mtime) };

	(void)w;
	return OP(utimensat(AT_FDCWD, path, ts, AT_SYMLINK_NOFOLLOW));
}

static long host_ioctl(struct world *w, int fd, unsigned int cmd, void *arg)
{
	(void)w;
	return OP(ioctl(fd, cmd, arg));
}

static long host_fcntl_getfl(struct world *w, int fd)
{
	long ret;

	(void)w;
	ret = OP(fcntl(fd, F_GETFL));
	return ret < 0 ? ret : ret & ~KERNEL_O_LARGEFILE;
}

static long host_fcntl_setfl(struct world *w, int fd, int flags)
{
	(void)w;
	return OP(fcntl(fd, F_SETFL, flags));
}

static long host_fcntl_lk(struct world *w, int fd, int cmd, struct w_lk *lk)
{
	struct flock f = { .l_type = lk->type, .l_start = lk->start, .l_len = lk->len };
	long ret;

	(void)w;
	ret = OP(fcntl(fd, cmd, &f));
	if (!ret)
		*lk = (struct w_lk) { f.l_type, f.l_start, f.l_len };
	return ret;
}

static long host_flock(struct world *w, int fd, int op)
{
	(void)w;
	return OP(flock(fd, op));
}

static long host_poll(struct world *w, int fd, int events)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	long ret;

	(void)w;
	ret = OP(poll(&pfd, 1, 0));
	return ret < 0 ? ret : pfd.revents;
}

static long host_poll_wait(struct world *w, int fd, int events)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	long ret;

	(void)w;
	ret = OP(poll(&pfd, 1, -1));
	return ret < 0 ? ret : pfd.revents;
}

static long host_syncfs(struct world *w, int fd)
{
	(void)w;
	return OP(syncfs(fd));
}

static long host_statfs(struct world *w, const char *path, struct w_statfs *st)
{
	struct statfs s;
	long ret;

	(void)w;
	ret = OP(statfs(path, &s));
	if (ret)
		return ret;
	*st = (struct w_statfs) {
		.blocks = s.f_blocks,
		.bfree = s.f_bfree,
		.bavail = s.f_bavail,
		.files = s.f_files,
		.ffree = s.f_ffree,
		.bsize = s.f_bsize,
		.namelen = s.f_namelen,
		.frsize = s.f_frsize,
	};
	return 0;
}

/* ---- names ---- */

static long host_unlink(struct world *w, const char *path)
{
	(void)w;
	return OP(unlink(path));
}

static long host_mkdir(struct world *w, const char *path, unsigned int mode)
{
	(void)w;
	return OP(mkdir(path, mode));
}

static long host_rmdir(struct world *w, const char *path)
{
	(void)w;
	return OP(rmdir(path));
}

static long host_rename(struct world *w, const char *from, const char *to, unsigned int flags)
{
	(void)w;
	return OP(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags));
}

static long host_link(struct world *w, const char *from, const char *to)
{
	(void)w;
	return OP(link(from, to));
}

static long host_symlink(struct world *w, const char *target, const char *path)
{
	(void)w;
	return OP(symlink(target, path));
}

static long host_readlink(struct world *w, const char *path, char *buf, size_t len)
{
	(void)w;
	return OP(readlink(path, buf, len));
}

static long host_mknod(struct world *w, const char *path, unsigned int mode, unsigned int rdev)
{
	(void)w;
	return OP(mknod(path, mode, rdev));
}

struct kernel_dirent {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

static long host_getdents(struct world *w, int fd, struct w_dirent *d, int n)
{
	union {
		struct kernel_dirent d;
		char bytes[4096];
	} buf;
	const struct kernel_dirent *k;
	long got, pos;
	int i = 0;

	(void)w;
	got = OP(syscall(SYS_getdents64, fd, &buf, sizeof(buf)));
	if (got <= 0)
		return got;
	for (pos = 0; pos < got && i < n; pos += k->reclen, i++) {
		k = (const void *)(buf.bytes + pos);
		d[i].ino = k->ino;
		d[i].off = k->off;
		d[i].type = k->type;
		snprintf(d[i].name, sizeof(d[i].name), "%s", k->name);
	}
	if (pos < got && i)
		lseek(fd, d[i - 1].off, SEEK_SET);
	return i;
}

static long host_setxattr(struct world *w, const char *path, const char *name, const void *val,
			  size_t len, int flags)
{
	(void)w;
	return OP(lsetxattr(path, name, val, len, flags));
}

static long host_getxattr(struct world *w, const char *path, const char *name, void *val,
			  size_t len)
{
	(void)w;
	return OP(lgetxattr(path, name, val, len));
}

static long host_listxattr(struct world *w, const char *path, char *list, size_t len)
{
	(void)w;
	return OP(llistxattr(path, list, len));
}

static long host_removexattr(struct world *w, const char *path, const char *name)
{
	(void)w;
	return OP(lremovexattr(path, name));
}

/* ---- who the task is ---- */

static long host_setids(struct world *w, unsigned int uid, unsigned int gid)
{
	long ret;

	(void)w;
	ret = OP(syscall(SYS_setgroups, 0, NULL));
	if (!ret)
		ret = OP(syscall(SYS_setresgid, gid, gid, gid));
	if (!ret)
		ret = OP(syscall(SYS_setresuid, uid, uid, uid));
	return ret;
}

static long host_setids_keep(struct world *w, unsigned int uid, unsigned int gid,
			     unsigned long long caps)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	long ret;

	ret = OP(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	if (!ret)
		ret = host_setids(w, uid, gid);
	if (ret)
		return ret;
	for (int i = 0; i < 2; i++) {
		data[i].permitted = data[i].effective = (unsigned int)(caps >> (32 * i));
		data[i].inheritable = 0;
	}
	return OP(syscall(SYS_capset, &head, data));
}

static long host_drop_cap(struct world *w, int cap)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	long ret;

	(void)w;
	ret = OP(syscall(SYS_capget, &head, data));
	if (ret)
		return ret;
	data[cap / 32].effective &= ~(1U << (cap % 32));
	data[cap / 32].permitted &= ~(1U << (cap % 32));
	return OP(syscall(SYS_capset, &head, data));
}

static long host_umask(struct world *w, unsigned int mask)
{
	(void)w;
	return OP(umask(mask));
}

static long host_setrlimit_fsize(struct world *w, unsigned long long limit)
{
	struct rlimit rl;

	(void)w;
	if (getrlimit(RLIMIT_FSIZE, &rl))
		return -errno;
	rl.rlim_cur = limit == ~0ULL ? rl.rlim_max : limit;
	return OP(setrlimit(RLIMIT_FSIZE, &rl));
}

static long host_sigxfsz(struct world *w)
{
	long n = self->xfsz;

	(void)w;
	self->xfsz = 0;
	return n;
}

/* ---- the administrator ---- */

/* "BASE/name"; too long a name is a mistake of the scenario's and told as such. */
static long host_path(char *path, const char *prefix, const char *name)
{
	int n = snprintf(path, W_PATH_MAX, "%s/%s%s", the_host.base, prefix, name);

	return n < W_PATH_MAX ? 0 : -ENAMETOOLONG;
}

static long host_make_dir(struct world *w, const char *name, char *path)
{
	long ret = host_path(path, "", name);

	(void)w;
	if (ret)
		return ret;
	return OP(mkdir(path, 0755));
}

static long host_remove_dir(struct world *w, const char *path)
{
	(void)w;
	return OP(rmdir(path));
}

static long mount_tmpfs(const char *path, unsigned long long size)
{
	char opts[64];

	snprintf(opts, sizeof(opts), "mode=0777,size=%llu", size ? size : 64ULL << 20);
	if (mount("fusebox", path, "tmpfs", 0, opts))
		return -errno;
	return 0;
}

/* A quiet "mkfs.ext4 IMAGE". */
static long make_ext4(const char *image)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execlp("mkfs.ext4", "mkfs.ext4", "-q", "-F", "-b", "4096", "-O", "^has_journal",
		       "-E", "lazy_itable_init=0,nodiscard", "-m", "0", image, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ENOSYS;
}

#define EXT4_OPTIONS	"nodelalloc"

/* Attach @image to a loop device that goes away with its last user; returns its fd. */
static long attach_loop(const char *image, char *dev, size_t len)
{
	struct loop_config config = { .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	int ctl, fd = -1, nr, ret = -EBUSY;

	config.fd = open(image, O_RDWR | O_CLOEXEC);
	if ((int)config.fd < 0)
		return -errno;
	ctl = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (ctl < 0) {
		ret = -errno;
		goto close_image;
	}
	/* Somebody else may take the free one before we do. */
	for (int i = 0; i < 20 && ret == -EBUSY; i++) {
		nr = ioctl(ctl, LOOP_CTL_GET_FREE);
		snprintf(dev, len, "/dev/loop%d", nr);
		fd = nr < 0 ? -1 : open(dev, O_RDWR | O_CLOEXEC);
		if (fd < 0) {
			ret = -errno;
		} else if (ioctl(fd, LOOP_CONFIGURE, &config)) {
			ret = -errno;
			close(fd);
		} else {
			ret = fd;
		}
	}
	close(ctl);
close_image:
	close(config.fd);
	return ret;
}

/* An ext4 in a file, on a loop device. */
static long mount_image(const char *path, const char *name)
{
	char image[W_PATH_MAX], dev[32];
	long ret;
	int fd;

	ret = host_path(image, ".image-", name);
	if (ret)
		return ret;
	fd = open(image, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	ret = ftruncate(fd, 80 << 20) ? -errno : 0;
	close(fd);
	if (!ret)
		ret = make_ext4(image);
	if (ret)
		goto unlink_image;
	ret = attach_loop(image, dev, sizeof(dev));
	if (ret < 0)
		goto unlink_image;
	fd = ret;
	ret = mount(dev, path, "ext4", 0, EXT4_OPTIONS) ? -errno : 0;
	close(fd);	/* the mount keeps the device */
unlink_image:
	unlink(image);	/* the device keeps the file */
	return ret;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	if (!ftw->level || !strcmp(path + ftw->base, "lost+found"))
		return 0;
	return type == FTW_DP ? rmdir(path) : unlink(path);
}

/* The ext4 of a disk, emptied. A disk is free again when its mount is. */
static long mount_disk(const char *path, int disk)
{
	if (mount(the_host.opts->disks[disk], path, "ext4", 0, EXT4_OPTIONS))
		return -errno;
	if (!nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT))
		return 0;
	umount2(path, MNT_DETACH);
	return -EIO;
}

static long mount_ext4(struct lower *l, const char *path, const char *name)
{
	long ret = -ENODEV;

	for (int i = 0; i < the_host.opts->ndisks && !l->disk; i++) {
		if (!the_host.disk_used[i])
			l->disk = i + 1;
	}
	if (l->disk) {
		ret = mount_disk(path, l->disk - 1);
		the_host.disk_used[l->disk - 1] = !ret;
	} else {
		ret = mount_image(path, name);
	}
	if (!ret && chmod(path, 0777))
		ret = -errno;
	return ret;
}

static long mount_overlay(const char *path, const char *below, const char *store)
{
	char opts[4 * W_PATH_MAX], dir[3][W_PATH_MAX + 8];
	static const char *const sub[3] = { "l", "u", "w" };

	for (int i = 0; i < 3; i++) {
		snprintf(dir[i], sizeof(dir[i]), "%s/%s", store, sub[i]);
		if (mkdir(dir[i], 0777) || chmod(dir[i], 0777))
			return -errno;
	}
	snprintf(opts, sizeof(opts), "lowerdir=%s,upperdir=%s,workdir=%s",
		 below ? below : dir[0], dir[1], dir[2]);
	return mount("fusebox", path, "overlay", 0, opts) ? -errno : 0;
}

/*
 * An overlay of depth n stands on an overlay of depth n - 1 and keeps its changes in a store, a
 * tmpfs or ext4. Depth 1 stands on a directory of that store.
 */
static long mount_stack(struct lower *l, const char *name, int depth, bool ext4)
{
	char store[W_PATH_MAX], below[W_PATH_MAX], inner[W_PATH_MAX];
	long ret;

	ret = host_path(store, ".store-", name);
	if (!ret && mkdir(store, 0755))
		ret = -errno;
	if (!ret)
		ret = ext4 ? mount_ext4(l, store, name) : mount_tmpfs(store, 0);
	if (ret)
		return ret;
	snprintf(l->below[l->nbelow++], W_PATH_MAX, "%s", store);
	if (depth == 1)
		return mount_overlay(l->path, NULL, store);
	snprintf(below, sizeof(below), "%.200s/b", store);
	snprintf(inner, sizeof(inner), "%.200s/i", store);
	if (mkdir(below, 0755) || mkdir(inner, 0755))
		return -errno;
	ret = mount_overlay(below, NULL, inner);
	if (ret)
		return ret;
	/* outermost first: the inner overlay goes before the tmpfs below it */
	memmove(l->below[1], l->below[0], W_PATH_MAX);
	snprintf(l->below[0], W_PATH_MAX, "%s", below);
	l->nbelow = 2;
	return mount_overlay(l->path, below, store);
}

static struct lower *find_lower(const char *path)
{
	for (int i = 0; i < the_host.nlowers; i++) {
		if (!strcmp(the_host.lowers[i].path, path))
			return &the_host.lowers[i];
	}
	return NULL;
}

static struct lower *new_lower(void)
{
	struct lower *l;

	if (the_host.nlowers == MAX_LOWERS)
		return NULL;
	l = &the_host.lowers[the_host.nlowers++];
	memset(l, 0, sizeof(*l));
	return l;
}

static void drop_lower(struct lower *l)
{
	for (int i = 0; i < l->nbelow; i++) {
		umount2(l->below[i], MNT_DETACH);
		rmdir(l->below[i]);
	}
	if (l->disk)
		the_host.disk_used[l->disk - 1] = false;
	rmdir(l->path);
	*l = the_host.lowers[--the_host.nlowers];
}

static long host_make_lower(struct world *w, const struct w_lower_opts *opts, char *path)
{
	struct lower *l;
	long ret;

	if (opts->kind != W_LOWER_RAM || opts->no_nowait || opts->no_cmtime ||
	    (opts->no_dio && !(w->caps & W_CAP_NO_DIO)))
		return -EOPNOTSUPP;
	l = new_lower();
	if (!l)
		return -ENFILE;
	ret = host_path(l->path, "lower-", opts->name);
	if (!ret && mkdir(l->path, 0755))
		ret = -errno;
	if (ret)
		goto drop;
	if (opts->stack_depth)
		ret = mount_stack(l, opts->name, opts->stack_depth, false);
	else if (opts->size || the_host.lower_fs == HOST_LOWER_TMPFS)
		ret = mount_tmpfs(l->path, opts->size);
	else if (the_host.lower_fs == HOST_LOWER_OVERLAY)
		ret = mount_stack(l, opts->name, 1, true);
	else
		ret = mount_ext4(l, l->path, opts->name);
	if (ret)
		goto drop;
	memcpy(path, l->path, W_PATH_MAX);
	return 0;

drop:
	drop_lower(l);
	return ret;
}

static long host_bind_ro(struct world *w, const char *from, const char *name, char *path)
{
	struct lower *l = new_lower();
	long ret;

	(void)w;
	if (!l)
		return -ENFILE;
	ret = host_path(l->path, "bind-", name);
	if (!ret && mkdir(l->path, 0755))
		ret = -errno;
	if (!ret && mount(from, l->path, NULL, MS_BIND, NULL))
		ret = -errno;
	if (!ret && mount(NULL, l->path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL)) {
		ret = -errno;
		umount(l->path);
	}
	if (ret) {
		drop_lower(l);
		return ret;
	}
	memcpy(path, l->path, W_PATH_MAX);
	return 0;
}

static long host_remove_lower(struct world *w, const char *path)
{
	struct lower *l = find_lower(path);
	long ret;

	(void)w;
	if (!l)
		return -EINVAL;
	ret = OP(umount2(path, 0));
	if (!ret)
		drop_lower(l);
	return ret;
}

/*
 * The number of the connection is that of its device. stat() would ask the server, so it is
 * taken from mountinfo: "id parent major:minor root mountpoint ...".
 */
static long conn_number(const char *path)
{
	char line[1024], point[W_PATH_MAX];
	unsigned int min;
	long nr = -EINVAL;
	FILE *f = fopen("/proc/thread-self/mountinfo", "re");

	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*d %*d %*u:%u %*s %255s", &min, point) == 2 &&
		    !strcmp(point, path))
			nr = min;
	}
	fclose(f);
	return nr;
}

/*
 * A file system that has written nothing yet is granted no dirty pages: they are written back as
 * soon as the kernel looks, which is by chance. A hundredth of what all may have is enough for
 * them to wait for who asks for them, as in the box. Without that a scenario is tried all the same.
 */
static void grant_dirty_pages(const char *path)
{
	char file[W_PATH_MAX];
	int fd;

	snprintf(file, sizeof(file), "/sys/class/bdi/0:%ld/min_ratio", conn_number(path));
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		fprintf(stderr, "fusebox: cannot write to %s: %s\n", file, strerror(errno));
	close(fd);
}

static long host_mount_fuse(struct world *w, int fd, const char *path, const char *opts)
{
	char data[512];
	long ret;

	(void)w;
	snprintf(data, sizeof(data), "fd=%d,%s", fd, opts);
	ret = OP(mount("fusebox", path, "fuse", 0, data));
	/* What is told to fail in this task is the mount. */
	if (!ret && !(self && self->fail_fd))
		grant_dirty_pages(path);
	return ret;
}

static long host_umount(struct world *w, const char *path, int flags)
{
	(void)w;
	return OP(umount2(path, flags));
}

static long freeze_ioctl(const char *path, unsigned long cmd)
{
	long ret;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	ret = ioctl(fd, cmd, 0);
	if (ret) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	close(fd);
	return 0;
}

static long host_freeze(struct world *w, const char *path)
{
	(void)w;
	return OP(freeze_ioctl(path, FIFREEZE));
}

static long host_thaw(struct world *w, const char *path)
{
	(void)w;
	return OP(freeze_ioctl(path, FITHAW));
}

static long host_mount_options(struct world *w, const char *path, char *buf, size_t len)
{
	char line[1024], point[W_PATH_MAX], opts[512];
	long ret = -EINVAL;
	FILE *f;

	(void)w;
	f = fopen("/proc/thread-self/mountinfo", "re");
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		const char *own = strstr(line, " - ");

		if (!own || sscanf(line, "%*d %*d %*s %*s %255s", point) != 1 ||
		    strcmp(point, path))
			continue;
		if (sscanf(own, " - %*s %*s %511s", opts) == 1) {
			snprintf(buf, len, "%s", opts);
			ret = 0;
		}
	}
	fclose(f);
	return ret;
}

static long ctl_open(long nr, const char *file, int flags)
{
	char path[W_PATH_MAX];
	int fd;

	if (nr < 0)
		return nr;
	snprintf(path, sizeof(path), "%s/.ctl/%ld/%s", the_host.base, nr, file);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static long host_control_write(struct world *w, const char *path, const char *file,
			       const char *text)
{
	long fd = ctl_open(conn_number(path), file, O_WRONLY);
	long ret;

	(void)w;
	if (fd < 0)
		return fd;
	ret = OP(write(fd, text, strlen(text)));
	close(fd);
	return ret < 0 ? ret : 0;
}

static long host_control_read(struct world *w, const char *path, const char *file)
{
	long fd = ctl_open(conn_number(path), file, O_RDONLY);
	char buf[32];
	long ret;

	(void)w;
	if (fd < 0)
		return fd;
	ret = OP(read(fd, buf, sizeof(buf) - 1));
	close(fd);
	if (ret < 0)
		return ret;
	buf[ret] = 0;
	return strtol(buf, NULL, 10);
}

/* ---- asynchronous I/O ---- */

static long host_aio_setup(struct world *w, unsigned int n)
{
	(void)w;
	return OP(raw_aio_setup(n, self->table));
}

static long host_aio_submit(struct world *w, long ctx, struct w_aio *a, int n)
{
	(void)w;
	return OP(raw_aio_submit(ctx, a, n));
}

static long host_aio_getevents(struct world *w, long ctx, int min, struct w_completion *c, int max)
{
	(void)w;
	return OP(raw_aio_getevents(ctx, min, c, max));
}

static long host_aio_cancel(struct world *w, long ctx, struct w_aio *a)
{
	(void)w;
	return OP(raw_aio_cancel(ctx, a));
}

static long host_aio_destroy(struct world *w, long ctx)
{
	(void)w;
	return OP(raw_aio_destroy(ctx));
}

static long host_uring_setup(struct world *w, unsigned int entries, unsigned int flags)
{
	(void)w;
	return OP(raw_uring_setup(entries, flags));
}

static long host_uring_register_buffers(struct world *w, int ring, const struct iovec *iov, int n)
{
	(void)w;
	return OP(raw_uring_register_buffers(ring, iov, n));
}

static long host_uring_submit(struct world *w, int ring, const struct w_sqe *s, int n)
{
	(void)w;
	return OP(raw_uring_submit(ring, s, n));
}

static long host_uring_wait(struct world *w, int ring, int min, struct w_completion *c, int max)
{
	(void)w;
	return OP(raw_uring_wait(ring, min, c, max));
}

static long host_uring_cancel(struct world *w, int ring, unsigned long long data)
{
	(void)w;
	return OP(raw_uring_cancel(ring, data));
}

static long host_uring_close(struct world *w, int ring)
{
	(void)w;
	return OP(raw_uring_close(ring));
}

static long host_watch(struct world *w, int fd, struct w_watch *watch)
{
	char path[64];

	(void)w;
	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
	watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->fd < 0)
		return -errno;
	if (inotify_add_watch(watch->fd, path, IN_MODIFY) < 0) {
		int err = errno;

		close(watch->fd);
		return -err;
	}
	return 0;
}

static long host_watch_modified(struct world *w, struct w_watch *watch)
{
	struct inotify_event event;	/* of a file it has no name */
	bool modified = false;

	(void)w;
	while (read(watch->fd, &event, sizeof(event)) > 0)
		modified |= event.mask & IN_MODIFY;
	return modified;
}

static long host_unwatch(struct world *w, int fd, struct w_watch *watch)
{
	(void)w;
	(void)fd;
	return OP(close(watch->fd));
}

/*
 * /proc/thread-self/fail-nth: what it says is counted down by each place that could fail in a
 * system call of the thread. So it is opened before and closed after; and that a look at it may be
 * what fails means only that it is still there.
 */
static const char fail_nth_path[] = "/proc/thread-self/fail-nth";

static long host_fail_nth(struct world *w, unsigned int n)
{
	char text[16];
	long left = 0;

	(void)w;
	if (self->fail_fd) {
		if (pread(self->fail_fd - 1, text, sizeof(text) - 1, 0) > 0)
			left = strtol(text, NULL, 10);
		else
			left = 1;
		while (pwrite(self->fail_fd - 1, "0", 1, 0) < 0 && errno == EFAULT)
			;
		close(self->fail_fd - 1);
		self->fail_fd = 0;
	}
	if (!n)
		return left;
	self->fail_fd = open(fail_nth_path, O_RDWR | O_CLOEXEC) + 1;
	if (!self->fail_fd)
		return -errno;
	snprintf(text, sizeof(text), "%u", n);
	return pwrite(self->fail_fd - 1, text, strlen(text), 0) < 0 ? -errno : left;
}

static void host_note(struct world *w, const char *line)
{
	(void)w;
	if (the_host.note)
		the_host.note(line);
}

static void host_trace(struct world *w, const char *line)
{
	(void)w;
	if (the_host.trace)
		the_host.trace(line);
}

static const struct world_ops host_ops = {
	.spawn			= host_spawn,
	.join			= host_join,
	.kill			= host_kill,
	.task_wait_blocked	= host_task_wait_blocked,
	.yield			= host_yield,
	.tick			= host_tick,
	.event_new		= host_event_new,
	.event_free		= host_event_free,
	.event_post		= host_event_post,
	.event_wait		= host_event_wait,
	.mutex_new		= host_mutex_new,
	.mutex_free		= host_mutex_free,
	.lock			= host_lock,
	.unlock			= host_unlock,
	.open			= host_open,
	.open_kind		= host_open_kind,
	.seal_writes		= host_seal_writes,
	.close			= host_close,
	.dup			= host_dup,
	.read			= host_read,
	.write			= host_write,
	.pread			= host_pread,
	.pwrite			= host_pwrite,
	.readv			= host_readv,
	.writev			= host_writev,
	.preadv2		= host_preadv2,
	.pwritev2		= host_pwritev2,
	.lseek			= host_lseek,
	.fstat			= host_fstat,
	.lstat			= host_lstat,
	.access			= host_may_access,
	.name_to_handle		= host_name_to_handle,
	.open_by_handle		= host_open_by_handle,
	.ftruncate		= host_ftruncate,
	.truncate		= host_truncate,
	.fsync			= host_fsync,
	.fdatasync		= host_fdatasync,
	.fallocate		= host_fallocate,
	.fchmod			= host_fchmod,
	.chmod			= host_chmod,
	.lchown			= host_lchown,
	.utimens		= host_utimens,
	.ioctl			= host_ioctl,
	.fcntl_getfl		= host_fcntl_getfl,
	.fcntl_setfl		= host_fcntl_setfl,
	.fcntl_lk		= host_fcntl_lk,
	.flock			= host_flock,
	.poll			= host_poll,
	.pipe			= host_pipe,
	.splice			= host_splice,
	.sendfile		= host_sendfile,
	.copy_range		= host_copy_range,
	.mmap			= host_mmap,
	.munmap			= host_munmap,
	.msync			= host_msync,
	.load			= host_load,
	.store			= host_store,
	.poll_wait		= host_poll_wait,
	.statfs			= host_statfs,
	.syncfs			= host_syncfs,
	.aio_setup		= host_aio_setup,
	.aio_submit		= host_aio_submit,
	.aio_getevents		= host_aio_getevents,
	.aio_cancel		= host_aio_cancel,
	.aio_destroy		= host_aio_destroy,
	.uring_setup		= host_uring_setup,
	.uring_register_buffers = host_uring_register_buffers,
	.uring_submit		= host_uring_submit,
	.uring_wait		= host_uring_wait,
	.uring_cancel		= host_uring_cancel,
	.uring_close		= host_uring_close,
	.unlink			= host_unlink,
	.mkdir			= host_mkdir,
	.rmdir			= host_rmdir,
	.rename			= host_rename,
	.link			= host_link,
	.symlink		= host_symlink,
	.readlink		= host_readlink,
	.mknod			= host_mknod,
	.getdents		= host_getdents,
	.setxattr		= host_setxattr,
	.getxattr		= host_getxattr,
	.listxattr		= host_listxattr,
	.removexattr		= host_removexattr,
	.setids			= host_setids,
	.setids_keep		= host_setids_keep,
	.drop_cap		= host_drop_cap,
	.umask			= host_umask,
	.setrlimit_fsize	= host_setrlimit_fsize,
	.sigxfsz		= host_sigxfsz,
	.make_dir		= host_make_dir,
	.remove_dir		= host_remove_dir,
	.make_lower		= host_make_lower,
	.bind_ro		= host_bind_ro,
	.remove_lower		= host_remove_lower,
	.mount_fuse		= host_mount_fuse,
	.mount_options		= host_mount_options,
	.umount			= host_umount,
	.freeze			= host_freeze,
	.thaw			= host_thaw,
	.control_read		= host_control_read,
	.control_write		= host_control_write,
	.watch			= host_watch,
	.watch_modified		= host_watch_modified,
	.unwatch		= host_unwatch,
	.fail_nth		= host_fail_nth,
	.trace			= host_trace,
	.note			= host_note,
};

static struct world host_world = { .ops = &host_ops, .name = "host", .priv = &the_host };

/* ---- set-up ---- */

static long enter_namespace(struct host *h)
{
	static const char *const places[] = { "/mnt", "/media", "/srv", "/tmp" };
	char ctl[80];
	size_t i;

	if (unshare(CLONE_NEWNS))
		return -errno;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!mount("fusebox", places[i], "tmpfs", 0, "mode=0755"))
			break;
	}
	if (i == sizeof(places) / sizeof(places[0]))
		return -errno;
	snprintf(h->base, sizeof(h->base), "%s", places[i]);
	snprintf(ctl, sizeof(ctl), "%s/.ctl", h->base);
	if (mkdir(ctl, 0755) || mount("fusectl", ctl, "fusectl", 0, NULL))
		return -errno;
	return 0;
}

static void set_signals(void)
{
	struct sigaction sa = { .sa_handler = on_kill_signal };

	sigaction(KILL_SIGNAL, &sa, NULL);
	sa.sa_handler = on_sigxfsz;
	sa.sa_flags = SA_RESTART;
	sigaction(SIGXFSZ, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Mount a FUSE file system and read what the kernel offers in INIT, without answering. */
static long read_init(struct host *h, struct fuse_init_in *init)
{
	static char buf[FUSE_MIN_READ_BUFFER * 2];
	char path[80];
	long ret;
	int fd;

	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "%s/.probe", h->base);
	mkdir(path, 0755);
	ret = host_mount_fuse(NULL, fd, path, "rootmode=40000,user_id=0,group_id=0");
	if (ret)
		goto close_dev;
	ret = read(fd, buf, sizeof(buf));
	if (ret < 0) {
		ret = -errno;
	} else {
		memset(init, 0, sizeof(*init));
		ret -= sizeof(struct fuse_in_header);
		memcpy(init, buf + sizeof(struct fuse_in_header),
		       ret < (long)sizeof(*init) ? (size_t)ret : sizeof(*init));
		ret = 0;
	}
	umount2(path, MNT_DETACH);
close_dev:
	close(fd);
	rmdir(path);
	return ret;
}

static bool have_overlay(struct host *h)
{
	struct lower *l = new_lower();
	bool ok;

	(void)h;
	if (!l)
		return false;
	host_path(l->path, "lower-", "probe");
	mkdir(l->path, 0755);
	ok = !mount_stack(l, "probe", 1, false);
	if (ok)
		umount(l->path);
	drop_lower(l);
	return ok;
}

/* Those of users, which it has since 6.6; what is mounted at the base is a tmpfs. */
static bool tmpfs_has_xattrs(struct host *h)
{
	if (lsetxattr(h->base, "user.probe", "x", 1, 0))
		return false;
	lremovexattr(h->base, "user.probe");
	return true;
}

/* Since 6.2. */
static bool overlay_has_tmpfiles(void)
{
	struct w_lower_opts opts = { .name = "probe", .stack_depth = 1 };
	char path[W_PATH_MAX];
	int fd;

	if (host_make_lower(&host_world, &opts, path))
		return false;
	fd = open(path, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	umount(path);
	drop_lower(find_lower(path));
	return fd >= 0;
}

static bool have_ext4(void)
{
	struct w_lower_opts opts = { .name = "probe" };
	char path[W_PATH_MAX];

	the_host.lower_fs = HOST_LOWER_EXT4;
	if (host_make_lower(&host_world, &opts, path))
		return false;
	umount(path);
	drop_lower(find_lower(path));
	return true;
}

struct world *world_host_begin(const struct host_opts *opts, char *why, size_t len)
{
	struct host *h = &the_host;
	struct world *w = &host_world;
	struct fuse_init_in init;
	unsigned long long flags;
	long ret;

	h->opts = opts;
	h->trace = opts->trace;
	h->note = opts->note;
	w->name = opts->name;
	if (geteuid()) {
		snprintf(why, len, "needs root");
		return NULL;
	}
	self = &h->main_task;
	atomic_store(&h->main_table.users, 1);
	self->table = &h->main_table;
	self->tid = syscall(SYS_gettid);
	set_signals();
	/* Nothing that the caller left open may get in the way of a lower file system. */
	syscall(SYS_close_range, 3, ~0U, 0);
	umask(022);
	ret = enter_namespace(h);
	if (ret) {
		snprintf(why, len, "cannot mount in a namespace of its own: %s", strerror(-ret));
		return NULL;
	}
	ret = read_init(h, &init);
	if (ret) {
		snprintf(why, len, "cannot mount FUSE: %s", strerror(-ret));
		return NULL;
	}
	flags = init.flags | (unsigned long long)init.flags2 << 32;
	if (!(flags & FUSE_PASSTHROUGH)) {
		snprintf(why, len, "this kernel has no FUSE passthrough (protocol 7.%u)",
			 init.minor);
		return NULL;
	}
	host_mmap_begin();
	w->caps = W_CAP_ROOT | W_CAP_PASSTHROUGH | W_CAP_RO_BIND | W_CAP_PAGE_CACHE | W_CAP_MMAP |
		  W_CAP_SPLICE | W_CAP_LIBFUSE | host_async_caps();
	/* Ours keeps the protocol of the kernel it patches; mainline's came with 7.40. */
	if (init.minor > FUSE_KERNEL_MINOR_VERSION)
		w->caps |= W_CAP_IS_MAINLINE;
	if (!access(fail_nth_path, R_OK | W_OK))
		w->caps |= W_CAP_FAIL_NTH;
	if (have_overlay(h))
		w->caps |= W_CAP_STACK_DEPTH;
	if (opts->lower_fs == HOST_LOWER_AUTO)
		h->lower_fs = have_ext4() ? HOST_LOWER_EXT4 : HOST_LOWER_TMPFS;
	else
		h->lower_fs = opts->lower_fs;
	if (h->lower_fs == HOST_LOWER_EXT4)
		w->caps |= W_CAP_FREEZE;
	if (h->lower_fs != HOST_LOWER_TMPFS)
		w->caps |= W_CAP_DIO_ALIGN;
	if (h->lower_fs != HOST_LOWER_TMPFS || tmpfs_has_xattrs(h))
		w->caps |= W_CAP_LOWER_XATTR;
	if (h->lower_fs != HOST_LOWER_OVERLAY)
		w->caps |= W_CAP_LOWER_FLAT;
	if (h->lower_fs != HOST_LOWER_OVERLAY || overlay_has_tmpfiles())
		w->caps |= W_CAP_TMPFILE;
	if (h->lower_fs == HOST_LOWER_EXT4)
		w->caps |= W_CAP_LOWER_NOWAIT;
	return w;
}

enum host_lower_fs world_host_lower(void)
{
	return the_host.lower_fs;
}

static void abort_connection(unsigned int min, const char *point)
{
	long fd;

	fd = ctl_open(min, "abort", O_WRONLY);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		fprintf(stderr, "fusebox: cannot abort %s: %s\n", point, strerror(errno));
	close(fd);
}

static void thaw_mount(unsigned int min, const char *point)
{
	(void)min;
	freeze_ioctl(point, FITHAW);
}

/* Call @fn for each mount of this world that is of a type, as mountinfo writes it. */
static void for_mounts(const char *type, void (*fn)(unsigned int min, const char *point))
{
	char line[1024], point[W_PATH_MAX], text[32];
	unsigned int min;
	FILE *f;

	f = fopen("/proc/thread-self/mountinfo", "re");
	if (!f)
		return;
	snprintf(text, sizeof(text), " - %s ", type);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*d %*d %*u:%u %*s %255s", &min, point) == 2 &&
		    strstr(line, text) && !strncmp(point, the_host.base, strlen(the_host.base)))
			fn(min, point);
	}
	fclose(f);
}

/* A process that is not the world itself does not know what is frozen, and tries all. */
void world_host_rescue(void)
{
	for_mounts("ext4", thaw_mount);
	for_mounts("fuse", abort_connection);
}
