// SPDX-License-Identifier: GPL-2.0
/*
 * From a folio to the processes that have it mapped.
 *
 * Models: mm/rmap.c, 6.1, for pages of files: all mappings of the file are looked at.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "internal.h"

/*
 * mapped_pte() - what a mapping has at an index of its file
 *
 * Return: NULL if that is not in the mapping. Its page_table_lock guards the rest.
 */
struct fb_pte *mapped_pte(struct vm_area_struct *vma, pgoff_t index)
{
	return index >= vma->vm_pgoff && index - vma->vm_pgoff < vma_pages(vma) ?
		       &vma->ptes[index - vma->vm_pgoff] :
		       NULL;
}

static bool mkclean_one(struct vm_area_struct *vma, struct folio *folio)
{
	struct fb_pte *pte = mapped_pte(vma, folio->index);
	bool cleaned = false;

	if (!(vma->vm_flags & VM_SHARED) || !pte)
		return false;
	spin_lock(&vma->vm_mm->page_table_lock);
	if (pte->page == &folio->page && !pte->cow && (pte->writable || pte->dirty)) {
		pte->writable = false;
		pte->dirty = false;
		cleaned = true;
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	return cleaned;
}

/*
 * folio_mkclean() - make a folio read-only in all shared mappings
 * @folio: locked
 *
 * Models: mm/rmap.c, 6.1. Context: may sleep. Return: could anybody write to it?
 */
bool folio_mkclean(struct folio *folio)
{
	struct address_space *mapping = folio_mapping(folio);
	bool cleaned = false;
	struct rb_node *n;

	BUG_ON(!folio_test_locked(folio));
	if (!folio_mapped(folio) || !mapping)
		return false;
	i_mmap_lock_read(mapping);
	for (n = rb_first_cached(&mapping->i_mmap); n; n = rb_next(n))
		cleaned |= mkclean_one(rb_entry(n, struct vm_area_struct, shared.rb), folio);
	i_mmap_unlock_read(mapping);
	return cleaned;
}
