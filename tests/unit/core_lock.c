// SPDX-License-Identifier: GPL-2.0
/* Lock rules. */
#include "core_run.h"

static int a, b, c, a2;
static const int key_a, key_b, key_c;
static const struct fb_lock_map map_a = {&key_a, "A", 0}, map_b = {&key_b, "B", 0},
				map_c = {&key_c, "C", 0};
static const struct fb_lock_map map_a_nested = {&key_a, "A", 1};

static void take_flags(int *lock, const struct fb_lock_map *map, enum fb_lock_mode mode,
		       unsigned int flags)
{
	fb_lock_check(lock, map, mode, flags);
	fb_lock_acquired(lock, map, mode, flags);
}

static void take(int *lock, const struct fb_lock_map *map)
{
	take_flags(lock, map, FB_LOCK_EXCL, 0);
}

__attribute__((noinline)) static void a_then_b(void)
{
	take(&a, &map_a);
	take(&b, &map_b);
	fb_lock_released(&b);
	fb_lock_released(&a);
}

__attribute__((noinline)) static void b_then_a(void)
{
	take(&b, &map_b);
	take(&a, &map_a);
	fb_lock_released(&a);
	fb_lock_released(&b);
}

static void abba(void *arg)
{
	(void)arg;
	a_then_b();
	a_then_b();
	b_then_a();
	b_then_a();
}

static void order(void **state)
{
	const struct fb_finding *f;

	(void)state;
	assert_int_equal(run_task(NULL, abba, NULL), FB_RUN_FINDING);
	only(FB_LOCK_ORDER,
	     "\"A\" (unnamed) is taken while \"B\" (unnamed) is held; elsewhere the order is opposite");
	f = fb_finding_at(0);
	assert_true(fb_stack_has(f->here, "b_then_a"));
	assert_true(fb_stack_has(f->other, "a_then_b"));
	assert_true(printed(0, "opposite order: \"B\" taken by app while \"A\" was held, at"));
}

static void circle(void *arg)
{
	(void)arg;
	a_then_b();
	take(&b, &map_b);
	take(&c, &map_c);
	fb_lock_released(&c);
	fb_lock_released(&b);
	take(&c, &map_c);
	take(&a, &map_a);
	fb_lock_released(&a);
	fb_lock_released(&c);
}

static void order_of_three(void **state)
{
	(void)state;
	run_task(NULL, circle, NULL);
	only(FB_LOCK_ORDER, "by way of others");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "circle"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "a_then_b"));
}

static void harmless(void *arg)
{
	(void)arg;
	a_then_b();
	/* A trylock waits for nobody. */
	take(&b, &map_b);
	take_flags(&a, &map_a, FB_LOCK_EXCL, FB_LOCK_TRY);
	fb_lock_released(&a);
	fb_lock_released(&b);
	/* A subclass, or an outer lock that orders them. */
	take(&a, &map_a);
	take(&a2, &map_a_nested);
	fb_lock_released(&a);
	fb_lock_released(&a2);
	take(&a, &map_a);
	take_flags(&a2, &map_a, FB_LOCK_EXCL, FB_LOCK_NEST);
	fb_lock_released(&a2);
	fb_lock_released(&a);
	/* A recursive reader. */
	take_flags(&c, &map_c, FB_LOCK_SHARED, FB_LOCK_RECURSIVE_READ);
	take_flags(&c, &map_c, FB_LOCK_SHARED, FB_LOCK_RECURSIVE_READ);
	take(&a, &map_a);
	fb_lock_released(&a);
	fb_lock_released(&c);
	fb_lock_released(&c);
	take(&a, &map_a);
	take_flags(&c, &map_c, FB_LOCK_SHARED, FB_LOCK_RECURSIVE_READ);
	fb_lock_released(&c);
	fb_lock_released(&a);
}

static void no_false_alarm(void **state)
{
	(void)state;
	if (run_task(NULL, harmless, NULL) != FB_RUN_OK)
		print_all();
	assert_int_equal(fb_nr_findings(), 0);
}

static void same_class(void *arg)
{
	(void)arg;
	take(&a, &map_a);
	take(&a2, &map_a);
	fb_lock_released(&a2);
	fb_lock_released(&a);
}

static void same_class_nested(void **state)
{
	(void)state;
	run_task(NULL, same_class, NULL);
	only(FB_LOCK_ORDER, "without a subclass");
}

static void twice(void *arg)
{
	(void)arg;
	take(&a, &map_a);
	take(&a, &map_a);
	fb_trace("not reached");
}

static void recursion(void **state)
{
	(void)state;
	run_task(NULL, twice, NULL);
	only(FB_LOCK_MISUSE, "is taken by a task that holds it");
	assert_true(fb_stack_has(fb_finding_at(0)->other, "twice"));
	assert_int_equal(fb_trace_len(), 1);
}

static void takes_and_waits(void *arg)
{
	(void)arg;
	take(&a, &map_a);
	fb_yield();
}

static void releases(void *arg)
{
	(void)arg;
	fb_lock_released(&a);
	fb_lock_released(&b);
}

