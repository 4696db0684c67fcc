// SPDX-License-Identifier: GPL-2.0
/*
 * fusebox: the command line of the box.
 */
#include <argp.h>
#include <core/finding.h>
#include <core/race.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "async_table.h"
#include "coherency.h"
#include "coverage.h"
#include "explain.h"
#include "explore.h"
#include "faults.h"
#include "random_test.h"
#include "races.h"
#include "runner.h"
#include "scenario.h"
#include "shrink.h"
#include "scenario_trace.h"
#include "scenarios/libfuse.h"
#include "suid_table.h"
#include "suite.h"

#define DEFAULT_TIMEOUT_S 60

enum { EXIT_USAGE = 2 };

enum option_key {
	OPT_SEED = 's',
	OPT_TRACE = 't',
	OPT_JUNIT = 'j',
	OPT_FAULT = 'f',
	OPT_PERSISTENT = 'p',
	OPT_NO_GUARD = 'G',
	OPT_TIMEOUT = 'T',
	OPT_GDB = 'g',
	OPT_LONG = 'l',
	OPT_SINGLE = 'S',
	OPT_PAIRS = 'P',
	OPT_JOBS = 'J',
	OPT_KIND = 'k',
	OPT_MAX_RUNS = 'n',
	OPT_TIMES = 'x',
	OPT_SECONDS = 'm',
	OPT_SITES = 'W',
	OPT_SEEDS = 'e',
	OPT_OPS = 'N',
	OPT_REPLAY = 'r',
	OPT_LOG = 'L',
	OPT_NO_SHRINK = 'K',
	OPT_PREEMPTIONS = 'b',
	OPT_POLICY = 'y',
	OPT_TIME = 'i',
	OPT_DEPTH = 'd',
	OPT_TOTAL = 'u',
	OPT_NO_REDUCTION = 'R',
	OPT_NO_RESTART = 'B',
	OPT_TRACE_FILE = 'O',
	OPT_FILES = 'F',
	OPT_ACCESS_POINTS = 'a',
	OPT_KNOWN_RACES = 'w',
	OPT_RACE_COUNTS = 'c',
	OPT_OUT = 'o',
	OPT_TEXT = 'X',
	OPT_SVG = 'V',
};

/* What the options of all commands say. */
struct options {
	struct fb_run_opts run;
	const char *junit;
	bool trace;
	bool gdb;
	enum explain_form form;
	const char *out;
	bool summaries;
	bool single;
	bool pairs;
	unsigned int jobs;
	const char *kind;
	unsigned long max_runs;
	unsigned long times;
	unsigned int seconds;
	const char *sites;
	const char *race_counts;
	enum fb_search search;
	bool no_reduction;
	bool no_restart;
	unsigned int preemptions;
	unsigned int depth;
	unsigned int total;
	const char *trace_file;
	FILE *traces;
	unsigned int timeout_s;
	unsigned int seeds;
	size_t ops;
	unsigned int files;
	const char *replay;
	const char *log;
	bool no_shrink;
	char **args;
	int nr_args;
	int max_args;
};

struct command {
	const char *name;
	int (*fn)(struct options *o);
	struct argp argp;
	int max_args;
};

/* A decimal number and nothing else; strtoull alone would take "-1" and " 7". */
static int parse_number(const char *text, unsigned long long *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return *end || errno ? -EINVAL : 0;
}

static unsigned long long number_option(const char *option, const char *text,
					const char *range, unsigned long long min,
					unsigned long long max)
{
	unsigned long long value;

	if (parse_number(text, &value) || value < min || value > max) {
		fprintf(stderr, "fusebox: --%s '%s' is not a number; give one from %s\n", option,
			text, range);
		exit(EXIT_USAGE);
	}
	return value;
}

static enum fb_search search_option(const char *text)
{
	static const char *const names[] = {
		[FB_SEARCH_DFS] = "dfs", [FB_SEARCH_PCT] = "pct", [FB_SEARCH_RANDOM] = "random",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(text, names[i]))
			return (enum fb_search)i;
	}
	fprintf(stderr, "fusebox: --policy '%s' is none; give dfs, pct or random\n", text);
	exit(EXIT_USAGE);
}

