// SPDX-License-Identifier: GPL-2.0
/*
 * `fusebox random`: seeds, logs, and what makes a long log short.
 */
#include "random_test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "jobs.h"
#include "random/random.h"
#include "runner.h"

#define HEADER		"# fusebox random: the operations of seed"
#define MAX_LOG		1000000
/* steps of the box that one operation does not take: the bound for a livelock */
#define OP_STEPS	5000

/* A list of operations, and the seed of the schedule that they run with. */
struct ops {
	struct rnd_op *at;
	size_t n;
	unsigned long long seed;
};

/* What came of a run. */
struct judged {
	bool failed;
	bool mismatch;		/* by the model; else a finding of the box */
	size_t needed;		/* operations up to there */
	char *details;
};

/* Over some runs. */
struct totals {
	unsigned int runs, failed;
	size_t ops, rounds, by_kind[RND_KINDS];
	unsigned long points;
};

static void *must(void *p)
{
	if (!p) {
		fputs("fusebox: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return p;
}

/* One run of @run, which is filled in; @seed orders the tasks. @t may be NULL. */
static void run_box(const struct random_opts *o, struct rnd_run *run, unsigned long long seed,
		    struct judged *v, struct totals *t)
{
	static const struct scenario s = { "random/now", "operations by chance", 0, rnd_scenario };
	struct fb_run_opts opts = o->run;
	struct run_outcome out = { 0 };

	opts.policy = FB_POLICY_RANDOM;
	opts.seed = seed;
	opts.max_steps = ((run->log ? run->nlog : run->nops) + 1000) * OP_STEPS;
	rnd_now = run;
	alarm(o->timeout_s);
	if (runner_run(&s, &opts, &out))
		exit(2);
	alarm(0);
	*v = (struct judged) {
		.failed = out.verdict != VERDICT_OK,
		.mismatch = run->failed,
		.needed = run->failed ? run->failed : run->ndone,
		.details = out.details,
	};
	if (!t)
		return;
	t->runs++;
	t->failed += v->failed;
	t->ops += run->ndone;
	t->rounds += run->rounds;
	t->points += out.points;
	for (int k = 0; k < RND_KINDS; k++)
		t->by_kind[k] += run->by_kind[k];
}

/* ---- shrinking ---- */

#define FEW		200	/* operations, of which runs are so short that more can be tried */
#define SCHEDULES	4

struct shrinker {
	const struct random_opts *o;
	struct ops ops;
	struct rnd_op *trial, *done;
	bool mismatch;		/* what must come of it */
	unsigned int runs;
};

/*
 * Does @s->trial, @n operations, fail in the same way? Then what was needed of it takes the place
 * of @s->ops.
 */
static bool fails_with(struct shrinker *s, size_t n, unsigned long long seed)
{
	struct rnd_run run = { .seed = seed, .log = s->trial, .nlog = n, .done = s->done };
	struct judged v;

	s->runs++;
	run_box(s->o, &run, seed, &v, NULL);
	free(v.details);
	if (!v.failed || v.mismatch != s->mismatch)
		return false;
	s->ops.n = v.needed;
	s->ops.seed = seed;
	memcpy(s->ops.at, s->done, v.needed * sizeof(*s->done));
	return true;
}

/*
 * In fewer operations the schedule is another; some are tried. They decide alike on what a seed
 * decides besides.
 */
static bool still_fails(struct shrinker *s, size_t n)
{
	unsigned long long seed = s->ops.seed;

	for (int i = 0; i < (n < FEW ? SCHEDULES : 1); i++) {
		if (fails_with(s, n, seed + i * RND_CONFIGS))
			return true;
	}
	return false;
}

/* Leave out @len operations from @from on. */
static bool without(struct shrinker *s, size_t from, size_t len)
{
	size_t n = s->ops.n;

	if (len > n - from)
		len = n - from;
	memcpy(s->trial, s->ops.at, from * sizeof(*s->trial));
	memcpy(s->trial + from, s->ops.at + from + len, (n - from - len) * sizeof(*s->trial));
	return still_fails(s, n - len);
}

/* Delta debugging: ever smaller pieces, until none can be left out. */
static void leave_out(struct shrinker *s, size_t piece)
{
	bool any;

	do {
		any = false;
		for (size_t from = 0; from < s->ops.n;) {
			if (without(s, from, piece))
				any = true;
			else
				from += piece;
		}
		piece = piece > 1 ? piece / 2 : 1;
	} while (any || piece > 1);
}

/* One after the other, if it fails then, too. */
static void one_by_one(struct shrinker *s)
{
	for (size_t i = 0; i < s->ops.n; i++) {
		s->trial[i] = s->ops.at[i];
		s->trial[i].round = (unsigned int)i + 1;
		s->trial[i].task = 0;
	}
	still_fails(s, s->ops.n);
}

/* Shorter reads and writes. */
static void shorten(struct shrinker *s)
{
	for (size_t i = 0; i < s->ops.n; i++) {
		while (s->ops.at[i].len > 1) {
			size_t n = s->ops.n;

			memcpy(s->trial, s->ops.at, n * sizeof(*s->trial));
			s->trial[i].len /= 2;
			if (!still_fails(s, n) || s->ops.n != n)
				break;
		}
	}
}

/* @ops becomes as few as can be. */
static unsigned int shrink(const struct random_opts *o, struct ops *ops, bool mismatch)
{
	struct shrinker s = { .o = o, .ops = *ops, .mismatch = mismatch };

	s.trial = must(calloc(ops->n + 1, sizeof(*s.trial)));
	s.done = must(calloc(ops->n + 1, sizeof(*s.done)));
	memcpy(s.trial, ops->at, ops->n * sizeof(*s.trial));
	if (still_fails(&s, ops->n)) {
		leave_out(&s, s.ops.n / 2 ? s.ops.n / 2 : 1);
		one_by_one(&s);
		leave_out(&s, 1);
		shorten(&s);
		leave_out(&s, 1);
	}
	*ops = s.ops;
	free(s.trial);
	free(s.done);
	return s.runs;
}

/* ---- logs ---- */

/*
 * Between these and the operations there is a blank more than in other comments: so they are found
 * again.
 */
#define OPERATION	"#   "

static void print_ops(FILE *to, const struct ops *ops)
{
	char line[200];

	fprintf(to, OPERATION HEADER " %llu\n", ops->seed);
	for (size_t i = 0; i < ops->n; i++)
		fprintf(to, OPERATION "%s\n", rnd_text(&ops->at[i], line, sizeof(line)));
}

static bool add_line(struct ops *ops, const char *line, const char *path, unsigned int number)
{
	const char *bad;

	if (!strncmp(line, HEADER, strlen(HEADER))) {
		ops->seed = strtoull(line + strlen(HEADER), NULL, 10);
		return true;
	}
	if (line[0] == '#' || line[0] == '\n')
		return true;
	if (ops->n == MAX_LOG) {
		fprintf(stderr, "fusebox: %s has more than %d operations\n", path, MAX_LOG);
		return false;
	}
	if (!(ops->n & (ops->n - 1)))
		ops->at = must(realloc(ops->at, (ops->n ? 2 * ops->n : 1) * sizeof(*ops->at)));
	bad = rnd_parse(&ops->at[ops->n], line);
	if (bad) {
		fprintf(stderr,
			"fusebox: %s:%u: %s; a line is what `fusebox random` prints of an operation\n",
			path, number, bad);
		return false;
	}
	ops->n++;
	return true;
}

static bool load(const char *path, struct ops *ops)
{
	FILE *f = fopen(path, "r");
	unsigned int number = 0;
	bool good = true;
	char line[256];

	if (!f) {
		fprintf(stderr, "fusebox: cannot read %s: %s\n", path, strerror(errno));
		return false;
	}
	while (good && fgets(line, sizeof(line), f))
		good = add_line(ops, line, path, ++number);
	fclose(f);
	if (good && !ops->n) {
		fprintf(stderr, "fusebox: %s has no operations\n", path);
		good = false;
	}
	return good;
}

/* ---- one run, and what is told about it: struct totals, then lines of KTAP ---- */

static void print_why(FILE *to, const struct judged *v, const struct rnd_run *run)
{
	const char *line = v->details ? v->details : "", *end;

	if (v->mismatch) {
		fprintf(to, "# %s\n", run->why);
		return;
	}
	for (; (end = strchr(line, '\n')); line = end + 1)
		fprintf(to, "# %.*s\n", (int)(end - line), line);
}

/* Why it failed, and with which operations, as few as can be. */
static void tell(const struct random_opts *o, FILE *to, struct ops *ops, const struct judged *v,
		 const struct rnd_run *run)
{
	print_why(to, v, run);
	ops->n = v->needed;
	if (o->shrink) {
		unsigned int runs = shrink(o, ops, v->mismatch);

		fprintf(to, "# found after %zu operations, shrunk to %zu in %u runs:\n", v->needed,
			ops->n, runs);
	}
	print_ops(to, ops);
}

/* Do @run, whose operations go to @ops. */
static void run_and_tell(const struct random_opts *o, FILE *to, struct rnd_run *run,
			 struct ops *ops)
{
	struct totals t = { 0 };
	struct judged v;

	run->done = ops->at;
	run_box(o, run, ops->seed, &v, &t);
	fwrite(&t, sizeof(t), 1, to);
	if (v.failed)
		tell(o, to, ops, &v, run);
	if (run->skipped)
		fprintf(to,
			"# %zu operations of the log could not be done, as what they need is not there\n",
			run->skipped);
	free(v.details);
}

/* ---- the command ---- */

struct test {
	const struct random_opts *o;
	struct totals totals;
	bool saved;
};

/* The lines of @text that are operations. */
static void save(struct test *t, const char *text)
{
	FILE *f;

	if (t->saved || !t->o->log)
		return;
	t->saved = true;
	f = fopen(t->o->log, "w");
	if (!f) {
		fprintf(stderr, "fusebox: cannot write %s: %s\n", t->o->log, strerror(errno));
		return;
	}
	for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
		if (!strncmp(text, OPERATION, strlen(OPERATION)))
			fprintf(f, "%.*s\n", (int)(end - text - (int)strlen(OPERATION)),
				text + strlen(OPERATION));
	}
	if (!fclose(f))
		printf("# again: fusebox random --replay %s\n", t->o->log);
}

/* What was not shrunk is too long to be read. */
static void print_lines(const struct test *t, const char *text)
{
	for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
		if (t->o->shrink || strncmp(text, OPERATION, strlen(OPERATION)))
			printf("%.*s\n", (int)(end - text), text);
	}
}

