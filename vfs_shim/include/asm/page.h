/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: arch/x86/include/asm/page.h. 4 KiB pages on every architecture: FUSE servers see the
 * size.
 */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

#include <linux/const.h>

#undef PAGE_SHIFT
#undef PAGE_SIZE
#undef PAGE_MASK
#define PAGE_SHIFT	12
#define PAGE_SIZE	(_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PMD_SHIFT	21
#define PMD_SIZE	(_AC(1, UL) << PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))

struct page;

/*
 * A page's data and its struct page know each other (mm/page_alloc.c); there are no frame numbers.
 */
struct page *virt_to_page(const void *addr);
bool virt_addr_valid(const void *addr);
/* The page's own address serves as its physical one: it is only compared and handed back. */
#define __pa(x)			((unsigned long)(x))
#define __va(x)			((void *)(unsigned long)(x))
#define page_to_pfn(page)	((unsigned long)(page))
#define pfn_to_page(pfn)	((struct page *)(pfn))
#define pfn_valid(pfn)		((pfn) != 0)

/* No caches to be coherent with, no highmem: the page is zeroed or copied as memory is. */
void clear_page(void *page);
void copy_page(void *to, void *from);
#define clear_user_page(addr, vaddr, page)	clear_page(addr)
#define copy_user_page(to, from, vaddr, page)	copy_page(to, from)

/* Types of prototypes only: the box has no page tables. */
typedef struct { unsigned long pgprot; } pgprot_t;
typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pmd; } pmd_t;
typedef struct { unsigned long pud; } pud_t;
pte_t pfn_pte(unsigned long pfn, pgprot_t prot);

#endif
