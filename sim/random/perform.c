// SPDX-License-Identifier: GPL-2.0
/*
 * Does the operations: each in one function, by the system calls it is named after.
 */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* What a function gets. */
struct job {
	struct rnd_stage *st;
	struct world *w;
	struct rnd_hand *h;
	const struct rnd_model *m;
	const struct rnd_op *op;
	int fd;
};

bool rnd_hand_init(struct rnd_hand *h, struct world *w)
{
	h->buf = aligned_alloc(RND_PAGE, RND_MAX + RND_PAGE);
	h->aio = w_aio_setup(w, RND_CHUNKS);
	h->ring = w_uring_setup(w, RND_CHUNKS, 0);
	h->pipe[0] = h->pipe[1] = -1;
	return h->buf && w_pipe(w, h->pipe) == 0;
}

void rnd_hand_free(struct rnd_hand *h, struct world *w)
{
	free(h->buf);
	if (h->aio >= 0)
		w_aio_destroy(w, h->aio);
	if (h->ring >= 0)
		w_uring_close(w, (int)h->ring);
	for (int i = 0; i < 2; i++) {
		if (h->pipe[i] >= 0)
			w_close(w, h->pipe[i]);
	}
}

/* ---- open and close ---- */

static long long do_open(struct job *j)
{
	long fd;

	w_event_wait(j->w, j->st->opening);
	j->st->next = j->op->way;
	fd = w_open(j->w, j->st->mnt[j->op->file], j->op->flags, 0);
	w_event_post(j->w, j->st->opening);
	if (fd < 0)
		return fd;
	j->st->fds[j->op->slot] = (int)fd;
	return 0;
}

static long long do_close(struct job *j)
{
	return w_close(j->w, j->fd);
}

/* ---- reads and writes ---- */

static struct iovec whole(struct job *j)
{
	return (struct iovec) { j->h->buf, j->op->len };
}

/* lseek() and what follows must agree about the position. */
static long long at_position(struct job *j, bool write)
{
	long long at = j->op->off, ret;

	if (w_lseek(j->w, j->fd, at, SEEK_SET) != at)
		return -ESPIPE;
	if (rnd_model_appends(j->m, j->op))
		at = j->m->files[j->m->slots[j->op->slot].file].size;
	ret = write ? w_write(j->w, j->fd, j->h->buf, j->op->len) :
		      w_read(j->w, j->fd, j->h->buf, j->op->len);
	if (ret >= 0 && w_lseek(j->w, j->fd, 0, SEEK_CUR) != (ret ? at + ret : j->op->off))
		return -ESPIPE;
	return ret;
}

static long long do_read(struct job *j)
{
	return at_position(j, false);
}

static long long do_write(struct job *j)
{
	return at_position(j, true);
}

static long long do_pread(struct job *j)
{
	return w_pread(j->w, j->fd, j->h->buf, j->op->len, j->op->off);
}

static long long do_pwrite(struct job *j)
{
	return w_pwrite(j->w, j->fd, j->h->buf, j->op->len, j->op->off);
}

static long long do_preadv(struct job *j)
{
	struct iovec iov = whole(j);

	return w_preadv2(j->w, j->fd, &iov, 1, j->op->off, j->op->flags);
}

static long long do_pwritev(struct job *j)
{
	struct iovec iov = whole(j);

	return w_pwritev2(j->w, j->fd, &iov, 1, j->op->off, j->op->flags);
}

/* ---- asynchronous: in some requests that are under way together ---- */

/* An appending file takes one, as the order is open. */
static int chunks(struct job *j, size_t from[RND_CHUNKS + 1])
{
	size_t len = j->op->len;
	int n = len < RND_CHUNKS * RND_DIO_ALIGN || rnd_model_appends(j->m, j->op) ? 1 : RND_CHUNKS;

	for (int i = 0; i < n; i++)
		from[i] = len / n * i / RND_DIO_ALIGN * RND_DIO_ALIGN;
	from[n] = len;
	return n;
}

static long long sum_of(const struct w_completion *c, int n)
{
	long long sum = 0;

	for (int i = 0; i < n; i++) {
		if (c[i].res < 0)
			return c[i].res;
		sum += c[i].res;
	}
	return sum;
}

