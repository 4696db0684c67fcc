/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of io_uring share among themselves. Models: io_uring/io_uring.h and
 * include/linux/io_uring_types.h, 6.1, for what can reach the iter operations of a file.
 */
#ifndef IOU_CORE_H
#define IOU_CORE_H

#include <linux/completion.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/task_work.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/io_uring.h>

/* The first ones have the numbers of IOSQE_*. */
#define REQ_F_IO_DRAIN		IOSQE_IO_DRAIN
#define REQ_F_LINK		IOSQE_IO_LINK
#define REQ_F_HARDLINK		IOSQE_IO_HARDLINK
#define REQ_F_FORCE_ASYNC	IOSQE_ASYNC
#define REQ_F_FAIL		(1U << 8)	/* those linked behind it fail */
#define REQ_F_NOWAIT		(1U << 9)	/* -EAGAIN is final */
#define REQ_F_CUR_POS		(1U << 10)	/* moves the file's position */
#define REQ_F_ISREG		(1U << 11)
#define REQ_F_SUPPORT_NOWAIT	(1U << 12)
#define REQ_F_FLAGS_SET		(1U << 13)	/* the two above are known */
#define REQ_F_REISSUE		(1U << 14)
#define REQ_F_IMPORTED		(1U << 15)	/* the iterator is set up */
#define REQ_F_POLLED		(1U << 16)	/* poll was armed before */

#define REQ_F_LINKS		(REQ_F_LINK | REQ_F_HARDLINK)
#define SQE_FLAGS		(REQ_F_IO_DRAIN | REQ_F_LINKS | REQ_F_FORCE_ASYNC)

/* How a request is issued. */
#define IO_URING_F_NONBLOCK	(1U << 0)	/* must not wait */

/* Results of issuing beside -errno. */
#define IOU_OK			0		/* complete it */
#define IOU_ISSUE_SKIP_COMPLETE	1		/* completes later, or has */

/* Of io_arm_poll_handler(). */
enum { IO_APOLL_OK, IO_APOLL_ABORTED, IO_APOLL_READY };

/* Where a request is, for those who cancel. */
enum io_wq_state { IO_WQ_NONE, IO_WQ_PENDING, IO_WQ_TAKEN, IO_WQ_RUNNING };

/* A completion; made with the request, so that completing cannot fail. */
struct io_cqe_entry {
	struct list_head list;
	u64 user_data;
	s32 res;
};

struct io_mapped_ubuf {
	u64 ubuf, ubuf_end;
	unsigned int nr_bvecs;
	struct bio_vec *bvec;
};

struct io_ring_ctx {
	struct list_head list;		/* all rings */
	refcount_t refs;		/* the file, and each request */
	unsigned int flags;		/* IORING_SETUP_* */
	unsigned int entries;
	bool dying;
	struct mutex uring_lock;	/* submission */
	struct io_kiocb *link_head, *link_last;
	bool drain_active, drain_next;
	u32 sq_head;			/* requests seen */
	spinlock_t completion_lock;	/* from here to @defer_list */
	struct list_head cqes;
	unsigned int nr_cqes;
	u32 cq_tail;			/* completions ever */
	struct list_head reqs;		/* all that are not freed */
	struct list_head defer_list;	/* they drain, or wait behind one that does */
	struct list_head wq_pending;	/* hashed, behind one that runs */
	wait_queue_head_t cq_wait;
	wait_queue_head_t wq_wait;	/* a worker is done */
	struct io_mapped_ubuf *user_bufs;
	unsigned int nr_user_bufs;
	struct work_struct exit_work;
	struct completion ref_comp;
};

struct io_kiocb {
	struct kiocb kiocb;
	struct io_ring_ctx *ctx;
	struct list_head node;		/* in ctx->reqs */
	struct list_head entry;		/* in ctx->defer_list or ctx->wq_pending */
	struct io_kiocb *link;
	struct io_cqe_entry *cqe;
	u8 opcode;
	unsigned int flags;		/* REQ_F_* */
	refcount_t refs;
	struct file *file;
	struct task_struct *task;	/* who submitted: does the task works */
	const struct cred *creds;	/* for workers */
	u64 off, addr;
	u32 len, op_flags;
	u16 buf_index;
	u32 seq;			/* requests before it; for drain */
	s32 want, res;			/* bytes that the attempt is to do; the result */
	unsigned int issues;		/* how often it was issued */
	struct iov_iter iter;
	struct iov_iter_state iter_state;
	struct iovec fast_iov[UIO_FASTIOV], *free_iov;
	size_t bytes_done;		/* by earlier attempts */
	struct callback_head task_work;
	void (*func)(struct io_kiocb *req);	/* of @task_work */
	struct work_struct fallback;	/* when @task is gone */
	struct work_struct work;	/* io-wq */
	enum io_wq_state wq_state;
	bool wq_cancel;
	bool wq_chained;		/* its worker took it with an earlier one */
	const struct inode *hash;	/* workers write one inode one after another */
	unsigned int poll_retries;
	struct poll_table_struct pt;
	struct wait_queue_head *poll_head;
	wait_queue_entry_t poll_wait;
	__poll_t poll_events;
	int poll_error;
	bool poll_arming, poll_woken;	/* under the queue's lock */
};

/* io_uring.c */
int io_issue_sqe(struct io_kiocb *req, unsigned int issue_flags);
void io_req_complete(struct io_kiocb *req, s32 res);
void io_req_complete_failed(struct io_kiocb *req, s32 res);
void io_req_task_work_add(struct io_kiocb *req, void (*func)(struct io_kiocb *req));
void io_req_task_queue(struct io_kiocb *req);
void io_req_task_queue_fail(struct io_kiocb *req, s32 res);
void io_req_put(struct io_kiocb *req);

static inline void req_set_fail(struct io_kiocb *req)
{
	req->flags |= REQ_F_FAIL;
}

/* rw.c */
int io_read(struct io_kiocb *req, unsigned int issue_flags);
int io_write(struct io_kiocb *req, unsigned int issue_flags);
int io_rw_import(struct io_kiocb *req);
bool io_op_writes(const struct io_kiocb *req);
bool io_op_reads(const struct io_kiocb *req);

/* poll.c */
int io_arm_poll_handler(struct io_kiocb *req);
bool io_poll_disarm(struct io_kiocb *req);

/* io-wq.c */
void io_queue_iowq(struct io_kiocb *req);
int io_wq_cancel(struct io_ring_ctx *ctx, struct io_kiocb *req);
void io_wq_wait_running(struct io_ring_ctx *ctx, const struct task_struct *task);

/* rsrc.c */
int io_buffers_register(struct io_ring_ctx *ctx, const struct iovec __user *arg, unsigned int nr);
void io_buffers_unregister(struct io_ring_ctx *ctx);
int io_import_fixed(int dir, struct io_kiocb *req);

#endif
