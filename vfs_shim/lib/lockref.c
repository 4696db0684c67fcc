// SPDX-License-Identifier: GPL-2.0
/*
 * A count under a lock.
 *
 * Models: lib/lockref.c, 6.1; always the locked form. Written here, and not taken from the tree,
 * because each change is entered in the ledger of whoever watches the count (struct dentry).
 */
#include <linux/export.h>
#include <linux/lockref.h>

#include <core/ledger.h>

static void add(struct lockref *lockref, int delta)
{
	lockref->count += delta;
	fb_watch_add(&lockref->count, delta);
}

/** lockref_get() - one more; the caller holds one already. Models: lib/lockref.c, 6.1. */
void lockref_get(struct lockref *lockref)
{
	spin_lock(&lockref->lock);
	add(lockref, 1);
	spin_unlock(&lockref->lock);
}
EXPORT_SYMBOL(lockref_get);

/** lockref_get_not_zero() - one more unless there is none. Models: lib/lockref.c, 6.1. */
int lockref_get_not_zero(struct lockref *lockref)
{
	bool got;

	spin_lock(&lockref->lock);
	got = lockref->count > 0;
	if (got)
		add(lockref, 1);
	spin_unlock(&lockref->lock);
	return got;
}
EXPORT_SYMBOL(lockref_get_not_zero);

/** lockref_put_not_zero() - one less unless it would be the last. Models: lib/lockref.c, 6.1. */
int lockref_put_not_zero(struct lockref *lockref)
{
	bool put;

	spin_lock(&lockref->lock);
	put = lockref->count > 1;
	if (put)
		add(lockref, -1);
	spin_unlock(&lockref->lock);
	return put;
}
EXPORT_SYMBOL(lockref_put_not_zero);

/**
 * lockref_put_return() - always -1: "take the lock yourself", as on machines without the combined
 *	word. Models: lib/lockref.c, 6.1.
 */
int lockref_put_return(struct lockref *lockref)
{
	return -1;
}
EXPORT_SYMBOL(lockref_put_return);

/**
 * lockref_put_or_lock() - one less, or the lock if it would be the last. Models: lib/lockref.c,
 *	6.1.
 */
int lockref_put_or_lock(struct lockref *lockref)
{
	spin_lock(&lockref->lock);
	if (lockref->count <= 1)
		return 0;
	add(lockref, -1);
	spin_unlock(&lockref->lock);
	return 1;
}
EXPORT_SYMBOL(lockref_put_or_lock);

/** lockref_mark_dead() - no more references, ever; lock held. Models: lib/lockref.c, 6.1. */
void lockref_mark_dead(struct lockref *lockref)
{
	assert_spin_locked(&lockref->lock);
	lockref->count = -128;
}
EXPORT_SYMBOL(lockref_mark_dead);

/** lockref_get_not_dead() - one more unless it is dead. Models: lib/lockref.c, 6.1. */
int lockref_get_not_dead(struct lockref *lockref)
{
	bool got;

	spin_lock(&lockref->lock);
	got = lockref->count >= 0;
	if (got)
		add(lockref, 1);
	spin_unlock(&lockref->lock);
	return got;
}
EXPORT_SYMBOL(lockref_get_not_dead);
