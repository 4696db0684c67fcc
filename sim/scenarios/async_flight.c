// SPDX-License-Identifier: GPL-2.0
/*
 * Requests in flight: what may happen to their file, their task, the mount and the server
 * meanwhile; who freezes waits for exactly those; nothing shows before it is done.
 *
 * The lower file system completes requests when it is told to (W_LOWER_ASYNC).
 */
#include "async_front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#define BLOCK		4096
#define MAX_FLIGHT	8
#define FILE_SIZE	(MAX_FLIGHT * BLOCK)

/* Writes to a file through FUSE, that the lower file system holds. */
struct flight {
	struct fixture fx;
	struct sc *sc;
	struct world *w;
	struct fe fe;
	struct fe_req reqs[MAX_FLIGHT];
	char *buf;
	long fd;
	int n;
};

static bool flight_begin(struct sc *sc, struct flight *f)
{
	struct w_async_mode held = { .when = W_ASYNC_HELD };
	struct fx_opts o;

	memset(f, 0, sizeof(*f));
	f->sc = sc;
	f->w = sc_world(sc);
	f->fd = -1;
	fx_opts_init(&o);
	o.lower.kind = W_LOWER_ASYNC;
	NEED(sc, fx_setup(sc, &f->fx, &o), "no surroundings");
	f->buf = aligned_alloc(BLOCK, FILE_SIZE);
	NEED(sc, f->buf, "no memory");
	memset(f->buf, 0, FILE_SIZE);
	NEED_FD(sc, f->fd, fx_make(&f->fx, "f", FILE_SIZE, O_RDWR | O_DIRECT));
	NEED_EQ(sc, w_lower_async_mode(f->w, f->fx.lower, &held), 0);
	return true;
out:
	return false;
}

/* @n writes in place (or reads), one block each. */
static bool flight_submit(struct flight *f, enum fe_kind kind, int n, bool write)
{
	f->n = n;
	for (int i = 0; i < n; i++) {
		f->reqs[i] = (struct fe_req) {
			.fd = f->fd,
			.write = write,
			.buf = f->buf + i * BLOCK,
			.len = BLOCK,
			.off = i * BLOCK,
		};
		if (write)
			sc_pattern(f->reqs[i].buf, BLOCK, i * BLOCK, 2);
	}
	return fe_start(f->sc, &f->fe, kind) && fe_submit(&f->fe, f->reqs, n) &&
	       EXPECT_EQ(f->sc, w_lower_async_pending(f->w, f->fx.lower), n);
}

static void complete_one(struct flight *f, int which)
{
	EXPECT_EQ(f->sc, w_lower_async_complete(f->w, f->fx.lower, which, NULL), 0);
}

static void complete_all(struct flight *f)
{
	while (w_lower_async_pending(f->w, f->fx.lower) > 0 &&
	       !w_lower_async_complete(f->w, f->fx.lower, 0, NULL))
		;
}

/* All done, in full, and there. */
static void flight_check(struct flight *f)
{
	char buf[BLOCK];
	long low;

	EXPECT_EQ(f->sc, fe_wait(&f->fe, f->n), f->n);
	low = w_open(f->w, fx_low(&f->fx, "f"), O_RDONLY, 0);
	if (!EXPECT(f->sc, low >= 0, "cannot open the lower file: %s", sc_errno(low)))
		return;
	for (int i = 0; i < f->n; i++) {
		const struct fe_req *r = &f->reqs[i];

		EXPECT_EQ(f->sc, r->res, BLOCK);
		EXPECT_EQ(f->sc, w_pread(f->w, low, buf, BLOCK, r->off), BLOCK);
		EXPECT(f->sc, sc_matches(buf, BLOCK, r->off, r->write ? 2 : 1), "wrong content");
		EXPECT(f->sc, !memcmp(buf, r->buf, BLOCK), "not what was read");
	}
	w_close(f->w, low);
}

