// SPDX-License-Identifier: GPL-2.0
/*
 * The shadow model: files as arrays of bytes, who has them open, and which pages no two page caches
 * agree on.
 *
 * Everybody must see the same at once, but for what docs/coherency.md says cannot be coherent,
 * because it lies in two page caches, FUSE's and the lower file's:
 *  - a store by way of a mapping of the lower file does not show in pages that FUSE has cached
 *    (stale): what is read through FUSE's page cache there is not looked at, and not stored to or
 *    copied from, until the page was dropped: by a passthrough or direct write, or by an open
 *    without FOPEN_KEEP_CACHE;
 *  - a store by way of FUSE's page cache is not in the lower file before it is written back
 *    (dirty): there is no load or store of the lower file's mapping there, until it was: by msync,
 *    fsync, close, passthrough or direct I/O.
 */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* Pages of a file that an operation touches. */
struct touch {
	int file;		/* -1: none */
	long long from, to;	/* bytes, @to excluded */
	bool write;
	bool all;		/* excludes all others on this file */
};

bool rnd_model_init(struct rnd_model *m, bool mainline)
{
	memset(m, 0, sizeof(*m));
	m->mainline = mainline;
	for (int i = 0; i < RND_FILES; i++) {
		m->files[i].data = calloc(1, RND_MAX);
		m->files[i].writer = calloc(RND_MAX, sizeof(unsigned int));
		if (!m->files[i].data || !m->files[i].writer)
			return false;
	}
	return true;
}

void rnd_model_free(struct rnd_model *m)
{
	for (int i = 0; i < RND_FILES; i++) {
		free(m->files[i].data);
		free(m->files[i].writer);
	}
}

/* ---- what an operation is ---- */

static bool is_read(const struct rnd_op *op)
{
	return op->kind >= RND_READ && op->kind <= RND_SPLICE_READ;
}

static bool is_write(const struct rnd_op *op)
{
	return op->kind >= RND_WRITE && op->kind <= RND_SPLICE_WRITE;
}

static bool has_two(const struct rnd_op *op)
{
	return op->kind == RND_SENDFILE || op->kind == RND_COPY;
}

static bool has_map(const struct rnd_op *op)
{
	return op->kind >= RND_MMAP && op->kind <= RND_MSYNC;
}

static bool has_slot(const struct rnd_op *op)
{
	return op->kind != RND_CHECK && (!has_map(op) || op->kind == RND_MMAP);
}

static bool readable(const struct rnd_slot *s)
{
	return (s->flags & O_ACCMODE) != O_WRONLY;
}

static bool writable(const struct rnd_slot *s)
{
	return (s->flags & O_ACCMODE) != O_RDONLY;
}

/* Does it read what FUSE has cached? */
static bool reads_cache(const struct rnd_slot *s)
{
	return (s->way == RND_CACHED || s->way == RND_KEPT) && !(s->flags & O_DIRECT);
}

static bool passes_through(const struct rnd_slot *s)
{
	return s->way == RND_A || s->way == RND_B;
}

bool rnd_model_appends(const struct rnd_model *m, const struct rnd_op *op)
{
	return is_write(op) && ((m->slots[op->slot].flags & O_APPEND) ||
				(op->kind == RND_PWRITEV && (op->flags & RWF_APPEND)));
}

static int file_of(const struct rnd_model *m, const struct rnd_op *op)
{
	if (op->kind == RND_OPEN || op->kind == RND_CHECK)
		return op->file;
	return has_slot(op) ? m->slots[op->slot].file : m->maps[op->map].file;
}

static long long write_pos(const struct rnd_model *m, const struct rnd_op *op)
{
	return rnd_model_appends(m, op) ? m->files[file_of(m, op)].size : op->off;
}

static bool marked(const bool *pages, long long off, size_t len)
{
	for (long long p = off / RND_PAGE;
	     len && p <= (long long)(off + len - 1) / RND_PAGE && p < RND_PAGES; p++) {
		if (pages[p])
			return true;
	}
	return false;
}

static void mark(bool *pages, long long off, long long len, bool value)
{
	for (long long p = off / RND_PAGE;
	     len > 0 && p <= (off + len - 1) / RND_PAGE && p < RND_PAGES; p++)
		pages[p] = value;
}

/* ---- can it be done ---- */

