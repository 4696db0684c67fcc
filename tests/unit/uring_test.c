// SPDX-License-Identifier: GPL-2.0
/* io_uring against the kernel's rules: vfs_shim/io_uring. */
#include "async_run.h"
#include <linux/anon_inodes.h>
#include <linux/poll.h>
#include "syscalls_async.h"

static char page[4096] __attribute__((aligned(4096)));

static struct w_sqe request(int fd, enum w_uring_op op, size_t len)
{
	return (struct w_sqe){ .fd = fd, .op = op, .buf = page, .len = len, .data = 7 };
}

static long one(long ring, const struct w_sqe *s)
{
	struct w_completion c = { .res = -ENODATA };

	CHECK_EQ(bx_uring_submit(NULL, ring, s, 1), 1);
	CHECK_EQ(bx_uring_wait(NULL, ring, 1, &c, 1), 1);
	CHECK_EQ(c.data, 7);
	return c.res;
}

/* A file that never reads without waiting, and says how often it was asked. */
static unsigned int tries, waits;

static ssize_t stubborn_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	if (iocb->ki_flags & IOCB_NOWAIT) {
		tries++;
		return -EAGAIN;
	}
	waits++;
	return copy_to_iter("x", 1, to) == 1 ? 1 : -EFAULT;
}

static __poll_t always_ready(struct file *file, struct poll_table_struct *wait)
{
	return EPOLLIN;
}

static const struct file_operations pollable_fops = { .read_iter = stubborn_read_iter,
						      .poll = always_ready };
static const struct file_operations plain_fops = { .read_iter = stubborn_read_iter };

static int open_stubborn(const struct file_operations *fops)
{
	struct file *file;
	int fd;

	box_syscall_enter();
	fd = anon_inode_getfd("stubborn", fops, NULL, O_RDWR);
	file = fget(fd);
	file->f_mode |= FMODE_NOWAIT;
	fput(file);
	box_syscall_exit("open", fd);
	tries = waits = 0;
	return fd;
}

/*
 * What can be polled and is always ready comes again 128 times without waiting; else a worker has
 * it.
 */
static void again_body(void)
{
	long ring = bx_uring_setup(NULL, 8, 0);
	struct w_sqe s = request(open_stubborn(&pollable_fops), W_URING_READ, 1);

	CHECK_EQ(one(ring, &s), 1);
	CHECK_EQ(tries, 128);
	CHECK_EQ(waits, 1);
	box_close(s.fd);
	s = request(open_stubborn(&plain_fops), W_URING_READ, 1);
	CHECK_EQ(one(ring, &s), 1);
	CHECK_EQ(tries, 1);
	CHECK_EQ(waits, 1);
	s.flags = W_SQE_ASYNC;
	CHECK_EQ(one(ring, &s), 1);
	CHECK_EQ(tries, 1);
	CHECK_EQ(waits, 2);
	s.flags = 0;
	s.rwf = RWF_NOWAIT;
	CHECK_EQ(one(ring, &s), -EAGAIN);
	CHECK_EQ(waits, 2);
	box_close(s.fd);
	box_close(ring);
}

static void issued_again(void **state)
{
	BOX(again_body);
}

/* Wake-ups reach a request that waits for its file. */
static void poll_body(void)
{
	long ring = bx_uring_setup(NULL, 8, 0);
	struct w_completion c;
	struct w_sqe s;
	int fds[2];

	CHECK_EQ(box_pipe(fds), 0);
	s = request(fds[0], W_URING_READ, 10);
	CHECK_EQ(bx_uring_submit(NULL, ring, &s, 1), 1);
	CHECK_EQ(bx_uring_wait(NULL, ring, 0, &c, 1), 0);
	CHECK_EQ(box_write(fds[1], "abc", 3), 3);
	CHECK_EQ(bx_uring_wait(NULL, ring, 1, &c, 1), 1);
	CHECK_EQ(c.res, 3);
	/* And one that still waits can be cancelled. */
	CHECK_EQ(bx_uring_submit(NULL, ring, &s, 1), 1);
	CHECK_EQ(bx_uring_cancel(NULL, ring, 8), -ENOENT);
	CHECK_EQ(bx_uring_cancel(NULL, ring, 7), 0);
	CHECK_EQ(bx_uring_wait(NULL, ring, 1, &c, 1), 1);
	CHECK_EQ(c.res, -ECANCELED);
	/* So can one when its ring is closed. */
	CHECK_EQ(bx_uring_submit(NULL, ring, &s, 1), 1);
	box_close(ring);
	box_close(fds[0]);
	box_close(fds[1]);
}

static void waiting_for_a_pipe(void **state)
{
	BOX(poll_body);
}

