/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/lockdep_types.h. The class of a lock is the address of its key. */
#ifndef __LINUX_LOCKDEP_TYPES_H
#define __LINUX_LOCKDEP_TYPES_H

#include <linux/types.h>
#include <core/lockdep.h>

#define MAX_LOCKDEP_SUBCLASSES	8UL

enum lockdep_wait_type {
	LD_WAIT_INV = 0,
	LD_WAIT_FREE,
	LD_WAIT_SPIN,
	LD_WAIT_CONFIG = LD_WAIT_SPIN,
	LD_WAIT_SLEEP,
	LD_WAIT_MAX,
};

/* Never empty: two keys in one structure must have two addresses. */
struct lock_class_key {
	char id[MAX_LOCKDEP_SUBCLASSES];
};

struct lockdep_map {
	struct fb_lock_map fb;
};

extern struct lock_class_key __lockdep_no_validate__;

#endif
