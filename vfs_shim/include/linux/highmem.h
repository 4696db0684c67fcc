/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/highmem.h, highmem-internal.h. 64-bit: every page is mapped; kmap_atomic()
 * and its kin keep their context rules.
 */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/cacheflush.h>
#include <linux/mm.h>
#include <linux/uaccess.h>
#include <linux/hardirq.h>

#define PageHighMem(page)	false

static inline void *kmap(struct page *page)
{
	might_sleep();
	return page_address(page);
}

/* Nothing to unmap: the page has no mapping of its own. */
static inline void kunmap(struct page *page)
{
}

struct page *kmap_to_page(void *addr);

/*
 * A caller of kmap_local_page() may sleep; there is no per-task mapping stack to keep in order on
 * 64-bit.
 */
static inline void *kmap_local_page(struct page *page)
{
	return page_address(page);
}

static inline void *kmap_local_folio(struct folio *folio, size_t offset)
{
	return folio_address(folio) + offset;
}

#define kunmap_local(addr)	((void)(addr))

/* kmap_atomic() forbids sleeping and faulting until kunmap_atomic(). */
static inline void *kmap_atomic(struct page *page)
{
	preempt_disable();
	pagefault_disable();
	return page_address(page);
}

static inline void __kunmap_atomic(const void *addr)
{
	pagefault_enable();
	preempt_enable();
}

#define kunmap_atomic(addr)	__kunmap_atomic(addr)

static inline void clear_highpage(struct page *page)
{
	clear_page(page_address(page));
}

static inline void zero_user_segments(struct page *page, unsigned int start1, unsigned int end1,
				      unsigned int start2, unsigned int end2)
{
	BUG_ON(end1 > PAGE_SIZE || end2 > PAGE_SIZE);
	if (end1 > start1)
		memset(page_address(page) + start1, 0, end1 - start1);
	if (end2 > start2)
		memset(page_address(page) + start2, 0, end2 - start2);
}

static inline void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	zero_user_segments(page, start, end, 0, 0);
}

static inline void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	zero_user_segments(page, start, start + size, 0, 0);
}

static inline void folio_zero_segments(struct folio *folio, size_t start1, size_t xend1,
				       size_t start2, size_t xend2)
{
	zero_user_segments(&folio->page, start1, xend1, start2, xend2);
}

static inline void folio_zero_segment(struct folio *folio, size_t start, size_t xend)
{
	zero_user_segments(&folio->page, start, xend, 0, 0);
}

static inline void folio_zero_range(struct folio *folio, size_t start, size_t length)
{
	zero_user_segments(&folio->page, start, start + length, 0, 0);
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	copy_page(page_address(to), page_address(from));
}

static inline void memcpy_page(struct page *dst_page, size_t dst_off, struct page *src_page,
			       size_t src_off, size_t len)
{
	VM_BUG_ON(dst_off + len > PAGE_SIZE || src_off + len > PAGE_SIZE);
	memcpy(page_address(dst_page) + dst_off, page_address(src_page) + src_off, len);
}

static inline void memset_page(struct page *page, size_t offset, int val, size_t len)
{
	VM_BUG_ON(offset + len > PAGE_SIZE);
	memset(page_address(page) + offset, val, len);
}

static inline void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	VM_BUG_ON(offset + len > PAGE_SIZE);
	memcpy(to, page_address(page) + offset, len);
}

static inline void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	VM_BUG_ON(offset + len > PAGE_SIZE);
	memcpy(page_address(page) + offset, from, len);
}

static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	VM_BUG_ON(offset + len > PAGE_SIZE);
	memset(page_address(page) + offset, 0, len);
}

#endif
