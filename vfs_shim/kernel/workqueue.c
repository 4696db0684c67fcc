// SPDX-License-Identifier: GPL-2.0
/*
 * Work queues: workers are tasks of the shim, made as they are needed.
 *
 * Models: kernel/workqueue.c, Documentation/core-api/workqueue.rst, 6.1. A work item never runs
 * twice at the same time; it may be queued again once it runs; at most max_active items of a queue
 * run at once; flushing waits for what was queued before. After fb_memory_short(), a queue with a
 * rescuer runs one item at a time. Leaves out: processors, priorities, freezing, attributes.
 */
#include <linux/workqueue.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait_bit.h>
#include <core/choice.h>
#include <core/events.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/race.h>
#include <core/task.h>
#include <core/trace.h>
#include <fusebox/printf.h>
#include <fusebox/shortage.h>
#include "internal.h"

#define MAX_WORKERS	32
#define MAX_QUEUES	48

struct workqueue_struct {
	char name[24];
	unsigned int flags;
	unsigned int max_active, active;
	struct list_head pending;	/* work items, oldest first */
	bool used, draining, destroyed;
	struct lockdep_map dep_map;
};

struct worker {
	struct task_struct *task;
	struct work_struct *work;	/* runs now; may be freed by its own function */
	struct workqueue_struct *wq;
	unsigned long seq;		/* of the queuing that runs now */
};

static struct workqueue_struct queues[MAX_QUEUES];
static struct worker workers[MAX_WORKERS];
static unsigned int nr_workers;
static unsigned long last_seq;		/* each queuing has a number */
/* address that flushers wait on: a queuing has run, or was cancelled */
static int progress;

struct workqueue_struct *system_wq;
EXPORT_SYMBOL(system_wq);
struct workqueue_struct *system_highpri_wq;
struct workqueue_struct *system_long_wq;
EXPORT_SYMBOL(system_long_wq);
struct workqueue_struct *system_unbound_wq;
EXPORT_SYMBOL(system_unbound_wq);
struct workqueue_struct *system_freezable_wq;
struct workqueue_struct *system_power_efficient_wq;

static struct worker *running(const struct work_struct *work)
{
	for (unsigned int i = 0; i < nr_workers; i++)
		if (workers[i].work == work)
			return &workers[i];
	return NULL;
}

static bool has_room(const struct workqueue_struct *wq)
{
	return wq->active < (fb_memory_is_short && wq->flags & WQ_MEM_RECLAIM ? 1 : wq->max_active);
}

/* The next item that may run: its queue has room, and it does not run already. */
static struct work_struct *next_work(struct workqueue_struct **which)
{
	struct work_struct *w;

	for (struct workqueue_struct *wq = queues; wq < queues + MAX_QUEUES; wq++) {
		if (!wq->used || !has_room(wq))
			continue;
		list_for_each_entry(w, &wq->pending, entry) {
			if (!running(w)) {
				*which = wq;
				return w;
			}
			if (wq->flags & __WQ_ORDERED)
				break;
		}
	}
	return NULL;
}

static void kick(void);

static void call(struct worker *me, struct work_struct *work, struct workqueue_struct *wq)
{
	work_func_t func = work->func;

	list_del_init(&work->entry);
	me->work = work;
	me->wq = wq;
	me->seq = work->seq;
	wq->active++;
	/* From here on it may be queued again. */
	__clear_bit(FB_WORK_PENDING_BIT, &work->data);
	if (unlikely(fb_events_on))
		fb_event(FB_EVENT_WORK, 0, "work runs: %s", fb_obj(work));
	kick();		/* others need not wait for this one */
	fb_point(FB_PT_WORK, work);
	fb_race_acquire(&work->data);
	lock_map_acquire(&wq->dep_map);
	func(work);		/* may free @work */
	lock_map_release(&wq->dep_map);
	fb_audit_syscall_exit("work item");
	fb_race_release(wq);	/* for who waits for its end */
	me->work = NULL;
	wq->active--;
	wake_up_var(&progress);
}

static void worker_main(void *arg)
{
	struct worker *me = arg;
	struct workqueue_struct *wq;
	struct work_struct *work;

	current->flags |= PF_WQ_WORKER;
	for (;;) {
		while ((work = next_work(&wq))) {
			call(me, work, wq);
			kick();		/* what waited for this run to end */
		}
		fb_daemon_busy(me->task, false);
		__set_current_state(TASK_IDLE);
		fb_sleep("work", NULL);
	}
}

