// SPDX-License-Identifier: GPL-2.0
/*
 * fusebox-host: the command line of the scenarios on a real kernel, the running one or a guest's.
 */
#include "host_run.h"
#include "random/random.h"
#include "scenario_trace.h"
#include "scenarios/libfuse.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXIT_SKIPPED	77

enum { EXIT_USAGE = 2 };

enum option_key {
	OPT_LIST = 'l',
	OPT_DIFFERENCES = 'd',
	OPT_TRACE = 't',
	OPT_TRACE_FILE = 'o',
	OPT_LOWER_FS = 'f',
	OPT_DISK = 'D',
	OPT_TIMEOUT = 'T',
	OPT_NAME = 'n',
	OPT_SEED = 's',
	OPT_OPS = 'N',
	OPT_FILES = 'F',
};

struct options {
	struct host_run_opts run;
	bool list;
	bool diffs;
	bool trace;
	const char *trace_file;
	FILE *traces;
	char **patterns;
	int npatterns;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
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

static int list_differences(void)
{
	for (int i = 0; i < SC_DIFFS; i++)
		printf("%s: %s%s: %s\n", sc_diff_name(i), sc_diff_kind(i),
		       sc_diff_stacked(i) ? ", stacked" : "", sc_diff_reason(i));
	return 0;
}

static void traced(void *arg, const char *line)
{
	struct options *o = arg;

	if (o->trace)
		printf("# trace: %s\n", line);
	scenario_trace_line(o->traces, line);
}

/* KTAP: the verdict, then what was found, each line as a comment. */
static void print_verdict(size_t nr, const char *name, const struct host_outcome *out)
{
	const char *line = out->details ? out->details : "", *end;

	if (out->verdict == HOST_SKIPPED) {
		printf("ok %zu %s # SKIP %s", nr, name, out->details ? line : "\n");
		return;
	}
	printf("%sok %zu %s\n", out->verdict == HOST_FAILED ? "not " : "", nr, name);
	for (; (end = strchr(line, '\n')); line = end + 1)
		printf("# %.*s\n", (int)(end - line), line);
}

static void trace_verdict(FILE *f, const struct host_outcome *out)
{
	char text[256] = "ok";

	if (out->verdict == HOST_FAILED)
		strcpy(text, "failed");
	else if (out->verdict == HOST_SKIPPED)
		snprintf(text, sizeof(text), "skipped: %.*s", (int)strcspn(out->details, "\n"),
			 out->details);
	scenario_trace_end(f, text);
}

/* Can this machine run them, and on which lower file system? */
static int probe(struct options *o)
{
	struct host_outcome out;
	int ret = 0;

	host_run(&o->run, NULL, &out);
	if (out.verdict != HOST_OK) {
		fprintf(stderr, "skipped: %s", out.details ? out.details : "no reason known\n");
		ret = out.verdict == HOST_SKIPPED ? EXIT_SKIPPED : EXIT_FAILURE;
	} else if (o->run.host.lower_fs == HOST_LOWER_AUTO) {
		o->run.host.lower_fs = out.lower;
	}
	free(out.details);
	return ret;
}

static int end_of_run(const struct options *o, size_t nr, const size_t count[3], double seconds)
{
	static const char *const lower[] = { "?", "tmpfs", "ext4", "overlayfs" };
	const char *name = o->run.host.name;

	printf("# %s: %zu ok, %zu failed, %zu skipped\n", name, count[HOST_OK], count[HOST_FAILED],
	       count[HOST_SKIPPED]);
	fprintf(stderr,
		"%zu scenarios on the %s kernel, lower files on %s: %zu ok, %zu failed, %zu skipped, "
		"%.1f s\n",
		nr, name, lower[o->run.host.lower_fs], count[HOST_OK], count[HOST_FAILED],
		count[HOST_SKIPPED], seconds);
	if (count[HOST_FAILED])
		return EXIT_FAILURE;
	return count[HOST_OK] ? EXIT_SUCCESS : EXIT_SKIPPED;
}

static int run_selected(struct options *o)
{
	size_t planned = 0, nr = 0, count[3] = { 0 };
	const struct scenario *s;
	struct host_outcome out;
	double start = now();

	for (unsigned int i = 0; (s = scenario_at(i)); i++)
		planned += selected(o, s);
	printf("KTAP version 1\n1..%zu\n", planned);
	for (unsigned int i = 0; (s = scenario_at(i)); i++) {
		if (!selected(o, s))
			continue;
		scenario_trace_begin(o->traces, s->name);
		host_run(&o->run, s, &out);
		if (host_run_interrupted()) {
			free(out.details);
			printf("# interrupted in %s; nothing of it is left\n", s->name);
			return 128 + host_run_interrupted();
		}
		print_verdict(++nr, s->name, &out);
		trace_verdict(o->traces, &out);
		count[out.verdict]++;
		free(out.details);
	}
	return end_of_run(o, nr, count, now() - start);
}

static int run(struct options *o)
{
	int ret, err;

	host_run_begin();
	ret = probe(o);
	if (ret)
		return ret;
	if (o->trace_file) {
		o->traces = scenario_trace_open(o->trace_file, o->run.host.name);
		if (!o->traces) {
			fprintf(stderr, "fusebox-host: cannot write %s: %s\n", o->trace_file,
				strerror(errno));
			return EXIT_USAGE;
		}
	}
	if (o->trace || o->traces)
		o->run.trace = traced;
	ret = run_selected(o);
	host_run_end();
	err = scenario_trace_close(o->traces);
	if (err) {
		fprintf(stderr, "fusebox-host: cannot write all of %s: %s\n", o->trace_file,
			strerror(-err));
		return EXIT_FAILURE;
	}
	return ret;
}

/* ---- the command line ---- */

static const struct argp_option option_table[] = {
	{ "list", OPT_LIST, NULL, 0, "list the scenarios and exit", 0 },
	{ "differences", OPT_DIFFERENCES, NULL, 0,
	  "list where real kernels are meant to differ, and exit", 0 },
	{ "trace", OPT_TRACE, NULL, 0, "print the normalized trace as KTAP comments", 0 },
	{ "trace-file", OPT_TRACE_FILE, "FILE", 0,
	  "write the normalized traces of all scenarios to FILE", 0 },
	{ "lower-fs", OPT_LOWER_FS, "FS", 0,
	  "lower file system: ext4, tmpfs, or overlay (on ext4); ext4 unless "
	  "there is none",
	  0 },
	{ "disk", OPT_DISK, "DEVICE", 0,
	  "a disk with an empty ext4, used in place of a loop device; may be "
	  "given several times",
	  0 },
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0, "give up on a scenario after this (20)", 0 },
	{ "seed", OPT_SEED, "N", 0, "first seed of the scenarios random/... and libfuse/... (1)",
	  0 },
	{ "ops", OPT_OPS, "N", 0, "operations of each of them, up to 1000000 (300, and 50)", 0 },
	{ "files", OPT_FILES, "N", 0, "files of the tree of libfuse/tree, up to 400 (10)", 0 },
	{ "name", OPT_NAME, "NAME", 0, "name of this world: host (default) or guest", 0 },
	{ 0 },
};

