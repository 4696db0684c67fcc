// SPDX-License-Identifier: GPL-2.0
/*
 * A file server on libfuse's low-level API. See fileserver.h.
 *
 * It acts as root for everybody: the kernel checks permissions (mount option default_permissions).
 * What it serves must not be changed behind its back, since it keeps names. One thread serves all
 * requests.
 */
#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 12)
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif

#include "fileserver.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nodes.h"
#include "os.h"
#include "passthrough.h"

#define RENAME_EXCHANGE_FLAG	(1 << 1)
#define MAX_XATTR		65536

struct fileserver {
	struct passthrough passthrough;	/* must be the first, see passthrough_attach() */
	struct fileserver_opts opts;
	struct fileserver_counts counts;
	struct fuse_session *se;
	struct nodes *nodes;
	int own_mount;
};

static struct fileserver *server_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

/* libfuse keeps the number of an inode for us: we use our pointer to it. */
static struct node *node_of(fuse_req_t req, fuse_ino_t ino)
{
	return ino == FUSE_ROOT_ID ? nodes_root(server_of(req)->nodes) :
				     (struct node *)(uintptr_t)ino;
}

static int path_of(fuse_req_t req, fuse_ino_t ino, const char *name, char *path)
{
	return nodes_path(server_of(req)->nodes, node_of(req, ino), name, path);
}

/* libfuse wants positive errnos. */
static void reply_result(fuse_req_t req, long ret)
{
	fuse_reply_err(req, ret < 0 ? -ret : 0);
}

/* So many bytes were written or copied. */
static void reply_done(fuse_req_t req, long ret)
{
	if (ret < 0)
		reply_result(req, ret);
	else
		fuse_reply_write(req, ret);
}

static struct open_file *file_of(struct fuse_file_info *fi)
{
	return (struct open_file *)(uintptr_t)fi->fh;
}

/* ---- attributes and names ---- */

/* By its name, or, when it has none any more, by a file that is open. */
static long stat_node(fuse_req_t req, fuse_ino_t ino, struct stat *st)
{
	char path[OS_PATH_MAX];
	long ret = path_of(req, ino, NULL, path);
	struct node *n = node_of(req, ino);

	if (!ret)
		return os_lstat(path, st);
	return n->files ? os_fstat(n->files->fd, st) : ret;
}

static void reply_attr(fuse_req_t req, fuse_ino_t ino)
{
	struct stat st;
	long ret = stat_node(req, ino, &st);

	if (ret)
		reply_result(req, ret);
	else
		fuse_reply_attr(req, &st, server_of(req)->opts.timeout);
}

static void fs_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)fi;
	server_of(req)->counts.getattrs++;
	reply_attr(req, ino);
}

/* Looks @name up and counts it; the entry is for the kernel, which counts, too. */
static long make_entry(fuse_req_t req, fuse_ino_t parent, const char *name,
		       struct fuse_entry_param *e)
{
	struct fileserver *fs = server_of(req);
	char path[OS_PATH_MAX];
	struct node *n;
	long ret;

	memset(e, 0, sizeof(*e));
	ret = path_of(req, parent, name, path);
	if (!ret)
		ret = os_lstat(path, &e->attr);
	if (ret)
		return ret;
	n = nodes_get(fs->nodes, node_of(req, parent), name, e->attr.st_ino);
	if (!n)
		return -ENOMEM;
	e->ino = (uintptr_t)n;
	e->attr_timeout = e->entry_timeout = fs->opts.timeout;
	return 0;
}

static void uncount(fuse_req_t req, const struct fuse_entry_param *e)
{
	if (e->ino)
		nodes_forget(server_of(req)->nodes, (struct node *)(uintptr_t)e->ino, 1);
}

static void reply_entry(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param e;
	long ret = make_entry(req, parent, name, &e);

	if (ret)
		reply_result(req, ret);
	else if (fuse_reply_entry(req, &e))
		uncount(req, &e);
}

static void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	reply_entry(req, parent, name);
}

static void fs_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup)
{
	nodes_forget(server_of(req)->nodes, node_of(req, ino), nlookup);
	fuse_reply_none(req);
}

static void fs_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		nodes_forget(server_of(req)->nodes, node_of(req, forgets[i].ino),
			     forgets[i].nlookup);
	fuse_reply_none(req);
}

