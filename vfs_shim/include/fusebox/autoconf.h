/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel configuration of the box. For what fs/fuse and the module interface look at, it is
 * Debian's 6.1 configuration (amd64); the second list says what differs and why.
 */
#ifndef FUSEBOX_AUTOCONF_H
#define FUSEBOX_AUTOCONF_H

#define CONFIG_FUSE_FS_MODULE		1
#define CONFIG_FUSE_DAX			1
#define CONFIG_FUSE_PASSTHROUGH		1	/* from our patch */
#define CONFIG_VIRTIO_FS_MODULE		1
#define CONFIG_CUSE_MODULE		1
#define CONFIG_FS_DAX			1
#define CONFIG_DAX			1
#define CONFIG_FS_POSIX_ACL		1
#define CONFIG_EXPORTFS			1
#define CONFIG_FILE_LOCKING		1
#define CONFIG_FSNOTIFY			1
#define CONFIG_AIO			1
#define CONFIG_BLOCK			1
#define CONFIG_EPOLL			1
#define CONFIG_SECURITY			1
#define CONFIG_USER_NS			1
#define CONFIG_PID_NS			1
#define CONFIG_PROC_FS			1
#define CONFIG_SYSFS			1
#define CONFIG_PRINTK			1
#define CONFIG_BUG			1
#define CONFIG_SMP			1
#define CONFIG_MMU			1
#define CONFIG_MODULES			1
#define CONFIG_MODULE_UNLOAD		1
#define CONFIG_MULTIUSER		1
#define CONFIG_PREEMPT_COUNT		1
#define CONFIG_PREEMPTION		1
#define CONFIG_64BIT			1
#define CONFIG_COMPAT			1
#define CONFIG_SWAP			1
#define CONFIG_ADVISE_SYSCALLS		1
#define CONFIG_MMU_NOTIFIER		1
#define CONFIG_ARCH_DMA_ADDR_T_64BIT	1
#define CONFIG_PHYS_ADDR_T_64BIT	1
#define CONFIG_HAVE_UID16		1
#define CONFIG_HZ			250
#define CONFIG_BASE_SMALL		0
#define CONFIG_NR_CPUS			8192
#ifdef __x86_64__
#define CONFIG_X86			1
#define CONFIG_X86_64			1
#define CONFIG_X86_X32_ABI		1
#endif
#ifdef __aarch64__
#define CONFIG_ARM64			1
#endif

/*
 * Different from Debian on purpose:
 *  CONFIG_DEBUG_ATOMIC_SLEEP is on (off in Debian): might_sleep() in taken headers reaches our
 *  check. CONFIG_LOCKDEP, CONFIG_DEBUG_LOCK_ALLOC are on: lock classes reach the checks of
 *  core/lockdep.h. CONFIG_DEBUG_VM is on: the page checks in taken headers (reference counts,
 *  flags, offsets) report. CONFIG_QUOTA, CONFIG_FS_ENCRYPTION, CONFIG_FS_VERITY, CONFIG_UNICODE,
 *  CONFIG_IMA, CONFIG_CGROUPS, CONFIG_CGROUP_WRITEBACK, CONFIG_MEMCG, CONFIG_NUMA,
 *  CONFIG_TRANSPARENT_HUGEPAGE are off: fs/fuse does not look at them; they would only add members
 *  to VFS structures and calls into subsystems that the box does not have. CONFIG_SYSCTL is off: no
 *  /proc/sys in the box; fs/fuse of 6.1 has no entries there. CONFIG_GENERIC_BUG,
 *  CONFIG_JUMP_LABEL, CONFIG_KASAN and the like are off: architecture code.
 */
#define CONFIG_DEBUG_ATOMIC_SLEEP	1
#define CONFIG_LOCKDEP			1
#define CONFIG_DEBUG_LOCK_ALLOC		1
#define CONFIG_DEBUG_SPINLOCK		1
#define CONFIG_DEBUG_VM			1

#endif
