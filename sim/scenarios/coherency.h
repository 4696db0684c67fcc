/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of coherency: two opens of one file, each by any way; what does the second see of what
 * the first does?
 */
#ifndef FUSEBOX_SIM_SCENARIOS_COHERENCY_H
#define FUSEBOX_SIM_SCENARIOS_COHERENCY_H

#include "../scenario.h"

/**
 * enum coh_way - how a file is open
 * @COH_CACHED: through the page cache
 * @COH_KEPT: the same with FOPEN_KEEP_CACHE
 * @COH_DIRECT: FOPEN_DIRECT_IO
 * @COH_A: passed through to the lower file, by the id of the inode
 * @COH_B: passed through to the same lower file, by an id of its own
 * @COH_C: passed through to another lower file
 * @COH_MAPS: from here on: a shared mapping of an open of the ways above, in this order
 * @COH_WAYS: their number
 */
enum coh_way {
	COH_CACHED, COH_KEPT, COH_DIRECT, COH_A, COH_B, COH_C,
	COH_MAPS,
	COH_WAYS = 2 * COH_MAPS
};

/**
 * enum coh_act - what the first does
 * @COH_READ: it reads (or loads) what the second has changed; what is looked at is that the
 *	second's change stays
 * @COH_WRITE: it writes in place, and extends the file
 * @COH_STORE: it stores to its mapping
 * @COH_TRUNCATE: it truncates the file into a page, and then extends it again
 * @COH_ACTS: their number
 */
enum coh_act {
	COH_READ, COH_WRITE, COH_STORE, COH_TRUNCATE,
	COH_ACTS
};

/*
 * What comes of it, as it stands in the tables of coherency.c. The second has looked at the whole
 * file before.
 */
#define COH_YES		'y'	/* the second sees it at once */
#define COH_MSYNC	'm'	/* only after msync by the first */
#define COH_STALE	's'	/* it keeps seeing what it has seen before */
#define COH_OTHER	'o'	/* another lower file: each sees its own */
#define COH_NO_SIZE	'd'	/* it sees the data at once, but fstat the size of another file */
#define COH_UNMAPPED	'u'	/* ENODEV: this cannot be mapped shared */
#define COH_EIO		'E'	/* the second open fails */
#define COH_BUSY	'B'	/* the second open fails with EBUSY or ETXTBSY */
#define COH_WRONG	'!'	/* anything else */
#define COH_NONE	'.'	/* there is no such cell: a mapping does not write */

/**
 * coh_way_name() - a way in a few characters
 * @way: which
 *
 * Return: the name.
 */
const char *coh_way_name(enum coh_way way);

/**
 * coh_expected() - what a cell must be
 * @mainline: by mainline's passthrough, as measured on Linux 6.18; otherwise by ours
 * @act: what the first does
 * @first: the first
 * @second: the second
 *
 * Return: one of the letters above.
 */
char coh_expected(bool mainline, enum coh_act act, enum coh_way first, enum coh_way second);

/* What the scenarios coherency/... have found in the last run of each. */
extern char coh_seen[COH_ACTS][COH_WAYS][COH_WAYS];

#endif
