// SPDX-License-Identifier: GPL-2.0
/*
 * Unguarded memory: size classes in one arena, each object between redzones. Quick, and fit for
 * ASan and memcheck, which watch every access themselves. A freed object is filled with a pattern
 * and waits before it is used again.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "internal.h"
#include "snapshot.h"

#define CHUNK 65536ul
#define ARENA (4ul << 30)
#define NR_CHUNKS (ARENA / CHUNK)
#define QUARANTINE 64 /* freed objects that a class keeps back */

static const unsigned int cell_size[] = {
	64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384,
};
#define NR_CLASSES (sizeof(cell_size) / sizeof(cell_size[0]))
#define SPAN NR_CLASSES /* the object has whole chunks of its own */

struct chunk {
	unsigned int class_;
	unsigned int nr_cells; /* handed out so far; SPAN: distance to the first chunk */
	struct fb_block **cell;
};

static char *arena;
static struct chunk chunks[NR_CHUNKS];
static size_t nr_chunks;
static struct chunk *open_chunk[NR_CLASSES];
static FB_UNTOLD struct {
	struct fb_block *oldest, *newest;
	unsigned int n;
} freed[NR_CLASSES + 1];
static uint64_t nr_freed[NR_CLASSES + 1]; /* ever */

static void fill(void *p, int byte, size_t n)
{
	if (!FB_ASAN && !FB_VALGRIND)
		memset(p, byte, n);
}

/* New chunks; NULL when the arena is full. */
static struct chunk *take_chunks(size_t n)
{
	struct chunk *c = &chunks[nr_chunks];

	if (!arena) {
		char *p = fb_map(ARENA + CHUNK, PROT_READ | PROT_WRITE);

		arena = (char *)(((uintptr_t)p + CHUNK - 1) & ~(CHUNK - 1));
	}
	if (n > NR_CHUNKS - nr_chunks)
		return NULL;
	fb_asan_poison(arena + nr_chunks * CHUNK, n * CHUNK);
	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_NOACCESS(arena + nr_chunks * CHUNK, n * CHUNK);
	nr_chunks += n;
	return c;
}

static char *chunk_start(const struct chunk *c)
{
	return arena + (size_t)(c - chunks) * CHUNK;
}

/*
 * Cells begin at multiples of their size, so a size that @align divides keeps every cell aligned.
 */
static unsigned int class_for(size_t need, size_t align)
{
	unsigned int i;

	for (i = 0; i < NR_CLASSES && (cell_size[i] < need || cell_size[i] % align); i++)
		;
	return i;
}

/* The oldest freed object, once enough others are waiting; what remains is where it was. */
static char *reuse(struct fb_block *b, size_t offset)
{
	struct fb_block *old = freed[b->class_].oldest;
	struct chunk *c;
	size_t at;

	if (!old || freed[b->class_].n < QUARANTINE)
		return NULL;
	fb_pool_reused(old);
	fb_tell(-1, FB_FACT_FREED, (uintptr_t)old->addr, old->class_, old->freed_nth);
	freed[b->class_].oldest = old->next_free;
	freed[b->class_].n--;
	c = &chunks[(size_t)(old->addr - arena) / CHUNK];
	at = (size_t)(old->addr - chunk_start(c)) / cell_size[b->class_];
	c->cell[at] = b;
	return chunk_start(c) + at * cell_size[b->class_] + offset;
}

static char *carve(struct fb_block *b, size_t offset)
{
	struct chunk *c = open_chunk[b->class_];
	size_t size = cell_size[b->class_];

	if (!c || (c->nr_cells + 1) * size > CHUNK) {
		c = take_chunks(1);
		if (!c)
			return NULL;
		*c = (struct chunk){.class_ = b->class_};
		c->cell = fb_run_alloc(CHUNK / size * sizeof(struct fb_block *));
		open_chunk[b->class_] = c;
	}
	c->cell[c->nr_cells] = b;
	fb_tell(1, FB_FACT_CELL, (uintptr_t)c, c->nr_cells, 0);
	return chunk_start(c) + c->nr_cells++ * size + offset;
}

