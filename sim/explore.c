// SPDX-License-Identifier: GPL-2.0
/*
 * Exploration of scenarios. Each is explored in a process of its own; the first process starts them
 * and prints what they have entered in shared memory.
 */
#include "explore.h"

#include <core/finding.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "coverage.h"
#include "runner.h"
#include "shrink.h"

#define DETAILS_LEN	16000
#define TOKEN_LEN	32768
#define DEEPEN_TO	3	/* bounds before the unbounded search */
#define ALL_SHALL	2	/* bound that all shall have come to before others go on */
#define MAX_STEPS	200000ul	/* of one run, before it counts as a livelock */
#define SHRINK_SECONDS	20
#define MAX_TRACES	64	/* of a process, that are told from others */
#define SLICES		4	/* of a scenario's share of the time of all */
#define BEFORE_OTHERS	4	/* times the time for those that have not come to it */
#define CLOCK_RUNS	64	/* runs between two looks at the clock */

enum state { WAITING, RUNNING, PARKED, REPORTING, ENDED };

/* One scenario's exploration. */
struct result {
	enum state state;
	pid_t pid;
	const struct scenario *s;
	struct fb_explore_stats stats;	/* of the stage that runs, or ran last */
	unsigned long runs, pruned;	/* of the stages before */
	unsigned int stage_bound;
	int complete_bound;		/* largest bound that was completed; -1: none */
	bool complete, skipped, failed;
	size_t shrunk_from, shrunk_to;	/* decisions of the failing schedule */
	/* seconds: of the processor; without it, between two slices */
	double cpu, parked;
	struct timespec start;
	double until;			/* seconds after @start when its time is up; 0: never */
	char token[TOKEN_LEN];		/* of the failing schedule */
	char details[DETAILS_LEN];
};

struct exploration {
	const struct explore_opts *o;
	struct result *result;
	unsigned int nr;
	struct timespec begin;
};

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- what has failed: once more, for the report ---- */

/* The run of the token, with all that costs time; what it finds goes to the report. */
static bool repeat(struct result *r, const struct explore_opts *o, bool guard)
{
	struct fb_run_opts run = o->run;
	struct run_outcome out = { 0 };
	bool failed;

	run.policy = FB_POLICY_REPLAY;
	run.token = r->token;
	run.guard = guard;
	failed = !runner_run(r->s, &run, &out) && out.verdict == VERDICT_FAILED;
	if (failed)
		snprintf(r->details, sizeof(r->details), "%s", out.details);
	free(out.details);
	return failed;
}

static bool repeat_guarded(struct result *r, const struct explore_opts *o)
{
	return repeat(r, o, true);
}

static bool repeat_unguarded(struct result *r, const struct explore_opts *o)
{
	return repeat(r, o, false);
}

static bool make_short(struct result *r, const struct explore_opts *o)
{
	struct fb_run_opts run = o->run;
	struct shrunk small;
	bool ok;

	run.guard = false;
	run.max_steps = MAX_STEPS;
	ok = !shrink(r->s, &run, r->token, SHRINK_SECONDS, &small);
	if (ok) {
		snprintf(r->token, sizeof(r->token), "%s", small.token);
		r->shrunk_from = small.from;
		r->shrunk_to = small.to;
	}
	free(small.token);
	return ok;
}

/*
 * Each in a process that has run nothing yet, as that of `fusebox replay`: what a process did
 * before moves memory, and with it what the kernel hashes.
 */
