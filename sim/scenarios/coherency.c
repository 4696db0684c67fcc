// SPDX-License-Identifier: GPL-2.0
/*
 * Coherency: each ordered pair of ways to have a file open, cell by cell, against the tables below.
 * `fusebox coherency` prints them as docs/coherency.md.
 */
#include "coherency.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PAGE	4096
#define SIZE	(2 * PAGE + 100)
#define MAPPED	(4 * PAGE)

#define SEED_OLD	1	/* content before */
#define SEED_NEW	2	/* what the first writes */
#define SEED_SECOND	3	/* what the second has changed before the first reads */
#define SEED_OTHER	5	/* content of the other lower file */

char coh_seen[COH_ACTS][COH_WAYS][COH_WAYS];

/*
 * [act][first]: a letter for each second, in the order of &enum coh_way. Ours are what the box and
 * the guest show; mainline's what Linux 6.18 shows (fusebox-host coherency).
 */
static const char ours[COH_ACTS][COH_WAYS][COH_WAYS + 1] = {
	[COH_READ] = {
		"yyyyyyyyuyyy",	/* cached */
		"yyyyyyyyuyyy",	/* kept */
		"yyyyyyyyuyyy",	/* direct */
		"yyyyyyyyuyyy",	/* A */
		"yyyyyyyyuyyy",	/* B */
		"yyyyyyyyuyyy",	/* C */
		"yyyyyyyyuyyy",	/* m(cached) */
		"yyyyyyyyuyyy",	/* m(kept) */
		"uuuuuuuuuuuu",	/* m(direct) */
		"yyyyyyyyuyyy",	/* m(A) */
		"yyyyyyyyuyyy",	/* m(B) */
		"yyyyyyyyuyyy",	/* m(C) */
	},
	[COH_WRITE] = {
		"yyyyyoyyuyyo",	/* cached */
		"yyyyyoyyuyyo",	/* kept */
		"yyyyyoyyuyyo",	/* direct */
		"yyyyyoyyuyyo",	/* A */
		"yyyyyoyyuyyo",	/* B */
		"oooooyoouooy",	/* C */
		"............",	/* m(cached) */
		"............",	/* m(kept) */
		"............",	/* m(direct) */
		"............",	/* m(A) */
		"............",	/* m(B) */
		"............",	/* m(C) */
	},
	[COH_STORE] = {
		"............",	/* cached */
		"............",	/* kept */
		"............",	/* direct */
		"............",	/* A */
		"............",	/* B */
		"............",	/* C */
		"yyyyyoyyummo",	/* m(cached) */
		"yyyyyoyyummo",	/* m(kept) */
		"uuuuuuuuuuuu",	/* m(direct) */
		"ssyyyossuyyo",	/* m(A) */
		"ssyyyossuyyo",	/* m(B) */
		"oooooyoouooy",	/* m(C) */
	},
	[COH_TRUNCATE] = {
		"yyyyyoyyuyyo",	/* cached */
		"yyyyyoyyuyyo",	/* kept */
		"yyyyyoyyuyyo",	/* direct */
		"yyyyyoyyuyyo",	/* A */
		"yyyyyoyyuyyo",	/* B */
		"yyyyyoyyuyyo",	/* C */
		"............",	/* m(cached) */
		"............",	/* m(kept) */
		"............",	/* m(direct) */
		"............",	/* m(A) */
		"............",	/* m(B) */
		"............",	/* m(C) */
	},
};

