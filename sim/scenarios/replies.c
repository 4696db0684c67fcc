// SPDX-License-Identifier: GPL-2.0
/*
 * Replies to OPEN that make no sense, or come in an odd way. The opener gets an error, and a server
 * whose handle the kernel took gets its RELEASE.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What the hook makes of the reply. */
struct bend {
	int32_t id;		/* 0 = leave it */
	bool zero_id;
	bool close_id;		/* unregister it before the reply */
	uint32_t set, clear;	/* open_flags */
	unsigned int only;	/* 0 = each open, n = the nth alone, from 1 */
};

static void bend(struct server *srv, struct srv_open *o)
{
	const struct bend *b = srv_config(srv)->hook_arg;

	if (b->only && o->nth + 1 != b->only)
		return;
	if (b->close_id)
		srv_unregister(srv_world(srv), srv_dev(srv), o->open->backing_id);
	if (b->id)
		o->open->backing_id = b->id;
	if (b->zero_id)
		o->open->backing_id = 0;
	o->open->open_flags = (o->open->open_flags & ~b->clear) | b->set;
}

static bool bent_setup(struct sc *sc, struct fixture *fx, struct fx_opts *o, struct bend *b)
{
	fx_opts_init(o);
	o->srv.on_open = bend;
	o->srv.hook_arg = b;
	return fx_setup(sc, fx, o) &&
	       EXPECT_EQ(sc, sc_make_file(sc, fx_low(fx, "f"), 100, 1, 0644), 0);
}

/* One bad reply: EIO, RELEASE, and the next open works. */
static void bad_reply(struct sc *sc, struct bend *b)
{
	struct fx_opts o;
	struct fixture fx;

	b->only = 1;
	if (!bent_setup(sc, &fx, &o, b))
		goto out;
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), -EIO);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 1);
	EXPECT_EQ(sc, srv_open_files(fx.srv), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
out:
	fx_teardown(&fx);
}

static void reply_unknown_id(struct sc *sc)
{
	bad_reply(sc, &(struct bend) { .id = 123456 });
}

static void reply_zero_id(struct sc *sc)
{
	bad_reply(sc, &(struct bend) { .zero_id = true });
}

static void reply_negative_id(struct sc *sc)
{
	bad_reply(sc, &(struct bend) { .id = -1 });
}

static void reply_closed_id(struct sc *sc)
{
	bad_reply(sc, &(struct bend) { .close_id = true });
}

static void reply_keep_cache(struct sc *sc)
{
	bad_reply(sc, &(struct bend) { .set = FOPEN_KEEP_CACHE });
}

static void reply_stream(struct sc *sc)
{
	bad_reply(sc, &(struct bend) { .set = FOPEN_STREAM });
}

static void reply_nonseekable(struct sc *sc)
{
	bad_reply(sc, &(struct bend) { .set = FOPEN_NONSEEKABLE });
}

static void reply_not_negotiated(struct sc *sc)
{
	struct bend b = { .set = FOPEN_PASSTHROUGH, .clear = FOPEN_DIRECT_IO, .id = 1 };
	struct fx_opts o;
	struct fixture fx;

	fx_opts_init(&o);
	o.srv.passthrough = false;
	o.srv.on_open = bend;
	o.srv.hook_arg = &b;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), -EIO);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 1);
	EXPECT_EQ(sc, fx_try_open(&fx, "new", O_RDWR | O_CREAT), -EIO);
out:
	fx_teardown(&fx);
}

static void reply_id_without_flag(struct sc *sc)
{
	struct bend b = { .set = FOPEN_DIRECT_IO, .clear = FOPEN_PASSTHROUGH };
	struct fx_opts o;
	struct fixture fx;
	char buf[16];
	long fd;

	if (!bent_setup(sc, &fx, &o, &b))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 16, 0), 16);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 16, 0), 16);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 1);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static void reply_with_direct_io(struct sc *sc)
{
	struct bend b = { .set = FOPEN_DIRECT_IO };
	struct fx_opts o;
	struct fixture fx;
	char buf[16];
	long fd;

	if (!bent_setup(sc, &fx, &o, &b))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 16, 0), 16);
	EXPECT(sc, sc_matches(buf, 16, 0, 1), "wrong content read");
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READ), 1);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* The parallel-writes flag goes with passthrough: it is no claim about the cache. */
static void reply_parallel_writes(struct sc *sc)
{
	struct bend b = { .set = FOPEN_PARALLEL_DIRECT_WRITES | FOPEN_NOFLUSH };
	struct fx_opts o;
	struct fixture fx;
	long fd;

	if (!bent_setup(sc, &fx, &o, &b))
		goto out;
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_RDWR, 0));
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, "x", 1, 0), 1);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE), 0);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

/* ---- errors and lengths ---- */

