// SPDX-License-Identifier: GPL-2.0
/*
 * Does a point of the matrix: through FUSE, on a copy of the lower file, and on the model.
 *
 * Runs in a task of the box, so nothing is asserted here: differences are handed to
 * &struct ground.complain.
 */
#include "matrix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define NAME_FUSE	"f"	/* the file through FUSE, in the lower directory */
#define NAME_NATIVE	"n"	/* its copy there, on which the same is done directly */
#define LOG_EVENTS	16
#define UNTOUCHED	0xee
#define PAGE		4096

/* One of the two that are compared. */
struct side {
	const char *name;
	const char *dir;	/* where it is opened */
	char path[W_PATH_MAX + 4];	/* what is opened */
	char low[W_PATH_MAX + 4];	/* the file in the lower directory */
	bool native;
	long fd;
	struct outcome out;
	struct w_stat before, after;
	struct w_lower_event log[LOG_EVENTS];
	int nlog;
	unsigned char *buf;	/* of the operation */
};

/* The differences that a point shows, as one line. */
struct complaint {
	char text[1024];
	size_t len;
};

__attribute__((format(printf, 2, 3)))
static void differs(struct complaint *c, const char *fmt, ...)
{
	va_list ap;

	if (c->len && c->len < sizeof(c->text))
		c->len += snprintf(c->text + c->len, sizeof(c->text) - c->len, "; ");
	if (c->len >= sizeof(c->text))
		return;
	va_start(ap, fmt);
	c->len += vsnprintf(c->text + c->len, sizeof(c->text) - c->len, fmt, ap);
	va_end(ap);
}

static const char *ret_text(char buf[static 32], long long ret)
{
	if (ret < 0)
		snprintf(buf, 32, "%s", sc_errno(ret));
	else
		snprintf(buf, 32, "%lld", ret);
	return buf;
}

static void same(struct complaint *c, const struct side *side, const char *what, long long got,
		 long long want)
{
	char g[32], w[32];

	if (got != want)
		differs(c, "%s %s: %s, must be %s", side->name, what, ret_text(g, got),
			ret_text(w, want));
}

/* ---- the ground ---- */

static enum srv_backing choose_backing(struct server *srv, const char *name, uint32_t flags)
{
	struct ground *g = srv_config(srv)->hook_arg;

	(void)name;
	(void)flags;
	return point_backing(&g->now);
}

bool ground_open(struct ground *g, struct sc *sc, const struct point *p)
{
	struct fx_opts o;

	fx_opts_init(&o);
	o.lower.stack_depth = p->v[D_DEPTH];
	o.lower.no_dio = p->v[D_DIO] == IS_OFF;
	o.lower.no_nowait = p->v[D_NOWAIT] == IS_OFF;
	o.srv.max_stack_depth = p->v[D_DEPTH] + 1;
	o.srv.ids = p->v[D_IDS] ? SRV_ID_PER_OPEN : SRV_ID_PER_INODE;
	o.srv.choose = choose_backing;
	o.srv.hook_arg = g;
	if (!fx_setup(sc, &g->fx, &o))
		return false;
	w_umask(g->fx.w, 0);
	return true;
}

void ground_close(struct ground *g)
{
	struct sc *sc = g->fx.sc;

	if (g->fx.started) {
		EXPECT_EQ(sc, srv_count(g->fx.srv, 0, FUSE_READ), 0);
		EXPECT_EQ(sc, srv_count(g->fx.srv, 0, FUSE_WRITE), 0);
	}
	fx_teardown(&g->fx);
}

/* ---- what is done on one side ---- */

static bool has_name(const struct point *p)
{
	return p->v[D_HOW] != HOW_TMPFILE;
}

static void side_init(struct side *s, struct ground *g, const struct point *p, bool native)
{
	static unsigned char bufs[2][(MAX_SIZE / PAGE + 2) * PAGE] __attribute__((aligned(PAGE)));
	const char *name = native ? NAME_NATIVE : NAME_FUSE;

	memset(s, 0, sizeof(*s));
	s->name = native ? "native" : "FUSE";
	s->native = native;
	s->dir = native ? g->fx.lower : g->fx.mnt;
	s->fd = -1;
	s->buf = bufs[native] + point_kind(p)->odd;
	snprintf(s->low, sizeof(s->low), "%s/%s", g->fx.lower, name);
	if (has_name(p))
		snprintf(s->path, sizeof(s->path), "%s/%s", s->dir, name);
	else
		snprintf(s->path, sizeof(s->path), "%s", s->dir);
}

