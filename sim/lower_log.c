// SPDX-License-Identifier: GPL-2.0
/*
 * The lower file system: what it saw, and what it is told to get wrong.
 */
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <core/choice.h>
#include <core/ledger.h>
#include "lower_internal.h"

/* The log is the observer's: outside of the box's fault points. */
static struct w_lower_event *log_slot(struct lower_sb *lsb)
{
	struct w_lower_event *more;

	if (lsb->nr_log == lsb->room_log) {
		lsb->room_log = lsb->room_log ? 2 * lsb->room_log : 64;
		more = fb_mem_alloc(lsb->room_log * sizeof(*more), __alignof__(*more), FB_RES_MEM,
				    "lower log", true);
		if (lsb->log) {
			memcpy(more, lsb->log, lsb->nr_log * sizeof(*more));
			fb_mem_free(lsb->log);
		}
		lsb->log = more;
	}
	return &lsb->log[lsb->nr_log++];
}

/**
 * lower_log() - enter a call
 * @inode: the file
 * @op: which call
 * @file: open file, or NULL
 * @iocb: of a read or write, or NULL
 * @pos: position
 * @len: bytes asked for
 * @result: what came out
 *
 * The credentials are current's, at this moment.
 */
void lower_log(struct inode *inode, enum w_lower_op op, struct file *file, struct kiocb *iocb,
	       loff_t pos, size_t len, ssize_t result)
{
	const struct cred *cred = current_cred();
	struct w_lower_event *e = log_slot(LOWER_SB(inode->i_sb));

	*e = (struct w_lower_event) {
		.op = op,
		.ino = inode->i_ino,
		.off = pos,
		.len = len,
		.result = result,
		.fsuid = from_kuid_munged(&init_user_ns, cred->fsuid),
		.cap_admin = cap_raised(cred->cap_effective, CAP_SYS_ADMIN),
		.file_flags = file ? file->f_flags : 0,
		.kiocb_flags = iocb ? iocb->ki_flags : 0,
	};
}

/* As lower_inject() asked. */
static long injected(struct lower_injection *in, size_t *len)
{
	if (!in->count)
		return 0;
	if (in->skip) {
		in->skip--;
		return 0;
	}
	if (in->count > 0)
		in->count--;
	if (in->error)
		return -in->error;
	*len = min_t(unsigned long long, *len, in->limit);
	return 0;
}

/* As the explorer of fault points asked: fault point "lower". */
static long explored(enum w_lower_op op, size_t *len)
{
	static const int errors[] = { -EIO, -ENOSPC, -EINTR };
	unsigned int kinds = op == W_LOWER_WRITE ? 4 : op == W_LOWER_READ ? 2 : 1, kind;

	if (!fb_fault("lower"))
		return 0;
	kind = fb_fault_way("lower fault", kinds);
	if (op == W_LOWER_WRITE && kind < 3)
		return errors[kind];
	if (!kind)
		return -EIO;
	/* Short: half of it, but something. */
	*len = (*len + 1) / 2;
	return 0;
}

/**
 * lower_fault() - shall this call fail?
 * @inode: the file
 * @op: which call
 * @len: bytes asked for; made less for a short read or write
 *
 * Return: 0 or -errno.
 */
long lower_fault(struct inode *inode, enum w_lower_op op, size_t *len)
{
	long err = injected(&LOWER_SB(inode->i_sb)->inject[op], len);

	return err ? err : explored(op, len);
}

/**
 * lower_log_free() - the super block goes
 * @lsb: private part of it
 */
void lower_log_free(struct lower_sb *lsb)
{
	if (lsb->log)
		fb_mem_free(lsb->log);
}

long lower_log_take(struct super_block *sb, struct w_lower_event *ev, int n)
{
	struct lower_sb *lsb;

	if (sb->s_magic != LOWER_MAGIC || n < 0)
		return -EINVAL;
	lsb = LOWER_SB(sb);
	n = min_t(size_t, n, lsb->nr_log);
	if (n)
		memcpy(ev, lsb->log, n * sizeof(*ev));
	lsb->nr_log = 0;
	return n;
}

long lower_inject(struct super_block *sb, enum w_lower_op op, int skip, int count, int error,
		  unsigned long long limit)
{
	if (sb->s_magic != LOWER_MAGIC || op >= W_LOWER_OPS || error < 0 || skip < 0)
		return -EINVAL;
	LOWER_SB(sb)->inject[op] = (struct lower_injection) {
		.skip = skip,
		.count = count,
		.error = error,
		.limit = limit,
	};
	return 0;
}
