// SPDX-License-Identifier: GPL-2.0
/*
 * Shrinking: ddmin over the decisions of a failing run.
 */
#include "shrink.h"

#include <core/finding.h>
#include <core/plan.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

struct shrinking {
	const struct scenario *s;
	struct fb_run_opts opts;
	struct shrunk *out;
	struct fb_plan best;
	enum fb_finding_kind kind;
	struct timespec start;
	double seconds;
	int err;
};

static bool late(const struct shrinking *sh)
{
	return seconds_since(&sh->start) > sh->seconds;
}

/* A run by @opts; does it fail as it should? Then it is the best one now. */
static bool fails(struct shrinking *sh, const struct fb_run_opts *opts)
{
	struct fb_run_opts run = *opts;
	struct fb_plan made = { 0 };
	struct run_outcome out = { 0 };
	bool same;

	run.record = &made;
	sh->out->runs++;
	sh->err = runner_run(sh->s, &run, &out);
	same = !sh->err && out.verdict == VERDICT_FAILED && fb_nr_findings() &&
	       (!sh->out->kind || fb_finding_at(0)->kind == sh->kind);
	free(out.details);
	if (same) {
		sh->kind = fb_finding_at(0)->kind;
		sh->out->kind = fb_finding_name(sh->kind);
		free(sh->out->token);
		sh->out->token = strdup(fb_token());
		fb_plan_copy(&sh->best, &made);
	}
	fb_plan_free(&made);
	return same;
}

static bool fails_with(struct shrinking *sh, const struct fb_plan *plan)
{
	struct fb_run_opts run = sh->opts;

	run.policy = FB_POLICY_PLANNED;
	run.plan = plan;
	return fails(sh, &run);
}

/* Try without each group of @n; true if one could go. */
static bool cut_groups(struct shrinking *sh, size_t n)
{
	bool any = false;
	size_t at = 0;

	while (at < sh->best.n && !late(sh)) {
		struct fb_plan less = { 0 };
		size_t before = sh->best.n;

		fb_plan_copy(&less, &sh->best);
		fb_plan_cut(&less, at, n < less.n - at ? n : less.n - at);
		if (fails_with(sh, &less) && sh->best.n < before)
			any = true;
		else
			at += n;
		fb_plan_free(&less);
	}
	return any;
}

static void cut(struct shrinking *sh)
{
	size_t n = sh->best.n;

	while (n && !late(sh)) {
		bool any = cut_groups(sh, n);

		if (n == 1 && !any)
			return;
		n = n > 1 ? (n + 1) / 2 : 1;
		if (n > sh->best.n)
			n = sh->best.n;
	}
}

int shrink(const struct scenario *s, const struct fb_run_opts *opts, const char *token,
	   double seconds, struct shrunk *out)
{
	struct shrinking sh = { .s = s, .opts = *opts, .out = out, .seconds = seconds };
	struct fb_run_opts first = *opts;

	*out = (struct shrunk){ 0 };
	clock_gettime(CLOCK_MONOTONIC, &sh.start);
	first.policy = FB_POLICY_REPLAY;
	first.token = token;
	if (!fails(&sh, &first))
		goto out;
	out->from = sh.best.n;
	if (fb_token_faults(token)) {
		first.fault_none = true;
		out->faults_left_out = fails(&sh, &first);
	}
	if (!fb_token_faults(out->token))
		cut(&sh);
	out->to = sh.best.n;
out:
	fb_plan_free(&sh.best);
	return out->kind ? 0 : sh.err;
}
