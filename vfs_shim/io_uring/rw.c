// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes of io_uring.
 *
 * Models: io_uring/rw.c, 6.1. The first attempt has IOCB_NOWAIT: for a regular file if its block
 * device can (or there is none), whatever FMODE_NOWAIT says; a buffered write to one only with
 * FMODE_BUF_WASYNC. -EAGAIN, and -EOPNOTSUPP beside IOCB_NOWAIT, come again: after a poll, or by a
 * worker. A write holds freeze protection of the file's super block, owned by no task, until its
 * completion is done with in the submitter's task work. What is done short, and not
 * asynchronously, is completed by another attempt.
 *
 * Leaves out: buffer selection, IOCB_WAITQ (nothing below has a page cache that would use it),
 * I/O priorities, completions that are polled for (no file of the box has ->iopoll()), the
 * allocation of what an attempt keeps for the next one, files with ->read() and ->write() only.
 */
#include <linux/fsnotify.h>
#include <linux/ioprio.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <core/run.h>
#include "io_uring.h"

bool io_op_reads(const struct io_kiocb *req)
{
	return req->opcode == IORING_OP_READ || req->opcode == IORING_OP_READV ||
	       req->opcode == IORING_OP_READ_FIXED;
}

bool io_op_writes(const struct io_kiocb *req)
{
	return req->opcode == IORING_OP_WRITE || req->opcode == IORING_OP_WRITEV ||
	       req->opcode == IORING_OP_WRITE_FIXED;
}

/**
 * io_rw_import() - set up the iterator, the first time
 * @req: the request
 *
 * Return: 0, -EFAULT, -EINVAL, -ENOMEM.
 */
int io_rw_import(struct io_kiocb *req)
{
	int dir = io_op_writes(req) ? ITER_SOURCE : ITER_DEST;
	void __user *buf = (void __user *)(uintptr_t)req->addr;
	struct iovec *iov = req->fast_iov;
	ssize_t ret;

	if (req->opcode == IORING_OP_READ_FIXED || req->opcode == IORING_OP_WRITE_FIXED) {
		ret = io_import_fixed(dir, req);
	} else if (req->opcode == IORING_OP_READV || req->opcode == IORING_OP_WRITEV) {
		ret = import_iovec(dir, buf, req->len, UIO_FASTIOV, &iov, &req->iter);
		if (ret >= 0)
			req->free_iov = iov;
	} else {
		ret = import_single_range(dir, buf, req->len, req->fast_iov, &req->iter);
	}
	if (ret < 0)
		return ret;
	req->flags |= REQ_F_IMPORTED;
	iov_iter_save_state(&req->iter, &req->iter_state);
	return 0;
}

static void io_req_end_write(struct io_kiocb *req)
{
	if (req->flags & REQ_F_ISREG)
		kiocb_end_write(&req->kiocb);
}

static void io_req_io_end(struct io_kiocb *req)
{
	if (req->kiocb.ki_flags & IOCB_WRITE) {
		io_req_end_write(req);
		fsnotify_modify(req->file);
	} else {
		fsnotify_access(req->file);
	}
}

/* With what earlier attempts did. */
static s32 total(const struct io_kiocb *req, ssize_t res)
{
	if (!req->bytes_done)
		return res;
	return res < 0 ? (s32)req->bytes_done : (s32)(res + req->bytes_done);
}

static bool may_reissue(struct io_kiocb *req)
{
	umode_t mode = file_inode(req->file)->i_mode;

	if (!S_ISREG(mode) && !S_ISBLK(mode))
		return false;
	if ((req->flags & REQ_F_NOWAIT) || req->wq_state == IO_WQ_RUNNING ||
	    READ_ONCE(req->ctx->dying))
		return false;
	return !in_interrupt() && same_thread_group(req->task, current);
}

/* The result is known; false if it is to be issued again instead. Context: any. */
static bool note_result(struct io_kiocb *req, ssize_t res)
{
	if (res == req->want)
		return true;
	if ((res == -EAGAIN || res == -EOPNOTSUPP) && may_reissue(req)) {
		io_req_io_end(req);
		req->flags |= REQ_F_REISSUE;
		return false;
	}
	req_set_fail(req);
	return true;
}

static void complete_in_task(struct io_kiocb *req)
{
	io_req_io_end(req);
	io_req_complete(req, req->res);
}

/* ->ki_complete(): any context. */
static void io_complete_rw(struct kiocb *kiocb, long res)
{
	struct io_kiocb *req = container_of(kiocb, struct io_kiocb, kiocb);

	if (!note_result(req, res))
		return;
	req->res = total(req, res);
	io_req_task_work_add(req, complete_in_task);
}