static void flight_end(struct flight *f)
{
	/* A scenario that failed must not leave anybody waiting for them. */
	complete_all(f);
	if (f->fe.w)
		fe_stop(&f->fe);
	if (f->fd >= 0)
		w_close(f->w, f->fd);
	fx_settle(&f->fx);
	/* A worker may have been late. */
	complete_all(f);
	fx_settle(&f->fx);
	free(f->buf);
	fx_teardown(&f->fx);
}

/* ---- one after another, in each order ---- */

static const int factorial[] = { 1, 1, 2, 6, 24 };

/*
 * Completes the requests in the @nr-th permutation, and looks at the order of the events. False:
 * give up.
 */
static bool one_order(struct flight *f, enum fe_kind kind, int n, int nr, bool write)
{
	int left[4] = { 0, 1, 2, 3 }, at, id;

	if (!flight_submit(f, kind, n, write)) {
		complete_all(f);
		fe_stop(&f->fe);
		return false;
	}
	for (int k = n, step = 1; k; k--, step++) {
		at = nr % k;
		nr /= k;
		id = left[at];
		memmove(&left[at], &left[at + 1], (k - at - 1) * sizeof(*left));
		EXPECT_EQ(f->sc, fe_wait(&f->fe, 0), step - 1);
		complete_one(f, at);
		EXPECT_EQ(f->sc, fe_wait(&f->fe, step), step);
		EXPECT_EQ(f->sc, f->reqs[id].order, step);
	}
	complete_all(f);
	flight_check(f);
	fe_stop(&f->fe);
	return f->fe.ndone == n;
}

static void each_order(struct sc *sc, enum fe_kind kind, bool write)
{
	struct flight f;
	bool ok = flight_begin(sc, &f);

	for (int n = 1; n <= 4; n++) {
		for (int nr = 0; ok && nr < factorial[n]; nr++)
			ok = one_order(&f, kind, n, nr, write);
	}
	f.fe.w = NULL;
	flight_end(&f);
}

static void order_aio_write(struct sc *sc)
{
	each_order(sc, FE_AIO, true);
}

static void order_aio_read(struct sc *sc)
{
	each_order(sc, FE_AIO, false);
}

static void order_uring_write(struct sc *sc)
{
	each_order(sc, FE_URING, true);
}

static void order_uring_read(struct sc *sc)
{
	each_order(sc, FE_URING, false);
}

/* ---- what happens meanwhile ---- */

enum meanwhile { CLOSE, ABORT, UMOUNT, SERVER_DIES };

static void do_meanwhile(struct flight *f, enum meanwhile what)
{
	switch (what) {
	case CLOSE:
		EXPECT_EQ(f->sc, w_close(f->w, f->fd), 0);
		f->fd = -1;
		break;
	case ABORT:
		EXPECT_EQ(f->sc, w_abort(f->w, f->fx.mnt), 0);
		f->fx.gone = true;
		break;
	case UMOUNT:
		EXPECT_EQ(f->sc, w_umount(f->w, f->fx.mnt, 0), -EBUSY);
		w_close(f->w, f->fd);
		f->fd = -1;
		EXPECT_EQ(f->sc, w_umount(f->w, f->fx.mnt, 0), -EBUSY);
		break;
	case SERVER_DIES:
		srv_kill(f->fx.srv);
		f->fx.gone = true;
		break;
	}
}

static void meanwhile(struct sc *sc, enum fe_kind kind, enum meanwhile what)
{
	struct flight f;

	if (flight_begin(sc, &f) && flight_submit(&f, kind, 3, true)) {
		do_meanwhile(&f, what);
		EXPECT_EQ(sc, fe_wait(&f.fe, 0), 0);
		complete_one(&f, 1);
		complete_all(&f);
		flight_check(&f);
	}
	flight_end(&f);
}

static void close_aio(struct sc *sc)
{
	meanwhile(sc, FE_AIO, CLOSE);
}

static void close_uring(struct sc *sc)
{
	meanwhile(sc, FE_URING, CLOSE);
}

static void abort_aio(struct sc *sc)
{
	meanwhile(sc, FE_AIO, ABORT);
}

static void abort_uring(struct sc *sc)
{
	meanwhile(sc, FE_URING, ABORT);
}

static void umount_aio(struct sc *sc)
{
	meanwhile(sc, FE_AIO, UMOUNT);
}

