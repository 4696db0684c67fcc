// SPDX-License-Identifier: GPL-2.0
/*
 * open(2): the last component looked up, created, opened.
 *
 * Models: the second half of fs/namei.c, 6.1: do_filp_open() with ->atomic_open(), ->create(),
 * ->lookup(), O_TMPFILE, O_PATH. Leaves out what fs/namei.c of this folder leaves out.
 */
#include <linux/fs.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fsnotify.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched.h>

#include "internal.h"
#include "mount.h"
#include "namei.h"

/** may_open_dev() - are device nodes good for anything here? Models: fs/namei.c, 6.1. */
bool may_open_dev(const struct path *path)
{
	return !(path->mnt->mnt_flags & MNT_NODEV) && !(path->mnt->mnt_sb->s_iflags & SB_I_NODEV);
}

static int may_open_type(const struct path *path, struct inode *inode, int acc_mode)
{
	umode_t mode = inode->i_mode;

	if (S_ISLNK(mode))
		return -ELOOP;
	if (S_ISDIR(mode) && acc_mode & MAY_WRITE)
		return -EISDIR;
	if ((S_ISBLK(mode) || S_ISCHR(mode)) && !may_open_dev(path))
		return -EACCES;
	if (acc_mode & MAY_EXEC && (!S_ISREG(mode) || path_noexec(path)))
		return -EACCES;
	return 0;
}

static int may_open(struct user_namespace *mnt_userns, const struct path *path, int acc_mode,
		    int flag)
{
	struct inode *inode = path->dentry->d_inode;
	int error;

	if (!inode)
		return -ENOENT;
	error = may_open_type(path, inode, acc_mode);
	if (error)
		return error;
	if (!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode))
		flag &= ~O_TRUNC;
	error = inode_permission(mnt_userns, inode, MAY_OPEN | acc_mode);
	if (error)
		return error;
	if (IS_APPEND(inode) &&
	    (((flag & O_ACCMODE) != O_RDONLY && !(flag & O_APPEND)) || flag & O_TRUNC))
		return -EPERM;
	if (flag & O_NOATIME && !inode_owner_or_capable(mnt_userns, inode))
		return -EPERM;
	return 0;
}

static int handle_truncate(struct user_namespace *mnt_userns, struct file *filp)
{
	struct inode *inode = filp->f_path.dentry->d_inode;
	int error = get_write_access(inode);

	if (error)
		return error;
	error = do_truncate(mnt_userns, filp->f_path.dentry, 0, ATTR_MTIME | ATTR_CTIME | ATTR_OPEN,
			    filp);
	put_write_access(inode);
	return error;
}

static int may_o_create(struct user_namespace *mnt_userns, const struct path *dir)
{
	if (!fsuidgid_has_mapping(dir->dentry->d_sb, mnt_userns))
		return -EOVERFLOW;
	return inode_permission(mnt_userns, dir->dentry->d_inode, MAY_WRITE | MAY_EXEC);
}

/* What ->atomic_open() left: opened, or a dentry to open. Eats @dentry. */
static struct dentry *atomic_result(struct file *file, struct dentry *dentry,
				    struct dentry *not_set)
{
	struct dentry *got = file->f_path.dentry;

	if (file->f_mode & FMODE_OPENED) {
		if (likely(dentry == got))
			return dentry;
		dput(dentry);
		return dget(got);
	}
	if (WARN_ON(got == not_set)) {
		dput(dentry);
		return ERR_PTR(-EIO);
	}
	if (got) {
		dput(dentry);
		dentry = got;
	}
	if (d_is_positive(dentry))
		return dentry;
	dput(dentry);
	return ERR_PTR(-ENOENT);
}

static struct dentry *atomic_open(struct nameidata *nd, struct dentry *dentry, struct file *file,
				  int open_flag, umode_t mode)
{
	struct dentry *const not_set = (void *)-1UL;
	struct inode *dir = nd->path.dentry->d_inode;
	int error;

	if (nd->flags & LOOKUP_DIRECTORY)
		open_flag |= O_DIRECTORY;
	/* Access mode 3 means read and write to the permission check, neither to the file. */
	if ((open_flag & O_ACCMODE) == 3)
		open_flag--;
	file->f_path.dentry = not_set;
	file->f_path.mnt = nd->path.mnt;
	error = dir->i_op->atomic_open(dir, dentry, file, open_flag, mode);
	d_lookup_done(dentry);
	if (!error)
		return atomic_result(file, dentry, not_set);
	dput(dentry);
	return ERR_PTR(error);
}