/* The file, if it is there before it is opened. */
static long side_make(struct side *s, struct world *w, const struct point *p)
{
	long fd, ret = 0;

	if (p->v[D_HOW] != HOW_OPEN && p->v[D_HOW] != HOW_SETFL)
		return 0;
	fd = w_open(w, s->low, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		return fd;
	if (point_init(p))
		ret = w_write(w, fd, shadow_pattern(false), point_init(p));
	if (ret >= 0)
		ret = w_fstat(w, fd, &s->before);
	w_close(w, fd);
	return ret;
}

static void side_open(struct side *s, struct world *w, const struct point *p)
{
	int flags = point_acc(p);

	if (p->v[D_HOW] == HOW_CREATE)
		flags |= O_CREAT | O_EXCL;
	if (p->v[D_HOW] == HOW_TMPFILE)
		flags |= O_TMPFILE;
	if (p->v[D_HOW] != HOW_SETFL)
		flags |= point_flag(p);
	s->fd = w_open(w, s->path, flags, 0644);
	if (s->fd < 0) {
		s->out.open = s->fd;
		return;
	}
	if (p->v[D_HOW] == HOW_SETFL)
		s->out.setfl = w_fcntl_setfl(w, s->fd, point_flag(p));
	if (!s->before.ino)
		w_fstat(w, s->fd, &s->before);
}

static int split(struct iovec iov[3], unsigned char *buf, size_t size)
{
	size_t first = size / 2 / DIO_ALIGN * DIO_ALIGN;

	iov[0] = (struct iovec){ buf, first };
	iov[1] = (struct iovec){ buf, 0 };
	iov[2] = (struct iovec){ buf + first, size - first };
	return 3;
}

static long side_io(struct side *s, struct world *w, const struct point *p, long long off)
{
	const struct kind *k = point_kind(p);
	size_t size = point_size(p);
	struct iovec iov[3];
	int n = split(iov, s->buf, size);

	if (k->pos == POS_MINUS_1)
		off = -1;
	if (k->v2)
		return k->write ? w_pwritev2(w, s->fd, iov, n, off, k->rwf) :
				  w_preadv2(w, s->fd, iov, n, off, k->rwf);
	if (k->vec)
		return k->write ? w_writev(w, s->fd, iov, n) : w_readv(w, s->fd, iov, n);
	if (k->pos == POS_ARG)
		return k->write ? w_pwrite(w, s->fd, s->buf, size, off) :
				  w_pread(w, s->fd, s->buf, size, off);
	return k->write ? w_write(w, s->fd, s->buf, size) : w_read(w, s->fd, s->buf, size);
}

static bool is_io(const struct w_lower_event *ev)
{
	return ev->op == W_LOWER_READ || ev->op == W_LOWER_WRITE || ev->op == W_LOWER_FSYNC;
}

static void side_take_log(struct side *s, struct world *w, const char *lower)
{
	int n = w_lower_log(w, lower, s->log, LOG_EVENTS);

	for (int i = 0; i < n; i++) {
		if (is_io(&s->log[i]))
			s->log[s->nlog++] = s->log[i];
	}
}

static void side_operate(struct side *s, struct ground *g, const struct point *p,
			 const struct shadow *shadow, size_t eof)
{
	const struct kind *k = point_kind(p);
	long long off = point_off(p, eof);
	struct world *w = g->fx.w;

	if (s->fd < 0)
		return;
	if (k->write)
		memcpy(s->buf, shadow_pattern(true) + shadow->wrote_at, point_size(p));
	else
		memset(s->buf, UNTOUCHED, point_size(p));
	if (!s->native)
		w_lower_log(w, g->fx.lower, s->log, LOG_EVENTS);	/* of the opens */
	if (k->pos == POS_SEEK_END)
		s->out.seek = w_lseek(w, s->fd, off - (long long)eof, SEEK_END);
	else if (k->pos != POS_ARG)
		s->out.seek = w_lseek(w, s->fd, off, SEEK_SET);
	if (s->out.seek >= 0)
		s->out.result = side_io(s, w, p, off);
	s->out.pos = w_lseek(w, s->fd, 0, SEEK_CUR);
	side_take_log(s, w, g->fx.lower);
	if (!w_fstat(w, s->fd, &s->after))
		s->out.size = s->after.size;
}

/* ---- what must be the same ---- */

static void compare_outcome(struct complaint *c, const struct side *s, const struct outcome *want)
{
	same(c, s, "open", s->out.open, want->open);
	same(c, s, "F_SETFL", s->out.setfl, want->setfl);
	same(c, s, "lseek", s->out.seek, want->seek);
	same(c, s, "result", s->out.result, want->result);
	same(c, s, "position", s->out.pos, want->pos);
	if (s->fd >= 0)
		same(c, s, "size", s->out.size, want->size);
}

static void compare_read(struct complaint *c, const struct side *s, const struct point *p,
			 const struct shadow *shadow)
{
	size_t n = s->out.result > 0 ? s->out.result : 0;

	if (point_kind(p)->write || s->fd < 0 || s->out.result != shadow->out.result)
		return;
	if (n && memcmp(s->buf, shadow->read, n))
		differs(c, "%s read the wrong bytes", s->name);
	if (n == point_size(p))
		return;
	/* each byte behind is like the one before it, and the first one as it was */
	if (s->buf[n] != UNTOUCHED || memcmp(s->buf + n, s->buf + n + 1, point_size(p) - n - 1))
		differs(c, "%s wrote to the buffer behind what it read", s->name);
}

/* The FUSE file must have the attributes of its lower file. */
static void compare_attr(struct complaint *c, const struct side *s, struct world *w,
			 const struct point *p)
{
	struct w_stat low;
	long ret;

	if (s->fd < 0 || s->native || !has_name(p))
		return;
	ret = w_lstat(w, s->low, &low);
	same(c, s, "lower lstat", ret, 0);
	if (ret)
		return;
	same(c, s, "blocks", s->after.blocks, low.blocks);
	same(c, s, "mode", s->after.mode, low.mode);
	same(c, s, "nlink", s->after.nlink, low.nlink);
	if (s->after.size != low.size)
		differs(c, "%s size %llu, lower file's %llu", s->name, s->after.size, low.size);
	if (s->after.mtime != low.mtime)
		differs(c, "%s mtime is off the lower file's by %lld ns", s->name,
			s->after.mtime - low.mtime);
	if (s->after.ctime != low.ctime)
		differs(c, "%s ctime is off the lower file's by %lld ns", s->name,
			s->after.ctime - low.ctime);
	if (s->after.atime != low.atime)
		differs(c, "%s atime is off the lower file's by %lld ns", s->name,
			s->after.atime - low.atime);
}

/* Which times has it changed? */
static const char *changed_times(const struct side *s)
{
	static const char *const names[] = { "no time", "atime", "mtime", "atime, mtime", "ctime",
					     "atime, ctime", "mtime, ctime", "all times" };

	return names[(s->before.atime != s->after.atime) |
		     (s->before.mtime != s->after.mtime) << 1 |
		     (s->before.ctime != s->after.ctime) << 2];
}

/* A difference: is it one on purpose? */
static bool excepted(struct ground *g, const struct point *p, enum exception ex)
{
	if (!point_excepted(p, ex))
		return false;
	g->excepted[ex]++;
	return true;
}

static void compare_times(struct complaint *c, struct ground *g, const struct side *fuse,
			  const struct side *native, const struct point *p)
{
	if (fuse->fd < 0 || native->fd < 0 || changed_times(fuse) == changed_times(native))
		return;
	if (!excepted(g, p, EX_TRUNC_EMPTY))
		differs(c, "FUSE changed %s, native %s", changed_times(fuse),
			changed_times(native));
}

/* Everything the lower file system sees, but for who asks. Returns NULL when alike. */
static const char *event_differs(struct ground *g, const struct point *p,
				 const struct w_lower_event *a, const struct w_lower_event *b)
{
	unsigned int kiocb = a->kiocb_flags ^ b->kiocb_flags;

	if (a->op != b->op)
		return "call";
	if (a->off != b->off)
		return "position";
	if (a->len != b->len)
		return "length";
	if (a->result != b->result)
		return "result";
	if ((kiocb & RWF_HIPRI) && excepted(g, p, EX_HIPRI))
		kiocb &= ~(unsigned int)RWF_HIPRI;
	if (kiocb)
		return "kiocb flags";
	/*
	 * fcntl() changes those of the FUSE file only, and the backing file is not opened as an
	 * unnamed one, even if it is one.
	 */
	if (p->v[D_HOW] != HOW_SETFL && (a->file_flags ^ b->file_flags) & ~O_TMPFILE)
		return "file flags";
	return NULL;
}

static void compare_log(struct complaint *c, struct ground *g, const struct side *fuse,
			const struct side *native, const struct point *p)
{
	if (fuse->nlog != native->nlog) {
		if (!fuse->nlog && excepted(g, p, EX_EMPTY))
			return;
		differs(c, "FUSE made %d calls of the lower file system, native %d", fuse->nlog,
			native->nlog);
	}
	for (int i = 0; i < fuse->nlog && i < native->nlog; i++) {
		const struct w_lower_event *a = &fuse->log[i], *b = &native->log[i];
		const char *what = event_differs(g, p, a, b);

		if (what)
			differs(c, "lower call %d, %s: FUSE op %d off %lld len %llu result %lld "
				"kiocb 0x%x file 0%o, native op %d off %lld len %llu result %lld "
				"kiocb 0x%x file 0%o", i, what, a->op, a->off, a->len, a->result,
				a->kiocb_flags, a->file_flags, b->op, b->off, b->len, b->result,
				b->kiocb_flags, b->file_flags);
	}
}

/* The whole content, which leaves the times alone; -errno when it cannot be seen. */
static long side_content(const struct side *s, struct world *w, const struct point *p,
			 unsigned char *buf, size_t len)
{
	long fd, ret;

	if (!has_name(p)) {
		if (s->fd < 0 || point_acc(p) != O_RDWR)
			return -EBADF;
		return w_pread(w, s->fd, buf, len, 0);
	}
	fd = w_open(w, s->low, O_RDONLY | O_NOATIME, 0);
	if (fd < 0)
		return fd;
	ret = w_pread(w, fd, buf, len, 0);
	w_close(w, fd);
	return ret;
}

/* Reads are not suspected of changing the file; its size and times are looked at in any case. */
static bool may_change(const struct point *p, const struct shadow *shadow)
{
	return point_flag(p) == O_TRUNC || (point_kind(p)->write && shadow->out.result != -EBADF);
}

static void compare_content(struct complaint *c, const struct side *s, struct world *w,
			    const struct point *p, const struct shadow *shadow)
{
	static unsigned char content[(MAX_FILE / PAGE + 1) * PAGE] __attribute__((aligned(PAGE)));
	long len = side_content(s, w, p, content, (shadow->size / PAGE + 1) * PAGE);
	size_t i;

	if (len == -EBADF || (len == -ENOENT && shadow->out.open))
		return;
	same(c, s, "length of the content", len, shadow->size);
	if (len != (long)shadow->size || !memcmp(content, shadow->data, len))
		return;
	for (i = 0; content[i] == shadow->data[i]; i++)
		;
	differs(c, "%s content is wrong from %zu on", s->name, i);
}

/* ---- the point ---- */

static void clean_up(struct side *s, struct world *w, const struct point *p, struct complaint *c)
{
	long ret;

	if (s->fd >= 0)
		same(c, s, "close", w_close(w, s->fd), 0);
	if (!has_name(p))
		return;
	/* even an open that failed may have made it */
	ret = w_unlink(w, s->path);
	same(c, s, "unlink", ret, 0);
	if (ret)
		w_unlink(w, s->low);
}

/* What both did differently, although each may be right by itself. */
static void compare_sides(struct complaint *c, struct ground *g, const struct side *fuse,
			  const struct side *native, const struct point *p)
{
	/* not the same operation then */
	if (fuse->out.setfl != native->out.setfl && excepted(g, p, EX_SETFL_DIRECT))
		return;
	compare_times(c, g, fuse, native, p);
	compare_log(c, g, fuse, native, p);
}

bool ground_point(struct ground *g, const struct point *p)
{
	static struct shadow shadow[2];
	struct complaint c = { .len = 0 };
	struct world *w = g->fx.w;
	struct side side[2];
	size_t eof;

	g->now = *p;
	for (int i = 0; i < 2; i++) {
		side_init(&side[i], g, p, i);
		shadow_run(&shadow[i], p, i);
		same(&c, &side[i], "setup", side_make(&side[i], w, p) < 0, 0);
	}
	if (p->v[D_TICK] == IS_ON)
		w_tick(w);
	for (int i = 0; i < 2; i++)
		side_open(&side[i], w, p);
	if (p->v[D_TICK] == IS_ON)
		w_tick(w);
	eof = point_flag(p) == O_TRUNC && p->v[D_HOW] != HOW_SETFL ? 0 : point_init(p);
	for (int i = 0; i < 2; i++)
		side_operate(&side[i], g, p, &shadow[i], eof);
	for (int i = 0; i < 2; i++) {
		compare_outcome(&c, &side[i], &shadow[i].out);
		compare_read(&c, &side[i], p, &shadow[i]);
		compare_attr(&c, &side[i], w, p);
	}
	compare_sides(&c, g, &side[0], &side[1], p);
	for (int i = 0; i < 2 && may_change(p, &shadow[i]); i++)
		compare_content(&c, &side[i], w, p, &shadow[i]);
	for (int i = 0; i < 2; i++)
		clean_up(&side[i], w, p, &c);
	if (c.len)
		g->complain(g->arg, p, c.text);
	return !c.len;
}
