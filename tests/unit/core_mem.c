// SPDX-License-Identifier: GPL-2.0
/* Guarded and unguarded memory: use after free, overruns, bad frees, leaks, faults. */
#include "core_run.h"

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif
#ifndef ASAN
#define ASAN 0
#endif

#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

static const struct fb_run_opts guarded = {.name = "test", .guard = true};
static const struct fb_run_opts plain = {.name = "test"};

__attribute__((noinline)) static char *allocate(size_t size)
{
	char *p = fb_mem_alloc(size, 8, FB_RES_MEM, "fuse_file", false);

	__asm__ volatile("" : "+r"(p));
	return p;
}

__attribute__((noinline)) static void release(char *p)
{
	fb_mem_free(p);
	__asm__ volatile("");
}

__attribute__((noinline)) static void touch(volatile char *p)
{
	*p = 1;
	__asm__ volatile("");
}

static volatile char sink;

__attribute__((noinline)) static void look_at(volatile char *p)
{
	sink = *p;
	__asm__ volatile("");
}

static void use_after_free(void *arg)
{
	char *p = allocate(100);

	(void)arg;
	touch(p + 99);
	release(p);
	look_at(p + 10);
	fb_trace("not reached");
}

/*
 * Exactly one finding. arm64's kernel says in a signal frame what an access was; qemu-user leaves
 * it open.
 */
static void only_access(enum fb_finding_kind kind, const char *what, const char *where)
{
	const char *text;

	only(kind, where);
	text = fb_finding_at(0)->text;
#ifdef __aarch64__
	if (strstr(text, "access to"))
		return;
#endif
	assert_non_null(strstr(text, what));
}

static void guard_use_after_free(void **state)
{
	const struct fb_finding *f;

	(void)state;
	assert_int_equal(run_task(&guarded, use_after_free, NULL), FB_RUN_FINDING);
	only_access(FB_USE_AFTER_FREE, "read of",
		    "fuse_file[1] at offset 10 of 100, which is freed");
	f = fb_finding_at(0);
	assert_true(fb_stack_has(f->here, "look_at"));
	assert_true(fb_stack_has(f->here, "use_after_free"));
	assert_true(fb_stack_has(f->other, "release"));
	assert_non_null(f->parts);
	assert_true(fb_stack_has(f->parts->stack, "allocate"));
	assert_int_equal(fb_trace_len(), 1);
	assert_true(fb_run_stopped());
}

static void fault_between(void *arg)
{
	char *kept = allocate(100), *p = allocate(100), *again;

	release(p);
	again = allocate(100);
	if (!fb_fault("alloc"))
		fb_trace("no fault");
	touch(kept + 99);
	touch(again + 99);
	look_at(arg ? p + 10 : kept + 4096);
	fb_trace("not reached");
}

/* Pages get their protection when the fault is met: of what was freed before it, too. */
static void guard_from_fault_on(void **state)
{
	const struct fb_run_opts o = {.name = "test", .guard = true, .fault_at = 1};

	(void)state;
	assert_int_equal(run_task(&o, fault_between, "freed"), FB_RUN_FINDING);
	only_access(FB_USE_AFTER_FREE, "read of",
		    "fuse_file[2] at offset 10 of 100, which is freed");
	assert_int_equal(run_task(&o, fault_between, NULL), FB_RUN_FINDING);
	only_access(FB_OVERRUN, "read of", "beyond its end (size 100)");
}

static void copy_after_free(void *arg)
{
	char *p = allocate(5000), buf[300];

	(void)arg;
	release(p);
	memcpy(buf, p + 100, *(volatile int *)&(int){300});
	sink = buf[7];
}

/* The access is libc's, the caller must be seen all the same. */
static void guard_memcpy(void **state)
{
	(void)state;
	assert_int_equal(run_task(&guarded, copy_after_free, NULL), FB_RUN_FINDING);
	only_access(FB_USE_AFTER_FREE, "read of", "fuse_file[1] at offset");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "copy_after_free"));
}

