// SPDX-License-Identifier: GPL-2.0
/*
 * FUSE_DEV_IOC_BACKING_OPEN and FUSE_DEV_IOC_BACKING_CLOSE: which files, by whom, when.
 *
 * The scenario's own task keeps the FUSE device and registers files, as a second thread of the
 * server would.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static bool setup(struct sc *sc, struct fixture *fx)
{
	struct fx_opts o;

	fx_opts_init(&o);
	o.keep_dev = true;
	/* once a request is answered, INIT has been processed */
	return fx_setup(sc, fx, &o) && EXPECT_EQ(sc, fx_barrier(fx), 0) &&
	       EXPECT_EQ(sc, sc_make_file(sc, fx_low(fx, "f"), 100, 1, 0644), 0);
}

/* Register a lower file by its path; an id or -errno. */
static long register_low(struct fixture *fx, const char *name, int flags)
{
	long fd = w_open(fx->w, fx_low(fx, name), flags, 0), id;

	if (fd < 0)
		return fd;
	id = srv_register(fx->w, fx->dev, fd);
	w_close(fx->w, fd);
	return id;
}

/* The same, only to see whether it is accepted: 0 or -errno. */
static long try_register(struct fixture *fx, const char *name, int flags)
{
	long id = register_low(fx, name, flags);

	if (id < 0)
		return id;
	if (!id)
		return -ERANGE;	/* ids are above 0 */
	return srv_unregister(fx->w, fx->dev, id);
}

static void registry_bad_fd(struct sc *sc)
{
	struct fixture fx;

	if (!setup(sc, &fx))
		goto out;
	EXPECT_EQ(sc, srv_register(fx.w, fx.dev, -1), -EBADF);
	EXPECT_EQ(sc, srv_register(fx.w, fx.dev, 900), -EBADF);
	EXPECT_EQ(sc, srv_register(fx.w, fx.dev, 0x7fffffff), -EBADF);
out:
	fx_teardown(&fx);
}

static void registry_access_modes(struct sc *sc)
{
	struct fixture fx;

	if (!setup(sc, &fx))
		goto out;
	EXPECT_EQ(sc, try_register(&fx, "f", O_RDWR), 0);
	EXPECT_EQ(sc, try_register(&fx, "f", O_RDONLY), 0);
	EXPECT_EQ(sc, try_register(&fx, "f", O_WRONLY), 0);
	EXPECT_EQ(sc, try_register(&fx, "f", O_PATH), 0);
	EXPECT_EQ(sc, try_register(&fx, "f", O_RDWR | O_APPEND), 0);
out:
	fx_teardown(&fx);
}

static void registry_kinds(struct sc *sc)
{
	static const struct {
		enum w_fd_kind kind;
		const char *name;
		long want;
	} kinds[] = {
		{ W_FD_PIPE, "pipe", -EINVAL },
		{ W_FD_FIFO, "fifo", -EINVAL },
		{ W_FD_SOCKET, "socket", -EINVAL },
		{ W_FD_EVENTFD, "eventfd", -EINVAL },
		{ W_FD_MEMFD, "memfd", 0 },
		{ W_FD_DEV_NULL, "/dev/null", -EINVAL },
		{ W_FD_DEV_FUSE, "/dev/fuse", -EINVAL },
		{ W_FD_PROC, "procfs", -ELOOP },
		{ W_FD_SYSFS, "sysfs", 0 },
	};
	struct fixture fx;
	long fd, got;

	if (!setup(sc, &fx))
		goto out;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		fd = w_open_kind(fx.w, kinds[i].kind);
		if (fd == -W_ENOSYS)
			continue;	/* this world has no such files */
		NEED(sc, fd >= 0, "open %s: %s", kinds[i].name, sc_errno(fd));
		got = srv_register(fx.w, fx.dev, fd);
		w_close(fx.w, fd);
		if (got > 0)
			got = srv_unregister(fx.w, fx.dev, got);
		EXPECT(sc, got == kinds[i].want, "%s: %s, expected %s", kinds[i].name,
		       sc_errno(got), sc_errno(kinds[i].want));
	}
	/* its own device is no exception */
	EXPECT_EQ(sc, srv_register(fx.w, fx.dev, fx.dev), -EINVAL);
out:
	fx_teardown(&fx);
}

