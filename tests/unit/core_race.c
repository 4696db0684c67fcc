// SPDX-License-Identifier: GPL-2.0
/*
 * The race detector: what each primitive orders is no race, and what it does not order is one. This
 * file is compiled as fs/fuse is in `make race`, so that its accesses are seen.
 */
#include "core_run.h"
#include <core/race.h>

struct stamp {
	long sec, nsec;
};

static struct {
	long data;
	long flag;
	char byte[8];
	struct stamp time, from[2], seen;
	int lock, other_lock, obj;
	void *memory;
	uint64_t epoch;
} s;

static struct fb_timer timer;

/* What data_race() calls (linux/kcsan-checks.h). */
void kcsan_disable_current(void);
void kcsan_enable_current(void);

static void write_data(void *arg)
{
	(void)arg;
	s.data = 1;
}

static void read_data(void *arg)
{
	(void)arg;
	__asm__ volatile("" : : "r"(s.data)); /* read, though for nothing */
}

/* --- plain and marked --- */

static void write_marked(void *arg)
{
	(void)arg;
	*(volatile long *)&s.data = 1;
}

static void read_marked(void *arg)
{
	long v = *(volatile long *)&s.data;

	(void)arg;
	(void)v;
}

static void write_byte_1(void *arg)
{
	(void)arg;
	s.byte[1] = 1;
}

static void write_byte_2(void *arg)
{
	(void)arg;
	s.byte[2] = 1;
}

static void copy_bytes(void *arg)
{
	char local[8];

	(void)arg;
	memcpy(local, s.byte, sizeof(local));
}

static void read_unwatched(void *arg)
{
	(void)arg;
	fb_race_pause();
	read_data(NULL);
	fb_race_resume();
}

/* --- locks --- */

static void locked(int *lock, bool shared, void (*fn)(void *arg))
{
	fb_lock_acquired(lock, NULL, shared ? FB_LOCK_SHARED : FB_LOCK_EXCL, 0);
	fn(NULL);
	fb_lock_released(lock);
}

static void write_owned(void *arg)
{
	(void)arg;
	locked(&s.lock, false, write_data);
}

static void write_other(void *arg)
{
	(void)arg;
	locked(&s.other_lock, false, write_data);
}

static void write_shared(void *arg)
{
	(void)arg;
	locked(&s.lock, true, write_data);
}

/* A lock of the books only, as around work items. */
static void write_mapped(void *arg)
{
	(void)arg;
	fb_lock_acquired(&s.lock, NULL, FB_LOCK_EXCL, FB_LOCK_MAP);
	write_data(NULL);
	fb_lock_released(&s.lock);
}

/* --- atomics and barriers --- */

static void flag(enum fb_atomic_op op, enum fb_order order)
{
	fb_race_atomic(&s.flag, sizeof(s.flag), op, order);
}

static void publish_release(void *arg)
{
	write_data(arg);
	flag(FB_STORE, FB_RELEASE);
}

static void publish_relaxed(void *arg)
{
	write_data(arg);
	flag(FB_STORE, FB_RELAXED);
}

static void publish_wmb(void *arg)
{
	write_data(arg);
	fb_race_fence(FB_RELEASE);
	flag(FB_STORE, FB_RELAXED);
}

static void publish_plain_wmb(void *arg)
{
	write_data(arg);
	fb_race_fence(FB_RELEASE);
	fb_race_pause();
	s.flag = 1;
	fb_race_resume();
	flag(FB_STORE, FB_RELAXED);
}

static void publish_full(void *arg)
{
	write_data(arg);
	flag(FB_RMW, FB_FULL);
}

/* A release, and a relaxed operation that goes on from it. */
static void publish_chain(void *arg)
{
	publish_release(arg);
	flag(FB_RMW, FB_RELAXED);
}

/* A relaxed store begins anew, though. */
static void publish_overwritten(void *arg)
{
	publish_release(arg);
	flag(FB_STORE, FB_RELAXED);
}

static void consume_acquire(void *arg)
{
	flag(FB_LOAD, FB_ACQUIRE);
	read_data(arg);
}

static void consume_relaxed(void *arg)
{
	flag(FB_LOAD, FB_RELAXED);
	read_data(arg);
}

static void consume_rmb(void *arg)
{
	flag(FB_LOAD, FB_RELAXED);
	fb_race_fence(FB_ACQUIRE);
	read_data(arg);
}

