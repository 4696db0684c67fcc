// SPDX-License-Identifier: GPL-2.0
/* The lower file system, through system calls: sim/lower_*.c. */
#include "box_run.h"
#include <linux/capability.h>
#include <linux/falloc.h>
#include <linux/uio.h>
#include <linux/xattr.h>

static void names(void)
{
	struct kstat st;

	lower_up("mode=0777");
	CHECK_EQ(box_close(box_open("/lower/f", O_CREAT | O_RDWR, 0644)), 0);
	CHECK_EQ(box_mkdir("/lower/d", 0755), 0);
	CHECK_EQ(box_rename("/lower/f", "/lower/d/g", 0), 0);
	CHECK_EQ(box_open("/lower/f", O_RDONLY, 0), -ENOENT);
	CHECK_EQ(box_link("/lower/d/g", "/lower/h"), 0);
	CHECK_EQ(box_lstat("/lower/h", &st), 0);
	CHECK_EQ(st.nlink, 2);
	CHECK_EQ(box_symlink("d/g", "/lower/s"), 0);
	CHECK_EQ(box_lstat("/lower/s", &st), 0);
	CHECK(S_ISLNK(st.mode));
	CHECK_EQ(box_rmdir("/lower/d"), -ENOTEMPTY);
	CHECK_EQ(box_unlink("/lower/d/g"), 0);
	CHECK_EQ(box_rmdir("/lower/d"), 0);
	CHECK_EQ(box_lstat("/lower", &st), 0);
	CHECK_EQ(st.mode & 07777, 0777);
	lower_down();
}

static void name_operations(void **state)
{
	BOX(names);
}

static char data[10000], back[12000];

static void fill(void)
{
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7 + 1);
}

static void holes(void)
{
	struct kstat st;
	int fd;

	fill();
	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_pwrite(fd, data, 5000, 9000), 5000);
	CHECK_EQ(box_fstat(fd, &st), 0);
	CHECK_EQ(st.size, 14000);
	memset(back, 'x', sizeof(back));
	CHECK_EQ(box_pread(fd, back, 9000, 0), 9000);
	for (int i = 0; i < 9000; i++)
		CHECK(!back[i]);
	CHECK_EQ(box_pread(fd, back, 9000, 9000), 5000);
	CHECK(!memcmp(back, data, 5000));
	/* What truncation cut off does not come back. */
	CHECK_EQ(box_ftruncate(fd, 9001), 0);
	CHECK_EQ(box_ftruncate(fd, 9100), 0);
	CHECK_EQ(box_pread(fd, back, 100, 9000), 100);
	CHECK(back[0] == data[0] && !back[1] && !back[99]);
	CHECK_EQ(box_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1 << 20), 0);
	CHECK_EQ(box_fstat(fd, &st), 0);
	CHECK_EQ(st.size, 9100);
	CHECK_EQ(st.blocks, 0);
	box_close(fd);
	lower_down();
}

static void holes_and_truncation(void **state)
{
	BOX(holes);
}

static void full(void)
{
	int fd;

	fill();
	lower_up("size=8192");
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_write(fd, data, 10000), 8192);
	CHECK_EQ(box_write(fd, data, 1), -ENOSPC);
	CHECK_EQ(box_pwrite(fd, data, 100, 0), 100);
	CHECK_EQ(box_ftruncate(fd, 4096), 0);
	CHECK_EQ(box_pwrite(fd, data, 1, 8192), 1);
	box_close(fd);
	lower_down();
}

static void runs_full(void **state)
{
	BOX(full);
}

static void direct(void)
{
	static char buf[4096] __aligned(512);
	int fd;

	lower_up(NULL);
	memset(buf, 'd', 4096);
	fd = box_open("/lower/f", O_CREAT | O_RDWR | O_DIRECT, 0644);
	CHECK(fd >= 0);
	CHECK_EQ(box_pwrite(fd, buf, 512, 512), 512);
	CHECK_EQ(box_pwrite(fd, buf, 511, 0), -EINVAL);
	CHECK_EQ(box_pwrite(fd, buf, 512, 1), -EINVAL);
	CHECK_EQ(box_pread(fd, buf, 1024, 0), 1024);
	CHECK_EQ(box_pread(fd, buf, 1024, 256), -EINVAL);
	box_close(fd);
	lower_down();
}

static void alignment_of_direct_io(void **state)
{
	BOX(direct);
}

static void no_direct(void)
{
	int fd;

	lower_up("odirect=0");
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK(fd >= 0);
	CHECK_EQ(box_open("/lower/f", O_RDWR | O_DIRECT, 0), -EINVAL);
	CHECK_EQ(box_fcntl(fd, F_SETFL, O_DIRECT), -EINVAL);
	box_close(fd);
	lower_down();
}

static void without_direct_io(void **state)
{
	BOX(no_direct);
}

static void read_only(void)
{
	CHECK_EQ(box_mkdir("/lower", 0755), 0);
	CHECK_EQ(box_mount("none", "/lower", "lower", SB_RDONLY, NULL), 0);
	CHECK_EQ(box_open("/lower/f", O_CREAT | O_RDWR, 0644), -EROFS);
	lower_down();
}

static void mounted_read_only(void **state)
{
	BOX(read_only);
}

