// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of io_submit and io_uring on a passthrough file: how often a request reaches the lower
 * file, links and drains, what can be cancelled, who excludes whom, whose privileges count.
 */
#include "async_cell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK		4096
#define NREQS		4
#define MAX_LOG		64

#ifndef RWF_HIPRI
#define RWF_HIPRI	0x1
#define RWF_DSYNC	0x2
#define RWF_NOWAIT	0x8
#endif
#ifndef RWF_APPEND
#define RWF_APPEND	0x10
#endif

/* ---- each request reaches the lower file once ---- */

/* Calls of ->read_iter() or ->write_iter() since the last count. */
static int count_issues(struct fixture *fx)
{
	struct w_lower_event ev[MAX_LOG];
	long n = w_lower_log(fx->w, fx->lower, ev, MAX_LOG);
	int count = 0;

	for (long i = 0; i < n; i++)
		count += ev[i].op == W_LOWER_READ || ev[i].op == W_LOWER_WRITE;
	return count;
}

static void issue(struct fixture *fx, int fd, char *buf, bool write, int want)
{
	struct fe_req reqs[NREQS];
	struct sc *sc = fx->sc;
	struct fe fe;

	for (int i = 0; i < NREQS; i++)
		reqs[i] = (struct fe_req){
			.fd = fd,
			.write = write,
			.buf = buf + i * BLOCK,
			.len = BLOCK,
			.off = i * BLOCK,
		};
	count_issues(fx);
	if (fe_start(sc, &fe, FE_URING) && fe_submit(&fe, reqs, NREQS))
		EXPECT_EQ(sc, fe_wait(&fe, NREQS), NREQS);
	fe_stop(&fe);
	EXPECT_EQ(sc, count_issues(fx), want);
}

/* @want: calls of the lower file for all NREQS requests. */
static void issues(struct sc *sc, const struct w_lower_opts *lower, bool again, int flags, int want)
{
	struct w_async_mode mode = { .when = W_ASYNC_NOW, .nowait_again = again };
	char *buf = aligned_alloc(BLOCK, NREQS * BLOCK);
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	fx_opts_init(&o);
	o.lower = *lower;
	if (!fx_setup(sc, &fx, &o) || !buf)
		goto out;
	if (lower->kind == W_LOWER_ASYNC)
		NEED_EQ(sc, w_lower_async_mode(fx.w, fx.lower, &mode), 0);
	NEED_FD(sc, fd, fx_make(&fx, "f", NREQS * BLOCK, O_RDWR | flags));
	issue(&fx, fd, buf, false, want);
	/* A buffered write is not tried without waiting: the FUSE file has no FMODE_BUF_WASYNC. */
	issue(&fx, fd, buf, true, flags & O_DIRECT ? want : NREQS);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	free(buf);
	fx_teardown(&fx);
}

static void issues_buffered(struct sc *sc)
{
	issues(sc, &(struct w_lower_opts) { .size = 0 }, false, 0, NREQS);
}

static void issues_direct(struct sc *sc)
{
	issues(sc, &(struct w_lower_opts) { .size = 0 }, false, O_DIRECT, NREQS);
}

static void issues_no_nowait(struct sc *sc)
{
	issues(sc, &(struct w_lower_opts) { .no_nowait = true }, false, O_DIRECT, NREQS);
}

static void issues_queued(struct sc *sc)
{
	issues(sc, &(struct w_lower_opts) { .kind = W_LOWER_ASYNC }, false, O_DIRECT, NREQS);
}

/* Once without waiting, which the lower file refuses, and once by a worker; not 129 times. */
static void issues_again(struct sc *sc)
{
	issues(sc, &(struct w_lower_opts) { .kind = W_LOWER_ASYNC }, true, O_DIRECT, 2 * NREQS);
}

/* ---- links and drains ---- */

static long uring_fetch(struct sc *sc, long ring, struct w_completion *c, int n)
{
	int got = 0;

	while (got < n) {
		long ret = w_uring_wait(sc_world(sc), ring, n - got, c + got, n - got);

		if (ret <= 0)
			return ret;
		got += ret;
	}
	return got;
}

