// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include "table.h"

#define FIRST_SIZE 256

/* Where @key is, or where it would go. */
static struct fb_slot *find(const struct fb_table *t, uint64_t key)
{
	size_t i = fb_mix(key) & t->mask;

	while (t->slot[i].gen == t->gen && t->slot[i].key != key)
		i = (i + 1) & t->mask;
	return &t->slot[i];
}

static void grow(struct fb_table *t)
{
	struct fb_table old = *t;
	size_t size = old.slot ? (old.mask + 1) * 2 : FIRST_SIZE;

	t->slot = calloc(size, sizeof(*t->slot));
	if (!t->slot)
		abort();
	t->mask = size - 1;
	t->gen = 1;
	for (size_t i = 0; old.slot && i <= old.mask; i++) {
		if (old.slot[i].gen == old.gen) {
			struct fb_slot *s = find(t, old.slot[i].key);

			*s = old.slot[i];
			s->gen = t->gen;
		}
	}
	free(old.slot);
}

void *fb_table_get(const struct fb_table *t, uint64_t key)
{
	struct fb_slot *s;

	if (!t->used)
		return NULL;
	s = find(t, key);
	return s->gen == t->gen ? s->value : NULL;
}

void fb_table_set(struct fb_table *t, uint64_t key, void *value)
{
	struct fb_slot *s;

	if (!t->slot || t->used * 2 > t->mask)
		grow(t);
	s = find(t, key);
	if (s->gen != t->gen)
		t->used++;
	*s = (struct fb_slot){.key = key, .gen = t->gen, .value = value};
}

/* Linear probing without tombstones: what was pushed past the hole moves back into it. */
void fb_table_del(struct fb_table *t, uint64_t key)
{
	struct fb_slot *s;
	size_t hole, i;

	if (!t->used)
		return;
	s = find(t, key);
	if (s->gen != t->gen)
		return;
	hole = (size_t)(s - t->slot);
	for (i = (hole + 1) & t->mask; t->slot[i].gen == t->gen; i = (i + 1) & t->mask) {
		size_t home = fb_mix(t->slot[i].key) & t->mask;

		if (((i - home) & t->mask) >= ((i - hole) & t->mask)) {
			t->slot[hole] = t->slot[i];
			hole = i;
		}
	}
	t->slot[hole].gen = 0;
	t->used--;
}

void fb_table_reset(struct fb_table *t)
{
	t->used = 0;
	t->gen++;
}

void fb_table_free(struct fb_table *t)
{
	free(t->slot);
	*t = (struct fb_table){0};
}
