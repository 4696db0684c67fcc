// SPDX-License-Identifier: GPL-2.0
/*
 * Mounts and the tree they make.
 *
 * Models: fs/namespace.c, 6.1. A mount is counted: one count for being in the tree, one per child
 * mounted on it, one per open file or path. umount is refused (-EBUSY) by the kernel's rule: more
 * than the tree's count and the caller's own. The last mntput of a task is put off to its return to
 * user space (task work), as in the kernel.
 *
 * Leaves out: more than one namespace, propagation, bind mounts and moves (unmodelled), expiry,
 * idmapped mounts, accounting. namespace_sem guards changes of the tree; look-ups are one step of
 * the box, where the kernel retries by mount_lock.
 *
 * Ledger: FB_RES_MOUNT is entered by each change of mnt_count.
 */
#include <linux/fs.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/fs_context.h>
#include <linux/fsnotify.h>
#include <linux/mount.h>
#include <uapi/linux/mount.h>
#include <linux/namei.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>

#include <core/choice.h>
#include <core/explore.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/race.h>
#include <core/run.h>

#include "internal.h"
#include "mount.h"

static DECLARE_RWSEM(namespace_sem);
static LIST_HEAD(mounts); /* the tree, parents before children */
static LIST_HEAD(unmounted); /* taken out under namespace_sem, put after it */
static LIST_HEAD(internal_mounts); /* by kern_mount(), through mnt_child */
static struct kmem_cache *mnt_cache;
static struct mount *root_mnt;
static int last_mnt_id;
static bool shutting_down;

/*
 * Counts
 */
static void mnt_count_inc(struct mount *m)
{
	fb_counted(&m->mnt_count, m->mnt_count, 1);
	m->mnt_count++;
	fb_get(FB_RES_MOUNT, m, 0);
}

static bool mnt_count_dec(struct mount *m)
{
	fb_put(FB_RES_MOUNT, m, 0);
	fb_race_release(&m->mnt_count);
	fb_counted(&m->mnt_count, m->mnt_count, -1);
	if (--m->mnt_count)
		return false;
	/* Kernel: mntput_no_expire() adds the counts of all processors up under a lock. */
	fb_race_acquire(&m->mnt_count);
	return true;
}

/** mntget() - one more reference. Models: fs/namespace.c, 6.1. */
struct vfsmount *mntget(struct vfsmount *mnt)
{
	if (mnt) {
		fb_point(FB_PT_COUNT, &real_mount(mnt)->mnt_count);
		mnt_count_inc(real_mount(mnt));
	}
	return mnt;
}
EXPORT_SYMBOL(mntget);

static struct mount *alloc_mount(const char *name)
{
	struct mount *m = kmem_cache_zalloc(mnt_cache, GFP_KERNEL);

	if (!m)
		return NULL;
	m->mnt_devname = kstrdup(name ? name : "none", GFP_KERNEL);
	if (!m->mnt_devname) {
		kmem_cache_free(mnt_cache, m);
		return NULL;
	}
	m->mnt_id = ++last_mnt_id;
	m->mnt_parent = m;
	m->mnt.mnt_userns = &init_user_ns;
	INIT_LIST_HEAD(&m->mnt_mounts);
	INIT_LIST_HEAD(&m->mnt_child);
	INIT_LIST_HEAD(&m->mnt_instance);
	INIT_LIST_HEAD(&m->mnt_list);
	fb_obj_new(m, "mount", m->mnt_devname);
	mnt_count_inc(m);
	return m;
}

static void free_mount_rcu(struct rcu_head *head)
{
	struct mount *m = container_of(head, struct mount, mnt_rcu);

	kfree(m->mnt_devname);
	fb_obj_gone(m);
	kmem_cache_free(mnt_cache, m);
}

static void cleanup_mnt(struct mount *m)
{
	WARN_ON(m->mnt_writers);
	dput(m->mnt.mnt_root);
	deactivate_super(m->mnt.mnt_sb);
	call_rcu(&m->mnt_rcu, free_mount_rcu);
}

static void cleanup_mnt_work(struct callback_head *head)
{
	cleanup_mnt(container_of(head, struct mount, mnt_work));
}

/* A kernel thread does not return to user space: a work item puts for it. */
struct delayed_mntput {
	struct work_struct work;
	struct mount *m;
};

