// SPDX-License-Identifier: GPL-2.0
/*
 * File descriptors: which number means which file in which process.
 *
 * Models: fs/file.c, 6.1. Leaves out: the full_fds_bits summary bitmap (search is linear by
 * words), speculation barriers, close_range() and pidfd_getfd().
 *
 * fget() and fget_raw() are fault points ("fdget"): to the code that was handed a number by user
 * space, another thread may have closed it a moment ago. fdget() as used by the system calls' own
 * entry is not, since that would only test the system call.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/run.h>
#include "internal.h"

unsigned int sysctl_nr_open_min = BITS_PER_LONG;
unsigned int sysctl_nr_open_max = 1U << 20;
unsigned int sysctl_nr_open = 1U << 16;

static size_t fdtable_longs(unsigned int nr)
{
	return nr / BITS_PER_LONG;
}

static void fdtable_free(struct fdtable *fdt)
{
	kvfree(fdt->fd);
	kvfree(fdt->open_fds);
	kvfree(fdt->close_on_exec);
	kfree(fdt);
}

static void fdtable_free_rcu(struct rcu_head *rcu)
{
	fdtable_free(container_of(rcu, struct fdtable, rcu));
}

/* A table for at least @nr descriptors; sizes are powers of two, whole words of bits. */
static struct fdtable *fdtable_alloc(unsigned int nr)
{
	struct fdtable *fdt = kzalloc(sizeof(*fdt), GFP_KERNEL_ACCOUNT);
	unsigned int size = NR_OPEN_DEFAULT;

	if (!fdt)
		return NULL;
	while (size < nr)
		size *= 2;
	fdt->max_fds = size;
	fdt->fd = kvcalloc(size, sizeof(*fdt->fd), GFP_KERNEL_ACCOUNT);
	fdt->open_fds = kvcalloc(fdtable_longs(size), sizeof(long), GFP_KERNEL_ACCOUNT);
	fdt->close_on_exec = kvcalloc(fdtable_longs(size), sizeof(long), GFP_KERNEL_ACCOUNT);
	if (!fdt->fd || !fdt->open_fds || !fdt->close_on_exec) {
		fdtable_free(fdt);
		return NULL;
	}
	return fdt;
}

static void fdtable_copy(struct fdtable *to, const struct fdtable *from)
{
	unsigned int nr = min(to->max_fds, from->max_fds);

	memcpy(to->fd, from->fd, nr * sizeof(*to->fd));
	memcpy(to->open_fds, from->open_fds, fdtable_longs(nr) * sizeof(long));
	memcpy(to->close_on_exec, from->close_on_exec, fdtable_longs(nr) * sizeof(long));
}

static void fdtable_retire(struct files_struct *files, struct fdtable *fdt)
{
	if (fdt != &files->fdtab)
		call_rcu(&fdt->rcu, fdtable_free_rcu);
}

/*
 * Make room for descriptor @nr. Called with file_lock held, drops it to allocate.
 * Return: 0 nothing to do, 1 grown (the caller looks again), -EMFILE, -ENOMEM.
 */
static int expand_files(struct files_struct *files, unsigned int nr)
{
	struct fdtable *old = files_fdtable(files), *new;

	if (nr < old->max_fds)
		return 0;
	if (nr >= sysctl_nr_open)
		return -EMFILE;

	spin_unlock(&files->file_lock);
	new = fdtable_alloc(nr + 1);
	spin_lock(&files->file_lock);
	if (!new)
		return -ENOMEM;
	old = files_fdtable(files);
	if (nr < old->max_fds) {
		fdtable_free(new);
		return 1;
	}
	fdtable_copy(new, old);
	rcu_assign_pointer(files->fdt, new);
	fdtable_retire(files, old);
	return 1;
}

static void fdtable_init_embedded(struct files_struct *files)
{
	files->fdtab.max_fds = NR_OPEN_DEFAULT;
	files->fdtab.close_on_exec = files->close_on_exec_init;
	files->fdtab.open_fds = files->open_fds_init;
	files->fdtab.fd = &files->fd_array[0];
	rcu_assign_pointer(files->fdt, &files->fdtab);
}

static struct files_struct *files_alloc(void)
{
	struct files_struct *files = kzalloc(sizeof(*files), GFP_KERNEL);

	if (!files)
		return NULL;
	atomic_set(&files->count, 1);
	init_waitqueue_head(&files->resize_wait);
	spin_lock_init(&files->file_lock);
	fdtable_init_embedded(files);
	return files;
}

