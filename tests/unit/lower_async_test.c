// SPDX-License-Identifier: GPL-2.0
/* Requests that complete when they are told to: sim/lower_async.c. */
#include "async_run.h"
#include "syscalls_async.h"

static char page[4096], back[4096], other[4096];
static struct super_block *sb;
static struct request r[4];

static int begin(const struct w_async_mode *mode)
{
	int fd;

	memset(r, 0, sizeof(r));
	memset(page, 'p', sizeof(page));
	memset(other, 'o', sizeof(other));
	memset(back, 0, sizeof(back));
	mount_type("async", NULL);
	sb = lower_super();
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_write(fd, other, sizeof(other)), sizeof(other));
	CHECK_EQ(lower_async_mode(sb, mode), 0);
	return fd;
}

static void end(int fd)
{
	CHECK_EQ(lower_async_pending(sb), 0);
	CHECK_EQ(box_close(fd), 0);
	unmount();
}

static void now(bool irq)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_NOW, .result.irq = irq });

	submit(&r[0], fd, true, page, 4096, 4096);
	CHECK_EQ(r[0].ret, -EIOCBQUEUED);
	CHECK(r[0].done);
	CHECK_EQ(r[0].in_irq, irq);
	CHECK_EQ(r[0].result, 4096);
	CHECK_EQ(r[0].iocb.ki_pos, 8192);
	CHECK_EQ(size_of(fd), 8192);
	submit(&r[1], fd, false, back, 4096, 4096);
	CHECK_EQ(r[1].ret, -EIOCBQUEUED);
	CHECK_EQ(r[1].result, 4096);
	CHECK(!memcmp(back, page, 4096));
	/* As ext4 does: nothing is queued for a read behind the end. */
	submit(&r[2], fd, false, back, 4096, 8192);
	CHECK_EQ(r[2].ret, 0);
	end(fd);
}

static void now_task(void)
{
	now(false);
}

static void now_irq(void)
{
	now(true);
}

static void before_return(void **state)
{
	BOX(now_task);
	BOX(now_irq);
}

static void later(bool irq)
{
	int fd = begin(&(struct w_async_mode){ .result.irq = irq });
	struct kstat before, after;

	CHECK_EQ(box_fstat(fd, &before), 0);
	fb_time_advance(20000000);
	submit(&r[0], fd, true, page, 4096, 0);
	CHECK_EQ(r[0].ret, -EIOCBQUEUED);
	CHECK(!r[0].done);
	CHECK_EQ(lower_async_pending(sb), 1);
	CHECK_EQ(box_pread(fd, back, 10, 0), 10);
	CHECK(!memcmp(back, other, 10));
	CHECK_EQ(box_fstat(fd, &after), 0);
	CHECK(timespec64_equal(&before.mtime, &after.mtime));
	wait_done(&r[0]);
	CHECK_EQ(r[0].in_irq, irq);
	CHECK_EQ(r[0].result, 4096);
	CHECK_EQ(box_fstat(fd, &after), 0);
	CHECK(timespec64_compare(&before.mtime, &after.mtime) < 0);
	CHECK_EQ(box_pread(fd, back, 10, 0), 10);
	CHECK(!memcmp(back, page, 10));
	end(fd);
}

static void later_task(void)
{
	later(false);
}

static void later_irq(void)
{
	later(true);
}

static void after_return(void **state)
{
	BOX(later_task);
	BOX(later_irq);
}

