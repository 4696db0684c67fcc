// SPDX-License-Identifier: GPL-2.0
/*
 * Parts of FUSE that passthrough has nothing to do with and must leave alone: servers that splice,
 * old ones, ones that refuse what they need not implement; asynchronous direct I/O, the writeback
 * cache, ioctls, control files.
 */
#include "async_front.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#define PAGE	4096

/* A server without passthrough that serves files in one way. */
static void plain_opts(struct fx_opts *o, enum srv_backing how, uint64_t init_flags)
{
	fx_opts_init(o);
	o->srv.passthrough = false;
	o->srv.backing = how;
	o->srv.init_flags = init_flags;
}

/* The server says ENOSYS to the next @count requests of a kind. */
static void refuse(struct fixture *fx, uint32_t opcode, unsigned int count, int error)
{
	const struct srv_rule rule = {
		.opcode = opcode, .count = count, .action = SRV_FAIL, .error = error
	};

	srv_set_rule(fx->srv, &rule);
}

static long refuses(struct fixture *fx, uint32_t opcode)
{
	refuse(fx, opcode, 1, ENOSYS);
	return 0;
}

/* ---- a server that splices ---- */

static void splice_with(struct sc *sc, enum srv_backing how, bool move)
{
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;
	long fd = -1;

	plain_opts(&o, how, 0);
	o.srv.splice = true;
	o.srv.splice_move = move;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 3 * PAGE, O_RDWR));
	EXPECT(sc, fx_reads(&fx, fd, 0, 3 * PAGE, 1), "wrong content read");
	EXPECT(sc, fx_writes(&fx, fd, 100, 2 * PAGE, 2), "cannot write");
	EXPECT(sc, fx_reads_below(&fx, "f", 100, 2 * PAGE, 2), "wrong content below");
	EXPECT(sc, fx_reads(&fx, fd, 100, 2 * PAGE, 2), "wrong content read back");
	EXPECT_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d"), 0755), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "d"), fx_mnt(&fx, "e"), 0), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "e"), &st), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "none"), &st), -ENOENT);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void splice_plain(struct sc *sc)
{
	splice_with(sc, SRV_PLAIN, false);
}

static void splice_cached(struct sc *sc)
{
	splice_with(sc, SRV_CACHED, false);
}

/* The kernel takes over pages of the replies, for its page cache. */
static void splice_moved(struct sc *sc)
{
	splice_with(sc, SRV_CACHED, true);
}

/* ---- the writeback cache ---- */

static void writeback_cache(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;
	char buf[8];
	long fd = -1;

	plain_opts(&o, SRV_CACHED, FUSE_WRITEBACK_CACHE);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * PAGE + 10, O_RDWR));
	EXPECT(sc, fx_writes(&fx, fd, 100, 50, 2), "cannot write a part of a page");
	EXPECT(sc, fx_writes(&fx, fd, PAGE, PAGE, 3), "cannot write a page");
	EXPECT(sc, fx_writes(&fx, fd, 6 * PAGE + 5, 20, 4), "cannot write behind the end");
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 6 * PAGE + 25);
	EXPECT(sc, fx_reads(&fx, fd, 6 * PAGE + 5, 20, 4), "wrong content cached");
	EXPECT_EQ(sc, w_fsync(fx.w, fd), 0);
	EXPECT(sc, fx_reads_below(&fx, "f", 100, 50, 2), "wrong part of a page below");
	EXPECT(sc, fx_reads_below(&fx, "f", PAGE, PAGE, 3), "wrong page below");
	EXPECT(sc, fx_reads_below(&fx, "f", 3 * PAGE, 3 * PAGE, 0), "no hole below");
	EXPECT(sc, fx_writes(&fx, fd, 0, 10, 5), "cannot write again");
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, PAGE + 10), 0);
	EXPECT(sc, fx_writes(&fx, fd, 2 * PAGE, 10, 5), "cannot write behind what was cut off");
	EXPECT(sc, fx_reads(&fx, fd, PAGE + 10, PAGE - 10, 0), "what was cut off came back");
	EXPECT_EQ(sc, w_chmod(fx.w, fx_mnt(&fx, "f"), 0600), 0);
	EXPECT_EQ(sc, w_utimens(fx.w, fx_mnt(&fx, "f"), 1000000001LL, W_TIME_NOW), 0);
	EXPECT_EQ(sc, w_fallocate(fx.w, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 5), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "f"), fx_mnt(&fx, "g"), 0), 0);
	EXPECT_EQ(sc, w_link(fx.w, fx_mnt(&fx, "g"), fx_mnt(&fx, "h")), 0);
	w_close(fx.w, fd);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "g"), O_RDWR | O_APPEND, 0));
	EXPECT_EQ(sc, w_write(fx.w, fd, "tail", 4), 4);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 8, 2 * PAGE + 10), 4);
	EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, "h")), 0);
	w_close(fx.w, fd);
	fd = -1;
	/* Pages on their way hold the file. */
	EXPECT(sc, srv_wait_count(fx.srv, 0, FUSE_RELEASE, 2), "no RELEASE");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/*
 * O_TRUNC is part of the open: pages that are dirty go, without being written back, and no SETATTR
 * comes.
 */
