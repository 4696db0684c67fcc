// SPDX-License-Identifier: GPL-2.0
/*
 * The inode cache, link counts, owners and times.
 *
 * Models: fs/inode.c, 6.1. Inodes are hashed under inode_hash_lock, guarded by i_lock, counted by
 * i_count, cached while unused and freed after a grace period; I_NEW, I_WILL_FREE, I_FREEING and
 * I_CLEAR are set and waited for as in the kernel.
 *
 * Leaves out: the per-node LRU lists (one list of the box), the shrinker (memory pressure comes
 * only when asked for: prune_icache()), bmap and buffers.
 *
 * Ledger: FB_RES_INODE watches i_count; our atomics enter each change.
 */
#include <linux/fs.h>
#include <linux/backing-dev.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/fsnotify.h>
#include <linux/hash.h>
#include <linux/iversion.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/writeback.h>

#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/race.h>
#include <core/run.h>

#include "internal.h"

#define I_HASH_BITS 7

static struct kmem_cache *inode_cachep;
static struct hlist_head inode_hashtable[1 << I_HASH_BITS];
static __cacheline_aligned_in_smp DEFINE_SPINLOCK(inode_hash_lock);
static LIST_HEAD(inode_lru);
static unsigned int last_ino;

const struct address_space_operations empty_aops = {};
EXPORT_SYMBOL(empty_aops);

static struct hlist_head *inode_bucket(const struct super_block *sb, unsigned long hashval)
{
	return &inode_hashtable[hash_64((u64)hashval ^ (u64)sb->s_dev << 32, I_HASH_BITS)];
}

/*
 * Birth
 */
static int no_open(struct inode *inode, struct file *file)
{
	return -ENXIO;
}

/** address_space_init_once() - what survives reuse of the memory. Models: fs/inode.c, 6.1. */
void address_space_init_once(struct address_space *mapping)
{
	memset(mapping, 0, sizeof(*mapping));
	xa_init_flags(&mapping->i_pages, XA_FLAGS_LOCK_IRQ | XA_FLAGS_ACCOUNT);
	init_rwsem(&mapping->i_mmap_rwsem);
	INIT_LIST_HEAD(&mapping->private_list);
	spin_lock_init(&mapping->private_lock);
	mapping->i_mmap = RB_ROOT_CACHED;
}
EXPORT_SYMBOL(address_space_init_once);

/** inode_init_once() - the slab constructor of every inode cache. Models: fs/inode.c, 6.1. */
void inode_init_once(struct inode *inode)
{
	memset(inode, 0, sizeof(*inode));
	INIT_HLIST_NODE(&inode->i_hash);
	INIT_LIST_HEAD(&inode->i_devices);
	INIT_LIST_HEAD(&inode->i_io_list);
	INIT_LIST_HEAD(&inode->i_wb_list);
	INIT_LIST_HEAD(&inode->i_lru);
	INIT_LIST_HEAD(&inode->i_sb_list);
	address_space_init_once(&inode->i_data);
	i_size_ordered_init(inode);
}
EXPORT_SYMBOL(inode_init_once);

static void init_once(void *foo)
{
	inode_init_once(foo);
}

static void init_mapping(struct super_block *sb, struct inode *inode)
{
	struct address_space *const mapping = &inode->i_data;

	mapping->a_ops = &empty_aops;
	mapping->host = inode;
	mapping->flags = 0;
	mapping->wb_err = 0;
	atomic_set(&mapping->i_mmap_writable, 0);
	mapping_set_gfp_mask(mapping, GFP_HIGHUSER_MOVABLE);
	mapping->private_data = NULL;
	mapping->writeback_index = 0;
	init_rwsem(&mapping->invalidate_lock);
	lockdep_set_class_and_name(&mapping->invalidate_lock, &sb->s_type->invalidate_lock_key,
				   "mapping.invalidate_lock");
	if (sb->s_iflags & SB_I_STABLE_WRITES)
		mapping_set_stable_writes(mapping);
	inode->i_mapping = mapping;
}

static void init_numbers(struct inode *inode)
{
	atomic64_set(&inode->i_sequence, 0);
	atomic_set(&inode->i_count, 1);
	atomic_set(&inode->i_writecount, 0);
	atomic_set(&inode->i_dio_count, 0);
	inode->i_ino = 0;
	inode->__i_nlink = 1;
	inode->i_size = 0;
	inode->i_write_hint = WRITE_LIFE_NOT_SET;
	inode->i_blocks = 0;
	inode->i_bytes = 0;
	inode->i_generation = 0;
	inode->i_rdev = 0;
	inode->i_dir_seq = 0;
	inode->dirtied_when = 0;
}

/**
 * inode_init_always() - what is set anew at each allocation
 * Models: fs/inode.c, 6.1. Leaves out security blobs (no LSM in the box).
 */
