// SPDX-License-Identifier: GPL-2.0
/*
 * Library of simple file systems: directories that live in the dcache, files in buffers.
 *
 * Models: fs/libfs.c, 6.1. Leaves out: transaction files, attribute files, file handles, case
 * folding, everything with the page cache.
 */
#include <linux/fs.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/iversion.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/slab.h>
#include <linux/statfs.h>
#include <linux/uaccess.h>

#include <core/ledger.h>

#include "internal.h"

/** simple_getattr() - the inode's attributes, blocks by cached pages. Models: fs/libfs.c, 6.1. */
int simple_getattr(struct user_namespace *mnt_userns, const struct path *path, struct kstat *stat,
		   u32 request_mask, unsigned int query_flags)
{
	struct inode *inode = d_inode(path->dentry);

	generic_fillattr(&init_user_ns, inode, stat);
	stat->blocks = inode->i_mapping->nrpages << (PAGE_SHIFT - 9);
	return 0;
}
EXPORT_SYMBOL(simple_getattr);

/** simple_statfs() - magic, page size, NAME_MAX. Models: fs/libfs.c, 6.1. */
int simple_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	buf->f_type = dentry->d_sb->s_magic;
	buf->f_bsize = PAGE_SIZE;
	buf->f_namelen = NAME_MAX;
	return 0;
}
EXPORT_SYMBOL(simple_statfs);

/** simple_setattr() - setattr_prepare(), size, setattr_copy(). Models: fs/libfs.c, 6.1. */
int simple_setattr(struct user_namespace *mnt_userns, struct dentry *dentry, struct iattr *iattr)
{
	struct inode *inode = d_inode(dentry);
	int error = setattr_prepare(mnt_userns, dentry, iattr);

	if (error)
		return error;
	if (iattr->ia_valid & ATTR_SIZE)
		truncate_setsize(inode, iattr->ia_size);
	setattr_copy(mnt_userns, inode, iattr);
	mark_inode_dirty(inode);
	return 0;
}
EXPORT_SYMBOL(simple_setattr);

/*
 * Directories in the dcache: each entry is a pinned dentry.
 */

/** always_delete_dentry() - a ->d_delete() that caches nothing. Models: fs/libfs.c, 6.1. */
int always_delete_dentry(const struct dentry *dentry)
{
	return 1;
}
EXPORT_SYMBOL(always_delete_dentry);

const struct dentry_operations simple_dentry_operations = {
	.d_delete = always_delete_dentry,
};
EXPORT_SYMBOL(simple_dentry_operations);

/** simple_lookup() - what is not in the dcache does not exist. Models: fs/libfs.c, 6.1. */
struct dentry *simple_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	if (dentry->d_name.len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	if (!dentry->d_sb->s_d_op)
		d_set_d_op(dentry, &simple_dentry_operations);
	d_add(dentry, NULL);
	return NULL;
}
EXPORT_SYMBOL(simple_lookup);

/** dcache_dir_open() - a cursor marks the reader's place. Models: fs/libfs.c, 6.1. */
int dcache_dir_open(struct inode *inode, struct file *file)
{
	file->private_data = d_alloc_cursor(file->f_path.dentry);
	return file->private_data ? 0 : -ENOMEM;
}
EXPORT_SYMBOL(dcache_dir_open);

/** dcache_dir_close() - Models: fs/libfs.c, 6.1. */
int dcache_dir_close(struct inode *inode, struct file *file)
{
	dput(file->private_data);
	return 0;
}
EXPORT_SYMBOL(dcache_dir_close);

/* The @count-th positive child behind @p, counted. Directory locked, so that positive ones stay. */
static struct dentry *scan_positives(struct dentry *dir, struct list_head *p, loff_t count)
{
	struct dentry *found = NULL;

	spin_lock(&dir->d_lock);
	for (p = p->next; p != &dir->d_subdirs; p = p->next) {
		struct dentry *d = list_entry(p, struct dentry, d_child);

		if (d->d_flags & DCACHE_DENTRY_CURSOR || !simple_positive(d) || --count)
			continue;
		spin_lock_nested(&d->d_lock, DENTRY_D_LOCK_NESTED);
		found = d;
		d->d_lockref.count++;
		fb_watch_add(&d->d_lockref.count, 1);
		spin_unlock(&d->d_lock);
		break;
	}
	spin_unlock(&dir->d_lock);
	return found;
}

