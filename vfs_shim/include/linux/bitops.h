/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/bitops.h, Documentation/atomic_bitops.txt. The atomic ones are a choice point and
 * one step; the __ ones are plain accesses, as in the kernel.
 */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/types.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/typecheck.h>
#include <uapi/linux/kernel.h>
#include <core/choice.h>
#include <core/race.h>

#define BITS_PER_TYPE(type)	(sizeof(type) * BITS_PER_BYTE)
#define BITS_TO_LONGS(nr)	__KERNEL_DIV_ROUND_UP(nr, BITS_PER_TYPE(long))
#define BITS_TO_U64(nr)		__KERNEL_DIV_ROUND_UP(nr, BITS_PER_TYPE(u64))
#define BITS_TO_U32(nr)		__KERNEL_DIV_ROUND_UP(nr, BITS_PER_TYPE(u32))
#define BITS_TO_BYTES(nr)	__KERNEL_DIV_ROUND_UP(nr, BITS_PER_TYPE(char))

/* Plain, whatever @p is: volatile would tell the race detector that the access is marked. */
#define FB_BIT_WORD(nr, p)	((unsigned long *)(p) + (nr) / BITS_PER_LONG)

static __always_inline void __set_bit(unsigned long nr, volatile unsigned long *p)
{
	*FB_BIT_WORD(nr, p) |= BIT_MASK(nr);
}

static __always_inline void __clear_bit(unsigned long nr, volatile unsigned long *p)
{
	*FB_BIT_WORD(nr, p) &= ~BIT_MASK(nr);
}

static __always_inline void __change_bit(unsigned long nr, volatile unsigned long *p)
{
	*FB_BIT_WORD(nr, p) ^= BIT_MASK(nr);
}

static __always_inline bool arch_test_bit(unsigned long nr, const volatile unsigned long *p)
{
	return (READ_ONCE(*FB_BIT_WORD(nr, p)) & BIT_MASK(nr)) != 0;
}

static __always_inline bool __test_and_set_bit(unsigned long nr, volatile unsigned long *p)
{
	bool old = (*FB_BIT_WORD(nr, p) & BIT_MASK(nr)) != 0;

	__set_bit(nr, p);
	return old;
}

static __always_inline bool __test_and_clear_bit(unsigned long nr, volatile unsigned long *p)
{
	bool old = (*FB_BIT_WORD(nr, p) & BIT_MASK(nr)) != 0;

	__clear_bit(nr, p);
	return old;
}

static __always_inline bool __test_and_change_bit(unsigned long nr, volatile unsigned long *p)
{
	bool old = (*FB_BIT_WORD(nr, p) & BIT_MASK(nr)) != 0;

	__change_bit(nr, p);
	return old;
}

/*
 * An atomic operation is a choice point and then one step of the plain one, which others see as a
 * whole.
 */
static __always_inline void fb_bit_begin(unsigned long nr, const volatile unsigned long *p)
{
	fb_point(FB_PT_ATOMIC, FB_BIT_WORD(nr, p));
	fb_race_pause();
}

static __always_inline void fb_bit_end(unsigned long nr, const volatile unsigned long *p,
				       enum fb_atomic_op op, enum fb_order order)
{
	fb_race_resume();
	fb_race_atomic(FB_BIT_WORD(nr, p), sizeof(long), op, order);
}

static __always_inline void set_bit(unsigned long nr, volatile unsigned long *p)
{
	fb_bit_begin(nr, p);
	__set_bit(nr, p);
	fb_bit_end(nr, p, FB_RMW, FB_RELAXED);
}

static __always_inline void fb_clear_bit(unsigned long nr, volatile unsigned long *p,
					 enum fb_order order)
{
	fb_bit_begin(nr, p);
	__clear_bit(nr, p);
	fb_bit_end(nr, p, FB_RMW, order);
}

static __always_inline void clear_bit(unsigned long nr, volatile unsigned long *p)
{
	fb_clear_bit(nr, p, FB_RELAXED);
}

static __always_inline void change_bit(unsigned long nr, volatile unsigned long *p)
{
	fb_bit_begin(nr, p);
	__change_bit(nr, p);
	fb_bit_end(nr, p, FB_RMW, FB_RELAXED);
}

static __always_inline bool fb_test_bit(unsigned long nr, const volatile unsigned long *p,
					enum fb_order order)
{
	bool is;

	fb_point(FB_PT_READ, FB_BIT_WORD(nr, p));
	fb_race_pause();
	is = arch_test_bit(nr, p);
	fb_bit_end(nr, p, FB_LOAD, order);
	return is;
}

static __always_inline bool test_bit(unsigned long nr, const volatile unsigned long *p)
{
	return fb_test_bit(nr, p, FB_RELAXED);
}

static __always_inline bool fb_test_and_set_bit(unsigned long nr, volatile unsigned long *p,
						enum fb_order order)
{
	bool was;

	fb_bit_begin(nr, p);
	was = __test_and_set_bit(nr, p);
	fb_bit_end(nr, p, FB_RMW, order);
	return was;
}

static __always_inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *p)
{
	return fb_test_and_set_bit(nr, p, FB_FULL);
}

static __always_inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *p)
{
	bool was;

	fb_bit_begin(nr, p);
	was = __test_and_clear_bit(nr, p);
	fb_bit_end(nr, p, FB_RMW, FB_FULL);
	return was;
}

