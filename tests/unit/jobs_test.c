// SPDX-License-Identifier: GPL-2.0
/*
 * jobs_run(): each piece is done once, results come in order, and a worker that dies costs one
 * piece.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jobs.h"

enum { ITEMS = 40, MURDERED = 7, LEFT = 23 };

struct seen {
	bool deaths;
	unsigned int nr;
	unsigned int out_of_order;
	unsigned int wrong;
	char died[ITEMS][64];
};

/* Longer than what a pipe takes at once for some. */
static size_t length_of(unsigned int i)
{
	return i % 5 ? i : 100000 + i;
}

static void work(void *arg, unsigned int i, FILE *to)
{
	const struct seen *s = arg;

	if (s->deaths && i == MURDERED)
		raise(SIGKILL);
	if (s->deaths && i == LEFT)
		_exit(9);
	for (size_t n = 0; n < length_of(i); n++)
		fputc('a' + (int)(i % 26), to);
}

static void done(void *arg, unsigned int i, const char *result, size_t len, const char *died)
{
	struct seen *s = arg;

	s->out_of_order += i != s->nr++;
	if (died) {
		s->wrong += result != NULL;
		snprintf(s->died[i], sizeof(s->died[i]), "%s", died);
		return;
	}
	s->wrong += len != length_of(i);
	for (size_t n = 0; n < len; n++)
		s->wrong += result[n] != 'a' + (int)(i % 26);
}

static void run(struct seen *s, unsigned int workers, unsigned int items)
{
	struct jobs j = {
		.workers = workers, .items = items, .work = work, .done = done, .arg = s
	};

	assert_int_equal(jobs_run(&j), 0);
	assert_int_equal(s->nr, items);
	assert_int_equal(s->out_of_order, 0);
	assert_int_equal(s->wrong, 0);
}

static void all_in_order(void **state)
{
	(void)state;
	for (unsigned int workers = 1; workers <= 5; workers++) {
		struct seen s = { 0 };

		run(&s, workers, ITEMS);
		for (unsigned int i = 0; i < ITEMS; i++)
			assert_string_equal(s.died[i], "");
	}
}

static void nothing_to_do(void **state)
{
	struct seen s = { 0 };

	(void)state;
	run(&s, 3, 0);
}

static void workers_that_die(void **state)
{
	struct seen s = { .deaths = true };

	(void)state;
	run(&s, 2, ITEMS);
	assert_string_equal(s.died[MURDERED], "its process was ended by signal 9 (KILL)");
	assert_string_equal(s.died[LEFT], "its process ended with status 9");
	assert_string_equal(s.died[MURDERED + 1], "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_in_order),
		cmocka_unit_test(nothing_to_do),
		cmocka_unit_test(workers_that_die),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
