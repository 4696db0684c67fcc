// SPDX-License-Identifier: GPL-2.0
/*
 * Lock rules, as the kernel's lockdep has them: recursion, order between classes, who releases,
 * what is still held.
 *
 * An edge A -> B means that B was waited for while A was held. Taking a lock that closes a circle
 * of edges is a finding. As in lockdep, a circle blocks nobody where it passes a lock that is only
 * read, recursively on the way in.
 *
 * Irqs: a class that an irq handler waits for must never be held with irqs enabled, because the irq
 * may hit just then; nor may one that is waited for while such a class is held. Whichever use comes
 * second is the finding, also in a run in which no irq hits. A trylock in a handler waits for
 * nobody. Bottom halves are not told apart from tasks.
 */
#include <string.h>
#include "internal.h"
#include "snapshot.h"

struct edge {
	struct edge *next; /* from the same class */
	struct class *to;
	bool from_shared; /* A was held shared */
	bool to_recursive; /* B was taken as a recursive reader */
	fb_stack_t held_at, taken_at;
	unsigned int task;
};

/* Where a class was first used in a way, and by whom. */
struct use {
	fb_stack_t stack; /* 0: never */
	unsigned int task;
};

struct class
{
	unsigned int id;
	uint64_t key; /* in the table; the same whatever was met before */
	const char *name;
	unsigned int subclass;
	struct edge *edges;
	/* bit 0/1: entered by a plain / recursive edge, in search number visited >> 2 */
	unsigned int visited;
	struct use in_irq[2], irqs_on[2]; /* by enum fb_lock_mode */
	/* Waited for while held is a class that an irq handler takes: which, and the last step. */
	struct class *behind;
	struct edge *behind_edge;
};

static FB_UNTOLD struct fb_table classes; /* key and subclass */
static FB_UNTOLD struct fb_table edges; /* both ids and strengths */
static FB_UNTOLD unsigned int nr_classes, search;
static struct fb_held orphans[64]; /* handed over by their holder, not adopted yet */
static unsigned int nr_orphans;

static struct class *class_of(const void *lock, const struct fb_lock_map *map)
{
	const void *key = map && map->key ? map->key : lock;
	unsigned int subclass = map ? map->subclass : 0;
	uint64_t k = fb_mix((uintptr_t)key) + subclass * 0x9e3779b1ull;
	struct class *c = fb_table_get(&classes, k);

	if (!c) {
		c = fb_run_alloc(sizeof(*c));
		c->id = ++nr_classes;
		c->key = k;
		c->name = map && map->name ? map->name : "lock";
		c->subclass = subclass;
		fb_table_set(&classes, k, c);
	}
	return c;
}

static const char *name_of(const struct fb_lock_map *map)
{
	return map && map->name ? map->name : "lock";
}

/* The edge that leads from @at back to @target along a path that can block, or NULL. */
static struct edge *path(struct class *at, const struct class *target, bool recursive,
			 bool target_shared_in, struct edge **last)
{
	unsigned int bit = recursive ? 2 : 1;
	struct edge *e, *found;

	if (at->visited >> 2 != search)
		at->visited = search << 2;
	if (at->visited & bit)
		return NULL;
	at->visited |= bit;
	for (e = at->edges; e; e = e->next) {
		if (recursive && e->from_shared)
			continue;
		if (e->to == target) {
			if (e->to_recursive && target_shared_in)
				continue;
			*last = e;
			return e;
		}
		found = path(e->to, target, e->to_recursive, target_shared_in, last);
		if (found)
			return e;
	}
	return NULL;
}

static void report_order(const struct fb_held *h, const struct class *held, const void *lock,
			 const struct class *c, struct edge *first, struct edge *last)
{
	struct fb_finding *f;

	f = fb_report_at(
		FB_LOCK_ORDER, fb_stack_here(), first->taken_at,
		fb_run_printf("opposite order: \"%s\" taken by %s while \"%s\" was held, at",
			      first->to->name, fb_holder_name(first->task), c->name),
		"\"%s\" (%s) is taken while \"%s\" (%s) is held; elsewhere the order is opposite%s",
		c->name, fb_obj(lock), held->name, fb_obj(h->lock),
		first == last ? "" : ", by way of others");
	fb_finding_part(f, fb_run_printf("here \"%s\" was taken at", held->name), h->stack, 1,
			false);
	fb_finding_part(f, fb_run_printf("there \"%s\" was taken at", c->name), first->held_at, 1,
			false);
	if (first != last)
		fb_finding_part(f,
				fb_run_printf("the circle closes where \"%s\" is taken at",
					      last->to->name),
				last->taken_at, 1, false);
}

