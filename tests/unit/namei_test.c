// SPDX-License-Identifier: GPL-2.0
/*
 * fs/namei*.c: which errno for which path, symlinks, dots, open flags, renames; each a fact of 6.1.
 */
#include "fs_run.h"

#include <linux/cred.h>
#include <linux/file.h>

static void populate(void)
{
	k_mkdir("/d");
	k_mkdir("/d/e");
	k_mknod("/f");
	k_mknod("/d/g");
	k_symlink("f", "/to-f");
	k_symlink("/d", "/to-d");
	k_symlink("nowhere", "/dangling");
	k_symlink("loop", "/loop");
	k_symlink("d/../to-d/e", "/twisted");
}

struct walk {
	const char *name;
	unsigned int flags;
	long want;
};

static const struct walk walks[] = {
	{"/", 0, 0},
	{"///", 0, 0},
	{"/.", 0, 0},
	{"/..", 0, 0},
	{"/../../d", 0, 0},
	{"d", 0, 0},
	{"/d/", 0, 0},
	{"/d/e/..", 0, 0},
	{"/d/./e/../g", 0, 0},
	{"/f", 0, 0},
	{"/f", LOOKUP_DIRECTORY, -ENOTDIR},
	{"/f/", 0, -ENOTDIR},
	{"/f/x", 0, -ENOTDIR},
	{"/f/.", 0, -ENOTDIR},
	{"/nothing", 0, -ENOENT},
	{"/nothing/x", 0, -ENOENT},
	{"/d/nothing/", 0, -ENOENT},
	{"", 0, -ENOENT},
	{"/to-f", 0, 0},
	{"/to-f", LOOKUP_FOLLOW, 0},
	{"/to-f/", 0, -ENOTDIR},
	{"/to-d/e", 0, 0},
	{"/to-d/", 0, 0},
	{"/to-d/../f", 0, 0},
	{"/dangling", 0, 0},
	{"/dangling", LOOKUP_FOLLOW, -ENOENT},
	{"/loop", 0, 0},
	{"/loop", LOOKUP_FOLLOW, -ELOOP},
	{"/loop/x", 0, -ELOOP},
	{"/twisted", LOOKUP_FOLLOW, 0},
	{"/twisted/../g", 0, 0},
	{"/to-f", LOOKUP_FOLLOW | LOOKUP_NO_SYMLINKS, -ELOOP},
};

static void body_walks(void)
{
	size_t i;

	populate();
	for (i = 0; i < ARRAY_SIZE(walks); i++)
		note(k_lookup(walks[i].name, walks[i].flags | (*walks[i].name ? 0 : LOOKUP_EMPTY)));
}

static void test_walks(void **state)
{
	size_t i;

	run_clean(body_walks);
	assert_int_equal(nr_notes, ARRAY_SIZE(walks));
	for (i = 0; i < ARRAY_SIZE(walks); i++)
		/*
		 * The empty name is the caller's business (getname_flags()); the walk itself stays
		 * where it is.
		 */
		if (notes[i] != (*walks[i].name ? walks[i].want : 0))
			fail_msg("%s, flags %#x: %ld", walks[i].name, walks[i].flags, notes[i]);
}

struct change {
	int (*fn)(const char *name);
	const char *name;
	long want;
};

static const struct change changes[] = {
	{k_mkdir, "/d", -EEXIST},
	{k_mkdir, "/", -EEXIST},
	{k_mkdir, "/new/", 0},
	{k_mkdir, "/nothing/x", -ENOENT},
	{k_mkdir, "/f/x", -ENOTDIR},
	{k_mkdir, "/dangling", -EEXIST},
	{k_mknod, "/x/", -ENOENT},
	{k_mknod, "/f", -EEXIST},
	{k_rmdir, "/", -EBUSY},
	{k_rmdir, "/d/.", -EINVAL},
	{k_rmdir, "/d/..", -ENOTEMPTY},
	{k_rmdir, "/d", -ENOTEMPTY},
	{k_rmdir, "/f", -ENOTDIR},
	{k_rmdir, "/to-d", -ENOTDIR},
	{k_rmdir, "/new", 0},
	{k_unlink, "/d", -EISDIR},
	{k_unlink, "/d/", -EISDIR},
	{k_unlink, "/f/", -ENOTDIR},
	{k_unlink, "/nothing", -ENOENT},
	{k_unlink, "/.", -EISDIR},
	{k_unlink, "/dangling", 0},
};

static void body_changes(void)
{
	size_t i;

	populate();
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		note(changes[i].fn(changes[i].name));
}

static void test_changes(void **state)
{
	size_t i;

	run_clean(body_changes);
	assert_int_equal(nr_notes, ARRAY_SIZE(changes));
	for (i = 0; i < ARRAY_SIZE(changes); i++)
		if (notes[i] != changes[i].want)
			fail_msg("%s (line %zu): %ld", changes[i].name, i, notes[i]);
}

