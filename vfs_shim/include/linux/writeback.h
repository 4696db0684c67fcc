/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/writeback.h */
#ifndef WRITEBACK_H
#define WRITEBACK_H

#include <linux/sched.h>
#include <linux/workqueue.h>
#include <linux/fs.h>
#include <linux/backing-dev-defs.h>
#include <linux/blk_types.h>

enum writeback_sync_modes {
	WB_SYNC_NONE,
	WB_SYNC_ALL,
};

struct swap_iocb;

struct writeback_control {
	long nr_to_write;
	long pages_skipped;
	loff_t range_start;
	loff_t range_end;			/* inclusive */
	enum writeback_sync_modes sync_mode;
	unsigned int for_kupdate:1;
	unsigned int for_background:1;
	unsigned int tagged_writepages:1;
	unsigned int for_reclaim:1;
	unsigned int range_cyclic:1;
	unsigned int for_sync:1;
	unsigned int unpinned_fscache_wb:1;
	unsigned int no_cgroup_owner:1;
	unsigned int punt_to_cgroup:1;
	struct swap_iocb **swap_plug;
};

static inline bool wbc_to_tag_is_towrite(struct writeback_control *wbc)
{
	return wbc->sync_mode == WB_SYNC_ALL || wbc->tagged_writepages;
}

static inline xa_mark_t wbc_to_tag(struct writeback_control *wbc)
{
	return wbc_to_tag_is_towrite(wbc) ? PAGECACHE_TAG_TOWRITE : PAGECACHE_TAG_DIRTY;
}

typedef int (*writepage_t)(struct page *page, struct writeback_control *wbc, void *data);

int write_cache_pages(struct address_space *mapping, struct writeback_control *wbc,
		      writepage_t writepage, void *data);
int do_writepages(struct address_space *mapping, struct writeback_control *wbc);
int generic_writepages(struct address_space *mapping, struct writeback_control *wbc);
void tag_pages_for_writeback(struct address_space *mapping, pgoff_t start, pgoff_t end);
int balance_dirty_pages_ratelimited_flags(struct address_space *mapping, unsigned int flags);
void balance_dirty_pages_ratelimited(struct address_space *mapping);
#define BDP_ASYNC	0x0001
bool wb_over_bg_thresh(struct bdi_writeback *wb);
void wb_writeout_inc(struct bdi_writeback *wb);

void writeback_inodes_sb(struct super_block *sb, enum wb_reason reason);
void try_to_writeback_inodes_sb(struct super_block *sb, enum wb_reason reason);
void sync_inodes_sb(struct super_block *sb);
void inode_wait_for_writeback(struct inode *inode);
void inode_io_list_del(struct inode *inode);
bool redirty_page_for_writepage(struct writeback_control *wbc, struct page *page);
bool folio_redirty_for_writepage(struct writeback_control *wbc, struct folio *folio);
bool filemap_dirty_folio(struct address_space *mapping, struct folio *folio);

/*
 * CONFIG_CGROUP_WRITEBACK is off: an inode always belongs to its super block's one bdi_writeback.
 */
static inline void inode_attach_wb(struct inode *inode, struct page *page)
{
}

static inline void inode_detach_wb(struct inode *inode)
{
}

static inline void wbc_attach_fdatawrite_inode(struct writeback_control *wbc, struct inode *inode)
{
}

static inline void wbc_detach_inode(struct writeback_control *wbc)
{
}

static inline void wait_on_inode(struct inode *inode)
{
	wait_on_bit(&inode->i_state, __I_NEW, TASK_UNINTERRUPTIBLE);
}

#endif
