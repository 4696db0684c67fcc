// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of fault runs; see box_faults.h.
 */
#include "box_faults.h"

#include <core/choice.h>
#include <core/finding.h>
#include <core/run.h>
#include <core/sanitize.h>
#include <core/task.h>
#include <core/trace.h>
#include <core/vtime.h>
#include <linux/dirent.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init_task.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "lower_async.h"
#include "lower_internal.h"
#include "process.h"
#include "syscalls.h"

#define LAST_USER_ERRNO	133	/* EHWPOISON; what is beyond is the kernel's own */
#define MAX_ACKNOWLEDGED 512
#define SETTLE_ROUNDS	50
#define SETTLE_NS	20000000	/* some jiffies */

/* How far clearing up has come; each step is for when nobody can run after the one before. */
enum step { RUNNING, GOES_ON, KILLED, CLEARED };

struct acknowledged {
	struct inode *inode;
	loff_t pos;
	size_t len;
	u64 hash;
	unsigned int nr;	/* as told to the user */
};

/* Which errno a fault of a kind may become; NULL: in any call. */
static const struct {
	const char *kind, *call;
	int errnos[8];
} legitimate[] = {
	{ "alloc", NULL, { ENOMEM, ENFILE } },
	/* ramfs, which the root is, calls it so that it has no inode. */
	{ "alloc", "mkdir", { ENOSPC } },
	{ "alloc", "mknod", { ENOSPC } },
	/* Both say of a request that there is no memory for: come again. */
	{ "alloc", "io_submit", { EAGAIN } },
	{ "alloc", "io_uring_enter", { EAGAIN } },
	{ "copy", NULL, { EFAULT } },
	{ "fdget", NULL, { EBADF } },
	/* Who has no memory for a lock has no lock to give. */
	{ "alloc", "fcntl", { ENOLCK } },
	{ "alloc", "flock", { ENOLCK } },
	/* FUSE_DEV_IOC_CLONE says so of any descriptor that is not a FUSE device. */
	{ "fdget", "ioctl", { EINVAL } },
	/* The fd is an option, and options are right or wrong. */
	{ "fdget", "mount", { EINVAL } },
	{ "signal", NULL, { EINTR } },
	{ "lower", NULL, { EIO, ENOSPC, EINTR } },
	/*
	 * The connection ends; a server finds that its device is gone, or the request it answers.
	 */
	{ "abort", NULL, { ENOTCONN, ECONNABORTED, ENODEV, ENOENT } },
	/* exportfs_decode_fh() makes ESTALE of all errors but ENOMEM; then it is as open(). */
	{ "abort", "open_by_handle_at", { ESTALE, EIO } },
	/* Dirty pages are lost; of why, the mapping keeps but ENOSPC or EIO. */
	{ "abort", "close", { EIO } },
	{ "abort", "fsync", { EIO } },
	{ "abort", "fdatasync", { EIO } },
	{ "abort", "msync", { EIO } },
	/* Direct and passthrough I/O, and passthrough maps, write them back first. */
	{ "abort", "pread", { EIO } },
	{ "abort", "pwrite", { EIO } },
	{ "abort", "splice", { EIO } },
	{ "abort", "mmap", { EIO } },
	/*
	 * The backing id of an answer has gone with the connection, before the opener looked it up.
	 */
	{ "abort", "open", { EIO } },
	/* A connection that has ended takes no more backing files. */
	{ "abort", "ioctl", { EPERM } },
	/* By RWF_NOWAIT: it would have to wait for what the abort has set going. */
	{ "abort", "pwritev2", { EAGAIN } },
	{ "abort", "preadv2", { EAGAIN } },
	/* A page that cannot be read or written is SIGBUS, whatever the reason. */
	{ "abort", "load", { EFAULT } },
	{ "abort", "store", { EFAULT } },
	{ "alloc", "load", { EFAULT } },
	{ "alloc", "store", { EFAULT } },
	{ "lower", "load", { EFAULT } },
	{ "lower", "store", { EFAULT } },
	{ "copy", "load", { EFAULT } },
	{ "copy", "store", { EFAULT } },
	/*
	 * generic_file_splice_read() makes EAGAIN of EFAULT, which a lack of pages for the pipe is.
	 */
	{ "alloc", "splice", { EAGAIN } },
	{ "alloc", "sendfile", { EAGAIN } },
	{ "alloc", "copy_file_range", { EAGAIN } },
};