/*
 * Copies the open files of @old into @new; each gets one more reference. False: @new is too small.
 */
static bool files_share_open(struct files_struct *new, struct files_struct *old)
{
	struct fdtable *fdt = rcu_dereference_raw(new->fdt);
	unsigned int fd;
	bool fits;

	spin_lock(&old->file_lock);
	fits = files_fdtable(old)->max_fds <= fdt->max_fds;
	if (fits)
		fdtable_copy(fdt, files_fdtable(old));
	for (fd = 0; fits && fd < fdt->max_fds; fd++) {
		if (fdt->fd[fd])
			get_file(fdt->fd[fd]);
		else
			/* reserved by a thread that is still opening */
			__clear_bit(fd, fdt->open_fds);
	}
	spin_unlock(&old->file_lock);
	return fits;
}

/* @files is not visible to anybody yet. */
static int files_make_room(struct files_struct *files, unsigned int nr)
{
	struct fdtable *old = rcu_dereference_raw(files->fdt), *fdt;

	if (nr <= old->max_fds)
		return 0;
	fdt = fdtable_alloc(nr);
	if (!fdt)
		return -ENOMEM;
	if (old != &files->fdtab)
		fdtable_free(old);
	rcu_assign_pointer(files->fdt, fdt);
	return 0;
}

static void files_free(struct files_struct *files)
{
	if (rcu_dereference_raw(files->fdt) != &files->fdtab)
		fdtable_free(rcu_dereference_raw(files->fdt));
	kfree(files);
}

/**
 * dup_fd - a private copy of a descriptor table (fork)
 * @oldf: table to copy; NULL makes an empty one (the box's first process)
 * @punch_hole: unused range of close_range(); must be NULL
 *
 * Models: fs/file.c, 6.1, without the hole.
 *
 * Context: may sleep. Return: a table with one reference, or -ENOMEM.
 */
struct files_struct *dup_fd(struct files_struct *oldf, struct fd_range *punch_hole)
{
	struct files_struct *files = files_alloc();

	if (!files)
		return ERR_PTR(-ENOMEM);
	if (punch_hole)
		unmodelled("dup_fd with a hole");
	if (!oldf)
		return files;
	do {
		if (files_make_room(files, READ_ONCE(oldf->fdt)->max_fds)) {
			files_free(files);
			return ERR_PTR(-ENOMEM);
		}
	} while (!files_share_open(files, oldf));
	return files;
}

static void files_close_all(struct files_struct *files)
{
	struct fdtable *fdt = rcu_dereference_raw(files->fdt);
	unsigned int fd;

	for (fd = 0; fd < fdt->max_fds; fd++) {
		struct file *file = fdt->fd[fd];

		if (!file)
			continue;
		fdt->fd[fd] = NULL;
		filp_close(file, files);
		cond_resched();
	}
}

/**
 * put_files_struct - drop a reference to a descriptor table; the last closes everything
 * @files: the table
 *
 * Models: fs/file.c, 6.1. Context: may sleep.
 */
void put_files_struct(struct files_struct *files)
{
	if (!atomic_dec_and_test(&files->count))
		return;
	files_close_all(files);
	files_free(files);
}

/**
 * exit_files - a task lets go of its descriptor table
 * @tsk: the task
 *
 * Models: fs/file.c, 6.1. Context: may sleep.
 */
void exit_files(struct task_struct *tsk)
{
	struct files_struct *files = tsk->files;

	if (!files)
		return;
	task_lock(tsk);
	tsk->files = NULL;
	task_unlock(tsk);
	put_files_struct(files);
}

static unsigned int find_next_fd(const struct fdtable *fdt, unsigned int start)
{
	return find_next_zero_bit(fdt->open_fds, fdt->max_fds, start);
}

static void fd_mark(struct fdtable *fdt, unsigned int fd, unsigned int flags)
{
	__set_bit(fd, fdt->open_fds);
	if (flags & O_CLOEXEC)
		__set_bit(fd, fdt->close_on_exec);
	else
		__clear_bit(fd, fdt->close_on_exec);
}

/* Reserve the lowest free descriptor in [@start, @end). */
static int alloc_fd(unsigned int start, unsigned int end, unsigned int flags)
{
	struct files_struct *files = current->files;
	struct fdtable *fdt;
	unsigned int fd;
	int ret;

	spin_lock(&files->file_lock);
	do {
		fdt = files_fdtable(files);
		fd = max(start, files->next_fd);
		if (fd < fdt->max_fds)
			fd = find_next_fd(fdt, fd);
		ret = fd >= end ? -EMFILE : expand_files(files, fd);
	} while (ret > 0);
	if (ret < 0)
		goto out;

	if (start <= files->next_fd)
		files->next_fd = fd + 1;
	fd_mark(fdt, fd, flags);
	WARN_ON(fdt->fd[fd]);
	ret = fd;
out:
	spin_unlock(&files->file_lock);
	return ret;
}

