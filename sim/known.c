// SPDX-License-Identifier: GPL-2.0
/*
 * The table of known findings. It is for mistakes of the pristine kernel that a fault uncovers, and
 * that the patch neither makes nor can mend. Nothing of the patch's own belongs here.
 */
#include "known.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

static const struct known_finding known[] = {
	{ "mmap/*cached", "WARN_ON(warn && !folio_test_uptodate(folio)) in __folio_mark_dirty",
	  "fs/fuse/file.c, 6.1: when a cached write fails, fuse_send_write_pages() clears PG_uptodate of its pages, also "
	  "of one that is mapped; the next store through the mapping makes it dirty" },
	{ "*", "of fuse_pages_alloc",
	  "fs/fuse/file.c, 6.1: without memory for its page, fuse_writepage_locked() frees the request but not the array of "
	  "pages that belongs to it" },
};

const struct known_finding *known_at(unsigned int i)
{
	return i < sizeof(known) / sizeof(*known) ? &known[i] : NULL;
}

/* @line: the first one of a finding. */
static int known_line(const char *scenario, const char *line)
{
	const char *end = strchrnul(line, '\n');
	const struct known_finding *k;

	for (unsigned int i = 0; (k = known_at(i)); i++) {
		const char *found = strstr(line, k->text);

		if (found && found < end && !fnmatch(k->scenarios, scenario, 0))
			return (int)i;
	}
	return -1;
}

int known_find(const char *scenario, const char *details)
{
	static const char start[] = "finding: ";
	int first = -1;

	for (const char *line = details; line && *line; line = strchr(line, '\n'), line += !!line) {
		int i;

		if (strncmp(line, start, sizeof(start) - 1))
			continue;
		i = known_line(scenario, line);
		if (i < 0)
			return -1;
		if (first < 0)
			first = i;
	}
	return first;
}
