// SPDX-License-Identifier: GPL-2.0
/*
 * Not more than is needed: which cached pages I/O leaves alone, what it does not ask the server,
 * and what it does not wait for.
 */
#include "both.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#define PAGE	BOTH_PAGE
#define SIZE	(BOTH_PAGES * PAGE)

/* ---- I/O in each way ---- */

enum how { SYNC, SPLICE, AIO, HOLD_AIO, HOWS };

/* By way of a pipe, in two pieces if there is more than a page of it: what w_splice() returns. */
static long splice_to(struct sc *sc, struct both *b, const char *data, size_t len, long long off)
{
	int p[2] = { -1, -1 };
	long ret = -1;

	NEED_EQ(sc, w_pipe(b->fx.w, p), 0);
	for (size_t done = 0; done < len; done += PAGE) {
		long piece = len - done < PAGE ? len - done : PAGE;

		NEED_EQ(sc, w_write(b->fx.w, p[1], data + done, piece), piece);
	}
	ret = w_splice(b->fx.w, p[0], NULL, b->through, &off, len, 0);
out:
	fx_close(&b->fx, p[0]);
	fx_close(&b->fx, p[1]);
	return ret;
}

static long aio(struct sc *sc, struct both *b, enum how how, bool write, char *data, size_t len,
		long long off)
{
	struct fe_req req = { .write = write, .buf = data, .len = len, .off = off };

	return both_request(sc, b, &req, how == HOLD_AIO, NULL);
}

static long write_by(struct sc *sc, struct both *b, enum how how, size_t len, long long off,
		     unsigned int seed)
{
	char data[SIZE];

	sc_pattern(data, len, off, seed);
	switch (how) {
	case SYNC:
		return w_pwrite(b->fx.w, b->through, data, len, off);
	case SPLICE:
		return splice_to(sc, b, data, len, off);
	default:
		return aio(sc, b, how, true, data, len, off);
	}
}

static long read_by(struct sc *sc, struct both *b, enum how how, size_t len, long long off)
{
	char data[SIZE];

	return how == SYNC ? w_pread(b->fx.w, b->through, data, len, off) :
			     aio(sc, b, how, false, data, len, off);
}

static bool begin_for(struct sc *sc, struct both *b, enum how how)
{
	return how == HOLD_AIO ? both_begin_held(sc, b, SIZE) : both_begin(sc, b, NULL, SIZE);
}

static const char *const how_names[HOWS] = { "sync", "splice", "aio", "queued aio" };

static void one_way(struct sc *sc, enum how how,
		    void (*fn)(struct sc *sc, struct both *b, enum how how))
{
	struct both b;

	sc_trace(sc, "%s", how_names[how]);
	if (begin_for(sc, &b, how))
		fn(sc, &b, how);
	both_end(&b);
}

/* Runs @fn for each way to do I/O that real kernels have, too; @reads: splice is none. */
static void for_each_way(struct sc *sc, bool reads,
			 void (*fn)(struct sc *sc, struct both *b, enum how how))
{
	for (enum how how = SYNC; how <= AIO; how++) {
		if (!reads || how != SPLICE)
			one_way(sc, how, fn);
	}
}

/* ---- cached pages ---- */

/* A write drops the pages that it has changed, and no others. */
static void write_a_page(struct sc *sc, struct both *b, enum how how)
{
	EXPECT(sc, fx_reads(&b->fx, b->cached, 0, SIZE, 1), "wrong content cached");
	EXPECT_EQ(sc, write_by(sc, b, how, PAGE, PAGE, 2), PAGE);
	EXPECT_EQ(sc, both_read_again(sc, b, 0, PAGE), 0);
	EXPECT_EQ(sc, both_read_again(sc, b, 2 * PAGE, 2 * PAGE), 0);
	EXPECT(sc, fx_reads(&b->fx, b->cached, PAGE, PAGE, 2), "the old content");
}

static void exact_written(struct sc *sc)
{
	for_each_way(sc, false, write_a_page);
}

static void exact_written_queued(struct sc *sc)
{
	one_way(sc, HOLD_AIO, write_a_page);
}

/* A read drops none, even if it changes the access time. */
static void read_a_page(struct sc *sc, struct both *b, enum how how)
{
	EXPECT(sc, fx_reads(&b->fx, b->cached, 0, SIZE, 1), "wrong content cached");
	EXPECT_EQ(sc, w_utimens(b->fx.w, fx_low(&b->fx, "f"), 0, W_TIME_OMIT), 0);
	w_tick(b->fx.w);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(sc, read_by(sc, b, how, PAGE, PAGE), PAGE);
		EXPECT_EQ(sc, both_read_again(sc, b, 0, SIZE), 0);
	}
}

