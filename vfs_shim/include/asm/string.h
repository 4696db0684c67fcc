/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: arch/x86/include/asm/string_64.h. libc has these functions: neither declared nor defined
 * by taken code.
 */
#ifndef _ASM_STRING_H
#define _ASM_STRING_H

#define __HAVE_ARCH_STRNCASECMP
#define __HAVE_ARCH_STRCASECMP
#define __HAVE_ARCH_STRCPY
#define __HAVE_ARCH_STRNCPY
#define __HAVE_ARCH_STRCAT
#define __HAVE_ARCH_STRNCAT
#define __HAVE_ARCH_STRCMP
#define __HAVE_ARCH_STRNCMP
#define __HAVE_ARCH_STRCHR
#define __HAVE_ARCH_STRCHRNUL
#define __HAVE_ARCH_STRRCHR
#define __HAVE_ARCH_STRLEN
#define __HAVE_ARCH_STRNLEN
#define __HAVE_ARCH_STRSPN
#define __HAVE_ARCH_STRCSPN
#define __HAVE_ARCH_STRPBRK
#define __HAVE_ARCH_STRSEP
#define __HAVE_ARCH_STRSTR
#define __HAVE_ARCH_MEMSET
#define __HAVE_ARCH_MEMCPY
#define __HAVE_ARCH_MEMMOVE
#define __HAVE_ARCH_MEMCMP
#define __HAVE_ARCH_MEMCHR
#define __HAVE_ARCH_BCMP

#endif