static void held(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD });
	static const struct w_async_result in_irq = { .irq = true };

	for (int i = 0; i < 4; i++) {
		static const char *const names[] = { "a", "b", "c", "d" };

		r[i].name = names[i];
		submit(&r[i], fd, true, page, 4096, 4096 * (4 - i));
	}
	CHECK_EQ(lower_async_pending(sb), 4);
	CHECK_EQ(lower_async_complete(sb, 1, NULL), 0);
	CHECK_EQ(size_of(fd), 4096 * 4);
	CHECK(r[1].done && !r[1].in_irq);
	CHECK_EQ(lower_async_complete(sb, -1, &in_irq), 0);
	CHECK(r[3].in_irq);
	CHECK_EQ(lower_async_complete(sb, 2, NULL), -ENOENT);
	CHECK_EQ(lower_async_complete(sb, -3, NULL), -ENOENT);
	CHECK_EQ(lower_async_complete(sb, 0, NULL), 0);
	CHECK_EQ(size_of(fd), 4096 * 5);
	CHECK_EQ(lower_async_complete(sb, 0, NULL), 0);
	CHECK(!strcmp(shim_log, "bdac"));
	CHECK_EQ(size_of(fd), 4096 * 5);
	end(fd);
}

static void told_when(void **state)
{
	BOX(held);
}

static enum w_async_order order;

static void ordered(void)
{
	int fd = begin(&(struct w_async_mode){ .order = order });
	static const char *const names[] = { "a", "b", "c" };

	for (int i = 0; i < 3; i++) {
		r[i].name = names[i];
		submit(&r[i], fd, true, page, 4096, 0);
	}
	for (int i = 0; i < 3; i++)
		wait_done(&r[i]);
	end(fd);
}

static void in_any_order(void **state)
{
	unsigned int seen = 0;

	order = W_ASYNC_FIFO;
	BOX(ordered);
	assert_string_equal(shim_log, "abc");
	order = W_ASYNC_LIFO;
	BOX(ordered);
	assert_string_equal(shim_log, "cba");
	order = W_ASYNC_CHOSEN;
	BOX(ordered);
	assert_string_equal(shim_log, "abc");
	for (uint64_t seed = 1; seed <= 2000 && __builtin_popcount(seen) < 6; seed++) {
		struct fb_run_opts opts = { .name = "test",
					    .policy = FB_POLICY_RANDOM,
					    .seed = seed };

		checked(box_run(&opts, ordered));
		seen |= 1u << ((shim_log[0] - 'a') * 3 + (shim_log[1] - 'a'));
	}
	assert_int_equal(__builtin_popcount(seen), 6);
}

static void results(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_NOW, .result.limit = 100 });

	submit(&r[0], fd, true, page, 1000, 4000);
	CHECK_EQ(r[0].result, 100);
	CHECK_EQ(size_of(fd), 4100);
	submit(&r[1], fd, false, back, 1000, 4050);
	CHECK_EQ(r[1].result, 50);
	CHECK(!memcmp(back, page, 50) && !back[50]);
	CHECK_EQ(lower_async_mode(sb, &(struct w_async_mode){ .when = W_ASYNC_NOW,
							      .result.error = EIO }),
		 0);
	memset(r, 0, sizeof(r));
	submit(&r[0], fd, true, page, 1000, 4000);
	CHECK_EQ(r[0].ret, -EIOCBQUEUED);
	CHECK_EQ(r[0].result, -EIO);
	CHECK_EQ(r[0].iocb.ki_pos, 4000);
	CHECK_EQ(size_of(fd), 4100);
	/* What lower_inject() asks for comes with the completion, too. */
	CHECK_EQ(lower_async_mode(sb, &(struct w_async_mode){ .when = W_ASYNC_NOW }), 0);
	CHECK_EQ(lower_inject(sb, W_LOWER_READ, 0, 1, EBADMSG, 0), 0);
	submit(&r[1], fd, false, back, 10, 0);
	CHECK_EQ(r[1].ret, -EIOCBQUEUED);
	CHECK_EQ(r[1].result, -EBADMSG);
	CHECK_EQ(lower_async_mode(sb, &(struct w_async_mode){ .when = W_ASYNC_WHENS }), -EINVAL);
	end(fd);
}

static void short_and_errors(void **state)
{
	BOX(results);
}

static long write_result;

static void sync_writer(void *arg)
{
	write_result = box_pwrite(*(int *)arg, page, 4096, 0);
}

