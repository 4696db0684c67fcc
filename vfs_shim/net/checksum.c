// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel: lib/checksum.c, include/net/checksum.h. Checksummed copies are for sockets, which the box
 * does not have.
 */
#include <net/checksum.h>
#include <core/run.h>

__wsum csum_partial_copy_nocheck(const void *src, void *dst, int len)
{
	unmodelled("csum_partial_copy_nocheck");
}

__wsum csum_and_copy_from_user(const void __user *src, void *dst, int len)
{
	unmodelled("csum_and_copy_from_user");
}

__wsum csum_and_copy_to_user(const void *src, void __user *dst, int len)
{
	unmodelled("csum_and_copy_to_user");
}

__wsum csum_block_add(__wsum csum, __wsum csum2, int offset)
{
	unmodelled("csum_block_add");
}

__wsum csum_shift(__wsum sum, int offset)
{
	unmodelled("csum_shift");
}
