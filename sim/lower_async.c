// SPDX-License-Identifier: GPL-2.0
/*
 * Requests that are queued and complete later, in any context. See lower_async.h for what they keep
 * to; lower_host.c has them done by the host.
 */
#include <linux/aio.h>
#include <linux/bvec.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/task.h>
#include "lower_async.h"
#include "lower_internal.h"

#define PIN_BATCH	16

static struct lower_async *async_of(const struct inode *inode)
{
	return LOWER_SB(inode->i_sb)->async;
}

/*
 * The caller's memory
 */

static int pin_pages(struct lower_request *rq, struct iov_iter *iter)
{
	struct bio_vec *bvec = kcalloc(iov_iter_npages(iter, INT_MAX), sizeof(*bvec), GFP_KERNEL);

	if (!bvec)
		return -ENOMEM;
	rq->vec = bvec;
	while (iov_iter_count(iter)) {
		struct page *pages[PIN_BATCH];
		size_t start;
		ssize_t len = iov_iter_get_pages2(iter, pages, LONG_MAX, PIN_BATCH, &start);

		if (len <= 0)
			return len ? len : -EFAULT;
		for (unsigned int i = 0; len > 0; i++, start = 0) {
			size_t part = min_t(size_t, len, PAGE_SIZE - start);

			bvec[rq->nr_pages++] = (struct bio_vec){ pages[i], part, start };
			len -= part;
		}
	}
	iov_iter_bvec(&rq->iter, rq->write ? ITER_SOURCE : ITER_DEST, bvec, rq->nr_pages,
		      rq->count);
	return 0;
}

/*
 * The iterator is the caller's only until ->read_iter() returns, and so may be what it points to.
 */
static int pin(struct lower_request *rq, struct iov_iter *iter)
{
	if (rq->sync) {
		rq->iter = *iter;
		return 0;
	}
	if (!iov_iter_is_kvec(iter))
		return pin_pages(rq, iter);
	rq->vec = (void *)dup_iter(&rq->iter, iter, GFP_KERNEL);
	return rq->vec ? 0 : -ENOMEM;
}

static void unpin(struct lower_request *rq)
{
	const struct bio_vec *bvec = rq->vec;

	for (unsigned int i = 0; i < rq->nr_pages; i++)
		put_page(bvec[i].bv_page);
	kfree(rq->vec);
}

/*
 * Completion
 */

static void written(struct lower_request *rq, ssize_t len)
{
	struct inode *inode = rq->inode;
	struct lower_async *async = async_of(inode);
	unsigned long flags;

	spin_lock_irqsave(&async->lock, flags);
	if (rq->pos + len > i_size_read(inode))
		i_size_write(inode, rq->pos + len);
	if (!IS_NOCMTIME(inode))
		inode->i_mtime = inode->i_ctime = current_time(inode);
	spin_unlock_irqrestore(&async->lock, flags);
}

static ssize_t transfer(struct lower_request *rq)
{
	size_t count = rq->count;
	ssize_t ret;

	if (rq->fault || rq->result.error)
		return rq->fault ? rq->fault : -rq->result.error;
	if (rq->result.limit)
		count = min_t(u64, count, rq->result.limit);
	if (!rq->write) {
		loff_t size = i_size_read(rq->inode);

		if (rq->pos >= size)
			return 0;
		count = min_t(loff_t, count, size - rq->pos);
	}
	fb_point(FB_PT_IO, rq->inode);
	ret = async_of(rq->inode)->engine->transfer(rq, count);
	if (ret > 0 && rq->write)
		written(rq, ret);
	return ret;
}

static void request_free(struct lower_request *rq)
{
	const struct lower_engine *engine = async_of(rq->inode)->engine;

	if (engine->release)
		engine->release(rq);
	unpin(rq);
	kfree(rq);
}

