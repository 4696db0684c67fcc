// SPDX-License-Identifier: GPL-2.0
/*
 * Who runs next. Tasks switch straight to each other; the main stack runs only when nobody can, and
 * when a task has ended (its stack can be given back only from another one).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "explore_internal.h"
#include "snapshot.h"

#define MAX_HOOKS 16

static struct fb_task *head, *tail;
static unsigned int nr_runnable;
static unsigned int nr_alive; /* tasks that keep the run alive */
static bool polling; /* the only runnable task yielded */
static struct fb_task *dead; /* ended, its stack is to be given back */
static struct fb_ctx *aux; /* stack of fb_call() */
static struct {
	void (*fn)(void *arg);
	void *arg;
	bool done;
} call;
static struct fb_task *intruder; /* waits for its choice point */
static bool dismissed;
static struct {
	fb_idle_fn fn;
	void *arg;
} hooks[MAX_HOOKS];
static unsigned int nr_hooks;

static void enqueue(struct fb_task *t)
{
	t->next = NULL;
	t->prev = tail;
	if (tail)
		tail->next = t;
	else
		head = t;
	tail = t;
	nr_runnable++;
}

/* The others follow by their ->next. */
struct fb_task *fb_runnable_first(void)
{
	return head;
}

/* Take the @i-th of the queue. */
static struct fb_task *dequeue(unsigned int i)
{
	struct fb_task *t = head;

	while (i--)
		t = t->next;
	if (t->prev)
		t->prev->next = t->next;
	else
		head = t->next;
	if (t->next)
		t->next->prev = t->prev;
	else
		tail = t->prev;
	t->next = t->prev = NULL;
	nr_runnable--;
	return t;
}

static struct fb_task *pick(void)
{
	return nr_runnable ? dequeue(fb_decide(FB_DEC_BLOCK, nr_runnable)) : NULL;
}

static void task_main(void *arg);

/*
 * What earlier calls left where the frames of a task that waits will lie, in parts of them that
 * nobody writes to, would make states of the explorer differ that do not.
 */
static __attribute__((noinline)) void wipe_stack(void)
{
	char below[512];

	memset(below, 0, sizeof(below));
	__asm__ volatile("" : : "r"(below) : "memory");
}

/*
 * The switch that is about to be made: not in registers, which would be saved on the stack of the
 * task.
 */
static FB_UNTOLD struct fb_ctx *from, *to;

static __attribute__((noinline)) void prepare_switch(struct fb_task *t)
{
	from = fb_core.ctx;
	if (unlikely(fb_events_on) && fb_core.last && fb_core.last != t)
		fb_event(FB_EVENT_SWITCH, t->h.id, "%s runs", t->name);
	if (!t->ctx)
		t->ctx = fb_ctx_new(task_main, t);
	t->state = FB_RUNNING;
	if (!t->daemon)
		fb_core.idle_since = fb_core.now;
	fb_core.cur = fb_core.last = t;
	fb_core.ctx = to = t->ctx;
	if (unlikely(fb_x_on))
		wipe_stack();
}

static __attribute__((noinline)) void switch_to_task(struct fb_task *t)
{
	prepare_switch(t);
	fb_ctx_switch(from, to, false);
}

static void switch_to_main(bool dies)
{
	struct fb_ctx *from = fb_core.ctx;

	fb_core.cur = NULL;
	fb_core.ctx = &fb_core.main;
	fb_ctx_switch(from, &fb_core.main, dies);
}

static void task_main(void *arg)
{
	struct fb_task *t = arg;

	t->fn(t->arg);
	fb_task_exit();
}

_Noreturn void fb_task_exit(void)
{
	struct fb_task *t = fb_core.cur;

	fb_holder_audit(&t->h, "the task ended");
	fb_task_points[t->h.id]++;
	t->state = FB_ENDED;
	if (!t->daemon)
		nr_alive--;
	dead = t;
	switch_to_main(true);
	abort();
}

