/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/bottom_half.h. Disabled bottom halves are atomic context. */
#ifndef _LINUX_BH_H
#define _LINUX_BH_H

#include <linux/preempt.h>

void local_bh_disable(void);
void local_bh_enable(void);

#endif
