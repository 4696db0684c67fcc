// SPDX-License-Identifier: GPL-2.0
/*
 * Fault enumeration. The first process runs each scenario once without faults, to see which fault
 * points there are; others share the work, in units of some runs, and enter what they find in
 * shared memory.
 *
 * A place is a kind of fault and the calls that lead to it. Many points of a scenario are the same
 * place met again; what is met for the first time is tried first, so that a limit of time leaves
 * out what promises least. So does what costs most, where runs of other scenarios meet the same
 * places.
 */
#include "faults.h"

#include <core/choice.h>
#include <core/finding.h>
#include <core/table.h>
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "coverage.h"
#include "known.h"
#include "runner.h"

#define UNIT_RUNS	64
#define MAX_JOBS	64
#define MAX_CLASSES	200
#define MAX_KINDS	16
#define FAULTS_VARIANTS	4
#define MIDWAY_LATER	3	/* ranks */
#define MIDWAY_GUARD	8	/* of aborts at a new place, one in so many has guard pages */
/* variant: no fault point, but a choice point, where the connections are aborted */
#define MIDWAY		100
#define DETAILS_LEN	8000
/* choice points of a scenario that costs some times what the usual one does */
#define DEAR_POINTS	32768
#define GUARDED_WAYS	2

enum mode { SINGLE, PERSISTENT, PAIRS };

static const char *const mode_names[] = { "single", "persistent", "pairs" };

/* A place of a scenario as the reports call it; many calls lead to the same function. */
struct place {
	const char *kind, *function, *file;
	unsigned long points, fired;
	bool planned;		/* one of its points has a rank */
};

/* A scenario, its system calls without faults, and its fault points that are to fail. */
struct subject {
	const struct scenario *s;
	struct box_watch watch;
	unsigned int *k;	/* which points, those of one rank together */
	unsigned int *place;	/* index of their places */
	unsigned char *variant;	/* which way they fail */
	uint64_t *key;		/* see fb_fault_key() */
	unsigned int nr;
};

struct unit {
	unsigned int subject, from, to, rank;
	enum mode mode;
};

/* Findings of one class: what they say, but for numbers. */
struct class {
	char key[200];
	unsigned long count;
	char scenario[W_NAME_MAX];
	char fault[160];
	char details[DETAILS_LEN];
};

struct current_run {
	pid_t pid;
	unsigned int unit, at;
	unsigned long then;
};

struct shared {
	pthread_mutex_t lock;
	unsigned int next_unit;
	bool stop;
	unsigned long known[MAX_KNOWN];
	unsigned long runs, failed, given_up, probed, acknowledged;
	struct current_run running[MAX_JOBS];
	unsigned int nr_classes;
	struct class classes[MAX_CLASSES];
	unsigned char done[];	/* runs of each unit (pairs with one first fault: one) */
};

struct enumeration {
	const struct faults_opts *o;
	struct subject *subjects;
	unsigned int nr_subjects;
	struct place *places;
	unsigned int nr_places, places_room;
	struct unit *units;
	unsigned int nr_units, units_room;
	struct fb_table met;	/* keys of the places of all scenarios */
	struct fb_table looked_up;	/* where names stand in memory, to place + 1 */
	unsigned long planned, nr_points, skipped, broken;
	struct shared *shared;
	struct timespec start;
};

static void *grown(void *array, unsigned int nr, unsigned int *room, size_t size)
{
	if (nr < *room)
		return array;
	*room = *room ? 2 * *room : 256;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}

/* ---- which points there are ---- */

static bool is_place(const struct place *p, const char *kind, const char *function)
{
	return !strcmp(p->kind, kind) && !strcmp(p->function, function);
}

/* The first of that name, or a new one. */
static unsigned int place_named(struct enumeration *e, const char *kind, const char *function,
				const char *file)
{
	unsigned int i;

	for (i = 0; i < e->nr_places; i++) {
		if (is_place(&e->places[i], kind, function))
			return i;
	}
	e->places = grown(e->places, i, &e->places_room, sizeof(*e->places));
	e->places[e->nr_places++] =
		(struct place){ .kind = kind, .function = function, .file = file };
	return i;
}

