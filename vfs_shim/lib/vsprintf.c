// SPDX-License-Identifier: GPL-2.0
/*
 * Formatting with the kernel's %p extensions.
 *
 * Models: lib/vsprintf.c, 6.1. What printf() knows goes to libc, one conversion at a time. Of the
 * extensions: %pV (nested format), %pd %pD (dentry, file: last component), %ps %pS (as a number:
 * traces must compare), %pe (errno name), %pU (uuid). A plain %p is printed as "(ptr)": addresses
 * differ from run to run.
 */
#include <linux/kernel.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <fusebox/printf.h>
#include <core/run.h>

struct out {
	char *buf;
	size_t size, len;	/* len goes on counting beyond size */
};

static void put(struct out *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++, o->len++)
		if (o->len + 1 < o->size)
			o->buf[o->len] = s[i];
}

static void format(struct out *o, const char *fmt, va_list *args);

/* Returns how many letters of the extension were used. */
static size_t put_pointer(struct out *o, const char *ext, const void *p)
{
	char tmp[64];
	const unsigned char *u = p;

	switch (*ext) {
	case 'V': {
		const struct va_format *vf = p;
		va_list copy;

		va_copy(copy, *vf->va);
		format(o, vf->fmt, &copy);
		va_end(copy);
		return 1;
	}
	case 'd':
	case 'D': {
		const struct dentry *d = *ext == 'd' ? p : ((const struct file *)p)->f_path.dentry;

		put(o, (const char *)d->d_name.name, strlen((const char *)d->d_name.name));
		return ext[1] >= '2' && ext[1] <= '4' ? 2 : 1;
	}
	case 'e':
		if (IS_ERR(p)) {
			const char *name = strerrorname_np((int)-PTR_ERR(p));

			put(o, "-", 1);
			put(o, name ? name : "E?", strlen(name ? name : "E?"));
			return 1;
		}
		put(o, "(ptr)", 5);
		return 1;
	case 'U':
		snprintf(tmp, sizeof(tmp),
			 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
			 u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11],
			 u[12], u[13], u[14], u[15]);
		put(o, tmp, strlen(tmp));
		return ext[1] == 'b' || ext[1] == 'B' || ext[1] == 'l' || ext[1] == 'L' ? 2 : 1;
	case 's':
	case 'S':
	case 'B':
	case 'K':
	case 'x':
		put(o, p ? "(ptr)" : "(null)", p ? 5 : 6);
		return 1;
	default:
		put(o, p ? "(ptr)" : "(null)", p ? 5 : 6);
		return 0;
	}
}

/* One conversion of libc's: @spec is "%...x". Long output (strings) is put piecewise. */
static void put_converted(struct out *o, const char *spec, char conv, int longs, va_list *args,
			  const int *stars, int n)
{
	char tmp[512];
	int len = 0;

#define CONVERT(type)										\
	do {											\
		type v = va_arg(*args, type);							\
												\
		if (n == 0)									\
			len = snprintf(tmp, sizeof(tmp), spec, v);				\
		else if (n == 1)								\
			len = snprintf(tmp, sizeof(tmp), spec, stars[0], v);			\
		else										\
			len = snprintf(tmp, sizeof(tmp), spec, stars[0], stars[1], v);		\
	} while (0)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	switch (conv) {
	case 's': {
		const char *s = va_arg(*args, const char *);
		char *big = NULL;

		if (!s)
			s = "(null)";
		if (n == 0)
			len = asprintf(&big, spec, s);
		else if (n == 1)
			len = asprintf(&big, spec, stars[0], s);
		else
			len = asprintf(&big, spec, stars[0], stars[1], s);
		if (len < 0)
			abort();	/* the box itself is out of memory */
		put(o, big, (size_t)len);
		free(big);
		return;
	}
	case 'c':
		CONVERT(int);
		break;
	default:
		if (longs >= 2)
			CONVERT(long long);
		else if (longs == 1)
			CONVERT(long);
		else
			CONVERT(int);
	}
#pragma GCC diagnostic pop
#undef CONVERT
	if (len > (int)sizeof(tmp) - 1)
		len = sizeof(tmp) - 1;
	if (len > 0)
		put(o, tmp, (size_t)len);
}

