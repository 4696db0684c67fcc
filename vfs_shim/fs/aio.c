// SPDX-License-Identifier: GPL-2.0
/*
 * Asynchronous I/O by io_submit(2).
 *
 * Models: fs/aio.c, 6.1. A request has two references: the submission's, and its completion's,
 * which ->ki_complete() drops, in whatever context and possibly before ->read_iter() or
 * ->write_iter() returns. The last one posts the event and puts the file. A write holds freeze
 * protection of the file's super block from before ->write_iter() until it completes; no task owns
 * it in between.
 *
 * Leaves out: IOCB_CMD_POLL, eventfds, the ring in user memory (events are copied out by
 * io_getevents()), per-cpu batches of slots, the system-wide limit, compat system calls. A process
 * of the box has no address space of its own: contexts belong to its descriptor table.
 *
 * Ledger: the references of a context are refcounts, each request is an object of a slab.
 */
#include <linux/aio.h>
#include <linux/completion.h>
#include <linux/cred.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/ioprio.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define KIOCB_KEY	0
#define MAX_NR_REQS	0x10000		/* aio-max-nr */

/* io_destroy(), or the end of a process, waits until @count contexts have no requests. */
struct rq_wait {
	struct completion comp;
	atomic_t count;
};

struct kioctx {
	struct list_head list;		/* all_ctxs */
	const struct files_struct *owner;
	unsigned long user_id;
	bool dead;
	refcount_t users;		/* who looks it up; the last one starts the end */
	refcount_t reqs;		/* requests in flight, and one until ->users is 0 */
	struct rq_wait *rq_wait;
	struct rcu_work free_work;

	spinlock_t ctx_lock;
	struct list_head active_reqs;	/* those that can be cancelled */

	atomic_t slots;			/* free ones of the ring */
	spinlock_t completion_lock;	/* events, head, tail; also in irq context */
	struct io_event *events;
	unsigned int nr_events, head, tail;
	struct mutex ring_lock;		/* among those who read events */
	wait_queue_head_t wait;
};

struct fsync_iocb {
	struct file *file;
	struct work_struct work;
	bool datasync;
	const struct cred *creds;
};

struct aio_kiocb {
	union {
		struct file *ki_filp;	/* the first member of each */
		struct kiocb rw;
		struct fsync_iocb fsync;
	};
	struct kioctx *ki_ctx;
	kiocb_cancel_fn *ki_cancel;
	struct io_event ki_res;
	struct list_head ki_list;	/* in active_reqs */
	refcount_t ki_refcnt;
};

static struct kmem_cache *kiocb_cachep;
static struct kmem_cache *kioctx_cachep;
static LIST_HEAD(all_ctxs);
static DEFINE_SPINLOCK(ctxs_lock);
static unsigned long last_id;

/*
 * Contexts
 */

static void free_ioctx(struct work_struct *work)
{
	struct kioctx *ctx = container_of(work, struct kioctx, free_work.work);

	kfree(ctx->events);
	kmem_cache_free(kioctx_cachep, ctx);
}

/* Any context: the last request may end in an irq. */
static void put_reqs(struct kioctx *ctx)
{
	if (!refcount_dec_and_test(&ctx->reqs))
		return;
	if (ctx->rq_wait && atomic_dec_and_test(&ctx->rq_wait->count))
		complete(&ctx->rq_wait->comp);
	INIT_RCU_WORK(&ctx->free_work, free_ioctx);
	queue_rcu_work(system_wq, &ctx->free_work);
}

/* Nobody can submit any more: cancel what can be cancelled. */
static void put_users(struct kioctx *ctx)
{
	struct aio_kiocb *req;

	if (!refcount_dec_and_test(&ctx->users))
		return;
	spin_lock_irq(&ctx->ctx_lock);
	while (!list_empty(&ctx->active_reqs)) {
		req = list_first_entry(&ctx->active_reqs, struct aio_kiocb, ki_list);
		req->ki_cancel(&req->rw);
		list_del_init(&req->ki_list);
	}
	spin_unlock_irq(&ctx->ctx_lock);
	put_reqs(ctx);
}

/*
 * Room for @nr requests; the kernel gives more, as slots may sit on other processors and in whole
 * pages.
 */
