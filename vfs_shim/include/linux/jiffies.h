/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/jiffies.h, at 250 Hz as Debian has it. Virtual time; starts five minutes before the
 * 32-bit wrap, as the kernel's.
 */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/types.h>
#include <linux/typecheck.h>
#include <linux/math64.h>
#include <linux/time64.h>

#define HZ			CONFIG_HZ
#define USER_HZ			100
#define TICK_NSEC		(NSEC_PER_SEC / HZ)
#define INITIAL_JIFFIES		((unsigned long)(unsigned int)(-300 * HZ))
#define MAX_JIFFY_OFFSET	((LONG_MAX >> 1) - 1)

u64 get_jiffies_64(void);
/* The present value; the shape lets parameters be called "jiffies", as some prototypes do. */
const volatile unsigned long *fb_jiffies_now(void);
#define jiffies			(*fb_jiffies_now())
#define jiffies_64		get_jiffies_64()

#define time_after(a, b)						\
	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((b) - (a)) < 0))
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)						\
	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((a) - (b)) >= 0))
#define time_before_eq(a, b)	time_after_eq(b, a)
#define time_in_range(a, b, c)	(time_after_eq(a, b) && time_before_eq(a, c))
#define time_after64(a, b)						\
	(typecheck(__u64, a) && typecheck(__u64, b) && ((__s64)((b) - (a)) < 0))
#define time_before64(a, b)	time_after64(b, a)
#define time_after_eq64(a, b)						\
	(typecheck(__u64, a) && typecheck(__u64, b) && ((__s64)((a) - (b)) >= 0))
#define time_before_eq64(a, b)	time_after_eq64(b, a)
#define time_is_before_jiffies(a)	time_after(jiffies, a)
#define time_is_after_jiffies(a)	time_before(jiffies, a)
#define time_is_before_eq_jiffies(a)	time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a)	time_before_eq(jiffies, a)

unsigned int jiffies_to_msecs(const unsigned long j);
unsigned int jiffies_to_usecs(const unsigned long j);
u64 jiffies_to_nsecs(const unsigned long j);
unsigned long msecs_to_jiffies(const unsigned int m);
unsigned long usecs_to_jiffies(const unsigned int u);
unsigned long nsecs_to_jiffies(u64 n);
unsigned long timespec64_to_jiffies(const struct timespec64 *value);
void jiffies_to_timespec64(const unsigned long j, struct timespec64 *value);
clock_t jiffies_to_clock_t(unsigned long x);
/* Rounding to whole seconds saves power on real machines: no effect that anyone may rely on. */
#define round_jiffies_relative(j)	(j)
#define round_jiffies(j)		(j)

#endif
