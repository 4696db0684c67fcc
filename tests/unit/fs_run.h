/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the unit tests of vfs_shim/fs share: a test's body runs in the first process of a booted
 * box, writes down what it saw, and the main stack asserts. Nothing here that asserts may be called
 * inside the box: an assertion that fails jumps.
 */
#ifndef TESTS_UNIT_FS_RUN_H
#define TESTS_UNIT_FS_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/fs.h>
#include <linux/dcache.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/task_work.h>

#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/run.h>
#include <core/task.h>

#include <fs/internal.h>
#include "process.h"

#define MAX_NOTES 64

static long notes[MAX_NOTES];
static int nr_notes;

/* Inside the box: remember a value for the main stack. */
static inline void note(long value)
{
	if (nr_notes < MAX_NOTES)
		notes[nr_notes++] = value;
}

static inline void assert_notes(const long *want, int n)
{
	int i;

	for (i = 0; i < n && i < nr_notes; i++)
		if (notes[i] != want[i])
			fail_msg("note %d: %ld, expected %ld", i, notes[i], want[i]);
	assert_int_equal(nr_notes, n);
}

#define ASSERT_NOTES(...)                         \
	assert_notes((const long[]){__VA_ARGS__}, \
		     sizeof((const long[]){__VA_ARGS__}) / sizeof(long))

static void (*fs_body)(void);

static void fs_first(void *arg)
{
	(void)arg;
	box_boot();
	fs_body();
	task_work_run();
	box_shutdown();
}

static inline enum fb_run_result run_in_box_opts(const struct fb_run_opts *opts, void (*body)(void))
{
	nr_notes = 0;
	fs_body = body;
	assert_int_equal(fb_run_begin(opts), 0);
	box_first(fs_first, NULL);
	fb_run_loop();
	return fb_run_end();
}

static inline enum fb_run_result run_in_box(void (*body)(void))
{
	struct fb_run_opts opts = {.name = "test", .guard = true};

	return run_in_box_opts(&opts, body);
}

/* Run @body; no finding may come of it. */
static inline void run_clean_opts(const struct fb_run_opts *opts, void (*body)(void))
{
	size_t i;

	if (run_in_box_opts(opts, body) == FB_RUN_OK)
		return;
	for (i = 0; i < fb_nr_findings(); i++)
		fb_finding_print(stderr, fb_finding_at(i));
	fail_msg("%zu findings", fb_nr_findings());
}

static inline void run_clean(void (*body)(void))
{
	struct fb_run_opts opts = {.name = "test", .guard = true};

	run_clean_opts(&opts, body);
}

static inline bool found(enum fb_finding_kind kind, const char *text)
{
	size_t i;

	for (i = 0; i < fb_nr_findings(); i++)
		if (fb_finding_at(i)->kind == kind && strstr(fb_finding_at(i)->text, text))
			return true;
	return false;
}

/* Does a report of the run contain this text: a function that took something, say? */
static inline bool printed(const char *text)
{
	bool yes = false;
	char *out;
	size_t len, i;

	for (i = 0; i < fb_nr_findings() && !yes; i++) {
		FILE *f = open_memstream(&out, &len);

		fb_finding_print(f, fb_finding_at(i));
		fclose(f);
		yes = strstr(out, text);
		free(out);
	}
	return yes;
}

/* System calls without the border: names are kernel strings. */
static inline int k_mkdir(const char *name)
{
	return do_mkdirat(AT_FDCWD, getname_kernel(name), 0755);
}

static inline int k_mknod(const char *name)
{
	return do_mknodat(AT_FDCWD, getname_kernel(name), S_IFREG | 0644, 0);
}

static inline int k_symlink(const char *body, const char *name)
{
	return do_symlinkat(getname_kernel(body), AT_FDCWD, getname_kernel(name));
}

static inline int k_unlink(const char *name)
{
	return do_unlinkat(AT_FDCWD, getname_kernel(name));
}

static inline int k_rmdir(const char *name)
{
	return do_rmdir(AT_FDCWD, getname_kernel(name));
}

static inline int k_rename(const char *from, const char *to, unsigned int flags)
{
	return do_renameat2(AT_FDCWD, getname_kernel(from), AT_FDCWD, getname_kernel(to), flags);
}

static inline int k_link(const char *from, const char *to)
{
	return do_linkat(AT_FDCWD, getname_kernel(from), AT_FDCWD, getname_kernel(to), 0);
}

/* 0 or the error of a look-up. */
static inline int k_lookup(const char *name, unsigned int flags)
{
	struct path path;
	int err = kern_path(name, flags, &path);

	if (!err)
		path_put(&path);
	return err;
}

/* Mount on a directory of the root. */
static inline int k_mount(const char *type, const char *dir, unsigned long flags)
{
	struct path path;
	int err = kern_path(dir, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = path_mount("none", &path, type, flags, NULL);
	path_put(&path);
	return err;
}

/* The last references go where a system call would end. */
static inline int k_umount(const char *dir, int flags)
{
	struct path path;
	int err = kern_path(dir, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = path_umount(&path, flags);
	task_work_run();
	return err;
}

#endif