static void wrong_release(void **state)
{
	(void)state;
	begin(NULL);
	fb_task_create("holder", takes_and_waits, NULL);
	fb_task_create("thief", releases, NULL);
	fb_run_loop();
	fb_run_end();
	assert_int_equal(fb_nr_findings(), 2);
	assert_int_equal(fb_finding_at(0)->kind, FB_LOCK_MISUSE);
	assert_non_null(
		strstr(fb_finding_at(0)->text, "released by another task than its holder, holder"));
	assert_true(fb_stack_has(fb_finding_at(0)->here, "releases"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "takes_and_waits"));
	assert_non_null(strstr(fb_finding_at(1)->text, "nobody holds"));
}

static void hands_over(void *arg)
{
	(void)arg;
	take(&a, &map_a);
	fb_lock_disown(&a);
	take_flags(&b, &map_b, FB_LOCK_SHARED, FB_LOCK_OWNERLESS);
	fb_yield();
}

static void takes_over(void *arg)
{
	(void)arg;
	fb_lock_adopt(&a, &map_a, FB_LOCK_EXCL, 0);
	fb_trace("held %d %d %d", fb_lock_held(&a), fb_lock_held_excl(&a), fb_lock_held(&b));
	fb_lock_released(&a);
	fb_lock_released(&b);
}

static void hand_over(void **state)
{
	(void)state;
	begin(NULL);
	fb_task_create("one", hands_over, NULL);
	fb_task_create("two", takes_over, NULL);
	fb_run_loop();
	assert_int_equal(fb_run_end(), FB_RUN_OK);
	assert_string_equal(fb_trace_line(0), "1 0 two: held 1 1 0");
}

static void keeps(void *arg)
{
	(void)arg;
	take(&a, &map_a);
	take_flags(&b, &map_b, FB_LOCK_EXCL, FB_LOCK_SPIN);
	fb_might_sleep("copy_to_user");
	fb_trace("atomic %u", fb_atomic_depth());
	fb_audit_syscall_exit("pwrite64");
	fb_lock_released(&b);
	fb_trace("atomic %u", fb_atomic_depth());
}

static void lock_held(void **state)
{
	(void)state;
	run_task(NULL, keeps, NULL);
	assert_int_equal(fb_nr_findings(), 3);
	assert_int_equal(fb_finding_at(0)->kind, FB_SLEEP_ATOMIC);
	assert_true(fb_stack_has(fb_finding_at(0)->other, "keeps"));
	assert_int_equal(fb_finding_at(1)->kind, FB_LOCK_HELD);
	assert_non_null(strstr(fb_finding_at(1)->text,
			       "\"A\" (unnamed) still held when pwrite64 returns to user space"));
	assert_true(fb_stack_has(fb_finding_at(1)->other, "keeps"));
	assert_int_equal(fb_finding_at(2)->kind, FB_LOCK_HELD);
	assert_non_null(strstr(fb_trace_line(1), "atomic 1"));
	assert_non_null(strstr(fb_trace_line(fb_trace_len() - 1), "atomic 0"));
}

static void frees_held(void *arg)
{
	int *lock = fb_mem_alloc(64, 8, FB_RES_MEM, "inode", true);

	(void)arg;
	take(lock + 2, &map_a);
	fb_mem_free(lock);
	fb_lock_released(lock + 2);
}

static void freed_while_held(void **state)
{
	(void)state;
	run_task(NULL, frees_held, NULL);
	only(FB_LOCK_MISUSE, "memory of a held lock is freed: \"A\" (inode[1]+8), held by app");
}

static const unsigned int spin = FB_LOCK_SPIN;

__attribute__((noinline)) static void take_spin(int *lock, const struct fb_lock_map *map)
{
	take_flags(lock, map, FB_LOCK_EXCL, spin);
	fb_lock_released(lock);
}

__attribute__((noinline)) static void handler_takes(void *lock)
{
	take_spin(lock, lock == &a ? &map_a : &map_b);
}

__attribute__((noinline)) static void takes_with_irqs_on(void)
{
	take_spin(&a, &map_a);
}

static void irq_after_use(void *arg)
{
	(void)arg;
	takes_with_irqs_on();
	fb_irq(handler_takes, &a);
	fb_irq(handler_takes, &a);
	takes_with_irqs_on();
}

static void irq_unsafe(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, irq_after_use, NULL), FB_RUN_FINDING);
	only(FB_LOCK_MISUSE,
	     "inconsistent use of \"A\" (unnamed): taken in an irq handler, but held "
	     "with irqs enabled by app");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "handler_takes"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "takes_with_irqs_on"));
	assert_true(printed(0, "taken with irqs enabled at"));
}

static void use_after_irq(void *arg)
{
	(void)arg;
	fb_irq(handler_takes, &a);
	takes_with_irqs_on();
}

