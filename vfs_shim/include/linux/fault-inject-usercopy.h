/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/fault-inject-usercopy.h. The fault point sits in lib/usercopy.c, below
 * every caller.
 */
#ifndef __LINUX_FAULT_INJECT_USERCOPY_H__
#define __LINUX_FAULT_INJECT_USERCOPY_H__

static inline bool should_fail_usercopy(void)
{
	return false;
}

#endif
