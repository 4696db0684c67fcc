// SPDX-License-Identifier: GPL-2.0
/*
 * RCU: callbacks run after every reader that was inside at call_rcu() has left.
 *
 * Models: kernel/rcu/tree.c, tree_plugin.h (preemptible), update.c, srcutree.c, 6.1. Callbacks run
 * one after another in a daemon, in softirq context, in the order of call_rcu(). Leaves out:
 * expedited periods (all are as fast as they can be), stall warnings, Tasks RCU. Read sections are
 * counted by core/rcu.h.
 */
#include <linux/rcupdate.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>
#include <core/choice.h>
#include <core/explore.h>
#include <core/finding.h>
#include <core/race.h>
#include <core/rcu.h>
#include <core/run.h>
#include <core/task.h>
#include "../internal.h"

/*
 * A callback in its list: the rcu_head's func holds the function, and where it waits is kept
 * beside, in memory of the box: an rcu_head has no room for the epoch.
 */
struct entry {
	struct entry *next;
	struct rcu_head *head;		/* NULL: only free @ptr */
	const void *ptr;
	rcu_callback_t func;
	uint64_t epoch;
};

static struct entry *first, **tail = &first;
static struct task_struct *rcu_daemon;

struct gp_waiter {
	struct gp_waiter *next;
	struct task_struct *task;
	uint64_t epoch;
};

static struct gp_waiter *waiters;

/*
 * For the explorer: sections commute with each other, but not with the beginning of a grace period
 * that a task waits for, nor does one that may end such a period with another. What callbacks need
 * is told by fb_touch_rcu().
 */
static void touch_sections(bool grace_period)
{
	fb_touch(&waiters, grace_period);
}

static bool due(void)
{
	return first && fb_rcu_passed(first->epoch);
}

/* A reader has left: whose grace period is over? */
static void reader_left(void *arg)
{
	if (due() && rcu_daemon->__state != TASK_RUNNING) {
		fb_daemon_busy(rcu_daemon, true);
		/* Nobody else looks at its state. */
		WRITE_ONCE(rcu_daemon->__state, TASK_RUNNING);
		fb_wake(rcu_daemon->fb);
	}
	for (struct gp_waiter *w = waiters; w; w = w->next)
		if (fb_rcu_passed(w->epoch))
			fb_wake_task(w->task);
}

static void run_callback(struct entry *e)
{
	local_bh_disable();
	fb_point(FB_PT_RCU, e->ptr);
	fb_touch_rcu(FB_RCU_DUE, e);
	fb_rcu_seen(e->epoch);
	if (e->func)
		e->func(e->head);
	else
		kvfree(e->ptr);
	local_bh_enable();
}

static void run_due(void)
{
	struct entry *e;

	while (due()) {
		e = first;
		first = e->next;
		if (!first)
			tail = &first;
		run_callback(e);
		fb_small_free(e, sizeof(*e));
	}
}

static void rcu_main(void *arg)
{
	for (;;) {
		run_due();
		fb_daemon_busy(rcu_daemon, false);
		__set_current_state(TASK_IDLE);
		fb_sleep("RCU callbacks", NULL);
	}
}

/* The order of callbacks makes a difference to nobody but rcu_barrier(). */
static void enqueue(struct rcu_head *head, const void *ptr, rcu_callback_t func)
{
	struct entry *e = fb_small_alloc(sizeof(*e));

	fb_touch(&tail, true);
	fb_touch_rcu(FB_RCU_QUEUED, e);
	*e = (struct entry){ .head = head, .ptr = ptr, .func = func, .epoch = fb_rcu_epoch() };
	*tail = e;
	tail = &e->next;
	if (!rcu_daemon) {
		fb_rcu_hook(reader_left, NULL);
		rcu_daemon = fb_daemon_new("rcu", rcu_main, NULL);
		fb_daemon_busy(rcu_daemon, true);
	} else {
		reader_left(NULL);
	}
}

/**
 * rcu_read_lock() - pointers that are fetched now stay until the unlock; nests. Models: 6.1,
 *	preemptible RCU. Must not sleep.
 */
void rcu_read_lock(void)
{
	fb_point(FB_PT_RCU, NULL);
	touch_sections(false);
	if (!fb_rcu_depth())
		fb_touch_rcu(FB_RCU_ENTERED, &first);
	fb_rcu_enter();
}
EXPORT_SYMBOL(rcu_read_lock);

