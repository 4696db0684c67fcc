/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lower": a local file system in memory, the kind of file system that backing files live on.
 *
 * Registers itself by an init call. Mount type "lower", options (mount data):
 *	size=BYTES		room for file data; default 64 MiB
 *	odirect=0|1		O_DIRECT, in units of 512 bytes; default 1
 *	nowait=0|1		files are opened with FMODE_NOWAIT; default 1
 *	stackdepth=N		depth of its super block, as if it were stacked; default 0
 *	mode=OCTAL		of the root directory; default 0755
 */
#ifndef FUSEBOX_SIM_LOWER_RAMFS_H
#define FUSEBOX_SIM_LOWER_RAMFS_H

#include "world.h"

struct super_block;

/**
 * lower_log_take() - the calls a lower file system saw since the last take
 * @sb: its super block
 * @ev: where to, oldest first
 * @n: room; what does not fit is dropped
 *
 * Return: entries stored, -EINVAL when @sb is another kind of file system.
 */
long lower_log_take(struct super_block *sb, struct w_lower_event *ev, int n);

/**
 * lower_inject() - make calls fail; see w_lower_inject()
 * @sb: super block of a lower file system
 * @op: which calls
 * @skip: let this many pass first
 * @count: then make this many fail; -1 = all; 0 = none any more
 * @error: positive errno, or 0: do at most @limit bytes
 * @limit: see @error
 *
 * Return: 0, -EINVAL.
 */
long lower_inject(struct super_block *sb, enum w_lower_op op, int skip, int count, int error,
		  unsigned long long limit);

#endif
