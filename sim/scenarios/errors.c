// SPDX-License-Identifier: GPL-2.0
/*
 * What goes wrong below, or changes between two looks at it: each of the patch's paths that nothing
 * else leads to (make coverage shows them).
 */
#include "async_front.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#define BLOCK	4096

static void shut(struct fixture *fx, long fd)
{
	if (fd >= 0)
		w_close(fx->w, fd);
}

/* ---- opening ---- */

/*
 * The server opens the lower file for itself, and registers it with O_PATH; the next open is the
 * kernel's.
 */
static void errors_open(struct sc *sc)
{
	static const struct {
		int error, flags, want;
	} cases[] = {
		{ EACCES, O_RDONLY, -EIO },
		{ EINVAL, O_RDONLY, -EIO },
		{ EINVAL, O_RDONLY | O_DIRECT, -EINVAL },
		{ EACCES, O_RDONLY | O_DIRECT, -EIO },
		{ ENOMEM, O_RDONLY, -ENOMEM },
		{ ENFILE, O_RDONLY, -ENFILE },
	};
	struct fx_opts o;
	struct fixture fx;

	fx_opts_init(&o);
	o.srv.backing = SRV_PATH;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		EXPECT_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_OPEN, 1, 1, cases[i].error, 0),
			  0);
		EXPECT_EQ(sc, fx_try_open(&fx, "f", cases[i].flags), cases[i].want);
	}
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDONLY), 0);
out:
	fx_teardown(&fx);
}

/* Called by the server's task before it registers a file; the name says how. */
static enum srv_backing without_override(struct server *srv, const char *name, uint32_t flags)
{
	(void)flags;
	w_drop_cap(srv_world(srv), CAP_DAC_OVERRIDE);
	w_drop_cap(srv_world(srv), CAP_DAC_READ_SEARCH);
	return *name == 'w' ? SRV_WRONLY : SRV_RDONLY;
}

/*
 * Root may open a file of that name and @mode in both ways, but the server only as @may, which is
 * all that it shows.
 */
static void server_may_only(struct sc *sc, const char *name, unsigned int mode, int may)
{
	struct fx_opts o;
	struct fixture fx;

	fx_opts_init(&o);
	o.srv.choose = without_override;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, name), 100, 1, mode), 0);
	EXPECT_DIFF(sc, DIFF_SERVER_ACCESS, fx_try_open(&fx, name, O_RDWR), -EIO, 0);
	EXPECT_EQ(sc, fx_try_open(&fx, name, may), 0);
out:
	fx_teardown(&fx);
}

static void errors_server_access(struct sc *sc)
{
	server_may_only(sc, "f", 0444, O_RDONLY);
}

static void errors_server_read_access(struct sc *sc)
{
	server_may_only(sc, "w", 0222, O_WRONLY);
}

/* ---- reading and writing ---- */

static void errors_write(struct sc *sc)
{
	struct fixture fx;
	unsigned int mark;
	struct w_stat st;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, EAGAIN, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "text", 4, 0), -EAGAIN);
	EXPECT_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, EIO, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "text", 4, 0), -EIO);
	EXPECT_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, 0, 0), 0);
	/*
	 * After the error the server is asked for the attributes; but not after a write that has
	 * done nothing.
	 */
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "text", 4, 0), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "text", 4, 0), 4);
	fx_same_attr(&fx, fd, "f", true);
out:
	shut(&fx, fd);
	fx_teardown(&fx);
}

/* Every second open gets the file that the hook's argument names. */
static const char *other_backing(struct server *srv, const char *name, unsigned int nth)
{
	(void)name;
	return nth % 2 ? srv_config(srv)->hook_arg : NULL;
}

