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
#define MAX_PAGES (1u << 16)
#define MAPS_LEN (1u << 18)
#define HEAP_ROOM (8ul << 20) /* so that malloc() need not grow the heap in a run */
#define DESCRIPTOR 2560ul /* glibc's struct pthread, into which the kernel writes (rseq) */

extern char __start_fb_kept[], __stop_fb_kept[];

struct range {
	uintptr_t start, end;
};

struct page {
	uintptr_t addr;
	bool partial; /* parts of it are kept */
};

static FB_KEPT struct range kept[MAX_RANGES], range[MAX_RANGES];
static FB_KEPT unsigned int nr_kept, nr_ranges;
static FB_KEPT struct page *page;
static FB_KEPT char (*image)[PAGE]; /* what the pages held */
static FB_KEPT unsigned int nr_pages;
static FB_KEPT char *maps;
static FB_KEPT void *brk_then;
static FB_KEPT bool taken, spoilt;

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

/* Writable private memory, but for the process's stack. */
static bool read_line(const char *line)
{
	char *at;
	uintptr_t start = strtoul(line, &at, 16), end = strtoul(at + 1, &at, 16);
	const char *eol = strchr(line, '\n');

	if (strncmp(at, " rw-p", 5) && strncmp(at, " rwxp", 5))
		return true;
	if (eol && eol - line > 7 && !strncmp(eol - 7, "[stack]", 7))
		return true;
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

/* Save a page; it is writable from now on. */
static bool save(uintptr_t addr)
{
	struct page *p = &page[nr_pages];

	if (nr_pages == MAX_PAGES)
		return false;
	memcpy(image[nr_pages], (const void *)addr, PAGE);
	*p = (struct page){.addr = addr};
	for (unsigned int i = 0; i < nr_kept && !p->partial; i++)
		p->partial = overlaps(addr, &kept[i]);
	nr_pages++;
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
	for (unsigned int i = 0; i < nr_ranges; i++)
		if (mprotect((void *)range[i].start, range[i].end - range[i].start, prot))
			abort();
}

/* malloc() gets what it may need in a run now, and from now on from the heap alone. */
static void prepare_heap(void)
{
	mallopt(M_MMAP_THRESHOLD, HEAP_ROOM);
	mallopt(M_TRIM_THRESHOLD, 64 * HEAP_ROOM);
	free(malloc(HEAP_ROOM - 4096));
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
	prepare_heap();
	if (!find_ranges())
		return false;
	brk_then = sbrk(0);
	nr_pages = 0;
	protect(PROT_READ);
	taken = true;
	return save_partial();
}

void fb_snapshot_drop(void)
{
	if (!taken)
		return;
	protect(PROT_READ | PROT_WRITE);
	taken = false;
}

/* Byte by byte: what is kept in between stays. */
static void restore_partial(const struct page *p, const char *from)
{
	for (size_t i = 0; i < PAGE; i++) {
		uintptr_t at = p->addr + i;
		bool keep = false;

		for (unsigned int k = 0; k < nr_kept && !keep; k++)
			keep = at >= kept[k].start && at < kept[k].end;
		if (!keep)
			*(char *)at = from[i];
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
		if (page[i].partial)
			restore_partial(&page[i], image[i]);
		else
			memcpy((void *)page[i].addr, image[i], PAGE);
	}
	return true;
}
