// SPDX-License-Identifier: GPL-2.0
/*
 * Telling watchers what happens to files.
 *
 * Models: fs/notify/fsnotify.c, 6.1, with one kind of watcher: a log of all events on a super
 * block, in the order of their happening (fb_fsnotify_watch()). Leaves out: groups, marks,
 * permission events. As in the kernel, a super block that nobody watches costs and reports nothing.
 */
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/fsnotify_backend.h>
#include <linux/kernel.h>
#include <core/trace.h>
#include <fusebox/fsnotify.h>

static struct fb_fsnotify_event events[FB_FSNOTIFY_MAX];
static size_t nr_events;
static atomic_t cookie = ATOMIC_INIT(0);

/**
 * fb_fsnotify_watch - log the events on a super block from now on
 * @sb: super block
 */
void fb_fsnotify_watch(struct super_block *sb)
{
	atomic_long_inc(&sb->s_fsnotify_connectors);
}

/**
 * fb_fsnotify_unwatch - end fb_fsnotify_watch()
 * @sb: super block
 */
void fb_fsnotify_unwatch(struct super_block *sb)
{
	atomic_long_dec(&sb->s_fsnotify_connectors);
}

/**
 * fb_fsnotify_count - how many events are in the log
 */
size_t fb_fsnotify_count(void)
{
	return nr_events;
}

/**
 * fb_fsnotify_at - one event of the log
 * @i: index, from 0
 *
 * Return: the event, good until the run ends.
 */
const struct fb_fsnotify_event *fb_fsnotify_at(size_t i)
{
	return i < nr_events ? &events[i] : NULL;
}

/**
 * fsnotify - something happened
 * @mask: FS_*
 * @data: what it happened to
 * @data_type: FSNOTIFY_EVENT_*
 * @dir: directory for events on names, else NULL
 * @file_name: the name in @dir
 * @inode: inode for events on inodes
 * @cookie: joins the two events of a rename
 *
 * Models: fs/notify/fsnotify.c, 6.1. Context: may sleep. Return: 0.
 */
int fsnotify(__u32 mask, const void *data, int data_type, struct inode *dir,
	     const struct qstr *file_name, struct inode *inode, u32 cookie)
{
	struct fb_fsnotify_event *e;
	struct inode *what = fsnotify_data_inode(data, data_type);

	if (!what)
		what = inode ? inode : dir;
	(void)cookie;
	if (WARN_ON(nr_events == FB_FSNOTIFY_MAX))
		return 0;
	e = &events[nr_events++];
	e->mask = mask;
	e->ino = what ? what->i_ino : 0;
	if (file_name)
		scnprintf(e->name, sizeof(e->name), "%.*s", (int)file_name->len, file_name->name);
	fb_trace("fsnotify %x inode %lu %s", mask, e->ino, e->name);
	return 0;
}
EXPORT_SYMBOL_GPL(fsnotify);

/**
 * __fsnotify_parent - something happened to an object that its directory may want to know
 * @dentry: the object
 * @mask: FS_*
 * @data: what it happened to
 * @data_type: FSNOTIFY_EVENT_*
 *
 * Models: fs/notify/fsnotify.c, 6.1: one event, with the name. Context: may sleep. Return: 0.
 */
int __fsnotify_parent(struct dentry *dentry, __u32 mask, const void *data, int data_type)
{
	struct name_snapshot name;
	int ret;

	take_dentry_name_snapshot(&name, dentry);
	ret = fsnotify(mask, data, data_type, NULL, &name.name, d_inode(dentry), 0);
	release_dentry_name_snapshot(&name);
	return ret;
}
EXPORT_SYMBOL_GPL(__fsnotify_parent);

/**
 * __fsnotify_inode_delete - an inode goes away
 * @inode: the inode
 *
 * Models: fs/notify/fsnotify.c, 6.1. Nothing hangs on inodes.
 */
void __fsnotify_inode_delete(struct inode *inode)
{
	WARN_ON(inode->i_fsnotify_marks);
}
EXPORT_SYMBOL_GPL(__fsnotify_inode_delete);

/**
 * __fsnotify_vfsmount_delete - a mount goes away
 * @mnt: the mount
 *
 * Models: fs/notify/fsnotify.c, 6.1. Nothing hangs on mounts.
 */
void __fsnotify_vfsmount_delete(struct vfsmount *mnt)
{
	(void)mnt;
}

/**
 * fsnotify_sb_delete - a super block goes away
 * @sb: the super block
 *
 * Models: fs/notify/fsnotify.c, 6.1: its watchers are let go.
 */
void fsnotify_sb_delete(struct super_block *sb)
{
	atomic_long_set(&sb->s_fsnotify_connectors, 0);
}

/**
 * fsnotify_get_cookie - a number that joins the two events of a rename
 *
 * Models: fs/notify/fsnotify.c, 6.1.
 */
u32 fsnotify_get_cookie(void)
{
	return atomic_inc_return(&cookie);
}
EXPORT_SYMBOL_GPL(fsnotify_get_cookie);
