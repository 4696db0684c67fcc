// SPDX-License-Identifier: GPL-2.0
/*
 * Synchronous reads and writes of a passthrough file, in all their kinds.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#ifndef SEEK_HOLE
#error "needs _GNU_SOURCE"
#endif

#define BLOCK	4096

/* Does the lower file hold @len bytes of pattern @seed at @off? */
static bool below(struct sc *sc, struct fixture *fx, const char *name, long long off, size_t len,
		  unsigned int seed)
{
	char *buf = calloc(1, len ? len : 1);
	bool same = false;
	long fd;

	fd = buf ? w_open(fx->w, fx_low(fx, name), O_RDONLY, 0) : -ENOMEM;
	if (EXPECT(sc, fd >= 0, "cannot open below: %s", sc_errno(fd))) {
		same = w_pread(fx->w, fd, buf, len, off) == (long)len &&
		       sc_matches(buf, len, off, seed);
		w_close(fx->w, fd);
	}
	free(buf);
	return same;
}

/* Sizes and offsets around pages and blocks; each write is read back through FUSE and below. */
static void rw_matrix(struct sc *sc)
{
	static const size_t sizes[] = { 1, 2, 511, 512, 4095, 4096, 4097, 8192, 65536, 100000 };
	static const long long offs[] = { 0, 1, 511, 4095, 4096, 4097, 131072 };
	char *out = calloc(1, 100000), *in = calloc(1, 100000);
	unsigned int seed = 2;
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED(sc, out && in, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 0, O_RDWR));
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		for (size_t o = 0; o < sizeof(offs) / sizeof(offs[0]); o++, seed++) {
			size_t n = sizes[s];

			sc_pattern(out, n, offs[o], seed);
			EXPECT(sc, w_pwrite(fx.w, fd, out, n, offs[o]) == (long)n,
			       "write %zu at %lld", n, offs[o]);
			memset(in, 0, n);
			EXPECT(sc, w_pread(fx.w, fd, in, n, offs[o]) == (long)n &&
			       !memcmp(in, out, n), "read %zu at %lld", n, offs[o]);
			EXPECT(sc, below(sc, &fx, "f", offs[o], n, seed), "below: %zu at %lld", n,
			       offs[o]);
		}
	}
	fx_same_attr(&fx, fd, "f", false);
	EXPECT(sc, sc_hash(sc, fx_low(&fx, "f")) == sc_hash(sc, fx_mnt(&fx, "f")),
	       "contents differ");
	sc_trace(sc, "content %llx", sc_hash(sc, fx_low(&fx, "f")));
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	free(out);
	free(in);
	fx_teardown(&fx);
}

static void rw_large(struct sc *sc)
{
	size_t n = 3 << 20;
	char *buf = calloc(1, n);
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 0, O_RDWR));
	sc_pattern(buf, n, 0, 4);
	EXPECT_EQ(sc, w_write(fx.w, fd, buf, n), n);
	memset(buf, 0, n);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, n, 0), n);
	EXPECT(sc, sc_matches(buf, n, 0, 4), "wrong content read");
	w_close(fx.w, fd);
out:
	free(buf);
	fx_teardown(&fx);
}

