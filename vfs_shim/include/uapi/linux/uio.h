/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/uapi/linux/uio.h. struct iovec is libc's. */
#ifndef _UAPI__LINUX_UIO_H
#define _UAPI__LINUX_UIO_H

#include <linux/types.h>

#define UIO_FASTIOV	8
#undef UIO_MAXIOV
#define UIO_MAXIOV	1024

#endif
