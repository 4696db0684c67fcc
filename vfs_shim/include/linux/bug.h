/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/bug.h, asm-generic/bug.h. WARN is finding FB_WARN with the stack; BUG is fatal
 * finding FB_BUG.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/compiler.h>
#include <linux/build_bug.h>
#include <linux/stringify.h>
#include <linux/linkage.h>

enum bug_trap_type {
	BUG_TRAP_TYPE_NONE = 0,
	BUG_TRAP_TYPE_WARN = 1,
	BUG_TRAP_TYPE_BUG = 2,
};

void fb_warn(const char *file, int line, const char *func, const char *cond);
void fb_warn_fmt(const char *file, int line, const char *func, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
_Noreturn void fb_bug(const char *file, int line, const char *func, const char *cond);

#define BUG()			fb_bug(__FILE__, __LINE__, __func__, "BUG()")
#define BUG_ON(condition)							\
	do {									\
		if (unlikely(condition))					\
			fb_bug(__FILE__, __LINE__, __func__, "BUG_ON(" #condition ")");	\
	} while (0)

#define WARN_ON(condition)							\
	({									\
		int __ret_warn_on = !!(condition);				\
										\
		if (unlikely(__ret_warn_on))					\
			fb_warn(__FILE__, __LINE__, __func__, #condition);	\
		unlikely(__ret_warn_on);					\
	})

#define WARN(condition, format...)						\
	({									\
		int __ret_warn_on = !!(condition);				\
										\
		if (unlikely(__ret_warn_on))					\
			fb_warn_fmt(__FILE__, __LINE__, __func__, format);	\
		unlikely(__ret_warn_on);					\
	})

/* Once in each run: core restores the flag with the other static data. */
#define FB_WARN_ONCE(condition, warn)						\
	({									\
		static bool __warned_once;					\
		int __ret_warn_once = !!(condition);				\
										\
		if (unlikely(__ret_warn_once && !__warned_once)) {		\
			__warned_once = true;					\
			warn;							\
		}								\
		unlikely(__ret_warn_once);					\
	})
#define WARN_ON_ONCE(condition)							\
	FB_WARN_ONCE(condition, fb_warn(__FILE__, __LINE__, __func__, #condition))
#define WARN_ONCE(condition, format...)						\
	FB_WARN_ONCE(condition, fb_warn_fmt(__FILE__, __LINE__, __func__, format))
#define WARN_TAINT(condition, taint, format...)		WARN(condition, format)
#define WARN_TAINT_ONCE(condition, taint, format...)	WARN_ONCE(condition, format)
#define WARN_ON_SMP(x)		WARN_ON(x)

/* Kernel: lib/debug with CONFIG_BUG_ON_DATA_CORRUPTION off. */
#define CHECK_DATA_CORRUPTION(condition, fmt...)	WARN(condition, fmt)

#endif