static void irq_unsafe_later(void **state)
{
	(void)state;
	assert_int_equal(run_task(NULL, use_after_irq, NULL), FB_RUN_FINDING);
	only(FB_LOCK_MISUSE, "held with irqs enabled, but taken in an irq handler by app");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "takes_with_irqs_on"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "handler_takes"));
	assert_true(printed(0, "taken in an irq handler at"));
}

/* Stacks are only for the report: without them the same is found. */
static void irq_unsafe_without_stacks(void **state)
{
	const struct fb_run_opts o = {.name = "test", .no_stacks = true};

	(void)state;
	assert_int_equal(run_task(&o, irq_after_use, NULL), FB_RUN_FINDING);
	only(FB_LOCK_MISUSE, "inconsistent use of \"A\" (unnamed)");
	assert_int_equal(run_task(&o, use_after_irq, NULL), FB_RUN_FINDING);
	only(FB_LOCK_MISUSE, "held with irqs enabled, but taken in an irq handler by app");
}

static void safe_uses(void *arg)
{
	(void)arg;
	/* Raised while irqs are off: comes when they are on again, and the lock is free. */
	fb_irqs_disable();
	take_flags(&a, &map_a, FB_LOCK_EXCL, spin);
	fb_irq_raise(handler_takes, &a);
	fb_lock_released(&a);
	fb_trace("still off");
	fb_irqs_enable();
	/* A handler that waits for nobody; readers that do not exclude each other. */
	fb_irqs_disable();
	take_flags(&c, &map_c, FB_LOCK_SHARED, spin | FB_LOCK_RECURSIVE_READ);
	fb_lock_released(&c);
	fb_irqs_enable();
	take_flags(&c, &map_c, FB_LOCK_SHARED, spin | FB_LOCK_RECURSIVE_READ);
	fb_lock_released(&c);
}

static void reads_and_tries(void *arg)
{
	(void)arg;
	take_flags(&c, &map_c, FB_LOCK_SHARED, spin | FB_LOCK_RECURSIVE_READ);
	fb_lock_released(&c);
	take_flags(&b, &map_b, FB_LOCK_EXCL, spin | FB_LOCK_TRY);
	fb_lock_released(&b);
}

static void safe(void *arg)
{
	safe_uses(arg);
	fb_irq(reads_and_tries, NULL);
	reads_and_tries(NULL);
	take_spin(&b, &map_b);
}

static void irq_safe(void **state)
{
	(void)state;
	if (run_task(NULL, safe, NULL) != FB_RUN_OK)
		print_all();
	assert_int_equal(fb_nr_findings(), 0);
}

static void enabled_too_early(void *arg)
{
	(void)arg;
	fb_irq(handler_takes, &a);
	fb_irqs_disable();
	take_flags(&a, &map_a, FB_LOCK_EXCL, spin);
	fb_irqs_enable();
	fb_lock_released(&a);
}

static void irqs_enabled_under_lock(void **state)
{
	(void)state;
	run_task(NULL, enabled_too_early, NULL);
	only(FB_LOCK_MISUSE, "held with irqs enabled, but taken in an irq handler by app");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "enabled_too_early"));
}

__attribute__((noinline)) static void a_then_b_irqs_off(void)
{
	fb_irqs_disable();
	take_flags(&a, &map_a, FB_LOCK_EXCL, spin);
	take_spin(&b, &map_b);
	fb_lock_released(&a);
	fb_irqs_enable();
}

__attribute__((noinline)) static void b_with_irqs_on(void)
{
	take_spin(&b, &map_b);
}

/* The three uses in each order: the last one is the finding. */
static void irq_order_any(void *arg)
{
	unsigned int first = *(unsigned int *)arg;

	for (unsigned int i = 0; i < 3; i++) {
		switch ((first + i) % 3) {
		case 0:
			a_then_b_irqs_off();
			break;
		case 1:
			b_with_irqs_on();
			break;
		case 2:
			fb_irq(handler_takes, &a);
			break;
		}
	}
}

static void irq_order(void **state)
{
	(void)state;
	for (unsigned int first = 0; first < 3; first++) {
		assert_int_equal(run_task(NULL, irq_order_any, &first), FB_RUN_FINDING);
		only(FB_LOCK_ORDER,
		     "\"B\" is held with irqs enabled, and is waited for while \"A\" is "
		     "held, which an irq handler takes");
		assert_true(fb_stack_has(fb_finding_at(0)->other, "handler_takes"));
		assert_true(printed(0, "b_with_irqs_on"));
		assert_true(printed(0, "a_then_b_irqs_off"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(order_of_three),
		cmocka_unit_test(no_false_alarm),
		cmocka_unit_test(same_class_nested),
		cmocka_unit_test(recursion),
		cmocka_unit_test(wrong_release),
		cmocka_unit_test(hand_over),
		cmocka_unit_test(lock_held),
		cmocka_unit_test(freed_while_held),
		cmocka_unit_test(irq_unsafe),
		cmocka_unit_test(irq_unsafe_later),
		cmocka_unit_test(irq_unsafe_without_stacks),
		cmocka_unit_test(irq_safe),
		cmocka_unit_test(irqs_enabled_under_lock),
		cmocka_unit_test(irq_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