static void truncating_open(struct sc *sc)
{
	long fd = -1, other = -1;
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;

	plain_opts(&o, SRV_CACHED, FUSE_WRITEBACK_CACHE | FUSE_ATOMIC_O_TRUNC);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * PAGE, O_RDWR));
	EXPECT(sc, fx_writes(&fx, fd, PAGE, PAGE, 2), "cannot write");
	NEED_FD(sc, other, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR | O_TRUNC, 0));
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_SETATTR), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 0);
	EXPECT_EQ(sc, w_fsync(fx.w, fd), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, 0);
out:
	fx_close(&fx, other);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- direct I/O ---- */

/*
 * A direct write on a cached file of which the server does a part: the rest goes through the page
 * cache.
 */
static void short_direct_write(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	plain_opts(&o, SRV_CACHED, 0);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 4 * PAGE, O_RDWR | O_DIRECT));
	NEED_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, 0, 1000), 0);
	EXPECT(sc, fx_writes(&fx, fd, 0, 2 * PAGE, 2), "the write is short");
	EXPECT(sc, fx_reads_below(&fx, "f", 0, 2 * PAGE, 2), "wrong content below");
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE) > 1, 1);
	EXPECT(sc, fx_reads(&fx, fd, 0, 2 * PAGE, 2), "wrong content read back");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- FUSE_HANDLE_KILLPRIV_V2 ---- */

/* By somebody who is root but may not keep suid bits: the server is told to take them off. */
static long change_without_fsetid(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	long fd, ret;

	ret = w_drop_cap(w, CAP_FSETID);
	if (ret)
		return ret;
	fd = w_open(w, job->path, O_RDWR, 0);
	if (fd < 0)
		return fd;
	ret = w_pwrite(w, fd, "text", 4, 0);
	if (ret == 4)
		ret = w_ftruncate(w, fd, 2);
	w_close(w, fd);
	return ret;
}

static void killpriv(struct sc *sc)
{
	struct fx_job job = { .fn = change_without_fsetid };
	struct srv_request req;
	struct fixture fx;
	struct fx_opts o;

	plain_opts(&o, SRV_PLAIN, FUSE_HANDLE_KILLPRIV_V2);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0644), 0);
	job.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 0);
	EXPECT(sc, srv_find(fx.srv, 0, FUSE_WRITE, 0, &req) && req.flags & FUSE_WRITE_KILL_SUIDGID,
	       "the WRITE does not say so");
	EXPECT(sc, srv_find(fx.srv, 0, FUSE_SETATTR, 0, &req) && req.flags & FATTR_KILL_SUIDGID,
	       "the SETATTR does not say so");
	/* Root in full keeps them. */
	EXPECT_EQ(sc, w_truncate(fx.w, job.path, 1), 0);
	EXPECT(sc, srv_find(fx.srv, 0, FUSE_SETATTR, 1, &req) && !(req.flags & FATTR_KILL_SUIDGID),
	       "root's SETATTR says so");
out:
	fx_teardown(&fx);
}

