// SPDX-License-Identifier: GPL-2.0
/*
 * Moving pages between files and pipes.
 *
 * Models: fs/splice.c, 6.1: nothing yet but the table for pages that nobody may steal. Splicing needs
 * the page cache and full pipes; the functions that fs/fuse names stop the run.
 */
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/pipe_fs_i.h>
#include <linux/splice.h>
#include <core/run.h>

const struct pipe_buf_operations nosteal_pipe_buf_ops = {
	.release = generic_pipe_buf_release,
	.get = generic_pipe_buf_get,
};
EXPORT_SYMBOL(nosteal_pipe_buf_ops);

static int default_pipe_buf_confirm(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	unmodelled(__func__);
}

const struct pipe_buf_operations default_pipe_buf_ops = {
	.confirm = default_pipe_buf_confirm,
	.release = generic_pipe_buf_release,
	.try_steal = generic_pipe_buf_try_steal,
	.get = generic_pipe_buf_get,
};

const struct pipe_buf_operations page_cache_pipe_buf_ops = {
	.confirm = default_pipe_buf_confirm,
	.release = generic_pipe_buf_release,
	.try_steal = generic_pipe_buf_try_steal,
	.get = generic_pipe_buf_get,
};

/**
 * generic_file_splice_read - splice from a file by ->read_iter()
 * @in: the file
 * @ppos: position
 * @pipe: destination
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Has no model yet.
 */
ssize_t generic_file_splice_read(struct file *in, loff_t *ppos, struct pipe_inode_info *pipe, size_t len,
				 unsigned int flags)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(generic_file_splice_read);

/**
 * iter_file_splice_write - splice to a file by ->write_iter()
 * @pipe: source
 * @out: the file
 * @ppos: position
 * @len: bytes
 * @flags: SPLICE_F_*
 *
 * Has no model yet.
 */
ssize_t iter_file_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *ppos, size_t len,
			       unsigned int flags)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(iter_file_splice_write);

/**
 * add_to_pipe - put a buffer into a pipe
 * @pipe: the pipe
 * @buf: the buffer
 *
 * Has no model yet.
 */
ssize_t add_to_pipe(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(add_to_pipe);

/**
 * __splice_from_pipe - feed the buffers of a pipe to an actor
 * @pipe: the pipe
 * @sd: position and length
 * @actor: takes the data
 *
 * Has no model yet.
 */
ssize_t __splice_from_pipe(struct pipe_inode_info *pipe, struct splice_desc *sd, splice_actor *actor)
{
	unmodelled(__func__);
}
EXPORT_SYMBOL(__splice_from_pipe);
