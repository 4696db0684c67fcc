// SPDX-License-Identifier: GPL-2.0-only
/*
 * FUSE passthrough: asynchronous reads and writes.
 *
 * The lower file may complete a request in any context, irq included, and
 * before the function that queues it returns.  Then the lower file system may
 * still touch its kiocb, so a request has two references: one of who submits
 * it, one of who completes it.  Whoever drops the last one ends the request:
 * the submitter returns its result at once as if it had not been queued, the
 * completer calls the ->ki_complete() of the caller.
 *
 * Only writes in place are queued.  The others exclude all writes of the inode
 * and are done synchronously, as local file systems do with extending writes.
 * A queued write has let the inode lock go; inode->i_dio_count stands for it,
 * for those who take that lock exclusively.
 *
 * The end of a write, and that of a read which has changed attributes, takes
 * locks that are not irq-safe, so it is work for a queue.  What is on the first
 * queue waits for no server; dropping cached pages may, so it has a queue of
 * its own, lest one server that hangs stop the others' requests.
 */

#include "fuse_i.h"
#include "passthrough.h"

#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fsnotify.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/workqueue.h>

struct fuse_passthrough_aio {
	/* The lower request; its ki_filp is a reference */
	struct kiocb kiocb;

	/* Submitter and completer */
	refcount_t count;

	/* Are all cached pages of the FUSE inode stale? */
	bool stale;

	/* The caller's request, which pins the FUSE file until it completes */
	struct kiocb *iocb;

	/* What @kiocb runs with */
	const struct cred *cred;

	/* How many bytes were asked for */
	size_t len;

	/* Result of @kiocb */
	long res;

	struct work_struct work;
};

/* Waits for lower file systems, but not for servers */
static struct workqueue_struct *fuse_passthrough_wq;

/* Waits for servers */
static struct workqueue_struct *fuse_passthrough_drop_wq;

static struct inode *fuse_passthrough_aio_inode(struct fuse_passthrough_aio *aio)
{
	return file_inode(aio->iocb->ki_filp);
}

/*
 * Make a request of @len bytes.  It takes over the reference to @cred, which is
 * NULL for lack of memory.
 */
static struct fuse_passthrough_aio *
fuse_passthrough_aio_alloc(struct kiocb *iocb, size_t len,
			   const struct cred *cred)
{
	struct fuse_file *ff = iocb->ki_filp->private_data;
	bool nowait = iocb->ki_flags & IOCB_NOWAIT;
	struct fuse_passthrough_aio *aio;
	int err = -ENOMEM;

	if (!cred)
		return ERR_PTR(err);

	aio = kmalloc(sizeof(*aio), nowait ? GFP_NOWAIT : GFP_KERNEL);
	if (!aio) {
		if (nowait)
			err = -EAGAIN;
		goto out_put_cred;
	}

	err = fuse_passthrough_init_kiocb(&aio->kiocb, iocb, ff->backing);
	if (err)
		goto out_free;

	get_file(ff->backing);
	refcount_set(&aio->count, 2);
	aio->stale = false;
	aio->iocb = iocb;
	aio->cred = cred;
	aio->len = len;

	return aio;

out_free:
	kfree(aio);
out_put_cred:
	put_cred(cred);
	return ERR_PTR(err);
}

/*
 * Any context.  The caller's request still pins the FUSE file, and that the
 * backing file, so this reference to it is not the last.
 */
static void fuse_passthrough_aio_free(struct fuse_passthrough_aio *aio)
{
	fput(aio->kiocb.ki_filp);
	put_cred(aio->cred);
	kfree(aio);
}

/* Last step of a request that was queued.  Any context */
static void fuse_passthrough_aio_complete(struct fuse_passthrough_aio *aio)
{
	struct kiocb *iocb = aio->iocb;
	long res = aio->res;

	iocb->ki_pos = aio->kiocb.ki_pos;
	fuse_passthrough_aio_free(aio);
	iocb->ki_complete(iocb, res);
}

/* Last step of a request that was not, or whose completion came early */
static ssize_t fuse_passthrough_aio_result(struct fuse_passthrough_aio *aio)
{
	ssize_t res = aio->res;

	aio->iocb->ki_pos = aio->kiocb.ki_pos;
	fuse_passthrough_aio_free(aio);

	return res;
}

/*
 * The submitter's reference: @ret is what the lower file system returned.  Is
 * it the submitter who has to end the request?  If not, it may be gone.
 */
static bool fuse_passthrough_aio_submitted(struct fuse_passthrough_aio *aio,
					   ssize_t ret)
{
	if (ret == -EIOCBQUEUED)
		return refcount_dec_and_test(&aio->count);

	/* It will not be completed in another way */
	aio->res = ret;
	return true;
}

