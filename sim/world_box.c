// SPDX-License-Identifier: GPL-2.0
/*
 * struct world in the box: each operation is one system call of sim/syscalls.c, or what an
 * administrator does to the box.
 */
#include "world_box.h"

#include <core/choice.h>
#include <core/explore.h>
#include <core/finding.h>
#include <core/sanitize.h>
#include <core/task.h>
#include <core/trace.h>
#include <linux/anon_inodes.h>
#include <linux/dirent.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fsnotify_backend.h>
#include <linux/init.h>
#include <linux/init_task.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <uapi/linux/mount.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/wait.h>
#include <fusebox/fsnotify.h>
#include <fusebox/shortage.h>
#include <sys/mman.h>

#include "heap.h"
#include "hostio.h"
#include "lower_async.h"
#include "lower_pseudo.h"
#include "lower_ramfs.h"
#include "lower_stack.h"
#include "process.h"
#include "syscalls.h"
#include "syscalls_async.h"

#define CONTROL_DIR	"/fusectl"
#define SHM_DIR		"/dev/shm"
#define HUGE_DIR	"/dev/hugepages"
#define LOWER_TYPE	"lower"
#define LOWER_SIZE	(64ULL << 20)
#define TICK_NS		20000000	/* more than a jiffy, the granularity of file times */

#define BOX_CAPS                                                                                 \
	(W_CAP_ROOT | W_CAP_PASSTHROUGH | W_CAP_FREEZE | W_CAP_STACK_DEPTH | W_CAP_RO_BIND |     \
	 W_CAP_DIO_ALIGN | W_CAP_NO_DIO | W_CAP_SIGKILL | W_CAP_TASK_RLIMIT | W_CAP_LOWER_LOG |  \
	 W_CAP_LOWER_FAULT | W_CAP_LOWER_XATTR | W_CAP_TMPFILE | W_CAP_PAGE_CACHE | W_CAP_MMAP | \
	 W_CAP_SPLICE | W_CAP_RELOAD | W_CAP_LOWER_FLAT | W_CAP_LOWER_NOWAIT | W_CAP_FAIL_NTH |  \
	 W_CAP_VIRTIO | W_CAP_IS_BOX | W_CAP_AIO | W_CAP_URING | W_CAP_KERNEL_RW |               \
	 W_CAP_LOWER_KINDS | W_CAP_LOWER_ASYNC | (FB_MSAN ? 0 : W_CAP_LIBFUSE))

/* What the scenarios and the server hold is no memory of the kernel: no ledger, no fault points. */

struct w_task {
	struct box_process *process;
	struct world *w;
	void (*fn)(struct world *w, void *arg);
	void *arg;
};

struct w_event {
	wait_queue_head_t wait;
	unsigned int count;
	const char *name;
};

struct w_mutex {
	struct mutex mutex;
};

/*
 * Wait queues are hashed by address, and the explorer tells objects apart by it: it is the same in
 * each run.
 */
static void *box_calloc(size_t size)
{
	void *p = heap_calloc(1, size);

	if (!p)
		abort();
	return p;
}

/*
 * Tasks
 */

static void task_fn(void *arg)
{
	struct w_task *t = arg;

	t->fn(t->w, t->arg);
}

static long bx_spawn(struct world *w, const char *name, unsigned int flags,
		     void (*fn)(struct world *w, void *arg), void *arg, struct w_task **task)
{
	static const enum box_files how[] = {
		[W_SPAWN_PROCESS] = BOX_FILES_EMPTY,
		[W_SPAWN_COPY_FILES] = BOX_FILES_COPY,
		[W_SPAWN_SHARE_FILES] = BOX_FILES_SHARE,
	};
	struct w_task *t = box_calloc(sizeof(*t));

	t->w = w;
	t->fn = fn;
	t->arg = arg;
	fb_faults_suspend();
	t->process = box_spawn(name, how[flags], task_fn, t);
	fb_faults_resume();
	if (IS_ERR(t->process)) {
		long err = PTR_ERR(t->process);

		heap_free(t);
		return err;
	}
	*task = t;
	return 0;
}

static long bx_join(struct world *w, struct w_task *task)
{
	long killed = box_reap(task->process);

	heap_free(task);
	return killed;
}

static long bx_kill(struct world *w, struct w_task *task)
{
	box_kill(task->process);
	return 0;
}

static long bx_task_wait_blocked(struct world *w, struct w_task *task)
{
	while (!box_sleeps(task->process))
		fb_yield();
	return task->process->done;
}

static long bx_yield(struct world *w)
{
	fb_yield();
	return 0;
}

