// SPDX-License-Identifier: GPL-2.0
/*
 * Objects of the kernel environment: who allocated and freed them, and what is wrong with an
 * access.
 */
#include <string.h>
#include "explore_internal.h"
#include "snapshot.h"

static FB_UNTOLD struct fb_block *blocks, **blocks_tail = &blocks; /* in order of allocation */
static FB_UNTOLD unsigned int nr_blocks;
static FB_UNTOLD struct fb_dep *outside; /* what hangs on addresses that are no objects of ours */

static struct fb_block *find(const void *p)
{
	struct fb_block *b = fb_guard_find(p);

	return b ? b : fb_pool_find(p);
}

/**
 * fb_mem_alloc() - @align: a power of two, up to 64 KiB. @type: a literal, the cache's name. Not
 * zeroed memory holds 0x5a.
 * Return: the object; never NULL (a fault point is the caller's business). Context: any.
 */
void *fb_mem_alloc(size_t size, size_t align, enum fb_res kind, const char *type, bool zero)
{
	struct fb_block *b = fb_run_alloc(sizeof(*b));

	b->size = size;
	b->type = type;
	b->kind = kind;
	b->number = ++nr_blocks;
	if (align < 8)
		align = 8;
	b->guarded = fb_core.guard && fb_guard_alloc(b, align);
	if (!b->guarded && !fb_pool_alloc(b, align))
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"the box has no memory left for %zu bytes (%s)", size, type);
	b->live = true;
	b->alloc = fb_stack_here();
	memset(b->addr, zero ? 0 : FB_BYTE_FRESH, size);
	if (!b->guarded && FB_VALGRIND)
		VALGRIND_MALLOCLIKE_BLOCK(b->addr, size, FB_REDZONE, zero);
	if (!zero)
		fb_msan_undefined(b->addr, size);
	fb_race_allocated(b->addr, size);
	fb_tell(1, FB_FACT_BLOCK, (uintptr_t)b->addr, size, (uintptr_t)type + kind);
	*blocks_tail = b;
	blocks_tail = &b->all;
	return b->addr;
}

static long differs(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] != FB_BYTE_REDZONE)
			return (long)i;
	return -1;
}

long fb_redzone_broken(const struct fb_block *b)
{
	size_t behind = FB_REDZONE;
	long i;

	if (!b->guarded && (FB_ASAN || FB_VALGRIND))
		return 0;
	if (b->guarded)
		behind = -(uintptr_t)(b->addr + b->size) & 4095;
	i = differs(b->addr + b->size, behind);
	if (i >= 0)
		return (long)b->size + i;
	/* Page-aligned objects under guard have a guard page before them. */
	if (b->guarded && !((uintptr_t)b->addr & 4095))
		return 0;
	i = differs(b->addr - FB_REDZONE, FB_REDZONE);
	return i >= 0 ? i - FB_REDZONE : 0;
}

static void check_redzone(const struct fb_block *b, const char *when)
{
	long at = fb_redzone_broken(b);

	if (!at)
		return;
	if (at < 0)
		fb_report(FB_OVERRUN, b->alloc, "allocated at",
			  "%s of %zu bytes was written to %ld bytes before its start, seen %s",
			  fb_obj(b->addr), b->size, -at, when);
	else
		fb_report(FB_OVERRUN, b->alloc, "allocated at",
			  "%s of %zu bytes was written to %ld bytes beyond its end, seen %s",
			  fb_obj(b->addr), b->size, at - (long)b->size, when);
}

static void check_scribbled(const struct fb_block *b, const char *when)
{
	long at = fb_pool_scribbled(b);
	struct fb_finding *f;

	if (at < 0)
		return;
	f = fb_report_at(FB_USE_AFTER_FREE, 0, b->freed, "freed at",
			 "%s was written to at offset %ld after it was freed, seen %s",
			 fb_obj(b->addr), at, when);
	fb_finding_part(f, "allocated at", b->alloc, 1, false);
}

void fb_pool_reused(struct fb_block *old)
{
	check_scribbled(old, "when its memory was used again");
}