/* The cached dentry if it is good, or one that is in lookup. */
static struct dentry *dentry_for_open(struct nameidata *nd, wait_queue_head_t *wq)
{
	struct dentry *dir = nd->path.dentry;
	struct dentry *dentry = d_lookup(dir, &nd->last);
	int error;

	for (;;) {
		if (!dentry) {
			dentry = d_alloc_parallel(dir, &nd->last, wq);
			if (IS_ERR(dentry))
				return dentry;
		}
		if (d_in_lookup(dentry))
			return dentry;
		error = nd_revalidate(dentry, nd->flags);
		if (likely(error > 0))
			return dentry;
		if (!error)
			d_invalidate(dentry);
		dput(dentry);
		if (error)
			return ERR_PTR(error);
		dentry = NULL;
	}
}

/* Finish a lookup with ->lookup(), then create if asked. Eats @dentry. */
static struct dentry *lookup_and_create(struct nameidata *nd, struct dentry *dentry,
					struct file *file, int open_flag, umode_t mode,
					int create_error)
{
	struct inode *dir = nd->path.dentry->d_inode;
	struct dentry *res;
	int error = 0;

	if (d_in_lookup(dentry)) {
		res = dir->i_op->lookup(dir, dentry, nd->flags);
		d_lookup_done(dentry);
		if (unlikely(res)) {
			dput(dentry);
			if (IS_ERR(res))
				return res;
			dentry = res;
		}
	}
	if (dentry->d_inode)
		return dentry;
	if (open_flag & O_CREAT) {
		file->f_mode |= FMODE_CREATED;
		error = -EACCES;
		if (dir->i_op->create)
			error = dir->i_op->create(mnt_user_ns(nd->path.mnt), dir, dentry, mode,
						  open_flag & O_EXCL);
	} else if (create_error) {
		error = create_error;
	}
	if (!error)
		return dentry;
	dput(dentry);
	return ERR_PTR(error);
}

/*
 * Directory locked: exclusively for O_CREAT, else shared. The dentry may be negative without
 * O_CREAT.
 */
static struct dentry *lookup_open(struct nameidata *nd, struct file *file,
				  const struct open_flags *op, bool got_write)
{
	struct user_namespace *mnt_userns = mnt_user_ns(nd->path.mnt);
	struct inode *dir = nd->path.dentry->d_inode;
	int open_flag = op->open_flag, create_error = 0;
	umode_t mode = op->mode;
	struct dentry *dentry;
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(wq);

	if (unlikely(IS_DEADDIR(dir)))
		return ERR_PTR(-ENOENT);
	file->f_mode &= ~FMODE_CREATED;
	dentry = dentry_for_open(nd, &wq);
	if (IS_ERR(dentry) || dentry->d_inode)
		return dentry;
	if (unlikely(!got_write))
		open_flag &= ~O_TRUNC;
	if (open_flag & O_CREAT) {
		if (open_flag & O_EXCL)
			open_flag &= ~O_TRUNC;
		mode = vfs_prepare_mode(mnt_userns, dir, mode, mode, mode);
		create_error = got_write ? may_o_create(mnt_userns, &nd->path) : -EROFS;
	}
	/* The file may exist, and then it does not matter; else this is the error. */
	if (create_error)
		open_flag &= ~O_CREAT;
	if (!dir->i_op->atomic_open)
		return lookup_and_create(nd, dentry, file, open_flag, mode, create_error);
	dentry = atomic_open(nd, dentry, file, open_flag, mode);
	if (unlikely(create_error) && dentry == ERR_PTR(-ENOENT))
		return ERR_PTR(create_error);
	return dentry;
}