/* What ->ki_complete() is to be told. Any context, unless the write must be synced. @rq is gone. */
static ssize_t request_result(struct lower_request *rq)
{
	struct kiocb *iocb = rq->iocb;
	struct inode *inode = rq->inode;
	bool write = rq->write;
	ssize_t ret;

	if (write)
		lower_check_freeze(inode->i_sb);
	ret = transfer(rq);
	if (ret > 0)
		iocb->ki_pos = rq->pos + ret;
	lower_log(inode, W_LOWER_DONE, iocb->ki_filp, iocb, rq->pos, ret > 0 ? ret : 0, ret);
	request_free(rq);
	inode_dio_end(inode);
	if (ret > 0 && write)
		ret = generic_write_sync(iocb, ret);
	return ret;
}

static void request_finish(struct lower_request *rq)
{
	struct kiocb *iocb = rq->iocb;
	ssize_t ret = request_result(rq);

	iocb->ki_complete(iocb, ret);
}

static void finish_work(struct work_struct *work)
{
	request_finish(container_of(work, struct lower_request, work));
}

/* The last step: any context. */
static void request_end(void *arg)
{
	struct lower_request *rq = arg;

	if (rq->sync)
		complete(&rq->done);
	else if (fb_in_irq() && rq->write && iocb_is_dsync(rq->iocb))
		queue_work(async_of(rq->inode)->wq, &rq->work);
	else
		request_finish(rq);
}

/* No longer pending: it ends as its result says, and there. */
static void request_done(struct lower_request *rq)
{
	if (rq->result.irq)
		fb_irq(request_end, rq);
	else
		request_end(rq);
}

/**
 * lower_request_complete() - a request that is held is done
 * @rq: the request
 *
 * Context: any.
 */
void lower_request_complete(struct lower_request *rq)
{
	struct lower_async *async = async_of(rq->inode);
	unsigned long flags;

	spin_lock_irqsave(&async->lock, flags);
	list_del_init(&rq->list);
	spin_unlock_irqrestore(&async->lock, flags);
	request_done(rq);
}

static unsigned int count_pending(struct lower_async *async, bool due)
{
	struct lower_request *rq;
	unsigned long flags;
	unsigned int n = 0;

	spin_lock_irqsave(&async->lock, flags);
	list_for_each_entry(rq, &async->pending, list)
		n += rq->due || !due;
	spin_unlock_irqrestore(&async->lock, flags);
	return n;
}

/*
 * The @which-th pending request, or pending and due one, from the oldest: no longer pending. Or
 * NULL.
 */
static struct lower_request *take_pending(struct lower_async *async, unsigned int which, bool due)
{
	struct lower_request *rq, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&async->lock, flags);
	list_for_each_entry(rq, &async->pending, list) {
		if (due && !rq->due)
			continue;
		if (!which--) {
			found = rq;
			break;
		}
	}
	if (found)
		list_del_init(&found->list);
	spin_unlock_irqrestore(&async->lock, flags);
	return found;
}

static unsigned int which_next(const struct lower_async *async, unsigned int n)
{
	switch (async->mode.order) {
	case W_ASYNC_LIFO:
		return n - 1;
	case W_ASYNC_CHOSEN:
		return n > 1 ? fb_choose("completion order", n) : 0;
	default:
		return 0;
	}
}

static void complete_due(struct work_struct *work)
{
	struct lower_async *async = container_of(work, struct lower_async, work);
	struct lower_request *rq;
	unsigned int n;

	while ((n = count_pending(async, true))) {
		rq = take_pending(async, which_next(async, n), true);
		if (rq)
			request_done(rq);
	}
}

/* Called by io_cancel(2) with its lock held, so the completion must come from elsewhere. */
static int request_cancel(struct kiocb *iocb)
{
	struct lower_async *async = async_of(file_inode(iocb->ki_filp));
	struct lower_request *rq, *found = NULL;
	unsigned long flags;

	spin_lock_irqsave(&async->lock, flags);
	list_for_each_entry(rq, &async->pending, list)
		if (rq->iocb == iocb)
			found = rq;
	if (found) {
		list_del_init(&found->list);
		found->result = (struct w_async_result){ .error = ECANCELED };
		queue_work(async->wq, &found->work);
	}
	spin_unlock_irqrestore(&async->lock, flags);
	return found ? 0 : -EINVAL;
}

