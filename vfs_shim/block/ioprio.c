// SPDX-License-Identifier: GPL-2.0
/*
 * I/O priorities: may a task ask for one?
 *
 * Models: block/ioprio.c, 6.1. Leaves out: ioprio_set(2), ioprio_get(2); every task has the
 * default.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/ioprio.h>

/**
 * ioprio_check_cap() - 0, -EINVAL, or -EPERM without the capability for the real-time class.
 *	Models: block/ioprio.c, 6.1.
 */
int ioprio_check_cap(int ioprio)
{
	int data = IOPRIO_PRIO_DATA(ioprio);

	switch (IOPRIO_PRIO_CLASS(ioprio)) {
	case IOPRIO_CLASS_RT:
		if (!capable(CAP_SYS_ADMIN) && !capable(CAP_SYS_NICE))
			return -EPERM;
		fallthrough;
	case IOPRIO_CLASS_BE:
		return data >= IOPRIO_NR_LEVELS || data < 0 ? -EINVAL : 0;
	case IOPRIO_CLASS_IDLE:
		return 0;
	case IOPRIO_CLASS_NONE:
		return data ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}
EXPORT_SYMBOL(ioprio_check_cap);
