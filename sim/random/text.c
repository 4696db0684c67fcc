// SPDX-License-Identifier: GPL-2.0
/*
 * Operations as lines of a log: "17 round=9 task=2 pwrite slot=3 off=4096 len=100".
 */
#include "random.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* What an operation takes; bits, in the order in which they stand in a line. */
enum field {
	F_SLOT = 1,
	F_FILE = 2,
	F_WAY = 4,
	F_MAP = 8,
	F_OFF = 16,
	F_LEN = 32,
	F_SLOT2 = 64,
	F_OFF2 = 128,
	F_FLAGS = 256,
};

struct flag_name {
	int bit;
	const char *name;
};

static const struct flag_name open_flags[] = { { O_WRONLY, "wronly" },
					       { O_RDWR, "rdwr" },
					       { O_APPEND, "append" },
					       { O_DIRECT, "odirect" },
					       { O_TRUNC, "trunc" },
					       { O_SYNC, "sync" },
					       { 0, NULL } };
static const struct flag_name rw_flags[] = { { RWF_HIPRI, "hipri" },   { RWF_DSYNC, "dsync" },
					     { RWF_SYNC, "sync" },     { RWF_NOWAIT, "nowait" },
					     { RWF_APPEND, "append" }, { 0, NULL } };
static const struct flag_name falloc_modes[] = { { FALLOC_FL_KEEP_SIZE, "keep" },
						 { FALLOC_FL_PUNCH_HOLE, "punch" },
						 { FALLOC_FL_ZERO_RANGE, "zero" },
						 { 0, NULL } };
static const struct flag_name whences[] = { { SEEK_DATA, "data" },
					    { SEEK_HOLE, "hole" },
					    { 0, NULL } };
static const struct flag_name map_flags[] = { { W_MAP_WRITE, "write" }, { 0, NULL } };

#define RW	(F_SLOT | F_OFF | F_LEN)

static const struct {
	const char *name;
	int fields;
	const struct flag_name *flags;
} kinds[RND_KINDS] = {
	[RND_OPEN] = { "open", F_SLOT | F_FILE | F_WAY | F_FLAGS, open_flags },
	[RND_CLOSE] = { "close", F_SLOT, NULL },
	[RND_READ] = { "read", RW, NULL },
	[RND_PREAD] = { "pread", RW, NULL },
	[RND_PREADV] = { "preadv2", RW | F_FLAGS, rw_flags },
	[RND_AIO_READ] = { "aio-read", RW, NULL },
	[RND_URING_READ] = { "uring-read", RW, NULL },
	[RND_SPLICE_READ] = { "splice-read", RW, NULL },
	[RND_WRITE] = { "write", RW, NULL },
	[RND_PWRITE] = { "pwrite", RW, NULL },
	[RND_PWRITEV] = { "pwritev2", RW | F_FLAGS, rw_flags },
	[RND_AIO_WRITE] = { "aio-write", RW, NULL },
	[RND_URING_WRITE] = { "uring-write", RW, NULL },
	[RND_SPLICE_WRITE] = { "splice-write", RW, NULL },
	[RND_SENDFILE] = { "sendfile", RW | F_SLOT2 | F_OFF2, NULL },
	[RND_COPY] = { "copy", RW | F_SLOT2 | F_OFF2, NULL },
	[RND_TRUNCATE] = { "truncate", F_SLOT | F_OFF, NULL },
	[RND_FALLOCATE] = { "fallocate", RW | F_FLAGS, falloc_modes },
	[RND_FSYNC] = { "fsync", F_SLOT, NULL },
	[RND_FDATASYNC] = { "fdatasync", F_SLOT, NULL },
	[RND_FSTAT] = { "fstat", F_SLOT, NULL },
	[RND_SEEK] = { "seek", F_SLOT | F_OFF | F_FLAGS, whences },
	[RND_MMAP] = { "mmap", F_SLOT | F_MAP | F_FLAGS, map_flags },
	[RND_MUNMAP] = { "munmap", F_MAP, NULL },
	[RND_LOAD] = { "load", F_MAP | F_OFF | F_LEN, NULL },
	[RND_STORE] = { "store", F_MAP | F_OFF | F_LEN, NULL },
	[RND_MSYNC] = { "msync", F_MAP, NULL },
	[RND_CHECK] = { "check", F_FILE, NULL },
};

static const char *const ways[RND_WAYS] = { "cached", "kept", "direct", "A", "B" };

const char *rnd_kind_name(enum rnd_kind kind)
{
	return kinds[kind].name;
}

const char *rnd_way_name(enum rnd_way way)
{
	return ways[way];
}

/* ---- to text ---- */

struct line {
	char *buf;
	size_t len, room;
};

__attribute__((format(printf, 2, 3)))
static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->buf + l->len, l->room - l->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len = l->len + (size_t)n < l->room ? l->len + (size_t)n : l->room - 1;
}

/*
 * Each bit by its name; none of them: "none". What is no bit of its own (O_SYNC, SEEK_DATA) is
 * compared whole.
 */
static void add_flags(struct line *l, const struct flag_name *names, int flags)
{
	const char *between = " flags=";

	for (; names->name; names++) {
		if ((flags & names->bit) != names->bit)
			continue;
		add(l, "%s%s", between, names->name);
		flags &= ~names->bit;
		between = "+";
	}
	if (*between == ' ')
		add(l, " flags=none");
}

