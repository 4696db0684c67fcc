// SPDX-License-Identifier: GPL-2.0
/*
 * Set-user-id and set-group-id bits: who writes without privilege takes them off, whatever the
 * server promised to do about writes, for it does not see these.
 */
#include "async_front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>

static long write_as_user(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	struct iovec iov = { "user", job->len };
	long fd, ret;

	EXPECT_EQ(job->sc, w_setids(w, 1000, 1000), 0);
	fd = w_open(w, job->path, O_WRONLY, 0);
	if (fd < 0)
		return fd;
	ret = w_pwritev2(w, fd, &iov, 1, job->off, job->flags);
	w_close(w, fd);
	return ret;
}

/* Permissions of the lower file and, through FUSE, what they must both be. */
static void expect_mode(struct sc *sc, struct fixture *fx, unsigned int mode)
{
	struct w_stat st;

	EXPECT_EQ(sc, w_lstat(fx->w, fx_low(fx, "f"), &st), 0);
	EXPECT(sc, (st.mode & 07777) == mode, "mode below is %o, expected %o", st.mode & 07777,
	       mode);
	EXPECT_EQ(sc, w_lstat(fx->w, fx_mnt(fx, "f"), &st), 0);
	EXPECT(sc, (st.mode & 07777) == mode, "mode through FUSE is %o, expected %o",
	       st.mode & 07777, mode);
}

struct suid_case {
	uint64_t init_flags;
	unsigned int mode, want;
	size_t len;
	long long off;
	int rwf;
};

static void user_writes(struct sc *sc, const struct suid_case *c)
{
	struct fx_job job = { .fn = write_as_user, .len = c->len, .off = c->off,
			      .flags = c->rwf };
	struct fx_opts o;
	struct fixture fx;

	fx_opts_init(&o);
	o.srv.init_flags = c->init_flags;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, c->mode), 0);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), c->len);
	expect_mode(sc, &fx, c->want);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	fx_teardown(&fx);
}

static void suid_user(struct sc *sc)
{
	user_writes(sc, &(struct suid_case) { .mode = 06777, .want = 0777, .len = 4 });
}

static void suid_user_extends(struct sc *sc)
{
	user_writes(sc, &(struct suid_case) { .mode = 06777, .want = 0777, .len = 4,
					      .off = 5000 });
}

static void suid_user_appends(struct sc *sc)
{
	user_writes(sc, &(struct suid_case) { .mode = 06777, .want = 0777, .len = 4,
					      .rwf = RWF_APPEND });
}

static void suid_user_writes_nothing(struct sc *sc)
{
	user_writes(sc, &(struct suid_case) { .mode = 06777, .want = 06777 });
}

/*
 * Without execute permission of the group, set-group-id once meant mandatory locking; who is not
 * in the group takes it off all the same.
 */
static void suid_no_group_execute(struct sc *sc)
{
	unsigned int kept = sc_differs(sc, DIFF_SGID) ? 02766 : 0766;

	user_writes(sc, &(struct suid_case) { .mode = 06766, .want = kept, .len = 4 });
}

static void suid_sgid_only(struct sc *sc)
{
	user_writes(sc, &(struct suid_case) { .mode = 02777, .want = 0777, .len = 4 });
}

static void suid_killpriv(struct sc *sc)
{
	unsigned int kept = sc_differs(sc, DIFF_KILLPRIV) ? 06777 : 0777;

	user_writes(sc, &(struct suid_case) { .mode = 06777, .want = kept, .len = 4,
					      .init_flags = FUSE_HANDLE_KILLPRIV });
}

static void suid_killpriv_v2(struct sc *sc)
{
	unsigned int kept = sc_differs(sc, DIFF_KILLPRIV) ? 06777 : 0777;

	user_writes(sc, &(struct suid_case) { .mode = 06777, .want = kept, .len = 4,
					      .init_flags = FUSE_HANDLE_KILLPRIV_V2 });
}

static void root_writes(struct sc *sc, uint64_t init_flags)
{
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.init_flags = init_flags;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 06777), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY, 0));
	EXPECT_EQ(sc, w_write(fx.w, fd, "root", 4), 4);
	expect_mode(sc, &fx, 06777);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SETATTR), 0);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void suid_root(struct sc *sc)
{
	root_writes(sc, 0);
}

static void suid_root_killpriv_v2(struct sc *sc)
{
	root_writes(sc, FUSE_HANDLE_KILLPRIV_V2);
}

/* The bit is set while a user has the file open already. */
struct late {
	struct w_event *opened, *go;
};

static long write_late(struct fx_job *job)
{
	struct late *l = job->arg;
	struct world *w = sc_world(job->sc);
	long fd, ret;

	EXPECT_EQ(job->sc, w_setids(w, 1000, 1000), 0);
	fd = w_open(w, job->path, O_WRONLY, 0);
	w_event_post(w, l->opened);
	if (fd < 0)
		return fd;
	w_event_wait(w, l->go);
	ret = w_write(w, fd, "user", 4);
	w_close(w, fd);
	return ret;
}

