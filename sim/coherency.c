// SPDX-License-Identifier: GPL-2.0
/*
 * docs/coherency.md: the cells as the box has just shown them, mainline's answers beside them.
 */
#include "coherency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "scenarios/coherency.h"

static const char *const titles[COH_ACTS] = {
	[COH_READ] = "The first reads",
	[COH_WRITE] = "The first writes",
	[COH_STORE] = "The first stores to its mapping",
	[COH_TRUNCATE] = "The first truncates",
};

static const char *const abouts[COH_ACTS] = {
	[COH_READ] =
		"The second has changed a part (by a write or a store), then the first reads or loads all: does the "
		"second's change stay, for it to see?",
	[COH_WRITE] =
		"A write over the end of a page, and one that extends the file: does the second see content and "
		"size?",
	[COH_STORE] = "A store over the end of a page: does the second see it?",
	[COH_TRUNCATE] =
		"To a size inside a page, and back: does the second see the new end (by `fstat`, and as end of "
		"file or SIGBUS), and then zeroes?",
};

static const char *word(char seen)
{
	switch (seen) {
	case COH_YES:
		return "yes";
	case COH_MSYNC:
		return "msync";
	case COH_STALE:
		return "stale";
	case COH_OTHER:
		return "own";
	case COH_NO_SIZE:
		return "data";
	case COH_UNMAPPED:
		return "-";
	case COH_EIO:
		return "EIO";
	case COH_BUSY:
		return "EBUSY";
	default:
		return "WRONG";
	}
}

static void print_cell(enum coh_act act, enum coh_way first, enum coh_way second)
{
	char ours = coh_seen[act][first][second], theirs = coh_expected(true, act, first, second);

	if (ours == theirs)
		printf(" %s |", word(ours));
	else
		printf(" %s / %s |", word(ours), word(theirs));
}

static void print_table(enum coh_act act)
{
	printf("\n## %s\n\n%s\n\n| first \\ second |", titles[act], abouts[act]);
	for (enum coh_way way = 0; way < COH_WAYS; way++)
		printf(" %s |", coh_way_name(way));
	printf("\n|---|");
	for (enum coh_way way = 0; way < COH_WAYS; way++)
		printf("---|");
	putchar('\n');
	for (enum coh_way first = 0; first < COH_WAYS; first++) {
		if (coh_expected(false, act, first, 0) == COH_NONE)
			continue;
		printf("| **%s** |", coh_way_name(first));
		for (enum coh_way second = 0; second < COH_WAYS; second++)
			print_cell(act, first, second);
		putchar('\n');
	}
}

static void print_head(void)
{
	puts("# Coherency: who sees what when one file is open in two ways\n\n"
	     "Written by `make docs` (`fusebox coherency`) from what the box shows; ctest's `integration.coherency`\n"
	     "compares. The scenarios `coherency/...` check each cell wherever they run: in the box, and on Debian's\n"
	     "kernel with our `fuse.ko` (`make guest-smoke`), against ours; on a kernel with mainline's passthrough\n"
	     "(`build/box/fusebox-host coherency`, as root) against mainline's, which here are those of Linux 6.18.\n\n"
	     "The first is opened, then the second, and the second reads the whole file, so that what can be cached\n"
	     "is cached. Then the first acts, and the second looks again. Rows are the first, columns the second.\n\n"
	     "| open | is |\n|---|---|\n"
	     "| cached, kept | through FUSE's page cache; kept: with `FOPEN_KEEP_CACHE` |\n"
	     "| direct | `FOPEN_DIRECT_IO` |\n"
	     "| A | passed through to the lower file, by the backing id of the inode |\n"
	     "| B | passed through to the same lower file, by another id |\n"
	     "| C | passed through to another lower file |\n"
	     "| m(...) | a shared mapping of such an open; it reads by loads |\n\n"
	     "| cell | means |\n|---|---|\n"
	     "| yes | the second sees it at once |\n"
	     "| msync | after the first's `msync`: the store is in FUSE's page cache, and the second maps the lower file's |\n"
	     "| stale | not coherent, and cannot be: the store is in the lower file's page cache, of which FUSE is not told, "
	     "and FUSE's has what the second saw before. A passthrough or direct write to the page drops it, and so does an "
	     "open without `FOPEN_KEEP_CACHE` |\n"
	     "| own | not coherent, and cannot be: two lower files, and each sees its own. Truncation is the server's, "
	     "whose file is that of A |\n"
	     "| data | the data, but `fstat` gives the size of the server's own file |\n"
	     "| - | `ENODEV`: a direct open cannot be mapped shared |\n"
	     "| EIO | the second cannot be opened |\n\n"
	     "x / y: x in ours, y in mainline; one word: the same in both.");
}

/* How many cells are so in ours? */
static unsigned int count(char seen)
{
	unsigned int n = 0;

	for (size_t i = 0; i < sizeof(coh_seen); i++)
		n += ((const char *)coh_seen)[i] == seen;
	return n;
}

static unsigned int count_mainline(char seen)
{
	unsigned int n = 0;

	for (enum coh_act act = 0; act < COH_ACTS; act++) {
		for (enum coh_way first = 0; first < COH_WAYS; first++) {
			for (enum coh_way second = 0; second < COH_WAYS; second++)
				n += coh_expected(true, act, first, second) == seen;
		}
	}
	return n;
}

static void print_counts(void)
{
	static const char letters[] = { COH_YES,     COH_MSYNC,	   COH_STALE, COH_OTHER,
					COH_NO_SIZE, COH_UNMAPPED, COH_EIO,   COH_BUSY };

	printf("\n## Counts\n\n| cells |");
	for (size_t i = 0; i < sizeof(letters); i++)
		printf(" %s |", word(letters[i]));
	printf("\n|---|");
	for (size_t i = 0; i < sizeof(letters); i++)
		printf("---|");
	printf("\n| ours |");
	for (size_t i = 0; i < sizeof(letters); i++)
		printf(" %u |", count(letters[i]));
	printf("\n| mainline |");
	for (size_t i = 0; i < sizeof(letters); i++)
		printf(" %u |", count_mainline(letters[i]));
	putchar('\n');
}

int coherency_print(const struct fb_run_opts *opts)
{
	const struct scenario *s;
	bool good = true;

	for (unsigned int i = 0; (s = scenario_at(i)); i++) {
		struct run_outcome out;

		if (!scenario_match(s, "coherency"))
			continue;
		if (runner_run(s, opts, &out))
			return 1;
		if (out.verdict != VERDICT_OK) {
			fprintf(stderr, "%s: not as expected\n%s", s->name,
				out.details ? out.details : "");
			good = false;
		}
		free(out.details);
	}
	if (!good)
		return 1;
	print_head();
	for (enum coh_act act = 0; act < COH_ACTS; act++)
		print_table(act);
	print_counts();
	return 0;
}
