// SPDX-License-Identifier: GPL-2.0
/*
 * Reading directories: without attributes, with them (READDIRPLUS), and from the kernel's cache.
 */
#include "../scenario.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES	40

static bool dirs_setup(struct sc *sc, struct fixture *fx, uint64_t flags, uint64_t no_flags,
		       uint32_t dir_open_flags)
{
	struct fx_opts o;
	char name[16];

	fx_opts_init(&o);
	o.srv.init_flags = flags;
	o.srv.no_init_flags = no_flags;
	o.srv.dir_open_flags = dir_open_flags;
	if (!fx_setup(sc, fx, &o) || !EXPECT_EQ(sc, w_mkdir(fx->w, fx_low(fx, "d"), 0755), 0))
		return false;
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "d/%s%02d", i % 4 ? "file" : "dir", i);
		if (i % 4 ? sc_make_file(sc, fx_low(fx, name), i, 1, 0644) :
			    w_mkdir(fx->w, fx_low(fx, name), 0755))
			return EXPECT(sc, false, "cannot make %s", name);
	}
	return true;
}

/* Checks an entry and marks it in @seen. */
static bool take_entry(const struct w_dirent *e, bool *seen)
{
	bool file = !strncmp(e->name, "file", 4);
	int i;

	if (!strcmp(e->name, ".") || !strcmp(e->name, ".."))
		return e->type == DT_DIR;
	i = atoi(e->name + (file ? 4 : 3));
	if (i < 0 || i >= FILES || seen[i] || file != !!(i % 4) ||
	    e->type != (file ? DT_REG : DT_DIR))
		return false;
	seen[i] = true;
	return true;
}

/* Reads on from where @fd is, few entries at a time; returns how many there were but . and .. */
static long list(struct sc *sc, struct fixture *fx, long fd)
{
	bool seen[FILES] = { false };
	struct w_dirent d[3];
	long n, count = 0;

	while ((n = w_getdents(fx->w, fd, d, 3)) > 0) {
		for (long i = 0; i < n; i++) {
			if (!EXPECT(sc, take_entry(&d[i], seen),
				    "entry %s, twice or of a wrong type", d[i].name))
				return -EINVAL;
			count += strcmp(d[i].name, ".") && strcmp(d[i].name, "..");
		}
	}
	return n < 0 ? n : count;
}

static unsigned int counted(struct fixture *fx, unsigned int mark, uint32_t opcode)
{
	return srv_count(fx->srv, mark, opcode);
}

static void stat_all(struct sc *sc, struct fixture *fx)
{
	struct w_stat st;
	char name[16];

	for (int i = 1; i < FILES; i += 4) {
		snprintf(name, sizeof(name), "d/file%02d", i);
		if (w_lstat(fx->w, fx_mnt(fx, name), &st) || st.size != (unsigned int)i)
			EXPECT(sc, false, "wrong attributes of %s", name);
	}
}

static void dirs_plain(struct sc *sc)
{
	struct fixture fx;
	unsigned int mark;
	long fd = -1;

	if (!dirs_setup(sc, &fx, 0, FUSE_DO_READDIRPLUS, 0))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "d"), O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
	EXPECT_EQ(sc, list(sc, &fx, fd), 0);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_SET), 0);
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
	EXPECT_EQ(sc, counted(&fx, 0, FUSE_READDIR) > 1, 1);
	EXPECT_EQ(sc, counted(&fx, 0, FUSE_READDIRPLUS), 0);
	mark = srv_mark(fx.srv);
	stat_all(sc, &fx);
	EXPECT_EQ(sc, counted(&fx, mark, FUSE_LOOKUP), FILES / 4);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* Names and attributes come with the entries: nothing is looked up afterwards. */
static void dirs_plus(struct sc *sc)
{
	struct fixture fx;
	unsigned int mark;
	long fd = -1;

	if (!dirs_setup(sc, &fx, 0, 0, 0))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "d"), O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
	EXPECT_EQ(sc, counted(&fx, 0, FUSE_READDIR), 0);
	EXPECT_EQ(sc, counted(&fx, 0, FUSE_READDIRPLUS) > 1, 1);
	mark = srv_mark(fx.srv);
	stat_all(sc, &fx);
	EXPECT_EQ(sc, counted(&fx, mark, FUSE_LOOKUP), 0);
	EXPECT_EQ(sc, counted(&fx, mark, FUSE_GETATTR), 0);
	/* Once more: what is known already. */
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_SET), 0);
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* The kernel asks for attributes only where somebody looks things up. */
static void dirs_plus_auto(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	if (!dirs_setup(sc, &fx, FUSE_READDIRPLUS_AUTO, 0, 0))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "d"), O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
	EXPECT_EQ(sc, counted(&fx, 0, FUSE_READDIRPLUS) > 0, 1);
	EXPECT_EQ(sc, counted(&fx, 0, FUSE_READDIR) > 0, 1);
	stat_all(sc, &fx);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* The directory's entries are kept in its page cache, until it changes. */
