// SPDX-License-Identifier: GPL-2.0
/*
 * Stacks: a walk along the saved frame pointers, and a store in which each distinct stack has a
 * number.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"

struct stored {
	struct stored *next; /* same hash */
	uint64_t hash;
	fb_stack_t id;
	unsigned int n;
	uintptr_t pc[];
};

#define BATCH_SIZE (256ul << 10)
#define UNKNOWN UINT32_MAX /* a stack that nobody has kept */

/* Room for stored stacks, one after another. */
struct batch {
	struct batch *next;
	size_t used;
	char room[];
};

/*
 * Program counters mean the same in every run of the process, so runs of one scenario share the
 * store, in which they find nearly all of their stacks. That of many scenarios would be too big for
 * a processor's cache, and looking things up in it half of what a run costs.
 */
static struct fb_table by_hash;
static struct stored **by_id;
static fb_stack_t nr_stored, room;
static struct batch *batches;

/*
 * In front of the table: most stacks were seen just before. 64 bits tell them apart well enough
 * here.
 */
#define NR_RECENT 8192
static struct {
	uint64_t hash;
	fb_stack_t id;
} recent[NR_RECENT];

static struct stored *stored_new(unsigned int n)
{
	size_t size = sizeof(struct stored) + n * sizeof(uintptr_t);
	struct batch *b = batches;

	if (!b || b->used + size > BATCH_SIZE) {
		b = malloc(sizeof(*b) + BATCH_SIZE);
		if (!b)
			abort();
		b->next = batches;
		b->used = 0;
		batches = b;
	}
	b->used += size;
	return (struct stored *)(b->room + b->used - size);
}

/* Ends the meaning of all numbers of stacks: nothing of an earlier run may be kept. */
void fb_stacks_forget(void)
{
	while (batches) {
		struct batch *b = batches;

		batches = b->next;
		free(b);
	}
	fb_table_free(&by_hash);
	memset(recent, 0, sizeof(recent));
	nr_stored = 0;
}

/* Two polynomials side by side, as a processor multiplies faster than it waits for the product. */
static uint64_t hash_of(const uintptr_t *pc, unsigned int n)
{
	const uint64_t base = 0x9e3779b97f4a7c15ull;
	uint64_t even = n, odd = 0;
	unsigned int i;

	for (i = 0; i + 1 < n; i += 2) {
		even = (even + pc[i]) * base;
		odd = (odd + pc[i + 1]) * base;
	}
	if (i < n)
		even = (even + pc[i]) * base;
	return fb_mix(even ^ fb_mix(odd));
}

fb_stack_t fb_stack_intern(const uintptr_t *pc, unsigned int n)
{
	struct stored *s, *first;
	uint64_t hash;

	if (!n)
		return 0;
	hash = hash_of(pc, n);
	if (likely(recent[hash % NR_RECENT].hash == hash && recent[hash % NR_RECENT].id))
		return recent[hash % NR_RECENT].id;
	recent[hash % NR_RECENT].hash = hash;
	first = fb_table_get(&by_hash, hash);
	for (s = first; s; s = s->next)
		if (s->n == n && !memcmp(s->pc, pc, n * sizeof(*pc)))
			return recent[hash % NR_RECENT].id = s->id;
	s = stored_new(n);
	if (nr_stored + 1 >= room) {
		room = room ? room * 2 : 1024;
		by_id = realloc(by_id, room * sizeof(struct stored *));
		if (!by_id)
			abort();
	}
	s->next = first;
	s->hash = hash;
	s->id = ++nr_stored;
	s->n = n;
	memcpy(s->pc, pc, n * sizeof(*pc));
	by_id[s->id] = s;
	fb_table_set(&by_hash, hash, s);
	return recent[hash % NR_RECENT].id = s->id;
}

const struct fb_frames *fb_stack_frames(fb_stack_t id, struct fb_frames *buf)
{
	buf->n = 0;
	if (id && id <= nr_stored) {
		buf->n = by_id[id]->n;
		memcpy(buf->pc, by_id[id]->pc, buf->n * sizeof(buf->pc[0]));
	}
	return buf;
}

/*
 * Each frame begins with the caller's frame pointer and the return address (x86-64 and arm64
 * alike). The walk ends where the chain leaves the stack or does not ascend, and at the base frame,
 * whose saved frame pointer is 0.
 */
