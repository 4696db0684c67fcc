// SPDX-License-Identifier: GPL-2.0
/* RCU grace periods: kernel/rcu/update.c against Documentation/RCU. */
#include "shim_run.h"
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/srcu.h>

struct thing {
	int value;
	struct rcu_head rcu;
};

static struct thing __rcu *published;
static int freed;

static struct thing *new_thing(int value)
{
	struct thing *t = kmalloc(sizeof(*t), GFP_KERNEL | __GFP_NOFAIL);

	t->value = value;
	return t;
}

static void free_thing(struct rcu_head *head)
{
	struct thing *t = container_of(head, struct thing, rcu);

	CHECK(in_softirq());
	t->value = -1;
	kfree(t);
	freed++;
}

static void reader(void *arg)
{
	for (int i = 0; i < 3; i++) {
		struct thing *t;

		rcu_read_lock();
		t = rcu_dereference(published);
		if (t) {
			CHECK(t->value >= 1 && t->value <= 3);
			fb_point(FB_PT_OTHER, NULL);
			CHECK(t->value >= 1 && t->value <= 3);
		}
		rcu_read_unlock();
	}
}

static void updater(void *arg)
{
	for (int i = 1; i <= 3; i++) {
		struct thing *old = rcu_dereference_protected(published, true);

		rcu_assign_pointer(published, new_thing(i));
		if (old)
			call_rcu(&old->rcu, free_thing);
	}
	kfree_rcu(rcu_dereference_protected(published, true), rcu);
	RCU_INIT_POINTER(published, NULL);
	rcu_barrier();
	CHECK(freed == 2);
}

static void readers_see_live_objects(void **state)
{
	RUN_SEEDS(300, (freed = 0, published = NULL), { "r1", reader }, { "r2", reader },
		  { "u", updater });
}

static void impatient(void *arg)
{
	struct thing *old = rcu_dereference_protected(published, true);

	fb_yield();
	RCU_INIT_POINTER(published, NULL);
	kfree(old);
}

static noinline void look(struct thing *t)
{
	fb_yield();
	fb_yield();
	CHECK(READ_ONCE(t->value) == 7);
}

static void slow_reader(void *arg)
{
	rcu_assign_pointer(published, new_thing(7));
	rcu_read_lock();
	look(rcu_dereference(published));
	rcu_read_unlock();
}

static void free_without_grace_period_is_found(void **state)
{
	static const struct shim_task tasks[] = { { "r", slow_reader }, { "u", impatient } };
	struct fb_run_opts opts = { .name = "test", .guard = true };
	const struct fb_finding *f;

	assert_int_equal(run_with(&opts, tasks, 2), FB_RUN_FINDING);
	f = finding_of(FB_USE_AFTER_FREE);
	assert_true(fb_stack_has(f->here, "look"));
	assert_true(fb_stack_has(f->other, "impatient"));
}

static void long_reader(void *arg)
{
	rcu_read_lock();
	rcu_read_lock();
	note("in ");
	fb_yield();
	fb_yield();
	rcu_read_unlock();
	fb_yield();
	note("out ");
	rcu_read_unlock();
}

static void synchronizer(void *arg)
{
	unsigned long cookie = get_state_synchronize_rcu();

	CHECK(!poll_state_synchronize_rcu(cookie));
	synchronize_rcu();
	CHECK(poll_state_synchronize_rcu(cookie));
	note("sync");
}

static void later_reader(void *arg)
{
	/* Began after synchronize_rcu(), which therefore does not wait for it. */
	rcu_read_lock();
	for (int i = 0; i < 20; i++)
		fb_yield();
	note(" late");
	rcu_read_unlock();
}

static void synchronize_waits_for_old_readers_only(void **state)
{
	RUN({ "r", long_reader }, { "s", synchronizer }, { "l", later_reader });
	assert_string_equal(shim_log, "in out sync late");
}

static void callback_waits_for_reader(void *arg)
{
	struct thing *t = new_thing(1);

	call_rcu(&t->rcu, free_thing);
	for (int i = 0; i < 4; i++)
		fb_yield();
	CHECK(freed == 0);		/* the reader is still inside */
	note("none ");
	rcu_barrier();
	CHECK(freed == 1);
	note("freed");
}

static void very_long_reader(void *arg)
{
	rcu_read_lock();
	for (int i = 0; i < 8; i++)
		fb_yield();
	note("out ");
	rcu_read_unlock();
}

static void callbacks_wait_for_a_grace_period(void **state)
{
	freed = 0;
	RUN({ "r", very_long_reader }, { "c", callback_waits_for_reader });
	assert_string_equal(shim_log, "none out freed");
}

static void sleeps_inside(void *arg)
{
	rcu_read_lock();
	might_sleep();
	rcu_read_unlock();
}

static void sleep_in_section_is_found(void **state)
{
	RUN_BAD({ "a", sleeps_inside });
	finding_of(FB_SLEEP_ATOMIC);
}

static noinline void naked_dereference(void)
{
	CHECK(!rcu_dereference(published));
}

static void no_section(void *arg)
{
	published = NULL;
	naked_dereference();
	CHECK(!rcu_dereference_check(published, true));
}

static void dereference_outside_is_found(void **state)
{
	RUN_BAD({ "a", no_section });
	assert_int_equal(fb_nr_findings(), 1);
	assert_true(fb_stack_has(finding_of(FB_RCU)->here, "naked_dereference"));
}

static void unbalanced(void *arg)
{
	rcu_read_lock();
	fb_audit_syscall_exit("read(2)");
}

static void section_left_open_is_found(void **state)
{
	RUN_BAD({ "a", unbalanced });
	finding_of(FB_RCU);
}

static struct srcu_struct srcu;

static void srcu_reader(void *arg)
{
	int idx = srcu_read_lock(&srcu);

	might_sleep();
	note("in ");
	fb_yield();
	fb_yield();
	note("out ");
	srcu_read_unlock(&srcu, idx);
}

static void srcu_synchronizer(void *arg)
{
	synchronize_srcu(&srcu);
	note("sync");
	cleanup_srcu_struct(&srcu);
}

static void srcu_readers_may_sleep(void **state)
{
	assert_int_equal(init_srcu_struct(&srcu), 0);
	RUN({ "r", srcu_reader }, { "s", srcu_synchronizer });
	assert_string_equal(shim_log, "in out sync");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_see_live_objects),
		cmocka_unit_test(free_without_grace_period_is_found),
		cmocka_unit_test(synchronize_waits_for_old_readers_only),
		cmocka_unit_test(callbacks_wait_for_a_grace_period),
		cmocka_unit_test(sleep_in_section_is_found),
		cmocka_unit_test(dereference_outside_is_found),
		cmocka_unit_test(section_left_open_is_found),
		cmocka_unit_test(srcu_readers_may_sleep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
