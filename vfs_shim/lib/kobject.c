// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel objects: names and reference counts.
 *
 * Models: lib/kobject.c, fs/sysfs/mount.c, fs/namespace.c (fs_kobj), 6.1. Leaves out: the sysfs
 * tree and uevents: nothing in the box can see them.
 */
#include <linux/kobject.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

static const struct kobj_type static_ktype;
static struct kobject kernel_object = { .name = "kernel",
					.ktype = &static_ktype,
					.kref = KREF_INIT(1) };
static struct kobject fs_object = { .name = "fs", .ktype = &static_ktype, .kref = KREF_INIT(1) };

struct kobject *kernel_kobj = &kernel_object;
EXPORT_SYMBOL(kernel_kobj);
struct kobject *fs_kobj = &fs_object;
EXPORT_SYMBOL(fs_kobj);

/** kobject_init() - one reference, no name. Models: 6.1. */
void kobject_init(struct kobject *kobj, const struct kobj_type *ktype)
{
	*kobj = (struct kobject){ .ktype = ktype };
	kref_init(&kobj->kref);
}
EXPORT_SYMBOL(kobject_init);

static int add(struct kobject *kobj, struct kobject *parent, const char *fmt, va_list args)
{
	kobj->name = kvasprintf(GFP_KERNEL, fmt, args);
	if (!kobj->name)
		return -ENOMEM;
	kobj->parent = kobject_get(parent);
	return 0;
}

/** kobject_add() - give it a name and a place. 0 or -ENOMEM. Models: 6.1. */
int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...)
{
	va_list args;
	int err;

	va_start(args, fmt);
	err = add(kobj, parent, fmt, args);
	va_end(args);
	return err;
}
EXPORT_SYMBOL(kobject_add);

/** kobject_init_and_add() - both; also after an error it needs kobject_put(). Models: 6.1. */
int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype,
			 struct kobject *parent, const char *fmt, ...)
{
	va_list args;
	int err;

	kobject_init(kobj, ktype);
	va_start(args, fmt);
	err = add(kobj, parent, fmt, args);
	va_end(args);
	return err;
}
EXPORT_SYMBOL(kobject_init_and_add);

static void dynamic_release(struct kobject *kobj)
{
	kfree(kobj);
}

static const struct kobj_type dynamic_ktype = { .release = dynamic_release };

/** kobject_create_and_add() - allocated too; NULL when out of memory. Models: 6.1. */
struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	struct kobject *kobj = kzalloc(sizeof(*kobj), GFP_KERNEL);

	if (!kobj)
		return NULL;
	if (kobject_init_and_add(kobj, &dynamic_ktype, parent, "%s", name)) {
		kobject_put(kobj);
		return NULL;
	}
	return kobj;
}
EXPORT_SYMBOL(kobject_create_and_add);

/** kobject_get() - one more reference; NULL is fine. Models: 6.1. */
struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj)
		kref_get(&kobj->kref);
	return kobj;
}
EXPORT_SYMBOL(kobject_get);

static void release(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);
	struct kobject *parent = kobj->parent;
	const char *name = kobj->name;

	if (kobj->ktype && kobj->ktype->release)
		kobj->ktype->release(kobj);
	kfree(name);
	kobject_put(parent);
}

/** kobject_put() - one less; NULL is fine. Models: 6.1. */
void kobject_put(struct kobject *kobj)
{
	if (kobj)
		kref_put(&kobj->kref, release);
}
EXPORT_SYMBOL(kobject_put);

/** kobject_del() - take it out of the tree, which is not there. Models: 6.1. */
void kobject_del(struct kobject *kobj)
{
	if (!kobj)
		return;
	kobject_put(kobj->parent);
	kobj->parent = NULL;
}
EXPORT_SYMBOL(kobject_del);

/** kobject_uevent() - 0: nobody listens. Models: lib/kobject_uevent.c, 6.1. */
int kobject_uevent(struct kobject *kobj, enum kobject_action action)
{
	return 0;
}
EXPORT_SYMBOL(kobject_uevent);

/* Where fusectl is to be mounted: one directory at a time under each parent. */
static const struct kobject *mount_point_of;

/**
 * sysfs_create_mount_point() - an empty directory; 0, or -EEXIST. Models: fs/sysfs/dir.c, 6.1, one
 *	at a time.
 */
int sysfs_create_mount_point(struct kobject *parent_kobj, const char *name)
{
	if (mount_point_of)
		return -EEXIST;
	mount_point_of = parent_kobj;
	return 0;
}
EXPORT_SYMBOL(sysfs_create_mount_point);

/** sysfs_remove_mount_point() - and away. Models: fs/sysfs/dir.c, 6.1. */
void sysfs_remove_mount_point(struct kobject *parent_kobj, const char *name)
{
	WARN_ON(mount_point_of != parent_kobj);
	mount_point_of = NULL;
}
EXPORT_SYMBOL(sysfs_remove_mount_point);
