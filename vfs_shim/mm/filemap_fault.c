// SPDX-License-Identifier: GPL-2.0
/*
 * Page faults in mappings of the page cache.
 *
 * Models: mm/filemap.c, 6.1. Leaves out: giving up mmap_lock for I/O, windows of read-ahead (a
 * fault reads what is asked for), fault-around.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "internal.h"

static bool beyond_end(struct vm_fault *vmf)
{
	return vmf->pgoff >=
	       DIV_ROUND_UP(i_size_read(vmf->vma->vm_file->f_mapping->host), PAGE_SIZE);
}

/* Locked, in the mapping, uptodate, with a reference. AOP_TRUNCATED_PAGE: try again. */
static int fault_folio(struct vm_fault *vmf, struct folio **ret)
{
	struct file *file = vmf->vma->vm_file;
	struct address_space *mapping = file->f_mapping;
	struct folio *folio =
		__filemap_get_folio(mapping, vmf->pgoff, FGP_CREAT | FGP_FOR_MMAP, vmf->gfp_mask);
	int err;

	if (!folio)
		return -ENOMEM;
	folio_lock(folio);
	if (folio->mapping != mapping) {
		folio_unlock(folio);
		folio_put(folio);
		return AOP_TRUNCATED_PAGE;
	}
	if (folio_test_uptodate(folio)) {
		*ret = folio;
		return 0;
	}
	err = filemap_read_folio(file, mapping, folio);
	folio_put(folio);
	return err ? err : AOP_TRUNCATED_PAGE;
}

/**
 * filemap_fault - ->fault() of file systems on the page cache
 * @vmf: what is wanted; vmf->page is set
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep; mmap_lock held. Return: VM_FAULT_LOCKED with a
 * locked page and a reference; VM_FAULT_SIGBUS beyond the end of the file or when it cannot be
 * read; VM_FAULT_OOM.
 */
vm_fault_t filemap_fault(struct vm_fault *vmf)
{
	struct file *file = vmf->vma->vm_file;
	struct address_space *mapping = file->f_mapping;
	struct folio *folio = NULL;
	int err;

	if (beyond_end(vmf))
		return VM_FAULT_SIGBUS;
	if (!filemap_range_has_page(mapping, (loff_t)vmf->pgoff << PAGE_SHIFT,
				    (loff_t)vmf->pgoff << PAGE_SHIFT))
		page_cache_sync_readahead(mapping, &file->f_ra, file, vmf->pgoff, 1);
	filemap_invalidate_lock_shared(mapping);
	do {
		err = fault_folio(vmf, &folio);
	} while (err == AOP_TRUNCATED_PAGE);
	filemap_invalidate_unlock_shared(mapping);
	if (err)
		return vmf_error(err);
	/* Once more, now that it cannot be truncated. */
	if (beyond_end(vmf)) {
		folio_unlock(folio);
		folio_put(folio);
		return VM_FAULT_SIGBUS;
	}
	vmf->page = folio_file_page(folio, vmf->pgoff);
	return VM_FAULT_LOCKED;
}
EXPORT_SYMBOL(filemap_fault);

/**
 * filemap_map_pages - map what is cached around a fault
 * @vmf: the fault
 * @start_pgoff: first page
 * @end_pgoff: last page
 *
 * Models: mm/filemap.c, 6.1: it may map as few as it likes, and maps none here. Return: 0.
 */
vm_fault_t filemap_map_pages(struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff)
{
	(void)vmf;
	(void)start_pgoff;
	(void)end_pgoff;
	return 0;
}
EXPORT_SYMBOL(filemap_map_pages);

/**
 * filemap_page_mkwrite - ->page_mkwrite() of file systems on the page cache
 * @vmf: the page
 *
 * Models: mm/filemap.c, 6.1: waits for a thaw. Context: may sleep. Return: VM_FAULT_LOCKED with the
 * page locked; VM_FAULT_NOPAGE if it was truncated.
 */
vm_fault_t filemap_page_mkwrite(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	struct folio *folio = page_folio(vmf->page);
	vm_fault_t ret = VM_FAULT_LOCKED;

	sb_start_pagefault(mapping->host->i_sb);
	file_update_time(vmf->vma->vm_file);
	folio_lock(folio);
	if (folio->mapping != mapping) {
		folio_unlock(folio);
		ret = VM_FAULT_NOPAGE;
	} else {
		/*
		 * Already now: a freezer's write-back must find it dirty, and make it read-only
		 * again.
		 */
		folio_mark_dirty(folio);
		folio_wait_stable(folio);
	}
	sb_end_pagefault(mapping->host->i_sb);
	return ret;
}

static const struct vm_operations_struct generic_file_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
	.page_mkwrite = filemap_page_mkwrite,
};

/**
 * generic_file_mmap - ->mmap() of file systems on the page cache
 * @file: the file
 * @vma: the new mapping
 *
 * Models: mm/filemap.c, 6.1. Return: 0, -ENOEXEC if nothing can be read.
 */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!file->f_mapping->a_ops->read_folio)
		return -ENOEXEC;
	file_accessed(file);
	vma->vm_ops = &generic_file_vm_ops;
	return 0;
}
EXPORT_SYMBOL(generic_file_mmap);

/**
 * generic_file_readonly_mmap - the same, where shared mappings cannot be written to
 * @file: the file
 * @vma: the new mapping
 *
 * Models: mm/filemap.c, 6.1. Return: 0, -EINVAL, -ENOEXEC.
 */
int generic_file_readonly_mmap(struct file *file, struct vm_area_struct *vma)
{
	if ((vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE))
		return -EINVAL;
	return generic_file_mmap(file, vma);
}
EXPORT_SYMBOL(generic_file_readonly_mmap);
