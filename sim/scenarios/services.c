// SPDX-License-Identifier: GPL-2.0
/*
 * What FUSE does beside reading and writing: it shows its mount options, waits for what poll()
 * waits for, tells of security contexts; and what it does for virtiofs alone.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE		4096
#define MOUNT		"rootmode=40000,user_id=0,group_id=0"

/* ---- options ---- */

static void shows(struct fixture *fx, const char *path, const char *want)
{
	char buf[256] = "";

	EXPECT_EQ(fx->sc, w_mount_options(fx->w, path, buf, sizeof(buf)), 0);
	EXPECT(fx->sc, !strcmp(buf, want), "%s in place of %s", buf, want);
}

static void options_of(struct sc *sc, const char *opts, const char *shown)
{
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	o.mount_opts = opts;
	if (fx_setup(sc, &fx, &o))
		shows(&fx, fx.mnt, shown);
	fx_teardown(&fx);
}

static void services_options(struct sc *sc)
{
	options_of(sc, MOUNT ",allow_other,default_permissions",
		   "rw,user_id=0,group_id=0,default_permissions,allow_other");
	options_of(sc, MOUNT ",max_read=8192", "rw,user_id=0,group_id=0,max_read=8192");
}

/* ---- poll ---- */

static long job_poll(struct fx_job *job)
{
	return w_poll_wait(sc_world(job->sc), job->fd, job->flags);
}

/* Whoever waits would do so for ever if the server's word were lost. */
static void wake(struct fixture *fx, struct fx_job *job, uint64_t kh)
{
	if (!EXPECT_EQ(fx->sc, srv_notify_poll(fx->w, fx->dev, kh), 0))
		w_kill(fx->w, job->task);
}

static void services_poll(struct sc *sc)
{
	struct fx_job job = { .fn = job_poll, .flags = POLLIN };
	struct srv_request req;
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.backing = SRV_PLAIN;
	o.srv.poll = true;
	o.keep_dev = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	EXPECT_EQ(sc, w_poll(fx.w, fd, POLLIN), 0);
	NEED(sc, srv_find(fx.srv, 0, FUSE_POLL, 0, &req), "the server is not asked");
	EXPECT_EQ(sc, req.flags & FUSE_POLL_SCHEDULE_NOTIFY, 0);
	job.fd = fd;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	if (!srv_wait_count(fx.srv, 0, FUSE_POLL, 2) || !srv_find(fx.srv, 0, FUSE_POLL, 1, &req)) {
		fx_job_wait(&job);
		goto out;
	}
	EXPECT_EQ(sc, req.flags & FUSE_POLL_SCHEDULE_NOTIFY, FUSE_POLL_SCHEDULE_NOTIFY);
	/* A word about another file wakes nobody. */
	EXPECT_EQ(sc, srv_notify_poll(fx.w, fx.dev, req.offset + 1000), 0);
	srv_set_ready(fx.srv, POLLIN | POLLOUT);
	wake(&fx, &job, req.offset);
	EXPECT_EQ(sc, fx_job_wait(&job), POLLIN);
	EXPECT_EQ(sc, w_poll(fx.w, fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- security contexts ---- */

/* No security module labels files here, which the server is told. */
static void services_contexts(struct sc *sc)
{
	struct srv_request req;
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.init_flags = FUSE_SECURITY_CTX;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_CREAT | O_RDWR, 0644));
	NEED(sc, srv_find(fx.srv, 0, FUSE_CREATE, 0, &req), "no CREATE");
	EXPECT_EQ(sc, req.size, sizeof(struct fuse_secctx_header));
	EXPECT_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d"), 0755), 0);
	EXPECT(sc, fx_writes(&fx, fd, 0, PAGE, 1), "cannot write");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- the page cache ---- */

/*
 * Direct I/O on a file that is cached: what is cached goes to the server before, and is dropped
 * after.
 */
static void services_direct(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	long fd = -1, direct = -1;
	struct fixture fx;
	unsigned int mark;
	struct fx_opts o;
	char *buf = NULL;

	fx_opts_init(&o);
	o.srv.passthrough = false;
	if (!fx_setup_ways(sc, &fx, &o, &way))
		goto out;
	if (posix_memalign((void **)&buf, PAGE, PAGE))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 3 * PAGE, O_RDWR));
	NEED_FD(sc, direct, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR | O_DIRECT, 0));
	EXPECT(sc, fx_reads(&fx, fd, 0, 3 * PAGE, 1), "wrong content");
	sc_pattern(buf, PAGE, PAGE, 2);
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_pwrite(fx.w, direct, buf, PAGE, PAGE), PAGE);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_WRITE), 1);
	EXPECT(sc, fx_reads_below(&fx, "f", PAGE, PAGE, 2), "it is not below");
	EXPECT(sc, fx_reads(&fx, fd, PAGE, PAGE, 2), "the old page");
	EXPECT(sc, fx_reads(&fx, fd, 2 * PAGE, PAGE, 1), "the page behind is another");
	srv_set_rule(fx.srv, &(struct srv_rule){ .opcode = FUSE_WRITE,
						 .count = 1,
						 .action = SRV_FAIL,
						 .error = EDQUOT });
	EXPECT_EQ(sc, w_pwrite(fx.w, direct, buf, PAGE, PAGE), -EDQUOT);
