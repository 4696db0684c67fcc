// SPDX-License-Identifier: GPL-2.0
/*
 * Opens that go through the page cache, alone and beside passthrough and direct opens of the same
 * file: whoever reads sees what was last written, by whatever way.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PAGE	4096

static void cached_read(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	unsigned int mark;
	struct fixture fx;
	char buf[64];
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5 * PAGE + 100, O_RDONLY));
	EXPECT(sc, fx_reads(&fx, fd, 0, 5 * PAGE + 100, 1), "wrong content read");
	mark = srv_mark(fx.srv);
	EXPECT(sc, fx_reads(&fx, fd, PAGE - 3, 2 * PAGE, 1), "wrong content read again");
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 64, 5 * PAGE + 90), 10);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 64, 5 * PAGE + 100), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_READ), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* Sequential reads fetch ahead: the server sees far fewer requests than the reader makes. */
static void cached_read_ahead(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	struct fixture fx;
	bool good = true;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 64 * PAGE, O_RDONLY));
	for (int i = 0; i < 64; i++)
		good &= fx_reads(&fx, fd, (long long)i * PAGE, PAGE, 1);
	EXPECT(sc, good, "wrong content read");
	EXPECT(sc, srv_count(fx.srv, 0, FUSE_READ) < 16, "%u requests",
	       srv_count(fx.srv, 0, FUSE_READ));
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void cached_write(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	struct fixture fx;
	struct w_stat st;
	unsigned int mark;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 3 * PAGE, O_RDWR));
	EXPECT(sc, fx_writes(&fx, fd, 100, 2 * PAGE, 2), "write failed");
	/* Write-through: the server has it already. */
	EXPECT(sc, fx_reads_below(&fx, "f", 100, 2 * PAGE, 2), "wrong content below");
	EXPECT(sc, fx_reads(&fx, fd, 100, 2 * PAGE, 2), "wrong content read");
	EXPECT(sc, fx_reads(&fx, fd, 0, 100, 1), "wrong content before");
	/* Whole pages that were written need not be read. */
	EXPECT(sc, fx_writes(&fx, fd, 4 * PAGE, PAGE, 3), "extending write failed");
	mark = srv_mark(fx.srv);
	EXPECT(sc, fx_reads(&fx, fd, 4 * PAGE, PAGE, 3), "wrong content at the end");
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_READ), 0);
	EXPECT(sc, fx_reads(&fx, fd, 3 * PAGE, PAGE, 0), "no zeroes in the hole");
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 5 * PAGE);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void cached_append(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	struct fixture fx;
	char buf[8];
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR | O_APPEND));
	EXPECT_EQ(sc, w_write(fx.w, fd, "tail", 4), 4);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 8, 100), 4);
	EXPECT(sc, !memcmp(buf, "tail", 4), "wrong content read");
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_END), 104);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void cached_truncate(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	struct fixture fx;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 3 * PAGE, O_RDWR));
	EXPECT(sc, fx_reads(&fx, fd, 0, 3 * PAGE, 1), "wrong content read");
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, PAGE + 10), 0);
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 2 * PAGE), 0);
	EXPECT(sc, fx_reads(&fx, fd, 0, PAGE + 10, 1), "wrong content before the cut");
	EXPECT(sc, fx_reads(&fx, fd, PAGE + 10, PAGE - 10, 0), "what was cut off came back");
	EXPECT_EQ(sc, w_fallocate(fx.w, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, PAGE),
		  0);
	EXPECT(sc, fx_reads(&fx, fd, 100, PAGE, 0), "no hole");
	EXPECT(sc, fx_reads(&fx, fd, 0, 100, 1), "wrong content before the hole");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void cached_errors(struct sc *sc)
{
	static const struct srv_rule read_rule = { .opcode = FUSE_READ, .count = 2,
						   .action = SRV_FAIL, .error = EIO };
	static const struct srv_rule write_rule = { .opcode = FUSE_WRITE, .count = 1,
						    .action = SRV_FAIL, .error = ENOSPC };
	struct fx_way way = { SRV_CACHED };
	struct fixture fx;
	char buf[10] = "new";
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	srv_set_rule(fx.srv, &read_rule);
	srv_set_rule(fx.srv, &write_rule);
	/* Read ahead, then once more by itself. */
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 0), -EIO);
	EXPECT(sc, fx_reads(&fx, fd, 0, 100, 1), "wrong content after an error");
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "new", 3, 10), -ENOSPC);
	EXPECT(sc, fx_reads(&fx, fd, 0, 100, 1), "a failed write shows");
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "new", 3, 10), 3);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 3, 10), 3);
	EXPECT(sc, !memcmp(buf, "new", 3), "wrong content read");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* An open empties the cache, unless the server says that it may be kept. */
