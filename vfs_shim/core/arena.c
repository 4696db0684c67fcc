// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for the bookkeeping of one run: only ever grows, and is taken back at once when the next
 * run begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

#define CHUNK (256 * 1024)

struct chunk {
	struct chunk *next;
	size_t size;
	_Alignas(16) char data[];
};

static struct chunk *first, *last;
static size_t used; /* of the last chunk */

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

void fb_arena_reset(void)
{
	last = NULL;
	used = 0;
}