static ssize_t fixup_restart(ssize_t ret)
{
	switch (ret) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return -EINTR;
	default:
		return ret;
	}
}

/*
 * Has io_complete_rw() found that it is to be issued again? It has given freeze protection back.
 * The request is still there: its completion is task work of who submits, or a worker has a
 * reference.
 */
static bool take_reissue(struct io_kiocb *req)
{
	if (likely(!(req->flags & REQ_F_REISSUE)))
		return false;
	req->flags &= ~REQ_F_REISSUE;
	return true;
}

/* An attempt has ended with @ret. */
static int kiocb_done(struct io_kiocb *req, ssize_t ret)
{
	if (ret >= 0 && (req->flags & REQ_F_CUR_POS))
		req->file->f_pos = req->kiocb.ki_pos;
	if (ret >= 0) {
		if (note_result(req, ret)) {
			io_req_io_end(req);
			req->res = total(req, ret);
			return IOU_OK;
		}
	} else {
		io_complete_rw(&req->kiocb, fixup_restart(ret));
	}
	return take_reissue(req) ? -EAGAIN : IOU_ISSUE_SKIP_COMPLETE;
}

static bool file_supports_nowait(const struct file *file, umode_t mode)
{
	if (S_ISSOCK(mode))
		return true;
	/* No block devices in the box: a super block without one does not say no. */
	if (S_ISREG(mode))
		return true;
	return (file->f_flags & O_NONBLOCK) || (file->f_mode & FMODE_NOWAIT);
}

static void note_file(struct io_kiocb *req)
{
	umode_t mode = file_inode(req->file)->i_mode;

	if (S_ISREG(mode))
		req->flags |= REQ_F_ISREG;
	if (file_supports_nowait(req->file, mode))
		req->flags |= REQ_F_SUPPORT_NOWAIT;
	req->flags |= REQ_F_FLAGS_SET;
}

static int io_rw_init_file(struct io_kiocb *req, fmode_t mode)
{
	struct kiocb *kiocb = &req->kiocb;
	struct file *file = req->file;
	int ret;

	if (!(file->f_mode & mode))
		return -EBADF;
	if (!(req->flags & REQ_F_FLAGS_SET))
		note_file(req);
	kiocb->ki_flags = file->f_iocb_flags;
	ret = kiocb_set_rw_flags(kiocb, req->op_flags);
	if (ret)
		return ret;
	if ((kiocb->ki_flags & IOCB_NOWAIT) ||
	    ((file->f_flags & O_NONBLOCK) && !(req->flags & REQ_F_SUPPORT_NOWAIT)))
		req->flags |= REQ_F_NOWAIT;
	if (req->ctx->flags & IORING_SETUP_IOPOLL) {
		if (!(kiocb->ki_flags & IOCB_DIRECT) || !file->f_op->iopoll)
			return -EOPNOTSUPP;
		unmodelled("io_do_iopoll");
	}
	if (kiocb->ki_flags & IOCB_HIPRI)
		return -EINVAL;
	kiocb->ki_complete = io_complete_rw;
	return 0;
}

/* -1 is the file's own position, which moves. */
static loff_t *position(struct io_kiocb *req)
{
	struct kiocb *kiocb = &req->kiocb;

	if (kiocb->ki_pos != -1)
		return &kiocb->ki_pos;
	if (req->file->f_mode & FMODE_STREAM) {
		kiocb->ki_pos = 0;
		return NULL;
	}
	req->flags |= REQ_F_CUR_POS;
	kiocb->ki_pos = req->file->f_pos;
	return &kiocb->ki_pos;
}

/* What both directions do before ->read_iter() and ->write_iter(). */
static int prepare(struct io_kiocb *req, fmode_t mode)
{
	int ret = req->flags & REQ_F_IMPORTED ? 0 : io_rw_import(req);

	if (ret)
		return ret;
	iov_iter_restore(&req->iter, &req->iter_state);
	ret = io_rw_init_file(req, mode);
	req->want = iov_iter_count(&req->iter);
	return ret;
}

/* Part was done: the rest is for another attempt. */
static void keep_rest(struct io_kiocb *req, ssize_t done)
{
	iov_iter_restore(&req->iter, &req->iter_state);
	iov_iter_advance(&req->iter, done);
	req->bytes_done += done;
	iov_iter_save_state(&req->iter, &req->iter_state);
}

static bool need_complete_io(const struct io_kiocb *req)
{
	return req->flags & REQ_F_ISREG;
}

/**
 * io_read() - issue a read
 * @req: the request
 * @issue_flags: IO_URING_F_NONBLOCK: must not wait
 *
 * Models: io_uring/rw.c, 6.1. Return: IOU_*, -EAGAIN to be issued again, other -errno.
 */
