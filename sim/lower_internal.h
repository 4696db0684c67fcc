/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the lower file system share.
 */
#ifndef FUSEBOX_SIM_LOWER_INTERNAL_H
#define FUSEBOX_SIM_LOWER_INTERNAL_H

#include <linux/fs.h>
#include <linux/xarray.h>
#include <linux/xattr.h>
#include "lower_ramfs.h"

#define LOWER_MAGIC	0x6c6f7772	/* "lowr" */
#define LOWER_DIO_ALIGN	512

/* What lower_inject() asked for, per kind of call. */
struct lower_injection {
	int skip, count, error;
	unsigned long long limit;
};

struct lower_sb {
	u64 capacity, used;		/* bytes of file data, in whole chunks */
	spinlock_t lock;		/* guards @used */
	bool odirect, nowait;
	struct lower_injection inject[W_LOWER_OPS];
	struct w_lower_event *log;
	size_t nr_log, room_log;
};

struct lower_inode {
	struct inode vfs;
	struct xarray chunks;		/* by position / PAGE_SIZE; none: a hole */
	struct simple_xattrs xattrs;
	u32 fsflags;			/* FS_*_FL */
};

static inline struct lower_inode *LOWER_I(struct inode *inode)
{
	return container_of(inode, struct lower_inode, vfs);
}

static inline struct lower_sb *LOWER_SB(struct super_block *sb)
{
	return sb->s_fs_info;
}

/* lower_data.c: bytes of a file; the inode lock guards them */
ssize_t lower_data_read(struct inode *inode, loff_t pos, struct iov_iter *to);
ssize_t lower_data_write(struct inode *inode, loff_t pos, struct iov_iter *from);
int lower_data_allocate(struct inode *inode, loff_t pos, loff_t len);
void lower_data_punch(struct inode *inode, loff_t pos, loff_t end);
void lower_data_free(struct inode *inode);

/* lower_file.c */
extern const struct file_operations lower_file_operations;

/* lower_log.c */
void lower_log(struct inode *inode, enum w_lower_op op, struct file *file, struct kiocb *iocb, loff_t pos,
	       size_t len, ssize_t result);
long lower_fault(struct inode *inode, enum w_lower_op op, size_t *len);
void lower_log_free(struct lower_sb *lsb);

#endif
