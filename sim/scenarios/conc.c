// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that meet: opens, synchronous I/O, attributes, ids, and the end of connection, server or
 * mount. What each may return is said in full; which of it happens is up to the schedule, so these
 * leave no results in the trace.
 */
#include "conc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/uio.h>

bool conc_begin(struct sc *sc, struct conc *c, const struct fx_opts *o, int flags)
{
	*c = (struct conc){ .sc = sc, .w = sc_world(sc), .fd = -1, .other = -1, .ctx = -1 };
	if (!fx_setup(sc, &c->fx, o))
		return false;
	NEED_FD(sc, c->fd, fx_make(&c->fx, "f", CONC_SIZE, O_RDWR | flags));
	NEED_EQ(sc, fx_barrier(&c->fx), 0);
	/* So that reads have a new access time to tell. */
	w_tick(c->w);
	return true;
out:
	return false;
}

bool conc_meet(struct conc *c, unsigned int n, const conc_fn *fn, long *ret)
{
	struct fx_job job[CONC_TASKS];

	memset(job, 0, sizeof(job));
	for (unsigned int i = 0; i < n; i++) {
		job[i].fn = fn[i];
		job[i].arg = c;
	}
	if (!EXPECT(c->sc, !fx_race(c->sc, job, n, W_SPAWN_SHARE_FILES),
		    "the tasks cannot be started"))
		return false;
	for (unsigned int i = 0; i < n; i++)
		ret[i] = job[i].ret;
	return true;
}

void conc_end(struct conc *c)
{
	if (c->ctx >= 0)
		w_aio_destroy(c->w, c->ctx);
	fx_close(&c->fx, c->fd);
	fx_close(&c->fx, c->other);
	if (c->buf)
		fx_settle(&c->fx);
	fx_teardown(&c->fx);
	free(c->buf);
}

bool conc_is(struct conc *c, const char *what, long got, long one, long other)
{
	return EXPECT(c->sc, got == one || got == other, "%s: %ld (%s), neither %ld nor %ld", what,
		      got, sc_errno(got), one, other);
}

long conc_close(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	long fd = c->fd;

	c->fd = -1;
	return w_close(c->w, (int)fd);
}

long conc_abort(struct fx_job *job)
{
	struct conc *c = conc_of(job);

	c->fx.gone = true;
	return w_abort(c->w, c->fx.mnt);
}

long conc_freeze_thaw(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	long ret = w_freeze(c->w, c->fx.lower);

	return ret ? ret : w_thaw(c->w, c->fx.lower);
}

static long write_at(struct conc *c, long fd, long long off, unsigned int seed)
{
	char buf[10];

	sc_pattern(buf, sizeof(buf), (unsigned long long)off, seed);
	return w_pwrite(c->w, (int)fd, buf, sizeof(buf), off);
}

long conc_write_in_place(struct fx_job *job)
{
	return write_at(conc_of(job), conc_of(job)->fd, 10, 2);
}

long conc_extend(struct fx_job *job)
{
	return write_at(conc_of(job), conc_of(job)->fd, CONC_SIZE, 2);
}

long conc_truncate(struct fx_job *job)
{
	return w_ftruncate(conc_of(job)->w, (int)conc_of(job)->fd, 50);
}

/* FUSE and the lower file agree on the size, which is one of two. */
static void same_size(struct conc *c, long long one, long long other)
{
	struct w_stat st, low;

	if (!EXPECT(c->sc, !w_fstat(c->w, (int)c->fd, &st), "no attributes") ||
	    !EXPECT(c->sc, !w_lstat(c->w, fx_low(&c->fx, "f"), &low), "no attributes below"))
		return;
	EXPECT(c->sc, st.size == low.size, "size %lld, below %lld", (long long)st.size,
	       (long long)low.size);
	conc_is(c, "size", (long)low.size, one, other);
}

