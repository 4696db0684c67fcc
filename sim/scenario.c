// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of scenarios, their expectations and trace, and the usual surroundings.
 */
#include "scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/*
 * A run of one scenario, or the part of it that runs in a task of its own. The latter keeps its
 * trace to itself until it is waited for: tasks that run side by side would mix their lines.
 */
struct sc {
	struct world *w;
	const struct scenario *s;
	struct sc *parent;	/* NULL: the run itself */
	char *trace;		/* of a part: lines, each with a newline */
	size_t trace_len;
	struct w_mutex *lock;
	struct fx_job *jobs;	/* of the run itself: those that were not waited for */
	unsigned int failures;
	void (*report)(void *arg, const char *line);
	void *arg;
};

static const struct scenario *const groups[] = {
	open_scenarios,	      create_scenarios,	 registry_scenarios,	 reply_scenarios,
	rw_scenarios,	      attr_scenarios,	 truncate_scenarios,	 suid_scenarios,
	suid_table_scenarios, limit_scenarios,	 stack_scenarios,	 death_scenarios,
	abort_scenarios,      freeze_scenarios,	 explore_scenarios,	 lifecycle_scenarios,
	plain_scenarios,      async_scenarios,	 async_flight_scenarios, async_rule_scenarios,
	error_scenarios,      cached_scenarios,	 mmap_scenarios,	 conc_scenarios,
	conc_async_scenarios, splice_scenarios,	 direct_scenarios,	 coherency_scenarios,
	rare_scenarios,	      exact_scenarios,	 below_scenarios,	 protocol_scenarios,
	random_scenarios,     nth_scenarios,	 lock_scenarios,	 notify_scenarios,
	dir_scenarios,	      libfuse_scenarios, message_scenarios,	 handle_scenarios,
	service_scenarios,
};

/* Why a real kernel's trace differs from the box's. */
enum diff_kind { KIND_OURS, KIND_MAINLINE, KIND_VERSION };

static const struct {
	const char *name;
	enum diff_kind kind;
	const char *reason;
} diffs[SC_DIFFS] = {
	[DIFF_FILES_NOT_INODES] = { "files-not-inodes", KIND_OURS,
				    "ours ties the backing file to the open file, so two opens of one inode may have "
				    "different ones; mainline ties it to the inode and answers EIO" },
	[DIFF_MIXED_OPENS] = { "mixed-opens", KIND_OURS,
			       "ours lets direct and passthrough opens of one inode coexist; mainline answers EIO "
			       "to a direct one while a passthrough one lives" },
	[DIFF_GETATTR_AFTER_IO] = { "getattr-after-io", KIND_OURS,
				    "ours copies the attributes from the lower inode, unless that is an overlay's; mainline "
				    "invalidates them, so that the next fstat asks the server" },
	[DIFF_XATTR_PER_WRITE] = { "xattr-per-write", KIND_OURS,
				   "ours does not ask the server for security.capability on each passthrough write" },
	[DIFF_KILLPRIV] = { "killpriv", KIND_OURS,
			    "ours strips set-user-id under HANDLE_KILLPRIV too, as the server does not see "
			    "the write; mainline leaves it" },
	[DIFF_SGID] = { "sgid", KIND_OURS,
			"ours strips set-group-id without group execute permission when the writer is not in "
			"the group, as the lower file system itself would; mainline's FUSE leaves it" },
	[DIFF_SETFL] = { "setfl", KIND_MAINLINE,
			 "ours honours flags changed by fcntl (O_DIRECT set, O_APPEND cleared), as far as the lower "
			 "file system does, which overlayfs does not; mainline's passthrough keeps those of the "
			 "open" },
	[DIFF_NOWAIT] = { "nowait", KIND_MAINLINE,
			  "ours passes RWF_NOWAIT on to a lower file that can do it; mainline's answers "
			  "EOPNOTSUPP" },
	[DIFF_REGISTRY_OUTLIVES] = { "registry-outlives", KIND_OURS,
				     "ours drops the registered files when the connection ends and takes no more; "
				     "mainline keeps them until the device is closed" },
	[DIFF_FREEZE_LOCK] = { "freeze-lock", KIND_MAINLINE,
			       "a writer that waits for a thaw of the lower file system does not hold the FUSE inode "
			       "lock, nor that of a pipe, in ours; in mainline it does" },
	[DIFF_SERVER_ACCESS] = { "server-access", KIND_OURS,
				 "ours opens the lower file only as the server itself may; mainline does not check "
				 "whether the server may write what it has opened for reading" },
	[DIFF_SUID_GONE] = { "suid-gone", KIND_OURS,
			     "ours looks at the mode again before it takes set-user-id off, and sends no SETATTR "
			     "if another client has done so; mainline sends one that changes nothing" },
	[DIFF_SUID_BELOW] = { "suid-below", KIND_OURS,
			      "ours takes off what only the lower inode has, with the privileges of the writer; "
			      "mainline writes with those of the server, which may keep it, or lose more" },
	[DIFF_SPLIT] = { "split", KIND_VERSION,
			 "into how many requests direct I/O is split, and splice from a file that is read so, is another "
			 "number in kernels after 6.1" },
	[DIFF_QUEUED] = { "queued", KIND_VERSION,
			  "io_submit() of a write without O_DIRECT to a direct open waits for the server in 6.1; in later "
			  "kernels the request is queued" },
	[DIFF_SUID_TABLE] = { "suid-table", KIND_OURS,
			      "ours takes off and keeps what the lower file system itself would for the same writer, "
			      "whoever the server is; mainline writes with the privileges of the server" },
	[DIFF_SEALED_MAP] = { "sealed-map", KIND_MAINLINE,
			      "ours asks the lower file whether it may be mapped; mainline asks the FUSE file only" },
};

