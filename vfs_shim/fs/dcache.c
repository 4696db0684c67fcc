// SPDX-License-Identifier: GPL-2.0
/*
 * The dentry cache.
 *
 * Models: fs/dcache.c, 6.1. Each dentry has its lock and count (lockref), hashed dentries hang in
 * locked buckets, unused ones stay cached on an LRU list until they are pruned, and memory goes
 * back after a grace period. Lock order as in the kernel: inode->i_lock, parent's d_lock, d_lock,
 * hash bucket.
 *
 * Leaves out: RCU-walk (d_seq is kept, nobody walks by it), case folding, the per-node LRU lists
 * (one list; a step of the box between two choice points is indivisible, so the list and the walks
 * over a tree need no lock of their own).
 *
 * Ledger: FB_RES_DENTRY watches d_lockref.count; lockref.c and this file enter each change.
 */
#include <linux/fs.h>
#include <linux/dcache.h>
#include <linux/export.h>
#include <linux/fsnotify.h>
#include <linux/hash.h>
#include <linux/mount.h>
#include <linux/rculist_bl.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/task.h>

#include "internal.h"
#include "mount.h"

#define D_HASH_BITS 7
#define IN_LOOKUP_BITS 5

static struct kmem_cache *dentry_cache;
static struct hlist_bl_head dentry_hashtable[1 << D_HASH_BITS];
static struct hlist_bl_head in_lookup_hashtable[1 << IN_LOOKUP_BITS];
static LIST_HEAD(dentry_lru);

__cacheline_aligned_in_smp DEFINE_SEQLOCK(rename_lock);
EXPORT_SYMBOL(rename_lock);
int sysctl_vfs_cache_pressure = 100;

const struct qstr empty_name = QSTR_INIT("", 0);
const struct qstr slash_name = QSTR_INIT("/", 1);
const struct qstr dotdot_name = QSTR_INIT("..", 2);

static struct hlist_bl_head *d_hash_bucket(unsigned int hash)
{
	return &dentry_hashtable[hash & ((1 << D_HASH_BITS) - 1)];
}

static struct hlist_bl_head *in_lookup_bucket(const struct dentry *parent, unsigned int hash)
{
	return &in_lookup_hashtable[hash_32(hash + (u32)parent->d_name.hash, IN_LOOKUP_BITS)];
}

/* The two places besides lockref.c that change a count; d_lock held. */
static void d_count_inc(struct dentry *dentry)
{
	dentry->d_lockref.count++;
	fb_watch_add(&dentry->d_lockref.count, 1);
}

static void d_count_dec(struct dentry *dentry)
{
	dentry->d_lockref.count--;
	fb_watch_add(&dentry->d_lockref.count, -1);
}

/*
 * Names longer than the inline buffer live in counted memory, for d_move() shares them.
 */
struct external_name {
	struct rcu_head rcu;
	int users;
	unsigned char name[];
};

static struct external_name *external_name(const struct dentry *dentry)
{
	return container_of((unsigned char(*)[0])dentry->d_name.name, struct external_name, name);
}

static bool dname_external(const struct dentry *dentry)
{
	return dentry->d_name.name != dentry->d_iname;
}

static void put_external_name(struct external_name *p)
{
	if (--p->users == 0)
		kfree_rcu(p, rcu);
}

/**
 * take_dentry_name_snapshot() - the name as it is now, safe against a later rename
 * Models: fs/dcache.c, 6.1.
 */
void take_dentry_name_snapshot(struct name_snapshot *name, struct dentry *dentry)
{
	spin_lock(&dentry->d_lock);
	name->name = dentry->d_name;
	if (dname_external(dentry)) {
		external_name(dentry)->users++;
	} else {
		memcpy(name->inline_name, dentry->d_iname, dentry->d_name.len + 1);
		name->name.name = name->inline_name;
	}
	spin_unlock(&dentry->d_lock);
}
EXPORT_SYMBOL(take_dentry_name_snapshot);

/** release_dentry_name_snapshot() - give the snapshot back. Models: fs/dcache.c, 6.1. */
void release_dentry_name_snapshot(struct name_snapshot *name)
{
	if (name->name.name != name->inline_name)
		put_external_name(container_of((unsigned char(*)[0])name->name.name,
					       struct external_name, name));
}
EXPORT_SYMBOL(release_dentry_name_snapshot);

static void __d_free(struct rcu_head *head)
{
	struct dentry *dentry = container_of(head, struct dentry, d_u.d_rcu);

	fb_obj_gone(dentry);
	kmem_cache_free(dentry_cache, dentry);
}

static void dentry_free(struct dentry *dentry)
{
	WARN_ON(!hlist_unhashed(&dentry->d_u.d_alias));
	if (dname_external(dentry))
		put_external_name(external_name(dentry));
	if (dentry->d_flags & DCACHE_NORCU)
		__d_free(&dentry->d_u.d_rcu);
	else
		call_rcu(&dentry->d_u.d_rcu, __d_free);
}

/*
 * LRU and shrink lists: DCACHE_LRU_LIST says on one of them, DCACHE_SHRINK_LIST that somebody is
 * about to dispose of it.
 */
static void d_lru_add(struct dentry *dentry)
{
	dentry->d_flags |= DCACHE_LRU_LIST;
	list_add_tail(&dentry->d_lru, &dentry_lru);
}

static void d_lru_del(struct dentry *dentry)
{
	dentry->d_flags &= ~(DCACHE_LRU_LIST | DCACHE_SHRINK_LIST);
	list_del_init(&dentry->d_lru);
}

/* An unused dentry goes to a private list for disposal. */
static void to_shrink_list(struct dentry *dentry, struct list_head *list)
{
	if (dentry->d_flags & DCACHE_LRU_LIST)
		d_lru_del(dentry);
	dentry->d_flags |= DCACHE_LRU_LIST | DCACHE_SHRINK_LIST;
	list_add(&dentry->d_lru, list);
}

/*
 * Hashing
 */
static void __d_rehash(struct dentry *dentry)
{
	struct hlist_bl_head *b = d_hash_bucket(dentry->d_name.hash);

	hlist_bl_lock(b);
	hlist_bl_add_head_rcu(&dentry->d_hash, b);
	hlist_bl_unlock(b);
}

static void d_unhash(struct dentry *dentry)
{
	struct hlist_bl_head *b;

	/* Roots without a name hang in s_roots instead of a bucket. */
	b = IS_ROOT(dentry) ? &dentry->d_sb->s_roots : d_hash_bucket(dentry->d_name.hash);
	hlist_bl_lock(b);
	__hlist_bl_del(&dentry->d_hash);
	hlist_bl_unlock(b);
}

/** __d_drop() - unhash, d_lock held. Models: fs/dcache.c, 6.1. */
void __d_drop(struct dentry *dentry)
{
	if (d_unhashed(dentry))
		return;
	d_unhash(dentry);
	dentry->d_hash.pprev = NULL;
	write_seqcount_invalidate(&dentry->d_seq);
}
EXPORT_SYMBOL(__d_drop);