/* Bytes of the lower file, as one pattern or another. */
static void one_of(struct conc *c, long long off, size_t len, unsigned int one, unsigned int other)
{
	char buf[CONC_SIZE];
	long fd = w_open(c->w, fx_low(&c->fx, "f"), O_RDONLY, 0);

	if (!EXPECT(c->sc, fd >= 0, "cannot open the lower file: %s", sc_errno(fd)))
		return;
	EXPECT(c->sc, w_pread(c->w, (int)fd, buf, len, off) == (long)len, "short");
	EXPECT(c->sc,
	       sc_matches(buf, len, (unsigned long long)off, one) ||
		       sc_matches(buf, len, (unsigned long long)off, other),
	       "neither of the two wrote this");
	w_close(c->w, (int)fd);
}

/* ---- two who write ---- */

static long write_in_place_3(struct fx_job *job)
{
	return write_at(conc_of(job), conc_of(job)->fd, 10, 3);
}

static void conc_write_write(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, write_in_place_3 };
	struct conc c;
	long ret[2];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 10);
		EXPECT_EQ(sc, ret[1], 10);
		one_of(&c, 10, 10, 2, 3);
		same_size(&c, CONC_SIZE, CONC_SIZE);
	}
	conc_end(&c);
}

/*
 * Not by O_APPEND and write(2), which would have the two wait for each other at the file's
 * position.
 */
static long append(struct fx_job *job)
{
	const struct iovec iov = { "appended..", 10 };

	return w_pwritev2(conc_of(job)->w, (int)conc_of(job)->fd, &iov, 1, 0, RWF_APPEND);
}

static void meet_appending(struct sc *sc, unsigned int n, const conc_fn *fn, long long size)
{
	struct conc c;
	long ret[CONC_TASKS];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, n, fn, ret)) {
		for (unsigned int i = 0; i < n; i++)
			EXPECT_EQ(sc, ret[i], 10);
		same_size(&c, size, size);
	}
	conc_end(&c);
}

static void conc_write_append(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, append };

	meet_appending(sc, 2, fn, CONC_SIZE + 10);
}

static void conc_append_append(struct sc *sc)
{
	static const conc_fn fn[] = { append, append };

	meet_appending(sc, 2, fn, CONC_SIZE + 20);
}

static void conc_three_writers(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, write_in_place_3, append };

	meet_appending(sc, 3, fn, CONC_SIZE + 10);
}

/* ---- size and times ---- */

static long stat_file(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	struct w_stat st;
	long ret = w_lstat(c->w, fx_mnt(&c->fx, "f"), &st);

	if (!ret)
		conc_is(c, "size meanwhile", (long)st.size, CONC_SIZE, CONC_SIZE + 10);
	return ret;
}

/* The server is asked for attributes; its answer, if it is older than a write, must not undo it. */
static void conc_getattr_extend(struct sc *sc)
{
	static const conc_fn fn[] = { stat_file, conc_extend };
	struct fx_opts o;
	struct conc c;
	long ret[2];

	fx_opts_init(&o);
	o.keep_dev = true;
	if (!conc_begin(sc, &c, &o, 0))
		goto out;
	NEED_EQ(sc, srv_notify_inval_inode(c.w, c.fx.dev, srv_nodeid(c.fx.srv, "f"), -1, 0), 0);
	if (!conc_meet(&c, 2, fn, ret))
		goto out;
	EXPECT_EQ(sc, ret[0], 0);
	EXPECT_EQ(sc, ret[1], 10);
	same_size(&c, CONC_SIZE + 10, CONC_SIZE + 10);
out:
	conc_end(&c);
}

static void conc_extend_truncate(struct sc *sc)
{
	static const conc_fn fn[] = { conc_extend, conc_truncate };
	struct conc c;
	long ret[2];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 10);
		EXPECT_EQ(sc, ret[1], 0);
		same_size(&c, CONC_SIZE + 10, 50);
	}
	conc_end(&c);
}

static long read_to_end(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	char buf[2 * CONC_SIZE];
	long ret = w_pread(c->w, (int)c->fd, buf, sizeof(buf), 0);

	if (ret >= CONC_SIZE)
		EXPECT(c->sc, sc_matches(buf, CONC_SIZE, 0, 1), "wrong content read");
	return ret;
}

static void conc_read_extend(struct sc *sc)
{
	static const conc_fn fn[] = { read_to_end, conc_extend };
	struct conc c;
	long ret[2];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 2, fn, ret)) {
		conc_is(&c, "read", ret[0], CONC_SIZE, CONC_SIZE + 10);
		EXPECT_EQ(sc, ret[1], 10);
		same_size(&c, CONC_SIZE + 10, CONC_SIZE + 10);
	}
	conc_end(&c);
}