static struct box_watch *watch;
static enum step step;
static size_t nr_calls;
static bool mounted;
static long nr_async;	/* asynchronous requests submitted, less completions fetched */
static int nr_owed;	/* requests that the servers have read and not answered */
static bool aborted;	/* by the scenario itself */
static struct files_struct *closed;	/* a table of several tasks, of whom one has closed there */
static bool aborting;	/* the administrator has come in between, and is not done */
static bool judged;	/* the call that met the first fault has returned */
static struct acknowledged acknowledged[MAX_ACKNOWLEDGED];
static unsigned int nr_acknowledged;
static DECLARE_WAIT_QUEUE_HEAD(changed);

static bool faulted(void)
{
	return watch && !watch->record && fb_fault_failures();
}

/*
 * Results of system calls
 */

static bool may_become(const char *kind, const char *call, int err)
{
	/* When the last process that serves a connection dies, it is aborted. */
	if (!strcmp(kind, "death"))
		kind = "abort";
	for (size_t i = 0; i < ARRAY_SIZE(legitimate); i++) {
		if (strcmp(legitimate[i].kind, kind) ||
		    (legitimate[i].call && strcmp(legitimate[i].call, call)))
			continue;
		for (size_t n = 0; n < ARRAY_SIZE(legitimate[i].errnos); n++) {
			if (legitimate[i].errnos[n] == err)
				return true;
		}
	}
	return false;
}

/*
 * Up to the first fault a run does what the one without faults did, so its calls have the same
 * numbers.
 */
static const struct box_call *without_fault(size_t number, const char *name)
{
	const struct box_call *call = number < watch->nr_calls ? &watch->calls[number] : NULL;

	return call && call->name && !strcmp(call->name, name) ? call : NULL;
}

static void check_result(size_t number, const char *name, long ret)
{
	const struct box_call *call = without_fault(number, name);
	const char *kinds[FB_FAULT_KINDS];

	if (ret >= 0 || (call && call->ret == ret) || fatal_signal_pending(current))
		return;
	/* Also those of others: of a server that died, say, before it answered. */
	fb_fault_kinds(kinds);
	for (unsigned int i = 0; i < FB_FAULT_KINDS && kinds[i]; i++) {
		if (may_become(kinds[i], name, -ret))
			return;
	}
	/* With a fault, a call that had ended before the scenario's abort may come after it ... */
	if (aborted && may_become("abort", name, -ret))
		return;
	/* ... or after another task has closed its descriptor. */
	if (ret == -EBADF && current->files == closed)
		return;
	fb_report(FB_CONTRACT, 0, NULL,
		  "%s failed with %ld because of fault \"%s\", which should not become that", name,
		  -ret, kinds[0]);
}

static void record(size_t number, const char *name, long ret)
{
	if (number >= watch->room) {
		size_t room = watch->room ? 2 * watch->room : 1024;
		struct box_call *calls;

		while (room <= number)
			room *= 2;
		calls = realloc(watch->calls, room * sizeof(*calls));
		if (!calls)
			abort();
		memset(calls + watch->room, 0, (room - watch->room) * sizeof(*calls));
		watch->calls = calls;
		watch->room = room;
	}
	watch->calls[number] = (struct box_call){ name, ret };
	if (number >= watch->nr_calls)
		watch->nr_calls = number + 1;
}

/*
 * An administrator
 */

