// SPDX-License-Identifier: GPL-2.0
/*
 * Mounts, file systems below, names: what lives how long.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

static void life_lower_busy(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;
	char c;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	EXPECT_EQ(sc, w_remove_lower(fx.w, fx.lower), -EBUSY);
	EXPECT_EQ(sc, w_pread(fx.w, fd, &c, 1, 0), 1);
	EXPECT_EQ(sc, w_close(fx.w, fd), 0);
	fd = -1;
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	/* the server exports it still, but keeps nothing of it open */
	EXPECT_EQ(sc, w_remove_lower(fx.w, fx.lower), 0);
	fx.own_lower = false;
	fx.gone = true;
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void life_fuse_busy(struct sc *sc)
{
	struct fixture fx;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	EXPECT_EQ(sc, w_umount(fx.w, fx.mnt, 0), -EBUSY);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void life_again(struct sc *sc)
{
	struct fixture fx;
	long fd;
	char c;

	for (int i = 0; i < 5; i++) {
		if (!fx_setup(sc, &fx, NULL)) {
			fx_teardown(&fx);
			return;
		}
		fd = fx_make(&fx, "f", 10, O_RDWR);
		if (EXPECT(sc, fd >= 0, "cannot open: %s", sc_errno(fd))) {
			EXPECT_EQ(sc, w_pread(fx.w, fd, &c, 1, 0), 1);
			w_close(fx.w, fd);
		}
		fx_teardown(&fx);
	}
}

static void life_two_mounts(struct sc *sc)
{
	bool have_b = false;
	struct fixture a, b;
	struct fx_opts o;
	long fa = -1, fb = -1;
	char buf[8];

	if (!fx_setup(sc, &a, NULL))
		goto out;
	fx_opts_init(&o);
	o.name = "b";
	have_b = true;
	if (!fx_setup(sc, &b, &o))
		goto out;
	NEED_FD(sc, fa, fx_make(&a, "f", 8, O_RDWR));
	NEED_EQ(sc, sc_make_file(sc, fx_low(&b, "f"), 8, 2, 0644), 0);
	NEED_FD(sc, fb, w_open(b.w, fx_mnt(&b, "f"), O_RDWR, 0));
	/* ids count for each connection: both files have the same */
	EXPECT_EQ(sc, w_pread(a.w, fa, buf, 8, 0), 8);
	EXPECT(sc, sc_matches(buf, 8, 0, 1), "a reads the file of b");
	EXPECT_EQ(sc, w_pread(b.w, fb, buf, 8, 0), 8);
	EXPECT(sc, sc_matches(buf, 8, 0, 2), "b reads the file of a");
out:
	if (fb >= 0)
		w_close(sc_world(sc), fb);
	if (fa >= 0)
		w_close(sc_world(sc), fa);
	if (have_b)
		fx_teardown(&b);
	fx_teardown(&a);
}

/* The ioctl opens the file a second time, for itself, and must let go of all of it. */
static void life_fileattr(struct sc *sc)
{
	long fd = -1, low = -1, want;
	unsigned long below = 0, through = 0;
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	NEED_FD(sc, low, w_open(fx.w, fx_low(&fx, "f"), O_RDONLY, 0));
	want = w_ioctl(fx.w, low, FS_IOC_GETFLAGS, &below);
	w_close(fx.w, low);
	for (int i = 0; i < 3; i++) {
		long ret = w_ioctl(fx.w, fd, FS_IOC_GETFLAGS, &through);

		EXPECT(sc, ret == want, "%s, below it is %s", sc_errno(ret), sc_errno(want));
		EXPECT(sc, through == below, "flags %lx, below %lx", through, below);
	}
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_open_files(fx.srv), 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_OPEN), 4);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* The private open of that ioctl meets a reply that cannot be set up. */
static void bad_from_second(struct server *srv, struct srv_open *o)
{
	(void)srv;
	if (o->nth)
		o->open->backing_id = 4711;
}

static void life_fileattr_bad_id(struct sc *sc)
{
	unsigned long flags = 0;
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	o.srv.on_open = bad_from_second;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	/* it does no I/O, so the id need not be valid; if refused, then as any open */
	w_ioctl(fx.w, fd, FS_IOC_GETFLAGS, &flags);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_open_files(fx.srv), 1);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void life_rename(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "f"), fx_mnt(&fx, "g"), 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 99), 1);
	fx_same_attr(&fx, fd, "g", false);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), -ENOENT);
	EXPECT_EQ(sc, fx_try_open(&fx, "g", O_RDWR), 0);
	/* over another open file */
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "h"), 5, 2, 0644), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "h"), fx_mnt(&fx, "g"), 0), 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "y", 1, 199), 1);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "g"), &st), 0);
	EXPECT_EQ(sc, st.size, 5);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void life_links(struct sc *sc)
{
	struct fixture fx;
	long fd = -1, fd2 = -1;
	char c = 0;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	EXPECT_EQ(sc, w_link(fx.w, fx_mnt(&fx, "f"), fx_mnt(&fx, "l")), 0);
	NEED_FD(sc, fd2, w_open(fx.w, fx_mnt(&fx, "l"), O_RDWR, 0));
	EXPECT_EQ(sc, srv_ids_registered(fx.srv), 1);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "!", 1, 3), 1);
	EXPECT_EQ(sc, w_pread(fx.w, fd2, &c, 1, 3), 1);
	EXPECT_EQ(sc, c, '!');
	EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, "f")), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, &c, 1, 3), 1);
