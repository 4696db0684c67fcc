/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/workqueue.h, Documentation/core-api/workqueue.rst. */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/timer.h>
#include <linux/linkage.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/list.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	unsigned long data;		/* FB_WORK_PENDING_BIT */
	struct list_head entry;
	work_func_t func;
	struct workqueue_struct *wq;	/* where it was queued last */
	unsigned long seq;		/* of that queuing; flushers wait for it */
	struct lockdep_map lockdep_map;
};

#define FB_WORK_PENDING_BIT	0

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
	int cpu;
};

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
};

enum {
	WORK_CPU_UNBOUND	= 1,
	WQ_UNBOUND		= 1 << 1,
	WQ_FREEZABLE		= 1 << 2,
	WQ_MEM_RECLAIM		= 1 << 3,
	WQ_HIGHPRI		= 1 << 4,
	WQ_CPU_INTENSIVE	= 1 << 5,
	WQ_SYSFS		= 1 << 6,
	WQ_POWER_EFFICIENT	= 1 << 7,
	__WQ_ORDERED		= 1 << 17,
	WQ_MAX_ACTIVE		= 512,
	WQ_UNBOUND_MAX_ACTIVE	= 512,
	WQ_DFL_ACTIVE		= WQ_MAX_ACTIVE / 2,
};

#define __WORK_INITIALIZER(n, f)						\
	{ .entry = { &(n).entry, &(n).entry }, .func = (f),			\
	  .lockdep_map = { .fb = { .name = #n } } }
#define __DELAYED_WORK_INITIALIZER(n, f, tflags)				\
	{ .work = __WORK_INITIALIZER((n).work, (f)),				\
	  .timer = __TIMER_INITIALIZER(delayed_work_timer_fn, (tflags)) }
#define DECLARE_WORK(n, f)		struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f)	struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)

void fb_work_init(struct work_struct *work, work_func_t func, const char *name,
		  struct lock_class_key *key);
void delayed_work_timer_fn(struct timer_list *t);

#define INIT_WORK(_work, _func)							\
	do {									\
		static struct lock_class_key __key;				\
		fb_work_init((_work), (_func), #_work, &__key);			\
	} while (0)
#define INIT_WORK_ONSTACK(_work, _func)		INIT_WORK(_work, _func)
#define INIT_DELAYED_WORK(_work, _func)						\
	do {									\
		INIT_WORK(&(_work)->work, (_func));				\
		timer_setup(&(_work)->timer, delayed_work_timer_fn, TIMER_IRQSAFE);	\
	} while (0)
#define INIT_DELAYED_WORK_ONSTACK(_work, _func)	INIT_DELAYED_WORK(_work, _func)
#define INIT_DEFERRABLE_WORK(_work, _func)	INIT_DELAYED_WORK(_work, _func)
#define INIT_RCU_WORK(_work, _func)		INIT_WORK(&(_work)->work, (_func))
#define PREPARE_WORK(_work, _func)		((void)((_work)->func = (_func)))

/* Objects on the stack need no debug registration here. */
#define destroy_work_on_stack(work)		((void)(work))
#define destroy_delayed_work_on_stack(work)	destroy_timer_on_stack(&(work)->timer)

#define work_pending(work)			test_bit(FB_WORK_PENDING_BIT, &(work)->data)
#define delayed_work_pending(w)			work_pending(&(w)->work)

static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

extern struct workqueue_struct *system_wq;
extern struct workqueue_struct *system_highpri_wq;
extern struct workqueue_struct *system_long_wq;
extern struct workqueue_struct *system_unbound_wq;
extern struct workqueue_struct *system_freezable_wq;
extern struct workqueue_struct *system_power_efficient_wq;

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
	__attribute__((format(printf, 1, 4)));
#define alloc_ordered_workqueue(fmt, flags, args...)				\
	alloc_workqueue(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##args)
#define create_workqueue(name)			alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name)	alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, name)
void destroy_workqueue(struct workqueue_struct *wq);
void flush_workqueue(struct workqueue_struct *wq);
void drain_workqueue(struct workqueue_struct *wq);

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *work,
			   unsigned long delay);
bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
			 unsigned long delay);
bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork);
bool flush_work(struct work_struct *work);
bool cancel_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
bool flush_rcu_work(struct rcu_work *rwork);
unsigned int work_busy(struct work_struct *work);
struct work_struct *current_work(void);
bool current_is_workqueue_rescuer(void);

#define WORK_BUSY_PENDING	1
#define WORK_BUSY_RUNNING	2

static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return queue_work_on(WORK_CPU_UNBOUND, wq, work);
}

static inline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				      unsigned long delay)
{
	return queue_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
				    unsigned long delay)
{
	return mod_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool schedule_work_on(int cpu, struct work_struct *work)
{
	return queue_work_on(cpu, system_wq, work);
}

static inline bool schedule_work(struct work_struct *work)
{
	return queue_work(system_wq, work);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
	return queue_delayed_work(system_wq, dwork, delay);
}

#define flush_scheduled_work()	flush_workqueue(system_wq)

#endif
