// SPDX-License-Identifier: GPL-2.0
/*
 * Clocks and conversions, in virtual time.
 *
 * Models: kernel/time/{time,timekeeping,jiffies}.c, 6.1, at 250 Hz. The monotonic clock is
 * fb_now(); real time starts at 2026-01-01. The coarse clock, which file times come from, moves
 * with the tick: two changes of a file within one have the same time, as in the kernel.
 */
#include <linux/jiffies.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/time.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <core/task.h>

/**
 * get_jiffies_64() - ticks since boot, from INITIAL_JIFFIES. Models: kernel/time/jiffies.c, 6.1.
 */
u64 get_jiffies_64(void)
{
	return INITIAL_JIFFIES + fb_now() / TICK_NSEC;
}
EXPORT_SYMBOL(get_jiffies_64);

/** fb_jiffies_now() - what "jiffies" reads. */
const volatile unsigned long *fb_jiffies_now(void)
{
	static volatile unsigned long now;

	now = (unsigned long)get_jiffies_64();
	return &now;
}

/** ktime_get() - monotonic time. Models: 6.1. */
ktime_t ktime_get(void)
{
	return (ktime_t)fb_now();
}
EXPORT_SYMBOL(ktime_get);

/** ktime_get_ns() - the same. Models: 6.1. */
u64 ktime_get_ns(void)
{
	return fb_now();
}
EXPORT_SYMBOL(ktime_get_ns);

/** ktime_get_real() - wall-clock time. Models: 6.1. */
ktime_t ktime_get_real(void)
{
	return FB_BOOT_SECONDS * NSEC_PER_SEC + (ktime_t)fb_now();
}
EXPORT_SYMBOL(ktime_get_real);

/** ktime_get_seconds() - monotonic seconds. Models: 6.1. */
time64_t ktime_get_seconds(void)
{
	return (time64_t)(fb_now() / NSEC_PER_SEC);
}
EXPORT_SYMBOL(ktime_get_seconds);

/** ktime_get_real_seconds() - wall-clock seconds. Models: 6.1. */
time64_t ktime_get_real_seconds(void)
{
	return FB_BOOT_SECONDS + ktime_get_seconds();
}
EXPORT_SYMBOL(ktime_get_real_seconds);

/** ktime_get_ts64() - monotonic time. Models: 6.1. */
void ktime_get_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get());
}
EXPORT_SYMBOL(ktime_get_ts64);

/** ktime_get_real_ts64() - wall-clock time. Models: 6.1. */
void ktime_get_real_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(ktime_get_real());
}
EXPORT_SYMBOL(ktime_get_real_ts64);

/** ktime_get_coarse_ts64() - monotonic time as of the last tick. Models: 6.1. */
void ktime_get_coarse_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64((s64)(fb_now() / TICK_NSEC * TICK_NSEC));
}
EXPORT_SYMBOL(ktime_get_coarse_ts64);

/** ktime_get_coarse_real_ts64() - the clock of file times; see the top. Models: 6.1. */
void ktime_get_coarse_real_ts64(struct timespec64 *ts)
{
	ktime_get_coarse_ts64(ts);
	ts->tv_sec += FB_BOOT_SECONDS;
}
EXPORT_SYMBOL(ktime_get_coarse_real_ts64);

/** ns_to_timespec64() - the nanosecond part is never negative. Models: kernel/time/time.c, 6.1. */
struct timespec64 ns_to_timespec64(s64 nsec)
{
	struct timespec64 ts = { .tv_sec = nsec / NSEC_PER_SEC, .tv_nsec = nsec % NSEC_PER_SEC };

	if (ts.tv_nsec < 0) {
		ts.tv_sec--;
		ts.tv_nsec += NSEC_PER_SEC;
	}
	return ts;
}
EXPORT_SYMBOL(ns_to_timespec64);

/** jiffies_to_msecs() - rounded down. Models: 6.1. */
unsigned int jiffies_to_msecs(const unsigned long j)
{
	return (unsigned int)(j * (MSEC_PER_SEC / HZ));
}
EXPORT_SYMBOL(jiffies_to_msecs);

/** jiffies_to_usecs() - Models: 6.1. */
unsigned int jiffies_to_usecs(const unsigned long j)
{
	return (unsigned int)(j * (USEC_PER_SEC / HZ));
}
EXPORT_SYMBOL(jiffies_to_usecs);

