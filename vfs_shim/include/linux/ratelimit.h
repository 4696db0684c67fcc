/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/ratelimit.h. */
#ifndef _LINUX_RATELIMIT_H
#define _LINUX_RATELIMIT_H

#include <linux/ratelimit_types.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst);

#endif