/*
 * FUSE itself, without passthrough: an asynchronous direct read leaves ki_pos where it was
 * (fuse_direct_read_iter() calls fuse_direct_IO(), whose other caller moves it), so io_uring, which
 * goes on after a short read, reads the same again.
 */
static bool read_twice(const struct rnd_model *m, const struct rnd_op *op)
{
	const struct rnd_slot *s = &m->slots[op->slot];

	/* Linux 6.18 does not need O_DIRECT for it */
	return op->kind == RND_URING_READ && s->way == RND_DIRECT &&
	       (m->mainline || (s->flags & O_DIRECT)) &&
	       op->off + (long long)op->len > m->files[s->file].size;
}

static bool valid_slot_io(const struct rnd_model *m, const struct rnd_op *op)
{
	const struct rnd_slot *s = &m->slots[op->slot];
	bool odirect = s->flags & O_DIRECT;

	if (read_twice(m, op))
		return false;
	/* a pipe's pages are not aligned as direct I/O wants it */
	if (odirect && (op->kind == RND_SPLICE_READ || op->kind == RND_SPLICE_WRITE))
		return false;
	if (odirect &&
	    (op->off % RND_DIO_ALIGN || op->len % RND_DIO_ALIGN || rnd_model_appends(m, op)))
		return false;
	if (op->kind == RND_SPLICE_WRITE && (s->flags & O_APPEND))
		return false;
	if (is_read(op))
		return readable(s);
	return writable(s) && write_pos(m, op) + (long long)op->len <= RND_MAX;
}

static bool valid_two(const struct rnd_model *m, const struct rnd_op *op)
{
	const struct rnd_slot *in = &m->slots[op->slot], *out = &m->slots[op->slot2];
	const struct rnd_file *f = &m->files[in->file];

	if (!out->open || op->slot == op->slot2 || !readable(in) || !writable(out) ||
	    (out->flags & O_APPEND) || ((in->flags | out->flags) & O_DIRECT))
		return false;
	if (op->off2 + (long long)op->len > RND_MAX)
		return false;
	/* within one file only what lies apart, and is there from the start */
	if (in->file == out->file && ((op->off < op->off2 + (long long)op->len + RND_PAGE &&
				       op->off2 < op->off + (long long)op->len + RND_PAGE) ||
				      op->off + (long long)op->len > f->size))
		return false;
	return !reads_cache(in) || !marked(f->stale, op->off, op->len);
}

static bool valid_map(const struct rnd_model *m, const struct rnd_op *op)
{
	const struct rnd_map *map = &m->maps[op->map];
	const struct rnd_file *f = &m->files[map->file];

	if (op->kind == RND_MMAP)
		return !map->used && readable(&m->slots[op->slot]) &&
		       (writable(&m->slots[op->slot]) || !(op->flags & W_MAP_WRITE));
	if (!map->used)
		return false;
	if (op->kind != RND_LOAD && op->kind != RND_STORE)
		return true;
	if (op->off + (long long)op->len > RND_MAX || !op->len)
		return false;
	if (map->lower && marked(f->dirty, op->off, op->len))
		return false;
	if (op->kind == RND_LOAD)
		return true;
	return map->write && op->off + (long long)op->len <= f->size &&
	       (map->lower || !marked(f->stale, op->off, op->len));
}

bool rnd_model_valid(const struct rnd_model *m, const struct rnd_op *op)
{
	if (op->kind == RND_OPEN)
		return !m->slots[op->slot].open;
	if (op->kind == RND_CHECK)
		return true;
	if (has_slot(op) && !m->slots[op->slot].open)
		return false;
	if (has_map(op))
		return valid_map(m, op);
	if (is_read(op) || is_write(op))
		return valid_slot_io(m, op);
	if (has_two(op))
		return valid_two(m, op);
	if (op->kind == RND_TRUNCATE || op->kind == RND_FALLOCATE)
		return writable(&m->slots[op->slot]) && op->off + (long long)op->len <= RND_MAX;
	return true;
}

/* ---- what must not run together ---- */

static struct touch touch(int file, long long from, size_t len, bool write, bool all)
{
	return (struct touch) {
		.file = file,
		.from = from / RND_PAGE * RND_PAGE,
		.to = len ? (from + (long long)len + RND_PAGE - 1) / RND_PAGE * RND_PAGE : 0,
		.write = write,
		.all = all,
	};
}

