/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What namei.c, namei_open.c and namei_rename.c share (one file in the kernel).
 */
#ifndef _FS_NAMEI_H
#define _FS_NAMEI_H

#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/delayed_call.h>

/* A symlink whose body is being walked. */
struct nd_link {
	struct path path;
	struct delayed_call done;
};

struct nameidata {
	struct path path; /* where we are */
	struct path root; /* where we must not go above */
	struct qstr last; /* the last component, not yet walked */
	int last_type;
	unsigned int flags; /* LOOKUP_* */
	bool jumped; /* came here by "/", ".." or over a mount: d_weak_revalidate() */
	int total_links;
	struct nd_link link; /* the trailing symlink, as nd->last may lie in its body */
};

const char *nd_init(struct nameidata *nd, int dfd, struct filename *name, const struct path *root,
		    unsigned int flags);
int nd_walk(struct nameidata *nd, const char *name);
int nd_complete(struct nameidata *nd);
void nd_terminate(struct nameidata *nd);
const char *nd_handle_dots(struct nameidata *nd, struct nd_link *link);
const char *nd_step_into(struct nameidata *nd, struct dentry *dentry, bool follow,
			 struct nd_link *link);
struct dentry *nd_lookup_fast(struct nameidata *nd);
int nd_revalidate(struct dentry *dentry, unsigned int flags);
int nd_lookupat(int dfd, struct filename *name, const struct path *root, unsigned int flags,
		struct path *path);
int filename_parentat(int dfd, struct filename *name, unsigned int flags, struct path *parent,
		      struct qstr *last, int *type);

umode_t vfs_prepare_mode(struct user_namespace *mnt_userns, const struct inode *dir, umode_t mode,
			 umode_t mask_perms, umode_t type);
int may_delete(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *victim,
	       bool isdir);
int may_create(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *child);

#endif
