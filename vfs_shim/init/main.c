// SPDX-License-Identifier: GPL-2.0
/*
 * The order in which the kernel of the box comes up and goes down.
 *
 * Models: init/main.c, 6.1: start_kernel() and do_basic_setup(), as far as there are parts in the
 * box. The way down has no counterpart: a kernel halts, a run of the box ends with empty ledgers.
 */
#include <linux/backing-dev.h>
#include <linux/cpu.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/miscdevice.h>
#include <linux/radix-tree.h>
#include <linux/start_kernel.h>
#include <linux/wait_bit.h>

#include "../fs/internal.h"

/* In the kernel's order; each needs what stands above it. */
int noop_bdi_init(void);
void noop_bdi_exit(void);
int misc_init(void);
void misc_exit(void);
int chr_dev_init(void);
void chr_dev_exit(void);
void fcntl_init(void);
void files_init(void);
void cred_init(void);

/* Before SYSTEM_RUNNING, what is made belongs to the kernel itself (alloc_anon_inode()). */
enum system_states system_state;

/**
 * start_kernel - bring the kernel up
 *
 * Models: init/main.c, 6.1. Context: the task that becomes the first process; may sleep.
 */
void start_kernel(void)
{
	wait_bit_init();
	radix_tree_init();
	cred_init();
	files_init();
	vfs_caches_init();
	chrdev_init();
	fcntl_init();
	BUG_ON(noop_bdi_init());
	BUG_ON(misc_init());
	BUG_ON(chr_dev_init());
	fb_initcalls_run();
	system_state = SYSTEM_RUNNING;
}

/**
 * stop_kernel - take the kernel down
 *
 * Unmounts everything, then runs the exit functions of the modules, whose references the mounts
 * held. What anybody still holds is left to the audit of the ledgers. Context: as start_kernel().
 */
void stop_kernel(void)
{
	vfs_shutdown();
	fb_exitcalls_run();
	chr_dev_exit();
	misc_exit();
	noop_bdi_exit();
	fb_cpu_down();
}