/* Leave the processor; the task is already where it shall wait. */
static void leave(struct fb_task *me)
{
	struct fb_task *next = pick();

	if (next == me)
		me->state = FB_RUNNING;
	else if (next)
		switch_to_task(next);
	else
		switch_to_main(false);
}

/**
 * fb_task_create() - a runnable task that will call @fn(@arg); it starts when it is picked.
 * Context: any.
 * Return: the task, owned by core, valid until the next fb_run_begin(). Never fails.
 */
struct fb_task *fb_task_create(const char *name, fb_task_fn fn, void *arg)
{
	struct fb_task *t = fb_task_alloc(name);

	t->fn = fn;
	t->arg = arg;
	t->state = FB_RUNNABLE;
	fb_race_fork(&t->h);
	nr_alive++;
	enqueue(t);
	if (unlikely(fb_x_on))
		fb_x_woken(t);
	return t;
}

/**
 * fb_task_set_daemon() - a daemon does not keep fb_run_loop() going, and its waiting is no
 * deadlock.
 */
void fb_task_set_daemon(struct fb_task *t, bool daemon)
{
	if (t->daemon == daemon || t->state == FB_ENDED)
		return;
	t->daemon = daemon;
	nr_alive += daemon ? -1u : 1u;
}

static FB_UNTOLD unsigned long steps;

/* Whoever must be let through, and is not, is named: else it is everybody's affair. */
static const char *starvation(const struct fb_task *t)
{
	return fb_run_printf("starvation: %s does not come to the end of %s", t->name, t->errand);
}

static void report_livelock(void)
{
	const struct fb_task *t = fb_task_starving();

	if (t)
		fb_report_fatal(FB_DEADLOCK, fb_stack_of(t), "it waits at",
				"%s in %lu steps, while others run", starvation(t),
				fb_core.max_steps);
	fb_report_fatal(FB_DEADLOCK, 0, NULL, "livelock: no end after %lu steps",
			fb_core.max_steps);
}

/* One step towards the livelock bound. */
void fb_step(void)
{
	if (unlikely(++steps == fb_core.max_steps))
		report_livelock();
}

/** fb_steps() - switches, points and waits so far; bounded by max_steps. */
unsigned long fb_steps(void)
{
	return steps;
}

static FB_UNTOLD unsigned long nr_points;

/** fb_points_seen() - how many choice points tasks have passed, alternatives or not. */
unsigned long fb_points_seen(void)
{
	return nr_points;
}

/* It runs now, in place of current. */
static void intrude(struct fb_task *me)
{
	if (!intruder || !fb_wake(intruder))
		return;
	fb_fault_intruded(me);
	me->state = FB_RUNNABLE;
	enqueue(me);
	switch_to_task(dequeue(nr_runnable - 2));
}

/* The choice point that fb_core.intrude_at names; to record all of them, it names each. */
static void special_point(struct fb_task *me)
{
	if (!fb_core.record_points) {
		intrude(me);
		return;
	}
	fb_fault_meet_point(nr_points);
	fb_core.intrude_at = nr_points + 1;
}

/** fb_intruder_wait() - see choice.h. Context: a task. */
bool fb_intruder_wait(void)
{
	intruder = fb_core.cur;
	dismissed = false;
	fb_task_set_daemon(intruder, true);
	fb_block("its choice point", NULL);
	fb_task_set_daemon(fb_core.cur, false);
	intruder = NULL;
	return !dismissed;
}

/** fb_intruder_dismiss() - it need not wait any more, if there is one. Context: any. */
void fb_intruder_dismiss(void)
{
	dismissed = true;
	if (intruder)
		fb_wake(intruder);
}

/* Here current may be switched away from. */
static void may_switch(struct fb_task *me)
{
	struct fb_task *next;
	unsigned int v;

	nr_points++;
	fb_task_points[me->h.id]++;
	fb_step();
	if (unlikely(nr_points == fb_core.intrude_at))
		special_point(me);
	if (!nr_runnable && likely(!fb_x_on))
		return;
	v = fb_decide(FB_DEC_POINT, nr_runnable + 1);
	if (!v)
		return;
	me->state = FB_RUNNABLE;
	next = dequeue(v - 1);
	enqueue(me);
	switch_to_task(next);
}

