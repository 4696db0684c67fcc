// SPDX-License-Identifier: GPL-2.0
/*
 * Mapped files: cached and passed through, alone and beside reads and writes.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PAGE	4096
#define SHARED	(W_MAP_SHARED | W_MAP_WRITE)

/* Does mapped memory hold the pattern of that part of the file? */
static bool loads(struct fixture *fx, unsigned long long addr, long long off, size_t len,
		  unsigned int seed)
{
	char *buf = calloc(1, len);
	bool same = buf && !w_load(fx->w, addr, buf, len) && sc_matches(buf, len, off, seed);

	free(buf);
	return same;
}

static long stores(struct fixture *fx, unsigned long long addr, long long off, size_t len,
		   unsigned int seed)
{
	char *buf = calloc(1, len);
	long ret = -ENOMEM;

	if (buf) {
		sc_pattern(buf, len, off, seed);
		ret = w_store(fx->w, addr, buf, len);
	}
	free(buf);
	return ret;
}

/* A shared mapping: loads, stores, msync, the end of the file, life beyond close. */
static void map_shared(struct sc *sc, enum srv_backing how)
{
	struct fx_way way = { how };
	unsigned long long at = 0;
	struct fixture fx;
	char c;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * PAGE + 100, O_RDWR));
	NEED_EQ(sc, w_mmap(fx.w, fd, 4 * PAGE, SHARED, 0, &at), 0);
	EXPECT(sc, loads(&fx, at, 0, 2 * PAGE + 100, 1), "wrong content mapped");
	EXPECT(sc, loads(&fx, at + 2 * PAGE + 100, 0, PAGE - 100, 0), "no zeroes behind the end");
	EXPECT_EQ(sc, w_load(fx.w, at + 3 * PAGE, &c, 1), -EFAULT);
	EXPECT_EQ(sc, w_store(fx.w, at + 3 * PAGE, "x", 1), -EFAULT);
	EXPECT_EQ(sc, w_load(fx.w, at + 4 * PAGE, &c, 1) < 0, 1);
	EXPECT_EQ(sc, stores(&fx, at + 10, 10, PAGE, 2), 0);
	EXPECT(sc, fx_reads(&fx, fd, 10, PAGE, 2), "a store does not show in a read");
	EXPECT_EQ(sc, w_msync(fx.w, at, 2 * PAGE), 0);
	EXPECT(sc, fx_reads_below(&fx, "f", 10, PAGE, 2), "a synced store does not show below");
	EXPECT(sc, fx_writes(&fx, fd, 50, 100, 3), "cannot write");
	EXPECT(sc, loads(&fx, at + 50, 50, 100, 3), "a write does not show in the mapping");
	/* After msync the page must be made writable again. */
	EXPECT_EQ(sc, stores(&fx, at + 200, 200, 100, 4), 0);
	EXPECT_EQ(sc, w_close(fx.w, fd), 0);
	fd = -1;
	EXPECT_EQ(sc, stores(&fx, at + 300, 300, 100, 4), 0);
	EXPECT_EQ(sc, w_munmap(fx.w, at, 4 * PAGE), 0);
	at = 0;
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT(sc, fx_reads_below(&fx, "f", 200, 200, 4), "the last stores are lost");
out:
	if (at)
		w_munmap(fx.w, at, 4 * PAGE);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void mmap_cached(struct sc *sc)
{
	map_shared(sc, SRV_CACHED);
}

static void mmap_passthrough(struct sc *sc)
{
	map_shared(sc, SRV_RDWR);
}

/* A private mapping keeps its stores to itself. */
static void map_private(struct sc *sc, enum srv_backing how)
{
	struct fx_way way = { how };
	unsigned long long at = 0;
	struct fixture fx;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * PAGE, O_RDONLY));
	NEED_EQ(sc, w_mmap(fx.w, fd, 2 * PAGE, W_MAP_WRITE, 0, &at), 0);
	EXPECT(sc, loads(&fx, at, 0, PAGE, 1), "wrong content mapped");
	EXPECT_EQ(sc, stores(&fx, at + 100, 100, PAGE, 2), 0);
	EXPECT(sc, loads(&fx, at + 100, 100, PAGE, 2), "a private store is lost");
	EXPECT(sc, loads(&fx, at + PAGE + 100, PAGE + 100, PAGE - 100, 1),
	       "wrong content behind it");
	EXPECT(sc, fx_reads(&fx, fd, 0, 2 * PAGE, 1), "a private store shows in a read");
	EXPECT(sc, fx_reads_below(&fx, "f", 0, 2 * PAGE, 1), "a private store shows below");