static long read_elsewhere(struct fx_job *job)
{
	char buf[10];

	return w_pread(conc_of(job)->w, (int)conc_of(job)->fd, buf, sizeof(buf), 50);
}

/* Times are the lower file's, whoever came last. */
static void conc_times(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, write_in_place_3, read_elsewhere };
	struct conc c;
	long ret[3];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 3, fn, ret))
		fx_same_attr(&c.fx, (int)c.fd, "f", true);
	conc_end(&c);
}

#define SECOND	1000000000

/* In another second, and at another place in it. */
static long write_later(struct fx_job *job)
{
	struct conc *c = conc_of(job);

	for (unsigned int i = 0; i < 60; i++)
		w_tick(c->w);
	return write_at(c, c->fd, 30, 3);
}

/* @time shares one half with @real, and only one. */
static bool is_torn(long long time, long long real)
{
	return (time / SECOND == real / SECOND) != (time % SECOND == real % SECOND);
}

/* No time is made of two, the seconds of one and the nanoseconds of another. */
static void conc_torn_times(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, write_later };
	struct w_stat st, low;
	struct conc c;
	long ret[2];

	if (!conc_begin(sc, &c, NULL, 0) || !conc_meet(&c, 2, fn, ret))
		goto out;
	NEED_EQ(sc, w_fstat(c.w, (int)c.fd, &st), 0);
	NEED_EQ(sc, w_lstat(c.w, fx_low(&c.fx, "f"), &low), 0);
	EXPECT(sc, !is_torn(st.mtime, low.mtime),
	       "torn: mtime is %lld s and %lld ns, that below %lld s and %lld ns",
	       st.mtime / SECOND, st.mtime % SECOND, low.mtime / SECOND, low.mtime % SECOND);
out:
	conc_end(&c);
}

/* ---- opens and ids ---- */

static long open_other(struct fx_job *job)
{
	struct conc *c = conc_of(job);

	c->other = w_open(c->w, fx_mnt(&c->fx, "f"), O_RDWR, 0);
	return c->other < 0 ? c->other : 0;
}

static long open_and_read(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	char buf[CONC_SIZE];
	long fd = w_open(c->w, fx_mnt(&c->fx, "f"), O_RDONLY, 0);
	long ret;

	if (fd < 0)
		return fd;
	ret = w_pread(c->w, (int)fd, buf, CONC_SIZE, 0);
	w_close(c->w, (int)fd);
	return ret;
}

/*
 * As conc_begin(), with a server that has for each open of @flags a lower file open and registered
 * already, so that an open is about the open and not about what the server does for it: that is for
 * conc/register-... and conc/close-id-... Mainline wants one id for all opens of an inode.
 */
static bool begin_kept(struct sc *sc, struct conc *c, unsigned int n, const int *flags)
{
	struct fx_opts o;

	fx_opts_init(&o);
	if (!sc_has(sc, W_CAP_IS_MAINLINE))
		o.srv.ids = SRV_ID_KEPT;
	if (!conc_begin(sc, c, &o, 0))
		return false;
	for (unsigned int i = 0; i < n; i++)
		NEED_EQ(sc, fx_try_open(&c->fx, "f", flags[i]), 0);
	NEED_EQ(sc, fx_barrier(&c->fx), 0);
	return true;
out:
	return false;
}

static void conc_two_opens(struct sc *sc)
{
	static const conc_fn fn[] = { open_other, open_and_read };
	static const int flags[] = { O_RDWR, O_RDONLY };
	struct conc c;
	long ret[2];

	if (!begin_kept(sc, &c, 2, flags))
		goto out;
	fx_close(&c.fx, c.fd);
	c.fd = -1;
	if (conc_meet(&c, 2, fn, ret)) {
		EXPECT(sc, !ret[0], "open: %s", sc_errno(ret[0]));
		EXPECT(sc, ret[1] == CONC_SIZE, "open and read: %s", sc_errno(ret[1]));
	}
out:
	conc_end(&c);
}

