// SPDX-License-Identifier: GPL-2.0
/*
 * Mapped memory: page faults, and taking pages out of processes.
 *
 * Models: mm/memory.c, arch/x86/mm/fault.c, 6.1, for mappings of files. A process's "page table" is
 * an array in struct vm_area_struct; its loads and stores come through fb_user_access(). Leaves
 * out: fault-around, huge pages, FAULT_FLAG_ALLOW_RETRY (mmap_lock is kept during the I/O of a
 * fault, as on the second try of a kernel).
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>
#include "internal.h"

/* page_table_lock held. What was written through the mapping is not forgotten. */
static void zap_pte(struct fb_pte *pte)
{
	struct page *page = pte->page;

	if (pte->dirty && !pte->cow)
		set_page_dirty(page);
	*pte = (struct fb_pte){};
	atomic_dec(&page->_mapcount);
	put_page(page);
}

/*
 * zap_vma() - take out what a mapping has of a range of its file
 * @vma: the mapping
 * @first: first page
 * @last: last page
 * @even_cows: private copies too
 * @only: this page alone; NULL: all
 */
void zap_vma(struct vm_area_struct *vma, pgoff_t first, pgoff_t last, bool even_cows,
	     const struct page *only)
{
	spinlock_t *ptl = &vma->vm_mm->page_table_lock;

	for (unsigned long i = 0; i < vma_pages(vma); i++) {
		struct fb_pte *pte = &vma->ptes[i];
		pgoff_t index = vma->vm_pgoff + i;

		if (index < first || index > last)
			continue;
		spin_lock(ptl);
		if (pte->page && (even_cows || !pte->cow) && (!only || pte->page == only))
			zap_pte(pte);
		spin_unlock(ptl);
	}
}

static void unmap_all(struct address_space *mapping, pgoff_t first, pgoff_t last, bool even_cows,
		      const struct page *only)
{
	struct rb_node *n;

	i_mmap_lock_read(mapping);
	for (n = rb_first_cached(&mapping->i_mmap); n; n = rb_next(n))
		zap_vma(rb_entry(n, struct vm_area_struct, shared.rb), first, last, even_cows,
			only);
	i_mmap_unlock_read(mapping);
}

/*
 * unmap_mapping_folio() - take one folio out of all processes
 * @folio: locked, in a mapping
 *
 * Models: mm/memory.c, 6.1. Context: may sleep.
 */
void unmap_mapping_folio(struct folio *folio)
{
	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	unmap_all(folio->mapping, folio->index, folio->index, false, &folio->page);
}

/**
 * unmap_mapping_pages - take the pages of a range out of all processes
 * @mapping: the mapping
 * @start: first page
 * @nr: pages, 0: to the end
 * @even_cows: private copies too
 *
 * Models: mm/memory.c, 6.1. Context: may sleep.
 */
void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows)
{
	pgoff_t last = start + nr - 1;

	if (mapping_mapped(mapping))
		unmap_all(mapping, start, last < start ? ULONG_MAX : last, even_cows, NULL);
}
EXPORT_SYMBOL_GPL(unmap_mapping_pages);

/**
 * unmap_mapping_range - the same by bytes
 * @mapping: the mapping
 * @holebegin: first byte
 * @holelen: bytes, 0: to the end
 * @even_cows: private copies too
 *
 * Models: mm/memory.c, 6.1. Context: may sleep.
 */
void unmap_mapping_range(struct address_space *mapping, loff_t holebegin, loff_t holelen,
			 int even_cows)
{
	unmap_mapping_pages(mapping, (pgoff_t)holebegin >> PAGE_SHIFT,
			    ((pgoff_t)holelen + PAGE_SIZE - 1) >> PAGE_SHIFT, even_cows);
}
EXPORT_SYMBOL(unmap_mapping_range);

static struct fb_pte *pte_of(const struct vm_fault *vmf)
{
	return &vmf->vma->ptes[(vmf->address - vmf->vma->vm_start) >> PAGE_SHIFT];
}

/* Ask the file for the page: locked and with a reference in vmf->page, if there is no error. */
static vm_fault_t ask_file(struct vm_fault *vmf)
{
	vm_fault_t ret = vmf->vma->vm_ops->fault(vmf);

	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
		return ret;
	if (ret & VM_FAULT_RETRY)
		unmodelled("->fault() that gives up mmap_lock");
	if (!(ret & VM_FAULT_LOCKED))
		lock_page(vmf->page);
	return ret | VM_FAULT_LOCKED;
}

