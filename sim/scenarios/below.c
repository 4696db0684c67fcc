// SPDX-License-Identifier: GPL-2.0
/*
 * What the lower file system is asked, with which flags and for whom; and who else learns of it.
 */
#include "both.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#define MOST		64
#define BLOCK		4096
#define SERVER		500
#define USER		1000
#define ADMIN		(1ULL << CAP_SYS_ADMIN)
#define IOCB_WRITE	(1U << 18)	/* the kernel's; the others of IOCB_... are as RWF_... */
#define IOCB_NOIO	(1U << 20)	/* goes with RWF_NOWAIT */
#define RWF_ALL		(RWF_DSYNC | RWF_SYNC | RWF_APPEND)

static void forget_log(struct fixture *fx)
{
	w_lower_log(fx->w, fx->lower, NULL, 0);
}

/* The last call of one kind since the log was last read. */
static struct w_lower_event last_below(struct fixture *fx, enum w_lower_op op)
{
	struct w_lower_event ev[MOST], found = { 0 };
	long n = w_lower_log(fx->w, fx->lower, ev, MOST);

	for (long i = 0; i < n; i++) {
		if (ev[i].op == op)
			found = ev[i];
	}
	return found;
}

/* ---- flags ---- */

/* The flags of the last open below when a file is opened. */
static unsigned int opened_with(struct sc *sc, struct fixture *fx, const char *path, int flags)
{
	unsigned int found;
	long fd;

	forget_log(fx);
	fd = w_open(fx->w, path, flags, 0);
	EXPECT(sc, fd >= 0, "cannot open: %s", sc_errno(fd));
	found = last_below(fx, W_LOWER_OPEN).file_flags;
	fx_close(fx, fd);
	return found;
}

static void below_open_flags(struct sc *sc)
{
	static const int flags[] = {
		O_RDONLY,	 O_WRONLY | O_APPEND,  O_RDWR | O_DSYNC,
		O_RDWR | O_SYNC, O_RDONLY | O_NOATIME, O_RDWR | O_DIRECT,
	};
	unsigned int direct, through;
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		direct = opened_with(sc, &fx, fx_low(&fx, "f"), flags[i]);
		/* The server's own open comes before the kernel's. */
		through = opened_with(sc, &fx, fx_mnt(&fx, "f"), flags[i]);
		EXPECT(sc, direct == through, "opened with %o below, which was opened with %o",
		       through, direct);
	}
out:
	fx_teardown(&fx);
}

static void below_request_flags(struct sc *sc)
{
	static const struct {
		int open, rwf;
		unsigned int below;
	} writes[] = {
		{ 0, 0, 0 },
		{ O_APPEND, 0, RWF_APPEND },
		{ 0, RWF_APPEND, RWF_APPEND },
		{ 0, RWF_DSYNC, RWF_DSYNC },
		{ 0, RWF_SYNC, RWF_SYNC | RWF_DSYNC },
	};
	char data[4] = "text";
	struct iovec iov = { data, 4 };
	struct fixture fx;
	unsigned int flags;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY | writes[i].open, 0));
		forget_log(&fx);
		EXPECT_EQ(sc, w_pwritev2(fx.w, fd, &iov, 1, 0, writes[i].rwf), 4);
		EXPECT_EQ(sc, last_below(&fx, W_LOWER_WRITE).kiocb_flags & RWF_ALL,
			  writes[i].below);
		fx_close(&fx, fd);
	}
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY, 0));
	EXPECT_EQ(sc, w_preadv2(fx.w, fd, &iov, 1, 0, RWF_NOWAIT), 4);
	flags = last_below(&fx, W_LOWER_READ).kiocb_flags;
	EXPECT(sc, flags & RWF_NOWAIT && flags & IOCB_NOIO,
	       "below it is no request that must not wait");
	fx_close(&fx, fd);
out:
	fx_teardown(&fx);
}

/* ---- asynchronous requests ---- */

static bool async_setup(struct sc *sc, struct fixture *fx, struct fx_opts *o,
			enum w_async_when when)
{
	struct w_async_mode mode = { .when = when };

	o->lower.kind = W_LOWER_ASYNC;
	return fx_setup(sc, fx, o) && EXPECT_EQ(sc, w_lower_async_mode(fx->w, fx->lower, &mode), 0);
}

/* One request of io_submit(), from begin to end. */
static long long request(struct sc *sc, struct fixture *fx, struct fe_req *req)
{
	struct fe fe;

	if (fe_start(sc, &fe, FE_AIO) && fe_submit(&fe, req, 1)) {
		while (w_lower_async_pending(fx->w, fx->lower) > 0)
			EXPECT_EQ(sc, w_lower_async_complete(fx->w, fx->lower, 0, NULL), 0);
		EXPECT_EQ(sc, fe_wait(&fe, 1), 1);
	}
	fe_stop(&fe);
	return req->res;
}