/** rcu_read_unlock() - and no longer. Models: 6.1. */
void rcu_read_unlock(void)
{
	fb_point(FB_PT_RCU, NULL);
	touch_sections(waiters);
	if (fb_rcu_depth() == 1)
		fb_touch_rcu(FB_RCU_LEFT, &first);
	fb_rcu_exit();
}
EXPORT_SYMBOL(rcu_read_unlock);

/** rcu_read_lock_held() - inside a section? Models: 6.1. */
int rcu_read_lock_held(void)
{
	return fb_rcu_depth() != 0;
}
EXPORT_SYMBOL(rcu_read_lock_held);

/** rcu_read_lock_any_held() - of whatever flavour: atomic context is one. Models: 6.1. */
int rcu_read_lock_any_held(void)
{
	return fb_rcu_depth() || fb_atomic_depth() || irqs_disabled();
}
EXPORT_SYMBOL(rcu_read_lock_any_held);

/** rcu_read_lock_sched() - a section with preemption disabled. Models: 6.1. */
void rcu_read_lock_sched(void)
{
	preempt_disable();
	rcu_read_lock();
}

/** rcu_read_unlock_sched() - its end. Models: 6.1. */
void rcu_read_unlock_sched(void)
{
	rcu_read_unlock();
	preempt_enable();
}

/** rcu_read_lock_bh() - a section with bottom halves disabled. Models: 6.1. */
void rcu_read_lock_bh(void)
{
	local_bh_disable();
	rcu_read_lock();
}

/** rcu_read_unlock_bh() - its end. Models: 6.1. */
void rcu_read_unlock_bh(void)
{
	rcu_read_unlock();
	local_bh_enable();
}

/** fb_rcu_check() - finding FB_RCU unless @ok. Models: RCU_LOCKDEP_WARN(), 6.1. */
void fb_rcu_check(bool ok, const char *what)
{
	if (unlikely(!ok))
		fb_report(FB_RCU, 0, NULL, "suspicious RCU usage: %s", what);
}

/**
 * call_rcu() - @func(@head) after a grace period, in softirq context. Models: kernel/rcu/tree.c,
 *	6.1. Context: any.
 */
void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	fb_point(FB_PT_RCU, head);
	head->func = func;
	enqueue(head, head, func);
}
EXPORT_SYMBOL(call_rcu);

/**
 * fb_kfree_rcu() - kfree_rcu(): free @ptr after a grace period; without @head it may have to wait
 *	for one.
 */
void fb_kfree_rcu(const void *ptr, struct rcu_head *head)
{
	if (!ptr)
		return;
	if (!head)
		might_sleep();
	fb_point(FB_PT_RCU, ptr);
	enqueue(NULL, ptr, NULL);
}

/**
 * synchronize_rcu() - wait for a grace period. Models: kernel/rcu/tree.c, 6.1. Context: may sleep,
 *	not inside a section.
 */
void synchronize_rcu(void)
{
	struct gp_waiter w, **p;

	fb_might_sleep("synchronize_rcu()");
	fb_point(FB_PT_RCU, NULL);
	touch_sections(true);
	w = (struct gp_waiter){ .next = waiters, .task = current, .epoch = fb_rcu_epoch() };
	waiters = &w;
	fb_rcu_hook(reader_left, NULL);
	while (!fb_rcu_passed(w.epoch)) {
		__set_current_state(TASK_UNINTERRUPTIBLE);
		fb_sleep("RCU grace period", NULL);
	}
	for (p = &waiters; *p != &w; p = &(*p)->next)
		;
	*p = w.next;
	fb_rcu_seen(w.epoch);
}
EXPORT_SYMBOL(synchronize_rcu);

/** synchronize_rcu_expedited() - the same. Models: 6.1. */
void synchronize_rcu_expedited(void)
{
	synchronize_rcu();
}
EXPORT_SYMBOL(synchronize_rcu_expedited);

struct barrier {
	struct rcu_head head;
	struct completion done;
};

static void barrier_callback(struct rcu_head *head)
{
	complete(&container_of(head, struct barrier, head)->done);
}

/**
 * rcu_barrier() - wait until every callback queued so far has run. Models: kernel/rcu/tree.c, 6.1.
 *	Context: may sleep.
 */
