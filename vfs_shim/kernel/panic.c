// SPDX-License-Identifier: GPL-2.0
/*
 * WARN, BUG and panic.
 *
 * Models: kernel/panic.c, lib/bug.c, 6.1: a WARN goes on, and is finding FB_WARN with the stack; a
 * BUG or a panic ends the run as finding FB_BUG. Leaves out: taints, oops_limit, panic_on_warn.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/refcount.h>
#include <linux/string.h>
#include <fusebox/printf.h>
#include <core/finding.h>
#include <core/ledger.h>

/** fb_warn() - WARN_ON() whose condition held. */
void fb_warn(const char *file, int line, const char *func, const char *cond)
{
	fb_report(FB_WARN, 0, NULL, "WARN_ON(%s) in %s at %s:%d", cond, func, file, line);
}

static void text(char *buf, size_t size, const char *fmt, va_list args)
{
	size_t len;

	fb_vsnprintf(buf, size, fmt, args);
	len = strlen(buf);
	while (len && buf[len - 1] == '\n')
		buf[--len] = '\0';
}

/** fb_warn_fmt() - WARN() whose condition held. */
void fb_warn_fmt(const char *file, int line, const char *func, const char *fmt, ...)
{
	char buf[320];
	va_list args;

	va_start(args, fmt);
	text(buf, sizeof(buf), fmt, args);
	va_end(args);
	fb_report(FB_WARN, 0, NULL, "WARN in %s at %s:%d: %s", func, file, line, buf);
}

/** fb_bug() - BUG(), or BUG_ON() whose condition held. */
void fb_bug(const char *file, int line, const char *func, const char *cond)
{
	fb_report_fatal(FB_BUG, 0, NULL, "%s in %s at %s:%d", cond, func, file, line);
}

/** panic() - the end. Models: kernel/panic.c, 6.1. */
void panic(const char *fmt, ...)
{
	char buf[320];
	va_list args;

	va_start(args, fmt);
	text(buf, sizeof(buf), fmt, args);
	va_end(args);
	fb_report_fatal(FB_BUG, 0, NULL, "kernel panic: %s", buf);
}
EXPORT_SYMBOL(panic);

/*
 * fb_refcount_set() - a refcount_t is set: see linux/refcount.h. Only counts in allocated objects
 *	are entered: a stack is
 * used again for other things without anyone saying so, and static counts never come to an end.
 */
void fb_refcount_set(refcount_t *r, int n)
{
	if (!fb_mem_inside(r))
		return;
	fb_unwatch(&r->refs);
	fb_forget(FB_RES_COUNT, &r->refs);
	if (n <= 0 || n > 64)
		return;
	fb_watch(&r->refs, FB_RES_COUNT, &r->refs);
	while (n--)
		fb_get(FB_RES_COUNT, &r->refs, 0);
}
