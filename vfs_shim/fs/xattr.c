// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes.
 *
 * Models: fs/xattr.c, 6.1. Leaves out: EVM.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/posix_acl_xattr.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <linux/xattr.h>
#include "internal.h"

static bool has_prefix(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

/* What follows the prefix of @handler in @name; NULL when the handler is for other names. */
static const char *handler_match(const struct xattr_handler *handler, const char *name)
{
	const char *prefix = xattr_prefix(handler);

	return has_prefix(name, prefix) ? name + strlen(prefix) : NULL;
}

static int xattr_unsupported(const struct inode *inode)
{
	if (inode->i_opflags & IOP_XATTR)
		return 0;
	return is_bad_inode((struct inode *)inode) ? -EIO : -EOPNOTSUPP;
}

/* The handler for @name; @name is moved behind the handler's prefix. */
static const struct xattr_handler *xattr_resolve_name(struct inode *inode, const char **name)
{
	const struct xattr_handler **h = inode->i_sb->s_xattr;
	int err = xattr_unsupported(inode);

	if (err)
		return ERR_PTR(err);
	for (; h && *h; h++) {
		const char *rest = handler_match(*h, *name);

		if (!rest)
			continue;
		/* A prefix wants more behind it, a whole name wants nothing. */
		if (!(*h)->prefix == !*rest) {
			*name = rest;
			return *h;
		}
		if (!*rest)
			return ERR_PTR(-EINVAL);
	}
	return ERR_PTR(-EOPNOTSUPP);
}

static int user_xattr_permission(struct user_namespace *mnt_userns, struct inode *inode, int mask)
{
	int denied = mask & MAY_WRITE ? -EPERM : -ENODATA;

	if (!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode))
		return denied;
	if (S_ISDIR(inode->i_mode) && (inode->i_mode & S_ISVTX) && (mask & MAY_WRITE) &&
	    !inode_owner_or_capable(mnt_userns, inode))
		return -EPERM;
	return 0;
}

static int xattr_permission(struct user_namespace *mnt_userns, struct inode *inode,
			    const char *name, int mask)
{
	int err;

	if ((mask & MAY_WRITE) &&
	    (IS_IMMUTABLE(inode) || IS_APPEND(inode) || HAS_UNMAPPED_ID(mnt_userns, inode)))
		return -EPERM;
	/* Left to the file system and to the security modules. */
	if (has_prefix(name, XATTR_SECURITY_PREFIX) || has_prefix(name, XATTR_SYSTEM_PREFIX))
		return 0;
	if (has_prefix(name, XATTR_TRUSTED_PREFIX)) {
		if (capable(CAP_SYS_ADMIN))
			return 0;
		return mask & MAY_WRITE ? -EPERM : -ENODATA;
	}
	if (has_prefix(name, XATTR_USER_PREFIX)) {
		err = user_xattr_permission(mnt_userns, inode, mask);
		if (err)
			return err;
	}
	return inode_permission(mnt_userns, inode, mask);
}

/**
 * xattr_supported_namespace - does a file system take attributes of this kind?
 * @inode: an inode of it
 * @prefix: "user.", "trusted." ...
 *
 * Models: fs/xattr.c, 6.1. Return: 0, -EOPNOTSUPP, -EIO.
 */
int xattr_supported_namespace(struct inode *inode, const char *prefix)
{
	const struct xattr_handler **h = inode->i_sb->s_xattr;
	int err = xattr_unsupported(inode);

	if (err)
		return err;
	for (; h && *h; h++)
		if (has_prefix(xattr_prefix(*h), prefix))
			return 0;
	return -EOPNOTSUPP;
}
EXPORT_SYMBOL(xattr_supported_namespace);

/**
 * __vfs_setxattr - set an attribute by its handler, no questions asked
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @inode: its inode
 * @name: full name
 * @value: value
 * @size: bytes
 * @flags: XATTR_CREATE, XATTR_REPLACE
 *
 * Models: fs/xattr.c, 6.1. Context: inode lock held. Return: 0 or -errno.
 */
