// SPDX-License-Identifier: GPL-2.0
/*
 * Moving pages between files and pipes.
 *
 * Models: fs/splice.c, 6.1. Leaves out: vmsplice(2), tee(2), from pipe to pipe, sockets
 * (->sendpage()), ->splice_eof().
 */
#include <linux/bvec.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/pipe_fs_i.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/splice.h>
#include <linux/syscalls.h>
#include <linux/uio.h>
#include <core/run.h>
#include "internal.h"

/* A page of a cache may still be read into. */
static int page_cache_buf_confirm(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	struct page *page = buf->page;
	int err = 0;

	(void)pipe;
	if (PageUptodate(page))
		return 0;
	lock_page(page);
	if (!page->mapping)
		err = -ENODATA;
	else if (!PageUptodate(page))
		err = -EIO;
	unlock_page(page);
	return err;
}

static void page_cache_buf_release(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	(void)pipe;
	put_page(buf->page);
	buf->flags &= ~PIPE_BUF_FLAG_LRU;
}

/* A legal answer: copy. The kernel, too, gives it for a page that anybody else uses. */
static bool page_cache_buf_try_steal(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	(void)pipe;
	(void)buf;
	return false;
}

const struct pipe_buf_operations page_cache_pipe_buf_ops = {
	.confirm = page_cache_buf_confirm,
	.release = page_cache_buf_release,
	.try_steal = page_cache_buf_try_steal,
	.get = generic_pipe_buf_get,
};

const struct pipe_buf_operations default_pipe_buf_ops = {
	.release = generic_pipe_buf_release,
	.try_steal = generic_pipe_buf_try_steal,
	.get = generic_pipe_buf_get,
};

const struct pipe_buf_operations nosteal_pipe_buf_ops = {
	.release = generic_pipe_buf_release,
	.get = generic_pipe_buf_get,
};
EXPORT_SYMBOL(nosteal_pipe_buf_ops);

/**
 * add_to_pipe - put a buffer into a pipe
 * @pipe: the pipe, locked
 * @buf: the buffer; released if it cannot be put there
 *
 * Models: fs/splice.c, 6.1. Return: bytes; -EPIPE (and SIGPIPE) without readers, -EAGAIN for a full
 * pipe.
 */
ssize_t add_to_pipe(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	unsigned int mask = pipe->ring_size - 1;
	ssize_t ret = -EAGAIN;

	if (!pipe->readers) {
		send_sig(SIGPIPE, current, 0);
		ret = -EPIPE;
	} else if (!pipe_full(pipe->head, pipe->tail, pipe->max_usage)) {
		pipe->bufs[pipe->head & mask] = *buf;
		pipe->head++;
		return buf->len;
	}
	pipe_buf_release(pipe, buf);
	return ret;
}
EXPORT_SYMBOL(add_to_pipe);

/* What was put behind @head is taken back. */
static void discard_from(struct pipe_inode_info *pipe, unsigned int head)
{
	while (pipe->head != head)
		pipe_buf_release(pipe, &pipe->bufs[--pipe->head & (pipe->ring_size - 1)]);
}

/**
 * generic_file_splice_read - splice from a file by ->read_iter()
 * @in: the file
 * @ppos: position, moved on
 * @pipe: destination, locked
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Models: fs/splice.c, 6.1. Context: may sleep. Return: bytes, -errno; -EAGAIN when nothing fits.
 */
ssize_t generic_file_splice_read(struct file *in, loff_t *ppos, struct pipe_inode_info *pipe,
				 size_t len, unsigned int flags)
{
	struct iov_iter to;
	struct kiocb kiocb;
	ssize_t ret;

	(void)flags;
	iov_iter_pipe(&to, ITER_DEST, pipe, len);
	init_sync_kiocb(&kiocb, in);
	kiocb.ki_pos = *ppos;
	ret = call_read_iter(in, &kiocb, &to);
	if (ret > 0) {
		*ppos = kiocb.ki_pos;
		file_accessed(in);
	} else if (ret < 0) {
		discard_from(pipe, to.start_head);
		if (ret == -EFAULT)
			ret = -EAGAIN;
	}
	return ret;
}
EXPORT_SYMBOL(generic_file_splice_read);

