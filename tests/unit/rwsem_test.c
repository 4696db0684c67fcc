// SPDX-License-Identifier: GPL-2.0
/* Read-write semaphores: kernel/locking/rwsem.c against the kernel's rules. */
#include "shim_run.h"
#include <linux/rwsem.h>
#include <linux/sched/signal.h>

static struct rw_semaphore sem;
static int readers, writers, most_readers;

static int setup(void **state)
{
	init_rwsem(&sem);
	readers = writers = most_readers = 0;
	return 0;
}

static void reader(void *arg)
{
	for (int i = 0; i < 3; i++) {
		down_read(&sem);
		if (++readers > most_readers)
			most_readers = readers;
		CHECK(!writers);
		fb_point(FB_PT_OTHER, NULL);
		CHECK(!writers);
		readers--;
		up_read(&sem);
	}
}

static void writer(void *arg)
{
	for (int i = 0; i < 3; i++) {
		down_write(&sem);
		CHECK(!writers++ && !readers);
		fb_point(FB_PT_OTHER, NULL);
		CHECK(writers-- == 1 && !readers);
		up_write(&sem);
	}
}

static void exclusion(void **state)
{
	int together = 0;

	RUN_SEEDS(300,
		  (assert_false(rwsem_is_locked(&sem)), together += most_readers > 1, setup(NULL)),
		  { "r1", reader }, { "r2", reader }, { "w1", writer }, { "w2", writer });
	assert_true(together > 10);
}

static void first_reader(void *arg)
{
	down_read(&sem);
	fb_yield();
	note("r1 ");
	/* A reader that comes after a waiting writer does not overtake it, not even by trying. */
	CHECK(!down_read_trylock(&sem));
	CHECK(!down_write_trylock(&sem));
	up_read(&sem);
}

static void then_writer(void *arg)
{
	down_write(&sem);
	note("w ");
	fb_yield();
	up_write(&sem);
}

static void late_reader(void *arg)
{
	down_read(&sem);
	note("r2");
	up_read(&sem);
}

static void writers_are_not_starved(void **state)
{
	RUN({ "r1", first_reader }, { "w", then_writer }, { "r2", late_reader });
	assert_string_equal(shim_log, "r1 w r2");
}

static void downgrader(void *arg)
{
	down_write(&sem);
	fb_yield();
	note("w ");
	downgrade_write(&sem);
	CHECK(lockdep_is_held_type(&sem, 1));
	fb_yield();
	note("still ");
	up_read(&sem);
}

static void downgrade(void **state)
{
	/* The reader in front gets in beside us, the writer behind it only after both have left. */
	RUN({ "d", downgrader }, { "r2", late_reader }, { "w", then_writer });
	assert_string_equal(shim_log, "w r2still w ");
}

static struct task_struct *victim;

static void killable_writer(void *arg)
{
	victim = current;
	CHECK(down_write_killable(&sem) == -EINTR);
	note("killed ");
	fb_signals_take(current);
}

static void killer(void *arg)
{
	down_read(&sem);
	fb_yield();
	send_sig(SIGKILL, victim, 0);
	fb_yield();
	fb_yield();
	note("up");
	up_read(&sem);
}

static void killed_writer_lets_readers_in(void **state)
{
	/* r2 queued behind the writer; once that one has given up, r2 shares with the killer. */
	RUN({ "k", killer }, { "w", killable_writer }, { "r2", late_reader });
	assert_string_equal(shim_log, "killed r2up");
	assert_false(rwsem_is_locked(&sem));
}

static void wrong_release(void *arg)
{
	down_write(&sem);
	up_read(&sem);
}

static void misuse_is_found(void **state)
{
	RUN_BAD({ "a", wrong_release });
	assert_non_null(strstr(finding_of(FB_LOCK_MISUSE)->text, "holds for writing"));
}

static noinline void leave_locked(void)
{
	down_write(&sem);
}

static void forgetful(void *arg)
{
	leave_locked();
	fb_audit_syscall_exit("write(2)");
}

static void held_at_return_is_found(void **state)
{
	RUN_BAD({ "a", forgetful });
	assert_true(fb_stack_has(finding_of(FB_LOCK_HELD)->other, "leave_locked"));
}

static void recursive(void *arg)
{
	down_write(&sem);
	down_write(&sem);
}

static void recursion_is_found(void **state)
{
	RUN_BAD({ "a", recursive });
	finding_of(FB_LOCK_MISUSE);
}

static void non_owner_taker(void *arg)
{
	down_read_non_owner(&sem);
}

static void non_owner_releaser(void *arg)
{
	up_read_non_owner(&sem);
	CHECK(!rwsem_is_locked(&sem));
}

static void non_owner(void **state)
{
	RUN({ "a", non_owner_taker }, { "b", non_owner_releaser });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(exclusion, setup),
		cmocka_unit_test_setup(writers_are_not_starved, setup),
		cmocka_unit_test_setup(downgrade, setup),
		cmocka_unit_test_setup(killed_writer_lets_readers_in, setup),
		cmocka_unit_test_setup(misuse_is_found, setup),
		cmocka_unit_test_setup(held_at_return_is_found, setup),
		cmocka_unit_test_setup(recursion_is_found, setup),
		cmocka_unit_test_setup(non_owner, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
