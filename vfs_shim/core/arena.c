// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for the bookkeeping of one run: only ever grows, and is taken back at once when the next
 * run begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "internal.h"
#include "snapshot.h"

#define CHUNK (256 * 1024)
#define SMALL 8192 /* the largest piece */
#define SMALL_ROOM (1ul << 30)

struct chunk {
	struct chunk *next;
	size_t size;
	_Alignas(16) char data[];
};

static FB_UNTOLD struct chunk *first, *last;
static FB_UNTOLD size_t used; /* of the last chunk */

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c = malloc(sizeof(*c) + size);

	if (!c)
		abort();
	c->next = NULL;
	c->size = size;
	return c;
}

/* Zeroed memory that lives until the next fb_run_begin(). Never fails. */
void *fb_run_alloc(size_t size)
{
	void *p;

	size = (size + 15) & ~(size_t)15;
	while (!last || used + size > last->size) {
		struct chunk *c = last ? last->next : first;

		if (!c || c->size < size) {
			struct chunk *n = chunk_new(size > CHUNK ? size : CHUNK);

			n->next = c;
			if (last)
				last->next = n;
			else
				first = n;
			c = n;
		}
		last = c;
		used = 0;
	}
	p = last->data + used;
	used += size;
	return memset(p, 0, size);
}

/* A formatted string with the same life. */
char *fb_run_printf(const char *fmt, ...)
{
	char buf[512], *s;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	s = fb_run_alloc(strlen(buf) + 1);
	return strcpy(s, buf);
}

/* Pieces that are not in use, by size. Which one is used next makes no difference to anybody. */
static FB_UNTOLD struct {
	void **piece;
	unsigned int n, room;
} spare[SMALL / 16 + 1];
static char *small;
static FB_UNTOLD size_t small_used;

/**
 * fb_small_alloc() - zeroed memory for bookkeeping of the layers above that comes and goes, and is
 *	state of the run: what
 * malloc() gives is none for whoever compares states (snapshot.c). Its address must make no
 * difference: nothing may hash it. It lives until the next fb_run_begin(), and is neither a fault
 * point nor on a ledger. @size: up to 8 KiB. Never fails.
 * Context: any.
 */
void *fb_small_alloc(size_t size)
{
	size_t unit = (size + 15) / 16;
	void *p;

	if (spare[unit].n)
		return spare[unit].piece[--spare[unit].n];
	if (!small)
		small = fb_map(SMALL_ROOM, PROT_READ | PROT_WRITE);
	if (SMALL_ROOM - small_used < unit * 16)
		abort();
	p = small + small_used;
	small_used += unit * 16;
	return memset(p, 0, unit * 16);
}

/** fb_small_free() - of the @size that was asked for. Context: any. */
void fb_small_free(void *p, size_t size)
{
	size_t unit = (size + 15) / 16;

	memset(p, 0, unit * 16);
	if (spare[unit].n == spare[unit].room) {
		spare[unit].room = spare[unit].room ? 2 * spare[unit].room : 64;
		spare[unit].piece = realloc(spare[unit].piece, spare[unit].room * sizeof(p));
		if (!spare[unit].piece)
			abort();
	}
	spare[unit].piece[spare[unit].n++] = p;
}

void fb_arena_reset(void)
{
	last = NULL;
	used = small_used = 0;
	for (size_t i = 0; i < sizeof(spare) / sizeof(spare[0]); i++)
		spare[i].n = 0;
}
