// SPDX-License-Identifier: GPL-2.0
/*
 * Timers and sleeping for a time.
 *
 * Models: kernel/time/timer.c, hrtimer.c (schedule_hrtimeout), 6.1. Expired timers run one after
 * another, in the order of their expiry, in a daemon in softirq context. Leaves out: deferrable
 * timers, processors, slack.
 */
#include <linux/timer.h>
#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/race.h>
#include <core/task.h>
#include <core/vtime.h>
#include "../internal.h"

static LIST_HEAD(pending);		/* by expiry */
static struct timer_list *running;
static struct fb_timer alarm_clock;	/* for the first of them */
static struct task_struct *timer_daemon;

static u64 deadline_of(unsigned long expires)
{
	return (u64)(expires - (unsigned long)INITIAL_JIFFIES) * TICK_NSEC;
}

static struct timer_list *first_timer(void)
{
	return list_first_entry_or_null(&pending, struct timer_list, entry);
}

static bool expired(const struct timer_list *t)
{
	return t && !time_after(t->expires, jiffies);
}

static void take_out(struct timer_list *t)
{
	list_del(&t->entry);
	t->entry.next = NULL;
}

static void set_alarm(void);

static void timer_main(void *arg)
{
	for (;;) {
		while (expired(first_timer())) {
			struct timer_list *t = first_timer();
			void (*fn)(struct timer_list *) = t->function;

			take_out(t);
			running = t;
			local_bh_disable();
			fb_race_acquire(t);
			fn(t);		/* may free @t */
			fb_race_release(&t->function);	/* for del_timer_sync() */
			local_bh_enable();
			running = NULL;
		}
		set_alarm();
		fb_daemon_busy(timer_daemon, false);
		__set_current_state(TASK_IDLE);
		fb_sleep("timers", NULL);
	}
}

/* Virtual time has come to the first timer. */
static void ring(void *arg)
{
	if (!expired(first_timer()) || timer_daemon->__state == TASK_RUNNING)
		return;
	fb_daemon_busy(timer_daemon, true);
	fb_wake_task(timer_daemon);
}

static void set_alarm(void)
{
	struct timer_list *t = first_timer();

	if (!timer_daemon)
		timer_daemon = fb_daemon_new("ksoftirqd", timer_main, NULL);
	if (t)
		fb_timer_set(&alarm_clock, deadline_of(t->expires), ring, NULL);
	else
		fb_timer_cancel(&alarm_clock);
}

/** fb_timer_init() - timer_setup(): not pending. Models: 6.1. */
void fb_timer_init(struct timer_list *timer, void (*func)(struct timer_list *timer),
		   unsigned int flags)
{
	*timer = (struct timer_list){ .function = func, .flags = flags };
}

/** destroy_timer_on_stack() - must not be pending. Models: 6.1. */
void destroy_timer_on_stack(struct timer_list *timer)
{
	WARN_ON(timer_pending(timer));
}
EXPORT_SYMBOL(destroy_timer_on_stack);

/** timer_pending() - armed and not yet begun? Models: 6.1. */
int timer_pending(const struct timer_list *timer)
{
	fb_point(FB_PT_ATOMIC, timer);
	return timer->entry.next != NULL;
}

static void arm(struct timer_list *timer, unsigned long expires)
{
	struct list_head *pos;

	timer->expires = expires;
	fb_race_release(timer);
	list_for_each_prev(pos, &pending)
		if (!time_after(list_entry(pos, struct timer_list, entry)->expires, expires))
			break;
	list_add(&timer->entry, pos);
	set_alarm();
}

/** mod_timer() - (re)arm; 1 if it was pending. Models: 6.1. Context: any. */
int mod_timer(struct timer_list *timer, unsigned long expires)
{
	int was;

	if (WARN_ON_ONCE(!timer->function))
		return 0;
	was = timer_pending(timer);
	if (was)
		take_out(timer);
	arm(timer, expires);
	return was;
}
EXPORT_SYMBOL(mod_timer);

