// SPDX-License-Identifier: GPL-2.0
/*
 * rename(2).
 *
 * Models: the rename part of fs/namei.c, 6.1: s_vfs_rename_mutex across directories, parents before
 * children, ancestors first. Leaves out delegations (NFS only) and LSM hooks.
 */
#include <linux/fs.h>
#include <linux/export.h>
#include <linux/fsnotify.h>
#include <linux/mount.h>
#include <linux/namei.h>

#include "internal.h"
#include "mount.h"
#include "namei.h"

/* Returns the ancestor's child on the way to the descendant, if they are related. */
static struct dentry *lock_two_directories(struct dentry *p1, struct dentry *p2)
{
	struct dentry *p = d_ancestor(p2, p1);

	if (p) {
		inode_lock_nested(p2->d_inode, I_MUTEX_PARENT);
		inode_lock_nested(p1->d_inode, I_MUTEX_PARENT2);
		return p;
	}
	p = d_ancestor(p1, p2);
	inode_lock_nested(p1->d_inode, I_MUTEX_PARENT);
	inode_lock_nested(p2->d_inode, I_MUTEX_PARENT2);
	return p;
}

/** lock_rename() - lock two directories of one file system. Models: fs/namei.c, 6.1. */
struct dentry *lock_rename(struct dentry *p1, struct dentry *p2)
{
	if (p1 == p2) {
		inode_lock_nested(p1->d_inode, I_MUTEX_PARENT);
		return NULL;
	}
	mutex_lock(&p1->d_sb->s_vfs_rename_mutex);
	return lock_two_directories(p1, p2);
}
EXPORT_SYMBOL(lock_rename);

/** unlock_rename() - Models: fs/namei.c, 6.1. */
void unlock_rename(struct dentry *p1, struct dentry *p2)
{
	inode_unlock(p1->d_inode);
	if (p1 == p2)
		return;
	inode_unlock(p2->d_inode);
	mutex_unlock(&p1->d_sb->s_vfs_rename_mutex);
}
EXPORT_SYMBOL(unlock_rename);

static int may_rename(const struct renamedata *rd)
{
	struct dentry *old = rd->old_dentry, *new = rd->new_dentry;
	bool is_dir = d_is_dir(old), new_is_dir = d_is_dir(new),
	     exchange = rd->flags & RENAME_EXCHANGE;
	int error = may_delete(rd->old_mnt_userns, rd->old_dir, old, is_dir);

	if (error)
		return error;
	if (!new->d_inode)
		error = may_create(rd->new_mnt_userns, rd->new_dir, new);
	else
		error = may_delete(rd->new_mnt_userns, rd->new_dir, new,
				   exchange ? new_is_dir : is_dir);
	if (error)
		return error;
	if (!rd->old_dir->i_op->rename)
		return -EPERM;
	/* A directory that changes its parent has its ".." written. */
	if (rd->new_dir == rd->old_dir)
		return 0;
	if (is_dir)
		error = inode_permission(rd->old_mnt_userns, old->d_inode, MAY_WRITE);
	if (!error && exchange && new_is_dir)
		error = inode_permission(rd->new_mnt_userns, new->d_inode, MAY_WRITE);
	return error;
}

/* Which of the two children are locked, in the kernel's order: directories first. */
static void lock_children(const struct renamedata *rd, struct inode *source, struct inode *target,
			  bool old_sub, bool new_sub)
{
	bool is_dir = d_is_dir(rd->old_dentry), new_is_dir = target && d_is_dir(rd->new_dentry);

	if (is_dir) {
		if (old_sub)
			inode_lock_nested(source, I_MUTEX_CHILD);
		if (target && (!new_is_dir || new_sub))
			inode_lock(target);
	} else if (new_is_dir) {
		if (new_sub)
			inode_lock_nested(target, I_MUTEX_CHILD);
		inode_lock(source);
	} else {
		lock_two_nondirectories(source, target);
	}
}

static bool too_many_links(const struct renamedata *rd, bool is_dir, bool new_is_dir)
{
	unsigned int max = rd->new_dir->i_sb->s_max_links;

	if (!max || rd->new_dir == rd->old_dir)
		return false;
	if (is_dir && !new_is_dir && rd->new_dir->i_nlink >= max)
		return true;
	return rd->flags & RENAME_EXCHANGE && !is_dir && new_is_dir && rd->old_dir->i_nlink >= max;
}

static int rename_locked(struct renamedata *rd, struct inode *target, bool is_dir, bool new_is_dir)
{
	struct dentry *old = rd->old_dentry, *new = rd->new_dentry;
	bool exchange = rd->flags & RENAME_EXCHANGE;
	int error;

	if (is_local_mountpoint(old) || is_local_mountpoint(new))
		return -EBUSY;
	if (too_many_links(rd, is_dir, new_is_dir))
		return -EMLINK;
	error = rd->old_dir->i_op->rename(rd->new_mnt_userns, rd->old_dir, old, rd->new_dir, new,
					  rd->flags);
	if (error)
		return error;
	if (!exchange && target) {
		if (is_dir) {
			shrink_dcache_parent(new);
			target->i_flags |= S_DEAD;
		}
		dont_mount(new);
		detach_mounts(new);
	}
	if (rd->old_dir->i_sb->s_type->fs_flags & FS_RENAME_DOES_D_MOVE)
		return 0;
	if (exchange)
		d_exchange(old, new);
	else
		d_move(old, new);
	return 0;
}

