/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timers in virtual time. fb_now() and fb_time_advance() are in task.h.
 */
#ifndef FB_CORE_VTIME_H
#define FB_CORE_VTIME_H

#include <stdbool.h>
#include <stdint.h>

struct fb_timer { /* owned by the caller; zeroed before first use */
	uint64_t deadline;
	uint64_t seq;
	void (*fn)(void *arg);
	void *arg;
	struct fb_timer *next;
	bool armed;
};

/*
 * (Re)arm: @fn(@arg) runs in irq context once virtual time has reached @deadline_ns. Timers with
 * one deadline fire in the order in which they were armed. @fn may arm the timer again, or free it.
 */
void fb_timer_set(struct fb_timer *timer, uint64_t deadline_ns, void (*fn)(void *arg), void *arg);
/* True if it was armed. */
bool fb_timer_cancel(struct fb_timer *timer);
bool fb_timers_armed(void);

#endif
