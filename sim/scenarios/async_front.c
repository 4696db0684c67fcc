// SPDX-License-Identifier: GPL-2.0
/*
 * Front ends: see async_front.h.
 */
#include "async_front.h"

#include <errno.h>
#include <string.h>

#define MAX_REQS	32

static const struct {
	const char *name;
	unsigned int caps;
} kinds[FE_KINDS] = {
	[FE_RW] = { "read/write", 0 },
	[FE_RWV2] = { "preadv2/pwritev2", 0 },
	[FE_AIO] = { "io_submit", W_CAP_AIO },
	[FE_URING] = { "io_uring", W_CAP_URING },
	[FE_FIXED] = { "io_uring fixed", W_CAP_URING },
	[FE_KERNEL] = { "kernel-internal", W_CAP_KERNEL_RW },
};

unsigned int fe_caps(enum fe_kind kind)
{
	return kinds[kind].caps;
}

const char *fe_name(enum fe_kind kind)
{
	return kinds[kind].name;
}

bool fe_start(struct sc *sc, struct fe *fe, enum fe_kind kind)
{
	memset(fe, 0, sizeof(*fe));
	fe->sc = sc;
	fe->w = sc_world(sc);
	fe->kind = kind;
	if (kind == FE_AIO)
		fe->ctx = w_aio_setup(fe->w, MAX_REQS);
	if (kind == FE_URING || kind == FE_FIXED)
		fe->ctx = w_uring_setup(fe->w, MAX_REQS, 0);
	return EXPECT(sc, fe->ctx >= 0, "cannot set up %s: %s", fe_name(kind), sc_errno(fe->ctx));
}

static void req_done(struct fe *fe, struct fe_req *r, long long res)
{
	r->res = res;
	r->done = true;
	r->order = ++fe->ndone;
}

static bool submit_aio(struct fe *fe)
{
	/* One by one, as each has to stay where it can be cancelled. */
	for (int i = 0; i < fe->n; i++) {
		struct fe_req *r = &fe->reqs[i];

		r->aio = (struct w_aio) {
			.fd = r->fd,
			.op = r->write ? W_AIO_WRITE : W_AIO_READ,
			.buf = r->buf,
			.len = r->len,
			.off = r->off,
			.rwf = r->rwf,
			.data = i,
		};
		if (!EXPECT_EQ(fe->sc, w_aio_submit(fe->w, fe->ctx, &r->aio, 1), 1))
			return false;
	}
	return true;
}

static bool register_buffers(struct fe *fe)
{
	struct iovec iov[MAX_REQS];

	for (int i = 0; i < fe->n; i++)
		iov[i] = (struct iovec) { fe->reqs[i].buf, fe->reqs[i].len };
	return EXPECT_EQ(fe->sc, w_uring_register_buffers(fe->w, fe->ctx, iov, fe->n), 0);
}

static bool submit_uring(struct fe *fe)
{
	bool fixed = fe->kind == FE_FIXED;
	struct w_sqe s[MAX_REQS];

	if (fixed && !register_buffers(fe))
		return false;
	for (int i = 0; i < fe->n; i++) {
		struct fe_req *r = &fe->reqs[i];

		s[i] = (struct w_sqe) {
			.op = r->write ? W_URING_WRITE : W_URING_READ,
			.flags = r->flags,
			.fd = r->fd,
			.buf = r->buf,
			.len = r->len,
			.off = r->off,
			.rwf = r->rwf,
			.buf_index = i,
			.data = i,
		};
		if (fixed)
			s[i].op = r->write ? W_URING_WRITE_FIXED : W_URING_READ_FIXED;
	}
	return EXPECT_EQ(fe->sc, w_uring_submit(fe->w, fe->ctx, s, fe->n), fe->n);
}

/* The kiocb's position must be where the data ends. */
static long long do_kernel(struct fe *fe, struct fe_req *r)
{
	long long pos = r->off;
	long ret = w_kernel_rw(fe->w, r->fd, r->write, true, r->buf, r->len, &pos);

	return ret > 0 && pos != r->off + ret ? -ERANGE : ret;
}

static long long do_sync(struct fe *fe, struct fe_req *r)
{
	switch (fe->kind) {
	case FE_RW:
		return r->write ? w_pwrite(fe->w, r->fd, r->buf, r->len, r->off) :
		       w_pread(fe->w, r->fd, r->buf, r->len, r->off);
	case FE_RWV2:
		r->iov = (struct iovec) { r->buf, r->len };
		return r->write ? w_pwritev2(fe->w, r->fd, &r->iov, 1, r->off, r->rwf) :
		       w_preadv2(fe->w, r->fd, &r->iov, 1, r->off, r->rwf);
	default:
		return do_kernel(fe, r);
	}
}

static void sync_task(struct world *w, void *arg)
{
	struct fe_req *r = arg;

	(void)w;
	r->res = do_sync(r->fe, r);
}

static bool submit_tasks(struct fe *fe)
{
	for (int i = 0; i < fe->n; i++) {
		struct fe_req *r = &fe->reqs[i];

		r->fe = fe;
		if (!EXPECT_EQ(fe->sc, w_spawn(fe->w, "io", W_SPAWN_SHARE_FILES, sync_task, r,
					       &r->task), 0))
			return false;
	}
	return true;
}

bool fe_submit(struct fe *fe, struct fe_req *reqs, int n)
{
	fe->reqs = reqs;
	fe->n = n;
	switch (fe->kind) {
	case FE_AIO:
		return submit_aio(fe);
	case FE_URING:
	case FE_FIXED:
		return submit_uring(fe);
	default:
		return submit_tasks(fe);
	}
}

static int wait_tasks(struct fe *fe, int n)
{
	for (int i = 0; i < fe->n && fe->ndone < n; i++) {
		struct fe_req *r = &fe->reqs[i];

		if (!r->task)
			continue;
		w_join(fe->w, r->task);
		r->task = NULL;
		req_done(fe, r, r->res);
	}
	return fe->ndone;
}

int fe_wait(struct fe *fe, int n)
{
	struct w_completion c[MAX_REQS];
	int min = n > fe->ndone ? n - fe->ndone : 0;
	long got;

	if (fe->kind != FE_AIO && fe->kind != FE_URING && fe->kind != FE_FIXED)
		return wait_tasks(fe, n);
	if (fe->kind == FE_AIO)
		got = w_aio_getevents(fe->w, fe->ctx, min, c, MAX_REQS);
	else
		got = w_uring_wait(fe->w, fe->ctx, min, c, MAX_REQS);
	EXPECT(fe->sc, got >= min, "waiting for %d completions: %ld", min, got);
	for (long i = 0; i < got; i++) {
		if (EXPECT(fe->sc, c[i].data < (unsigned int)fe->n && !fe->reqs[c[i].data].done,
			   "completion of a request that was not there"))
			req_done(fe, &fe->reqs[c[i].data], c[i].res);
	}
	return fe->ndone;
}

void fe_stop(struct fe *fe)
{
	wait_tasks(fe, fe->n);
	if (fe->ctx <= 0)
		return;
	if (fe->kind == FE_AIO)
		EXPECT_EQ(fe->sc, w_aio_destroy(fe->w, fe->ctx), 0);
	else
		EXPECT_EQ(fe->sc, w_uring_close(fe->w, fe->ctx), 0);
	fe->ctx = 0;
}
