// SPDX-License-Identifier: GPL-2.0
/*
 * Direct opens beside cached ones: they go to the server, and see what is in the page cache all the
 * same.
 */
#include "../scenario.h"
#include "async_front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	4096
#define SIZE	(4 * PAGE)
#define SHARED	(W_MAP_SHARED | W_MAP_WRITE)

/* A file, open cached, mapped and direct. */
struct both {
	struct fixture fx;
	enum srv_backing next;
	uint32_t direct_flags;	/* FOPEN_... of direct opens besides */
	uint64_t init_flags;	/* FUSE_... that the server accepts besides */
	long cached, direct;
	unsigned long long map;
};

static enum srv_backing next_way(struct server *srv, const char *name, uint32_t flags)
{
	const struct both *b = srv_config(srv)->hook_arg;

	(void)name;
	(void)flags;
	return b->next;
}

static void add_flags(struct server *srv, struct srv_open *o)
{
	const struct both *b = srv_config(srv)->hook_arg;

	if (b->next == SRV_PLAIN)
		o->open->open_flags |= b->direct_flags;
}

/* @flags: O_... of the direct open. */
static bool both_open(struct sc *sc, struct both *b, int flags)
{
	struct fx_opts o;

	b->cached = b->direct = -1;
	b->map = 0;
	b->next = SRV_CACHED;
	fx_opts_init(&o);
	o.srv.choose = next_way;
	o.srv.on_open = add_flags;
	o.srv.hook_arg = b;
	o.srv.init_flags = b->init_flags;
	if (!fx_setup(sc, &b->fx, &o))
		return false;
	NEED_FD(sc, b->cached, fx_make(&b->fx, "f", SIZE, O_RDWR));
	b->next = SRV_PLAIN;
	NEED_FD(sc, b->direct, w_open(b->fx.w, fx_mnt(&b->fx, "f"), O_RDWR | flags, 0));
	NEED_EQ(sc, w_mmap(b->fx.w, b->cached, SIZE, SHARED, 0, &b->map), 0);
	return true;
out:
	return false;
}

static void both_close(struct both *b)
{
	if (b->map)
		w_munmap(b->fx.w, b->map, SIZE);
	if (b->direct >= 0)
		w_close(b->fx.w, b->direct);
	if (b->cached >= 0)
		w_close(b->fx.w, b->cached);
	fx_teardown(&b->fx);
}

static bool stores(struct both *b, long long off, size_t len, unsigned int seed)
{
	char buf[SIZE];

	sc_pattern(buf, len, off, seed);
	return !w_store(b->fx.w, b->map + off, buf, len);
}

static bool loads(struct both *b, long long off, size_t len, unsigned int seed)
{
	char buf[SIZE];

	return !w_load(b->fx.w, b->map + off, buf, len) && sc_matches(buf, len, off, seed);
}

/*
 * What a mapping has made dirty is read and is not overwritten with what was there before; clean
 * pages are dropped.
 */
static void dirty_and_direct(struct sc *sc, uint32_t flags)
{
	struct both b = { .direct_flags = flags };
	struct fixture *fx = &b.fx;
	char c;

	if (!both_open(sc, &b, 0))
		goto out;
	EXPECT(sc, stores(&b, 100, PAGE, 2), "cannot store");
	EXPECT(sc, fx_reads(fx, b.direct, 100, PAGE, 2), "a direct read does not see a store");
	EXPECT(sc, stores(&b, 100, 100, 3), "cannot store again");
	EXPECT(sc, fx_writes(fx, b.direct, 200, PAGE, 4), "cannot write");
	EXPECT(sc, loads(&b, 200, PAGE, 4), "the mapping does not see a direct write");
	EXPECT(sc, loads(&b, 100, 100, 3), "a direct write has taken a store away");
	EXPECT_EQ(sc, w_msync(fx->w, b.map, SIZE), 0);
	EXPECT(sc, fx_reads_below(fx, "f", 200, PAGE, 4),
	       "a page that was dirty came after the write");
	EXPECT(sc, fx_reads_below(fx, "f", 100, 100, 3), "a store is lost");
	EXPECT(sc, fx_reads(fx, b.cached, 200, PAGE, 4),
	       "a cached read does not see a direct write");
	EXPECT(sc, fx_writes(fx, b.direct, SIZE, 100, 5), "cannot extend");
	EXPECT(sc, fx_reads(fx, b.cached, SIZE, 100, 5),
	       "a cached read does not see an extending write");
	EXPECT_EQ(sc, w_pread(fx->w, b.direct, &c, 0, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx->w, b.direct, &c, 0, 0), 0);
out:
	both_close(&b);
}

