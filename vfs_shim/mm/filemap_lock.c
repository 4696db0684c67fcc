// SPDX-License-Identifier: GPL-2.0
/*
 * A folio's lock, and waiting for its write-back.
 *
 * Models: mm/filemap.c, 6.1. PG_locked may be taken by one task and released by another, when an
 * I/O is done. So the lock is among the locks of a task (order, recursion, held on return to user
 * space) until the folio is handed to ->read_folio() or ->readahead(); then nobody has it until it
 * is released. That it never is shows as a task that waits for it, or as a locked page that is
 * freed. Leaves out: the queue of waiters in struct page (PG_waiters); IOCB_WAITQ.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/wait_bit.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/lockdep.h>
#include "internal.h"

#define FOLIO_LOCK	(FB_LOCK_OWNERLESS | FB_LOCK_NEST)

/*
 * One class per type of file system, as for the lock of an inode; several folios: ascending, by
 * rule.
 */
static struct fb_lock_map folio_lock_map(const struct folio *folio)
{
	static const char anonymous;
	const struct address_space *mapping = folio->mapping;
	bool file = mapping && mapping->host;

	return (struct fb_lock_map){
		.key = file ? (const void *)&mapping->host->i_sb->s_type->name : &anonymous,
		.name = "folio lock",
	};
}

static void folio_lock_enter(struct folio *folio, unsigned int flags)
{
	struct fb_lock_map map = folio_lock_map(folio);

	folio->lock_owned = true;
	fb_lock_acquired(folio, &map, FB_LOCK_EXCL, FOLIO_LOCK | flags);
}

/**
 * folio_trylock - lock a folio if nobody has
 * @folio: the folio
 *
 * Models: include/linux/pagemap.h, 6.1. Context: any but irq. Return: is it ours now?
 */
bool folio_trylock(struct folio *folio)
{
	if (test_and_set_bit_lock(PG_locked, &folio->flags))
		return false;
	folio_lock_enter(folio, FB_LOCK_TRY);
	return true;
}
EXPORT_SYMBOL(folio_trylock);

/**
 * folio_lock - lock a folio
 * @folio: the folio; the caller has a reference
 *
 * Models: include/linux/pagemap.h, 6.1. Context: may sleep.
 */
void folio_lock(struct folio *folio)
{
	struct fb_lock_map map = folio_lock_map(folio);

	might_sleep();
	fb_lock_check(folio, &map, FB_LOCK_EXCL, FOLIO_LOCK);
	wait_on_bit_lock(&folio->flags, PG_locked, TASK_UNINTERRUPTIBLE);
	folio_lock_enter(folio, 0);
}
EXPORT_SYMBOL(folio_lock);

/**
 * folio_lock_killable - lock a folio unless the task is killed meanwhile
 * @folio: the folio; the caller has a reference
 *
 * Models: include/linux/pagemap.h, 6.1. Context: may sleep. Return: 0, -EINTR.
 */
int folio_lock_killable(struct folio *folio)
{
	struct fb_lock_map map = folio_lock_map(folio);

	might_sleep();
	fb_lock_check(folio, &map, FB_LOCK_EXCL, FOLIO_LOCK);
	if (wait_on_bit_lock(&folio->flags, PG_locked, TASK_KILLABLE))
		return -EINTR;
	folio_lock_enter(folio, 0);
	return 0;
}
EXPORT_SYMBOL(folio_lock_killable);

/*
 * folio_lock_new() - lock a folio that nobody else knows
 *
 * Stands for __folio_set_locked().
 */
void folio_lock_new(struct folio *folio)
{
	__folio_set_locked(folio);
	folio_lock_enter(folio, FB_LOCK_TRY);
}

/*
 * folio_lock_hand_over() - the lock goes from the task to an I/O, which releases it when it is done
 *
 * No kernel counterpart: the kernel keeps no book of this lock.
 */
void folio_lock_hand_over(struct folio *folio)
{
	if (WARN_ON(!folio_test_locked(folio)) || !folio->lock_owned)
		return;
	folio->lock_owned = false;
	fb_lock_released(folio);
}

/**
 * folio_unlock - release a folio's lock
 * @folio: the folio
 *
 * Models: mm/filemap.c, 6.1. Context: any; not only by the task that took it. A folio that is not
 * locked is a finding, as it is a bug with CONFIG_DEBUG_VM.
 */
