// SPDX-License-Identifier: GPL-2.0
/* Timers, jiffies, clocks: kernel/time/ against the kernel's rules. */
#include "shim_run.h"
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>
#include <linux/timer.h>

static struct timer_list timer, later;
static int fired, in_function;

static int setup(void **state)
{
	fired = in_function = 0;
	return 0;
}

static void fire(struct timer_list *t)
{
	CHECK(in_softirq() && in_atomic());
	CHECK(!timer_pending(t));
	CHECK(time_after_eq(jiffies, t->expires));
	note(t == &timer ? "t" : "l");
	fired++;
}

static void arms(void *arg)
{
	timer_setup(&timer, fire, 0);
	timer_setup(&later, fire, 0);
	CHECK(!mod_timer(&later, jiffies + 20));
	CHECK(!mod_timer(&timer, jiffies + 10));
	CHECK(timer_pending(&timer));
	schedule_timeout_uninterruptible(5);
	CHECK(fired == 0);
	schedule_timeout_uninterruptible(30);
	CHECK(!strcmp(shim_log, "tl"));
	CHECK(!timer_pending(&timer) && !del_timer(&timer));
	CHECK(!mod_timer(&timer, jiffies + 10) && mod_timer(&timer, jiffies + 50));
	CHECK(timer_reduce(&timer, jiffies + 70) && time_after(timer.expires, jiffies + 49 - 1));
	CHECK(del_timer_sync(&timer));
	schedule_timeout_uninterruptible(100);
	CHECK(fired == 2);
}

static void timers_fire_in_order(void **state)
{
	RUN({ "a", arms });
}

static void slow_fire(struct timer_list *t)
{
	in_function = 1;
	fb_yield();
	fb_yield();
	in_function = 0;
	fired++;
}

static void deletes(void *arg)
{
	timer_setup(&timer, slow_fire, 0);
	mod_timer(&timer, jiffies + 1);
	schedule_timeout_uninterruptible(1);
	del_timer_sync(&timer);
	CHECK(!in_function);
}

static void del_timer_sync_waits(void **state)
{
	RUN_SEEDS(100, setup(NULL), { "a", deletes });
}

static void rearm(struct timer_list *t)
{
	if (++fired < 3)
		mod_timer(t, jiffies + 1);
}

static void rearms(void *arg)
{
	timer_setup(&timer, rearm, 0);
	mod_timer(&timer, jiffies);
	msleep(100);
	CHECK(fired == 3);
}

static void a_timer_may_arm_itself(void **state)
{
	RUN({ "a", rearms });
}

static void conversions(void *arg)
{
	struct timespec64 ts = { .tv_sec = 1, .tv_nsec = 1 };

	CHECK(HZ == 250 && msecs_to_jiffies(1) == 1 && msecs_to_jiffies(5) == 2 &&
	      msecs_to_jiffies(0) == 0);
	CHECK(msecs_to_jiffies((unsigned int)-1) == MAX_JIFFY_OFFSET);
	CHECK(timespec64_to_jiffies(&ts) == 251);
	ts = (struct timespec64){ .tv_sec = LLONG_MAX };
	CHECK(timespec64_to_jiffies(&ts) == MAX_JIFFY_OFFSET);
	ts = ns_to_timespec64(-1);
	CHECK(ts.tv_sec == -1 && ts.tv_nsec == 999999999);
	CHECK(jiffies_to_msecs(3) == 12 && jiffies_to_clock_t(250) == 100);
	CHECK(time_after(jiffies + 1, jiffies) &&
	      time_before64(get_jiffies_64(), get_jiffies_64() + 1));
}

static void converts(void **state)
{
	RUN({ "a", conversions });
}

static void clocks(void *arg)
{
	struct timespec64 a, b, c;
	ktime_t t0 = ktime_get();
	u64 j = get_jiffies_64();

	ktime_get_coarse_real_ts64(&a);
	ktime_get_coarse_real_ts64(&b);
	/* The coarse clock moves with the tick only. */
	CHECK(timespec64_equal(&a, &b));
	CHECK(a.tv_sec == FB_BOOT_SECONDS);
	msleep(1000);
	ktime_get_coarse_real_ts64(&b);
	CHECK(timespec64_compare(&a, &b) < 0);
	CHECK(ktime_ms_delta(ktime_get(), t0) >= 1000);
	CHECK(get_jiffies_64() - j >= HZ);
	ktime_get_real_ts64(&c);
	CHECK(c.tv_sec == FB_BOOT_SECONDS + 1);
	j = get_jiffies_64();
	mdelay(40);
	CHECK(get_jiffies_64() - j == 10);
}

static void time_goes_on(void **state)
{
	RUN({ "a", clocks });
}

static struct task_struct *sleeper_task;

static void sleeper(void *arg)
{
	long left;

	sleeper_task = current;
	left = schedule_timeout_interruptible(10 * HZ);
	CHECK(left > 8 * HZ && left <= 9 * HZ);
	/* With the signal still there it does not sleep at all. */
	CHECK(schedule_timeout_interruptible(10 * HZ) == 10 * HZ);
	CHECK(schedule_timeout_killable(HZ) == 0);
	fb_signals_take(current);
	set_current_state(TASK_RUNNING);
	CHECK(schedule_timeout(7) == 7);
}

static void signaller(void *arg)
{
	schedule_timeout_uninterruptible(HZ);
	send_sig(SIGINT, sleeper_task, 0);
}

static void sleeping(void **state)
{
	RUN({ "s", sleeper }, { "k", signaller });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(timers_fire_in_order, setup),
		cmocka_unit_test_setup(del_timer_sync_waits, setup),
		cmocka_unit_test_setup(a_timer_may_arm_itself, setup),
		cmocka_unit_test_setup(converts, setup),
		cmocka_unit_test_setup(time_goes_on, setup),
		cmocka_unit_test_setup(sleeping, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
