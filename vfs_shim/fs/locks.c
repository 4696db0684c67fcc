// SPDX-License-Identifier: GPL-2.0
/*
 * Locks on files.
 *
 * Models: fs/locks.c, 6.1: POSIX and BSD locks, waiting for them, deadlocks between owners of POSIX
 * locks. Leaves out: leases, open-file-description locks, lock managers (fl_lmops), /proc/locks,
 * the race of fcntl() with close().
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/file.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <core/run.h>

/* Who waits for whom; and for the search of deadlocks, all who wait. */
static DEFINE_SPINLOCK(blocked_lock);
static HLIST_HEAD(blocked);

/**
 * locks_init_lock - an empty lock
 * @fl: the lock
 *
 * Models: fs/locks.c, 6.1.
 */
void locks_init_lock(struct file_lock *fl)
{
	memset(fl, 0, sizeof(*fl));
	INIT_HLIST_NODE(&fl->fl_link);
	INIT_LIST_HEAD(&fl->fl_list);
	INIT_LIST_HEAD(&fl->fl_blocked_requests);
	INIT_LIST_HEAD(&fl->fl_blocked_member);
	init_waitqueue_head(&fl->fl_wait);
}
EXPORT_SYMBOL(locks_init_lock);

/** locks_alloc_lock - an empty lock, or NULL. Models: fs/locks.c, 6.1. Context: may sleep. */
struct file_lock *locks_alloc_lock(void)
{
	struct file_lock *fl = kmalloc(sizeof(*fl), GFP_KERNEL);

	if (fl)
		locks_init_lock(fl);
	return fl;
}
EXPORT_SYMBOL_GPL(locks_alloc_lock);

/** locks_free_lock - free what is on no list. Models: fs/locks.c, 6.1. */
void locks_free_lock(struct file_lock *fl)
{
	if (!fl)
		return;
	BUG_ON(!list_empty(&fl->fl_list) || !list_empty(&fl->fl_blocked_requests) ||
	       !list_empty(&fl->fl_blocked_member));
	kfree(fl);
}
EXPORT_SYMBOL(locks_free_lock);

/** locks_copy_conflock - what a process may know of a lock in its way. Models: fs/locks.c, 6.1. */
void locks_copy_conflock(struct file_lock *new, struct file_lock *fl)
{
	new->fl_owner = fl->fl_owner;
	new->fl_pid = fl->fl_pid;
	new->fl_file = NULL;
	new->fl_flags = fl->fl_flags;
	new->fl_type = fl->fl_type;
	new->fl_start = fl->fl_start;
	new->fl_end = fl->fl_end;
}
EXPORT_SYMBOL(locks_copy_conflock);

/** locks_copy_lock - the same, with its file. Models: fs/locks.c, 6.1. */
void locks_copy_lock(struct file_lock *new, struct file_lock *fl)
{
	locks_copy_conflock(new, fl);
	new->fl_file = fl->fl_file;
}
EXPORT_SYMBOL(locks_copy_lock);

static struct file_lock_context *context_of(struct inode *inode, bool make)
{
	struct file_lock_context *ctx = smp_load_acquire(&inode->i_flctx);

	if (ctx || !make)
		return ctx;
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx)
		return NULL;
	spin_lock_init(&ctx->flc_lock);
	INIT_LIST_HEAD(&ctx->flc_flock);
	INIT_LIST_HEAD(&ctx->flc_posix);
	INIT_LIST_HEAD(&ctx->flc_lease);
	if (cmpxchg(&inode->i_flctx, NULL, ctx)) {
		kfree(ctx);
		ctx = smp_load_acquire(&inode->i_flctx);
	}
	return ctx;
}

/**
 * locks_free_lock_context - an inode goes away
 * @inode: the inode; nobody has a lock on it
 *
 * Models: fs/locks.c, 6.1.
 */
void locks_free_lock_context(struct inode *inode)
{
	struct file_lock_context *ctx = inode->i_flctx;

	if (!ctx)
		return;
	WARN_ON(!list_empty(&ctx->flc_flock) || !list_empty(&ctx->flc_posix) ||
		!list_empty(&ctx->flc_lease));
	kfree(ctx);
}

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->fl_end >= b->fl_start && b->fl_end >= a->fl_start;
}