out:
	if (fd2 >= 0)
		w_close(fx.w, fd2);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* What INIT offers and what a server may answer. */
static void life_init(struct sc *sc)
{
	struct fixture fx;
	uint64_t offered;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, fx_barrier(&fx), 0);
	offered = srv_init_offered(fx.srv);
	EXPECT(sc, offered & FUSE_PASSTHROUGH, "FUSE_PASSTHROUGH is not offered");
	EXPECT(sc, offered & FUSE_INIT_EXT, "FUSE_INIT_EXT is not offered");
	EXPECT(sc, srv_init_minor(fx.srv) >= FUSE_KERNEL_MINOR_VERSION, "protocol 7.%u",
	       srv_init_minor(fx.srv));
out:
	fx_teardown(&fx);
}

/* INIT is answered with an error: nothing can be opened, and nothing is left. */
static void life_init_fails(struct sc *sc)
{
	static const struct srv_rule rule = { .opcode = FUSE_INIT, .count = 1,
					      .action = SRV_FAIL, .error = EPROTO };
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	long ret;

	fx_opts_init(&o);
	o.rule = &rule;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	fx.gone = true;
	ret = w_lstat(fx.w, fx_mnt(&fx, "f"), &st);
	EXPECT(sc, ret == -ENOTCONN || ret == -ECONNREFUSED, "lookup: %s", sc_errno(ret));
out:
	fx_teardown(&fx);
}

/* The reply to INIT ends before max_stack_depth: no passthrough, all else as usual. */
static void life_init_short(struct sc *sc)
{
	static const struct srv_rule rule = { .opcode = FUSE_INIT, .count = 1,
					      .action = SRV_SHORT, .len = 24 };
	struct fx_opts o;
	struct fixture fx;
	long fd = -1;

	fx_opts_init(&o);
	o.rule = &rule;
	o.keep_dev = true;
	o.srv.backing = SRV_PLAIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
	EXPECT_EQ(sc, srv_register(fx.w, fx.dev, fd), -EPERM);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* The kernel forgets what is unlinked, with all its lookups. */
static void life_forget(struct sc *sc)
{
	struct fixture fx;
	char name[8];

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		EXPECT_EQ(sc, fx_try_open(&fx, name, O_RDWR | O_CREAT), 0);
		EXPECT(sc, srv_nlookup(fx.srv, name) > 0, "%s was not looked up", name);
	}
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, name)), 0);
	}
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		EXPECT(sc, srv_wait_forgotten(fx.srv, name), "%s was not forgotten", name);
	}
out:
	fx_teardown(&fx);
}

/* A file whose lower file another one has replaced: the next open gets the new one. */
static void life_replaced_below(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	long fd = -1, fd2 = -1;
	char buf[10];

	fx_opts_init(&o);
	o.srv.entry_timeout = 0;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "g"), 10, 2, 0644), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_low(&fx, "g"), fx_low(&fx, "f"), 0), 0);
	NEED_FD(sc, fd2, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 0), 10);
	EXPECT(sc, sc_matches(buf, 10, 0, 1), "the old file changed");
	EXPECT_EQ(sc, w_pread(fx.w, fd2, buf, 10, 0), 10);
	EXPECT(sc, sc_matches(buf, 10, 0, 2), "the new file was not opened");
out:
	if (fd2 >= 0)
		w_close(fx.w, fd2);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

const struct scenario lifecycle_scenarios[] = {
	{ "lifecycle/lower-busy", "the lower file system is busy while a file is open", 0,
	  life_lower_busy },
	{ "lifecycle/fuse-busy", "the FUSE mount is busy while a file is open", 0,
	  life_fuse_busy },
	{ "lifecycle/again", "mount, use, unmount, five times", 0, life_again },
	{ "lifecycle/two-mounts", "two connections keep their ids apart", 0, life_two_mounts },
	{ "lifecycle/fileattr", "FS_IOC_GETFLAGS, which opens the file for itself", 0,
	  life_fileattr },
	{ "lifecycle/fileattr-bad-id", "the same when that open names an unknown id", 0,
	  life_fileattr_bad_id },
	{ "lifecycle/rename", "rename an open file, and rename over it", 0, life_rename },
	{ "lifecycle/links", "two names of one inode share the backing file", 0, life_links },
	{ "lifecycle/init", "what INIT offers", 0, life_init },
	{ "lifecycle/init-fails", "INIT is answered with an error", 0, life_init_fails },
	{ "lifecycle/init-short", "the reply to INIT is one of an old server", 0,
	  life_init_short },
	{ "lifecycle/forget", "unlinked files are forgotten with all lookups", 0, life_forget },
	{ "lifecycle/replaced-below", "the lower file is replaced by another", 0,
	  life_replaced_below },
	{ 0 }
};