static long bx_tick(struct world *w)
{
	fb_time_advance(TICK_NS);
	return 0;
}

static long bx_explore(struct world *w, bool on)
{
	fb_explore_region(on);
	return 0;
}

static struct w_event *bx_event_new(struct world *w, const char *name)
{
	struct w_event *ev = box_calloc(sizeof(*ev));

	init_waitqueue_head(&ev->wait);
	ev->name = name;
	return ev;
}

static void bx_event_free(struct world *w, struct w_event *ev)
{
	heap_free(ev);
}

static long bx_event_post(struct world *w, struct w_event *ev)
{
	fb_touch(ev, true);
	ev->count++;
	wake_up(&ev->wait);
	return 0;
}

static bool event_posted(const struct w_event *ev)
{
	fb_touch(ev, false);
	return ev->count;
}

/*
 * An injected signal that does not kill is no reason to come back: waiting is no system call of the
 * scenario's.
 */
static long bx_event_wait(struct world *w, struct w_event *ev)
{
	long ret;

	do {
		box_syscall_enter();
		current->waits_for_user = true;
		ret = wait_event_killable_exclusive(ev->wait, event_posted(ev));
		current->waits_for_user = false;
		fb_touch(ev, true);
		if (!ret)
			ev->count--;
		box_syscall_exit(ev->name, ret);
	} while (ret);
	return 0;
}

static struct w_mutex *bx_mutex_new(struct world *w, const char *name)
{
	struct w_mutex *m = box_calloc(sizeof(*m));

	mutex_init(&m->mutex);
	return m;
}

static void bx_mutex_free(struct world *w, struct w_mutex *m)
{
	mutex_destroy(&m->mutex);
	heap_free(m);
}

static void bx_lock(struct world *w, struct w_mutex *m)
{
	mutex_lock(&m->mutex);
}

static void bx_unlock(struct world *w, struct w_mutex *m)
{
	mutex_unlock(&m->mutex);
}

/*
 * Files
 */

static long bx_open(struct world *w, const char *path, int flags, unsigned int mode)
{
	return box_open(path, flags, mode);
}

static long bx_close(struct world *w, int fd)
{
	return box_close(fd);
}

static long bx_dup(struct world *w, int fd)
{
	return box_dup(fd);
}

static long bx_read(struct world *w, int fd, void *buf, size_t len)
{
	return box_read(fd, buf, len);
}

static long bx_write(struct world *w, int fd, const void *buf, size_t len)
{
	return box_write(fd, buf, len);
}

static long bx_pread(struct world *w, int fd, void *buf, size_t len, long long off)
{
	return box_pread(fd, buf, len, off);
}

static long bx_pwrite(struct world *w, int fd, const void *buf, size_t len, long long off)
{
	return box_pwrite(fd, buf, len, off);
}

static long bx_readv(struct world *w, int fd, const struct iovec *iov, int n)
{
	return box_readv(fd, iov, n);
}

static long bx_writev(struct world *w, int fd, const struct iovec *iov, int n)
{
	return box_writev(fd, iov, n);
}

static long bx_preadv2(struct world *w, int fd, const struct iovec *iov, int n, long long off,
		       int rwf)
{
	return box_preadv2(fd, iov, n, off, rwf);
}

static long bx_pwritev2(struct world *w, int fd, const struct iovec *iov, int n, long long off,
			int rwf)
{
	return box_pwritev2(fd, iov, n, off, rwf);
}

static long long bx_lseek(struct world *w, int fd, long long off, int whence)
{
	return box_lseek(fd, off, whence);
}

static void stat_from_kstat(struct w_stat *st, const struct kstat *k)
{
	*st = (struct w_stat){
		.ino = k->ino,
		.size = k->size,
		.blocks = k->blocks,
		.atime = timespec64_to_ns(&k->atime),
		.mtime = timespec64_to_ns(&k->mtime),
		.ctime = timespec64_to_ns(&k->ctime),
		.mode = k->mode,
		.nlink = k->nlink,
		.uid = from_kuid(&init_user_ns, k->uid),
		.gid = from_kgid(&init_user_ns, k->gid),
		.rdev = new_encode_dev(k->rdev),
		.blksize = k->blksize,
	};
}

static long bx_fstat(struct world *w, int fd, struct w_stat *st)
{
	struct kstat k = {};
	long ret = box_fstat(fd, &k);

	if (!ret)
		stat_from_kstat(st, &k);
	return ret;
}