int __vfs_setxattr(struct user_namespace *mnt_userns, struct dentry *dentry, struct inode *inode,
		   const char *name, const void *value, size_t size, int flags)
{
	const struct xattr_handler *handler = xattr_resolve_name(inode, &name);

	if (IS_ERR(handler))
		return PTR_ERR(handler);
	if (!handler->set)
		return -EOPNOTSUPP;
	/* NULL would mean removal. */
	return handler->set(handler, mnt_userns, dentry, inode, name, size ? value : "", size,
			    flags);
}
EXPORT_SYMBOL(__vfs_setxattr);

/**
 * __vfs_setxattr_noperm - set an attribute without permission checks
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full name
 * @value: value
 * @size: bytes
 * @flags: XATTR_CREATE, XATTR_REPLACE
 *
 * Models: fs/xattr.c, 6.1. Context: inode lock held. Return: 0 or -errno.
 */
int __vfs_setxattr_noperm(struct user_namespace *mnt_userns, struct dentry *dentry,
			  const char *name, const void *value, size_t size, int flags)
{
	bool issec = has_prefix(name, XATTR_SECURITY_PREFIX);
	struct inode *inode = dentry->d_inode;
	int err = -EAGAIN;

	if (issec)
		inode->i_flags &= ~S_NOSEC;
	if (inode->i_opflags & IOP_XATTR) {
		err = __vfs_setxattr(mnt_userns, dentry, inode, name, value, size, flags);
		if (!err) {
			fsnotify_xattr(dentry);
			security_inode_post_setxattr(dentry, name, value, size, flags);
		}
	} else if (is_bad_inode(inode)) {
		return -EIO;
	}
	if (err != -EAGAIN)
		return err;
	/* The file system keeps none: a security module might. */
	if (!issec)
		return -EOPNOTSUPP;
	err = security_inode_setsecurity(inode, name + XATTR_SECURITY_PREFIX_LEN, value, size,
					 flags);
	if (!err)
		fsnotify_xattr(dentry);
	return err;
}

/**
 * __vfs_setxattr_locked - set an attribute, the inode being locked
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full name
 * @value: value
 * @size: bytes
 * @flags: XATTR_CREATE, XATTR_REPLACE
 * @delegated_inode: out: whose delegation must be waited for
 *
 * Models: fs/xattr.c, 6.1. Context: inode lock held. Return: 0 or -errno.
 */
int __vfs_setxattr_locked(struct user_namespace *mnt_userns, struct dentry *dentry,
			  const char *name, const void *value, size_t size, int flags,
			  struct inode **delegated_inode)
{
	struct inode *inode = dentry->d_inode;
	int err = xattr_permission(mnt_userns, inode, name, MAY_WRITE);

	if (!err)
		err = security_inode_setxattr(mnt_userns, dentry, name, value, size, flags);
	if (!err)
		err = try_break_deleg(inode, delegated_inode);
	if (!err)
		err = __vfs_setxattr_noperm(mnt_userns, dentry, name, value, size, flags);
	return err;
}
EXPORT_SYMBOL_GPL(__vfs_setxattr_locked);

static bool is_posix_acl_xattr(const char *name)
{
	return !strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) ||
	       !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT);
}

/**
 * vfs_setxattr - set an attribute
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full name
 * @value: value
 * @size: bytes
 * @flags: XATTR_CREATE, XATTR_REPLACE
 *
 * Models: fs/xattr.c, 6.1; there are no delegations to wait for. Context: may sleep.
 * Return: 0 or -errno.
 */
