// SPDX-License-Identifier: GPL-2.0
/*
 * File handles, by which a file server finds files again that the kernel has forgotten, and
 * access(2): other ways to ask for a file than by open.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PAGE	4096

/* ---- handles ---- */

struct handles {
	struct fixture fx;
	long mount;	/* on the file system, to open by handle */
};

static bool handles_begin(struct sc *sc, struct handles *h, uint64_t flags)
{
	struct fx_opts o;

	h->mount = -1;
	fx_opts_init(&o);
	o.keep_dev = true;
	o.srv.init_flags = flags;
	if (!fx_setup(sc, &h->fx, &o))
		return false;
	NEED_EQ(sc, w_mkdir(h->fx.w, fx_low(&h->fx, "d"), 0755), 0);
	NEED_EQ(sc, w_mkdir(h->fx.w, fx_low(&h->fx, "d/e"), 0755), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&h->fx, "d/f"), PAGE, 1, 0644), 0);
	NEED_FD(sc, h->mount, w_open(h->fx.w, h->fx.mnt, O_RDONLY | O_DIRECTORY, 0));
	return true;
out:
	return false;
}

static void handles_end(struct handles *h)
{
	fx_close(&h->fx, h->mount);
	fx_teardown(&h->fx);
}

static bool handle_of(struct sc *sc, struct handles *h, const char *name, struct w_handle *fh)
{
	fh->bytes = sizeof(fh->data);
	return EXPECT_EQ(sc, w_name_to_handle(h->fx.w, fx_mnt(&h->fx, name), fh), 0);
}

/* The kernel knows the directory "d", and what is in it, no more. */
static bool forget(struct sc *sc, struct handles *h, const char *name)
{
	struct fixture *fx = &h->fx;

	return EXPECT_EQ(sc, srv_notify_inval_entry(fx->w, fx->dev, srv_nodeid(fx->srv, "d"), name),
			 0) &&
	       EXPECT_EQ(sc, srv_notify_inval_entry(fx->w, fx->dev, FUSE_ROOT_ID, "d"), 0) &&
	       EXPECT(sc, srv_wait_forgotten(fx->srv, "d"), "the server ended");
}

/* What is opened by handle is passed through, as what is opened by name. */
static void handles_open(struct sc *sc)
{
	struct w_handle fh, root;
	struct handles h;
	long fd = -1;

	if (!handles_begin(sc, &h, 0))
		goto out;
	fh.bytes = 0;
	EXPECT_EQ(sc, w_name_to_handle(h.fx.w, fx_mnt(&h.fx, "d/f"), &fh), -EOVERFLOW);
	if (!handle_of(sc, &h, "d/f", &fh) || !handle_of(sc, &h, "", &root))
		goto out;
	fd = w_open_by_handle(h.fx.w, h.mount, &fh, O_RDWR);
	if (EXPECT(sc, fd >= 0, "cannot open by handle: %s", sc_errno(fd))) {
		EXPECT(sc, fx_reads(&h.fx, fd, 0, PAGE, 1), "wrong content read");
		EXPECT(sc, fx_writes(&h.fx, fd, 0, PAGE, 2), "cannot write");
		EXPECT_EQ(sc,
			  srv_count(h.fx.srv, 0, FUSE_READ) + srv_count(h.fx.srv, 0, FUSE_WRITE),
			  0);
	}
	fx_close(&h.fx, fd);
	fd = w_open_by_handle(h.fx.w, h.mount, &root, O_RDONLY | O_DIRECTORY);
	EXPECT(sc, fd >= 0, "cannot open the root: %s", sc_errno(fd));
	fx_close(&h.fx, fd);
	/* A handle of nothing, and one of another kind. */
	memset(root.data, 0, sizeof(root.data));
	EXPECT_EQ(sc, w_open_by_handle(h.fx.w, h.mount, &root, O_RDONLY), -ESTALE);
	fh.type = 1;
	EXPECT_EQ(sc, w_open_by_handle(h.fx.w, h.mount, &fh, O_RDONLY), -ESTALE);
out:
	handles_end(&h);
}

/* A server without FUSE_EXPORT_SUPPORT is not asked for what the kernel has forgotten. */
static void handles_forgotten(struct sc *sc)
{
	struct w_handle fh;
	struct handles h;
	unsigned int mark;

	if (!handles_begin(sc, &h, 0))
		goto out;
	if (!handle_of(sc, &h, "d/f", &fh) || !forget(sc, &h, "f"))
		goto out;
	mark = srv_mark(h.fx.srv);
	EXPECT_EQ(sc, w_open_by_handle(h.fx.w, h.mount, &fh, O_RDONLY), -ESTALE);
	EXPECT_EQ(sc, srv_count(h.fx.srv, mark, FUSE_LOOKUP), 0);
out:
	handles_end(&h);
}

