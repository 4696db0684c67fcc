/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What core's own bookkeeping says, for whoever compares states of runs.
 *
 * Ledgers, lock order and blocks lie in malloc()'s memory, at places and in lists that depend on
 * the order of events. What they mean does not: it is a set of facts, and its digest is a sum over
 * them. Each fact is told when it becomes true and untold when it ends. Only while the explorer
 * looks: two states are compared that began alike.
 */
#ifndef FB_CORE_TOLD_H
#define FB_CORE_TOLD_H

#include <stdint.h>
#include "explore.h"

struct fb_digest {
	uint64_t w[2];
};

extern struct fb_digest fb_told;

/* A good mixing of 64 bits (the end of splitmix64). */
static inline uint64_t fb_stir(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

/* A fact of kind @kind about @a, @b and @c is true from now on; with @times -1: not any more. */
static inline void fb_tell(int times, uint64_t kind, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t h;

	if (__builtin_expect(!fb_x_on, 1))
		return;
	h = fb_stir(fb_stir(fb_stir(a + kind * 0x9e3779b97f4a7c15ull) + b) + c);
	fb_told.w[0] += (uint64_t)times * h;
	fb_told.w[1] += (uint64_t)times * fb_stir(h + 0x632be59bd9b4e019ull);
}

enum fb_fact {
	FB_FACT_ENTRY = 1, /* of a ledger: account, owner */
	FB_FACT_ORDER, /* of an account of freeze protection: account, digest of its owners */
	FB_FACT_GONE, /* an account's memory is freed while it is not empty */
	FB_FACT_WATCH, /* counter, account */
	FB_FACT_EDGE, /* two classes of locks, strengths */
	FB_FACT_BLOCK, /* address, size, type */
	FB_FACT_CELL, /* address: a piece of the pool that was handed out at least once */
	FB_FACT_FREED, /* address, place in the queue of its class */
};

#endif