static bool conflict(const struct file_lock *caller, const struct file_lock *sys)
{
	if (caller->fl_type != F_WRLCK && sys->fl_type != F_WRLCK)
		return false;
	if (caller->fl_flags & FL_FLOCK)
		return caller->fl_file != sys->fl_file;
	return caller->fl_owner != sys->fl_owner && overlap(caller, sys);
}

static struct file_lock *in_the_way(struct list_head *locks, const struct file_lock *request)
{
	struct file_lock *fl;

	list_for_each_entry(fl, locks, fl_list)
		if (conflict(request, fl))
			return fl;
	return NULL;
}

/* Only processes wait for each other: any task may give up the lock of an open file description. */
static bool owned_by_process(const struct file_lock *fl)
{
	return (fl->fl_flags & (FL_POSIX | FL_OFDLCK)) == FL_POSIX;
}

/* Does @blocker's owner wait, by way of others, for @request's? */
static bool deadlock(const struct file_lock *request, const struct file_lock *blocker)
{
	struct file_lock *fl, *next;

	for (int depth = 0; blocker && depth < 10; depth++, blocker = next) {
		next = NULL;
		hlist_for_each_entry(fl, &blocked, fl_link)
			if (fl->fl_owner == blocker->fl_owner)
				next = fl->fl_blocker;
		if (next && next->fl_owner == request->fl_owner)
			return true;
	}
	return false;
}

static void unblock(struct file_lock *waiter)
{
	list_del_init(&waiter->fl_blocked_member);
	hlist_del_init(&waiter->fl_link);
	smp_store_release(&waiter->fl_blocker, NULL);
	wake_up(&waiter->fl_wait);
}

/* A lock has changed: whoever waits for it looks again. */
static void wake_blocked(struct file_lock *fl)
{
	struct file_lock *waiter, *next;

	spin_lock(&blocked_lock);
	list_for_each_entry_safe(waiter, next, &fl->fl_blocked_requests, fl_blocked_member)
		unblock(waiter);
	spin_unlock(&blocked_lock);
}

/* What a request that meets a lock comes to. flc_lock held. */
static int block_on(struct file_lock *fl, struct file_lock *request)
{
	int ret = FILE_LOCK_DEFERRED;

	if (!(request->fl_flags & FL_SLEEP))
		return -EAGAIN;
	spin_lock(&blocked_lock);
	if (owned_by_process(request) && deadlock(request, fl)) {
		ret = -EDEADLK;
	} else {
		request->fl_blocker = fl;
		list_add_tail(&request->fl_blocked_member, &fl->fl_blocked_requests);
		if (owned_by_process(fl))
			hlist_add_head(&request->fl_link, &blocked);
	}
	spin_unlock(&blocked_lock);
	return ret;
}

/**
 * locks_delete_block - a request waits no more
 * @waiter: the request
 *
 * Models: fs/locks.c, 6.1. Return: 0, -ENOENT if it did not wait.
 */
int locks_delete_block(struct file_lock *waiter)
{
	int ret = -ENOENT;

	spin_lock(&blocked_lock);
	if (waiter->fl_blocker) {
		unblock(waiter);
		ret = 0;
	}
	spin_unlock(&blocked_lock);
	return ret;
}
EXPORT_SYMBOL(locks_delete_block);

static void dispose(struct list_head *list)
{
	struct file_lock *fl, *next;

	list_for_each_entry_safe(fl, next, list, fl_list) {
		list_del_init(&fl->fl_list);
		wake_blocked(fl);
		locks_free_lock(fl);
	}
}

/*
 * Take [start, end] of @request out of @fl, of the same owner. @spare: for a second part. Return:
 * was it used?
 */
static bool cut(struct file_lock *fl, const struct file_lock *request, struct file_lock *spare,
		struct list_head *gone)
{
	bool left = fl->fl_start < request->fl_start, right = fl->fl_end > request->fl_end;

	if (left && right) {
		locks_copy_lock(spare, fl);
		spare->fl_start = request->fl_end + 1;
		list_add(&spare->fl_list, &fl->fl_list);
	}
	if (left)
		fl->fl_end = request->fl_start - 1;
	else if (right)
		fl->fl_start = request->fl_end + 1;
	else
		list_move(&fl->fl_list, gone);
	wake_blocked(fl);
	return left && right;
}

