// SPDX-License-Identifier: GPL-2.0
/*
 * Splice to and from FUSE files, passed through, cached and direct.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	4096
#define LEN	(5 * PAGE + 100)

static bool holds(struct fixture *fx, const char *path, long long off, size_t len,
		  unsigned int seed)
{
	long fd = w_open(fx->w, path, O_RDONLY, 0);
	char *buf = calloc(1, len);
	bool same = fd >= 0 && buf && w_pread(fx->w, fd, buf, len, off) == (long)len &&
		    sc_matches(buf, len, off, seed);

	if (fd >= 0)
		w_close(fx->w, fd);
	free(buf);
	return same;
}

/* From a file through a pipe to another. */
static void through_pipe(struct sc *sc, enum srv_backing from, enum srv_backing to)
{
	struct fx_way way = { from };
	int p[2] = { -1, -1 };
	long long in = 0, out = 0;
	long a = -1, b = -1, n;
	struct fixture fx;
	char *buf = calloc(1, LEN);

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, a, fx_make(&fx, "from", LEN, O_RDONLY));
	way.next = to;
	NEED_FD(sc, b, fx_make(&fx, "to", 10, O_RDWR));
	NEED_EQ(sc, w_pipe(fx.w, p), 0);
	/* Into memory: what a reader of the pipe gets. */
	NEED_EQ(sc, w_splice(fx.w, a, &in, p[1], NULL, 2 * PAGE, 0), 2 * PAGE);
	EXPECT_EQ(sc, in, 2 * PAGE);
	NEED_EQ(sc, w_read(fx.w, p[0], buf, 2 * PAGE), 2 * PAGE);
	EXPECT(sc, sc_matches(buf, 2 * PAGE, 0, 1), "wrong content in the pipe");
	in = 0;
	while (in < LEN) {
		n = w_splice(fx.w, a, &in, p[1], NULL, LEN, 0);
		if (!EXPECT(sc, n > 0, "splice from the file: %s", sc_errno(n)))
			break;
		while (n > 0) {
			long m = w_splice(fx.w, p[0], NULL, b, &out, n, 0);

			NEED(sc, m > 0, "splice to the file: %s", sc_errno(m));
			n -= m;
		}
	}
	EXPECT_EQ(sc, out, LEN);
	EXPECT_EQ(sc, w_splice(fx.w, a, &in, p[1], NULL, LEN, 0), 0);
	EXPECT(sc, holds(&fx, fx_low(&fx, "to"), 0, LEN, 1), "wrong content below");
	EXPECT(sc, holds(&fx, fx_mnt(&fx, "to"), 0, LEN, 1), "wrong content through FUSE");
	fx_same_attr(&fx, b, "to", false);
	sc_differs(sc, DIFF_SPLIT);
out:
	free(buf);
	fx_close(&fx, p[0]);
	fx_close(&fx, p[1]);
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

static void splice_passthrough(struct sc *sc)
{
	through_pipe(sc, SRV_RDWR, SRV_RDWR);
}

static void splice_cached(struct sc *sc)
{
	through_pipe(sc, SRV_CACHED, SRV_CACHED);
}

static void splice_direct(struct sc *sc)
{
	through_pipe(sc, SRV_PLAIN, SRV_PLAIN);
}

static void splice_cached_to_passthrough(struct sc *sc)
{
	through_pipe(sc, SRV_CACHED, SRV_RDWR);
}

static void splice_passthrough_to_cached(struct sc *sc)
{
	through_pipe(sc, SRV_RDWR, SRV_CACHED);
}

static void sendfile_and_copy(struct sc *sc, enum srv_backing from, enum srv_backing to)
{
	struct fx_way way = { from };
	long long off = PAGE - 1;
	long a = -1, b = -1;
	struct fixture fx;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "from", LEN, O_RDONLY));
	way.next = to;
	NEED_FD(sc, b, fx_make(&fx, "to", 0, O_RDWR));
	EXPECT_EQ(sc, w_lseek(fx.w, b, PAGE - 1, SEEK_SET), PAGE - 1);
	EXPECT_EQ(sc, w_sendfile(fx.w, b, a, &off, 3 * PAGE), 3 * PAGE);
	EXPECT_EQ(sc, off, 4 * PAGE - 1);
	EXPECT_EQ(sc, w_lseek(fx.w, b, 0, SEEK_CUR), 4 * PAGE - 1);
	EXPECT(sc, holds(&fx, fx_low(&fx, "to"), PAGE - 1, 3 * PAGE, 1), "wrong content below");
	EXPECT_EQ(sc, w_copy_range(fx.w, a, 0, b, 0, PAGE), PAGE);
	EXPECT(sc, holds(&fx, fx_low(&fx, "to"), 0, 4 * PAGE - 1, 1), "wrong copy below");
	EXPECT(sc, holds(&fx, fx_mnt(&fx, "to"), 0, 4 * PAGE - 1, 1), "wrong copy through FUSE");
out:
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

static void sendfile_passthrough(struct sc *sc)
{
	sendfile_and_copy(sc, SRV_RDWR, SRV_RDWR);
}

static void sendfile_cached(struct sc *sc)
{
	sendfile_and_copy(sc, SRV_CACHED, SRV_CACHED);
}

/* A server without COPY_FILE_RANGE is asked once; then the kernel copies, page by page. */
static void copy_fallback(struct sc *sc)
{
	long a = -1, b = -1;
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.copy_range = false;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "from", LEN, O_RDONLY));
	NEED_FD(sc, b, fx_make(&fx, "to", 0, O_RDWR));
	EXPECT_EQ(sc, w_copy_range(fx.w, a, 0, b, 0, PAGE + 1), PAGE + 1);
	EXPECT_EQ(sc, w_copy_range(fx.w, a, PAGE + 1, b, PAGE + 1, LEN), LEN - PAGE - 1);
	EXPECT(sc, holds(&fx, fx_low(&fx, "to"), 0, LEN, 1), "wrong copy below");
	fx_same_attr(&fx, b, "to", false);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_COPY_FILE_RANGE), 1);
