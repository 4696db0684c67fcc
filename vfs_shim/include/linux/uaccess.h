/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/uaccess.h, arch/x86/include/asm/uaccess.h. A user pointer of a box process
 * is an ordinary pointer into a range that the process registered; lib/usercopy.c checks it, may
 * fail the copy (fault point "copy"), and sleeps where the kernel may.
 */
#ifndef __LINUX_UACCESS_H__
#define __LINUX_UACCESS_H__

#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/instrumented.h>
#include <linux/fault-inject-usercopy.h>
#include <linux/thread_info.h>

/*
 * All of these return the number of bytes that could NOT be copied; the rest of a short
 * copy_from_user() destination is zeroed. The raw ones check neither access_ok() nor object sizes,
 * as in the kernel.
 */
unsigned long copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long n);
unsigned long clear_user(void __user *to, unsigned long n);

#define __copy_from_user(to, from, n)		raw_copy_from_user(to, from, n)
#define __copy_to_user(to, from, n)		raw_copy_to_user(to, from, n)
#define __copy_from_user_inatomic(to, from, n)	raw_copy_from_user(to, from, n)
#define __copy_to_user_inatomic(to, from, n)	raw_copy_to_user(to, from, n)
#define __copy_from_user_inatomic_nocache(to, from, n)	raw_copy_from_user(to, from, n)
#define __clear_user(to, n)			clear_user(to, n)

bool __access_ok(const void __user *ptr, unsigned long size);
#define access_ok(ptr, size)			likely(__access_ok(ptr, size))

int copy_struct_from_user(void *dst, size_t ksize, const void __user *src, size_t usize);
int check_zeroed_user(const void __user *from, size_t size);
size_t fault_in_readable(const char __user *uaddr, size_t size);
size_t fault_in_writeable(char __user *uaddr, size_t size);
size_t fault_in_safe_writeable(const char __user *uaddr, size_t size);
long strncpy_from_user(char *dst, const char __user *src, long count);
long strnlen_user(const char __user *s, long n);

/* -EFAULT instead of a count; otherwise copies of scalars. */
#define get_user(x, ptr) \
({ \
	typeof((typeof(*(ptr)))0) __gu_val; \
	int __gu_err = copy_from_user(&__gu_val, (ptr), sizeof(__gu_val)) ? -EFAULT : 0; \
	(x) = __gu_err ? (typeof(*(ptr)))0 : __gu_val; \
	__gu_err; \
})
#define put_user(x, ptr) \
({ \
	typeof(*(ptr)) __pu_val = (x); \
	copy_to_user((ptr), &__pu_val, sizeof(__pu_val)) ? -EFAULT : 0; \
})
/* No SMAP: a region of user accesses is checked once and needs no opening. */
#define user_access_begin(ptr, len)	access_ok(ptr, len)
#define user_access_end()		do { } while (0)
#define unsafe_get_user(x, ptr, label)	do { if (get_user(x, ptr)) goto label; } while (0)
#define unsafe_put_user(x, ptr, label)	do { if (put_user(x, ptr)) goto label; } while (0)
#define __get_user(x, ptr)	get_user(x, ptr)
#define __put_user(x, ptr)	put_user(x, ptr)

void pagefault_disable(void);
void pagefault_enable(void);
bool pagefault_disabled(void);
#define faulthandler_disabled()	(pagefault_disabled() || in_atomic())


#endif
