// SPDX-License-Identifier: GPL-2.0
/*
 * The lower file system: mounting, inodes, names, attributes. See lower_ramfs.h.
 *
 * It is written as a local file system is, against the kernel's interface only. Names live in the
 * dcache alone, as in ramfs.
 */
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/fileattr.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <linux/string.h>
#include <linux/xattr.h>
#include "lower_internal.h"

#define LOWER_FS_FLAGS (FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL | FS_SYNC_FL)

static struct kmem_cache *lower_inode_cache;
static const struct inode_operations lower_dir_inode_operations;
static const struct inode_operations lower_file_inode_operations;
static const struct inode_operations lower_symlink_inode_operations;

/* Nothing is written back: pages are the file. */
static const struct address_space_operations lower_aops = {
	.dirty_folio = noop_dirty_folio,
};

/* As file systems on iomap say that their files take O_DIRECT. */
static const struct address_space_operations lower_dio_aops = {
	.direct_IO = noop_direct_IO,
	.dirty_folio = noop_dirty_folio,
};

static struct inode *lower_alloc_inode(struct super_block *sb)
{
	struct lower_inode *li = alloc_inode_sb(sb, lower_inode_cache, GFP_KERNEL);

	if (!li)
		return NULL;
	xa_init(&li->chunks);
	simple_xattrs_init(&li->xattrs);
	li->fsflags = 0;
	li->stored_to = false;
	li->host = -1;
	return &li->vfs;
}

static void lower_free_inode(struct inode *inode)
{
	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	kmem_cache_free(lower_inode_cache, LOWER_I(inode));
}

static void lower_evict_inode(struct inode *inode)
{
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	LOWER_STORAGE(inode)->free(inode);
	simple_xattrs_free(&LOWER_I(inode)->xattrs);
}

static void init_by_type(struct inode *inode, umode_t mode, dev_t dev)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &lower_file_inode_operations;
		inode->i_fop = LOWER_SB(inode->i_sb)->variant->fops;
		inode->i_mapping->a_ops = LOWER_SB(inode->i_sb)->odirect ? &lower_dio_aops :
									   &lower_aops;
		break;
	case S_IFDIR:
		inode->i_op = &lower_dir_inode_operations;
		inode->i_fop = &simple_dir_operations;
		inc_nlink(inode);
		break;
	case S_IFLNK:
		inode->i_op = &lower_symlink_inode_operations;
		break;
	default:
		inode->i_op = &lower_file_inode_operations;
		init_special_inode(inode, mode, dev);
	}
}

static struct inode *lower_new_inode(struct user_namespace *mnt_userns, struct super_block *sb,
				     struct inode *dir, umode_t mode, dev_t dev)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	inode_init_owner(mnt_userns, inode, dir, mode);
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	init_by_type(inode, mode, dev);
	if (LOWER_SB(sb)->nocmtime)
		inode->i_flags |= S_NOCMTIME;
	/* ACLs live in the inode alone, so that what is not there need not be looked for. */
	cache_no_acl(inode);
	if (dir && simple_acl_create(dir, inode)) {
		iput(inode);
		return NULL;
	}
	/* Like a file system on disk, that writes back dirty inodes: they can be found. */
	insert_inode_hash(inode);
	return inode;
}

static int lower_mknod(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
		       umode_t mode, dev_t dev)
{
	struct inode *inode = lower_new_inode(mnt_userns, dir->i_sb, dir, mode, dev);

	if (!inode)
		return -ENOMEM;
	d_instantiate(dentry, inode);
	/* Pinned: the dcache is the directory. */
	dget(dentry);
	dir->i_mtime = dir->i_ctime = current_time(dir);
	return 0;
}

static int lower_create(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
			umode_t mode, bool excl)
{
	(void)excl;
	return lower_mknod(mnt_userns, dir, dentry, mode | S_IFREG, 0);
}

static int lower_mkdir(struct user_namespace *mnt_userns, struct inode *dir, struct dentry *dentry,
		       umode_t mode)
{
	int err = lower_mknod(mnt_userns, dir, dentry, mode | S_IFDIR, 0);

	if (!err)
		inc_nlink(dir);
	return err;
}

static int lower_symlink(struct user_namespace *mnt_userns, struct inode *dir,
			 struct dentry *dentry, const char *target)
{
	char *link = kstrdup(target, GFP_KERNEL);
	int err;

	if (!link)
		return -ENOMEM;
	err = lower_mknod(mnt_userns, dir, dentry, S_IFLNK | 0777, 0);
	if (err) {
		kfree(link);
		return err;
	}
	d_inode(dentry)->i_link = link;
	i_size_write(d_inode(dentry), strlen(link));
	return 0;
}