/* ---- asynchronous direct I/O through the server ---- */

/* One request, by io_submit. */
static long long one_aio(struct sc *sc, long fd, bool write, void *data, size_t len)
{
	struct fe_req req = { .fd = fd, .write = write, .buf = data, .len = len };
	struct fe fe;

	if (fe_start(sc, &fe, FE_AIO) && fe_submit(&fe, &req, 1))
		EXPECT_EQ(sc, fe_wait(&fe, 1), 1);
	fe_stop(&fe);
	return req.res;
}

static void async_direct_as(struct sc *sc, enum srv_backing how, int flags)
{
	size_t len = 64 * PAGE;
	char *data = aligned_alloc(PAGE, len);
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	plain_opts(&o, how, FUSE_ASYNC_DIO);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED(sc, data, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", len, O_RDWR | flags));
	sc_pattern(data, len, 0, 2);
	EXPECT_EQ(sc, one_aio(sc, fd, true, data, len), len);
	EXPECT(sc, fx_reads_below(&fx, "f", 0, len, 2), "wrong content below");
	memset(data, 0, len);
	/* More than one request: the first of them fails. */
	refuse(&fx, FUSE_READ, 1, EIO);
	EXPECT_EQ(sc, one_aio(sc, fd, false, data, len), -EIO);
	EXPECT_EQ(sc, one_aio(sc, fd, false, data, len), len);
	EXPECT(sc, sc_matches(data, len, 0, 2), "wrong content read");
	/* One that makes the file longer is synchronous. */
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, data, PAGE, len), PAGE);
	EXPECT_EQ(sc, w_pread(fx.w, fd, data, PAGE, len), PAGE);
	sc_differs(sc, DIFF_SPLIT);
out:
	free(data);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void async_direct(struct sc *sc)
{
	async_direct_as(sc, SRV_PLAIN, 0);
}

static void async_o_direct(struct sc *sc)
{
	async_direct_as(sc, SRV_CACHED, O_DIRECT);
}

/* ---- ioctl ---- */

#define IOC_SWAP	_IOWR('F', 1, uint64_t)
#define IOC_SET		_IOW('F', 2, uint64_t)
#define IOC_RETRY	_IO('F', 3)

static long swap(struct server *srv, const struct fuse_ioctl_in *in, void *data)
{
	uint32_t *half = data, first = half[0];

	(void)srv;
	if (in->cmd == FS_IOC_GETFLAGS)
		half[0] = FS_NOATIME_FL;
	if (in->cmd == FS_IOC_GETFLAGS || in->cmd == FS_IOC_SETFLAGS ||
	    in->cmd == FS_IOC_FSGETXATTR || in->cmd == FS_IOC_FSSETXATTR)
		return 0;
	if (in->cmd == IOC_SET)
		return half[0] ? 7 : -EDOM;
	if (in->cmd != IOC_SWAP)
		return -ENOTTY;
	half[0] = half[1];
	half[1] = first;
	return 3;
}

