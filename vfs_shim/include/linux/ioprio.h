/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/ioprio.h. No I/O scheduler looks at priorities in the box: every task has
 * the default.
 */
#ifndef IOPRIO_H
#define IOPRIO_H

#include <linux/sched.h>
#include <uapi/linux/ioprio.h>

#define IOPRIO_DEFAULT	IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0)

static inline int get_current_ioprio(void)
{
	return IOPRIO_DEFAULT;
}

int ioprio_check_cap(int ioprio);

#endif
