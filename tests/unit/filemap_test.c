// SPDX-License-Identifier: GPL-2.0
/* The page cache: vfs_shim/mm/filemap*.c, readahead.c, on a file system of the test's own. */
#include "cache_run.h"

static void add_find(void)
{
	struct address_space *mapping = cache_up();
	struct page *page = find_or_create_page(mapping, 3, GFP_KERNEL);

	CHECK(page && PageLocked(page) && !PageUptodate(page));
	CHECK_EQ(mapping->nrpages, 1);
	CHECK_EQ(page_ref_count(page), 2);
	unlock_page(page);
	CHECK(find_get_page(mapping, 3) == page);
	CHECK(!find_get_page(mapping, 2));
	CHECK(filemap_range_has_page(mapping, 0, 4 * PAGE_SIZE));
	CHECK(!filemap_range_has_page(mapping, 0, 3 * PAGE_SIZE - 1));
	CHECK_EQ(page_cache_next_miss(mapping, 3, 10), 4);
	CHECK_EQ(page_cache_prev_miss(mapping, 3, 10), 2);
	put_page(page);
	put_page(page);
	cache_down();
	CHECK_EQ(global_node_page_state(NR_FILE_PAGES), 0);
}

static void pages_are_found(void **state)
{
	BOX(add_find);
}

static void reading(void)
{
	loff_t pos = PAGE_SIZE - 10;

	cache_up();
	cache_size(3 * PAGE_SIZE + 50);
	CHECK_EQ(cache_read(&pos, 100, 0), 100);
	CHECK(cache_matches(PAGE_SIZE - 10, 100));
	CHECK_EQ(pos, PAGE_SIZE + 90);
	/* All of a small file was read ahead in one go. */
	CHECK_EQ(cache_reads, 1);
	pos = 3 * PAGE_SIZE;
	CHECK_EQ(cache_read(&pos, 100, 0), 50);
	CHECK_EQ(cache_read(&pos, 100, 0), 0);
	CHECK_EQ(cache_reads, 1);
	cache_down();
}

static void reads_stop_at_the_end(void **state)
{
	BOX(reading);
}

static void nowait(void)
{
	loff_t pos = 0;

	cache_up();
	cache_size(2 * PAGE_SIZE);
	CHECK_EQ(cache_read(&pos, 10, IOCB_NOIO), -EAGAIN);
	CHECK_EQ(cache_reads, 0);
	CHECK_EQ(cache_read(&pos, 10, 0), 10);
	pos = 0;
	CHECK_EQ(cache_read(&pos, 10, IOCB_NOIO | IOCB_NOWAIT), 10);
	cache_down();
}

static void reads_that_must_not_wait(void **state)
{
	BOX(nowait);
}

static void read_error(void)
{
	loff_t pos = 0;

	cache_up();
	cache_size(PAGE_SIZE);
	/* Read ahead, then alone. */
	cache_fail_reads = 2;
	CHECK_EQ(cache_read(&pos, 10, 0), -EIO);
	CHECK_EQ(pos, 0);
	CHECK_EQ(cache_read(&pos, 10, 0), 10);
	cache_down();
}

static void errors_are_read_again(void **state)
{
	BOX(read_error);
}

static struct page *shared;

static void unlocker(void *arg)
{
	note("u");
	unlock_page(shared);
}

static void lock_wait(void)
{
	struct address_space *mapping = cache_up();

	shared = find_or_create_page(mapping, 0, GFP_KERNEL);
	folio_lock_hand_over(page_folio(shared));
	fb_task_new("unlocker", unlocker, NULL);
	CHECK(!trylock_page(shared));
	lock_page(shared);
	note("l");
	unlock_page(shared);
	put_page(shared);
	cache_down();
}

static void a_lock_that_io_has_is_waited_for(void **state)
{
	BOX(lock_wait);
	assert_string_equal(shim_log, "ul");
}

static void lock_kept(void)
{
	struct address_space *mapping = cache_up();

	shared = find_or_create_page(mapping, 0, GFP_KERNEL);
	box_syscall_enter();
	box_syscall_exit("test", 0);
	unlock_page(shared);
	put_page(shared);
	cache_down();
}

static void a_lock_kept_at_return_is_found(void **state)
{
	BOX_BAD(lock_kept);
	finding_of(FB_LOCK_HELD);
}

static void unlock_twice(void)
{
	struct address_space *mapping = cache_up();

	shared = find_or_create_page(mapping, 0, GFP_KERNEL);
	unlock_page(shared);
	unlock_page(shared);
	put_page(shared);
	cache_down();
}

static void unlocking_twice_is_found(void **state)
{
	BOX_BAD(unlock_twice);
	finding_of(FB_LOCK_MISUSE);
}

static void reference_kept(void)
{
	find_get_page(cache_up(), 0);
	shared = find_or_create_page(cache_mapping(), 0, GFP_KERNEL);
	unlock_page(shared);
	cache_down();
}

static void a_reference_kept_is_a_leak(void **state)
{
	BOX_BAD(reference_kept);
	finding_of(FB_LEAK);
	assert_true(leak_taken_by("pagecache_get_page") || leak_taken_by("__filemap_get_folio"));
}

static void replaced(void)
{
	struct address_space *mapping = cache_up();
	struct page *old = find_or_create_page(mapping, 5, GFP_KERNEL),
		    *new = alloc_page(GFP_KERNEL);

	lock_page(new);
	replace_page_cache_page(old, new);
	CHECK(!old->mapping && new->mapping == mapping && new->index == 5);
	CHECK_EQ(mapping->nrpages, 1);
	unlock_page(old);
	put_page(old);
	unlock_page(new);
	CHECK(find_get_page(mapping, 5) == new);
	put_page(new);
	put_page(new);
	cache_down();
}

static void pages_are_replaced(void **state)
{
	BOX(replaced);
}

static void windows(void)
{
	loff_t pos = 0;

	cache_up();
	cache_size(256 * PAGE_SIZE);
	while (cache_read(&pos, PAGE_SIZE, 0) == PAGE_SIZE)
		;
	CHECK_EQ(pos, 256 * PAGE_SIZE);
	/* 4 pages at first, then ever more up to 32 (128 KiB). */
	CHECK(cache_reads >= 256 / 32 && cache_reads <= 256 / 32 + 4);
	cache_down();

	pos = 100 * PAGE_SIZE;
	cache_up();
	cache_size(256 * PAGE_SIZE);
	CHECK_EQ(cache_read(&pos, 10, 0), 10);
	/* A reader that jumps about gets what it asks for. */
	CHECK_EQ(cache_mapping()->nrpages, 1);
	cache_down();
}

static void reading_ahead_grows(void **state)
{
	BOX(windows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_found),
		cmocka_unit_test(reads_stop_at_the_end),
		cmocka_unit_test(reads_that_must_not_wait),
		cmocka_unit_test(errors_are_read_again),
		cmocka_unit_test(a_lock_that_io_has_is_waited_for),
		cmocka_unit_test(a_lock_kept_at_return_is_found),
		cmocka_unit_test(unlocking_twice_is_found),
		cmocka_unit_test(a_reference_kept_is_a_leak),
		cmocka_unit_test(pages_are_replaced),
		cmocka_unit_test(reading_ahead_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