static void suid_set_while_open(struct sc *sc)
{
	struct fx_job job = { .fn = write_late };
	struct late l = { 0 };
	struct fixture fx;

	l.opened = w_event_new(sc_world(sc), "opened");
	l.go = w_event_new(sc_world(sc), "go");
	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0777), 0);
	job.path = fx_mnt(&fx, "f");
	job.arg = &l;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	w_event_wait(fx.w, l.opened);
	EXPECT_EQ(sc, w_chmod(fx.w, fx_mnt(&fx, "f"), 04777), 0);
	w_event_post(fx.w, l.go);
	EXPECT_EQ(sc, fx_job_wait(&job), 4);
	expect_mode(sc, &fx, 0777);
out:
	w_event_free(sc_world(sc), l.opened);
	w_event_free(sc_world(sc), l.go);
	fx_teardown(&fx);
}

/* The server cannot take the bits off: then nothing may be written. */
static void suid_cannot_be_removed(struct sc *sc)
{
	static const struct srv_rule rule = { .opcode = FUSE_SETATTR, .count = 1,
					      .action = SRV_FAIL, .error = EIO };
	struct fx_job job = { .fn = write_as_user, .len = 4 };
	struct fixture fx;
	struct w_stat st;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 0, 1, 04777), 0);
	srv_set_rule(fx.srv, &rule);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), -EIO);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, 0);
	EXPECT_EQ(sc, st.mode & 07777, 04777);
out:
	fx_teardown(&fx);
}

/* Nobody can tell whether there are bits to be taken off: then nothing may be written, either. */
static void suid_cannot_be_seen(struct sc *sc)
{
	static const struct srv_rule rule = {
		.opcode = FUSE_GETATTR, .count = 1, .action = SRV_FAIL, .error = EIO
	};
	struct fx_job job = { .fn = write_as_user, .len = 4 };
	struct fixture fx;
	struct w_stat st;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 0, 1, 04777), 0);
	job.path = fx_mnt(&fx, "f");
	EXPECT_EQ(sc, w_lstat(fx.w, job.path, &st), 0);
	srv_set_rule(fx.srv, &rule);
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), -EIO);
	srv_behave(fx.srv);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, 0);
out:
	fx_teardown(&fx);
}

/* Set on the lower file, behind FUSE's back: FUSE sees nothing that it should take off. */
static void suid_set_behind(struct sc *sc)
{
	struct fx_job job = { .fn = write_as_user, .len = 4 };
	struct fixture fx;
	struct w_stat st;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0777), 0);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, w_lstat(fx.w, job.path, &st), 0);
	NEED_EQ(sc, w_chmod(fx.w, fx_low(&fx, "f"), 06777), 0);
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 4);
	/* mainline writes with the privileges of the server, which may keep them */
	if (!sc_differs(sc, DIFF_SUID_BELOW))
		expect_mode(sc, &fx, 0777);
out:
	fx_teardown(&fx);
}

#define SERVER	500
#define ADMIN	(1ULL << 21)	/* CAP_SYS_ADMIN */

/*
 * Bits that FUSE does not know of: what comes of them, and does the next stat ask the server for
 * the mode? Not on an overlay, whose attributes are not copied, so that each stat after a write
 * asks.
 */
struct unknown_case {
	unsigned int server, owner, group, mode;
	bool user;	/* writes; or root */
	unsigned int want, asked;
};

static void write_unknown(struct sc *sc, const struct unknown_case *c)
{
	struct fx_job job = { .fn = write_as_user, .len = 4 };
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	unsigned int mark;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.uid = c->server;
	o.srv.caps = ADMIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0666), 0);
	NEED_EQ(sc, w_lchown(fx.w, fx_low(&fx, "f"), c->owner, c->group), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY, 0));
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), 0);
	NEED_EQ(sc, w_chmod(fx.w, fx_low(&fx, "f"), c->mode), 0);
	if (c->user) {
		job.path = fx_mnt(&fx, "f");
		NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
		EXPECT_EQ(sc, fx_job_wait(&job), 4);
	} else {
		EXPECT_EQ(sc, w_write(fx.w, fd, "root", 4), 4);
	}
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), c->asked);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.mode & 07777, c->want);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void suid_unknown(struct sc *sc)
{
	static const struct unknown_case cases[] = {
		/* They stay, because the server may keep them, or could set them again. */
		{ 0, 0, 0, 04777, false, 04777, 0 },
		{ 0, 0, 7, 02777, false, 02777, 0 },
		{ SERVER, SERVER, SERVER, 06777, false, 06777, 0 },
		/* They go, because of the writer, or of the server. */
		{ 0, 0, 0, 04777, true, 0777, 1 },
		{ SERVER, SERVER, SERVER, 04777, true, 0777, 1 },
		{ SERVER, 0, 0, 04777, false, 0777, 1 },
	};

	/* Mainline writes with the privileges of the server. */
	if (sc_differs(sc, DIFF_SUID_BELOW))
		return;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		write_unknown(sc, &cases[i]);
}

