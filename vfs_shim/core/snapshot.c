// SPDX-License-Identifier: GPL-2.0
/*
 * Snapshot: see snapshot.h.
 *
 * The fault handler must not fault: it touches its own stack, FB_KEPT variables and kept pages.
 */
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "explore_internal.h"
#include "snapshot.h"

#define PAGE 4096ul
#define MAX_RANGES 1024
#define MAX_UNTOLD 8
#define MAX_PAGES (1u << 16)
#define MAPS_LEN (1u << 18)
#define HEAP_ROOM (8ul << 20) /* so that malloc() need not grow the heap in a run */
#define SPARE_STACKS 16 /* likewise */
#define DESCRIPTOR 2560ul /* glibc's struct pthread, into which the kernel writes (rseq) */

extern char _end[], __start_fb_kept[], __stop_fb_kept[], __start_fb_untold[], __stop_fb_untold[];

struct fb_digest fb_told;

struct range {
	uintptr_t start, end;
};

struct page {
	uintptr_t addr;
	const struct fb_ctx *stack; /* of this task */
	uint16_t keep_from, keep_to; /* this part is not put back */
	bool untold; /* parts of it are no state */
	bool open; /* writable: it may differ */
	bool late; /* never written to before the end of the region */
};

static FB_KEPT struct range kept[MAX_RANGES], range[MAX_RANGES], untold[MAX_UNTOLD];
static FB_KEPT unsigned int nr_kept, nr_ranges, nr_untold;
static FB_KEPT struct page *page;
static FB_KEPT char (*image)[PAGE]; /* what the pages held */
static FB_KEPT unsigned int nr_pages;
static FB_KEPT char *maps;
static FB_KEPT void *brk_then;
static FB_KEPT bool taken, spoilt, at_end;

bool fb_snapshot_possible(void)
{
	return !FB_ASAN && !FB_MSAN && !FB_VALGRIND && !fb_race_built();
}

bool fb_snapshot_taken(void)
{
	return taken;
}

size_t fb_snapshot_pages(void)
{
	return nr_pages;
}

void fb_snapshot_spoil(void)
{
	spoilt = true;
}

/** fb_explore_outside() - see explore.h. */
void fb_explore_outside(void)
{
	spoilt = true;
}

void fb_snapshot_keep(const void *start, size_t size)
{
	if (nr_kept == MAX_RANGES)
		abort();
	kept[nr_kept++] = (struct range){(uintptr_t)start, (uintptr_t)start + size};
}

static int add_tls(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct range *r = arg;
	uintptr_t at = (uintptr_t)info->dlpi_tls_data;

	(void)size;
	for (int i = 0; at && i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_TLS)
			continue;
		if (at < r->start)
			r->start = at;
		if (at + info->dlpi_phdr[i].p_memsz > r->end)
			r->end = at + info->dlpi_phdr[i].p_memsz;
	}
	return 0;
}

/* Where libc and the kernel keep what belongs to the thread, whatever it runs. */
static struct range thread_memory(void)
{
	struct range r;

#if defined(__x86_64__)
	r.start = (uintptr_t)pthread_self();
	r.end = r.start + DESCRIPTOR;
#else
	r.end = (uintptr_t)__builtin_thread_pointer();
	r.start = r.end - DESCRIPTOR;
#endif
	dl_iterate_phdr(add_tls, &r);
	r.start &= ~(PAGE - 1);
	r.end = (r.end + PAGE - 1) & ~(PAGE - 1);
	return r;
}

static bool add_range(uintptr_t start, uintptr_t end)
{
	if (start >= end)
		return true;
	if (nr_ranges == MAX_RANGES)
		return false;
	range[nr_ranges++] = (struct range){start, end};
	return true;
}

/* Take the whole pages of @k out of the ranges. */
static bool leave_out(const struct range *k)
{
	uintptr_t start = (k->start + PAGE - 1) & ~(PAGE - 1), end = k->end & ~(PAGE - 1);
	bool ok = true;

	for (unsigned int i = 0; i < nr_ranges && ok && start < end; i++) {
		struct range *r = &range[i];
		uintptr_t old = r->end;

		if (end <= r->start || start >= r->end)
			continue;
		r->end = start > r->start ? start : r->start;
		ok = end >= old || add_range(end, old);
	}
	return ok;
}

static void add_untold(const void *start, const void *end)
{
	if (nr_untold == MAX_UNTOLD)
		abort();
	untold[nr_untold++] = (struct range){(uintptr_t)start, (uintptr_t)end};
}

