// SPDX-License-Identifier: GPL-2.0-only
/*
 * FUSE passthrough: reads, writes and memory maps of a FUSE file are done on
 * a backing file, without asking the server.
 *
 * Each open of a FUSE file opens its backing file anew, so backing files
 * belong to opens and not to inodes: opens of one inode may have different
 * backing files, or none.  To the FUSE inode's page cache, passthrough I/O is
 * what direct I/O is: written back before, dropped after.
 *
 * Locks, outermost first:
 *	freeze protection of the FUSE super block (taken by the VFS)
 *	pipe lock (splice only)
 *	FUSE inode lock: shared for writes in place, exclusive for all others
 *	freeze protection of the lower super block
 *	what the lower file system takes
 *	fi->lock, innermost
 *
 * An exclusive holder of the inode lock first waits for the asynchronous writes
 * that have left the shared lock behind (inode->i_dio_count).
 *
 * A freezer of the lower file system waits for those who have protection, and
 * the server's own writes wait for the thaw.  So whoever has protection must
 * not wait for the server, nor for a lock whose holder may: it is only tried
 * for, and a writer that does not get it waits for the thaw without any lock.
 */

#include "fuse_i.h"
#include "passthrough.h"

#include <linux/bvec.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fsnotify.h>
#include <linux/lockdep.h>
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/pipe_fs_i.h>
#include <linux/splice.h>
#include <linux/stat.h>
#include <linux/uio.h>

/* Flags of the opener that the backing file is opened with */
#define FUSE_BACKING_OPEN_FLAGS	(O_ACCMODE | O_APPEND | O_DIRECT | O_DSYNC | \
				 __O_SYNC | O_LARGEFILE | O_NOATIME)

/*
 * Flags of the caller's request that the lower request gets.  IOCB_WRITE is
 * not among them, as not every caller sets it.  IOCB_WAITQ, IOCB_ALLOC_CACHE,
 * IOCB_EVENTFD and IOCB_AIO_RW tell of the caller's kiocb.  IOCB_HIPRI would
 * have us poll for the completion, which a file without ->iopoll() cannot.
 */
#define FUSE_BACKING_IOCB_FLAGS	(IOCB_APPEND | IOCB_DIRECT | IOCB_DSYNC | \
				 IOCB_SYNC | IOCB_NOWAIT | IOCB_NOIO)

/* What the lower inode knows about data and times */
#define FUSE_BACKING_ATTRS	(STATX_SIZE | STATX_BLOCKS | STATX_ATIME | \
				 STATX_MTIME | STATX_CTIME)

/* Flags of an open reply that make no sense beside FOPEN_PASSTHROUGH */
#define FUSE_BACKING_BAD_FOPEN	(FOPEN_KEEP_CACHE | FOPEN_NONSEEKABLE | \
				 FOPEN_STREAM)

/*
 * Attributes
 */

/* Regular files only */
void fuse_passthrough_init_inode(struct fuse_inode *fi)
{
	static struct lock_class_key lock_keys[FILESYSTEM_MAX_STACK_DEPTH + 1];
	int depth = fi->inode.i_sb->s_stack_depth;

	/* Backing files may be on FUSE, too: tell lockdep who is above whom */
	lockdep_set_class(&fi->inode.i_rwsem, &lock_keys[depth]);
	fi->backing_inode = NULL;
	fi->backing_opens = 0;
	fi->backing_mixed = false;
}

/*
 * Enter @ff among the passthrough opens of its inode.  If their lower inodes
 * differ, only the server knows what attributes the FUSE inode has.
 */
static void fuse_passthrough_link(struct fuse_inode *fi, struct fuse_file *ff)
{
	struct inode *lower = file_inode(ff->backing);
	bool mixed;

	spin_lock(&fi->lock);
	if (!fi->backing_opens++) {
		fi->backing_inode = lower;
		WRITE_ONCE(fi->backing_mixed, false);
	} else if (fi->backing_inode != lower) {
		WRITE_ONCE(fi->backing_mixed, true);
	}
	mixed = fi->backing_mixed;
	spin_unlock(&fi->lock);

	if (mixed)
		fuse_invalidate_attr_mask(&fi->inode, FUSE_BACKING_ATTRS);
}