/* Put the cursor before @next, or out of the list at the end of the directory. */
static void place_cursor(struct dentry *dir, struct dentry *cursor, struct dentry *next)
{
	spin_lock(&dir->d_lock);
	if (next)
		list_move_tail(&cursor->d_child, &next->d_child);
	else
		list_del_init(&cursor->d_child);
	spin_unlock(&dir->d_lock);
}

/** dcache_dir_lseek() - SEEK_SET and SEEK_CUR. Models: fs/libfs.c, 6.1. */
loff_t dcache_dir_lseek(struct file *file, loff_t offset, int whence)
{
	struct dentry *dir = file->f_path.dentry, *to = NULL;

	if (whence == SEEK_CUR)
		offset += file->f_pos;
	if ((whence != SEEK_CUR && whence != SEEK_SET) || offset < 0)
		return -EINVAL;
	if (offset == file->f_pos)
		return offset;
	inode_lock_shared(dir->d_inode);
	if (offset >= 2)
		to = scan_positives(dir, &dir->d_subdirs, offset - 1);
	place_cursor(dir, file->private_data, to);
	dput(to);
	file->f_pos = offset;
	inode_unlock_shared(dir->d_inode);
	return offset;
}
EXPORT_SYMBOL(dcache_dir_lseek);

/** dcache_readdir() - Models: fs/libfs.c, 6.1. */
int dcache_readdir(struct file *file, struct dir_context *ctx)
{
	struct dentry *dir = file->f_path.dentry, *cursor = file->private_data, *next;
	struct list_head *p = &cursor->d_child;

	if (!dir_emit_dots(file, ctx))
		return 0;
	if (ctx->pos == 2)
		p = &dir->d_subdirs;
	else if (list_empty(p))
		return 0;
	next = scan_positives(dir, p, 1);
	while (next && dir_emit(ctx, (const char *)next->d_name.name, next->d_name.len,
				d_inode(next)->i_ino, fs_umode_to_dtype(d_inode(next)->i_mode))) {
		struct dentry *last = next;

		ctx->pos++;
		next = scan_positives(dir, &last->d_child, 1);
		dput(last);
	}
	place_cursor(dir, cursor, next);
	dput(next);
	return 0;
}
EXPORT_SYMBOL(dcache_readdir);

/** generic_read_dir() - read(2) on a directory. Models: fs/libfs.c, 6.1. */
ssize_t generic_read_dir(struct file *filp, char __user *buf, size_t siz, loff_t *ppos)
{
	return -EISDIR;
}
EXPORT_SYMBOL(generic_read_dir);

const struct file_operations simple_dir_operations = {
	.open = dcache_dir_open,
	.release = dcache_dir_close,
	.llseek = dcache_dir_lseek,
	.read = generic_read_dir,
	.iterate_shared = dcache_readdir,
	.fsync = noop_fsync,
};
EXPORT_SYMBOL(simple_dir_operations);

const struct inode_operations simple_dir_inode_operations = {
	.lookup = simple_lookup,
};
EXPORT_SYMBOL(simple_dir_inode_operations);

/** simple_open() - hand i_private on. Models: fs/libfs.c, 6.1. */
int simple_open(struct inode *inode, struct file *file)
{
	if (inode->i_private)
		file->private_data = inode->i_private;
	return 0;
}
EXPORT_SYMBOL(simple_open);

/** simple_link() - Models: fs/libfs.c, 6.1. */
int simple_link(struct dentry *old_dentry, struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(old_dentry);

	inode->i_ctime = dir->i_ctime = dir->i_mtime = current_time(inode);
	inc_nlink(inode);
	ihold(inode);
	dget(dentry);
	d_instantiate(dentry, inode);
	return 0;
}
EXPORT_SYMBOL(simple_link);

/** simple_empty() - no positive child? Models: fs/libfs.c, 6.1. */
int simple_empty(struct dentry *dentry)
{
	struct dentry *child;
	int empty = 1;

	spin_lock(&dentry->d_lock);
	list_for_each_entry(child, &dentry->d_subdirs, d_child)
		if (simple_positive(child))
			empty = 0;
	spin_unlock(&dentry->d_lock);
	return empty;
}
EXPORT_SYMBOL(simple_empty);

/** simple_unlink() - Models: fs/libfs.c, 6.1. */
int simple_unlink(struct inode *dir, struct dentry *dentry)
{
	struct inode *inode = d_inode(dentry);

	inode->i_ctime = dir->i_ctime = dir->i_mtime = current_time(inode);
	drop_nlink(inode);
	dput(dentry);
	return 0;
}
EXPORT_SYMBOL(simple_unlink);

