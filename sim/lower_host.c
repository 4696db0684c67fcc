// SPDX-License-Identifier: GPL-2.0
/*
 * Lower file systems whose bytes are in real files of the host: "host" (pread, pwrite),
 * "host-libaio" and "host-uring". Names, attributes and sizes are the box's own, as in
 * lower_ramfs.c, so that a run is the same everywhere; only data move.
 *
 * A request that was queued goes to the host at once. The host's answer is taken when no task can
 * run, the oldest request's first unless it is chosen otherwise, and is delivered in irq context.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <core/choice.h>
#include <core/task.h>
#include "hostio.h"
#include "lower_internal.h"

#define BOUNCE	(16 * 1024)

static int host_file(struct inode *inode)
{
	struct lower_inode *li = LOWER_I(inode);

	if (li->host < 0)
		li->host = hostio_create();
	return li->host;
}

/* The host's file may end before ours does: zeroes follow. */
static long read_full(int file, char *buf, size_t len, loff_t pos)
{
	long n = hostio_pread(file, buf, len, pos);

	if (n < 0)
		return n;
	memset(buf + n, 0, len - n);
	return len;
}

static ssize_t host_read(struct inode *inode, loff_t pos, struct iov_iter *to)
{
	char *buf = kmalloc(BOUNCE, GFP_KERNEL);
	int file = host_file(inode);
	ssize_t done = 0;
	long n = buf ? min(file, 0) : -ENOMEM;

	while (!n && iov_iter_count(to)) {
		size_t copied;

		n = read_full(file, buf, min_t(size_t, BOUNCE, iov_iter_count(to)), pos + done);
		if (n < 0)
			break;
		copied = copy_to_iter(buf, n, to);
		done += copied;
		n = copied < n ? -EFAULT : 0;
	}
	kfree(buf);
	return done ? done : n;
}

static ssize_t host_write(struct inode *inode, loff_t pos, struct iov_iter *from)
{
	char *buf = kmalloc(BOUNCE, GFP_KERNEL);
	int file = host_file(inode);
	ssize_t done = 0;
	long n = buf ? min(file, 0) : -ENOMEM;

	while (!n && iov_iter_count(from)) {
		size_t len = min_t(size_t, BOUNCE, iov_iter_count(from));
		size_t copied = copy_from_iter(buf, len, from);

		n = copied ? hostio_pwrite(file, buf, copied, pos + done) : -EFAULT;
		if (n <= 0)
			break;
		done += n;
		n = n < len ? -ENOSPC : 0;
	}
	kfree(buf);
	return done ? done : n;
}

static int host_allocate(struct inode *inode, loff_t pos, loff_t len)
{
	/* A host that is full says so when it is written to. */
	return min(host_file(inode), 0);
}

static void host_punch(struct inode *inode, loff_t pos, loff_t end)
{
	static const char zeroes[PAGE_SIZE];
	int file = LOWER_I(inode)->host;

	if (file < 0)
		return;
	if (end == LLONG_MAX) {
		WARN_ON(hostio_truncate(file, pos));
		return;
	}
	for (end = min(end, i_size_read(inode)); pos < end; pos += PAGE_SIZE)
		hostio_pwrite(file, zeroes, min_t(loff_t, PAGE_SIZE, end - pos), pos);
}

static void host_free(struct inode *inode)
{
	struct lower_inode *li = LOWER_I(inode);

	if (li->host >= 0)
		hostio_remove(li->host);
	li->host = -1;
}

static const struct lower_storage host_storage = {
	.read = host_read,
	.write = host_write,
	.allocate = host_allocate,
	.punch = host_punch,
	.free = host_free,
};

/*
 * Requests
 */

static enum hostio_engine engine_of(const struct inode *inode);

/* Those that the host has, oldest first. */
static LIST_HEAD(at_host);

struct host_request {
	struct list_head list;
	struct lower_request *rq;
	struct hostio_request *io;
};

static int host_queue(struct lower_request *rq)
{
	struct host_request *h = kzalloc(sizeof(*h), GFP_KERNEL);
	int err = h ? min(host_file(rq->inode), 0) : -ENOMEM;

	if (!err) {
		h->io = hostio_request_new(rq->count, rq->write);
		if (!h->io)
			err = -ENOMEM;
	}
	if (err)
		goto out;
	h->rq = rq;
	h->io->pos = rq->pos;
	if (rq->write && copy_from_iter(h->io->buf, rq->count, &rq->iter) != rq->count)
		err = -EFAULT;
	/* One that is to fail does not reach the host. */
	if (!err && !rq->fault)
		err = hostio_submit(h->io, engine_of(rq->inode), LOWER_I(rq->inode)->host,
				    rq->iocb->ki_flags & IOCB_DIRECT);
	if (err)
		hostio_request_free(h->io);
out:
	if (err) {
		kfree(h);
		return err;
	}
	list_add_tail(&h->list, &at_host);
	rq->host = h;
	return 0;
}

