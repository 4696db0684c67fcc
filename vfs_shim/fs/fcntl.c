// SPDX-License-Identifier: GPL-2.0
/*
 * fcntl(2), and telling processes by signal that a file is ready.
 *
 * Models: fs/fcntl.c, 6.1. Leaves out: leases, pipe sizes, seals, F_SETSIG with a queued siginfo
 * (the signal is sent, its information is not), and owners that are process groups.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <core/run.h>
#include "internal.h"

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_NDELAY | O_DIRECT | O_NOATIME)

static int setfl_allowed(struct file *file, unsigned long arg)
{
	struct inode *inode = file_inode(file);

	if (((arg ^ file->f_flags) & O_APPEND) && IS_APPEND(inode))
		return -EPERM;
	if ((arg & O_NOATIME) && !(file->f_flags & O_NOATIME) &&
	    !inode_owner_or_capable(file_mnt_user_ns(file), inode))
		return -EPERM;
	/* In a pipe the bit means packets. */
	if (!S_ISFIFO(inode->i_mode) && (arg & O_DIRECT) && !(file->f_mode & FMODE_CAN_ODIRECT))
		return -EINVAL;
	return file->f_op->check_flags ? file->f_op->check_flags(arg) : 0;
}

/* F_SETFL: only the bits of SETFL_MASK change; FASYNC is ->fasync()'s to set. */
static int setfl(int fd, struct file *file, unsigned long arg)
{
	int err = setfl_allowed(file, arg);

	if (err)
		return err;
	if (((arg ^ file->f_flags) & FASYNC) && file->f_op->fasync) {
		err = file->f_op->fasync(fd, file, (arg & FASYNC) != 0);
		if (err < 0)
			return err;
	}
	spin_lock(&file->f_lock);
	file->f_flags = (arg & SETFL_MASK) | (file->f_flags & ~SETFL_MASK);
	file->f_iocb_flags = iocb_flags(file);
	spin_unlock(&file->f_lock);
	return 0;
}

/**
 * __f_setown - whom to signal when a file is ready
 * @filp: the file
 * @pid: the process; a reference is taken; NULL: nobody
 * @type: PIDTYPE_*
 * @force: also replace an owner
 *
 * Models: fs/fcntl.c, 6.1.
 */
void __f_setown(struct file *filp, struct pid *pid, enum pid_type type, int force)
{
	struct fown_struct *own = &filp->f_owner;

	write_lock_irq(&own->lock);
	if (force || !own->pid) {
		put_pid(own->pid);
		own->pid = get_pid(pid);
		own->pid_type = type;
		if (pid) {
			security_file_set_fowner(filp);
			own->uid = current_uid();
			own->euid = current_euid();
		}
	}
	write_unlock_irq(&own->lock);
}
EXPORT_SYMBOL(__f_setown);

/**
 * f_setown - F_SETOWN
 * @filp: the file
 * @arg: process id, 0: nobody
 * @force: also replace an owner
 *
 * Models: fs/fcntl.c, 6.1, without process groups. Return: 0, -ESRCH, -EINVAL.
 */
int f_setown(struct file *filp, unsigned long arg, int force)
{
	struct pid *pid = NULL;
	int who = arg, err = 0;

	if (who < 0)
		unmodelled("f_setown to a process group");
	rcu_read_lock();
	if (who) {
		pid = find_vpid(who);
		if (!pid)
			err = -ESRCH;
	}
	if (!err)
		__f_setown(filp, pid, PIDTYPE_TGID, force);
	rcu_read_unlock();
	return err;
}
EXPORT_SYMBOL(f_setown);

/**
 * f_delown - nobody is signalled any more
 * @filp: the file
 *
 * Models: fs/fcntl.c, 6.1.
 */
void f_delown(struct file *filp)
{
	__f_setown(filp, NULL, PIDTYPE_TGID, 1);
}

/**
 * f_getown - F_GETOWN
 * @filp: the file
 *
 * Models: fs/fcntl.c, 6.1. Return: process id, 0: nobody.
 */
pid_t f_getown(struct file *filp)
{
	pid_t pid;

	read_lock_irq(&filp->f_owner.lock);
	pid = pid_vnr(filp->f_owner.pid);
	read_unlock_irq(&filp->f_owner.lock);
	return pid;
}

static long fcntl_dupfd(struct file *file, unsigned long from, unsigned int flags)
{
	return f_dupfd(from, file, flags);
}

static long do_lock(unsigned int fd, unsigned int cmd, struct flock __user *arg, struct file *file)
{
	struct flock flock;
	long err;

	if (copy_from_user(&flock, arg, sizeof(flock)))
		return -EFAULT;
	if (cmd != F_GETLK && cmd != F_OFD_GETLK)
		return fcntl_setlk(fd, file, cmd, &flock);
	err = fcntl_getlk(file, cmd, &flock);
	if (!err && copy_to_user(arg, &flock, sizeof(flock)))
		err = -EFAULT;
	return err;
}