static void wake_writers(struct pipe_inode_info *pipe)
{
	smp_mb();
	if (waitqueue_active(&pipe->wr_wait))
		wake_up_interruptible(&pipe->wr_wait);
	kill_fasync(&pipe->fasync_writers, SIGIO, POLL_OUT);
}

static void wake_readers(struct pipe_inode_info *pipe)
{
	smp_mb();
	if (waitqueue_active(&pipe->rd_wait))
		wake_up_interruptible(&pipe->rd_wait);
	kill_fasync(&pipe->fasync_readers, SIGIO, POLL_IN);
}

/* @n bytes of the first buffer are done. */
static void eat(struct pipe_inode_info *pipe, struct splice_desc *sd, size_t n)
{
	struct pipe_buffer *buf = &pipe->bufs[pipe->tail & (pipe->ring_size - 1)];

	buf->offset += n;
	buf->len -= n;
	if (buf->len)
		return;
	pipe_buf_release(pipe, buf);
	pipe->tail++;
	if (pipe->files)
		sd->need_wakeup = true;
}

static void account(struct splice_desc *sd, size_t n)
{
	sd->num_spliced += n;
	sd->pos += n;
	sd->total_len -= n;
}

/* Feed buffers to the actor. Return: 1: all that there are, 0: enough, -errno. */
static int feed(struct pipe_inode_info *pipe, struct splice_desc *sd, splice_actor *actor)
{
	struct pipe_buffer *buf;
	int ret;

	while (!pipe_empty(pipe->head, pipe->tail)) {
		buf = &pipe->bufs[pipe->tail & (pipe->ring_size - 1)];
		sd->len = min_t(size_t, buf->len, sd->total_len);
		ret = pipe_buf_confirm(pipe, buf);
		if (ret)
			return ret == -ENODATA ? 0 : ret;
		ret = actor(pipe, buf, sd);
		if (ret <= 0)
			return ret;
		sd->len -= ret;
		account(sd, ret);
		eat(pipe, sd, ret);
		if (!sd->total_len)
			return 0;
	}
	return 1;
}

/*
 * Wait until there is a buffer with data. Return: 1; 0: nothing will come, or enough has; -errno.
 */
static int next_buffer(struct pipe_inode_info *pipe, struct splice_desc *sd)
{
	/* A pipe that is never empty must not keep a killed task. */
	if (signal_pending(current))
		return -ERESTARTSYS;
	for (;;) {
		while (pipe_empty(pipe->head, pipe->tail)) {
			if (!pipe->writers || sd->num_spliced)
				return 0;
			if (sd->flags & SPLICE_F_NONBLOCK)
				return -EAGAIN;
			if (signal_pending(current))
				return -ERESTARTSYS;
			if (sd->need_wakeup) {
				wake_writers(pipe);
				sd->need_wakeup = false;
			}
			pipe_wait_readable(pipe);
		}
		if (pipe->bufs[pipe->tail & (pipe->ring_size - 1)].len)
			return 1;
		pipe_buf_release(pipe, &pipe->bufs[pipe->tail & (pipe->ring_size - 1)]);
		pipe->tail++;
	}
}

static void splice_end(struct pipe_inode_info *pipe, struct splice_desc *sd)
{
	if (sd->need_wakeup)
		wake_writers(pipe);
}

/**
 * __splice_from_pipe - feed the buffers of a pipe to an actor
 * @pipe: the pipe, locked; unlocked while waiting
 * @sd: position and length
 * @actor: takes the data; returns how much, or -errno
 *
 * Models: fs/splice.c, 6.1. Context: may sleep. Return: bytes, -errno for none.
 */
