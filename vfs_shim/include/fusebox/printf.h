/* SPDX-License-Identifier: GPL-2.0 */
/*
 * printf() with the kernel's %p extensions (lib/vsprintf.c): vsnprintf() itself is libc's in the
 * box.
 */
#ifndef FUSEBOX_PRINTF_H
#define FUSEBOX_PRINTF_H

#include <stdarg.h>
#include <stddef.h>

int fb_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
	__attribute__((format(printf, 3, 0)));

#endif
