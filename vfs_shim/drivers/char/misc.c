// SPDX-License-Identifier: GPL-2.0
/*
 * Devices that share major number 10, /dev/fuse among them.
 *
 * Models: drivers/char/misc.c, 6.1. Leaves out: dynamic minor numbers, sysfs, /proc/misc, loading a
 * module on open.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <core/run.h>
#include <fusebox/chrdev.h>

static LIST_HEAD(misc_list);
static DEFINE_MUTEX(misc_mtx);

static struct miscdevice *misc_find(int minor)
{
	struct miscdevice *misc;

	list_for_each_entry(misc, &misc_list, list)
		if (misc->minor == minor)
			return misc;
	return NULL;
}

static int misc_open(struct inode *inode, struct file *file)
{
	const struct file_operations *fops = NULL;
	struct miscdevice *misc;
	int err = -ENODEV;

	mutex_lock(&misc_mtx);
	misc = misc_find(iminor(inode));
	if (misc)
		fops = fops_get(misc->fops);
	if (fops) {
		/* Drivers find themselves by it. */
		file->private_data = misc;
		replace_fops(file, fops);
		err = fops->open ? fops->open(inode, file) : 0;
	}
	mutex_unlock(&misc_mtx);
	return err;
}

static const struct file_operations misc_fops = {
	.open = misc_open,
	.llseek = noop_llseek,
};

/**
 * misc_register - make a device known
 * @misc: the device, kept by reference; its minor number is fixed
 *
 * Models: drivers/char/misc.c, 6.1. Context: may sleep. Return: 0, -EBUSY.
 */
int misc_register(struct miscdevice *misc)
{
	int err = 0;

	if (misc->minor == MISC_DYNAMIC_MINOR)
		unmodelled("misc_register of a dynamic minor");
	INIT_LIST_HEAD(&misc->list);
	mutex_lock(&misc_mtx);
	if (misc_find(misc->minor))
		err = -EBUSY;
	else
		list_add(&misc->list, &misc_list);
	mutex_unlock(&misc_mtx);
	return err;
}
EXPORT_SYMBOL(misc_register);

/**
 * misc_deregister - forget a device
 * @misc: what misc_register() was given
 *
 * Models: drivers/char/misc.c, 6.1. Files that are open keep working. Context: may sleep.
 */
void misc_deregister(struct miscdevice *misc)
{
	if (WARN_ON(list_empty(&misc->list)))
		return;
	mutex_lock(&misc_mtx);
	list_del(&misc->list);
	mutex_unlock(&misc_mtx);
}
EXPORT_SYMBOL(misc_deregister);

/**
 * misc_init - take major number 10
 *
 * Models: drivers/char/misc.c, 6.1. Called once by box_boot(). Return: 0 or -errno.
 */
int __init misc_init(void)
{
	return register_chrdev(MISC_MAJOR, "misc", &misc_fops);
}

/**
 * misc_exit - give major number 10 back
 *
 * No kernel counterpart: a kernel never ends, a run does.
 */
void misc_exit(void)
{
	unregister_chrdev(MISC_MAJOR, "misc");
}
