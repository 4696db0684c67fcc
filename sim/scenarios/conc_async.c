// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks that meet the completion of an asynchronous request. The lower file system holds a request
 * until one of them completes it; the request was submitted before, or by another of them.
 */
#include "conc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#define BLOCK	4096

static bool submit_one(struct conc *c)
{
	return EXPECT(c->sc, w_aio_submit(c->w, c->ctx, &c->aio, 1) == 1, "not submitted");
}

/* A file of two blocks, and a request for the first one, not submitted yet. */
static bool async_begin(struct sc *sc, struct conc *c, enum w_aio_op op, enum w_async_when when)
{
	struct w_async_mode mode = { .when = when };
	struct fx_opts o;

	*c = (struct conc){ .sc = sc, .w = sc_world(sc), .fd = -1, .other = -1, .ctx = -1 };
	fx_opts_init(&o);
	o.lower.kind = W_LOWER_ASYNC;
	if (!fx_setup(sc, &c->fx, &o))
		return false;
	c->buf = aligned_alloc(BLOCK, BLOCK);
	NEED(sc, c->buf, "no memory");
	sc_pattern(c->buf, BLOCK, 0, 2);
	NEED_FD(sc, c->fd, fx_make(&c->fx, "f", 2 * BLOCK, O_RDWR | O_DIRECT));
	NEED_EQ(sc, w_lower_async_mode(c->w, c->fx.lower, &mode), 0);
	c->ctx = w_aio_setup(c->w, 2);
	NEED(sc, c->ctx >= 0, "no context: %s", sc_errno(c->ctx));
	c->aio = (struct w_aio){ .fd = (int)c->fd, .op = op, .buf = c->buf, .len = BLOCK };
	NEED_EQ(sc, fx_barrier(&c->fx), 0);
	return true;
out:
	return false;
}

static bool begin_in_flight(struct sc *sc, struct conc *c, enum w_aio_op op)
{
	return async_begin(sc, c, op, W_ASYNC_HELD) && submit_one(c);
}

/* The request ended in full, and a write is there. */
static void async_check(struct conc *c)
{
	struct w_completion done;

	if (!EXPECT(c->sc, w_aio_getevents(c->w, c->ctx, 1, &done, 1) == 1, "no completion"))
		return;
	EXPECT_EQ(c->sc, done.res, BLOCK);
	if (c->aio.op == W_AIO_WRITE)
		fx_reads_below(&c->fx, "f", 0, BLOCK, 2);
	else
		EXPECT(c->sc, sc_matches(c->buf, BLOCK, 0, 1), "wrong content read");
}

static long complete_with(struct fx_job *job, bool irq)
{
	const struct w_async_result result = { .irq = irq };
	struct conc *c = conc_of(job);

	return w_lower_async_complete(c->w, c->fx.lower, 0, &result);
}

static long complete(struct fx_job *job)
{
	return complete_with(job, false);
}

static long complete_in_irq(struct fx_job *job)
{
	return complete_with(job, true);
}

/*
 * Complete what the other task submits, whenever it does; a request that failed on its way never
 * comes.
 */
static long complete_when_submitted(struct fx_job *job, bool irq)
{
	struct conc *c = conc_of(job);
	bool over;
	long ret;

	do {
		over = c->over;
		ret = complete_with(job, irq);
		if (ret == -ENOENT && !over)
			w_yield(c->w);
	} while (ret == -ENOENT && !over);
	return ret;
}

static long complete_early(struct fx_job *job)
{
	return complete_when_submitted(job, false);
}

static long complete_early_in_irq(struct fx_job *job)
{
	return complete_when_submitted(job, true);
}

/*
 * A request in flight, its completion, and something else; @good or @bad is what that may return.
 */
static void meet_completion(struct sc *sc, enum w_aio_op op, conc_fn completer, conc_fn what,
			    long good, long bad)
{
	const conc_fn fn[] = { completer, what };
	struct conc c;
	long ret[2];

	if (begin_in_flight(sc, &c, op) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 0);
		conc_is(&c, "it", ret[1], good, bad);
		async_check(&c);
	}
	conc_end(&c);
}

static void conc_complete_close(struct sc *sc)
{
	meet_completion(sc, W_AIO_WRITE, complete, conc_close, 0, 0);
}

static void conc_read_complete_close(struct sc *sc)
{
	meet_completion(sc, W_AIO_READ, complete_in_irq, conc_close, 0, 0);
}

static void conc_irq_complete_write(struct sc *sc)
{
	meet_completion(sc, W_AIO_WRITE, complete_in_irq, conc_write_in_place, -EINVAL, -EINVAL);
}

static long stat_file(struct fx_job *job)
{
	struct w_stat st;

	return w_fstat(conc_of(job)->w, (int)conc_of(job)->fd, &st);
}

static void conc_complete_stat(struct sc *sc)
{
	meet_completion(sc, W_AIO_WRITE, complete_in_irq, stat_file, 0, 0);
}

static void conc_complete_freeze(struct sc *sc)
{
	meet_completion(sc, W_AIO_WRITE, complete_in_irq, conc_freeze_thaw, 0, 0);
}

static void conc_complete_abort(struct sc *sc)
{
	meet_completion(sc, W_AIO_WRITE, complete_in_irq, conc_abort, 0, 0);
}