static long long by_aio(struct job *j, enum w_aio_op what)
{
	struct w_completion c[RND_CHUNKS];
	struct w_aio a[RND_CHUNKS];
	size_t from[RND_CHUNKS + 1];
	int n = chunks(j, from);
	long ret;

	if (j->h->aio < 0)
		return j->h->aio;
	for (int i = 0; i < n; i++) {
		a[i] = (struct w_aio){ .fd = j->fd,
				       .op = what,
				       .buf = j->h->buf + from[i],
				       .len = from[i + 1] - from[i],
				       .off = j->op->off + (long long)from[i],
				       .data = i };
		ret = w_aio_submit(j->w, j->h->aio, &a[i], 1);
		if (ret != 1)
			return ret < 0 ? ret : -EAGAIN;
	}
	ret = w_aio_getevents(j->w, j->h->aio, n, c, n);
	return ret == n ? sum_of(c, n) : ret < 0 ? ret : -EAGAIN;
}

static long long by_uring(struct job *j, enum w_uring_op what)
{
	struct w_completion c[RND_CHUNKS];
	struct w_sqe s[RND_CHUNKS];
	size_t from[RND_CHUNKS + 1];
	int n = chunks(j, from), got = 0;
	long ret;

	if (j->h->ring < 0)
		return j->h->ring;
	for (int i = 0; i < n; i++)
		s[i] = (struct w_sqe){ .op = what,
				       .fd = j->fd,
				       .buf = j->h->buf + from[i],
				       .len = from[i + 1] - from[i],
				       .off = j->op->off + (long long)from[i],
				       .data = i };
	ret = w_uring_submit(j->w, (int)j->h->ring, s, n);
	if (ret != n)
		return ret < 0 ? ret : -EAGAIN;
	for (; got < n; got += (int)ret) {
		ret = w_uring_wait(j->w, (int)j->h->ring, 1, c + got, n - got);
		if (ret <= 0)
			return ret < 0 ? ret : -EAGAIN;
	}
	return sum_of(c, n);
}

static long long do_aio_read(struct job *j)
{
	return by_aio(j, W_AIO_READ);
}

static long long do_aio_write(struct job *j)
{
	return by_aio(j, W_AIO_WRITE);
}

static long long do_uring_read(struct job *j)
{
	return by_uring(j, W_URING_READ);
}

static long long do_uring_write(struct job *j)
{
	return by_uring(j, W_URING_WRITE);
}

/* ---- pipes and copies ---- */

static long long do_splice_read(struct job *j)
{
	long long off = j->op->off, done = 0;

	while (done < (long long)j->op->len) {
		long n = w_splice(j->w, j->fd, &off, j->h->pipe[1], NULL, j->op->len - done, 0);

		if (n <= 0)
			return n < 0 ? n : done;
		if (w_read(j->w, j->h->pipe[0], j->h->buf + done, n) != n)
			return -EPIPE;
		done += n;
	}
	return done;
}

/* What is written at a time fits into the pipe. */
static long long do_splice_write(struct job *j)
{
	long long off = j->op->off, left = (long long)j->op->len;
	long n = w_write(j->w, j->h->pipe[1], j->h->buf, j->op->len);

	if (n != left)
		return n < 0 ? n : -EPIPE;
	for (; left; left -= n) {
		n = w_splice(j->w, j->h->pipe[0], NULL, j->fd, &off, left, 0);
		if (n <= 0)
			return n < 0 ? n : (long long)j->op->len - left;
	}
	return (long long)j->op->len;
}

static long long do_sendfile(struct job *j)
{
	long long off = j->op->off, done = 0;
	int out = j->st->fds[j->op->slot2];

	if (w_lseek(j->w, out, j->op->off2, SEEK_SET) != j->op->off2)
		return -ESPIPE;
	while (done < (long long)j->op->len) {
		long n = w_sendfile(j->w, out, j->fd, &off, j->op->len - done);

		if (n <= 0)
			return n < 0 ? n : done;
		done += n;
	}
	return done;
}

static long long do_copy(struct job *j)
{
	long long done = 0;

	while (done < (long long)j->op->len) {
		long n = w_copy_range(j->w, j->fd, j->op->off + done, j->st->fds[j->op->slot2],
				      j->op->off2 + done, j->op->len - done);

		if (n <= 0)
			return n < 0 ? n : done;
		done += n;
	}
	return done;
}

