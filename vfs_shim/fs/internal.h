/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of fs/ share among themselves. Models: fs/internal.h, 6.1.
 */
#ifndef _FS_INTERNAL_H
#define _FS_INTERNAL_H

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>

struct fs_context;
struct filename;

/* pipe.c, taken */
extern const struct file_operations pipefifo_fops;

/* char_dev.c */
void chrdev_init(void);
void cd_forget(struct inode *inode);

/* fs_context.c */
int parse_monolithic_mount_data(struct fs_context *fc, void *data);
void vfs_clean_context(struct fs_context *fc);
int finish_clean_context(struct fs_context *fc);

/* namei.c */
int filename_lookup(int dfd, struct filename *name, unsigned int flags, struct path *path,
		    struct path *root);
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);
int do_rmdir(int dfd, struct filename *name);
int do_unlinkat(int dfd, struct filename *name);
int do_mknodat(int dfd, struct filename *name, umode_t mode, unsigned int dev);
int do_mkdirat(int dfd, struct filename *name, umode_t mode);
int do_symlinkat(struct filename *from, int newdfd, struct filename *to);
int do_linkat(int olddfd, struct filename *old, int newdfd, struct filename *new, int flags);
int do_renameat2(int olddfd, struct filename *from, int newdfd, struct filename *to,
		 unsigned int flags);
/* Where AT_FDCWD and "/" start; the box has one root, which is every process's cwd. */
void box_root_get(struct path *path);

/* namespace.c */
struct vfsmount *lookup_mnt(const struct path *path);
int finish_automount(struct vfsmount *m, const struct path *path);
int __mnt_want_write_file(struct file *file);
void __mnt_drop_write_file(struct file *file);
bool may_mount(void);
int path_mount(const char *dev_name, struct path *path, const char *type, unsigned long flags,
	       void *data);
int path_umount(struct path *path, int flags);
int sb_prepare_remount_readonly(struct super_block *sb);
void __detach_mounts(struct dentry *dentry);
void mnt_init(void);
void mnt_shutdown(void);

/* file_table.c */
struct file *alloc_empty_file(int flags, const struct cred *cred);
struct file *alloc_empty_file_noaccount(int flags, const struct cred *cred);

static inline void put_file_access(struct file *file)
{
	if ((file->f_mode & (FMODE_READ | FMODE_WRITE)) == FMODE_READ) {
		i_readcount_dec(file->f_inode);
	} else if (file->f_mode & FMODE_WRITER) {
		put_write_access(file->f_inode);
		__mnt_drop_write(file->f_path.mnt);
	}
}

/* super.c */
int reconfigure_super(struct fs_context *fc);
bool mount_capable(struct fs_context *fc);
void put_super(struct super_block *sb);

/* open.c */
struct open_flags {
	int open_flag;
	umode_t mode;
	int acc_mode;
	int intent; /* LOOKUP_OPEN, LOOKUP_CREATE, LOOKUP_EXCL */
	int lookup_flags;
};
struct file *do_filp_open(int dfd, struct filename *pathname, const struct open_flags *op);
struct file *do_file_open_root(const struct path *root, const char *name,
			       const struct open_flags *op);
int vfs_open(const struct path *path, struct file *file);
int chmod_common(const struct path *path, umode_t mode);
int chown_common(const struct path *path, uid_t user, gid_t group);
int build_open_flags(const struct open_how *how, struct open_flags *op);
struct open_how build_open_how(int flags, umode_t mode);

/* inode.c */
void inode_init(void);
void inode_shutdown(void);
int dentry_needs_remove_privs(struct user_namespace *mnt_userns, struct dentry *dentry);
bool in_group_or_capable(struct user_namespace *mnt_userns, const struct inode *inode,
			 vfsgid_t vfsgid);
void lock_two_inodes(struct inode *inode1, struct inode *inode2, unsigned int subclass1,
		     unsigned int subclass2);
int invalidate_inodes(struct super_block *sb, bool kill_dirty);
void prune_icache(struct super_block *sb);

/* dcache.c */
int d_set_mounted(struct dentry *dentry);
struct dentry *d_alloc_pseudo(struct super_block *sb, const struct qstr *name);
struct dentry *d_alloc_cursor(struct dentry *parent);
char *simple_dname(struct dentry *dentry, char *buffer, int buflen);
void shrink_dentry_list(struct list_head *list);

/* libfs.c */
void libfs_shutdown(void);

/* rootfs.c */
void init_rootfs(void);
void exit_rootfs(void);
extern struct file_system_type rootfs_fs_type;

/* The caches of this folder at the end of a run: nothing may be left in them. */
void vfs_shutdown(void);

#endif
