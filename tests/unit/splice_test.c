// SPDX-License-Identifier: GPL-2.0
/* Splicing: vfs_shim/fs/splice.c. */
#include "cache_run.h"
#include <linux/splice.h>

static char data[3 * PAGE_SIZE], back[3 * PAGE_SIZE];

static int file_with(const char *name, size_t len)
{
	int fd = box_open(name, O_CREAT | O_RDWR, 0644);

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 13 + 1);
	CHECK_EQ(box_write(fd, data, len), len);
	return fd;
}

static void both(void)
{
	loff_t in = 5, out = 100;
	int a, b, p[2];

	lower_up("mode=0777");
	a = file_with("/lower/a", sizeof(data));
	b = file_with("/lower/b", 10);
	CHECK_EQ(box_pipe(p), 0);
	CHECK_EQ(box_splice(a, &in, p[1], NULL, 2 * PAGE_SIZE, 0), 2 * PAGE_SIZE);
	CHECK_EQ(in, 5 + 2 * PAGE_SIZE);
	CHECK_EQ(box_splice(p[0], NULL, b, &out, 300, 0), 300);
	CHECK_EQ(box_splice(p[0], NULL, b, &out, 1 << 20, 0), 2 * PAGE_SIZE - 300);
	CHECK_EQ(out, 100 + 2 * PAGE_SIZE);
	CHECK_EQ(box_pread(b, back, 2 * PAGE_SIZE, 100), 2 * PAGE_SIZE);
	CHECK(!memcmp(back, data + 5, 2 * PAGE_SIZE));
	CHECK_EQ(box_splice(p[0], NULL, b, &out, 1, SPLICE_F_NONBLOCK), -EAGAIN);
	CHECK_EQ(box_splice(a, &in, b, &out, 1, 0), -EINVAL);
	CHECK_EQ(box_splice(a, &in, p[1], &out, 1, 0), -ESPIPE);
	box_close(p[1]);
	CHECK_EQ(box_splice(p[0], NULL, b, &out, 1, 0), 0);
	box_close(p[0]);
	box_close(a);
	box_close(b);
	lower_down();
}

static void files_and_pipes(void **state)
{
	BOX(both);
}

static void full(void)
{
	loff_t in = 0;
	int a, p[2];

	lower_up("mode=0777");
	a = file_with("/lower/a", sizeof(data));
	CHECK_EQ(box_pipe(p), 0);
	for (int i = 0; i < 16; i++) {
		in = 0;
		CHECK_EQ(box_splice(a, &in, p[1], NULL, 1, 0), 1);
	}
	CHECK_EQ(box_splice(a, &in, p[1], NULL, 1, SPLICE_F_NONBLOCK), -EAGAIN);
	/* What is left in it goes with it. */
	box_close(p[0]);
	box_close(p[1]);
	box_close(a);
	lower_down();
}

static void a_full_pipe(void **state)
{
	BOX(full);
}

static void send(void)
{
	loff_t off = 1;
	int a, b;

	lower_up("mode=0777");
	a = file_with("/lower/a", sizeof(data));
	b = file_with("/lower/b", 0);
	CHECK_EQ(box_sendfile(b, a, &off, sizeof(data)), sizeof(data) - 1);
	CHECK_EQ(off, sizeof(data));
	CHECK_EQ(box_lseek(b, 0, SEEK_CUR), sizeof(data) - 1);
	CHECK_EQ(box_pread(b, back, sizeof(back), 0), sizeof(data) - 1);
	CHECK(!memcmp(back, data + 1, sizeof(data) - 1));
	CHECK_EQ(box_copy_range(a, 0, b, 0, 2 * PAGE_SIZE), 2 * PAGE_SIZE);
	CHECK_EQ(box_copy_range(a, 0, a, 1, 10), -EINVAL);
	CHECK_EQ(box_pread(b, back, 10, 0), 10);
	CHECK(!memcmp(back, data, 10));
	box_close(a);
	box_close(b);
	lower_down();
}

static void file_to_file(void **state)
{
	BOX(send);
}

static void cached(void)
{
	int p[2], fd = get_unused_fd_flags(0);
	struct page *page;
	loff_t in = 0;

	cache_up();
	cache_size(PAGE_SIZE);
	fd_install(fd, get_file(cache_filp));
	CHECK_EQ(box_pipe(p), 0);
	CHECK_EQ(box_splice(fd, &in, p[1], NULL, 100, 0), 100);
	/* The page itself is in the pipe: dropped from the cache, it stays there. */
	page = find_get_page(cache_mapping(), 0);
	CHECK_EQ(page_ref_count(page), 3);
	put_page(page);
	CHECK_EQ(invalidate_inode_pages2(cache_mapping()), 0);
	CHECK_EQ(box_read(p[0], cache_buf, 100), 100);
	CHECK(cache_matches(0, 100));
	box_close(p[0]);
	box_close(p[1]);
	box_close(fd);
	cache_down();
}

static void pages_of_the_cache_are_not_copied(void **state)
{
	BOX(cached);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_and_pipes),
		cmocka_unit_test(a_full_pipe),
		cmocka_unit_test(file_to_file),
		cmocka_unit_test(pages_of_the_cache_are_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