static long bx_lstat(struct world *w, const char *path, struct w_stat *st)
{
	struct kstat k = {};
	long ret = box_lstat(path, &k);

	if (!ret)
		stat_from_kstat(st, &k);
	return ret;
}

static long bx_access(struct world *w, const char *path, int mode)
{
	return box_access(path, mode);
}

/* struct w_handle has the layout of struct file_handle, which world.h cannot name. */
static long bx_name_to_handle(struct world *w, const char *path, struct w_handle *h)
{
	return box_name_to_handle(path, (struct file_handle *)h);
}

static long bx_open_by_handle(struct world *w, int mount, const struct w_handle *h, int flags)
{
	return box_open_by_handle(mount, (struct file_handle *)h, flags);
}

static long bx_ftruncate(struct world *w, int fd, long long size)
{
	return box_ftruncate(fd, size);
}

static long bx_truncate(struct world *w, const char *path, long long size)
{
	return box_truncate(path, size);
}

static long bx_fsync(struct world *w, int fd)
{
	return box_fsync(fd, false);
}

static long bx_fdatasync(struct world *w, int fd)
{
	return box_fsync(fd, true);
}

static long bx_fallocate(struct world *w, int fd, int mode, long long off, long long len)
{
	return box_fallocate(fd, mode, off, len);
}

static long bx_fchmod(struct world *w, int fd, unsigned int mode)
{
	return box_fchmod(fd, mode);
}

static long bx_chmod(struct world *w, const char *path, unsigned int mode)
{
	return box_chmod(path, mode);
}

static long bx_lchown(struct world *w, const char *path, unsigned int uid, unsigned int gid)
{
	return box_lchown(path, uid, gid);
}

static struct timespec64 time_argument(long long ns)
{
	if (ns == W_TIME_NOW)
		return (struct timespec64){ .tv_nsec = UTIME_NOW };
	if (ns == W_TIME_OMIT)
		return (struct timespec64){ .tv_nsec = UTIME_OMIT };
	return ns_to_timespec64(ns);
}

static long bx_utimens(struct world *w, const char *path, long long atime, long long mtime)
{
	struct timespec64 times[2] = { time_argument(atime), time_argument(mtime) };

	return box_utimens(path, times);
}

static long bx_ioctl(struct world *w, int fd, unsigned int cmd, void *arg)
{
	return box_ioctl(fd, cmd, arg);
}

static long bx_fcntl_getfl(struct world *w, int fd)
{
	long ret = box_fcntl(fd, F_GETFL, 0);

	return ret < 0 ? ret : ret & ~O_LARGEFILE;
}

static long bx_fcntl_setfl(struct world *w, int fd, int flags)
{
	return box_fcntl(fd, F_SETFL, flags);
}

static long bx_fcntl_lk(struct world *w, int fd, int cmd, struct w_lk *lk)
{
	struct flock f = { .l_type = lk->type, .l_start = lk->start, .l_len = lk->len };
	long ret = box_fcntl(fd, cmd, (unsigned long)&f);

	if (!ret)
		*lk = (struct w_lk){ f.l_type, f.l_start, f.l_len };
	return ret;
}

static long bx_flock(struct world *w, int fd, int op)
{
	return box_flock(fd, op);
}

static long bx_poll(struct world *w, int fd, int events)
{
	return box_poll(fd, events);
}

static long bx_poll_wait(struct world *w, int fd, int events)
{
	return box_poll_wait(fd, events);
}

static long bx_syncfs(struct world *w, int fd)
{
	return box_syncfs(fd);
}

static long bx_mmap(struct world *w, int fd, size_t len, unsigned int flags, long long off,
		    unsigned long long *addr)
{
	long ret = box_mmap(fd, len, PROT_READ | (flags & W_MAP_WRITE ? PROT_WRITE : 0),
			    flags & W_MAP_SHARED ? MAP_SHARED : MAP_PRIVATE, off);

	if (ret < 0)
		return ret;
	*addr = ret;
	return 0;
}

static long bx_munmap(struct world *w, unsigned long long addr, size_t len)
{
	return box_munmap(addr, len);
}

static long bx_msync(struct world *w, unsigned long long addr, size_t len)
{
	return box_msync(addr, len, MS_SYNC);
}

static long bx_load(struct world *w, unsigned long long addr, void *buf, size_t len)
{
	return box_load(addr, buf, len);
}

static long bx_store(struct world *w, unsigned long long addr, const void *buf, size_t len)
{
	return box_store(addr, buf, len);
}

static long bx_pipe(struct world *w, int fds[2])
{
	return box_pipe(fds);
}