static long set_times(const char *path, const struct stat *attr, int to_set)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };

	if (to_set & FUSE_SET_ATTR_ATIME_NOW)
		times[0].tv_nsec = UTIME_NOW;
	else if (to_set & FUSE_SET_ATTR_ATIME)
		times[0] = attr->st_atim;
	if (to_set & FUSE_SET_ATTR_MTIME_NOW)
		times[1].tv_nsec = UTIME_NOW;
	else if (to_set & FUSE_SET_ATTR_MTIME)
		times[1] = attr->st_mtim;
	return os_utimens(path, times);
}

#define SET_OWNER	(FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)
#define SET_TIMES                                                              \
	(FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_ATIME_NOW | FUSE_SET_ATTR_MTIME | \
	 FUSE_SET_ATTR_MTIME_NOW)

static long set_attr(const char *path, const struct stat *attr, int to_set)
{
	long ret = 0;

	if (to_set & SET_OWNER)
		ret = os_lchown(path, to_set & FUSE_SET_ATTR_UID ? attr->st_uid : (uid_t)-1,
				to_set & FUSE_SET_ATTR_GID ? attr->st_gid : (gid_t)-1);
	if (!ret && (to_set & FUSE_SET_ATTR_MODE))
		ret = os_chmod(path, attr->st_mode & 07777);
	if (!ret && (to_set & SET_TIMES))
		ret = set_times(path, attr, to_set);
	return ret;
}

/* By a file that can be written, else by its name: a truncation is allowed by the inode. */
static long set_size(fuse_req_t req, fuse_ino_t ino, off_t size, struct fuse_file_info *fi)
{
	char path[OS_PATH_MAX];
	long ret = fi ? os_ftruncate(file_of(fi)->fd, size) : -EBADF;

	if (ret != -EBADF && ret != -EINVAL)
		return ret;
	ret = path_of(req, ino, NULL, path);
	return ret ? ret : os_truncate(path, size);
}

static void fs_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set,
		       struct fuse_file_info *fi)
{
	char path[OS_PATH_MAX];
	long ret = 0;

	if (to_set & FUSE_SET_ATTR_SIZE)
		ret = set_size(req, ino, attr->st_size, fi);
	if (!ret && (to_set & (SET_OWNER | FUSE_SET_ATTR_MODE | SET_TIMES))) {
		ret = path_of(req, ino, NULL, path);
		if (!ret)
			ret = set_attr(path, attr, to_set);
	}
	if (ret)
		reply_result(req, ret);
	else
		reply_attr(req, ino);
}

/* What root has made belongs to who asked for it. */
static void give_away(fuse_req_t req, const char *path)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);

	if (ctx->uid || ctx->gid)
		os_lchown(path, ctx->uid, ctx->gid);
}

/* A name has been made, or not. */
static void reply_made(fuse_req_t req, long ret, fuse_ino_t parent, const char *name,
		       const char *path)
{
	if (ret) {
		reply_result(req, ret);
		return;
	}
	give_away(req, path);
	reply_entry(req, parent, name);
}

static void fs_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	char path[OS_PATH_MAX];
	long ret = path_of(req, parent, name, path);

	reply_made(req, ret ? ret : os_mkdir(path, mode), parent, name, path);
}

static void fs_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev)
{
	char path[OS_PATH_MAX];
	long ret = path_of(req, parent, name, path);

	reply_made(req, ret ? ret : os_mknod(path, mode, rdev), parent, name, path);
}

static void fs_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	char path[OS_PATH_MAX];
	long ret = path_of(req, parent, name, path);

	reply_made(req, ret ? ret : os_symlink(target, path), parent, name, path);
}

static void fs_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t newparent, const char *newname)
{
	char from[OS_PATH_MAX], to[OS_PATH_MAX];
	long ret = path_of(req, ino, NULL, from);

	if (!ret)
		ret = path_of(req, newparent, newname, to);
	if (!ret)
		ret = os_link(from, to);
	if (ret)
		reply_result(req, ret);
	else
		reply_entry(req, newparent, newname);
}

static void fs_readlink(fuse_req_t req, fuse_ino_t ino)
{
	char path[OS_PATH_MAX], target[OS_PATH_MAX];
	long ret = path_of(req, ino, NULL, path);

	if (!ret)
		ret = os_readlink(path, target, sizeof(target) - 1);
	if (ret < 0) {
		reply_result(req, ret);
		return;
	}
	target[ret] = 0;
	fuse_reply_readlink(req, target);
}

/* Is the name at @path the last of its inode? */
static int is_last(const char *path)
{
	struct stat st;

	return !os_lstat(path, &st) && (S_ISDIR(st.st_mode) || st.st_nlink == 1);
}

