// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting and waking: the kernel's own wait.c, wait_bit.c, swait.c, completion.c over the shim's
 * schedule().
 */
#include "shim_run.h"
#include <linux/completion.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>

static wait_queue_head_t wq;
static struct completion done;
static int ready, woken;
static unsigned long flag;

static int setup(void **state)
{
	init_waitqueue_head(&wq);
	init_completion(&done);
	ready = woken = 0;
	flag = 0;
	return 0;
}

static void waiter(void *arg)
{
	wait_event(wq, READ_ONCE(ready));
	woken++;
}

static void waker(void *arg)
{
	WRITE_ONCE(ready, 1);
	wake_up(&wq);
}

static void no_wakeup_is_lost(void **state)
{
	RUN_SEEDS(500,
		  (assert_int_equal(woken, 1), assert_false(waitqueue_active(&wq)), setup(NULL)),
		  { "waiter", waiter }, { "waker", waker });
}

/* The classic mistake: look first, then say that you sleep. */
static void careless_waiter(void *arg)
{
	DECLARE_WAITQUEUE(wait, current);

	add_wait_queue(&wq, &wait);
	if (!READ_ONCE(ready)) {
		fb_point(FB_PT_OTHER, NULL);
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
	remove_wait_queue(&wq, &wait);
	woken++;
}

static void a_lost_wakeup_is_a_deadlock(void **state)
{
	static const struct shim_task tasks[] = { { "waiter", careless_waiter },
						  { "waker", waker } };
	int lost = 0, fine = 0;

	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct fb_run_opts opts = { .name = "test",
					    .policy = FB_POLICY_RANDOM,
					    .seed = seed };

		setup(NULL);
		if (run_with(&opts, tasks, 2) == FB_RUN_OK) {
			fine++;
			continue;
		}
		assert_int_equal(fb_finding_at(0)->kind, FB_DEADLOCK);
		lost++;
	}
	assert_true(lost > 0 && fine > 0);
}

static void exclusive_waiter(void *arg)
{
	wait_event_interruptible_exclusive(wq, READ_ONCE(ready));
	woken++;
	note(arg);
	/* Hand on, as whoever takes one of several must. */
	wake_up(&wq);
}

static void one_at_a_time(void *arg)
{
	CHECK(woken == 0);
	WRITE_ONCE(ready, 1);
	wake_up(&wq);
	note("wake ");
}

static void exclusive_waiters_wake_one_by_one(void **state)
{
	RUN({ "w1", exclusive_waiter, "1" }, { "w2", exclusive_waiter, "2" },
	    { "waker", one_at_a_time });
	assert_string_equal(shim_log, "wake 12");
}

static void exclusive_no_handover(void *arg)
{
	DEFINE_WAIT(wait);

	prepare_to_wait_exclusive(&wq, &wait, TASK_UNINTERRUPTIBLE);
	schedule();
	finish_wait(&wq, &wait);
	woken++;
}

static void wake_counts(void *arg)
{
	/* One call wakes every non-exclusive waiter and one exclusive one. */
	wake_up(&wq);
	fb_yield();
	fb_yield();
	CHECK(woken == 2);
	wake_up_nr(&wq, 1);
	fb_yield();
	fb_yield();
	CHECK(woken == 3);
	wake_up_all(&wq);
}

static void plain_waiter(void *arg)
{
	DEFINE_WAIT(wait);

	prepare_to_wait(&wq, &wait, TASK_UNINTERRUPTIBLE);
	schedule();
	finish_wait(&wq, &wait);
	woken++;
}

static void how_many_wake(void **state)
{
	RUN({ "p", plain_waiter }, { "e1", exclusive_no_handover }, { "e2", exclusive_no_handover },
	    { "e3", exclusive_no_handover }, { "waker", wake_counts });
	assert_int_equal(woken, 4);
}

static struct task_struct *victim;

static void interruptible(void *arg)
{
	victim = current;
	CHECK(wait_event_interruptible(wq, READ_ONCE(ready)) == -ERESTARTSYS);
	CHECK(wait_event_interruptible(wq, READ_ONCE(ready)) == -ERESTARTSYS);
	fb_signals_take(current);
	/* A killable wait does not mind it. */
	CHECK(wait_event_killable(wq, READ_ONCE(ready)) == 0);
}

static void interrupter(void *arg)
{
	send_sig(SIGINT, victim, 0);
	fb_yield();
	send_sig(SIGINT, victim, 0);
	fb_yield();
	WRITE_ONCE(ready, 1);
	wake_up(&wq);
}

static void signals(void **state)
{
	RUN({ "waiter", interruptible }, { "killer", interrupter });
}