static void need_detector(const char *option)
{
	if (fb_race_built())
		return;
	fprintf(stderr,
		"fusebox: --%s is for the race detector, which this program is built without; "
		"`make race` builds build/race/fusebox\n",
		option);
	exit(EXIT_USAGE);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_SEED:
		o->run.policy = FB_POLICY_RANDOM;
		o->run.seed =
			number_option("seed", arg, "0 to 18446744073709551615", 0, ULLONG_MAX);
		break;
	case OPT_FAULT:
		o->run.fault_at = number_option("fault", arg, "1 upwards", 1, ULONG_MAX);
		break;
	case OPT_TIMEOUT:
		o->timeout_s = number_option("timeout", arg, "1 to 86400", 1, 86400);
		break;
	case OPT_PERSISTENT:
		o->run.fault_persistent = true;
		break;
	case OPT_TRACE:
		o->trace = true;
		break;
	case OPT_JUNIT:
		o->junit = arg;
		break;
	case OPT_NO_GUARD:
		o->run.guard = false;
		break;
	case OPT_GDB:
		o->gdb = true;
		break;
	case OPT_OUT:
		o->out = arg;
		break;
	case OPT_TEXT:
		o->form = EXPLAIN_TEXT;
		break;
	case OPT_SVG:
		o->form = EXPLAIN_SVG;
		break;
	case OPT_LONG:
		o->summaries = true;
		break;
	case OPT_SINGLE:
		o->single = true;
		break;
	case OPT_PAIRS:
		o->pairs = true;
		break;
	case OPT_JOBS:
		o->jobs = number_option("jobs", arg, "1 to 64", 1, 64);
		break;
	case OPT_KIND:
		o->kind = arg;
		break;
	case OPT_MAX_RUNS:
		o->max_runs = number_option("max-runs", arg, "1 upwards", 1, ULONG_MAX);
		break;
	case OPT_TIMES:
		o->times = number_option("times", arg, "1 upwards", 1, ULONG_MAX);
		break;
	case OPT_SECONDS:
		o->seconds = number_option("seconds", arg, "1 to 86400", 1, 86400);
		break;
	case OPT_SEEDS:
		o->seeds = number_option("seeds", arg, "1 to 1000000", 1, 1000000);
		break;
	case OPT_OPS:
		o->ops = number_option("ops", arg, "1 to 1000000", 1, 1000000);
		break;
	case OPT_FILES:
		o->files = number_option("files", arg, "1 to 400", 1, 400);
		break;
	case OPT_REPLAY:
		o->replay = arg;
		break;
	case OPT_LOG:
		o->log = arg;
		break;
	case OPT_NO_SHRINK:
		o->no_shrink = true;
		break;
	case OPT_SITES:
		o->sites = arg;
		break;
	case OPT_TRACE_FILE:
		o->trace_file = arg;
		break;
	case OPT_PREEMPTIONS:
		o->preemptions = EXPLORE_ANY;
		if (strcmp(arg, "any"))
			o->preemptions =
				number_option("preemptions", arg, "0 to 1000, or any", 0, 1000);
		break;
	case OPT_POLICY:
		o->search = search_option(arg);
		break;
	case OPT_TIME:
		o->seconds = number_option("time", arg, "1 to 86400", 1, 86400);
		break;
	case OPT_TOTAL:
		o->total = number_option("total", arg, "1 to 86400", 1, 86400);
		break;
	case OPT_DEPTH:
		o->depth = number_option("depth", arg, "1 to 16", 1, 16);
		break;
	case OPT_NO_REDUCTION:
		o->no_reduction = true;
		break;
	case OPT_NO_RESTART:
		o->no_restart = true;
		break;
	case OPT_ACCESS_POINTS:
		need_detector("access-points");
		o->run.access_points = true;
		break;
	case OPT_KNOWN_RACES:
		need_detector("known-races");
		if (races_load(arg))
			exit(EXIT_USAGE);
		break;
	case OPT_RACE_COUNTS:
		need_detector("race-counts");
		o->race_counts = arg;
		break;
	case ARGP_KEY_ARG:
		if (o->nr_args == o->max_args) {
			fprintf(stderr,
				"fusebox: '%s' is one argument too many; see fusebox --help\n",
				arg);
			exit(EXIT_USAGE);
		}
		o->args[o->nr_args++] = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void timed_out(int sig)
{
	static const char text[] =
		"\nfusebox: the scenario is still running after its time limit; "
		"see its steps with --trace under gdb, or give --timeout SECONDS\n";

	(void)sig;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(3);
	_exit(1);
}

/* A pattern that fits nothing is a mistake, which must not look like success. */
static int check_patterns(const struct options *o)
{
	for (int i = 0; i < o->nr_args; i++) {
		const struct scenario *s;
		bool found = false;

		for (unsigned int n = 0; !found && (s = scenario_at(n)); n++)
			found = scenario_match(s, o->args[i]);
		if (!found) {
			fprintf(stderr,
				"fusebox: no scenario fits '%s'; `fusebox list` prints their names\n",
				o->args[i]);
			return -ENOENT;
		}
	}
	return 0;
}

static bool selected(const struct options *o, const struct scenario *s)
{
	for (int i = 0; i < o->nr_args; i++) {
		if (scenario_match(s, o->args[i]))
			return true;
	}
	return !o->nr_args;
}

static int cmd_list(struct options *o)
{
	const struct scenario *s;

	if (check_patterns(o))
		return EXIT_USAGE;
	for (unsigned int i = 0; (s = scenario_at(i)); i++) {
		if (!selected(o, s))
			continue;
		if (o->summaries)
			printf("%-36s %s\n", s->name, s->summary);
		else
			puts(s->name);
	}
	return 0;
}

static unsigned int processors(void)
{
	return (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
}

static struct suite suite_of(const struct options *o, const struct scenario **scenario,
			     unsigned int nr, unsigned int jobs)
{
	return (struct suite){
		.scenario = scenario,
		.nr = nr,
		.run = o->run,
		.timeout_s = o->timeout_s,
		.trace = o->trace,
		.junit = o->junit,
		.jobs = jobs,
	};
}

static int open_traces(struct options *o)
{
	if (!o->trace_file)
		return 0;
	o->traces = scenario_trace_open(o->trace_file, "box");
	if (o->traces)
		return 0;
	fprintf(stderr, "fusebox: cannot write %s: %s\n", o->trace_file, strerror(errno));
	return -errno;
}

static int cmd_run(struct options *o)
{
	const struct scenario **chosen, *s;
	unsigned int nr = 0, all = 0;
	struct suite suite;
	int status;

	if (check_patterns(o))
		return EXIT_USAGE;
	if (open_traces(o))
		return EXIT_USAGE;
	while (scenario_at(all))
		all++;
	chosen = calloc(all, sizeof(*chosen));
	if (!chosen)
		return EXIT_FAILURE;
	for (unsigned int i = 0; (s = scenario_at(i)); i++) {
		if (selected(o, s))
			chosen[nr++] = s;
	}
	suite = suite_of(o, chosen, nr, o->jobs ? o->jobs : processors());
	suite.traces = o->traces;
	status = suite_run(&suite);
	free(chosen);
	if (o->race_counts && races_write(o->race_counts))
		return EXIT_FAILURE;
	if (scenario_trace_close(o->traces)) {
		fprintf(stderr, "fusebox: cannot write all of %s: is there room?\n", o->trace_file);
		return EXIT_FAILURE;
	}
	return status;
}

static bool selected_by(void *arg, const struct scenario *s)
{
	return selected(arg, s);
}

static int cmd_faults(struct options *o)
{
	/* Each alone is all there is; neither means both. */
	bool persistent = o->run.fault_persistent || !o->single;
	bool single = o->single || !o->run.fault_persistent;
	struct faults_opts f = {
		.run = o->run,
		.at = scenario_at,
		.selected = selected_by,
		.arg = o,
		.single = single,
		.persistent = persistent,
		.pairs = o->pairs,
		.jobs = o->jobs,
		.kind = o->kind,
		.max_runs = o->max_runs,
		.seconds = o->seconds,
		.timeout_s = o->timeout_s,
		.times = o->times,
		.sites = o->sites,
	};

	if (check_patterns(o))
		return EXIT_USAGE;
	if (!f.jobs)
		f.jobs = processors();
	f.run.fault_persistent = false;
	return faults_enumerate(&f);
}

static int cmd_explore(struct options *o)
{
	struct explore_opts x = {
		.run = o->run,
		.at = scenario_at,
		.selected = selected_by,
		.arg = o,
		.search = o->search,
		.restart = !o->no_restart && !coverage_counts(),
		.no_reduction = o->no_reduction,
		.preemptions = o->preemptions,
		.seed = o->run.seed,
		.depth = o->depth,
		.seconds = o->seconds,
		.max_runs = o->max_runs,
		.jobs = o->jobs,
		.total = o->total,
		.shrink = !o->no_shrink,
	};

	int status;

	/* Races are where it begins; what is searched for is what comes of them. */
	x.run.no_races = o->run.access_points;
	if (check_patterns(o))
		return EXIT_USAGE;
	if (!o->nr_args) {
		fputs("fusebox: explore needs the name of a scenario, or a pattern; `fusebox list` prints them\n",
		      stderr);
		return EXIT_USAGE;
	}
	if (o->search != FB_SEARCH_DFS && !o->seconds && !o->total && !o->max_runs) {
		fputs("fusebox: a random search has no end; give --time SECONDS or --max-runs N\n",
		      stderr);
		return EXIT_USAGE;
	}
	if (open_traces(o))
		return EXIT_USAGE;
	x.traces = o->traces;
	/* Workers would write into each other's traces. */
	if (o->traces)
		x.jobs = 1;
	else if (!x.jobs)
		x.jobs = processors();
	status = explore(&x);
	scenario_trace_close(o->traces);
	return status;
}

/*
 * The debugger stops at the fault, if there is one, and where a finding is reported, with the whole
 * stack.
 */
static int replay_in_gdb(const char *token, bool access_points)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0) {
		perror("fusebox: /proc/self/exe");
		return EXIT_FAILURE;
	}
	self[len] = '\0';
	execlp("gdb", "gdb", "-q", "-ex", "break fb_fault_injected", "-ex", "break fb_report",
	       "-ex", "break fb_report_at", "-ex", "break fb_report_fatal", "-ex", "run", "--args",
	       self, "replay", "--timeout", "86400", token,
	       access_points ? "--access-points" : NULL, (char *)NULL);
	fprintf(stderr, "fusebox: cannot start gdb: %s; install it with `apt-get install gdb`\n",
		strerror(errno));
	return EXIT_FAILURE;
}