/* The completer's reference.  Any context */
static bool fuse_passthrough_aio_completed(struct fuse_passthrough_aio *aio,
					   long res)
{
	aio->res = res;

	return refcount_dec_and_test(&aio->count);
}

/*
 * Drop stale pages and complete
 */

static void fuse_passthrough_drop_work(struct work_struct *work)
{
	struct fuse_passthrough_aio *aio =
		container_of(work, struct fuse_passthrough_aio, work);
	loff_t end = aio->kiocb.ki_pos;

	fuse_passthrough_drop_pages(fuse_passthrough_aio_inode(aio), aio->stale,
				    end - max(aio->res, 0L), end);
	fuse_passthrough_aio_complete(aio);
}

/* Complete, but if @drop, let go of stale pages before */
static void fuse_passthrough_aio_end(struct fuse_passthrough_aio *aio,
				     bool drop)
{
	struct inode *inode = fuse_passthrough_aio_inode(aio);

	/* Pages that come meanwhile are read after the write */
	if (!drop || !data_race(inode->i_mapping->nrpages)) {
		fuse_passthrough_aio_complete(aio);
		return;
	}

	INIT_WORK(&aio->work, fuse_passthrough_drop_work);
	queue_work(fuse_passthrough_drop_wq, &aio->work);
}

/*
 * Read
 */

static void fuse_passthrough_aio_accessed(struct fuse_passthrough_aio *aio)
{
	const struct cred *old_cred;

	if (aio->res < 0)
		return;

	old_cred = override_creds(aio->cred);
	aio->stale = fuse_passthrough_accessed(fuse_passthrough_aio_inode(aio),
					       aio->kiocb.ki_filp,
					       aio->kiocb.ki_pos,
					       aio->res < aio->len);
	revert_creds(old_cred);
}

static void fuse_passthrough_read_work(struct work_struct *work)
{
	struct fuse_passthrough_aio *aio =
		container_of(work, struct fuse_passthrough_aio, work);

	fuse_passthrough_aio_accessed(aio);
	fuse_passthrough_aio_end(aio, aio->stale);
}

/* Any context.  Most reads change no attributes and complete right here */
static void fuse_passthrough_read_complete(struct kiocb *kiocb, long res)
{
	struct fuse_passthrough_aio *aio =
		container_of(kiocb, struct fuse_passthrough_aio, kiocb);

	if (!fuse_passthrough_aio_completed(aio, res))
		return;

	if (res >= 0 &&
	    fuse_passthrough_read_changes(fuse_passthrough_aio_inode(aio),
					  kiocb->ki_filp)) {
		INIT_WORK(&aio->work, fuse_passthrough_read_work);
		queue_work(fuse_passthrough_wq, &aio->work);
	} else {
		fuse_passthrough_aio_complete(aio);
	}
}

/**
 * fuse_passthrough_aio_read - read from the backing file asynchronously
 * @iocb: request on the FUSE file, with a ->ki_complete()
 * @to: where to
 *
 * Return: number of bytes read, a negative errno, or -EIOCBQUEUED: then
 * ->ki_complete() is called with the result, in any context.
 */
ssize_t fuse_passthrough_aio_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct fuse_file *ff = iocb->ki_filp->private_data;
	size_t count = iov_iter_count(to);
	struct fuse_passthrough_aio *aio;
	const struct cred *old_cred;
	ssize_t ret;
	bool stale;

	if (!count)
		return 0;

	ret = fuse_passthrough_flush_read(iocb, count);
	if (ret)
		return ret;

	aio = fuse_passthrough_aio_alloc(iocb, count, get_cred(ff->cred));
	if (IS_ERR(aio))
		return PTR_ERR(aio);
	aio->kiocb.ki_complete = fuse_passthrough_read_complete;

	old_cred = override_creds(aio->cred);
	ret = vfs_iocb_iter_read(ff->backing, &aio->kiocb, to);
	revert_creds(old_cred);
	if (!fuse_passthrough_aio_submitted(aio, ret))
		return -EIOCBQUEUED;

	fuse_passthrough_aio_accessed(aio);
	stale = aio->stale;
	ret = fuse_passthrough_aio_result(aio);
	if (stale)
		fuse_passthrough_drop_pages(inode, true, 0, 0);

	return ret;
}

/*
 * Write
 */

/* Let another task give back what this one has: freeze protection */
static void fuse_passthrough_aio_depart(struct fuse_passthrough_aio *aio)
{
	inode_dio_begin(fuse_passthrough_aio_inode(aio));
	__sb_writers_release(file_inode(aio->kiocb.ki_filp)->i_sb,
			     SB_FREEZE_WRITE);
}

/*
 * The lower write is over: take over freeze protection, which is always that of
 * the lower super block, and copy attributes.
 */
