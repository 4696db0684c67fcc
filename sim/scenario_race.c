// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs that run at the same time, as far as there is such a thing: the region that the explorer explores.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "scenario.h"

/* A job behind a gate. */
struct racer {
	struct fx_job job;
	long (*fn)(struct fx_job *job);
	struct w_event *start, *done, *leave;
	bool started;
};

static long racer_fn(struct fx_job *job)
{
	struct racer *r = (struct racer *)((char *)job - offsetof(struct racer, job));
	struct world *w = sc_world(job->sc);
	long ret;

	w_event_wait(w, r->start);
	ret = r->fn(job);
	w_event_post(w, r->done);
	/* The end of a task, with all that it closes, is teardown. */
	w_event_wait(w, r->leave);
	return ret;
}

static long racer_start(struct sc *sc, struct racer *r, const struct fx_job *job, unsigned int spawn)
{
	struct world *w = sc_world(sc);
	long err;

	r->job = *job;
	r->fn = job->fn;
	r->job.fn = racer_fn;
	r->start = w_event_new(w, "start");
	r->done = w_event_new(w, "done");
	r->leave = w_event_new(w, "leave");
	if (!r->start || !r->done || !r->leave)
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
	if (r->done)
		w_event_free(w, r->done);
	if (r->leave)
		w_event_free(w, r->leave);
}

/* The gates are opened before the region begins: none of this is worth another schedule. */
static void run_all(struct sc *sc, struct racer *r, unsigned int n)
{
	struct world *w = sc_world(sc);

	for (unsigned int i = 0; i < n; i++)
		w_event_post(w, r[i].start);
	sc_explore_begin(sc);
	for (unsigned int i = 0; i < n; i++)
		w_event_wait(w, r[i].done);
	sc_explore_end(sc);
}

long fx_race(struct sc *sc, struct fx_job *jobs, unsigned int n, unsigned int spawn)
{
	struct racer *r = calloc(n, sizeof(*r));
	struct world *w = sc_world(sc);
	long err = r ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < n && !err; i++)
		err = racer_start(sc, &r[i], &jobs[i], spawn);
	if (!err)
		run_all(sc, r, n);
	for (unsigned int i = 0; r && i < n; i++) {
		if (err && r[i].started)
			w_event_post(w, r[i].start);
		racer_end(w, &r[i]);
		jobs[i].ret = r[i].job.ret;
	}
	free(r);
	return err;
}
