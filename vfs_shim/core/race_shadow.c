// SPDX-License-Identifier: GPL-2.0
/*
 * Who accessed which bytes last, and whether the next access is ordered after it.
 *
 * For each 8-byte word there is a list of accesses that a later one may race with: per thread those
 * that no other covers. One that is ordered before a new access, and would find nothing that this
 * does not find too, is dropped. So nothing is forgotten, and lists stay short.
 */
#include <string.h>
#include "explore.h"
#include "race_internal.h"

#define PAGE 4096ul
#define WORDS (PAGE / 8)
#define NR_RECENT 1024

struct access {
	struct access *next;
	uint32_t at; /* the thread's own component then */
	uint16_t slot;
	uint8_t bytes; /* which of the word */
	uint8_t kind;
	fb_stack_t stack;
};

struct word {
	struct access *first;
	struct fb_sync *syncs;
};

struct page {
	bool data; /* contents of files: of no interest */
	struct word word[WORDS];
};

static struct fb_table pages; /* by number */
static struct { /* in front of it */
	uintptr_t number;
	struct page *page;
} recent[NR_RECENT];
static struct access *spare;
static unsigned long nr_accesses;

/* Pairs of stacks: known or not, for the whole process; told or met, in this run. */
static struct fb_table verdicts, told;
static fb_race_known_fn known;
static void *known_arg;
static unsigned long known_met;

static struct page *page_at(uintptr_t addr, bool make)
{
	uintptr_t number = addr / PAGE;
	struct page *p;

	if (likely(recent[number % NR_RECENT].number == number))
		return recent[number % NR_RECENT].page;
	p = fb_table_get(&pages, number);
	if (!p) {
		if (!make)
			return NULL;
		p = fb_run_alloc(sizeof(*p));
		fb_table_set(&pages, number, p);
	}
	recent[number % NR_RECENT].number = number;
	recent[number % NR_RECENT].page = p;
	return p;
}

static struct word *word_at(uintptr_t addr, bool make)
{
	struct page *p = page_at(addr, make);

	return p ? &p->word[addr % PAGE / 8] : NULL;
}

struct fb_sync *fb_race_sync(const void *addr, bool make)
{
	struct word *w = word_at((uintptr_t)addr, make);
	struct fb_sync *s;

	if (!w)
		return NULL;
	for (s = w->syncs; s; s = s->next)
		if (s->addr == addr)
			return s;
	if (!make)
		return NULL;
	s = fb_run_alloc(sizeof(*s));
	s->addr = addr;
	s->next = w->syncs;
	w->syncs = s;
	return s;
}

static struct access *access_new(void)
{
	struct access *a = spare;

	if (a)
		spare = a->next;
	else
		a = fb_run_alloc(sizeof(*a));
	return a;
}

static void access_free(struct access *a)
{
	a->next = spare;
	spare = a;
}

static bool conflict(unsigned int a, unsigned int b)
{
	return ((a | b) & FB_ACCESS_WRITE) && !(a & b & FB_ACCESS_MARKED);
}

/* Whatever races with an access of kind @b races with one of kind @a in the same place. */
static bool covers(unsigned int a, unsigned int b)
{
	if (a & FB_ACCESS_WRITE)
		return !(a & FB_ACCESS_MARKED) || (b & FB_ACCESS_MARKED);
	return !(b & FB_ACCESS_WRITE) && (!(a & FB_ACCESS_MARKED) || (b & FB_ACCESS_MARKED));
}

static const char *verb(unsigned int kind)
{
	if (kind & FB_ACCESS_FREE)
		return "free";
	if (kind & FB_ACCESS_MARKED)
		return kind & FB_ACCESS_WRITE ? "marked write" : "marked read";
	return kind & FB_ACCESS_WRITE ? "plain write" : "plain read";
}

static const char *who(const struct fb_race_thread *t)
{
	return fb_run_printf("%s%s", t->irq ? "an irq handler in " : "", fb_holder_name(t->id));
}

/* In a process a pair of stacks has one verdict; it is sought when the pair is first seen. */
static bool is_known(const struct fb_race *r)
{
	static char yes, no;
	uint64_t key = (uint64_t)r->here << 32 | r->there;
	char *v = fb_table_get(&verdicts, key);

	if (!v) {
		v = known && known(r, known_arg) ? &yes : &no;
		fb_table_set(&verdicts, key, v);
	}
	return v == &yes;
}

