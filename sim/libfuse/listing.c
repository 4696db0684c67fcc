// SPDX-License-Identifier: GPL-2.0
/* See listing.h. */
#include "listing.h"

#include <errno.h>
#include <stdlib.h>

#define AT_ONCE	8

static long make_room(struct listing *l)
{
	size_t room = l->room ? 2 * l->room : 4 * AT_ONCE;
	struct os_dirent *entries;

	if (l->room - l->n >= AT_ONCE)
		return 0;
	entries = realloc(l->entries, room * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	l->entries = entries;
	l->room = room;
	return 0;
}

long listing_read(struct listing *l, int fd)
{
	off_t off = 0;
	long n;

	l->n = 0;
	do {
		n = make_room(l);
		if (!n)
			n = os_readdir(fd, off, l->entries + l->n, AT_ONCE);
		for (long i = 0; i < n; i++) {
			off = l->entries[l->n].off;
			l->entries[l->n].off = (off_t)l->n + 1;
			l->n++;
		}
	} while (n > 0);
	if (n < 0)
		l->n = 0;
	return n;
}

void listing_free(struct listing *l)
{
	free(l->entries);
	*l = (struct listing) { 0 };
}
