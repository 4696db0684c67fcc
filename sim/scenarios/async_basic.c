// SPDX-License-Identifier: GPL-2.0
/*
 * Each front end does what the lower file itself does: results, content, size, times; no request of
 * it reaches the server. The other combinations are cells of `fusebox async-table`.
 */
#include "async_cell.h"

static void aio_read(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_AIO, .op = CELL_READ });
}

static void aio_write(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_AIO, .op = CELL_WRITE });
}

static void aio_extend(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_AIO, .op = CELL_EXTEND });
}

static void aio_append(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_AIO, .op = CELL_APPEND });
}

static void aio_read_direct(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_AIO, .op = CELL_READ, .direct = true });
}

static void aio_write_direct(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_AIO, .op = CELL_WRITE, .direct = true });
}

static void aio_extend_direct(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_AIO, .op = CELL_EXTEND, .direct = true });
}

static void aio_append_direct(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_AIO, .op = CELL_APPEND, .direct = true });
}

static void uring_read(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_URING, .op = CELL_READ });
}

static void uring_write(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_URING, .op = CELL_WRITE });
}

static void uring_extend(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_URING, .op = CELL_EXTEND });
}

static void uring_append(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_URING, .op = CELL_APPEND });
}

static void uring_read_direct(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_URING, .op = CELL_READ, .direct = true });
}

static void uring_write_direct(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_URING, .op = CELL_WRITE, .direct = true });
}

static void uring_extend_direct(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_URING, .op = CELL_EXTEND, .direct = true });
}

static void uring_append_direct(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_URING, .op = CELL_APPEND, .direct = true });
}

static void fixed_read(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_FIXED, .op = CELL_READ, .direct = true });
}

static void fixed_write(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_FIXED, .op = CELL_WRITE, .direct = true });
}

static void kernel_read(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_KERNEL, .op = CELL_READ, .direct = true });
}

static void kernel_write(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_KERNEL, .op = CELL_WRITE, .direct = true });
}

static void kernel_extend(struct sc *sc)
{
	cell_run(sc, &(struct cell) { .front = FE_KERNEL, .op = CELL_EXTEND, .direct = true });
}

/* Requests that the machine which runs the box really does, by one of its own interfaces. */
static void on_host(struct sc *sc, enum w_lower_kind engine)
{
	struct cell c = { .engine = engine,
			  .how = engine == W_LOWER_HOST ? CELL_INLINE : CELL_DEFERRED,
			  .direct = true };

	for (c.op = CELL_READ; c.op <= CELL_EXTEND; c.op++) {
		c.front = FE_AIO;
		cell_run(sc, &c);
		c.front = FE_URING;
		cell_run(sc, &c);
	}
}

static void host_sync(struct sc *sc)
{
	on_host(sc, W_LOWER_HOST);
}

static void host_libaio(struct sc *sc)
{
	on_host(sc, W_LOWER_HOST_LIBAIO);
}

static void host_uring(struct sc *sc)
{
	on_host(sc, W_LOWER_HOST_URING);
}

#define DIO_AIO		(W_CAP_AIO | W_CAP_DIO_ALIGN)
#define DIO_URING	(W_CAP_URING | W_CAP_DIO_ALIGN)
#define DIO_KERNEL	(W_CAP_KERNEL_RW | W_CAP_DIO_ALIGN)

const struct scenario async_scenarios[] = {
	{ "async/aio-read", "io_submit reads", W_CAP_AIO, aio_read },
	{ "async/aio-write", "io_submit writes in place", W_CAP_AIO, aio_write },
	{ "async/aio-extend", "io_submit writes behind the end", W_CAP_AIO, aio_extend },
	{ "async/aio-append", "io_submit appends", W_CAP_AIO, aio_append },
	{ "async/aio-read-direct", "io_submit reads, O_DIRECT", DIO_AIO, aio_read_direct },
	{ "async/aio-write-direct", "io_submit writes in place, O_DIRECT", DIO_AIO,
	  aio_write_direct },
	{ "async/aio-extend-direct", "io_submit writes behind the end, O_DIRECT", DIO_AIO,
	  aio_extend_direct },
	{ "async/aio-append-direct", "io_submit appends, O_DIRECT", DIO_AIO, aio_append_direct },
	{ "async/uring-read", "io_uring reads", W_CAP_URING, uring_read },
	{ "async/uring-write", "io_uring writes in place", W_CAP_URING, uring_write },
	{ "async/uring-extend", "io_uring writes behind the end", W_CAP_URING, uring_extend },
	{ "async/uring-append", "io_uring appends", W_CAP_URING, uring_append },
	{ "async/uring-read-direct", "io_uring reads, O_DIRECT", DIO_URING, uring_read_direct },
	{ "async/uring-write-direct", "io_uring writes in place, O_DIRECT", DIO_URING,
	  uring_write_direct },
	{ "async/uring-extend-direct", "io_uring writes behind the end, O_DIRECT", DIO_URING,
	  uring_extend_direct },
	{ "async/uring-append-direct", "io_uring appends, O_DIRECT", DIO_URING,
	  uring_append_direct },
	{ "async/uring-fixed-read", "io_uring reads into registered buffers", DIO_URING,
	  fixed_read },
	{ "async/uring-fixed-write", "io_uring writes from registered buffers", DIO_URING,
	  fixed_write },
	{ "async/kernel-read", "a loop device reads", DIO_KERNEL, kernel_read },
	{ "async/kernel-write", "a loop device writes, without IOCB_WRITE", DIO_KERNEL,
	  kernel_write },
	{ "async/kernel-extend", "a caller in the kernel writes behind the end", DIO_KERNEL,
	  kernel_extend },
	{ "async/host-sync", "lower files on the host, by pread and pwrite", W_CAP_LOWER_KINDS,
	  host_sync },
	{ "async/host-libaio", "the same by io_submit", W_CAP_LOWER_KINDS | W_CAP_HOST_AIO,
	  host_libaio },
	{ "async/host-uring", "the same by io_uring", W_CAP_LOWER_KINDS | W_CAP_HOST_URING,
	  host_uring },
	{ 0 }
};
