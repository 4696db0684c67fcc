/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened in a run, event by event, for `fusebox explain`. Recorded only when asked for:
 * other runs pay a test of one flag.
 */
#ifndef FB_CORE_EVENTS_H
#define FB_CORE_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include "stack.h"

enum fb_event_kind {
	FB_EVENT_SWITCH, /* other: the task that runs from here on */
	FB_EVENT_BLOCK,
	FB_EVENT_WAKE, /* other: the task that is woken */
	FB_EVENT_LOCK, /* until: where it is released */
	FB_EVENT_UNLOCK,
	FB_EVENT_GET, /* until: where the reference is dropped */
	FB_EVENT_PUT,
	FB_EVENT_FREE, /* of memory */
	FB_EVENT_IRQ,
	FB_EVENT_IRQ_END,
	FB_EVENT_WORK,
	FB_EVENT_TRACE, /* a line of the trace: system calls, what the server does */
	FB_EVENT_FAULT,
	FB_EVENT_FINDING,
};

struct fb_event {
	enum fb_event_kind kind;
	unsigned int task; /* that ran; 0: none */
	unsigned int other; /* another task that it is about; 0: none */
	bool irq;
	fb_stack_t stack; /* 0: none */
	size_t since, until; /* number of the event that began this one, or ends it; 0: none */
	const char *text;
};

/* From the next fb_run_begin() on. */
void fb_events_record(bool on);
size_t fb_nr_events(void);
/* Events are numbered from 1, and stay until the next fb_run_begin(). */
const struct fb_event *fb_event_at(size_t number);

extern bool fb_events_on;
/* Returns the event's number; 0 when nothing is recorded. Context: any. */
size_t fb_event(enum fb_event_kind kind, unsigned int other, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* For those below; @since and @number are events. */
void fb_event_append_end(enum fb_event_kind kind, size_t since);
void fb_event_replace_stack(size_t number, fb_stack_t stack);

/* The end of what the event @since began; nothing happens for 0. */
static inline void fb_event_end(enum fb_event_kind kind, size_t since)
{
	if (__builtin_expect(since != 0, 0))
		fb_event_append_end(kind, since);
}
/* The calls as a finding will name them; nothing happens for 0. */
static inline void fb_event_set_stack(size_t number, fb_stack_t stack)
{
	if (__builtin_expect(number != 0, 0))
		fb_event_replace_stack(number, stack);
}

#endif
