// SPDX-License-Identifier: GPL-2.0
/*
 * Runs that go on from the mark, and end where what follows is known.
 *
 * A run happens on stacks of its own, so that the memory it writes to can be put back while this is
 * on the process's stack. What comes after the region is a function of memory alone: nobody decides
 * anything any more. So of runs whose memory is the same at the end of the region, only the first
 * is made to its end.
 */
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "explore_internal.h"
#include "snapshot.h"

#define ENDS (1u << 20) /* that can be told apart; a power of two */

enum left { ENDED, AT_MARK, AT_END, CUT_SHORT };

static FB_KEPT struct fb_ctx loop, own; /* the process's stack; that of the run's begin and end */
static FB_KEPT struct fb_ctx *marked; /* the task that came to the mark */
static FB_KEPT bool apart; /* a run is under way on these stacks */
static FB_KEPT enum left left; /* why it does not go on */
static FB_KEPT bool impossible; /* restarts were tried, and cannot be had */
static FB_KEPT bool several; /* a run has more regions than one */
static FB_KEPT bool ended; /* the run has come to the end of its region */
static FB_KEPT struct fb_digest *ends; /* known to lead to no finding */
static FB_KEPT unsigned int nr_ends;
static FB_KEPT struct fb_digest end; /* of this run */

static FB_KEPT enum fb_explore_work work_now;
static FB_KEPT uint64_t work_since;

void fb_x_work(enum fb_explore_work work)
{
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
	if (work_since)
		fb_x.ns[work_now] += ns - work_since;
	work_now = work;
	work_since = ns;
}

/* What makes a whole run. */
struct whole {
	void (*fn)(void *arg);
	void *arg;
};

/* Leave the run, for good unless the mark is gone back to. */
static void leave_run(enum left why)
{
	left = why;
	fb_ctx_switch(fb_core.ctx, &loop, false);
}

static void run_apart(void *arg)
{
	struct whole *w = arg;

	w->fn(w->arg);
	leave_run(ENDED);
}

void fb_x_mark(void)
{
	several |= ended;
	if (apart && !fb_snapshot_taken())
		leave_run(AT_MARK);
}

void fb_x_end(void)
{
	ended = true;
	if (apart && fb_snapshot_taken())
		leave_run(AT_END);
}

void fb_x_cut_short(void)
{
	if (apart && fb_snapshot_taken())
		leave_run(CUT_SHORT);
}

static struct fb_digest *end_slot(const struct fb_digest *d)
{
	size_t i = d->w[0] & (ENDS - 1);

	while ((ends[i].w[0] | ends[i].w[1]) && memcmp(&ends[i], d, sizeof(*d)))
		i = (i + 1) & (ENDS - 1);
	return &ends[i];
}

/*
 * The snapshot, so that every run can go on here. Not possible: this one goes on, and others begin
 * anew.
 */
static void at_mark(void)
{
	marked = fb_core.ctx;
	if (fb_snapshot_take()) {
		fb_x_work(FB_WORK_STEPS);
		fb_x.probing = false;
		fb_x.marked = true;
	} else {
		apart = false;
		impossible = true;
	}
}

/* Is what follows known? Faults are counted, and a run near its livelock bound is like no other. */
static void at_end(void)
{
	fb_snapshot_phase(true);
	memset(&end, 0, sizeof(end));
	if (!several && !fb_faults_told()->at && !fb_nr_findings() &&
	    fb_steps() <= fb_core.max_steps / 2) {
		fb_x_work(FB_WORK_COMPARE);
		end = fb_snapshot_digest();
		if (!memcmp(end_slot(&end), &end, sizeof(end)))
			left = CUT_SHORT;
	}
	fb_x_work(FB_WORK_WHOLE);
}

/* The run went on to its end: nothing was found, or nobody asks for the next one. */
static void end_is_known(void)
{
	if ((end.w[0] | end.w[1]) && !fb_nr_findings() && nr_ends < ENDS / 2) {
		*end_slot(&end) = end;
		fb_x.ends = ++nr_ends;
	}
	memset(&end, 0, sizeof(end));
}

static void go(struct fb_ctx *to)
{
	apart = true;
	ended = false;
	do {
		fb_ctx_switch(&loop, to, false);
		to = fb_core.ctx;
		if (left == AT_MARK)
			at_mark();
		if (left == AT_END)
			at_end();
	} while (left == AT_MARK || left == AT_END);
	apart = false;
	fb_x_work(FB_WORK_OTHER);
	fb_core.main.low = NULL; /* the main stack is the process's again */
	if (left == ENDED)
		end_is_known();
}

/** fb_explore_run() - see explore.h. Context: main stack. */
bool fb_explore_run(void (*fn)(void *arg), void *arg)
{
	struct whole w = {fn, arg};

	if (!ends)
		ends = fb_x_map(ENDS * sizeof(*ends));
	fb_x_work(FB_WORK_RESTORE);
	if (fb_snapshot_taken() && fb_snapshot_restore()) {
		fb_x_work(FB_WORK_STEPS);
		fb_x.probing = false;
		fb_x.marked = true;
		fb_x_begin();
		go(marked);
		return left == ENDED;
	}
	fb_x_work(FB_WORK_WHOLE);
	if (fb_x.opts.no_restart || impossible || !fb_snapshot_possible()) {
		fn(arg);
		fb_x_work(FB_WORK_OTHER);
		return true;
	}
	fb_snapshot_heap();
	fb_ctx_own(&own, run_apart, &w);
	fb_core.main = own;
	go(&own);
	return left == ENDED;
}

void fb_x_forget_mark(void)
{
	fb_snapshot_drop();
	impossible = several = false;
	if (nr_ends)
		madvise(ends, ENDS * sizeof(*ends), MADV_DONTNEED);
	fb_x.ends = nr_ends = 0;
	memset(fb_x.ns, 0, sizeof(fb_x.ns));
	work_since = 0;
}
