/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/spinlock_types_raw.h. Without PREEMPT_RT raw spinlocks and spinlocks are the same. */
#include <linux/spinlock_types.h>
