// SPDX-License-Identifier: GPL-2.0
/*
 * The stacked file system. See lower_stack.h.
 *
 * An inode has a reference to its counterpart, a dentry to its own; i_mode and the like are copied
 * whenever a call has come back from below.
 */
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <linux/string.h>
#include <linux/uio.h>
#include "lower_stack.h"

#define STACKFS_MAGIC	0x7374636b	/* "stck" */
#define SETFL_MASK	(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)
#define FORWARDED_IOCB	(IOCB_HIPRI | IOCB_DSYNC | IOCB_SYNC | IOCB_NOWAIT)

struct stack_sb {
	struct path lower;		/* of the root */
	const struct cred *cred;
};

struct stack_inode {
	struct inode vfs;
	struct inode *lower;
};

static struct kmem_cache *stack_inode_cache;
static const struct inode_operations stack_dir_inode_operations;
static const struct inode_operations stack_file_inode_operations;
static const struct file_operations stack_file_operations;

static struct inode *lower_inode(const struct inode *inode)
{
	return container_of(inode, struct stack_inode, vfs)->lower;
}

static struct dentry *lower_dentry(const struct dentry *dentry)
{
	return dentry->d_fsdata;
}

static struct stack_sb *STACK_SB(const struct super_block *sb)
{
	return sb->s_fs_info;
}

static struct path lower_path(const struct dentry *dentry)
{
	return (struct path){ .mnt = STACK_SB(dentry->d_sb)->lower.mnt,
			      .dentry = lower_dentry(dentry) };
}

static const struct cred *as_mounter(const struct super_block *sb)
{
	return override_creds(STACK_SB(sb)->cred);
}

static void copy_attributes(struct inode *inode)
{
	const struct inode *lower = lower_inode(inode);

	inode->i_mode = lower->i_mode;
	inode->i_uid = lower->i_uid;
	inode->i_gid = lower->i_gid;
	inode->i_atime = lower->i_atime;
	inode->i_mtime = lower->i_mtime;
	inode->i_ctime = lower->i_ctime;
	inode->i_blocks = lower->i_blocks;
	set_nlink(inode, lower->i_nlink);
	i_size_write(inode, i_size_read(lower));
}

/*
 * Inodes
 */

static struct inode *stack_alloc_inode(struct super_block *sb)
{
	struct stack_inode *si = alloc_inode_sb(sb, stack_inode_cache, GFP_KERNEL);

	if (!si)
		return NULL;
	si->lower = NULL;
	return &si->vfs;
}

static void stack_free_inode(struct inode *inode)
{
	kmem_cache_free(stack_inode_cache, container_of(inode, struct stack_inode, vfs));
}

static void stack_evict_inode(struct inode *inode)
{
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	iput(lower_inode(inode));
}

static int is_over(struct inode *inode, void *lower)
{
	return lower_inode(inode) == lower;
}

static int set_over(struct inode *inode, void *lower)
{
	ihold(lower);
	container_of(inode, struct stack_inode, vfs)->lower = lower;
	return 0;
}

/* Direct I/O is possible as far as it is below, which the open of the file below finds out. */
static const struct address_space_operations stack_aops = {
	.direct_IO = noop_direct_IO,
};

static struct inode *stack_iget(struct super_block *sb, struct inode *lower)
{
	struct inode *inode = iget5_locked(sb, (unsigned long)lower, is_over, set_over, lower);

	if (!inode || !(inode->i_state & I_NEW))
		return inode;
	inode->i_ino = lower->i_ino;
	copy_attributes(inode);
	if (S_ISDIR(inode->i_mode)) {
		inode->i_op = &stack_dir_inode_operations;
		inode->i_fop = &simple_dir_operations;
	} else {
		inode->i_op = &stack_file_inode_operations;
		inode->i_fop = &stack_file_operations;
		inode->i_mapping->a_ops = &stack_aops;
	}
	unlock_new_inode(inode);
	return inode;
}

static void stack_d_release(struct dentry *dentry)
{
	dput(lower_dentry(dentry));
}

static const struct dentry_operations stack_dentry_operations = {
	.d_release = stack_d_release,
};

/*
 * Names
 */