static void consume_full(void *arg)
{
	flag(FB_RMW, FB_FULL);
	read_data(arg);
}

/* READ_ONCE() of a pointer: what it leads to depends on it. */
static void consume_pointer(void *arg)
{
	long v = *(volatile long *)&s.flag;

	(void)v;
	read_data(arg);
}

static void release_obj(void *arg)
{
	write_data(arg);
	fb_race_release(&s.obj);
}

static void acquire_obj(void *arg)
{
	fb_race_acquire(&s.obj);
	read_data(arg);
}

/* --- tasks, sleeping, irqs, timers --- */

static void fork_after(void *arg)
{
	write_data(arg);
	fb_task_create("child", read_data, NULL);
}

static void fork_before(void *arg)
{
	fb_task_create("child", read_data, NULL);
	write_data(arg);
}

static void sleeps(void *arg)
{
	fb_block("wake-up", NULL);
	read_data(arg);
}

static void wakes(void *arg)
{
	write_data(arg);
	fb_wake(fb_task_at(0));
}

static void wakes_early(void *arg)
{
	fb_wake(fb_task_at(0));
	write_data(arg);
}

static void irq_after(void *arg)
{
	write_data(arg);
	fb_irq(read_data, NULL);
}

static void irq_before(void *arg)
{
	fb_irq(write_data, NULL);
	read_data(arg);
}

static void irq_locked(void *arg)
{
	(void)arg;
	fb_irq(write_owned, NULL);
	locked(&s.lock, false, read_data);
}

static void timer_after(void *arg)
{
	write_data(arg);
	fb_timer_set(&timer, 5, read_data, NULL);
	fb_block_until(10, "time", NULL);
}

static void timer_before(void *arg)
{
	fb_timer_set(&timer, 5, read_data, NULL);
	write_data(arg);
	fb_block_until(10, "time", NULL);
}

static void nothing(void *arg)
{
	(void)arg;
}

/* --- RCU --- */

static void reader(void *arg)
{
	fb_rcu_enter();
	read_data(arg);
	fb_rcu_exit();
}

static void grace_period(bool waits)
{
	uint64_t epoch = fb_rcu_epoch();

	while (!fb_rcu_passed(epoch))
		fb_yield();
	if (waits)
		fb_rcu_seen(epoch);
	write_data(NULL);
}

static void after_grace_period(void *arg)
{
	(void)arg;
	grace_period(true);
}

static void without_grace_period(void *arg)
{
	(void)arg;
	grace_period(false);
}

static void begin_grace_period(void *arg)
{
	(void)arg;
	s.epoch = fb_rcu_epoch();
}

/* The period had begun before the reader came, so its end says nothing of him. */
static void end_grace_period(void *arg)
{
	fb_rcu_seen(s.epoch);
	write_data(arg);
}

/* --- sequence counts --- */

static void seq_writer(void *arg)
{
	fb_race_seq_write(true);
	write_data(arg);
	fb_race_seq_write(false);
}

static void seq_reader(void *arg)
{
	fb_race_seq_read(true);
	read_data(arg);
	fb_race_seq_read(false);
}

/* --- memory --- */

static void make_memory(void *arg)
{
	(void)arg;
	s.memory = fb_mem_alloc(64, 8, FB_RES_MEM, "thing", true);
	fb_race_release(&s.obj);
}

static void use_memory(void *arg)
{
	(void)arg;
	fb_race_acquire(&s.obj);
	*(char *)s.memory = 1;
}

static void free_memory(void *arg)
{
	(void)arg;
	fb_race_acquire(&s.obj);
	fb_mem_free(s.memory);
}

static void use_new_memory(void *arg)
{
	(void)arg;
	*(char *)s.memory = 1;
}

