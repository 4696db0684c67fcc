// SPDX-License-Identifier: GPL-2.0
/*
 * Workers that issue requests which may wait.
 *
 * Models: io_uring/io-wq.c and io_wq_submit_work(), 6.1. A worker issues with the submitter's
 * credentials and without IOCB_NOWAIT. Writes to one regular file are hashed: one at a time, in the
 * order in which they came. Of these a worker takes all that are there when it begins, so that they
 * are its own: what it has not come to yet is failed in its turn when cancelled. What no worker has
 * taken can be cancelled at once.
 *
 * Leaves out: workers belong to a ring and not to the submitting task; they are kernel threads,
 * with no descriptor table, limits or signals of the submitter's; limits on their number; bound and
 * unbound accounting.
 */
#include <linux/cred.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <core/choice.h>
#include "io_uring.h"

static struct workqueue_struct *iowq;

/* completion_lock held. */
static bool hash_busy(struct io_ring_ctx *ctx, const struct inode *hash)
{
	struct io_kiocb *req;

	list_for_each_entry(req, &ctx->reqs, node) {
		if (req->wq_state == IO_WQ_RUNNING && req->hash == hash)
			return true;
	}
	return false;
}

/* A worker that begins with hashed work takes all that there is of it (io_get_next_work()). */
static void take_chain(struct io_kiocb *first)
{
	struct io_ring_ctx *ctx = first->ctx;
	struct io_kiocb *req;

	spin_lock_irq(&ctx->completion_lock);
	list_for_each_entry(req, &ctx->wq_pending, entry) {
		if (req->hash == first->hash)
			req->wq_state = IO_WQ_TAKEN;
	}
	spin_unlock_irq(&ctx->completion_lock);
}

static void start(struct io_kiocb *req)
{
	req->wq_chained = req->wq_state == IO_WQ_TAKEN;
	req->wq_state = IO_WQ_RUNNING;
	queue_work(iowq, &req->work);
}

/* The next one behind @hash, taken off the list and marked as running; completion_lock held. */
static struct io_kiocb *next_hashed(struct io_ring_ctx *ctx, const struct inode *hash)
{
	struct io_kiocb *req;

	list_for_each_entry(req, &ctx->wq_pending, entry) {
		if (req->hash == hash) {
			list_del_init(&req->entry);
			return req;
		}
	}
	return NULL;
}

static void worker_done(struct io_kiocb *req)
{
	struct io_ring_ctx *ctx = req->ctx;
	struct io_kiocb *next = NULL;

	spin_lock_irq(&ctx->completion_lock);
	req->wq_state = IO_WQ_NONE;
	if (req->hash)
		next = next_hashed(ctx, req->hash);
	if (next)
		start(next);
	spin_unlock_irq(&ctx->completion_lock);
	wake_up_all(&ctx->wq_wait);
}

/* Only FORCE_ASYNC makes a worker try without waiting first, and only if the file can be polled. */
static int worker_issue(struct io_kiocb *req)
{
	int ret;

	if ((req->flags & REQ_F_FORCE_ASYNC) && file_can_poll(req->file) &&
	    (io_op_reads(req) || io_op_writes(req))) {
		ret = io_issue_sqe(req, IO_URING_F_NONBLOCK);
		if (ret != -EAGAIN || (req->flags & REQ_F_NOWAIT))
			return ret;
		if (io_arm_poll_handler(req) == IO_APOLL_OK)
			return IOU_ISSUE_SKIP_COMPLETE;
	}
	return io_issue_sqe(req, 0);
}

static void io_wq_submit_work(struct work_struct *work)
{
	struct io_kiocb *req = container_of(work, struct io_kiocb, work);
	const struct cred *old;
	int ret = -ECANCELED;

	if (req->hash && !req->wq_chained)
		take_chain(req);
	if (!READ_ONCE(req->wq_cancel)) {
		old = override_creds(req->creds);
		ret = worker_issue(req);
		revert_creds(old);
	}
	if (ret < 0)
		io_req_task_queue_fail(req, ret);
	worker_done(req);
	io_req_put(req);
}

/**
 * io_queue_iowq() - have a worker issue a request
 * @req: the request
 *
 * Models: io_queue_iowq(), io_prep_async_work(), 6.1. The worker holds a reference.
 */
void io_queue_iowq(struct io_kiocb *req)
{
	struct io_ring_ctx *ctx = req->ctx;
	bool wait = false;

	if (!req->creds)
		req->creds = get_current_cred();
	req->hash = NULL;
	if (req->file && S_ISREG(file_inode(req->file)->i_mode) && io_op_writes(req))
		req->hash = file_inode(req->file);
	refcount_inc(&req->refs);
	INIT_WORK(&req->work, io_wq_submit_work);
	spin_lock_irq(&ctx->completion_lock);
	if (req->hash && hash_busy(ctx, req->hash))
		wait = true;
	if (wait) {
		req->wq_state = IO_WQ_PENDING;
		list_add_tail(&req->entry, &ctx->wq_pending);
	} else {
		start(req);
	}
	spin_unlock_irq(&ctx->completion_lock);
}

/**
 * io_wq_cancel() - cancel a request that a worker has, or will have
 * @ctx: its ring
 * @req: the request, of which the caller holds a reference
 *
 * Return: 0 when no worker had taken it, and it completes with -ECANCELED; -EALREADY when one had:
 * one that has not begun it yet fails it with -ECANCELED in its turn; -ENOENT.
 */
int io_wq_cancel(struct io_ring_ctx *ctx, struct io_kiocb *req)
{
	int ret = -ENOENT;

	spin_lock_irq(&ctx->completion_lock);
	if (req->wq_state == IO_WQ_PENDING) {
		list_del_init(&req->entry);
		req->wq_state = IO_WQ_NONE;
		ret = 0;
	} else if (req->wq_state != IO_WQ_NONE) {
		WRITE_ONCE(req->wq_cancel, true);
		ret = -EALREADY;
	}
	spin_unlock_irq(&ctx->completion_lock);
	if (!ret) {
		io_req_task_queue_fail(req, -ECANCELED);
		io_req_put(req);
	}
	return ret;
}

static bool runs_for(struct io_ring_ctx *ctx, const struct task_struct *task)
{
	struct io_kiocb *req;
	bool any = false;

	spin_lock_irq(&ctx->completion_lock);
	list_for_each_entry(req, &ctx->reqs, node)
		any |= (req->wq_state == IO_WQ_RUNNING || req->wq_state == IO_WQ_TAKEN) &&
		       req->task == task;
	spin_unlock_irq(&ctx->completion_lock);
	return any;
}

/**
 * io_wq_wait_running() - wait until no worker issues, or has taken, a request of a task
 * @ctx: the ring
 * @task: who submitted
 */
void io_wq_wait_running(struct io_ring_ctx *ctx, const struct task_struct *task)
{
	wait_event(ctx->wq_wait, !runs_for(ctx, task));
}

static int __init io_wq_init(void)
{
	iowq = alloc_workqueue("io-wq", WQ_UNBOUND, 0);
	return iowq ? 0 : -ENOMEM;
}
fs_initcall(io_wq_init);

static void __exit io_wq_exit(void)
{
	destroy_workqueue(iowq);
}
module_exit(io_wq_exit);