static void rw_vectors(struct sc *sc)
{
	char a[10], b[1], c[300];
	struct iovec iov[] = { { a, 10 }, { NULL, 0 }, { b, 1 }, { c, 300 } };
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDWR));
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 100, SEEK_SET), 100);
	EXPECT_EQ(sc, w_readv(fx.w, fd, iov, 4), 311);
	EXPECT(sc, sc_matches(a, 10, 100, 1) && sc_matches(b, 1, 110, 1) &&
	       sc_matches(c, 300, 111, 1), "wrong content read");
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_CUR), 411);
	sc_pattern(a, 10, 411, 3);
	sc_pattern(b, 1, 421, 3);
	sc_pattern(c, 300, 422, 3);
	EXPECT_EQ(sc, w_writev(fx.w, fd, iov, 4), 311);
	EXPECT(sc, below(sc, &fx, "f", 411, 311, 3), "wrong content below");
	EXPECT_EQ(sc, w_pwritev2(fx.w, fd, iov, 4, 5000, 0), 311);
	EXPECT_EQ(sc, w_preadv2(fx.w, fd, iov, 4, 5300, 0), 11);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_CUR), 722);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_position(struct sc *sc)
{
	struct fixture fx;
	char buf[60];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 60), 60);
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 60), 40);
	EXPECT(sc, sc_matches(buf, 40, 60, 1), "wrong content read");
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 60), 0);
	EXPECT_EQ(sc, w_write(fx.w, fd, buf, 60), 60);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_CUR), 160);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, -10, SEEK_END), 150);
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 60), 10);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 60, 1000000), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 60, -1), -EINVAL);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 60, -1), -EINVAL);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_zero_length(struct sc *sc)
{
	struct w_stat before, after;
	struct fixture fx;
	long fd;
	char c;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &before), 0);
	w_tick(fx.w);
	EXPECT_EQ(sc, w_pread(fx.w, fd, &c, 0, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, &c, 0, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, &c, 0, 500), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &after), 0);
	EXPECT_EQ(sc, after.size, 100);
	EXPECT(sc, before.mtime == after.mtime && before.atime == after.atime &&
	       before.ctime == after.ctime, "times of the lower file changed");
	fx_same_attr(&fx, fd, "f", true);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_beyond_eof(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[200];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "end", 3, 100000), 3);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 100003);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 200, 100), 200);
	EXPECT(sc, sc_matches(buf, 200, 100, 0), "the hole is not zeros");
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 200, 99900), 103);
	EXPECT(sc, sc_matches(buf, 100, 99900, 0) && !memcmp(buf + 100, "end", 3),
	       "wrong content at the end");
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_bad_buffer(struct sc *sc)
{
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, fd, NULL, 10, 0), -EFAULT);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, NULL, 10, 0), -EFAULT);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, NULL, 10, 200), -EFAULT);
	/* tmpfs extends the file all the same; what counts is that FUSE says so too */
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* ---- append ---- */

static void rw_append(struct sc *sc)
{
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR | O_APPEND));
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "A", 1, 0), 1);
	EXPECT_EQ(sc, w_write(fx.w, fd, "B", 1), 1);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_CUR), 102);
	/* somebody else makes the lower file longer: append means its real end */
	EXPECT_EQ(sc, w_truncate(fx.w, fx_low(&fx, "f"), 200), 0);
	EXPECT_EQ(sc, w_write(fx.w, fd, "C", 1), 1);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_CUR), 201);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT(sc, below(sc, &fx, "f", 0, 100, 1), "something was overwritten");
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_setfl_append(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, fd, O_APPEND), 0);
	EXPECT_EQ(sc, w_fcntl_getfl(fx.w, fd) & (O_ACCMODE | O_APPEND), O_RDWR | O_APPEND);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "A", 1, 0), 1);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 101);
	EXPECT(sc, below(sc, &fx, "f", 0, 100, 1), "the write did not append");
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, fd, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "A", 1, 0), 1);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 101);
	w_close(fx.w, fd);
	/* and the other way round: opened to append, then cleared */
	NEED_FD(sc, fd, fx_make(&fx, "g", 100, O_RDWR | O_APPEND));
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, fd, 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "A", 1, 50), 1);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_DIFF(sc, DIFF_SETFL, st.size, 100, 101);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_rwf_append(struct sc *sc)
{
	struct iovec iov = { "xyz", 3 };
	struct fixture fx;
	struct w_stat st;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pwritev2(fx.w, fd, &iov, 1, 10, RWF_APPEND), 3);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 103);
	EXPECT(sc, below(sc, &fx, "f", 0, 100, 1), "the write did not append");
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

struct append_job {
	int times;
	char letter;
};

static long append_letters(struct fx_job *job)
{
	struct append_job *a = job->arg;
	struct world *w = sc_world(job->sc);
	char text[32];
	long fd;

	memset(text, a->letter, sizeof(text));
	fd = w_open(w, job->path, O_WRONLY | O_APPEND, 0);
	if (fd < 0)
		return fd;
	for (int i = 0; i < a->times; i++) {
		if (w_write(w, fd, text, sizeof(text)) != (long)sizeof(text))
			return -EIO;
	}
	w_close(w, fd);
	return 0;
}

/* Two processes append records to one file: none is torn or lost. */
static void rw_append_together(struct sc *sc)
{
	struct append_job a = { 20, 'a' }, b = { 20, 'b' };
	struct fx_job ja = { .fn = append_letters, .arg = &a };
	struct fx_job jb = { .fn = append_letters, .arg = &b };
	char buf[40 * 32];
	struct fixture fx;
	int as = 0;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 0, 1, 0644), 0);
	ja.path = jb.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &ja, W_SPAWN_PROCESS), 0);
	NEED_EQ(sc, fx_job_start(sc, &jb, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&ja), 0);
	EXPECT_EQ(sc, fx_job_wait(&jb), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDONLY, 0));
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, sizeof(buf)), sizeof(buf));
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 1), 0);
	w_close(fx.w, fd);
	for (size_t i = 0; i < sizeof(buf); i += 32) {
		for (int k = 1; k < 32; k++)
			EXPECT(sc, buf[i + k] == buf[i], "torn record at %zu", i);
		as += buf[i] == 'a';
	}
	EXPECT_EQ(sc, as, 20);
