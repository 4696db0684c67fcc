// SPDX-License-Identifier: GPL-2.0
/* Contexts, scheduling, irq, virtual time, deadlock. */
#include "core_run.h"

static int order[64];
static unsigned int nr_order;

static void note(int v)
{
	if (nr_order < 64)
		order[nr_order++] = v;
}

static void three_steps(void *arg)
{
	int id = (int)(long)arg;

	for (int i = 0; i < 3; i++) {
		fb_trace("step %d", i);
		note(id * 10 + i);
		fb_point(FB_PT_OTHER, NULL);
	}
}

static void run_to_block(void **state)
{
	(void)state;
	nr_order = 0;
	begin(NULL);
	fb_task_create("a", three_steps, (void *)1);
	fb_task_create("b", three_steps, (void *)2);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_int_equal(nr_order, 6);
	for (int i = 0; i < 6; i++)
		assert_int_equal(order[i], (i / 3 + 1) * 10 + i % 3);
	assert_string_equal(fb_trace_line(0), "1 0 a: step 0");
	assert_string_equal(fb_token(), "test@AL0");
}

static char *traced(const struct fb_run_opts *opts, char **token)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_int_equal(fb_run_begin(opts), 0);
	for (long i = 1; i <= 4; i++)
		fb_task_create("t", three_steps, (void *)i);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	fb_trace_print(f, 0, fb_trace_len());
	fclose(f);
	*token = strdup(fb_token());
	return text;
}

static void same_seed_same_trace(void **state)
{
	int distinct = 0;
	char *last = NULL;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct fb_run_opts o = {.name = "test", .policy = FB_POLICY_RANDOM, .seed = seed};
		struct fb_run_opts r = {.name = "test", .policy = FB_POLICY_REPLAY};
		char *t1, *t2, *t3, *k1, *k2, *k3;

		t1 = traced(&o, &k1);
		t2 = traced(&o, &k2);
		r.token = k1;
		t3 = traced(&r, &k3);
		assert_string_equal(t1, t2);
		assert_string_equal(k1, k2);
		assert_string_equal(t1, t3);
		assert_string_equal(k1, k3);
		assert_false(fb_replay_diverged());
		distinct += last && strcmp(last, k1);
		free(last);
		last = k1;
		free(t1);
		free(t2);
		free(t3);
		free(k2);
		free(k3);
	}
	free(last);
	assert_true(distinct > 10);
}

static void bad_tokens(void **state)
{
	static const char *const bad[] = {
		"test",	    "test@",	 "@AL0",     "other@AL0", "test@AL",
		"test@AL1", "test@AL0A", "test@A!Y", "test@AEX",  "test@gICAgICAgICAgICAgAA"};
	struct fb_run_opts o = {.name = "test", .policy = FB_POLICY_REPLAY};
	char name[16];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		o.token = bad[i];
		assert_int_equal(fb_run_begin(&o), -EINVAL);
	}
	o.token = NULL;
	assert_int_equal(fb_run_begin(&o), -EINVAL);
	o.token = "test@AL0";
	assert_int_equal(fb_run_begin(&o), 0);
	fb_run_end();
	assert_int_equal(fb_token_name("x/y@AL0", name, sizeof(name)), 0);
	assert_string_equal(name, "x/y");
	assert_int_equal(fb_token_name("a-name-that-is-too-long@AL0", name, sizeof(name)), -EINVAL);
}

static struct fb_task *waiter;
static bool woken, timely;
static uint64_t woken_at;

static void wait_for_wake(void *arg)
{
	fb_block("a wake-up", arg);
	woken = true;
}

static void wake_it(void *arg)
{
	(void)arg;
	fb_point(FB_PT_WAKE, NULL);
	note(fb_task_blocked(waiter));
	note(fb_wake(waiter));
	note(fb_wake(waiter));
}