int vfs_setxattr(struct user_namespace *mnt_userns, struct dentry *dentry, const char *name,
		 const void *value, size_t size, int flags)
{
	struct inode *inode = dentry->d_inode;
	const void *orig = value;
	int err;

	if (size && !strcmp(name, XATTR_NAME_CAPS)) {
		err = cap_convert_nscap(mnt_userns, dentry, &value, size);
		if (err < 0)
			return err;
		size = err;
	}
	inode_lock(inode);
	err = __vfs_setxattr_locked(mnt_userns, dentry, name, value, size, flags, NULL);
	inode_unlock(inode);
	if (value != orig)
		kfree(value);
	return err;
}
EXPORT_SYMBOL_GPL(vfs_setxattr);

/* The value as a security module keeps it. */
static ssize_t xattr_getsecurity(struct user_namespace *mnt_userns, struct inode *inode,
				 const char *name, void *value, size_t size)
{
	void *buffer = NULL;
	ssize_t len;

	if (!value || !size)
		return security_inode_getsecurity(mnt_userns, inode, name, &buffer, false);
	len = security_inode_getsecurity(mnt_userns, inode, name, &buffer, true);
	if (len < 0)
		return len;
	if (size < (size_t)len)
		len = -ERANGE;
	else
		memcpy(value, buffer, len);
	kfree(buffer);
	return len;
}

/**
 * vfs_getxattr_alloc - read an attribute into memory that grows
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full name
 * @xattr_value: in, out: buffer from kmalloc() or NULL
 * @xattr_size: its size in bytes
 * @flags: how to allocate
 *
 * Models: fs/xattr.c, 6.1. Return: size in bytes or -errno.
 */
ssize_t vfs_getxattr_alloc(struct user_namespace *mnt_userns, struct dentry *dentry,
			   const char *name, char **xattr_value, size_t xattr_size, gfp_t flags)
{
	const struct xattr_handler *handler;
	struct inode *inode = dentry->d_inode;
	char *value = *xattr_value;
	ssize_t len;

	len = xattr_permission(mnt_userns, inode, name, MAY_READ);
	if (len)
		return len;
	handler = xattr_resolve_name(inode, &name);
	if (IS_ERR(handler))
		return PTR_ERR(handler);
	if (!handler->get)
		return -EOPNOTSUPP;
	len = handler->get(handler, dentry, inode, name, NULL, 0);
	if (len < 0)
		return len;
	if (!value || (size_t)len > xattr_size) {
		value = krealloc(*xattr_value, len + 1, flags);
		if (!value)
			return -ENOMEM;
		memset(value, 0, len + 1);
	}
	*xattr_value = value;
	return handler->get(handler, dentry, inode, name, value, len);
}

/**
 * __vfs_getxattr - read an attribute by its handler, no questions asked
 * @dentry: the object
 * @inode: its inode
 * @name: full name
 * @value: out; NULL: only the size is wanted
 * @size: bytes
 *
 * Models: fs/xattr.c, 6.1. Return: size in bytes or -errno.
 */
ssize_t __vfs_getxattr(struct dentry *dentry, struct inode *inode, const char *name, void *value,
		       size_t size)
{
	const struct xattr_handler *handler = xattr_resolve_name(inode, &name);

	if (IS_ERR(handler))
		return PTR_ERR(handler);
	if (!handler->get)
		return -EOPNOTSUPP;
	return handler->get(handler, dentry, inode, name, value, size);
}
EXPORT_SYMBOL(__vfs_getxattr);

/**
 * vfs_getxattr - read an attribute
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full name
 * @value: out; NULL: only the size is wanted
 * @size: bytes
 *
 * Models: fs/xattr.c, 6.1. Context: may sleep. Return: size in bytes or -errno.
 */
ssize_t vfs_getxattr(struct user_namespace *mnt_userns, struct dentry *dentry, const char *name,
		     void *value, size_t size)
{
	struct inode *inode = dentry->d_inode;
	ssize_t ret = xattr_permission(mnt_userns, inode, name, MAY_READ);

	if (!ret)
		ret = security_inode_getxattr(dentry, name);
	if (ret)
		return ret;
	if (has_prefix(name, XATTR_SECURITY_PREFIX)) {
		ret = xattr_getsecurity(mnt_userns, inode, name + XATTR_SECURITY_PREFIX_LEN, value,
					size);
		if (ret != -EOPNOTSUPP)
			return ret;
	}
	ret = __vfs_getxattr(dentry, inode, name, value, size);
	if (ret > 0 && is_posix_acl_xattr(name))
		posix_acl_getxattr_idmapped_mnt(mnt_userns, inode, value, size);
	return ret;
}
EXPORT_SYMBOL_GPL(vfs_getxattr);