int inode_init_always(struct super_block *sb, struct inode *inode)
{
	static const struct inode_operations empty_iops;
	static const struct file_operations no_open_fops = {.open = no_open};

	inode->i_sb = sb;
	inode->i_blkbits = sb->s_blocksize_bits;
	inode->i_flags = 0;
	inode->i_op = &empty_iops;
	inode->i_fop = &no_open_fops;
	inode->i_opflags = sb->s_xattr ? IOP_XATTR : 0;
	init_numbers(inode);
	i_uid_write(inode, 0);
	i_gid_write(inode, 0);
	inode->i_pipe = NULL;
	inode->i_cdev = NULL;
	inode->i_link = NULL;
	spin_lock_init(&inode->i_lock);
	lockdep_set_class(&inode->i_lock, &sb->s_type->i_lock_key);
	init_rwsem(&inode->i_rwsem);
	lockdep_set_class(&inode->i_rwsem, &sb->s_type->i_mutex_key);
	init_mapping(sb, inode);
	inode->i_private = NULL;
	INIT_HLIST_HEAD(&inode->i_dentry);
#ifdef CONFIG_FS_POSIX_ACL
	inode->i_acl = inode->i_default_acl = ACL_NOT_CACHED;
#endif
	inode->i_flctx = NULL;
	fb_obj_new(inode, "inode", sb->s_id);
	fb_watch(&inode->i_count, FB_RES_INODE, inode);
	fb_watch_add(&inode->i_count, 1);
	return 0;
}
EXPORT_SYMBOL(inode_init_always);

/** free_inode_nonrcu() - free an inode of the common cache. Models: fs/inode.c, 6.1. */
void free_inode_nonrcu(struct inode *inode)
{
	kmem_cache_free(inode_cachep, inode);
}
EXPORT_SYMBOL(free_inode_nonrcu);

static void i_callback(struct rcu_head *head)
{
	struct inode *inode = container_of(head, struct inode, i_rcu);

	if (inode->free_inode)
		inode->free_inode(inode);
	else
		free_inode_nonrcu(inode);
}

static struct inode *alloc_inode(struct super_block *sb)
{
	struct inode *inode;

	if (sb->s_op->alloc_inode)
		inode = sb->s_op->alloc_inode(sb);
	else
		inode = alloc_inode_sb(sb, inode_cachep, GFP_KERNEL);
	if (inode)
		inode_init_always(sb, inode);
	return inode;
}

static void release_acl(struct inode *inode)
{
#ifdef CONFIG_FS_POSIX_ACL
	if (inode->i_acl && !is_uncached_acl(inode->i_acl))
		posix_acl_release(inode->i_acl);
	if (inode->i_default_acl && !is_uncached_acl(inode->i_default_acl))
		posix_acl_release(inode->i_default_acl);
#endif
}

/** __destroy_inode() - what the VFS hung on the inode. Models: fs/inode.c, 6.1. */
void __destroy_inode(struct inode *inode)
{
	inode_detach_wb(inode);
	fsnotify_inode_delete(inode);
	locks_free_lock_context(inode);
	if (!inode->i_nlink) {
		WARN_ON(atomic_long_read(&inode->i_sb->s_remove_count) == 0);
		atomic_long_dec(&inode->i_sb->s_remove_count);
	}
	release_acl(inode);
}
EXPORT_SYMBOL(__destroy_inode);

static void destroy_inode(struct inode *inode)
{
	const struct super_operations *ops = inode->i_sb->s_op;

	BUG_ON(!list_empty(&inode->i_lru));
	__destroy_inode(inode);
	fb_unwatch(&inode->i_count);
	fb_obj_gone(inode);
	if (ops->destroy_inode) {
		ops->destroy_inode(inode);
		if (!ops->free_inode)
			return;
	}
	inode->free_inode = ops->free_inode;
	call_rcu(&inode->i_rcu, i_callback);
}

/** get_next_ino() - inode numbers for file systems in memory; never 0. Models: fs/inode.c, 6.1. */
unsigned int get_next_ino(void)
{
	unsigned int ino;

	/* Kernel: each processor has numbers of its own, so that this is one step. */
	fb_race_pause();
	if (!++last_ino)
		++last_ino;
	ino = last_ino;
	fb_race_resume();
	return ino;
}
EXPORT_SYMBOL(get_next_ino);

/** new_inode_pseudo() - an inode that is on no list of its super block. Models: fs/inode.c, 6.1. */
struct inode *new_inode_pseudo(struct super_block *sb)
{
	struct inode *inode = alloc_inode(sb);

	if (inode) {
		spin_lock(&inode->i_lock);
		inode->i_state = 0;
		spin_unlock(&inode->i_lock);
	}
	return inode;
}

/** inode_sb_list_add() - the super block knows the inode. Models: fs/inode.c, 6.1. */
void inode_sb_list_add(struct inode *inode)
{
	spin_lock(&inode->i_sb->s_inode_list_lock);
	list_add(&inode->i_sb_list, &inode->i_sb->s_inodes);
	spin_unlock(&inode->i_sb->s_inode_list_lock);
}
EXPORT_SYMBOL(inode_sb_list_add);

static void inode_sb_list_del(struct inode *inode)
{
	if (list_empty(&inode->i_sb_list))
		return;
	spin_lock(&inode->i_sb->s_inode_list_lock);
	list_del_init(&inode->i_sb_list);
	spin_unlock(&inode->i_sb->s_inode_list_lock);
}

/**
 * new_inode() - a fresh, unhashed inode with one reference; NULL without memory. Models:
 *	fs/inode.c, 6.1.
 */
struct inode *new_inode(struct super_block *sb)
{
	struct inode *inode = new_inode_pseudo(sb);

	if (inode)
		inode_sb_list_add(inode);
	return inode;
}
EXPORT_SYMBOL(new_inode);

/*
 * Link count: s_remove_count counts the unlinked inodes that still live, which keep the super block
 * from going read-only.
 */

/** drop_nlink() - one link less. Models: fs/inode.c, 6.1. */
void drop_nlink(struct inode *inode)
{
	WARN_ON(inode->i_nlink == 0);
	inode->__i_nlink--;
	if (!inode->i_nlink)
		atomic_long_inc(&inode->i_sb->s_remove_count);
}
EXPORT_SYMBOL(drop_nlink);