static long bx_splice(struct world *w, int in, long long *off_in, int out, long long *off_out,
		      size_t len, unsigned int flags)
{
	return box_splice(in, off_in, out, off_out, len, flags);
}

static long bx_sendfile(struct world *w, int out, int in, long long *off, size_t len)
{
	return box_sendfile(out, in, off, len);
}

static long bx_copy_range(struct world *w, int in, long long off_in, int out, long long off_out,
			  size_t len)
{
	return box_copy_range(in, off_in, out, off_out, len);
}

static long bx_statfs(struct world *w, const char *path, struct w_statfs *st)
{
	struct kstatfs k = {};
	long ret = box_statfs(path, &k);

	if (!ret)
		*st = (struct w_statfs){ k.f_blocks, k.f_bfree, k.f_bavail, k.f_files, k.f_ffree,
					 k.f_bsize, k.f_namelen, k.f_frsize };
	return ret;
}

/*
 * Names
 */

static long bx_unlink(struct world *w, const char *path)
{
	return box_unlink(path);
}

static long bx_mkdir(struct world *w, const char *path, unsigned int mode)
{
	return box_mkdir(path, mode);
}

static long bx_rmdir(struct world *w, const char *path)
{
	return box_rmdir(path);
}

static long bx_rename(struct world *w, const char *from, const char *to, unsigned int flags)
{
	return box_rename(from, to, flags);
}

static long bx_link(struct world *w, const char *from, const char *to)
{
	return box_link(from, to);
}

static long bx_symlink(struct world *w, const char *target, const char *path)
{
	return box_symlink(target, path);
}

static long bx_readlink(struct world *w, const char *path, char *buf, size_t len)
{
	return box_readlink(path, buf, len);
}

static long bx_mknod(struct world *w, const char *path, unsigned int mode, unsigned int rdev)
{
	return box_mknod(path, mode, rdev);
}

/* Stores the entries of @buf; returns how many fitted into @d. */
static int take_dirents(struct w_dirent *d, int n, const char *buf, long len)
{
	int i = 0;

	for (long at = 0; at < len && i < n; i++) {
		const struct linux_dirent64 *e = (const void *)(buf + at);

		d[i].ino = e->d_ino;
		d[i].off = e->d_off;
		d[i].type = e->d_type;
		strscpy(d[i].name, e->d_name, sizeof(d[i].name));
		at += e->d_reclen;
	}
	return i;
}

static long bx_getdents(struct world *w, int fd, struct w_dirent *d, int n)
{
	char buf[2048];
	long len = box_getdents64(fd, buf, sizeof(buf));
	int i;

	if (len <= 0)
		return len;
	i = take_dirents(d, n, buf, len);
	/* Those that did not fit are to be read again. */
	box_lseek(fd, d[i - 1].off, SEEK_SET);
	return i;
}

static long bx_setxattr(struct world *w, const char *path, const char *name, const void *val,
			size_t len, int flags)
{
	return box_lsetxattr(path, name, val, len, flags);
}

static long bx_getxattr(struct world *w, const char *path, const char *name, void *val, size_t len)
{
	return box_lgetxattr(path, name, val, len);
}

static long bx_listxattr(struct world *w, const char *path, char *list, size_t len)
{
	return box_llistxattr(path, list, len);
}

static long bx_removexattr(struct world *w, const char *path, const char *name)
{
	return box_lremovexattr(path, name);
}

/*
 * Who the task is
 */

static long bx_setids(struct world *w, unsigned int uid, unsigned int gid)
{
	box_syscall_enter();
	return box_syscall_exit("setresuid", box_setids(uid, gid));
}

static long bx_setids_keep(struct world *w, unsigned int uid, unsigned int gid,
			   unsigned long long caps)
{
	box_syscall_enter();
	return box_syscall_exit("setresuid", box_setids_keep(uid, gid, caps));
}

static long bx_drop_cap(struct world *w, int cap)
{
	box_syscall_enter();
	return box_syscall_exit("capset", box_drop_cap(cap));
}

static long bx_umask(struct world *w, unsigned int mask)
{
	return box_umask(mask);
}

static long bx_setrlimit_fsize(struct world *w, unsigned long long limit)
{
	box_set_fsize_limit(limit);
	return 0;
}

static long bx_sigxfsz(struct world *w)
{
	return box_sigxfsz();
}

/*
 * Files of odd kinds
 */

static const struct file_operations anon_fops = {
	.llseek = noop_llseek,
};

static long open_pipe(void)
{
	int fds[2];
	long ret = box_pipe(fds);

	if (ret)
		return ret;
	box_close(fds[1]);
	return fds[0];
}

