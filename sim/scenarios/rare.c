// SPDX-License-Identifier: GPL-2.0
/*
 * What happens rarely: lower files of odd kinds, changes behind the kernel's back, pages on their
 * way to the server, errors of steps that hardly ever fail, races.
 */
#include "both.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PAGE	4096
#define SHARED	(W_MAP_SHARED | W_MAP_WRITE)

#ifndef RWF_NOWAIT
#define RWF_NOWAIT	0x8
#endif

/* Make the first page dirty. */
static bool make_dirty(struct sc *sc, struct both *b)
{
	return both_map(sc, b) && both_store(sc, b, 0, 2);
}

static long rwv2(struct fixture *fx, bool write, long fd, void *buf, size_t len, int flags)
{
	struct iovec iov = { buf, len };

	return write ? w_pwritev2(fx->w, fd, &iov, 1, 0, flags) :
		       w_preadv2(fx->w, fd, &iov, 1, 0, flags);
}

/* ---- pages on their way to the server ---- */

static void nowait_beside_cached(struct sc *sc)
{
	struct fe_req req = { .len = PAGE, .rwf = RWF_NOWAIT };
	char buf[PAGE];
	struct fx_job reader = { .fn = job_pread, .buf = buf, .len = PAGE };
	struct both b;
	long again = -1;

	if (!both_begin(sc, &b, NULL, PAGE) || !make_dirty(sc, &b) || !both_send(sc, &b))
		goto out;
	EXPECT_EQ(sc, rwv2(&b.fx, false, b.through, buf, PAGE, RWF_NOWAIT), -EAGAIN);
	EXPECT_EQ(sc, rwv2(&b.fx, true, b.through, buf, PAGE, RWF_NOWAIT), -EAGAIN);
	req.buf = buf;
	EXPECT_EQ(sc, both_request(sc, &b, &req, false, NULL), -EAGAIN);
	/* An open drops the pages; what was sent of them is still on its way. */
	NEED_FD(sc, again, fx_open_as(&b.fx, &b.way, SRV_CACHED, "f", O_RDWR));
	EXPECT_EQ(sc, rwv2(&b.fx, true, b.through, buf, PAGE, RWF_NOWAIT), -EAGAIN);
	reader.fd = b.through;
	NEED_EQ(sc, fx_job_start(sc, &reader, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(b.fx.w, reader.task), 0);
	srv_let_go(b.fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&reader), PAGE);
	EXPECT(sc, sc_matches(buf, PAGE, 0, 2), "the store is not there yet");
out:
	fx_close(&b.fx, again);
	both_end(&b);
}

/* A passthrough write drops the cached pages that it has changed, and no others. */
static void keeps_other_pages(struct sc *sc)
{
	unsigned int mark;
	struct both b;

	if (!both_begin(sc, &b, NULL, 4 * PAGE))
		goto out;
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 4 * PAGE, 1), "wrong content");
	mark = srv_mark(b.fx.srv);
	EXPECT(sc, fx_writes(&b.fx, b.through, PAGE, PAGE, 2), "cannot write");
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, PAGE, 1), "wrong content before");
	EXPECT(sc, fx_reads(&b.fx, b.cached, 2 * PAGE, 2 * PAGE, 1), "wrong content behind");
	EXPECT_EQ(sc, srv_count(b.fx.srv, mark, FUSE_READ), 0);
	EXPECT(sc, fx_reads(&b.fx, b.cached, PAGE, PAGE, 2), "the old content");
	EXPECT_EQ(sc, srv_count(b.fx.srv, mark, FUSE_READ), 1);
	/* One that ends at the end of the file, and one that extends it. */
	EXPECT(sc, fx_writes(&b.fx, b.through, 3 * PAGE, 2 * PAGE, 3), "cannot extend");
	mark = srv_mark(b.fx.srv);
	EXPECT(sc, fx_reads(&b.fx, b.cached, 2 * PAGE, PAGE, 1), "wrong content before");
	EXPECT_EQ(sc, srv_count(b.fx.srv, mark, FUSE_READ), 0);
	EXPECT(sc, fx_reads(&b.fx, b.cached, 3 * PAGE, 2 * PAGE, 3), "the old content at the end");
