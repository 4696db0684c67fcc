// SPDX-License-Identifier: GPL-2.0
/*
 * The Criterion side: every scenario and every plan of the matrix is a test of its own, with its
 * own name, and so runs in a process of its own.
 *
 * Criterion collects tests at compile time, but names of scenarios are known at run time only. So
 * there is one Test() for each kind, and main() registers it again under every name; the test
 * looks up under which it runs.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"
#include "runner.h"

#define MAX_COMPLAINTS	10
/* Criterion waits forever for a message that is too long for it (1 MiB). */
#define MAX_MESSAGE	65536

/* What a run over many points finds out. */
struct tally {
	const struct plan *plan;
	size_t run, failed;
	struct ground ground;
	char *text;
	size_t len;
	FILE *complaints;
};

/* A scenario's function gets no argument of ours. */
static struct tally *tally;

static void complain(void *arg, const struct point *p, const char *what)
{
	struct tally *t = arg;
	char text[256];

	if (t->failed++ < MAX_COMPLAINTS)
		fprintf(t->complaints, "  %s: %s\n", point_text(p, text, sizeof(text)), what);
}

static void run_points(struct sc *sc)
{
	struct ground *g = &tally->ground;

	g->complain = complain;
	g->arg = tally;
	if (ground_open(g, sc, &tally->plan->points[0])) {
		for (; tally->run < tally->plan->n; tally->run++)
			ground_point(g, &tally->plan->points[tally->run]);
	}
	ground_close(g);
}

static void expect_clean(const struct run_outcome *out)
{
	const char *details = out->details ? out->details : "no details";

	cr_expect(out->verdict == VERDICT_OK, "%.*s%s", MAX_MESSAGE, details,
		  strlen(details) > MAX_MESSAGE ? "\n(and more)" : "");
}

static void report_run(const struct tally *t, const struct run_outcome *out)
{
	fprintf(stderr, "matrix: %s: %zu points in %.2f s, %zu differ", t->plan->name, t->run,
		out->seconds, t->failed);
	for (int i = 0; i < EXCEPTIONS; i++) {
		if (t->ground.excepted[i])
			fprintf(stderr, ", %s %lu", exception_name(i), t->ground.excepted[i]);
	}
	fputc('\n', stderr);
}

/* Returns how often each exception was made in @excepted, if that is not NULL. */
static void run_plan(const struct plan *plan, unsigned long *excepted)
{
	const struct scenario s = { .name = "matrix", .summary = plan->name, .fn = run_points };
	const struct fb_run_opts opts = { .max_steps = 1000000000 };
	struct tally t = { .plan = plan };
	struct run_outcome out;

	t.complaints = open_memstream(&t.text, &t.len);
	cr_assert(t.complaints && plan->n, "nothing to run");
	tally = &t;
	cr_assert(!runner_run(&s, &opts, &out));
	fclose(t.complaints);
	report_run(&t, &out);
	cr_expect(!t.failed, "%zu of %zu points differ; the first ones:\n%s", t.failed, t.run,
		  t.text);
	expect_clean(&out);
	cr_expect(t.run == plan->n, "%zu of %zu points were run", t.run, plan->n);
	if (excepted)
		memcpy(excepted, t.ground.excepted, sizeof(t.ground.excepted));
	free(out.details);
	free(t.text);
}

static unsigned int scenarios_named(const char *name)
{
	unsigned int n = 0;

	for (unsigned int i = 0; scenario_at(i); i++)
		n += !strcmp(scenario_at(i)->name, name);
	return n;
}

/* Under its own name it looks at the registry, under that of a scenario it runs this. */
Test(scenario, registry)
{
	const struct scenario *s = runner_find(criterion_current_test->name);
	const struct fb_run_opts opts = { .guard = true };
	struct run_outcome out;

	if (!s) {
		cr_assert(scenario_at(0), "no scenarios");
		for (unsigned int i = 0; (s = scenario_at(i)); i++)
			cr_expect(scenarios_named(s->name) == 1, "two scenarios %s", s->name);
		return;
	}
	cr_assert(!runner_run(s, &opts, &out));
	if (out.verdict == VERDICT_SKIPPED)
		cr_skip_test("%s", out.details);
	expect_clean(&out);
	free(out.details);
}

/* Under its own name it runs the point of FUSEBOX_POINT, under that of a plan it runs this. */
Test(matrix, point)
{
	const char *text = getenv("FUSEBOX_POINT");
	struct point p;
	struct plan plan;

	if (plan_make(&plan, criterion_current_test->name)) {
		run_plan(&plan, NULL);
		free(plan.points);
		return;
	}
	if (!text)
		cr_skip_test("no FUSEBOX_POINT in the environment");
	cr_assert(point_parse(&p, text), "bad FUSEBOX_POINT");
	plan = (struct plan){ .name = "point", .points = &p, .n = 1 };
	run_plan(&plan, NULL);
}

/* The table of exceptions has none that is not needed any more. */
Test(matrix, exceptions)
{
	for (int i = 0; i < EXCEPTIONS; i++) {
		unsigned long made[EXCEPTIONS];
		struct plan plan = { .n = 1 };
		struct point p;

		snprintf(plan.name, sizeof(plan.name), "exception %s", exception_name(i));
		plan.points = &p;
		cr_assert(point_parse(&p, exception_point(i)));
		run_plan(&plan, made);
		cr_expect(made[i], "%s was not needed: %s", exception_name(i), exception_reason(i));
	}
}

static void register_as(struct criterion_test_set *set, const struct criterion_test *of,
			const char *name)
{
	struct criterion_test_extra_data *data = malloc(sizeof(*data));
	struct criterion_test test = *of;
	char *id;

	if (!data || asprintf(&id, "%s/%s", of->category, name) < 0)
		abort();
	*data = *of->data;
	data->identifier_ = id;	/* what --filter looks at */
	test.name = id + strlen(of->category) + 1;
	test.data = data;
	criterion_register_test(set, &test);
}

int main(int argc, char **argv)
{
	struct criterion_test_set *set = criterion_initialize();
	char name[96];
	int ok = 1;

	for (unsigned int i = 0; scenario_at(i); i++)
		register_as(set, &scenario_registry_meta, scenario_at(i)->name);
	for (unsigned int i = 0; plan_name(i, name, sizeof(name)); i++)
		register_as(set, &matrix_point_meta, name);
	if (criterion_handle_args(argc, argv, true))
		ok = criterion_run_all_tests(set);
	/* names and data stay until the end: the set refers to them */
	criterion_finalize(set);
	return !ok;
}