static struct dentry *stack_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	const struct cred *old = as_mounter(dir->i_sb);
	struct dentry *lower = lookup_one_len_unlocked(
		dentry->d_name.name, lower_dentry(dentry->d_parent), dentry->d_name.len);
	struct inode *inode = NULL;

	revert_creds(old);
	if (IS_ERR(lower))
		return lower;
	dentry->d_fsdata = lower;
	if (d_is_positive(lower)) {
		if (!d_is_reg(lower) && !d_is_dir(lower))
			return ERR_PTR(-EOPNOTSUPP);
		inode = stack_iget(dir->i_sb, d_inode(lower));
		if (!inode)
			return ERR_PTR(-ENOMEM);
	}
	return d_splice_alias(inode, dentry);
}

/* Make a change to the directory below @dir: what @change does to it, locked and protected. */
static int change_below(struct inode *dir, struct dentry *dentry, umode_t mode,
			int (*change)(struct inode *lower_dir, struct dentry *lower, umode_t mode))
{
	struct dentry *lower = lower_dentry(dentry);
	struct vfsmount *mnt = STACK_SB(dir->i_sb)->lower.mnt;
	int err = mnt_want_write(mnt);

	if (!err) {
		const struct cred *old = as_mounter(dir->i_sb);

		inode_lock_nested(lower_inode(dir), I_MUTEX_PARENT);
		err = change(lower_inode(dir), lower, mode);
		inode_unlock(lower_inode(dir));
		revert_creds(old);
		mnt_drop_write(mnt);
	}
	copy_attributes(dir);
	return err;
}

static int create_below(struct inode *dir, struct dentry *lower, umode_t mode)
{
	return vfs_create(&init_user_ns, dir, lower, mode, true);
}

static int mkdir_below(struct inode *dir, struct dentry *lower, umode_t mode)
{
	return vfs_mkdir(&init_user_ns, dir, lower, mode);
}

static int unlink_below(struct inode *dir, struct dentry *lower, umode_t mode)
{
	return vfs_unlink(&init_user_ns, dir, lower, NULL);
}

static int rmdir_below(struct inode *dir, struct dentry *lower, umode_t mode)
{
	return vfs_rmdir(&init_user_ns, dir, lower);
}

static int make(struct inode *dir, struct dentry *dentry, umode_t mode,
		int (*change)(struct inode *lower_dir, struct dentry *lower, umode_t mode))
{
	int err = change_below(dir, dentry, mode, change);
	struct inode *inode;

	if (err)
		return err;
	inode = stack_iget(dir->i_sb, d_inode(lower_dentry(dentry)));
	if (!inode)
		return -ENOMEM;
	d_instantiate(dentry, inode);
	return 0;
}

static int stack_create(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
			umode_t mode, bool excl)
{
	return make(dir, dentry, mode, create_below);
}

static int stack_mkdir(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
		       umode_t mode)
{
	return make(dir, dentry, mode, mkdir_below);
}

/* The dentry below keeps its name as long as ours is there: ours goes, unless that fails. */
static int stack_remove(struct inode *dir, struct dentry *dentry,
			int (*change)(struct inode *lower_dir, struct dentry *lower, umode_t mode))
{
	int err = change_below(dir, dentry, 0, change);

	if (!err) {
		copy_attributes(d_inode(dentry));
		d_drop(dentry);
	}
	return err;
}

static int stack_unlink(struct inode *dir, struct dentry *dentry)
{
	return stack_remove(dir, dentry, unlink_below);
}

static int stack_rmdir(struct inode *dir, struct dentry *dentry)
{
	return stack_remove(dir, dentry, rmdir_below);
}

/*
 * Attributes
 */

static int setattr_below(struct dentry *dentry, const struct iattr *attr)
{
	struct dentry *lower = lower_dentry(dentry);
	const struct cred *old = as_mounter(dentry->d_sb);
	struct iattr copy = *attr;
	int err;

	copy.ia_valid &= ~(ATTR_FILE | ATTR_OPEN);
	/* The mode follows from these below, as it did here. */
	if (copy.ia_valid & (ATTR_KILL_SUID | ATTR_KILL_SGID))
		copy.ia_valid &= ~ATTR_MODE;
	inode_lock(d_inode(lower));
	err = notify_change(&init_user_ns, lower, &copy, NULL);
	inode_unlock(d_inode(lower));
	revert_creds(old);
	return err;
}

static int stack_setattr(struct user_namespace *mnt_userns, struct dentry *dentry,
			 struct iattr *attr)
{
	struct vfsmount *mnt = STACK_SB(dentry->d_sb)->lower.mnt;
	int err = setattr_prepare(mnt_userns, dentry, attr);

	if (err)
		return err;
	err = mnt_want_write(mnt);
	if (err)
		return err;
	err = setattr_below(dentry, attr);
	mnt_drop_write(mnt);
	copy_attributes(d_inode(dentry));
	return err;
}

