// SPDX-License-Identifier: GPL-2.0
/*
 * Passthrough by OPEN: which file, with which flags, how often, beside which other opens.
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
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDONLY, 0));
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 16), 16);
	EXPECT(sc, !memcmp(buf, "write only", 10) && sc_matches(buf + 10, 6, 10, 1),
	       "wrong content below");
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
out:
	fx_teardown(&fx);
}

static void open_truncate(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 5000, O_RDWR | O_TRUNC));
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 0);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "abc", 3, 0), 3);
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* Every second open gets the file that the hook's argument names to work on. */
static const char *other_backing(struct server *srv, const char *name, unsigned int nth)
{
	(void)name;
	return nth % 2 ? srv_config(srv)->hook_arg : NULL;
}

static void open_two_files_one_inode(struct sc *sc)
{
	char buf[64], other[W_PATH_MAX];
	long fd0 = -1, fd1 = -1;
	struct fx_opts o;
	struct fixture fx;

	fx_opts_init(&o);
	o.srv.ids = SRV_ID_PER_OPEN;
	o.srv.backing_path = other_backing;
	o.srv.hook_arg = other;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	snprintf(other, sizeof(other), "%s", fx_low(&fx, "b1"));
	NEED_EQ(sc, sc_make_file(sc, other, 64, 9, 0644), 0);
	NEED_FD(sc, fd0, fx_make(&fx, "f", 64, O_RDWR));
	fd1 = w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0);
	EXPECT_DIFF(sc, DIFF_FILES_NOT_INODES, fd1 < 0 ? fd1 : 0, 0, -EIO);
	EXPECT_EQ(sc, w_pread(fx.w, fd0, buf, 64, 0), 64);
	EXPECT(sc, sc_matches(buf, 64, 0, 1), "the first open reads something else");
	if (fd1 >= 0) {
		EXPECT(sc, w_pread(fx.w, fd1, buf, 64, 0) == 64 && sc_matches(buf, 64, 0, 9),
		       "the second open does not read its own file");
		EXPECT(sc, w_pwrite(fx.w, fd1, buf, 10, 64) == 10, "cannot extend the second");
		EXPECT(sc, w_pread(fx.w, fd0, buf, 64, 0) == 64 && sc_matches(buf, 64, 0, 1),
		       "the write to the second file went to the first");
		w_close(fx.w, fd1);
	}
	w_close(fx.w, fd0);
out:
	fx_teardown(&fx);
}

static void open_twice_same_id(struct sc *sc)
{
	struct fixture fx;
	long fd0, fd1;
	char buf[8];

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd0, fx_make(&fx, "f", 100, O_RDWR));
	NEED_FD(sc, fd1, w_open(fx.w, fx_mnt(&fx, "f"), O_RDONLY, 0));
	EXPECT_EQ(sc, srv_ids_registered(fx.srv), 1);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd0, "12345678", 8, 96), 8);
	EXPECT_EQ(sc, w_pread(fx.w, fd1, buf, 8, 96), 8);
	EXPECT(sc, !memcmp(buf, "12345678", 8), "one open does not see what the other wrote");
	w_close(fx.w, fd0);
	EXPECT_EQ(sc, w_pread(fx.w, fd1, buf, 8, 0), 8);
	w_close(fx.w, fd1);
out:
	fx_teardown(&fx);
}

static void open_new_id_same_file(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	long fd0;

	fx_opts_init(&o);
	o.srv.ids = SRV_ID_PER_OPEN;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd0, fx_make(&fx, "f", 100, O_RDWR));
	EXPECT_DIFF(sc, DIFF_FILES_NOT_INODES, fx_try_open(&fx, "f", O_RDWR), 0, -EIO);
	w_close(fx.w, fd0);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
out:
	fx_teardown(&fx);
}

/* The id of the first open is used for all. */
static void use_first_id(struct server *srv, struct srv_open *o)
{
	int32_t *id = srv_config(srv)->hook_arg;

	if (!*id)
		*id = o->open->backing_id;
	o->open->backing_id = *id;
}

static void open_one_id_two_inodes(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	long fd0, fd1;
	int32_t id = 0;
	char buf[32];

	fx_opts_init(&o);
	o.srv.on_open = use_first_id;
	o.srv.hook_arg = &id;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "g"), 32, 7, 0644), 0);
	NEED_FD(sc, fd0, fx_make(&fx, "f", 32, O_RDONLY));
	NEED_FD(sc, fd1, w_open(fx.w, fx_mnt(&fx, "g"), O_RDONLY, 0));
	EXPECT_EQ(sc, w_pread(fx.w, fd1, buf, 32, 0), 32);
	EXPECT(sc, sc_matches(buf, 32, 0, 1), "the second file does not read the first's backing");
	w_close(fx.w, fd1);
	w_close(fx.w, fd0);
