// SPDX-License-Identifier: GPL-2.0
/*
 * The capability security module: the one that is always there.
 *
 * Models: security/commoncap.c, 6.1. Leaves out: exec, ptrace, scheduling, memory limits, and file
 * capabilities of other user namespaces than the only one.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mnt_idmapping.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/xattr.h>

/**
 * cap_capable - do credentials hold a capability towards a user namespace?
 * @cred: the credentials
 * @targ_ns: the namespace
 * @cap: CAP_*
 * @opts: CAP_OPT_*, of no effect
 *
 * Models: security/commoncap.c, 6.1. Return: 0 or -EPERM.
 */
int cap_capable(const struct cred *cred, struct user_namespace *targ_ns, int cap, unsigned int opts)
{
	struct user_namespace *ns;

	(void)opts;
	for (ns = targ_ns; ns != cred->user_ns; ns = ns->parent) {
		/* Not below ours, so ours is no ancestor of it. */
		if (ns->level <= cred->user_ns->level)
			return -EPERM;
		/* The owner of a namespace, acting from its parent, has every capability in it. */
		if (ns->parent == cred->user_ns && uid_eq(ns->owner, cred->euid))
			return 0;
	}
	return cap_raised(cred->cap_effective, cap) ? 0 : -EPERM;
}

/**
 * cap_inode_need_killpriv - has a file capabilities that a write must strip?
 * @dentry: the file
 *
 * Models: security/commoncap.c, 6.1. Return: 1 yes, 0 no.
 */
int cap_inode_need_killpriv(struct dentry *dentry)
{
	return __vfs_getxattr(dentry, d_backing_inode(dentry), XATTR_NAME_CAPS, NULL, 0) > 0;
}

/**
 * cap_inode_killpriv - strip a file's capabilities
 * @mnt_userns: user namespace of the mount
 * @dentry: the file
 *
 * Models: security/commoncap.c, 6.1. Context: inode lock held. Return: 0 or -errno.
 */
int cap_inode_killpriv(struct user_namespace *mnt_userns, struct dentry *dentry)
{
	int err = __vfs_removexattr(mnt_userns, dentry, XATTR_NAME_CAPS);

	return err == -EOPNOTSUPP ? 0 : err;
}