/* Stacked file systems tell by that flag that a request which completes was a write. */
static void below_queued_write(struct sc *sc)
{
	struct fe_req req = { .write = true, .buf = "text", .len = 4 };
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	if (!async_setup(sc, &fx, &o, W_ASYNC_HELD))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	forget_log(&fx);
	req.fd = fd;
	EXPECT_EQ(sc, request(sc, &fx, &req), 4);
	EXPECT(sc, last_below(&fx, W_LOWER_WRITE).kiocb_flags & IOCB_WRITE, "it is no write below");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* A user's requests, on a file that is only the server's. */
static long requests_of_user(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	struct fixture *fx = job->arg;
	char buf[4] = "text";
	long fd;

	EXPECT_EQ(job->sc, w_setids(w, USER, USER), 0);
	fd = w_open(w, job->path, O_RDWR, 0);
	for (int write = 0; fd >= 0 && write <= 1; write++) {
		struct fe_req req = { .fd = fd, .write = write, .buf = buf, .len = 4 };

		/* So that the read changes the access time, which is looked up below. */
		w_tick(w);
		EXPECT_EQ(job->sc, request(job->sc, fx, &req), 4);
	}
	fx_close(fx, fd);
	return fd < 0 ? fd : 0;
}

static void requests_are_the_servers(struct sc *sc, enum w_async_when when)
{
	struct fx_job job = { .fn = requests_of_user };
	struct w_lower_event ev[MOST];
	int reads = 0, writes = 0, stats = 0;
	struct fx_opts o;
	struct fixture fx;
	long n;

	fx_opts_init(&o);
	o.mount_opts = "rootmode=40000,user_id=0,group_id=0,allow_other";
	o.srv.uid = SERVER;
	o.srv.caps = ADMIN;
	if (!async_setup(sc, &fx, &o, when))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0600), 0);
	NEED_EQ(sc, w_lchown(fx.w, fx_low(&fx, "f"), SERVER, SERVER), 0);
	job.arg = &fx;
	job.path = fx_mnt(&fx, "f");
	forget_log(&fx);
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	n = w_lower_log(fx.w, fx.lower, ev, MOST);
	for (long i = 0; i < n; i++) {
		if (ev[i].op != W_LOWER_READ && ev[i].op != W_LOWER_WRITE &&
		    ev[i].op != W_LOWER_GETATTR)
			continue;
		EXPECT_EQ(sc, ev[i].fsuid, SERVER);
		reads += ev[i].op == W_LOWER_READ;
		writes += ev[i].op == W_LOWER_WRITE;
		stats += ev[i].op == W_LOWER_GETATTR;
	}
	EXPECT_EQ(sc, reads, 1);
	EXPECT_EQ(sc, writes, 1);
	EXPECT(sc, stats >= 2, "attributes were not looked up after each");
out:
	fx_teardown(&fx);
}

static void below_credentials(struct sc *sc)
{
	requests_are_the_servers(sc, W_ASYNC_SYNC);
	requests_are_the_servers(sc, W_ASYNC_NOW);
	requests_are_the_servers(sc, W_ASYNC_HELD);
}

/*
 * A read that changes nothing is done when it is done below: no worker has to do anything for it.
 */
static void below_read_completes(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	struct fe fe = { 0 };
	char buf[4];
	struct fe_req req = { .buf = buf, .len = 4 };
	long fd = -1;

	fx_opts_init(&o);
	if (!async_setup(sc, &fx, &o, W_ASYNC_HELD))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 4, 0), 4);
	req.fd = fd;
	NEED(sc, fe_start(sc, &fe, FE_AIO) && fe_submit(&fe, &req, 1), "cannot submit");
	EXPECT_EQ(sc, fe_wait(&fe, 0), 0);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
	EXPECT_EQ(sc, fe_wait(&fe, 0), 1);
	EXPECT_EQ(sc, req.res, 4);
out:
	if (fe.w)
		fe_stop(&fe);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- watchers ---- */

static void below_watched_splice(struct sc *sc)
{
	int p[2] = { -1, -1 };
	struct w_watch watch;
	struct fixture fx;
	long long off = 0;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, w_pipe(fx.w, p), 0);
	NEED_EQ(sc, w_write(fx.w, p[1], "spliced", 7), 7);
	NEED_EQ(sc, w_watch(fx.w, fd, &watch), 0);
	EXPECT_EQ(sc, w_watch_modified(fx.w, &watch), 0);
	EXPECT_EQ(sc, w_splice(fx.w, p[0], NULL, fd, &off, 7, 0), 7);
	EXPECT_EQ(sc, w_watch_modified(fx.w, &watch), 1);
	EXPECT_EQ(sc, w_unwatch(fx.w, fd, &watch), 0);