out:
	fx_teardown(&fx);
}

/* What the last two opens were answered with, the last first. */
static void note_ids(struct server *srv, struct srv_open *o)
{
	int32_t *id = srv_config(srv)->hook_arg;

	id[1] = id[0];
	id[0] = o->open->backing_id;
}

/*
 * An id outlives the open that it was registered for, if the server likes: one with other flags has
 * one of its own.
 */
static void open_id_again(struct sc *sc)
{
	int32_t id[2] = { 0, 0 };
	struct fixture fx;
	struct fx_opts o;
	long fd;

	fx_opts_init(&o);
	o.srv.ids = SRV_ID_KEPT;
	o.srv.on_open = note_ids;
	o.srv.hook_arg = id;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
	NEED_EQ(sc, fx_barrier(&fx), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT(sc, id[0] > 0 && id[0] == id[1], "the id was not kept");
	EXPECT(sc, fx_writes(&fx, fd, 0, 10, 2), "cannot write");
	EXPECT(sc, fx_reads_below(&fx, "f", 0, 10, 2), "it is not below");
	w_close(fx.w, fd);
	NEED_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDONLY), 0);
	EXPECT(sc, id[0] > 0 && id[0] != id[1], "a reader got a writer's id");
out:
	fx_teardown(&fx);
}

/* Write-only opens are served by the server, all others are passed through. */
static enum srv_backing plain_if_write_only(struct server *srv, const char *name, uint32_t flags)
{
	(void)srv;
	(void)name;
	return (flags & O_ACCMODE) == O_WRONLY ? SRV_PLAIN : SRV_RDWR;
}

static void open_direct_beside(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	char buf[8] = "";
	long fd, plain;

	fx_opts_init(&o);
	o.srv.choose = plain_if_write_only;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	plain = w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY, 0);
	EXPECT_DIFF(sc, DIFF_MIXED_OPENS, plain < 0 ? plain : 0, 0, -EIO);
	sc_differs(sc, DIFF_MIXED_OPENS);
	if (plain >= 0) {
		EXPECT(sc, w_pwrite(fx.w, plain, "direct", 6, 0) == 6, "cannot write direct");
		EXPECT(sc, w_pread(fx.w, fd, buf, 6, 0) == 6 && !memcmp(buf, "direct", 6),
		       "passthrough does not see what the server wrote");
		EXPECT(sc, w_pwrite(fx.w, plain, "longer", 6, 98) == 6, "cannot extend direct");
		EXPECT(sc, w_pread(fx.w, fd, buf, 8, 98) == 6, "the new end is not seen");
		fx_same_attr(&fx, fd, "f", false);
		w_close(fx.w, plain);
	}
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void open_beside_direct(struct sc *sc)
{
	struct fx_opts o;
	struct fixture fx;
	long fd, plain;
	char buf[8];

	fx_opts_init(&o);
	o.srv.choose = plain_if_write_only;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, plain, fx_make(&fx, "f", 100, O_WRONLY));
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, w_pwrite(fx.w, plain, "direct", 6, 0), 6);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 6, 0), 6);
	EXPECT(sc, !memcmp(buf, "direct", 6), "passthrough does not see what the server wrote");
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 200), 1);
	EXPECT_EQ(sc, w_close(fx.w, plain), 0);
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 1);
out:
	fx_teardown(&fx);
}

/* The backing file was registered with another access mode than the opener asks for. */
static void reopen_read_write(struct sc *sc, enum srv_backing how)
{
	struct fx_opts o;
	struct fixture fx;
	char buf[16];
	long fd;

	fx_opts_init(&o);
	o.srv.backing = how;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 16, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 16, 0), 16);
	EXPECT(sc, sc_matches(buf, 16, 0, 1), "wrong content read");
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "sixteen and more", 16, 8), 16);
	fx_same_attr(&fx, fd, "f", false);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void open_registered_read_only(struct sc *sc)
{
	reopen_read_write(sc, SRV_RDONLY);
}

static void open_registered_write_only(struct sc *sc)
{
	reopen_read_write(sc, SRV_WRONLY);
}

static void open_registered_path(struct sc *sc)
{
	reopen_read_write(sc, SRV_PATH);
}

static const char *bound_path(struct server *srv, const char *name, unsigned int nth)
{
	static char path[2 * W_PATH_MAX];

	(void)nth;
	snprintf(path, sizeof(path), "%s/%s", (char *)srv_config(srv)->hook_arg, name);
	return path;
}

