// SPDX-License-Identifier: GPL-2.0
/*
 * The plainest cases of tasks that meet: what exploration costs is measured with them.
 */
#include "../scenario.h"

#include <fcntl.h>

/* Two writes in place to one open file, @apart or over each other. */
static void two_writes(struct sc *sc, bool apart)
{
	char first[100], second[100];
	struct fx_job jobs[] = {
		{ .fn = job_pwrite, .buf = first, .len = 100 },
		{ .fn = job_pwrite, .buf = second, .len = 100, .off = apart ? 100 : 0 },
	};
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 200, O_RDWR));
	sc_pattern(first, 100, 0, 2);
	sc_pattern(second, 100, jobs[1].off, 3);
	jobs[0].fd = jobs[1].fd = (int)fd;
	NEED_EQ(sc, fx_race(sc, jobs, 2, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, jobs[0].ret, 100);
	EXPECT_EQ(sc, jobs[1].ret, 100);
	if (apart) {
		fx_reads(&fx, fd, 0, 100, 2);
		fx_reads(&fx, fd, 100, 100, 3);
	}
	fx_same_attr(&fx, (int)fd, "f", false);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void write_write(struct sc *sc)
{
	two_writes(sc, true);
}

static void write_over(struct sc *sc)
{
	two_writes(sc, false);
}

static long two_reads(struct fx_job *job)
{
	char buf[100];

	for (int i = 0; i < 2; i++)
		EXPECT_EQ(job->sc, w_pread(sc_world(job->sc), job->fd, buf, 100, 0), 100);
	return 0;
}

static void read_write(struct sc *sc)
{
	char data[100];
	struct fx_job jobs[] = {
		{ .fn = two_reads },
		{ .fn = job_pwrite, .buf = data, .len = 100, .off = 50 },
	};
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 200, O_RDWR));
	sc_pattern(data, 100, 50, 1);
	jobs[0].fd = jobs[1].fd = (int)fd;
	NEED_EQ(sc, fx_race(sc, jobs, 2, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, jobs[1].ret, 100);
	fx_same_attr(&fx, (int)fd, "f", false);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* The server has a part in it: LOOKUP, OPEN, and the ioctl that registers a file. */
static void open_write(struct sc *sc)
{
	char data[100];
	struct fx_job jobs[] = {
		{ .fn = job_open_close, .flags = O_RDWR },
		{ .fn = job_pwrite, .buf = data, .len = 100, .off = 50 },
	};
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 200, O_RDWR));
	jobs[0].path = fx_mnt(&fx, "f");
	sc_pattern(data, 100, 50, 1);
	jobs[1].fd = (int)fd;
	NEED_EQ(sc, fx_race(sc, jobs, 2, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, jobs[0].ret, 0);
	EXPECT_EQ(sc, jobs[1].ret, 100);
	fx_same_attr(&fx, (int)fd, "f", false);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

const struct scenario explore_scenarios[] = {
	{ "explore/write-write", "two tasks write in place, side by side", W_CAP_PASSTHROUGH,
	  write_write },
	{ "explore/write-over", "two tasks write in place, over each other", W_CAP_PASSTHROUGH,
	  write_over },
	{ "explore/read-write", "one task reads twice, another one writes", W_CAP_PASSTHROUGH,
	  read_write },
	{ "explore/open-write", "one task opens and closes, another one writes", W_CAP_PASSTHROUGH,
	  open_write },
	{ 0 }
};
