// SPDX-License-Identifier: GPL-2.0
/*
 * Asynchronous I/O of the running kernel: io_submit and io_uring without their libraries.
 *
 * Contexts and rings are kept in tables: a context goes with the fd table of the task that made it
 * (the tasks of this world share their memory, so the kernel would keep it), and a ring's mapped
 * memory is found by its fd.
 */
#include "world_host_async.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_CTXS	64
#define MAX_RINGS	64
#define BATCH		32
#define CANCEL_DATA	(~0ULL)

_Static_assert(sizeof(struct iocb) <= sizeof(((struct w_aio *)0)->priv), "an iocb fits");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- io_submit ---- */

static struct {
	aio_context_t ctx;
	const void *owner;
} ctxs[MAX_CTXS];

static bool ctx_enter(aio_context_t ctx, const void *owner)
{
	bool done = false;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < MAX_CTXS && !done; i++) {
		if (ctxs[i].ctx)
			continue;
		ctxs[i].ctx = ctx;
		ctxs[i].owner = owner;
		done = true;
	}
	pthread_mutex_unlock(&lock);
	return done;
}

static void ctx_forget(aio_context_t ctx)
{
	pthread_mutex_lock(&lock);
	for (int i = 0; i < MAX_CTXS; i++) {
		if (ctxs[i].ctx == ctx)
			ctxs[i].ctx = 0;
	}
	pthread_mutex_unlock(&lock);
}

static aio_context_t ctx_of(const void *owner)
{
	aio_context_t ctx = 0;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < MAX_CTXS; i++) {
		if (ctxs[i].ctx && ctxs[i].owner == owner)
			ctx = ctxs[i].ctx;
	}
	pthread_mutex_unlock(&lock);
	return ctx;
}

long raw_aio_setup(unsigned int n, const void *owner)
{
	aio_context_t ctx = 0;

	if (syscall(SYS_io_setup, n, &ctx))
		return -1;
	if (ctx_enter(ctx, owner))
		return (long)ctx;
	syscall(SYS_io_destroy, ctx);
	errno = EAGAIN;
	return -1;
}

static struct iocb *to_iocb(struct w_aio *a)
{
	static const uint16_t opcodes[] = {
		[W_AIO_READ] = IOCB_CMD_PREAD,
		[W_AIO_WRITE] = IOCB_CMD_PWRITE,
		[W_AIO_READV] = IOCB_CMD_PREADV,
		[W_AIO_WRITEV] = IOCB_CMD_PWRITEV,
		[W_AIO_FSYNC] = IOCB_CMD_FSYNC,
		[W_AIO_FDSYNC] = IOCB_CMD_FDSYNC,
	};
	struct iocb *iocb = (struct iocb *)a->priv;

	*iocb = (struct iocb) {
		.aio_data = a->data,
		.aio_rw_flags = a->rwf,
		.aio_lio_opcode = opcodes[a->op],
		.aio_fildes = a->fd,
		.aio_buf = (uintptr_t)a->buf,
		.aio_nbytes = a->len,
		.aio_offset = a->off,
	};
	return iocb;
}

long raw_aio_submit(long ctx, struct w_aio *a, int n)
{
	struct iocb *list[BATCH];

	if (n > BATCH)
		n = BATCH;
	for (int i = 0; i < n; i++)
		list[i] = to_iocb(&a[i]);
	return syscall(SYS_io_submit, ctx, (long)n, list);
}

long raw_aio_getevents(long ctx, int min, struct w_completion *c, int max)
{
	struct io_event ev[BATCH];
	long n;

	if (max > BATCH)
		max = BATCH;
	n = syscall(SYS_io_getevents, ctx, (long)min, (long)max, ev, NULL);
	for (long i = 0; i < n; i++) {
		c[i].data = ev[i].data;
		c[i].res = ev[i].res;
	}
	return n;
}

long raw_aio_cancel(long ctx, struct w_aio *a)
{
	struct io_event ev;

	return syscall(SYS_io_cancel, ctx, a->priv, &ev);
}

