/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks: user-space contexts on one operating-system thread.
 */
#ifndef FB_CORE_TASK_H
#define FB_CORE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fb_task;
typedef void (*fb_task_fn)(void *arg);

/* Create a runnable task; @name is copied. It starts when the scheduler picks it. */
struct fb_task *fb_task_create(const char *name, fb_task_fn fn, void *arg);
/* The task that runs now; NULL on the main (scheduler) stack. */
struct fb_task *fb_current(void);
const char *fb_task_name(const struct fb_task *t);
unsigned int fb_task_id(const struct fb_task *t);
/* A pointer for the layer above (the shim's task_struct). */
void fb_task_set_data(struct fb_task *t, void *data);
void *fb_task_data(const struct fb_task *t);
/*
 * Current is on an errand that others must let it end, such as a freeze: a run that stops short of
 * that is reported as starvation. NULL: it is done. Return: the one before, for errands within
 * others. Context: task.
 */
const char *fb_task_set_errand(const char *errand);
/* Daemon tasks (kworkers, ksoftirqd) do not keep a run alive. */
void fb_task_set_daemon(struct fb_task *t, bool daemon);
bool fb_task_ended(const struct fb_task *t);
/*
 * End the current task here and now, as if its function had returned; frames between are dropped.
 */
_Noreturn void fb_task_exit(void);
bool fb_task_blocked(const struct fb_task *t);
/* Current waits for the end of another task, or no longer: a deadlock is reported at that other. */
void fb_task_set_joining(bool joining);
/* Tasks of this run in order of creation, ended ones included; NULL beyond the last. */
struct fb_task *fb_task_at(unsigned int i);

/* Give up the processor until fb_wake(). @why and @obj appear in deadlock reports. */
void fb_block(const char *why, const void *obj);
/* The same for a spinning lock: also in irq context. Callers loop. */
void fb_spin(const char *why, const void *obj);
/*
 * Make a blocked task runnable; false if it was not blocked. Works from irq context and from the
 * main stack.
 */
bool fb_wake(struct fb_task *t);
/* Let others run: always a scheduling decision, also under run-to-block. */
void fb_yield(void);
/*
 * Park current until @deadline (virtual ns) or fb_wake(); returns false when the deadline came
 * first.
 */
bool fb_block_until(uint64_t deadline_ns, const char *why, const void *obj);

/* Atomic context: depth counted per task (and per irq), with the stack that entered. */
void fb_atomic_enter(const char *why, const void *obj);
void fb_atomic_exit(const char *why, const void *obj);
unsigned int fb_atomic_depth(void);
/* Finding FB_SLEEP_ATOMIC when called in atomic or irq context. Kernel: might_sleep(). */
void fb_might_sleep(const char *what);

/* Run @fn(@arg) in (hard) irq context on top of whatever runs now, or from the main stack. */
void fb_irq(void (*fn)(void *arg), void *arg);
bool fb_in_irq(void);
/* Irqs disabled by current (local_irq_save): pending fb_irq_raise() wait. */
void fb_irq_raise(void (*fn)(void *arg), void *arg);

/*
 * Nested, per task: while disabled, fb_irq_raise() defers; the last enable runs what is pending, in
 * order.
 */
void fb_irqs_disable(void);
void fb_irqs_enable(void);
bool fb_irqs_disabled(void);

/*
 * Virtual time, in nanoseconds since the run began; advances only when nobody can run, or by
 * fb_time_advance().
 */
uint64_t fb_now(void);
void fb_time_advance(uint64_t ns);

/*
 * Called on the main stack when no task can run, before time advances to the next deadline and
 * before a deadlock is declared. A hook returns true if it made something runnable.
 */
typedef bool (*fb_idle_fn)(void *arg);
void fb_idle_hook(fb_idle_fn fn, void *arg);

#endif