static void fuse_passthrough_unlink(struct fuse_inode *fi)
{
	spin_lock(&fi->lock);
	if (!--fi->backing_opens)
		fi->backing_inode = NULL;
	spin_unlock(&fi->lock);
}

/*
 * May the lower inode speak for the FUSE inode?  Not while other opens use
 * another lower inode, and not if the lower file system keeps no times of its
 * own (network file systems set S_NOCMTIME, and never change it).
 */
static bool fuse_passthrough_may_copy(struct fuse_inode *fi,
				      struct inode *lower)
{
	/* S_NOCMTIME does not change, but others in i_flags do */
	return !READ_ONCE(fi->backing_mixed) && !data_race(IS_NOCMTIME(lower));
}

/*
 * Only ->getattr() knows of blocks that are not allocated yet, and a file of
 * some size with no blocks would pass for a hole.
 */
static u64 fuse_passthrough_blocks(struct file *backing)
{
	struct kstat stat;

	if (vfs_getattr_nosec(&backing->f_path, &stat, STATX_BLOCKS,
			      AT_STATX_DONT_SYNC))
		return file_inode(backing)->i_blocks;

	return stat.blocks;
}

/*
 * Copy the lower inode's attributes under fi->lock: whoever comes later copies
 * what is newer, so concurrent I/O cannot set size or times back.  The new
 * attribute version makes replies that were sent before this void.
 *
 * @end is where a write ended, 0 for a read.  Any other size than that I/O
 * explains was set behind our back: then sets *@stale, as cached pages are.
 *
 * Returns false if nothing was copied: while the server changes the size, its
 * reply has the last word.
 */
static bool fuse_passthrough_copy_attr(struct inode *inode,
				       struct file *backing, loff_t end,
				       bool *stale)
{
	struct inode *lower = file_inode(backing);
	struct fuse_conn *fc = get_fuse_conn(inode);
	struct fuse_inode *fi = get_fuse_inode(inode);
	u64 blocks = fuse_passthrough_blocks(backing);
	bool copied = false;
	loff_t expected;

	spin_lock(&fi->lock);
	fi->attr_version = atomic64_inc_return(&fc->attr_version);
	if (fuse_passthrough_may_copy(fi, lower) &&
	    !test_bit(FUSE_I_SIZE_UNSTABLE, &fi->state)) {
		copied = true;
		expected = max_t(loff_t, inode->i_size, end);
		i_size_write(inode, i_size_read(lower));
		*stale = inode->i_size != expected;
		inode->i_blocks = blocks;
		inode->i_atime = data_race(lower->i_atime); /* as stat(2) */
		inode->i_mtime = data_race(lower->i_mtime); /* as stat(2) */
		inode->i_ctime = data_race(lower->i_ctime); /* as stat(2) */
		set_mask_bits(&fi->inval_mask, FUSE_BACKING_ATTRS, 0);
	}
	spin_unlock(&fi->lock);

	return copied;
}

/*
 * After a write that returned @written and ended at @end.  Returns true if all
 * cached pages are stale, and not only those of the write.
 */
bool fuse_passthrough_written(struct inode *inode, struct file *backing,
			      loff_t end, ssize_t written)
{
	bool stale = false;

	if (written <= 0) {
		/* It failed, but may have changed times, or even size */
		if (written < 0 && written != -EAGAIN)
			fuse_invalidate_attr_mask(inode, FUSE_STATX_MODSIZE);
		return false;
	}

	if (!fuse_passthrough_copy_attr(inode, backing, end, &stale))
		fuse_write_update_attr(inode, end, written);

	return stale;
}

/*
 * Drop stale pages, in the whole file or from @start to before @end.  Pages
 * that other opens have dirtied meanwhile are sent to the server, so this must
 * not be called with lower freeze protection.
 */
void fuse_passthrough_drop_pages(struct inode *inode, bool all, loff_t start,
				 loff_t end)
{
	struct address_space *mapping = inode->i_mapping;

	/* Pages that come meanwhile are read after the write */
	if (!data_race(mapping->nrpages))
		return;

	if (all) {
		truncate_pagecache(inode, i_size_read(inode));
		invalidate_inode_pages2(mapping);
	} else {
		invalidate_inode_pages2_range(mapping, start >> PAGE_SHIFT,
					      (end - 1) >> PAGE_SHIFT);
	}
}

