// SPDX-License-Identifier: GPL-2.0
/*
 * The page cache: which folio holds which part of a file.
 *
 * Models: mm/filemap.c, 6.1: the tree in address_space.i_pages (taken), its reference on each
 * folio, nrpages. Leaves out: folios of several pages, shadow entries, LRU lists and memory control
 * groups (nothing is reclaimed), lookup without the tree's lock.
 */
#include <linux/backing-dev.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/writeback.h>
#include "../fs/internal.h"
#include "internal.h"

/*
 * filemap_next_folio() - the first folio of a range
 * @mapping: the mapping
 * @index: where to start; becomes the folio's index
 * @last: where to stop
 * @mark: PAGECACHE_TAG_*, or XA_PRESENT for any
 *
 * Stands for find_get_entries() and its like, for one entry. Return: the folio, with a reference,
 * or NULL.
 */
struct folio *filemap_next_folio(struct address_space *mapping, pgoff_t *index, pgoff_t last,
				 xa_mark_t mark)
{
	XA_STATE(xas, &mapping->i_pages, *index);
	struct folio *folio;
	unsigned long flags;

	xas_lock_irqsave(&xas, flags);
	folio = mark == XA_PRESENT ? xas_find(&xas, last) : xas_find_marked(&xas, last, mark);
	if (folio) {
		folio_get(folio);
		*index = folio->index;
	}
	xas_unlock_irqrestore(&xas, flags);
	return folio;
}

static struct folio *cached_folio(struct address_space *mapping, pgoff_t index)
{
	return filemap_next_folio(mapping, &index, index, XA_PRESENT);
}

/**
 * __filemap_add_folio - put a locked folio into the page cache
 * @mapping: the mapping
 * @folio: locked, in no mapping; the cache takes a reference
 * @index: where
 * @gfp: for the tree
 * @shadowp: set to NULL, if not NULL: there are no shadow entries
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep, by @gfp. Return: 0, -EEXIST, -ENOMEM.
 */
int __filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index,
			gfp_t gfp, void **shadowp)
{
	int err;

	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	folio_get(folio);
	folio->mapping = mapping;
	folio->index = index;
	xa_lock_irq(&mapping->i_pages);
	err = __xa_insert(&mapping->i_pages, index, folio,
			  gfp & ~(__GFP_HIGHMEM | __GFP_MOVABLE | __GFP_ZERO));
	if (!err) {
		mapping->nrpages++;
		inc_node_page_state(&folio->page, NR_FILE_PAGES);
	}
	xa_unlock_irq(&mapping->i_pages);
	if (shadowp)
		*shadowp = NULL;
	if (!err)
		return 0;
	folio->mapping = NULL;
	folio_put(folio);
	return err == -EBUSY ? -EEXIST : err;
}

/**
 * filemap_add_folio - lock a new folio and put it into the page cache
 * @mapping: the mapping
 * @folio: new; the cache takes a reference
 * @index: where
 * @gfp: for the tree
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep, by @gfp. Return: 0, folio locked; -EEXIST,
 * -ENOMEM, unlocked.
 */
int filemap_add_folio(struct address_space *mapping, struct folio *folio, pgoff_t index, gfp_t gfp)
{
	int err;

	folio_lock_new(folio);
	err = __filemap_add_folio(mapping, folio, index, gfp, NULL);
	if (err)
		folio_unlock(folio);
	else
		folio_add_lru(folio);
	return err;
}
EXPORT_SYMBOL_GPL(filemap_add_folio);

/** add_to_page_cache_lru - filemap_add_folio(). Models: mm/folio-compat.c, 6.1. */
int add_to_page_cache_lru(struct page *page, struct address_space *mapping, pgoff_t index,
			  gfp_t gfp)
{
	return filemap_add_folio(mapping, page_folio(page), index, gfp);
}
EXPORT_SYMBOL(add_to_page_cache_lru);

/**
 * __filemap_remove_folio - take a folio out of the page cache
 * @folio: locked, in a mapping; the caller gets the cache's reference
 * @shadow: ignored
 *
 * Models: mm/filemap.c, 6.1: a warning for a folio that is still dirty, a bug for one that is still
 * mapped.
 * Context: i_pages locked.
 */
void __filemap_remove_folio(struct folio *folio, void *shadow)
{
	struct address_space *mapping = folio->mapping;

	VM_BUG_ON_FOLIO(!folio_test_locked(folio), folio);
	VM_BUG_ON_FOLIO(folio_mapped(folio), folio);
	if (WARN_ON_ONCE(folio_test_dirty(folio) && mapping_can_writeback(mapping)))
		folio_account_cleaned(folio, inode_to_wb(mapping->host));
	__xa_erase(&mapping->i_pages, folio->index);
	folio->mapping = NULL;
	mapping->nrpages--;
	dec_node_page_state(&folio->page, NR_FILE_PAGES);
}