static bool caps_are_v2(size_t size, const struct vfs_cap_data *cap)
{
	return size == XATTR_CAPS_SZ_2 &&
	       (le32_to_cpu(cap->magic_etc) & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_2;
}

static bool caps_are_v3(size_t size, const struct vfs_cap_data *cap)
{
	return size == XATTR_CAPS_SZ_3 &&
	       (le32_to_cpu(cap->magic_etc) & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3;
}

/* Version 3 that belongs to root of the only namespace is shown as version 2. */
static int caps_as_v2(void *buf, size_t size)
{
	struct vfs_ns_cap_data *v3 = buf;
	u32 magic = le32_to_cpu(v3->magic_etc);

	if (caps_are_v2(size, buf))
		return size;
	if (!caps_are_v3(size, buf))
		return -EINVAL;
	if (le32_to_cpu(v3->rootid))
		return size;
	v3->magic_etc = cpu_to_le32(VFS_CAP_REVISION_2 | (magic & VFS_CAP_FLAGS_EFFECTIVE));
	return XATTR_CAPS_SZ_2;
}

/**
 * cap_inode_getsecurity - read security.capability
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 * @name: attribute name behind "security."
 * @buffer: out: allocated value, when @alloc
 * @alloc: is the value wanted, or only its size?
 *
 * Models: security/commoncap.c, 6.1. Return: size in bytes, -EOPNOTSUPP for other attributes,
 * -errno.
 */
int cap_inode_getsecurity(struct user_namespace *mnt_userns, struct inode *inode, const char *name,
			  void **buffer, bool alloc)
{
	struct dentry *dentry;
	char *value = NULL;
	int size;

	if (strcmp(name, "capability"))
		return -EOPNOTSUPP;
	dentry = d_find_any_alias(inode);
	if (!dentry)
		return -EINVAL;
	size = vfs_getxattr_alloc(mnt_userns, dentry, XATTR_NAME_CAPS, &value,
				  sizeof(struct vfs_ns_cap_data), GFP_NOFS);
	dput(dentry);
	if (size < 0 || !value)
		goto out;
	size = caps_as_v2(value, size);
	if (size >= 0 && alloc) {
		*buffer = value;
		return size;
	}
out:
	kfree(value);
	return size;
}

/**
 * cap_convert_nscap - may these file capabilities be set, and in which form?
 * @mnt_userns: user namespace of the mount
 * @dentry: the file
 * @ivalue: in: the value; stays the caller's, for the only namespace needs no other form
 * @size: its size in bytes
 *
 * Models: security/commoncap.c, 6.1. Return: size to store, -EINVAL, -EPERM.
 */
int cap_convert_nscap(struct user_namespace *mnt_userns, struct dentry *dentry, const void **ivalue,
		      size_t size)
{
	if (!*ivalue || (!caps_are_v2(size, *ivalue) && !caps_are_v3(size, *ivalue)))
		return -EINVAL;
	if (!capable_wrt_inode_uidgid(mnt_userns, d_backing_inode(dentry), CAP_SETFCAP))
		return -EPERM;
	return size;
}

static bool is_security_xattr(const char *name)
{
	return !strncmp(name, XATTR_SECURITY_PREFIX, XATTR_SECURITY_PREFIX_LEN);
}

/**
 * cap_inode_setxattr - may an attribute be set?
 * @dentry: the object
 * @name: full attribute name
 * @value: unused
 * @size: unused
 * @flags: unused
 *
 * Models: security/commoncap.c, 6.1: capabilities were checked by cap_convert_nscap(). Return: 0,
 * -EPERM.
 */
int cap_inode_setxattr(struct dentry *dentry, const char *name, const void *value, size_t size,
		       int flags)
{
	(void)value;
	(void)size;
	(void)flags;
	if (!is_security_xattr(name) || !strcmp(name, XATTR_NAME_CAPS))
		return 0;
	return ns_capable(dentry->d_sb->s_user_ns, CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/**
 * cap_inode_removexattr - may an attribute be removed?
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full attribute name
 *
 * Models: security/commoncap.c, 6.1. Return: 0, -EPERM.
 */
int cap_inode_removexattr(struct user_namespace *mnt_userns, struct dentry *dentry,
			  const char *name)
{
	if (!is_security_xattr(name))
		return 0;
	if (!strcmp(name, XATTR_NAME_CAPS))
		return capable_wrt_inode_uidgid(mnt_userns, d_backing_inode(dentry), CAP_SETFCAP) ?
			       0 : -EPERM;
	return ns_capable(dentry->d_sb->s_user_ns, CAP_SYS_ADMIN) ? 0 : -EPERM;
}

/* Root in any of the three user ids? */
static bool any_root(const struct cred *cred)
{
	return uid_eq(cred->uid, GLOBAL_ROOT_UID) || uid_eq(cred->euid, GLOBAL_ROOT_UID) ||
	       uid_eq(cred->suid, GLOBAL_ROOT_UID);
}

static void fix_setxuid(struct cred *new, const struct cred *old)
{
	if (any_root(old) && !any_root(new)) {
		if (!issecure(SECURE_KEEP_CAPS)) {
			cap_clear(new->cap_permitted);
			cap_clear(new->cap_effective);
		}
		cap_clear(new->cap_ambient);
	}
	if (uid_eq(old->euid, GLOBAL_ROOT_UID) && !uid_eq(new->euid, GLOBAL_ROOT_UID))
		cap_clear(new->cap_effective);
	if (!uid_eq(old->euid, GLOBAL_ROOT_UID) && uid_eq(new->euid, GLOBAL_ROOT_UID))
		new->cap_effective = new->cap_permitted;
}

static void fix_setfsuid(struct cred *new, const struct cred *old)
{
	if (uid_eq(old->fsuid, GLOBAL_ROOT_UID) && !uid_eq(new->fsuid, GLOBAL_ROOT_UID))
		new->cap_effective = cap_drop_fs_set(new->cap_effective);
	if (!uid_eq(old->fsuid, GLOBAL_ROOT_UID) && uid_eq(new->fsuid, GLOBAL_ROOT_UID))
		new->cap_effective = cap_raise_fs_set(new->cap_effective, new->cap_permitted);
}

/**
 * cap_task_fix_setuid - what a change of user ids does to capabilities
 * @new: prepared credentials
 * @old: those in force
 * @flags: LSM_SETID_*
 *
 * Models: security/commoncap.c, 6.1. Return: 0, -EINVAL.
 */
int cap_task_fix_setuid(struct cred *new, const struct cred *old, int flags)
{
	switch (flags) {
	case LSM_SETID_RE:
	case LSM_SETID_ID:
	case LSM_SETID_RES:
		if (!issecure(SECURE_NO_SETUID_FIXUP))
			fix_setxuid(new, old);
		return 0;
	case LSM_SETID_FS:
		if (!issecure(SECURE_NO_SETUID_FIXUP))
			fix_setfsuid(new, old);
		return 0;
	}
	return -EINVAL;
}

/**
 * cap_capset - check and enter new capability sets
 * @new: prepared credentials
 * @old: those in force
 * @effective: wanted
 * @inheritable: wanted
 * @permitted: wanted; may only shrink
 *
 * Models: security/commoncap.c, 6.1. Return: 0, -EPERM.
 */
int cap_capset(struct cred *new, const struct cred *old, const kernel_cap_t *effective,
	       const kernel_cap_t *inheritable, const kernel_cap_t *permitted)
{
	if (!cap_issubset(*inheritable, cap_combine(old->cap_inheritable, old->cap_permitted)))
		return -EPERM;
	if (!cap_issubset(*permitted, old->cap_permitted) || !cap_issubset(*effective, *permitted))
		return -EPERM;
	new->cap_effective = *effective;
	new->cap_inheritable = *inheritable;
	new->cap_permitted = *permitted;
	new->cap_ambient = cap_intersect(new->cap_ambient, cap_intersect(*permitted, *inheritable));
	return 0;
}