out:
	both_end(&b);
}

/* A passthrough read drops no cached pages, whether it has changed the access time or not. */
static void read_keeps_pages(struct sc *sc)
{
	unsigned int mark;
	struct both b;

	if (!both_begin(sc, &b, NULL, 2 * PAGE))
		goto out;
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 2 * PAGE, 1), "wrong content");
	mark = srv_mark(b.fx.srv);
	for (int i = 0; i < 3; i++) {
		EXPECT(sc, fx_reads(&b.fx, b.through, 0, PAGE, 1), "wrong content below");
		EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 2 * PAGE, 1), "wrong content cached");
	}
	EXPECT_EQ(sc, srv_count(b.fx.srv, mark, FUSE_READ), 0);
out:
	both_end(&b);
}

/* A dirty page that the server does not take. */
static bool lose_page(struct sc *sc, struct both *b)
{
	static const struct srv_rule fail = { .opcode = FUSE_WRITE, .count = 1, .action = SRV_FAIL,
					      .error = ENOSPC };
	bool sent;

	if (!make_dirty(sc, b))
		return false;
	srv_set_rule(b->fx.srv, &fail);
	/* FUSE calls a page written when it is on its way; the error comes later. */
	sent = EXPECT_EQ(sc, w_munmap(b->fx.w, b->map, BOTH_PAGES * PAGE), 0);
	b->map = 0;
	return sent && EXPECT_EQ(sc, fx_barrier(&b->fx), 0);
}

/* Whoever needs dirty pages written back first is told that some were lost. */
static void write_back_fails(struct sc *sc)
{
	int p[2] = { -1, -1 };
	unsigned long long other;
	long long out = 0;
	struct both b;

	if (!both_begin(sc, &b, NULL, PAGE))
		goto out;
	NEED_EQ(sc, w_pipe(b.fx.w, p), 0);
	NEED_EQ(sc, w_write(b.fx.w, p[1], "xx", 2), 2);
	NEED(sc, lose_page(sc, &b), "no page lost");
	EXPECT_EQ(sc, w_mmap(b.fx.w, b.through, PAGE, SHARED, 0, &other), -ENOSPC);
	NEED(sc, lose_page(sc, &b), "no page lost");
	NEED(sc, make_dirty(sc, &b), "no dirty page");
	EXPECT_EQ(sc, w_splice(b.fx.w, p[0], NULL, b.through, &out, 1, 0), -ENOSPC);
	EXPECT_EQ(sc, w_splice(b.fx.w, p[0], NULL, b.through, &out, 1, 0), 1);
out:
	fx_close(&b.fx, p[0]);
	fx_close(&b.fx, p[1]);
	both_end(&b);
}

/* ---- behind the kernel's back ---- */

static void size_changes_below(struct sc *sc)
{
	struct both b;
	char buf[16];

	if (!both_begin(sc, &b, NULL, 2 * PAGE))
		goto out;
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 2 * PAGE, 1), "wrong content cached");
	EXPECT_EQ(sc, w_truncate(b.fx.w, fx_low(&b.fx, "f"), PAGE + 10), 0);
	/* The first passthrough I/O notices, and the cached pages go. */
	EXPECT_EQ(sc, w_pread(b.fx.w, b.through, buf, 16, PAGE), 10);
	fx_same_attr(&b.fx, b.through, "f", true);
	EXPECT_EQ(sc, w_truncate(b.fx.w, fx_low(&b.fx, "f"), 2 * PAGE), 0);
	EXPECT(sc, fx_writes(&b.fx, b.through, 0, 10, 2), "cannot write");
	EXPECT(sc, fx_reads(&b.fx, b.cached, PAGE + 10, PAGE - 10, 0),
	       "what was cut off came back");
out:
	both_end(&b);
}