static void format(struct out *o, const char *fmt, va_list *args)
{
	while (*fmt) {
		const char *start = fmt;
		char spec[32];
		int stars[2], n = 0, longs = 0;
		size_t len;

		if (*fmt != '%') {
			fmt += strcspn(fmt, "%");
			put(o, start, (size_t)(fmt - start));
			continue;
		}
		fmt++;
		if (*fmt == '%') {
			put(o, fmt++, 1);
			continue;
		}
		for (; *fmt && strchr("-+ #0123456789.*", *fmt); fmt++)
			if (*fmt == '*' && n < 2)
				stars[n++] = va_arg(*args, int);
		for (; *fmt && strchr("hlLqjzt", *fmt); fmt++)
			longs += *fmt == 'l' || *fmt == 'z' || *fmt == 't' || *fmt == 'j' ? 1 :
				 *fmt == 'L' || *fmt == 'q'				  ? 2 :
											    0;
		if (!*fmt)
			return;
		if (*fmt == 'p') {
			fmt++;
			fmt += put_pointer(o, fmt, va_arg(*args, void *));
			continue;
		}
		len = (size_t)(fmt + 1 - start);
		if (len >= sizeof(spec))
			unmodelled("printf conversion of more than 30 characters");
		memcpy(spec, start, len);
		spec[len] = '\0';
		put_converted(o, spec, *fmt++, longs, args, stars, n);
	}
}

/**
 * fb_vsnprintf() - vsnprintf() with the kernel's extensions; see the top. Models: lib/vsprintf.c,
 *	6.1.
 */
int fb_vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = { .buf = buf, .size = size };
	va_list copy;

	va_copy(copy, args);
	format(&o, fmt, &copy);
	va_end(copy);
	if (size)
		buf[min(o.len, size - 1)] = '\0';
	return (int)o.len;
}

/** vscnprintf() - how many bytes are in @buf, without the NUL. Models: 6.1. */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int len = fb_vsnprintf(buf, size, fmt, args);

	if (!size)
		return 0;
	return (size_t)len < size ? len : (int)size - 1;
}
EXPORT_SYMBOL(vscnprintf);

/** scnprintf() - the same. Models: 6.1. */
int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}
EXPORT_SYMBOL(scnprintf);

/** kvasprintf() - formatted into memory of its own, or NULL. Models: lib/kasprintf.c, 6.1. */
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	int len = fb_vsnprintf(NULL, 0, fmt, args);
	char *p = kmalloc((size_t)len + 1, gfp);

	if (p)
		fb_vsnprintf(p, (size_t)len + 1, fmt, args);
	return p;
}
EXPORT_SYMBOL(kvasprintf);

/** kvasprintf_const() - always memory of its own. Models: lib/kasprintf.c, 6.1. */
const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args)
{
	return kvasprintf(gfp, fmt, args);
}
EXPORT_SYMBOL(kvasprintf_const);

/** kasprintf() - formatted into memory of its own, or NULL. Models: lib/kasprintf.c, 6.1. */
char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *p;

	va_start(args, fmt);
	p = kvasprintf(gfp, fmt, args);
	va_end(args);
	return p;
}
EXPORT_SYMBOL(kasprintf);

/**
 * num_to_str() - decimal digits, filled with blanks to @width; 0 if they do not fit. Models: 6.1.
 */
int num_to_str(char *buf, int size, unsigned long long num, unsigned int width)
{
	char tmp[32];
	int len = snprintf(tmp, sizeof(tmp), "%*llu", (int)min(width, 20U), num);

	if (len > size)
		return 0;
	memcpy(buf, tmp, (size_t)len);
	return len;
}

/** simple_strtoull() - stops at the first character that is no digit. Models: 6.1. */
unsigned long long simple_strtoull(const char *cp, char **endp, unsigned int base)
{
	return strtoull(cp, endp, (int)base);
}
EXPORT_SYMBOL(simple_strtoull);

/** simple_strtoul() - the same. Models: 6.1. */
unsigned long simple_strtoul(const char *cp, char **endp, unsigned int base)
{
	return strtoul(cp, endp, (int)base);
}
EXPORT_SYMBOL(simple_strtoul);

/** simple_strtol() - the same, with a sign. Models: 6.1. */
long simple_strtol(const char *cp, char **endp, unsigned int base)
{
	return strtol(cp, endp, (int)base);
}
EXPORT_SYMBOL(simple_strtol);

/** simple_strtoll() - the same. Models: 6.1. */
long long simple_strtoll(const char *cp, char **endp, unsigned int base)
{
	return strtoll(cp, endp, (int)base);
}
EXPORT_SYMBOL(simple_strtoll);

/** sysfs_emit() - formatted into a page that sysfs will show. Models: fs/sysfs/file.c, 6.1. */
int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, PAGE_SIZE, fmt, args);
	va_end(args);
	return len;
}
EXPORT_SYMBOL(sysfs_emit);