/* The end of a lower file that is not the only one: the server must be asked for the size. */
static void errors_end_of_one_of_two(struct sc *sc)
{
	char buf[64], other[W_PATH_MAX];
	long fd0 = -1, fd1 = -1;
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	unsigned int mark;

	fx_opts_init(&o);
	o.srv.ids = SRV_ID_PER_OPEN;
	o.srv.backing_path = other_backing;
	o.srv.hook_arg = other;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	snprintf(other, sizeof(other), "%s", fx_low(&fx, "b1"));
	NEED_EQ(sc, sc_make_file(sc, other, 10, 9, 0644), 0);
	NEED_FD(sc, fd0, fx_make(&fx, "f", 64, O_RDWR));
	fd1 = w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0);
	EXPECT_DIFF(sc, DIFF_FILES_NOT_INODES, fd1 < 0 ? fd1 : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_FILES_NOT_INODES) || fd1 < 0)
		goto out;
	EXPECT_EQ(sc, w_fstat(fx.w, fd0, &st), 0);
	EXPECT_EQ(sc, st.size, 64);
	/* in the middle; at the end of the long one; at that of the short one */
	EXPECT_EQ(sc, w_pread(fx.w, fd0, buf, 10, 0), 10);
	EXPECT_EQ(sc, w_pread(fx.w, fd0, buf, 64, 10), 54);
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_pread(fx.w, fd1, buf, 64, 0), 10);
	EXPECT_EQ(sc, w_fstat(fx.w, fd0, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 1);
out:
	shut(&fx, fd0);
	shut(&fx, fd1);
	fx_teardown(&fx);
}

static long job_truncate(struct fx_job *job)
{
	return w_ftruncate(sc_world(job->sc), job->fd, job->len);
}

/* A write is in place when it asks for the lock, and behind the end when it gets it. */
static void errors_shrunk_meanwhile(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_SETATTR,
					      .count = 1,
					      .action = SRV_HOLD };
	struct fx_job cut = { .fn = job_truncate, .len = 10 };
	struct fx_job late = { .fn = job_pwrite, .buf = "late", .len = 4, .off = 50 };
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	cut.fd = late.fd = fd;
	srv_set_rule(fx.srv, &hold);
	NEED_EQ(sc, fx_job_start(sc, &cut, W_SPAWN_SHARE_FILES), 0);
	srv_wait_held(fx.srv);
	NEED_EQ(sc, fx_job_start(sc, &late, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, late.task), 0);
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&cut), 0);
	EXPECT_EQ(sc, fx_job_wait(&late), 4);
	fx_same_attr(&fx, fd, "f", true);
out:
	shut(&fx, fd);
	fx_teardown(&fx);
}

/* ---- set-user-id ---- */

static long write_as_user(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	struct iovec iov = { job->buf, job->len };
	long fd, ret;

	EXPECT_EQ(job->sc, w_setids(w, 1000, 1000), 0);
	fd = w_open(w, job->path, O_WRONLY, 0);
	if (fd < 0)
		return fd;
	ret = w_pwritev2(w, fd, &iov, 1, 0, job->flags);
	w_close(w, fd);
	return ret;
}

/* Another client has taken the bits off; FUSE learns it only when it looks. */
static void errors_suid_gone(struct sc *sc)
{
	struct fx_job job = { .fn = write_as_user, .buf = "user", .len = 4 };
	struct fixture fx;
	struct w_stat st;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 06777), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, w_chmod(fx.w, fx_low(&fx, "f"), 0777), 0);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 4);
	EXPECT_DIFF(sc, DIFF_SUID_GONE, srv_count(fx.srv, 0, FUSE_SETATTR), 0, 1);
out:
	fx_teardown(&fx);
}

/* To take them off is to wait for the server. */
static void errors_suid_nowait(struct sc *sc)
{
	struct fx_job job = { .fn = write_as_user, .buf = "user", .len = 4, .flags = RWF_NOWAIT };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 06777), 0);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), -EAGAIN);
out:
	fx_teardown(&fx);
}

/* ---- a lower file system that holds its requests ---- */

/* Direct I/O on a file of 4 blocks below which requests complete when they are told to. */
static long held_file(struct sc *sc, struct fixture *fx, bool hold_sync)
{
	struct w_async_mode held = { .when = W_ASYNC_HELD, .hold_sync = hold_sync };
	struct fx_opts o;
	long fd;

	fx_opts_init(&o);
	o.lower.kind = W_LOWER_ASYNC;
	if (!fx_setup(sc, fx, &o))
		return -1;
	fd = fx_make(fx, "f", 4 * BLOCK, O_RDWR | O_DIRECT);
	if (fd >= 0)
		EXPECT_EQ(sc, w_lower_async_mode(fx->w, fx->lower, &held), 0);
	return fd;
}