static bool ends_with(const char *line, const char *eol, const char *name)
{
	size_t len = strlen(name);

	return eol && (size_t)(eol - line) > len && !strncmp(eol - len, name, len);
}

/* Writable private memory, but for the process's stack. */
static bool read_line(const char *line)
{
	char *at;
	uintptr_t start = strtoul(line, &at, 16), end = strtoul(at + 1, &at, 16);
	const char *eol = strchr(line, '\n');

	if (strncmp(at, " rw-p", 5) && strncmp(at, " rwxp", 5))
		return true;
	if (ends_with(line, eol, "[stack]"))
		return true;
	/* The program's own data may be part of the same mapping. */
	if (ends_with(line, eol, "[heap]"))
		add_untold(start < (uintptr_t)_end ? _end : (char *)start, (char *)end);
	return add_range(start, end);
}

static bool read_maps(void)
{
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;
	bool ok = fd >= 0;

	while (ok && n > 0 && len < MAPS_LEN - 1) {
		n = read(fd, maps + len, MAPS_LEN - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	ok = ok && !n;
	maps[len] = '\0';
	for (const char *line = maps; ok && *line; line = strchr(line, '\n') + 1)
		ok = read_line(line);
	return ok;
}

static bool find_ranges(void)
{
	const struct range thread = thread_memory();
	bool ok;

	nr_ranges = 0;
	ok = read_maps() && leave_out(&thread);
	for (unsigned int i = 0; i < nr_kept && ok; i++)
		ok = leave_out(&kept[i]);
	return ok;
}

static bool overlaps(uintptr_t addr, const struct range *r)
{
	return r->start < addr + PAGE && addr < r->end;
}

static bool untold_at(uintptr_t addr, size_t size)
{
	for (unsigned int i = 0; i < nr_untold; i++)
		if (untold[i].start < addr + size && addr < untold[i].end)
			return true;
	return false;
}

/* Which part of the page does not belong to the snapshot? There is no more than one. */
static void keep_part(struct page *p)
{
	for (unsigned int i = 0; i < nr_kept; i++) {
		const struct range *k = &kept[i];

		if (!overlaps(p->addr, k))
			continue;
		p->keep_from = (uint16_t)(k->start > p->addr ? k->start - p->addr : 0);
		p->keep_to = (uint16_t)(k->end < p->addr + PAGE ? k->end - p->addr : PAGE);
	}
}

/* A page that was saved, and is protected again. */
static struct page *late_page(uintptr_t addr)
{
	for (unsigned int i = 0; i < nr_pages; i++)
		if (page[i].addr == addr)
			return &page[i];
	return NULL;
}

/* Save a page, unless it is; it is writable from now on. */
static bool save(uintptr_t addr)
{
	struct page *p = late_page(addr);

	if (!p) {
		if (nr_pages == MAX_PAGES)
			return false;
		p = &page[nr_pages];
		memcpy(image[nr_pages++], (const void *)addr, PAGE);
		*p = (struct page){.addr = addr, .stack = fb_ctx_at(addr), .late = true};
		p->untold = untold_at(addr, PAGE);
		keep_part(p);
	}
	p->open = true;
	p->late &= at_end;
	return !mprotect((void *)addr, PAGE, PROT_READ | PROT_WRITE);
}

bool fb_snapshot_fault(const void *addr)
{
	uintptr_t at = (uintptr_t)addr & ~(PAGE - 1);

	if (!taken)
		return false;
	for (unsigned int i = 0; i < nr_ranges; i++)
		if (at >= range[i].start && at < range[i].end)
			return save(at);
	return false;
}

static void protect(int prot)
{
	for (unsigned int i = 0; i < nr_ranges; i++) {
		size_t size = range[i].end - range[i].start;

		/* Nothing may be left of a range, for which qemu-user has an error. */
		if (size && mprotect((void *)range[i].start, size, prot))
			abort();
	}
}

/* Not elsewhere: a compiler may leave out both calls. */
static void make_room(void)
{
	void *volatile p = malloc(HEAP_ROOM - 4096);

	free(p);
}

/**
 * fb_snapshot_heap() - malloc() gets what it may need in runs now, and from now on from the heap
 *	alone. Before any run.
 */
void fb_snapshot_heap(void)
{
	static FB_KEPT bool done;

	if (done)
		return;
	done = true;
	mallopt(M_MMAP_THRESHOLD, 4 * HEAP_ROOM);
	mallopt(M_TRIM_THRESHOLD, 64 * HEAP_ROOM);
	make_room();
}

static void allocate(void)
{
	if (page)
		return;
	page = fb_x_map(MAX_PAGES * sizeof(*page));
	image = fb_x_map(MAX_PAGES * PAGE);
	maps = fb_x_map(MAPS_LEN);
	fb_snapshot_keep(__start_fb_kept, (size_t)(__stop_fb_kept - __start_fb_kept));
}

/* Pages that are kept in part may hold what the handler needs: they are not left to it. */
static bool save_partial(void)
{
	const struct range *k;

	for (unsigned int i = 0; i < nr_kept; i++) {
		k = &kept[i];
		if ((k->start & (PAGE - 1)) && !save(k->start & ~(PAGE - 1)))
			return false;
		if ((k->end & (PAGE - 1)) && (k->end & ~(PAGE - 1)) != (k->start & ~(PAGE - 1)) &&
		    !save(k->end & ~(PAGE - 1)))
			return false;
	}
	return true;
}

bool fb_snapshot_take(void)
{
	if (!fb_snapshot_possible() || spoilt)
		return false;
	allocate();
	make_room();
	fb_ctx_reserve(SPARE_STACKS);
	nr_pages = nr_untold = 0;
	if (!find_ranges())
		return false;
	brk_then = sbrk(0);
	add_untold(__start_fb_untold, __stop_fb_untold);
	fb_pool_untold(add_untold);
	at_end = false;
	/* What the loader does for the first call of a function is a fault, too. */
	taken = true;
	protect(PROT_READ);
	return save_partial();
}

void fb_snapshot_drop(void)
{
	if (!taken)
		return;
	protect(PROT_READ | PROT_WRITE);
	taken = false;
}

void fb_snapshot_phase(bool end)
{
	at_end = end;
}

static void put_back(const struct page *p, const char *from)
{
	char *to = (char *)p->addr;

	if (p->keep_to) {
		memcpy(to, from, p->keep_from);
		memcpy(to + p->keep_to, from + p->keep_to, PAGE - p->keep_to);
	} else if (memcmp(to, from, PAGE)) {
		memcpy(to, from, PAGE);
	}
}

bool fb_snapshot_restore(void)
{
	if (spoilt || sbrk(0) != brk_then) {
		spoilt = true;
		fb_snapshot_drop();
		return false;
	}
	for (unsigned int i = 0; i < nr_pages; i++) {
		struct page *p = &page[i];

		if (!p->open)
			continue;
		put_back(p, image[i]);
		if (!p->late)
			continue;
		p->open = false;
		if (mprotect((void *)p->addr, PAGE, PROT_READ))
			abort();
	}
	at_end = false;
	return true;
}

static void add(struct fb_digest *d, uint64_t where, uint64_t what)
{
	uint64_t h = fb_stir(fb_stir(where) + what);

	d->w[0] += h;
	d->w[1] ^= fb_stir(h + 0x632be59bd9b4e019ull);
}

/* What lies below the stack pointer of a task, or on the stack of none, is not there any more. */
static size_t live_from(const struct page *p)
{
	const struct fb_ctx *c = p->stack;
	struct fb_task *t;
	uintptr_t sp = ~0ul;

	if (p->addr - (uintptr_t)fb_core.main.low < fb_core.main.size)
		sp = (uintptr_t)fb_core.main.sp;
	else if (!c)
		return 0;
	for (unsigned int i = 0; c && (t = fb_task_at(i)); i++)
		if (t->ctx == c)
			sp = (uintptr_t)c->sp;
	if (sp <= p->addr)
		return 0;
	return sp - p->addr < PAGE ? sp - p->addr : PAGE;
}

static void digest_page(struct fb_digest *d, const struct page *p, const char *from)
{
	const char *now = (const char *)p->addr;

	for (size_t i = live_from(p); i < PAGE; i += sizeof(uint64_t)) {
		uint64_t a, b;

		memcpy(&a, now + i, sizeof(a));
		memcpy(&b, from + i, sizeof(b));
		if (a == b || (i >= p->keep_from && i < p->keep_to) ||
		    (p->untold && untold_at(p->addr + i, sizeof(a))))
			continue;
		add(d, p->addr + i, a);
	}
}

struct fb_digest fb_snapshot_digest(void)
{
	struct fb_digest d = {{1, 1}};
	struct fb_task *t;

	for (unsigned int i = 0; i < nr_pages; i++)
		if (page[i].open && memcmp((const void *)page[i].addr, image[i], PAGE))
			digest_page(&d, &page[i], image[i]);
	for (unsigned int i = 0; (t = fb_task_at(i)); i++)
		if (t->ctx)
			add(&d, i, (uintptr_t)t->ctx->sp);
	return d;
}
