/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: kernel/sched/build_utility.c. The kernel compiles wait.c, wait_bit.c, swait.c and
 * completion.c, which include nothing themselves, into that one file; here the build force-includes
 * this header into each.
 */
#ifndef VFS_SHIM_KERNEL_SCHED_TAKEN_H
#define VFS_SHIM_KERNEL_SCHED_TAKEN_H

#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/debug.h>
#include <linux/sched/task.h>
#include <linux/cache.h>
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/poll.h>
#include <linux/swait.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>

/*
 * Kernel: kernel/sched/sched.h. A wakeup whose waker is about to sleep; only a hint to the load
 * balancer.
 */
#define WF_SYNC		0x10

void swake_up_all_locked(struct swait_queue_head *q);
void __prepare_to_swait(struct swait_queue_head *q, struct swait_queue *wait);

#endif
