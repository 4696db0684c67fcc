/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/sched/debug.h. */
#ifndef _LINUX_SCHED_DEBUG_H
#define _LINUX_SCHED_DEBUG_H

#define __sched

#endif