static struct class *class_by_held(const struct fb_held *h);

static const char *const irq_labels[] = { "taken with irqs enabled at",
					  "taken in an irq handler at" };

/* @c is used in an irq handler and with irqs enabled: two uses of which at least one excludes. */
static void report_irq_use(const struct class *c, const void *lock, const struct use *other,
			   bool now_in_irq)
{
	fb_report(FB_LOCK_MISUSE, other->stack, irq_labels[!now_in_irq],
		  "inconsistent use of \"%s\" (%s): %s, but %s by %s; an irq that hits its holder "
		  "spins for ever",
		  c->name, fb_obj(lock), now_in_irq ? "taken in an irq handler" :
						      "held with irqs enabled",
		  now_in_irq ? "held with irqs enabled" : "taken in an irq handler",
		  fb_holder_name(other->task));
}

/* @c is held with irqs enabled, and waited for while c->behind is held, which a handler takes. */
static void report_irq_order(const struct class *c)
{
	const struct use *in = &c->behind->in_irq[!c->behind->in_irq[FB_LOCK_EXCL].stack];
	const struct use *on = &c->irqs_on[!c->irqs_on[FB_LOCK_EXCL].stack];
	struct fb_finding *f;

	f = fb_report_at(
		FB_LOCK_ORDER, fb_stack_here(), in->stack,
		fb_run_printf("an irq handler takes \"%s\" at", c->behind->name),
		"\"%s\" is held with irqs enabled, and is waited for while \"%s\" is held, "
		"which an irq handler takes",
		c->name, c->behind->name);
	fb_finding_part(f, fb_run_printf("\"%s\" is held with irqs enabled at", c->name), on->stack,
			1, false);
	fb_finding_part(f, fb_run_printf("\"%s\" is waited for at", c->name),
			c->behind_edge->taken_at, 1, false);
}

static bool used(const struct use *use)
{
	return use[FB_LOCK_EXCL].stack || use[FB_LOCK_SHARED].stack;
}

/* Can an irq hit a holder of the class that @e leads to, and make who waits there wait for ever? */
static bool unsafe(const struct edge *e)
{
	const struct use *on = e->to->irqs_on;

	return on[FB_LOCK_EXCL].stack || (on[FB_LOCK_SHARED].stack && !e->to_recursive);
}

/* What can be reached from @c is waited for while @irq is held. */
static void spread(struct class *c, struct class *irq)
{
	for (struct edge *e = c->edges; e; e = e->next) {
		if (e->to->behind)
			continue;
		e->to->behind = irq;
		e->to->behind_edge = e;
		if (unsafe(e) && e->to != irq)
			report_irq_order(e->to);
		spread(e->to, irq);
	}
}

static void use_in_irq(struct class *c, const void *lock, enum fb_lock_mode mode)
{
	bool first = !used(c->in_irq);

	if (c->in_irq[mode].stack)
		return;
	c->in_irq[mode] = (struct use){fb_stack_here(), fb_holder()->id};
	if (c->irqs_on[FB_LOCK_EXCL].stack)
		report_irq_use(c, lock, &c->irqs_on[FB_LOCK_EXCL], true);
	else if (mode == FB_LOCK_EXCL && c->irqs_on[FB_LOCK_SHARED].stack)
		report_irq_use(c, lock, &c->irqs_on[FB_LOCK_SHARED], true);
	if (first)
		spread(c, c);
}

static void use_with_irqs_on(struct class *c, const void *lock, enum fb_lock_mode mode,
			     fb_stack_t stack)
{
	if (c->irqs_on[mode].stack)
		return;
	c->irqs_on[mode] = (struct use){stack, fb_holder()->id};
	if (c->in_irq[FB_LOCK_EXCL].stack)
		report_irq_use(c, lock, &c->in_irq[FB_LOCK_EXCL], false);
	else if (mode == FB_LOCK_EXCL && c->in_irq[FB_LOCK_SHARED].stack)
		report_irq_use(c, lock, &c->in_irq[FB_LOCK_SHARED], false);
	else if (c->behind && unsafe(c->behind_edge))
		report_irq_order(c);
}

