/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/falloc.h, taken, after glibc got the uapi part. */
#ifdef FUSEBOX_LIBC_STAGE
#include <uapi/linux/falloc.h>
#else
#include <linux/types.h>
#include_next <linux/falloc.h>
#endif