static unsigned int ring_size(unsigned int nr)
{
	unsigned int events = max(nr, num_possible_cpus() * 4) * 2 + 2;
	size_t header = 4 * sizeof(u64), bytes = header + events * sizeof(struct io_event);

	return (round_up(bytes, PAGE_SIZE) - header) / sizeof(struct io_event);
}

static struct kioctx *ioctx_alloc(unsigned int nr)
{
	struct kioctx *ctx;

	if (nr > 0x10000000U / sizeof(struct io_event))
		return ERR_PTR(-EINVAL);
	if (nr > MAX_NR_REQS)
		return ERR_PTR(-EAGAIN);
	ctx = kmem_cache_zalloc(kioctx_cachep, GFP_KERNEL);
	if (!ctx)
		return ERR_PTR(-ENOMEM);
	ctx->nr_events = ring_size(nr);
	ctx->events = kcalloc(ctx->nr_events, sizeof(*ctx->events), GFP_KERNEL);
	if (!ctx->events) {
		kmem_cache_free(kioctx_cachep, ctx);
		return ERR_PTR(-ENOMEM);
	}
	/* One stays free, to tell a full ring from an empty one. */
	atomic_set(&ctx->slots, ctx->nr_events - 1);
	spin_lock_init(&ctx->ctx_lock);
	spin_lock_init(&ctx->completion_lock);
	mutex_init(&ctx->ring_lock);
	init_waitqueue_head(&ctx->wait);
	INIT_LIST_HEAD(&ctx->active_reqs);
	refcount_set(&ctx->users, 1);
	refcount_set(&ctx->reqs, 1);
	ctx->owner = current->files;
	spin_lock(&ctxs_lock);
	ctx->user_id = ++last_id;
	list_add_tail(&ctx->list, &all_ctxs);
	spin_unlock(&ctxs_lock);
	return ctx;
}

/* A reference for a system call of its own process; a dead one is not found. */
static struct kioctx *lookup_ioctx(unsigned long id)
{
	struct kioctx *ctx, *found = NULL;

	spin_lock(&ctxs_lock);
	list_for_each_entry(ctx, &all_ctxs, list) {
		if (ctx->user_id == id && ctx->owner == current->files) {
			refcount_inc(&ctx->users);
			found = ctx;
			break;
		}
	}
	spin_unlock(&ctxs_lock);
	return found;
}

/* Drops the table's reference to @ctx; -EINVAL when somebody else has. */
static int kill_ioctx(struct kioctx *ctx, struct rq_wait *wait)
{
	bool was_dead;

	spin_lock(&ctxs_lock);
	was_dead = ctx->dead;
	ctx->dead = true;
	if (!was_dead)
		list_del(&ctx->list);
	spin_unlock(&ctxs_lock);
	if (was_dead)
		return -EINVAL;
	wake_up_all(&ctx->wait);
	ctx->rq_wait = wait;
	put_users(ctx);
	return 0;
}

/**
 * ksys_io_setup - io_setup(2)
 * @nr_events: how many requests may be in flight
 * @ctxp: user pointer to where the context's id goes; 0 before
 *
 * Models: fs/aio.c, 6.1. Return: 0, -EINVAL, -EAGAIN, -EFAULT, -ENOMEM.
 */
long ksys_io_setup(unsigned int nr_events, aio_context_t __user *ctxp)
{
	struct kioctx *ctx;
	aio_context_t id;

	if (get_user(id, ctxp))
		return -EFAULT;
	if (id || !nr_events)
		return -EINVAL;
	ctx = ioctx_alloc(nr_events);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	id = ctx->user_id;
	if (put_user(id, ctxp)) {
		kill_ioctx(ctx, NULL);
		return -EFAULT;
	}
	return 0;
}

/**
 * ksys_io_destroy - io_destroy(2): end a context and wait for its requests
 * @id: the context
 *
 * Models: fs/aio.c, 6.1: requests that can be cancelled are; the wait is not to be interrupted.
 *
 * Return: 0 or -EINVAL.
 */
long ksys_io_destroy(aio_context_t id)
{
	struct kioctx *ctx = lookup_ioctx(id);
	struct rq_wait wait;
	int ret;

	if (!ctx)
		return -EINVAL;
	init_completion(&wait.comp);
	atomic_set(&wait.count, 1);
	ret = kill_ioctx(ctx, &wait);
	put_users(ctx);
	if (!ret)
		wait_for_completion(&wait.comp);
	return ret;
}