/* Somebody must look for work: an idle worker, or a new one. */
static void kick(void)
{
	struct workqueue_struct *wq;
	struct worker *w;

	if (!next_work(&wq))
		return;
	for (w = workers; w < workers + nr_workers; w++) {
		if (w->work || w->task->__state != TASK_IDLE)
			continue;
		fb_daemon_busy(w->task, true);
		fb_wake_task(w->task);
		return;
	}
	/* One that was woken or made, and has not begun yet, will look anyway. */
	for (w = workers; w < workers + nr_workers; w++)
		if (!w->work)
			return;
	if (nr_workers == MAX_WORKERS)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "more than %d work items run at once",
				MAX_WORKERS);
	nr_workers++;
	w->task = fb_daemon_new("kworker", worker_main, w);
	fb_daemon_busy(w->task, true);
}

/** fb_work_init() - INIT_WORK(): not pending. Models: 6.1. */
void fb_work_init(struct work_struct *work, work_func_t func, const char *name,
		  struct lock_class_key *key)
{
	*work = (struct work_struct){ .func = func };
	INIT_LIST_HEAD(&work->entry);
	lockdep_init_map(&work->lockdep_map, name, key, 0);
}

static void insert(struct workqueue_struct *wq, struct work_struct *work)
{
	if (WARN_ON(!wq->used || (wq->draining && !(current->flags & PF_WQ_WORKER)))) {
		__clear_bit(FB_WORK_PENDING_BIT, &work->data);
		return;
	}
	work->wq = wq;
	work->seq = ++last_seq;
	if (unlikely(fb_events_on))
		fb_event(FB_EVENT_WORK, 0, "work queued: %s", fb_obj(work));
	list_add_tail(&work->entry, &wq->pending);
	kick();
}

/*
 * Kernel: what was done before queuing is seen by the run, also when the item was pending already.
 */
static bool set_pending(struct work_struct *work)
{
	bool was = test_and_set_bit(FB_WORK_PENDING_BIT, &work->data);

	fb_race_release(&work->data);
	return was;
}

/** queue_work_on() - have @work run; false if it was pending already. Models: 6.1. Context: any. */
bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	if (set_pending(work))
		return false;
	insert(wq, work);
	return true;
}
EXPORT_SYMBOL(queue_work_on);

/** delayed_work_timer_fn() - the delay is over. Models: 6.1. */
void delayed_work_timer_fn(struct timer_list *t)
{
	struct delayed_work *dwork = from_timer(dwork, t, timer);

	insert(dwork->wq, &dwork->work);
}
EXPORT_SYMBOL(delayed_work_timer_fn);

static void queue_delayed(struct workqueue_struct *wq, struct delayed_work *dwork,
			  unsigned long delay)
{
	dwork->wq = wq;
	if (delay)
		mod_timer(&dwork->timer, jiffies + delay);
	else
		insert(wq, &dwork->work);
}

/** queue_delayed_work_on() - the same after @delay jiffies. Models: 6.1. Context: any. */
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			   unsigned long delay)
{
	if (set_pending(&dwork->work))
		return false;
	queue_delayed(wq, dwork, delay);
	return true;
}
EXPORT_SYMBOL(queue_delayed_work_on);

/*
 * Take a pending item away from wherever it is; true if it was pending, and then it still has the
 * bit.
 */
static bool grab_pending(struct work_struct *work, struct timer_list *timer)
{
	for (;;) {
		if (timer && del_timer(timer))
			return true;
		if (!test_and_set_bit(FB_WORK_PENDING_BIT, &work->data))
			return false;
		if (!list_empty(&work->entry)) {
			list_del_init(&work->entry);
			wake_up_var(&progress);
			return true;
		}
		/* Between the timer and the queue, or in another's hands: it will come. */
		cpu_relax();
	}
}

/**
 * mod_delayed_work_on() - set the delay anew; true if it was pending. Models: 6.1. Context: any.
 */
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay)
{
	bool was = grab_pending(&dwork->work, &dwork->timer);

	fb_race_release(&dwork->work.data);
	queue_delayed(wq, dwork, delay);
	return was;
}
EXPORT_SYMBOL(mod_delayed_work_on);

static void rcu_work_rcufn(struct rcu_head *rcu)
{
	struct rcu_work *rwork = container_of(rcu, struct rcu_work, rcu);

	insert(rwork->wq, &rwork->work);
}

/** queue_rcu_work() - the same after a grace period. Models: 6.1. */
bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork)
{
	if (set_pending(&rwork->work))
		return false;
	rwork->wq = wq;
	call_rcu(&rwork->rcu, rcu_work_rcufn);
	return true;
}
EXPORT_SYMBOL(queue_rcu_work);

