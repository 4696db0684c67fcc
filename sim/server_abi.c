// SPDX-License-Identifier: GPL-2.0
/*
 * What a server and the kernel must agree on, byte for byte, whether the server has 32 or 64 bits:
 * where mainline's interface of passthrough has it. Nothing of this is code; it compiles or it does
 * not (`make`, `make arm64`, `make guest-32`, and for more kinds of machines `make patch-builds`).
 */
#include <linux/fuse.h>
#include <linux/ioctl.h>
#include <stddef.h>

#define AT(type, member, where, length) \
	_Static_assert(offsetof(struct type, member) == (where) && \
		       sizeof(((struct type *)0)->member) == (length), #type "." #member)

_Static_assert(sizeof(struct fuse_backing_map) == 16, "struct fuse_backing_map");
AT(fuse_backing_map, fd, 0, 4);
AT(fuse_backing_map, flags, 4, 4);
AT(fuse_backing_map, padding, 8, 8);

_Static_assert(sizeof(struct fuse_open_out) == 16, "struct fuse_open_out");
AT(fuse_open_out, open_flags, 8, 4);
AT(fuse_open_out, backing_id, 12, 4);

_Static_assert(sizeof(struct fuse_init_out) == 64, "struct fuse_init_out");
AT(fuse_init_out, flags2, 32, 4);
AT(fuse_init_out, max_stack_depth, 36, 4);
AT(fuse_init_out, unused, 40, 24);

_Static_assert(FUSE_DEV_IOC_BACKING_OPEN == 0x4010e501, "FUSE_DEV_IOC_BACKING_OPEN");
_Static_assert(FUSE_DEV_IOC_BACKING_CLOSE == 0x4004e502, "FUSE_DEV_IOC_BACKING_CLOSE");
_Static_assert(FOPEN_PASSTHROUGH == 1 << 7 && FUSE_PASSTHROUGH == 1ULL << 37,
	       "flags of passthrough");
