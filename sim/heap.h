/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory of scenarios and server in the box.
 */
#ifndef FUSEBOX_SIM_HEAP_H
#define FUSEBOX_SIM_HEAP_H

#include <stddef.h>

/**
 * heap_reset() - forget everything that scenarios and server allocated
 *
 * To be called before each run: then each allocation of a run has the address that it has when the
 * run is repeated, alone or after others.
 */
void heap_reset(void);

/* What malloc() and its like of theirs are, as in the C library. */
void *heap_malloc(size_t size);
void *heap_calloc(size_t n, size_t size);
void *heap_realloc(void *p, size_t size);
void heap_free(void *p);
void *heap_aligned_alloc(size_t align, size_t size);
int heap_posix_memalign(void **p, size_t align, size_t size);
char *heap_strdup(const char *text);

#endif