/**
 * vfs_listxattr - names of the attributes of an object
 * @dentry: the object
 * @list: out; NULL: only the size is wanted
 * @size: bytes
 *
 * Models: fs/xattr.c, 6.1. Context: may sleep. Return: size in bytes or -errno.
 */
ssize_t vfs_listxattr(struct dentry *dentry, char *list, size_t size)
{
	struct inode *inode = d_inode(dentry);
	ssize_t ret = security_inode_listxattr(dentry);

	if (ret)
		return ret;
	if (inode->i_op->listxattr && (inode->i_opflags & IOP_XATTR))
		return inode->i_op->listxattr(dentry, list, size);
	ret = security_inode_listsecurity(inode, list, size);
	if (size && ret > (ssize_t)size)
		ret = -ERANGE;
	return ret;
}
EXPORT_SYMBOL_GPL(vfs_listxattr);

/**
 * __vfs_removexattr - remove an attribute by its handler, no questions asked
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full name
 *
 * Models: fs/xattr.c, 6.1. Context: inode lock held. Return: 0 or -errno.
 */
int __vfs_removexattr(struct user_namespace *mnt_userns, struct dentry *dentry, const char *name)
{
	struct inode *inode = d_inode(dentry);
	const struct xattr_handler *handler = xattr_resolve_name(inode, &name);

	if (IS_ERR(handler))
		return PTR_ERR(handler);
	if (!handler->set)
		return -EOPNOTSUPP;
	return handler->set(handler, mnt_userns, dentry, inode, name, NULL, 0, XATTR_REPLACE);
}
EXPORT_SYMBOL(__vfs_removexattr);

/**
 * __vfs_removexattr_locked - remove an attribute, the inode being locked
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full name
 * @delegated_inode: out: whose delegation must be waited for
 *
 * Models: fs/xattr.c, 6.1. Context: inode lock held. Return: 0 or -errno.
 */
int __vfs_removexattr_locked(struct user_namespace *mnt_userns, struct dentry *dentry,
			     const char *name, struct inode **delegated_inode)
{
	struct inode *inode = dentry->d_inode;
	int err = xattr_permission(mnt_userns, inode, name, MAY_WRITE);

	if (!err)
		err = security_inode_removexattr(mnt_userns, dentry, name);
	if (!err)
		err = try_break_deleg(inode, delegated_inode);
	if (!err)
		err = __vfs_removexattr(mnt_userns, dentry, name);
	if (!err)
		fsnotify_xattr(dentry);
	return err;
}
EXPORT_SYMBOL_GPL(__vfs_removexattr_locked);

/**
 * vfs_removexattr - remove an attribute
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full name
 *
 * Models: fs/xattr.c, 6.1; there are no delegations to wait for. Context: may sleep.
 * Return: 0 or -errno.
 */
int vfs_removexattr(struct user_namespace *mnt_userns, struct dentry *dentry, const char *name)
{
	struct inode *inode = dentry->d_inode;
	int err;

	inode_lock(inode);
	err = __vfs_removexattr_locked(mnt_userns, dentry, name, NULL);
	inode_unlock(inode);
	return err;
}
EXPORT_SYMBOL_GPL(vfs_removexattr);

static int copy_name(char *kname, const char __user *name)
{
	long len = strncpy_from_user(kname, name, XATTR_NAME_MAX + 1);

	if (len == 0 || len == XATTR_NAME_MAX + 1)
		return -ERANGE;
	return len < 0 ? len : 0;
}