static const char mainlines[COH_ACTS][COH_WAYS][COH_WAYS + 1] = {
	[COH_READ] = {
		"yyyEEEyyuEEE",	/* cached */
		"yyyEEEyyuEEE",	/* kept */
		"yyyyyyyyuyyy",	/* direct */
		"EEEyEEEEEyEE",	/* A */
		"EEEEyEEEEEyE",	/* B */
		"EEEEEyEEEEEy",	/* C */
		"yyyEEEyyuEEE",	/* m(cached) */
		"yyyEEEyyuEEE",	/* m(kept) */
		"uuuuuuuuuuuu",	/* m(direct) */
		"EEEyEEEEEyEE",	/* m(A) */
		"EEEEyEEEEEyE",	/* m(B) */
		"EEEEEyEEEEEy",	/* m(C) */
	},
	[COH_WRITE] = {
		"yyyEEEyyuEEE",	/* cached */
		"yyyEEEyyuEEE",	/* kept */
		"yyyyyoyyuyyo",	/* direct */
		"EEEyEEEEEyEE",	/* A */
		"EEEEyEEEEEyE",	/* B */
		"EEEEEdEEEEEd",	/* C */
		"............",	/* m(cached) */
		"............",	/* m(kept) */
		"............",	/* m(direct) */
		"............",	/* m(A) */
		"............",	/* m(B) */
		"............",	/* m(C) */
	},
	[COH_STORE] = {
		"............",	/* cached */
		"............",	/* kept */
		"............",	/* direct */
		"............",	/* A */
		"............",	/* B */
		"............",	/* C */
		"yyyEEEyyuEEE",	/* m(cached) */
		"yyyEEEyyuEEE",	/* m(kept) */
		"uuuuuuuuuuuu",	/* m(direct) */
		"EEEyEEEEEyEE",	/* m(A) */
		"EEEEyEEEEEyE",	/* m(B) */
		"EEEEEyEEEEEy",	/* m(C) */
	},
	[COH_TRUNCATE] = {
		"yyyEEEyyuEEE",	/* cached */
		"yyyEEEyyuEEE",	/* kept */
		"yyyyyoyyuyyo",	/* direct */
		"EEEyEEEEEyEE",	/* A */
		"EEEEyEEEEEyE",	/* B */
		"EEEEEoEEEEEo",	/* C */
		"............",	/* m(cached) */
		"............",	/* m(kept) */
		"............",	/* m(direct) */
		"............",	/* m(A) */
		"............",	/* m(B) */
		"............",	/* m(C) */
	},
};

static const char *const names[COH_WAYS] = {
	"cached", "kept", "direct", "A", "B", "C",
	"m(cached)", "m(kept)", "m(direct)", "m(A)", "m(B)", "m(C)",
};

const char *coh_way_name(enum coh_way way)
{
	return names[way];
}

/* Where everything happens; the server's hooks find it, too. */
struct stage {
	struct fixture fx;
	enum coh_way next;	/* how the next open is served */
	char low[W_PATH_MAX];	/* the lower file */
	char other[W_PATH_MAX];	/* the other one */
	long id_b, id_c;	/* registered for the cell at hand, or 0 */
};

/* One of the two. */
struct end {
	struct world *w;
	enum coh_way way;
	long fd;
	unsigned long long map;	/* 0: none */
	unsigned int old;	/* the content it starts with */
};

static bool is_map(enum coh_way way)
{
	return way >= COH_MAPS;
}

static enum coh_way open_way(enum coh_way way)
{
	return way % COH_MAPS;
}

static enum srv_backing serve_as(struct server *srv, const char *name, uint32_t flags)
{
	static const enum srv_backing as[COH_MAPS] = {
		[COH_CACHED] = SRV_CACHED, [COH_KEPT] = SRV_KEEP_CACHE, [COH_DIRECT] = SRV_PLAIN,
		/* the id of the other two is not the server's own: see pass_through() */
		[COH_A] = SRV_RDWR, [COH_B] = SRV_PLAIN, [COH_C] = SRV_PLAIN,
	};
	const struct stage *st = srv_config(srv)->hook_arg;

	(void)name;
	(void)flags;
	return as[open_way(st->next)];
}

/* An id for @path, in the server's task. */
static long register_path(struct server *srv, const char *path)
{
	struct world *w = srv_world(srv);
	long fd = w_open(w, path, O_RDWR, 0), id;

	if (fd < 0)
		return fd;
	id = srv_register(w, srv_dev(srv), (int)fd);
	w_close(w, (int)fd);
	return id;
}

