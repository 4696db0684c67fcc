// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks of the security modules.
 *
 * Models: security/security.c, 6.1, as it behaves when only the capability module is loaded (a
 * kernel booted with lsm=). So the hooks of section one are empty by contract: the kernel's own
 * loop over no module. The others end in security/commoncap.c, or answer what the kernel answers
 * when no module does.
 */
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/seq_file.h>
#include <linux/xattr.h>

/* Section one: no module has anything to say. */
#define NO_MODULE_SAYS(name, ...)		\
	int security_##name(__VA_ARGS__)	\
	{					\
		return 0;			\
	}
#define NO_MODULE_HEARS(name, ...)		\
	void security_##name(__VA_ARGS__)	\
	{					\
	}

NO_MODULE_SAYS(fs_context_submount, struct fs_context *fc, struct super_block *reference)
NO_MODULE_SAYS(fs_context_dup, struct fs_context *fc, struct fs_context *src_fc)
NO_MODULE_SAYS(sb_alloc, struct super_block *sb)
NO_MODULE_HEARS(sb_delete, struct super_block *sb)
NO_MODULE_HEARS(sb_free, struct super_block *sb)
NO_MODULE_SAYS(sb_eat_lsm_opts, char *options, void **mnt_opts)
NO_MODULE_SAYS(sb_remount, struct super_block *sb, void *mnt_opts)
NO_MODULE_SAYS(sb_kern_mount, struct super_block *sb)
NO_MODULE_SAYS(sb_show_options, struct seq_file *m, struct super_block *sb)
NO_MODULE_SAYS(sb_statfs, struct dentry *dentry)
NO_MODULE_SAYS(sb_mount, const char *dev_name, const struct path *path, const char *type,
	       unsigned long flags, void *data)
NO_MODULE_SAYS(sb_umount, struct vfsmount *mnt, int flags)
NO_MODULE_SAYS(inode_alloc, struct inode *inode)
NO_MODULE_HEARS(inode_free, struct inode *inode)
NO_MODULE_SAYS(inode_init_security_anon, struct inode *inode, const struct qstr *name, const
	       struct inode *context_inode)
