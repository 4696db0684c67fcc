/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The locks that a FUSE server keeps for its kernel: POSIX locks and BSD locks (flock), and who
 * waits for one.
 *
 * The kernel keeps none itself when the server takes them over (FUSE_POSIX_LOCKS,
 * FUSE_FLOCK_LOCKS). For the server's task only.
 */
#ifndef FUSEBOX_SIM_SERVER_LOCKS_H
#define FUSEBOX_SIM_SERVER_LOCKS_H

#include <linux/fuse.h>
#include <stdbool.h>
#include <stdint.h>

struct srv_locks;

/**
 * srv_locks_new() - no locks
 *
 * Return: to be freed with srv_locks_free(); NULL when out of memory.
 */
struct srv_locks *srv_locks_new(void);
void srv_locks_free(struct srv_locks *l);

/**
 * srv_locks_test() - GETLK
 * @l: the locks
 * @nodeid: the file
 * @in: the request
 * @out: gets the lock in its way, or one of type F_UNLCK
 */
void srv_locks_test(const struct srv_locks *l, uint64_t nodeid, const struct fuse_lk_in *in,
		    struct fuse_file_lock *out);

/**
 * srv_locks_set() - SETLK
 * @l: the locks
 * @nodeid: the file
 * @in: the request, which may also be to unlock
 *
 * Return: 0; -EAGAIN when another owner's is in the way; -ENOMEM.
 */
int srv_locks_set(struct srv_locks *l, uint64_t nodeid, const struct fuse_lk_in *in);

/**
 * struct srv_waiter - a SETLKW that has no answer yet
 * @nodeid: the file
 * @unique: the request's number
 * @tag: the caller's
 * @in: the request
 */
struct srv_waiter {
	uint64_t nodeid;
	uint64_t unique;
	unsigned int tag;
	struct fuse_lk_in in;
};

/**
 * srv_locks_wait() - remember a SETLKW
 * @l: the locks
 * @waiter: copied
 *
 * Return: 0 or -ENOMEM.
 */
int srv_locks_wait(struct srv_locks *l, const struct srv_waiter *waiter);

/**
 * srv_locks_granted() - take a waiter whose lock can be had now; it has it then. The oldest comes
 *	first
 * @l: the locks
 * @waiter: which; it waits no more
 *
 * Return: whether there is one.
 */
bool srv_locks_granted(struct srv_locks *l, struct srv_waiter *waiter);

/**
 * srv_locks_interrupted() - a request is to be given up
 * @l: the locks
 * @unique: its number
 * @waiter: if it waits here: it, and it waits no more
 *
 * Return: whether it waited here.
 */
bool srv_locks_interrupted(struct srv_locks *l, uint64_t unique, struct srv_waiter *waiter);

/**
 * srv_locks_drop() - an owner goes: FLUSH for POSIX locks, RELEASE for BSD locks
 * @l: the locks
 * @nodeid: the file
 * @owner: whose
 * @flock: BSD locks, else POSIX locks
 */
void srv_locks_drop(struct srv_locks *l, uint64_t nodeid, uint64_t owner, bool flock);

#endif /* FUSEBOX_SIM_SERVER_LOCKS_H */