static struct kioctx *first_of(const struct files_struct *owner)
{
	struct kioctx *ctx, *found = NULL;

	spin_lock(&ctxs_lock);
	list_for_each_entry(ctx, &all_ctxs, list) {
		if (ctx->owner == owner) {
			found = ctx;
			break;
		}
	}
	spin_unlock(&ctxs_lock);
	return found;
}

/**
 * exit_aio_files - the last task with a descriptor table ends
 * @files: the table
 *
 * Models: exit_aio(), fs/aio.c, 6.1: all contexts at once are told to end, then waited for.
 * Context: may sleep; nobody can submit any more.
 */
void exit_aio_files(const struct files_struct *files)
{
	struct rq_wait wait;
	struct kioctx *ctx;

	init_completion(&wait.comp);
	atomic_set(&wait.count, 1);
	while ((ctx = first_of(files))) {
		atomic_inc(&wait.count);
		kill_ioctx(ctx, &wait);
	}
	if (!atomic_dec_and_test(&wait.count))
		wait_for_completion(&wait.comp);
}

/*
 * Requests
 */

static bool get_slot(struct kioctx *ctx)
{
	return atomic_add_unless(&ctx->slots, -1, 0);
}

/* Two references: one for the completion, one for the submitting code. */
static struct aio_kiocb *aio_get_req(struct kioctx *ctx)
{
	struct aio_kiocb *req = kmem_cache_alloc(kiocb_cachep, GFP_KERNEL);

	if (!req)
		return NULL;
	if (!get_slot(ctx)) {
		kmem_cache_free(kiocb_cachep, req);
		return NULL;
	}
	refcount_inc(&ctx->reqs);
	req->ki_ctx = ctx;
	INIT_LIST_HEAD(&req->ki_list);
	refcount_set(&req->ki_refcnt, 2);
	return req;
}

static void iocb_destroy(struct aio_kiocb *iocb)
{
	struct kioctx *ctx = iocb->ki_ctx;

	if (iocb->ki_filp)
		fput(iocb->ki_filp);
	kmem_cache_free(kiocb_cachep, iocb);
	put_reqs(ctx);
}

static void aio_complete(struct aio_kiocb *iocb)
{
	struct kioctx *ctx = iocb->ki_ctx;
	unsigned long flags;

	spin_lock_irqsave(&ctx->completion_lock, flags);
	ctx->events[ctx->tail] = iocb->ki_res;
	ctx->tail = (ctx->tail + 1) % ctx->nr_events;
	WARN_ON(ctx->tail == ctx->head);
	spin_unlock_irqrestore(&ctx->completion_lock, flags);
	wake_up(&ctx->wait);
}

static void iocb_put(struct aio_kiocb *iocb)
{
	if (refcount_dec_and_test(&iocb->ki_refcnt)) {
		aio_complete(iocb);
		iocb_destroy(iocb);
	}
}

/**
 * kiocb_set_cancel_fn - a file's driver can cancel this request
 * @iocb: the request; one that io_submit(2) did not make is left alone
 * @cancel: called with the context's lock held and irqs off, at most once
 *
 * Models: fs/aio.c, 6.1. Context: any.
 */
void kiocb_set_cancel_fn(struct kiocb *iocb, kiocb_cancel_fn *cancel)
{
	struct aio_kiocb *req = container_of(iocb, struct aio_kiocb, rw);
	unsigned long flags;

	if (!(iocb->ki_flags & IOCB_AIO_RW))
		return;
	if (WARN_ON_ONCE(!list_empty(&req->ki_list)))
		return;
	spin_lock_irqsave(&req->ki_ctx->ctx_lock, flags);
	list_add_tail(&req->ki_list, &req->ki_ctx->active_reqs);
	req->ki_cancel = cancel;
	spin_unlock_irqrestore(&req->ki_ctx->ctx_lock, flags);
}
EXPORT_SYMBOL(kiocb_set_cancel_fn);

static void aio_remove_iocb(struct aio_kiocb *iocb)
{
	unsigned long flags;

	spin_lock_irqsave(&iocb->ki_ctx->ctx_lock, flags);
	list_del_init(&iocb->ki_list);
	spin_unlock_irqrestore(&iocb->ki_ctx->ctx_lock, flags);
}

