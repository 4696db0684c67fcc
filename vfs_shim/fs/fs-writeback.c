// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty inodes: which are, and writing them back on demand.
 *
 * Models: fs/fs-writeback.c, 6.1. Leaves out: the flusher threads (nothing is written back but on
 * request), lazytime expiry, cgroups.
 */
#include <linux/backing-dev.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/pagemap.h>
#include <linux/wait_bit.h>
#include <linux/writeback.h>
#include <core/run.h>
#include "internal.h"

static void inode_io_list_add(struct inode *inode)
{
	struct bdi_writeback *wb = inode_to_wb(inode);

	spin_lock(&wb->list_lock);
	list_move(&inode->i_io_list, &wb->b_dirty);
	spin_unlock(&wb->list_lock);
}

/**
 * inode_io_list_del - an inode is not to be written back any more
 * @inode: the inode
 *
 * Models: fs/fs-writeback.c, 6.1.
 */
void inode_io_list_del(struct inode *inode)
{
	struct bdi_writeback *wb = inode_to_wb(inode);

	spin_lock(&wb->list_lock);
	spin_lock(&inode->i_lock);
	inode->i_state &= ~I_SYNC_QUEUED;
	list_del_init(&inode->i_io_list);
	spin_unlock(&inode->i_lock);
	spin_unlock(&wb->list_lock);
}
EXPORT_SYMBOL(inode_io_list_del);

/* Sets the bits. True if the inode must go on a list. */
static bool inode_set_dirty(struct inode *inode, int flags)
{
	bool enlist = false;

	spin_lock(&inode->i_lock);
	if ((inode->i_state & flags) != flags) {
		bool was_dirty = inode->i_state & I_DIRTY;

		if (flags & I_DIRTY_INODE)
			inode->i_state &= ~I_DIRTY_TIME;
		inode->i_state |= flags;
		/* One that is being freed, or not in the cache, nobody would come back for. */
		enlist = !was_dirty && !inode_unhashed(inode) &&
			 !(inode->i_state & (I_FREEING | I_SYNC));
		if (enlist)
			inode->dirtied_when = jiffies;
	}
	spin_unlock(&inode->i_lock);
	return enlist;
}

/**
 * __mark_inode_dirty - an inode needs to be written back
 * @inode: the inode
 * @flags: I_DIRTY_*
 *
 * Models: fs/fs-writeback.c, 6.1. Context: may sleep (->dirty_inode()) for I_DIRTY_SYNC and
 * _DATASYNC.
 */
void __mark_inode_dirty(struct inode *inode, int flags)
{
	struct super_block *sb = inode->i_sb;

	if (flags & I_DIRTY_INODE) {
		if (sb->s_op->dirty_inode)
			sb->s_op->dirty_inode(inode, flags & (I_DIRTY_INODE | I_DIRTY_TIME));
		/* The times are part of the inode. */
		flags &= ~I_DIRTY_TIME;
	} else if ((flags & I_DIRTY_TIME) && (READ_ONCE(inode->i_state) & I_DIRTY_INODE)) {
		return;
	}
	if (inode_set_dirty(inode, flags))
		inode_io_list_add(inode);
}
EXPORT_SYMBOL(__mark_inode_dirty);

/* i_lock held; dropped while waiting. */
static void wait_for_i_sync(struct inode *inode)
{
	wait_queue_head_t *wq = bit_waitqueue(&inode->i_state, __I_SYNC);
	DEFINE_WAIT_BIT(wait, &inode->i_state, __I_SYNC);

	while (inode->i_state & I_SYNC) {
		spin_unlock(&inode->i_lock);
		__wait_on_bit(wq, &wait, bit_wait, TASK_UNINTERRUPTIBLE);
		spin_lock(&inode->i_lock);
	}
}

/**
 * inode_wait_for_writeback - wait until nobody writes an inode back
 * @inode: the inode; the caller keeps new writers away
 *
 * Models: fs/fs-writeback.c, 6.1. Context: may sleep.
 */
void inode_wait_for_writeback(struct inode *inode)
{
	spin_lock(&inode->i_lock);
	wait_for_i_sync(inode);
	spin_unlock(&inode->i_lock);
}