static void sync_held(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD, .hold_sync = true });
	struct box_process *p = box_spawn("writer", BOX_FILES_COPY, sync_writer, &fd);

	while (!box_sleeps(p))
		fb_yield();
	CHECK_EQ(lower_async_pending(sb), 1);
	CHECK_EQ(lower_async_complete(sb, 0, &(struct w_async_result){ .limit = 512, .irq = true }),
		 0);
	box_reap(p);
	CHECK_EQ(write_result, 512);
	CHECK_EQ(lower_async_mode(sb, &(struct w_async_mode){ .when = W_ASYNC_LATER,
							      .hold_sync = true }),
		 0);
	CHECK_EQ(box_pread(fd, back, 1000, 0), 1000);
	CHECK(!memcmp(back, page, 512) && !memcmp(back + 512, other, 488));
	end(fd);
}

static void synchronous_callers(void **state)
{
	BOX(sync_held);
}

static void truncater(void *arg)
{
	write_result = box_ftruncate(*(int *)arg, 100);
}

static void appender(void *arg)
{
	submit_flags(&r[1], *(int *)arg, true, page, 10, 0, IOCB_APPEND);
}

static void waits(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD });
	struct box_process *p;

	/* Truncation waits for what is under way. */
	submit(&r[0], fd, true, page, 4096, 0);
	p = box_spawn("truncate", BOX_FILES_COPY, truncater, &fd);
	while (!box_sleeps(p))
		fb_yield();
	CHECK(!p->done);
	CHECK_EQ(lower_async_complete(sb, 0, &(struct w_async_result){ .irq = true }), 0);
	CHECK_EQ(r[0].result, 4096);
	box_reap(p);
	CHECK_EQ(size_of(fd), 100);
	/* So does an appending write, which is queued then; unless it must not wait. */
	memset(r, 0, sizeof(r));
	submit(&r[0], fd, true, page, 100, 100);
	submit_flags(&r[2], fd, true, page, 10, 0, IOCB_APPEND | IOCB_NOWAIT);
	CHECK_EQ(r[2].ret, -EAGAIN);
	p = box_spawn("append", BOX_FILES_COPY, appender, &fd);
	while (!box_sleeps(p))
		fb_yield();
	CHECK_EQ(lower_async_pending(sb), 1);
	CHECK_EQ(lower_async_complete(sb, 0, NULL), 0);
	box_reap(p);
	CHECK_EQ(lower_async_complete(sb, 0, NULL), 0);
	CHECK_EQ(r[1].result, 10);
	CHECK_EQ(r[1].iocb.ki_pos, 210);
	CHECK_EQ(size_of(fd), 210);
	end(fd);
}

static void what_waits_for_requests(void **state)
{
	BOX(waits);
}

static void nowait(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_NOW, .nowait_again = true });

	submit_flags(&r[0], fd, false, back, 10, 0, IOCB_NOWAIT);
	CHECK_EQ(r[0].ret, -EAGAIN);
	submit(&r[1], fd, false, back, 10, 0);
	CHECK_EQ(r[1].result, 10);
	CHECK_EQ(lower_async_mode(sb, &(struct w_async_mode){ .when = W_ASYNC_NOW }), 0);
	submit_flags(&r[2], fd, true, page, 10, 0, IOCB_NOWAIT);
	CHECK_EQ(r[2].result, 10);
	end(fd);
}

static void without_waiting(void **state)
{
	BOX(nowait);
}

static void dsync(void)
{
	struct w_lower_event ev[8];
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD });

	submit_flags(&r[0], fd, true, page, 10, 0, IOCB_DSYNC);
	lower_log_take(sb, ev, 8);
	CHECK_EQ(lower_async_complete(sb, 0, &(struct w_async_result){ .irq = true }), 0);
	wait_done(&r[0]);
	CHECK(!r[0].in_irq);
	CHECK_EQ(r[0].result, 10);
	CHECK_EQ(lower_log_take(sb, ev, 8), 2);
	CHECK_EQ(ev[0].op, W_LOWER_DONE);
	CHECK_EQ(ev[0].result, 10);
	CHECK_EQ(ev[1].op, W_LOWER_FSYNC);
	end(fd);
}