out:
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

/* A splice into a passthrough file beside a cached reader of it. */
static void splice_beside_cached(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	int p[2] = { -1, -1 };
	long long out = PAGE + 7;
	long a = -1, b = -1;
	struct fixture fx;
	char buf[16] = "";

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "f", 3 * PAGE, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, a, buf, 10, PAGE + 7), 10);
	way.next = SRV_RDWR;
	b = w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, b < 0 ? b : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_MIXED_OPENS) || b < 0)
		goto out;
	EXPECT_EQ(sc, w_pread(fx.w, a, buf, 10, PAGE + 7), 10);
	NEED_EQ(sc, w_pipe(fx.w, p), 0);
	NEED_EQ(sc, w_write(fx.w, p[1], "spliced", 7), 7);
	EXPECT_EQ(sc, w_splice(fx.w, p[0], NULL, b, &out, 7, 0), 7);
	EXPECT_EQ(sc, w_pread(fx.w, a, buf, 7, PAGE + 7), 7);
	EXPECT(sc, !memcmp(buf, "spliced", 7), "the cached reader does not see it");
out:
	fx_close(&fx, p[0]);
	fx_close(&fx, p[1]);
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

/* Frozen: a splice waits, without the pipe; another task can use that meanwhile. */
struct frozen_splice {
	int in, out;
};

static long job_splice(struct fx_job *job)
{
	const struct frozen_splice *s = job->arg;
	long long off = 0;

	return w_splice(sc_world(job->sc), s->in, NULL, s->out, &off, 7, 0);
}

static void splice_frozen(struct sc *sc)
{
	struct fx_way way = { SRV_RDWR };
	int p[2] = { -1, -1 };
	struct frozen_splice s;
	struct fx_job job = { .fn = job_splice, .arg = &s };
	bool frozen = false;
	struct fixture fx;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDWR));
	NEED_EQ(sc, w_pipe(fx.w, p), 0);
	NEED_EQ(sc, w_write(fx.w, p[1], "spliced", 7), 7);
	frozen = EXPECT_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	s = (struct frozen_splice){ p[0], (int)fd };
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, job.task), 0);
	/* Needs the lock of the pipe, which mainline's splice holds. */
	if (!sc_differs(sc, DIFF_FREEZE_LOCK))
		EXPECT_EQ(sc, w_write(fx.w, p[1], "more", 4), 4);
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
	frozen = false;
	EXPECT_EQ(sc, fx_job_wait(&job), 7);
out:
	if (frozen)
		w_thaw(fx.w, fx.lower);
	fx_close(&fx, p[0]);
	fx_close(&fx, p[1]);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void splice_rules(struct sc *sc)
{
	struct fx_way way = { SRV_RDWR };
	int p[2] = { -1, -1 };
	struct fixture fx;
	long fd = -1, ro = -1;
	long long off = 0;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_WRONLY | O_APPEND));
	NEED_FD(sc, ro, w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY, 0));
	NEED_EQ(sc, w_pipe(fx.w, p), 0);
	NEED_EQ(sc, w_write(fx.w, p[1], "x", 1), 1);
	EXPECT_EQ(sc, w_splice(fx.w, p[0], NULL, fd, NULL, 1, 0), -EINVAL);
	EXPECT_EQ(sc, w_splice(fx.w, p[0], NULL, ro, NULL, 1, 0), -EBADF);
	EXPECT_EQ(sc, w_splice(fx.w, fd, NULL, p[1], NULL, 1, 0), -EBADF);
	EXPECT_EQ(sc, w_splice(fx.w, p[0], &off, fd, NULL, 1, 0), -ESPIPE);
	EXPECT_EQ(sc, w_sendfile(fx.w, fd, ro, &off, 1), -EINVAL);
out:
	fx_close(&fx, p[0]);
	fx_close(&fx, p[1]);
	fx_close(&fx, fd);
	fx_close(&fx, ro);
	fx_teardown(&fx);
}

#define CACHED	(W_CAP_SPLICE | W_CAP_PAGE_CACHE)

const struct scenario splice_scenarios[] = {
	{ "splice/passthrough", "from a passthrough file through a pipe to another", W_CAP_SPLICE,
	  splice_passthrough },
	{ "splice/cached", "the same with cached files", CACHED, splice_cached },
	{ "splice/direct", "the same with direct files", W_CAP_SPLICE, splice_direct },
	{ "splice/cached-to-passthrough", "from a cached to a passthrough file", CACHED,
	  splice_cached_to_passthrough },
	{ "splice/passthrough-to-cached", "from a passthrough to a cached file", CACHED,
	  splice_passthrough_to_cached },
	{ "splice/sendfile", "sendfile and copy_file_range of passthrough files", W_CAP_SPLICE,
	  sendfile_passthrough },
	{ "splice/sendfile-cached", "the same of cached files", CACHED, sendfile_cached },
	{ "splice/copy-fallback", "copy_file_range that the server does not have", W_CAP_SPLICE,
	  copy_fallback },
	{ "splice/beside-cached", "a splice to a passthrough file beside a cached reader", CACHED,
	  splice_beside_cached },
	{ "splice/frozen", "a splice to a frozen lower file system leaves the pipe alone",
	  W_CAP_SPLICE | W_CAP_FREEZE, splice_frozen },
	{ "splice/rules", "what cannot be spliced", W_CAP_SPLICE, splice_rules },
	{ 0 }
};
