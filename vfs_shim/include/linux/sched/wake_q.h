/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/sched/wake_q.h. */
#ifndef _LINUX_SCHED_WAKE_Q_H
#define _LINUX_SCHED_WAKE_Q_H

#include <linux/sched.h>

#endif
