/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/blk_types.h. No block devices in the box: the types are opaque, and taken
 * headers only point at them.
 */
#ifndef __LINUX_BLK_TYPES_H
#define __LINUX_BLK_TYPES_H

#include <linux/types.h>

struct bio;
struct bio_set;
struct block_device;
typedef u8 __bitwise blk_status_t;

#endif