/*
 * Nobody can drop pages when a request to the server is done that is not waited for
 * (docs/patch.md).
 */
static bool async_direct(const struct rnd_slot *s, const struct rnd_op *op)
{
	return !passes_through(s) && (s->flags & O_DIRECT) &&
	       (op->kind == RND_AIO_WRITE || op->kind == RND_URING_WRITE);
}

static bool extends(const struct rnd_model *m, int file, long long off, size_t len)
{
	return off + (long long)len > m->files[file].size;
}

static void touches(const struct rnd_model *m, const struct rnd_op *op, struct touch t[2])
{
	int file = file_of(m, op);
	long long pos = write_pos(m, op);

	t[0] = touch(file, 0, 0, false, false);
	t[1] = touch(-1, 0, 0, false, false);
	if (op->kind == RND_OPEN) {
		t[0].all = op->flags & O_TRUNC;
	} else if (op->kind == RND_CHECK) {
		t[0] = touch(file, 0, RND_MAX, false, false);
	} else if (is_read(op) || op->kind == RND_LOAD) {
		t[0] = touch(file, op->off, op->len, false, false);
	} else if (is_write(op)) {
		t[0] = touch(file, pos, op->len, true,
			     extends(m, file, pos, op->len) || rnd_model_appends(m, op) ||
				     async_direct(&m->slots[op->slot], op));
	} else if (op->kind == RND_STORE) {
		t[0] = touch(file, op->off, op->len, true, false);
	} else if (op->kind == RND_TRUNCATE) {
		t[0].all = true;
	} else if (op->kind == RND_FALLOCATE) {
		t[0] = touch(file, op->off, op->len, true, extends(m, file, op->off, op->len));
	} else if (op->kind == RND_SEEK) {
		t[0] = touch(file, 0, RND_MAX, false, false);
	} else if (has_two(op)) {
		int out = m->slots[op->slot2].file;

		t[0] = touch(file, op->off, op->len, false, false);
		t[1] = touch(out, op->off2, op->len, true, extends(m, out, op->off2, op->len));
	}
}

static bool apart(const struct touch *a, const struct touch *b)
{
	if (a->file < 0 || a->file != b->file)
		return true;
	if (a->all || b->all)
		return false;
	return (!a->write && !b->write) || a->to <= b->from || b->to <= a->from;
}

/* Bits of the slots that it uses. */
static unsigned int slots_of(const struct rnd_op *op)
{
	return (has_slot(op) ? 1u << op->slot : 0) | (has_two(op) ? 1u << op->slot2 : 0);
}

bool rnd_model_conflict(const struct rnd_model *m, const struct rnd_op *a, const struct rnd_op *b)
{
	struct touch ta[2], tb[2];

	if (a->task == b->task || (slots_of(a) & slots_of(b)))
		return true;
	if (has_map(a) && has_map(b) && a->map == b->map)
		return true;
	touches(m, a, ta);
	touches(m, b, tb);
	return !apart(&ta[0], &tb[0]) || !apart(&ta[0], &tb[1]) || !apart(&ta[1], &tb[0]) ||
	       !apart(&ta[1], &tb[1]);
}

/* ---- is the result right ---- */

static long long at_most(const struct rnd_file *f, long long off, size_t len)
{
	if (off >= f->size)
		return 0;
	return f->size - off < (long long)len ? f->size - off : (long long)len;
}

/* @skip: pages that are not looked at, or NULL. */
static bool same_bytes(const struct rnd_file *f, long long off, long long len,
		       const unsigned char *buf, const bool *skip, char *why)
{
	for (long long i = 0, n; i < len; i += n) {
		long long pos = off + i, j;

		n = RND_PAGE - pos % RND_PAGE;
		if (n > len - i)
			n = len - i;
		if ((skip && skip[pos / RND_PAGE]) || !memcmp(buf + i, f->data + pos, n))
			continue;
		for (j = 0; buf[i + j] == f->data[pos + j]; j++)
			;
		snprintf(why, 400, "byte %lld is 0x%02x, must be 0x%02x, from operation %u",
			 pos + j, buf[i + j], f->data[pos + j], f->writer[pos + j]);
		return false;
	}
	return true;
}

static bool same_result(long long got, long long want, char *why)
{
	if (got == want)
		return true;
	snprintf(why, 400, "result %lld%s%s, must be %lld", got, got < 0 ? " " : "",
		 got < 0 ? sc_errno((long)got) : "", want);
	return false;
}

