/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Force-included first into every source of the kernel environment.
 *
 * Order matters. The configuration comes first: glibc itself reaches linux/stat.h and its like, and
 * a header that is read before the configuration loses its guards for good. Then every libc header
 * that a shim source may need: where a name clashes, libc has it and the kernel's is renamed here.
 * Sources must not include libc headers of their own, except those that only define names of their
 * own (ucontext.h, sys/mman.h).
 */
#ifndef FUSEBOX_KERNEL_H
#define FUSEBOX_KERNEL_H

#include <fusebox/autoconf.h>

/* Kbuild names the object a source goes into; only fs/fuse is a module here. */
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "kernel"
#endif

/*
 * While this is set, our linux/{types,stat,fcntl,errno,...}.h give glibc just the uapi part it
 * asked for.
 */
#define FUSEBOX_LIBC_STAGE
#undef __KERNEL__
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>
#include <stdbool.h>
#include <limits.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <ctype.h>
#include <inttypes.h>
#include <time.h>
#include <unistd.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sched.h>
#include <poll.h>
#include <sys/types.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/ioctl.h>
#include <sys/epoll.h>
#include <sys/sysmacros.h>
#include <sys/resource.h>
/* libc names both byte orders, the kernel only its own: by #ifdef, it would believe in this one. */
#undef __BIG_ENDIAN
#define __KERNEL__
#undef FUSEBOX_LIBC_STAGE

#include <fusebox/rename.h>
#include <linux/kconfig.h>
#include <linux/compiler_types.h>

#endif
