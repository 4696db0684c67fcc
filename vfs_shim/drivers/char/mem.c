// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/null and /dev/zero.
 *
 * Models: drivers/char/mem.c, 6.1: these two of its devices.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/module.h>
#include <linux/uio.h>
#include <fusebox/chrdev.h>

#define NULL_MINOR	3
#define ZERO_MINOR	5

static ssize_t read_iter_null(struct kiocb *iocb, struct iov_iter *to)
{
	(void)iocb;
	(void)to;
	return 0;
}

static ssize_t write_iter_null(struct kiocb *iocb, struct iov_iter *from)
{
	size_t count = iov_iter_count(from);

	(void)iocb;
	iov_iter_advance(from, count);
	return count;
}

static ssize_t read_iter_zero(struct kiocb *iocb, struct iov_iter *to)
{
	size_t count = iov_iter_count(to), done = iov_iter_zero(count, to);

	(void)iocb;
	return count && !done ? -EFAULT : (ssize_t)done;
}

static const struct file_operations null_fops = {
	.llseek = noop_llseek,
	.read_iter = read_iter_null,
	.write_iter = write_iter_null,
};

static const struct file_operations zero_fops = {
	.llseek = noop_llseek,
	.read_iter = read_iter_zero,
	.write_iter = write_iter_null,
};

static int memory_open(struct inode *inode, struct file *filp)
{
	switch (iminor(inode)) {
	case NULL_MINOR:
		replace_fops(filp, &null_fops);
		return 0;
	case ZERO_MINOR:
		replace_fops(filp, &zero_fops);
		return 0;
	}
	return -ENXIO;
}

static const struct file_operations memory_fops = {
	.open = memory_open,
	.llseek = noop_llseek,
};

/**
 * chr_dev_init - take major number 1
 *
 * Models: drivers/char/mem.c, 6.1. Called once by box_boot(). Return: 0 or -errno.
 */
int __init chr_dev_init(void)
{
	return register_chrdev(MEM_MAJOR, "mem", &memory_fops);
}

/**
 * chr_dev_exit - give major number 1 back
 *
 * No kernel counterpart: a kernel never ends, a run does.
 */
void chr_dev_exit(void)
{
	unregister_chrdev(MEM_MAJOR, "mem");
}