/**
 * __get_unused_fd_flags - reserve a descriptor below a given limit
 * @flags: O_CLOEXEC or 0
 * @nofile: first number that must not be handed out
 *
 * Models: fs/file.c, 6.1. Context: may sleep. Return: the descriptor, -EMFILE, -ENOMEM.
 */
int __get_unused_fd_flags(unsigned int flags, unsigned long nofile)
{
	return alloc_fd(0, nofile, flags);
}

/**
 * get_unused_fd_flags - reserve a descriptor within RLIMIT_NOFILE
 * @flags: O_CLOEXEC or 0
 *
 * Models: fs/file.c, 6.1. Context: may sleep. Return: the descriptor, -EMFILE, -ENOMEM.
 */
int get_unused_fd_flags(unsigned int flags)
{
	return __get_unused_fd_flags(flags, rlimit(RLIMIT_NOFILE));
}
EXPORT_SYMBOL(get_unused_fd_flags);

static void fd_release(struct files_struct *files, unsigned int fd)
{
	__clear_bit(fd, files_fdtable(files)->open_fds);
	if (fd < files->next_fd)
		files->next_fd = fd;
}

/**
 * put_unused_fd - give back a reserved descriptor that never got a file
 * @fd: what get_unused_fd_flags() returned
 *
 * Models: fs/file.c, 6.1. Giving back a descriptor that is not reserved is a finding.
 *
 * Context: any that may take a spinlock.
 */
void put_unused_fd(unsigned int fd)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	if (!fd_is_open(fd, files_fdtable(files)))
		fb_report(FB_CONTRACT, 0, NULL, "put_unused_fd(%u): the descriptor is not reserved",
			  fd);
	else
		fd_release(files, fd);
	spin_unlock(&files->file_lock);
}
EXPORT_SYMBOL(put_unused_fd);

/**
 * fd_install - make a reserved descriptor mean a file
 * @fd: reserved by get_unused_fd_flags()
 * @file: the file; the reference passes to the table
 *
 * Models: fs/file.c, 6.1. From here on any other thread may close it.
 *
 * Context: any.
 */
void fd_install(unsigned int fd, struct file *file)
{
	struct files_struct *files = current->files;
	struct fdtable *fdt;

	spin_lock(&files->file_lock);
	fdt = files_fdtable(files);
	BUG_ON(fdt->fd[fd]);
	rcu_assign_pointer(fdt->fd[fd], file);
	spin_unlock(&files->file_lock);
}
EXPORT_SYMBOL(fd_install);

/* Takes the file out of slot @fd; file_lock held. */
static struct file *pick_file(struct files_struct *files, unsigned int fd)
{
	struct fdtable *fdt = files_fdtable(files);
	struct file *file;

	if (fd >= fdt->max_fds)
		return NULL;
	file = fdt->fd[fd];
	if (file) {
		rcu_assign_pointer(fdt->fd[fd], NULL);
		fd_release(files, fd);
	}
	return file;
}

/**
 * close_fd_get_file - take a file out of the table of the current task
 * @fd: descriptor
 *
 * Models: fs/file.c, 6.1. The caller owns the table's reference and calls filp_close().
 *
 * Return: the file, NULL when @fd is not open.
 */
struct file *close_fd_get_file(unsigned int fd)
{
	struct files_struct *files = current->files;
	struct file *file;

	spin_lock(&files->file_lock);
	file = pick_file(files, fd);
	spin_unlock(&files->file_lock);
	return file;
}
EXPORT_SYMBOL_GPL(close_fd_get_file);

/**
 * close_fd - close a descriptor of the current task
 * @fd: descriptor
 *
 * Models: fs/file.c, 6.1. Context: may sleep (->flush()). Return: 0, -EBADF, or what ->flush()
 * said.
 */
int close_fd(unsigned int fd)
{
	struct file *file = close_fd_get_file(fd);

	if (!file)
		return -EBADF;
	return filp_close(file, current->files);
}
EXPORT_SYMBOL(close_fd);

static struct file *fget_files(struct files_struct *files, unsigned int fd, fmode_t mask)
{
	struct file *file;