/** d_drop() - unhash: later lookups do not find it, its users keep it. Models: fs/dcache.c, 6.1. */
void d_drop(struct dentry *dentry)
{
	spin_lock(&dentry->d_lock);
	__d_drop(dentry);
	spin_unlock(&dentry->d_lock);
}
EXPORT_SYMBOL(d_drop);

/** d_rehash() - hash an unhashed dentry again. Models: fs/dcache.c, 6.1. */
void d_rehash(struct dentry *dentry)
{
	spin_lock(&dentry->d_lock);
	__d_rehash(dentry);
	spin_unlock(&dentry->d_lock);
}
EXPORT_SYMBOL(d_rehash);

/*
 * Allocation
 */
static bool set_name(struct dentry *dentry, const struct qstr *name)
{
	unsigned char *dname = dentry->d_iname;

	if (name->len >= DNAME_INLINE_LEN) {
		struct external_name *p = kmalloc(sizeof(*p) + name->len + 1, GFP_KERNEL);

		if (!p)
			return false;
		p->users = 1;
		dname = p->name;
	}
	memcpy(dname, name->name, name->len);
	dname[name->len] = 0;
	dentry->d_name.hash_len = name->hash_len;
	dentry->d_name.name = dname;
	return true;
}

static struct dentry *__d_alloc(struct super_block *sb, const struct qstr *name)
{
	struct dentry *dentry;
	int err;

	dentry = kmem_cache_alloc(dentry_cache, GFP_KERNEL);
	if (!dentry)
		return NULL;
	memset(dentry, 0, sizeof(*dentry));
	if (!set_name(dentry, name ? name : &slash_name)) {
		kmem_cache_free(dentry_cache, dentry);
		return NULL;
	}
	dentry->d_lockref.count = 1;
	spin_lock_init(&dentry->d_lock);
	seqcount_spinlock_init(&dentry->d_seq, &dentry->d_lock);
	dentry->d_parent = dentry;
	dentry->d_sb = sb;
	INIT_HLIST_BL_NODE(&dentry->d_hash);
	INIT_LIST_HEAD(&dentry->d_lru);
	INIT_LIST_HEAD(&dentry->d_subdirs);
	INIT_HLIST_NODE(&dentry->d_u.d_alias);
	INIT_LIST_HEAD(&dentry->d_child);
	d_set_d_op(dentry, sb->s_d_op);

	if (dentry->d_op && dentry->d_op->d_init) {
		err = dentry->d_op->d_init(dentry);
		if (err) {
			if (dname_external(dentry))
				kfree(external_name(dentry));
			kmem_cache_free(dentry_cache, dentry);
			return NULL;
		}
	}
	fb_obj_new(dentry, "dentry", (const char *)dentry->d_name.name);
	fb_watch(&dentry->d_lockref.count, FB_RES_DENTRY, dentry);
	fb_watch_add(&dentry->d_lockref.count, 1);
	return dentry;
}

/**
 * d_alloc() - a new dentry, unhashed and negative, child of @parent (which it pins)
 * Models: fs/dcache.c, 6.1. Process context; NULL when there is no memory.
 */
struct dentry *d_alloc(struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry = __d_alloc(parent->d_sb, name);

	if (!dentry)
		return NULL;
	spin_lock(&parent->d_lock);
	d_count_inc(parent);
	dentry->d_parent = parent;
	list_add(&dentry->d_child, &parent->d_subdirs);
	/* Nothing beneath what hangs in the air stays cached: no unmount would find it. */
	dentry->d_flags |= parent->d_flags & DCACHE_DISCONNECTED;
	spin_unlock(&parent->d_lock);
	return dentry;
}
EXPORT_SYMBOL(d_alloc);

/** d_alloc_anon() - a dentry without parent and name. Models: fs/dcache.c, 6.1. */
struct dentry *d_alloc_anon(struct super_block *sb)
{
	return __d_alloc(sb, NULL);
}
EXPORT_SYMBOL(d_alloc_anon);

/**
 * d_alloc_pseudo() - a dentry that no lookup will ever reach (pipes, anonymous inodes). Models:
 *	fs/dcache.c, 6.1.
 */
struct dentry *d_alloc_pseudo(struct super_block *sb, const struct qstr *name)
{
	struct dentry *dentry = __d_alloc(sb, name);

	if (dentry)
		dentry->d_flags |= DCACHE_NORCU;
	return dentry;
}

/**
 * d_alloc_cursor() - the place of a reader in a directory that lives in the dcache. Models:
 *	fs/dcache.c, 6.1.
 */
struct dentry *d_alloc_cursor(struct dentry *parent)
{
	struct dentry *dentry = d_alloc_anon(parent->d_sb);

	if (dentry) {
		dentry->d_flags |= DCACHE_DENTRY_CURSOR;
		dentry->d_parent = dget(parent);
	}
	return dentry;
}

/** d_alloc_name() - d_alloc() for a C string; unhashed. Models: fs/dcache.c, 6.1. */
struct dentry *d_alloc_name(struct dentry *parent, const char *name)
{
	struct qstr q = QSTR_INIT((const unsigned char *)name, strlen(name));

	q.hash_len = hashlen_string(parent, name);
	return d_alloc(parent, &q);
}
EXPORT_SYMBOL(d_alloc_name);

/**
 * d_set_d_op() - set the operations once, before the dentry is visible. Models: fs/dcache.c, 6.1.
 */
void d_set_d_op(struct dentry *dentry, const struct dentry_operations *op)
{
	WARN_ON_ONCE(dentry->d_op);
	WARN_ON_ONCE(dentry->d_flags &
		     (DCACHE_OP_HASH | DCACHE_OP_COMPARE | DCACHE_OP_REVALIDATE |
		      DCACHE_OP_WEAK_REVALIDATE | DCACHE_OP_DELETE | DCACHE_OP_REAL));
	dentry->d_op = op;
	if (!op)
		return;
	if (op->d_hash)
		dentry->d_flags |= DCACHE_OP_HASH;
	if (op->d_compare)
		dentry->d_flags |= DCACHE_OP_COMPARE;
	if (op->d_revalidate)
		dentry->d_flags |= DCACHE_OP_REVALIDATE;
	if (op->d_weak_revalidate)
		dentry->d_flags |= DCACHE_OP_WEAK_REVALIDATE;
	if (op->d_delete)
		dentry->d_flags |= DCACHE_OP_DELETE;
	if (op->d_prune)
		dentry->d_flags |= DCACHE_OP_PRUNE;
	if (op->d_real)
		dentry->d_flags |= DCACHE_OP_REAL;
}
EXPORT_SYMBOL(d_set_d_op);

/*
 * Inode and dentry
 */
static unsigned int d_flags_for_inode(struct inode *inode)
{
	unsigned int flags = DCACHE_REGULAR_TYPE;

	if (!inode)
		return DCACHE_MISS_TYPE;
	if (S_ISDIR(inode->i_mode))
		flags = inode->i_op->lookup ? DCACHE_DIRECTORY_TYPE : DCACHE_AUTODIR_TYPE;
	else if (S_ISLNK(inode->i_mode) || inode->i_op->get_link)
		flags = DCACHE_SYMLINK_TYPE;
	else if (!S_ISREG(inode->i_mode))
		flags = DCACHE_SPECIAL_TYPE;
	if (IS_AUTOMOUNT(inode))
		flags |= DCACHE_NEED_AUTOMOUNT;
	return flags;
}

