// SPDX-License-Identifier: GPL-2.0
/*
 * Supplementary groups.
 *
 * Models: kernel/groups.c, 6.1. Leaves out: the system calls (a box process sets its groups through
 * set_current_groups()).
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/user_namespace.h>

/**
 * groups_alloc - an empty group list
 * @gidsetsize: number of groups
 *
 * Models: kernel/groups.c, 6.1. Return: one reference, or NULL without memory.
 */
struct group_info *groups_alloc(int gidsetsize)
{
	struct group_info *gi = kvmalloc(struct_size(gi, gid, gidsetsize), GFP_KERNEL_ACCOUNT);

	if (!gi)
		return NULL;
	atomic_set(&gi->usage, 1);
	gi->ngroups = gidsetsize;
	return gi;
}
EXPORT_SYMBOL(groups_alloc);

/**
 * groups_free - free a group list
 * @group_info: without references
 *
 * Models: kernel/groups.c, 6.1.
 */
void groups_free(struct group_info *group_info)
{
	kvfree(group_info);
}
EXPORT_SYMBOL(groups_free);

static int gid_compare(const void *a, const void *b)
{
	const kgid_t *x = a, *y = b;

	return gid_gt(*x, *y) - gid_lt(*x, *y);
}

/**
 * groups_sort - sort a list, as groups_search() wants it
 * @group_info: not visible to others yet
 *
 * Models: kernel/groups.c, 6.1.
 */
void groups_sort(struct group_info *group_info)
{
	sort(group_info->gid, group_info->ngroups, sizeof(*group_info->gid), gid_compare, NULL);
}
EXPORT_SYMBOL(groups_sort);

/**
 * groups_search - is a group in the list?
 * @group_info: sorted list
 * @grp: group
 *
 * Models: kernel/groups.c, 6.1. Return: 0 or 1.
 */
int groups_search(const struct group_info *group_info, kgid_t grp)
{
	int low = 0, high = group_info ? group_info->ngroups : 0;

	while (low < high) {
		int mid = low + (high - low) / 2;

		if (gid_eq(grp, group_info->gid[mid]))
			return 1;
		if (gid_gt(grp, group_info->gid[mid]))
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

/**
 * set_groups - give credentials another group list
 * @new: prepared credentials
 * @group_info: the list; a reference is taken
 *
 * Models: kernel/groups.c, 6.1.
 */
void set_groups(struct cred *new, struct group_info *group_info)
{
	put_group_info(new->group_info);
	get_group_info(group_info);
	new->group_info = group_info;
}
EXPORT_SYMBOL(set_groups);

/**
 * set_current_groups - change current's group list
 * @group_info: the list; a reference is taken
 *
 * Models: kernel/groups.c, 6.1. Return: 0, -ENOMEM.
 */
int set_current_groups(struct group_info *group_info)
{
	struct cred *new = prepare_creds();

	if (!new)
		return -ENOMEM;
	set_groups(new, group_info);
	return commit_creds(new);
}
EXPORT_SYMBOL(set_current_groups);

/**
 * may_setgroups - may current change its groups?
 *
 * Models: kernel/groups.c, 6.1.
 */
bool may_setgroups(void)
{
	return ns_capable_setid(current_user_ns(), CAP_SETGID);
}

/**
 * in_group_p - does current's fsgid or group list contain a group?
 * @grp: group
 *
 * Models: kernel/groups.c, 6.1. Return: 0 or 1.
 */
int in_group_p(kgid_t grp)
{
	const struct cred *cred = current_cred();

	return gid_eq(grp, cred->fsgid) || groups_search(cred->group_info, grp);
}
EXPORT_SYMBOL(in_group_p);

/**
 * in_egroup_p - does current's egid or group list contain a group?
 * @grp: group
 *
 * Models: kernel/groups.c, 6.1. Return: 0 or 1.
 */
int in_egroup_p(kgid_t grp)
{
	const struct cred *cred = current_cred();

	return gid_eq(grp, cred->egid) || groups_search(cred->group_info, grp);
}
EXPORT_SYMBOL(in_egroup_p);
