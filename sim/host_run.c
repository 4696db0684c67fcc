// SPDX-License-Identifier: GPL-2.0
/*
 * One scenario on the running kernel.
 *
 * It runs in a child, which tells what happens on its standard output, a pipe: lines that begin
 * with 'F' (an expectation that failed), 'N' (a note), 'T' (trace), 'S' (skipped, and why) and 'L'
 * (the lower file system, from the probe).
 *
 * What the child mounts goes with its mount namespace, and that goes with its last thread. But a
 * thread that waits for a frozen file system, or for a server that does not answer, is not ended by
 * any signal. So there is a second process in the namespace, the keeper. It waits for the end of a
 * pipe that only the parent holds open. Then, whether the parent has closed it or was killed, it
 * thaws and aborts whatever there is, kills the child, and goes.
 */
#include "host_run.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIPPED	77
#define RESCUE_SECONDS	3	/* for the child, to come to an end after it was rescued */
#define KILL_SECONDS	20	/* and after it was killed */
#define HEAP		(32 << 20)

static volatile sig_atomic_t interrupted;
static bool hung;		/* a child cannot be waited for */
static sigset_t usual_mask;	/* of signals, outside the poll of listen_to() */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* ---- the child ---- */

static pthread_mutex_t say_lock = PTHREAD_MUTEX_INITIALIZER;

static void say(char kind, const char *line)
{
	char buf[700];
	int n = snprintf(buf, sizeof(buf), "%c%s\n", kind, line);

	if (n >= (int)sizeof(buf))
		n = sizeof(buf) - 1;
	buf[n - 1] = '\n';
	pthread_mutex_lock(&say_lock);
	if (write(STDOUT_FILENO, buf, n) != n)
		_exit(1);
	pthread_mutex_unlock(&say_lock);
}

static void say_trace(const char *line)
{
	say('T', line);
}

static void say_note(const char *line)
{
	say('N', line);
}

static void say_failed(void *arg, const char *line)
{
	(void)arg;
	say('F', line);
}

static void *watchdog(void *arg)
{
	struct timespec ts = { .tv_sec = *(int *)arg };

	nanosleep(&ts, NULL);
	say('F', "timed out");
	world_host_rescue();
	return NULL;
}

static void keep(pid_t child)
{
	struct timespec tenth = { .tv_nsec = 100000000 };
	char c;

	while (read(STDIN_FILENO, &c, 1) < 0 && errno == EINTR)
		;
	/* What is frozen outlives its last mount. */
	world_host_rescue();
	/* When the child is gone, this process has another parent. */
	while (getppid() == child) {
		kill(child, SIGKILL);
		world_host_rescue();
		nanosleep(&tenth, NULL);
	}
}

/* Out of reach of the terminal's ^C; it must not hold the pipe to the parent open either. */
static int start_keeper(void)
{
	pid_t child = getpid(), pid = fork();

	if (pid)
		return pid < 0 ? -errno : 0;
	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	close(STDOUT_FILENO);
	keep(child);
	_exit(0);
}

/*
 * The server is a thread of the process that maps its files, and some system calls wait for it with
 * mmap_lock held (munmap() of dirty pages, a store to a page that is being written back). So it
 * must not want that lock: memory is there from the start, and locked.
 */
static void keep_memory(void)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TOP_PAD, HEAP);
	free(malloc(1));
	if (mlockall(MCL_CURRENT))
		say('T', "memory cannot be locked");
}

static int child(const struct host_run_opts *o, const struct scenario *s)
{
	struct host_opts host = o->host;
	int seconds = o->timeout;
	const char *missing;
	struct world *w;
	pthread_t dog;
	char why[200];

	host.trace = o->trace ? say_trace : NULL;
	host.note = say_note;
	w = world_host_begin(&host, why, sizeof(why));
	if (!w) {
		say('S', why);
		return EXIT_SKIPPED;
	}
	if (!s) {
		say('L', world_host_lower() == HOST_LOWER_EXT4 ? "ext4" : "tmpfs");
		return 0;
	}
	missing = scenario_missing(s, w);
	if (missing) {
		say('S', missing);
		return EXIT_SKIPPED;
	}
	if (start_keeper() || pthread_create(&dog, NULL, watchdog, &seconds)) {
		say('F', "cannot start the processes that watch over the scenario");
		return 1;
	}
	keep_memory();
	return scenario_run(s, w, say_failed, NULL) ? 1 : 0;
}

/* ---- the parent ---- */

static void on_end_signal(int sig)
{
	interrupted = sig;
}

