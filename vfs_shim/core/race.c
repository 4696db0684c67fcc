// SPDX-License-Identifier: GPL-2.0
/*
 * What happens before what: vector clocks of threads, and of the things that order them.
 *
 * A release adds the releaser's clock to the thing's, an acquire the thing's to the acquirer's.
 * Relaxed operations carry what the last release fence saw, and leave what they read for the next
 * acquire fence, as in C11. After each release the thread's own component goes on, so that what it
 * does later is not covered.
 */
#include <string.h>
#include "race_internal.h"

bool fb_race_on;

static unsigned int nr_threads, room;
static struct fb_race_thread **threads; /* by slot */

/* A grace period that somebody waits for, newest first. */
struct grace {
	struct grace *older;
	uint64_t epoch;
	struct fb_clock clock;
};

static struct grace *graces;
static struct fb_table graces_by_epoch;
static struct fb_clock left; /* every read section that has ended */

static void grow(struct fb_clock *c, unsigned int n)
{
	if (n > c->room) {
		unsigned int more = n < 8 ? 8 : n * 2;
		uint32_t *t = fb_run_alloc(more * sizeof(*t));

		if (c->n)
			memcpy(t, c->t, c->n * sizeof(*t));
		c->t = t;
		c->room = more;
	}
	if (n > c->n) {
		memset(c->t + c->n, 0, (n - c->n) * sizeof(*c->t));
		c->n = n;
	}
}

static void join(struct fb_clock *to, const struct fb_clock *from)
{
	if (from->n > to->n)
		grow(to, from->n);
	for (unsigned int i = 0; i < from->n; i++)
		if (from->t[i] > to->t[i])
			to->t[i] = from->t[i];
}

static void copy(struct fb_clock *to, const struct fb_clock *from)
{
	to->n = 0;
	join(to, from);
}

/* What the thread does from now on is not covered by what it has released. */
static void tick(struct fb_race_thread *t)
{
	t->now.t[t->slot]++;
}

static struct fb_race_thread *thread_new(struct fb_holder *h, bool irq)
{
	struct fb_race_thread *t = fb_run_alloc(sizeof(*t));

	if (nr_threads == room) {
		struct fb_race_thread **more;

		room = room ? room * 2 : 32;
		more = fb_run_alloc(room * sizeof(*more));
		if (nr_threads)
			memcpy(more, threads, nr_threads * sizeof(*more));
		threads = more;
	}
	t->slot = nr_threads;
	t->id = h->id;
	t->irq = irq;
	threads[nr_threads++] = t;
	grow(&t->now, t->slot + 1);
	t->now.t[t->slot] = 1;
	h->race[irq] = t;
	return t;
}

static struct fb_race_thread *thread_of(struct fb_holder *h, bool irq)
{
	return likely(h->race[irq]) ? h->race[irq] : thread_new(h, irq);
}

struct fb_race_thread *fb_race_me(void)
{
	struct fb_holder *h = fb_holder();

	return thread_of(h, h->irq != 0);
}

struct fb_race_thread *fb_race_thread_at(unsigned int slot)
{
	return threads[slot];
}

static bool off(void)
{
	return !fb_race_on || !fb_core.running;
}

static void acquire(struct fb_race_thread *t, const void *obj)
{
	const struct fb_sync *s = fb_race_sync(obj, false);

	if (s)
		join(&t->now, &s->clock);
}

static void release(struct fb_race_thread *t, const void *obj)
{
	join(&fb_race_sync(obj, true)->clock, &t->now);
	tick(t);
}

/** fb_race_acquire() - see race.h. Context: any. */
void fb_race_acquire(const void *obj)
{
	if (!off())
		acquire(fb_race_me(), obj);
}

/** fb_race_release() - see race.h. Context: any. */
void fb_race_release(const void *obj)
{
	if (!off())
		release(fb_race_me(), obj);
}

/** fb_race_lock() - current has got @lock. */
void fb_race_lock(const void *lock, bool shared)
{
	struct fb_race_thread *t;
	const struct fb_sync *s;

	if (off())
		return;
	t = fb_race_me();
	s = fb_race_sync(lock, false);
	if (!s)
		return;
	join(&t->now, &s->clock);
	if (!shared)
		join(&t->now, &s->shared);
}

