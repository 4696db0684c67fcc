// SPDX-License-Identifier: GPL-2.0
/*
 * Super blocks: life, search, freeze.
 *
 * Models: fs/super.c, 6.1. An active reference (s_active) keeps the file system mounted, a passive
 * one (s_count) the memory; s_umount is held exclusively while one is made, changed or shut down.
 * Freezing closes the sb_writers levels in the kernel's order.
 *
 * Leaves out: LSM hooks (no LSM in the box), the shrinker (memory pressure is asked for, see
 * prune_icache()), emergency thaw, and everything with a block device (unmodelled).
 *
 * Ledger: FB_RES_SUPER watches s_active; FB_RES_FREEZE is entered by the per-cpu rwsem of each
 * level.
 */
#include <linux/fs.h>
#include <linux/backing-dev.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/fs_context.h>
#include <linux/fsnotify.h>
#include <linux/idr.h>
#include <linux/mount.h>
#include <uapi/linux/mount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>
#include <linux/writeback.h>

#include <core/finding.h>
#include <core/ledger.h>
#include <core/run.h>

#include "internal.h"

static LIST_HEAD(super_blocks);
static DEFINE_SPINLOCK(sb_lock);
static DEFINE_IDA(unnamed_dev_ida);

static const char *const sb_writers_name[SB_FREEZE_LEVELS] = {
	"sb_writers",
	"sb_pagefaults",
	"sb_internal",
};

/*
 * Memory
 */
static void free_writers(struct super_block *s)
{
	int i;

	for (i = 0; i < SB_FREEZE_LEVELS; i++)
		percpu_free_rwsem(&s->s_writers.rw_sem[i]);
}

/* With the memory the ledger would forget who never gave freeze protection back. */
static void report_kept_protection(struct super_block *s)
{
	int level;

	for (level = SB_FREEZE_WRITE; level <= SB_FREEZE_LEVELS; level++)
		if (fb_held(FB_RES_FREEZE, s, level))
			fb_report(FB_FREEZE_KEPT, 0, NULL,
				  "%s goes away while %s is still held, level %d", fb_obj(s),
				  sb_writers_name[level - 1], level);
}

static void destroy_super_rcu(struct rcu_head *head)
{
	struct super_block *s = container_of(head, struct super_block, rcu);

	report_kept_protection(s);
	free_writers(s);
	fb_obj_gone(s);
	kfree(s);
}

/* Made for nothing: somebody else's was found, or set() failed. Its s_umount is held. */
static void destroy_unused_super(struct super_block *s)
{
	if (!s)
		return;
	up_write(&s->s_umount);
	fb_watch_add(&s->s_active, -1);
	fb_unwatch(&s->s_active);
	put_user_ns(s->s_user_ns);
	kfree(s->s_subtype);
	free_writers(s);
	fb_obj_gone(s);
	kfree(s);
}

static int init_writers(struct super_block *s, struct file_system_type *type)
{
	int i;

	for (i = 0; i < SB_FREEZE_LEVELS; i++) {
		struct percpu_rw_semaphore *sem = &s->s_writers.rw_sem[i];

		if (__percpu_init_rwsem(sem, sb_writers_name[i], &type->s_writers_key[i]))
			return -ENOMEM;
		percpu_rwsem_is_freeze_level(sem, s, i + 1);
	}
	init_waitqueue_head(&s->s_writers.wait_unfrozen);
	return 0;
}

static void init_lists(struct super_block *s)
{
	INIT_LIST_HEAD(&s->s_list);
	INIT_LIST_HEAD(&s->s_mounts);
	INIT_HLIST_NODE(&s->s_instances);
	INIT_HLIST_BL_HEAD(&s->s_roots);
	INIT_LIST_HEAD(&s->s_inodes);
	INIT_LIST_HEAD(&s->s_inodes_wb);
	spin_lock_init(&s->s_inode_list_lock);
	spin_lock_init(&s->s_inode_wblist_lock);
}

