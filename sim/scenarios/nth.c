// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever can fail on the way to passthrough does, once: the first allocation or copy of a system
 * call, then the second, and so on, until the call comes to its end without it. What `fusebox
 * faults` does for all of the box, these do for the calls of the set-up, and do it on a real kernel
 * with fault injection, too (`make guest-debug`).
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>

#define PAGE	4096
#define SIZE	(16 * PAGE)
#define MOST	3000	/* places in one system call */

/*
 * struct step - a system call, again and again
 * @prepare: before each time; may be NULL
 * @go: the call itself; its result
 * @collect: afterwards, when nothing fails any more: the result of what @go has started; may be
 *	NULL
 * @undo: after it was done, with its result; may be NULL
 * @strict: EIO is not what it may come to
 */
struct step {
	const char *name;
	long (*prepare)(struct step *s);
	long (*go)(struct step *s);
	long (*collect)(struct step *s);
	void (*undo)(struct step *s, long ret);
	bool strict;
	struct fixture *fx;
	struct world *w;
	char path[W_PATH_MAX];
	int dev;
	long fd, low, id, aio, ring;
	unsigned long long at;
	struct w_aio cb;
	char *buf;
};

/* What a lack of memory and a bad copy may come to; a copy that is short makes a short result. */
static bool may_fail(long ret)
{
	return ret == -ENOMEM || ret == -EFAULT || ret == -EIO || ret == -EAGAIN || ret == -ENFILE;
}

/* One time with the @n-th place failing; false when there are not so many. */
static bool try_nth(struct step *s, unsigned int n, long *ret)
{
	long left;

	*ret = s->prepare ? s->prepare(s) : 0;
	if (*ret < 0)
		return false;
	w_fail_nth(s->w, n);
	*ret = s->go(s);
	left = w_fail_nth(s->w, 0);
	if (s->collect && *ret >= 0)
		*ret = s->collect(s);
	return !left;
}

/* Leaves the call done, as it is without faults. */
static bool sweep(struct sc *sc, struct step *s)
{
	bool once = fx_fault_run(s->w);
	unsigned int n = 1;
	long ret, bad = 0;

	while (try_nth(s, once ? 0 : n, &ret) && !once && n <= MOST) {
		n++;
		if (ret < 0 && (!may_fail(ret) || (s->strict && ret == -EIO)))
			bad = ret;
		if (ret >= 0 && s->undo)
			s->undo(s, ret);
	}
	EXPECT(sc, ret >= 0, "%s: without a failure it is %s", s->name, sc_errno(ret));
	EXPECT(sc, !bad, "%s: a failure made it %s", s->name, sc_errno(bad));
	EXPECT(sc, n <= MOST, "%s: no end of failures", s->name);
	sc_note(sc, "%s: %u places failed", s->name, n - 1);
	return ret >= 0;
}

/* ---- mount and unmount ---- */

static long open_dev(struct step *s)
{
	if (s->dev >= 0)
		w_close(s->w, s->dev);
	s->dev = (int)w_open_kind(s->w, W_FD_DEV_FUSE);
	return s->dev;
}

static long go_mount(struct step *s)
{
	return w_mount_fuse(s->w, s->dev, s->path, "rootmode=40000,user_id=0,group_id=0");
}

static long go_umount(struct step *s)
{
	return w_umount(s->w, s->path, 0);
}

static void undo_mount(struct step *s, long ret)
{
	(void)ret;
	go_umount(s);
}

static void undo_umount(struct step *s, long ret)
{
	(void)ret;
	open_dev(s);
	go_mount(s);
}

static void nth_mount(struct sc *sc)
{
	struct step mount = {
		.name = "mount", .prepare = open_dev, .go = go_mount, .undo = undo_mount, .dev = -1
	};
	struct step umount;

	mount.w = sc_world(sc);
	NEED_EQ(sc, w_make_dir(mount.w, "fuse", mount.path), 0);
	if (sweep(sc, &mount)) {
		umount = mount;
		umount.name = "umount";
		umount.prepare = NULL;
		umount.go = go_umount;
		umount.undo = undo_umount;
		sweep(sc, &umount);
		mount.dev = umount.dev;
	}
	if (mount.dev >= 0)
		w_close(mount.w, mount.dev);
	EXPECT_EQ(sc, w_remove_dir(mount.w, mount.path), 0);
out:
	;
}

/* ---- the ioctls ---- */

static long go_register(struct step *s)
{
	s->id = srv_register(s->w, s->fx->dev, (int)s->low);
	/* No id is 0. */
	return s->id ? s->id : -EBADMSG;
}

static long go_unregister(struct step *s)
{
	return srv_unregister(s->w, s->fx->dev, (int32_t)s->id);
}