static void logged(void)
{
	struct w_lower_event ev[16];
	struct super_block *sb;
	int fd;

	lower_up("mode=0777");
	sb = lower_super();
	CHECK_EQ(box_setids(1000, 1000), 0);
	fd = box_open("/lower/f", O_CREAT | O_RDWR | O_APPEND, 0644);
	CHECK_EQ(box_write(fd, "abc", 3), 3);
	CHECK_EQ(box_write(fd, "def", 3), 3);
	CHECK_EQ(box_pread(fd, back, 100, 2), 4);
	CHECK_EQ(box_fsync(fd, false), 0);
	box_close(fd);
	CHECK_EQ(lower_log_take(sb, ev, 16), 6);
	CHECK_EQ(ev[0].op, W_LOWER_OPEN);
	CHECK(ev[0].file_flags & O_APPEND);
	CHECK_EQ(ev[0].fsuid, 1000);
	CHECK(!ev[0].cap_admin);
	CHECK_EQ(ev[1].op, W_LOWER_WRITE);
	CHECK_EQ(ev[1].off, 0);
	CHECK_EQ(ev[2].off, 3);
	CHECK_EQ(ev[2].result, 3);
	CHECK(ev[2].kiocb_flags & IOCB_APPEND);
	CHECK_EQ(ev[3].op, W_LOWER_READ);
	CHECK_EQ(ev[3].len, 100);
	CHECK_EQ(ev[3].result, 4);
	CHECK_EQ(ev[4].op, W_LOWER_FSYNC);
	CHECK_EQ(ev[5].op, W_LOWER_RELEASE);
	CHECK_EQ(lower_log_take(sb, ev, 16), 0);
}

static void log_of_calls(void **state)
{
	BOX(logged);
}

static void injected(void)
{
	struct super_block *sb;
	int fd;

	lower_up(NULL);
	sb = lower_super();
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(lower_inject(sb, W_LOWER_WRITE, 1, 1, EIO, 0), 0);
	CHECK_EQ(box_write(fd, "abc", 3), 3);
	CHECK_EQ(box_write(fd, "abc", 3), -EIO);
	CHECK_EQ(box_write(fd, "abc", 3), 3);
	CHECK_EQ(lower_inject(sb, W_LOWER_READ, 0, -1, 0, 2), 0);
	CHECK_EQ(box_pread(fd, back, 6, 0), 2);
	CHECK_EQ(box_pread(fd, back, 6, 2), 2);
	CHECK_EQ(lower_inject(sb, W_LOWER_READ, 0, 0, 0, 0), 0);
	CHECK_EQ(box_pread(fd, back, 6, 0), 6);
	CHECK(!memcmp(back, "abcabc", 6));
	box_close(fd);
	lower_down();
}

static void faults_on_request(void **state)
{
	BOX(injected);
}

static void nameless(void)
{
	struct kstat st;
	int fd;

	lower_up(NULL);
	fd = box_open("/lower", O_TMPFILE | O_RDWR, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(box_write(fd, "abc", 3), 3);
	CHECK_EQ(box_fstat(fd, &st), 0);
	CHECK_EQ(st.nlink, 0);
	CHECK_EQ(box_umount("/lower", 0), -EBUSY);
	box_close(fd);
	lower_down();
}

static void nameless_files(void **state)
{
	BOX(nameless);
}

static bool written;

static void writer(void *arg)
{
	int fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);

	CHECK_EQ(box_write(fd, "abc", 3), 3);
	written = true;
	box_close(fd);
	(void)arg;
}

static void frozen(void)
{
	struct box_process *p;

	written = false;
	lower_up(NULL);
	CHECK_EQ(box_close(box_open("/lower/f", O_CREAT | O_RDWR, 0644)), 0);
	CHECK_EQ(box_freeze("/lower"), 0);
	CHECK_EQ(box_freeze("/lower"), -EBUSY);
	p = box_spawn("writer", BOX_FILES_EMPTY, writer, NULL);
	while (!box_sleeps(p))
		fb_yield();
	CHECK(!written);
	CHECK_EQ(box_thaw("/lower"), 0);
	CHECK_EQ(box_reap(p), 0);
	CHECK(written);
	CHECK_EQ(box_thaw("/lower"), -EINVAL);
	lower_down();
}

static void freezing_holds_writers(void **state)
{
	BOX(frozen);
}

static void unprotected(void)
{
	struct kvec vec = { .iov_base = "abc", .iov_len = 3 };
	struct iov_iter iter;
	struct file *file;
	loff_t pos = 0;

	lower_up(NULL);
	box_syscall_enter();
	file = filp_open("/lower/f", O_CREAT | O_RDWR | O_LARGEFILE, 0644);
	iov_iter_kvec(&iter, ITER_SOURCE, &vec, 1, 3);
	CHECK_EQ(vfs_iter_write(file, &iter, &pos, 0), 3);
	fput(file);
	box_syscall_exit("test", 0);
	lower_down();
}

static void write_without_freeze_protection(void **state)
{
	const struct fb_finding *f;

	BOX_BAD(unprotected);
	f = finding_of(FB_CONTRACT);
	assert_true(fb_stack_has(f->here, "vfs_iter_write"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_operations),
		cmocka_unit_test(holes_and_truncation),
		cmocka_unit_test(runs_full),
		cmocka_unit_test(alignment_of_direct_io),
		cmocka_unit_test(without_direct_io),
		cmocka_unit_test(mounted_read_only),
		cmocka_unit_test(log_of_calls),
		cmocka_unit_test(faults_on_request),
		cmocka_unit_test(nameless_files),
		cmocka_unit_test(freezing_holds_writers),
		cmocka_unit_test(write_without_freeze_protection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
