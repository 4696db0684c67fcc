// SPDX-License-Identifier: GPL-2.0
/*
 * What a server tells the kernel of its own accord: that names, attributes and cached data are not
 * to be used any more; and that it puts data into the page cache, or asks for them.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	4096

/* The scenario's task keeps the device, to notify by. */
static bool notify_setup(struct sc *sc, struct fixture *fx, struct fx_way *way)
{
	struct fx_opts o;

	fx_opts_init(&o);
	o.keep_dev = true;
	return fx_setup_ways(sc, fx, &o, way);
}

/* Somebody changes the file below, past FUSE. */
static long change_below(struct fixture *fx, const char *name, size_t size, unsigned int seed)
{
	return sc_make_file(fx->sc, fx_low(fx, name), size, seed, 0644);
}

static void notify_inval_inode(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	struct fixture fx;
	struct w_stat st;
	uint64_t node;
	long fd = -1;

	if (!notify_setup(sc, &fx, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 3 * PAGE, O_RDWR));
	node = srv_nodeid(fx.srv, "f");
	EXPECT(sc, fx_reads(&fx, fd, 0, 3 * PAGE, 1), "wrong content");
	NEED_EQ(sc, change_below(&fx, "f", 4 * PAGE, 2), 0);
	EXPECT(sc, fx_reads(&fx, fd, 0, 3 * PAGE, 1), "it is not cached");
	/* One page; then attributes alone; then all of it. */
	EXPECT_EQ(sc, srv_notify_inval_inode(fx.w, fx.dev, node, PAGE, PAGE), 0);
	EXPECT(sc, fx_reads(&fx, fd, PAGE, PAGE, 2), "the old page");
	EXPECT(sc, fx_reads(&fx, fd, 0, PAGE, 1), "the page before is gone, too");
	EXPECT_EQ(sc, srv_notify_inval_inode(fx.w, fx.dev, node, -1, 0), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 4 * PAGE);
	EXPECT_EQ(sc, srv_notify_inval_inode(fx.w, fx.dev, node, 0, 0), 0);
	EXPECT(sc, fx_reads(&fx, fd, 0, 4 * PAGE, 2), "the old content");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* A passthrough file has nothing cached but its attributes; a cached open beside it has. */
static void notify_beside_passthrough(struct sc *sc)
{
	struct fx_way way = { SRV_RDWR };
	long fd = -1, cached = -1;
	struct fixture fx;
	struct w_stat st;
	uint64_t node;

	if (!notify_setup(sc, &fx, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * PAGE, O_RDWR));
	node = srv_nodeid(fx.srv, "f");
	NEED_EQ(sc, change_below(&fx, "f", 3 * PAGE, 2), 0);
	EXPECT_EQ(sc, srv_notify_inval_inode(fx.w, fx.dev, node, 0, 0), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 3 * PAGE);
	EXPECT(sc, fx_reads(&fx, fd, 0, 3 * PAGE, 2), "wrong content");
	way.next = SRV_CACHED;
	cached = w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, cached < 0 ? cached : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_MIXED_OPENS) || cached < 0)
		goto out;
	EXPECT(sc, fx_reads(&fx, cached, 0, 3 * PAGE, 2), "wrong content, cached");
	NEED_EQ(sc, change_below(&fx, "f", 3 * PAGE, 3), 0);
	EXPECT_EQ(sc, srv_notify_inval_inode(fx.w, fx.dev, node, 0, 0), 0);
	EXPECT(sc, fx_reads(&fx, cached, 0, 3 * PAGE, 3), "the old content, cached");
	EXPECT(sc, fx_reads(&fx, fd, 0, 3 * PAGE, 3), "the old content");
out:
	fx_close(&fx, cached);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void notify_inval_entry(struct sc *sc)
{
	struct fx_way way = { SRV_RDWR };
	struct fixture fx;
	struct w_stat st;

	if (!notify_setup(sc, &fx, &way))
		goto out;
	NEED_EQ(sc, change_below(&fx, "f", 10, 1), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), 0);
	NEED_EQ(sc, w_unlink(fx.w, fx_low(&fx, "f")), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, srv_notify_inval_entry(fx.w, fx.dev, FUSE_ROOT_ID, "f"), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), -ENOENT);
	EXPECT_EQ(sc, srv_notify_inval_entry(fx.w, fx.dev, FUSE_ROOT_ID, "never-seen"), -ENOENT);
