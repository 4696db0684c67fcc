// SPDX-License-Identifier: GPL-2.0
/*
 * What objects compiled with -fsanitize=thread call. They are linked without that flag, so that these
 * take the place of the compiler's own runtime. gcc and clang do not call the same set.
 *
 * With --param tsan-distinguish-volatile=1 (clang: -mllvm -tsan-distinguish-volatile=1) READ_ONCE()
 * and WRITE_ONCE() are told from plain accesses.
 */
#include <string.h>
#include "race_internal.h"

#define CALLER ((uintptr_t)__builtin_return_address(0))

/*
 * gcc announces a struct copy of 16 bytes as a write and a read in front of it, and then moves them as
 * it likes; the kernel, which has no vector registers, moves two words. With choice points at accesses
 * the copy is done here, word by word, before the compiled code does it again: others then see what
 * they can see there, half a copy.
 */
static struct {
	uintptr_t frame; /* of the function that has announced a write */
	char *to;
} copy16;

static void read_at(const void *p, size_t size, uintptr_t pc)
{
	fb_race_point(p, size, pc);
	fb_race_access(p, size, FB_ACCESS_READ);
}

static void write_at(const void *p, size_t size, uintptr_t pc)
{
	fb_race_point(p, size, pc);
	fb_race_access(p, size, FB_ACCESS_WRITE);
}

static void copy_halves(char *to, const char *from, uintptr_t pc)
{
	memcpy(to, from, 8);
	fb_race_point(to + 8, 8, pc);
	memcpy(to + 8, from + 8, 8);
}

#define PLAIN(size)                                                                                \
	void __tsan_read##size(void *p);                                                           \
	void __tsan_read##size(void *p)                                                            \
	{                                                                                          \
		read_at(p, size, CALLER);                                                          \
	}                                                                                          \
	void __tsan_write##size(void *p);                                                          \
	void __tsan_write##size(void *p)                                                           \
	{                                                                                          \
		write_at(p, size, CALLER);                                                         \
	}                                                                                          \
	void __tsan_read_write##size(void *p);                                                     \
	void __tsan_read_write##size(void *p)                                                      \
	{                                                                                          \
		write_at(p, size, CALLER);                                                         \
	}                                                                                          \
	void __tsan_unaligned_read##size(void *p);                                                 \
	void __tsan_unaligned_read##size(void *p)                                                  \
	{                                                                                          \
		read_at(p, size, CALLER);                                                          \
	}                                                                                          \
	void __tsan_unaligned_write##size(void *p);                                                \
	void __tsan_unaligned_write##size(void *p)                                                 \
	{                                                                                          \
		write_at(p, size, CALLER);                                                         \
	}                                                                                          \
	void __tsan_unaligned_read_write##size(void *p);                                           \
	void __tsan_unaligned_read_write##size(void *p)                                            \
	{                                                                                          \
		write_at(p, size, CALLER);                                                         \
	}

#define VOLATILE(size)                                                                             \
	void __tsan_volatile_read##size(void *p);                                                  \
	void __tsan_volatile_read##size(void *p)                                                   \
	{                                                                                          \
		fb_race_volatile(p, size, false);                                                  \
	}                                                                                          \
	void __tsan_volatile_write##size(void *p);                                                 \
	void __tsan_volatile_write##size(void *p)                                                  \
	{                                                                                          \
		fb_race_volatile(p, size, true);                                                   \
	}                                                                                          \
	void __tsan_unaligned_volatile_read##size(void *p);                                        \
	void __tsan_unaligned_volatile_read##size(void *p)                                         \
	{                                                                                          \
		fb_race_volatile(p, size, false);                                                  \
	}                                                                                          \
	void __tsan_unaligned_volatile_write##size(void *p);                                       \
	void __tsan_unaligned_volatile_write##size(void *p)                                        \
	{                                                                                          \
		fb_race_volatile(p, size, true);                                                   \
	}

PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
VOLATILE(1)
VOLATILE(2)
VOLATILE(4)
VOLATILE(8)
VOLATILE(16)

void __tsan_write16(void *p);
void __tsan_write16(void *p)
{
	write_at(p, 16, CALLER);
	copy16.frame = (uintptr_t)__builtin_frame_address(0);
	copy16.to = p;
}