static int lower_tmpfile(struct user_namespace *mnt_userns, struct inode *dir, struct file *file,
			 umode_t mode)
{
	struct inode *inode = lower_new_inode(mnt_userns, dir->i_sb, dir, mode, 0);

	if (!inode)
		return -ENOMEM;
	d_tmpfile(file, inode);
	return finish_open_simple(file, 0);
}

static int set_size(struct inode *inode, loff_t size)
{
	loff_t old = i_size_read(inode);

	/* Out of all mappings first, and no fault may bring it back. */
	filemap_invalidate_lock(inode->i_mapping);
	truncate_setsize(inode, size);
	if (size < old)
		LOWER_STORAGE(inode)->punch(inode, size, LLONG_MAX);
	filemap_invalidate_unlock(inode->i_mapping);
	return 0;
}

static int lower_setattr(struct user_namespace *mnt_userns, struct dentry *dentry,
			 struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	size_t len = 0;
	int err = setattr_prepare(mnt_userns, dentry, attr);

	if (!err)
		err = lower_fault(inode, W_LOWER_SETATTR, &len);
	if (!err && (attr->ia_valid & ATTR_SIZE)) {
		bool changed = attr->ia_size != i_size_read(inode);

		inode_dio_wait(inode);
		err = set_size(inode, attr->ia_size);
		if (changed)
			inode->i_mtime = inode->i_ctime = current_time(inode);
	}
	if (!err) {
		setattr_copy(mnt_userns, inode, attr);
		mark_inode_dirty(inode);
		if (attr->ia_valid & ATTR_MODE)
			err = posix_acl_chmod(mnt_userns, inode, inode->i_mode);
	}
	lower_log(inode, W_LOWER_SETATTR, attr->ia_valid & ATTR_FILE ? attr->ia_file : NULL, NULL,
		  attr->ia_valid & ATTR_SIZE ? attr->ia_size : 0, attr->ia_valid, err);
	return err;
}

static int lower_fileattr_get(struct dentry *dentry, struct fileattr *fa)
{
	fileattr_fill_flags(fa, LOWER_I(d_inode(dentry))->fsflags);
	return 0;
}

static unsigned int to_inode_flags(u32 fsflags)
{
	return (fsflags & FS_IMMUTABLE_FL ? S_IMMUTABLE : 0) |
	       (fsflags & FS_APPEND_FL ? S_APPEND : 0) | (fsflags & FS_NOATIME_FL ? S_NOATIME : 0) |
	       (fsflags & FS_SYNC_FL ? S_SYNC : 0);
}

static int lower_fileattr_set(struct user_namespace *mnt_userns, struct dentry *dentry,
			      struct fileattr *fa)
{
	struct inode *inode = d_inode(dentry);

	(void)mnt_userns;
	if (fileattr_has_fsx(fa) || (fa->flags & ~LOWER_FS_FLAGS))
		return -EOPNOTSUPP;
	LOWER_I(inode)->fsflags = fa->flags;
	inode_set_flags(inode, to_inode_flags(fa->flags),
			S_IMMUTABLE | S_APPEND | S_NOATIME | S_SYNC);
	inode->i_ctime = current_time(inode);
	mark_inode_dirty(inode);
	return 0;
}

static int lower_xattr_get(const struct xattr_handler *handler, struct dentry *dentry,
			   struct inode *inode, const char *name, void *buffer, size_t size)
{
	(void)dentry;
	return simple_xattr_get(&LOWER_I(inode)->xattrs, xattr_full_name(handler, name), buffer,
				size);
}

static int lower_xattr_set(const struct xattr_handler *handler, struct user_namespace *mnt_userns,
			   struct dentry *dentry, struct inode *inode, const char *name,
			   const void *value, size_t size, int flags)
{
	int err = simple_xattr_set(&LOWER_I(inode)->xattrs, xattr_full_name(handler, name), value,
				   size, flags, NULL);

	(void)mnt_userns;
	(void)dentry;
	if (!err) {
		inode->i_ctime = current_time(inode);
		mark_inode_dirty(inode);
	}
	return err;
}

#define LOWER_XATTR(var, pre)				\
	static const struct xattr_handler var = {	\
		.prefix = pre,				\
		.get = lower_xattr_get,			\
		.set = lower_xattr_set,			\
	}

LOWER_XATTR(lower_xattr_user, XATTR_USER_PREFIX);
LOWER_XATTR(lower_xattr_trusted, XATTR_TRUSTED_PREFIX);
LOWER_XATTR(lower_xattr_security, XATTR_SECURITY_PREFIX);

static const struct xattr_handler *lower_xattr_handlers[] = {
	&lower_xattr_user,
	&lower_xattr_trusted,
	&lower_xattr_security,
	&posix_acl_access_xattr_handler,
	&posix_acl_default_xattr_handler,
	NULL,
};

