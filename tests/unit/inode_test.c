// SPDX-License-Identifier: GPL-2.0
/*
 * fs/inode.c: life times, states, link counts and times, against the rules of 6.1.
 */
#include "fs_run.h"

#include <linux/fs_context.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>

/* A file system of one directory that keeps its inodes hashed, and counts what becomes of them. */
static int evicted, freed;
static struct super_block *test_sb;

static void count_evict(struct inode *inode)
{
	evicted++;
	/* Others may run, and look the inode up, while it dies. */
	fb_yield();
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
}

static void count_free(struct inode *inode)
{
	freed++;
	free_inode_nonrcu(inode);
}

static const struct super_operations test_ops = {.evict_inode = count_evict,
						 .free_inode = count_free};

static int test_fill_super(struct super_block *sb, struct fs_context *fc)
{
	static const struct tree_descr files[] = {{.name = ""}};
	int err = simple_fill_super(sb, 1, files);

	sb->s_op = &test_ops;
	sb->s_time_gran = 1000;
	sb->s_time_max = 1000000;
	test_sb = sb;
	return err;
}

static int test_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, test_fill_super);
}

static const struct fs_context_operations test_context_ops = {.get_tree = test_get_tree};

static int test_init_fs_context(struct fs_context *fc)
{
	fc->ops = &test_context_ops;
	return 0;
}

static struct file_system_type test_type;

static void mount_test_fs(void)
{
	evicted = freed = 0;
	test_type = (struct file_system_type){
		.name = "test",
		.init_fs_context = test_init_fs_context,
		.kill_sb = kill_litter_super,
	};
	register_filesystem(&test_type);
	k_mkdir("/mnt");
	k_mount("test", "/mnt", 0);
}

static void umount_test_fs(void)
{
	k_umount("/mnt", 0);
	unregister_filesystem(&test_type);
}

static struct inode *get_ino(unsigned long ino)
{
	struct inode *inode = iget_locked(test_sb, ino);

	if (inode->i_state & I_NEW) {
		inode->i_mode = S_IFREG | 0644;
		unlock_new_inode(inode);
	}
	return inode;
}

/*
 * Hashed and linked: cached after the last iput(), found again, evicted on demand, freed after a
 * grace period.
 */
static void body_cache(void)
{
	struct inode *inode, *again;

	mount_test_fs();
	inode = get_ino(7);
	note(inode->i_nlink);
	iput(inode);
	note(evicted);
	again = ilookup(test_sb, 7);
	note(again == inode);
	iput(again);
	prune_icache(test_sb);
	note(evicted);
	note(freed);
	rcu_barrier();
	note(freed);
	note(ilookup(test_sb, 7) == NULL);
	umount_test_fs();
}

static void test_cached_until_pruned(void **state)
{
	run_clean(body_cache);
	ASSERT_NOTES(1, 0, 1, 1, 0, 1, 1);
}

/* No link, no cache; s_remove_count counts it meanwhile. */
static void body_nlink(void)
{
	struct inode *inode;

	mount_test_fs();
	inode = get_ino(7);
	drop_nlink(inode);
	note(atomic_long_read(&test_sb->s_remove_count));
	set_nlink(inode, 2);
	note(atomic_long_read(&test_sb->s_remove_count));
	clear_nlink(inode);
	iput(inode);
	note(evicted);
	note(atomic_long_read(&test_sb->s_remove_count));
	umount_test_fs();
}

static void test_unlinked_is_evicted(void **state)
{
	run_clean(body_nlink);
	ASSERT_NOTES(1, 0, 1, 0);
}

/* igrab() refuses an inode that dies; who looks it up waits and gets a new one. */
static struct inode *late;

static void seek(void *arg)
{
	late = get_ino(7);
}

static void body_freeing(void)
{
	struct box_process *p;
	struct inode *inode;

	mount_test_fs();
	inode = get_ino(7);
	inode->i_generation = 41;
	clear_nlink(inode);
	p = box_spawn("seeker", BOX_FILES_EMPTY, seek, NULL);
	iput(inode);
	box_reap(p);
	note(late->i_generation);
	note(late->i_nlink);
	iput(late);
	umount_test_fs();
}

