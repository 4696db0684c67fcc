// SPDX-License-Identifier: GPL-2.0
/*
 * fusebox explain: which events of a run are worth a row, and whose they are.
 *
 * Left out: what one task takes and gives back before another one runs. Of the others there is room
 * for those before the finding, and for those round the calls that the finding names.
 */
#include "explain.h"

#include <core/finding.h>
#include <core/task.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

#define ROWS_BEFORE 48
#define ROWS_AFTER 4
#define ROWS_CLEAN 120
#define ROWS_AROUND 4
#define ROWS_AROUND_TAKEN 24 /* of what is left over when the run ends */
#define PLACE_FRAMES 8
#define LANE_IRQ 10000u
#define LANE_LOWER 10001u

/* A run's events while they are chosen; arrays are indexed by the number of the event. */
struct choice {
	size_t nr, told; /* number of the event that is told() */
	bool *small, *keep;
	size_t *row;
};

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

/* Neither terminals nor XML take control characters, and columns are counted in bytes. */
static char *clean(char *text)
{
	for (char *p = text; *p; p++) {
		if ((*p < ' ' && *p != '\n') || *p > '~')
			*p = '?';
	}
	return text;
}

/* What is told before others: expectations and warnings mostly follow from something else. */
static int weight(const struct fb_finding *f)
{
	return f->kind == FB_EXPECTATION ? 0 : f->kind == FB_WARN ? 1 : 2;
}

/* The finding that the page is about: what ended the run, or the first of those that weigh most. */
static size_t told(void)
{
	size_t best = 0;

	if (fb_run_stopped() && fb_nr_findings())
		return fb_nr_findings() - 1;
	for (size_t i = 1; i < fb_nr_findings(); i++) {
		if (weight(fb_finding_at(i)) > weight(fb_finding_at(best)))
			best = i;
	}
	return best;
}

/* Found when the run has ended: what matters lies round the place where it was taken. */
static bool is_left_over(const struct fb_finding *f)
{
	return f->kind == FB_LEAK || f->kind == FB_FREEZE_KEPT || f->kind == FB_REQUEST_OPEN;
}

static bool breaks(const struct fb_event *e, const struct fb_event *before)
{
	return e->kind == FB_EVENT_SWITCH || e->kind == FB_EVENT_BLOCK ||
	       e->kind == FB_EVENT_FINDING || e->kind == FB_EVENT_FAULT || !before ||
	       e->task != before->task || e->irq != before->irq;
}

static void find_small(struct choice *c)
{
	size_t *stretch = must(calloc(c->nr + 1, sizeof(*stretch))), findings = 0;

	for (size_t i = 1; i <= c->nr; i++) {
		const struct fb_event *e = fb_event_at(i);

		stretch[i] = stretch[i - 1] + breaks(e, fb_event_at(i - 1));
		c->small[i] = c->small[i] || e->kind == FB_EVENT_FREE;
		if (e->since && stretch[e->since] == stretch[i])
			c->small[i] = c->small[e->since] = true;
		if (e->kind == FB_EVENT_FINDING && findings++ == told())
			c->told = i;
	}
	free(stretch);
}

static void keep_before(struct choice *c, size_t from, unsigned int rows, bool small)
{
	for (size_t i = from; i && rows; i--) {
		if (c->small[i] && !small)
			continue;
		rows -= !c->keep[i];
		c->keep[i] = true;
	}
}

static void keep_after(struct choice *c, size_t from, unsigned int rows)
{
	for (size_t i = from + 1; i <= c->nr && rows; i++) {
		if (c->small[i])
			continue;
		rows -= !c->keep[i];
		c->keep[i] = true;
	}
}

/* The last event with these calls; one that nothing has ended, if there is any. */
static size_t find_stack(const struct choice *c, fb_stack_t stack)
{
	size_t last = 0;

	for (size_t i = c->nr; i && stack; i--) {
		const struct fb_event *e = fb_event_at(i);

		if (e->stack != stack)
			continue;
		if (!e->until)
			return i;
		last = last ? last : i;
	}
	return last;
}

/* What came just before it, be it ever so small, and after it. */
static void keep_stack(struct choice *c, fb_stack_t stack, bool left_over)
{
	size_t at = find_stack(c, stack);

	if (!at)
		return;
	keep_before(c, at, ROWS_AROUND, true);
	keep_after(c, at, ROWS_AROUND);
	if (left_over) {
		keep_before(c, at, ROWS_AROUND_TAKEN, false);
		keep_after(c, at, ROWS_AROUND_TAKEN);
	}
}

