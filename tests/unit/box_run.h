/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the unit tests of files share: a test body runs as the first process of a booted box,
 * between system calls; its CHECK()s are looked at when the box is down and the ledgers are
 * audited.
 */
#ifndef TESTS_UNIT_BOX_RUN_H
#define TESTS_UNIT_BOX_RUN_H

#include "shim_run.h"
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/syscalls.h>
#include "lower_ramfs.h"
#include "process.h"
#include "syscalls.h"

/* CHECK() that shows both values. */
#define CHECK_EQ(got, want)								\
	do {										\
		long __got = (long)(got), __want = (long)(want);			\
											\
		if (__got != __want && !shim_failed) {					\
			snprintf(box_message, sizeof(box_message), "%s is %ld, not %ld",	\
				 #got, __got, __want);					\
			shim_failed = box_message;					\
			shim_failed_line = __LINE__;					\
		}									\
	} while (0)

static char box_message[256];

static void box_body(void *body)
{
	box_boot();
	((void (*)(void))body)();
	box_shutdown();
}

static inline enum fb_run_result box_run(const struct fb_run_opts *opts, void (*body)(void))
{
	struct fb_run_opts plain = { .name = "test", .guard = true };

	shim_failed = NULL;
	shim_log[0] = '\0';
	assert_int_equal(fb_run_begin(opts ? opts : &plain), 0);
	box_first(box_body, body);
	fb_run_loop();
	return fb_run_end();
}

/* One run of @body that must be free of findings. */
#define BOX(body)	checked(box_run(NULL, body))
/* One that must have some; the caller looks at them. */
#define BOX_BAD(body)								\
	do {									\
		enum fb_run_result __r = box_run(NULL, body);			\
										\
		if (shim_failed)						\
			fail_msg("line %d: %s", shim_failed_line, shim_failed);	\
		assert_int_equal(__r, FB_RUN_FINDING);				\
	} while (0)

/* Does a leak report name this function among those that took the reference? */
static inline bool leak_taken_by(const char *function)
{
	for (size_t i = 0; i < fb_nr_findings(); i++) {
		const struct fb_finding *f = fb_finding_at(i);

		if (f->kind == FB_LEAK &&
		    (fb_stack_has(f->here, function) || fb_stack_has(f->other, function)))
			return true;
	}
	print_findings();
	return false;
}

/* Mounts a lower file system at /lower. */
static inline void lower_up(const char *opts)
{
	char data[64];	/* parsing writes to it */

	snprintf(data, sizeof(data), "%s", opts ? opts : "");
	CHECK_EQ(box_mkdir("/lower", 0755), 0);
	CHECK_EQ(box_mount("none", "/lower", "lower", 0, data), 0);
}

static inline void lower_down(void)
{
	CHECK_EQ(box_umount("/lower", 0), 0);
}

static inline struct super_block *lower_super(void)
{
	struct super_block *sb;
	struct path path;

	if (kern_path("/lower", LOOKUP_FOLLOW, &path))
		return NULL;
	sb = path.dentry->d_sb;
	path_put(&path);
	return sb;
}

#endif
