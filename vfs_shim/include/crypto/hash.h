/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/crypto/hash.h. No crypto layer; lib/iov_iter.c compiles hash_and_copy_to_iter()
 * only with CONFIG_CRYPTO_HASH.
 */
#ifndef _CRYPTO_HASH_H
#define _CRYPTO_HASH_H

struct ahash_request;

#endif
