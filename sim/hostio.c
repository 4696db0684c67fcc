// SPDX-License-Identifier: GPL-2.0
/*
 * Real files and real asynchronous I/O. See hostio.h.
 */
#include "hostio.h"

#include <core/explore.h>
#include <core/sanitize.h>
#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_FILES	256
#define QUEUE_DEPTH	256
#define DIRECT_UNIT	512
#define BUFFER_ALIGN	4096

static struct {
	int fd;		/* -1: not in use */
	int direct;	/* the same file, with O_DIRECT; -1: the host refuses */
} files[MAX_FILES];

static int nr_files = -1;	/* in use; -1: the table is not initialised */
static char dir[200];
/* @cb stays until the answer is there: valgrind looks at it then. */
struct request {
	struct hostio_request pub;
	int file;
	enum hostio_engine engine;
	struct iocb cb;
	struct request *next;
};

static struct request *under_way;

static io_context_t aio;
static struct io_uring ring;
static bool aio_ready, ring_ready;
static pid_t owner;	/* the process that both are of */

/*
 * Files
 */

static int dir_make(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/fusebox-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	return mkdtemp(dir) ? 0 : -errno;
}

static int slot_take(void)
{
	if (nr_files < 0) {
		for (int i = 0; i < MAX_FILES; i++)
			files[i].fd = -1;
		nr_files = 0;
	}
	for (int i = 0; i < MAX_FILES; i++)
		if (files[i].fd < 0)
			return i;
	return -ENFILE;
}

int hostio_create(void)
{
	int slot = slot_take(), err = slot < 0 ? slot : 0;
	char path[sizeof(dir) + 16];

	if (!err && !nr_files)
		err = dir_make();
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/%d", dir, slot);
	files[slot].fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (files[slot].fd < 0) {
		err = -errno;
		if (!nr_files)
			rmdir(dir);
		return err;
	}
	fb_explore_outside();
	files[slot].direct = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	nr_files++;
	return slot;
}

void hostio_remove(int file)
{
	char path[sizeof(dir) + 16];

	snprintf(path, sizeof(path), "%s/%d", dir, file);
	unlink(path);
	close(files[file].fd);
	if (files[file].direct >= 0)
		close(files[file].direct);
	files[file].fd = -1;
	if (!--nr_files)
		rmdir(dir);
}

void hostio_reset(void)
{
	while (under_way)
		hostio_request_free(&under_way->pub);
	for (int i = 0; nr_files > 0 && i < MAX_FILES; i++)
		if (files[i].fd >= 0)
			hostio_remove(i);
}

bool hostio_direct(int file)
{
	return files[file].direct >= 0;
}

static long result_of(long ret)
{
	return ret < 0 ? -errno : ret;
}

long hostio_pread(int file, void *buf, size_t len, long long pos)
{
	return result_of(pread(files[file].fd, buf, len, pos));
}

long hostio_pwrite(int file, const void *buf, size_t len, long long pos)
{
	return result_of(pwrite(files[file].fd, buf, len, pos));
}

int hostio_truncate(int file, long long size)
{
	return result_of(ftruncate(files[file].fd, size));
}

/*
 * Requests
 */

/* A context of io_setup() is not there after fork(), and a ring would be shared. */
static void own_engines(void)
{
	pid_t me = getpid();

	if (owner == me)
		return;
	if (ring_ready)
		io_uring_queue_exit(&ring);
	aio = 0;
	aio_ready = ring_ready = false;
	owner = me;
}

/*
 * No entries, which no kernel accepts, so that it is the system call itself that may be missing or
 * forbidden.
 */
bool hostio_offers(enum hostio_engine engine)
{
	struct io_uring_params params = { 0 };
	io_context_t context = NULL;

	if (engine == HOSTIO_LIBAIO)
		syscall(SYS_io_setup, 0, &context);
	else
		syscall(SYS_io_uring_setup, 0, &params);
	return errno != ENOSYS && errno != EPERM;
}

int hostio_engine_error(enum hostio_engine engine)
{
	int err = 0;

	own_engines();
	if (engine == HOSTIO_LIBAIO && !aio_ready) {
		err = io_setup(QUEUE_DEPTH, &aio);
		aio_ready = !err;
	} else if (engine == HOSTIO_URING && !ring_ready) {
		err = io_uring_queue_init(QUEUE_DEPTH, &ring, 0);
		ring_ready = !err;
	}
	return err;
}