NO_MODULE_SAYS(inode_create, struct inode *dir, struct dentry *dentry, umode_t mode)
NO_MODULE_SAYS(inode_link, struct dentry *old_dentry, struct inode *dir, struct dentry *new_dentry)
NO_MODULE_SAYS(inode_unlink, struct inode *dir, struct dentry *dentry)
NO_MODULE_SAYS(inode_symlink, struct inode *dir, struct dentry *dentry, const char *old_name)
NO_MODULE_SAYS(inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode)
NO_MODULE_SAYS(inode_rmdir, struct inode *dir, struct dentry *dentry)
NO_MODULE_SAYS(inode_mknod, struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
NO_MODULE_SAYS(inode_rename, struct inode *old_dir, struct dentry *old_dentry, struct inode
	       *new_dir, struct dentry *new_dentry, unsigned int flags)
NO_MODULE_SAYS(inode_readlink, struct dentry *dentry)
NO_MODULE_SAYS(inode_follow_link, struct dentry *dentry, struct inode *inode, bool rcu)
NO_MODULE_SAYS(inode_permission, struct inode *inode, int mask)
NO_MODULE_SAYS(inode_setattr, struct user_namespace *mnt_userns, struct dentry *dentry, struct
	       iattr *attr)
NO_MODULE_SAYS(inode_getattr, const struct path *path)
NO_MODULE_HEARS(inode_post_setxattr, struct dentry *dentry, const char *name, const void *value,
	       size_t size, int flags)
NO_MODULE_SAYS(inode_getxattr, struct dentry *dentry, const char *name)
NO_MODULE_SAYS(inode_listxattr, struct dentry *dentry)
NO_MODULE_SAYS(inode_listsecurity, struct inode *inode, char *buffer, size_t buffer_size)
NO_MODULE_SAYS(file_permission, struct file *file, int mask)
NO_MODULE_SAYS(file_alloc, struct file *file)
NO_MODULE_HEARS(file_free, struct file *file)
NO_MODULE_SAYS(file_ioctl, struct file *file, unsigned int cmd, unsigned long arg)
NO_MODULE_SAYS(file_ioctl_compat, struct file *file, unsigned int cmd, unsigned long arg)
NO_MODULE_SAYS(file_lock, struct file *file, unsigned int cmd)
NO_MODULE_SAYS(file_fcntl, struct file *file, unsigned int cmd, unsigned long arg)
NO_MODULE_HEARS(file_set_fowner, struct file *file)
NO_MODULE_SAYS(file_send_sigiotask, struct task_struct *tsk, struct fown_struct *fown, int sig)
NO_MODULE_SAYS(file_receive, struct file *file)
NO_MODULE_SAYS(file_open, struct file *file)
NO_MODULE_SAYS(mmap_file, struct file *file, unsigned long prot, unsigned long flags)
NO_MODULE_SAYS(task_alloc, struct task_struct *task, unsigned long clone_flags)
NO_MODULE_HEARS(task_free, struct task_struct *task)
NO_MODULE_SAYS(cred_alloc_blank, struct cred *cred, gfp_t gfp)
NO_MODULE_HEARS(cred_free, struct cred *cred)
NO_MODULE_SAYS(prepare_creds, struct cred *new, const struct cred *old, gfp_t gfp)
NO_MODULE_HEARS(transfer_creds, struct cred *new, const struct cred *old)
NO_MODULE_SAYS(task_fix_setgid, struct cred *new, const struct cred *old, int flags)
NO_MODULE_SAYS(task_fix_setgroups, struct cred *new, const struct cred *old)
NO_MODULE_SAYS(task_kill, struct task_struct *p, struct kernel_siginfo *info, int sig, const
	       struct cred *cred)
NO_MODULE_HEARS(d_instantiate, struct dentry *dentry, struct inode *inode)
NO_MODULE_HEARS(inode_invalidate_secctx, struct inode *inode)
NO_MODULE_HEARS(release_secctx, char *secdata, u32 seclen)

/* Section two: the capability module, and what the kernel answers when no module does. */

/**
 * security_capable - do credentials hold a capability?
 * @cred: the credentials
 * @ns: towards this user namespace
 * @cap: CAP_*
 * @opts: CAP_OPT_*
 *
 * Models: security/security.c, 6.1. Return: 0, -EPERM.
 */
int security_capable(const struct cred *cred, struct user_namespace *ns, int cap, unsigned int opts)
{
	return cap_capable(cred, ns, cap, opts);
}

/**
 * security_capset - check and enter new capability sets
 * @new: prepared credentials
 * @old: those in force
 * @effective: wanted
 * @inheritable: wanted
 * @permitted: wanted
 *
 * Models: security/security.c, 6.1. Return: 0, -EPERM.
 */
int security_capset(struct cred *new, const struct cred *old, const kernel_cap_t *effective,
		    const kernel_cap_t *inheritable, const kernel_cap_t *permitted)
{
	return cap_capset(new, old, effective, inheritable, permitted);
}

/**
 * security_task_fix_setuid - what a change of user ids does to capabilities
 * @new: prepared credentials
 * @old: those in force
 * @flags: LSM_SETID_*
 *
 * Models: security/security.c, 6.1. Return: 0, -EINVAL.
 */
int security_task_fix_setuid(struct cred *new, const struct cred *old, int flags)
{
	return cap_task_fix_setuid(new, old, flags);
}

/**
 * security_inode_need_killpriv - must a write strip something?
 * @dentry: the file
 *
 * Models: security/security.c, 6.1. Return: 1 yes, 0 no.
 */
int security_inode_need_killpriv(struct dentry *dentry)
{
	return cap_inode_need_killpriv(dentry);
}

/**
 * security_inode_killpriv - strip it
 * @mnt_userns: user namespace of the mount
 * @dentry: the file
 *
 * Models: security/security.c, 6.1. Return: 0 or -errno.
 */
int security_inode_killpriv(struct user_namespace *mnt_userns, struct dentry *dentry)
{
	return cap_inode_killpriv(mnt_userns, dentry);
}

/**
 * security_inode_getsecurity - read an attribute that a module keeps
 * @mnt_userns: user namespace of the mount
 * @inode: the inode
 * @name: attribute name behind "security."
 * @buffer: out: allocated value, when @alloc
 * @alloc: is the value wanted, or only its size?
 *
 * Models: security/security.c, 6.1. Return: size in bytes, -EOPNOTSUPP, -errno.
 */
int security_inode_getsecurity(struct user_namespace *mnt_userns, struct inode *inode,
			       const char *name, void **buffer, bool alloc)
{
	return cap_inode_getsecurity(mnt_userns, inode, name, buffer, alloc);
}

/**
 * security_inode_setsecurity - set an attribute that a module keeps
 * @inode: the inode
 * @name: attribute name behind "security."
 * @value: value
 * @size: bytes
 * @flags: XATTR_*
 *
 * Models: security/security.c, 6.1. Return: -EOPNOTSUPP, for no module keeps any.
 */
int security_inode_setsecurity(struct inode *inode, const char *name, const void *value,
			       size_t size, int flags)
{
	return -EOPNOTSUPP;
}

/**
 * security_inode_setxattr - may an attribute be set?
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full attribute name
 * @value: value
 * @size: bytes
 * @flags: XATTR_*
 *
 * Models: security/security.c, 6.1. Return: 0, -EPERM.
 */
int security_inode_setxattr(struct user_namespace *mnt_userns, struct dentry *dentry,
			    const char *name, const void *value, size_t size, int flags)
{
	return cap_inode_setxattr(dentry, name, value, size, flags);
}

/**
 * security_inode_removexattr - may an attribute be removed?
 * @mnt_userns: user namespace of the mount
 * @dentry: the object
 * @name: full attribute name
 *
 * Models: security/security.c, 6.1. Return: 0, -EPERM.
 */
int security_inode_removexattr(struct user_namespace *mnt_userns, struct dentry *dentry,
			       const char *name)
{
	return cap_inode_removexattr(mnt_userns, dentry, name);
}

/**
 * security_inode_init_security - attributes of a new inode
 * @inode: the new inode
 * @dir: its directory
 * @qstr: its name
 * @initxattrs: would store them
 * @fs_data: for @initxattrs
 *
 * Models: security/security.c, 6.1. Return: 0: without modules there are none.
 */
int security_inode_init_security(struct inode *inode, struct inode *dir, const struct qstr *qstr,
				 const initxattrs initxattrs, void *fs_data)
{
	return 0;
}

/**
 * security_dentry_init_security - security context of an object to be created
 * @dentry: the object
 * @mode: its mode
 * @name: its name
 * @xattr_name: out
 * @ctx: out
 * @ctxlen: out
 *
 * Models: security/security.c, 6.1. Return: -EOPNOTSUPP, for no module labels.
 */
int security_dentry_init_security(struct dentry *dentry, int mode, const struct qstr *name,
				  const char **xattr_name, void **ctx, u32 *ctxlen)
{
	return -EOPNOTSUPP;
}

/**
 * security_fs_context_parse_param - is a mount option one of a module?
 * @fc: mount context
 * @param: the option
 *
 * Models: security/security.c, 6.1. Return: -ENOPARAM, for none is.
 */
int security_fs_context_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	return -ENOPARAM;
}

/**
 * security_free_mnt_opts - free the options that modules kept
 * @mnt_opts: where they hang
 *
 * Models: security/security.c, 6.1. No module hangs any.
 */
void security_free_mnt_opts(void **mnt_opts)
{
	WARN_ON(*mnt_opts);
}

/**
 * security_sb_set_mnt_opts - give a super block the options that modules kept
 * @sb: super block
 * @mnt_opts: the options
 * @kern_flags: in
 * @set_kern_flags: out
 *
 * Models: security/security.c, 6.1. Return: 0, or -EOPNOTSUPP when there are any.
 */
int security_sb_set_mnt_opts(struct super_block *sb, void *mnt_opts, unsigned long kern_flags,
			     unsigned long *set_kern_flags)
{
	return mnt_opts ? -EOPNOTSUPP : 0;
}

/**
 * security_ismaclabel - is an attribute a label of mandatory access control?
 * @name: attribute name
 *
 * Models: security/security.c, 6.1. Return: 0: no module labels.
 */
int security_ismaclabel(const char *name)
{
	return 0;
}