/** clear_nlink() - no link left. Models: fs/inode.c, 6.1. */
void clear_nlink(struct inode *inode)
{
	if (inode->i_nlink) {
		inode->__i_nlink = 0;
		atomic_long_inc(&inode->i_sb->s_remove_count);
	}
}
EXPORT_SYMBOL(clear_nlink);

/** set_nlink() - set the count. Models: fs/inode.c, 6.1. */
void set_nlink(struct inode *inode, unsigned int nlink)
{
	if (!nlink) {
		clear_nlink(inode);
		return;
	}
	if (inode->i_nlink == 0)
		atomic_long_dec(&inode->i_sb->s_remove_count);
	inode->__i_nlink = nlink;
}
EXPORT_SYMBOL(set_nlink);

/**
 * inc_nlink() - one link more; up from zero only with I_LINKABLE (O_TMPFILE). Models: fs/inode.c,
 *	6.1.
 */
void inc_nlink(struct inode *inode)
{
	if (unlikely(inode->i_nlink == 0)) {
		WARN_ON(!(inode->i_state & I_LINKABLE));
		atomic_long_dec(&inode->i_sb->s_remove_count);
	}
	inode->__i_nlink++;
}
EXPORT_SYMBOL(inc_nlink);

/*
 * References
 */

/** __iget() - one reference more, i_lock held. Models: fs/inode.c, 6.1. */
void __iget(struct inode *inode)
{
	atomic_inc(&inode->i_count);
}

/** ihold() - one reference more; the caller holds one. Models: fs/inode.c, 6.1. */
void ihold(struct inode *inode)
{
	WARN_ON(atomic_inc_return(&inode->i_count) < 2);
}
EXPORT_SYMBOL(ihold);

/** igrab() - a reference, unless the inode is on its way out. Models: fs/inode.c, 6.1. */
struct inode *igrab(struct inode *inode)
{
	spin_lock(&inode->i_lock);
	if (inode->i_state & (I_FREEING | I_WILL_FREE)) {
		spin_unlock(&inode->i_lock);
		return NULL;
	}
	__iget(inode);
	spin_unlock(&inode->i_lock);
	return inode;
}
EXPORT_SYMBOL(igrab);

static bool may_cache(const struct inode *inode)
{
	if (inode->i_state & (I_DIRTY_ALL | I_SYNC | I_FREEING | I_WILL_FREE))
		return false;
	return !READ_ONCE(inode->i_count.counter) && inode->i_sb->s_flags & SB_ACTIVE;
}

/**
 * inode_add_lru() - an unused, clean inode becomes reclaimable; i_lock held. Models: fs/inode.c,
 *	6.1.
 */
void inode_add_lru(struct inode *inode)
{
	if (may_cache(inode) && list_empty(&inode->i_lru))
		list_add_tail(&inode->i_lru, &inode_lru);
}

static void inode_lru_list_del(struct inode *inode)
{
	list_del_init(&inode->i_lru);
}

/*
 * Death
 */

/**
 * clear_inode() - the last act of ->evict_inode(): nothing may be left. Models: fs/inode.c, 6.1.
 */
void clear_inode(struct inode *inode)
{
	xa_lock_irq(&inode->i_data.i_pages);
	BUG_ON(inode->i_data.nrpages);
	xa_unlock_irq(&inode->i_data.i_pages);
	BUG_ON(!list_empty(&inode->i_data.private_list));
	BUG_ON(!(inode->i_state & I_FREEING));
	BUG_ON(inode->i_state & I_CLEAR);
	BUG_ON(!list_empty(&inode->i_wb_list));
	inode->i_state = I_FREEING | I_CLEAR;
}
EXPORT_SYMBOL(clear_inode);

static void evict(struct inode *inode)
{
	const struct super_operations *op = inode->i_sb->s_op;

	BUG_ON(!(inode->i_state & I_FREEING));
	BUG_ON(!list_empty(&inode->i_lru));
	if (!list_empty(&inode->i_io_list))
		inode_io_list_del(inode);
	inode_sb_list_del(inode);
	inode_wait_for_writeback(inode);
	if (op->evict_inode) {
		op->evict_inode(inode);
	} else {
		truncate_inode_pages_final(&inode->i_data);
		clear_inode(inode);
	}
	if (S_ISCHR(inode->i_mode) && inode->i_cdev)
		cd_forget(inode);
	remove_inode_hash(inode);
	spin_lock(&inode->i_lock);
	wake_up_bit(&inode->i_state, __I_NEW);
	BUG_ON(inode->i_state != (I_FREEING | I_CLEAR));
	spin_unlock(&inode->i_lock);
	destroy_inode(inode);
}

static void dispose_list(struct list_head *head)
{
	while (!list_empty(head)) {
		struct inode *inode = list_first_entry(head, struct inode, i_lru);

		list_del_init(&inode->i_lru);
		evict(inode);
		cond_resched();
	}
}

/* i_lock held: the inode goes to a private list, nobody else will evict it. */
static void to_dispose(struct inode *inode, struct list_head *dispose)
{
	inode->i_state |= I_FREEING;
	inode_lru_list_del(inode);
	list_add(&inode->i_lru, dispose);
}

/**
 * evict_inodes() - evict all unused inodes of a super block that goes away. Models: fs/inode.c,
 *	6.1.
 */
