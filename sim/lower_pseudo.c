// SPDX-License-Identifier: GPL-2.0
/*
 * One-file models of procfs and sysfs, and a socket without a network.
 */
#include "lower_pseudo.h"

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/init.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>

static ssize_t version_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	static const char text[] = "fusebox\n";

	return simple_read_from_buffer(buf, len, pos, text, sizeof(text) - 1);
}

static const struct file_operations version_fops = {
	.read = version_read,
	.llseek = default_llseek,
};

static const struct tree_descr tree[] = {
	[2] = { "version", &version_fops, 0444 },
	{ "" },
};

static int proc_fill_super(struct super_block *sb, struct fs_context *fc)
{
	/* Nothing may be stacked on it: its files come and go as they like. */
	sb->s_stack_depth = FILESYSTEM_MAX_STACK_DEPTH;
	return simple_fill_super(sb, PROC_SUPER_MAGIC, tree);
}

static int sysfs_fill_super(struct super_block *sb, struct fs_context *fc)
{
	return simple_fill_super(sb, SYSFS_MAGIC, tree);
}

static int proc_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, proc_fill_super);
}

static int sysfs_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, sysfs_fill_super);
}

static const struct fs_context_operations proc_context_ops = {
	.get_tree = proc_get_tree,
};

static const struct fs_context_operations sysfs_context_ops = {
	.get_tree = sysfs_get_tree,
};

static int proc_init_fs_context(struct fs_context *fc)
{
	fc->ops = &proc_context_ops;
	return 0;
}

static int sysfs_init_fs_context(struct fs_context *fc)
{
	fc->ops = &sysfs_context_ops;
	return 0;
}

static struct file_system_type proc_type = {
	.name = "proc",
	.init_fs_context = proc_init_fs_context,
	.kill_sb = kill_litter_super,
};

static struct file_system_type sysfs_type = {
	.name = "sysfs",
	.init_fs_context = sysfs_init_fs_context,
	.kill_sb = kill_litter_super,
};

static int sockfs_init_fs_context(struct fs_context *fc)
{
	return init_pseudo(fc, SOCKFS_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type sockfs_type = {
	.name = "sockfs",
	.init_fs_context = sockfs_init_fs_context,
	.kill_sb = kill_anon_super,
};

static struct vfsmount *sock_mnt;

static const struct file_operations socket_fops = {
	.llseek = no_llseek,
};

/* Consumes @inode. */
static int socket_install(struct inode *inode)
{
	struct file *file = alloc_file_pseudo(inode, sock_mnt, "socket", O_RDWR, &socket_fops);
	int fd;

	if (IS_ERR(file)) {
		iput(inode);
		return PTR_ERR(file);
	}
	fd = get_unused_fd_flags(0);
	if (fd < 0)
		fput(file);
	else
		fd_install(fd, file);
	return fd;
}

int pseudo_socket(void)
{
	struct inode *inode = new_inode_pseudo(sock_mnt->mnt_sb);

	if (!inode)
		return -ENOMEM;
	inode->i_ino = get_next_ino();
	inode->i_mode = S_IFSOCK | 0777;
	return socket_install(inode);
}

static int __init pseudo_init(void)
{
	int err = register_filesystem(&proc_type);

	if (!err)
		err = register_filesystem(&sysfs_type);
	if (err)
		return err;
	sock_mnt = kern_mount(&sockfs_type);
	return PTR_ERR_OR_ZERO(sock_mnt);
}

/* sock_mnt went down with the other mounts of the kernel's own. */
static void __exit pseudo_exit(void)
{
	unregister_filesystem(&sysfs_type);
	unregister_filesystem(&proc_type);
}

module_init(pseudo_init);
module_exit(pseudo_exit);