/*
 * Has fuse_passthrough_accessed() anything to do after a read?  Mostly not
 * (relatime), so look before taking the lock.  May be called in any context,
 * in which i_size_read() may not on 32 bits; what is torn is noticed later.
 */
bool fuse_passthrough_read_changes(struct inode *inode, struct file *backing)
{
	struct inode *lower = file_inode(backing);

	if (!fuse_passthrough_may_copy(get_fuse_inode(inode), lower))
		return true;

	/* What is torn, or has changed, is copied */
	return data_race(inode->i_size != lower->i_size ||
			 !timespec64_equal(&inode->i_atime, &lower->i_atime));
}

/*
 * After a read that ended at @end, short of what was asked for if @eof.
 * Returns true if cached pages are stale.
 */
bool fuse_passthrough_accessed(struct inode *inode, struct file *backing,
			       loff_t end, bool eof)
{
	loff_t size = i_size_read(inode);
	bool stale = false;

	if (!fuse_passthrough_read_changes(inode, backing) ||
	    fuse_passthrough_copy_attr(inode, backing, 0, &stale))
		return stale;

	fuse_invalidate_atime(inode);
	if (eof && end < size)
		fuse_invalidate_attr_mask(inode, STATX_SIZE);

	return false;
}

/*
 * Open and release
 */

/*
 * What the server registered shows which access it has itself.  Anything
 * beyond that takes its permission on the inode; O_PATH shows nothing.
 */
static int fuse_backing_permission(struct file *file, unsigned int flags)
{
	int mask = 0;

	if (OPEN_FMODE(flags) & FMODE_READ & ~file->f_mode)
		mask |= MAY_READ;
	if (OPEN_FMODE(flags) & FMODE_WRITE & ~file->f_mode)
		mask |= MAY_WRITE;
	if (!mask)
		return 0;

	return inode_permission(file_mnt_user_ns(file), file_inode(file),
				mask | MAY_OPEN);
}

static struct file *fuse_backing_reopen(const struct fuse_backing *fb,
					unsigned int flags)
{
	const struct cred *old_cred = override_creds(fb->cred);
	struct file *backing;
	int err;

	err = fuse_backing_permission(fb->file, flags);
	if (err)
		backing = ERR_PTR(err);
	else
		backing = open_with_fake_path(&fb->file->f_path, flags,
					      file_inode(fb->file), fb->cred);
	revert_creds(old_cred);

	return backing;
}

/*
 * A backing file that does not go with what the opener asked for is a mistake
 * of the server, which the opener sees as EIO.  It can do something about lack
 * of memory and about O_DIRECT, though.
 */
static int fuse_passthrough_open_error(int err, unsigned int flags)
{
	if (err == -ENOMEM || err == -ENFILE)
		return err;
	if (err == -EINVAL && (flags & O_DIRECT))
		return err;
	return -EIO;
}

/*
 * Does the open reply of @ff make sense?  To ask for passthrough without
 * having negotiated it does not, and neither do some flags.
 */
static bool fuse_passthrough_valid_reply(const struct fuse_file *ff)
{
	return ff->fm->fc->passthrough &&
	       !(ff->open_flags & FUSE_BACKING_BAD_FOPEN);
}

/**
 * fuse_passthrough_open - set up passthrough for a regular file being opened
 * @inode: inode of @file
 * @file: the FUSE file; its fuse_file holds the server's open reply
 *
 * Does nothing if the server did not ask for passthrough.  On error nothing
 * is held, and the caller releases the fuse_file, which tells the server.
 *
 * Return: 0, or -EIO if the reply is invalid or names a file that cannot be
 * opened like @file, -EINVAL if it cannot be opened with O_DIRECT, -ENOMEM or
 * -ENFILE.
 */