/**
 * fb_point() - here another task may be picked, also in atomic context: each task is a processor of
 * its own. No-op on the main stack and in irq context.
 */
void fb_point(enum fb_point_kind kind, const void *obj)
{
	struct fb_task *me = fb_core.cur;

	if (unlikely(fb_x_on))
		fb_x_point(kind, obj);
	if (me && !me->h.irq)
		may_switch(me);
}

/** fb_point_lock() - see choice.h. Context as fb_point(). */
void fb_point_lock(const void *obj, bool shared, fb_busy_fn busy)
{
	struct fb_task *me = fb_core.cur;

	if (unlikely(fb_x_on))
		fb_x_lock(obj, shared ? FB_X_LOCK_SHARED : FB_X_LOCK, busy);
	if (me && !me->h.irq)
		may_switch(me);
}

/** fb_point_unlock() - see choice.h. Context as fb_point(). */
void fb_point_unlock(const void *obj, bool shared)
{
	struct fb_task *me = fb_core.cur;

	if (unlikely(fb_x_on))
		fb_x_lock(obj, shared ? FB_X_UNLOCK_SHARED : FB_X_UNLOCK, NULL);
	if (me && !me->h.irq)
		may_switch(me);
}

/**
 * fb_yield() - go to the end of the queue. The only runnable task gets idle hooks and time going.
 * No-op in irq context.
 */
void fb_yield(void)
{
	struct fb_task *me = fb_core.cur;

	if (!me || me->h.irq)
		return;
	fb_task_points[me->h.id]++;
	fb_step();
	if (!nr_runnable) {
		/*
		 * Alone: what it polls for can only come from a hook or a timer, and those are the
		 * main stack's business.
		 */
		me->state = FB_RUNNABLE;
		enqueue(me);
		polling = true;
		switch_to_main(false);
		return;
	}
	me->state = FB_RUNNABLE;
	enqueue(me);
	if (unlikely(fb_x_on))
		fb_x_yields();
	leave(me);
}

static void may_block(const char *why, const void *obj)
{
	if (!fb_core.cur)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "the main stack cannot wait (%s, %s)", why,
				fb_obj(obj));
	fb_task_points[fb_core.cur->h.id]++;
	fb_step();
}

static void block(const char *why, const void *obj)
{
	struct fb_task *me = fb_core.cur;

	may_block(why, obj);
	if (unlikely(fb_events_on))
		fb_event(FB_EVENT_BLOCK, 0, "waits: %s (%s)", why, fb_obj(obj));
	me->state = FB_BLOCKED;
	me->why = why;
	me->obj = obj;
	if (unlikely(fb_x_on))
		wipe_stack();
	leave(me);
	me->why = NULL;
	me->obj = NULL;
}

/**
 * fb_block() - wait for fb_wake(). Fatal finding in irq context and on the main stack. Atomic
 * context is allowed (a spinlock waits so); what sleeps calls fb_might_sleep() first.
 */
void fb_block(const char *why, const void *obj)
{
	if (fb_holder()->irq)
		fb_report_fatal(FB_DEADLOCK, 0, NULL, "irq handler waits (%s, %s)", why,
				fb_obj(obj));
	block(why, obj);
}

/**
 * fb_spin() - as fb_block(), also in irq context: on another processor somebody holds the lock.
 *	That
 * it is not the task below the handler is for fb_lock_check() to see. A wake-up may be meant for
 * that task, so look again.
 */
void fb_spin(const char *why, const void *obj)
{
	block(why, obj);
}

/**
 * fb_wake() - make a blocked task runnable. Context: any. Return: false if it was not blocked; the
 * wake-up is then lost, as in the kernel, so the sleeper must look at its condition again.
 */