static void umount_uring(struct sc *sc)
{
	meanwhile(sc, FE_URING, UMOUNT);
}

static void death_aio(struct sc *sc)
{
	meanwhile(sc, FE_AIO, SERVER_DIES);
}

static void death_uring(struct sc *sc)
{
	meanwhile(sc, FE_URING, SERVER_DIES);
}

/* ---- nothing shows before completion ---- */

static void attr_at_completion(struct sc *sc)
{
	struct w_stat before, now;
	struct flight f;

	if (!flight_begin(sc, &f))
		goto out;
	NEED_EQ(sc, w_fstat(f.w, f.fd, &before), 0);
	w_tick(f.w);
	NEED(sc, flight_submit(&f, FE_AIO, 1, true), "not in flight");
	NEED_EQ(sc, w_fstat(f.w, f.fd, &now), 0);
	EXPECT(sc, now.mtime == before.mtime && now.ctime == before.ctime,
	       "times changed too early");
	w_tick(f.w);
	complete_all(&f);
	EXPECT_EQ(sc, fe_wait(&f.fe, 1), 1);
	fx_same_attr(&f.fx, f.fd, "f", true);
	NEED_EQ(sc, w_fstat(f.w, f.fd, &now), 0);
	EXPECT(sc, now.mtime > before.mtime, "the modification time did not change");
	flight_check(&f);
out:
	flight_end(&f);
}

/*
 * The lower file system has set the access time when the read was queued; it completes in irq
 * context.
 */
static void attr_in_irq(struct sc *sc)
{
	const struct w_async_result irq = { .irq = true };
	struct w_stat before, now;
	struct flight f;

	if (!flight_begin(sc, &f))
		goto out;
	sc_pattern(f.buf, BLOCK, 0, 1);
	w_tick(f.w);
	NEED_EQ(sc, w_pwrite(f.w, f.fd, f.buf, BLOCK, 0), BLOCK);
	NEED_EQ(sc, w_fstat(f.w, f.fd, &before), 0);
	w_tick(f.w);
	NEED(sc, flight_submit(&f, FE_AIO, 1, false), "not in flight");
	EXPECT_EQ(sc, w_lower_async_complete(f.w, f.fx.lower, 0, &irq), 0);
	EXPECT_EQ(sc, fe_wait(&f.fe, 1), 1);
	fx_same_attr(&f.fx, f.fd, "f", true);
	NEED_EQ(sc, w_fstat(f.w, f.fd, &now), 0);
	EXPECT(sc, now.atime > before.atime, "the access time did not change");
	flight_check(&f);
out:
	flight_end(&f);
}

/* ---- cancelling and destroying ---- */

static void cancel_aio(struct sc *sc)
{
	struct flight f;
	long ret;

	if (flight_begin(sc, &f) && flight_submit(&f, FE_AIO, 2, true)) {
		/* Passthrough cannot pass a cancellation on, and says so; the request goes on. */
		ret = w_aio_cancel(f.w, f.fe.ctx, &f.reqs[0].aio);
		EXPECT(sc, ret == -EINVAL || ret == -EINPROGRESS, "io_cancel: %s", sc_errno(ret));
		complete_all(&f);
		if (ret == -EINVAL)
			flight_check(&f);
		else
			fe_wait(&f.fe, 2);
	}
	flight_end(&f);
}

struct destroyer {
	struct flight *f;
	long ret;
};

static void destroy_task(struct world *w, void *arg)
{
	struct destroyer *d = arg;

	d->ret = w_aio_destroy(w, d->f->fe.ctx);
}

/* io_destroy() waits for the last one, and for no longer. */
static void destroy_aio(struct sc *sc)
{
	struct w_task *task;
	struct destroyer d;
	struct flight f;

	if (!flight_begin(sc, &f) || !flight_submit(&f, FE_AIO, 3, true))
		goto out;
	d = (struct destroyer) { .f = &f, .ret = -1 };
	NEED_EQ(sc, w_spawn(f.w, "destroy", W_SPAWN_SHARE_FILES, destroy_task, &d, &task), 0);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(sc, w_task_wait_blocked(f.w, task), 0);
		complete_one(&f, 0);
	}
	w_join(f.w, task);
	EXPECT_EQ(sc, d.ret, 0);
	EXPECT_EQ(sc, w_aio_destroy(f.w, f.fe.ctx), -EINVAL);
	f.fe.ctx = 0;
