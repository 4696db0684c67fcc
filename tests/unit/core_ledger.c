// SPDX-License-Identifier: GPL-2.0
/* References, watched counters, fault points, requests, freeze protection, RCU sections. */
#include "core_run.h"

static int file, inode, super;

__attribute__((noinline)) static void take_file(void)
{
	fb_get(FB_RES_FILE, &file, 0);
	__asm__ volatile("");
}

__attribute__((noinline)) static void drop_file(void)
{
	fb_put(FB_RES_FILE, &file, 0);
	__asm__ volatile("");
}

__attribute__((noinline)) static void drop_file_again(void)
{
	fb_put(FB_RES_FILE, &file, 0);
	__asm__ volatile("");
}

static void leaker(void *arg)
{
	(void)arg;
	fb_obj_new(&file, "file", "a.txt");
	for (volatile int i = 0; i < 2; i++)
		take_file();
	drop_file();
}

static void leak(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, leaker, NULL), FB_RUN_FINDING);
	only(FB_LEAK, "file reference of file#1 (a.txt) never dropped");
	assert_true(fb_stack_has(fb_finding_at(0)->other, "take_file"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "leaker"));
	assert_true(printed(0, "2x get: take_file at tests/unit/core_ledger.c:"));
	assert_true(printed(0, "1x put: drop_file at"));
	assert_true(printed(0, "replay: fusebox replay 'test@AL0'"));
	assert_true(printed(0, "gdb: fusebox replay 'test@AL0' --gdb"));
}

static void double_putter(void *arg)
{
	(void)arg;
	fb_obj_new(&file, "file", NULL);
	take_file();
	drop_file();
	drop_file_again();
}

static void double_put(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, double_putter, NULL), FB_RUN_FINDING);
	only(FB_DOUBLE_PUT, "file reference of file#1 dropped more often");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "drop_file_again"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "drop_file"));
	assert_false(fb_stack_has(fb_finding_at(0)->other, "drop_file_again"));
	assert_true(printed(0, "previous put at"));
}

static void other_takes(void *arg)
{
	(void)arg;
	fb_get(FB_RES_INODE, &inode, 0);
}

static void puts_its_own(void *arg)
{
	(void)arg;
	fb_get(FB_RES_INODE, &inode, 0);
	fb_put(FB_RES_INODE, &inode, 0);
}

/* The put is matched with the get of the task that puts, though another task's is older. */
static void put_pairs_with_own_get(void **state)
{
	(void)state;
	begin(NULL);
	fb_task_create("first", other_takes, NULL);
	fb_task_create("second", puts_its_own, NULL);
	fb_run_loop();
	assert_int_equal(fb_held(FB_RES_INODE, &inode, 0), 1);
	assert_int_equal(fb_run_end(), FB_RUN_FINDING);
	only(FB_LEAK, "inode reference");
	assert_true(fb_stack_has(fb_finding_at(0)->other, "other_takes"));
}

static long counter;

static void watcher(void *arg)
{
	(void)arg;
	if (fb_watch_add(&counter, 1))
		fb_trace("not watched yet");
	fb_watch(&counter, FB_RES_FILE, &file);
	fb_watch_add(&counter, 2);
	fb_watch_add(&counter, -1);
	fb_trace("held %u", fb_held(FB_RES_FILE, &file, 0));
	fb_watch_add(&counter, -1);
	fb_unwatch(&counter);
	if (fb_watch_add(&counter, -1))
		fb_trace("still watched");
}

static void watched_counter(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, watcher, NULL), FB_RUN_OK);
	assert_int_equal(fb_trace_len(), 1);
	assert_string_equal(fb_trace_line(0), "1 0 app: held 1");
}

static void freeze_keeper(void *arg)
{
	(void)arg;
	fb_obj_new(&super, "super_block", "lower");
	fb_get(FB_RES_FREEZE, &super, 1);
	fb_trace("owned %u", fb_owned(FB_RES_FREEZE));
	fb_audit_syscall_exit("write");
	fb_audit_syscall_exit("write");
	fb_put(FB_RES_FREEZE, &super, 1);
	fb_get(FB_RES_FREEZE, &super, 2);
	fb_disown(FB_RES_FREEZE, &super, 2);
	fb_audit_syscall_exit("io_submit");
	fb_own(FB_RES_FREEZE, &super, 2);
	fb_put(FB_RES_FREEZE, &super, 2);
}

