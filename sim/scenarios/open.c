// SPDX-License-Identifier: GPL-2.0
/*
 * Passthrough by OPEN: which file, with which flags, how often.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Reading and writing through FUSE is seen below and the server sees neither. */
static void open_basic(struct sc *sc)
{
	struct fixture fx;
	char buf[256];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 200, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, sizeof(buf), 0), 200);
	EXPECT(sc, sc_matches(buf, 200, 0, 1), "wrong content read");
	sc_pattern(buf, 100, 50, 2);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 100, 50), 100);
	EXPECT_EQ(sc, w_close(fx.w, fd), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDONLY, 0));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, sizeof(buf), 0), 200);
	EXPECT(sc, sc_matches(buf, 50, 0, 1) && sc_matches(buf + 50, 100, 50, 2) &&
	       sc_matches(buf + 150, 50, 150, 1), "wrong content below");
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	fx_teardown(&fx);
}

static void open_read_only(struct sc *sc)
{
	struct fixture fx;
	char buf[16];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 16, O_RDONLY));
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 16), 16);
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 16), 0);
	EXPECT_EQ(sc, w_write(fx.w, fd, buf, 16), -EBADF);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 0);
out:
	fx_teardown(&fx);
}

static void open_write_only(struct sc *sc)
{
	struct fixture fx;
	char buf[16] = "write only";
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 16, O_WRONLY));
	EXPECT_EQ(sc, w_write(fx.w, fd, buf, 10), 10);
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 10), -EBADF);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, sc_hash(sc, fx_low(&fx, "f")) > 0, 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	fx_teardown(&fx);
}

const struct scenario open_scenarios[] = {
	{ "open/basic", "read and write go to the backing file, not to the server", 0, open_basic },
	{ "open/read-only", "a file opened read-only is read below and cannot be written", 0,
	  open_read_only },
	{ "open/write-only", "a file opened write-only is written below and cannot be read", 0,
	  open_write_only },
	{ 0 }
};