/* i_lock (if @inode) and d_lock held. */
static void d_attach_inode(struct dentry *dentry, struct inode *inode)
{
	if (inode) {
		WARN_ON(d_in_lookup(dentry));
		hlist_add_head(&dentry->d_u.d_alias, &inode->i_dentry);
	}
	raw_write_seqcount_begin(&dentry->d_seq);
	dentry->d_inode = inode;
	dentry->d_flags =
		(dentry->d_flags & ~(DCACHE_ENTRY_TYPE | DCACHE_FALLTHRU | DCACHE_NEED_AUTOMOUNT)) |
		d_flags_for_inode(inode);
	raw_write_seqcount_end(&dentry->d_seq);
}

/* Turn the dentry negative; gives both locks back. */
static void dentry_unlink_inode(struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;

	raw_write_seqcount_begin(&dentry->d_seq);
	dentry->d_flags &= ~(DCACHE_ENTRY_TYPE | DCACHE_FALLTHRU | DCACHE_NEED_AUTOMOUNT);
	dentry->d_inode = NULL;
	hlist_del_init(&dentry->d_u.d_alias);
	raw_write_seqcount_end(&dentry->d_seq);
	spin_unlock(&dentry->d_lock);
	spin_unlock(&inode->i_lock);
	if (!inode->i_nlink)
		fsnotify_inoderemove(inode);
	if (dentry->d_op && dentry->d_op->d_iput)
		dentry->d_op->d_iput(dentry, inode);
	else
		iput(inode);
}

/**
 * d_instantiate() - give a negative dentry its inode; eats the caller's reference. Models:
 *	fs/dcache.c, 6.1.
 */
void d_instantiate(struct dentry *entry, struct inode *inode)
{
	BUG_ON(!hlist_unhashed(&entry->d_u.d_alias));
	if (!inode)
		return;
	spin_lock(&inode->i_lock);
	spin_lock(&entry->d_lock);
	d_attach_inode(entry, inode);
	spin_unlock(&entry->d_lock);
	spin_unlock(&inode->i_lock);
}
EXPORT_SYMBOL(d_instantiate);

/**
 * d_instantiate_new() - d_instantiate() and unlock_new_inode() in one. Models: fs/dcache.c, 6.1.
 */
void d_instantiate_new(struct dentry *entry, struct inode *inode)
{
	BUG_ON(!hlist_unhashed(&entry->d_u.d_alias));
	BUG_ON(!inode);
	spin_lock(&inode->i_lock);
	spin_lock(&entry->d_lock);
	d_attach_inode(entry, inode);
	spin_unlock(&entry->d_lock);
	WARN_ON(!(inode->i_state & I_NEW));
	inode->i_state &= ~I_NEW & ~I_CREATING;
	smp_mb();
	wake_up_bit(&inode->i_state, __I_NEW);
	spin_unlock(&inode->i_lock);
}
EXPORT_SYMBOL(d_instantiate_new);

/**
 * d_make_root() - the root dentry of a super block; drops @root_inode when it fails. Models:
 *	fs/dcache.c, 6.1.
 */
struct dentry *d_make_root(struct inode *root_inode)
{
	struct dentry *res;

	if (!root_inode)
		return NULL;
	res = d_alloc_anon(root_inode->i_sb);
	if (res)
		d_instantiate(res, root_inode);
	else
		iput(root_inode);
	return res;
}
EXPORT_SYMBOL(d_make_root);

/**
 * d_tmpfile() - name the inode of an O_TMPFILE and take its link away. Models: fs/dcache.c, 6.1.
 */
void d_tmpfile(struct file *file, struct inode *inode)
{
	struct dentry *dentry = file->f_path.dentry;

	inode_dec_link_count(inode);
	BUG_ON(dname_external(dentry) || !hlist_unhashed(&dentry->d_u.d_alias) ||
	       !d_unlinked(dentry));
	spin_lock(&dentry->d_parent->d_lock);
	spin_lock_nested(&dentry->d_lock, DENTRY_D_LOCK_NESTED);
	dentry->d_name.len =
		sprintf((char *)dentry->d_iname, "#%llu", (unsigned long long)inode->i_ino);
	spin_unlock(&dentry->d_lock);
	spin_unlock(&dentry->d_parent->d_lock);
	d_instantiate(dentry, inode);
}
EXPORT_SYMBOL(d_tmpfile);

/*
 * The end of a dentry
 */

/*
 * Take what a kill needs in the kernel's order: i_lock, the parent's d_lock, d_lock. Called with
 * d_lock, returns with all three, for inode and parent as they are then. The dentry itself stays:
 * the caller holds a count, or it sits on the caller's shrink list.
 */
static void lock_for_kill(struct dentry *dentry, struct inode **inodep, struct dentry **parentp)
{
	struct dentry *parent;
	struct inode *inode;

	rcu_read_lock();
	for (;;) {
		inode = dentry->d_inode;
		parent = IS_ROOT(dentry) ? NULL : dentry->d_parent;
		spin_unlock(&dentry->d_lock);
		if (inode)
			spin_lock(&inode->i_lock);
		if (parent)
			spin_lock(&parent->d_lock);
		spin_lock_nested(&dentry->d_lock, DENTRY_D_LOCK_NESTED);
		if (inode == dentry->d_inode &&
		    parent == (IS_ROOT(dentry) ? NULL : dentry->d_parent))
			break;
		if (parent)
			spin_unlock(&parent->d_lock);
		if (inode)
			spin_unlock(&inode->i_lock);
	}
	rcu_read_unlock();
	*inodep = inode;
	*parentp = parent;
}

static void unlock_kill(struct dentry *dentry, struct inode *inode, struct dentry *parent)
{
	spin_unlock(&dentry->d_lock);
	if (parent)
		spin_unlock(&parent->d_lock);
	if (inode)
		spin_unlock(&inode->i_lock);
}

/* All three locks held, nobody uses it. Gives the locks back; the caller puts the parent. */
static void __dentry_kill(struct dentry *dentry, struct dentry *parent)
{
	bool can_free = true;

	lockref_mark_dead(&dentry->d_lockref);
	fb_unwatch(&dentry->d_lockref.count);
	if (dentry->d_flags & DCACHE_OP_PRUNE)
		dentry->d_op->d_prune(dentry);
	if ((dentry->d_flags & (DCACHE_LRU_LIST | DCACHE_SHRINK_LIST)) == DCACHE_LRU_LIST)
		d_lru_del(dentry);
	__d_drop(dentry);
	dentry->d_flags |= DCACHE_DENTRY_KILLED;
	list_del_init(&dentry->d_child);
	if (parent)
		spin_unlock(&parent->d_lock);
	if (dentry->d_inode)
		dentry_unlink_inode(dentry);
	else
		spin_unlock(&dentry->d_lock);
	if (dentry->d_op && dentry->d_op->d_release)
		dentry->d_op->d_release(dentry);

	spin_lock(&dentry->d_lock);
	if (dentry->d_flags & DCACHE_SHRINK_LIST) {
		dentry->d_flags |= DCACHE_MAY_FREE;
		can_free = false;
	}
	spin_unlock(&dentry->d_lock);
	if (can_free)
		dentry_free(dentry);
	cond_resched();
}

