/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/limits.h, taken, after glibc got the uapi part. */
#ifdef FUSEBOX_LIBC_STAGE
#include <uapi/linux/limits.h>
#else
#ifndef _LINUX_LIMITS_H
#undef SIZE_MAX
#undef SSIZE_MAX
#endif
#include_next <linux/limits.h>
#endif