static struct dentry *lookup_open_locked(struct nameidata *nd, struct file *file,
					 const struct open_flags *op)
{
	struct inode *dir = nd->path.dentry->d_inode;
	bool got_write = false;
	struct dentry *dentry;

	if (op->open_flag & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR))
		got_write = !mnt_want_write(nd->path.mnt);
	if (op->open_flag & O_CREAT)
		inode_lock(dir);
	else
		inode_lock_shared(dir);
	dentry = lookup_open(nd, file, op, got_write);
	if (!IS_ERR(dentry) && file->f_mode & FMODE_CREATED)
		fsnotify_create(dir, dentry);
	if (op->open_flag & O_CREAT)
		inode_unlock(dir);
	else
		inode_unlock_shared(dir);
	if (got_write)
		mnt_drop_write(nd->path.mnt);
	return dentry;
}

/* The body of a symlink to walk on; NULL when nd->path is what there is to open. */
static const char *open_last(struct nameidata *nd, struct file *file, const struct open_flags *op)
{
	struct dentry *dentry = NULL;
	const char *body;

	nd->flags |= op->intent;
	if (nd->last_type != LAST_NORM)
		return nd_handle_dots(nd, &nd->link);
	if (op->open_flag & O_CREAT) {
		if (unlikely(nd->last.name[nd->last.len]))
			return ERR_PTR(-EISDIR);
	} else {
		if (nd->last.name[nd->last.len])
			nd->flags |= LOOKUP_FOLLOW | LOOKUP_DIRECTORY;
		dentry = nd_lookup_fast(nd);
	}
	if (!dentry)
		dentry = lookup_open_locked(nd, file, op);
	if (IS_ERR(dentry))
		return ERR_CAST(dentry);
	if (file->f_mode & (FMODE_OPENED | FMODE_CREATED)) {
		dput(nd->path.dentry);
		nd->path.dentry = dentry;
		return NULL;
	}
	body = nd_step_into(nd, dentry, nd->flags & LOOKUP_FOLLOW, &nd->link);
	if (body)
		nd->flags &= ~(LOOKUP_OPEN | LOOKUP_CREATE | LOOKUP_EXCL);
	return body;
}

static int check_last(struct nameidata *nd, struct file *file, int open_flag)
{
	int error;

	if (!(file->f_mode & (FMODE_OPENED | FMODE_CREATED))) {
		error = nd_complete(nd);
		if (error)
			return error;
	}
	if (open_flag & O_CREAT) {
		if (open_flag & O_EXCL && !(file->f_mode & FMODE_CREATED))
			return -EEXIST;
		if (d_is_dir(nd->path.dentry))
			return -EISDIR;
	}
	if (nd->flags & LOOKUP_DIRECTORY && !d_can_lookup(nd->path.dentry))
		return -ENOTDIR;
	return 0;
}

static int do_open(struct nameidata *nd, struct file *file, const struct open_flags *op)
{
	struct user_namespace *mnt_userns = mnt_user_ns(nd->path.mnt);
	int open_flag = op->open_flag, acc_mode = op->acc_mode;
	bool truncate = false;
	int error = check_last(nd, file, open_flag);

	if (error)
		return error;
	if (file->f_mode & FMODE_CREATED) {
		/* Ours: no permission to check, nothing to cut. */
		open_flag &= ~O_TRUNC;
		acc_mode = 0;
	} else if (d_is_reg(nd->path.dentry) && open_flag & O_TRUNC) {
		error = mnt_want_write(nd->path.mnt);
		if (error)
			return error;
		truncate = true;
	}
	error = may_open(mnt_userns, &nd->path, acc_mode, open_flag);
	if (!error && !(file->f_mode & FMODE_OPENED))
		error = vfs_open(&nd->path, file);
	if (!error && truncate)
		error = handle_truncate(mnt_userns, file);
	if (WARN_ON(error > 0))
		error = -EINVAL;
	if (truncate)
		mnt_drop_write(nd->path.mnt);
	return error;
}

