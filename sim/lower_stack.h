/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "stack": a thin stacked file system over a directory of another mount, as an overlay with one
 * layer.
 *
 * Mount option lower=PATH. Its super block is one level deeper than the one below, and two levels
 * are all there may be. Each object has a counterpart below, with the same number and attributes;
 * calls are forwarded with the credentials of who mounted. Reads and writes are forwarded
 * synchronously, as vfs_iter_read() and vfs_iter_write() do it, writes under the own inode lock.
 *
 * The type for a file system over one that is itself stacked is "stack2": lockdep tells locks apart
 * by type.
 */
#ifndef FUSEBOX_SIM_LOWER_STACK_H
#define FUSEBOX_SIM_LOWER_STACK_H

struct super_block;

/**
 * lower_stack_type() - which type to mount over a super block
 * @sb: of the directory below
 *
 * Return: "stack" or "stack2".
 */
const char *lower_stack_type(const struct super_block *sb);

#endif
