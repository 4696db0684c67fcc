// SPDX-License-Identifier: GPL-2.0
/*
 * What a process keeps for path names: the umask.
 *
 * Models: fs/fs_struct.c, 6.1. Leaves out: root and current directory, of which the box has one.
 */
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stat.h>

/**
 * copy_fs_struct - a private copy (fork)
 * @old: what to copy; NULL: the values that init starts with
 *
 * Models: fs/fs_struct.c, 6.1. Return: the copy, NULL without memory.
 */
struct fs_struct *copy_fs_struct(struct fs_struct *old)
{
	struct fs_struct *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	fs->users = 1;
	spin_lock_init(&fs->lock);
	fs->umask = old ? old->umask : 0022;
	return fs;
}

/**
 * free_fs_struct - free it
 * @fs: without users
 *
 * Models: fs/fs_struct.c, 6.1.
 */
void free_fs_struct(struct fs_struct *fs)
{
	kfree(fs);
}

/**
 * exit_fs - a task lets go of it
 * @tsk: the task
 *
 * Models: fs/fs_struct.c, 6.1.
 */
void exit_fs(struct task_struct *tsk)
{
	struct fs_struct *fs = tsk->fs;
	bool last;

	if (!fs)
		return;
	task_lock(tsk);
	spin_lock(&fs->lock);
	tsk->fs = NULL;
	last = !--fs->users;
	spin_unlock(&fs->lock);
	task_unlock(tsk);
	if (last)
		free_fs_struct(fs);
}

/**
 * current_umask - the permission bits that current takes away from what it creates
 *
 * Models: fs/fs_struct.c, 6.1. Kernel threads have init's.
 */
int current_umask(void)
{
	return current->fs ? current->fs->umask : 0022;
}
EXPORT_SYMBOL(current_umask);
