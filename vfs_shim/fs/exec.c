// SPDX-License-Identifier: GPL-2.0
/*
 * Executing files.
 *
 * Models: fs/exec.c, 6.1: only whether a path may be executed from at all. Nothing is executed in
 * the box.
 */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/path.h>

/**
 * path_noexec - is nothing to be executed from there?
 * @path: the path
 *
 * Models: fs/exec.c, 6.1.
 */
bool path_noexec(const struct path *path)
{
	return (path->mnt->mnt_flags & MNT_NOEXEC) || (path->mnt->mnt_sb->s_iflags & SB_I_NOEXEC);
}