static void delayed_mntput(struct work_struct *work)
{
	struct delayed_mntput *d = container_of(work, struct delayed_mntput, work);
	struct mount *m = d->m;

	kfree(d);
	cleanup_mnt(m);
}

static void delay_mntput(struct mount *m)
{
	struct delayed_mntput *d = kmalloc(sizeof(*d), GFP_KERNEL | __GFP_NOFAIL);

	INIT_WORK(&d->work, delayed_mntput);
	d->m = m;
	schedule_work(&d->work);
}

/**
 * mntput() - drop a reference; the last one lets go of the super block
 * Models: fs/namespace.c, 6.1. What follows the last one happens when the task returns to user
 * space, or in a work queue for a kernel thread; at once for MNT_INTERNAL. NULL is fine.
 */
void mntput(struct vfsmount *mnt)
{
	struct mount *m;

	if (!mnt)
		return;
	m = real_mount(mnt);
	fb_point(FB_PT_COUNT, &m->mnt_count);
	if (!mnt_count_dec(m))
		return;
	WARN_ON(is_mounted(mnt));
	WARN_ON(!list_empty(&m->mnt_mounts));
	m->mnt.mnt_flags |= MNT_DOOMED;
	list_del_init(&m->mnt_instance);
	if (mnt->mnt_flags & MNT_INTERNAL || shutting_down) {
		cleanup_mnt(m);
		return;
	}
	if (!(current->flags & PF_KTHREAD)) {
		init_task_work(&m->mnt_work, cleanup_mnt_work);
		if (!task_work_add(current, &m->mnt_work, TWA_RESUME))
			return;
	}
	delay_mntput(m);
}
EXPORT_SYMBOL(mntput);

/*
 * Write access
 */

/** __mnt_is_readonly() - mount or super block. Models: fs/namespace.c, 6.1. */
bool __mnt_is_readonly(struct vfsmount *mnt)
{
	return mnt->mnt_flags & MNT_READONLY || sb_rdonly(mnt->mnt_sb);
}
EXPORT_SYMBOL_GPL(__mnt_is_readonly);

/**
 * __mnt_want_write() - write access without freeze protection; -EROFS. Models: fs/namespace.c, 6.1.
 */
int __mnt_want_write(struct vfsmount *m)
{
	/*
	 * Writers commute with each other; who looks whether there are any touches the count as its
	 * writer.
	 */
	fb_point(FB_PT_READ, &real_mount(m)->mnt_writers);
	if (m->mnt_sb->s_readonly_remount || __mnt_is_readonly(m))
		return -EROFS;
	real_mount(m)->mnt_writers++;
	return 0;
}

/** mnt_want_write() - freeze protection and write access. Models: fs/namespace.c, 6.1. */
int mnt_want_write(struct vfsmount *m)
{
	int ret;

	sb_start_write(m->mnt_sb);
	ret = __mnt_want_write(m);
	if (ret)
		sb_end_write(m->mnt_sb);
	return ret;
}
EXPORT_SYMBOL_GPL(mnt_want_write);

/**
 * __mnt_want_write_file() - free for a file open for writing, which holds access already. Models:
 *	fs/namespace.c, 6.1.
 */
int __mnt_want_write_file(struct file *file)
{
	if (file->f_mode & FMODE_WRITER)
		return __mnt_is_readonly(file->f_path.mnt) ? -EROFS : 0;
	return __mnt_want_write(file->f_path.mnt);
}

/** mnt_want_write_file() - Models: fs/namespace.c, 6.1. */
int mnt_want_write_file(struct file *file)
{
	int ret;

	sb_start_write(file_inode(file)->i_sb);
	ret = __mnt_want_write_file(file);
	if (ret)
		sb_end_write(file_inode(file)->i_sb);
	return ret;
}
EXPORT_SYMBOL_GPL(mnt_want_write_file);

/** __mnt_drop_write() - Models: fs/namespace.c, 6.1. */
void __mnt_drop_write(struct vfsmount *m)
{
	fb_point(FB_PT_READ, &real_mount(m)->mnt_writers);
	if (--real_mount(m)->mnt_writers < 0)
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"write access of %s dropped more often than taken",
				fb_obj(real_mount(m)));
}

/** mnt_drop_write() - Models: fs/namespace.c, 6.1. */
void mnt_drop_write(struct vfsmount *mnt)
{
	__mnt_drop_write(mnt);
	sb_end_write(mnt->mnt_sb);
}
EXPORT_SYMBOL_GPL(mnt_drop_write);