static void registry_not_a_file(struct sc *sc)
{
	struct fixture fx;

	if (!setup(sc, &fx))
		goto out;
	NEED_EQ(sc, w_mkdir(fx.w, fx_low(&fx, "dir"), 0755), 0);
	NEED_EQ(sc, w_symlink(fx.w, "f", fx_low(&fx, "link")), 0);
	EXPECT_EQ(sc, try_register(&fx, "dir", O_RDONLY | O_DIRECTORY), -EISDIR);
	EXPECT_EQ(sc, try_register(&fx, "dir", O_PATH), -EISDIR);
	EXPECT_EQ(sc, try_register(&fx, "link", O_PATH | O_NOFOLLOW), -EINVAL);
	EXPECT_EQ(sc, try_register(&fx, "link", O_RDONLY), 0);
out:
	fx_teardown(&fx);
}

static void registry_bad_arguments(struct sc *sc)
{
	struct fuse_backing_map map = { 0 };
	struct fixture fx;
	long fd = -1;

	if (!setup(sc, &fx))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	map = (struct fuse_backing_map) { .fd = fd, .flags = 1 };
	EXPECT_EQ(sc, w_ioctl(fx.w, fx.dev, FUSE_DEV_IOC_BACKING_OPEN, &map), -EINVAL);
	map = (struct fuse_backing_map) { .fd = fd, .padding = 1ULL << 63 };
	EXPECT_EQ(sc, w_ioctl(fx.w, fx.dev, FUSE_DEV_IOC_BACKING_OPEN, &map), -EINVAL);
	EXPECT_EQ(sc, w_ioctl(fx.w, fx.dev, FUSE_DEV_IOC_BACKING_OPEN, NULL), -EFAULT);
	EXPECT_EQ(sc, w_ioctl(fx.w, fx.dev, FUSE_DEV_IOC_BACKING_CLOSE, NULL), -EFAULT);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* Commands that earlier proposals of passthrough used. */
static void registry_old_commands(struct sc *sc)
{
	struct fixture fx;
	uint32_t arg = 0;

	if (!setup(sc, &fx))
		goto out;
	EXPECT_EQ(sc, w_ioctl(fx.w, fx.dev, _IOW(FUSE_DEV_IOC_MAGIC, 1, uint32_t), &arg), -ENOTTY);
	EXPECT_EQ(sc, w_ioctl(fx.w, fx.dev, _IOW(FUSE_DEV_IOC_MAGIC, 126, uint32_t), &arg),
		  -ENOTTY);
	EXPECT_EQ(sc, w_ioctl(fx.w, fx.dev, _IOW(FUSE_DEV_IOC_MAGIC, 127, uint32_t), &arg),
		  -ENOTTY);
	EXPECT_EQ(sc, w_ioctl(fx.w, fx.dev, _IO(FUSE_DEV_IOC_MAGIC, 1), &arg), -ENOTTY);
out:
	fx_teardown(&fx);
}

static long register_without_cap(struct fx_job *job)
{
	struct fixture *fx = job->arg;
	struct sc *sc = job->sc;

	EXPECT_EQ(sc, try_register(fx, "f", O_RDWR), 0);
	EXPECT_EQ(sc, w_drop_cap(fx->w, CAP_SYS_ADMIN), 0);
	EXPECT_EQ(sc, try_register(fx, "f", O_RDWR), -EPERM);
	return srv_unregister(fx->w, fx->dev, 1);
}

static void registry_no_capability(struct sc *sc)
{
	struct fx_job job = { .fn = register_without_cap };
	struct fixture fx;

	if (!setup(sc, &fx))
		goto out;
	job.arg = &fx;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), -EPERM);
out:
	fx_teardown(&fx);
}

/* The INIT reply did not ask for passthrough, or asked for what cannot be. */
static void refused(struct sc *sc, bool passthrough, uint32_t depth, uint64_t flags)
{
	struct fx_opts o;
	struct fixture fx;

	fx_opts_init(&o);
	o.keep_dev = true;
	o.srv.passthrough = passthrough;
	o.srv.max_stack_depth = depth;
	o.srv.init_flags = flags;
	o.srv.backing = SRV_PLAIN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, fx_barrier(&fx), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	EXPECT_EQ(sc, try_register(&fx, "f", O_RDWR), -EPERM);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, 1), -EPERM);
	/* the mount itself works */
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
out:
	fx_teardown(&fx);
}

static void registry_not_negotiated(struct sc *sc)
{
	refused(sc, false, 1, 0);
}

static void registry_writeback_cache(struct sc *sc)
{
	refused(sc, true, 1, FUSE_WRITEBACK_CACHE);
}

