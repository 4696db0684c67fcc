/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asynchronous I/O of the running kernel, by raw system calls: operations of sim/world.h without
 * the world's own entering and leaving, which world_host.c does. Each sets errno as a system call
 * does.
 */
#ifndef FUSEBOX_SIM_WORLD_HOST_ASYNC_H
#define FUSEBOX_SIM_WORLD_HOST_ASYNC_H

#include <stdbool.h>
#include <sys/uio.h>

#include "world.h"

/* host_async_caps() - W_CAP_AIO and W_CAP_URING as far as this kernel has them. */
unsigned int host_async_caps(void);

long raw_aio_setup(unsigned int n, const void *owner);
long raw_aio_submit(long ctx, struct w_aio *a, int n);
long raw_aio_getevents(long ctx, int min, struct w_completion *c, int max);
long raw_aio_cancel(long ctx, struct w_aio *a);
long raw_aio_destroy(long ctx);

/* Destroy the contexts of @owner, an fd table, as the end of a process does. */
void raw_aio_exit(const void *owner);

long raw_uring_setup(unsigned int entries, unsigned int flags);
long raw_uring_register_buffers(int ring, const struct iovec *iov, int n);
long raw_uring_submit(int ring, const struct w_sqe *s, int n);
long raw_uring_wait(int ring, int min, struct w_completion *c, int max);
long raw_uring_cancel(int ring, unsigned long long data);
long raw_uring_close(int ring);

#endif
