/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/sched/xacct.h: per-task I/O accounting. */
#ifndef _LINUX_SCHED_XACCT_H
#define _LINUX_SCHED_XACCT_H

#include <linux/sched.h>

static inline void add_rchar(struct task_struct *tsk, ssize_t amt)
{
	tsk->io_bytes_read += (u64)amt;
}

static inline void add_wchar(struct task_struct *tsk, ssize_t amt)
{
	tsk->io_bytes_written += (u64)amt;
}

/* Numbers of calls: nothing in the box can read them. */
static inline void inc_syscr(struct task_struct *tsk) { (void)tsk; }
static inline void inc_syscw(struct task_struct *tsk) { (void)tsk; }

#endif
