// SPDX-License-Identifier: GPL-2.0
/*
 * A server that was not written for this: libfuse's session loop, as a task, and a file server on
 * its low-level API (sim/libfuse/). Trees are worked on through it, with passthrough and without;
 * both must end the same.
 */
#include "libfuse.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "../libfuse/fileserver.h"
#include "../libfuse/os_world.h"
#include "tree.h"

unsigned long long libfuse_seed = 1;
unsigned int libfuse_files = 10;
unsigned int libfuse_ops = 50;

#define PAGE	4096

/* The usual surroundings, with another server. */
struct lf {
	struct sc *sc;
	struct world *w;
	struct fileserver_opts opts;
	char lower[W_PATH_MAX], mnt[W_PATH_MAX];
	/* what is served: below @lower, where ext4 has something of its own */
	char root[W_PATH_MAX + 8];
	int dev;
	struct w_task *task;
	bool made_lower, made_dir, mounted, started;
	/* left by the server's task */
	bool has_passthrough;
	struct fileserver_counts counts;
};

/* The session belongs to the task: libfuse closes the device in whose table it is. */
static void server_task(struct world *w, void *arg)
{
	struct lf *lf = arg;
	struct fileserver *fs = fileserver_new(&lf->opts, "allow_other,default_permissions");

	if (!fs || fileserver_attach(fs, lf->dev)) {
		w_close(w, lf->dev);
	} else {
		fileserver_loop(fs, false);
		lf->has_passthrough = fileserver_has_passthrough(fs);
		lf->counts = *fileserver_counts(fs);
	}
	fileserver_free(fs);
}

static bool lf_setup(struct sc *sc, struct lf *lf, const struct fileserver_opts *opts)
{
	struct w_lower_opts lower = { .name = "libfuse" };
	long dev;

	*lf = (struct lf) { .sc = sc, .w = sc_world(sc), .opts = *opts };
	os_world = lf->w;
	lf->opts.root = lf->root;
	lf->made_lower = EXPECT_EQ(sc, w_make_lower(lf->w, &lower, lf->lower), 0);
	snprintf(lf->root, sizeof(lf->root), "%s/root", lf->lower);
	if (!lf->made_lower || !EXPECT_EQ(sc, w_mkdir(lf->w, lf->root, 0755), 0))
		return false;
	lf->made_dir = EXPECT_EQ(sc, w_make_dir(lf->w, "libfuse", lf->mnt), 0);
	dev = w_open_kind(lf->w, W_FD_DEV_FUSE);
	if (!lf->made_dir ||
	    !EXPECT(sc, dev >= 0, "cannot open the FUSE device: %s", sc_errno(dev)))
		return false;
	lf->dev = dev;
	lf->mounted = EXPECT_EQ(sc,
				w_mount_fuse(lf->w, dev, lf->mnt,
					     "rootmode=40000,user_id=0,group_id=0,"
					     "allow_other,default_permissions"),
				0);
	if (lf->mounted)
		lf->started = EXPECT_EQ(sc,
					w_spawn(lf->w, "libfuse", W_SPAWN_COPY_FILES, server_task,
						lf, &lf->task),
					0);
	w_close(lf->w, dev);
	return lf->started;
}

static void lf_teardown(struct lf *lf)
{
	struct sc *sc = lf->sc;
	bool calm = false;

	/* The server must end, whatever has failed. */
	if (lf->mounted && !EXPECT_EQ(sc, w_umount(lf->w, lf->mnt, 0), 0)) {
		calm = w_calm(lf->w, true);
		w_abort(lf->w, lf->mnt);
		w_umount(lf->w, lf->mnt, MNT_DETACH);
	}
	if (lf->started) {
		w_join(lf->w, lf->task);
		/*
		 * What was to be passed through was, all of it; and with that the server saw no
		 * data.
		 */
		EXPECT_EQ(sc, lf->has_passthrough, lf->opts.passthrough);
		EXPECT_EQ(sc, lf->counts.passed, lf->opts.passthrough ? lf->counts.opens : 0);
		if (lf->opts.passthrough)
			EXPECT_EQ(sc, lf->counts.reads + lf->counts.writes, 0);
	}
	if (lf->made_dir)
		EXPECT_EQ(sc, w_remove_dir(lf->w, lf->mnt), 0);
	if (lf->made_lower)
		EXPECT_EQ(sc, w_remove_lower(lf->w, lf->lower), 0);
	if (calm)
		w_calm(lf->w, false);
}

/* ---- one file ---- */

