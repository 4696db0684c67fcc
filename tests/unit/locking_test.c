// SPDX-License-Identifier: GPL-2.0
/*
 * Spinlocks, mutexes, lockdep names: kernel/locking/{spinlock,mutex,lockdep}.c against the kernel's
 * rules.
 */
#include "shim_run.h"
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>

static spinlock_t spin_a, spin_b;
static struct mutex mutex_a, mutex_b;
static int inside, most, total;

static void init_locks(void)
{
	spin_lock_init(&spin_a);
	spin_lock_init(&spin_b);
	mutex_init(&mutex_a);
	mutex_init(&mutex_b);
	inside = most = total = 0;
}

static int setup(void **state)
{
	init_locks();
	return 0;
}

static void in_and_out(void)
{
	if (++inside > most)
		most = inside;
	fb_point(FB_PT_OTHER, NULL);
	total++;
	inside--;
}

static void spinner(void *arg)
{
	for (int i = 0; i < 3; i++) {
		spin_lock(&spin_a);
		in_and_out();
		spin_unlock(&spin_a);
	}
}

static void exclusion_by_spinlock(void **state)
{
	RUN_SEEDS(200, (assert_int_equal(most, 1), assert_int_equal(total, 9), init_locks()),
		  { "a", spinner }, { "b", spinner }, { "c", spinner });
}

static void locker(void *arg)
{
	for (int i = 0; i < 3; i++) {
		mutex_lock(&mutex_a);
		in_and_out();
		mutex_unlock(&mutex_a);
	}
}

static void exclusion_by_mutex(void **state)
{
	RUN_SEEDS(200, (assert_int_equal(most, 1), assert_int_equal(total, 9), init_locks()),
		  { "a", locker }, { "b", locker }, { "c", locker });
}

static void fifo_first(void *arg)
{
	mutex_lock(&mutex_a);
	fb_yield();
	note("1");
	mutex_unlock(&mutex_a);
	/* The lock went to the one that waits longest: we come after both. */
	mutex_lock(&mutex_a);
	note("4");
	mutex_unlock(&mutex_a);
}

static void fifo_next(void *arg)
{
	mutex_lock(&mutex_a);
	note(arg);
	fb_yield();
	mutex_unlock(&mutex_a);
}

static void mutex_hands_over_in_order(void **state)
{
	RUN({ "a", fifo_first }, { "b", fifo_next, "2" }, { "c", fifo_next, "3" });
	assert_string_equal(shim_log, "1234");
}

static struct task_struct *victim;

static void holder(void *arg)
{
	mutex_lock(&mutex_a);
	fb_yield();
	CHECK(victim);
	/* SIGINT ends no killable wait. */
	send_sig(SIGINT, victim, 0);
	fb_yield();
	note("int ");
	send_sig(SIGKILL, victim, 0);
	fb_yield();
	mutex_unlock(&mutex_a);
}

static void killable(void *arg)
{
	victim = current;
	CHECK(mutex_lock_killable(&mutex_a) == -EINTR);
	note("killed");
	CHECK(!lockdep_is_held(&mutex_a));
	CHECK(fb_signals_take(current));
}

static void killable_wait(void **state)
{
	victim = NULL;
	RUN({ "holder", holder }, { "victim", killable });
	assert_string_equal(shim_log, "int killed");
	assert_false(mutex_is_locked(&mutex_a));
}

static void uncontended_ignores_signals(void *arg)
{
	send_sig(SIGKILL, current, 0);
	CHECK(mutex_lock_interruptible(&mutex_a) == 0);
	mutex_unlock(&mutex_a);
}

static void signals_only_end_waits(void **state)
{
	RUN({ "a", uncontended_ignores_signals });
}

static void faulted_waiter(void *arg)
{
	CHECK(mutex_lock_killable(&mutex_a) == -EINTR);
	CHECK(fatal_signal_pending(current));
	CHECK(!fb_signals_take(current));
	CHECK(!signal_pending(current));
}

static void just_hold(void *arg)
{
	mutex_lock(&mutex_a);
	fb_yield();
	mutex_unlock(&mutex_a);
}

static void signal_is_a_fault_point(void **state)
{
	static const struct shim_task tasks[] = { { "holder", just_hold },
						  { "victim", faulted_waiter } };
	struct fb_run_opts opts = { .name = "test", .fault_at = 1 };

	checked(run_with(&opts, tasks, 2));
}

