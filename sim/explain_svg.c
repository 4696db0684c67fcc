// SPDX-License-Identifier: GPL-2.0
/*
 * An explanation as a sequence diagram (SVG), and as an HTML page round it. Each event has a row of
 * its own, so that no text can lie on another; the markup is libxml2's business. All lengths are in
 * pixels.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"

#define WIDTH 1240
#define NUMBERS 56 /* the column of numbers */
#define LANES_WIDTH 600
#define LANE_MAX 130
#define LANE_MIN 64
#define TEXT_MIN 520
#define HEAD 34
#define ROW 34
#define FOLD 24
#define LETTER 6.7 /* of 11 px monospace, rounded up */
#define SLOT_MAX 13
#define SLOT_NAMED 11 /* narrower ones have no room for a number */

static const char style[] =
	"svg{--bg:#fff;--fg:#1b1f24;--dim:#5c6670;--lane:#b9c0c7;--lock:#b3541e;--ref:#2a6fb0;--bad:#c0182b;"
	"--band:#f3f5f7;--hit:#fde7e9}"
	"@media (prefers-color-scheme:dark){svg{--bg:#16191d;--fg:#e4e7ea;--dim:#9aa4ae;--lane:#49525b;"
	"--lock:#e08a55;--ref:#6fb1ee;--bad:#ff6b78;--band:#1e2328;--hit:#46191e}}"
	"@media print{svg{--bg:#fff;--fg:#000;--dim:#444;--lane:#999;--lock:#b3541e;--ref:#2a6fb0;--bad:#c0182b;"
	"--band:#f3f5f7;--hit:#fde7e9}}"
	"text{font:11px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:var(--fg)}"
	".bg{fill:var(--bg)}.band{fill:var(--band)}.hit{fill:var(--hit)}"
	"text.dim{fill:var(--dim)}text.head{font-weight:bold}text.bad{fill:var(--bad);font-weight:bold}"
	"text.lock{fill:var(--lock)}text.ref{fill:var(--ref)}"
	"text.name{font-size:8px}"
	".lane{stroke:var(--lane)}.arrow{stroke:var(--fg)}.switch{stroke:var(--dim);stroke-dasharray:3 3}"
	"rect.lock{fill:var(--lock)}rect.ref{fill:var(--ref)}circle{fill:var(--fg)}circle.bad{fill:var(--bad)}";

static const char page_style[] =
	":root{color-scheme:light dark}"
	"body{font:14px/1.45 sans-serif;max-width:1248px;margin:12px auto;padding:0 8px;background:#fff;color:#1b1f24}"
	"h1{font-size:20px}h2{font-size:16px}pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px}"
	"svg{max-width:100%;height:auto}.bad{color:#c0182b;font-weight:bold}"
	"@media (prefers-color-scheme:dark){body{background:#16191d;color:#e4e7ea}.bad{color:#ff6b78}}"
	"@media print{body{background:#fff;color:#000}}";

/* Where things are. */
struct layout {
	const struct explanation *x;
	xmlTextWriter *w;
	int lane, slot, text, width, height;
	int *top; /* of each row */
};

static void begin(xmlTextWriter *w, const char *name)
{
	xmlTextWriterStartElement(w, BAD_CAST name);
}

static void end(xmlTextWriter *w)
{
	xmlTextWriterFullEndElement(w);
}

static void attr(xmlTextWriter *w, const char *name, const char *value)
{
	xmlTextWriterWriteAttribute(w, BAD_CAST name, BAD_CAST value);
}

static void number(xmlTextWriter *w, const char *name, int value)
{
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST name, "%d", value);
}

static void element(xmlTextWriter *w, const char *name, const char *text)
{
	xmlTextWriterWriteElement(w, BAD_CAST name, BAD_CAST text);
}

/* No wider than @room; what is cut off is in the tooltip. */
static void put_text(struct layout *l, int px, int py, int room, const char *class,
		     const char *text)
{
	size_t max = room > 0 ? (size_t)(room / LETTER) : 0;
	char *cut = strdup(text);

	if (!cut)
		abort();
	begin(l->w, "text");
	number(l->w, "x", px);
	number(l->w, "y", py);
	attr(l->w, "class", class);
	if (strlen(cut) > max && max > 3) {
		memcpy(cut + max - 3, "...", 4);
		element(l->w, "title", text);
	}
	xmlTextWriterWriteString(l->w, BAD_CAST cut);
	end(l->w);
	free(cut);
}

