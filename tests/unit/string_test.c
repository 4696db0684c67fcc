// SPDX-License-Identifier: GPL-2.0
/*
 * lib/string.c is the kernel's own. Where both ends are aligned it copies by words, for which it
 * must know the byte order: libc's headers name both.
 */
#include "shim_run.h"
#include <linux/string.h>

#define ROOM 32

#if defined(__BIG_ENDIAN) || !defined(__LITTLE_ENDIAN)
#error "the kernel environment is little-endian"
#endif

/* What stands behind the terminator in the source is not taken for a part of the string. */
static void copy_one(size_t len, size_t from, size_t to)
{
	char src[ROOM] __aligned(8), dest[ROOM] __aligned(8);

	memset(src, 'p', sizeof(src));
	memset(dest, 'q', sizeof(dest));
	for (size_t i = 0; i < len; i++)
		src[from + i] = 'a' + i;
	src[from + len] = '\0';
	assert_int_equal(strscpy(dest + to, src + from, ROOM - to), len);
	assert_string_equal(dest + to, src + from);
}

static void copies_are_alike_at_each_alignment(void **state)
{
	for (size_t len = 0; len < 20; len++) {
		for (size_t at = 0; at < 64; at++)
			copy_one(len, at % 8, at / 8);
	}
}

static void what_does_not_fit_is_cut(void **state)
{
	char dest[ROOM] __aligned(8);

	for (size_t room = 1; room <= 16; room++) {
		assert_int_equal(strscpy(dest, "a name that is longer", room), -E2BIG);
		assert_int_equal(strlen(dest), room - 1);
		assert_memory_equal(dest, "a name that is longer", room - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_are_alike_at_each_alignment),
		cmocka_unit_test(what_does_not_fit_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
