/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of asynchronous lower files share: a caller that makes its kiocbs by hand, as
 * io_submit does inside.
 */
#ifndef TESTS_UNIT_ASYNC_RUN_H
#define TESTS_UNIT_ASYNC_RUN_H

#include "box_run.h"
#include <linux/bvec.h>
#include <linux/hardirq.h>
#include <linux/highmem.h>
#include <linux/uio.h>
#include "lower_async.h"

struct request {
	struct kiocb iocb;
	struct iovec iov;	/* scribbled over when the call is back */
	struct file *file;
	bool write;
	long ret;		/* what the call returned */
	bool done;
	long result;		/* what the completion was told */
	bool in_irq;		/* and where */
	const char *name;	/* noted in shim_log when done */
};

static void request_done(struct kiocb *iocb, long result)
{
	struct request *r = container_of(iocb, struct request, iocb);

	CHECK(!r->done);
	r->result = result;
	r->in_irq = in_hardirq();
	r->done = true;
	if (r->name)
		note(r->name);
	if (r->write) {
		__sb_writers_acquired(file_inode(r->file)->i_sb, SB_FREEZE_WRITE);
		file_end_write(r->file);
	}
	fput(r->file);
}

/* Reads or writes @len bytes at @pos; then r->ret, and if that says queued, r->done later. */
static inline void submit_flags(struct request *r, int fd, bool write, void *buf, size_t len,
				loff_t pos, int flags)
{
	struct iov_iter iter;

	box_syscall_enter();
	r->file = fget(fd);
	r->write = write;
	r->iov = (struct iovec){ buf, len };
	r->iocb = (struct kiocb){ .ki_filp = r->file, .ki_pos = pos, .ki_complete = request_done };
	r->iocb.ki_flags = iocb_flags(r->file) | flags;
	iov_iter_init(&iter, write ? ITER_SOURCE : ITER_DEST, &r->iov, 1, len);
	if (write) {
		file_start_write(r->file);
		__sb_writers_release(file_inode(r->file)->i_sb, SB_FREEZE_WRITE);
		r->iocb.ki_flags |= IOCB_WRITE;
		r->ret = call_write_iter(r->file, &r->iocb, &iter);
	} else {
		r->ret = call_read_iter(r->file, &r->iocb, &iter);
	}
	memset(&r->iov, 0xee, sizeof(r->iov));
	memset(&iter, 0xee, sizeof(iter));
	if (r->ret != -EIOCBQUEUED)
		request_done(&r->iocb, r->ret);
	box_syscall_exit("submit", 0);
}

static inline void submit(struct request *r, int fd, bool write, void *buf, size_t len, loff_t pos)
{
	submit_flags(r, fd, write, buf, len, pos, 0);
}

static inline void wait_done(struct request *r)
{
	while (!r->done)
		fb_yield();
	/* The last reference of a file may have been dropped in irq context. */
	box_syscall_enter();
	box_syscall_exit("wait", 0);
}

/* Mounts a file system of @type at /lower. */
static inline void mount_type(const char *type, const char *opts)
{
	char data[64];	/* parsing writes to it */

	snprintf(data, sizeof(data), "%s", opts ? opts : "");
	CHECK_EQ(box_mkdir("/lower", 0755), 0);
	CHECK_EQ(box_mount("none", "/lower", type, 0, data), 0);
}

static inline loff_t size_of(int fd)
{
	struct kstat st;

	CHECK_EQ(box_fstat(fd, &st), 0);
	return st.size;
}

/*
 * A file whose last reference went in irq context or in a kernel thread is closed a little later.
 */
static inline void unmount(void)
{
	long ret;

	do {
		fb_yield();
		ret = box_umount("/lower", 0);
	} while (ret == -EBUSY);
	CHECK_EQ(ret, 0);
}

#endif
