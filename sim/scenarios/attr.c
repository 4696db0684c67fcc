// SPDX-License-Identifier: GPL-2.0
/*
 * What fstat says after I/O, and how often the server was asked for it.
 *
 * Ours copies the attributes from the lower inode; so while they are valid (timeout 3600 s) the
 * server sees no GETATTR. With a timeout of 0 each fstat asks.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

enum change { READ, WRITE, APPEND, EXTEND, TRUNCATE, CHMOD, UTIMENS };

static long change_file(struct fixture *fx, long fd, enum change what)
{
	struct iovec iov = { "appended", 8 };
	char buf[50] = "";

	switch (what) {
	case READ:
		return w_pread(fx->w, fd, buf, 50, 10) == 50 ? 0 : -EIO;
	case WRITE:
		return w_pwrite(fx->w, fd, buf, 50, 10) == 50 ? 0 : -EIO;
	case APPEND:
		return w_pwritev2(fx->w, fd, &iov, 1, 0, RWF_APPEND) == 8 ? 0 : -EIO;
	case EXTEND:
		return w_pwrite(fx->w, fd, buf, 50, 70000) == 50 ? 0 : -EIO;
	case TRUNCATE:
		return w_ftruncate(fx->w, fd, 33);
	case CHMOD:
		return w_fchmod(fx->w, fd, 0600);
	case UTIMENS:
		return w_utimens(fx->w, fx_mnt(fx, "f"), 1000000007LL, 2000000009LL);
	}
	return -EINVAL;
}

/*
 * Change a file in one way, twice, with an fstat after each. @io: the change is passed through, so
 * mainline asks the server once for each.
 */
static void after(struct sc *sc, enum change what, uint64_t timeout, bool io)
{
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	unsigned int mark;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.attr_timeout = timeout;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDWR));
	NEED_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	mark = srv_mark(fx.srv);
	for (int i = 0; i < 2; i++) {
		w_tick(fx.w);
		EXPECT_EQ(sc, change_file(&fx, fd, what), 0);
		fx_same_attr(&fx, fd, "f", true);
		EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	}
	if (!timeout)
		EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 4);
	else if (io)
		EXPECT_DIFF(sc, DIFF_GETATTR_AFTER_IO, srv_count(fx.srv, mark, FUSE_GETATTR), 0,
			    2);
	else
		EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_SETATTR), io ? 0 : 2);
	sc_trace(sc, "size %llu mode %o", st.size, st.mode);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void attr_read(struct sc *sc)
{
	after(sc, READ, 3600, true);
}

static void attr_read_0(struct sc *sc)
{
	after(sc, READ, 0, true);
}

static void attr_write(struct sc *sc)
{
	after(sc, WRITE, 3600, true);
}

static void attr_write_0(struct sc *sc)
{
	after(sc, WRITE, 0, true);
}

static void attr_append(struct sc *sc)
{
	after(sc, APPEND, 3600, true);
}

static void attr_append_0(struct sc *sc)
{
	after(sc, APPEND, 0, true);
}

static void attr_extend(struct sc *sc)
{
	after(sc, EXTEND, 3600, true);
}

static void attr_extend_0(struct sc *sc)
{
	after(sc, EXTEND, 0, true);
}

static void attr_truncate(struct sc *sc)
{
	after(sc, TRUNCATE, 3600, false);
}

static void attr_truncate_0(struct sc *sc)
{
	after(sc, TRUNCATE, 0, false);
}

static void attr_chmod(struct sc *sc)
{
	after(sc, CHMOD, 3600, false);
}

static void attr_utimens(struct sc *sc)
{
	after(sc, UTIMENS, 3600, false);
}

/* One GETATTR reply is made before a write and arrives after it: it must not shrink the file. */
static long fstat_job(struct fx_job *job)
{
	struct w_stat st;

	return w_lstat(sc_world(job->sc), job->path, &st);
}

static void attr_old_reply(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_GETATTR, .count = 1,
					      .action = SRV_HOLD };
	struct fx_job job = { .fn = fstat_job };
	struct fx_opts o;
	struct fixture fx;
	char buf[10];
	long fd = -1;

	fx_opts_init(&o);
	/* attributes that are out of date at once, names that are not */
	o.srv.attr_timeout = 0;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	srv_set_rule(fx.srv, &hold);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	srv_wait_held(fx.srv);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "0123456789", 10, 5000), 10);
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	/* SEEK_END is answered from what the kernel believes the size to be, or by a GETATTR */
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_END), 5010);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 5000), 10);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* The same against attributes that are valid: no second GETATTR can put it right. */
static void attr_old_reply_valid(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_GETATTR, .count = 1,
					      .action = SRV_HOLD };
	struct fx_job job = { .fn = fstat_job };
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	/* a truncation to the same size makes the kernel ask again */
	EXPECT_EQ(sc, w_fallocate(fx.w, fd, 0, 0, 101), 0);
	srv_set_rule(fx.srv, &hold);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	srv_wait_held(fx.srv);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "0123456789", 10, 5000), 10);
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 5010);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/*
 * A read that changes nothing does not make a reply void: otherwise the server would be asked
 * again. (Attributes of an overlay's inode are never copied, so there it is asked after each read.)
 */
