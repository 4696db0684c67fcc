/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "async": the lower file system of lower_ramfs.h, whose requests complete when they are told to.
 *
 * Mount type "async", options as for "lower". What it does follows ext4's direct I/O: the inode
 * lock is shared by reads and by writes within the file, and is given back when the request is
 * queued, which i_dio_count tells; the user's pages are pinned and space is allocated before; data,
 * size and times change at completion, then ->ki_complete() is called; the kiocb is touched once
 * more after queueing. Unlike ext4 it queues extending writes too (as XFS does), and buffered ones.
 * One that appends waits for all requests under way, because they decide where the file ends.
 */
#ifndef FUSEBOX_SIM_LOWER_ASYNC_H
#define FUSEBOX_SIM_LOWER_ASYNC_H

#include "world.h"

struct super_block;

/**
 * lower_async_mode() - what to do with requests; see w_lower_async_mode()
 * @sb: super block of type "async"
 * @mode: copied
 *
 * Return: 0; -EINVAL for another type, or a mode that does not exist.
 */
long lower_async_mode(struct super_block *sb, const struct w_async_mode *mode);

/**
 * lower_async_pending() - requests that are queued and not completed
 * @sb: super block of type "async"
 *
 * Return: their number, or -EINVAL.
 */
long lower_async_pending(struct super_block *sb);

/**
 * lower_async_complete() - complete a request; see w_lower_async_complete()
 * @sb: super block of type "async"
 * @which: 0 is the oldest, -1 the newest
 * @result: how; NULL: as the mode said when it was queued, in the context of the caller
 *
 * Context: any; if result->irq is not set, where a file system's own task could run.
 * Return: 0, -ENOENT, -EINVAL.
 */
long lower_async_complete(struct super_block *sb, int which, const struct w_async_result *result);

#endif