static long open_close(struct fx_job *job)
{
	return fx_try_open(&conc_of(job)->fx, "f", O_RDWR);
}

static void conc_open_release(struct sc *sc)
{
	static const conc_fn fn[] = { open_close, conc_close };
	static const int flags[] = { O_RDWR };
	struct conc c;
	long ret[2];

	if (begin_kept(sc, &c, 1, flags) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 0);
		EXPECT_EQ(sc, ret[1], 0);
	}
	conc_end(&c);
}

/* A server's other thread, so to speak: it has the device, too. */
static bool with_device(struct sc *sc, struct conc *c)
{
	struct fx_opts o;
	long low = -1;

	fx_opts_init(&o);
	o.keep_dev = true;
	if (!conc_begin(sc, c, &o, 0))
		return false;
	NEED_FD(sc, low, w_open(c->w, fx_low(&c->fx, "f"), O_RDWR, 0));
	c->id = srv_register(c->w, c->fx.dev, (int)low);
	w_close(c->w, (int)low);
	NEED(sc, c->id > 0, "not registered: %s", sc_errno(c->id));
	return true;
out:
	return false;
}

static long close_id(struct fx_job *job)
{
	struct conc *c = conc_of(job);

	return srv_unregister(c->w, c->fx.dev, (int32_t)c->id);
}

static void conc_close_id_twice(struct sc *sc)
{
	static const conc_fn fn[] = { close_id, close_id };
	struct conc c;
	long ret[2];

	if (with_device(sc, &c) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0] + ret[1], -ENOENT);
		EXPECT_EQ(sc, ret[0] * ret[1], 0);
	}
	conc_end(&c);
}

static void name_id(struct server *srv, struct srv_open *open)
{
	const struct conc *c = srv_config(srv)->hook_arg;

	if (!c->id)
		return;
	open->open->open_flags |= FOPEN_PASSTHROUGH;
	open->open->backing_id = (int32_t)c->id;
}

static enum srv_backing plain(struct server *srv, const char *name, uint32_t flags)
{
	(void)srv;
	(void)name;
	(void)flags;
	return SRV_PLAIN;
}

/* An id is closed while an open reply that names it is on its way. */
static void conc_close_id_open(struct sc *sc)
{
	static const conc_fn fn[] = { open_close, close_id };
	struct fx_opts o;
	struct conc c;
	long ret[2], low = -1;

	fx_opts_init(&o);
	o.keep_dev = true;
	o.srv.choose = plain;
	o.srv.on_open = name_id;
	o.srv.hook_arg = &c;
	if (!conc_begin(sc, &c, &o, 0))
		goto out;
	NEED_FD(sc, low, w_open(c.w, fx_low(&c.fx, "f"), O_RDWR, 0));
	c.id = srv_register(c.w, c.fx.dev, (int)low);
	w_close(c.w, (int)low);
	NEED(sc, c.id > 0, "not registered: %s", sc_errno(c.id));
	fx_close(&c.fx, c.fd);
	c.fd = -1;
	if (conc_meet(&c, 2, fn, ret)) {
		conc_is(&c, "open", ret[0], 0, -EIO);
		EXPECT_EQ(sc, ret[1], 0);
	}
out:
	conc_end(&c);
}

static long register_one(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	long low = w_open(c->w, fx_low(&c->fx, "g"), O_RDWR, 0);
	long id;

	if (low < 0)
		return low;
	id = srv_register(c->w, c->fx.dev, (int)low);
	w_close(c->w, (int)low);
	return id;
}

static void conc_register_register(struct sc *sc)
{
	static const conc_fn fn[] = { register_one, register_one };
	struct conc c;
	long ret[2];

	if (!with_device(sc, &c))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&c.fx, "g"), 10, 1, 0644), 0);
	if (!conc_meet(&c, 2, fn, ret))
		goto out;
	EXPECT(sc, ret[0] > 0 && ret[1] > 0 && ret[0] != ret[1], "ids %ld and %ld", ret[0], ret[1]);
	EXPECT_EQ(sc, srv_unregister(c.w, c.fx.dev, (int32_t)ret[0]), 0);
	EXPECT_EQ(sc, srv_unregister(c.w, c.fx.dev, (int32_t)ret[1]), 0);
	EXPECT_EQ(sc, srv_unregister(c.w, c.fx.dev, (int32_t)c.id), 0);