static long open_fifo(void)
{
	long ret = box_mknod("/fifo", S_IFIFO | 0600, 0);

	if (ret)
		return ret;
	ret = box_open("/fifo", O_RDWR, 0);
	box_unlink("/fifo");
	return ret;
}

static long open_eventfd(void)
{
	box_syscall_enter();
	return box_syscall_exit("eventfd", anon_inode_getfd("[eventfd]", &anon_fops, NULL, O_RDWR));
}

static long open_socket(void)
{
	box_syscall_enter();
	return box_syscall_exit("socketpair", pseudo_socket());
}

/* An unlinked file of a file system that nobody sees. */
static long open_hugetlb(void)
{
	long ret = box_mkdir(HUGE_DIR, 0700);

	if (ret)
		return ret;
	ret = box_mount("none", HUGE_DIR, LOWER_TYPE, 0, "hugetlb");
	if (!ret) {
		ret = box_open(HUGE_DIR, O_TMPFILE | O_RDWR, 0600);
		box_umount(HUGE_DIR, MNT_DETACH);
	}
	box_rmdir(HUGE_DIR);
	return ret;
}

static long bx_open_kind(struct world *w, enum w_fd_kind kind)
{
	switch (kind) {
	case W_FD_PIPE:
		return open_pipe();
	case W_FD_FIFO:
		return open_fifo();
	case W_FD_SOCKET:
		return open_socket();
	case W_FD_EVENTFD:
		return open_eventfd();
	case W_FD_MEMFD:
		return box_open(SHM_DIR, O_TMPFILE | O_RDWR, 0600);
	case W_FD_HUGETLB:
		return open_hugetlb();
	case W_FD_DEV_NULL:
		return box_open("/dev/null", O_RDWR, 0);
	case W_FD_DEV_FUSE:
		return box_open("/dev/fuse", O_RDWR, 0);
	case W_FD_PROC:
		return box_open("/proc/version", O_RDONLY, 0);
	case W_FD_SYSFS:
		return box_open("/sys/version", O_RDONLY, 0);
	default:
		return -ENOSYS;
	}
}

static long bx_seal_writes(struct world *w, int fd)
{
	return box_seal_writes(fd);
}

/*
 * The administrator
 */

static long bx_make_dir(struct world *w, const char *name, char *path)
{
	snprintf(path, W_PATH_MAX, "/mnt-%s", name);
	return box_mkdir(path, 0755);
}

static long bx_remove_dir(struct world *w, const char *path)
{
	return box_rmdir(path);
}

/* The super block mounted at @path; the caller knows that the mount stays. */
static struct super_block *mounted_sb(const char *path)
{
	struct super_block *sb = NULL;
	struct path p;

	fb_faults_suspend();
	if (!kern_path(path, 0, &p)) {
		sb = p.mnt->mnt_sb;
		path_put(&p);
	}
	fb_faults_resume();
	return sb;
}

static const char *lower_type(const struct w_lower_opts *opts)
{
	static const char *const types[] = {
		[W_LOWER_RAM] = LOWER_TYPE,
		[W_LOWER_ASYNC] = "async",
		[W_LOWER_HOST] = "host",
		[W_LOWER_HOST_LIBAIO] = "host-libaio",
		[W_LOWER_HOST_URING] = "host-uring",
	};
	struct super_block *sb;

	if (opts->kind != W_LOWER_STACK)
		return types[opts->kind];
	sb = mounted_sb(opts->over);
	return sb ? lower_stack_type(sb) : "stack";
}

static long bx_make_lower(struct world *w, const struct w_lower_opts *opts, char *path)
{
	char data[W_PATH_MAX + 32];
	long ret;

	snprintf(path, W_PATH_MAX, "/lower-%s", opts->name);
	if (opts->kind == W_LOWER_STACK)
		snprintf(data, sizeof(data), "lower=%s", opts->over);
	else
		snprintf(data, sizeof(data), "size=%llu,stackdepth=%d,odirect=%d,nowait=%d%s",
			 opts->size ? opts->size : LOWER_SIZE, opts->stack_depth, !opts->no_dio,
			 !opts->no_nowait, opts->no_cmtime ? ",nocmtime" : "");
	ret = box_mkdir(path, 0755);
	if (ret)
		return ret;
	ret = box_mount("lower", path, lower_type(opts), 0, data);
	if (!ret)
		ret = box_chmod(path, 0777);
	else
		box_rmdir(path);
	return ret;
}

