// SPDX-License-Identifier: GPL-2.0
/*
 * Copies to and from user space.
 *
 * Models: lib/usercopy.c, lib/strncpy_from_user.c, lib/strnlen_user.c, mm/gup.c (fault_in_*),
 * mm/maccess.c, 6.1. A user pointer is an ordinary pointer of the process; addresses below 64 KiB
 * and beyond the user range fault, and so do the holes of fusebox/user.h. Every copy is fault point
 * "copy". A user pointer into kernel memory is a finding: in the kernel it would be an information
 * leak. Leaves out: page protection, hardened usercopy.
 */
#include <linux/uaccess.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <fusebox/user.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/race.h>
#include <core/task.h>

#define LOWEST_USER	0x10000UL
#define END_OF_USER	0x7ffffffff000UL
#define MAX_HOLES	16

static struct {
	unsigned long start, end;
} holes[MAX_HOLES];
static unsigned int nr_holes;

/** fb_user_hole_add() - see fusebox/user.h. */
void fb_user_hole_add(const void *start, size_t len)
{
	BUG_ON(nr_holes == MAX_HOLES);
	holes[nr_holes].start = (unsigned long)start;
	holes[nr_holes++].end = (unsigned long)start + len;
}

/** fb_user_hole_remove() - see fusebox/user.h. */
void fb_user_hole_remove(const void *start)
{
	for (unsigned int i = 0; i < nr_holes; i++)
		if (holes[i].start == (unsigned long)start)
			holes[i--] = holes[--nr_holes];
}

/**
 * __access_ok() - may [ptr, ptr + size) be user memory at all? Models: asm-generic/access_ok.h,
 *	6.1.
 */
bool __access_ok(const void __user *ptr, unsigned long size)
{
	return size <= END_OF_USER && (unsigned long)ptr <= END_OF_USER - size;
}
EXPORT_SYMBOL(__access_ok);

/* How many of @n bytes at @ptr are mapped, from its start. */
static unsigned long mapped(const void __user *ptr, unsigned long n)
{
	unsigned long start = (unsigned long)ptr;

	if (!n || start < LOWEST_USER || !__access_ok(ptr, n))
		return 0;
	for (unsigned int i = 0; i < nr_holes; i++) {
		if (start >= holes[i].end || start + n <= holes[i].start)
			continue;
		if (start >= holes[i].start)
			return 0;
		n = holes[i].start - start;
	}
	if (fb_mem_inside((const void *)ptr)) {
		fb_report(FB_CONTRACT, 0, NULL, "a kernel object (%s) is used as user memory",
			  fb_obj((const void *)ptr));
		return 0;
	}
	return n;
}

/*
 * How much of a copy of @n bytes that shall fail is done before: nothing, one byte, all but one, or
 * what lies before the first page boundary (half, if there is none).
 */
static unsigned long before_fault(const void __user *user, unsigned long n)
{
	unsigned long page = PAGE_SIZE - offset_in_page(user);

	switch (n > 1 ? fb_fault_way("bytes before the fault", 4) : 0) {
	case 1:
		return 1;
	case 2:
		return n - 1;
	case 3:
		return page < n ? page : n / 2;
	default:
		return 0;
	}
}

static unsigned long copy(void *to, const void *from, const void __user *user, unsigned long n)
{
	unsigned long ok;

	if (!n)
		return 0;
	ok = mapped(user, n);
	if (fb_fault("copy"))
		ok = min(ok, before_fault(user, n));
	if (ok)
		memcpy(to, from, ok);
	return n - ok;
}

/** __might_fault() - finding when a page fault could not be served. Models: mm/memory.c, 6.1. */
void __might_fault(const char *file, int line)
{
	if (!pagefault_disabled())
		fb_might_sleep("access to user memory");
}
EXPORT_SYMBOL(__might_fault);

/**
 * pagefault_disable() - faults of current fail from now on; nests. Models: linux/uaccess.h, 6.1.
 */
void pagefault_disable(void)
{
	current->pagefault_disabled++;
}
EXPORT_SYMBOL(pagefault_disable);

/** pagefault_enable() - undo one pagefault_disable(). Models: 6.1. */
void pagefault_enable(void)
{
	if (!WARN_ON(!current->pagefault_disabled))
		current->pagefault_disabled--;
}
EXPORT_SYMBOL(pagefault_enable);

/** pagefault_disabled() - are they? Models: 6.1. */
bool pagefault_disabled(void)
{
	return current->pagefault_disabled != 0;
}
EXPORT_SYMBOL(pagefault_disabled);

/**
 * raw_copy_from_user() - bytes that could NOT be copied; @to is left as it is behind them. Models:
 *	asm/uaccess.h, 6.1.
 */
unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	fb_race_write(to, n);
	return copy(to, (const void *)from, from, n);
}
EXPORT_SYMBOL(raw_copy_from_user);

/** raw_copy_to_user() - bytes that could NOT be copied. Models: asm/uaccess.h, 6.1. */
unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long n)
{
	fb_race_read(from, n);
	return copy((void *)to, from, to, n);
}
EXPORT_SYMBOL(raw_copy_to_user);

/**
 * copy_from_user() - the same with checks; what could not be copied is zeroed. Models:
 *	lib/usercopy.c, 6.1. Context: may sleep.
 */
