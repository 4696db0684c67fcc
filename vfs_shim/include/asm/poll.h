/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: arch/x86/include/uapi/asm/poll.h. struct pollfd and POLL* are libc's. */
#ifndef _ASM_POLL_H
#define _ASM_POLL_H

#ifndef POLLFREE
#define POLLFREE	(__force __poll_t)0x4000
#endif
#define POLL_BUSY_LOOP	(__force __poll_t)0x8000

#endif
