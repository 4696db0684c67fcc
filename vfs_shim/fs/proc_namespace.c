// SPDX-License-Identifier: GPL-2.0
/*
 * What /proc/self/mountinfo says of a mount.
 *
 * Models: fs/proc_namespace.c, 6.1: the last field of a line only, the super block's options.
 */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>

static int show_options(struct seq_file *m, struct dentry *root)
{
	struct super_block *sb = root->d_sb;
	int err = 0;

	seq_puts(m, sb_rdonly(sb) ? "ro" : "rw");
	if (sb->s_flags & SB_SYNCHRONOUS)
		seq_puts(m, ",sync");
	if (sb->s_flags & SB_DIRSYNC)
		seq_puts(m, ",dirsync");
	if (sb->s_flags & SB_LAZYTIME)
		seq_puts(m, ",lazytime");
	if (sb->s_op->show_options)
		err = sb->s_op->show_options(m, root);
	return err;
}

/**
 * show_sb_options - the options of the super block at a path
 * @name: user pointer: the path
 * @buf: user pointer: where the text goes, with a zero
 * @len: its size, at most a page
 *
 * Models: show_mountinfo() in fs/proc_namespace.c, 6.1. Return: 0, -EOVERFLOW when it does not fit,
 * or -errno.
 */
long show_sb_options(const char __user *name, char __user *buf, size_t len)
{
	struct seq_file m = { .size = min_t(size_t, len, PAGE_SIZE) };
	struct path path;
	long err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	m.buf = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!m.buf) {
		path_put(&path);
		return -ENOMEM;
	}
	err = show_options(&m, path.mnt->mnt_root);
	if (!err && m.count >= m.size)
		err = -EOVERFLOW;
	if (!err && copy_to_user(buf, m.buf, m.count + 1))
		err = -EFAULT;
	kfree(m.buf);
	path_put(&path);
	return err;
}