/** __mnt_drop_write_file() - Models: fs/namespace.c, 6.1. */
void __mnt_drop_write_file(struct file *file)
{
	if (!(file->f_mode & FMODE_WRITER))
		__mnt_drop_write(file->f_path.mnt);
}

/** mnt_drop_write_file() - Models: fs/namespace.c, 6.1. */
void mnt_drop_write_file(struct file *file)
{
	__mnt_drop_write_file(file);
	sb_end_write(file_inode(file)->i_sb);
}
EXPORT_SYMBOL(mnt_drop_write_file);

/** sb_prepare_remount_readonly() - -EBUSY while somebody may write. Models: fs/namespace.c, 6.1. */
int sb_prepare_remount_readonly(struct super_block *sb)
{
	struct mount *m;

	if (atomic_long_read(&sb->s_remove_count))
		return -EBUSY;
	list_for_each_entry(m, &sb->s_mounts, mnt_instance) {
		fb_touch(&m->mnt_writers, true);
		if (!(m->mnt.mnt_flags & MNT_READONLY) && m->mnt_writers)
			return -EBUSY;
	}
	sb->s_readonly_remount = 1;
	return 0;
}

/** mnt_may_suid() - do set-id bits count here? Models: fs/namespace.c, 6.1. */
bool mnt_may_suid(struct vfsmount *mnt)
{
	return !(mnt->mnt_flags & MNT_NOSUID) && is_mounted(mnt) &&
	       current_in_userns(mnt->mnt_sb->s_user_ns);
}

/*
 * The tree
 */

/** __lookup_mnt() - what is mounted on @dentry of @mnt, uncounted. Models: fs/namespace.c, 6.1. */
struct mount *__lookup_mnt(struct vfsmount *mnt, struct dentry *dentry)
{
	struct mount *m;

	list_for_each_entry(m, &mounts, mnt_list)
		if (m->mnt_parent == real_mount(mnt) && m->mnt_mountpoint == dentry &&
		    mnt_has_parent(m))
			return m;
	return NULL;
}

/** lookup_mnt() - the same, counted. Models: fs/namespace.c, 6.1. */
struct vfsmount *lookup_mnt(const struct path *path)
{
	struct mount *m;

	fb_point(FB_PT_OTHER, path->mnt);
	m = __lookup_mnt(path->mnt, path->dentry);
	if (!m)
		return NULL;
	mnt_count_inc(m);
	return &m->mnt;
}

/** path_is_mountpoint() - Models: fs/namespace.c, 6.1. */
bool path_is_mountpoint(const struct path *path)
{
	return d_mountpoint(path->dentry) && __lookup_mnt(path->mnt, path->dentry);
}
EXPORT_SYMBOL(path_is_mountpoint);

/** our_mnt() - is the mount in the tree? Models: fs/namespace.c, 6.1; one namespace. */
bool our_mnt(struct vfsmount *mnt)
{
	return is_mounted(mnt);
}

/* Whatever is mounted on @dentry, through any mount. */
static struct mount *mounted_on(const struct dentry *dentry)
{
	struct mount *m;

	list_for_each_entry(m, &mounts, mnt_list)
		if (mnt_has_parent(m) && m->mnt_mountpoint == dentry)
			return m;
	return NULL;
}

/**
 * is_local_mountpoint() - a name that rename and unlink must leave alone. Models: fs/mount.h, 6.1;
 *	one namespace.
 */
bool is_local_mountpoint(const struct dentry *dentry)
{
	return d_mountpoint(dentry) && mounted_on(dentry);
}

/* namespace_sem held, the mount point is ours (lock_mount()). */
static void attach_mnt(struct mount *m, struct mount *parent, struct dentry *mountpoint)
{
	mnt_count_inc(parent);
	m->mnt_parent = parent;
	m->mnt_mountpoint = dget(mountpoint);
	list_add_tail(&m->mnt_child, &parent->mnt_mounts);
	list_add_tail(&m->mnt_list, &mounts);
}

/* namespace_sem held: out of the tree; the puts are for namespace_unlock(). */
static void unmount_one(struct mount *m)
{
	list_move_tail(&m->mnt_list, &unmounted);
	if (!mnt_has_parent(m))
		return;
	list_del_init(&m->mnt_child);
	if (!mounted_on(m->mnt_mountpoint)) {
		spin_lock(&m->mnt_mountpoint->d_lock);
		m->mnt_mountpoint->d_flags &= ~DCACHE_MOUNTED;
		spin_unlock(&m->mnt_mountpoint->d_lock);
	}
}