/* The scenario of the token that was given; NULL, and said, when there is none. */
static const struct scenario *scenario_of_token(const struct options *o, const char *command)
{
	const struct scenario *s = NULL;
	char name[W_NAME_MAX];

	if (!o->nr_args) {
		fprintf(stderr, "fusebox: %s needs a token, as a finding prints it\n", command);
		return NULL;
	}
	if (!fb_token_name(o->args[0], name, sizeof(name)))
		s = runner_find(name);
	if (!s)
		fprintf(stderr,
			"fusebox: '%s' is no token of a run: it should read SCENARIO@DECISIONS, "
			"as a finding prints it\n",
			o->args[0]);
	return s;
}

static int cmd_replay(struct options *o)
{
	const struct scenario *s = scenario_of_token(o, "replay");
	struct suite suite;

	if (!s)
		return EXIT_USAGE;
	if (o->gdb)
		return replay_in_gdb(o->args[0], o->run.access_points);
	o->run.policy = FB_POLICY_REPLAY;
	o->run.token = o->args[0];
	suite = suite_of(o, &s, 1, 1);
	return suite_run(&suite);
}

static int cmd_explain(struct options *o)
{
	const struct scenario *s = scenario_of_token(o, "explain");
	int err;

	if (!s)
		return EXIT_USAGE;
	err = explain(s, &o->run, o->args[0], o->form, o->out, o->timeout_s);
	if (err == -EINVAL)
		fprintf(stderr,
			"fusebox: the decisions in '%s' are malformed; copy the whole token\n",
			o->args[0]);
	return err ? EXIT_USAGE : 0;
}