static void add(struct totals *sum, const struct totals *t)
{
	sum->runs += t->runs;
	sum->failed += t->failed;
	sum->ops += t->ops;
	sum->rounds += t->rounds;
	sum->points += t->points;
	for (int k = 0; k < RND_KINDS; k++)
		sum->by_kind[k] += t->by_kind[k];
}

static void heard(struct test *t, const char *name, const char *result, size_t len,
		  const char *died)
{
	struct totals one = { .runs = 1, .failed = 1 };

	if (!died && len >= sizeof(one))
		memcpy(&one, result, sizeof(one));
	add(&t->totals, &one);
	printf("%sok %u %s\n", one.failed ? "not " : "", t->totals.runs, name);
	if (died) {
		printf("# %s\n", died);
	} else {
		char *text = must(strndup(result + sizeof(one), len - sizeof(one)));

		print_lines(t, text);
		if (one.failed)
			save(t, text);
		free(text);
	}
	fflush(stdout);
}

static void seed_work(void *arg, unsigned int i, FILE *to)
{
	const struct random_opts *o = ((struct test *)arg)->o;
	struct ops ops = { .at = must(calloc(o->ops, sizeof(*ops.at))), .seed = o->seed + i };
	struct rnd_run run = { .seed = ops.seed, .nops = o->ops };

	run_and_tell(o, to, &run, &ops);
	free(ops.at);
}

