/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/ktime.h. Nanoseconds. */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

#include <linux/types.h>
#include <linux/time64.h>
#include <linux/jiffies.h>

typedef s64 ktime_t;

#define ktime_add(l, r)		((ktime_t)((l) + (r)))
#define ktime_sub(l, r)		((ktime_t)((l) - (r)))
#define ktime_add_ns(kt, n)	((ktime_t)((kt) + (n)))
#define ktime_sub_ns(kt, n)	((ktime_t)((kt) - (n)))
#define ktime_to_ns(kt)		((s64)(kt))
#define ns_to_ktime(ns)		((ktime_t)(ns))
#define us_to_ktime(us)		((ktime_t)(us) * 1000)
#define ms_to_ktime(ms)		((ktime_t)(ms) * 1000000)
#define ktime_to_us(kt)		((s64)(kt) / 1000)
#define ktime_to_ms(kt)		((s64)(kt) / 1000000)
#define ktime_to_timespec64(kt)	ns_to_timespec64(kt)

static inline ktime_t ktime_set(const s64 secs, const unsigned long nsecs)
{
	if (secs >= KTIME_SEC_MAX)
		return KTIME_MAX;
	return secs * NSEC_PER_SEC + (s64)nsecs;
}

static inline ktime_t timespec64_to_ktime(struct timespec64 ts)
{
	return ktime_set(ts.tv_sec, (unsigned long)ts.tv_nsec);
}

static inline int ktime_compare(const ktime_t a, const ktime_t b)
{
	return a < b ? -1 : a > b;
}

static inline bool ktime_after(const ktime_t a, const ktime_t b)
{
	return a > b;
}

static inline bool ktime_before(const ktime_t a, const ktime_t b)
{
	return a < b;
}

#define ktime_us_delta(later, earlier)	ktime_to_us(ktime_sub(later, earlier))
#define ktime_ms_delta(later, earlier)	ktime_to_ms(ktime_sub(later, earlier))

/* Out of line in the kernel (kernel/time/time.c); a nanosecond part is never negative. */
struct timespec64 ns_to_timespec64(s64 nsec);

#include <linux/timekeeping.h>

#endif
