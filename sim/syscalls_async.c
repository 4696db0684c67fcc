// SPDX-License-Identifier: GPL-2.0
/*
 * Asynchronous system calls: enter, body, leave.
 */
#include "syscalls_async.h"

#include <fusebox/loop.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/syscalls.h>
#include <uapi/linux/io_uring.h>

#include "process.h"
#include "syscalls.h"

#define BATCH	32

_Static_assert(sizeof(struct iocb) <= sizeof(((struct w_aio *)0)->priv), "an iocb fits");

static const u16 aio_opcodes[] = {
	[W_AIO_READ] = IOCB_CMD_PREAD,
	[W_AIO_WRITE] = IOCB_CMD_PWRITE,
	[W_AIO_READV] = IOCB_CMD_PREADV,
	[W_AIO_WRITEV] = IOCB_CMD_PWRITEV,
	[W_AIO_FSYNC] = IOCB_CMD_FSYNC,
	[W_AIO_FDSYNC] = IOCB_CMD_FDSYNC,
};

static struct iocb *to_iocb(struct w_aio *a)
{
	struct iocb *iocb = (struct iocb *)a->priv;

	*iocb = (struct iocb){
		.aio_data = a->data,
		.aio_rw_flags = (__force rwf_t)a->rwf,
		.aio_lio_opcode = aio_opcodes[a->op],
		.aio_fildes = a->fd,
		.aio_buf = (uintptr_t)a->buf,
		.aio_nbytes = a->len,
		.aio_offset = a->off,
	};
	return iocb;
}

long bx_aio_setup(struct world *w, unsigned int n)
{
	aio_context_t ctx = 0;
	long ret;

	box_syscall_enter();
	ret = box_syscall_exit("io_setup", ksys_io_setup(n, &ctx));
	return ret ? ret : (long)ctx;
}

long bx_aio_submit(struct world *w, long ctx, struct w_aio *a, int n)
{
	struct iocb *list[BATCH];

	n = min(n, BATCH);
	for (int i = 0; i < n; i++)
		list[i] = to_iocb(&a[i]);
	box_syscall_enter();
	return box_faults_submitted(box_syscall_exit("io_submit", ksys_io_submit(ctx, n, list)));
}

long bx_aio_getevents(struct world *w, long ctx, int min, struct w_completion *c, int max)
{
	struct io_event ev[BATCH];
	long ret;

	max = min(max, BATCH);
	box_syscall_enter();
	box_faults_awaits(min);
	ret = box_syscall_exit("io_getevents", ksys_io_getevents(ctx, min, max, ev));
	box_faults_got(ret);
	for (long i = 0; i < ret; i++)
		c[i] = (struct w_completion){ .data = ev[i].data, .res = ev[i].res };
	return ret;
}

long bx_aio_cancel(struct world *w, long ctx, struct w_aio *a)
{
	box_syscall_enter();
	return box_syscall_exit("io_cancel", ksys_io_cancel(ctx, (struct iocb *)a->priv));
}

long bx_aio_destroy(struct world *w, long ctx)
{
	box_syscall_enter();
	return box_syscall_exit("io_destroy", ksys_io_destroy(ctx));
}

static const u8 uring_opcodes[] = {
	[W_URING_NOP] = IORING_OP_NOP,
	[W_URING_READ] = IORING_OP_READ,
	[W_URING_WRITE] = IORING_OP_WRITE,
	[W_URING_READV] = IORING_OP_READV,
	[W_URING_WRITEV] = IORING_OP_WRITEV,
	[W_URING_READ_FIXED] = IORING_OP_READ_FIXED,
	[W_URING_WRITE_FIXED] = IORING_OP_WRITE_FIXED,
	[W_URING_FSYNC] = IORING_OP_FSYNC,
};

static struct io_uring_sqe to_sqe(const struct w_sqe *s)
{
	return (struct io_uring_sqe){
		.opcode = uring_opcodes[s->op],
		.flags = s->flags,
		.fd = s->fd,
		.off = s->off,
		.addr = (uintptr_t)s->buf,
		.len = s->len,
		.rw_flags = (__force __kernel_rwf_t)s->rwf,
		.user_data = s->data,
		.buf_index = s->buf_index,
	};
}

long bx_uring_setup(struct world *w, unsigned int entries, unsigned int flags)
{
	box_syscall_enter();
	return box_syscall_exit("io_uring_setup", ksys_io_uring_setup(entries, flags));
}

long bx_uring_register_buffers(struct world *w, int ring, const struct iovec *iov, int n)
{
	box_syscall_enter();
	return box_syscall_exit("io_uring_register", ksys_io_uring_register_buffers(ring, iov, n));
}

long bx_uring_submit(struct world *w, int ring, const struct w_sqe *s, int n)
{
	struct io_uring_sqe sqes[BATCH];

	n = min(n, BATCH);
	for (int i = 0; i < n; i++)
		sqes[i] = to_sqe(&s[i]);
	box_syscall_enter();
	return box_faults_submitted(
		box_syscall_exit("io_uring_enter", ksys_io_uring_submit(ring, sqes, n)));
}

long bx_uring_wait(struct world *w, int ring, int min, struct w_completion *c, int max)
{
	struct io_uring_cqe cqe[BATCH];
	long ret;

	max = min(max, BATCH);
	box_syscall_enter();
	box_faults_awaits(min);
	ret = box_syscall_exit("io_uring_enter", ksys_io_uring_wait(ring, min, cqe, max));
	box_faults_got(ret);
	for (long i = 0; i < ret; i++)
		c[i] = (struct w_completion){ .data = cqe[i].user_data, .res = cqe[i].res };
	return ret;
}

long bx_uring_cancel(struct world *w, int ring, unsigned long long data)
{
	box_syscall_enter();
	return box_syscall_exit("io_uring_cancel", ksys_io_uring_cancel(ring, data));
}

long bx_uring_close(struct world *w, int ring)
{
	return box_close(ring);
}

static long kernel_rw(int fd, bool write, bool direct, void *buf, size_t len, loff_t *off)
{
	fmode_t need = write ? FMODE_WRITE : FMODE_READ;
	struct fd f = fdget(fd);
	long ret = -EBADF;

	if (!f.file)
		return ret;
	if (f.file->f_mode & need)
		ret = loop_rw(f.file, write, direct, buf, len, off);
	fdput(f);
	return ret;
}

long bx_kernel_rw(struct world *w, int fd, bool write, bool direct, void *buf, size_t len,
		  long long *off)
{
	box_syscall_enter();
	return box_syscall_exit("loop", kernel_rw(fd, write, direct, buf, len, off));
}