/** simple_rmdir() - Models: fs/libfs.c, 6.1. */
int simple_rmdir(struct inode *dir, struct dentry *dentry)
{
	if (!simple_empty(dentry))
		return -ENOTEMPTY;
	drop_nlink(d_inode(dentry));
	simple_unlink(dir, dentry);
	drop_nlink(dir);
	return 0;
}
EXPORT_SYMBOL(simple_rmdir);

/** simple_rename_timestamp() - the times that POSIX wants changed. Models: fs/libfs.c, 6.1. */
void simple_rename_timestamp(struct inode *old_dir, struct dentry *old_dentry,
			     struct inode *new_dir, struct dentry *new_dentry)
{
	old_dir->i_mtime = inode_set_ctime_current(old_dir);
	if (new_dir != old_dir)
		new_dir->i_mtime = inode_set_ctime_current(new_dir);
	inode_set_ctime_current(d_inode(old_dentry));
	if (d_inode(new_dentry))
		inode_set_ctime_current(d_inode(new_dentry));
}
EXPORT_SYMBOL_GPL(simple_rename_timestamp);

/** simple_rename_exchange() - Models: fs/libfs.c, 6.1. */
int simple_rename_exchange(struct inode *old_dir, struct dentry *old_dentry, struct inode *new_dir,
			   struct dentry *new_dentry)
{
	bool old_is_dir = d_is_dir(old_dentry), new_is_dir = d_is_dir(new_dentry);

	if (old_dir != new_dir && old_is_dir != new_is_dir) {
		drop_nlink(old_is_dir ? old_dir : new_dir);
		inc_nlink(old_is_dir ? new_dir : old_dir);
	}
	simple_rename_timestamp(old_dir, old_dentry, new_dir, new_dentry);
	return 0;
}
EXPORT_SYMBOL_GPL(simple_rename_exchange);

/** simple_rename() - Models: fs/libfs.c, 6.1. */
int simple_rename(struct user_namespace *mnt_userns, struct inode *old_dir,
		  struct dentry *old_dentry, struct inode *new_dir, struct dentry *new_dentry,
		  unsigned int flags)
{
	bool dirs = d_is_dir(old_dentry);

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	if (flags & RENAME_EXCHANGE)
		return simple_rename_exchange(old_dir, old_dentry, new_dir, new_dentry);
	if (!simple_empty(new_dentry))
		return -ENOTEMPTY;
	if (d_really_is_positive(new_dentry)) {
		simple_unlink(new_dir, new_dentry);
		if (dirs) {
			drop_nlink(d_inode(new_dentry));
			drop_nlink(old_dir);
		}
	} else if (dirs) {
		drop_nlink(old_dir);
		inc_nlink(new_dir);
	}
	simple_rename_timestamp(old_dir, old_dentry, new_dir, new_dentry);
	return 0;
}
EXPORT_SYMBOL(simple_rename);

/*
 * Super blocks
 */
static const struct super_operations simple_super_operations = {
	.statfs = simple_statfs,
};

static struct inode *simple_inode(struct super_block *s, unsigned long ino, umode_t mode)
{
	struct inode *inode = new_inode(s);

	if (!inode)
		return NULL;
	inode->i_ino = ino;
	inode->i_mode = mode;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	return inode;
}

static int simple_file(struct super_block *s, struct dentry *root, const struct tree_descr *file,
		       int ino)
{
	struct dentry *dentry = d_alloc_name(root, file->name);
	struct inode *inode;

	if (!dentry)
		return -ENOMEM;
	inode = simple_inode(s, ino, S_IFREG | file->mode);
	if (!inode) {
		dput(dentry);
		return -ENOMEM;
	}
	inode->i_fop = file->ops;
	d_add(dentry, inode);
	return 0;
}

/**
 * simple_fill_super() - a directory with the given files, numbered by their index. Models:
 *	fs/libfs.c, 6.1.
 */