/* I_SYNC is ours. */
static int write_dirty_inode(struct inode *inode, struct writeback_control *wbc)
{
	struct address_space *mapping = inode->i_mapping;
	int err = do_writepages(mapping, wbc), err2;
	unsigned int dirty;

	/* Before the metadata, which may change when the data has been written. */
	if (wbc->sync_mode == WB_SYNC_ALL && !wbc->for_sync) {
		err2 = filemap_fdatawait(mapping);
		err = err ? err : err2;
	}

	spin_lock(&inode->i_lock);
	dirty = inode->i_state & I_DIRTY;
	if ((inode->i_state & I_DIRTY_TIME) && wbc->sync_mode == WB_SYNC_ALL)
		dirty |= I_DIRTY_SYNC;
	inode->i_state &= ~dirty;
	/* Pairs with whoever marks first the page and then the inode dirty. */
	smp_mb();
	if (mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		inode->i_state |= I_DIRTY_PAGES;
	spin_unlock(&inode->i_lock);

	if ((dirty & ~(I_DIRTY_PAGES | I_DIRTY_TIME)) && inode->i_sb->s_op->write_inode &&
	    !is_bad_inode(inode)) {
		int ret = inode->i_sb->s_op->write_inode(inode, wbc);

		err = err ? err : ret;
	}
	return err;
}

static bool take_i_sync(struct inode *inode, const struct writeback_control *wbc)
{
	bool taken = false;

	spin_lock(&inode->i_lock);
	if (!atomic_read(&inode->i_count))
		WARN_ON(!(inode->i_state & (I_WILL_FREE | I_FREEING)));
	else
		WARN_ON(inode->i_state & I_WILL_FREE);
	if (wbc->sync_mode == WB_SYNC_ALL)
		wait_for_i_sync(inode);
	if (!(inode->i_state & I_SYNC) &&
	    ((inode->i_state & I_DIRTY_ALL) ||
	     (wbc->sync_mode == WB_SYNC_ALL &&
	      mapping_tagged(inode->i_mapping, PAGECACHE_TAG_WRITEBACK)))) {
		inode->i_state |= I_SYNC;
		taken = true;
	}
	spin_unlock(&inode->i_lock);
	return taken;
}

static void give_i_sync(struct inode *inode)
{
	struct bdi_writeback *wb = inode_to_wb(inode);

	spin_lock(&wb->list_lock);
	spin_lock(&inode->i_lock);
	/* Dirtied while it was written: it was on no list then. */
	if (!(inode->i_state & I_DIRTY_ALL))
		list_del_init(&inode->i_io_list);
	else if (list_empty(&inode->i_io_list) && !(inode->i_state & I_FREEING))
		list_add(&inode->i_io_list, &wb->b_dirty);
	inode->i_state &= ~I_SYNC;
	smp_mb();
	wake_up_bit(&inode->i_state, __I_SYNC);
	spin_unlock(&inode->i_lock);
	spin_unlock(&wb->list_lock);
}

static int writeback_single_inode(struct inode *inode, struct writeback_control *wbc)
{
	int err;

	if (!take_i_sync(inode, wbc))
		return 0;
	err = write_dirty_inode(inode, wbc);
	give_i_sync(inode);
	return err;
}

/**
 * write_inode_now - write an inode back, pages included
 * @inode: the inode
 * @sync: wait?
 *
 * Models: fs/fs-writeback.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int write_inode_now(struct inode *inode, int sync)
{
	struct writeback_control wbc = {
		.nr_to_write = LONG_MAX,
		.sync_mode = sync ? WB_SYNC_ALL : WB_SYNC_NONE,
		.range_end = LLONG_MAX,
	};

	might_sleep();
	return writeback_single_inode(inode, &wbc);
}
EXPORT_SYMBOL(write_inode_now);

/**
 * sync_inode_metadata - write an inode back without its pages
 * @inode: the inode
 * @wait: wait?
 *
 * Models: fs/fs-writeback.c, 6.1. Context: may sleep. Return: 0 or -errno.
 */
int sync_inode_metadata(struct inode *inode, int wait)
{
	struct writeback_control wbc = {
		.sync_mode = wait ? WB_SYNC_ALL : WB_SYNC_NONE,
		.nr_to_write = 0,
	};

	return writeback_single_inode(inode, &wbc);
}
EXPORT_SYMBOL(sync_inode_metadata);

/* The next inode behind @prev with something to write, with a reference; drops the one on @prev. */
static struct inode *next_dirty(struct super_block *sb, struct inode *prev)
{
	struct inode *inode, *found = NULL;

	spin_lock(&sb->s_inode_list_lock);
	inode = list_prepare_entry(prev, &sb->s_inodes, i_sb_list);
	list_for_each_entry_continue(inode, &sb->s_inodes, i_sb_list) {
		spin_lock(&inode->i_lock);
		if (((inode->i_state & I_DIRTY_ALL) ||
		     mapping_tagged(inode->i_mapping, PAGECACHE_TAG_WRITEBACK)) &&
		    !(inode->i_state & (I_FREEING | I_WILL_FREE | I_NEW))) {
			__iget(inode);
			found = inode;
		}
		spin_unlock(&inode->i_lock);
		if (found)
			break;
	}
	spin_unlock(&sb->s_inode_list_lock);
	iput(prev);
	return found;
}

static void write_sb_inodes(struct super_block *sb, enum writeback_sync_modes mode)
{
	struct writeback_control wbc = {
		.sync_mode = mode,
		.nr_to_write = LONG_MAX,
		.range_end = LLONG_MAX,
	};
	struct inode *inode = NULL;

	/* Errors stay in the mapping, where fsync() finds them. */
	while ((inode = next_dirty(sb, inode)))
		writeback_single_inode(inode, &wbc);
}

/**
 * writeback_inodes_sb - start writing back the inodes of a file system
 * @sb: super block
 * @reason: for traces
 *
 * Models: fs/fs-writeback.c, 6.1; the caller does it itself, for there is no flusher.
 *
 * Context: may sleep; s_umount held, checked.
 */
void writeback_inodes_sb(struct super_block *sb, enum wb_reason reason)
{
	(void)reason;
	WARN_ON(!rwsem_is_locked(&sb->s_umount));
	write_sb_inodes(sb, WB_SYNC_NONE);
}
EXPORT_SYMBOL(writeback_inodes_sb);

/**
 * sync_inodes_sb - write back the inodes of a file system and wait
 * @sb: super block
 *
 * Models: fs/fs-writeback.c, 6.1. Context: may sleep; s_umount held, checked.
 */
void sync_inodes_sb(struct super_block *sb)
{
	/* As in the kernel: nothing to write back to. */
	if (sb->s_bdi == &noop_backing_dev_info)
		return;
	WARN_ON(!rwsem_is_locked(&sb->s_umount));
	write_sb_inodes(sb, WB_SYNC_ALL);
}
EXPORT_SYMBOL(sync_inodes_sb);
