// SPDX-License-Identifier: GPL-2.0
/*
 * Changing attributes.
 *
 * Models: fs/attr.c, 6.1. Leaves out: IMA and EVM.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/mnt_idmapping.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include "internal.h"

/**
 * setattr_should_drop_sgid - must this change take the set-group-id bit?
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 *
 * Models: fs/attr.c, 6.1: always when the group may execute, otherwise unless the caller is in the
 * group or has CAP_FSETID.
 *
 * Return: ATTR_KILL_SGID or 0.
 */
int setattr_should_drop_sgid(struct user_namespace *mnt_userns, const struct inode *inode)
{
	if (!(inode->i_mode & S_ISGID))
		return 0;
	if (inode->i_mode & S_IXGRP)
		return ATTR_KILL_SGID;
	if (in_group_or_capable(mnt_userns, inode, i_gid_into_vfsgid(mnt_userns, inode)))
		return 0;
	return ATTR_KILL_SGID;
}
EXPORT_SYMBOL(setattr_should_drop_sgid);

/**
 * setattr_should_drop_suidgid - must a write take the set-user-id or set-group-id bit?
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 *
 * Models: fs/attr.c, 6.1. Return: ATTR_KILL_SUID | ATTR_KILL_SGID as needed; 0 for callers with
 * CAP_FSETID and for anything but regular files.
 */
int setattr_should_drop_suidgid(struct user_namespace *mnt_userns, struct inode *inode)
{
	int kill = inode->i_mode & S_ISUID ? ATTR_KILL_SUID : 0;

	kill |= setattr_should_drop_sgid(mnt_userns, inode);
	if (kill && !capable(CAP_FSETID) && S_ISREG(inode->i_mode))
		return kill;
	return 0;
}
EXPORT_SYMBOL(setattr_should_drop_suidgid);

static bool chown_ok(struct user_namespace *mnt_userns, const struct inode *inode, vfsuid_t to)
{
	vfsuid_t owner = i_uid_into_vfsuid(mnt_userns, inode);

	if (vfsuid_eq_kuid(owner, current_fsuid()) && vfsuid_eq(to, owner))
		return true;
	if (capable_wrt_inode_uidgid(mnt_userns, inode, CAP_CHOWN))
		return true;
	return !vfsuid_valid(owner) && ns_capable(inode->i_sb->s_user_ns, CAP_CHOWN);
}

static bool chgrp_ok(struct user_namespace *mnt_userns, const struct inode *inode, vfsgid_t to)
{
	vfsuid_t owner = i_uid_into_vfsuid(mnt_userns, inode);
	vfsgid_t group = i_gid_into_vfsgid(mnt_userns, inode);

	if (vfsuid_eq_kuid(owner, current_fsuid()) &&
	    (vfsgid_eq(to, group) || vfsgid_in_group_p(to)))
		return true;
	if (capable_wrt_inode_uidgid(mnt_userns, inode, CAP_CHOWN))
		return true;
	return !vfsgid_valid(group) && ns_capable(inode->i_sb->s_user_ns, CAP_CHOWN);
}

static int prepare_chmod(struct user_namespace *mnt_userns, struct inode *inode, struct iattr *attr)
{
	vfsgid_t group = attr->ia_valid & ATTR_GID ? attr->ia_vfsgid :
						     i_gid_into_vfsgid(mnt_userns, inode);

	if (!inode_owner_or_capable(mnt_userns, inode))
		return -EPERM;
	if (!in_group_or_capable(mnt_userns, inode, group))
		attr->ia_mode &= ~S_ISGID;
	return 0;
}

static int prepare_unforced(struct user_namespace *mnt_userns, struct inode *inode,
			    struct iattr *attr)
{
	unsigned int valid = attr->ia_valid;

	if ((valid & ATTR_UID) && !chown_ok(mnt_userns, inode, attr->ia_vfsuid))
		return -EPERM;
	if ((valid & ATTR_GID) && !chgrp_ok(mnt_userns, inode, attr->ia_vfsgid))
		return -EPERM;
	if ((valid & ATTR_MODE) && prepare_chmod(mnt_userns, inode, attr))
		return -EPERM;
	if ((valid & (ATTR_MTIME_SET | ATTR_ATIME_SET | ATTR_TIMES_SET)) &&
	    !inode_owner_or_capable(mnt_userns, inode))
		return -EPERM;
	return 0;
}