static void file_basic(struct sc *sc, bool passthrough, bool direct)
{
	const struct fileserver_opts opts = { .passthrough = passthrough,
					      .direct = direct,
					      .timeout = 3600 };
	char path[2 * W_PATH_MAX], buf[16] = "";
	struct w_stat st;
	long fd = -1;
	struct lf lf;

	if (!lf_setup(sc, &lf, &opts))
		goto out;
	snprintf(path, sizeof(path), "%s/file", lf.mnt);
	NEED_FD(sc, fd, w_open(lf.w, path, O_RDWR | O_CREAT, 0600));
	EXPECT_EQ(sc, w_pwrite(lf.w, fd, "by libfuse", 10, PAGE - 5), 10);
	EXPECT_EQ(sc, w_pread(lf.w, fd, buf, 10, PAGE - 5), 10);
	EXPECT(sc, !memcmp(buf, "by libfuse", 10), "wrong content");
	EXPECT_EQ(sc, w_fstat(lf.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, PAGE + 5);
	EXPECT_EQ(sc, st.mode & 0777, 0600);
	EXPECT_EQ(sc, w_unlink(lf.w, path), 0);
	EXPECT_EQ(sc, w_pread(lf.w, fd, buf, 4, PAGE), 4);
	EXPECT_EQ(sc, w_lstat(lf.w, path, &st), -ENOENT);
out:
	if (fd >= 0)
		w_close(lf.w, fd);
	lf_teardown(&lf);
}

static void libfuse_file(struct sc *sc)
{
	file_basic(sc, false, false);
}

static void libfuse_file_direct(struct sc *sc)
{
	file_basic(sc, false, true);
}

static void libfuse_file_passthrough(struct sc *sc)
{
	file_basic(sc, true, false);
}

/* ---- trees ---- */

/* A stage: something is done, then the tree is looked at, through the server and past it. */
static bool stage(struct lf *lf, struct tree *t, const char *what, void (*fn)(struct tree *t),
		  long long *hash)
{
	long long below;

	if (fn)
		fn(t);
	*hash = tree_check(t, lf->mnt);
	below = tree_check(t, lf->root);
	sc_trace(lf->sc, "%s: %u entries, %llu bytes, hash %llx", what, tree_files(t),
		 tree_bytes(t), *hash);
	return EXPECT(lf->sc, *hash == below,
		      "%s: through the server the tree is another one than below", what);
}

#define STAGES	6

static void in_stages(struct sc *sc, bool passthrough, long long hash[STAGES])
{
	const struct fileserver_opts opts = { .passthrough = passthrough, .timeout = 3600 };
	struct tree *t = NULL;
	struct lf lf;

	if (!lf_setup(sc, &lf, &opts))
		goto out;
	t = tree_new(sc, lf.mnt, libfuse_seed);
	tree_populate(t, libfuse_files);
	if (!stage(&lf, t, "copied in", NULL, &hash[0]) ||
	    !stage(&lf, t, "renamed", tree_rename_all, &hash[1]) ||
	    !stage(&lf, t, "truncated", tree_truncate_all, &hash[2]) ||
	    !stage(&lf, t, "mapped", tree_map_all, &hash[3]))
		goto out;
	tree_work(t, libfuse_files);
	if (stage(&lf, t, "worked on", NULL, &hash[4]) &&
	    stage(&lf, t, "removed", tree_remove_all, &hash[5]))
		EXPECT_EQ(sc, tree_files(t), 0);
out:
	tree_free(t);
	lf_teardown(&lf);
}

static void libfuse_tree(struct sc *sc)
{
	long long plain[STAGES] = { 0 }, passed[STAGES] = { 1 };

	w_calm(sc_world(sc), true);
	in_stages(sc, false, plain);
	in_stages(sc, true, passed);
	for (int i = 0; i < STAGES; i++)
		EXPECT(sc, plain[i] == passed[i],
		       "stage %d: with passthrough the tree is another one", i);
	w_calm(sc_world(sc), false);
}

static long long work(struct sc *sc, const struct fileserver_opts *opts)
{
	struct tree *t = NULL;
	long long hash = -1;
	struct lf lf;

	if (lf_setup(sc, &lf, opts)) {
		t = tree_new(sc, lf.mnt, libfuse_seed);
		tree_work(t, libfuse_ops);
		stage(&lf, t, "worked on", NULL, &hash);
	}
	tree_free(t);
	lf_teardown(&lf);
	return hash;
}

/* The same by chance, in each way to serve files. */
static void libfuse_work(struct sc *sc)
{
	const struct fileserver_opts cached = { .timeout = 3600 },
				     passed = { .passthrough = true, .timeout = 3600 },
				     asked = { .passthrough = true, .timeout = 0 };
	long long hash;

	w_calm(sc_world(sc), true);
	hash = work(sc, &cached);
	EXPECT(sc, work(sc, &passed) == hash, "with passthrough the tree is another one");
	EXPECT(sc, work(sc, &asked) == hash, "without timeouts the tree is another one");
	w_calm(sc_world(sc), false);
}

#define TREE	(W_CAP_LIBFUSE | W_CAP_PAGE_CACHE | W_CAP_MMAP | W_CAP_SPLICE | W_CAP_LOWER_XATTR)

const struct scenario libfuse_scenarios[] = {
	{ "libfuse/file", "a server on libfuse serves a file, cached",
	  W_CAP_LIBFUSE | W_CAP_PAGE_CACHE, libfuse_file },
	{ "libfuse/direct", "the same, direct", W_CAP_LIBFUSE, libfuse_file_direct },
	{ "libfuse/passthrough", "the same, passed through by a libfuse that does not know of it",
	  W_CAP_LIBFUSE | W_CAP_PASSTHROUGH | W_CAP_LOWER_FLAT, libfuse_file_passthrough },
	{ "libfuse/tree",
	  "a tree is copied in, renamed, truncated, mapped, removed; passthrough on and off are alike",
	  TREE | W_CAP_PASSTHROUGH | W_CAP_LOWER_FLAT, libfuse_tree },
	{ "libfuse/work", "work on a tree by chance; passthrough on and off are alike",
	  TREE | W_CAP_PASSTHROUGH | W_CAP_LOWER_FLAT, libfuse_work },
	{ 0 }
};
