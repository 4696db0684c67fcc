// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual time: moves only when nobody can run, or on request.
 */
#include "internal.h"

static struct fb_timer *timers; /* by deadline, then by age */
static uint64_t seq;

/** fb_now() - virtual nanoseconds since the run began. */
uint64_t fb_now(void)
{
	return fb_core.now;
}

/** fb_timer_set() - arm, or arm anew; see vtime.h. Context: any. */
void fb_timer_set(struct fb_timer *timer, uint64_t deadline_ns, void (*fn)(void *arg), void *arg)
{
	struct fb_timer **p = &timers;

	fb_timer_cancel(timer);
	*timer = (struct fb_timer){
		.deadline = deadline_ns, .seq = ++seq, .fn = fn, .arg = arg, .armed = true};
	while (*p && (*p)->deadline <= deadline_ns)
		p = &(*p)->next;
	timer->next = *p;
	*p = timer;
	fb_race_release(timer);
}

/**
 * fb_timer_cancel() - disarm. Return: was it armed? Its handler cannot be running then: handlers
 * end before anything else runs.
 */
bool fb_timer_cancel(struct fb_timer *timer)
{
	struct fb_timer **p = &timers;

	if (!timer->armed)
		return false;
	while (*p && *p != timer)
		p = &(*p)->next;
	if (*p)
		*p = timer->next;
	timer->armed = false;
	timer->next = NULL;
	return true;
}

/* Fire what is due, oldest deadline first; a handler may arm and cancel others. */
static void fire(void)
{
	uint64_t before = seq;

	while (timers && timers->deadline <= fb_core.now && timers->seq <= before &&
	       !fb_core.stopped) {
		struct fb_timer *t = timers;

		timers = t->next;
		t->armed = false;
		t->next = NULL;
		fb_race_irq_acquire(fb_holder(), t);
		fb_irq_raise(t->fn, t->arg);
	}
}

/**
 * fb_time_advance() - let @ns pass, and fire what is due on the way. Context: any; handlers wait
 * while irqs are disabled.
 */
void fb_time_advance(uint64_t ns)
{
	uint64_t end = fb_core.now + ns;

	while (timers && timers->deadline <= end && !fb_core.stopped) {
		if (timers->deadline > fb_core.now)
			fb_core.now = timers->deadline;
		else
			fb_step();
		fire();
	}
	fb_core.now = end;
}

/* Is the next deadline near enough to be waited for while nobody can run? */
static bool in_reach(void)
{
	return timers && (timers->deadline <= fb_core.now ||
			  timers->deadline - fb_core.idle_since <= fb_core.max_idle);
}

/** fb_timers_armed() - will time alone go on, if nobody can run? Context: any. */
bool fb_timers_armed(void)
{
	return in_reach();
}

/* Nobody can run: jump to the next deadline. False if there is none, or none in reach. */
bool fb_time_to_next(void)
{
	if (!in_reach())
		return false;
	fb_step();
	if (timers->deadline > fb_core.now)
		fb_core.now = timers->deadline;
	fire();
	return true;
}

void fb_timers_range_freed(const void *start, size_t len)
{
	struct fb_timer *t, *next;

	for (t = timers; t; t = next) {
		next = t->next;
		if ((uintptr_t)t - (uintptr_t)start < len) {
			fb_report(FB_CONTRACT, 0, NULL, "memory of an armed timer is freed (%s)",
				  fb_obj(t));
			fb_timer_cancel(t);
		}
	}
}

void fb_vtime_reset(void)
{
	timers = NULL;
	seq = 0;
	fb_core.now = 0;
	fb_core.idle_since = 0;
}
