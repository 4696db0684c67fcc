// SPDX-License-Identifier: GPL-2.0
/*
 * Findings and how they are told.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

#define MAX_FINDINGS 64
#define STEPS_BEFORE 20
#define STEPS_AROUND 5
#define BRIEF_FRAMES 6
#define MAX_BRIEF 64

static struct fb_finding findings[MAX_FINDINGS];
static size_t nr_findings, nr_dropped;

static const char *const names[FB_NR_FINDINGS] = {
	[FB_LEAK] = "leak",
	[FB_DOUBLE_PUT] = "double-put",
	[FB_LOCK_HELD] = "lock-held",
	[FB_LOCK_ORDER] = "lock-order",
	[FB_LOCK_MISUSE] = "lock-misuse",
	[FB_SLEEP_ATOMIC] = "sleep-atomic",
	[FB_FREEZE_KEPT] = "freeze-kept",
	[FB_USE_AFTER_FREE] = "use-after-free",
	[FB_OVERRUN] = "overrun",
	[FB_DEADLOCK] = "deadlock",
	[FB_REQUEST_OPEN] = "request-open",
	[FB_UNMODELLED] = "unmodelled",
	[FB_WARN] = "warn",
	[FB_BUG] = "bug",
	[FB_RCU] = "rcu",
	[FB_CONTRACT] = "contract",
	[FB_DATA_RACE] = "data-race",
	[FB_EXPECTATION] = "expectation",
};

/** fb_finding_name() - as in reports: "leak", "double-put", ... */
const char *fb_finding_name(enum fb_finding_kind kind)
{
	return (unsigned int)kind < FB_NR_FINDINGS ? names[kind] : "(unknown)";
}

/*
 * NULL when it is one finding too many; a repeated one is counted and returned as NULL too, it has
 * its parts already.
 */
static struct fb_finding *record(enum fb_finding_kind kind, fb_stack_t here, fb_stack_t other,
				 const char *label, const char *fmt, va_list ap)
{
	struct fb_finding *f;
	char text[sizeof(f->text)];

	vsnprintf(text, sizeof(text), fmt, ap);
	for (size_t i = 0; i < nr_findings; i++) {
		f = &findings[i];
		if (f->kind == kind && f->here == here && f->other == other &&
		    !strcmp(f->text, text)) {
			f->count++;
			return NULL;
		}
	}
	fb_trace("finding: %s: %s", fb_finding_name(kind), text);
	if (nr_findings == MAX_FINDINGS) {
		nr_dropped++;
		return NULL;
	}
	f = &findings[nr_findings++];
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	memcpy(f->text, text, sizeof(text));
	f->here = here;
	f->other = other;
	f->other_label = label;
	f->task_id = fb_holder()->id;
	f->trace_pos = fb_trace_len();
	f->count = 1;
	return f;
}

struct fb_finding *fb_report_at(enum fb_finding_kind kind, fb_stack_t here, fb_stack_t other,
				const char *other_label, const char *fmt, ...)
{
	struct fb_finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = record(kind, here, other, other_label, fmt, ap);
	va_end(ap);
	return f;
}

/**
 * fb_report() - record a finding seen here, and go on. The same one again is only counted; 64 are
 * kept. Context: any.
 */
void fb_report(enum fb_finding_kind kind, fb_stack_t other, const char *other_label,
	       const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(kind, fb_stack_here(), other, other_label, fmt, ap);
	va_end(ap);
}

/**
 * fb_report_fatal() - record it and stop the run. On the main stack: print all findings and exit
 * with 70.
 */
_Noreturn void fb_report_fatal(enum fb_finding_kind kind, fb_stack_t other, const char *other_label,
			       const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	record(kind, fb_stack_here(), other, other_label, fmt, ap);
	va_end(ap);
	fb_stop();
}

/* Parts keep their order. @f may be NULL. */
void fb_finding_part(struct fb_finding *f, const char *label, fb_stack_t stack, unsigned int count,
		     bool brief)
{
	struct fb_finding_part *p, **end;

	if (!f)
		return;
	p = fb_run_alloc(sizeof(*p));
	p->label = label;
	p->stack = stack;
	p->count = count;
	p->brief = brief;
	for (end = &f->parts; *end; end = &(*end)->next)
		;
	*end = p;
}

