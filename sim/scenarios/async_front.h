/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Front ends: the ways in which an application, or the kernel itself, asks for I/O, behind one
 * interface. A front end without asynchronous requests gets a task for each.
 */
#ifndef FUSEBOX_SIM_ASYNC_FRONT_H
#define FUSEBOX_SIM_ASYNC_FRONT_H

#include <sys/uio.h>

#include "../scenario.h"

/**
 * enum fe_kind - which front end
 * @FE_RW: pread(2), pwrite(2)
 * @FE_RWV2: preadv2(2), pwritev2(2), with RWF_... flags
 * @FE_AIO: io_submit(2)
 * @FE_URING: io_uring
 * @FE_FIXED: io_uring with registered buffers
 * @FE_KERNEL: a caller in the kernel, as a loop device
 * @FE_KINDS: their number
 */
enum fe_kind { FE_RW, FE_RWV2, FE_AIO, FE_URING, FE_FIXED, FE_KERNEL, FE_KINDS };

/**
 * struct fe_req - one request
 * @fd: the file
 * @write: write? Else read
 * @buf: @len bytes
 * @len: how many
 * @off: position
 * @rwf: RWF_... (not FE_RW, FE_KERNEL)
 * @flags: W_SQE_... (FE_URING, FE_FIXED)
 * @res: the result, once done
 * @done: is it done?
 * @order: 1 for the first one that was done, ...
 */
struct fe_req {
	int fd;
	bool write;
	void *buf;
	size_t len;
	long long off;
	int rwf;
	unsigned int flags;
	long long res;
	bool done;
	int order;
	/* private */
	struct fe *fe;
	struct iovec iov;
	struct w_aio aio;
	struct w_task *task;
};

/**
 * struct fe - a front end at work
 * @kind: which
 * @ctx: its context or ring
 * @n: requests submitted
 * @ndone: and done
 */
struct fe {
	struct sc *sc;
	struct world *w;
	enum fe_kind kind;
	long ctx;
	struct fe_req *reqs;
	int n, ndone;
};

/* fe_caps() - bits of &enum w_cap that a front end needs. */
unsigned int fe_caps(enum fe_kind kind);

/* fe_name() - its name in tables. */
const char *fe_name(enum fe_kind kind);

/**
 * fe_start() - set a front end up
 * @sc: the scenario's run
 * @fe: the front end
 * @kind: which
 *
 * Return: whether it worked. fe_stop() is needed in any case.
 */
bool fe_start(struct sc *sc, struct fe *fe, enum fe_kind kind);

/**
 * fe_submit() - submit requests; once per front end
 * @fe: the front end
 * @reqs: @n requests, which stay until fe_stop()
 * @n: how many
 *
 * Return: whether all were taken.
 */
bool fe_submit(struct fe *fe, struct fe_req *reqs, int n);

/**
 * fe_wait() - wait until this many are done in all
 * @fe: the front end
 * @n: how many; 0: only look
 *
 * Return: how many are done. A front end of tasks only counts those it has waited for.
 */
int fe_wait(struct fe *fe, int n);

/*
 * fe_stop() - take it down; what is still in flight is waited for (FE_AIO) or left alone (rings).
 */
void fe_stop(struct fe *fe);

#endif
