// SPDX-License-Identifier: GPL-2.0
/*
 * Privileges that a write takes off, cell by cell: see suid_table.h.
 *
 * The oracle is the lower file system: the same write to one of its files directly. A file is
 * opened by root, who then becomes the writer, so that the mode decides on nothing but what is
 * taken off.
 */
#include "suid_table.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK		4096
#define OWNER		1001
#define XATTR_CAPS	"security.capability"

static const unsigned int modes[SUID_MODES] = { 04755, 02755, 06777, 02745, 06766, 0755 };
static const unsigned int writers[SUID_WRITERS] = {
	[SUID_BY_USER] = 1000, [SUID_BY_OWNER] = OWNER,
};

struct suid_cell suid_now;
struct suid_seen suid_answers[SUID_WRITERS][SUID_MODES][2][3];
bool suid_wrong[SUID_WRITERS][SUID_MODES][2][3];

unsigned int suid_mode(unsigned int index)
{
	return modes[index];
}

enum fe_kind suid_front(unsigned int index)
{
	static const enum fe_kind fronts[] = { FE_RW, FE_AIO, FE_URING };

	return fronts[index];
}

bool suid_setup(struct sc *sc, struct fixture *fx, enum suid_server server,
		enum suid_killpriv killpriv)
{
	static const uint64_t promises[SUID_KILLPRIVS] = {
		[SUID_V1] = FUSE_HANDLE_KILLPRIV, [SUID_V2] = FUSE_HANDLE_KILLPRIV_V2,
	};
	struct w_stat st;
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.init_flags = promises[killpriv];
	o.srv.xattr = true;
	if (server == SUID_OWNER) {
		o.srv.uid = OWNER;
		o.srv.caps = 1ULL << CAP_SYS_ADMIN;
	} else if (server == SUID_OTHER) {
		o.srv.uid = 2000;
		o.srv.caps = 1ULL << CAP_SYS_ADMIN | 1ULL << CAP_DAC_OVERRIDE;
	}
	/* Where asynchronous requests are really queued. */
	if (sc_has(sc, W_CAP_LOWER_KINDS))
		o.lower.kind = W_LOWER_ASYNC;
	if (!fx_setup(sc, fx, &o))
		return false;
	/* Looked up once, so that no request is about the root directory. */
	return EXPECT_EQ(sc, w_lstat(fx->w, fx->mnt, &st), 0);
}

static long set_caps(struct world *w, const char *path)
{
	/* little endian */
	static const unsigned char caps[XATTR_CAPS_SZ_2] = { 1, 0, 0, VFS_CAP_REVISION_2 >> 24,
							     1 << CAP_KILL };

	return w_setxattr(w, path, XATTR_CAPS, caps, sizeof(caps), 0);
}

static bool make_file(struct fixture *fx, const char *path, const struct suid_cell *c)
{
	struct world *w = fx->w;
	struct sc *sc = fx->sc;

	return EXPECT_EQ(sc, sc_make_file(sc, path, 2 * BLOCK, 1, 0600), 0) &&
	       EXPECT_EQ(sc, w_lchown(w, path, OWNER, OWNER), 0) &&
	       EXPECT_EQ(sc, w_chmod(w, path, modes[c->mode]), 0) &&
	       (!c->cap || EXPECT_EQ(sc, set_caps(w, path), 0));
}

static long write_as(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	const struct suid_cell *c = job->arg;
	struct fe_req req = { .write = true, .len = BLOCK };
	struct fe fe;

	req.fd = w_open(w, job->path, O_WRONLY | job->flags, 0);
	if (req.fd < 0)
		return req.fd;
	if (writers[c->writer])
		EXPECT_EQ(job->sc, w_setids(w, writers[c->writer], writers[c->writer]), 0);
	req.buf = job->buf;
	if (fe_start(job->sc, &fe, c->front) && fe_submit(&fe, &req, 1))
		fe_wait(&fe, 1);
	fe_stop(&fe);
	w_close(w, req.fd);
	return req.res;
}

static bool look(struct fixture *fx, const char *low, struct suid_seen *seen)
{
	struct w_stat st;
	long ret;

	if (!EXPECT_EQ(fx->sc, w_lstat(fx->w, low, &st), 0))
		return false;
	seen->mode = st.mode & 07777;
	ret = w_getxattr(fx->w, low, XATTR_CAPS, NULL, 0);
	seen->cap = ret > 0;
	return EXPECT(fx->sc, ret > 0 || ret == -ENODATA, "capabilities below: %s", sc_errno(ret));
}

/* Make the file, write to it through @path, look at what is below. */
static bool write_and_look(struct fixture *fx, const struct suid_cell *c, const char *path,
			   const char *low, void *buf, struct suid_seen *seen)
{
	bool direct = c->front != FE_RW && sc_has(fx->sc, W_CAP_DIO_ALIGN);
	struct fx_job job = {
		.fn = write_as, .path = path, .buf = buf, .flags = direct ? O_DIRECT : 0
	};

	job.arg = (void *)c;
	if (!make_file(fx, low, c) ||
	    !EXPECT_EQ(fx->sc, fx_job_start(fx->sc, &job, W_SPAWN_PROCESS), 0))
		return false;
	seen->res = fx_job_wait(&job);
	return look(fx, low, seen);
}

/*
 * What must come of it: what comes of it on the lower file. Only SUID_OTHER can do less: where bits
 * must go, the server may not change the mode, so the write fails, and nothing has changed; where
 * they may stay, it could not set them itself, and is not lent what it takes to keep them.
 */
static struct suid_seen wanted(const struct suid_cell *c, const struct suid_seen *ref)
{
	unsigned int mode = modes[c->mode];
	struct suid_seen want = *ref;