long raw_aio_destroy(long ctx)
{
	ctx_forget(ctx);
	return syscall(SYS_io_destroy, ctx);
}

void raw_aio_exit(const void *owner)
{
	aio_context_t ctx;

	while ((ctx = ctx_of(owner)))
		raw_aio_destroy((long)ctx);
}

/* ---- io_uring ---- */

struct ring {
	int fd;			/* 0: unused */
	unsigned int *sq_tail, *sq_mask, *sq_array;
	unsigned int *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	void *rings;
	size_t rings_len, sqes_len;
	/* completions that came while a cancellation was waited for */
	struct w_completion kept[BATCH];
	int nkept;
};

static struct ring rings[MAX_RINGS];

static struct ring *ring_find(int fd)
{
	struct ring *found = NULL;

	pthread_mutex_lock(&lock);
	for (int i = 0; i < MAX_RINGS && !found; i++) {
		if (rings[i].fd == fd)
			found = &rings[i];
	}
	pthread_mutex_unlock(&lock);
	if (!found)
		errno = EBADF;
	return found;
}

static bool ring_map(struct ring *r, const struct io_uring_params *p)
{
	size_t sq = p->sq_off.array + p->sq_entries * sizeof(unsigned int);
	size_t cq = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	char *base;

	r->rings_len = sq > cq ? sq : cq;
	r->sqes_len = p->sq_entries * sizeof(struct io_uring_sqe);
	base = mmap(NULL, r->rings_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd,
		    IORING_OFF_SQ_RING);
	if (base == MAP_FAILED)
		return false;
	r->sqes = mmap(NULL, r->sqes_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd,
		       IORING_OFF_SQES);
	if (r->sqes == MAP_FAILED) {
		munmap(base, r->rings_len);
		return false;
	}
	r->rings = base;
	r->sq_tail = (unsigned int *)(base + p->sq_off.tail);
	r->sq_mask = (unsigned int *)(base + p->sq_off.ring_mask);
	r->sq_array = (unsigned int *)(base + p->sq_off.array);
	r->cq_head = (unsigned int *)(base + p->cq_off.head);
	r->cq_tail = (unsigned int *)(base + p->cq_off.tail);
	r->cq_mask = (unsigned int *)(base + p->cq_off.ring_mask);
	r->cqes = (struct io_uring_cqe *)(base + p->cq_off.cqes);
	return true;
}

/*
 * A ring whose fd an fd table took with it when it went leaves its entry to the next with that fd.
 */
static struct ring *ring_slot(int fd)
{
	struct ring *r = ring_find(fd);

	if (r) {
		munmap(r->rings, r->rings_len);
		munmap(r->sqes, r->sqes_len);
	} else {
		r = ring_find(0);
	}
	if (r) {
		memset(r, 0, sizeof(*r));
		r->fd = fd;
	}
	return r;
}

long raw_uring_setup(unsigned int entries, unsigned int flags)
{
	struct io_uring_params p = { .flags = flags };
	long fd = syscall(SYS_io_uring_setup, entries, &p);
	struct ring *r;

	if (fd < 0)
		return -1;
	r = ring_slot(fd);
	if (r && (p.features & IORING_FEAT_SINGLE_MMAP) && ring_map(r, &p))
		return fd;
	if (r)
		r->fd = 0;
	close(fd);
	errno = ENOMEM;
	return -1;
}

long raw_uring_register_buffers(int ring, const struct iovec *iov, int n)
{
	return syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, iov, n);
}

static void push(struct ring *r, const struct io_uring_sqe *sqe)
{
	unsigned int tail = *r->sq_tail, i = tail & *r->sq_mask;

	r->sqes[i] = *sqe;
	r->sq_array[i] = i;
	__atomic_store_n(r->sq_tail, tail + 1, __ATOMIC_RELEASE);
}