static bool touches(const struct file_lock *a, const struct file_lock *b)
{
	return overlap(a, b) || (a->fl_end != OFFSET_MAX && a->fl_end + 1 == b->fl_start) ||
	       (b->fl_end != OFFSET_MAX && b->fl_end + 1 == a->fl_start);
}

/*
 * No conflict; flc_lock held. @new becomes the lock, and with it what it touches; @spare is used
 * for a split.
 */
static int apply(struct list_head *locks, struct file_lock *request, struct file_lock **new,
		 struct file_lock **spare, struct list_head *gone)
{
	struct file_lock *fl, *next,
		merged = { .fl_start = request->fl_start, .fl_end = request->fl_end };
	bool found = false;

	/* As in the kernel: no lock rather than half of one. */
	list_for_each_entry(fl, locks, fl_list)
		if (fl->fl_owner == request->fl_owner && fl->fl_type != request->fl_type &&
		    !*spare && fl->fl_start < request->fl_start && fl->fl_end > request->fl_end)
			return -ENOLCK;
	if (request->fl_type != F_UNLCK && !*new)
		return -ENOLCK;
	list_for_each_entry_safe(fl, next, locks, fl_list) {
		if (fl->fl_owner != request->fl_owner)
			continue;
		if (fl->fl_type == request->fl_type && touches(fl, request)) {
			merged.fl_start = min(merged.fl_start, fl->fl_start);
			merged.fl_end = max(merged.fl_end, fl->fl_end);
			list_move(&fl->fl_list, gone);
		} else if (fl->fl_type != request->fl_type && overlap(fl, request)) {
			found = true;
			if (cut(fl, request, *spare, gone))
				*spare = NULL;
		}
	}
	if (request->fl_type == F_UNLCK)
		return (request->fl_flags & FL_EXISTS) && !found ? -ENOENT : 0;
	locks_copy_lock(*new, request);
	(*new)->fl_start = merged.fl_start;
	(*new)->fl_end = merged.fl_end;
	list_add_tail(&(*new)->fl_list, locks);
	*new = NULL;
	return 0;
}

static int posix_lock_inode(struct inode *inode, struct file_lock *request,
			    struct file_lock *conflock)
{
	struct file_lock_context *ctx = context_of(inode, request->fl_type != F_UNLCK);
	struct file_lock *new, *spare, *fl = NULL;
	LIST_HEAD(gone);
	int ret;

	if (!ctx)
		return request->fl_type == F_UNLCK ? 0 : -ENOMEM;
	new = locks_alloc_lock();
	spare = locks_alloc_lock();
	spin_lock(&ctx->flc_lock);
	if (request->fl_type != F_UNLCK)
		fl = in_the_way(&ctx->flc_posix, request);
	if (fl && conflock)
		locks_copy_conflock(conflock, fl);
	if (fl)
		ret = block_on(fl, request);
	else if (request->fl_flags & FL_ACCESS)
		ret = 0;
	else
		ret = apply(&ctx->flc_posix, request, &new, &spare, &gone);
	spin_unlock(&ctx->flc_lock);
	dispose(&gone);
	locks_free_lock(new);
	locks_free_lock(spare);
	return ret;
}

static int flock_lock_inode(struct inode *inode, struct file_lock *request)
{
	struct file_lock_context *ctx = context_of(inode, request->fl_type != F_UNLCK);
	struct file_lock *new = NULL, *fl, *next;
	LIST_HEAD(gone);
	int ret = 0;

	if (!ctx)
		return request->fl_type == F_UNLCK ? 0 : -ENOMEM;
	if (request->fl_type != F_UNLCK) {
		new = locks_alloc_lock();
		if (!new)
			return -ENOMEM;
	}
	spin_lock(&ctx->flc_lock);
	list_for_each_entry_safe(fl, next, &ctx->flc_flock, fl_list)
		if (fl->fl_file == request->fl_file && fl->fl_type != request->fl_type)
			list_move(&fl->fl_list, &gone);
		else if (fl->fl_file == request->fl_file)
			goto out;
	fl = new ? in_the_way(&ctx->flc_flock, request) : NULL;
	if (fl) {
		ret = block_on(fl, request);
	} else if (new) {
		locks_copy_lock(new, request);
		list_add_tail(&new->fl_list, &ctx->flc_flock);
		new = NULL;
	}
out:
	spin_unlock(&ctx->flc_lock);
	dispose(&gone);
	locks_free_lock(new);
	return ret;
}