int io_read(struct io_kiocb *req, unsigned int issue_flags)
{
	bool nonblock = issue_flags & IO_URING_F_NONBLOCK;
	struct kiocb *kiocb = &req->kiocb;
	ssize_t ret = prepare(req, FMODE_READ);

	if (ret)
		return ret;
	if (nonblock && !(req->flags & REQ_F_SUPPORT_NOWAIT))
		return -EAGAIN;
	kiocb->ki_flags &= ~IOCB_NOWAIT;
	if (nonblock)
		kiocb->ki_flags |= IOCB_NOWAIT;
	ret = rw_verify_area(READ, req->file, position(req), req->want);
	if (ret)
		return ret;
	req->issues++;
	ret = req->file->f_op->read_iter ? call_read_iter(req->file, kiocb, &req->iter) : -EINVAL;
	if (take_reissue(req))
		return -EAGAIN;
	if (ret == -EIOCBQUEUED)
		return IOU_ISSUE_SKIP_COMPLETE;
	if (ret == -EOPNOTSUPP && nonblock)
		ret = -EAGAIN;
	if (ret == -EAGAIN) {
		if (req->opcode == IORING_OP_READ && file_can_poll(req->file))
			return ret;
		if (nonblock && !(req->flags & REQ_F_NOWAIT))
			return ret;
	} else if (ret > 0 && ret != req->want && nonblock && !(req->flags & REQ_F_NOWAIT) &&
		   need_complete_io(req)) {
		keep_rest(req, ret);
		return -EAGAIN;
	}
	return ret < 0 ? fixup_restart(ret) : kiocb_done(req, ret);
}

/* The request keeps the protection, not the task: io_req_io_end() gives it back. */
static bool io_kiocb_start_write(struct io_kiocb *req)
{
	struct kiocb *kiocb = &req->kiocb;
	struct super_block *sb = file_inode(kiocb->ki_filp)->i_sb;

	if (!(req->flags & REQ_F_ISREG))
		return true;
	if (!(kiocb->ki_flags & IOCB_NOWAIT)) {
		kiocb_start_write(kiocb);
		return true;
	}
	if (!sb_start_write_trylock(sb))
		return false;
	__sb_writers_release(sb, SB_FREEZE_WRITE);
	return true;
}

/* ->write_iter() has returned @ret, of an attempt that may wait or did not have to. */
static int write_done(struct io_kiocb *req, ssize_t ret)
{
	if (ret >= 0 && ret != req->want && need_complete_io(req)) {
		keep_rest(req, ret);
		io_req_end_write(req);
		return -EAGAIN;
	}
	return kiocb_done(req, ret);
}

/**
 * io_write() - issue a write
 * @req: the request
 * @issue_flags: IO_URING_F_NONBLOCK: must not wait
 *
 * Models: io_uring/rw.c, 6.1. Return: IOU_*, -EAGAIN to be issued again, other -errno.
 */
int io_write(struct io_kiocb *req, unsigned int issue_flags)
{
	bool nonblock = issue_flags & IO_URING_F_NONBLOCK;
	struct kiocb *kiocb = &req->kiocb;
	ssize_t ret = prepare(req, FMODE_WRITE);

	if (ret)
		return ret;
	if (nonblock && (!(req->flags & REQ_F_SUPPORT_NOWAIT) ||
			 (!(kiocb->ki_flags & IOCB_DIRECT) &&
			  !(req->file->f_mode & FMODE_BUF_WASYNC) && (req->flags & REQ_F_ISREG))))
		return -EAGAIN;
	kiocb->ki_flags &= ~IOCB_NOWAIT;
	if (nonblock)
		kiocb->ki_flags |= IOCB_NOWAIT;
	ret = rw_verify_area(WRITE, req->file, position(req), req->want);
	if (ret)
		return ret;
	if (!io_kiocb_start_write(req))
		return -EAGAIN;
	kiocb->ki_flags |= IOCB_WRITE;
	req->issues++;
	ret = req->file->f_op->write_iter ? call_write_iter(req->file, kiocb, &req->iter) : -EINVAL;
	if (take_reissue(req))
		return -EAGAIN;
	if (ret == -EIOCBQUEUED)
		return IOU_ISSUE_SKIP_COMPLETE;
	if (ret == -EOPNOTSUPP && (kiocb->ki_flags & IOCB_NOWAIT))
		ret = -EAGAIN;
	if (ret == -EAGAIN && nonblock && !(req->flags & REQ_F_NOWAIT)) {
		io_req_end_write(req);
		return -EAGAIN;
	}
	if (ret == -EAGAIN)
		return kiocb_done(req, ret);
	return write_done(req, ret);
}