static long long result_of(const struct w_completion *c, int n, unsigned long long data)
{
	for (int i = 0; i < n; i++) {
		if (c[i].data == data)
			return c[i].res;
	}
	return -ENODATA;
}

static void links(struct sc *sc)
{
	struct w_completion c[3];
	struct fixture fx;
	char in[6] = "";
	long fd = -1, ro = -1, ring = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_FD(sc, ro, w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY, 0));
	NEED_FD(sc, ring, w_uring_setup(fx.w, 8, 0));

	/* What is written first is read second, from behind the end of before. */
	NEED_EQ(sc, w_uring_submit(fx.w, ring, (struct w_sqe[]) {
		{ .op = W_URING_WRITE, .flags = W_SQE_LINK, .fd = fd, .buf = "linked", .len = 6,
		  .off = 200, .data = 1 },
		{ .op = W_URING_READ, .flags = W_SQE_LINK, .fd = ro, .buf = in, .len = 6,
		  .off = 200, .data = 2 },
		{ .op = W_URING_NOP, .data = 3 },
	}, 3), 3);
	NEED_EQ(sc, uring_fetch(sc, ring, c, 3), 3);
	EXPECT_EQ(sc, result_of(c, 3, 1), 6);
	EXPECT_EQ(sc, result_of(c, 3, 2), 6);
	EXPECT_EQ(sc, result_of(c, 3, 3), 0);
	EXPECT_EQ(sc, c[2].data, 3);
	EXPECT(sc, !memcmp(in, "linked", 6), "the read came before the write");

	/* The first one fails: those behind a soft link do not run, those behind a hard one do. */
	NEED_EQ(sc, w_uring_submit(fx.w, ring, (struct w_sqe[]) {
		{ .op = W_URING_WRITE, .flags = W_SQE_HARDLINK, .fd = ro, .buf = "x", .len = 1,
		  .data = 1 },
		{ .op = W_URING_WRITE, .flags = W_SQE_LINK, .fd = ro, .buf = "x", .len = 1,
		  .data = 2 },
		{ .op = W_URING_WRITE, .fd = fd, .buf = "x", .len = 1, .off = 200, .data = 3 },
	}, 3), 3);
	NEED_EQ(sc, uring_fetch(sc, ring, c, 3), 3);
	EXPECT_EQ(sc, result_of(c, 3, 1), -EBADF);
	EXPECT_EQ(sc, result_of(c, 3, 2), -EBADF);
	EXPECT_EQ(sc, result_of(c, 3, 3), -ECANCELED);
	EXPECT_EQ(sc, w_pread(fx.w, fd, in, 6, 200), 6);
	EXPECT(sc, !memcmp(in, "linked", 6), "a cancelled write was done");
	fx_same_attr(&fx, fd, "f", true);
out:
	if (ring >= 0)
		w_uring_close(fx.w, ring);
	if (ro >= 0)
		w_close(fx.w, ro);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* A workable number of turns for tasks of the kernel. */
static void turns(struct world *w)
{
	w_tick(w);
	for (int i = 0; i < 20; i++)
		w_yield(w);
}