static long nowait_write(struct fixture *fx, long fd, void *buf, long long off, int rwf)
{
	struct iovec iov = { buf, BLOCK };

	return w_pwritev2(fx->w, fd, &iov, 1, off, RWF_NOWAIT | rwf);
}

static void errors_nowait_locked(struct sc *sc)
{
	struct fx_job end = { .fn = job_pwrite, .len = BLOCK, .off = 4 * BLOCK };
	char *buf = aligned_alloc(BLOCK, BLOCK);
	struct fixture fx;
	long fd;

	NEED(sc, buf, "no memory");
	memset(buf, 'x', BLOCK);
	NEED_FD(sc, fd, held_file(sc, &fx, true));
	end.fd = fd;
	end.buf = buf;
	/* One that extends has the lock for itself. */
	NEED_EQ(sc, fx_job_start(sc, &end, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, end.task), 0);
	EXPECT_EQ(sc, nowait_write(&fx, fd, buf, 0, 0), -EAGAIN);
	EXPECT_EQ(sc, nowait_write(&fx, fd, buf, 0, RWF_APPEND), -EAGAIN);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
	EXPECT_EQ(sc, fx_job_wait(&end), BLOCK);
	fx_same_attr(&fx, fd, "f", true);
	shut(&fx, fd);
out:
	free(buf);
	if (buf)
		fx_teardown(&fx);
}

/* One request of io_submit(), which the lower file system holds. */
static bool submit(struct sc *sc, struct fe *fe, struct fe_req *req)
{
	return fe_start(sc, fe, FE_AIO) && fe_submit(fe, req, 1);
}

static void errors_nowait_in_flight(struct sc *sc)
{
	char *buf = aligned_alloc(BLOCK, BLOCK);
	struct fe_req req = { .write = true, .len = BLOCK };
	struct fe fe = { 0 };
	struct fixture fx;
	long fd;

	NEED(sc, buf, "no memory");
	memset(buf, 'x', BLOCK);
	NEED_FD(sc, fd, held_file(sc, &fx, false));
	req.fd = fd;
	req.buf = buf;
	NEED(sc, submit(sc, &fe, &req), "cannot submit");
	EXPECT_EQ(sc, nowait_write(&fx, fd, buf, 0, RWF_APPEND), -EAGAIN);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
	EXPECT_EQ(sc, fe_wait(&fe, 1), 1);
	EXPECT_EQ(sc, req.res, BLOCK);
	EXPECT_EQ(sc, nowait_write(&fx, fd, buf, 0, RWF_APPEND), BLOCK);
	fe_stop(&fe);
	shut(&fx, fd);
out:
	free(buf);
	if (buf)
		fx_teardown(&fx);
}

static void errors_aio_write(struct sc *sc)
{
	const struct w_async_result broken = { .error = EIO };
	char *buf = aligned_alloc(BLOCK, BLOCK);
	struct fe_req req = { .write = true, .len = BLOCK };
	struct fe fe = { 0 };
	struct fixture fx;
	long fd;

	NEED(sc, buf, "no memory");
	memset(buf, 'x', BLOCK);
	NEED_FD(sc, fd, held_file(sc, &fx, false));
	req.fd = fd;
	req.buf = buf;
	NEED(sc, submit(sc, &fe, &req), "cannot submit");
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, &broken), 0);
	EXPECT_EQ(sc, fe_wait(&fe, 1), 1);
	EXPECT_EQ(sc, req.res, -EIO);
	fx_same_attr(&fx, fd, "f", false);
	fe_stop(&fe);
	shut(&fx, fd);
out:
	free(buf);
	if (buf)
		fx_teardown(&fx);
}