FB_UNCHECKED static unsigned int walk(const struct fb_ctx *c, uintptr_t fp, uintptr_t *pc,
				    unsigned int n)
{
	uintptr_t low = (uintptr_t)c->low, high = low + c->size - 2 * sizeof(uintptr_t);

	while (n < FB_MAX_FRAMES && fp >= low && fp <= high && !(fp & 7)) {
		const uintptr_t *frame = (const uintptr_t *)fp;

		if (!frame[0] || !frame[1])
			break;
		pc[n++] = frame[1];
		if (frame[0] <= fp)
			break;
		fp = frame[0];
	}
	return n;
}

fb_stack_t fb_stack_from(const struct fb_ctx *c, struct fb_frames *buf, uintptr_t fp)
{
	return fb_stack_intern(buf->pc, walk(c, fp, buf->pc, buf->n));
}

/**
 * fb_stack_here() - the stack of the caller, as a number that stays valid until a run of another
 *	name
 * begins; in a run without stacks a number without frames, as 0 says that something never happened.
 * Some 30 ns.
 */
__attribute__((noinline)) fb_stack_t fb_stack_here(void)
{
	uintptr_t pc[FB_MAX_FRAMES];

	if (!fb_core.ctx)
		return 0;
	if (fb_core.no_stacks)
		return UNKNOWN;
	return fb_stack_intern(pc, walk(fb_core.ctx, (uintptr_t)__builtin_frame_address(0), pc, 0));
}

/** fb_stack_of() - where @t is blocked; 0 if it has not started or has ended. */
FB_UNCHECKED fb_stack_t fb_stack_of(const struct fb_task *t)
{
	uintptr_t buf[FB_MAX_FRAMES], fp;

	if (t == fb_core.cur)
		return fb_stack_here();
	if (!t->ctx)
		return 0;
	fb_ctx_saved(t->ctx, &fp, &buf[0]);
	return fb_stack_intern(buf, walk(t->ctx, fp, buf, 1));
}

/** fb_stack_depth() - frames, core's own included. */
unsigned int fb_stack_depth(fb_stack_t s)
{
	return s && s <= nr_stored ? by_id[s]->n : 0;
}

/* Calls @fn for each frame outside core, innermost first; it returns true to go on. */
static void each_frame(fb_stack_t s, bool (*fn)(const struct fb_sym *sym, void *arg), void *arg)
{
	struct fb_frames frames;

	fb_stack_frames(s, &frames);
	for (unsigned int i = 0; i < frames.n; i++) {
		unsigned int n;
		const struct fb_sym *sym = fb_symbolize(frames.pc[i] - 1, &n);

		for (unsigned int k = 0; k < n; k++)
			if (!sym[k].core && !fn(&sym[k], arg))
				return;
	}
}

bool fb_stack_alike(fb_stack_t a, fb_stack_t b)
{
	struct fb_frames x, y;

	if (a == b)
		return true;
	fb_stack_frames(a, &x);
	fb_stack_frames(b, &y);
	if (x.n != y.n)
		return false;
	for (unsigned int i = 0; i < x.n; i++) {
		unsigned int n, m;
		const struct fb_sym *s, *t;

		if (x.pc[i] == y.pc[i])
			continue;
		s = fb_symbolize(x.pc[i] - 1, &n);
		t = fb_symbolize(y.pc[i] - 1, &m);
		if (n != m)
			return false;
		while (n--)
			if (strcmp(s[n].function, t[n].function) || s[n].line != t[n].line)
				return false;
	}
	return true;
}

struct printer {
	FILE *to;
	const char *indent;
	unsigned int n, max;
};

static void print_place(FILE *to, const struct fb_sym *sym)
{
	if (sym->file)
		fprintf(to, "%s at %s:%d", sym->function, sym->file, sym->line);
	else
		fprintf(to, "%s", sym->function);
}

static bool print_frame(const struct fb_sym *sym, void *arg)
{
	struct printer *p = arg;

	fprintf(p->to, "%s#%u ", p->indent, p->n++);
	print_place(p->to, sym);
	fputc('\n', p->to);
	return strcmp(sym->function, "main") != 0;
}

/** fb_stack_print() - see stack.h. Slow when a place is seen for the first time. */
void fb_stack_print(FILE *to, fb_stack_t s, const char *indent)
{
	struct printer p = {.to = to, .indent = indent};

	each_frame(s, print_frame, &p);
	if (!p.n)
		fprintf(to, "%s(no stack)\n", indent);
}

