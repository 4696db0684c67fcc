// SPDX-License-Identifier: GPL-2.0
/* What a 32-bit server's ioctl comes to: vfs_shim/fs/ioctl.c, by /dev/fuse. */
#include "box_run.h"

#include <linux/compat.h>
#include <linux/fuse.h>
#include <linux/kdev_t.h>
#include <sys/mman.h>

/* that 32 bits reach, and where nobody else has anything */
#define LOW_MEMORY	((void *)0x20000000UL)
#define SOMETHING_ELSE	0x1234500000000UL	/* where a 32-bit caller has nothing */

static long compat(struct file *file, unsigned int cmd, unsigned long arg)
{
	return file->f_op->compat_ioctl(file, cmd, arg);
}

static void ioctls(void)
{
	u32 *arg = mmap(LOW_MEMORY, PAGE_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	unsigned long low = (unsigned long)arg;
	struct fd f;
	int fd;

	CHECK_EQ(arg == MAP_FAILED, 0);
	CHECK_EQ(box_mknod("/fuse", S_IFCHR | 0600, new_encode_dev(MKDEV(10, 229))), 0);
	fd = box_open("/fuse", O_RDWR, 0);
	f = fdget(fd);
	CHECK_EQ(f.file != NULL, 1);
	/* No such file to clone, which only who has read the argument can know. */
	*arg = 999;
	CHECK_EQ(compat(f.file, FUSE_DEV_IOC_CLONE, low), -EINVAL);
	CHECK_EQ(compat(f.file, FUSE_DEV_IOC_CLONE, low | SOMETHING_ELSE), -EINVAL);
	CHECK_EQ(compat(f.file, 0x1234, low), -ENOTTY);
	fdput(f);
	CHECK_EQ(box_close(fd), 0);
	CHECK_EQ(box_unlink("/fuse"), 0);
	munmap(arg, PAGE_SIZE);
}

static void only_32_bits_of_the_argument_count(void **state)
{
	BOX(ioctls);
}

static long answer(struct file *file, unsigned int cmd, unsigned long arg)
{
	return arg;
}

static void without(void)
{
	const struct file_operations none = { }, some = { .unlocked_ioctl = answer };
	struct file file = { .f_op = &none };

	CHECK_EQ(compat_ptr_ioctl(&file, 1, 2), -ENOIOCTLCMD);
	file.f_op = &some;
	CHECK_EQ(compat_ptr_ioctl(&file, 1, 7 | SOMETHING_ELSE), 7);
}

static void a_file_without_ioctls_has_none(void **state)
{
	BOX(without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_32_bits_of_the_argument_count),
		cmocka_unit_test(a_file_without_ioctls_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