static void registry_stack_depth_0(struct sc *sc)
{
	refused(sc, true, 0, 0);
}

static void registry_stack_depth_3(struct sc *sc)
{
	refused(sc, true, 3, 0);
}

static void registry_not_mounted(struct sc *sc)
{
	struct fixture fx;
	long dev, fd;

	if (!setup(sc, &fx))
		goto out;
	NEED_FD(sc, dev, w_open_kind(fx.w, W_FD_DEV_FUSE));
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, srv_register(fx.w, dev, fd), -EPERM);
	EXPECT_EQ(sc, srv_unregister(fx.w, dev, 1), -EPERM);
	w_close(fx.w, fd);
	w_close(fx.w, dev);
out:
	fx_teardown(&fx);
}

static void registry_close_errors(struct sc *sc)
{
	struct fixture fx;
	long id;

	if (!setup(sc, &fx))
		goto out;
	id = register_low(&fx, "f", O_RDWR);
	NEED(sc, id > 0, "cannot register: %s", sc_errno(id));
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, 0), -EINVAL);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, -1), -EINVAL);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, -2147483647 - 1), -EINVAL);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, id + 1), -ENOENT);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, 0x7fffffff), -ENOENT);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, id), 0);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, id), -ENOENT);
out:
	fx_teardown(&fx);
}

static void registry_ids(struct sc *sc)
{
	long last = 0, id;
	struct fixture fx;

	if (!setup(sc, &fx))
		goto out;
	for (int i = 0; i < 5; i++) {
		id = register_low(&fx, "f", O_RDWR);
		EXPECT(sc, id > last, "id %ld after %ld", id, last);
		EXPECT(sc, srv_unregister(fx.w, fx.dev, id) == 0, "cannot close id %ld", id);
		last = id;
	}
out:
	fx_teardown(&fx);
}

#define MANY_IDS	200

static void registry_many(struct sc *sc)
{
	long id[MANY_IDS], fd = -1;
	struct fixture fx;
	int n = 0;

	if (!setup(sc, &fx))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	for (; n < MANY_IDS; n++) {
		id[n] = srv_register(fx.w, fx.dev, fd);
		NEED(sc, id[n] > 0, "id %d: %s", n, sc_errno(id[n]));
		EXPECT(sc, !n || id[n] != id[n - 1], "id %ld twice", id[n]);
	}
out:
	/* every second one is left to the end of the connection */
	for (; n > 0; n -= 2)
		EXPECT(sc, srv_unregister(fx.w, fx.dev, id[n - 1]) == 0, "cannot close an id");
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void registry_pins_lower(struct sc *sc)
{
	struct w_lower_opts lower = { .name = "other" };
	char path[W_PATH_MAX], file[W_PATH_MAX + 2];
	struct fixture fx;
	long fd, id;

	if (!setup(sc, &fx))
		goto out;
	NEED_EQ(sc, w_make_lower(fx.w, &lower, path), 0);
	snprintf(file, sizeof(file), "%s/f", path);
	NEED_FD(sc, fd, w_open(fx.w, file, O_RDWR | O_CREAT, 0644));
	id = srv_register(fx.w, fx.dev, fd);
	w_close(fx.w, fd);
	EXPECT(sc, id > 0, "cannot register: %s", sc_errno(id));
	EXPECT_EQ(sc, w_remove_lower(fx.w, path), -EBUSY);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, id), 0);
	EXPECT_EQ(sc, w_remove_lower(fx.w, path), 0);
out:
	fx_teardown(&fx);
}

static void registry_own_mount(struct sc *sc)
{
	struct fixture fx;
	long fd;

	if (!setup(sc, &fx))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, srv_register(fx.w, fx.dev, fd), -ELOOP);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void registry_close_while_open(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	struct w_stat st;
	char buf[10];
	long fd;

	fx_opts_init(&o);
	o.keep_dev = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 10, O_RDWR));
	/* the server's first id, under which it goes on handing the file out */
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, 1), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 0), 10);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 10, 10), 10);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, 20);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), -EIO);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 1);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void registry_after_abort(struct sc *sc)
{
	struct fixture fx;
	long id, ret;

	if (!setup(sc, &fx))
		goto out;
	id = register_low(&fx, "f", O_RDWR);
	NEED(sc, id > 0, "cannot register: %s", sc_errno(id));
	fx.gone = true;
	NEED_EQ(sc, w_abort(fx.w, fx.mnt), 0);
	ret = register_low(&fx, "f", O_RDWR);
	EXPECT_DIFF(sc, DIFF_REGISTRY_OUTLIVES, ret > 0 ? 0 : ret, -EPERM, 0);
	EXPECT_DIFF(sc, DIFF_REGISTRY_OUTLIVES, srv_unregister(fx.w, fx.dev, id), -ENOENT, 0);
out:
	fx_teardown(&fx);
}

