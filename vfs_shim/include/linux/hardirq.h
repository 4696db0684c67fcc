/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/hardirq.h: the context predicates; the box has no interrupt lines. */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/bottom_half.h>

#endif