out:
	if (at)
		EXPECT_EQ(sc, w_munmap(fx.w, at, 2 * PAGE), 0);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void mmap_private_cached(struct sc *sc)
{
	map_private(sc, SRV_CACHED);
}

static void mmap_private_passthrough(struct sc *sc)
{
	map_private(sc, SRV_RDWR);
}

static void mmap_private_direct(struct sc *sc)
{
	map_private(sc, SRV_PLAIN);
}

static void map_truncate(struct sc *sc, enum srv_backing how)
{
	struct fx_way way = { how };
	unsigned long long at = 0;
	struct fixture fx;
	long fd = -1;
	char c;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 3 * PAGE, O_RDWR));
	NEED_EQ(sc, w_mmap(fx.w, fd, 3 * PAGE, SHARED, 0, &at), 0);
	EXPECT(sc, loads(&fx, at, 0, 3 * PAGE, 1), "wrong content mapped");
	EXPECT_EQ(sc, stores(&fx, at + 2 * PAGE, 2 * PAGE, 100, 2), 0);
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, PAGE + 10), 0);
	EXPECT_EQ(sc, w_load(fx.w, at + 2 * PAGE, &c, 1), -EFAULT);
	EXPECT(sc, loads(&fx, at + PAGE, PAGE, 10, 1), "what is left is wrong");
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 3 * PAGE), 0);
	EXPECT(sc, loads(&fx, at + PAGE + 10, 0, 2 * PAGE - 10, 0), "what was cut off came back");
	EXPECT_EQ(sc, w_munmap(fx.w, at, 3 * PAGE), 0);
	at = 0;
	EXPECT(sc, fx_reads_below(&fx, "f", PAGE + 10, 2 * PAGE - 10, 0),
	       "what was cut off is below");
out:
	if (at)
		w_munmap(fx.w, at, 3 * PAGE);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void mmap_truncate_cached(struct sc *sc)
{
	map_truncate(sc, SRV_CACHED);
}

static void mmap_truncate_passthrough(struct sc *sc)
{
	map_truncate(sc, SRV_RDWR);
}

static void mmap_rules(struct sc *sc)
{
	struct fx_way way = { SRV_PLAIN };
	unsigned long long at;
	struct fixture fx;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDONLY));
	EXPECT_EQ(sc, w_mmap(fx.w, fd, PAGE, SHARED, 0, &at), -EACCES);
	w_close(fx.w, fd);
	way.next = SRV_RDWR;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY, 0));
	EXPECT_EQ(sc, w_mmap(fx.w, fd, PAGE, W_MAP_SHARED, 0, &at), -EACCES);
	w_close(fx.w, fd);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY, 0));
	NEED_EQ(sc, w_mmap(fx.w, fd, PAGE, W_MAP_SHARED, 0, &at), 0);
	EXPECT_EQ(sc, w_store(fx.w, at, "x", 1), -EACCES);
	EXPECT_EQ(sc, w_munmap(fx.w, at, PAGE), 0);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/*
 * A store to a cached mapping that nobody has written back yet, and passthrough I/O over it: @flags
 * of the passthrough open. The store must not be lost, nor come back later over what was written
 * after it.
 */