static long setxattr_mnt_writable(const struct path *path, const char *kname, void *kvalue,
				  size_t size, int flags)
{
	struct user_namespace *mnt_userns = mnt_user_ns(path->mnt);

	if (size && is_posix_acl_xattr(kname))
		posix_acl_fix_xattr_from_user(kvalue, size);
	return vfs_setxattr(mnt_userns, path->dentry, kname, kvalue, size, flags);
}

/**
 * path_setxattr - setxattr(2) and its kin behind the look-up
 * @path: the object
 * @name: user pointer
 * @value: user pointer
 * @size: bytes
 * @flags: XATTR_CREATE, XATTR_REPLACE
 *
 * Models: fs/xattr.c, 6.1. Return: 0 or -errno.
 */
long path_setxattr(const struct path *path, const char __user *name, const void __user *value,
		   size_t size, int flags)
{
	char kname[XATTR_NAME_MAX + 1];
	void *kvalue = NULL;
	long err;

	err = mnt_want_write(path->mnt);
	if (err)
		return err;
	err = flags & ~(XATTR_CREATE | XATTR_REPLACE) ? -EINVAL : copy_name(kname, name);
	if (!err && size > XATTR_SIZE_MAX)
		err = -E2BIG;
	if (!err && size) {
		kvalue = vmemdup_user(value, size);
		err = PTR_ERR_OR_ZERO(kvalue);
	}
	if (!err) {
		err = setxattr_mnt_writable(path, kname, kvalue, size, flags);
		kvfree(kvalue);
	}
	mnt_drop_write(path->mnt);
	return err;
}

static long getxattr_to_user(const struct path *path, const char *kname, void *kvalue,
			     void __user *value, size_t size)
{
	ssize_t ret = vfs_getxattr(mnt_user_ns(path->mnt), path->dentry, kname, kvalue, size);

	if (ret > 0) {
		if (is_posix_acl_xattr(kname))
			posix_acl_fix_xattr_to_user(kvalue, ret);
		if (size && copy_to_user(value, kvalue, ret))
			return -EFAULT;
	} else if (ret == -ERANGE && size >= XATTR_SIZE_MAX) {
		return -E2BIG;
	}
	return ret;
}

/**
 * path_getxattr - getxattr(2) and its kin behind the look-up
 * @path: the object
 * @name: user pointer
 * @value: user pointer
 * @size: bytes, 0: only the size is wanted
 *
 * Models: fs/xattr.c, 6.1. Return: size in bytes or -errno.
 */
long path_getxattr(const struct path *path, const char __user *name, void __user *value,
		   size_t size)
{
	char kname[XATTR_NAME_MAX + 1];
	void *kvalue = NULL;
	long ret = copy_name(kname, name);

	if (ret)
		return ret;
	size = min_t(size_t, size, XATTR_SIZE_MAX);
	if (size) {
		kvalue = kvzalloc(size, GFP_KERNEL);
		if (!kvalue)
			return -ENOMEM;
	}
	ret = getxattr_to_user(path, kname, kvalue, value, size);
	kvfree(kvalue);
	return ret;
}

/**
 * path_listxattr - listxattr(2) and its kin behind the look-up
 * @path: the object
 * @list: user pointer
 * @size: bytes, 0: only the size is wanted
 *
 * Models: fs/xattr.c, 6.1. Return: size in bytes or -errno.
 */
long path_listxattr(const struct path *path, char __user *list, size_t size)
{
	char *klist = NULL;
	ssize_t ret;

	size = min_t(size_t, size, XATTR_LIST_MAX);
	if (size) {
		klist = kvmalloc(size, GFP_KERNEL);
		if (!klist)
			return -ENOMEM;
	}
	ret = vfs_listxattr(path->dentry, klist, size);
	if (ret > 0 && size && copy_to_user(list, klist, ret))
		ret = -EFAULT;
	else if (ret == -ERANGE && size >= XATTR_LIST_MAX)
		ret = -E2BIG;
	kvfree(klist);
	return ret;
}