static __always_inline bool test_and_change_bit(unsigned long nr, volatile unsigned long *p)
{
	bool was;

	fb_bit_begin(nr, p);
	was = __test_and_change_bit(nr, p);
	fb_bit_end(nr, p, FB_RMW, FB_FULL);
	return was;
}

#define test_bit_acquire(nr, p)		fb_test_bit(nr, p, FB_ACQUIRE)
#define test_and_set_bit_lock(nr, p)	fb_test_and_set_bit(nr, p, FB_ACQUIRE)
#define clear_bit_unlock(nr, p)		fb_clear_bit(nr, p, FB_RELEASE)
#define __clear_bit_unlock(nr, p)	fb_clear_bit(nr, p, FB_RELEASE)

static __always_inline bool clear_bit_unlock_is_negative_byte(unsigned long nr,
							      volatile unsigned long *p)
{
	clear_bit_unlock(nr, p);
	return arch_test_bit(7, p);
}

static __always_inline void assign_bit(unsigned long nr, volatile unsigned long *p, bool value)
{
	if (value)
		set_bit(nr, p);
	else
		clear_bit(nr, p);
}

static __always_inline void __assign_bit(unsigned long nr, volatile unsigned long *p, bool value)
{
	if (value)
		__set_bit(nr, p);
	else
		__clear_bit(nr, p);
}

/*
 * libc has ffs(); the kernel's is the same function. The rest as the kernel defines them: __ffs(0)
 * and __fls(0) are undefined.
 */
#define ffs(x)			__builtin_ffs(x)

static __always_inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static __always_inline unsigned long __fls(unsigned long word)
{
	return BITS_PER_LONG - 1 - (unsigned long)__builtin_clzl(word);
}

static __always_inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static __always_inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static __always_inline unsigned int fls_long(unsigned long l)
{
	return (unsigned int)fls64(l);
}

#define ffz(x)			__ffs(~(x))

static __always_inline unsigned int __ffs64(u64 word)
{
	return (unsigned int)__builtin_ctzll(word);
}

#define hweight8(w)		((unsigned int)__builtin_popcount((u8)(w)))
#define hweight16(w)		((unsigned int)__builtin_popcount((u16)(w)))
#define hweight32(w)		((unsigned int)__builtin_popcount((u32)(w)))
#define hweight64(w)		((unsigned long)__builtin_popcountll((u64)(w)))
#define hweight_long(w)		((unsigned long)__builtin_popcountl((unsigned long)(w)))
#define HWEIGHT8(w)		hweight8(w)
#define HWEIGHT32(w)		hweight32(w)
#define HWEIGHT64(w)		hweight64(w)

static inline __u32 rol32(__u32 word, unsigned int shift)
{
	return (word << (shift & 31)) | (word >> ((-shift) & 31));
}

static inline __u32 ror32(__u32 word, unsigned int shift)
{
	return (word >> (shift & 31)) | (word << ((-shift) & 31));
}

static inline __u64 rol64(__u64 word, unsigned int shift)
{
	return (word << (shift & 63)) | (word >> ((-shift) & 63));
}

static inline __u64 ror64(__u64 word, unsigned int shift)
{
	return (word >> (shift & 63)) | (word << ((-shift) & 63));
}

static inline int get_count_order(unsigned int count)
{
	return count ? fls(count - 1) : -1;
}

static inline int get_count_order_long(unsigned long l)
{
	return l ? (int)fls_long(l - 1) : -1;
}

static __always_inline __s32 sign_extend32(__u32 value, int index)
{
	unsigned int shift = 31 - (unsigned int)index;

	return (__s32)(value << shift) >> shift;
}

static __always_inline __s64 sign_extend64(__u64 value, int index)
{
	unsigned int shift = 63 - (unsigned int)index;

	return (__s64)(value << shift) >> shift;
}

/* One step; the kernel's loop around cmpxchg shows nothing in between. Returns the old value. */
#define set_mask_bits(ptr, mask, bits)					\
	({								\
		typeof(ptr) __sp = (ptr);				\
		typeof(*__sp) __sm = (mask), __sb = (bits), __so;	\
		fb_point(FB_PT_ATOMIC, (const void *)__sp);		\
		fb_race_pause();					\
		__so = *__sp;						\
		WRITE_ONCE(*__sp, (__so & ~__sm) | __sb);		\
		fb_race_resume();					\
		fb_race_atomic(__sp, sizeof(*__sp), FB_RMW, FB_FULL);	\
		__so;							\
	})

/* Clears @_clear if none of @_test is set; true if it did. */
#define bit_clear_unless(ptr, _clear, _test)				\
	({								\
		typeof(ptr) __bp = (ptr);				\
		typeof(*__bp) __bc = (_clear), __bt = (_test), __bo;	\
		fb_point(FB_PT_ATOMIC, (const void *)__bp);		\
		fb_race_pause();					\
		__bo = *__bp;						\
		if (!(__bo & __bt))					\
			WRITE_ONCE(*__bp, __bo & ~__bc);		\
		fb_race_resume();					\
		fb_race_atomic(__bp, sizeof(*__bp), FB_RMW, FB_FULL);	\
		!(__bo & __bt);						\
	})

/**
 * fns - index of the @n-th (from 0) set bit of @word; BITS_PER_LONG when there is none
 */
static inline unsigned long fns(unsigned long word, unsigned int n)
{
	while (word) {
		unsigned int bit = __ffs(word);

		if (n-- == 0)
			return bit;
		word &= word - 1;
	}
	return BITS_PER_LONG;
}

#endif