static void drains(struct sc *sc)
{
	struct w_async_mode held = { .when = W_ASYNC_HELD };
	struct w_completion c[3];
	struct fixture fx;
	struct fx_opts o;
	char *buf = aligned_alloc(BLOCK, 3 * BLOCK);
	long fd = -1, ring = -1;

	fx_opts_init(&o);
	o.lower.kind = W_LOWER_ASYNC;
	if (!fx_setup(sc, &fx, &o) || !buf)
		goto out;
	memset(buf, 'd', 3 * BLOCK);
	NEED_FD(sc, fd, fx_make(&fx, "f", 3 * BLOCK, O_RDWR | O_DIRECT));
	NEED_EQ(sc, w_lower_async_mode(fx.w, fx.lower, &held), 0);
	NEED_FD(sc, ring, w_uring_setup(fx.w, 8, 0));
	NEED_EQ(sc,
		w_uring_submit(fx.w, ring,
			       (struct w_sqe[]){
				       { .op = W_URING_WRITE,
					 .fd = fd,
					 .buf = buf,
					 .len = BLOCK,
					 .off = 0,
					 .data = 1 },
				       { .op = W_URING_WRITE,
					 .fd = fd,
					 .buf = buf,
					 .len = BLOCK,
					 .off = BLOCK,
					 .data = 2 },
				       { .op = W_URING_WRITE,
					 .flags = W_SQE_DRAIN,
					 .fd = fd,
					 .buf = buf,
					 .len = BLOCK,
					 .off = 2 * BLOCK,
					 .data = 3 },
			       },
			       3),
		3);
	for (int left = 2; left; left--) {
		EXPECT_EQ(sc, w_lower_async_pending(fx.w, fx.lower), left);
		EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
		turns(fx.w);
	}
	EXPECT_EQ(sc, uring_fetch(sc, ring, c, 2), 2);
	EXPECT_EQ(sc, w_uring_wait(fx.w, ring, 0, c, 1), 0);
	turns(fx.w);
	EXPECT_EQ(sc, w_lower_async_pending(fx.w, fx.lower), 1);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
	EXPECT_EQ(sc, uring_fetch(sc, ring, c, 1), 1);
	EXPECT_EQ(sc, c[0].res, BLOCK);
out:
	if (ring >= 0)
		w_uring_close(fx.w, ring);
	if (fd >= 0)
		w_close(fx.w, fd);
	free(buf);
	fx_teardown(&fx);
}

/* ---- cancelling ---- */

/*
 * On a frozen lower file system: the first write waits in a worker, the second one behind it. A
 * worker that begins takes all writes to the file that are there (io_uring/io-wq.c): so it depends
 * on when it began whether the second one is taken from the queue at once, or is the worker's
 * already, who fails it in its turn.
 */
