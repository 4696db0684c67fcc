// SPDX-License-Identifier: GPL-2.0
/* Memory: mm/slab.c, mm/page_alloc.c, mm/util.c against the kernel's rules. */
#include "shim_run.h"
#include <linux/mm.h>
#include <linux/mempool.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

struct item {
	int constructed;
	char text[20];
};

static void ctor(void *p)
{
	((struct item *)p)->constructed = 42;
}

static void caches(void *arg)
{
	struct kmem_cache *s = kmem_cache_create("item", sizeof(struct item), 0, 0, ctor);
	struct item *a = kmem_cache_alloc(s, GFP_KERNEL);
	struct kmem_cache *z = KMEM_CACHE(item, 0);
	struct item *b = kmem_cache_zalloc(z, GFP_KERNEL);

	CHECK(a->constructed == 42);
	CHECK(!memchr_inv(b, 0, sizeof(*b)));
	CHECK(kmem_cache_size(s) == sizeof(struct item));
	kmem_cache_free(s, a);
	kmem_cache_free(z, b);
	kmem_cache_destroy(s);
	kmem_cache_destroy(z);
	kmem_cache_destroy(NULL);
}

static void cache_life(void **state)
{
	RUN({ "a", caches });
}

static void destroys_early(void *arg)
{
	struct kmem_cache *s = kmem_cache_create("item", sizeof(struct item), 0, 0, NULL);

	kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_destroy(s);
}