bool fb_wake(struct fb_task *t)
{
	/* Kernel: who wakes a new task comes before all that it does. */
	if (!t->ctx)
		fb_race_wake(&t->h);
	if (t->state != FB_BLOCKED)
		return false;
	if (unlikely(fb_events_on))
		fb_event(FB_EVENT_WAKE, t->h.id, "wakes %s", t->name);
	t->state = FB_RUNNABLE;
	fb_race_wake(&t->h);
	enqueue(t);
	if (unlikely(fb_x_on))
		fb_x_woken(t);
	return true;
}

static void timed_out(void *arg)
{
	struct fb_task *t = arg;

	if (fb_wake(t))
		t->timed_out = true;
}

/**
 * fb_block_until() - fb_block() with a deadline in virtual nanoseconds. Return: false when the
 * deadline came first.
 */
bool fb_block_until(uint64_t deadline_ns, const char *why, const void *obj)
{
	struct fb_task *me = fb_core.cur;

	may_block(why, obj);
	me->timed_out = false;
	fb_timer_set(&me->timer, deadline_ns, timed_out, me);
	fb_block(why, obj);
	fb_timer_cancel(&me->timer);
	return !me->timed_out;
}

/**
 * fb_idle_hook() - @fn is asked when no task can run, before time moves; true means that it made
 * one runnable. It runs as in fb_call(). Hooks are dropped when the next run begins.
 */
void fb_idle_hook(fb_idle_fn fn, void *arg)
{
	if (nr_hooks == MAX_HOOKS)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "more than %d idle hooks", MAX_HOOKS);
	hooks[nr_hooks].fn = fn;
	hooks[nr_hooks++].arg = arg;
}

static void call_main(void *arg)
{
	(void)arg;
	call.fn(call.arg);
	call.done = true;
	switch_to_main(true);
}

/* On a stack of its own; false if the run was stopped in it. */
static bool call_aside(void (*fn)(void *arg), void *arg)
{
	call.fn = fn;
	call.arg = arg;
	call.done = false;
	aux = fb_ctx_new(call_main, NULL);
	fb_core.ctx = aux;
	fb_ctx_switch(&fb_core.main, aux, false);
	if (!call.done)
		return false; /* stopped: fb_tasks_release() gives the stack back */
	fb_ctx_free(aux);
	aux = NULL;
	return true;
}

/* As fb_call(), for what breaks in on a run that goes on: it orders nothing. */
bool fb_call_aside(void (*fn)(void *arg), void *arg)
{
	return !fb_core.stopped && call_aside(fn, arg);
}

/**
 * fb_call() - run @fn(@arg) on a stack of its own, with no current task; it must not wait. Called
 * inside a context, a plain call.
 * Return: false if a fatal finding stopped the run in it.
 */
bool fb_call(void (*fn)(void *arg), void *arg)
{
	if (fb_core.ctx != &fb_core.main) {
		fn(arg);
		return true;
	}
	if (fb_core.stopped)
		return false;
	fb_race_main();
	if (!call_aside(fn, arg))
		return false;
	fb_race_main_done();
	return true;
}

static void run_hook(void *arg)
{
	bool *progress = arg;

	for (unsigned int i = 0; i < nr_hooks && !*progress; i++)
		*progress = hooks[i].fn(hooks[i].arg);
	fb_holder_audit(&fb_core.main_h, "an idle hook returned");
}

static bool idle(void)
{
	bool progress = false;

	if (!nr_hooks)
		return false;
	fb_step();
	fb_race_main();
	return fb_call_aside(run_hook, &progress) && progress;
}

/*
 * Worth telling in a deadlock: it keeps the run alive, or it is a daemon that somebody may wait
 * for.
 */
static bool is_stuck(const struct fb_task *t)
{
	return t->state == FB_BLOCKED && (!t->daemon || t->h.nr_held);
}

static void add_stuck(struct fb_finding *f, const struct fb_task *t, bool first)
{
	if (!first)
		fb_finding_part(f,
				fb_run_printf("task %s waits for %s (%s) at", t->name, t->why,
					      fb_obj(t->obj)),
				fb_stack_of(t), 1, false);
	for (unsigned int i = 0; i < t->h.nr_held; i++)
		fb_finding_part(f,
				fb_run_printf("task %s holds \"%s\" (%s), taken at", t->name,
					      t->h.held[i].name, fb_obj(t->h.held[i].lock)),
				t->h.held[i].stack, 1, false);
}