/* @fn for each entry of @dir, with its path. */
static void for_each_entry(const char *dir, void (*fn)(const char *path))
{
	char buf[2048], path[300];
	long fd = box_open(dir, O_RDONLY | O_DIRECTORY, 0), len;

	if (fd < 0)
		return;
	len = box_getdents64(fd, buf, sizeof(buf));
	box_close(fd);
	for (long at = 0; at < len;) {
		const struct linux_dirent64 *e = (const void *)(buf + at);

		at += e->d_reclen;
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		fn(path);
	}
}

static void abort_one(const char *path)
{
	char file[320];
	long fd;

	snprintf(file, sizeof(file), "%s/abort", path);
	fd = box_open(file, O_WRONLY, 0);
	if (fd < 0)
		return;
	box_write(fd, "1", 1);
	box_close(fd);
}

/* A lower file system goes on: it is thawed, completes what it holds, and holds no more. */
static void go_on_one(const char *path)
{
	static const struct w_async_mode usual;
	struct super_block *sb;
	struct path p;

	if (strncmp(path, "//lower-", 8))
		return;
	box_thaw(path + 1);
	if (kern_path(path + 1, LOOKUP_FOLLOW, &p))
		return;
	sb = p.mnt->mnt_sb;
	lower_async_mode(sb, &usual);
	while (!lower_async_complete(sb, 0, NULL))
		;
	path_put(&p);
}

/*
 * @fn for each entry of @dir, by the administrator, whoever current is; nothing of it is a call of
 * the scenario's.
 */
static void administer(const char *dir, void (*fn)(const char *path))
{
	const struct cred *cred = current->cred, *real_cred = current->real_cred;
	struct box_process *p = box_current();

	p->administers = true;
	fb_faults_suspend();
	current->cred = current->real_cred = &init_cred;
	for_each_entry(dir, fn);
	current->cred = cred;
	current->real_cred = real_cred;
	fb_faults_resume();
	p->administers = false;
}

static void abort_all(void)
{
	administer("/fusectl", abort_one);
}

static void lower_goes_on(void)
{
	administer("/", go_on_one);
}

static void clear_up(void)
{
	fb_trace("all connections are aborted, all lower file systems go on");
	abort_all();
	lower_goes_on();
}

static void look_for_hopeless(struct box_process *p, void *arg)
{
	bool *found = arg;

	/*
	 * It waits for other user space, which never did what it was to do, or for requests that
	 * were never submitted; or the server is no more.
	 */
	if (p->done ? !strcmp(p->name, "server") : p->task->waits_for_user || p->awaits > nr_async)
		*found = true;
}

static void kill_one(struct box_process *p, void *arg)
{
	if (p->done)
		return;
	p->task->signal_injected = false;
	box_kill(p);
}

/*
 * Is it no fault of the kernel's that nobody can run? Not while user space waits for user space,
 * owes the kernel an answer, or is no more.
 */
static bool hopeless(void)
{
	bool found = nr_owed > 0;

	box_for_each(look_for_hopeless, &found);
	return found;
}

static bool go_to(enum step next)
{
	step = next;
	wake_up(&changed);
	return true;
}

static void look_for_runner(struct box_process *p, void *arg)
{
	bool *found = arg;

	if (!p->done && !fb_task_blocked(p->task->fb))
		*found = true;
}

/*
 * Idle hook: nobody can run, or only one who looks again and again at what another is to do.
 * Return: is there somebody now, or another step?
 */
static bool stuck(void *arg)
{
	bool runner = false;

	if (!faulted() || fb_timers_armed())
		return false;
	box_for_each(look_for_runner, &runner);
	if (runner)
		return false;
	switch (step) {
	case RUNNING:
		return go_to(GOES_ON);
	case GOES_ON:
		if (!hopeless())
			return false;
		fb_trace("the scenario waits for what the fault has prevented: killed");
		watch->given_up = true;
		box_for_each(kill_one, NULL);
		return go_to(KILLED);
	case KILLED:
		return go_to(CLEARED);
	default:
		return false;
	}
}