/*
 * The file changes below, and a passthrough read is the first to notice: what is cached is not used
 * any more.
 */
static void read_notices(struct sc *sc)
{
	struct both b;
	char c;

	if (!both_begin(sc, &b, NULL, 2 * PAGE))
		goto out;
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 2 * PAGE, 1), "wrong content cached");
	NEED_EQ(sc, sc_make_file(sc, fx_low(&b.fx, "f"), 3 * PAGE, 2, 0644), 0);
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 2 * PAGE, 1), "it is not cached");
	EXPECT_EQ(sc, w_pread(b.fx.w, b.through, &c, 1, 0), 1);
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 3 * PAGE, 2), "the old content");
out:
	both_end(&b);
}

/*
 * Who may not wait does not drop cached pages, which sleeps, nor do asynchronously what is not
 * queued.
 */
static void nowait_refuses(struct sc *sc)
{
	struct fe_req req = { .len = 10, .write = true, .rwf = RWF_NOWAIT, .off = PAGE };
	char buf[PAGE] = "";
	long low = -1, want;
	struct both b;

	if (!both_begin(sc, &b, NULL, PAGE))
		goto out;
	NEED_FD(sc, low, w_open(b.fx.w, fx_low(&b.fx, "f"), O_RDWR, 0));
	/* ext4 reads its page cache without waiting, but does not write to it so. */
	want = rwv2(&b.fx, true, low, buf, 10, RWF_NOWAIT);
	EXPECT(sc, want == 10 || want == -EOPNOTSUPP, "the lower file system cannot say so");
	EXPECT(sc, rwv2(&b.fx, true, b.through, buf, 10, RWF_NOWAIT) == want,
	       "not as on the lower file");
	EXPECT(sc, fx_writes(&b.fx, b.through, 0, PAGE, 1), "cannot write");
	req.buf = buf;
	EXPECT_EQ(sc, both_request(sc, &b, &req, false, NULL), -EAGAIN);
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, PAGE, 1), "wrong content cached");
	EXPECT_EQ(sc, rwv2(&b.fx, false, b.through, buf, PAGE, RWF_NOWAIT), PAGE);
	EXPECT_EQ(sc, rwv2(&b.fx, true, b.through, buf, 10, RWF_NOWAIT), -EAGAIN);
	EXPECT(sc, fx_writes(&b.fx, b.through, 0, 10, 3), "cannot write");
out:
	fx_close(&b.fx, low);
	both_end(&b);
}

/*
 * The lower file gets privileges that FUSE does not know of: the write takes them off all the same.
 */
static void suid_below(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_chmod(fx.w, fx_low(&fx, "f"), 04755), 0);
	EXPECT(sc, fx_writes(&fx, fd, 10, 10, 2), "cannot write");
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	/* Root's write. */
	EXPECT_EQ(sc, st.mode & 07777, 04755);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

#define SERVER	500
#define ADMIN	(1ULL << 21)	/* CAP_SYS_ADMIN */

/*
 * The same, with a server that could set these bits itself, or could not: then the lower file loses
 * them.
 */
static void suid_below_server(struct sc *sc)
{
	static const struct {
		unsigned int uid, gid, mode, after;
	} files[] = {
		{ 0, 0, 04777, 0777 },		/* another's file */
		{ SERVER, 7, 02777, 0777 },	/* another's group */
		{ SERVER, SERVER, 02777, 02777 },
		{ SERVER, 7, 04777, 04777 },	/* no sgid, so the group does not matter */
	};
	char name[] = "f0";
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.uid = SERVER;
	o.srv.caps = ADMIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++, name[1]++) {
		NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, name), 100, 1, 0666), 0);
		NEED_EQ(sc, w_lchown(fx.w, fx_low(&fx, name), files[i].uid, files[i].gid), 0);
		NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, name), O_RDWR, 0));
		NEED_EQ(sc, w_chmod(fx.w, fx_low(&fx, name), files[i].mode), 0);
		EXPECT(sc, fx_writes(&fx, fd, 10, 10, 2), "cannot write");
		EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, name), &st), 0);
		EXPECT_DIFF(sc, DIFF_SUID_BELOW, st.mode & 07777, files[i].after, 0777);
		fx_close(&fx, fd);
		fd = -1;
	}
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* The node of an open file turns out to be another one's: the file is dead. */
static void reuse_node(struct server *srv, struct srv_open *o)
{
	const uint64_t *node = srv_config(srv)->hook_arg;

	if (o->opcode != FUSE_CREATE)
		return;
	o->entry->nodeid = *node;
	o->entry->generation++;
}