static void init_locks(struct super_block *s, struct file_system_type *type)
{
	init_rwsem(&s->s_umount);
	lockdep_set_class(&s->s_umount, &type->s_umount_key);
	mutex_init(&s->s_sync_lock);
	mutex_init(&s->s_vfs_rename_mutex);
	lockdep_set_class(&s->s_vfs_rename_mutex, &type->s_vfs_rename_key);
}

/* Returns with s_umount held, in a subclass of its own: sget() may take an older one's inside. */
static struct super_block *alloc_super(struct file_system_type *type, int flags,
				       struct user_namespace *user_ns)
{
	static const struct super_operations default_op;
	struct super_block *s = kzalloc(sizeof(*s), GFP_USER);

	if (!s)
		return NULL;
	fb_obj_new(s, "super", type->name);
	init_lists(s);
	init_locks(s, type);
	s->s_user_ns = get_user_ns(user_ns);
	atomic_set(&s->s_active, 1);
	fb_watch(&s->s_active, FB_RES_SUPER, s);
	fb_watch_add(&s->s_active, 1);
	s->s_count = 1;
	down_write_nested(&s->s_umount, SINGLE_DEPTH_NESTING);
	if (init_writers(s, type)) {
		destroy_unused_super(s);
		return NULL;
	}
	s->s_bdi = &noop_backing_dev_info;
	s->s_flags = flags;
	if (s->s_user_ns != &init_user_ns)
		s->s_iflags |= SB_I_NODEV;
	s->s_maxbytes = MAX_NON_LFS;
	s->s_op = &default_op;
	s->s_time_gran = 1000000000;
	s->s_time_min = TIME64_MIN;
	s->s_time_max = TIME64_MAX;
	return s;
}

/*
 * References
 */

/* sb_lock held. */
static void __put_super(struct super_block *s)
{
	if (--s->s_count)
		return;
	list_del_init(&s->s_list);
	WARN_ON(!list_empty(&s->s_mounts));
	put_user_ns(s->s_user_ns);
	kfree(s->s_subtype);
	call_rcu(&s->rcu, destroy_super_rcu);
}

/** put_super() - drop a passive reference. Models: fs/super.c, 6.1. */
void put_super(struct super_block *sb)
{
	spin_lock(&sb_lock);
	__put_super(sb);
	spin_unlock(&sb_lock);
}

/**
 * deactivate_locked_super() - drop an active reference; the last one shuts the file system down
 * Models: fs/super.c, 6.1. s_umount is held exclusively, and given back.
 */
void deactivate_locked_super(struct super_block *s)
{
	struct file_system_type *fs = s->s_type;

	if (!atomic_dec_and_test(&s->s_active)) {
		up_write(&s->s_umount);
		return;
	}
	fb_unwatch(&s->s_active);
	fs->kill_sb(s);
	put_filesystem(fs);
	put_super(s);
}
EXPORT_SYMBOL(deactivate_locked_super);

/** deactivate_super() - the same without the lock. Models: fs/super.c, 6.1. */
void deactivate_super(struct super_block *s)
{
	if (atomic_add_unless(&s->s_active, -1, 1))
		return;
	down_write(&s->s_umount);
	deactivate_locked_super(s);
}
EXPORT_SYMBOL(deactivate_super);

/*
 * sb_lock held, and given back. An active reference and s_umount, unless it is dead or not yet
 * born.
 */
static bool grab_super(struct super_block *s)
{
	s->s_count++;
	spin_unlock(&sb_lock);
	down_write(&s->s_umount);
	if (s->s_flags & SB_BORN && atomic_inc_not_zero(&s->s_active)) {
		put_super(s);
		return true;
	}
	up_write(&s->s_umount);
	put_super(s);
	return false;
}

/** drop_super() - give back what get_super() took. Models: fs/super.c, 6.1. */
void drop_super(struct super_block *sb)
{
	up_read(&sb->s_umount);
	put_super(sb);
}
EXPORT_SYMBOL(drop_super);

/**
 * iterate_supers() - call @f with each live super block, s_umount held shared. Models: fs/super.c,
 *	6.1.
 */
