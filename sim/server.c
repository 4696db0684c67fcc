// SPDX-License-Identifier: GPL-2.0
/*
 * The FUSE server; see server.h for what it offers.
 *
 * Only the server's task touches nodes, open files and registered ids, except for the counts that
 * scenarios ask for; those, the log and the rules are guarded by @lock. No operation of the world
 * is called under it.
 *
 * A read or write of the device that fails for want of memory and the like is tried again. If that
 * does not help the server ends, and so do the requests that it has not answered.
 */
#include "server.h"
#include "server_locks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#ifndef O_PATH
#error "the server needs _GNU_SOURCE"
#endif

#define BUF_SIZE	(256 * 1024)
#define MAX_WRITE	(128 * 1024)
#define MAX_SPLICED	(32 * 1024)	/* with its header it fits into a pipe */
#define MAX_TRIES	3

/* The linux_dirent types, which getdents and the protocol share, are the mode's type bits >> 12. */
#define DT_OF_MODE(mode)	(((mode) & S_IFMT) >> 12)

/* An inode as the kernel knows it. It stays in the table when forgotten, for the scenarios. */
struct node {
	uint64_t id;
	uint64_t ino;		/* of the lower file */
	uint64_t nlookup;
	unsigned int opens;
	int32_t backing_id;	/* SRV_ID_PER_INODE: shared by the opens; 0 = none */
	bool gone;		/* its last lower link went: the inode number may be used again */
	char path[W_PATH_MAX];
};

struct open_file {
	bool used;
	bool kept;		/* its release was with SRV_ID_KEPT; not @used */
	bool dir;
	bool cached;		/* by the page cache */
	int fd;
	uint32_t flags;		/* that @fd was opened with */
	uint64_t nodeid;
	int32_t backing_id;	/* of this open alone; 0 = none or the node's */
};

struct registered {
	int32_t id;
};

struct held {
	struct server *srv;
	struct w_task *task;
	struct w_event *go;
	struct w_event *done;
	unsigned int log_index;
	size_t len;
	char reply[8192];
};

struct server {
	struct world *w;
	struct srv_config cfg;
	char root[W_PATH_MAX];
	struct w_task *task;
	struct w_mutex *lock;
	struct w_event *progress;	/* posted for each request read, and at the end */
	struct w_event *held_one;	/* posted for each reply kept back */
	int dev;
	int pipe[2];	/* for @cfg.splice */
	bool ended;
	bool failed;	/* it could not answer, and ends */

	char *in;	/* the request being served */
	char *out;	/* its reply: header and body */

	struct node **nodes;
	unsigned int nnodes;
	struct open_file *files;
	unsigned int nfiles;
	struct registered *ids;
	unsigned int nids;

	struct srv_request *log;
	unsigned int nlog, log_size;
	unsigned int opens_seen;

	unsigned int serving;	/* index in the log */
	struct srv_locks *locks;
	char *retrieved;	/* what the last NOTIFY_REPLY has brought */
	size_t nretrieved;

	struct srv_rule rules[SRV_MAX_RULES];
	unsigned int nrules;
	struct held *held[SRV_MAX_HELD];
	unsigned int nheld, nlet_go;

	uint64_t offered;
	uint32_t minor;
	uint32_t ready;	/* what POLL is answered with */
};

/* What serving a request gives: the body behind the header of srv->out, or an error. */
struct reply {
	int error;		/* 0 or negative errno */
	size_t len;		/* of the body */
	bool none;		/* this request has no reply */
};

static void out_of_memory(void)
{
	fputs("fusebox: the FUSE server is out of memory\n", stderr);
	abort();
}

/* ---- the log ---- */

static unsigned int log_add(struct server *srv, const struct srv_request *req)
{
	unsigned int i;

	w_lock(srv->w, srv->lock);
	if (srv->nlog == srv->log_size) {
		srv->log_size = srv->log_size ? 2 * srv->log_size : 256;
		srv->log = realloc(srv->log, srv->log_size * sizeof(*srv->log));
		if (!srv->log)
			out_of_memory();
	}
	i = srv->nlog++;
	srv->log[i] = *req;
	w_unlock(srv->w, srv->lock);
	w_event_post(srv->w, srv->progress);
	return i;
}

static void log_reply(struct server *srv, unsigned int i, int error, long sent)
{
	w_lock(srv->w, srv->lock);
	srv->log[i].error = error;
	srv->log[i].sent = sent;
	w_unlock(srv->w, srv->lock);
}

unsigned int srv_mark(struct server *srv)
{
	unsigned int n;

	w_lock(srv->w, srv->lock);
	n = srv->nlog;
	w_unlock(srv->w, srv->lock);
	return n;
}

static bool counts(uint32_t opcode, uint32_t wanted)
{
	if (wanted)
		return opcode == wanted;
	return opcode != FUSE_FORGET && opcode != FUSE_BATCH_FORGET && opcode != FUSE_INTERRUPT;
}

unsigned int srv_count(struct server *srv, unsigned int mark, uint32_t opcode)
{
	unsigned int n = 0;

	w_lock(srv->w, srv->lock);
	for (unsigned int i = mark; i < srv->nlog; i++)
		n += counts(srv->log[i].opcode, opcode);
	w_unlock(srv->w, srv->lock);
	return n;
}

unsigned int srv_count_page_cache(struct server *srv, uint32_t opcode)
{
	unsigned int n = 0;

	w_lock(srv->w, srv->lock);
	for (unsigned int i = 0; i < srv->nlog; i++)
		n += srv->log[i].page_cache && srv->log[i].opcode == opcode;
	w_unlock(srv->w, srv->lock);
	return n;
}

bool srv_find(struct server *srv, unsigned int mark, uint32_t opcode, unsigned int nth,
	      struct srv_request *req)
{
	bool found = false;

	w_lock(srv->w, srv->lock);
	for (unsigned int i = mark; i < srv->nlog && !found; i++) {
		if (!counts(srv->log[i].opcode, opcode) || nth--)
			continue;
		*req = srv->log[i];
		found = true;
	}
	w_unlock(srv->w, srv->lock);
	return found;
}

bool srv_wait_count(struct server *srv, unsigned int mark, uint32_t opcode, unsigned int n)
{
	bool ended;

	for (;;) {
		w_lock(srv->w, srv->lock);
		ended = srv->ended;
		w_unlock(srv->w, srv->lock);
		if (srv_count(srv, mark, opcode) >= n)
			return true;
		if (ended)
			return false;
		w_event_wait(srv->w, srv->progress);
	}
}

/* ---- inodes ---- */

static struct node *node_by_id(struct server *srv, uint64_t id)
{
	return id >= 1 && id <= srv->nnodes ? srv->nodes[id - 1] : NULL;
}

static struct node *node_by_ino(struct server *srv, uint64_t ino)
{
	for (unsigned int i = 0; i < srv->nnodes; i++) {
		if (srv->nodes[i]->ino == ino && !srv->nodes[i]->gone)
			return srv->nodes[i];
	}
	return NULL;
}

static struct node *node_new(struct server *srv, uint64_t ino, const char *path)
{
	struct node *n = calloc(1, sizeof(*n));
	struct node **nodes = realloc(srv->nodes, (srv->nnodes + 1) * sizeof(*nodes));

	if (!n || !nodes)
		out_of_memory();
	snprintf(n->path, sizeof(n->path), "%s", path);
	n->ino = ino;
	n->id = srv->nnodes + 1;
	w_lock(srv->w, srv->lock);
	srv->nodes = nodes;
	srv->nodes[srv->nnodes++] = n;
	w_unlock(srv->w, srv->lock);
	return n;
}

/* The node of a lower file, found or made, with one more lookup. */
static struct node *node_get(struct server *srv, uint64_t ino, const char *path)
{
	struct node *n = node_by_ino(srv, ino);

	if (!n)
		n = node_new(srv, ino, path);
	w_lock(srv->w, srv->lock);
	n->nlookup++;
	snprintf(n->path, sizeof(n->path), "%s", path);
	w_unlock(srv->w, srv->lock);
	return n;
}

static void node_forget(struct server *srv, uint64_t id, uint64_t nlookup)
{
	struct node *n = node_by_id(srv, id);

	if (!n)
		return;
	w_lock(srv->w, srv->lock);
	n->nlookup -= nlookup < n->nlookup ? nlookup : n->nlookup;
	w_unlock(srv->w, srv->lock);
}

static struct node *node_by_name(struct server *srv, const char *name)
{
	char path[2 * W_PATH_MAX];
	struct node *found = NULL;

	snprintf(path, sizeof(path), "%s/%s", srv->root, name);
	for (unsigned int i = 0; i < srv->nnodes; i++) {
		if (!strcmp(srv->nodes[i]->path, path))
			found = srv->nodes[i];
	}
	return found;
}

uint64_t srv_nlookup(struct server *srv, const char *name)
{
	struct node *n;
	uint64_t count;

	w_lock(srv->w, srv->lock);
	n = node_by_name(srv, name);
	count = n ? n->nlookup : 0;
	w_unlock(srv->w, srv->lock);
	return count;
}

bool srv_wait_forgotten(struct server *srv, const char *name)
{
	bool ended;

	for (;;) {
		w_lock(srv->w, srv->lock);
		ended = srv->ended;
		w_unlock(srv->w, srv->lock);
		if (!srv_nlookup(srv, name))
			return true;
		if (ended)
			return false;
		w_event_wait(srv->w, srv->progress);
	}
}