/*
 * Is a queuing numbered @from..@to pending on @wq, or running? Looks at no item that may be gone:
 * one that runs may have freed itself.
 */
static bool outstanding(const struct workqueue_struct *wq, unsigned long from, unsigned long to)
{
	const struct work_struct *w;

	list_for_each_entry(w, &wq->pending, entry)
		if (w->seq >= from && w->seq <= to)
			return true;
	for (unsigned int i = 0; i < nr_workers; i++)
		if (workers[i].work && workers[i].wq == wq && workers[i].seq >= from &&
		    workers[i].seq <= to)
			return true;
	return false;
}

static void wait_for(struct workqueue_struct *wq, unsigned long from, unsigned long to)
{
	struct work_struct *mine = current_work();
	struct worker *w = mine ? running(mine) : NULL;

	if (w && w->wq == wq && w->seq >= from && w->seq <= to)
		fb_report_fatal(FB_DEADLOCK, 0, NULL, "a work item waits for its own end");
	wait_var_event(&progress, !outstanding(wq, from, to));
	fb_race_acquire(wq);
}

/* What the caller holds must not be taken by items of @wq. */
static void may_wait_for(struct workqueue_struct *wq)
{
	lock_map_acquire(&wq->dep_map);
	lock_map_release(&wq->dep_map);
}

/*
 * Kernel: to see that @work is idle takes the lock of its last pool, after those whose run has
 * ended there.
 */
static void found_idle(struct work_struct *work)
{
	if (work->wq)
		fb_race_acquire(work->wq);
}

/** flush_work() - wait until it has run; false if it was idle. Models: 6.1. Context: may sleep. */
bool flush_work(struct work_struct *work)
{
	struct workqueue_struct *wq;
	struct worker *w;
	unsigned long seq;

	fb_might_sleep("flush_work()");
	fb_point(FB_PT_WORK, work);
	w = running(work);
	if (list_empty(&work->entry) && !w) {
		found_idle(work);
		return false;
	}
	/*
	 * The last queuing counts; an item does not run twice at once, so a run that goes on ends
	 * before it.
	 */
	wq = list_empty(&work->entry) ? w->wq : work->wq;
	seq = list_empty(&work->entry) ? w->seq : work->seq;
	may_wait_for(wq);
	wait_for(wq, seq, seq);
	return true;
}
EXPORT_SYMBOL(flush_work);

/** cancel_work() - not to run any more; a run that goes on goes on. Models: 6.1. Context: any. */
bool cancel_work(struct work_struct *work)
{
	bool was = grab_pending(work, NULL);

	__clear_bit(FB_WORK_PENDING_BIT, &work->data);
	return was;
}
EXPORT_SYMBOL(cancel_work);

static bool cancel_sync(struct work_struct *work, struct timer_list *timer)
{
	struct worker *w;
	bool was;

	fb_might_sleep("cancel_work_sync()");
	was = grab_pending(work, timer);
	/* With the bit set it cannot be queued again, not even by itself. */
	w = running(work);
	if (w) {
		may_wait_for(w->wq);
		wait_for(w->wq, w->seq, w->seq);
	} else {
		found_idle(work);
	}
	__clear_bit(FB_WORK_PENDING_BIT, &work->data);
	return was;
}

/**
 * cancel_work_sync() - and wait for a run that goes on; true if it was pending. Models: 6.1.
 *	Context: may sleep.
 */
bool cancel_work_sync(struct work_struct *work)
{
	return cancel_sync(work, NULL);
}
EXPORT_SYMBOL(cancel_work_sync);

/** flush_delayed_work() - run it now and wait. Models: 6.1. */
bool flush_delayed_work(struct delayed_work *dwork)
{
	if (del_timer_sync(&dwork->timer))
		insert(dwork->wq, &dwork->work);
	return flush_work(&dwork->work);
}
EXPORT_SYMBOL(flush_delayed_work);

/** cancel_delayed_work() - true if it was pending. Models: 6.1. Context: any. */
bool cancel_delayed_work(struct delayed_work *dwork)
{
	bool was = grab_pending(&dwork->work, &dwork->timer);

	__clear_bit(FB_WORK_PENDING_BIT, &dwork->work.data);
	return was;
}
EXPORT_SYMBOL(cancel_delayed_work);

/** cancel_delayed_work_sync() - and wait for a run that goes on. Models: 6.1. */
bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return cancel_sync(&dwork->work, &dwork->timer);
}
EXPORT_SYMBOL(cancel_delayed_work_sync);