/* Children first, as they hold their parents. */
static void umount_tree(struct mount *m)
{
	while (!list_empty(&m->mnt_mounts))
		umount_tree(list_first_entry(&m->mnt_mounts, struct mount, mnt_child));
	unmount_one(m);
}

static void namespace_lock(void)
{
	down_write(&namespace_sem);
}

/* The puts may sleep and evict: after the lock. */
static void namespace_unlock(void)
{
	LIST_HEAD(head);

	list_splice_init(&unmounted, &head);
	up_write(&namespace_sem);
	while (!list_empty(&head)) {
		struct mount *m = list_first_entry(&head, struct mount, mnt_list);
		struct mount *parent = m->mnt_parent;
		struct dentry *mountpoint = m->mnt_mountpoint;
		bool attached = mnt_has_parent(m);

		list_del_init(&m->mnt_list);
		m->mnt_parent = m;
		m->mnt_mountpoint = m->mnt.mnt_root;
		if (attached) {
			dput(mountpoint);
			mntput(&parent->mnt);
		}
		mntput(&m->mnt);
	}
}

/* Lock a mount point: what is mounted there already is stepped over, @path moves along. */
static int lock_mount(struct path *path)
{
	struct vfsmount *mnt;
	int err;

	for (;;) {
		inode_lock(path->dentry->d_inode);
		if (unlikely(cant_mount(path->dentry))) {
			inode_unlock(path->dentry->d_inode);
			return -ENOENT;
		}
		namespace_lock();
		mnt = lookup_mnt(path);
		if (!mnt)
			break;
		namespace_unlock();
		inode_unlock(path->dentry->d_inode);
		path_put(path);
		path->mnt = mnt;
		path->dentry = dget(mnt->mnt_root);
	}
	/* Mounted through another mount already: the flag is set, and that is all it takes. */
	err = d_set_mounted(path->dentry);
	if (err && !(err == -EBUSY && mounted_on(path->dentry))) {
		namespace_unlock();
		inode_unlock(path->dentry->d_inode);
		return err;
	}
	return 0;
}

static void unlock_mount(struct path *path)
{
	struct dentry *dentry = path->dentry;

	if (!mounted_on(dentry)) {
		spin_lock(&dentry->d_lock);
		dentry->d_flags &= ~DCACHE_MOUNTED;
		spin_unlock(&dentry->d_lock);
	}
	namespace_unlock();
	inode_unlock(dentry->d_inode);
}

/* Mount point locked. Eats the caller's reference when it succeeds: it becomes the tree's. */
static int add_mount(struct mount *m, const struct path *path, int mnt_flags)
{
	if (!is_mounted(path->mnt))
		return -EINVAL;
	if (path->mnt->mnt_sb == m->mnt.mnt_sb && path->mnt->mnt_root == path->dentry)
		return -EBUSY;
	if (d_is_symlink(m->mnt.mnt_root))
		return -EINVAL;
	if (d_is_dir(path->dentry) != d_is_dir(m->mnt.mnt_root))
		return -ENOTDIR;
	m->mnt.mnt_flags = mnt_flags & ~MNT_INTERNAL_FLAGS;
	attach_mnt(m, real_mount(path->mnt), path->dentry);
	return 0;
}

/*
 * Making mounts
 */

/**
 * vfs_create_mount() - a mount of fc->root, in no tree yet, with one reference. Models:
 *	fs/namespace.c, 6.1.
 */
struct vfsmount *vfs_create_mount(struct fs_context *fc)
{
	struct mount *m;

	if (!fc->root)
		return ERR_PTR(-EINVAL);
	m = alloc_mount(fc->source);
	if (!m)
		return ERR_PTR(-ENOMEM);
	if (fc->sb_flags & SB_KERNMOUNT)
		m->mnt.mnt_flags = MNT_INTERNAL;
	atomic_inc(&fc->root->d_sb->s_active);
	m->mnt.mnt_sb = fc->root->d_sb;
	m->mnt.mnt_root = dget(fc->root);
	m->mnt_mountpoint = m->mnt.mnt_root;
	list_add_tail(&m->mnt_instance, &m->mnt.mnt_sb->s_mounts);
	return &m->mnt;
}
EXPORT_SYMBOL(vfs_create_mount);