static int cmd_shrink(struct options *o)
{
	const struct scenario *s = scenario_of_token(o, "shrink");
	struct shrunk small;

	if (!s)
		return EXIT_USAGE;
	if (shrink(s, &o->run, o->args[0], o->timeout_s, &small)) {
		fprintf(stderr,
			"fusebox: the decisions in '%s' are malformed; copy the whole token\n",
			o->args[0]);
		return EXIT_USAGE;
	}
	if (!small.kind) {
		fprintf(stderr,
			"fusebox: the run of '%s' does not fail; there is nothing to shrink\n",
			o->args[0]);
		return EXIT_USAGE;
	}
	fprintf(stderr, "fusebox: %s: %zu decisions shrunk to %zu%s, by %lu runs\n", small.kind,
		small.from, small.to, small.faults_left_out ? ", without faults" : "", small.runs);
	puts(small.token);
	free(small.token);
	return 0;
}

static int cmd_async_table(struct options *o)
{
	return async_table(&o->run, o->nr_args ? o->args[0] : NULL);
}

static int cmd_random(struct options *o)
{
	struct random_opts r = {
		.run = o->run,
		.seed = o->run.policy == FB_POLICY_RANDOM ? o->run.seed : 1,
		.seeds = o->seeds,
		.ops = o->ops,
		.replay = o->replay,
		.log = o->log,
		.shrink = !o->no_shrink,
		.timeout_s = o->timeout_s,
		.jobs = o->jobs ? o->jobs : processors(),
	};

	/*
	 * Guard pages for each object would make a long run slow; what is found can be replayed
	 * with them.
	 */
	r.run.guard = o->replay;
	return random_test(&r);
}

