// SPDX-License-Identifier: GPL-2.0
/*
 * Path names: permissions, the walk, the operations on directories.
 *
 * Models: fs/namei.c, 6.1. open(2) is in fs/namei_open.c, rename in fs/namei_rename.c (one file in
 * the kernel).
 *
 * Leaves out: RCU-walk (an optimisation: each failure of it ends in the ref-walk modelled here),
 * the scoped flags of openat2 and magic links (unmodelled), protected_symlinks/hardlinks/regular
 * (off, as the kernel's own default), LSM and audit hooks, delegations (NFS only).
 */
#include <linux/fs.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fsnotify.h>
#include <linux/mount.h>
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <core/run.h>

#include "internal.h"
#include "mount.h"
#include "namei.h"

struct kmem_cache *names_cachep;

/*
 * Names
 */

/**
 * full_name_hash() - hash and length of a component. Models: fs/namei.c, 6.1 (the byte-at-a-time
 *	form), but for the salt: it is the number of the object in place of its address, as chains
 *	of the hash, and the choice points in them, must be the same when a run is repeated.
 */
unsigned int full_name_hash(const void *salt, const char *name, unsigned int len)
{
	unsigned long hash = init_name_hash((unsigned long)fb_mem_number(salt));

	while (len--)
		hash = partial_name_hash((unsigned char)*name++, hash);
	return end_name_hash(hash);
}
EXPORT_SYMBOL(full_name_hash);

/** hashlen_string() - the same for a C string. Models: fs/namei.c, 6.1. */
u64 hashlen_string(const void *salt, const char *name)
{
	unsigned int len = strlen(name);

	return hashlen_create(full_name_hash(salt, name, len), len);
}
EXPORT_SYMBOL(hashlen_string);

/**
 * getname_flags() - copy a name from user space; empty only with LOOKUP_EMPTY. Models: fs/namei.c,
 *	6.1.
 */
struct filename *getname_flags(const char __user *filename, int flags, int *empty)
{
	struct filename *result = kmalloc(sizeof(*result) + PATH_MAX, GFP_KERNEL);
	char *kname = (char *)(result + 1);
	long len;

	if (unlikely(!result))
		return ERR_PTR(-ENOMEM);
	len = strncpy_from_user(kname, filename, PATH_MAX);
	if (len == PATH_MAX)
		len = -ENAMETOOLONG;
	if (!len && empty)
		*empty = 1;
	if (!len && !(flags & LOOKUP_EMPTY))
		len = -ENOENT;
	if (unlikely(len < 0)) {
		kfree(result);
		return ERR_PTR(len);
	}
	result->name = kname;
	result->uptr = filename;
	result->aname = NULL;
	atomic_set(&result->refcnt, 1);
	return result;
}

/** getname_uflags() - by AT_ flags. Models: fs/namei.c, 6.1. */
struct filename *getname_uflags(const char __user *filename, int uflags)
{
	return getname_flags(filename, uflags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0, NULL);
}

/** getname() - Models: fs/namei.c, 6.1. */
struct filename *getname(const char __user *filename)
{
	return getname_flags(filename, 0, NULL);
}

/** getname_kernel() - a name that is in kernel memory. Models: fs/namei.c, 6.1. */
struct filename *getname_kernel(const char *filename)
{
	size_t len = strlen(filename) + 1;
	struct filename *result;

