/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/backing-dev-defs.h. No bandwidth estimates: nothing throttles writers in
 * virtual time.
 */
#ifndef __LINUX_BACKING_DEV_DEFS_H
#define __LINUX_BACKING_DEV_DEFS_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/percpu_counter.h>
#include <linux/workqueue.h>
#include <linux/wait.h>
#include <linux/kref.h>

struct device;

enum wb_state {
	WB_registered,
	WB_writeback_running,
	WB_has_dirty_io,
	WB_start_all,
};

enum wb_stat_item {
	WB_RECLAIMABLE,
	WB_WRITEBACK,
	WB_DIRTIED,
	WB_WRITTEN,
	NR_WB_STAT_ITEMS
};

enum wb_reason {
	WB_REASON_BACKGROUND,
	WB_REASON_VMSCAN,
	WB_REASON_SYNC,
	WB_REASON_PERIODIC,
	WB_REASON_LAPTOP_TIMER,
	WB_REASON_FS_FREE_SPACE,
	WB_REASON_FORKER_THREAD,
	WB_REASON_FOREIGN_FLUSH,
	WB_REASON_MAX,
};

struct bdi_writeback {
	struct backing_dev_info *bdi;
	unsigned long state;			/* WB_*: atomic bit operations */
	struct list_head b_dirty;
	struct list_head b_io;
	struct list_head b_more_io;
	struct list_head b_dirty_time;
	spinlock_t list_lock;			/* guards the b_* lists */
	atomic_t writeback_inodes;
	struct percpu_counter stat[NR_WB_STAT_ITEMS];
	struct delayed_work dwork;
	struct list_head bdi_node;
};

struct backing_dev_info {
	u64 id;
	struct list_head bdi_list;
	unsigned long ra_pages;			/* read-ahead, in pages */
	unsigned long io_pages;
	struct kref refcnt;
	unsigned int capabilities;		/* BDI_CAP_* */
	unsigned int min_ratio;			/* per cent */
	unsigned int max_ratio;
	atomic_long_t tot_write_bandwidth;
	struct bdi_writeback wb;
	struct list_head wb_list;
	wait_queue_head_t wb_waitq;
	struct device *dev;
	char dev_name[64];
	struct device *owner;
};

#endif
