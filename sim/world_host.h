/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world of real system calls: how a program gets one. See world_host.c.
 */
#ifndef FUSEBOX_SIM_WORLD_HOST_H
#define FUSEBOX_SIM_WORLD_HOST_H

#include "world.h"

/**
 * enum host_lower_fs - what w_make_lower() mounts when neither size nor stack depth is asked for
 * @HOST_LOWER_AUTO: ext4 if this machine can (loop device, mkfs.ext4), else tmpfs
 * @HOST_LOWER_TMPFS: tmpfs; it can neither be frozen nor does it check direct I/O
 * @HOST_LOWER_EXT4: ext4 on a loop device, or on a disk of &struct host_opts
 * @HOST_LOWER_OVERLAY: overlayfs, with all its layers on one such ext4. Its stack depth is 1, and
 *	so servers ask for one more than they do elsewhere; it cannot be frozen
 */
enum host_lower_fs {
	HOST_LOWER_AUTO,
	HOST_LOWER_TMPFS,
	HOST_LOWER_EXT4,
	HOST_LOWER_OVERLAY,
};

#define HOST_DISKS	4

/**
 * struct host_opts - how to set the world up
 * @name: what &struct world.name shall be: "host" or "guest"
 * @lower_fs: see &enum host_lower_fs
 * @disks: devices with an ext4 that nobody else uses; all files on them are removed
 * @ndisks: how many
 * @trace: gets each line of the normalized trace; may be NULL
 * @note: gets what is for people (w_note()); may be NULL
 */
struct host_opts {
	const char *name;
	enum host_lower_fs lower_fs;
	const char *disks[HOST_DISKS];
	int ndisks;
	void (*trace)(const char *line);
	void (*note)(const char *line);
};

/**
 * world_host_begin() - turn the calling process into a world
 * @opts: how
 * @why: on failure, a line that says why
 * @len: size of @why
 *
 * Unshares the mount namespace, closes all fds from 3 on, installs signal handlers; the caller
 * becomes the world's first task. Once per process.
 * Return: the world, which is never freed; NULL when this machine has none.
 */
struct world *world_host_begin(const struct host_opts *opts, char *why, size_t len);

/**
 * world_host_lower() - which lower file system is used
 *
 * Return: not HOST_LOWER_AUTO, once world_host_begin() has returned a world.
 */
enum host_lower_fs world_host_lower(void);

/**
 * world_host_rescue() - thaw what is frozen and abort all connections of this world
 *
 * For a watchdog, from any thread, or from a child that shares the mount namespace: tasks that hang
 * in the kernel come back with errors.
 */
void world_host_rescue(void);

#endif /* FUSEBOX_SIM_WORLD_HOST_H */