/** jiffies_to_nsecs() - Models: 6.1. */
u64 jiffies_to_nsecs(const unsigned long j)
{
	return (u64)j * TICK_NSEC;
}

/** msecs_to_jiffies() - rounded up; a negative int means for ever. Models: 6.1. */
unsigned long msecs_to_jiffies(const unsigned int m)
{
	if ((int)m < 0)
		return MAX_JIFFY_OFFSET;
	return DIV_ROUND_UP(m, MSEC_PER_SEC / HZ);
}
EXPORT_SYMBOL(msecs_to_jiffies);

/** usecs_to_jiffies() - rounded up. Models: 6.1. */
unsigned long usecs_to_jiffies(const unsigned int u)
{
	return DIV_ROUND_UP(u, USEC_PER_SEC / HZ);
}
EXPORT_SYMBOL(usecs_to_jiffies);

/** nsecs_to_jiffies() - rounded down. Models: 6.1. */
unsigned long nsecs_to_jiffies(u64 n)
{
	return (unsigned long)(n / TICK_NSEC);
}
EXPORT_SYMBOL(nsecs_to_jiffies);

/** timespec64_to_jiffies() - rounded up; at most MAX_JIFFY_OFFSET. Models: 6.1. */
unsigned long timespec64_to_jiffies(const struct timespec64 *value)
{
	u64 sec = (u64)value->tv_sec;
	u64 nsec = (u64)value->tv_nsec + TICK_NSEC - 1;

	if (sec >= (u64)MAX_JIFFY_OFFSET / HZ)
		return MAX_JIFFY_OFFSET;
	return (unsigned long)(sec * HZ + nsec / TICK_NSEC);
}
EXPORT_SYMBOL(timespec64_to_jiffies);

/** jiffies_to_timespec64() - Models: 6.1. */
void jiffies_to_timespec64(const unsigned long j, struct timespec64 *value)
{
	value->tv_sec = (time64_t)(j / HZ);
	value->tv_nsec = (long)(j % HZ * TICK_NSEC);
}
EXPORT_SYMBOL(jiffies_to_timespec64);

/** jiffies_to_clock_t() - in USER_HZ. Models: 6.1. */
clock_t jiffies_to_clock_t(unsigned long x)
{
	return (clock_t)(x * USER_HZ / HZ);
}
EXPORT_SYMBOL(jiffies_to_clock_t);

/** get_timespec64() - from user space; 0 or -EFAULT. Models: kernel/time/time.c, 6.1. */
int get_timespec64(struct timespec64 *ts, const struct __kernel_timespec __user *uts)
{
	struct __kernel_timespec kts;

	if (copy_from_user(&kts, uts, sizeof(kts)))
		return -EFAULT;
	ts->tv_sec = kts.tv_sec;
	ts->tv_nsec = (long)kts.tv_nsec;
	return 0;
}
EXPORT_SYMBOL(get_timespec64);

/** put_timespec64() - to user space; 0 or -EFAULT. Models: kernel/time/time.c, 6.1. */
int put_timespec64(const struct timespec64 *ts, struct __kernel_timespec __user *uts)
{
	struct __kernel_timespec kts = { .tv_sec = ts->tv_sec, .tv_nsec = ts->tv_nsec };

	return copy_to_user(uts, &kts, sizeof(kts)) ? -EFAULT : 0;
}
EXPORT_SYMBOL(put_timespec64);

/** timespec64_add_safe() - saturates at TIME64_MAX. Models: kernel/time/time.c, 6.1. */
struct timespec64 timespec64_add_safe(const struct timespec64 lhs, const struct timespec64 rhs)
{
	struct timespec64 res;

	set_normalized_timespec64(&res, (time64_t)((u64)lhs.tv_sec + (u64)rhs.tv_sec),
				  lhs.tv_nsec + rhs.tv_nsec);
	if (res.tv_sec < lhs.tv_sec || res.tv_sec < rhs.tv_sec) {
		res.tv_sec = TIME64_MAX;
		res.tv_nsec = 0;
	}
	return res;
}

/**
 * set_normalized_timespec64() - the nanosecond part into 0..999999999. Models: kernel/time/time.c,
 *	6.1.
 */
void set_normalized_timespec64(struct timespec64 *ts, time64_t sec, s64 nsec)
{
	struct timespec64 carry = ns_to_timespec64(nsec);

	ts->tv_sec = sec + carry.tv_sec;
	ts->tv_nsec = carry.tv_nsec;
}
EXPORT_SYMBOL(set_normalized_timespec64);
