// SPDX-License-Identifier: GPL-2.0
/*
 * Locks on files, seen from processes.
 *
 * Models: fs/locks.c, 6.1, for a box whose processes take none: fcntl(F_SETLK) and flock(2) have no
 * model yet, so there is nothing to remove when a file is closed, and no lease to break.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <core/run.h>

static void no_locks_or_stop(struct file *filp, const char *function)
{
	struct inode *inode = file_inode(filp);

	if (inode && smp_load_acquire(&inode->i_flctx))
		unmodelled(function);
}

/**
 * locks_remove_posix - a process closes a descriptor: its POSIX locks go
 * @filp: the file
 * @owner: its descriptor table
 *
 * Models: fs/locks.c, 6.1. No lock context means no lock.
 */
void locks_remove_posix(struct file *filp, fl_owner_t owner)
{
	(void)owner;
	no_locks_or_stop(filp, __func__);
}
EXPORT_SYMBOL(locks_remove_posix);

/**
 * locks_remove_file - the last reference to a file goes: flocks and leases go
 * @filp: the file
 *
 * Models: fs/locks.c, 6.1. No lock context means no lock.
 */
void locks_remove_file(struct file *filp)
{
	no_locks_or_stop(filp, __func__);
}
EXPORT_SYMBOL(locks_remove_file);

/**
 * locks_free_lock_context - an inode goes away
 * @inode: the inode
 *
 * Models: fs/locks.c, 6.1. No lock context means nothing to free.
 */
void locks_free_lock_context(struct inode *inode)
{
	if (inode->i_flctx)
		unmodelled(__func__);
}

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

/**
 * posix_test_lock - is there a conflicting POSIX lock?
 * @filp: the file
 * @fl: the lock, changed to the one in the way
 *
 * Has no model yet.
 */
void posix_test_lock(struct file *filp, struct file_lock *fl)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(posix_test_lock);

/**
 * posix_lock_file - take or release a POSIX lock
 * @filp: the file
 * @fl: the lock
 * @conflock: out: the lock in the way
 *
 * Has no model yet.
 */
int posix_lock_file(struct file *filp, struct file_lock *fl, struct file_lock *conflock)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(posix_lock_file);

/**
 * locks_lock_inode_wait - take a lock and wait for it
 * @inode: the inode
 * @fl: the lock
 *
 * Has no model yet.
 */
int locks_lock_inode_wait(struct inode *inode, struct file_lock *fl)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(locks_lock_inode_wait);