static void synced_writes(void **state)
{
	BOX(dsync);
}

static void in_place_writer(void *arg)
{
	CHECK_EQ(box_pwrite(*(int *)arg, page, 512, 0), 512);
}

static void append_writer(void *arg)
{
	struct iovec iov = { page, 512 };

	CHECK_EQ(box_pwritev2(*(int *)arg, &iov, 1, 0, RWF_APPEND), 512);
}

static void overlap(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD, .hold_sync = true });
	struct box_process *p[3];

	lower_async_mode(sb, &(struct w_async_mode){ .when = W_ASYNC_SYNC });
	/* no privileges to strip: known from now on */
	CHECK_EQ(box_pwrite(fd, page, 1, 0), 1);
	lower_async_mode(sb, &(struct w_async_mode){ .when = W_ASYNC_HELD, .hold_sync = true });
	p[0] = box_spawn("one", BOX_FILES_COPY, in_place_writer, &fd);
	p[1] = box_spawn("two", BOX_FILES_COPY, in_place_writer, &fd);
	while (!box_sleeps(p[0]) || !box_sleeps(p[1]))
		fb_yield();
	CHECK_EQ(lower_async_pending(sb), 2);
	p[2] = box_spawn("three", BOX_FILES_COPY, append_writer, &fd);
	while (!box_sleeps(p[2]))
		fb_yield();
	CHECK_EQ(lower_async_pending(sb), 2);
	for (int i = 0; i < 3; i++) {
		while (!lower_async_pending(sb))
			fb_yield();
		CHECK_EQ(lower_async_complete(sb, 0, NULL), 0);
	}
	for (int i = 0; i < 3; i++)
		box_reap(p[i]);
	CHECK_EQ(size_of(fd), 4096 + 512);
	end(fd);
}

static void writers_in_place_overlap(void **state)
{
	BOX(overlap);
}

static void cancelled(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD, .cancellable = true });
	struct w_aio aio[2] = {
		{ .fd = fd, .op = W_AIO_WRITE, .buf = page, .len = 4096, .data = 1 },
		{ .fd = fd, .op = W_AIO_READ, .buf = back, .len = 4096, .data = 2 },
	};
	struct w_completion done[2] = {};
	long ctx = bx_aio_setup(NULL, 4);

	CHECK_EQ(bx_aio_submit(NULL, ctx, aio, 2), 2);
	CHECK_EQ(lower_async_pending(sb), 2);
	CHECK_EQ(bx_aio_cancel(NULL, ctx, &aio[0]), -EINPROGRESS);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 1, done, 2), 1);
	CHECK_EQ(done[0].data, 1);
	CHECK_EQ(done[0].res, -ECANCELED);
	CHECK_EQ(lower_async_complete(sb, 0, &(struct w_async_result){ .irq = true }), 0);
	CHECK_EQ(bx_aio_getevents(NULL, ctx, 1, done, 2), 1);
	CHECK_EQ(done[0].res, 4096);
	CHECK(!memcmp(back, other, 4096));
	CHECK_EQ(bx_aio_destroy(NULL, ctx), 0);
	end(fd);
}

static void cancellation(void **state)
{
	BOX(cancelled);
}

static struct request *dropped;

static void drop_done(struct kiocb *iocb, long result)
{
	fput(dropped->file);
	kfree(dropped);
}

static void touched(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_NOW });
	struct iovec iov = { back, 10 };
	struct iov_iter iter;

	box_syscall_enter();
	dropped = kzalloc(sizeof(*dropped), GFP_KERNEL);
	dropped->file = fget(fd);
	dropped->iocb.ki_filp = dropped->file;
	dropped->iocb.ki_complete = drop_done;
	iov_iter_init(&iter, ITER_DEST, &iov, 1, 10);
	call_read_iter(dropped->file, &dropped->iocb, &iter);
}