out:
	free(buf);
	fx_close(&fx, direct);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- virtiofs ---- */

static bool writeback_setup(struct sc *sc, struct fixture *fx)
{
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.passthrough = false;
	o.srv.backing = SRV_CACHED;
	o.srv.init_flags = FUSE_WRITEBACK_CACHE;
	o.virtio = true;
	return fx_setup(sc, fx, &o);
}

static void hold_write(struct fixture *fx)
{
	srv_set_rule(fx->srv,
		     &(struct srv_rule){ .opcode = FUSE_WRITE, .count = 1, .action = SRV_HOLD });
}

static long job_syncfs(struct fx_job *job)
{
	return w_syncfs(sc_world(job->sc), job->fd);
}

/* SYNCFS comes when all that was being written has been answered. */
static void virtio_syncfs(struct sc *sc)
{
	struct fx_job job = { .fn = job_syncfs };
	struct fixture fx;
	long fd = -1;

	if (!writeback_setup(sc, &fx))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDWR));
	shows(&fx, fx.mnt, "rw");
	EXPECT_EQ(sc, w_syncfs(fx.w, fd), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SYNCFS), 1);
	EXPECT(sc, fx_writes(&fx, fd, 0, PAGE, 2), "cannot write");
	hold_write(&fx);
	job.fd = fd;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	srv_wait_held(fx.srv);
	w_task_wait_blocked(fx.w, job.task);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SYNCFS), 1);
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SYNCFS), 2);
	EXPECT(sc, fx_reads_below(&fx, "f", 0, PAGE, 2), "it is not below");
	/* A server that does not know of it is asked once. */
	srv_set_rule(fx.srv, &(struct srv_rule){ .opcode = FUSE_SYNCFS,
						 .count = 1,
						 .action = SRV_FAIL,
						 .error = ENOSYS });
	EXPECT_EQ(sc, w_syncfs(fx.w, fd), 0);
	EXPECT_EQ(sc, w_syncfs(fx.w, fd), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SYNCFS), 3);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/*
 * A directory that is a mount point of the exported tree is one here, too: by itself, whenever it
 * is walked into.
 */
static void virtio_submount(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.backing = SRV_PLAIN;
	o.srv.submount = "sub";
	o.virtio = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, w_mkdir(fx.w, fx_low(&fx, "sub"), 0755), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "sub/f"), 10, 1, 0644), 0);
	/* To look at it mounts nothing. */
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "sub"), &st), 0);
	EXPECT_EQ(sc, w_umount(fx.w, fx_mnt(&fx, "sub"), 0), -EINVAL);
	for (int i = 0; i < 2; i++) {
		NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "sub/f"), O_RDWR, 0));
		EXPECT(sc, fx_reads(&fx, fd, 0, 10, 1), "wrong content");
		shows(&fx, fx_mnt(&fx, "sub"), "rw");
		EXPECT_EQ(sc, w_umount(fx.w, fx_mnt(&fx, "sub"), 0), -EBUSY);
		fx_close(&fx, fd);
		fd = -1;
		EXPECT_EQ(sc, w_umount(fx.w, fx_mnt(&fx, "sub"), 0), 0);
	}
	/* What is mounted when the file system goes goes with it. */
	EXPECT_EQ(sc, w_access(fx.w, fx_mnt(&fx, "sub/f"), R_OK), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

const struct scenario service_scenarios[] = {
	{ "services/options", "which mount options the kernel shows", 0, services_options },
	{ "services/poll", "poll() waits until the server says that there is something", 0,
	  services_poll },
	{ "services/contexts", "a server that wants security contexts is told that there are none",
	  0, services_contexts },
	{ "services/direct", "O_DIRECT on a cached file", W_CAP_PAGE_CACHE, services_direct },
	{ "virtio/syncfs", "SYNCFS waits for writes under way", W_CAP_VIRTIO | W_CAP_PAGE_CACHE,
	  virtio_syncfs },
	{ "virtio/submount", "directories that mount themselves", W_CAP_VIRTIO, virtio_submount },
	{ 0 }
};
