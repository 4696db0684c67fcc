// SPDX-License-Identifier: GPL-2.0
/*
 * The race detector and the shim's primitives: what the kernel documents as ordered is no race, and
 * what it does not is one. core_race.c has the same for what core itself orders. Only `make race`
 * builds the shim with the detector; elsewhere this program is skipped.
 */
#include "shim_run.h"
#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/task_work.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define SKIPPED 77

static long data;
static int flag;

static void write_data(void)
{
	data = 1;
}

static void read_data(void)
{
	OPTIMIZER_HIDE_VAR(data); /* read, though for nothing */
}

/* Orders nothing: the flag is marked, and no more. */
static void raise_flag(void)
{
	WRITE_ONCE(flag, 1);
}

static void await_flag(void)
{
	while (!READ_ONCE(flag))
		fb_yield();
}

static void writes_raises(void *arg)
{
	write_data();
	raise_flag();
}

static void awaits_reads(void *arg)
{
	await_flag();
	read_data();
}

/* --- work queues --- */

static struct workqueue_struct *wq;
static struct delayed_work dwork;

static void work_reads(struct work_struct *w)
{
	read_data();
}

static void work_writes(struct work_struct *w)
{
	writes_raises(NULL);
}

static void with_queue(work_func_t fn, void (*program)(void))
{
	wq = alloc_workqueue("test", 0, 0);
	INIT_DELAYED_WORK(&dwork, fn);
	program();
	if (wq)
		destroy_workqueue(wq);
}

static void queue_after(void)
{
	write_data();
	queue_work(wq, &dwork.work);
}

static void queue_before(void)
{
	queue_work(wq, &dwork.work);
	write_data();
}

static void delay_after(void)
{
	write_data();
	queue_delayed_work(wq, &dwork, 5);
	flush_delayed_work(&dwork);
}

static void flush(void)
{
	queue_work(wq, &dwork.work);
	flush_work(&dwork.work);
	read_data();
}

static void flush_idle(void)
{
	queue_work(wq, &dwork.work);
	await_flag();
	fb_yield();
	CHECK(!flush_work(&dwork.work));
	read_data();
}

static void cancel(void)
{
	queue_work(wq, &dwork.work);
	await_flag();
	cancel_work_sync(&dwork.work);
	read_data();
}

static void destroy(void)
{
	queue_work(wq, &dwork.work);
	destroy_workqueue(wq);
	wq = NULL;
	read_data();
}

static void flush_nothing(void)
{
	queue_work(wq, &dwork.work);
	await_flag();
	read_data();
}

static void queues_after(void *arg)
{
	with_queue(work_reads, queue_after);
}

static void queues_before(void *arg)
{
	with_queue(work_reads, queue_before);
}

static void delays_after(void *arg)
{
	with_queue(work_reads, delay_after);
}

static void flushes(void *arg)
{
	with_queue(work_writes, flush);
}

static void flushes_idle(void *arg)
{
	with_queue(work_writes, flush_idle);
}

static void cancels(void *arg)
{
	with_queue(work_writes, cancel);
}

static void destroys(void *arg)
{
	with_queue(work_writes, destroy);
}

static void flushes_nothing(void *arg)
{
	with_queue(work_writes, flush_nothing);
}

/* --- timers --- */

static struct timer_list timer;

static void timer_writes(struct timer_list *t)
{
	writes_raises(NULL);
}

static void timer_reads(struct timer_list *t)
{
	read_data();
}

static void sets_timer_after(void *arg)
{
	timer_setup(&timer, timer_reads, 0);
	write_data();
	mod_timer(&timer, jiffies + 5);
	schedule_timeout_uninterruptible(10);
}

static void sets_timer_before(void *arg)
{
	timer_setup(&timer, timer_reads, 0);
	mod_timer(&timer, jiffies + 5);
	write_data();
	schedule_timeout_uninterruptible(10);
}

static void waits_for_timer(bool sync)
{
	timer_setup(&timer, timer_writes, 0);
	mod_timer(&timer, jiffies + 5);
	schedule_timeout_uninterruptible(10);
	if (sync)
		del_timer_sync(&timer);
	else
		del_timer(&timer);
	read_data();
}

static void deletes_timer_sync(void *arg)
{
	waits_for_timer(true);
}

static void deletes_timer(void *arg)
{
	waits_for_timer(false);
}