static void cancel_uring(struct sc *sc)
{
	struct w_completion c[2] = { 0 };
	struct fixture fx;
	long fd = -1, ring = -1, ret;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	/* Mainline's passthrough waits for the thaw inside io_uring_enter(): nobody could thaw. */
	if (sc_differs(sc, DIFF_FREEZE_LOCK))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_FD(sc, ring, w_uring_setup(fx.w, 8, 0));
	NEED_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	NEED_EQ(sc, w_uring_submit(fx.w, ring, (struct w_sqe[]) {
		{ .op = W_URING_WRITE, .fd = fd, .buf = "one", .len = 3, .off = 0, .data = 1 },
		{ .op = W_URING_WRITE, .fd = fd, .buf = "two", .len = 3, .off = 10, .data = 2 },
	}, 2), 2);
	turns(fx.w);
	EXPECT_EQ(sc, w_uring_cancel(fx.w, ring, 1), -EALREADY);
	ret = w_uring_cancel(fx.w, ring, 2);
	EXPECT(sc, ret == 0 || ret == -EALREADY, "cancelling the second write: %s", sc_errno(ret));
	EXPECT_EQ(sc, w_uring_cancel(fx.w, ring, 3), -ENOENT);
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
	NEED_EQ(sc, uring_fetch(sc, ring, c, 2), 2);
	if (c[0].data == 2) {
		struct w_completion second = c[0];

		c[0] = c[1];
		c[1] = second;
	}
	EXPECT_EQ(sc, c[0].data, 1);
	EXPECT_EQ(sc, c[0].res, 3);
	EXPECT_EQ(sc, c[1].data, 2);
	EXPECT_EQ(sc, c[1].res, -ECANCELED);
	EXPECT(sc, fx_reads_below(&fx, "f", 10, 3, 1), "a cancelled write was done");
out:
	if (ring >= 0)
		w_uring_close(fx.w, ring);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* ---- flags ---- */

static void hipri(struct sc *sc)
{
	char *buf = aligned_alloc(BLOCK, BLOCK);
	struct w_completion c;
	struct fixture fx;
	long fd = -1, ring = -1;

	if (!fx_setup(sc, &fx, NULL) || !buf)
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", BLOCK, O_RDWR | O_DIRECT));
	for (unsigned int flags = 0; flags <= W_URING_IOPOLL; flags += W_URING_IOPOLL) {
		NEED_FD(sc, ring, w_uring_setup(fx.w, 8, flags));
		NEED_EQ(sc, w_uring_submit(fx.w, ring, &(struct w_sqe) {
			.op = W_URING_READ, .fd = fd, .buf = buf, .len = BLOCK, .rwf = RWF_HIPRI,
		}, 1), 1);
		EXPECT_EQ(sc, uring_fetch(sc, ring, &c, 1), 1);
		/* Polling for completions takes ->iopoll(), which a FUSE file does not have. */
		EXPECT_EQ(sc, c.res, flags ? -EOPNOTSUPP : -EINVAL);
		w_uring_close(fx.w, ring);
		ring = -1;
	}
out:
	if (ring >= 0)
		w_uring_close(fx.w, ring);
	if (fd >= 0)
		w_close(fx.w, fd);
	free(buf);
	fx_teardown(&fx);
}

static void flags_of(struct sc *sc, enum fe_kind kind)
{
	static const int flags[] = { RWF_DSYNC, RWF_APPEND };

	for (int i = 0; i < 2; i++) {
		cell_run(sc, &(struct cell) { .front = kind, .op = CELL_READ, .rwf = flags[i] });
		cell_run(sc, &(struct cell) { .front = kind, .op = CELL_WRITE, .rwf = flags[i] });
	}
}

static void flags_aio(struct sc *sc)
{
	flags_of(sc, FE_AIO);
}

static void flags_uring(struct sc *sc)
{
	flags_of(sc, FE_URING);
}

static void bad_requests(struct sc *sc)
{
	struct w_completion c;
	struct fixture fx;
	struct w_aio a;
	long fd = -1, ro = -1, ctx = -1;
	char x = 'x';

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_FD(sc, ro, w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY, 0));
	NEED_FD(sc, ctx, w_aio_setup(fx.w, 4));
	a = (struct w_aio) { .fd = ro, .op = W_AIO_WRITE, .buf = &x, .len = 1 };
	EXPECT_EQ(sc, w_aio_submit(fx.w, ctx, &a, 1), -EBADF);
	a = (struct w_aio) { .fd = -1, .op = W_AIO_READ, .buf = &x, .len = 1 };
	EXPECT_EQ(sc, w_aio_submit(fx.w, ctx, &a, 1), -EBADF);
	a = (struct w_aio) { .fd = fd, .op = W_AIO_READ, .buf = &x, .len = 1, .off = -1 };
	EXPECT_EQ(sc, w_aio_submit(fx.w, ctx, &a, 1), -EINVAL);
	a = (struct w_aio) { .fd = fd, .op = W_AIO_READ, .buf = &x, .len = 1, .rwf = 0x40000000 };
	EXPECT_EQ(sc, w_aio_submit(fx.w, ctx, &a, 1), -EOPNOTSUPP);
	a = (struct w_aio) { .fd = fd, .op = W_AIO_WRITE, .buf = NULL, .len = 1, .data = 7 };
	EXPECT_EQ(sc, w_aio_submit(fx.w, ctx, &a, 1), 1);
	EXPECT_EQ(sc, w_aio_getevents(fx.w, ctx, 1, &c, 1), 1);
	EXPECT_EQ(sc, c.data, 7);
	EXPECT_EQ(sc, c.res, -EFAULT);
	EXPECT_EQ(sc, w_aio_getevents(fx.w, ctx, 0, &c, 1), 0);
	EXPECT_EQ(sc, w_aio_getevents(fx.w, ctx, 2, &c, 1), -EINVAL);
	EXPECT_EQ(sc, w_aio_cancel(fx.w, ctx, &a), -EINVAL);
	EXPECT_EQ(sc, w_aio_destroy(fx.w, ctx), 0);
	EXPECT_EQ(sc, w_aio_submit(fx.w, ctx, &a, 1), -EINVAL);
	EXPECT_EQ(sc, w_aio_destroy(fx.w, ctx), -EINVAL);
out:
	if (ro >= 0)
		w_close(fx.w, ro);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* ---- who excludes whom ---- */

static long job_append(struct fx_job *job)
{
	struct iovec iov = { job->buf, job->len };

	return w_pwritev2(sc_world(job->sc), job->fd, &iov, 1, 0, RWF_APPEND);
}

static void overlap(struct sc *sc, const struct fx_job *exclusive)
{
	struct w_async_mode held = { .when = W_ASYNC_HELD, .hold_sync = true };
	struct fx_job a = { .fn = job_pwrite, .buf = "aaaa", .len = 4, .off = 0 };
	struct fx_job b = { .fn = job_pwrite, .buf = "bbbb", .len = 4, .off = 50 };
	struct fx_job end = *exclusive;
	struct fx_job last = { .fn = job_pwrite, .buf = "dddd", .len = 4, .off = 20 };
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	fx_opts_init(&o);
	o.lower.kind = W_LOWER_ASYNC;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	a.fd = b.fd = end.fd = last.fd = fd;
	NEED_EQ(sc, w_lower_async_mode(fx.w, fx.lower, &held), 0);
	/* Two writes in place are in the lower file at once. */
	EXPECT_EQ(sc, fx_job_start(sc, &a, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, fx_job_start(sc, &b, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, a.task), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, b.task), 0);
	EXPECT_EQ(sc, w_lower_async_pending(fx.w, fx.lower), 2);
	/* The exclusive one waits for both. */
	EXPECT_EQ(sc, fx_job_start(sc, &end, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, end.task), 0);
	EXPECT_EQ(sc, w_lower_async_pending(fx.w, fx.lower), 2);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, -1, NULL), 0);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, -1, NULL), 0);
	EXPECT_EQ(sc, fx_job_wait(&a), 4);
	EXPECT_EQ(sc, fx_job_wait(&b), 4);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, end.task), 0);
	turns(fx.w);
	EXPECT_EQ(sc, w_lower_async_pending(fx.w, fx.lower), 1);
	/* And while it is there, nobody else is. */
	EXPECT_EQ(sc, fx_job_start(sc, &last, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, last.task), 0);
	EXPECT_EQ(sc, w_lower_async_pending(fx.w, fx.lower), 1);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
	EXPECT_EQ(sc, fx_job_wait(&end), 4);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, last.task), 0);
	turns(fx.w);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
	EXPECT_EQ(sc, fx_job_wait(&last), 4);
	fx_same_attr(&fx, fd, "f", true);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void overlap_extending(struct sc *sc)
{
	overlap(sc, &(struct fx_job) { .fn = job_pwrite, .buf = "cccc", .len = 4, .off = 98 });
}