static void freeze_kept(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, freeze_keeper, NULL), FB_RUN_FINDING);
	only(FB_FREEZE_KEPT,
	     "level 1 of super_block#1 (lower), still held when write returns to user space");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "freeze_keeper"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "freeze_keeper"));
}

static void freeze_leaker(void *arg)
{
	(void)arg;
	fb_get(FB_RES_FREEZE, &super, 1);
	fb_disown(FB_RES_FREEZE, &super, 1);
}

static void freeze_never_given_back(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, freeze_leaker, NULL), FB_RUN_FINDING);
	only(FB_FREEZE_KEPT, "never given back");
}

struct request {
	int unique, waitq;
};

static struct request *request;

__attribute__((noinline)) static void wait_for_answer(void)
{
	fb_block("an answer", &request->waitq);
	__asm__ volatile("");
}

static void asker(void *arg)
{
	request = fb_mem_alloc(sizeof(*request), 8, FB_RES_MEM, "fuse_req", true);
	fb_obj_new(request, "request", "GETATTR");
	fb_get(FB_RES_REQUEST, request, 0);
	if (arg)
		wait_for_answer();
	fb_mem_free(request);
}

static void request_open(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, asker, &file), FB_RUN_FINDING);
	assert_int_equal(fb_nr_findings(), 2);
	assert_int_equal(fb_finding_at(0)->kind, FB_DEADLOCK);
	assert_non_null(strstr(fb_finding_at(0)->text, "app waits for an answer (request#1+4)"));
	assert_int_equal(fb_finding_at(1)->kind, FB_REQUEST_OPEN);
	assert_non_null(strstr(fb_finding_at(1)->text,
			       "request never ended: request#1 (GETATTR); task app waits"));
	assert_true(fb_stack_has(fb_finding_at(1)->here, "wait_for_answer"));
	assert_true(fb_stack_has(fb_finding_at(1)->other, "asker"));

	assert_int_equal(run_task(NULL, asker, NULL), FB_RUN_FINDING);
	only(FB_REQUEST_OPEN, "never ended: request#1 (GETATTR), its memory was freed");
}

static void counts_and_frees(void *arg)
{
	struct request *r = fb_mem_alloc(64, 8, FB_RES_MEM, "thing", true);

	(void)arg;
	fb_watch(&r->waitq, FB_RES_COUNT, &r->waitq);
	fb_watch_add(&r->waitq, 1);
	fb_mem_free(r);
	if (fb_watch_add(&r->waitq, 1))
		fb_trace("watched after free");
}

static void free_forgets_counts(void **state)
{
	struct fb_run_opts o = {.name = "test", .guard = true};

	(void)state;
	assert_int_equal(run_task(NULL, counts_and_frees, NULL), FB_RUN_OK);
	assert_int_equal(run_task(&o, counts_and_frees, NULL), FB_RUN_OK);
	assert_int_equal(fb_trace_len(), 0);
}

__attribute__((noinline)) static bool allocates(void)
{
	bool fails = fb_fault("alloc");

	if (fails)
		fb_trace("alloc failed");
	return fails;
}

__attribute__((noinline)) static bool copies(void)
{
	bool fails = fb_fault("copy");

	if (fails)
		fb_trace("copy failed");
	return fails;
}

static void faulty(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		allocates();
		copies();
	}
	copies();
}

static void partly_faulty(void *arg)
{
	(void)arg;
	fb_faults_suspend();
	fb_faults_suspend();
	fb_faults_resume();
	allocates();
	fb_faults_resume();
	copies();
}

static void suspended_faults(void **state)
{
	struct fb_run_opts o = {.name = "test", .fault_at = 1, .fault_persistent = true};

	(void)state;
	assert_int_equal(run_task(&o, partly_faulty, NULL), FB_RUN_OK);
	assert_int_equal(fb_faults_seen(), 1);
	assert_non_null(strstr(fb_trace_line(1), "copy failed"));
}

static unsigned int failures(void)
{
	unsigned int n = 0;

	for (size_t i = 0; i < fb_trace_len(); i++)
		n += strstr(fb_trace_line(i), "failed") != NULL;
	return n;
}

struct asked {
	bool failed[4];
	unsigned int left[3];
};

/* Other kinds do not count, nor do the points of another task. */
static void asks(void *arg)
{
	struct asked *a = arg;

	a->left[0] = fb_fault_nth(2);
	a->failed[0] = allocates() || fb_fault("signal") || fb_fault("abort");
	a->failed[1] = copies();
	a->failed[2] = copies();
	a->left[1] = fb_fault_nth(3);
	allocates();
	a->left[2] = fb_fault_nth(0);
	a->failed[3] = allocates() || copies();
}

