// SPDX-License-Identifier: GPL-2.0
/*
 * Registered buffers: pinned once, handed to files as bvec iterators.
 *
 * Models: io_uring/rsrc.c, 6.1: io_sqe_buffers_register(), io_import_fixed(). Leaves out:
 * accounting of locked memory, huge pages, updates, buffers without memory.
 */
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "io_uring.h"

static void unmap(struct io_mapped_ubuf *imu)
{
	for (unsigned int i = 0; i < imu->nr_bvecs; i++)
		unpin_user_page(imu->bvec[i].bv_page);
	kvfree(imu->bvec);
}

static void fill_bvec(struct io_mapped_ubuf *imu, struct page **pages, const struct iovec *iov)
{
	size_t left = iov->iov_len, offset = offset_in_page(iov->iov_base);

	for (unsigned int i = 0; i < imu->nr_bvecs; i++) {
		size_t len = min_t(size_t, left, PAGE_SIZE - offset);

		imu->bvec[i] =
			(struct bio_vec){ .bv_page = pages[i], .bv_len = len, .bv_offset = offset };
		left -= len;
		offset = 0;
	}
}

static int map_pinned(struct io_mapped_ubuf *imu, const struct iovec *iov, struct page **pages,
		      int nr)
{
	unsigned long start = (unsigned long)iov->iov_base & PAGE_MASK;
	int got = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (got == nr) {
		imu->nr_bvecs = nr;
		fill_bvec(imu, pages, iov);
		return 0;
	}
	for (int i = 0; i < got; i++)
		unpin_user_page(pages[i]);
	return got < 0 ? got : -EFAULT;
}

static int map(struct io_mapped_ubuf *imu, const struct iovec *iov)
{
	int nr = DIV_ROUND_UP(offset_in_page(iov->iov_base) + iov->iov_len, PAGE_SIZE);
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int err = -ENOMEM;

	imu->ubuf = (u64)(uintptr_t)iov->iov_base;
	imu->ubuf_end = imu->ubuf + iov->iov_len;
	imu->bvec = kvmalloc_array(nr, sizeof(*imu->bvec), GFP_KERNEL);
	if (pages && imu->bvec)
		err = map_pinned(imu, iov, pages, nr);
	if (err)
		kvfree(imu->bvec);
	kvfree(pages);
	return err;
}

/* uring_lock held. 0, -EBUSY, -EINVAL, -EFAULT, -ENOMEM; nothing is registered on error. */
int io_buffers_register(struct io_ring_ctx *ctx, const struct iovec __user *arg, unsigned int nr)
{
	struct iovec iov;
	int err = 0;

	if (ctx->user_bufs)
		return -EBUSY;
	if (!nr || nr > UIO_MAXIOV)
		return -EINVAL;
	ctx->user_bufs = kvcalloc(nr, sizeof(*ctx->user_bufs), GFP_KERNEL);
	if (!ctx->user_bufs)
		return -ENOMEM;
	while (!err && ctx->nr_user_bufs < nr) {
		if (copy_from_user(&iov, arg + ctx->nr_user_bufs, sizeof(iov)) || !iov.iov_base ||
		    !iov.iov_len)
			err = -EFAULT;
		else
			err = map(&ctx->user_bufs[ctx->nr_user_bufs], &iov);
		if (!err)
			ctx->nr_user_bufs++;
	}
	if (err)
		io_buffers_unregister(ctx);
	return err;
}

void io_buffers_unregister(struct io_ring_ctx *ctx)
{
	for (unsigned int i = 0; i < ctx->nr_user_bufs; i++)
		unmap(&ctx->user_bufs[i]);
	kvfree(ctx->user_bufs);
	ctx->user_bufs = NULL;
	ctx->nr_user_bufs = 0;
}

/* @req's bytes within its buffer. -EFAULT when they are not in it. */
int io_import_fixed(int dir, struct io_kiocb *req)
{
	struct io_mapped_ubuf *imu;
	u64 end, offset;

	if (req->buf_index >= req->ctx->nr_user_bufs)
		return -EFAULT;
	imu = &req->ctx->user_bufs[req->buf_index];
	if (check_add_overflow(req->addr, (u64)req->len, &end))
		return -EFAULT;
	if (req->addr < imu->ubuf || end > imu->ubuf_end)
		return -EFAULT;
	offset = req->addr - imu->ubuf;
	iov_iter_bvec(&req->iter, dir, imu->bvec, imu->nr_bvecs, offset + req->len);
	iov_iter_advance(&req->iter, offset);
	return 0;
}