static void dep_freed(struct fb_dep *d)
{
	switch (d->kind) {
	case FB_DEP_ACCOUNT:
		fb_account_freed(d->of);
		break;
	case FB_DEP_NAME:
		fb_name_gone(d->of);
		break;
	case FB_DEP_WATCH:
		fb_watch_freed(d->of);
		break;
	}
}

void fb_mem_attach(struct fb_dep *dep)
{
	struct fb_block *b = find(dep->addr);
	struct fb_dep **list = b && b->live ? &b->deps : &outside;

	dep->next = *list;
	*list = dep;
}

void fb_deps_forget(const void *start, size_t len)
{
	struct fb_block *b = find(start);
	struct fb_dep **p = b && b->live ? &b->deps : &outside;

	while (*p) {
		struct fb_dep *d = *p;

		if ((uintptr_t)d->addr - (uintptr_t)start >= len) {
			p = &d->next;
			continue;
		}
		*p = d->next;
		dep_freed(d);
	}
}

/* Not an object, or not any more: say what it is. */
static void bad_free(const void *p, const struct fb_block *b)
{
	struct fb_finding *f;

	if (b && b->addr == p) {
		f = fb_report_at(FB_USE_AFTER_FREE, fb_stack_here(), b->freed, "first freed at",
				 "%s is freed twice", fb_obj(p));
		fb_finding_part(f, "allocated at", b->alloc, 1, false);
	} else if (b) {
		fb_report(FB_CONTRACT, b->alloc, "allocated at",
			  "%s is freed, which is not where an object starts", fb_obj(p));
	} else {
		fb_report(FB_CONTRACT, 0, NULL, "a pointer is freed that was never allocated (%s)",
			  fb_obj(p));
	}
}

/** fb_mem_free() - NULL is fine. Everything about the object that must be over is checked. */
void fb_mem_free(void *p)
{
	const char *name = NULL;
	struct fb_block *b;

	if (!p)
		return;
	b = find(p);
	if (!b || b->addr != p || !b->live) {
		bad_free(p, b);
		return;
	}
	if (unlikely(fb_x_on))
		fb_x_touch(p, FB_X_FREE);
	check_redzone(b, "when it was freed");
	fb_race_freed(p, b->size);
	fb_lock_range_freed(p, b->size);
	fb_timers_range_freed(p, b->size);
	if (unlikely(fb_events_on))
		name = fb_obj(p);
	if (b->deps)
		fb_deps_forget(p, b->size);
	b->deps = NULL;
	b->live = false;
	fb_tell(-1, FB_FACT_BLOCK, (uintptr_t)b->addr, b->size, (uintptr_t)b->type + b->kind);
	b->freed = fb_stack_here();
	if (unlikely(fb_events_on))
		fb_event_set_stack(fb_event(FB_EVENT_FREE, 0, "frees %s", name), b->freed);
	if (b->guarded)
		fb_guard_free(b);
	else
		fb_pool_free(b);
}

/** fb_mem_size() - as asked for; 0 if @p is not the start of a live object. */
size_t fb_mem_size(const void *p)
{
	struct fb_block *b = find(p);

	return b && b->addr == p && b->live ? b->size : 0;
}

/** fb_mem_live() - is @p the start of an object that is not freed? */
bool fb_mem_live(const void *p)
{
	struct fb_block *b = find(p);

	return b && b->addr == p && b->live;
}

/** fb_mem_inside() - does @p point anywhere into an object that is not freed? */
bool fb_mem_inside(const void *p)
{
	struct fb_block *b = find(p);

	return b && b->live;
}

/** fb_mem_number() - see ledger.h. Context: any. */
unsigned int fb_mem_number(const void *p)
{
	struct fb_block *b = find(p);

	return b ? b->number : 0;
}

bool fb_mem_describe(const void *p, char *buf, size_t len, bool *live)
{
	struct fb_block *b = find(p);
	size_t off = 0;
	const char *name;

	if (!b)
		return false;
	*live = b->live;
	name = fb_name_in(b->deps, p, &off);
	if (!name)
		off = (size_t)((const char *)p - b->addr);
	if (name)
		snprintf(buf, len, "%s+%zu", name, off);
	else if (off)
		snprintf(buf, len, "%s[%u]%+ld", b->type, b->number, (long)off);
	else
		snprintf(buf, len, "%s[%u]", b->type, b->number);
	/* Many kinds of things come from kmalloc: say who asked for this one. */
	if (!name && !strcmp(b->type, "kmalloc")) {
		size_t used = strlen(buf);

		snprintf(buf + used, len - used, " of %s", fb_stack_site(b->alloc));
	}
	return true;
}