out:
	fx_teardown(&fx);
}

/* The file goes while it is open: names are gone, what is open works on. */
static void notify_delete(struct sc *sc)
{
	struct fx_way way = { SRV_RDWR };
	long dir = -1;
	struct fixture fx;
	struct w_stat st;
	uint64_t node;
	long fd = -1;

	if (!notify_setup(sc, &fx, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDWR));
	NEED_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d"), 0755), 0);
	NEED_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "other"), 0755), 0);
	node = srv_nodeid(fx.srv, "f");
	NEED_EQ(sc, w_unlink(fx.w, fx_low(&fx, "f")), 0);
	/* The name leads to something else. */
	EXPECT_EQ(sc, srv_notify_delete(fx.w, fx.dev, FUSE_ROOT_ID, node, "other"), -ENOENT);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "other"), &st), 0);
	EXPECT_EQ(sc, srv_notify_delete(fx.w, fx.dev, FUSE_ROOT_ID, node, "f"), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), -ENOENT);
	EXPECT(sc, fx_reads(&fx, fd, 0, PAGE, 1) && fx_writes(&fx, fd, 0, PAGE, 2), "no I/O");
	/* A directory goes, too, unless something in it is in use. */
	node = srv_nodeid(fx.srv, "d");
	NEED_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d/e"), 0755), 0);
	NEED_FD(sc, dir, w_open(fx.w, fx_mnt(&fx, "d/e"), O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, srv_notify_delete(fx.w, fx.dev, FUSE_ROOT_ID, node, "d"), -ENOTEMPTY);
	fx_close(&fx, dir);
	dir = -1;
	NEED_EQ(sc, w_rmdir(fx.w, fx_mnt(&fx, "d/e")), 0);
	NEED_EQ(sc, w_rmdir(fx.w, fx_low(&fx, "d")), 0);
	EXPECT_EQ(sc, srv_notify_delete(fx.w, fx.dev, FUSE_ROOT_ID, node, "d"), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "d"), &st), -ENOENT);
out:
	fx_close(&fx, dir);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void notify_store(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	char *buf = calloc(1, 2 * PAGE);
	struct fixture fx;
	struct w_stat st;
	uint64_t node;
	long fd = -1;

	if (!notify_setup(sc, &fx, &way))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * PAGE, O_RDWR));
	node = srv_nodeid(fx.srv, "f");
	/* Whole pages are there at once, without a READ. */
	sc_pattern(buf, 2 * PAGE, 0, 5);
	EXPECT_EQ(sc, srv_notify_store(fx.w, fx.dev, node, 0, buf, 2 * PAGE), 0);
	EXPECT(sc, fx_reads(&fx, fd, 0, 2 * PAGE, 5), "what was stored is not there");
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 0);
	/* Beyond the end: the server's file has grown, and the kernel's grows by it. */
	NEED_EQ(sc, change_below(&fx, "f", 3 * PAGE + 3, 1), 0);
	EXPECT_EQ(sc, srv_notify_store(fx.w, fx.dev, node, 3 * PAGE, "end", 3), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 3 * PAGE + 3);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 3 * PAGE), 3);
	EXPECT(sc, !memcmp(buf, "end", 3), "wrong end");
