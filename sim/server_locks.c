// SPDX-License-Identifier: GPL-2.0
/*
 * Locks that the FUSE server keeps; see server_locks.h.
 *
 * An array without order: there are a handful. A lock that is cut in two is replaced by its two
 * ends.
 */
#include "server_locks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct lock {
	uint64_t nodeid;
	uint64_t owner;
	bool flock;
	struct fuse_file_lock lk;
};

struct srv_locks {
	struct lock *locks;
	unsigned int n, size;
	struct srv_waiter *waiters;
	unsigned int nwaiters;
};

struct srv_locks *srv_locks_new(void)
{
	return calloc(1, sizeof(struct srv_locks));
}

void srv_locks_free(struct srv_locks *l)
{
	if (!l)
		return;
	free(l->locks);
	free(l->waiters);
	free(l);
}

static bool is_flock(const struct fuse_lk_in *in)
{
	return in->lk_flags & FUSE_LK_FLOCK;
}

static bool is_same_kind(const struct lock *k, uint64_t nodeid, const struct fuse_lk_in *in)
{
	return k->nodeid == nodeid && k->flock == is_flock(in);
}

static bool overlaps(const struct fuse_file_lock *a, const struct fuse_file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* The first lock of another owner that @in cannot be together with. */
static const struct lock *in_the_way(const struct srv_locks *l, uint64_t nodeid,
				     const struct fuse_lk_in *in)
{
	for (unsigned int i = 0; i < l->n; i++) {
		const struct lock *k = &l->locks[i];

		if (is_same_kind(k, nodeid, in) && k->owner != in->owner &&
		    overlaps(&k->lk, &in->lk) && (k->lk.type == F_WRLCK || in->lk.type == F_WRLCK))
			return k;
	}
	return NULL;
}

void srv_locks_test(const struct srv_locks *l, uint64_t nodeid, const struct fuse_lk_in *in,
		    struct fuse_file_lock *out)
{
	const struct lock *k = in_the_way(l, nodeid, in);

	*out = k ? k->lk : (struct fuse_file_lock) { .type = F_UNLCK };
}

/* There is room: a request takes at most two new ones. */
static void add(struct srv_locks *l, const struct lock *like, uint64_t start, uint64_t end)
{
	struct lock *k = &l->locks[l->n++];

	*k = *like;
	k->lk.start = start;
	k->lk.end = end;
}

static int make_room(struct srv_locks *l)
{
	struct lock *locks;

	if (l->n + 2 <= l->size)
		return 0;
	locks = realloc(l->locks, (2 * l->size + 2) * sizeof(*locks));
	if (!locks)
		return -ENOMEM;
	l->locks = locks;
	l->size = 2 * l->size + 2;
	return 0;
}

/* Take what the owner has in the range of @in out of its locks; their ends stay. */
static void cut(struct srv_locks *l, uint64_t nodeid, const struct fuse_lk_in *in)
{
	for (unsigned int i = 0; i < l->n;) {
		struct lock old = l->locks[i];

		if (!is_same_kind(&old, nodeid, in) || old.owner != in->owner ||
		    !overlaps(&old.lk, &in->lk)) {
			i++;
			continue;
		}
		l->locks[i] = l->locks[--l->n];
		if (old.lk.start < in->lk.start)
			add(l, &old, old.lk.start, in->lk.start - 1);
		if (old.lk.end > in->lk.end)
			add(l, &old, in->lk.end + 1, old.lk.end);
	}
}

int srv_locks_set(struct srv_locks *l, uint64_t nodeid, const struct fuse_lk_in *in)
{
	const struct lock like = { nodeid, in->owner, is_flock(in), in->lk };

	if (in->lk.type != F_UNLCK && in_the_way(l, nodeid, in))
		return -EAGAIN;
	/* One lock may be cut in two, and one comes to it. */
	if (make_room(l))
		return -ENOMEM;
	cut(l, nodeid, in);
	if (in->lk.type != F_UNLCK)
		add(l, &like, in->lk.start, in->lk.end);
	return 0;
}

int srv_locks_wait(struct srv_locks *l, const struct srv_waiter *waiter)
{
	struct srv_waiter *waiters = realloc(l->waiters, (l->nwaiters + 1) * sizeof(*waiters));

	if (!waiters)
		return -ENOMEM;
	l->waiters = waiters;
	waiters[l->nwaiters++] = *waiter;
	return 0;
}

static void waits_no_more(struct srv_locks *l, unsigned int i, struct srv_waiter *waiter)
{
	*waiter = l->waiters[i];
	l->nwaiters--;
	memmove(&l->waiters[i], &l->waiters[i + 1], (l->nwaiters - i) * sizeof(*waiter));
}

bool srv_locks_granted(struct srv_locks *l, struct srv_waiter *waiter)
{
	for (unsigned int i = 0; i < l->nwaiters; i++) {
		if (srv_locks_set(l, l->waiters[i].nodeid, &l->waiters[i].in))
			continue;
		waits_no_more(l, i, waiter);
		return true;
	}
	return false;
}

bool srv_locks_interrupted(struct srv_locks *l, uint64_t unique, struct srv_waiter *waiter)
{
	for (unsigned int i = 0; i < l->nwaiters; i++) {
		if (l->waiters[i].unique == unique) {
			waits_no_more(l, i, waiter);
			return true;
		}
	}
	return false;
}

void srv_locks_drop(struct srv_locks *l, uint64_t nodeid, uint64_t owner, bool flock)
{
	const struct fuse_lk_in in = {
		.owner = owner, .lk_flags = flock ? FUSE_LK_FLOCK : 0, .lk = { .end = UINT64_MAX },
	};

	cut(l, nodeid, &in);
}