out:
	fx_teardown(&fx);
}

static long write_in_place(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	long fd, ret = 0;

	fd = w_open(w, job->path, O_WRONLY, 0);
	if (fd < 0)
		return fd;
	for (int i = 0; i < 20 && ret >= 0; i++)
		ret = w_pwrite(w, fd, job->buf, job->len, job->off);
	w_close(w, fd);
	return ret;
}

static void rw_in_place_together(struct sc *sc)
{
	char a[1000], b[1000];
	struct fx_job ja = { .fn = write_in_place, .buf = a, .len = sizeof(a), .off = 0 };
	struct fx_job jb = { .fn = write_in_place, .buf = b, .len = sizeof(b), .off = 1000 };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 3000, 1, 0644), 0);
	sc_pattern(a, 1000, 0, 2);
	sc_pattern(b, 1000, 1000, 3);
	ja.path = jb.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &ja, W_SPAWN_PROCESS), 0);
	NEED_EQ(sc, fx_job_start(sc, &jb, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&ja), 1000);
	EXPECT_EQ(sc, fx_job_wait(&jb), 1000);
	EXPECT(sc, below(sc, &fx, "f", 0, 1000, 2) && below(sc, &fx, "f", 1000, 1000, 3) &&
	       below(sc, &fx, "f", 2000, 1000, 1), "wrong content below");
out:
	fx_teardown(&fx);
}

/* ---- direct I/O and its kin ---- */

static void rw_direct_aligned(struct sc *sc)
{
	char *buf = aligned_alloc(BLOCK, 4 * BLOCK);
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 4 * BLOCK, O_RDWR | O_DIRECT));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 2 * BLOCK, BLOCK), 2 * BLOCK);
	EXPECT(sc, sc_matches(buf, 2 * BLOCK, BLOCK, 1), "wrong content read");
	sc_pattern(buf, BLOCK, 4 * BLOCK, 6);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, BLOCK, 4 * BLOCK), BLOCK);
	EXPECT(sc, below(sc, &fx, "f", 4 * BLOCK, BLOCK, 6), "wrong content below");
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 0);
out:
	free(buf);
	fx_teardown(&fx);
}

static void rw_direct_misaligned(struct sc *sc)
{
	char *buf = aligned_alloc(BLOCK, 2 * BLOCK);
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 4 * BLOCK, O_RDWR | O_DIRECT));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, BLOCK, 1), -EINVAL);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), -EINVAL);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf + 1, BLOCK, 0), -EINVAL);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, BLOCK, 1), -EINVAL);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 100, 0), -EINVAL);
	EXPECT(sc, below(sc, &fx, "f", 0, 4 * BLOCK, 1), "something was written");
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
out:
	free(buf);
	fx_teardown(&fx);
}

static void rw_setfl_direct(struct sc *sc)
{
	char *buf = aligned_alloc(BLOCK, BLOCK);
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * BLOCK, O_RDWR));
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, fd, O_DIRECT), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, BLOCK, 0), BLOCK);
	EXPECT_DIFF(sc, DIFF_SETFL, w_pread(fx.w, fd, buf, 100, 1), -EINVAL, 100);
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, fd, 0), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 1), 100);
	w_close(fx.w, fd);
out:
	free(buf);
	fx_teardown(&fx);
}

static void rw_no_direct_below(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	char buf[16];
	long fd;

	fx_opts_init(&o);
	o.lower.no_dio = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", BLOCK, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 16, 0), 16);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR | O_DIRECT), -EINVAL);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 1);
	/* set later, it is the single request that fails */
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, fd, O_DIRECT), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 16, 0), -EINVAL);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 16, 0), -EINVAL);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* What the lower file does is its own matter: ext4 of 6.1 writes so only with O_DIRECT. */
static void same_nowait(struct sc *sc, long got, long below)
{
	bool same = got == below;

	EXPECT_DIFF(sc, DIFF_NOWAIT, same, true, below == -EOPNOTSUPP);
}