static void open_read_only_mount(struct sc *sc)
{
	char bind[W_PATH_MAX] = "", buf[16];
	struct fx_opts o;
	struct fixture fx;
	unsigned int mark;
	long fd;

	fx_opts_init(&o);
	o.srv.backing = SRV_RDONLY;
	o.srv.backing_path = bound_path;
	o.srv.hook_arg = bind;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, w_bind_ro(fx.w, fx.lower, "ro", bind), 0);
	NEED_FD(sc, fd, fx_make(&fx, "f", 16, O_RDONLY));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 16, 0), 16);
	w_close(fx.w, fd);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), -EIO);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_RELEASE), 1);
	EXPECT_EQ(sc, w_remove_lower(fx.w, bind), 0);
out:
	fx_teardown(&fx);
}

#define MANY	60

static void open_many(struct sc *sc)
{
	struct fixture fx;
	long fd[MANY];
	char name[16], buf[8];
	int n = 0;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	for (; n < MANY; n++) {
		snprintf(name, sizeof(name), "f%d", n);
		NEED(sc, !sc_make_file(sc, fx_low(&fx, name), 8, n + 1, 0644), "file %d", n);
		fd[n] = w_open(fx.w, fx_mnt(&fx, name), O_RDWR, 0);
		NEED(sc, fd[n] >= 0, "open %d: %s", n, sc_errno(fd[n]));
	}
	EXPECT_EQ(sc, srv_ids_registered(fx.srv), MANY);
	for (int i = 0; i < n; i++) {
		EXPECT(sc, w_pread(fx.w, fd[i], buf, 8, 0) == 8 && sc_matches(buf, 8, 0, i + 1),
		       "file %d has the content of another", i);
	}
out:
	while (n--)
		w_close(fx.w, fd[n]);
	fx_teardown(&fx);
}

static void open_again_and_again(struct sc *sc)
{
	struct fixture fx;
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 8, O_RDWR));
	w_close(fx.w, fd);
	for (int i = 0; i < MANY; i++) {
		long ret = fx_try_open(&fx, "f", i % 2 ? O_RDWR : O_RDONLY);

		NEED(sc, !ret, "open %d: %s", i, sc_errno(ret));
	}
out:
	fx_teardown(&fx);
}

static void open_backing_unlinked(struct sc *sc)
{
	struct fixture fx;
	char buf[20];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 20, O_RDWR));
	EXPECT_EQ(sc, w_unlink(fx.w, fx_low(&fx, "f")), 0);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 20, 0), 20);
	EXPECT(sc, sc_matches(buf, 20, 0, 1), "wrong content read");
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "more", 4, 20), 4);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 20, 20), 4);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void open_unlinked(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[20];
	long fd;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 20, O_RDWR));
	EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, "f")), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), -ENOENT);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 20, 0), 20);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "more", 4, 20), 4);
	EXPECT_EQ(sc, w_fstat(fx.w, fd, &st), 0);
	EXPECT_EQ(sc, st.size, 24);
	EXPECT_EQ(sc, st.nlink, 0);
	w_close(fx.w, fd);
	srv_wait_forgotten(fx.srv, "f");
out:
	fx_teardown(&fx);
}

static void become_user(struct world *w, struct sc *sc)
{
	EXPECT_EQ(sc, w_setids(w, 1000, 1000), 0);
}

static long read_as_user(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	long fd, ret;

	become_user(w, job->sc);
	fd = w_open(w, job->path, job->flags, 0);
	if (fd < 0)
		return fd;
	ret = w_pread(w, fd, job->buf, job->len, 0);
	if (ret >= 0 && (job->flags & O_ACCMODE) == O_RDWR)
		ret = w_pwrite(w, fd, job->buf, job->len, 100);
	w_close(w, fd);
	return ret;
}

/* The lower file is root's alone; the mount leaves permissions to the server, which is root. */
static void open_server_credentials(struct sc *sc)
{
	struct fx_job job = { .fn = read_as_user, .flags = O_RDWR, .len = 16 };
	struct fx_opts o;
	struct w_lower_event ev[32];
	struct fixture fx;
	struct w_stat st;
	char buf[16];

	fx_opts_init(&o);
	o.mount_opts = "rootmode=40000,user_id=0,group_id=0,allow_other";
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "secret"), 16, 1, 0600), 0);
	job.path = fx_mnt(&fx, "secret");
	job.buf = buf;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), 16);
	EXPECT(sc, sc_matches(buf, 16, 0, 1), "wrong content read");
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "secret"), &st), 0);
	EXPECT_EQ(sc, st.size, 116);
	if (sc_has(sc, W_CAP_LOWER_LOG)) {
		long n = w_lower_log(fx.w, fx.lower, ev, sizeof(ev) / sizeof(ev[0]));

		for (long i = 0; i < n; i++)
			EXPECT(sc, ev[i].op == W_LOWER_RELEASE ||
				   (!ev[i].fsuid && ev[i].cap_admin),
			       "call %ld below is the user's", i);
	}
