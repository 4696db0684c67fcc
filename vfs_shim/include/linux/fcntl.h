/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/fcntl.h and the uapi ones. Flags and commands are libc's, of the same
 * values, except
 * O_LARGEFILE: glibc says 0 on 64-bit, while the kernel sets it in every 64-bit open and FUSE
 * servers see it.
 */
#ifndef _LINUX_FCNTL_H
#define _LINUX_FCNTL_H

#include <linux/stat.h>
#include <uapi/linux/openat2.h>

#undef O_LARGEFILE
#ifdef __aarch64__
#define O_LARGEFILE	00400000
#else
#define O_LARGEFILE	00100000
#endif
#ifndef FASYNC
#define FASYNC		O_ASYNC
#endif
#define __O_SYNC	04000000
#ifndef O_PATH
#define O_PATH		__O_PATH
#endif
/*
 * glibc's has O_DIRECTORY in it, so that each open of a directory would look like one of a nameless
 * file.
 */
#undef __O_TMPFILE
#define __O_TMPFILE	020000000
#undef O_TMPFILE
#define O_TMPFILE	(__O_TMPFILE | O_DIRECTORY)
#define F_LINUX_SPECIFIC_BASE	1024
#define F_CANCELLK	(F_LINUX_SPECIFIC_BASE + 5)

#define VALID_OPEN_FLAGS                                                                   \
	(O_RDONLY | O_WRONLY | O_RDWR | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | \
	 O_NONBLOCK | O_SYNC | O_DSYNC | O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY |  \
	 O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | __O_TMPFILE)
#define VALID_RESOLVE_FLAGS \
	(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | \
	 RESOLVE_BENEATH | RESOLVE_IN_ROOT | RESOLVE_CACHED)
#define OPEN_HOW_SIZE_VER0	24
#define OPEN_HOW_SIZE_LATEST	OPEN_HOW_SIZE_VER0

#define force_o_largefile()	true

/* 64-bit only: the plain commands are the 64-bit ones. */
#define IS_GETLK(cmd)	((cmd) == F_GETLK)
#define IS_SETLK(cmd)	((cmd) == F_SETLK)
#define IS_SETLKW(cmd)	((cmd) == F_SETLKW)
#define IS_GETLK64(cmd)	IS_GETLK(cmd)
#define IS_SETLK64(cmd)	IS_SETLK(cmd)
#define IS_SETLKW64(cmd)	IS_SETLKW(cmd)

#endif