/**
 * posix_test_lock - is there a conflicting POSIX lock?
 * @filp: the file
 * @fl: the lock; becomes the one in the way, or of type F_UNLCK
 *
 * Models: fs/locks.c, 6.1.
 */
void posix_test_lock(struct file *filp, struct file_lock *fl)
{
	struct file_lock_context *ctx = context_of(file_inode(filp), false);
	struct file_lock *other = NULL;

	if (ctx) {
		spin_lock(&ctx->flc_lock);
		other = in_the_way(&ctx->flc_posix, fl);
		if (other)
			locks_copy_conflock(fl, other);
		spin_unlock(&ctx->flc_lock);
	}
	if (!other)
		fl->fl_type = F_UNLCK;
}
EXPORT_SYMBOL(posix_test_lock);

/**
 * posix_lock_file - take or release a POSIX lock
 * @filp: the file
 * @fl: the lock
 * @conflock: out: the lock in the way; may be NULL
 *
 * Models: fs/locks.c, 6.1. Context: may sleep, but does not wait. Return: 0; -EAGAIN for a
 * conflict, or for FL_SLEEP
 * FILE_LOCK_DEFERRED: @fl waits, locks_delete_block() takes it back; -EDEADLK, -ENOLCK, -ENOMEM,
 * -ENOENT (FL_EXISTS).
 */
int posix_lock_file(struct file *filp, struct file_lock *fl, struct file_lock *conflock)
{
	return posix_lock_inode(file_inode(filp), fl, conflock);
}
EXPORT_SYMBOL(posix_lock_file);

static int wait_granted(struct file_lock *fl)
{
	return wait_event_interruptible(fl->fl_wait, !smp_load_acquire(&fl->fl_blocker));
}

/**
 * locks_lock_inode_wait - take a lock and wait for it
 * @inode: the inode
 * @fl: the lock
 *
 * Models: fs/locks.c, 6.1. Context: may sleep. Return: 0, -ERESTARTSYS, or as posix_lock_file().
 */
int locks_lock_inode_wait(struct inode *inode, struct file_lock *fl)
{
	int ret;

	might_sleep();
	do {
		ret = fl->fl_flags & FL_POSIX ? posix_lock_inode(inode, fl, NULL) :
						flock_lock_inode(inode, fl);
		if (ret != FILE_LOCK_DEFERRED)
			break;
		ret = wait_granted(fl);
	} while (!ret);
	locks_delete_block(fl);
	return ret;
}
EXPORT_SYMBOL(locks_lock_inode_wait);

/**
 * vfs_test_lock - posix_test_lock(), or the file system's
 * @filp: the file
 * @fl: the lock
 *
 * Models: fs/locks.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int vfs_test_lock(struct file *filp, struct file_lock *fl)
{
	if (filp->f_op->lock)
		return filp->f_op->lock(filp, F_GETLK, fl);
	posix_test_lock(filp, fl);
	return 0;
}
EXPORT_SYMBOL_GPL(vfs_test_lock);

/**
 * vfs_lock_file - posix_lock_file(), or the file system's
 * @filp: the file
 * @cmd: F_SETLK or F_SETLKW
 * @fl: the lock
 * @conf: out: the lock in the way; may be NULL
 *
 * Models: fs/locks.c, 6.1. Context: may sleep. Return: as posix_lock_file().
 */
int vfs_lock_file(struct file *filp, unsigned int cmd, struct file_lock *fl, struct file_lock *conf)
{
	if (filp->f_op->lock)
		return filp->f_op->lock(filp, cmd, fl);
	return posix_lock_file(filp, fl, conf);
}
EXPORT_SYMBOL_GPL(vfs_lock_file);

