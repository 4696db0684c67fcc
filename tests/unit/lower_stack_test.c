// SPDX-License-Identifier: GPL-2.0
/* The stacked file system: sim/lower_stack.c. */
#include "box_run.h"
#include "lower_stack.h"

static char buf[4096] __aligned(512);

static long mount_over(const char *over, const char *at)
{
	struct path path;
	char data[64];
	const char *type;

	CHECK_EQ(kern_path(over, LOOKUP_FOLLOW, &path), 0);
	type = lower_stack_type(path.mnt->mnt_sb);
	path_put(&path);
	snprintf(data, sizeof(data), "lower=%s", over);
	CHECK_EQ(box_mkdir(at, 0755), 0);
	return box_mount("none", at, type, 0, data);
}

static int depth(const char *name)
{
	struct path path;
	int ret;

	CHECK_EQ(kern_path(name, LOOKUP_FOLLOW, &path), 0);
	ret = path.mnt->mnt_sb->s_stack_depth;
	path_put(&path);
	return ret;
}

static void unmount_at(const char *at)
{
	CHECK_EQ(box_umount(at, 0), 0);
	CHECK_EQ(box_rmdir(at), 0);
}

static void forwarded(void)
{
	struct kstat st;
	int fd, below;

	lower_up("mode=0777");
	CHECK_EQ(box_mkdir("/lower/d", 0755), 0);
	CHECK_EQ(mount_over("/lower", "/s"), 0);
	fd = box_open("/s/d/f", O_CREAT | O_RDWR, 0640);
	CHECK(fd >= 0);
	CHECK_EQ(box_write(fd, "hello", 5), 5);
	CHECK_EQ(box_fstat(fd, &st), 0);
	CHECK_EQ(st.size, 5);
	CHECK_EQ(st.mode & 07777, 0640);
	below = box_open("/lower/d/f", O_RDWR | O_APPEND, 0);
	CHECK_EQ(box_pread(below, buf, 10, 0), 5);
	CHECK(!memcmp(buf, "hello", 5));
	CHECK_EQ(box_write(below, " you", 4), 4);
	CHECK_EQ(box_pread(fd, buf, 100, 0), 9);
	CHECK_EQ(box_fcntl(fd, F_SETFL, O_APPEND), 0);
	CHECK_EQ(box_write(fd, "!", 1), 1);
	CHECK_EQ(box_fstat(below, &st), 0);
	CHECK_EQ(st.size, 10);
	CHECK_EQ(box_ftruncate(fd, 3), 0);
	CHECK_EQ(box_fchmod(fd, 0600), 0);
	CHECK_EQ(box_lstat("/lower/d/f", &st), 0);
	CHECK_EQ(st.size, 3);
	CHECK_EQ(st.mode & 07777, 0600);
	CHECK_EQ(box_fsync(fd, false), 0);
	box_close(below);
	box_close(fd);
	CHECK_EQ(box_open("/s/d/none", O_RDONLY, 0), -ENOENT);
	CHECK_EQ(box_unlink("/s/d/f"), 0);
	CHECK_EQ(box_lstat("/lower/d/f", &st), -ENOENT);
	CHECK_EQ(box_mkdir("/s/e", 0700), 0);
	CHECK_EQ(box_lstat("/lower/e", &st), 0);
	CHECK_EQ(box_rmdir("/s/e"), 0);
	CHECK_EQ(box_umount("/lower", 0), -EBUSY);
	unmount_at("/s");
	lower_down();
}

static void calls_are_forwarded(void **state)
{
	BOX(forwarded);
}

static void levels(void)
{
	int fd;

	lower_up("mode=0777");
	CHECK_EQ(mount_over("/lower", "/s"), 0);
	CHECK_EQ(mount_over("/s", "/t"), 0);
	CHECK_EQ(depth("/s"), 1);
	CHECK_EQ(depth("/t"), 2);
	/* Locks of three levels, one in the other: of three classes. */
	fd = box_open("/t/f", O_CREAT | O_RDWR | O_TRUNC, 0644);
	CHECK_EQ(box_write(fd, "abc", 3), 3);
	CHECK_EQ(box_pread(fd, buf, 10, 1), 2);
	CHECK_EQ(box_ftruncate(fd, 1), 0);
	box_close(fd);
	CHECK_EQ(box_unlink("/t/f"), 0);
	CHECK_EQ(mount_over("/t", "/u"), -EINVAL);
	CHECK_EQ(box_rmdir("/u"), 0);
	unmount_at("/t");
	unmount_at("/s");
	lower_down();
}

static void two_levels_and_no_more(void **state)
{
	BOX(levels);
}

