// SPDX-License-Identifier: GPL-2.0
/*
 * The writable data of the kernel environment: saved before the first run, restored before each
 * one.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include "internal.h"

/*
 * Set by the linker where the objects' sections were renamed; absent in programs without a kernel
 * environment.
 */
extern char __start_fb_kdata[] __attribute__((weak)), __stop_fb_kdata[] __attribute__((weak));
extern char __start_fb_kbss[] __attribute__((weak)), __stop_fb_kbss[] __attribute__((weak));

struct section {
	char *start, *stop;
	char *saved;
};

/*
 * Not memcpy(): ASan's would trip over the red zones between globals, which are part of the
 * section.
 */
FB_UNCHECKED static void copy(volatile char *to, const volatile char *from, size_t n)
{
	while (n && ((uintptr_t)to | (uintptr_t)from) % sizeof(uint64_t)) {
		*to++ = *from++;
		n--;
	}
	for (; n >= sizeof(uint64_t);
	     n -= sizeof(uint64_t), to += sizeof(uint64_t), from += sizeof(uint64_t))
		*(volatile uint64_t *)to = *(const volatile uint64_t *)from;
	while (n--)
		*to++ = *from++;
}

static void save_or_restore(struct section *s)
{
	size_t n = (size_t)(s->stop - s->start);

	if (!s->start || !n)
		return;
	if (s->saved) {
		copy(s->start, s->saved, n);
		return;
	}
	s->saved = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->saved == MAP_FAILED)
		abort();
	/*
	 * Same distance to an 8-byte boundary on both sides is given: sections and mappings are
	 * both aligned.
	 */
	copy(s->saved, s->start, n);
}

void fb_kdata_restore(void)
{
	static struct section data, bss;

	data.start = __start_fb_kdata;
	data.stop = __stop_fb_kdata;
	bss.start = __start_fb_kbss;
	bss.stop = __stop_fb_kbss;
	save_or_restore(&data);
	save_or_restore(&bss);
}
