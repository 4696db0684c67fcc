/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FUSE passthrough for a server on a libfuse that does not know it (older than 3.17).
 *
 * libfuse has no words for three things: the flag in INIT, the number of a backing file in the
 * replies to OPEN and CREATE, and the two ioctls. The first two are put into the replies on their
 * way to the device, for which libfuse hands them to functions of ours (fuse_session_custom_io(),
 * since 3.13); the ioctls need no libfuse. The protocol is that of mainline since 6.9 and of the
 * patch of this repository.
 */
#ifndef FUSEBOX_SIM_LIBFUSE_PASSTHROUGH_H
#define FUSEBOX_SIM_LIBFUSE_PASSTHROUGH_H

#include <stdbool.h>
#include <stdint.h>

struct fuse_session;

/**
 * struct passthrough - one session's passthrough
 * @wanted: negotiate it
 * @max_stack_depth: file systems that may lie on top of each other: 1, or 2 where the lower files
 *	are on overlayfs
 * @dev: the FUSE device, set by passthrough_attach()
 * @active: the kernel has it, and knows that we do; set when INIT is answered
 * @init_unique: private: number of the INIT request, while it has no reply
 * @init_offers: private: that request has offered it
 * @next_id: private: backing id for the reply that is being sent; 0 = none
 */
struct passthrough {
	bool wanted;
	unsigned int max_stack_depth;
	int dev;
	bool active;
	uint64_t init_unique;
	bool init_offers;
	int32_t next_id;
};

/**
 * passthrough_attach() - let a session speak with the kernel by way of us
 * @p: its passthrough; it must be the first member of what the session has for userdata
 * @se: the session, mounted or not
 * @dev: its FUSE device
 *
 * Return: 0 or -errno.
 */
int passthrough_attach(struct passthrough *p, struct fuse_session *se, int dev);

/**
 * passthrough_register() - tell the kernel of a backing file
 * @p: the session's
 * @fd: the file, opened in whatever way; it may be closed afterwards
 *
 * Return: an id > 0 or -errno: -ELOOP on a file system that is stacked too high, -EPERM without
 * CAP_SYS_ADMIN.
 */
int32_t passthrough_register(struct passthrough *p, int fd);

/**
 * passthrough_unregister() - no more opens with this id; those that there are go on
 * @p: the session's
 * @id: from passthrough_register()
 */
void passthrough_unregister(struct passthrough *p, int32_t id);

/**
 * passthrough_next_reply() - the next reply, to OPEN or CREATE, is to name this backing file
 * @p: the session's
 * @id: from passthrough_register(); 0: none
 *
 * To be called just before fuse_reply_open() or fuse_reply_create(), with 0 just after it. For one
 * thread.
 */
void passthrough_next_reply(struct passthrough *p, int32_t id);

#endif /* FUSEBOX_SIM_LIBFUSE_PASSTHROUGH_H */