/** fc_mount() - vfs_get_tree() and vfs_create_mount(). Models: fs/namespace.c, 6.1. */
struct vfsmount *fc_mount(struct fs_context *fc)
{
	int err = vfs_get_tree(fc);

	if (err)
		return ERR_PTR(err);
	up_write(&fc->root->d_sb->s_umount);
	return vfs_create_mount(fc);
}
EXPORT_SYMBOL(fc_mount);

/** vfs_kern_mount() - a mount for the kernel's own use. Models: fs/namespace.c, 6.1. */
struct vfsmount *vfs_kern_mount(struct file_system_type *type, int flags, const char *name,
				void *data)
{
	struct vfsmount *mnt;
	struct fs_context *fc;
	int ret = 0;

	if (!type)
		return ERR_PTR(-EINVAL);
	fc = fs_context_for_mount(type, flags);
	if (IS_ERR(fc))
		return ERR_CAST(fc);
	if (name)
		ret = vfs_parse_fs_string(fc, "source", name, strlen(name));
	if (!ret)
		ret = parse_monolithic_mount_data(fc, data);
	mnt = ret ? ERR_PTR(ret) : fc_mount(fc);
	put_fs_context(fc);
	return mnt;
}
EXPORT_SYMBOL_GPL(vfs_kern_mount);

/** kern_mount() - Models: fs/namespace.c, 6.1. */
struct vfsmount *kern_mount(struct file_system_type *type)
{
	struct vfsmount *mnt = vfs_kern_mount(type, SB_KERNMOUNT, type->name, NULL);

	if (!IS_ERR(mnt))
		list_add_tail(&real_mount(mnt)->mnt_child, &internal_mounts);
	return mnt;
}
EXPORT_SYMBOL_GPL(kern_mount);

/** kern_unmount() - Models: fs/namespace.c, 6.1. */
void kern_unmount(struct vfsmount *mnt)
{
	if (IS_ERR_OR_NULL(mnt))
		return;
	list_del_init(&real_mount(mnt)->mnt_child);
	synchronize_rcu();
	mntput(mnt);
}
EXPORT_SYMBOL(kern_unmount);

/**
 * clone_private_mount() - a mount of the same tree, in no namespace (stacked file systems). Models:
 *	fs/namespace.c, 6.1.
 */
struct vfsmount *clone_private_mount(const struct path *path)
{
	struct mount *old = real_mount(path->mnt), *m;

	if (!is_mounted(path->mnt))
		return ERR_PTR(-EINVAL);
	m = alloc_mount(old->mnt_devname);
	if (!m)
		return ERR_PTR(-ENOMEM);
	m->mnt.mnt_flags = old->mnt.mnt_flags & ~MNT_INTERNAL_FLAGS;
	atomic_inc(&old->mnt.mnt_sb->s_active);
	m->mnt.mnt_sb = old->mnt.mnt_sb;
	m->mnt.mnt_root = dget(path->dentry);
	m->mnt_mountpoint = m->mnt.mnt_root;
	list_add_tail(&m->mnt_instance, &m->mnt.mnt_sb->s_mounts);
	return &m->mnt;
}
EXPORT_SYMBOL_GPL(clone_private_mount);

/** may_mount() - CAP_SYS_ADMIN in the only namespace. Models: fs/namespace.c, 6.1. */
bool may_mount(void)
{
	return ns_capable(&init_user_ns, CAP_SYS_ADMIN);
}

/* s_umount held on entry, given back. */
static int new_mount_fc(struct fs_context *fc, struct path *mountpoint, unsigned int mnt_flags)
{
	struct vfsmount *mnt;
	int err;

	up_write(&fc->root->d_sb->s_umount);
	mnt = vfs_create_mount(fc);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	err = lock_mount(mountpoint);
	if (err) {
		mntput(mnt);
		return err;
	}
	err = add_mount(real_mount(mnt), mountpoint, mnt_flags);
	unlock_mount(mountpoint);
	if (err < 0)
		mntput(mnt);
	return err;
}

/* fuse.sshfs: the part behind the dot is for show. Eats the reference when there is an error. */
static int get_subtype(struct file_system_type *type, const char *fstype, const char **subtype)
{
	*subtype = NULL;
	if (!(type->fs_flags & FS_HAS_SUBTYPE))
		return 0;
	*subtype = strchr(fstype, '.');
	if (!*subtype)
		return 0;
	return *++*subtype ? 0 : -EINVAL;
}