/*
 * Submission
 */

static struct lower_request *request_new(struct kiocb *iocb, struct iov_iter *iter, bool write)
{
	struct lower_async *async = async_of(file_inode(iocb->ki_filp));
	struct lower_request *rq = kzalloc(sizeof(*rq), GFP_KERNEL);
	int err;

	if (!rq)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&rq->list);
	INIT_WORK(&rq->work, finish_work);
	init_completion(&rq->done);
	rq->iocb = iocb;
	rq->inode = file_inode(iocb->ki_filp);
	rq->pos = iocb->ki_pos;
	rq->count = iov_iter_count(iter);
	rq->write = write;
	rq->sync = is_sync_kiocb(iocb);
	rq->result = async->mode.result;
	rq->fault = lower_fault(rq->inode, write ? W_LOWER_WRITE : W_LOWER_READ, &rq->count);
	err = pin(rq, iter);
	if (!err && async->engine->queue)
		err = async->engine->queue(rq);
	if (!err)
		return rq;
	unpin(rq);
	kfree(rq);
	return ERR_PTR(err);
}

/* From here on it may complete at any moment. */
static void request_queue(struct lower_request *rq)
{
	struct lower_async *async = async_of(rq->inode);
	enum w_async_when when = async->mode.when;
	unsigned long flags;

	if (async->mode.cancellable)
		kiocb_set_cancel_fn(rq->iocb, request_cancel);
	if (when == W_ASYNC_NOW) {
		request_done(rq);
		return;
	}
	spin_lock_irqsave(&async->lock, flags);
	rq->due = when == W_ASYNC_LATER;
	list_add_tail(&rq->list, &async->pending);
	spin_unlock_irqrestore(&async->lock, flags);
	if (when == W_ASYNC_LATER)
		queue_work(async->wq, &async->work);
}

/* Inode locked, all checked. */
static ssize_t submit(struct kiocb *iocb, struct iov_iter *iter, bool write)
{
	struct lower_request *rq = request_new(iocb, iter, write);
	bool sync = is_sync_kiocb(iocb);
	ssize_t ret;

	if (IS_ERR(rq))
		return PTR_ERR(rq);
	inode_dio_begin(rq->inode);
	request_queue(rq);
	if (!sync)
		return -EIOCBQUEUED;
	wait_for_completion(&rq->done);
	ret = request_result(rq);
	if (ret > 0)
		iov_iter_advance(iter, ret);
	return ret;
}

static ssize_t read_locked(struct kiocb *iocb, struct iov_iter *to)
{
	if (lower_misaligned(iocb, to))
		return -EINVAL;
	if (iocb->ki_pos >= i_size_read(file_inode(iocb->ki_filp)))
		return 0;
	return submit(iocb, to, false);
}

/* kiocb_modified() without the times: they change at completion. */
static int strip_privileges(struct kiocb *iocb)
{
	if ((iocb->ki_flags & IOCB_NOWAIT) && !IS_NOSEC(file_inode(iocb->ki_filp)))
		return -EAGAIN;
	return file_remove_privs(iocb->ki_filp);
}

static ssize_t write_locked(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret = generic_write_checks(iocb, from);

	if (ret <= 0)
		return ret;
	if (lower_misaligned(iocb, from))
		return -EINVAL;
	ret = strip_privileges(iocb);
	if (!ret)
		ret = LOWER_STORAGE(inode)->allocate(inode, iocb->ki_pos, iov_iter_count(from));
	if (ret)
		return ret;
	mark_inode_dirty(inode);
	return submit(iocb, from, true);
}

static int lock_as(struct kiocb *iocb, bool exclusive)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (!(iocb->ki_flags & IOCB_NOWAIT)) {
		if (exclusive)
			inode_lock(inode);
		else
			inode_lock_shared(inode);
		return 0;
	}
	if (exclusive ? inode_trylock(inode) : inode_trylock_shared(inode))
		return 0;
	return -EAGAIN;
}

