/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/vmalloc.h. vmalloc memory comes from the same guarded allocator as the
 * rest; mm/util.c.
 */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <linux/types.h>
#include <linux/mm.h>

void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);
void vfree(const void *addr);

#endif