static void exact_read(struct sc *sc)
{
	for_each_way(sc, true, read_a_page);
}

static void exact_read_queued(struct sc *sc)
{
	one_way(sc, HOLD_AIO, read_a_page);
}

/* The file becomes another one below. Whatever notices first, all cached pages go. */
static void change_below(struct sc *sc, struct both *b)
{
	EXPECT(sc, fx_reads(&b->fx, b->cached, 0, SIZE, 1), "wrong content cached");
	EXPECT_EQ(sc, sc_make_file(sc, fx_low(&b->fx, "f"), SIZE + PAGE, 2, 0644), 0);
	EXPECT(sc, fx_reads(&b->fx, b->cached, 0, SIZE, 1), "it is not cached");
}

static void write_notices(struct sc *sc, struct both *b, enum how how)
{
	change_below(sc, b);
	EXPECT_EQ(sc, write_by(sc, b, how, 1, 0, 2), 1);
	EXPECT(sc, fx_reads(&b->fx, b->cached, 0, SIZE, 2), "the old content");
}

static void read_notices(struct sc *sc, struct both *b, enum how how)
{
	change_below(sc, b);
	EXPECT_EQ(sc, read_by(sc, b, how, 1, 0), 1);
	EXPECT(sc, fx_reads(&b->fx, b->cached, 0, SIZE, 2), "the old content");
}

static void exact_noticed(struct sc *sc)
{
	for_each_way(sc, false, write_notices);
	for_each_way(sc, true, read_notices);
}

static void exact_noticed_queued(struct sc *sc)
{
	one_way(sc, HOLD_AIO, write_notices);
	one_way(sc, HOLD_AIO, read_notices);
}

/*
 * The file gets shorter below: what was dirty behind its end is gone, and is not sent to the
 * server.
 */
static void cut_below(struct sc *sc, struct both *b)
{
	NEED(sc, both_map(sc, b), "cannot map");
	NEED(sc, both_store(sc, b, 1, 2), "no dirty page");
	EXPECT_EQ(sc, w_truncate(b->fx.w, fx_low(&b->fx, "f"), PAGE), 0);
out:
	return;
}

