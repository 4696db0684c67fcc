// SPDX-License-Identifier: GPL-2.0
/*
 * struct file: birth, references, death.
 *
 * Models: fs/file_table.c, 6.1. Leaves out: the sysctl files (file-max is a constant), the
 * per-cpu counter (one processor), IMA.
 *
 * Every file is a FB_RES_FILE ledger entry keyed by the address of its f_count, so that the
 * kernel's own inline get_file() and the plain atomics of fput() enter and leave it.
 */
#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/eventpoll.h>	/* wants fs.h before it */
#include <linux/fsnotify.h>
#include <linux/init.h>
#include <linux/llist.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>
#include <core/ledger.h>
#include <core/run.h>
#include "internal.h"

static struct kmem_cache *filp_cachep;
static unsigned long max_files = NR_FILE;
static struct percpu_counter nr_files;

/**
 * get_max_files - how many files may be open in the whole box
 *
 * Models: fs/file_table.c, 6.1.
 *
 * Return: the limit, in files.
 */
unsigned long get_max_files(void)
{
	return max_files;
}
EXPORT_SYMBOL_GPL(get_max_files);

static void file_free_rcu(struct rcu_head *head)
{
	struct file *file = container_of(head, struct file, f_rcuhead);

	put_cred(file->f_cred);
	fb_unwatch(&file->f_count);
	fb_obj_gone(file);
	kmem_cache_free(filp_cachep, file);
}

static void file_free(struct file *file)
{
	security_file_free(file);
	if (!(file->f_mode & FMODE_NOACCOUNT))
		percpu_counter_dec(&nr_files);
	call_rcu(&file->f_rcuhead, file_free_rcu);
}

static struct file *file_new(int flags, const struct cred *cred)
{
	struct file *file = kmem_cache_zalloc(filp_cachep, GFP_KERNEL);
	int err;

	if (!file)
		return ERR_PTR(-ENOMEM);

	file->f_cred = get_cred(cred);
	err = security_file_alloc(file);
	if (err) {
		put_cred(file->f_cred);
		kmem_cache_free(filp_cachep, file);
		return ERR_PTR(err);
	}

	rwlock_init(&file->f_owner.lock);
	spin_lock_init(&file->f_lock);
	mutex_init(&file->f_pos_lock);
	file->f_flags = flags;
	file->f_mode = OPEN_FMODE(flags);

	/* Set first, watch then: the ledger's first entry is ours, with this stack. */
	atomic_long_set(&file->f_count, 1);
	fb_obj_new(file, "file", NULL);
	fb_watch(&file->f_count, FB_RES_FILE, file);
	fb_get(FB_RES_FILE, file, 0);
	return file;
}

/**
 * alloc_empty_file - a struct file without a path
 * @flags: O_* flags; f_mode is derived from them
 * @cred: whose credentials the file carries; a reference is taken
 *
 * Models: fs/file_table.c, 6.1.
 *
 * Context: may sleep. Return: a file with one reference, -ENOMEM, or -ENFILE beyond
 * get_max_files() for callers without CAP_SYS_ADMIN.
 */
struct file *alloc_empty_file(int flags, const struct cred *cred)
{
	struct file *file;

	if (percpu_counter_read_positive(&nr_files) >= (s64)max_files && !capable(CAP_SYS_ADMIN)) {
		pr_info("VFS: file-max limit %lu reached\n", max_files);
		return ERR_PTR(-ENFILE);
	}
	file = file_new(flags, cred);
	if (!IS_ERR(file))
		percpu_counter_inc(&nr_files);
	return file;
}

/**
 * alloc_empty_file_noaccount - alloc_empty_file() outside the file-max limit
 * @flags: O_* flags
 * @cred: whose credentials the file carries; a reference is taken
 *
 * Models: fs/file_table.c, 6.1. The file gets FMODE_NOACCOUNT.
 *
 * Context: may sleep. Return: a file with one reference, or -ENOMEM.
 */
struct file *alloc_empty_file_noaccount(int flags, const struct cred *cred)
{
	struct file *file = file_new(flags, cred);

	if (!IS_ERR(file))
		file->f_mode |= FMODE_NOACCOUNT;
	return file;
}

static void file_set_capabilities(struct file *file, const struct file_operations *fop)
{
	if (fop->llseek)
		file->f_mode |= FMODE_LSEEK;
	if ((file->f_mode & FMODE_READ) && (fop->read || fop->read_iter))
		file->f_mode |= FMODE_CAN_READ;
	if ((file->f_mode & FMODE_WRITE) && (fop->write || fop->write_iter))
		file->f_mode |= FMODE_CAN_WRITE;
}

/* An opened file on @path whose references the file takes over on success. */
static struct file *alloc_file(const struct path *path, int flags,
			       const struct file_operations *fop)
{
	struct inode *inode = path->dentry->d_inode;
	struct file *file = alloc_empty_file(flags, current_cred());

	if (IS_ERR(file))
		return file;

	file->f_path = *path;
	file->f_inode = inode;
	file->f_mapping = inode->i_mapping;
	file->f_wb_err = filemap_sample_wb_err(file->f_mapping);
	file->f_sb_err = file_sample_sb_err(file);
	file_set_capabilities(file, fop);
	file->f_iocb_flags = iocb_flags(file);
	file->f_mode |= FMODE_OPENED;
	file->f_op = fop;
	if ((file->f_mode & (FMODE_READ | FMODE_WRITE)) == FMODE_READ)
		i_readcount_inc(inode);
	return file;
}