/* ->ki_complete(): any context. */
static void aio_complete_rw(struct kiocb *kiocb, long res)
{
	struct aio_kiocb *iocb = container_of(kiocb, struct aio_kiocb, rw);

	if (!list_empty_careful(&iocb->ki_list))
		aio_remove_iocb(iocb);
	if (kiocb->ki_flags & IOCB_WRITE) {
		struct inode *inode = file_inode(kiocb->ki_filp);

		/* Taken by whoever submitted. */
		if (S_ISREG(inode->i_mode))
			__sb_writers_acquired(inode->i_sb, SB_FREEZE_WRITE);
		file_end_write(kiocb->ki_filp);
	}
	iocb->ki_res.res = res;
	iocb->ki_res.res2 = 0;
	iocb_put(iocb);
}

static int aio_prep_rw(struct kiocb *req, const struct iocb *iocb)
{
	int ret;

	req->ki_complete = aio_complete_rw;
	req->private = NULL;
	req->ki_pos = iocb->aio_offset;
	req->ki_flags = req->ki_filp->f_iocb_flags | IOCB_AIO_RW;
	req->ki_ioprio = get_current_ioprio();
	if (iocb->aio_flags & IOCB_FLAG_IOPRIO) {
		ret = ioprio_check_cap(iocb->aio_reqprio);
		if (ret)
			return ret;
		req->ki_ioprio = iocb->aio_reqprio;
	}
	ret = kiocb_set_rw_flags(req, iocb->aio_rw_flags);
	if (ret)
		return ret;
	/* Nobody is going to poll for it. */
	req->ki_flags &= ~IOCB_HIPRI;
	return 0;
}

static ssize_t aio_import(int dir, const struct iocb *iocb, bool vectored, struct iovec **iov,
			  struct iov_iter *iter)
{
	void __user *buf = (void __user *)(uintptr_t)iocb->aio_buf;
	size_t len = iocb->aio_nbytes;
	ssize_t ret;

	if (vectored)
		return import_iovec(dir, buf, len, UIO_FASTIOV, iov, iter);
	ret = import_single_range(dir, buf, len, *iov, iter);
	*iov = NULL;
	return ret;
}

static void aio_rw_done(struct kiocb *req, ssize_t ret)
{
	switch (ret) {
	case -EIOCBQUEUED:
		return;
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		/* Others of the same call may be under way: it cannot be started again. */
		ret = -EINTR;
		break;
	}
	req->ki_complete(req, ret);
}

static int aio_read(struct kiocb *req, const struct iocb *iocb, bool vectored)
{
	struct iovec fast[UIO_FASTIOV], *iov = fast;
	struct file *file = req->ki_filp;
	struct iov_iter iter;
	ssize_t ret;

	ret = aio_prep_rw(req, iocb);
	if (ret)
		return ret;
	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (!file->f_op->read_iter)
		return -EINVAL;
	ret = aio_import(ITER_DEST, iocb, vectored, &iov, &iter);
	if (ret < 0)
		return ret;
	ret = rw_verify_area(READ, file, &req->ki_pos, iov_iter_count(&iter));
	if (!ret)
		aio_rw_done(req, call_read_iter(file, req, &iter));
	kfree(iov);
	return ret;
}

/* The request keeps the protection, not the task: aio_complete_rw() gives it back. */
static void aio_start_write(struct kiocb *req)
{
	struct inode *inode = file_inode(req->ki_filp);

	if (S_ISREG(inode->i_mode)) {
		sb_start_write(inode->i_sb);
		__sb_writers_release(inode->i_sb, SB_FREEZE_WRITE);
	}
	req->ki_flags |= IOCB_WRITE;
}

static int aio_write(struct kiocb *req, const struct iocb *iocb, bool vectored)
{
	struct iovec fast[UIO_FASTIOV], *iov = fast;
	struct file *file = req->ki_filp;
	struct iov_iter iter;
	ssize_t ret;

	ret = aio_prep_rw(req, iocb);
	if (ret)
		return ret;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (!file->f_op->write_iter)
		return -EINVAL;
	ret = aio_import(ITER_SOURCE, iocb, vectored, &iov, &iter);
	if (ret < 0)
		return ret;
	ret = rw_verify_area(WRITE, file, &req->ki_pos, iov_iter_count(&iter));
	if (!ret) {
		aio_start_write(req);
		aio_rw_done(req, call_write_iter(file, req, &iter));
	}
	kfree(iov);
	return ret;
}

