// SPDX-License-Identifier: GPL-2.0
/*
 * What has nothing to do with passthrough and must work all the same: plain files with direct I/O,
 * directories, names, extended attributes.
 */
#include "../scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

static bool plain_setup(struct sc *sc, struct fixture *fx)
{
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.backing = SRV_PLAIN;
	o.srv.xattr = true;
	return fx_setup(sc, fx, &o);
}

static void plain_read_write(struct sc *sc)
{
	size_t n = 300000;
	char *buf = calloc(1, n);
	struct fixture fx;
	long fd = -1;

	if (!plain_setup(sc, &fx))
		goto out;
	NEED(sc, buf, "no memory");
	NEED_FD(sc, fd, fx_make(&fx, "f", 1000, O_RDWR));
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, n, 0), 1000);
	EXPECT(sc, sc_matches(buf, 1000, 0, 1), "wrong content read");
	sc_pattern(buf, n, 500, 2);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, n, 500), n);
	memset(buf, 0, n);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, n, 500), n);
	EXPECT(sc, sc_matches(buf, n, 500, 2), "wrong content read back");
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_WRITE) >= 3, 1);
out:
	free(buf);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void plain_append(struct sc *sc)
{
	struct fixture fx;
	char buf[8];
	long fd = -1;

	if (!plain_setup(sc, &fx))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR | O_APPEND));
	EXPECT_EQ(sc, w_write(fx.w, fd, "tail", 4), 4);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 8, 100), 4);
	EXPECT_EQ(sc, w_ftruncate(fx.w, fd, 50), 0);
	EXPECT_EQ(sc, w_write(fx.w, fd, "tail", 4), 4);
	fx_same_attr(&fx, fd, "f", false);
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_END), 54);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void plain_server_errors(struct sc *sc)
{
	static const struct srv_rule read_rule = { .opcode = FUSE_READ, .count = 1,
						   .action = SRV_FAIL, .error = EIO };
	static const struct srv_rule write_rule = { .opcode = FUSE_WRITE, .count = 1,
						    .action = SRV_FAIL, .error = ENOSPC };
	struct fixture fx;
	char buf[10];
	long fd = -1;

	if (!plain_setup(sc, &fx))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 100, O_RDWR));
	srv_set_rule(fx.srv, &read_rule);
	srv_set_rule(fx.srv, &write_rule);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 0), -EIO);
	EXPECT_EQ(sc, w_pread(fx.w, fd, buf, 10, 0), 10);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 10, 0), -ENOSPC);
	EXPECT_EQ(sc, w_pwrite(fx.w, fd, buf, 10, 0), 10);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static bool has_name(const struct w_dirent *d, long n, const char *name)
{
	for (long i = 0; i < n; i++) {
		if (!strcmp(d[i].name, name))
			return true;
	}
	return false;
}

#define ENTRIES	40

static void plain_directories(struct sc *sc)
{
	struct w_dirent *d = calloc(ENTRIES + 8, sizeof(*d));
	struct fixture fx;
	char name[32];
	long fd = -1, n = 0, got;

	if (!plain_setup(sc, &fx))
		goto out;
	NEED(sc, d, "no memory");
	EXPECT_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "dir"), 0750), 0);
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(name, sizeof(name), "dir/file-%02d", i);
		EXPECT(sc, !fx_try_open(&fx, name, O_WRONLY | O_CREAT), "cannot make %s", name);
	}
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "dir"), O_RDONLY | O_DIRECTORY, 0));
	while ((got = w_getdents(fx.w, fd, d + n, ENTRIES + 8 - n)) > 0)
		n += got;
	EXPECT_EQ(sc, got, 0);
	EXPECT_EQ(sc, n, ENTRIES + 2);
	EXPECT(sc, has_name(d, n, ".") && has_name(d, n, ".."), "no dots");
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(name, sizeof(name), "file-%02d", i);
		EXPECT(sc, has_name(d, n, name), "%s is missing", name);
	}
	EXPECT_EQ(sc, w_lseek(fx.w, fd, 0, SEEK_SET), 0);
	EXPECT_EQ(sc, w_getdents(fx.w, fd, d, 3), 3);
	EXPECT_EQ(sc, w_rmdir(fx.w, fx_mnt(&fx, "dir")), -ENOTEMPTY);
	for (int i = 0; i < ENTRIES; i++) {
		snprintf(name, sizeof(name), "dir/file-%02d", i);
		EXPECT(sc, !w_unlink(fx.w, fx_mnt(&fx, name)), "cannot unlink %s", name);
	}
	EXPECT_EQ(sc, w_rmdir(fx.w, fx_mnt(&fx, "dir")), 0);
