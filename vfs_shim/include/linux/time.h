/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/time.h. struct tm and struct timespec are libc's. */
#ifndef _LINUX_TIME_H
#define _LINUX_TIME_H

#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/jiffies.h>

int get_timespec64(struct timespec64 *ts, const struct __kernel_timespec __user *uts);
int put_timespec64(const struct timespec64 *ts, struct __kernel_timespec __user *uts);

#endif
