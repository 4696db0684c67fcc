// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting until one of several files is ready.
 *
 * Models: fs/select.c and fs/eventpoll.c, 6.1: poll(2) only. Leaves out: select(2), ppoll's signal
 * mask, epoll; timeouts are in virtual time.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/eventpoll.h>	/* wants fs.h before it */
#include <linux/jiffies.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <core/run.h>

#define POLL_MAX 64	/* descriptors in one call */

/* One place where a sleeping poll() is to be woken. */
struct poll_waiter {
	struct list_head link;
	struct file *file;
	wait_queue_head_t *head;
	wait_queue_entry_t wait;
	struct poll_call *call;
	__poll_t key;
};

struct poll_call {
	poll_table pt;
	struct task_struct *task;
	struct list_head waiters;
	int error;
	bool triggered;
};

static int pollwake(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct poll_waiter *w = container_of(wait, struct poll_waiter, wait);

	(void)mode;
	(void)sync;
	if (key && !(key_to_poll(key) & w->key))
		return 0;
	w->call->triggered = true;
	return wake_up_process(w->call->task);
}

static void poll_queue(struct file *file, wait_queue_head_t *head, poll_table *pt)
{
	struct poll_call *call = container_of(pt, struct poll_call, pt);
	struct poll_waiter *w = kzalloc(sizeof(*w), GFP_KERNEL);

	if (!w) {
		call->error = -ENOMEM;
		return;
	}
	w->file = get_file(file);
	w->head = head;
	w->call = call;
	w->key = pt->_key;
	init_waitqueue_func_entry(&w->wait, pollwake);
	list_add_tail(&w->link, &call->waiters);
	add_wait_queue(head, &w->wait);
}

static void poll_unqueue(struct poll_call *call)
{
	struct poll_waiter *w, *next;

	list_for_each_entry_safe(w, next, &call->waiters, link) {
		remove_wait_queue(w->head, &w->wait);
		fput(w->file);
		kfree(w);
	}
}

static __poll_t poll_one(struct pollfd *pfd, struct poll_call *call)
{
	__poll_t filter = demangle_poll(pfd->events) | EPOLLERR | EPOLLHUP, mask;
	struct fd f;

	if (pfd->fd < 0)
		return 0;
	f = fdget(pfd->fd);
	if (!f.file)
		return EPOLLNVAL;
	call->pt._key = filter;
	mask = vfs_poll(f.file, &call->pt) & filter;
	fdput(f);
	return mask;
}

/* How many are ready. From the first that is, and in the second round, nobody queues any more. */
static int poll_round(struct pollfd *fds, unsigned int nfds, struct poll_call *call)
{
	unsigned int i;
	int ready = 0;

	for (i = 0; i < nfds; i++) {
		__poll_t mask = poll_one(&fds[i], call);

		fds[i].revents = mangle_poll(mask);
		if (mask) {
			ready++;
			call->pt._qproc = NULL;
		}
	}
	call->pt._qproc = NULL;
	return ready;
}

static long poll_sleep(struct poll_call *call, long timeout)
{
	set_current_state(TASK_INTERRUPTIBLE);
	if (!call->triggered)
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	call->triggered = false;
	return timeout;
}

static int do_poll(struct pollfd *fds, unsigned int nfds, struct poll_call *call, long timeout)
{
	int ready;

	for (;;) {
		ready = poll_round(fds, nfds, call);
		if (!ready)
			ready = call->error;
		if (!ready && signal_pending(current))
			ready = -EINTR;
		if (ready || !timeout)
			return ready;
		timeout = poll_sleep(call, timeout);
	}
}

/**
 * ksys_poll - poll(2)
 * @ufds: user pointer
 * @nfds: how many, at most 64
 * @timeout_ms: virtual milliseconds, 0: do not wait, negative: for ever
 *
 * Models: fs/select.c, 6.1. Return: how many are ready, 0 after the timeout, -errno.
 */
long ksys_poll(struct pollfd __user *ufds, unsigned int nfds, int timeout_ms)
{
	long timeout = timeout_ms < 0 ? MAX_SCHEDULE_TIMEOUT : (long)msecs_to_jiffies(timeout_ms);
	struct poll_call call = { .task = current };
	struct pollfd fds[POLL_MAX];
	int ret;

	if (nfds > POLL_MAX)
		return -EINVAL;
	if (copy_from_user(fds, ufds, nfds * sizeof(*fds)))
		return -EFAULT;
	INIT_LIST_HEAD(&call.waiters);
	/* Who does not wait is in no queue; a file may look whether somebody is. */
	init_poll_funcptr(&call.pt, timeout ? poll_queue : NULL);
	ret = do_poll(fds, nfds, &call, timeout);
	poll_unqueue(&call);
	if (copy_to_user(ufds, fds, nfds * sizeof(*fds)))
		return -EFAULT;
	return ret;
}

/**
 * eventpoll_release_file - a file that an epoll watches goes away
 * @file: the file
 *
 * Has no model: the box has no epoll.
 */
void eventpoll_release_file(struct file *file)
{
	unmodelled(__func__);
}