static void overrun(void *arg)
{
	char *p = allocate((size_t)arg);

	touch(p + (size_t)arg);
	release(p);
}

static void guard_overrun(void **state)
{
	(void)state;
	assert_int_equal(run_task(&guarded, overrun, (void *)64), FB_RUN_FINDING);
	only_access(FB_OVERRUN, "write to", "fuse_file[1], 0 bytes beyond its end (size 64)");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "touch"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "allocate"));

	/* Within the slack of the alignment: seen at the free. */
	assert_int_equal(run_task(&guarded, overrun, (void *)61), FB_RUN_FINDING);
	only(FB_OVERRUN, "written to 0 bytes beyond its end, seen when it was freed");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "release"));
	assert_true(fb_stack_has(fb_finding_at(0)->other, "allocate"));
}

static void plain_overrun(void **state)
{
	(void)state;
	assert_int_equal(run_task(&plain, overrun, (void *)61), FB_RUN_FINDING);
	only(FB_OVERRUN, "written to 0 bytes beyond its end, seen when it was freed");
}

static void underrun(void *arg)
{
	char *p = allocate(40);

	(void)arg;
	touch(p - 3);
	release(p);
}

static void underruns(void **state)
{
	(void)state;
	run_task(&guarded, underrun, NULL);
	only(FB_OVERRUN, "3 bytes before its start");
	run_task(&plain, underrun, NULL);
	only(FB_OVERRUN, "3 bytes before its start");
}

static void write_after_free(void *arg)
{
	char *p = allocate(40);

	(void)arg;
	release(p);
	touch(p + 5);
}

static void plain_use_after_free(void **state)
{
	(void)state;
	run_task(&plain, write_after_free, NULL);
	only(FB_USE_AFTER_FREE, "fuse_file[1] was written to at offset 5 after it was freed");
	assert_true(fb_stack_has(fb_finding_at(0)->other, "release"));
}

static void bad_frees(void *arg)
{
	char *p = allocate(40);
	static char outside[16];

	(void)arg;
	release(NULL);
	release(p + 8);
	release(outside);
	release(p);
	release(p);
}

static void bad_free(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		run_task(i ? &guarded : &plain, bad_frees, NULL);
		assert_int_equal(fb_nr_findings(), 3);
		assert_int_equal(fb_finding_at(0)->kind, FB_CONTRACT);
		assert_non_null(strstr(fb_finding_at(0)->text,
				       "fuse_file[1]+8 is freed, which is not where"));
		assert_int_equal(fb_finding_at(1)->kind, FB_CONTRACT);
		assert_int_equal(fb_finding_at(2)->kind, FB_USE_AFTER_FREE);
		assert_non_null(strstr(fb_finding_at(2)->text, "freed twice"));
		assert_true(fb_stack_has(fb_finding_at(2)->other, "release"));
	}
}

static void leaks(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5; i++)
		allocate(100);
	release(allocate(100));
	release(allocate(70000));
}

static void leak(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		run_task(i ? &guarded : &plain, leaks, NULL);
		only(FB_LEAK, "memory: 5 of type fuse_file never freed, 500 bytes");
		assert_true(fb_stack_has(fb_finding_at(0)->other, "allocate"));
	}
}

static void null_pointer(void *arg)
{
	look_at((char *)arg);
}

/* As poison is read: for x86-64 that is no address at all, and a fault does not tell it. */
#ifdef __x86_64__
#define WILD		0x6b6b6b6b6b6b6b6bul
#define WILD_TEXT	"wild pointer"
#else
#define WILD		0x6b6b6b6b6bul
#define WILD_TEXT	"memory that is not mapped"
#endif

static void wild_pointer(void *arg)
{
	(void)arg;
	look_at((char *)WILD);
}

static void null_dereference(void **state)
{
	(void)state;
	run_task(&plain, null_pointer, (void *)0x18);
	only(FB_BUG, "null pointer dereference: ");
	only_access(FB_BUG, "read of", "offset 0x18");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "null_pointer"));
	run_task(&plain, wild_pointer, NULL);
	only(FB_BUG, WILD_TEXT);
}

