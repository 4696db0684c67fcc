// SPDX-License-Identifier: GPL-2.0
/*
 * One cell of the table of front ends.
 *
 * The oracle is the lower file system itself: what the same requests do on one of its files
 * directly is what they must do through FUSE: results, content and size. Size and times of the FUSE
 * file must be the lower file's once the requests are done, without asking the server, and the
 * lower file system can be frozen afterwards.
 */
#include "async_cell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK		4096
#define NREQS		3
#define FILE_SIZE	(4 * BLOCK)

#ifndef RWF_HIPRI
#define RWF_HIPRI	0x1
#define RWF_NOWAIT	0x8
#endif
#ifndef RWF_APPEND
#define RWF_APPEND	0x10
#endif

struct cell async_cell_now;
const char *async_cell_verdict;

static bool task_front(enum fe_kind front)
{
	return front == FE_RW || front == FE_RWV2 || front == FE_KERNEL;
}

/* The loop device's kiocb is asynchronous, although its caller here waits. */
static bool sync_front(enum fe_kind front)
{
	return front == FE_RW || front == FE_RWV2;
}

static bool appends(const struct cell *c)
{
	return c->op == CELL_APPEND || (c->op != CELL_READ && (c->rwf & RWF_APPEND));
}

static const char *impossible_how(const struct cell *c)
{
	bool host = c->engine == W_LOWER_HOST_LIBAIO || c->engine == W_LOWER_HOST_URING;

	if (c->how == CELL_ERROR || c->how == CELL_SHORT)
		return NULL;
	if (c->how == CELL_REVERSED && task_front(c->front))
		return "its caller waits for each request before the next";
	if (c->engine == W_LOWER_RAM || c->engine == W_LOWER_HOST)
		return c->how == CELL_INLINE ? NULL : "the engine is done when its call returns";
	if (!host)
		return NULL;
	if (c->how == CELL_INLINE)
		return sync_front(c->front) ? NULL : "the host completes when no task can run";
	if (c->how == CELL_REVERSED)
		return "the host decides on the order";
	if (c->how == CELL_IRQ)
		return "the host's completions are reaped by a task";
	return sync_front(c->front) ? "a synchronous caller does not queue on this engine" : NULL;
}

const char *cell_impossible(const struct cell *c)
{
	if (c->front == FE_KERNEL && c->op == CELL_APPEND)
		return "a loop device sets its own flags, without IOCB_APPEND";
	return impossible_how(c);
}

/* What both sides of a comparison have. */
struct side {
	long fd;
	const char *path;	/* of the lower file */
	struct fe_req reqs[NREQS];
	char *bufs;
};

static void set_mode(struct fixture *fx, const struct cell *c)
{
	struct w_async_mode mode = { .when = W_ASYNC_NOW };

	if (c->engine != W_LOWER_ASYNC)
		return;
	if (c->how == CELL_DEFERRED || c->how == CELL_IRQ)
		mode.when = W_ASYNC_LATER;
	if (c->how == CELL_REVERSED)
		mode.when = W_ASYNC_HELD;
	mode.result.irq = c->how == CELL_IRQ;
	mode.hold_sync = c->how == CELL_DEFERRED || c->how == CELL_IRQ;
	EXPECT_EQ(fx->sc, w_lower_async_mode(fx->w, fx->lower, &mode), 0);
}

static void set_fault(struct fixture *fx, const struct cell *c, bool on)
{
	enum w_lower_op op = c->op == CELL_READ ? W_LOWER_READ : W_LOWER_WRITE;

	if (c->how == CELL_ERROR)
		EXPECT_EQ(fx->sc, w_lower_inject(fx->w, fx->lower, op, 0, on ? -1 : 0, EIO, 0), 0);
	if (c->how == CELL_SHORT)
		EXPECT_EQ(fx->sc, w_lower_inject(fx->w, fx->lower, op, 0, on ? -1 : 0, 0,
						 BLOCK / 2), 0);
}