static int configure(struct fs_context *fc, const char *subtype, const char *name, void *data)
{
	int err = 0;

	if (subtype)
		err = vfs_parse_fs_string(fc, "subtype", subtype, strlen(subtype));
	if (!err && name)
		err = vfs_parse_fs_string(fc, "source", name, strlen(name));
	if (!err)
		err = parse_monolithic_mount_data(fc, data);
	if (!err && !mount_capable(fc))
		err = -EPERM;
	return err;
}

static int new_mount(struct path *path, const char *fstype, int sb_flags, int mnt_flags,
		     const char *name, void *data)
{
	struct file_system_type *type;
	struct fs_context *fc;
	const char *subtype;
	int err;

	if (!fstype)
		return -EINVAL;
	type = get_fs_type(fstype);
	if (!type)
		return -ENODEV;
	err = get_subtype(type, fstype, &subtype);
	if (err) {
		put_filesystem(type);
		return err;
	}
	fc = fs_context_for_mount(type, sb_flags);
	put_filesystem(type);
	if (IS_ERR(fc))
		return PTR_ERR(fc);
	err = configure(fc, subtype, name, data);
	if (!err)
		err = vfs_get_tree(fc);
	if (!err)
		err = new_mount_fc(fc, path, mnt_flags);
	put_fs_context(fc);
	return err;
}

/* A second mount of what is at @from, without the mounts below it. */
static int bind_mount(struct path *path, const char *from)
{
	struct path old;
	struct vfsmount *mnt;
	int err;

	if (!from || !*from)
		return -EINVAL;
	err = kern_path(from, LOOKUP_FOLLOW | LOOKUP_AUTOMOUNT, &old);
	if (err)
		return err;
	mnt = clone_private_mount(&old);
	err = PTR_ERR_OR_ZERO(mnt);
	if (err)
		goto out_path;
	err = lock_mount(path);
	if (err)
		goto out_mnt;
	err = add_mount(real_mount(mnt), path, mnt->mnt_flags);
	unlock_mount(path);
out_mnt:
	if (err < 0)
		mntput(mnt);
out_path:
	path_put(&old);
	return err;
}

/* MS_REMOUNT | MS_BIND: the flags of this mount alone, not those of its super block. */
static int bind_remount(struct path *path, int mnt_flags)
{
	struct mount *m = real_mount(path->mnt);
	int err = 0;

	if (!is_mounted(path->mnt) || path->dentry != path->mnt->mnt_root)
		return -EINVAL;
	namespace_lock();
	fb_touch(&m->mnt_writers, true);
	if ((mnt_flags & MNT_READONLY) && !__mnt_is_readonly(path->mnt) && m->mnt_writers)
		err = -EBUSY;
	else
		path->mnt->mnt_flags = (path->mnt->mnt_flags & ~MNT_USER_SETTABLE_MASK) | mnt_flags;
	namespace_unlock();
	return err;
}

static int remount(struct path *path, int sb_flags, int mnt_flags, void *data)
{
	struct super_block *sb = path->mnt->mnt_sb;
	struct fs_context *fc;
	int err;

	if (!is_mounted(path->mnt) || path->dentry != path->mnt->mnt_root)
		return -EINVAL;
	fc = fs_context_for_reconfigure(path->dentry, sb_flags, MS_RMT_MASK);
	if (IS_ERR(fc))
		return PTR_ERR(fc);
	fc->oldapi = true;
	err = parse_monolithic_mount_data(fc, data);
	if (!err) {
		down_write(&sb->s_umount);
		err = ns_capable(sb->s_user_ns, CAP_SYS_ADMIN) ? reconfigure_super(fc) : -EPERM;
		if (!err)
			path->mnt->mnt_flags = (path->mnt->mnt_flags & ~MNT_USER_SETTABLE_MASK) |
					       mnt_flags;
		up_write(&sb->s_umount);
	}
	put_fs_context(fc);
	return err;
}

