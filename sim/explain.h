/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One run told to a reader: which events of it, in which lanes, and in which form.
 */
#ifndef FUSEBOX_SIM_EXPLAIN_H
#define FUSEBOX_SIM_EXPLAIN_H

#include <core/events.h>
#include <core/run.h>
#include <libxml/xmlwriter.h>
#include <stdio.h>

#include "scenario.h"

#define EXPLAIN_SLOTS 6 /* bars side by side in a lane */

enum explain_form { EXPLAIN_HTML, EXPLAIN_SVG, EXPLAIN_TEXT };

/**
 * struct explain_row - a line of the diagram
 * @event: NULL: @folded events that are left out
 * @number: of the event, or of the first that is left out
 * @lane: whose event it is
 * @to: the lane of the other task that it is about, or -1
 * @bar: number of the bar that begins or ends here; 0: none
 * @text: what happened
 * @place: the innermost calls, "" if not known
 */
struct explain_row {
	const struct fb_event *event;
	size_t number, folded;
	int lane, to;
	unsigned int bar;
	char *text, *place;
};

/**
 * struct explain_bar - a lock or a reference, from taken to released
 * @from: row
 * @until: row; the last one when it is still held then
 * @lane: who took it
 * @slot: which of the bars that stand side by side in the lane
 * @lock: or a reference
 */
struct explain_bar {
	size_t from, until;
	int lane;
	unsigned int slot;
	bool lock;
};

/**
 * struct explanation - what is told of a run
 * @token: repeats it
 * @options: of the commands that do, "" or " --access-points"
 * @verdict: in words
 * @details: the findings as text; or NULL
 */
struct explanation {
	const char *token, *options;
	char *verdict, *details;
	char **lane;
	int nr_lanes;
	struct explain_row *row;
	size_t nr_rows, nr_events;
	struct explain_bar *bar;
	unsigned int nr_bars;
};

/**
 * explain() - replay a token, write what happened
 * @s: its scenario
 * @run: options of the run
 * @token: the token
 * @form: what to write
 * @path: where; written under another name first and renamed; NULL: standard output
 * @timeout_s: wall time that the run may take
 *
 * Return: 0; -EINVAL: the token is malformed; -EIO: @path cannot be written, and that was said.
 */
int explain(const struct scenario *s, const struct fb_run_opts *run, const char *token,
	    enum explain_form form, const char *path, unsigned int timeout_s);

/* The forms. Each row of what they write holds one event. */
void explain_html(xmlTextWriter *w, const struct explanation *x);
void explain_svg(xmlTextWriter *w, const struct explanation *x);
void explain_text(FILE *to, const struct explanation *x);

#endif