/* May a dentry with no other user stay cached? d_lock held. */
static bool retain_dentry(struct dentry *dentry)
{
	WARN_ON(d_in_lookup(dentry));
	if (d_unhashed(dentry))
		return false;
	if (dentry->d_flags & (DCACHE_DISCONNECTED | DCACHE_DONTCACHE))
		return false;
	if (dentry->d_flags & DCACHE_OP_DELETE && dentry->d_op->d_delete(dentry))
		return false;
	return true;
}

/* Drop one count if others remain or the dentry may stay cached; d_lock held. */
static bool put_keeps_dentry(struct dentry *dentry)
{
	if (dentry->d_lockref.count > 1) {
		d_count_dec(dentry);
		return true;
	}
	if (!retain_dentry(dentry))
		return false;
	d_count_dec(dentry);
	if (dentry->d_flags & DCACHE_LRU_LIST)
		dentry->d_flags |= DCACHE_REFERENCED;
	else
		d_lru_add(dentry);
	return true;
}

/*
 * The last user of a dentry that shall not stay; d_lock held. Returns the parent to put, NULL when
 * done.
 */
static struct dentry *dentry_kill(struct dentry *dentry)
{
	struct dentry *parent;
	struct inode *inode;

	lock_for_kill(dentry, &inode, &parent);
	if (put_keeps_dentry(dentry)) {
		unlock_kill(dentry, inode, parent);
		return NULL;
	}
	d_count_dec(dentry);
	__dentry_kill(dentry, parent);
	return parent;
}

/**
 * dput() - drop a reference; the last one caches the dentry or frees it and drops its parent in
 *	turn
 * Models: fs/dcache.c, 6.1. May sleep (the inode may be evicted). NULL is fine.
 */
void dput(struct dentry *dentry)
{
	while (dentry) {
		might_sleep();
		spin_lock(&dentry->d_lock);
		if (dentry->d_lockref.count <= 0) {
			spin_unlock(&dentry->d_lock);
			fb_report_fatal(FB_DOUBLE_PUT, 0, NULL, "dput of %s, which nobody holds",
					fb_obj(dentry));
		}
		if (put_keeps_dentry(dentry)) {
			spin_unlock(&dentry->d_lock);
			return;
		}
		dentry = dentry_kill(dentry);
	}
}
EXPORT_SYMBOL(dput);

/** dget_parent() - the parent, counted. Models: fs/dcache.c, 6.1. */
struct dentry *dget_parent(struct dentry *dentry)
{
	struct dentry *parent;

	rcu_read_lock();
	for (;;) {
		parent = dentry->d_parent;
		spin_lock(&parent->d_lock);
		if (parent == dentry->d_parent)
			break;
		spin_unlock(&parent->d_lock);
	}
	rcu_read_unlock();
	BUG_ON(parent->d_lockref.count <= 0);
	d_count_inc(parent);
	spin_unlock(&parent->d_lock);
	return parent;
}
EXPORT_SYMBOL(dget_parent);

/* It is in use again, or somebody killed it and left the memory to us. */
static void shrink_skip(struct dentry *dentry, struct inode *inode, struct dentry *parent)
{
	bool can_free = dentry->d_flags & DCACHE_MAY_FREE;

	d_lru_del(dentry);
	unlock_kill(dentry, inode, parent);
	if (can_free)
		dentry_free(dentry);
}

/* Dispose of one dentry of a shrink list: while its flags say so, nobody else frees the memory. */
static void shrink_one(struct dentry *dentry)
{
	struct dentry *parent;
	struct inode *inode;

	spin_lock(&dentry->d_lock);
	if (dentry->d_lockref.count) {
		shrink_skip(dentry, NULL, NULL);
		return;
	}
	lock_for_kill(dentry, &inode, &parent);
	if (dentry->d_lockref.count) {
		shrink_skip(dentry, inode, parent);
		return;
	}
	d_lru_del(dentry);
	__dentry_kill(dentry, parent);
	dput(parent);
}

/** shrink_dentry_list() - free the unused dentries of a private list. Models: fs/dcache.c, 6.1. */
void shrink_dentry_list(struct list_head *list)
{
	while (!list_empty(list))
		shrink_one(list_entry(list->prev, struct dentry, d_lru));
}

/*
 * Walks over a tree
 */
enum d_walk_ret {
	D_WALK_CONTINUE,
	D_WALK_QUIT,
	D_WALK_SKIP,
};

/*
 * One step of the box: @enter must not reach a choice point. The kernel holds the d_locks along the
 * path instead.
 */
static bool d_walk(struct dentry *dentry, void *data,
		   enum d_walk_ret (*enter)(void *, struct dentry *))
{
	struct dentry *child;

	switch (enter(data, dentry)) {
	case D_WALK_QUIT:
		return false;
	case D_WALK_SKIP:
		return true;
	case D_WALK_CONTINUE:
		break;
	}
	list_for_each_entry(child, &dentry->d_subdirs, d_child) {
		if (child->d_flags & DCACHE_DENTRY_CURSOR)
			continue;
		if (!d_walk(child, data, enter))
			return false;
	}
	return true;
}

struct select_data {
	struct dentry *start;
	struct list_head dispose;
	int found;
};

static enum d_walk_ret select_collect(void *_data, struct dentry *dentry)
{
	struct select_data *data = _data;

	if (data->start == dentry)
		return D_WALK_CONTINUE;
	if (dentry->d_flags & DCACHE_SHRINK_LIST) {
		data->found++;
	} else if (!dentry->d_lockref.count) {
		to_shrink_list(dentry, &data->dispose);
		data->found++;
	} else if (dentry->d_flags & DCACHE_LRU_LIST) {
		d_lru_del(dentry);
	}
	return D_WALK_CONTINUE;
}

/**
 * shrink_dcache_parent() - free the unused dentries below @parent
 * Models: fs/dcache.c, 6.1. Those in use, and their ancestors, stay.
 */
void shrink_dcache_parent(struct dentry *parent)
{
	struct select_data data = {.start = parent};

	for (;;) {
		fb_point(FB_PT_OTHER, parent);
		data.found = 0;
		INIT_LIST_HEAD(&data.dispose);
		d_walk(parent, &data, select_collect);
		if (!list_empty(&data.dispose)) {
			shrink_dentry_list(&data.dispose);
			continue;
		}
		if (!data.found)
			return;
		/* Somebody else's shrink list holds one of ours: let him finish. */
		fb_yield();
	}
}
EXPORT_SYMBOL(shrink_dcache_parent);

