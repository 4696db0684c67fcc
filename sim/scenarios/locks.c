// SPDX-License-Identifier: GPL-2.0
/*
 * Locks of passthrough files: kept by the server where it takes them over, else by the kernel.
 * Passthrough changes nothing of that: no lock ever reaches the lower file.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

/* What another process does to "f": a lock of a kind, kept until it has ended. */
struct other {
	const char *path;
	int cmd;	/* for fcntl, or -1 */
	int op;		/* for flock */
	struct w_lk lk;
};

static long job_lock(struct fx_job *job)
{
	struct other *o = job->arg;
	struct world *w = sc_world(job->sc);
	long fd = w_open(w, o->path, O_RDWR, 0);
	long ret;

	if (fd < 0)
		return fd;
	ret = o->cmd >= 0 ? w_fcntl_lk(w, fd, o->cmd, &o->lk) : w_flock(w, fd, o->op);
	w_close(w, fd);
	return ret;
}

/* Let another process do it now. */
static long try_lock(struct sc *sc, struct other *o)
{
	struct fx_job job = { .fn = job_lock, .arg = o };
	long ret = fx_job_start(sc, &job, W_SPAWN_PROCESS);

	return ret ? ret : fx_job_wait(&job);
}

static long try_range(struct sc *sc, struct fixture *fx, int cmd, int type, long long start,
		      long long len, struct w_lk *found)
{
	struct other o = { .path = fx_mnt(fx, "f"), .cmd = cmd, .lk = { type, start, len } };
	long ret = try_lock(sc, &o);

	if (found)
		*found = o.lk;
	return ret;
}

static long try_flock(struct sc *sc, struct fixture *fx, int op)
{
	struct other o = { .path = fx_mnt(fx, "f"), .cmd = -1, .op = op };

	return try_lock(sc, &o);
}

static long set(struct fixture *fx, long fd, int cmd, int type, long long start, long long len)
{
	struct w_lk lk = { type, start, len };

	return w_fcntl_lk(fx->w, fd, cmd, &lk);
}

static bool locks_setup(struct sc *sc, struct fixture *fx, uint64_t flags)
{
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.init_flags = flags;
	return fx_setup(sc, fx, &o);
}

/* The rules are the same whoever keeps the locks. */
static void ranges(struct sc *sc, uint64_t flags, unsigned int getlk, unsigned int setlk)
{
	struct fixture fx;
	struct w_lk found;
	long fd = -1;

	if (!locks_setup(sc, &fx, flags))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDWR));
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, F_WRLCK, 100, 100), 0);
	EXPECT_EQ(sc, try_range(sc, &fx, F_SETLK, F_RDLCK, 150, 1, NULL), -EAGAIN);
	EXPECT_EQ(sc, try_range(sc, &fx, F_GETLK, F_RDLCK, 0, 0, &found), 0);
	EXPECT_EQ(sc, found.type, F_WRLCK);
	EXPECT_EQ(sc, found.start, 100);
	EXPECT_EQ(sc, found.len, 100);
	EXPECT_EQ(sc, try_range(sc, &fx, F_SETLK, F_WRLCK, 200, 0, NULL), 0);
	/* A hole; then all of it for readers. */
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, F_UNLCK, 140, 20), 0);
	EXPECT_EQ(sc, try_range(sc, &fx, F_SETLK, F_WRLCK, 140, 20, NULL), 0);
	EXPECT_EQ(sc, try_range(sc, &fx, F_SETLK, F_WRLCK, 159, 2, NULL), -EAGAIN);
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, F_RDLCK, 0, 0), 0);
	EXPECT_EQ(sc, try_range(sc, &fx, F_SETLK, F_RDLCK, 150, 1, NULL), 0);
	EXPECT_EQ(sc, try_range(sc, &fx, F_GETLK, F_WRLCK, 150, 1, &found), 0);
	EXPECT_EQ(sc, found.type, F_RDLCK);
	EXPECT_EQ(sc, found.len, 0);
	/* The lower file knows nothing of it, and what is locked can be read and written. */
	EXPECT(sc, fx_writes(&fx, fd, 0, 1000, 2) && fx_reads(&fx, fd, 0, 1000, 2), "no I/O");
	fx_close(&fx, fd);
	fd = -1;
	EXPECT_EQ(sc, try_range(sc, &fx, F_SETLK, F_WRLCK, 0, 0, NULL), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_GETLK), getlk);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SETLK), setlk);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ) + srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void locks_server(struct sc *sc)
{
	ranges(sc, FUSE_POSIX_LOCKS, 2, 9);
}

