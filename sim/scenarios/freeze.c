// SPDX-License-Identifier: GPL-2.0
/*
 * A lower file system that is frozen: writes wait, reads do not, and freezing waits for nobody.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

static void freeze_fuse(struct sc *sc)
{
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, w_freeze(fx.w, fx.mnt), -EOPNOTSUPP);
out:
	fx_teardown(&fx);
}

/* A write waits until thaw, then succeeds; @flags and @off tell which kind of write. */
static void write_waits(struct sc *sc, int flags, long long off)
{
	struct fx_job job = { .fn = job_pwrite, .buf = "frozen", .len = 6, .off = off };
	struct fixture fx;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR | flags));
	job.fd = fd;
	NEED_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, job.task), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 100);
	EXPECT(sc, sc_matches(buf, 100, 0, 1), "the write did not wait");
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 6);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void freeze_write(struct sc *sc)
{
	write_waits(sc, 0, 10);
}

static void freeze_append(struct sc *sc)
{
	write_waits(sc, O_APPEND, 0);
}

static void freeze_extend(struct sc *sc)
{
	write_waits(sc, 0, 5000);
}

/* All protection that writes took has been given back: the file system can be frozen. */
static void freeze_after_writes(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 5000), 1);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, NULL, 1, 0), -EFAULT);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "", 0, 0), 0);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(sc, w_freeze(fx.w, fx.lower), 0);
		EXPECT_EQ(sc, w_freeze(fx.w, fx.lower), -EBUSY);
		EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
	}
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), -EINVAL);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "y", 1, 0), 1);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void freeze_open(struct sc *sc)
{
	struct fixture fx;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	NEED_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	/* to open for reading takes no protection */
	fd = w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY, 0);
	if (EXPECT(sc, fd >= 0, "cannot open: %s", sc_errno(fd)))
		EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 100);
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void freeze_two_writers(struct sc *sc)
{
	struct fx_job a = { .fn = job_pwrite, .buf = "first", .len = 5, .off = 0 };
	struct fx_job b = { .fn = job_pwrite, .buf = "second", .len = 6, .off = 50 };
	struct fixture fx;
	char buf[6];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	a.fd = b.fd = fd;
	NEED_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fx_job_start(sc, &a, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, fx_job_start(sc, &b, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, a.task), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, b.task), 0);
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fx_job_wait(&a), 5);
	EXPECT_EQ(sc, fx_job_wait(&b), 6);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 6, 50), 6);
	EXPECT(sc, !memcmp(buf, "second", 6), "wrong content");
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static long seek_end(struct fx_job *job)
{
	return w_lseek(sc_world(job->sc), job->fd, 0, SEEK_END);
}

/* Who waits for a thaw must not keep the inode locked, which SEEK_END needs. */
static void freeze_holds_no_lock(struct sc *sc)
{
	struct fx_job a = { .fn = job_pwrite, .buf = "waits", .len = 5, .off = 0 };
	struct fx_job b = { .fn = seek_end };
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	a.fd = b.fd = fd;
	NEED_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fx_job_start(sc, &a, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, a.task), 0);
	EXPECT_EQ(sc, fx_job_start(sc, &b, W_SPAWN_COPY_FILES), 0);
	EXPECT_DIFF(sc, DIFF_FREEZE_LOCK, w_task_wait_blocked(fx.w, b.task), 1, 0);
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fx_job_wait(&a), 5);
	EXPECT_EQ(sc, fx_job_wait(&b), 100);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void freeze_nowait(struct sc *sc)
{
	struct iovec iov = { "now", 3 };
	char buf[3];
	struct iovec in = { buf, sizeof(buf) };
	struct fixture fx;
	long fd = -1, low = -1, want;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_FD(sc, low, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	/*
	 * A file that knows no NOWAIT at all says so before anything could block. One that does so
	 * for reads only (ext4 without O_DIRECT) would say so in the write, which is not reached.
	 */
	want = w_preadv2(fx.w, low, &in, 1, 0, RWF_NOWAIT) == -EOPNOTSUPP ? -EOPNOTSUPP : -EAGAIN;
	NEED_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	EXPECT_DIFF(sc, DIFF_NOWAIT, w_pwritev2(fx.w, fd, &iov, 1, 0, RWF_NOWAIT), want,
		    -EOPNOTSUPP);
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
out:
	if (low >= 0)
		w_close(fx.w, low);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* Killed, the server lets go of a file system that is frozen; so does the last close. */
static void freeze_and_death(struct sc *sc)
{
	struct fx_job job = { .fn = job_pwrite, .buf = "frozen", .len = 6 };
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	job.fd = fd;
	NEED_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, job.task), 0);
	srv_kill(fx.srv);
	fx.gone = true;
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 6);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario freeze_scenarios[] = {
	{ "freeze/fuse-mount", "a FUSE mount itself cannot be frozen", 0, freeze_fuse },
	{ "freeze/write", "a write in place waits until thaw, reads pass", W_CAP_FREEZE,
	  freeze_write },
	{ "freeze/append", "an appending write waits until thaw", W_CAP_FREEZE, freeze_append },
	{ "freeze/extend", "an extending write waits until thaw", W_CAP_FREEZE, freeze_extend },
	{ "freeze/after-writes", "writes give back what keeps from freezing", W_CAP_FREEZE,
	  freeze_after_writes },
	{ "freeze/open", "a file can be opened and read meanwhile", W_CAP_FREEZE, freeze_open },
	{ "freeze/two-writers", "two writers of one file wait and go on", W_CAP_FREEZE,
	  freeze_two_writers },
	{ "freeze/holds-no-lock", "a waiting writer does not keep the inode locked", W_CAP_FREEZE,
	  freeze_holds_no_lock },
	{ "freeze/nowait", "RWF_NOWAIT does not wait for a thaw", W_CAP_FREEZE, freeze_nowait },
	{ "freeze/and-death", "the server is killed while a writer waits", W_CAP_FREEZE,
	  freeze_and_death },
	{ 0 }
};