/** shrink_dcache_sb() - free the unused dentries of one super block. Models: fs/dcache.c, 6.1. */
void shrink_dcache_sb(struct super_block *sb)
{
	struct dentry *dentry, *next;
	LIST_HEAD(dispose);

	do {
		fb_point(FB_PT_OTHER, sb);
		list_for_each_entry_safe(dentry, next, &dentry_lru, d_lru) {
			if (dentry->d_sb != sb)
				continue;
			if (dentry->d_lockref.count)
				d_lru_del(dentry);
			else
				to_shrink_list(dentry, &dispose);
		}
		if (list_empty(&dispose))
			return;
		shrink_dentry_list(&dispose);
	} while (1);
}
EXPORT_SYMBOL(shrink_dcache_sb);

static enum d_walk_ret find_submount(void *data, struct dentry *dentry)
{
	struct dentry **victim = data;

	if (!d_mountpoint(dentry))
		return D_WALK_CONTINUE;
	d_count_inc(dentry);
	*victim = dentry;
	return D_WALK_QUIT;
}

/**
 * d_invalidate() - the name is no longer true: unhash, prune below, detach mounts below
 * Models: fs/dcache.c, 6.1. The caller holds a reference.
 */
void d_invalidate(struct dentry *dentry)
{
	bool had_submounts = false;

	spin_lock(&dentry->d_lock);
	if (d_unhashed(dentry)) {
		spin_unlock(&dentry->d_lock);
		return;
	}
	__d_drop(dentry);
	spin_unlock(&dentry->d_lock);
	if (!dentry->d_inode)
		return;

	shrink_dcache_parent(dentry);
	for (;;) {
		struct dentry *victim = NULL;

		d_walk(dentry, &victim, find_submount);
		if (!victim) {
			if (had_submounts)
				shrink_dcache_parent(dentry);
			return;
		}
		had_submounts = true;
		detach_mounts(victim);
		dput(victim);
	}
}
EXPORT_SYMBOL(d_invalidate);

static enum d_walk_ret path_check_mount(void *data, struct dentry *dentry)
{
	bool *mounted = data;

	*mounted = d_mountpoint(dentry);
	return *mounted ? D_WALK_QUIT : D_WALK_CONTINUE;
}

/** path_has_submounts() - is something mounted at or below @parent? Models: fs/dcache.c, 6.1. */
int path_has_submounts(const struct path *parent)
{
	bool mounted = false;

	d_walk(parent->dentry, &mounted, path_check_mount);
	return mounted;
}
EXPORT_SYMBOL(path_has_submounts);

static enum d_walk_ret umount_check(void *root, struct dentry *dentry)
{
	if (!list_empty(&dentry->d_subdirs))
		return D_WALK_CONTINUE;
	if (dentry == root && dentry->d_lockref.count == 1)
		return D_WALK_CONTINUE;
	fb_report(FB_CONTRACT, 0, NULL, "%s still in use (%d) at unmount of %s", fb_obj(dentry),
		  dentry->d_lockref.count, dentry->d_sb->s_id);
	return D_WALK_CONTINUE;
}

static void umount_tree_of(struct dentry *dentry)
{
	shrink_dcache_parent(dentry);
	d_walk(dentry, dentry, umount_check);
	d_drop(dentry);
	dput(dentry);
}

/**
 * shrink_dcache_for_umount() - free the whole tree of a super block that goes away
 * Models: fs/dcache.c, 6.1. A dentry still in use is a finding (the kernel warns).
 */
void shrink_dcache_for_umount(struct super_block *sb)
{
	struct dentry *dentry = sb->s_root;

	WARN(!rwsem_is_locked(&sb->s_umount), "s_umount should've been locked");
	sb->s_root = NULL;
	umount_tree_of(dentry);
	while (!hlist_bl_empty(&sb->s_roots)) {
		dentry = dget(hlist_bl_entry(hlist_bl_first(&sb->s_roots), struct dentry, d_hash));
		umount_tree_of(dentry);
	}
}

static enum d_walk_ret d_genocide_kill(void *root, struct dentry *dentry)
{
	if (dentry == root)
		return D_WALK_CONTINUE;
	if (d_unhashed(dentry) || !dentry->d_inode)
		return D_WALK_SKIP;
	if (!(dentry->d_flags & DCACHE_GENOCIDE)) {
		dentry->d_flags |= DCACHE_GENOCIDE;
		d_count_dec(dentry);
	}
	return D_WALK_CONTINUE;
}

/**
 * d_genocide() - drop the count that pins each dentry of a ramfs-like tree. Models: fs/dcache.c,
 *	6.1.
 */
void d_genocide(struct dentry *parent)
{
	d_walk(parent, parent, d_genocide_kill);
}
EXPORT_SYMBOL(d_genocide);

/*
 * Lookup
 */
static bool d_name_equal(const struct dentry *dentry, const struct dentry *parent,
			 const struct qstr *name)
{
	if (parent->d_flags & DCACHE_OP_COMPARE)
		return !parent->d_op->d_compare(dentry, dentry->d_name.len,
						(const char *)dentry->d_name.name, name);
	return dentry->d_name.len == name->len &&
	       !memcmp(dentry->d_name.name, name->name, name->len);
}

/** d_same_name() - does @dentry bear this name in @parent's opinion? Models: fs/dcache.c, 6.1. */
bool d_same_name(const struct dentry *dentry, const struct dentry *parent, const struct qstr *name)
{
	return d_name_equal(dentry, parent, name);
}
EXPORT_SYMBOL(d_same_name);

/**
 * __d_lookup() - find a hashed child, counted; a concurrent rename may hide it. Models:
 *	fs/dcache.c, 6.1.
 */
struct dentry *__d_lookup(const struct dentry *parent, const struct qstr *name)
{
	struct dentry *found = NULL;
	struct hlist_bl_node *node;
	struct dentry *dentry;

	rcu_read_lock();
	hlist_bl_for_each_entry_rcu(dentry, node, d_hash_bucket(name->hash), d_hash)
	{
		if (dentry->d_name.hash != name->hash)
			continue;
		spin_lock(&dentry->d_lock);
		if (dentry->d_parent == parent && !d_unhashed(dentry) &&
		    d_name_equal(dentry, parent, name)) {
			d_count_inc(dentry);
			found = dentry;
		}
		spin_unlock(&dentry->d_lock);
		if (found)
			break;
	}
	rcu_read_unlock();
	return found;
}

/**
 * d_lookup() - find a hashed child, counted, never missing it because of a rename. Models:
 *	fs/dcache.c, 6.1.
 */
struct dentry *d_lookup(const struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry;
	unsigned int seq;

	do {
		seq = read_seqbegin(&rename_lock);
		dentry = __d_lookup(parent, name);
		if (dentry)
			break;
	} while (read_seqretry(&rename_lock, seq));
	return dentry;
}
EXPORT_SYMBOL(d_lookup);

/**
 * d_hash_and_lookup() - hash the name by the parent's rule, then d_lookup(). Models: fs/dcache.c,
 *	6.1.
 */
struct dentry *d_hash_and_lookup(struct dentry *dir, struct qstr *name)
{
	int err;

	name->hash = full_name_hash(dir, (const char *)name->name, name->len);
	if (dir->d_flags & DCACHE_OP_HASH) {
		err = dir->d_op->d_hash(dir, name);
		if (unlikely(err < 0))
			return ERR_PTR(err);
	}
	return d_lookup(dir, name);
}
EXPORT_SYMBOL(d_hash_and_lookup);

