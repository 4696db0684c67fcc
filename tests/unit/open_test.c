// SPDX-License-Identifier: GPL-2.0
/* Opening files against the kernel's rules: vfs_shim/fs/open.c, fs/char_dev.c, drivers/char. */
#include "box_run.h"
#include <linux/falloc.h>
#include <linux/kdev_t.h>

static struct file *peek(int fd)
{
	struct file *file = fget_raw(fd);

	fput(file);
	return file;
}

static void modes(void)
{
	const fmode_t seek = FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	struct file *file;
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_EXCL | O_TRUNC | O_WRONLY, 0644);
	file = peek(fd);
	CHECK_EQ(file->f_mode & (FMODE_READ | FMODE_WRITE), FMODE_WRITE);
	CHECK_EQ(file->f_mode & (FMODE_CAN_READ | FMODE_CAN_WRITE), FMODE_CAN_WRITE);
	CHECK_EQ(file->f_mode & seek, seek);
	CHECK(file->f_mode & FMODE_WRITER);
	CHECK(file->f_mode & FMODE_OPENED);
	CHECK(file->f_mode & FMODE_ATOMIC_POS);
	CHECK(file->f_mode & FMODE_CAN_ODIRECT);
	CHECK(file->f_mode & FMODE_NOWAIT);
	/* Flags that only the open itself looks at are gone. */
	CHECK_EQ(file->f_flags & (O_CREAT | O_EXCL | O_TRUNC), 0);
	CHECK_EQ(atomic_read(&file_inode(file)->i_writecount), 1);
	CHECK_EQ(box_read(fd, shim_log, 1), -EBADF);
	box_close(fd);
	fd = box_open("/lower/f", O_RDONLY, 0);
	file = peek(fd);
	CHECK_EQ(file->f_mode & (FMODE_READ | FMODE_WRITE | FMODE_WRITER), FMODE_READ);
	CHECK_EQ(box_write(fd, "x", 1), -EBADF);
	CHECK_EQ(box_ftruncate(fd, 0), -EINVAL);
	box_close(fd);
	lower_down();
}

static void file_modes(void **state)
{
	BOX(modes);
}

static void errors(void)
{
	lower_up("mode=0777");
	CHECK_EQ(box_open("/lower/no", O_RDONLY, 0), -ENOENT);
	CHECK_EQ(box_open("/lower/no/f", O_CREAT | O_RDWR, 0600), -ENOENT);
	CHECK_EQ(box_open("/lower", O_RDWR, 0), -EISDIR);
	CHECK_EQ(box_open("/lower", O_CREAT | O_RDWR, 0600), -EISDIR);
	CHECK_EQ(box_open("/lower/f", O_CREAT | O_DIRECTORY, 0600), -EINVAL);
	CHECK_EQ(box_open("/lower", O_TMPFILE | O_RDONLY, 0600), -EINVAL);
	box_close(box_open("/lower/f", O_CREAT | O_RDWR, 0600));
	CHECK_EQ(box_open("/lower/f", O_CREAT | O_EXCL | O_RDWR, 0600), -EEXIST);
	CHECK_EQ(box_open("/lower/f", O_DIRECTORY, 0), -ENOTDIR);
	CHECK_EQ(box_open("/lower/f/g", O_RDONLY, 0), -ENOTDIR);
	box_symlink("f", "/lower/s");
	CHECK_EQ(box_open("/lower/s", O_RDONLY | O_NOFOLLOW, 0), -ELOOP);
	CHECK_EQ(box_close(box_open("/lower/s", O_PATH | O_NOFOLLOW, 0)), 0);
	box_symlink("loop", "/lower/loop");
	CHECK_EQ(box_open("/lower/loop", O_RDONLY, 0), -ELOOP);
	CHECK_EQ(box_open((char *)8, O_RDONLY, 0), -EFAULT);
	CHECK_EQ(box_open("", O_RDONLY, 0), -ENOENT);
	CHECK_EQ(box_setids(1000, 1000), 0);
	CHECK_EQ(box_open("/lower/f", O_RDONLY, 0), -EACCES);
}

static void error_numbers(void **state)
{
	BOX(errors);
}

