// SPDX-License-Identifier: GPL-2.0
/*
 * The lists of pages that reclaim looks at.
 *
 * Models: mm/swap.c, 6.1: nothing is reclaimed in the box, so nobody looks at these lists, nor at
 * which page was used last.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/swap.h>
#include "internal.h"

/** folio_add_lru - a folio may be reclaimed: nobody does. Models: mm/swap.c, 6.1. */
void folio_add_lru(struct folio *folio)
{
	VM_BUG_ON_FOLIO(folio_ref_count(folio) <= 0, folio);
}
EXPORT_SYMBOL(folio_add_lru);

/** lru_cache_add - folio_add_lru(). Models: mm/folio-compat.c, 6.1. */
void lru_cache_add(struct page *page)
{
	folio_add_lru(page_folio(page));
}
EXPORT_SYMBOL(lru_cache_add);

/** folio_mark_accessed - a folio was used: only reclaim would ask. Models: mm/swap.c, 6.1. */
void folio_mark_accessed(struct folio *folio)
{
	VM_BUG_ON_FOLIO(folio_ref_count(folio) <= 0, folio);
}
EXPORT_SYMBOL(folio_mark_accessed);

/** mark_page_accessed - folio_mark_accessed(). Models: mm/folio-compat.c, 6.1. */
void mark_page_accessed(struct page *page)
{
	folio_mark_accessed(page_folio(page));
}
EXPORT_SYMBOL(mark_page_accessed);
