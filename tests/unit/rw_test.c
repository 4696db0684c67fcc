// SPDX-License-Identifier: GPL-2.0
/*
 * Reading, writing and seeking against the kernel's rules: vfs_shim/fs/read_write.c, fs/readdir.c,
 * fs/sync.c.
 */
#include "box_run.h"
#include <linux/dirent.h>
#include <linux/uio.h>

static char buf[64];

static void seeking(void)
{
	int fd, fds[2];

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_write(fd, "0123456789", 10), 10);
	CHECK_EQ(box_lseek(fd, 0, SEEK_CUR), 10);
	CHECK_EQ(box_lseek(fd, -3, SEEK_END), 7);
	CHECK_EQ(box_lseek(fd, -8, SEEK_CUR), -EINVAL);
	CHECK_EQ(box_lseek(fd, -1, SEEK_SET), -EINVAL);
	CHECK_EQ(box_lseek(fd, 100, SEEK_SET), 100);
	CHECK_EQ(box_read(fd, buf, 1), 0);
	CHECK_EQ(box_lseek(fd, 3, SEEK_DATA), 3);
	CHECK_EQ(box_lseek(fd, 3, SEEK_HOLE), 10);
	CHECK_EQ(box_lseek(fd, 10, SEEK_DATA), -ENXIO);
	CHECK_EQ(box_lseek(fd, 0, 5), -EINVAL);
	CHECK_EQ(box_lseek(99, 0, SEEK_SET), -EBADF);
	box_close(fd);
	CHECK_EQ(box_pipe(fds), 0);
	CHECK_EQ(box_lseek(fds[0], 0, SEEK_CUR), -ESPIPE);
	CHECK_EQ(box_pread(fds[0], buf, 1, 0), -ESPIPE);
	CHECK_EQ(box_pwrite(fds[1], buf, 1, 0), -ESPIPE);
	CHECK_EQ(box_write(fds[1], "ab", 2), 2);
	CHECK_EQ(box_read(fds[0], buf, 9), 2);
	box_close(fds[0]);
	box_close(fds[1]);
	lower_down();
}

static void seek_and_position(void **state)
{
	BOX(seeking);
}

static void bad_arguments(void)
{
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_pread(fd, buf, 1, -1), -EINVAL);
	CHECK_EQ(box_pwrite(fd, buf, 1, -1), -EINVAL);
	CHECK_EQ(box_pwrite(fd, buf, 2, LLONG_MAX), -EINVAL);
	CHECK_EQ(box_write(fd, buf, (size_t)1 << 63), -EFAULT);
	CHECK_EQ(box_write(fd, (void *)16, 4), -EFAULT);
	CHECK_EQ(box_write(fd, "abcd", 4), 4);
	CHECK_EQ(box_pread(fd, (void *)16, 4, 0), -EFAULT);
	CHECK_EQ(box_write(fd, buf, 0), 0);
	CHECK_EQ(box_read(fd, buf, 0), 0);
	box_close(fd);
	fd = box_open("/lower", O_RDONLY | O_DIRECTORY, 0);
	CHECK_EQ(box_read(fd, buf, 1), -EISDIR);
	box_close(fd);
	lower_down();
}

static void arguments(void **state)
{
	BOX(bad_arguments);
}

static void vectors(void)
{
	struct iovec w[3] = { { "abc", 3 }, { "", 0 }, { "defg", 4 } };
	struct iovec r[2] = { { buf, 2 }, { buf + 10, 50 } };
	struct iovec too[1] = { { buf, (size_t)-1 } };
	struct w_lower_event ev[16];
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_writev(fd, w, 3), 7);
	CHECK_EQ(box_preadv2(fd, r, 2, 1, 0), 6);
	CHECK(!memcmp(buf, "bc", 2) && !memcmp(buf + 10, "defg", 4));
	CHECK_EQ(box_readv(fd, r, 2), 0);
	CHECK_EQ(box_writev(fd, too, 1), -EINVAL);
	CHECK_EQ(box_writev(fd, w, -1), -EINVAL);
	CHECK_EQ(box_pwritev2(fd, w, 3, 0, 0x8000), -EOPNOTSUPP);
	lower_log_take(lower_super(), ev, 16);
	CHECK_EQ(box_pwritev2(fd, w, 1, 0, RWF_APPEND | RWF_DSYNC), 3);
	CHECK_EQ(lower_log_take(lower_super(), ev, 16), 2);
	CHECK_EQ(ev[0].off, 7);
	CHECK((ev[0].kiocb_flags & (IOCB_APPEND | IOCB_DSYNC)) == (IOCB_APPEND | IOCB_DSYNC));
	/* O_DSYNC is ->fsync() behind the write. */
	CHECK_EQ(ev[1].op, W_LOWER_FSYNC);
	CHECK_EQ(box_preadv2(fd, r, 1, 0, RWF_NOWAIT), 2);
	CHECK_EQ(lower_log_take(lower_super(), ev, 16), 1);
	CHECK(ev[0].kiocb_flags & IOCB_NOWAIT);
	/* New times for the inode might have to wait for the disk. */
	fb_time_advance(20000000);
	CHECK_EQ(box_pwritev2(fd, w, 1, 0, RWF_NOWAIT), -EAGAIN);
	box_close(fd);
	lower_down();
}

static void vectors_and_flags(void **state)
{
	BOX(vectors);
}

static void no_nowait(void)
{
	struct iovec v = { "abc", 3 };
	int fd;

	lower_up("nowait=0");
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_pwritev2(fd, &v, 1, 0, RWF_NOWAIT), -EOPNOTSUPP);
	box_close(fd);
	lower_down();
}