static void fill(const struct cell *c, struct side *s)
{
	for (int i = 0; i < NREQS; i++) {
		long long off = i * BLOCK + (c->op == CELL_EXTEND ? FILE_SIZE : 0);

		s->reqs[i] = (struct fe_req) {
			.fd = s->fd,
			.write = c->op != CELL_READ,
			.buf = s->bufs + i * BLOCK,
			.len = BLOCK,
			.off = off,
			.rwf = c->rwf,
		};
		/* Where an append lands depends on the order: all are the same. */
		sc_pattern(s->reqs[i].buf, BLOCK, appends(c) ? 0 : off, 2);
	}
}

/* Newest first, as long as there are any; each may let more be submitted. */
static void complete_held(struct fixture *fx)
{
	while (w_lower_async_pending(fx->w, fx->lower) > 0 &&
	       EXPECT_EQ(fx->sc, w_lower_async_complete(fx->w, fx->lower, -1, NULL), 0))
		;
}

/* One after another if a task waits for each. */
static void do_requests(struct fixture *fx, const struct cell *c, enum fe_kind front,
			struct side *s)
{
	int batch = task_front(front) || appends(c) || c->op == CELL_EXTEND ? 1 : NREQS;

	for (int i = 0; i < NREQS; i += batch) {
		struct fe fe;

		if (fe_start(fx->sc, &fe, front) && fe_submit(&fe, &s->reqs[i], batch)) {
			if (c->how == CELL_REVERSED && c->engine == W_LOWER_ASYNC)
				complete_held(fx);
			fe_wait(&fe, batch);
		}
		fe_stop(&fe);
	}
}

static bool same_results(struct sc *sc, const struct cell *c, const struct side *ref,
			 const struct side *via)
{
	bool ok = true;

	for (int i = 0; i < NREQS; i++) {
		long long want = ref->reqs[i].res, got = via->reqs[i].res;

		/*
		 * How much of a short request its front end makes up for depends on where it is
		 * short.
		 */
		if (c->how == CELL_SHORT && got >= BLOCK / 2 && got <= BLOCK && want > 0)
			continue;
		/* Who must not wait may always be told to come again. */
		if ((c->rwf & RWF_NOWAIT) && got == -EAGAIN)
			continue;
		ok &= EXPECT(sc, got == want, "request %d: %lld (%s), on the lower file %lld (%s)",
			     i, got, sc_errno(got), want, sc_errno(want));
	}
	return ok;
}

static bool same_data(struct sc *sc, const struct cell *c, const struct side *via)
{
	bool ok = true;

	for (int i = 0; i < NREQS && c->op == CELL_READ; i++) {
		const struct fe_req *r = &via->reqs[i];

		if (r->res > 0)
			ok &= EXPECT(sc, sc_matches(r->buf, r->res, r->off, 1),
				     "read %d: wrong content", i);
	}
	return ok;
}

/* A request that was done in part did the first bytes. */
static bool written_data(struct fixture *fx, const struct cell *c, const struct side *via, long low)
{
	char buf[BLOCK];
	bool ok = true;

	for (int i = 0; i < NREQS && c->op != CELL_READ && !appends(c); i++) {
		const struct fe_req *r = &via->reqs[i];

		if (r->res <= 0)
			continue;
		ok &= EXPECT_EQ(fx->sc, w_pread(fx->w, low, buf, r->res, r->off), r->res) &&
		      EXPECT(fx->sc, sc_matches(buf, r->res, r->off, 2), "write %d: wrong content",
			     i);
	}
	return ok;
}

