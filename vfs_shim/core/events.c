// SPDX-License-Identifier: GPL-2.0
/*
 * The recorder of events. Texts are made at once, as the names of objects change in a run; stacks
 * are looked up by whoever reads them.
 */
#include <stdlib.h>
#include "internal.h"

bool fb_events_on;

static struct fb_event *events;
static size_t nr_events, room;

/** fb_events_record() - see events.h. Context: between runs. */
void fb_events_record(bool on)
{
	fb_events_on = on;
}

/** fb_nr_events() - of this run, or the last one. */
size_t fb_nr_events(void)
{
	return nr_events;
}

/** fb_event_at() - NULL for 0 and beyond the last. */
const struct fb_event *fb_event_at(size_t number)
{
	return number && number <= nr_events ? &events[number - 1] : NULL;
}

static struct fb_event *append(enum fb_event_kind kind, unsigned int other)
{
	struct fb_event *e;

	if (nr_events == room) {
		room = room ? 2 * room : 4096;
		events = realloc(events, room * sizeof(*events));
		if (!events)
			abort();
	}
	e = &events[nr_events++];
	*e = (struct fb_event){.kind = kind,
			       .task = fb_holder()->id,
			       .other = other,
			       .irq = fb_holder()->irq,
			       .stack = kind == FB_EVENT_FINDING ? 0 : fb_stack_here()};
	return e;
}

/** fb_event() - see events.h. The text is copied; it must not hold an address. */
size_t fb_event(enum fb_event_kind kind, unsigned int other, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (likely(!fb_events_on))
		return 0;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	append(kind, other)->text = fb_run_printf("%s", text);
	return nr_events;
}

/** fb_event_append_end() - of what the event @since began. */
void fb_event_append_end(enum fb_event_kind kind, size_t since)
{
	struct fb_event *e = append(kind, 0);

	e->since = since;
	e->text = events[since - 1].text;
	events[since - 1].until = nr_events;
}

/** fb_event_replace_stack() - the calls of event @number as a finding will name them. */
void fb_event_replace_stack(size_t number, fb_stack_t stack)
{
	events[number - 1].stack = stack;
}

void fb_events_reset(void)
{
	nr_events = 0;
}
