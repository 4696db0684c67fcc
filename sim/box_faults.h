/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is demanded of the box when something fails that need not: the rules of fault runs.
 *
 * In a fault run a scenario's own expectations are no verdicts, because a fault may make any call
 * fail. These are, in addition to all findings of the shim:
 *  - the system call that met the fault succeeds, or does what it did without the fault, or fails
 *    with an errno that is legitimate for that kind of fault (the table in box_faults.c);
 *  - no system call returns an error number of the kernel's own (ERESTARTSYS, EIOCBQUEUED, ...);
 *  - bytes that a write to a FUSE file has acknowledged are in the lower file, and still are when
 *    the lower inode leaves memory, unless somebody has changed them since;
 *  - a connection that still lives serves a new file from creation to removal;
 *  - everything ends. If nobody can run, lower file systems are thawed and complete the requests
 *    that they hold, for who was to see to it may have failed. If that does not help, user space is
 *    looked at: does one process wait for another by means that are not the kernel's, does a server
 *    owe an answer, has the server died, does somebody wait for more completions than requests were
 *    submitted? Then the scenario waits for what the fault has prevented; it is killed, and the
 *    connections are aborted. In all other cases, and if somebody still waits after that, it is a
 *    deadlock.
 *
 * No other header is needed, so that it can be used in and out of the kernel environment.
 */
#ifndef FUSEBOX_SIM_BOX_FAULTS_H
#define FUSEBOX_SIM_BOX_FAULTS_H

#ifndef __KERNEL__
#include <stdbool.h>
#include <stddef.h>
#endif

struct box_process;
struct inode;
struct iovec;

/**
 * struct box_call - a system call of a run without faults
 * @name: its name, a literal
 * @ret: its result
 */
struct box_call {
	const char *name;
	long ret;
};

/**
 * struct box_watch - what a run shall be held to, and what came of it
 * @record: enter the results of system calls: a run without faults
 * @calls: those results by the number of the call, of the run with @record
 * @nr_calls: their number
 * @room: of @calls, which is malloc()'s
 * @unusable: of the run with @record: the scenario leaves a file system that does not serve a new
 *	file
 * @given_up: the scenario had to be killed
 * @probed: file systems that served a new file at the end
 * @acknowledged: writes whose bytes were looked for in the lower file
 */
struct box_watch {
	bool record;
	struct box_call *calls;
	size_t nr_calls, room;
	bool unusable;
	bool given_up;
	unsigned int probed;
	unsigned int acknowledged;
};

#define BOX_BELOW	8

/**
 * struct box_below - what a process has written to lower files in its system call
 * @part: the writes in order
 * @nr: their number; more than BOX_BELOW: the rest was not kept
 */
struct box_below {
	struct {
		struct inode *inode;
		long long pos;
		size_t len;
	} part[BOX_BELOW];
	unsigned int nr;
};

/**
 * box_faults_watch() - hold this run to the rules
 * @watch: belongs to the caller; read and written until the run ends; NULL: do not (as without a
 *	call)
 *
 * Context: the main stack, after fb_run_begin(), before the first task runs.
 */
void box_faults_watch(struct box_watch *watch);

/**
 * box_faults_calm() - between two calls, on and off, nothing fails on purpose
 * @on: which
 *
 * Return: whether this run is watched; if not, nothing was done.
 */
bool box_faults_calm(bool on);

/**
 * box_faults_usable() - a file system has been tried out at the end of a scenario
 * @what: what did not work, NULL if all did
 *
 * A finding, unless it does not work without the fault either.
 */
void box_faults_usable(const char *what);

/**
 * box_faults_begin() - start the process that aborts connections at a choice point; before the
 *	scenario's
 */
void box_faults_begin(void);

/**
 * box_faults_wait() - wait for the end of the scenario's process, or clear up what hangs, and reap
 *	all
 * @p: the process
 *
 * Context: the first process.
 */
void box_faults_wait(struct box_process *p);

/* Of sim/process.c: a process enters and leaves a system call, has ended. */
void box_faults_enter(struct box_process *p);
void box_faults_exit(struct box_process *p, const char *name, long ret);

/**
 * box_faults_closes() - current is about to close a descriptor
 *
 * Tasks that share its table may be told EBADF from now on, in other places than without a fault.
 *
 * Context: any process, before its call.
 */
void box_faults_closes(void);
void box_faults_ended(void);

/**
 * box_faults_wrote() - a write has returned
 * @fd: to which file
 * @iov: from where
 * @n: length of @iov
 * @ret: what it returned
 *
 * Return: @ret. Context: inside the system call.
 */
long box_faults_wrote(unsigned int fd, const struct iovec *iov, int n, long ret);

/*
 * Of the lower file system: current wrote bytes; bytes are about to change; the inode leaves
 * memory.
 */
void box_faults_below(struct inode *inode, long long pos, size_t len);
void box_faults_changes(struct inode *inode, long long pos, long long end);
void box_faults_evicted(struct inode *inode);

/**
 * box_faults_owed() - a server has read a request, or answered one
 * @change: 1 or -1
 */
void box_faults_owed(int change);

/**
 * box_faults_submitted() - asynchronous requests were submitted
 * @ret: how many, or -errno
 *
 * Return: @ret.
 */
long box_faults_submitted(long ret);

/**
 * box_faults_awaits() - the calling process is about to wait for completions
 * @min: how many
 */
void box_faults_awaits(int min);

/**
 * box_faults_got() - and has come back
 * @ret: with how many, or -errno
 */
void box_faults_got(long ret);

/**
 * box_faults_aborted() - the scenario itself is about to abort a connection
 */
void box_faults_aborted(void);

/**
 * box_faults_mounted() - there is a FUSE mount: from now on "abort" is a kind of fault
 */
void box_faults_mounted(void);

#endif