/* The lower file grows while a read of it is under way, and before one that is done at once. */
static void aio_read_grown(struct sc *sc, bool at_once)
{
	const struct w_async_mode now = { .when = W_ASYNC_NOW };
	char *buf = aligned_alloc(BLOCK, BLOCK);
	struct fe_req req = { .len = BLOCK };
	struct fe fe = { 0 };
	struct fixture fx;
	struct w_stat st;
	long fd, low;

	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, held_file(sc, &fx, false));
	req.fd = fd;
	req.buf = buf;
	if (at_once)
		EXPECT_EQ(sc, w_lower_async_mode(fx.w, fx.lower, &now), 0);
	else
		NEED(sc, submit(sc, &fe, &req), "cannot submit");
	NEED_FD(sc, low, w_open(fx.w, fx_low(&fx, "f"), O_WRONLY, 0));
	EXPECT_EQ(sc, w_pwrite(fx.w, low, "grown", 5, 4 * BLOCK), 5);
	shut(&fx, low);
	if (at_once)
		NEED(sc, submit(sc, &fe, &req), "cannot submit");
	else
		EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
	EXPECT_EQ(sc, fe_wait(&fe, 1), 1);
	EXPECT_EQ(sc, req.res, BLOCK);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 4 * BLOCK + 5);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 0);
	fe_stop(&fe);
	shut(&fx, fd);
out:
	free(buf);
	if (buf)
		fx_teardown(&fx);
}

static void errors_aio_read_grown(struct sc *sc)
{
	aio_read_grown(sc, false);
}

static void errors_aio_read_grown_at_once(struct sc *sc)
{
	aio_read_grown(sc, true);
}

static void errors_aio_nothing(struct sc *sc)
{
	struct fixture fx;
	char byte = 0;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	for (int write = 0; write <= 1; write++) {
		struct fe_req req = { .fd = fd, .write = write, .buf = &byte };
		struct fe fe = { 0 };

		if (EXPECT(sc, submit(sc, &fe, &req), "cannot submit")) {
			EXPECT_EQ(sc, fe_wait(&fe, 1), 1);
			EXPECT_EQ(sc, req.res, 0);
		}
		fe_stop(&fe);
	}
out:
	shut(&fx, fd);
	fx_teardown(&fx);
}

#define HELD_AIO	(W_CAP_AIO | W_CAP_LOWER_ASYNC)

const struct scenario error_scenarios[] = {
	{ "errors/open", "which errors of the lower open the opener sees", W_CAP_LOWER_FAULT,
	  errors_open },
	{ "errors/server-access", "a file that the server may not open so itself", W_CAP_ROOT,
	  errors_server_access },
	{ "errors/server-read-access", "the same of reading", W_CAP_ROOT,
	  errors_server_read_access },
	{ "errors/write", "lower writes that fail or do nothing", W_CAP_LOWER_FAULT, errors_write },
	{ "errors/end-of-one-of-two",
	  "the end of one of two lower files asks the server for the size", 0,
	  errors_end_of_one_of_two },
	{ "errors/shrunk-meanwhile", "the file shrinks while a write in place waits for its lock",
	  0, errors_shrunk_meanwhile },
	{ "errors/suid-gone", "another client has taken suid off already", W_CAP_ROOT,
	  errors_suid_gone },
	{ "errors/suid-nowait", "RWF_NOWAIT does not wait for the server to take suid off",
	  W_CAP_ROOT | W_CAP_LOWER_ASYNC, errors_suid_nowait },
	{ "errors/nowait-locked", "RWF_NOWAIT does not wait for who has the inode locked",
	  W_CAP_LOWER_ASYNC, errors_nowait_locked },
	{ "errors/nowait-in-flight", "nor for a queued write", HELD_AIO, errors_nowait_in_flight },
	{ "errors/aio-write", "a queued write fails", HELD_AIO, errors_aio_write },
	{ "errors/aio-read-grown", "the file grows under a queued read", HELD_AIO,
	  errors_aio_read_grown },
	{ "errors/aio-read-grown-at-once", "the same before a read that is done at once", HELD_AIO,
	  errors_aio_read_grown_at_once },
	{ "errors/aio-nothing", "io_submit of nothing", W_CAP_AIO, errors_aio_nothing },
	{ 0 }
};
