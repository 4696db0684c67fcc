// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of a server that make no sense are refused, whole, and everything else goes on; requests
 * that leave the queue in another way than by being read.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#define PAGE		4096
#define INTERRUPT_ID	1	/* in a unique: the reply is to the request's INTERRUPT */
#define UNKNOWN_CODE	1000

/* The scenario's task keeps the device, to write to it beside the server. */
static bool messages_setup(struct sc *sc, struct fixture *fx, struct fx_opts *o)
{
	o->keep_dev = true;
	o->srv.backing = SRV_PLAIN;
	return fx_setup(sc, fx, o);
}

/* ---- notifications ---- */

/*
 * @arg_len bytes of @arg, then @len bytes, which are not there if @data is NULL; the header speaks
 * of all.
 */
static long notification(struct fixture *fx, int code, const void *arg, size_t arg_len,
			 const char *data, size_t len)
{
	struct fuse_out_header h = { .len = sizeof(h) + arg_len + len, .error = code };
	const struct iovec iov[] = {
		{ &h, sizeof(h) }, { (void *)arg, arg_len }, { (void *)data, len },
	};

	return w_writev(fx->w, fx->dev, iov, len ? 3 : arg_len ? 2 : 1);
}

/* One byte less than the argument, and a name of another length than it says. */
static void bad_lengths(struct sc *sc, struct fixture *fx)
{
	const struct fuse_notify_inval_entry_out entry = { .parent = FUSE_ROOT_ID, .namelen = 3 };
	const struct fuse_notify_delete_out gone = { .parent = FUSE_ROOT_ID,
						     .child = 2,
						     .namelen = 3 };
	const struct fuse_notify_store_out store = { .nodeid = FUSE_ROOT_ID, .size = 3 };
	const struct fuse_notify_retrieve_out get = { .nodeid = FUSE_ROOT_ID, .size = 3 };
	const struct fuse_notify_inval_inode_out inode = { .ino = FUSE_ROOT_ID };
	const struct fuse_notify_poll_wakeup_out poll = { .kh = 1 };

	EXPECT_EQ(sc, notification(fx, UNKNOWN_CODE, NULL, 0, NULL, 0), -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_POLL, &poll, sizeof(poll) - 1, NULL, 0),
		  -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_INVAL_INODE, &inode, sizeof(inode) - 1, NULL, 0),
		  -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_INVAL_ENTRY, &entry, sizeof(entry) - 1, NULL, 0),
		  -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_INVAL_ENTRY, &entry, sizeof(entry), "abc", 3),
		  -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_DELETE, &gone, sizeof(gone) - 1, NULL, 0),
		  -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_DELETE, &gone, sizeof(gone), "abc", 3), -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_STORE, &store, sizeof(store) - 1, NULL, 0),
		  -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_STORE, &store, sizeof(store), "abcd", 4),
		  -EINVAL);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_RETRIEVE, &get, sizeof(get), "a", 1), -EINVAL);
	/* That nobody polls is no mistake: the poll may be over. */
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_POLL, &poll, sizeof(poll), NULL, 0),
		  (long)(sizeof(struct fuse_out_header) + sizeof(poll)));
}

/* What the header speaks of cannot be read. */
static void unreadable(struct sc *sc, struct fixture *fx)
{
	const struct fuse_notify_inval_entry_out entry = { .parent = FUSE_ROOT_ID, .namelen = 3 };
	const struct fuse_notify_delete_out gone = { .parent = FUSE_ROOT_ID,
						     .child = 2,
						     .namelen = 3 };

	EXPECT_EQ(sc,
		  notification(fx, FUSE_NOTIFY_POLL, NULL, 0, NULL,
			       sizeof(struct fuse_notify_poll_wakeup_out)),
		  -EFAULT);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_INVAL_INODE, NULL, 0, NULL,
				   sizeof(struct fuse_notify_inval_inode_out)), -EFAULT);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_INVAL_ENTRY, NULL, 0, NULL, sizeof(entry)),
		  -EFAULT);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_INVAL_ENTRY, &entry, sizeof(entry), NULL, 4),
		  -EFAULT);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_DELETE, NULL, 0, NULL, sizeof(gone)), -EFAULT);
	EXPECT_EQ(sc, notification(fx, FUSE_NOTIFY_DELETE, &gone, sizeof(gone), NULL, 4), -EFAULT);
	EXPECT_EQ(sc,
		  notification(fx, FUSE_NOTIFY_STORE, NULL, 0, NULL,
			       sizeof(struct fuse_notify_store_out)),
		  -EFAULT);
	EXPECT_EQ(sc,
		  notification(fx, FUSE_NOTIFY_RETRIEVE, NULL, 0, NULL,
			       sizeof(struct fuse_notify_retrieve_out)),
		  -EFAULT);
}