/* Where ours is as mainline's on a stacked lower file system. */
static const bool same_when_stacked[SC_DIFFS] = {
	[DIFF_GETATTR_AFTER_IO] = true,
	[DIFF_SETFL] = true,
};

/* ---- the registry ---- */

const struct scenario *scenario_at(unsigned int i)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		for (const struct scenario *s = groups[g]; s->fn; s++) {
			if (!i--)
				return s;
		}
	}
	return NULL;
}

bool scenario_match(const struct scenario *s, const char *pattern)
{
	size_t len = strlen(pattern);

	if (!fnmatch(pattern, s->name, 0))
		return true;
	return !strncmp(s->name, pattern, len) && s->name[len] == '/';
}

const char *scenario_missing(const struct scenario *s, const struct world *w)
{
	static const struct {
		unsigned int cap;
		const char *text;
	} caps[] = {
		{ W_CAP_ROOT, "needs root" },
		{ W_CAP_PASSTHROUGH, "needs a kernel with FUSE passthrough" },
		{ W_CAP_FREEZE, "needs a lower file system that can be frozen" },
		{ W_CAP_STACK_DEPTH, "needs stacked lower file systems" },
		{ W_CAP_RO_BIND, "needs read-only bind mounts" },
		{ W_CAP_DIO_ALIGN, "needs a lower file system with direct I/O" },
		{ W_CAP_NO_DIO, "needs a lower file system without direct I/O" },
		{ W_CAP_SIGKILL, "needs tasks that can be killed in any wait" },
		{ W_CAP_TASK_RLIMIT, "needs limits of single tasks" },
		{ W_CAP_PAGE_CACHE, "needs the page cache" },
		{ W_CAP_LOWER_LOG, "needs to look into the lower file system" },
		{ W_CAP_LOWER_FAULT, "needs a lower file system that fails on request" },
		{ W_CAP_LOWER_XATTR, "needs extended attributes below" },
		{ W_CAP_TMPFILE, "needs O_TMPFILE below" },
		{ W_CAP_MMAP, "needs mapped files" },
		{ W_CAP_SPLICE, "needs splice" },
		{ W_CAP_LIBFUSE, "needs a libfuse built with MemorySanitizer" },
		{ W_CAP_LOWER_KINDS, "needs lower file systems of other kinds" },
		{ W_CAP_LOWER_FLAT, "needs a lower file system that is not stacked" },
		{ W_CAP_LOWER_NOWAIT,
		  "needs a lower file system that can read and write without waiting" },
		{ W_CAP_AIO, "needs io_submit" },
		{ W_CAP_URING, "needs io_uring" },
		{ W_CAP_KERNEL_RW, "needs a caller in the kernel" },
		{ W_CAP_FAIL_NTH, "needs a kernel with fault injection" },
		{ W_CAP_VIRTIO, "needs a file system mounted as virtiofs does" },
		{ W_CAP_RELOAD, "needs a module of FUSE that can be unloaded" },
		{ W_CAP_HOST_AIO, "needs io_submit of the machine beneath" },
		{ W_CAP_HOST_URING, "needs io_uring of the machine beneath" },
		{ W_CAP_LOWER_ASYNC,
		  "needs a lower file system that completes requests when told to" },
	};

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		if (s->needs & caps[i].cap & ~w->caps)
			return caps[i].text;
	}
	return NULL;
}