static void bad_inode(struct sc *sc)
{
	int p[2] = { -1, -1 };
	long a = -1, b = -1;
	long long off = 0;
	struct fixture fx;
	uint64_t node = 0;
	struct fx_opts o;
	struct w_stat st;
	char buf[8];

	fx_opts_init(&o);
	o.srv.on_open = reuse_node;
	o.srv.hook_arg = &node;
	o.srv.backing = SRV_PLAIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, a, fx_make(&fx, "f", PAGE, O_RDWR));
	NEED_EQ(sc, w_pipe(fx.w, p), 0);
	NEED_EQ(sc, w_write(fx.w, p[1], "x", 1), 1);
	node = srv_nodeid(fx.srv, "f");
	NEED_FD(sc, b, w_open(fx.w, fx_mnt(&fx, "g"), O_RDWR | O_CREAT, 0600));
	EXPECT_EQ(sc, w_pread(fx.w, a, buf, 8, 0), -EIO);
	EXPECT_EQ(sc, w_pwrite(fx.w, a, buf, 8, 0), -EIO);
	EXPECT_EQ(sc, w_splice(fx.w, p[0], NULL, a, &off, 1, 0), -EIO);
	EXPECT_EQ(sc, w_fsync(fx.w, a), -EIO);
	EXPECT_EQ(sc, w_ftruncate(fx.w, a, 0), -EIO);
	EXPECT_EQ(sc, w_fstat(fx.w, a, &st), -EIO);
	/* The other one is not. */
	EXPECT_EQ(sc, w_pwrite(fx.w, b, buf, 8, 0), 8);
out:
	fx_close(&fx, p[0]);
	fx_close(&fx, p[1]);
	fx_close(&fx, a);
	fx_close(&fx, b);
	fx_teardown(&fx);
}

/* ---- steps that hardly ever fail ---- */

static void lower_getattr_fails(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_GETATTR, 0, 1, EIO, 0), 0);
	EXPECT(sc, fx_writes(&fx, fd, 50, 100, 2), "cannot write");
	fx_same_attr(&fx, fd, "f", true);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void splice_fails_below(struct sc *sc)
{
	int p[2] = { -1, -1 };
	struct fixture fx;
	long long out = 0;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, w_pipe(fx.w, p), 0);
	NEED_EQ(sc, w_write(fx.w, p[1], "spliced", 7), 7);
	EXPECT_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, EIO, 0), 0);
	EXPECT_EQ(sc, w_splice(fx.w, p[0], NULL, fd, &out, 7, 0), -EIO);
	EXPECT_EQ(sc, out, 0);
	EXPECT_EQ(sc, w_splice(fx.w, p[0], NULL, fd, &out, 7, 0), 7);
	EXPECT_EQ(sc, out, 7);
out:
	fx_close(&fx, p[0]);
	fx_close(&fx, p[1]);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* Backing files that are in no directory of the server's. */
struct odd_kind {
	enum w_fd_kind kind;
	bool seal;		/* before it is mapped */
	bool seal_after;	/* when it is opened again; it is not passed through then */
	long registered;
	long kept;		/* the server's descriptor, for that */
	long sealed;
};