static bool all_zero(const struct rnd_file *f, long long from, long long to)
{
	while (from < to && !f->data[from])
		from++;
	return from >= to;
}

static bool check_seek(const struct rnd_file *f, const struct rnd_op *op, long long result,
		       char *why)
{
	bool data = op->flags == SEEK_DATA, good;

	/* the server does not know of what is only in FUSE's page cache */
	if (marked(f->dirty, 0, RND_MAX))
		return true;
	if (op->off >= f->size)
		return same_result(result, -ENXIO, why);
	if (data && result == -ENXIO)
		good = all_zero(f, op->off, f->size);
	else if (data)
		good = result >= op->off && result < f->size && all_zero(f, op->off, result);
	else
		good = result >= op->off && result <= f->size &&
		       (result == f->size || !f->data[result]);
	if (!good)
		snprintf(why, 400, "result %lld, which is no %s", result, data ? "data" : "hole");
	return good;
}

static bool check_map(const struct rnd_model *m, const struct rnd_op *op, long long result,
		      const unsigned char *buf, char *why)
{
	const struct rnd_map *map = &m->maps[op->map];
	const struct rnd_file *f = &m->files[map->file];
	long long end = (f->size + RND_PAGE - 1) / RND_PAGE * RND_PAGE;

	if (op->kind == RND_MMAP)
		return same_result(result, m->slots[op->slot].way == RND_DIRECT ? -ENODEV : 0, why);
	if (op->kind == RND_LOAD && op->off + (long long)op->len > end)
		return same_result(result, -EFAULT, why);
	if (!same_result(result, 0, why) || op->kind != RND_LOAD)
		return !*why;
	return same_bytes(f, op->off, at_most(f, op->off, op->len), buf,
			  map->lower ? NULL : f->stale, why);
}

static bool check_read(const struct rnd_model *m, const struct rnd_op *op, long long result,
		       const unsigned char *buf, char *why)
{
	const struct rnd_slot *s = &m->slots[op->slot];
	const struct rnd_file *f = &m->files[s->file];
	long long want = at_most(f, op->off, op->len);

	if (op->kind == RND_PREADV && (op->flags & RWF_NOWAIT)) {
		if (result == -EAGAIN || result == -EOPNOTSUPP)
			return true;
		if (result > 0 && result < want)
			want = result;
	}
	return same_result(result, want, why) &&
	       same_bytes(f, op->off, want, buf, reads_cache(s) ? f->stale : NULL, why);
}

static bool check_write(const struct rnd_op *op, long long result, char *why)
{
	if (op->kind == RND_PWRITEV && (op->flags & RWF_NOWAIT) &&
	    (result == -EAGAIN || result == -EOPNOTSUPP))
		return true;
	return same_result(result, (long long)op->len, why);
}

bool rnd_model_check(const struct rnd_model *m, const struct rnd_op *op, long long result,
		     const unsigned char *buf, char *why)
{
	const struct rnd_file *f = &m->files[file_of(m, op)];

	*why = 0;
	if (op->kind == RND_OPEN)
		return (m->mainline && result == -EIO) || same_result(result, 0, why);
	if (is_read(op))
		return check_read(m, op, result, buf, why);
	if (is_write(op))
		return check_write(op, result, why);
	if (has_map(op))
		return check_map(m, op, result, buf, why);
	if (has_two(op))
		return same_result(result, at_most(f, op->off, op->len), why);
	if (op->kind == RND_SEEK)
		return check_seek(f, op, result, why);
	if (op->kind == RND_FSTAT)
		return same_result(result, f->size, why);
	if (op->kind == RND_CHECK)
		return same_result(result, f->size, why) &&
		       same_bytes(f, 0, f->size, buf, f->dirty, why);
	return same_result(result, 0, why);
}

/* ---- what it changes ---- */

static void set_bytes(struct rnd_file *f, long long off, long long len, const unsigned char *bytes,
		      unsigned int id)
{
	if (len <= 0)
		return;
	if (bytes)
		memcpy(f->data + off, bytes, len);
	else
		memset(f->data + off, 0, len);
	for (long long i = off; i < off + len; i++)
		f->writer[i] = id;
	if (off + len > f->size)
		f->size = off + len;
}

