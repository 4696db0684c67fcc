/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of core share among themselves; nobody else includes this.
 */
#ifndef FB_CORE_INTERNAL_H
#define FB_CORE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>
#include "task.h"
#include "choice.h"
#include "events.h"
#include "stack.h"
#include "finding.h"
#include "ledger.h"
#include "lockdep.h"
#include "race.h"
#include "rcu.h"
#include "run.h"
#include "trace.h"
#include "vtime.h"
#include "sanitize.h"
#include "table.h"
#include "told.h"

#define FB_STACK_SIZE (256 * 1024)
#define FB_MAX_FRAMES 48
#define FB_MAX_HELD 64
#define FB_MAX_ATOMIC 64
#define FB_MAX_PENDING 32
#define FB_NOBODY (~0u) /* owner of a ledger entry that was disowned */

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* map.c: memory at the same address in every process */
void *fb_map(size_t size, int prot);

/* context.c: a stack and where it stopped */
struct fb_ctx {
	void *sp;
	char *low; /* lowest usable byte; the guard page is below */
	size_t size;
	void *fake; /* ASan's fake stack */
	struct fb_ctx *next; /* pool */
};

struct fb_ctx *fb_ctx_new(void (*entry)(void *arg), void *arg);
void fb_ctx_free(struct fb_ctx *c);
void fb_ctx_reserve(unsigned int n);
/* The same on a stack of @c's own, that is not among those of tasks. */
void fb_ctx_own(struct fb_ctx *c, void (*entry)(void *arg), void *arg);
void fb_ctx_switch(struct fb_ctx *from, struct fb_ctx *to, bool from_dies);
/*
 * Drop what a context that will never run again left behind (ASan's fake stack). Called on the main
 * stack.
 */
void fb_ctx_abandon(struct fb_ctx *c);
void fb_ctx_init_main(struct fb_ctx *c);
bool fb_ctx_in_guard(const void *addr);
const struct fb_ctx *fb_ctx_at(uintptr_t addr);
char *fb_ctx_emergency_stack(void);
/* Frame pointer and program counter saved in a context that does not run. */
void fb_ctx_saved(const struct fb_ctx *c, uintptr_t *fp, uintptr_t *pc);
/* context_*.S */
void fb_context_switch(void **save_sp, void *load_sp);
void fb_context_entry(void);

/* What a task, or the main stack, holds. */
struct fb_held {
	const void *lock;
	const char *name;
	unsigned int class_id;
	enum fb_lock_mode mode;
	unsigned int flags;
	unsigned int irq; /* irq depth in which it was taken */
	fb_stack_t stack;
	size_t event;
	bool told;
};

struct fb_atomic {
	const char *why;
	const void *obj;
	fb_stack_t stack;
};

struct fb_pending {
	void (*fn)(void *arg);
	void *arg;
};

struct fb_holder {
	struct fb_race_thread *race[2]; /* the task's, its irq handlers' */
	unsigned int id; /* of the task; 0: the main stack */
	unsigned int nr_held, nr_atomic, rcu_depth, irq, irqs_off, nr_pending;
	unsigned int owned[FB_NR_RES];
	uint64_t rcu_since;
	fb_stack_t rcu_stack, irqs_off_stack;
	struct fb_held held[FB_MAX_HELD];
	struct fb_atomic atomic[FB_MAX_ATOMIC];
	struct fb_pending pending[FB_MAX_PENDING];
};

enum fb_state { FB_NEW, FB_RUNNABLE, FB_RUNNING, FB_BLOCKED, FB_ENDED };

struct fb_task {
	char name[32];
	enum fb_state state;
	bool daemon, timed_out;
	bool joining; /* it waits for the end of another task */
	const char *errand; /* what it must come to the end of, whatever others do; NULL: nothing */
	fb_task_fn fn;
	void *arg, *data;
	struct fb_ctx *ctx;
	const char *why;
	const void *obj;
	struct fb_timer timer;
	struct fb_task *next, *prev; /* run queue */
	struct fb_holder h;
	bool fault_taken;
	unsigned int fault_nth; /* which of the next fault points fails; see fb_fault_nth() */
};

struct fb_core {
	bool running, stopped, guard, no_stacks, no_trace, record_points;
	unsigned long intrude_at; /* choice point with something to do */
	char name[128];
	struct fb_ctx main, *ctx; /* the main stack; the context that runs */
	struct fb_task *cur, *last; /* the task that runs; that ran last */
	struct fb_holder main_h;
	uint64_t now, idle_since, max_idle;
	unsigned long max_steps;
	unsigned int nr_held; /* locks, by whomever */
	bool access_points; /* accesses of fs/fuse are choice points, too */
	bool no_races; /* data races are no findings */
};
extern struct fb_core fb_core;

