/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/uapi/linux/eventpoll.h. struct epoll_event and EPOLL* are libc's, of the same
 * values; this is the rest.
 */
#ifndef _UAPI_LINUX_EVENTPOLL_H
#define _UAPI_LINUX_EVENTPOLL_H

#include <linux/types.h>

#define EPOLLNVAL		(__force __poll_t)0x00000020
#define EPOLL_URING_WAKE	((__force __poll_t)(1U << 27))

#endif