static void try(void *arg)
{
	CHECK(mutex_trylock(&mutex_a));
	CHECK(!mutex_trylock(&mutex_a));
	mutex_unlock(&mutex_a);
	CHECK(spin_trylock(&spin_a));
	CHECK(!spin_trylock(&spin_a));
	CHECK(in_atomic());
	spin_unlock(&spin_a);
	CHECK(!in_atomic());
}

static void trylocks(void **state)
{
	RUN({ "a", try });
}

static noinline void take_a_then_b(void)
{
	mutex_lock(&mutex_a);
	mutex_lock(&mutex_b);
	mutex_unlock(&mutex_b);
	mutex_unlock(&mutex_a);
}

static noinline void take_b_then_a(void)
{
	mutex_lock(&mutex_b);
	mutex_lock(&mutex_a);
	mutex_unlock(&mutex_a);
	mutex_unlock(&mutex_b);
}

static void abba(void *arg)
{
	take_a_then_b();
	take_b_then_a();
}

static void lock_order(void **state)
{
	const struct fb_finding *f;

	RUN_BAD({ "a", abba });
	f = finding_of(FB_LOCK_ORDER);
	assert_non_null(strstr(f->text, "mutex_a"));
	assert_true(fb_stack_has(f->here, "take_b_then_a"));
	assert_true(fb_stack_has(f->other, "take_a_then_b"));
}

static void make_class(struct mutex *m)
{
	mutex_init(m);	/* one init site: one class */
}

static void same_class_twice(void *arg)
{
	make_class(&mutex_a);
	make_class(&mutex_b);
	mutex_lock(&mutex_a);
	if (arg)
		mutex_lock_nested(&mutex_b, 1);
	else
		mutex_lock(&mutex_b);
	mutex_unlock(&mutex_b);
	mutex_unlock(&mutex_a);
}

static void classes(void **state)
{
	RUN({ "nested", same_class_twice, &mutex_a });
	RUN_BAD({ "flat", same_class_twice });
	finding_of(FB_LOCK_ORDER);
}

static noinline void sleep_here(void)
{
	mutex_lock(&mutex_a);
	mutex_unlock(&mutex_a);
}

static void sleeper(void *arg)
{
	spin_lock(&spin_a);
	sleep_here();
	spin_unlock(&spin_a);
}

static void sleep_under_spinlock(void **state)
{
	const struct fb_finding *f;

	RUN_BAD({ "a", sleeper });
	f = finding_of(FB_SLEEP_ATOMIC);
	assert_true(fb_stack_has(f->here, "sleep_here"));
	assert_true(fb_stack_has(f->other, "sleeper"));
}

static void unlocker(void *arg)
{
	mutex_unlock(&mutex_a);
}

static void keeper(void *arg)
{
	mutex_lock(&mutex_a);
	fb_yield();
}

static void unlock_by_another(void **state)
{
	RUN_BAD({ "keeper", keeper }, { "other", unlocker });
	assert_non_null(strstr(finding_of(FB_LOCK_MISUSE)->text, "another task"));
}

static void asserter(void *arg)
{
	lockdep_assert_held(&mutex_a);
}

static void assert_held(void **state)
{
	RUN_BAD({ "a", asserter });
	assert_non_null(strstr(finding_of(FB_CONTRACT)->text, "lockdep_assert_held(&mutex_a)"));
}

static void irq_states(void *arg)
{
	unsigned long flags, inner;

	CHECK(!irqs_disabled());
	spin_lock_irqsave(&spin_a, flags);
	CHECK(irqs_disabled());
	spin_lock_irqsave(&spin_b, inner);
	spin_unlock_irqrestore(&spin_b, inner);
	CHECK(irqs_disabled());
	spin_unlock_irqrestore(&spin_a, flags);
	CHECK(!irqs_disabled());
	spin_lock_bh(&spin_a);
	CHECK(in_softirq() && !in_hardirq());
	spin_unlock_bh(&spin_a);
	CHECK(in_task());
}

static void irq_and_bh(void **state)
{
	RUN({ "a", irq_states });
}

static void handler(void *arg)
{
	unsigned long flags;

	CHECK(in_hardirq() && in_interrupt() && !in_task());
	spin_lock_irqsave(&spin_a, flags);
	note("irq");
	spin_unlock_irqrestore(&spin_a, flags);
}

static void interrupted(void *arg)
{
	spin_lock_irq(&spin_a);
	fb_irq_raise(handler, NULL);
	note("task ");
	spin_unlock_irq(&spin_a);
	CHECK(!strcmp(shim_log, "task irq"));
}