static const struct program {
	const char *name;
	fb_task_fn fn[3];
	bool races;
} programs[] = {
	{"plain write, plain read", {write_data, read_data}, true},
	{"plain write, plain write", {write_data, write_data}, true},
	{"plain read, plain read", {read_data, read_data}, false},
	{"marked write, marked read", {write_marked, read_marked}, false},
	{"marked write, marked write", {write_marked, write_marked}, false},
	{"marked write, plain read", {write_marked, read_data}, true},
	{"plain write, marked read", {write_data, read_marked}, true},
	{"plain read, marked write", {read_data, write_marked}, true},
	{"neighbours in a word", {write_byte_1, write_byte_2}, false},
	{"one byte of a copy", {write_byte_1, copy_bytes}, true},
	{"data_race()", {write_data, read_unwatched}, false},
	{"a lock", {write_owned, write_owned}, false},
	{"another lock", {write_owned, write_other}, true},
	{"readers of a lock", {write_shared, write_shared}, true},
	{"owner, then reader of a lock", {write_owned, write_shared}, false},
	{"reader, then owner of a lock", {write_shared, write_owned}, false},
	{"no lock, but in the books", {write_mapped, write_mapped}, true},
	{"release, acquire", {publish_release, consume_acquire}, false},
	{"relaxed, acquire", {publish_relaxed, consume_acquire}, true},
	{"release, relaxed", {publish_release, consume_relaxed}, true},
	{"release, rmb", {publish_release, consume_rmb}, false},
	{"wmb, rmb", {publish_wmb, consume_rmb}, false},
	{"wmb, no rmb", {publish_wmb, consume_relaxed}, true},
	{"plain flag between wmb and rmb", {publish_plain_wmb, consume_rmb}, false},
	{"no wmb, rmb", {publish_relaxed, consume_rmb}, true},
	{"full, full", {publish_full, consume_full}, false},
	{"full, relaxed", {publish_full, consume_relaxed}, true},
	{"a release goes on", {publish_chain, consume_acquire}, false},
	{"a release is overwritten", {publish_overwritten, consume_acquire}, true},
	{"address dependency", {publish_release, consume_pointer}, false},
	{"address dependency on nothing", {publish_relaxed, consume_pointer}, true},
	{"hand over", {release_obj, acquire_obj}, false},
	{"taken, not given", {write_data, acquire_obj}, true},
	{"before fork", {fork_after}, false},
	{"after fork", {fork_before}, true},
	{"before a wake-up", {sleeps, wakes}, false},
	{"after a wake-up", {sleeps, wakes_early}, true},
	{"task, then irq", {irq_after}, false},
	{"irq, then task", {irq_before}, true},
	{"irq, then task, with a lock", {irq_locked}, false},
	{"before a timer is set", {timer_after}, false},
	{"after a timer is set", {timer_before}, true},
	{"section, grace period", {reader, after_grace_period}, false},
	{"section, no grace period", {reader, without_grace_period}, true},
	{"section in a grace period", {begin_grace_period, reader, end_grace_period}, true},
	{"sequence count", {seq_writer, seq_reader}, false},
	{"half a sequence count", {seq_writer, read_data}, true},
	{"memory handed over", {make_memory, use_memory}, false},
	{"memory not handed over", {make_memory, use_new_memory}, true},
	{"use and free", {make_memory, use_memory, free_memory}, true},
	{"nothing", {nothing, nothing}, false},
};

static void run_program(const struct program *p)
{
	memset(&s, 0, sizeof(s));
	memset(&timer, 0, sizeof(timer));
	begin(NULL);
	for (unsigned int i = 0; i < 3 && p->fn[i]; i++)
		fb_task_create(i == 0 ? "first" : i == 1 ? "second" : "third", p->fn[i], NULL);
	fb_run_loop();
	/*
	 * What the programs allocate is not freed by all of them, which is not the question here.
	 */
	if (s.memory && fb_mem_live(s.memory))
		fb_mem_free(s.memory);
	fb_run_end();
}

static void each_primitive(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const struct program *p = &programs[i];
		bool found = false;

		run_program(p);
		for (size_t k = 0; k < fb_nr_findings(); k++) {
			assert_int_equal(fb_finding_at(k)->kind, FB_DATA_RACE);
			found = true;
		}
		if (found != p->races) {
			print_all();
			fail_msg("%s: %s", p->name,
				 found ? "reported, but it is ordered" : "not reported");
		}
	}
}

static void both_stacks(void **state)
{
	const struct fb_finding *f;

	(void)state;
	run_program(&programs[0]);
	only(FB_DATA_RACE,
	     "plain read of 8 bytes of unnamed by second is not ordered after a plain write by first");
	f = fb_finding_at(0);
	assert_true(fb_stack_has(f->here, "read_data"));
	assert_true(fb_stack_has(f->other, "write_data"));
	assert_true(printed(0, "plain write of 8 bytes by first, at:"));
}

