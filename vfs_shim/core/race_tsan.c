// SPDX-License-Identifier: GPL-2.0
/*
 * What objects compiled with -fsanitize=thread call. They are linked without that flag, so that
 * these take the place of the compiler's own runtime. gcc and clang do not call the same set.
 *
 * With --param tsan-distinguish-volatile=1 (clang: -mllvm -tsan-distinguish-volatile=1) READ_ONCE()
 * and WRITE_ONCE() are told from plain accesses.
 */
#include <string.h>
#include "race_internal.h"

#define CALLER ((uintptr_t)__builtin_return_address(0))

/*
 * gcc announces a write of 16 bytes, and then makes it as it likes; the kernel, which has no vector
 * registers, stores two words. With choice points at accesses, the second word is taken back when
 * the task calls here next, and stored after a choice point: others run in between as they can
 * there, and see, or overwrite, half of it.
 */
static struct {
	char *second; /* word; NULL: nothing is to be taken back */
	uint64_t old;
	const struct fb_task *task;
	/* when it was announced: whoever has passed one since has shown the whole */
	unsigned long points;
	uintptr_t pc;
} half;

static void begin_half(char *p, uintptr_t pc)
{
	if (likely(!fb_core.access_points))
		return;
	half.second = p + sizeof(half.old);
	memcpy(&half.old, half.second, sizeof(half.old));
	half.task = fb_core.cur;
	half.points = fb_points_seen();
	half.pc = pc;
}

static void end_half(void)
{
	char *second = half.second;
	uint64_t new;

	if (likely(!second))
		return;
	half.second = NULL;
	if (half.task != fb_core.cur || half.points != fb_points_seen())
		return;
	memcpy(&new, second, sizeof(new));
	if (new == half.old)
		return;
	memcpy(second, &half.old, sizeof(new));
	fb_race_point(second, sizeof(new), true, half.pc);
	memcpy(second, &new, sizeof(new));
}

static void read_at(const void *p, size_t size, uintptr_t pc)
{
	end_half();
	fb_race_point(p, size, false, pc);
	fb_race_access(p, size, FB_ACCESS_READ);
}

static void write_at(const void *p, size_t size, uintptr_t pc)
{
	end_half();
	fb_race_point(p, size, true, pc);
	fb_race_access(p, size, FB_ACCESS_WRITE);
}

static void volatile_at(const void *p, size_t size, bool write, uintptr_t pc)
{
	end_half();
	fb_race_point(p, size, write, pc);
	fb_race_volatile(p, size, write);
}

static void copy_halves(char *to, const char *from, uintptr_t pc)
{
	memcpy(to, from, 8);
	fb_race_point(to + 8, 8, true, pc);
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
		volatile_at(p, size, false, CALLER);                                               \
	}                                                                                          \
	void __tsan_volatile_write##size(void *p);                                                 \
	void __tsan_volatile_write##size(void *p)                                                  \
	{                                                                                          \
		volatile_at(p, size, true, CALLER);                                                \
	}                                                                                          \
	void __tsan_unaligned_volatile_read##size(void *p);                                        \
	void __tsan_unaligned_volatile_read##size(void *p)                                         \
	{                                                                                          \
		volatile_at(p, size, false, CALLER);                                               \
	}                                                                                          \
	void __tsan_unaligned_volatile_write##size(void *p);                                       \
	void __tsan_unaligned_volatile_write##size(void *p)                                        \
	{                                                                                          \
		volatile_at(p, size, true, CALLER);                                                \
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
	begin_half(p, CALLER);
}

void __tsan_read16(void *p);
void __tsan_read16(void *p)
{
	read_at(p, 16, CALLER);
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
	end_half();
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
	end_half();
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
	end_half();
	fb_race_excuse(true);
}

void kcsan_enable_current(void);
void kcsan_enable_current(void)
{
	fb_race_excuse(false);
}

void kcsan_enable_current_nowarn(void);
void kcsan_enable_current_nowarn(void)
{
	fb_race_excuse(false);
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