int fuse_passthrough_open(struct inode *inode, struct file *file)
{
	struct fuse_file *ff = file->private_data;
	unsigned int flags = file->f_flags & FUSE_BACKING_OPEN_FLAGS;
	struct fuse_backing *fb;
	struct file *backing;

	if (!(ff->open_flags & FOPEN_PASSTHROUGH))
		return 0;
	if (!fuse_passthrough_valid_reply(ff))
		return -EIO;

	fb = fuse_backing_get(ff->fm->fc, ff->backing_id);
	if (!fb)
		return -EIO;

	backing = fuse_backing_reopen(fb, flags);
	if (IS_ERR(backing)) {
		fuse_backing_put(fb);
		return fuse_passthrough_open_error(PTR_ERR(backing), flags);
	}

	ff->backing = backing;
	ff->cred = get_cred(fb->cred);
	fuse_backing_put(fb);
	fuse_passthrough_link(get_fuse_inode(inode), ff);

	if (fuse_file_passthrough(ff)) {
		file->f_mode |= backing->f_mode &
				(FMODE_NOWAIT | FMODE_BUF_WASYNC);
		file->f_op = &fuse_passthrough_file_operations;
	}

	return 0;
}

/* @fi is that of fuse_passthrough_open() if it succeeded, or else unused */
void fuse_passthrough_release(struct fuse_inode *fi, struct fuse_file *ff)
{
	if (!ff->backing)
		return;

	fuse_passthrough_unlink(fi);
	fput(ff->backing);
	ff->backing = NULL;
	put_cred(ff->cred);
	ff->cred = NULL;
}

/*
 * Read and write
 */

/*
 * Dirty pages, or pages on their way to the server, in [start, end]?
 *
 * A page is in the tree before it ceases to be dirty or under writeback, see
 * fuse_writepages_send(): looked at in this order, it is in one of the two.
 */
static bool fuse_passthrough_dirty(struct inode *inode, loff_t start,
				   loff_t end)
{
	struct fuse_inode *fi = get_fuse_inode(inode);

	if (filemap_range_needs_writeback(inode->i_mapping, start, end))
		return true;

	smp_rmb(); /* pairs with the unlock before end_page_writeback() */
	return data_race(!RB_EMPTY_ROOT(&fi->writepages)); /* one word */
}

/* Make the lower kiocb for @iocb, a synchronous one */
int fuse_passthrough_init_kiocb(struct kiocb *lower, struct kiocb *iocb,
				struct file *backing)
{
	int flags = iocb->ki_flags & FUSE_BACKING_IOCB_FLAGS;

	if ((flags & IOCB_DIRECT) && !(backing->f_mode & FMODE_CAN_ODIRECT))
		return -EINVAL;
	if ((flags & IOCB_NOWAIT) && !(backing->f_mode & FMODE_NOWAIT))
		return -EAGAIN;
	/* The FUSE file may be synchronous because its mount is */
	if (iocb_is_dsync(iocb))
		flags |= IOCB_DSYNC;

	*lower = (struct kiocb) {
		.ki_filp = backing,
		.ki_pos = iocb->ki_pos,
		.ki_flags = flags,
		.ki_ioprio = iocb->ki_ioprio,
	};
	return 0;
}

/* What other opens have written through the page cache must be in the file */
int fuse_passthrough_flush_read(struct kiocb *iocb, size_t count)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	loff_t start = iocb->ki_pos;
	loff_t end = start + count - 1;
	int err;

	if (!fuse_passthrough_dirty(inode, start, end))
		return 0;
	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;

	inode_lock(inode);
	err = fuse_writeback_range(inode, start, end);
	inode_unlock(inode);

	return err;
}

/**
 * fuse_passthrough_read_iter - read from the backing file
 * @iocb: request on the FUSE file
 * @to: where to
 *
 * The lower request is synchronous, even if @iocb is not, which the VFS
 * permits: the caller sees a result instead of -EIOCBQUEUED.
 *
 * Return: number of bytes read, or a negative errno.
 */