	if (len > PATH_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	result = kmalloc(sizeof(*result) + len, GFP_KERNEL);
	if (unlikely(!result))
		return ERR_PTR(-ENOMEM);
	memcpy(result + 1, filename, len);
	result->name = (char *)(result + 1);
	result->uptr = NULL;
	result->aname = NULL;
	atomic_set(&result->refcnt, 1);
	return result;
}

/** putname() - drop it; errors are fine. Models: fs/namei.c, 6.1. */
void putname(struct filename *name)
{
	if (!IS_ERR_OR_NULL(name) && atomic_dec_and_test(&name->refcnt))
		kfree(name);
}

/*
 * Permissions
 */
static int check_acl(struct user_namespace *mnt_userns, struct inode *inode, int mask)
{
	int error = -EAGAIN;
#ifdef CONFIG_FS_POSIX_ACL
	struct posix_acl *acl = get_acl(inode, ACL_TYPE_ACCESS);

	if (IS_ERR(acl))
		return PTR_ERR(acl);
	if (acl) {
		error = posix_acl_permission(mnt_userns, inode, acl, mask);
		posix_acl_release(acl);
	}
#endif
	return error;
}

static int acl_permission_check(struct user_namespace *mnt_userns, struct inode *inode, int mask)
{
	unsigned int mode = inode->i_mode;
	int error;

	if (uid_eq(current_fsuid(), i_uid_into_mnt(mnt_userns, inode)))
		return mask & 7 & ~(mode >> 6) ? -EACCES : 0;
	if (IS_POSIXACL(inode) && mode & S_IRWXG) {
		error = check_acl(mnt_userns, inode, mask);
		if (error != -EAGAIN)
			return error;
	}
	mask &= 7;
	if (mask & (mode ^ (mode >> 3)) && in_group_p(i_gid_into_mnt(mnt_userns, inode)))
		mode >>= 3;
	return mask & ~mode ? -EACCES : 0;
}

/** generic_permission() - mode bits, ACLs, capabilities. Models: fs/namei.c, 6.1. */
int generic_permission(struct user_namespace *mnt_userns, struct inode *inode, int mask)
{
	int ret = acl_permission_check(mnt_userns, inode, mask);

	if (ret != -EACCES)
		return ret;
	if (S_ISDIR(inode->i_mode)) {
		if (!(mask & MAY_WRITE) &&
		    capable_wrt_inode_uidgid(mnt_userns, inode, CAP_DAC_READ_SEARCH))
			return 0;
		return capable_wrt_inode_uidgid(mnt_userns, inode, CAP_DAC_OVERRIDE) ? 0 : -EACCES;
	}
	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if (mask == MAY_READ && capable_wrt_inode_uidgid(mnt_userns, inode, CAP_DAC_READ_SEARCH))
		return 0;
	if (mask & MAY_EXEC && !(inode->i_mode & S_IXUGO))
		return -EACCES;
	return capable_wrt_inode_uidgid(mnt_userns, inode, CAP_DAC_OVERRIDE) ? 0 : -EACCES;
}
EXPORT_SYMBOL(generic_permission);

/**
 * inode_permission() - read-only and immutable, then ->permission() or the generic rule. Models:
 *	fs/namei.c, 6.1.
 */
int inode_permission(struct user_namespace *mnt_userns, struct inode *inode, int mask)
{
	umode_t mode = inode->i_mode;

	if (mask & MAY_WRITE) {
		if (sb_rdonly(inode->i_sb) && (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
			return -EROFS;
		if (IS_IMMUTABLE(inode))
			return -EPERM;
		if (HAS_UNMAPPED_ID(mnt_userns, inode))
			return -EACCES;
	}
	if (inode->i_op->permission)
		return inode->i_op->permission(mnt_userns, inode, mask);
	return generic_permission(mnt_userns, inode, mask);
}
EXPORT_SYMBOL(inode_permission);

/** __check_sticky() - may current not remove @inode from a sticky @dir? Models: fs/namei.c, 6.1. */
int __check_sticky(struct user_namespace *mnt_userns, struct inode *dir, struct inode *inode)
{
	if (uid_eq(i_uid_into_mnt(mnt_userns, inode), current_fsuid()))
		return 0;
	if (uid_eq(i_uid_into_mnt(mnt_userns, dir), current_fsuid()))
		return 0;
	return !capable_wrt_inode_uidgid(mnt_userns, inode, CAP_FOWNER);
}
EXPORT_SYMBOL(__check_sticky);

/** may_delete() - may @victim be taken out of @dir? Models: fs/namei.c, 6.1. */
int may_delete(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *victim,
	       bool isdir)
{
	struct inode *inode = d_backing_inode(victim);
	int error;

	if (d_is_negative(victim))
		return -ENOENT;
	BUG_ON(victim->d_parent->d_inode != dir);
	if (!uid_valid(i_uid_into_mnt(mnt_userns, inode)) ||
	    !gid_valid(i_gid_into_mnt(mnt_userns, inode)))
		return -EOVERFLOW;
	error = inode_permission(mnt_userns, dir, MAY_WRITE | MAY_EXEC);
	if (error)
		return error;
	if (IS_APPEND(dir) || check_sticky(mnt_userns, dir, inode) || IS_APPEND(inode) ||
	    IS_IMMUTABLE(inode) || IS_SWAPFILE(inode) || HAS_UNMAPPED_ID(mnt_userns, inode))
		return -EPERM;
	if (isdir && !d_is_dir(victim))
		return -ENOTDIR;
	if (isdir && IS_ROOT(victim))
		return -EBUSY;
	if (!isdir && d_is_dir(victim))
		return -EISDIR;
	if (IS_DEADDIR(dir))
		return -ENOENT;
	return victim->d_flags & DCACHE_NFSFS_RENAMED ? -EBUSY : 0;
}

/** may_create() - may @child be made in @dir? Models: fs/namei.c, 6.1. */
int may_create(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *child)
{
	if (child->d_inode)
		return -EEXIST;
	if (IS_DEADDIR(dir))
		return -ENOENT;
	if (!fsuidgid_has_mapping(dir->i_sb, mnt_userns))
		return -EOVERFLOW;
	return inode_permission(mnt_userns, dir, MAY_WRITE | MAY_EXEC);
}

/*
 * Paths
 */

/** path_get() - one more reference to both. Models: fs/namei.c, 6.1. */
void path_get(const struct path *path)
{
	mntget(path->mnt);
	dget(path->dentry);
}
EXPORT_SYMBOL(path_get);

/** path_put() - drop both. Models: fs/namei.c, 6.1. */
void path_put(const struct path *path)
{
	dput(path->dentry);
	mntput(path->mnt);
}
EXPORT_SYMBOL(path_put);

/**
 * follow_up() - from the root of a mount to its mount point; 0 at the top. Models: fs/namei.c, 6.1.
 */
int follow_up(struct path *path)
{
	struct mount *m = real_mount(path->mnt);
	struct path up;

	if (!mnt_has_parent(m))
		return 0;
	up.mnt = mntget(&m->mnt_parent->mnt);
	up.dentry = dget(m->mnt_mountpoint);
	path_put(path);
	*path = up;
	return 1;
}
EXPORT_SYMBOL(follow_up);

/** follow_down_one() - to what is mounted here; 0 if nothing is. Models: fs/namei.c, 6.1. */
int follow_down_one(struct path *path)
{
	struct vfsmount *mounted = lookup_mnt(path);

	if (!mounted)
		return 0;
	path_put(path);
	path->mnt = mounted;
	path->dentry = dget(mounted->mnt_root);
	return 1;
}
EXPORT_SYMBOL(follow_down_one);

/* -EISDIR: a plain look at the automount point itself, nothing to mount. */
static int follow_automount(struct path *path, unsigned int flags)
{
	if (!(flags & (LOOKUP_PARENT | LOOKUP_DIRECTORY | LOOKUP_OPEN | LOOKUP_CREATE |
		       LOOKUP_AUTOMOUNT)) &&
	    path->dentry->d_inode)
		return -EISDIR;
	return finish_automount(path->dentry->d_op->d_automount(path), path);
}

/* Over mount points and automount points; @path moves along. */
static int traverse_mounts(struct path *path, unsigned int flags, bool *jumped)
{
	int err;

	while (d_managed(path->dentry)) {
		if (path->dentry->d_flags & DCACHE_MANAGE_TRANSIT)
			unmodelled("d_manage");
		if (d_mountpoint(path->dentry) && follow_down_one(path)) {
			*jumped = true;
			continue;
		}
		if (!(path->dentry->d_flags & DCACHE_NEED_AUTOMOUNT))
			return 0;
		err = follow_automount(path, flags);
		if (err == -EISDIR)
			return 0;
		if (err < 0)
			return err;
	}
	return 0;
}

/** follow_down() - over all mounts at @path. Models: fs/namei.c, 6.1. */
int follow_down(struct path *path)
{
	bool jumped;

	return traverse_mounts(path, 0, &jumped);
}
EXPORT_SYMBOL(follow_down);

/*
 * One component
 */

/**
 * nd_revalidate() - ->d_revalidate(): positive if the dentry is good. Models: d_revalidate(),
 *	fs/namei.c, 6.1.
 */
int nd_revalidate(struct dentry *dentry, unsigned int flags)
{
	if (unlikely(dentry->d_flags & DCACHE_OP_REVALIDATE))
		return dentry->d_op->d_revalidate(dentry, flags);
	return 1;
}

/* A cached dentry that is still good; NULL if there is none. */
static struct dentry *revalidated(struct dentry *dentry, unsigned int flags)
{
	int status;

	if (!dentry)
		return NULL;
	status = nd_revalidate(dentry, flags);
	if (likely(status > 0))
		return dentry;
	if (!status)
		d_invalidate(dentry);
	dput(dentry);
	return ERR_PTR(status);
}

/** nd_lookup_fast() - the last component from the cache. Models: lookup_fast(), fs/namei.c, 6.1. */
struct dentry *nd_lookup_fast(struct nameidata *nd)
{
	return revalidated(__d_lookup(nd->path.dentry, &nd->last), nd->flags);
}

/* Directory locked, shared at least. */
static struct dentry *lookup_shared(const struct qstr *name, struct dentry *dir, unsigned int flags)
{
	struct inode *inode = dir->d_inode;
	struct dentry *dentry, *old;
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(wq);

	if (unlikely(IS_DEADDIR(inode)))
		return ERR_PTR(-ENOENT);
	do {
		dentry = d_alloc_parallel(dir, name, &wq);
		if (IS_ERR(dentry))
			return dentry;
		if (d_in_lookup(dentry)) {
			old = inode->i_op->lookup(inode, dentry, flags);
			d_lookup_done(dentry);
			if (unlikely(old)) {
				dput(dentry);
				dentry = old;
			}
			return dentry;
		}
		dentry = revalidated(dentry, flags);
	} while (!dentry);
	return dentry;
}

static struct dentry *lookup_slow(const struct qstr *name, struct dentry *dir, unsigned int flags)
{
	struct dentry *res;

	inode_lock_shared(dir->d_inode);
	res = lookup_shared(name, dir, flags);
	inode_unlock_shared(dir->d_inode);
	return res;
}

/**
 * lookup_one_qstr_excl() - the child of that name, looked up if need be; directory locked
 *	exclusively
 * Models: fs/namei.c, 6.1. A negative dentry is a success.
 */
struct dentry *lookup_one_qstr_excl(const struct qstr *name, struct dentry *base,
				    unsigned int flags)
{
	struct dentry *dentry = revalidated(d_lookup(base, name), flags);
	struct inode *dir = base->d_inode;
	struct dentry *old;

	if (dentry)
		return dentry;
	if (unlikely(IS_DEADDIR(dir)))
		return ERR_PTR(-ENOENT);
	dentry = d_alloc(base, name);
	if (unlikely(!dentry))
		return ERR_PTR(-ENOMEM);
	old = dir->i_op->lookup(dir, dentry, flags);
	if (unlikely(old)) {
		dput(dentry);
		dentry = old;
	}
	return dentry;
}
EXPORT_SYMBOL(lookup_one_qstr_excl);

/*
 * The walk
 */
static void nd_jump_root(struct nameidata *nd)
{
	path_put(&nd->path);
	nd->path = nd->root;
	path_get(&nd->path);
	nd->jumped = true;
}

/** nd_jump_link() - unmodelled: magic links are procfs's. */
int nd_jump_link(const struct path *path)
{
	unmodelled(__func__);
}

static void put_link(struct nd_link *link)
{
	if (!link->path.dentry)
		return;
	do_delayed_call(&link->done);
	path_put(&link->path);
	link->path.dentry = NULL;
}

/* Read the symlink at @link->path, which keeps the body alive. NULL: an empty jump. */
static const char *pick_link(struct nameidata *nd, struct nd_link *link)
{
	struct inode *inode = d_inode(link->path.dentry);
	const char *body;

	if (unlikely(nd->total_links++ >= MAXSYMLINKS))
		return ERR_PTR(-ELOOP);
	if (nd->flags & LOOKUP_NO_SYMLINKS || link->path.mnt->mnt_flags & MNT_NOSYMFOLLOW)
		return ERR_PTR(-ELOOP);
	touch_atime(&link->path);
	cond_resched();
	body = READ_ONCE(inode->i_link);
	if (!body) {
		body = inode->i_op->get_link(link->path.dentry, inode, &link->done);
		if (IS_ERR_OR_NULL(body))
			return body;
	}
	if (*body == '/')
		nd_jump_root(nd);
	return body;
}

/**
 * nd_step_into() - go to @dentry (eaten), over mounts; the body of a symlink if it is one to follow
 * @link: takes the symlink and what keeps its body
 */
const char *nd_step_into(struct nameidata *nd, struct dentry *dentry, bool follow,
			 struct nd_link *link)
{
	struct path path = {.mnt = mntget(nd->path.mnt), .dentry = dentry};
	const char *body;
	int err = traverse_mounts(&path, nd->flags, &nd->jumped);

	if (!err && d_is_negative(path.dentry))
		err = -ENOENT;
	if (err) {
		path_put(&path);
		return ERR_PTR(err);
	}
	if (likely(!d_is_symlink(path.dentry)) || !follow) {
		path_put(&nd->path);
		nd->path = path;
		return NULL;
	}
	put_link(link);
	link->path = path;
	link->done = (struct delayed_call){};
	body = pick_link(nd, link);
	if (IS_ERR_OR_NULL(body))
		put_link(link);
	return body;
}

/* ".." of the present place: over mount points, not above the root. */
static const char *follow_dotdot(struct nameidata *nd, struct nd_link *link)
{
	while (!path_equal(&nd->path, &nd->root) && nd->path.dentry == nd->path.mnt->mnt_root)
		if (!follow_up(&nd->path))
			break;
	if (path_equal(&nd->path, &nd->root) || nd->path.dentry == nd->path.mnt->mnt_root)
		return nd_step_into(nd, dget(nd->path.dentry), false, link);
	return nd_step_into(nd, dget_parent(nd->path.dentry), false, link);
}

/**
 * nd_handle_dots() - "." and ".."; nothing for the root. Models: handle_dots(), fs/namei.c, 6.1.
 */
const char *nd_handle_dots(struct nameidata *nd, struct nd_link *link)
{
	return nd->last_type == LAST_DOTDOT ? follow_dotdot(nd, link) : NULL;
}

/* Step over nd->last; the body of a symlink when there is one to follow. */
static const char *walk_component(struct nameidata *nd, bool follow, struct nd_link *link)
{
	struct dentry *dentry;

	if (nd->last_type != LAST_NORM)
		return nd_handle_dots(nd, link);
	dentry = nd_lookup_fast(nd);
	if (!dentry)
		dentry = lookup_slow(&nd->last, nd->path.dentry, nd->flags);
	if (IS_ERR(dentry))
		return ERR_CAST(dentry);
	return nd_step_into(nd, dentry, follow, link);
}

/* A component in the middle, symlinks and all: the body is walked to its end right here. */
static int walk_through(struct nameidata *nd)
{
	struct nd_link link = {};
	const char *body;
	int err = 0;

	nd->flags |= LOOKUP_PARENT;
	body = walk_component(nd, true, &link);
	if (IS_ERR(body))
		return PTR_ERR(body);
	if (body) {
		nd->last_type = LAST_ROOT;
		err = nd_walk(nd, body);
		if (!err)
			err = walk_through(nd);
	}
	put_link(&link);
	return err;
}

static int next_component(struct nameidata *nd, const char *name, const char **rest)
{
	unsigned int len = strchrnul(name, '/') - name;
	struct dentry *dir = nd->path.dentry;

	nd->last.name = (const unsigned char *)name;
	nd->last.len = len;
	nd->last_type = LAST_NORM;
	if (name[0] == '.' && len == 1)
		nd->last_type = LAST_DOT;
	else if (name[0] == '.' && name[1] == '.' && len == 2)
		nd->last_type = LAST_DOTDOT;
	nd->jumped = nd->last_type == LAST_DOTDOT || (nd->jumped && nd->last_type == LAST_DOT);
	nd->last.hash = full_name_hash(dir, name, len);
	*rest = name + len;
	if (nd->last_type == LAST_NORM && unlikely(dir->d_flags & DCACHE_OP_HASH))
		return dir->d_op->d_hash(dir, &nd->last);
	return 0;
}

/**
 * nd_walk() - everything but the last component, which is left in nd->last
 * Models: link_path_walk(), fs/namei.c, 6.1.
 */
int nd_walk(struct nameidata *nd, const char *name)
{
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	nd->flags |= LOOKUP_PARENT;
	while (*name == '/')
		name++;
	if (!*name)
		return 0;
	for (;;) {
		err = inode_permission(mnt_user_ns(nd->path.mnt), nd->path.dentry->d_inode,
				       MAY_EXEC);
		if (!err)
			err = next_component(nd, name, &name);
		if (err)
			return err;
		while (*name == '/')
			name++;
		if (!*name) {
			nd->flags &= ~LOOKUP_PARENT;
			return 0;
		}
		err = walk_through(nd);
		if (err)
			return err;
		if (unlikely(!d_can_lookup(nd->path.dentry)))
			return -ENOTDIR;
	}
}

static int path_from_fd(int dfd, bool named, struct path *path)
{
	struct fd f = fdget_raw(dfd);
	int err = 0;

	if (!f.file)
		return -EBADF;
	if (named && unlikely(!d_can_lookup(f.file->f_path.dentry)))
		err = -ENOTDIR;
	else
		path_get(&f.file->f_path);
	*path = f.file->f_path;
	fdput(f);
	return err;
}

/**
 * nd_init() - the place a walk starts from
 * Models: path_init(), fs/namei.c, 6.1. Ends with nd_terminate() in every case.
 */
const char *nd_init(struct nameidata *nd, int dfd, struct filename *name, const struct path *root,
		    unsigned int flags)
{
	int err = 0;

	*nd = (struct nameidata){.flags = flags, .last_type = LAST_ROOT};
	if (flags & (LOOKUP_IS_SCOPED | LOOKUP_NO_XDEV | LOOKUP_CACHED))
		unmodelled("openat2 scoped look-up");
	if (root) {
		nd->root = *root;
		path_get(&nd->root);
		if (*name->name && !d_can_lookup(root->dentry))
			err = -ENOTDIR;
	} else {
		box_root_get(&nd->root);
	}
	if (err)
		return ERR_PTR(err);
	if (!root && *name->name != '/' && dfd != AT_FDCWD) {
		err = path_from_fd(dfd, *name->name, &nd->path);
		if (err)
			nd->path = (struct path){};
	} else {
		nd->path = nd->root;
		path_get(&nd->path);
		nd->jumped = *name->name == '/';
	}
	return err ? ERR_PTR(err) : name->name;
}

/** nd_terminate() - drop what the walk holds. */
void nd_terminate(struct nameidata *nd)
{
	put_link(&nd->link);
	path_put(&nd->path);
	path_put(&nd->root);
}

/**
 * nd_complete() - ->d_weak_revalidate() of a place that was jumped to. Models: complete_walk(),
 *	fs/namei.c, 6.1.
 */
int nd_complete(struct nameidata *nd)
{
	struct dentry *dentry = nd->path.dentry;
	int status;

	if (!nd->jumped || likely(!(dentry->d_flags & DCACHE_OP_WEAK_REVALIDATE)))
		return 0;
	status = dentry->d_op->d_weak_revalidate(dentry, nd->flags);
	if (status > 0)
		return 0;
	return status ? status : -ESTALE;
}

static const char *lookup_last(struct nameidata *nd)
{
	if (nd->last_type == LAST_NORM && nd->last.name[nd->last.len])
		nd->flags |= LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
	return walk_component(nd, nd->flags & LOOKUP_FOLLOW, &nd->link);
}

static void take_path(struct nameidata *nd, struct path *path)
{
	*path = nd->path;
	nd->path = (struct path){};
}

/** nd_lookupat() - walk to the end. Models: path_lookupat(), fs/namei.c, 6.1. */
int nd_lookupat(int dfd, struct filename *name, const struct path *root, unsigned int flags,
		struct path *path)
{
	struct nameidata nd;
	const char *s = nd_init(&nd, dfd, name, root, flags);
	int err;

	while (!(err = nd_walk(&nd, s)) && (s = lookup_last(&nd)) != NULL)
		nd.last_type = LAST_ROOT;
	if (!err && flags & LOOKUP_MOUNTPOINT)
		err = traverse_mounts(&nd.path, nd.flags, &nd.jumped);
	else if (!err)
		err = nd_complete(&nd);
	if (!err && nd.flags & LOOKUP_DIRECTORY && !d_can_lookup(nd.path.dentry))
		err = -ENOTDIR;
	if (!err)
		take_path(&nd, path);
	nd_terminate(&nd);
	return err;
}

/**
 * filename_lookup() - walk to the end, once more with LOOKUP_REVAL after -ESTALE. Models:
 *	fs/namei.c, 6.1.
 */
int filename_lookup(int dfd, struct filename *name, unsigned int flags, struct path *path,
		    struct path *root)
{
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	err = nd_lookupat(dfd, name, root, flags, path);
	if (unlikely(err == -ESTALE))
		err = nd_lookupat(dfd, name, root, flags | LOOKUP_REVAL, path);
	return err;
}

static int parentat(int dfd, struct filename *name, unsigned int flags, struct path *parent,
		    struct qstr *last, int *type)
{
	struct nameidata nd;
	const char *s = nd_init(&nd, dfd, name, NULL, flags);
	int err = nd_walk(&nd, s);

	if (!err)
		err = nd_complete(&nd);
	if (!err) {
		*last = nd.last;
		*type = nd.last_type;
		take_path(&nd, parent);
	}
	nd_terminate(&nd);
	return err;
}

/** filename_parentat() - the directory, and the last component. Models: fs/namei.c, 6.1. */
int filename_parentat(int dfd, struct filename *name, unsigned int flags, struct path *parent,
		      struct qstr *last, int *type)
{
	int err;

	if (IS_ERR(name))
		return PTR_ERR(name);
	err = parentat(dfd, name, flags, parent, last, type);
	if (unlikely(err == -ESTALE))
		err = parentat(dfd, name, flags | LOOKUP_REVAL, parent, last, type);
	return err;
}

/** kern_path() - look a name up. Models: fs/namei.c, 6.1. */
int kern_path(const char *name, unsigned int flags, struct path *path)
{
	struct filename *filename = getname_kernel(name);
	int ret = filename_lookup(AT_FDCWD, filename, flags, path, NULL);

	putname(filename);
	return ret;
}
EXPORT_SYMBOL(kern_path);

/** vfs_path_lookup() - look a name up below a directory. Models: fs/namei.c, 6.1. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path)
{
	struct path root = {.mnt = mnt, .dentry = dentry};
	struct filename *filename = getname_kernel(name);
	int ret = filename_lookup(-1, filename, flags, path, &root);

	putname(filename);
	return ret;
}
EXPORT_SYMBOL(vfs_path_lookup);

/** user_path_at_empty() - look a user's name up. Models: fs/namei.c, 6.1. */
int user_path_at_empty(int dfd, const char __user *name, unsigned int flags, struct path *path,
		       int *empty)
{
	struct filename *filename = getname_flags(name, flags, empty);
	int ret = filename_lookup(dfd, filename, flags, path, NULL);

	putname(filename);
	return ret;
}
EXPORT_SYMBOL(user_path_at_empty);

/*
 * One name below a directory, for file systems
 */
static int lookup_one_common(struct user_namespace *mnt_userns, const char *name,
			     struct dentry *base, int len, struct qstr *this)
{
	int i;

	if (!len || is_dot_dotdot(name, len))
		return -EACCES;
	for (i = 0; i < len; i++)
		if (name[i] == '/' || !name[i])
			return -EACCES;
	this->name = (const unsigned char *)name;
	this->len = len;
	this->hash = full_name_hash(base, name, len);
	if (base->d_flags & DCACHE_OP_HASH) {
		int err = base->d_op->d_hash(base, this);

		if (err < 0)
			return err;
	}
	return inode_permission(mnt_userns, base->d_inode, MAY_EXEC);
}

/** lookup_one() - directory locked. Models: fs/namei.c, 6.1. */
struct dentry *lookup_one(struct user_namespace *mnt_userns, const char *name, struct dentry *base,
			  int len)
{
	struct qstr this;
	int err;

	WARN_ON_ONCE(!inode_is_locked(base->d_inode));
	err = lookup_one_common(mnt_userns, name, base, len, &this);
	if (err)
		return ERR_PTR(err);
	return lookup_one_qstr_excl(&this, base, 0);
}
EXPORT_SYMBOL(lookup_one);

/**
 * lookup_one_unlocked() - the same, directory not locked
 * Models: fs/namei.c, 6.1. A negative dentry is a success. Context: may sleep.
 */
struct dentry *lookup_one_unlocked(struct user_namespace *mnt_userns, const char *name,
				   struct dentry *base, int len)
{
	struct dentry *dentry;
	struct qstr this;
	int err = lookup_one_common(mnt_userns, name, base, len, &this);

	if (err)
		return ERR_PTR(err);
	dentry = revalidated(d_lookup(base, &this), 0);
	return dentry ? dentry : lookup_slow(&this, base, 0);
}
EXPORT_SYMBOL(lookup_one_unlocked);

/** lookup_one_len() - Models: fs/namei.c, 6.1. */
struct dentry *lookup_one_len(const char *name, struct dentry *base, int len)
{
	return lookup_one(&init_user_ns, name, base, len);
}
EXPORT_SYMBOL(lookup_one_len);

/** lookup_one_len_unlocked() - takes the lock itself if need be. Models: fs/namei.c, 6.1. */
struct dentry *lookup_one_len_unlocked(const char *name, struct dentry *base, int len)
{
	struct dentry *dentry;
	struct qstr this;
	int err = lookup_one_common(&init_user_ns, name, base, len, &this);

	if (err)
		return ERR_PTR(err);
	dentry = revalidated(d_lookup(base, &this), 0);
	return dentry ? dentry : lookup_slow(&this, base, 0);
}
EXPORT_SYMBOL(lookup_one_len_unlocked);

/** lookup_positive_unlocked() - the same, -ENOENT for a negative one. Models: fs/namei.c, 6.1. */
struct dentry *lookup_positive_unlocked(const char *name, struct dentry *base, int len)
{
	struct dentry *dentry = lookup_one_len_unlocked(name, base, len);

	if (!IS_ERR(dentry) && d_is_negative(dentry)) {
		dput(dentry);
		dentry = ERR_PTR(-ENOENT);
	}
	return dentry;
}
EXPORT_SYMBOL(lookup_positive_unlocked);

/*
 * Creating
 */

/**
 * vfs_prepare_mode() - the mode a new object gets: set-gid rule, umask unless ACLs do that. Models:
 *	fs/namei.c, 6.1.
 */
umode_t vfs_prepare_mode(struct user_namespace *mnt_userns, const struct inode *dir, umode_t mode,
			 umode_t mask_perms, umode_t type)
{
	mode = mode_strip_sgid(mnt_userns, dir, mode);
	if (!IS_POSIXACL(dir))
		mode &= ~current_umask();
	return (mode & mask_perms & ~S_IFMT) | (type & S_IFMT);
}

/** vfs_create() - a regular file; directory locked. Models: fs/namei.c, 6.1. */
int vfs_create(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
	       umode_t mode, bool want_excl)
{
	int error = may_create(mnt_userns, dir, dentry);

	if (error)
		return error;
	if (!dir->i_op->create)
		return -EACCES;
	mode = vfs_prepare_mode(mnt_userns, dir, mode, S_IALLUGO, S_IFREG);
	error = dir->i_op->create(mnt_userns, dir, dentry, mode, want_excl);
	if (!error)
		fsnotify_create(dir, dentry);
	return error;
}
EXPORT_SYMBOL(vfs_create);

/** vfs_mknod() - a device, fifo or socket; directory locked. Models: fs/namei.c, 6.1. */
int vfs_mknod(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
	      umode_t mode, dev_t dev)
{
	bool is_whiteout = S_ISCHR(mode) && dev == WHITEOUT_DEV;
	int error = may_create(mnt_userns, dir, dentry);

	if (error)
		return error;
	if ((S_ISCHR(mode) || S_ISBLK(mode)) && !is_whiteout && !capable(CAP_MKNOD))
		return -EPERM;
	if (!dir->i_op->mknod)
		return -EPERM;
	mode = vfs_prepare_mode(mnt_userns, dir, mode, mode, mode);
	error = dir->i_op->mknod(mnt_userns, dir, dentry, mode, dev);
	if (!error)
		fsnotify_create(dir, dentry);
	return error;
}
EXPORT_SYMBOL(vfs_mknod);

/** vfs_mkdir() - a directory; parent locked. Models: fs/namei.c, 6.1. */
int vfs_mkdir(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
	      umode_t mode)
{
	int error = may_create(mnt_userns, dir, dentry);

	if (error)
		return error;
	if (!dir->i_op->mkdir)
		return -EPERM;
	mode = vfs_prepare_mode(mnt_userns, dir, mode, S_IRWXUGO | S_ISVTX, 0);
	if (dir->i_sb->s_max_links && dir->i_nlink >= dir->i_sb->s_max_links)
		return -EMLINK;
	error = dir->i_op->mkdir(mnt_userns, dir, dentry, mode);
	if (!error)
		fsnotify_mkdir(dir, dentry);
	return error;
}
EXPORT_SYMBOL(vfs_mkdir);

/** vfs_symlink() - a symbolic link; directory locked. Models: fs/namei.c, 6.1. */
int vfs_symlink(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
		const char *oldname)
{
	int error = may_create(mnt_userns, dir, dentry);

	if (error)
		return error;
	if (!dir->i_op->symlink)
		return -EPERM;
	error = dir->i_op->symlink(mnt_userns, dir, dentry, oldname);
	if (!error)
		fsnotify_create(dir, dentry);
	return error;
}
EXPORT_SYMBOL(vfs_symlink);

static int link_locked(struct inode *inode, struct dentry *old_dentry, struct inode *dir,
		       struct dentry *new_dentry)
{
	if (inode->i_nlink == 0 && !(inode->i_state & I_LINKABLE))
		return -ENOENT;
	if (dir->i_sb->s_max_links && inode->i_nlink >= dir->i_sb->s_max_links)
		return -EMLINK;
	return dir->i_op->link(old_dentry, dir, new_dentry);
}

/** vfs_link() - a hard link; directory locked. Models: fs/namei.c, 6.1; no delegations. */
int vfs_link(struct dentry *old_dentry, struct user_namespace *mnt_userns, struct inode *dir,
	     struct dentry *new_dentry, struct inode **delegated_inode)
{
	struct inode *inode = old_dentry->d_inode;
	int error;

	if (!inode)
		return -ENOENT;
	error = may_create(mnt_userns, dir, new_dentry);
	if (error)
		return error;
	if (dir->i_sb != inode->i_sb)
		return -EXDEV;
	if (IS_APPEND(inode) || IS_IMMUTABLE(inode) || HAS_UNMAPPED_ID(mnt_userns, inode) ||
	    !dir->i_op->link || S_ISDIR(inode->i_mode))
		return -EPERM;
	inode_lock(inode);
	error = link_locked(inode, old_dentry, dir, new_dentry);
	if (!error && inode->i_state & I_LINKABLE) {
		spin_lock(&inode->i_lock);
		inode->i_state &= ~I_LINKABLE;
		spin_unlock(&inode->i_lock);
	}
	inode_unlock(inode);
	if (!error)
		fsnotify_link(dir, inode, new_dentry);
	return error;
}
EXPORT_SYMBOL(vfs_link);

/*
 * Removing
 */

/** vfs_rmdir() - parent locked. Models: fs/namei.c, 6.1. */
int vfs_rmdir(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry)
{
	int error = may_delete(mnt_userns, dir, dentry, true);

	if (error)
		return error;
	if (!dir->i_op->rmdir)
		return -EPERM;
	dget(dentry);
	inode_lock(dentry->d_inode);
	if (is_local_mountpoint(dentry) || dentry->d_inode->i_flags & S_KERNEL_FILE)
		error = -EBUSY;
	else
		error = dir->i_op->rmdir(dir, dentry);
	if (!error) {
		shrink_dcache_parent(dentry);
		dentry->d_inode->i_flags |= S_DEAD;
		dont_mount(dentry);
		detach_mounts(dentry);
	}
	inode_unlock(dentry->d_inode);
	dput(dentry);
	if (!error)
		d_delete_notify(dir, dentry);
	return error;
}
EXPORT_SYMBOL(vfs_rmdir);

/** vfs_unlink() - parent locked. Models: fs/namei.c, 6.1; no delegations. */
int vfs_unlink(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
	       struct inode **delegated_inode)
{
	struct inode *target = dentry->d_inode;
	int error = may_delete(mnt_userns, dir, dentry, false);

	if (error)
		return error;
	if (!dir->i_op->unlink)
		return -EPERM;
	inode_lock(target);
	if (is_local_mountpoint(dentry))
		error = -EBUSY;
	else
		error = dir->i_op->unlink(dir, dentry);
	if (!error) {
		dont_mount(dentry);
		detach_mounts(dentry);
	}
	inode_unlock(target);
	if (!error) {
		fsnotify_link_count(target);
		d_delete_notify(dir, dentry);
	}
	return error;
}
EXPORT_SYMBOL(vfs_unlink);

/*
 * The system calls, after the name was copied; they eat it.
 */
static struct dentry *create_locked(struct path *path, struct qstr *last, unsigned int lookup_flags,
				    int write_err)
{
	/* A trailing slash is for directories only: no create intent then, and -ENOENT. */
	bool slash = last->name[last->len] && !(lookup_flags & LOOKUP_DIRECTORY);
	unsigned int flags = (lookup_flags & LOOKUP_REVAL) |
			     (slash ? 0 : LOOKUP_CREATE | LOOKUP_EXCL);
	struct dentry *dentry = lookup_one_qstr_excl(last, path->dentry, flags);
	int error = write_err;

	if (IS_ERR(dentry))
		return dentry;
	if (d_is_positive(dentry))
		error = -EEXIST;
	else if (slash)
		error = -ENOENT;
	if (!error)
		return dentry;
	dput(dentry);
	return ERR_PTR(error);
}

/* Parent found, locked and writable, and the negative dentry in it. */
static struct dentry *filename_create(int dfd, struct filename *name, struct path *path,
				      unsigned int lookup_flags)
{
	struct dentry *dentry;
	struct qstr last;
	int error, write_err, type;

	error = filename_parentat(dfd, name, lookup_flags & LOOKUP_REVAL, path, &last, &type);
	if (error)
		return ERR_PTR(error);
	if (type != LAST_NORM) {
		path_put(path);
		return ERR_PTR(-EEXIST);
	}
	write_err = mnt_want_write(path->mnt);
	inode_lock_nested(path->dentry->d_inode, I_MUTEX_PARENT);
	dentry = create_locked(path, &last, lookup_flags, write_err);
	if (!IS_ERR(dentry))
		return dentry;
	inode_unlock(path->dentry->d_inode);
	if (!write_err)
		mnt_drop_write(path->mnt);
	path_put(path);
	return dentry;
}

/**
 * kern_path_create() - find and lock the parent, look the (absent) name up in it. Models:
 *	fs/namei.c, 6.1.
 */
struct dentry *kern_path_create(int dfd, const char *pathname, struct path *path,
				unsigned int lookup_flags)
{
	struct filename *filename = getname_kernel(pathname);
	struct dentry *res = filename_create(dfd, filename, path, lookup_flags);

	putname(filename);
	return res;
}
EXPORT_SYMBOL(kern_path_create);

/** done_path_create() - the end of it. Models: fs/namei.c, 6.1. */
void done_path_create(struct path *path, struct dentry *dentry)
{
	dput(dentry);
	inode_unlock(path->dentry->d_inode);
	mnt_drop_write(path->mnt);
	path_put(path);
}
EXPORT_SYMBOL(done_path_create);

static int mknod_type(struct path *path, struct dentry *dentry, umode_t mode, unsigned int dev)
{
	struct user_namespace *ns = mnt_user_ns(path->mnt);
	struct inode *dir = path->dentry->d_inode;

	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
		return vfs_create(ns, dir, dentry, mode, true);
	case S_IFCHR:
	case S_IFBLK:
		return vfs_mknod(ns, dir, dentry, mode, new_decode_dev(dev));
	default:
		return vfs_mknod(ns, dir, dentry, mode, 0);
	}
}

static int may_mknod(umode_t mode)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		return 0;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

/** do_mknodat() - mknodat(2); @dev as user space packs it. Models: fs/namei.c, 6.1. */
int do_mknodat(int dfd, struct filename *name, umode_t mode, unsigned int dev)
{
	unsigned int lookup_flags = 0;
	struct dentry *dentry;
	struct path path;
	int error = may_mknod(mode);

	while (!error) {
		dentry = filename_create(dfd, name, &path, lookup_flags);
		error = PTR_ERR_OR_ZERO(dentry);
		if (error)
			break;
		error = mknod_type(&path, dentry, mode, dev);
		done_path_create(&path, dentry);
		if (!retry_estale(error, lookup_flags))
			break;
		lookup_flags |= LOOKUP_REVAL;
		error = 0;
	}
	putname(name);
	return error;
}

/** do_mkdirat() - mkdirat(2). Models: fs/namei.c, 6.1. */
int do_mkdirat(int dfd, struct filename *name, umode_t mode)
{
	unsigned int lookup_flags = LOOKUP_DIRECTORY;
	struct dentry *dentry;
	struct path path;
	int error;

	for (;;) {
		dentry = filename_create(dfd, name, &path, lookup_flags);
		error = PTR_ERR_OR_ZERO(dentry);
		if (error)
			break;
		error = vfs_mkdir(mnt_user_ns(path.mnt), path.dentry->d_inode, dentry, mode);
		done_path_create(&path, dentry);
		if (!retry_estale(error, lookup_flags))
			break;
		lookup_flags |= LOOKUP_REVAL;
	}
	putname(name);
	return error;
}

/** do_symlinkat() - symlinkat(2). Models: fs/namei.c, 6.1. */
int do_symlinkat(struct filename *from, int newdfd, struct filename *to)
{
	unsigned int lookup_flags = 0;
	struct dentry *dentry;
	struct path path;
	int error = PTR_ERR_OR_ZERO(from);

	while (!error) {
		dentry = filename_create(newdfd, to, &path, lookup_flags);
		error = PTR_ERR_OR_ZERO(dentry);
		if (error)
			break;
		error = vfs_symlink(mnt_user_ns(path.mnt), path.dentry->d_inode, dentry,
				    from->name);
		done_path_create(&path, dentry);
		if (!retry_estale(error, lookup_flags))
			break;
		lookup_flags |= LOOKUP_REVAL;
		error = 0;
	}
	putname(to);
	putname(from);
	return error;
}

static int link_once(struct path *old_path, int newdfd, struct filename *new,
		     unsigned int lookup_flags)
{
	struct path new_path;
	struct dentry *new_dentry = filename_create(newdfd, new, &new_path, lookup_flags);
	int error;

	if (IS_ERR(new_dentry))
		return PTR_ERR(new_dentry);
	if (old_path->mnt != new_path.mnt)
		error = -EXDEV;
	else
		error = vfs_link(old_path->dentry, mnt_user_ns(new_path.mnt),
				 new_path.dentry->d_inode, new_dentry, NULL);
	done_path_create(&new_path, new_dentry);
	return error;
}

/** do_linkat() - linkat(2). Models: fs/namei.c, 6.1. */
int do_linkat(int olddfd, struct filename *old, int newdfd, struct filename *new, int flags)
{
	unsigned int how = flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0;
	struct path old_path;
	int error = 0;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		error = -EINVAL;
	else if (flags & AT_EMPTY_PATH && !capable(CAP_DAC_READ_SEARCH))
		error = -ENOENT;
	while (!error) {
		error = filename_lookup(olddfd, old, how, &old_path, NULL);
		if (error)
			break;
		error = link_once(&old_path, newdfd, new, how & LOOKUP_REVAL);
		path_put(&old_path);
		if (!retry_estale(error, how))
			break;
		how |= LOOKUP_REVAL;
		error = 0;
	}
	putname(old);
	putname(new);
	return error;
}

/* Which errno for rmdir of ".", "..", "/"; 0 for a proper name. */
static int rmdir_type_error(int type)
{
	switch (type) {
	case LAST_DOTDOT:
		return -ENOTEMPTY;
	case LAST_DOT:
		return -EINVAL;
	case LAST_ROOT:
		return -EBUSY;
	default:
		return 0;
	}
}

static int rmdir_locked(struct path *path, struct qstr *last, unsigned int lookup_flags)
{
	struct dentry *dentry = lookup_one_qstr_excl(last, path->dentry, lookup_flags);
	int error = -ENOENT;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	if (dentry->d_inode)
		error = vfs_rmdir(mnt_user_ns(path->mnt), path->dentry->d_inode, dentry);
	dput(dentry);
	return error;
}

static int rmdir_once(int dfd, struct filename *name, unsigned int lookup_flags)
{
	struct path path;
	struct qstr last;
	int error, type;

	error = filename_parentat(dfd, name, lookup_flags, &path, &last, &type);
	if (error)
		return error;
	error = rmdir_type_error(type);
	if (!error)
		error = mnt_want_write(path.mnt);
	if (!error) {
		inode_lock_nested(path.dentry->d_inode, I_MUTEX_PARENT);
		error = rmdir_locked(&path, &last, lookup_flags);
		inode_unlock(path.dentry->d_inode);
		mnt_drop_write(path.mnt);
	}
	path_put(&path);
	return error;
}

/** do_rmdir() - rmdir(2). Models: fs/namei.c, 6.1. */
int do_rmdir(int dfd, struct filename *name)
{
	int error = rmdir_once(dfd, name, 0);

	if (retry_estale(error, 0))
		error = rmdir_once(dfd, name, LOOKUP_REVAL);
	putname(name);
	return error;
}

/* The inode outlives the lock: its last iput() may truncate. */
static int unlink_locked(struct path *path, struct qstr *last, unsigned int lookup_flags,
			 struct inode **inode)
{
	struct dentry *dentry = lookup_one_qstr_excl(last, path->dentry, lookup_flags);
	int error;

	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	if (d_is_negative(dentry)) {
		error = -ENOENT;
	} else if (last->name[last->len]) {
		error = d_is_dir(dentry) ? -EISDIR : -ENOTDIR;
	} else {
		*inode = dentry->d_inode;
		ihold(*inode);
		error = vfs_unlink(mnt_user_ns(path->mnt), path->dentry->d_inode, dentry, NULL);
	}
	dput(dentry);
	return error;
}

static int unlink_once(int dfd, struct filename *name, unsigned int lookup_flags)
{
	struct inode *inode = NULL;
	struct path path;
	struct qstr last;
	int error, type;

	error = filename_parentat(dfd, name, lookup_flags, &path, &last, &type);
	if (error)
		return error;
	error = type == LAST_NORM ? mnt_want_write(path.mnt) : -EISDIR;
	if (!error) {
		inode_lock_nested(path.dentry->d_inode, I_MUTEX_PARENT);
		error = unlink_locked(&path, &last, lookup_flags, &inode);
		inode_unlock(path.dentry->d_inode);
		iput(inode);
		mnt_drop_write(path.mnt);
	}
	path_put(&path);
	return error;
}

/** do_unlinkat() - unlink(2). Models: fs/namei.c, 6.1. */
int do_unlinkat(int dfd, struct filename *name)
{
	int error = unlink_once(dfd, name, 0);

	if (retry_estale(error, 0))
		error = unlink_once(dfd, name, LOOKUP_REVAL);
	putname(name);
	return error;
}

/*
 * Symbolic links
 */

/** vfs_get_link() - the body; keep @done until it was used. Models: fs/namei.c, 6.1. */
const char *vfs_get_link(struct dentry *dentry, struct delayed_call *done)
{
	struct inode *inode = d_inode(dentry);

	if (!d_is_symlink(dentry))
		return ERR_PTR(-EINVAL);
	return inode->i_op->get_link(dentry, inode, done);
}
EXPORT_SYMBOL(vfs_get_link);

/** readlink_copy() - copy a body to user space, cut to the buffer. Models: fs/namei.c, 6.1. */
int readlink_copy(char __user *buffer, int buflen, const char *link)
{
	int len;

	if (IS_ERR(link))
		return PTR_ERR(link);
	len = min_t(int, strlen(link), buflen);
	return copy_to_user(buffer, link, len) ? -EFAULT : len;
}

/** vfs_readlink() - readlink(2) on a dentry. Models: fs/namei.c, 6.1. */
int vfs_readlink(struct dentry *dentry, char __user *buffer, int buflen)
{
	struct inode *inode = d_inode(dentry);
	DEFINE_DELAYED_CALL(done);
	const char *link;
	int res;

	if (inode->i_op->readlink)
		return inode->i_op->readlink(dentry, buffer, buflen);
	if (!d_is_symlink(dentry))
		return -EINVAL;
	link = READ_ONCE(inode->i_link);
	if (!link)
		link = inode->i_op->get_link(dentry, inode, &done);
	res = readlink_copy(buffer, buflen, link);
	do_delayed_call(&done);
	return res;
}
EXPORT_SYMBOL(vfs_readlink);

/**
 * page_get_link_raw() - the body of a symbolic link, which is the first page of its page cache
 * @dentry: the link
 * @inode: its inode
 * @callback: set to what gives the page back
 *
 * Models: fs/namei.c, 6.1, without the RCU walk, which the box has not. The body is terminated by
 * who has read it.
 * Context: may sleep. Return: the body or an ERR_PTR().
 */
const char *page_get_link_raw(struct dentry *dentry, struct inode *inode,
			      struct delayed_call *callback)
{
	struct page *page = read_mapping_page(inode->i_mapping, 0, NULL);

	if (IS_ERR(page))
		return ERR_CAST(page);
	set_delayed_call(callback, page_put_link, page);
	return page_address(page);
}
EXPORT_SYMBOL(page_get_link_raw);

/**
 * page_put_link() - the page that holds a link's body is no longer needed. Models: fs/namei.c, 6.1.
 */
void page_put_link(void *arg)
{
	put_page(arg);
}
EXPORT_SYMBOL(page_put_link);
