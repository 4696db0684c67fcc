// SPDX-License-Identifier: GPL-2.0
/*
 * fs/super.c: search, references, the levels of a freeze, against the rules of 6.1.
 */
#include "fs_run.h"

#include <linux/fs_context.h>

static struct super_block *test_sb;
static int killed;

/* What happened in which order: one letter each. */
static char events[32];

static void event(char c)
{
	size_t n = strlen(events);

	if (n + 1 < sizeof(events)) {
		events[n] = c;
		events[n + 1] = 0;
	}
}

static int test_sync_fs(struct super_block *sb, int wait)
{
	if (wait)
		event('0' + sb->s_writers.frozen);
	return 0;
}

static int freeze_error;

static int test_freeze_fs(struct super_block *sb)
{
	event('F');
	event('0' + sb->s_writers.frozen);
	return freeze_error;
}

static int test_unfreeze_fs(struct super_block *sb)
{
	event('U');
	return 0;
}

static const struct super_operations test_ops = {
	.sync_fs = test_sync_fs,
	.freeze_fs = test_freeze_fs,
	.unfreeze_fs = test_unfreeze_fs,
	.statfs = simple_statfs,
};

static int test_fill_super(struct super_block *sb, struct fs_context *fc)
{
	static const struct tree_descr files[] = {{.name = ""}};
	int err = simple_fill_super(sb, 1, files);

	sb->s_op = &test_ops;
	test_sb = sb;
	return err;
}

static int get_nodev(struct fs_context *fc)
{
	return get_tree_nodev(fc, test_fill_super);
}

static int get_single(struct fs_context *fc)
{
	return get_tree_single(fc, test_fill_super);
}

static int fill_fails(struct super_block *sb, struct fs_context *fc)
{
	return -EIO;
}

static int get_failing(struct fs_context *fc)
{
	return get_tree_nodev(fc, fill_fails);
}

static struct fs_context_operations test_context_ops;

static int test_init_fs_context(struct fs_context *fc)
{
	fc->ops = &test_context_ops;
	return 0;
}

static void test_kill_sb(struct super_block *sb)
{
	killed++;
	kill_litter_super(sb);
}

static struct file_system_type test_type;

static void register_test_fs(int (*get_tree)(struct fs_context *fc))
{
	killed = freeze_error = 0;
	events[0] = 0;
	test_context_ops = (struct fs_context_operations){.get_tree = get_tree};
	test_type = (struct file_system_type){
		.name = "test",
		.init_fs_context = test_init_fs_context,
		.kill_sb = test_kill_sb,
	};
	register_filesystem(&test_type);
	k_mkdir("/a");
	k_mkdir("/b");
}

/* Each mount its own super block, or all the same one; it dies with its last mount. */
static void body_keys(void)
{
	struct super_block *first;

	register_test_fs(get_nodev);
	note(k_mount("test", "/a", 0));
	first = test_sb;
	note(k_mount("test", "/b", 0));
	note(test_sb != first);
	note(k_umount("/a", 0));
	note(killed);
	note(k_umount("/b", 0));
	note(killed);

	test_context_ops.get_tree = get_single;
	note(k_mount("test", "/a", 0));
	first = test_sb;
	note(k_mount("test", "/b", 0));
	note(test_sb == first);
	note(k_umount("/a", 0));
	note(killed);
	note(k_umount("/b", 0));
	note(killed);

	test_context_ops.get_tree = get_failing;
	note(k_mount("test", "/a", 0));
	note(killed);
	unregister_filesystem(&test_type);
	note(k_mount("test", "/a", 0));
}

static void test_keys(void **state)
{
	run_clean(body_keys);
	ASSERT_NOTES(0, 0, 1, 0, 1, 0, 2, 0, 0, 1, 0, 2, 0, 3, -EIO, 4, -ENODEV);
}

/* write, pagefault, sync, fs: each level closed when the next step begins; thaw opens all. */
static void body_freeze(void)
{
	register_test_fs(get_nodev);
	k_mount("test", "/a", 0);
	note(freeze_super(test_sb));
	note(test_sb->s_writers.frozen);
	note(freeze_super(test_sb));
	note(sb_start_write_trylock(test_sb));
	note(__sb_start_write_trylock(test_sb, SB_FREEZE_PAGEFAULT));
	note(__sb_start_write_trylock(test_sb, SB_FREEZE_FS));
	note(thaw_super(test_sb));
	note(thaw_super(test_sb));
	note(sb_start_write_trylock(test_sb));
	sb_end_write(test_sb);
	k_umount("/a", 0);
	unregister_filesystem(&test_type);
}