ssize_t fuse_passthrough_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	struct fuse_file *ff = file->private_data;
	size_t count = iov_iter_count(to);
	const struct cred *old_cred;
	struct kiocb kiocb;
	bool stale = false;
	ssize_t ret;

	if (!count)
		return 0;

	ret = fuse_passthrough_init_kiocb(&kiocb, iocb, ff->backing);
	if (ret)
		return ret;
	ret = fuse_passthrough_flush_read(iocb, count);
	if (ret)
		return ret;

	old_cred = override_creds(ff->cred);
	ret = vfs_iocb_iter_read(ff->backing, &kiocb, to);
	if (ret >= 0)
		stale = fuse_passthrough_accessed(inode, ff->backing,
						  kiocb.ki_pos, ret < count);
	revert_creds(old_cred);
	iocb->ki_pos = kiocb.ki_pos;
	if (stale)
		fuse_passthrough_drop_pages(inode, true, 0, 0);

	return ret;
}

/* Any bit that a write may have to take off?  Without the lock, as everywhere */
static bool fuse_passthrough_suidgid(const struct inode *inode)
{
	/* Who sets one now cannot tell whether the write came before */
	return data_race(inode->i_mode) & (S_ISUID | S_ISGID);
}

/* Where a write will start, as far as we can know before it does */
static loff_t fuse_passthrough_write_pos(struct kiocb *iocb)
{
	struct fuse_file *ff = iocb->ki_filp->private_data;

	if (iocb->ki_flags & IOCB_APPEND)
		return i_size_read(file_inode(ff->backing));

	return iocb->ki_pos;
}

/*
 * Appending and extending writes, those that strip privileges and those that
 * must write back pages first exclude all others.
 */
static bool fuse_passthrough_exclusive(struct kiocb *iocb, size_t count)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct fuse_file *ff = iocb->ki_filp->private_data;
	loff_t end = iocb->ki_pos + count;

	return (iocb->ki_flags & IOCB_APPEND) || end > i_size_read(inode) ||
	       fuse_passthrough_suidgid(inode) ||
	       fuse_passthrough_suidgid(file_inode(ff->backing)) ||
	       fuse_passthrough_dirty(inode, iocb->ki_pos, end - 1);
}

static int fuse_passthrough_lock_nowait(struct kiocb *iocb, bool exclusive)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	/* Dropping cached pages sleeps */
	if (data_race(inode->i_mapping->nrpages))
		return -EAGAIN;
	if (!exclusive)
		return inode_trylock_shared(inode) ? 0 : -EAGAIN;

	/* It will not be queued, so the caller would wait for the I/O */
	if (!is_sync_kiocb(iocb))
		return -EAGAIN;
	if (!inode_trylock(inode))
		return -EAGAIN;
	if (atomic_read(&inode->i_dio_count)) {
		inode_unlock(inode);
		return -EAGAIN;
	}

	return 0;
}

void fuse_passthrough_unlock(struct inode *inode, bool exclusive)
{
	if (exclusive)
		inode_unlock(inode);
	else
		inode_unlock_shared(inode);
}

/* Asynchronous writes in flight wait for nobody who may want this lock */
static void fuse_passthrough_lock_exclusive(struct inode *inode)
{
	inode_lock(inode);
	inode_dio_wait(inode);
}

/*
 * Lock the FUSE inode for a write of @count bytes.  Sets *@exclusive to how.
 */
static int fuse_passthrough_lock(struct kiocb *iocb, size_t count,
				 bool *exclusive)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	*exclusive = fuse_passthrough_exclusive(iocb, count);
	if (iocb->ki_flags & IOCB_NOWAIT)
		return fuse_passthrough_lock_nowait(iocb, *exclusive);

	if (!*exclusive) {
		inode_lock_shared(inode);
		/* What that was based on may have changed meanwhile */
		if (!fuse_passthrough_exclusive(iocb, count))
			return 0;
		inode_unlock_shared(inode);
		*exclusive = true;
	}
	fuse_passthrough_lock_exclusive(inode);

	return 0;
}

/*
 * Take the suid and sgid bits off the FUSE inode if a write by the current
 * task must.  The lower file system's own stripping looks at the server's
 * privileges and not at the writer's, and the server, even if it has promised
 * to do so on write, sees no write.  So set the mode, whatever was negotiated.
 *
 * security.capability needs no such care: the lower write drops it no matter
 * whose credentials it runs with.
 */