static void test_lookup_waits_for_freeing(void **state)
{
	struct fb_run_opts opts = {.name = "test", .policy = FB_POLICY_RANDOM};
	int fresh = 0;

	for (opts.seed = 1; opts.seed <= 40; opts.seed++) {
		run_clean_opts(&opts, body_freeing);
		/*
		 * Found before the end, it is the old, unlinked one; else a new one. Never anything
		 * between.
		 */
		assert_true((notes[0] == 41 && notes[1] == 0) || (notes[0] == 0 && notes[1] == 1));
		fresh += notes[0] == 0;
	}
	assert_true(fresh > 0);
}

/* Two tasks want the same new inode: one makes it, the other waits until it is complete. */
static int half_seen;

static void make(void *arg)
{
	struct inode *inode = iget_locked(test_sb, 9);

	if (inode->i_state & I_NEW) {
		fb_yield();
		inode->i_generation = 1;
		unlock_new_inode(inode);
	} else if (inode->i_generation != 1) {
		half_seen++;
	}
	iput(inode);
}

static void body_new(void)
{
	struct box_process *a, *b;

	half_seen = 0;
	mount_test_fs();
	a = box_spawn("a", BOX_FILES_EMPTY, make, NULL);
	b = box_spawn("b", BOX_FILES_EMPTY, make, NULL);
	box_reap(a);
	box_reap(b);
	note(half_seen);
	umount_test_fs();
}

static void test_new_is_waited_for(void **state)
{
	struct fb_run_opts opts = {.name = "test", .policy = FB_POLICY_RANDOM};

	for (opts.seed = 1; opts.seed <= 40; opts.seed++) {
		run_clean_opts(&opts, body_new);
		ASSERT_NOTES(0);
	}
}

static void body_times(void)
{
	struct timespec64 t = {.tv_sec = 5, .tv_nsec = 123456};
	struct inode *inode;

	mount_test_fs();
	inode = get_ino(7);
	note(timestamp_truncate(t, inode).tv_nsec);
	t.tv_sec = 2000000;
	note(timestamp_truncate(t, inode).tv_sec);
	note(timestamp_truncate(t, inode).tv_nsec);
	iput(inode);
	umount_test_fs();
}

static void test_times_are_truncated(void **state)
{
	run_clean(body_times);
	ASSERT_NOTES(123000, 1000000, 0);
}

/*
 * An inode still held at unmount is the kernel's "Busy inodes", and a leak with the taker's name.
 */
static void body_busy(void)
{
	mount_test_fs();
	get_ino(7);
	umount_test_fs();
}

static void test_busy_inode(void **state)
{
	assert_int_equal(run_in_box(body_busy), FB_RUN_FINDING);
	assert_true(found(FB_CONTRACT, "Busy inodes after unmount"));
	assert_true(found(FB_LEAK, "inode reference"));
	assert_true(printed("get_ino at tests/unit/inode_test.c"));
}

/* clear_inode() wants the end of all pages first, and I_FREEING. */
static void body_clear(void)
{
	struct inode *inode;

	mount_test_fs();
	inode = get_ino(7);
	clear_inode(inode);
}

static void test_clear_of_live_inode(void **state)
{
	assert_int_equal(run_in_box(body_clear), FB_RUN_FINDING);
	assert_true(found(FB_BUG, ""));
}

/* dio: who waits is woken by the last end. */
static struct inode *dio_inode;

static void end_dio(void *arg)
{
	note(1);
	inode_dio_end(dio_inode);
}

static void body_dio(void)
{
	struct box_process *p;

	mount_test_fs();
	dio_inode = get_ino(7);
	inode_dio_begin(dio_inode);
	p = box_spawn("dio", BOX_FILES_EMPTY, end_dio, NULL);
	inode_dio_wait(dio_inode);
	note(2);
	box_reap(p);
	iput(dio_inode);
	umount_test_fs();
}

static void test_dio_wait(void **state)
{
	run_clean(body_dio);
	ASSERT_NOTES(1, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cached_until_pruned),
		cmocka_unit_test(test_unlinked_is_evicted),
		cmocka_unit_test(test_lookup_waits_for_freeing),
		cmocka_unit_test(test_new_is_waited_for),
		cmocka_unit_test(test_times_are_truncated),
		cmocka_unit_test(test_busy_inode),
		cmocka_unit_test(test_clear_of_live_inode),
		cmocka_unit_test(test_dio_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