static void asked_faults(void **state)
{
	struct asked a = {.left = {9, 9, 9}};

	(void)state;
	begin(NULL);
	fb_task_create("app", asks, &a);
	fb_task_create("other", faulty, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_false(a.failed[0] || a.failed[2] || a.failed[3]);
	assert_true(a.failed[1]);
	assert_int_equal(a.left[0], 0);
	assert_int_equal(a.left[1], 0);
	assert_int_equal(a.left[2], 2);
	assert_int_equal(failures(), 1);
	assert_int_equal(fb_fault_failures(), 0);
}

static void print_site(const char *what, const char *function, unsigned long count, void *arg)
{
	char *text = arg;

	sprintf(text + strlen(text), "%s %s %lu\n", what, function, count);
}

static void fault_points(void **state)
{
	struct fb_run_opts o = {.name = "test"}, r = {.name = "test", .policy = FB_POLICY_REPLAY};
	char sites[200] = "", *token;

	(void)state;
	begin(&o);
	assert_false(fb_fault("alloc")); /* not in a task */
	fb_task_create("app", faulty, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_int_equal(fb_faults_seen(), 7);
	assert_int_equal(failures(), 0);
	fb_fault_sites(print_site, sites);
	assert_string_equal(sites, "alloc allocates 3\ncopy copies 4\n");

	o.fault_at = 4;
	run_task(&o, faulty, NULL);
	assert_int_equal(failures(), 1);
	assert_non_null(strstr(fb_trace_line(1), "copy failed"));
	o.fault_persistent = true;
	run_task(&o, faulty, NULL);
	assert_int_equal(failures(), 3); /* of its kind */
	assert_int_equal(fb_fault_failures(), 3);
	token = strdup(fb_token());
	r.token = token;
	run_task(&r, faulty, NULL);
	assert_int_equal(failures(), 3);
	assert_string_equal(fb_token(), token);
	r.fault_none = true;
	run_task(&r, faulty, NULL);
	assert_int_equal(failures(), 0);
	free(token);
}

static void fault_pairs(void **state)
{
	struct fb_run_opts o = {.name = "test", .fault_at = 2, .fault_then = 5};
	struct fb_run_opts r = {.name = "test", .policy = FB_POLICY_REPLAY};
	char *token;

	(void)state;
	run_task(&o, faulty, NULL);
	assert_int_equal(failures(), 2);
	assert_non_null(strstr(fb_trace_line(1), "copy failed"));
	assert_non_null(strstr(fb_trace_line(3), "alloc failed"));
	token = strdup(fb_token());
	r.token = token;
	run_task(&r, faulty, NULL);
	assert_int_equal(failures(), 2);
	assert_string_equal(fb_token(), token);
	free(token);
}

static void intrudes(void *arg)
{
	fb_trace(fb_intruder_wait() ? "intruder runs" : "dismissed");
	(void)arg;
}

static void interrupted(void *arg)
{
	const char *kinds[FB_FAULT_KINDS];

	fb_yield();
	for (int i = 0; i < 3; i++) {
		fb_trace("step %d", i);
		fb_point(FB_PT_OTHER, arg);
	}
	fb_fault_kinds(kinds);
	if (fb_fault_taken())
		fb_trace("taken: %s", kinds[0]);
	fb_intruder_dismiss();
}

static void intrude(const struct fb_run_opts *o)
{
	assert_int_equal(fb_run_begin(o), 0);
	fb_task_create("app", interrupted, (void *)o);
	fb_task_create("intruder", intrudes, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
}

/*
 * It runs at the choice point that the run was told, and again when the token is replayed; else it
 * is sent away.
 */
static void intruder(void **state)
{
	struct fb_run_opts o = {.name = "test", .record_points = true};
	struct fb_run_opts r = {.name = "test", .policy = FB_POLICY_REPLAY};
	const struct fb_met_point *met;
	char *token;

	(void)state;
	intrude(&o);
	assert_string_equal(strchr(fb_trace_line(fb_trace_len() - 1), ':'), ": dismissed");
	assert_int_equal(fb_fault_failures(), 0);
	assert_int_equal(fb_met_points(&met), 1);
	assert_true(fb_stack_has(met[0].stack, "interrupted"));
	o = (struct fb_run_opts){.name = "test", .intrude_at = met[0].number + 1};
	intrude(&o);
	assert_non_null(strstr(fb_trace_line(3), "intruder: intruder runs"));
	assert_non_null(strstr(fb_trace_line(4), "app: step 2"));
	assert_non_null(strstr(fb_trace_line(5), "app: taken: abort"));
	assert_int_equal(fb_fault_failures(), 1);
	token = strdup(fb_token());
	assert_true(fb_token_faults(token));
	r.token = token;
	intrude(&r);
	assert_non_null(strstr(fb_trace_line(3), "intruder: intruder runs"));
	assert_string_equal(fb_token(), token);
	free(token);
}

static void allocates_only(void *arg)
{
	(void)arg;
	allocates();
}

static void take_faults(void *arg)
{
	const char *kinds[FB_FAULT_KINDS];
	bool first;

	(void)arg;
	copies();
	fb_task_create("other", allocates_only, NULL);
	fb_yield();
	first = fb_fault_taken();
	fb_fault_kinds(kinds);
	fb_trace("%d, then %d: %s, %s, %s", first, fb_fault_taken(), kinds[0], kinds[1],
		 kinds[2] ? kinds[2] : "no more");
}

/* Whether a task has met one is its own affair, of what kind the run's. */
static void faults_taken(void **state)
{
	struct fb_run_opts o = {.name = "test", .fault_at = 1, .fault_then = 2};
	const char *what;
	fb_stack_t stack;

	(void)state;
	run_task(&o, take_faults, NULL);
	assert_non_null(
		strstr(fb_trace_line(fb_trace_len() - 1), "app: 1, then 0: copy, alloc, no more"));
	assert_int_equal(fb_fault_site(2, &what, &stack), 2);
	assert_string_equal(what, "alloc");
	assert_true(fb_stack_has(stack, "allocates"));
	assert_int_equal(fb_fault_site(3, &what, &stack), 0);
}

__attribute__((noinline)) static void enter_section(void)
{
	fb_rcu_enter();
	__asm__ volatile("");
}

static void rcu_unbalanced(void *arg)
{
	(void)arg;
	enter_section();
	fb_rcu_enter();
	fb_might_sleep("synchronize_rcu");
	fb_rcu_exit();
	fb_trace("depth %u", fb_rcu_depth());
	fb_audit_syscall_exit("read");
	fb_rcu_exit();
}

static void rcu_nesting(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, rcu_unbalanced, NULL), FB_RUN_FINDING);
	assert_int_equal(fb_nr_findings(), 3);
	assert_int_equal(fb_finding_at(0)->kind, FB_SLEEP_ATOMIC);
	assert_true(fb_stack_has(fb_finding_at(0)->other, "enter_section"));
	assert_int_equal(fb_finding_at(1)->kind, FB_RCU);
	assert_non_null(strstr(fb_finding_at(1)->text, "not left when read returns to user space"));
	assert_true(fb_stack_has(fb_finding_at(1)->other, "enter_section"));
	assert_int_equal(fb_finding_at(2)->kind, FB_RCU);
}

static uint64_t epoch;
static bool passed[4];

static void reader(void *arg)
{
	(void)arg;
	fb_rcu_enter();
	fb_yield();
	fb_rcu_exit();
	passed[2] = fb_rcu_passed(epoch);
}

static void writer(void *arg)
{
	(void)arg;
	passed[0] = fb_rcu_passed(fb_rcu_epoch());
	epoch = fb_rcu_epoch();
	passed[1] = fb_rcu_passed(epoch);
	fb_rcu_enter();
	fb_yield();
	passed[3] = fb_rcu_passed(epoch);
	fb_rcu_exit();
}

static void rcu_grace_period(void **state)
{
	(void)state;
	memset(passed, 0, sizeof(passed));
	begin(NULL);
	fb_task_create("reader", reader, NULL);
	fb_task_create("writer", writer, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_false(passed[0]);
	assert_false(passed[1]);
	assert_true(passed[2]); /* the writer's own section began after the epoch */
	assert_true(passed[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leak),
		cmocka_unit_test(double_put),
		cmocka_unit_test(put_pairs_with_own_get),
		cmocka_unit_test(watched_counter),
		cmocka_unit_test(freeze_kept),
		cmocka_unit_test(freeze_never_given_back),
		cmocka_unit_test(request_open),
		cmocka_unit_test(free_forgets_counts),
		cmocka_unit_test(fault_points),
		cmocka_unit_test(fault_pairs),
		cmocka_unit_test(faults_taken),
		cmocka_unit_test(intruder),
		cmocka_unit_test(asked_faults),
		cmocka_unit_test(suspended_faults),
		cmocka_unit_test(rcu_nesting),
		cmocka_unit_test(rcu_grace_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
