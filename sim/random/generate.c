// SPDX-License-Identifier: GPL-2.0
/*
 * Operations by chance: mostly small ones at the ends of pages and files, where mistakes are.
 */
#include "random.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/uio.h>
#include <unistd.h>

#define TRIES	12

static unsigned long long chance(struct rnd_source *src)
{
	unsigned long long x = src->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static unsigned int below(struct rnd_source *src, unsigned int n)
{
	return (unsigned int)(chance(src) >> 33) % n;
}

static bool percent(struct rnd_source *src, unsigned int p)
{
	return below(src, 100) < p;
}

/* How often each kind is tried. */
static const unsigned char weights[RND_KINDS] = {
	[RND_OPEN] = 8,	       [RND_CLOSE] = 4,	       [RND_READ] = 5,	     [RND_PREAD] = 10,
	[RND_PREADV] = 5,      [RND_AIO_READ] = 4,     [RND_URING_READ] = 4, [RND_SPLICE_READ] = 3,
	[RND_WRITE] = 5,       [RND_PWRITE] = 10,      [RND_PWRITEV] = 5,    [RND_AIO_WRITE] = 4,
	[RND_URING_WRITE] = 4, [RND_SPLICE_WRITE] = 3, [RND_SENDFILE] = 2,   [RND_COPY] = 2,
	[RND_TRUNCATE] = 2,    [RND_FALLOCATE] = 3,    [RND_FSYNC] = 1,	     [RND_FDATASYNC] = 1,
	[RND_FSTAT] = 4,       [RND_SEEK] = 2,	       [RND_MMAP] = 3,	     [RND_MUNMAP] = 2,
	[RND_LOAD] = 6,	       [RND_STORE] = 6,	       [RND_MSYNC] = 2,	     [RND_CHECK] = 1,
};

static enum rnd_kind some_kind(struct rnd_source *src)
{
	unsigned int sum = 0, at;
	enum rnd_kind k;

	for (k = 0; k < RND_KINDS; k++)
		sum += weights[k];
	at = below(src, sum);
	for (k = 0; at >= weights[k]; k++)
		at -= weights[k];
	return k;
}

/* A position up to @max: anywhere, or near the end of a page or of the file. */
static long long some_pos(struct rnd_source *src, long long size, long long max)
{
	long long pos;

	switch (below(src, 4)) {
	case 0:
		pos = below(src, (unsigned int)max);
		break;
	case 1:
		pos = size + below(src, 9) - 4;
		break;
	case 2:
		pos = size ? (long long)below(src, (unsigned int)size) : 0;
		break;
	default:
		pos = (long long)below(src, RND_PAGES) * RND_PAGE;
		pos += below(src, 9);
		pos -= 4;
		break;
	}
	return pos < 0 ? 0 : pos > max ? max : pos;
}

static size_t some_len(struct rnd_source *src)
{
	size_t len;

	switch (below(src, 4)) {
	case 0:
		return 1 + below(src, 16);
	case 1:
		return 1 + below(src, RND_PAGE);
	case 2:
		len = (1 + below(src, 2)) * RND_PAGE;
		return len + below(src, 5) - 2;
	default:
		return 1 + below(src, RND_LEN);
	}
}

static int some_open_flags(struct rnd_source *src)
{
	unsigned int acc = below(src, 10);
	int flags = acc < 7 ? O_RDWR : acc < 9 ? O_RDONLY : O_WRONLY;

	if (percent(src, 12))
		flags |= O_DIRECT;
	else if (percent(src, 12) && flags != O_RDONLY)
		flags |= O_APPEND;
	if (percent(src, 3) && flags != O_RDONLY)
		flags |= O_TRUNC;
	if (percent(src, 4))
		flags |= O_SYNC;
	return flags;
}

static int some_rwf(struct rnd_source *src, bool write)
{
	static const int flags[] = { 0, RWF_HIPRI, RWF_NOWAIT, RWF_DSYNC, RWF_SYNC, RWF_APPEND };

	return flags[below(src, write ? 6 : 3)];
}

static int some_flags(struct rnd_source *src, enum rnd_kind kind)
{
	static const int modes[] = {
		0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, FALLOC_FL_ZERO_RANGE,
		FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
	};

	switch (kind) {
	case RND_OPEN:
		return some_open_flags(src);
	case RND_PREADV:
	case RND_PWRITEV:
		return some_rwf(src, kind == RND_PWRITEV);
	case RND_FALLOCATE:
		return modes[below(src, 6)];
	case RND_SEEK:
		return percent(src, 50) ? SEEK_DATA : SEEK_HOLE;
	case RND_MMAP:
		return percent(src, 80) ? W_MAP_WRITE : 0;
	default:
		return 0;
	}
}

/* The file that the operation is about, as far as it has one. */
static int its_file(const struct rnd_model *m, const struct rnd_op *op)
{
	if (op->kind == RND_OPEN || op->kind == RND_CHECK)
		return op->file;
	if (op->kind == RND_LOAD || op->kind == RND_STORE)
		return m->maps[op->map].file;
	return m->slots[op->slot].file;
}

static void fit(const struct rnd_model *m, struct rnd_op *op)
{
	const struct rnd_slot *s = &m->slots[op->slot];
	const struct rnd_file *f = &m->files[its_file(m, op)];

	if (op->kind == RND_TRUNCATE || op->kind == RND_SEEK)
		op->len = 0;
	/* without it each would only be valid by luck */
	if (op->kind == RND_STORE && op->off + (long long)op->len > f->size) {
		op->off = op->off < f->size ? op->off : 0;
		if ((long long)op->len > f->size - op->off)
			op->len = f->size - op->off;
	}
	if (rnd_model_appends(m, op))
		op->off = 0;
	if (op->off + (long long)op->len > RND_MAX)
		op->len = RND_MAX - op->off;
	if (op->off2 + (long long)op->len > RND_MAX)
		op->off2 = RND_MAX - op->len;
	if ((s->flags & O_DIRECT) && op->kind >= RND_READ && op->kind <= RND_SPLICE_WRITE) {
		op->off -= op->off % RND_DIO_ALIGN;
		op->len = (op->len + RND_DIO_ALIGN - 1) / RND_DIO_ALIGN * RND_DIO_ALIGN;
		if (op->off + (long long)op->len > RND_MAX)
			op->len = RND_MAX - op->off;
	}
}

static void some_op(struct rnd_source *src, const struct rnd_model *m, struct rnd_op *op)
{
	op->kind = some_kind(src);
	op->slot = below(src, RND_SLOTS);
	op->slot2 = below(src, RND_SLOTS);
	op->file = below(src, RND_FILES);
	op->way = below(src, RND_WAYS);
	op->map = below(src, RND_MAPS);
	op->flags = some_flags(src, op->kind);
	op->off = some_pos(src, m->files[its_file(m, op)].size, RND_MAX - 1);
	op->off2 = some_pos(src, 0, RND_MAX - 1);
	op->len = some_len(src);
	fit(m, op);
}

bool rnd_generate(struct rnd_source *src, const struct rnd_model *m, const struct rnd_op *round,
		  unsigned int n, struct rnd_op *op)
{
	for (int i = 0; i < TRIES; i++) {
		bool fits;

		some_op(src, m, op);
		fits = rnd_model_valid(m, op);
		for (unsigned int k = 0; fits && k < n; k++)
			fits = !rnd_model_conflict(m, op, &round[k]);
		if (fits)
			return true;
	}
	return false;
}