static void ioctls(struct sc *sc)
{
	uint64_t value = 0x100000002ULL;
	struct fixture fx;
	struct fx_opts o;
	struct fsxattr xattr = { 0 };
	long fd = -1, dir = -1;
	int flags = 0;

	plain_opts(&o, SRV_PLAIN, FUSE_HAS_IOCTL_DIR);
	o.srv.on_ioctl = swap;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDWR));
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, IOC_SWAP, &value), 3);
	EXPECT_EQ(sc, value, 0x200000001LL);
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, IOC_SET, &value), 7);
	value = 0;
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, IOC_SET, &value), -EDOM);
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, IOC_SWAP, NULL), -EFAULT);
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, IOC_RETRY, NULL), -ENOTTY);
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, FS_IOC_GETFLAGS, &flags), 0);
	EXPECT_EQ(sc, flags & FS_NOATIME_FL, FS_NOATIME_FL);
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, FS_IOC_SETFLAGS, &flags), 0);
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, FS_IOC_FSGETXATTR, &xattr), 0);
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, FS_IOC_FSSETXATTR, &xattr), 0);
	NEED_FD(sc, dir, w_open(fx.w, fx.mnt, O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, w_ioctl(fx.w, dir, IOC_SWAP, &value), 3);
	refuses(&fx, FUSE_IOCTL);
	EXPECT_EQ(sc, w_ioctl(fx.w, fd, IOC_SWAP, &value), -ENOTTY);
out:
	fx_close(&fx, dir);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* ---- control files ---- */

static void control_files(struct sc *sc)
{
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, w_control_read(fx.w, fx.mnt, "max_background"), 32);
	EXPECT_EQ(sc, w_control_read(fx.w, fx.mnt, "congestion_threshold"), 24);
	EXPECT_EQ(sc, w_control_write(fx.w, fx.mnt, "max_background", "10"), 0);
	EXPECT_EQ(sc, w_control_write(fx.w, fx.mnt, "congestion_threshold", "7"), 0);
	EXPECT_EQ(sc, w_control_read(fx.w, fx.mnt, "max_background"), 10);
	EXPECT_EQ(sc, w_control_read(fx.w, fx.mnt, "congestion_threshold"), 7);
	EXPECT_EQ(sc, w_control_write(fx.w, fx.mnt, "max_background", "many"), -EINVAL);
	EXPECT_EQ(sc, w_control_write(fx.w, fx.mnt, "congestion_threshold", "-"), -EINVAL);
	EXPECT_EQ(sc, w_control_read(fx.w, fx.mnt, "waiting"), 0);
out:
	fx_teardown(&fx);
}

/* ---- what a server need not implement ---- */

static void not_implemented(struct sc *sc)
{
	long fd = -1, dir = -1;
	struct fixture fx;
	struct fx_opts o;
	char buf[8];

	plain_opts(&o, SRV_PLAIN, 0);
	o.srv.xattr = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", PAGE, O_RDWR));
	NEED_FD(sc, dir, w_open(fx.w, fx.mnt, O_RDONLY | O_DIRECTORY, 0));
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_HOLE), PAGE);
	refuses(&fx, FUSE_LSEEK);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(sc, w_lseek(fx.w, fd, 10, SEEK_DATA), 10);
		EXPECT_EQ(sc, w_lseek(fx.w, fd, 10, SEEK_HOLE), PAGE);
		EXPECT_EQ(sc, w_lseek(fx.w, fd, PAGE, SEEK_DATA), -ENXIO);
	}
	refuses(&fx, FUSE_FALLOCATE);
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(sc, w_fallocate(fx.w, fd, 0, 0, 2 * PAGE), -EOPNOTSUPP);
	EXPECT_EQ(sc, w_fsync(fx.w, fd), 0);
	EXPECT_EQ(sc, w_fsync(fx.w, dir), 0);
	refuses(&fx, FUSE_FSYNC);
	refuses(&fx, FUSE_FSYNCDIR);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(sc, w_fsync(fx.w, fd), 0);
		EXPECT_EQ(sc, w_fsync(fx.w, dir), 0);
	}
	EXPECT_EQ(sc, w_setxattr(fx.w, fx_mnt(&fx, "f"), "user.a", "1", 1, 0), 0);
	EXPECT_EQ(sc, w_listxattr(fx.w, fx_mnt(&fx, "f"), NULL, 0) > 0, 1);
	refuses(&fx, FUSE_SETXATTR);
	refuses(&fx, FUSE_REMOVEXATTR);
	refuses(&fx, FUSE_LISTXATTR);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(sc, w_setxattr(fx.w, fx_mnt(&fx, "f"), "user.a", "1", 1, 0), -EOPNOTSUPP);
		EXPECT_EQ(sc, w_removexattr(fx.w, fx_mnt(&fx, "f"), "user.a"), -EOPNOTSUPP);
		EXPECT_EQ(sc, w_listxattr(fx.w, fx_mnt(&fx, "f"), buf, 8), -EOPNOTSUPP);
	}