static void remove_name(fuse_req_t req, fuse_ino_t parent, const char *name,
			long (*remove)(const char *path))
{
	char path[OS_PATH_MAX];
	long ret = path_of(req, parent, name, path);
	int last = !ret && is_last(path);

	if (!ret)
		ret = remove(path);
	if (!ret)
		nodes_unlink(server_of(req)->nodes, node_of(req, parent), name, last);
	reply_result(req, ret);
}

static void fs_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	remove_name(req, parent, name, os_unlink);
}

static void fs_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	remove_name(req, parent, name, os_rmdir);
}

static void fs_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t newparent,
		      const char *newname, unsigned int flags)
{
	char from[OS_PATH_MAX], to[OS_PATH_MAX];
	int exchange = !!(flags & RENAME_EXCHANGE_FLAG), last = 0;
	long ret = path_of(req, parent, name, from);

	if (!ret)
		ret = path_of(req, newparent, newname, to);
	if (!ret && !exchange)
		last = is_last(to);
	if (!ret)
		ret = os_rename(from, to, flags);
	if (!ret)
		ret = nodes_rename(server_of(req)->nodes, node_of(req, parent), name,
				   node_of(req, newparent), newname, exchange, last);
	reply_result(req, ret);
}

/* ---- open files ---- */

static struct open_file *file_new(struct node *n, int fd)
{
	struct open_file *f = calloc(1, sizeof(*f));

	if (f) {
		f->fd = fd;
		f->next = n->files;
		n->files = f;
	}
	return f;
}

static void file_free(struct fileserver *fs, struct node *n, struct open_file *f)
{
	struct open_file **at = &n->files;

	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	if (f->passed && !--n->backing_users) {
		passthrough_unregister(&fs->passthrough, n->backing_id);
		n->backing_id = 0;
	}
	os_close(f->fd);
	listing_free(&f->listing);
	free(f);
	/* It may have lived by this file alone. */
	nodes_forget(fs->nodes, n, 0);
}

/*
 * One backing file for all opens of an inode, as mainline wants it. Where that fails the file is
 * served by requests.
 */
static void pass_through(struct fileserver *fs, struct node *n, struct open_file *f)
{
	int32_t id = n->backing_id;

	if (!id)
		id = passthrough_register(&fs->passthrough, f->fd);
	if (id <= 0)
		return;
	n->backing_id = id;
	n->backing_users++;
	f->passed = 1;
}

/*
 * The server's file has the access mode that was asked for. Positions come with each request, so it
 * never appends; and alignment is the client's business. A kernel that writes back reads, too,
 * where a page is written in part.
 */
static int server_flags(const struct fileserver *fs, int flags)
{
	if (fs->opts.writeback && (flags & O_ACCMODE) == O_WRONLY)
		flags = (flags & ~O_ACCMODE) | O_RDWR;
	return flags & (O_ACCMODE | O_TRUNC | O_EXCL);
}

/* What OPEN and CREATE have in common; takes @fd over. */
static struct open_file *file_open(struct fileserver *fs, struct node *n, int fd,
				   struct fuse_file_info *fi)
{
	struct open_file *f = file_new(n, fd);

	if (!f) {
		os_close(fd);
		return NULL;
	}
	fs->counts.opens++;
	pass_through(fs, n, f);
	fs->counts.passed += f->passed;
	fi->fh = (uintptr_t)f;
	fi->direct_io = !f->passed && fs->opts.direct;
	/* Only through this server are files written, so what the kernel has cached stays good. */
	fi->keep_cache = !f->passed && !fs->opts.direct;
	return f;
}

static void fs_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct fileserver *fs = server_of(req);
	struct node *n = node_of(req, ino);
	char path[OS_PATH_MAX];
	struct open_file *f;
	long fd = path_of(req, ino, NULL, path);

	if (!fd)
		fd = os_open(path, server_flags(fs, fi->flags), 0);
	if (fd < 0) {
		reply_result(req, fd);
		return;
	}
	f = file_open(fs, n, fd, fi);
	if (!f) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	passthrough_next_reply(&fs->passthrough, f->passed ? n->backing_id : 0);
	/* An error: the open was given up, and there will be no RELEASE. */
	if (fuse_reply_open(req, fi))
		file_free(fs, n, f);
	passthrough_next_reply(&fs->passthrough, 0);
}

