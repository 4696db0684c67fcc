// SPDX-License-Identifier: GPL-2.0
/*
 * Irq and atomic context, per task (each task is a processor of its own: the box models an SMP
 * machine).
 */
#include <string.h>
#include "internal.h"

static void irq_from_main(void *arg)
{
	struct fb_pending *p = arg;

	fb_irq(p->fn, p->arg);
}

static void run_pending(struct fb_holder *h)
{
	while (h->nr_pending && !h->irq && !h->irqs_off) {
		struct fb_pending p = h->pending[0];

		memmove(h->pending, h->pending + 1, --h->nr_pending * sizeof(p));
		memset(&h->pending[h->nr_pending], 0, sizeof(p));
		fb_irq(p.fn, p.arg);
	}
}

/**
 * fb_irq() - run @fn(@arg) in irq context now, on top of whatever runs, irqs disabled or not. It
 * must leave locks, atomic and read sections as it found them.
 */
void fb_irq(void (*fn)(void *arg), void *arg)
{
	struct fb_holder *h = fb_holder();
	unsigned int held = h->nr_held, atomic = h->nr_atomic, rcu = h->rcu_depth,
		     off = h->irqs_off;

	if (fb_core.ctx == &fb_core.main) {
		struct fb_pending p = {fn, arg};

		fb_call_aside(irq_from_main, &p);
		return;
	}
	fb_race_irq_enter(h);
	h->irq++;
	fb_event(FB_EVENT_IRQ, 0, "irq handler begins");
	fn(arg);
	fb_event(FB_EVENT_IRQ_END, 0, "irq handler ends");
	if (h->nr_held != held || h->nr_atomic != atomic || h->rcu_depth != rcu ||
	    h->irqs_off != off)
		fb_report(
			FB_CONTRACT, 0, NULL,
			"irq handler returned unbalanced (locks %+d, atomic %+d, rcu %+d, irqs off %+d)",
			(int)(h->nr_held - held), (int)(h->nr_atomic - atomic),
			(int)(h->rcu_depth - rcu), (int)(h->irqs_off - off));
	h->irq--;
	run_pending(h);
}

/** fb_in_irq() - inside fb_irq()? */
bool fb_in_irq(void)
{
	return fb_holder()->irq;
}

/**
 * fb_irq_raise() - fb_irq() now, or as soon as current has irqs enabled and is in no handler; in
 * the order raised.
 */
void fb_irq_raise(void (*fn)(void *arg), void *arg)
{
	struct fb_holder *h = fb_holder();

	if (!h->irq && !h->irqs_off) {
		fb_irq(fn, arg);
		return;
	}
	if (h->nr_pending == FB_MAX_PENDING)
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"more than %d irqs pending while irqs are disabled",
				FB_MAX_PENDING);
	h->pending[h->nr_pending++] = (struct fb_pending){fn, arg};
}

/** fb_irqs_disable() - local_irq_disable(), nesting; per task. */
void fb_irqs_disable(void)
{
	struct fb_holder *h = fb_holder();

	if (!h->irqs_off++)
		h->irqs_off_stack = fb_stack_here();
}

/** fb_irqs_enable() - undo one fb_irqs_disable(); the last one runs what was raised meanwhile. */
void fb_irqs_enable(void)
{
	struct fb_holder *h = fb_holder();

	if (!h->irqs_off) {
		fb_report(FB_CONTRACT, 0, NULL, "irqs enabled more often than disabled");
		return;
	}
	if (--h->irqs_off)
		return;
	if (h->nr_held)
		fb_lockdep_irqs_on(h);
	run_pending(h);
}

/** fb_irqs_disabled() - by fb_irqs_disable(), or because this is a handler. */
bool fb_irqs_disabled(void)
{
	struct fb_holder *h = fb_holder();

	return h->irqs_off || h->irq;
}

void fb_atomic_enter_at(const char *why, const void *obj, fb_stack_t here)
{
	struct fb_holder *h = fb_holder();

	if (h->nr_atomic == FB_MAX_ATOMIC)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "atomic context nested more than %d deep",
				FB_MAX_ATOMIC);
	h->atomic[h->nr_atomic++] = (struct fb_atomic){.why = why, .obj = obj, .stack = here};
}

/**
 * fb_atomic_enter() - from here to the matching exit current must not sleep. @why and @obj appear
 * in findings.
 */
void fb_atomic_enter(const char *why, const void *obj)
{
	fb_atomic_enter_at(why, obj, fb_stack_here());
}

/**
 * fb_atomic_exit() - end the newest section on @obj, or the newest of all: sections need not nest.
 */
void fb_atomic_exit(const char *why, const void *obj)
{
	struct fb_holder *h = fb_holder();
	unsigned int i = h->nr_atomic;

	if (!i) {
		fb_report(FB_CONTRACT, 0, NULL,
			  "atomic context left more often than entered (%s, %s)", why, fb_obj(obj));
		return;
	}
	while (i && h->atomic[i - 1].obj != obj)
		i--;
	if (!i)
		i = h->nr_atomic;
	memmove(&h->atomic[i - 1], &h->atomic[i], (h->nr_atomic - i) * sizeof(h->atomic[0]));
	h->nr_atomic--;
	memset(&h->atomic[h->nr_atomic], 0, sizeof(h->atomic[0]));
}

/** fb_atomic_depth() - sections entered, and one for each irq handler. */
unsigned int fb_atomic_depth(void)
{
	struct fb_holder *h = fb_holder();

	return h->nr_atomic + h->irq;
}

/**
 * fb_might_sleep() - finding FB_SLEEP_ATOMIC in irq or atomic context, with irqs disabled, or in an
 * RCU read section. Returns.
 */
void fb_might_sleep(const char *what)
{
	struct fb_holder *h = fb_holder();

	if (likely(!(h->nr_atomic | h->irq | h->irqs_off | h->rcu_depth)))
		return;
	if (h->irq)
		fb_report(FB_SLEEP_ATOMIC, 0, NULL, "%s may sleep, in irq context", what);
	else if (h->nr_atomic)
		fb_report(FB_SLEEP_ATOMIC, h->atomic[h->nr_atomic - 1].stack, "atomic since",
			  "%s may sleep, in atomic context (%s, %s)", what,
			  h->atomic[h->nr_atomic - 1].why, fb_obj(h->atomic[h->nr_atomic - 1].obj));
	else if (h->irqs_off)
		fb_report(FB_SLEEP_ATOMIC, h->irqs_off_stack, "irqs disabled at",
			  "%s may sleep, with irqs disabled", what);
	else
		fb_report(FB_SLEEP_ATOMIC, h->rcu_stack, "read section entered at",
			  "%s may sleep, inside an RCU read section", what);
}
