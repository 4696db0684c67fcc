/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/pagemap.h, taken, but for the functions that take a folio's lock: ours
 * enter it among the locks of the task, mm/filemap_lock.c.
 */
#ifndef _FUSEBOX_LINUX_PAGEMAP_H
#define _FUSEBOX_LINUX_PAGEMAP_H

#define folio_trylock		taken_folio_trylock
#define trylock_page		taken_trylock_page
#define folio_lock		taken_folio_lock
#define lock_page		taken_lock_page
#define folio_lock_killable	taken_folio_lock_killable
#define lock_page_killable	taken_lock_page_killable
#define folio_lock_or_retry	taken_folio_lock_or_retry
#define lock_page_or_retry	taken_lock_page_or_retry
#include_next <linux/pagemap.h>
#undef folio_trylock
#undef trylock_page
#undef folio_lock
#undef lock_page
#undef folio_lock_killable
#undef lock_page_killable
#undef folio_lock_or_retry
#undef lock_page_or_retry

bool folio_trylock(struct folio *folio);
void folio_lock(struct folio *folio);
int folio_lock_killable(struct folio *folio);

static inline int trylock_page(struct page *page)
{
	return folio_trylock(page_folio(page));
}

static inline void lock_page(struct page *page)
{
	folio_lock(page_folio(page));
}

static inline int lock_page_killable(struct page *page)
{
	return folio_lock_killable(page_folio(page));
}

#endif