	rcu_read_lock();
	do {
		file = files_lookup_fd_rcu(files, fd);
		if (file && (file->f_mode & mask))
			file = NULL;
		/* The last reference may go between the look and the get: look again. */
	} while (file && !get_file_rcu(file));
	rcu_read_unlock();
	return file;
}

/**
 * fget - the file behind a descriptor, with a reference
 * @fd: descriptor of the current task
 *
 * Models: fs/file.c, 6.1. Fault point "fdget".
 *
 * Return: the file, to be dropped by fput(); NULL when @fd is not open or is an O_PATH file.
 */
struct file *fget(unsigned int fd)
{
	return fb_fault("fdget") ? NULL : fget_files(current->files, fd, FMODE_PATH);
}
EXPORT_SYMBOL(fget);

/**
 * fget_raw - fget() that also returns O_PATH files
 * @fd: descriptor of the current task
 *
 * Models: fs/file.c, 6.1. Fault point "fdget".
 *
 * Return: the file, to be dropped by fput(); NULL when @fd is not open.
 */
struct file *fget_raw(unsigned int fd)
{
	return fb_fault("fdget") ? NULL : fget_files(current->files, fd, 0);
}
EXPORT_SYMBOL(fget_raw);

/**
 * fget_task - fget_raw() in another task's table
 * @task: the task
 * @fd: its descriptor
 *
 * Models: fs/file.c, 6.1. Return: the file, to be dropped by fput(), or NULL.
 */
struct file *fget_task(struct task_struct *task, unsigned int fd)
{
	struct file *file = NULL;

	task_lock(task);
	if (task->files)
		file = fget_files(task->files, fd, 0);
	task_unlock(task);
	return file;
}

/* Without a reference when nobody else can close it, as the kernel does: f_count stays 1. */
static unsigned long fget_light(unsigned int fd, fmode_t mask)
{
	struct files_struct *files = current->files;
	struct file *file;

	if (atomic_read_acquire(&files->count) == 1) {
		file = files_lookup_fd_raw(files, fd);
		if (!file || (file->f_mode & mask))
			return 0;
		return (unsigned long)file;
	}
	file = fget_files(files, fd, mask);
	return file ? FDPUT_FPUT | (unsigned long)file : 0;
}

/**
 * __fdget - the file behind a descriptor for the length of a system call
 * @fd: descriptor of the current task
 *
 * Models: fs/file.c, 6.1: takes a reference only when the table is shared. See fdget().
 *
 * Return: the file's address with the FDPUT_* flags in its low bits, 0 when not open or O_PATH.
 */
unsigned long __fdget(unsigned int fd)
{
	return fget_light(fd, FMODE_PATH);
}
EXPORT_SYMBOL(__fdget);

/**
 * __fdget_raw - __fdget() that also returns O_PATH files
 * @fd: descriptor of the current task
 *
 * Models: fs/file.c, 6.1. Return: as __fdget().
 */
unsigned long __fdget_raw(unsigned int fd)
{
	return fget_light(fd, 0);
}

/**
 * __fdget_pos - __fdget() and the lock on the file position where POSIX asks for it
 * @fd: descriptor of the current task
 *
 * Models: fs/file.c, 6.1. Context: may sleep. Return: as __fdget(), FDPUT_POS_UNLOCK if locked.
 */
unsigned long __fdget_pos(unsigned int fd)
{
	unsigned long v = __fdget(fd);
	struct file *file = (struct file *)(v & ~3UL);

	if (file && (file->f_mode & FMODE_ATOMIC_POS) &&
	    (file_count(file) > 1 || S_ISDIR(file_inode(file)->i_mode))) {
		v |= FDPUT_POS_UNLOCK;
		mutex_lock(&file->f_pos_lock);
	}
	return v;
}

/**
 * __f_unlock_pos - release the position lock taken by __fdget_pos()
 * @file: the file
 *
 * Models: fs/file.c, 6.1.
 */
void __f_unlock_pos(struct file *file)
{
	mutex_unlock(&file->f_pos_lock);
}

/**
 * set_close_on_exec - set or clear the close-on-exec flag
 * @fd: open descriptor of the current task
 * @flag: new value
 *
 * Models: fs/file.c, 6.1.
 */
void set_close_on_exec(unsigned int fd, int flag)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	fd_mark(files_fdtable(files), fd, flag ? O_CLOEXEC : 0);
	spin_unlock(&files->file_lock);
}

/**
 * get_close_on_exec - is the descriptor closed by exec?
 * @fd: open descriptor of the current task
 *
 * Models: fs/file.c, 6.1.
 */