static struct request *private_of(struct hostio_request *rq)
{
	return (struct request *)rq;	/* its first member */
}

struct hostio_request *hostio_request_new(size_t len, bool write)
{
	struct request *rq = calloc(1, sizeof(*rq));

	if (!rq)
		return NULL;
	if (posix_memalign(&rq->pub.buf, BUFFER_ALIGN, len ? len : 1)) {
		free(rq);
		return NULL;
	}
	rq->pub.len = len;
	rq->pub.write = write;
	rq->pub.done = true;
	return &rq->pub;
}

static int submit_aio(struct request *rq, int fd)
{
	struct iocb *cb = &rq->cb;
	int ret;

	if (rq->pub.write)
		io_prep_pwrite(cb, fd, rq->pub.buf, rq->pub.len, rq->pub.pos);
	else
		io_prep_pread(cb, fd, rq->pub.buf, rq->pub.len, rq->pub.pos);
	cb->data = rq;
	do
		ret = io_submit(aio, 1, &cb);
	while (ret == -EINTR);
	return ret < 0 ? ret : 0;
}

static int submit_uring(struct request *rq, int fd)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
	int ret;

	if (!sqe)
		return -EAGAIN;
	if (rq->pub.write)
		io_uring_prep_write(sqe, fd, rq->pub.buf, rq->pub.len, rq->pub.pos);
	else
		io_uring_prep_read(sqe, fd, rq->pub.buf, rq->pub.len, rq->pub.pos);
	io_uring_sqe_set_data(sqe, rq);
	do
		ret = io_uring_submit(&ring);
	while (ret == -EINTR);
	return ret < 0 ? ret : 0;
}

static int fd_of(const struct hostio_request *rq, int file, bool direct)
{
	bool aligned = !((rq->len | rq->pos) & (DIRECT_UNIT - 1));

	return direct && aligned && files[file].direct >= 0 ? files[file].direct : files[file].fd;
}

int hostio_submit(struct hostio_request *pub, enum hostio_engine engine, int file, bool direct)
{
	int fd = fd_of(pub, file, direct), err = hostio_engine_error(engine);
	struct request *rq = private_of(pub);

	rq->file = file;
	rq->engine = engine;
	if (!err)
		err = engine == HOSTIO_LIBAIO ? submit_aio(rq, fd) : submit_uring(rq, fd);
	if (err)
		return err;
	pub->done = false;
	rq->next = under_way;
	under_way = rq;
	return 0;
}

static void answered(struct request *rq, long result)
{
	struct hostio_request *pub = &rq->pub;
	struct request **p = &under_way;

	while (*p != rq)
		p = &(*p)->next;
	*p = rq->next;
	pub->done = true;
	pub->result = result;
	/* Larger units than we know of: not as direct I/O, then. */
	if (result == -EINVAL)
		pub->result = pub->write ? hostio_pwrite(rq->file, pub->buf, pub->len, pub->pos)
					 : hostio_pread(rq->file, pub->buf, pub->len, pub->pos);
	/*
	 * valgrind does not see that io_uring fills the buffer; libaio and liburing are not
	 * instrumented.
	 */
	else if (result > 0 && !pub->write) {
		(void)VALGRIND_MAKE_MEM_DEFINED(pub->buf, result);
		fb_msan_defined(pub->buf, result);
	}
}

static void reap_aio(void)
{
	struct io_event event;
	int ret = io_getevents(aio, 1, 1, &event, NULL);

	fb_msan_defined(&event, sizeof(event));
	if (ret == 1)
		answered(event.data, (long)event.res);
	else if (ret != -EINTR)
		abort();
}

static void reap_uring(void)
{
	struct io_uring_cqe *cqe;
	int ret = io_uring_wait_cqe(&ring, &cqe);

	fb_msan_defined(&cqe, sizeof(cqe));
	if (!ret) {
		struct request *rq = io_uring_cqe_get_data(cqe);
		long result = cqe->res;

		io_uring_cqe_seen(&ring, cqe);
		answered(rq, result);
	} else if (ret != -EINTR) {
		abort();
	}
}

void hostio_wait(struct hostio_request *rq)
{
	while (!rq->done) {
		if (private_of(rq)->engine == HOSTIO_LIBAIO)
			reap_aio();
		else
			reap_uring();
	}
}

void hostio_request_free(struct hostio_request *rq)
{
	hostio_wait(rq);
	free(rq->buf);
	free(private_of(rq));
}
