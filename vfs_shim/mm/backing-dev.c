// SPDX-License-Identifier: GPL-2.0
/*
 * Backing devices: where dirty inodes are kept, and how much may be dirty.
 *
 * Models: mm/backing-dev.c, 6.1. Leaves out: the device in sysfs, the flusher, cgroups, bandwidth.
 */
#include <linux/backing-dev.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <core/run.h>

static DEFINE_SPINLOCK(bdi_lock);
static LIST_HEAD(bdi_list);
static u64 bdi_id_cursor;

static void wb_init(struct bdi_writeback *wb, struct backing_dev_info *bdi)
{
	wb->bdi = bdi;
	INIT_LIST_HEAD(&wb->b_dirty);
	INIT_LIST_HEAD(&wb->b_io);
	INIT_LIST_HEAD(&wb->b_more_io);
	INIT_LIST_HEAD(&wb->b_dirty_time);
	INIT_LIST_HEAD(&wb->bdi_node);
	spin_lock_init(&wb->list_lock);
}

static void wb_exit(struct bdi_writeback *wb)
{
	int i;

	WARN_ON(!list_empty(&wb->b_dirty));
	for (i = 0; i < NR_WB_STAT_ITEMS; i++)
		percpu_counter_destroy(&wb->stat[i]);
}

static int wb_init_counters(struct bdi_writeback *wb)
{
	int i, err;

	for (i = 0; i < NR_WB_STAT_ITEMS; i++) {
		err = percpu_counter_init(&wb->stat[i], 0, GFP_KERNEL);
		if (err)
			goto undo;
	}
	return 0;
undo:
	while (i--)
		percpu_counter_destroy(&wb->stat[i]);
	return err;
}

static int bdi_init(struct backing_dev_info *bdi)
{
	kref_init(&bdi->refcnt);
	bdi->max_ratio = 100;
	INIT_LIST_HEAD(&bdi->bdi_list);
	INIT_LIST_HEAD(&bdi->wb_list);
	init_waitqueue_head(&bdi->wb_waitq);
	wb_init(&bdi->wb, bdi);
	return wb_init_counters(&bdi->wb);
}

/* What super blocks have that are never written back. */
struct backing_dev_info noop_backing_dev_info = {
	.dev_name = "noop",
	.ra_pages = 0,
};
EXPORT_SYMBOL_GPL(noop_backing_dev_info);

/**
 * noop_bdi_init - set noop_backing_dev_info up
 *
 * Models: default_bdi_init() of mm/backing-dev.c, 6.1. Called once by box_boot(). Return: 0,
 * -ENOMEM.
 */
int __init noop_bdi_init(void)
{
	return bdi_init(&noop_backing_dev_info);
}

/* Static memory: nothing to free. */
static void noop_bdi_released(struct kref *ref)
{
	(void)ref;
}

/**
 * noop_bdi_exit - take noop_backing_dev_info down
 *
 * No kernel counterpart: a kernel never ends, a run does.
 */
void noop_bdi_exit(void)
{
	wb_exit(&noop_backing_dev_info.wb);
	kref_put(&noop_backing_dev_info.refcnt, noop_bdi_released);
}

/**
 * bdi_alloc - a backing device
 * @node_id: ignored
 *
 * Models: mm/backing-dev.c, 6.1. Return: one reference, NULL without memory.
 */
struct backing_dev_info *bdi_alloc(int node_id)
{
	struct backing_dev_info *bdi = kzalloc(sizeof(*bdi), GFP_KERNEL);

	(void)node_id;
	if (!bdi)
		return NULL;
	if (bdi_init(bdi)) {
		kfree(bdi);
		return NULL;
	}
	bdi->capabilities = BDI_CAP_WRITEBACK | BDI_CAP_WRITEBACK_ACCT;
	bdi->ra_pages = VM_READAHEAD_PAGES;
	bdi->io_pages = VM_READAHEAD_PAGES;
	return bdi;
}
EXPORT_SYMBOL(bdi_alloc);

/**
 * bdi_register_va - give a backing device a name and make it known
 * @bdi: the device
 * @fmt: format of the name
 * @args: its arguments
 *
 * Models: mm/backing-dev.c, 6.1, without the device in sysfs. Return: 0.
 */
