// SPDX-License-Identifier: GPL-2.0
/*
 * The table of front ends: which engine does what for which front end, and how it may complete.
 */
#include "async_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "scenarios/async_cell.h"

/* RWF_..., by number: libc's are not all there. */
static const struct front {
	const char *name;
	enum fe_kind kind;
	int rwf;
} fronts[] = {
	{ "read/write", FE_RW, 0 },
	{ "preadv2/pwritev2", FE_RWV2, 0 },
	{ "  RWF_HIPRI", FE_RWV2, 0x1 },
	{ "  RWF_DSYNC", FE_RWV2, 0x2 },
	{ "  RWF_SYNC", FE_RWV2, 0x4 },
	{ "  RWF_NOWAIT", FE_RWV2, 0x8 },
	{ "  RWF_APPEND", FE_RWV2, 0x10 },
	{ "io_submit", FE_AIO, 0 },
	{ "io_uring", FE_URING, 0 },
	{ "io_uring fixed", FE_FIXED, 0 },
	{ "kernel-internal", FE_KERNEL, 0 },
};

static const struct {
	const char *name;
	enum w_lower_kind kind;
} engines[] = {
	{ "ramfs", W_LOWER_RAM },
	{ "asyncfs", W_LOWER_ASYNC },
	{ "hostfs-sync", W_LOWER_HOST },
	{ "hostfs-libaio", W_LOWER_HOST_LIBAIO },
	{ "hostfs-uring", W_LOWER_HOST_URING },
};

static const char *const op_names[CELL_OPS] = {
	[CELL_READ] = "read",
	[CELL_WRITE] = "write",
	[CELL_EXTEND] = "extend",
	[CELL_APPEND] = "append",
};

static const char *const how_names[CELL_HOWS] = {
	[CELL_INLINE] = "inline", [CELL_DEFERRED] = "deferred", [CELL_IRQ] = "irq",
	[CELL_REVERSED] = "reversed", [CELL_ERROR] = "error", [CELL_SHORT] = "short",
};

#define MAX_REASONS	16

/* What was printed, and the reasons for what is impossible, as footnotes. */
struct table {
	const struct fb_run_opts *opts;
	const char *reasons[MAX_REASONS];
	unsigned int nr_reasons;
	unsigned int ok, errors, impossible, failed;
};

static unsigned int footnote(struct table *t, const char *reason)
{
	unsigned int i;

	for (i = 0; i < t->nr_reasons; i++) {
		if (!strcmp(t->reasons[i], reason))
			return i + 1;
	}
	if (i == MAX_REASONS)
		return i;
	t->reasons[t->nr_reasons++] = reason;
	return i + 1;
}

static void print_cell(struct table *t, const struct cell *c, char *text, size_t len)
{
	static const struct scenario s = { "async-table/cell", "one cell", 0, cell_scenario };
	const char *reason = cell_impossible(c);
	struct run_outcome out;

	if (reason) {
		t->impossible++;
		snprintf(text, len, "-%u", footnote(t, reason));
		return;
	}
	async_cell_now = *c;
	async_cell_verdict = "failed";
	if (runner_run(&s, t->opts, &out))
		return;
	if (out.verdict != VERDICT_OK) {
		t->failed++;
		snprintf(text, len, "FAILED");
		fprintf(stderr, "%s\n", out.details);
	} else {
		snprintf(text, len, "%s", async_cell_verdict);
		if (strcmp(text, "ok"))
			t->errors++;
		else
			t->ok++;
	}
	free(out.details);
}

static void print_row(struct table *t, const struct front *f, struct cell *c)
{
	char text[32];

	c->front = f->kind;
	c->rwf = f->rwf;
	printf("%-18s", f->name);
	for (unsigned int op = 0; op < CELL_OPS; op++) {
		for (unsigned int how = 0; how < CELL_HOWS; how++) {
			c->op = op;
			c->how = how;
			print_cell(t, c, text, sizeof(text));
			printf(" %-7s", text);
		}
		printf("%s", op + 1 < CELL_OPS ? " |" : "\n");
	}
	fflush(stdout);
}

static void print_head(const char *engine, bool direct)
{
	printf("\n%s, %s\n%-18s", engine, direct ? "O_DIRECT" : "buffered", "");
	for (unsigned int op = 0; op < CELL_OPS; op++)
		printf(" %-48s%s", op_names[op], op + 1 < CELL_OPS ? "|" : "\n");
	printf("%-18s", "");
	for (unsigned int op = 0; op < CELL_OPS; op++) {
		for (unsigned int how = 0; how < CELL_HOWS; how++)
			printf(" %-7s", how_names[how]);
		printf("%s", op + 1 < CELL_OPS ? " |" : "\n");
	}
}

static bool wanted(const char *pattern, const char *engine)
{
	return !pattern || !strcmp(pattern, engine);
}

int async_table(const struct fb_run_opts *opts, const char *engine)
{
	struct table t = { .opts = opts };
	bool any = false;

	for (size_t e = 0; e < sizeof(engines) / sizeof(*engines); e++) {
		if (!wanted(engine, engines[e].name))
			continue;
		any = true;
		for (int direct = 0; direct < 2; direct++) {
			struct cell c = { .engine = engines[e].kind, .direct = direct };

			print_head(engines[e].name, direct);
			for (size_t f = 0; f < sizeof(fronts) / sizeof(*fronts); f++)
				print_row(&t, &fronts[f], &c);
		}
	}
	if (!any) {
		fprintf(stderr, "fusebox: no engine '%s'; there are ramfs, asyncfs, hostfs-sync, "
			"hostfs-libaio, hostfs-uring\n", engine);
		return 2;
	}
	puts("\nok: results, content, size and times equal the lower file's; an errno: what the lower file "
	     "itself says; -N: impossible because");
	for (unsigned int i = 0; i < t.nr_reasons; i++)
		printf("%3u  %s\n", i + 1, t.reasons[i]);
	printf("%u ok, %u the documented errno, %u impossible, %u failed\n", t.ok, t.errors,
	       t.impossible, t.failed);
	return t.failed ? 1 : 0;
}