/* Of a million points each would be compared with some thousand places. */
static unsigned int place_of(struct enumeration *e, const char *kind, fb_stack_t stack)
{
	const char *function = fb_stack_site(stack);
	uint64_t key = (uintptr_t)function ^ (uint64_t)(uintptr_t)kind << 24;
	uintptr_t known = (uintptr_t)fb_table_get(&e->looked_up, key);

	if (!known || !is_place(&e->places[known - 1], kind, function)) {
		known = place_named(e, kind, function, fb_stack_site_file(stack)) + 1;
		fb_table_set(&e->looked_up, key, (void *)known);
	}
	return known - 1;
}

/* Ranks, see below. */
#define NEW_FUNCTION	0
#define NEW_PLACE	1

/*
 * How many ranks runs of a scenario with so many choice points come later: each cost so much more.
 */
static unsigned int dearness(unsigned long points)
{
	unsigned int later = 0;

	for (; points > DEAR_POINTS; points /= 2)
		later++;
	return later;
}

/*
 * NEW_FUNCTION for the first point of its kind in a function, in any scenario; NEW_PLACE for the
 * first time that the same calls lead to one; 2 for the first time in another scenario, 3 for the
 * second, 4 up to the fourth ...
 */
static unsigned int rank_of(struct enumeration *e, uint64_t key, unsigned int nth,
			    bool new_function)
{
	unsigned int rank = NEW_PLACE + 1;

	if (!fb_table_get(&e->met, key)) {
		fb_table_set(&e->met, key, e);
		return new_function ? NEW_FUNCTION : NEW_PLACE;
	}

	while (1u << (rank - NEW_PLACE - 1) < nth)
		rank++;
	return rank;
}

struct point {
	unsigned int k, place, rank, variant;
	uint64_t key;
};

static int by_rank(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->rank != y->rank)
		return (x->rank > y->rank) - (x->rank < y->rank);
	if (x->variant != y->variant)
		return (x->variant > y->variant) - (x->variant < y->variant);
	return (x->k > y->k) - (x->k < y->k);
}

static void add_units(struct enumeration *e, unsigned int subject, enum mode mode,
		      unsigned int from, unsigned int to, unsigned int rank)
{
	for (; from < to; from += UNIT_RUNS) {
		unsigned int end = to - from < UNIT_RUNS ? to : from + UNIT_RUNS;

		e->units = grown(e->units, e->nr_units, &e->units_room, sizeof(*e->units));
		e->units[e->nr_units++] = (struct unit){ subject, from, end, rank, mode };
		e->planned += (unsigned long)(end - from) * (mode == PAIRS ? FAULTS_WINDOW : 1);
	}
}

static void plan_subject(struct enumeration *e, unsigned int subject, const struct point *p)
{
	const struct subject *s = &e->subjects[subject];

	for (unsigned int from = 0, to; from < s->nr; from = to) {
		for (to = from;
		     to < s->nr && p[to].rank == p[from].rank && p[to].variant == p[from].variant;
		     to++)
			;
		if (e->o->single)
			add_units(e, subject, SINGLE, from, to, p[from].rank);
		/* Other ways to fail: once each. */
		if (p[from].variant)
			continue;
		if (e->o->persistent)
			add_units(e, subject, PERSISTENT, from, to, p[from].rank);
		/*
		 * Pairs are many: only where the first of them is at a place that no scenario has
		 * met before.
		 */
		if (e->o->pairs && p[from].rank <= NEW_PLACE)
			add_units(e, subject, PAIRS, from, to, p[from].rank);
	}
}

/* See fb_fault_way(): a copy fails before its first byte or later, a lower file in several ways. */
static unsigned int variants_of(const char *kind)
{
	return !strcmp(kind, "copy") || !strcmp(kind, "lower") ? FAULTS_VARIANTS : 1;
}