static ssize_t lower_listxattr(struct dentry *dentry, char *buffer, size_t size)
{
	struct inode *inode = d_inode(dentry);

	return simple_xattr_list(inode, &LOWER_I(inode)->xattrs, buffer, size);
}

/* Not simple_getattr(), which tells blocks by the page cache: bytes are not there. */
static int lower_getattr(struct user_namespace *mnt_userns, const struct path *path,
			 struct kstat *stat, u32 request_mask, unsigned int query_flags)
{
	struct inode *inode = d_inode(path->dentry);
	size_t len = 0;
	long err;

	generic_fillattr(mnt_userns, inode, stat);
	err = lower_fault(inode, W_LOWER_GETATTR, &len);
	lower_log(inode, W_LOWER_GETATTR, NULL, NULL, 0, 0, err);
	return err;
}

static const struct inode_operations lower_file_inode_operations = {
	.setattr = lower_setattr,
	.getattr = lower_getattr,
	.set_acl = simple_set_acl,
	.listxattr = lower_listxattr,
	.fileattr_get = lower_fileattr_get,
	.fileattr_set = lower_fileattr_set,
};

static const struct inode_operations lower_symlink_inode_operations = {
	.get_link = simple_get_link,
	.setattr = lower_setattr,
	.getattr = simple_getattr,
	.listxattr = lower_listxattr,
};

static const struct inode_operations lower_dir_inode_operations = {
	.lookup = simple_lookup,
	.create = lower_create,
	.link = simple_link,
	.unlink = simple_unlink,
	.symlink = lower_symlink,
	.mkdir = lower_mkdir,
	.rmdir = simple_rmdir,
	.mknod = lower_mknod,
	.rename = simple_rename,
	.tmpfile = lower_tmpfile,
	.setattr = lower_setattr,
	.set_acl = simple_set_acl,
	.getattr = simple_getattr,
	.listxattr = lower_listxattr,
	.fileattr_get = lower_fileattr_get,
	.fileattr_set = lower_fileattr_set,
};

static int lower_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct lower_sb *lsb = LOWER_SB(dentry->d_sb);

	buf->f_type = LOWER_MAGIC;
	buf->f_bsize = PAGE_SIZE;
	buf->f_blocks = lsb->capacity >> PAGE_SHIFT;
	buf->f_bfree = buf->f_bavail = (lsb->capacity - lsb->used) >> PAGE_SHIFT;
	buf->f_namelen = NAME_MAX;
	return 0;
}

static int lower_freeze_fs(struct super_block *sb)
{
	/* In memory: always consistent. That it is there allows FIFREEZE. */
	(void)sb;
	return 0;
}

static int lower_write_inode(struct inode *inode, struct writeback_control *wbc)
{
	/* In memory: the inode is where it belongs. */
	(void)inode;
	(void)wbc;
	return 0;
}

static void lower_put_super(struct super_block *sb)
{
	struct lower_sb *lsb = LOWER_SB(sb);

	WARN_ON(lsb->used);
	if (lsb->variant->stop)
		lsb->variant->stop(sb);
	lower_log_free(lsb);
	kfree(lsb);
	sb->s_fs_info = NULL;
}

static int lower_show_options(struct seq_file *m, struct dentry *root)
{
	seq_printf(m, ",size=%llu", LOWER_SB(root->d_sb)->capacity);
	return 0;
}

static const struct super_operations lower_super_operations = {
	.alloc_inode = lower_alloc_inode,
	.free_inode = lower_free_inode,
	.evict_inode = lower_evict_inode,
	.drop_inode = generic_drop_inode,
	.write_inode = lower_write_inode,
	.put_super = lower_put_super,
	.statfs = lower_statfs,
	.freeze_fs = lower_freeze_fs,
	.show_options = lower_show_options,
};

enum lower_param {
	LOWER_SIZE,
	LOWER_ODIRECT,
	LOWER_NOWAIT,
	LOWER_NOCMTIME,
	LOWER_HUGETLB,
	LOWER_STACKDEPTH,
	LOWER_MODE
};

const struct fs_parameter_spec lower_params[] = {
	fsparam_u64("size", LOWER_SIZE),
	fsparam_u32("odirect", LOWER_ODIRECT),
	fsparam_u32("nowait", LOWER_NOWAIT),
	fsparam_flag("nocmtime", LOWER_NOCMTIME),
	fsparam_flag("hugetlb", LOWER_HUGETLB),
	fsparam_u32("stackdepth", LOWER_STACKDEPTH),
	fsparam_u32oct("mode", LOWER_MODE),
	{}
};