static void report(struct fb_race_thread *me, const struct fb_race *r, const struct access *a)
{
	uint64_t key = (uint64_t)r->here << 32 | r->there;
	const struct fb_race_thread *other = fb_race_thread_at(a->slot);

	if (fb_table_get(&told, key))
		return;
	fb_table_set(&told, key, &told);
	if (fb_core.no_races)
		return;
	if (is_known(r)) {
		known_met++;
		return;
	}
	fb_report_at(FB_DATA_RACE, r->here, r->there,
		     fb_run_printf("%s of %u bytes by %s, at", verb(r->other_kind), r->other_size,
				   who(other)),
		     "%s of %u bytes of %s by %s is not ordered after a %s by %s", verb(r->kind),
		     r->size, fb_obj(r->addr), who(me), verb(r->other_kind), who(other));
}

static void check(struct fb_race_thread *me, const struct access *a, uintptr_t word,
		  unsigned int bytes, unsigned int kind, fb_stack_t here)
{
	unsigned int both = a->bytes & bytes;
	struct fb_race r = {
		.addr = (const void *)(word + (unsigned int)__builtin_ctz(both)),
		.here = here,
		.there = a->stack,
		.kind = kind,
		.other_kind = a->kind,
		.size = (unsigned int)__builtin_popcount(bytes),
		.other_size = (unsigned int)__builtin_popcount(a->bytes),
	};

	report(me, &r, a);
}

/* Is it in the list already, since the thread last released anything? */
static bool is_entered(const struct word *w, const struct fb_race_thread *me, unsigned int bytes,
		       unsigned int kind)
{
	for (const struct access *a = w->first; a; a = a->next)
		if (a->slot == me->slot && a->at == me->now.t[me->slot] && !(bytes & ~a->bytes) &&
		    covers(a->kind, kind))
			return true;
	return false;
}

static void enter(struct word *w, uintptr_t word, struct fb_race_thread *me, unsigned int bytes,
		  unsigned int kind, fb_stack_t here)
{
	struct access **p = &w->first, *a;

	while ((a = *p)) {
		bool before = a->slot == me->slot || a->at <= fb_clock_of(&me->now, a->slot);

		if (!before && (a->bytes & bytes) && conflict(a->kind, kind))
			check(me, a, word, bytes, kind, here);
		if (before && !(a->bytes & ~bytes) && covers(kind, a->kind)) {
			*p = a->next;
			access_free(a);
			continue;
		}
		p = &a->next;
	}
	a = access_new();
	*a = (struct access){.next = w->first,
			     .at = me->now.t[me->slot],
			     .slot = (uint16_t)me->slot,
			     .bytes = (uint8_t)bytes,
			     .kind = (uint8_t)kind,
			     .stack = here};
	w->first = a;
}

/* Which bytes of the word at @word lie in [@start, @end). */
static unsigned int bytes_in(uintptr_t word, uintptr_t start, uintptr_t end)
{
	unsigned int first = start > word ? (unsigned int)(start - word) : 0;
	unsigned int last = end - word < 8 ? (unsigned int)(end - word) : 8;

	return (0xffu << first) & (0xffu >> (8 - last)) & 0xff;
}

void fb_race_access(const void *addr, size_t size, unsigned int kind)
{
	uintptr_t start = (uintptr_t)addr, end = start + size;
	struct fb_race_thread *me;
	fb_stack_t here = 0;

	if (unlikely(!fb_core.running || fb_core.stopped))
		return;
	me = fb_race_me();
	if (me->paused || me->excused)
		return;
	nr_accesses++;
	if (unlikely(me->seq_write || me->seq_read)) {
		kind |= FB_ACCESS_MARKED;
		if (me->seq_read)
			me->seq_read--;
	}
	for (uintptr_t word = start & ~7ul; word < end; word += 8) {
		struct page *p = page_at(word, true);
		struct word *w = &p->word[word % PAGE / 8];
		unsigned int bytes = bytes_in(word, start, end);

		if (p->data)
			continue;
		if (unlikely(w->syncs || me->fenced_at == me->now.t[me->slot]) &&
		    !(kind & FB_ACCESS_MARKED) && size <= 8)
			fb_race_carry(me, addr, kind & FB_ACCESS_WRITE, w->syncs);
		if (is_entered(w, me, bytes, kind))
			continue;
		if (!here)
			here = fb_stack_here();
		enter(w, word, me, bytes, kind, here);
	}
}