void evict_inodes(struct super_block *sb)
{
	struct inode *inode, *next;
	LIST_HEAD(dispose);

	spin_lock(&sb->s_inode_list_lock);
	list_for_each_entry_safe(inode, next, &sb->s_inodes, i_sb_list) {
		if (atomic_read(&inode->i_count))
			continue;
		spin_lock(&inode->i_lock);
		if (!atomic_read(&inode->i_count) &&
		    !(inode->i_state & (I_NEW | I_FREEING | I_WILL_FREE)))
			to_dispose(inode, &dispose);
		spin_unlock(&inode->i_lock);
	}
	spin_unlock(&sb->s_inode_list_lock);
	dispose_list(&dispose);
}
EXPORT_SYMBOL(evict_inodes);

/**
 * prune_icache() - what memory pressure would do: evict the cached, unused inodes of @sb. Models:
 *	prune_icache_sb(), fs/inode.c, 6.1.
 */
void prune_icache(struct super_block *sb)
{
	struct inode *inode, *next;
	LIST_HEAD(dispose);

	fb_point(FB_PT_OTHER, sb);
	list_for_each_entry_safe(inode, next, &inode_lru, i_lru) {
		if (inode->i_sb != sb)
			continue;
		if (may_cache(inode))
			to_dispose(inode, &dispose);
		else
			inode_lru_list_del(inode);
	}
	dispose_list(&dispose);
}

/* i_lock held, count is zero. */
static void iput_final(struct inode *inode)
{
	const struct super_operations *op = inode->i_sb->s_op;
	int drop;

	WARN_ON(inode->i_state & I_NEW);
	drop = op->drop_inode ? op->drop_inode(inode) : generic_drop_inode(inode);
	if (!drop && !(inode->i_state & I_DONTCACHE) && inode->i_sb->s_flags & SB_ACTIVE) {
		inode_add_lru(inode);
		spin_unlock(&inode->i_lock);
		return;
	}
	if (!drop) {
		inode->i_state |= I_WILL_FREE;
		spin_unlock(&inode->i_lock);
		write_inode_now(inode, 1);
		spin_lock(&inode->i_lock);
		WARN_ON(inode->i_state & I_NEW);
		inode->i_state &= ~I_WILL_FREE;
	}
	inode->i_state |= I_FREEING;
	if (!list_empty(&inode->i_lru))
		inode_lru_list_del(inode);
	spin_unlock(&inode->i_lock);
	evict(inode);
}

/**
 * iput() - drop a reference; the last one caches or evicts the inode
 * Models: fs/inode.c, 6.1. May sleep when it is the last one. NULL is fine.
 */
void iput(struct inode *inode)
{
	if (!inode)
		return;
	BUG_ON(inode->i_state & I_CLEAR);
	while (atomic_dec_and_lock(&inode->i_count, &inode->i_lock)) {
		if (!inode->i_nlink || !(inode->i_state & I_DIRTY_TIME)) {
			iput_final(inode);
			return;
		}
		atomic_inc(&inode->i_count);
		spin_unlock(&inode->i_lock);
		mark_inode_dirty_sync(inode);
	}
}
EXPORT_SYMBOL(iput);

/** generic_delete_inode() - a ->drop_inode() that caches nothing. Models: fs/inode.c, 6.1. */
int generic_delete_inode(struct inode *inode)
{
	return 1;
}
EXPORT_SYMBOL(generic_delete_inode);

/*
 * Hash
 */

/** __insert_inode_hash() - make the inode findable. Models: fs/inode.c, 6.1. */
void __insert_inode_hash(struct inode *inode, unsigned long hashval)
{
	spin_lock(&inode_hash_lock);
	spin_lock(&inode->i_lock);
	hlist_add_head_rcu(&inode->i_hash, inode_bucket(inode->i_sb, hashval));
	spin_unlock(&inode->i_lock);
	spin_unlock(&inode_hash_lock);
}
EXPORT_SYMBOL(__insert_inode_hash);

/** __remove_inode_hash() - undo it. Models: fs/inode.c, 6.1. */
void __remove_inode_hash(struct inode *inode)
{
	spin_lock(&inode_hash_lock);
	spin_lock(&inode->i_lock);
	hlist_del_init_rcu(&inode->i_hash);
	spin_unlock(&inode->i_lock);
	spin_unlock(&inode_hash_lock);
}
EXPORT_SYMBOL(__remove_inode_hash);

/* inode_hash_lock and i_lock held; the first is held again on return. */
static void wait_on_freeing_inode(struct inode *inode)
{
	wait_queue_head_t *wq = bit_waitqueue(&inode->i_state, __I_NEW);
	DEFINE_WAIT_BIT(wait, &inode->i_state, __I_NEW);

	prepare_to_wait(wq, &wait.wq_entry, TASK_UNINTERRUPTIBLE);
	spin_unlock(&inode->i_lock);
	spin_unlock(&inode_hash_lock);
	schedule();
	finish_wait(wq, &wait.wq_entry);
	spin_lock(&inode_hash_lock);
}

static int test_ino(struct inode *inode, void *ino)
{
	return inode->i_ino == *(unsigned long *)ino;
}

/* inode_hash_lock held: the inode, counted; one that dies is waited for. */
static struct inode *find_inode(struct super_block *sb, unsigned long hashval,
				int (*test)(struct inode *, void *), void *data)
{
	struct hlist_head *head = inode_bucket(sb, hashval);
	struct inode *inode;

repeat:
	hlist_for_each_entry(inode, head, i_hash) {
		if (inode->i_sb != sb || !test(inode, data))
			continue;
		spin_lock(&inode->i_lock);
		if (inode->i_state & (I_FREEING | I_WILL_FREE)) {
			wait_on_freeing_inode(inode);
			goto repeat;
		}
		if (unlikely(inode->i_state & I_CREATING)) {
			spin_unlock(&inode->i_lock);
			return ERR_PTR(-ESTALE);
		}
		__iget(inode);
		spin_unlock(&inode->i_lock);
		return inode;
	}
	return NULL;
}