static unsigned int asked;

static bool all_known(const struct fb_race *r, void *arg)
{
	asked++;
	*(struct fb_race *)arg = *r;
	return true;
}

static void known(void **state)
{
	unsigned long met = fb_race_known_met();
	struct fb_race r;

	(void)state;
	fb_race_known(all_known, &r);
	for (unsigned int i = 0; i < 2; i++) {
		run_program(&programs[9]);
		assert_int_equal(fb_nr_findings(), 0);
	}
	fb_race_known(NULL, NULL);
	assert_int_equal(asked, 1);
	assert_int_equal(fb_race_known_met() - met, 2);
	assert_true(r.other_kind & FB_ACCESS_WRITE);
	assert_int_equal(r.kind, FB_ACCESS_READ);
	assert_string_equal(fb_stack_access(r.here), "copy_bytes");
	assert_string_equal(fb_stack_access(r.there), "write_byte_1");
}

/* Choice points at accesses are for fs/fuse only, so these pretend to be from there. */
#line 1 "fs/fuse/planted.c"

__attribute__((noinline)) static void set_time(struct stamp *to, const struct stamp *from)
{
	*to = *from;
}

__attribute__((noinline)) static void get_time(void)
{
	long sec = s.time.sec, nsec = s.time.nsec;

	s.seen.sec = sec;
	s.seen.nsec = nsec;
}

/* What is in data goes to flag. */
__attribute__((noinline)) static void moves(void)
{
	*(volatile long *)&s.flag = 1;
	*(volatile long *)&s.data = 0;
}

/* Looks where it goes to before where it comes from, the latter in data_race(). */
__attribute__((noinline)) static bool looks(void)
{
	bool there = *(volatile long *)&s.flag, here;

	kcsan_disable_current();
	here = s.data;
	kcsan_enable_current();
	return here || there;
}

#line 1 "tests/unit/core_race.c"

static void sets_time(void *arg)
{
	get_time();
	set_time(&s.time, arg);
}

static void gets_time(void *arg)
{
	(void)arg;
	get_time();
}

static void begin_random(uint64_t seed, bool access_points)
{
	struct fb_run_opts opts = { .name = "test",
				    .policy = FB_POLICY_RANDOM,
				    .seed = seed,
				    .access_points = access_points };

	memset(&s, 0, sizeof(s));
	begin(&opts);
}

/* How many of 200 schedules show seconds of one time and nanoseconds of another. */
static unsigned int torn(bool access_points)
{
	unsigned int n = 0;

	for (uint64_t seed = 1; seed <= 200; seed++) {
		begin_random(seed, access_points);
		s.from[0] = (struct stamp){1, 1};
		s.from[1] = (struct stamp){2, 2};
		fb_task_create("first", sets_time, &s.from[0]);
		fb_task_create("second", sets_time, &s.from[1]);
		fb_task_create("third", gets_time, NULL);
		fb_run_loop();
		fb_run_end();
		assert_true(fb_nr_findings() > 0);
		n += s.seen.sec != s.seen.nsec;
	}
	return n;
}

static void torn_time(void **state)
{
	(void)state;
	assert_int_equal(torn(false), 0);
	assert_true(torn(true) > 0);
}

static void puts_and_moves(void *arg)
{
	(void)arg;
	write_marked(NULL);
	fb_yield();
	moves();
}

static void looks_for_it(void *arg)
{
	*(bool *)arg = looks();
}

/* In how many of 200 schedules who looks finds it nowhere. */
static unsigned int missed(bool access_points)
{
	unsigned int n = 0;

	for (uint64_t seed = 1; seed <= 200; seed++) {
		bool seen = false;

		begin_random(seed, access_points);
		s.data = 1;
		fb_task_create("first", puts_and_moves, NULL);
		fb_task_create("second", looks_for_it, &seen);
		fb_run_loop();
		fb_run_end();
		assert_int_equal(fb_nr_findings(), 0);
		n += !seen;
	}
	return n;
}

static void marked_in_between(void **state)
{
	(void)state;
	assert_int_equal(missed(false), 0);
	assert_true(missed(true) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_primitive),
		cmocka_unit_test(both_stacks),
		cmocka_unit_test(known),
		cmocka_unit_test(torn_time),
		cmocka_unit_test(marked_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
