/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Concurrency scenarios: some tasks that meet, on a file that is passed through. Small on purpose:
 * the explorer tries their schedules.
 */
#ifndef FUSEBOX_SIM_CONC_H
#define FUSEBOX_SIM_CONC_H

#include "../scenario.h"

#define CONC_SIZE	100	/* of the file, which has pattern 1 */
#define CONC_TASKS	4

/**
 * struct conc - the surroundings of tasks that meet
 * @sc: the scenario's run
 * @w: its world
 * @fx: lower file system, server, mount
 * @fd: "f", opened through FUSE
 * @other: another fd, or -1
 * @id: a backing id, if the scenario registers one
 * @map: a mapping of @fd, if the scenario makes one
 * @ctx: a context of io_submit(), or -1
 * @aio: its request
 * @buf: and its buffer; NULL: there are no asynchronous requests
 * @over: it was submitted by one of the tasks, or could not be: nobody needs to wait for it any
 *	more
 */
struct conc {
	struct sc *sc;
	struct world *w;
	struct fixture fx;
	long fd;
	long other;
	long id;
	unsigned long long map;
	long ctx;
	struct w_aio aio;
	char *buf;
	bool over;
};

/* What one of the tasks does; the result is that of its job. */
typedef long (*conc_fn)(struct fx_job *job);

static inline struct conc *conc_of(struct fx_job *job)
{
	return job->arg;
}

/**
 * conc_begin() - build the surroundings, with a file "f" opened for reading and writing
 * @sc: the scenario's run
 * @c: is set up
 * @o: options of the fixture; NULL: the usual ones
 * @flags: further flags for opening "f"
 *
 * Return: whether it worked. conc_end() is needed in any case.
 */
bool conc_begin(struct sc *sc, struct conc *c, const struct fx_opts *o, int flags);

/**
 * conc_meet() - run tasks side by side, and wait for all; only this is explored
 * @c: the surroundings
 * @n: how many, up to CONC_TASKS
 * @fn: what each does; they share an fd table
 * @ret: what each returned
 *
 * Return: whether they could be started.
 */
bool conc_meet(struct conc *c, unsigned int n, const conc_fn *fn, long *ret);

/* conc_end() - take the surroundings down, and check that nothing is left. */
void conc_end(struct conc *c);

/* conc_is() - is a result one of two? Else it is a failed expectation. */
bool conc_is(struct conc *c, const char *what, long got, long one, long other);

/* Jobs that several scenarios use. */
long conc_close(struct fx_job *job);	/* conc.fd, which is -1 then */
long conc_abort(struct fx_job *job);	/* the connection */
long conc_freeze_thaw(struct fx_job *job);
long conc_write_in_place(struct fx_job *job);	/* 10 bytes at 10 */
long conc_extend(struct fx_job *job);	/* 10 bytes behind the end of CONC_SIZE */
long conc_truncate(struct fx_job *job);	/* to 50 */

#endif
