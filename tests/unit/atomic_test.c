// SPDX-License-Identifier: GPL-2.0
/* Atomics and bits: Documentation/atomic_t.txt, atomic_bitops.txt. */
#include "shim_run.h"
#include <linux/atomic.h>
#include <linux/bit_spinlock.h>
#include <linux/bitops.h>

static atomic_t counter;
static unsigned long bits, plain;

static void returns(void *arg)
{
	atomic_t a = ATOMIC_INIT(5);
	atomic64_t b = ATOMIC64_INIT(-1);
	atomic_long_t l = ATOMIC_LONG_INIT(1);
	int old = 7;

	CHECK(atomic_add_return(2, &a) == 7 && atomic_fetch_add(1, &a) == 7);
	CHECK(atomic_sub_return(3, &a) == 5 && atomic_fetch_sub(1, &a) == 5);
	CHECK(atomic_xchg(&a, 9) == 4 && atomic_cmpxchg(&a, 8, 1) == 9 &&
	      atomic_cmpxchg(&a, 9, 7) == 9);
	CHECK(atomic_try_cmpxchg(&a, &old, 0) && !atomic_try_cmpxchg(&a, &old, 1) && old == 0);
	CHECK(!atomic_inc_not_zero(&a) && atomic_read(&a) == 0);
	CHECK(atomic_inc_return(&a) == 1 && atomic_dec_and_test(&a) && !atomic_inc_and_test(&a));
	CHECK(atomic_dec_if_positive(&a) == 0 && atomic_dec_if_positive(&a) == -1 &&
	      atomic_read(&a) == 0);
	CHECK(atomic_add_negative(-1, &a) && !atomic_inc_unless_negative(&a));
	CHECK(atomic_add_unless(&a, 5, 0) && atomic_read(&a) == 4 && !atomic_add_unless(&a, 1, 4));
	CHECK(atomic_fetch_andnot(4, &a) == 4 && atomic_fetch_or(3, &a) == 0 &&
	      atomic_fetch_xor(1, &a) == 3);
	CHECK(atomic64_inc_return(&b) == 0 && atomic64_add_return(1LL << 40, &b) == 1LL << 40);
	CHECK(atomic_long_dec_and_test(&l));
	/* They wrap, and that is defined. */
	atomic_set(&a, INT_MAX);
	CHECK(atomic_inc_return(&a) == INT_MIN);
}

static void arithmetic(void **state)
{
	RUN({ "a", returns });
}

static void counting(void *arg)
{
	for (int i = 0; i < 5; i++)
		atomic_inc(&counter);
}

static void torn_counting(void *arg)
{
	for (int i = 0; i < 5; i++) {
		unsigned long v = plain;

		fb_point(FB_PT_OTHER, NULL);
		plain = v + 1;
	}
}

static void increments_are_indivisible(void **state)
{
	int torn = 0;

	RUN_SEEDS(100, (assert_int_equal(counter.counter, 10), counter.counter = 0),
		  { "a", counting }, { "b", counting });
	plain = 0;
	RUN_SEEDS(100, (torn += plain != 10, plain = 0), { "a", torn_counting },
		  { "b", torn_counting });
	assert_true(torn > 0);
}

static void bit_functions(void *arg)
{
	unsigned long map[2] = { 0 };
	unsigned int flags = 0xf0;

	CHECK(!test_and_set_bit(70, map) && test_bit(70, map) && map[1] == 1UL << 6);
	CHECK(test_and_clear_bit(70, map) && !map[1]);
	CHECK(!test_and_change_bit(1, map) && map[0] == 2);
	CHECK(set_mask_bits(&flags, 0x30, 0x1) == 0xf0 && flags == 0xc1);
	CHECK(fls(0) == 0 && fls(1) == 1 && fls64(1ULL << 40) == 41 && __ffs(8) == 3 &&
	      ffz(7) == 3);
	CHECK(hweight32(0xff) == 8 && rol32(0x80000001, 1) == 3 && get_count_order(5) == 3);
	CHECK(sign_extend32(0x80, 7) == -128);
}

static void bitops(void **state)
{
	RUN({ "a", bit_functions });
}

static void bit_locker(void *arg)
{
	for (int i = 0; i < 4; i++) {
		unsigned long v;

		bit_spin_lock(0, &bits);
		v = plain;
		fb_point(FB_PT_OTHER, NULL);
		plain = v + 1;
		bit_spin_unlock(0, &bits);
	}
}

static void bit_spinlocks_exclude(void **state)
{
	plain = bits = 0;
	RUN_SEEDS(100, (assert_int_equal(plain, 12), plain = 0),
		  { "a", bit_locker }, { "b", bit_locker }, { "c", bit_locker });
}

static void releaser(void *arg)
{
	smp_store_release(&plain, 1);
	CHECK(smp_load_acquire((const unsigned long *)&plain) == 1);
	CHECK(xchg(&plain, 2) == 1 && cmpxchg(&plain, 2, 3) == 2 && plain == 3);
}

static void ordered_accesses(void **state)
{
	unsigned long points;

	RUN({ "a", releaser });
	points = fb_points_seen();
	assert_true(points >= 4);
}

static void watched(void *arg)
{
	static int object;
	atomic_long_t count = ATOMIC_LONG_INIT(1);

	fb_watch(&count, FB_RES_FILE, &object);
	fb_get(FB_RES_FILE, &object, 0);
	atomic_long_inc(&count);
	CHECK(fb_held(FB_RES_FILE, &object, 0) == 2);
	CHECK(atomic_long_inc_not_zero(&count));
	CHECK(!atomic_long_dec_and_test(&count));
	atomic_long_sub(2, &count);
	CHECK(fb_held(FB_RES_FILE, &object, 0) == 0);
	fb_unwatch(&count);
}

static void watched_counters_reach_the_ledger(void **state)
{
	RUN({ "a", watched });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arithmetic),
		cmocka_unit_test(increments_are_indivisible),
		cmocka_unit_test(bitops),
		cmocka_unit_test(bit_spinlocks_exclude),
		cmocka_unit_test(ordered_accesses),
		cmocka_unit_test(watched_counters_reach_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