/* The reference on @page becomes the pte's. False: another was faster. */
static bool set_pte(struct vm_fault *vmf, struct page *page, bool write, bool cow)
{
	spinlock_t *ptl = &vmf->vma->vm_mm->page_table_lock;
	struct fb_pte *pte = pte_of(vmf);
	bool ours;

	spin_lock(ptl);
	ours = !pte->page;
	if (ours) {
		*pte = (struct fb_pte){ page, write, write, cow };
		atomic_inc(&page->_mapcount);
	}
	spin_unlock(ptl);
	return ours;
}

static vm_fault_t read_fault(struct vm_fault *vmf)
{
	vm_fault_t ret = ask_file(vmf);
	bool mapped;

	if (!(ret & VM_FAULT_LOCKED))
		return ret;
	mapped = set_pte(vmf, vmf->page, false, false);
	unlock_page(vmf->page);
	if (!mapped)
		put_page(vmf->page);
	return ret & ~VM_FAULT_LOCKED;
}

/* A private copy of vmf->page becomes the process's. */
static vm_fault_t map_copy(struct vm_fault *vmf, struct page *copy)
{
	copy_highpage(copy, vmf->page);
	SetPageUptodate(copy);
	if (!set_pte(vmf, copy, true, true))
		put_page(copy);
	return 0;
}

static vm_fault_t cow_fault(struct vm_fault *vmf)
{
	struct page *copy = alloc_page(GFP_HIGHUSER_MOVABLE);
	vm_fault_t ret;

	if (!copy)
		return VM_FAULT_OOM;
	ret = ask_file(vmf);
	if (!(ret & VM_FAULT_LOCKED)) {
		put_page(copy);
		return ret;
	}
	ret = map_copy(vmf, copy);
	unlock_page(vmf->page);
	put_page(vmf->page);
	return ret;
}

/*
 * Ask the file whether the page may be written to. It is locked if VM_FAULT_LOCKED, and only then
 * may.
 */
static vm_fault_t make_writable(struct vm_fault *vmf)
{
	vm_fault_t ret;

	vmf->flags = FAULT_FLAG_WRITE | FAULT_FLAG_MKWRITE;
	ret = vmf->vma->vm_ops->page_mkwrite(vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
		return ret;
	if (!(ret & VM_FAULT_LOCKED)) {
		lock_page(vmf->page);
		if (!vmf->page->mapping) {
			unlock_page(vmf->page);
			return 0;
		}
	}
	return VM_FAULT_LOCKED;
}

/* Locked, and mapped writably; is unlocked. */
static void dirtied(struct vm_fault *vmf)
{
	struct address_space *mapping = page_mapping(vmf->page);
	bool was_clean = set_page_dirty(vmf->page), asked = vmf->vma->vm_ops->page_mkwrite;

	unlock_page(vmf->page);
	if (!asked)
		file_update_time(vmf->vma->vm_file);
	if (mapping && (was_clean || asked))
		balance_dirty_pages_ratelimited(mapping);
}

static vm_fault_t shared_fault(struct vm_fault *vmf)
{
	vm_fault_t ret = ask_file(vmf);

	if (!(ret & VM_FAULT_LOCKED))
		return ret;
	if (vmf->vma->vm_ops->page_mkwrite) {
		unlock_page(vmf->page);
		ret = make_writable(vmf);
		if (!(ret & VM_FAULT_LOCKED)) {
			put_page(vmf->page);
			return ret;
		}
	}
	if (set_pte(vmf, vmf->page, true, false)) {
		dirtied(vmf);
	} else {
		unlock_page(vmf->page);
		put_page(vmf->page);
	}
	return 0;
}

/* A store to a page that is there, but read-only. vmf->page has a reference of ours. */
static vm_fault_t write_protect_fault(struct vm_fault *vmf)
{
	spinlock_t *ptl = &vmf->vma->vm_mm->page_table_lock;
	struct fb_pte *pte = pte_of(vmf);
	struct page *copy;
	vm_fault_t ret;
	bool same;

	if (!(vmf->vma->vm_flags & VM_SHARED)) {
		copy = alloc_page(GFP_HIGHUSER_MOVABLE);
		if (!copy)
			return VM_FAULT_OOM;
		spin_lock(ptl);
		if (pte->page)
			zap_pte(pte);
		spin_unlock(ptl);
		return map_copy(vmf, copy);
	}
	if (vmf->vma->vm_ops->page_mkwrite)
		ret = make_writable(vmf);
	else
		lock_page(vmf->page), ret = VM_FAULT_LOCKED;
	if (!(ret & VM_FAULT_LOCKED))
		return ret;
	spin_lock(ptl);
	same = pte->page == vmf->page;
	if (same)
		pte->writable = pte->dirty = true;
	spin_unlock(ptl);
	if (same)
		dirtied(vmf);
	else
		unlock_page(vmf->page);
	return 0;
}

/**
 * handle_mm_fault - a process needs a page that it does not have, or not writable
 * @vma: the mapping
 * @address: in it
 * @flags: FAULT_FLAG_*
 * @regs: unused
 *
 * Models: mm/memory.c, 6.1. Context: may sleep; mmap_lock held. Return: VM_FAULT_*; without an
 * error the access is tried again, and may fault again.
 */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   void *regs)
{
	struct vm_fault vmf = {
		.vma = vma,
		.address = address & PAGE_MASK,
		.real_address = address,
		.flags = flags,
		.pgoff = linear_page_index(vma, address & PAGE_MASK),
		.gfp_mask = mapping_gfp_mask(vma->vm_file->f_mapping) | __GFP_FS | __GFP_IO,
	};
	struct fb_pte *pte = pte_of(&vmf);
	bool write = flags & FAULT_FLAG_WRITE;
	vm_fault_t ret;

	(void)regs;
	might_sleep();
	if (!vma->vm_ops || !vma->vm_ops->fault)
		return VM_FAULT_SIGBUS;
	spin_lock(&vma->vm_mm->page_table_lock);
	vmf.page = pte->page;
	if (vmf.page)
		get_page(vmf.page);
	spin_unlock(&vma->vm_mm->page_table_lock);
	if (vmf.page) {
		ret = write ? write_protect_fault(&vmf) : 0;
		put_page(vmf.page);
		return ret;
	}
	if (!write)
		return read_fault(&vmf);
	return vma->vm_flags & VM_SHARED ? shared_fault(&vmf) : cow_fault(&vmf);
}
EXPORT_SYMBOL_GPL(handle_mm_fault);

