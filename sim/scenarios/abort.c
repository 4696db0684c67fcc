// SPDX-License-Identifier: GPL-2.0
/*
 * The connection is aborted, or unmounted lazily, with files open or requests under way.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static void abort_now(struct sc *sc, struct fixture *fx)
{
	fx->gone = true;
	EXPECT_EQ(sc, w_abort(fx->w, fx->mnt), 0);
}

static void abort_idle(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	abort_now(sc, &fx);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 100);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 100), 1);
	EXPECT_EQ(sc, w_fsync(fx.w, fd), -ENOTCONN);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), -ENOTCONN);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, 101);
out:
	if (fd >= 0)
		EXPECT_EQ(sc, w_close(fx.w, fd), -ENOTCONN);
	fx_teardown(&fx);
}

static void abort_twice(struct sc *sc)
{
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, fx_barrier(&fx), 0);
	abort_now(sc, &fx);
	EXPECT_EQ(sc, w_abort(fx.w, fx.mnt), 0);
	EXPECT_EQ(sc, fx_barrier(&fx), -ENOTCONN);
out:
	fx_teardown(&fx);
}

/*
 * Abort while a request is with the server, whose reply comes afterwards: it is refused, and what
 * it named is not kept.
 */
static void abort_during(struct sc *sc, uint32_t opcode, struct fx_job *job, enum srv_backing how)
{
	const struct srv_rule hold = { .opcode = opcode, .count = 1, .action = SRV_HOLD };
	struct srv_request req;
	struct fx_opts o;
	struct fixture fx;
	unsigned int mark;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.backing = how;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, fx_barrier(&fx), 0);
	srv_set_rule(fx.srv, &hold);
	mark = srv_mark(fx.srv);
	job->path = fx_mnt(&fx, job->flags & O_CREAT ? "new" : "f");
	job->fd = fd;
	NEED_EQ(sc, fx_job_start(sc, job, W_SPAWN_COPY_FILES), 0);
	srv_wait_held(fx.srv);
	abort_now(sc, &fx);
	EXPECT_EQ(sc, fx_job_wait(job), -ECONNABORTED);
	srv_let_go(fx.srv);
	NEED(sc, srv_find(fx.srv, mark, opcode, 0, &req), "the request is not in the log");
	EXPECT_EQ(sc, req.sent, -ENOENT);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void abort_open(struct sc *sc)
{
	struct fx_job job = { .fn = job_open_close, .flags = O_RDWR };

	abort_during(sc, FUSE_OPEN, &job, SRV_RDWR);
}

static void abort_create(struct sc *sc)
{
	struct fx_job job = { .fn = job_open_close, .flags = O_RDWR | O_CREAT };

	abort_during(sc, FUSE_CREATE, &job, SRV_RDWR);
}

static void abort_read(struct sc *sc)
{
	char buf[10];
	struct fx_job job = { .fn = job_pread, .buf = buf, .len = 10 };

	abort_during(sc, FUSE_READ, &job, SRV_PLAIN);
}

static void abort_write(struct sc *sc)
{
	struct fx_job job = { .fn = job_pwrite, .buf = "0123456789", .len = 10 };

	abort_during(sc, FUSE_WRITE, &job, SRV_PLAIN);
}

static long job_fsync(struct fx_job *job)
{
	return w_fsync(sc_world(job->sc), job->fd);
}

static void abort_fsync(struct sc *sc)
{
	struct fx_job job = { .fn = job_fsync };

	abort_during(sc, FUSE_FSYNC, &job, SRV_RDWR);
}

static long job_lookup(struct fx_job *job)
{
	struct w_stat st;

	return w_lstat(sc_world(job->sc), job->arg, &st);
}

static void abort_lookup(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_LOOKUP, .count = 1,
					      .action = SRV_HOLD };
	struct fx_job job = { .fn = job_lookup };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0644), 0);
	NEED_EQ(sc, fx_barrier(&fx), 0);
	srv_set_rule(fx.srv, &hold);
	job.arg = (void *)fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	srv_wait_held(fx.srv);
	abort_now(sc, &fx);
	EXPECT_EQ(sc, fx_job_wait(&job), -ECONNABORTED);
	srv_let_go(fx.srv);
out:
	fx_teardown(&fx);
}

/* The suid bits cannot be taken off any more: nothing may be written. */
static long write_as_user(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);

	EXPECT_EQ(job->sc, w_setids(w, 1000, 1000), 0);
	return w_pwrite(w, job->fd, "x", 1, 0);
}

static void abort_suid_write(struct sc *sc)
{
	struct fx_job job = { .fn = write_as_user };
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 0, 1, 04777), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	abort_now(sc, &fx);
	job.fd = fd;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), -ENOTCONN);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, 0);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* A lazily unmounted file system lives until its last file is closed, server and all. */
static void abort_lazy_umount(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	fx.gone = true;
	NEED_EQ(sc, w_umount(fx.w, fx.mnt, MNT_DETACH), 0);
	fx.mounted = false;
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 100);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 100), 1);
	EXPECT_EQ(sc, w_fsync(fx.w, fd), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), -ENOENT);
out:
	if (fd >= 0)
		EXPECT_EQ(sc, w_close(fx.w, fd), 0);
	fx_teardown(&fx);
}

/* Forced: the connection ends although the file system cannot be unmounted. */
static void abort_force_umount(struct sc *sc)
{
	struct fixture fx;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	fx.gone = true;
	EXPECT_EQ(sc, w_umount(fx.w, fx.mnt, MNT_FORCE), -EBUSY);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 100);
	EXPECT_EQ(sc, w_fsync(fx.w, fd), -ENOTCONN);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario abort_scenarios[] = {
	{ "abort/idle", "read and write go on after the connection is aborted", 0, abort_idle },
	{ "abort/twice", "a second abort changes nothing", 0, abort_twice },
	{ "abort/open", "aborted while OPEN is with the server", 0, abort_open },
	{ "abort/create", "aborted while CREATE is with the server", 0, abort_create },
	{ "abort/read", "aborted while a plain READ is with the server", 0, abort_read },
	{ "abort/write", "aborted while a plain WRITE is with the server", 0, abort_write },
	{ "abort/fsync", "aborted while FSYNC of a passthrough file is with the server", 0,
	  abort_fsync },
	{ "abort/lookup", "aborted while LOOKUP is with the server", 0, abort_lookup },
	{ "abort/suid-write", "a write that must take suid off but cannot", W_CAP_ROOT,
	  abort_suid_write },
	{ "abort/lazy-umount", "read, write and fsync go on after a lazy unmount", 0,
	  abort_lazy_umount },
	{ "abort/force-umount", "read goes on after a forced unmount", 0, abort_force_umount },
	{ 0 }
};