static void fs_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
		      struct fuse_file_info *fi)
{
	struct fileserver *fs = server_of(req);
	struct fuse_entry_param e;
	char path[OS_PATH_MAX];
	struct open_file *f;
	struct node *n;
	long fd = path_of(req, parent, name, path), ret;

	if (!fd)
		fd = os_open(path, server_flags(fs, fi->flags) | O_CREAT, mode);
	if (fd < 0) {
		reply_result(req, fd);
		return;
	}
	give_away(req, path);
	ret = make_entry(req, parent, name, &e);
	if (ret) {
		os_close(fd);
		reply_result(req, ret);
		return;
	}
	n = (struct node *)(uintptr_t)e.ino;
	f = file_open(fs, n, fd, fi);
	if (!f) {
		uncount(req, &e);
		fuse_reply_err(req, ENOMEM);
		return;
	}
	passthrough_next_reply(&fs->passthrough, f->passed ? n->backing_id : 0);
	if (fuse_reply_create(req, &e, fi)) {
		/* Not before the file is gone: it is the inode's. */
		file_free(fs, n, f);
		nodes_forget(fs->nodes, n, 1);
	}
	passthrough_next_reply(&fs->passthrough, 0);
}

static void fs_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	file_free(server_of(req), node_of(req, ino), file_of(fi));
	fuse_reply_err(req, 0);
}

static void fs_flush(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	(void)fi;
	fuse_reply_err(req, 0);
}

static void fs_fsync(fuse_req_t req, fuse_ino_t ino, int datasync, struct fuse_file_info *fi)
{
	(void)ino;
	reply_result(req, os_fsync(file_of(fi)->fd, datasync));
}

static struct fuse_bufvec part_of(struct fuse_file_info *fi, size_t size, off_t off)
{
	struct fuse_bufvec vec = FUSE_BUFVEC_INIT(size);

	vec.buf[0].flags = FUSE_BUF_IS_FD | FUSE_BUF_FD_SEEK;
	vec.buf[0].fd = file_of(fi)->fd;
	vec.buf[0].pos = off;
	return vec;
}

static void fs_read_spliced(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
			    struct fuse_file_info *fi)
{
	struct fuse_bufvec from = part_of(fi, size, off);

	(void)ino;
	server_of(req)->counts.reads++;
	fuse_reply_data(req, &from, 0);
}

static void fs_write_spliced(fuse_req_t req, fuse_ino_t ino, struct fuse_bufvec *from, off_t off,
			     struct fuse_file_info *fi)
{
	struct fuse_bufvec to = part_of(fi, fuse_buf_size(from), off);
	ssize_t ret = fuse_buf_copy(&to, from, 0);

	(void)ino;
	server_of(req)->counts.writes++;
	reply_done(req, ret);
}

static void fs_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		    struct fuse_file_info *fi)
{
	char *buf = malloc(size);
	long ret = buf ? os_pread(file_of(fi)->fd, buf, size, off) : -ENOMEM;

	(void)ino;
	server_of(req)->counts.reads++;
	if (ret < 0)
		reply_result(req, ret);
	else
		fuse_reply_buf(req, buf, ret);
	free(buf);
}

static void fs_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size, off_t off,
		     struct fuse_file_info *fi)
{
	long ret = os_pwrite(file_of(fi)->fd, buf, size, off);

	(void)ino;
	server_of(req)->counts.writes++;
	reply_done(req, ret);
}

static void fs_fallocate(fuse_req_t req, fuse_ino_t ino, int mode, off_t off, off_t len,
			 struct fuse_file_info *fi)
{
	(void)ino;
	reply_result(req, os_fallocate(file_of(fi)->fd, mode, off, len));
}

static void fs_copy_file_range(fuse_req_t req, fuse_ino_t in, off_t off_in,
			       struct fuse_file_info *fi_in, fuse_ino_t out, off_t off_out,
			       struct fuse_file_info *fi_out, size_t len, int flags)
{
	long ret = os_copy_range(file_of(fi_in)->fd, off_in, file_of(fi_out)->fd, off_out, len);

	(void)in;
	(void)out;
	(void)flags;
	reply_done(req, ret);
}

static void fs_lseek(fuse_req_t req, fuse_ino_t ino, off_t off, int whence,
		     struct fuse_file_info *fi)
{
	long ret = os_lseek(file_of(fi)->fd, off, whence);

	(void)ino;
	if (ret < 0)
		reply_result(req, ret);
	else
		fuse_reply_lseek(req, ret);
}

/* ---- directories ---- */