/* A descriptor means something only in the table of who calls. */
static long register_foreign_fd(struct fx_job *job)
{
	struct fixture *fx = job->arg;

	w_close(fx->w, job->fd);
	return srv_register(fx->w, fx->dev, job->fd);
}

static void registry_callers_table(struct sc *sc)
{
	struct fx_job job = { .fn = register_foreign_fd };
	struct fixture fx;
	long fd;

	if (!setup(sc, &fx))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	job.fd = fd;
	job.arg = &fx;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), -EBADF);
	EXPECT(sc, srv_register(fx.w, fx.dev, fd) > 0, "the owner cannot register it");
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* Left-over ids end with the connection even while somebody keeps the device open. */
static void registry_unmounted(struct sc *sc)
{
	struct fixture fx;
	long fd, id;

	if (!setup(sc, &fx))
		goto out;
	id = register_low(&fx, "f", O_RDWR);
	EXPECT(sc, id > 0, "cannot register: %s", sc_errno(id));
	NEED_EQ(sc, w_umount(fx.w, fx.mnt, 0), 0);
	fx.mounted = false;
	fx.gone = true;
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	id = srv_register(fx.w, fx.dev, fd);
	EXPECT_DIFF(sc, DIFF_REGISTRY_OUTLIVES, id > 0 ? 0 : id, -EPERM, 0);
	w_close(fx.w, fd);
	/* what was registered before the end does not pin the lower file system */
	if (!sc_differs(sc, DIFF_REGISTRY_OUTLIVES) &&
	    EXPECT_EQ(sc, w_remove_lower(fx.w, fx.lower), 0))
		fx.own_lower = false;
out:
	fx_teardown(&fx);
}

const struct scenario registry_scenarios[] = {
	{ "registry/bad-fd", "descriptors that are none", 0, registry_bad_fd },
	{ "registry/access-modes", "regular files however opened, O_PATH included", 0,
	  registry_access_modes },
	{ "registry/kinds", "descriptors of every other kind", 0, registry_kinds },
	{ "registry/not-a-file", "directories and symbolic links", 0, registry_not_a_file },
	{ "registry/bad-arguments", "flags, padding and pointers that are not valid", 0,
	  registry_bad_arguments },
	{ "registry/old-commands", "ioctls of older proposals are unknown", 0,
	  registry_old_commands },
	{ "registry/no-capability", "without CAP_SYS_ADMIN nothing is registered or closed",
	  W_CAP_ROOT, registry_no_capability },
	{ "registry/not-negotiated", "without FUSE_PASSTHROUGH in INIT", 0,
	  registry_not_negotiated },
	{ "registry/writeback-cache", "passthrough is refused together with writeback cache", 0,
	  registry_writeback_cache },
	{ "registry/stack-depth-0", "max_stack_depth 0 turns passthrough off", 0,
	  registry_stack_depth_0 },
	{ "registry/stack-depth-3", "max_stack_depth 3 turns passthrough off", 0,
	  registry_stack_depth_3 },
	{ "registry/not-mounted", "on a device that is not mounted", 0, registry_not_mounted },
	{ "registry/close-errors", "closing ids that are not there", 0, registry_close_errors },
	{ "registry/ids", "ids are above 0 and not used again at once", 0, registry_ids },
	{ "registry/many", "many ids, half of them left to the end", 0, registry_many },
	{ "registry/pins-lower", "a registered file keeps its file system mounted", 0,
	  registry_pins_lower },
	{ "registry/own-mount", "a file of the mount itself", 0, registry_own_mount },
	{ "registry/close-while-open", "the open file goes on, a new open fails", 0,
	  registry_close_while_open },
	{ "registry/after-abort", "registering and closing on an aborted connection", 0,
	  registry_after_abort },
	{ "registry/callers-table", "descriptors are looked up in the caller's table", 0,
	  registry_callers_table },
	{ "registry/unmounted", "ids end with the connection, not with the device", 0,
	  registry_unmounted },
	{ 0 }
};
