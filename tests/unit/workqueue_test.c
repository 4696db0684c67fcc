// SPDX-License-Identifier: GPL-2.0
/* Work queues: kernel/workqueue.c against Documentation/core-api/workqueue.rst. */
#include "shim_run.h"
#include <linux/completion.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

static struct workqueue_struct *wq;
static struct work_struct work, other;
static struct delayed_work delayed;
static int runs, inside, most;

static int setup(void **state)
{
	runs = inside = most = 0;
	return 0;
}

static void body(struct work_struct *w)
{
	if (++inside > most)
		most = inside;
	CHECK(current->flags & PF_WQ_WORKER);
	might_sleep();
	fb_yield();
	runs++;
	inside--;
}

static void queue_again(void *arg)
{
	for (int i = 0; i < 4; i++) {
		queue_work(wq, &work);
		fb_yield();
	}
}

static void reentrancy(void *arg)
{
	wq = alloc_workqueue("test", 0, 0);
	INIT_WORK(&work, body);
	CHECK(queue_work(wq, &work));
	fb_task_new("q1", queue_again, NULL);
	queue_again(NULL);
	flush_work(&work);
	CHECK(runs >= 1);
	fb_yield();
	fb_yield();
	destroy_workqueue(wq);
	CHECK(!inside);
}

static void forgets_its_queue(void *arg)
{
	struct workqueue_struct *kept = alloc_workqueue("kept", 0, 0);

	CHECK(kept);
	wq = alloc_workqueue("test", 0, 0);
	destroy_workqueue(wq);
}

static void queue_that_nobody_destroys_is_a_leak(void **state)
{
	RUN_BAD({ "a", forgets_its_queue });
	assert_int_equal(fb_nr_findings(), 1);
	assert_non_null(strstr(finding_of(FB_LEAK)->text, "work queue"));
	assert_non_null(strstr(finding_of(FB_LEAK)->text, "kept"));
}

static void one_item_never_runs_twice_at_once(void **state)
{
	static const struct shim_task task = { "a", reentrancy };

	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct fb_run_opts opts = { .name = "test",
					    .policy = FB_POLICY_RANDOM,
					    .seed = seed };

		setup(NULL);
		/*
		 * The second task may come too late, when the queue is gone: the kernel warns as
		 * well.
		 */
		run_with(&opts, &task, 1);
		if (shim_failed)
			fail_msg("line %d: %s", shim_failed_line, shim_failed);
		assert_int_equal(most, 1);
	}
}

static struct completion go;

static void blocker(struct work_struct *w)
{
	note("b");
	wait_for_completion(&go);
	note("B");
}

static void quick(struct work_struct *w)
{
	note("q");
	complete(&go);
}

static void concurrency(void *arg)
{
	init_completion(&go);
	wq = alloc_workqueue("test", 0, 0);
	INIT_WORK(&work, blocker);
	INIT_WORK(&other, quick);
	CHECK(queue_work(wq, &work));
	CHECK(!queue_work(wq, &work));		/* pending already */
	queue_work(wq, &other);
	flush_workqueue(wq);
	CHECK(!strcmp(shim_log, "bqB"));
	destroy_workqueue(wq);
}

static void a_blocked_item_does_not_hold_up_others(void **state)
{
	RUN({ "a", concurrency });
}

static void first(struct work_struct *w)
{
	note("1");
	fb_yield();
	note("2");
}

static void second(struct work_struct *w)
{
	note("3");
}

static void ordered(void *arg)
{
	wq = alloc_ordered_workqueue("test", 0);
	INIT_WORK(&work, first);
	INIT_WORK(&other, second);
	queue_work(wq, &work);
	queue_work(wq, &other);
	destroy_workqueue(wq);		/* drains */
	CHECK(!strcmp(shim_log, "123"));
}

static void ordered_queues(void **state)
{
	RUN_SEEDS(100, (void)0, { "a", ordered });
}

static void requeue(struct work_struct *w)
{
	if (++runs < 3)
		CHECK(queue_work(wq, w));	/* from itself: it is not pending while it runs */
}