static void messages_notifications(struct sc *sc)
{
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	if (!messages_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, fx_barrier(&fx), 0);
	bad_lengths(sc, &fx);
	unreadable(sc, &fx);
	EXPECT_EQ(sc, fx_try_open(&fx, "f", O_RDWR | O_CREAT), 0);
out:
	fx_teardown(&fx);
}

/* ---- replies ---- */

static long reply(struct fixture *fx, uint64_t unique, int error, uint32_t len)
{
	const struct fuse_out_header h = { .len = len, .error = error, .unique = unique };

	return w_write(fx->w, fx->dev, &h, sizeof(h));
}

/* A request is held, and while it is somebody writes replies that are none. */
static void messages_replies(struct sc *sc)
{
	static const struct srv_rule hold = { .opcode = FUSE_READ, .count = 1, .action = SRV_HOLD };
	const uint32_t size = sizeof(struct fuse_out_header);
	char buf[PAGE], longer[sizeof(struct fuse_out_header) + 8] = { 0 };
	struct fx_job job = { .fn = job_pread, .buf = buf, .len = PAGE };
	struct fuse_out_header *h = (struct fuse_out_header *)longer;
	struct srv_request req;
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	job.fd = -1;
	if (!messages_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, job.fd, fx_make(&fx, "f", PAGE, O_RDWR));
	srv_set_rule(fx.srv, &hold);
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_SHARE_FILES), 0);
	srv_wait_held(fx.srv);
	if (EXPECT(sc, srv_find(fx.srv, 0, FUSE_READ, 0, &req), "no READ")) {
		EXPECT_EQ(sc, reply(&fx, req.unique, 0, size + 1), -EINVAL);
		EXPECT_EQ(sc, reply(&fx, req.unique, 1, size), -EINVAL);
		EXPECT_EQ(sc, reply(&fx, req.unique, -512, size), -EINVAL);
		EXPECT_EQ(sc, reply(&fx, req.unique + (1ull << 40), 0, size), -ENOENT);
		/* It was not interrupted, so there is nothing to try again. */
		EXPECT_EQ(sc, reply(&fx, req.unique | INTERRUPT_ID, -EAGAIN, size), -EINVAL);
		*h = (struct fuse_out_header){ .len = sizeof(longer),
					       .unique = req.unique | INTERRUPT_ID };
		EXPECT_EQ(sc, w_write(fx.w, fx.dev, longer, sizeof(longer)), -EINVAL);
		/* Nor do we care that the server does not know interrupts. */
		EXPECT_EQ(sc, reply(&fx, req.unique | INTERRUPT_ID, -ENOSYS, size), size);
	}
	srv_let_go(fx.srv);
	EXPECT_EQ(sc, fx_job_wait(&job), PAGE);
	EXPECT(sc, sc_matches(buf, PAGE, 0, 1), "wrong content read");
out:
	fx_close(&fx, job.fd);
	fx_teardown(&fx);
}

/* ---- the queue ---- */

/* A server that hangs in its reply to an open until it is told to go on. */
struct busy {
	struct fixture fx;
	struct w_event *go;
	struct fx_job opener;
	bool started;
};

static void hang(struct server *srv, struct srv_open *o)
{
	struct busy *b = srv_config(srv)->hook_arg;

	if (!strcmp(o->name, "g"))
		w_event_wait(srv_world(srv), b->go);
}

static void small_writes(struct server *srv, struct fuse_init_out *out)
{
	(void)srv;
	out->max_write = PAGE;
}