static void compare(struct fixture *fx, const struct cell *c, const struct side *ref,
		    const struct side *via)
{
	bool partial = c->how == CELL_SHORT || (c->rwf & RWF_NOWAIT);
	struct sc *sc = fx->sc;
	long low;

	same_results(sc, c, ref, via);
	same_data(sc, c, via);
	low = w_open(fx->w, via->path, O_RDONLY, 0);
	if (EXPECT(sc, low >= 0, "cannot open the lower file: %s", sc_errno(low))) {
		written_data(fx, c, via, low);
		w_close(fx->w, low);
	}
	if (!partial)
		EXPECT(sc, sc_hash(sc, via->path) == sc_hash(sc, ref->path),
		       "other content than below");
}

static bool open_sides(struct fixture *fx, const struct cell *c, struct side *ref, struct side *via)
{
	int flags = O_RDWR | (c->direct ? O_DIRECT : 0) | (c->op == CELL_APPEND ? O_APPEND : 0);
	struct sc *sc = fx->sc;

	ref->fd = via->fd = -1;
	ref->path = fx_low(fx, "ref");
	via->path = fx_low(fx, "f");
	ref->bufs = aligned_alloc(BLOCK, NREQS * BLOCK);
	via->bufs = aligned_alloc(BLOCK, NREQS * BLOCK);
	NEED(sc, ref->bufs && via->bufs, "no memory");
	NEED_EQ(sc, sc_make_file(sc, ref->path, FILE_SIZE, 1, 0644), 0);
	NEED_EQ(sc, sc_make_file(sc, via->path, FILE_SIZE, 1, 0644), 0);
	NEED_FD(sc, ref->fd, w_open(fx->w, ref->path, flags, 0));
	NEED_FD(sc, via->fd, w_open(fx->w, fx_mnt(fx, "f"), flags, 0));
	return true;
out:
	return false;
}

static void close_side(struct fixture *fx, struct side *s)
{
	if (s->fd >= 0)
		w_close(fx->w, s->fd);
	free(s->bufs);
}

static const char *verdict(const struct side *s)
{
	return s->reqs[0].res < 0 ? sc_errno(s->reqs[0].res) : "ok";
}

const char *cell_run(struct sc *sc, const struct cell *c)
{
	const char *result = "not run";
	struct side ref = { .fd = -1 }, via = { .fd = -1 };
	unsigned int asked;
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	o.lower.kind = c->engine;
	if (!fx_setup(sc, &fx, &o) || !open_sides(&fx, c, &ref, &via))
		goto out;
	set_mode(&fx, c);
	fill(c, &ref);
	fill(c, &via);
	set_fault(&fx, c, true);
	/* A loop device on the lower file itself would write without freeze protection. */
	do_requests(&fx, c, c->front == FE_KERNEL ? FE_RW : c->front, &ref);
	asked = srv_count(fx.srv, 0, FUSE_GETATTR);
	do_requests(&fx, c, c->front, &via);
	set_fault(&fx, c, false);
	/*
	 * After an error nobody can tell what became of the file: the server is asked. Before the
	 * contents are compared: reading the lower file moves its access time, of which FUSE cannot
	 * know.
	 */
	fx_same_attr(&fx, via.fd, "f", true);
	compare(&fx, c, &ref, &via);
	if (c->how != CELL_ERROR)
		EXPECT_DIFF(sc, DIFF_GETATTR_AFTER_IO, srv_count(fx.srv, 0, FUSE_GETATTR) - asked,
			    0, 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ) + srv_count(fx.srv, 0, FUSE_WRITE), 0);
	if (sc_has(sc, W_CAP_FREEZE))
		EXPECT(sc, !w_freeze(fx.w, fx.lower) && !w_thaw(fx.w, fx.lower),
		       "freeze protection was kept");
	result = verdict(&via);
out:
	close_side(&fx, &ref);
	close_side(&fx, &via);
	/*
	 * Who drops a file's last reference elsewhere than in a task of its own ends it a jiffy
	 * later.
	 */
	w_tick(fx.w);
	for (int i = 0; i < 5; i++)
		w_yield(fx.w);
	fx_teardown(&fx);
	return result;
}

void cell_scenario(struct sc *sc)
{
	async_cell_verdict = cell_run(sc, &async_cell_now);
}
