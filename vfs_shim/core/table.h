/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash table from a word to a pointer: open addressing, emptied in constant time (each run starts
 * with empty tables).
 */
#ifndef FB_CORE_TABLE_H
#define FB_CORE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct fb_slot {
	uint64_t key;
	uint64_t gen; /* in use when it equals the table's */
	void *value;
};

struct fb_table {
	struct fb_slot *slot;
	size_t mask; /* slots - 1 */
	size_t used;
	uint64_t gen;
};

/* NULL when absent; values are never NULL. */
void *fb_table_get(const struct fb_table *t, uint64_t key);
void fb_table_set(struct fb_table *t, uint64_t key, void *value);
void fb_table_del(struct fb_table *t, uint64_t key);
void fb_table_reset(struct fb_table *t);
/* The same, and its memory is given back. */
void fb_table_free(struct fb_table *t);

static inline uint64_t fb_mix(uint64_t x)
{
	x *= 0x9e3779b97f4a7c15ull;
	return x ^ (x >> 29);
}

#endif