static void direct_dirty(struct sc *sc)
{
	dirty_and_direct(sc, 0);
}

static void direct_parallel(struct sc *sc)
{
	dirty_and_direct(sc, FOPEN_PARALLEL_DIRECT_WRITES);
}

static const struct srv_rule fail_write = {
	.opcode = FUSE_WRITE, .count = 1, .action = SRV_FAIL, .error = ENOSPC
};

/*
 * A page that the server does not take is an error for who needs it there. As the answer may come
 * after the page was found clean, this may be the next who does.
 */
static bool error_shows(struct both *b, bool write)
{
	long ret = 0;
	char c = 'x';

	srv_set_rule(b->fx.srv, &fail_write);
	for (int i = 0; i < 2 && ret != -ENOSPC; i++) {
		if (!stores(b, 0, 10, 2))
			return false;
		ret = write ? w_pwrite(b->fx.w, b->direct, &c, 1, 0) :
			      w_pread(b->fx.w, b->direct, &c, 1, 0);
	}
	return ret == -ENOSPC;
}

static void direct_errors(struct sc *sc)
{
	struct both b = { 0 };
	struct fixture *fx = &b.fx;
	char c = 'x';

	if (!both_open(sc, &b, 0))
		goto out;
	srv_set_rule(fx->srv, &fail_write);
	EXPECT_EQ(sc, w_pwrite(fx->w, b.direct, &c, 1, 0), -ENOSPC);
	EXPECT(sc, loads(&b, 0, PAGE, 1), "a write that failed shows");
	EXPECT(sc, error_shows(&b, false), "a direct read passes over a store that is lost");
	EXPECT(sc, error_shows(&b, true), "a direct write passes over a store that is lost");
out:
	both_close(&b);
}

/* Requests of io_submit are queued, unless there are pages to drop when they are done. */
static void direct_async(struct sc *sc)
{
	static char buf[PAGE] __attribute__((aligned(PAGE)));
	static struct fe_req req;
	struct both b = { 0 };
	struct fe fe;

	if (!both_open(sc, &b, O_DIRECT))
		goto out;
	for (int cached = 0; cached < 2; cached++) {
		if (cached)
			EXPECT(sc, loads(&b, 0, PAGE, 2),
			       "the mapping does not see a direct write");
		sc_pattern(buf, PAGE, 0, 2 + cached);
		req = (struct fe_req) { .fd = b.direct, .write = true, .buf = buf, .len = PAGE };
		if (fe_start(sc, &fe, FE_AIO) && fe_submit(&fe, &req, 1))
			fe_wait(&fe, 1);
		fe_stop(&fe);
		EXPECT_EQ(sc, req.res, PAGE);
		EXPECT(sc, fx_reads(&b.fx, b.cached, 0, PAGE, 2 + cached),
		       "a cached read does not see it");
	}
out:
	both_close(&b);
}

static long shrink(struct fx_job *job)
{
	return w_ftruncate(sc_world(job->sc), job->fd, PAGE);
}

/* A write that waits while the file gets so short that it extends it. */
static void direct_shrunk(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_SETATTR,
					      .count = 1,
					      .action = SRV_HOLD };
	struct both b = { .direct_flags = FOPEN_PARALLEL_DIRECT_WRITES };
	struct fx_job shrinker = { .fn = shrink },
		      writer = { .fn = job_pwrite, .len = 100, .off = 2 * PAGE };
	struct fixture *fx = &b.fx;
	char buf[100];

	if (!both_open(sc, &b, 0))
		goto out;
	sc_pattern(buf, sizeof(buf), 2 * PAGE, 2);
	srv_set_rule(fx->srv, &hold);
	shrinker.fd = b.direct;
	writer.fd = b.direct;
	writer.buf = buf;
	NEED_EQ(sc, fx_job_start(sc, &shrinker, W_SPAWN_SHARE_FILES), 0);
	srv_wait_held(fx->srv);
	NEED_EQ(sc, fx_job_start(sc, &writer, W_SPAWN_SHARE_FILES), 0);
	w_task_wait_blocked(fx->w, writer.task);
	srv_let_go(fx->srv);
	EXPECT_EQ(sc, fx_job_wait(&shrinker), 0);
	EXPECT_EQ(sc, fx_job_wait(&writer), 100);
	EXPECT(sc, fx_reads(fx, b.cached, PAGE, PAGE, 0), "no zeroes in the hole");
	EXPECT(sc, fx_reads(fx, b.cached, 2 * PAGE, 100, 2), "the write is lost");