/** ilookup5_nowait() - find, maybe still I_NEW; counted. Models: fs/inode.c, 6.1. */
struct inode *ilookup5_nowait(struct super_block *sb, unsigned long hashval,
			      int (*test)(struct inode *, void *), void *data)
{
	struct inode *inode;

	spin_lock(&inode_hash_lock);
	inode = find_inode(sb, hashval, test, data);
	spin_unlock(&inode_hash_lock);
	return IS_ERR(inode) ? NULL : inode;
}
EXPORT_SYMBOL(ilookup5_nowait);

/**
 * ilookup5() - find and wait until it is no longer I_NEW; counted, NULL if absent. Models:
 *	fs/inode.c, 6.1.
 */
struct inode *ilookup5(struct super_block *sb, unsigned long hashval,
		       int (*test)(struct inode *, void *), void *data)
{
	struct inode *inode;

	for (;;) {
		inode = ilookup5_nowait(sb, hashval, test, data);
		if (!inode)
			return NULL;
		wait_on_inode(inode);
		if (!inode_unhashed(inode))
			return inode;
		iput(inode);
	}
}
EXPORT_SYMBOL(ilookup5);

/** ilookup() - ilookup5() by number. Models: fs/inode.c, 6.1. */
struct inode *ilookup(struct super_block *sb, unsigned long ino)
{
	return ilookup5(sb, ino, test_ino, &ino);
}
EXPORT_SYMBOL(ilookup);

/**
 * inode_insert5() - insert @inode unless there is one already
 * Models: fs/inode.c, 6.1. Returns the one that is in the cache (the new one I_NEW), NULL if @set
 * failed or the old one is being created.
 */
struct inode *inode_insert5(struct inode *inode, unsigned long hashval,
			    int (*test)(struct inode *, void *), int (*set)(struct inode *, void *),
			    void *data)
{
	struct inode *old;

	for (;;) {
		spin_lock(&inode_hash_lock);
		old = find_inode(inode->i_sb, hashval, test, data);
		if (!old)
			break;
		spin_unlock(&inode_hash_lock);
		if (IS_ERR(old))
			return NULL;
		wait_on_inode(old);
		if (!inode_unhashed(old))
			return old;
		iput(old);
	}
	if (set && unlikely(set(inode, data))) {
		spin_unlock(&inode_hash_lock);
		return NULL;
	}
	spin_lock(&inode->i_lock);
	inode->i_state |= I_NEW;
	hlist_add_head_rcu(&inode->i_hash, inode_bucket(inode->i_sb, hashval));
	spin_unlock(&inode->i_lock);
	if (list_empty(&inode->i_sb_list))
		inode_sb_list_add(inode);
	spin_unlock(&inode_hash_lock);
	return inode;
}
EXPORT_SYMBOL(inode_insert5);

/**
 * iget5_locked() - find the inode, or make it, I_NEW until unlock_new_inode()
 * Models: fs/inode.c, 6.1. NULL without memory, or if @set failed.
 */
struct inode *iget5_locked(struct super_block *sb, unsigned long hashval,
			   int (*test)(struct inode *, void *), int (*set)(struct inode *, void *),
			   void *data)
{
	struct inode *inode = ilookup5(sb, hashval, test, data);
	struct inode *new;

	if (inode)
		return inode;
	new = alloc_inode(sb);
	if (!new)
		return NULL;
	new->i_state = 0;
	inode = inode_insert5(new, hashval, test, set, data);
	if (unlikely(inode != new)) {
		/* Never seen by anybody: the allocation's reference goes without iput(). */
		fb_watch_add(&new->i_count, -1);
		destroy_inode(new);
	}
	return inode;
}
EXPORT_SYMBOL(iget5_locked);

static int set_ino(struct inode *inode, void *ino)
{
	inode->i_ino = *(unsigned long *)ino;
	return 0;
}

/** iget_locked() - iget5_locked() by number. Models: fs/inode.c, 6.1. */
struct inode *iget_locked(struct super_block *sb, unsigned long ino)
{
	return iget5_locked(sb, ino, test_ino, set_ino, &ino);
}
EXPORT_SYMBOL(iget_locked);

static int insert_error(struct inode *inode, struct inode *old)
{
	if (old == inode)
		return 0;
	iput(old);
	return -EBUSY;
}

/**
 * insert_inode_locked() - hash a fresh inode, I_NEW and I_CREATING; -EBUSY if its number is taken.
 *	Models: fs/inode.c, 6.1.
 */
int insert_inode_locked(struct inode *inode)
{
	unsigned long ino = inode->i_ino;

	inode->i_state |= I_CREATING;
	return insert_error(inode, inode_insert5(inode, ino, test_ino, NULL, &ino));
}
EXPORT_SYMBOL(insert_inode_locked);

/** insert_inode_locked4() - the same with a test of one's own. Models: fs/inode.c, 6.1. */
int insert_inode_locked4(struct inode *inode, unsigned long hashval,
			 int (*test)(struct inode *, void *), void *data)
{
	inode->i_state |= I_CREATING;
	return insert_error(inode, inode_insert5(inode, hashval, test, NULL, data));
}
EXPORT_SYMBOL(insert_inode_locked4);