static void dirty_and_passthrough(struct sc *sc, int flags)
{
	struct fx_way way = { SRV_CACHED };
	unsigned long long at = 0;
	long a = -1, b = -1;
	struct fixture fx;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "f", 2 * PAGE + 100, O_RDWR));
	way.next = SRV_RDWR;
	b = w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR | flags, 0);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, b < 0 ? b : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_MIXED_OPENS) || b < 0)
		goto out;
	NEED_EQ(sc, w_mmap(fx.w, a, 3 * PAGE, SHARED, 0, &at), 0);
	/* The page that holds the end of the file, and the first. */
	EXPECT_EQ(sc, stores(&fx, at + 2 * PAGE, 2 * PAGE, 100, 2), 0);
	EXPECT_EQ(sc, stores(&fx, at, 0, 50, 2), 0);
	EXPECT(sc, fx_reads(&fx, b, 2 * PAGE, 100, 2), "passthrough does not read the store");
	EXPECT(sc, fx_reads(&fx, b, 0, 50, 2), "passthrough does not read the first store");
	EXPECT_EQ(sc, stores(&fx, at + 2 * PAGE, 2 * PAGE, 100, 3), 0);
	if (flags & O_APPEND) {
		EXPECT_EQ(sc, w_write(fx.w, b, "tail", 4), 4);
		EXPECT(sc, fx_reads(&fx, b, 2 * PAGE, 100, 3), "the store is lost");
	} else {
		EXPECT(sc, fx_writes(&fx, b, 2 * PAGE + 50, 100, 4), "cannot write");
		EXPECT(sc, fx_reads(&fx, b, 2 * PAGE, 50, 3), "the store before the write is lost");
		EXPECT(sc, loads(&fx, at + 2 * PAGE + 50, 2 * PAGE + 50, 100, 4),
		       "the mapping is stale");
	}
	EXPECT_EQ(sc, w_msync(fx.w, at, 3 * PAGE), 0);
	if (flags & O_APPEND) {
		char buf[8];

		EXPECT_EQ(sc, w_pread(fx.w, b, buf, 8, 2 * PAGE + 100), 4);
		EXPECT(sc, !memcmp(buf, "tail", 4), "the page came back over what was appended");
		EXPECT_EQ(sc, w_pread(fx.w, a, buf, 8, 2 * PAGE + 100), 4);
		EXPECT(sc, !memcmp(buf, "tail", 4), "what was appended is not in the cache");
	} else {
		EXPECT(sc, fx_reads_below(&fx, "f", 2 * PAGE + 50, 100, 4),
		       "the page came back over the write");
	}
out:
	if (at)
		EXPECT_EQ(sc, w_munmap(fx.w, at, 3 * PAGE), 0);
	if (a >= 0)
		w_close(fx.w, a);
	if (b >= 0)
		w_close(fx.w, b);
	fx_teardown(&fx);
}

static void mmap_dirty_write(struct sc *sc)
{
	dirty_and_passthrough(sc, 0);
}

static void mmap_dirty_append(struct sc *sc)
{
	dirty_and_passthrough(sc, O_APPEND);
}

/* The backing file's pages: two passthrough opens, one mapping, no server. */
static void mmap_no_server(struct sc *sc)
{
	struct fx_way way = { SRV_RDWR };
	unsigned long long at = 0;
	struct fixture fx;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDWR));
	NEED_EQ(sc, w_mmap(fx.w, fd, PAGE, SHARED, 0, &at), 0);
	EXPECT_EQ(sc, stores(&fx, at, 0, PAGE, 2), 0);
	EXPECT(sc, fx_reads_below(&fx, "f", 0, PAGE, 2), "a store does not show below at once");
	EXPECT_EQ(sc, w_munmap(fx.w, at, PAGE), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ) + srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static long map_as_user(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	unsigned long long at;
	long fd, ret;

	EXPECT_EQ(job->sc, w_setids(w, 1000, 1000), 0);
	fd = w_open(w, job->path, O_RDWR, 0);
	if (fd < 0)
		return fd;
	ret = w_mmap(w, fd, PAGE, SHARED, 0, &at);
	if (!ret)
		ret = w_munmap(w, at, PAGE);
	w_close(w, fd);
	return ret;
}

/*
 * The lower file is mapped with the server's credentials, not with those of a user who may not even
 * see it.
 */
static void mmap_credentials(struct sc *sc)
{
	struct fx_job job = { .fn = map_as_user };
	struct w_lower_event ev[32];
	struct fixture fx;
	struct fx_opts o;
	int maps = 0;
	long n;

	fx_opts_init(&o);
	o.mount_opts = "rootmode=40000,user_id=0,group_id=0,allow_other";
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "secret"), PAGE, 1, 0600), 0);
	job.path = fx_mnt(&fx, "secret");
	w_lower_log(fx.w, fx.lower, ev, 0);
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	n = w_lower_log(fx.w, fx.lower, ev, sizeof(ev) / sizeof(ev[0]));
	for (long i = 0; i < n; i++) {
		if (ev[i].op != W_LOWER_MMAP)
			continue;
		maps++;
		EXPECT(sc, !ev[i].fsuid && ev[i].cap_admin, "mapped with the user's credentials");
	}
	EXPECT_EQ(sc, maps, 1);