static void block_and_wake(void **state)
{
	(void)state;
	nr_order = 0;
	woken = false;
	begin(NULL);
	waiter = fb_task_create("waiter", wait_for_wake, NULL);
	fb_task_create("waker", wake_it, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_true(woken);
	assert_int_equal(order[0], 1);
	assert_int_equal(order[1], 1);
	assert_int_equal(order[2], 0);
}

static void wait_until(void *arg)
{
	timely = fb_block_until(*(uint64_t *)arg, "time", NULL);
	woken_at = fb_now();
}

static void time_jumps(void **state)
{
	uint64_t deadline = 5000000000ull;

	(void)state;
	begin(NULL);
	waiter = fb_task_create("waiter", wait_until, &deadline);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_false(timely);
	assert_true(woken_at == deadline);

	begin(NULL);
	waiter = fb_task_create("waiter", wait_until, &deadline);
	fb_task_create("waker", wake_it, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_true(timely);
	assert_true(woken_at == 0);
}

static void advance(void *arg)
{
	(void)arg;
	note((int)fb_now());
	fb_time_advance(250);
	note((int)fb_now());
}

static void tick(void *arg)
{
	note((int)(long)arg + fb_in_irq());
}

static void timers_fire_in_order(void **state)
{
	static struct fb_timer t[4];

	(void)state;
	memset(t, 0, sizeof(t));
	nr_order = 0;
	begin(NULL);
	fb_timer_set(&t[0], 200, tick, (void *)2000);
	fb_timer_set(&t[1], 100, tick, (void *)1000);
	fb_timer_set(&t[2], 100, tick, (void *)1100);
	fb_timer_set(&t[3], 240, tick, (void *)3000);
	assert_true(fb_timer_cancel(&t[3]));
	assert_false(fb_timer_cancel(&t[3]));
	fb_task_create("a", advance, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_int_equal(nr_order, 5);
	assert_int_equal(order[0], 0);
	assert_int_equal(order[1], 1001);
	assert_int_equal(order[2], 1101);
	assert_int_equal(order[3], 2001);
	assert_int_equal(order[4], 250);
}

static void handler(void *arg)
{
	note((int)(long)arg + fb_in_irq());
	fb_irq_raise(tick, (void *)500);
	note(7);
}

static void raise_irqs(void *arg)
{
	(void)arg;
	fb_irqs_disable();
	fb_irqs_disable();
	fb_irq_raise(handler, (void *)100);
	fb_irq_raise(tick, (void *)200);
	note(1);
	fb_irqs_enable();
	note(fb_irqs_disabled());
	fb_irqs_enable();
	note(2);
	fb_irq(tick, (void *)300);
}

static void irqs_wait(void **state)
{
	/*
	 * The irq that the handler raises waits for the handler, behind the one that was pending
	 * before.
	 */
	static const int want[] = {1, 1, 101, 7, 201, 501, 2, 301};

	(void)state;
	nr_order = 0;
	begin(NULL);
	fb_task_create("a", raise_irqs, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_int_equal(nr_order, 8);
	assert_memory_equal(order, want, sizeof(want));
}

static void handler_sleeps(void *arg)
{
	(void)arg;
	fb_might_sleep("mutex_lock");
}

static void sleepers(void *arg)
{
	(void)arg;
	fb_might_sleep("fine here");
	fb_atomic_enter("spin_lock", arg);
	fb_might_sleep("kmalloc(GFP_KERNEL)");
	fb_atomic_exit("spin_lock", arg);
	fb_irq(handler_sleeps, NULL);
	fb_irqs_disable();
	fb_might_sleep("down_read");
	fb_irqs_enable();
	fb_might_sleep("fine again");
}

static void sleep_in_atomic(void **state)
{
	(void)state;
	begin(NULL);
	fb_task_create("a", sleepers, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_FINDING);
	assert_int_equal(fb_nr_findings(), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fb_finding_at(i)->kind, FB_SLEEP_ATOMIC);
	assert_true(fb_stack_has(fb_finding_at(0)->here, "sleepers"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "sleepers"));
	assert_true(fb_stack_has(fb_finding_at(0)->here, "tests/unit/core_task.c"));
	assert_true(fb_stack_has(fb_finding_at(1)->here, "handler_sleeps"));
	assert_true(fb_stack_has(fb_finding_at(1)->here, "sleepers"));
}

static void deadlock_here(void *arg)
{
	fb_block("a reply", arg);
}

static void deadlock(void **state)
{
	static int object;

	(void)state;
	begin(NULL);
	fb_obj_new(&object, "request", "LOOKUP");
	fb_task_create("app", deadlock_here, &object);
	fb_task_create("other", deadlock_here, &object);
	fb_task_set_daemon(fb_task_create("kworker", deadlock_here, NULL), true);
	fb_run_loop();
	assert_true(fb_run_stopped());
	assert_int_equal(fb_run_end(), FB_RUN_FINDING);
	only(FB_DEADLOCK, "app waits for a reply (request#1 (LOOKUP)); other waits");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "deadlock_here"));
	assert_true(printed(0, "task other waits for a reply"));
	assert_false(printed(0, "kworker"));
}

static void spin(void *arg)
{
	(void)arg;
	for (;;)
		fb_point(FB_PT_OTHER, NULL);
}

static void livelock(void **state)
{
	struct fb_run_opts o = {.name = "test", .max_steps = 1000};

	(void)state;
	begin(&o);
	fb_task_create("a", spin, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_FINDING);
	only(FB_DEADLOCK, "livelock");
}

static bool polled;

static bool hook(void *arg)
{
	(void)arg;
	if (polled)
		return false;
	polled = true;
	return true;
}

static void poll_hook(void *arg)
{
	(void)arg;
	while (!polled)
		fb_yield();
}

static void yield_alone(void **state)
{
	(void)state;
	polled = false;
	begin(NULL);
	fb_idle_hook(hook, NULL);
	fb_task_create("a", poll_hook, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_true(polled);
}

static void uses_unmodelled(void *arg)
{
	(void)arg;
	unmodelled("vmsplice");
}

static void fatal_in_call(void **state)
{
	(void)state;
	begin(NULL);
	assert_true(fb_call(tick, NULL));
	assert_false(fb_call(uses_unmodelled, NULL));
	assert_true(fb_run_stopped());
	assert_int_equal(fb_run_end(), FB_RUN_FINDING);
	only(FB_UNMODELLED, "vmsplice");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "uses_unmodelled"));
}

static int saved __attribute__((section("fb_kdata"))) = 5;
static char saved_zero[3] __attribute__((section("fb_kbss")));

/* What the kernel environment's static data were when the first run began, they are in each run. */
static void static_data_restored(void **state)
{
	(void)state;
	begin(NULL);
	saved++;
	saved_zero[2] = 9;
	fb_run_end();
	assert_int_equal(saved, 6);
	begin(NULL);
	assert_int_equal(saved, 5);
	assert_int_equal(saved_zero[2], 0);
	fb_run_end();
}

static void overdue(void *arg)
{
	(void)arg;
	fb_time_advance(7200ull * 1000000000ull);
	fb_block_until(1, "the past", NULL);
}

static void never(void *arg)
{
	(void)arg;
	fb_block_until(7200ull * 1000000000ull, "two hours", NULL);
}

static void how_far_time_jumps(void **state)
{
	struct fb_run_opts o = {.name = "test", .max_idle_ns = 1000};

	(void)state;
	assert_int_equal(run_task(NULL, overdue, NULL), FB_RUN_OK);
	assert_int_equal(run_task(&o, overdue, NULL), FB_RUN_OK);
	assert_int_equal(run_task(&o, never, NULL), FB_RUN_FINDING);
	only(FB_DEADLOCK, "app waits for two hours");
}

static void many_tasks(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		nr_order = 0;
		begin(NULL);
		for (long i = 0; i < 300; i++)
			fb_task_create("t", tick, (void *)i);
		fb_run_loop();
		assert_int_equal(fb_run_end(), FB_RUN_OK);
		assert_int_equal(nr_order, 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_to_block),	      cmocka_unit_test(same_seed_same_trace),
		cmocka_unit_test(bad_tokens),	      cmocka_unit_test(block_and_wake),
		cmocka_unit_test(time_jumps),	      cmocka_unit_test(timers_fire_in_order),
		cmocka_unit_test(irqs_wait),	      cmocka_unit_test(sleep_in_atomic),
		cmocka_unit_test(deadlock),	      cmocka_unit_test(livelock),
		cmocka_unit_test(yield_alone),	      cmocka_unit_test(fatal_in_call),
		cmocka_unit_test(many_tasks),	      cmocka_unit_test(static_data_restored),
		cmocka_unit_test(how_far_time_jumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