static void undo_register(struct step *s, long ret)
{
	srv_unregister(s->w, s->fx->dev, (int32_t)ret);
}

static void undo_unregister(struct step *s, long ret)
{
	(void)ret;
	go_register(s);
}

static void nth_register(struct sc *sc)
{
	struct step s = {
		.name = "BACKING_OPEN", .go = go_register, .undo = undo_register, .low = -1
	};
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	o.keep_dev = true;
	if (!fx_setup(sc, &fx, &o) || !EXPECT_EQ(sc, fx_barrier(&fx), 0))
		goto out;
	s.fx = &fx;
	s.w = fx.w;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	NEED_FD(sc, s.low, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	if (sweep(sc, &s)) {
		s.name = "BACKING_CLOSE";
		s.go = go_unregister;
		s.undo = undo_unregister;
		sweep(sc, &s);
	}
out:
	fx_close(&fx, s.low);
	fx_teardown(&fx);
}

/* ---- open and close ---- */

static long go_open(struct step *s)
{
	return s->fd = w_open(s->w, s->path, O_RDWR, 0);
}

static long go_create(struct step *s)
{
	return s->fd = w_open(s->w, s->path, O_RDWR | O_CREAT, 0644);
}

static long go_close(struct step *s)
{
	long ret = w_close(s->w, (int)s->fd);

	/* It is gone, whatever it says. */
	s->fd = -1;
	return ret;
}

static void undo_open(struct step *s, long ret)
{
	(void)ret;
	go_close(s);
}

/* What was not created is not there to be removed. */
static long remove_file(struct step *s)
{
	w_unlink(s->w, s->path);
	return 0;
}

static void set_path(struct step *s, const char *name)
{
	const char *path = fx_mnt(s->fx, name);

	for (int i = 0; i < W_PATH_MAX; i++)
		s->path[i] = path[i];
}

static void nth_open(struct sc *sc)
{
	struct step s = { .fd = -1 };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	s.fx = &fx;
	s.w = fx.w;
	set_path(&s, "f");
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	s.name = "open";
	s.go = go_open;
	s.undo = undo_open;
	if (!sweep(sc, &s))
		goto out;
	undo_open(&s, 0);
	s.name = "close";
	s.prepare = go_open;
	s.go = go_close;
	s.undo = NULL;
	sweep(sc, &s);
	set_path(&s, "new");
	s.name = "create";
	s.prepare = remove_file;
	s.go = go_create;
	s.undo = undo_open;
	sweep(sc, &s);
out:
	fx_close(&fx, s.fd);
	fx_teardown(&fx);
}

/* ---- the server's side of it ---- */

struct fails {
	/* in the server, from its next answer to an OPEN on; 0: none any more */
	unsigned int nth;
	unsigned int failed;
	bool armed, over;	/* there are not so many */
};

/*
 * All that the server does from one answer to an OPEN to the next: answers, reads, looks the file
 * up, registers it.
 */
static void fail_server(struct server *srv, struct srv_open *o)
{
	struct fails *f = srv_config(srv)->hook_arg;
	long left = w_fail_nth(srv_world(srv), f->nth);

	(void)o;
	f->over = left > 0;
	f->failed += f->armed && !left;
	f->armed = f->nth;
}

static void sweep_server(struct sc *sc, struct fixture *fx, struct fails *f)
{
	bool bad = false;
	long ret;

	while (!f->over && f->nth <= MOST) {
		f->nth++;
		ret = fx_try_open(fx, "f", O_RDWR);
		bad |= ret && !may_fail(ret);
	}
	EXPECT(sc, !bad, "a failure in the server made an open fail in another way");
	EXPECT(sc, f->nth <= MOST, "no end of failures");
	sc_note(sc, "server: %u places failed", f->failed);
	f->nth = 0;
	/*
	 * It has been told of a last number, by which it may still fail until it is told otherwise.
	 */
	fx_try_open(fx, "f", O_RDWR);
}

static void nth_serve(struct sc *sc)
{
	struct fails f = { 0 };
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.on_open = fail_server;
	o.srv.hook_arg = &f;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	if (!fx_fault_run(fx.w))
		sweep_server(sc, &fx, &f);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
	/*
	 * A request that cannot be copied to the server is lost to it; if that is a RELEASE, it
	 * keeps the file.
	 */
	if (!fx_barrier(&fx))
		fx.leaks_open = srv_open_files(fx.srv);
out:
	fx_teardown(&fx);
}

/* ---- the first I/O of an open file ---- */

/* Holes throughout, and nothing of the file in memory. */
static long fresh_file(struct step *s)
{
	long ret;

	if (s->fd >= 0)
		go_close(s);
	ret = w_truncate(s->w, s->path, 0);
	if (!ret)
		ret = w_truncate(s->w, s->path, SIZE);
	return ret ? ret : go_open(s);
}

static long go_read(struct step *s)
{
	return w_pread(s->w, (int)s->fd, s->buf, 3 * PAGE, PAGE);
}

static long go_write(struct step *s)
{
	return w_pwrite(s->w, (int)s->fd, s->buf, 3 * PAGE, PAGE);
}

static long go_append(struct step *s)
{
	return w_pwrite(s->w, (int)s->fd, s->buf, 3 * PAGE, SIZE);
}

static long collect_aio(struct step *s)
{
	struct w_completion c;
	long ret = w_aio_getevents(s->w, s->aio, 1, &c, 1);

	return ret == 1 ? (long)c.res : ret;
}

static long submit_aio(struct step *s, enum w_aio_op op)
{
	s->cb = (struct w_aio){
		.fd = (int)s->fd, .op = op, .buf = s->buf, .len = 3 * PAGE, .off = PAGE
	};
	return w_aio_submit(s->w, s->aio, &s->cb, 1);
}

static long go_aio_read(struct step *s)
{
	return submit_aio(s, W_AIO_READ);
}

static long go_aio_write(struct step *s)
{
	return submit_aio(s, W_AIO_WRITE);
}

static long collect_uring(struct step *s)
{
	struct w_completion c;
	long ret = w_uring_wait(s->w, (int)s->ring, 1, &c, 1);

	return ret == 1 ? (long)c.res : ret;
}

static long submit_uring(struct step *s, enum w_uring_op op)
{
	struct w_sqe sqe = {
		.fd = (int)s->fd, .op = op, .buf = s->buf, .len = 3 * PAGE, .off = PAGE
	};

	return w_uring_submit(s->w, (int)s->ring, &sqe, 1);
}

static long go_uring_read(struct step *s)
{
	return submit_uring(s, W_URING_READ);
}

static long go_uring_write(struct step *s)
{
	return submit_uring(s, W_URING_WRITE);
}

static long go_map(struct step *s)
{
	return w_mmap(s->w, (int)s->fd, SIZE, W_MAP_SHARED | W_MAP_WRITE, 0, &s->at);
}

static long unmap(struct step *s)
{
	long ret = s->at ? w_munmap(s->w, s->at, SIZE) : 0;

	s->at = 0;
	return ret;
}

static void undo_map(struct step *s, long ret)
{
	(void)ret;
	unmap(s);
}

static long fresh_map(struct step *s)
{
	long ret = unmap(s);

	if (!ret)
		ret = fresh_file(s);
	return ret < 0 ? ret : go_map(s);
}

static long go_load(struct step *s)
{
	return w_load(s->w, s->at + PAGE, s->buf, 3 * PAGE);
}

static long go_store(struct step *s)
{
	return w_store(s->w, s->at + PAGE, s->buf, 3 * PAGE);
}

static const struct step io_steps[] = {
	{ .name = "read", .go = go_read },
	{ .name = "write", .go = go_write },
	{ .name = "append", .go = go_append },
	{ .name = "aio read", .go = go_aio_read, .collect = collect_aio },
	{ .name = "aio write", .go = go_aio_write, .collect = collect_aio },
	{ .name = "uring read", .go = go_uring_read, .collect = collect_uring },
	{ .name = "uring write", .go = go_uring_write, .collect = collect_uring },
	{ .name = "mmap", .go = go_map, .undo = undo_map },
	{ .name = "load", .prepare = fresh_map, .go = go_load },
	{ .name = "store", .prepare = fresh_map, .go = go_store },
};

static void use_io(struct sc *sc, struct step *s)
{
	for (size_t i = 0; i < sizeof(io_steps) / sizeof(io_steps[0]); i++) {
		s->name = io_steps[i].name;
		s->prepare = io_steps[i].prepare ? io_steps[i].prepare : fresh_file;
		s->go = io_steps[i].go;
		s->collect = io_steps[i].collect;
		s->undo = io_steps[i].undo;
		sweep(sc, s);
		unmap(s);
	}
	/* And what did not fail has its effect. */
	sc_pattern(s->buf, 3 * PAGE, PAGE, 2);
	EXPECT_EQ(sc, fresh_file(s) < 0, 0);
	EXPECT_EQ(sc, go_write(s), 3 * PAGE);
	EXPECT(sc, fx_reads_below(s->fx, "f", PAGE, 3 * PAGE, 2), "what was written is not below");
	EXPECT(sc, fx_reads_below(s->fx, "f", 4 * PAGE, SIZE - 4 * PAGE, 0),
	       "there is more than was written");
}

static void nth_io(struct sc *sc)
{
	struct step s = { .fd = -1, .buf = calloc(1, 3 * PAGE) };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL) || !EXPECT(sc, s.buf, "no memory"))
		goto out;
	s.fx = &fx;
	s.w = fx.w;
	set_path(&s, "f");
	sc_pattern(s.buf, 3 * PAGE, PAGE, 2);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), SIZE, 1, 0644), 0);
	NEED_FD(sc, s.aio, w_aio_setup(fx.w, 1));
	NEED_FD(sc, s.ring, w_uring_setup(fx.w, 1, 0));
	use_io(sc, &s);
	w_uring_close(fx.w, (int)s.ring);
	w_aio_destroy(fx.w, s.aio);