/* Models: vfs_tmpfile(), fs/namei.c, 6.1. */
static int tmpfile_in(const struct path *parent, struct file *file, umode_t mode)
{
	struct user_namespace *mnt_userns = mnt_user_ns(parent->mnt);
	struct inode *dir = d_inode(parent->dentry);
	int open_flag = file->f_flags;
	struct dentry *child;
	int error;

	error = may_o_create(mnt_userns, parent);
	if (error)
		return error;
	if (!dir->i_op->tmpfile)
		return -EOPNOTSUPP;
	child = d_alloc(parent->dentry, &slash_name);
	if (unlikely(!child))
		return -ENOMEM;
	file->f_path.mnt = parent->mnt;
	file->f_path.dentry = child;
	mode = vfs_prepare_mode(mnt_userns, dir, mode, mode, mode);
	error = dir->i_op->tmpfile(mnt_userns, dir, file, mode);
	dput(child);
	if (!error)
		error = may_open(mnt_userns, &file->f_path, 0, file->f_flags);
	if (!error && !(open_flag & O_EXCL)) {
		spin_lock(&file_inode(file)->i_lock);
		file_inode(file)->i_state |= I_LINKABLE;
		spin_unlock(&file_inode(file)->i_lock);
	}
	return error;
}

static int open_tmpfile(int dfd, struct filename *name, const struct path *root,
			const struct open_flags *op, unsigned int flags, struct file *file)
{
	struct path path;
	int error = nd_lookupat(dfd, name, root, flags | LOOKUP_DIRECTORY, &path);

	if (error)
		return error;
	error = mnt_want_write(path.mnt);
	if (!error) {
		error = tmpfile_in(&path, file, op->mode);
		mnt_drop_write(path.mnt);
	}
	path_put(&path);
	return error;
}

static int open_o_path(int dfd, struct filename *name, const struct path *root, unsigned int flags,
		       struct file *file)
{
	struct path path;
	int error = nd_lookupat(dfd, name, root, flags, &path);

	if (error)
		return error;
	error = vfs_open(&path, file);
	path_put(&path);
	return error;
}

static int open_walk(int dfd, struct filename *name, const struct path *root,
		     const struct open_flags *op, unsigned int flags, struct file *file)
{
	struct nameidata nd;
	const char *s = nd_init(&nd, dfd, name, root, flags);
	int error;

	while (!(error = nd_walk(&nd, s)) && (s = open_last(&nd, file, op)) != NULL)
		nd.last_type = LAST_ROOT;
	if (!error)
		error = do_open(&nd, file, op);
	nd_terminate(&nd);
	return error;
}

static struct file *path_openat(int dfd, struct filename *name, const struct path *root,
				const struct open_flags *op, unsigned int flags)
{
	struct file *file = alloc_empty_file(op->open_flag, current_cred());
	int error;

	if (IS_ERR(file))
		return file;
	if (unlikely(file->f_flags & __O_TMPFILE))
		error = open_tmpfile(dfd, name, root, op, flags, file);
	else if (unlikely(file->f_flags & O_PATH))
		error = open_o_path(dfd, name, root, flags, file);
	else
		error = open_walk(dfd, name, root, op, flags, file);
	if (!error) {
		if (likely(file->f_mode & FMODE_OPENED))
			return file;
		WARN_ON(1);
		error = -EINVAL;
	}
	fput(file);
	return ERR_PTR(error == -EOPENSTALE ? -ESTALE : error);
}

/** do_filp_open() - open by name; not yet in any fd table. Models: fs/namei.c, 6.1. */
struct file *do_filp_open(int dfd, struct filename *pathname, const struct open_flags *op)
{
	struct file *filp = path_openat(dfd, pathname, NULL, op, op->lookup_flags);

	if (unlikely(filp == ERR_PTR(-ESTALE)))
		filp = path_openat(dfd, pathname, NULL, op, op->lookup_flags | LOOKUP_REVAL);
	return filp;
}

/** do_file_open_root() - the same below a directory. Models: fs/namei.c, 6.1. */
struct file *do_file_open_root(const struct path *root, const char *name,
			       const struct open_flags *op)
{
	struct filename *filename;
	struct file *file;

	if (d_is_symlink(root->dentry) && op->intent & LOOKUP_OPEN)
		return ERR_PTR(-ELOOP);
	filename = getname_kernel(name);
	if (IS_ERR(filename))
		return ERR_CAST(filename);
	file = path_openat(-1, filename, root, op, op->lookup_flags);
	if (unlikely(file == ERR_PTR(-ESTALE)))
		file = path_openat(-1, filename, root, op, op->lookup_flags | LOOKUP_REVAL);
	putname(filename);
	return file;
}