out:
	conc_end(&c);
}

/* Registered before the connection ends, or not at all: nothing is left in either case. */
static void conc_register_abort(struct sc *sc)
{
	static const conc_fn fn[] = { register_one, conc_abort };
	struct conc c;
	long ret[2];

	if (!with_device(sc, &c))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&c.fx, "g"), 10, 1, 0644), 0);
	if (conc_meet(&c, 2, fn, ret))
		EXPECT(sc, ret[0] > 0 || ret[0] == -EPERM, "register: %s", sc_errno(ret[0]));
out:
	conc_end(&c);
}

static void conc_close_id_write(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, close_id };
	struct conc c;
	long ret[2];

	if (with_device(sc, &c) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 10);
		EXPECT_EQ(sc, ret[1], 0);
	}
	conc_end(&c);
}

/* ---- the last close ---- */

static long close_other(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	long fd = c->other;

	c->other = -1;
	return w_close(c->w, (int)fd);
}

/* Two descriptors of one file: one RELEASE, whoever is last. */
static void conc_fput_twice(struct sc *sc)
{
	static const conc_fn fn[] = { conc_close, close_other };
	struct conc c;
	unsigned int mark;
	long ret[2];

	if (!conc_begin(sc, &c, NULL, 0))
		goto out;
	NEED_FD(sc, c.other, w_dup(c.w, (int)c.fd));
	mark = srv_mark(c.fx.srv);
	if (!conc_meet(&c, 2, fn, ret))
		goto out;
	EXPECT_EQ(sc, ret[0], 0);
	EXPECT_EQ(sc, ret[1], 0);
	EXPECT(sc, srv_wait_count(c.fx.srv, mark, FUSE_RELEASE, 1), "no RELEASE");
	EXPECT_EQ(sc, fx_barrier(&c.fx), 0);
	EXPECT_EQ(sc, srv_count(c.fx.srv, mark, FUSE_RELEASE), 1);
out:
	conc_end(&c);
}

static void conc_write_close(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, conc_close };
	struct conc c;
	long ret[2];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 2, fn, ret)) {
		conc_is(&c, "write", ret[0], 10, -EBADF);
		EXPECT_EQ(sc, ret[1], 0);
	}
	conc_end(&c);
}

static long umount_fuse(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	long ret = w_umount(c->w, c->fx.mnt, 0);

	if (!ret)
		c->fx.mounted = false;
	return ret;
}

static void conc_close_umount(struct sc *sc)
{
	static const conc_fn fn[] = { conc_close, umount_fuse };
	struct conc c;
	long ret[2];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 0);
		conc_is(&c, "umount", ret[1], 0, -EBUSY);
		c.fx.gone = !ret[1];
	}
	conc_end(&c);
}

/* ---- the connection ends ---- */

static void meet_end(struct sc *sc, conc_fn what, conc_fn end, long good, long bad)
{
	const conc_fn fn[] = { what, end };
	struct conc c;
	long ret[2];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 2, fn, ret) && ret[0] != -ENOTCONN)
		conc_is(&c, "it", ret[0], good, bad);
	conc_end(&c);
}

/*
 * A reply may come before the end, and be looked at after it: then the id that it names is gone
 * (EIO).
 */
static void meet_end_of_open(struct sc *sc, conc_fn end)
{
	const conc_fn fn[] = { open_close, end };
	struct conc c;
	long ret[2];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 2, fn, ret) && ret[0] != -ENOTCONN &&
	    ret[0] != -EIO)
		conc_is(&c, "open", ret[0], 0, -ECONNABORTED);
	conc_end(&c);
}

static long kill_server(struct fx_job *job)
{
	conc_of(job)->fx.gone = true;
	srv_kill(conc_of(job)->fx.srv);
	return 0;
}

static void conc_abort_open(struct sc *sc)
{
	meet_end_of_open(sc, conc_abort);
}

static void conc_abort_write(struct sc *sc)
{
	meet_end(sc, conc_write_in_place, conc_abort, 10, 10);
}

static void conc_abort_truncate(struct sc *sc)
{
	meet_end(sc, conc_truncate, conc_abort, 0, -ECONNABORTED);
}