out:
	fx_close(&fx, dir);
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* The same of names: what the kernel does without. */
static void names_not_implemented(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	plain_opts(&o, SRV_PLAIN, 0);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	/* CREATE becomes MKNOD and OPEN. */
	refuses(&fx, FUSE_CREATE);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR | O_CREAT | O_EXCL, 0644));
	EXPECT_EQ(sc, w_write(fx.w, fd, "made", 4), 4);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_MKNOD), 1);
	EXPECT_EQ(sc, fx_try_open(&fx, "g", O_RDWR | O_CREAT), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "f"), fx_mnt(&fx, "g"), 1), -EEXIST);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "f"), fx_mnt(&fx, "h"), 1), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "h"), fx_mnt(&fx, "f"), 1 << 5), -EINVAL);
	refuses(&fx, FUSE_RENAME2);
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "h"), fx_mnt(&fx, "f"), 1), -EINVAL);
	/* The server may have done it before it was interrupted. */
	refuse(&fx, FUSE_UNLINK, 1, EINTR);
	EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, "g")), -EINTR);
	refuse(&fx, FUSE_RENAME, 1, EINTR);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "h"), fx_mnt(&fx, "f"), 0), -EINTR);
	refuse(&fx, FUSE_LINK, 1, EINTR);
	EXPECT_EQ(sc, w_link(fx.w, fx_mnt(&fx, "h"), fx_mnt(&fx, "k")), -EINTR);
	EXPECT_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d"), 0755), 0);
	refuse(&fx, FUSE_RMDIR, 1, EINTR);
	EXPECT_EQ(sc, w_rmdir(fx.w, fx_mnt(&fx, "d")), -EINTR);
	EXPECT_EQ(sc, w_rmdir(fx.w, fx_mnt(&fx, "d")), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* Servers to which open files mean nothing. */
static void no_open(struct sc *sc)
{
	long dir = -1, fd = -1;
	struct w_dirent d[4];
	struct fixture fx;
	struct fx_opts o;

	plain_opts(&o, SRV_PLAIN, FUSE_NO_OPEN_SUPPORT | FUSE_NO_OPENDIR_SUPPORT);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), PAGE, 1, 0644), 0);
	refuses(&fx, FUSE_OPEN);
	refuses(&fx, FUSE_OPENDIR);
	for (int i = 0; i < 2; i++) {
		NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY, 0));
		NEED_FD(sc, dir, w_open(fx.w, fx.mnt, O_RDONLY | O_DIRECTORY, 0));
		/* This server knows files by their handles only. */
		EXPECT_EQ(sc, w_getdents(fx.w, dir, d, 4), -EBADF);
		fx_close(&fx, fd);
		fx_close(&fx, dir);
		fd = dir = -1;
	}
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_OPEN), 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_OPENDIR), 1);
	/* The checks at the end take a server that opens and answers as usual. */
	fx.gone = true;
out:
	fx_close(&fx, fd);
	fx_close(&fx, dir);
	fx_teardown(&fx);
}

/* ---- what is negotiated ---- */

static void all_flags(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;
	long fd = -1;

	plain_opts(&o, SRV_CACHED,
		   FUSE_ATOMIC_O_TRUNC | FUSE_EXPORT_SUPPORT | FUSE_SPLICE_WRITE |
			   FUSE_SPLICE_MOVE | FUSE_SPLICE_READ | FUSE_AUTO_INVAL_DATA |
			   FUSE_PARALLEL_DIROPS | FUSE_HANDLE_KILLPRIV | FUSE_ABORT_ERROR |
			   FUSE_MAX_PAGES | FUSE_EXPLICIT_INVAL_DATA | FUSE_SETXATTR_EXT |
			   FUSE_HANDLE_KILLPRIV_V2);
	o.srv.no_init_flags = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_DO_READDIRPLUS |
			      FUSE_DONT_MASK;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 3 * PAGE, O_RDWR));
	EXPECT(sc, fx_reads(&fx, fd, 0, 3 * PAGE, 1), "wrong content read");
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_WRONLY | O_TRUNC), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 0);
	EXPECT(sc, fx_writes(&fx, fd, 0, PAGE, 2), "cannot write");
	EXPECT_EQ(sc, fx_try_open(&fx, "new", O_WRONLY | O_TRUNC | O_CREAT), 0);
	EXPECT_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d"), 0777), 0);
	EXPECT_EQ(sc, w_chmod(fx.w, fx_mnt(&fx, "f"), 06755), 0);
	EXPECT_EQ(sc, w_lchown(fx.w, fx_mnt(&fx, "f"), 5, 6), 0);
	EXPECT_EQ(sc, w_truncate(fx.w, fx_mnt(&fx, "f"), 100), 0);
	EXPECT(sc, fx_writes(&fx, fd, 0, 10, 2), "cannot write to a suid file");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