out:
	both_close(&b);
}

/* ---- which pages are left alone, and how large the file is ---- */

static void direct_keeps_other_pages(struct sc *sc)
{
	struct both b = { 0 };
	unsigned int mark;

	if (!both_open(sc, &b, 0))
		goto out;
	EXPECT(sc, loads(&b, 0, SIZE, 1), "wrong content");
	EXPECT(sc, fx_writes(&b.fx, b.direct, PAGE, PAGE, 2), "cannot write");
	mark = srv_mark(b.fx.srv);
	EXPECT(sc, loads(&b, 0, PAGE, 1), "wrong content before");
	EXPECT(sc, loads(&b, 2 * PAGE, 2 * PAGE, 1), "wrong content behind");
	EXPECT_EQ(sc, srv_count(b.fx.srv, mark, FUSE_READ), 0);
	EXPECT(sc, loads(&b, PAGE, PAGE, 2), "the old content");
out:
	both_close(&b);
}

/* Nobody asks the server for what is behind the new end, which is that of a page. */
static void direct_grows(struct sc *sc)
{
	unsigned long long at = 0;
	struct both b = { 0 };
	unsigned int mark;
	char c;

	if (!both_open(sc, &b, 0))
		goto out;
	NEED_EQ(sc, w_mmap(b.fx.w, b.cached, 2 * SIZE, W_MAP_SHARED, 0, &at), 0);
	EXPECT(sc, fx_writes(&b.fx, b.direct, SIZE, PAGE, 2), "cannot extend");
	EXPECT_EQ(sc, w_load(b.fx.w, at + SIZE, &c, 1), 0);
	mark = srv_mark(b.fx.srv);
	EXPECT_EQ(sc, w_load(b.fx.w, at + SIZE + PAGE, &c, 1), -EFAULT);
	EXPECT_EQ(sc, srv_count(b.fx.srv, mark, FUSE_READ), 0);
out:
	if (at)
		w_munmap(b.fx.w, at, 2 * SIZE);
	both_close(&b);
}

/* ---- who excludes whom, and who waits ---- */

static const struct srv_rule hold_write = { .opcode = FUSE_WRITE, .count = 1, .action = SRV_HOLD };

/* Starts writers of 100 bytes each on the direct open. */
static bool start_writers(struct sc *sc, struct both *b, struct fx_job *jobs, const long long *at,
			  int n)
{
	static char data[100];

	for (int i = 0; i < n; i++) {
		jobs[i] = (struct fx_job){ .fn = job_pwrite,
					   .fd = b->direct,
					   .buf = data,
					   .len = sizeof(data),
					   .off = at[i] };
		if (!EXPECT_EQ(sc, fx_job_start(sc, &jobs[i], W_SPAWN_SHARE_FILES), 0))
			return false;
	}
	return true;
}

/* Lets the server go on, and waits for writers. */
static void end_writers(struct sc *sc, struct both *b, struct fx_job *jobs, int n)
{
	srv_let_go(b->fx.srv);
	for (int i = 0; i < n; i++)
		EXPECT_EQ(sc, fx_job_wait(&jobs[i]), 100);
}

/* Writes that the server has had so far, of a file on which @writer waits. */
static unsigned int writes_while(struct sc *sc, struct both *b, struct fx_job *writer)
{
	EXPECT_EQ(sc, w_task_wait_blocked(b->fx.w, writer->task), 0);
	EXPECT_EQ(sc, fx_barrier(&b->fx), 0);
	return srv_count(b->fx.srv, 0, FUSE_WRITE);
}

/* Where nothing is dirty, a read does not wait for a write, which has the lock for itself. */
static void direct_read_beside_write(struct sc *sc)
{
	struct both b = { 0 };
	struct fx_job writer;

	if (!both_open(sc, &b, 0))
		goto out;
	EXPECT(sc, loads(&b, 0, SIZE, 1), "wrong content");
	srv_set_rule(b.fx.srv, &hold_write);
	NEED(sc, start_writers(sc, &b, &writer, (long long[]) { 0 }, 1), "no writer");
	srv_wait_held(b.fx.srv);
	EXPECT(sc, fx_reads(&b.fx, b.direct, PAGE, PAGE, 1), "wrong content");
	end_writers(sc, &b, &writer, 1);
out:
	both_close(&b);
}