void box_faults_ended(void)
{
	if (watch)
		wake_up(&changed);
}

/* What an administrator does at a step. */
static void take_step(enum step now)
{
	if (now == GOES_ON) {
		fb_trace(
			"nobody can run: all lower file systems go on, if they were frozen or held requests");
		lower_goes_on();
	} else if (now == CLEARED) {
		clear_up();
	}
}

static void wait_for_end(struct box_process *p)
{
	for (enum step seen = step; !p->done; take_step(seen)) {
		wait_event(changed, p->done || step != seen);
		seen = step;
	}
}

static void next_of(struct box_process *p, void *arg)
{
	struct box_process **found = arg;

	if (!*found)
		*found = p;
}

/* What those who were killed left to work queues and the next jiffy comes to its end. */
static void settle(void)
{
	for (int i = 0; i < SETTLE_ROUNDS; i++) {
		fb_time_advance(SETTLE_NS);
		fb_yield();
	}
}

/*
 * Aborts at a choice point of whoever runs there, if the run is told to; present in all runs, so
 * that they are alike.
 */
static void administrator(void *arg)
{
	(void)arg;
	if (!fb_intruder_wait())
		return;
	aborting = true;
	abort_all();
	aborting = false;
	wake_up(&changed);
}

void box_faults_begin(void)
{
	if (!watch)
		return;
	fb_faults_suspend();
	BUG_ON(IS_ERR(box_spawn("administrator", BOX_FILES_COPY, administrator, NULL)));
	fb_faults_resume();
}

void box_faults_wait(struct box_process *p)
{
	if (!watch) {
		box_reap(p);
		return;
	}
	for (; p; box_for_each(next_of, &p)) {
		wait_for_end(p);
		box_reap(p);
		fb_intruder_dismiss();
		p = NULL;
	}
	settle();
}

/*
 * Entry and exit
 */

static noinline bool connection_is_aborted(void)
{
	return fb_fault("abort");
}

static noinline bool server_dies(void)
{
	return fb_fault("death");
}

/* Between two calls the administrator may abort the connections. */
static void maybe_abort(void)
{
	if (mounted && connection_is_aborted())
		abort_all();
}

void box_faults_aborted(void)
{
	aborted = true;
}

void box_faults_enter(struct box_process *p)
{
	size_t number;

	if (p->administers)
		return;
	p->below.nr = 0;
	if (!watch)
		return;
	number = nr_calls++;
	maybe_abort();
	p->call = number;
}

void box_faults_closes(void)
{
	if (watch && !box_current()->administers && atomic_read(&current->files->count) > 1)
		closed = current->files;
}

static void check(struct box_process *p, const char *name, long ret)
{
	bool taken = fb_fault_taken();

	/* After the first fault the state is another, and so is what is right. */
	if (taken && !judged)
		check_result(p->call, name, ret);
	judged |= taken;
	if (ret < -LAST_USER_ERRNO && ret > -MAX_ERRNO)
		fb_report(FB_CONTRACT, 0, NULL,
			  "%s returns %ld, an error number of the kernel's own", name, ret);
}

void box_faults_exit(struct box_process *p, const char *name, long ret)
{
	if (!watch || p->administers)
		return;
	if (watch->record)
		record(p->call, name, ret);
	else
		check(p, name, ret);
	/* With a request in its hands. */
	if (ret > 0 && !strcmp(name, "read") && !strcmp(p->name, "server") && server_dies())
		kill_one(p, NULL);
}

/*
 * Nothing is lost
 */

static u64 hash_add(u64 hash, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * 0x100000001b3ULL;
	return hash;
}

#define HASH_START	0xcbf29ce484222325ULL