static ssize_t host_transfer(struct lower_request *rq, size_t count)
{
	struct host_request *h = rq->host;
	struct hostio_request *io = h->io;
	size_t copied;

	if (io->result < 0 || rq->write)
		return io->result;
	if (io->result < count)
		memset(io->buf + io->result, 0, count - io->result);
	copied = copy_to_iter(io->buf, count, &rq->iter);
	return copied ? copied : -EFAULT;
}

static void host_release(struct lower_request *rq)
{
	struct host_request *h = rq->host;

	hostio_request_free(h->io);
	kfree(h);
}

static const struct lower_engine host_engine = {
	.queue = host_queue,
	.transfer = host_transfer,
	.release = host_release,
};

/* No task can run: let the host get on with it. */
static bool host_idle(void *arg)
{
	size_t n = list_count_nodes(&at_host), which;
	struct host_request *h;

	if (!n)
		return false;
	which = n > 1 ? fb_choose("host completion", n) : 0;
	list_for_each_entry(h, &at_host, list)
		if (!which--)
			break;
	hostio_wait(h->io);
	list_del_init(&h->list);
	lower_request_complete(h->rq);
	return true;
}

/*
 * Super blocks
 */

static int queueing_start(struct super_block *sb, enum hostio_engine engine)
{
	static bool hooked;	/* in this run */
	struct w_async_mode *mode;
	int err = hostio_engine_error(engine);

	if (!err)
		err = lower_async_start(sb, &host_engine);
	if (err)
		return err == -ENOMEM ? err : -EOPNOTSUPP;
	if (!hooked)
		fb_idle_hook(host_idle, NULL);
	hooked = true;
	mode = &LOWER_SB(sb)->async->mode;
	mode->when = W_ASYNC_HELD;
	mode->hold_sync = true;
	mode->result.irq = true;
	return 0;
}

static int libaio_start(struct super_block *sb)
{
	return queueing_start(sb, HOSTIO_LIBAIO);
}

static int uring_start(struct super_block *sb)
{
	return queueing_start(sb, HOSTIO_URING);
}

static const struct lower_variant host_variant = {
	.fops = &lower_file_operations,
	.storage = &host_storage,
};

static struct lower_variant libaio_variant = {
	.storage = &host_storage,
	.start = libaio_start,
	.stop = lower_async_stop,
};

static struct lower_variant uring_variant = {
	.storage = &host_storage,
	.start = uring_start,
	.stop = lower_async_stop,
};

static enum hostio_engine engine_of(const struct inode *inode)
{
	return LOWER_SB(inode->i_sb)->variant == &uring_variant ? HOSTIO_URING : HOSTIO_LIBAIO;
}

static int host_init_fs_context(struct fs_context *fc)
{
	return lower_init_fs_context(fc, &host_variant);
}

static int libaio_init_fs_context(struct fs_context *fc)
{
	return lower_init_fs_context(fc, &libaio_variant);
}

static int uring_init_fs_context(struct fs_context *fc)
{
	return lower_init_fs_context(fc, &uring_variant);
}

static struct file_system_type host_types[] = {
	{ .name = "host", .init_fs_context = host_init_fs_context },
	{ .name = "host-libaio", .init_fs_context = libaio_init_fs_context },
	{ .name = "host-uring", .init_fs_context = uring_init_fs_context },
};

static int __init host_init(void)
{
	hostio_reset();
	libaio_variant.fops = lower_async_fops();
	uring_variant.fops = lower_async_fops();
	for (int i = 0; i < ARRAY_SIZE(host_types); i++) {
		host_types[i].parameters = lower_params;
		host_types[i].kill_sb = kill_litter_super;
		WARN_ON(register_filesystem(&host_types[i]));
	}
	return 0;
}

static void __exit host_exit(void)
{
	for (int i = 0; i < ARRAY_SIZE(host_types); i++)
		WARN_ON(unregister_filesystem(&host_types[i]));
}

module_init(host_init);
module_exit(host_exit);
