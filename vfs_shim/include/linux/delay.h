/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/delay.h, in virtual time. */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/math.h>
#include <linux/sched.h>
#include <linux/jiffies.h>

void msleep(unsigned int msecs);
unsigned long msleep_interruptible(unsigned int msecs);
void usleep_range(unsigned long min, unsigned long max);
void ndelay(unsigned long nsecs);
void udelay(unsigned long usecs);
void mdelay(unsigned long msecs);

static inline void ssleep(unsigned int seconds)
{
	msleep(seconds * 1000);
}

#define fsleep(usecs)	usleep_range((usecs), 2 * (usecs))

#endif
