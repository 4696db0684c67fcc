// SPDX-License-Identifier: GPL-2.0
/*
 * Guarded memory: each object ends where its last page ends (as far as its alignment lets it), with
 * a page behind it that nobody may touch. Freed pages become untouchable too, and no address is
 * used twice in a run, so that each stray access faults at once, and says which object it was meant
 * for.
 *
 * A run in which something is to fail is like the one without, until it does: objects are laid out
 * as ever, but pages get their protection only then, all at once. That saves it a good part of its
 * system calls.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "internal.h"

#define PAGE 4096ul
#define ARENA (16ul << 30)
#define KEEP_PAGES \
	(32ul << 20) / PAGE /* stay resident between runs; page faults cost more than the calls */
#define MAX_AREAS \
	28000 /* live objects: each costs two of the 65530 mappings that a process may have */

static char *arena;
static struct fb_block **owner; /* of each page */
static size_t used; /* pages handed out in this run */
static size_t live;
static bool armed; /* pages are protected, not only to be */
static size_t open_pages; /* not armed yet: so many can be accessed */

#define OPEN_PAGES 1024 /* at a time */

static bool arena_map(void)
{
	if (arena)
		return true;
	arena = fb_map(ARENA, PROT_NONE);
	owner = fb_map(ARENA / PAGE * sizeof(struct fb_block *), PROT_READ | PROT_WRITE);
	return true;
}

bool fb_guard_has(const void *p)
{
	return arena && (size_t)((const char *)p - arena) < ARENA;
}

static bool open_upto(size_t page)
{
	size_t n;

	if (page <= open_pages)
		return true;
	n = (page - open_pages + OPEN_PAGES - 1) / OPEN_PAGES * OPEN_PAGES;
	if (open_pages + n > ARENA / PAGE ||
	    mprotect(arena + open_pages * PAGE, n * PAGE, PROT_READ | PROT_WRITE))
		return false;
	open_pages += n;
	return true;
}

/* Make @n pages from the @first one accessible. */
static bool open_pages_of(size_t first, size_t n)
{
	if (!armed)
		return open_upto(first + n);
	return !mprotect(arena + first * PAGE, n * PAGE, PROT_READ | PROT_WRITE);
}

static bool is_live(size_t page)
{
	return page < used && owner[page] && owner[page]->live;
}

/* From here on each page that is not of a live object faults. */
void fb_guard_arm(void)
{
	size_t from, to;

	if (armed)
		return;
	armed = true;
	for (from = 0; from < open_pages; from = to) {
		for (to = from + 1; to < open_pages && is_live(to) == is_live(from); to++)
			;
		if (!is_live(from))
			mprotect(arena + from * PAGE, (to - from) * PAGE, PROT_NONE);
	}
}

/* For the run that begins; @at_once: protection from its beginning on. */
void fb_guard_begin(bool at_once)
{
	armed = at_once;
}

bool fb_guard_alloc(struct fb_block *b, size_t align)
{
	size_t room = (b->size + align - 1) & ~(align - 1), pages, first;
	char *end;

	pages = (room + FB_REDZONE + PAGE - 1) / PAGE;
	if (align >= PAGE)
		pages = (room + PAGE - 1) /
			PAGE; /* no redzone before: the page before is a guard page anyway */
	if (!arena_map() || live >= MAX_AREAS)
		return false;
	first = used;
	if (align > PAGE)
		first = (((uintptr_t)arena / PAGE + used + align / PAGE - 1) &
			 ~(align / PAGE - 1)) -
			(uintptr_t)arena / PAGE;
	if (first + pages + 1 > ARENA / PAGE)
		return false;
	if (!open_pages_of(first, pages))
		return false;
	used = first + pages + 1;
	live++;
	end = arena + (first + pages) * PAGE;
	b->addr = end - room;
	b->class_ = (unsigned int)pages;
	memset(b->addr + b->size, FB_BYTE_REDZONE, room - b->size);
	if (align < PAGE)
		memset(b->addr - FB_REDZONE, FB_BYTE_REDZONE, FB_REDZONE);
	for (size_t i = 0; i < pages; i++)
		owner[first + i] = b;
	return true;
}

static size_t first_page(const struct fb_block *b)
{
	size_t last = ((size_t)(b->addr - arena) + (b->size ? b->size - 1 : 0)) / PAGE;

	return last + 1 - b->class_;
}

void fb_guard_free(struct fb_block *b)
{
	size_t first = first_page(b);
	char *p = arena + first * PAGE;

	live--;
	if (!armed)
		return;
	mprotect(p, b->class_ * PAGE, PROT_NONE);
	if (first + b->class_ > KEEP_PAGES)
		madvise(p, b->class_ * PAGE, MADV_DONTNEED);
}

struct fb_block *fb_guard_find(const void *p)
{
	return fb_guard_has(p) ? owner[(size_t)((const char *)p - arena) / PAGE] : NULL;
}

struct fb_block *fb_guard_nearest(const void *p)
{
	size_t page = (size_t)((const char *)p - arena) / PAGE;
	struct fb_block *before = page ? owner[page - 1] : NULL,
			*after = page + 1 < used ? owner[page + 1] : NULL;

	if (!before || !after)
		return before ? before : after;
	return (const char *)p - (before->addr + before->size) <= after->addr - (const char *)p ?
		       before :
		       after;
}

/*
 * All pages of the run become untouchable, with one call; their contents may stay, as each object
 * is filled anew.
 */
void fb_guard_release(void)
{
	if (!used)
		return;
	mprotect(arena, (used > open_pages ? used : open_pages) * PAGE, PROT_NONE);
	if (used > KEEP_PAGES)
		madvise(arena + KEEP_PAGES * PAGE, (used - KEEP_PAGES) * PAGE, MADV_DONTNEED);
	memset(owner, 0, used * sizeof(struct fb_block *));
	used = live = open_pages = 0;
}