/*
 * i_dir_seq is odd while a looked-up dentry moves from the in-lookup table to the hash: who finds
 * it in neither must look again.
 */
static unsigned int start_dir_add(struct inode *dir)
{
	unsigned int n;

	for (;;) {
		fb_point(FB_PT_ATOMIC, &dir->i_dir_seq);
		n = dir->i_dir_seq;
		if (!(n & 1))
			break;
		cpu_relax();
	}
	dir->i_dir_seq = n + 1;
	return n;
}

static void end_dir_add(struct inode *dir, unsigned int n, wait_queue_head_t *d_wait)
{
	smp_store_release(&dir->i_dir_seq, n + 2);
	wake_up_all(d_wait);
}

/* d_lock held: the dentry leaves the in-lookup table; returns whom to wake. */
static wait_queue_head_t *d_lookup_unhash(struct dentry *dentry)
{
	struct hlist_bl_head *b = in_lookup_bucket(dentry->d_parent, dentry->d_name.hash);
	wait_queue_head_t *d_wait;

	hlist_bl_lock(b);
	dentry->d_flags &= ~DCACHE_PAR_LOOKUP;
	__hlist_bl_del(&dentry->d_u.d_in_lookup_hash);
	d_wait = dentry->d_wait;
	dentry->d_wait = NULL;
	hlist_bl_unlock(b);
	INIT_HLIST_NODE(&dentry->d_u.d_alias);
	INIT_LIST_HEAD(&dentry->d_lru);
	return d_wait;
}

/** __d_lookup_unhash_wake() - the lookup is over (d_lookup_done()). Models: fs/dcache.c, 6.1. */
void __d_lookup_unhash_wake(struct dentry *dentry)
{
	spin_lock(&dentry->d_lock);
	wake_up_all(d_lookup_unhash(dentry));
	spin_unlock(&dentry->d_lock);
}
EXPORT_SYMBOL(__d_lookup_unhash_wake);

/* d_lock held on entry and return. */
static void d_wait_lookup(struct dentry *dentry)
{
	DECLARE_WAITQUEUE(wait, current);

	if (!d_in_lookup(dentry))
		return;
	add_wait_queue(dentry->d_wait, &wait);
	do {
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock(&dentry->d_lock);
		schedule();
		spin_lock(&dentry->d_lock);
	} while (d_in_lookup(dentry));
}

/* Bucket locked: a lookup of this name that is under way, counted. */
static struct dentry *find_in_lookup(struct hlist_bl_head *b, struct dentry *parent,
				     const struct qstr *name)
{
	struct hlist_bl_node *node;
	struct dentry *dentry;

	hlist_bl_for_each_entry(dentry, node, b, d_u.d_in_lookup_hash)
	{
		if (dentry->d_name.hash != name->hash || dentry->d_parent != parent ||
		    !d_name_equal(dentry, parent, name))
			continue;
		if (dentry->d_lockref.count <= 0)
			continue;
		d_count_inc(dentry);
		return dentry;
	}
	return NULL;
}

/* Somebody looks this name up: wait for him. True if his dentry is the answer. */
static bool join_lookup(struct dentry *dentry, struct dentry *parent, const struct qstr *name)
{
	bool good;

	spin_lock(&dentry->d_lock);
	d_wait_lookup(dentry);
	good = dentry->d_name.hash == name->hash && dentry->d_parent == parent &&
	       !d_unhashed(dentry) && d_name_equal(dentry, parent, name);
	spin_unlock(&dentry->d_lock);
	return good;
}

/**
 * d_alloc_parallel() - the dentry for a name: the hashed one, or one that is d_in_lookup() and ours
 *	to look up
 * @wq: the caller's, used until d_lookup_done()
 * Models: fs/dcache.c, 6.1. ERR_PTR(-ENOMEM) when there is no memory. The caller holds the
 * directory's lock, shared or exclusive.
 */
struct dentry *d_alloc_parallel(struct dentry *parent, const struct qstr *name,
				wait_queue_head_t *wq)
{
	struct hlist_bl_head *b = in_lookup_bucket(parent, name->hash);
	struct dentry *new = d_alloc(parent, name);
	struct dentry *dentry;
	unsigned int seq;

	if (unlikely(!new))
		return ERR_PTR(-ENOMEM);
	for (;;) {
		seq = smp_load_acquire(&parent->d_inode->i_dir_seq);
		dentry = __d_lookup(parent, name);
		if (dentry)
			break;
		hlist_bl_lock(b);
		if (seq & 1 || READ_ONCE(parent->d_inode->i_dir_seq) != seq) {
			hlist_bl_unlock(b);
			cpu_relax();
			continue;
		}
		dentry = find_in_lookup(b, parent, name);
		if (!dentry) {
			new->d_flags |= DCACHE_PAR_LOOKUP;
			new->d_wait = wq;
			hlist_bl_add_head_rcu(&new->d_u.d_in_lookup_hash, b);
			hlist_bl_unlock(b);
			return new;
		}
		hlist_bl_unlock(b);
		if (join_lookup(dentry, parent, name))
			break;
		dput(dentry);
	}
	dput(new);
	return dentry;
}
EXPORT_SYMBOL(d_alloc_parallel);

/* i_lock held if @inode, and given back. */
static void __d_add(struct dentry *dentry, struct inode *inode)
{
	wait_queue_head_t *d_wait;
	struct inode *dir = NULL;
	unsigned int n;

	spin_lock(&dentry->d_lock);
	if (unlikely(d_in_lookup(dentry))) {
		dir = dentry->d_parent->d_inode;
		n = start_dir_add(dir);
		d_wait = d_lookup_unhash(dentry);
	}
	if (inode)
		d_attach_inode(dentry, inode);
	__d_rehash(dentry);
	if (dir)
		end_dir_add(dir, n, d_wait);
	spin_unlock(&dentry->d_lock);
	if (inode)
		spin_unlock(&inode->i_lock);
}

/** d_add() - give the dentry its inode (or none) and hash it. Models: fs/dcache.c, 6.1. */
void d_add(struct dentry *entry, struct inode *inode)
{
	if (inode)
		spin_lock(&inode->i_lock);
	__d_add(entry, inode);
}
EXPORT_SYMBOL(d_add);

/*
 * Aliases
 */
static struct dentry *__dget_alias(struct dentry *alias)
{
	spin_lock(&alias->d_lock);
	d_count_inc(alias);
	spin_unlock(&alias->d_lock);
	return alias;
}

/* i_lock held. */
static struct dentry *__d_find_any_alias(struct inode *inode)
{
	if (hlist_empty(&inode->i_dentry))
		return NULL;
	return __dget_alias(hlist_entry(inode->i_dentry.first, struct dentry, d_u.d_alias));
}

/** d_find_any_alias() - some dentry of @inode, counted. Models: fs/dcache.c, 6.1. */
struct dentry *d_find_any_alias(struct inode *inode)
{
	struct dentry *de;

	spin_lock(&inode->i_lock);
	de = __d_find_any_alias(inode);
	spin_unlock(&inode->i_lock);
	return de;
}
EXPORT_SYMBOL(d_find_any_alias);

