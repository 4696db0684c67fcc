// SPDX-License-Identifier: GPL-2.0
/*
 * Passthrough by CREATE and TMPFILE, and replies to them that are wrong.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static void create_basic(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[32];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "new"), O_RDWR | O_CREAT, 0640));
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_CREATE), 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_OPEN), 0);
	sc_pattern(buf, 32, 0, 5);
	EXPECT_EQ(sc, w_write(fx.w, fd, buf, 32), 32);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 32, 0), 32);
	EXPECT(sc, sc_matches(buf, 32, 0, 5), "wrong content read");
	fx_same_attr(&fx, fd, "new", true);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "new"), &st), 0);
	EXPECT_EQ(sc, st.size, 32);
	EXPECT_EQ(sc, st.mode, S_IFREG | 0640);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	fx_teardown(&fx);
}

static void create_exclusive(struct sc *sc)
{
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	EXPECT_EQ(sc, fx_try_open(&fx, "new", O_WRONLY | O_CREAT | O_EXCL), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "new", O_WRONLY | O_CREAT | O_EXCL), -EEXIST);
	EXPECT_EQ(sc, fx_try_open(&fx, "new", O_WRONLY | O_CREAT), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_CREATE), 1);
out:
	fx_teardown(&fx);
}

/* The mode forbids writing to all who come later, not to the creator. */
static void create_read_only_mode(struct sc *sc)
{
	struct fixture fx;
	char buf[3];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "new"), O_RDWR | O_CREAT, 0444));
	EXPECT_EQ(sc, w_write(fx.w, fd, "abc", 3), 3);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 3, 0), 3);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static long create_as_user(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	long fd, ret;

	EXPECT_EQ(job->sc, w_setids(w, 1000, 1001), 0);
	w_umask(w, 027);
	fd = w_open(w, job->path, O_WRONLY | O_CREAT, 0666);
	if (fd < 0)
		return fd;
	ret = w_write(w, fd, "user", 4);
	w_close(w, fd);
	return ret;
}

static void create_by_user(struct sc *sc)
{
	struct fx_job job = { .fn = create_as_user };
	struct fixture fx;
	struct w_stat st;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	job.path = fx_mnt(&fx, "new");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 4);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "new"), &st), 0);
	EXPECT_EQ(sc, st.mode, S_IFREG | 0640);
	EXPECT_EQ(sc, st.uid, 1000);
	EXPECT_EQ(sc, st.gid, 1001);
	EXPECT_EQ(sc, st.size, 4);
out:
	fx_teardown(&fx);
}

static void create_tmpfile(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[12];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx.mnt, O_RDWR | O_TMPFILE, 0600));
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_TMPFILE), 1);
	EXPECT_EQ(sc, w_write(fx.w, fd, "without name", 12), 12);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 12, 0), 12);
	EXPECT(sc, !memcmp(buf, "without name", 12), "wrong content read");
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 12);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	fx_teardown(&fx);
}

static void create_plain(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	char buf[8];
	long fd;

	fx_opts_init(&o);
	o.srv.backing = SRV_PLAIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "new"), O_RDWR | O_CREAT, 0644));
	EXPECT_EQ(sc, w_write(fx.w, fd, "by hand", 7), 7);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 8, 0), 7);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 1);
out:
	fx_teardown(&fx);
}

/* ---- wrong replies ---- */

enum wrong { WRONG_ID, WRONG_MODE, WRONG_NODEID, WRONG_TYPE_LINK };

static void spoil(struct server *srv, struct srv_open *o)
{
	switch (*(enum wrong *)srv_config(srv)->hook_arg) {
	case WRONG_ID:
		o->open->backing_id = 123456;
		break;
	case WRONG_MODE:
		o->entry->attr.mode = S_IFDIR | 0755;
		break;
	case WRONG_NODEID:
		o->entry->nodeid = 0;
		break;
	case WRONG_TYPE_LINK:
		o->entry->attr.mode = S_IFLNK | 0777;
		break;
	}
}

