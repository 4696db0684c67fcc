/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a directory held when it was read from its begin.
 *
 * The kernel asks for a directory piece by piece, and for a piece again when its reader had no room
 * for all of it. Positions of the lower file system would do only where they stay what they are
 * while entries are removed: tmpfs counts entries before Linux 6.6, and what a removal moves up is
 * never seen. Here a position is an index.
 */
#ifndef FUSEBOX_SIM_LIBFUSE_LISTING_H
#define FUSEBOX_SIM_LIBFUSE_LISTING_H

#include <stddef.h>
#include "os.h"

/**
 * struct listing - of an open directory; zeroes are an empty one that was not read
 * @entries: each with the position behind it
 * @n: how many
 * @room: private: for how many there is memory
 */
struct listing {
	struct os_dirent *entries;
	size_t n;
	size_t room;
};

/**
 * listing_read() - read the directory @fd, from its begin to its end
 * @l: what it held before is forgotten
 * @fd: the directory
 *
 * Return: 0, or -errno, and the listing is empty.
 */
long listing_read(struct listing *l, int fd);

/** listing_free() - give back its memory; it is as new. */
void listing_free(struct listing *l);

#endif /* FUSEBOX_SIM_LIBFUSE_LISTING_H */
