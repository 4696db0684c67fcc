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
 * @HOST_LOWER_EXT4: ext4 on a loop device
 */
enum host_lower_fs {
	HOST_LOWER_AUTO,
	HOST_LOWER_TMPFS,
	HOST_LOWER_EXT4,
};

/**
 * struct host_opts - how to set the world up
 * @name: what &struct world.name shall be: "host" or "guest"
 * @lower_fs: see &enum host_lower_fs
 * @trace: gets each line of the normalized trace; may be NULL
 */
struct host_opts {
	const char *name;
	enum host_lower_fs lower_fs;
	void (*trace)(const char *line);
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
 * world_host_rescue() - thaw what is frozen and abort all connections of this world
 *
 * For a watchdog, from any thread: tasks that hang in the kernel come back with errors.
 */
void world_host_rescue(void);

#endif /* FUSEBOX_SIM_WORLD_HOST_H */
