// SPDX-License-Identifier: GPL-2.0
/*
 * fusebox-host: the scenarios on the running kernel.
 *
 * Each scenario runs in a process and a mount namespace of its own. It tells what happens on its
 * standard output, which is a pipe to the parent: lines that begin with 'F' (an expectation that
 * failed), 'T' (trace), 'S' (skipped, and why) and 'L' (the lower file system, from the probe).
 */
#include "random/random.h"
#include "scenario.h"
#include "world_host.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIPPED	77
#define RESCUE_SECONDS	3

struct options {
	struct host_opts host;
	bool list;
	bool diffs;
	bool trace;
	int timeout;
	char **patterns;
	int npatterns;
};

enum verdict { VERDICT_OK, VERDICT_FAILED, VERDICT_SKIPPED };

/* What a child said. */
struct outcome {
	enum verdict verdict;
	char lower;		/* of the probe: 'e' ext4, 't' tmpfs */
	char *details;
	size_t len;
};

static void usage(FILE *f)
{
	fputs("usage: fusebox-host [OPTION...] [PATTERN...]\n"
	      "Runs the scenarios on this kernel (as root; needs FUSE passthrough).\n"
	      "PATTERN is a scenario's name, a group, or a shell pattern; none = all.\n"
	      "  --list            list the scenarios and exit\n"
	      "  --differences     list where mainline is meant to differ, and exit\n"
	      "  --trace           print the normalized trace as KTAP comments\n"
	      "  --lower-fs FS     lower file system: tmpfs or ext4 (on a loop device)\n"
	      "  --timeout SECONDS give up on a scenario after this (default 20)\n"
	      "  --seed N          first seed of the scenarios random/... (default 1)\n"
	      "  --ops N           operations of each of them, up to 1000000 (default 300)\n"
	      "  --name NAME       name of this world: host (default) or guest\n"
	      "  --help            this text\n"
	      "Exit status: 0 all ok, 1 failures, 2 bad usage, 77 skipped.\n", f);
}

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

static int child(const struct options *o, const struct scenario *s)
{
	int seconds = o->timeout;
	const char *missing;
	struct world *w;
	pthread_t dog;
	char why[200];

	w = world_host_begin(&o->host, why, sizeof(why));
	if (!w) {
		say('S', why);
		return EXIT_SKIPPED;
	}
	if (!s) {
		say('L', w->caps & W_CAP_FREEZE ? "ext4" : "tmpfs");
		return 0;
	}
	missing = scenario_missing(s, w);
	if (missing) {
		say('S', missing);
		return EXIT_SKIPPED;
	}
	if (pthread_create(&dog, NULL, watchdog, &seconds))
		say('F', "cannot start the watchdog");
	return scenario_run(s, w, say_failed, NULL) ? 1 : 0;
}

/* ---- the parent ---- */

static void add_detail(struct outcome *out, const char *line)
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

static void hear(const struct options *o, struct outcome *out, const char *line)
{
	switch (line[0]) {
	case 'F':
		out->verdict = VERDICT_FAILED;
		add_detail(out, line + 1);
		break;
	case 'S':
		out->verdict = VERDICT_SKIPPED;
		add_detail(out, line + 1);
		break;
	case 'L':
		out->lower = line[1];
		break;
	case 'T':
		if (o->trace)
			printf("# trace: %s\n", line + 1);
		break;
	}
}

/* Read the child's lines until it closes the pipe or the time is up; false when it is up. */
static bool listen_to(const struct options *o, int fd, double until, struct outcome *out)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char buf[4096];
	size_t have = 0;
	ssize_t n;
	char *nl;

	for (;;) {
		int left = (until - now()) * 1000;

		if (left <= 0 || poll(&pfd, 1, left) < 0)
			return false;
		if (!pfd.revents)
			continue;
		n = read(fd, buf + have, sizeof(buf) - 1 - have);
		if (n <= 0)
			return true;
		have += n;
		buf[have] = 0;
		while ((nl = strchr(buf, '\n'))) {
			*nl = 0;
			hear(o, out, buf);
			have -= nl + 1 - buf;
			memmove(buf, nl + 1, have + 1);
		}
	}
}

static void run_child(const struct options *o, const struct scenario *s, struct outcome *out)
{
	int fd[2], status;
	char line[64];
	pid_t pid;

	*out = (struct outcome) { .verdict = VERDICT_OK };
	fflush(NULL);
	if (pipe(fd) || (pid = fork()) < 0) {
		out->verdict = VERDICT_FAILED;
		add_detail(out, strerror(errno));
		return;
	}
	if (!pid) {
		dup2(fd[1], STDOUT_FILENO);
		_exit(child(o, s));
	}
	close(fd[1]);
	if (!listen_to(o, fd[0], now() + o->timeout + RESCUE_SECONDS, out))
		kill(pid, SIGKILL);
	close(fd[0]);
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status)) {
		snprintf(line, sizeof(line), "ended by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
		out->verdict = VERDICT_FAILED;
		add_detail(out, line);
	} else if (WEXITSTATUS(status) && out->verdict == VERDICT_OK) {
		out->verdict = VERDICT_FAILED;
		add_detail(out, "ended without saying why");
	}
}

static bool selected(const struct options *o, const struct scenario *s)
{
	for (int i = 0; i < o->npatterns; i++) {
		if (scenario_match(s, o->patterns[i]))
			return true;
	}
	return !o->npatterns;
}