ssize_t __splice_from_pipe(struct pipe_inode_info *pipe, struct splice_desc *sd,
			   splice_actor *actor)
{
	int ret;

	sd->num_spliced = 0;
	sd->need_wakeup = false;
	do {
		cond_resched();
		ret = next_buffer(pipe, sd);
		if (ret > 0)
			ret = feed(pipe, sd, actor);
	} while (ret > 0);
	splice_end(pipe, sd);
	return sd->num_spliced ? (ssize_t)sd->num_spliced : ret;
}
EXPORT_SYMBOL(__splice_from_pipe);

/**
 * splice_from_pipe - the same, with the lock taken
 * @pipe: source
 * @out: for the actor
 * @ppos: where it starts
 * @len: bytes
 * @flags: SPLICE_F_*
 * @actor: takes the data
 *
 * Models: fs/splice.c, 6.1. Context: may sleep. Return: bytes, -errno for none.
 */
ssize_t splice_from_pipe(struct pipe_inode_info *pipe, struct file *out, loff_t *ppos, size_t len,
			 unsigned int flags, splice_actor *actor)
{
	struct splice_desc sd = { .total_len = len, .flags = flags, .pos = *ppos, .u.file = out };
	ssize_t ret;

	pipe_lock(pipe);
	ret = __splice_from_pipe(pipe, &sd, actor);
	pipe_unlock(pipe);
	return ret;
}

/* The buffers, as a vector. Return: their number, or -errno; -ENODATA: nothing more is to come. */
static int gather(struct pipe_inode_info *pipe, struct bio_vec *vec, int max, size_t len,
		  size_t *sum)
{
	unsigned int tail;
	int n = 0, err;

	*sum = 0;
	for (tail = pipe->tail; !pipe_empty(pipe->head, tail) && *sum < len && n < max; tail++) {
		struct pipe_buffer *buf = &pipe->bufs[tail & (pipe->ring_size - 1)];

		if (!buf->len)
			continue;
		err = pipe_buf_confirm(pipe, buf);
		if (err)
			return err;
		vec[n].bv_page = buf->page;
		vec[n].bv_offset = buf->offset;
		vec[n].bv_len = min_t(size_t, buf->len, len - *sum);
		*sum += vec[n++].bv_len;
	}
	return n;
}

/* Pipe locked. Return: 1: more may come, 0: done, -errno. */
static ssize_t write_buffers(struct pipe_inode_info *pipe, struct file *out, struct bio_vec *vec,
			     int max, struct splice_desc *sd, loff_t *ppos)
{
	struct iov_iter from;
	ssize_t ret = next_buffer(pipe, sd);
	size_t sum;
	int n;

	if (ret <= 0)
		return ret;
	n = gather(pipe, vec, max, sd->total_len, &sum);
	if (n < 0)
		return n == -ENODATA ? 0 : n;
	iov_iter_bvec(&from, ITER_SOURCE, vec, n, sum);
	ret = vfs_iter_write(out, &from, &sd->pos, 0);
	if (ret <= 0)
		return ret;
	sd->num_spliced += ret;
	sd->total_len -= ret;
	*ppos = sd->pos;
	while (ret) {
		size_t here =
			min_t(size_t, ret, pipe->bufs[pipe->tail & (pipe->ring_size - 1)].len);

		eat(pipe, sd, here);
		ret -= here;
	}
	return sd->total_len ? 1 : 0;
}

/**
 * iter_file_splice_write - splice to a file by ->write_iter()
 * @pipe: source
 * @out: the file; freeze protection is the caller's
 * @ppos: position, moved on
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Models: fs/splice.c, 6.1: the file is written to under the lock of the pipe. Context: may sleep.
 * Return: bytes, -errno.
 */