static void add_edge(const struct fb_held *h, const void *lock, struct class *to,
		     enum fb_lock_mode mode, unsigned int flags)
{
	struct class *from = class_by_held(h);
	bool from_shared = h->mode == FB_LOCK_SHARED;
	bool to_recursive = mode == FB_LOCK_SHARED && (flags & FB_LOCK_RECURSIVE_READ);
	uint64_t key = (uint64_t)from->id << 34 | (uint64_t)to->id << 2 |
		       (unsigned int)from_shared << 1 | to_recursive;
	struct edge *e, *first, *last = NULL;

	if (fb_table_get(&edges, key))
		return;
	e = fb_run_alloc(sizeof(*e));
	*e = (struct edge){.next = from->edges,
			   .to = to,
			   .from_shared = from_shared,
			   .to_recursive = to_recursive,
			   .held_at = h->stack,
			   .taken_at = fb_stack_here(),
			   .task = fb_holder()->id};
	fb_table_set(&edges, key, e);
	fb_tell(1, FB_FACT_EDGE, from->key, to->key, key & 3);
	search++;
	first = path(to, from, to_recursive, from_shared, &last);
	from->edges = e;
	if (first)
		report_order(h, from, lock, to, first, last);
	if (used(from->in_irq))
		spread(from, from);
	else if (from->behind)
		spread(from, from->behind);
}

static FB_UNTOLD struct fb_table held_classes; /* id to class */

static struct class *class_by_held(const struct fb_held *h)
{
	return fb_table_get(&held_classes, h->class_id);
}

/* The lock itself, or one of its class, is held already. */
static void check_recursion(const struct fb_held *h, const void *lock, const struct class *c,
			    enum fb_lock_mode mode, unsigned int flags)
{
	bool both_shared = h->mode == FB_LOCK_SHARED && mode == FB_LOCK_SHARED;

	if (both_shared && (flags & FB_LOCK_RECURSIVE_READ))
		return;
	if (h->lock == lock && !both_shared)
		fb_report_fatal(FB_LOCK_MISUSE, h->stack, "taken at",
				"\"%s\" (%s) is taken by a task that holds it%s", c->name,
				fb_obj(lock),
				fb_holder()->irq > h->irq ? ", from an irq handler" : "");
	if (h->lock == lock)
		fb_report(
			FB_LOCK_MISUSE, h->stack, "first taken at",
			"\"%s\" (%s) is taken shared twice: a writer between the two would deadlock",
			c->name, fb_obj(lock));
	else if (!(flags & FB_LOCK_NEST))
		fb_report(
			FB_LOCK_ORDER, h->stack, "first one taken at",
			"\"%s\" (%s) is taken while another of its class (%s) is held, without a subclass",
			c->name, fb_obj(lock), fb_obj(h->lock));
}

/**
 * fb_lock_check() - see lockdep.h. Call it before waiting, also when the lock is free. Fatal where
 * waiting would never end.
 */
void fb_lock_check(const void *lock, const struct fb_lock_map *map, enum fb_lock_mode mode,
		   unsigned int flags)
{
	struct fb_holder *h = fb_holder();
	struct class *c;

	if (flags & FB_LOCK_TRY)
		return;
	if (unlikely(h->irq))
		use_in_irq(class_of(lock, map), lock, mode);
	if (!h->nr_held)
		return;
	c = class_of(lock, map);
	for (unsigned int i = 0; i < h->nr_held; i++) {
		if (h->held[i].lock == lock || h->held[i].class_id == c->id)
			check_recursion(&h->held[i], lock, c, mode, flags);
		else
			add_edge(&h->held[i], lock, c, mode, flags);
	}
}

static size_t taken_event(const void *lock, const struct fb_lock_map *map, enum fb_lock_mode mode)
{
	if (likely(!fb_events_on))
		return 0;
	return fb_event(FB_EVENT_LOCK, 0, "%s (%s)%s", name_of(map), fb_obj(lock),
			mode == FB_LOCK_SHARED ? ", shared" : "");
}

