// SPDX-License-Identifier: GPL-2.0
/*
 * Ledgers: each reference is an entry with the stack that took it.
 *
 * References are anonymous, so which get a put belongs to is a guess: the newest one that the same
 * task took, else the oldest. The history of the account (each distinct stack of a get or put,
 * counted) comes with every report, so that the reader sees the unmatched one even where the guess
 * was wrong.
 */
#include <string.h>
#include "internal.h"
#include "snapshot.h"

#define MAX_HISTORY 12 /* lines of history in one report */

struct entry {
	struct entry *next, *prev; /* oldest first */
	unsigned int owner;
	fb_stack_t stack;
	size_t at; /* length of the trace then */
	size_t event;
	bool told;
};

struct event { /* history: one distinct stack */
	struct event *next;
	fb_stack_t stack;
	unsigned int count;
	bool put;
};

struct account {
	struct fb_dep dep;
	struct account *same_obj; /* other kinds and tags on the object */
	struct account *all;
	enum fb_res kind;
	unsigned int tag;
	const void *obj;
	const char *name; /* when the object is gone: what it was called */
	bool freed; /* its memory was freed; a new get starts anew */
	unsigned int held, gets, puts;
	struct entry *oldest, *newest;
	struct event *history, *last_event;
	fb_stack_t last_put;
};

static FB_UNTOLD struct fb_table accounts;
static FB_UNTOLD struct account *all, **all_tail = &all;
static FB_UNTOLD struct entry *spare;

struct watch {
	struct fb_dep dep;
	const void *obj;
	enum fb_res kind;
	bool dropped;
};

static FB_UNTOLD struct fb_table watches;

const char *fb_res_name(enum fb_res kind)
{
	static const char *const names[FB_NR_RES] = {
		[FB_RES_FILE] = "file reference",
		[FB_RES_INODE] = "inode reference",
		[FB_RES_DENTRY] = "dentry reference",
		[FB_RES_CRED] = "cred reference",
		[FB_RES_SUPER] = "super block reference",
		[FB_RES_MOUNT] = "mount reference",
		[FB_RES_MODULE] = "module reference",
		[FB_RES_PID] = "pid reference",
		[FB_RES_COUNT] = "refcount",
		[FB_RES_MEM] = "memory",
		[FB_RES_PAGE] = "page",
		[FB_RES_REQUEST] = "request",
		[FB_RES_WORKQUEUE] = "work queue",
		[FB_RES_FREEZE] = "freeze protection",
	};

	return names[kind];
}

static struct account *find(enum fb_res kind, const void *obj, unsigned int tag)
{
	struct account *a = fb_table_get(&accounts, (uintptr_t)obj);

	while (a && (a->kind != kind || a->tag != tag))
		a = a->same_obj;
	return a;
}

static struct account *open_account(enum fb_res kind, const void *obj, unsigned int tag)
{
	struct account *a = fb_run_alloc(sizeof(*a));

	a->kind = kind;
	a->obj = obj;
	a->tag = tag;
	a->dep = (struct fb_dep){.addr = obj, .kind = FB_DEP_ACCOUNT, .of = a};
	a->same_obj = fb_table_get(&accounts, (uintptr_t)obj);
	fb_table_set(&accounts, (uintptr_t)obj, a);
	*all_tail = a;
	all_tail = &a->all;
	fb_mem_attach(&a->dep);
	return a;
}

static void note(struct account *a, fb_stack_t stack, bool put)
{
	struct event *e = a->last_event;

	if (!e || e->stack != stack || e->put != put)
		for (e = a->history; e && (e->stack != stack || e->put != put); e = e->next)
			;
	if (!e) {
		e = fb_run_alloc(sizeof(*e));
		e->stack = stack;
		e->put = put;
		e->next = a->history; /* newest first; reports turn it round */
		a->history = e;
	}
	a->last_event = e;
	e->count++;
}

static void count_owned(enum fb_res kind, unsigned int owner, int by)
{
	struct fb_holder *h = owner == FB_NOBODY ? NULL : fb_holder_at(owner);

	if (h)
		h->owned[kind] += (unsigned int)by;
}

