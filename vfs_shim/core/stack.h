/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Call stacks: captured by frame pointers, interned, symbolised only on demand.
 */
#ifndef FB_CORE_STACK_H
#define FB_CORE_STACK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct fb_task;
typedef uint32_t fb_stack_t; /* 0: none */

fb_stack_t fb_stack_here(void);
/* The stack of a blocked task. */
fb_stack_t fb_stack_of(const struct fb_task *t);
unsigned int fb_stack_depth(fb_stack_t s);
/*
 * Prints " #0 fuse_file_put at fs/fuse/file.c:113" lines; inlined frames expanded; core's own
 * frames left out.
 */
void fb_stack_print(FILE *to, fb_stack_t s, const char *indent);
/* The @max innermost frames that are no helpers, in one line, no newline. */
void fb_stack_print_brief(FILE *to, fb_stack_t s, unsigned int max);
/*
 * Function name of the innermost frame outside core and outside the shim's allocators; owned by
 * core.
 */
const char *fb_stack_site(fb_stack_t s);
/* And the file it is in ("fs/fuse/file.c"); "" if unknown. */
const char *fb_stack_site_file(fb_stack_t s);
/* Does any frame of @s bear this function name, or this file ("fs/fuse/file.c")? For tests. */
bool fb_stack_has(fb_stack_t s, const char *function_or_file);
/* The function that accesses: the innermost one, inlined or not; "(unknown)". */
const char *fb_stack_access(fb_stack_t s);
/* Is @function the innermost one, or one of those down to fb_stack_site()? */
bool fb_stack_accesses(fb_stack_t s, const char *function);

#endif