static void set_size(struct rnd_file *f, long long size, unsigned int id)
{
	long long end = (size + RND_PAGE - 1) / RND_PAGE * RND_PAGE, old = f->size;

	if (size < old) {
		set_bytes(f, size, old - size, NULL, id);
		mark(f->stale, end, RND_MAX - end, false);
		mark(f->dirty, end, RND_MAX - end, false);
	}
	for (long long i = old; i < size; i++)
		f->writer[i] = id;
	f->size = size;
}

/* I/O past FUSE's page cache writes its pages back before; writes drop them after. */
static void passed(struct rnd_file *f, const struct rnd_slot *s, long long off, long long len,
		   bool write)
{
	if (!passes_through(s) && s->way != RND_DIRECT)
		return;
	mark(f->dirty, off, len, false);
	if (write)
		mark(f->stale, off, len, false);
}

static void apply_two(struct rnd_model *m, const struct rnd_op *op, long long result)
{
	struct rnd_slot *in = &m->slots[op->slot], *out = &m->slots[op->slot2];

	set_bytes(&m->files[out->file], op->off2, result, m->files[in->file].data + op->off,
		  op->id);
}

static void apply_open(struct rnd_model *m, const struct rnd_op *op)
{
	struct rnd_file *f = &m->files[op->file];

	m->slots[op->slot] = (struct rnd_slot) { true, op->file, op->way, op->flags & ~O_TRUNC };
	if (op->flags & O_TRUNC)
		set_size(f, 0, op->id);
	if (op->way != RND_KEPT)
		mark(f->stale, 0, RND_MAX, false);
}

static void apply_map(struct rnd_model *m, const struct rnd_op *op, const unsigned char *buf)
{
	struct rnd_map *map = &m->maps[op->map];
	struct rnd_file *f = &m->files[map->file];

	if (op->kind == RND_MMAP) {
		const struct rnd_slot *s = &m->slots[op->slot];

		*map = (struct rnd_map){ true, passes_through(s), op->flags & W_MAP_WRITE,
					s->file };
	} else if (op->kind == RND_MUNMAP) {
		map->used = false;
	} else if (op->kind == RND_MSYNC && !map->lower && map->write) {
		/*
		 * of a file that is open read-only, a mapping counts as private and is not synced
		 */
		mark(f->dirty, 0, RND_MAX, false);
	} else if (op->kind == RND_STORE) {
		set_bytes(f, op->off, op->len, buf, op->id);
		mark(map->lower ? f->stale : f->dirty, op->off, op->len, true);
	}
}

static void apply_fallocate(struct rnd_file *f, const struct rnd_op *op)
{
	long long end = op->off + op->len, old = f->size;

	if (op->flags & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		set_bytes(f, op->off, (end < old ? end : old) - op->off, NULL, op->id);
	if (!(op->flags & FALLOC_FL_KEEP_SIZE) && end > old)
		set_size(f, end, op->id);
}

void rnd_model_apply(struct rnd_model *m, const struct rnd_op *op, long long result,
		     const unsigned char *buf)
{
	struct rnd_slot *s = &m->slots[op->slot];
	struct rnd_file *f = &m->files[file_of(m, op)];
	long long pos = write_pos(m, op);

	if (result < 0)
		return;
	if (op->kind == RND_OPEN) {
		apply_open(m, op);
	} else if (op->kind == RND_CLOSE) {
		s->open = false;
		mark(f->dirty, 0, RND_MAX, false);
	} else if (has_map(op)) {
		apply_map(m, op, buf);
	} else if (is_read(op)) {
		passed(f, s, op->off, result, false);
	} else if (is_write(op)) {
		if (pos > f->size)
			set_size(f, pos, op->id);
		set_bytes(f, pos, result, buf, op->id);
		passed(f, s, pos, result, true);
	} else if (has_two(op)) {
		struct rnd_file *out = &m->files[m->slots[op->slot2].file];

		if (result > 0 && op->off2 > out->size)
			set_size(out, op->off2, op->id);
		apply_two(m, op, result);
	} else if (op->kind == RND_TRUNCATE) {
		set_size(f, op->off, op->id);
	} else if (op->kind == RND_FALLOCATE) {
		apply_fallocate(f, op);
	} else if (op->kind == RND_FSYNC || op->kind == RND_FDATASYNC) {
		mark(f->dirty, 0, RND_MAX, false);
	}
}