/** mod_timer_pending() - only if it is pending. Models: 6.1. */
int mod_timer_pending(struct timer_list *timer, unsigned long expires)
{
	return timer_pending(timer) ? mod_timer(timer, expires) : 0;
}
EXPORT_SYMBOL(mod_timer_pending);

/** timer_reduce() - arm it, or make it earlier. Models: 6.1. */
int timer_reduce(struct timer_list *timer, unsigned long expires)
{
	if (timer_pending(timer) && !time_before(expires, timer->expires))
		return 1;
	return mod_timer(timer, expires);
}
EXPORT_SYMBOL(timer_reduce);

/** add_timer() - arm at timer->expires; must not be pending. Models: 6.1. */
void add_timer(struct timer_list *timer)
{
	if (WARN_ON_ONCE(timer_pending(timer)))
		return;
	mod_timer(timer, timer->expires);
}
EXPORT_SYMBOL(add_timer);

static int deactivate(struct timer_list *timer)
{
	fb_race_acquire(timer);
	if (!timer->entry.next)
		return 0;
	take_out(timer);
	set_alarm();
	return 1;
}

/** del_timer() - 1 if it was pending; its function may still run. Models: 6.1. Context: any. */
int del_timer(struct timer_list *timer)
{
	fb_point(FB_PT_ATOMIC, timer);
	return deactivate(timer);
}
EXPORT_SYMBOL(del_timer);

/** try_to_del_timer_sync() - -1 while its function runs. Models: 6.1. */
int try_to_del_timer_sync(struct timer_list *timer)
{
	fb_point(FB_PT_ATOMIC, timer);
	/* From here on in one step: between the two looks it must not begin to run. */
	if (running == timer)
		return -1;
	return deactivate(timer);
}
EXPORT_SYMBOL(try_to_del_timer_sync);

/**
 * del_timer_sync() - and wait until its function has returned. Models: 6.1. Context: not from that
 *	function, nor with locks that it takes.
 */
int del_timer_sync(struct timer_list *timer)
{
	int ret;

	if (running == timer && current == timer_daemon)
		fb_report_fatal(FB_DEADLOCK, 0, NULL,
				"del_timer_sync() from the timer's own function");
	while ((ret = try_to_del_timer_sync(timer)) < 0)
		cpu_relax();
	fb_race_acquire(&timer->function);
	return ret;
}
EXPORT_SYMBOL(del_timer_sync);

static u64 deadline_in(long timeout)
{
	u64 tick = fb_now() / TICK_NSEC;

	return (tick + (u64)timeout) * TICK_NSEC;
}

/* Sleeps until the state is TASK_RUNNING or @deadline has come. */
static void sleep_until(u64 deadline)
{
	struct task_struct *me = current;

	while (READ_ONCE(me->__state) != TASK_RUNNING && fb_now() < deadline)
		fb_block_until(deadline, "timeout", NULL);
	__set_current_state(TASK_RUNNING);
}

/**
 * schedule_timeout() - schedule(), for @timeout jiffies at most
 * @timeout: MAX_SCHEDULE_TIMEOUT for ever
 *
 * Models: kernel/time/timer.c, 6.1. In state TASK_RUNNING it returns at once. Context: may sleep.
 * Return: jiffies left, 0 when the time is over.
 */
signed long schedule_timeout(signed long timeout)
{
	struct task_struct *me = current;
	u64 deadline, now;

	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	fb_might_sleep("schedule_timeout()");
	if (timeout < 0) {
		pr_err("schedule_timeout: wrong timeout value %lx\n", timeout);
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	deadline = deadline_in(timeout);
	if (me->__state != TASK_RUNNING && fb_signal_pending_state(me->__state, me))
		__set_current_state(TASK_RUNNING);
	if (me->__state == TASK_RUNNING)
		fb_yield();
	else
		sleep_until(deadline);
	now = fb_now();
	return now >= deadline ? 0 : (signed long)DIV_ROUND_UP(deadline - now, TICK_NSEC);
}
EXPORT_SYMBOL(schedule_timeout);

/** schedule_timeout_interruptible() - Models: 6.1. */
signed long schedule_timeout_interruptible(signed long timeout)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}
EXPORT_SYMBOL(schedule_timeout_interruptible);