static int fuse_passthrough_remove_suid(struct file *file)
{
	struct user_namespace *mnt_userns = file_mnt_user_ns(file);
	struct inode *inode = file_inode(file);
	struct iattr attr = { .ia_valid = ATTR_FORCE | ATTR_MODE };
	int kill, err;

	if (!setattr_should_drop_suidgid(mnt_userns, inode))
		return 0;

	/* Another client may have changed the mode: do not set it back */
	fuse_invalidate_attr_mask(inode, STATX_MODE);
	err = fuse_update_attributes(inode, file, STATX_MODE);
	if (err)
		return err;

	kill = setattr_should_drop_suidgid(mnt_userns, inode);
	if (!kill)
		return 0;

	attr.ia_mode = inode->i_mode;
	if (kill & ATTR_KILL_SUID)
		attr.ia_mode &= ~S_ISUID;
	if (kill & ATTR_KILL_SGID)
		attr.ia_mode &= ~S_ISGID;

	return notify_change(mnt_userns, file_dentry(file), &attr, NULL);
}

/*
 * What a write needs of the server, under the exclusive inode lock.  If the
 * lock is shared, there was no need when it was taken.  Pages that are dirty
 * must not stay so: the server would get them after the write, whole.
 */
static int fuse_passthrough_prepare_write(struct kiocb *iocb, size_t count)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	loff_t start = fuse_passthrough_write_pos(iocb);
	loff_t end = start + count - 1;
	int err;

	/* As generic_write_checks() does; overlayfs has not called it yet */
	iocb->ki_pos = start;

	if (fuse_passthrough_suidgid(inode)) {
		if (iocb->ki_flags & IOCB_NOWAIT)
			return -EAGAIN;
		err = fuse_passthrough_remove_suid(file);
		if (err)
			return err;
	}

	if (fuse_passthrough_dirty(inode, start, end)) {
		if (iocb->ki_flags & IOCB_NOWAIT)
			return -EAGAIN;
		return fuse_writeback_range(inode, start, end);
	}

	return 0;
}

/*
 * Could the server (its credentials are current, and lack CAP_FSETID) set the
 * bits of @lower?
 */
static bool fuse_passthrough_may_set_suidgid(struct user_namespace *mnt_userns,
					     struct inode *lower)
{
	if (!inode_owner_or_capable(mnt_userns, lower))
		return false;

	return !(lower->i_mode & S_ISGID) ||
	       vfsgid_in_group_p(i_gid_into_vfsgid(mnt_userns, lower));
}

/*
 * The credentials to write with: the server's, but if the lower file has suid
 * or sgid bits, the writer decides whether they stay, as on a local file.
 *
 * The current task may not keep them: take the capability to do so away.
 * Happens only if FUSE does not know these bits, as otherwise
 * fuse_passthrough_remove_suid() has taken them off.
 *
 * It may, but the server may not: lend the capability, if the server could set
 * the bits itself afterwards, so that nobody gains anything.  Else they go.
 */
const struct cred *fuse_passthrough_write_cred(struct inode *inode,
					       struct fuse_file *ff)
{
	struct user_namespace *mnt_userns = file_mnt_user_ns(ff->backing);
	struct inode *lower = file_inode(ff->backing);
	const struct cred *old_cred;
	bool drop, refused, lend;
	struct cred *cred;

	if (!fuse_passthrough_suidgid(lower))
		return get_cred(ff->cred);

	drop = setattr_should_drop_suidgid(mnt_userns, lower);
	old_cred = override_creds(ff->cred);
	refused = !drop && setattr_should_drop_suidgid(mnt_userns, lower);
	lend = refused && fuse_passthrough_may_set_suidgid(mnt_userns, lower);
	cred = drop || lend ? prepare_creds() : NULL;
	revert_creds(old_cred);

	if (drop || (refused && !lend))
		fuse_invalidate_attr_mask(inode, STATX_MODE);
	if (!drop && !lend)
		return get_cred(ff->cred);
	if (!cred)
		return NULL;

	if (lend)
		cap_raise(cred->cap_effective, CAP_FSETID);
	else
		cap_lower(cred->cap_effective, CAP_FSETID);

	return cred;
}