static bool in_process(bool (*fn)(struct result *r, const struct explore_opts *o), struct result *r,
		       const struct explore_opts *o)
{
	pid_t pid = fork();
	int status;

	if (pid < 0) {
		perror("fusebox: fork");
		return false;
	}
	if (!pid)
		coverage_exit(!fn(r, o));
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Guard pages see more, but move memory, too. */
static void report(struct result *r, const struct explore_opts *o)
{
	if (!r->token[0])
		return;
	if (o->shrink)
		in_process(make_short, r, o);
	if (!o->run.guard || !in_process(repeat_guarded, r, o))
		in_process(repeat_unguarded, r, o);
}

/* ---- one scenario, in its own process ---- */

static void fail(struct result *r, const struct run_outcome *out)
{
	const char *token = fb_token();

	fb_explore_stats(&r->stats);
	if (strlen(token) < sizeof(r->token))
		strcpy(r->token, token);
	snprintf(r->details, sizeof(r->details), "%s", out->details);
	r->failed = true;
}

/*
 * Where all scenarios have a time together, each gets it in slices: let others run. Returns whether
 * there is another one.
 */
static bool next_slice(struct result *r)
{
	double before = seconds_since(&r->start), after;

	r->cpu = cpu_seconds();
	r->state = PARKED;
	raise(SIGSTOP);
	after = seconds_since(&r->start);
	if (after >= r->until)
		return false;
	r->parked += after - before;
	return true;
}

static bool out_of_time(struct result *r, const struct explore_opts *o)
{
	unsigned long runs = r->runs + r->stats.runs;

	if (o->max_runs && runs >= o->max_runs)
		return true;
	if (r->until <= 0 || seconds_since(&r->start) < r->until)
		return false;
	return !o->total || !next_slice(r);
}

/*
 * The trace of the run, if none was like it. Scenarios differ in few ways; what comes after so many
 * is left out.
 */
static void trace_once(const struct scenario *s, const struct run_outcome *out, FILE *to)
{
	static char *seen[MAX_TRACES];
	static unsigned int nr;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	runner_trace(f, s, out);
	fclose(f);
	for (unsigned int i = 0; i < nr; i++) {
		if (!strcmp(seen[i], text)) {
			free(text);
			return;
		}
	}
	fputs(text, to);
	fflush(to);
	if (nr < MAX_TRACES)
		seen[nr++] = text;
	else
		free(text);
}

/* What a run needs and leaves; on the stack of the process, which no restart takes back. */
struct attempt {
	const struct scenario *s;
	struct fb_run_opts run;
	struct run_outcome out;
};

static void run_whole(void *arg)
{
	struct attempt *a = arg;

	runner_run_watched(a->s, &a->run, NULL, &a->out);
}

/* Returns false when the scenario is done with: failed, skipped, or out of time. */
static bool run_next(struct result *r, const struct explore_opts *o, struct attempt *a)
{
	struct run_outcome *out = &a->out;
	bool counts, go_on = true;

	*out = (struct run_outcome){ 0 };
	fb_explore_run(run_whole, a);
	counts = fb_explore_ran();
	if (o->traces && counts && out->verdict == VERDICT_OK)
		trace_once(r->s, out, o->traces);
	if (out->verdict == VERDICT_SKIPPED) {
		snprintf(r->details, sizeof(r->details), "%s", out->details);
		r->skipped = true;
		go_on = false;
	} else if (out->verdict == VERDICT_FAILED && counts) {
		fail(r, out);
		go_on = false;
	}
	free(out->details);
	return go_on;
}

/* One search to its end or until time is up. Returns whether another may follow. */
static bool stage(struct result *r, const struct explore_opts *o, struct attempt *a,
		  unsigned int bound)
{
	struct fb_explore_opts x = { .search = o->search,
				     .no_reduction = o->no_reduction,
				     .bound = bound,
				     .seed = o->seed,
				     .depth = o->depth,
				     .same = true,
				     .no_restart = !o->restart || o->traces };
	unsigned long n = 0;
	bool go_on = true, late = false;

	r->stage_bound = bound;
	memset(&r->stats, 0, sizeof(r->stats));
	fb_explore_start(&x);
	while (go_on && !late && fb_explore_next()) {
		go_on = run_next(r, o, a);
		if (go_on && (++n % CLOCK_RUNS == 1 || o->max_runs)) {
			fb_explore_stats(&r->stats);
			late = out_of_time(r, o);
		}
	}
	if (!r->failed)
		fb_explore_stats(&r->stats);
	if (r->stats.complete && bound == FB_EXPLORE_NO_BOUND)
		r->complete = true;
	else if (r->stats.complete)
		r->complete_bound = (int)bound;
	fb_explore_end();
	return go_on && !late && !r->stats.too_many;
}

static void next_stage(struct result *r)
{
	r->runs += r->stats.runs;
	r->pruned += r->stats.pruned;
}

static void search(struct result *r, const struct explore_opts *o)
{
	unsigned int last = o->preemptions == EXPLORE_DEEPEN ? DEEPEN_TO : o->preemptions;
	struct attempt a = { .s = r->s, .run = o->run };

	a.run.policy = FB_POLICY_EXPLORE;
	a.run.guard = false;
	a.run.no_stacks = true;
	a.run.no_trace = !o->traces;
	a.run.max_steps = MAX_STEPS;
	if (o->search != FB_SEARCH_DFS || o->preemptions == EXPLORE_ANY) {
		stage(r, o, &a, FB_EXPLORE_NO_BOUND);
		return;
	}
	for (unsigned int bound = 0; bound <= last; bound++) {
		if (!stage(r, o, &a, bound))
			return;
		next_stage(r);
	}
	if (o->preemptions == EXPLORE_DEEPEN) {
		stage(r, o, &a, FB_EXPLORE_NO_BOUND);
		return;
	}
	/* The last stage's runs are among those of the stages before, now. */
	r->stats.runs = r->stats.pruned = 0;
}

static void explore_one(struct result *r, const struct explore_opts *o)
{
	search(r, o);
	r->cpu = cpu_seconds();
}

static void fork_off(struct exploration *e, struct result *r, enum state state,
		     void (*fn)(struct result *r, const struct explore_opts *o))
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("fusebox: fork");
		exit(EXIT_FAILURE);
	}
	r->state = state;
	if (pid) {
		r->pid = pid;
		return;
	}
	/* A stopped process must not outlive the first one. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGALRM, SIG_DFL);
	fn(r, e->o);
	coverage_exit(0);
}

/* How long a scenario may go on now. */
static double slice(const struct exploration *e)
{
	const struct explore_opts *o = e->o;
	double left = o->total - seconds_since(&e->begin),
	       most = (double)o->total * o->jobs / e->nr / SLICES;

	if (!o->total)
		return o->seconds;
	if (left <= 0)
		return 1e-6;
	return left < most ? left : most;
}