/** unlock_new_inode() - it is complete: wake those who wait for it. Models: fs/inode.c, 6.1. */
void unlock_new_inode(struct inode *inode)
{
	spin_lock(&inode->i_lock);
	WARN_ON(!(inode->i_state & I_NEW));
	inode->i_state &= ~I_NEW & ~I_CREATING;
	smp_mb();
	wake_up_bit(&inode->i_state, __I_NEW);
	spin_unlock(&inode->i_lock);
}
EXPORT_SYMBOL(unlock_new_inode);

/** discard_new_inode() - it will never be complete. Models: fs/inode.c, 6.1. */
void discard_new_inode(struct inode *inode)
{
	spin_lock(&inode->i_lock);
	WARN_ON(!(inode->i_state & I_NEW));
	inode->i_state &= ~I_NEW;
	smp_mb();
	wake_up_bit(&inode->i_state, __I_NEW);
	spin_unlock(&inode->i_lock);
	iput(inode);
}
EXPORT_SYMBOL(discard_new_inode);

/*
 * Two locks
 */

/**
 * lock_two_inodes() - in the order of addresses; a directory before others. Models: fs/inode.c,
 *	6.1.
 */
void lock_two_inodes(struct inode *inode1, struct inode *inode2, unsigned int subclass1,
		     unsigned int subclass2)
{
	if (!inode1 || !inode2) {
		/* Only one: it takes the class of the first. */
		if (inode1 || inode2)
			inode_lock_nested(inode1 ? inode1 : inode2, subclass1);
		return;
	}
	if (S_ISDIR(inode2->i_mode) == S_ISDIR(inode1->i_mode) ? inode1 > inode2 :
								 S_ISDIR(inode2->i_mode))
		swap(inode1, inode2);
	inode_lock_nested(inode1, subclass1);
	if (inode1 != inode2)
		inode_lock_nested(inode2, subclass2);
}

/** lock_two_nondirectories() - Models: fs/inode.c, 6.1. */
void lock_two_nondirectories(struct inode *inode1, struct inode *inode2)
{
	if (inode1)
		WARN_ON_ONCE(S_ISDIR(inode1->i_mode));
	if (inode2)
		WARN_ON_ONCE(S_ISDIR(inode2->i_mode));
	lock_two_inodes(inode1, inode2, I_MUTEX_NORMAL, I_MUTEX_NONDIR2);
}
EXPORT_SYMBOL(lock_two_nondirectories);

/** unlock_two_nondirectories() - Models: fs/inode.c, 6.1. */
void unlock_two_nondirectories(struct inode *inode1, struct inode *inode2)
{
	if (inode1)
		inode_unlock(inode1);
	if (inode2 && inode2 != inode1)
		inode_unlock(inode2);
}
EXPORT_SYMBOL(unlock_two_nondirectories);

/*
 * Times
 */

/**
 * timestamp_truncate() - clamp and round down to what the file system can store. Models:
 *	fs/inode.c, 6.1.
 */
struct timespec64 timestamp_truncate(struct timespec64 t, struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	unsigned int gran = sb->s_time_gran;

	t.tv_sec = clamp(t.tv_sec, sb->s_time_min, sb->s_time_max);
	if (t.tv_sec == sb->s_time_max || t.tv_sec == sb->s_time_min)
		t.tv_nsec = 0;
	if (WARN(gran < 1 || gran > NSEC_PER_SEC, "invalid file time granularity: %u", gran))
		return t;
	t.tv_nsec -= t.tv_nsec % gran;
	return t;
}
EXPORT_SYMBOL(timestamp_truncate);

/**
 * current_time() - now, as this file system can store it. Models: fs/inode.c, 6.1; the clock is the
 *	box's virtual one.
 */
struct timespec64 current_time(struct inode *inode)
{
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	if (WARN(!inode->i_sb, "current_time() called with uninitialized super_block in the inode"))
		return now;
	return timestamp_truncate(now, inode);
}
EXPORT_SYMBOL(current_time);

/** inode_set_ctime_current() - Models: fs/inode.c, 6.1. */
struct timespec64 inode_set_ctime_current(struct inode *inode)
{
	return inode_set_ctime_to_ts(inode, current_time(inode));
}
EXPORT_SYMBOL(inode_set_ctime_current);

/**
 * generic_update_time() - set the times named by @flags and mark the inode dirty. Models:
 *	fs/inode.c, 6.1.
 */
int generic_update_time(struct inode *inode, struct timespec64 *time, int flags)
{
	int dirty = 0;

	if (flags & S_ATIME)
		inode->i_atime = *time;
	if (flags & S_CTIME)
		inode->i_ctime = *time;
	if (flags & S_MTIME)
		inode->i_mtime = *time;
	if (flags & (S_ATIME | S_CTIME | S_MTIME))
		dirty = inode->i_sb->s_flags & SB_LAZYTIME ? I_DIRTY_TIME : I_DIRTY_SYNC;
	if (flags & S_VERSION && inode_maybe_inc_iversion(inode, false))
		dirty |= I_DIRTY_SYNC;
	__mark_inode_dirty(inode, dirty);
	return 0;
}
EXPORT_SYMBOL(generic_update_time);

/** inode_update_time() - ->update_time() or the generic one. Models: fs/inode.c, 6.1. */
int inode_update_time(struct inode *inode, struct timespec64 *time, int flags)
{
	if (inode->i_op->update_time)
		return inode->i_op->update_time(inode, time, flags);
	return generic_update_time(inode, time, flags);
}
EXPORT_SYMBOL(inode_update_time);