static bool busy_begin(struct sc *sc, struct busy *b)
{
	struct fx_opts o;

	*b = (struct busy){ .opener = { .fn = job_open_close, .flags = O_RDWR } };
	fx_opts_init(&o);
	o.srv.on_open = hang;
	o.srv.on_init = small_writes;
	o.srv.hook_arg = b;
	o.srv.xattr = true;
	if (!messages_setup(sc, &b->fx, &o))
		return false;
	b->go = w_event_new(b->fx.w, "go");
	NEED(sc, b->go, "no event");
	NEED_EQ(sc, sc_make_file(sc, fx_low(&b->fx, "f"), PAGE, 1, 0644), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&b->fx, "g"), PAGE, 1, 0644), 0);
	NEED_EQ(sc, fx_try_open(&b->fx, "f", O_RDWR), 0);
	b->opener.path = fx_mnt(&b->fx, "g");
	NEED_EQ(sc, fx_job_start(sc, &b->opener, W_SPAWN_PROCESS), 0);
	b->started = true;
	return srv_wait_count(b->fx.srv, 0, FUSE_OPEN, 2);
out:
	return false;
}

static void busy_end(struct sc *sc, struct busy *b)
{
	if (b->started) {
		w_event_post(b->fx.w, b->go);
		EXPECT_EQ(sc, fx_job_wait(&b->opener), 0);
	}
	fx_teardown(&b->fx);
	w_event_free(sc_world(sc), b->go);
}

static long look_up(struct fx_job *job)
{
	struct w_stat st;

	return w_lstat(sc_world(job->sc), job->path, &st);
}

/* Killed before the server has seen the request: the server never sees it. */
static void messages_killed(struct sc *sc)
{
	struct fx_job job = { .fn = look_up };
	unsigned int mark;
	struct busy b;

	if (!busy_begin(sc, &b))
		goto out;
	mark = srv_mark(b.fx.srv);
	job.path = fx_mnt(&b.fx, "never-seen");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(b.fx.w, job.task), 0);
	EXPECT_EQ(sc, w_kill(b.fx.w, job.task), 0);
	fx_job_wait(&job);
	w_event_post(b.fx.w, b.go);
	EXPECT_EQ(sc, fx_barrier(&b.fx), 0);
	EXPECT_EQ(sc, srv_count(b.fx.srv, mark, FUSE_LOOKUP), 0);
out:
	busy_end(sc, &b);
}

static long set_large(struct fx_job *job)
{
	return w_setxattr(sc_world(job->sc), job->path, "user.large", job->buf, job->len, 0);
}

/* Whoever reads the device with a buffer that is too small for a request ends it, and reads on. */
static void messages_too_large(struct sc *sc)
{
	static char value[4 * PAGE], buf[2 * PAGE];
	struct fx_job job = { .fn = set_large, .buf = value, .len = sizeof(value) };
	long other = -1;
	uint32_t fd;
	struct busy b;

	if (!busy_begin(sc, &b))
		goto out;
	NEED_FD(sc, other, w_open_kind(b.fx.w, W_FD_DEV_FUSE));
	fd = b.fx.dev;
	NEED_EQ(sc, w_ioctl(b.fx.w, other, FUSE_DEV_IOC_CLONE, &fd), 0);
	NEED_EQ(sc, w_fcntl_setfl(b.fx.w, other, O_NONBLOCK), 0);
	job.path = fx_mnt(&b.fx, "f");
	NEED_EQ(sc, fx_job_start(sc, &job, W_SPAWN_PROCESS), 0);
	EXPECT_EQ(sc, w_task_wait_blocked(b.fx.w, job.task), 0);
	EXPECT_EQ(sc, w_read(b.fx.w, other, buf, sizeof(buf)), -EAGAIN);
	EXPECT_EQ(sc, fx_job_wait(&job), -E2BIG);
out:
	fx_close(&b.fx, other);
	busy_end(sc, &b);
}

const struct scenario message_scenarios[] = {
	{ "messages/notifications", "notifications of wrong size, and unreadable ones", 0,
	  messages_notifications },
	{ "messages/replies", "replies to nobody, and of a wrong form", 0, messages_replies },
	{ "messages/killed", "a request is given up before the server has read it", W_CAP_SIGKILL,
	  messages_killed },
	{ "messages/too-large", "a request that does not fit into the reader's buffer",
	  W_CAP_LOWER_XATTR, messages_too_large },
	{ 0 }
};