/**
 * setattr_prepare - may these attributes be changed?
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @attr: the change; the set-group-id bit is taken out of ia_mode when the caller may not set it
 *
 * Models: fs/attr.c, 6.1: ATTR_FORCE skips the permissions, never the size checks.
 *
 * Context: inode lock held. Return: 0 or -errno.
 */
int setattr_prepare(struct user_namespace *mnt_userns, struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int err = 0;

	if (attr->ia_valid & ATTR_SIZE)
		err = inode_newsize_ok(inode, attr->ia_size);
	if (!err && !(attr->ia_valid & ATTR_FORCE))
		err = prepare_unforced(mnt_userns, inode, attr);
	if (!err && (attr->ia_valid & ATTR_KILL_PRIV))
		err = security_inode_killpriv(mnt_userns, dentry);
	return err;
}
EXPORT_SYMBOL(setattr_prepare);

/**
 * inode_newsize_ok - may a file get this size?
 * @inode: the file
 * @offset: new size in bytes
 *
 * Models: fs/attr.c, 6.1, SIGXFSZ included. Context: inode lock held.
 * Return: 0, -EINVAL, -EFBIG, -ETXTBSY.
 */
int inode_newsize_ok(const struct inode *inode, loff_t offset)
{
	unsigned long limit = rlimit(RLIMIT_FSIZE);

	if (offset < 0)
		return -EINVAL;
	if (inode->i_size >= offset)
		return IS_SWAPFILE(inode) ? -ETXTBSY : 0;
	if (limit != RLIM_INFINITY && offset > (loff_t)limit) {
		send_sig(SIGXFSZ, current, 0);
		return -EFBIG;
	}
	return offset > inode->i_sb->s_maxbytes ? -EFBIG : 0;
}
EXPORT_SYMBOL(inode_newsize_ok);

/**
 * setattr_copy - enter a checked change into the inode
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 * @attr: the change
 *
 * Models: fs/attr.c, 6.1: all but the size. Context: inode lock held.
 */
void setattr_copy(struct user_namespace *mnt_userns, struct inode *inode, const struct iattr *attr)
{
	umode_t mode = attr->ia_mode;

	i_uid_update(mnt_userns, attr, inode);
	i_gid_update(mnt_userns, attr, inode);
	if (attr->ia_valid & ATTR_ATIME)
		inode->i_atime = attr->ia_atime;
	if (attr->ia_valid & ATTR_MTIME)
		inode->i_mtime = attr->ia_mtime;
	if (attr->ia_valid & ATTR_CTIME)
		inode->i_ctime = attr->ia_ctime;
	if (!(attr->ia_valid & ATTR_MODE))
		return;
	if (!in_group_or_capable(mnt_userns, inode, i_gid_into_vfsgid(mnt_userns, inode)))
		mode &= ~S_ISGID;
	inode->i_mode = mode;
}
EXPORT_SYMBOL(setattr_copy);

/**
 * may_setattr - do the inode's flags and mode allow such a change?
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 * @ia_valid: ATTR_*
 *
 * Models: fs/attr.c, 6.1. Return: 0 or -errno.
 */
int may_setattr(struct user_namespace *mnt_userns, struct inode *inode, unsigned int ia_valid)
{
	if ((ia_valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_TIMES_SET)) &&
	    (IS_IMMUTABLE(inode) || IS_APPEND(inode)))
		return -EPERM;
	if (!(ia_valid & ATTR_TOUCH))
		return 0;
	if (IS_IMMUTABLE(inode))
		return -EPERM;
	if (inode_owner_or_capable(mnt_userns, inode))
		return 0;
	return inode_permission(mnt_userns, inode, MAY_WRITE);
}
EXPORT_SYMBOL(may_setattr);