static int cmd_suid_table(struct options *o)
{
	return suid_table(&o->run);
}

/* The scenarios libfuse/..., larger. */
static int cmd_libfuse(struct options *o)
{
	/* dispatch() has room for it: the name of the command was an argument, too. */
	o->args[0] = "libfuse";
	o->nr_args = 1;
	if (o->run.policy == FB_POLICY_RANDOM)
		libfuse_seed = o->run.seed;
	if (o->files)
		libfuse_files = o->files;
	libfuse_ops = o->ops;
	/* A file, in all its stages, and an operation, in each way, take so many at most. */
	o->run.max_steps = (libfuse_files + libfuse_ops + 100) * 100000UL;
	return cmd_run(o);
}

static int cmd_coherency(struct options *o)
{
	return coherency_print(&o->run);
}

static const struct argp_option list_options[] = {
	{ "long", OPT_LONG, NULL, 0, "say what each scenario shows", 0 },
	{ 0 },
};

#define OUTPUT_OPTIONS \
	{ "trace", OPT_TRACE, NULL, 0, "print each step of each run", 0 }, \
	{ "junit", OPT_JUNIT, "FILE", 0, "write JUnit XML to FILE, too", 0 }, \
	{ "no-guard", OPT_NO_GUARD, NULL, 0, \
	  "no guard pages round objects: quicker, but a use after free is seen late or never", 0 }, \
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0, "wall time that one scenario may take (60)", 0 }

#define RACE_OPTIONS \
	{ "access-points", OPT_ACCESS_POINTS, NULL, 0, \
	  "race detector: accesses of fs/fuse to what another task has accessed are choice " \
	  "points", 0 }, \
	{ "known-races", OPT_KNOWN_RACES, "FILE", 0, \
	  "race detector: the pairs in FILE are no findings", 0 }

static const struct argp_option run_options[] = {
	{ "seed", OPT_SEED, "N", 0,
	  "schedule at random, reproducibly; else each task runs until it "
	  "blocks",
	  0 },
	{ "fault", OPT_FAULT, "K", 0, "let the K-th fault point fail", 0 },
	{ "persistent", OPT_PERSISTENT, NULL, 0, "with --fault: and all of its kind after it", 0 },
	{ "jobs", OPT_JOBS, "N", 0,
	  "processes to share the work (one for each processor); with 1 all is done in "
	  "one process, as a debugger likes it",
	  0 },
	{ "trace-file", OPT_TRACE_FILE, "FILE", 0,
	  "write the normalized traces to FILE: what tools/differences "
	  "compares with those of real kernels",
	  0 },
	RACE_OPTIONS,
	{ "race-counts", OPT_RACE_COUNTS, "FILE", 0,
	  "race detector: write to FILE how often each known pair was "
	  "met",
	  0 },
	OUTPUT_OPTIONS,
	{ 0 },
};

