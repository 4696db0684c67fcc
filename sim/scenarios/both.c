// SPDX-License-Identifier: GPL-2.0
/*
 * Two opens of one file, of which one is cached and the other one passed through.
 */
#include "both.h"

#include <errno.h>
#include <fcntl.h>

bool both_begin(struct sc *sc, struct both *b, struct fx_opts *o, size_t size)
{
	b->way.next = SRV_CACHED;
	b->cached = b->through = -1;
	b->map = 0;
	if (!fx_setup_ways(sc, &b->fx, o, &b->way))
		return false;
	NEED_FD(sc, b->cached, fx_make(&b->fx, "f", size, O_RDWR));
	b->through = fx_open_as(&b->fx, &b->way, SRV_RDWR, "f", O_RDWR);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, b->through < 0 ? b->through : 0, 0, -EIO);
	return !sc_differs(sc, DIFF_MIXED_OPENS) && b->through >= 0;
out:
	return false;
}

bool both_begin_held(struct sc *sc, struct both *b, size_t size)
{
	struct w_async_mode held = { .when = W_ASYNC_HELD };
	struct fx_opts o;

	fx_opts_init(&o);
	o.lower.kind = W_LOWER_ASYNC;
	return both_begin(sc, b, &o, size) &&
	       EXPECT_EQ(sc, w_lower_async_mode(b->fx.w, b->fx.lower, &held), 0);
}

void both_end(struct both *b)
{
	if (b->map)
		w_munmap(b->fx.w, b->map, BOTH_PAGES * BOTH_PAGE);
	fx_close(&b->fx, b->cached);
	fx_close(&b->fx, b->through);
	fx_teardown(&b->fx);
}

bool both_map(struct sc *sc, struct both *b)
{
	return EXPECT_EQ(sc,
			 w_mmap(b->fx.w, b->cached, BOTH_PAGES * BOTH_PAGE,
				W_MAP_SHARED | W_MAP_WRITE, 0, &b->map),
			 0);
}

bool both_store(struct sc *sc, struct both *b, unsigned int page, unsigned int seed)
{
	char data[BOTH_PAGE];

	sc_pattern(data, sizeof(data), page * BOTH_PAGE, seed);
	return EXPECT_EQ(sc, w_store(b->fx.w, b->map + page * BOTH_PAGE, data, sizeof(data)), 0);
}

bool both_send(struct sc *sc, struct both *b)
{
	static const struct srv_rule hold = { .opcode = FUSE_WRITE,
					      .count = 1,
					      .action = SRV_HOLD };

	srv_set_rule(b->fx.srv, &hold);
	/* Sends the page, and does not wait for the answer. */
	if (!EXPECT_EQ(sc, w_munmap(b->fx.w, b->map, BOTH_PAGES * BOTH_PAGE), 0))
		return false;
	b->map = 0;
	srv_wait_held(b->fx.srv);
	return true;
}

long long both_request(struct sc *sc, struct both *b, struct fe_req *req, bool held,
		       const struct w_async_result *result)
{
	struct fe fe;

	req->fd = b->through;
	if (fe_start(sc, &fe, FE_AIO) && fe_submit(&fe, req, 1) &&
	    (!held || EXPECT_EQ(sc, w_lower_async_complete(b->fx.w, b->fx.lower, 0, result), 0)))
		EXPECT_EQ(sc, fe_wait(&fe, 1), 1);
	fe_stop(&fe);
	return req->res;
}

unsigned int both_read_again(struct sc *sc, struct both *b, long long off, size_t len)
{
	unsigned int mark = srv_mark(b->fx.srv);

	EXPECT(sc, fx_reads(&b->fx, b->cached, off, len, 1), "wrong content cached");
	return srv_count(b->fx.srv, mark, FUSE_READ);
}