out:
	free(d);
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

static void plain_names(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	char buf[32];

	if (!plain_setup(sc, &fx))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0644), 0);
	EXPECT_EQ(sc, w_symlink(fx.w, "f", fx_mnt(&fx, "s")), 0);
	EXPECT_EQ(sc, w_readlink(fx.w, fx_mnt(&fx, "s"), buf, sizeof(buf)), 1);
	EXPECT_EQ(sc, fx_try_open(&fx, "s", O_RDONLY), 0);
	EXPECT_EQ(sc, fx_try_open(&fx, "s", O_RDONLY | O_NOFOLLOW), -ELOOP);
	EXPECT_EQ(sc, w_link(fx.w, fx_mnt(&fx, "f"), fx_mnt(&fx, "l")), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "l"), &st), 0);
	EXPECT_EQ(sc, st.nlink, 2);
	EXPECT_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d"), 0755), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "l"), fx_mnt(&fx, "d/l"), 0), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "d"), fx_mnt(&fx, "e"), 0), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "e/l"), &st), 0);
	EXPECT_EQ(sc, w_rename(fx.w, fx_mnt(&fx, "f"), fx_mnt(&fx, "s"), 1), -EEXIST);
	EXPECT_EQ(sc, w_mknod(fx.w, fx_mnt(&fx, "p"), S_IFIFO | 0600, 0), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "p"), &st), 0);
	EXPECT_EQ(sc, st.mode, S_IFIFO | 0600);
	EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, "s")), 0);
	EXPECT_EQ(sc, w_unlink(fx.w, fx_mnt(&fx, "none")), -ENOENT);
out:
	fx_teardown(&fx);
}

static void plain_attributes(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;

	if (!plain_setup(sc, &fx))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0644), 0);
	EXPECT_EQ(sc, w_chmod(fx.w, fx_mnt(&fx, "f"), 0600), 0);
	EXPECT_EQ(sc, w_lchown(fx.w, fx_mnt(&fx, "f"), 11, 12), 0);
	EXPECT_EQ(sc, w_utimens(fx.w, fx_mnt(&fx, "f"), 1000000001LL, 2000000002LL), 0);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.mode & 07777, 0600);
	EXPECT_EQ(sc, st.uid, 11);
	EXPECT_EQ(sc, st.gid, 12);
	EXPECT_EQ(sc, st.atime, 1000000001LL);
	EXPECT_EQ(sc, st.mtime, 2000000002LL);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.mtime, 2000000002LL);
	EXPECT_EQ(sc, st.uid, 11);
out:
	fx_teardown(&fx);
}

static void plain_xattrs(struct sc *sc)
{
	struct fixture fx;
	char buf[64];

	if (!plain_setup(sc, &fx))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0644), 0);
	EXPECT_EQ(sc, w_setxattr(fx.w, fx_mnt(&fx, "f"), "user.color", "blue", 4, 0), 0);
	EXPECT_EQ(sc, w_setxattr(fx.w, fx_mnt(&fx, "f"), "user.color", "x", 1, XATTR_CREATE),
		  -EEXIST);
	EXPECT_EQ(sc, w_getxattr(fx.w, fx_mnt(&fx, "f"), "user.color", NULL, 0), 4);
	EXPECT_EQ(sc, w_getxattr(fx.w, fx_mnt(&fx, "f"), "user.color", buf, 64), 4);
	EXPECT(sc, !memcmp(buf, "blue", 4), "wrong value");
	EXPECT_EQ(sc, w_getxattr(fx.w, fx_mnt(&fx, "f"), "user.color", buf, 2), -ERANGE);
	EXPECT_EQ(sc, w_getxattr(fx.w, fx_mnt(&fx, "f"), "user.none", buf, 64), -ENODATA);
	EXPECT_EQ(sc, w_listxattr(fx.w, fx_mnt(&fx, "f"), buf, 64) >= 11, 1);
	EXPECT_EQ(sc, w_removexattr(fx.w, fx_mnt(&fx, "f"), "user.color"), 0);
	EXPECT_EQ(sc, w_getxattr(fx.w, fx_low(&fx, "f"), "user.color", buf, 64), -ENODATA);
out:
	fx_teardown(&fx);
}

/* As the kernel has it in an extended attribute: little endian, version 2. */
struct acl {
	uint32_t version;
	struct {
		uint16_t tag, perm;
		uint32_t id;
	} e[5];
};