/* Bits that only FUSE knows of: the lower file is another one. They go all the same. */
static const char *other_file(struct server *srv, const char *name, unsigned int nth)
{
	(void)name;
	(void)nth;
	return srv_config(srv)->hook_arg;
}

static void suid_other_file(struct sc *sc)
{
	struct fx_job job = { .fn = write_as_user, .len = 4 };
	char other[W_PATH_MAX];
	struct fx_opts o;
	struct fixture fx;

	fx_opts_init(&o);
	o.srv.backing_path = other_file;
	o.srv.hook_arg = other;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	snprintf(other, sizeof(other), "%s", fx_low(&fx, "other"));
	NEED_EQ(sc, sc_make_file(sc, other, 100, 1, 0777), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 04777), 0);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 4);
	expect_mode(sc, &fx, 0777);
out:
	fx_teardown(&fx);
}

/* A write that may take off bits of the lower file has the file for itself, so it is not queued. */
static void suid_not_queued(struct sc *sc)
{
	struct w_async_mode held = { .when = W_ASYNC_HELD };
	struct fe_req req = { .write = true, .buf = "text", .len = 4 };
	struct fe fe = { 0 };
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	o.lower.kind = W_LOWER_ASYNC;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_chmod(fx.w, fx_low(&fx, "f"), 04755), 0);
	EXPECT_EQ(sc, w_lower_async_mode(fx.w, fx.lower, &held), 0);
	req.fd = fd;
	NEED(sc, fe_start(sc, &fe, FE_AIO) && fe_submit(&fe, &req, 1), "cannot submit");
	EXPECT_EQ(sc, w_lower_async_pending(fx.w, fx.lower), 0);
	EXPECT_EQ(sc, fe_wait(&fe, 0), 1);
	EXPECT_EQ(sc, req.res, 4);
out:
	if (fe.w)
		fe_stop(&fe);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void suid_truncate(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 04777), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY, 0));
	/* truncation goes to the server with all that belongs to it */
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 10), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SETATTR), 1);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario suid_scenarios[] = {
	{ "suid/user", "a write by another user", W_CAP_ROOT, suid_user },
	{ "suid/user-extends", "the same beyond the end", W_CAP_ROOT, suid_user_extends },
	{ "suid/user-appends", "the same with RWF_APPEND", W_CAP_ROOT, suid_user_appends },
	{ "suid/user-writes-nothing", "a write of no bytes leaves the bits", W_CAP_ROOT,
	  suid_user_writes_nothing },
	{ "suid/no-group-execute", "set-group-id without group execute permission", W_CAP_ROOT,
	  suid_no_group_execute },
	{ "suid/sgid-only", "set-group-id alone", W_CAP_ROOT, suid_sgid_only },
	{ "suid/killpriv", "the server promised to do it (HANDLE_KILLPRIV)", W_CAP_ROOT,
	  suid_killpriv },
	{ "suid/killpriv-v2", "the server promised to do it (HANDLE_KILLPRIV_V2)", W_CAP_ROOT,
	  suid_killpriv_v2 },
	{ "suid/root", "root's write keeps the bits", W_CAP_ROOT, suid_root },
	{ "suid/root-killpriv-v2", "the same under HANDLE_KILLPRIV_V2", W_CAP_ROOT,
	  suid_root_killpriv_v2 },
	{ "suid/set-while-open", "the bit is set while the file is open", W_CAP_ROOT,
	  suid_set_while_open },
	{ "suid/set-behind", "the bit is set on the lower file alone", W_CAP_ROOT,
	  suid_set_behind },
	{ "suid/cannot-be-removed", "the server fails to remove the bits", W_CAP_ROOT,
	  suid_cannot_be_removed },
	{ "suid/unknown",
	  "FUSE does not know of the bits: who keeps them, and who asks for the mode",
	  W_CAP_ROOT | W_CAP_LOWER_FLAT, suid_unknown },
	{ "suid/other-file", "only FUSE knows of the bits", W_CAP_ROOT, suid_other_file },
	{ "suid/not-queued", "an asynchronous write to a lower file with bits",
	  W_CAP_AIO | W_CAP_LOWER_ASYNC, suid_not_queued },
	{ "suid/cannot-be-seen", "the server does not tell the mode", W_CAP_ROOT,
	  suid_cannot_be_seen },
	{ "suid/truncate", "ftruncate goes to the server", W_CAP_ROOT, suid_truncate },
	{ 0 }
};