static long bx_bind_ro(struct world *w, const char *from, const char *name, char *path)
{
	long ret;

	snprintf(path, W_PATH_MAX, "/ro-%s", name);
	ret = box_mkdir(path, 0755);
	if (ret)
		return ret;
	ret = box_mount(from, path, NULL, MS_BIND, NULL);
	if (ret)
		goto out_rmdir;
	ret = box_mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
	if (!ret)
		return 0;
	box_umount(path, 0);
out_rmdir:
	box_rmdir(path);
	return ret;
}

static long bx_remove_lower(struct world *w, const char *path)
{
	long ret = box_umount(path, 0);

	return ret ? ret : box_rmdir(path);
}

static long bx_mount_fuse(struct world *w, int fd, const char *path, const char *opts)
{
	char data[256];
	long ret;

	snprintf(data, sizeof(data), "fd=%d,%s", fd, opts);
	ret = box_mount("fuse", path, "fuse", 0, data);
	if (!ret)
		box_faults_mounted();
	return ret;
}

static long bx_mount_virtio(struct world *w, int fd, const char *path)
{
	char data[16];
	long ret;

	snprintf(data, sizeof(data), "fd=%d", fd);
	ret = box_mount("virtiofs", path, "virtiofs", 0, data);
	if (!ret)
		box_faults_mounted();
	return ret;
}

static long bx_mount_options(struct world *w, const char *path, char *buf, size_t len)
{
	return box_mount_options(path, buf, len);
}

static long bx_umount(struct world *w, const char *path, int flags)
{
	return box_umount(path, flags);
}

static long bx_freeze(struct world *w, const char *path)
{
	return box_freeze(path);
}

static long bx_thaw(struct world *w, const char *path)
{
	return box_thaw(path);
}

/* A file of fusectl for the mount at @path. */
static long open_control(const char *path, const char *file, int flags)
{
	struct super_block *sb = mounted_sb(path);
	char name[W_PATH_MAX];

	if (!sb)
		return -ENOENT;
	snprintf(name, sizeof(name), CONTROL_DIR "/%u/%s", MINOR(sb->s_dev), file);
	return box_open(name, flags, 0);
}

static long bx_control_write(struct world *w, const char *path, const char *file, const char *text)
{
	long fd = open_control(path, file, O_WRONLY);
	long ret;

	if (fd < 0)
		return fd;
	if (!strcmp(file, "abort"))
		box_faults_aborted();
	ret = box_write(fd, text, strlen(text));
	box_close(fd);
	return ret < 0 ? ret : 0;
}

static long bx_control_read(struct world *w, const char *path, const char *file)
{
	long fd = open_control(path, file, O_RDONLY);
	char text[24] = "";
	long ret;

	if (fd < 0)
		return fd;
	ret = box_read(fd, text, sizeof(text) - 1);
	box_close(fd);
	return ret < 0 ? ret : strtol(text, NULL, 10);
}

/* Its file systems have the control directory mounted, which is the box's furniture. */
static long bx_reload(struct world *w)
{
	long ret = box_umount(CONTROL_DIR, 0);

	if (ret)
		return ret;
	box_syscall_enter();
	fb_exitcall_run("fuse_exit");
	ret = box_syscall_exit("init_module", fb_initcall_run("fuse_init"));
	fb_faults_suspend();
	if (ret && fb_initcall_run("fuse_init"))
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"the module cannot be loaded, also without a fault");
	box_mount("none", CONTROL_DIR, "fusectl", 0, NULL);
	fb_faults_resume();
	return ret;
}

static long bx_lower_log(struct world *w, const char *path, struct w_lower_event *ev, int n)
{
	struct super_block *sb = mounted_sb(path);

	return sb ? lower_log_take(sb, ev, n) : -ENOENT;
}

static long bx_lower_inject(struct world *w, const char *path, enum w_lower_op op, int skip,
			    int count, int error, unsigned long long limit)
{
	struct super_block *sb = mounted_sb(path);

	return sb ? lower_inject(sb, op, skip, count, error, limit) : -ENOENT;
}

static long bx_lower_async_mode(struct world *w, const char *path, const struct w_async_mode *mode)
{
	struct super_block *sb = mounted_sb(path);

	return sb ? lower_async_mode(sb, mode) : -ENOENT;
}

static long bx_lower_async_pending(struct world *w, const char *path)
{
	struct super_block *sb = mounted_sb(path);

	return sb ? lower_async_pending(sb) : -ENOENT;
}

static long bx_lower_async_complete(struct world *w, const char *path, int which,
				    const struct w_async_result *result)
{
	struct super_block *sb = mounted_sb(path);

	return sb ? lower_async_complete(sb, which, result) : -ENOENT;
}