static long do_fcntl(int fd, unsigned int cmd, unsigned long arg, struct file *file)
{
	switch (cmd) {
	case F_DUPFD:
		return fcntl_dupfd(file, arg, 0);
	case F_DUPFD_CLOEXEC:
		return fcntl_dupfd(file, arg, O_CLOEXEC);
	case F_GETFD:
		return get_close_on_exec(fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		set_close_on_exec(fd, arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return file->f_flags;
	case F_SETFL:
		return setfl(fd, file, arg);
	case F_GETOWN:
		return f_getown(file);
	case F_SETOWN:
		return f_setown(file, arg, 1);
	case F_SETLK:
	case F_SETLKW:
	case F_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
	case F_OFD_GETLK:
		return do_lock(fd, cmd, (struct flock __user *)arg, file);
	case F_SETLEASE:
	case F_NOTIFY:
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ:
	case F_ADD_SEALS:
	case F_GET_SEALS:
		unmodelled("fcntl with this command");
	}
	return -EINVAL;
}

static bool allowed_on_o_path(unsigned int cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD || cmd == F_SETFD ||
	       cmd == F_GETFL;
}

/**
 * ksys_fcntl - fcntl(2)
 * @fd: descriptor
 * @cmd: F_*
 * @arg: its argument
 *
 * Models: fs/fcntl.c, 6.1. Return: depends on @cmd, or -errno.
 */
long ksys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg)
{
	struct fd f = fdget_raw(fd);
	long ret = -EBADF;

	if (!f.file)
		return -EBADF;
	if (!(f.file->f_mode & FMODE_PATH) || allowed_on_o_path(cmd)) {
		ret = security_file_fcntl(f.file, cmd, arg);
		if (!ret)
			ret = do_fcntl(fd, cmd, arg, f.file);
	}
	fdput(f);
	return ret;
}

static bool sigio_permitted(struct task_struct *p, struct fown_struct *own, int sig)
{
	const struct cred *cred;
	bool ok;

	rcu_read_lock();
	cred = __task_cred(p);
	ok = uid_eq(own->euid, GLOBAL_ROOT_UID) || uid_eq(own->euid, cred->suid) ||
	     uid_eq(own->euid, cred->uid) || uid_eq(own->uid, cred->suid) ||
	     uid_eq(own->uid, cred->uid);
	ok = ok && !security_file_send_sigiotask(p, own, sig);
	rcu_read_unlock();
	return ok;
}

/**
 * send_sigio - signal the owner of a file
 * @fown: owner of the file
 * @fd: descriptor to name in the signal
 * @band: POLL_*
 *
 * Models: fs/fcntl.c, 6.1, without the queued information. Context: any.
 */
void send_sigio(struct fown_struct *fown, int fd, int band)
{
	struct task_struct *p;
	unsigned long flags;

	read_lock_irqsave(&fown->lock, flags);
	if (fown->pid) {
		int sig = fown->signum ? fown->signum : SIGIO;

		/* Kernel: RCU keeps it. Here who ends is gone at once, so it takes a reference. */
		p = get_pid_task(fown->pid, PIDTYPE_PID);
		if (p && sigio_permitted(p, fown, sig))
			send_sig(sig, p, 1);
		if (p)
			put_task_struct(p);
	}
	read_unlock_irqrestore(&fown->lock, flags);
}

static DEFINE_SPINLOCK(fasync_lock);
static struct kmem_cache *fasync_cache;

static void fasync_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(fasync_cache, container_of(head, struct fasync_struct, fa_rcu));
}

/* The link that points to the entry of @filp, or the end of the list. fasync_lock held. */
static struct fasync_struct **fasync_find(struct file *filp, struct fasync_struct **fapp)
{
	while (*fapp && (*fapp)->fa_file != filp)
		fapp = &(*fapp)->fa_next;
	return fapp;
}

/**
 * fasync_remove_entry - take a file off a list of those to be signalled
 * @filp: the file
 * @fapp: the list
 *
 * Models: fs/fcntl.c, 6.1. Return: 1 if it was on the list, else 0.
 */
int fasync_remove_entry(struct file *filp, struct fasync_struct **fapp)
{
	struct fasync_struct **link, *fa;

	spin_lock(&filp->f_lock);
	spin_lock(&fasync_lock);
	link = fasync_find(filp, fapp);
	fa = *link;
	if (fa) {
		write_lock_irq(&fa->fa_lock);
		fa->fa_file = NULL;
		write_unlock_irq(&fa->fa_lock);
		*link = fa->fa_next;
		call_rcu(&fa->fa_rcu, fasync_free_rcu);
		filp->f_flags &= ~FASYNC;
	}
	spin_unlock(&fasync_lock);
	spin_unlock(&filp->f_lock);
	return fa ? 1 : 0;
}

