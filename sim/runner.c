// SPDX-License-Identifier: GPL-2.0
/*
 * One scenario, one run: boot, scenario, shutdown, audit.
 */
#include "runner.h"

#include <core/finding.h>
#include <core/race.h>
#include <core/trace.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "heap.h"
#include "scenario_trace.h"
#include "world_box.h"

/* What the first task of a run gets, and what it leaves. */
struct first_task {
	const struct scenario *scenario;
	const char *missing;
	bool faults;	/* expectations are no verdicts */
};

static void failed_expectation(void *arg, const char *line)
{
	const struct first_task *first = arg;

	if (first->faults)
		fb_trace("not as without faults: %s", line);
	else
		fb_report(FB_EXPECTATION, 0, NULL, "%s", line);
}

static void scenario_task(struct world *w, void *arg)
{
	struct first_task *first = arg;

	scenario_run(first->scenario, w, failed_expectation, first);
}

static void first_task(void *arg)
{
	struct first_task *first = arg;
	struct world *w = world_box_start();

	first->missing = scenario_missing(first->scenario, w);
	if (!first->missing)
		world_box_run(w, scenario_task, first);
	world_box_stop(w);
}

static char *findings_as_text(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	for (size_t i = 0; i < fb_nr_findings(); i++)
		fb_finding_print(f, fb_finding_at(i));
	fclose(f);
	return text;
}

const struct scenario *runner_find(const char *name)
{
	const struct scenario *s;

	for (unsigned int i = 0; (s = scenario_at(i)); i++) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

int runner_run_watched(const struct scenario *s, const struct fb_run_opts *opts,
		       struct box_watch *watch, struct run_outcome *out)
{
	struct first_task first = { .scenario = s, .faults = watch && !watch->record };
	struct fb_run_opts o = *opts;
	struct timespec start;
	int err;

	memset(out, 0, sizeof(*out));
	clock_gettime(CLOCK_MONOTONIC, &start);
	o.name = s->name;
	heap_reset();
	err = fb_run_begin(&o);
	if (err)
		return err;
	box_faults_watch(watch);
	world_box_first(first_task, &first);
	fb_run_loop();
	out->points = fb_points_seen();
	out->faults = fb_faults_seen();
	out->accesses = fb_race_accesses();
	if (fb_run_end() != FB_RUN_OK) {
		out->verdict = VERDICT_FAILED;
		out->details = findings_as_text();
	} else if (first.missing) {
		out->verdict = VERDICT_SKIPPED;
		out->details = strdup(first.missing);
	}
	out->seconds = seconds_since(&start);
	return 0;
}

int runner_run(const struct scenario *s, const struct fb_run_opts *opts, struct run_outcome *out)
{
	static struct box_watch watch;
	struct fb_run_opts clean = *opts;
	int err;

	if (!opts->fault_at && (opts->policy != FB_POLICY_REPLAY || !fb_token_faults(opts->token)))
		return runner_run_watched(s, opts, NULL, out);
	clean.fault_at = 0;
	clean.fault_none = true;
	watch.record = true;
	err = runner_run_watched(s, &clean, &watch, out);
	watch.record = false;
	if (err || out->verdict != VERDICT_OK)
		return err;
	return runner_run_watched(s, opts, &watch, out);
}

void runner_trace(FILE *to, const struct scenario *s, const struct run_outcome *out)
{
	char verdict[256] = "ok";
	const char *text;

	scenario_trace_begin(to, s->name);
	for (size_t i = 0; i < fb_trace_len(); i++) {
		text = strstr(fb_trace_line(i), ": ") + 2;
		if (!strncmp(text, WORLD_BOX_TRACED, strlen(WORLD_BOX_TRACED)))
			scenario_trace_line(to, text + strlen(WORLD_BOX_TRACED));
	}
	if (out->verdict == VERDICT_FAILED)
		strcpy(verdict, "failed");
	else if (out->verdict == VERDICT_SKIPPED)
		snprintf(verdict, sizeof(verdict), "skipped: %s", out->details);
	scenario_trace_end(to, verdict);
}