/* Nothing went wrong: calls and tasks up to the last line of the trace, not what they refer to. */
static void choose_end(struct choice *c)
{
	size_t last = c->nr;

	while (last && fb_event_at(last)->kind != FB_EVENT_TRACE)
		last--;
	for (size_t i = 1; i <= c->nr; i++) {
		enum fb_event_kind kind = fb_event_at(i)->kind;

		c->small[i] = c->small[i] || kind == FB_EVENT_GET || kind == FB_EVENT_PUT;
	}
	keep_before(c, last, ROWS_CLEAN, false);
}

static void choose(struct choice *c)
{
	const struct fb_finding *f = fb_finding_at(told());
	bool left_over = f && is_left_over(f);

	find_small(c);
	if (c->told) {
		keep_before(c, c->told, left_over ? ROWS_AROUND : ROWS_BEFORE, false);
		keep_after(c, c->told, ROWS_AFTER);
	} else {
		choose_end(c);
	}
	for (size_t i = 1; i <= c->nr; i++)
		c->keep[i] = c->keep[i] || fb_event_at(i)->kind == FB_EVENT_FAULT;
	if (!f)
		return;
	keep_stack(c, f->here, left_over);
	keep_stack(c, f->other, left_over);
	for (const struct fb_finding_part *p = f->parts; p; p = p->next) {
		if (!p->brief)
			keep_stack(c, p->stack, false);
	}
}

static unsigned int owner_of(const struct fb_event *e)
{
	if (e->irq)
		return LANE_IRQ;
	if (e->stack && !strncmp(fb_stack_site_file(e->stack), "sim/lower_", 10))
		return LANE_LOWER;
	return e->task;
}

static bool shares_its_name(const struct fb_task *t)
{
	const struct fb_task *o;

	for (unsigned int i = 0; (o = fb_task_at(i)); i++) {
		if (o != t && !strcmp(fb_task_name(o), fb_task_name(t)))
			return true;
	}
	return false;
}

static char *owner_name(unsigned int owner)
{
	const struct fb_task *t = owner && owner < LANE_IRQ ? fb_task_at(owner - 1) : NULL;
	char *name;

	if (t && asprintf(&name, shares_its_name(t) ? "%s %u" : "%s", fb_task_name(t),
			  fb_task_id(t)) >= 0)
		return clean(name);
	return must(strdup(owner == LANE_IRQ ? "irq" : owner == LANE_LOWER ? "lower fs" : "main"));
}

/* Lanes of the rows that are shown, by number of the task; irq and lower file system last. */
static void make_lanes(struct explanation *x, const struct choice *c, int lane_of[LANE_LOWER + 1])
{
	bool *used = must(calloc(LANE_LOWER + 1, sizeof(*used)));

	for (size_t i = 1; i <= c->nr; i++) {
		if (!c->keep[i])
			continue;
		used[owner_of(fb_event_at(i))] = true;
		if (fb_event_at(i)->other)
			used[fb_event_at(i)->other] = true;
	}
	for (unsigned int o = 0; o <= LANE_LOWER; o++) {
		if (!used[o])
			continue;
		x->lane = must(realloc(x->lane, (x->nr_lanes + 1) * sizeof(*x->lane)));
		lane_of[o] = x->nr_lanes;
		x->lane[x->nr_lanes++] = owner_name(o);
	}
	free(used);
}

/*
 * The first call in @text that is the kernel's own code, with what led to it; all of @text if there
 * is none.
 */
static char *from_kernel(char *text)
{
	for (char *call = text; call; call = strstr(call, " < ") ? strstr(call, " < ") + 3 : NULL) {
		char *file = strstr(call, " at ");

		if (file && (!strncmp(file + 4, "fs/", 3) || !strncmp(file + 4, "mm/", 3)))
			return memmove(text, call, strlen(call) + 1);
	}
	return text;
}

/* @f: the finding, if @e is one. */
static char *place_of(const struct fb_event *e, const struct fb_finding *f)
{
	fb_stack_t stack = f ? f->here : e->stack;
	char *text = NULL;
	size_t len;
	FILE *to;

	if (!stack)
		return must(strdup(""));
	to = must(open_memstream(&text, &len));
	fb_stack_print_brief(to, stack, PLACE_FRAMES);
	fclose(to);
	return clean(from_kernel(text));
}