static struct io_uring_sqe to_sqe(const struct w_sqe *s)
{
	static const uint8_t opcodes[] = {
		[W_URING_NOP] = IORING_OP_NOP,
		[W_URING_READ] = IORING_OP_READ,
		[W_URING_WRITE] = IORING_OP_WRITE,
		[W_URING_READV] = IORING_OP_READV,
		[W_URING_WRITEV] = IORING_OP_WRITEV,
		[W_URING_READ_FIXED] = IORING_OP_READ_FIXED,
		[W_URING_WRITE_FIXED] = IORING_OP_WRITE_FIXED,
		[W_URING_FSYNC] = IORING_OP_FSYNC,
	};

	return (struct io_uring_sqe) {
		.opcode = opcodes[s->op],
		.flags = s->flags,
		.fd = s->fd,
		.off = s->off,
		.addr = (uintptr_t)s->buf,
		.len = s->len,
		.rw_flags = s->rwf,
		.user_data = s->data,
		.buf_index = s->buf_index,
	};
}

static long enter(int fd, unsigned int submit, unsigned int min, unsigned int flags)
{
	return syscall(SYS_io_uring_enter, fd, submit, min, flags, NULL, 0);
}

long raw_uring_submit(int ring, const struct w_sqe *s, int n)
{
	struct ring *r = ring_find(ring);

	if (!r)
		return -1;
	for (int i = 0; i < n; i++) {
		struct io_uring_sqe sqe = to_sqe(&s[i]);

		push(r, &sqe);
	}
	return enter(ring, n, 0, 0);
}

static int pop(struct ring *r, struct w_completion *c, int max)
{
	unsigned int head = *r->cq_head;
	int n = 0;

	while (n < max && head != __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE)) {
		const struct io_uring_cqe *cqe = &r->cqes[head++ & *r->cq_mask];

		c[n].data = cqe->user_data;
		c[n++].res = cqe->res;
	}
	__atomic_store_n(r->cq_head, head, __ATOMIC_RELEASE);
	return n;
}

long raw_uring_wait(int ring, int min, struct w_completion *c, int max)
{
	struct ring *r = ring_find(ring);
	int n;

	if (!r)
		return -1;
	n = r->nkept < max ? r->nkept : max;
	memcpy(c, r->kept, n * sizeof(*c));
	memmove(r->kept, r->kept + n, (r->nkept - n) * sizeof(*c));
	r->nkept -= n;
	/* Also with nothing to wait for: completions may need the submitter to enter the kernel. */
	if (enter(ring, 0, min > n ? min - n : 0, IORING_ENTER_GETEVENTS) < 0 && !n)
		return -1;
	return n + pop(r, c + n, max - n);
}

long raw_uring_cancel(int ring, unsigned long long data)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_ASYNC_CANCEL, .fd = -1, .addr = data, .user_data = CANCEL_DATA,
	};
	struct ring *r = ring_find(ring);
	struct w_completion c;

	if (!r)
		return -1;
	push(r, &sqe);
	if (enter(ring, 1, 1, IORING_ENTER_GETEVENTS) < 0)
		return -1;
	for (;;) {
		if (!pop(r, &c, 1)) {
			if (enter(ring, 0, 1, IORING_ENTER_GETEVENTS) < 0)
				return -1;
		} else if (c.data != CANCEL_DATA) {
			if (r->nkept < BATCH)
				r->kept[r->nkept++] = c;
		} else if (c.res < 0) {
			errno = -c.res;
			return -1;
		} else {
			return 0;
		}
	}
}

long raw_uring_close(int ring)
{
	struct ring *r = ring_find(ring);

	if (!r)
		return -1;
	munmap(r->rings, r->rings_len);
	munmap(r->sqes, r->sqes_len);
	r->fd = 0;
	return close(ring);
}

unsigned int host_async_caps(void)
{
	unsigned int caps = 0;
	long fd, ctx;

	ctx = raw_aio_setup(1, NULL);
	if (ctx > 0 && !raw_aio_destroy(ctx))
		caps |= W_CAP_AIO;
	fd = raw_uring_setup(4, 0);
	if (fd >= 0 && !raw_uring_close(fd))
		caps |= W_CAP_URING;
	return caps;
}
