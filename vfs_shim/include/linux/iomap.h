/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/iomap.h. What a filesystem tells DAX about its extents; the iomap library
 * itself is not in the box.
 */
#ifndef LINUX_IOMAP_H
#define LINUX_IOMAP_H

#include <linux/types.h>
#include <linux/blk_types.h>
#include <linux/mm_types.h>

struct inode;
struct dax_device;

#define IOMAP_HOLE		0
#define IOMAP_DELALLOC		1
#define IOMAP_MAPPED		2
#define IOMAP_UNWRITTEN		3
#define IOMAP_INLINE		4

#define IOMAP_NULL_ADDR		-1ULL

struct iomap {
	u64 addr;		/* in the device, bytes */
	loff_t offset;		/* in the file, bytes */
	u64 length;
	u16 type;		/* IOMAP_HOLE ... */
	u16 flags;
	struct block_device *bdev;
	struct dax_device *dax_dev;
	void *inline_data;
	void *private;
	u64 validity_cookie;
};

#define IOMAP_WRITE		(1 << 0)
#define IOMAP_ZERO		(1 << 1)
#define IOMAP_REPORT		(1 << 2)
#define IOMAP_FAULT		(1 << 3)
#define IOMAP_DIRECT		(1 << 4)
#define IOMAP_NOWAIT		(1 << 5)
#define IOMAP_OVERWRITE_ONLY	(1 << 6)
#define IOMAP_UNSHARE		(1 << 7)
#define IOMAP_DAX		(1 << 8)

struct iomap_ops {
	int (*iomap_begin)(struct inode *inode, loff_t pos, loff_t length, unsigned int flags,
			   struct iomap *iomap, struct iomap *srcmap);
	int (*iomap_end)(struct inode *inode, loff_t pos, loff_t length, ssize_t written,
			 unsigned int flags, struct iomap *iomap);
};

#endif