/* One point for each place where the scenario meets choice points. */
static unsigned int take_choice_points(struct enumeration *e, struct point *p)
{
	const struct fb_met_point *met;
	size_t n = fb_met_points(&met);

	if (e->o->kind && strcmp(e->o->kind, "midway"))
		return 0;
	for (size_t i = 0; i < n; i++) {
		unsigned int place = place_of(e, "midway", met[i].stack);

		e->places[place].points++;
		p[i] = (struct point){ .k = met[i].number, .place = place, .variant = MIDWAY };
		p[i].rank = rank_of(e, met[i].key, 1, !e->places[place].planned);
		/* They are many: again in other scenarios only after what is rarer. */
		if (p[i].rank > NEW_PLACE)
			p[i].rank += MIDWAY_LATER;
		e->places[place].planned = true;
	}
	return n;
}

static void keep_points(struct subject *s, const struct point *p)
{
	s->k = calloc(s->nr + 1, sizeof(*s->k));
	s->key = calloc(s->nr + 1, sizeof(*s->key));
	s->place = calloc(s->nr + 1, sizeof(*s->place));
	s->variant = calloc(s->nr + 1, sizeof(*s->variant));
	if (!s->k || !s->place || !s->variant || !s->key)
		abort();
	for (unsigned int i = 0; i < s->nr; i++) {
		s->k[i] = p[i].k;
		s->key[i] = p[i].key;
		s->place[i] = p[i].place;
		s->variant[i] = (unsigned char)p[i].variant;
	}
}

/* The points of the run that has just ended, which had no fault; @watch is taken over. */
static void take_points(struct enumeration *e, const struct scenario *scenario,
			const struct box_watch *watch, const struct run_outcome *out)
{
	const struct fb_met_point *list;
	unsigned long nr = out->faults;
	struct point *p = calloc(FAULTS_VARIANTS * (nr + 1) + fb_met_points(&list), sizeof(*p));
	unsigned int *met = calloc(nr + 1, sizeof(*met)), *place = calloc(nr + 1, sizeof(*place));
	struct subject s = { .s = scenario, .watch = *watch };

	if (!p || !met || !place)
		abort();
	for (unsigned long k = 1; k <= nr; k++) {
		const char *kind;
		struct point point;
		fb_stack_t stack;
		uint64_t key;
		unsigned int site = fb_fault_site(k, &kind, &stack);

		if (!met[site]++)
			place[site] = place_of(e, kind, stack);
		e->places[place[site]].points++;
		/*
		 * Any call is a place for an abort: tell only system calls apart, not who makes
		 * them.
		 */
		key = strcmp(kind, "abort") ? fb_fault_key(k) : place[site] + 1;
		if ((e->o->kind && strcmp(e->o->kind, kind)) ||
		    (e->o->times && met[site] > e->o->times))
			continue;
		point = (struct point){ .k = k, .place = place[site], .key = fb_fault_key(k) };
		point.rank = rank_of(e, key, met[site], !e->places[place[site]].planned);
		if (point.rank > NEW_PLACE)
			point.rank += dearness(out->points);
		e->places[place[site]].planned = true;
		p[s.nr++] = point;
		point.rank += point.rank == NEW_FUNCTION;
		while (++point.variant < variants_of(kind))
			p[s.nr++] = point;
	}
	s.nr += take_choice_points(e, p + s.nr);
	qsort(p, s.nr, sizeof(*p), by_rank);
	keep_points(&s, p);
	e->nr_points += nr;
	e->subjects[e->nr_subjects++] = s;
	plan_subject(e, e->nr_subjects - 1, p);
	free(place);
	free(met);
	free(p);
}

/* A token repeats the schedule, but nobody looks then for what was acknowledged. */
static void how_again(const char *name, const struct fb_run_opts *run)
{
	fprintf(stderr, "fusebox: held to the rules of fault runs: fusebox faults '%s' --max-runs 1",
		name);
	if (run->policy == FB_POLICY_RANDOM)
		fprintf(stderr, " --seed %llu", (unsigned long long)run->seed);
	fputc('\n', stderr);
}