const char *sc_diff_name(enum sc_diff d)
{
	return diffs[d].name;
}

const char *sc_diff_kind(enum sc_diff d)
{
	static const char *const kinds[] = {
		[KIND_OURS] = "ours on purpose",
		[KIND_MAINLINE] = "mainline's limit",
		[KIND_VERSION] = "kernel version",
	};

	return kinds[diffs[d].kind];
}

const char *sc_diff_reason(enum sc_diff d)
{
	return diffs[d].reason;
}

bool sc_diff_stacked(enum sc_diff d)
{
	return same_when_stacked[d];
}

unsigned int scenario_run(const struct scenario *s, struct world *w,
			  void (*report)(void *arg, const char *line), void *arg)
{
	struct sc sc = { .w = w, .s = s, .report = report, .arg = arg };

	sc.lock = w_mutex_new(w, "scenario");
	s->fn(&sc);
	w_mutex_free(w, sc.lock);
	return sc.failures;
}

/* ---- expectations ---- */

struct world *sc_world(struct sc *sc)
{
	return sc->w;
}

bool sc_has(struct sc *sc, unsigned int cap)
{
	return (sc->w->caps & cap) == cap;
}

const char *sc_errno(long ret)
{
	const char *name;

	if (ret >= 0)
		return "ok";
	name = strerrorname_np((int)-ret);
	return name ? name : "an unknown error";
}

static const char *value_text(char *buf, size_t len, long long v)
{
	if (v < 0 && v > -4096 && strerrorname_np((int)-v))
		snprintf(buf, len, "-%s", strerrorname_np((int)-v));
	else
		snprintf(buf, len, "%lld", v);
	return buf;
}

static void trace_line(struct sc *sc, const char *line)
{
	size_t len = strlen(line);
	char *trace;

	if (!sc->parent) {
		w_trace_line(sc->w, line);
		return;
	}
	trace = realloc(sc->trace, sc->trace_len + len + 2);
	if (!trace)
		return;
	sc->trace = trace;
	memcpy(trace + sc->trace_len, line, len);
	trace[sc->trace_len + len] = '\n';
	sc->trace_len += len + 1;
	trace[sc->trace_len] = 0;
}

void sc_explore_begin(struct sc *sc)
{
	w_explore(sc_world(sc), true);
}

void sc_explore_end(struct sc *sc)
{
	w_explore(sc_world(sc), false);
}

void sc_note(struct sc *sc, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	w_note(sc->w, line);
}

void sc_trace(struct sc *sc, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	trace_line(sc, line);
}

/*
 * Overlayfs marks its inodes as having no times of their own, and does not let flags of single
 * requests through.
 */
static bool as_mainline(struct sc *sc, enum sc_diff diff)
{
	if (sc_has(sc, W_CAP_IS_MAINLINE))
		return true;
	return same_when_stacked[diff] && !sc_has(sc, W_CAP_LOWER_FLAT);
}

bool sc_differs(struct sc *sc, enum sc_diff diff)
{
	sc_trace(sc, "from here on [%s]", diffs[diff].name);
	return as_mainline(sc, diff);
}