static void conc_abort_close(struct sc *sc)
{
	meet_end(sc, conc_close, conc_abort, 0, -ECONNABORTED);
}

static void conc_death_open(struct sc *sc)
{
	meet_end_of_open(sc, kill_server);
}

static void conc_death_write(struct sc *sc)
{
	meet_end(sc, conc_extend, kill_server, 10, 10);
}

static void conc_death_close(struct sc *sc)
{
	meet_end(sc, conc_close, kill_server, 0, -ECONNABORTED);
}

/* ---- freezing ---- */

static void conc_freeze_write(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, conc_freeze_thaw };
	struct conc c;
	long ret[2];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 10);
		EXPECT_EQ(sc, ret[1], 0);
		one_of(&c, 10, 10, 2, 2);
	}
	conc_end(&c);
}

static void conc_freeze_two_writers(struct sc *sc)
{
	static const conc_fn fn[] = { conc_write_in_place, conc_extend, conc_freeze_thaw };
	struct conc c;
	long ret[3];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 3, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 10);
		EXPECT_EQ(sc, ret[1], 10);
		EXPECT_EQ(sc, ret[2], 0);
		same_size(&c, CONC_SIZE + 10, CONC_SIZE + 10);
	}
	conc_end(&c);
}

/*
 * A truncation waits, with the inode locked, for the server, and that for the thaw; the freezer for
 * whoever has protection. None of them must have that and wait for the inode.
 */
static void conc_freeze_truncate_write(struct sc *sc)
{
	static const conc_fn fn[] = { conc_truncate, conc_extend, conc_freeze_thaw };
	struct conc c;
	long ret[3];

	if (conc_begin(sc, &c, NULL, 0) && conc_meet(&c, 3, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 0);
		EXPECT_EQ(sc, ret[1], 10);
		EXPECT_EQ(sc, ret[2], 0);
		same_size(&c, CONC_SIZE + 10, 50);
	}
	conc_end(&c);
}

/* ---- beside the page cache ---- */

static enum srv_backing cached_for_readers(struct server *srv, const char *name, uint32_t flags)
{
	(void)srv;
	(void)name;
	return (flags & O_ACCMODE) == O_RDONLY ? SRV_KEEP_CACHE : SRV_RDWR;
}

static long read_cached(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	char buf[10];

	return w_pread(c->w, (int)c->other, buf, sizeof(buf), 10);
}

/*
 * As conc_begin(), and @c->other is opened for reading: one of the two is cached, as @choose says.
 */
static bool begin_mixed(struct sc *sc, struct conc *c,
			enum srv_backing (*choose)(struct server *srv, const char *name,
						   uint32_t flags))
{
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.choose = choose;
	if (!conc_begin(sc, c, &o, 0))
		return false;
	c->other = w_open(c->w, fx_mnt(&c->fx, "f"), O_RDONLY, 0);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, c->other < 0 ? c->other : 0, 0, -EIO);
	return !sc_differs(sc, DIFF_MIXED_OPENS) && c->other >= 0;
}

/* What was written is what a cached read sees afterwards, whenever it filled the page cache. */
static void conc_cached_read(struct sc *sc)
{
	static const conc_fn fn[] = { read_cached, conc_write_in_place };
	struct conc c;
	long ret[2];

	if (!begin_mixed(sc, &c, cached_for_readers) || !conc_meet(&c, 2, fn, ret))
		goto out;
	EXPECT_EQ(sc, ret[0], 10);
	EXPECT_EQ(sc, ret[1], 10);
	EXPECT(sc, fx_reads(&c.fx, c.other, 10, 10, 2), "a stale page was kept");
out:
	conc_end(&c);
}

static enum srv_backing cached_for_writers(struct server *srv, const char *name, uint32_t flags)
{
	(void)srv;
	(void)name;
	return (flags & O_ACCMODE) == O_RDONLY ? SRV_RDWR : SRV_CACHED;
}

static long write_back(struct fx_job *job)
{
	struct conc *c = conc_of(job);

	return w_msync(c->w, c->map, CONC_SIZE);
}

