/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/compiler_types.h, taken; nothing of it for glibc. */
#ifndef FUSEBOX_LIBC_STAGE
#include_next <linux/compiler_types.h>
#endif
