// SPDX-License-Identifier: GPL-2.0
/*
 * fs/dcache.c: life times, hashing, parallel look-ups, aliases, against the rules of 6.1.
 */
#include "fs_run.h"

static struct dentry *root_dentry(void)
{
	struct path path;
	struct dentry *dentry;

	box_root_get(&path);
	dentry = dget(path.dentry);
	path_put(&path);
	return dentry;
}

static struct qstr name_in(struct dentry *parent, const char *name)
{
	struct qstr q = QSTR_INIT((const unsigned char *)name, strlen(name));

	q.hash = full_name_hash(parent, name, q.len);
	return q;
}

/* A new dentry pins its parent; an unhashed one goes with its last reference. */
static void body_parent(void)
{
	struct dentry *root = root_dentry(), *child;
	int before = d_count(root);
	struct qstr q = name_in(root, "x");

	child = d_alloc(root, &q);
	note(d_count(root) - before);
	note(d_count(child));
	note(d_unhashed(child));
	dput(child);
	note(d_count(root) - before);
	dput(root);
}

static void test_child_pins_parent(void **state)
{
	run_clean(body_parent);
	ASSERT_NOTES(1, 1, 1, 0);
}

static int released, pruned, dropped;

static void count_release(struct dentry *dentry)
{
	released++;
}

static void count_prune(struct dentry *dentry)
{
	pruned++;
}

static int never_keep(const struct dentry *dentry)
{
	dropped++;
	return 1;
}

static const struct dentry_operations counting = {.d_release = count_release,
						  .d_prune = count_prune};
static const struct dentry_operations deleting = {.d_release = count_release,
						  .d_delete = never_keep};

/* The negative dentry stays cached after its last dput(), and is found again; pruning frees it. */
static void body_cache(void)
{
	struct dentry *root = root_dentry(), *child, *again;
	struct qstr q = name_in(root, "cached");

	released = pruned = 0;
	child = d_alloc(root, &q);
	d_set_d_op(child, &counting);
	d_add(child, NULL);
	dput(child);
	note(released);
	again = d_lookup(root, &q);
	note(again == child);
	note(d_is_negative(again));
	dput(again);
	shrink_dcache_parent(root);
	note(released);
	note(pruned);
	again = d_lookup(root, &q);
	note(!again);
	dput(root);
}

static void test_unused_stay_cached_until_pruned(void **state)
{
	run_clean(body_cache);
	ASSERT_NOTES(0, 1, 1, 1, 1, 1);
}

/* ->d_delete() that says so frees the dentry at once. */
static void body_delete_op(void)
{
	struct dentry *root = root_dentry(), *child;
	struct qstr q = name_in(root, "gone");

	released = dropped = 0;
	child = d_alloc(root, &q);
	d_set_d_op(child, &deleting);
	d_add(child, NULL);
	note(dropped);
	dput(child);
	note(dropped > 0);
	note(released);
	dput(root);
}

static void test_d_delete_op(void **state)
{
	run_clean(body_delete_op);
	ASSERT_NOTES(0, 1, 1);
}

/* Long names live outside the dentry; a move takes them along. */
static void body_names(void)
{
	static const char longname[] = "a-name-that-is-longer-than-the-forty-bytes-inside-a-dentry";
	char buf[128];
	struct path path;

	note(k_mkdir("/d"));
	note(k_rename("/d", "/a-name-that-is-longer-than-the-forty-bytes-inside-a-dentry", 0));
	note(k_mkdir("/e"));
	note(k_rename("/e", "/a-name-that-is-longer-than-the-forty-bytes-inside-a-dentry",
		      RENAME_EXCHANGE));
	note(kern_path("/e", 0, &path));
	note(strcmp(dentry_path_raw(path.dentry, buf, sizeof(buf)), "/e"));
	path_put(&path);
	snprintf(buf, sizeof(buf), "/%s", longname);
	note(k_lookup(buf, 0));
	note(k_rmdir(buf));
	note(k_rmdir("/e"));
}

