// SPDX-License-Identifier: GPL-2.0
/*
 * The server dies. Files that are passed through go on; everything that needs the server ends with
 * ENOTCONN; and nothing is left behind.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static void kill_server(struct fixture *fx)
{
	srv_kill(fx->srv);
	fx->gone = true;
}

static void death_files_open(struct sc *sc)
{
	struct fixture fx;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	kill_server(&fx);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 100);
	EXPECT(sc, sc_matches(buf, 100, 0, 1), "wrong content read");
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "after death", 11, 200), 11);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 200), 11);
	EXPECT(sc, !memcmp(buf, "after death", 11), "wrong content read");
out:
	if (fd >= 0)
		EXPECT_EQ(sc, w_close(fx.w, fd), -ENOTCONN);
	fx_teardown(&fx);
}

/* With a server that never had FLUSH, close has nothing to ask. */
static void death_close_without_flush(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.flush = false;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	/* the kernel learns from the first FLUSH that there is none */
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
	kill_server(&fx);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
	EXPECT_EQ(sc, w_close(fx.w, fd), 0);
out:
	fx_teardown(&fx);
}

static void death_needs_server(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.attr_timeout = 0;
	o.srv.entry_timeout = 0;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	kill_server(&fx);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), -ENOTCONN);
	EXPECT_EQ(sc, w_fsync(fx.w, fd), -ENOTCONN);
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 0), -ENOTCONN);
	EXPECT_EQ(sc, w_fallocate(fx.w, fd, 0, 0, 200), -ENOTCONN);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), -ENOTCONN);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), -ENOTCONN);
	EXPECT_EQ(sc, fx_try_open(&fx, "new", O_RDWR | O_CREAT), -ENOTCONN);
	EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, "f")), -ENOTCONN);
	/* nothing of it reached the lower file */
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, 100);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* Attributes that are valid need no server, also after I/O that changed them. */
static void death_cached_attributes(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	kill_server(&fx);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 299), 1);
	EXPECT_DIFF(sc, DIFF_GETATTR_AFTER_IO, w_fstat(fx.w, fd, &st), 0, -ENOTCONN);
	if (!sc_differs(sc, DIFF_GETATTR_AFTER_IO))
		EXPECT(sc, st.size == 300, "size is %llu", st.size);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void death_plain_files(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	char buf[10];
	long fd = -1;

	fx_opts_init(&o);
	o.srv.backing = SRV_PLAIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	kill_server(&fx);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 0), -ENOTCONN);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 10, 0), -ENOTCONN);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* It dies while it owes a reply. */
static void death_during(struct sc *sc, uint32_t opcode, struct fx_job *job, enum srv_backing how)
{
	const struct srv_rule drop = { .opcode = opcode, .count = 1, .action = SRV_DROP };
	struct fx_opts o;
	struct fixture fx;
	unsigned int mark;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.backing = how;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	srv_set_rule(fx.srv, &drop);
	job->path = fx_mnt(&fx, job->flags & O_CREAT ? "new" : "f");
	job->fd = fd;
	mark = srv_mark(fx.srv);
	NEED_EQ(sc, fx_job_start(sc, job, W_SPAWN_COPY_FILES), 0);
	srv_wait_count(fx.srv, mark, opcode, 1);
	kill_server(&fx);
	EXPECT_EQ(sc, fx_job_wait(job), -ECONNABORTED);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void death_during_open(struct sc *sc)
{
	struct fx_job job = { .fn = job_open_close, .flags = O_RDWR };

	death_during(sc, FUSE_OPEN, &job, SRV_RDWR);
}

static void death_during_create(struct sc *sc)
{
	struct fx_job job = { .fn = job_open_close, .flags = O_RDWR | O_CREAT };

	death_during(sc, FUSE_CREATE, &job, SRV_RDWR);
}

static void death_during_read(struct sc *sc)
{
	char buf[10];
	struct fx_job job = { .fn = job_pread, .buf = buf, .len = 10 };

	death_during(sc, FUSE_READ, &job, SRV_PLAIN);
}

static void death_during_write(struct sc *sc)
{
	struct fx_job job = { .fn = job_pwrite, .buf = "0123456789", .len = 10 };

	death_during(sc, FUSE_WRITE, &job, SRV_PLAIN);
}

/* The lower file system is busy as long as a file is open, and not longer. */
static void death_frees_lower(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	kill_server(&fx);
	EXPECT_EQ(sc, w_remove_lower(fx.w, fx.lower), -EBUSY);
	w_close(fx.w, fd);
	fd = -1;
	EXPECT_EQ(sc, w_umount(fx.w, fx.mnt, 0), 0);
	fx.mounted = false;
	EXPECT_EQ(sc, w_remove_lower(fx.w, fx.lower), 0);
	fx.own_lower = false;
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario death_scenarios[] = {
	{ "death/files-open", "read and write go on when the server is killed", 0,
	  death_files_open },
	{ "death/close-without-flush", "close succeeds if the server never had FLUSH", 0,
	  death_close_without_flush },
	{ "death/needs-server", "everything else ends with ENOTCONN", 0, death_needs_server },
	{ "death/cached-attributes", "fstat needs no server while attributes are valid", 0,
	  death_cached_attributes },
	{ "death/plain-files", "files that are not passed through end with ENOTCONN", 0,
	  death_plain_files },
	{ "death/during-open", "killed while OPEN is unanswered", 0, death_during_open },
	{ "death/during-create", "killed while CREATE is unanswered", 0, death_during_create },
	{ "death/during-read", "killed while a plain READ is unanswered", 0, death_during_read },
	{ "death/during-write", "killed while a plain WRITE is unanswered", 0,
	  death_during_write },
	{ "death/frees-lower", "the lower file system is free with the last close", 0,
	  death_frees_lower },
	{ 0 }
};