static void overlap_appending(struct sc *sc)
{
	overlap(sc, &(struct fx_job) { .fn = job_append, .buf = "cccc", .len = 4 });
}

/* ---- whose privileges count ---- */

struct writer {
	struct sc *sc;
	enum fe_kind kind;
	unsigned int uid;
	const char *path;
	long ret;
};

static void writer_task(struct world *w, void *arg)
{
	struct writer *wr = arg;
	char data[4] = "suid";
	struct fe_req req = { .write = true, .buf = data, .len = sizeof(data) };
	struct fe fe;
	long fd;

	if (wr->uid)
		w_setids(w, wr->uid, wr->uid);
	fd = w_open(w, wr->path, O_WRONLY, 0);
	if (fd < 0) {
		wr->ret = fd;
		return;
	}
	req.fd = fd;
	if (fe_start(wr->sc, &fe, wr->kind) && fe_submit(&fe, &req, 1))
		fe_wait(&fe, 1);
	fe_stop(&fe);
	w_close(w, fd);
	wr->ret = req.res;
}

/* The mode of @path after a write by @uid. */
static long mode_after(struct fixture *fx, enum fe_kind kind, unsigned int uid, const char *path,
		       const char *low)
{
	struct writer wr = { .sc = fx->sc, .kind = kind, .uid = uid, .path = path };
	struct w_task *task;
	struct w_stat st;

	/* Not traced, for the writer traces, too. */
	if (!EXPECT(fx->sc, !w_spawn(fx->w, "writer", W_SPAWN_PROCESS, writer_task, &wr, &task),
		    "no writer"))
		return -1;
	w_join(fx->w, task);
	EXPECT_EQ(fx->sc, wr.ret, 4);
	return w_lstat(fx->w, low, &st) ? -1 : (long)st.mode;
}

