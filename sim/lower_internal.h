/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the lower file system share.
 */
#ifndef FUSEBOX_SIM_LOWER_INTERNAL_H
#define FUSEBOX_SIM_LOWER_INTERNAL_H

#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/fs_parser.h>
#include <linux/uio.h>
#include <linux/workqueue.h>
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

/**
 * struct lower_storage - where the bytes of regular files are; the inode lock guards them
 * @read: copy out; the caller has cut the iterator at the end of the file
 * @write: copy in; the size is the caller's business
 * @allocate: make sure that there is room
 * @punch: make a range read as zeroes; its end is LLONG_MAX for "to the end"
 * @page: the page that holds a part of the file, made if there is none; its lock is not needed.
 *	ERR_PTR: -ENOSPC, -ENOMEM. NULL: files cannot be mapped
 * @free: the inode goes
 */
struct lower_storage {
	ssize_t (*read)(struct inode *inode, loff_t pos, struct iov_iter *to);
	ssize_t (*write)(struct inode *inode, loff_t pos, struct iov_iter *from);
	int (*allocate)(struct inode *inode, loff_t pos, loff_t len);
	void (*punch)(struct inode *inode, loff_t pos, loff_t end);
	struct page *(*page)(struct inode *inode, pgoff_t index);
	void (*free)(struct inode *inode);
};

/**
 * struct lower_variant - what the types of lower file systems differ in
 * @fops: of regular files
 * @storage: of regular files
 * @start: a super block is made; may be NULL
 * @stop: it goes; may be NULL
 */
struct lower_variant {
	const struct file_operations *fops;
	const struct lower_storage *storage;
	int (*start)(struct super_block *sb);
	void (*stop)(struct super_block *sb);
};

struct lower_sb {
	const struct lower_variant *variant;
	struct lower_async *async;	/* of requests that are queued; or NULL */
	u64 capacity, used;		/* bytes of file data, in whole chunks */
	spinlock_t lock;		/* guards @used */
	bool odirect, nowait;
	/* times are somebody else's business, as with network file systems */
	bool nocmtime;
	struct lower_injection inject[W_LOWER_OPS];
	struct w_lower_event *log;
	size_t nr_log, room_log;
};

struct lower_inode {
	struct inode vfs;
	struct xarray chunks;		/* by position / PAGE_SIZE; none: a hole */
	struct simple_xattrs xattrs;
	u32 fsflags;			/* FS_*_FL */
	bool stored_to;			/* has been mapped and written to */
	int host;			/* handle of a file of the host; -1: none yet */
};

static inline struct lower_inode *LOWER_I(struct inode *inode)
{
	return container_of(inode, struct lower_inode, vfs);
}

static inline struct lower_sb *LOWER_SB(struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline const struct lower_storage *LOWER_STORAGE(struct inode *inode)
{
	return LOWER_SB(inode->i_sb)->variant->storage;
}

/* lower_ramfs.c: for the init_fs_context of a type, which kill_litter_super() takes down */
extern const struct fs_parameter_spec lower_params[];
int lower_init_fs_context(struct fs_context *fc, const struct lower_variant *variant);

/* lower_data.c: bytes in memory */
extern const struct lower_storage lower_ram;

/* lower_file.c */
extern const struct file_operations lower_file_operations;
bool lower_misaligned(const struct kiocb *iocb, const struct iov_iter *iter);
void lower_check_call(struct kiocb *iocb, bool write);
void lower_check_freeze(struct super_block *sb);

/**
 * struct lower_request - a read or write that was queued
 * @list: among those that are pending
 * @work: for what must not be done in irq context
 * @done: completed for a synchronous caller, who waits and does the rest
 * @iocb: of the caller, who keeps it until ->ki_complete()
 * @inode: the file
 * @iter: the caller's memory, pinned; a synchronous caller's own iterator
 * @vec: of @iter
 * @nr_pages: pinned by @vec; 0: @vec is memory of the kernel
 * @pos: where
 * @count: how much
 * @write: or read
 * @sync: the caller waits
 * @due: to be completed by the file system's own task
 * @fault: 0, or the -errno that it was told to end with
 * @result: how it ends
 * @host: the engine's
 */
struct lower_request {
	struct list_head list;
	struct work_struct work;
	struct completion done;
	struct kiocb *iocb;
	struct inode *inode;
	struct iov_iter iter;
	void *vec;
	unsigned int nr_pages;
	loff_t pos;
	size_t count;
	bool write, sync, due;
	long fault;
	struct w_async_result result;
	void *host;
};

/**
 * struct lower_engine - who moves the bytes of requests
 * @queue: begin with it. Inode locked, may sleep; 0 or -errno. NULL: nothing to begin
 * @transfer: move up to so many bytes between memory and file; any context
 * @release: the request goes
 */
struct lower_engine {
	int (*queue)(struct lower_request *rq);
	ssize_t (*transfer)(struct lower_request *rq, size_t count);
	void (*release)(struct lower_request *rq);
};

/* The requests of a super block. */
struct lower_async {
	const struct lower_engine *engine;
	spinlock_t lock;		/* guards @pending, and sizes of files */
	struct list_head pending;
	struct w_async_mode mode;
	struct workqueue_struct *wq;
	struct work_struct work;	/* completes what is due */
};

/* lower_async.c */
const struct file_operations *lower_async_fops(void);
int lower_async_start(struct super_block *sb, const struct lower_engine *engine);
void lower_async_stop(struct super_block *sb);
void lower_request_complete(struct lower_request *rq);

/* lower_log.c */
void lower_log(struct inode *inode, enum w_lower_op op, struct file *file, struct kiocb *iocb,
	       loff_t pos, size_t len, ssize_t result);
long lower_fault(struct inode *inode, enum w_lower_op op, size_t *len);
void lower_log_free(struct lower_sb *lsb);

#endif