static void test_freeze_levels(void **state)
{
	run_clean(body_freeze);
	ASSERT_NOTES(0, SB_FREEZE_COMPLETE, -EBUSY, 0, 0, 0, 0, -EINVAL, 1);
	/*
	 * The sync while page faults are stopped, then freeze_fs at the last level, then thaw; the
	 * sync of the unmount is last.
	 */
	assert_string_equal(events, "2F3U0");
}

static void body_freeze_fails(void)
{
	register_test_fs(get_nodev);
	k_mount("test", "/a", 0);
	freeze_error = -EIO;
	note(freeze_super(test_sb));
	note(test_sb->s_writers.frozen);
	note(sb_start_write_trylock(test_sb));
	sb_end_write(test_sb);
	note(atomic_read(&test_sb->s_active));
	k_umount("/a", 0);
	unregister_filesystem(&test_type);
}

static void test_failed_freeze_opens_again(void **state)
{
	run_clean(body_freeze_fails);
	ASSERT_NOTES(-EIO, SB_UNFROZEN, 1, 1);
}

/* A freeze waits for the writer inside; a writer outside waits for the thaw. */
static void writer(void *arg)
{
	sb_start_write(test_sb);
	event('w');
	sb_end_write(test_sb);
}

static void freezer(void *arg)
{
	note(freeze_super(test_sb));
	event('f');
}

static void body_writers(void)
{
	struct box_process *w, *f;

	register_test_fs(get_nodev);
	k_mount("test", "/a", 0);
	sb_start_write(test_sb);
	f = box_spawn("freezer", BOX_FILES_EMPTY, freezer, NULL);
	fb_yield();
	event('e');
	sb_end_write(test_sb);
	box_reap(f);
	w = box_spawn("writer", BOX_FILES_EMPTY, writer, NULL);
	fb_yield();
	event('t');
	note(thaw_super(test_sb));
	box_reap(w);
	k_umount("/a", 0);
	unregister_filesystem(&test_type);
}

static void test_freeze_and_writers(void **state)
{
	struct fb_run_opts opts = {.name = "test", .policy = FB_POLICY_RANDOM};

	for (opts.seed = 1; opts.seed <= 40; opts.seed++) {
		run_clean_opts(&opts, body_writers);
		ASSERT_NOTES(0, 0);
		assert_true(strchr(events, 'e') < strchr(events, 'f'));
		assert_true(strchr(events, 't') < strchr(events, 'w'));
	}
}

/*
 * A freeze that others keep out is told apart from tasks that wait for each other, or go round and
 * round.
 */
static void body_starved(void)
{
	register_test_fs(get_nodev);
	k_mount("test", "/a", 0);
	sb_start_write(test_sb);
	box_spawn("freezer", BOX_FILES_EMPTY, freezer, NULL);
	for (;;)
		fb_yield();
}

static void body_starved_in_silence(void)
{
	register_test_fs(get_nodev);
	k_mount("test", "/a", 0);
	sb_start_write(test_sb);
	box_reap(box_spawn("freezer", BOX_FILES_EMPTY, freezer, NULL));
}

static void body_round(void)
{
	for (;;)
		fb_yield();
}

static void test_starved_freezer(void **state)
{
	assert_int_equal(run_in_box(body_starved), FB_RUN_FINDING);
	assert_true(
		found(FB_DEADLOCK, "starvation: freezer does not come to the end of a freeze in "));
	assert_int_equal(run_in_box(body_starved_in_silence), FB_RUN_FINDING);
	assert_true(found(
		FB_DEADLOCK,
		"starvation: freezer does not come to the end of a freeze; nobody can run: "));
	assert_int_equal(run_in_box(body_round), FB_RUN_FINDING);
	assert_true(found(FB_DEADLOCK, "livelock: no end after "));
}

/* Freeze protection that nobody gives back. */
static void body_kept(void)
{
	register_test_fs(get_nodev);
	k_mount("test", "/a", 0);
	sb_start_write(test_sb);
}

static void test_kept_protection(void **state)
{
	assert_int_equal(run_in_box(body_kept), FB_RUN_FINDING);
	assert_true(found(FB_FREEZE_KEPT, ""));
	assert_true(printed("body_kept at tests/unit/super_test.c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_freeze_levels),
		cmocka_unit_test(test_failed_freeze_opens_again),
		cmocka_unit_test(test_freeze_and_writers),
		cmocka_unit_test(test_starved_freezer),
		cmocka_unit_test(test_kept_protection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
