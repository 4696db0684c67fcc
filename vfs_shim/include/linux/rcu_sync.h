/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/rcu_sync.h: our percpu-rwsem.h does without; the header only keeps the include path
 * whole.
 */
#ifndef _LINUX_RCU_SYNC_H_
#define _LINUX_RCU_SYNC_H_

#include <linux/rcupdate.h>

#endif