static long read_stored(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	char buf[10];
	long ret = w_pread(c->w, (int)c->other, buf, sizeof(buf), 10);

	EXPECT(c->sc, ret != sizeof(buf) || sc_matches(buf, sizeof(buf), 10, 2),
	       "what was stored is not read");
	return ret;
}

/* What was stored is what a passthrough read sees, while it is being written back, too. */
static void conc_stored_read(struct sc *sc)
{
	static const conc_fn fn[] = { read_stored, write_back };
	struct conc c;
	char buf[10];
	long ret[2];

	if (!begin_mixed(sc, &c, cached_for_writers))
		goto out;
	NEED_EQ(sc, w_mmap(c.w, (int)c.fd, CONC_SIZE, W_MAP_SHARED | W_MAP_WRITE, 0, &c.map), 0);
	sc_pattern(buf, sizeof(buf), 10, 2);
	NEED_EQ(sc, w_store(c.w, c.map + 10, buf, sizeof(buf)), 0);
	if (conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 10);
		EXPECT_EQ(sc, ret[1], 0);
	}
	EXPECT_EQ(sc, w_munmap(c.w, c.map, CONC_SIZE), 0);
out:
	conc_end(&c);
}

#define MIXED (W_CAP_PAGE_CACHE)

const struct scenario conc_scenarios[] = {
	{ "conc/write-write", "two writes in place of the same bytes", 0, conc_write_write },
	{ "conc/write-append", "a write in place and one that appends", 0, conc_write_append },
	{ "conc/append-append", "two writes that append", 0, conc_append_append },
	{ "conc/three-writers", "two writes in place and one that appends", 0, conc_three_writers },
	{ "conc/getattr-extend", "an answer to GETATTR and a write that extends", 0,
	  conc_getattr_extend },
	{ "conc/extend-truncate", "a write that extends and a truncation", 0,
	  conc_extend_truncate },
	{ "conc/read-extend", "a read to the end and a write that extends", 0, conc_read_extend },
	{ "conc/times", "times after two writes and a read", 0, conc_times },
	{ "conc/torn-times", "no time is half of one write and half of another", 0,
	  conc_torn_times },
	{ "conc/two-opens", "two opens, each with an id of its own", 0, conc_two_opens },
	{ "conc/open-release", "an open and the release of another", 0, conc_open_release },
	{ "conc/close-id-twice", "an id is closed by two", 0, conc_close_id_twice },
	{ "conc/close-id-open", "an id is closed while an open names it", 0, conc_close_id_open },
	{ "conc/close-id-write", "an id is closed during a write", 0, conc_close_id_write },
	{ "conc/register-register", "two files are registered", 0, conc_register_register },
	{ "conc/register-abort", "a file is registered and the connection aborted", 0,
	  conc_register_abort },
	{ "conc/fput-twice", "two descriptors of one file are closed", 0, conc_fput_twice },
	{ "conc/write-close", "a write and the close of its descriptor", 0, conc_write_close },
	{ "conc/close-umount", "the last close and an unmount", 0, conc_close_umount },
	{ "conc/abort-open", "an open and an abort", 0, conc_abort_open },
	{ "conc/abort-write", "a write and an abort", 0, conc_abort_write },
	{ "conc/abort-truncate", "a truncation and an abort", 0, conc_abort_truncate },
	{ "conc/abort-close", "a close and an abort", 0, conc_abort_close },
	{ "conc/death-open", "an open and the server's death", 0, conc_death_open },
	{ "conc/death-write", "a write that extends and the server's death", 0, conc_death_write },
	{ "conc/death-close", "a close and the server's death", 0, conc_death_close },
	{ "conc/freeze-write", "a write and a freeze", W_CAP_FREEZE, conc_freeze_write },
	{ "conc/freeze-two-writers", "two writes and a freeze", W_CAP_FREEZE,
	  conc_freeze_two_writers },
	{ "conc/freeze-truncate-write", "a truncation, a write that extends, and a freeze",
	  W_CAP_FREEZE, conc_freeze_truncate_write },
	{ "conc/cached-read", "a cached read and a write through passthrough", MIXED,
	  conc_cached_read },
	{ "conc/stored-read", "a passthrough read while a store is written back",
	  MIXED | W_CAP_MMAP, conc_stored_read },
	{ 0 }
};
