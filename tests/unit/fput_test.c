// SPDX-License-Identifier: GPL-2.0
/* The end of a file against the kernel's rules: vfs_shim/fs/file_table.c. */
#include "box_run.h"
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/fsnotify_backend.h>
#include <fusebox/fsnotify.h>

static long releases(void)
{
	struct w_lower_event ev[16];
	long n = lower_log_take(lower_super(), ev, 16), found = 0;

	for (long i = 0; i < n; i++)
		found += ev[i].op == W_LOWER_RELEASE;
	return found;
}

static struct file *open_file(void)
{
	return filp_open("/lower/f", O_CREAT | O_RDWR | O_LARGEFILE, 0644);
}

static void delayed(void)
{
	struct file *file;

	lower_up(NULL);
	box_syscall_enter();
	file = open_file();
	fput(file);
	/* Not before the return to user space. */
	CHECK_EQ(releases(), 0);
	box_syscall_exit("test", 0);
	CHECK_EQ(releases(), 1);
	lower_down();
}

static void ends_on_return_to_user_space(void **state)
{
	BOX(delayed);
}

static struct completion did;

/* A thread that is told to stop before it began would not begin. */
static void run_kthread(int (*fn)(void *file), struct file *file)
{
	struct task_struct *k;

	init_completion(&did);
	k = kthread_run(fn, file, "putter");
	CHECK(!IS_ERR(k));
	wait_for_completion(&did);
}

static int kthread_fn(void *file)
{
	fput(file);
	CHECK_EQ(releases(), 0);
	flush_delayed_fput();
	CHECK_EQ(releases(), 1);
	complete(&did);
	return 0;
}

static void in_kthread(void)
{
	lower_up(NULL);
	box_syscall_enter();
	run_kthread(kthread_fn, open_file());
	box_syscall_exit("test", 0);
	lower_down();
}

static void from_a_kernel_thread(void **state)
{
	BOX(in_kthread);
}

static int sync_fn(void *file)
{
	__fput_sync(file);
	CHECK_EQ(releases(), 1);
	complete(&did);
	return 0;
}

static void synchronous(void)
{
	lower_up(NULL);
	box_syscall_enter();
	run_kthread(sync_fn, open_file());
	box_syscall_exit("test", 0);
	lower_down();
}

static void at_once_if_asked(void **state)
{
	BOX(synchronous);
}

static void irq_put(void *file)
{
	fput(file);
}

static void put_in_irq(void)
{
	lower_up(NULL);
	box_syscall_enter();
	fb_irq(irq_put, open_file());
	box_syscall_exit("test", 0);
	CHECK_EQ(releases(), 0);
	/* One jiffy later, on a work queue. */
	while (!releases())
		schedule_timeout_uninterruptible(1);
	lower_down();
}

static void from_an_interrupt(void **state)
{
	BOX(put_in_irq);
}

static void leaked(void)
{
	lower_up(NULL);
	box_syscall_enter();
	get_file(open_file());
	box_syscall_exit("test", 0);
}

static void a_reference_kept_is_a_leak(void **state)
{
	BOX_BAD(leaked);
	assert_true(leak_taken_by("leaked"));
}

static void dropped_twice(void)
{
	struct file *file;

	lower_up(NULL);
	box_syscall_enter();
	file = open_file();
	fput(file);
	fput(file);
	box_syscall_exit("test", 0);
}

static void a_reference_dropped_twice(void **state)
{
	BOX_BAD(dropped_twice);
	assert_true(fb_stack_has(finding_of(FB_DOUBLE_PUT)->here, "dropped_twice"));
}

static void used_after(void)
{
	struct file *file;

	lower_up(NULL);
	box_syscall_enter();
	file = open_file();
	fput(file);
	box_syscall_exit("test", 0);
	rcu_barrier();
	CHECK(file->f_flags);
}

static void a_file_used_after_its_end(void **state)
{
	const struct fb_finding *f;

	BOX_BAD(used_after);
	f = finding_of(FB_USE_AFTER_FREE);
	assert_true(fb_stack_has(f->here, "used_after"));
	assert_true(fb_stack_has(f->other, "file_free_rcu"));
}

static void events(void)
{
	static const u32 want[] = { FS_OPEN, FS_MODIFY, FS_ACCESS, FS_CLOSE_WRITE };
	struct super_block *sb;
	size_t seen = 0;
	char c[3];
	int fd;

	lower_up(NULL);
	sb = lower_super();
	box_close(box_open("/lower/f", O_CREAT | O_RDWR, 0644));
	CHECK_EQ(fb_fsnotify_count(), 0);
	fb_fsnotify_watch(sb);
	fd = box_open("/lower/f", O_RDWR, 0644);
	box_write(fd, "abc", 3);
	box_pread(fd, c, 3, 0);
	box_close(fd);
	for (size_t i = 0; i < fb_fsnotify_count(); i++)
		if (seen < ARRAY_SIZE(want) && fb_fsnotify_at(i)->mask == want[seen])
			seen++;
	CHECK_EQ(seen, ARRAY_SIZE(want));
	fb_fsnotify_unwatch(sb);
	lower_down();
}

static void watchers_hear_of_it(void **state)
{
	BOX(events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_on_return_to_user_space),
		cmocka_unit_test(from_a_kernel_thread),
		cmocka_unit_test(at_once_if_asked),
		cmocka_unit_test(from_an_interrupt),
		cmocka_unit_test(a_reference_kept_is_a_leak),
		cmocka_unit_test(a_reference_dropped_twice),
		cmocka_unit_test(a_file_used_after_its_end),
		cmocka_unit_test(watchers_hear_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