static void tell_entry(int times, const struct account *a, const struct entry *e)
{
	fb_tell(times, FB_FACT_ENTRY, (uintptr_t)a->obj, (uint64_t)a->kind << 32 | a->tag,
		e->owner);
}

/*
 * Freeze protection is told by owner at the end, so it matters whose entry is dropped by another
 * one.
 */
static void tell_order(int times, const struct account *a)
{
	uint64_t h = 0;

	if (a->kind != FB_RES_FREEZE || !fb_x_on)
		return;
	for (const struct entry *e = a->oldest; e; e = e->next)
		h = fb_stir(h + e->owner + 1);
	fb_tell(times, FB_FACT_ORDER, (uintptr_t)a->obj, a->tag, h);
}

static void drop(struct account *a, struct entry *e)
{
	tell_order(-1, a);
	tell_entry(-1, a, e);
	if (e->prev)
		e->prev->next = e->next;
	else
		a->oldest = e->next;
	if (e->next)
		e->next->prev = e->prev;
	else
		a->newest = e->prev;
	count_owned(a->kind, e->owner, -1);
	a->held--;
	e->next = spare;
	spare = e;
	tell_order(1, a);
}

static void empty(struct account *a)
{
	while (a->oldest)
		drop(a, a->oldest);
	a->history = a->last_event = NULL;
	a->gets = a->puts = 0;
	a->last_put = 0;
}

/* The memory is used anew: what the old object left open stays on record under its old name. */
static struct account *reborn(struct account *a)
{
	struct account *old;

	if (a->held) {
		fb_tell(1, FB_FACT_GONE, (uintptr_t)a->obj, (uint64_t)a->kind << 32 | a->tag,
			a->held);
		old = fb_run_alloc(sizeof(*old));
		*old = *a;
		old->same_obj = NULL;
		old->all = NULL;
		*all_tail = old;
		all_tail = &old->all;
		a->oldest = a->newest = NULL;
		a->held = 0;
	}
	empty(a);
	a->name = NULL;
	a->freed = false;
	fb_mem_attach(&a->dep);
	return a;
}

static const char *obj_name(const struct account *a)
{
	return a->name ? a->name : fb_obj(a->obj);
}

static size_t taken_event(enum fb_res kind, const void *obj)
{
	if (likely(!fb_events_on))
		return 0;
	return fb_event(FB_EVENT_GET, 0, "%s of %s", fb_res_name(kind), fb_obj(obj));
}

/** fb_get() - current takes a reference. Context: any; the main stack owns under id 0. */
void fb_get(enum fb_res kind, const void *obj, unsigned int tag)
{
	struct account *a = find(kind, obj, tag);
	struct entry *e = spare;

	if (!a)
		a = open_account(kind, obj, tag);
	else if (unlikely(a->freed))
		a = reborn(a);
	if (e)
		spare = e->next;
	else
		e = fb_run_alloc(sizeof(*e));
	*e = (struct entry){.prev = a->newest, .owner = fb_holder()->id, .stack = fb_stack_here(),
			    .at = fb_trace_len(),
			    .event = taken_event(kind, obj)};
	fb_event_set_stack(e->event, e->stack);
	tell_order(-1, a);
	tell_entry(1, a, e);
	if (a->newest)
		a->newest->next = e;
	else
		a->oldest = e;
	a->newest = e;
	a->held++;
	a->gets++;
	tell_order(1, a);
	count_owned(kind, e->owner, 1);
	note(a, e->stack, false);
}

static void add_history(struct fb_finding *f, const struct account *a)
{
	const struct event *list[MAX_HISTORY];
	const struct event *e;
	unsigned int n = 0;

	if (!f)
		return;
	for (e = a->history; e && n < MAX_HISTORY; e = e->next)
		list[n++] = e;
	fb_finding_part(
		f, fb_run_printf("history of %s (%u gets, %u puts)", obj_name(a), a->gets, a->puts),
		0, 1, false);
	while (n--)
		fb_finding_part(f, list[n]->put ? "put" : "get", list[n]->stack, list[n]->count,
				true);
}