static struct sc *part_new(struct sc *sc)
{
	struct sc *part = calloc(1, sizeof(*part));

	if (part) {
		part->w = sc->w;
		part->s = sc->s;
		part->parent = sc;
	}
	return part;
}

/* The part has ended: its trace follows what its parent has traced so far. */
static void part_end(struct sc *part)
{
	char *line = part->trace, *end;

	for (; line && (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		trace_line(part->parent, line);
	}
	free(part->trace);
	free(part);
}

__attribute__((format(printf, 4, 5)))
static void failed(struct sc *sc, const char *file, int line, const char *fmt, ...)
{
	const char *base = strrchr(file, '/');
	char text[600];
	va_list ap;
	int n;

	n = snprintf(text, sizeof(text), "%s:%d: ", base ? base + 1 : file, line);
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	while (sc->parent)
		sc = sc->parent;
	w_lock(sc->w, sc->lock);
	sc->failures++;
	w_unlock(sc->w, sc->lock);
	if (sc->report)
		sc->report(sc->arg, text);
}

bool sc_expect(struct sc *sc, const char *file, int line, bool cond, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (cond)
		return true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sc_trace(sc, "not so: %s", text);
	failed(sc, file, line, "%s", text);
	return false;
}

bool sc_expect_eq(struct sc *sc, const char *file, int line, const char *text, long long got,
		  long long want)
{
	char g[32], w[32];

	sc_trace(sc, "%s = %s", text, value_text(g, sizeof(g), got));
	if (got == want)
		return true;
	failed(sc, file, line, "%s is %s, expected %s", text, g, value_text(w, sizeof(w), want));
	return false;
}

bool sc_expect_diff(struct sc *sc, const char *file, int line, const char *text, enum sc_diff diff,
		    long long got, long long ours, long long mainline)
{
	long long want = as_mainline(sc, diff) ? mainline : ours;
	char g[32], w[32];

	sc_trace(sc, "%s = %s [%s]", text, value_text(g, sizeof(g), got), diffs[diff].name);
	if (got == want)
		return true;
	failed(sc, file, line, "%s is %s, expected %s (%s)", text, g,
	       value_text(w, sizeof(w), want), diffs[diff].name);
	return false;
}

/* ---- contents ---- */

static unsigned char pattern_byte(unsigned long long off, unsigned int seed)
{
	unsigned long long x = off / 8 * 0x9e3779b97f4a7c15ULL + seed * 0xbf58476d1ce4e5b9ULL;

	x ^= x >> 29;
	x *= 0x94d049bb133111ebULL;
	return seed ? x >> (8 * (off % 8)) : 0;
}

void sc_pattern(void *buf, size_t len, unsigned long long off, unsigned int seed)
{
	unsigned char *p = buf;

	for (size_t i = 0; i < len; i++)
		p[i] = pattern_byte(off + i, seed);
}

bool sc_matches(const void *buf, size_t len, unsigned long long off, unsigned int seed)
{
	const unsigned char *p = buf;

	for (size_t i = 0; i < len; i++) {
		if (p[i] != pattern_byte(off + i, seed))
			return false;
	}
	return true;
}

#define CHUNK	65536

long long sc_hash(struct sc *sc, const char *path)
{
	unsigned long long hash = 0xcbf29ce484222325ULL;
	unsigned char *buf = calloc(1, CHUNK);
	long fd = -ENOMEM, n;

	if (buf)
		fd = w_open(sc->w, path, O_RDONLY, 0);
	if (fd < 0) {
		free(buf);
		return fd;
	}
	while ((n = w_read(sc->w, fd, buf, CHUNK)) > 0) {
		for (long i = 0; i < n; i++)
			hash = (hash ^ buf[i]) * 0x100000001b3ULL;
	}
	w_close(sc->w, fd);
	free(buf);
	return n < 0 ? n : (long long)(hash >> 1);
}

long sc_make_file(struct sc *sc, const char *path, size_t size, unsigned int seed,
		  unsigned int mode)
{
	char *buf = calloc(1, CHUNK);
	size_t done = 0, part;
	long fd = -ENOMEM, n = 0;

	if (buf)
		fd = w_open(sc->w, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0) {
		free(buf);
		return fd;
	}
	while (done < size && n >= 0) {
		part = size - done < CHUNK ? size - done : CHUNK;
		sc_pattern(buf, part, done, seed);
		n = w_write(sc->w, fd, buf, part);
		if (!n)
			n = -EIO;
		done += n > 0 ? n : 0;
	}
	if (n >= 0)
		n = w_fchmod(sc->w, fd, mode);
	w_close(sc->w, fd);
	free(buf);
	return n < 0 ? n : 0;
}

/* ---- the usual surroundings ---- */

void fx_opts_init(struct fx_opts *o)
{
	memset(o, 0, sizeof(*o));
	srv_config_init(&o->srv);
}

static const char *fx_path(struct fixture *fx, const char *dir, const char *name)
{
	char *p = fx->paths[fx->next_path++ % FX_PATHS];

	if (snprintf(p, W_PATH_MAX, "%s/%s", dir, name) >= W_PATH_MAX)
		EXPECT(fx->sc, false, "path too long: %s/%s", dir, name);
	return p;
}

static enum srv_backing next_way(struct server *srv, const char *name, uint32_t flags)
{
	const struct fx_way *way = srv_config(srv)->hook_arg;

	(void)name;
	(void)flags;
	return way->next;
}

bool fx_setup_ways(struct sc *sc, struct fixture *fx, struct fx_opts *o, struct fx_way *way)
{
	struct fx_opts usual;

	if (!o) {
		fx_opts_init(&usual);
		o = &usual;
	}
	o->srv.choose = next_way;
	o->srv.hook_arg = way;
	return fx_setup(sc, fx, o);
}

long fx_open_as(struct fixture *fx, struct fx_way *way, enum srv_backing how, const char *name,
		int flags)
{
	way->next = how;
	return w_open(fx->w, fx_mnt(fx, name), flags, 0);
}

bool fx_fault_run(struct world *w)
{
	bool is = w_calm(w, true);

	if (is)
		w_calm(w, false);
	return is;
}

void fx_close(struct fixture *fx, long fd)
{
	if (fd >= 0)
		w_close(fx->w, fd);
}

const char *fx_mnt(struct fixture *fx, const char *name)
{
	return fx_path(fx, fx->mnt, name);
}

const char *fx_low(struct fixture *fx, const char *name)
{
	return fx_path(fx, fx->lower, name);
}

/* The server's max_stack_depth counts from the lower file system that a world usually has. */
static void fx_stack_depth(struct fixture *fx, const struct fx_opts *o, struct srv_config *srv)
{
	*srv = o->srv;
	if (!sc_has(fx->sc, W_CAP_LOWER_FLAT) && srv->max_stack_depth == 1 && !o->lower_path &&
	    !o->lower.stack_depth && !o->lower.size)
		srv->max_stack_depth = 2;
}

static bool fx_make_lower(struct fixture *fx, const struct fx_opts *o)
{
	struct w_lower_opts lower = o->lower;

	if (o->lower_path) {
		snprintf(fx->lower, sizeof(fx->lower), "%s", o->lower_path);
		return true;
	}
	lower.name = o->name ? o->name : "a";
	fx->own_lower = EXPECT_EQ(fx->sc, w_make_lower(fx->w, &lower, fx->lower), 0);
	return fx->own_lower;
}

bool fx_setup(struct sc *sc, struct fixture *fx, const struct fx_opts *o)
{
	const char *mount_opts;
	struct srv_config srv;
	struct fx_opts usual;
	char name[W_NAME_MAX];
	long dev;

	if (!o) {
		fx_opts_init(&usual);
		o = &usual;
	}
	memset(fx, 0, sizeof(*fx));
	fx->sc = sc;
	fx->w = sc->w;
	fx->dev = -1;
	if (!fx_make_lower(fx, o))
		return false;
	snprintf(name, sizeof(name), "fuse-%s", o->name ? o->name : "a");
	fx->made_dir = EXPECT_EQ(sc, w_make_dir(fx->w, name, fx->mnt), 0);
	fx_stack_depth(fx, o, &srv);
	fx->srv = srv_new(fx->w, &srv, fx->lower);
	if (!fx->made_dir || !EXPECT(sc, fx->srv, "no memory for the server"))
		return false;
	if (o->rule)
		srv_set_rule(fx->srv, o->rule);
	dev = w_open_kind(fx->w, W_FD_DEV_FUSE);
	if (!EXPECT(sc, dev >= 0, "cannot open the FUSE device: %s", sc_errno(dev)))
		return false;
	mount_opts = o->mount_opts ? o->mount_opts : "rootmode=40000,user_id=0,group_id=0,"
		     "allow_other,default_permissions";
	if (o->virtio)
		fx->mounted = EXPECT_EQ(sc, w_mount_virtio(fx->w, dev, fx->mnt), 0);
	else
		fx->mounted = EXPECT_EQ(sc, w_mount_fuse(fx->w, dev, fx->mnt, mount_opts), 0);
	if (fx->mounted)
		fx->started = EXPECT_EQ(sc, srv_start(fx->srv, dev), 0);
	if (o->keep_dev)
		fx->dev = dev;
	else
		w_close(fx->w, dev);
	return fx->started;
}

long fx_barrier(struct fixture *fx)
{
	struct w_statfs st;

	return w_statfs(fx->w, fx->mnt, &st);
}

/*
 * When it reads ahead and writes back, and how much at once, is up to the kernel; that it does is
 * not.
 */
static void trace_page_cache(struct fixture *fx)
{
	bool reads = srv_count_page_cache(fx->srv, FUSE_READ);
	bool writes = srv_count_page_cache(fx->srv, FUSE_WRITE);

	if (reads || writes)
		sc_trace(fx->sc, "requests of the page cache:%s%s", reads ? " READ" : "",
			 writes ? " WRITE" : "");
}

/* Those whose number depends neither on caches nor on the kernel's version. */
static void trace_requests(struct fixture *fx)
{
	static const uint32_t opcodes[] = {
		FUSE_OPEN, FUSE_CREATE, FUSE_TMPFILE, FUSE_RELEASE, FUSE_READ, FUSE_WRITE,
		FUSE_FSYNC, FUSE_FALLOCATE, FUSE_MKDIR, FUSE_UNLINK, FUSE_RMDIR,
		FUSE_RENAME, FUSE_RENAME2, FUSE_LINK, FUSE_SYMLINK, FUSE_MKNOD, FUSE_IOCTL,
		FUSE_COPY_FILE_RANGE, FUSE_GETLK, FUSE_SETLK, FUSE_SETLKW, FUSE_NOTIFY_REPLY,
	};
	char line[400] = "requests:";
	unsigned int n;
	size_t len = strlen(line);

	for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
		/* whether RELEASE still comes before the end is a matter of luck */
		if (fx->gone && opcodes[i] == FUSE_RELEASE)
			continue;
		n = srv_count(fx->srv, 0, opcodes[i]) - srv_count_page_cache(fx->srv, opcodes[i]);
		if (n)
			len += snprintf(line + len, sizeof(line) - len, " %s %u",
					srv_opcode_name(opcodes[i]), n);
	}
	sc_trace(fx->sc, "%s", line);
	trace_page_cache(fx);
}