static void cached_keep(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	struct fixture fx;
	unsigned int mark;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDWR));
	EXPECT(sc, fx_reads(&fx, fd, 0, PAGE, 1), "wrong content read");
	w_close(fx.w, fd);
	/* Behind the kernel's back. */
	EXPECT_EQ(sc, sc_make_file(sc, fx_low(&fx, "g"), PAGE, 2, 0644), 0);
	mark = srv_mark(fx.srv);
	NEED_FD(sc, fd, fx_open_as(&fx, &way, SRV_KEEP_CACHE, "f", O_RDWR));
	EXPECT(sc, fx_reads(&fx, fd, 0, PAGE, 1), "wrong content kept");
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_READ), 0);
	w_close(fx.w, fd);
	NEED_FD(sc, fd, fx_open_as(&fx, &way, SRV_CACHED, "f", O_RDWR));
	EXPECT(sc, fx_reads(&fx, fd, 0, PAGE, 1), "wrong content read anew");
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_READ) > 0, 1);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* One inode, two ways at once: each sees at once what the other wrote. */
static void both_ways(struct sc *sc, enum srv_backing one, enum srv_backing other)
{
	struct fx_way way = { one };
	long a = -1, b = -1;
	struct fixture fx;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "f", 4 * PAGE, O_RDWR));
	b = fx_open_as(&fx, &way, other, "f", O_RDWR);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, b < 0 ? b : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_MIXED_OPENS) || b < 0)
		goto out;
	EXPECT(sc, fx_reads(&fx, a, 0, 4 * PAGE, 1), "first: wrong content");
	EXPECT(sc, fx_reads(&fx, b, 0, 4 * PAGE, 1), "second: wrong content");
	EXPECT(sc, fx_writes(&fx, a, 100, PAGE, 2), "first cannot write");
	EXPECT(sc, fx_reads(&fx, b, 100, PAGE, 2), "second does not see the first's write");
	EXPECT(sc, fx_writes(&fx, b, 200, PAGE, 3), "second cannot write");
	EXPECT(sc, fx_reads(&fx, a, 200, PAGE, 3), "first does not see the second's write");
	EXPECT(sc, fx_reads(&fx, a, 100, 100, 2), "first: wrong content before it");
	EXPECT(sc, fx_writes(&fx, a, 4 * PAGE, 50, 4), "first cannot extend");
	EXPECT(sc, fx_reads(&fx, b, 4 * PAGE, 50, 4), "second does not see the extension");
	EXPECT(sc, fx_writes(&fx, b, 4 * PAGE + 50, 50, 4), "second cannot extend");
	EXPECT(sc, fx_reads(&fx, a, 4 * PAGE, 100, 4), "first does not see the extension");
	EXPECT_EQ(sc, w_ftruncate(fx.w, a, PAGE + 10), 0);
	EXPECT_EQ(sc, w_ftruncate(fx.w, b, 2 * PAGE), 0);
	EXPECT(sc, fx_reads(&fx, b, PAGE + 10, PAGE - 10, 0), "second: what was cut off is there");
	EXPECT(sc, fx_reads(&fx, a, PAGE + 10, PAGE - 10, 0), "first: what was cut off is there");
	fx_same_attr(&fx, a, "f", false);
out:
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

static void mixed_cached_passthrough(struct sc *sc)
{
	both_ways(sc, SRV_CACHED, SRV_RDWR);
}

static void mixed_passthrough_cached(struct sc *sc)
{
	both_ways(sc, SRV_RDWR, SRV_CACHED);
}

static void mixed_passthrough_kept(struct sc *sc)
{
	both_ways(sc, SRV_RDWR, SRV_KEEP_CACHE);
}

/* These two may live together everywhere. */
static void mixed_cached_direct(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	long a = -1, b = -1;
	struct fixture fx;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "f", 2 * PAGE, O_RDWR));
	NEED_FD(sc, b, fx_open_as(&fx, &way, SRV_PLAIN, "f", O_RDWR));
	EXPECT(sc, fx_reads(&fx, a, 0, 2 * PAGE, 1), "wrong content read");
	EXPECT(sc, fx_writes(&fx, b, 100, PAGE, 2), "cannot write directly");
	EXPECT(sc, fx_reads(&fx, b, 100, PAGE, 2), "wrong content read directly");
	EXPECT(sc, fx_writes(&fx, a, 0, PAGE, 3), "cannot write");
	EXPECT(sc, fx_reads(&fx, b, 0, PAGE, 3), "direct reader does not see the write");