static void usage_error(const char *what, const char *arg)
{
	fprintf(stderr, "fusebox-host: %s '%s' (--help tells more)\n", what, arg);
	exit(EXIT_USAGE);
}

static enum host_lower_fs parse_lower_fs(const char *name)
{
	if (!strcmp(name, "tmpfs"))
		return HOST_LOWER_TMPFS;
	if (!strcmp(name, "ext4"))
		return HOST_LOWER_EXT4;
	if (!strcmp(name, "overlay"))
		return HOST_LOWER_OVERLAY;
	usage_error("not a lower file system (ext4, tmpfs, overlay):", name);
	return HOST_LOWER_AUTO;
}

static unsigned long long parse_number(const char *text, unsigned long long min,
				       unsigned long long max, const char *mistake)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n < min || n > max)
		usage_error(mistake, text);
	return n;
}

static void add_disk(struct host_opts *host, const char *device)
{
	if (host->ndisks == HOST_DISKS)
		usage_error("one disk too many:", device);
	host->disks[host->ndisks++] = device;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_LIST:
		o->list = true;
		break;
	case OPT_DIFFERENCES:
		o->diffs = true;
		break;
	case OPT_TRACE:
		o->trace = true;
		break;
	case OPT_TRACE_FILE:
		o->trace_file = arg;
		break;
	case OPT_LOWER_FS:
		o->run.host.lower_fs = parse_lower_fs(arg);
		break;
	case OPT_DISK:
		add_disk(&o->run.host, arg);
		break;
	case OPT_TIMEOUT:
		o->run.timeout =
			parse_number(arg, 1, 86400, "not a number of seconds from 1 to 86400:");
		break;
	case OPT_SEED:
		rnd_first_seed = libfuse_seed = parse_number(arg, 0, ULLONG_MAX, "not a seed:");
		break;
	case OPT_FILES:
		libfuse_files = parse_number(arg, 1, 400, "not a number of files from 1 to 400:");
		break;
	case OPT_OPS:
		rnd_scenario_ops = libfuse_ops = parse_number(
			arg, 1, 1000000, "not a number of operations from 1 to 1000000:");
		break;
	case OPT_NAME:
		o->run.host.name = arg;
		break;
	case ARGP_KEY_ARG:
		if (!pattern_used(arg))
			usage_error("no scenario fits", arg);
		o->patterns[o->npatterns++] = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse_option,
	.args_doc = "[PATTERN...]",
	.doc = "Run scenarios on this kernel, as root; it needs FUSE passthrough: Linux 6.9 or later, or our "
	       "fuse.ko. PATTERN is a scenario's name, a group, or a shell pattern; none means all.\v"
	       "The exit status is 0 when all are ok, 1 when one is not, 2 for a mistake in the command, 77 when "
	       "this machine can run none, and 128 and the signal's number after ^C and the like.",
};

int main(int argc, char **argv)
{
	struct options o = { .run = { .timeout = 20, .host.name = "host" } };
	int ret;

	o.patterns = calloc(argc, sizeof(*o.patterns));
	if (!o.patterns)
		return EXIT_FAILURE;
	o.run.arg = &o;
	/* Who reads the other end of a pipe is to see each line when it comes. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.list)
		ret = list(&o);
	else if (o.diffs)
		ret = list_differences();
	else
		ret = run(&o);
	free(o.patterns);
	return ret;
}
