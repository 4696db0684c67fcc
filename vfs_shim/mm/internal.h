/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of mm/ share among themselves.
 */
#ifndef _MM_INTERNAL_H
#define _MM_INTERNAL_H

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <core/run.h>

/* filemap_cache.c */
struct folio *filemap_next_folio(struct address_space *mapping, pgoff_t *index, pgoff_t last,
				 xa_mark_t mark);

/* filemap_lock.c */
void folio_lock_new(struct folio *folio);
void folio_lock_hand_over(struct folio *folio);

/* filemap_read.c */
int filemap_read_folio(struct file *file, struct address_space *mapping, struct folio *folio);

/* page-writeback.c */
bool __folio_end_writeback(struct folio *folio);

/* rmap.c */
struct fb_pte *mapped_pte(struct vm_area_struct *vma, pgoff_t index);
bool folio_mkclean(struct folio *folio);

/* memory.c */
void unmap_mapping_folio(struct folio *folio);
void zap_vma(struct vm_area_struct *vma, pgoff_t first, pgoff_t last, bool even_cows,
	     const struct page *only);

#endif
