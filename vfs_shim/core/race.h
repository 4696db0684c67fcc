/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The race detector: which plain accesses of the kernel environment are ordered by nothing. It runs
 * where objects were compiled with -fsanitize=thread (make race); what they call is in race_tsan.c.
 *
 * The layer above tells here what its primitives order. In builds without FUSEBOX_RACE that costs
 * nothing. docs/races.md has the memory model and the rules.
 */
#ifndef FB_CORE_RACE_H
#define FB_CORE_RACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "stack.h"

/* As the kernel's suffixes say: _relaxed, _acquire, _release, none. */
enum fb_order { FB_RELAXED = 0, FB_ACQUIRE = 1, FB_RELEASE = 2, FB_FULL = 4 };

enum fb_atomic_op { FB_LOAD, FB_STORE, FB_RMW };

/* Bits of an access. */
enum fb_access {
	FB_ACCESS_READ = 0,
	FB_ACCESS_WRITE = 1,
	FB_ACCESS_MARKED = 2, /* READ_ONCE(), WRITE_ONCE(), atomics */
	FB_ACCESS_FREE = 4, /* with WRITE: the object was freed */
};

/* Two accesses that nothing orders, at least one of them a write and at least one of them plain. */
struct fb_race {
	const void *addr;
	fb_stack_t here, there; /* of the later access, of the earlier one */
	unsigned int kind, other_kind; /* bits of enum fb_access */
	unsigned int size, other_size; /* in bytes, within one 8-byte word */
};

#ifdef FUSEBOX_RACE

/*
 * Something that orders, known by an address. A release adds what current has done to what @obj
 * stands for; an acquire puts current behind all that was added so far.
 */
void fb_race_acquire(const void *obj);
void fb_race_release(const void *obj);
/*
 * The same for a lock: who owns it comes after every holder before, who shares it only after
 * owners.
 */
void fb_race_lock(const void *lock, bool shared);
void fb_race_unlock(const void *lock, bool shared);

/*
 * An atomic operation on @size bytes at @p that was just done, with nothing in between that lets
 * others run. It is a marked access.
 */
void fb_race_atomic(const void *p, size_t size, enum fb_atomic_op op, enum fb_order order);
/* smp_rmb(): FB_ACQUIRE, smp_wmb(): FB_RELEASE, smp_mb(): FB_FULL. */
void fb_race_fence(enum fb_order order);

/* Plain accesses that code without instrumentation does for its caller: memcpy(), user copies. */
void fb_race_read(const void *p, size_t size);
void fb_race_write(const void *p, size_t size);

/* Whole pages that hold contents of files: what happens there is the application's business. */
void fb_race_data(const void *start, size_t size);

/* What current does in between is no access; nests. For insides of primitives and data_race(). */
void fb_race_pause(void);
void fb_race_resume(void);
/*
 * Sequence counts: a writer's accesses are marked until the end; a reader's until it looks at the
 * count again, or for the next 1,000.
 */
void fb_race_seq_write(bool begin);
void fb_race_seq_read(bool begin);

#else

static inline void fb_race_acquire(const void *obj)
{
	(void)obj;
}

static inline void fb_race_release(const void *obj)
{
	(void)obj;
}

static inline void fb_race_atomic(const void *p, size_t size, enum fb_atomic_op op,
				  enum fb_order order)
{
	(void)p;
	(void)size;
	(void)op;
	(void)order;
}

static inline void fb_race_fence(enum fb_order order)
{
	(void)order;
}

static inline void fb_race_read(const void *p, size_t size)
{
	(void)p;
	(void)size;
}

static inline void fb_race_write(const void *p, size_t size)
{
	(void)p;
	(void)size;
}

static inline void fb_race_data(const void *start, size_t size)
{
	(void)start;
	(void)size;
}

static inline void fb_race_pause(void)
{
}

static inline void fb_race_resume(void)
{
}

static inline void fb_race_seq_write(bool begin)
{
	(void)begin;
}

static inline void fb_race_seq_read(bool begin)
{
	(void)begin;
}

#endif

/* Is any instrumented object linked in? */
bool fb_race_built(void);
/* Accesses looked at in this run. */
unsigned long fb_race_accesses(void);
/*
 * Asked once in a process for each pair of stacks that race, before it becomes a finding: true if
 * it is known and no finding. NULL: none is.
 */
typedef bool (*fb_race_known_fn)(const struct fb_race *r, void *arg);
void fb_race_known(fb_race_known_fn fn, void *arg);
/* How often a pair was met that the function above called known, in this process. */
unsigned long fb_race_known_met(void);

#endif
