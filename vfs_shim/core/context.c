// SPDX-License-Identifier: GPL-2.0
/*
 * Contexts: stacks with a guard page, kept and used again, and the switch between them.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "internal.h"
#include "snapshot.h"

#if FB_ASAN
#include <sanitizer/lsan_interface.h>
#endif

#define GUARD 4096

struct boot { /* at the very top of a fresh stack: what its first function needs */
	void (*entry)(void *arg);
	void *arg;
	struct fb_ctx *self;
};

static FB_UNTOLD struct fb_ctx *pool;
static struct fb_ctx *all[4096]; /* for the fault handler: whose guard page was hit? */
static unsigned int nr_all;

static struct fb_ctx *map_stack(void)
{
	struct fb_ctx *c = calloc(1, sizeof(*c));
	char *p = fb_map(FB_STACK_SIZE + GUARD, PROT_READ | PROT_WRITE);

	if (!c || mprotect(p, GUARD, PROT_NONE))
		abort();
	c->low = p + GUARD;
	c->size = FB_STACK_SIZE;
	(void)VALGRIND_STACK_REGISTER(c->low, c->low + c->size);
#if FB_ASAN
	__lsan_register_root_region(c->low, c->size);
#endif
	if (nr_all < sizeof(all) / sizeof(all[0]))
		all[nr_all++] = c;
	return c;
}

FB_UNCHECKED static void first_function(struct boot *b)
{
#if FB_ASAN
	__sanitizer_finish_switch_fiber(b->self->fake, NULL, NULL);
#endif
	b->entry(b->arg);
	abort(); /* entry functions leave by switching away for good */
}

/* Lay out the frame that fb_context_switch() pops, such that it "returns" to fb_context_entry(). */
FB_UNCHECKED static void prepare(struct fb_ctx *c, void (*entry)(void *arg), void *arg)
{
	uintptr_t top = (uintptr_t)(c->low + c->size) & ~(uintptr_t)63;
	struct boot *b = (struct boot *)(top - 64);
	uintptr_t *sp;

	*b = (struct boot){.entry = entry, .arg = arg, .self = c};
#if defined(__x86_64__)
	/* rsp is a multiple of 16 once the seven words are popped, as the ABI wants at a call */
	sp = (uintptr_t *)b - 9;
	memset(sp, 0, 9 * sizeof(*sp));
	sp[2] = (uintptr_t)first_function; /* r13 */
	sp[3] = (uintptr_t)b; /* r12 */
	sp[6] = (uintptr_t)fb_context_entry;
#elif defined(__aarch64__)
	sp = (uintptr_t *)((char *)b - 160);
	memset(sp, 0, 160);
	sp[1] = (uintptr_t)fb_context_entry; /* x30 */
	sp[2] = (uintptr_t)b; /* x19 */
	sp[3] = (uintptr_t)first_function; /* x20 */
#else
#error "no context switch for this architecture"
#endif
	c->sp = sp;
	c->fake = NULL;
}

FB_UNCHECKED void fb_ctx_saved(const struct fb_ctx *c, uintptr_t *fp, uintptr_t *pc)
{
	const uintptr_t *sp = c->sp;

#if defined(__x86_64__)
	*fp = sp[5];
	*pc = sp[6];
#else
	*fp = sp[0];
	*pc = sp[1];
#endif
}

struct fb_ctx *fb_ctx_new(void (*entry)(void *arg), void *arg)
{
	struct fb_ctx *c = pool;

	if (c)
		pool = c->next;
	else
		c = map_stack();
	fb_asan_unpoison(c->low, c->size);
	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_UNDEFINED(c->low, c->size);
	fb_race_forget(c->low, c->size);
	prepare(c, entry, arg);
	return c;
}

void fb_ctx_own(struct fb_ctx *c, void (*entry)(void *arg), void *arg)
{
	if (!c->low) {
		c->size = 4 * FB_STACK_SIZE;
		c->low = mmap(NULL, c->size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (c->low == MAP_FAILED)
			abort();
	}
	prepare(c, entry, arg);
}

void fb_ctx_free(struct fb_ctx *c)
{
	struct fb_ctx **at = &pool;

	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_NOACCESS(c->low, c->size);
	/* The lowest is used first, so that a run gets the same stacks whatever ran before it. */
	while (*at && (*at)->low < c->low)
		at = &(*at)->next;
	c->next = *at;
	*at = c;
}

/* So that @n tasks can be created without another mapping. */
void fb_ctx_reserve(unsigned int n)
{
	for (const struct fb_ctx *c = pool; c && n; c = c->next)
		n--;
	while (n--)
		fb_ctx_free(map_stack());
}

FB_UNCHECKED void fb_ctx_switch(struct fb_ctx *from, struct fb_ctx *to, bool from_dies)
{
#if FB_ASAN
	__sanitizer_start_switch_fiber(from_dies ? NULL : &from->fake, to->low, to->size);
#else
	(void)from_dies;
#endif
	fb_context_switch(&from->sp, to->sp);
#if FB_ASAN
	__sanitizer_finish_switch_fiber(from->fake, NULL, NULL);
#endif
}

#if FB_ASAN
/*
 * Runs on the stack of an abandoned context only to leave it for good, which is how ASan frees its
 * fake stack.
 */
static void leave_for_good(void *arg)
{
	fb_ctx_switch(arg, &fb_core.main, true);
}
#endif

void fb_ctx_abandon(struct fb_ctx *c)
{
#if FB_ASAN
	void *fake = c->fake;

	fb_asan_unpoison(c->low, c->size);
	prepare(c, leave_for_good, c);
	c->fake = fake;
	fb_ctx_switch(&fb_core.main, c, false);
#else
	(void)c;
#endif
}

/* The bounds of the thread that runs the scheduler. */
void fb_ctx_init_main(struct fb_ctx *c)
{
	pthread_attr_t attr;
	void *low;

	if (c->low)
		return;
	if (pthread_getattr_np(pthread_self(), &attr) ||
	    pthread_attr_getstack(&attr, &low, &c->size))
		abort();
	pthread_attr_destroy(&attr);
	c->low = low;
}

bool fb_ctx_in_guard(const void *addr)
{
	for (unsigned int i = 0; i < nr_all; i++)
		if ((const char *)addr < all[i]->low && (const char *)addr >= all[i]->low - GUARD)
			return true;
	return false;
}

/* Top of a stack for the report of a stack overflow. */
char *fb_ctx_emergency_stack(void)
{
	static _Alignas(64) char stack[FB_STACK_SIZE];

	return stack + sizeof(stack) - 64;
}

/* The context whose stack @addr lies in; NULL: none of tasks'. */
const struct fb_ctx *fb_ctx_at(uintptr_t addr)
{
	for (unsigned int i = 0; i < nr_all; i++)
		if (addr - (uintptr_t)all[i]->low < all[i]->size)
			return all[i];
	return NULL;
}