struct lower_opts {
	const struct lower_variant *variant;
	u64 size;
	u32 odirect, nowait, stackdepth, mode;
	bool nocmtime, hugetlb;
};

static int lower_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct lower_opts *opts = fc->fs_private;
	struct fs_parse_result result;
	int opt = fs_parse(fc, lower_params, param, &result);

	switch (opt) {
	case LOWER_SIZE:
		opts->size = result.uint_64;
		return 0;
	case LOWER_ODIRECT:
		opts->odirect = result.uint_32;
		return 0;
	case LOWER_NOWAIT:
		opts->nowait = result.uint_32;
		return 0;
	case LOWER_NOCMTIME:
		opts->nocmtime = true;
		return 0;
	case LOWER_HUGETLB:
		opts->hugetlb = true;
		return 0;
	case LOWER_STACKDEPTH:
		opts->stackdepth = result.uint_32;
		return 0;
	case LOWER_MODE:
		opts->mode = result.uint_32 & S_IALLUGO;
		return 0;
	}
	return opt;
}

static void init_super(struct super_block *sb, const struct lower_opts *opts)
{
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	/* Nobody but the magic number tells what hugetlbfs is. */
	sb->s_magic = opts->hugetlb ? HUGETLBFS_MAGIC : LOWER_MAGIC;
	sb->s_op = &lower_super_operations;
	sb->s_xattr = lower_xattr_handlers;
	sb->s_time_gran = 1;
	sb->s_flags |= SB_NOSEC | SB_POSIXACL;
	sb->s_stack_depth = opts->stackdepth;
}

static int lower_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct lower_opts *opts = fc->fs_private;
	struct lower_sb *lsb = kzalloc(sizeof(*lsb), GFP_KERNEL);
	int err;

	if (!lsb)
		return -ENOMEM;
	lsb->variant = opts->variant;
	lsb->capacity = opts->size;
	lsb->odirect = opts->odirect;
	lsb->nowait = opts->nowait;
	lsb->nocmtime = opts->nocmtime;
	spin_lock_init(&lsb->lock);
	sb->s_fs_info = lsb;
	init_super(sb, opts);
	if (lsb->variant->start) {
		err = lsb->variant->start(sb);
		if (err)
			goto out_free;
	}
	err = -ENOMEM;
	sb->s_root = d_make_root(lower_new_inode(&init_user_ns, sb, NULL, S_IFDIR | opts->mode, 0));
	if (!sb->s_root)
		goto out_stop;
	return 0;

out_stop:
	if (lsb->variant->stop)
		lsb->variant->stop(sb);
out_free:
	kfree(lsb);
	sb->s_fs_info = NULL;
	return err;
}

static int lower_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, lower_fill_super);
}

static void lower_free_fc(struct fs_context *fc)
{
	kfree(fc->fs_private);
}

static const struct fs_context_operations lower_context_ops = {
	.free = lower_free_fc,
	.parse_param = lower_parse_param,
	.get_tree = lower_get_tree,
};

/**
 * lower_init_fs_context() - ->init_fs_context() of a type of lower file systems
 * @fc: of the mount
 * @variant: what is special about the type
 *
 * Return: 0 or -ENOMEM.
 */
int lower_init_fs_context(struct fs_context *fc, const struct lower_variant *variant)
{
	struct lower_opts *opts = kzalloc(sizeof(*opts), GFP_KERNEL);

	if (!opts)
		return -ENOMEM;
	opts->variant = variant;
	opts->size = 64 << 20;
	opts->odirect = 1;
	opts->nowait = 1;
	opts->mode = 0755;
	fc->fs_private = opts;
	fc->ops = &lower_context_ops;
	return 0;
}

static const struct lower_variant lower_plain = {
	.fops = &lower_file_operations,
	.storage = &lower_ram,
};

static int lower_plain_init_fs_context(struct fs_context *fc)
{
	return lower_init_fs_context(fc, &lower_plain);
}

static struct file_system_type lower_fs_type = {
	.name = "lower",
	.init_fs_context = lower_plain_init_fs_context,
	.parameters = lower_params,
	.kill_sb = kill_litter_super,
};

static void lower_inode_init_once(void *object)
{
	struct lower_inode *li = object;

	inode_init_once(&li->vfs);
}

static int __init lower_init(void)
{
	lower_inode_cache = kmem_cache_create("lower_inode", sizeof(struct lower_inode), 0,
					      SLAB_PANIC, lower_inode_init_once);
	return register_filesystem(&lower_fs_type);
}

static void __exit lower_exit(void)
{
	WARN_ON(unregister_filesystem(&lower_fs_type));
	/* Inodes are freed by RCU. */
	rcu_barrier();
	kmem_cache_destroy(lower_inode_cache);
}

module_init(lower_init);
module_exit(lower_exit);