out:
	fx_teardown(&fx);
}

static void open_denied(struct sc *sc)
{
	struct fx_job job = { .fn = read_as_user, .flags = O_RDONLY, .len = 16 };
	struct fixture fx;
	char buf[16];

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "secret"), 16, 1, 0600), 0);
	job.path = fx_mnt(&fx, "secret");
	job.buf = buf;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, fx_job_wait(&job), -EACCES);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_OPEN), 0);
out:
	fx_teardown(&fx);
}

static void open_dup(struct sc *sc)
{
	struct fixture fx;
	long fd, copy;
	char buf[10];

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 20, O_RDONLY));
	NEED_FD(sc, copy, w_dup(fx.w, fd));
	EXPECT_EQ(sc, w_read(fx.w, fd, buf, 10), 10);
	EXPECT_EQ(sc, w_close(fx.w, fd), 0);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 0);
	EXPECT_EQ(sc, w_read(fx.w, copy, buf, 10), 10);
	EXPECT(sc, sc_matches(buf, 10, 10, 1), "the copy has a position of its own");
	w_close(fx.w, copy);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 1);
out:
	fx_teardown(&fx);
}

struct inherited {
	struct w_event *go;
	long fd;
};

static long write_when_told(struct fx_job *job)
{
	struct inherited *in = job->arg;
	struct world *w = sc_world(job->sc);

	w_event_wait(w, in->go);
	return w_write(w, in->fd, "inherited", 9);
}

/* As after fork: the child has the file when the parent has closed it. */
static void open_inherited(struct sc *sc)
{
	struct fx_job job = { .fn = write_when_told };
	struct inherited in = { 0 };
	struct fixture fx;
	struct w_stat st;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, in.fd, fx_make(&fx, "f", 0, O_WRONLY));
	in.go = w_event_new(fx.w, "go");
	job.arg = &in;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	EXPECT_EQ(sc, w_close(fx.w, in.fd), 0);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 0);
	w_event_post(fx.w, in.go);
	EXPECT_EQ(sc, fx_job_wait(&job), 9);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.size, 9);
out:
	w_event_free(sc_world(sc), in.go);
	fx_teardown(&fx);
}

const struct scenario open_scenarios[] = {
	{ "open/basic", "read and write go to the backing file, not to the server", 0, open_basic },
	{ "open/read-only", "a file opened read-only is read below and cannot be written", 0,
	  open_read_only },
	{ "open/write-only", "a file opened write-only is written below and cannot be read", 0,
	  open_write_only },
	{ "open/truncate", "O_TRUNC empties the backing file", 0, open_truncate },
	{ "open/two-files-one-inode", "two opens of one inode have different backing files", 0,
	  open_two_files_one_inode },
	{ "open/twice-same-id", "two opens of one inode share a backing id", 0,
	  open_twice_same_id },
	{ "open/new-id-same-file", "two opens of one inode have ids of their own", 0,
	  open_new_id_same_file },
	{ "open/one-id-two-inodes", "two inodes share a backing id", 0, open_one_id_two_inodes },
	{ "open/direct-beside-passthrough", "a direct open while a passthrough open lives", 0,
	  open_direct_beside },
	{ "open/id-again", "an id that the server keeps is used for one open after another", 0,
	  open_id_again },
	{ "open/passthrough-beside-direct", "a passthrough open while a direct open lives", 0,
	  open_beside_direct },
	{ "open/registered-read-only", "backing fd read-only, opener read-write", 0,
	  open_registered_read_only },
	{ "open/registered-write-only", "backing fd write-only, opener read-write", 0,
	  open_registered_write_only },
	{ "open/registered-path", "backing fd opened with O_PATH, opener read-write", 0,
	  open_registered_path },
	{ "open/read-only-mount", "backing file on a read-only mount: only readers may open",
	  W_CAP_RO_BIND, open_read_only_mount },
	{ "open/many", "many files open at once keep their backing files apart", 0, open_many },
	{ "open/again-and-again", "open and close in turn leave nothing behind", 0,
	  open_again_and_again },
	{ "open/backing-unlinked", "the backing file is unlinked while it is open", 0,
	  open_backing_unlinked },
	{ "open/unlinked", "the FUSE file is unlinked while it is open", 0, open_unlinked },
	{ "open/server-credentials", "the backing file is opened as the server, not as the user",
	  W_CAP_ROOT, open_server_credentials },
	{ "open/denied", "who may not open the FUSE file gets no backing file", W_CAP_ROOT,
	  open_denied },
	{ "open/dup", "RELEASE comes with the last descriptor", 0, open_dup },
	{ "open/inherited", "a file inherited by another process goes on working", 0,
	  open_inherited },
	{ 0 }
};
