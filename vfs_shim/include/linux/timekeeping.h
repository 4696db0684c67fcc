/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/timekeeping.h. Real time begins at 2026-01-01 00:00:00 UTC with each run. */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

ktime_t ktime_get(void);
ktime_t ktime_get_real(void);
u64 ktime_get_ns(void);
time64_t ktime_get_seconds(void);
time64_t ktime_get_real_seconds(void);
void ktime_get_ts64(struct timespec64 *ts);
void ktime_get_real_ts64(struct timespec64 *ts);
void ktime_get_coarse_ts64(struct timespec64 *ts);
void ktime_get_coarse_real_ts64(struct timespec64 *ts);
#define ktime_get_raw()		ktime_get()
#define ktime_get_boottime()	ktime_get()
#define ktime_get_boottime_ns()	ktime_get_ns()
#define ktime_get_real_ns()	((u64)ktime_get_real())
#define ktime_get_mono_fast_ns() ktime_get_ns()
#define getboottime64(ts)	((void)(*(ts) = (struct timespec64){ .tv_sec = FB_BOOT_SECONDS }))

/* 2026-01-01 00:00:00 UTC */
#define FB_BOOT_SECONDS		1767225600LL

#endif
