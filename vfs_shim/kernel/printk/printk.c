// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel log: lines of the trace.
 *
 * Models: kernel/printk/printk.c, lib/dump_stack.c, lib/ratelimit.c, 6.1. Leaves out: consoles, log
 * levels as filters. With FUSEBOX_VERBOSE in the environment the lines go to stderr too.
 */
#include <linux/printk.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/ratelimit.h>
#include <linux/string.h>
#include <fusebox/printf.h>
#include <core/stack.h>
#include <core/trace.h>

static char line[1024];		/* what came since the last newline */
static size_t len;

static void flush_line(void)
{
	if (!len)
		return;
	line[len] = '\0';
	len = 0;
	fb_trace("printk: %s", line);
	if (getenv("FUSEBOX_VERBOSE"))
		fprintf(stderr, "printk: %s\n", line);
}

/**
 * vprintk() - append to the log; a new record ends the line before it, unless it is KERN_CONT.
 *	Models: 6.1. Context: any.
 */
int vprintk(const char *fmt, va_list args)
{
	char text[sizeof(line)];
	const char *s = text;
	int n = fb_vsnprintf(text, sizeof(text), fmt, args);

	if (s[0] == KERN_SOH_ASCII && s[1]) {
		if (s[1] != 'c')
			flush_line();
		s += 2;
	} else {
		flush_line();
	}
	for (; *s; s++) {
		if (*s == '\n')
			flush_line();
		else if (len < sizeof(line) - 1)
			line[len++] = *s;
	}
	return n;
}
EXPORT_SYMBOL(vprintk);

/** _printk() - the same. Models: 6.1. */
int _printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}
EXPORT_SYMBOL(_printk);

/**
 * dump_stack() - the call stack, on stderr when verbose; the log says where it was asked for.
 *	Models: 6.1.
 */
void dump_stack(void)
{
	fb_trace("printk: Call Trace of %s", fb_stack_site(fb_stack_here()));
	if (getenv("FUSEBOX_VERBOSE"))
		fb_stack_print(stderr, fb_stack_here(), "  ");
}
EXPORT_SYMBOL(dump_stack);

/** ratelimit_state_init() - at most @burst in @interval jiffies. Models: linux/ratelimit.h, 6.1. */
void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	memset(rs, 0, sizeof(*rs));
	spin_lock_init(&rs->lock);
	rs->interval = interval;
	rs->burst = burst;
}

/** ___ratelimit() - 1: do it; 0: too often. Models: lib/ratelimit.c, 6.1. Context: any. */
int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	if (!rs->interval)
		return 1;
	if (!rs->begin || time_is_before_jiffies(rs->begin + (unsigned long)rs->interval)) {
		if (rs->missed)
			pr_warn("%s: %d callbacks suppressed\n", func, rs->missed);
		rs->begin = jiffies;
		rs->printed = 0;
		rs->missed = 0;
	}
	if (rs->burst > rs->printed) {
		rs->printed++;
		return 1;
	}
	rs->missed++;
	return 0;
}
EXPORT_SYMBOL(___ratelimit);