static void nowait_where_it_is_not_known(void **state)
{
	BOX(no_nowait);
}

static void limits(void)
{
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	box_set_fsize_limit(10);
	CHECK_EQ(box_write(fd, buf, 20), 10);
	CHECK_EQ(box_sigxfsz(), 0);
	CHECK_EQ(box_write(fd, buf, 1), -EFBIG);
	CHECK_EQ(box_sigxfsz(), 1);
	CHECK_EQ(box_pwrite(fd, buf, 1, 9), 1);
	box_set_fsize_limit(~0ULL);
	CHECK_EQ(box_pwrite(fd, buf, 1, 20), 1);
	CHECK_EQ(box_sigxfsz(), 0);
	box_close(fd);
	lower_down();
}

static void limit_of_the_size(void **state)
{
	BOX(limits);
}

static void privileges(void)
{
	struct kstat st;
	int fd;

	lower_up("mode=0777");
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0666);
	CHECK_EQ(box_fchmod(fd, 06777), 0);
	CHECK_EQ(box_write(fd, "a", 1), 1);
	CHECK_EQ(box_fstat(fd, &st), 0);
	CHECK_EQ(st.mode & 07777, 06777);
	CHECK_EQ(box_setids(1000, 1000), 0);
	CHECK_EQ(box_write(fd, "b", 1), 1);
	CHECK_EQ(box_fstat(fd, &st), 0);
	CHECK_EQ(st.mode & 07777, 0777);
}

static void writing_takes_suid_away(void **state)
{
	BOX(privileges);
}

static void times(void)
{
	struct kstat a, b;
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	box_fstat(fd, &a);
	fb_time_advance(1000000000);
	box_write(fd, "abc", 3);
	box_fstat(fd, &b);
	CHECK(b.mtime.tv_sec == a.mtime.tv_sec + 1 && b.ctime.tv_sec == a.ctime.tv_sec + 1);
	CHECK_EQ(b.atime.tv_sec, a.atime.tv_sec);
	fb_time_advance(1000000000);
	box_pread(fd, buf, 3, 0);
	box_fstat(fd, &a);
	CHECK_EQ(a.atime.tv_sec, b.atime.tv_sec + 2);
	CHECK_EQ(a.mtime.tv_sec, b.mtime.tv_sec);
	box_close(fd);
	lower_down();
}

static void times_of_reads_and_writes(void **state)
{
	BOX(times);
}

static int names_of(char *ents, long len, char *names)
{
	int n = 0;

	for (long at = 0; at < len; n++) {
		struct linux_dirent64 *d = (void *)(ents + at);

		names[n] = d->d_name[0];
		at += d->d_reclen;
	}
	return n;
}

static void listing(void)
{
	static char ents[512] __aligned(8);
	char names[16];
	long len;
	int fd;

	lower_up(NULL);
	box_close(box_open("/lower/a", O_CREAT | O_RDWR, 0644));
	box_mkdir("/lower/b", 0755);
	fd = box_open("/lower", O_RDONLY, 0);
	len = box_getdents64(fd, ents, sizeof(ents));
	CHECK(len > 0);
	CHECK_EQ(names_of(ents, len, names), 4);
	CHECK_EQ(box_getdents64(fd, ents, sizeof(ents)), 0);
	CHECK_EQ(box_lseek(fd, 0, SEEK_SET), 0);
	/* Room for one entry at a time. */
	CHECK_EQ(box_getdents64(fd, ents, 24), 24);
	CHECK_EQ(names_of(ents, 24, names), 1);
	CHECK_EQ(names[0], '.');
	CHECK_EQ(box_getdents64(fd, ents, 8), -EINVAL);
	box_close(fd);
	fd = box_open("/lower/a", O_RDONLY, 0);
	CHECK_EQ(box_getdents64(fd, ents, sizeof(ents)), -ENOTDIR);
	box_close(fd);
	lower_down();
}

static void directories(void **state)
{
	BOX(listing);
}

static int both_fd;

static void reader(void *arg)
{
	char c[4];

	CHECK_EQ(box_read(both_fd, c, 4), 4);
	/* One read is one piece of the file: the position is locked. */
	CHECK(c[1] == c[0] + 1 && c[3] == c[0] + 3);
	(void)arg;
}

static void racing(void)
{
	struct box_process *p[3];

	lower_up(NULL);
	both_fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_write(both_fd, "ABCDEFGHIJKL", 12), 12);
	CHECK_EQ(box_lseek(both_fd, 0, SEEK_SET), 0);
	for (int i = 0; i < 3; i++)
		p[i] = box_spawn("reader", BOX_FILES_SHARE, reader, NULL);
	for (int i = 0; i < 3; i++)
		CHECK_EQ(box_reap(p[i]), 0);
	CHECK_EQ(box_lseek(both_fd, 0, SEEK_CUR), 12);
	box_close(both_fd);
	lower_down();
}

static void concurrent_reads_share_out_the_file(void **state)
{
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct fb_run_opts o = { .name = "test", .policy = FB_POLICY_RANDOM, .seed = seed };

		checked(box_run(&o, racing));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seek_and_position),
		cmocka_unit_test(arguments),
		cmocka_unit_test(vectors_and_flags),
		cmocka_unit_test(nowait_where_it_is_not_known),
		cmocka_unit_test(limit_of_the_size),
		cmocka_unit_test(writing_takes_suid_away),
		cmocka_unit_test(times_of_reads_and_writes),
		cmocka_unit_test(directories),
		cmocka_unit_test(concurrent_reads_share_out_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