/* Truncation waits for writes in flight, so it cuts off what they wrote. */
static void conc_complete_truncate(struct sc *sc)
{
	static const conc_fn fn[] = { complete_in_irq, conc_truncate };
	struct w_completion done;
	struct w_stat st;
	struct conc c;
	long ret[2];

	if (begin_in_flight(sc, &c, W_AIO_WRITE) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 0);
		EXPECT_EQ(sc, ret[1], 0);
		EXPECT_EQ(sc, w_aio_getevents(c.w, c.ctx, 1, &done, 1), 1);
		EXPECT_EQ(sc, done.res, BLOCK);
		EXPECT_EQ(sc, w_fstat(c.w, (int)c.fd, &st), 0);
		EXPECT_EQ(sc, st.size, 50);
	}
	conc_end(&c);
}

static long append(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	char *buf = aligned_alloc(BLOCK, BLOCK);
	long ret;

	if (!buf)
		return -ENOMEM;
	sc_pattern(buf, BLOCK, 2 * BLOCK, 3);
	ret = w_pwrite(c->w, (int)c->fd, buf, BLOCK, 2 * BLOCK);
	free(buf);
	return ret;
}

/* Who extends excludes all others: it waits for the write in flight. */
static void conc_complete_extend(struct sc *sc)
{
	meet_completion(sc, W_AIO_WRITE, complete_in_irq, append, BLOCK, BLOCK);
}

static long destroy(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	long ctx = c->ctx;

	c->ctx = -1;
	return w_aio_destroy(c->w, ctx);
}

static void conc_complete_destroy(struct sc *sc)
{
	static const conc_fn fn[] = { complete, destroy };
	struct conc c;
	long ret[2];

	if (begin_in_flight(sc, &c, W_AIO_WRITE) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 0);
		EXPECT_EQ(sc, ret[1], 0);
		fx_reads_below(&c.fx, "f", 0, BLOCK, 2);
	}
	conc_end(&c);
}

static long submit(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	bool done = submit_one(c);

	c->over = true;
	return done ? 0 : -EIO;
}

/* The completion may come before the call that queues the request has returned. */
static void meet_submission(struct sc *sc, enum w_aio_op op, conc_fn completer)
{
	const conc_fn fn[] = { submit, completer };
	struct conc c;
	long ret[2];

	if (async_begin(sc, &c, op, W_ASYNC_HELD) && conc_meet(&c, 2, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 0);
		EXPECT_EQ(sc, ret[1], 0);
		async_check(&c);
	}
	conc_end(&c);
}

static void conc_submit_complete(struct sc *sc)
{
	meet_submission(sc, W_AIO_WRITE, complete_early);
}

static void conc_submit_complete_read(struct sc *sc)
{
	meet_submission(sc, W_AIO_READ, complete_early_in_irq);
}

static void conc_submit_freeze(struct sc *sc)
{
	static const conc_fn fn[] = { submit, complete_early_in_irq, conc_freeze_thaw };
	struct conc c;
	long ret[3];

	if (async_begin(sc, &c, W_AIO_WRITE, W_ASYNC_HELD) && conc_meet(&c, 3, fn, ret)) {
		EXPECT_EQ(sc, ret[0], 0);
		EXPECT_EQ(sc, ret[1], 0);
		EXPECT_EQ(sc, ret[2], 0);
		async_check(&c);
	}
	conc_end(&c);
}

static long close_and_unload(struct fx_job *job)
{
	struct conc *c = conc_of(job);
	long fd = c->fd, ret;

	c->fd = -1;
	w_close(c->w, (int)fd);
	ret = w_umount(c->w, c->fx.mnt, 0);
	if (ret)
		return ret;
	c->fx.mounted = false;
	srv_join(c->fx.srv);
	c->fx.started = false;
	return w_reload(c->w);
}

/* The last request ends, its file is closed, and the module goes as soon as it can. */
static void conc_complete_unload(struct sc *sc)
{
	meet_completion(sc, W_AIO_WRITE, complete_in_irq, close_and_unload, 0, -EBUSY);
}

#define ASYNC	(W_CAP_AIO | W_CAP_LOWER_ASYNC | W_CAP_DIO_ALIGN)

const struct scenario conc_async_scenarios[] = {
	{ "conc/complete-close", "a write completes while its file is closed", ASYNC,
	  conc_complete_close },
	{ "conc/read-complete-close", "a read completes in irq context while its file is closed",
	  ASYNC, conc_read_complete_close },
	{ "conc/complete-refused", "a write completes while another is refused", ASYNC,
	  conc_irq_complete_write },
	{ "conc/complete-stat", "a write completes during fstat", ASYNC, conc_complete_stat },
	{ "conc/complete-freeze", "a write completes during a freeze, which waits for it",
	  ASYNC | W_CAP_FREEZE, conc_complete_freeze },
	{ "conc/complete-abort", "a write completes during an abort", ASYNC, conc_complete_abort },
	{ "conc/complete-truncate", "a write completes during a truncation, which waits for it",
	  ASYNC, conc_complete_truncate },
	{ "conc/complete-extend", "a write completes while another extends, which waits for it",
	  ASYNC, conc_complete_extend },
	{ "conc/complete-destroy", "a write completes during io_destroy, which waits for it", ASYNC,
	  conc_complete_destroy },
	{ "conc/submit-complete", "a write completes while it is submitted", ASYNC,
	  conc_submit_complete },
	{ "conc/submit-complete-read", "a read completes while it is submitted", ASYNC,
	  conc_submit_complete_read },
	{ "conc/submit-freeze", "a write is submitted, completes, and meets a freeze",
	  ASYNC | W_CAP_FREEZE, conc_submit_freeze },
	{ "conc/complete-unload", "a write completes, its file is closed, the module is unloaded",
	  ASYNC | W_CAP_RELOAD, conc_complete_unload },
	{ 0 }
};