/* Times that the caller did not give are now. */
static void fill_times(struct inode *inode, struct iattr *attr)
{
	struct timespec64 now = current_time(inode);

	attr->ia_ctime = now;
	attr->ia_atime =
		attr->ia_valid & ATTR_ATIME_SET ? timestamp_truncate(attr->ia_atime, inode) : now;
	attr->ia_mtime =
		attr->ia_valid & ATTR_MTIME_SET ? timestamp_truncate(attr->ia_mtime, inode) : now;
}

/* ATTR_KILL_SUID and _SGID become a change of mode. */
static void kill_to_mode(struct inode *inode, struct iattr *attr)
{
	umode_t mode = inode->i_mode, kill = 0;

	BUG_ON((attr->ia_valid & (ATTR_KILL_SUID | ATTR_KILL_SGID)) &&
	       (attr->ia_valid & ATTR_MODE));
	if (attr->ia_valid & ATTR_KILL_SUID)
		kill |= mode & S_ISUID;
	if (attr->ia_valid & ATTR_KILL_SGID)
		kill |= mode & S_ISGID;
	if (!kill)
		return;
	attr->ia_valid |= ATTR_MODE;
	attr->ia_mode = mode & ~kill;
}

static int check_id_mapping(struct user_namespace *mnt_userns, struct inode *inode,
			    const struct iattr *attr)
{
	struct user_namespace *fs_userns = inode->i_sb->s_user_ns;
	bool ok;

	if (attr->ia_valid & ATTR_UID)
		ok = vfsuid_has_fsmapping(mnt_userns, fs_userns, attr->ia_vfsuid);
	else
		ok = vfsuid_valid(i_uid_into_vfsuid(mnt_userns, inode));
	if (!ok)
		return -EOVERFLOW;
	if (attr->ia_valid & ATTR_GID)
		ok = vfsgid_has_fsmapping(mnt_userns, fs_userns, attr->ia_vfsgid);
	else
		ok = vfsgid_valid(i_gid_into_vfsgid(mnt_userns, inode));
	return ok ? 0 : -EOVERFLOW;
}

static int do_setattr(struct user_namespace *mnt_userns, struct dentry *dentry, struct iattr *attr,
		      struct inode **delegated_inode)
{
	struct inode *inode = dentry->d_inode;
	int err = security_inode_setattr(mnt_userns, dentry, attr);

	if (!err)
		err = try_break_deleg(inode, delegated_inode);
	if (err)
		return err;
	if (inode->i_op->setattr)
		return inode->i_op->setattr(mnt_userns, dentry, attr);
	return simple_setattr(mnt_userns, dentry, attr);
}

/**
 * notify_change - change attributes
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @attr: the change; completed with times and mode
 * @delegated_inode: out: whose delegation must be waited for; may be NULL
 *
 * Models: fs/attr.c, 6.1. Context: inode lock held exclusively, checked. Return: 0 or -errno.
 */
int notify_change(struct user_namespace *mnt_userns, struct dentry *dentry, struct iattr *attr,
		  struct inode **delegated_inode)
{
	struct inode *inode = dentry->d_inode;
	int err;

	WARN_ON_ONCE(!inode_is_locked(inode));
	err = may_setattr(mnt_userns, inode, attr->ia_valid);
	if (err)
		return err;
	if (attr->ia_valid & ATTR_MODE) {
		if (S_ISLNK(inode->i_mode))
			return -EOPNOTSUPP;
		if (is_sxid(attr->ia_mode))
			inode->i_flags &= ~S_NOSEC;
	}
	fill_times(inode, attr);
	if (attr->ia_valid & ATTR_KILL_PRIV) {
		err = security_inode_need_killpriv(dentry);
		if (err < 0)
			return err;
		if (!err)
			attr->ia_valid &= ~ATTR_KILL_PRIV;
	}
	kill_to_mode(inode, attr);
	if (!(attr->ia_valid & ~(ATTR_KILL_SUID | ATTR_KILL_SGID)))
		return 0;
	err = check_id_mapping(mnt_userns, inode, attr);
	if (!err)
		err = do_setattr(mnt_userns, dentry, attr, delegated_inode);
	if (!err)
		fsnotify_change(dentry, attr->ia_valid);
	return err;
}
EXPORT_SYMBOL(notify_change);
