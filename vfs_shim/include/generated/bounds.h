/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: generated from kernel/bounds.c. What uses them (zones, node ids in page->flags) is not in
 * the box.
 */
#ifndef __LINUX_BOUNDS_H__
#define __LINUX_BOUNDS_H__

#define NR_PAGEFLAGS	24
#define MAX_NR_ZONES	1
#define NR_CPUS_BITS	13

#endif
