// SPDX-License-Identifier: GPL-2.0
/*
 * bench-io: N times the same I/O in the box, through FUSE passthrough or on the lower file itself.
 *
 *	bench-io native|passthrough read|write sync|io_submit|io_uring N
 *
 * Asynchronous requests are direct I/O in place, on a lower file system that queues each and
 * completes it from a task of its own; each is waited for before the next.
 *
 * Prints "ns allocations": nanoseconds and kernel allocations per I/O. tools/bench runs it under
 * callgrind with two values of N; the difference is what the I/O alone costs.
 */
#include <core/choice.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runner.h"
#include "scenario.h"

#define IO_SIZE		4096
#define FILE_SIZE	(64 * IO_SIZE)

/* What main() asks of the scenario, and what it leaves. */
static struct {
	bool passthrough;
	bool write;
	enum { SYNC, IO_SUBMIT, IO_URING } front;
	long n;
	double ns;
	double allocations;
} job;

static void add_allocations(const char *what, const char *function, unsigned long count, void *arg)
{
	(void)function;
	if (!strcmp(what, "alloc"))
		*(unsigned long *)arg += count;
}

static unsigned long allocations(void)
{
	unsigned long sum = 0;

	fb_fault_sites(add_allocations, &sum);
	return sum;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long by_io_submit(struct world *w, long ctx, int fd, void *buf, long long off)
{
	struct w_aio a = {
		.fd = fd,
		.op = job.write ? W_AIO_WRITE : W_AIO_READ,
		.buf = buf,
		.len = IO_SIZE,
		.off = off,
	};
	struct w_completion c;
	long ret = w_aio_submit(w, ctx, &a, 1);

	if (ret == 1)
		ret = w_aio_getevents(w, ctx, 1, &c, 1);
	return ret == 1 ? c.res : ret;
}

static long by_io_uring(struct world *w, long ring, int fd, void *buf, long long off)
{
	struct w_sqe s = {
		.op = job.write ? W_URING_WRITE : W_URING_READ,
		.fd = fd,
		.buf = buf,
		.len = IO_SIZE,
		.off = off,
	};
	struct w_completion c;
	long ret = w_uring_submit(w, ring, &s, 1);

	if (ret == 1)
		ret = w_uring_wait(w, ring, 1, &c, 1);
	return ret == 1 ? c.res : ret;
}

static long one_io(struct world *w, long ctx, int fd, void *buf, long i)
{
	long long off = i % (FILE_SIZE / IO_SIZE) * IO_SIZE;

	if (job.front == IO_SUBMIT)
		return by_io_submit(w, ctx, fd, buf, off);
	if (job.front == IO_URING)
		return by_io_uring(w, ctx, fd, buf, off);
	return job.write ? w_pwrite(w, fd, buf, IO_SIZE, off) : w_pread(w, fd, buf, IO_SIZE, off);
}

static long set_up(struct world *w)
{
	if (job.front == IO_SUBMIT)
		return w_aio_setup(w, 8);
	return job.front == IO_URING ? w_uring_setup(w, 8, 0) : 0;
}

static void take_down(struct world *w, long ctx)
{
	if (job.front == IO_SUBMIT)
		w_aio_destroy(w, ctx);
	if (job.front == IO_URING)
		w_uring_close(w, ctx);
}

static void bench(struct sc *sc)
{
	static char buf[IO_SIZE] __attribute__((aligned(IO_SIZE)));
	int flags = O_RDWR | (job.front == SYNC ? 0 : O_DIRECT);
	struct fixture fx;
	struct fx_opts o;
	unsigned long before;
	double start;
	long fd, lower, ctx;

	fx_opts_init(&o);
	if (job.front != SYNC)
		o.lower.kind = W_LOWER_ASYNC;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", FILE_SIZE, flags));
	NEED_FD(sc, lower, w_open(fx.w, fx_low(&fx, "f"), flags, 0));
	NEED_FD(sc, ctx, set_up(fx.w));
	before = allocations();
	start = now_ns();
	for (long i = 0; i < job.n; i++)
		NEED_EQ(sc, one_io(fx.w, ctx, job.passthrough ? fd : lower, buf, i), IO_SIZE);
	job.ns = (now_ns() - start) / (double)job.n;
	job.allocations = (double)(allocations() - before) / (double)job.n;
	take_down(fx.w, ctx);
	w_close(fx.w, lower);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static int parse(int argc, char **argv)
{
	static const char *const fronts[] = { "sync", "io_submit", "io_uring" };
	char *end;

	if (argc != 5)
		return -EINVAL;
	job.passthrough = !strcmp(argv[1], "passthrough");
	if (!job.passthrough && strcmp(argv[1], "native"))
		return -EINVAL;
	job.write = !strcmp(argv[2], "write");
	if (!job.write && strcmp(argv[2], "read"))
		return -EINVAL;
	while (strcmp(argv[3], fronts[job.front])) {
		if (job.front++ == IO_URING)
			return -EINVAL;
	}
	job.n = strtol(argv[4], &end, 10);
	return *end || job.n < 1 ? -EINVAL : 0;
}

int main(int argc, char **argv)
{
	static const struct scenario scenario = { .name = "bench/io", .summary = "", .fn = bench };
	struct fb_run_opts opts = { .policy = FB_POLICY_RUN_TO_BLOCK };
	struct run_outcome out;

	if (parse(argc, argv)) {
		fprintf(stderr,
			"usage: bench-io native|passthrough read|write sync|io_submit|io_uring N\n");
		return 2;
	}
	if (runner_run(&scenario, &opts, &out) || out.verdict != VERDICT_OK) {
		fprintf(stderr, "bench-io: %s\n", out.details ? out.details : "the run failed");
		return 1;
	}
	printf("%.1f %.2f\n", job.ns, job.allocations);
	return 0;
}