ssize_t iter_file_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *ppos,
			       size_t len, unsigned int flags)
{
	struct splice_desc sd = { .total_len = len, .flags = flags, .pos = *ppos, .u.file = out };
	int max = pipe->max_usage;
	struct bio_vec *vec = kcalloc(max, sizeof(*vec), GFP_KERNEL);
	ssize_t ret = 0;

	if (!vec)
		return -ENOMEM;
	pipe_lock(pipe);
	do {
		ret = sd.total_len ? write_buffers(pipe, out, vec, max, &sd, ppos) : 0;
	} while (ret > 0);
	kfree(vec);
	splice_end(pipe, &sd);
	pipe_unlock(pipe);
	return sd.num_spliced ? (ssize_t)sd.num_spliced : ret;
}
EXPORT_SYMBOL(iter_file_splice_write);

static long splice_from(struct pipe_inode_info *pipe, struct file *out, loff_t *ppos, size_t len,
			unsigned int flags)
{
	return out->f_op->splice_write ? out->f_op->splice_write(pipe, out, ppos, len, flags) :
					 -EINVAL;
}

static long splice_to(struct file *in, loff_t *ppos, struct pipe_inode_info *pipe, size_t len,
		      unsigned int flags)
{
	unsigned int room = pipe->max_usage - pipe_occupancy(pipe->head, pipe->tail);
	int err;

	if (!(in->f_mode & FMODE_READ))
		return -EBADF;
	len = min_t(size_t, len, (size_t)room << PAGE_SHIFT);
	err = rw_verify_area(READ, in, ppos, len);
	if (err < 0)
		return err;
	len = min_t(size_t, len, MAX_RW_COUNT);
	return in->f_op->splice_read ? in->f_op->splice_read(in, ppos, pipe, len, flags) : -EINVAL;
}

static struct pipe_inode_info *internal_pipe(void)
{
	struct pipe_inode_info *pipe = current->splice_pipe;

	if (pipe)
		return pipe;
	pipe = alloc_pipe_info();
	/* We are the reader. */
	if (pipe)
		pipe->readers = 1;
	current->splice_pipe = pipe;
	return pipe;
}

/**
 * exit_splice - a task ends: its pipe goes
 * @tsk: the task
 *
 * Models: do_exit() of kernel/exit.c, 6.1.
 */
void exit_splice(struct task_struct *tsk)
{
	if (tsk->splice_pipe)
		free_pipe_info(tsk->splice_pipe);
	tsk->splice_pipe = NULL;
}

static void drain(struct pipe_inode_info *pipe)
{
	for (unsigned int i = 0; i < pipe->ring_size; i++)
		if (pipe->bufs[i].ops)
			pipe_buf_release(pipe, &pipe->bufs[i]);
	pipe->tail = pipe->head = 0;
}

/**
 * splice_direct_to_actor - from a file to an actor, through a pipe of the task's own
 * @in: the file
 * @sd: position and length
 * @actor: empties the pipe
 *
 * Models: fs/splice.c, 6.1. Context: may sleep. Return: bytes, -errno for none.
 */
ssize_t splice_direct_to_actor(struct file *in, struct splice_desc *sd, splice_direct_actor *actor)
{
	struct pipe_inode_info *pipe;
	size_t len = sd->total_len;
	int flags = sd->flags;
	long ret = 0, bytes = 0, got;
	loff_t pos;

	if (!(in->f_mode & FMODE_LSEEK))
		return -EINVAL;
	pipe = internal_pipe();
	if (!pipe)
		return -ENOMEM;
	sd->flags &= ~SPLICE_F_NONBLOCK;
	WARN_ON_ONCE(!pipe_empty(pipe->head, pipe->tail));
	while (len) {
		pos = sd->pos;
		got = ret = splice_to(in, &pos, pipe, len, flags);
		if (ret <= 0)
			break;
		sd->total_len = got;
		ret = actor(pipe, sd);
		if (ret <= 0)
			break;
		bytes += ret;
		len -= ret;
		/* What was not taken is not read. */
		sd->pos += ret;
		if (ret < got)
			break;
	}
	drain(pipe);
	file_accessed(in);
	return bytes ? bytes : ret;
}
EXPORT_SYMBOL(splice_direct_to_actor);