out:
	fx_teardown(&fx);
}

/* What a mapping of a cached open has dirtied shows in a mapping of the lower file. */
static void mmap_dirty_mapped(struct sc *sc)
{
	struct fx_way way = { SRV_CACHED };
	unsigned long long at = 0, other = 0;
	struct fixture fx;
	long a = -1, b = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "f", PAGE, O_RDWR));
	NEED_EQ(sc, w_mmap(fx.w, a, PAGE, SHARED, 0, &at), 0);
	NEED_EQ(sc, stores(&fx, at, 0, 100, 2), 0);
	b = fx_open_as(&fx, &way, SRV_RDWR, "f", O_RDWR);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, b < 0 ? b : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_MIXED_OPENS) || b < 0)
		goto out;
	NEED_EQ(sc, w_mmap(fx.w, b, PAGE, SHARED, 0, &other), 0);
	EXPECT(sc, loads(&fx, other, 0, 100, 2), "the store before is not in the new mapping");
out:
	if (other)
		EXPECT_EQ(sc, w_munmap(fx.w, other, PAGE), 0);
	if (at)
		EXPECT_EQ(sc, w_munmap(fx.w, at, PAGE), 0);
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

/* A store to a mapping of a frozen file system waits for the thaw; loads do not. */
static long job_store(struct fx_job *job)
{
	return w_store(sc_world(job->sc), job->off, "frozen", 6);
}

static void mmap_frozen(struct sc *sc)
{
	struct fx_way way = { SRV_RDWR };
	struct fx_job job = { .fn = job_store };
	unsigned long long at = 0;
	struct fixture fx;
	bool frozen = false;
	long fd = -1;

	if (!fx_setup_ways(sc, &fx, NULL, &way))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDWR));
	NEED_EQ(sc, w_mmap(fx.w, fd, PAGE, SHARED, 0, &at), 0);
	frozen = EXPECT_EQ(sc, w_freeze(fx.w, fx.lower), 0);
	EXPECT(sc, loads(&fx, at, 0, 100, 1), "cannot load while frozen");
	job.off = at;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, job.task), 0);
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
	frozen = false;
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
out:
	if (frozen)
		w_thaw(fx.w, fx.lower);
	if (at)
		EXPECT_EQ(sc, w_munmap(fx.w, at, PAGE), 0);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

#define CACHED	(W_CAP_MMAP | W_CAP_PAGE_CACHE)

const struct scenario mmap_scenarios[] = {
	{ "mmap/cached", "a shared mapping of a cached file", CACHED, mmap_cached },
	{ "mmap/passthrough", "a shared mapping of a passthrough file", W_CAP_MMAP,
	  mmap_passthrough },
	{ "mmap/private-cached", "a private mapping of a cached file", CACHED,
	  mmap_private_cached },
	{ "mmap/private-passthrough", "a private mapping of a passthrough file", W_CAP_MMAP,
	  mmap_private_passthrough },
	{ "mmap/private-direct", "a private mapping of a direct file", CACHED,
	  mmap_private_direct },
	{ "mmap/truncate-cached", "truncation under a mapping of a cached file", CACHED,
	  mmap_truncate_cached },
	{ "mmap/truncate-passthrough", "truncation under a mapping of a passthrough file",
	  W_CAP_MMAP, mmap_truncate_passthrough },
	{ "mmap/rules", "who may map what", CACHED, mmap_rules },
	{ "mmap/dirty-write", "a passthrough write over dirty mapped pages", CACHED,
	  mmap_dirty_write },
	{ "mmap/dirty-append", "a passthrough append behind dirty mapped pages", CACHED,
	  mmap_dirty_append },
	{ "mmap/no-server", "a mapped passthrough file never asks the server", W_CAP_MMAP,
	  mmap_no_server },
	{ "mmap/credentials", "a lower file is mapped with the server's credentials",
	  W_CAP_MMAP | W_CAP_LOWER_LOG, mmap_credentials },
	{ "mmap/dirty-mapped", "a passthrough mapping of what another open's has dirtied", CACHED,
	  mmap_dirty_mapped },
	{ "mmap/frozen", "a store to a frozen lower file system", W_CAP_MMAP | W_CAP_FREEZE,
	  mmap_frozen },
	{ 0 }
};