static void destroys_before_free(void *arg)
{
	struct kmem_cache *s = kmem_cache_create("item", sizeof(struct item), 0, 0, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_destroy(s);
	kmem_cache_free(s, p);
}

static void destroy_with_objects_is_found(void **state)
{
	RUN_BAD({ "a", destroys_early });
	assert_non_null(strstr(fb_finding_at(0)->text, "type item never freed"));
	RUN_BAD({ "a", destroys_before_free });
	assert_int_equal(fb_finding_at(0)->kind, FB_CONTRACT);
	assert_non_null(strstr(fb_finding_at(0)->text, "is freed after its cache"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "destroys_before_free"));
}

static void request_leaker(void *arg)
{
	struct kmem_cache *s = kmem_cache_create("fuse_request", 64, 0, 0, NULL);

	kmem_cache_alloc(s, GFP_KERNEL);
}

static void open_request_is_found(void **state)
{
	RUN_BAD({ "a", request_leaker });
	assert_true(fb_stack_has(finding_of(FB_REQUEST_OPEN)->other, "request_leaker"));
}

static void sizes(void *arg)
{
	volatile size_t too_many = SIZE_MAX / 2;
	char *p = kmalloc(100, GFP_KERNEL), *q;

	CHECK(ksize(p) == 100);
	strcpy(p, "kept");
	q = krealloc(p, 300, GFP_KERNEL);
	CHECK(!strcmp(q, "kept") && ksize(q) == 300);
	kfree(q);
	kfree(NULL);
	p = kmalloc(0, GFP_KERNEL);
	CHECK(p == ZERO_SIZE_PTR && ksize(p) == 0);
	kfree(p);
	CHECK(!kmalloc_array(too_many, 4, GFP_KERNEL));
	CHECK(!kvmalloc_array(too_many, 4, GFP_KERNEL));
	CHECK(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	p = kvmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL);
	CHECK(p);
	kvfree(p);
	p = kmalloc(PAGE_SIZE, GFP_KERNEL);
	CHECK(PAGE_ALIGNED(p));
	kfree(p);
	p = kstrdup("abc", GFP_KERNEL);
	q = kstrndup("abcdef", 3, GFP_KERNEL);
	CHECK(!strcmp(p, q) && !kstrdup(NULL, GFP_KERNEL));
	kfree(p);
	kfree(q);
	p = kasprintf(GFP_KERNEL, "%s-%d-%lu", "x", -3, 7UL);
	CHECK(!strcmp(p, "x--3-7"));
	kfree(p);
}

static void kmalloc_family(void **state)
{
	RUN({ "a", sizes });
}

static noinline void allocate_there(void)
{
	kfree(kmalloc(8, GFP_KERNEL));
}

static void atomic_allocator(void *arg)
{
	DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kfree(kmalloc(8, GFP_ATOMIC));
	allocate_there();
	spin_unlock(&lock);
}

static void gfp_kernel_under_spinlock_is_found(void **state)
{
	RUN_BAD({ "a", atomic_allocator });
	assert_int_equal(fb_nr_findings(), 1);
	assert_true(fb_stack_has(finding_of(FB_SLEEP_ATOMIC)->here, "allocate_there"));
}

static void failing(void *arg)
{
	void *p;

	CHECK(!kmalloc(8, GFP_KERNEL));
	CHECK(!alloc_page(GFP_KERNEL));
	CHECK(!kvzalloc(8, GFP_KERNEL));
	CHECK(!kstrdup("x", GFP_KERNEL));
	p = kmalloc(8, GFP_KERNEL | __GFP_NOFAIL);
	CHECK(p);
	kfree(p);
}

static void allocations_are_fault_points(void **state)
{
	static const struct shim_task task = { "a", failing };
	struct fb_run_opts opts = { .name = "test", .fault_at = 1, .fault_persistent = true };

	checked(run_with(&opts, &task, 1));
}

static void page_life(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	char *data = page_address(page);

	CHECK(!memchr_inv(data, 0, PAGE_SIZE));
	CHECK(virt_to_page(data + 100) == page);
	CHECK(page_ref_count(page) == 1);
	get_page(page);
	CHECK(fb_held(FB_RES_PAGE, page, 0) == 2);
	put_page(page);
	__free_page(page);
	page = alloc_pages(GFP_KERNEL, 2);
	CHECK(page_address(page + 3) == page_address(page) + 3 * PAGE_SIZE);
	CHECK(virt_to_page(page_address(page) + 2 * PAGE_SIZE + 1) == page + 2);
	__free_pages(page, 2);
	free_page(get_zeroed_page(GFP_KERNEL));
}

static void pages(void **state)
{
	RUN({ "a", page_life });
}

static noinline void extra_get(struct page *page)
{
	get_page(page);
}

static void page_leaker(void *arg)
{
	struct page *page = alloc_page(GFP_KERNEL);

	extra_get(page);
	__free_page(page);
}

static void leaked_page_names_the_get(void **state)
{
	bool found = false;

	RUN_BAD({ "a", page_leaker });
	for (size_t i = 0; i < fb_nr_findings(); i++)
		found |= strstr(fb_finding_at(i)->text, "page") != NULL;
	assert_true(found);
}

static char user_buffer[3 * 4096];

static void gup(void *arg)
{
	struct page *pages[3], *again;
	unsigned long start = ((unsigned long)user_buffer + PAGE_SIZE - 1) & PAGE_MASK;

	CHECK(get_user_pages_fast(start, 2, FOLL_WRITE, pages) == 2);
	strcpy((char *)start + 5000, "hello");
	CHECK(!strcmp(page_address(pages[1]) + 5000 - PAGE_SIZE, "hello"));
	CHECK(get_user_pages_fast(start, 1, 0, &again) == 1);
	CHECK(again == pages[0] && page_ref_count(again) == 2);
	put_page(again);
	unpin_user_pages(pages, 2);
	CHECK(get_user_pages_fast(4096, 1, 0, pages) == -EFAULT);
}

static void user_pages(void **state)
{
	RUN({ "a", gup });
}

static noinline void overrun(char *p)
{
	p[24] = 1;
}

static void overrunner(void *arg)
{
	char *p = kmalloc(24, GFP_KERNEL);

	overrun(p);
	kfree(p);
}

static void overrun_is_found(void **state)
{
	RUN_BAD({ "a", overrunner });
	finding_of(FB_OVERRUN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_life),
		cmocka_unit_test(destroy_with_objects_is_found),
		cmocka_unit_test(open_request_is_found),
		cmocka_unit_test(kmalloc_family),
		cmocka_unit_test(gfp_kernel_under_spinlock_is_found),
		cmocka_unit_test(allocations_are_fault_points),
		cmocka_unit_test(pages),
		cmocka_unit_test(leaked_page_names_the_get),
		cmocka_unit_test(user_pages),
		cmocka_unit_test(overrun_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