/**
 * fasync_alloc - an entry to be inserted
 *
 * Models: fs/fcntl.c, 6.1. Return: the entry, NULL without memory.
 */
struct fasync_struct *fasync_alloc(void)
{
	return kmem_cache_alloc(fasync_cache, GFP_KERNEL);
}

/**
 * fasync_free - free an entry that was never inserted
 * @new: the entry
 *
 * Models: fs/fcntl.c, 6.1.
 */
void fasync_free(struct fasync_struct *new)
{
	kmem_cache_free(fasync_cache, new);
}

/**
 * fasync_insert_entry - put a file on a list of those to be signalled
 * @fd: descriptor to name in the signal
 * @filp: the file
 * @fapp: the list
 * @new: from fasync_alloc()
 *
 * Models: fs/fcntl.c, 6.1. Return: NULL when @new was used, else the entry that was there.
 */
struct fasync_struct *fasync_insert_entry(int fd, struct file *filp, struct fasync_struct **fapp,
					  struct fasync_struct *new)
{
	struct fasync_struct *fa;

	spin_lock(&filp->f_lock);
	spin_lock(&fasync_lock);
	fa = *fasync_find(filp, fapp);
	if (fa) {
		write_lock_irq(&fa->fa_lock);
		fa->fa_fd = fd;
		write_unlock_irq(&fa->fa_lock);
	} else {
		rwlock_init(&new->fa_lock);
		new->magic = FASYNC_MAGIC;
		new->fa_file = filp;
		new->fa_fd = fd;
		new->fa_next = *fapp;
		rcu_assign_pointer(*fapp, new);
		filp->f_flags |= FASYNC;
	}
	spin_unlock(&fasync_lock);
	spin_unlock(&filp->f_lock);
	return fa;
}

static int fasync_add_entry(int fd, struct file *filp, struct fasync_struct **fapp)
{
	struct fasync_struct *new = fasync_alloc();

	if (!new)
		return -ENOMEM;
	if (!fasync_insert_entry(fd, filp, fapp, new))
		return 1;
	fasync_free(new);
	return 0;
}

/**
 * fasync_helper - ->fasync() for everybody
 * @fd: descriptor to name in the signal
 * @filp: the file
 * @on: add or remove
 * @fapp: the list
 *
 * Models: fs/fcntl.c, 6.1. Return: 1 changed, 0 not, -ENOMEM.
 */
int fasync_helper(int fd, struct file *filp, int on, struct fasync_struct **fapp)
{
	return on ? fasync_add_entry(fd, filp, fapp) : fasync_remove_entry(filp, fapp);
}
EXPORT_SYMBOL(fasync_helper);

static void kill_fasync_one(struct fasync_struct *fa, int sig, int band)
{
	unsigned long flags;

	if (WARN_ON(fa->magic != FASYNC_MAGIC))
		return;
	read_lock_irqsave(&fa->fa_lock, flags);
	/* SIGURG has its own mechanism unless a signal was chosen. */
	if (fa->fa_file && !(sig == SIGURG && !fa->fa_file->f_owner.signum))
		send_sigio(&fa->fa_file->f_owner, fa->fa_fd, band);
	read_unlock_irqrestore(&fa->fa_lock, flags);
}

/**
 * kill_fasync - signal the owners of the files on a list
 * @fp: the list
 * @sig: SIGIO or SIGURG
 * @band: POLL_*
 *
 * Models: fs/fcntl.c, 6.1. Context: any.
 */
void kill_fasync(struct fasync_struct **fp, int sig, int band)
{
	struct fasync_struct *fa;

	if (!*fp)
		return;
	rcu_read_lock();
	for (fa = rcu_dereference(*fp); fa; fa = rcu_dereference(fa->fa_next))
		kill_fasync_one(fa, sig, band);
	rcu_read_unlock();
}
EXPORT_SYMBOL(kill_fasync);

/**
 * fcntl_init - create the cache of list entries
 *
 * Models: fs/fcntl.c, 6.1. Called once by vfs_caches_init() of the box.
 */
void __init fcntl_init(void)
{
	/*
	 * Two flags with a bit in common, as glibc's and the kernel's headers mixed would give, do
	 * not add up.
	 */
	BUILD_BUG_ON(21 - 1 != HWEIGHT32((VALID_OPEN_FLAGS & ~(O_NONBLOCK | O_NDELAY)) |
					 __FMODE_EXEC | __FMODE_NONOTIFY));

	fasync_cache = kmem_cache_create("fasync_cache", sizeof(struct fasync_struct), 0,
					 SLAB_PANIC | SLAB_ACCOUNT, NULL);
}