static void register_odd(struct server *srv, struct srv_open *o)
{
	struct odd_kind *odd = srv_config(srv)->hook_arg;
	struct world *w = srv_world(srv);
	long fd;

	if (odd->kept) {
		odd->sealed = w_seal_writes(w, odd->kept);
		w_close(w, odd->kept);
		return;
	}
	fd = w_open_kind(w, odd->kind);
	odd->registered = fd;
	if (fd < 0)
		return;
	if (odd->seal)
		odd->registered = w_seal_writes(w, fd);
	if (odd->registered >= 0)
		odd->registered = srv_register(w, srv_dev(srv), fd);
	if (odd->seal_after)
		odd->kept = fd;
	else
		w_close(w, fd);
	if (odd->registered < 0)
		return;
	o->open->open_flags = FOPEN_PASSTHROUGH;
	o->open->backing_id = odd->registered;
}

static void map_odd(struct sc *sc, struct odd_kind *odd, int flags, unsigned int prot, long want)
{
	unsigned long long at = 0;
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.on_open = register_odd;
	o.srv.hook_arg = odd;
	o.srv.backing = SRV_PLAIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, flags));
	NEED(sc, odd->registered > 0, "not registered: %s", sc_errno(odd->registered));
	EXPECT_EQ(sc, w_mmap(fx.w, fd, PAGE, prot, 0, &at), want);
	if (odd->seal_after) {
		EXPECT_EQ(sc, w_munmap(fx.w, at, PAGE), 0);
		/* Closed, or this would be a second open of another kind. */
		fx_close(&fx, fd);
		fd = -1;
		EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDONLY), 0);
		EXPECT_EQ(sc, odd->sealed, 0);
	}
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void map_sysfs(struct sc *sc)
{
	map_odd(sc, &(struct odd_kind){ .kind = W_FD_SYSFS }, O_RDONLY, W_MAP_SHARED, -ENODEV);
}

static void map_sealed(struct sc *sc)
{
	/* Mainline's mmap() asks the FUSE file only. */
	if (!sc_differs(sc, DIFF_SEALED_MAP))
		map_odd(sc, &(struct odd_kind){ .kind = W_FD_MEMFD, .seal = true }, O_RDWR, SHARED,
			-EPERM);
}

/*
 * Real kernels refuse it when it is registered (ELOOP), as hugetlbfs says that its stack is as deep
 * as can be.
 */
static void map_huge(struct sc *sc)
{
	map_odd(sc, &(struct odd_kind){ .kind = W_FD_HUGETLB }, O_RDWR, SHARED, -ENODEV);
}

/* Once it is not mapped any more, nobody counts as one who may store to it. */
static void map_and_seal(struct sc *sc)
{
	map_odd(sc, &(struct odd_kind){ .kind = W_FD_MEMFD, .seal_after = true, .sealed = -1 },
		O_RDWR, SHARED, 0);
}

/* ---- requests that complete when cached pages are stale ---- */

static void async_stale_write(struct sc *sc)
{
	char data[16];
	struct fe_req req = { .write = true, .buf = data, .len = 16, .off = 100 };
	struct both b;

	if (!both_begin_held(sc, &b, 2 * PAGE))
		goto out;
	sc_pattern(data, 16, 100, 2);
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 2 * PAGE, 1), "wrong content cached");
	EXPECT_EQ(sc, both_request(sc, &b, &req, true, NULL), 16);
	EXPECT(sc, fx_reads(&b.fx, b.cached, 100, 16, 2), "the cached reader does not see it");
out:
	both_end(&b);
}

static void async_stale_read(struct sc *sc)
{
	char data[16];
	struct fe_req req = { .buf = data, .len = 16, .off = 100 };
	struct both b;

	if (!both_begin_held(sc, &b, 2 * PAGE))
		goto out;
	EXPECT(sc, fx_reads(&b.fx, b.cached, 0, 2 * PAGE, 1), "wrong content cached");
	EXPECT_EQ(sc, w_truncate(b.fx.w, fx_low(&b.fx, "f"), 50), 0);
	EXPECT_EQ(sc, w_truncate(b.fx.w, fx_low(&b.fx, "f"), 3 * PAGE), 0);
	EXPECT_EQ(sc, both_request(sc, &b, &req, true, NULL), 16);
	EXPECT(sc, sc_matches(data, 16, 100, 0), "wrong content read");
	EXPECT(sc, fx_reads(&b.fx, b.cached, 100, 16, 0), "the cached reader does not see it");
out:
	both_end(&b);
}

