// SPDX-License-Identifier: GPL-2.0
/* Lower files that are real files of the host: sim/lower_host.c, sim/hostio.c. */
#include "async_run.h"
#include "hostio.h"
#include <linux/falloc.h>

static char page[4096] __aligned(4096), back[3 * 4096] __aligned(4096), other[3 * 4096];
static struct request r[4];
static const char *type;
static bool unsupported;

/* The engine under test, if this machine has it. */
static int begin(int flags)
{
	char data[8] = "";

	memset(r, 0, sizeof(r));
	memset(page, 'p', sizeof(page));
	memset(other, 'o', sizeof(other));
	memset(back, 0, sizeof(back));
	CHECK_EQ(box_mkdir("/lower", 0755), 0);
	unsupported = box_mount("none", "/lower", type, 0, data) == -EOPNOTSUPP;
	return unsupported ? -1 : box_open("/lower/f", O_CREAT | O_RDWR | flags, 0644);
}

static void end(int fd)
{
	CHECK_EQ(box_close(fd), 0);
	unmount();
}

static void plain(void)
{
	int fd = begin(0);
	struct kstat st;

	if (unsupported)
		return;
	CHECK_EQ(box_pwrite(fd, other, 5000, 3000), 5000);
	CHECK_EQ(box_pread(fd, back, sizeof(back), 0), 8000);
	for (int i = 0; i < 8000; i++)
		CHECK(back[i] == (i < 3000 ? 0 : 'o'));
	CHECK_EQ(box_ftruncate(fd, 3001), 0);
	CHECK_EQ(box_ftruncate(fd, 3100), 0);
	CHECK_EQ(box_pread(fd, back, 100, 3000), 100);
	CHECK(back[0] == 'o' && !back[1] && !back[99]);
	CHECK_EQ(box_pwrite(fd, page, 4096, 4096), 4096);
	CHECK_EQ(box_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4000, 200), 0);
	CHECK_EQ(box_pread(fd, back, 300, 4000), 300);
	CHECK(!back[0] && !back[199] && back[200] == 'p');
	CHECK_EQ(box_fsync(fd, false), 0);
	CHECK_EQ(box_rename("/lower/f", "/lower/g", 0), 0);
	CHECK_EQ(box_lstat("/lower/g", &st), 0);
	CHECK_EQ(st.size, 8192);
	end(fd);
}

static void queued(void)
{
	int fd = begin(0);

	if (unsupported)
		return;
	r[0].name = "a";
	r[1].name = "b";
	r[2].name = "c";
	submit(&r[0], fd, true, other, 3 * 4096, 0);
	submit(&r[1], fd, true, page, 4096, 4096);
	CHECK_EQ(r[0].ret, -EIOCBQUEUED);
	CHECK_EQ(r[1].ret, -EIOCBQUEUED);
	CHECK(!r[0].done && !r[1].done);
	CHECK_EQ(size_of(fd), 0);
	wait_done(&r[1]);
	CHECK(r[0].done && r[0].in_irq && r[1].in_irq);
	CHECK_EQ(r[0].result, 3 * 4096);
	CHECK_EQ(size_of(fd), 3 * 4096);
	submit(&r[2], fd, false, back, sizeof(back), 100);
	CHECK(!r[2].done);
	wait_done(&r[2]);
	CHECK_EQ(r[2].result, 3 * 4096 - 100);
	CHECK(back[0] == 'o' && back[4096 - 100] == 'p');
	CHECK(!strcmp(shim_log, "abc"));
	end(fd);
}

static void direct(void)
{
	int fd = begin(O_DIRECT);

	if (unsupported)
		return;
	submit(&r[0], fd, true, page, 4096, 512);
	wait_done(&r[0]);
	CHECK_EQ(r[0].result, 4096);
	submit(&r[1], fd, true, page, 100, 0);
	CHECK_EQ(r[1].ret, -EINVAL);
	submit(&r[2], fd, false, back, 4096, 0);
	wait_done(&r[2]);
	CHECK_EQ(r[2].result, 4096);
	CHECK(!back[0] && !back[511] && back[512] == 'p' && back[4095] == 'p');
	end(fd);
}

static void told_to_fail(void)
{
	int fd = begin(0);

	if (unsupported)
		return;
	CHECK_EQ(box_pwrite(fd, other, 4096, 0), 4096);
	CHECK_EQ(lower_inject(lower_super(), W_LOWER_WRITE, 0, 1, EIO, 0), 0);
	submit(&r[0], fd, true, page, 4096, 0);
	wait_done(&r[0]);
	CHECK_EQ(r[0].result, -EIO);
	CHECK_EQ(lower_inject(lower_super(), W_LOWER_WRITE, 0, 1, 0, 10), 0);
	submit(&r[1], fd, true, page, 4096, 0);
	wait_done(&r[1]);
	CHECK_EQ(r[1].result, 10);
	CHECK_EQ(box_pread(fd, back, 20, 0), 20);
	CHECK(back[9] == 'p' && back[10] == 'o');
	end(fd);
}

static void sync_is_plain(void **state)
{
	type = "host";
	BOX(plain);
	assert_false(unsupported);
}

static void engine(const char *name, enum hostio_engine engine)
{
	type = name;
	BOX(plain);
	assert_true(unsupported || hostio_offers(engine));
	if (unsupported) {
		print_message("the host does not let us use %s\n", name);
		skip();
	}
	BOX(queued);
	BOX(direct);
	BOX(told_to_fail);
}

static void libaio(void **state)
{
	engine("host-libaio", HOSTIO_LIBAIO);
}

static void uring(void **state)
{
	engine("host-uring", HOSTIO_URING);
}

static void orders(void **state)
{
	bool reversed = false;

	type = "host-libaio";
	for (uint64_t seed = 1; seed <= 20 && !reversed; seed++) {
		struct fb_run_opts opts = { .name = "test",
					    .policy = FB_POLICY_RANDOM,
					    .seed = seed };

		box_run(&opts, queued);
		assert_int_equal(fb_nr_findings(), 0);
		reversed = !strncmp(shim_log, "ba", 2);
	}
	assert_true(reversed || unsupported);
}

static void stopped(void)
{
	int fd = begin(0);

	submit(&r[0], fd, true, page, 4096, 0);
	unmodelled("test");
}

/* The next run does not stumble over what a stopped one left in the host. */
static void run_that_was_stopped(void **state)
{
	if (!hostio_offers(HOSTIO_URING) || !hostio_offers(HOSTIO_LIBAIO))
		skip();
	type = "host-uring";
	BOX_BAD(stopped);
	BOX(queued);
	type = "host-libaio";
	BOX_BAD(stopped);
	BOX(queued);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sync_is_plain),
		cmocka_unit_test(libaio),
		cmocka_unit_test(uring),
		cmocka_unit_test(orders),
		cmocka_unit_test(run_that_was_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