/**
 * filemap_remove_folio - take a folio out of the page cache and drop the cache's reference
 * @folio: locked, in a mapping
 *
 * Models: mm/filemap.c, 6.1. An inode that has become empty may now go to the LRU.
 */
void filemap_remove_folio(struct folio *folio)
{
	struct address_space *mapping = folio->mapping;

	BUG_ON(!folio_test_locked(folio));
	spin_lock(&mapping->host->i_lock);
	xa_lock_irq(&mapping->i_pages);
	__filemap_remove_folio(folio, NULL);
	xa_unlock_irq(&mapping->i_pages);
	if (mapping_shrinkable(mapping))
		inode_add_lru(mapping->host);
	spin_unlock(&mapping->host->i_lock);
	if (mapping->a_ops->free_folio)
		mapping->a_ops->free_folio(folio);
	folio_put(folio);
}

/** delete_from_page_cache - filemap_remove_folio(). Models: mm/folio-compat.c, 6.1. */
void delete_from_page_cache(struct page *page)
{
	filemap_remove_folio(page_folio(page));
}

/**
 * replace_page_cache_page - another page for the same part of the file
 * @old: locked, in a mapping; loses the cache's reference
 * @new: locked, in no mapping; gets one
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep.
 */
void replace_page_cache_page(struct page *old, struct page *new)
{
	struct address_space *mapping = old->mapping;

	VM_BUG_ON_PAGE(!PageLocked(old), old);
	VM_BUG_ON_PAGE(!PageLocked(new), new);
	VM_BUG_ON_PAGE(new->mapping, new);
	get_page(new);
	new->mapping = mapping;
	new->index = old->index;
	xa_lock_irq(&mapping->i_pages);
	/* Needs no memory: the slot is there. */
	__xa_store(&mapping->i_pages, new->index, new, 0);
	old->mapping = NULL;
	xa_unlock_irq(&mapping->i_pages);
	if (mapping->a_ops->free_folio)
		mapping->a_ops->free_folio(page_folio(old));
	put_page(old);
}
EXPORT_SYMBOL_GPL(replace_page_cache_page);

/* With a reference, and the lock if wanted; NULL: none there, or -EAGAIN in *@err. */
static struct folio *find_folio(struct address_space *mapping, pgoff_t index, int fgp_flags,
				int *err)
{
	struct folio *folio;

	while ((folio = cached_folio(mapping, index))) {
		if (!(fgp_flags & FGP_LOCK))
			return folio;
		if (!(fgp_flags & FGP_NOWAIT)) {
			folio_lock(folio);
		} else if (!folio_trylock(folio)) {
			folio_put(folio);
			*err = -EAGAIN;
			return NULL;
		}
		if (folio->mapping == mapping)
			return folio;
		/* Truncated meanwhile. */
		folio_unlock(folio);
		folio_put(folio);
	}
	return NULL;
}

static int make_folio(struct address_space *mapping, pgoff_t index, int fgp_flags, gfp_t gfp,
		      struct folio **ret)
{
	struct folio *folio;
	int err;

	if (fgp_flags & FGP_NOFS)
		gfp &= ~__GFP_FS;
	if (fgp_flags & FGP_NOWAIT) {
		gfp &= ~GFP_KERNEL;
		gfp |= GFP_NOWAIT | __GFP_NOWARN;
	}
	WARN_ON_ONCE(!(fgp_flags & (FGP_LOCK | FGP_FOR_MMAP)));
	folio = filemap_alloc_folio(gfp, 0);
	if (!folio)
		return -ENOMEM;
	err = filemap_add_folio(mapping, folio, index, gfp);
	if (err) {
		folio_put(folio);
		return err;
	}
	if (fgp_flags & FGP_FOR_MMAP)
		folio_unlock(folio);
	*ret = folio;
	return 0;
}

/**
 * __filemap_get_folio - find a folio in the page cache, or make it
 * @mapping: the mapping
 * @index: where
 * @fgp_flags: FGP_*
 * @gfp: for FGP_CREAT
 *
 * Models: mm/filemap.c, 6.1. Context: may sleep, by @fgp_flags and @gfp. Return: the folio, with a
 * reference, and locked for FGP_LOCK; or NULL: not there, no memory, locked by another
 * (FGP_NOWAIT).
 */