/** fb_nr_findings() - of this run, or the last one. */
size_t fb_nr_findings(void)
{
	return nr_findings;
}

/** fb_finding_at() - valid until the next fb_run_begin(); NULL beyond the last. */
const struct fb_finding *fb_finding_at(size_t i)
{
	return i < nr_findings ? &findings[i] : NULL;
}

static char *brief_text(const struct fb_finding_part *p)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	fprintf(f, "%s: ", p->label);
	fb_stack_print_brief(f, p->stack, BRIEF_FRAMES);
	fclose(f);
	return text;
}

/*
 * Prints @p and those behind it that are brief too. Different stacks may read the same in their
 * innermost frames: they are one line. Returns the first part that is not brief.
 */
static const struct fb_finding_part *print_brief(FILE *to, const struct fb_finding_part *p)
{
	char *text[MAX_BRIEF];
	unsigned int count[MAX_BRIEF], n = 0, i;

	for (; p && p->brief && n < MAX_BRIEF; p = p->next) {
		text[n] = brief_text(p);
		for (i = 0; i < n && strcmp(text[i], text[n]); i++)
			;
		if (i < n) {
			count[i] += p->count;
			free(text[n]);
		} else {
			count[n++] = p->count;
		}
	}
	for (i = 0; i < n; i++) {
		fprintf(to, "    %ux %s\n", count[i], text[i]);
		free(text[i]);
	}
	return p;
}

static void print_parts(FILE *to, const struct fb_finding_part *p)
{
	while (p) {
		if (p->brief) {
			p = print_brief(to, p);
			continue;
		}
		fprintf(to, "  %s:\n", p->label);
		if (p->stack)
			fb_stack_print(to, p->stack, "    ");
		p = p->next;
	}
}

static void print_steps(FILE *to, size_t from, size_t end)
{
	for (size_t i = from; i < end && i < fb_trace_len(); i++)
		fprintf(to, "    %s\n", fb_trace_line(i));
}

/**
 * fb_finding_print() - the whole report. Before the next fb_run_begin(): it uses the trace and the
 * token of the run.
 */
void fb_finding_print(FILE *to, const struct fb_finding *f)
{
	const char *options = fb_core.access_points ? " --access-points" : "";
	size_t from = f->trace_pos > STEPS_BEFORE ? f->trace_pos - STEPS_BEFORE : 0;

	fprintf(to, "finding: %s: %s\n", fb_finding_name(f->kind), f->text);
	if (f->task_id)
		fprintf(to, "  task: %s (%u)\n", fb_holder_name(f->task_id), f->task_id);
	if (f->count > 1)
		fprintf(to, "  seen: %u times\n", f->count);
	if (f->here) {
		fprintf(to, "  seen at:\n");
		fb_stack_print(to, f->here, "    ");
	}
	if (f->other) {
		fprintf(to, "  %s:\n", f->other_label ? f->other_label : "other side");
		fb_stack_print(to, f->other, "    ");
	}
	print_parts(to, f->parts);
	if (f->taken_pos) {
		fprintf(to, "  steps when it was taken:\n");
		print_steps(to, f->taken_pos > STEPS_AROUND ? f->taken_pos - STEPS_AROUND : 0,
			    f->taken_pos + STEPS_AROUND);
	}
	if (f->trace_pos > 1) {
		fprintf(to, "  steps before:\n");
		print_steps(to, from, f->trace_pos - 1);
	}
	fprintf(to, "  replay: fusebox replay '%s'%s\n", fb_token(), options);
	fprintf(to, "  gdb: fusebox replay '%s'%s --gdb\n", fb_token(), options);
	fprintf(to, "  explain: fusebox explain '%s'%s\n", fb_token(), options);
	if (nr_dropped && f == &findings[nr_findings - 1])
		fprintf(to, "  and %zu more findings, not kept\n", nr_dropped);
}

void fb_findings_reset(void)
{
	nr_findings = nr_dropped = 0;
}