static void put_rect(struct layout *l, int px, int py, int width, int height, const char *class)
{
	begin(l->w, "rect");
	number(l->w, "x", px);
	number(l->w, "y", py);
	number(l->w, "width", width);
	number(l->w, "height", height);
	attr(l->w, "class", class);
	end(l->w);
}

static void put_line(struct layout *l, const int from[2], const int to[2], const char *class)
{
	begin(l->w, "line");
	number(l->w, "x1", from[0]);
	number(l->w, "y1", from[1]);
	number(l->w, "x2", to[0]);
	number(l->w, "y2", to[1]);
	attr(l->w, "class", class);
	end(l->w);
}

static int lane_x(const struct layout *l, int lane)
{
	return NUMBERS + lane * l->lane + 12;
}

static int middle(const struct layout *l, size_t row)
{
	return l->top[row] + (l->x->row[row].event ? ROW : FOLD) / 2;
}

static void make_layout(struct layout *l)
{
	const struct explanation *x = l->x;

	l->lane = x->nr_lanes ? LANES_WIDTH / x->nr_lanes : LANE_MAX;
	if (l->lane > LANE_MAX)
		l->lane = LANE_MAX;
	if (l->lane < LANE_MIN)
		l->lane = LANE_MIN;
	l->slot = (l->lane - 24) / EXPLAIN_SLOTS;
	if (l->slot > SLOT_MAX)
		l->slot = SLOT_MAX;
	l->text = NUMBERS + x->nr_lanes * l->lane + 8;
	l->width = l->text + TEXT_MIN > WIDTH ? l->text + TEXT_MIN : WIDTH;
	l->top = calloc(x->nr_rows + 1, sizeof(*l->top));
	if (!l->top)
		abort();
	l->height = HEAD;
	for (size_t i = 0; i < x->nr_rows; i++) {
		l->top[i] = l->height;
		l->height += x->row[i].event ? ROW : FOLD;
	}
	l->height += 8;
}

static void draw_lanes(struct layout *l)
{
	for (int i = 0; i < l->x->nr_lanes; i++) {
		int px = lane_x(l, i);

		put_text(l, px - 8, 20, l->lane - 6, "head", l->x->lane[i]);
		put_line(l, (int[]){ px, HEAD - 6 }, (int[]){ px, l->height - 4 }, "lane");
	}
}

/* Its number stands at its top. */
static void draw_bar(struct layout *l, unsigned int i)
{
	const struct explain_bar *b = &l->x->bar[i];
	const char *class = b->lock ? "lock" : "ref";
	int px = lane_x(l, b->lane) + 8 + (int)b->slot * l->slot, py = middle(l, b->from);

	char name[16];

	snprintf(name, sizeof(name), "%u", i + 1);
	put_rect(l, px, py, 5, middle(l, b->until) - py, class);
	if (l->slot < SLOT_NAMED)
		return;
	begin(l->w, "text");
	number(l->w, "x", px - 1);
	number(l->w, "y", py - 2);
	xmlTextWriterWriteFormatAttribute(l->w, BAD_CAST "class", "%s name", class);
	xmlTextWriterWriteString(l->w, BAD_CAST name);
	end(l->w);
}

static void draw_arrow(struct layout *l, const struct explain_row *r, int py)
{
	int from = lane_x(l, r->lane), to = lane_x(l, r->to), back = to > from ? -6 : 6;
	const char *class = r->event->kind == FB_EVENT_SWITCH ? "switch" : "arrow";

	if (from == to)
		return;
	put_line(l, (int[]){ from, py }, (int[]){ to, py }, class);
	put_line(l, (int[]){ to + back, py - 4 }, (int[]){ to, py }, "arrow");
	put_line(l, (int[]){ to + back, py + 4 }, (int[]){ to, py }, "arrow");
}

static const char *class_of(const struct explain_row *r)
{
	switch (r->event->kind) {
	case FB_EVENT_FINDING:
	case FB_EVENT_FAULT:
		return "bad";
	case FB_EVENT_LOCK:
	case FB_EVENT_UNLOCK:
		return "lock";
	case FB_EVENT_GET:
	case FB_EVENT_PUT:
		return "ref";
	case FB_EVENT_SWITCH:
		return "dim";
	default:
		return "plain";
	}
}