static void reply_errors(struct sc *sc)
{
	static const int errors[] = { ENOENT, EACCES, EMFILE, ENOMEM, EIO, EINTR, ESTALE };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		/* ESTALE is tried a second time by the kernel */
		struct srv_rule rule = { .opcode = FUSE_OPEN, .action = SRV_FAIL,
					 .count = errors[i] == ESTALE ? 2 : 1,
					 .error = errors[i] };
		long ret;

		srv_set_rule(fx.srv, &rule);
		ret = fx_try_open(&fx, "f", O_RDWR);
		EXPECT(sc, ret == -errors[i], "%s in place of %s", sc_errno(ret),
		       sc_errno(-errors[i]));
	}
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 0);
out:
	fx_teardown(&fx);
}

/* The device refuses the reply, the opener gets EIO, and nobody takes the handle. */
static void odd_reply(struct sc *sc, uint32_t opcode, struct srv_rule rule, int flags)
{
	struct srv_request req;
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	rule.opcode = opcode;
	rule.count = 1;
	srv_set_rule(fx.srv, &rule);
	EXPECT_EQ(sc, fx_try_open(&fx, flags & O_CREAT ? "new" : "f", flags), -EIO);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	NEED(sc, srv_find(fx.srv, 0, opcode, 0, &req), "the request is not in the log");
	EXPECT_EQ(sc, req.sent, -EINVAL);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 0);
	fx.leaks_open = 1;	/* the handle that the kernel never heard of */
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR), 0);
out:
	fx_teardown(&fx);
}

static void reply_error_with_body(struct sc *sc)
{
	odd_reply(sc, FUSE_OPEN, (struct srv_rule) { .action = SRV_FAIL_WITH_BODY,
						     .error = ENOENT }, O_RDWR);
}

static void reply_create_error_with_body(struct sc *sc)
{
	odd_reply(sc, FUSE_CREATE, (struct srv_rule) { .action = SRV_FAIL_WITH_BODY,
						       .error = ENOSYS }, O_RDWR | O_CREAT);
}

static void reply_short(struct sc *sc)
{
	odd_reply(sc, FUSE_OPEN, (struct srv_rule) { .action = SRV_SHORT, .len = 12 }, O_RDWR);
}

static void reply_empty(struct sc *sc)
{
	odd_reply(sc, FUSE_OPEN, (struct srv_rule) { .action = SRV_SHORT, .len = 0 }, O_RDWR);
}

static void reply_create_short(struct sc *sc)
{
	odd_reply(sc, FUSE_CREATE, (struct srv_rule) { .action = SRV_SHORT, .len = 140 },
		  O_RDWR | O_CREAT);
}

/* ---- who writes the reply ---- */

struct donation {
	struct fixture *fx;
	struct w_event *ready, *go;
	long secret;
	char reply[sizeof(struct fuse_out_header) + sizeof(struct fuse_open_out)];
	long written;
};

/*
 * A program with privileges, whose standard error was pointed at the device and which was made to
 * write what an attacker prepared. The only file it has open is none of the server's business.
 */
static long victim(struct fx_job *job)
{
	struct donation *d = job->arg;
	struct world *w = sc_world(job->sc);
	struct fuse_open_out *open = (void *)(d->reply + sizeof(struct fuse_out_header));

	d->secret = w_open(w, job->path, O_RDWR, 0);
	if (d->secret < 0)
		return d->secret;
	w_event_post(w, d->ready);
	w_event_wait(w, d->go);
	open->backing_id = d->secret;
	d->written = w_write(w, d->fx->dev, d->reply, sizeof(d->reply));
	w_close(w, d->secret);
	return d->written;
}

static void reply_by_victim(struct sc *sc)
{
	static const struct srv_rule drop = { .opcode = FUSE_OPEN, .count = 1,
					      .action = SRV_DROP };
	struct fx_job job = { .fn = victim }, opener = { .fn = job_open_close };
	struct donation d = { 0 };
	struct fuse_out_header *head = (void *)d.reply;
	struct fuse_open_out *open = (void *)(head + 1);
	struct srv_request req;
	struct fx_opts o;
	struct fixture fx;

	fx_opts_init(&o);
	o.keep_dev = true;
	d.ready = w_event_new(sc_world(sc), "ready");
	d.go = w_event_new(sc_world(sc), "go");
	if (!fx_setup(sc, &fx, &o))
		goto out;
	d.fx = &fx;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "secret"), 100, 2, 0600), 0);
	srv_set_rule(fx.srv, &drop);
	job.path = fx_low(&fx, "secret");
	job.arg = &d;
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_COPY_FILES), 0);
	w_event_wait(fx.w, d.ready);
	opener.path = fx_mnt(&fx, "f");
	opener.flags = O_RDWR;
	NEED_EQ(sc, fx_job_start(sc, &opener, W_SPAWN_PROCESS), 0);
	srv_wait_count(fx.srv, 0, FUSE_OPEN, 1);
	srv_find(fx.srv, 0, FUSE_OPEN, 0, &req);
	*head = (struct fuse_out_header) { .len = sizeof(d.reply), .unique = req.unique };
	*open = (struct fuse_open_out) { .fh = 77, .open_flags = FOPEN_PASSTHROUGH };
	/* the server registered one file for the open whose reply it dropped: not that id */
	w_event_post(fx.w, d.go);
	fx_job_wait(&job);
	EXPECT_EQ(sc, d.written, sizeof(d.reply));
	EXPECT(sc, d.secret > 1, "the victim's descriptor happens to be a valid id");
	EXPECT_EQ(sc, fx_job_wait(&opener), -EIO);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 1);
	fx.leaks_open = 1;	/* of the dropped reply */