void iterate_supers(void (*f)(struct super_block *, void *), void *arg)
{
	struct super_block *sb, *p = NULL;

	spin_lock(&sb_lock);
	list_for_each_entry(sb, &super_blocks, s_list) {
		if (hlist_unhashed(&sb->s_instances))
			continue;
		sb->s_count++;
		spin_unlock(&sb_lock);
		down_read(&sb->s_umount);
		if (sb->s_root && sb->s_flags & SB_BORN)
			f(sb, arg);
		up_read(&sb->s_umount);
		spin_lock(&sb_lock);
		if (p)
			__put_super(p);
		p = sb;
	}
	if (p)
		__put_super(p);
	spin_unlock(&sb_lock);
}

/*
 * The end
 */
static void report_busy_inodes(struct super_block *sb)
{
	struct inode *inode;

	list_for_each_entry(inode, &sb->s_inodes, i_sb_list)
		fb_report(FB_CONTRACT, 0, NULL,
			  "VFS: Busy inodes after unmount of %s (%s): %s, i_count %d", sb->s_id,
			  sb->s_type->name, fb_obj(inode), inode->i_count.counter);
}

static void shutdown_tree(struct super_block *sb)
{
	shrink_dcache_for_umount(sb);
	sync_filesystem(sb);
	sb->s_flags &= ~SB_ACTIVE;
	evict_inodes(sb);
	fsnotify_sb_delete(sb);
	if (sb->s_dio_done_wq) {
		destroy_workqueue(sb->s_dio_done_wq);
		sb->s_dio_done_wq = NULL;
	}
	if (sb->s_op->put_super)
		sb->s_op->put_super(sb);
	report_busy_inodes(sb);
}

/**
 * generic_shutdown_super() - what every ->kill_sb() needs: dentries, inodes, ->put_super()
 * Models: fs/super.c, 6.1. Gives s_umount back. Inodes still in use are a finding (the kernel
 * prints, and corrupts them on purpose).
 */
void generic_shutdown_super(struct super_block *sb)
{
	if (sb->s_root)
		shutdown_tree(sb);
	spin_lock(&sb_lock);
	hlist_del_init(&sb->s_instances);
	spin_unlock(&sb_lock);
	up_write(&sb->s_umount);
	if (sb->s_bdi == &noop_backing_dev_info)
		return;
	if (sb->s_iflags & SB_I_PERSB_BDI)
		bdi_unregister(sb->s_bdi);
	bdi_put(sb->s_bdi);
	sb->s_bdi = &noop_backing_dev_info;
}
EXPORT_SYMBOL(generic_shutdown_super);

/** retire_super() - never share this super block again. Models: fs/super.c, 6.1. */
void retire_super(struct super_block *sb)
{
	WARN_ON(!sb->s_bdev);
	down_write(&sb->s_umount);
	if (sb->s_iflags & SB_I_PERSB_BDI) {
		bdi_unregister(sb->s_bdi);
		sb->s_iflags &= ~SB_I_PERSB_BDI;
	}
	sb->s_iflags |= SB_I_RETIRED;
	up_write(&sb->s_umount);
}
EXPORT_SYMBOL(retire_super);

/*
 * Find or make
 */

/** mount_capable() - may current mount this type? Models: fs/super.c, 6.1. */
bool mount_capable(struct fs_context *fc)
{
	if (!(fc->fs_type->fs_flags & FS_USERNS_MOUNT))
		return capable(CAP_SYS_ADMIN);
	return ns_capable(fc->user_ns, CAP_SYS_ADMIN);
}

/* sb_lock held, and given back. */
static void publish_super(struct super_block *s, struct file_system_type *type)
{
	s->s_type = type;
	strscpy(s->s_id, type->name, sizeof(s->s_id));
	list_add_tail(&s->s_list, &super_blocks);
	hlist_add_head(&s->s_instances, &type->fs_supers);
	spin_unlock(&sb_lock);
	get_filesystem(type);
}