/* Jobs use what lives on the scenario's stack. */
static void wait_for_jobs(struct sc *sc)
{
	while (sc->jobs)
		fx_job_wait(sc->jobs);
}

/* Whatever the scenario has set up to go wrong, or to wait. */
static void make_peace(struct fixture *fx)
{
	const struct w_async_mode usual = { 0 };

	srv_behave(fx->srv);
	srv_let_go(fx->srv);
	w_setrlimit_fsize(fx->w, ~0ULL);
	w_thaw(fx->w, fx->lower);
	for (int op = 0; op < W_LOWER_OPS; op++)
		w_lower_inject(fx->w, fx->lower, op, 0, 0, 0, 0);
	w_lower_async_mode(fx->w, fx->lower, &usual);
	while (!w_lower_async_complete(fx->w, fx->lower, 0, NULL))
		;
}

/* What does not work of a new file, or NULL. */
static const char *try_file(struct fixture *fx)
{
	const char *path = fx_mnt(fx, "is-usable"), *what = NULL;
	char buf[10] = "";
	struct w_stat st;
	long fd;

	fd = w_open(fx->w, path, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		return "create";
	if (w_pwrite(fx->w, fd, "still here", 10, 100) != 10)
		what = "write";
	else if (w_pread(fx->w, fd, buf, 10, 100) != 10 || memcmp(buf, "still here", 10))
		what = "read";
	else if (w_fstat(fx->w, fd, &st) || st.size != 110)
		what = "stat";
	w_close(fx->w, fd);
	if (w_unlink(fx->w, path) && !what)
		what = "unlink";
	return what;
}

/*
 * A connection that has ended, as by the fault, is none that must work; INIT may have failed, too.
 */
static bool is_connected(struct fixture *fx)
{
	long ret;

	if (!fx->started || fx->gone || srv_ended(fx->srv))
		return false;
	ret = fx_barrier(fx);
	return ret != -ENOTCONN && ret != -ECONNABORTED && ret != -ECONNREFUSED;
}

/* A scenario that fills the lower file system up may have failed to make room. */
static bool has_room(struct fixture *fx)
{
	struct w_statfs st;

	return !w_statfs(fx->w, fx->lower, &st) && st.bfree >= 16;
}

static void check_usable(struct fixture *fx)
{
	if (!fx->srv || !w_calm(fx->w, true))
		return;
	make_peace(fx);
	wait_for_jobs(fx->sc);
	if (is_connected(fx) && has_room(fx))
		w_usable(fx->w, try_file(fx));
	w_calm(fx->w, false);
}

/*
 * A kernel thread may do the last fput() of a file, which nobody sees: after a request in flight
 * of a file that was closed.
 */
static long remove_own_lower(struct fixture *fx)
{
	long ret = w_remove_lower(fx->w, fx->lower);

	if (ret != -EBUSY)
		return ret;
	fx_settle(fx);
	return w_remove_lower(fx->w, fx->lower);
}

void fx_teardown(struct fixture *fx)
{
	struct sc *sc = fx->sc;
	bool calm = false;

	check_usable(fx);
	if (fx->started && !fx->gone) {
		EXPECT_EQ(sc, fx_barrier(fx), 0);
		EXPECT_EQ(sc, srv_open_files(fx->srv), fx->leaks_open);
		if (!fx->leaks_open)
			EXPECT_EQ(sc, srv_ids_registered(fx->srv), 0);
	}
	/* A file that a failed scenario left open must not keep the server from ending. */
	if (fx->mounted && !EXPECT_EQ(sc, w_umount(fx->w, fx->mnt, 0), 0)) {
		calm = w_calm(fx->w, true);
		w_abort(fx->w, fx->mnt);
		w_umount(fx->w, fx->mnt, MNT_DETACH);
	}
	if (fx->dev >= 0)
		w_close(fx->w, fx->dev);
	if (fx->started) {
		srv_join(fx->srv);
		if (!fx->by_chance)
			trace_requests(fx);
	}
	wait_for_jobs(sc);
	srv_free(fx->srv);
	if (fx->made_dir)
		EXPECT_EQ(sc, w_remove_dir(fx->w, fx->mnt), 0);
	if (fx->own_lower)
		EXPECT_EQ(sc, remove_own_lower(fx), 0);
	if (calm)
		w_calm(fx->w, false);
}

void fx_settle(struct fixture *fx)
{
	for (int i = 0; i < 10; i++) {
		w_tick(fx->w);
		for (int k = 0; k < 5; k++)
			w_yield(fx->w);
	}
}

long fx_make(struct fixture *fx, const char *name, size_t size, int flags)
{
	long ret = sc_make_file(fx->sc, fx_low(fx, name), size, 1, 0644);

	return ret ? ret : w_open(fx->w, fx_mnt(fx, name), flags, 0);
}

long fx_try_open(struct fixture *fx, const char *name, int flags)
{
	long fd = w_open(fx->w, fx_mnt(fx, name), flags, 0644);

	if (fd < 0)
		return fd;
	w_close(fx->w, fd);
	return 0;
}

bool fx_same_attr(struct fixture *fx, int fd, const char *name, bool times)
{
	struct w_stat fuse, low;
	struct sc *sc = fx->sc;
	bool same;

	same = EXPECT_EQ(sc, w_fstat(fx->w, fd, &fuse), 0) &&
	       EXPECT_EQ(sc, w_lstat(fx->w, fx_low(fx, name), &low), 0);
	if (!same)
		return false;
	same &= EXPECT(sc, fuse.size == low.size, "size through FUSE %llu, below %llu", fuse.size,
		       low.size);
	if (!times)
		return same;
	same &= EXPECT(sc, fuse.mtime == low.mtime, "mtime through FUSE is off by %lld ns",
		       fuse.mtime - low.mtime);
	same &= EXPECT(sc, fuse.ctime == low.ctime, "ctime through FUSE is off by %lld ns",
		       fuse.ctime - low.ctime);
	same &= EXPECT(sc, fuse.atime == low.atime, "atime through FUSE is off by %lld ns",
		       fuse.atime - low.atime);
	return same;
}

bool fx_reads(struct fixture *fx, long fd, long long off, size_t len, unsigned int seed)
{
	char *buf = calloc(1, len);
	bool same = buf && w_pread(fx->w, fd, buf, len, off) == (long)len &&
		    sc_matches(buf, len, off, seed);

	free(buf);
	return same;
}

bool fx_writes(struct fixture *fx, long fd, long long off, size_t len, unsigned int seed)
{
	char *buf = calloc(1, len);
	bool done;

	if (!buf)
		return false;
	sc_pattern(buf, len, off, seed);
	done = w_pwrite(fx->w, fd, buf, len, off) == (long)len;
	free(buf);
	return done;
}

bool fx_reads_below(struct fixture *fx, const char *name, long long off, size_t len,
		    unsigned int seed)
{
	long fd = w_open(fx->w, fx_low(fx, name), O_RDONLY, 0);
	bool same;

	if (fd < 0)
		return false;
	same = fx_reads(fx, fd, off, len, seed);
	w_close(fx->w, fd);
	return same;
}

/* ---- jobs ---- */

static struct sc *run_of(struct sc *sc)
{
	while (sc->parent)
		sc = sc->parent;
	return sc;
}

static void job_task(struct world *w, void *arg)
{
	struct fx_job *job = arg;

	(void)w;
	job->ret = job->fn(job);
}

long fx_job_start(struct sc *sc, struct fx_job *job, unsigned int spawn)
{
	long ret;

	job->sc = part_new(sc);
	if (!job->sc)
		return -ENOMEM;
	job->ret = -EINTR;	/* what it is if the task is killed */
	ret = w_spawn(sc->w, "job", spawn, job_task, job, &job->task);
	if (ret) {
		part_end(job->sc);
		return ret;
	}
	job->next = run_of(sc)->jobs;
	run_of(sc)->jobs = job;
	return 0;
}

long fx_job_wait(struct fx_job *job)
{
	struct fx_job **at = &run_of(job->sc)->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	w_join(job->sc->w, job->task);
	part_end(job->sc);
	return job->ret;
}

long job_open_close(struct fx_job *job)
{
	long fd = w_open(job->sc->w, job->path, job->flags, 0644);

	if (fd < 0)
		return fd;
	w_close(job->sc->w, fd);
	return 0;
}

long job_pread(struct fx_job *job)
{
	return w_pread(job->sc->w, job->fd, job->buf, job->len, job->off);
}

long job_pwrite(struct fx_job *job)
{
	return w_pwrite(job->sc->w, job->fd, job->buf, job->len, job->off);
}
