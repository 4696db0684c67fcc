/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A snapshot of the process's memory, to which it goes back again and again.
 *
 * All private writable memory is write protected; the first write to a page saves what it held, and
 * unprotects it for good. Going back costs a look at each page that was ever written to, and a copy
 * of those that differ. Not part of it: what fb_snapshot_keep() and FB_KEPT name, the stack of the
 * process (where whoever goes back runs), thread-local variables, shared memory, and everything
 * outside of memory, such as files.
 */
#ifndef FB_CORE_SNAPSHOT_H
#define FB_CORE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "told.h"

/* A static variable that keeps its value. */
#define FB_KEPT __attribute__((section("fb_kept")))

/*
 * A static variable that is put back, but is no state: what it counts or points at makes no
 * difference, or is told (told.h).
 */
#define FB_UNTOLD __attribute__((section("fb_untold")))

/* Whole pages that keep their contents. Before the snapshot is taken. */
void fb_snapshot_keep(const void *start, size_t size);
/* Not under valgrind, not with a sanitizer. */
bool fb_snapshot_possible(void);
void fb_snapshot_heap(void);
/*
 * On the process's stack, while all that is to be taken back is on others. Context: main stack.
 * Return: false when memory is too scattered; nothing is changed then.
 */
bool fb_snapshot_take(void);
bool fb_snapshot_taken(void);
/*
 * Make memory what it was. Return: false when the heap has grown since, which cannot be undone; the
 * snapshot is dropped then.
 */
bool fb_snapshot_restore(void);
/*
 * Begin (false) or end (true) of what is done again and again: pages that only the end writes to
 * are watched anew each time.
 */
void fb_snapshot_phase(bool end);
/*
 * What differs from the snapshot and may make a difference to what follows, in 128 bits. Left out
 * are the heap of malloc(), FB_UNTOLD, and what lies on stacks that is not in use.
 */
struct fb_digest fb_snapshot_digest(void);
/* Forget it; memory stays as it is. */
void fb_snapshot_drop(void);
/*
 * Something was done that a restore would not undo (a new mapping, an open file): none, any more.
 */
void fb_snapshot_spoil(void);
/* From the fault handler: was it a write to memory of the snapshot? Then it may go on. */
bool fb_snapshot_fault(const void *addr);
/* Pages written to since the snapshot was first taken. */
size_t fb_snapshot_pages(void);

#endif
