// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs that run at the same time, as far as there is such a thing: the region that the explorer
 * explores.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "scenario.h"

/* Who meets. */
struct race {
	struct racer *racer;
	unsigned int n, left;	/* 0: it does not take place; jobs that are not done yet */
	struct w_event *done;	/* all of them are */
};

/* A job behind a gate. */
struct racer {
	struct fx_job job;
	long (*fn)(struct fx_job *job);
	struct race *race;
	struct w_event *start, *leave;
	bool started;
};

/*
 * The first one opens the gates of the others, and with that the region begins: whoever waits for
 * the end of all waits already, and has no part in it. Which of them is the last makes no
 * difference to anybody.
 */
static long racer_fn(struct fx_job *job)
{
	struct racer *r = (struct racer *)((char *)job - offsetof(struct racer, job));
	struct world *w = sc_world(job->sc);
	struct race *all = r->race;
	long ret;

	w_event_wait(w, r->start);
	if (r == all->racer && all->n) {
		for (unsigned int i = 1; i < all->n; i++)
			w_event_post(w, all->racer[i].start);
		sc_explore_begin(job->sc);
	}
	ret = r->fn(job);
	if (__atomic_sub_fetch(&all->left, 1, __ATOMIC_ACQ_REL) == 0)
		w_event_post(w, all->done);
	/* The end of a task, with all that it closes, is teardown. */
	w_event_wait(w, r->leave);
	return ret;
}

static long racer_start(struct sc *sc, struct race *all, struct racer *r, const struct fx_job *job,
			unsigned int spawn)
{
	struct world *w = sc_world(sc);
	long err;

	r->job = *job;
	r->fn = job->fn;
	r->job.fn = racer_fn;
	r->race = all;
	r->start = w_event_new(w, "start");
	r->leave = w_event_new(w, "leave");
	if (!r->start || !r->leave)
		return -ENOMEM;
	err = fx_job_start(sc, &r->job, spawn);
	if (err)
		return err;
	r->started = true;
	return w_task_wait_blocked(w, r->job.task);
}

static void racer_end(struct world *w, struct racer *r)
{
	if (r->started) {
		w_event_post(w, r->leave);
		fx_job_wait(&r->job);
	}
	if (r->start)
		w_event_free(w, r->start);
	if (r->leave)
		w_event_free(w, r->leave);
}

static void run_all(struct sc *sc, struct race *all)
{
	struct world *w = sc_world(sc);

	w_event_post(w, all->racer[0].start);
	w_event_wait(w, all->done);
	sc_explore_end(sc);
}

long fx_race(struct sc *sc, struct fx_job *jobs, unsigned int n, unsigned int spawn)
{
	struct world *w = sc_world(sc);
	struct racer *r = calloc(n, sizeof(*r));
	struct race all = { .racer = r, .n = n, .left = n, .done = w_event_new(w, "done") };
	long err = r && all.done ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < n && !err; i++)
		err = racer_start(sc, &all, &r[i], &jobs[i], spawn);
	if (err)
		all.n = 0;
	else
		run_all(sc, &all);
	for (unsigned int i = 0; r && i < n; i++) {
		if (err && r[i].started)
			w_event_post(w, r[i].start);
		racer_end(w, &r[i]);
		jobs[i].ret = r[i].job.ret;
	}
	if (all.done)
		w_event_free(w, all.done);
	free(r);
	return err;
}