static bool pattern_used(const char *pattern)
{
	const struct scenario *s;

	for (unsigned int i = 0; (s = scenario_at(i)); i++) {
		if (scenario_match(s, pattern))
			return true;
	}
	return false;
}

static int list(const struct options *o)
{
	const struct scenario *s;

	for (unsigned int i = 0; (s = scenario_at(i)); i++) {
		if (selected(o, s))
			printf("%-36s %s\n", s->name, s->summary);
	}
	return 0;
}

/* KTAP: the verdict, then what was found, each line as a comment. */
static void print_verdict(size_t nr, const char *name, const struct outcome *out)
{
	const char *line = out->details ? out->details : "", *end;

	if (out->verdict == VERDICT_SKIPPED) {
		printf("ok %zu %s # SKIP %s", nr, name, out->details ? line : "\n");
		return;
	}
	printf("%sok %zu %s\n", out->verdict == VERDICT_FAILED ? "not " : "", nr, name);
	for (; (end = strchr(line, '\n')); line = end + 1)
		printf("# %.*s\n", (int)(end - line), line);
}

static int run_all(struct options *o)
{
	size_t planned = 0, nr = 0, count[3] = { 0 };
	const struct scenario *s;
	double start = now();
	struct outcome out;

	run_child(o, NULL, &out);
	if (out.verdict != VERDICT_OK) {
		fprintf(stderr, "skipped: %s", out.details ? out.details : "no reason known\n");
		free(out.details);
		return out.verdict == VERDICT_SKIPPED ? EXIT_SKIPPED : 1;
	}
	if (o->host.lower_fs == HOST_LOWER_AUTO)
		o->host.lower_fs = out.lower == 'e' ? HOST_LOWER_EXT4 : HOST_LOWER_TMPFS;
	free(out.details);
	for (unsigned int i = 0; (s = scenario_at(i)); i++)
		planned += selected(o, s);
	printf("KTAP version 1\n1..%zu\n", planned);
	for (unsigned int i = 0; (s = scenario_at(i)); i++) {
		if (!selected(o, s))
			continue;
		run_child(o, s, &out);
		print_verdict(++nr, s->name, &out);
		count[out.verdict]++;
		free(out.details);
	}
	printf("# %s: %zu ok, %zu failed, %zu skipped\n", o->host.name, count[VERDICT_OK],
	       count[VERDICT_FAILED], count[VERDICT_SKIPPED]);
	fprintf(stderr, "%zu scenarios on the %s kernel: %zu ok, %zu failed, %zu skipped, %.1f s\n",
		nr, o->host.name, count[VERDICT_OK], count[VERDICT_FAILED],
		count[VERDICT_SKIPPED], now() - start);
	if (count[VERDICT_FAILED])
		return 1;
	return count[VERDICT_OK] ? 0 : EXIT_SKIPPED;
}

static int bad_usage(const char *what, const char *arg)
{
	fprintf(stderr, "fusebox-host: %s '%s' (--help tells more)\n", what, arg);
	return 2;
}

static int parse(struct options *o, int argc, char **argv)
{
	const char *arg, *value;
	char *end;

	for (int i = 1; i < argc; i++) {
		arg = argv[i];
		value = argv[i + 1];
		if (!strcmp(arg, "--list")) {
			o->list = true;
		} else if (!strcmp(arg, "--differences")) {
			o->diffs = true;
		} else if (!strcmp(arg, "--trace")) {
			o->trace = true;
			o->host.trace = say_trace;
		} else if (!strcmp(arg, "--help")) {
			usage(stdout);
			exit(0);
		} else if (arg[0] != '-') {
			if (!pattern_used(arg))
				return bad_usage("no scenario fits", arg);
			o->patterns[o->npatterns++] = argv[i];
		} else if (!value) {
			return bad_usage("no such option, or its value is missing:", arg);
		} else if (!strcmp(arg, "--lower-fs")) {
			i++;
			if (!strcmp(value, "tmpfs"))
				o->host.lower_fs = HOST_LOWER_TMPFS;
			else if (!strcmp(value, "ext4"))
				o->host.lower_fs = HOST_LOWER_EXT4;
			else
				return bad_usage("not a lower file system:", value);
		} else if (!strcmp(arg, "--timeout")) {
			i++;
			o->timeout = strtol(value, &end, 10);
			if (*end || o->timeout < 1)
				return bad_usage("not a number of seconds:", value);
		} else if (!strcmp(arg, "--seed")) {
			i++;
			rnd_first_seed = strtoull(value, &end, 10);
			if (*end || end == value)
				return bad_usage("not a seed:", value);
		} else if (!strcmp(arg, "--ops")) {
			i++;
			rnd_scenario_ops = strtoul(value, &end, 10);
			if (*end || rnd_scenario_ops < 1 || rnd_scenario_ops > 1000000)
				return bad_usage("not a number of operations:", value);
		} else if (!strcmp(arg, "--name")) {
			i++;
			o->host.name = value;
		} else {
			return bad_usage("no such option:", arg);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .timeout = 20, .host.name = "host" };
	int ret;

	o.patterns = calloc(argc, sizeof(*o.patterns));
	if (!o.patterns)
		return 1;
	ret = parse(&o, argc, argv);
	if (ret)
		goto out;
	if (o.list) {
		ret = list(&o);
	} else if (o.diffs) {
		for (int i = 0; i < SC_DIFFS; i++)
			printf("%s: %s.\n", sc_diff_name(i), sc_diff_reason(i));
	} else {
		ret = run_all(&o);
	}
out:
	free(o.patterns);
	return ret;
}