static void draw_event(struct layout *l, size_t i)
{
	const struct explain_row *r = &l->x->row[i];
	int room = l->width - l->text - 8, py = l->top[i];
	/* a line of its own says nothing more */
	bool lone = r->event->kind == FB_EVENT_SWITCH || !*r->place;
	const char *class = class_of(r);
	char *text;

	if (asprintf(&text, r->bar ? "%s [%u]" : "%s", r->text, r->bar) < 0)
		abort();
	if (r->to >= 0)
		draw_arrow(l, r, middle(l, i));
	begin(l->w, "circle");
	number(l->w, "cx", lane_x(l, r->lane));
	number(l->w, "cy", middle(l, i));
	number(l->w, "r", strcmp(class, "bad") ? 3 : 6);
	attr(l->w, "class", class);
	end(l->w);
	begin(l->w, "g");
	put_text(l, l->text, py + (lone ? 21 : 14), room, class, text);
	if (!lone)
		put_text(l, l->text + 12, py + 28, room - 12, "dim", r->place);
	end(l->w);
	free(text);
}

static void draw_row(struct layout *l, size_t i)
{
	const struct explain_row *r = &l->x->row[i];
	char text[64];

	if (!r->event) {
		snprintf(text, sizeof(text), "... %zu events left out", r->folded);
		put_text(l, l->text, l->top[i] + 16, l->width - l->text, "dim", text);
		return;
	}
	snprintf(text, sizeof(text), "%zu", r->number);
	put_text(l, 8, l->top[i] + 21, NUMBERS, "dim", text);
	draw_event(l, i);
}

static void draw_bands(struct layout *l)
{
	for (size_t i = 0; i < l->x->nr_rows; i++) {
		const struct explain_row *r = &l->x->row[i];

		if (!r->event)
			put_rect(l, 0, l->top[i], l->width, FOLD, "band");
		else if (r->event->kind == FB_EVENT_FINDING)
			put_rect(l, 0, l->top[i], l->width, ROW, "hit");
	}
}

void explain_svg(xmlTextWriter *w, const struct explanation *x)
{
	struct layout l = { .x = x, .w = w };

	make_layout(&l);
	xmlTextWriterStartElementNS(w, NULL, BAD_CAST "svg", BAD_CAST "http://www.w3.org/2000/svg");
	number(w, "width", l.width);
	number(w, "height", l.height);
	xmlTextWriterWriteFormatAttribute(w, BAD_CAST "viewBox", "0 0 %d %d", l.width, l.height);
	element(w, "title", x->verdict);
	element(w, "style", style);
	put_rect(&l, 0, 0, l.width, l.height, "bg");
	draw_bands(&l);
	draw_lanes(&l);
	for (unsigned int i = 0; i < x->nr_bars; i++)
		draw_bar(&l, i);
	for (size_t i = 0; i < x->nr_rows; i++)
		draw_row(&l, i);
	end(w);
	free(l.top);
}

static void write_command(xmlTextWriter *w, const struct explanation *x, const char *option)
{
	xmlTextWriterWriteFormatString(w, "fusebox replay '%s'%s%s\n", x->token, x->options,
				       option);
}

void explain_html(xmlTextWriter *w, const struct explanation *x)
{
	xmlTextWriterWriteDTD(w, BAD_CAST "html", NULL, NULL, NULL);
	xmlTextWriterStartElementNS(w, NULL, BAD_CAST "html",
				    BAD_CAST "http://www.w3.org/1999/xhtml");
	attr(w, "lang", "en");
	begin(w, "head");
	begin(w, "meta");
	attr(w, "charset", "UTF-8");
	xmlTextWriterEndElement(w);
	element(w, "title", x->token);
	element(w, "style", page_style);
	end(w);
	begin(w, "body");
	element(w, "h1", x->token);
	begin(w, "p");
	attr(w, "class", x->details ? "bad" : "good");
	xmlTextWriterWriteString(w, BAD_CAST x->verdict);
	end(w);
	begin(w, "pre");
	write_command(w, x, "");
	write_command(w, x, " --gdb");
	end(w);
	xmlTextWriterWriteFormatElement(
		w, BAD_CAST "p",
		"Of %zu events, those that matter; time goes downwards. Bars stand for what is held: locks brown, "
		"references blue; [n] joins the two ends of one. Dashed: another task runs; arrow: wakes.",
		x->nr_events);
	explain_svg(w, x);
	if (x->details) {
		element(w, "h2", "The finding");
		element(w, "pre", x->details);
	}
	end(w);
	end(w);
}