const char *rnd_text(const struct rnd_op *op, char *buf, size_t len)
{
	struct line l = { buf, 0, len };
	int f = kinds[op->kind].fields;

	add(&l, "%u round=%u task=%d %s", op->id, op->round, op->task, kinds[op->kind].name);
	if (f & F_SLOT)
		add(&l, " slot=%d", op->slot);
	if (f & F_FILE)
		add(&l, " file=%d", op->file);
	if (f & F_WAY)
		add(&l, " way=%s", ways[op->way]);
	if (f & F_MAP)
		add(&l, " map=%d", op->map);
	if (f & F_OFF)
		add(&l, " off=%lld", op->off);
	if (f & F_LEN)
		add(&l, " len=%zu", op->len);
	if (f & F_SLOT2)
		add(&l, " slot2=%d", op->slot2);
	if (f & F_OFF2)
		add(&l, " off2=%lld", op->off2);
	if (f & F_FLAGS)
		add_flags(&l, kinds[op->kind].flags, op->flags);
	return buf;
}

/* ---- from text ---- */

/* A decimal number from 0 to @max and nothing else. */
static bool number(const char *text, long long max, long long *value)
{
	char *end;

	if (*text < '0' || *text > '9' || strlen(text) > 10)
		return false;
	*value = strtoll(text, &end, 10);
	return !*end && *value <= max;
}

static bool parse_flags(struct rnd_op *op, char *text)
{
	const struct flag_name *names = kinds[op->kind].flags;
	char *save, *word;

	op->flags = 0;
	if (!strcmp(text, "none"))
		return true;
	for (word = strtok_r(text, "+", &save); word; word = strtok_r(NULL, "+", &save)) {
		const struct flag_name *n = names;

		while (n->name && strcmp(n->name, word))
			n++;
		if (!n->name)
			return false;
		op->flags |= n->bit;
	}
	return true;
}

static bool parse_way(struct rnd_op *op, const char *text)
{
	for (op->way = 0; op->way < RND_WAYS; op->way++) {
		if (!strcmp(ways[op->way], text))
			return true;
	}
	return false;
}

/* One word KEY=VALUE; clears its bit of @want. */
static bool parse_word(struct rnd_op *op, char *key, int *want)
{
	static const struct {
		const char *name;
		int field;
		long long max;
	} numbers[] = {
		{ "slot", F_SLOT, RND_SLOTS - 1 }, { "file", F_FILE, RND_FILES - 1 },
		{ "map", F_MAP, RND_MAPS - 1 },	   { "off", F_OFF, RND_MAX },
		{ "len", F_LEN, RND_LEN },	   { "slot2", F_SLOT2, RND_SLOTS - 1 },
		{ "off2", F_OFF2, RND_MAX },
	};
	char *value = strchr(key, '=');
	long long v = 0;
	int field = 0;

	if (!value)
		return false;
	*value++ = 0;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!strcmp(numbers[i].name, key) && number(value, numbers[i].max, &v))
			field = numbers[i].field;
	}
	if (!strcmp(key, "way") && parse_way(op, value))
		field = F_WAY;
	if (!strcmp(key, "flags") && kinds[op->kind].flags && parse_flags(op, value))
		field = F_FLAGS;
	if (!(field & *want))
		return false;
	*want &= ~field;
	switch (field) {
	case F_SLOT:
		op->slot = (unsigned char)v;
		break;
	case F_FILE:
		op->file = (unsigned char)v;
		break;
	case F_MAP:
		op->map = (unsigned char)v;
		break;
	case F_OFF:
		op->off = v;
		break;
	case F_LEN:
		op->len = (size_t)v;
		break;
	case F_SLOT2:
		op->slot2 = (unsigned char)v;
		break;
	case F_OFF2:
		op->off2 = v;
		break;
	default:
		break;
	}
	return true;
}

static bool parse_kind(struct rnd_op *op, const char *word)
{
	for (op->kind = 0; op->kind < RND_KINDS; op->kind++) {
		if (!strcmp(kinds[op->kind].name, word))
			return true;
	}
	return false;
}

/* The first words: id, round=, task= and the kind. */
static const char *parse_head(struct rnd_op *op, char **save, char *line)
{
	static char wrong[64];
	long long v = 0;

	for (int i = 0; i < 4; i++) {
		char *word = strtok_r(i ? NULL : line, " \t\n", save);
		bool good;

		if (!word)
			return "the line ends too early";
		snprintf(wrong, sizeof(wrong), "'%s'", word);
		if (i == 3)
			good = parse_kind(op, word);
		else if (i)
			good = !strncmp(word, i == 1 ? "round=" : "task=", i == 1 ? 6 : 5) &&
			       number(word + (i == 1 ? 6 : 5), i == 1 ? 999999999 : RND_TASKS - 1,
				      &v);
		else
			good = number(word, 999999999, &v);
		if (!good)
			return wrong;
		if (i == 0)
			op->id = (unsigned int)v;
		else if (i == 1)
			op->round = (unsigned int)v;
		else if (i == 2)
			op->task = (unsigned char)v;
	}
	return NULL;
}

const char *rnd_parse(struct rnd_op *op, const char *line)
{
	static char wrong[64];
	char copy[256], *save, *word;
	const char *bad;
	int want;

	memset(op, 0, sizeof(*op));
	snprintf(copy, sizeof(copy), "%s", line);
	bad = parse_head(op, &save, copy);
	if (bad)
		return bad;
	want = kinds[op->kind].fields;
	while ((word = strtok_r(NULL, " \t\n", &save))) {
		snprintf(wrong, sizeof(wrong), "'%s'", word);
		if (!parse_word(op, word, &want))
			return wrong;
	}
	return want ? "the line ends too early" : NULL;
}