/** flush_rcu_work() - wait for the grace period and the run. Models: 6.1. */
bool flush_rcu_work(struct rcu_work *rwork)
{
	if (test_bit(FB_WORK_PENDING_BIT, &rwork->work.data))
		rcu_barrier();
	return flush_work(&rwork->work);
}
EXPORT_SYMBOL(flush_rcu_work);

/** work_busy() - WORK_BUSY_*. Models: 6.1. */
unsigned int work_busy(struct work_struct *work)
{
	return (work_pending(work) ? WORK_BUSY_PENDING : 0) |
	       (running(work) ? WORK_BUSY_RUNNING : 0);
}
EXPORT_SYMBOL(work_busy);

/** current_work() - what current runs, if it is a worker. Models: 6.1. */
struct work_struct *current_work(void)
{
	for (unsigned int i = 0; i < nr_workers; i++)
		if (workers[i].task == current)
			return workers[i].work;
	return NULL;
}
EXPORT_SYMBOL(current_work);

/** current_is_workqueue_rescuer() - false: there are none. Models: 6.1. */
bool current_is_workqueue_rescuer(void)
{
	return false;
}

/**
 * alloc_workqueue() - a new queue
 * @fmt: its name
 * @flags: WQ_*
 * @max_active: how many of its items run at once; 0 for the default
 *
 * A queue that nobody destroys is a leak. Models: 6.1. Fault point "alloc". Context: may sleep.
 * Return: the queue, or NULL when out of memory.
 */
struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq;
	va_list args;

	might_sleep();
	if (fb_fault("alloc"))
		return NULL;
	for (wq = queues; wq < queues + MAX_QUEUES && wq->used; wq++)
		;
	if (wq == queues + MAX_QUEUES)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "more than %d work queues", MAX_QUEUES);
	*wq = (struct workqueue_struct){ .flags = flags, .used = true };
	wq->max_active = max_active ? (unsigned int)max_active : WQ_DFL_ACTIVE;
	INIT_LIST_HEAD(&wq->pending);
	va_start(args, max_active);
	fb_vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	lockdep_init_map(&wq->dep_map, wq->name, NULL, 0);
	fb_obj_new(wq, "workqueue", wq->name);
	fb_get(FB_RES_WORKQUEUE, wq, 0);
	return wq;
}
EXPORT_SYMBOL(alloc_workqueue);

/**
 * flush_workqueue() - wait for everything that was queued before. Models: 6.1. Context: may sleep.
 */
void flush_workqueue(struct workqueue_struct *wq)
{
	fb_might_sleep("flush_workqueue()");
	fb_point(FB_PT_WORK, wq);
	may_wait_for(wq);
	if (outstanding(wq, 0, last_seq))
		wait_for(wq, 0, last_seq);
	fb_race_acquire(wq);
}
EXPORT_SYMBOL(flush_workqueue);

/**
 * drain_workqueue() - until it is empty; only its own items may queue more. Models: 6.1. Context:
 *	may sleep.
 */
void drain_workqueue(struct workqueue_struct *wq)
{
	wq->draining = true;
	do {
		flush_workqueue(wq);
	} while (!list_empty(&wq->pending) || wq->active);
	wq->draining = false;
}
EXPORT_SYMBOL(drain_workqueue);

/** destroy_workqueue() - drains it first. Models: 6.1. Context: may sleep. */
void destroy_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
	fb_put(FB_RES_WORKQUEUE, wq, 0);
	fb_obj_gone(wq);
	wq->used = false;
}
EXPORT_SYMBOL(destroy_workqueue);

static int workqueue_init_early(void)
{
	struct workqueue_struct *wq;

	system_wq = alloc_workqueue("events", 0, 0);
	system_highpri_wq = alloc_workqueue("events_highpri", WQ_HIGHPRI, 0);
	system_long_wq = alloc_workqueue("events_long", 0, 0);
	system_unbound_wq = alloc_workqueue("events_unbound", WQ_UNBOUND, WQ_UNBOUND_MAX_ACTIVE);
	system_freezable_wq = alloc_workqueue("events_freezable", WQ_FREEZABLE, 0);
	system_power_efficient_wq =
		alloc_workqueue("events_power_efficient", WQ_POWER_EFFICIENT, 0);
	/* Nobody ever destroys these. */
	for (wq = queues; wq < queues + MAX_QUEUES && wq->used; wq++)
		fb_forget(FB_RES_WORKQUEUE, wq);
	return system_wq && system_highpri_wq && system_long_wq && system_unbound_wq &&
			       system_freezable_wq && system_power_efficient_wq ?
		       0 :
		       -ENOMEM;
}
early_initcall(workqueue_init_early);