static void start(struct exploration *e, struct result *r)
{
	clock_gettime(CLOCK_MONOTONIC, &r->start);
	r->complete_bound = -1;
	r->until = slice(e);
	fork_off(e, r, RUNNING, explore_one);
}

static void resume(struct exploration *e, struct result *r)
{
	r->until = seconds_since(&r->start) + slice(e);
	r->state = RUNNING;
	kill(r->pid, SIGCONT);
}

/* ---- the first process ---- */

static unsigned long runs_of(const struct result *r)
{
	return r->runs + r->stats.runs;
}

/* How far the search got, in words. */
static const char *verdict_of(const struct exploration *e, const struct result *r, char *buf,
			      size_t len)
{
	if (r->failed)
		snprintf(buf, len, "FOUND");
	else if (e->o->search != FB_SEARCH_DFS)
		snprintf(buf, len, "random");
	else if (r->complete)
		snprintf(buf, len, "complete");
	else if (r->complete_bound >= 0)
		snprintf(buf, len, "bound %d", r->complete_bound);
	else
		snprintf(buf, len, "partial");
	return buf;
}

static void print_result(const struct exploration *e, unsigned int i)
{
	const struct result *r = &e->result[i];
	const char *line, *end;
	char word[32];

	if (r->shrunk_from)
		printf("# the failing schedule had %zu decisions, shrunk to %zu\n", r->shrunk_from,
		       r->shrunk_to);
	if (r->failed) {
		for (line = r->details; *line; line = *end ? end + 1 : end) {
			end = strchrnul(line, '\n');
			printf("# %.*s\n", (int)(end - line), line);
		}
	}
	printf("%s %u %s # ", r->failed ? "not ok" : "ok", i + 1, r->s->name);
	if (r->skipped)
		printf("SKIP %s\n", r->details);
	else
		printf("%s, %lu schedules, %lu pruned\n", verdict_of(e, r, word, sizeof(word)),
		       runs_of(r), r->pruned + r->stats.pruned);
	fflush(stdout);
}