/* With FOPEN_PARALLEL_DIRECT_WRITES writes in place are with the server together. */
static void direct_in_place_together(struct sc *sc)
{
	static const struct srv_rule hold_two = { .opcode = FUSE_WRITE,
						  .count = 2,
						  .action = SRV_HOLD };
	struct both b = { .direct_flags = FOPEN_PARALLEL_DIRECT_WRITES };
	struct fx_job writers[2];

	if (!both_open(sc, &b, 0))
		goto out;
	/* Mainline's are not while there is a cached open. */
	EXPECT_EQ(sc, w_munmap(b.fx.w, b.map, SIZE), 0);
	EXPECT_EQ(sc, w_close(b.fx.w, b.cached), 0);
	b.map = 0;
	b.cached = -1;
	srv_set_rule(b.fx.srv, &hold_two);
	NEED(sc, start_writers(sc, &b, writers, (long long[]) { 0, PAGE }, 2), "no writers");
	srv_wait_held(b.fx.srv);
	srv_wait_held(b.fx.srv);
	end_writers(sc, &b, writers, 2);
out:
	both_close(&b);
}

/* Those which extend the file come one after another. */
static void direct_extend_together(struct sc *sc)
{
	struct both b = { .direct_flags = FOPEN_PARALLEL_DIRECT_WRITES };
	struct fx_job writers[2];

	if (!both_open(sc, &b, 0))
		goto out;
	srv_set_rule(b.fx.srv, &hold_write);
	NEED(sc, start_writers(sc, &b, writers, (long long[]) { SIZE }, 1), "no writer");
	srv_wait_held(b.fx.srv);
	NEED(sc, start_writers(sc, &b, writers + 1, (long long[]) { SIZE + PAGE }, 1), "no writer");
	EXPECT_EQ(sc, writes_while(sc, &b, &writers[1]), 1);
	end_writers(sc, &b, writers, 2);
out:
	both_close(&b);
}

/* Also if they were in place when they asked for the lock. */
static void direct_shrunk_together(struct sc *sc)
{
	static const struct srv_rule hold_setattr = { .opcode = FUSE_SETATTR,
						      .count = 1,
						      .action = SRV_HOLD };
	struct both b = { .direct_flags = FOPEN_PARALLEL_DIRECT_WRITES };
	struct fx_job shrinker = { .fn = shrink }, writers[2];

	if (!both_open(sc, &b, 0))
		goto out;
	shrinker.fd = b.direct;
	srv_set_rule(b.fx.srv, &hold_setattr);
	srv_set_rule(b.fx.srv, &hold_write);
	NEED_EQ(sc, fx_job_start(sc, &shrinker, W_SPAWN_SHARE_FILES), 0);
	srv_wait_held(b.fx.srv);
	NEED(sc, start_writers(sc, &b, writers, (long long[]){ 2 * PAGE, 3 * PAGE }, 2),
	     "no writers");
	EXPECT_EQ(sc, w_task_wait_blocked(b.fx.w, writers[0].task), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(b.fx.w, writers[1].task), 0);
	srv_let_go(b.fx.srv);
	srv_wait_held(b.fx.srv);
	EXPECT_EQ(sc, w_task_wait_blocked(b.fx.w, writers[0].task), 0);
	EXPECT_EQ(sc, writes_while(sc, &b, &writers[1]), 1);
	EXPECT_EQ(sc, fx_job_wait(&shrinker), 0);
	end_writers(sc, &b, writers, 2);
out:
	both_close(&b);
}

/*
 * Those for which pages must be written back come one after another, too: only one at a time may
 * wait for them.
 */
static void direct_dirty_together(struct sc *sc)
{
	struct both b = { .direct_flags = FOPEN_PARALLEL_DIRECT_WRITES };
	struct fx_job writers[2];

	if (!both_open(sc, &b, 0))
		goto out;
	NEED(sc, stores(&b, 0, 2 * PAGE, 2), "cannot store");
	srv_set_rule(b.fx.srv, &hold_write);
	/* Sends the pages from its own on, which leaves the first one dirty. */
	NEED(sc, start_writers(sc, &b, writers, (long long[]) { PAGE }, 1), "no writer");
	srv_wait_held(b.fx.srv);
	NEED(sc, start_writers(sc, &b, writers + 1, (long long[]) { 0 }, 1), "no writer");
	EXPECT_EQ(sc, writes_while(sc, &b, &writers[1]), 1);
	end_writers(sc, &b, writers, 2);
	EXPECT(sc, loads(&b, 100, PAGE - 100, 2), "a store is lost");
out:
	both_close(&b);
}

/* A context of io_submit(), and its request. */
struct submission {
	long ctx;
	struct w_aio aio;
};

static long job_submit(struct fx_job *job)
{
	struct submission *s = job->arg;

	return w_aio_submit(sc_world(job->sc), s->ctx, &s->aio, 1);
}