static int stack_getattr(struct user_namespace *mnt_userns, const struct path *path,
			 struct kstat *stat, u32 request_mask, unsigned int query_flags)
{
	const struct cred *old = as_mounter(path->dentry->d_sb);
	struct path lower = lower_path(path->dentry);
	int err = vfs_getattr(&lower, stat, request_mask, query_flags);

	revert_creds(old);
	if (!err) {
		stat->dev = path->dentry->d_sb->s_dev;
		copy_attributes(d_inode(path->dentry));
	}
	return err;
}

static const struct inode_operations stack_file_inode_operations = {
	.setattr = stack_setattr,
	.getattr = stack_getattr,
};

static const struct inode_operations stack_dir_inode_operations = {
	.lookup = stack_lookup,
	.create = stack_create,
	.mkdir = stack_mkdir,
	.unlink = stack_unlink,
	.rmdir = stack_rmdir,
	.setattr = stack_setattr,
	.getattr = stack_getattr,
};

/*
 * Files
 */

static int stack_open(struct inode *inode, struct file *file)
{
	const struct cred *old = as_mounter(inode->i_sb);
	struct file *lower = open_with_fake_path(&file->f_path,
						 file->f_flags & ~(O_CREAT | O_EXCL | O_TRUNC),
						 lower_inode(inode), current_cred());

	revert_creds(old);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	file->private_data = lower;
	return 0;
}

static int stack_release(struct inode *inode, struct file *file)
{
	fput(file->private_data);
	return 0;
}

/* fcntl(F_SETFL) changed the flags of our file only. */
static int follow_flags(struct file *file)
{
	struct file *lower = file->private_data;
	unsigned int flags = file->f_flags & SETFL_MASK;

	if ((lower->f_flags & SETFL_MASK) == flags)
		return 0;
	if ((flags & O_DIRECT) && !(lower->f_mode & FMODE_CAN_ODIRECT))
		return -EINVAL;
	spin_lock(&lower->f_lock);
	lower->f_flags = (lower->f_flags & ~SETFL_MASK) | flags;
	spin_unlock(&lower->f_lock);
	lower->f_iocb_flags = iocb_flags(lower);
	return 0;
}

static ssize_t stack_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	const struct cred *old;
	ssize_t ret = follow_flags(file);

	if (ret || !iov_iter_count(to))
		return ret;
	old = as_mounter(inode->i_sb);
	ret = vfs_iter_read(file->private_data, to, &iocb->ki_pos, iocb->ki_flags & FORWARDED_IOCB);
	revert_creds(old);
	inode->i_atime = lower_inode(inode)->i_atime;
	return ret;
}

static ssize_t write_below(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *lower = iocb->ki_filp->private_data;
	const struct cred *old = as_mounter(file_inode(iocb->ki_filp)->i_sb);
	ssize_t ret;

	file_start_write(lower);
	ret = vfs_iter_write(lower, from, &iocb->ki_pos, iocb->ki_flags & FORWARDED_IOCB);
	file_end_write(lower);
	revert_creds(old);
	return ret;
}

/*
 * As overlayfs of 6.1: whether to append is up to the flags of the file below, so that IOCB_APPEND
 * of this one request is lost.
 */
static ssize_t stack_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret = follow_flags(iocb->ki_filp);

	if (ret || !iov_iter_count(from))
		return ret;
	inode_lock(inode);
	copy_attributes(inode);
	ret = file_remove_privs(iocb->ki_filp);
	if (!ret)
		ret = write_below(iocb, from);
	copy_attributes(inode);
	inode_unlock(inode);
	return ret;
}

static int stack_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	const struct cred *old = as_mounter(file_inode(file)->i_sb);
	int err = vfs_fsync_range(file->private_data, start, end, datasync);

	revert_creds(old);
	return err;
}

static const struct file_operations stack_file_operations = {
	.open = stack_open,
	.release = stack_release,
	.llseek = generic_file_llseek,
	.read_iter = stack_read_iter,
	.write_iter = stack_write_iter,
	.fsync = stack_fsync,
};

/*
 * Super blocks
 */

static int stack_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct path lower = lower_path(dentry->d_sb->s_root);
	int err = vfs_statfs(&lower, buf);

	buf->f_type = STACKFS_MAGIC;
	return err;
}

static int stack_freeze_fs(struct super_block *sb)
{
	/* Nothing of its own: consistent as far as what is below is. */
	return 0;
}