static struct super_block *find_super_fc(struct fs_context *fc,
					 int (*test)(struct super_block *, struct fs_context *))
{
	struct super_block *old;

	if (!test)
		return NULL;
	hlist_for_each_entry(old, &fc->fs_type->fs_supers, s_instances)
		if (test(old, fc))
			return old;
	return NULL;
}

/**
 * sget_fc() - the super block that @test finds, or a new one that @set initialises
 * Models: fs/super.c, 6.1. Returns with s_umount held and an active reference; takes fc->s_fs_info
 * over if new.
 */
struct super_block *sget_fc(struct fs_context *fc,
			    int (*test)(struct super_block *, struct fs_context *),
			    int (*set)(struct super_block *, struct fs_context *))
{
	struct user_namespace *user_ns = fc->global ? &init_user_ns : fc->user_ns;
	struct super_block *s = NULL, *old;
	int err;

	for (;;) {
		spin_lock(&sb_lock);
		old = find_super_fc(fc, test);
		if (old && user_ns != old->s_user_ns) {
			spin_unlock(&sb_lock);
			destroy_unused_super(s);
			return ERR_PTR(-EBUSY);
		}
		if (old) {
			if (!grab_super(old))
				continue;
			destroy_unused_super(s);
			return old;
		}
		if (s)
			break;
		spin_unlock(&sb_lock);
		s = alloc_super(fc->fs_type, fc->sb_flags, user_ns);
		if (!s)
			return ERR_PTR(-ENOMEM);
	}
	s->s_fs_info = fc->s_fs_info;
	err = set(s, fc);
	if (err) {
		s->s_fs_info = NULL;
		spin_unlock(&sb_lock);
		destroy_unused_super(s);
		return ERR_PTR(err);
	}
	fc->s_fs_info = NULL;
	s->s_iflags |= fc->s_iflags;
	publish_super(s, fc->fs_type);
	return s;
}
EXPORT_SYMBOL(sget_fc);

/** sget() - the same for file systems without an fs_context. Models: fs/super.c, 6.1. */
struct super_block *sget(struct file_system_type *type, int (*test)(struct super_block *, void *),
			 int (*set)(struct super_block *, void *), int flags, void *data)
{
	struct super_block *s = NULL, *old;
	int err;

retry:
	spin_lock(&sb_lock);
	if (test) {
		hlist_for_each_entry(old, &type->fs_supers, s_instances) {
			if (!test(old, data))
				continue;
			if (!grab_super(old))
				goto retry;
			destroy_unused_super(s);
			return old;
		}
	}
	if (!s) {
		spin_unlock(&sb_lock);
		s = alloc_super(type, flags & ~SB_SUBMOUNT, &init_user_ns);
		if (!s)
			return ERR_PTR(-ENOMEM);
		goto retry;
	}
	err = set(s, data);
	if (err) {
		spin_unlock(&sb_lock);
		destroy_unused_super(s);
		return ERR_PTR(err);
	}
	publish_super(s, type);
	return s;
}
EXPORT_SYMBOL(sget);

/**
 * get_anon_bdev() - a device number for a file system without device; major 0, minor not 0. Models:
 *	fs/super.c, 6.1.
 */
int get_anon_bdev(dev_t *p)
{
	int dev = ida_alloc_range(&unnamed_dev_ida, 1, (1 << MINORBITS) - 1, GFP_ATOMIC);

	if (dev < 0)
		return dev == -ENOSPC ? -EMFILE : dev;
	*p = MKDEV(0, dev);
	return 0;
}
EXPORT_SYMBOL(get_anon_bdev);

/** free_anon_bdev() - Models: fs/super.c, 6.1. */
void free_anon_bdev(dev_t dev)
{
	ida_free(&unnamed_dev_ida, MINOR(dev));
}
EXPORT_SYMBOL(free_anon_bdev);

/** set_anon_super() - the set callback of file systems without device. Models: fs/super.c, 6.1. */
int set_anon_super(struct super_block *s, void *data)
{
	return get_anon_bdev(&s->s_dev);
}
EXPORT_SYMBOL(set_anon_super);