static u64 hash_below(struct inode *inode, loff_t pos, size_t len)
{
	char buf[512];	/* its own: reading has choice points, and others may look meanwhile */
	u64 hash = HASH_START;

	while (len) {
		struct kvec vec = { buf, min_t(size_t, len, sizeof(buf)) };
		struct iov_iter to;

		iov_iter_kvec(&to, ITER_DEST, &vec, 1, vec.iov_len);
		LOWER_STORAGE(inode)->read(inode, pos, &to);
		hash = hash_add(hash, buf, vec.iov_len);
		pos += vec.iov_len;
		len -= vec.iov_len;
	}
	return hash;
}

/* Of @len bytes from @skip bytes behind the start of what @iov describes. */
static u64 hash_user(const struct iovec *iov, int n, size_t skip, size_t len)
{
	u64 hash = HASH_START;

	for (int i = 0; i < n && len; i++) {
		size_t part;

		if (skip >= iov[i].iov_len) {
			skip -= iov[i].iov_len;
			continue;
		}
		part = min_t(size_t, iov[i].iov_len - skip, len);
		hash = hash_add(hash, (const char *)iov[i].iov_base + skip, part);
		skip = 0;
		len -= part;
	}
	return hash;
}

static bool is_there(const struct acknowledged *a)
{
	u64 written = a->hash, below;

	if (i_size_read(a->inode) < a->pos + (loff_t)a->len)
		return false;
	below = hash_below(a->inode, a->pos, a->len);
	/* A program may write bytes that it never set. */
	fb_msan_defined(&written, sizeof(written));
	fb_msan_defined(&below, sizeof(below));
	return below == written;
}

static void expect(struct inode *inode, loff_t pos, size_t len, u64 hash)
{
	if (nr_acknowledged == MAX_ACKNOWLEDGED)
		memmove(acknowledged, acknowledged + 1, --nr_acknowledged * sizeof(*acknowledged));
	acknowledged[nr_acknowledged++] =
		(struct acknowledged){ inode, pos, len, hash, ++watch->acknowledged };
}

/* Write @nr, if what it wrote is to be found below; not if somebody has written there since. */
static const struct acknowledged *expected(unsigned int nr)
{
	for (unsigned int i = 0; i < nr_acknowledged; i++) {
		if (acknowledged[i].nr == nr)
			return &acknowledged[i];
	}
	return NULL;
}

static void look_below(unsigned int nr)
{
	const struct acknowledged *listed = expected(nr);
	struct acknowledged a;

	if (!listed)
		return;
	a = *listed;
	/* Looking takes locks, so that others may write there meanwhile. */
	if (!is_there(&a) && expected(nr))
		fb_report(
			FB_CONTRACT, 0, NULL,
			"write %u: of %zu bytes acknowledged at %lld of the lower file not all are there",
			nr, a.len, a.pos);
	/* What is mapped may change unseen from now on. */
	if (LOWER_I(a.inode)->stored_to)
		box_faults_changes(a.inode, a.pos, a.pos + (loff_t)a.len);
}

void box_faults_below(struct inode *inode, long long pos, size_t len)
{
	struct box_process *p = box_current();
	unsigned int nr;

	if (!watch || !p)
		return;
	nr = p->below.nr++;
	if (nr >= BOX_BELOW)
		return;
	p->below.part[nr].inode = inode;
	p->below.part[nr].pos = pos;
	p->below.part[nr].len = len;
}

struct box_range {
	struct inode *inode;
	loff_t pos, end;
};

/* What a process has just written is changed by another before its call has returned. */
static void not_its_own(struct box_process *p, void *arg)
{
	const struct box_range *r = arg;

	for (unsigned int i = 0; i < p->below.nr && i < BOX_BELOW; i++) {
		if (p->below.part[i].inode == r->inode && p->below.part[i].pos < r->end &&
		    p->below.part[i].pos + (loff_t)p->below.part[i].len > r->pos)
			p->below.nr = BOX_BELOW + 1;
	}
}