static void fs_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct node *n = node_of(req, ino);
	char path[OS_PATH_MAX];
	struct open_file *f;
	long fd = path_of(req, ino, NULL, path);

	if (!fd)
		fd = os_open(path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0) {
		reply_result(req, fd);
		return;
	}
	f = file_new(n, fd);
	if (!f) {
		os_close(fd);
		fuse_reply_err(req, ENOMEM);
		return;
	}
	fi->fh = (uintptr_t)f;
	if (fuse_reply_open(req, fi))
		file_free(server_of(req), n, f);
}

static int is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* Adds one entry to the reply; returns its size, more than @room when it does not fit. */
static size_t add_entry(fuse_req_t req, fuse_ino_t dir, char *buf, size_t room,
			const struct os_dirent *d, bool plus)
{
	struct fuse_entry_param e = { .attr = { .st_ino = d->ino, .st_mode = d->mode } };
	size_t size;

	if (!plus)
		return fuse_add_direntry(req, buf, room, d->name, &e.attr, d->off);
	/* What is looked up must be sent: is there room? */
	size = fuse_add_direntry_plus(req, NULL, 0, d->name, &e, d->off);
	if (size > room)
		return size;
	/* Without a look-up the kernel makes one itself. */
	if (!is_dots(d->name) && make_entry(req, dir, d->name, &e))
		e = (struct fuse_entry_param) { .attr = { .st_ino = d->ino, .st_mode = d->mode } };
	return fuse_add_direntry_plus(req, buf, room, d->name, &e, d->off);
}

static void read_dir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		     struct fuse_file_info *fi, bool plus)
{
	struct open_file *f = file_of(fi);
	char *buf = malloc(size);
	long ret = buf ? 0 : -ENOMEM;
	size_t len = 0, add;

	/* rewinddir() wants to see what is new; a position may be from another open directory. */
	if (!ret && (!off || !f->listing.n))
		ret = listing_read(&f->listing, f->fd);
	for (size_t i = off; !ret && i < f->listing.n; i++) {
		add = add_entry(req, ino, buf + len, size - len, &f->listing.entries[i], plus);
		if (add > size - len)
			break;
		len += add;
	}
	if (ret)
		reply_result(req, ret);
	else
		fuse_reply_buf(req, buf, len);
	free(buf);
}

static void fs_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
		       struct fuse_file_info *fi)
{
	read_dir(req, ino, size, off, fi, false);
}

static void fs_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
			   struct fuse_file_info *fi)
{
	read_dir(req, ino, size, off, fi, true);
}

static void fs_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct statvfs st;
	long ret = os_statvfs(server_of(req)->opts.root, &st);

	(void)ino;
	if (ret)
		reply_result(req, ret);
	else
		fuse_reply_statfs(req, &st);
}

/* ---- extended attributes ---- */

static void fs_setxattr(fuse_req_t req, fuse_ino_t ino, const char *name, const char *val,
			size_t len, int flags)
{
	char path[OS_PATH_MAX];
	long ret = path_of(req, ino, NULL, path);

	reply_result(req, ret ? ret : os_setxattr(path, name, val, len, flags));
}

static void fs_removexattr(fuse_req_t req, fuse_ino_t ino, const char *name)
{
	char path[OS_PATH_MAX];
	long ret = path_of(req, ino, NULL, path);

	reply_result(req, ret ? ret : os_removexattr(path, name));
}

/* A value, or all names where @name is NULL; @size 0 asks how long it is. */
static void reply_xattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	char path[OS_PATH_MAX], *buf = NULL;
	long ret = path_of(req, ino, NULL, path);

	if (size > MAX_XATTR)
		size = MAX_XATTR;
	if (!ret && size) {
		buf = malloc(size);
		ret = buf ? 0 : -ENOMEM;
	}
	if (!ret)
		ret = name ? os_getxattr(path, name, buf, size) : os_listxattr(path, buf, size);
	if (ret < 0)
		reply_result(req, ret);
	else if (size)
		fuse_reply_buf(req, buf, ret);
	else
		fuse_reply_xattr(req, ret);
	free(buf);
}

static void fs_getxattr(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	server_of(req)->counts.getxattrs++;
	if (server_of(req)->opts.no_xattrs)
		fuse_reply_err(req, ENOSYS);
	else
		reply_xattr(req, ino, name, size);
}

static void fs_listxattr(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	reply_xattr(req, ino, NULL, size);
}

/* ---- the session ---- */

