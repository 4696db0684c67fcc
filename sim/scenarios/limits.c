// SPDX-License-Identifier: GPL-2.0
/*
 * RLIMIT_FSIZE of the caller, and a lower file system that is full.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

static void limit_fsize(struct sc *sc)
{
	struct fixture fx;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	memset(buf, 'x', sizeof(buf));
	NEED_EQ(sc, w_setrlimit_fsize(fx.w, 150), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 100, 0), 100);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 100, 100), 50);
	EXPECT_EQ(sc, w_sigxfsz(fx.w), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 100, 150), -EFBIG);
	EXPECT_EQ(sc, w_sigxfsz(fx.w), 1);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 1, 149), 1);
	EXPECT_EQ(sc, w_setrlimit_fsize(fx.w, ~0ULL), 0);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 100, 150), 100);
	fx_same_attr(&fx, fd, "f", false);
out:
	w_setrlimit_fsize(sc_world(sc), ~0ULL);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void limit_fsize_append(struct sc *sc)
{
	struct fixture fx;
	char buf[100];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR | O_APPEND));
	memset(buf, 'x', sizeof(buf));
	/* behind FUSE's back it is longer than FUSE knows */
	EXPECT_EQ(sc, w_truncate(fx.w, fx_low(&fx, "f"), 140), 0);
	NEED_EQ(sc, w_setrlimit_fsize(fx.w, 150), 0);
	EXPECT_EQ(sc, w_write(fx.w, fd, buf, 100), 10);
	EXPECT_EQ(sc, w_write(fx.w, fd, buf, 100), -EFBIG);
	EXPECT_EQ(sc, w_sigxfsz(fx.w), 1);
	EXPECT_EQ(sc, w_setrlimit_fsize(fx.w, ~0ULL), 0);
	fx_same_attr(&fx, fd, "f", false);
out:
	w_setrlimit_fsize(sc_world(sc), ~0ULL);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

#define MIB	(1 << 20)

static void limit_enospc(struct sc *sc)
{
	char *buf = calloc(1, 2 * MIB);
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	o.lower.size = MIB;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 0, O_RDWR));
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 2 * MIB, 0), MIB);
	fx_same_attr(&fx, fd, "f", true);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 4096, MIB), -ENOSPC);
	fx_same_attr(&fx, fd, "f", true);
	/* in place there is room, and after truncation at the end too */
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 4096, 0), 4096);
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, MIB / 2), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 4096, MIB / 2), 4096);
	fx_same_attr(&fx, fd, "f", true);
out:
	free(buf);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void limit_enospc_vectors(struct sc *sc)
{
	char *buf = calloc(1, MIB);
	struct iovec iov[3] = { { buf, MIB - 8192 }, { buf, 4096 }, { buf, MIB - 4096 } };
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	o.lower.size = MIB;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 0, O_RDWR));
	EXPECT_EQ(sc, w_writev(fx.w, fd, iov, 3), MIB);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_CUR), MIB);
	EXPECT_EQ(sc, w_writev(fx.w, fd, iov, 3), -ENOSPC);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_CUR), MIB);
	fx_same_attr(&fx, fd, "f", false);
out:
	free(buf);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void limit_largest_offset(struct sc *sc)
{
	struct fixture fx;
	char buf[16];
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 16, 0x7fffffffffffffe0LL), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 16, 0x7ffffffffffffff8LL), -EINVAL);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 16, 0), 16);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario limit_scenarios[] = {
	{ "limits/fsize", "RLIMIT_FSIZE: a short write, then EFBIG and SIGXFSZ", 0, limit_fsize },
	{ "limits/fsize-append", "the same at the end of a file that grew below", 0,
	  limit_fsize_append },
	{ "limits/enospc", "the lower file system is full in the middle of a write", 0,
	  limit_enospc },
	{ "limits/enospc-vectors", "the same with writev", 0, limit_enospc_vectors },
	{ "limits/largest-offset", "positions at the end of what can be expressed", 0,
	  limit_largest_offset },
	{ 0 }
};
