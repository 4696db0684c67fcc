// SPDX-License-Identifier: GPL-2.0
/*
 * fs/namespace.c: the mount tree, who keeps a mount busy, write access, against the rules of 6.1.
 */
#include "fs_run.h"

#include <linux/fs_context.h>
#include <uapi/linux/mount.h>

static struct super_block *test_sb;
static int begun;

static void test_umount_begin(struct super_block *sb)
{
	begun++;
}

static const struct super_operations test_ops = {.statfs = simple_statfs,
						 .umount_begin = test_umount_begin};

static int test_fill_super(struct super_block *sb, struct fs_context *fc)
{
	static const struct tree_descr files[] = {{.name = ""}};
	int err = simple_fill_super(sb, 1, files);

	sb->s_op = &test_ops;
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

static void register_test_fs(void)
{
	begun = 0;
	test_type = (struct file_system_type){
		.name = "test",
		.init_fs_context = test_init_fs_context,
		.kill_sb = kill_litter_super,
	};
	register_filesystem(&test_type);
	k_mkdir("/a");
	k_mkdir("/a/below");
	k_mkdir("/b");
	k_mknod("/f");
}

/* A mount covers what is below; ".." leads out of it; a second mount covers the first. */
static void body_tree(void)
{
	struct path a, up;

	register_test_fs();
	note(k_mount("test", "/a", 0));
	note(k_lookup("/a/below", 0));
	kern_path("/a/..", 0, &up);
	kern_path("/a", 0, &a);
	note(a.dentry->d_sb == test_sb);
	note(up.dentry->d_sb == test_sb);
	note(path_is_mountpoint(&(struct path){.mnt = up.mnt, .dentry = a.dentry}));
	path_put(&a);
	path_put(&up);
	note(k_mount("test", "/a", 0));
	note(k_umount("/a", 0));
	note(k_lookup("/a/below", 0));
	note(k_umount("/a", 0));
	note(k_lookup("/a/below", 0));
	note(k_umount("/a", 0));
	note(k_mount("test", "/f", 0));
	note(k_mount("nothing", "/a", 0));
	unregister_filesystem(&test_type);
}

static void test_tree(void **state)
{
	run_clean(body_tree);
	ASSERT_NOTES(0, -ENOENT, 1, 0, 0, 0, 0, -ENOENT, 0, 0, -EINVAL, -ENOTDIR, -ENODEV);
}

/*
 * Whoever holds a path keeps the mount busy; MNT_DETACH takes it away all the same, and it lives
 * until he lets go.
 */
static void body_busy(void)
{
	struct path held;

	register_test_fs();
	k_mount("test", "/a", 0);
	kern_path("/a", 0, &held);
	note(may_umount(held.mnt));
	note(k_umount("/a", 0));
	note(k_umount("/a", MNT_FORCE));
	note(begun);
	note(k_umount("/a", MNT_DETACH));
	note(k_lookup("/a/below", 0));
	note(atomic_read(&held.mnt->mnt_sb->s_active));
	path_put(&held);
	task_work_run();
	note(hlist_empty(&test_type.fs_supers));
	unregister_filesystem(&test_type);
}

static void test_busy(void **state)
{
	run_clean(body_busy);
	ASSERT_NOTES(1, -EBUSY, -EBUSY, 1, 0, 0, 1, 1);
}

/*
 * A mount on a mount keeps it busy, and goes along with MNT_DETACH. A mount point can be neither
 * removed nor renamed.
 */
static void body_nested(void)
{
	register_test_fs();
	note(k_mount("rootfs", "/a", 0));
	note(k_mkdir("/a/in"));
	note(k_mount("test", "/a/in", 0));
	note(k_umount("/a", 0));
	note(k_rmdir("/a"));
	note(k_rename("/a", "/c", 0));
	note(k_umount("/a", MNT_DETACH));
	note(hlist_empty(&test_type.fs_supers));
	note(k_rmdir("/a/below"));
	note(k_rmdir("/a"));
	unregister_filesystem(&test_type);
}

static void test_nested(void **state)
{
	run_clean(body_nested);
	ASSERT_NOTES(0, 0, 0, -EBUSY, -EBUSY, -EBUSY, 0, 1, 0, 0);
}

/* Nothing is written through a read-only mount; a writer keeps the super block writable. */
static void body_write(void)
{
	struct path path;

	register_test_fs();
	k_mount("rootfs", "/a", MS_RDONLY);
	note(k_mkdir("/a/x"));
	k_umount("/a", 0);
	k_mount("rootfs", "/a", 0);
	kern_path("/a", 0, &path);
	note(mnt_want_write(path.mnt));
	note(k_mount("rootfs", "/a", MS_REMOUNT | MS_RDONLY));
	mnt_drop_write(path.mnt);
	note(k_mount("rootfs", "/a", MS_REMOUNT | MS_RDONLY));
	note(mnt_want_write(path.mnt));
	note(k_mkdir("/a/x"));
	path_put(&path);
	k_umount("/a", 0);
	unregister_filesystem(&test_type);
}

static void test_write_access(void **state)
{
	run_clean(body_write);
	ASSERT_NOTES(-EROFS, 0, -EBUSY, 0, -EROFS, -EROFS);
}

/* A mount of the kernel's own is gone with its last put, without a way back to user space. */
static void body_internal(void)
{
	struct vfsmount *mnt;

	register_test_fs();
	mnt = kern_mount(&test_type);
	note(IS_ERR(mnt));
	kern_unmount(mnt);
	note(hlist_empty(&test_type.fs_supers));
	unregister_filesystem(&test_type);
}

static void test_kern_mount(void **state)
{
	run_clean(body_internal);
	ASSERT_NOTES(0, 1);
}

static void body_leak(void)
{
	struct path path;

	register_test_fs();
	k_mount("test", "/a", 0);
	kern_path("/a", 0, &path);
}

static void test_leaked_mount(void **state)
{
	assert_int_equal(run_in_box(body_leak), FB_RUN_FINDING);
	assert_true(found(FB_LEAK, "mount"));
	assert_true(printed("body_leak at tests/unit/mount_test.c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),	   cmocka_unit_test(test_busy),
		cmocka_unit_test(test_nested),	   cmocka_unit_test(test_write_access),
		cmocka_unit_test(test_kern_mount), cmocka_unit_test(test_leaked_mount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