bool get_close_on_exec(unsigned int fd)
{
	bool ret;

	rcu_read_lock();
	ret = close_on_exec(fd, files_fdtable(current->files));
	rcu_read_unlock();
	return ret;
}

/**
 * do_close_on_exec - close what exec closes
 * @files: the table; not shared
 *
 * Models: fs/file.c, 6.1. Context: may sleep.
 */
void do_close_on_exec(struct files_struct *files)
{
	unsigned int fd;

	spin_lock(&files->file_lock);
	for (fd = 0; fd < files_fdtable(files)->max_fds; fd++) {
		struct file *file;

		if (!__test_and_clear_bit(fd, files_fdtable(files)->close_on_exec))
			continue;
		file = pick_file(files, fd);
		if (!file)
			continue;
		spin_unlock(&files->file_lock);
		filp_close(file, files);
		spin_lock(&files->file_lock);
	}
	spin_unlock(&files->file_lock);
}

/* Put @file into slot @fd, closing what was there. Enters with file_lock held, leaves without. */
static int do_dup2(struct files_struct *files, struct file *file, unsigned int fd,
		   unsigned int flags)
{
	struct fdtable *fdt = files_fdtable(files);
	struct file *old = fdt->fd[fd];

	if (!old && fd_is_open(fd, fdt)) {
		/* Reserved by a thread that is still opening. */
		spin_unlock(&files->file_lock);
		return -EBUSY;
	}
	rcu_assign_pointer(fdt->fd[fd], get_file(file));
	fd_mark(fdt, fd, flags);
	spin_unlock(&files->file_lock);
	if (old)
		filp_close(old, files);
	return fd;
}

/* Enters with file_lock held, leaves without. */
static int do_dup2_grown(struct files_struct *files, struct file *file, unsigned int fd,
			 unsigned int flags)
{
	int err = expand_files(files, fd);

	if (err < 0) {
		spin_unlock(&files->file_lock);
		return err;
	}
	return do_dup2(files, file, fd, flags);
}

/**
 * replace_fd - make a descriptor mean another file
 * @fd: descriptor, open or not
 * @file: the new file, a reference is taken; NULL closes @fd
 * @flags: O_CLOEXEC or 0
 *
 * Models: fs/file.c, 6.1. Context: may sleep. Return: 0, -EBADF, -EBUSY, -EMFILE, -ENOMEM.
 */
int replace_fd(unsigned int fd, struct file *file, unsigned int flags)
{
	int ret;

	if (!file)
		return close_fd(fd);
	if (fd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;
	spin_lock(&current->files->file_lock);
	ret = do_dup2_grown(current->files, file, fd, flags);
	return ret < 0 ? ret : 0;
}

/**
 * ksys_dup3 - duplicate a descriptor to a given number
 * @oldfd: what to duplicate
 * @newfd: the number wanted
 * @flags: O_CLOEXEC or 0
 *
 * Models: fs/file.c, 6.1. Return: @newfd, -EINVAL, -EBADF, -EBUSY, -EMFILE, -ENOMEM.
 */
int ksys_dup3(unsigned int oldfd, unsigned int newfd, int flags)
{
	struct files_struct *files = current->files;
	struct file *file;
	int err;

	if (flags & ~O_CLOEXEC)
		return -EINVAL;
	if (oldfd == newfd)
		return -EINVAL;
	if (newfd >= rlimit(RLIMIT_NOFILE))
		return -EBADF;

	spin_lock(&files->file_lock);
	err = expand_files(files, newfd);
	file = files_lookup_fd_locked(files, oldfd);
	if (!file)
		err = -EBADF;
	if (err < 0) {
		spin_unlock(&files->file_lock);
		return err == -EMFILE ? -EBADF : err;
	}
	return do_dup2(files, file, newfd, flags);
}

/**
 * f_dupfd - install another descriptor for a file
 * @from: lowest number wanted
 * @file: the file; a reference is taken
 * @flags: O_CLOEXEC or 0
 *
 * Models: fs/file.c, 6.1. Context: may sleep. Return: the descriptor, -EINVAL, -EMFILE, -ENOMEM.
 */
int f_dupfd(unsigned int from, struct file *file, unsigned int flags)
{
	unsigned long nofile = rlimit(RLIMIT_NOFILE);
	int fd;

	if (from >= nofile)
		return -EINVAL;
	fd = alloc_fd(from, nofile, flags);
	if (fd >= 0)
		fd_install(fd, get_file(file));
	return fd;
}