/*
 * Where a caller is not interesting in itself: allocators, waits, look-ups of descriptors, small
 * helpers that are inlined everywhere.
 */
static bool is_helper(const char *file)
{
	static const char *const helpers[] = {
		"vfs_shim/include/",
		"vfs_shim/mm/slab.c",
		"vfs_shim/mm/page_alloc.c",
		"vfs_shim/mm/util.c",
		"vfs_shim/fs/file.c",
		"vfs_shim/kernel/signal.c",
		"vfs_shim/kernel/sched/",
		"vfs_shim/kernel/locking/",
		"vfs_shim/kernel/workqueue.c",
		"vfs_shim/lib/",
		"kernel/sched/",
		"kernel/locking/",
		"sim/lower_log.c",
		"sim/box_faults.c",
		"sim/process.c",
		"include/linux/",
		"include/asm-generic/",
		"lib/",
	};

	for (size_t i = 0; file && i < sizeof(helpers) / sizeof(helpers[0]); i++)
		if (!strncmp(file, helpers[i], strlen(helpers[i])))
			return true;
	return !file;
}

static bool print_short(const struct fb_sym *sym, void *arg)
{
	struct printer *p = arg;

	if (!p->n && is_helper(sym->file))
		return true;
	if (p->n)
		fputs(" < ", p->to);
	print_place(p->to, sym);
	return ++p->n < p->max;
}

/** fb_stack_print_brief() - see stack.h. */
void fb_stack_print_brief(FILE *to, fb_stack_t s, unsigned int max)
{
	struct printer p = {.to = to, .max = max};

	each_frame(s, print_short, &p);
	if (!p.n)
		fputs("(no stack)", to);
}

struct site_search {
	const char *best, *any, *file;
};

static bool look_for_site(const struct fb_sym *sym, void *arg)
{
	struct site_search *s = arg;

	if (!s->any)
		s->any = sym->function;
	if (is_helper(sym->file))
		return true;
	s->best = sym->function;
	s->file = sym->file;
	return false;
}

/**
 * fb_stack_site() - the function that a reader would name as the place: not core, not an allocator,
 * not a header's inline.
 */
const char *fb_stack_site(fb_stack_t id)
{
	struct site_search s = {0};

	each_frame(id, look_for_site, &s);
	return s.best ? s.best : s.any ? s.any : "(unknown)";
}

/** fb_stack_site_file() - the file of fb_stack_site(), as "fs/fuse/dir.c"; "" if nobody knows. */
const char *fb_stack_site_file(fb_stack_t id)
{
	struct site_search s = {0};

	each_frame(id, look_for_site, &s);
	return s.file ? s.file : "";
}

struct name_search {
	const char *name;
	bool found;
};

static bool look_for_name(const struct fb_sym *sym, void *arg)
{
	struct name_search *s = arg;
	size_t len = strlen(s->name), file_len = sym->file ? strlen(sym->file) : 0;

	if (!strcmp(sym->function, s->name))
		s->found = true;
	else if (file_len >= len && !strcmp(sym->file + file_len - len, s->name) &&
		 (file_len == len || sym->file[file_len - len - 1] == '/'))
		s->found = true;
	return !s->found;
}

/** fb_stack_has() - see stack.h. */
bool fb_stack_has(fb_stack_t id, const char *function_or_file)
{
	struct name_search s = {.name = function_or_file};

	each_frame(id, look_for_name, &s);
	return s.found;
}

static bool look_until_site(const struct fb_sym *sym, void *arg)
{
	struct name_search *s = arg;

	s->found = !strcmp(sym->function, s->name);
	return !s->found && is_helper(sym->file);
}

/** fb_stack_accesses() - see stack.h. */
bool fb_stack_accesses(fb_stack_t id, const char *function)
{
	struct name_search s = {.name = function};

	each_frame(id, look_until_site, &s);
	return s.found;
}

static bool look_once(const struct fb_sym *sym, void *arg)
{
	*(const char **)arg = sym->function;
	return false;
}

/** fb_stack_access() - see stack.h. */
const char *fb_stack_access(fb_stack_t id)
{
	const char *function = "(unknown)";

	each_frame(id, look_once, &function);
	return function;
}