/** fb_race_unlock() - current gives it back, before anybody else may get it. */
void fb_race_unlock(const void *lock, bool shared)
{
	struct fb_race_thread *t;
	struct fb_sync *s;

	if (off())
		return;
	t = fb_race_me();
	s = fb_race_sync(lock, true);
	join(shared ? &s->shared : &s->clock, &t->now);
	tick(t);
}

static void fence(struct fb_race_thread *t, enum fb_order order)
{
	if (order & (FB_ACQUIRE | FB_FULL))
		join(&t->now, &t->seen);
	if (order & (FB_RELEASE | FB_FULL)) {
		copy(&t->released, &t->now);
		tick(t);
		t->fenced_at = t->now.t[t->slot];
	}
}

/** fb_race_fence() - see race.h. */
void fb_race_fence(enum fb_order order)
{
	if (!off())
		fence(fb_race_me(), order);
}

static void load(struct fb_race_thread *t, const struct fb_sync *s, enum fb_order order)
{
	if (!s)
		return;
	join(order & (FB_ACQUIRE | FB_FULL) ? &t->now : &t->seen, &s->clock);
}

/* A store begins anew, where an operation that also reads adds to what was released before. */
static void store(struct fb_race_thread *t, const void *p, enum fb_order order, bool add)
{
	bool releases = order & (FB_RELEASE | FB_FULL);
	const struct fb_clock *from = releases ? &t->now : &t->released;
	struct fb_sync *s = fb_race_sync(p, from->n);

	if (!s)
		return;
	if (!add)
		s->clock.n = 0;
	join(&s->clock, from);
	if (releases)
		tick(t);
}

/* What it reads orders the access itself, too; what it publishes includes it. */
static void atomic(struct fb_race_thread *t, const void *p, size_t size, enum fb_atomic_op op,
		   enum fb_order order)
{
	if (order & FB_FULL)
		fence(t, FB_FULL);
	if (op != FB_STORE)
		load(t, fb_race_sync(p, false), order);
	fb_race_access(p, size,
		       FB_ACCESS_MARKED | (op == FB_LOAD ? FB_ACCESS_READ : FB_ACCESS_WRITE));
	if (op != FB_LOAD)
		store(t, p, order, op == FB_RMW);
	/*
	 * The barrier behind it: what a later relaxed store publishes includes what was read here.
	 */
	if (order & FB_FULL)
		fence(t, FB_FULL);
}

/** fb_race_atomic() - see race.h. */
void fb_race_atomic(const void *p, size_t size, enum fb_atomic_op op, enum fb_order order)
{
	if (!off())
		atomic(fb_race_me(), p, size, op, order);
}

/*
 * READ_ONCE() of a word may be the head of an address dependency (rcu_dereference() always is),
 * which nobody sees from here: what was released there is acquired.
 */
void fb_race_volatile(const void *addr, size_t size, bool write)
{
	struct fb_race_thread *t;

	if (off())
		return;
	t = fb_race_me();
	if (t->paused || t->excused)
		return;
	atomic(t, addr, size, write ? FB_STORE : FB_LOAD,
	       !write && size == sizeof(void *) ? FB_ACQUIRE : FB_RELAXED);
}

void fb_race_carry(struct fb_race_thread *t, const void *addr, bool write, bool any)
{
	if (!write)
		load(t, fb_race_sync(addr, false), FB_RELAXED);
	else if (any || t->fenced_at == t->now.t[t->slot])
		store(t, addr, FB_RELAXED, false);
}

/** fb_race_pause() - see race.h. */
void fb_race_pause(void)
{
	if (!off())
		fb_race_me()->paused++;
}

/** fb_race_resume() - see race.h. */
void fb_race_resume(void)
{
	struct fb_race_thread *t;

	if (off())
		return;
	t = fb_race_me();
	if (t->paused)
		t->paused--;
}