static void pass_through(struct server *srv, struct srv_open *o)
{
	struct stage *st = srv_config(srv)->hook_arg;
	enum coh_way way = open_way(st->next);
	long *id = way == COH_B ? &st->id_b : &st->id_c;

	if (way != COH_B && way != COH_C)
		return;
	if (!*id)
		*id = register_path(srv, way == COH_B ? st->low : st->other);
	o->open->open_flags = FOPEN_PASSTHROUGH;
	o->open->backing_id = (int32_t)*id;
}

static void end_close(struct end *e)
{
	if (e->map)
		w_munmap(e->w, e->map, MAPPED);
	e->map = 0;
	if (e->fd >= 0)
		w_close(e->w, (int)e->fd);
	e->fd = -1;
}

/* Returns 0, or why there is no such cell. */
static char end_open(struct stage *st, struct end *e, enum coh_way way, const char *name)
{
	long ret;

	*e = (struct end) { .w = st->fx.w, .way = way, .fd = -1,
			    .old = open_way(way) == COH_C ? SEED_OTHER : SEED_OLD };
	st->next = way;
	e->fd = w_open(e->w, fx_mnt(&st->fx, name), O_RDWR, 0);
	if (e->fd == -EIO)
		return COH_EIO;
	if (e->fd == -EBUSY || e->fd == -ETXTBSY)
		return COH_BUSY;
	if (e->fd < 0)
		return COH_WRONG;
	if (!is_map(way))
		return 0;
	ret = w_mmap(e->w, (int)e->fd, MAPPED, W_MAP_SHARED | W_MAP_WRITE, 0, &e->map);
	return !ret ? 0 : ret == -ENODEV ? COH_UNMAPPED : COH_WRONG;
}

/* ---- what an end can do ---- */

/* Does it see the pattern there, by its own way? */
static bool sees(struct end *e, long long off, size_t len, unsigned int seed)
{
	char buf[SIZE];
	long n;

	if (is_map(e->way))
		n = w_load(e->w, e->map + off, buf, len) ? -1 : (long)len;
	else
		n = w_pread(e->w, (int)e->fd, buf, len, off);
	return n == (long)len && sc_matches(buf, len, off, seed);
}

/* Does it see the end of the file at @size? */
static bool sees_end(struct end *e, long long size)
{
	struct w_stat st;
	char c;

	if (w_fstat(e->w, (int)e->fd, &st) || (long long)st.size != size)
		return false;
	if (is_map(e->way))
		return w_load(e->w, e->map + (size / PAGE + 1) * PAGE, &c, 1) == -EFAULT;
	return w_pread(e->w, (int)e->fd, &c, 1, size) == 0;
}

static bool changes(struct end *e, long long off, size_t len, unsigned int seed)
{
	char buf[SIZE];

	sc_pattern(buf, len, off, seed);
	if (is_map(e->way))
		return !w_store(e->w, e->map + off, buf, len);
	return w_pwrite(e->w, (int)e->fd, buf, len, off) == (long)len;
}

/* ---- the cells ---- */

/* Does a change of @changed_c show in another file than the one that @second shows? */
static char unseen(bool changed_c, struct end *second)
{
	if (!sees(second, 0, SIZE, second->old))
		return COH_WRONG;
	return changed_c != (open_way(second->way) == COH_C) ? COH_OTHER : COH_STALE;
}

static char cell_read(struct end *first, struct end *second)
{
	if (!changes(second, 100, PAGE, SEED_SECOND))
		return COH_WRONG;
	/* What it sees is another cell's business. */
	sees(first, 0, SIZE, first->old);
	if (!sees(second, 0, 100, second->old) || !sees(second, PAGE + 100, PAGE, second->old))
		return COH_WRONG;
	return sees(second, 100, PAGE, SEED_SECOND) ? COH_YES : COH_WRONG;
}

static char cell_write(struct end *first, struct end *second)
{
	if (!changes(first, 100, PAGE, SEED_NEW) || !changes(first, SIZE, 100, SEED_NEW))
		return COH_WRONG;
	if (sees(second, 0, 100, second->old) && sees(second, 100, PAGE, SEED_NEW) &&
	    sees(second, PAGE + 100, PAGE, second->old) && sees(second, SIZE, 100, SEED_NEW))
		return sees_end(second, SIZE + 100) ? COH_YES : COH_NO_SIZE;
	return unseen(open_way(first->way) == COH_C, second);
}