static inline struct fb_holder *fb_holder(void)
{
	return likely(fb_core.cur) ? &fb_core.cur->h : &fb_core.main_h;
}

/* Holder @i: 0 is the main stack, then each task that has not ended. NULL beyond. */
struct fb_holder *fb_holder_at(unsigned int i);
const char *fb_holder_name(unsigned int id);

/* sched.c */
void fb_sched_reset(void);
void fb_tasks_release(void);
_Noreturn void fb_stop(void);
bool fb_call_aside(void (*fn)(void *arg), void *arg);
void fb_step(void);
struct fb_task *fb_runnable_first(void);
void fb_idle_reset(void);
unsigned int fb_tasks_waiting(void);
/* task.c */
extern unsigned int *fb_task_points;
struct fb_task *fb_task_by_id(unsigned int id);
struct fb_task *fb_task_alloc(const char *name);
void fb_tasks_reset(void);
unsigned int fb_nr_tasks(void);
struct fb_task *fb_task_starving(void);

/* choice.c */
enum fb_decision { FB_DEC_POINT, FB_DEC_BLOCK, FB_DEC_CHOOSE };
unsigned int fb_decide(enum fb_decision kind, unsigned int n);
uint64_t fb_random(uint64_t *state);
int fb_choice_reset(const struct fb_run_opts *opts);
/* plan.c */
struct fb_plan;
void fb_plan_reset(struct fb_plan *to_record, const struct fb_plan *to_follow);
unsigned int fb_plan_decide(enum fb_decision kind, unsigned int n, unsigned int value);
/* fault.c */
struct fb_faults { /* which fault points fail, counted from 1; 0: none */
	unsigned long at, then;
	bool persistent;
	unsigned long point; /* no fault point, but a choice point: see fb_intruder_wait() */
};
void fb_fault_intruded(struct fb_task *t);
void fb_fault_meet_point(unsigned long number);
void fb_fault_injected(const char *what);
void fb_fault_reset(const struct fb_faults *faults);
const struct fb_faults *fb_faults_told(void);

/* stack.c */
struct fb_frames {
	unsigned int n;
	uintptr_t pc[FB_MAX_FRAMES];
};
void fb_stacks_forget(void);
fb_stack_t fb_stack_intern(const uintptr_t *pc, unsigned int n);
const struct fb_frames *fb_stack_frames(fb_stack_t s, struct fb_frames *buf);
/* @buf holds the @n innermost frames, the walk goes on at frame pointer @fp, bounded by @c. */
fb_stack_t fb_stack_from(const struct fb_ctx *c, struct fb_frames *buf, uintptr_t fp);

/* symbolize.c */
struct fb_sym {
	const char *function;
	const char *file; /* NULL: unknown */
	int line;
	bool core; /* a frame of ours, left out of reports */
};
/* The frames at @pc, innermost inlined one first; good for ever. */
const struct fb_sym *fb_symbolize(uintptr_t pc, unsigned int *n);

/* The module of libdwfl that @pc is in, or NULL. */
struct Dwfl_Module *fb_symbols_module(uintptr_t pc);
/* Do @a and @b look the same in a report? */
bool fb_stack_alike(fb_stack_t a, fb_stack_t b);

/* unwind.c: registers of the frame above; false when that is not known. */
struct fb_regs {
	uintptr_t pc, sp, fp, lr;
};
bool fb_unwind(const struct fb_ctx *c, struct fb_regs *r);