void rcu_barrier(void)
{
	struct barrier b;

	fb_might_sleep("rcu_barrier()");
	if (!fb_current()) {
		/* Init and exit calls on the main stack, which cannot wait: be the daemon. */
		run_due();
		WARN_ON(first);
		return;
	}
	init_completion(&b.done);
	call_rcu(&b.head, barrier_callback);
	wait_for_completion(&b.done);
}
EXPORT_SYMBOL(rcu_barrier);

/** get_state_synchronize_rcu() - a cookie for the grace period that begins now. Models: 6.1. */
unsigned long get_state_synchronize_rcu(void)
{
	return fb_rcu_epoch();
}
EXPORT_SYMBOL(get_state_synchronize_rcu);

/** poll_state_synchronize_rcu() - is it over? Models: 6.1. */
bool poll_state_synchronize_rcu(unsigned long cookie)
{
	fb_point(FB_PT_RCU, NULL);
	touch_sections(true);
	if (!fb_rcu_passed(cookie))
		return false;
	fb_rcu_seen(cookie);
	return true;
}
EXPORT_SYMBOL(poll_state_synchronize_rcu);

/** cond_synchronize_rcu() - wait unless it is over. Models: 6.1. */
void cond_synchronize_rcu(unsigned long cookie)
{
	if (!poll_state_synchronize_rcu(cookie))
		synchronize_rcu();
}
EXPORT_SYMBOL(cond_synchronize_rcu);

/* SRCU: readers may sleep, so they are counted in the structure: two counts, one of them drains. */

/**
 * __init_srcu_struct() - 0, or -ENOMEM (fault point "alloc": the kernel allocates per-cpu
 *	counters). Models: srcutree.c, 6.1.
 */
int __init_srcu_struct(struct srcu_struct *ssp, const char *name, struct lock_class_key *key)
{
	if (fb_fault("alloc"))
		return -ENOMEM;
	*ssp = (struct srcu_struct){ .idx = 0 };
	lockdep_init_map(&ssp->dep_map, name, key, 0);
	return 0;
}
EXPORT_SYMBOL(__init_srcu_struct);

/** cleanup_srcu_struct() - nobody may be inside. Models: srcutree.c, 6.1. */
void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	WARN_ON(ssp->readers[0] || ssp->readers[1]);
}
EXPORT_SYMBOL(cleanup_srcu_struct);

/** srcu_read_lock() - enter; the result goes to srcu_read_unlock(). Models: 6.1. */
int srcu_read_lock(struct srcu_struct *ssp)
{
	int idx;

	fb_point(FB_PT_RCU, ssp);
	idx = (int)ssp->idx;
	ssp->readers[idx]++;
	fb_lock_acquire(&ssp->dep_map, 0, 1, 2);
	return idx;
}
EXPORT_SYMBOL(srcu_read_lock);

/** srcu_read_unlock() - leave. Models: 6.1. */
void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	fb_point(FB_PT_RCU, ssp);
	fb_lock_release(&ssp->dep_map);
	if (WARN_ON(!ssp->readers[idx]))
		return;
	fb_race_release(&ssp->readers[idx]);
	if (!--ssp->readers[idx])
		wake_up_var(&ssp->readers[idx]);
}
EXPORT_SYMBOL(srcu_read_unlock);

/** srcu_read_lock_held() - inside? Models: 6.1. */
int srcu_read_lock_held(const struct srcu_struct *ssp)
{
	return fb_lockdep_held(&ssp->dep_map);
}

/**
 * synchronize_srcu() - wait for the readers that are inside. Models: 6.1. Context: may sleep, not
 *	inside a section of @ssp.
 */
void synchronize_srcu(struct srcu_struct *ssp)
{
	unsigned int old;

	fb_might_sleep("synchronize_srcu()");
	if (srcu_read_lock_held(ssp))
		fb_report(FB_RCU, 0, NULL,
			  "synchronize_srcu() inside a read section of the same SRCU");
	/* One at a time: the two counts serve one grace period. */
	wait_var_event(&ssp->syncing, !ssp->syncing);
	ssp->syncing = true;
	old = ssp->idx;
	ssp->idx = !old;
	wait_var_event(&ssp->readers[old], !ssp->readers[old]);
	fb_race_acquire(&ssp->readers[old]);
	ssp->syncing = false;
	wake_up_var(&ssp->syncing);
}
EXPORT_SYMBOL(synchronize_srcu);