void host_run_begin(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_end_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		sigaddset(&blocked, ends[i]);
		sigaction(ends[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, &usual_mask);
	/* Keepers outlive their parents, the children. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

int host_run_interrupted(void)
{
	return interrupted;
}

static void usual_signals(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_SETMASK, &usual_mask, NULL);
}

static void add_detail(struct host_outcome *out, const char *line)
{
	size_t n = strlen(line);
	char *p = realloc(out->details, out->len + n + 2);

	if (!p)
		return;
	out->details = p;
	memcpy(p + out->len, line, n);
	out->len += n;
	p[out->len++] = '\n';
	p[out->len] = 0;
}

static void fail(struct host_outcome *out, const char *why)
{
	out->verdict = HOST_FAILED;
	add_detail(out, why);
}

static void hear(const struct host_run_opts *o, struct host_outcome *out, const char *line)
{
	switch (line[0]) {
	case 'F':
		fail(out, line + 1);
		break;
	case 'N':
		add_detail(out, line + 1);
		break;
	case 'S':
		out->verdict = HOST_SKIPPED;
		add_detail(out, line + 1);
		break;
	case 'L':
		out->lower = line[1] == 'e' ? HOST_LOWER_EXT4 : HOST_LOWER_TMPFS;
		break;
	case 'T':
		if (o->trace)
			o->trace(o->arg, line + 1);
		break;
	}
}

/* Take whole lines off the front of a buffer; returns how much is left in it. */
static size_t hear_lines(const struct host_run_opts *o, struct host_outcome *out, char *buf,
			 size_t have)
{
	char *nl;

	while ((nl = memchr(buf, '\n', have))) {
		*nl = 0;
		hear(o, out, buf);
		have -= nl + 1 - buf;
		memmove(buf, nl + 1, have);
	}
	return have;
}

/* Read the child's lines until it closes the pipe; false when it is to be ended before. */
static bool listen_to(const struct host_run_opts *o, int fd, double until, struct host_outcome *out)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	struct timespec ts;
	char buf[4096];
	size_t have = 0;
	double left;
	ssize_t n;

	for (;;) {
		left = until - now();
		if (left <= 0 || interrupted)
			return false;
		ts.tv_sec = left;
		ts.tv_nsec = (left - ts.tv_sec) * 1e9;
		if (ppoll(&pfd, 1, &ts, &usual_mask) <= 0)
			continue;
		n = read(fd, buf + have, sizeof(buf) - have);
		if (n <= 0)
			return true;
		have = hear_lines(o, out, buf, have + n);
	}
}

static void judge(struct host_outcome *out, int status)
{
	char line[64];

	if (WIFSIGNALED(status)) {
		snprintf(line, sizeof(line), "ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
		fail(out, line);
	} else if (WEXITSTATUS(status) && out->verdict == HOST_OK) {
		fail(out, "ended without saying why");
	}
}

/* The pipes: what the child says, and what tells the keeper that the parent is there. */
static int make_pipes(int talk[2], int hold[2])
{
	int err;

	if (pipe(talk))
		return -errno;
	if (!pipe(hold))
		return 0;
	err = -errno;
	close(talk[0]);
	close(talk[1]);
	return err;
}

/* Wait for the end of all threads of a child, but not for ever. */
static bool reap(pid_t pid, int *status, int seconds)
{
	struct pollfd pfd = { .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	double until = now() + seconds;
	int n = 0;

	while (pfd.fd >= 0 && n <= 0 && now() < until)
		n = poll(&pfd, 1, (until - now()) * 1000 + 1);
	if (pfd.fd >= 0)
		close(pfd.fd);
	else
		n = 1;
	return n > 0 && waitpid(pid, status, 0) == pid;
}

void host_run(const struct host_run_opts *o, const struct scenario *s, struct host_outcome *out)
{
	int talk[2], hold[2], status = 0, err;
	bool ended;
	pid_t pid;

	*out = (struct host_outcome) { .verdict = HOST_OK };
	fflush(NULL);
	err = make_pipes(talk, hold);
	if (err) {
		fail(out, strerror(-err));
		return;
	}
	pid = fork();
	if (!pid) {
		usual_signals();
		dup2(talk[1], STDOUT_FILENO);
		dup2(hold[0], STDIN_FILENO);
		/* The other ends go with all that was open, in world_host_begin(). */
		_exit(child(o, s));
	}
	close(talk[1]);
	close(hold[0]);
	ended = pid > 0 && listen_to(o, talk[0], now() + o->timeout + RESCUE_SECONDS, out);
	close(talk[0]);
	/* The keeper kills a child that has not ended; it must not meet one that has. */
	if (ended && pid > 0)
		ended = reap(pid, &status, RESCUE_SECONDS);
	close(hold[1]);
	if (pid < 0) {
		fail(out, strerror(errno));
		return;
	}
	if (!ended && !reap(pid, &status, KILL_SECONDS)) {
		hung = true;
		fail(out, "it does not end even when killed: a task of it hangs in the kernel");
		return;
	}
	judge(out, status);
	/* Whatever else came of children, as keepers: they go in their own time. */
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

void host_run_end(void)
{
	while (!hung && wait(NULL) > 0)
		;
}
