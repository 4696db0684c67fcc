// SPDX-License-Identifier: GPL-2.0
/*
 * Mistakes made on purpose, one for each name given, in a task of a run, where fs/fuse and the
 * scenarios run too. valgrind or the sanitizer that this runs under must report each and fail:
 * tools/memory-check asks it before it believes a clean run.
 */
#include <core/ledger.h>
#include <core/run.h>
#include <core/task.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

#define SIZE 100

#ifdef FUSEBOX_OWN_HEAP
#define world_malloc heap_malloc
#define world_free heap_free
#else
#define world_malloc malloc
#define world_free free
#endif

static volatile char sink;
static volatile int forty = 40, largest = 0x7fffffff;
static const long handle = 7;

/* Lets the compiler know nothing about @p. */
static char *any(void *p)
{
	__asm__ volatile("" : "+r"(p) : : "memory");
	return p;
}

static void look_at(const volatile char *p)
{
	if (*p == 'x')
		sink = 1;
}

static char *slab_alloc(void)
{
	return any(fb_mem_alloc(SIZE, 8, FB_RES_MEM, "planted", false));
}

static void slab_uninitialised(void)
{
	char *p = slab_alloc();

	look_at(p + 10);
	fb_mem_free(p);
}

static void slab_after_free(void)
{
	char *p = slab_alloc();

	memset(p, 0, SIZE);
	fb_mem_free(p);
	look_at(p + 10);
}

static void slab_overrun(void)
{
	char *p = slab_alloc();

	memset(p, 0, SIZE);
	look_at(p + SIZE);
	fb_mem_free(p);
}

static void heap_uninitialised(void)
{
	char *p = any(world_malloc(SIZE));

	look_at(p + 10);
	world_free(p);
}

static void heap_overrun(void)
{
	char *p = any(world_malloc(SIZE));

	memset(p, 0, SIZE);
	look_at(p + SIZE);
	world_free(p);
}

static void heap_after_free(void)
{
	char *p = any(world_malloc(SIZE)), *kept = any(p);

	memset(p, 0, SIZE);
	world_free(p);
	look_at(kept + 10);
}

/* As a reply that is sent with only some of its fields set. */
static void stack_uninitialised(void)
{
	char reply[16];

	any(reply)[0] = 0;
	look_at(any(reply) + 8);
}

/* A short reply to an open request: what it says of flags and backing file was never written. */
static void open_out_uninitialised(void)
{
	struct fuse_open_out reply;

	memcpy(any(&reply), &handle, sizeof(handle));
	if (((struct fuse_open_out *)any(&reply))->open_flags & FOPEN_PASSTHROUGH)
		sink = 1;
}

static __attribute__((noinline)) char *local(void)
{
	char here[SIZE];

	memset(here, 0, sizeof(here));
	return any(here);
}

static void stack_after_return(void)
{
	look_at(local());
}

static void stack_overrun(void)
{
	char here[SIZE];

	memset(here, 0, sizeof(here));
	look_at(any(here) + SIZE);
}

static void shift(void)
{
	sink = (char)(1 << forty);
}

static void misaligned(void)
{
	long words[2] = { 0 };

	sink = (char)*(volatile long *)(any(words) + 1);
}

static void bounds(void)
{
	volatile char here[4] = { 0 };

	sink = here[forty - 36];
}

/* The control: what is allowed must not be reported, or else every mistake seems to be found. */
static void nothing(void)
{
	char *slab = slab_alloc(), *heap = any(world_malloc(SIZE));

	memset(slab, 0, SIZE);
	memset(heap, 0, SIZE);
	look_at(slab + SIZE - 1);
	look_at(heap + SIZE - 1);
	sink = (char)(largest >> 1);
	fb_mem_free(slab);
	world_free(heap);
}

static const struct {
	const char *name;
	void (*fn)(void);
} mistakes[] = {
	{ "nothing", nothing },
	{ "slab-uninitialised", slab_uninitialised },
	{ "slab-after-free", slab_after_free },
	{ "slab-overrun", slab_overrun },
	{ "heap-uninitialised", heap_uninitialised },
	{ "heap-overrun", heap_overrun },
	{ "heap-after-free", heap_after_free },
	{ "stack-uninitialised", stack_uninitialised },
	{ "open-out-uninitialised", open_out_uninitialised },
	{ "stack-after-return", stack_after_return },
	{ "stack-overrun", stack_overrun },
	{ "shift", shift },
	{ "misaligned", misaligned },
	{ "bounds", bounds },
};

static void task(void *arg)
{
	void (**fn)(void) = arg;

	(*fn)();
}

int main(int argc, char **argv)
{
	struct fb_run_opts opts = { .name = "planted" };

	for (size_t i = 0; argc == 2 && i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		void (*fn)(void) = mistakes[i].fn;

		if (strcmp(mistakes[i].name, argv[1]))
			continue;
		if (fb_run_begin(&opts))
			return EXIT_FAILURE;
		fb_task_create("planted", task, &fn);
		fb_run_loop();
		return fb_run_end() == FB_RUN_OK ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	fputs("usage: planted MISTAKE\n", stderr);
	return 2;
}