/* @other: the name of the other task's lane, or NULL. */
static char *text_of(const struct fb_event *e, const char *other)
{
	static const char *const verbs[] = {
		[FB_EVENT_LOCK] = "takes ", [FB_EVENT_UNLOCK] = "releases ",
		[FB_EVENT_GET] = "gets ", [FB_EVENT_PUT] = "puts ", [FB_EVENT_FINDING] = "",
	};
	const char *verb = verbs[e->kind];
	char *text;

	if (e->kind == FB_EVENT_WAKE)
		verb = "wakes ";
	if (asprintf(&text, "%s%s%s", verb ? verb : "", other ? other : e->text,
		     e->kind == FB_EVENT_SWITCH ? " runs" : "") < 0)
		abort();
	return clean(text);
}

static struct explain_row *add_row(struct explanation *x)
{
	struct explain_row *r;

	x->row = must(realloc(x->row, (x->nr_rows + 1) * sizeof(*x->row)));
	r = &x->row[x->nr_rows++];
	*r = (struct explain_row){ .to = -1 };
	return r;
}

static void make_rows(struct explanation *x, struct choice *c, const int *lane_of)
{
	struct explain_row *r = NULL;
	size_t findings = 0;

	for (size_t i = 1; i <= c->nr; i++) {
		const struct fb_event *e = fb_event_at(i);
		const struct fb_finding *f = NULL;

		if (e->kind == FB_EVENT_FINDING)
			f = fb_finding_at(findings++);
		if (c->keep[i]) {
			r = add_row(x);
			r->event = e;
			r->number = i;
			r->lane = lane_of[owner_of(e)];
			r->to = e->other ? lane_of[e->other] : -1;
			r->text = text_of(e, r->to >= 0 ? x->lane[r->to] : NULL);
			r->place = place_of(e, f);
		} else if (c->small[i] && r) {
			r->folded += !r->event;
		} else {
			if (!r || r->event) {
				r = add_row(x);
				r->number = i;
			}
			r->folded++;
		}
		c->row[i] = x->nr_rows - 1;
	}
}

/* The first place beside the lane that is free all along; false: there is none. */
static bool find_slot(const struct explanation *x, struct explain_bar *b)
{
	for (b->slot = 0; b->slot < EXPLAIN_SLOTS; b->slot++) {
		unsigned int i;

		for (i = 0; i < x->nr_bars; i++) {
			const struct explain_bar *o = &x->bar[i];

			if (o->lane == b->lane && o->slot == b->slot && o->from <= b->until &&
			    b->from <= o->until)
				break;
		}
		if (i == x->nr_bars)
			return true;
	}
	return false;
}

static void add_bar(struct explanation *x, const struct choice *c, size_t begin, const int *lane_of)
{
	const struct fb_event *e = fb_event_at(begin);
	struct explain_bar b = {
		.from = c->row[begin], .until = e->until ? c->row[e->until] : x->nr_rows - 1,
		.lock = e->kind == FB_EVENT_LOCK,
	};

	if (!c->keep[begin] && !(e->until && c->keep[e->until]))
		return;
	b.lane = lane_of[owner_of(c->keep[begin] ? e : fb_event_at(e->until))];
	if (b.from == b.until || !find_slot(x, &b))
		return;
	x->bar = must(realloc(x->bar, (x->nr_bars + 1) * sizeof(*x->bar)));
	x->bar[x->nr_bars++] = b;
	if (c->keep[begin])
		x->row[b.from].bar = x->nr_bars;
	if (e->until && c->keep[e->until])
		x->row[b.until].bar = x->nr_bars;
}

/*
 * There is not room for all: locks, freeze protection and leaks first, then what begins and ends in
 * sight.
 */
static int rank_of(const struct choice *c, size_t begin)
{
	const struct fb_event *e = fb_event_at(begin);

	if (e->kind != FB_EVENT_LOCK && e->kind != FB_EVENT_GET)
		return -1;
	if (e->kind == FB_EVENT_LOCK || !strncmp(e->text, "freeze ", 7))
		return 0;
	if (!e->until && c->keep[begin] && !fb_run_stopped())
		return 0;
	return c->keep[begin] && e->until && c->keep[e->until] ? 1 : 2;
}