static void unlock(struct inode *inode, bool exclusive)
{
	if (exclusive)
		inode_unlock(inode);
	else
		inode_unlock_shared(inode);
}

/* Writes within the file share the lock, unless they have privileges to take away. */
static bool excludes(struct kiocb *iocb, const struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	return (iocb->ki_flags & IOCB_APPEND) || !IS_NOSEC(inode) ||
	       iocb->ki_pos + iov_iter_count(from) > i_size_read(inode);
}

static int lock_for_write(struct kiocb *iocb, const struct iov_iter *from, bool *exclusive)
{
	int err;

	*exclusive = excludes(iocb, from);
	err = lock_as(iocb, *exclusive);
	if (err || *exclusive || !excludes(iocb, from))
		return err;
	/* Truncated meanwhile. */
	unlock(file_inode(iocb->ki_filp), false);
	*exclusive = true;
	return lock_as(iocb, true);
}

/* Where an appending write starts is known when all that may extend the file are done. */
static int settle_size(struct kiocb *iocb)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (!(iocb->ki_flags & IOCB_APPEND))
		return 0;
	if ((iocb->ki_flags & IOCB_NOWAIT) && atomic_read(&inode->i_dio_count))
		return -EAGAIN;
	inode_dio_wait(inode);
	return 0;
}

/* The call does it, like that of an ordinary file system? */
static bool at_once(struct kiocb *iocb)
{
	const struct w_async_mode *mode = &async_of(file_inode(iocb->ki_filp))->mode;

	return mode->when == W_ASYNC_SYNC || (is_sync_kiocb(iocb) && !mode->hold_sync);
}

static bool refused(const struct kiocb *iocb)
{
	return (iocb->ki_flags & IOCB_NOWAIT) &&
	       async_of(file_inode(iocb->ki_filp))->mode.nowait_again;
}

static ssize_t async_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	size_t len = iov_iter_count(to);
	loff_t pos = iocb->ki_pos;
	ssize_t ret;

	if (!len)
		return 0;
	if (refused(iocb)) {
		lower_log(inode, W_LOWER_READ, iocb->ki_filp, iocb, pos, len, -EAGAIN);
		return -EAGAIN;
	}
	if (at_once(iocb))
		return lower_file_operations.read_iter(iocb, to);
	lower_check_call(iocb, false);
	ret = lock_as(iocb, false);
	if (ret)
		return ret;
	ret = read_locked(iocb, to);
	unlock(inode, false);
	/* The caller must keep the kiocb, and the file, until we return: done or not. */
	if (ret >= 0 || ret == -EIOCBQUEUED)
		file_accessed(iocb->ki_filp);
	lower_log(inode, W_LOWER_READ, iocb->ki_filp, iocb, pos, len, ret);
	return ret;
}

static ssize_t async_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	size_t len = iov_iter_count(from);
	loff_t pos = iocb->ki_pos;
	bool exclusive;
	ssize_t ret;

	if (refused(iocb)) {
		lower_log(inode, W_LOWER_WRITE, iocb->ki_filp, iocb, pos, len, -EAGAIN);
		return -EAGAIN;
	}
	if (at_once(iocb))
		return lower_file_operations.write_iter(iocb, from);
	lower_check_call(iocb, true);
	ret = lock_for_write(iocb, from, &exclusive);
	if (ret)
		return ret;
	ret = settle_size(iocb);
	if (!ret && (iocb->ki_flags & IOCB_APPEND))
		pos = i_size_read(inode);
	if (!ret)
		ret = write_locked(iocb, from);
	unlock(inode, exclusive);
	lower_log(inode, W_LOWER_WRITE, iocb->ki_filp, iocb, pos, len, ret);
	return ret;
}

static struct file_operations async_fops;

