// SPDX-License-Identifier: GPL-2.0
/* Dropping cached pages: vfs_shim/mm/truncate.c. */
#include "cache_run.h"

static void cut(void)
{
	struct address_space *mapping = cache_up();
	struct page *page;
	loff_t pos = 0;

	cache_size(4 * PAGE_SIZE);
	CHECK_EQ(cache_read(&pos, 4 * PAGE_SIZE, 0), 4 * PAGE_SIZE);
	truncate_setsize(mapping->host, PAGE_SIZE + 10);
	CHECK_EQ(mapping->nrpages, 2);
	page = find_get_page(mapping, 1);
	/* The rest of the last page is zeroes, whatever comes behind the end later. */
	CHECK(((unsigned char *)page_address(page))[9] == (unsigned char)((PAGE_SIZE + 9) * 7));
	CHECK(!memchr_inv((char *)page_address(page) + 10, 0, PAGE_SIZE - 10));
	put_page(page);
	truncate_pagecache(mapping->host, 0);
	CHECK_EQ(mapping->nrpages, 0);
	cache_down();
}

static void truncation_drops_and_zeroes(void **state)
{
	BOX(cut);
}

static void hole(void)
{
	struct address_space *mapping = cache_up();
	struct page *page;
	loff_t pos = 0;

	cache_size(4 * PAGE_SIZE);
	CHECK_EQ(cache_read(&pos, 4 * PAGE_SIZE, 0), 4 * PAGE_SIZE);
	truncate_pagecache_range(mapping->host, PAGE_SIZE - 1, 3 * PAGE_SIZE);
	CHECK(cache_has(0) && !cache_has(1) && !cache_has(2) && cache_has(3));
	page = find_get_page(mapping, 0);
	CHECK(!((char *)page_address(page))[PAGE_SIZE - 1] &&
	      ((char *)page_address(page))[PAGE_SIZE - 2]);
	put_page(page);
	page = find_get_page(mapping, 3);
	CHECK(!((char *)page_address(page))[0] && ((char *)page_address(page))[1]);
	put_page(page);
	/* Within one page. */
	truncate_pagecache_range(mapping->host, 10, 19);
	page = find_get_page(mapping, 0);
	CHECK(((char *)page_address(page))[9] &&
	      !memchr_inv((char *)page_address(page) + 10, 0, 10));
	CHECK(((char *)page_address(page))[20]);
	put_page(page);
	cache_down();
}

static void a_hole_drops_and_zeroes(void **state)
{
	BOX(hole);
}

static void dirty_cut(void)
{
	struct address_space *mapping = cache_up();

	cache_size(4 * PAGE_SIZE);
	cache_dirty(0);
	cache_dirty(2);
	CHECK_EQ(wb_stat(inode_to_wb(mapping->host), WB_RECLAIMABLE), 2);
	truncate_setsize(mapping->host, PAGE_SIZE);
	CHECK_EQ(wb_stat(inode_to_wb(mapping->host), WB_RECLAIMABLE), 1);
	CHECK_EQ(filemap_write_and_wait(mapping), 0);
	CHECK_EQ(cache_writes, 1);
	CHECK(!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY));
	cache_down();
}

static void what_is_cut_off_is_not_written(void **state)
{
	BOX(dirty_cut);
}

static void invalidate(void)
{
	struct address_space *mapping = cache_up();
	struct page *held, *locked;
	loff_t pos = 0;

	cache_size(4 * PAGE_SIZE);
	CHECK_EQ(cache_read(&pos, 4 * PAGE_SIZE, 0), 4 * PAGE_SIZE);
	cache_dirty(1);
	held = find_get_page(mapping, 2);
	locked = find_lock_page(mapping, 3);
	/* Only what is clean, unused and not locked. */
	CHECK_EQ(invalidate_mapping_pages(mapping, 0, -1), 1);
	CHECK(!cache_has(0) && cache_has(1) && cache_has(2) && cache_has(3));
	unlock_page(locked);
	put_page(locked);
	/* All of it, dirty ones by ->launder_folio(), used ones too. */
	CHECK_EQ(invalidate_inode_pages2(mapping), 0);
	CHECK_EQ(mapping->nrpages, 0);
	CHECK_EQ(cache_launders, 1);
	CHECK(!held->mapping);
	put_page(held);
	cache_down();
}

static void invalidation_is_weak_or_strong(void **state)
{
	BOX(invalidate);
}

static void launder_error(void)
{
	struct address_space *mapping = cache_up();

	cache_size(2 * PAGE_SIZE);
	cache_dirty(0);
	cache_dirty(1);
	cache_write_error = -ENOSPC;
	CHECK_EQ(invalidate_inode_pages2_range(mapping, 0, 1), -ENOSPC);
	CHECK_EQ(cache_launders, 2);
	CHECK_EQ(mapping->nrpages, 2);
	cache_down();
}

static void an_error_keeps_the_page(void **state)
{
	BOX(launder_error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truncation_drops_and_zeroes),
		cmocka_unit_test(a_hole_drops_and_zeroes),
		cmocka_unit_test(what_is_cut_off_is_not_written),
		cmocka_unit_test(invalidation_is_weak_or_strong),
		cmocka_unit_test(an_error_keeps_the_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