#define ACL_ANYBODY	0xffffffffU

/* rw- for the owner, nothing for group and others, and @perm for user 1000. */
static struct acl acl_for_user(unsigned int perm)
{
	return (struct acl) { 2, {
		{ 0x01, 6, ACL_ANYBODY }, { 0x02, perm, 1000 }, { 0x04, 0, ACL_ANYBODY },
		{ 0x10, 7, ACL_ANYBODY }, { 0x20, 0, ACL_ANYBODY },
	} };
}

static long job_open_as_user(struct fx_job *job)
{
	struct world *w = sc_world(job->sc);
	long ret = w_setids(w, 1000, 1000);

	return ret ? ret : job_open_close(job);
}

static long open_as_user(struct sc *sc, const char *path, int flags)
{
	struct fx_job job = { .fn = job_open_as_user, .path = path, .flags = flags };
	long ret = fx_job_start(sc, &job, W_SPAWN_PROCESS);

	return ret ? ret : fx_job_wait(&job);
}

static void plain_acl(struct sc *sc)
{
	struct acl acl = acl_for_user(4), got = { 0 };
	struct fixture fx;
	struct fx_opts o;
	struct w_stat st;

	fx_opts_init(&o);
	o.srv.xattr = true;
	o.srv.init_flags = FUSE_POSIX_ACL;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0600), 0);
	EXPECT_EQ(sc, open_as_user(sc, fx_mnt(&fx, "f"), O_RDONLY), -EACCES);
	EXPECT_EQ(sc,
		  w_setxattr(fx.w, fx_mnt(&fx, "f"), "system.posix_acl_access", &acl, sizeof(acl),
			     0),
		  0);
	EXPECT_EQ(sc,
		  w_getxattr(fx.w, fx_mnt(&fx, "f"), "system.posix_acl_access", &got, sizeof(got)),
		  sizeof(acl));
	EXPECT(sc, !memcmp(&acl, &got, sizeof(acl)), "not the ACL that was set");
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.mode & 0777, 0670);
	EXPECT_EQ(sc, open_as_user(sc, fx_mnt(&fx, "f"), O_RDONLY), 0);
	EXPECT_EQ(sc, open_as_user(sc, fx_mnt(&fx, "f"), O_RDWR), -EACCES);
	/* A mask without write permission. */
	acl = acl_for_user(6);
	acl.e[3].perm = 4;
	EXPECT_EQ(sc,
		  w_setxattr(fx.w, fx_mnt(&fx, "f"), "system.posix_acl_access", &acl, sizeof(acl),
			     0),
		  0);
	EXPECT_EQ(sc, open_as_user(sc, fx_mnt(&fx, "f"), O_RDWR), -EACCES);
	EXPECT_EQ(sc, w_chmod(fx.w, fx_mnt(&fx, "f"), 0660), 0);
	EXPECT_EQ(sc, open_as_user(sc, fx_mnt(&fx, "f"), O_RDWR), 0);
	EXPECT_EQ(sc, w_removexattr(fx.w, fx_mnt(&fx, "f"), "system.posix_acl_access"), 0);
	EXPECT_EQ(sc, open_as_user(sc, fx_mnt(&fx, "f"), O_RDONLY), -EACCES);
	acl.version = 1;
	EXPECT_EQ(sc,
		  w_setxattr(fx.w, fx_mnt(&fx, "f"), "system.posix_acl_access", &acl, sizeof(acl),
			     0),
		  -EOPNOTSUPP);
out:
	fx_teardown(&fx);
}

/* What is made in a directory has what its default ACL says. */
static void plain_acl_default(struct sc *sc)
{
	struct acl acl = acl_for_user(6), got = { 0 };
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.xattr = true;
	o.srv.init_flags = FUSE_POSIX_ACL;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d"), 0755), 0);
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0600), 0);
	EXPECT_EQ(sc,
		  w_setxattr(fx.w, fx_mnt(&fx, "f"), "system.posix_acl_default", &acl, sizeof(acl),
			     0),
		  -EACCES);
	EXPECT_EQ(sc,
		  w_setxattr(fx.w, fx_mnt(&fx, "d"), "system.posix_acl_default", &acl, sizeof(acl),
			     0),
		  0);
	NEED_EQ(sc, fx_try_open(&fx, "d/new", O_RDWR | O_CREAT), 0);
	EXPECT_EQ(sc, open_as_user(sc, fx_mnt(&fx, "d/new"), O_RDONLY), 0);
	EXPECT_EQ(sc, w_mkdir(fx.w, fx_mnt(&fx, "d/e"), 0755), 0);
	EXPECT_EQ(sc,
		  w_getxattr(fx.w, fx_mnt(&fx, "d/e"), "system.posix_acl_default", &got,
			     sizeof(got)),
		  sizeof(acl));
	EXPECT(sc, !memcmp(&acl, &got, sizeof(acl)), "the directory has another default ACL");
