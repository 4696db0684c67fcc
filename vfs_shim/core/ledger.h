/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ledgers: who holds what, with the stack that took it.
 */
#ifndef FB_CORE_LEDGER_H
#define FB_CORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include "stack.h"

enum fb_res {
	FB_RES_FILE,
	FB_RES_INODE,
	FB_RES_DENTRY,
	FB_RES_CRED,
	FB_RES_SUPER,
	FB_RES_MOUNT,
	FB_RES_MODULE,
	FB_RES_PID,
	FB_RES_COUNT, /* a refcount_t, keyed by its address */
	FB_RES_MEM,
	FB_RES_PAGE,
	FB_RES_REQUEST,
	FB_RES_WORKQUEUE, /* which whoever made it must destroy */
	FB_RES_FREEZE, /* freeze protection: key is the super block, tag the level */
	FB_NR_RES,
};

/*
 * Name an object for reports and traces: "inode#3". Ids count per type and per run, so they are
 * deterministic.
 */
void fb_obj_new(const void *obj, const char *type, const char *detail);
void fb_obj_gone(const void *obj);
/* "inode#3 (name)", or "type at (unnamed)"; owned by core, good until 8 further calls. */
const char *fb_obj(const void *obj);

/*
 * One reference more or less. The put reports FB_DOUBLE_PUT when none is outstanding. @tag tells
 * levels apart (0 otherwise).
 */
void fb_get(enum fb_res kind, const void *obj, unsigned int tag);
void fb_put(enum fb_res kind, const void *obj, unsigned int tag);
unsigned int fb_held(enum fb_res kind, const void *obj, unsigned int tag);
/* Forget without a finding (object freed by other rules); range form for memory that is freed. */
void fb_forget(enum fb_res kind, const void *obj);
void fb_forget_range(const void *start, size_t len);
/* Hand the current task's newest entry over to nobody / take it over (freeze protection, async). */
void fb_disown(enum fb_res kind, const void *obj, unsigned int tag);
void fb_own(enum fb_res kind, const void *obj, unsigned int tag);
/* Entries of @kind that current owns (for "held on return to user space"). */
unsigned int fb_owned(enum fb_res kind);
/*
 * Report each outstanding entry of every kind as FB_LEAK (FB_FREEZE_KEPT, FB_REQUEST_OPEN), grouped
 * by taking stack. Called by fb_run_end().
 */
void fb_ledger_audit(void);
/*
 * Report what current must not hold when it returns to user space (locks, freeze protection, rcu,
 * atomic depth).
 */
void fb_audit_syscall_exit(const char *syscall);

/*
 * Watched counters: the kernel's inlines change f_count, i_count and so on by plain atomic
 * operations. A watched address is a reference counter of @kind on @obj; the shim's atomic
 * functions call fb_watch_add() for each change.
 */
void fb_watch(const void *counter, enum fb_res kind, const void *obj);
void fb_unwatch(const void *counter);
bool fb_watch_add(const void *counter, long delta);

/*
 * Guarded memory. Use after free and overruns become findings with alloc, free and access stacks.
 */
void *fb_mem_alloc(size_t size, size_t align, enum fb_res kind, const char *type, bool zero);
void fb_mem_free(void *p);
size_t fb_mem_size(const void *p);
bool fb_mem_live(const void *p);
bool fb_mem_inside(const void *p);
/*
 * Which object of this run @p points into, counted in order of allocation; 0: none. Unlike its
 * address it is the same with guard pages and without, and whatever the process did before.
 */
unsigned int fb_mem_number(const void *p);

#endif