/* Within one page. False: a fault is due. */
static bool access_page(struct vm_area_struct *vma, unsigned long addr, void *buf, size_t len,
			bool write)
{
	struct fb_pte *pte = &vma->ptes[(addr - vma->vm_start) >> PAGE_SHIFT];
	bool ok;

	/* What the processor does is one step: the page is not taken away meanwhile. */
	spin_lock(&vma->vm_mm->page_table_lock);
	ok = pte->page && (!write || pte->writable);
	if (ok && write)
		memcpy_to_page(pte->page, offset_in_page(addr), buf, len);
	else if (ok)
		memcpy_from_page(buf, pte->page, offset_in_page(addr), len);
	if (ok && write)
		pte->dirty = true;
	spin_unlock(&vma->vm_mm->page_table_lock);
	return ok;
}

static long fault_error(vm_fault_t fault)
{
	if (fault & VM_FAULT_OOM)
		return -ENOMEM;
	return fault & VM_FAULT_ERROR ? -EFAULT : 0;
}

/**
 * fb_user_access - a load or store of a process
 * @addr: in one of its mappings
 * @buf: what is stored, or gets what is loaded
 * @len: bytes
 * @write: store?
 *
 * Stands for the processor and arch/x86/mm/fault.c. Return: 0; -EFAULT for SIGBUS, -EACCES for
 * SIGSEGV, -ENOMEM; what lies before the page in question has been accessed.
 */
long fb_user_access(unsigned long addr, void *buf, size_t len, bool write)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	long err = 0;

	while (len && !err) {
		size_t n = min_t(size_t, len, PAGE_SIZE - offset_in_page(addr));

		mmap_read_lock(mm);
		vma = find_vma(mm, addr);
		if (!vma || vma->vm_start > addr ||
		    !(vma->vm_flags & (write ? VM_WRITE : VM_READ))) {
			err = -EACCES;
		} else if (access_page(vma, addr, buf, n, write)) {
			addr += n;
			buf += n;
			len -= n;
		} else {
			err = fault_error(
				handle_mm_fault(vma, addr, write ? FAULT_FLAG_WRITE : 0, NULL));
		}
		mmap_read_unlock(mm);
	}
	return err;
}