/** set_anon_super_fc() - Models: fs/super.c, 6.1. */
int set_anon_super_fc(struct super_block *sb, struct fs_context *fc)
{
	return set_anon_super(sb, NULL);
}
EXPORT_SYMBOL(set_anon_super_fc);

/** kill_anon_super() - ->kill_sb() of file systems without device. Models: fs/super.c, 6.1. */
void kill_anon_super(struct super_block *sb)
{
	dev_t dev = sb->s_dev;

	generic_shutdown_super(sb);
	free_anon_bdev(dev);
}
EXPORT_SYMBOL(kill_anon_super);

/**
 * kill_litter_super() - the same where each dentry is pinned (simple_fill_super(), ramfs). Models:
 *	fs/super.c, 6.1.
 */
void kill_litter_super(struct super_block *sb)
{
	if (sb->s_root)
		d_genocide(sb->s_root);
	kill_anon_super(sb);
}
EXPORT_SYMBOL(kill_litter_super);

static int test_keyed_super(struct super_block *sb, struct fs_context *fc)
{
	return sb->s_fs_info == fc->s_fs_info;
}

static int test_single_super(struct super_block *s, struct fs_context *fc)
{
	return 1;
}

/** vfs_get_super() - sget_fc() by one of the usual keys, filled if new. Models: fs/super.c, 6.1. */
int vfs_get_super(struct fs_context *fc, enum vfs_get_super_keying keying,
		  int (*fill_super)(struct super_block *sb, struct fs_context *fc))
{
	int (*test)(struct super_block *, struct fs_context *) = NULL;
	struct super_block *sb;
	int err = 0;

	if (keying == vfs_get_single_super || keying == vfs_get_single_reconf_super)
		test = test_single_super;
	else if (keying == vfs_get_keyed_super)
		test = test_keyed_super;
	sb = sget_fc(fc, test, set_anon_super_fc);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	if (!sb->s_root) {
		err = fill_super(sb, fc);
		if (err)
			goto error;
		sb->s_flags |= SB_ACTIVE;
		fc->root = dget(sb->s_root);
		return 0;
	}
	fc->root = dget(sb->s_root);
	if (keying == vfs_get_single_reconf_super)
		err = reconfigure_super(fc);
	if (err < 0) {
		dput(fc->root);
		fc->root = NULL;
		goto error;
	}
	return 0;
error:
	deactivate_locked_super(sb);
	return err;
}
EXPORT_SYMBOL(vfs_get_super);

/** get_tree_nodev() - a super block of one's own. Models: fs/super.c, 6.1. */
int get_tree_nodev(struct fs_context *fc,
		   int (*fill_super)(struct super_block *sb, struct fs_context *fc))
{
	return vfs_get_super(fc, vfs_get_independent_super, fill_super);
}
EXPORT_SYMBOL(get_tree_nodev);

/** get_tree_single() - the only super block of the type. Models: fs/super.c, 6.1. */
int get_tree_single(struct fs_context *fc,
		    int (*fill_super)(struct super_block *sb, struct fs_context *fc))
{
	return vfs_get_super(fc, vfs_get_single_super, fill_super);
}
EXPORT_SYMBOL(get_tree_single);

/** get_tree_keyed() - one super block per @key. Models: fs/super.c, 6.1. */
int get_tree_keyed(struct fs_context *fc,
		   int (*fill_super)(struct super_block *sb, struct fs_context *fc), void *key)
{
	fc->s_fs_info = key;
	return vfs_get_super(fc, vfs_get_keyed_super, fill_super);
}
EXPORT_SYMBOL(get_tree_keyed);

/** get_tree_bdev() - unmodelled: the box has no block device. */
int get_tree_bdev(struct fs_context *fc,
		  int (*fill_super)(struct super_block *, struct fs_context *))
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(get_tree_bdev);

/** kill_block_super() - unmodelled: the box has no block device. */
void kill_block_super(struct super_block *sb)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(kill_block_super);

