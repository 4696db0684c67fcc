// SPDX-License-Identifier: GPL-2.0
#include "suite.h"

#include <core/trace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jobs.h"
#include "report.h"
#include "runner.h"

enum { EXIT_USAGE = 2 };

/*
 * How one run ended, as a worker tells it: trace, normalized trace and details (with its final NUL)
 * follow.
 */
struct ending {
	enum verdict verdict;
	double seconds;
	unsigned long points, faults, accesses;
	size_t trace_len, normal_len, details_len;
};

/* What the parent knows. */
struct telling {
	const struct suite *s;
	struct report report;
};

static int run_timed(const struct suite *s, const struct scenario *scenario,
		     struct run_outcome *out)
{
	int err;

	alarm(s->timeout_s);
	err = runner_run(scenario, &s->run, out);
	alarm(0);
	return err;
}

static void print_trace(FILE *to)
{
	for (size_t i = 0; i < fb_trace_len(); i++)
		fprintf(to, "# %s\n", fb_trace_line(i));
}

static void tell(struct telling *t, const struct scenario *scenario, const struct run_outcome *out)
{
	struct verdict_line line = { scenario->name, out->verdict, out->seconds, out->details };

	t->report.points += out->points;
	t->report.faults += out->faults;
	t->report.accesses += out->accesses;
	report_line(&t->report, &line);
}

static int run_here(struct telling *t)
{
	for (unsigned int i = 0; i < t->s->nr; i++) {
		struct run_outcome out;

		if (run_timed(t->s, t->s->scenario[i], &out)) {
			fprintf(stderr,
				"fusebox: the decisions in '%s' are malformed; copy the whole token\n",
				t->s->run.token);
			return -1;
		}
		if (t->s->trace)
			print_trace(stdout);
		if (t->s->traces)
			runner_trace(t->s->traces, t->s->scenario[i], &out);
		tell(t, t->s->scenario[i], &out);
		free(out.details);
	}
	return 0;
}

static void work(void *arg, unsigned int i, FILE *to)
{
	const struct telling *t = arg;
	char *traces = NULL;
	struct run_outcome out;
	struct ending e;
	size_t len;
	FILE *f;

	/*
	 * Only a token can be malformed, and tokens are replayed one at a time, in the caller's
	 * process.
	 */
	if (run_timed(t->s, t->s->scenario[i], &out))
		abort();
	f = open_memstream(&traces, &len);
	if (!f)
		abort();
	/* Padding is written, too. */
	memset(&e, 0, sizeof(e));
	e.verdict = out.verdict;
	e.seconds = out.seconds;
	e.points = out.points;
	e.faults = out.faults;
	e.accesses = out.accesses;
	e.details_len = out.details ? strlen(out.details) + 1 : 0;
	if (t->s->trace)
		print_trace(f);
	e.trace_len = ftell(f);
	if (t->s->traces)
		runner_trace(f, t->s->scenario[i], &out);
	e.normal_len = ftell(f) - e.trace_len;
	fclose(f);
	fwrite(&e, sizeof(e), 1, to);
	fwrite(traces, 1, len, to);
	if (out.details)
		fwrite(out.details, 1, e.details_len, to);
	free(traces);
	free(out.details);
}

static void done(void *arg, unsigned int i, const char *result, size_t len, const char *died)
{
	struct run_outcome out = { .verdict = VERDICT_FAILED };
	struct telling *t = arg;
	struct ending e;

	if (died) {
		out.details = (char *)died;
	} else {
		memcpy(&e, result, sizeof(e));
		fwrite(result + sizeof(e), 1, e.trace_len, stdout);
		if (t->s->traces)
			fwrite(result + sizeof(e) + e.trace_len, 1, e.normal_len, t->s->traces);
		out = (struct run_outcome){
			.verdict = e.verdict,
			.seconds = e.seconds,
			.points = e.points,
			.faults = e.faults,
			.accesses = e.accesses,
			.details = e.details_len ? (char *)result + len - e.details_len : NULL,
		};
	}
	tell(t, t->s->scenario[i], &out);
}

static int run_beside(struct telling *t)
{
	struct jobs j = {
		.workers = t->s->jobs, .items = t->s->nr, .work = work, .done = done, .arg = t
	};
	int err = jobs_run(&j);

	if (err)
		fprintf(stderr,
			"fusebox: cannot share the work among %u processes: %s; try --jobs 1\n",
			t->s->jobs, strerror(-err));
	return err;
}

int suite_run(const struct suite *s)
{
	struct telling t = { .s = s };

	if (report_begin(&t.report, s->nr, s->junit))
		return EXIT_USAGE;
	if (s->jobs > 1 && s->nr > 1 ? run_beside(&t) : run_here(&t))
		return EXIT_USAGE;
	return report_end(&t.report, s->junit);
}