/* All but reading and writing is as in an ordinary lower file system. */
const struct file_operations *lower_async_fops(void)
{
	if (!async_fops.read_iter) {
		async_fops = lower_file_operations;
		async_fops.read_iter = async_read_iter;
		async_fops.write_iter = async_write_iter;
	}
	return &async_fops;
}

/*
 * Super blocks
 */

/**
 * lower_async_start() - ->start() of a variant whose requests are queued
 * @sb: its super block
 * @engine: who moves their bytes
 *
 * Return: 0 or -ENOMEM.
 */
int lower_async_start(struct super_block *sb, const struct lower_engine *engine)
{
	struct lower_async *async = kzalloc(sizeof(*async), GFP_KERNEL);

	if (!async)
		return -ENOMEM;
	async->wq = alloc_workqueue("lower-%s", WQ_MEM_RECLAIM, 0, sb->s_type->name);
	if (!async->wq) {
		kfree(async);
		return -ENOMEM;
	}
	spin_lock_init(&async->lock);
	INIT_LIST_HEAD(&async->pending);
	INIT_WORK(&async->work, complete_due);
	async->engine = engine;
	LOWER_SB(sb)->async = async;
	return 0;
}

/**
 * lower_async_stop() - its ->stop()
 * @sb: its super block
 */
void lower_async_stop(struct super_block *sb)
{
	struct lower_async *async = LOWER_SB(sb)->async;

	WARN_ON(!list_empty(&async->pending));
	destroy_workqueue(async->wq);
	kfree(async);
}

static ssize_t ram_transfer(struct lower_request *rq, size_t count)
{
	const struct lower_storage *storage = LOWER_STORAGE(rq->inode);

	iov_iter_truncate(&rq->iter, count);
	if (rq->write)
		return storage->write(rq->inode, rq->pos, &rq->iter);
	return storage->read(rq->inode, rq->pos, &rq->iter);
}

static const struct lower_engine ram_engine = {
	.transfer = ram_transfer,
};

static int async_start(struct super_block *sb)
{
	return lower_async_start(sb, &ram_engine);
}

static struct lower_variant async_variant = {
	.storage = &lower_ram,
	.start = async_start,
	.stop = lower_async_stop,
};

static int async_init_fs_context(struct fs_context *fc)
{
	return lower_init_fs_context(fc, &async_variant);
}

static struct file_system_type async_fs_type = {
	.name = "async",
	.init_fs_context = async_init_fs_context,
	.parameters = lower_params,
	.kill_sb = kill_litter_super,
};

static int __init async_init(void)
{
	async_variant.fops = lower_async_fops();
	return register_filesystem(&async_fs_type);
}

static void __exit async_exit(void)
{
	WARN_ON(unregister_filesystem(&async_fs_type));
}

module_init(async_init);
module_exit(async_exit);

/*
 * Control
 */

static struct lower_async *controlled(struct super_block *sb)
{
	return sb->s_type == &async_fs_type ? LOWER_SB(sb)->async : NULL;
}

long lower_async_mode(struct super_block *sb, const struct w_async_mode *mode)
{
	struct lower_async *async = controlled(sb);

	if (!async || mode->when >= W_ASYNC_WHENS || mode->order > W_ASYNC_CHOSEN ||
	    mode->result.error < 0)
		return -EINVAL;
	async->mode = *mode;
	return 0;
}

long lower_async_pending(struct super_block *sb)
{
	struct lower_async *async = controlled(sb);

	return async ? (long)count_pending(async, false) : -EINVAL;
}

long lower_async_complete(struct super_block *sb, int which, const struct w_async_result *result)
{
	struct lower_async *async = controlled(sb);
	struct lower_request *rq;

	if (!async)
		return -EINVAL;
	if (which < 0)
		which += count_pending(async, false);
	rq = which >= 0 ? take_pending(async, which, false) : NULL;
	if (!rq)
		return -ENOENT;
	if (result)
		rq->result = *result;
	else
		rq->result.irq = false;
	request_done(rq);
	return 0;
}