out:
	fx_close(&fx, p[0]);
	fx_close(&fx, p[1]);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* Who watches the lower file learns of a queued write, too. */
static void below_watched_write(struct sc *sc)
{
	struct fe_req req = { .write = true, .buf = "text", .len = 4 };
	struct w_watch watch;
	struct fx_opts o;
	struct fixture fx;
	long fd = -1, low = -1;

	fx_opts_init(&o);
	if (!async_setup(sc, &fx, &o, W_ASYNC_HELD))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_FD(sc, low, w_open(fx.w, fx_low(&fx, "f"), O_RDONLY, 0));
	NEED_EQ(sc, w_watch(fx.w, low, &watch), 0);
	req.fd = fd;
	EXPECT_EQ(sc, request(sc, &fx, &req), 4);
	EXPECT_EQ(sc, w_watch_modified(fx.w, &watch), 1);
	EXPECT_EQ(sc, w_unwatch(fx.w, low, &watch), 0);
out:
	fx_close(&fx, low);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- whose attributes count ---- */

/* A lower file system that leaves times to somebody else: the server is asked for them. */
static void below_no_cmtime(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	unsigned int mark;
	long fd = -1;

	fx_opts_init(&o);
	o.lower.no_cmtime = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	mark = srv_mark(fx.srv);
	EXPECT(sc, fx_writes(&fx, fd, 0, 10, 2), "cannot write");
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 1);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* An open that leaves the access time alone does so below. */
static void below_no_atime(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	long fd = -1;
	char c;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	EXPECT_EQ(sc, w_utimens(fx.w, fx_low(&fx, "f"), 0, W_TIME_OMIT), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY | O_NOATIME, 0));
	EXPECT_EQ(sc, w_pread(fx.w, fd, &c, 1, 0), 1);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.atime, 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- who waits for whom ---- */

/*
 * A splice in two pieces. While the first one is written the lower file system is frozen: what was
 * spliced is told at once, and not after the thaw.
 */
struct splicer {
	int in, out;
};

static long job_splice(struct fx_job *job)
{
	const struct splicer *s = job->arg;
	long long off = 0;

	return w_splice(sc_world(job->sc), s->in, NULL, s->out, &off, 2 * BLOCK, 0);
}

static long job_freeze(struct fx_job *job)
{
	return w_freeze(sc_world(job->sc), job->path);
}

static void below_half_frozen(struct sc *sc)
{
	struct w_async_mode held = { .when = W_ASYNC_HELD, .hold_sync = true };
	struct splicer s = { -1, -1 };
	struct fx_job splicer = { .fn = job_splice, .arg = &s }, freezer = { .fn = job_freeze };
	char data[BLOCK] = "spliced";
	int p[2] = { -1, -1 };
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	if (!async_setup(sc, &fx, &o, W_ASYNC_SYNC))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * BLOCK, O_RDWR));
	NEED_EQ(sc, w_pipe(fx.w, p), 0);
	for (int i = 0; i < 2; i++)
		NEED_EQ(sc, w_write(fx.w, p[1], data, BLOCK), BLOCK);
	NEED_EQ(sc, w_lower_async_mode(fx.w, fx.lower, &held), 0);
	s = (struct splicer){ p[0], fd };
	freezer.path = fx.lower;
	NEED_EQ(sc, fx_job_start(sc, &splicer, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, splicer.task), 0);
	NEED_EQ(sc, fx_job_start(sc, &freezer, W_SPAWN_SHARE_FILES), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, freezer.task), 0);
	EXPECT_EQ(sc, w_lower_async_complete(fx.w, fx.lower, 0, NULL), 0);
	EXPECT_EQ(sc, fx_job_wait(&splicer), BLOCK);
	EXPECT_EQ(sc, fx_job_wait(&freezer), 0);
	EXPECT_EQ(sc, w_thaw(fx.w, fx.lower), 0);
out:
	fx_close(&fx, p[0]);
	fx_close(&fx, p[1]);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/*
 * A write to the first page, which is cached and is stored to while the write is under way below.
 */