static void progress(const struct exploration *e, unsigned int ended)
{
	fprintf(stderr, "\r\033[K%u of %u", ended, e->nr);
	for (unsigned int i = 0; i < e->nr; i++) {
		const struct result *r = &e->result[i];

		if (r->state != RUNNING)
			continue;
		fprintf(stderr, "; %s: %lu", r->s->name, runs_of(r));
		if (e->o->search != FB_SEARCH_DFS)
			continue;
		if (r->stage_bound == FB_EXPLORE_NO_BOUND)
			fputs(", no bound", stderr);
		else
			fprintf(stderr, ", bound %u", r->stage_bound);
		fprintf(stderr, ", at most %.1f%% done", 100 * r->stats.done);
	}
}

static struct result *result_of(const struct exploration *e, pid_t pid)
{
	for (unsigned int i = 0; i < e->nr; i++)
		if (e->result[i].state != WAITING && e->result[i].state != ENDED &&
		    e->result[i].pid == pid)
			return &e->result[i];
	return NULL;
}

/* The process did not end as it should: that is a finding. */
static void crashed(struct result *r, int status)
{
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return;
	r->failed = true;
	if (WIFSIGNALED(status))
		snprintf(r->details, sizeof(r->details),
			 "finding: crash: the process was ended by signal %d (%s)\n",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(r->details, sizeof(r->details),
			 "finding: crash: the process ended with status %d; what it "
			 "printed is above\n",
			 WEXITSTATUS(status));
}

/* Its process has. Returns false when another one goes on, which repeats what was found. */
static bool ended(struct exploration *e, struct result *r, int status)
{
	if (r->state == RUNNING && r->token[0]) {
		fork_off(e, r, REPORTING, report);
		return false;
	}
	r->state = ENDED;
	crashed(r, status);
	return true;
}

static unsigned int count(const struct exploration *e, enum state state)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < e->nr; i++)
		n += e->result[i].state == state;
	return n;
}

/* It said that it would, and did. */
static bool has_stopped(const struct result *r)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)r->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) && info.si_pid;
}

/* The smaller the sooner: the bound that all shall have comes before what is beyond it. */
static double rank(const struct result *r)
{
	if (r->state == WAITING)
		return -1;
	return r->complete_bound < ALL_SHALL ? r->cpu / BEFORE_OTHERS : r->cpu;
}

/* Returns whether there was a processor left for somebody. */
static bool give_work(struct exploration *e)
{
	struct result *next = NULL;

	if (count(e, RUNNING) + count(e, REPORTING) >= e->o->jobs)
		return false;
	for (unsigned int i = 0; i < e->nr; i++) {
		struct result *r = &e->result[i];

		if (r->state != WAITING && (r->state != PARKED || !has_stopped(r)))
			continue;
		if (!next || rank(r) < rank(next))
			next = r;
	}
	if (!next)
		return false;
	if (next->state == WAITING)
		start(e, next);
	else
		resume(e, next);
	return true;
}

static void supervise(struct exploration *e)
{
	const struct timespec nap = { 0, 20000000 };
	unsigned int nr_ended = 0, printed = 0, tick = 0;
	bool terminal = isatty(STDERR_FILENO);

	while (nr_ended < e->nr) {
		int status;
		pid_t pid;
		struct result *r;

		while (give_work(e))
			;
		pid = waitpid(-1, &status, WNOHANG);
		r = pid > 0 ? result_of(e, pid) : NULL;
		if (r) {
			nr_ended += ended(e, r, status);
		} else {
			if (terminal && tick++ % 10 == 0)
				progress(e, nr_ended);
			nanosleep(&nap, NULL);
		}
		while (printed < e->nr && e->result[printed].state == ENDED) {
			if (terminal)
				fputs("\r\033[K", stderr);
			print_result(e, printed++);
		}
	}
}