static void check_cut(struct sc *sc, struct both *b)
{
	struct w_stat st;
	char c;

	EXPECT_EQ(sc, srv_count_page_cache(b->fx.srv, FUSE_WRITE), 0);
	EXPECT_EQ(sc, w_lstat(b->fx.w, fx_low(&b->fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, PAGE);
	EXPECT_EQ(sc, w_load(b->fx.w, b->map + PAGE, &c, 1), -EFAULT);
}

static void write_after_cut(struct sc *sc, struct both *b, enum how how)
{
	cut_below(sc, b);
	EXPECT_EQ(sc, write_by(sc, b, how, 1, 0, 2), 1);
	check_cut(sc, b);
}

static void read_after_cut(struct sc *sc, struct both *b, enum how how)
{
	cut_below(sc, b);
	EXPECT_EQ(sc, read_by(sc, b, how, 1, 0), 1);
	check_cut(sc, b);
}

static void exact_cut(struct sc *sc)
{
	for_each_way(sc, false, write_after_cut);
	for_each_way(sc, true, read_after_cut);
}

static void exact_cut_queued(struct sc *sc)
{
	one_way(sc, HOLD_AIO, write_after_cut);
	one_way(sc, HOLD_AIO, read_after_cut);
}

/*
 * A read of one byte, of which the @nth allocation or copy fails. Returns its result; *@failed: was
 * there such a one?
 */
static long read_failing(struct sc *sc, struct both *b, enum how how, unsigned int nth,
			 bool *failed)
{
	char c;
	struct w_aio a = { .fd = b->through, .op = W_AIO_READ, .buf = &c, .len = 1 };
	struct w_completion done = { .res = -1 };
	long ctx = -1, ret;

	if (how == AIO)
		NEED_FD(sc, ctx, w_aio_setup(b->fx.w, 1));
	w_fail_nth(b->fx.w, nth);
	ret = how == AIO ? w_aio_submit(b->fx.w, ctx, &a, 1) :
			   w_pread(b->fx.w, b->through, &c, 1, 0);
	*failed = !w_fail_nth(b->fx.w, 0);
	if (how == SYNC)
		return ret;
	if (ret == 1)
		EXPECT_EQ(sc, w_aio_getevents(b->fx.w, ctx, 1, &done, 1), 1);
	w_aio_destroy(b->fx.w, ctx);
out:
	return done.res;
}

/*
 * To drop them takes no memory, as to send them would: nothing comes back when the file gets longer
 * again.
 */
static bool cut_without_memory(struct sc *sc, enum how how, unsigned int nth)
{
	bool failed = false;
	struct both b;

	if (!begin_for(sc, &b, how))
		goto out;
	cut_below(sc, &b);
	/* A read that has failed may have noticed nothing. */
	if (read_failing(sc, &b, how, nth, &failed) != 1)
		goto out;
	EXPECT_EQ(sc, w_pwrite(b.fx.w, b.through, "x", 1, SIZE - 1), 1);
	EXPECT(sc, fx_reads(&b.fx, b.cached, PAGE, PAGE, 0), "what was cut off came back");
out:
	both_end(&b);
	return failed;
}

#define MOST	50	/* allocations and copies in a read */

static void exact_cut_without_memory(struct sc *sc)
{
	/* Then the box decides what fails. */
	bool once = fx_fault_run(sc_world(sc));

	for (enum how how = SYNC; how <= AIO; how += AIO) {
		for (unsigned int nth = !once;
		     cut_without_memory(sc, how, nth) && !once && nth < MOST; nth++)
			;
	}
}

/* What fails tells nothing of the file, even if that has changed: cached pages stay. */
static void read_fails(struct sc *sc, struct both *b, enum how how)
{
	const struct w_async_result eio = { .error = EIO };
	char c;
	struct fe_req req = { .buf = &c, .len = 1 };

	EXPECT(sc, fx_reads(&b->fx, b->cached, 0, SIZE, 1), "wrong content cached");
	EXPECT_EQ(sc, w_truncate(b->fx.w, fx_low(&b->fx, "f"), SIZE + PAGE), 0);
	if (how == HOLD_AIO) {
		EXPECT_EQ(sc, both_request(sc, b, &req, true, &eio), -EIO);
	} else {
		EXPECT_EQ(sc, w_lower_inject(b->fx.w, b->fx.lower, W_LOWER_READ, 0, 1, EIO, 0), 0);
		EXPECT_EQ(sc, read_by(sc, b, how, 1, 0), -EIO);
	}
	EXPECT_EQ(sc, both_read_again(sc, b, 0, SIZE), 0);
}

static void exact_fails(struct sc *sc)
{
	for_each_way(sc, true, read_fails);
}

static void exact_fails_queued(struct sc *sc)
{
	one_way(sc, HOLD_AIO, read_fails);
}

/* A splice of which the second half fails. */
static void exact_half_a_splice(struct sc *sc)
{
	struct both b;

	if (!both_begin(sc, &b, NULL, SIZE))
		goto out;
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, SIZE, 1), "wrong content cached");
	EXPECT_EQ(sc, w_lower_inject(b.fx.w, b.fx.lower, W_LOWER_WRITE, 1, 1, EIO, 0), 0);
	EXPECT_EQ(sc, write_by(sc, &b, SPLICE, 2 * PAGE, PAGE, 2), PAGE);
	EXPECT_EQ(sc, both_read_again(sc, &b, 0, PAGE), 0);
	EXPECT_EQ(sc, both_read_again(sc, &b, 2 * PAGE, 2 * PAGE), 0);
	EXPECT(sc, fx_reads(&b.fx, b.cached, PAGE, PAGE, 2), "the old content");
out:
	both_end(&b);
}

static long job_truncate(struct fx_job *job)
{
	return w_truncate(sc_world(job->sc), job->path, job->len);
}

/*
 * While the server changes the size it is its answer that tells the new one, and not who reads
 * meanwhile.
 */
static void exact_size(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_SETATTR,
					      .count = 1,
					      .action = SRV_HOLD };
	struct fx_job job = { .fn = job_truncate, .len = PAGE };
	struct both b;
	char c;

	if (!both_begin(sc, &b, NULL, SIZE) || !both_map(sc, &b))
		goto out;
	EXPECT_EQ(sc, w_load(b.fx.w, b.map + PAGE, &c, 1), 0);
	srv_set_rule(b.fx.srv, &hold);
	job.path = fx_mnt(&b.fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0);
	srv_wait_held(b.fx.srv);
	EXPECT_EQ(sc, w_pread(b.fx.w, b.through, &c, 1, PAGE), 0);
	EXPECT_EQ(sc, w_load(b.fx.w, b.map + PAGE, &c, 1), 0);
	srv_let_go(b.fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	EXPECT_EQ(sc, w_load(b.fx.w, b.map + PAGE, &c, 1), -EFAULT);
out:
	both_end(&b);
}

