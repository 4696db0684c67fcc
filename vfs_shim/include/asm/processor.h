/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: arch/x86/include/asm/processor.h */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

#include <core/task.h>

/* Whoever polls with cpu_relax() waits for another task: let it run. */
static inline void cpu_relax(void)
{
	fb_yield();
}

#endif