uint64_t srv_nodeid(struct server *srv, const char *name)
{
	struct node *n;
	uint64_t id;

	w_lock(srv->w, srv->lock);
	n = node_by_name(srv, name);
	id = n ? n->id : 0;
	w_unlock(srv->w, srv->lock);
	return id;
}

/* "PATH/name"; a path too long for the world is told to the kernel as such. */
static int child_path(struct server *srv, uint64_t parent, const char *name, char *path)
{
	struct node *n = node_by_id(srv, parent);

	if (!n)
		return -ESTALE;
	/* Asked for only by who has a handle (FUSE_EXPORT_SUPPORT). */
	if (!strcmp(name, ".") || !strcmp(name, "..")) {
		strcpy(path, n->path);
		if (name[1])
			*strrchr(path, '/') = '\0';
		return 0;
	}
	if (snprintf(path, W_PATH_MAX, "%s/%s", n->path, name) >= W_PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- attributes ---- */

static void attr_from(struct fuse_attr *a, const struct w_stat *st)
{
	*a = (struct fuse_attr) {
		.ino = st->ino,
		.size = st->size,
		.blocks = st->blocks,
		.atime = st->atime / 1000000000,
		.mtime = st->mtime / 1000000000,
		.ctime = st->ctime / 1000000000,
		.atimensec = st->atime % 1000000000,
		.mtimensec = st->mtime % 1000000000,
		.ctimensec = st->ctime % 1000000000,
		.mode = st->mode,
		.nlink = st->nlink,
		.uid = st->uid,
		.gid = st->gid,
		.rdev = st->rdev,
		.blksize = st->blksize,
	};
}

static struct open_file *file_by_fh(struct server *srv, uint64_t fh)
{
	return fh >= 1 && fh <= srv->nfiles && srv->files[fh - 1].used ? &srv->files[fh - 1] :
									  NULL;
}

/* Stat an inode, which may be unlinked: then by a file that is open on it. */
static long stat_node(struct server *srv, struct node *n, struct w_stat *st)
{
	if (!n)
		return -ESTALE;
	if (!n->gone)
		return w_lstat(srv->w, n->path, st);
	for (unsigned int i = 0; i < srv->nfiles; i++) {
		if (srv->files[i].used && srv->files[i].nodeid == n->id)
			return w_fstat(srv->w, srv->files[i].fd, st);
	}
	return -ENOENT;
}

static void entry_from(struct server *srv, struct fuse_entry_out *e, struct node *n,
		       const struct w_stat *st)
{
	*e = (struct fuse_entry_out) {
		.nodeid = n->id,
		.generation = 1,
		.entry_valid = srv->cfg.entry_timeout,
		.attr_valid = srv->cfg.attr_timeout,
	};
	attr_from(&e->attr, st);
	if (srv->cfg.submount && S_ISDIR(st->mode) &&
	    !strcmp(last_part(n->path), srv->cfg.submount))
		e->attr.flags |= FUSE_ATTR_SUBMOUNT;
}

/* Look a path up and write the entry to @e. */
static long make_entry(struct server *srv, const char *path, struct fuse_entry_out *e)
{
	struct w_stat st;
	long ret = w_lstat(srv->w, path, &st);

	if (!ret)
		entry_from(srv, e, node_get(srv, st.ino, path), &st);
	return ret;
}

static struct reply fail(long error)
{
	return (struct reply) { .error = (int)error };
}

static struct reply ok(size_t len)
{
	return (struct reply) { .len = len };
}

static struct reply ok_if(long ret)
{
	return ret < 0 ? fail(ret) : ok(0);
}

static struct reply no_reply(void)
{
	return (struct reply) { .none = true };
}

static void *body(struct server *srv)
{
	return srv->out + sizeof(struct fuse_out_header);
}

static struct reply reply_entry(struct server *srv, const char *path)
{
	struct fuse_entry_out *e = body(srv);
	long ret = make_entry(srv, path, e);

	return ret ? fail(ret) : ok(sizeof(*e));
}

static struct reply reply_attr(struct server *srv, const struct w_stat *st)
{
	struct fuse_attr_out *a = body(srv);

	*a = (struct fuse_attr_out) { .attr_valid = srv->cfg.attr_timeout };
	attr_from(&a->attr, st);
	return ok(sizeof(*a));
}

/* ---- INIT ---- */

static struct reply do_init(struct server *srv, const struct fuse_init_in *in)
{
	struct fuse_init_out *out = body(srv);
	uint64_t want, offered;

	offered = in->flags | (in->flags & FUSE_INIT_EXT ? (uint64_t)in->flags2 << 32 : 0);
	want = FUSE_ASYNC_READ | FUSE_BIG_WRITES | FUSE_DO_READDIRPLUS | FUSE_DONT_MASK |
	       FUSE_INIT_EXT | srv->cfg.init_flags;
	want &= ~srv->cfg.no_init_flags;
	if (srv->cfg.passthrough)
		want |= FUSE_PASSTHROUGH;
	w_lock(srv->w, srv->lock);
	srv->offered = offered;
	srv->minor = in->minor;
	w_unlock(srv->w, srv->lock);
	want &= offered;
	*out = (struct fuse_init_out) {
		.major = FUSE_KERNEL_VERSION,
		.minor = in->minor < FUSE_KERNEL_MINOR_VERSION ? in->minor :
								  FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = in->max_readahead,
		.flags = (uint32_t)want,
		.flags2 = want >> 32,
		.max_background = 32,
		.congestion_threshold = 24,
		.max_write = srv->cfg.splice ? MAX_SPLICED : MAX_WRITE,
		.time_gran = 1,
		.max_stack_depth = srv->cfg.max_stack_depth,
	};
	if (srv->cfg.on_init)
		srv->cfg.on_init(srv, out);
	return ok(sizeof(*out));
}

uint64_t srv_init_offered(struct server *srv)
{
	uint64_t v;

	w_lock(srv->w, srv->lock);
	v = srv->offered;
	w_unlock(srv->w, srv->lock);
	return v;
}

uint32_t srv_init_minor(struct server *srv)
{
	uint32_t v;

	w_lock(srv->w, srv->lock);
	v = srv->minor;
	w_unlock(srv->w, srv->lock);
	return v;
}

/* ---- backing files ---- */

long srv_register(struct world *w, int dev, int fd)
{
	struct fuse_backing_map map = { .fd = fd };

	return w_ioctl(w, dev, FUSE_DEV_IOC_BACKING_OPEN, &map);
}

long srv_unregister(struct world *w, int dev, int32_t id)
{
	uint32_t arg = id;

	return w_ioctl(w, dev, FUSE_DEV_IOC_BACKING_CLOSE, &arg);
}

/* ---- notifications ---- */

/* A message of the server's own accord has no number, and its kind in place of an error. */
static long notify(struct world *w, int dev, int code, const void *arg, size_t arg_len,
		   const void *data, size_t len)
{
	struct fuse_out_header out = { .len = sizeof(out) + arg_len + len, .error = code };
	const struct iovec iov[] = {
		{ &out, sizeof(out) }, { (void *)arg, arg_len }, { (void *)data, len },
	};
	long ret = w_writev(w, dev, iov, len ? 3 : 2);

	return ret < 0 ? ret : 0;
}

long srv_notify_inval_inode(struct world *w, int dev, uint64_t nodeid, int64_t off, int64_t len)
{
	const struct fuse_notify_inval_inode_out out = { .ino = nodeid, .off = off, .len = len };

	return notify(w, dev, FUSE_NOTIFY_INVAL_INODE, &out, sizeof(out), NULL, 0);
}

long srv_notify_inval_entry(struct world *w, int dev, uint64_t parent, const char *name)
{
	const struct fuse_notify_inval_entry_out out = { .parent = parent,
							 .namelen = strlen(name) };

	return notify(w, dev, FUSE_NOTIFY_INVAL_ENTRY, &out, sizeof(out), name, out.namelen + 1);
}

long srv_notify_delete(struct world *w, int dev, uint64_t parent, uint64_t child, const char *name)
{
	const struct fuse_notify_delete_out out = { .parent = parent,
						    .child = child,
						    .namelen = strlen(name) };

	return notify(w, dev, FUSE_NOTIFY_DELETE, &out, sizeof(out), name, out.namelen + 1);
}

long srv_notify_poll(struct world *w, int dev, uint64_t kh)
{
	const struct fuse_notify_poll_wakeup_out out = { .kh = kh };

	return notify(w, dev, FUSE_NOTIFY_POLL, &out, sizeof(out), NULL, 0);
}

long srv_notify_store(struct world *w, int dev, uint64_t nodeid, uint64_t off, const void *data,
		      uint32_t len)
{
	const struct fuse_notify_store_out out = { .nodeid = nodeid, .offset = off, .size = len };

	return notify(w, dev, FUSE_NOTIFY_STORE, &out, sizeof(out), data, len);
}

long srv_notify_retrieve(struct world *w, int dev, uint64_t nodeid, uint64_t off, uint32_t len)
{
	const struct fuse_notify_retrieve_out out = {
		.notify_unique = 1, .nodeid = nodeid, .offset = off, .size = len,
	};

	return notify(w, dev, FUSE_NOTIFY_RETRIEVE, &out, sizeof(out), NULL, 0);
}

static void id_add(struct server *srv, int32_t id)
{
	w_lock(srv->w, srv->lock);
	srv->ids = realloc(srv->ids, (srv->nids + 1) * sizeof(*srv->ids));
	if (!srv->ids)
		out_of_memory();
	srv->ids[srv->nids++].id = id;
	w_unlock(srv->w, srv->lock);
}

static void id_close(struct server *srv, int32_t id)
{
	srv_unregister(srv->w, srv->dev, id);
	w_lock(srv->w, srv->lock);
	for (unsigned int i = 0; i < srv->nids; i++) {
		if (srv->ids[i].id == id) {
			srv->ids[i] = srv->ids[--srv->nids];
			break;
		}
	}
	w_unlock(srv->w, srv->lock);
}

static long register_path(struct server *srv, const char *path, enum srv_backing how)
{
	static const int flags[] = {
		[SRV_RDWR] = O_RDWR, [SRV_RDONLY] = O_RDONLY, [SRV_WRONLY] = O_WRONLY,
		[SRV_PATH] = O_PATH,
	};
	long fd, id;

	fd = w_open(srv->w, path, flags[how], 0);
	if (fd < 0)
		return fd;
	id = srv_register(srv->w, srv->dev, fd);
	w_close(srv->w, fd);	/* the kernel has its own reference */
	if (id > 0)
		id_add(srv, id);
	return id;
}

/*
 * Register the backing file of an unnamed file by the fd the server has, as it has no path.
 */
static long register_fd(struct server *srv, int fd)
{
	long id = srv_register(srv->w, srv->dev, fd);

	if (id > 0)
		id_add(srv, id);
	return id;
}

/* Decide how an open is served and fill flags and id of the reply in. */
static long choose_backing(struct server *srv, struct open_file *f, struct node *n,
			   uint32_t flags, struct fuse_open_out *out)
{
	const char *name = last_part(n->path), *path = NULL;
	enum srv_backing how = srv->cfg.choose ? srv->cfg.choose(srv, name, flags) :
						 srv->cfg.backing;
	long id;

	if (how == SRV_CACHED || how == SRV_KEEP_CACHE) {
		out->open_flags = how == SRV_KEEP_CACHE ? FOPEN_KEEP_CACHE : 0;
		return 0;
	}
	if (how == SRV_PLAIN || !srv->cfg.passthrough) {
		out->open_flags = FOPEN_DIRECT_IO;
		return 0;
	}
	if (f->backing_id) {
		id = f->backing_id;
	} else if (srv->cfg.ids == SRV_ID_PER_INODE && n->backing_id) {
		id = n->backing_id;
	} else {
		if (srv->cfg.backing_path)
			path = srv->cfg.backing_path(srv, name, srv->opens_seen);
		if (n->gone && !path)
			id = register_fd(srv, f->fd);
		else
			id = register_path(srv, path ? path : n->path, how);
		if (id < 0)
			return id;
		if (srv->cfg.ids == SRV_ID_PER_INODE)
			n->backing_id = id;
		else
			f->backing_id = id;
	}
	out->open_flags = FOPEN_PASSTHROUGH;
	out->backing_id = id;
	return 0;
}

/* ---- open files ---- */

/* Returns the handle; @fd, opened with @flags, is the file's from now on. */
static uint64_t file_add(struct server *srv, struct node *n, int fd, uint32_t flags, bool dir)
{
	unsigned int i;

	w_lock(srv->w, srv->lock);
	for (i = 0; i < srv->nfiles && (srv->files[i].used || srv->files[i].kept); i++)
		;
	if (i == srv->nfiles) {
		srv->files = realloc(srv->files, (i + 1) * sizeof(*srv->files));
		if (!srv->files)
			out_of_memory();
		srv->nfiles++;
	}
	srv->files[i] = (struct open_file) { .used = true, .dir = dir, .fd = fd, .flags = flags,
					     .nodeid = n->id };
	n->opens++;
	w_unlock(srv->w, srv->lock);
	return i + 1;
}

/*
 * Open a kept file once more, with the id that it has. Returns the handle; 0: none was kept that
 * will do.
 */
static uint64_t file_again(struct server *srv, struct node *n, uint32_t flags)
{
	struct open_file *f;
	uint64_t fh = 0;

	if (srv->cfg.ids != SRV_ID_KEPT || flags & O_TRUNC)
		return 0;
	w_lock(srv->w, srv->lock);
	for (unsigned int i = 0; i < srv->nfiles && !fh; i++) {
		f = &srv->files[i];
		if (!f->kept || f->nodeid != n->id || f->flags != flags)
			continue;
		f->kept = false;
		f->used = true;
		n->opens++;
		fh = i + 1;
	}
	w_unlock(srv->w, srv->lock);
	return fh;
}

static void file_drop(struct server *srv, uint64_t fh)
{
	struct open_file *f = file_by_fh(srv, fh);
	int32_t id, node_id = 0;
	struct node *n;
	bool kept;
	int fd;

	if (!f)
		return;
	n = node_by_id(srv, f->nodeid);
	w_lock(srv->w, srv->lock);
	fd = f->fd;
	id = f->backing_id;
	f->used = false;
	f->kept = id && srv->cfg.ids == SRV_ID_KEPT;
	kept = f->kept;
	if (!--n->opens) {
		node_id = n->backing_id;
		n->backing_id = 0;
	}
	w_unlock(srv->w, srv->lock);
	if (kept)
		return;
	if (id)
		id_close(srv, id);
	if (node_id)
		id_close(srv, node_id);
	w_close(srv->w, fd);
}

unsigned int srv_open_files(struct server *srv)
{
	unsigned int n = 0;

	w_lock(srv->w, srv->lock);
	for (unsigned int i = 0; i < srv->nfiles; i++)
		n += srv->files[i].used;
	w_unlock(srv->w, srv->lock);
	return n;
}

unsigned int srv_ids_registered(struct server *srv)
{
	unsigned int n;

	w_lock(srv->w, srv->lock);
	n = srv->nids;
	for (unsigned int i = 0; i < srv->nfiles; i++)
		n -= srv->files[i].kept;
	w_unlock(srv->w, srv->lock);
	return n;
}

/*
 * What OPEN, CREATE and TMPFILE share once the lower file is open and has the handle @fh: backing
 * file, hook. On success *out is filled; else the handle is gone.
 */
static long finish_open(struct server *srv, uint32_t opcode, struct node *n, uint64_t fh,
			uint32_t flags, struct fuse_open_out *out, struct fuse_entry_out *entry)
{
	struct srv_open o = {
		.opcode = opcode,
		.nth = srv->opens_seen,
		.flags = flags,
		.open = out,
		.entry = entry,
		.name = last_part(n->path),
	};
	struct open_file *f;
	long ret;

	*out = (struct fuse_open_out) { .fh = fh };
	ret = choose_backing(srv, file_by_fh(srv, out->fh), n, flags, out);
	if (ret) {
		file_drop(srv, out->fh);
		return ret;
	}
	if (srv->cfg.on_open)
		srv->cfg.on_open(srv, &o);
	f = file_by_fh(srv, out->fh);
	if (f)
		f->cached = !(out->open_flags & (FOPEN_DIRECT_IO | FOPEN_PASSTHROUGH));
	srv->opens_seen++;
	return 0;
}

/*
 * The server's own file: with the access mode of the request, so that plain files can be served;
 * positions come with each request, so never O_APPEND; alignment is not the client's business.
 */
static int lower_flags(uint32_t flags)
{
	return (flags & (O_ACCMODE | O_TRUNC)) & ~O_APPEND;
}

static struct reply do_open(struct server *srv, uint64_t nodeid, const struct fuse_open_in *in)
{
	struct fuse_open_out *out = body(srv);
	struct node *n = node_by_id(srv, nodeid);
	uint32_t flags = lower_flags(in->flags);
	uint64_t fh;
	long fd, ret;

	if (!n)
		return fail(-ESTALE);
	fh = file_again(srv, n, flags);
	if (!fh) {
		fd = w_open(srv->w, n->path, flags, 0);
		if (fd < 0)
			return fail(fd);
		fh = file_add(srv, n, fd, flags, false);
	}
	ret = finish_open(srv, FUSE_OPEN, n, fh, in->flags, out, NULL);
	return ret ? fail(ret) : ok(sizeof(*out));
}

/* Give a file that root just made to who asked for it. */
static void give_to(struct server *srv, const char *path, const struct fuse_in_header *h)
{
	if (h->uid || h->gid)
		w_lchown(srv->w, path, h->uid, h->gid);
}

static struct reply do_create(struct server *srv, const struct fuse_in_header *h,
			      const struct fuse_create_in *in, const char *name)
{
	struct fuse_entry_out *e = body(srv);
	struct fuse_open_out *out = (void *)(e + 1);
	char path[W_PATH_MAX];
	struct w_stat st;
	struct node *n;
	long fd, ret;

	ret = child_path(srv, h->nodeid, name, path);
	if (ret)
		return fail(ret);
	fd = w_open(srv->w, path, lower_flags(in->flags) | O_CREAT | (in->flags & O_EXCL),
		    in->mode & ~in->umask & 07777);
	if (fd < 0)
		return fail(fd);
	give_to(srv, path, h);
	ret = w_fstat(srv->w, fd, &st);
	if (ret) {
		w_close(srv->w, fd);
		return fail(ret);
	}
	n = node_get(srv, st.ino, path);
	entry_from(srv, e, n, &st);
	ret = finish_open(srv, FUSE_CREATE, n, file_add(srv, n, fd, lower_flags(in->flags), false),
			  in->flags, out, e);
	return ret ? fail(ret) : ok(sizeof(*e) + sizeof(*out));
}

static struct reply do_tmpfile(struct server *srv, const struct fuse_in_header *h,
			       const struct fuse_create_in *in)
{
	struct fuse_entry_out *e = body(srv);
	struct fuse_open_out *out = (void *)(e + 1);
	struct node *parent = node_by_id(srv, h->nodeid), *n;
	char path[W_PATH_MAX + 32];
	struct w_stat st;
	long fd, ret;

	if (!parent)
		return fail(-ESTALE);
	fd = w_open(srv->w, parent->path, lower_flags(in->flags) | O_TMPFILE,
		    in->mode & ~in->umask & 07777);
	if (fd < 0)
		return fail(fd);
	ret = w_fstat(srv->w, fd, &st);
	if (ret) {
		w_close(srv->w, fd);
		return fail(ret);
	}
	snprintf(path, sizeof(path), "%s/#tmpfile", srv->root);
	n = node_get(srv, st.ino, path);
	n->gone = true;
	entry_from(srv, e, n, &st);
	ret = finish_open(srv, FUSE_TMPFILE, n, file_add(srv, n, fd, lower_flags(in->flags), false),
			  in->flags, out, e);
	return ret ? fail(ret) : ok(sizeof(*e) + sizeof(*out));
}

/* ---- attributes ---- */

static struct reply do_getattr(struct server *srv, uint64_t nodeid)
{
	struct w_stat st;
	long ret = stat_node(srv, node_by_id(srv, nodeid), &st);

	return ret ? fail(ret) : reply_attr(srv, &st);
}

/* Set-uid goes; set-gid only if the group may execute, as without that it means locking. */
static long kill_suid(struct server *srv, struct node *n)
{
	struct w_stat st;
	unsigned int mode;
	long ret = stat_node(srv, n, &st);

	if (ret || n->gone)
		return ret;
	mode = st.mode & ~S_ISUID;
	if (mode & S_IXGRP)
		mode &= ~S_ISGID;
	return mode == st.mode ? 0 : w_chmod(srv->w, n->path, mode & 07777);
}

static long set_size(struct server *srv, struct node *n, const struct fuse_setattr_in *in)
{
	struct open_file *f = in->valid & FATTR_FH ? file_by_fh(srv, in->fh) : NULL;
	long ret = -EBADF;

	if (f)
		ret = w_ftruncate(srv->w, f->fd, in->size);
	/* A handle opened read-only by O_TRUNC or truncate(2) on the path. */
	if ((ret == -EBADF || ret == -EINVAL) && !n->gone)
		ret = w_truncate(srv->w, n->path, in->size);
	return ret;
}

static long long time_of(const struct fuse_setattr_in *in, uint32_t set, uint32_t now,
			 uint64_t sec, uint32_t nsec)
{
	if (in->valid & now)
		return W_TIME_NOW;
	return in->valid & set ? (long long)sec * 1000000000 + nsec : W_TIME_OMIT;
}

static struct reply do_setattr(struct server *srv, uint64_t nodeid,
			       const struct fuse_setattr_in *in)
{
	struct node *n = node_by_id(srv, nodeid);
	struct w_stat st;
	long ret = 0;

	if (!n)
		return fail(-ESTALE);
	if (in->valid & FATTR_SIZE)
		ret = set_size(srv, n, in);
	if (!ret && (in->valid & (FATTR_UID | FATTR_GID)))
		ret = w_lchown(srv->w, n->path, in->valid & FATTR_UID ? in->uid : -1U,
			       in->valid & FATTR_GID ? in->gid : -1U);
	if (!ret && (in->valid & FATTR_MODE))
		ret = w_chmod(srv->w, n->path, in->mode & 07777);
	if (!ret && (in->valid & FATTR_KILL_SUIDGID))
		ret = kill_suid(srv, n);
	if (!ret && (in->valid & (FATTR_ATIME | FATTR_MTIME)))
		ret = w_utimens(srv->w, n->path,
				time_of(in, FATTR_ATIME, FATTR_ATIME_NOW, in->atime,
					in->atimensec),
				time_of(in, FATTR_MTIME, FATTR_MTIME_NOW, in->mtime,
					in->mtimensec));
	if (!ret)
		ret = stat_node(srv, n, &st);
	return ret ? fail(ret) : reply_attr(srv, &st);
}

/* ---- I/O of plain files ---- */

static struct reply do_read(struct server *srv, const struct fuse_read_in *in)
{
	struct open_file *f = file_by_fh(srv, in->fh);
	size_t len = in->size;
	long ret;

	if (!f || f->dir)
		return fail(-EBADF);
	if (len > MAX_WRITE)
		len = MAX_WRITE;
	ret = w_pread(srv->w, f->fd, body(srv), len, in->offset);
	return ret < 0 ? fail(ret) : ok(ret);
}

static struct reply do_write(struct server *srv, uint64_t nodeid, const struct fuse_write_in *in,
			     const void *data)
{
	struct open_file *f = file_by_fh(srv, in->fh);
	struct fuse_write_out *out = body(srv);
	long ret;

	if (!f || f->dir)
		return fail(-EBADF);
	ret = w_pwrite(srv->w, f->fd, data, in->size, in->offset);
	if (ret < 0)
		return fail(ret);
	if ((in->write_flags & FUSE_WRITE_KILL_SUIDGID) ||
	    (srv->cfg.init_flags & FUSE_HANDLE_KILLPRIV))
		kill_suid(srv, node_by_id(srv, nodeid));
	*out = (struct fuse_write_out) { .size = ret };
	return ok(sizeof(*out));
}

static struct reply do_fsync(struct server *srv, const struct fuse_fsync_in *in)
{
	struct open_file *f = file_by_fh(srv, in->fh);

	if (!f)
		return fail(-EBADF);
	return ok_if(in->fsync_flags & FUSE_FSYNC_FDATASYNC ? w_fdatasync(srv->w, f->fd) :
							      w_fsync(srv->w, f->fd));
}

static struct reply do_fallocate(struct server *srv, const struct fuse_fallocate_in *in)
{
	struct open_file *f = file_by_fh(srv, in->fh);

	if (!f)
		return fail(-EBADF);
	return ok_if(w_fallocate(srv->w, f->fd, in->mode, in->offset, in->length));
}

static struct reply do_copy_range(struct server *srv, const struct fuse_copy_file_range_in *in)
{
	struct open_file *from = file_by_fh(srv, in->fh_in), *to = file_by_fh(srv, in->fh_out);
	struct fuse_write_out *out = body(srv);
	long ret;

	if (!srv->cfg.copy_range)
		return fail(-ENOSYS);
	if (!from || !to)
		return fail(-EBADF);
	ret = w_copy_range(srv->w, from->fd, in->off_in, to->fd, in->off_out, in->len);
	if (ret < 0)
		return fail(ret);
	*out = (struct fuse_write_out) { .size = ret };
	return ok(sizeof(*out));
}

static struct reply do_lseek(struct server *srv, const struct fuse_lseek_in *in)
{
	struct open_file *f = file_by_fh(srv, in->fh);
	struct fuse_lseek_out *out = body(srv);
	long long ret;

	if (!f)
		return fail(-EBADF);
	ret = w_lseek(srv->w, f->fd, in->offset, in->whence);
	if (ret < 0)
		return fail(ret);
	*out = (struct fuse_lseek_out) { .offset = ret };
	return ok(sizeof(*out));
}

/* Only what has a fixed size and needs no retry: as FS_IOC_GETFLAGS, passed on to the file. */
static struct reply do_ioctl(struct server *srv, const struct fuse_ioctl_in *in, const void *data)
{
	struct open_file *f = file_by_fh(srv, in->fh);
	struct fuse_ioctl_out *out = body(srv);
	long arg[8] = { 0 };
	long ret;

	if (!f)
		return fail(-EBADF);
	if ((in->flags & FUSE_IOCTL_UNRESTRICTED) || in->in_size > sizeof(arg) ||
	    in->out_size > sizeof(arg))
		return fail(-ENOTTY);
	memcpy(arg, data, in->in_size);
	ret = srv->cfg.on_ioctl ? srv->cfg.on_ioctl(srv, in, arg) :
				  w_ioctl(srv->w, f->fd, in->cmd, arg);
	if (ret < 0)
		return fail(ret);
	*out = (struct fuse_ioctl_out) { .result = ret };
	memcpy(out + 1, arg, in->out_size);
	return ok(sizeof(*out) + in->out_size);
}

/* ---- directories ---- */

static struct reply do_opendir(struct server *srv, uint64_t nodeid)
{
	struct fuse_open_out *out = body(srv);
	struct node *n = node_by_id(srv, nodeid);
	long fd;

	if (!n)
		return fail(-ESTALE);
	fd = w_open(srv->w, n->path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return fail(fd);
	*out = (struct fuse_open_out) {
		.fh = file_add(srv, n, fd, 0, true), .open_flags = srv->cfg.dir_open_flags,
	};
	return ok(sizeof(*out));
}

/* Append one entry to the reply; returns its size, 0 if it does not fit. */
static size_t put_dirent(char *at, size_t room, const struct w_dirent *d,
			 const struct fuse_entry_out *e)
{
	size_t name = strlen(d->name);
	size_t head = e ? FUSE_NAME_OFFSET_DIRENTPLUS : FUSE_NAME_OFFSET;
	size_t size = FUSE_REC_ALIGN(head + name);
	struct fuse_dirent *out = (void *)at;

	if (size > room)
		return 0;
	memset(at, 0, size);
	if (e) {
		memcpy(at, e, sizeof(*e));
		out = (void *)(at + offsetof(struct fuse_direntplus, dirent));
	}
	out->ino = d->ino;
	out->off = d->off;
	out->namelen = name;
	out->type = d->type;
	memcpy(out->name, d->name, name);
	return size;
}

static struct reply do_readdir(struct server *srv, const struct fuse_in_header *h,
			       const struct fuse_read_in *in, bool plus)
{
	struct open_file *f = file_by_fh(srv, in->fh);
	struct fuse_entry_out entry;
	char path[W_PATH_MAX];
	struct w_dirent d[8];
	size_t len = 0, size;
	long n, i = 0;

	if (!f || !f->dir)
		return fail(-EBADF);
	n = w_lseek(srv->w, f->fd, in->offset, SEEK_SET);
	while (n >= 0) {
		n = w_getdents(srv->w, f->fd, d, 8);
		if (n <= 0)
			break;
		for (i = 0; i < n; i++) {
			memset(&entry, 0, sizeof(entry));
			/* reserve first: an entry that is looked up must be sent */
			size = put_dirent((char *)body(srv) + len, in->size - len, &d[i],
					  plus ? &entry : NULL);
			if (!size)
				return ok(len);
			if (plus && strcmp(d[i].name, ".") && strcmp(d[i].name, "..") &&
			    !child_path(srv, h->nodeid, d[i].name, path) &&
			    !make_entry(srv, path, &entry)) {
				if (srv->cfg.on_entry)
					srv->cfg.on_entry(srv, d[i].name, &entry);
				memcpy((char *)body(srv) + len, &entry, sizeof(entry));
			}
			len += size;
		}
	}
	return n < 0 ? fail(n) : ok(len);
}

static struct reply do_mkdir(struct server *srv, const struct fuse_in_header *h,
			     const struct fuse_mkdir_in *in, const char *name)
{
	char path[W_PATH_MAX];
	long ret = child_path(srv, h->nodeid, name, path);

	if (!ret)
		ret = w_mkdir(srv->w, path, in->mode & ~in->umask & 07777);
	if (ret)
		return fail(ret);
	give_to(srv, path, h);
	return reply_entry(srv, path);
}

static struct reply do_mknod(struct server *srv, const struct fuse_in_header *h,
			     const struct fuse_mknod_in *in, const char *name)
{
	char path[W_PATH_MAX];
	long ret = child_path(srv, h->nodeid, name, path);

	if (!ret)
		ret = w_mknod(srv->w, path, in->mode & ~in->umask, in->rdev);
	if (ret)
		return fail(ret);
	give_to(srv, path, h);
	return reply_entry(srv, path);
}

static struct reply do_symlink(struct server *srv, const struct fuse_in_header *h,
			       const char *name, const char *target)
{
	char path[W_PATH_MAX];
	long ret = child_path(srv, h->nodeid, name, path);

	if (!ret)
		ret = w_symlink(srv->w, target, path);
	return ret ? fail(ret) : reply_entry(srv, path);
}

static struct reply do_readlink(struct server *srv, uint64_t nodeid)
{
	struct node *n = node_by_id(srv, nodeid);
	long ret;

	if (!n)
		return fail(-ESTALE);
	ret = w_readlink(srv->w, n->path, body(srv), 4096);
	return ret < 0 ? fail(ret) : ok(ret);
}

static struct reply do_link(struct server *srv, const struct fuse_in_header *h,
			    const struct fuse_link_in *in, const char *name)
{
	struct node *n = node_by_id(srv, in->oldnodeid);
	char path[W_PATH_MAX];
	long ret = child_path(srv, h->nodeid, name, path);

	if (!n)
		return fail(-ESTALE);
	if (!ret)
		ret = w_link(srv->w, n->path, path);
	return ret ? fail(ret) : reply_entry(srv, path);
}

/* The path of a file is about to go: was it the last one? */
static struct node *last_link(struct server *srv, const char *path)
{
	struct w_stat st;

	if (w_lstat(srv->w, path, &st))
		return NULL;
	return S_ISDIR(st.mode) || st.nlink == 1 ? node_by_ino(srv, st.ino) : NULL;
}

static struct reply do_unlink(struct server *srv, uint64_t parent, const char *name, bool dir)
{
	char path[W_PATH_MAX];
	struct node *last;
	long ret = child_path(srv, parent, name, path);

	if (ret)
		return fail(ret);
	last = last_link(srv, path);
	ret = dir ? w_rmdir(srv->w, path) : w_unlink(srv->w, path);
	if (!ret && last)
		last->gone = true;
	return ok_if(ret);
}

/* Whoever lived at or below @from lives at or below @to now. */
static void move_paths(struct server *srv, const char *from, const char *to)
{
	size_t len = strlen(from);
	char path[2 * W_PATH_MAX];

	w_lock(srv->w, srv->lock);
	for (unsigned int i = 0; i < srv->nnodes; i++) {
		struct node *n = srv->nodes[i];

		if (n->gone || strncmp(n->path, from, len) || (n->path[len] && n->path[len] != '/'))
			continue;
		snprintf(path, sizeof(path), "%s%s", to, n->path + len);
		snprintf(n->path, sizeof(n->path), "%.*s", W_PATH_MAX - 1, path);
	}
	w_unlock(srv->w, srv->lock);
}

#define EXCHANGE	(1 << 1)	/* RENAME_EXCHANGE */

static struct reply do_rename(struct server *srv, uint64_t olddir, uint64_t newdir,
			      const char *oldname, const char *newname, uint32_t flags)
{
	char from[W_PATH_MAX], to[W_PATH_MAX];
	struct node *over = NULL;
	long ret;

	ret = child_path(srv, olddir, oldname, from);
	if (!ret)
		ret = child_path(srv, newdir, newname, to);
	if (ret)
		return fail(ret);
	if (!(flags & EXCHANGE))
		over = last_link(srv, to);
	ret = w_rename(srv->w, from, to, flags);
	if (ret)
		return fail(ret);
	if (over)
		over->gone = true;
	if (flags & EXCHANGE)
		move_paths(srv, to, "/#exchange");
	move_paths(srv, from, to);
	if (flags & EXCHANGE)
		move_paths(srv, "/#exchange", from);
	return ok(0);
}

static struct reply do_statfs(struct server *srv)
{
	struct fuse_statfs_out *out = body(srv);
	struct w_statfs st;
	long ret = w_statfs(srv->w, srv->root, &st);

	if (ret)
		return fail(ret);
	*out = (struct fuse_statfs_out) { .st = {
		.blocks = st.blocks,
		.bfree = st.bfree,
		.bavail = st.bavail,
		.files = st.files,
		.ffree = st.ffree,
		.bsize = st.bsize,
		.namelen = st.namelen,
		.frsize = st.frsize,
	} };
	return ok(sizeof(*out));
}

static struct reply do_poll(struct server *srv)
{
	struct fuse_poll_out *out = body(srv);

	if (!srv->cfg.poll)
		return fail(-ENOSYS);
	w_lock(srv->w, srv->lock);
	*out = (struct fuse_poll_out) { .revents = srv->ready };
	w_unlock(srv->w, srv->lock);
	return ok(sizeof(*out));
}

void srv_set_ready(struct server *srv, unsigned int events)
{
	w_lock(srv->w, srv->lock);
	srv->ready = events;
	w_unlock(srv->w, srv->lock);
}

/* The exported file system is the world's; what is asked of it is that all has been written. */
static struct reply do_syncfs(struct server *srv)
{
	long fd = w_open(srv->w, srv->root, O_RDONLY | O_DIRECTORY, 0), ret;

	if (fd < 0)
		return fail(fd);
	ret = w_syncfs(srv->w, fd);
	w_close(srv->w, fd);
	return ok_if(ret);
}

/* ---- extended attributes ---- */

static struct reply do_setxattr(struct server *srv, uint64_t nodeid,
				const struct fuse_setxattr_in *in, const char *name)
{
	struct node *n = node_by_id(srv, nodeid);

	if (!n)
		return fail(-ESTALE);
	return ok_if(w_setxattr(srv->w, n->path, name, name + strlen(name) + 1, in->size,
				in->flags));
}

static struct reply reply_xattr(struct server *srv, uint32_t size, long ret)
{
	struct fuse_getxattr_out *out = body(srv);

	if (ret < 0)
		return fail(ret);
	if (size)
		return ok(ret);
	*out = (struct fuse_getxattr_out) { .size = ret };
	return ok(sizeof(*out));
}

static struct reply do_getxattr(struct server *srv, uint64_t nodeid,
				const struct fuse_getxattr_in *in, const char *name)
{
	struct node *n = node_by_id(srv, nodeid);

	if (!n)
		return fail(-ESTALE);
	return reply_xattr(srv, in->size,
			   w_getxattr(srv->w, n->path, name, in->size ? body(srv) : NULL,
				      in->size));
}

static struct reply do_listxattr(struct server *srv, uint64_t nodeid,
				 const struct fuse_getxattr_in *in)
{
	struct node *n = node_by_id(srv, nodeid);

	if (!n)
		return fail(-ESTALE);
	return reply_xattr(srv, in->size,
			   w_listxattr(srv->w, n->path, in->size ? body(srv) : NULL, in->size));
}

static struct reply do_removexattr(struct server *srv, uint64_t nodeid, const char *name)
{
	struct node *n = node_by_id(srv, nodeid);

	if (!n)
		return fail(-ESTALE);
	return ok_if(w_removexattr(srv->w, n->path, name));
}

/* ---- dispatch ---- */

/* ---- locks ---- */

static struct reply do_getlk(struct server *srv, uint64_t nodeid, const struct fuse_lk_in *in)
{
	struct fuse_lk_out *out = body(srv);

	srv_locks_test(srv->locks, nodeid, in, &out->lk);
	return ok(sizeof(*out));
}

/* A SETLKW that cannot be served yet stays without a reply. */
static struct reply do_setlk(struct server *srv, const struct fuse_in_header *h,
			     const struct fuse_lk_in *in)
{
	const struct srv_waiter waiter = { h->nodeid, h->unique, srv->serving, *in };
	int ret = srv_locks_set(srv->locks, h->nodeid, in);

	if (ret != -EAGAIN || h->opcode != FUSE_SETLKW)
		return ok_if(ret);
	ret = srv_locks_wait(srv->locks, &waiter);
	if (ret)
		return fail(ret);
	w_owed(srv->w, 1);
	return no_reply();
}

static struct reply do_flush(struct server *srv, uint64_t nodeid, const struct fuse_flush_in *in)
{
	if (!srv->cfg.flush)
		return fail(-ENOSYS);
	srv_locks_drop(srv->locks, nodeid, in->lock_owner, false);
	return ok(0);
}

static struct reply do_release(struct server *srv, uint64_t nodeid,
			       const struct fuse_release_in *in)
{
	file_drop(srv, in->fh);
	if (in->release_flags & FUSE_RELEASE_FLOCK_UNLOCK)
		srv_locks_drop(srv->locks, nodeid, in->lock_owner, true);
	return ok(0);
}

static void answer_waiter(struct server *srv, const struct srv_waiter *waiter, int error);

static struct reply do_interrupt(struct server *srv, const struct fuse_interrupt_in *in)
{
	struct srv_waiter waiter;

	if (srv_locks_interrupted(srv->locks, in->unique, &waiter))
		answer_waiter(srv, &waiter, -EINTR);
	return no_reply();
}

/* ---- what comes of notifications ---- */

static struct reply do_notify_reply(struct server *srv, const struct fuse_notify_retrieve_in *in)
{
	char *data = malloc(in->size + 1);

	if (!data)
		out_of_memory();
	memcpy(data, in + 1, in->size);
	w_lock(srv->w, srv->lock);
	free(srv->retrieved);
	srv->retrieved = data;
	srv->nretrieved = in->size;
	w_unlock(srv->w, srv->lock);
	return no_reply();
}

size_t srv_retrieved(struct server *srv, void *buf, size_t len)
{
	size_t n;

	w_lock(srv->w, srv->lock);
	n = srv->nretrieved < len ? srv->nretrieved : len;
	if (n)
		memcpy(buf, srv->retrieved, n);
	w_unlock(srv->w, srv->lock);
	return n;
}

static struct reply do_batch_forget(struct server *srv, const struct fuse_batch_forget_in *in)
{
	const struct fuse_forget_one *one = (const void *)(in + 1);

	for (uint32_t i = 0; i < in->count; i++)
		node_forget(srv, one[i].nodeid, one[i].nlookup);
	return no_reply();
}

static struct reply serve_name(struct server *srv, const struct fuse_in_header *h, const void *arg)
{
	const char *name = arg, *second;
	char path[W_PATH_MAX];
	long ret;

	switch (h->opcode) {
	case FUSE_LOOKUP:
		ret = child_path(srv, h->nodeid, name, path);
		return ret ? fail(ret) : reply_entry(srv, path);
	case FUSE_UNLINK:
		return do_unlink(srv, h->nodeid, name, false);
	case FUSE_RMDIR:
		return do_unlink(srv, h->nodeid, name, true);
	case FUSE_SYMLINK:
		return do_symlink(srv, h, name, name + strlen(name) + 1);
	case FUSE_MKDIR:
		return do_mkdir(srv, h, arg, name + sizeof(struct fuse_mkdir_in));
	case FUSE_MKNOD:
		return do_mknod(srv, h, arg, name + sizeof(struct fuse_mknod_in));
	case FUSE_LINK:
		return do_link(srv, h, arg, name + sizeof(struct fuse_link_in));
	case FUSE_CREATE:
		return do_create(srv, h, arg, name + sizeof(struct fuse_create_in));
	case FUSE_TMPFILE:
		return do_tmpfile(srv, h, arg);
	case FUSE_RENAME:
		name += sizeof(struct fuse_rename_in);
		second = name + strlen(name) + 1;
		return do_rename(srv, h->nodeid, ((const struct fuse_rename_in *)arg)->newdir,
				 name, second, 0);
	case FUSE_RENAME2:
		name += sizeof(struct fuse_rename2_in);
		second = name + strlen(name) + 1;
		return do_rename(srv, h->nodeid, ((const struct fuse_rename2_in *)arg)->newdir,
				 name, second, ((const struct fuse_rename2_in *)arg)->flags);
	default:
		return fail(-ENOSYS);
	}
}

static struct reply serve_xattr(struct server *srv, const struct fuse_in_header *h,
				const void *arg)
{
	const char *name = arg;

	if (!srv->cfg.xattr)
		return fail(-ENOSYS);
	switch (h->opcode) {
	case FUSE_SETXATTR:
		/* without FUSE_SETXATTR_EXT the two words at the end are not sent */
		return do_setxattr(srv, h->nodeid, arg, name + FUSE_COMPAT_SETXATTR_IN_SIZE);
	case FUSE_GETXATTR:
		return do_getxattr(srv, h->nodeid, arg, name + sizeof(struct fuse_getxattr_in));
	case FUSE_LISTXATTR:
		return do_listxattr(srv, h->nodeid, arg);
	default:
		return do_removexattr(srv, h->nodeid, name);
	}
}

static struct reply serve(struct server *srv, const struct fuse_in_header *h, const void *arg)
{
	const struct fuse_read_in *read_in = arg;

	switch (h->opcode) {
	case FUSE_INIT:
		return do_init(srv, arg);
	case FUSE_DESTROY:
		return ok(0);
	case FUSE_ACCESS:
		return srv->cfg.access ? ok(0) : fail(-ENOSYS);
	case FUSE_FORGET:
		node_forget(srv, h->nodeid, ((const struct fuse_forget_in *)arg)->nlookup);
		return no_reply();
	case FUSE_BATCH_FORGET:
		return do_batch_forget(srv, arg);
	case FUSE_INTERRUPT:
		return do_interrupt(srv, arg);
	case FUSE_NOTIFY_REPLY:
		return do_notify_reply(srv, arg);
	case FUSE_GETLK:
		return do_getlk(srv, h->nodeid, arg);
	case FUSE_SETLK:
	case FUSE_SETLKW:
		return do_setlk(srv, h, arg);
	case FUSE_GETATTR:
		return do_getattr(srv, h->nodeid);
	case FUSE_SETATTR:
		return do_setattr(srv, h->nodeid, arg);
	case FUSE_READLINK:
		return do_readlink(srv, h->nodeid);
	case FUSE_OPEN:
		return do_open(srv, h->nodeid, arg);
	case FUSE_READ:
		return do_read(srv, arg);
	case FUSE_WRITE:
		return do_write(srv, h->nodeid, arg, (const struct fuse_write_in *)arg + 1);
	case FUSE_STATFS:
		return do_statfs(srv);
	case FUSE_SYNCFS:
		return do_syncfs(srv);
	case FUSE_POLL:
		return do_poll(srv);
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
		return do_release(srv, h->nodeid, arg);
	case FUSE_FLUSH:
		return do_flush(srv, h->nodeid, arg);
	case FUSE_FSYNC:
	case FUSE_FSYNCDIR:
		return do_fsync(srv, arg);
	case FUSE_OPENDIR:
		return do_opendir(srv, h->nodeid);
	case FUSE_READDIR:
		return do_readdir(srv, h, read_in, false);
	case FUSE_READDIRPLUS:
		return do_readdir(srv, h, read_in, true);
	case FUSE_IOCTL:
		return do_ioctl(srv, arg, (const struct fuse_ioctl_in *)arg + 1);
	case FUSE_FALLOCATE:
		return do_fallocate(srv, arg);
	case FUSE_COPY_FILE_RANGE:
		return do_copy_range(srv, arg);
	case FUSE_LSEEK:
		return do_lseek(srv, arg);
	case FUSE_SETXATTR:
	case FUSE_GETXATTR:
	case FUSE_LISTXATTR:
	case FUSE_REMOVEXATTR:
		return serve_xattr(srv, h, arg);
	default:
		return serve_name(srv, h, arg);
	}
}

/* The key arguments of a request, for the log. */
static struct srv_request describe(const struct fuse_in_header *h, const void *arg)
{
	struct srv_request r = {
		.opcode = h->opcode, .nodeid = h->nodeid, .unique = h->unique, .uid = h->uid,
		.error = 1, .sent = 1,
	};
	const struct fuse_write_in *wr = arg;
	const struct fuse_setattr_in *sa = arg;
	const struct fuse_create_in *cr = arg;
	const char *name = NULL;

	switch (h->opcode) {
	case FUSE_OPEN:
		r.flags = ((const struct fuse_open_in *)arg)->flags;
		break;
	case FUSE_CREATE:
	case FUSE_TMPFILE:
		r.flags = cr->flags;
		r.mode = cr->mode;
		name = (const char *)(cr + 1);
		if (h->opcode == FUSE_CREATE)
			r.size = h->len - sizeof(*h) - sizeof(*cr) - strlen(name) - 1;
		break;
	case FUSE_READ:
	case FUSE_WRITE:
		/* the two requests begin alike */
		r.fh = wr->fh;
		r.offset = wr->offset;
		r.size = wr->size;
		r.flags = wr->write_flags;
		break;
	case FUSE_RELEASE:
	case FUSE_FLUSH:
	case FUSE_FSYNC:
		r.fh = wr->fh;
		break;
	case FUSE_SETATTR:
		r.flags = sa->valid;
		r.size = sa->size;
		r.mode = sa->mode;
		break;
	case FUSE_POLL:
		r.offset = ((const struct fuse_poll_in *)arg)->kh;
		r.flags = ((const struct fuse_poll_in *)arg)->flags;
		break;
	case FUSE_NOTIFY_REPLY:
		r.offset = ((const struct fuse_notify_retrieve_in *)arg)->offset;
		r.size = ((const struct fuse_notify_retrieve_in *)arg)->size;
		break;
	case FUSE_FORGET:
		r.offset = ((const struct fuse_forget_in *)arg)->nlookup;
		break;
	case FUSE_GETXATTR:
		name = (const char *)arg + sizeof(struct fuse_getxattr_in);
		break;
	case FUSE_LOOKUP:
	case FUSE_UNLINK:
	case FUSE_RMDIR:
		name = arg;
		break;
	}
	if (name)
		snprintf(r.name, sizeof(r.name), "%.31s", name);
	return r;
}

/* ---- misbehaviour ---- */

void srv_set_rule(struct server *srv, const struct srv_rule *rule)
{
	w_lock(srv->w, srv->lock);
	if (srv->nrules == SRV_MAX_RULES) {
		fputs("fusebox: too many rules for the FUSE server\n", stderr);
		abort();
	}
	srv->rules[srv->nrules++] = *rule;
	w_unlock(srv->w, srv->lock);
}

void srv_behave(struct server *srv)
{
	w_lock(srv->w, srv->lock);
	srv->nrules = 0;
	srv->cfg.choose = NULL;
	srv->cfg.backing_path = NULL;
	srv->cfg.on_open = NULL;
	w_unlock(srv->w, srv->lock);
}

bool srv_ended(struct server *srv)
{
	bool ended;

	w_lock(srv->w, srv->lock);
	ended = srv->ended;
	w_unlock(srv->w, srv->lock);
	return ended;
}

static bool rule_for(struct server *srv, uint32_t opcode, struct srv_rule *rule)
{
	bool found = false;

	w_lock(srv->w, srv->lock);
	for (unsigned int i = 0; i < srv->nrules && !found; i++) {
		struct srv_rule *r = &srv->rules[i];

		if (r->opcode != opcode || !r->count)
			continue;
		if (r->skip) {
			r->skip--;
			break;
		}
		r->count--;
		*rule = *r;
		found = true;
	}
	w_unlock(srv->w, srv->lock);
	return found;
}

/* What another try may mend: nothing that the kernel says about the request itself. */
static bool may_pass(long ret)
{
	return ret == -EINTR || ret == -EAGAIN || ret == -ENOMEM || ret == -EFAULT || ret == -EBADF;
}

/*
 * What is left in the pipe of a request or reply that failed half way would go before the next one.
 */
static long spliced(struct server *srv, long ret, size_t len)
{
	if (ret != (long)len)
		srv->failed = true;
	return ret;
}

static long read_spliced(struct server *srv)
{
	long n = w_splice(srv->w, srv->dev, NULL, srv->pipe[1], NULL, BUF_SIZE, 0);

	return n <= 0 ? n : spliced(srv, w_read(srv->w, srv->pipe[0], srv->in, n), n);
}

static long write_spliced(struct server *srv, const void *reply, size_t len)
{
	/* The kernel takes whole pages only, so the body begins with one. */
	size_t head = srv->cfg.splice_move ? sizeof(struct fuse_out_header) : len;
	unsigned int flags = srv->cfg.splice_move ? SPLICE_F_MOVE : 0;
	long n = spliced(srv, w_write(srv->w, srv->pipe[1], reply, head), head);

	if (!srv->failed && len > head)
		n += spliced(srv,
			     w_write(srv->w, srv->pipe[1], (const char *)reply + head, len - head),
			     len - head);
	return srv->failed ?
		       -EIO :
		       spliced(srv, w_splice(srv->w, srv->pipe[0], NULL, srv->dev, NULL, n, flags),
			       n);
}

/* Send a reply. A server that cannot is of no more use. */
static long send_reply(struct server *srv, const void *reply, size_t len)
{
	long ret = -EINTR;

	for (int tries = 0; tries < MAX_TRIES && may_pass(ret); tries++)
		ret = srv->cfg.splice ? write_spliced(srv, reply, len) :
					w_write(srv->w, srv->dev, reply, len);
	if (may_pass(ret))
		srv->failed = true;
	else
		w_owed(srv->w, -1);
	return ret;
}

static void answer_waiter(struct server *srv, const struct srv_waiter *waiter, int error)
{
	const struct fuse_out_header out = {
		.len = sizeof(out), .error = error, .unique = waiter->unique,
	};

	log_reply(srv, waiter->tag, error, send_reply(srv, &out, sizeof(out)));
}

/* A lock has been given up, perhaps: who waits for it? */
static void grant_locks(struct server *srv)
{
	struct srv_waiter waiter;

	while (!srv->failed && srv_locks_granted(srv->locks, &waiter))
		answer_waiter(srv, &waiter, 0);
}

static void held_task(struct world *w, void *arg)
{
	struct held *h = arg;
	const struct fuse_out_header *out = (const void *)h->reply;
	long ret;

	w_event_wait(w, h->go);
	ret = send_reply(h->srv, h->reply, h->len);
	log_reply(h->srv, h->log_index, out->error, ret);
	w_event_post(w, h->done);
}

/* Leave the reply to a task that sends it when it is told to. */
static void hold(struct server *srv, unsigned int log_index, size_t len)
{
	struct held *h = calloc(1, sizeof(*h));
	long ret;

	if (!h || srv->nheld == SRV_MAX_HELD || len > sizeof(h->reply)) {
		fputs("fusebox: the FUSE server cannot hold this reply\n", stderr);
		abort();
	}
	h->srv = srv;
	h->log_index = log_index;
	h->len = len;
	memcpy(h->reply, srv->out, len);
	h->go = w_event_new(srv->w, "let go");
	h->done = w_event_new(srv->w, "let go done");
	ret = w_spawn(srv->w, "held-reply", W_SPAWN_SHARE_FILES, held_task, h, &h->task);
	if (!h->go || !h->done || ret) {
		fprintf(stderr, "fusebox: the FUSE server cannot start a task: %ld\n", ret);
		abort();
	}
	w_lock(srv->w, srv->lock);
	srv->held[srv->nheld++] = h;
	w_unlock(srv->w, srv->lock);
	w_event_post(srv->w, srv->held_one);
}

void srv_wait_held(struct server *srv)
{
	w_event_wait(srv->w, srv->held_one);
}

void srv_let_go(struct server *srv)
{
	struct held *h;

	for (;;) {
		w_lock(srv->w, srv->lock);
		h = srv->nlet_go < srv->nheld ? srv->held[srv->nlet_go++] : NULL;
		w_unlock(srv->w, srv->lock);
		if (!h)
			return;
		w_event_post(srv->w, h->go);
		w_event_wait(srv->w, h->done);
	}
}

/* ---- the loop ---- */

static void answer(struct server *srv, const struct fuse_in_header *in, unsigned int log_index,
		   struct reply r, const struct srv_rule *rule)
{
	struct fuse_out_header *out = (void *)srv->out;
	size_t len = r.error ? 0 : r.len;
	int error = r.error;
	long sent;

	if (rule) {
		if (rule->action == SRV_FAIL || rule->action == SRV_FAIL_AFTER) {
			error = -rule->error;
			len = 0;
		} else if (rule->action == SRV_FAIL_WITH_BODY) {
			error = -rule->error;
		} else if (rule->action == SRV_SHORT && rule->len < len) {
			len = rule->len;
		}
	}
	*out = (struct fuse_out_header) {
		.len = sizeof(*out) + len, .error = error, .unique = in->unique,
	};
	if (rule && rule->action == SRV_DROP)
		return;
	if (rule && rule->action == SRV_HOLD) {
		hold(srv, log_index, out->len);
		return;
	}
	sent = send_reply(srv, srv->out, out->len);
	log_reply(srv, log_index, error, sent);
}

/* Does the page cache ask? What it writes back goes by any file of the inode. */
static bool by_page_cache(struct server *srv, const struct srv_request *req)
{
	const struct open_file *f;

	if (req->opcode != FUSE_READ && req->opcode != FUSE_WRITE)
		return false;
	if (req->opcode == FUSE_WRITE && (req->flags & FUSE_WRITE_CACHE))
		return true;
	f = file_by_fh(srv, req->fh);
	return f && f->cached;
}

static void serve_one(struct server *srv)
{
	const struct fuse_in_header *in = (const void *)srv->in;
	const void *arg = in + 1;
	struct srv_request req = describe(in, arg);
	struct srv_rule rule;
	unsigned int log_index;
	bool ruled;
	struct reply r;

	req.page_cache = by_page_cache(srv, &req);
	log_index = log_add(srv, &req);
	srv->serving = log_index;
	ruled = rule_for(srv, in->opcode, &rule);
	if (ruled && rule.action == SRV_FAIL)
		r = fail(-rule.error);
	else
		r = serve(srv, in, arg);
	if (r.none) {
		w_event_post(srv->w, srv->progress);
		return;
	}
	w_owed(srv->w, 1);
	answer(srv, in, log_index, r, ruled ? &rule : NULL);
}

static long read_request(struct server *srv)
{
	int tries = 0;
	long n;

	do {
		n = srv->cfg.splice ? read_spliced(srv) :
				      w_read(srv->w, srv->dev, srv->in, BUF_SIZE);
		/* ENOENT: the request was interrupted before it could be read */
		if (n == -ENOENT)
			tries = 0;
	} while (!srv->failed && (n == -ENOENT || (may_pass(n) && ++tries < MAX_TRIES)));
	return n;
}

static void server_task(struct world *w, void *arg)
{
	struct server *srv = arg;
	long n;

	w_umask(w, 0);
	if (srv->cfg.uid && w_setids_keep(w, srv->cfg.uid, srv->cfg.uid, srv->cfg.caps))
		srv->failed = true;
	if (srv->cfg.splice && w_pipe(w, srv->pipe))
		srv->failed = true;
	/* What is written to a pipe with O_DIRECT is not appended to what is in it. */
	if (srv->cfg.splice_move && w_fcntl_setfl(w, srv->pipe[1], O_DIRECT))
		srv->failed = true;
	while (!srv->failed) {
		n = read_request(srv);
		if (srv->failed || n < (long)sizeof(struct fuse_in_header))
			break;
		srv->in[n] = 0;	/* names at the end are terminated anyhow; be sure */
		serve_one(srv);
		grant_locks(srv);
	}
	w_lock(w, srv->lock);
	srv->ended = true;
	w_unlock(w, srv->lock);
	w_event_post(w, srv->progress);
}

/* ---- life ---- */

void srv_config_init(struct srv_config *cfg)
{
	*cfg = (struct srv_config) {
		.passthrough = true,
		.max_stack_depth = 1,
		.backing = SRV_RDWR,
		.attr_timeout = 3600,
		.entry_timeout = 3600,
		.flush = true,
		.copy_range = true,
	};
}

const struct srv_config *srv_config(struct server *srv)
{
	return &srv->cfg;
}

struct world *srv_world(struct server *srv)
{
	return srv->w;
}

int srv_dev(struct server *srv)
{
	return srv->dev;
}

struct server *srv_new(struct world *w, const struct srv_config *cfg, const char *root)
{
	struct server *srv = calloc(1, sizeof(*srv));

	if (!srv)
		return NULL;
	srv->w = w;
	srv->cfg = *cfg;
	srv->dev = -1;
	snprintf(srv->root, sizeof(srv->root), "%s", root);
	srv->in = calloc(1, BUF_SIZE + 1);
	srv->out = calloc(1, BUF_SIZE);
	srv->lock = w_mutex_new(w, "server");
	srv->progress = w_event_new(w, "server progress");
	srv->held_one = w_event_new(w, "server held");
	srv->locks = srv_locks_new();
	if (!srv->in || !srv->out || !srv->lock || !srv->progress || !srv->held_one ||
	    !srv->locks) {
		srv_free(srv);
		return NULL;
	}
	return srv;
}

void srv_free(struct server *srv)
{
	if (!srv)
		return;
	for (unsigned int i = 0; i < srv->nheld; i++) {
		w_event_free(srv->w, srv->held[i]->go);
		w_event_free(srv->w, srv->held[i]->done);
		free(srv->held[i]);
	}
	for (unsigned int i = 0; i < srv->nnodes; i++)
		free(srv->nodes[i]);
	free(srv->nodes);
	free(srv->files);
	free(srv->ids);
	free(srv->log);
	free(srv->retrieved);
	srv_locks_free(srv->locks);
	free(srv->in);
	free(srv->out);
	w_event_free(srv->w, srv->held_one);
	w_event_free(srv->w, srv->progress);
	w_mutex_free(srv->w, srv->lock);
	free(srv);
}

long srv_start(struct server *srv, int dev)
{
	struct w_stat st;
	long ret;

	ret = w_lstat(srv->w, srv->root, &st);
	if (ret)
		return ret;
	node_new(srv, st.ino, srv->root);	/* FUSE_ROOT_ID */
	srv->dev = dev;
	return w_spawn(srv->w, "server", W_SPAWN_COPY_FILES, server_task, srv, &srv->task);
}

static void join_all(struct server *srv)
{
	for (unsigned int i = 0; i < srv->nheld; i++) {
		if (srv->held[i]->task)
			w_join(srv->w, srv->held[i]->task);
		srv->held[i]->task = NULL;
	}
	if (srv->task)
		w_join(srv->w, srv->task);
	srv->task = NULL;
}

void srv_kill(struct server *srv)
{
	/* The tasks that hold replies share the server's files: they go first. */
	for (unsigned int i = 0; i < srv->nheld; i++)
		w_kill(srv->w, srv->held[i]->task);
	srv->nlet_go = srv->nheld;
	w_kill(srv->w, srv->task);
	join_all(srv);
	srv->ended = true;
}

void srv_join(struct server *srv)
{
	srv_let_go(srv);
	join_all(srv);
}

const char *srv_opcode_name(uint32_t opcode)
{
	static const char *const names[] = {
		[FUSE_LOOKUP] = "LOOKUP", [FUSE_FORGET] = "FORGET", [FUSE_GETATTR] = "GETATTR",
		[FUSE_SETATTR] = "SETATTR", [FUSE_READLINK] = "READLINK",
		[FUSE_SYMLINK] = "SYMLINK", [FUSE_MKNOD] = "MKNOD", [FUSE_MKDIR] = "MKDIR",
		[FUSE_UNLINK] = "UNLINK", [FUSE_RMDIR] = "RMDIR", [FUSE_RENAME] = "RENAME",
		[FUSE_LINK] = "LINK", [FUSE_OPEN] = "OPEN", [FUSE_READ] = "READ",
		[FUSE_WRITE] = "WRITE", [FUSE_STATFS] = "STATFS", [FUSE_RELEASE] = "RELEASE",
		[FUSE_FSYNC] = "FSYNC", [FUSE_SETXATTR] = "SETXATTR",
		[FUSE_GETXATTR] = "GETXATTR", [FUSE_LISTXATTR] = "LISTXATTR",
		[FUSE_REMOVEXATTR] = "REMOVEXATTR", [FUSE_FLUSH] = "FLUSH", [FUSE_INIT] = "INIT",
		[FUSE_OPENDIR] = "OPENDIR", [FUSE_READDIR] = "READDIR",
		[FUSE_RELEASEDIR] = "RELEASEDIR", [FUSE_FSYNCDIR] = "FSYNCDIR",
		[FUSE_ACCESS] = "ACCESS", [FUSE_CREATE] = "CREATE",
		[FUSE_INTERRUPT] = "INTERRUPT", [FUSE_DESTROY] = "DESTROY",
		[FUSE_IOCTL] = "IOCTL", [FUSE_BATCH_FORGET] = "BATCH_FORGET",
		[FUSE_FALLOCATE] = "FALLOCATE", [FUSE_READDIRPLUS] = "READDIRPLUS",
		[FUSE_RENAME2] = "RENAME2", [FUSE_LSEEK] = "LSEEK", [FUSE_TMPFILE] = "TMPFILE",
		[FUSE_GETLK] = "GETLK", [FUSE_SETLK] = "SETLK", [FUSE_SETLKW] = "SETLKW",
		[FUSE_SYNCFS] = "SYNCFS", [FUSE_POLL] = "POLL",
		[FUSE_NOTIFY_REPLY] = "NOTIFY_REPLY", [FUSE_COPY_FILE_RANGE] = "COPY_FILE_RANGE",
	};

	if (opcode >= sizeof(names) / sizeof(names[0]) || !names[opcode])
		return "?";
	return names[opcode];
}