int simple_fill_super(struct super_block *s, unsigned long magic, const struct tree_descr *files)
{
	struct inode *inode;
	struct dentry *root;
	int i;

	s->s_blocksize = PAGE_SIZE;
	s->s_blocksize_bits = PAGE_SHIFT;
	s->s_magic = magic;
	s->s_op = &simple_super_operations;
	s->s_time_gran = 1;
	inode = simple_inode(s, 1, S_IFDIR | 0755);
	if (!inode)
		return -ENOMEM;
	inode->i_op = &simple_dir_inode_operations;
	inode->i_fop = &simple_dir_operations;
	set_nlink(inode, 2);
	root = d_make_root(inode);
	if (!root)
		return -ENOMEM;
	for (i = 0; !files->name || files->name[0]; i++, files++) {
		/* Number 1 is the root's. */
		WARN_ON(files->name && i == 1);
		if (files->name && simple_file(s, root, files, i))
			goto fail;
	}
	s->s_root = root;
	return 0;
fail:
	d_genocide(root);
	shrink_dcache_parent(root);
	dput(root);
	return -ENOMEM;
}
EXPORT_SYMBOL(simple_fill_super);

static DEFINE_SPINLOCK(pin_fs_lock);

/** simple_pin_fs() - mount it for the kernel's own use, once; counted. Models: fs/libfs.c, 6.1. */
int simple_pin_fs(struct file_system_type *type, struct vfsmount **mount, int *count)
{
	struct vfsmount *mnt = NULL;

	spin_lock(&pin_fs_lock);
	if (unlikely(!*mount)) {
		spin_unlock(&pin_fs_lock);
		mnt = vfs_kern_mount(type, SB_KERNMOUNT, type->name, NULL);
		if (IS_ERR(mnt))
			return PTR_ERR(mnt);
		spin_lock(&pin_fs_lock);
		if (!*mount)
			*mount = mnt;
	}
	mntget(*mount);
	++*count;
	spin_unlock(&pin_fs_lock);
	mntput(mnt);
	return 0;
}
EXPORT_SYMBOL(simple_pin_fs);

/** simple_release_fs() - Models: fs/libfs.c, 6.1. */
void simple_release_fs(struct vfsmount **mount, int *count)
{
	struct vfsmount *mnt;

	spin_lock(&pin_fs_lock);
	mnt = *mount;
	if (!--*count)
		*mount = NULL;
	spin_unlock(&pin_fs_lock);
	mntput(mnt);
}
EXPORT_SYMBOL(simple_release_fs);

static int pseudo_fs_fill_super(struct super_block *s, struct fs_context *fc)
{
	struct pseudo_fs_context *ctx = fc->fs_private;
	struct inode *root;

	s->s_maxbytes = MAX_LFS_FILESIZE;
	s->s_blocksize = PAGE_SIZE;
	s->s_blocksize_bits = PAGE_SHIFT;
	s->s_magic = ctx->magic;
	s->s_op = ctx->ops ? ctx->ops : &simple_super_operations;
	s->s_xattr = ctx->xattr;
	s->s_time_gran = 1;
	root = simple_inode(s, 1, S_IFDIR | S_IRUSR | S_IWUSR);
	if (!root)
		return -ENOMEM;
	s->s_root = d_make_root(root);
	if (!s->s_root)
		return -ENOMEM;
	s->s_d_op = ctx->dops;
	return 0;
}

static int pseudo_fs_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, pseudo_fs_fill_super);
}

static void pseudo_fs_free(struct fs_context *fc)
{
	kfree(fc->fs_private);
}

static const struct fs_context_operations pseudo_fs_context_ops = {
	.free = pseudo_fs_free,
	.get_tree = pseudo_fs_get_tree,
};

/**
 * init_pseudo() - a file system that nobody mounts (pipefs, anon_inodefs). Models: fs/libfs.c, 6.1.
 */
struct pseudo_fs_context *init_pseudo(struct fs_context *fc, unsigned long magic)
{
	struct pseudo_fs_context *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);

	if (!ctx)
		return NULL;
	ctx->magic = magic;
	fc->fs_private = ctx;
	fc->ops = &pseudo_fs_context_ops;
	fc->sb_flags |= SB_NOUSER;
	fc->global = true;
	return ctx;
}
EXPORT_SYMBOL(init_pseudo);

static LIST_HEAD(boot_inodes);

/**
 * alloc_anon_inode() - an inode without name, on no list, always "dirty" so that it is never
 *	written. Models: fs/libfs.c, 6.1.
 */
struct inode *alloc_anon_inode(struct super_block *s)
{
	static const struct address_space_operations anon_aops = {
		.dirty_folio = noop_dirty_folio,
	};
	struct inode *inode = new_inode_pseudo(s);

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_ino = get_next_ino();
	inode->i_mapping->a_ops = &anon_aops;
	inode->i_state = I_DIRTY;
	inode->i_mode = S_IRUSR | S_IWUSR;
	inode->i_uid = current_fsuid();
	inode->i_gid = current_fsgid();
	inode->i_flags |= S_PRIVATE;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_time(inode);
	if (system_state < SYSTEM_RUNNING)
		list_add_tail(&inode->i_devices, &boot_inodes);
	return inode;
}
EXPORT_SYMBOL(alloc_anon_inode);

