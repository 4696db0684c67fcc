/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: lib/kstrtox.h, which lib/bitmap.c and lib/kstrtox.c (both taken) share. */
#ifndef VFS_SHIM_LIB_KSTRTOX_H
#define VFS_SHIM_LIB_KSTRTOX_H

#define KSTRTOX_OVERFLOW	(1U << 31)

const char *_parse_integer_fixup_radix(const char *s, unsigned int *base);
unsigned int _parse_integer_limit(const char *s, unsigned int base, unsigned long long *res,
				  size_t max_chars);
unsigned int _parse_integer(const char *s, unsigned int base, unsigned long long *res);

#endif