static void fs_init(void *userdata, struct fuse_conn_info *conn)
{
	const struct fileserver *fs = userdata;

	/* We act as root, so that the kernel must take set-user-id away itself. */
	conn->want &= ~FUSE_CAP_HANDLE_KILLPRIV;
	if (fs->opts.writeback)
		conn->want |= conn->capable & FUSE_CAP_WRITEBACK_CACHE;
	if (fs->opts.splice)
		conn->want |= conn->capable &
			      (FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE);
}

static const struct fuse_lowlevel_ops operations = {
	.init = fs_init,
	.lookup = fs_lookup,
	.forget = fs_forget,
	.forget_multi = fs_forget_multi,
	.getattr = fs_getattr,
	.setattr = fs_setattr,
	.readlink = fs_readlink,
	.mknod = fs_mknod,
	.mkdir = fs_mkdir,
	.unlink = fs_unlink,
	.rmdir = fs_rmdir,
	.symlink = fs_symlink,
	.rename = fs_rename,
	.link = fs_link,
	.open = fs_open,
	.create = fs_create,
	.read = fs_read,
	.write = fs_write,
	.flush = fs_flush,
	.release = fs_release,
	.fsync = fs_fsync,
	.opendir = fs_opendir,
	.readdir = fs_readdir,
	.readdirplus = fs_readdirplus,
	.releasedir = fs_release,
	.fsyncdir = fs_fsync,
	.statfs = fs_statfs,
	.setxattr = fs_setxattr,
	.getxattr = fs_getxattr,
	.listxattr = fs_listxattr,
	.removexattr = fs_removexattr,
	.fallocate = fs_fallocate,
	.copy_file_range = fs_copy_file_range,
	.lseek = fs_lseek,
};

static struct fuse_session *session_new(struct fileserver *fs, const char *mount_opts)
{
	struct fuse_args args = FUSE_ARGS_INIT(0, NULL);
	struct fuse_lowlevel_ops ops = operations;
	struct fuse_session *se = NULL;

	if (fs->opts.splice) {
		ops.read = fs_read_spliced;
		ops.write_buf = fs_write_spliced;
	}
	if (!fuse_opt_add_arg(&args, "fileserver") && !fuse_opt_add_arg(&args, "-o") &&
	    !fuse_opt_add_arg(&args, mount_opts))
		se = fuse_session_new(&args, &ops, sizeof(ops), fs);
	fuse_opt_free_args(&args);
	return se;
}

struct fileserver *fileserver_new(const struct fileserver_opts *opts, const char *mount_opts)
{
	struct fileserver *fs = calloc(1, sizeof(*fs));
	struct stat st;

	if (!fs)
		return NULL;
	fs->opts = *opts;
	fs->opts.root = strdup(opts->root);
	fs->passthrough.wanted = opts->passthrough;
	fs->passthrough.max_stack_depth = 1;
	if (fs->opts.root && !os_lstat(opts->root, &st))
		fs->nodes = nodes_new(opts->root, st.st_ino);
	if (fs->nodes)
		fs->se = session_new(fs, mount_opts);
	if (fs->se)
		return fs;
	fileserver_free(fs);
	return NULL;
}

int fileserver_attach(struct fileserver *fs, int dev)
{
	return passthrough_attach(&fs->passthrough, fs->se, dev);
}

int fileserver_mount(struct fileserver *fs, const char *mountpoint)
{
	if (fuse_session_mount(fs->se, mountpoint))
		return -EIO;
	fs->own_mount = 1;
	/*
	 * libfuse has the device already; this tells it to leave reading and writing to us, which
	 * do not splice.
	 */
	return fs->opts.splice ?
		       0 :
		       passthrough_attach(&fs->passthrough, fs->se, fuse_session_fd(fs->se));
}

int fileserver_loop(struct fileserver *fs, bool signals)
{
	int ret;

	if (signals && fuse_set_signal_handlers(fs->se))
		return -EINVAL;
	ret = fuse_session_loop(fs->se);
	if (signals)
		fuse_remove_signal_handlers(fs->se);
	return ret;
}

const struct fileserver_counts *fileserver_counts(const struct fileserver *fs)
{
	return &fs->counts;
}

bool fileserver_has_passthrough(const struct fileserver *fs)
{
	return fs->passthrough.active;
}

void fileserver_free(struct fileserver *fs)
{
	if (!fs)
		return;
	if (fs->own_mount)
		fuse_session_unmount(fs->se);
	if (fs->se)
		fuse_session_destroy(fs->se);
	nodes_free(fs->nodes);
	free((char *)fs->opts.root);
	free(fs);
}