static int direct_actor(struct pipe_inode_info *pipe, struct splice_desc *sd)
{
	return splice_from(pipe, sd->u.file, sd->opos, sd->total_len, sd->flags);
}

/**
 * do_splice_direct - from one file to another
 * @in: source
 * @ppos: position there, moved on
 * @out: destination; freeze protection is the caller's
 * @opos: position there, moved on
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Models: fs/splice.c, 6.1. Context: may sleep. Return: bytes, -errno for none.
 */
long do_splice_direct(struct file *in, loff_t *ppos, struct file *out, loff_t *opos, size_t len,
		      unsigned int flags)
{
	struct splice_desc sd = {
		.len = len,
		.total_len = len,
		.flags = flags,
		.pos = *ppos,
		.u.file = out,
		.opos = opos,
	};
	long ret;

	if (!(out->f_mode & FMODE_WRITE))
		return -EBADF;
	if (out->f_flags & O_APPEND)
		return -EINVAL;
	ret = rw_verify_area(WRITE, out, opos, len);
	if (ret < 0)
		return ret;
	ret = splice_direct_to_actor(in, &sd, direct_actor);
	if (ret > 0)
		*ppos = sd.pos;
	return ret;
}
EXPORT_SYMBOL(do_splice_direct);

static int wait_for_space(struct pipe_inode_info *pipe, unsigned int flags)
{
	for (;;) {
		if (!pipe->readers) {
			send_sig(SIGPIPE, current, 0);
			return -EPIPE;
		}
		if (!pipe_full(pipe->head, pipe->tail, pipe->max_usage))
			return 0;
		if (flags & SPLICE_F_NONBLOCK)
			return -EAGAIN;
		if (signal_pending(current))
			return -ERESTARTSYS;
		pipe_wait_writable(pipe);
	}
}

/**
 * splice_file_to_pipe - from a file into a pipe
 * @in: the file
 * @opipe: the pipe
 * @offset: position, moved on
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Models: fs/splice.c, 6.1. Context: may sleep. Return: bytes, -errno.
 */
long splice_file_to_pipe(struct file *in, struct pipe_inode_info *opipe, loff_t *offset, size_t len,
			 unsigned int flags)
{
	long ret;

	pipe_lock(opipe);
	ret = wait_for_space(opipe, flags);
	if (!ret)
		ret = splice_to(in, offset, opipe, len, flags);
	pipe_unlock(opipe);
	if (ret > 0)
		wake_readers(opipe);
	return ret;
}

static long from_pipe(struct pipe_inode_info *pipe, struct file *out, loff_t *off_out, size_t len,
		      unsigned int flags)
{
	loff_t *pos = off_out ? off_out : &out->f_pos;
	long ret;

	if (off_out && !(out->f_mode & FMODE_PWRITE))
		return -EINVAL;
	if (out->f_flags & O_APPEND)
		return -EINVAL;
	ret = rw_verify_area(WRITE, out, pos, len);
	if (ret < 0)
		return ret;
	file_start_write(out);
	ret = splice_from(pipe, out, pos, len, flags);
	file_end_write(out);
	return ret;
}

/**
 * do_splice - splice(2) between files
 * @in: source
 * @off_in: position there; NULL: the file's own, or a pipe
 * @out: destination
 * @off_out: likewise
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Models: fs/splice.c, 6.1, but for pipe to pipe. Context: may sleep. Return: bytes, -EINVAL
 * without a pipe, -errno.
 */