/** vfs_rename() - both parents locked by lock_rename(). Models: fs/namei.c, 6.1. */
int vfs_rename(struct renamedata *rd)
{
	struct inode *source = rd->old_dentry->d_inode, *target = rd->new_dentry->d_inode;
	bool is_dir = d_is_dir(rd->old_dentry), new_is_dir = target && d_is_dir(rd->new_dentry);
	bool exchange = rd->flags & RENAME_EXCHANGE;
	bool old_sub = rd->new_dir != rd->old_dir, new_sub = old_sub || !exchange;
	struct name_snapshot old_name;
	int error;

	if (source == target)
		return 0;
	error = may_rename(rd);
	if (error)
		return error;
	take_dentry_name_snapshot(&old_name, rd->old_dentry);
	dget(rd->new_dentry);
	lock_children(rd, source, target, old_sub, new_sub);
	error = rename_locked(rd, target, is_dir, new_is_dir);
	if (!is_dir || old_sub)
		inode_unlock(source);
	if (target && (!new_is_dir || new_sub))
		inode_unlock(target);
	dput(rd->new_dentry);
	if (!error) {
		fsnotify_move(rd->old_dir, rd->new_dir, &old_name.name, is_dir,
			      exchange ? NULL : target, rd->old_dentry);
		if (exchange)
			fsnotify_move(rd->new_dir, rd->old_dir, &rd->old_dentry->d_name, new_is_dir,
				      NULL, rd->new_dentry);
	}
	release_dentry_name_snapshot(&old_name);
	return error;
}
EXPORT_SYMBOL(vfs_rename);

/* A found name and its directory. */
struct end {
	struct path path;
	struct qstr last;
	int type;
	struct dentry *dentry;
};

/* Slashes behind names that are no directories, existence, loops. @trap: see lock_rename(). */
static int check_ends(const struct end *old, const struct end *new, struct dentry *trap,
		      unsigned int flags)
{
	bool exchange = flags & RENAME_EXCHANGE;
	bool new_slash = new->last.name[new->last.len];

	if (flags & RENAME_NOREPLACE && d_is_positive(new->dentry))
		return -EEXIST;
	if (exchange && d_is_negative(new->dentry))
		return -ENOENT;
	if (exchange && !d_is_dir(new->dentry) && new_slash)
		return -ENOTDIR;
	if (!d_is_dir(old->dentry) && (old->last.name[old->last.len] || (!exchange && new_slash)))
		return -ENOTDIR;
	/* The source must not be an ancestor of the target, nor the target one of the source. */
	if (old->dentry == trap)
		return -EINVAL;
	if (new->dentry == trap)
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

static int rename_ends(struct end *old, struct end *new, struct dentry *trap, unsigned int flags)
{
	struct renamedata rd = {
		.old_dir = old->path.dentry->d_inode,
		.old_dentry = old->dentry,
		.old_mnt_userns = mnt_user_ns(old->path.mnt),
		.new_dir = new->path.dentry->d_inode,
		.new_dentry = new->dentry,
		.new_mnt_userns = mnt_user_ns(new->path.mnt),
		.flags = flags,
	};
	int error = check_ends(old, new, trap, flags);

	return error ? error : vfs_rename(&rd);
}

static int lookup_ends(struct end *old, struct end *new, unsigned int lookup_flags,
		       unsigned int flags)
{
	unsigned int target_flags = flags & RENAME_EXCHANGE ? 0 : LOOKUP_RENAME_TARGET;
	struct dentry *trap = lock_rename(new->path.dentry, old->path.dentry);
	int error;

	old->dentry = lookup_one_qstr_excl(&old->last, old->path.dentry, lookup_flags);
	error = PTR_ERR_OR_ZERO(old->dentry);
	if (error)
		goto unlock;
	error = -ENOENT;
	if (d_is_negative(old->dentry))
		goto put_old;
	new->dentry =
		lookup_one_qstr_excl(&new->last, new->path.dentry, lookup_flags | target_flags);
	error = PTR_ERR_OR_ZERO(new->dentry);
	if (error)
		goto put_old;
	error = rename_ends(old, new, trap, flags);
	dput(new->dentry);
put_old:
	dput(old->dentry);
unlock:
	unlock_rename(new->path.dentry, old->path.dentry);
	return error;
}

static int check_types(const struct end *old, const struct end *new, unsigned int flags)
{
	if (old->path.mnt != new->path.mnt)
		return -EXDEV;
	if (old->type != LAST_NORM)
		return -EBUSY;
	if (new->type != LAST_NORM)
		return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	return 0;
}

static int rename_once(int olddfd, struct filename *from, int newdfd, struct filename *to,
		       unsigned int lookup_flags, unsigned int flags)
{
	struct end old, new;
	int error;

	error = filename_parentat(olddfd, from, lookup_flags, &old.path, &old.last, &old.type);
	if (error)
		return error;
	error = filename_parentat(newdfd, to, lookup_flags, &new.path, &new.last, &new.type);
	if (error)
		goto put_old;
	error = check_types(&old, &new, flags);
	if (!error)
		error = mnt_want_write(old.path.mnt);
	if (!error) {
		error = lookup_ends(&old, &new, lookup_flags, flags);
		mnt_drop_write(old.path.mnt);
	}
	path_put(&new.path);
put_old:
	path_put(&old.path);
	return error;
}

/** do_renameat2() - renameat2(2); eats the names. Models: fs/namei.c, 6.1. */
int do_renameat2(int olddfd, struct filename *from, int newdfd, struct filename *to,
		 unsigned int flags)
{
	int error = -EINVAL;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
		goto put_names;
	if (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT) && flags & RENAME_EXCHANGE)
		goto put_names;
	error = rename_once(olddfd, from, newdfd, to, 0, flags);
	if (retry_estale(error, 0))
		error = rename_once(olddfd, from, newdfd, to, LOOKUP_REVAL, flags);
put_names:
	putname(from);
	putname(to);
	return error;
}