out:
	flight_end(&f);
}

/* The ring is closed first: its requests go on, and their file stays. */
static void close_ring(struct sc *sc)
{
	struct flight f;

	if (flight_begin(sc, &f) && flight_submit(&f, FE_URING, 3, true)) {
		EXPECT_EQ(sc, w_uring_close(f.w, f.fe.ctx), 0);
		f.fe.ctx = 0;
		EXPECT_EQ(sc, w_umount(f.w, f.fx.mnt, 0), -EBUSY);
		complete_all(&f);
		fx_settle(&f.fx);
	}
	flight_end(&f);
}

/* ---- a process that ends with requests in flight ---- */

struct leaver {
	struct flight *f;
	enum fe_kind kind;
	struct w_event *submitted, *never;
};

static void leave_task(struct world *w, void *arg)
{
	struct leaver *l = arg;

	flight_submit(l->f, l->kind, 2, true);
	w_event_post(w, l->submitted);
	w_event_wait(w, l->never);
}

static void killed(struct sc *sc, enum fe_kind kind)
{
	struct leaver l = { .kind = kind };
	struct w_task *task;
	struct flight f;

	if (!flight_begin(sc, &f))
		goto out;
	l.f = &f;
	l.submitted = w_event_new(f.w, "submitted");
	l.never = w_event_new(f.w, "never");
	NEED_EQ(sc, w_spawn(f.w, "app", W_SPAWN_COPY_FILES, leave_task, &l, &task), 0);
	w_event_wait(f.w, l.submitted);
	w_kill(f.w, task);
	/* io_submit's contexts are waited for when a process ends; io_uring's requests are not. */
	complete_all(&f);
	EXPECT_EQ(sc, w_join(f.w, task), 1);
	fx_same_attr(&f.fx, f.fd, "f", true);
	w_event_free(f.w, l.submitted);
	w_event_free(f.w, l.never);
out:
	f.fe.w = NULL;
	flight_end(&f);
}

static void killed_aio(struct sc *sc)
{
	killed(sc, FE_AIO);
}

static void killed_uring(struct sc *sc)
{
	killed(sc, FE_URING);
}

/* ---- freezing ---- */

static void freeze_task(struct world *w, void *arg)
{
	struct destroyer *d = arg;

	d->ret = w_freeze(w, d->f->fx.lower);
}

static long job_kernel_write(struct fx_job *job)
{
	return w_kernel_rw(sc_world(job->sc), job->fd, true, true, job->buf, job->len, &job->off);
}

/*
 * With @n writes in flight, which complete in the @nr-th permutation: the freezer waits for them;
 * then new writes wait, reads pass.
 */