static void look(struct enumeration *e, const struct scenario *s)
{
	struct box_watch watch = { .record = true };
	struct fb_run_opts run = e->o->run;
	struct run_outcome out;

	run.fault_at = 0;
	run.guard = false;
	run.record_points = true;
	if (runner_run_watched(s, &run, &watch, &out))
		return;
	watch.record = false;
	if (out.verdict == VERDICT_OK) {
		take_points(e, s, &watch, &out);
		watch.calls = NULL;
	} else if (out.verdict == VERDICT_SKIPPED) {
		e->skipped++;
	} else {
		e->broken++;
		fprintf(stderr, "fusebox: %s fails without any fault:\n%s", s->name,
			out.details ? out.details : "");
		how_again(s->name, &e->o->run);
	}
	free(watch.calls);
	free(out.details);
}

static int by_unit_rank(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;

	if (x->rank != y->rank)
		return (x->rank > y->rank) - (x->rank < y->rank);
	if (x->mode != y->mode)
		return (x->mode > y->mode) - (x->mode < y->mode);
	if (x->subject != y->subject)
		return (x->subject > y->subject) - (x->subject < y->subject);
	return (x->from > y->from) - (x->from < y->from);
}

static void plan(struct enumeration *e)
{
	const struct scenario *s;
	unsigned int n = 0;

	while (e->o->at(n))
		n++;
	e->subjects = calloc(n + 1, sizeof(*e->subjects));
	if (!e->subjects)
		abort();
	for (unsigned int i = 0; (s = e->o->at(i)); i++) {
		if (e->o->selected(e->o->arg, s))
			look(e, s);
	}
	qsort(e->units, e->nr_units, sizeof(*e->units), by_unit_rank);
}

/* ---- what was found ---- */

