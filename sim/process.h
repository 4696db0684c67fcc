/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes of the box: a task of the shim with an fd table, credentials, a umask and limits, that
 * enters and leaves "the kernel" through sim/syscalls.c.
 */
#ifndef FUSEBOX_SIM_PROCESS_H
#define FUSEBOX_SIM_PROCESS_H

#include <linux/sched.h>
#include <linux/types.h>
#include <linux/completion.h>

#include "box_faults.h"

/* How the fd table of a new process relates to its maker's; an empty one has the standard files. */
enum box_files { BOX_FILES_EMPTY, BOX_FILES_COPY, BOX_FILES_SHARE };

/**
 * struct box_process - one process of the box
 * @list: among all of the run
 * @task: its task; NULL once it has ended
 * @name: for messages
 * @fn: what it runs
 * @arg: for @fn
 * @ended: completed by its end; one may wait, in box_reap()
 * @files: how it gets its fd table
 * @ready: does it have parts of its own, so that it may run?
 * @done: has it ended?
 * @killed: and was it killed?
 * @in_syscall: is it inside a system call?
 * @administers: box_faults.c does in its place what an administrator does
 * @nr_sigxfsz: SIGXFSZ received since box_sigxfsz() was last called
 * @call: number of its system call among those of the run
 * @awaits: completions of asynchronous requests that it waits for
 * @below: what it has written to lower files in that call; see sim/box_faults.h
 */
struct box_process {
	struct list_head list;
	struct task_struct *task;
	char name[TASK_COMM_LEN];
	void (*fn)(void *arg);
	void *arg;
	struct completion ended;
	bool ready;
	bool done;
	bool killed;
	bool in_syscall;
	bool administers;
	unsigned int nr_sigxfsz;
	size_t call;
	int awaits;
	struct box_below below;
};

/**
 * box_first() - make the task that is to become the first process
 * @fn: what it runs: box_boot(), what the run is about, box_shutdown()
 * @arg: for @fn
 *
 * Context: the main stack, between fb_run_begin() and fb_run_loop().
 */
void box_first(void (*fn)(void *arg), void *arg);

/**
 * box_boot() - start the box
 *
 * Boots the shim's kernel (caches, root file system, device nodes, initcalls), and makes the
 * calling task the first process: root with all capabilities and an empty fd table.
 * Context: the task of box_first(), before anything else.
 *
 * Return: the first process; lives until box_shutdown().
 */
struct box_process *box_boot(void);

/**
 * box_standard_files() - what the first process has open now is what others start with
 */
void box_standard_files(void);

/**
 * box_shutdown() - end the first process and shut the kernel down
 *
 * Closes its files, runs the module exits, unmounts what is mounted and empties the caches, so that
 * whatever the ledgers still hold is a leak. Context: the first process, as the last thing.
 */
void box_shutdown(void);

/**
 * box_current() - the process that calls
 *
 * Return: the process; NULL in a task that is none (a kworker).
 */
struct box_process *box_current(void);

/**
 * box_spawn() - make a process
 * @name: for messages
 * @files: how its fd table relates to the caller's
 * @fn: what it runs
 * @arg: for @fn
 *
 * Credentials, umask and limits are copied from the caller.
 * Return: the process, to be freed by box_reap(); ERR_PTR(-ENOMEM).
 */
struct box_process *box_spawn(const char *name, enum box_files files, void (*fn)(void *arg),
			      void *arg);

/**
 * box_reap() - wait for the end of a process and free it
 * @p: from box_spawn()
 *
 * Return: 0 if it returned from its function, 1 if it was killed.
 */
int box_reap(struct box_process *p);

/**
 * box_for_each() - look at every process but the first, ended ones that nobody has reaped included
 * @fn: called with each, in order of creation
 * @arg: for @fn
 */
void box_for_each(void (*fn)(struct box_process *p, void *arg), void *arg);

/**
 * box_kill() - SIGKILL
 * @p: the process
 */
void box_kill(struct box_process *p);

/**
 * box_sleeps() - does a process sleep inside a system call, or has it ended?
 * @p: the process
 *
 * Return: whether it does.
 */
bool box_sleeps(const struct box_process *p);

/**
 * box_syscall_enter() - the calling process enters the kernel
 *
 * A process that has been killed does not come back from this.
 */
void box_syscall_enter(void);

/**
 * box_syscall_exit() - the calling process returns to user space
 * @name: of the system call, for the trace
 * @ret: its result
 *
 * Runs task work (the last fput() of a file, for one), takes pending signals, and audits what must
 * not be held outside the kernel. A process that has been killed does not come back from this.
 * Return: @ret, with the restart codes turned into -EINTR.
 */
long box_syscall_exit(const char *name, long ret);

/**
 * box_setids() - become another user for good: all uids and gids, no supplementary groups
 * @uid: the new real, effective, saved and file system uid
 * @gid: likewise
 *
 * A change away from uid 0 drops all capabilities.
 * Return: 0 or -errno.
 */
long box_setids(uid_t uid, gid_t gid);

/**
 * box_setids_keep() - the same, and keep some capabilities when uid 0 is given up
 * @uid: as above
 * @gid: as above
 * @caps: bit N: capability N
 *
 * Return: 0 or -errno.
 */
long box_setids_keep(uid_t uid, gid_t gid, unsigned long long caps);

/**
 * box_drop_cap() - drop a capability from the effective and the permitted set
 * @cap: CAP_...
 *
 * Return: 0 or -errno.
 */
long box_drop_cap(int cap);

/**
 * box_set_fsize_limit() - set the soft RLIMIT_FSIZE
 * @limit: in bytes; ~0ULL: none
 */
void box_set_fsize_limit(unsigned long long limit);

/**
 * box_sigxfsz() - SIGXFSZ received since the last call
 *
 * Return: their number.
 */
unsigned int box_sigxfsz(void);

#endif