out:
	fx_close(&fx, s.fd);
	fx_teardown(&fx);
	free(s.buf);
}

/* ---- what lower files in memory make of it ---- */

static long go_write_suid(struct step *s)
{
	return w_pwrite(s->w, (int)s->fd, "text", 4, 0);
}

static long go_aio_write_suid(struct step *s)
{
	s->cb = (struct w_aio) { .fd = (int)s->fd, .op = W_AIO_WRITE, .buf = s->buf, .len = 4 };
	return w_aio_submit(s->w, s->aio, &s->cb, 1);
}

/* Below, where FUSE does not know of it. */
static long set_suid(struct step *s)
{
	return w_chmod(s->w, fx_low(s->fx, "f"), 04755);
}

static const struct step strict_steps[] = {
	{ .name = "write", .go = go_write },
	{ .name = "aio read", .go = go_aio_read, .collect = collect_aio },
	{ .name = "aio write", .go = go_aio_write, .collect = collect_aio },
	{ .name = "write to suid", .prepare = set_suid, .go = go_write_suid },
	{ .name = "aio write to suid",
	  .prepare = set_suid,
	  .go = go_aio_write_suid,
	  .collect = collect_aio },
};

/*
 * Who may not keep privileges that a file has. A lack of memory is told as such, whoever finds it.
 */