out:
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

/* An appending passthrough write drops what is cached at the end, not at position 0. */
static void mixed_append(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	long a = -1, b = -1;
	struct fixture fx;
	char buf[16];

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "f", 2 * PAGE + 100, O_RDWR));
	b = fx_open_as(&fx, &way, SRV_RDWR, "f", O_RDWR | O_APPEND);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, b < 0 ? b : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_MIXED_OPENS) || b < 0)
		goto out;
	EXPECT(sc, fx_reads(&fx, a, 0, 2 * PAGE + 100, 1), "wrong content read");
	EXPECT_EQ(sc, w_write(fx.w, b, "tail", 4), 4);
	EXPECT_EQ(sc, w_pread(fx.w, a, buf, 16, 2 * PAGE + 100), 4);
	EXPECT(sc, !memcmp(buf, "tail", 4), "cached reader does not see what was appended");
	EXPECT_EQ(sc, w_write(fx.w, b, "more", 4), 4);
	EXPECT_EQ(sc, w_pread(fx.w, a, buf, 16, 2 * PAGE + 100), 8);
	EXPECT(sc, !memcmp(buf, "tailmore", 8),
	       "cached reader does not see what was appended next");
out:
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

/*
 * The cached reader waits for its server while passthrough writes: no deadlock, and no stale page
 * afterwards.
 */
static void mixed_race(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_READ, .count = 1, .action = SRV_HOLD };
	struct fx_way way = { SRV_CACHED };
	char in[PAGE], out[PAGE];
	struct fx_job reader = { .fn = job_pread, .buf = in, .len = PAGE };
	struct fx_job writer = { .fn = job_pwrite, .buf = out, .len = PAGE };
	long a = -1, b = -1;
	struct fixture fx;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "f", PAGE, O_RDWR));
	b = fx_open_as(&fx, &way, SRV_RDWR, "f", O_RDWR);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, b < 0 ? b : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_MIXED_OPENS) || b < 0)
		goto out;
	srv_set_rule(fx.srv, &hold);
	reader.fd = a;
	writer.fd = b;
	sc_pattern(out, PAGE, 0, 2);
	NEED_EQ(sc, fx_job_start(sc, &reader, W_SPAWN_SHARE_FILES), 0);
	srv_wait_held(fx.srv);
	NEED_EQ(sc, fx_job_start(sc, &writer, W_SPAWN_SHARE_FILES), 0);
	w_task_wait_blocked(fx.w, writer.task);
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&reader), PAGE);
	EXPECT_EQ(sc, fx_job_wait(&writer), PAGE);
	EXPECT(sc, fx_reads(&fx, a, 0, PAGE, 2), "a stale page stayed");
out:
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

#define CACHED	W_CAP_PAGE_CACHE

const struct scenario cached_scenarios[] = {
	{ "cached/read", "cached reads ask the server once", CACHED, cached_read },
	{ "cached/read-ahead", "sequential reads are read ahead", CACHED, cached_read_ahead },
	{ "cached/write", "cached writes go through, and are cached", CACHED, cached_write },
	{ "cached/append", "cached appending writes", CACHED, cached_append },
	{ "cached/truncate", "truncation and holes of cached files", CACHED, cached_truncate },
	{ "cached/errors", "errors of the server leave the cache right", CACHED, cached_errors },
	{ "cached/keep", "FOPEN_KEEP_CACHE", CACHED, cached_keep },
	{ "mixed/cached-passthrough", "a cached and then a passthrough open, coherent", CACHED,
	  mixed_cached_passthrough },
	{ "mixed/passthrough-cached", "a passthrough and then a cached open, coherent", CACHED,
	  mixed_passthrough_cached },
	{ "mixed/passthrough-kept", "the same with FOPEN_KEEP_CACHE", CACHED,
	  mixed_passthrough_kept },
	{ "mixed/cached-direct", "a cached and a direct open, coherent", CACHED,
	  mixed_cached_direct },
	{ "mixed/append", "appending by passthrough beside a cached reader", CACHED, mixed_append },
	{ "mixed/race", "a passthrough write while a cached read waits for its server", CACHED,
	  mixed_race },
	{ 0 }
};