/* What fcntl() says of a range. */
static int range_from_flock(struct file *filp, struct file_lock *fl, const struct flock *l)
{
	loff_t start = l->l_start;

	if (l->l_whence == SEEK_CUR)
		start += filp->f_pos;
	else if (l->l_whence == SEEK_END)
		start += i_size_read(file_inode(filp));
	else if (l->l_whence != SEEK_SET)
		return -EINVAL;
	fl->fl_end = OFFSET_MAX;
	if (start < 0)
		return -EINVAL;
	if (l->l_len > 0) {
		if (l->l_len - 1 > OFFSET_MAX - start)
			return -EOVERFLOW;
		fl->fl_end = start + (l->l_len - 1);
	} else if (l->l_len < 0) {
		fl->fl_end = start - 1;
		start += l->l_len;
	}
	fl->fl_start = start;
	return start < 0 ? -EINVAL : 0;
}

static bool is_ofd(unsigned int cmd)
{
	return cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
}

/* A lock of the open file description has the file in place of the process for its owner. */
static int lock_from_flock(struct file *filp, struct file_lock *fl, const struct flock *l,
			   unsigned int cmd)
{
	locks_init_lock(fl);
	fl->fl_owner = current->files;
	fl->fl_pid = current->tgid;
	fl->fl_file = filp;
	fl->fl_flags = FL_POSIX;
	fl->fl_type = l->l_type;
	if (is_ofd(cmd)) {
		if (l->l_pid)
			return -EINVAL;
		fl->fl_flags |= FL_OFDLCK;
		fl->fl_owner = filp;
	}
	if (l->l_type != F_RDLCK && l->l_type != F_WRLCK && l->l_type != F_UNLCK)
		return -EINVAL;
	return range_from_flock(filp, fl, l);
}

/**
 * fcntl_getlk - fcntl(F_GETLK) and F_OFD_GETLK
 * @filp: the file
 * @cmd: which
 * @flock: the lock; becomes the one in the way, or of type F_UNLCK
 *
 * Models: fs/locks.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int fcntl_getlk(struct file *filp, unsigned int cmd, struct flock *flock)
{
	struct file_lock fl;
	int err;

	if (flock->l_type == F_UNLCK)
		return -EINVAL;
	err = lock_from_flock(filp, &fl, flock, cmd);
	if (!err)
		err = vfs_test_lock(filp, &fl);
	if (err)
		return err;
	flock->l_type = fl.fl_type;
	if (fl.fl_type == F_UNLCK)
		return 0;
	flock->l_pid = fl.fl_flags & FL_OFDLCK ? -1 : (pid_t)fl.fl_pid;
	flock->l_start = fl.fl_start;
	flock->l_len = fl.fl_end == OFFSET_MAX ? 0 : fl.fl_end - fl.fl_start + 1;
	flock->l_whence = SEEK_SET;
	return 0;
}

/**
 * fcntl_setlk - fcntl(F_SETLK), F_SETLKW, F_OFD_SETLK and F_OFD_SETLKW
 * @fd: unused
 * @filp: the file
 * @cmd: which
 * @flock: the lock
 *
 * Models: fs/locks.c, 6.1. Context: may sleep. Return: 0, -EBADF for the wrong access mode, or as
 * posix_lock_file().
 */
int fcntl_setlk(unsigned int fd, struct file *filp, unsigned int cmd, struct flock *flock)
{
	struct file_lock fl;
	int err = lock_from_flock(filp, &fl, flock, cmd);

	(void)fd;
	if (err)
		return err;
	if ((fl.fl_type == F_RDLCK && !(filp->f_mode & FMODE_READ)) ||
	    (fl.fl_type == F_WRLCK && !(filp->f_mode & FMODE_WRITE)))
		return -EBADF;
	if (cmd == F_SETLKW || cmd == F_OFD_SETLKW)
		fl.fl_flags |= FL_SLEEP;
	/* A file system sees who the owner is, not by which command. */
	cmd = fl.fl_flags & FL_SLEEP ? F_SETLKW : F_SETLK;
	do {
		err = vfs_lock_file(filp, cmd, &fl, NULL);
		if (err != FILE_LOCK_DEFERRED)
			break;
		err = wait_granted(&fl);
	} while (!err);
	locks_delete_block(&fl);
	return err;
}

static int flock_type(unsigned int cmd)
{
	switch (cmd & ~LOCK_NB) {
	case LOCK_SH:
		return F_RDLCK;
	case LOCK_EX:
		return F_WRLCK;
	case LOCK_UN:
		return F_UNLCK;
	default:
		return -EINVAL;
	}
}