static void double_put(enum fb_res kind, const void *obj, unsigned int tag, const struct account *a)
{
	struct fb_finding *f;
	fb_stack_t last = a ? a->last_put : 0;

	if (kind == FB_RES_FREEZE)
		f = fb_report_at(FB_DOUBLE_PUT, fb_stack_here(), last,
				 last ? "previous put at" : NULL,
				 "%s, level %u of %s, given back more often than taken",
				 fb_res_name(kind), tag, fb_obj(obj));
	else
		f = fb_report_at(FB_DOUBLE_PUT, fb_stack_here(), last,
				 last ? "previous put at" : NULL,
				 "%s of %s dropped more often than taken", fb_res_name(kind),
				 fb_obj(obj));
	if (a)
		add_history(f, a);
}

static struct entry *newest_of(const struct account *a, unsigned int owner)
{
	struct entry *e = a->newest;

	while (e && e->owner != owner)
		e = e->prev;
	return e;
}

/**
 * fb_put() - current drops one: its own newest, else the oldest. FB_DOUBLE_PUT when none is
 * outstanding.
 */
void fb_put(enum fb_res kind, const void *obj, unsigned int tag)
{
	struct account *a = find(kind, obj, tag);
	struct entry *e;

	if (!a || !a->held) {
		double_put(kind, obj, tag, a);
		return;
	}
	e = newest_of(a, fb_holder()->id);
	if (!e)
		e = a->oldest;
	fb_event_end(FB_EVENT_PUT, e->event);
	drop(a, e);
	a->puts++;
	a->last_put = fb_stack_here();
	note(a, a->last_put, true);
}

/** fb_held() - references outstanding on @obj, by whomever. */
unsigned int fb_held(enum fb_res kind, const void *obj, unsigned int tag)
{
	struct account *a = find(kind, obj, tag);

	return a ? a->held : 0;
}

/** fb_forget() - drop all entries of @kind on @obj, whatever the tag, and their history. */
void fb_forget(enum fb_res kind, const void *obj)
{
	struct account *a;

	for (a = fb_table_get(&accounts, (uintptr_t)obj); a; a = a->same_obj)
		if (a->kind == kind)
			empty(a);
}

/**
 * fb_forget_range() - counters, freeze protection, watches and names in [@start, @start + @len)
 * end, as when memory is freed.
 */
void fb_forget_range(const void *start, size_t len)
{
	fb_deps_forget(start, len);
}

/*
 * Memory under the account is freed: counters end with it; a reference to a named object stays open
 * and will be told.
 */
void fb_account_freed(void *account)
{
	struct account *a = account;

	if (a->kind == FB_RES_COUNT || a->kind == FB_RES_FREEZE) {
		while (a->oldest)
			drop(a, a->oldest);
	}
	if (a->held) {
		a->name = fb_run_printf("%s", fb_obj(a->obj));
		fb_tell(1, FB_FACT_GONE, (uintptr_t)a->obj, (uint64_t)a->kind << 32 | a->tag, 0);
	}
	a->freed = true;
}

static void change_owner(struct account *a, struct entry *e, unsigned int owner)
{
	tell_order(-1, a);
	tell_entry(-1, a, e);
	count_owned(a->kind, e->owner, -1);
	e->owner = owner;
	count_owned(a->kind, e->owner, 1);
	tell_entry(1, a, e);
	tell_order(1, a);
}

/**
 * fb_disown() - current's newest entry belongs to nobody from now on (an async request took it
 * along).
 */
void fb_disown(enum fb_res kind, const void *obj, unsigned int tag)
{
	struct account *a = find(kind, obj, tag);
	struct entry *e = a ? newest_of(a, fb_holder()->id) : NULL;

	if (!e) {
		fb_report(FB_CONTRACT, 0, NULL, "%s of %s handed over by a task that has none",
			  fb_res_name(kind), fb_obj(obj));
		return;
	}
	change_owner(a, e, FB_NOBODY);
}