out:
	free(buf);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void notify_retrieve(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	char *buf = calloc(1, 3 * PAGE);
	struct fixture fx;
	uint64_t node;
	long fd = -1;

	if (!notify_setup(sc, &fx, &way))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * PAGE + 10, O_RDWR));
	node = srv_nodeid(fx.srv, "f");
	/* Nothing is cached yet. */
	EXPECT_EQ(sc, srv_notify_retrieve(fx.w, fx.dev, node, 0, PAGE), 0);
	EXPECT(sc, srv_wait_count(fx.srv, 0, FUSE_NOTIFY_REPLY, 1) && !fx_barrier(&fx),
	       "no answer");
	EXPECT_EQ(sc, srv_retrieved(fx.srv, buf, PAGE), 0);
	EXPECT(sc, fx_reads(&fx, fd, 0, 2 * PAGE + 10, 1), "wrong content");
	EXPECT_EQ(sc, srv_notify_retrieve(fx.w, fx.dev, node, 100, 3 * PAGE), 0);
	EXPECT(sc, srv_wait_count(fx.srv, 0, FUSE_NOTIFY_REPLY, 2) && !fx_barrier(&fx),
	       "no answer");
	EXPECT_EQ(sc, srv_retrieved(fx.srv, buf, 3 * PAGE), 2 * PAGE - 90);
	EXPECT(sc, sc_matches(buf, 2 * PAGE - 90, 100, 1), "wrong data retrieved");
	/* From behind the end. */
	EXPECT_EQ(sc, srv_notify_retrieve(fx.w, fx.dev, node, 100 * PAGE, PAGE), 0);
	EXPECT(sc, srv_wait_count(fx.srv, 0, FUSE_NOTIFY_REPLY, 3) && !fx_barrier(&fx),
	       "no answer");
	EXPECT_EQ(sc, srv_retrieved(fx.srv, buf, PAGE), 0);
out:
	free(buf);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void notify_errors(struct sc *sc)
{
	struct fuse_out_header unknown = { .len = sizeof(unknown), .error = 99 };
	struct fuse_out_header cut = { .len = sizeof(cut), .error = FUSE_NOTIFY_INVAL_INODE };
	struct fx_way way = { SRV_CACHED };
	char name[1100];
	struct fixture fx;
	const uint64_t nobody = 123456;

	if (!notify_setup(sc, &fx, &way))
		goto out;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	EXPECT_EQ(sc, srv_notify_inval_inode(fx.w, fx.dev, nobody, 0, 0), -ENOENT);
	EXPECT_EQ(sc, srv_notify_inval_entry(fx.w, fx.dev, nobody, "f"), -ENOENT);
	EXPECT_EQ(sc, srv_notify_inval_entry(fx.w, fx.dev, FUSE_ROOT_ID, name), -ENAMETOOLONG);
	EXPECT_EQ(sc, srv_notify_delete(fx.w, fx.dev, nobody, 2, "f"), -ENOENT);
	EXPECT_EQ(sc, srv_notify_delete(fx.w, fx.dev, FUSE_ROOT_ID, 2, name), -ENAMETOOLONG);
	EXPECT_EQ(sc, srv_notify_store(fx.w, fx.dev, nobody, 0, "x", 1), -ENOENT);
	EXPECT_EQ(sc, srv_notify_store(fx.w, fx.dev, FUSE_ROOT_ID, 0, "x", 1), -EINVAL);
	EXPECT_EQ(sc, srv_notify_retrieve(fx.w, fx.dev, nobody, 0, 1), -ENOENT);
	EXPECT_EQ(sc, srv_notify_retrieve(fx.w, fx.dev, FUSE_ROOT_ID, 0, 1), -EINVAL);
	EXPECT_EQ(sc, w_write(fx.w, fx.dev, &unknown, sizeof(unknown)), -EINVAL);
	EXPECT_EQ(sc, w_write(fx.w, fx.dev, &cut, sizeof(cut)), -EINVAL);
out:
	fx_teardown(&fx);
}

const struct scenario notify_scenarios[] = {
	{ "notify/inval-inode", "cached data and attributes become invalid", W_CAP_PAGE_CACHE,
	  notify_inval_inode },
	{ "notify/beside-passthrough", "the same of a file that is passed through",
	  W_CAP_PAGE_CACHE, notify_beside_passthrough },
	{ "notify/inval-entry", "a name becomes invalid", 0, notify_inval_entry },
	{ "notify/delete", "a name is gone, while its file is open", 0, notify_delete },
	{ "notify/store", "the server fills the page cache", W_CAP_PAGE_CACHE, notify_store },
	{ "notify/retrieve", "the server reads the page cache", W_CAP_PAGE_CACHE, notify_retrieve },
	{ "notify/errors", "notifications that are refused", 0, notify_errors },
	{ 0 }
};
