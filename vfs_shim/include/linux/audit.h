/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/audit.h. CONFIG_AUDIT is off: nobody listens, and nothing that is audited
 * depends on it.
 */
#ifndef _LINUX_AUDIT_H_
#define _LINUX_AUDIT_H_

struct inode;
struct file;
struct dentry;

#define AUDIT_TYPE_CHILD_DELETE	3
#define AUDIT_TYPE_CHILD_CREATE	4

static inline void audit_fd_pair(int fd1, int fd2)
{
}

static inline void audit_inode_child(struct inode *parent, const struct dentry *dentry,
				     unsigned char type)
{
}

static inline void audit_file(const struct file *file)
{
}

#endif