/** sb_set_blocksize() - unmodelled: the box has no block device. */
int sb_set_blocksize(struct super_block *sb, int size)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(sb_set_blocksize);

/**
 * vfs_get_tree() - let the file system make or find its super block; fc->root is set
 * Models: fs/super.c, 6.1. On success s_umount is held.
 */
int vfs_get_tree(struct fs_context *fc)
{
	struct super_block *sb;
	int error;

	if (fc->root)
		return -EBUSY;
	error = fc->ops->get_tree(fc);
	if (error < 0)
		return error;
	BUG_ON(!fc->root);
	sb = fc->root->d_sb;
	WARN_ON(!sb->s_bdi);
	smp_wmb();
	sb->s_flags |= SB_BORN;
	WARN(sb->s_maxbytes < 0, "%s set sb->s_maxbytes to negative value (%lld)\n",
	     fc->fs_type->name, sb->s_maxbytes);
	return 0;
}
EXPORT_SYMBOL(vfs_get_tree);

/**
 * reconfigure_super() - change an existing super block (remount); s_umount held. Models:
 *	fs/super.c, 6.1.
 */
int reconfigure_super(struct fs_context *fc)
{
	struct super_block *sb = fc->root->d_sb;
	bool to_ro = fc->sb_flags_mask & SB_RDONLY && fc->sb_flags & SB_RDONLY && !sb_rdonly(sb);
	int err = 0;

	if (fc->sb_flags_mask & ~MS_RMT_MASK)
		return -EINVAL;
	if (sb->s_writers.frozen != SB_UNFROZEN)
		return -EBUSY;
	shrink_dcache_sb(sb);
	if (to_ro) {
		err = sb_prepare_remount_readonly(sb);
		if (err)
			return err;
	}
	if (fc->ops->reconfigure)
		err = fc->ops->reconfigure(fc);
	if (!err)
		WRITE_ONCE(sb->s_flags,
			   (sb->s_flags & ~fc->sb_flags_mask) | (fc->sb_flags & fc->sb_flags_mask));
	smp_wmb();
	sb->s_readonly_remount = 0;
	return err;
}

/**
 * super_setup_bdi_name() - a backing device of its own, named; gone with the super block. Models:
 *	fs/super.c, 6.1.
 */
int super_setup_bdi_name(struct super_block *sb, char *fmt, ...)
{
	struct backing_dev_info *bdi = bdi_alloc(NUMA_NO_NODE);
	va_list args;
	int err;

	if (!bdi)
		return -ENOMEM;
	va_start(args, fmt);
	err = bdi_register_va(bdi, fmt, args);
	va_end(args);
	if (err) {
		bdi_put(bdi);
		return err;
	}
	WARN_ON(sb->s_bdi != &noop_backing_dev_info);
	sb->s_bdi = bdi;
	sb->s_iflags |= SB_I_PERSB_BDI;
	return 0;
}
EXPORT_SYMBOL(super_setup_bdi_name);

/** super_setup_bdi() - the same, named by type and number. Models: fs/super.c, 6.1. */
int super_setup_bdi(struct super_block *sb)
{
	static atomic_long_t bdi_seq = ATOMIC_LONG_INIT(0);

	return super_setup_bdi_name(sb, "%.28s-%ld", sb->s_type->name,
				    atomic_long_inc_return(&bdi_seq));
}
EXPORT_SYMBOL(super_setup_bdi);

/*
 * Freeze: close the levels one after another, outermost first, waiting for those inside.
 */
static void sb_wait_write(struct super_block *sb, int level)
{
	percpu_down_write(sb->s_writers.rw_sem + level - 1);
}

static void sb_freeze_unlock(struct super_block *sb, int level)
{
	for (level--; level >= 0; level--)
		percpu_up_write(sb->s_writers.rw_sem + level);
}

/* The levels stay closed when we return to user space; whoever thaws opens them. */
static void disown_levels(struct super_block *sb)
{
	int level;

	for (level = SB_FREEZE_LEVELS - 1; level >= 0; level--)
		percpu_rwsem_release(sb->s_writers.rw_sem + level, 0, _THIS_IP_);
}