static void speak_minor(struct server *srv, struct fuse_init_out *out)
{
	out->minor = *(const uint32_t *)srv_config(srv)->hook_arg;
}

static void shorten(struct fixture *fx, uint32_t opcode, size_t len)
{
	const struct srv_rule rule = {
		.opcode = opcode, .count = ~0U, .action = SRV_SHORT, .len = len
	};

	srv_set_rule(fx->srv, &rule);
}

/* A server of protocol 7.3, whose replies are shorter. */
static void old_server(struct sc *sc)
{
	uint32_t minor = 3;
	struct srv_rule init = { .opcode = FUSE_INIT, .count = 1, .action = SRV_SHORT,
				 .len = FUSE_COMPAT_INIT_OUT_SIZE };
	struct w_statfs fs;
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;

	plain_opts(&o, SRV_PLAIN, 0);
	o.srv.on_init = speak_minor;
	o.srv.hook_arg = &minor;
	o.rule = &init;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	shorten(&fx, FUSE_LOOKUP, FUSE_COMPAT_ENTRY_OUT_SIZE);
	shorten(&fx, FUSE_MKDIR, FUSE_COMPAT_ENTRY_OUT_SIZE);
	shorten(&fx, FUSE_GETATTR, FUSE_COMPAT_ATTR_OUT_SIZE);
	shorten(&fx, FUSE_SETATTR, FUSE_COMPAT_ATTR_OUT_SIZE);
	shorten(&fx, FUSE_STATFS, FUSE_COMPAT_STATFS_SIZE);
	EXPECT_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d"), 0755), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "d"), &st), 0);
	EXPECT_EQ(sc, st.mode, S_IFDIR | 0755);
	EXPECT_EQ(sc, w_chmod(fx.w, fx_mnt(&fx, "d"), 0700), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "d"), &st), 0);
	EXPECT_EQ(sc, st.mode, S_IFDIR | 0700);
	EXPECT_EQ(sc, w_statfs(fx.w, fx.mnt, &fs), 0);
	/* The checks at the end take a server that opens and answers as usual. */
	fx.gone = true;
out:
	fx_teardown(&fx);
}

static void another_major(struct server *srv, struct fuse_init_out *out)
{
	(void)srv;
	out->major = 8;
}

/* A server that speaks another protocol: there is no connection. */
static void wrong_major(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;

	plain_opts(&o, SRV_PLAIN, 0);
	o.srv.on_init = another_major;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), -ECONNREFUSED);
	fx.gone = true;
out:
	fx_teardown(&fx);
}

/* ---- the device ---- */

static void device(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;
	long other = -1, null = -1;
	uint32_t fd;

	fx_opts_init(&o);
	o.keep_dev = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, other, w_open_kind(fx.w, W_FD_DEV_FUSE));
	NEED_FD(sc, null, w_open_kind(fx.w, W_FD_DEV_NULL));
	EXPECT_EQ(sc, w_ioctl(fx.w, other, FUSE_DEV_IOC_CLONE, NULL), -EFAULT);
	fd = ~0U;
	EXPECT_EQ(sc, w_ioctl(fx.w, other, FUSE_DEV_IOC_CLONE, &fd), -EINVAL);
	fd = null;
	EXPECT_EQ(sc, w_ioctl(fx.w, other, FUSE_DEV_IOC_CLONE, &fd), -EINVAL);
	EXPECT_EQ(sc, w_poll(fx.w, other, 1), 8);
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, other, O_ASYNC), -EPERM);
	fd = fx.dev;
	EXPECT_EQ(sc, w_ioctl(fx.w, other, FUSE_DEV_IOC_CLONE, &fd), 0);
	EXPECT_EQ(sc, w_ioctl(fx.w, other, FUSE_DEV_IOC_CLONE, &fd), -EINVAL);
	EXPECT_EQ(sc, w_ioctl(fx.w, other, IOC_SWAP, &fd), -ENOTTY);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, w_poll(fx.w, other, 1 | 4), 4);
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, other, O_ASYNC), 0);
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, other, O_NONBLOCK), 0);
	EXPECT_EQ(sc, w_read(fx.w, other, &fd, 4), -EINVAL);
	EXPECT_EQ(sc, w_write(fx.w, other, &fd, 4), -EINVAL);