static void irq_waits_until_enabled(void **state)
{
	RUN({ "a", interrupted });
}

static void irqs_off_spinner(void *arg)
{
	for (int i = 0; i < 3; i++) {
		unsigned long flags;

		spin_lock_irqsave(&spin_a, flags);
		in_and_out();
		spin_unlock_irqrestore(&spin_a, flags);
	}
}

static void interrupted_elsewhere(void *arg)
{
	for (int i = 0; i < 3; i++)
		fb_irq_raise(irqs_off_spinner, NULL);
}

/* On another processor a handler may well meet a lock that is held: it spins until it is free. */
static void irq_spins_on_other_processors_lock(void **state)
{
	RUN_SEEDS(100, (assert_int_equal(most, 1), assert_int_equal(total, 12), init_locks()),
		  { "a", irqs_off_spinner }, { "b", interrupted_elsewhere });
}

static void takes_plainly(void *arg)
{
	spin_lock(&spin_a);
	spin_unlock(&spin_a);
}

static void handler_of_unsafe_lock(void *arg)
{
	takes_plainly(NULL);
	fb_irq(handler, NULL);
}

static void irq_meets_unsafe_lock(void **state)
{
	const struct fb_finding *f;

	RUN_BAD({ "a", handler_of_unsafe_lock });
	f = finding_of(FB_LOCK_MISUSE);
	assert_true(fb_stack_has(f->here, "handler"));
	assert_true(fb_stack_has(f->other, "takes_plainly"));
}

static DEFINE_RWLOCK(rwlock);
static seqcount_t seq;
static int pair[2];

static void rw_reader(void *arg)
{
	for (int i = 0; i < 3; i++) {
		read_lock(&rwlock);
		CHECK(pair[0] == pair[1]);
		fb_point(FB_PT_OTHER, NULL);
		CHECK(pair[0] == pair[1]);
		read_unlock(&rwlock);
	}
}

static void rw_writer(void *arg)
{
	for (int i = 0; i < 3; i++) {
		write_lock(&rwlock);
		pair[0]++;
		fb_point(FB_PT_OTHER, NULL);
		pair[1]++;
		write_unlock(&rwlock);
	}
}

static void rwlocks(void **state)
{
	RUN_SEEDS(200, (void)0, { "r", rw_reader }, { "s", rw_reader }, { "w", rw_writer });
}

static void seq_reader(void *arg)
{
	unsigned int start;
	int a, b;

	for (int i = 0; i < 4; i++) {
		do {
			start = read_seqcount_begin(&seq);
			a = pair[0];
			fb_point(FB_PT_OTHER, NULL);
			b = pair[1];
		} while (read_seqcount_retry(&seq, start));
		CHECK(a == b);
	}
}

static void seq_writer(void *arg)
{
	for (int i = 0; i < 4; i++) {
		write_seqcount_begin(&seq);
		pair[0]++;
		fb_point(FB_PT_OTHER, NULL);
		pair[1]++;
		write_seqcount_end(&seq);
	}
}

static void seqcounts(void **state)
{
	seqcount_init(&seq);
	RUN_SEEDS(200, (void)0, { "r", seq_reader }, { "w", seq_writer });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(exclusion_by_spinlock, setup),
		cmocka_unit_test_setup(exclusion_by_mutex, setup),
		cmocka_unit_test_setup(mutex_hands_over_in_order, setup),
		cmocka_unit_test_setup(killable_wait, setup),
		cmocka_unit_test_setup(signals_only_end_waits, setup),
		cmocka_unit_test_setup(signal_is_a_fault_point, setup),
		cmocka_unit_test_setup(trylocks, setup),
		cmocka_unit_test_setup(lock_order, setup),
		cmocka_unit_test_setup(classes, setup),
		cmocka_unit_test_setup(sleep_under_spinlock, setup),
		cmocka_unit_test_setup(unlock_by_another, setup),
		cmocka_unit_test_setup(assert_held, setup),
		cmocka_unit_test_setup(irq_and_bh, setup),
		cmocka_unit_test_setup(irq_waits_until_enabled, setup),
		cmocka_unit_test_setup(irq_spins_on_other_processors_lock, setup),
		cmocka_unit_test_setup(irq_meets_unsafe_lock, setup),
		cmocka_unit_test_setup(rwlocks, setup),
		cmocka_unit_test_setup(seqcounts, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