static void drains(void *arg)
{
	wq = alloc_workqueue("test", 0, 0);
	INIT_WORK(&work, requeue);
	queue_work(wq, &work);
	destroy_workqueue(wq);
	CHECK(runs == 3);
}

static void destroy_drains_chains(void **state)
{
	RUN({ "a", drains });
}

static void free_self(struct work_struct *w)
{
	kfree(w);
	runs++;
}

static void frees(void *arg)
{
	struct work_struct *w = kmalloc(sizeof(*w), GFP_KERNEL | __GFP_NOFAIL);

	wq = alloc_workqueue("test", 0, 0);
	INIT_WORK(w, free_self);
	queue_work(wq, w);
	destroy_workqueue(wq);
	CHECK(runs == 1);
}

static void an_item_may_free_itself(void **state)
{
	RUN({ "a", frees });
}

static void count(struct work_struct *w)
{
	runs++;
}

static void delays(void *arg)
{
	u64 start = fb_now();

	wq = alloc_workqueue("test", 0, 0);
	INIT_DELAYED_WORK(&delayed, count);
	CHECK(queue_delayed_work(wq, &delayed, HZ));
	CHECK(!queue_delayed_work(wq, &delayed, HZ));
	CHECK(delayed_work_pending(&delayed));
	schedule_timeout_uninterruptible(HZ / 2);
	CHECK(runs == 0);
	schedule_timeout_uninterruptible(HZ);
	CHECK(runs == 1 && fb_now() >= start + NSEC_PER_SEC);
	queue_delayed_work(wq, &delayed, HZ);
	CHECK(cancel_delayed_work_sync(&delayed));
	CHECK(!cancel_delayed_work_sync(&delayed));
	schedule_timeout_uninterruptible(2 * HZ);
	CHECK(runs == 1);
	queue_delayed_work(wq, &delayed, 100 * HZ);
	CHECK(flush_delayed_work(&delayed));
	CHECK(runs == 2);
	queue_delayed_work(wq, &delayed, 100 * HZ);
	CHECK(mod_delayed_work(wq, &delayed, 1));
	schedule_timeout_uninterruptible(3);
	CHECK(runs == 3);
	destroy_workqueue(wq);
}

static void delayed_work(void **state)
{
	RUN({ "a", delays });
}

static void slow(struct work_struct *w)
{
	inside = 1;
	fb_yield();
	fb_yield();
	inside = 0;
	runs++;
}

static void cancels(void *arg)
{
	wq = alloc_workqueue("test", 0, 0);
	INIT_WORK(&work, slow);
	queue_work(wq, &work);
	fb_yield();
	cancel_work_sync(&work);
	CHECK(!inside);
	CHECK(!work_busy(&work));
	destroy_workqueue(wq);
}

static void cancel_sync_waits_for_the_run(void **state)
{
	RUN_SEEDS(200, setup(NULL), { "a", cancels });
}

static void self_flush(struct work_struct *w)
{
	flush_work(w);
}

static void flushes_itself(void *arg)
{
	wq = alloc_workqueue("test", 0, 0);
	INIT_WORK(&work, self_flush);
	queue_work(wq, &work);
	destroy_workqueue(wq);
}

static void flush_of_itself_is_found(void **state)
{
	RUN_BAD({ "a", flushes_itself });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_item_never_runs_twice_at_once, setup),
		cmocka_unit_test_setup(a_blocked_item_does_not_hold_up_others, setup),
		cmocka_unit_test_setup(ordered_queues, setup),
		cmocka_unit_test_setup(destroy_drains_chains, setup),
		cmocka_unit_test_setup(an_item_may_free_itself, setup),
		cmocka_unit_test_setup(delayed_work, setup),
		cmocka_unit_test_setup(cancel_sync_waits_for_the_run, setup),
		cmocka_unit_test_setup(flush_of_itself_is_found, setup),
		cmocka_unit_test_setup(queue_that_nobody_destroys_is_a_leak, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
