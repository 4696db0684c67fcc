// SPDX-License-Identifier: GPL-2.0
/*
 * The dimensions of the matrix and their values.
 */
#include "matrix.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

static const struct kind kinds[] = {
	{ .name = "read", .pos = POS_SEEK },
	{ .name = "write", .pos = POS_SEEK, .write = true },
	{ .name = "pread", .pos = POS_ARG },
	{ .name = "pwrite", .pos = POS_ARG, .write = true },
	{ .name = "readv", .pos = POS_SEEK, .vec = true },
	{ .name = "writev", .pos = POS_SEEK, .vec = true, .write = true },
	{ .name = "preadv2", .pos = POS_ARG, .vec = true, .v2 = true },
	{ .name = "preadv2+NOWAIT", .pos = POS_ARG, .vec = true, .v2 = true, .rwf = RWF_NOWAIT },
	{ .name = "preadv2+HIPRI", .pos = POS_ARG, .vec = true, .v2 = true, .rwf = RWF_HIPRI },
	{ .name = "preadv2-1", .pos = POS_MINUS_1, .vec = true, .v2 = true },
	{ .name = "pwritev2", .pos = POS_ARG, .vec = true, .v2 = true, .write = true },
	{ .name = "pwritev2+APPEND", .pos = POS_ARG, .vec = true, .v2 = true, .write = true,
	  .rwf = RWF_APPEND },
	{ .name = "pwritev2+DSYNC", .pos = POS_ARG, .vec = true, .v2 = true, .write = true,
	  .rwf = RWF_DSYNC },
	{ .name = "pwritev2+SYNC", .pos = POS_ARG, .vec = true, .v2 = true, .write = true,
	  .rwf = RWF_SYNC },
	{ .name = "pwritev2+NOWAIT", .pos = POS_ARG, .vec = true, .v2 = true, .write = true,
	  .rwf = RWF_NOWAIT },
	{ .name = "pwritev2+HIPRI", .pos = POS_ARG, .vec = true, .v2 = true, .write = true,
	  .rwf = RWF_HIPRI },
	{ .name = "pwritev2-1+APPEND", .pos = POS_MINUS_1, .vec = true, .v2 = true, .write = true,
	  .rwf = RWF_APPEND },
	{ .name = "seek-end+read", .pos = POS_SEEK_END },
	{ .name = "seek-end+write", .pos = POS_SEEK_END, .write = true },
	{ .name = "pread-odd", .pos = POS_ARG, .odd = true },
	{ .name = "pwrite-odd", .pos = POS_ARG, .odd = true, .write = true },
};

#define NR(a)	(sizeof(a) / sizeof((a)[0]))

_Static_assert(NR(kinds) <= MAX_VALUES, "too many kinds");

static const int accs[] = { [ACC_RDWR] = O_RDWR, [ACC_RDONLY] = O_RDONLY, [ACC_WRONLY] = O_WRONLY };
static const int flags[] = { 0, O_APPEND, O_DIRECT, O_TRUNC, O_SYNC, O_DSYNC };
static const enum srv_backing backings[] = { SRV_RDWR, SRV_RDONLY, SRV_WRONLY, SRV_PATH };
static const size_t sizes[] = { 512, 0, 1, 511, 513, 4095, 4096, 4097, 65536, MAX_SIZE };
static const size_t inits[] = { 8192, 0, 1000, MAX_INIT };

static const struct {
	bool from_eof;
	int delta;
} offs[] = {
	{ false, 0 }, { false, 1 }, { false, 511 }, { false, 512 }, { false, 4095 },
	{ false, 4096 }, { true, -1 }, { true, 0 }, { true, 1 }, { true, 4096 },
};

/* The words for the values; those of kinds come from their own table. */
static const struct {
	const char *name;
	unsigned int n;
	const char *values[MAX_VALUES];
} dims[DIMS] = {
	[D_DEPTH] = { "depth", 2, { "0", "1" } },
	[D_DIO] = { "dio", 2, { "on", "off" } },
	[D_NOWAIT] = { "nowait", 2, { "on", "off" } },
	[D_IDS] = { "ids", 2, { "inode", "open" } },
	[D_BACKING] = { "backing", NR(backings), { "RDWR", "RDONLY", "WRONLY", "PATH" } },
	[D_ACC] = { "acc", NR(accs), { "RDWR", "RDONLY", "WRONLY" } },
	[D_FLAG] = { "flag", NR(flags), { "none", "APPEND", "DIRECT", "TRUNC", "SYNC", "DSYNC" } },
	[D_HOW] = { "how", 4, { "open", "create", "tmpfile", "setfl" } },
	[D_KIND] = { "kind", NR(kinds), {} },
	[D_SIZE] = { "size", NR(sizes), { "512", "0", "1", "511", "513", "4095", "4096", "4097",
					  "65536", "131073" } },
	[D_OFF] = { "off", NR(offs), { "0", "1", "511", "512", "4095", "4096", "EOF-1", "EOF",
				       "EOF+1", "EOF+4096" } },
	[D_INIT] = { "init", NR(inits), { "8192", "0", "1000", "70001" } },
	[D_TICK] = { "tick", 2, { "on", "off" } },
};

const char *dim_name(enum dim d)
{
	return dims[d].name;
}

unsigned int dim_values(enum dim d)
{
	return dims[d].n;
}

static const char *value_name(enum dim d, unsigned int v)
{
	return d == D_KIND ? kinds[v].name : dims[d].values[v];
}

const char *point_text(const struct point *p, char *buf, size_t len)
{
	size_t at = 0;

	for (int d = 0; d < DIMS && at < len; d++)
		at += snprintf(buf + at, len - at, "%s%s=%s", d ? " " : "", dims[d].name,
			       value_name(d, p->v[d]));
	return buf;
}

static bool parse_word(struct point *p, const char *word)
{
	for (int d = 0; d < DIMS; d++) {
		size_t len = strlen(dims[d].name);

		if (strncmp(word, dims[d].name, len) || word[len] != '=')
			continue;
		for (unsigned int v = 0; v < dims[d].n; v++) {
			if (!strcmp(word + len + 1, value_name(d, v))) {
				p->v[d] = v;
				return true;
			}
		}
	}
	return false;
}

bool point_parse(struct point *p, const char *text)
{
	char *copy = strdup(text), *save, *word;
	bool ok = true;

	memset(p, 0, sizeof(*p));
	for (word = strtok_r(copy, " ", &save); word && ok; word = strtok_r(NULL, " ", &save)) {
		ok = parse_word(p, word);
		if (!ok)
			fprintf(stderr, "no such dimension, or it has no such value: %s\n", word);
	}
	free(copy);
	return ok;
}

const struct kind *point_kind(const struct point *p)
{
	return &kinds[p->v[D_KIND]];
}

int point_acc(const struct point *p)
{
	return accs[p->v[D_ACC]];
}

int point_flag(const struct point *p)
{
	return flags[p->v[D_FLAG]];
}

size_t point_size(const struct point *p)
{
	return sizes[p->v[D_SIZE]];
}

/* Who makes a new file cannot have anything in it. */
size_t point_init(const struct point *p)
{
	if (p->v[D_HOW] == HOW_CREATE || p->v[D_HOW] == HOW_TMPFILE)
		return 0;
	return inits[p->v[D_INIT]];
}

enum srv_backing point_backing(const struct point *p)
{
	return backings[p->v[D_BACKING]];
}

long long point_off(const struct point *p, size_t eof)
{
	return (offs[p->v[D_OFF]].from_eof ? (long long)eof : 0) + offs[p->v[D_OFF]].delta;
}
