// SPDX-License-Identifier: GPL-2.0
/*
 * Dirty pages and their way back: vfs_shim/mm/page-writeback.c, filemap.c,
 * vfs_shim/fs/fs-writeback.c.
 */
#include "cache_run.h"

static void ranges(void)
{
	struct address_space *mapping = cache_up();

	cache_size(8 * PAGE_SIZE);
	for (int i = 0; i < 8; i += 2)
		cache_dirty(i);
	CHECK(mapping->host->i_state & I_DIRTY_PAGES);
	CHECK(filemap_range_needs_writeback(mapping, 0, PAGE_SIZE));
	CHECK(!filemap_range_needs_writeback(mapping, PAGE_SIZE, 2 * PAGE_SIZE - 1));
	CHECK_EQ(filemap_write_and_wait_range(mapping, PAGE_SIZE, 5 * PAGE_SIZE), 0);
	CHECK_EQ(cache_writes, 2);
	CHECK_EQ(cache_written[0], 2);
	CHECK_EQ(cache_written[1], 4);
	CHECK(!filemap_range_needs_writeback(mapping, PAGE_SIZE, 5 * PAGE_SIZE));
	CHECK(mapping_tagged(mapping, PAGECACHE_TAG_DIRTY));
	/* The inode's own: all that is left. */
	CHECK_EQ(write_inode_now(mapping->host, 1), 0);
	CHECK_EQ(cache_writes, 4);
	CHECK(!(mapping->host->i_state & I_DIRTY_ALL));
	CHECK(!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY));
	CHECK_EQ(wb_stat(inode_to_wb(mapping->host), WB_RECLAIMABLE), 0);
	CHECK_EQ(wb_stat(inode_to_wb(mapping->host), WB_DIRTIED), 4);
	cache_down();
}

static void ranges_are_written(void **state)
{
	BOX(ranges);
}

static void errors(void)
{
	struct address_space *mapping = cache_up();

	cache_size(PAGE_SIZE);
	cache_dirty(0);
	cache_write_error = -ENOSPC;
	CHECK_EQ(filemap_fdatawrite(mapping), -ENOSPC);
	/* Each file learns of it once; the flags are for those who ask for none. */
	CHECK_EQ(file_write_and_wait_range(cache_filp, 0, LLONG_MAX), -ENOSPC);
	CHECK_EQ(file_write_and_wait_range(cache_filp, 0, LLONG_MAX), 0);
	CHECK_EQ(filemap_check_errors(mapping), 0);
	CHECK_EQ(filemap_check_wb_err(mapping, 0), -ENOSPC);
	cache_write_error = 0;
	cache_down();
}

static void an_error_is_told_once_per_file(void **state)
{
	BOX(errors);
}

static void sync_all(void)
{
	struct super_block *sb;

	cache_up();
	sb = cache_mnt->mnt_sb;
	cache_size(PAGE_SIZE);
	cache_dirty(0);
	down_read(&sb->s_umount);
	sync_inodes_sb(sb);
	up_read(&sb->s_umount);
	CHECK_EQ(cache_writes, 1);
	cache_down();
}

static void sync_writes_pages(void **state)
{
	BOX(sync_all);
}

static struct page *page;

static void ender(void *arg)
{
	note("e");
	end_page_writeback(page);
}

static void waiting(void)
{
	struct address_space *mapping = cache_up();

	cache_size(PAGE_SIZE);
	cache_dirty(0);
	page = find_lock_page(mapping, 0);
	CHECK(clear_page_dirty_for_io(page));
	CHECK(!set_page_writeback(page));
	unlock_page(page);
	CHECK(mapping_tagged(mapping, PAGECACHE_TAG_WRITEBACK));
	CHECK(!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY));
	fb_task_new("ender", ender, NULL);
	CHECK_EQ(filemap_fdatawait(mapping), 0);
	note("w");
	CHECK(!PageWriteback(page));
	put_page(page);
	cache_down();
}

static void write_back_is_waited_for(void **state)
{
	BOX(waiting);
	assert_string_equal(shim_log, "ew");
}

static void end_twice(void)
{
	struct address_space *mapping = cache_up();

	page = find_or_create_page(mapping, 0, GFP_KERNEL);
	set_page_writeback(page);
	end_page_writeback(page);
	end_page_writeback(page);
}

static void ending_twice_is_found(void **state)
{
	BOX_BAD(end_twice);
	finding_of(FB_BUG);
}

static void removed_dirty(void)
{
	cache_up();
	cache_size(PAGE_SIZE);
	cache_dirty(0);
	page = find_lock_page(cache_mapping(), 0);
	filemap_remove_folio(page_folio(page));
	unlock_page(page);
	put_page(page);
	cache_down();
}

static void removing_a_dirty_page_is_found(void **state)
{
	BOX_BAD(removed_dirty);
	finding_of(FB_WARN);
}

static void not_uptodate(void)
{
	cache_up();
	page = find_or_create_page(cache_mapping(), 0, GFP_KERNEL);
	set_page_dirty(page);
	unlock_page(page);
	put_page(page);
	cache_down();
}

static void dirtying_what_was_never_read_is_found(void **state)
{
	BOX_BAD(not_uptodate);
	finding_of(FB_WARN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_written),
		cmocka_unit_test(an_error_is_told_once_per_file),
		cmocka_unit_test(sync_writes_pages),
		cmocka_unit_test(write_back_is_waited_for),
		cmocka_unit_test(ending_twice_is_found),
		cmocka_unit_test(removing_a_dirty_page_is_found),
		cmocka_unit_test(dirtying_what_was_never_read_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