void __tsan_read16(void *p);
void __tsan_read16(void *p)
{
	bool copies = copy16.to && copy16.frame == (uintptr_t)__builtin_frame_address(0);
	char *to = copy16.to;

	copy16.to = NULL;
	read_at(p, 16, CALLER);
	if (copies && fb_core.access_points)
		copy_halves(to, p, CALLER);
}

void __tsan_unaligned_read16(void *p);
void __tsan_unaligned_read16(void *p)
{
	read_at(p, 16, CALLER);
}

void __tsan_unaligned_write16(void *p);
void __tsan_unaligned_write16(void *p)
{
	write_at(p, 16, CALLER);
}

void __tsan_read_range(void *p, size_t size);
void __tsan_read_range(void *p, size_t size)
{
	read_at(p, size, CALLER);
}

void __tsan_write_range(void *p, size_t size);
void __tsan_write_range(void *p, size_t size)
{
	write_at(p, size, CALLER);
}

void __tsan_init(void);
void __tsan_init(void)
{
	fb_race_on = true;
}

void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *pc)
{
	(void)pc;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}

/* memcpy() and its like, for which the build gives these names to instrumented objects. */

static void copy_seen(void *to, const void *from, size_t n, uintptr_t pc)
{
	read_at(from, n, pc);
	write_at(to, n, pc);
}

void *fb_race_memcpy(void *to, const void *from, size_t n);
void *fb_race_memcpy(void *to, const void *from, size_t n)
{
	copy_seen(to, from, n, CALLER);
	return memcpy(to, from, n);
}

void *fb_race_memmove(void *to, const void *from, size_t n);
void *fb_race_memmove(void *to, const void *from, size_t n)
{
	copy_seen(to, from, n, CALLER);
	return memmove(to, from, n);
}

void *fb_race_memset(void *to, int byte, size_t n);
void *fb_race_memset(void *to, int byte, size_t n)
{
	write_at(to, n, CALLER);
	return memset(to, byte, n);
}

int fb_race_memcmp(const void *a, const void *b, size_t n);
int fb_race_memcmp(const void *a, const void *b, size_t n)
{
	read_at(a, n, CALLER);
	read_at(b, n, CALLER);
	return memcmp(a, b, n);
}

/* What clang makes of a struct copy: the copy is ours, word by word. */
void *__tsan_memcpy(void *to, const void *from, size_t n);
void *__tsan_memcpy(void *to, const void *from, size_t n)
{
	copy_seen(to, from, n, CALLER);
	if (n == 16 && fb_core.access_points) {
		copy_halves(to, from, CALLER);
		return to;
	}
	return memcpy(to, from, n);
}

void *__tsan_memmove(void *to, const void *from, size_t n);
void *__tsan_memmove(void *to, const void *from, size_t n)
{
	return fb_race_memmove(to, from, n);
}

void *__tsan_memset(void *to, int byte, size_t n);
void *__tsan_memset(void *to, int byte, size_t n)
{
	return fb_race_memset(to, byte, n);
}

/* data_race() and whatever else calls the kernel's own race detector (CONFIG_KCSAN). */

void kcsan_disable_current(void);
void kcsan_disable_current(void)
{
	fb_race_pause();
}

void kcsan_enable_current(void);
void kcsan_enable_current(void)
{
	fb_race_resume();
}

void kcsan_enable_current_nowarn(void);
void kcsan_enable_current_nowarn(void)
{
	fb_race_resume();
}

#define KCSAN_WRITE 1
#define KCSAN_ATOMIC 4

void __kcsan_check_access(const volatile void *p, size_t size, int type);
void __kcsan_check_access(const volatile void *p, size_t size, int type)
{
	unsigned int kind = type & KCSAN_WRITE ? FB_ACCESS_WRITE : FB_ACCESS_READ;

	if (type & KCSAN_ATOMIC)
		kind |= FB_ACCESS_MARKED;
	if (fb_race_on)
		fb_race_access((const void *)p, size, kind);
}

/** fb_race_read() - see race.h. */
void fb_race_read(const void *p, size_t size)
{
	if (fb_race_on && size)
		fb_race_access(p, size, FB_ACCESS_READ);
}

/** fb_race_write() - see race.h. */
void fb_race_write(const void *p, size_t size)
{
	if (fb_race_on && size)
		fb_race_access(p, size, FB_ACCESS_WRITE);
}