static int mount_flags(const struct path *path, unsigned long flags)
{
	static const struct {
		unsigned long ms;
		int mnt;
	} map[] = {
		{MS_NOSUID, MNT_NOSUID},	   {MS_NODEV, MNT_NODEV},
		{MS_NOEXEC, MNT_NOEXEC},	   {MS_NOATIME, MNT_NOATIME},
		{MS_NODIRATIME, MNT_NODIRATIME},   {MS_RDONLY, MNT_READONLY},
		{MS_NOSYMFOLLOW, MNT_NOSYMFOLLOW},
	};
	int mnt_flags = flags & MS_NOATIME ? 0 : MNT_RELATIME;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(map); i++)
		if (flags & map[i].ms)
			mnt_flags |= map[i].mnt;
	if (flags & MS_STRICTATIME)
		mnt_flags &= ~(MNT_RELATIME | MNT_NOATIME);
	if (flags & MS_REMOUNT &&
	    !(flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)))
		mnt_flags = (mnt_flags & ~MNT_ATIME_MASK) | (path->mnt->mnt_flags & MNT_ATIME_MASK);
	return mnt_flags;
}

/**
 * path_mount() - mount(2) at a path: a new mount, MS_BIND, MS_REMOUNT, or both
 * Models: fs/namespace.c, 6.1. Recursive binds, moves and propagation are unmodelled. @data is
 * kernel memory.
 */
int path_mount(const char *dev_name, struct path *path, const char *type, unsigned long flags,
	       void *data)
{
	const unsigned long sb_mask = SB_RDONLY | SB_SYNCHRONOUS | SB_MANDLOCK | SB_DIRSYNC |
				      SB_SILENT | SB_POSIXACL | SB_LAZYTIME | SB_I_VERSION;
	int mnt_flags;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	if (flags & MS_NOUSER)
		return -EINVAL;
	if (!may_mount())
		return -EPERM;
	mnt_flags = mount_flags(path, flags);
	if (flags & (MS_REC | MS_MOVE | MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE))
		unmodelled("mount(MS_REC, MS_MOVE or propagation)");
	if ((flags & (MS_REMOUNT | MS_BIND)) == (MS_REMOUNT | MS_BIND))
		return bind_remount(path, mnt_flags);
	if (flags & MS_BIND)
		return bind_mount(path, dev_name);
	if (flags & MS_REMOUNT)
		return remount(path, flags & sb_mask, mnt_flags, data);
	return new_mount(path, type, flags & sb_mask, mnt_flags, dev_name, data);
}

/** do_mount() - mount(2); @data is kernel memory. Models: fs/namespace.c, 6.1. */
long do_mount(const char *dev_name, const char __user *dir_name, const char *type,
	      unsigned long flags, void *data)
{
	struct path path;
	int ret;

	ret = user_path_at(AT_FDCWD, dir_name, LOOKUP_FOLLOW, &path);
	if (ret)
		return ret;
	ret = path_mount(dev_name, &path, type, flags, data);
	path_put(&path);
	return ret;
}

/**
 * finish_automount() - put what ->d_automount() made into the tree
 * Models: fs/namespace.c, 6.1. @m comes with two references, so that it does not expire before it
 * is there; both are eaten.
 */
int finish_automount(struct vfsmount *m, const struct path *path)
{
	struct path at = *path;
	int err;

	if (!m)
		return 0;
	if (IS_ERR(m))
		return PTR_ERR(m);
	inode_lock(at.dentry->d_inode);
	namespace_lock();
	if (unlikely(cant_mount(at.dentry))) {
		err = -ENOENT;
	} else if (__lookup_mnt(at.mnt, at.dentry)) {
		/* Somebody was faster, which is as good. */
		err = -EEXIST;
	} else {
		err = d_set_mounted(at.dentry);
		if (!err)
			err = add_mount(real_mount(m), &at, at.mnt->mnt_flags | MNT_SHRINKABLE);
	}
	namespace_unlock();
	inode_unlock(at.dentry->d_inode);
	/* The tree has the other one, or nobody. */
	mntput(m);
	if (err)
		mntput(m);
	return err == -EEXIST ? 0 : err;
}

/*
 * Unmounting
 */

/* Kernel: propagate_mount_busy(mnt, 2): the tree's count and the caller's. */
static bool mount_busy(struct mount *m)
{
	fb_touch(&m->mnt_count, true);
	return !list_empty(&m->mnt_mounts) || m->mnt_count > 2;
}

/**
 * may_umount() - would umount succeed, for a caller that holds one reference? Models:
 *	fs/namespace.c, 6.1.
 */
int may_umount(struct vfsmount *mnt)
{
	int ret;

	down_read(&namespace_sem);
	ret = !mount_busy(real_mount(mnt));
	up_read(&namespace_sem);
	return ret;
}
EXPORT_SYMBOL(may_umount);

