/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/signal.h. The numbers, sigset_t and its functions are libc's. */
#ifndef _LINUX_SIGNAL_H
#define _LINUX_SIGNAL_H

#include <linux/signal_types.h>

struct task_struct;

#define SEND_SIG_NOINFO		((struct kernel_siginfo *)0)
#define SEND_SIG_PRIV		((struct kernel_siginfo *)1)

#undef sigmask
#define sigmask(sig)		(1UL << ((sig) - 1))

static inline int valid_signal(unsigned long sig)
{
	return sig <= 64;
}

#endif