/**
 * d_find_alias() - a hashed dentry of @inode (any, for a directory), counted. Models: fs/dcache.c,
 *	6.1.
 */
struct dentry *d_find_alias(struct inode *inode)
{
	struct dentry *alias, *found = NULL;

	spin_lock(&inode->i_lock);
	if (S_ISDIR(inode->i_mode)) {
		found = __d_find_any_alias(inode);
	} else {
		hlist_for_each_entry(alias, &inode->i_dentry, d_u.d_alias) {
			if (d_unhashed(alias))
				continue;
			found = __dget_alias(alias);
			break;
		}
	}
	spin_unlock(&inode->i_lock);
	return found;
}
EXPORT_SYMBOL(d_find_alias);

/** d_prune_aliases() - free the unused dentries of @inode. Models: fs/dcache.c, 6.1. */
void d_prune_aliases(struct inode *inode)
{
	struct dentry *dentry;
	LIST_HEAD(dispose);

	spin_lock(&inode->i_lock);
	hlist_for_each_entry(dentry, &inode->i_dentry, d_u.d_alias) {
		spin_lock(&dentry->d_lock);
		if (!dentry->d_lockref.count && !(dentry->d_flags & DCACHE_SHRINK_LIST))
			to_shrink_list(dentry, &dispose);
		spin_unlock(&dentry->d_lock);
	}
	spin_unlock(&inode->i_lock);
	shrink_dentry_list(&dispose);
}
EXPORT_SYMBOL(d_prune_aliases);

/** d_mark_dontcache() - inode and dentries go with their last user. Models: fs/dcache.c, 6.1. */
void d_mark_dontcache(struct inode *inode)
{
	struct dentry *de;

	spin_lock(&inode->i_lock);
	hlist_for_each_entry(de, &inode->i_dentry, d_u.d_alias) {
		spin_lock(&de->d_lock);
		de->d_flags |= DCACHE_DONTCACHE;
		spin_unlock(&de->d_lock);
	}
	inode->i_state |= I_DONTCACHE;
	spin_unlock(&inode->i_lock);
}
EXPORT_SYMBOL(d_mark_dontcache);

static struct dentry *obtain_alias(struct inode *inode, bool disconnected)
{
	struct super_block *sb;
	struct dentry *new, *res;

	if (!inode)
		return ERR_PTR(-ESTALE);
	if (IS_ERR(inode))
		return ERR_CAST(inode);
	sb = inode->i_sb;
	res = d_find_any_alias(inode);
	if (res)
		goto out;
	new = d_alloc_anon(sb);
	if (!new) {
		res = ERR_PTR(-ENOMEM);
		goto out;
	}
	spin_lock(&inode->i_lock);
	res = __d_find_any_alias(inode);
	if (res) {
		spin_unlock(&inode->i_lock);
		dput(new);
		goto out;
	}
	spin_lock(&new->d_lock);
	d_attach_inode(new, inode);
	if (disconnected)
		new->d_flags |= DCACHE_DISCONNECTED;
	else {
		hlist_bl_lock(&sb->s_roots);
		hlist_bl_add_head(&new->d_hash, &sb->s_roots);
		hlist_bl_unlock(&sb->s_roots);
	}
	spin_unlock(&new->d_lock);
	spin_unlock(&inode->i_lock);
	return new;
out:
	iput(inode);
	return res;
}

/**
 * d_obtain_alias() - a dentry for an inode found without a name (file handles)
 * Models: fs/dcache.c, 6.1. Eats the inode reference in every case; -ESTALE for NULL, errors pass
 * through.
 */
struct dentry *d_obtain_alias(struct inode *inode)
{
	return obtain_alias(inode, true);
}
EXPORT_SYMBOL(d_obtain_alias);

/** d_obtain_root() - the same for the root of a subtree mount. Models: fs/dcache.c, 6.1. */
struct dentry *d_obtain_root(struct inode *inode)
{
	return obtain_alias(inode, false);
}
EXPORT_SYMBOL(d_obtain_root);

/*
 * Renames
 */

/**
 * d_ancestor() - the child of @p1 on the way to @p2; NULL if @p2 is not below @p1. Models:
 *	fs/dcache.c, 6.1.
 */
struct dentry *d_ancestor(struct dentry *p1, struct dentry *p2)
{
	struct dentry *p;

	for (p = p2; !IS_ROOT(p); p = p->d_parent)
		if (p->d_parent == p1)
			return p;
	return NULL;
}

/** is_subdir() - is @new the same as @old or below it? Models: fs/dcache.c, 6.1. */
bool is_subdir(struct dentry *new, struct dentry *old)
{
	return new == old || d_ancestor(old, new);
}
EXPORT_SYMBOL(is_subdir);

static void swap_names(struct dentry *dentry, struct dentry *target)
{
	const bool e1 = dname_external(dentry), e2 = dname_external(target);
	unsigned char tmp[DNAME_INLINE_LEN];
	struct qstr q = dentry->d_name;

	memcpy(tmp, dentry->d_iname, sizeof(tmp));
	memcpy(dentry->d_iname, target->d_iname, sizeof(tmp));
	memcpy(target->d_iname, tmp, sizeof(tmp));
	dentry->d_name = target->d_name;
	if (!e2)
		dentry->d_name.name = dentry->d_iname;
	target->d_name = q;
	if (!e1)
		target->d_name.name = target->d_iname;
}

static void copy_name(struct dentry *dentry, struct dentry *target)
{
	struct external_name *old = dname_external(dentry) ? external_name(dentry) : NULL;

	if (dname_external(target)) {
		external_name(target)->users++;
		dentry->d_name = target->d_name;
	} else {
		memcpy(dentry->d_iname, target->d_iname, DNAME_INLINE_LEN);
		dentry->d_name.hash_len = target->d_name.hash_len;
		dentry->d_name.name = dentry->d_iname;
	}
	if (old)
		put_external_name(old);
}

/* Parents first, an ancestor before its descendant, then the two dentries. */
static void lock_for_move(struct dentry *dentry, struct dentry *target)
{
	struct dentry *p1 = dentry->d_parent, *p2 = target->d_parent;

	if (IS_ROOT(dentry)) {
		spin_lock(&p2->d_lock);
	} else if (p1 == p2) {
		spin_lock(&p1->d_lock);
	} else if (d_ancestor(p2, p1)) {
		spin_lock(&p2->d_lock);
		spin_lock_nested(&p1->d_lock, DENTRY_D_LOCK_NESTED);
	} else {
		spin_lock(&p1->d_lock);
		spin_lock_nested(&p2->d_lock, DENTRY_D_LOCK_NESTED);
	}
	spin_lock_nested(&dentry->d_lock, 2);
	spin_lock_nested(&target->d_lock, 3);
}

