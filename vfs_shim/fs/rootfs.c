// SPDX-License-Identifier: GPL-2.0
/*
 * The root file system of the box: directories, device nodes, symlinks and empty files in the
 * dcache.
 *
 * Models: rootfs of init/do_mounts.c, 6.1, as ramfs does it. Leaves out file contents: it carries
 * mount points and /dev.
 */
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/magic.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

static const struct inode_operations rootfs_dir_operations;

static struct inode *rootfs_inode(struct super_block *sb, const struct inode *dir, umode_t mode,
				  dev_t dev)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	inode_init_owner(&init_user_ns, inode, dir, mode);
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	if (S_ISDIR(mode)) {
		inode->i_op = &rootfs_dir_operations;
		inode->i_fop = &simple_dir_operations;
		inc_nlink(inode);
	} else if (S_ISLNK(mode)) {
		inode->i_op = &simple_symlink_inode_operations;
	} else if (!S_ISREG(mode)) {
		init_special_inode(inode, mode, dev);
	}
	return inode;
}

/* The dentry keeps the reference that pins it. */
static int rootfs_add(struct inode *dir, struct dentry *dentry, struct inode *inode)
{
	if (!inode)
		return -ENOSPC;
	d_instantiate(dentry, inode);
	dget(dentry);
	dir->i_mtime = dir->i_ctime = current_time(dir);
	return 0;
}

static int rootfs_mknod(struct user_namespace *ns, struct inode *dir, struct dentry *dentry,
			umode_t mode, dev_t dev)
{
	return rootfs_add(dir, dentry, rootfs_inode(dir->i_sb, dir, mode, dev));
}

static int rootfs_mkdir(struct user_namespace *ns, struct inode *dir, struct dentry *dentry,
			umode_t mode)
{
	int err = rootfs_mknod(ns, dir, dentry, mode | S_IFDIR, 0);

	if (!err)
		inc_nlink(dir);
	return err;
}

static int rootfs_create(struct user_namespace *ns, struct inode *dir, struct dentry *dentry,
			 umode_t mode, bool excl)
{
	return rootfs_mknod(ns, dir, dentry, mode | S_IFREG, 0);
}

static int rootfs_symlink(struct user_namespace *ns, struct inode *dir, struct dentry *dentry,
			  const char *body)
{
	char *link = kstrdup(body, GFP_KERNEL);
	struct inode *inode;

	if (!link)
		return -ENOMEM;
	inode = rootfs_inode(dir->i_sb, dir, S_IFLNK | 0777, 0);
	if (!inode) {
		kfree(link);
		return -ENOSPC;
	}
	inode->i_link = link;
	inode->i_size = strlen(link);
	return rootfs_add(dir, dentry, inode);
}

static const struct inode_operations rootfs_dir_operations = {
	.lookup = simple_lookup,
	.create = rootfs_create,
	.link = simple_link,
	.unlink = simple_unlink,
	.symlink = rootfs_symlink,
	.mkdir = rootfs_mkdir,
	.rmdir = simple_rmdir,
	.mknod = rootfs_mknod,
	.rename = simple_rename,
};

static void rootfs_free_inode(struct inode *inode)
{
	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	free_inode_nonrcu(inode);
}

static const struct super_operations rootfs_ops = {
	.statfs = simple_statfs,
	.drop_inode = generic_delete_inode,
	.free_inode = rootfs_free_inode,
};

static int rootfs_fill_super(struct super_block *sb, struct fs_context *fc)
{
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_magic = RAMFS_MAGIC;
	sb->s_op = &rootfs_ops;
	sb->s_time_gran = 1;
	sb->s_root = d_make_root(rootfs_inode(sb, NULL, S_IFDIR | 0755, 0));
	return sb->s_root ? 0 : -ENOMEM;
}

static int rootfs_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, rootfs_fill_super);
}

static const struct fs_context_operations rootfs_context_ops = {
	.get_tree = rootfs_get_tree,
};

static int rootfs_init_fs_context(struct fs_context *fc)
{
	fc->ops = &rootfs_context_ops;
	return 0;
}

struct file_system_type rootfs_fs_type = {
	.name = "rootfs",
	.init_fs_context = rootfs_init_fs_context,
	.kill_sb = kill_litter_super,
};

/** init_rootfs() - Models: init/do_mounts.c, 6.1. */
void init_rootfs(void)
{
	BUG_ON(register_filesystem(&rootfs_fs_type));
}

/** exit_rootfs() - at the end of a run. */
void exit_rootfs(void)
{
	WARN_ON(unregister_filesystem(&rootfs_fs_type));
}