int bdi_register_va(struct backing_dev_info *bdi, const char *fmt, va_list args)
{
	if (test_bit(WB_registered, &bdi->wb.state))
		return 0;
	vsnprintf(bdi->dev_name, sizeof(bdi->dev_name), fmt, args);
	set_bit(WB_registered, &bdi->wb.state);
	list_add_tail_rcu(&bdi->wb.bdi_node, &bdi->wb_list);
	spin_lock_bh(&bdi_lock);
	bdi->id = ++bdi_id_cursor;
	list_add_tail_rcu(&bdi->bdi_list, &bdi_list);
	spin_unlock_bh(&bdi_lock);
	return 0;
}

/**
 * bdi_register - give a backing device a name and make it known
 * @bdi: the device
 * @fmt: format of the name
 *
 * Models: mm/backing-dev.c, 6.1, without the device in sysfs. Return: 0.
 */
int bdi_register(struct backing_dev_info *bdi, const char *fmt, ...)
{
	va_list args;
	int ret;

	va_start(args, fmt);
	ret = bdi_register_va(bdi, fmt, args);
	va_end(args);
	return ret;
}
EXPORT_SYMBOL(bdi_register);

/**
 * bdi_unregister - forget a backing device
 * @bdi: the device
 *
 * Models: mm/backing-dev.c, 6.1. Context: may sleep (RCU grace period).
 */
void bdi_unregister(struct backing_dev_info *bdi)
{
	if (!test_and_clear_bit(WB_registered, &bdi->wb.state))
		return;
	spin_lock_bh(&bdi_lock);
	list_del_rcu(&bdi->bdi_list);
	spin_unlock_bh(&bdi_lock);
	list_del_rcu(&bdi->wb.bdi_node);
	synchronize_rcu();
	bdi->min_ratio = 0;
}
EXPORT_SYMBOL(bdi_unregister);

static void release_bdi(struct kref *ref)
{
	struct backing_dev_info *bdi = container_of(ref, struct backing_dev_info, refcnt);

	WARN_ON_ONCE(bdi->dev);
	bdi_unregister(bdi);
	wb_exit(&bdi->wb);
	kfree(bdi);
}

/**
 * bdi_put - drop a reference to a backing device
 * @bdi: the device
 *
 * Models: mm/backing-dev.c, 6.1. Context: may sleep.
 */
void bdi_put(struct backing_dev_info *bdi)
{
	kref_put(&bdi->refcnt, release_bdi);
}
EXPORT_SYMBOL(bdi_put);

/**
 * bdi_set_max_ratio - how much of the dirty memory a device may have
 * @bdi: the device
 * @max_ratio: per cent
 *
 * Models: mm/page-writeback.c, 6.1. Return: 0, -EINVAL.
 */
int bdi_set_max_ratio(struct backing_dev_info *bdi, unsigned int max_ratio)
{
	int err = 0;

	if (max_ratio > 100)
		return -EINVAL;
	spin_lock_bh(&bdi_lock);
	if (bdi->min_ratio > max_ratio)
		err = -EINVAL;
	else
		bdi->max_ratio = max_ratio;
	spin_unlock_bh(&bdi_lock);
	return err;
}
EXPORT_SYMBOL(bdi_set_max_ratio);

/**
 * bdi_dev_name - name of a backing device
 * @bdi: the device
 *
 * Models: mm/backing-dev.c, 6.1.
 */
const char *bdi_dev_name(struct backing_dev_info *bdi)
{
	return bdi && test_bit(WB_registered, &bdi->wb.state) ? bdi->dev_name : "(unknown)";
}
EXPORT_SYMBOL_GPL(bdi_dev_name);

/**
 * inode_to_bdi - the backing device of an inode
 * @inode: the inode
 *
 * Models: mm/backing-dev.c, 6.1, without block devices.
 */
struct backing_dev_info *inode_to_bdi(struct inode *inode)
{
	return inode ? inode->i_sb->s_bdi : &noop_backing_dev_info;
}
EXPORT_SYMBOL(inode_to_bdi);