static char cell_store(struct end *first, struct end *second)
{
	if (!changes(first, 100, PAGE, SEED_NEW))
		return COH_WRONG;
	if (sees(second, 0, 100, second->old) && sees(second, 100, PAGE, SEED_NEW))
		return COH_YES;
	if (!sees(second, 0, SIZE, second->old) || w_msync(first->w, first->map, MAPPED))
		return COH_WRONG;
	if (sees(second, 0, 100, second->old) && sees(second, 100, PAGE, SEED_NEW))
		return COH_MSYNC;
	return unseen(open_way(first->way) == COH_C, second);
}

static char cell_truncate(struct end *first, struct end *second)
{
	if (w_ftruncate(first->w, (int)first->fd, PAGE + 10))
		return COH_WRONG;
	/* Truncation is the server's, whose file is not C. */
	if (!sees(second, 0, PAGE + 10, second->old) || !sees_end(second, PAGE + 10))
		return unseen(false, second);
	if (w_ftruncate(first->w, (int)first->fd, SIZE) ||
	    !sees(second, 0, PAGE + 10, second->old) ||
	    !sees(second, PAGE + 10, SIZE - PAGE - 10, 0))
		return COH_WRONG;
	return COH_YES;
}

/* A mapping does not write, and its truncation is that of its open. */
static bool is_cell(enum coh_act act, enum coh_way first)
{
	return act == COH_READ || is_map(first) == (act == COH_STORE);
}

static char on_stage(struct stage *st, enum coh_act act, enum coh_way one, enum coh_way other,
		     const char *name)
{
	static char (*const fns[COH_ACTS])(struct end *first, struct end *second) = {
		cell_read, cell_write, cell_store, cell_truncate,
	};
	struct end first, second = { .fd = -1 };
	char seen = end_open(st, &first, one, name);

	if (!seen)
		seen = end_open(st, &second, other, name);
	if (!seen && !sees(&second, 0, SIZE, second.old))
		seen = COH_WRONG;
	if (!seen)
		seen = fns[act](&first, &second);
	end_close(&second);
	end_close(&first);
	return seen;
}

static void drop_id(struct stage *st, long *id)
{
	if (*id > 0)
		EXPECT_EQ(st->fx.sc, srv_unregister(st->fx.w, st->fx.dev, (int32_t)*id), 0);
	*id = 0;
}

/* Files of its own for each cell, so that none meets what another has left in a cache. */
static char cell(struct stage *st, enum coh_act act, enum coh_way one, enum coh_way other)
{
	struct sc *sc = st->fx.sc;
	char seen = COH_WRONG;
	char name[32];

	snprintf(name, sizeof(name), "f%d-%d", act, other);
	snprintf(st->low, sizeof(st->low), "%s", fx_low(&st->fx, name));
	snprintf(st->other, sizeof(st->other), "%s", fx_low(&st->fx, "other"));
	NEED_EQ(sc, sc_make_file(sc, st->low, SIZE, SEED_OLD, 0644), 0);
	NEED_EQ(sc, sc_make_file(sc, st->other, SIZE, SEED_OTHER, 0644), 0);
	seen = on_stage(st, act, one, other, name);
	drop_id(st, &st->id_b);
	drop_id(st, &st->id_c);
out:
	w_unlink(st->fx.w, fx_mnt(&st->fx, name));
	return seen;
}

