// SPDX-License-Identifier: GPL-2.0
/*
 * malloc() and its like for scenarios and server in the box (the build renames their calls, see
 * CMakeLists.txt; on a real kernel they have libc's).
 *
 * An address is an input of the kernel: how many pages a buffer touches decides how often a copy
 * takes another page. libc's addresses depend on what the process did before, so that a scenario
 * would not do the same alone as after others. Here memory is handed out in order, from a fixed
 * address, and taken back all at once. memcheck is told which bytes are whose; for the sanitizers'
 * sake their builds leave libc's malloc() in place.
 */
#include "heap.h"

#include <core/sanitize.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HEAP_ADDRESS	0x1f0000000000ul
#define HEAP_SIZE	(1ul << 30)
#define ALIGN		16ul

/* Before each piece of memory. */
struct head {
	size_t size;
};

static char *heap;
static size_t used;

static void map(void)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

	heap = mmap((void *)HEAP_ADDRESS, HEAP_SIZE, PROT_READ | PROT_WRITE,
		    flags | MAP_FIXED_NOREPLACE, -1, 0);
	/* Under valgrind that range does not exist. */
	if (heap == MAP_FAILED)
		heap = mmap(NULL, HEAP_SIZE, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (heap == MAP_FAILED)
		abort();
	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_NOACCESS(heap, HEAP_SIZE);
}

void heap_reset(void)
{
	if (heap && FB_VALGRIND)
		VALGRIND_MAKE_MEM_NOACCESS(heap, used);
	used = 0;
}

/* Nobody but us may look at what is before a piece of memory. */
static void set_size(char *p, size_t size)
{
	struct head *head = (struct head *)p - 1;

	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_UNDEFINED(head, sizeof(*head) + size);
	head->size = size;
	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_NOACCESS(head, sizeof(*head));
}

static size_t get_size(char *p)
{
	struct head *head = (struct head *)p - 1;
	size_t size;

	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_DEFINED(head, sizeof(*head));
	size = head->size;
	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_NOACCESS(head, sizeof(*head));
	return size;
}

void *heap_aligned_alloc(size_t align, size_t size)
{
	size_t start;

	if (!heap)
		map();
	if (align < ALIGN)
		align = ALIGN;
	start = (used + sizeof(struct head) + align - 1) & ~(align - 1);
	if (size > HEAP_SIZE || start > HEAP_SIZE - size) {
		errno = ENOMEM;
		return NULL;
	}
	set_size(heap + start, size);
	used = start + size;
	return heap + start;
}

void *heap_malloc(size_t size)
{
	return heap_aligned_alloc(ALIGN, size);
}

int heap_posix_memalign(void **p, size_t align, size_t size)
{
	*p = heap_aligned_alloc(align, size);
	return *p ? 0 : ENOMEM;
}

char *heap_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = heap_malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}

void *heap_calloc(size_t n, size_t size)
{
	void *p;

	if (__builtin_mul_overflow(n, size, &size)) {
		errno = ENOMEM;
		return NULL;
	}
	p = heap_malloc(size);
	return p ? memset(p, 0, size) : NULL;
}

void *heap_realloc(void *p, size_t size)
{
	size_t old = p ? get_size(p) : 0;
	void *new = heap_malloc(size);

	return new && old ? memcpy(new, p, old < size ? old : size) : new;
}

/* Nothing is used twice within a run, and the next one takes it all. */
void heap_free(void *p)
{
	if (p && FB_VALGRIND)
		VALGRIND_MAKE_MEM_NOACCESS(p, get_size(p));
}