out:
	w_event_free(sc_world(sc), d.ready);
	w_event_free(sc_world(sc), d.go);
	fx_teardown(&fx);
}

/* The reply comes late: the opener waits, everybody else goes on. */
static void reply_late(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_OPEN, .count = 1,
					      .action = SRV_HOLD };
	struct fx_job opener = { .fn = job_open_close, .flags = O_RDWR };
	struct fixture fx;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "g"), 100, 1, 0644), 0);
	srv_set_rule(fx.srv, &hold);
	opener.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &opener, W_SPAWN_PROCESS), 0);
	srv_wait_held(fx.srv);
	EXPECT_EQ(sc, fx_try_open(&fx, "g", O_RDWR), 0);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, w_waiting(fx.w, fx.mnt), 1);
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&opener), 0);
out:
	fx_teardown(&fx);
}

/* The id is closed and its number would be free while the reply that names it is on its way. */
static void reply_id_closed_on_the_way(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_OPEN, .count = 1,
					      .action = SRV_HOLD };
	struct fx_job opener = { .fn = job_open_close, .flags = O_RDWR };
	struct fx_opts o;
	struct fixture fx;
	long fd, id;

	fx_opts_init(&o);
	o.keep_dev = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 100, 1, 0644), 0);
	srv_set_rule(fx.srv, &hold);
	opener.path = fx_mnt(&fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &opener, W_SPAWN_PROCESS), 0);
	srv_wait_held(fx.srv);
	EXPECT_EQ(sc, srv_unregister(fx.w, fx.dev, 1), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	id = srv_register(fx.w, fx.dev, fd);
	EXPECT(sc, id > 1, "the id is used again at once");
	w_close(fx.w, fd);
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&opener), -EIO);
	EXPECT_EQ(sc, fx_barrier(&fx), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_RELEASE), 1);
out:
	fx_teardown(&fx);
}

const struct scenario reply_scenarios[] = {
	{ "replies/unknown-id", "the open reply names an id nobody registered", 0,
	  reply_unknown_id },
	{ "replies/zero-id", "the open reply names id 0", 0, reply_zero_id },
	{ "replies/negative-id", "the open reply names a negative id", 0, reply_negative_id },
	{ "replies/closed-id", "the open reply names an id that was closed", 0, reply_closed_id },
	{ "replies/keep-cache", "passthrough together with FOPEN_KEEP_CACHE", 0,
	  reply_keep_cache },
	{ "replies/stream", "passthrough together with FOPEN_STREAM", 0, reply_stream },
	{ "replies/nonseekable", "passthrough together with FOPEN_NONSEEKABLE", 0,
	  reply_nonseekable },
	{ "replies/not-negotiated", "passthrough in a reply without having been negotiated", 0,
	  reply_not_negotiated },
	{ "replies/id-without-flag", "an id without FOPEN_PASSTHROUGH means nothing", 0,
	  reply_id_without_flag },
	{ "replies/with-direct-io", "passthrough with FOPEN_DIRECT_IO: the server reads", 0,
	  reply_with_direct_io },
	{ "replies/parallel-writes", "flags that go with passthrough", 0, reply_parallel_writes },
	{ "replies/errors", "OPEN answered with errors", 0, reply_errors },
	{ "replies/error-with-body", "an error whose body asks for passthrough", 0,
	  reply_error_with_body },
	{ "replies/create-error-with-body", "the same for CREATE", 0,
	  reply_create_error_with_body },
	{ "replies/short", "the reply to OPEN ends before the id", 0, reply_short },
	{ "replies/empty", "the reply to OPEN has no body", 0, reply_empty },
	{ "replies/create-short", "the reply to CREATE ends before the id", 0,
	  reply_create_short },
	{ "replies/by-victim", "a privileged program that writes a reply donates no file",
	  W_CAP_ROOT, reply_by_victim },
	{ "replies/late", "an open that waits for its reply holds nobody up", 0, reply_late },
	{ "replies/id-closed-on-the-way", "the id is closed before the reply arrives", 0,
	  reply_id_closed_on_the_way },
	{ 0 }
};