static void fake(void)
{
	struct path path;
	struct file *file;

	lower_up(NULL);
	box_close(box_open("/lower/a", O_CREAT | O_RDWR, 0644));
	box_close(box_open("/lower/b", O_CREAT | O_RDWR, 0644));
	box_syscall_enter();
	CHECK_EQ(kern_path("/lower/a", 0, &path), 0);
	file = filp_open("/lower/b", O_RDWR | O_LARGEFILE, 0);
	{
		struct file *f = open_with_fake_path(&path, O_RDWR | O_LARGEFILE, file_inode(file),
						     current_cred());

		CHECK(!IS_ERR(f));
		CHECK(f->f_mode & FMODE_NOACCOUNT);
		CHECK(file_inode(f) == file_inode(file));
		CHECK(f->f_path.dentry == path.dentry);
		CHECK_EQ(kernel_write(f, "abc", 3, &f->f_pos), 3);
		CHECK_EQ(i_size_read(file_inode(file)), 3);
		fput(f);
	}
	fput(file);
	path_put(&path);
	box_syscall_exit("test", 0);
	lower_down();
}

static void another_inode_under_a_path(void **state)
{
	BOX(fake);
}

static void unwanted(void)
{
	struct w_lower_event ev[8];
	struct super_block *sb;

	lower_up("odirect=0");
	sb = lower_super();
	box_close(box_open("/lower/f", O_CREAT | O_RDWR, 0644));
	lower_log_take(sb, ev, 8);
	/* Refused after ->open(): ->release() must come. */
	CHECK_EQ(box_open("/lower/f", O_RDWR | O_DIRECT, 0), -EINVAL);
	CHECK_EQ(lower_log_take(sb, ev, 8), 2);
	CHECK_EQ(ev[0].op, W_LOWER_OPEN);
	CHECK_EQ(ev[1].op, W_LOWER_RELEASE);
	/* Refused by ->open(): it must not. */
	CHECK_EQ(lower_inject(sb, W_LOWER_OPEN, 0, 1, ENFILE, 0), 0);
	CHECK_EQ(box_open("/lower/f", O_RDWR, 0), -ENFILE);
	CHECK_EQ(lower_log_take(sb, ev, 8), 1);
	lower_down();
}

static void failed_opens_are_released_if_they_must(void **state)
{
	BOX(unwanted);
}

static void devices(void)
{
	char c = 'x';
	int fd;

	CHECK_EQ(box_mknod("/null", S_IFCHR | 0666, new_encode_dev(MKDEV(1, 3))), 0);
	CHECK_EQ(box_mknod("/fuse", S_IFCHR | 0666, new_encode_dev(MKDEV(10, 229))), 0);
	CHECK_EQ(box_mknod("/none", S_IFCHR | 0666, new_encode_dev(MKDEV(10, 7))), 0);
	CHECK_EQ(box_mknod("/nothing", S_IFCHR | 0666, new_encode_dev(MKDEV(99, 7))), 0);
	fd = box_open("/null", O_RDWR, 0);
	CHECK_EQ(box_write(fd, "abc", 3), 3);
	CHECK_EQ(box_read(fd, &c, 1), 0);
	box_close(fd);
	fd = box_open("/fuse", O_RDWR, 0);
	CHECK(fd >= 0);
	CHECK_EQ(box_read(fd, &c, 1), -EPERM);
	box_close(fd);
	CHECK_EQ(box_open("/none", O_RDWR, 0), -ENODEV);
	CHECK_EQ(box_open("/nothing", O_RDWR, 0), -ENXIO);
}

static void device_nodes(void **state)
{
	BOX(devices);
}

static void sizes(void)
{
	int fd;

	lower_up(NULL);
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_ftruncate(fd, -1), -EINVAL);
	CHECK_EQ(box_truncate("/lower", 0), -EISDIR);
	CHECK_EQ(box_fallocate(fd, 0, 0, 0), -EINVAL);
	CHECK_EQ(box_fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 1), -EOPNOTSUPP);
	CHECK_EQ(box_fallocate(fd, 0, LLONG_MAX, 1), -EFBIG);
	CHECK_EQ(box_fallocate(fd, 0, 0, 5000), 0);
	box_set_fsize_limit(6000);
	CHECK_EQ(box_ftruncate(fd, 6000), 0);
	CHECK_EQ(box_ftruncate(fd, 6001), -EFBIG);
	CHECK_EQ(box_sigxfsz(), 1);
	CHECK_EQ(box_fallocate(fd, 0, 6000, 1), -EFBIG);
	box_close(fd);
	lower_down();
}

static void sizes_and_limits(void **state)
{
	BOX(sizes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_modes),
		cmocka_unit_test(error_numbers),
		cmocka_unit_test(another_inode_under_a_path),
		cmocka_unit_test(failed_opens_are_released_if_they_must),
		cmocka_unit_test(device_nodes),
		cmocka_unit_test(sizes_and_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