void folio_unlock(struct folio *folio)
{
	if (!folio_test_locked(folio)) {
		fb_report(FB_LOCK_MISUSE, 0, NULL,
			  "folio_unlock() of a folio (%s) that is not locked",
			  fb_obj(&folio->page));
		return;
	}
	if (folio->lock_owned) {
		folio->lock_owned = false;
		fb_lock_released(folio);
	}
	clear_bit_unlock(PG_locked, &folio->flags);
	/* The folio may be gone from here on: only its address counts. */
	wake_up_bit(&folio->flags, PG_locked);
}
EXPORT_SYMBOL(folio_unlock);

/** unlock_page - folio_unlock(). Models: mm/folio-compat.c, 6.1. */
void unlock_page(struct page *page)
{
	folio_unlock(page_folio(page));
}
EXPORT_SYMBOL(unlock_page);

/**
 * folio_wait_bit - wait until a flag of a folio is clear
 * @folio: the folio; the caller has a reference
 * @bit_nr: PG_locked or PG_writeback
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep.
 */
void folio_wait_bit(struct folio *folio, int bit_nr)
{
	wait_on_bit(&folio->flags, bit_nr, TASK_UNINTERRUPTIBLE);
}
EXPORT_SYMBOL(folio_wait_bit);

/**
 * folio_wait_bit_killable - the same, unless the task is killed
 * @folio: the folio; the caller has a reference
 * @bit_nr: PG_locked or PG_writeback
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep. Return: 0, -EINTR.
 */
int folio_wait_bit_killable(struct folio *folio, int bit_nr)
{
	return wait_on_bit(&folio->flags, bit_nr, TASK_KILLABLE) ? -EINTR : 0;
}
EXPORT_SYMBOL(folio_wait_bit_killable);

/**
 * folio_wait_writeback - wait until a folio is not being written back
 * @folio: the folio; the caller has a reference, and mostly the lock
 *
 * Models: mm/page-writeback.c, 6.1. Context: may sleep.
 */
void folio_wait_writeback(struct folio *folio)
{
	while (folio_test_writeback(folio))
		folio_wait_bit(folio, PG_writeback);
}
EXPORT_SYMBOL_GPL(folio_wait_writeback);

/** folio_wait_writeback_killable - the same, or -EINTR. Models: mm/page-writeback.c, 6.1. */
int folio_wait_writeback_killable(struct folio *folio)
{
	while (folio_test_writeback(folio))
		if (folio_wait_bit_killable(folio, PG_writeback))
			return -EINTR;
	return 0;
}
EXPORT_SYMBOL_GPL(folio_wait_writeback_killable);

/** wait_on_page_writeback - folio_wait_writeback(). Models: mm/folio-compat.c, 6.1. */
void wait_on_page_writeback(struct page *page)
{
	folio_wait_writeback(page_folio(page));
}
EXPORT_SYMBOL_GPL(wait_on_page_writeback);

/**
 * folio_wait_stable - wait where a folio must not change while it is written back
 * @folio: the folio
 *
 * Models: mm/page-writeback.c, 6.1. Context: may sleep.
 */
void folio_wait_stable(struct folio *folio)
{
	if (mapping_stable_writes(folio_mapping(folio)))
		folio_wait_writeback(folio);
}
EXPORT_SYMBOL_GPL(folio_wait_stable);

/** wait_for_stable_page - folio_wait_stable(). Models: mm/folio-compat.c, 6.1. */
void wait_for_stable_page(struct page *page)
{
	folio_wait_stable(page_folio(page));
}
EXPORT_SYMBOL_GPL(wait_for_stable_page);

/**
 * folio_end_writeback - a folio has been written back
 * @folio: the folio, being written back
 *
 * Models: mm/filemap.c, 6.1: BUG() if it was not being written back. Context: any.
 */
void folio_end_writeback(struct folio *folio)
{
	/* The kernel's reason, too: a waiter may free it. */
	folio_get(folio);
	if (!__folio_end_writeback(folio))
		BUG();
	wake_up_bit(&folio->flags, PG_writeback);
	folio_put(folio);
}
EXPORT_SYMBOL(folio_end_writeback);

/** end_page_writeback - folio_end_writeback(). Models: mm/folio-compat.c, 6.1. */
void end_page_writeback(struct page *page)
{
	folio_end_writeback(page_folio(page));
}
EXPORT_SYMBOL(end_page_writeback);