static bool relatime_need_update(struct vfsmount *mnt, struct inode *inode, struct timespec64 now)
{
	if (!(mnt->mnt_flags & MNT_RELATIME))
		return true;
	if (timespec64_compare(&inode->i_mtime, &inode->i_atime) >= 0)
		return true;
	if (timespec64_compare(&inode->i_ctime, &inode->i_atime) >= 0)
		return true;
	return now.tv_sec - inode->i_atime.tv_sec >= 24 * 60 * 60;
}

/**
 * atime_needs_update() - by mount, super block and inode flags, relatime, and the clock. Models:
 *	fs/inode.c, 6.1.
 */
bool atime_needs_update(const struct path *path, struct inode *inode)
{
	struct vfsmount *mnt = path->mnt;
	struct timespec64 now;

	if (inode->i_flags & S_NOATIME || HAS_UNMAPPED_ID(mnt_user_ns(mnt), inode) ||
	    IS_NOATIME(inode))
		return false;
	if (mnt->mnt_flags & MNT_NOATIME)
		return false;
	if (S_ISDIR(inode->i_mode) &&
	    (inode->i_sb->s_flags & SB_NODIRATIME || mnt->mnt_flags & MNT_NODIRATIME))
		return false;
	now = current_time(inode);
	return relatime_need_update(mnt, inode, now) && !timespec64_equal(&inode->i_atime, &now);
}

/**
 * touch_atime() - update the access time if due; never waits for a frozen super block. Models:
 *	fs/inode.c, 6.1.
 */
void touch_atime(const struct path *path)
{
	struct inode *inode = d_inode(path->dentry);
	struct timespec64 now;

	if (!atime_needs_update(path, inode))
		return;
	if (!sb_start_write_trylock(inode->i_sb))
		return;
	if (!__mnt_want_write(path->mnt)) {
		now = current_time(inode);
		inode_update_time(inode, &now, S_ATIME);
		__mnt_drop_write(path->mnt);
	}
	sb_end_write(inode->i_sb);
}
EXPORT_SYMBOL(touch_atime);

static int inode_needs_update_time(struct inode *inode, struct timespec64 *now)
{
	int what = 0;

	if (IS_NOCMTIME(inode))
		return 0;
	if (!timespec64_equal(&inode->i_mtime, now))
		what |= S_MTIME;
	if (!timespec64_equal(&inode->i_ctime, now))
		what |= S_CTIME;
	if (IS_I_VERSION(inode) && inode_iversion_need_inc(inode))
		what |= S_VERSION;
	return what;
}

static int update_file_time(struct file *file, struct timespec64 *now, int what)
{
	int ret = 0;

	if (!__mnt_want_write_file(file)) {
		ret = inode_update_time(file_inode(file), now, what);
		__mnt_drop_write_file(file);
	}
	return ret;
}

/** file_update_time() - mtime and ctime after a write. Models: fs/inode.c, 6.1. */
int file_update_time(struct file *file)
{
	struct timespec64 now = current_time(file_inode(file));
	int what = inode_needs_update_time(file_inode(file), &now);

	return what ? update_file_time(file, &now, what) : 0;
}
EXPORT_SYMBOL(file_update_time);

/*
 * Privileges that a write takes away
 */

/**
 * dentry_needs_remove_privs() - ATTR_KILL_* mask for a write, or an error. Models: fs/inode.c, 6.1.
 */
int dentry_needs_remove_privs(struct user_namespace *mnt_userns, struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);
	int mask, ret;

	if (IS_NOSEC(inode))
		return 0;
	mask = setattr_should_drop_suidgid(mnt_userns, inode);
	ret = security_inode_need_killpriv(dentry);
	if (ret < 0)
		return ret;
	return ret ? mask | ATTR_KILL_PRIV : mask;
}

static int remove_privs(struct file *file, unsigned int flags)
{
	struct dentry *dentry = file_dentry(file);
	struct inode *inode = file_inode(file);
	struct iattr attr = {};
	int error = 0;
	int kill;

	if (IS_NOSEC(inode) || !S_ISREG(inode->i_mode))
		return 0;
	kill = dentry_needs_remove_privs(file_mnt_user_ns(file), dentry);
	if (kill < 0)
		return kill;
	if (kill) {
		if (flags & IOCB_NOWAIT)
			return -EAGAIN;
		attr.ia_valid = ATTR_FORCE | kill;
		error = notify_change(file_mnt_user_ns(file), dentry, &attr, NULL);
	}
	if (!error)
		inode_has_no_xattr(inode);
	return error;
}

/**
 * file_remove_privs() - take suid, sgid and capabilities away; inode locked. Models: fs/inode.c,
 *	6.1.
 */
int file_remove_privs(struct file *file)
{
	return remove_privs(file, 0);
}
EXPORT_SYMBOL(file_remove_privs);

static int file_modified_flags(struct file *file, int flags)
{
	struct timespec64 now = current_time(file_inode(file));
	int ret;

	ret = remove_privs(file, flags);
	if (ret)
		return ret;
	if (file->f_mode & FMODE_NOCMTIME)
		return 0;
	ret = inode_needs_update_time(file_inode(file), &now);
	if (ret <= 0)
		return ret;
	if (flags & IOCB_NOWAIT)
		return -EAGAIN;
	return update_file_time(file, &now, ret);
}

/**
 * file_modified() - file_remove_privs() and file_update_time(); inode locked. Models: fs/inode.c,
 *	6.1.
 */
int file_modified(struct file *file)
{
	return file_modified_flags(file, 0);
}
EXPORT_SYMBOL(file_modified);