static char *take_span(struct fb_block *b, size_t offset)
{
	size_t n = (offset + b->size + FB_REDZONE + CHUNK - 1) / CHUNK;
	struct chunk *c;

	/*
	 * Chunks start at multiples of their size; what wants more alignment than that is not
	 * kernel memory.
	 */
	if (offset > CHUNK)
		return NULL;
	c = take_chunks(n);
	if (!c)
		return NULL;
	for (size_t i = 0; i < n; i++)
		c[i] = (struct chunk){.class_ = SPAN, .nr_cells = (unsigned int)i};
	c->cell = fb_run_alloc(sizeof(struct fb_block *));
	c->cell[0] = b;
	return chunk_start(c) + offset;
}

bool fb_pool_alloc(struct fb_block *b, size_t align)
{
	size_t offset = align > FB_REDZONE ? align : FB_REDZONE;
	char *p = NULL;

	b->class_ = class_for(offset + b->size + FB_REDZONE, align);
	if (b->class_ == SPAN) {
		p = take_span(b, offset);
	} else {
		p = reuse(b, offset);
		if (!p)
			p = carve(b, offset);
	}
	if (!p)
		return false;
	b->addr = p;
	fb_asan_unpoison(p, b->size);
	if (FB_VALGRIND)
		VALGRIND_MAKE_MEM_UNDEFINED(p, b->size);
	fill(p - FB_REDZONE, FB_BYTE_REDZONE, FB_REDZONE);
	fill(p + b->size, FB_BYTE_REDZONE, FB_REDZONE);
	return true;
}

void fb_pool_free(struct fb_block *b)
{
	fill(b->addr, FB_BYTE_FREED, b->size);
	fb_asan_poison(b->addr, b->size);
	if (FB_VALGRIND)
		VALGRIND_FREELIKE_BLOCK(b->addr, FB_REDZONE);
	b->next_free = NULL;
	b->freed_nth = nr_freed[b->class_]++;
	fb_tell(1, FB_FACT_FREED, (uintptr_t)b->addr, b->class_, b->freed_nth);
	if (freed[b->class_].n++)
		freed[b->class_].newest->next_free = b;
	else
		freed[b->class_].oldest = b;
	freed[b->class_].newest = b;
}

struct fb_block *fb_pool_find(const void *p)
{
	size_t off = (size_t)((const char *)p - arena);
	struct chunk *c;

	if (!arena || off >= nr_chunks * CHUNK)
		return NULL;
	c = &chunks[off / CHUNK];
	if (c->class_ == SPAN)
		return (c - c->nr_cells)->cell[0];
	off = off % CHUNK / cell_size[c->class_];
	return off < c->nr_cells ? c->cell[off] : NULL;
}

long fb_pool_scribbled(const struct fb_block *b)
{
	if (FB_ASAN || FB_VALGRIND)
		return -1;
	/* All bytes equal the first one when the object equals itself, shifted by one. */
	if (!b->size || ((unsigned char)b->addr[0] == FB_BYTE_FREED &&
			 !memcmp(b->addr, b->addr + 1, b->size - 1)))
		return -1;
	for (size_t i = 0; i < b->size; i++)
		if ((unsigned char)b->addr[i] != FB_BYTE_FREED)
			return (long)i;
	return -1;
}

/* Chunks point at blocks, which are told of. */
void fb_pool_untold(void (*untold)(const void *start, const void *end))
{
	untold(chunks, chunks + NR_CHUNKS);
}

void fb_pool_release(void)
{
	if (arena && nr_chunks) {
		fb_asan_unpoison(arena, nr_chunks * CHUNK);
		if (nr_chunks > 1024)
			madvise(arena + 1024 * CHUNK, (nr_chunks - 1024) * CHUNK, MADV_DONTNEED);
	}
	nr_chunks = 0;
	memset(open_chunk, 0, sizeof(open_chunk));
	memset(freed, 0, sizeof(freed));
	memset(nr_freed, 0, sizeof(nr_freed));
}
