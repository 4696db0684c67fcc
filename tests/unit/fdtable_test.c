// SPDX-License-Identifier: GPL-2.0
/* Descriptor tables against the kernel's rules: vfs_shim/fs/file.c. */
#include "box_run.h"
#include <linux/fdtable.h>
#include <linux/sched/signal.h>

static int open_f(void)
{
	return box_open("/lower/f", O_CREAT | O_RDWR, 0644);
}

static void lowest(void)
{
	lower_up(NULL);
	CHECK_EQ(open_f(), 0);
	CHECK_EQ(open_f(), 1);
	CHECK_EQ(open_f(), 2);
	CHECK_EQ(box_close(1), 0);
	CHECK_EQ(box_close(1), -EBADF);
	CHECK_EQ(box_dup(0), 1);
	CHECK_EQ(box_fcntl(0, F_DUPFD, 10), 10);
	CHECK_EQ(box_fcntl(0, F_DUPFD, 10), 11);
	CHECK_EQ(box_close(0), 0);
	CHECK_EQ(box_dup(2), 0);
	CHECK_EQ(box_close(99), -EBADF);
	CHECK_EQ(box_close(-1), -EBADF);
	for (int fd = 0; fd < 12; fd++)
		box_close(fd);
	lower_down();
}

static void lowest_descriptor_first(void **state)
{
	BOX(lowest);
}

static void many(void)
{
	int fd, last = -1;

	lower_up(NULL);
	while ((fd = open_f()) >= 0) {
		CHECK_EQ(fd, last + 1);
		last = fd;
	}
	CHECK_EQ(fd, -EMFILE);
	CHECK_EQ(last, 1023);
	CHECK_EQ(box_fcntl(0, F_DUPFD, 1024), -EINVAL);
	/* Left open: the end of the process closes them. */
}

static void growth_up_to_the_limit(void **state)
{
	BOX(many);
}

static void dup_three(void)
{
	lower_up(NULL);
	CHECK_EQ(open_f(), 0);
	box_syscall_enter();
	CHECK_EQ(ksys_dup3(0, 0, 0), -EINVAL);
	CHECK_EQ(ksys_dup3(0, 200, 0), 200);
	CHECK_EQ(ksys_dup3(7, 200, 0), -EBADF);
	CHECK_EQ(ksys_dup3(0, 5000, 0), -EBADF);
	CHECK_EQ(ksys_dup3(0, 3, 1), -EINVAL);
	CHECK_EQ(ksys_dup3(0, 3, O_CLOEXEC), 3);
	/* A number that is reserved, but means nothing yet. */
	CHECK_EQ(get_unused_fd_flags(0), 1);
	CHECK_EQ(ksys_dup3(0, 1, 0), -EBUSY);
	put_unused_fd(1);
	CHECK_EQ(ksys_dup3(0, 1, 0), 1);
	do_close_on_exec(current->files);
	box_syscall_exit("dup3", 0);
	CHECK_EQ(box_close(3), -EBADF);
	CHECK_EQ(box_close(1), 0);
	CHECK_EQ(box_close(200), 0);
	CHECK_EQ(box_close(0), 0);
	lower_down();
}

static void dup_to_a_number(void **state)
{
	BOX(dup_three);
}

static void light(void)
{
	struct file *file;
	struct fd f;
	int fd;

	lower_up(NULL);
	fd = open_f();
	box_syscall_enter();
	f = fdget(fd);
	/* Nobody else can close it: no reference. */
	CHECK_EQ(f.flags & FDPUT_FPUT, 0);
	CHECK_EQ(file_count(f.file), 1);
	fdput(f);
	file = fget(fd);
	CHECK_EQ(file_count(file), 2);
	fput(file);
	atomic_inc(&current->files->count);
	f = fdget(fd);
	CHECK_EQ(f.flags & FDPUT_FPUT, FDPUT_FPUT);
	CHECK_EQ(file_count(f.file), 2);
	fdput(f);
	atomic_dec(&current->files->count);
	CHECK(!fget(77));
	box_syscall_exit("fdget", 0);
	box_close(fd);
	lower_down();
}

static void reference_only_when_shared(void **state)
{
	BOX(light);
}

static void o_path(void)
{
	struct file *file;
	int fd;

	lower_up(NULL);
	box_close(open_f());
	fd = box_open("/lower/f", O_PATH, 0);
	CHECK(fd >= 0);
	box_syscall_enter();
	CHECK(!fget(fd));
	CHECK(!fdget(fd).file);
	file = fget_raw(fd);
	CHECK(file);
	CHECK(file->f_mode & FMODE_PATH);
	fput(file);
	box_syscall_exit("fget", 0);
	CHECK_EQ(box_read(fd, shim_log, 1), -EBADF);
	CHECK_EQ(box_fcntl(fd, F_SETFL, 0), -EBADF);
	CHECK(box_fcntl(fd, F_GETFL, 0) & O_PATH);
	box_close(fd);
	lower_down();
}

static void path_descriptors(void **state)
{
	BOX(o_path);
}

static int shared_fd;

static void sharer(void *how)
{
	CHECK_EQ(box_close(shared_fd), (long)how == BOX_FILES_EMPTY ? -EBADF : 0);
}

static void spawn_with(enum box_files how)
{
	struct box_process *p = box_spawn("sharer", how, sharer, (void *)(long)how);

	CHECK_EQ(box_reap(p), 0);
}

static void tables(void)
{
	lower_up(NULL);
	shared_fd = open_f();
	spawn_with(BOX_FILES_EMPTY);
	spawn_with(BOX_FILES_COPY);
	CHECK_EQ(box_fcntl(shared_fd, F_GETFD, 0), 0);
	spawn_with(BOX_FILES_SHARE);
	CHECK_EQ(box_fcntl(shared_fd, F_GETFD, 0), -EBADF);
	lower_down();
}

static void copied_and_shared_tables(void **state)
{
	BOX(tables);
}

static void position(void)
{
	char c[4];
	int fd, other;

	lower_up(NULL);
	fd = open_f();
	other = box_dup(fd);
	CHECK_EQ(box_write(fd, "abcd", 4), 4);
	CHECK_EQ(box_lseek(other, 1, SEEK_SET), 1);
	CHECK_EQ(box_read(fd, c, 1), 1);
	CHECK_EQ(c[0], 'b');
	CHECK_EQ(box_read(other, c, 2), 2);
	CHECK_EQ(c[0], 'c');
	box_close(fd);
	box_close(other);
	lower_down();
}

static void duplicates_share_the_position(void **state)
{
	BOX(position);
}

static void not_reserved(void)
{
	box_syscall_enter();
	put_unused_fd(5);
	box_syscall_exit("test", 0);
}

static void unreserved_number_given_back(void **state)
{
	BOX_BAD(not_reserved);
	assert_true(fb_stack_has(finding_of(FB_CONTRACT)->here, "put_unused_fd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lowest_descriptor_first),
		cmocka_unit_test(growth_up_to_the_limit),
		cmocka_unit_test(dup_to_a_number),
		cmocka_unit_test(reference_only_when_shared),
		cmocka_unit_test(path_descriptors),
		cmocka_unit_test(copied_and_shared_tables),
		cmocka_unit_test(duplicates_share_the_position),
		cmocka_unit_test(unreserved_number_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