static void lock(struct shared *sh)
{
	/* Whoever died with it left counters that are off by one at worst. */
	if (pthread_mutex_lock(&sh->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&sh->lock);
}

static void unlock(struct shared *sh)
{
	pthread_mutex_unlock(&sh->lock);
}

/* The first line of a report without its numbers: object 3 and object 4 are the same bug. */
static void class_key(char *key, size_t len, const char *details)
{
	size_t n = 0;
	bool number = false;

	for (const char *c = details; *c && *c != '\n' && n + 1 < len; c++) {
		if (isdigit((unsigned char)*c)) {
			if (!number)
				key[n++] = '#';
			number = true;
			continue;
		}
		number = false;
		key[n++] = *c;
	}
	key[n] = 0;
}

static void add_failure(struct enumeration *e, const struct unit *u, unsigned int at,
			unsigned long then, const char *details)
{
	const struct subject *s = &e->subjects[u->subject];
	const struct place *p = &e->places[s->place[at]];
	struct shared *sh = e->shared;
	struct class *c = NULL;
	char key[sizeof(c->key)];
	int known = known_find(s->s->name, details);

	class_key(key, sizeof(key), details);
	lock(sh);
	if (known >= 0) {
		sh->known[known]++;
		unlock(sh);
		return;
	}
	sh->failed++;
	for (unsigned int i = 0; i < sh->nr_classes && !c; i++) {
		if (!strcmp(sh->classes[i].key, key))
			c = &sh->classes[i];
	}
	if (!c && sh->nr_classes < MAX_CLASSES) {
		c = &sh->classes[sh->nr_classes++];
		strcpy(c->key, key);
		snprintf(c->scenario, sizeof(c->scenario), "%s", s->s->name);
		snprintf(c->details, sizeof(c->details), "%s", details);
		if (then)
			snprintf(c->fault, sizeof(c->fault), "faults %u (%s in %s) and %lu",
				 s->k[at], p->kind, p->function, then);
		else
			snprintf(c->fault, sizeof(c->fault), "fault %u (%s in %s), %s", s->k[at],
				 p->kind, p->function, mode_names[u->mode]);
	}
	if (c)
		c->count++;
	unlock(sh);
}

/*
 * A use after free on an error path needs to be seen once; nearly all ways to fail take the same
 * one. Of choice points there are many.
 */
static bool wants_guard(const struct unit *u, unsigned char variant, unsigned int k)
{
	if (u->rank > NEW_PLACE || u->mode != SINGLE)
		return false;
	return variant == MIDWAY ? u->rank == NEW_FUNCTION || k % MIDWAY_GUARD == 0 :
				   variant < GUARDED_WAYS;
}

static struct fb_run_opts opts_of(const struct enumeration *e, const struct unit *u,
				  unsigned int at, unsigned long then)
{
	const struct subject *s = &e->subjects[u->subject];
	struct fb_run_opts run = e->o->run;

	if (s->variant[at] == MIDWAY) {
		run.intrude_at = s->k[at];
	} else {
		run.fault_at = s->k[at];
		run.fault_variant = s->variant[at];
	}
	run.fault_then = then;
	run.fault_persistent = u->mode == PERSISTENT;
	run.guard = e->o->run.guard && wants_guard(u, s->variant[at], s->k[at]);
	/* What fails is run once more, for the report. */
	run.no_stacks = run.no_trace = true;
	return run;
}

/* ---- a worker ---- */

struct worker {
	struct enumeration *e;
	unsigned int number;
};

/*
 * A run that has failed, with the stacks that a report needs, and with guard pages, which see more;
 * these may move memory, and with it what the kernel hashes, so once more without if it does not
 * fail with them.
 */
static void repeat(struct enumeration *e, struct subject *s, struct fb_run_opts *run,
		   struct run_outcome *out)
{
	struct run_outcome again = { 0 };

	run->no_stacks = run->no_trace = false;
	for (run->guard = e->o->run.guard; !again.details; run->guard = false) {
		runner_run_watched(s->s, run, &s->watch, &again);
		if (!run->guard)
			break;
	}
	if (again.details) {
		free(out->details);
		out->details = again.details;
	}
}

/*
 * Guard pages move memory, and with it what the kernel hashes; where the schedule is drawn by
 * chance, the run is another one then, and its k-th fault point another place than the one that is
 * to fail.
 */
static void run_unmoved(struct subject *s, struct fb_run_opts *run, struct run_outcome *out)
{
	free(out->details);
	run->guard = false;
	runner_run_watched(s->s, run, &s->watch, out);
}

/* Returns the number of points of the run; 0 when it was stopped. */
static unsigned long run_faulty(struct worker *w, unsigned int unit, unsigned int at,
				unsigned long then)
{
	struct enumeration *e = w->e;
	const struct unit *u = &e->units[unit];
	struct fb_run_opts run = opts_of(e, u, at, then);
	struct current_run *now = &e->shared->running[w->number];
	struct subject *s = &e->subjects[u->subject];
	struct run_outcome out;
	struct box_watch watch;

	now->unit = unit;
	now->at = at;
	now->then = then;
	alarm(e->o->timeout_s);
	runner_run_watched(s->s, &run, &s->watch, &out);
	if (run.guard && fb_fault_key(run.fault_at) != s->key[at])
		run_unmoved(s, &run, &out);
	watch = s->watch;
	if (out.verdict == VERDICT_FAILED)
		repeat(e, s, &run, &out);
	alarm(0);
	if (out.verdict == VERDICT_FAILED)
		add_failure(e, u, at, then, out.details);
	free(out.details);
	lock(e->shared);
	e->shared->runs++;
	e->shared->given_up += watch.given_up;
	e->shared->probed += watch.probed;
	e->shared->acknowledged += watch.acknowledged;
	if (e->o->max_runs && e->shared->runs >= e->o->max_runs)
		e->shared->stop = true;
	unlock(e->shared);
	return out.faults;
}

static void run_pairs(struct worker *w, unsigned int unit, unsigned int at)
{
	unsigned long first = w->e->subjects[w->e->units[unit].subject].k[at];

	for (unsigned int i = 1; i <= FAULTS_WINDOW && !w->e->shared->stop; i++) {
		if (run_faulty(w, unit, at, first + i) < first + i)
			return;
	}
}

static void work_on(struct worker *w, unsigned int unit, unsigned int at)
{
	struct enumeration *e = w->e;
	const struct unit *u = &e->units[unit];

	for (; at < u->to && !e->shared->stop; at++) {
		if (u->mode == PAIRS)
			run_pairs(w, unit, at);
		else
			run_faulty(w, unit, at, 0);
		e->shared->done[unit]++;
		if (e->o->seconds && seconds_since(&e->start) > e->o->seconds)
			e->shared->stop = true;
	}
}

static unsigned int take_unit(struct enumeration *e)
{
	unsigned int unit;

	lock(e->shared);
	unit = e->shared->next_unit++;
	unlock(e->shared);
	return unit;
}

/*
 * Returns to the caller only in the first process. @unit: to go on with at @at, if there is such a
 * unit.
 */
static void start_worker(struct enumeration *e, unsigned int number, unsigned int unit,
			 unsigned int at)
{
	struct worker w = { .e = e, .number = number };
	pid_t pid = fork();

	if (pid < 0) {
		perror("fusebox: fork");
		e->shared->stop = true;
		return;
	}
	e->shared->running[number].pid = pid;
	if (pid)
		return;
	signal(SIGALRM, SIG_DFL);
	if (unit < e->nr_units)
		work_on(&w, unit, at);
	while (!e->shared->stop && (unit = take_unit(e)) < e->nr_units)
		work_on(&w, unit, e->units[unit].from);
	coverage_exit(0);
}

/* ---- the first process ---- */

/* A run that ended its process, by a signal: it found no words for what it found. */
static void add_crash(struct enumeration *e, const struct current_run *now, int sig)
{
	const struct unit *u = &e->units[now->unit];
	struct fb_run_opts run = opts_of(e, u, now->at, now->then);
	const char *token;
	char details[1000];

	run.name = e->subjects[u->subject].s->name;
	fb_run_begin(&run);
	token = fb_token();
	snprintf(
		details, sizeof(details),
		"finding: %s: the process was ended by signal %d (%s)\n  replay: fusebox replay '%s'\n"
		"  gdb: fusebox replay '%s' --gdb\n  explain: fusebox explain '%s'\n",
		sig == SIGALRM ? "livelock" : "crash", sig, strsignal(sig), token, token, token);
	fb_run_end();
	add_failure(e, u, now->at, now->then, details);
}

static void progress(const struct enumeration *e)
{
	fprintf(stderr, "\r\033[K%lu of %lu runs, %lu failed, %.0f s", e->shared->runs, e->planned,
		e->shared->failed, seconds_since(&e->start));
}

static unsigned int worker_of(const struct enumeration *e, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < e->o->jobs && e->shared->running[i].pid != pid; i++)
		;
	return i;
}

