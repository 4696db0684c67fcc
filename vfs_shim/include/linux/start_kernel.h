/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel comes up and goes down. Kernel: linux/start_kernel.h has start_kernel() only: a run of
 * the box ends, and then nothing may be left.
 */
#ifndef _LINUX_START_KERNEL_H
#define _LINUX_START_KERNEL_H

void start_kernel(void);
void stop_kernel(void);

#endif
