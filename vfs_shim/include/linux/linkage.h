/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/linkage.h. C linkage only: there is no assembly in the box. */
#ifndef _LINUX_LINKAGE_H
#define _LINUX_LINKAGE_H

#include <linux/compiler_types.h>
#include <linux/stringify.h>
#include <linux/export.h>

#define asmlinkage
#define __page_aligned_data	__aligned(PAGE_SIZE)

#endif
