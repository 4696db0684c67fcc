// SPDX-License-Identifier: GPL-2.0
/*
 * Names of paths.
 *
 * Models: fs/d_path.c, 6.1. Each name is built from its end towards the front of the buffer, in one
 * step of the box (the kernel retries when rename_lock or mount_lock moved).
 */
#include <linux/fs.h>
#include <linux/dcache.h>
#include <linux/export.h>
#include <linux/mount.h>
#include <linux/slab.h>

#include "internal.h"
#include "mount.h"

struct prepend_buffer {
	char *buf; /* where the name begins so far */
	int len; /* what is left before it; negative: it did not fit */
};

static void prepend(struct prepend_buffer *b, const char *str, int n)
{
	b->len -= n;
	if (b->len < 0)
		return;
	b->buf -= n;
	memcpy(b->buf, str, n);
}

static void prepend_name(struct prepend_buffer *b, const struct qstr *name)
{
	prepend(b, (const char *)name->name, name->len);
	prepend(b, "/", 1);
}

static struct prepend_buffer prepend_start(char *buf, int buflen)
{
	struct prepend_buffer b = {buf + buflen, buflen};

	prepend(&b, "", 1);
	return b;
}

static char *prepend_done(struct prepend_buffer *b)
{
	return b->len >= 0 ? b->buf : ERR_PTR(-ENAMETOOLONG);
}

/* Up to @root: 0 reached, 1 the global root, 2 a detached mount. */
static int prepend_path(const struct path *path, const struct path *root, struct prepend_buffer *b)
{
	struct dentry *dentry = path->dentry;
	struct vfsmount *mnt = path->mnt;
	char *empty = b->buf;

	while (dentry != root->dentry || mnt != root->mnt) {
		if (dentry == mnt->mnt_root || IS_ROOT(dentry)) {
			struct mount *m = real_mount(mnt);

			if (dentry == mnt->mnt_root && mnt_has_parent(m)) {
				dentry = m->mnt_mountpoint;
				mnt = &m->mnt_parent->mnt;
				continue;
			}
			if (b->buf == empty)
				prepend(b, "/", 1);
			return is_mounted(mnt) ? 1 : 2;
		}
		prepend_name(b, &dentry->d_name);
		dentry = dentry->d_parent;
	}
	if (b->buf == empty)
		prepend(b, "/", 1);
	return 0;
}

/** __d_path() - the name below @root; NULL if it is not below. Models: fs/d_path.c, 6.1. */
char *__d_path(const struct path *path, const struct path *root, char *buf, int buflen)
{
	struct prepend_buffer b = prepend_start(buf, buflen);

	if (prepend_path(path, root, &b) > 0)
		return NULL;
	return prepend_done(&b);
}

/**
 * d_absolute_path() - the name from the root of the tree; -EINVAL if detached. Models: fs/d_path.c,
 *	6.1.
 */
char *d_absolute_path(const struct path *path, char *buf, int buflen)
{
	struct prepend_buffer b = prepend_start(buf, buflen);
	struct path root = {};

	if (prepend_path(path, &root, &b) > 1)
		return ERR_PTR(-EINVAL);
	return prepend_done(&b);
}

/** d_path() - the name for people, " (deleted)" and all. Models: fs/d_path.c, 6.1. */
char *d_path(const struct path *path, char *buf, int buflen)
{
	struct dentry *dentry = path->dentry;
	struct prepend_buffer b;
	struct path root;

	if (dentry->d_op && dentry->d_op->d_dname &&
	    (!IS_ROOT(dentry) || dentry != path->mnt->mnt_root))
		return dentry->d_op->d_dname(dentry, buf, buflen);
	b = prepend_start(buf, buflen);
	if (d_unlinked(dentry)) {
		b = (struct prepend_buffer){buf + buflen, buflen};
		prepend(&b, " (deleted)", sizeof(" (deleted)"));
	}
	box_root_get(&root);
	prepend_path(path, &root, &b);
	path_put(&root);
	return prepend_done(&b);
}
EXPORT_SYMBOL(d_path);

/** file_path() - d_path() of an open file. Models: fs/open.c, 6.1. */
char *file_path(struct file *filp, char *buf, int buflen)
{
	return d_path(&filp->f_path, buf, buflen);
}
EXPORT_SYMBOL(file_path);

/** dynamic_dname() - helper for ->d_dname(). Models: fs/d_path.c, 6.1. */
char *dynamic_dname(char *buffer, int buflen, const char *fmt, ...)
{
	char temp[64];
	va_list args;
	int sz;

	va_start(args, fmt);
	sz = vsnprintf(temp, sizeof(temp), fmt, args) + 1;
	va_end(args);
	if (sz > (int)sizeof(temp) || sz > buflen)
		return ERR_PTR(-ENAMETOOLONG);
	return memcpy(buffer + buflen - sz, temp, sz);
}

/** simple_dname() - helper for ->d_dname(): the name and " (deleted)". Models: fs/d_path.c, 6.1. */
char *simple_dname(struct dentry *dentry, char *buffer, int buflen)
{
	struct prepend_buffer b = {buffer + buflen, buflen};

	prepend(&b, " (deleted)", sizeof(" (deleted)"));
	prepend_name(&b, &dentry->d_name);
	return prepend_done(&b);
}

static char *dentry_name(const struct dentry *dentry, struct prepend_buffer *b)
{
	if (IS_ROOT(dentry))
		prepend(b, "/", 1);
	for (; !IS_ROOT(dentry); dentry = dentry->d_parent)
		prepend_name(b, &dentry->d_name);
	return prepend_done(b);
}

/** dentry_path_raw() - the name within the file system. Models: fs/d_path.c, 6.1. */
char *dentry_path_raw(const struct dentry *dentry, char *buf, int buflen)
{
	struct prepend_buffer b = prepend_start(buf, buflen);

	return dentry_name(dentry, &b);
}
EXPORT_SYMBOL(dentry_path_raw);

/** dentry_path() - the same, "//deleted" after an unlinked one. Models: fs/d_path.c, 6.1. */
char *dentry_path(const struct dentry *dentry, char *buf, int buflen)
{
	struct prepend_buffer b = {buf + buflen, buflen};

	if (d_unlinked(dentry))
		prepend(&b, "//deleted", sizeof("//deleted"));
	else
		prepend(&b, "", 1);
	return dentry_name(dentry, &b);
}