static void freeze_n(struct sc *sc, enum fe_kind kind, int n, int nr)
{
	struct fx_job late = { .fn = job_pwrite, .len = BLOCK };
	struct w_task *task;
	struct destroyer d;
	struct flight f;
	char *buf = aligned_alloc(BLOCK, BLOCK);

	if (!flight_begin(sc, &f) || !buf || !flight_submit(&f, kind, n, true))
		goto out;
	d = (struct destroyer) { .f = &f, .ret = -1 };
	NEED_EQ(sc, w_spawn(f.w, "freezer", W_SPAWN_SHARE_FILES, freeze_task, &d, &task), 0);
	for (int i = 0; i < n; i++) {
		EXPECT_EQ(sc, w_task_wait_blocked(f.w, task), 0);
		EXPECT_EQ(sc, w_pread(f.w, f.fd, buf, BLOCK, 0), BLOCK);
		complete_one(&f, nr % (n - i));
		nr /= n - i;
	}
	/* Their completion is in the hands of a work queue, and of nobody else. */
	w_join(f.w, task);
	EXPECT_EQ(sc, d.ret, 0);
	late.fd = f.fd;
	late.buf = f.buf;
	EXPECT_EQ(sc, fx_job_start(sc, &late, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(f.w, late.task), 0);
	EXPECT_EQ(sc, w_pread(f.w, f.fd, buf, BLOCK, 0), BLOCK);
	if (n)
		flight_check(&f);
	EXPECT_EQ(sc, w_thaw(f.w, f.fx.lower), 0);
	EXPECT_EQ(sc, fx_job_wait(&late), BLOCK);
	fx_same_attr(&f.fx, f.fd, "f", true);
out:
	free(buf);
	flight_end(&f);
}

/* Up to 4 in each order, more in some. */
static void freeze_each(struct sc *sc, enum fe_kind kind)
{
	for (int n = 0; n <= MAX_FLIGHT; n++) {
		int orders = n <= 4 ? factorial[n] : 2;

		for (int nr = 0; nr < orders; nr++)
			freeze_n(sc, kind, n, n <= 4 ? nr : nr * 12345);
	}
}

static void freeze_aio(struct sc *sc)
{
	freeze_each(sc, FE_AIO);
}

static void freeze_uring(struct sc *sc)
{
	freeze_each(sc, FE_URING);
}

/* The kernel's own caller sets no IOCB_WRITE: it holds off a freezer, and lets go, all the same. */
static void freeze_kernel(struct sc *sc)
{
	struct fx_job job = { .fn = job_kernel_write, .len = BLOCK };
	struct w_task *task;
	struct destroyer d;
	struct flight f;

	if (!flight_begin(sc, &f))
		goto out;
	job.fd = f.fd;
	job.buf = f.buf;
	sc_pattern(f.buf, BLOCK, 0, 2);
	d = (struct destroyer) { .f = &f, .ret = -1 };
	EXPECT_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(f.w, job.task), 0);
	fx_settle(&f.fx);
	NEED_EQ(sc, w_lower_async_pending(f.w, f.fx.lower), 1);
	NEED_EQ(sc, w_spawn(f.w, "freezer", W_SPAWN_SHARE_FILES, freeze_task, &d, &task), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(f.w, task), 0);
	complete_one(&f, 0);
	EXPECT_EQ(sc, fx_job_wait(&job), BLOCK);
	w_join(f.w, task);
	EXPECT_EQ(sc, d.ret, 0);
	EXPECT_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(f.w, job.task), 0);
	fx_settle(&f.fx);
	EXPECT_EQ(sc, w_lower_async_pending(f.w, f.fx.lower), 0);
	EXPECT_EQ(sc, w_thaw(f.w, f.fx.lower), 0);
	fx_settle(&f.fx);
	complete_all(&f);
	EXPECT_EQ(sc, fx_job_wait(&job), BLOCK);
out:
	flight_end(&f);
}

static long job_cut(struct fx_job *job)
{
	return w_ftruncate(sc_world(job->sc), job->fd, FILE_SIZE / 2);
}

static long job_allocate(struct fx_job *job)
{
	return w_fallocate(sc_world(job->sc), job->fd, 0, 0, FILE_SIZE);
}

/*
 * Who needs the FUSE inode for itself waits for the writes in flight before it does anything below,
 * by a request to the server or by a write: not all lower file systems wait, too.
 */