static void aio_fsync_work(struct work_struct *work)
{
	struct aio_kiocb *iocb = container_of(work, struct aio_kiocb, fsync.work);
	const struct cred *old = override_creds(iocb->fsync.creds);

	iocb->ki_res.res = vfs_fsync(iocb->fsync.file, iocb->fsync.datasync);
	revert_creds(old);
	put_cred(iocb->fsync.creds);
	iocb_put(iocb);
}

static int aio_fsync(struct fsync_iocb *req, const struct iocb *iocb, bool datasync)
{
	if (iocb->aio_buf || iocb->aio_offset || iocb->aio_nbytes || iocb->aio_rw_flags)
		return -EINVAL;
	if (!req->file->f_op->fsync)
		return -EINVAL;
	req->creds = prepare_creds();
	if (!req->creds)
		return -ENOMEM;
	req->datasync = datasync;
	INIT_WORK(&req->work, aio_fsync_work);
	schedule_work(&req->work);
	return 0;
}

static int aio_start(const struct iocb *iocb, struct iocb __user *user_iocb, struct aio_kiocb *req)
{
	req->ki_filp = fget(iocb->aio_fildes);
	if (!req->ki_filp)
		return -EBADF;
	if (put_user(KIOCB_KEY, &user_iocb->aio_key))
		return -EFAULT;
	req->ki_res = (struct io_event){ .data = iocb->aio_data, .obj = (uintptr_t)user_iocb };
	switch (iocb->aio_lio_opcode) {
	case IOCB_CMD_PREAD:
		return aio_read(&req->rw, iocb, false);
	case IOCB_CMD_PWRITE:
		return aio_write(&req->rw, iocb, false);
	case IOCB_CMD_PREADV:
		return aio_read(&req->rw, iocb, true);
	case IOCB_CMD_PWRITEV:
		return aio_write(&req->rw, iocb, true);
	case IOCB_CMD_FSYNC:
		return aio_fsync(&req->fsync, iocb, false);
	case IOCB_CMD_FDSYNC:
		return aio_fsync(&req->fsync, iocb, true);
	default:
		return -EINVAL;
	}
}

static int io_submit_one(struct kioctx *ctx, struct iocb __user *user_iocb)
{
	struct aio_kiocb *req;
	struct iocb iocb;
	int err;

	if (copy_from_user(&iocb, user_iocb, sizeof(iocb)))
		return -EFAULT;
	/* An eventfd and IOCB_CMD_POLL have no model: the box has no eventfd that counts. */
	if (iocb.aio_reserved2 || (ssize_t)iocb.aio_nbytes < 0 ||
	    (iocb.aio_flags & IOCB_FLAG_RESFD))
		return -EINVAL;
	req = aio_get_req(ctx);
	if (!req)
		return -EAGAIN;
	err = aio_start(&iocb, user_iocb, req);
	/* The submission's reference. If nothing was started, nobody will drop the other one. */
	iocb_put(req);
	if (err) {
		iocb_destroy(req);
		atomic_inc(&ctx->slots);
	}
	return err;
}

/**
 * ksys_io_submit - io_submit(2)
 * @id: the context
 * @nr: how many requests
 * @iocbpp: user pointer to @nr user pointers to them
 *
 * Models: fs/aio.c, 6.1. Return: requests taken; -errno if the first was not.
 */
long ksys_io_submit(aio_context_t id, long nr, struct iocb __user *__user *iocbpp)
{
	struct kioctx *ctx;
	long i, ret = 0;

	if (nr < 0)
		return -EINVAL;
	ctx = lookup_ioctx(id);
	if (!ctx)
		return -EINVAL;
	nr = min_t(long, nr, ctx->nr_events);
	for (i = 0; i < nr; i++) {
		struct iocb __user *user_iocb;

		if (get_user(user_iocb, iocbpp + i))
			ret = -EFAULT;
		else
			ret = io_submit_one(ctx, user_iocb);
		if (ret)
			break;
	}
	put_users(ctx);
	return i ? i : ret;
}

/**
 * ksys_io_cancel - io_cancel(2)
 * @id: the context
 * @iocb: user pointer that was submitted
 *
 * Models: fs/aio.c, 6.1. Return: -EINPROGRESS when it is being cancelled (its event comes as any
 * other); -EINVAL when the request is not there or its driver set no function to cancel it; what
 * that function said; -EFAULT.
 */