/**
 * kiocb_modified() - the same; -EAGAIN instead of either for IOCB_NOWAIT. Models: fs/inode.c, 6.1.
 */
int kiocb_modified(struct kiocb *iocb)
{
	return file_modified_flags(iocb->ki_filp, iocb->ki_flags);
}
EXPORT_SYMBOL(kiocb_modified);

/** inode_needs_sync() - Models: fs/inode.c, 6.1. */
int inode_needs_sync(struct inode *inode)
{
	return IS_SYNC(inode) || (S_ISDIR(inode->i_mode) && IS_DIRSYNC(inode));
}
EXPORT_SYMBOL(inode_needs_sync);

/*
 * Owner, mode, flags
 */

/**
 * init_special_inode() - the file operations of a device, fifo or socket. Models: fs/inode.c, 6.1.
 */
void init_special_inode(struct inode *inode, umode_t mode, dev_t rdev)
{
	extern const struct file_operations pipefifo_fops;

	inode->i_mode = mode;
	if (S_ISCHR(mode))
		inode->i_fop = &def_chr_fops;
	else if (S_ISBLK(mode))
		inode->i_fop = &def_blk_fops;
	else if (S_ISFIFO(mode))
		inode->i_fop = &pipefifo_fops;
	else if (!S_ISSOCK(mode))
		pr_debug("init_special_inode: bogus i_mode (%o) for inode %s:%lu\n", mode,
			 inode->i_sb->s_id, inode->i_ino);
	if (S_ISCHR(mode) || S_ISBLK(mode))
		inode->i_rdev = rdev;
}
EXPORT_SYMBOL(init_special_inode);

/** inode_init_owner() - uid, gid and mode of a new inode, by POSIX. Models: fs/inode.c, 6.1. */
void inode_init_owner(struct user_namespace *mnt_userns, struct inode *inode,
		      const struct inode *dir, umode_t mode)
{
	inode_fsuid_set(inode, mnt_userns);
	if (dir && dir->i_mode & S_ISGID) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
	} else {
		inode_fsgid_set(inode, mnt_userns);
	}
	inode->i_mode = mode;
}
EXPORT_SYMBOL(inode_init_owner);

/** inode_owner_or_capable() - owner, or CAP_FOWNER. Models: fs/inode.c, 6.1. */
bool inode_owner_or_capable(struct user_namespace *mnt_userns, const struct inode *inode)
{
	kuid_t uid = i_uid_into_mnt(mnt_userns, inode);

	if (uid_eq(current_fsuid(), uid))
		return true;
	return kuid_has_mapping(current_user_ns(), uid) &&
	       ns_capable(current_user_ns(), CAP_FOWNER);
}
EXPORT_SYMBOL(inode_owner_or_capable);

/** in_group_or_capable() - member of the group, or CAP_FSETID. Models: fs/inode.c, 6.1. */
bool in_group_or_capable(struct user_namespace *mnt_userns, const struct inode *inode,
			 vfsgid_t vfsgid)
{
	return vfsgid_in_group_p(vfsgid) || capable_wrt_inode_uidgid(mnt_userns, inode, CAP_FSETID);
}

/** mode_strip_sgid() - S_ISGID of a new file in a set-gid directory. Models: fs/inode.c, 6.1. */
umode_t mode_strip_sgid(struct user_namespace *mnt_userns, const struct inode *dir, umode_t mode)
{
	if ((mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP))
		return mode;
	if (S_ISDIR(mode) || !dir || !(dir->i_mode & S_ISGID))
		return mode;
	if (in_group_or_capable(mnt_userns, dir, i_gid_into_vfsgid(mnt_userns, dir)))
		return mode;
	return mode & ~S_ISGID;
}
EXPORT_SYMBOL(mode_strip_sgid);

/** inode_set_flags() - change i_flags in one step. Models: fs/inode.c, 6.1. */
void inode_set_flags(struct inode *inode, unsigned int flags, unsigned int mask)
{
	WARN_ON_ONCE(flags & ~mask);
	set_mask_bits(&inode->i_flags, mask, flags);
}
EXPORT_SYMBOL(inode_set_flags);

/** inode_nohighmem() - Models: fs/inode.c, 6.1. */
void inode_nohighmem(struct inode *inode)
{
	mapping_set_gfp_mask(inode->i_mapping, GFP_USER);
}
EXPORT_SYMBOL(inode_nohighmem);

/*
 * Direct I/O
 */

/** inode_dio_wait() - until no direct I/O is under way. Models: fs/inode.c, 6.1. */
void inode_dio_wait(struct inode *inode)
{
	wait_queue_head_t *wq = bit_waitqueue(&inode->i_state, __I_DIO_WAKEUP);
	DEFINE_WAIT_BIT(q, &inode->i_state, __I_DIO_WAKEUP);

	if (!atomic_read(&inode->i_dio_count))
		return;
	do {
		prepare_to_wait(wq, &q.wq_entry, TASK_UNINTERRUPTIBLE);
		if (atomic_read(&inode->i_dio_count))
			schedule();
	} while (atomic_read(&inode->i_dio_count));
	finish_wait(wq, &q.wq_entry);
}
EXPORT_SYMBOL(inode_dio_wait);

/** inode_init() - at the begin of a run. */
void inode_init(void)
{
	inode_cachep = kmem_cache_create("inode_cache", sizeof(struct inode), 0,
					 SLAB_RECLAIM_ACCOUNT, init_once);
}

/** inode_shutdown() - at the end of a run, after the last super block. */
void inode_shutdown(void)
{
	kmem_cache_destroy(inode_cachep);
	inode_cachep = NULL;
}
