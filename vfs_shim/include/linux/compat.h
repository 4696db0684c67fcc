/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/compat.h. Only native 64-bit processes live in the box; CUSE's and ioctl's
 * compat paths compile.
 */
#ifndef _LINUX_COMPAT_H
#define _LINUX_COMPAT_H

#include <linux/types.h>
#include <linux/time.h>
#include <linux/stat.h>
#include <linux/fs.h>
#include <linux/uaccess.h>
#include <linux/highmem.h>

typedef u32 compat_uptr_t;
typedef u32 compat_size_t;
typedef s32 compat_ssize_t;
typedef u32 compat_ulong_t;
typedef s32 compat_long_t;
typedef s32 compat_int_t;
typedef u32 compat_uint_t;
typedef s64 __attribute__((aligned(4))) compat_s64;
typedef u64 __attribute__((aligned(4))) compat_u64;

struct compat_iovec {
	compat_uptr_t iov_base;
	compat_size_t iov_len;
};

static inline void __user *compat_ptr(compat_uptr_t uptr)
{
	return (void __user *)(unsigned long)uptr;
}

static inline compat_uptr_t ptr_to_compat(void __user *uptr)
{
	return (u32)(unsigned long)uptr;
}

/* See above: no 32-bit and no x32 processes. */
#define in_compat_syscall()	false
#define in_x32_syscall()	false

#endif