static void async_read_fails(struct sc *sc)
{
	char data[16];
	struct fe_req req = { .buf = data, .len = 16, .off = 100 };
	struct w_async_result eio = { .error = EIO };
	struct both b;

	if (!both_begin_held(sc, &b, 2 * PAGE))
		goto out;
	EXPECT_EQ(sc, both_request(sc, &b, &req, true, &eio), -EIO);
out:
	both_end(&b);
}

/* ---- the module ---- */

static void module_reload(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	EXPECT_EQ(sc, w_reload(sc_world(sc)), 0);
	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT(sc, fx_reads(&fx, fd, 0, 100, 1), "wrong content read");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- races: by chance, so to be run with many seeds ---- */

#define TURNS	8

static const char *another_file(struct server *srv, const char *name, unsigned int nth)
{
	(void)name;
	return nth % 2 ? srv_config(srv)->hook_arg : NULL;
}

/*
 * One open, a write to it, and meanwhile an open with another lower file: attributes are the first
 * one's no more.
 */
static void one_race_mixed(struct sc *sc, struct fixture *fx)
{
	struct fx_job job = { .fn = job_pwrite, .buf = "raced", .len = 5 };
	long fd;

	NEED_FD(sc, fd, w_open(fx->w, fx_mnt(fx, "f"), O_RDWR, 0));
	job.fd = fd;
	if (EXPECT_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0)) {
		EXPECT_DIFF(sc, DIFF_FILES_NOT_INODES, fx_try_open(fx, "f", O_RDONLY), 0, -EIO);
		EXPECT_EQ(sc, fx_job_wait(&job), 5);
	}
out:
	fx_close(fx, fd);
}

