// SPDX-License-Identifier: GPL-2.0
/*
 * A FUSE file system that is mounted as virtiofs mounts it, with a FUSE device in place of the
 * virtio queues.
 *
 * Models: fs/fuse/virtio_fs.c, 6.1: what it asks of the rest of fs/fuse, which is all that the box
 * is about: SYNCFS, DESTROY, submounts, names that a server may have replaced. Leaves out: virtio,
 * DAX, its own mount options.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "fuse_i.h"

enum {
	OPT_FD,
};

static const struct fs_parameter_spec virtio_fs_parameters[] = {
	fsparam_fd("fd", OPT_FD),
	{}
};

static void virtio_fs_free_fsc(struct fs_context *fsc)
{
	struct fuse_fs_context *ctx = fsc->fs_private;

	if (ctx && ctx->file)
		fput(ctx->file);
	kfree(ctx);
}

static int virtio_fs_parse_param(struct fs_context *fsc, struct fs_parameter *param)
{
	struct fuse_fs_context *ctx = fsc->fs_private;
	struct fs_parse_result result;
	int opt = fs_parse(fsc, virtio_fs_parameters, param, &result);

	if (opt < 0)
		return opt;
	if (ctx->file)
		return invalfc(fsc, "a second device");
	ctx->file = fget(result.uint_32);
	if (!ctx->file)
		return -EBADF;
	if (ctx->file->f_op != &fuse_dev_operations)
		return invalfc(fsc, "no FUSE device");
	return 0;
}

static int virtio_fs_fill_super(struct super_block *sb, struct fs_context *fsc)
{
	struct fuse_fs_context *ctx = fsc->fs_private;
	int err;

	ctx->fudptr = &ctx->file->private_data;
	ctx->rootmode = S_IFDIR;
	ctx->default_permissions = true;
	ctx->allow_other = true;
	ctx->max_read = UINT_MAX;
	ctx->destroy = true;
	ctx->no_force_umount = true;
	err = fuse_fill_super_common(sb, ctx);
	if (!err)
		fuse_send_init(get_fuse_mount_super(sb));
	return err;
}

static int virtio_fs_new_conn(struct fs_context *fsc)
{
	struct fuse_conn *fc = kzalloc(sizeof(*fc), GFP_KERNEL);
	struct fuse_mount *fm;

	if (!fc)
		return -ENOMEM;
	fm = kzalloc(sizeof(*fm), GFP_KERNEL);
	if (!fm) {
		kfree(fc);
		return -ENOMEM;
	}
	fuse_conn_init(fc, fm, fsc->user_ns, &fuse_dev_fiq_ops, NULL);
	fc->release = fuse_free_conn;
	fc->delete_stale = true;
	fc->auto_submounts = true;
	fc->sync_fs = true;
	fsc->s_fs_info = fm;
	return 0;
}

static int virtio_fs_get_tree(struct fs_context *fsc)
{
	struct fuse_fs_context *ctx = fsc->fs_private;
	struct super_block *sb;
	struct fuse_mount *fm;
	int err;

	if (!ctx->file)
		return invalfc(fsc, "no device");
	err = virtio_fs_new_conn(fsc);
	if (err)
		return err;
	fm = fsc->s_fs_info;
	sb = sget_fc(fsc, NULL, set_anon_super_fc);
	if (fsc->s_fs_info)
		fuse_mount_destroy(fm);
	if (IS_ERR(sb))
		return PTR_ERR(sb);
	err = virtio_fs_fill_super(sb, fsc);
	if (err) {
		deactivate_locked_super(sb);
		return err;
	}
	sb->s_flags |= SB_ACTIVE;
	fsc->root = dget(sb->s_root);
	return 0;
}

static const struct fs_context_operations virtio_fs_context_ops = {
	.free = virtio_fs_free_fsc,
	.parse_param = virtio_fs_parse_param,
	.get_tree = virtio_fs_get_tree,
};

static int virtio_fs_init_fs_context(struct fs_context *fsc)
{
	if (fsc->purpose == FS_CONTEXT_FOR_SUBMOUNT)
		return fuse_init_fs_context_submount(fsc);
	fsc->fs_private = kzalloc(sizeof(struct fuse_fs_context), GFP_KERNEL);
	if (!fsc->fs_private)
		return -ENOMEM;
	fsc->ops = &virtio_fs_context_ops;
	return 0;
}

static void virtio_fs_kill_sb(struct super_block *sb)
{
	struct fuse_mount *fm = get_fuse_mount_super(sb);

	/* A super block that could not be filled has no connection to end. */
	if (sb->s_root && fuse_mount_remove(fm))
		fuse_conn_destroy(fm);
	kill_anon_super(sb);
	fuse_mount_destroy(fm);
}

static struct file_system_type virtio_fs_type = {
	.owner = THIS_MODULE,
	.name = "virtiofs",
	.init_fs_context = virtio_fs_init_fs_context,
	.kill_sb = virtio_fs_kill_sb,
};

static int __init virtio_fs_init(void)
{
	return register_filesystem(&virtio_fs_type);
}

static void __exit virtio_fs_exit(void)
{
	unregister_filesystem(&virtio_fs_type);
}

module_init(virtio_fs_init);
module_exit(virtio_fs_exit);