/* To be called without any lock */
static void fuse_passthrough_wait_thaw(struct file *backing)
{
	file_start_write(backing);
	file_end_write(backing);
}

/*
 * Get all that a write of @count bytes needs: the FUSE inode lock (*@exclusive
 * says how), what the server has to do first, lower freeze protection.
 */
int fuse_passthrough_begin_write(struct kiocb *iocb, size_t count,
				 bool *exclusive)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct fuse_file *ff = iocb->ki_filp->private_data;
	int err;

	for (;;) {
		err = fuse_passthrough_lock(iocb, count, exclusive);
		if (err)
			return err;
		if (*exclusive)
			err = fuse_passthrough_prepare_write(iocb, count);
		if (!err && file_start_write_trylock(ff->backing))
			return 0;
		fuse_passthrough_unlock(inode, *exclusive);
		if (err)
			return err;
		if (iocb->ki_flags & IOCB_NOWAIT)
			return -EAGAIN;
		fuse_passthrough_wait_thaw(ff->backing);
	}
}

/*
 * Write, under the inode lock and with lower freeze protection.  The lower
 * request is synchronous.  Sets *@stale as fuse_passthrough_written() does.
 */
ssize_t fuse_passthrough_write(struct kiocb *iocb, struct iov_iter *from,
			       bool *stale)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	struct fuse_file *ff = file->private_data;
	const struct cred *cred, *old_cred;
	struct kiocb kiocb;
	ssize_t ret;

	*stale = false;
	ret = fuse_passthrough_init_kiocb(&kiocb, iocb, ff->backing);
	if (ret)
		return ret;

	cred = fuse_passthrough_write_cred(inode, ff);
	if (!cred)
		return -ENOMEM;

	old_cred = override_creds(cred);
	ret = vfs_iocb_iter_write(ff->backing, &kiocb, from);
	*stale = fuse_passthrough_written(inode, ff->backing, kiocb.ki_pos,
					  ret);
	revert_creds(old_cred);
	put_cred(cred);
	iocb->ki_pos = kiocb.ki_pos;

	return ret;
}

/**
 * fuse_passthrough_write_iter - write to the backing file
 * @iocb: request on the FUSE file
 * @from: where from
 *
 * Return: number of bytes written, or a negative errno.
 */
ssize_t fuse_passthrough_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct fuse_file *ff = iocb->ki_filp->private_data;
	size_t count = iov_iter_count(from);
	bool exclusive, stale;
	ssize_t ret;

	if (!count)
		return 0;

	ret = fuse_passthrough_begin_write(iocb, count, &exclusive);
	if (ret)
		return ret;

	ret = fuse_passthrough_write(iocb, from, &stale);
	file_end_write(ff->backing);
	if (ret > 0)
		fuse_passthrough_drop_pages(inode, stale, iocb->ki_pos - ret,
					    iocb->ki_pos);
	fuse_passthrough_unlock(inode, exclusive);

	return ret;
}

/*
 * Splice and mmap
 */

struct fuse_passthrough_splice {
	struct file *file;
	/* Are all cached pages of the FUSE inode stale? */
	bool stale;
	/* Did we stop because the lower file system is frozen? */
	bool frozen;
};

/* Write one pipe buffer, under the pipe lock: so do not wait for a thaw */
static int fuse_passthrough_splice_actor(struct pipe_inode_info *pipe,
					 struct pipe_buffer *buf,
					 struct splice_desc *sd)
{
	struct fuse_passthrough_splice *ps = sd->u.data;
	struct inode *inode = file_inode(ps->file);
	struct fuse_file *ff = ps->file->private_data;
	struct bio_vec bvec = {
		.bv_page = buf->page,
		.bv_len = sd->len,
		.bv_offset = buf->offset,
	};
	struct iov_iter from;
	struct kiocb kiocb;
	ssize_t ret;
	bool stale;

	init_sync_kiocb(&kiocb, ps->file);
	kiocb.ki_pos = sd->pos;
	iov_iter_bvec(&from, ITER_SOURCE, &bvec, 1, sd->len);