/* --- work of a task --- */

static struct task_struct *worker;
static struct callback_head task_work;

static void callback_reads(struct callback_head *head)
{
	read_data();
}

static void runs_works(void *arg)
{
	WRITE_ONCE(worker, current);
	await_flag();
	task_work_run();
}

static void adds_work_after(void *arg)
{
	init_task_work(&task_work, callback_reads);
	write_data();
	task_work_add(READ_ONCE(worker), &task_work, TWA_NONE);
	raise_flag();
}

static void adds_work_before(void *arg)
{
	init_task_work(&task_work, callback_reads);
	task_work_add(READ_ONCE(worker), &task_work, TWA_NONE);
	write_data();
	raise_flag();
}

/* --- SRCU and RCU --- */

static struct srcu_struct srcu;

static void srcu_reader(void *arg)
{
	int idx = srcu_read_lock(&srcu);

	raise_flag();
	fb_yield();
	read_data();
	srcu_read_unlock(&srcu, idx);
}

static void srcu_updater(void *arg)
{
	await_flag();
	synchronize_srcu(&srcu);
	write_data();
}

static void srcu_hasty(void *arg)
{
	await_flag();
	write_data();
}

static struct thing {
	long value;
	struct rcu_head rcu;
} thing, __rcu *published;

static void reads_published(void *arg)
{
	struct thing *t;

	await_flag();
	rcu_read_lock();
	t = rcu_dereference(published);
	if (t)
		OPTIMIZER_HIDE_VAR(t->value);
	rcu_read_unlock();
}

static void publishes(void *arg)
{
	thing.value = 1;
	rcu_assign_pointer(published, &thing);
	raise_flag();
}

static void publishes_plainly(void *arg)
{
	thing.value = 1;
	WRITE_ONCE(published, (struct thing __rcu *)&thing);
	raise_flag();
}

static void rcu_reader(void *arg)
{
	rcu_read_lock();
	raise_flag();
	fb_yield();
	read_data();
	rcu_read_unlock();
}

static void callback_writes(struct rcu_head *head)
{
	write_data();
}

static void calls_rcu(void *arg)
{
	await_flag();
	call_rcu(&thing.rcu, callback_writes);
	rcu_barrier();
	read_data();
}

/* --- completions and wait queues --- */

static DECLARE_COMPLETION(done);
static DECLARE_WAIT_QUEUE_HEAD(queue);

static void waits_for_completion(void *arg)
{
	wait_for_completion(&done);
	read_data();
}

static void completes(void *arg)
{
	write_data();
	complete(&done);
}

static void completes_early(void *arg)
{
	complete(&done);
	write_data();
}

static void waits_for_event(void *arg)
{
	wait_event(queue, smp_load_acquire(&flag));
	read_data();
}

static void wakes(void *arg)
{
	write_data();
	smp_store_release(&flag, 1);
	wake_up(&queue);
}

static void wakes_early(void *arg)
{
	smp_store_release(&flag, 1);
	wake_up(&queue);
	write_data();
}

/* --- locks and counts --- */

static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);
static DEFINE_SPINLOCK(spinlock);
static refcount_t count;
static unsigned long bits;

static void mutex_writer(void *arg)
{
	mutex_lock(&mutex);
	write_data();
	mutex_unlock(&mutex);
}

static void rwsem_writer(void *arg)
{
	down_write(&rwsem);
	write_data();
	up_write(&rwsem);
}

static void rwsem_reader(void *arg)
{
	down_read(&rwsem);
	read_data();
	up_read(&rwsem);
}

static void writes_as_reader(void *arg)
{
	down_read(&rwsem);
	write_data();
	up_read(&rwsem);
}

static void downgrades(void *arg)
{
	down_write(&rwsem);
	write_data();
	downgrade_write(&rwsem);
	fb_yield();
	up_read(&rwsem);
}

static void spin_writer(void *arg)
{
	unsigned long flags;

	spin_lock_irqsave(&spinlock, flags);
	write_data();
	spin_unlock_irqrestore(&spinlock, flags);
}

static void takes_reference_off(void *arg)
{
	write_data();
	if (refcount_dec_and_test(&count))
		read_data();
}

static void takes_last_reference_off(void *arg)
{
	if (refcount_dec_and_test(&count))
		read_data();
}