static void __d_move(struct dentry *dentry, struct dentry *target, bool exchange)
{
	struct dentry *old_parent = dentry->d_parent, *new_parent = target->d_parent;
	wait_queue_head_t *d_wait;
	struct inode *dir = NULL;
	unsigned int n;

	WARN_ON(!dentry->d_inode);
	if (WARN_ON(dentry == target))
		return;
	BUG_ON(d_ancestor(target, dentry));
	BUG_ON(d_ancestor(dentry, target));
	lock_for_move(dentry, target);
	if (unlikely(d_in_lookup(target))) {
		dir = target->d_parent->d_inode;
		n = start_dir_add(dir);
		d_wait = d_lookup_unhash(target);
	}
	write_seqcount_begin(&dentry->d_seq);
	write_seqcount_begin_nested(&target->d_seq, DENTRY_D_LOCK_NESTED);
	__d_drop(dentry);
	__d_drop(target);
	dentry->d_parent = new_parent;
	if (exchange) {
		target->d_parent = old_parent;
		swap_names(dentry, target);
		list_move(&target->d_child, &old_parent->d_subdirs);
		__d_rehash(target);
	} else {
		copy_name(dentry, target);
		d_count_inc(new_parent);
		if (dentry != old_parent)
			d_count_dec(old_parent);
	}
	list_move(&dentry->d_child, &new_parent->d_subdirs);
	__d_rehash(dentry);
	write_seqcount_end(&target->d_seq);
	write_seqcount_end(&dentry->d_seq);
	if (dir)
		end_dir_add(dir, n, d_wait);
	if (dentry != old_parent && old_parent != new_parent)
		spin_unlock(&old_parent->d_lock);
	spin_unlock(&new_parent->d_lock);
	spin_unlock(&target->d_lock);
	spin_unlock(&dentry->d_lock);
}

/**
 * d_move() - @dentry takes name and place of @target, which ends unhashed
 * Models: fs/dcache.c, 6.1. The caller holds the locks of lock_rename().
 */
void d_move(struct dentry *dentry, struct dentry *target)
{
	write_seqlock(&rename_lock);
	__d_move(dentry, target, false);
	write_sequnlock(&rename_lock);
}
EXPORT_SYMBOL(d_move);

/** d_exchange() - the two swap name and place. Models: fs/dcache.c, 6.1. */
void d_exchange(struct dentry *dentry1, struct dentry *dentry2)
{
	write_seqlock(&rename_lock);
	WARN_ON(!dentry1->d_inode || !dentry2->d_inode || IS_ROOT(dentry1) || IS_ROOT(dentry2));
	__d_move(dentry1, dentry2, true);
	write_sequnlock(&rename_lock);
}

/*
 * A directory turned up under a second name: move its dentry, if the rename locks can be had
 * without waiting.
 */
static int __d_unalias(struct dentry *dentry, struct dentry *alias)
{
	struct super_block *sb = dentry->d_sb;
	struct inode *dir = NULL;

	if (alias->d_parent != dentry->d_parent) {
		if (!mutex_trylock(&sb->s_vfs_rename_mutex))
			return -ESTALE;
		dir = alias->d_parent->d_inode;
		if (!inode_trylock_shared(dir)) {
			mutex_unlock(&sb->s_vfs_rename_mutex);
			return -ESTALE;
		}
	}
	__d_move(alias, dentry, false);
	if (dir) {
		inode_unlock_shared(dir);
		mutex_unlock(&sb->s_vfs_rename_mutex);
	}
	return 0;
}

static struct dentry *splice_directory(struct inode *inode, struct dentry *dentry,
				       struct dentry *new)
{
	int err;

	write_seqlock(&rename_lock);
	if (unlikely(d_ancestor(new, dentry)))
		err = -ELOOP;
	else if (!IS_ROOT(new))
		err = __d_unalias(dentry, new);
	else {
		__d_move(new, dentry, false);
		err = 0;
	}
	write_sequnlock(&rename_lock);
	if (err) {
		dput(new);
		new = ERR_PTR(err);
	}
	iput(inode);
	return new;
}

/**
 * d_splice_alias() - the end of a lookup: d_add(), or the directory's existing dentry moved here
 * Models: fs/dcache.c, 6.1. Eats the inode reference; NULL when @dentry itself was used, else the
 * dentry to use (or an error).
 */
struct dentry *d_splice_alias(struct inode *inode, struct dentry *dentry)
{
	struct dentry *new;

	if (IS_ERR(inode))
		return ERR_CAST(inode);
	BUG_ON(!d_unhashed(dentry));
	if (inode) {
		spin_lock(&inode->i_lock);
		if (S_ISDIR(inode->i_mode)) {
			new = __d_find_any_alias(inode);
			if (unlikely(new)) {
				spin_unlock(&inode->i_lock);
				return splice_directory(inode, dentry, new);
			}
		}
	}
	__d_add(dentry, inode);
	return NULL;
}
EXPORT_SYMBOL(d_splice_alias);

/**
 * d_delete() - the file was unlinked: turn the dentry negative if it is ours alone, else unhash it
 * Models: fs/dcache.c, 6.1.
 */
void d_delete(struct dentry *dentry)
{
	struct inode *inode = dentry->d_inode;

	spin_lock(&inode->i_lock);
	spin_lock(&dentry->d_lock);
	if (dentry->d_lockref.count == 1) {
		dentry->d_flags &= ~DCACHE_CANT_MOUNT;
		dentry_unlink_inode(dentry);
		return;
	}
	__d_drop(dentry);
	spin_unlock(&dentry->d_lock);
	spin_unlock(&inode->i_lock);
}
EXPORT_SYMBOL(d_delete);

/**
 * d_set_mounted() - mark a mount point
 * Models: fs/dcache.c, 6.1. -ENOENT if it, or an ancestor, was unlinked; -EBUSY if it is one
 * already.
 */
int d_set_mounted(struct dentry *dentry)
{
	struct dentry *p;
	int ret = -ENOENT;

	write_seqlock(&rename_lock);
	for (p = dentry->d_parent; !IS_ROOT(p); p = p->d_parent)
		if (d_unhashed(p))
			goto out;
	spin_lock(&dentry->d_lock);
	if (!d_unlinked(dentry)) {
		ret = -EBUSY;
		if (!d_mountpoint(dentry)) {
			dentry->d_flags |= DCACHE_MOUNTED;
			ret = 0;
		}
	}
	spin_unlock(&dentry->d_lock);
out:
	write_sequnlock(&rename_lock);
	return ret;
}

/**
 * vfs_caches_init() - at the begin of a run: the caches of this folder, and the root mount
 * Models: fs/dcache.c, 6.1. Called from a task, after slab and RCU.
 */
void vfs_caches_init(void)
{
	names_cachep = kmem_cache_create("names_cache", PATH_MAX, 0, SLAB_PANIC, NULL);
	dentry_cache = kmem_cache_create("dentry", sizeof(struct dentry), 0, SLAB_PANIC, NULL);
	inode_init();
	mnt_init();
}

/**
 * vfs_shutdown() - at the end of a run: unmount everything, the root last, and give the caches back
 *
 * No kernel counterpart. Called from a task, before the modules' exit functions. What somebody
 * still holds then stays where it is and shows in the ledgers.
 */
void vfs_shutdown(void)
{
	libfs_shutdown();
	mnt_shutdown();
	inode_shutdown();
	kmem_cache_destroy(dentry_cache);
	kmem_cache_destroy(names_cachep);
	dentry_cache = names_cachep = NULL;
}