static void seed_done(void *arg, unsigned int i, const char *result, size_t len, const char *died)
{
	struct test *t = arg;
	char name[40];

	snprintf(name, sizeof(name), "seed %llu", t->o->seed + i);
	heard(t, name, result, len, died);
}

static int run_seeds(struct test *t)
{
	struct jobs jobs = { .workers = t->o->jobs,
			     .items = t->o->seeds,
			     .work = seed_work,
			     .done = seed_done,
			     .arg = t };
	int err;

	printf("KTAP version 1\n1..%u\n", t->o->seeds);
	fflush(stdout);
	err = jobs_run(&jobs);
	if (err)
		fprintf(stderr, "fusebox: cannot share the work: %s\n", strerror(-err));
	return err ? 2 : 0;
}

static int run_log(struct test *t)
{
	struct ops log = { 0 }, ops = { 0 };
	char *text = NULL;
	size_t len = 0;
	bool good = load(t->o->replay, &log);

	if (good) {
		struct rnd_run run = { .seed = log.seed, .log = log.at, .nlog = log.n };
		FILE *to = must(open_memstream(&text, &len));

		ops = (struct ops) { must(calloc(log.n, sizeof(*ops.at))), log.n, log.seed };
		printf("KTAP version 1\n1..1\n");
		fflush(stdout);
		run_and_tell(t->o, to, &run, &ops);
		fclose(to);
		heard(t, t->o->replay, text, len, NULL);
	}
	free(text);
	free(ops.at);
	free(log.at);
	return good ? 0 : 2;
}

static void print_totals(const struct totals *t, double seconds)
{
	printf("# operations:");
	for (int k = 0; k < RND_KINDS; k++)
		printf(" %s %zu", rnd_kind_name(k), t->by_kind[k]);
	printf("\n# Totals: pass:%u fail:%u skip:0\n", t->runs - t->failed, t->failed);
	fprintf(stderr,
		"fusebox: %u runs: %zu operations, %zu rounds of more than one; %u failed; %lu choice points; "
		"%.1f s\n",
		t->runs, t->ops, t->rounds, t->failed, t->points, seconds);
}

int random_test(const struct random_opts *opts)
{
	struct test t = { .o = opts };
	struct timespec start;
	int ret;

	clock_gettime(CLOCK_MONOTONIC, &start);
	ret = opts->replay ? run_log(&t) : run_seeds(&t);
	if (ret)
		return ret;
	print_totals(&t.totals, seconds_since(&start));
	return t.totals.failed ? 1 : 0;
}
