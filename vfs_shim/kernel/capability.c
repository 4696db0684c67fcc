// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities: may this be done?
 *
 * Models: kernel/capability.c, 6.1. Leaves out: audit, the system calls, ptrace.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/user_namespace.h>

const kernel_cap_t __cap_empty_set = CAP_EMPTY_SET;
EXPORT_SYMBOL(__cap_empty_set);

static bool ns_capable_common(struct user_namespace *ns, int cap, unsigned int opts)
{
	BUG_ON(!cap_valid(cap));
	if (security_capable(current_cred(), ns, cap, opts))
		return false;
	current->flags |= PF_SUPERPRIV;
	return true;
}

/**
 * ns_capable - may current use a capability towards a user namespace?
 * @ns: the namespace
 * @cap: CAP_*
 *
 * Models: kernel/capability.c, 6.1: sets PF_SUPERPRIV when it says yes.
 */
bool ns_capable(struct user_namespace *ns, int cap)
{
	return ns_capable_common(ns, cap, CAP_OPT_NONE);
}
EXPORT_SYMBOL(ns_capable);

/**
 * ns_capable_noaudit - ns_capable() without an audit record
 * @ns: the namespace
 * @cap: CAP_*
 *
 * Models: kernel/capability.c, 6.1.
 */
bool ns_capable_noaudit(struct user_namespace *ns, int cap)
{
	return ns_capable_common(ns, cap, CAP_OPT_NOAUDIT);
}
EXPORT_SYMBOL(ns_capable_noaudit);

/**
 * ns_capable_setid - ns_capable() on behalf of setuid() and the like
 * @ns: the namespace
 * @cap: CAP_*
 *
 * Models: kernel/capability.c, 6.1.
 */
bool ns_capable_setid(struct user_namespace *ns, int cap)
{
	return ns_capable_common(ns, cap, CAP_OPT_INSETID);
}
EXPORT_SYMBOL(ns_capable_setid);

/**
 * capable - may current use a capability in the initial user namespace?
 * @cap: CAP_*
 *
 * Models: kernel/capability.c, 6.1.
 */
bool capable(int cap)
{
	return ns_capable(&init_user_ns, cap);
}
EXPORT_SYMBOL(capable);

/**
 * file_ns_capable - had the opener of a file a capability?
 * @file: the file
 * @ns: the namespace
 * @cap: CAP_*
 *
 * Models: kernel/capability.c, 6.1.
 */
bool file_ns_capable(const struct file *file, struct user_namespace *ns, int cap)
{
	if (WARN_ON_ONCE(!cap_valid(cap)))
		return false;
	return !security_capable(file->f_cred, ns, cap, CAP_OPT_NONE);
}
EXPORT_SYMBOL(file_ns_capable);

/**
 * has_ns_capability - has a task a capability towards a namespace?
 * @t: the task
 * @ns: the namespace
 * @cap: CAP_*
 *
 * Models: kernel/capability.c, 6.1.
 */
bool has_ns_capability(struct task_struct *t, struct user_namespace *ns, int cap)
{
	int ret;

	rcu_read_lock();
	ret = security_capable(__task_cred(t), ns, cap, CAP_OPT_NONE);
	rcu_read_unlock();
	return !ret;
}

/**
 * has_capability - has a task a capability in the initial namespace?
 * @t: the task
 * @cap: CAP_*
 *
 * Models: kernel/capability.c, 6.1.
 */
bool has_capability(struct task_struct *t, int cap)
{
	return has_ns_capability(t, &init_user_ns, cap);
}
EXPORT_SYMBOL(has_capability);

/**
 * privileged_wrt_inode_uidgid - do owner and group of an inode exist in a namespace?
 * @ns: the namespace
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 *
 * Models: kernel/capability.c, 6.1.
 */
bool privileged_wrt_inode_uidgid(struct user_namespace *ns, struct user_namespace *mnt_userns,
				 const struct inode *inode)
{
	return kuid_has_mapping(ns, i_uid_into_mnt(mnt_userns, inode)) &&
	       kgid_has_mapping(ns, i_gid_into_mnt(mnt_userns, inode));
}

/**
 * capable_wrt_inode_uidgid - may current use a capability towards an inode?
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 * @cap: CAP_*
 *
 * Models: kernel/capability.c, 6.1.
 */
bool capable_wrt_inode_uidgid(struct user_namespace *mnt_userns, const struct inode *inode, int cap)
{
	struct user_namespace *ns = current_user_ns();

	return ns_capable(ns, cap) && privileged_wrt_inode_uidgid(ns, mnt_userns, inode);
}
EXPORT_SYMBOL(capable_wrt_inode_uidgid);
