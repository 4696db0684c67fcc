// SPDX-License-Identifier: GPL-2.0
/*
 * The list of file system types.
 *
 * Models: fs/filesystems.c, 6.1. Leaves out: loading of modules by name, sysfs(2).
 */
#include <linux/fs.h>
#include <linux/fs_parser.h>
#include <linux/export.h>
#include <linux/module.h>
#include <linux/string.h>

static struct file_system_type *file_systems;
static DEFINE_RWLOCK(file_systems_lock);

/** get_filesystem() - one more reference to the module. Models: fs/filesystems.c, 6.1. */
struct file_system_type *get_filesystem(struct file_system_type *fs)
{
	__module_get(fs->owner);
	return fs;
}

/** put_filesystem() - Models: fs/filesystems.c, 6.1. */
void put_filesystem(struct file_system_type *fs)
{
	module_put(fs->owner);
}

static struct file_system_type **find_filesystem(const char *name, unsigned int len)
{
	struct file_system_type **p;

	for (p = &file_systems; *p; p = &(*p)->next)
		if (!strncmp((*p)->name, name, len) && !(*p)->name[len])
			break;
	return p;
}

/**
 * register_filesystem() - -EBUSY if the name is taken, -EINVAL for bad parameters. Models:
 *	fs/filesystems.c, 6.1.
 */
int register_filesystem(struct file_system_type *fs)
{
	struct file_system_type **p;
	int res = 0;

	BUG_ON(strchr(fs->name, '.'));
	if (fs->next)
		return -EBUSY;
	write_lock(&file_systems_lock);
	p = find_filesystem(fs->name, strlen(fs->name));
	if (*p)
		res = -EBUSY;
	else
		*p = fs;
	write_unlock(&file_systems_lock);
	return res;
}
EXPORT_SYMBOL(register_filesystem);

/** unregister_filesystem() - -EINVAL if it is not registered. Models: fs/filesystems.c, 6.1. */
int unregister_filesystem(struct file_system_type *fs)
{
	struct file_system_type **p;

	write_lock(&file_systems_lock);
	for (p = &file_systems; *p; p = &(*p)->next) {
		if (*p != fs)
			continue;
		*p = fs->next;
		fs->next = NULL;
		write_unlock(&file_systems_lock);
		synchronize_rcu();
		return 0;
	}
	write_unlock(&file_systems_lock);
	return -EINVAL;
}
EXPORT_SYMBOL(unregister_filesystem);

/**
 * get_fs_type() - by name, up to a dot; counted. NULL if there is none. Models: fs/filesystems.c,
 *	6.1.
 */
struct file_system_type *get_fs_type(const char *name)
{
	const char *dot = strchr(name, '.');
	unsigned int len = dot ? dot - name : strlen(name);
	struct file_system_type *fs;

	read_lock(&file_systems_lock);
	fs = *find_filesystem(name, len);
	if (fs && !try_module_get(fs->owner))
		fs = NULL;
	read_unlock(&file_systems_lock);
	if (dot && fs && !(fs->fs_flags & FS_HAS_SUBTYPE)) {
		put_filesystem(fs);
		fs = NULL;
	}
	return fs;
}
EXPORT_SYMBOL(get_fs_type);