static void kiocb_is_touched_after_completion(void **state)
{
	const struct fb_finding *f;

	BOX_BAD(touched);
	f = finding_of(FB_USE_AFTER_FREE);
	assert_true(fb_stack_has(f->here, "async_read_iter"));
	assert_true(fb_stack_has(f->other, "drop_done"));
}

static void unprotected(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD });

	submit(&r[0], fd, true, page, 10, 0);
	r[0].write = false;
	__sb_writers_acquired(sb, SB_FREEZE_WRITE);
	file_end_write(r[0].file);
	lower_async_complete(sb, 0, NULL);
	end(fd);
}

static void freeze_protection_until_completion(void **state)
{
	BOX_BAD(unprotected);
	assert_non_null(strstr(finding_of(FB_CONTRACT)->text, "without freeze protection"));
}

static bool is_frozen;

static void freezer(void *arg)
{
	CHECK_EQ(box_freeze("/lower"), 0);
	is_frozen = true;
	CHECK_EQ(box_thaw("/lower"), 0);
}

static void frozen(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD });
	struct box_process *p;

	is_frozen = false;
	for (int i = 0; i < 3; i++)
		submit(&r[i], fd, true, page, 512, 512 * i);
	p = box_spawn("freezer", BOX_FILES_EMPTY, freezer, NULL);
	for (int i = 0; i < 3; i++) {
		while (!box_sleeps(p))
			fb_yield();
		CHECK(!is_frozen);
		CHECK_EQ(lower_async_complete(sb, -1, &(struct w_async_result){ .irq = true }), 0);
	}
	box_reap(p);
	CHECK(is_frozen);
	end(fd);
}

static void freeze_waits_for_requests(void **state)
{
	BOX(frozen);
}

static void kernel_memory(void)
{
	int fd = begin(&(struct w_async_mode){ .when = W_ASYNC_HELD });
	struct page *pg = alloc_page(GFP_KERNEL);
	struct kvec kvec = { page_address(pg) + 100, 50 };
	struct bio_vec bvec = { pg, 50, 100 };
	struct iov_iter iter;

	box_syscall_enter();
	for (int i = 0; i < 2; i++) {
		r[i].file = fget(fd);
		r[i].iocb = (struct kiocb){ .ki_filp = r[i].file, .ki_complete = request_done };
		if (i)
			iov_iter_kvec(&iter, ITER_DEST, &kvec, 1, 50);
		else
			iov_iter_bvec(&iter, ITER_DEST, &bvec, 1, 50);
		memset(page_address(pg), 0, PAGE_SIZE);
		CHECK_EQ(call_read_iter(r[i].file, &r[i].iocb, &iter), -EIOCBQUEUED);
		CHECK_EQ(lower_async_complete(sb, 0, &(struct w_async_result){ .irq = true }), 0);
		CHECK_EQ(r[i].result, 50);
		CHECK(!memcmp(page_address(pg) + 100, other, 50));
		CHECK(!*((char *)page_address(pg) + 150));
	}
	__free_page(pg);
	box_syscall_exit("kernel", 0);
	end(fd);
}

static void vectors_of_the_kernel(void **state)
{
	BOX(kernel_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_return),
		cmocka_unit_test(after_return),
		cmocka_unit_test(told_when),
		cmocka_unit_test(in_any_order),
		cmocka_unit_test(short_and_errors),
		cmocka_unit_test(synchronous_callers),
		cmocka_unit_test(what_waits_for_requests),
		cmocka_unit_test(without_waiting),
		cmocka_unit_test(synced_writes),
		cmocka_unit_test(writers_in_place_overlap),
		cmocka_unit_test(kiocb_is_touched_after_completion),
		cmocka_unit_test(freeze_protection_until_completion),
		cmocka_unit_test(freeze_waits_for_requests),
		cmocka_unit_test(vectors_of_the_kernel),
		cmocka_unit_test(cancellation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