static void fuse_passthrough_aio_arrive(struct fuse_passthrough_aio *aio)
{
	struct inode *inode = fuse_passthrough_aio_inode(aio);
	struct file *backing = aio->kiocb.ki_filp;
	const struct cred *old_cred;

	__sb_writers_acquired(file_inode(backing)->i_sb, SB_FREEZE_WRITE);
	old_cred = override_creds(aio->cred);
	aio->stale = fuse_passthrough_written(inode, backing,
					      aio->kiocb.ki_pos, aio->res);
	revert_creds(old_cred);
	inode_dio_end(inode);
}

static void fuse_passthrough_write_work(struct work_struct *work)
{
	struct fuse_passthrough_aio *aio =
		container_of(work, struct fuse_passthrough_aio, work);

	fuse_passthrough_aio_arrive(aio);
	file_end_write(aio->kiocb.ki_filp);
	/* Of those that are not queued, vfs_iocb_iter_write() tells */
	if (aio->res > 0)
		fsnotify_modify(aio->kiocb.ki_filp);
	fuse_passthrough_aio_end(aio, aio->res > 0);
}

/* Any context */
static void fuse_passthrough_write_complete(struct kiocb *kiocb, long res)
{
	struct fuse_passthrough_aio *aio =
		container_of(kiocb, struct fuse_passthrough_aio, kiocb);

	if (!fuse_passthrough_aio_completed(aio, res))
		return;

	INIT_WORK(&aio->work, fuse_passthrough_write_work);
	queue_work(fuse_passthrough_wq, &aio->work);
}

/*
 * Write in place, under the shared inode lock and with lower freeze protection,
 * both of which the caller keeps unless this returns -EIOCBQUEUED: then freeze
 * protection is the request's.
 */
static ssize_t fuse_passthrough_queue_write(struct kiocb *iocb,
					    struct iov_iter *from, bool *stale)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct fuse_file *ff = iocb->ki_filp->private_data;
	struct fuse_passthrough_aio *aio;
	const struct cred *old_cred;
	ssize_t ret;

	*stale = false;
	aio = fuse_passthrough_aio_alloc(iocb, iov_iter_count(from),
					 fuse_passthrough_write_cred(inode, ff));
	if (IS_ERR(aio))
		return PTR_ERR(aio);
	aio->kiocb.ki_complete = fuse_passthrough_write_complete;
	/* Stacked file systems go by it in completion, as fs/aio.c does */
	aio->kiocb.ki_flags |= IOCB_WRITE;

	fuse_passthrough_aio_depart(aio);
	old_cred = override_creds(aio->cred);
	ret = vfs_iocb_iter_write(ff->backing, &aio->kiocb, from);
	revert_creds(old_cred);
	if (!fuse_passthrough_aio_submitted(aio, ret))
		return -EIOCBQUEUED;

	fuse_passthrough_aio_arrive(aio);
	*stale = aio->stale;

	return fuse_passthrough_aio_result(aio);
}

/**
 * fuse_passthrough_aio_write - write to the backing file asynchronously
 * @iocb: request on the FUSE file, with a ->ki_complete()
 * @from: where from
 *
 * Return: number of bytes written, a negative errno, or -EIOCBQUEUED: then
 * ->ki_complete() is called with the result, by a work queue.
 */
ssize_t fuse_passthrough_aio_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct fuse_file *ff = iocb->ki_filp->private_data;
	size_t count = iov_iter_count(from);
	bool exclusive, stale;
	ssize_t ret;

	if (!count)
		return 0;

	ret = fuse_passthrough_begin_write(iocb, count, &exclusive);
	if (ret)
		return ret;

	if (exclusive)
		ret = fuse_passthrough_write(iocb, from, &stale);
	else
		ret = fuse_passthrough_queue_write(iocb, from, &stale);
	if (ret != -EIOCBQUEUED)
		file_end_write(ff->backing);
	if (ret > 0)
		fuse_passthrough_drop_pages(inode, stale, iocb->ki_pos - ret,
					    iocb->ki_pos);
	/* The VFS keeps the file while we are in here, also if it is queued */
	fuse_passthrough_unlock(inode, exclusive);

	return ret;
}

/*
 * Module
 */

int __init fuse_passthrough_init(void)
{
	fuse_passthrough_wq = alloc_workqueue("fuse_passthrough",
					      WQ_MEM_RECLAIM, 0);
	if (!fuse_passthrough_wq)
		return -ENOMEM;

	fuse_passthrough_drop_wq = alloc_workqueue("fuse_passthrough_drop",
						   WQ_MEM_RECLAIM, 0);
	if (!fuse_passthrough_drop_wq) {
		destroy_workqueue(fuse_passthrough_wq);
		return -ENOMEM;
	}

	return 0;
}

/* Waits for what is still running; nothing new can come, no file is open */
void fuse_passthrough_cleanup(void)
{
	destroy_workqueue(fuse_passthrough_wq);
	destroy_workqueue(fuse_passthrough_drop_wq);
}