/** fb_lock_acquired() - current holds it now. Adds no order of its own. */
void fb_lock_acquired(const void *lock, const struct fb_lock_map *map, enum fb_lock_mode mode,
		      unsigned int flags)
{
	struct fb_holder *h = fb_holder();
	struct class *c = class_of(lock, map);
	fb_stack_t here = fb_stack_here();

	if (h->nr_held == FB_MAX_HELD)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "more than %d locks held", FB_MAX_HELD);
	fb_table_set(&held_classes, c->id, c);
	h->held[h->nr_held++] = (struct fb_held){.lock = lock,
						 .name = name_of(map),
						 .class_id = c->id,
						 .mode = mode,
						 .flags = flags,
						 .irq = h->irq,
						 .stack = here,
						 .event = taken_event(lock, map, mode)};
	fb_core.nr_held++;
	fb_event_set_stack(h->held[h->nr_held - 1].event, here);
	if (!(h->irq | h->irqs_off) && !c->irqs_on[mode].stack)
		use_with_irqs_on(c, lock, mode, here);
	if (flags & FB_LOCK_SPIN)
		fb_atomic_enter_at(name_of(map), lock, here);
	if (!(flags & FB_LOCK_MAP))
		fb_race_lock(lock, mode == FB_LOCK_SHARED);
}

/* Irqs are enabled again: what current still holds is held with irqs enabled. */
void fb_lockdep_irqs_on(struct fb_holder *h)
{
	for (unsigned int i = 0; i < h->nr_held; i++)
		use_with_irqs_on(class_by_held(&h->held[i]), h->held[i].lock, h->held[i].mode,
				 fb_stack_here());
}

static struct fb_held *find(struct fb_holder *h, const void *lock)
{
	for (unsigned int i = h->nr_held; i; i--)
		if (h->held[i - 1].lock == lock)
			return &h->held[i - 1];
	return NULL;
}

static struct fb_held *find_orphan(const void *lock)
{
	for (unsigned int i = 0; i < nr_orphans; i++)
		if (orphans[i].lock == lock)
			return &orphans[i];
	return NULL;
}

static struct fb_held *find_elsewhere(const void *lock, struct fb_holder **who)
{
	struct fb_held *e;

	for (unsigned int i = 0; (*who = fb_holder_at(i)); i++) {
		e = find(*who, lock);
		if (e)
			return e;
	}
	return NULL;
}

static void take_out(struct fb_holder *h, struct fb_held *e)
{
	h->nr_held--;
	memmove(e, e + 1, (size_t)(&h->held[h->nr_held] - e) * sizeof(*e));
	memset(&h->held[h->nr_held], 0, sizeof(*e));
	fb_core.nr_held--;
}

static void drop_orphan(struct fb_held *e)
{
	*e = orphans[--nr_orphans];
	memset(&orphans[nr_orphans], 0, sizeof(*e));
	fb_core.nr_held--;
}

/* Orders accesses, and tells of the end. */
static void order(const struct fb_held *e)
{
	fb_event_end(FB_EVENT_UNLOCK, e->event);
	if (!(e->flags & FB_LOCK_MAP))
		fb_race_unlock(e->lock, e->mode == FB_LOCK_SHARED);
}

/** fb_lock_released() - call it before the lock is given to another. */
void fb_lock_released(const void *lock)
{
	struct fb_holder *h = fb_holder(), *who;
	struct fb_held *e = find(h, lock), *orphan;

	if (likely(e)) {
		unsigned int flags = e->flags;

		order(e);
		take_out(h, e);
		if (flags & FB_LOCK_SPIN)
			fb_atomic_exit("unlock", lock);
		return;
	}
	orphan = find_orphan(lock);
	if (orphan) {
		order(orphan);
		drop_orphan(orphan);
		return;
	}
	e = find_elsewhere(lock, &who);
	if (!e) {
		fb_report(FB_LOCK_MISUSE, 0, NULL, "a lock (%s) is released that nobody holds",
			  fb_obj(lock));
		return;
	}
	if (!(e->flags & FB_LOCK_OWNERLESS))
		fb_report(FB_LOCK_MISUSE, e->stack, "taken at",
			  "\"%s\" (%s) is released by another task than its holder, %s", e->name,
			  fb_obj(lock), fb_holder_name(who->id));
	order(e);
	take_out(who, e);
}

/** fb_lock_disown() - see lockdep.h. */
void fb_lock_disown(const void *lock)
{
	struct fb_holder *h = fb_holder();
	struct fb_held *e = find(h, lock);

	if (!e) {
		fb_report(FB_LOCK_MISUSE, 0, NULL,
			  "a lock (%s) is handed over by a task that does not hold it",
			  fb_obj(lock));
		return;
	}
	if (nr_orphans == sizeof(orphans) / sizeof(orphans[0]))
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"more than %u locks handed over and not adopted", nr_orphans);
	orphans[nr_orphans++] = *e;
	if (e->flags & FB_LOCK_SPIN)
		fb_atomic_exit("handed over", lock);
	take_out(h, e);
	fb_core.nr_held++; /* still held, by nobody */
}