/**
 * path_removexattr - removexattr(2) and its kin behind the look-up
 * @path: the object
 * @name: user pointer
 *
 * Models: fs/xattr.c, 6.1. Return: 0 or -errno.
 */
long path_removexattr(const struct path *path, const char __user *name)
{
	char kname[XATTR_NAME_MAX + 1];
	long err = mnt_want_write(path->mnt);

	if (err)
		return err;
	err = copy_name(kname, name);
	if (!err)
		err = vfs_removexattr(mnt_user_ns(path->mnt), path->dentry, kname);
	mnt_drop_write(path->mnt);
	return err;
}

/* Appends a name; @left is the room that remains, and falls below zero when only counting. */
static int list_one(char **buffer, ssize_t *left, const char *name)
{
	ssize_t len = strlen(name) + 1;

	if (*buffer) {
		if (*left < len)
			return -ERANGE;
		memcpy(*buffer, name, len);
		*buffer += len;
	}
	*left -= len;
	return 0;
}

/**
 * generic_listxattr - ->listxattr() from the handlers with fixed names
 * @dentry: the object
 * @buffer: out; NULL: only the size is wanted
 * @buffer_size: bytes
 *
 * Models: fs/xattr.c, 6.1. Return: size in bytes or -ERANGE.
 */
ssize_t generic_listxattr(struct dentry *dentry, char *buffer, size_t buffer_size)
{
	const struct xattr_handler **h = dentry->d_sb->s_xattr;
	ssize_t left = buffer_size;

	for (; h && *h; h++) {
		if (!(*h)->name || ((*h)->list && !(*h)->list(dentry)))
			continue;
		if (list_one(&buffer, &left, (*h)->name))
			return -ERANGE;
	}
	return buffer_size - left;
}
EXPORT_SYMBOL(generic_listxattr);

/**
 * xattr_full_name - the full name again, from within a handler
 * @handler: the handler
 * @name: the name it was given
 *
 * Models: fs/xattr.c, 6.1.
 */
const char *xattr_full_name(const struct xattr_handler *handler, const char *name)
{
	return name - strlen(xattr_prefix(handler));
}
EXPORT_SYMBOL(xattr_full_name);

/**
 * simple_xattr_alloc - an attribute in memory
 * @value: copied
 * @size: bytes
 *
 * Models: fs/xattr.c, 6.1. Return: the attribute without a name, NULL without memory.
 */
struct simple_xattr *simple_xattr_alloc(const void *value, size_t size)
{
	struct simple_xattr *xattr = kvmalloc(struct_size(xattr, value, size), GFP_KERNEL);

	if (!xattr)
		return NULL;
	xattr->size = size;
	memcpy(xattr->value, value, size);
	return xattr;
}

static struct simple_xattr *simple_xattr_find(struct simple_xattrs *xattrs, const char *name)
{
	struct simple_xattr *xattr;

	list_for_each_entry(xattr, &xattrs->head, list)
		if (!strcmp(xattr->name, name))
			return xattr;
	return NULL;
}

/**
 * simple_xattr_get - read an attribute in memory
 * @xattrs: where it is
 * @name: full name
 * @buffer: out; NULL: only the size is wanted
 * @size: bytes
 *
 * Models: fs/xattr.c, 6.1. Return: size in bytes, -ENODATA, -ERANGE.
 */
int simple_xattr_get(struct simple_xattrs *xattrs, const char *name, void *buffer, size_t size)
{
	struct simple_xattr *xattr;
	int ret = -ENODATA;

	spin_lock(&xattrs->lock);
	xattr = simple_xattr_find(xattrs, name);
	if (xattr) {
		ret = xattr->size;
		if (buffer && size < xattr->size)
			ret = -ERANGE;
		else if (buffer)
			memcpy(buffer, xattr->value, xattr->size);
	}
	spin_unlock(&xattrs->lock);
	return ret;
}

static struct simple_xattr *simple_xattr_named(const char *name, const void *value, size_t size)
{
	struct simple_xattr *xattr = simple_xattr_alloc(value, size);

