/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of file system events: the only watcher in the box.
 */
#ifndef FUSEBOX_FSNOTIFY_H
#define FUSEBOX_FSNOTIFY_H

#include <linux/types.h>

#define FB_FSNOTIFY_MAX 4096	/* events of one run */

struct super_block;

struct fb_fsnotify_event {
	u32 mask;		/* FS_* */
	unsigned long ino;
	char name[32];		/* cut; empty for events without a name */
};

void fb_fsnotify_watch(struct super_block *sb);
void fb_fsnotify_unwatch(struct super_block *sb);
size_t fb_fsnotify_count(void);
const struct fb_fsnotify_event *fb_fsnotify_at(size_t i);

#endif