static void adopt_levels(struct super_block *sb)
{
	int level;

	for (level = 0; level < SB_FREEZE_LEVELS; level++)
		percpu_rwsem_acquire(sb->s_writers.rw_sem + level, 0, _THIS_IP_);
}

static int undo_freeze(struct super_block *sb, int level, int err)
{
	sb->s_writers.frozen = SB_UNFROZEN;
	sb_freeze_unlock(sb, level);
	wake_up(&sb->s_writers.wait_unfrozen);
	deactivate_locked_super(sb);
	return err;
}

/* Not a writable, live file system: nothing to close. */
static bool freeze_trivially(struct super_block *sb)
{
	if (sb->s_flags & SB_BORN && !sb_rdonly(sb))
		return false;
	if (sb->s_flags & SB_BORN)
		sb->s_writers.frozen = SB_FREEZE_COMPLETE;
	up_write(&sb->s_umount);
	return true;
}

static int freeze(struct super_block *sb)
{
	int ret;

	atomic_inc(&sb->s_active);
	down_write(&sb->s_umount);
	if (sb->s_writers.frozen != SB_UNFROZEN) {
		deactivate_locked_super(sb);
		return -EBUSY;
	}
	if (freeze_trivially(sb))
		return 0;
	sb->s_writers.frozen = SB_FREEZE_WRITE;
	/* sb_start_write ranks outside s_umount. */
	up_write(&sb->s_umount);
	sb_wait_write(sb, SB_FREEZE_WRITE);
	down_write(&sb->s_umount);
	sb->s_writers.frozen = SB_FREEZE_PAGEFAULT;
	sb_wait_write(sb, SB_FREEZE_PAGEFAULT);
	ret = sync_filesystem(sb);
	if (ret)
		return undo_freeze(sb, SB_FREEZE_PAGEFAULT, ret);
	sb->s_writers.frozen = SB_FREEZE_FS;
	sb_wait_write(sb, SB_FREEZE_FS);
	if (sb->s_op->freeze_fs) {
		ret = sb->s_op->freeze_fs(sb);
		if (ret)
			return undo_freeze(sb, SB_FREEZE_FS, ret);
	}
	sb->s_writers.frozen = SB_FREEZE_COMPLETE;
	disown_levels(sb);
	up_write(&sb->s_umount);
	return 0;
}

/**
 * freeze_super() - stop writers, sync, ->freeze_fs()
 * Models: fs/super.c, 6.1. Keeps an active reference until thaw_super(). -EBUSY if frozen already.
 */
int freeze_super(struct super_block *sb)
{
	const char *before = fb_task_set_errand("a freeze");
	int ret = freeze(sb);

	fb_task_set_errand(before);
	return ret;
}
EXPORT_SYMBOL(freeze_super);

/**
 * thaw_super() - ->unfreeze_fs(), let writers in again. Models: fs/super.c, 6.1. -EINVAL if not
 *	frozen.
 */
int thaw_super(struct super_block *sb)
{
	int err = 0;

	down_write(&sb->s_umount);
	if (sb->s_writers.frozen != SB_FREEZE_COMPLETE) {
		up_write(&sb->s_umount);
		return -EINVAL;
	}
	if (!sb_rdonly(sb)) {
		adopt_levels(sb);
		if (sb->s_op->unfreeze_fs)
			err = sb->s_op->unfreeze_fs(sb);
		if (err) {
			disown_levels(sb);
			up_write(&sb->s_umount);
			return err;
		}
		sb->s_writers.frozen = SB_UNFROZEN;
		sb_freeze_unlock(sb, SB_FREEZE_FS);
	}
	sb->s_writers.frozen = SB_UNFROZEN;
	wake_up(&sb->s_writers.wait_unfrozen);
	deactivate_locked_super(sb);
	return 0;
}
EXPORT_SYMBOL(thaw_super);
