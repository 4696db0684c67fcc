/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The asynchronous system calls of the box, as operations of its world: see sim/world.h for what
 * each does and returns. Context: a process of the box.
 */
#ifndef FUSEBOX_SIM_SYSCALLS_ASYNC_H
#define FUSEBOX_SIM_SYSCALLS_ASYNC_H

#include <linux/types.h>

#include "world.h"

long bx_aio_setup(struct world *w, unsigned int n);
long bx_aio_submit(struct world *w, long ctx, struct w_aio *a, int n);
long bx_aio_getevents(struct world *w, long ctx, int min, struct w_completion *c, int max);
long bx_aio_cancel(struct world *w, long ctx, struct w_aio *a);
long bx_aio_destroy(struct world *w, long ctx);
long bx_uring_setup(struct world *w, unsigned int entries, unsigned int flags);
long bx_uring_register_buffers(struct world *w, int ring, const struct iovec *iov, int n);
long bx_uring_submit(struct world *w, int ring, const struct w_sqe *s, int n);
long bx_uring_wait(struct world *w, int ring, int min, struct w_completion *c, int max);
long bx_uring_cancel(struct world *w, int ring, unsigned long long data);
long bx_uring_close(struct world *w, int ring);
long bx_kernel_rw(struct world *w, int fd, bool write, bool direct, void *buf, size_t len,
		  long long *off);

#endif
