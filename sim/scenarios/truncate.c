// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes that change: through FUSE, and behind its back.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static void truncate_shrink(struct sc *sc)
{
	struct fixture fx;
	char buf[200];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDWR));
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 100), 0);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 200, 0), 100);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 200, 100), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SETATTR), 1);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void truncate_grow(struct sc *sc)
{
	struct fixture fx;
	char buf[200];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 10000), 0);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 200, 9000), 200);
	EXPECT(sc, sc_matches(buf, 200, 9000, 0), "the new part is not zeros");
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 9999), 1);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void truncate_by_path(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDWR));
	EXPECT_EQ(sc, w_truncate(fx.w, fx_mnt(&fx, "f"), 7), 0);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_END), 7);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void truncate_read_only(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDONLY));
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 7), -EINVAL);
	EXPECT_EQ(sc, w_truncate(fx.w, fx_mnt(&fx, "f"), -1), -EINVAL);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* O_TRUNC by a second opener, while the first reads. */
static void truncate_by_open(struct sc *sc)
{
	struct fixture fx;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 100);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_WRONLY | O_TRUNC), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "new", 3, 10), 3);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void truncate_atomic_o_trunc(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.init_flags = FUSE_ATOMIC_O_TRUNC;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDWR | O_TRUNC));
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SETATTR), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 0);
	EXPECT_EQ(sc, w_write(fx.w, fd, "new", 3), 3);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* Somebody truncates the lower file: reads see it, fstat does with the next read. */
static void truncate_behind(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[200];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDWR));
	NEED_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, w_truncate(fx.w, fx_low(&fx, "f"), 100), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 5000);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 200, 0), 100);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 200, 200), 0);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 100), 1);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void truncate_extended_behind(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[200];
	long fd = -1, low = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	NEED_FD(sc, low, w_open(fx.w, fx_low(&fx, "f"), O_WRONLY, 0));
	sc_pattern(buf, 100, 100, 1);
	EXPECT_EQ(sc, w_pwrite(fx.w, low, buf, 100, 100), 100);
	w_close(fx.w, low);
	/* readable at once, although fstat does not know yet */
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 100);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 200, 0), 200);
	EXPECT(sc, sc_matches(buf, 200, 0, 1), "wrong content read");
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* The server refuses to truncate: nothing changes. */
static void truncate_refused(struct sc *sc)
{
	static const struct srv_rule rule = { .opcode = FUSE_SETATTR, .count = 1,
					      .action = SRV_FAIL, .error = EPERM };
	struct fixture fx;
	char buf[10];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDWR));
	srv_set_rule(fx.srv, &rule);
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 100), -EPERM);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 4990), 10);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 100), 0);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* A write comes while the server's reply to a truncation is on its way. */
static long truncate_job(struct fx_job *job)
{
	return w_truncate(sc_world(job->sc), job->path, job->off);
}

static void truncate_and_read(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_SETATTR, .count = 1,
					      .action = SRV_HOLD };
	struct fx_job job = { .fn = truncate_job, .off = 10 };
	struct fixture fx;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDWR));
	srv_set_rule(fx.srv, &hold);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	srv_wait_held(fx.srv);
	/* the lower file is short already; a read needs no lock of the truncating task */
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 10);
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario truncate_scenarios[] = {
	{ "truncate/shrink", "ftruncate to a smaller size", 0, truncate_shrink },
	{ "truncate/grow", "ftruncate to a larger size", 0, truncate_grow },
	{ "truncate/by-path", "truncate of an open file by its path", 0, truncate_by_path },
	{ "truncate/read-only", "what is not open for writing cannot be truncated", 0,
	  truncate_read_only },
	{ "truncate/by-open", "O_TRUNC while another open reads", 0, truncate_by_open },
	{ "truncate/atomic-o-trunc", "the server truncates at open", 0, truncate_atomic_o_trunc },
	{ "truncate/behind", "the lower file is truncated behind FUSE's back", 0,
	  truncate_behind },
	{ "truncate/extended-behind", "the lower file is extended behind FUSE's back", 0,
	  truncate_extended_behind },
	{ "truncate/refused", "the server refuses to truncate", 0, truncate_refused },
	{ "truncate/and-read", "a read while a truncation is not answered yet", 0,
	  truncate_and_read },
	{ 0 }
};