bool fb_mem_in_arena(const void *addr)
{
	return fb_guard_has(addr);
}

bool fb_mem_fault(const void *addr, const char *what, fb_stack_t at)
{
	struct fb_block *b = fb_guard_find(addr);
	struct fb_finding *f;
	long off;

	if (!b)
		b = fb_guard_nearest(addr);
	if (!b)
		return false;
	off = (const char *)addr - b->addr;
	if (!b->live) {
		f = fb_report_at(FB_USE_AFTER_FREE, at, b->freed, "freed at",
				 "%s %s at offset %ld of %zu, which is freed", what,
				 fb_obj(b->addr), off, b->size);
		fb_finding_part(f, "allocated at", b->alloc, 1, false);
	} else if (off < 0) {
		fb_report_at(FB_OVERRUN, at, b->alloc, "allocated at",
			     "%s %s, %ld bytes before its start", what, fb_obj(b->addr), -off);
	} else {
		fb_report_at(FB_OVERRUN, at, b->alloc, "allocated at",
			     "%s %s, %ld bytes beyond its end (size %zu)", what, fb_obj(b->addr),
			     off - (long)b->size, b->size);
	}
	return true;
}

/*
 * A reference to the object was told as leaked: that its memory is still there goes without saying.
 */
static bool is_referenced(const struct fb_block *b)
{
	for (const struct fb_dep *d = b->deps; d; d = d->next)
		if (d->kind == FB_DEP_ACCOUNT && fb_account_held(d->of))
			return true;
	return false;
}

static void report_unfreed(const struct fb_block *b, unsigned int n, size_t bytes)
{
	const char *what = b->kind == FB_RES_PAGE ? "pages" : "memory";
	const char *name = n == 1 ? fb_obj(b->addr) : "";

	if (fb_leak_explained(fb_run_printf("%s: %u of type %s%s%s, allocated", what, n, b->type,
					    *name ? ", " : "", name), b->alloc))
		return;
	fb_report_at(FB_LEAK, 0, b->alloc, "allocated at",
		     "%s: %u of type %s never freed, %zu bytes%s%s", what, n, b->type, bytes,
		     *name ? ": " : "", name);
}

/*
 * What is still allocated, one finding for each type and allocating stack; and what was damaged
 * unseen.
 */
void fb_mem_audit(void)
{
	for (struct fb_block *b = blocks; b; b = b->all) {
		unsigned int n = 0;
		size_t bytes = 0;

		if (!b->live) {
			if (!b->guarded && fb_pool_find(b->addr) == b)
				check_scribbled(b, "at the end of the run");
			continue;
		}
		if (b->told)
			continue;
		check_redzone(b, "at the end of the run");
		if (is_referenced(b))
			continue;
		for (struct fb_block *x = b; x; x = x->all) {
			if (!x->live || x->told || strcmp(x->type, b->type) ||
			    !fb_stack_alike(x->alloc, b->alloc) || is_referenced(x))
				continue;
			n++;
			bytes += x->size;
			if (x != b) {
				check_redzone(x, "at the end of the run");
				x->told = true;
			}
		}
		report_unfreed(b, n, bytes);
	}
}

/* Everything is given back; blocks themselves vanish with the run's arena. */
void fb_mem_release(void)
{
	for (struct fb_block *b = blocks; b && FB_VALGRIND; b = b->all)
		if (!b->guarded && b->live)
			VALGRIND_FREELIKE_BLOCK(b->addr, FB_REDZONE);
	fb_guard_release();
	fb_pool_release();
	blocks = NULL;
	blocks_tail = &blocks;
	outside = NULL;
}

void fb_mem_reset(void)
{
	fb_mem_release();
	nr_blocks = 0;
}
