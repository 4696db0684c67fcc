/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between race.c, race_shadow.c and race_tsan.c.
 */
#ifndef FB_CORE_RACE_INTERNAL_H
#define FB_CORE_RACE_INTERNAL_H

#include "internal.h"

/* A vector clock: how much of each thread is known. Components beyond @n are 0. */
struct fb_clock {
	unsigned int n, room;
	uint32_t *t;
};

/* A task, or its irq handlers: what is ordered by the program. */
struct fb_race_thread {
	unsigned int slot; /* its component in clocks, counted in order of first use */
	unsigned int paused;
	unsigned int excused; /* in data_race() */
	unsigned int seq_write;
	unsigned int seq_read; /* so many accesses are still marked */
	uint32_t fenced_at; /* its component after the last release fence */
	struct fb_clock now;
	struct fb_clock released; /* as of the last release fence */
	struct fb_clock seen; /* what relaxed reads saw released, for the next acquire fence */
	unsigned int id; /* of the task */
	bool irq;
};

/* What an address stands for when it orders. */
struct fb_sync {
	struct fb_sync *next;
	const void *addr;
	struct fb_clock clock;
	struct fb_clock shared; /* a lock: released by those that shared it */
};

extern bool fb_race_on; /* instrumented objects are linked in */

struct fb_race_thread *fb_race_me(void);
struct fb_race_thread *fb_race_thread_at(unsigned int slot);

static inline uint32_t fb_clock_of(const struct fb_clock *c, unsigned int slot)
{
	return slot < c->n ? c->t[slot] : 0;
}

/* What was at @addr: NULL when nothing was ever ordered there, unless @make. */
struct fb_sync *fb_race_sync(const void *addr, bool make);
void fb_race_access(const void *addr, size_t size, unsigned int kind);
/*
 * A plain access to a word: after a release fence a write carries it, and a read leaves what it
 * carried for the next acquire fence, as relaxed ones do.
 */
void fb_race_carry(struct fb_race_thread *t, const void *addr, bool write, bool any);
/* data_race(): no finding, but it happens where others can tell. */
void fb_race_excuse(bool begin);
/* Volatile: a marked access, and it orders what was released there. */
void fb_race_volatile(const void *addr, size_t size, bool write);
/*
 * A choice point before an access of fs/fuse at @pc to what others have accessed, if the run has
 * such points. An explorer is told of every access.
 */
void fb_race_point(const void *addr, size_t size, bool write, uintptr_t pc);
void fb_race_shadow_reset(void);

#endif
