// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel: drivers/char/random.c, 6.1. A run must repeat exactly, so the bytes are a fixed sequence
 * that begins anew with each run (static data are restored then). fs/fuse uses them as the key that
 * scrambles lock owners.
 */
#include <linux/random.h>
#include <linux/string.h>
#include <linux/minmax.h>

static u64 random_state;

/* The splitmix64 generator: one addition, then a mix that is a bijection. */
static u64 random_next(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/**
 * get_random_bytes - fill @buf with @len bytes
 * @buf: destination
 * @len: in bytes
 *
 * Context: any. Kernel: never fails, bytes unpredictable to user space; here they are the same in
 * each run.
 */
void get_random_bytes(void *buf, size_t len)
{
	while (len) {
		u64 v = random_next();
		size_t n = min(len, sizeof(v));

		memcpy(buf, &v, n);
		buf += n;
		len -= n;
	}
}