static void stack_put_super(struct super_block *sb)
{
	struct stack_sb *ssb = STACK_SB(sb);

	path_put(&ssb->lower);
	put_cred(ssb->cred);
	kfree(ssb);
	sb->s_fs_info = NULL;
}

static const struct super_operations stack_super_operations = {
	.alloc_inode = stack_alloc_inode,
	.free_inode = stack_free_inode,
	.evict_inode = stack_evict_inode,
	.drop_inode = generic_delete_inode,
	.put_super = stack_put_super,
	.statfs = stack_statfs,
	.freeze_fs = stack_freeze_fs,
};

static int make_root(struct super_block *sb, struct stack_sb *ssb)
{
	struct super_block *lower = ssb->lower.mnt->mnt_sb;

	sb->s_maxbytes = lower->s_maxbytes;
	sb->s_blocksize = lower->s_blocksize;
	sb->s_blocksize_bits = lower->s_blocksize_bits;
	sb->s_magic = STACKFS_MAGIC;
	sb->s_op = &stack_super_operations;
	sb->s_d_op = &stack_dentry_operations;
	sb->s_time_gran = lower->s_time_gran;
	sb->s_stack_depth = lower->s_stack_depth + 1;
	sb->s_fs_info = ssb;
	sb->s_root = d_make_root(stack_iget(sb, d_inode(ssb->lower.dentry)));
	if (!sb->s_root)
		return -ENOMEM;
	sb->s_root->d_fsdata = dget(ssb->lower.dentry);
	return 0;
}

static int stack_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct stack_sb *ssb = kzalloc(sizeof(*ssb), GFP_KERNEL);
	int err;

	if (!ssb)
		return -ENOMEM;
	err = kern_path(fc->fs_private, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &ssb->lower);
	if (err)
		goto out_free;
	ssb->cred = get_current_cred();
	err = -EINVAL;
	if (ssb->lower.mnt->mnt_sb->s_stack_depth < FILESYSTEM_MAX_STACK_DEPTH)
		err = make_root(sb, ssb);
	if (!err)
		return 0;
	sb->s_fs_info = NULL;
	put_cred(ssb->cred);
	path_put(&ssb->lower);
out_free:
	kfree(ssb);
	return err;
}

static const struct fs_parameter_spec stack_params[] = {
	fsparam_string("lower", 0),
	{}
};

static int stack_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct fs_parse_result result;
	int opt = fs_parse(fc, stack_params, param, &result);

	if (opt < 0)
		return opt;
	kfree(fc->fs_private);
	fc->fs_private = param->string;
	param->string = NULL;
	return 0;
}

static int stack_get_tree(struct fs_context *fc)
{
	return fc->fs_private ? get_tree_nodev(fc, stack_fill_super) : -EINVAL;
}

static void stack_free_fc(struct fs_context *fc)
{
	kfree(fc->fs_private);
}

static const struct fs_context_operations stack_context_ops = {
	.free = stack_free_fc,
	.parse_param = stack_parse_param,
	.get_tree = stack_get_tree,
};

static int stack_init_fs_context(struct fs_context *fc)
{
	fc->ops = &stack_context_ops;
	return 0;
}

static struct file_system_type stack_types[FILESYSTEM_MAX_STACK_DEPTH] = {
	{ .name = "stack" },
	{ .name = "stack2" },
};

const char *lower_stack_type(const struct super_block *sb)
{
	return stack_types[sb->s_stack_depth ? 1 : 0].name;
}

static void stack_inode_init_once(void *object)
{
	struct stack_inode *si = object;

	inode_init_once(&si->vfs);
}

static int __init stack_init(void)
{
	stack_inode_cache = kmem_cache_create("stack_inode", sizeof(struct stack_inode), 0,
					      SLAB_PANIC, stack_inode_init_once);
	for (int i = 0; i < ARRAY_SIZE(stack_types); i++) {
		stack_types[i].init_fs_context = stack_init_fs_context;
		stack_types[i].parameters = stack_params;
		stack_types[i].kill_sb = kill_anon_super;
		WARN_ON(register_filesystem(&stack_types[i]));
	}
	return 0;
}

static void __exit stack_exit(void)
{
	for (int i = 0; i < ARRAY_SIZE(stack_types); i++)
		WARN_ON(unregister_filesystem(&stack_types[i]));
	/* Inodes are freed by RCU. */
	rcu_barrier();
	kmem_cache_destroy(stack_inode_cache);
}

module_init(stack_init);
module_exit(stack_exit);