	if (c->server != SUID_OTHER)
		return want;
	if (ref->mode != mode)
		return (struct suid_seen) { .res = -EPERM, .mode = mode, .cap = c->cap };
	want.mode = mode & 0777;
	return want;
}

static bool compare(struct fixture *fx, const struct suid_cell *c, const struct suid_seen *ref,
		    const struct suid_seen *via, const char *path)
{
	struct suid_seen want = wanted(c, ref);
	struct sc *sc = fx->sc;
	struct w_stat st;
	bool ok;

	ok = EXPECT(sc, via->res == want.res, "%s: the write returned %lld, expected %lld", path,
		    via->res, want.res);
	ok &= EXPECT(sc, via->mode == want.mode, "%s: mode %o below, expected %o", path, via->mode,
		     want.mode);
	ok &= EXPECT(sc, via->cap == want.cap, "%s: capabilities below: %d, expected %d", path,
		     via->cap, want.cap);
	ok &= EXPECT_EQ(sc, w_lstat(fx->w, path, &st), 0);
	ok &= EXPECT(sc, (st.mode & 07777) == want.mode, "%s: mode %o through FUSE, expected %o",
		     path, st.mode & 07777, want.mode);
	/* Who takes nothing off the mode need not ask. */
	if (ref->mode == modes[c->mode])
		ok &= EXPECT(sc, !via->getattr && !via->setattr,
			     "%s: GETATTR %u, SETATTR %u for nothing", path, via->getattr,
			     via->setattr);
	return ok;
}

bool suid_cell_run(struct fixture *fx, const struct suid_cell *c, struct suid_seen *seen)
{
	struct suid_seen ref = { 0 };
	struct sc *sc = fx->sc;
	unsigned int mark;
	char name[48];
	bool ok = false;
	void *buf;

	/* FUSE must not know an older file of that name. */
	snprintf(name, sizeof(name), "f-%u-%u-%u-%u", c->front, c->writer, c->mode, c->cap);
	memset(seen, 0, sizeof(*seen));
	buf = aligned_alloc(BLOCK, BLOCK);
	NEED(sc, buf, "no memory");
	sc_pattern(buf, BLOCK, 0, 2);
	if (!write_and_look(fx, c, fx_low(fx, "ref"), fx_low(fx, "ref"), buf, &ref))
		goto out;
	NEED_EQ(sc, ref.res, BLOCK);
	mark = srv_mark(fx->srv);
	if (!write_and_look(fx, c, fx_mnt(fx, name), fx_low(fx, name), buf, seen))
		goto out;
	seen->below = ref.mode;
	seen->getattr = srv_count(fx->srv, mark, FUSE_GETATTR);
	seen->setattr = srv_count(fx->srv, mark, FUSE_SETATTR);
	ok = EXPECT_EQ(sc, srv_count(fx->srv, mark, FUSE_GETXATTR), 0);
	ok &= EXPECT_EQ(sc, srv_count(fx->srv, mark, FUSE_WRITE), 0);
	ok &= compare(fx, c, &ref, seen, fx_mnt(fx, name));
out:
	free(buf);
	return ok;
}

/*
 * All writers, modes and front ends of a server; or, with @step 3, each writer and mode with one of
 * the front ends.
 */
static void run_cells(struct sc *sc, enum suid_server server, enum suid_killpriv killpriv,
		      unsigned int step)
{
	struct suid_cell c = { .server = server, .killpriv = killpriv };
	struct fixture fx;

	/*
	 * Mainline asks for capabilities on each write, and leaves bits: suid/killpriv and its kin
	 * show it.
	 */
	if (sc_differs(sc, DIFF_SUID_TABLE))
		return;
	memset(suid_wrong, 1, sizeof(suid_wrong));
	if (!suid_setup(sc, &fx, server, killpriv))
		goto out;
	for (unsigned int i = 0; i < SUID_WRITERS * SUID_MODES * 2 * 3; i += step) {
		unsigned int front = (i + i / 3 + server) % 3;

		c.front = suid_front(front);
		c.cap = i / 3 % 2;
		c.mode = i / 6 % SUID_MODES;
		c.writer = i / 6 / SUID_MODES;
		suid_wrong[c.writer][c.mode][c.cap][front] =
			!suid_cell_run(&fx, &c, &suid_answers[c.writer][c.mode][c.cap][front]);
	}
out:
	fx_teardown(&fx);
}

void suid_scenario(struct sc *sc)
{
	run_cells(sc, suid_now.server, suid_now.killpriv, 1);
}

static void root_none(struct sc *sc)
{
	run_cells(sc, SUID_ROOT, SUID_NONE, 3);
}

static void root_v2(struct sc *sc)
{
	run_cells(sc, SUID_ROOT, SUID_V2, 3);
}

static void owner_none(struct sc *sc)
{
	run_cells(sc, SUID_OWNER, SUID_NONE, 3);
}

static void other_v1(struct sc *sc)
{
	run_cells(sc, SUID_OTHER, SUID_V1, 3);
}

#define NEEDS	(W_CAP_ROOT | W_CAP_LOWER_XATTR | W_CAP_AIO | W_CAP_URING)

const struct scenario suid_table_scenarios[] = {
	{ "suid/table-root", "each writer, mode and front end before a server that is root", NEEDS,
	  root_none },
	{ "suid/table-root-v2", "the same under HANDLE_KILLPRIV_V2", NEEDS, root_v2 },
	{ "suid/table-owner", "before one that owns the file and has CAP_SYS_ADMIN", NEEDS,
	  owner_none },
	{ "suid/table-other", "before one that may not change the mode, under HANDLE_KILLPRIV",
	  NEEDS, other_v1 },
	{ 0 }
};
