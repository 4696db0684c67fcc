// SPDX-License-Identifier: GPL-2.0
/* Changing attributes against the kernel's rules: vfs_shim/fs/attr.c, fs/stat.c, fs/ioctl.c. */
#include "box_run.h"
#include <linux/fileattr.h>
#include <linux/statfs.h>

static int make(umode_t mode)
{
	int fd = box_open("/lower/f", O_CREAT | O_RDWR, 0666);

	CHECK_EQ(box_fchmod(fd, mode), 0);
	return fd;
}

static umode_t mode_of(int fd)
{
	struct kstat st;

	CHECK_EQ(box_fstat(fd, &st), 0);
	return st.mode & 07777;
}

static void who(void)
{
	int fd;

	lower_up("mode=0777");
	fd = make(0666);
	CHECK_EQ(box_lchown("/lower/f", 1000, 1000), 0);
	CHECK_EQ(box_setids(1000, 1000), 0);
	CHECK_EQ(box_fchmod(fd, 0600), 0);
	CHECK_EQ(box_lchown("/lower/f", 1001, -1), -EPERM);
	CHECK_EQ(box_lchown("/lower/f", -1, 1001), -EPERM);
	CHECK_EQ(box_lchown("/lower/f", 1000, 1000), 0);
	CHECK_EQ(box_lchown("/lower/f", -1, -1), 0);
	box_close(fd);
}

static void owners_may(void **state)
{
	BOX(who);
}

static void sgid(void)
{
	int fd;

	lower_up("mode=0777");
	fd = make(0666);
	CHECK_EQ(box_lchown("/lower/f", 1000, 2000), 0);
	CHECK_EQ(box_setids(1000, 1000), 0);
	CHECK_EQ(box_fchmod(fd, 02755), 0);
	/* Dropped without a word. */
	CHECK_EQ(mode_of(fd), 0755);
	CHECK_EQ(box_fchmod(fd, 04755), 0);
	CHECK_EQ(mode_of(fd), 04755);
}

static void sgid_is_for_the_group(void **state)
{
	BOX(sgid);
}

static void chown_kills(void)
{
	int fd;

	lower_up(NULL);
	fd = make(06777);
	CHECK_EQ(box_lchown("/lower/f", 1, 1), 0);
	CHECK_EQ(mode_of(fd), 0777);
	/* Without group execution the bit meant mandatory locking, and stays for CAP_FSETID. */
	CHECK_EQ(box_fchmod(fd, 02666), 0);
	CHECK_EQ(box_lchown("/lower/f", 2, 2), 0);
	CHECK_EQ(mode_of(fd), 02666);
	box_close(fd);
	lower_down();
}

static void chown_takes_suid_away(void **state)
{
	BOX(chown_kills);
}

static void truncating(void)
{
	struct kstat a, b;
	int fd;

	lower_up("mode=0777");
	fd = make(06777);
	box_write(fd, "abc", 3);
	box_fstat(fd, &a);
	fb_time_advance(2000000000);
	CHECK_EQ(box_setids(1000, 1000), 0);
	CHECK_EQ(box_ftruncate(fd, 3), 0);
	box_fstat(fd, &b);
	CHECK_EQ(b.mode & 07777, 0777);
	/* ftruncate(2) to the same size changes the times; truncate(2) does not touch mtime. */
	CHECK_EQ(b.mtime.tv_sec, a.mtime.tv_sec + 2);
	fb_time_advance(2000000000);
	CHECK_EQ(box_truncate("/lower/f", 3), 0);
	box_fstat(fd, &a);
	CHECK_EQ(a.mtime.tv_sec, b.mtime.tv_sec);
}

static void truncation(void **state)
{
	BOX(truncating);
}

static void immutable(void)
{
	unsigned int flags = FS_IMMUTABLE_FL;
	struct fsxattr xa = {};
	int fd;

	lower_up(NULL);
	fd = make(0644);
	CHECK_EQ(box_ioctl(fd, FS_IOC_SETFLAGS, &flags), 0);
	CHECK_EQ(box_fchmod(fd, 0600), -EPERM);
	CHECK_EQ(box_lchown("/lower/f", 1, 1), -EPERM);
	CHECK_EQ(box_unlink("/lower/f"), -EPERM);
	CHECK_EQ(box_open("/lower/f", O_RDWR, 0), -EPERM);
	CHECK_EQ(box_ioctl(fd, FS_IOC_FSGETXATTR, &xa), 0);
	CHECK_EQ(xa.fsx_xflags, FS_XFLAG_IMMUTABLE);
	CHECK_EQ(box_ioctl(fd, FS_IOC_FSSETXATTR, &xa), 0);
	xa.fsx_extsize = 4096;
	CHECK_EQ(box_ioctl(fd, FS_IOC_FSSETXATTR, &xa), -EOPNOTSUPP);
	CHECK_EQ(box_ioctl(fd, 0x1234, NULL), -ENOTTY);
	box_drop_cap(CAP_LINUX_IMMUTABLE);
	flags = 0;
	CHECK_EQ(box_ioctl(fd, FS_IOC_SETFLAGS, &flags), -EPERM);
	box_close(fd);
	lower_down();
}

static void immutable_files(void **state)
{
	BOX(immutable);
}

static void unlocked(void)
{
	struct iattr attr = { .ia_valid = ATTR_MODE, .ia_mode = S_IFREG | 0600 };
	struct file *file;
	int fd;

	lower_up(NULL);
	fd = make(0644);
	box_syscall_enter();
	file = fget(fd);
	notify_change(&init_user_ns, file->f_path.dentry, &attr, NULL);
	fput(file);
	box_syscall_exit("test", 0);
	box_close(fd);
	lower_down();
}

static void change_without_the_inode_lock(void **state)
{
	BOX_BAD(unlocked);
	assert_true(fb_stack_has(finding_of(FB_WARN)->here, "notify_change"));
}

static void file_systems(void)
{
	struct kstatfs st;

	lower_up("size=40960");
	box_close(make(0644));
	CHECK_EQ(box_statfs("/lower/f", &st), 0);
	CHECK_EQ(st.f_bsize, 4096);
	CHECK_EQ(st.f_blocks, 10);
	CHECK_EQ(st.f_bfree, 10);
	CHECK_EQ(st.f_frsize, 4096);
	CHECK_EQ(box_statfs("/lower/no", &st), -ENOENT);
	lower_down();
}

static void statfs(void **state)
{
	BOX(file_systems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners_may),
		cmocka_unit_test(sgid_is_for_the_group),
		cmocka_unit_test(chown_takes_suid_away),
		cmocka_unit_test(truncation),
		cmocka_unit_test(immutable_files),
		cmocka_unit_test(change_without_the_inode_lock),
		cmocka_unit_test(statfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