/** fb_own() - current takes over an entry that was disowned. */
void fb_own(enum fb_res kind, const void *obj, unsigned int tag)
{
	struct account *a = find(kind, obj, tag);
	struct entry *e = a ? newest_of(a, FB_NOBODY) : NULL;

	if (!e) {
		fb_report(FB_CONTRACT, 0, NULL, "%s of %s taken over, but nobody handed it over",
			  fb_res_name(kind), fb_obj(obj));
		return;
	}
	change_owner(a, e, fb_holder()->id);
}

/** fb_owned() - entries of @kind that current took, or took over. */
unsigned int fb_owned(enum fb_res kind)
{
	return fb_holder()->owned[kind];
}

/* Freeze protection that @h still owns, each told once. */
void fb_freeze_report(struct fb_holder *h, const char *when)
{
	struct account *a;
	struct entry *e;

	if (!h->owned[FB_RES_FREEZE])
		return;
	for (a = all; a; a = a->all) {
		for (e = a->oldest; a->kind == FB_RES_FREEZE && e; e = e->next) {
			if (e->owner != h->id || e->told)
				continue;
			e->told = true;
			add_history(fb_report_at(
					    FB_FREEZE_KEPT, fb_stack_here(), e->stack, "taken at",
					    "freeze protection, level %u of %s, still held when %s",
					    a->tag, obj_name(a), when),
				    a);
		}
	}
}

/* Who waits for the request, or for anything inside it? */
static struct fb_task *waiter_of(const struct account *a)
{
	struct fb_task *t;
	size_t size = fb_mem_size(a->obj);

	for (unsigned int i = 0; (t = fb_task_at(i)); i++)
		if (t->state == FB_BLOCKED && t->obj &&
		    (uintptr_t)t->obj - (uintptr_t)a->obj < (size ? size : 1))
			return t;
	return NULL;
}

static void report_request(const struct account *a, struct entry *e)
{
	struct fb_task *t = waiter_of(a);
	struct fb_finding *f;

	if (!t) /* the one that sent it, if it is stuck */
		t = e->owner == FB_NOBODY ? NULL : fb_task_by_id(e->owner);
	if (t && t->state != FB_BLOCKED)
		t = NULL;
	e->told = true;
	f = fb_report_at(FB_REQUEST_OPEN, t ? fb_stack_of(t) : 0, e->stack, "allocated at",
			 "request never ended: %s%s%s%s%s%s", obj_name(a),
			 a->freed ? ", its memory was freed" : "", t ? "; task " : "",
			 t ? t->name : "", t ? " waits for " : "", t ? t->why : "");
	if (f)
		f->task_id = t ? t->h.id : 0;
}

void fb_report_requests(void)
{
	struct account *a;
	struct entry *e;

	for (a = all; a; a = a->all)
		for (e = a->oldest; a->kind == FB_RES_REQUEST && e; e = e->next)
			if (!e->told)
				report_request(a, e);
}

bool fb_account_held(const void *account)
{
	return ((const struct account *)account)->held;
}

/* The first leak of this audit that may explain others; NULL: there was none yet. */
static struct fb_finding *root;

/*
 * A leaked file pins its mount, its dentry, an inode, a super block and all their memory. Such
 * leaks are lines in the report of the one that may be their cause.
 */
bool fb_leak_explained(const char *what, fb_stack_t taken)
{
	if (!root)
		return false;
	if (!root->pins)
		fb_finding_part(root, "leaked too, perhaps only because of this", 0, 1, false);
	root->pins = true;
	fb_finding_part(root, what, taken, 1, true);
	return true;
}

static void report_leak_of(const struct account *a, const struct entry *e, unsigned int n)
{
	struct fb_finding *f;

	if (a->kind == FB_RES_FREEZE)
		f = fb_report_at(FB_FREEZE_KEPT, 0, e->stack, "taken at",
				 "freeze protection, level %u of %s, never given back", a->tag,
				 obj_name(a));
	else if (n > 1)
		f = fb_report_at(FB_LEAK, 0, e->stack, "taken at",
				 "%s of %s never dropped, %u times", fb_res_name(a->kind),
				 obj_name(a), n);
	else
		f = fb_report_at(FB_LEAK, 0, e->stack, "taken at", "%s of %s never dropped",
				 fb_res_name(a->kind), obj_name(a));
	if (f) {
		f->task_id = e->owner == FB_NOBODY ? 0 : e->owner;
		f->taken_pos = e->at;
	}
	add_history(f, a);
	if (!root && a->kind != FB_RES_FREEZE)
		root = f;
}