/* The protection of a queued write is given back by task work of who submitted. */
static void protection_body(void)
{
	long ring = bx_uring_setup(NULL, 8, 0);
	struct w_completion c;
	struct super_block *sb;
	struct w_sqe s;
	int fd;

	mount_type("async", NULL);
	sb = lower_super();
	fd = box_open("/lower/f", O_CREAT | O_RDWR | O_DIRECT, 0644);
	CHECK_EQ(box_pwrite(fd, page, sizeof(page), 0), sizeof(page));
	CHECK_EQ(lower_async_mode(sb, &(struct w_async_mode){ .when = W_ASYNC_HELD }), 0);
	s = request(fd, W_URING_WRITE, sizeof(page));
	CHECK_EQ(bx_uring_submit(NULL, ring, &s, 1), 1);
	CHECK_EQ(fb_held(FB_RES_FREEZE, sb, SB_FREEZE_WRITE), 1);
	CHECK_EQ(fb_owned(FB_RES_FREEZE), 0);
	CHECK_EQ(bx_uring_cancel(NULL, ring, 7), -ENOENT);
	CHECK_EQ(lower_async_complete(sb, 0, &(struct w_async_result){ .irq = true }), 0);
	CHECK_EQ(bx_uring_wait(NULL, ring, 1, &c, 1), 1);
	CHECK_EQ(c.res, sizeof(page));
	CHECK_EQ(fb_held(FB_RES_FREEZE, sb, SB_FREEZE_WRITE), 0);
	box_close(ring);
	box_close(fd);
	unmount();
}

static void freeze_protection_handed_over(void **state)
{
	BOX(protection_body);
}

/* A worker that begins takes all writes to its file that are there; later ones are nobody's yet. */
static void chain_body(void)
{
	long ring = bx_uring_setup(NULL, 8, 0);
	struct w_completion c[3];
	struct super_block *sb;
	struct w_sqe s[3];
	int fd;

	lower_up(NULL);
	sb = lower_super();
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	for (int i = 0; i < 3; i++) {
		s[i] = request(fd, W_URING_WRITE, 10);
		s[i].data = i;
	}
	CHECK_EQ(freeze_super(sb), 0);
	CHECK_EQ(bx_uring_submit(NULL, ring, s, 2), 2);
	for (int i = 0; i < 5; i++)
		fb_yield();
	CHECK_EQ(bx_uring_submit(NULL, ring, s + 2, 1), 1);
	CHECK_EQ(bx_uring_cancel(NULL, ring, 0), -EALREADY);
	CHECK_EQ(bx_uring_cancel(NULL, ring, 1), -EALREADY);
	CHECK_EQ(bx_uring_cancel(NULL, ring, 1), -EALREADY);
	CHECK_EQ(bx_uring_cancel(NULL, ring, 2), 0);
	CHECK_EQ(bx_uring_wait(NULL, ring, 1, c, 3), 1);
	CHECK_EQ(c[0].data, 2);
	CHECK_EQ(c[0].res, -ECANCELED);
	CHECK_EQ(thaw_super(sb), 0);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(bx_uring_wait(NULL, ring, 1, c, 1), 1);
		CHECK_EQ(c[0].data, i);
		CHECK_EQ(c[0].res, i ? -ECANCELED : 10);
	}
	box_close(ring);
	box_close(fd);
	lower_down();
}

static void what_a_worker_has_taken(void **state)
{
	BOX(chain_body);
}

static void buffers_body(void)
{
	long ring = bx_uring_setup(NULL, 8, 0);
	struct iovec iov = { page + 100, 3000 };
	struct w_sqe s;
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	s = request(fd, W_URING_WRITE_FIXED, 10);
	CHECK_EQ(one(ring, &s), -EFAULT);
	CHECK_EQ(bx_uring_register_buffers(NULL, ring, &iov, 1), 0);
	CHECK_EQ(bx_uring_register_buffers(NULL, ring, &iov, 1), -EBUSY);
	CHECK_EQ(one(ring, &s), -EFAULT);
	s.buf = page + 1000;
	CHECK_EQ(one(ring, &s), 10);
	s.len = 2101;
	CHECK_EQ(one(ring, &s), -EFAULT);
	CHECK_EQ(bx_uring_submit(NULL, fd, &s, 1), -EOPNOTSUPP);
	CHECK_EQ(bx_uring_submit(NULL, 99, &s, 1), -EBADF);
	CHECK_EQ(bx_uring_setup(NULL, 0, 0), -EINVAL);
	box_close(ring);
	box_close(fd);
	lower_down();
}

static void registered_buffers(void **state)
{
	BOX(buffers_body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(issued_again),
		cmocka_unit_test(waiting_for_a_pipe),
		cmocka_unit_test(freeze_protection_handed_over),
		cmocka_unit_test(what_a_worker_has_taken),
		cmocka_unit_test(registered_buffers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
