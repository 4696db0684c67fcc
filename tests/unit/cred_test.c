// SPDX-License-Identifier: GPL-2.0
/*
 * Credentials and capabilities against the kernel's rules: kernel/{cred,capability,groups,user}.c,
 * security/.
 */
#include "box_run.h"
#include <linux/capability.h>
#include <linux/kthread.h>
#include <linux/security.h>
#include <linux/user_namespace.h>

static void overriding(void)
{
	const struct cred *old;
	struct cred *new;

	box_syscall_enter();
	new = prepare_creds();
	new->fsuid = make_kuid(&init_user_ns, 1000);
	cap_clear(new->cap_effective);
	old = override_creds(new);
	CHECK(current_cred() == new);
	CHECK(uid_eq(current_fsuid(), KUIDT_INIT(1000)));
	CHECK(!capable(CAP_SYS_ADMIN));
	CHECK(current_real_cred() == old);
	revert_creds(old);
	CHECK(current_cred() == old);
	CHECK(capable(CAP_SYS_ADMIN));
	put_cred(new);
	box_syscall_exit("test", 0);
}

static void override_and_revert(void **state)
{
	BOX(overriding);
}

static void unreverted(void)
{
	struct cred *new;

	box_syscall_enter();
	new = prepare_creds();
	override_creds(new);
	put_cred(new);
	box_syscall_exit("test", 0);
	current->cred = current->real_cred;
	put_cred(new);
}

static void override_kept_on_return(void **state)
{
	const struct fb_finding *f;

	BOX_BAD(unreverted);
	f = finding_of(FB_CONTRACT);
	assert_true(fb_stack_has(f->other, "unreverted"));
}

static void crossed(void)
{
	const struct cred *outer, *inner;
	struct cred *a, *b;

	box_syscall_enter();
	a = prepare_creds();
	b = prepare_creds();
	outer = override_creds(a);
	inner = override_creds(b);
	revert_creds(outer);
	revert_creds(inner);
	box_syscall_exit("test", 0);
}

static void reverted_in_the_wrong_order(void **state)
{
	BOX_BAD(crossed);
	assert_true(fb_stack_has(finding_of(FB_CONTRACT)->here, "crossed"));
}

static void kept(void)
{
	box_syscall_enter();
	prepare_creds();
	box_syscall_exit("test", 0);
}

static void a_cred_kept_is_a_leak(void **state)
{
	BOX_BAD(kept);
	assert_true(leak_taken_by("kept"));
}

static void committing(void)
{
	struct cred *new;

	box_syscall_enter();
	new = prepare_creds();
	new->euid = new->fsuid = make_kuid(&init_user_ns, 7);
	CHECK_EQ(commit_creds(new), 0);
	CHECK(current_cred() == new && current_real_cred() == new);
	new = prepare_creds();
	abort_creds(new);
	box_syscall_exit("test", 0);
}

static void commit_and_abort(void **state)
{
	BOX(committing);
}

static void setuid_rules(void)
{
	const struct cred *old = current_cred();
	struct cred *new;

	box_syscall_enter();
	new = prepare_creds();
	new->fsuid = make_kuid(&init_user_ns, 1000);
	CHECK_EQ(security_task_fix_setuid(new, old, LSM_SETID_FS), 0);
	CHECK(!cap_raised(new->cap_effective, CAP_FOWNER));
	CHECK(cap_raised(new->cap_effective, CAP_SYS_ADMIN));
	CHECK(cap_raised(new->cap_permitted, CAP_FOWNER));
	abort_creds(new);
	new = prepare_creds();
	new->uid = new->euid = new->suid = new->fsuid = make_kuid(&init_user_ns, 1000);
	CHECK_EQ(security_task_fix_setuid(new, old, LSM_SETID_ID), 0);
	CHECK(!cap_raised(new->cap_effective, CAP_SYS_ADMIN));
	CHECK(!cap_raised(new->cap_permitted, CAP_SYS_ADMIN));
	abort_creds(new);
	box_syscall_exit("test", 0);
}

static void capabilities_after_setuid(void **state)
{
	BOX(setuid_rules);
}

static void groups(void)
{
	struct group_info *gi;

	box_syscall_enter();
	gi = groups_alloc(3);
	gi->gid[0] = KGIDT_INIT(30);
	gi->gid[1] = KGIDT_INIT(10);
	gi->gid[2] = KGIDT_INIT(20);
	groups_sort(gi);
	CHECK_EQ(set_current_groups(gi), 0);
	put_group_info(gi);
	CHECK(in_group_p(KGIDT_INIT(10)) && in_group_p(KGIDT_INIT(20)) &&
	      in_group_p(KGIDT_INIT(30)));
	CHECK(!in_group_p(KGIDT_INIT(15)) && !in_group_p(KGIDT_INIT(31)));
	CHECK(in_group_p(KGIDT_INIT(0)));
	box_syscall_exit("test", 0);
}

static void supplementary_groups(void **state)
{
	BOX(groups);
}

static void opener(void)
{
	struct file *file;
	int fd;

	lower_up("mode=0777");
	fd = box_open("/lower/f", O_CREAT | O_RDWR, 0666);
	CHECK_EQ(box_setids(1000, 1000), 0);
	CHECK(!capable(CAP_SYS_ADMIN));
	box_syscall_enter();
	file = fget(fd);
	/* The file remembers who opened it. */
	CHECK(file_ns_capable(file, &init_user_ns, CAP_SYS_ADMIN));
	fput(file);
	box_syscall_exit("test", 0);
	CHECK_EQ(box_chmod("/lower/f", 0600), -EPERM);
}

static void files_remember_their_opener(void **state)
{
	BOX(opener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(override_and_revert),
		cmocka_unit_test(override_kept_on_return),
		cmocka_unit_test(reverted_in_the_wrong_order),
		cmocka_unit_test(a_cred_kept_is_a_leak),
		cmocka_unit_test(commit_and_abort),
		cmocka_unit_test(capabilities_after_setuid),
		cmocka_unit_test(supplementary_groups),
		cmocka_unit_test(files_remember_their_opener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
