// SPDX-License-Identifier: GPL-2.0
/* Mapped memory: vfs_shim/mm/{memory,mmap,rmap,filemap_fault}.c. */
#include "cache_run.h"
#include <sys/mman.h>

static int cache_fd(void)
{
	int fd = get_unused_fd_flags(0);

	fd_install(fd, get_file(cache_filp));
	return fd;
}

static long at;

static void map(int prot, int flags, size_t len)
{
	int fd = cache_fd();

	at = box_mmap(fd, len, prot, flags, 0);
	CHECK(at > 0);
	CHECK_EQ(box_close(fd), 0);
}

static void shared(void)
{
	struct address_space *mapping = cache_up();
	struct page *page;
	char c = 'x';

	cache_size(2 * PAGE_SIZE);
	map(PROT_READ | PROT_WRITE, MAP_SHARED, 3 * PAGE_SIZE);
	CHECK(mapping_writably_mapped(mapping));
	CHECK_EQ(box_load(at + PAGE_SIZE - 5, cache_buf, 10), 0);
	CHECK(cache_matches(PAGE_SIZE - 5, 10));
	CHECK(!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY));
	CHECK_EQ(box_store(at + 1, &c, 1), 0);
	CHECK(mapping_tagged(mapping, PAGECACHE_TAG_DIRTY));
	page = find_get_page(mapping, 0);
	CHECK(((char *)page_address(page))[1] == 'x');
	CHECK_EQ(page_mapcount(page), 1);
	/* Write-back makes it read-only: the next store is noticed. */
	CHECK_EQ(filemap_write_and_wait(mapping), 0);
	CHECK(!PageDirty(page));
	CHECK_EQ(box_store(at + 2, &c, 1), 0);
	CHECK(PageDirty(page));
	put_page(page);
	CHECK_EQ(box_load(at + 2 * PAGE_SIZE, &c, 1), -EFAULT);
	CHECK_EQ(box_load(at + 3 * PAGE_SIZE, &c, 1), -EACCES);
	CHECK_EQ(box_munmap(at, 3 * PAGE_SIZE), 0);
	CHECK(!mapping_mapped(mapping));
	CHECK_EQ(filemap_write_and_wait(mapping), 0);
	CHECK_EQ(cache_writes, 2);
	cache_down();
}

static void shared_stores_are_written(void **state)
{
	BOX(shared);
}

static void private(void)
{
	struct address_space *mapping = cache_up();
	char c = 'x';

	cache_size(PAGE_SIZE);
	map(PROT_READ | PROT_WRITE, MAP_PRIVATE, PAGE_SIZE);
	CHECK_EQ(box_load(at, &c, 1), 0);
	c = 'x';
	CHECK_EQ(box_store(at, &c, 1), 0);
	CHECK_EQ(box_load(at, cache_buf, 1), 0);
	CHECK_EQ(cache_buf[0], 'x');
	CHECK(!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY));
	/* Invalidation leaves the copy; truncation takes it. */
	CHECK_EQ(invalidate_inode_pages2(mapping), 0);
	CHECK_EQ(box_load(at, cache_buf, 1), 0);
	CHECK_EQ(cache_buf[0], 'x');
	i_size_write(mapping->host, 0);
	truncate_pagecache(mapping->host, 0);
	CHECK_EQ(box_load(at, cache_buf, 1), -EFAULT);
	CHECK_EQ(box_munmap(at, PAGE_SIZE), 0);
	cache_down();
}

static void private_stores_are_not(void **state)
{
	BOX(private);
}

static void unmapped(void)
{
	struct address_space *mapping = cache_up();
	char c;

	cache_size(2 * PAGE_SIZE);
	map(PROT_READ, MAP_SHARED, 2 * PAGE_SIZE);
	CHECK_EQ(box_load(at, &c, 1), 0);
	CHECK_EQ(box_store(at, &c, 1), -EACCES);
	/* The page goes although it is mapped, and comes back. */
	CHECK_EQ(invalidate_inode_pages2(mapping), 0);
	CHECK_EQ(mapping->nrpages, 0);
	CHECK_EQ(box_load(at, &c, 1), 0);
	truncate_setsize(mapping->host, 0);
	CHECK_EQ(box_load(at, &c, 1), -EFAULT);
	/* The end of the process unmaps. */
	cache_down();
}

static void pages_are_unmapped(void **state)
{
	BOX(unmapped);
}

static void read_fails(void)
{
	char c;

	cache_up();
	cache_size(PAGE_SIZE);
	map(PROT_READ, MAP_SHARED, PAGE_SIZE);
	cache_fail_reads = 2;
	CHECK_EQ(box_load(at, &c, 1), -EFAULT);
	CHECK_EQ(box_load(at, &c, 1), 0);
	CHECK_EQ(box_munmap(at, PAGE_SIZE), 0);
	cache_down();
}

static void an_error_is_a_signal(void **state)
{
	BOX(read_fails);
}

static void rules(void)
{
	int fd;

	lower_up("mode=0777");
	fd = box_open("/lower/f", O_CREAT | O_WRONLY, 0644);
	CHECK_EQ(box_mmap(fd, PAGE_SIZE, PROT_READ, MAP_SHARED, 0), -EACCES);
	box_close(fd);
	fd = box_open("/lower/f", O_RDONLY, 0);
	CHECK_EQ(box_mmap(fd, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, 0), -EACCES);
	CHECK_EQ(box_mmap(fd, 0, PROT_READ, MAP_SHARED, 0), -EINVAL);
	CHECK_EQ(box_mmap(fd, PAGE_SIZE, PROT_READ, MAP_SHARED, 10), -EINVAL);
	CHECK_EQ(box_mmap(fd, PAGE_SIZE, PROT_READ, 0, 0), -EINVAL);
	CHECK_EQ(box_munmap(0x1000, PAGE_SIZE), -EINVAL);
	CHECK_EQ(box_msync(0x1000, PAGE_SIZE, MS_SYNC), -ENOMEM);
	box_close(fd);
	CHECK_EQ(box_mmap(fd, PAGE_SIZE, PROT_READ, MAP_SHARED, 0), -EBADF);
	lower_down();
}

static void who_may_map_what(void **state)
{
	BOX(rules);
}

static void lower(void)
{
	char c = 'm';
	int fd;

	lower_up("mode=0777");
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_ftruncate(fd, PAGE_SIZE + 1), 0);
	at = box_mmap(fd, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	CHECK_EQ(box_store(at + PAGE_SIZE, &c, 1), 0);
	CHECK_EQ(box_pread(fd, &c, 1, PAGE_SIZE), 1);
	CHECK_EQ(c, 'm');
	CHECK_EQ(box_pwrite(fd, "w", 1, PAGE_SIZE), 1);
	CHECK_EQ(box_load(at + PAGE_SIZE, &c, 1), 0);
	CHECK_EQ(c, 'w');
	CHECK_EQ(box_ftruncate(fd, PAGE_SIZE), 0);
	CHECK_EQ(box_load(at + PAGE_SIZE, &c, 1), -EFAULT);
	CHECK_EQ(box_munmap(at, 2 * PAGE_SIZE), 0);
	box_close(fd);
	lower_down();
}

static void the_lower_file_system_maps(void **state)
{
	BOX(lower);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_stores_are_written),
		cmocka_unit_test(private_stores_are_not),
		cmocka_unit_test(pages_are_unmapped),
		cmocka_unit_test(an_error_is_a_signal),
		cmocka_unit_test(who_may_map_what),
		cmocka_unit_test(the_lower_file_system_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