static void exclusive_waits(struct sc *sc, long (*fn)(struct fx_job *job), unsigned int opcode,
			    long expected)
{
	struct fx_job job = { .fn = fn, .len = BLOCK, .off = FILE_SIZE };
	struct w_stat st;
	struct flight f;

	if (!flight_begin(sc, &f) || !flight_submit(&f, FE_AIO, 2, true))
		goto out;
	job.fd = f.fd;
	job.buf = f.buf + FILE_SIZE - BLOCK;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(f.w, job.task), 0);
	fx_settle(&f.fx);
	if (opcode)
		EXPECT_EQ(sc, srv_count(f.fx.srv, 0, opcode), 0);
	EXPECT_EQ(sc, w_lstat(f.w, fx_low(&f.fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, FILE_SIZE);
	complete_all(&f);
	EXPECT_EQ(sc, fx_job_wait(&job), expected);
	flight_check(&f);
out:
	flight_end(&f);
}

static void truncate_waits(struct sc *sc)
{
	exclusive_waits(sc, job_cut, FUSE_SETATTR, 0);
}

static void fallocate_waits(struct sc *sc)
{
	exclusive_waits(sc, job_allocate, FUSE_FALLOCATE, 0);
}

static void extend_waits(struct sc *sc)
{
	exclusive_waits(sc, job_pwrite, 0, BLOCK);
}

#define ASYNC_AIO	(W_CAP_AIO | W_CAP_LOWER_ASYNC)
#define ASYNC_URING	(W_CAP_URING | W_CAP_LOWER_ASYNC)

const struct scenario async_flight_scenarios[] = {
	{ "async/order-aio-write", "io_submit writes complete in each order", ASYNC_AIO,
	  order_aio_write },
	{ "async/order-aio-read", "io_submit reads complete in each order", ASYNC_AIO,
	  order_aio_read },
	{ "async/order-uring-write", "io_uring writes complete in each order", ASYNC_URING,
	  order_uring_write },
	{ "async/order-uring-read", "io_uring reads complete in each order", ASYNC_URING,
	  order_uring_read },
	{ "async/close-aio", "the file is closed with io_submit writes in flight", ASYNC_AIO,
	  close_aio },
	{ "async/close-uring", "the file is closed with io_uring writes in flight", ASYNC_URING,
	  close_uring },
	{ "async/abort-aio", "the connection is aborted with io_submit writes in flight", ASYNC_AIO,
	  abort_aio },
	{ "async/abort-uring", "the connection is aborted with io_uring writes in flight",
	  ASYNC_URING, abort_uring },
	{ "async/umount-aio", "an unmount is refused with io_submit writes in flight", ASYNC_AIO,
	  umount_aio },
	{ "async/umount-uring", "an unmount is refused with io_uring writes in flight", ASYNC_URING,
	  umount_uring },
	{ "async/death-aio", "the server is killed with io_submit writes in flight", ASYNC_AIO,
	  death_aio },
	{ "async/death-uring", "the server is killed with io_uring writes in flight", ASYNC_URING,
	  death_uring },
	{ "async/attr-at-completion", "times change when a write completes, not before", ASYNC_AIO,
	  attr_at_completion },
	{ "async/attr-in-irq", "a read that completes in irq context changes the access time",
	  ASYNC_AIO, attr_in_irq },
	{ "async/cancel-aio", "io_cancel of a passthrough write", ASYNC_AIO, cancel_aio },
	{ "async/destroy-aio", "io_destroy waits for the requests in flight", ASYNC_AIO,
	  destroy_aio },
	{ "async/close-ring", "a ring is closed with requests in flight", ASYNC_URING, close_ring },
	{ "async/killed-aio", "a process is killed with io_submit writes in flight",
	  ASYNC_AIO | W_CAP_SIGKILL, killed_aio },
	{ "async/killed-uring", "a process is killed with io_uring writes in flight",
	  ASYNC_URING | W_CAP_SIGKILL, killed_uring },
	{ "async/freeze-aio",
	  "a freezer waits for 0 to 8 io_submit writes in flight, in each order up to 4", ASYNC_AIO,
	  freeze_aio },
	{ "async/freeze-uring",
	  "a freezer waits for 0 to 8 io_uring writes in flight, in each order up to 4",
	  ASYNC_URING, freeze_uring },
	{ "async/truncate-waits",
	  "a truncation waits for writes in flight before it asks the server", ASYNC_AIO,
	  truncate_waits },
	{ "async/fallocate-waits", "an allocation does", ASYNC_AIO, fallocate_waits },
	{ "async/extend-waits",
	  "a write that extends waits for those in flight before it goes below", ASYNC_AIO,
	  extend_waits },
	{ "async/freeze-kernel", "a freezer waits for a write without IOCB_WRITE",
	  W_CAP_KERNEL_RW | W_CAP_LOWER_ASYNC, freeze_kernel },
	{ 0 }
};