static void row(struct sc *sc, enum coh_way first)
{
	bool mainline = sc_has(sc, W_CAP_IS_MAINLINE);
	struct stage st = { .next = COH_CACHED };
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.choose = serve_as;
	o.srv.on_open = pass_through;
	o.srv.hook_arg = &st;
	o.keep_dev = true;
	if (!fx_setup(sc, &st.fx, &o))
		goto out;
	for (enum coh_act act = 0; act < COH_ACTS; act++) {
		char all[COH_WAYS + 1] = "";
		bool differs = false;

		for (enum coh_way second = 0; second < COH_WAYS; second++) {
			char want = coh_expected(mainline, act, first, second), seen = COH_NONE;

			if (is_cell(act, first))
				seen = cell(&st, act, first, second);
			coh_seen[act][first][second] = seen;
			all[second] = seen;
			differs |= coh_expected(true, act, first, second) !=
				   coh_expected(false, act, first, second);
			EXPECT(sc, seen == want, "first %s, act %d, second %s: '%c', must be '%c'",
			       names[first], act, names[second], seen, want);
		}
		if (differs)
			sc_trace(sc, "act %d: %s [%s]", act, all, sc_diff_name(DIFF_MIXED_OPENS));
		else
			sc_trace(sc, "act %d: %s", act, all);
	}
	sc_differs(sc, DIFF_MIXED_OPENS);
out:
	fx_teardown(&st.fx);
}

char coh_expected(bool mainline, enum coh_act act, enum coh_way first, enum coh_way second)
{
	if (!is_cell(act, first))
		return COH_NONE;
	return (mainline ? mainlines : ours)[act][first][second];
}

static void first_cached(struct sc *sc)
{
	row(sc, COH_CACHED);
}

static void first_kept(struct sc *sc)
{
	row(sc, COH_KEPT);
}

static void first_direct(struct sc *sc)
{
	row(sc, COH_DIRECT);
}

static void first_pass_a(struct sc *sc)
{
	row(sc, COH_A);
}

static void first_pass_b(struct sc *sc)
{
	row(sc, COH_B);
}

static void first_pass_c(struct sc *sc)
{
	row(sc, COH_C);
}

static void first_map_cached(struct sc *sc)
{
	row(sc, COH_MAPS + COH_CACHED);
}

static void first_map_kept(struct sc *sc)
{
	row(sc, COH_MAPS + COH_KEPT);
}

static void first_map_direct(struct sc *sc)
{
	row(sc, COH_MAPS + COH_DIRECT);
}

static void first_map_a(struct sc *sc)
{
	row(sc, COH_MAPS + COH_A);
}

static void first_map_b(struct sc *sc)
{
	row(sc, COH_MAPS + COH_B);
}

static void first_map_c(struct sc *sc)
{
	row(sc, COH_MAPS + COH_C);
}

#define NEEDS	(W_CAP_PAGE_CACHE | W_CAP_MMAP)

const struct scenario coherency_scenarios[] = {
	{ "coherency/cached", "what others see of a cached open", NEEDS, first_cached },
	{ "coherency/kept", "what others see of a cached open with FOPEN_KEEP_CACHE", NEEDS,
	  first_kept },
	{ "coherency/direct", "what others see of a direct open", NEEDS, first_direct },
	{ "coherency/pass-a", "what others see of a passthrough open", NEEDS, first_pass_a },
	{ "coherency/pass-b", "what others see of a passthrough open by an id of its own", NEEDS,
	  first_pass_b },
	{ "coherency/pass-c", "what others see of a passthrough open with another lower file",
	  NEEDS | W_CAP_LOWER_FLAT, first_pass_c },
	{ "coherency/map-cached", "what others see of a mapping of a cached open", NEEDS,
	  first_map_cached },
	{ "coherency/map-kept",
	  "what others see of a mapping of a cached open with FOPEN_KEEP_CACHE", NEEDS,
	  first_map_kept },
	{ "coherency/map-direct", "what others see of a mapping of a direct open", NEEDS,
	  first_map_direct },
	{ "coherency/map-a", "what others see of a mapping of a passthrough open", NEEDS,
	  first_map_a },
	{ "coherency/map-b",
	  "what others see of a mapping of a passthrough open by an id of its own", NEEDS,
	  first_map_b },
	{ "coherency/map-c",
	  "what others see of a mapping of a passthrough open with another lower file", NEEDS,
	  first_map_c },
	{ 0 }
};