/* A created file that cannot be set up: the opener sees EIO, the file stays below. */
static void create_spoilt(struct sc *sc, enum wrong wrong, int flags, unsigned int releases)
{
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;

	fx_opts_init(&o);
	o.srv.on_open = spoil;
	o.srv.hook_arg = &wrong;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	if (flags & O_TMPFILE) {
		long fd = w_open(fx.w, fx.mnt, flags, 0600);

		EXPECT_EQ(sc, fd, -EIO);
	} else {
		EXPECT_EQ(sc, fx_try_open(&fx, "new", flags), -EIO);
		EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "new"), &st), 0);
	}
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), releases);
	/* the server's handle is of no use to a kernel that did not accept the reply */
	fx.leaks_open = 1 - releases;
out:
	fx_teardown(&fx);
}

static void create_bad_id(struct sc *sc)
{
	create_spoilt(sc, WRONG_ID, O_RDWR | O_CREAT, 1);
}

static void create_bad_mode(struct sc *sc)
{
	create_spoilt(sc, WRONG_MODE, O_RDWR | O_CREAT, 0);
}

static void create_bad_type(struct sc *sc)
{
	create_spoilt(sc, WRONG_TYPE_LINK, O_RDWR | O_CREAT, 0);
}

static void create_bad_nodeid(struct sc *sc)
{
	create_spoilt(sc, WRONG_NODEID, O_RDWR | O_CREAT, 0);
}

static void create_tmpfile_bad_id(struct sc *sc)
{
	create_spoilt(sc, WRONG_ID, O_RDWR | O_TMPFILE, 1);
}

static void create_fails(struct sc *sc)
{
	static const struct srv_rule rule = { .opcode = FUSE_CREATE, .count = 1,
					      .action = SRV_FAIL, .error = EACCES };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	srv_set_rule(fx.srv, &rule);
	EXPECT_EQ(sc, fx_try_open(&fx, "new", O_RDWR | O_CREAT), -EACCES);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "new", O_RDWR | O_CREAT), 0);
out:
	fx_teardown(&fx);
}

/* A server without CREATE: the kernel makes do with MKNOD and OPEN. */
static void create_without_create(struct sc *sc)
{
	static const struct srv_rule rule = { .opcode = FUSE_CREATE, .count = 1,
					      .action = SRV_FAIL, .error = ENOSYS };
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	srv_set_rule(fx.srv, &rule);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "new"), O_RDWR | O_CREAT, 0644));
	EXPECT_EQ(sc, w_write(fx.w, fd, "made", 4), 4);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_MKNOD), 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_OPEN), 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	fx_teardown(&fx);
}

const struct scenario create_scenarios[] = {
	{ "create/basic", "a created file is passed through from the start", 0, create_basic },
	{ "create/exclusive", "O_EXCL on new and existing names", 0, create_exclusive },
	{ "create/read-only-mode", "the creator may write whatever the mode says", 0,
	  create_read_only_mode },
	{ "create/by-user", "owner and mode are those of who created", W_CAP_ROOT,
	  create_by_user },
	{ "create/tmpfile", "O_TMPFILE is passed through too", W_CAP_TMPFILE, create_tmpfile },
	{ "create/plain", "a created file that is not passed through", 0, create_plain },
	{ "create/bad-id", "unknown id in the reply to CREATE", 0, create_bad_id },
	{ "create/bad-mode", "the reply to CREATE says it is a directory", 0, create_bad_mode },
	{ "create/bad-type", "the reply to CREATE says it is a symbolic link", 0,
	  create_bad_type },
	{ "create/bad-nodeid", "the reply to CREATE has node id 0", 0, create_bad_nodeid },
	{ "create/tmpfile-bad-id", "unknown id in the reply to TMPFILE", W_CAP_TMPFILE,
	  create_tmpfile_bad_id },
	{ "create/fails", "CREATE is answered with an error", 0, create_fails },
	{ "create/mknod-and-open", "without CREATE, MKNOD and OPEN give passthrough too", 0,
	  create_without_create },
	{ 0 }
};
