/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/fs_struct.h. What a process keeps for path names. Root and current directory are
 * not in it: the box has one root, which is everybody's current directory (box_root_get()).
 */
#ifndef _LINUX_FS_STRUCT_H
#define _LINUX_FS_STRUCT_H

#include <linux/spinlock.h>

struct task_struct;

struct fs_struct {
	int users;
	spinlock_t lock;
	int umask;
};

struct fs_struct *copy_fs_struct(struct fs_struct *old);
void free_fs_struct(struct fs_struct *fs);
void exit_fs(struct task_struct *tsk);

#endif
