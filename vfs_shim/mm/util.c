// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers around allocation.
 *
 * Models: mm/util.c, mm/vmalloc.c, 6.1. kvmalloc() and vmalloc() memory is like kmalloc() memory
 * here, without its size limit.
 */
#include <core/run.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/overflow.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <core/choice.h>
#include <core/ledger.h>
#include <core/task.h>

/**
 * kvmalloc() - @size bytes, or NULL. Models: mm/util.c, 6.1. Context: may sleep, unless GFP_NOWAIT.
 */
void *kvmalloc(size_t size, gfp_t flags)
{
	if (!size)
		return ZERO_SIZE_PTR;
	if (WARN_ON_ONCE(size > INT_MAX && !(flags & __GFP_NOWARN)))
		return NULL;
	if (gfpflags_allow_blocking(flags))
		fb_might_sleep("kvmalloc()");
	if (!(flags & __GFP_NOFAIL) && fb_fault("alloc"))
		return NULL;
	return fb_mem_alloc(size, size >= PAGE_SIZE ? PAGE_SIZE : 8, FB_RES_MEM, "kvmalloc",
			    flags & __GFP_ZERO);
}
EXPORT_SYMBOL(kvmalloc);

/** kvzalloc() - kvmalloc(), zeroed. Models: 6.1. */
void *kvzalloc(size_t size, gfp_t flags)
{
	return kvmalloc(size, flags | __GFP_ZERO);
}
EXPORT_SYMBOL(kvzalloc);

/**
 * kvmalloc_array() - @n times @size bytes, or NULL, also when the product overflows. Models: 6.1.
 */
void *kvmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return kvmalloc(bytes, flags);
}
EXPORT_SYMBOL(kvmalloc_array);

/** kvcalloc() - kvmalloc_array(), zeroed. Models: 6.1. */
void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
	return kvmalloc_array(n, size, flags | __GFP_ZERO);
}
EXPORT_SYMBOL(kvcalloc);

/** kvfree() - NULL is fine. Models: 6.1. Context: any but irq. */
void kvfree(const void *addr)
{
	kfree(addr);
}
EXPORT_SYMBOL(kvfree);

/** vmalloc() - whole pages, or NULL. Models: mm/vmalloc.c, 6.1. Context: may sleep. */
void *vmalloc(unsigned long size)
{
	return kvmalloc(PAGE_ALIGN(size), GFP_KERNEL);
}
EXPORT_SYMBOL(vmalloc);

/** vzalloc() - vmalloc(), zeroed. Models: 6.1. */
void *vzalloc(unsigned long size)
{
	return kvmalloc(PAGE_ALIGN(size), GFP_KERNEL | __GFP_ZERO);
}
EXPORT_SYMBOL(vzalloc);

/** vfree() - NULL is fine. Models: 6.1. */
void vfree(const void *addr)
{
	kfree(addr);
}
EXPORT_SYMBOL(vfree);

/** is_vmalloc_addr() - false: all memory is linear. Models: 6.1. */
bool is_vmalloc_addr(const void *x)
{
	return false;
}
EXPORT_SYMBOL(is_vmalloc_addr);

/** kmemdup() - a copy, or NULL. Models: mm/util.c, 6.1. */
void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kmalloc(len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}
EXPORT_SYMBOL(kmemdup);

/** kmemdup_nul() - a copy of @len bytes with a NUL behind, or NULL. Models: 6.1. */
char *kmemdup_nul(const char *s, size_t len, gfp_t gfp)
{
	char *p;

	if (!s)
		return NULL;
	p = kmalloc(len + 1, gfp);
	if (p) {
		memcpy(p, s, len);
		p[len] = '\0';
	}
	return p;
}
EXPORT_SYMBOL(kmemdup_nul);

/** kstrdup() - a copy of the string, or NULL; NULL for NULL. Models: 6.1. */
char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup_nul(s, strlen(s), gfp) : NULL;
}
EXPORT_SYMBOL(kstrdup);

/** kstrndup() - the same of at most @max bytes. Models: 6.1. */
char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	return s ? kmemdup_nul(s, strnlen(s, max), gfp) : NULL;
}
EXPORT_SYMBOL(kstrndup);

/** kstrdup_const() - always a copy: constants are not told apart here. Models: 6.1. */
const char *kstrdup_const(const char *s, gfp_t gfp)
{
	return kstrdup(s, gfp);
}
EXPORT_SYMBOL(kstrdup_const);

/** kfree_const() - frees what kstrdup_const() gave. Models: 6.1. */
void kfree_const(const void *x)
{
	kfree(x);
}
EXPORT_SYMBOL(kfree_const);

static void *dup_user(void *p, const void __user *src, size_t len)
{
	if (!p)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(p, src, len)) {
		kvfree(p);
		return ERR_PTR(-EFAULT);
	}
	return p;
}

/**
 * memdup_user() - a copy from user space, ERR_PTR(-ENOMEM) or ERR_PTR(-EFAULT). Models: mm/util.c,
 *	6.1. Context: may sleep.
 */
void *memdup_user(const void __user *src, size_t len)
{
	return dup_user(kmalloc(len, GFP_USER | __GFP_NOWARN), src, len);
}
EXPORT_SYMBOL(memdup_user);

/** vmemdup_user() - the same, freed by kvfree(). Models: 6.1. */
void *vmemdup_user(const void __user *src, size_t len)
{
	return dup_user(kvmalloc(len, GFP_USER), src, len);
}
EXPORT_SYMBOL(vmemdup_user);

/** memdup_user_nul() - the same with a NUL behind. Models: 6.1. */
void *memdup_user_nul(const void __user *src, size_t len)
{
	char *p = dup_user(kmalloc(len + 1, GFP_KERNEL), src, len);

	if (!IS_ERR(p))
		p[len] = '\0';
	return p;
}
EXPORT_SYMBOL(memdup_user_nul);

/**
 * strndup_user() - the string in user space, at most @n bytes with its NUL; -EFAULT, -EINVAL
 *	(longer), -ENOMEM. Models: 6.1.
 */
char *strndup_user(const char __user *s, long n)
{
	long length = strnlen_user(s, n);
	char *p;

	if (!length)
		return ERR_PTR(-EFAULT);
	if (length > n)
		return ERR_PTR(-EINVAL);
	p = memdup_user(s, (size_t)length);
	if (!IS_ERR(p))
		p[length - 1] = '\0';
	return p;
}
EXPORT_SYMBOL(strndup_user);

/**
 * get_cmdline() - a task's command line. Tasks of the box have none; lib/string_helpers.c refers to
 *	it. Models: 6.1.
 */
int get_cmdline(struct task_struct *task, char *buffer, int buflen)
{
	unmodelled("get_cmdline");
}
