// SPDX-License-Identifier: GPL-2.0
/*
 * What a request does on -EAGAIN when its file can be polled: wait until it is ready, then try
 * again.
 *
 * Models: io_uring/poll.c, 6.1: io_arm_poll_handler() and its wake-up. A file whose ->poll() puts
 * nobody on a wait queue (FUSE, when the server does not do POLL) is ready at once, so the request
 * is issued again at once; after APOLL_MAX_RETRY - 1 of these it goes to a worker. Files without
 * ->poll() do not come here.
 *
 * Leaves out: files with two wait queues, POLL requests of their own, multishot.
 */
#include <linux/slab.h>
#include "io_uring.h"

#define APOLL_MAX_RETRY		128

/* Somebody else may have taken what it was woken for: issuing finds out, and arms again. */
static void poll_task_work(struct io_kiocb *req)
{
	req->poll_head = NULL;
	io_req_task_queue(req);
}

/* The queue's lock is held. */
static int io_poll_wake(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct io_kiocb *req = container_of(wait, struct io_kiocb, poll_wait);

	if (key && !(key_to_poll(key) & req->poll_events))
		return 0;
	list_del_init(&wait->entry);
	if (req->poll_arming)
		req->poll_woken = true;
	else
		io_req_task_work_add(req, poll_task_work);
	return 1;
}

static void queue_proc(struct file *file, struct wait_queue_head *head,
		       struct poll_table_struct *pt)
{
	struct io_kiocb *req = container_of(pt, struct io_kiocb, pt);

	(void)file;
	if (req->poll_head) {
		req->poll_error = -EINVAL;
		return;
	}
	req->poll_head = head;
	init_waitqueue_func_entry(&req->poll_wait, io_poll_wake);
	INIT_LIST_HEAD(&req->poll_wait.entry);
	add_wait_queue(head, &req->poll_wait);
}

/**
 * io_poll_disarm() - take a request off its wait queue
 * @req: the request
 *
 * Return: true if it was on one: it is the caller's now.
 */
bool io_poll_disarm(struct io_kiocb *req)
{
	struct wait_queue_head *head = req->poll_head;
	bool armed;

	if (!head)
		return false;
	spin_lock_irq(&head->lock);
	armed = !list_empty(&req->poll_wait.entry);
	list_del_init(&req->poll_wait.entry);
	/* If it was woken, the task work is on its way and does not look at the queue. */
	req->poll_head = NULL;
	spin_unlock_irq(&head->lock);
	return armed;
}

static bool may_retry(struct io_kiocb *req)
{
	if (!(req->flags & REQ_F_POLLED))
		req->poll_retries = APOLL_MAX_RETRY;
	req->flags |= REQ_F_POLLED;
	return --req->poll_retries;
}

/* It is on a wait queue, and may have been woken since. */
static int settle(struct io_kiocb *req, __poll_t mask)
{
	bool stay;

	spin_lock_irq(&req->poll_head->lock);
	stay = !mask && !req->poll_error && !req->poll_woken;
	req->poll_arming = false;
	if (!stay)
		list_del_init(&req->poll_wait.entry);
	spin_unlock_irq(&req->poll_head->lock);
	if (stay)
		return IO_APOLL_OK;	/* it may be gone already */
	req->poll_head = NULL;
	return req->poll_error && !mask ? IO_APOLL_ABORTED : IO_APOLL_READY;
}

/**
 * io_arm_poll_handler() - wait until the file of a request is ready
 * @req: the request, which failed with -EAGAIN
 *
 * Models: io_uring/poll.c, 6.1. Return: IO_APOLL_OK when it waits (it may be gone already),
 * IO_APOLL_READY when it is to be issued again, IO_APOLL_ABORTED when a worker has to do it.
 */
int io_arm_poll_handler(struct io_kiocb *req)
{
	__poll_t mask = EPOLLPRI | EPOLLERR;

	if (!io_op_reads(req) && !io_op_writes(req))
		return IO_APOLL_ABORTED;
	if (!file_can_poll(req->file) || READ_ONCE(req->ctx->dying))
		return IO_APOLL_ABORTED;
	if (!may_retry(req))
		return IO_APOLL_ABORTED;
	mask |= io_op_reads(req) ? EPOLLIN | EPOLLRDNORM : EPOLLOUT | EPOLLWRNORM;
	req->poll_events = mask;
	req->poll_head = NULL;
	req->poll_error = 0;
	req->poll_woken = false;
	req->poll_arming = true;
	init_poll_funcptr(&req->pt, queue_proc);
	req->pt._key = mask;
	mask &= vfs_poll(req->file, &req->pt);
	if (!req->poll_head)
		return mask ? IO_APOLL_READY : IO_APOLL_ABORTED;
	return settle(req, mask);
}