	fuse_passthrough_lock_exclusive(inode);
	ps->frozen = !file_start_write_trylock(ff->backing);
	if (ps->frozen) {
		inode_unlock(inode);
		return -EAGAIN;
	}
	ret = fuse_passthrough_write(&kiocb, &from, &stale);
	file_end_write(ff->backing);
	inode_unlock(inode);

	ps->stale |= stale;
	if (ret > 0)
		fsnotify_modify(ps->file);

	return ret;
}

/* What a splice needs of the server, before the pipe lock */
static int fuse_passthrough_prepare_splice(struct file *out, loff_t pos,
					   size_t len)
{
	struct inode *inode = file_inode(out);
	struct kiocb kiocb;
	int err;

	init_sync_kiocb(&kiocb, out);
	kiocb.ki_pos = pos;
	inode_lock(inode);
	err = fuse_passthrough_prepare_write(&kiocb, len);
	inode_unlock(inode);

	return err;
}

/**
 * fuse_passthrough_splice_write - splice from a pipe to the backing file
 * @pipe: where from
 * @out: the FUSE file
 * @ppos: position in @out, is advanced
 * @len: how many bytes
 * @flags: SPLICE_F_*
 *
 * iter_file_splice_write() would do, but for the pipe lock: a splice to the
 * lower file system itself has freeze protection when it takes that.  If we
 * waited for a thaw, or for the server, with the pipe locked, a freezer would
 * wait for that splice, that splice for the pipe, and we for the freezer.
 *
 * Return: number of bytes written, or a negative errno.
 */
ssize_t fuse_passthrough_splice_write(struct pipe_inode_info *pipe,
				      struct file *out, loff_t *ppos,
				      size_t len, unsigned int flags)
{
	struct fuse_file *ff = out->private_data;
	struct fuse_passthrough_splice ps = { .file = out };
	struct splice_desc sd = {
		.total_len = len,
		.flags = flags,
		.pos = *ppos,
		.u.data = &ps,
	};
	ssize_t ret;

	ret = fuse_passthrough_prepare_splice(out, *ppos, len);
	if (ret)
		return ret;

	for (;;) {
		pipe_lock(pipe);
		ret = __splice_from_pipe(pipe, &sd,
					 fuse_passthrough_splice_actor);
		pipe_unlock(pipe);
		if (ret >= 0 || !ps.frozen)
			break;
		fuse_passthrough_wait_thaw(ff->backing);
	}

	if (ret > 0) {
		fuse_passthrough_drop_pages(file_inode(out), ps.stale, *ppos,
					    sd.pos);
		*ppos = sd.pos;
	}

	return ret;
}

/*
 * The VFS has asked the FUSE file whether it may be mapped shared, but the
 * answer (file seals) is with the backing file.
 */
static int fuse_passthrough_do_mmap(struct fuse_file *ff,
				    struct vm_area_struct *vma)
{
	struct address_space *mapping = ff->backing->f_mapping;
	bool shared = vma->vm_flags & VM_SHARED;
	const struct cred *old_cred;
	int err;

	if (shared) {
		err = mapping_map_writable(mapping);
		if (err)
			return err;
	}

	vma_set_file(vma, ff->backing);
	old_cred = override_creds(ff->cred);
	err = call_mmap(ff->backing, vma);
	revert_creds(old_cred);

	if (shared)
		mapping_unmap_writable(mapping);

	return err;
}

/**
 * fuse_passthrough_mmap - map the backing file
 * @file: the FUSE file
 * @vma: the new mapping
 *
 * The mapping is one of the backing file and holds its own reference to it.
 *
 * Return: 0 or a negative errno.
 */
int fuse_passthrough_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct fuse_file *ff = file->private_data;
	int err;

	/* mmap() aligns maps of hugetlbfs files, but does not see this one */
	if (!ff->backing->f_op->mmap ||
	    file_inode(ff->backing)->i_sb->s_magic == HUGETLBFS_MAGIC)
		return -ENODEV;

	/*
	 * Pages that other opens have dirtied.  Those which are on their way
	 * already cannot be waited for under mmap_lock.
	 */
	err = filemap_write_and_wait(file->f_mapping);
	if (err)
		return err;

	return fuse_passthrough_do_mmap(ff, vma);
}