static void attr_reply_beside_read(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_GETATTR,
					      .count = 1,
					      .action = SRV_HOLD };
	struct fx_job job = { .fn = fstat_job };
	struct fx_opts o;
	struct fixture fx;
	unsigned int mark;
	struct w_stat st;
	long fd = -1;

	fx_opts_init(&o);
	o.keep_dev = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	/*
	 * The first read sets the access time to one after the last change, so that the second one
	 * leaves it.
	 */
	w_tick(fx.w);
	EXPECT(sc, fx_reads(&fx, fd, 0, 100, 1), "wrong content");
	EXPECT_EQ(sc, srv_notify_inval_inode(fx.w, fx.dev, srv_nodeid(fx.srv, "f"), -1, 0), 0);
	srv_set_rule(fx.srv, &hold);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	srv_wait_held(fx.srv);
	EXPECT(sc, fx_reads(&fx, fd, 0, 100, 1), "wrong content");
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* A server with extended attributes is not asked for security.capability on each write. */
static void attr_xattr_per_write(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	unsigned int mark;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.xattr = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	mark = srv_mark(fx.srv);
	for (int i = 0; i < 10; i++)
		EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, i), 1);
	EXPECT_DIFF(sc, DIFF_XATTR_PER_WRITE, srv_count(fx.srv, mark, FUSE_GETXATTR), 0, 10);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/*
 * A write that fails may have changed the file, so the server is asked; one that was not begun has
 * not.
 */
static void attr_failed_write(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	unsigned int mark;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
	mark = srv_mark(fx.srv);
	NEED_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, EAGAIN, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), -EAGAIN);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 0);
	NEED_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, EIO, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), -EIO);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 1);
	fx_same_attr(&fx, fd, "f", true);
	/* What is not known is known again after a write, without asking. */
	NEED_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, EIO, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), -EIO);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_END), 100);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 0);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* How much space a file takes is known after a write, as the size is. */
static void attr_blocks(struct sc *sc)
{
	struct w_stat st, low;
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	for (int i = 1; i <= 3; i++) {
		EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, i * 20000), 1);
		EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
		EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &low), 0);
		EXPECT_EQ(sc, st.blocks, low.blocks);
		EXPECT(sc, st.blocks >= 8u * (i + 1), "%llu blocks", st.blocks);
	}
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* Opens of one inode on different lower files: no lower inode can speak for it alone. */
static const char *second_elsewhere(struct server *srv, const char *name, unsigned int nth)
{
	(void)name;
	return nth == 1 ? srv_config(srv)->hook_arg : NULL;
}