out:
	fx_teardown(&fx);
}

static void plain_no_xattrs(struct sc *sc)
{
	struct fixture fx;
	char buf[8];

	if (!fx_setup(sc, &fx, NULL))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0644), 0);
	EXPECT_EQ(sc, w_getxattr(fx.w, fx_mnt(&fx, "f"), "user.a", buf, 8), -EOPNOTSUPP);
	EXPECT_EQ(sc, w_getxattr(fx.w, fx_mnt(&fx, "f"), "user.b", buf, 8), -EOPNOTSUPP);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_GETXATTR), 1);
out:
	fx_teardown(&fx);
}

/* How often the server is asked when a link is read, twice, and followed, once. */
static void symlinks(struct sc *sc, uint64_t flags, unsigned int asked)
{
	char long_target[201], buf[256];
	struct fixture fx;
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.init_flags = flags;
	o.keep_dev = true;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	memset(long_target, 't', 200);
	long_target[200] = 0;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 0644), 0);
	EXPECT_EQ(sc, w_symlink(fx.w, "f", fx_mnt(&fx, "short")), 0);
	EXPECT_EQ(sc, w_symlink(fx.w, long_target, fx_mnt(&fx, "long")), 0);
	EXPECT_EQ(sc, w_readlink(fx.w, fx_mnt(&fx, "long"), buf, sizeof(buf)), 200);
	EXPECT(sc, !memcmp(buf, long_target, 200), "wrong target");
	EXPECT_EQ(sc, w_readlink(fx.w, fx_mnt(&fx, "long"), buf, 7), 7);
	EXPECT_EQ(sc, w_readlink(fx.w, fx_mnt(&fx, "short"), buf, sizeof(buf)), 1);
	EXPECT_EQ(sc, fx_try_open(&fx, "short", O_RDONLY), 0);
	EXPECT_EQ(sc, srv_count(fx.srv, 0, FUSE_READLINK), asked);
	/* Somebody else changes it below: the server says so. */
	NEED_EQ(sc, w_unlink(fx.w, fx_low(&fx, "short")), 0);
	NEED_EQ(sc, w_symlink(fx.w, "elsewhere", fx_low(&fx, "short")), 0);
	EXPECT_EQ(sc, srv_notify_inval_inode(fx.w, fx.dev, srv_nodeid(fx.srv, "short"), 0, 0), 0);
	EXPECT_EQ(sc, w_readlink(fx.w, fx_mnt(&fx, "short"), buf, sizeof(buf)), 9);
out:
	fx_teardown(&fx);
}

static void plain_symlinks(struct sc *sc)
{
	symlinks(sc, 0, 4);
}

static void plain_symlinks_cached(struct sc *sc)
{
	symlinks(sc, FUSE_CACHE_SYMLINKS, 2);
}

/* What the server cannot read is not kept. */
static void plain_symlink_error(struct sc *sc)
{
	static const struct srv_rule rule = {
		.opcode = FUSE_READLINK, .count = 1, .action = SRV_FAIL, .error = EIO
	};
	struct fixture fx;
	struct fx_opts o;
	char buf[8];

	fx_opts_init(&o);
	o.srv.init_flags = FUSE_CACHE_SYMLINKS;
	if (!fx_setup(sc, &fx, &o))
		goto out;
	NEED_EQ(sc, w_symlink(fx.w, "f", fx_mnt(&fx, "l")), 0);
	srv_set_rule(fx.srv, &rule);
	EXPECT_EQ(sc, w_readlink(fx.w, fx_mnt(&fx, "l"), buf, sizeof(buf)), -EIO);
	EXPECT_EQ(sc, w_readlink(fx.w, fx_mnt(&fx, "l"), buf, sizeof(buf)), 1);
out:
	fx_teardown(&fx);
}

static void plain_statfs(struct sc *sc)
{
	struct w_statfs fuse, low;
	struct fixture fx;

	if (!plain_setup(sc, &fx))
		goto out;
	EXPECT_EQ(sc, w_statfs(fx.w, fx.mnt, &fuse), 0);
	EXPECT_EQ(sc, w_statfs(fx.w, fx.lower, &low), 0);
	EXPECT(sc, fuse.blocks == low.blocks && fuse.namelen == low.namelen, "statfs differs");
out:
	fx_teardown(&fx);
}