/* ---- dirty pages ---- */

/*
 * A dirty page behind what is read or written stays where it is; the write has the lock for itself.
 */
static void exact_dirty_behind(struct sc *sc)
{
	struct both b;

	if (!both_begin(sc, &b, NULL, SIZE) || !both_map(sc, &b) || !both_store(sc, &b, 1, 2))
		goto out;
	EXPECT_EQ(sc, w_chmod(b.fx.w, fx_low(&b.fx, "f"), 04755), 0);
	EXPECT_EQ(sc, read_by(sc, &b, SYNC, PAGE, 0), PAGE);
	EXPECT_EQ(sc, srv_count(b.fx.srv, 0, FUSE_WRITE), 0);
	EXPECT_EQ(sc, write_by(sc, &b, SYNC, PAGE, 0, 3), PAGE);
	EXPECT_EQ(sc, srv_count(b.fx.srv, 0, FUSE_WRITE), 0);
	EXPECT_EQ(sc, w_msync(b.fx.w, b.map, SIZE), 0);
	EXPECT(sc, fx_reads_below(&b.fx, "f", 0, PAGE, 3), "the write is lost");
	EXPECT(sc, fx_reads_below(&b.fx, "f", PAGE, PAGE, 2), "the store is lost");
out:
	both_end(&b);
}

/* A splice to the end of a dirty page, and not a byte further: the page is not sent after it. */
static void exact_last_byte(struct sc *sc)
{
	struct both b;

	if (!both_begin(sc, &b, NULL, SIZE) || !both_map(sc, &b) || !both_store(sc, &b, 0, 2))
		goto out;
	EXPECT_EQ(sc, write_by(sc, &b, SPLICE, 1, PAGE - 1, 3), 1);
	EXPECT_EQ(sc, w_msync(b.fx.w, b.map, SIZE), 0);
	EXPECT(sc, fx_reads_below(&b.fx, "f", 0, PAGE - 1, 2), "the store is lost");
	EXPECT(sc, fx_reads_below(&b.fx, "f", PAGE - 1, 1, 3), "what was spliced is lost");
out:
	both_end(&b);
}

/* ---- questions ---- */

/*
 * A cached read makes the access time a matter of the server; a passthrough write brings all that
 * is to be known.
 */
static void exact_access_time(struct sc *sc)
{
	unsigned int mark;
	struct w_stat st;
	struct both b;

	if (!both_begin(sc, &b, NULL, SIZE))
		goto out;
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, SIZE, 1), "wrong content cached");
	EXPECT_EQ(sc, write_by(sc, &b, SYNC, 1, 0, 2), 1);
	mark = srv_mark(b.fx.srv);
	EXPECT_EQ(sc, w_fstat(b.fx.w, b.through, &st), 0);
	EXPECT_EQ(sc, srv_count(b.fx.srv, mark, FUSE_GETATTR), 0);
out:
	both_end(&b);
}

/* ---- nothing ---- */

/* I/O of no bytes does not wait for a page on its way to the server. */
static void exact_nothing(struct sc *sc)
{
	struct both b;

	if (!both_begin(sc, &b, NULL, SIZE) || !both_map(sc, &b) || !both_store(sc, &b, 0, 2) ||
	    !both_send(sc, &b))
		goto out;
	for (enum how how = SYNC; how <= AIO; how += AIO) {
		EXPECT_EQ(sc, read_by(sc, &b, how, 0, 0), 0);
		EXPECT_EQ(sc, write_by(sc, &b, how, 0, 0, 1), 0);
	}
	srv_let_go(b.fx.srv);
out:
	both_end(&b);
}

/* Nor for a thaw. */
static void exact_nothing_frozen(struct sc *sc)
{
	struct both b;

	if (!both_begin(sc, &b, NULL, SIZE) || !EXPECT_EQ(sc, w_freeze(b.fx.w, b.fx.lower), 0))
		goto out;
	for (enum how how = SYNC; how <= AIO; how += AIO)
		EXPECT_EQ(sc, write_by(sc, &b, how, 0, 0, 1), 0);
	w_thaw(b.fx.w, b.fx.lower);
out:
	both_end(&b);
}