/* What each task waits for and which locks it holds; then the requests that nobody answered. */
static void report_deadlock(void)
{
	struct fb_task *t, *first = NULL;
	struct fb_finding *f;
	char text[400] = "";
	size_t len = 0;

	for (unsigned int i = 0; (t = fb_task_at(i)); i++) {
		if (t->state != FB_BLOCKED || t->daemon)
			continue;
		/* Who waits for the end of another is held up by what holds up the other. */
		if (!first || first->joining)
			first = t;
		if (len < sizeof(text) - 1)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"%s%s waits for %s (%s)", len ? "; " : "", t->name,
						t->why, fb_obj(t->obj));
	}
	t = fb_task_starving();
	f = fb_report_at(FB_DEADLOCK, first ? fb_stack_of(first) : 0, 0, NULL,
			 "%s%snobody can run: %s", t ? starvation(t) : "", t ? "; " : "", text);
	if (f && first)
		f->task_id = first->h.id;
	for (unsigned int i = 0; f && (t = fb_task_at(i)); i++)
		if (is_stuck(t))
			add_stuck(f, t, t == first);
	fb_report_requests();
	fb_core.stopped = true;
}

static void reap(void)
{
	if (dead) {
		fb_ctx_free(dead->ctx);
		dead->ctx = NULL;
		dead = NULL;
	}
}

/* A hook or a timer has made something of nothing. */
static void outside(void)
{
	if (unlikely(fb_x_on))
		fb_x_barrier();
}

static __attribute__((noinline)) bool run_one(void)
{
	struct fb_task *t = pick();

	if (!t || fb_core.stopped)
		return false;
	switch_to_task(t);
	return true;
}

/**
 * fb_run_loop() - run until all but daemons have ended and no daemon can go on, or until the run is
 * stopped. May be called again after more tasks were created. Context: main stack.
 */
void fb_run_loop(void)
{
	while (!fb_core.stopped) {
		if (polling) {
			polling = false;
			if (idle() || (nr_runnable == 1 && fb_time_to_next()))
				outside();
			continue;
		}
		if (run_one()) {
			reap();
			continue;
		}
		if (idle()) {
			outside();
			continue;
		}
		if (!nr_alive || fb_core.stopped)
			break;
		if (fb_time_to_next())
			outside();
		else
			report_deadlock();
	}
	fb_race_main();
}

_Noreturn void fb_stop(void)
{
	fb_core.stopped = true;
	if (fb_core.ctx == &fb_core.main) {
		/* Nothing can catch this: there is no other stack to go on with. */
		for (size_t i = 0; i < fb_nr_findings(); i++)
			fb_finding_print(stderr, fb_finding_at(i));
		fflush(NULL);
		_exit(70);
	}
	switch_to_main(false);
	abort();
}

/* Give back the stacks of tasks that did not end: daemons, and what a fatal finding left. */
void fb_tasks_release(void)
{
	struct fb_task *t;

	reap();
	for (unsigned int i = 0; (t = fb_task_at(i)); i++) {
		if (!t->ctx)
			continue;
		fb_ctx_abandon(t->ctx);
		fb_ctx_free(t->ctx);
		t->ctx = NULL;
	}
	if (aux) {
		fb_ctx_abandon(aux);
		fb_ctx_free(aux);
		aux = NULL;
	}
}

void fb_sched_reset(void)
{
	fb_tasks_release();
	fb_tasks_reset();
	head = tail = NULL;
	nr_runnable = nr_alive = nr_hooks = 0;
	nr_points = steps = 0;
	polling = false;
	fb_core.cur = fb_core.last = NULL;
	fb_core.ctx = &fb_core.main;
	memset(&fb_core.main_h, 0, offsetof(struct fb_holder, held));
}
