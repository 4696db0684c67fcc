/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/ratelimit_types.h. */
#ifndef _LINUX_RATELIMIT_TYPES_H
#define _LINUX_RATELIMIT_TYPES_H

#include <linux/spinlock_types.h>
#include <linux/jiffies.h>

#define DEFAULT_RATELIMIT_INTERVAL	(5 * HZ)
#define DEFAULT_RATELIMIT_BURST		10

struct ratelimit_state {
	spinlock_t lock;
	int interval;			/* jiffies; 0: no limit */
	int burst;
	int printed;
	int missed;
	unsigned long begin;
};

#define RATELIMIT_STATE_INIT(name, interval_init, burst_init)                          \
	{                                                                              \
		.lock = __SPIN_LOCK_INITIALIZER(name.lock), .interval = interval_init, \
		.burst = burst_init                                                    \
	}
#define DEFINE_RATELIMIT_STATE(name, interval_init, burst_init)		\
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval_init, burst_init)

int ___ratelimit(struct ratelimit_state *rs, const char *func);
#define __ratelimit(state) ___ratelimit(state, __func__)

#endif
