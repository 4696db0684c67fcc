/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The trace: numbered, deterministic lines; never addresses or wall time.
 */
#ifndef FB_CORE_TRACE_H
#define FB_CORE_TRACE_H

#include <stddef.h>
#include <stdio.h>

/* Appends "<step> <virtual us> <task>: text". */
void fb_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
size_t fb_trace_len(void);
const char *fb_trace_line(size_t i);
void fb_trace_print(FILE *to, size_t from, size_t to_line);

#endif
