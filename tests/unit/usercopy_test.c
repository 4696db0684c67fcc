// SPDX-License-Identifier: GPL-2.0
/* Copies from and to user space: lib/usercopy.c against the kernel's rules. */
#include "shim_run.h"
#include <fusebox/user.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

static char user[64];
static char __user *const bad = (char __user *)0x1000;

static void copies(void *arg)
{
	char buf[64];
	u32 v = 0;

	strcpy(user, "from user");
	CHECK(copy_from_user(buf, user, sizeof(buf)) == 0 && !strcmp(buf, "from user"));
	CHECK(copy_to_user(user + 4, "box", 3) == 0 && !strcmp(user, "fromboxer"));
	CHECK(put_user((u32)77, (u32 __user *)user) == 0);
	CHECK(get_user(v, (u32 __user *)user) == 0 && v == 77);
	CHECK(clear_user(user, sizeof(user)) == 0 && !memchr_inv(user, 0, sizeof(user)));
	CHECK(copy_from_user(buf, bad, 0) == 0);
}

static void good_copies(void **state)
{
	RUN({ "a", copies });
}

static void faults(void *arg)
{
	char buf[8];
	u32 v = 5;

	memset(buf, 'x', sizeof(buf));
	CHECK(copy_from_user(buf, bad, sizeof(buf)) == sizeof(buf));
	CHECK(!memchr_inv(buf, 0, sizeof(buf)));	/* what did not come is zero */
	CHECK(copy_to_user(bad, buf, sizeof(buf)) == sizeof(buf));
	CHECK(copy_to_user((char __user *)-100UL, buf, sizeof(buf)) == sizeof(buf));
	CHECK(get_user(v, (u32 __user *)bad) == -EFAULT && v == 0);
	CHECK(put_user(v, (u32 __user *)bad) == -EFAULT);
	CHECK(fault_in_readable(bad, 4) == 4 && fault_in_writeable(user, 4) == 0);
	CHECK(!access_ok((char __user *)-1UL, 1) && access_ok(user, sizeof(user)));
	CHECK(PTR_ERR(memdup_user(bad, 4)) == -EFAULT);
}

static void bad_addresses(void **state)
{
	RUN({ "a", faults });
}

static void partial(void *arg)
{
	char buf[64];

	memset(user, 'u', sizeof(user));
	memset(buf, 'x', sizeof(buf));
	fb_user_hole_add(user + 40, 10);
	CHECK(copy_from_user(buf, user, 64) == 24);
	CHECK(buf[39] == 'u' && buf[40] == 0 && buf[63] == 0);
	CHECK(copy_to_user(user + 45, buf, 2) == 2);
	CHECK(copy_to_user(user + 50, buf, 2) == 0);
	CHECK(fault_in_readable(user + 30, 20) == 10);
	fb_user_hole_remove(user + 40);
	CHECK(copy_from_user(buf, user, 64) == 0);
}

static void holes(void **state)
{
	RUN({ "a", partial });
}

static void strings(void *arg)
{
	char buf[16];
	char *s;

	strcpy(user, "name");
	CHECK(strncpy_from_user(buf, user, sizeof(buf)) == 4 && !strcmp(buf, "name"));
	CHECK(strncpy_from_user(buf, user, 3) == 3);
	CHECK(strncpy_from_user(buf, bad, 3) == -EFAULT);
	CHECK(strnlen_user(user, 16) == 5 && strnlen_user(user, 3) > 3 &&
	      strnlen_user(bad, 3) == 0);
	s = strndup_user(user, 16);
	CHECK(!strcmp(s, "name"));
	kfree(s);
	CHECK(PTR_ERR(strndup_user(user, 3)) == -EINVAL);
}

static void user_strings(void **state)
{
	RUN({ "a", strings });
}

static void structs(void *arg)
{
	u32 old[2], new[4] = { 1, 2, 3, 4 };

	memcpy(user, new, sizeof(new));
	CHECK(copy_struct_from_user(old, sizeof(old), user, sizeof(new)) == -E2BIG);
	clear_user(user + 8, 8);
	CHECK(copy_struct_from_user(old, sizeof(old), user, sizeof(new)) == 0 && old[1] == 2);
	CHECK(copy_struct_from_user(new, sizeof(new), user, 8) == 0 && new[1] == 2 && new[2] == 0 &&
	      new[3] == 0);
}

static void versions_of_structs(void **state)
{
	RUN({ "a", structs });
}

static void faulted(void *arg)
{
	char buf[8] = "xxxxxxx";

	CHECK(copy_from_user(buf, user, 8) == 8 && !buf[0]);
	CHECK(copy_from_user(buf, user, 8) == 0);
}

static void a_copy_is_a_fault_point(void **state)
{
	static const struct shim_task task = { "a", faulted };
	struct fb_run_opts opts = { .name = "test", .fault_at = 1 };

	checked(run_with(&opts, &task, 1));
}

/*
 * Eight bytes, of which some are copied before the fault: none, the first, all but the last, half.
 */
static void faulted_later(void *arg)
{
	static const unsigned int before[] = { 0, 1, 7, 4 };
	unsigned int n = before[*(const unsigned int *)arg];
	char buf[8];

	memset(buf, 'x', 8);
	memcpy(user, "abcdefgh", 8);
	CHECK(copy_from_user(buf, user, 8) == 8 - n);
	CHECK(!memcmp(buf, "abcdefgh", n));
	for (unsigned int i = n; i < 8; i++)
		CHECK(!buf[i]);
}

static void a_copy_may_fail_in_the_middle(void **state)
{
	char token[128];

	for (unsigned int variant = 0; variant < 4; variant++) {
		const struct shim_task task = { "a", faulted_later, &variant };
		struct fb_run_opts opts = { .name = "test",
					    .fault_at = 1,
					    .fault_variant = variant };

		checked(run_with(&opts, &task, 1));
		strcpy(token, fb_token());
		opts = (struct fb_run_opts){ .name = "test",
					     .policy = FB_POLICY_REPLAY,
					     .token = token };
		checked(run_with(&opts, &task, 1));
	}
}

static void atomic_copy(void *arg)
{
	DEFINE_SPINLOCK(lock);
	char buf[8];

	spin_lock(&lock);
	pagefault_disable();
	CHECK(copy_from_user(buf, user, 8) == 0);
	pagefault_enable();
	CHECK(copy_from_user(buf, user, 8) == 0);
	spin_unlock(&lock);
}

static void copy_in_atomic_context_is_found(void **state)
{
	RUN_BAD({ "a", atomic_copy });
	assert_int_equal(fb_nr_findings(), 1);
	finding_of(FB_SLEEP_ATOMIC);
}

static void kernel_pointer(void *arg)
{
	char buf[8];
	char *p = kmalloc(8, GFP_KERNEL);

	CHECK(copy_from_user(buf, (char __user *)p + 2, 4) == 4);
	kfree(p);
}

static void kernel_memory_as_user_memory_is_found(void **state)
{
	RUN_BAD({ "a", kernel_pointer });
	assert_null(shim_failed);
	finding_of(FB_CONTRACT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_copies),
		cmocka_unit_test(bad_addresses),
		cmocka_unit_test(holes),
		cmocka_unit_test(user_strings),
		cmocka_unit_test(versions_of_structs),
		cmocka_unit_test(a_copy_is_a_fault_point),
		cmocka_unit_test(a_copy_may_fail_in_the_middle),
		cmocka_unit_test(copy_in_atomic_context_is_found),
		cmocka_unit_test(kernel_memory_as_user_memory_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