static int flock_file(struct file *filp, unsigned int cmd)
{
	int type = flock_type(cmd);
	struct file_lock fl;

	if (type < 0)
		return type;
	if (type != F_UNLCK && !(filp->f_mode & (FMODE_READ | FMODE_WRITE)))
		return -EBADF;
	locks_init_lock(&fl);
	fl.fl_file = filp;
	fl.fl_owner = filp;
	fl.fl_pid = current->tgid;
	fl.fl_flags = FL_FLOCK | (cmd & LOCK_NB ? 0 : FL_SLEEP);
	fl.fl_type = type;
	fl.fl_end = OFFSET_MAX;
	if (filp->f_op->flock)
		return filp->f_op->flock(filp, cmd & LOCK_NB ? F_SETLK : F_SETLKW, &fl);
	return locks_lock_file_wait(filp, &fl);
}

/**
 * ksys_flock - flock(2)
 * @fd: descriptor
 * @cmd: LOCK_SH, LOCK_EX or LOCK_UN, with LOCK_NB
 *
 * Models: fs/locks.c, 6.1, without mandatory locks of LOCK_MAND. Context: may sleep. Return: 0 or
 * -errno.
 */
long ksys_flock(unsigned int fd, unsigned int cmd)
{
	struct fd f = fdget(fd);
	int ret;

	if (!f.file)
		return -EBADF;
	ret = flock_file(f.file, cmd);
	fdput(f);
	return ret;
}

/**
 * locks_remove_posix - a process closes a descriptor: its POSIX locks go
 * @filp: the file
 * @owner: its descriptor table
 *
 * Models: fs/locks.c, 6.1. Context: may sleep.
 */
void locks_remove_posix(struct file *filp, fl_owner_t owner)
{
	struct inode *inode = file_inode(filp);
	struct file_lock_context *ctx = inode ? context_of(inode, false) : NULL;
	struct file_lock fl;

	if (!ctx || list_empty(&ctx->flc_posix))
		return;
	locks_init_lock(&fl);
	fl.fl_type = F_UNLCK;
	fl.fl_flags = FL_POSIX | FL_CLOSE;
	fl.fl_end = OFFSET_MAX;
	fl.fl_owner = owner;
	fl.fl_pid = current->tgid;
	fl.fl_file = filp;
	vfs_lock_file(filp, F_SETLK, &fl, NULL);
}
EXPORT_SYMBOL(locks_remove_posix);

static void remove_flock(struct file *filp)
{
	struct file_lock fl;

	locks_init_lock(&fl);
	fl.fl_type = F_UNLCK;
	fl.fl_flags = FL_FLOCK | FL_CLOSE;
	fl.fl_end = OFFSET_MAX;
	fl.fl_owner = filp;
	fl.fl_pid = current->tgid;
	fl.fl_file = filp;
	if (filp->f_op->flock)
		filp->f_op->flock(filp, F_SETLKW, &fl);
	else
		flock_lock_inode(file_inode(filp), &fl);
}

/**
 * locks_remove_file - the last reference to a file goes: its BSD locks and those of the description
 * go
 * @filp: the file
 *
 * Models: fs/locks.c, 6.1. A lock that is left is a finding. Context: may sleep.
 */
void locks_remove_file(struct file *filp)
{
	struct inode *inode = file_inode(filp);
	struct file_lock_context *ctx = inode ? context_of(inode, false) : NULL;
	struct file_lock *fl;

	if (!ctx)
		return;
	locks_remove_posix(filp, filp);
	if (!list_empty(&ctx->flc_flock))
		remove_flock(filp);
	spin_lock(&ctx->flc_lock);
	list_for_each_entry(fl, &ctx->flc_posix, fl_list)
		WARN_ON(fl->fl_file == filp);
	list_for_each_entry(fl, &ctx->flc_flock, fl_list)
		WARN_ON(fl->fl_file == filp);
	spin_unlock(&ctx->flc_lock);
}
EXPORT_SYMBOL(locks_remove_file);

/**
 * __break_lease - wait for a lease to be given up
 * @inode: the inode
 * @mode: O_* of the opener
 * @type: FL_LEASE, FL_DELEG or FL_LAYOUT
 *
 * Has no model: nobody can take a lease in the box.
 */
int __break_lease(struct inode *inode, unsigned int mode, unsigned int type)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(__break_lease);
