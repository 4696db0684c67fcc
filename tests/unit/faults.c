// SPDX-License-Identifier: GPL-2.0
/*
 * The enumeration of faults and its rules, on scenarios with planted mistakes on their error paths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/slab.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/trace.h>

#include "faults.h"
#include "process.h"
#include "runner.h"

/* What a careless driver does: the first piece is forgotten when there is no second one. */
static void leaks(struct sc *sc)
{
	void *first = kmalloc(10, GFP_KERNEL), *second = kmalloc(20, GFP_KERNEL);

	if (!first || !second)
		return;
	kfree(second);
	kfree(first);
}

static void cleans_up(struct sc *sc)
{
	void *first = kmalloc(10, GFP_KERNEL), *second = kmalloc(20, GFP_KERNEL);

	EXPECT(sc, first && second, "an expectation, which is no verdict here");
	kfree(second);
	kfree(first);
}

/* A system call that makes something else of ENOMEM. */
static void wrong_errno(struct sc *sc)
{
	void *p;

	box_syscall_enter();
	p = kmalloc(10, GFP_KERNEL);
	kfree(p);
	box_syscall_exit("strange", p ? 0 : -ENOTTY);
}

static void right_errno(struct sc *sc)
{
	void *p;

	box_syscall_enter();
	p = kmalloc(10, GFP_KERNEL);
	kfree(p);
	box_syscall_exit("usual", p ? 0 : -ENOMEM);
}

int fuse_passthrough_init(void);
void fuse_passthrough_cleanup(void);

/* At boot nothing fails, so the module's own beginning needs a scenario. */
static void loads_module(struct sc *sc)
{
	int ret;

	fuse_passthrough_cleanup();
	ret = fuse_passthrough_init();
	if (!ret)
		return;
	fb_faults_suspend();
	if (ret != -ENOMEM || fuse_passthrough_init())
		fb_report(FB_CONTRACT, 0, NULL, "the module cannot be loaded: %d", ret);
	fb_faults_resume();
}

/* One waits for what the other does not do without memory. */
struct pair {
	struct world *w;
	struct w_event *done;
};

static void doer(struct world *w, void *arg)
{
	struct pair *pair = arg;
	void *p = kmalloc(10, GFP_KERNEL);

	if (p)
		w_event_post(w, pair->done);
	kfree(p);
}

static void waits(struct sc *sc)
{
	static struct pair pair;
	struct w_task *task;

	pair.w = sc_world(sc);
	pair.done = w_event_new(pair.w, "done");
	w_spawn(pair.w, "doer", W_SPAWN_PROCESS, doer, &pair, &task);
	w_event_wait(pair.w, pair.done);
	w_join(pair.w, task);
	w_event_free(pair.w, pair.done);
}

static const struct scenario *planted;

static const struct scenario *at(unsigned int i)
{
	return i ? NULL : planted;
}

static bool selected(void *arg, const struct scenario *s)
{
	return true;
}

static int enumerate(void (*fn)(struct sc *sc), const char *kind)
{
	struct scenario s = { .name = "planted/mistake", .fn = fn };
	struct faults_opts o = {
		.at = at,
		.selected = selected,
		.kind = kind,
		.single = true,
		.persistent = true,
		.pairs = true,
		.jobs = 2,
		.timeout_s = 60,
		.run.guard = true,
	};

	planted = &s;
	return faults_enumerate(&o);
}

static void leak_is_found(void **state)
{
	assert_int_equal(enumerate(leaks, NULL), 1);
	assert_int_equal(enumerate(cleans_up, NULL), 0);
}

static void wrong_errno_is_found(void **state)
{
	assert_int_equal(enumerate(wrong_errno, NULL), 1);
	assert_int_equal(enumerate(right_errno, NULL), 0);
	/* No fault of this kind, nothing to find. */
	assert_int_equal(enumerate(wrong_errno, "copy"), 0);
}

static void module_load_may_fail(void **state)
{
	assert_int_equal(enumerate(loads_module, "alloc"), 0);
}

static char *trace_text(void)
{
	size_t len = 0;
	char *text;

	for (size_t i = 0; i < fb_trace_len(); i++)
		len += strlen(fb_trace_line(i)) + 1;
	text = calloc(1, len + 1);
	assert_non_null(text);
	for (size_t i = 0; i < fb_trace_len(); i++)
		strcat(strcat(text, fb_trace_line(i)), "\n");
	return text;
}

static void token_repeats_it(void **state)
{
	struct scenario s = { .name = "planted/mistake", .fn = leaks };
	struct fb_run_opts o = { .guard = true, .fault_at = 2 };
	struct fb_run_opts r = { .guard = true, .policy = FB_POLICY_REPLAY };
	struct run_outcome first, second;
	char *trace, *again, *token;

	assert_int_equal(runner_run(&s, &o, &first), 0);
	assert_int_equal(first.verdict, VERDICT_FAILED);
	trace = trace_text();
	token = strdup(fb_token());
	r.token = token;
	assert_int_equal(runner_run(&s, &r, &second), 0);
	again = trace_text();
	assert_string_equal(trace, again);
	assert_string_equal(first.details, second.details);
	assert_string_equal(token, fb_token());
	free(first.details);
	free(second.details);
	free(again);
	free(trace);
	free(token);
}

/*
 * A scenario that waits for ever, in user space, is no deadlock of the kernel's; and nothing stays.
 */
static void who_waits_is_killed(void **state)
{
	struct scenario s = { .name = "planted/mistake", .fn = waits };
	struct box_watch watch = { .record = true };
	struct fb_run_opts o = { .guard = true };
	struct run_outcome out;

	assert_int_equal(runner_run_watched(&s, &o, &watch, &out), 0);
	assert_int_equal(out.verdict, VERDICT_OK);
	free(out.details);
	watch.record = false;
	o.fault_at = 1;
	assert_int_equal(runner_run_watched(&s, &o, &watch, &out), 0);
	assert_true(watch.given_up);
	assert_string_equal(out.details ? out.details : "", "");
	free(out.details);
	free(watch.calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leak_is_found),
		cmocka_unit_test(wrong_errno_is_found),
		cmocka_unit_test(module_load_may_fail),
		cmocka_unit_test(token_repeats_it),
		cmocka_unit_test(who_waits_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