static void direct(void)
{
	int fd;

	lower_up("odirect=1");
	CHECK_EQ(mount_over("/lower", "/s"), 0);
	fd = box_open("/s/f", O_CREAT | O_RDWR | O_DIRECT, 0644);
	CHECK_EQ(box_pwrite(fd, buf, 512, 512), 512);
	CHECK_EQ(box_pwrite(fd, buf, 100, 0), -EINVAL);
	box_close(fd);
	unmount_at("/s");
	unmount_at("/lower");
	lower_up("odirect=0");
	CHECK_EQ(mount_over("/lower", "/s"), 0);
	CHECK_EQ(box_open("/s/f", O_CREAT | O_RDWR | O_DIRECT, 0644), -EINVAL);
	fd = box_open("/s/f", O_RDWR, 0644);
	CHECK_EQ(box_fcntl(fd, F_SETFL, O_DIRECT), 0);
	CHECK_EQ(box_pwrite(fd, buf, 512, 0), -EINVAL);
	box_close(fd);
	unmount_at("/s");
	lower_down();
}

static void direct_io_is_that_of_the_file_below(void **state)
{
	BOX(direct);
}

static void foreign(void)
{
	struct w_lower_event ev[8];
	int fd, n;

	lower_up("mode=0700");
	CHECK_EQ(mount_over("/lower", "/s"), 0);
	CHECK_EQ(box_close(box_open("/s/f", O_CREAT | O_RDWR, 0666)), 0);
	CHECK_EQ(box_chmod("/s", 0777), 0);
	CHECK_EQ(box_chmod("/s/f", 06777), 0);
	lower_log_take(lower_super(), ev, 8);
	CHECK_EQ(box_setids(1000, 1000), 0);
	fd = box_open("/s/f", O_RDWR, 0);
	CHECK_EQ(box_write(fd, "x", 1), 1);
	box_close(fd);
	n = lower_log_take(lower_super(), ev, 8);
	CHECK(n >= 2);
	for (int i = 0; i < n; i++)
		CHECK(ev[i].fsuid == 0 || ev[i].op == W_LOWER_RELEASE);
}

static void mode_after(void)
{
	struct kstat st;
	int fd;

	foreign();
	fd = box_open("/s/f", O_RDONLY, 0);
	CHECK_EQ(box_fstat(fd, &st), 0);
	CHECK_EQ(st.mode & 07777, 0777);
}

static void credentials_of_who_mounted(void **state)
{
	BOX(mode_after);
}

static void frozen(void)
{
	struct super_block *sb;
	int fd;

	lower_up(NULL);
	sb = lower_super();
	CHECK_EQ(mount_over("/lower", "/s"), 0);
	fd = box_open("/s/f", O_CREAT | O_RDWR, 0644);
	CHECK_EQ(box_freeze("/s"), 0);
	CHECK_EQ(sb->s_writers.frozen, SB_UNFROZEN);
	CHECK_EQ(box_thaw("/s"), 0);
	CHECK_EQ(box_write(fd, "x", 1), 1);
	box_close(fd);
	unmount_at("/s");
	lower_down();
}

static void each_level_freezes_alone(void **state)
{
	BOX(frozen);
}

/* Whatever allocation fails on the way: an error, and nothing is lost. */
static void some_calls(void)
{
	char data[] = "mode=0777", over[] = "lower=/lower";
	int fd;

	if (box_mkdir("/lower", 0755) || box_mount("none", "/lower", "lower", 0, data) ||
	    box_mkdir("/s", 0755) || box_mount("none", "/s", "stack", 0, over))
		return;
	fd = box_open("/s/f", O_CREAT | O_RDWR, 0644);
	if (fd >= 0) {
		box_write(fd, "abc", 3);
		box_ftruncate(fd, 1);
		box_close(fd);
	}
	box_unlink("/s/f");
	box_mkdir("/s/d", 0755);
	box_rmdir("/s/d");
}

static void calls_that_may_fail(void *arg)
{
	fb_faults_suspend();
	box_boot();
	fb_faults_resume();
	some_calls();
	fb_faults_suspend();
	box_shutdown();
}

static void faults(void **state)
{
	unsigned long k = 1;

	do {
		struct fb_run_opts opts = { .name = "test", .guard = true, .fault_at = k };

		assert_int_equal(fb_run_begin(&opts), 0);
		box_first(calls_that_may_fail, NULL);
		fb_run_loop();
		if (fb_run_end() != FB_RUN_OK)
			print_findings();
		assert_int_equal(fb_nr_findings(), 0);
	} while (fb_faults_seen() >= k++);
	assert_in_range(k, 20, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_forwarded),
		cmocka_unit_test(two_levels_and_no_more),
		cmocka_unit_test(direct_io_is_that_of_the_file_below),
		cmocka_unit_test(credentials_of_who_mounted),
		cmocka_unit_test(each_level_freezes_alone),
		cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