static void plain_suid(struct sc *sc)
{
	struct fixture fx;
	struct w_stat st;
	long fd = -1;

	if (!plain_setup(sc, &fx))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 06777), 0);
	NEED_FD(sc, fd, w_open(fx.w, fx_mnt(&fx, "f"), O_WRONLY, 0));
	EXPECT_EQ(sc, w_write(fx.w, fd, "root", 4), 4);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_mnt(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.mode & 07777, 06777);
out:
	if (fd >= 0)
		w_close(fx.w, fd);
	fx_teardown(&fx);
}

/* A new owner takes the bits off: the kernel sends the mode along. */
static void plain_chown_suid(struct sc *sc)
{
	struct srv_request req;
	struct fixture fx;
	struct w_stat st;

	if (!plain_setup(sc, &fx))
		goto out;
	NEED_EQ(sc, sc_make_file(sc, fx_low(&fx, "f"), 10, 1, 06755), 0);
	EXPECT_EQ(sc, w_lchown(fx.w, fx_mnt(&fx, "f"), 5, 6), 0);
	EXPECT(sc, srv_find(fx.srv, 0, FUSE_SETATTR, 0, &req) && req.flags & FATTR_MODE,
	       "no mode is set");
	EXPECT_EQ(sc, req.mode & 07777, 0755);
	EXPECT_EQ(sc, w_lstat(fx.w, fx_low(&fx, "f"), &st), 0);
	EXPECT_EQ(sc, st.mode & 07777, 0755);
out:
	fx_teardown(&fx);
}

/*
 * What FUSE cannot express is refused without asking; so is what the caller's limit does not allow.
 */
static void plain_fallocate(struct sc *sc)
{
	struct fixture fx;
	unsigned int mark;
	long fd = -1;

	if (!plain_setup(sc, &fx))
		goto out;
	NEED_FD(sc, fd, fx_make(&fx, "f", 8192, O_RDWR));
	mark = srv_mark(fx.srv);
	EXPECT_EQ(sc, w_fallocate(fx.w, fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096), -EOPNOTSUPP);
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_FALLOCATE), 0);
	EXPECT_EQ(sc, w_fallocate(fx.w, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096),
		  0);
	EXPECT(sc, fx_reads(&fx, fd, 0, 4096, 0), "not zero");
	EXPECT_EQ(sc, srv_count(fx.srv, mark, FUSE_FALLOCATE), 1);
out:
	fx_close(&fx, fd);
	fx_teardown(&fx);
}

const struct scenario plain_scenarios[] = {
	{ "plain/read-write", "direct I/O through the server", 0, plain_read_write },
	{ "plain/append", "append and truncate through the server", 0, plain_append },
	{ "plain/server-errors", "errors of the server reach the application", 0,
	  plain_server_errors },
	{ "plain/directories", "make, list, remove", 0, plain_directories },
	{ "plain/names", "links, symbolic links, renames, nodes", 0, plain_names },
	{ "plain/attributes", "mode, owner and times", W_CAP_ROOT, plain_attributes },
	{ "plain/xattrs", "extended attributes", W_CAP_LOWER_XATTR, plain_xattrs },
	{ "plain/acl", "access control lists decide who may open", W_CAP_ROOT | W_CAP_LOWER_XATTR,
	  plain_acl },
	{ "plain/acl-default", "and new files have them from their directory",
	  W_CAP_ROOT | W_CAP_LOWER_XATTR, plain_acl_default },
	{ "plain/no-xattrs", "a server without them is asked once", 0, plain_no_xattrs },
	{ "plain/symlinks", "the server is asked each time a link is read", 0, plain_symlinks },
	{ "plain/symlinks-cached", "links in the page cache: it is asked once", W_CAP_PAGE_CACHE,
	  plain_symlinks_cached },
	{ "plain/symlink-error", "a link that cannot be read is not in the page cache",
	  W_CAP_PAGE_CACHE, plain_symlink_error },
	{ "plain/statfs", "statfs is the lower file system's", 0, plain_statfs },
	{ "plain/chown-suid", "a new owner loses suid", W_CAP_ROOT, plain_chown_suid },
	{ "plain/fallocate", "what fallocate can express", 0, plain_fallocate },
	{ "plain/suid", "root's write through the server keeps suid", W_CAP_ROOT, plain_suid },
	{ 0 }
};
