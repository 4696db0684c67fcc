// SPDX-License-Identifier: GPL-2.0
/* io_submit(2) against the kernel's rules: vfs_shim/fs/aio.c. */
#include "async_run.h"
#include "syscalls_async.h"

static char page[4096] __attribute__((aligned(4096)));

static struct w_aio request(int fd, enum w_aio_op op, size_t len)
{
	return (struct w_aio){
		.fd = fd, .op = op, .buf = op == W_AIO_FSYNC ? NULL : page, .len = len, .data = 7
	};
}

static int file_in(const struct w_async_mode *mode)
{
	int fd;

	mount_type("async", NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_pwrite(fd, page, sizeof(page), 0), sizeof(page));
	CHECK_EQ(lower_async_mode(lower_super(), mode), 0);
	return fd;
}

static void let_go(int fd)
{
	box_close(fd);
	unmount();
}

static unsigned int protections(void)
{
	return fb_held(FB_RES_FREEZE, lower_super(), SB_FREEZE_WRITE);
}

/* A request keeps its slot until its event was read; more than the ring holds are refused. */
static void slots_body(void)
{
	int fd = file_in(&(struct w_async_mode){ .when = W_ASYNC_SYNC }), n = 0;
	long ctx = bx_aio_setup(NULL, 1);
	struct w_aio a = request(fd, W_AIO_READ, 1);
	struct w_completion c[32];
	long ret;

	CHECK(ctx > 0);
	while ((ret = bx_aio_submit(NULL, ctx, &a, 1)) == 1 && n < 1000)
		n++;
	CHECK_EQ(ret, -EAGAIN);
	CHECK(n >= 1 && n < 1000);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 1, c, 1), 1);
	CHECK_EQ(c[0].data, 7);
	CHECK_EQ(c[0].res, 1);
	CHECK_EQ(bx_aio_submit(NULL, ctx, &a, 1), 1);
	CHECK_EQ(bx_aio_submit(NULL, ctx, &a, 1), -EAGAIN);
	CHECK_EQ(bx_aio_destroy(NULL, ctx), 0);
	CHECK_EQ(bx_aio_destroy(NULL, ctx), -EINVAL);
	CHECK_EQ(bx_aio_setup(NULL, 0), -EINVAL);
	CHECK_EQ(bx_aio_setup(NULL, 0x10001), -EAGAIN);
	let_go(fd);
}

static void slots_of_the_ring(void **state)
{
	BOX(slots_body);
}

/* From the submission to the completion, and no task's in between; reads need none. */
static void protection_body(void)
{
	int fd = file_in(&(struct w_async_mode){ .when = W_ASYNC_HELD });
	long ctx = bx_aio_setup(NULL, 8);
	struct w_aio r = request(fd, W_AIO_READ, 100), w = request(fd, W_AIO_WRITE, 100);
	struct w_completion c;

	CHECK_EQ(bx_aio_submit(NULL, ctx, &r, 1), 1);
	CHECK_EQ(protections(), 0);
	CHECK_EQ(bx_aio_submit(NULL, ctx, &w, 1), 1);
	CHECK_EQ(protections(), 1);
	CHECK_EQ(fb_owned(FB_RES_FREEZE), 0);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 0, &c, 1), 0);
	for (int left = 2; left; left--)
		CHECK_EQ(lower_async_complete(lower_super(), -1,
					      &(struct w_async_result){ .irq = true }),
			 0);
	CHECK_EQ(protections(), 0);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 1, &c, 1), 1);
	CHECK_EQ(c.res, 100);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 1, &c, 1), 1);
	CHECK_EQ(bx_aio_destroy(NULL, ctx), 0);
	let_go(fd);
}

static void freeze_protection_handed_over(void **state)
{
	BOX(protection_body);
}

static void cancel_body(void)
{
	int fd = file_in(&(struct w_async_mode){ .when = W_ASYNC_HELD, .cancellable = true });
	long ctx = bx_aio_setup(NULL, 8);
	struct w_aio a = request(fd, W_AIO_WRITE, 100), b = a;
	struct w_completion c;

	CHECK_EQ(bx_aio_submit(NULL, ctx, &a, 1), 1);
	CHECK_EQ(bx_aio_cancel(NULL, ctx, &b), -EINVAL);
	CHECK_EQ(bx_aio_cancel(NULL, ctx, &a), -EINPROGRESS);
	CHECK_EQ(bx_aio_cancel(NULL, ctx, &a), -EINVAL);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 1, &c, 1), 1);
	CHECK_EQ(c.res, -ECANCELED);
	/* The end of a context cancels what it can. */
	CHECK_EQ(bx_aio_submit(NULL, ctx, &b, 1), 1);
	CHECK_EQ(bx_aio_destroy(NULL, ctx), 0);
	CHECK_EQ(protections(), 0);
	let_go(fd);
}

static void cancellation(void **state)
{
	BOX(cancel_body);
}

/* Completed before ->write_iter() returns, in irq context; and an fsync, by a worker. */
static void early_body(void)
{
	int fd = file_in(&(struct w_async_mode){ .when = W_ASYNC_NOW, .result = { .irq = true } });
	long ctx = bx_aio_setup(NULL, 8);
	struct w_aio w = request(fd, W_AIO_WRITE, 100), s = request(fd, W_AIO_FSYNC, 0);
	struct w_completion c;

	CHECK_EQ(bx_aio_submit(NULL, ctx, &w, 1), 1);
	CHECK_EQ(protections(), 0);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 0, &c, 1), 1);
	CHECK_EQ(c.res, 100);
	CHECK_EQ(bx_aio_submit(NULL, ctx, &s, 1), 1);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 1, &c, 1), 1);
	CHECK_EQ(c.res, 0);
	s.len = 1;
	CHECK_EQ(bx_aio_submit(NULL, ctx, &s, 1), -EINVAL);
	/* Left to the end of the process. */
	let_go(fd);
}

static void early_completion(void **state)
{
	BOX(early_body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_of_the_ring),
		cmocka_unit_test(freeze_protection_handed_over),
		cmocka_unit_test(cancellation),
		cmocka_unit_test(early_completion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