static void make_bars(struct explanation *x, const struct choice *c, const int *lane_of)
{
	for (int rank = 0; rank <= 2; rank++) {
		for (size_t i = 1; i <= c->nr; i++) {
			if (rank_of(c, i) == rank)
				add_bar(x, c, i, lane_of);
		}
	}
}

static void make_explanation(struct explanation *x)
{
	struct choice c = { .nr = fb_nr_events() };
	int *lane_of = must(calloc(LANE_LOWER + 1, sizeof(*lane_of)));

	c.small = must(calloc(c.nr + 1, sizeof(*c.small)));
	c.keep = must(calloc(c.nr + 1, sizeof(*c.keep)));
	c.row = must(calloc(c.nr + 1, sizeof(*c.row)));
	x->nr_events = c.nr;
	choose(&c);
	make_lanes(x, &c, lane_of);
	make_rows(x, &c, lane_of);
	make_bars(x, &c, lane_of);
	free(c.small);
	free(c.keep);
	free(c.row);
	free(lane_of);
}

static void drop(struct explanation *x)
{
	for (size_t i = 0; i < x->nr_rows; i++) {
		free(x->row[i].text);
		free(x->row[i].place);
	}
	for (int i = 0; i < x->nr_lanes; i++)
		free(x->lane[i]);
	free(x->row);
	free(x->lane);
	free(x->bar);
	free(x->verdict);
	free(x->details);
}

static void write_form(FILE *to, const struct explanation *x, enum explain_form form)
{
	xmlBuffer *buffer;
	xmlTextWriter *w;

	if (form == EXPLAIN_TEXT) {
		explain_text(to, x);
		return;
	}
	buffer = must(xmlBufferCreate());
	w = must(xmlNewTextWriterMemory(buffer, 0));
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	if (form == EXPLAIN_SVG)
		explain_svg(w, x);
	else
		explain_html(w, x);
	xmlTextWriterEndDocument(w);
	xmlFreeTextWriter(w);
	fwrite(xmlBufferContent(buffer), 1, xmlBufferLength(buffer), to);
	xmlBufferFree(buffer);
}

static int cannot_write(const char *path)
{
	fprintf(stderr, "fusebox: cannot write %s: %s\n", path, strerror(errno));
	return -EIO;
}

/* Under another name first: who looks at @path never sees half of it. */
static int write_file(const char *path, const struct explanation *x, enum explain_form form)
{
	char *tmp;
	FILE *to;
	int err = 0;
	bool bad;

	if (asprintf(&tmp, "%s.tmp", path) < 0)
		abort();
	to = fopen(tmp, "w");
	if (!to) {
		err = cannot_write(path);
		goto out;
	}
	write_form(to, x, form);
	bad = ferror(to);
	if (fclose(to) || bad || rename(tmp, path)) {
		err = cannot_write(path);
		unlink(tmp);
	}
out:
	free(tmp);
	return err;
}

static char *verdict_of(const struct run_outcome *out)
{
	const struct fb_finding *f = fb_finding_at(told());
	char *text;

	if (f && asprintf(&text, "%s: %s", fb_finding_name(f->kind), f->text) >= 0)
		return clean(text);
	if (!f && asprintf(&text, out->verdict == VERDICT_SKIPPED ? "skipped: %s" : "no finding",
			   out->details) >= 0)
		return clean(text);
	abort();
}

int explain(const struct scenario *s, const struct fb_run_opts *run, const char *token,
	    enum explain_form form, const char *path, unsigned int timeout_s)
{
	struct explanation x = { .token = token,
				 .options = run->access_points ? " --access-points" : "" };
	struct fb_run_opts o = *run;
	struct run_outcome out;
	int err;

	o.policy = FB_POLICY_REPLAY;
	o.token = token;
	fb_events_record(true);
	alarm(timeout_s);
	err = runner_run(s, &o, &out);
	alarm(0);
	fb_events_record(false);
	if (err)
		return err;
	x.verdict = verdict_of(&out);
	x.details = out.verdict == VERDICT_FAILED ? clean(out.details) : NULL;
	if (!x.details)
		free(out.details);
	make_explanation(&x);
	if (path)
		err = write_file(path, &x, form);
	else
		write_form(stdout, &x, form);
	drop(&x);
	return err;
}
