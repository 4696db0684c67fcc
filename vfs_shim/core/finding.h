/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Findings: a broken contract, the object, both stacks, the steps before.
 */
#ifndef FB_CORE_FINDING_H
#define FB_CORE_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include "stack.h"

enum fb_finding_kind {
	FB_LEAK, /* something taken was never given back */
	FB_DOUBLE_PUT, /* reference dropped more often than taken */
	FB_LOCK_HELD, /* lock held on return to user space or at task end */
	FB_LOCK_ORDER, /* ABBA */
	FB_LOCK_MISUSE, /* released by another task, recursion, not held at all, freed while held */
	FB_SLEEP_ATOMIC, /* sleep in atomic or irq context */
	FB_FREEZE_KEPT, /* freeze protection held on return to user space, or never given back */
	FB_USE_AFTER_FREE,
	FB_OVERRUN, /* access beyond an object */
	FB_DEADLOCK,
	FB_REQUEST_OPEN, /* FUSE request never ended */
	FB_UNMODELLED,
	FB_WARN,
	FB_BUG,
	FB_RCU, /* unbalanced or misplaced rcu read lock, dereference outside */
	FB_CONTRACT, /* another kernel contract */
	FB_DATA_RACE, /* accesses that nothing orders, one of them a write, one of them plain */
	FB_EXPECTATION, /* a scenario's own check failed */
	FB_NR_FINDINGS,
};

struct fb_finding_part {
	struct fb_finding_part *next;
	const char *label; /* "get", "put", "task app waits for ..." */
	fb_stack_t stack;
	unsigned int count;
	bool brief; /* one line, the innermost frames only */
};

struct fb_finding {
	enum fb_finding_kind kind;
	char text[512]; /* one line: which contract, which object */
	fb_stack_t here; /* where it was seen */
	fb_stack_t other; /* the other side: where it was taken, freed, locked first; 0 if none */
	const char *other_label; /* "taken at", "freed at", ... static string */
	unsigned int task_id;
	size_t trace_pos; /* the steps before: trace lines up to here */
	size_t taken_pos; /* a leak: how long the trace was when it was taken; 0: unknown */
	unsigned int count; /* the same finding, seen so often */
	bool pins; /* a leak that has leaks of other things among its parts */
	struct fb_finding_part *parts; /* further stacks: history, the other tasks of a deadlock */
};

const char *fb_finding_name(enum fb_finding_kind kind); /* "leak", "double-put", "lock-held", ... */
void fb_report(enum fb_finding_kind kind, fb_stack_t other, const char *other_label,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same, then stop the run: control goes to the main stack and the task never continues. */
_Noreturn void fb_report_fatal(enum fb_finding_kind kind, fb_stack_t other, const char *other_label,
			       const char *fmt, ...) __attribute__((format(printf, 4, 5)));

size_t fb_nr_findings(void);
const struct fb_finding *fb_finding_at(size_t i);
/* The whole report: text, both stacks, the last trace lines, the replay and gdb commands. */
void fb_finding_print(FILE *to, const struct fb_finding *f);

#endif
