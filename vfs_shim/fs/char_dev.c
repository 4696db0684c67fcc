// SPDX-License-Identifier: GPL-2.0
/*
 * Character devices by major number, and block devices, of which there are none.
 *
 * Models: fs/char_dev.c, 6.1. Leaves out: ranges of minors (a major has one set of file operations;
 * misc devices find their own by minor), dynamic majors, kobjects, cdev_add() (CUSE is a module of
 * its own and not part of fuse.ko).
 */
#include <linux/fs.h>
#include <linux/export.h>
#include <linux/kdev_t.h>
#include <linux/module.h>

#include <core/run.h>

#include "internal.h"

static const struct file_operations *chrdevs[CHRDEV_MAJOR_MAX];
static DEFINE_MUTEX(chrdevs_lock);

/**
 * __register_chrdev() - -EBUSY if the major is taken; major 0 (dynamic) is unmodelled. Models:
 *	fs/char_dev.c, 6.1.
 */
int __register_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
		      const char *name, const struct file_operations *fops)
{
	int ret = -EBUSY;

	if (!major)
		unmodelled("register_chrdev with a dynamic major");
	if (major >= CHRDEV_MAJOR_MAX)
		return -EINVAL;
	mutex_lock(&chrdevs_lock);
	if (!chrdevs[major]) {
		chrdevs[major] = fops;
		ret = 0;
	}
	mutex_unlock(&chrdevs_lock);
	return ret;
}
EXPORT_SYMBOL(__register_chrdev);

/** __unregister_chrdev() - Models: fs/char_dev.c, 6.1. */
void __unregister_chrdev(unsigned int major, unsigned int baseminor, unsigned int count,
			 const char *name)
{
	mutex_lock(&chrdevs_lock);
	chrdevs[major] = NULL;
	mutex_unlock(&chrdevs_lock);
}
EXPORT_SYMBOL(__unregister_chrdev);

/** cd_forget() - nothing to forget: i_cdev is not set without cdev_add(). */
void cd_forget(struct inode *inode)
{
	WARN_ON(inode->i_cdev);
}

/** chrdev_init() - nothing to prepare: the table of majors is static. */
void chrdev_init(void)
{
}

static int chrdev_open(struct inode *inode, struct file *filp)
{
	const struct file_operations *fops;

	if (imajor(inode) >= CHRDEV_MAJOR_MAX)
		return -ENXIO;
	fops = fops_get(chrdevs[imajor(inode)]);
	if (!fops)
		return -ENXIO;
	replace_fops(filp, fops);
	return filp->f_op->open ? filp->f_op->open(inode, filp) : 0;
}

/* Open finds the driver by i_rdev and puts its operations in place. */
const struct file_operations def_chr_fops = {
	.open = chrdev_open,
	.llseek = noop_llseek,
};

static int blkdev_open(struct inode *inode, struct file *filp)
{
	unmodelled("open of a block device");
}

const struct file_operations def_blk_fops = {
	.open = blkdev_open,
};
