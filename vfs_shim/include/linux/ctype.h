/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/ctype.h, taken: its tables know Latin-1, libc's macros go by the locale. */
#ifndef _LINUX_CTYPE_H
#undef isalnum
#undef isalpha
#undef iscntrl
#undef isdigit
#undef isgraph
#undef islower
#undef isprint
#undef ispunct
#undef isspace
#undef isupper
#undef isxdigit
#undef isascii
#undef toascii
#undef tolower
#undef toupper
#if !__has_builtin(__builtin_isdigit)
#define isdigit kernel_isdigit
#endif
#undef _tolower
#define _tolower kernel__tolower
#endif
#include_next <linux/ctype.h>
