/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the shim's unit tests share. Assertions must not be made inside a task (they jump): tasks
 * record with CHECK(), the test looks at the record afterwards.
 */
#ifndef TESTS_UNIT_SHIM_RUN_H
#define TESTS_UNIT_SHIM_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <linux/sched.h>
#include <linux/wait_bit.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/run.h>
#include <core/stack.h>
#include <core/task.h>

static const char *shim_failed;
static int shim_failed_line;
static char shim_log[256];	/* what the tasks did, in order */

#define CHECK(cond)						\
	do {							\
		if (!(cond) && !shim_failed) {			\
			shim_failed = #cond;			\
			shim_failed_line = __LINE__;		\
		}						\
	} while (0)

static inline void note(const char *what)
{
	strncat(shim_log, what, sizeof(shim_log) - strlen(shim_log) - 1);
}

static inline void print_findings(void)
{
	for (size_t i = 0; i < fb_nr_findings(); i++)
		fb_finding_print(stderr, fb_finding_at(i));
}

struct shim_task {
	const char *name;
	void (*fn)(void *arg);
	void *arg;
};

/* One run with these tasks, to its end. */
static inline enum fb_run_result run_with(const struct fb_run_opts *opts,
					  const struct shim_task *tasks, unsigned int n)
{
	struct fb_run_opts plain = { .name = "test" };

	shim_failed = NULL;
	shim_log[0] = '\0';
	assert_int_equal(fb_run_begin(opts ? opts : &plain), 0);
	wait_bit_init();
	for (unsigned int i = 0; i < n; i++)
		fb_task_new(tasks[i].name, tasks[i].fn, tasks[i].arg);
	fb_run_loop();
	return fb_run_end();
}

static inline void checked(enum fb_run_result result)
{
	if (shim_failed)
		fail_msg("line %d: %s", shim_failed_line, shim_failed);
	if (result != FB_RUN_OK)
		print_findings();
	assert_int_equal(result, FB_RUN_OK);
}

/* A run in the order of creation, each task until it blocks. */
#define RUN(...)								\
	do {									\
		const struct shim_task __t[] = { __VA_ARGS__ };			\
										\
		checked(run_with(NULL, __t, ARRAY_SIZE(__t)));			\
	} while (0)

/* The same, which must end with findings; the caller looks at them. */
#define RUN_BAD(...)								\
	do {									\
		const struct shim_task __t[] = { __VA_ARGS__ };			\
										\
		assert_int_equal(run_with(NULL, __t, ARRAY_SIZE(__t)), FB_RUN_FINDING);	\
	} while (0)

/* Random schedules; @after looks at the statics of the test after each. */
#define RUN_SEEDS(count, after, ...)						\
	do {									\
		const struct shim_task __t[] = { __VA_ARGS__ };			\
										\
		for (uint64_t __s = 1; __s <= (count); __s++) {			\
			struct fb_run_opts __o = {				\
				.name = "test", .policy = FB_POLICY_RANDOM, .seed = __s,	\
			};							\
										\
			checked(run_with(&__o, __t, ARRAY_SIZE(__t)));		\
			after;							\
		}								\
	} while (0)

static inline const struct fb_finding *finding_of(enum fb_finding_kind kind)
{
	for (size_t i = 0; i < fb_nr_findings(); i++)
		if (fb_finding_at(i)->kind == kind)
			return fb_finding_at(i);
	print_findings();
	fail_msg("no finding \"%s\"", fb_finding_name(kind));
	return NULL;
}

#endif