static void print_table(const struct exploration *e)
{
	char word[32];

	fprintf(stderr, "  %-28s %5s %6s %7s %9s %8s %7s %7s  %-9s %7s %8s %8s\n", "scenario",
		"tasks", "steps", "choices", "schedules", "pruned", "ends", "left", "how far",
		"CPU s", "per CPUs", "findings");
	for (unsigned int i = 0; i < e->nr; i++) {
		const struct result *r = &e->result[i];

		if (r->skipped)
			continue;
		fprintf(stderr, "  %-28s %5u %6lu %7lu %9lu %8lu %7lu %7lu  %-9s %7.1f %8.0f %8u\n",
			r->s->name, r->stats.tasks, r->stats.steps, r->stats.decisions, runs_of(r),
			r->pruned + r->stats.pruned, r->stats.ends, r->complete ? 0 : r->stats.left,
			verdict_of(e, r, word, sizeof(word)), r->cpu,
			r->cpu > 0 ? (double)(runs_of(r) + r->pruned + r->stats.pruned) / r->cpu :
				     0,
			r->failed);
	}
}

/* Where the time went, in all scenarios together. */
static void print_work(const struct exploration *e)
{
	static const char *const what[FB_NR_WORK] = {
		[FB_WORK_OTHER] = "between runs", [FB_WORK_WHOLE] = "begins and new ends",
		[FB_WORK_RESTORE] = "putting memory back", [FB_WORK_STEPS] = "steps",
		[FB_WORK_COMPARE] = "comparing ends", [FB_WORK_LEARN] = "what to try next",
	};
	double ns[FB_NR_WORK] = { 0 }, sum = 0;

	for (unsigned int i = 0; i < e->nr; i++) {
		for (unsigned int w = 0; w < FB_NR_WORK; w++)
			ns[w] += (double)e->result[i].stats.ns[w];
		ns[FB_WORK_OTHER] -= 1e9 * e->result[i].parked;
	}
	for (unsigned int w = 0; w < FB_NR_WORK; w++)
		sum += ns[w];
	if (sum <= 0)
		return;
	fputs("  time:", stderr);
	for (unsigned int w = 0; w < FB_NR_WORK; w++)
		fprintf(stderr, "%s %.0f %% %s", w ? "," : "", 100 * ns[w] / sum, what[w]);
	fputc('\n', stderr);
}

static int print_summary(const struct exploration *e, double seconds)
{
	unsigned int failed = 0, complete = 0, skipped = 0;
	unsigned long runs = 0;

	for (unsigned int i = 0; i < e->nr; i++) {
		failed += e->result[i].failed;
		complete += e->result[i].complete;
		skipped += e->result[i].skipped;
		runs += runs_of(&e->result[i]);
	}
	fprintf(stderr,
		"fusebox: %u scenarios, %lu schedules in %.1f s (%.0f per second); %u complete, %u skipped\n",
		e->nr, runs, seconds, (double)runs / seconds, complete, skipped);
	print_table(e);
	print_work(e);
	if (failed)
		fprintf(stderr,
			"  verdict: FAILED; %u scenarios; each 'not ok' has the command that replays it\n",
			failed);
	else
		fputs("  verdict: ok; no schedule that was tried broke a rule\n", stderr);
	return failed ? 1 : 0;
}

static void choose(struct exploration *e)
{
	const struct scenario *s;
	unsigned int n = 0;

	while (e->o->at(n))
		n++;
	e->result = mmap(NULL, (n + 1) * sizeof(*e->result), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (e->result == MAP_FAILED)
		abort();
	for (unsigned int i = 0; (s = e->o->at(i)); i++)
		if (e->o->selected(e->o->arg, s))
			e->result[e->nr++].s = s;
}

int explore(const struct explore_opts *opts)
{
	struct exploration e = { .o = opts };
	int status;

	clock_gettime(CLOCK_MONOTONIC, &e.begin);
	choose(&e);
	printf("KTAP version 1\n1..%u\n", e.nr);
	fflush(stdout);
	supervise(&e);
	status = print_summary(&e, seconds_since(&e.begin));
	munmap(e.result, (e.nr + 1) * sizeof(*e.result));
	return status;
}