/** schedule_timeout_killable() - Models: 6.1. */
signed long schedule_timeout_killable(signed long timeout)
{
	__set_current_state(TASK_KILLABLE);
	return schedule_timeout(timeout);
}
EXPORT_SYMBOL(schedule_timeout_killable);

/** schedule_timeout_uninterruptible() - Models: 6.1. */
signed long schedule_timeout_uninterruptible(signed long timeout)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}
EXPORT_SYMBOL(schedule_timeout_uninterruptible);

/** schedule_timeout_idle() - Models: 6.1. */
signed long schedule_timeout_idle(signed long timeout)
{
	__set_current_state(TASK_IDLE);
	return schedule_timeout(timeout);
}
EXPORT_SYMBOL(schedule_timeout_idle);

/**
 * io_schedule_timeout() - schedule_timeout(), accounted as waiting for I/O. Models:
 *	kernel/sched/core.c, 6.1.
 */
long io_schedule_timeout(long timeout)
{
	return schedule_timeout(timeout);
}
EXPORT_SYMBOL(io_schedule_timeout);

/**
 * schedule_hrtimeout() - sleep until *@expires, absolute or from now; 0 when it came, -EINTR when
 *	woken before. Models: 6.1.
 */
int schedule_hrtimeout(ktime_t *expires, const enum hrtimer_mode mode)
{
	u64 deadline;

	if (!expires) {
		schedule();
		return -EINTR;
	}
	deadline = (u64)*expires + (mode == HRTIMER_MODE_REL ? fb_now() : 0);
	sleep_until(deadline);
	return fb_now() >= deadline ? 0 : -EINTR;
}
EXPORT_SYMBOL(schedule_hrtimeout);

/** schedule_hrtimeout_range() - without slack. Models: 6.1. */
int schedule_hrtimeout_range(ktime_t *expires, u64 delta, const enum hrtimer_mode mode)
{
	return schedule_hrtimeout(expires, mode);
}
EXPORT_SYMBOL(schedule_hrtimeout_range);

/** msleep() - at least so long, whatever signals come. Models: 6.1. */
void msleep(unsigned int msecs)
{
	signed long timeout = (signed long)msecs_to_jiffies(msecs) + 1;

	while (timeout)
		timeout = schedule_timeout_uninterruptible(timeout);
}
EXPORT_SYMBOL(msleep);

/** msleep_interruptible() - milliseconds left when a signal came. Models: 6.1. */
unsigned long msleep_interruptible(unsigned int msecs)
{
	signed long timeout = (signed long)msecs_to_jiffies(msecs) + 1;

	while (timeout && !signal_pending(current))
		timeout = schedule_timeout_interruptible(timeout);
	return jiffies_to_msecs((unsigned long)timeout);
}
EXPORT_SYMBOL(msleep_interruptible);

/** usleep_range() - sleeps @min microseconds. Models: 6.1. */
void usleep_range(unsigned long min, unsigned long max)
{
	fb_might_sleep("usleep_range()");
	__set_current_state(TASK_UNINTERRUPTIBLE);
	sleep_until(fb_now() + min * NSEC_PER_USEC);
}
EXPORT_SYMBOL(usleep_range);

/** ndelay() - time passes, nobody sleeps. Models: linux/delay.h. */
void ndelay(unsigned long nsecs)
{
	fb_time_advance(nsecs);
}

/** udelay() - the same. Models: linux/delay.h. */
void udelay(unsigned long usecs)
{
	fb_time_advance(usecs * NSEC_PER_USEC);
}

/** mdelay() - the same. Models: linux/delay.h. */
void mdelay(unsigned long msecs)
{
	fb_time_advance(msecs * NSEC_PER_MSEC);
}