static const struct argp_option faults_options[] = {
	{ "single", OPT_SINGLE, NULL, 0, "only one fault at a time", 0 },
	{ "persistent", OPT_PERSISTENT, NULL, 0, "only a fault and all of its kind after it", 0 },
	{ "pairs", OPT_PAIRS, NULL, 0,
	  "two faults, too: the first at a place that no scenario has met before, the second "
	  "soon after",
	  0 },
	{ "kind", OPT_KIND, "KIND", 0,
	  "only faults of this kind: alloc, copy, fdget, signal, lower, abort, "
	  "midway (an abort at a choice point) or death",
	  0 },
	{ "jobs", OPT_JOBS, "N", 0, "processes to share the work (one for each processor)", 0 },
	{ "times", OPT_TIMES, "N", 0,
	  "of each scenario only the first N times that it meets a place", 0 },
	{ "max-runs", OPT_MAX_RUNS, "N", 0, "end after so many runs", 0 },
	{ "seconds", OPT_SECONDS, "N", 0,
	  "end after so many seconds; what was met before is left out first", 0 },
	{ "seed", OPT_SEED, "N", 0, "schedule at random, reproducibly", 0 },
	{ "sites", OPT_SITES, "FILE", 0,
	  "write the places of fault points to FILE: kind, function, file, how "
	  "often they were met and how often they failed",
	  0 },
	{ "no-guard", OPT_NO_GUARD, NULL, 0,
	  "no guard pages, not even where a place fails for the first "
	  "time",
	  0 },
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0, "wall time that one run may take (60)", 0 },
	{ 0 },
};

static const struct argp_option explore_options[] = {
	RACE_OPTIONS,
	{ "trace-file", OPT_TRACE_FILE, "FILE", 0,
	  "write each normalized trace that was shown to FILE, once; "
	  "implies --jobs 1",
	  0 },
	{ "preemptions", OPT_PREEMPTIONS, "N", 0,
	  "try all schedules with up to N preemptions, and no others; any: "
	  "with any number at once (0, 1, 2, 3, then any number)",
	  0 },
	{ "policy", OPT_POLICY, "POLICY", 0,
	  "dfs: depth-first, to the end; pct: random priorities; random: any "
	  "task at any point (dfs)",
	  0 },
	{ "time", OPT_TIME, "SECONDS", 0, "end the search of each scenario after so long", 0 },
	{ "total", OPT_TOTAL, "SECONDS", 0, "end after so long; scenarios get their time in turns",
	  0 },
	{ "max-runs", OPT_MAX_RUNS, "N", 0,
	  "end the search of each scenario after so many schedules", 0 },
	{ "jobs", OPT_JOBS, "N", 0, "processes; each explores a scenario (one for each processor)",
	  0 },
	{ "seed", OPT_SEED, "N", 0, "pct and random: begin with this seed", 0 },
	{ "depth", OPT_DEPTH, "N", 0, "pct: look for bugs that need N ordered steps (3)", 0 },
	{ "no-restart", OPT_NO_RESTART, NULL, 0,
	  "make each run from its begin, not from where what is explored "
	  "begins: slower",
	  0 },
	{ "no-reduction", OPT_NO_REDUCTION, NULL, 0,
	  "dfs: also schedules that cannot differ from others", 0 },
	{ "fault", OPT_FAULT, "K", 0, "let the K-th fault point of each run fail", 0 },
	{ "no-shrink", OPT_NO_SHRINK, NULL, 0, "leave what fails as long as it is", 0 },
	{ "no-guard", OPT_NO_GUARD, NULL, 0, "do not repeat what was found with guard pages", 0 },
	{ 0 },
};

static const struct argp_option replay_options[] = {
	{ "gdb", OPT_GDB, NULL, 0,
	  "under gdb, stopped at the fault, then where the finding is made", 0 },
	RACE_OPTIONS,
	OUTPUT_OPTIONS,
	{ 0 },
};