static void rw_nowait(struct sc *sc)
{
	char buf[16];
	struct iovec iov = { buf, sizeof(buf) };
	struct fixture fx;
	long fd, low, want;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_FD(sc, low, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	/* put it into the lower page cache: then nothing needs to wait */
	EXPECT_EQ(sc, w_pread(fx.w, low, buf, 16, 0), 16);
	want = w_preadv2(fx.w, low, &iov, 1, 0, RWF_NOWAIT);
	same_nowait(sc, w_preadv2(fx.w, fd, &iov, 1, 0, RWF_NOWAIT), want);
	want = w_pwritev2(fx.w, low, &iov, 1, 0, RWF_NOWAIT);
	same_nowait(sc, w_pwritev2(fx.w, fd, &iov, 1, 0, RWF_NOWAIT), want);
	w_close(fx.w, low);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_sync(struct sc *sc)
{
	struct iovec iov = { "sync", 4 };
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pwritev2(fx.w, fd, &iov, 1, 0, RWF_DSYNC), 4);
	EXPECT_EQ(sc, w_pwritev2(fx.w, fd, &iov, 1, 0, RWF_SYNC), 4);
	EXPECT_EQ(sc, w_preadv2(fx.w, fd, &iov, 0, 0, RWF_HIPRI), 0);
	EXPECT_EQ(sc, w_pwritev2(fx.w, fd, &iov, 1, 0, 1 << 30), -EOPNOTSUPP);
	w_close(fx.w, fd);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY | O_SYNC, 0));
	EXPECT_EQ(sc, w_write(fx.w, fd, "abcd", 4), 4);
	w_close(fx.w, fd);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY | O_DSYNC, 0));
	EXPECT_EQ(sc, w_write(fx.w, fd, "abcd", 4), 4);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* ---- what is not passed through ---- */

static void rw_fsync(struct sc *sc)
{
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
	EXPECT_EQ(sc, w_fsync(fx.w, fd), 0);
	EXPECT_EQ(sc, w_fdatasync(fx.w, fd), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_FSYNC), 2);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_fallocate(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[100];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 2 * BLOCK, O_RDWR));
	EXPECT_EQ(sc, w_fallocate(fx.w, fd, 0, 0, 5 * BLOCK), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_FALLOCATE), 1);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 5 * BLOCK);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 5 * BLOCK - 50), 50);
	EXPECT_EQ(sc, w_fallocate(fx.w, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, BLOCK),
		  0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 100, 0), 100);
	EXPECT(sc, sc_matches(buf, 100, 0, 0), "no hole was punched");
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_seek_data(struct sc *sc)
{
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_DATA), 0);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_HOLE), 100);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 100, SEEK_DATA), -ENXIO);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_LSEEK), 3);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_poll(struct sc *sc)
{
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_poll(fx.w, fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* ---- a lower file system that fails ---- */

static void rw_lower_error(struct sc *sc)
{
	struct fixture fx;
	char buf[50];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_READ, 0, 1, EIO, 0), 0);
	NEED_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, EIO, 0), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 50, 0), -EIO);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 50, 0), 50);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 50, 80), -EIO);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 50, 80), 50);
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void rw_lower_short(struct sc *sc)
{
	struct fixture fx;
	char buf[50];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	NEED_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_READ, 0, 1, 0, 7), 0);
	NEED_EQ(sc, w_lower_inject(fx.w, fx.lower, W_LOWER_WRITE, 0, 1, 0, 11), 0);
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 50), 7);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_CUR), 7);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 50, 95), 11);
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* The lower file system sees the server's credentials and the caller's flags. */
static void rw_lower_sees(struct sc *sc)
{
	struct w_lower_event ev[16];
	bool read = false, wrote = false;
	struct fixture fx;
	char buf[10];
	long fd, n;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR | O_APPEND));
	w_lower_log(fx.w, fx.lower, ev, 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 20), 10);
	EXPECT_EQ(sc, w_write(fx.w, fd, buf, 10), 10);
	n = w_lower_log(fx.w, fx.lower, ev, 16);
	for (long i = 0; i < n; i++) {
		if (ev[i].op == W_LOWER_READ) {
			read = true;
			EXPECT_EQ(sc, ev[i].off, 20);
			EXPECT_EQ(sc, ev[i].len, 10);
		} else if (ev[i].op == W_LOWER_WRITE) {
			wrote = true;
			EXPECT_EQ(sc, ev[i].off, 100);
			EXPECT_EQ(sc, ev[i].result, 10);
		}
		EXPECT(sc, ev[i].fsuid == 0 && ev[i].cap_admin, "other credentials below");
	}
	EXPECT(sc, read && wrote, "the lower file system saw no read or no write");
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/*
 * Calls of one kind that the lower file system saw since the log was last read; @flags: of the
 * last.
 */
