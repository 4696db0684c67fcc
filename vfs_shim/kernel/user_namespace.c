// SPDX-License-Identifier: GPL-2.0
/*
 * User namespaces: numbers of users as somebody sees them, and as the kernel keeps them.
 *
 * Models: kernel/user_namespace.c, 6.1. Leaves out: creating namespaces (there is one), the /proc
 * files, maps of more than five extents.
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/projid.h>
#include <linux/user_namespace.h>
#include <linux/uidgid.h>
#include <core/run.h>

#define IDENTITY_MAP { .nr_extents = 1, { .extent[0] = { .count = 4294967295U } } }

struct user_namespace init_user_ns = {
	.uid_map = IDENTITY_MAP,
	.gid_map = IDENTITY_MAP,
	.projid_map = IDENTITY_MAP,
	.ns.count = REFCOUNT_INIT(3),
	.owner = GLOBAL_ROOT_UID,
	.group = GLOBAL_ROOT_GID,
	.flags = USERNS_INIT_FLAGS,
};
EXPORT_SYMBOL_GPL(init_user_ns);

static u32 map_down(const struct uid_gid_map *map, u32 id)
{
	u32 i;

	for (i = 0; i < map->nr_extents; i++) {
		const struct uid_gid_extent *e = &map->extent[i];

		if (id - e->first < e->count)
			return e->lower_first + (id - e->first);
	}
	return (u32)-1;
}

static u32 map_up(const struct uid_gid_map *map, u32 id)
{
	u32 i;

	for (i = 0; i < map->nr_extents; i++) {
		const struct uid_gid_extent *e = &map->extent[i];

		if (id - e->lower_first < e->count)
			return e->first + (id - e->lower_first);
	}
	return (u32)-1;
}

/**
 * make_kuid - a user number as the kernel keeps it
 * @ns: whose view @uid is
 * @uid: number
 *
 * Models: kernel/user_namespace.c, 6.1. Return: the kuid, invalid when not mapped.
 */
kuid_t make_kuid(struct user_namespace *ns, uid_t uid)
{
	return KUIDT_INIT(map_down(&ns->uid_map, uid));
}
EXPORT_SYMBOL(make_kuid);

/**
 * from_kuid - a user number as somebody sees it
 * @targ: whose view
 * @kuid: as the kernel keeps it
 *
 * Models: kernel/user_namespace.c, 6.1. Return: the number, -1 when not mapped.
 */
uid_t from_kuid(struct user_namespace *targ, kuid_t kuid)
{
	return map_up(&targ->uid_map, __kuid_val(kuid));
}
EXPORT_SYMBOL(from_kuid);

/**
 * from_kuid_munged - from_kuid() that never fails
 * @targ: whose view
 * @kuid: as the kernel keeps it
 *
 * Models: kernel/user_namespace.c, 6.1. Return: the number, overflowuid when not mapped.
 */
uid_t from_kuid_munged(struct user_namespace *targ, kuid_t kuid)
{
	uid_t uid = from_kuid(targ, kuid);

	return uid == (uid_t)-1 ? overflowuid : uid;
}
EXPORT_SYMBOL(from_kuid_munged);

/**
 * make_kgid - a group number as the kernel keeps it
 * @ns: whose view @gid is
 * @gid: number
 *
 * Models: kernel/user_namespace.c, 6.1. Return: the kgid, invalid when not mapped.
 */
kgid_t make_kgid(struct user_namespace *ns, gid_t gid)
{
	return KGIDT_INIT(map_down(&ns->gid_map, gid));
}
EXPORT_SYMBOL(make_kgid);

/**
 * from_kgid - a group number as somebody sees it
 * @targ: whose view
 * @kgid: as the kernel keeps it
 *
 * Models: kernel/user_namespace.c, 6.1. Return: the number, -1 when not mapped.
 */
gid_t from_kgid(struct user_namespace *targ, kgid_t kgid)
{
	return map_up(&targ->gid_map, __kgid_val(kgid));
}
EXPORT_SYMBOL(from_kgid);

/**
 * from_kgid_munged - from_kgid() that never fails
 * @targ: whose view
 * @kgid: as the kernel keeps it
 *
 * Models: kernel/user_namespace.c, 6.1. Return: the number, overflowgid when not mapped.
 */
gid_t from_kgid_munged(struct user_namespace *targ, kgid_t kgid)
{
	gid_t gid = from_kgid(targ, kgid);

	return gid == (gid_t)-1 ? overflowgid : gid;
}
EXPORT_SYMBOL(from_kgid_munged);

/**
 * make_kprojid - a project number as the kernel keeps it
 * @ns: whose view @projid is
 * @projid: number
 *
 * Models: kernel/user_namespace.c, 6.1. Return: the kprojid, invalid when not mapped.
 */
kprojid_t make_kprojid(struct user_namespace *ns, projid_t projid)
{
	return KPROJIDT_INIT(map_down(&ns->projid_map, projid));
}
EXPORT_SYMBOL(make_kprojid);

/**
 * in_userns - is a namespace another one or a descendant of it?
 * @ancestor: the upper
 * @child: the lower
 *
 * Models: kernel/user_namespace.c, 6.1.
 */
bool in_userns(const struct user_namespace *ancestor, const struct user_namespace *child)
{
	while (child && child->level > ancestor->level)
		child = child->parent;
	return child == ancestor;
}

/**
 * current_in_userns - is current in a namespace or a descendant of it?
 * @target_ns: the namespace
 *
 * Models: kernel/user_namespace.c, 6.1.
 */
bool current_in_userns(const struct user_namespace *target_ns)
{
	return in_userns(target_ns, current_user_ns());
}
EXPORT_SYMBOL(current_in_userns);

/**
 * __put_user_ns - free a namespace
 * @ns: without references
 *
 * There is only the initial one, which is never freed: its count cannot come to zero by right.
 */
void __put_user_ns(struct user_namespace *ns)
{
	(void)ns;
	unmodelled("__put_user_ns: the initial user namespace was put too often");
}
EXPORT_SYMBOL(__put_user_ns);
