/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/thread_info.h */
#ifndef _LINUX_THREAD_INFO_H
#define _LINUX_THREAD_INFO_H

#include <linux/types.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/bitops.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <asm/page.h>
#include <asm/current.h>
#include <asm/processor.h>

#define THREAD_SIZE	(4 * PAGE_SIZE)

/*
 * Hardened usercopy is not modelled as such: an overrun of a guarded object is a finding by itself.
 */
static inline void check_object_size(const void *ptr, unsigned long n, bool to_user)
{
}

void copy_overflow(int size, unsigned long count);

/**
 * check_copy_size - does a copy of @bytes fit the object at @addr, as far as the compiler knows it?
 * @addr: kernel address
 * @bytes: length of the copy
 * @is_source: true when @addr is read
 *
 * Kernel: include/linux/thread_info.h, 6.1. Return: false, with a warning, when it does not fit.
 */
static __always_inline bool check_copy_size(const void *addr, size_t bytes, bool is_source)
{
	size_t sz = __builtin_object_size(addr, 0);

	if (unlikely(sz != (size_t)-1 && sz < bytes)) {
		copy_overflow(sz, bytes);
		return false;
	}
	if (WARN_ON_ONCE(bytes > INT_MAX))
		return false;
	check_object_size(addr, bytes, is_source);
	return true;
}

#endif
