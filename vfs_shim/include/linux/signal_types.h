/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/signal_types.h. */
#ifndef _LINUX_SIGNAL_TYPES_H
#define _LINUX_SIGNAL_TYPES_H

#include <linux/types.h>

typedef struct kernel_siginfo {
	int si_signo;
	int si_errno;
	int si_code;
} kernel_siginfo_t;

#endif