static void locks_local(struct sc *sc)
{
	ranges(sc, 0, 0, 0);
}

/* One waits, the other gives it up. */
static void waiting(struct sc *sc, uint64_t flags, bool flock)
{
	struct other o = { .cmd = flock ? -1 : F_SETLKW, .op = LOCK_EX, .lk = { F_WRLCK, 0, 10 } };
	struct fx_job job = { .fn = job_lock, .arg = &o };
	struct fixture fx;
	long fd = -1;

	if (!locks_setup(sc, &fx, flags))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDWR));
	o.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, flock ? w_flock(fx.w, fd, LOCK_SH) : set(&fx, fd, F_SETLK, F_WRLCK, 5, 10), 0);
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(fx.w, job.task), 0);
	/* If that fails the file must go: somebody waits for its lock. */
	if (!EXPECT_EQ(sc,
		       flock ? w_flock(fx.w, fd, LOCK_UN) : set(&fx, fd, F_SETLK, F_UNLCK, 0, 0),
		       0)) {
		fx_close(&fx, fd);
		fd = -1;
	}
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void locks_wait(struct sc *sc)
{
	waiting(sc, FUSE_POSIX_LOCKS, false);
}

static void locks_wait_local(struct sc *sc)
{
	waiting(sc, 0, false);
}

static void locks_wait_flock(struct sc *sc)
{
	waiting(sc, FUSE_FLOCK_LOCKS, true);
}

/* Who waits for the server's answer is killed: the server hears of it. */
static void locks_killed(struct sc *sc)
{
	struct other o = { .cmd = F_SETLKW, .lk = { F_WRLCK, 0, 10 } };
	struct fx_job job = { .fn = job_lock, .arg = &o };
	struct fixture fx;
	struct srv_request req;
	long fd = -1;

	if (!locks_setup(sc, &fx, FUSE_POSIX_LOCKS))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDWR));
	o.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, set(&fx, fd, F_SETLK, F_WRLCK, 0, 0), 0);
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT(sc, srv_wait_count(fx.srv, 0, FUSE_SETLKW, 1), "no SETLKW");
	w_kill(fx.w, job.task);
	EXPECT_EQ(sc, fx_job_wait(&job), -EINTR);
	EXPECT(sc, srv_wait_count(fx.srv, 0, FUSE_INTERRUPT, 1), "the server was not told");
	EXPECT(sc, srv_find(fx.srv, 0, FUSE_SETLKW, 0, &req), "no SETLKW");
	EXPECT_EQ(sc, req.error, -EINTR);
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, F_UNLCK, 0, 0), 0);
	EXPECT_EQ(sc, try_range(sc, &fx, F_SETLK, F_WRLCK, 0, 0, NULL), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void flocks(struct sc *sc, uint64_t flags, unsigned int setlk)
{
	struct fixture fx;
	long fd = -1;

	if (!locks_setup(sc, &fx, flags))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDWR));
	EXPECT_EQ(sc, w_flock(fx.w, fd, LOCK_SH), 0);
	EXPECT_EQ(sc, try_flock(sc, &fx, LOCK_SH | LOCK_NB), 0);
	EXPECT_EQ(sc, try_flock(sc, &fx, LOCK_EX | LOCK_NB), -EAGAIN);
	EXPECT_EQ(sc, w_flock(fx.w, fd, LOCK_EX), 0);
	EXPECT_EQ(sc, try_flock(sc, &fx, LOCK_SH | LOCK_NB), -EAGAIN);
	/* They do not meet POSIX locks. */
	EXPECT_EQ(sc, try_range(sc, &fx, F_SETLK, F_WRLCK, 0, 0, NULL), 0);
	EXPECT_EQ(sc, w_flock(fx.w, fd, LOCK_NB), -EINVAL);
	/* They go with the file: the server hears it by RELEASE. */
	fx_close(&fx, fd);
	fd = -1;
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, try_flock(sc, &fx, LOCK_EX | LOCK_NB), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SETLK) + srv_count(fx.srv, 0, FUSE_SETLKW), setlk);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void locks_flock(struct sc *sc)
{
	flocks(sc, FUSE_FLOCK_LOCKS, 6);
}

