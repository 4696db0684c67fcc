/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Real files of the machine that runs the box, for sim/lower_host.c: the side that knows libc,
 * libaio and liburing, and no kernel header.
 *
 * Files live in a directory made by mkdtemp() in $TMPDIR (or /tmp), which goes with the last of
 * them. What is here outlives a run, because requests of a run that was stopped may still be under
 * way in the real kernel: hostio_reset() waits for them.
 */
#ifndef FUSEBOX_SIM_HOSTIO_H
#define FUSEBOX_SIM_HOSTIO_H

#include <stdbool.h>
#include <stddef.h>

/**
 * enum hostio_engine - how a request is made
 * @HOSTIO_LIBAIO: io_submit(2)
 * @HOSTIO_URING: io_uring_enter(2)
 */
enum hostio_engine {
	HOSTIO_LIBAIO,
	HOSTIO_URING
};

/**
 * struct hostio_request - a request to the host; more of it is private
 * @buf: memory for its data, aligned for direct I/O; has room for @len bytes
 * @len: how many bytes
 * @pos: at which position
 * @write: or read
 * @done: the host has answered
 * @result: bytes, or negative errno
 */
struct hostio_request {
	void *buf;
	size_t len;
	long long pos;
	bool write;
	bool done;
	long result;
};

/**
 * hostio_reset() - forget what an earlier run left: wait for its requests, remove its files
 */
void hostio_reset(void);

/**
 * hostio_create() - make an empty file
 *
 * Return: its handle (>= 0), or negative errno.
 */
int hostio_create(void);

/**
 * hostio_remove() - close a file and remove it; no request on it may be under way
 * @file: the handle
 */
void hostio_remove(int file);

/**
 * hostio_pread() - pread(2)
 * @file: the handle
 * @buf: memory
 * @len: bytes
 * @pos: position
 *
 * Return: bytes, or negative errno.
 */
long hostio_pread(int file, void *buf, size_t len, long long pos);

/**
 * hostio_pwrite() - pwrite(2)
 * @file: the handle
 * @buf: memory
 * @len: bytes
 * @pos: position
 *
 * Return: bytes, or negative errno.
 */
long hostio_pwrite(int file, const void *buf, size_t len, long long pos);

/**
 * hostio_truncate() - ftruncate(2)
 * @file: the handle
 * @size: new size
 *
 * Return: 0 or negative errno.
 */
int hostio_truncate(int file, long long size);

/**
 * hostio_direct() - does the host take O_DIRECT on this file?
 * @file: the handle
 *
 * Return: whether it does.
 */
bool hostio_direct(int file);

/**
 * hostio_offers() - does the kernel of this machine have the system calls of an engine, and may we
 *	use them?
 * @engine: which
 *
 * Only asks: nothing is set up. Emulators of user space (qemu-user) have neither engine.
 *
 * Return: whether it does.
 */
bool hostio_offers(enum hostio_engine engine);

/**
 * hostio_engine_error() - can this engine be used here?
 * @engine: which
 *
 * Return: 0, or negative errno: -ENOSYS, -EPERM where it is forbidden.
 */
int hostio_engine_error(enum hostio_engine engine);

/**
 * hostio_request_new() - memory for a request
 * @len: bytes of data
 * @write: or read
 *
 * Return: a request with @buf, @len, @write set; NULL when there is no memory.
 */
struct hostio_request *hostio_request_new(size_t len, bool write);

/**
 * hostio_submit() - hand a request to the host
 * @rq: from hostio_request_new(), @pos set
 * @engine: by which engine
 * @file: of which file
 * @direct: as direct I/O, where the host takes it
 *
 * Return: 0 or negative errno.
 */
int hostio_submit(struct hostio_request *rq, enum hostio_engine engine, int file, bool direct);

/**
 * hostio_wait() - until the host has answered; answers to others that come first are noted
 * @rq: a submitted request
 */
void hostio_wait(struct hostio_request *rq);

/**
 * hostio_request_free() - free a request, whether submitted or not; waits if it is under way
 * @rq: the request
 */
void hostio_request_free(struct hostio_request *rq);

#endif
