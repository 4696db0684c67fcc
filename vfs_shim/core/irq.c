// SPDX-License-Identifier: GPL-2.0
/*
 * Irq and atomic context, per task (each task is a processor of its own: the box models an SMP machine).
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
		fb_irq(p.fn, p.arg);
	}
}

void fb_irq(void (*fn)(void *arg), void *arg)
{
	struct fb_holder *h = fb_holder();
	unsigned int held = h->nr_held, atomic = h->nr_atomic, rcu = h->rcu_depth, off = h->irqs_off;

	if (fb_core.ctx == &fb_core.main) {
		struct fb_pending p = { fn, arg };

		fb_call(irq_from_main, &p);
		return;
	}
	h->irq++;
	fn(arg);
	if (h->nr_held != held || h->nr_atomic != atomic || h->rcu_depth != rcu || h->irqs_off != off)
		fb_report(FB_CONTRACT, 0, NULL, "irq handler returned unbalanced (locks %+d, atomic %+d, rcu %+d, irqs off %+d)",
			  (int)(h->nr_held - held), (int)(h->nr_atomic - atomic), (int)(h->rcu_depth - rcu),
			  (int)(h->irqs_off - off));
	h->irq--;
	run_pending(h);
}

bool fb_in_irq(void)
{
	return fb_holder()->irq;
}

void fb_irq_raise(void (*fn)(void *arg), void *arg)
{
	struct fb_holder *h = fb_holder();

	if (!h->irq && !h->irqs_off) {
		fb_irq(fn, arg);
		return;
	}
	if (h->nr_pending == FB_MAX_PENDING)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "more than %d irqs pending while irqs are disabled", FB_MAX_PENDING);
	h->pending[h->nr_pending++] = (struct fb_pending){ fn, arg };
}

void fb_irqs_disable(void)
{
	struct fb_holder *h = fb_holder();

	if (!h->irqs_off++)
		h->irqs_off_stack = fb_stack_here();
}

void fb_irqs_enable(void)
{
	struct fb_holder *h = fb_holder();

	if (!h->irqs_off) {
		fb_report(FB_CONTRACT, 0, NULL, "irqs enabled more often than disabled");
		return;
	}
	if (!--h->irqs_off)
		run_pending(h);
}

bool fb_irqs_disabled(void)
{
	struct fb_holder *h = fb_holder();

	return h->irqs_off || h->irq;
}

void fb_atomic_enter(const char *why, const void *obj)
{
	struct fb_holder *h = fb_holder();

	if (h->nr_atomic == FB_MAX_ATOMIC)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "atomic context nested more than %d deep", FB_MAX_ATOMIC);
	h->atomic[h->nr_atomic++] = (struct fb_atomic){ .why = why, .obj = obj, .stack = fb_stack_here() };
}

/* Sections need not nest: the newest one that fits ends. */
void fb_atomic_exit(const char *why, const void *obj)
{
	struct fb_holder *h = fb_holder();
	unsigned int i = h->nr_atomic;

	if (!i) {
		fb_report(FB_CONTRACT, 0, NULL, "atomic context left more often than entered (%s, %s)", why, fb_obj(obj));
		return;
	}
	while (i && h->atomic[i - 1].obj != obj)
		i--;
	if (!i)
		i = h->nr_atomic;
	memmove(&h->atomic[i - 1], &h->atomic[i], (h->nr_atomic - i) * sizeof(h->atomic[0]));
	h->nr_atomic--;
}

unsigned int fb_atomic_depth(void)
{
	struct fb_holder *h = fb_holder();

	return h->nr_atomic + h->irq;
}

void fb_might_sleep(const char *what)
{
	struct fb_holder *h = fb_holder();

	if (likely(!(h->nr_atomic | h->irq | h->irqs_off | h->rcu_depth)))
		return;
	if (h->irq)
		fb_report(FB_SLEEP_ATOMIC, 0, NULL, "%s may sleep, in irq context", what);
	else if (h->nr_atomic)
		fb_report(FB_SLEEP_ATOMIC, h->atomic[h->nr_atomic - 1].stack, "atomic since",
			  "%s may sleep, in atomic context (%s, %s)", what, h->atomic[h->nr_atomic - 1].why,
			  fb_obj(h->atomic[h->nr_atomic - 1].obj));
	else if (h->irqs_off)
		fb_report(FB_SLEEP_ATOMIC, h->irqs_off_stack, "irqs disabled at", "%s may sleep, with irqs disabled", what);
	else
		fb_report(FB_SLEEP_ATOMIC, h->rcu_stack, "read section entered at",
			  "%s may sleep, inside an RCU read section", what);
}
