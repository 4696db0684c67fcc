// SPDX-License-Identifier: GPL-2.0
/*
 * bench-io: N times the same I/O in the box, through FUSE passthrough or on the lower file itself.
 *
 *	bench-io native|passthrough read|write N
 *
 * Prints "ns allocations": nanoseconds and kernel allocations per I/O. tools/bench runs it under callgrind
 * with two values of N; the difference is what the I/O alone costs.
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

static long one_io(struct world *w, int fd, void *buf, long i)
{
	long long off = i % (FILE_SIZE / IO_SIZE) * IO_SIZE;

	return job.write ? w_pwrite(w, fd, buf, IO_SIZE, off) : w_pread(w, fd, buf, IO_SIZE, off);
}

static void bench(struct sc *sc)
{
	static char buf[IO_SIZE];
	struct fixture fx;
	unsigned long before;
	double start;
	long fd, lower;

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", FILE_SIZE, O_RDWR));
	NEED_FD(sc, lower, w_open(fx.w, fx_low(&fx, "f"), O_RDWR, 0));
	before = allocations();
	start = now_ns();
	for (long i = 0; i < job.n; i++)
		NEED_EQ(sc, one_io(fx.w, job.passthrough ? fd : lower, buf, i), IO_SIZE);
	job.ns = (now_ns() - start) / (double)job.n;
	job.allocations = (double)(allocations() - before) / (double)job.n;
	w_close(fx.w, lower);
	w_close(fx.w, fd);
out:
	fx_teardown(&fx);
}

static int parse(int argc, char **argv)
{
	char *end;

	if (argc != 4)
		return -EINVAL;
	job.passthrough = !strcmp(argv[1], "passthrough");
	if (!job.passthrough && strcmp(argv[1], "native"))
		return -EINVAL;
	job.write = !strcmp(argv[2], "write");
	if (!job.write && strcmp(argv[2], "read"))
		return -EINVAL;
	job.n = strtol(argv[3], &end, 10);
	return *end || job.n < 1 ? -EINVAL : 0;
}

int main(int argc, char **argv)
{
	static const struct scenario scenario = { .name = "bench/io", .summary = "", .fn = bench };
	struct fb_run_opts opts = { .policy = FB_POLICY_RUN_TO_BLOCK };
	struct run_outcome out;

	if (parse(argc, argv)) {
		fprintf(stderr, "usage: bench-io native|passthrough read|write N\n");
		return 2;
	}
	if (runner_run(&scenario, &opts, &out) || out.verdict != VERDICT_OK) {
		fprintf(stderr, "bench-io: %s\n", out.details ? out.details : "the run failed");
		return 1;
	}
	printf("%.1f %.2f\n", job.ns, job.allocations);
	return 0;
}