static void supervise(struct enumeration *e)
{
	unsigned int left = e->o->jobs;
	const struct timespec nap = { 0, 100000000 };
	bool terminal = isatty(STDERR_FILENO);

	for (unsigned int i = 0; i < e->o->jobs; i++)
		start_worker(e, i, e->nr_units, 0);
	while (left) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		unsigned int i;

		if (pid < 0)
			return;
		if (!pid) {
			if (terminal)
				progress(e);
			nanosleep(&nap, NULL);
			continue;
		}
		i = worker_of(e, pid);
		if (i == e->o->jobs)
			continue;
		if (WIFSIGNALED(status)) {
			struct current_run now = e->shared->running[i];

			add_crash(e, &now, WTERMSIG(status));
			e->shared->done[now.unit]++;
			start_worker(e, i, now.unit, now.at + 1);
			continue;
		}
		left--;
	}
	if (terminal)
		fputs("\r\033[K", stderr);
}

static void print_failures(const struct enumeration *e)
{
	const struct shared *sh = e->shared;

	printf("KTAP version 1\n1..%u\n", sh->nr_classes + 1);
	for (unsigned int i = 0; i < sh->nr_classes; i++) {
		const struct class *c = &sh->classes[i];
		const char *end, *line;

		printf("not ok %u %s, %s; %lu such\n", i + 1, c->scenario, c->fault, c->count);
		for (line = c->details; *line; line = *end ? end + 1 : end) {
			end = strchrnul(line, '\n');
			printf("# %.*s\n", (int)(end - line), line);
		}
	}
	printf("%s %u no scenario fails without a fault\n", e->broken ? "not ok" : "ok",
	       sh->nr_classes + 1);
	fflush(stdout);
}

