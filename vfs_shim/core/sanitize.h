/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the sanitizers and valgrind must be told about contexts and memory; nothing without them.
 */
#ifndef FB_CORE_SANITIZE_H
#define FB_CORE_SANITIZE_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FB_ASAN 1
#endif
#if __has_feature(memory_sanitizer)
#define FB_MSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FB_ASAN 1
#endif

#ifdef FB_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define fb_asan_poison(p, n) __asan_poison_memory_region(p, n)
#define fb_asan_unpoison(p, n) __asan_unpoison_memory_region(p, n)
#define FB_UNCHECKED __attribute__((no_sanitize_address))
#else
#define FB_ASAN 0
#define fb_asan_poison(p, n) ((void)(p), (void)(n))
#define fb_asan_unpoison(p, n) ((void)(p), (void)(n))
#endif

/* Bytes that nobody has written yet, and bytes that were written by who is not instrumented. */
#ifdef FB_MSAN
#include <sanitizer/msan_interface.h>
#define fb_msan_undefined(p, n) __msan_allocated_memory(p, n)
#define fb_msan_defined(p, n) __msan_unpoison(p, n)
#define fb_msan_defined_string(p) __msan_unpoison_string(p)
/* What libc is given in between, it is given by who is not instrumented. */
#define fb_msan_foreign_begin() __msan_scoped_disable_interceptor_checks()
#define fb_msan_foreign_end() __msan_scoped_enable_interceptor_checks()
#define FB_UNCHECKED __attribute__((no_sanitize("memory")))
#else
#define FB_MSAN 0
#define fb_msan_undefined(p, n) ((void)(p), (void)(n))
#define fb_msan_defined(p, n) ((void)(p), (void)(n))
#define fb_msan_defined_string(p) ((void)(p))
#define fb_msan_foreign_begin() ((void)0)
#define fb_msan_foreign_end() ((void)0)
#endif

/*
 * For functions that look at stacks, or at what a library has written that is not instrumented:
 * what a sanitizer believes of that memory is not what they find.
 */
#ifndef FB_UNCHECKED
#define FB_UNCHECKED
#endif

/*
 * The header is only needed to build; the requests are a few no-op instructions outside valgrind.
 */
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>
#define FB_VALGRIND RUNNING_ON_VALGRIND
#else
#define FB_VALGRIND 0
#define VALGRIND_STACK_REGISTER(a, b) (0)
#define VALGRIND_MALLOCLIKE_BLOCK(a, n, rz, z) ((void)(a), (void)(n), (void)(z))
#define VALGRIND_FREELIKE_BLOCK(a, rz) ((void)(a))
#define VALGRIND_MAKE_MEM_NOACCESS(a, n) ((void)(a), (void)(n))
#define VALGRIND_MAKE_MEM_UNDEFINED(a, n) ((void)(a), (void)(n))
#define VALGRIND_MAKE_MEM_DEFINED(a, n) ((void)(a), (void)(n))
#endif

#endif
