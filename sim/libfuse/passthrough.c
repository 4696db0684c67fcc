// SPDX-License-Identifier: GPL-2.0
/*
 * FUSE passthrough for a server on a libfuse that does not know it. See passthrough.h.
 */
#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 12)
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif

#include "passthrough.h"

#include <errno.h>
#include <fuse3/fuse_lowlevel.h>
#include <linux/fuse.h>
#include <string.h>
#include <sys/ioctl.h>

#include "os.h"

/* What the header of a kernel before 6.9 lacks. */
#ifndef FUSE_PASSTHROUGH
#define FUSE_PASSTHROUGH	(1ULL << 37)
#define FOPEN_PASSTHROUGH	(1 << 7)
struct fuse_backing_map {
	int32_t fd;
	uint32_t flags;
	uint64_t padding;
};
#define FUSE_DEV_IOC_BACKING_OPEN	_IOW(229, 1, struct fuse_backing_map)
#define FUSE_DEV_IOC_BACKING_CLOSE	_IOW(229, 2, uint32_t)
#endif

/* Where they are, whatever that header calls them. */
#define INIT_OUT_MAX_STACK_DEPTH	36	/* of 64 bytes */
#define OPEN_OUT_BACKING_ID		12	/* of 16 bytes */

static void notice_init(struct passthrough *p, const void *buf, long len)
{
	const struct fuse_in_header *h = buf;
	const struct fuse_init_in *in = (const void *)(h + 1);

	if (len < (long)(sizeof(*h) + sizeof(*in)) || h->opcode != FUSE_INIT)
		return;
	p->init_unique = h->unique;
	p->init_offers = (in->flags & FUSE_INIT_EXT) &&
			 ((uint64_t)in->flags2 << 32 & FUSE_PASSTHROUGH);
}

/* Puts flag and stack depth into the reply to INIT. */
static void patch_init(struct passthrough *p, struct fuse_init_out *out)
{
	const uint32_t depth = p->max_stack_depth;

	p->init_unique = 0;
	if (!p->wanted || !p->init_offers)
		return;
	out->flags |= FUSE_INIT_EXT;
	out->flags2 |= FUSE_PASSTHROUGH >> 32;
	memcpy((char *)out + INIT_OUT_MAX_STACK_DEPTH, &depth, sizeof(depth));
	p->active = true;
}

/*
 * Puts the backing file into the reply to OPEN or CREATE, which both end with a struct
 * fuse_open_out.
 */
static void patch_open(const struct passthrough *p, struct fuse_open_out *out)
{
	out->open_flags = (out->open_flags & ~FOPEN_KEEP_CACHE) | FOPEN_PASSTHROUGH;
	memcpy((char *)out + OPEN_OUT_BACKING_ID, &p->next_id, sizeof(p->next_id));
}

/* Copies what is to be changed: libfuse's own memory stays as it is. */
static long send_patched(struct passthrough *p, int fd, struct iovec *iov, int n)
{
	const struct fuse_out_header *h = iov[0].iov_base;
	struct iovec *last = &iov[n - 1], whole = *last;
	union {
		struct fuse_init_out init;
		struct {
			struct fuse_entry_out entry;
			struct fuse_open_out open;
		} create;
	} copy;
	bool init = h->unique && h->unique == p->init_unique && whole.iov_len == sizeof(copy.init);
	bool open = h->unique && p->next_id && whole.iov_len >= sizeof(struct fuse_open_out);
	long ret;

	if (n < 2 || h->error || whole.iov_len > sizeof(copy) || (!init && !open))
		return os_write_reply(fd, iov, n);
	memcpy(&copy, whole.iov_base, whole.iov_len);
	last->iov_base = &copy;
	if (init)
		patch_init(p, &copy.init);
	else
		patch_open(p,
			   (void *)((char *)&copy + whole.iov_len - sizeof(struct fuse_open_out)));
	ret = os_write_reply(fd, iov, n);
	*last = whole;
	return ret;
}

/* libfuse wants -1 and errno. */
static ssize_t as_libc(long ret)
{
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

static ssize_t io_read(int fd, void *buf, size_t len, void *userdata)
{
	long ret = os_read_request(fd, buf, len);

	notice_init(userdata, buf, ret);
	return as_libc(ret);
}

static ssize_t io_writev(int fd, struct iovec *iov, int n, void *userdata)
{
	return as_libc(send_patched(userdata, fd, iov, n));
}

int passthrough_attach(struct passthrough *p, struct fuse_session *se, int dev)
{
	static const struct fuse_custom_io io = { .read = io_read, .writev = io_writev };

	p->dev = dev;
	return fuse_session_custom_io(se, &io, dev);
}

int32_t passthrough_register(struct passthrough *p, int fd)
{
	struct fuse_backing_map map = { .fd = fd };

	return p->active ? os_ioctl(p->dev, FUSE_DEV_IOC_BACKING_OPEN, &map) : -EOPNOTSUPP;
}

void passthrough_unregister(struct passthrough *p, int32_t id)
{
	uint32_t arg = id;

	os_ioctl(p->dev, FUSE_DEV_IOC_BACKING_CLOSE, &arg);
}

void passthrough_next_reply(struct passthrough *p, int32_t id)
{
	p->next_id = id;
}
