/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/refcount.h, taken as it is over our atomics. The one addition: a refcount_t that is
 * set is entered in the ledger, so that each later get and put has its stack.
 */
#ifndef FUSEBOX_REFCOUNT_H
#define FUSEBOX_REFCOUNT_H

#define refcount_set fb_taken_refcount_set
#include_next <linux/refcount.h>
#undef refcount_set

/* Watches @r as FB_RES_COUNT with @n references; a saturated count is watched no longer. */
void fb_refcount_set(refcount_t *r, int n);

static inline void refcount_set(refcount_t *r, int n)
{
	fb_taken_refcount_set(r, n);
	fb_refcount_set(r, n);
}

#endif