static void race_mixed(struct sc *sc)
{
	char other[W_PATH_MAX];
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.ids = SRV_ID_PER_OPEN;
	o.srv.backing_path = another_file;
	o.srv.hook_arg = other;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	strcpy(other, fx_low(&fx, "other"));
	NEED_EQ(sc, sc_make_file(sc, other, 200, 2, 0644), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	for (int i = 0; i < TURNS; i++)
		one_race_mixed(sc, &fx);
out:
	fx_teardown(&fx);
}

/* @arg: job.len is how often, job.flags which places fail, in turn: see w_fail_nth(). */
static void writer_without_privileges(struct world *w, void *arg)
{
	struct fx_job *job = arg;

	w_setids(w, 1000, 1000);
	for (size_t i = 0; i < job->len; i++) {
		struct w_completion c;
		struct w_aio a = { .fd = job->fd, .op = W_AIO_WRITE, .buf = "x", .len = 1 };
		long ctx = w_aio_setup(w, 1);

		if (ctx < 0)
			continue;
		if (job->flags)
			w_fail_nth(w, 1 + i % job->flags);
		job->ret = w_aio_submit(w, ctx, &a, 1);
		if (job->flags)
			w_fail_nth(w, 0);
		if (job->ret == 1)
			w_aio_getevents(w, ctx, 1, &c, 1);
		w_aio_destroy(w, ctx);
	}
}

/* The lower file gets privileges while somebody who may not keep them writes. */
static void race_suid_with(struct sc *sc, size_t turns, int places)
{
	struct fx_job job = { .sc = sc, .len = turns, .flags = places };
	struct w_task *task = NULL;
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	job.fd = fd;
	NEED_EQ(sc,
		w_spawn(fx.w, "writer", W_SPAWN_SHARE_FILES, writer_without_privileges, &job,
			&task),
		0);
	for (size_t i = 0; i < turns; i++) {
		EXPECT_EQ(sc, w_chmod(fx.w, fx_low(&fx, "f"), 04755), 0);
		w_yield(fx.w);
		EXPECT_EQ(sc, w_chmod(fx.w, fx_low(&fx, "f"), 0755), 0);
		w_yield(fx.w);
	}
out:
	if (task)
		w_join(fx.w, task);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void race_suid(struct sc *sc)
{
	race_suid_with(sc, TURNS, 0);
}

/* The same, and memory runs out while other credentials are made, or before, or after. */
static void race_suid_without_memory(struct sc *sc)
{
	bool faulty = fx_fault_run(sc_world(sc));

	race_suid_with(sc, faulty ? TURNS : 60 * TURNS, faulty ? 0 : 8);
}

#define BOTH	(W_CAP_PAGE_CACHE | W_CAP_MMAP)

const struct scenario rare_scenarios[] = {
	{ "rare/nowait", "who may not wait gets EAGAIN while dirty pages are on their way",
	  BOTH | W_CAP_AIO | W_CAP_LOWER_NOWAIT, nowait_beside_cached },
	{ "rare/keeps-other-pages", "cached pages beside those that are written", BOTH,
	  keeps_other_pages },
	{ "rare/read-keeps-pages", "cached pages and passthrough reads", BOTH, read_keeps_pages },
	{ "rare/write-back-fails", "dirty pages that the server does not take", BOTH | W_CAP_SPLICE,
	  write_back_fails },
	{ "rare/size-below", "the lower file changes its size by itself", W_CAP_PAGE_CACHE,
	  size_changes_below },
	{ "rare/read-notices", "the same, and a read notices", W_CAP_PAGE_CACHE | W_CAP_LOWER_FLAT,
	  read_notices },
	{ "rare/nowait-refuses", "who may not wait gets EAGAIN beside cached pages",
	  W_CAP_PAGE_CACHE | W_CAP_AIO | W_CAP_LOWER_NOWAIT, nowait_refuses },
	{ "rare/suid-below", "the lower file becomes suid by itself", W_CAP_ROOT, suid_below },
	{ "rare/suid-below-server", "the same, with a server of few privileges", W_CAP_ROOT,
	  suid_below_server },
	{ "rare/bad-inode", "a node that was used again", W_CAP_SPLICE, bad_inode },
	{ "rare/getattr-fails", "the lower file cannot tell its blocks", W_CAP_LOWER_FAULT,
	  lower_getattr_fails },
	{ "rare/splice-fails", "the lower file fails in a splice", W_CAP_LOWER_FAULT | W_CAP_SPLICE,
	  splice_fails_below },
	{ "rare/map-sysfs", "a lower file that cannot be mapped", W_CAP_MMAP, map_sysfs },
	{ "rare/map-sealed", "a lower file that may not be mapped for writing", W_CAP_MMAP,
	  map_sealed },
	{ "rare/map-huge", "a lower file of huge pages", W_CAP_MMAP | W_CAP_LOWER_KINDS, map_huge },
	{ "rare/map-and-seal", "a lower file that was mapped for writing", W_CAP_MMAP,
	  map_and_seal },
	{ "rare/async-stale-write", "an asynchronous write drops cached pages",
	  W_CAP_PAGE_CACHE | W_CAP_LOWER_ASYNC, async_stale_write },
	{ "rare/async-stale-read", "an asynchronous read notices that cached pages are stale",
	  W_CAP_PAGE_CACHE | W_CAP_LOWER_ASYNC, async_stale_read },
	{ "rare/async-read-fails", "an asynchronous read that fails late",
	  W_CAP_PAGE_CACHE | W_CAP_LOWER_ASYNC, async_read_fails },
	{ "rare/reload", "the module goes and comes again", W_CAP_RELOAD, module_reload },
	{ "race/mixed", "opens with another lower file while attributes are copied", 0,
	  race_mixed },
	{ "race/suid", "the lower file becomes suid while it is written to", W_CAP_ROOT | W_CAP_AIO,
	  race_suid },
	{ "race/suid-without-memory", "the same, and memory runs out",
	  W_CAP_ROOT | W_CAP_AIO | W_CAP_FAIL_NTH, race_suid_without_memory },
	{ 0 }
};
