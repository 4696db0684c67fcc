/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/backing-dev.h; mm/backing-dev.c */
#ifndef _LINUX_BACKING_DEV_H
#define _LINUX_BACKING_DEV_H

#include <linux/kernel.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/device.h>
#include <linux/writeback.h>
#include <linux/backing-dev-defs.h>
#include <linux/slab.h>

#define BDI_CAP_WRITEBACK		(1 << 0)
#define BDI_CAP_WRITEBACK_ACCT		(1 << 1)
#define BDI_CAP_STRICTLIMIT		(1 << 2)

extern struct backing_dev_info noop_backing_dev_info;

struct backing_dev_info *bdi_alloc(int node_id);
struct backing_dev_info *bdi_get_by_id(u64 id);
void bdi_put(struct backing_dev_info *bdi);
__printf(2, 3) int bdi_register(struct backing_dev_info *bdi, const char *fmt, ...);
__printf(2, 0) int bdi_register_va(struct backing_dev_info *bdi, const char *fmt, va_list args);
void bdi_unregister(struct backing_dev_info *bdi);
void bdi_set_owner(struct backing_dev_info *bdi, struct device *owner);
int bdi_set_min_ratio(struct backing_dev_info *bdi, unsigned int min_ratio);
int bdi_set_max_ratio(struct backing_dev_info *bdi, unsigned int max_ratio);
const char *bdi_dev_name(struct backing_dev_info *bdi);
struct backing_dev_info *inode_to_bdi(struct inode *inode);

static inline struct backing_dev_info *bdi_get(struct backing_dev_info *bdi)
{
	kref_get(&bdi->refcnt);
	return bdi;
}

static inline struct bdi_writeback *inode_to_wb(const struct inode *inode)
{
	return &inode_to_bdi((struct inode *)inode)->wb;
}

static inline bool bdi_cap_writeback(struct backing_dev_info *bdi)
{
	return bdi->capabilities & BDI_CAP_WRITEBACK;
}

static inline bool mapping_can_writeback(struct address_space *mapping)
{
	return bdi_cap_writeback(inode_to_bdi(mapping->host));
}

static inline void wb_stat_mod(struct bdi_writeback *wb, enum wb_stat_item item, s64 amount)
{
	percpu_counter_add_batch(&wb->stat[item], amount, 1);
}

static inline void inc_wb_stat(struct bdi_writeback *wb, enum wb_stat_item item)
{
	wb_stat_mod(wb, item, 1);
}

static inline void dec_wb_stat(struct bdi_writeback *wb, enum wb_stat_item item)
{
	wb_stat_mod(wb, item, -1);
}

static inline s64 wb_stat(struct bdi_writeback *wb, enum wb_stat_item item)
{
	return percpu_counter_read_positive(&wb->stat[item]);
}

#endif