	if (!xattr)
		return NULL;
	xattr->name = kstrdup(name, GFP_KERNEL);
	if (!xattr->name) {
		kvfree(xattr);
		return NULL;
	}
	return xattr;
}

static void simple_xattr_free(struct simple_xattr *xattr)
{
	if (!xattr)
		return;
	kfree(xattr->name);
	kvfree(xattr);
}

/**
 * simple_xattr_set - set or remove an attribute in memory
 * @xattrs: where it is
 * @name: full name
 * @value: value; NULL removes
 * @size: bytes
 * @flags: XATTR_CREATE, XATTR_REPLACE
 * @removed_size: out: size of what was there, -1 if nothing; may be NULL
 *
 * Models: fs/xattr.c, 6.1. Return: 0, -ENOMEM, -EEXIST, -ENODATA.
 */
int simple_xattr_set(struct simple_xattrs *xattrs, const char *name, const void *value, size_t size,
		     int flags, ssize_t *removed_size)
{
	struct simple_xattr *new = NULL, *old;
	int err = 0;

	if (value) {
		new = simple_xattr_named(name, value, size);
		if (!new)
			return -ENOMEM;
	}
	spin_lock(&xattrs->lock);
	old = simple_xattr_find(xattrs, name);
	if (old && (flags & XATTR_CREATE))
		err = -EEXIST;
	else if (!old && (flags & XATTR_REPLACE))
		err = -ENODATA;
	if (!err && old && new)
		list_replace(&old->list, &new->list);
	else if (!err && old)
		list_del(&old->list);
	else if (!err && new)
		list_add(&new->list, &xattrs->head);
	spin_unlock(&xattrs->lock);

	if (removed_size)
		*removed_size = !err && old ? (ssize_t)old->size : -1;
	simple_xattr_free(err ? new : old);
	return err;
}

static int simple_xattr_list_acls(struct inode *inode, char **buffer, ssize_t *left)
{
	int err = 0;

	if (!IS_POSIXACL(inode))
		return 0;
	if (inode->i_acl)
		err = list_one(buffer, left, XATTR_NAME_POSIX_ACL_ACCESS);
	if (!err && inode->i_default_acl)
		err = list_one(buffer, left, XATTR_NAME_POSIX_ACL_DEFAULT);
	return err;
}

/**
 * simple_xattr_list - ->listxattr() of attributes in memory
 * @inode: the inode
 * @xattrs: its attributes
 * @buffer: out; NULL: only the size is wanted
 * @size: bytes
 *
 * Models: fs/xattr.c, 6.1: "trusted." names are shown to CAP_SYS_ADMIN only.
 *
 * Return: size in bytes or -ERANGE.
 */
ssize_t simple_xattr_list(struct inode *inode, struct simple_xattrs *xattrs, char *buffer,
			  size_t size)
{
	bool trusted = ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
	struct simple_xattr *xattr;
	ssize_t left = size;
	int err = simple_xattr_list_acls(inode, &buffer, &left);

	if (err)
		return err;
	spin_lock(&xattrs->lock);
	list_for_each_entry(xattr, &xattrs->head, list) {
		if (!trusted && has_prefix(xattr->name, XATTR_TRUSTED_PREFIX))
			continue;
		err = list_one(&buffer, &left, xattr->name);
		if (err)
			break;
	}
	spin_unlock(&xattrs->lock);
	return err ? err : (ssize_t)size - left;
}

/**
 * simple_xattr_list_add - add an attribute in memory, without looking for an older one
 * @xattrs: where to
 * @new_xattr: the attribute; the list owns it from now on
 *
 * Models: fs/xattr.c, 6.1.
 */
void simple_xattr_list_add(struct simple_xattrs *xattrs, struct simple_xattr *new_xattr)
{
	spin_lock(&xattrs->lock);
	list_add(&new_xattr->list, &xattrs->head);
	spin_unlock(&xattrs->lock);
}
