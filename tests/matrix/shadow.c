// SPDX-License-Identifier: GPL-2.0
/*
 * The model: a file is an array of bytes, and open(2), read(2) and write(2) say the rest.
 */
#include "matrix.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>

static const struct {
	const char *name, *point, *reason;
} exceptions[EXCEPTIONS] = {
	[EX_SETFL_DIRECT] = { "setfl-direct", "dio=off flag=DIRECT how=setfl",
			      "fcntl(O_DIRECT) looks at the FUSE file, and the VFS takes every FUSE file for one "
			      "that can do direct I/O, as FUSE has ->direct_IO() (6.1 fs/open.c, do_dentry_open(), "
			      "after ->open()). That the lower file cannot is found out by the read or write, "
			      "which answers EINVAL" },
	[EX_HIPRI] = { "hipri", "kind=preadv2+HIPRI",
		       "IOCB_HIPRI is not handed down: it is a hint to poll for the completion of "
		       "asynchronous requests, and the lower request is synchronous" },
	[EX_TRUNC_EMPTY] = { "trunc-empty", "flag=TRUNC init=0",
			     "open(O_TRUNC) of an empty file sets mtime and ctime natively. FUSE, with or without "
			     "passthrough, sends SETATTR of the size without times (6.1 fs/fuse/dir.c, "
			     "update_mtime()), and the server's truncate(2) to the size there is leaves them" },
	[EX_EMPTY] = { "empty", "kind=write size=0",
		       "a read or write of no bytes does not reach the lower file system, where it would "
		       "do nothing either" },
};

const char *exception_name(enum exception ex)
{
	return exceptions[ex].name;
}

const char *exception_reason(enum exception ex)
{
	return exceptions[ex].reason;
}

const char *exception_point(enum exception ex)
{
	return exceptions[ex].point;
}

const unsigned char *shadow_pattern(bool write)
{
	static unsigned char bytes[2][MAX_FILE];
	static bool made;

	if (!made) {
		sc_pattern(bytes[0], MAX_FILE, 0, 1);
		sc_pattern(bytes[1], MAX_FILE, 0, 2);
		made = true;
	}
	return bytes[write];
}

static bool no_dio(const struct point *p)
{
	return p->v[D_DIO] == IS_OFF && point_flag(p) == O_DIRECT;
}

bool point_excepted(const struct point *p, enum exception ex)
{
	switch (ex) {
	case EX_SETFL_DIRECT:
		return no_dio(p) && p->v[D_HOW] == HOW_SETFL;
	case EX_HIPRI:
		return point_kind(p)->rwf == RWF_HIPRI;
	case EX_TRUNC_EMPTY:
		return point_flag(p) == O_TRUNC && p->v[D_HOW] == HOW_OPEN && !point_init(p);
	case EX_EMPTY:
		return !point_size(p);
	default:
		return false;
	}
}

static long shadow_open(struct shadow *s, const struct point *p)
{
	s->size = point_init(p);
	memcpy(s->data, shadow_pattern(false), s->size);
	if (p->v[D_HOW] == HOW_TMPFILE && point_acc(p) == O_RDONLY)
		return -EINVAL;
	if (no_dio(p) && p->v[D_HOW] != HOW_SETFL)
		return -EINVAL;
	/* with O_RDONLY too: not specified, but what Linux does */
	if (point_flag(p) == O_TRUNC && p->v[D_HOW] != HOW_SETFL)
		s->size = 0;
	return 0;
}

/* What of the call's arguments and the file's mode already decides. 1: nothing. */
static long refused(const struct shadow *s, const struct point *p, bool direct, long long pos)
{
	const struct kind *k = point_kind(p);
	int acc = point_acc(p);

	if (!k->v2 && k->pos == POS_ARG && pos < 0)
		return -EINVAL;
	if (acc == (k->write ? O_RDONLY : O_WRONLY))
		return -EBADF;
	if (!point_size(p))
		return 0;
	if ((k->rwf & RWF_NOWAIT) && p->v[D_NOWAIT] == IS_OFF)
		return -EOPNOTSUPP;
	if (direct && p->v[D_DIO] == IS_OFF)
		return -EINVAL;
	if (k->write && ((k->rwf & RWF_APPEND) || point_flag(p) == O_APPEND))
		pos = s->size;
	if (direct && (k->odd || pos % DIO_ALIGN || point_size(p) % DIO_ALIGN))
		return -EINVAL;
	/* the lower file system must not wait, as it might, for its times to be written */
	if (k->write && (k->rwf & RWF_NOWAIT) && p->v[D_TICK] == IS_ON)
		return -EAGAIN;
	return 1;
}

static long shadow_read(struct shadow *s, size_t size, long long *pos)
{
	if ((size_t)*pos >= s->size)
		return 0;
	if (size > s->size - *pos)
		size = s->size - *pos;
	s->read = s->data + *pos;
	*pos += size;
	return size;
}

static long shadow_write(struct shadow *s, size_t size, long long *pos)
{
	if ((size_t)*pos > s->size)
		memset(s->data + s->size, 0, *pos - s->size);
	memcpy(s->data + *pos, shadow_pattern(true) + *pos, size);
	s->wrote_at = *pos;
	*pos += size;
	if ((size_t)*pos > s->size)
		s->size = *pos;
	return size;
}

static long shadow_io(struct shadow *s, const struct point *p, bool direct, long long *pos)
{
	const struct kind *k = point_kind(p);
	long ret = refused(s, p, direct, *pos);

	if (ret <= 0)
		return ret;
	if (!k->write)
		return shadow_read(s, point_size(p), pos);
	if ((k->rwf & RWF_APPEND) || point_flag(p) == O_APPEND)
		*pos = s->size;
	return shadow_write(s, point_size(p), pos);
}

void shadow_run(struct shadow *s, const struct point *p, bool native)
{
	const struct kind *k = point_kind(p);
	bool direct = point_flag(p) == O_DIRECT, moves;
	struct outcome *out = &s->out;
	long long pos;

	memset(out, 0, sizeof(*out));
	s->read = NULL;
	s->wrote_at = 0;
	out->open = shadow_open(s, p);
	if (!out->open && native && direct && p->v[D_HOW] == HOW_SETFL && p->v[D_DIO] == IS_OFF) {
		out->setfl = -EINVAL;
		direct = false;
	}
	pos = point_off(p, s->size);
	/* preadv2 and pwritev2 take -1 for "where the file is" */
	moves = k->pos != POS_ARG || (k->v2 && pos == -1);
	if (!out->open && k->pos != POS_ARG) {
		out->seek = pos < 0 ? -EINVAL : pos;
		out->pos = pos < 0 ? 0 : pos;
	}
	if (moves && pos < 0)
		pos = 0;
	if (!out->open && out->seek >= 0) {
		out->result = shadow_io(s, p, direct, &pos);
		if (moves && out->result > 0)
			out->pos = pos;
	}
	out->size = s->size;
}