long ksys_io_cancel(aio_context_t id, struct iocb __user *iocb)
{
	struct aio_kiocb *req;
	struct kioctx *ctx;
	int ret = -EINVAL;
	u32 key;

	if (get_user(key, &iocb->aio_key))
		return -EFAULT;
	if (key != KIOCB_KEY)
		return -EINVAL;
	ctx = lookup_ioctx(id);
	if (!ctx)
		return -EINVAL;
	spin_lock_irq(&ctx->ctx_lock);
	list_for_each_entry(req, &ctx->active_reqs, ki_list) {
		if (req->ki_res.obj == (uintptr_t)iocb) {
			ret = req->ki_cancel(&req->rw);
			list_del_init(&req->ki_list);
			break;
		}
	}
	spin_unlock_irq(&ctx->ctx_lock);
	put_users(ctx);
	return ret ? ret : -EINPROGRESS;
}

/*
 * Events
 */

/* ring_lock held: nobody else moves the head. */
static bool look_at_event(struct kioctx *ctx, struct io_event *event)
{
	bool any;

	spin_lock_irq(&ctx->completion_lock);
	any = ctx->head != ctx->tail;
	if (any)
		*event = ctx->events[ctx->head];
	spin_unlock_irq(&ctx->completion_lock);
	return any;
}

static void drop_event(struct kioctx *ctx)
{
	spin_lock_irq(&ctx->completion_lock);
	ctx->head = (ctx->head + 1) % ctx->nr_events;
	spin_unlock_irq(&ctx->completion_lock);
	atomic_inc(&ctx->slots);
}

/* An event that cannot be copied out stays. */
static long read_ring(struct kioctx *ctx, struct io_event __user *event, long nr)
{
	struct io_event ev;
	long ret = 0;

	mutex_lock(&ctx->ring_lock);
	while (ret < nr && look_at_event(ctx, &ev)) {
		if (copy_to_user(event + ret, &ev, sizeof(ev))) {
			ret = -EFAULT;
			break;
		}
		drop_event(ctx);
		ret++;
	}
	mutex_unlock(&ctx->ring_lock);
	return ret;
}

/* Enough, or an error? Adds to *@done, or makes it the error. */
static bool read_events(struct kioctx *ctx, long min_nr, long nr, struct io_event __user *event,
			long *done)
{
	long ret = read_ring(ctx, event + *done, nr - *done);

	if (ret > 0)
		*done += ret;
	if (READ_ONCE(ctx->dead))
		ret = -EINVAL;
	if (!*done)
		*done = ret;
	return ret < 0 || *done >= min_nr;
}

/**
 * ksys_io_getevents - io_getevents(2) without a timeout
 * @id: the context
 * @min_nr: wait for this many
 * @nr: at most this many
 * @events: user pointer to room for them
 *
 * Models: fs/aio.c, 6.1; leaves out: timeouts. Return: events stored, -EINVAL, -EFAULT, -EINTR.
 */
long ksys_io_getevents(aio_context_t id, long min_nr, long nr, struct io_event __user *events)
{
	struct kioctx *ctx = lookup_ioctx(id);
	long ret = 0;

	if (!ctx)
		return -EINVAL;
	if (min_nr < 0 || min_nr > nr)
		ret = -EINVAL;
	else
		wait_event_interruptible(ctx->wait, read_events(ctx, min_nr, nr, events, &ret));
	put_users(ctx);
	if (!ret && min_nr && signal_pending(current))
		ret = -EINTR;
	return ret;
}

static int __init aio_setup(void)
{
	kiocb_cachep = KMEM_CACHE(aio_kiocb, SLAB_HWCACHE_ALIGN | SLAB_PANIC);
	kioctx_cachep = KMEM_CACHE(kioctx, SLAB_HWCACHE_ALIGN | SLAB_PANIC);
	return 0;
}
fs_initcall(aio_setup);

static void __exit aio_shutdown(void)
{
	/* Contexts are freed by RCU and a work item. */
	rcu_barrier();
	flush_workqueue(system_wq);
	kmem_cache_destroy(kioctx_cachep);
	kmem_cache_destroy(kiocb_cachep);
}
module_exit(aio_shutdown);