/* One finding, or line of one, for each account and taking stack. */
static void report_leak(const struct account *a, struct entry *e, bool cause)
{
	unsigned int n = 0;

	for (struct entry *x = e; x; x = x->next) {
		if (x->stack == e->stack && !x->told) {
			x->told = true;
			n++;
		}
	}
	if (cause || !fb_leak_explained(fb_run_printf("%s of %s", fb_res_name(a->kind),
						      obj_name(a)), e->stack))
		report_leak_of(a, e, n);
}

static void audit_kind(enum fb_res kind, bool cause)
{
	struct account *a;
	struct entry *e;

	for (a = all; a; a = a->all)
		for (e = a->oldest; a->kind == kind && e; e = e->next)
			if (!e->told)
				report_leak(a, e, cause);
}

/**
 * fb_ledger_audit() - everything outstanding is told, once; memory too. What holds others comes
 * first; what it may have kept from being dropped is told in its report.
 */
void fb_ledger_audit(void)
{
	static const enum fb_res causes[] = { FB_RES_FREEZE, FB_RES_FILE, FB_RES_COUNT,
					      FB_RES_WORKQUEUE };
	static const enum fb_res pinned[] = {
		FB_RES_MODULE, FB_RES_MOUNT, FB_RES_DENTRY, FB_RES_INODE,
		FB_RES_SUPER, FB_RES_CRED, FB_RES_PID, FB_RES_MEM, FB_RES_PAGE,
	};

	root = NULL;
	fb_report_requests();
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		audit_kind(causes[i], true);
	for (size_t i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++)
		audit_kind(pinned[i], false);
	fb_mem_audit();
	root = NULL;
}

static void tell_watch(int times, const struct watch *w)
{
	if (w->obj)
		fb_tell(times, FB_FACT_WATCH, (uintptr_t)w->dep.addr, (uintptr_t)w->obj, w->kind);
}

/**
 * fb_watch() - see ledger.h. References that the counter holds already must be entered by fb_get().
 */
void fb_watch(const void *counter, enum fb_res kind, const void *obj)
{
	struct watch *w = fb_table_get(&watches, (uintptr_t)counter);

	if (!w) {
		w = fb_run_alloc(sizeof(*w));
		fb_table_set(&watches, (uintptr_t)counter, w);
		w->dep = (struct fb_dep){.addr = counter, .kind = FB_DEP_WATCH, .of = w};
		fb_mem_attach(&w->dep);
	}
	tell_watch(-1, w);
	w->kind = kind;
	w->obj = obj;
	tell_watch(1, w);
}

/** fb_unwatch() - its account stays. */
void fb_unwatch(const void *counter)
{
	struct watch *w = fb_table_get(&watches, (uintptr_t)counter);

	if (w) {
		tell_watch(-1, w);
		w->dropped = true;
		fb_table_del(&watches, (uintptr_t)counter);
	}
}

void fb_watch_freed(void *watch)
{
	struct watch *w = watch;

	if (!w->dropped)
		fb_unwatch(w->dep.addr);
}

/** fb_watch_add() - the counter changed by @delta. Return: was it watched? A few ns when not. */
bool fb_watch_add(const void *counter, long delta)
{
	const struct watch *w;

	if (!watches.used)
		return false;
	w = fb_table_get(&watches, (uintptr_t)counter);
	if (likely(!w))
		return false;
	for (; delta > 0; delta--)
		fb_get(w->kind, w->obj, 0);
	for (; delta < 0; delta++)
		fb_put(w->kind, w->obj, 0);
	return true;
}

void fb_ledger_reset(void)
{
	fb_table_reset(&accounts);
	fb_table_reset(&watches);
	all = NULL;
	all_tail = &all;
	spare = NULL;
}
