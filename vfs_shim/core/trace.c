// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "snapshot.h"

static FB_UNTOLD char *text;
static FB_UNTOLD size_t text_len, text_room;
static FB_UNTOLD size_t *line; /* offsets into text */
static FB_UNTOLD size_t nr_lines, line_room;

static void *grown(void *p, size_t *room, size_t need, size_t unit)
{
	while (*room < need)
		*room = *room ? *room * 2 : 4096;
	p = realloc(p, *room * unit);
	if (!p)
		abort();
	return p;
}

static enum fb_event_kind kind_of(const char *what)
{
	if (!strncmp(what, "finding: ", 9))
		return FB_EVENT_FINDING;
	return !strncmp(what, "fault ", 6) ? FB_EVENT_FAULT : FB_EVENT_TRACE;
}

void fb_trace(const char *fmt, ...)
{
	struct fb_task *t = fb_core.cur;
	char buf[1024];
	va_list ap;
	int n;

	if (fb_core.no_trace)
		return;
	n = snprintf(buf, sizeof(buf), "%zu %llu %s%s: ", nr_lines + 1,
		     (unsigned long long)(fb_core.now / 1000), t ? t->name : "main",
		     fb_holder()->irq ? "/irq" : "");
	va_start(ap, fmt);
	vsnprintf(buf + n, sizeof(buf) - (size_t)n, fmt, ap);
	va_end(ap);
	n = (int)strlen(buf) + 1;
	if (text_len + (size_t)n > text_room)
		text = grown(text, &text_room, text_len + (size_t)n, 1);
	if (nr_lines == line_room)
		line = grown(line, &line_room, nr_lines + 1, sizeof(*line));
	line[nr_lines++] = text_len;
	memcpy(text + text_len, buf, (size_t)n);
	if (unlikely(fb_events_on))
		fb_event(kind_of(strstr(buf, ": ") + 2), 0, "%s", strstr(buf, ": ") + 2);
	text_len += (size_t)n;
}

size_t fb_trace_len(void)
{
	return nr_lines;
}

const char *fb_trace_line(size_t i)
{
	return i < nr_lines ? text + line[i] : NULL;
}

void fb_trace_print(FILE *to, size_t from, size_t to_line)
{
	if (to_line > nr_lines)
		to_line = nr_lines;
	for (size_t i = from; i < to_line; i++)
		fprintf(to, "%s\n", text + line[i]);
}

void fb_trace_reset(void)
{
	text_len = nr_lines = 0;
}