static void takes_off_early(void *arg)
{
	bool last = refcount_dec_and_test(&count);

	write_data();
	CHECK(!last);
}

static void bit_writer(void *arg)
{
	while (test_and_set_bit_lock(0, &bits))
		fb_yield();
	write_data();
	clear_bit_unlock(0, &bits);
}

static void bit_writer_relaxed(void *arg)
{
	while (test_and_set_bit_lock(0, &bits))
		fb_yield();
	write_data();
	clear_bit(0, &bits);
}

static const struct program {
	const char *name;
	void (*fn[2])(void *arg);
	bool races;
} programs[] = {
	{ "a marked flag", { awaits_reads, writes_raises }, true },
	{ "before queue_work()", { queues_after }, false },
	{ "after queue_work()", { queues_before }, true },
	{ "before queue_delayed_work()", { delays_after }, false },
	{ "work, flush_work()", { flushes }, false },
	{ "work that has ended, flush_work()", { flushes_idle }, false },
	{ "work, cancel_work_sync()", { cancels }, false },
	{ "work, destroy_workqueue()", { destroys }, false },
	{ "work, a marked flag", { flushes_nothing }, true },
	{ "before mod_timer()", { sets_timer_after }, false },
	{ "after mod_timer()", { sets_timer_before }, true },
	{ "timer, del_timer_sync()", { deletes_timer_sync }, false },
	{ "timer, del_timer()", { deletes_timer }, true },
	{ "before task_work_add()", { runs_works, adds_work_after }, false },
	{ "after task_work_add()", { runs_works, adds_work_before }, true },
	{ "SRCU section, synchronize_srcu()", { srcu_reader, srcu_updater }, false },
	{ "SRCU section, no grace period", { srcu_reader, srcu_hasty }, true },
	{ "rcu_assign_pointer(), rcu_dereference()", { reads_published, publishes }, false },
	{ "a marked pointer, rcu_dereference()", { reads_published, publishes_plainly }, true },
	{ "RCU section, call_rcu(), rcu_barrier()", { rcu_reader, calls_rcu }, false },
	{ "before complete()", { waits_for_completion, completes }, false },
	{ "after complete()", { waits_for_completion, completes_early }, true },
	{ "before wake_up()", { waits_for_event, wakes }, false },
	{ "after wake_up()", { waits_for_event, wakes_early }, true },
	{ "mutex", { mutex_writer, mutex_writer }, false },
	{ "rwsem, writer and reader", { rwsem_writer, rwsem_reader }, false },
	{ "rwsem, a reader writes", { writes_as_reader, rwsem_reader }, true },
	{ "rwsem, downgraded", { downgrades, rwsem_reader }, false },
	{ "spinlock", { spin_writer, spin_writer }, false },
	{ "mutex and spinlock", { mutex_writer, spin_writer }, true },
	{ "refcount_dec_and_test()", { takes_reference_off, takes_last_reference_off }, false },
	{ "after refcount_dec_and_test()", { takes_off_early, takes_last_reference_off }, true },
	{ "bit lock", { bit_writer, bit_writer }, false },
	{ "bit lock, clear_bit()", { bit_writer_relaxed, bit_writer }, true },
};

static void run_program(const struct program *p)
{
	const struct shim_task tasks[] = { { "first", p->fn[0] }, { "second", p->fn[1] } };

	data = flag = 0;
	bits = 0;
	worker = NULL;
	RCU_INIT_POINTER(published, NULL);
	refcount_set(&count, 2);
	reinit_completion(&done);
	run_with(NULL, tasks, p->fn[1] ? 2 : 1);
	if (shim_failed)
		fail_msg("%s: line %d: %s", p->name, shim_failed_line, shim_failed);
}

static void each_primitive(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		const struct program *p = &programs[i];

		run_program(p);
		for (size_t k = 0; k < fb_nr_findings(); k++) {
			if (!p->races || fb_finding_at(k)->kind != FB_DATA_RACE) {
				print_findings();
				fail_msg("%s: this is ordered", p->name);
			}
		}
		if (p->races && !fb_nr_findings())
			fail_msg("%s: not reported", p->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_primitive),
	};

	if (!IS_ENABLED(CONFIG_KCSAN)) {
		fputs("skipped: the shim is built without the race detector; make race runs this\n",
		      stderr);
		return SKIPPED;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
