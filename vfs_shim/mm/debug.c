// SPDX-License-Identifier: GPL-2.0
/* Kernel: mm/debug.c, 6.1. What VM_BUG_ON_PAGE() and its kin print before they stop. */
#include <linux/mm.h>
#include <linux/mmdebug.h>
#include <linux/printk.h>

/**
 * dump_page - print the state of @page to the kernel log
 * @page: may be in any state
 * @reason: the broken condition
 *
 * Context: any. Prints no addresses, so that runs compare.
 */
void dump_page(struct page *page, const char *reason)
{
	pr_warn("page: refcount:%d mapcount:%d index:%lu flags:%#lx%s\n", page_ref_count(page),
		page_mapcount(page), page->index, page->flags,
		page->mapping ? " in a mapping" : "");
	pr_warn("page dumped because: %s\n", reason);
}

/* dump_vma - print the state of @vma to the kernel log. Context: any. */
void dump_vma(const struct vm_area_struct *vma)
{
	pr_warn("vma: %lu pages, pgoff %lu, flags:%#lx\n",
		(vma->vm_end - vma->vm_start) >> PAGE_SHIFT, vma->vm_pgoff, vma->vm_flags);
}

/* dump_mm - print the state of @mm to the kernel log. Context: any. */
void dump_mm(const struct mm_struct *mm)
{
	pr_warn("mm: users:%d total_vm:%lu\n", atomic_read(&mm->mm_users), mm->total_vm);
}