static void body_renames(void)
{
	populate();
	note(k_rename("/d", "/d/e/x", 0)); /* below itself */
	note(k_rename("/d/e", "/d", 0)); /* onto its ancestor */
	note(k_rename("/f", "/d", 0));
	note(k_rename("/d/e", "/f", 0));
	note(k_rename("/f", "/d/g", RENAME_NOREPLACE));
	note(k_rename("/f", "/h/", 0));
	note(k_rename("/nothing", "/h", 0));
	note(k_rename("/d/.", "/h", 0));
	note(k_rename("/f", "/nothing", RENAME_EXCHANGE));
	note(k_rename("/f", "/x", RENAME_EXCHANGE | RENAME_NOREPLACE));
	note(k_link("/f", "/f2"));
	note(k_rename("/f", "/f2", 0)); /* one inode: nothing happens */
	note(k_lookup("/f", 0));
	note(k_rename("/f", "/d/g", 0));
	note(k_lookup("/f", 0));
	note(k_rename("/d/e", "/e", 0));
	note(k_lookup("/e/..", 0));
	note(k_rename("/e", "/d", 0)); /* not empty */
}

static void test_renames(void **state)
{
	run_clean(body_renames);
	ASSERT_NOTES(-EINVAL, -ENOTEMPTY, -EISDIR, -ENOTDIR, -EEXIST, -ENOTDIR, -ENOENT, -EBUSY,
		     -ENOENT, -EINVAL, 0, 0, 0, 0, -ENOENT, 0, 0, -ENOTEMPTY);
}

static long k_open(const char *name, int flags)
{
	struct file *file = filp_open(name, flags, 0644);
	long created;

	if (IS_ERR(file))
		return PTR_ERR(file);
	created = !!(file->f_mode & FMODE_CREATED);
	fput(file);
	task_work_run();
	return created;
}

/*
 * Regular files of the root have no file operations to open with, which is -ENXIO only after every
 * check before it.
 */
static void body_opens(void)
{
	populate();
	note(k_open("/d", O_RDONLY | O_DIRECTORY));
	note(k_open("/f", O_RDONLY | O_DIRECTORY));
	note(k_open("/d", O_WRONLY));
	note(k_open("/d", O_RDWR));
	note(k_open("/d", O_RDONLY | O_CREAT));
	note(k_open("/f", O_RDONLY | O_CREAT | O_EXCL));
	note(k_open("/to-f", O_RDONLY | O_NOFOLLOW));
	note(k_open("/to-f", O_PATH | O_NOFOLLOW));
	note(k_open("/dangling", O_RDONLY));
	note(k_open("/dangling", O_RDONLY | O_CREAT | O_EXCL));
	note(k_open("/x/", O_RDONLY | O_CREAT));
	note(k_open("/nothing/x", O_RDONLY | O_CREAT));
	note(k_open("/f", O_PATH));
	note(k_open("/d", O_TMPFILE | O_RDWR));
	note(k_open("/loop", O_RDONLY));
	note(k_open("/f", O_RDONLY));
}

static void test_opens(void **state)
{
	run_clean(body_opens);
	ASSERT_NOTES(0, -ENOTDIR, -EISDIR, -EISDIR, -EISDIR, -EEXIST, -ELOOP, 0, -ENOENT, -EEXIST,
		     -EISDIR, -ENOENT, 0, -EOPNOTSUPP, -ELOOP, -ENXIO);
}

/* Owner, group, others, and root who may all but execute what nobody may. */
static void body_permission(void)
{
	struct cred *cred;
	const struct cred *old;
	struct path path;

	populate();
	kern_path("/f", 0, &path);
	path.dentry->d_inode->i_mode = S_IFREG | 0640;
	note(inode_permission(&init_user_ns, path.dentry->d_inode, MAY_WRITE));
	note(inode_permission(&init_user_ns, path.dentry->d_inode, MAY_EXEC));
	cred = prepare_creds();
	cred->fsuid = KUIDT_INIT(1000);
	cred->fsgid = KGIDT_INIT(1000);
	cred->cap_effective = CAP_EMPTY_SET;
	old = override_creds(cred);
	note(inode_permission(&init_user_ns, path.dentry->d_inode, MAY_READ));
	path.dentry->d_inode->i_uid = KUIDT_INIT(1000);
	note(inode_permission(&init_user_ns, path.dentry->d_inode, MAY_READ | MAY_WRITE));
	path.dentry->d_inode->i_mode = S_IFREG | 0007;
	note(inode_permission(&init_user_ns, path.dentry->d_inode, MAY_READ));
	note(k_mkdir("/mine"));
	revert_creds(old);
	put_cred(cred);
	path_put(&path);
}

static void test_permissions(void **state)
{
	run_clean(body_permission);
	ASSERT_NOTES(0, -EACCES, -EACCES, 0, -EACCES, -EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),	    cmocka_unit_test(test_changes),
		cmocka_unit_test(test_renames),	    cmocka_unit_test(test_opens),
		cmocka_unit_test(test_permissions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
