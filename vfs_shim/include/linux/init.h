/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/init.h. Initcalls register in a table (kernel/module.c) which each run walks in the
 * kernel's order of levels; within a level by name, since link order means nothing here.
 */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#include <linux/compiler.h>
#include <linux/stringify.h>
#include <linux/types.h>

/* Sections do not exist at run time here. */
#define __init
#define __initdata
#define __initconst
#define __exit
#define __exitdata
#define __exit_p(x)	(x)
#define __ref
#define __refdata
#define __meminit
#define __net_init
#define __net_exit

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

enum fb_initcall_level {
	FB_INIT_EARLY,
	FB_INIT_PURE,
	FB_INIT_CORE,
	FB_INIT_POSTCORE,
	FB_INIT_ARCH,
	FB_INIT_SUBSYS,
	FB_INIT_FS,
	FB_INIT_ROOTFS,
	FB_INIT_DEVICE,
	FB_INIT_LATE,
};

void fb_initcall_register(enum fb_initcall_level level, const char *name, initcall_t fn);
void fb_exitcall_register(const char *name, exitcall_t fn);
/*
 * Run begin: every initcall; stops with finding FB_CONTRACT at one that fails, and returns its
 * error.
 */
int fb_initcalls_run(void);
/* One of them again, as loading and unloading its module would. */
int fb_initcall_run(const char *name);
void fb_exitcall_run(const char *name);
/* Run end: the exit functions of what was initialised, in reverse. */
void fb_exitcalls_run(void);

#define FB_INITCALL(level, fn)							\
	static void __attribute__((constructor)) fb_initcall_##fn(void)		\
	{									\
		fb_initcall_register(level, #fn, fn);				\
	}									\
	static_assert(1, "")

#define early_initcall(fn)	FB_INITCALL(FB_INIT_EARLY, fn)
#define pure_initcall(fn)	FB_INITCALL(FB_INIT_PURE, fn)
#define core_initcall(fn)	FB_INITCALL(FB_INIT_CORE, fn)
#define postcore_initcall(fn)	FB_INITCALL(FB_INIT_POSTCORE, fn)
#define arch_initcall(fn)	FB_INITCALL(FB_INIT_ARCH, fn)
#define subsys_initcall(fn)	FB_INITCALL(FB_INIT_SUBSYS, fn)
#define fs_initcall(fn)		FB_INITCALL(FB_INIT_FS, fn)
#define rootfs_initcall(fn)	FB_INITCALL(FB_INIT_ROOTFS, fn)
#define device_initcall(fn)	FB_INITCALL(FB_INIT_DEVICE, fn)
#define late_initcall(fn)	FB_INITCALL(FB_INIT_LATE, fn)
#define __initcall(fn)		device_initcall(fn)

#endif