static long sweep_strictly(struct fx_job *job)
{
	struct step *s = job->arg;

	EXPECT_EQ(job->sc, w_drop_cap(s->w, CAP_FSETID), 0);
	for (size_t i = 0; i < sizeof(strict_steps) / sizeof(strict_steps[0]); i++) {
		s->strict = true;
		s->name = strict_steps[i].name;
		s->prepare = strict_steps[i].prepare;
		s->go = strict_steps[i].go;
		s->collect = strict_steps[i].collect;
		sweep(job->sc, s);
	}
	return 0;
}

static void nth_strict(struct sc *sc)
{
	struct step s = { .fd = -1, .buf = calloc(1, 3 * PAGE) };
	struct fx_job job = { .fn = sweep_strictly, .arg = &s };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL) || !EXPECT(sc, s.buf, "no memory"))
		goto out;
	s.fx = &fx;
	s.w = fx.w;
	NEED_FD(sc, s.fd, fx_make(&fx, "f", SIZE, O_RDWR));
	NEED_FD(sc, s.aio, w_aio_setup(fx.w, 1));
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0);
	fx_job_wait(&job);
	w_aio_destroy(fx.w, s.aio);
out:
	fx_close(&fx, s.fd);
	fx_teardown(&fx);
	free(s.buf);
}

/* ---- the module ---- */

static void nth_reload(struct sc *sc)
{
	struct world *w = sc_world(sc);
	unsigned int n = fx_fault_run(w) ? 0 : 1;
	long ret, left;

	do {
		w_fail_nth(w, n);
		ret = w_reload(w);
		left = w_fail_nth(w, 0);
		EXPECT(sc, !ret || ret == -ENOMEM || ret == -EFAULT, "loading the module: %s",
		       sc_errno(ret));
	} while (n && n++ < MOST && !left);
}

const struct scenario nth_scenarios[] = {
	{ "nth/mount", "mounting and unmounting, with each allocation and copy failing once",
	  W_CAP_FAIL_NTH, nth_mount },
	{ "nth/register", "the same: registering and unregistering a backing file", W_CAP_FAIL_NTH,
	  nth_register },
	{ "nth/open", "the same: opening, creating and closing a file that is passed through",
	  W_CAP_FAIL_NTH, nth_open },
	{ "nth/serve", "the same: what the server does from one OPEN to the next", W_CAP_FAIL_NTH,
	  nth_serve },
	{ "nth/io", "the same: the first read, write, request or mapping of an open file",
	  W_CAP_FAIL_NTH | W_CAP_AIO | W_CAP_URING | W_CAP_MMAP, nth_io },
	{ "nth/strict", "the same over a lower file system that makes nothing else of it",
	  W_CAP_ROOT | W_CAP_FAIL_NTH | W_CAP_AIO | W_CAP_LOWER_LOG, nth_strict },
	{ "nth/reload", "the same: unloading and loading the module", W_CAP_FAIL_NTH | W_CAP_RELOAD,
	  nth_reload },
	{ 0 }
};