out:
	fx_close(&fx, null);
	fx_close(&fx, other);
	fx_teardown(&fx);
}

/* Mount options that are refused, one by one. */
static void mount_options(struct sc *sc)
{
	static const char *const bad[] = {
		"rootmode=0",
		"rootmode=40000,user_id=0",
		"rootmode=x,user_id=0,group_id=0",
		"rootmode=40000,user_id=-1,group_id=0",
		"rootmode=40000,user_id=0,group_id=-1",
		"rootmode=40000,user_id=0,group_id=0,blksize=512",
		"rootmode=40000,user_id=0,group_id=0,unknown",
		"rootmode=40000,user_id=0,group_id=0,subtype=a,subtype=b",
		"user_id=0,group_id=0",
		"rootmode=40000,user_id=4294967295,group_id=0",
		"rootmode=40000,user_id=0,group_id=4294967295",
		"rootmode=40000,user_id=0,group_id=0,source=other",
		"rootmode=40000,user_id=0,group_id=0,max_read=x",
		"fd=900,rootmode=40000,user_id=0,group_id=0",
	};
	struct world *w = sc_world(sc);
	char path[W_PATH_MAX];
	long dev = -1;

	NEED_EQ(sc, w_make_dir(w, "options", path), 0);
	NEED_FD(sc, dev, w_open_kind(w, W_FD_DEV_FUSE));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT(sc, w_mount_fuse(w, dev, path, bad[i]) == -EINVAL, "'%s' is not refused",
		       bad[i]);
	w_close(w, dev);
	NEED_FD(sc, dev, w_open_kind(w, W_FD_DEV_NULL));
	EXPECT_EQ(sc, w_mount_fuse(w, dev, path, "rootmode=40000,user_id=0,group_id=0"), -EINVAL);
out:
	if (dev >= 0)
		w_close(w, dev);
	w_remove_dir(w, path);
}

/* Whom the mount is for, if not for all. */
struct visitor {
	const char *path, *root;
	long ret, stat, chmod;
	struct w_statfs fs;
};

static void visit(struct world *w, void *arg)
{
	struct visitor *v = arg;
	struct w_stat st;
	long fd;

	w_setids(w, 1000, 1000);
	v->stat = w_lstat(w, v->root, &st);
	v->chmod = w_chmod(w, v->root, 0700);
	w_statfs(w, v->root, &v->fs);
	v->ret = w_lstat(w, v->path, &st);
	fd = w_open(w, v->path, O_RDONLY, 0);
	if (fd >= 0)
		w_close(w, fd);
}

static void private_mount(struct sc *sc)
{
	struct visitor v = { 0 };
	unsigned int mark;
	struct w_task *task;
	struct fixture fx;
	struct fx_opts o;

	plain_opts(&o, SRV_PLAIN, 0);
	o.mount_opts = "rootmode=40000,user_id=0,group_id=0,max_read=4096";
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0600), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
	v.path = fx_mnt(&fx, "f");
	v.root = fx.mnt;
	NEED_EQ(sc, fx_barrier(&fx), 0);
	mark = srv_mark(fx.srv);
	NEED_EQ(sc, w_spawn(fx.w, "visitor", W_SPAWN_PROCESS, visit, &v, &task), 0);
	w_join(fx.w, task);
	EXPECT_EQ(sc, v.ret, -EACCES);
	EXPECT_EQ(sc, v.stat, -EACCES);
	EXPECT_EQ(sc, v.chmod, -EACCES);
	/*
	 * statfs tells the type, as it must for who looks for mounts, and nothing that the server
	 * would be asked for.
	 */
	EXPECT_EQ(sc, v.fs.blocks, 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, 0), 0);