static void locks_flock_local(struct sc *sc)
{
	flocks(sc, 0, 0);
}

/*
 * Locks of open file descriptions: two of one process are in each other's way, and a copy of one is
 * not.
 */
static void locks_ofd(struct sc *sc)
{
	long fd = -1, other = -1, copy = -1;
	struct w_lk found = { F_WRLCK, 0, 0 };
	struct fixture fx;

	if (!locks_setup(sc, &fx, 0))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDWR));
	NEED_FD(sc, other, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	NEED_FD(sc, copy, w_dup(fx.w, fd));
	EXPECT_EQ(sc, set(&fx, fd, F_OFD_SETLK, F_WRLCK, 10, 10), 0);
	EXPECT_EQ(sc, set(&fx, other, F_OFD_SETLK, F_RDLCK, 15, 1), -EAGAIN);
	EXPECT_EQ(sc, w_fcntl_lk(fx.w, other, F_OFD_GETLK, &found), 0);
	EXPECT_EQ(sc, found.start, 10);
	EXPECT_EQ(sc, set(&fx, copy, F_OFD_SETLK, F_WRLCK, 10, 5), 0);
	EXPECT_EQ(sc, set(&fx, other, F_SETLK, F_WRLCK, 15, 1), -EAGAIN);
	/* It goes with the last descriptor, not with any. */
	fx_close(&fx, copy);
	copy = -1;
	EXPECT_EQ(sc, set(&fx, other, F_OFD_SETLK, F_WRLCK, 0, 0), -EAGAIN);
	fx_close(&fx, fd);
	fd = -1;
	EXPECT_EQ(sc, set(&fx, other, F_OFD_SETLK, F_WRLCK, 0, 0), 0);
out:
	fx_close(&fx, copy);
	fx_close(&fx, other);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void locks_errors(struct sc *sc)
{
	static const struct srv_rule none = {
		.opcode = FUSE_SETLK, .count = 1, .action = SRV_FAIL, .error = ENOLCK
	};
	struct w_lk lk = { F_UNLCK, 0, 0 };
	struct fixture fx;
	long fd = -1;

	if (!locks_setup(sc, &fx, FUSE_POSIX_LOCKS))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDONLY));
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, F_WRLCK, 0, 0), -EBADF);
	EXPECT_EQ(sc, w_fcntl_lk(fx.w, fd, F_GETLK, &lk), -EINVAL);
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, 7, 0, 0), -EINVAL);
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, F_RDLCK, -1, 0), -EINVAL);
	srv_set_rule(fx.srv, &none);
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, F_RDLCK, 0, 0), -ENOLCK);
	EXPECT_EQ(sc, set(&fx, fd, F_SETLK, F_RDLCK, 0, 0), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

const struct scenario lock_scenarios[] = {
	{ "locks/server", "POSIX locks that the server keeps", 0, locks_server },
	{ "locks/local", "POSIX locks that the kernel keeps", 0, locks_local },
	{ "locks/wait", "a lock that is waited for, at the server", 0, locks_wait },
	{ "locks/wait-local", "the same in the kernel", 0, locks_wait_local },
	{ "locks/wait-flock", "the same with a BSD lock, at the server", 0, locks_wait_flock },
	{ "locks/killed", "who waits for a lock is killed", 0, locks_killed },
	{ "locks/flock", "BSD locks that the server keeps", 0, locks_flock },
	{ "locks/flock-local", "BSD locks that the kernel keeps", 0, locks_flock_local },
	{ "locks/ofd", "locks of open file descriptions", 0, locks_ofd },
	{ "locks/errors", "locks that are refused", 0, locks_errors },
	{ 0 }
};
