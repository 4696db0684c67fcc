// SPDX-License-Identifier: GPL-2.0
/*
 * The lists of pages that reclaim looks at.
 *
 * Models: mm/swap.c, 6.1: nothing is reclaimed in the box, and only the page cache puts pages on these
 * lists; it has no model yet.
 */
#include <linux/mm.h>
#include <linux/swap.h>
#include "internal.h"

NO_MODEL(void, lru_cache_add, struct page *page)
NO_MODEL(void, folio_add_lru, struct folio *folio)
NO_MODEL(void, mark_page_accessed, struct page *page)
NO_MODEL(void, folio_mark_accessed, struct folio *folio)