static void attr_two_lower_files(struct sc *sc)
{
	long fd0 = -1, fd1 = -1;
	char other[W_PATH_MAX];
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	unsigned int mark;
	char buf[20];

	fx_opts_init(&o);
	o.srv.ids = SRV_ID_PER_OPEN;
	o.srv.backing_path = second_elsewhere;
	o.srv.hook_arg = other;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	snprintf(other, sizeof(other), "%s", fx_low(&fx, "g"));
	NEED_EQ(sc, sc_make_file(sc, other, 10, 3, 0644), 0);
	NEED_FD(sc, fd0, fx_make(&fx, "f", 100, O_RDWR));
	mark = srv_mark(fx.srv);
	fd1 = w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0);
	EXPECT_DIFF(sc, DIFF_FILES_NOT_INODES, fd1 < 0 ? fd1 : 0, 0, -EIO);
	if (sc_differs(sc, DIFF_FILES_NOT_INODES) || fd1 < 0)
		goto out;
	/*
	 * the server is asked, once the two meet, and after each read, for it may have changed what
	 * is known
	 */
	EXPECT_EQ(sc, w_fstat(fx.w, fd0, &st), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd0, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 1);
	EXPECT_EQ(sc, w_pread(fx.w, fd1, buf, 5, 0), 5);
	EXPECT_EQ(sc, w_fstat(fx.w, fd0, &st), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 2);
	EXPECT_EQ(sc, w_pread(fx.w, fd0, buf, 5, 0), 5);
	EXPECT_EQ(sc, w_lseek(fx.w, fd0, 0, SEEK_END), 100);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 2);
	/* an end before the known one puts the size in doubt */
	EXPECT_EQ(sc, w_pread(fx.w, fd1, buf, 20, 0), 10);
	EXPECT_EQ(sc, w_lseek(fx.w, fd0, 0, SEEK_END), 100);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_GETATTR), 3);
	/* the size of g must not become that of f, of which the server knows better */
	EXPECT(sc, w_pwrite(fx.w, fd1, "x", 1, 10) == 1, "cannot write to the second");
	EXPECT(sc, w_fstat(fx.w, fd0, &st) == 0 && st.size == 100, "size is %llu", st.size);
	EXPECT(sc, w_pwrite(fx.w, fd0, "x", 1, 200) == 1, "cannot write to the first");
	EXPECT(sc, w_fstat(fx.w, fd1, &st) == 0 && st.size == 201, "size is %llu", st.size);
	/* once both are closed, an open speaks for the inode again */
	w_close(fx.w, fd0);
	w_close(fx.w, fd1);
	fd1 = -1;
	NEED_FD(sc, fd0, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, w_fstat(fx.w, fd0, &st), 0);
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd0, "x", 1, 300), 1);
	EXPECT_EQ(sc, w_fstat(fx.w, fd0, &st), 0);
	EXPECT_EQ(sc, st.size, 301);
	EXPECT_DIFF(sc, DIFF_GETATTR_AFTER_IO, srv_count(fx.srv, mark, FUSE_GETATTR), 0, 1);
out:
	if (fd1 >= 0)
		w_close(fx.w, fd1);
	if (fd0 >= 0)
		w_close(fx.w, fd0);
	fx_teardown(&fx);
}

/* Other attributes of the FUSE file are the server's to tell: copied are sizes and times only. */
static void attr_owner_is_the_servers(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, w_chmod(fx.w, fx_low(&fx, "f"), 0400), 0);
	EXPECT_EQ(sc, w_lchown(fx.w, fx_low(&fx, "f"), 7, 8), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_DIFF(sc, DIFF_GETATTR_AFTER_IO, st.mode & 07777, 0644, 0400);
	EXPECT_DIFF(sc, DIFF_GETATTR_AFTER_IO, st.uid, 0, 7);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario attr_scenarios[] = {
	{ "attr/read", "after reads, timeout 3600 s", 0, attr_read },
	{ "attr/read-0", "after reads, timeout 0", 0, attr_read_0 },
	{ "attr/write", "after writes in place, timeout 3600 s", 0, attr_write },
	{ "attr/write-0", "after writes in place, timeout 0", 0, attr_write_0 },
	{ "attr/append", "after appending writes, timeout 3600 s", 0, attr_append },
	{ "attr/append-0", "after appending writes, timeout 0", 0, attr_append_0 },
	{ "attr/extend", "after writes beyond the end, timeout 3600 s", 0, attr_extend },
	{ "attr/extend-0", "after writes beyond the end, timeout 0", 0, attr_extend_0 },
	{ "attr/truncate", "after ftruncate, timeout 3600 s", 0, attr_truncate },
	{ "attr/truncate-0", "after ftruncate, timeout 0", 0, attr_truncate_0 },
	{ "attr/chmod", "after fchmod", 0, attr_chmod },
	{ "attr/utimens", "after times were set", 0, attr_utimens },
	{ "attr/old-reply", "a GETATTR reply that is older than a write", 0, attr_old_reply },
	{ "attr/old-reply-valid", "the same while attributes stay valid", 0, attr_old_reply_valid },
	{ "attr/reply-beside-read", "a GETATTR reply that comes after a read", W_CAP_LOWER_FLAT,
	  attr_reply_beside_read },
	{ "attr/xattr-per-write", "writes ask for no extended attributes", W_CAP_LOWER_XATTR,
	  attr_xattr_per_write },
	{ "attr/failed-write", "a write that failed leaves nothing that counts as known",
	  W_CAP_LOWER_FAULT, attr_failed_write },
	{ "attr/blocks", "blocks after writes", 0, attr_blocks },
	{ "attr/two-lower-files", "sizes when opens have different lower files", 0,
	  attr_two_lower_files },
	{ "attr/owner-is-the-servers", "mode and owner are not copied from below", W_CAP_ROOT,
	  attr_owner_is_the_servers },
	{ 0 }
};