static bool drop_dirty_page(struct sc *sc, struct both *b, struct fe *fe, struct fe_req *req)
{
	static const struct srv_rule hold = { .opcode = FUSE_WRITE,
					      .count = 1,
					      .action = SRV_HOLD };

	req->fd = b->through;
	if (!both_map(sc, b) ||
	    !EXPECT(sc, fx_reads(&b->fx, b->cached, 0, BLOCK, 1), "wrong content cached") ||
	    !fe_start(sc, fe, FE_AIO) || !fe_submit(fe, req, 1) || !both_store(sc, b, 0, 2))
		return false;
	srv_set_rule(b->fx.srv, &hold);
	if (!EXPECT_EQ(sc, w_lower_async_complete(b->fx.w, b->fx.lower, 0, NULL), 0))
		return false;
	srv_wait_held(b->fx.srv);
	return true;
}

/*
 * The pages of a write can only be dropped when the server has taken them, and it takes its time.
 * Nothing else waits for that, even if there is no memory for more workers.
 */
static void below_rescuers(struct sc *sc)
{
	struct fe_req first = { .write = true, .buf = "text", .len = 4 };
	char buf[4] = "text";
	struct fe fe = { 0 };
	struct both b;
	long fd = -1;

	if (!both_begin_held(sc, &b, BOTH_PAGES * BLOCK))
		goto out;
	b.way.next = SRV_RDWR;
	NEED_FD(sc, fd, fx_make(&b.fx, "g", 100, O_RDWR));
	EXPECT_EQ(sc, w_utimens(b.fx.w, fx_low(&b.fx, "g"), 0, W_TIME_OMIT), 0);
	w_tick(b.fx.w);
	w_short_memory(b.fx.w, true);
	NEED(sc, drop_dirty_page(sc, &b, &fe, &first), "no request waits for the server");
	for (int write = 0; write <= 1; write++) {
		struct fe_req req = { .fd = fd, .write = write, .buf = buf, .len = 4 };

		EXPECT_EQ(sc, request(sc, &b.fx, &req), 4);
	}
	EXPECT_EQ(sc, fe_wait(&fe, 0), 0);
	srv_let_go(b.fx.srv);
	EXPECT_EQ(sc, fe_wait(&fe, 1), 1);
	EXPECT_EQ(sc, first.res, 4);
out:
	w_short_memory(b.fx.w, false);
	if (fe.w)
		fe_stop(&fe);
	fx_close(&b.fx, fd);
	both_end(&b);
}

/* Who may not wait for memory is told to come again; who may gets it. */
static void below_no_memory(struct sc *sc)
{
	char buf[4] = "text";
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	w_short_memory(fx.w, true);
	for (int i = 0; i < 4; i++) {
		struct fe_req req = { .fd = fd,
				      .write = i & 1,
				      .buf = buf,
				      .len = 4,
				      .rwf = i & 2 ? RWF_NOWAIT : 0 };

		EXPECT_EQ(sc, request(sc, &fx, &req), i & 2 ? -EAGAIN : 4);
	}
	w_short_memory(fx.w, false);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

const struct scenario below_scenarios[] = {
	{ "below/open-flags", "the lower file is opened with the flags of the opener",
	  W_CAP_LOWER_LOG, below_open_flags },
	{ "below/request-flags", "and written with those of the request", W_CAP_LOWER_LOG,
	  below_request_flags },
	{ "below/queued-write", "a queued write is known as one", W_CAP_AIO | W_CAP_LOWER_ASYNC,
	  below_queued_write },
	{ "below/credentials",
	  "asynchronous requests of a user run with the credentials of the server",
	  W_CAP_ROOT | W_CAP_AIO | W_CAP_LOWER_ASYNC | W_CAP_LOWER_LOG, below_credentials },
	{ "below/read-completes", "a queued read that changes nothing needs no worker",
	  W_CAP_AIO | W_CAP_LOWER_ASYNC, below_read_completes },
	{ "below/watched-splice", "who watches a file learns that it was spliced to", W_CAP_SPLICE,
	  below_watched_splice },
	{ "below/watched-write", "who watches a lower file learns of a queued write",
	  W_CAP_AIO | W_CAP_LOWER_ASYNC, below_watched_write },
	{ "below/no-cmtime", "a lower file system that keeps no times", W_CAP_LOWER_LOG,
	  below_no_cmtime },
	{ "below/no-atime", "O_NOATIME", W_CAP_ROOT, below_no_atime },
	{ "below/half-frozen", "a freeze in the middle of a splice",
	  W_CAP_SPLICE | W_CAP_FREEZE | W_CAP_LOWER_ASYNC, below_half_frozen },
	{ "below/no-memory", "asynchronous requests when memory is short",
	  W_CAP_AIO | W_CAP_LOWER_ASYNC, below_no_memory },
	{ "below/rescuers",
	  "requests do not wait for the server of another one, even if memory is short",
	  W_CAP_AIO | W_CAP_LOWER_ASYNC | W_CAP_PAGE_CACHE | W_CAP_MMAP, below_rescuers },
	{ 0 }
};