void box_faults_changes(struct inode *inode, long long pos, long long end)
{
	struct box_range range = { inode, pos, end };
	unsigned int kept = 0;

	if (!watch)
		return;
	box_for_each(not_its_own, &range);
	for (unsigned int i = 0; i < nr_acknowledged; i++) {
		const struct acknowledged *a = &acknowledged[i];

		if (a->inode != inode || a->pos >= end || a->pos + (loff_t)a->len <= pos)
			acknowledged[kept++] = *a;
	}
	nr_acknowledged = kept;
}

void box_faults_evicted(struct inode *inode)
{
	for (unsigned int i = 0; inode->i_nlink && i < nr_acknowledged; i++) {
		const struct acknowledged *a = &acknowledged[i];

		if (a->inode == inode && !is_there(a))
			fb_report(
				FB_CONTRACT, 0, NULL,
				"write %u: %zu bytes acknowledged at %lld of the lower file were lost later",
				a->nr, a->len, a->pos);
	}
	box_faults_changes(inode, 0, LLONG_MAX);
}

/* The inode of @fd; the reference is the descriptor's. */
static struct inode *inode_of(unsigned int fd)
{
	struct inode *inode = NULL;
	struct file *file;

	fb_faults_suspend();
	file = fget_raw(fd);
	if (file) {
		inode = file_inode(file);
		fput(file);
	}
	fb_faults_resume();
	return inode;
}

long box_faults_wrote(unsigned int fd, const struct iovec *iov, int n, long ret)
{
	struct box_process *p = box_current();
	unsigned int first, last;
	struct inode *inode;
	size_t done = 0;

	if (!watch || ret <= 0)
		return ret;
	/* Before below is looked at: it takes a lock, and another may write over this meanwhile. */
	inode = inode_of(fd);
	if (!p->below.nr || p->below.nr > BOX_BELOW)
		return ret;
	/* A write to the lower file system itself. */
	if (!inode || inode == p->below.part[0].inode)
		return ret;
	first = watch->acknowledged + 1;
	for (unsigned int i = 0; i < p->below.nr && done < ret; i++) {
		size_t len = min_t(size_t, p->below.part[i].len, ret - done);

		expect(p->below.part[i].inode, p->below.part[i].pos, len,
		       hash_user(iov, n, done, len));
		done += len;
	}
	last = watch->acknowledged;
	if (done < ret)
		fb_report(FB_CONTRACT, 0, NULL,
			  "%ld bytes are acknowledged, but only %zu were written to the lower file",
			  ret, done);
	for (unsigned int nr = first; nr <= last; nr++)
		look_below(nr);
	return ret;
}

/*
 * What the world calls
 */

bool box_faults_calm(bool on)
{
	if (!watch)
		return false;
	if (on) {
		/* The administrator may wait for a lock of whom he came upon. */
		wait_event(changed, !aborting);
		fb_faults_suspend();
	} else {
		fb_faults_resume();
	}
	return true;
}

void box_faults_usable(const char *what)
{
	if (!watch)
		return;
	if (!what)
		watch->probed++;
	else if (watch->record)
		watch->unusable = true;
	else if (!watch->unusable)
		fb_report(FB_CONTRACT, 0, NULL,
			  "after a fault the file system is not usable any more: %s", what);
}

void box_faults_owed(int change)
{
	nr_owed += change;
}

long box_faults_submitted(long ret)
{
	if (ret > 0)
		nr_async += ret;
	return ret;
}

void box_faults_awaits(int min)
{
	box_current()->awaits = min;
}

void box_faults_got(long ret)
{
	box_current()->awaits = 0;
	if (ret > 0)
		nr_async -= ret;
}

void box_faults_mounted(void)
{
	mounted = true;
}

void box_faults_watch(struct box_watch *w)
{
	watch = w;
	if (!w)
		return;
	w->given_up = false;
	w->probed = 0;
	w->acknowledged = 0;
	if (w->record) {
		w->nr_calls = 0;
		w->unusable = false;
	}
	fb_idle_hook(stuck, NULL);
}