static void dirs_cached(struct sc *sc)
{
	struct fixture fx;
	unsigned int mark;
	long fd = -1;

	if (!dirs_setup(sc, &fx, 0, FUSE_DO_READDIRPLUS, FOPEN_CACHE_DIR | FOPEN_KEEP_CACHE))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "d"), O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
	w_close(fx.w, fd);
	mark = srv_mark(fx.srv);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "d"), O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_SET), 0);
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
	EXPECT_EQ(sc, counted(&fx, mark, FUSE_READDIR), 0);
	EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, "d/file01")), 0);
	w_close(fx.w, fd);
	fd = -1;
	w_tick(fx.w);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "d"), O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES - 1);
	EXPECT_EQ(sc, counted(&fx, mark, FUSE_READDIR) > 0, 1);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

#define LONG_NAME	"a-name-of-more-than-forty-characters-per-file"
#define MANY		200

/* Entries that fill several pages of the cache. */
static void dirs_cached_pages(struct sc *sc)
{
	unsigned int mark, count[2] = { 0 };
	struct w_dirent d[8];
	struct fixture fx;
	char name[64];
	long fd = -1, n;

	if (!dirs_setup(sc, &fx, 0, FUSE_DO_READDIRPLUS, FOPEN_CACHE_DIR | FOPEN_KEEP_CACHE))
		goto out;
	NEED_EQ(sc, w_mkdir(fx.w, fx_low(&fx, "many"), 0755), 0);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "many/%s%03d", LONG_NAME, i);
		NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, name), 0, 1, 0644), 0);
	}
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "many"), O_RDONLY | O_DIRECTORY, 0));
	for (int round = 0; round < 2; round++) {
		mark = srv_mark(fx.srv);
		EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_SET), 0);
		while ((n = w_getdents(fx.w, fd, d, 8)) > 0)
			count[round] += n;
		EXPECT_EQ(sc, n, 0);
		EXPECT_EQ(sc, counted(&fx, mark, FUSE_READDIR) > 0, round == 0);
	}
	EXPECT_EQ(sc, count[0], MANY + 2);
	EXPECT_EQ(sc, count[1], MANY + 2);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/*
 * Attributes that cannot be: the names are there, what they lead to is given back at once, and
 * looked up anew.
 */
static void spoil_mode(struct server *srv, const char *name, struct fuse_entry_out *entry)
{
	(void)srv;
	if (!strncmp(name, "file", 4))
		entry->attr.mode = 0;
}

static void dirs_bad_entries(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;
	struct w_dirent d[8];
	struct w_stat st;
	unsigned int mark;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.on_entry = spoil_mode;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, w_mkdir(fx.w, fx_low(&fx, "d"), 0755), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "d/file"), 10, 1, 0644), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "d/other"), 10, 1, 0644), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "d"), O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, w_getdents(fx.w, fd, d, 8), 4);
	EXPECT(sc, srv_wait_forgotten(fx.srv, "d/file"), "the server ended");
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "d/other"), &st), 0);
	EXPECT_EQ(sc, counted(&fx, mark, FUSE_LOOKUP), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "d/file"), &st), 0);
	EXPECT_EQ(sc, st.size, 10);
	EXPECT_EQ(sc, counted(&fx, mark, FUSE_LOOKUP), 1);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void dirs_errors(struct sc *sc)
{
	static const struct srv_rule open_rule = {
		.opcode = FUSE_OPENDIR, .count = 1, .action = SRV_FAIL, .error = EMFILE
	};
	static const struct srv_rule read_rule = {
		.opcode = FUSE_READDIRPLUS, .count = 1, .action = SRV_FAIL, .error = EIO
	};
	/* In the midst of an entry: the rest is asked for again. */
	static const struct srv_rule cut = {
		.opcode = FUSE_READDIRPLUS, .count = 1, .action = SRV_SHORT, .len = 1000
	};
	struct fixture fx;
	struct w_dirent d;
	long fd = -1;

	if (!dirs_setup(sc, &fx, 0, 0, 0))
		goto out;
	srv_set_rule(fx.srv, &open_rule);
	EXPECT_EQ(sc, fx_try_open(&fx, "d", O_RDONLY | O_DIRECTORY), -EMFILE);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "d"), O_RDONLY | O_DIRECTORY, 0));
	srv_set_rule(fx.srv, &read_rule);
	EXPECT_EQ(sc, w_getdents(fx.w, fd, &d, 1), -EIO);
	EXPECT_EQ(sc, w_read(fx.w, fd, &d, 1), -EISDIR);
	srv_set_rule(fx.srv, &cut);
	/*
	 * Entries that the cut reply holds count as looked up at the server, and as unknown in the
	 * kernel.
	 */
	EXPECT_EQ(sc, list(sc, &fx, fd), FILES);
	EXPECT_EQ(sc, fx_try_open(&fx, "d/file01", O_RDONLY | O_DIRECTORY), -ENOTDIR);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario dir_scenarios[] = {
	{ "dirs/plain", "entries without attributes", 0, dirs_plain },
	{ "dirs/plus", "entries with attributes: READDIRPLUS", 0, dirs_plus },
	{ "dirs/plus-auto", "with attributes where it is worth it", 0, dirs_plus_auto },
	{ "dirs/cached", "entries from the kernel's cache", 0, dirs_cached },
	{ "dirs/cached-pages", "and as many as fill several pages", W_CAP_PAGE_CACHE,
	  dirs_cached_pages },
	{ "dirs/bad-entries", "entries with attributes that cannot be", 0, dirs_bad_entries },
	{ "dirs/errors", "errors and cut replies", 0, dirs_errors },
	{ 0 }
};
