/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: arch/x86/include/asm/io.h. No devices: only what scatterlists refer to. */
#ifndef _ASM_IO_H
#define _ASM_IO_H

#include <asm/page.h>

#define page_to_phys(page)	((phys_addr_t)page_to_pfn(page))

#endif