/*
 * Submounts that the kernel made itself (->d_automount) go with the mount below them, if nobody
 * uses them.
 */
static void shrink_submounts(struct mount *m)
{
	struct mount *child, *next;

	list_for_each_entry_safe(child, next, &m->mnt_mounts, mnt_child) {
		shrink_submounts(child);
		if (child->mnt.mnt_flags & MNT_SHRINKABLE && list_empty(&child->mnt_mounts) &&
		    child->mnt_count == 1) {
			unmount_one(child);
			/*
			 * The parent's count is put after the lock; the check that follows must not
			 * see it.
			 */
			m->mnt_count--;
		}
	}
}

static int do_umount(struct mount *m, int flags)
{
	struct super_block *sb = m->mnt.mnt_sb;
	int shrunk, ret = 0;

	if (flags & MNT_EXPIRE)
		unmodelled("umount(MNT_EXPIRE)");
	if (flags & MNT_FORCE && sb->s_op->umount_begin)
		sb->s_op->umount_begin(sb);
	if (m == root_mnt && !(flags & MNT_DETACH))
		unmodelled("umount of the root");
	namespace_lock();
	if (!is_mounted(&m->mnt)) {
		ret = -EINVAL;
	} else if (flags & MNT_DETACH) {
		umount_tree(m);
	} else {
		shrunk = m->mnt_count;
		shrink_submounts(m);
		shrunk -= m->mnt_count;
		if (mount_busy(m))
			ret = -EBUSY;
		m->mnt_count += shrunk;
		if (!ret)
			umount_tree(m);
	}
	namespace_unlock();
	return ret;
}

/**
 * path_umount() - umount2(2): 0, MNT_FORCE, MNT_DETACH; eats the path's references
 * Models: fs/namespace.c, 6.1. -EBUSY by reference counts, -EINVAL if not the root of a mount,
 * -EPERM.
 */
int path_umount(struct path *path, int flags)
{
	struct mount *m = real_mount(path->mnt);
	int ret = 0;

	if (!may_mount())
		ret = -EPERM;
	else if (path->dentry != path->mnt->mnt_root || !is_mounted(path->mnt))
		ret = -EINVAL;
	else
		ret = do_umount(m, flags);
	dput(path->dentry);
	mntput(path->mnt);
	return ret;
}

/**
 * __detach_mounts() - the mount point is going away: unhash it, then unmount lazily what is on it
 * Models: fs/namespace.c, 6.1.
 */
void __detach_mounts(struct dentry *dentry)
{
	struct mount *m;

	namespace_lock();
	m = mounted_on(dentry);
	if (m)
		d_drop(dentry);
	for (; m; m = mounted_on(dentry))
		umount_tree(m);
	namespace_unlock();
}

/*
 * The root of the box
 */

/**
 * box_root_get() - where "/" and AT_FDCWD start, counted; the box has one root, which is
 *	everybody's working directory.
 */
void box_root_get(struct path *path)
{
	path->mnt = mntget(&root_mnt->mnt);
	path->dentry = dget(root_mnt->mnt.mnt_root);
}

/** mnt_init() - mount the root. Models: fs/namespace.c, 6.1. */
void mnt_init(void)
{
	struct vfsmount *mnt;

	shutting_down = false;
	mnt_cache = kmem_cache_create("mnt_cache", sizeof(struct mount), 0, 0, NULL);
	init_rootfs();
	mnt = vfs_kern_mount(&rootfs_fs_type, 0, "rootfs", NULL);
	BUG_ON(IS_ERR(mnt));
	root_mnt = real_mount(mnt);
	list_add_tail(&root_mnt->mnt_list, &mounts);
}

/**
 * mnt_shutdown() - unmount everything, the root last; who still holds a mount shows in the ledger.
 */
void mnt_shutdown(void)
{
	shutting_down = true;
	namespace_lock();
	umount_tree(root_mnt);
	namespace_unlock();
	root_mnt = NULL;
	/* pipefs and its like, which the kernel itself never unmounts. */
	while (!list_empty(&internal_mounts))
		kern_unmount(&list_first_entry(&internal_mounts, struct mount, mnt_child)->mnt);
	exit_rootfs();
	rcu_barrier();
	kmem_cache_destroy(mnt_cache);
	mnt_cache = NULL;
}