/*
 * An asynchronous request without O_DIRECT is waited for by who submits it, whatever the server can
 * do.
 */
static void direct_submitter_waits(struct sc *sc)
{
	struct submission s = { .ctx = -1, .aio = { .op = W_AIO_WRITE, .buf = "text", .len = 4 } };
	struct fx_job submitter = { .fn = job_submit, .arg = &s };
	struct both b = { .init_flags = FUSE_ASYNC_DIO };
	struct w_completion c = { 0 };

	if (!both_open(sc, &b, 0))
		goto out;
	NEED_FD(sc, s.ctx, w_aio_setup(b.fx.w, 1));
	s.aio.fd = b.direct;
	srv_set_rule(b.fx.srv, &hold_write);
	NEED_EQ(sc, fx_job_start(sc, &submitter, W_SPAWN_SHARE_FILES), 0);
	srv_wait_held(b.fx.srv);
	EXPECT_DIFF(sc, DIFF_QUEUED, w_task_wait_blocked(b.fx.w, submitter.task), 0, 1);
	srv_let_go(b.fx.srv);
	NEED_EQ(sc, fx_job_wait(&submitter), 1);
	EXPECT_EQ(sc, w_aio_getevents(b.fx.w, s.ctx, 1, &c, 1), 1);
	EXPECT_EQ(sc, c.res, 4);
out:
	if (s.ctx >= 0)
		w_aio_destroy(b.fx.w, s.ctx);
	both_close(&b);
}

/*
 * A synchronous write of several requests sends the next one when the last is done, whatever the
 * server can do.
 */
static void direct_one_by_one(struct sc *sc)
{
	enum { LARGE = 64 * PAGE };
	struct both b = { .init_flags = FUSE_ASYNC_DIO };
	struct fx_job writer = { .fn = job_pwrite,
				 .len = LARGE,
				 .buf = aligned_alloc(PAGE, LARGE) };

	if (!both_open(sc, &b, O_DIRECT) || !writer.buf)
		goto out;
	memset(writer.buf, 'x', LARGE);
	NEED_EQ(sc, w_ftruncate(b.fx.w, b.direct, LARGE), 0);
	writer.fd = b.direct;
	srv_set_rule(b.fx.srv, &hold_write);
	NEED_EQ(sc, fx_job_start(sc, &writer, W_SPAWN_SHARE_FILES), 0);
	srv_wait_held(b.fx.srv);
	EXPECT_EQ(sc, writes_while(sc, &b, &writer), 1);
	srv_let_go(b.fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&writer), LARGE);
	EXPECT(sc, srv_count(b.fx.srv, 0, FUSE_WRITE) > 1, "it was a single request");
out:
	both_close(&b);
	free(writer.buf);
}

#define NEEDS	(W_CAP_PAGE_CACHE | W_CAP_MMAP)

const struct scenario direct_scenarios[] = {
	{ "direct/dirty", "direct I/O beside dirty and clean cached pages", NEEDS, direct_dirty },
	{ "direct/parallel", "the same with FOPEN_PARALLEL_DIRECT_WRITES", NEEDS, direct_parallel },
	{ "direct/errors", "direct I/O whose pages cannot be written back", NEEDS, direct_errors },
	{ "direct/async", "io_submit on a direct open, without and with cached pages",
	  NEEDS | W_CAP_AIO, direct_async },
	{ "direct/shrunk", "a direct write, while the file is truncated before it", NEEDS,
	  direct_shrunk },
	{ "direct/keeps-other-pages", "cached pages beside those that are written", NEEDS,
	  direct_keeps_other_pages },
	{ "direct/grows", "the end of the file after an extending write", NEEDS, direct_grows },
	{ "direct/read-beside-write", "a direct read does not wait for a write", NEEDS,
	  direct_read_beside_write },
	{ "direct/in-place-together", "parallel direct writes are parallel", NEEDS,
	  direct_in_place_together },
	{ "direct/extend-together", "but not if they extend the file", NEEDS,
	  direct_extend_together },
	{ "direct/shrunk-together", "nor if the file is truncated before them", NEEDS,
	  direct_shrunk_together },
	{ "direct/dirty-together", "nor if there are dirty pages", NEEDS, direct_dirty_together },
	{ "direct/submitter-waits", "io_submit of a buffered write to a direct open",
	  NEEDS | W_CAP_AIO, direct_submitter_waits },
	{ "direct/one-by-one", "a direct write of several requests", NEEDS, direct_one_by_one },
	{ 0 }
};