/** fb_lock_adopt() - see lockdep.h. */
void fb_lock_adopt(const void *lock, const struct fb_lock_map *map, enum fb_lock_mode mode,
		   unsigned int flags)
{
	struct fb_held *e = find_orphan(lock);

	if (!e)
		fb_report(FB_LOCK_MISUSE, 0, NULL,
			  "\"%s\" (%s) is taken over, but nobody handed it over", name_of(map),
			  fb_obj(lock));
	if (e) {
		fb_event_end(FB_EVENT_UNLOCK, e->event);
		drop_orphan(e);
	}
	fb_lock_acquired(lock, map, mode, flags);
}

/**
 * fb_lock_held() - by current, in any mode; an irq handler shares what the interrupted task holds.
 */
bool fb_lock_held(const void *lock)
{
	return find(fb_holder(), lock);
}

/** fb_lock_held_excl() - by current, exclusively. */
bool fb_lock_held_excl(const void *lock)
{
	const struct fb_held *e = find(fb_holder(), lock);

	return e && e->mode == FB_LOCK_EXCL;
}

static void check_freed(const struct fb_held *e, const char *holder, const void *start,
			unsigned long len)
{
	if ((uintptr_t)e->lock - (uintptr_t)start < len)
		fb_report(FB_LOCK_MISUSE, e->stack, "taken at",
			  "memory of a held lock is freed: \"%s\" (%s), held by %s", e->name,
			  fb_obj(e->lock), holder);
}

/** fb_lock_range_freed() - see lockdep.h. */
void fb_lock_range_freed(const void *start, unsigned long len)
{
	struct fb_holder *h;

	if (likely(!fb_core.nr_held))
		return;
	for (unsigned int i = 0; (h = fb_holder_at(i)); i++)
		for (unsigned int k = 0; k < h->nr_held; k++)
			check_freed(&h->held[k], fb_holder_name(h->id), start, len);
	for (unsigned int k = 0; k < nr_orphans; k++)
		check_freed(&orphans[k], "nobody", start, len);
}

/* What @h must not hold any more; each thing is told once. */
void fb_holder_audit(struct fb_holder *h, const char *when)
{
	unsigned int kept = 0;

	if (likely(!(h->nr_held | h->nr_atomic | h->rcu_depth | h->irqs_off |
		     h->owned[FB_RES_FREEZE])))
		return;
	for (unsigned int i = 0; i < h->nr_held; i++) {
		struct fb_held *e = &h->held[i];

		if (!e->told)
			fb_report(FB_LOCK_HELD, e->stack, "taken at",
				  "\"%s\" (%s) still held when %s", e->name, fb_obj(e->lock), when);
		e->told = true;
	}
	for (unsigned int i = 0; i < h->nr_atomic; i++) {
		struct fb_atomic a = h->atomic[i];

		if (find(h, a.obj)) { /* a spinlock, told above */
			h->atomic[kept++] = a;
			continue;
		}
		fb_report(FB_LOCK_HELD, a.stack, "entered at",
			  "atomic context (%s, %s) not left when %s", a.why, fb_obj(a.obj), when);
	}
	h->nr_atomic = kept;
	if (h->irqs_off)
		fb_report(FB_LOCK_HELD, h->irqs_off_stack, "disabled at",
			  "irqs still disabled when %s", when);
	h->irqs_off = 0;
	if (h->rcu_depth)
		fb_report(FB_RCU, h->rcu_stack, "entered at", "RCU read section not left when %s",
			  when);
	fb_rcu_force_out(h);
	fb_freeze_report(h, when);
}

/**
 * fb_audit_syscall_exit() - locks, atomic and read sections, irqs disabled, freeze protection: each
 * that current still has is a finding, once.
 */
void fb_audit_syscall_exit(const char *syscall)
{
	struct fb_holder *h = fb_holder();

	if (likely(!(h->nr_held | h->nr_atomic | h->rcu_depth | h->irqs_off |
		     h->owned[FB_RES_FREEZE])))
		return;
	fb_holder_audit(h, fb_run_printf("%s returns to user space", syscall));
}

void fb_lockdep_reset(void)
{
	fb_table_reset(&classes);
	fb_table_reset(&edges);
	fb_table_reset(&held_classes);
	nr_classes = search = nr_orphans = 0;
	fb_core.nr_held = 0;
}
