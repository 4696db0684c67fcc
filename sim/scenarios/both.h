/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two opens of one file, of which one is cached and the other one passed through.
 */
#ifndef FUSEBOX_SIM_BOTH_H
#define FUSEBOX_SIM_BOTH_H

#include "async_front.h"

#define BOTH_PAGE	4096
#define BOTH_PAGES	4

/**
 * struct both - a cached open and a passthrough open of the file "f"
 * @fx: the surroundings
 * @way: how the next open is served
 * @cached: the cached open, or -1
 * @through: the passthrough open, or -1
 * @map: where both_map() has mapped the cached one, or 0
 */
struct both {
	struct fixture fx;
	struct fx_way way;
	long cached, through;
	unsigned long long map;
};

/**
 * both_begin() - build the surroundings, and open the file twice
 * @sc: the scenario's run
 * @b: is set up
 * @o: options of the fixture; NULL: the usual ones
 * @size: of the file, which has pattern 1
 *
 * Return: whether it worked; it does not, which is no failure, where the kernel does not let the
 * two live together. both_end() is needed in any case.
 */
bool both_begin(struct sc *sc, struct both *b, struct fx_opts *o, size_t size);

/*
 * both_begin_held() - the same with a lower file system that holds the requests of asynchronous
 * callers.
 */
bool both_begin_held(struct sc *sc, struct both *b, size_t size);

/* both_end() - take the surroundings down, and check that nothing is left. */
void both_end(struct both *b);

/*
 * both_map() - map BOTH_PAGES pages of the cached open; both_end() lets them go. Returns whether it
 * worked.
 */
bool both_map(struct sc *sc, struct both *b);

/*
 * both_store() - make one page of what is mapped dirty, with a pattern. Returns whether it worked.
 */
bool both_store(struct sc *sc, struct both *b, unsigned int page, unsigned int seed);

/**
 * both_send() - send a dirty page to the server, which keeps it waiting until srv_let_go()
 * @sc: the scenario's run
 * @b: with the first page dirty; nothing is mapped afterwards
 *
 * Return: whether it worked.
 */
bool both_send(struct sc *sc, struct both *b);

/**
 * both_request() - one request of io_submit() on the passthrough open, from begin to end
 * @sc: the scenario's run
 * @b: the opens
 * @req: the request; its @fd is set
 * @held: the lower file system holds it, and completes it when it was submitted
 * @result: in that way; NULL: as usual
 *
 * Return: its result.
 */
long long both_request(struct sc *sc, struct both *b, struct fe_req *req, bool held,
		       const struct w_async_result *result);

/*
 * both_read_again() - how often the page cache asks the server when @len bytes at @off, of pattern
 * 1, are read.
 */
unsigned int both_read_again(struct sc *sc, struct both *b, long long off, size_t len);

#endif