static const struct argp_option explain_options[] = {
	{ "output", OPT_OUT, "FILE", 0, "write to FILE (standard output)", 0 },
	{ "text", OPT_TEXT, NULL, 0, "plain text for a mail, at most 78 columns, in place of HTML",
	  0 },
	{ "svg", OPT_SVG, NULL, 0, "the diagram alone", 0 },
	{ "no-guard", OPT_NO_GUARD, NULL, 0,
	  "no guard pages round objects: some findings are not seen so", 0 },
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0, "wall time that the run may take (60)", 0 },
	RACE_OPTIONS,
	{ 0 },
};

static const struct argp_option shrink_options[] = {
	{ "no-guard", OPT_NO_GUARD, NULL, 0,
	  "no guard pages round objects: quicker, but some findings are not "
	  "seen so",
	  0 },
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0, "wall time that this may take (60)", 0 },
	{ 0 },
};

static const struct argp_option table_options[] = {
	{ "no-guard", OPT_NO_GUARD, NULL, 0, "no guard pages round objects: quicker", 0 },
	{ 0 },
};

static const struct argp_option random_options[] = {
	{ "seed", OPT_SEED, "N", 0, "the first seed (1): it makes the operations and the schedule",
	  0 },
	{ "seeds", OPT_SEEDS, "N", 0, "so many seeds, from there on (1)", 0 },
	{ "jobs", OPT_JOBS, "N", 0, "processes to share them (one for each processor)", 0 },
	{ "ops", OPT_OPS, "N", 0, "operations for each seed (2000)", 0 },
	{ "log", OPT_LOG, "FILE", 0, "write the operations of a run that fails to FILE, shrunk",
	  0 },
	{ "replay", OPT_REPLAY, "FILE", 0, "do the operations of FILE, with guard pages", 0 },
	{ "no-shrink", OPT_NO_SHRINK, NULL, 0, "leave what fails as long as it is", 0 },
	{ "timeout", OPT_TIMEOUT, "SECONDS", 0, "wall time that one seed may take (60)", 0 },
	{ 0 },
};

static const struct argp_option libfuse_options[] = {
	{ "seed", OPT_SEED, "N", 0,
	  "it makes the tree, the operations and the schedule (the tree: 1)", 0 },
	{ "files", OPT_FILES, "N", 0, "files of the tree, up to 400 (10)", 0 },
	{ "ops", OPT_OPS, "N", 0, "operations by chance (2000)", 0 },
	{ "trace-file", OPT_TRACE_FILE, "FILE", 0,
	  "write the normalized trace to FILE: the tree after each stage", 0 },
	OUTPUT_OPTIONS,
	{ 0 },
};