void fb_race_excuse(bool begin)
{
	struct fb_race_thread *t;

	if (off())
		return;
	t = fb_race_me();
	if (begin)
		t->excused++;
	else if (t->excused)
		t->excused--;
}

/** fb_race_seq_write() - see race.h. */
void fb_race_seq_write(bool begin)
{
	struct fb_race_thread *t;

	if (off())
		return;
	t = fb_race_me();
	if (begin)
		t->seq_write++;
	else if (t->seq_write)
		t->seq_write--;
}

#define SEQ_ACCESSES 1000

/** fb_race_seq_read() - see race.h. */
void fb_race_seq_read(bool begin)
{
	if (!off())
		fb_race_me()->seq_read = begin ? SEQ_ACCESSES : 0;
}

/* A task is made: it comes after what its maker has done. */
void fb_race_fork(struct fb_holder *child)
{
	struct fb_race_thread *t;

	if (off())
		return;
	t = fb_race_me();
	join(&thread_of(child, false)->now, &t->now);
	tick(t);
}

/* A sleeper is woken: the same. */
void fb_race_wake(struct fb_holder *sleeper)
{
	fb_race_fork(sleeper);
}

/* Irq handlers run after what they interrupt, but what is interrupted is not after them. */
void fb_race_irq_enter(struct fb_holder *h)
{
	struct fb_race_thread *t, *irq;

	if (off() || h->irq)
		return;
	t = thread_of(h, false);
	irq = thread_of(h, true);
	join(&irq->now, &t->now);
	tick(t);
}

/* The next irq handler of @h comes after what @obj stands for. */
void fb_race_irq_acquire(struct fb_holder *h, const void *obj)
{
	if (!off())
		acquire(thread_of(h, true), obj);
}

/*
 * The main stack comes when nobody else can run: after everything so far, and before all to come.
 */
void fb_race_main(void)
{
	struct fb_race_thread *m;

	if (off())
		return;
	m = thread_of(&fb_core.main_h, false);
	for (unsigned int i = 0; i < nr_threads; i++) {
		join(&m->now, &threads[i]->now);
		tick(threads[i]);
	}
}

/* And what it did comes before whatever runs next. */
void fb_race_main_done(void)
{
	struct fb_race_thread *m;

	if (off())
		return;
	m = thread_of(&fb_core.main_h, false);
	for (unsigned int i = 0; i < nr_threads; i++)
		if (threads[i] != m)
			join(&threads[i]->now, &m->now);
	tick(m);
}

/* A read section that began at @since ends: it comes before each grace period that waits for it. */
void fb_race_rcu_exit(uint64_t since)
{
	struct fb_race_thread *t;

	if (off())
		return;
	t = fb_race_me();
	join(&left, &t->now);
	for (struct grace *g = graces; g && g->epoch >= since; g = g->older)
		join(&g->clock, &t->now);
	tick(t);
}

/* A grace period begins: sections that are over, and what current has done, come before its end. */
void fb_race_grace_begin(uint64_t epoch)
{
	struct fb_race_thread *t;
	struct grace *g;

	if (off())
		return;
	t = fb_race_me();
	g = fb_run_alloc(sizeof(*g));
	g->epoch = epoch;
	g->older = graces;
	graces = g;
	fb_table_set(&graces_by_epoch, epoch, g);
	join(&g->clock, &left);
	join(&g->clock, &t->now);
	tick(t);
}

/* Current has seen the end of the grace period. */
void fb_race_grace_end(uint64_t epoch)
{
	const struct grace *g;

	if (off())
		return;
	g = fb_table_get(&graces_by_epoch, epoch);
	if (g)
		join(&fb_race_me()->now, &g->clock);
}

/** fb_race_built() - see race.h. */
bool fb_race_built(void)
{
	return fb_race_on;
}

void fb_race_reset(void)
{
	nr_threads = room = 0;
	threads = NULL;
	graces = NULL;
	fb_table_reset(&graces_by_epoch);
	memset(&left, 0, sizeof(left));
	memset(fb_core.main_h.race, 0, sizeof(fb_core.main_h.race));
	fb_race_shadow_reset();
}
