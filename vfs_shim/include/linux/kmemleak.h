/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/kmemleak.h. The memory ledger finds leaks; it needs no hints. */
#ifndef __KMEMLEAK_H
#define __KMEMLEAK_H

#include <linux/types.h>

static inline void kmemleak_update_trace(const void *ptr)
{
}

static inline void kmemleak_not_leak(const void *ptr)
{
}

static inline void kmemleak_ignore(const void *ptr)
{
}

#endif