/* ---- two lower files ---- */

/* The passthrough open, and another one, of another lower file of SIZE bytes. */
struct two {
	struct both b;
	char path[W_PATH_MAX];
	long other;
};

/* Once the other file is there, each open gets it. */
static const char *other_lower(struct server *srv, const char *name, unsigned int nth)
{
	const char *way = srv_config(srv)->hook_arg;
	const struct two *t = (const void *)(way - offsetof(struct two, b.way));

	(void)name;
	(void)nth;
	return *t->path ? t->path : NULL;
}

static bool two_begin(struct sc *sc, struct two *t, enum w_lower_kind kind, size_t size)
{
	const struct w_async_mode now = { .when = W_ASYNC_NOW };
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.ids = SRV_ID_PER_OPEN;
	o.srv.backing_path = other_lower;
	o.lower.kind = kind;
	t->other = -1;
	*t->path = '\0';
	if (!both_begin(sc, &t->b, &o, SIZE))
		return false;
	if (kind == W_LOWER_ASYNC)
		NEED_EQ(sc, w_lower_async_mode(t->b.fx.w, t->b.fx.lower, &now), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&t->b.fx, "other"), size, 2, 0644), 0);
	strcpy(t->path, fx_low(&t->b.fx, "other"));
	NEED_FD(sc, t->other, fx_open_as(&t->b.fx, &t->b.way, SRV_RDWR, "f", O_RDWR));
	return true;
out:
	return false;
}

static void two_end(struct two *t)
{
	fx_close(&t->b.fx, t->other);
	both_end(&t->b);
}

/* How often the server is asked when the size is. */
static unsigned int size_asked(struct sc *sc, struct two *t, long long want)
{
	unsigned int mark = srv_mark(t->b.fx.srv);

	EXPECT_EQ(sc, w_lseek(t->b.fx.w, t->b.through, 0, SEEK_END), want);
	return srv_count(t->b.fx.srv, mark, FUSE_GETATTR);
}

/* Reads drop no cached pages, and ask for the size only where they end before it. */
static void two_reads(struct sc *sc, enum w_lower_kind kind)
{
	struct two t;
	struct w_stat st;

	if (!two_begin(sc, &t, kind, 10))
		goto out;
	EXPECT(sc, fx_reads(&t.b.fx, t.b.cached, 0, SIZE, 1), "wrong content cached");
	EXPECT_EQ(sc, size_asked(sc, &t, SIZE), 1);
	for (enum how how = SYNC; how <= AIO; how += AIO) {
		EXPECT_EQ(sc, read_by(sc, &t.b, how, PAGE, PAGE), PAGE);
		EXPECT_EQ(sc, size_asked(sc, &t, SIZE), 0);
		EXPECT_EQ(sc, read_by(sc, &t.b, how, PAGE, SIZE - 10), 10);
		EXPECT_EQ(sc, size_asked(sc, &t, SIZE), 0);
	}
	EXPECT_EQ(sc, both_read_again(sc, &t.b, 0, SIZE), 0);
	/* The access time is the server's business, even if nothing seems to change. */
	EXPECT_EQ(sc, w_fstat(t.b.fx.w, t.b.through, &st), 0);
	for (int i = 0; i < 2; i++) {
		unsigned int mark = srv_mark(t.b.fx.srv);

		EXPECT_EQ(sc, read_by(sc, &t.b, SYNC, PAGE, PAGE), PAGE);
		EXPECT_EQ(sc, w_fstat(t.b.fx.w, t.b.through, &st), 0);
		EXPECT_EQ(sc, srv_count(t.b.fx.srv, mark, FUSE_GETATTR), 1);
	}
out:
	two_end(&t);
}

static void exact_two_read(struct sc *sc)
{
	two_reads(sc, W_LOWER_RAM);
}

static void exact_two_read_queued(struct sc *sc)
{
	two_reads(sc, W_LOWER_ASYNC);
}

/*
 * A write drops the pages that it has changed, and the file is not a byte larger than it has made
 * it.
 */