static unsigned int seen_below(struct fixture *fx, enum w_lower_op op, unsigned int *flags)
{
	struct w_lower_event ev[16];
	unsigned int seen = 0;
	long n = w_lower_log(fx->w, fx->lower, ev, 16);

	*flags = 0;
	for (long i = 0; i < n; i++) {
		if (ev[i].op != op)
			continue;
		seen++;
		*flags = ev[i].kiocb_flags;
	}
	return seen;
}

/*
 * A mount that is synchronous as a whole makes writes that do not say so synchronous, below, too.
 */
static void rw_sync_mount(struct sc *sc)
{
	unsigned int flags;
	struct fixture fx;
	struct fx_opts o;
	long fd = -1;

	fx_opts_init(&o);
	o.mount_opts = "rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other,sync";
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	seen_below(&fx, W_LOWER_WRITE, &flags);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "text", 4, 0), 4);
	EXPECT_EQ(sc, seen_below(&fx, W_LOWER_WRITE, &flags), 1);
	EXPECT(sc, flags & RWF_DSYNC, "the lower write is not synchronous");
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

/* Of I/O of no bytes the lower file system hears nothing. */
static void rw_nothing_below(struct sc *sc)
{
	struct fixture fx;
	unsigned int flags;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	seen_below(&fx, W_LOWER_READ, &flags);
	EXPECT_EQ(sc, w_pread(fx.w, fd, &flags, 0, 0), 0);
	EXPECT_EQ(sc, seen_below(&fx, W_LOWER_READ, &flags), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, &flags, 0, 0), 0);
	EXPECT_EQ(sc, seen_below(&fx, W_LOWER_WRITE, &flags), 0);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

const struct scenario rw_scenarios[] = {
	{ "rw/matrix", "many sizes at many offsets", 0, rw_matrix },
	{ "rw/large", "3 MiB at once", 0, rw_large },
	{ "rw/vectors", "readv and writev with empty and odd parts", 0, rw_vectors },
	{ "rw/position", "the file position and the end of the file", 0, rw_position },
	{ "rw/zero-length", "I/O of no bytes changes nothing", 0, rw_zero_length },
	{ "rw/sync-mount", "a synchronous mount", W_CAP_LOWER_LOG, rw_sync_mount },
	{ "rw/nothing-below", "I/O of no bytes is not passed through", W_CAP_LOWER_LOG,
	  rw_nothing_below },
	{ "rw/beyond-eof", "a write beyond the end leaves a hole of zeros", 0, rw_beyond_eof },
	{ "rw/bad-buffer", "a buffer that cannot be accessed", 0, rw_bad_buffer },
	{ "rw/append", "O_APPEND writes at the lower file's real end", 0, rw_append },
	{ "rw/setfl-append", "O_APPEND set and cleared by fcntl", 0, rw_setfl_append },
	{ "rw/rwf-append", "RWF_APPEND", 0, rw_rwf_append },
	{ "rw/append-together", "two processes append to one file", 0, rw_append_together },
	{ "rw/in-place-together", "two processes write different parts of one file", 0,
	  rw_in_place_together },
	{ "rw/direct-aligned", "O_DIRECT", W_CAP_DIO_ALIGN, rw_direct_aligned },
	{ "rw/direct-misaligned", "O_DIRECT with misaligned offset, length, buffer",
	  W_CAP_DIO_ALIGN, rw_direct_misaligned },
	{ "rw/setfl-direct", "O_DIRECT set by fcntl", W_CAP_DIO_ALIGN, rw_setfl_direct },
	{ "rw/no-direct-below", "O_DIRECT where the lower file system cannot", W_CAP_NO_DIO,
	  rw_no_direct_below },
	{ "rw/nowait", "RWF_NOWAIT does what it does on the lower file", 0, rw_nowait },
	{ "rw/sync", "O_SYNC, O_DSYNC, RWF_SYNC, RWF_DSYNC, unknown flags", 0, rw_sync },
	{ "rw/fsync", "fsync and fdatasync go to the server", 0, rw_fsync },
	{ "rw/fallocate", "fallocate goes to the server and is seen at once", 0, rw_fallocate },
	{ "rw/seek-data", "SEEK_DATA and SEEK_HOLE ask the server", 0, rw_seek_data },
	{ "rw/poll", "a passthrough file is always ready", 0, rw_poll },
	{ "rw/lower-error", "EIO from the lower file system", W_CAP_LOWER_FAULT, rw_lower_error },
	{ "rw/lower-short", "short reads and writes below", W_CAP_LOWER_FAULT, rw_lower_short },
	{ "rw/lower-sees", "credentials, position and length below", W_CAP_LOWER_LOG,
	  rw_lower_sees },
	{ 0 }
};
