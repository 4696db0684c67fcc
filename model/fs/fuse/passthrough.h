/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FUSE passthrough: the steps of a read and of a write, which synchronous
 * (passthrough.c) and asynchronous requests (passthrough_aio.c) have in common.
 */

#ifndef _FS_FUSE_PASSTHROUGH_H
#define _FS_FUSE_PASSTHROUGH_H

#include <linux/fs.h>

struct fuse_file;
struct iov_iter;

int fuse_passthrough_init_kiocb(struct kiocb *lower, struct kiocb *iocb,
				struct file *backing);

int fuse_passthrough_flush_read(struct kiocb *iocb, size_t count);
bool fuse_passthrough_read_changes(struct inode *inode, struct file *backing);
bool fuse_passthrough_accessed(struct inode *inode, struct file *backing,
			       loff_t end, bool eof);

int fuse_passthrough_begin_write(struct kiocb *iocb, size_t count,
				 bool *exclusive);
const struct cred *fuse_passthrough_write_cred(struct inode *inode,
					       struct fuse_file *ff);
ssize_t fuse_passthrough_write(struct kiocb *iocb, struct iov_iter *from,
			       bool *stale);
bool fuse_passthrough_written(struct inode *inode, struct file *backing,
			      loff_t end, ssize_t written);
void fuse_passthrough_drop_pages(struct inode *inode, bool all, loff_t start,
				 loff_t end);
void fuse_passthrough_unlock(struct inode *inode, bool exclusive);

#endif /* _FS_FUSE_PASSTHROUGH_H */
