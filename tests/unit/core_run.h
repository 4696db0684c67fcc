/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core's unit tests share. Nothing here may be called inside a context: an assertion that
 * fails jumps.
 */
#ifndef TESTS_UNIT_CORE_RUN_H
#define TESTS_UNIT_CORE_RUN_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/lockdep.h>
#include <core/rcu.h>
#include <core/run.h>
#include <core/stack.h>
#include <core/task.h>
#include <core/trace.h>
#include <core/vtime.h>

static inline void begin(const struct fb_run_opts *opts)
{
	struct fb_run_opts plain = {.name = "test"};

	assert_int_equal(fb_run_begin(opts ? opts : &plain), 0);
}

/* One task from begin to end. */
static inline enum fb_run_result run_task(const struct fb_run_opts *opts, fb_task_fn fn, void *arg)
{
	begin(opts);
	fb_task_create("app", fn, arg);
	fb_run_loop();
	return fb_run_end();
}

static inline bool printed(size_t i, const char *text)
{
	char *out;
	size_t len;
	FILE *f = open_memstream(&out, &len);
	bool found;

	fb_finding_print(f, fb_finding_at(i));
	fclose(f);
	found = strstr(out, text);
	free(out);
	return found;
}

static inline void print_all(void)
{
	for (size_t i = 0; i < fb_nr_findings(); i++)
		fb_finding_print(stderr, fb_finding_at(i));
}

/* Exactly one finding, of this kind, whose text holds @text. */
static inline void only(enum fb_finding_kind kind, const char *text)
{
	const struct fb_finding *f = fb_finding_at(0);

	if (fb_nr_findings() != 1 || f->kind != kind || !strstr(f->text, text))
		print_all();
	assert_int_equal(fb_nr_findings(), 1);
	assert_string_equal(fb_finding_name(f->kind), fb_finding_name(kind));
	assert_non_null(strstr(f->text, text));
}

#endif