/**
 * alloc_file_pseudo - an open file on a nameless inode (pipes, sockets, memfd, anon inodes)
 * @inode: the inode; its reference passes to the file on success only
 * @mnt: kernel mount the file lives on; a reference is taken
 * @name: what d_path() would show; copied
 * @flags: O_* flags
 * @fops: file operations
 *
 * Models: fs/file_table.c, 6.1.
 *
 * Context: may sleep. Return: a file with one reference, -ENOMEM, -ENFILE.
 */
struct file *alloc_file_pseudo(struct inode *inode, struct vfsmount *mnt, const char *name,
			       int flags, const struct file_operations *fops)
{
	static const struct dentry_operations anon_ops = {
		.d_dname = simple_dname,
	};
	struct qstr this = QSTR_INIT(name, strlen(name));
	struct path path;
	struct file *file;

	path.dentry = d_alloc_pseudo(mnt->mnt_sb, &this);
	if (!path.dentry)
		return ERR_PTR(-ENOMEM);
	if (!mnt->mnt_sb->s_d_op)
		d_set_d_op(path.dentry, &anon_ops);
	path.mnt = mntget(mnt);
	d_instantiate(path.dentry, inode);
	file = alloc_file(&path, flags, fops);
	if (IS_ERR(file)) {
		/* The dentry owns the inode by now; the caller keeps its own reference. */
		ihold(inode);
		path_put(&path);
	}
	return file;
}
EXPORT_SYMBOL(alloc_file_pseudo);

/**
 * alloc_file_clone - another open file on the path of @base
 * @base: file to share path and mapping with; only borrowed
 * @flags: O_* flags
 * @fops: file operations
 *
 * Models: fs/file_table.c, 6.1.
 *
 * Context: may sleep. Return: a file with one reference, -ENOMEM, -ENFILE.
 */
struct file *alloc_file_clone(struct file *base, int flags, const struct file_operations *fops)
{
	struct file *file = alloc_file(&base->f_path, flags, fops);

	if (!IS_ERR(file)) {
		path_get(&file->f_path);
		file->f_mapping = base->f_mapping;
	}
	return file;
}

/*
 * What ->open() began is undone in the kernel's order; each step may look at what is still there.
 */
static void file_release_opened(struct file *file)
{
	struct dentry *dentry = file->f_path.dentry;
	struct vfsmount *mnt = file->f_path.mnt;
	struct inode *inode = file->f_inode;
	fmode_t mode = file->f_mode;

	might_sleep();
	fsnotify_close(file);
	eventpoll_release(file);
	locks_remove_file(file);
	if ((file->f_flags & FASYNC) && file->f_op->fasync)
		file->f_op->fasync(-1, file, 0);
	if (file->f_op->release)
		file->f_op->release(inode, file);
	fops_put(file->f_op);
	put_pid(file->f_owner.pid);
	put_file_access(file);
	dput(dentry);
	if (mode & FMODE_NEED_UNMOUNT)
		unmodelled("__fput of a detached mount's file");
	mntput(mnt);
}

static void file_final(struct file *file)
{
	if (file->f_mode & FMODE_OPENED)
		file_release_opened(file);
	file_free(file);
}

static LLIST_HEAD(delayed_fput_list);

static void delayed_fput(struct work_struct *unused)
{
	struct llist_node *node = llist_del_all(&delayed_fput_list);
	struct file *file, *next;

	(void)unused;
	llist_for_each_entry_safe(file, next, node, f_llist)
		file_final(file);
}

static DECLARE_DELAYED_WORK(delayed_fput_work, delayed_fput);

static void file_final_task_work(struct callback_head *work)
{
	file_final(container_of(work, struct file, f_rcuhead));
}

/**
 * flush_delayed_fput - end the files whose last reference went in a kernel thread or in irq context
 *
 * Models: fs/file_table.c, 6.1. Context: may sleep; no locks that ->release() takes.
 */
void flush_delayed_fput(void)
{
	delayed_fput(NULL);
}
EXPORT_SYMBOL_GPL(flush_delayed_fput);

/**
 * fput - drop a reference to a file
 * @file: the file; must not be touched afterwards
 *
 * Models: fs/file_table.c, 6.1: the last reference ends the file not here but when the task
 * returns to user space; from a kernel thread, an irq or an exiting task, on a work queue one
 * jiffy later.
 *
 * Context: any.
 */
void fput(struct file *file)
{
	struct task_struct *task = current;

	if (!atomic_long_dec_and_test(&file->f_count))
		return;

	if (!in_interrupt() && !(task->flags & PF_KTHREAD)) {
		init_task_work(&file->f_rcuhead, file_final_task_work);
		if (!task_work_add(task, &file->f_rcuhead, TWA_RESUME))
			return;
		/* The task is past exit_task_work(): the work queue ends the file. */
	}
	if (llist_add(&file->f_llist, &delayed_fput_list))
		schedule_delayed_work(&delayed_fput_work, 1);
}
EXPORT_SYMBOL(fput);

/**
 * __fput_sync - drop a reference and end the file at once if it was the last
 * @file: the file; must not be touched afterwards
 *
 * Models: fs/file_table.c, 6.1. Context: kernel threads only; may sleep.
 */
void __fput_sync(struct file *file)
{
	if (!atomic_long_dec_and_test(&file->f_count))
		return;
	BUG_ON(!(current->flags & PF_KTHREAD));
	file_final(file);
}
EXPORT_SYMBOL(__fput_sync);

/**
 * files_init - create the file cache
 *
 * Models: fs/file_table.c, 6.1. Called once by vfs_caches_init().
 */
void __init files_init(void)
{
	filp_cachep = kmem_cache_create("filp", sizeof(struct file), 0,
					SLAB_HWCACHE_ALIGN | SLAB_PANIC | SLAB_ACCOUNT, NULL);
}