/* One with it is: for the file itself, and for the directories above one. */
static void handles_exported(struct sc *sc)
{
	struct w_handle file, dir;
	struct srv_request req;
	struct w_dirent d[4];
	struct handles h;
	unsigned int mark;
	long fd = -1;

	if (!handles_begin(sc, &h, FUSE_EXPORT_SUPPORT))
		goto out;
	if (!handle_of(sc, &h, "d/f", &file) || !forget(sc, &h, "f"))
		goto out;
	mark = srv_mark(h.fx.srv);
	fd = w_open_by_handle(h.fx.w, h.mount, &file, O_RDWR);
	EXPECT(sc, fd >= 0 && fx_reads(&h.fx, fd, 0, PAGE, 1), "cannot read by handle: %s",
	       sc_errno(fd));
	EXPECT(sc, srv_find(h.fx.srv, mark, FUSE_LOOKUP, 0, &req) && !strcmp(req.name, "."),
	       "not looked up");
	fx_close(&h.fx, fd);
	fd = -1;
	if (!handle_of(sc, &h, "d/e", &dir) || !forget(sc, &h, "e"))
		goto out;
	mark = srv_mark(h.fx.srv);
	fd = w_open_by_handle(h.fx.w, h.mount, &dir, O_RDONLY | O_DIRECTORY);
	if (EXPECT(sc, fd >= 0, "cannot open the directory: %s", sc_errno(fd)))
		EXPECT_EQ(sc, w_getdents(h.fx.w, fd, d, 4), 2);
	EXPECT(sc, srv_find(h.fx.srv, mark, FUSE_LOOKUP, 1, &req) && !strcmp(req.name, ".."),
	       "parent not looked up");
	fx_close(&h.fx, fd);
	fd = -1;
	/* Nothing is there any more. */
	if (!handle_of(sc, &h, "d/f", &file) || !forget(sc, &h, "f"))
		goto out;
	NEED_EQ(sc, w_unlink(h.fx.w, fx_low(&h.fx, "d/f")), 0);
	EXPECT_EQ(sc, w_open_by_handle(h.fx.w, h.mount, &file, O_RDONLY), -ESTALE);
out:
	fx_close(&h.fx, fd);
	handles_end(&h);
}

/*
 * The way up ends half-way: entries of the directory that have come by READDIRPLUS meanwhile, and
 * the directory, which nobody has a name for, must not stay.
 */
static void handles_half_way(struct sc *sc)
{
	/* After those for the directory itself and for its parent. */
	static const struct srv_rule fail = {
		.opcode = FUSE_LOOKUP, .skip = 2, .count = 1, .action = SRV_FAIL, .error = EIO
	};
	struct w_handle dir;
	struct handles h;

	if (!handles_begin(sc, &h, FUSE_EXPORT_SUPPORT))
		goto out;
	if (!handle_of(sc, &h, "d/e", &dir) || !forget(sc, &h, "e"))
		goto out;
	srv_set_rule(h.fx.srv, &fail);
	EXPECT_EQ(sc, w_open_by_handle(h.fx.w, h.mount, &dir, O_RDONLY | O_DIRECTORY), -ESTALE);
out:
	handles_end(&h);
}

/* ---- access(2) ---- */

#define NO_PERMISSION_CHECK	"rootmode=40000,user_id=0,group_id=0,allow_other"

static void no_default_permissions(struct fx_opts *o)
{
	fx_opts_init(o);
	o->mount_opts = NO_PERMISSION_CHECK;
}

/* Without default_permissions the server is asked, for access(2) and nothing else. */
static void access_asks(struct sc *sc)
{
	static const struct srv_rule no = {
		.opcode = FUSE_ACCESS, .count = 1, .action = SRV_FAIL, .error = EACCES
	};
	struct fixture fx;
	struct fx_opts o;

	no_default_permissions(&o);
	o.srv.access = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), PAGE, 1, 0), 0);
	EXPECT_EQ(sc, w_access(fx.w, fx_mnt(&fx, "f"), R_OK | W_OK), 0);
	srv_set_rule(fx.srv, &no);
	EXPECT_EQ(sc, w_access(fx.w, fx_mnt(&fx, "f"), R_OK), -EACCES);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_ACCESS), 2);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
	EXPECT_EQ(sc, w_access(fx.w, fx_mnt(&fx, "none"), F_OK), -ENOENT);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_ACCESS), 2);
out:
	fx_teardown(&fx);
}

/* One that does not implement it is asked once, and everything is allowed. */
static void access_not_implemented(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;

	no_default_permissions(&o);
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), PAGE, 1, 0), 0);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(sc, w_access(fx.w, fx_mnt(&fx, "f"), R_OK | W_OK | X_OK), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_ACCESS), 1);
out:
	fx_teardown(&fx);
}

struct visitor {
	const char *path;
	long reads, writes;
};

static void visit(struct world *w, void *arg)
{
	struct visitor *v = arg;

	w_setids(w, 1000, 1000);
	v->reads = w_access(w, v->path, R_OK);
	v->writes = w_access(w, v->path, W_OK);
}

/* With it the mode decides, and the server is not asked. */
static void access_by_mode(struct sc *sc)
{
	struct visitor v = { 0 };
	struct w_task *task;
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), PAGE, 1, 0644), 0);
	EXPECT_EQ(sc, w_access(fx.w, fx_mnt(&fx, "f"), R_OK | W_OK), 0);
	EXPECT_EQ(sc, w_access(fx.w, fx_mnt(&fx, "f"), X_OK), -EACCES);
	v.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, w_spawn(fx.w, "visitor", W_SPAWN_PROCESS, visit, &v, &task), 0);
	w_join(fx.w, task);
	EXPECT_EQ(sc, v.reads, 0);
	EXPECT_EQ(sc, v.writes, -EACCES);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_ACCESS), 0);
out:
	fx_teardown(&fx);
}

const struct scenario handle_scenarios[] = {
	{ "handles/open", "open by handle", W_CAP_ROOT, handles_open },
	{ "handles/forgotten", "a handle of what the kernel has forgotten", W_CAP_ROOT,
	  handles_forgotten },
	{ "handles/exported", "the same with a server that finds it again", W_CAP_ROOT,
	  handles_exported },
	{ "handles/half-way", "a directory whose parents cannot be found", W_CAP_ROOT,
	  handles_half_way },
	{ "access/asks", "access(2) asks the server", W_CAP_ROOT, access_asks },
	{ "access/not-implemented", "a server that does not know of it is asked once", W_CAP_ROOT,
	  access_not_implemented },
	{ "access/by-mode", "with default_permissions the mode decides", W_CAP_ROOT,
	  access_by_mode },
	{ 0 }
};