struct folio *__filemap_get_folio(struct address_space *mapping, pgoff_t index, int fgp_flags,
				  gfp_t gfp)
{
	struct folio *folio;
	int err;

	do {
		err = 0;
		folio = find_folio(mapping, index, fgp_flags, &err);
		if (!folio && !err && (fgp_flags & FGP_CREAT))
			err = make_folio(mapping, index, fgp_flags, gfp, &folio);
	} while (err == -EEXIST);
	if (folio && (fgp_flags & FGP_STABLE))
		folio_wait_stable(folio);
	return folio;
}
EXPORT_SYMBOL(__filemap_get_folio);

/** pagecache_get_page - __filemap_get_folio(). Models: mm/folio-compat.c, 6.1. */
struct page *pagecache_get_page(struct address_space *mapping, pgoff_t index, int fgp_flags,
				gfp_t gfp)
{
	struct folio *folio = __filemap_get_folio(mapping, index, fgp_flags, gfp);

	return folio ? &folio->page : NULL;
}
EXPORT_SYMBOL(pagecache_get_page);

/**
 * grab_cache_page_write_begin - the locked page for a buffered write
 * @mapping: the mapping
 * @index: where
 *
 * Models: mm/folio-compat.c, 6.1. Context: may sleep. Return: the page, locked, with a reference;
 * NULL: no memory.
 */
struct page *grab_cache_page_write_begin(struct address_space *mapping, pgoff_t index)
{
	return pagecache_get_page(mapping, index, FGP_LOCK | FGP_WRITE | FGP_CREAT | FGP_STABLE,
				  mapping_gfp_mask(mapping));
}
EXPORT_SYMBOL(grab_cache_page_write_begin);

/**
 * filemap_range_has_page - is anything of a range cached?
 * @mapping: the mapping
 * @start_byte: first byte
 * @end_byte: last byte
 *
 * Models: mm/filemap.c, 6.1.
 */
bool filemap_range_has_page(struct address_space *mapping, loff_t start_byte, loff_t end_byte)
{
	pgoff_t index = start_byte >> PAGE_SHIFT;

	return end_byte >= start_byte &&
	       xa_find(&mapping->i_pages, &index, end_byte >> PAGE_SHIFT, XA_PRESENT);
}
EXPORT_SYMBOL(filemap_range_has_page);

/**
 * page_cache_next_miss - the next hole in the page cache
 * @mapping: the mapping
 * @index: where to start
 * @max_scan: how many pages to look at
 *
 * Models: mm/filemap.c, 6.1. Return: its index, or one outside of the range if there is none.
 */
pgoff_t page_cache_next_miss(struct address_space *mapping, pgoff_t index, unsigned long max_scan)
{
	while (max_scan-- && xa_load(&mapping->i_pages, index))
		if (!++index)
			break;
	return index;
}
EXPORT_SYMBOL(page_cache_next_miss);

/**
 * page_cache_prev_miss - the previous hole in the page cache
 * @mapping: the mapping
 * @index: where to start
 * @max_scan: how many pages to look at
 *
 * Models: mm/filemap.c, 6.1. Return: its index, or one outside of the range if there is none.
 */
pgoff_t page_cache_prev_miss(struct address_space *mapping, pgoff_t index, unsigned long max_scan)
{
	while (max_scan-- && xa_load(&mapping->i_pages, index))
		if (--index == ULONG_MAX)
			break;
	return index;
}
EXPORT_SYMBOL(page_cache_prev_miss);

/**
 * filemap_release_folio - let the file system give up its private data of a folio
 * @folio: locked
 * @gfp: how hard to try
 *
 * Models: mm/filemap.c, 6.1. Return: has it none any more?
 */
bool filemap_release_folio(struct folio *folio, gfp_t gfp)
{
	struct address_space *mapping = folio->mapping;

	BUG_ON(!folio_test_locked(folio));
	if (!folio_test_private(folio))
		return true;
	if (folio_test_writeback(folio))
		return false;
	if (mapping && mapping->a_ops->release_folio)
		return mapping->a_ops->release_folio(folio, gfp);
	return false;
}
EXPORT_SYMBOL(filemap_release_folio);

/**
 * folio_mapping - which file a folio belongs to
 * @folio: the folio
 *
 * Models: mm/util.c, 6.1. Return: NULL for one that belongs to none, or to a process.
 */
struct address_space *folio_mapping(struct folio *folio)
{
	unsigned long mapping = (unsigned long)folio->mapping;

	return mapping & PAGE_MAPPING_FLAGS ? NULL : (void *)mapping;
}
EXPORT_SYMBOL(folio_mapping);

/** page_mapping - folio_mapping(). Models: mm/folio-compat.c, 6.1. */
struct address_space *page_mapping(struct page *page)
{
	return folio_mapping(page_folio(page));
}
EXPORT_SYMBOL(page_mapping);