unsigned long copy_from_user(void *to, const void __user *from, unsigned long n)
{
	unsigned long left = n;

	__might_fault(__FILE__, __LINE__);
	if (__access_ok(from, n))
		left = raw_copy_from_user(to, from, n);
	if (left)
		memset((char *)to + (n - left), 0, left);
	return left;
}
EXPORT_SYMBOL(copy_from_user);

/** copy_to_user() - the same, the other way. Models: lib/usercopy.c, 6.1. Context: may sleep. */
unsigned long copy_to_user(void __user *to, const void *from, unsigned long n)
{
	__might_fault(__FILE__, __LINE__);
	return __access_ok(to, n) ? raw_copy_to_user(to, from, n) : n;
}
EXPORT_SYMBOL(copy_to_user);

/**
 * clear_user() - zeroes; bytes that could NOT be written. Models: asm/uaccess.h, 6.1. Context: may
 *	sleep.
 */
unsigned long clear_user(void __user *to, unsigned long n)
{
	unsigned long ok;

	if (!n)
		return 0;
	if (!__access_ok(to, n))
		return n;
	ok = mapped(to, n);
	if (fb_fault("copy"))
		ok = min(ok, before_fault(to, n));
	memset((void *)to, 0, ok);
	return n - ok;
}
EXPORT_SYMBOL(clear_user);

/**
 * copy_struct_from_user() - a struct that may be older or newer: -E2BIG when bytes we do not know
 *	are set, -EFAULT. Models: linux/uaccess.h, 6.1.
 */
int copy_struct_from_user(void *dst, size_t ksize, const void __user *src, size_t usize)
{
	size_t size = min(ksize, usize);
	int ret;

	if (usize > ksize) {
		ret = check_zeroed_user((const char __user *)src + size, usize - size);
		if (ret <= 0)
			return ret ?: -E2BIG;
	}
	if (copy_from_user(dst, src, size))
		return -EFAULT;
	if (usize < ksize)
		memset((char *)dst + size, 0, ksize - size);
	return 0;
}
EXPORT_SYMBOL(copy_struct_from_user);

/**
 * check_zeroed_user() - 1 if all bytes are zero, 0 if not, -EFAULT. Models: lib/usercopy.c, 6.1.
 */
int check_zeroed_user(const void __user *from, size_t size)
{
	if (fb_fault("copy") || mapped(from, size) != size)
		return size ? -EFAULT : 1;
	for (size_t i = 0; i < size; i++)
		if (((const char *)from)[i])
			return 0;
	return 1;
}
EXPORT_SYMBOL(check_zeroed_user);

/**
 * fault_in_readable() - bytes that are NOT accessible. Models: mm/gup.c, 6.1. Context: may sleep.
 */
size_t fault_in_readable(const char __user *uaddr, size_t size)
{
	if (!size)
		return 0;
	__might_fault(__FILE__, __LINE__);
	return fb_fault("copy") ? size : size - mapped(uaddr, size);
}
EXPORT_SYMBOL(fault_in_readable);

/** fault_in_writeable() - the same for writing. Models: mm/gup.c, 6.1. */
size_t fault_in_writeable(char __user *uaddr, size_t size)
{
	return fault_in_readable(uaddr, size);
}
EXPORT_SYMBOL(fault_in_writeable);

/** fault_in_safe_writeable() - the same, without writing. Models: mm/gup.c, 6.1. */
size_t fault_in_safe_writeable(const char __user *uaddr, size_t size)
{
	return fault_in_readable(uaddr, size);
}
EXPORT_SYMBOL(fault_in_safe_writeable);

/**
 * strncpy_from_user() - length of the string without its NUL, @count when it is longer, -EFAULT.
 *	Models: lib/strncpy_from_user.c, 6.1.
 */
long strncpy_from_user(char *dst, const char __user *src, long count)
{
	const char *s = (const char *)src;
	long n;

	__might_fault(__FILE__, __LINE__);
	if (count <= 0)
		return 0;
	if (fb_fault("copy"))
		return -EFAULT;
	for (n = 0; n < count; n++) {
		if (!mapped(s + n, 1))
			return -EFAULT;
		dst[n] = s[n];
		fb_race_write(dst + n, 1);
		if (!s[n])
			return n;
	}
	return count;
}
EXPORT_SYMBOL(strncpy_from_user);

/**
 * strnlen_user() - length with the NUL, more than @n when it is longer, 0 for a fault. Models:
 *	lib/strnlen_user.c, 6.1.
 */
long strnlen_user(const char __user *s, long n)
{
	if (n <= 0 || fb_fault("copy"))
		return 0;
	for (long i = 0; i < n; i++) {
		if (!mapped((const char *)s + i, 1))
			return 0;
		if (!((const char *)s)[i])
			return i + 1;
	}
	return n + 1;
}
EXPORT_SYMBOL(strnlen_user);

/** copy_overflow() - a copy that the compiler knows to be too long. Models: mm/maccess.c, 6.1. */
void copy_overflow(int size, unsigned long count)
{
	WARN(1, "Buffer overflow detected (%d < %lu)!\n", size, count);
}
EXPORT_SYMBOL(copy_overflow);