static void ends(void *arg)
{
}

static void kills_late(void *arg)
{
	struct task_struct *t = fb_task_new("ends", ends, NULL);

	get_task_struct(t);
	while (READ_ONCE(t->__state) != TASK_DEAD)
		fb_yield();
	CHECK(do_send_sig_info_fb(SIGKILL, t, true) == -ESRCH);
	CHECK(send_sig(SIGINT, t, 0) == -ESRCH);
	CHECK(!(t->signal->flags & SIGNAL_GROUP_EXIT) && !t->pending);
	put_task_struct(t);
}

static void who_has_ended_gets_no_signal(void **state)
{
	RUN({ "killer", kills_late });
}

static void faulted(void *arg)
{
	CHECK(wait_event_killable(wq, READ_ONCE(ready)) == -ERESTARTSYS);
	CHECK(fatal_signal_pending(current));
	fb_signals_take(current);
}

static void a_wait_is_a_fault_point(void **state)
{
	static const struct shim_task tasks[] = { { "waiter", faulted } };
	struct fb_run_opts opts = { .name = "test", .fault_at = 1 };

	checked(run_with(&opts, tasks, 1));
}

static void timed(void *arg)
{
	u64 start = fb_now();
	long left = wait_event_timeout(wq, READ_ONCE(ready), HZ);

	CHECK(left == 0);
	CHECK(fb_now() - start >= NSEC_PER_SEC - TICK_NSEC &&
	      fb_now() - start <= NSEC_PER_SEC + TICK_NSEC);
	left = wait_event_timeout(wq, true, HZ);
	CHECK(left == HZ);
}

static void timeouts(void **state)
{
	RUN({ "a", timed });
}

static void completion_waiter(void *arg)
{
	wait_for_completion(&done);
	woken++;
}

static void completer(void *arg)
{
	complete(&done);
	complete(&done);
}

static void completions(void **state)
{
	RUN_SEEDS(200, (assert_int_equal(woken, 2), setup(NULL)),
		  { "a", completion_waiter }, { "b", completion_waiter }, { "c", completer });
}

static void bit_waiter(void *arg)
{
	CHECK(wait_on_bit(&flag, 3, TASK_UNINTERRUPTIBLE) == 0);
	CHECK(!arch_test_bit(3, &flag));
	woken++;
}

static void bit_owner(void *arg)
{
	set_bit(3, &flag);
	fb_yield();
	clear_bit_unlock(3, &flag);
	smp_mb__after_atomic();
	wake_up_bit(&flag, 3);
}

static void bits(void **state)
{
	RUN_SEEDS(200, (assert_int_equal(woken, 1), setup(NULL)), { "o", bit_owner },
		  { "w", bit_waiter });
}

static void wrong_wakers(void *arg)
{
	/* The plain waiter sleeps uninterruptibly: neither this wakes it ... */
	wake_up_interruptible(&wq);
	CHECK(!wake_up_state(victim, TASK_INTERRUPTIBLE));
	fb_yield();
	fb_yield();
	CHECK(woken == 0);
	/* ... nor does it count as woken, but this does, and once. */
	CHECK(wake_up_process(victim) == 1);
	CHECK(wake_up_process(victim) == 0);
}

static void known_plain_waiter(void *arg)
{
	victim = current;
	plain_waiter(arg);
}

static void a_wakeup_must_fit_the_state(void **state)
{
	RUN({ "p", known_plain_waiter }, { "w", wrong_wakers });
	assert_int_equal(woken, 1);
}

static void atomic_sleeper(void *arg)
{
	preempt_disable();
	schedule();
	preempt_enable();
}

static void schedule_in_atomic_context_is_found(void **state)
{
	RUN_BAD({ "a", atomic_sleeper });
	finding_of(FB_SLEEP_ATOMIC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(no_wakeup_is_lost, setup),
		cmocka_unit_test_setup(a_lost_wakeup_is_a_deadlock, setup),
		cmocka_unit_test_setup(exclusive_waiters_wake_one_by_one, setup),
		cmocka_unit_test_setup(how_many_wake, setup),
		cmocka_unit_test_setup(a_wakeup_must_fit_the_state, setup),
		cmocka_unit_test_setup(signals, setup),
		cmocka_unit_test_setup(who_has_ended_gets_no_signal, setup),
		cmocka_unit_test_setup(a_wait_is_a_fault_point, setup),
		cmocka_unit_test_setup(timeouts, setup),
		cmocka_unit_test_setup(completions, setup),
		cmocka_unit_test_setup(bits, setup),
		cmocka_unit_test_setup(schedule_in_atomic_context_is_found, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