/**
 * libfs_shutdown() - at the end of a run: drop the anonymous inodes that the kernel made for itself
 *	at boot, and never drops.
 */
void libfs_shutdown(void)
{
	while (!list_empty(&boot_inodes)) {
		struct inode *inode = list_first_entry(&boot_inodes, struct inode, i_devices);

		list_del_init(&inode->i_devices);
		iput(inode);
	}
}

/*
 * Buffers
 */

/**
 * simple_read_from_buffer() - read(2) from a kernel buffer; short on faults. Models: fs/libfs.c,
 *	6.1.
 */
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available)
{
	loff_t pos = *ppos;
	size_t left;

	if (pos < 0)
		return -EINVAL;
	if (pos >= available || !count)
		return 0;
	count = min_t(size_t, count, available - pos);
	left = copy_to_user(to, from + pos, count);
	if (left == count)
		return -EFAULT;
	count -= left;
	*ppos = pos + count;
	return count;
}
EXPORT_SYMBOL(simple_read_from_buffer);

/**
 * simple_write_to_buffer() - write(2) to a kernel buffer; short on faults. Models: fs/libfs.c, 6.1.
 */
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos, const void __user *from,
			       size_t count)
{
	loff_t pos = *ppos;
	size_t left;

	if (pos < 0)
		return -EINVAL;
	if (pos >= available || !count)
		return 0;
	count = min_t(size_t, count, available - pos);
	left = copy_from_user(to + pos, from, count);
	if (left == count)
		return -EFAULT;
	count -= left;
	*ppos = pos + count;
	return count;
}
EXPORT_SYMBOL(simple_write_to_buffer);

/**
 * memory_read_from_buffer() - simple_read_from_buffer() to kernel memory. Models: fs/libfs.c, 6.1.
 */
ssize_t memory_read_from_buffer(void *to, size_t count, loff_t *ppos, const void *from,
				size_t available)
{
	loff_t pos = *ppos;

	if (pos < 0)
		return -EINVAL;
	if (pos >= available)
		return 0;
	count = min_t(size_t, count, available - pos);
	memcpy(to, from + pos, count);
	*ppos = pos + count;
	return count;
}
EXPORT_SYMBOL(memory_read_from_buffer);

/*
 * Operations that do nothing, by contract
 */

/** noop_fsync() - what lives in memory is as safe as it gets. Models: fs/libfs.c, 6.1. */
int noop_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	return 0;
}
EXPORT_SYMBOL(noop_fsync);

/** noop_direct_IO() - only says that O_DIRECT may be set. Models: fs/libfs.c, 6.1. */
ssize_t noop_direct_IO(struct kiocb *iocb, struct iov_iter *iter)
{
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(noop_direct_IO);

/** simple_nosetlease() - no leases here. Models: fs/libfs.c, 6.1. */
int simple_nosetlease(struct file *filp, long arg, struct file_lock **flp, void **priv)
{
	return -EINVAL;
}
EXPORT_SYMBOL(simple_nosetlease);

/** kfree_link() - frees the body of a symlink. Models: fs/libfs.c, 6.1. */
void kfree_link(void *p)
{
	kfree(p);
}
EXPORT_SYMBOL(kfree_link);

/** simple_get_link() - the body is in i_link. Models: fs/libfs.c, 6.1. */
const char *simple_get_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	return inode->i_link;
}
EXPORT_SYMBOL(simple_get_link);

const struct inode_operations simple_symlink_inode_operations = {
	.get_link = simple_get_link,
};
EXPORT_SYMBOL(simple_symlink_inode_operations);

/**
 * inode_maybe_inc_iversion() - count a change if somebody looked since the last. Models:
 *	fs/libfs.c, 6.1.
 */
bool inode_maybe_inc_iversion(struct inode *inode, bool force)
{
	u64 cur = inode_peek_iversion_raw(inode), new;

	do {
		if (!force && !(cur & I_VERSION_QUERIED))
			return false;
		new = (cur & ~I_VERSION_QUERIED) + I_VERSION_INCREMENT;
	} while (!atomic64_try_cmpxchg(&inode->i_version, (s64 *)&cur, new));
	return true;
}
EXPORT_SYMBOL(inode_maybe_inc_iversion);