static void test_long_names_move(void **state)
{
	run_clean(body_names);
	ASSERT_NOTES(0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/* Two tasks look the same name up: one does it, the other waits and gets the same dentry. */
static struct dentry *race_root, *race_got[2];
static struct qstr race_name;
static int race_lookups;

static void racer(void *arg)
{
	long me = (long)arg;
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(wq);
	struct dentry *dentry = d_alloc_parallel(race_root, &race_name, &wq);

	if (d_in_lookup(dentry)) {
		race_lookups++;
		fb_yield();
		d_add(dentry, NULL);
	}
	race_got[me] = dentry;
}

static void body_parallel(void)
{
	struct box_process *a, *b;

	race_lookups = 0;
	race_root = root_dentry();
	race_name = name_in(race_root, "raced");
	a = box_spawn("a", BOX_FILES_EMPTY, racer, (void *)0);
	b = box_spawn("b", BOX_FILES_EMPTY, racer, (void *)1);
	box_reap(a);
	box_reap(b);
	note(race_lookups);
	note(race_got[0] == race_got[1]);
	note(d_count(race_got[0]));
	dput(race_got[0]);
	dput(race_got[1]);
	dput(race_root);
}

static void test_parallel_lookup_is_one(void **state)
{
	struct fb_run_opts opts = {.name = "test", .policy = FB_POLICY_RANDOM};

	for (opts.seed = 1; opts.seed <= 40; opts.seed++) {
		run_clean_opts(&opts, body_parallel);
		ASSERT_NOTES(1, 1, 2);
	}
}

/*
 * d_delete() of a dentry that is only ours turns it negative; of one that is shared, unhashes it.
 */
static void body_d_delete(void)
{
	struct path path;
	struct dentry *dentry;

	k_mknod("/f");
	kern_path("/f", 0, &path);
	dentry = dget(path.dentry);
	path_put(&path);
	note(k_unlink("/f"));
	note(d_unhashed(dentry));
	note(d_is_positive(dentry));
	dput(dentry);
}

static void test_unlinked_while_used(void **state)
{
	run_clean(body_d_delete);
	ASSERT_NOTES(0, 1, 1);
}

/* A reference never given back is a leak, with the stack that took it. */
static void body_leak(void)
{
	k_mkdir("/d");
	root_dentry();
}

static void test_leaked_dentry(void **state)
{
	assert_int_equal(run_in_box(body_leak), FB_RUN_FINDING);
	assert_true(found(FB_LEAK, "dentry reference"));
	assert_true(printed("root_dentry at tests/unit/dcache_test.c"));
}

static void body_double_put(void)
{
	struct dentry *root = root_dentry(), *child;
	struct qstr q = name_in(root, "x");

	child = d_alloc(root, &q);
	d_add(child, NULL);
	dput(child);
	dput(child);
}

static void test_double_put(void **state)
{
	assert_int_equal(run_in_box(body_double_put), FB_RUN_FINDING);
	assert_true(found(FB_DOUBLE_PUT, "dentry"));
}

static void body_d_path(void)
{
	char buf[64];
	struct path path;

	k_mkdir("/a");
	k_mkdir("/a/b");
	kern_path("/a/b", 0, &path);
	note(strcmp(d_path(&path, buf, sizeof(buf)), "/a/b"));
	note(IS_ERR(d_path(&path, buf, 3)));
	k_rmdir("/a/b");
	note(strcmp(d_path(&path, buf, sizeof(buf)), "/a/b (deleted)"));
	path_put(&path);
}

static void test_d_path(void **state)
{
	run_clean(body_d_path);
	ASSERT_NOTES(0, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_pins_parent),
		cmocka_unit_test(test_unused_stay_cached_until_pruned),
		cmocka_unit_test(test_d_delete_op),
		cmocka_unit_test(test_long_names_move),
		cmocka_unit_test(test_parallel_lookup_is_one),
		cmocka_unit_test(test_unlinked_while_used),
		cmocka_unit_test(test_leaked_dentry),
		cmocka_unit_test(test_double_put),
		cmocka_unit_test(test_d_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
