/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/uapi/linux/time.h. Clock numbers, timers and struct timezone are libc's. */
#ifndef _UAPI_LINUX_TIME_H
#define _UAPI_LINUX_TIME_H

#include <linux/types.h>
#include <linux/time_types.h>

#endif