/* Which places have failed. */
static void count_fired(struct enumeration *e)
{
	for (unsigned int i = 0; i < e->nr_units; i++) {
		const struct unit *u = &e->units[i];

		for (unsigned int at = u->from; at < u->from + e->shared->done[i]; at++)
			e->places[e->subjects[u->subject].place[at]].fired++;
	}
}

static bool in_fuse(const struct place *p)
{
	return !strncmp(p->file, "fs/fuse/", 8);
}

static bool in_patch(const struct place *p)
{
	return !strncmp(p->file, "fs/fuse/passthrough", 19) ||
	       !strncmp(p->file, "fs/fuse/backing", 15);
}

struct row {
	const char *kind;
	unsigned long points, fired;
	unsigned int places, places_fired, fuse, fuse_fired, patch, patch_fired;
};

static void add_place(struct row *r, const struct place *p)
{
	bool fired = p->fired;

	r->points += p->points;
	r->fired += p->fired;
	r->places++;
	r->places_fired += fired;
	r->fuse += in_fuse(p);
	r->fuse_fired += in_fuse(p) && fired;
	r->patch += in_patch(p);
	r->patch_fired += in_patch(p) && fired;
}

static void print_row(const struct row *r)
{
	fprintf(stderr, "  %-8s %9lu %9lu %6u/%-6u %6u/%-6u %6u/%-6u\n", r->kind, r->points,
		r->fired, r->places_fired, r->places, r->fuse_fired, r->fuse, r->patch_fired,
		r->patch);
}

static void print_table(const struct enumeration *e)
{
	struct row rows[MAX_KINDS] = { 0 }, all = { .kind = "all" };
	unsigned int nr = 0, i;

	for (unsigned int n = 0; n < e->nr_places; n++) {
		const struct place *p = &e->places[n];

		for (i = 0; i < nr && strcmp(rows[i].kind, p->kind); i++)
			;
		if (i == MAX_KINDS)
			continue;
		if (i == nr)
			rows[nr++].kind = p->kind;
		add_place(&rows[i], p);
		add_place(&all, p);
	}
	fprintf(stderr, "  %-8s %9s %9s %13s %13s %13s\n", "kind", "points", "runs", "functions",
		"in fs/fuse", "in the patch");
	for (i = 0; i < nr; i++)
		print_row(&rows[i]);
	print_row(&all);
}

static void print_known(const struct shared *sh)
{
	const struct known_finding *k;

	for (unsigned int i = 0; (k = known_at(i)); i++) {
		if (sh->known[i])
			fprintf(stderr,
				"  known finding, not the patch's, in %lu runs of %s: %s\n    %s\n",
				sh->known[i], k->scenarios, k->text, k->reason);
	}
}

static int by_place_name(const void *a, const void *b)
{
	const struct place *x = *(struct place *const *)a, *y = *(struct place *const *)b;
	int d = strcmp(x->kind, y->kind);

	return d ? d : strcmp(x->function, y->function);
}

/*
 * The places in fs/fuse that have failed, as one number: runs with other seeds can be compared by
 * it. Which choice points there are depends on the schedule.
 */
