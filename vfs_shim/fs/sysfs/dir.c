// SPDX-License-Identifier: GPL-2.0
/*
 * Models: fs/sysfs/dir.c, 6.1, as far as file systems ask for a place to be mounted at. There is no sysfs in the box: what would
 * be mounted on /sys/fs/... is mounted on a directory of the root file system.
 */
#include <linux/export.h>
#include <linux/sysfs.h>

/** sysfs_create_mount_point() - nothing to create: no sysfs to hold an empty directory. */
int sysfs_create_mount_point(struct kobject *parent_kobj, const char *name)
{
	return 0;
}
EXPORT_SYMBOL_GPL(sysfs_create_mount_point);

/** sysfs_remove_mount_point() - nothing was created. */
void sysfs_remove_mount_point(struct kobject *parent_kobj, const char *name)
{
}
EXPORT_SYMBOL_GPL(sysfs_remove_mount_point);
