// SPDX-License-Identifier: GPL-2.0
/*
 * Each worker takes the next piece from a counter that all share, and tells the parent through a
 * pipe of its own: a record without a result when it begins, one with the result when it has ended.
 */
#include "jobs.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct record {
	uint32_t item;
	bool ended;
	uint64_t len; /* of the result, which follows */
};

struct result {
	char *data;
	size_t len;
	char died[64];
	bool there;
};

struct pool {
	const struct jobs *j;
	atomic_uint *next; /* piece that nobody has taken yet; shared */
	struct pollfd *fd; /* read ends, by worker; -1: it has ended */
	pid_t *pid;
	int64_t *busy; /* piece it is at, or -1 */
	struct result *result;
	unsigned int told; /* pieces that the caller knows of */
	unsigned int alive;
};

static bool write_all(int fd, const void *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data = (const char *)data + n;
		len -= (size_t)n;
	}
	return true;
}

static bool read_all(int fd, void *data, size_t len)
{
	while (len) {
		ssize_t n = read(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data = (char *)data + n;
		len -= (size_t)n;
	}
	return true;
}

static bool do_one(const struct jobs *j, unsigned int item, int fd)
{
	struct record r;
	char *data = NULL;
	size_t len = 0;
	FILE *to;
	bool ok;

	/* Padding is written, too. */
	memset(&r, 0, sizeof(r));
	r.item = item;
	if (!write_all(fd, &r, sizeof(r)))
		return false;
	to = open_memstream(&data, &len);
	if (!to)
		return false;
	j->work(j->arg, item, to);
	ok = !fclose(to);
	r.ended = true;
	r.len = len;
	ok = ok && write_all(fd, &r, sizeof(r)) && write_all(fd, data, len);
	free(data);
	return ok;
}

/*
 * The parent's buffered output must not be written twice, but what watches the program ends at
 * exit().
 */
static _Noreturn void worker(const struct pool *p, int fd)
{
	unsigned int item;

	while ((item = atomic_fetch_add(p->next, 1)) < p->j->items) {
		if (!do_one(p->j, item, fd))
			_exit(EXIT_FAILURE);
	}
	exit(EXIT_SUCCESS);
}

static int start(struct pool *p, unsigned int w)
{
	int fds[2], err;

	if (pipe(fds))
		return -errno;
	fflush(NULL);
	p->pid[w] = fork();
	if (p->pid[w] < 0) {
		err = -errno;
		close(fds[0]);
		close(fds[1]);
		return err;
	}
	if (!p->pid[w]) {
		for (unsigned int i = 0; i < p->j->workers; i++) {
			if (p->fd[i].fd >= 0)
				close(p->fd[i].fd);
		}
		close(fds[0]);
		worker(p, fds[1]);
	}
	close(fds[1]);
	p->fd[w] = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	p->busy[w] = -1;
	p->alive++;
	return 0;
}

static void tell(struct pool *p)
{
	for (; p->told < p->j->items && p->result[p->told].there; p->told++) {
		struct result *r = &p->result[p->told];

		p->j->done(p->j->arg, p->told, r->data, r->len, r->data ? NULL : r->died);
		free(r->data);
		r->data = NULL;
	}
}

/* False: nothing more comes from this worker. */
static bool receive(struct pool *p, unsigned int w)
{
	struct result *to;
	struct record r;
	char *data;

	if (!read_all(p->fd[w].fd, &r, sizeof(r)) || r.item >= p->j->items)
		return false;
	if (!r.ended) {
		p->busy[w] = r.item;
		return true;
	}
	data = malloc(r.len + 1);
	if (!data || !read_all(p->fd[w].fd, data, r.len)) {
		free(data);
		return false;
	}
	data[r.len] = '\0';
	p->busy[w] = -1;
	to = &p->result[r.item];
	to->data = data;
	to->len = r.len;
	to->there = true;
	return true;
}

static int ended(struct pool *p, unsigned int w)
{
	int status = 0;

	close(p->fd[w].fd);
	p->fd[w].fd = -1;
	p->alive--;
	while (waitpid(p->pid[w], &status, 0) < 0 && errno == EINTR)
		;
	if (p->busy[w] < 0)
		return 0;
	{
		struct result *r = &p->result[p->busy[w]];

		if (WIFSIGNALED(status))
			snprintf(r->died, sizeof(r->died),
				 "its process was ended by signal %d (%s)", WTERMSIG(status),
				 sigabbrev_np(WTERMSIG(status)) ?: "?");
		else
			snprintf(r->died, sizeof(r->died), "its process ended with status %d",
				 WEXITSTATUS(status));
		r->there = true;
	}
	return start(p, w);
}

static int supervise(struct pool *p)
{
	int err;

	while (p->alive) {
		if (poll(p->fd, p->j->workers, -1) < 0 && errno != EINTR)
			return -errno;
		for (unsigned int w = 0; w < p->j->workers; w++) {
			if (p->fd[w].fd < 0 || !p->fd[w].revents || receive(p, w))
				continue;
			err = ended(p, w);
			if (err)
				return err;
		}
		tell(p);
	}
	return 0;
}

static void release(struct pool *p)
{
	for (unsigned int i = 0; p->result && i < p->j->items; i++)
		free(p->result[i].data);
	free(p->result);
	free(p->fd);
	free(p->pid);
	free(p->busy);
	munmap(p->next, sizeof(*p->next));
}

int jobs_run(const struct jobs *j)
{
	struct pool p = { .j = j };
	int err = -ENOMEM;

	p.next = mmap(NULL, sizeof(*p.next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (p.next == MAP_FAILED)
		return -errno;
	p.result = calloc(j->items + 1, sizeof(*p.result));
	p.fd = calloc(j->workers, sizeof(*p.fd));
	p.pid = calloc(j->workers, sizeof(*p.pid));
	p.busy = calloc(j->workers, sizeof(*p.busy));
	if (!p.result || !p.fd || !p.pid || !p.busy)
		goto out;
	for (unsigned int w = 0; w < j->workers; w++)
		p.fd[w].fd = -1;
	err = 0;
	for (unsigned int w = 0; !err && w < j->workers && w < j->items; w++)
		err = start(&p, w);
	if (!err)
		err = supervise(&p);
out:
	release(&p);
	return err;
}
