// SPDX-License-Identifier: GPL-2.0
/* refcount_t: the kernel's own linux/refcount.h and lib/refcount.c over the shim's atomics. */
#include "shim_run.h"
#include <linux/kref.h>
#include <linux/refcount.h>
#include <linux/slab.h>

static void *object;

static refcount_t *new_count(int n)
{
	refcount_t *r = kmalloc(sizeof(*r), GFP_KERNEL | __GFP_NOFAIL);

	object = r;
	refcount_set(r, n);
	return r;
}

static void arithmetic(void *arg)
{
	refcount_t *r = new_count(1);

	refcount_inc(r);
	CHECK(refcount_read(r) == 2);
	CHECK(fb_held(FB_RES_COUNT, r, 0) == 2);
	CHECK(refcount_inc_not_zero(r));
	CHECK(!refcount_dec_and_test(r));
	refcount_dec(r);
	CHECK(refcount_dec_if_one(r));
	CHECK(refcount_read(r) == 0);
	CHECK(!refcount_inc_not_zero(r));
	CHECK(fb_held(FB_RES_COUNT, r, 0) == 0);
	kfree(r);
}

static void counts(void **state)
{
	RUN({ "a", arithmetic });
}

static noinline void inc_at_zero(refcount_t *r)
{
	refcount_inc(r);
}

static void add_on_zero(void *arg)
{
	refcount_t *r = new_count(0);

	inc_at_zero(r);
	CHECK(refcount_read(r) == REFCOUNT_SATURATED);
	kfree(r);
}

static void addition_on_zero_is_use_after_free(void **state)
{
	RUN_BAD({ "a", add_on_zero });
	assert_null(shim_failed);
	assert_non_null(strstr(finding_of(FB_WARN)->text, "addition on 0; use-after-free"));
	assert_true(fb_stack_has(finding_of(FB_WARN)->here, "inc_at_zero"));
}

static void underflow(void *arg)
{
	refcount_t *r = new_count(1);

	CHECK(refcount_dec_and_test(r));
	CHECK(!refcount_dec_and_test(r));
	CHECK(refcount_read(r) == REFCOUNT_SATURATED);
	kfree(r);
}

static void underflow_saturates(void **state)
{
	RUN_BAD({ "a", underflow });
	assert_null(shim_failed);
	assert_non_null(strstr(finding_of(FB_WARN)->text, "underflow; use-after-free"));
	finding_of(FB_DOUBLE_PUT);
}

static void saturate(void *arg)
{
	refcount_t *r = new_count(1);

	refcount_set(r, INT_MAX);
	refcount_inc(r);
	CHECK(refcount_read(r) == REFCOUNT_SATURATED);
	/* It stays there, whatever comes. */
	CHECK(!refcount_dec_and_test(r));
	CHECK(refcount_read(r) == REFCOUNT_SATURATED);
	refcount_inc(r);
	CHECK(refcount_read(r) == REFCOUNT_SATURATED);
	kfree(r);
}

static void overflow_saturates(void **state)
{
	RUN_BAD({ "a", saturate });
	assert_null(shim_failed);
	assert_non_null(strstr(finding_of(FB_WARN)->text, "saturated; leaking memory"));
}

static int released;

static void release(struct kref *k)
{
	released++;
	kfree(k);
}

static void kref_putter(void *arg)
{
	kref_put(object, release);
}

static void kref_maker(void *arg)
{
	struct kref *k = kmalloc(sizeof(*k), GFP_KERNEL | __GFP_NOFAIL);

	kref_init(k);
	kref_get(k);
	kref_get(k);
	object = k;
	fb_task_new("p1", kref_putter, NULL);
	fb_task_new("p2", kref_putter, NULL);
	kref_put(k, release);
}

static void last_put_releases_once(void **state)
{
	released = 0;
	RUN_SEEDS(100, (assert_int_equal(released, 1), released = 0), { "a", kref_maker });
}

static noinline void extra_get(refcount_t *r)
{
	refcount_inc(r);
}

static void leaker(void *arg)
{
	extra_get(new_count(1));
}

static void leak_names_the_get(void **state)
{
	bool found = false;

	RUN_BAD({ "a", leaker });
	for (size_t i = 0; i < fb_nr_findings(); i++)
		found |= fb_finding_at(i)->kind == FB_LEAK &&
			 fb_stack_has(fb_finding_at(i)->other, "extra_get");
	if (!found)
		print_findings();
	assert_true(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(addition_on_zero_is_use_after_free),
		cmocka_unit_test(underflow_saturates),
		cmocka_unit_test(overflow_saturates),
		cmocka_unit_test(last_put_releases_once),
		cmocka_unit_test(leak_names_the_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
