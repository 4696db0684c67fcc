// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring: submission, completion, links, drains, cancellation, and the end of a ring.
 *
 * Models: io_uring/io_uring.c, cancel.c, sync.c, nop.c, 6.1. A request is issued by its submitter
 * first, in a way that must not wait; then again once its file is ready (poll.c), or by a worker
 * (io-wq.c). Completions come in any context and are finished by task work of the submitter, or by
 * a work item when it is gone. Closing a ring waits for nobody; a work item frees it after the last
 * request.
 *
 * Leaves out: the rings in user memory (requests are copied in, completions out, by the calls that
 * the box has for it), overflow of the completion ring (there is room for each request's), SQPOLL,
 * registered files, personalities, restrictions, timeouts, SUBMIT_ALL, DEFER_TASKRUN, all opcodes
 * but NOP, reads, writes and FSYNC.
 */
#include <linux/anon_inodes.h>
#include <linux/cred.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include "io_uring.h"

#define MAX_ENTRIES	32768

static LIST_HEAD(all_rings);
static DEFINE_SPINLOCK(rings_lock);
static struct kmem_cache *req_cachep;
static const struct file_operations io_uring_fops;

static void io_queue_sqe(struct io_kiocb *req);
static void io_queue_sqe_fallback(struct io_kiocb *req);

/*
 * References
 */

static void ctx_put(struct io_ring_ctx *ctx)
{
	if (refcount_dec_and_test(&ctx->refs))
		complete(&ctx->ref_comp);
}

static void req_free(struct io_kiocb *req)
{
	struct io_ring_ctx *ctx = req->ctx;

	spin_lock_irq(&ctx->completion_lock);
	list_del(&req->node);
	spin_unlock_irq(&ctx->completion_lock);
	if (req->file)
		fput(req->file);
	if (req->creds)
		put_cred(req->creds);
	put_task_struct(req->task);
	kfree(req->free_iov);
	kfree(req->cqe);
	kmem_cache_free(req_cachep, req);
	ctx_put(ctx);
}

/** io_req_put() - drop a reference to a request. */
void io_req_put(struct io_kiocb *req)
{
	if (refcount_dec_and_test(&req->refs))
		req_free(req);
}

static struct io_kiocb *req_alloc(struct io_ring_ctx *ctx)
{
	struct io_kiocb *req = kmem_cache_zalloc(req_cachep, GFP_KERNEL);

	if (!req)
		return NULL;
	req->cqe = kzalloc(sizeof(*req->cqe), GFP_KERNEL);
	if (!req->cqe) {
		kmem_cache_free(req_cachep, req);
		return NULL;
	}
	req->ctx = ctx;
	req->task = get_task_struct(current);
	refcount_set(&req->refs, 1);
	refcount_inc(&ctx->refs);
	INIT_LIST_HEAD(&req->entry);
	spin_lock_irq(&ctx->completion_lock);
	list_add_tail(&req->node, &ctx->reqs);
	spin_unlock_irq(&ctx->completion_lock);
	return req;
}

/*
 * Task work
 */

static void run_task_work(struct callback_head *head)
{
	struct io_kiocb *req = container_of(head, struct io_kiocb, task_work);

	req->func(req);
}

static void run_fallback(struct work_struct *work)
{
	struct io_kiocb *req = container_of(work, struct io_kiocb, fallback);

	req->func(req);
}

/**
 * io_req_task_work_add() - have the submitter go on with a request
 * @req: the request
 * @func: what to do; may sleep
 *
 * Models: 6.1; a work item does it when the submitter is gone. Context: any.
 */
void io_req_task_work_add(struct io_kiocb *req, void (*func)(struct io_kiocb *req))
{
	req->func = func;
	init_task_work(&req->task_work, run_task_work);
	if (!task_work_add(req->task, &req->task_work, TWA_SIGNAL))
		return;
	INIT_WORK(&req->fallback, run_fallback);
	queue_work(system_unbound_wq, &req->fallback);
}

static void task_submit(struct io_kiocb *req)
{
	struct io_ring_ctx *ctx = req->ctx;

	/* Its submitter is going, or gone: nobody is left to issue it. */
	if (req->task != current || (current->flags & PF_EXITING)) {
		io_req_complete_failed(req, -EFAULT);
		return;
	}
	refcount_inc(&ctx->refs);
	mutex_lock(&ctx->uring_lock);
	io_queue_sqe(req);
	mutex_unlock(&ctx->uring_lock);
	ctx_put(ctx);
}

/** io_req_task_queue() - have the submitter issue it (again). Context: any. */
void io_req_task_queue(struct io_kiocb *req)
{
	io_req_task_work_add(req, task_submit);
}

static void task_fail(struct io_kiocb *req)
{
	io_req_complete_failed(req, req->res);
}

/** io_req_task_queue_fail() - have the submitter complete it with an error. Context: any. */
void io_req_task_queue_fail(struct io_kiocb *req, s32 res)
{
	req->res = res;
	io_req_task_work_add(req, task_fail);
}

/*
 * Completion
 */

static void post_cqe(struct io_kiocb *req, s32 res)
{
	struct io_ring_ctx *ctx = req->ctx;

	req->cqe->res = res;
	spin_lock_irq(&ctx->completion_lock);
	list_add_tail(&req->cqe->list, &ctx->cqes);
	WRITE_ONCE(ctx->nr_cqes, ctx->nr_cqes + 1);
	ctx->cq_tail++;
	/* From here on it may be taken out and freed: others must not find it by the request. */
	req->cqe = NULL;
	spin_unlock_irq(&ctx->completion_lock);
	wake_up_all(&ctx->cq_wait);
}

/* Those that waited for what has completed; the first one that still has to stops the rest. */
static void queue_deferred(struct io_ring_ctx *ctx)
{
	struct io_kiocb *req;

	for (;;) {
		spin_lock_irq(&ctx->completion_lock);
		req = list_first_entry_or_null(&ctx->defer_list, struct io_kiocb, entry);
		if (req && (req->flags & REQ_F_IO_DRAIN) && req->seq != ctx->cq_tail)
			req = NULL;
		if (req)
			list_del_init(&req->entry);
		spin_unlock_irq(&ctx->completion_lock);
		if (!req)
			return;
		io_req_task_queue(req);
	}
}

/* The chain behind a request that failed. */
static void fail_links(struct io_kiocb *req)
{
	struct io_kiocb *next;

	for (; req; req = next) {
		next = req->link;
		post_cqe(req, req->flags & REQ_F_FAIL ? req->res : -ECANCELED);
		io_req_put(req);
	}
}

static void queue_next(struct io_kiocb *req)
{
	struct io_kiocb *next = req->link;

	req->link = NULL;
	if (!next)
		return;
	if ((req->flags & REQ_F_FAIL) && !(req->flags & REQ_F_HARDLINK))
		fail_links(next);
	else
		io_req_task_queue(next);
}

/**
 * io_req_complete() - a request is done: post its completion, start what waits for it, drop it
 * @req: the request; gone afterwards but for other references
 * @res: its result
 *
 * Context: task.
 */
void io_req_complete(struct io_kiocb *req, s32 res)
{
	struct io_ring_ctx *ctx = req->ctx;

	refcount_inc(&ctx->refs);
	post_cqe(req, res);
	queue_next(req);
	io_req_put(req);
	queue_deferred(ctx);
	ctx_put(ctx);
}

/**
 * io_req_complete_failed() - the same for one that fails, and those linked behind it
 * @req: the request
 * @res: -errno; if an earlier attempt did part of it, that is its result
 *
 * Context: task.
 */
void io_req_complete_failed(struct io_kiocb *req, s32 res)
{
	req_set_fail(req);
	io_req_complete(req, req->bytes_done ? (s32)req->bytes_done : res);
}

/*
 * Issue
 */

static int io_fsync(struct io_kiocb *req, unsigned int issue_flags)
{
	loff_t end = req->off + req->len;
	int ret;

	if (issue_flags & IO_URING_F_NONBLOCK)
		return -EAGAIN;
	ret = vfs_fsync_range(req->file, req->off, end > 0 ? end : LLONG_MAX,
			      req->op_flags & IORING_FSYNC_DATASYNC);
	if (ret < 0)
		req_set_fail(req);
	req->res = ret;
	return IOU_OK;
}

static int issue_op(struct io_kiocb *req, unsigned int issue_flags)
{
	if (io_op_reads(req))
		return io_read(req, issue_flags);
	if (io_op_writes(req))
		return io_write(req, issue_flags);
	if (req->opcode == IORING_OP_FSYNC)
		return io_fsync(req, issue_flags);
	return IOU_OK;	/* NOP */
}

/**
 * io_issue_sqe() - try to do a request
 * @req: the request; gone afterwards if it has completed and the caller has no reference
 * @issue_flags: IO_URING_F_*
 *
 * Models: io_uring/io_uring.c, 6.1. Return: IOU_OK, IOU_ISSUE_SKIP_COMPLETE, or -errno: the request
 * is the caller's still.
 */
int io_issue_sqe(struct io_kiocb *req, unsigned int issue_flags)
{
	const struct cred *old = NULL;
	int ret;

	if (req->creds && req->creds != current_cred())
		old = override_creds(req->creds);
	ret = issue_op(req, issue_flags);
	if (old)
		revert_creds(old);
	if (ret == IOU_OK)
		io_req_complete(req, req->res);
	return ret;
}

static void io_queue_async(struct io_kiocb *req, int ret)
{
	if (ret != -EAGAIN || (req->flags & REQ_F_NOWAIT)) {
		io_req_complete_failed(req, ret);
		return;
	}
	switch (io_arm_poll_handler(req)) {
	case IO_APOLL_READY:
		io_req_task_queue(req);
		break;
	case IO_APOLL_ABORTED:
		io_queue_iowq(req);
		break;
	case IO_APOLL_OK:
		break;
	}
}

/* uring_lock held. */
static void io_queue_sqe(struct io_kiocb *req)
{
	int ret = io_issue_sqe(req, IO_URING_F_NONBLOCK);

	if (ret < 0)
		io_queue_async(req, ret);
}

/* How many requests came before @req and those linked to it. */
static u32 sequence(const struct io_kiocb *req)
{
	u32 seq = req->ctx->sq_head;

	for (; req; req = req->link)
		seq--;
	return seq;
}

static void drain(struct io_kiocb *req)
{
	struct io_ring_ctx *ctx = req->ctx;
	bool now;

	if (!req->creds)
		req->creds = get_current_cred();
	req->seq = sequence(req);
	spin_lock_irq(&ctx->completion_lock);
	now = list_empty(&ctx->defer_list) &&
	      (!(req->flags & REQ_F_IO_DRAIN) || req->seq == ctx->cq_tail);
	if (!now)
		list_add_tail(&req->entry, &ctx->defer_list);
	spin_unlock_irq(&ctx->completion_lock);
	if (now) {
		ctx->drain_active = false;
		io_req_task_queue(req);
	}
}

/* Everything that is not simply issued; uring_lock held. */
static void io_queue_sqe_fallback(struct io_kiocb *req)
{
	int ret;

	if (req->flags & REQ_F_FAIL) {
		/* Of a chain that was submitted wrong nothing is done, hard links or not. */
		req->flags = (req->flags & ~REQ_F_HARDLINK) | REQ_F_LINK;
		io_req_complete_failed(req, req->res);
		return;
	}
	ret = (req->flags & REQ_F_IMPORTED) || !(io_op_reads(req) || io_op_writes(req)) ?
	      0 : io_rw_import(req);
	if (ret)
		io_req_complete_failed(req, ret);
	else if (req->ctx->drain_active)
		drain(req);
	else
		io_queue_iowq(req);
}

/*
 * Submission
 */

static void init_drain(struct io_ring_ctx *ctx)
{
	ctx->drain_active = true;
	if (ctx->link_head) {
		/* In the middle of a chain: all of it waits, and so does what comes behind. */
		ctx->link_head->flags |= REQ_F_IO_DRAIN | REQ_F_FORCE_ASYNC;
		ctx->drain_next = true;
	}
}

static int init_flags(struct io_ring_ctx *ctx, struct io_kiocb *req, const struct io_uring_sqe *sqe)
{
	req->flags = sqe->flags;
	if (sqe->flags & ~SQE_FLAGS) {
		req->flags &= REQ_F_LINKS;
		return -EINVAL;
	}
	if (sqe->flags & REQ_F_IO_DRAIN)
		init_drain(ctx);
	if (ctx->drain_active)
		req->flags |= REQ_F_FORCE_ASYNC;
	if (ctx->drain_next && !ctx->link_head) {
		ctx->drain_next = false;
		ctx->drain_active = true;
		req->flags |= REQ_F_IO_DRAIN | REQ_F_FORCE_ASYNC;
	}
	return 0;
}

static int prep_op(struct io_kiocb *req, const struct io_uring_sqe *sqe)
{
	if (req->opcode == IORING_OP_NOP)
		return 0;
	if (req->opcode == IORING_OP_FSYNC) {
		if (sqe->addr || sqe->buf_index || sqe->splice_fd_in ||
		    (sqe->fsync_flags & ~IORING_FSYNC_DATASYNC) || (s64)sqe->off < 0)
			return -EINVAL;
		return req->ctx->flags & IORING_SETUP_IOPOLL ? -EINVAL : 0;
	}
	if (!io_op_reads(req) && !io_op_writes(req))
		return -EINVAL;
	if ((req->opcode == IORING_OP_READ_FIXED || req->opcode == IORING_OP_WRITE_FIXED) &&
	    req->buf_index >= req->ctx->nr_user_bufs)
		return -EFAULT;
	return 0;
}

static int io_init_req(struct io_ring_ctx *ctx, struct io_kiocb *req,
		       const struct io_uring_sqe *sqe)
{
	int ret;

	req->cqe->user_data = sqe->user_data;
	req->opcode = sqe->opcode;
	req->off = sqe->off;
	req->addr = sqe->addr;
	req->len = sqe->len;
	req->op_flags = (__force u32)sqe->rw_flags;
	req->buf_index = sqe->buf_index;
	ret = init_flags(ctx, req, sqe);
	if (ret)
		return ret;
	if (req->opcode != IORING_OP_NOP) {
		req->file = fget(sqe->fd);
		if (!req->file)
			return -EBADF;
	}
	req->kiocb.ki_filp = req->file;
	req->kiocb.ki_pos = sqe->off;
	req->kiocb.ki_ioprio = sqe->ioprio;
	return prep_op(req, sqe);
}

static void link_add(struct io_ring_ctx *ctx, struct io_kiocb *req)
{
	if (ctx->link_head)
		ctx->link_last->link = req;
	else
		ctx->link_head = req;
	ctx->link_last = req;
}

static void fail_init(struct io_kiocb *req, s32 res)
{
	req_set_fail(req);
	req->res = res;
}

/* It could not be made out; if it is part of a chain, the chain is put together still, to fail. */
static int io_submit_fail_init(struct io_ring_ctx *ctx, struct io_kiocb *req, int ret)
{
	bool more = req->flags & REQ_F_LINKS;

	fail_init(req, ret);
	if (ctx->link_head && !(ctx->link_head->flags & REQ_F_FAIL))
		fail_init(ctx->link_head, -ECANCELED);
	if (!ctx->link_head && !more) {
		io_queue_sqe_fallback(req);
		return ret;
	}
	link_add(ctx, req);
	if (more)
		return 0;
	req = ctx->link_head;
	ctx->link_head = NULL;
	io_queue_sqe_fallback(req);
	return ret;
}

/* uring_lock held. Non-zero stops the submission; the request is taken in any case. */
static int io_submit_sqe(struct io_ring_ctx *ctx, struct io_kiocb *req,
			 const struct io_uring_sqe *sqe)
{
	int ret = io_init_req(ctx, req, sqe);

	if (!ret && ctx->link_head && (io_op_reads(req) || io_op_writes(req)))
		ret = io_rw_import(req);
	if (ret)
		return io_submit_fail_init(ctx, req, ret);
	if (ctx->link_head || (req->flags & REQ_F_LINKS)) {
		link_add(ctx, req);
		if (req->flags & REQ_F_LINKS)
			return 0;
		req = ctx->link_head;
		ctx->link_head = NULL;
	}
	if (req->flags & (REQ_F_FORCE_ASYNC | REQ_F_FAIL))
		io_queue_sqe_fallback(req);
	else
		io_queue_sqe(req);
	return 0;
}

static long submit(struct io_ring_ctx *ctx, const struct io_uring_sqe __user *sqes, unsigned int nr)
{
	struct io_uring_sqe sqe;
	struct io_kiocb *req;
	unsigned int i;
	long ret = 0;

	for (i = 0; i < nr && !ret; i++) {
		/* The real ring is memory that the kernel owns: this cannot fail. */
		memcpy(&sqe, (const void __force *)(sqes + i), sizeof(sqe));
		req = req_alloc(ctx);
		if (!req) {
			ret = -EAGAIN;
			break;
		}
		ctx->sq_head++;
		ret = io_submit_sqe(ctx, req, &sqe);
	}
	if (ctx->link_head) {
		req = ctx->link_head;
		ctx->link_head = NULL;
		/* A chain whose end is missing ends here. */
		if (req->flags & (REQ_F_FORCE_ASYNC | REQ_F_FAIL))
			io_queue_sqe_fallback(req);
		else
			io_queue_sqe(req);
	}
	return i ? i : ret;
}

/* A reference on the file of a ring. */
static struct fd ring_get(unsigned int fd, struct io_ring_ctx **ctx, int *err)
{
	struct fd f = fdget(fd);

	*err = 0;
	if (!f.file) {
		*err = -EBADF;
	} else if (f.file->f_op != &io_uring_fops) {
		fdput(f);
		*err = -EOPNOTSUPP;
	} else {
		*ctx = f.file->private_data;
	}
	return f;
}

/**
 * ksys_io_uring_submit - the submitting half of io_uring_enter(2)
 * @fd: the ring
 * @sqes: user pointer to the requests
 * @nr: how many
 *
 * Models: io_submit_sqes(), io_uring/io_uring.c, 6.1. Return: requests taken (one that is malformed
 * is the last), or -EBADF, -EOPNOTSUPP, -EAGAIN when there is no memory for the first.
 */
long ksys_io_uring_submit(unsigned int fd, const struct io_uring_sqe __user *sqes, unsigned int nr)
{
	struct io_ring_ctx *ctx;
	struct fd f;
	long ret;
	int err;

	task_work_run();
	f = ring_get(fd, &ctx, &err);
	if (err)
		return err;
	mutex_lock(&ctx->uring_lock);
	ret = submit(ctx, sqes, min(nr, ctx->entries));
	mutex_unlock(&ctx->uring_lock);
	fdput(f);
	return ret;
}

/*
 * Completions
 */

static struct io_cqe_entry *take_cqe(struct io_ring_ctx *ctx)
{
	struct io_cqe_entry *cqe;

	spin_lock_irq(&ctx->completion_lock);
	cqe = list_first_entry_or_null(&ctx->cqes, struct io_cqe_entry, list);
	if (cqe) {
		list_del(&cqe->list);
		WRITE_ONCE(ctx->nr_cqes, ctx->nr_cqes - 1);
	}
	spin_unlock_irq(&ctx->completion_lock);
	return cqe;
}

static long copy_cqes(struct io_ring_ctx *ctx, struct io_uring_cqe __user *cqes, unsigned int nr)
{
	struct io_cqe_entry *entry;
	unsigned int i;

	for (i = 0; i < nr && (entry = take_cqe(ctx)); i++) {
		struct io_uring_cqe cqe = { .user_data = entry->user_data, .res = entry->res };

		kfree(entry);
		/* As for requests: the ring is memory that both sides have, so no copy can fail. */
		memcpy((void __force *)(cqes + i), &cqe, sizeof(cqe));
	}
	return i;
}

static int cqring_wait(struct io_ring_ctx *ctx, unsigned int min)
{
	int ret = 0;

	for (;;) {
		task_work_run();
		if (READ_ONCE(ctx->nr_cqes) >= min || ret)
			return READ_ONCE(ctx->nr_cqes) ? 0 : ret;
		ret = wait_event_interruptible(ctx->cq_wait, READ_ONCE(ctx->nr_cqes) >= min ||
					       task_work_pending(current));
		if (ret)
			ret = -EINTR;
	}
}

/**
 * ksys_io_uring_wait - the waiting half of io_uring_enter(2), and what user space does with the
 * ring
 * @fd: the ring
 * @min: wait for this many
 * @cqes: user pointer to room for completions
 * @nr: at most this many
 *
 * Models: io_cqring_wait(), io_uring/io_uring.c, 6.1. Return: completions stored, -EINTR, -EBADF,
 * -EOPNOTSUPP.
 */
long ksys_io_uring_wait(unsigned int fd, unsigned int min, struct io_uring_cqe __user *cqes,
			unsigned int nr)
{
	struct io_ring_ctx *ctx;
	struct fd f;
	long ret;
	int err;

	f = ring_get(fd, &ctx, &err);
	if (err)
		return err;
	ret = cqring_wait(ctx, min);
	if (!ret)
		ret = copy_cqes(ctx, cqes, nr);
	fdput(f);
	return ret;
}

/*
 * Cancellation
 */

/*
 * Can somebody who cancels find it? Who cancels all does not look twice at one. completion_lock
 * held.
 */
static bool cancellable(const struct io_kiocb *req, bool all)
{
	if (req->wq_state == IO_WQ_PENDING || (req->poll_head && !req->poll_arming))
		return true;
	if (req->wq_state == IO_WQ_TAKEN)
		return !all || !req->wq_cancel;
	return !all && req->wq_state == IO_WQ_RUNNING;
}

/* A reference on a request that fits; NULL when there is none (further). */
static struct io_kiocb *find_req(struct io_ring_ctx *ctx, const struct task_struct *task,
				 const u64 *user_data)
{
	struct io_kiocb *req;

	spin_lock_irq(&ctx->completion_lock);
	list_for_each_entry(req, &ctx->reqs, node) {
		if ((task && req->task != task) || !req->cqe)
			continue;
		if (user_data && req->cqe->user_data != *user_data)
			continue;
		if (!cancellable(req, !user_data))
			continue;
		if (refcount_inc_not_zero(&req->refs)) {
			spin_unlock_irq(&ctx->completion_lock);
			return req;
		}
	}
	spin_unlock_irq(&ctx->completion_lock);
	return NULL;
}

static int cancel_one(struct io_ring_ctx *ctx, struct io_kiocb *req)
{
	int ret = io_wq_cancel(ctx, req);

	if (ret && io_poll_disarm(req)) {
		io_req_task_queue_fail(req, -ECANCELED);
		ret = 0;
	}
	return ret;
}

/**
 * ksys_io_uring_cancel - IORING_OP_ASYNC_CANCEL by user data
 * @fd: the ring
 * @user_data: of the request
 *
 * Models: io_uring/cancel.c, 6.1. Leaves out: the request that it is in the kernel; all its flags.
 * Return: 0 when it was cancelled before a worker took it; -EALREADY when a worker has it; -ENOENT
 * when there is none: one that a file has queued cannot be cancelled.
 */
long ksys_io_uring_cancel(unsigned int fd, u64 user_data)
{
	struct io_ring_ctx *ctx;
	struct io_kiocb *req;
	struct fd f;
	int ret;

	f = ring_get(fd, &ctx, &ret);
	if (ret)
		return ret;
	req = find_req(ctx, NULL, &user_data);
	ret = req ? cancel_one(ctx, req) : -ENOENT;
	if (req)
		io_req_put(req);
	fdput(f);
	return ret;
}

/* All that can be: those of @task, or of everybody. */
static void cancel_all(struct io_ring_ctx *ctx, const struct task_struct *task)
{
	struct io_kiocb *req;

	while ((req = find_req(ctx, task, NULL))) {
		cancel_one(ctx, req);
		io_req_put(req);
	}
}

static void cancel_deferred(struct io_ring_ctx *ctx, const struct task_struct *task)
{
	struct io_kiocb *req, *next;
	LIST_HEAD(list);

	spin_lock_irq(&ctx->completion_lock);
	list_for_each_entry_safe(req, next, &ctx->defer_list, entry) {
		if (!task || req->task == task)
			list_move_tail(&req->entry, &list);
	}
	spin_unlock_irq(&ctx->completion_lock);
	while ((req = list_first_entry_or_null(&list, struct io_kiocb, entry))) {
		list_del_init(&req->entry);
		io_req_task_queue_fail(req, -ECANCELED);
	}
}

static struct io_ring_ctx *ring_at(unsigned int i)
{
	struct io_ring_ctx *ctx, *found = NULL;

	spin_lock(&rings_lock);
	list_for_each_entry(ctx, &all_rings, list) {
		if (!i--) {
			if (refcount_inc_not_zero(&ctx->refs))
				found = ctx;
			break;
		}
	}
	spin_unlock(&rings_lock);
	return found;
}

/**
 * io_uring_files_cancel - current ends
 *
 * Models: io_uring/io_uring.c, tctx.c, 6.1: what no worker has begun is cancelled, what one is at
 * is waited for; requests that a file has queued are not.
 *
 * Context: before exit_files(); may sleep.
 */
void io_uring_files_cancel(void)
{
	struct io_ring_ctx *ctx;

	for (unsigned int i = 0; (ctx = ring_at(i)); i++) {
		cancel_deferred(ctx, current);
		cancel_all(ctx, current);
		task_work_run();
		io_wq_wait_running(ctx, current);
		ctx_put(ctx);
	}
}

/*
 * Rings
 */

static void ring_free(struct io_ring_ctx *ctx)
{
	struct io_cqe_entry *cqe;

	while ((cqe = take_cqe(ctx)))
		kfree(cqe);
	io_buffers_unregister(ctx);
	spin_lock(&rings_lock);
	list_del(&ctx->list);
	spin_unlock(&rings_lock);
	kfree(ctx);
}

static void ring_exit_work(struct work_struct *work)
{
	struct io_ring_ctx *ctx = container_of(work, struct io_ring_ctx, exit_work);

	wait_for_completion(&ctx->ref_comp);
	ring_free(ctx);
}

static int io_uring_release(struct inode *inode, struct file *file)
{
	struct io_ring_ctx *ctx = file->private_data;

	WRITE_ONCE(ctx->dying, true);
	cancel_deferred(ctx, NULL);
	cancel_all(ctx, NULL);
	INIT_WORK(&ctx->exit_work, ring_exit_work);
	queue_work(system_unbound_wq, &ctx->exit_work);
	ctx_put(ctx);
	return 0;
}

static __poll_t io_uring_poll(struct file *file, struct poll_table_struct *wait)
{
	struct io_ring_ctx *ctx = file->private_data;

	poll_wait(file, &ctx->cq_wait, wait);
	return EPOLLOUT | EPOLLWRNORM | (READ_ONCE(ctx->nr_cqes) ? EPOLLIN | EPOLLRDNORM : 0);
}

static const struct file_operations io_uring_fops = {
	.release = io_uring_release,
	.poll = io_uring_poll,
};

static struct io_ring_ctx *ring_alloc(unsigned int entries, unsigned int flags)
{
	struct io_ring_ctx *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return NULL;
	ctx->entries = entries;
	ctx->flags = flags;
	refcount_set(&ctx->refs, 1);
	mutex_init(&ctx->uring_lock);
	spin_lock_init(&ctx->completion_lock);
	INIT_LIST_HEAD(&ctx->cqes);
	INIT_LIST_HEAD(&ctx->reqs);
	INIT_LIST_HEAD(&ctx->defer_list);
	INIT_LIST_HEAD(&ctx->wq_pending);
	init_waitqueue_head(&ctx->cq_wait);
	init_waitqueue_head(&ctx->wq_wait);
	init_completion(&ctx->ref_comp);
	spin_lock(&rings_lock);
	list_add_tail(&ctx->list, &all_rings);
	spin_unlock(&rings_lock);
	return ctx;
}

/**
 * ksys_io_uring_setup - io_uring_setup(2)
 * @entries: how many requests can be submitted at a time
 * @flags: 0 or IORING_SETUP_IOPOLL
 *
 * Models: io_uring/io_uring.c, 6.1. Return: a descriptor, -EINVAL, -ENOMEM, -EMFILE.
 */
long ksys_io_uring_setup(unsigned int entries, unsigned int flags)
{
	struct io_ring_ctx *ctx;
	long fd;

	if (!entries || entries > MAX_ENTRIES || (flags & ~IORING_SETUP_IOPOLL))
		return -EINVAL;
	ctx = ring_alloc(entries, flags);
	if (!ctx)
		return -ENOMEM;
	fd = anon_inode_getfd("[io_uring]", &io_uring_fops, ctx, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		ring_free(ctx);
	return fd;
}

/**
 * ksys_io_uring_register_buffers - io_uring_register(2) with IORING_REGISTER_BUFFERS
 * @fd: the ring
 * @iov: user pointer to the buffers
 * @nr: how many
 *
 * Models: io_uring/rsrc.c, 6.1. Return: 0, -EBUSY if it has some, -EINVAL, -EFAULT, -ENOMEM,
 * -EBADF, -EOPNOTSUPP.
 */
long ksys_io_uring_register_buffers(unsigned int fd, const struct iovec __user *iov,
				    unsigned int nr)
{
	struct io_ring_ctx *ctx;
	struct fd f;
	int ret;

	f = ring_get(fd, &ctx, &ret);
	if (ret)
		return ret;
	mutex_lock(&ctx->uring_lock);
	ret = io_buffers_register(ctx, iov, nr);
	mutex_unlock(&ctx->uring_lock);
	fdput(f);
	return ret;
}

static int __init io_uring_init(void)
{
	req_cachep = KMEM_CACHE(io_kiocb, SLAB_HWCACHE_ALIGN | SLAB_PANIC);
	return 0;
}
fs_initcall(io_uring_init);

static void __exit io_uring_exit(void)
{
	/* Rings are freed by work items. */
	flush_workqueue(system_unbound_wq);
	kmem_cache_destroy(req_cachep);
}
module_exit(io_uring_exit);
