// SPDX-License-Identifier: GPL-2.0
/*
 * Stacked file systems: how deep they may be below, and what may stand on FUSE itself.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

/* @lower: stack depth of the lower file system, @max: max_stack_depth in INIT. */
static void depth(struct sc *sc, int lower, uint32_t max, long want)
{
	struct fx_opts o;
	struct fixture fx;
	char buf[32];
	long fd = -1, id;

	fx_opts_init(&o);
	o.keep_dev = true;
	o.srv.max_stack_depth = max;
	o.lower.stack_depth = lower;
	/* without passthrough the file must be served all the same */
	if (want)
		o.srv.backing = SRV_PLAIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, fx_barrier(&fx), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 32, 1, 0644), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	id = srv_register(fx.w, fx.dev, fd);
	EXPECT_EQ(sc, id > 0 ? srv_unregister(fx.w, fx.dev, id) : id, want);
	w_close(fx.w, fd);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 32, 0), 32);
	EXPECT(sc, sc_matches(buf, 32, 0, 1), "wrong content read");
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 32, 32), 32);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), want ? 1 : 0);
	fx_same_attr(&fx, fd, "f", false);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void stack_0_of_1(struct sc *sc)
{
	depth(sc, 0, 1, 0);
}

static void stack_0_of_2(struct sc *sc)
{
	depth(sc, 0, 2, 0);
}

static void stack_1_of_1(struct sc *sc)
{
	depth(sc, 1, 1, -ELOOP);
}

static void stack_1_of_2(struct sc *sc)
{
	depth(sc, 1, 2, 0);
}

static void stack_2_of_1(struct sc *sc)
{
	depth(sc, 2, 1, -ELOOP);
}

static void stack_2_of_2(struct sc *sc)
{
	depth(sc, 2, 2, -ELOOP);
}

/*
 * FUSE on FUSE. The upper one exports the mount of the lower one; @below: max_stack_depth of the
 * lower one, 0 = without passthrough.
 */
static void fuse_on_fuse(struct sc *sc, uint32_t below, uint32_t above, long want)
{
	bool have_upper = false;
	struct fx_opts o;
	struct fixture lower, upper;
	char buf[16];
	long fd = -1, id;

	fx_opts_init(&o);
	o.name = "below";
	o.srv.passthrough = below;
	o.srv.max_stack_depth = below;
	if (!fx_setup(sc, &lower, &o))
		goto out;
	NEED_EQ(sc, fx_barrier(&lower), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&lower, "f"), 16, 1, 0644), 0);
	fx_opts_init(&o);
	o.name = "above";
	o.keep_dev = true;
	o.lower_path = lower.mnt;
	o.srv.max_stack_depth = above;
	if (want)
		o.srv.backing = SRV_PLAIN;
	have_upper = true;
	if (!fx_setup(sc, &upper, &o))
		goto out;
	NEED_EQ(sc, fx_barrier(&upper), 0);
	NEED_FD(sc, fd, w_open(upper.w, fx_low(&upper, "f"), O_RDWR, 0));
	id = srv_register(upper.w, upper.dev, fd);
	EXPECT_EQ(sc, id > 0 ? srv_unregister(upper.w, upper.dev, id) : id, want);
	w_close(upper.w, fd);
	NEED_FD(sc, fd, w_open(upper.w, fx_mnt(&upper, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, w_pread(upper.w, fd, buf, 16, 0), 16);
	EXPECT(sc, sc_matches(buf, 16, 0, 1), "wrong content read");
	EXPECT_EQ(sc, w_pwrite(upper.w, fd, buf, 16, 16), 16);
out:
	if (fd >= 0)
		w_close(sc_world(sc), fd);
	if (have_upper)
		fx_teardown(&upper);
	fx_teardown(&lower);
}

static void stack_on_plain_fuse(struct sc *sc)
{
	fuse_on_fuse(sc, 0, 1, 0);
}

static void stack_on_fuse_1_of_1(struct sc *sc)
{
	fuse_on_fuse(sc, 1, 1, -ELOOP);
}

static void stack_on_fuse_1_of_2(struct sc *sc)
{
	fuse_on_fuse(sc, 1, 2, 0);
}

static void stack_on_fuse_2_of_2(struct sc *sc)
{
	fuse_on_fuse(sc, 2, 2, -ELOOP);
}

/* Overlayfs of 6.1 does not hand IOCB_APPEND on to the file that it writes to. */
static void stack_append(struct sc *sc)
{
	bool own = sc_has(sc, W_CAP_LOWER_KINDS);
	const struct w_lower_opts below = { .name = "below" };
	struct iovec iov = { "xyz", 3 };
	char path[W_PATH_MAX] = "";
	struct fx_opts o;
	struct fixture fx = { .dev = -1 };
	struct w_stat st;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.max_stack_depth = 2;
	o.lower.stack_depth = !own;
	/* That of the box is like overlayfs in this; depth alone is none. */
	if (own) {
		NEED(sc, !w_make_lower(sc_world(sc), &below, path),
		     "cannot make the file system below");
		o.lower.kind = W_LOWER_STACK;
		o.lower.over = path;
	}
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_EQ(sc, w_pwritev2(fx.w, fd, &iov, 1, 10, RWF_APPEND), 3);
	EXPECT_EQ(sc, w_fcntl_setfl(fx.w, fd, O_APPEND), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "more", 4, 20), 4);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 107);
	EXPECT(sc, fx_reads(&fx, fd, 0, 100, 1), "something was overwritten");
out:
	if (fd >= 0)
		w_close(sc_world(sc), fd);
	if (fx.w)
		fx_teardown(&fx);
	if (path[0])
		w_remove_lower(sc_world(sc), path);
}

const struct scenario stack_scenarios[] = {
	{ "stack/0-of-1", "lower file on a plain file system, max_stack_depth 1", 0, stack_0_of_1 },
	{ "stack/0-of-2", "lower file on a plain file system, max_stack_depth 2", 0, stack_0_of_2 },
	{ "stack/1-of-1", "lower file on a stacked file system, max_stack_depth 1",
	  W_CAP_STACK_DEPTH, stack_1_of_1 },
	{ "stack/1-of-2", "lower file on a stacked file system, max_stack_depth 2",
	  W_CAP_STACK_DEPTH, stack_1_of_2 },
	{ "stack/2-of-1", "lower file on a twice stacked file system, max_stack_depth 1",
	  W_CAP_STACK_DEPTH, stack_2_of_1 },
	{ "stack/2-of-2", "lower file on a twice stacked file system, max_stack_depth 2",
	  W_CAP_STACK_DEPTH, stack_2_of_2 },
	{ "stack/append", "appending where the lower file system looks at its own flags only",
	  W_CAP_STACK_DEPTH, stack_append },
	{ "stack/on-plain-fuse", "FUSE over FUSE without passthrough", 0, stack_on_plain_fuse },
	{ "stack/on-fuse-1-of-1", "FUSE over FUSE with passthrough, not deep enough",
	  W_CAP_LOWER_FLAT, stack_on_fuse_1_of_1 },
	{ "stack/on-fuse-1-of-2", "FUSE over FUSE, both passed through", W_CAP_LOWER_FLAT,
	  stack_on_fuse_1_of_2 },
	{ "stack/on-fuse-2-of-2", "FUSE over FUSE of the greatest depth", W_CAP_LOWER_FLAT,
	  stack_on_fuse_2_of_2 },
	{ 0 }
};
