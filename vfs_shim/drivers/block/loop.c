// SPDX-License-Identifier: GPL-2.0
/*
 * A loop device, as far as its backing file sees one.
 *
 * Models: drivers/block/loop.c, 6.1: lo_rw_aio(), lo_read_simple(), lo_write_simple(). Requests are
 * done by a worker with the kernel's own credentials, on pages of the kernel. What stacked file
 * systems trip over: lo_rw_aio() calls ->write_iter() on an asynchronous kiocb without IOCB_WRITE
 * and takes no freeze protection; the request has two references, as the file may complete it
 * before ->write_iter() returns.
 *
 * Leaves out: the block device, its bios (a request is one buffer), flush, discard, encryption; a
 * short read is not started again (the caller sees it).
 */
#include <linux/bvec.h>
#include <linux/completion.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/ioprio.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/workqueue.h>
#include <fusebox/loop.h>

struct loop_cmd {
	struct kiocb iocb;
	struct work_struct work;
	atomic_t ref;		/* the submission's and the completion's */
	struct file *file;
	bool write, use_aio;
	loff_t pos;
	size_t len;
	struct bio_vec *bvec;
	unsigned int nr_bvec;
	long ret;
	struct completion done;
};

static void free_pages_of(struct loop_cmd *cmd)
{
	for (unsigned int i = 0; i < cmd->nr_bvec; i++)
		put_page(cmd->bvec[i].bv_page);
	kfree(cmd->bvec);
}

static int alloc_pages_for(struct loop_cmd *cmd)
{
	size_t left = cmd->len;

	cmd->bvec = kcalloc(DIV_ROUND_UP(cmd->len, PAGE_SIZE), sizeof(*cmd->bvec), GFP_NOIO);
	if (!cmd->bvec)
		return -ENOMEM;
	while (left) {
		struct page *page = alloc_page(GFP_NOIO);
		size_t len = min_t(size_t, left, PAGE_SIZE);

		if (!page) {
			free_pages_of(cmd);
			return -ENOMEM;
		}
		cmd->bvec[cmd->nr_bvec++] = (struct bio_vec){ .bv_page = page, .bv_len = len };
		left -= len;
	}
	return 0;
}

static int copy_data(struct loop_cmd *cmd, char __user *buf, bool out)
{
	for (unsigned int i = 0; i < cmd->nr_bvec; i++) {
		char *data = page_address(cmd->bvec[i].bv_page);
		size_t len = cmd->bvec[i].bv_len;

		if (out ? copy_to_user(buf, data, len) : copy_from_user(data, buf, len))
			return -EFAULT;
		buf += len;
	}
	return 0;
}

static void lo_rw_aio_do_completion(struct loop_cmd *cmd)
{
	if (atomic_dec_and_test(&cmd->ref))
		complete(&cmd->done);
}

static void lo_rw_aio_complete(struct kiocb *iocb, long ret)
{
	struct loop_cmd *cmd = container_of(iocb, struct loop_cmd, iocb);

	cmd->ret = ret;
	lo_rw_aio_do_completion(cmd);
}

static void lo_iter(struct loop_cmd *cmd, struct iov_iter *iter)
{
	iov_iter_bvec(iter, cmd->write ? ITER_SOURCE : ITER_DEST, cmd->bvec, cmd->nr_bvec,
		      cmd->len);
}

static void lo_rw_aio(struct loop_cmd *cmd)
{
	struct iov_iter iter;
	ssize_t ret;

	lo_iter(cmd, &iter);
	atomic_set(&cmd->ref, 2);
	cmd->iocb = (struct kiocb){
		.ki_filp = cmd->file,
		.ki_pos = cmd->pos,
		.ki_complete = lo_rw_aio_complete,
		.ki_flags = IOCB_DIRECT,
		.ki_ioprio = IOPRIO_DEFAULT,
	};
	if (cmd->write)
		ret = call_write_iter(cmd->file, &cmd->iocb, &iter);
	else
		ret = call_read_iter(cmd->file, &cmd->iocb, &iter);
	lo_rw_aio_do_completion(cmd);
	if (ret != -EIOCBQUEUED)
		lo_rw_aio_complete(&cmd->iocb, ret);
}

static void lo_rw_simple(struct loop_cmd *cmd)
{
	struct iov_iter iter;

	lo_iter(cmd, &iter);
	if (cmd->write) {
		file_start_write(cmd->file);
		cmd->ret = vfs_iter_write(cmd->file, &iter, &cmd->pos, 0);
		file_end_write(cmd->file);
	} else {
		cmd->ret = vfs_iter_read(cmd->file, &iter, &cmd->pos, 0);
	}
	complete(&cmd->done);
}

static void loop_work(struct work_struct *work)
{
	struct loop_cmd *cmd = container_of(work, struct loop_cmd, work);
	unsigned int noio = memalloc_noio_save();

	if (cmd->use_aio)
		lo_rw_aio(cmd);
	else
		lo_rw_simple(cmd);
	memalloc_noio_restore(noio);
}

ssize_t loop_rw(struct file *file, bool write, bool use_aio, void __user *buf, size_t len,
		loff_t *pos)
{
	struct loop_cmd *cmd = kzalloc(sizeof(*cmd), GFP_NOIO);
	ssize_t ret;

	if (!cmd)
		return -ENOMEM;
	cmd->file = file;
	cmd->write = write;
	cmd->use_aio = use_aio;
	cmd->pos = *pos;
	cmd->len = len;
	init_completion(&cmd->done);
	INIT_WORK(&cmd->work, loop_work);
	ret = alloc_pages_for(cmd);
	if (ret)
		goto out_free;
	if (write)
		ret = copy_data(cmd, buf, false);
	if (!ret) {
		queue_work(system_unbound_wq, &cmd->work);
		wait_for_completion(&cmd->done);
		/* The work item may still be on its way out of loop_work(), in lo_rw_aio(). */
		flush_work(&cmd->work);
		ret = cmd->ret;
		*pos = use_aio ? cmd->iocb.ki_pos : cmd->pos;
	}
	if (!write && ret > 0 && copy_data(cmd, buf, true))
		ret = -EFAULT;
	free_pages_of(cmd);
out_free:
	kfree(cmd);
	return ret;
}