static void exact_two_write(struct sc *sc)
{
	unsigned long long at = 0;
	unsigned int mark;
	struct two t;
	char c;

	if (!two_begin(sc, &t, W_LOWER_RAM, SIZE))
		goto out;
	EXPECT(sc, fx_reads(&t.b.fx, t.b.cached, 0, SIZE, 1), "wrong content cached");
	EXPECT_EQ(sc, write_by(sc, &t.b, SYNC, PAGE, PAGE, 1), PAGE);
	EXPECT_EQ(sc, both_read_again(sc, &t.b, 0, PAGE), 0);
	EXPECT_EQ(sc, both_read_again(sc, &t.b, 2 * PAGE, 2 * PAGE), 0);
	NEED_EQ(sc, w_mmap(t.b.fx.w, t.b.cached, 2 * SIZE, W_MAP_SHARED, 0, &at), 0);
	EXPECT_EQ(sc, write_by(sc, &t.b, SYNC, PAGE, SIZE, 1), PAGE);
	EXPECT_EQ(sc, w_load(t.b.fx.w, at + SIZE, &c, 1), 0);
	mark = srv_mark(t.b.fx.srv);
	EXPECT_EQ(sc, w_load(t.b.fx.w, at + SIZE + PAGE, &c, 1), -EFAULT);
	EXPECT_EQ(sc, srv_count(t.b.fx.srv, mark, FUSE_READ), 0);
out:
	if (at)
		w_munmap(t.b.fx.w, at, 2 * SIZE);
	two_end(&t);
}

#define BOTH	(W_CAP_PAGE_CACHE | W_CAP_MMAP)
/* Size and times of an overlay's inode are not copied, so nobody compares them. */
#define NOTICES	(BOTH | W_CAP_LOWER_FLAT)
#define WAYS	(W_CAP_SPLICE | W_CAP_AIO)
#define QUEUED	(W_CAP_AIO | W_CAP_LOWER_ASYNC)

const struct scenario exact_scenarios[] = {
	{ "exact/written", "cached pages beside those that are written", BOTH | WAYS,
	  exact_written },
	{ "exact/written-queued", "the same, with requests that the lower file queues",
	  BOTH | QUEUED, exact_written_queued },
	{ "exact/read", "cached pages and reads", BOTH | WAYS, exact_read },
	{ "exact/read-queued", "the same, with requests that the lower file queues", BOTH | QUEUED,
	  exact_read_queued },
	{ "exact/noticed",
	  "the lower file changes by itself, and whoever notices drops all cached pages",
	  NOTICES | WAYS, exact_noticed },
	{ "exact/noticed-queued", "the same, with requests that the lower file queues",
	  NOTICES | QUEUED, exact_noticed_queued },
	{ "exact/cut", "it gets shorter, with dirty pages behind the new end", NOTICES | WAYS,
	  exact_cut },
	{ "exact/cut-queued", "the same, with requests that the lower file queues",
	  NOTICES | QUEUED, exact_cut_queued },
	{ "exact/cut-without-memory", "the same, and memory runs out",
	  NOTICES | W_CAP_AIO | W_CAP_FAIL_NTH, exact_cut_without_memory },
	{ "exact/size", "the size while the server truncates", BOTH, exact_size },
	{ "exact/fails", "cached pages and reads that fail", BOTH | WAYS | W_CAP_LOWER_FAULT,
	  exact_fails },
	{ "exact/fails-queued", "the same, with requests that the lower file queues", BOTH | QUEUED,
	  exact_fails_queued },
	{ "exact/half-a-splice",
	  "cached pages beside what was spliced before the lower file failed",
	  BOTH | W_CAP_SPLICE | W_CAP_LOWER_FAULT, exact_half_a_splice },
	{ "exact/dirty-behind", "a dirty page behind what is read and written", BOTH | W_CAP_ROOT,
	  exact_dirty_behind },
	{ "exact/last-byte", "a splice to the last byte of a dirty page", BOTH | W_CAP_SPLICE,
	  exact_last_byte },
	{ "exact/access-time", "attributes after a cached read and a write",
	  W_CAP_PAGE_CACHE | W_CAP_LOWER_FLAT, exact_access_time },
	{ "exact/nothing", "I/O of no bytes waits for nobody", BOTH | W_CAP_AIO, exact_nothing },
	{ "exact/nothing-frozen", "and not for a thaw", W_CAP_PAGE_CACHE | W_CAP_AIO | W_CAP_FREEZE,
	  exact_nothing_frozen },
	{ "exact/two-read", "reads of one of two lower files", BOTH | W_CAP_AIO, exact_two_read },
	{ "exact/two-read-queued", "the same, where the lower file could queue them", BOTH | QUEUED,
	  exact_two_read_queued },
	{ "exact/two-write", "writes to one of two lower files", BOTH, exact_two_write },
	{ 0 }
};
