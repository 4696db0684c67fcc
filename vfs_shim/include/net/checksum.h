/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/net/checksum.h. Sockets only: lib/iov_iter.c refers to these, no filesystem calls
 * them; net/checksum.c stops the run.
 */
#ifndef _CHECKSUM_H
#define _CHECKSUM_H

#include <linux/types.h>

__wsum csum_partial_copy_nocheck(const void *src, void *dst, int len);
__wsum csum_and_copy_from_user(const void __user *src, void *dst, int len);
__wsum csum_and_copy_to_user(const void *src, void __user *dst, int len);
__wsum csum_block_add(__wsum csum, __wsum csum2, int offset);
__wsum csum_shift(__wsum sum, int offset);

#endif