/* ---- the file as a whole ---- */

static long long do_truncate(struct job *j)
{
	return w_ftruncate(j->w, j->fd, j->op->off);
}

static long long do_fallocate(struct job *j)
{
	return w_fallocate(j->w, j->fd, j->op->flags, j->op->off, (long long)j->op->len);
}

static long long do_fsync(struct job *j)
{
	return w_fsync(j->w, j->fd);
}

static long long do_fdatasync(struct job *j)
{
	return w_fdatasync(j->w, j->fd);
}

static long long do_fstat(struct job *j)
{
	struct w_stat st;
	long ret = w_fstat(j->w, j->fd, &st);

	return ret ? ret : (long long)st.size;
}

static long long do_seek(struct job *j)
{
	return w_lseek(j->w, j->fd, j->op->off, j->op->flags);
}

/* The lower file, as the server and everybody else beside the mount sees it. */
static long long do_check(struct job *j)
{
	long fd = w_open(j->w, j->st->low[j->op->file], O_RDONLY, 0), ret;

	if (fd < 0)
		return fd;
	ret = w_pread(j->w, (int)fd, j->h->buf, RND_MAX + RND_PAGE, 0);
	w_close(j->w, (int)fd);
	return ret;
}

/* ---- mappings ---- */

static long long do_mmap(struct job *j)
{
	return w_mmap(j->w, j->fd, RND_MAX, W_MAP_SHARED | j->op->flags, 0,
		      &j->st->maps[j->op->map]);
}

static long long do_munmap(struct job *j)
{
	return w_munmap(j->w, j->st->maps[j->op->map], RND_MAX);
}

static long long do_load(struct job *j)
{
	return w_load(j->w, j->st->maps[j->op->map] + j->op->off, j->h->buf, j->op->len);
}

static long long do_store(struct job *j)
{
	return w_store(j->w, j->st->maps[j->op->map] + j->op->off, j->h->buf, j->op->len);
}

static long long do_msync(struct job *j)
{
	return w_msync(j->w, j->st->maps[j->op->map], RND_MAX);
}

static bool brings_bytes(const struct rnd_op *op)
{
	return (op->kind >= RND_WRITE && op->kind <= RND_SPLICE_WRITE) || op->kind == RND_STORE;
}

long long rnd_perform(struct rnd_stage *st, struct rnd_hand *h, const struct rnd_model *m,
		      const struct rnd_op *op)
{
	static long long (*const fns[RND_KINDS])(struct job * j) = {
		[RND_OPEN] = do_open,
		[RND_CLOSE] = do_close,
		[RND_READ] = do_read,
		[RND_PREAD] = do_pread,
		[RND_PREADV] = do_preadv,
		[RND_AIO_READ] = do_aio_read,
		[RND_URING_READ] = do_uring_read,
		[RND_SPLICE_READ] = do_splice_read,
		[RND_WRITE] = do_write,
		[RND_PWRITE] = do_pwrite,
		[RND_PWRITEV] = do_pwritev,
		[RND_AIO_WRITE] = do_aio_write,
		[RND_URING_WRITE] = do_uring_write,
		[RND_SPLICE_WRITE] = do_splice_write,
		[RND_SENDFILE] = do_sendfile,
		[RND_COPY] = do_copy,
		[RND_TRUNCATE] = do_truncate,
		[RND_FALLOCATE] = do_fallocate,
		[RND_FSYNC] = do_fsync,
		[RND_FDATASYNC] = do_fdatasync,
		[RND_FSTAT] = do_fstat,
		[RND_SEEK] = do_seek,
		[RND_MMAP] = do_mmap,
		[RND_MUNMAP] = do_munmap,
		[RND_LOAD] = do_load,
		[RND_STORE] = do_store,
		[RND_MSYNC] = do_msync,
		[RND_CHECK] = do_check,
	};
	struct job j = { st, st->fx.w, h, m, op, st->fds[op->slot] };

	if (brings_bytes(op))
		sc_pattern(h->buf, op->len, 0, op->id + 1);
	return fns[op->kind](&j);
}