static void suid(struct sc *sc, enum fe_kind kind)
{
	static const unsigned int modes[] = { 06777, 04777, 02777, 02767, 0777 };
	struct fixture fx;
	char name[16];
	long via, ref;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	for (int i = 0; i < 5; i++) {
		for (unsigned int uid = 0; uid <= 1000; uid += 1000) {
			/* FUSE must not know an older file of that name. */
			snprintf(name, sizeof(name), "f-%o-%u", modes[i], uid);
			NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, name), 100, 1, modes[i]), 0);
			NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "ref"), 100, 1, modes[i]), 0);
			via = mode_after(&fx, kind, uid, fx_mnt(&fx, name), fx_low(&fx, name));
			ref = mode_after(&fx, kind, uid, fx_low(&fx, "ref"), fx_low(&fx, "ref"));
			/* 02767: sgid without group execution */
			if (modes[i] == 02767 && uid)
				EXPECT_DIFF(sc, DIFF_SGID, via & 07777, ref & 07777, 02767);
			else
				EXPECT(sc, via == ref,
				       "mode %o, uid %u: %lo after, on the lower file %lo",
				       modes[i], uid, via, ref);
			w_unlink(fx.w, fx_low(&fx, "ref"));
		}
	}
	EXPECT_DIFF(sc, DIFF_XATTR_PER_WRITE, srv_count(fx.srv, 0, FUSE_GETXATTR), 0, 1);
out:
	/* The last to let go of a file may be a worker of the ring. */
	fx_settle(&fx);
	fx_teardown(&fx);
}

static void suid_sync(struct sc *sc)
{
	suid(sc, FE_RW);
}

static void suid_aio(struct sc *sc)
{
	suid(sc, FE_AIO);
}

static void suid_uring(struct sc *sc)
{
	suid(sc, FE_URING);
}

const struct scenario async_rule_scenarios[] = {
	{ "async/issues-buffered", "io_uring issues a buffered request once",
	  W_CAP_URING | W_CAP_LOWER_LOG, issues_buffered },
	{ "async/issues-direct", "io_uring issues a direct request once",
	  W_CAP_URING | W_CAP_LOWER_LOG | W_CAP_DIO_ALIGN, issues_direct },
	{ "async/issues-no-nowait", "also if the lower file always waits",
	  W_CAP_URING | W_CAP_LOWER_LOG, issues_no_nowait },
	{ "async/issues-queued", "also if the lower file queues it",
	  W_CAP_URING | W_CAP_LOWER_ASYNC, issues_queued },
	{ "async/issues-again", "twice if the lower file would have to wait",
	  W_CAP_URING | W_CAP_LOWER_ASYNC, issues_again },
	{ "async/links", "linked requests of io_uring", W_CAP_URING, links },
	{ "async/drains", "a drained request of io_uring waits for those before it",
	  W_CAP_URING | W_CAP_LOWER_ASYNC, drains },
	{ "async/cancel-uring", "what io_uring can cancel", W_CAP_URING | W_CAP_FREEZE,
	  cancel_uring },
	{ "async/hipri", "completions of FUSE files cannot be polled for",
	  W_CAP_URING | W_CAP_DIO_ALIGN, hipri },
	{ "async/flags-aio", "RWF_ flags of io_submit", W_CAP_AIO, flags_aio },
	{ "async/flags-uring", "RWF_ flags of io_uring", W_CAP_URING, flags_uring },
	{ "async/bad-requests", "what io_submit refuses at once, and what later", W_CAP_AIO,
	  bad_requests },
	{ "async/overlap", "writes in place overlap, one that extends excludes all others",
	  W_CAP_LOWER_ASYNC, overlap_extending },
	{ "async/overlap-append", "the same for one that appends", W_CAP_LOWER_ASYNC,
	  overlap_appending },
	{ "async/suid-sync", "write strips suid and sgid as the lower file system does", 0,
	  suid_sync },
	{ "async/suid-aio", "io_submit strips suid and sgid as the lower file system does",
	  W_CAP_AIO, suid_aio },
	{ "async/suid-uring", "io_uring strips suid and sgid as the lower file system does",
	  W_CAP_URING, suid_uring },
	{ 0 }
};