static long bx_watch(struct world *w, int fd, struct w_watch *watch)
{
	struct fd f = fdget(fd);

	if (!f.file)
		return -EBADF;
	watch->ino = file_inode(f.file)->i_ino;
	watch->seen = fb_fsnotify_count();
	fb_fsnotify_watch(file_inode(f.file)->i_sb);
	fdput(f);
	return 0;
}

static long bx_watch_modified(struct world *w, struct w_watch *watch)
{
	bool modified = false;

	for (; watch->seen < fb_fsnotify_count(); watch->seen++) {
		const struct fb_fsnotify_event *e = fb_fsnotify_at(watch->seen);

		modified |= e->ino == watch->ino && e->mask & FS_MODIFY;
	}
	return modified;
}

static long bx_unwatch(struct world *w, int fd, struct w_watch *watch)
{
	struct fd f = fdget(fd);

	if (!f.file)
		return -EBADF;
	fb_fsnotify_unwatch(file_inode(f.file)->i_sb);
	fdput(f);
	return 0;
}

static long bx_short_memory(struct world *w, bool on)
{
	fb_memory_short(on);
	return 0;
}

static long bx_fail_nth(struct world *w, unsigned int n)
{
	return fb_fault_nth(n);
}

static long bx_calm(struct world *w, bool on)
{
	return box_faults_calm(on);
}

static void bx_usable(struct world *w, const char *what)
{
	box_faults_usable(what);
}

static void bx_owed(struct world *w, int change)
{
	box_faults_owed(change);
}

static void bx_trace(struct world *w, const char *line)
{
	fb_trace(WORLD_BOX_TRACED "%s", line);
}

static void bx_note(struct world *w, const char *line)
{
	fb_trace("%s", line);
}

static const struct world_ops box_ops = {
	.spawn = bx_spawn,
	.join = bx_join,
	.kill = bx_kill,
	.task_wait_blocked = bx_task_wait_blocked,
	.yield = bx_yield,
	.explore = bx_explore,
	.tick = bx_tick,
	.event_new = bx_event_new,
	.event_free = bx_event_free,
	.event_post = bx_event_post,
	.event_wait = bx_event_wait,
	.mutex_new = bx_mutex_new,
	.mutex_free = bx_mutex_free,
	.lock = bx_lock,
	.unlock = bx_unlock,
	.open = bx_open,
	.open_kind = bx_open_kind,
	.seal_writes = bx_seal_writes,
	.close = bx_close,
	.dup = bx_dup,
	.read = bx_read,
	.write = bx_write,
	.pread = bx_pread,
	.pwrite = bx_pwrite,
	.readv = bx_readv,
	.writev = bx_writev,
	.preadv2 = bx_preadv2,
	.pwritev2 = bx_pwritev2,
	.lseek = bx_lseek,
	.fstat = bx_fstat,
	.lstat = bx_lstat,
	.access = bx_access,
	.name_to_handle = bx_name_to_handle,
	.open_by_handle = bx_open_by_handle,
	.ftruncate = bx_ftruncate,
	.truncate = bx_truncate,
	.fsync = bx_fsync,
	.fdatasync = bx_fdatasync,
	.fallocate = bx_fallocate,
	.fchmod = bx_fchmod,
	.chmod = bx_chmod,
	.lchown = bx_lchown,
	.utimens = bx_utimens,
	.ioctl = bx_ioctl,
	.fcntl_getfl = bx_fcntl_getfl,
	.fcntl_setfl = bx_fcntl_setfl,
	.fcntl_lk = bx_fcntl_lk,
	.flock = bx_flock,
	.poll = bx_poll,
	.poll_wait = bx_poll_wait,
	.statfs = bx_statfs,
	.syncfs = bx_syncfs,
	.pipe = bx_pipe,
	.splice = bx_splice,
	.sendfile = bx_sendfile,
	.copy_range = bx_copy_range,
	.mmap = bx_mmap,
	.munmap = bx_munmap,
	.msync = bx_msync,
	.load = bx_load,
	.store = bx_store,
	.aio_setup = bx_aio_setup,
	.aio_submit = bx_aio_submit,
	.aio_getevents = bx_aio_getevents,
	.aio_cancel = bx_aio_cancel,
	.aio_destroy = bx_aio_destroy,
	.uring_setup = bx_uring_setup,
	.uring_register_buffers = bx_uring_register_buffers,
	.uring_submit = bx_uring_submit,
	.uring_wait = bx_uring_wait,
	.uring_cancel = bx_uring_cancel,
	.uring_close = bx_uring_close,
	.kernel_rw = bx_kernel_rw,
	.unlink = bx_unlink,
	.mkdir = bx_mkdir,
	.rmdir = bx_rmdir,
	.rename = bx_rename,
	.link = bx_link,
	.symlink = bx_symlink,
	.readlink = bx_readlink,
	.mknod = bx_mknod,
	.getdents = bx_getdents,
	.setxattr = bx_setxattr,
	.getxattr = bx_getxattr,
	.listxattr = bx_listxattr,
	.removexattr = bx_removexattr,
	.setids = bx_setids,
	.setids_keep = bx_setids_keep,
	.drop_cap = bx_drop_cap,
	.umask = bx_umask,
	.setrlimit_fsize = bx_setrlimit_fsize,
	.sigxfsz = bx_sigxfsz,
	.make_dir = bx_make_dir,
	.remove_dir = bx_remove_dir,
	.make_lower = bx_make_lower,
	.bind_ro = bx_bind_ro,
	.remove_lower = bx_remove_lower,
	.mount_fuse = bx_mount_fuse,
	.mount_virtio = bx_mount_virtio,
	.mount_options = bx_mount_options,
	.umount = bx_umount,
	.freeze = bx_freeze,
	.thaw = bx_thaw,
	.control_read = bx_control_read,
	.control_write = bx_control_write,
	.reload = bx_reload,
	.lower_log = bx_lower_log,
	.lower_inject = bx_lower_inject,
	.lower_async_mode = bx_lower_async_mode,
	.lower_async_pending = bx_lower_async_pending,
	.lower_async_complete = bx_lower_async_complete,
	.watch = bx_watch,
	.watch_modified = bx_watch_modified,
	.unwatch = bx_unwatch,
	.short_memory = bx_short_memory,
	.fail_nth = bx_fail_nth,
	.calm = bx_calm,
	.usable = bx_usable,
	.owed = bx_owed,
	.trace = bx_trace,
	.note = bx_note,
};