out:
	fx_teardown(&fx);
}

/* Entries change behind the kernel's back, and it lists them with attributes. */
static void readdirplus_changes(struct sc *sc)
{
	struct w_dirent d[8];
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;
	long dir = -1;

	plain_opts(&o, SRV_PLAIN, 0);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "a"), 10, 1, 0644), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "b"), 10, 1, 0644), 0);
	for (int i = 0; i < 3; i++) {
		NEED_FD(sc, dir, w_open(fx.w, fx.mnt, O_RDONLY | O_DIRECTORY, 0));
		while (w_getdents(fx.w, dir, d, 8) > 0)
			;
		fx_close(&fx, dir);
		dir = -1;
		EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "b"), &st), 0);
		if (i == 0) {
			/* Another file, then another kind of file. */
			NEED_EQ(sc, w_unlink(fx.w, fx_low(&fx, "a")), 0);
			NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "a"), 20, 1, 0644), 0);
		} else if (i == 1) {
			NEED_EQ(sc, w_unlink(fx.w, fx_low(&fx, "a")), 0);
			NEED_EQ(sc, w_mkdir(fx.w, fx_low(&fx, "a"), 0755), 0);
		}
	}
out:
	fx_close(&fx, dir);
	fx_teardown(&fx);
}

const struct scenario protocol_scenarios[] = {
	{ "protocol/splice-plain", "a server that splices its device; direct files", W_CAP_SPLICE,
	  splice_plain },
	{ "protocol/splice-cached", "the same with cached files", W_CAP_SPLICE | W_CAP_PAGE_CACHE,
	  splice_cached },
	{ "protocol/splice-moved", "the same, and the kernel takes the pages",
	  W_CAP_SPLICE | W_CAP_PAGE_CACHE, splice_moved },
	{ "protocol/writeback-cache", "the writeback cache", W_CAP_PAGE_CACHE, writeback_cache },
	{ "protocol/truncating-open", "O_TRUNC beside dirty pages", W_CAP_PAGE_CACHE,
	  truncating_open },
	{ "protocol/short-direct-write", "a direct write of which the server does a part",
	  W_CAP_PAGE_CACHE | W_CAP_LOWER_FAULT, short_direct_write },
	{ "protocol/killpriv", "who takes suid bits off, and who says so", W_CAP_ROOT, killpriv },
	{ "protocol/async-direct", "io_submit on a direct file", W_CAP_AIO, async_direct },
	{ "protocol/async-o-direct", "io_submit on a cached file with O_DIRECT",
	  W_CAP_AIO | W_CAP_PAGE_CACHE, async_o_direct },
	{ "protocol/ioctl", "ioctls that the server serves", 0, ioctls },
	{ "protocol/control", "control files of a connection", W_CAP_ROOT, control_files },
	{ "protocol/not-implemented", "what a server need not implement", W_CAP_LOWER_XATTR,
	  not_implemented },
	{ "protocol/names-not-implemented", "the same of names", 0, names_not_implemented },
	{ "protocol/no-open", "a server without OPEN and OPENDIR", 0, no_open },
	{ "protocol/all-flags", "everything that can be negotiated and goes together",
	  W_CAP_ROOT | W_CAP_PAGE_CACHE, all_flags },
	{ "protocol/old-server", "a server of protocol 7.3", 0, old_server },
	{ "protocol/wrong-major", "a server of another protocol", 0, wrong_major },
	{ "protocol/device", "a second device for the connection; poll", 0, device },
	{ "protocol/mount-options", "mount options that are refused", W_CAP_ROOT, mount_options },
	{ "protocol/private-mount", "a mount that is for its owner only", W_CAP_ROOT,
	  private_mount },
	{ "protocol/readdirplus", "entries change behind the kernel's back", 0,
	  readdirplus_changes },
	{ 0 }
};
