/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A caller within the kernel that does I/O on a file as a loop device does: drivers/block/loop.c.
 */
#ifndef FUSEBOX_LOOP_H
#define FUSEBOX_LOOP_H

#include <linux/types.h>

struct file;

/**
 * loop_rw() - one block request of a loop device on its backing file, waited for
 * @file: the backing file
 * @write: write? Otherwise read
 * @use_aio: as with LO_FLAGS_DIRECT_IO
 * @buf: user pointer to @len bytes
 * @len: bytes
 * @pos: position in the file; set to that of the kiocb when it is done
 *
 * Context: a process, in a system call; sleeps until the request is done, whatever signals come.
 * Return: bytes done or -errno.
 */
ssize_t loop_rw(struct file *file, bool write, bool use_aio, void __user *buf, size_t len,
		loff_t *pos);

#endif
