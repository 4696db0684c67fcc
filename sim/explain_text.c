// SPDX-License-Identifier: GPL-2.0
/*
 * An explanation for the body of a mail: a list of events, no line longer than 78 columns.
 */
#include <stdlib.h>
#include <string.h>

#include "explain.h"

#define COLUMNS 78
#define INDENT 20 /* of what happened: behind number and task */

/* How much of @text fits into @room: up to a space if there is one, else all of it. */
static size_t fitting(const char *text, size_t room)
{
	size_t len = strcspn(text, "\n");

	if (len <= room)
		return len;
	for (len = room; len && text[len] != ' '; len--)
		;
	return len > room / 2 ? len : room;
}

/* One line of text from column @at on; what does not fit continues at column @indent. */
static void wrap(FILE *to, const char *text, size_t at, size_t indent)
{
	size_t len = fitting(text, COLUMNS - at);

	for (;;) {
		fprintf(to, "%.*s\n", (int)len, text);
		text += len;
		text += strspn(text, " ");
		if (!*text || *text == '\n')
			return;
		fprintf(to, "%*s", (int)indent, "");
		len = fitting(text, COLUMNS - indent);
	}
}

/* A token that is too long for a line is put together by the shell. */
static void print_command(FILE *to, const char *command, const struct explanation *x,
			  const char *option)
{
	size_t left = strlen(x->token), room = COLUMNS - 8, len;
	const char *token = x->token;

	fprintf(to, "  fusebox %s%s%s", command, x->options, option);
	if (left > 30)
		fputs(" \\\n", to);
	else
		fputc(' ', to);
	for (; left; left -= len, token += len) {
		len = left < room ? left : room;
		fprintf(to, "'%.*s'%s\n", (int)len, token, len < left ? "\\" : "");
	}
}

/* Of each finding all but the steps, which are the list, and the commands. */
static void print_findings(FILE *to, const char *details)
{
	bool skip = false;
	const char *line = details;

	while (*line) {
		size_t len = strcspn(line, "\n"), indent = strspn(line, " ");

		if (indent <= 2)
			skip = !strncmp(line, "  steps ", 8) || !strncmp(line, "  replay: ", 10) ||
			       !strncmp(line, "  gdb: ", 7) || !strncmp(line, "  explain: ", 11);
		if (!skip)
			wrap(to, line, 0, indent + 4);
		line += len + !!line[len];
	}
}

static void print_row(FILE *to, const struct explanation *x, const struct explain_row *r)
{
	char *text;

	if (!r->event) {
		fprintf(to, "       ... %zu events\n", r->folded);
		return;
	}
	fprintf(to, "%c%6zu %-11.11s ", r->event->kind == FB_EVENT_FINDING ? '>' : ' ', r->number,
		x->lane[r->lane]);
	if (r->bar) {
		if (asprintf(&text, "%s [%u]", r->text, r->bar) < 0)
			abort();
		wrap(to, text, INDENT, INDENT);
		free(text);
	} else {
		wrap(to, r->text, INDENT, INDENT);
	}
	if (*r->place && r->event->kind != FB_EVENT_SWITCH) {
		char *end = strstr(r->place, " < ");

		fprintf(to, "%*s", INDENT + 2, "");
		if (end)
			*end = '\0';
		wrap(to, r->place, INDENT + 2, INDENT + 4);
		if (end)
			*end = ' ';
	}
}

void explain_text(FILE *to, const struct explanation *x)
{
	wrap(to, x->verdict, 0, 4);
	fputs("\nRepeat it, or stop at it in a debugger:\n", to);
	print_command(to, "replay", x, "");
	print_command(to, "replay", x, " --gdb");
	fputs("\nWhat happened; [n] joins what is taken with where it is given back:\n\n", to);
	for (size_t i = 0; i < x->nr_rows; i++)
		print_row(to, x, &x->row[i]);
	if (x->details) {
		fputc('\n', to);
		print_findings(to, x->details);
	}
}