/* finding.c */
struct fb_finding *fb_report_at(enum fb_finding_kind kind, fb_stack_t here, fb_stack_t other,
				const char *other_label, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void fb_finding_part(struct fb_finding *f, const char *label, fb_stack_t stack, unsigned int count,
		     bool brief);
void fb_findings_reset(void);

/* arena.c: memory of the run's bookkeeping, dropped by the next fb_run_begin() */
void *fb_run_alloc(size_t size);
char *fb_run_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fb_arena_reset(void);

/* What hangs on an address, so that freeing the memory finds it at once. */
enum fb_dep_kind { FB_DEP_ACCOUNT, FB_DEP_NAME, FB_DEP_WATCH };
struct fb_dep {
	struct fb_dep *next;
	const void *addr;
	enum fb_dep_kind kind;
	void *of;
};

/* objects.c */
void fb_objects_reset(void);
void fb_name_gone(void *name);
/* ledger.c */
void fb_ledger_reset(void);
void fb_account_freed(void *account);
bool fb_account_held(const void *account);
void fb_watch_freed(void *watch);
void fb_report_requests(void);
/* Was a leak told that may explain this one? Then it is a line of that report; @what is kept. */
bool fb_leak_explained(const char *what, fb_stack_t taken);
const char *fb_res_name(enum fb_res kind);
void fb_freeze_report(struct fb_holder *h, const char *when);
/* The last name given at or below @p among @deps; NULL if none. */
const char *fb_name_in(const struct fb_dep *deps, const void *p, size_t *offset);
/* mem.c, pool.c, guard.c */
struct fb_block { /* one object, as long as the run lasts */
	char *addr;
	size_t size;
	const char *type;
	enum fb_res kind;
	bool live, guarded, told;
	unsigned int number;
	unsigned int class_; /* pool: size class; guard: pages */
	fb_stack_t alloc, freed;
	struct fb_dep *deps;
	struct fb_block *all, *next_free;
	uint64_t freed_nth; /* pool: place in the queue of its class */
};
/*
 * Room for b->size bytes; false when there is none. The block is entered so that _find() knows it.
 */
void fb_guard_begin(bool at_once);
void fb_guard_arm(void);
bool fb_guard_alloc(struct fb_block *b, size_t align);
void fb_guard_free(struct fb_block *b);
struct fb_block *fb_guard_find(const void *p);
/* The block whose end (or start) an address on a guard page is nearest to. */
struct fb_block *fb_guard_nearest(const void *p);
bool fb_guard_has(const void *p);
void fb_guard_release(void);
bool fb_pool_alloc(struct fb_block *b, size_t align);
void fb_pool_free(struct fb_block *b);
struct fb_block *fb_pool_find(const void *p);
/* Was a freed block written to? Offset of the first byte, or -1. */
long fb_pool_scribbled(const struct fb_block *b);
void fb_pool_reused(struct fb_block *old); /* in mem.c: a freed block is about to be used again */
void fb_pool_release(void);
void fb_pool_untold(void (*untold)(const void *start, const void *end));
/*
 * Redzones of a block: offset of the first byte overwritten, relative to the object, or 0 when
 * intact.
 */
long fb_redzone_broken(const struct fb_block *b);
#define FB_REDZONE 16
#define FB_BYTE_REDZONE 0xfb
#define FB_BYTE_FRESH 0x5a
#define FB_BYTE_FREED 0x6b
void fb_mem_reset(void);
void fb_mem_audit(void);
void fb_mem_release(void);
void fb_mem_attach(struct fb_dep *dep);
void fb_deps_forget(const void *start, size_t len);
/* Describes an address in an object: "kmalloc-64[17]+8"; false if in none. */
bool fb_mem_describe(const void *p, char *buf, size_t len, bool *live);
/* Is this fault ours? Then describe it; called on the stack of the task. */
bool fb_mem_fault(const void *addr, const char *what, fb_stack_t at);
bool fb_mem_in_arena(const void *addr);
/* fault handler: signal.c */
void fb_signal_init(void);
/* lockdep.c */
void fb_lockdep_reset(void);
void fb_holder_audit(struct fb_holder *h, const char *when);
/* fb_atomic_enter() by whom knows the stack already. */
void fb_atomic_enter_at(const char *why, const void *obj, fb_stack_t here);
void fb_lockdep_irqs_on(struct fb_holder *h);
/* rcu.c */
void fb_rcu_force_out(struct fb_holder *h);
void fb_rcu_reset(void);
/* vtime.c */
void fb_vtime_reset(void);
bool fb_time_to_next(void);
void fb_timers_range_freed(const void *start, size_t len);
/* trace.c */
void fb_trace_reset(void);
/* events.c */
void fb_events_reset(void);
/* race.c: nothing happens unless instrumented objects are linked in */
void fb_race_reset(void);
void fb_race_fork(struct fb_holder *child);
void fb_race_wake(struct fb_holder *sleeper);
void fb_race_irq_enter(struct fb_holder *h);
void fb_race_irq_acquire(struct fb_holder *h, const void *obj);
void fb_race_main(void);
void fb_race_main_done(void);
void fb_race_rcu_exit(uint64_t since);
void fb_race_grace_begin(uint64_t epoch);
void fb_race_grace_end(uint64_t epoch);
/* race_shadow.c */
void fb_race_forget(const void *start, size_t size);
void fb_race_allocated(const void *start, size_t size);
void fb_race_freed(const void *start, size_t size);
/* kdata.c */
void fb_kdata_restore(void);

#endif