static void print_digest(const struct enumeration *e)
{
	const struct place **fired = calloc(e->nr_places + 1, sizeof(*fired));
	uint64_t hash = 0xcbf29ce484222325ull;
	unsigned int nr = 0;

	if (!fired)
		abort();
	for (unsigned int i = 0; i < e->nr_places; i++) {
		if (in_fuse(&e->places[i]) && e->places[i].fired &&
		    strcmp(e->places[i].kind, "midway"))
			fired[nr++] = &e->places[i];
	}
	qsort(fired, nr, sizeof(*fired), by_place_name);
	for (unsigned int i = 0; i < nr; i++) {
		for (const char *c = fired[i]->kind; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 0x100000001b3ull;
		for (const char *c = fired[i]->function; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 0x100000001b3ull;
	}
	fprintf(stderr, "  sites: %u in fs/fuse have failed, digest %016llx\n", nr,
		(unsigned long long)hash);
	free(fired);
}

static void print_summary(struct enumeration *e)
{
	const struct shared *sh = e->shared;
	double seconds = seconds_since(&e->start);

	fprintf(stderr,
		"fusebox: %u scenarios, %lu fault points, %lu runs in %.1f s (%.0f per second)\n",
		e->nr_subjects, e->nr_points, sh->runs, seconds, (double)sh->runs / seconds);
	print_table(e);
	print_digest(e);
	print_known(sh);
	fprintf(stderr,
		"  %lu writes acknowledged, and found below; %lu file systems usable at the end\n",
		sh->acknowledged, sh->probed);
	fprintf(stderr,
		"  %lu runs in which the scenario waited for what the fault had prevented, and was killed\n",
		sh->given_up);
	if (e->skipped)
		fprintf(stderr, "  %lu scenarios skipped\n", e->skipped);
	if (sh->stop)
		fprintf(stderr,
			"  left out, because of the limit: about %lu runs, of places met most often\n",
			e->planned > sh->runs ? e->planned - sh->runs : 0);
	if (sh->failed || e->broken)
		fprintf(stderr,
			"  verdict: FAILED; %lu runs, %u kinds of finding; each 'not ok' has the command that replays it\n",
			sh->failed, sh->nr_classes);
	else
		fputs("  verdict: ok; whatever failed, nothing was leaked, kept, lost or stuck\n",
		      stderr);
}

static int write_sites(const struct enumeration *e)
{
	FILE *f = fopen(e->o->sites, "w");

	if (!f) {
		fprintf(stderr, "fusebox: cannot write %s: %s\n", e->o->sites, strerror(errno));
		return -errno;
	}
	for (unsigned int i = 0; i < e->nr_places; i++) {
		const struct place *p = &e->places[i];

		fprintf(f, "%s\t%s\t%s\t%lu\t%lu\n", p->kind, p->function, p->file, p->points,
			p->fired);
	}
	if (fclose(f)) {
		fprintf(stderr, "fusebox: cannot write %s: %s\n", e->o->sites, strerror(errno));
		return -EIO;
	}
	return 0;
}

static struct shared *share(unsigned int nr_units)
{
	struct shared *sh = mmap(NULL, sizeof(*sh) + nr_units, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;

	if (sh == MAP_FAILED)
		abort();
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&sh->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return sh;
}

static void release(struct enumeration *e)
{
	for (unsigned int i = 0; i < e->nr_subjects; i++) {
		free(e->subjects[i].watch.calls);
		free(e->subjects[i].k);
		free(e->subjects[i].place);
		free(e->subjects[i].key);
		free(e->subjects[i].variant);
	}
	free(e->subjects);
	free(e->places);
	munmap(e->shared, sizeof(*e->shared) + e->nr_units);
	free(e->units);
}

int faults_enumerate(const struct faults_opts *opts)
{
	struct faults_opts o = *opts;
	struct enumeration e = { .o = &o };
	int status;

	if (o.jobs > MAX_JOBS)
		o.jobs = MAX_JOBS;
	plan(&e);
	e.shared = share(e.nr_units);
	/*
	 * The limit of time is one for the runs: looking where they are to fail is needed in any
	 * case.
	 */
	clock_gettime(CLOCK_MONOTONIC, &e.start);
	supervise(&e);
	count_fired(&e);
	print_failures(&e);
	print_summary(&e);
	status = e.broken ? 2 : e.shared->failed ? 1 : 0;
	if (o.sites && write_sites(&e))
		status = 2;
	release(&e);
	return status;
}