__attribute__((noinline)) static int recurse(int n)
{
	volatile char room[2000];

	room[0] = (char)n;
	if (n < 0)
		return 0;
	return recurse(n + 1) + room[0];
}

static void overflows(void *arg)
{
	sink = (char)recurse((int)(long)arg);
}

static void stack_overflow(void **state)
{
	(void)state;
	run_task(&plain, overflows, NULL);
	only(FB_BUG, "stack overflow in task app");
	assert_true(fb_stack_has(fb_finding_at(0)->here, "recurse"));
}

static unsigned int wrong;

static void shapes(void *arg)
{
	static const size_t aligns[] = {1, 8, 16, 64, 256, 4096, 16384};
	char *p[7][12];

	(void)arg;
	for (int a = 0; a < 7; a++) {
		for (int i = 0; i < 12; i++) {
			size_t size = (size_t)1 << i | (size_t)(i & 1);

			p[a][i] = fb_mem_alloc(size, aligns[a], FB_RES_MEM, "shape", true);
			wrong += (uintptr_t)p[a][i] % aligns[a] != 0;
			for (size_t k = 0; k < size; k++)
				wrong += p[a][i][k] != 0;
			memset(p[a][i], 0xff, size);
			wrong += fb_mem_size(p[a][i]) != size || !fb_mem_live(p[a][i]);
		}
	}
	for (int a = 0; a < 7; a++) {
		for (int i = 0; i < 12; i++) {
			fb_mem_free(p[a][i]);
			wrong += fb_mem_live(p[a][i]) || fb_mem_size(p[a][i]);
		}
	}
}

static void sizes_and_alignments(void **state)
{
	(void)state;
	wrong = 0;
	for (int i = 0; i < 6; i++)
		assert_int_equal(run_task(i & 1 ? &guarded : &plain, shapes, NULL), FB_RUN_OK);
	assert_int_equal(wrong, 0);
}

static void reuses(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100000; i++) {
		fb_mem_free(fb_mem_alloc(100, 8, FB_RES_MEM, "thing", true));
		fb_mem_free(fb_mem_alloc(4096, 4096, FB_RES_PAGE, "page", false));
	}
}

static void much_reuse(void **state)
{
	(void)state;
	assert_int_equal(run_task(&plain, reuses, NULL), FB_RUN_OK);
}

static void keeps_many(void *arg)
{
	static char *p[30000];

	(void)arg;
	for (int i = 0; i < 30000; i++)
		p[i] = fb_mem_alloc(100, 8, FB_RES_MEM, "thing", true);
	for (int i = 0; i < 30000; i++)
		fb_mem_free(p[i]);
}

/* More live objects than the process may have mappings: the rest goes unguarded. */
static void more_than_mappings(void **state)
{
	(void)state;
	assert_int_equal(run_task(&guarded, keeps_many, NULL), FB_RUN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_free),
		cmocka_unit_test(leak),
		cmocka_unit_test(sizes_and_alignments),
		cmocka_unit_test(much_reuse),
		/* memcheck has guards off, and reports these accesses itself. */
		cmocka_unit_test(guard_use_after_free),
		cmocka_unit_test(guard_from_fault_on),
		cmocka_unit_test(guard_memcpy),
		cmocka_unit_test(guard_overrun),
		cmocka_unit_test(null_dereference),
		cmocka_unit_test(stack_overflow),
		cmocka_unit_test(more_than_mappings),
		/* So does ASan in unguarded memory. */
		cmocka_unit_test(plain_overrun),
		cmocka_unit_test(underruns),
		cmocka_unit_test(plain_use_after_free),
	};
	size_t n = sizeof(tests) / sizeof(tests[0]) - (RUNNING_ON_VALGRIND ? 9 : ASAN ? 3 : 0);

	return _cmocka_run_group_tests("core_mem", tests, n, NULL, NULL);
}
