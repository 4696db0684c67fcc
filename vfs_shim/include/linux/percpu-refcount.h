/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/percpu-refcount.h: the name only; nothing in the box holds one. */
#ifndef _LINUX_PERCPU_REFCOUNT_H
#define _LINUX_PERCPU_REFCOUNT_H

struct percpu_ref;

#endif
