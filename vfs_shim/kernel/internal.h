/* SPDX-License-Identifier: GPL-2.0 */
/* Between the files of vfs_shim/kernel; none of it is a kernel interface. */
#ifndef FUSEBOX_KERNEL_INTERNAL_H
#define FUSEBOX_KERNEL_INTERNAL_H

#include <linux/sched.h>
#include <linux/lockdep.h>

/*
 * Sleep until somebody sets current's state to TASK_RUNNING; @why and @obj appear in deadlock
 * reports.
 */
void fb_sleep(const char *why, const void *obj);
/*
 * As wake_up_process(), without a choice point: for the middle of a step that must be indivisible.
 */
void fb_wake_task(struct task_struct *p);
/* signal_pending_state() without the fault point. */
bool fb_signal_pending_state(unsigned int state, struct task_struct *p);

/*
 * A daemon: a task of the shim itself (kworker, softirq). It never ends; its task_struct is static.
 */
struct task_struct *fb_daemon_new(const char *comm, void (*fn)(void *arg), void *arg);
/* While @busy, the run does not end before the daemon is idle again. */
void fb_daemon_busy(struct task_struct *daemon, bool busy);

/* A key in a copy of the lock's map with the subclass of this call. */
static inline struct fb_lock_map fb_map_sub(const struct lockdep_map *map, unsigned int subclass)
{
	struct fb_lock_map m = map->fb;

	if (subclass)
		m.subclass = subclass;
	return m;
}

#endif