static struct command commands[] = {
	{ "list",
	  cmd_list,
	  { .options = list_options,
	    .parser = parse_option,
	    .args_doc = "[PATTERN...]",
	    .doc = "Print the names of the scenarios." },
	  INT_MAX },
	{ "run",
	  cmd_run,
	  { .options = run_options,
	    .parser = parse_option,
	    .args_doc = "[PATTERN...]",
	    .doc = "Run scenarios in the box: all of them, or those that fit a pattern (a name, a "
		   "group, or a shell pattern). KTAP goes to standard output, a summary to standard "
		   "error.\vThe exit status is 0 when all are ok, 1 when one is not, 77 when all were "
		   "skipped, 2 for a mistake in the command." },
	  INT_MAX },
	{ "faults",
	  cmd_faults,
	  { .options = faults_options,
	    .parser = parse_option,
	    .args_doc = "[PATTERN...]",
	    .doc = "Run scenarios with each fault point failing: one at a time, then with all of its kind "
		   "after it. What makes a run a failure is not that a call fails, but what is leaked, kept, "
		   "lost or stuck after it.\vThe exit status is 0 when nothing was found, 1 when something "
		   "was, 2 for a mistake in the command or a scenario that fails without faults." },
	  INT_MAX },
	{ "explore",
	  cmd_explore,
	  { .options = explore_options,
	    .parser = parse_option,
	    .args_doc = "PATTERN...",
	    .doc = "Run scenarios under every schedule that can make a difference. docs/exploration.md says what "
		   "that means.\vThe exit status is 0 when nothing was found, 1 when something was, 2 for a "
		   "mistake in the command." },
	  INT_MAX },
	{ "replay",
	  cmd_replay,
	  { .options = replay_options,
	    .parser = parse_option,
	    .args_doc = "TOKEN",
	    .doc = "Repeat exactly the run that a finding was made in." },
	  1 },
	{ "explain",
	  cmd_explain,
	  { .options = explain_options,
	    .parser = parse_option,
	    .args_doc = "TOKEN",
	    .doc = "Repeat a run and write what happened in it as an HTML page with a diagram.\vWhat it shows is in "
		   "docs/explain.md. The exit status is 0 when it was written, whatever was found; 2 for a mistake in "
		   "the command." },
	  1 },
	{ "shrink",
	  cmd_shrink,
	  { .options = shrink_options,
	    .parser = parse_option,
	    .args_doc = "TOKEN",
	    .doc = "Leave out of a failing run what it does not need to fail, and print the token of the "
		   "shortest run found.\vA shorter run counts when its first finding is of the same kind." },
	  1 },
	{ "async-table",
	  cmd_async_table,
	  { .options = table_options,
	    .parser = parse_option,
	    .args_doc = "[ENGINE]",
	    .doc = "Print which lower file system does what for which front end: read/write, "
		   "io_submit, io_uring, a caller in the kernel; and how it may complete." },
	  1 },
	{ "random",
	  cmd_random,
	  { .options = random_options,
	    .parser = parse_option,
	    .args_doc = "",
	    .doc = "Do random operations on files that are open in all ways at once, against a model. What fails is "
		   "shrunk to few operations.\vThe exit status is 0 when all was as the model has it, 1 when not, 2 "
		   "for a mistake in the command or in the log. See docs/random.md." },
	  0 },
	{ "suid-table",
	  cmd_suid_table,
	  { .options = table_options,
	    .parser = parse_option,
	    .args_doc = "",
	    .doc = "Print which privileges a write takes off a file, for whom and before which server." },
	  0 },
	{ "libfuse",
	  cmd_libfuse,
	  { .options = libfuse_options,
	    .parser = parse_option,
	    .args_doc = "",
	    .doc = "Let a file server on libfuse serve a tree of files: copied in, renamed, truncated, mapped, worked on "
		   "by chance, removed; with passthrough and without, which must be alike.\vThe exit status is that of "
		   "`fusebox run`. See docs/example-server.md." },
	  0 },
	{ "coherency",
	  cmd_coherency,
	  { .options = table_options,
	    .parser = parse_option,
	    .args_doc = "",
	    .doc = "Print docs/coherency.md: who sees what, when one file is open in two ways." },
	  0 },
};

static void usage(FILE *to)
{
	fputs("Usage: fusebox COMMAND [OPTION...]\n"
	      "Linux " FUSEBOX_KERNEL " fs/fuse with the passthrough patch, in this process.\n\n",
	      to);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		int first = (int)strcspn(commands[i].argp.doc, "\v.");

		fprintf(to, "  %-11s %-14s %.*s\n", commands[i].name, commands[i].argp.args_doc,
			first, commands[i].argp.doc);
	}
	fputs("\n`fusebox COMMAND --help` says the rest.\n", to);
}

static int dispatch(struct command *c, int argc, char **argv)
{
	struct options o = {
		/* Shadow memory and guard pages would each take a page for an object. */
		.run.guard = !fb_race_built(),
		.timeout_s = DEFAULT_TIMEOUT_S,
		.seeds = 1,
		.ops = 2000,
		.preemptions = EXPLORE_DEEPEN,
		.depth = 3,
		.max_args = c->max_args,
	};
	char name[64];
	int status;

	snprintf(name, sizeof(name), "fusebox %s", c->name);
	argv[0] = name;
	o.args = calloc(argc, sizeof(*o.args));
	if (!o.args)
		return EXIT_FAILURE;
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&c->argp, argc, argv, 0, NULL, &o);
	signal(SIGALRM, timed_out);
	status = c->fn(&o);
	free(o.args);
	return status;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!name || !strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		usage(name ? stdout : stderr);
		return name ? 0 : EXIT_USAGE;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (!strcmp(commands[i].name, name))
			return dispatch(&commands[i], argc - 1, argv + 1);
	}
	fprintf(stderr, "fusebox: '%s' is no command; `fusebox --help` lists them\n", name);
	return EXIT_USAGE;
}
