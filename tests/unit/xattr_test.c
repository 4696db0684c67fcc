// SPDX-License-Identifier: GPL-2.0
/* Extended attributes against the kernel's rules: vfs_shim/fs/xattr.c, security/commoncap.c. */
#include "box_run.h"
#include <linux/capability.h>
#include <linux/xattr.h>

static char value[256];

static void basics(void)
{
	lower_up(NULL);
	box_close(box_open("/lower/f", O_CREAT | O_RDWR, 0644));
	CHECK_EQ(box_lgetxattr("/lower/f", "user.a", value, sizeof(value)), -ENODATA);
	CHECK_EQ(box_lsetxattr("/lower/f", "user.a", "one", 3, XATTR_REPLACE), -ENODATA);
	CHECK_EQ(box_lsetxattr("/lower/f", "user.a", "one", 3, XATTR_CREATE), 0);
	CHECK_EQ(box_lsetxattr("/lower/f", "user.a", "two", 3, XATTR_CREATE), -EEXIST);
	CHECK_EQ(box_lsetxattr("/lower/f", "user.a", "two", 3, 8), -EINVAL);
	CHECK_EQ(box_lgetxattr("/lower/f", "user.a", NULL, 0), 3);
	CHECK_EQ(box_lgetxattr("/lower/f", "user.a", value, 2), -ERANGE);
	CHECK_EQ(box_lgetxattr("/lower/f", "user.a", value, 200), 3);
	CHECK(!memcmp(value, "one", 3));
	CHECK_EQ(box_lsetxattr("/lower/f", "user.b", "", 0, 0), 0);
	CHECK_EQ(box_lgetxattr("/lower/f", "user.b", value, 200), 0);
	CHECK_EQ(box_llistxattr("/lower/f", value, sizeof(value)), 14);
	CHECK_EQ(box_llistxattr("/lower/f", value, 13), -ERANGE);
	CHECK_EQ(box_lremovexattr("/lower/f", "user.a"), 0);
	CHECK_EQ(box_lremovexattr("/lower/f", "user.a"), -ENODATA);
	CHECK_EQ(box_lsetxattr("/lower/f", "user.", "x", 1, 0), -EINVAL);
	CHECK_EQ(box_lsetxattr("/lower/f", "other.x", "x", 1, 0), -EOPNOTSUPP);
	CHECK_EQ(box_lsetxattr("/lower/f", "", "x", 1, 0), -ERANGE);
	CHECK_EQ(box_lsetxattr("/lower/f", "user.c", "x", 1 << 20, 0), -E2BIG);
	CHECK_EQ(box_lsetxattr("/lower/f", "user.c", (void *)16, 1, 0), -EFAULT);
	CHECK_EQ(box_lsetxattr("/", "user.c", "x", 1, 0), -EOPNOTSUPP);
	lower_down();
}

static void set_get_list_remove(void **state)
{
	BOX(basics);
}

static void namespaces(void)
{
	lower_up("mode=0777");
	box_close(box_open("/lower/f", O_CREAT | O_RDWR, 0666));
	box_symlink("f", "/lower/s");
	CHECK_EQ(box_lsetxattr("/lower/s", "user.a", "x", 1, 0), -EPERM);
	CHECK_EQ(box_lgetxattr("/lower/s", "user.a", value, 8), -ENODATA);
	CHECK_EQ(box_lsetxattr("/lower/f", "trusted.a", "x", 1, 0), 0);
	CHECK_EQ(box_lsetxattr("/lower/f", "security.other", "x", 1, 0), 0);
	CHECK_EQ(box_setids(1000, 1000), 0);
	CHECK_EQ(box_lgetxattr("/lower/f", "trusted.a", value, 8), -ENODATA);
	CHECK_EQ(box_lsetxattr("/lower/f", "trusted.a", "y", 1, 0), -EPERM);
	CHECK_EQ(box_lsetxattr("/lower/f", "security.other", "y", 1, 0), -EPERM);
	CHECK_EQ(box_lgetxattr("/lower/f", "security.other", value, 8), 1);
	/* Hidden from those who may not read it. */
	CHECK_EQ(box_llistxattr("/lower/f", value, sizeof(value)), 15);
}

static void namespaces_and_permissions(void **state)
{
	BOX(namespaces);
}

static struct vfs_cap_data caps = {
	.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
	.data[0].permitted = 1,
};

static void capability(void)
{
	struct vfs_cap_data got;
	int fd;

	lower_up("mode=0777");
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0666);
	box_fchmod(fd, 0666);
	CHECK_EQ(box_lsetxattr("/lower/f", XATTR_NAME_CAPS, &caps, sizeof(caps) - 1, 0), -EINVAL);
	CHECK_EQ(box_lsetxattr("/lower/f", XATTR_NAME_CAPS, &caps, sizeof(caps), 0), 0);
	CHECK_EQ(box_lgetxattr("/lower/f", XATTR_NAME_CAPS, &got, sizeof(got)), sizeof(got));
	CHECK(!memcmp(&got, &caps, sizeof(caps)));
	CHECK_EQ(box_lgetxattr("/lower/f", XATTR_NAME_CAPS, NULL, 0), sizeof(got));
	/* A write by anybody, root too, strips them. */
	CHECK_EQ(box_write(fd, "a", 1), 1);
	CHECK_EQ(box_lgetxattr("/lower/f", XATTR_NAME_CAPS, &got, sizeof(got)), -ENODATA);
	CHECK_EQ(box_lsetxattr("/lower/f", XATTR_NAME_CAPS, &caps, sizeof(caps), 0), 0);
	CHECK_EQ(box_ftruncate(fd, 0), 0);
	CHECK_EQ(box_lgetxattr("/lower/f", XATTR_NAME_CAPS, &got, sizeof(got)), -ENODATA);
	CHECK_EQ(box_lsetxattr("/lower/f", XATTR_NAME_CAPS, &caps, sizeof(caps), 0), 0);
	CHECK_EQ(box_lchown("/lower/f", 1, 1), 0);
	CHECK_EQ(box_lgetxattr("/lower/f", XATTR_NAME_CAPS, &got, sizeof(got)), -ENODATA);
	CHECK_EQ(box_setids(1000, 1000), 0);
	CHECK_EQ(box_lsetxattr("/lower/f", XATTR_NAME_CAPS, &caps, sizeof(caps), 0), -EPERM);
}

static void file_capabilities(void **state)
{
	BOX(capability);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_get_list_remove),
		cmocka_unit_test(namespaces_and_permissions),
		cmocka_unit_test(file_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
