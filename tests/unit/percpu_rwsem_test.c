// SPDX-License-Identifier: GPL-2.0
/*
 * Freeze protection and what it is made of: kernel/locking/percpu-rwsem.c against the kernel's
 * rules.
 */
#include "shim_run.h"
#include <linux/fs.h>
#include <linux/percpu-rwsem.h>

static struct percpu_rw_semaphore sem;
static int readers, writers, most_readers;
static int super;	/* stands for a super block */

static int setup(void **state)
{
	assert_int_equal(percpu_init_rwsem(&sem), 0);
	readers = writers = most_readers = 0;
	return 0;
}

static int setup_freeze(void **state)
{
	setup(state);
	percpu_rwsem_is_freeze_level(&sem, &super, SB_FREEZE_WRITE);
	return 0;
}

static void reader(void *arg)
{
	for (int i = 0; i < 3; i++) {
		percpu_down_read(&sem);
		if (++readers > most_readers)
			most_readers = readers;
		CHECK(!writers);
		fb_point(FB_PT_OTHER, NULL);
		CHECK(!writers);
		readers--;
		percpu_up_read(&sem);
	}
}

static void writer(void *arg)
{
	for (int i = 0; i < 2; i++) {
		percpu_down_write(&sem);
		CHECK(!writers++ && !readers);
		fb_point(FB_PT_OTHER, NULL);
		CHECK(writers-- == 1 && !readers);
		percpu_up_write(&sem);
	}
}

static void exclusion(void **state)
{
	int together = 0;

	RUN_SEEDS(300,
		  (assert_false(percpu_is_write_locked(&sem)), assert_int_equal(sem.readers, 0),
		   together += most_readers > 1, setup(NULL)),
		  { "r1", reader }, { "r2", reader }, { "w1", writer }, { "w2", writer });
	assert_true(together > 10);
}

static void draining_writer(void *arg)
{
	percpu_down_write(&sem);
	note("w ");
	percpu_up_write(&sem);
}

static void first_reader(void *arg)
{
	percpu_down_read(&sem);
	fb_yield();
	/* The writer waits for us, and new readers for the writer. */
	CHECK(percpu_is_write_locked(&sem));
	CHECK(!percpu_down_read_trylock(&sem));
	note("r1 ");
	percpu_up_read(&sem);
}

static void late_reader(void *arg)
{
	percpu_down_read(&sem);
	note("r2");
	percpu_up_read(&sem);
}

static void writer_stops_new_readers_and_drains_old(void **state)
{
	RUN({ "r1", first_reader }, { "w", draining_writer }, { "r2", late_reader });
	assert_string_equal(shim_log, "r1 w r2");
}

static void first_writer(void *arg)
{
	percpu_down_write(&sem);
	fb_yield();
	note("w1 ");
	percpu_up_write(&sem);
}

static void front_reader(void *arg)
{
	percpu_down_read(&sem);
	note("front ");
	fb_yield();
	fb_yield();
	percpu_up_read(&sem);
}

static void an_unlock_serves_up_to_the_next_writer(void **state)
{
	RUN({ "w1", first_writer }, { "front", front_reader }, { "w2", draining_writer },
	    { "r2", late_reader });
	assert_string_equal(shim_log, "w1 front w r2");
}

static void starter(void *arg)
{
	percpu_down_read(&sem);
	percpu_rwsem_release(&sem, true, _THIS_IP_);
	CHECK(!percpu_rwsem_is_held(&sem));
	fb_audit_syscall_exit("io_submit(2)");
}

static void completer(void *arg)
{
	CHECK(fb_held(FB_RES_FREEZE, &super, SB_FREEZE_WRITE) == 1);
	percpu_rwsem_acquire(&sem, true, _THIS_IP_);
	CHECK(percpu_rwsem_is_held(&sem));
	percpu_up_read(&sem);
}

static void another_task_may_give_back(void **state)
{
	RUN({ "submitter", starter }, { "completer", completer });
	assert_int_equal(sem.readers, 0);
}

static noinline void start_write(void)
{
	percpu_down_read(&sem);
}

static void forgetful(void *arg)
{
	start_write();
	fb_audit_syscall_exit("write(2)");
}

static void protection_kept_is_found(void **state)
{
	RUN_BAD({ "a", forgetful });
	assert_true(fb_stack_has(finding_of(FB_FREEZE_KEPT)->other, "start_write"));
}

static void submit_and_forget(void *arg)
{
	start_write();
	percpu_rwsem_release(&sem, true, _THIS_IP_);
	fb_audit_syscall_exit("io_submit(2)");
}

static void protection_never_given_back_is_found(void **state)
{
	RUN_BAD({ "a", submit_and_forget });
	assert_true(fb_stack_has(finding_of(FB_FREEZE_KEPT)->other, "start_write"));
}

static void up_too_often(void *arg)
{
	percpu_down_read(&sem);
	percpu_up_read(&sem);
	percpu_up_read(&sem);
}

static void unbalanced_is_found(void **state)
{
	RUN_BAD({ "a", up_too_often });
	finding_of(FB_LOCK_MISUSE);
}

static struct percpu_rw_semaphore levels[SB_FREEZE_LEVELS];

static void nest(int outer, int inner)
{
	percpu_down_read(&levels[outer]);
	percpu_down_read(&levels[inner]);
	percpu_up_read(&levels[inner]);
	percpu_up_read(&levels[outer]);
}

static void init_levels(void)
{
	static struct lock_class_key keys[SB_FREEZE_LEVELS];
	static const char *const names[] = { "sb_writers", "sb_pagefaults", "sb_internal" };

	for (int i = 0; i < SB_FREEZE_LEVELS; i++) {
		assert_int_equal(__percpu_init_rwsem(&levels[i], names[i], &keys[i]), 0);
		percpu_rwsem_is_freeze_level(&levels[i], &super, (unsigned int)i + 1);
	}
}

static void good_order(void *arg)
{
	nest(0, 1);
	nest(0, 2);
	nest(1, 2);
}

static void bad_order(void *arg)
{
	nest(0, 1);
	nest(1, 0);
}

static void levels_have_an_order(void **state)
{
	init_levels();
	RUN({ "a", good_order });
	init_levels();
	RUN_BAD({ "a", bad_order });
	assert_non_null(strstr(finding_of(FB_LOCK_ORDER)->text, "sb_writers"));
}

static void init_under_fault(void *arg)
{
	struct percpu_rw_semaphore s;

	CHECK(percpu_init_rwsem(&s) == -ENOMEM);
}

static void init_may_fail(void **state)
{
	static const struct shim_task task = { "a", init_under_fault };
	struct fb_run_opts opts = { .name = "test", .fault_at = 1 };

	checked(run_with(&opts, &task, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(exclusion, setup),
		cmocka_unit_test_setup(writer_stops_new_readers_and_drains_old, setup),
		cmocka_unit_test_setup(an_unlock_serves_up_to_the_next_writer, setup),
		cmocka_unit_test_setup(another_task_may_give_back, setup_freeze),
		cmocka_unit_test_setup(protection_kept_is_found, setup_freeze),
		cmocka_unit_test_setup(protection_never_given_back_is_found, setup_freeze),
		cmocka_unit_test_setup(unbalanced_is_found, setup),
		cmocka_unit_test(levels_have_an_order),
		cmocka_unit_test(init_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