static bool is_shared(const struct word *w, const struct fb_race_thread *me)
{
	for (const struct access *a = w->first; a; a = a->next)
		if (a->slot != me->slot)
			return true;
	return false;
}

/* Does the function at @pc belong to fs/fuse? Shim and taken code are not made for such points. */
static bool in_fuse(uintptr_t pc)
{
	static struct fb_table cache;
	static char yes, no;
	char *v = fb_table_get(&cache, pc);

	if (!v) {
		unsigned int n;
		const struct fb_sym *sym = fb_symbolize(pc - 1, &n);

		v = n && sym[n - 1].file && strstr(sym[n - 1].file, "fs/fuse/") ? &yes : &no;
		fb_table_set(&cache, pc, v);
	}
	return v == &yes;
}

void fb_race_point(const void *addr, size_t size, bool write, uintptr_t pc)
{
	uintptr_t start = (uintptr_t)addr;
	struct fb_race_thread *me;

	if (likely(!fb_core.access_points) || !fb_core.cur || fb_core.stopped)
		return;
	me = fb_race_me();
	if (me->paused)
		return;
	for (uintptr_t a = start & ~7ul; a < start + size; a += 8) {
		struct word *w = word_at(a, false);

		if (w && is_shared(w, me) && in_fuse(pc)) {
			fb_point(write ? FB_PT_OTHER : FB_PT_READ, (void *)a);
			break;
		}
	}
	for (uintptr_t a = start & ~7ul; a < start + size && unlikely(fb_x_on); a += 8)
		fb_touch((void *)a, write);
}

static void forget_word(struct word *w)
{
	while (w->first) {
		struct access *a = w->first;

		w->first = a->next;
		access_free(a);
	}
	w->syncs = NULL;
}

/* What was at [@start, @start + @size) has nothing to do with what is there now. */
void fb_race_forget(const void *start, size_t size)
{
	uintptr_t addr = (uintptr_t)start & ~7ul, end = (uintptr_t)start + size;

	if (!fb_race_on)
		return;
	while (addr < end) {
		struct page *p = page_at(addr, false);

		if (!p) {
			addr = (addr / PAGE + 1) * PAGE;
			continue;
		}
		p->data = false;
		forget_word(&p->word[addr % PAGE / 8]);
		addr += 8;
	}
}

/* A new object: its maker has written it. */
void fb_race_allocated(const void *start, size_t size)
{
	if (!fb_race_on)
		return;
	fb_race_forget(start, size);
	fb_race_access(start, size, FB_ACCESS_WRITE);
}

/** fb_race_data() - see race.h. */
void fb_race_data(const void *start, size_t size)
{
	if (!fb_race_on)
		return;
	fb_race_forget(start, size);
	for (uintptr_t addr = (uintptr_t)start; addr < (uintptr_t)start + size; addr += PAGE)
		page_at(addr, true)->data = true;
}

/* Whoever frees an object writes to all of it. */
void fb_race_freed(const void *start, size_t size)
{
	if (fb_race_on)
		fb_race_access(start, size, FB_ACCESS_WRITE | FB_ACCESS_FREE);
}

/** fb_race_accesses() - see race.h. */
unsigned long fb_race_accesses(void)
{
	return nr_accesses;
}

/** fb_race_known() - see race.h. */
void fb_race_known(fb_race_known_fn fn, void *arg)
{
	known = fn;
	known_arg = arg;
	fb_table_reset(&verdicts);
}

/** fb_race_known_met() - see race.h. */
unsigned long fb_race_known_met(void)
{
	return known_met;
}

void fb_race_shadow_reset(void)
{
	fb_table_reset(&pages);
	fb_table_reset(&told);
	memset(recent, 0, sizeof(recent));
	spare = NULL;
	nr_accesses = 0;
}