long do_splice(struct file *in, loff_t *off_in, struct file *out, loff_t *off_out, size_t len,
	       unsigned int flags)
{
	struct pipe_inode_info *ipipe, *opipe;

	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	ipipe = get_pipe_info(in, true);
	opipe = get_pipe_info(out, true);
	if ((ipipe && off_in) || (opipe && off_out))
		return -ESPIPE;
	if (ipipe && opipe)
		unmodelled("splice from pipe to pipe");
	if (!ipipe && !opipe)
		return -EINVAL;
	if ((ipipe ? in : out)->f_flags & O_NONBLOCK)
		flags |= SPLICE_F_NONBLOCK;
	if (ipipe)
		return from_pipe(ipipe, out, off_out, len, flags);
	if (off_in && !(in->f_mode & FMODE_PREAD))
		return -EINVAL;
	return splice_file_to_pipe(in, opipe, off_in ? off_in : &in->f_pos, len, flags);
}

/**
 * ksys_splice - splice(2), with positions in kernel memory
 * @fd_in: source
 * @off_in: as for do_splice()
 * @fd_out: destination
 * @off_out: as for do_splice()
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Models: fs/splice.c, 6.1. Return: bytes, -errno.
 */
long ksys_splice(int fd_in, loff_t *off_in, int fd_out, loff_t *off_out, size_t len,
		 unsigned int flags)
{
	struct fd in, out;
	long ret = -EBADF;

	if (!len)
		return 0;
	if (flags & ~(unsigned int)SPLICE_F_ALL)
		return -EINVAL;
	in = fdget(fd_in);
	if (!in.file)
		return -EBADF;
	out = fdget(fd_out);
	if (out.file) {
		ret = do_splice(in.file, off_in, out.file, off_out, len, flags);
		fdput(out);
	}
	fdput(in);
	return ret;
}

static long sendfile(struct file *in, loff_t *ppos, struct file *out, size_t count)
{
	struct pipe_inode_info *opipe;
	loff_t out_pos = out->f_pos, max;
	long ret;

	if (!(in->f_mode & FMODE_READ) || !(out->f_mode & FMODE_WRITE))
		return -EBADF;
	ret = rw_verify_area(READ, in, ppos, count);
	if (ret < 0)
		return ret;
	count = min_t(size_t, count, MAX_RW_COUNT);
	max = min(file_inode(in)->i_sb->s_maxbytes, file_inode(out)->i_sb->s_maxbytes);
	if (*ppos >= max)
		return -EOVERFLOW;
	count = min_t(loff_t, count, max - *ppos);
	opipe = get_pipe_info(out, true);
	if (opipe)
		return splice_file_to_pipe(in, opipe, ppos, count,
					   out->f_flags & O_NONBLOCK ? SPLICE_F_NONBLOCK : 0);
	ret = rw_verify_area(WRITE, out, &out_pos, count);
	if (ret < 0)
		return ret;
	file_start_write(out);
	ret = do_splice_direct(in, ppos, out, &out_pos, count, 0);
	file_end_write(out);
	if (ret > 0)
		out->f_pos = out_pos;
	return ret;
}

/**
 * ksys_sendfile - sendfile(2)
 * @out_fd: destination
 * @in_fd: source
 * @offset: position there, moved on; NULL: the file's own
 * @count: bytes
 *
 * Models: fs/read_write.c, 6.1. Return: bytes, -errno.
 */
long ksys_sendfile(int out_fd, int in_fd, loff_t *offset, size_t count)
{
	struct fd in = fdget(in_fd), out;
	long ret = -EBADF;
	loff_t pos;

	if (!in.file)
		return -EBADF;
	out = fdget(out_fd);
	if (out.file) {
		pos = offset ? *offset : in.file->f_pos;
		ret = sendfile(in.file, &pos, out.file, count);
		if (ret > 0)
			*(offset ? offset : &in.file->f_pos) = pos;
		fdput(out);
	}
	fdput(in);
	return ret;
}
