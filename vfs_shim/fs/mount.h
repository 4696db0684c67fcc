/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mount. Models: fs/mount.h, 6.1; leaves out namespaces other than the first, propagation, expiry
 * and the per-cpu split of the two counters (one processor: the sum is the counter).
 */
#ifndef _FS_MOUNT_H
#define _FS_MOUNT_H

#include <linux/mount.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/task_work.h>

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	union {
		struct rcu_head
			mnt_rcu; /* free after a grace period, or task work of the last mntput */
		struct callback_head mnt_work;
	};
	int mnt_count;
	int mnt_writers;
	struct list_head mnt_mounts; /* children */
	struct list_head mnt_child; /* in the parent's mnt_mounts */
	struct list_head mnt_instance; /* in sb->s_mounts */
	struct list_head mnt_list; /* in the tree; empty when detached */
	const char *mnt_devname;
	int mnt_id;
};

static inline struct mount *real_mount(struct vfsmount *mnt)
{
	return container_of(mnt, struct mount, mnt);
}

static inline int mnt_has_parent(const struct mount *mnt)
{
	return mnt != mnt->mnt_parent;
}

static inline int is_mounted(struct vfsmount *mnt)
{
	return !list_empty(&real_mount(mnt)->mnt_list);
}

struct mount *__lookup_mnt(struct vfsmount *mnt, struct dentry *dentry);

void __detach_mounts(struct dentry *dentry);
bool is_local_mountpoint(const struct dentry *dentry);

static inline void detach_mounts(struct dentry *dentry)
{
	if (d_mountpoint(dentry))
		__detach_mounts(dentry);
}

#endif