static struct world box_world = { .ops = &box_ops, .caps = BOX_CAPS, .name = "sim" };

/* What stands in the root file system of every run. */
static const struct {
	const char *path, *type, *data;
	umode_t mode;
	unsigned int dev;
} furniture[] = {
	{ .path = "/dev", .mode = S_IFDIR },
	{ .path = "/dev/null", .mode = S_IFCHR | 0666, .dev = MKDEV(1, 3) },
	{ .path = "/dev/fuse", .mode = S_IFCHR | 0666, .dev = MKDEV(10, 229) },
	{ .path = SHM_DIR, .mode = S_IFDIR, .type = LOWER_TYPE, .data = "" },
	{ .path = "/proc", .mode = S_IFDIR, .type = "proc" },
	{ .path = "/sys", .mode = S_IFDIR, .type = "sysfs" },
	{ .path = CONTROL_DIR, .mode = S_IFDIR, .type = "fusectl" },
};

static void check(const char *path, long err)
{
	if (err)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "the box cannot set up %s: error %ld", path,
				-err);
}

static void furnish(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(furniture); i++) {
		const char *path = furniture[i].path;

		if (S_ISDIR(furniture[i].mode))
			check(path, box_mkdir(path, 0755));
		else
			check(path, box_mknod(path, furniture[i].mode,
					      new_encode_dev(furniture[i].dev)));
		if (furniture[i].type)
			check(path, box_mount("none", path, furniture[i].type, 0,
					      (void *)furniture[i].data));
	}
}

void world_box_first(void (*fn)(void *arg), void *arg)
{
	box_first(fn, arg);
}

struct world *world_box_start(void)
{
	fb_faults_suspend();
	box_boot();
	box_umask(0);
	furnish();
	box_umask(0022);
	for (int fd = 0; fd < 3; fd++)
		box_open("/dev/null", O_RDWR, 0);
	box_standard_files();
	fb_faults_resume();
	if (hostio_offers(HOSTIO_LIBAIO))
		box_world.caps |= W_CAP_HOST_AIO;
	if (hostio_offers(HOSTIO_URING))
		box_world.caps |= W_CAP_HOST_URING;
	return &box_world;
}

void world_box_run(struct world *w, void (*fn)(struct world *w, void *arg), void *arg)
{
	struct w_task *t;

	box_faults_begin();
	if (bx_spawn(w, "scenario", W_SPAWN_COPY_FILES, fn, arg, &t))
		abort();
	box_faults_wait(t->process);
	heap_free(t);
}

void world_box_stop(struct world *w)
{
	fb_faults_suspend();
	box_shutdown();
	fb_faults_resume();
}
