// SPDX-License-Identifier: GPL-2.0
/*
 * The explorer: the reduction loses no outcome, and the classics are decided correctly.
 */
#include "core_run.h"
#include <core/explore.h>
#include <sys/mman.h>

/* ---- programs: a few tasks over locks, atomics and one wait queue ---- */

#define MAX_TASKS 3
#define MAX_OPS 6
#define VARS 2

enum op_kind { READ, WRITE, ADD, LOCK, UNLOCK, TRYLOCK, WAIT, SIGNAL, CHOOSE, GET, PUT, NR_OPS,
	       ENTER = NR_OPS, LEAVE, DEFER };

struct op {
	enum op_kind kind;
	int var;
};

static struct program {
	int nr_tasks, nr_ops[MAX_TASKS];
	bool callbacks;
	struct op op[MAX_TASKS][MAX_OPS];
} program;

/* Shared state. */
static int var[VARS];
static long count[VARS];
static struct lock {
	bool held;
	struct fb_task *waits[MAX_TASKS];
	int nr_waits;
} lock[VARS];
static struct event {
	int count;
	struct fb_task *waits[MAX_TASKS];
	int nr_waits;
} event[VARS];

/* The outcome: what each task saw, and the state at the end. */
static uint32_t seen[MAX_TASKS];

static void saw(int task, int value)
{
	seen[task] = seen[task] * 31 + (uint32_t)value + 1;
}

static bool lock_busy(const void *obj)
{
	return ((const struct lock *)obj)->held;
}

static void lock_take(struct lock *l)
{
	fb_point_lock(l, false, lock_busy);
	while (l->held) {
		l->waits[l->nr_waits++] = fb_current();
		fb_block("lock", l);
	}
	l->held = true;
}

static void wake_all(struct fb_task **t, int *n)
{
	while (*n)
		fb_wake(t[--*n]);
}

static void lock_give(struct lock *l)
{
	fb_point_unlock(l, false);
	l->held = false;
	wake_all(l->waits, &l->nr_waits);
}

static bool lock_try(struct lock *l)
{
	fb_point(FB_PT_LOCK, l);
	if (l->held)
		return false;
	l->held = true;
	return true;
}

static void event_wait(struct event *e)
{
	fb_point(FB_PT_WAIT, e);
	while (!e->count) {
		e->waits[e->nr_waits++] = fb_current();
		fb_block("event", e);
		fb_point(FB_PT_WAIT, e);
	}
	e->count--;
}

static void event_signal(struct event *e)
{
	fb_point(FB_PT_WAKE, e);
	e->count++;
	wake_all(e->waits, &e->nr_waits);
}

/* As refcount_inc_not_zero() and refcount_dec_and_test(): was zero involved? */
static bool count_by(long *c, long delta)
{
	long old;

	fb_point(FB_PT_COUNT, c);
	old = *c;
	if (!old)
		delta = 0;
	fb_counted(c, old, delta);
	*c += delta;
	return !old || !*c;
}

/*
 * ---- callbacks after a grace period: all do the same, for their order is nobody's business ----
 */

#define MAX_CALLBACKS (MAX_TASKS * MAX_OPS)

static uint64_t callback[MAX_CALLBACKS]; /* epochs */
static int nr_queued, nr_begun;
static struct fb_task *rcu_task;

static bool callback_due(void)
{
	return nr_begun < nr_queued && fb_rcu_passed(callback[nr_begun]);
}

static void rcu_look(void *arg)
{
	(void)arg;
	if (callback_due())
		fb_wake(rcu_task);
}

static void rcu_main(void *arg)
{
	(void)arg;
	for (;;) {
		while (callback_due()) {
			const uint64_t *c = &callback[nr_begun++];

			fb_point(FB_PT_RCU, NULL);
			fb_touch_rcu(FB_RCU_DUE, c);
			fb_point(FB_PT_ATOMIC, &var[0]);
			var[0] = 9;
		}
		fb_block("callbacks", NULL);
	}
}

static void rcu_op(enum op_kind kind)
{
	if (kind != DEFER && (kind == ENTER) == (fb_rcu_depth() > 0))
		return;
	fb_point(FB_PT_RCU, NULL);
	if (kind == ENTER) {
		fb_touch_rcu(FB_RCU_ENTERED, &callback);
		fb_rcu_enter();
	} else if (kind == LEAVE) {
		fb_touch_rcu(FB_RCU_LEFT, &callback);
		fb_rcu_exit();
	} else {
		fb_touch(&nr_queued, true);
		fb_touch_rcu(FB_RCU_QUEUED, &callback[nr_queued]);
		callback[nr_queued++] = fb_rcu_epoch();
		rcu_look(NULL);
	}
}

static void do_op(int task, const struct op *op, bool held[VARS])
{
	switch (op->kind) {
	case READ:
		fb_point(FB_PT_READ, &var[op->var]);
		saw(task, var[op->var]);
		break;
	case WRITE:
		fb_point(FB_PT_ATOMIC, &var[op->var]);
		var[op->var] = task + 1;
		break;
	case ADD:
		fb_point(FB_PT_ATOMIC, &var[op->var]);
		saw(task, var[op->var]++);
		break;
	case LOCK:
		if (held[op->var])
			break;
		lock_take(&lock[op->var]);
		held[op->var] = true;
		break;
	case UNLOCK:
		if (!held[op->var])
			break;
		held[op->var] = false;
		lock_give(&lock[op->var]);
		break;
	case TRYLOCK:
		if (held[op->var])
			break;
		held[op->var] = lock_try(&lock[op->var]);
		saw(task, held[op->var]);
		break;
	case WAIT:
		event_wait(&event[op->var]);
		break;
	case SIGNAL:
		event_signal(&event[op->var]);
		break;
	case GET: /* unless zero */
	case PUT:
		saw(task, count_by(&count[op->var], op->kind == GET ? 1 : -1));
		break;
	case CHOOSE:
		saw(task, (int)fb_choose("test", 2));
		break;
	case ENTER:
	case LEAVE:
	case DEFER:
		rcu_op(op->kind);
		break;
	}
}

static void program_task(void *arg)
{
	int task = (int)(long)arg;
	bool held[VARS] = {false};

	for (int i = 0; i < program.nr_ops[task]; i++)
		do_op(task, &program.op[task][i], held);
	for (int v = 0; v < VARS; v++)
		if (held[v])
			lock_give(&lock[v]);
	rcu_op(LEAVE);
}

static void forget_state(void)
{
	memset(var, 0, sizeof(var));
	for (int v = 0; v < VARS; v++)
		count[v] = 1 + v * 2;
	memset(lock, 0, sizeof(lock));
	memset(event, 0, sizeof(event));
	memset(seen, 0, sizeof(seen));
	nr_queued = nr_begun = 0;
}

static uint64_t outcome_of_run(void)
{
	uint64_t h = 7;

	for (int i = 0; i < program.nr_tasks; i++)
		h = (h ^ seen[i]) * 0x100000001b3ull;
	for (int i = 0; i < VARS; i++)
		h = (h ^ (uint64_t)(count[i] * 100 + var[i] * 2 + lock[i].held)) * 0x100000001b3ull;
	return fb_nr_findings() ? h ^ 0xdead : h;
}

static uint64_t program_run(const struct fb_run_opts *o)
{
	forget_state();
	begin(o);
	for (long i = 0; i < program.nr_tasks; i++)
		fb_task_create("t", program_task, (void *)i);
	if (program.callbacks) {
		rcu_task = fb_task_create("rcu", rcu_main, NULL);
		fb_task_set_daemon(rcu_task, true);
		fb_rcu_hook(rcu_look, NULL);
	}
	fb_run_loop();
	fb_run_end();
	return outcome_of_run();
}

#define MAX_OUTCOMES 4096
struct outcomes {
	uint64_t of[MAX_OUTCOMES];
	size_t n;
	struct fb_explore_stats stats;
};

static void add_outcome(struct outcomes *o, uint64_t h)
{
	size_t i;

	for (i = 0; i < o->n && o->of[i] < h; i++)
		;
	if ((i < o->n && o->of[i] == h) || o->n == MAX_OUTCOMES)
		return;
	memmove(&o->of[i + 1], &o->of[i], (o->n - i) * sizeof(o->of[0]));
	o->of[i] = h;
	o->n++;
}

static void explore(const struct fb_explore_opts *x, struct outcomes *out, unsigned long limit)
{
	const struct fb_run_opts o = { .name = "test",
				       .policy = FB_POLICY_EXPLORE,
				       .max_steps = 10000 };

	out->n = 0;
	fb_explore_start(x);
	for (unsigned long n = 0; n < limit && fb_explore_next(); n++) {
		uint64_t h = program_run(&o);

		if (fb_explore_ran())
			add_outcome(out, h);
	}
	fb_explore_stats(&out->stats);
	fb_explore_end();
}

static uint64_t rng;

static unsigned int roll(unsigned int n)
{
	rng = rng * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(rng >> 33) % n;
}

static void random_program(unsigned int seed)
{
	rng = seed * 2654435761u + 17;
	program.callbacks = false;
	program.nr_tasks = 2 + (int)roll(2);
	for (int t = 0; t < program.nr_tasks; t++) {
		program.nr_ops[t] =
			1 + (int)roll(program.nr_tasks == 2 ? MAX_OPS : MAX_OPS / 2 + 1);
		for (int i = 0; i < program.nr_ops[t]; i++)
			program.op[t][i] = (struct op){(enum op_kind)roll(NR_OPS), (int)roll(VARS)};
	}
}

/* Of sections and callbacks, and what both touch; three tasks have less to do than two. */
static void random_rcu_program(unsigned int seed)
{
	static const enum op_kind kinds[] = { READ,  WRITE, READ,  WRITE, ENTER,
					      ENTER, LEAVE, DEFER, DEFER };

	rng = seed * 2654435761u + 29;
	program.callbacks = true;
	program.nr_tasks = 2 + (int)roll(2);
	for (int t = 0; t < program.nr_tasks; t++) {
		program.nr_ops[t] =
			1 + (int)roll(program.nr_tasks == 2 ? MAX_OPS - 2 : MAX_OPS / 2 - 1);
		for (int i = 0; i < program.nr_ops[t]; i++)
			program.op[t][i] =
				(struct op){ kinds[roll(sizeof(kinds) / sizeof(kinds[0]))],
					     (int)roll(VARS) };
	}
}

static void print_program(void)
{
	static const char *const names[] = { "read",	"write", "add",	   "lock",   "unlock",
					     "trylock", "wait",	 "signal", "choose", "get",
					     "put",	"enter", "leave",  "defer" };

	for (int t = 0; t < program.nr_tasks; t++) {
		fprintf(stderr, "  task %d:", t);
		for (int i = 0; i < program.nr_ops[t]; i++)
			fprintf(stderr, " %s%d", names[program.op[t][i].kind],
				program.op[t][i].var);
		fputc('\n', stderr);
	}
}

static bool same(const struct outcomes *a, const struct outcomes *b)
{
	return a->n == b->n && !memcmp(a->of, b->of, a->n * sizeof(a->of[0]));
}

#define PROGRAMS 400

struct family {
	void (*make)(unsigned int seed);
	bool bounded; /* 0, 1 or 2 preemptions; else any number */
	unsigned int gain; /* so many times fewer runs with the reduction, at least */
};

/* With and without the reduction: the same outcomes. */
static void same_outcomes(void **state)
{
	static struct outcomes all, reduced;
	const struct family *f = *state;
	unsigned long runs = 0, reduced_runs = 0;
	unsigned int compared = 0, bad = 0;

	for (unsigned int seed = 0; seed < PROGRAMS; seed++) {
		struct fb_explore_opts x = { .bound = f->bounded ? seed % 3 : FB_EXPLORE_NO_BOUND,
					     .no_reduction = true };

		f->make(seed);
		explore(&x, &all, 20000);
		if (!all.stats.complete)
			continue;
		compared++;
		x.no_reduction = false;
		explore(&x, &reduced, 20000);
		runs += all.stats.runs;
		reduced_runs += reduced.stats.runs;
		if (reduced.stats.complete && reduced.stats.runs <= all.stats.runs &&
		    same(&all, &reduced))
			continue;
		bad++;
		fprintf(stderr, "program %u: %zu outcomes, %zu with reduction\n", seed, all.n,
			reduced.n);
		print_program();
	}
	printf("%u programs: %lu runs, %lu with reduction\n", compared, runs, reduced_runs);
	assert_int_equal(bad, 0);
	assert_true(compared > PROGRAMS / 2);
	assert_true(reduced_runs * f->gain < runs);
}

/* ---- going on from the mark ---- */

static struct event done;

static void counted_task(void *arg)
{
	program_task(arg);
	event_signal(&done);
}

/* What comes after the region depends on what happened in it. */
static void main_task(void *arg)
{
	(void)arg;
	fb_explore_region(true);
	for (long i = 0; i < program.nr_tasks; i++)
		fb_task_create("t", counted_task, (void *)i);
	for (int i = 0; i < program.nr_tasks; i++)
		event_wait(&done);
	fb_explore_region(false);
	if (var[0] == 2 && count[1] == 1)
		fb_report(FB_EXPECTATION, 0, NULL, "this end is a bad one");
}

static void whole_run(void *arg)
{
	const struct fb_run_opts o = { .name = "test",
				       .policy = FB_POLICY_EXPLORE,
				       .max_steps = 10000,
				       .no_stacks = true,
				       .no_trace = true };

	forget_state();
	memset(&done, 0, sizeof(done));
	begin(&o);
	fb_task_create("main", main_task, NULL);
	fb_run_loop();
	fb_run_end();
	*(uint64_t *)arg = outcome_of_run();
}

/* As explore(); @out must be memory that no restart takes back. */
static void explore_from_mark(const struct fb_explore_opts *x, struct outcomes *out,
			      unsigned long limit)
{
	uint64_t outcome = 0;

	out->n = 0;
	fb_explore_start(x);
	for (unsigned long n = 0; n < limit && fb_explore_next(); n++) {
		bool whole = fb_explore_run(whole_run, &outcome);

		if (fb_explore_ran() && whole)
			add_outcome(out, outcome);
	}
	fb_explore_stats(&out->stats);
	fb_explore_end();
}

/* With a restart and known ends left out: the same schedules, the same outcomes. */
static void same_from_mark(void **state)
{
	struct outcomes *o = mmap(NULL, 2 * sizeof(*o), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long runs = 0, ends = 0;

	(void)state;
	assert_ptr_not_equal(o, MAP_FAILED);
	for (unsigned int seed = 0; seed < PROGRAMS / 8; seed++) {
		struct fb_explore_opts x = { .bound = seed & 1 ? 2 : FB_EXPLORE_NO_BOUND,
					     .no_restart = true };

		random_program(seed);
		explore_from_mark(&x, &o[0], 300);
		x.no_restart = false;
		explore_from_mark(&x, &o[1], 300);
		assert_int_equal(o[0].stats.ends, 0);
		if (!same(&o[0], &o[1]))
			print_program();
		assert_true(same(&o[0], &o[1]));
		assert_int_equal(o[0].stats.complete, o[1].stats.complete);
		if (o[0].stats.complete) {
			assert_int_equal(o[0].stats.runs, o[1].stats.runs);
			assert_int_equal(o[0].stats.pruned, o[1].stats.pruned);
		}
		runs += o[1].stats.runs;
		ends += o[1].stats.ends;
	}
	printf("%lu runs, %lu ends\n", runs, ends);
	/* Otherwise memory is watched: each run was made to its end. */
	if (ends)
		assert_true(ends < runs);
	munmap(o, 2 * sizeof(*o));
}

/* Two tasks of n conflicting writes each: C(2n, n) orders. */
static void closed_form(void **state)
{
	static const unsigned long orders[] = {1, 2, 6, 20, 70, 252, 924};
	static struct outcomes out;

	(void)state;
	for (int n = 1; n <= MAX_OPS; n++) {
		struct fb_explore_opts x = {.bound = FB_EXPLORE_NO_BOUND};

		program.nr_tasks = 2;
		for (int t = 0; t < 2; t++) {
			program.nr_ops[t] = n;
			for (int i = 0; i < n; i++)
				program.op[t][i] = (struct op){WRITE, 0};
		}
		explore(&x, &out, 100000);
		assert_true(out.stats.complete);
		assert_int_equal(out.stats.runs, orders[n]);
	}
}

/* ---- the classics ---- */

struct classic {
	void (*setup)(void);
	fb_task_fn task[3];
	enum fb_finding_kind finds; /* FB_NR_FINDINGS: nothing */
};

/* Explores to the end or to the first finding, which must be of the kind expected. */
static void decide(const struct classic *c)
{
	const struct fb_run_opts o = { .name = "test",
				       .policy = FB_POLICY_EXPLORE,
				       .max_steps = 10000 };
	struct fb_explore_opts x = {.bound = FB_EXPLORE_NO_BOUND};
	struct fb_explore_stats stats;
	bool found = false;

	fb_explore_start(&x);
	while (!found && fb_explore_next()) {
		begin(&o);
		c->setup();
		for (int i = 0; i < 3 && c->task[i]; i++)
			fb_task_create("t", c->task[i], NULL);
		fb_run_loop();
		fb_run_end();
		found = fb_explore_ran() && fb_nr_findings();
		if (found)
			assert_string_equal(fb_finding_name(fb_finding_at(0)->kind),
					    fb_finding_name(c->finds));
	}
	fb_explore_stats(&stats);
	fb_explore_end();
	assert_int_equal(found, c->finds != FB_NR_FINDINGS);
	assert_true(found || stats.complete);
}

static struct lock fork_[3];
static struct fb_task *sleeper;
static int flag, data, refs, readers, slot;

static void clean(void)
{
	memset(fork_, 0, sizeof(fork_));
	sleeper = NULL;
	flag = data = readers = 0;
	refs = slot = 1;
}

static void eat(int left, int right)
{
	lock_take(&fork_[left]);
	lock_take(&fork_[right]);
	lock_give(&fork_[right]);
	lock_give(&fork_[left]);
}

static void philosopher_0(void *arg)
{
	(void)arg;
	eat(0, 1);
}

static void philosopher_1(void *arg)
{
	(void)arg;
	eat(1, 2);
}

static void philosopher_2(void *arg)
{
	(void)arg;
	eat(2, 0);
}

static void philosopher_2_polite(void *arg)
{
	(void)arg;
	eat(0, 2);
}

static void philosophers(void **state)
{
	(void)state;
	decide(&(struct classic){
		clean, { philosopher_0, philosopher_1, philosopher_2 }, FB_DEADLOCK });
	decide(&(struct classic){
		clean, { philosopher_0, philosopher_1, philosopher_2_polite }, FB_NR_FINDINGS });
}

static void lock_ba(void *arg)
{
	(void)arg;
	eat(1, 0);
}

static void abba(void **state)
{
	(void)state;
	decide(&(struct classic){clean, {philosopher_0, lock_ba}, FB_DEADLOCK});
	decide(&(struct classic){clean, {philosopher_0, philosopher_0}, FB_NR_FINDINGS});
}

static void waker(void *arg)
{
	(void)arg;
	fb_point(FB_PT_WAKE, &flag);
	flag = 1;
	if (sleeper)
		fb_wake(sleeper);
}

/* Looks, and then goes to sleep: what happens between is lost. */
static void careless(void *arg)
{
	(void)arg;
	fb_point(FB_PT_READ, &flag);
	if (flag)
		return;
	fb_point(FB_PT_WAIT, &flag);
	sleeper = fb_current();
	fb_block("flag", &flag);
}

static void careful(void *arg)
{
	(void)arg;
	fb_point(FB_PT_WAIT, &flag);
	sleeper = fb_current();
	while (!flag)
		fb_block("flag", &flag);
}

static void lost_wake_up(void **state)
{
	(void)state;
	decide(&(struct classic){clean, {careless, waker}, FB_DEADLOCK});
	decide(&(struct classic){clean, {careful, waker}, FB_NR_FINDINGS});
}

static bool has_readers(const void *obj)
{
	return readers || ((const struct lock *)obj)->held;
}

static void writer_careless(void *arg)
{
	(void)arg;
	fb_point(FB_PT_ATOMIC, &data);
	data++;
	fb_point(FB_PT_ATOMIC, &data);
	data++;
}

static void writer(void *arg)
{
	fb_point_lock(&fork_[0], false, has_readers);
	fork_[0].held = true;
	writer_careless(arg);
	fb_point_unlock(&fork_[0], false);
	fork_[0].held = false;
}

static void reader(void *arg)
{
	(void)arg;
	fb_point_lock(&fork_[0], true, lock_busy);
	readers++;
	fb_point(FB_PT_READ, &data);
	if (data & 1)
		fb_report(FB_EXPECTATION, 0, NULL, "half written");
	fb_point_unlock(&fork_[0], true);
	readers--;
}

static void readers_writers(void **state)
{
	(void)state;
	decide(&(struct classic){clean, {reader, writer, reader}, FB_NR_FINDINGS});
	decide(&(struct classic){clean, {reader, writer_careless, reader}, FB_EXPECTATION});
}

/* Publishes @first, then the other one. */
static void publish(int *first, int *second)
{
	fb_point(FB_PT_READ, &flag);
	if (flag)
		return;
	lock_take(&fork_[0]);
	fb_point(FB_PT_READ, &flag);
	if (!flag) {
		fb_point(FB_PT_ATOMIC, first);
		*first = 1;
		fb_point(FB_PT_ATOMIC, second);
		*second = 1;
	}
	lock_give(&fork_[0]);
}

static void use(void)
{
	fb_point(FB_PT_READ, &flag);
	if (!flag)
		return;
	fb_point(FB_PT_READ, &data);
	if (!data)
		fb_report(FB_EXPECTATION, 0, NULL, "used before it was there");
}

static void data_then_flag(void *arg)
{
	(void)arg;
	publish(&data, &flag);
	use();
}

static void flag_then_data(void *arg)
{
	(void)arg;
	publish(&flag, &data);
	use();
}

static void publication(void **state)
{
	(void)state;
	decide(&(struct classic){clean, {data_then_flag, data_then_flag}, FB_NR_FINDINGS});
	decide(&(struct classic){clean, {flag_then_data, flag_then_data}, FB_EXPECTATION});
}

static void count_refs(int delta)
{
	fb_counted(&refs, refs, delta);
	refs += delta;
}

/* The last reference goes; the object is freed when no reader can see it any more. */
static void drop(void *arg)
{
	(void)arg;
	fb_point(FB_PT_ATOMIC, &slot);
	slot = 0;
	fb_point(FB_PT_COUNT, &refs);
	count_refs(-1);
	if (refs)
		return;
	fb_point(FB_PT_RCU, &data);
	data = 1; /* freed */
}

static void look_up(bool unless_zero)
{
	fb_point(FB_PT_READ, &slot);
	if (!slot)
		return;
	fb_point(FB_PT_COUNT, &refs);
	if (unless_zero && !refs) {
		fb_counted(&refs, 0, 0);
		return;
	}
	if (!refs)
		fb_report(FB_USE_AFTER_FREE, 0, NULL, "a reference is taken to what has none");
	count_refs(1);
	fb_point(FB_PT_COUNT, &refs);
	count_refs(-1);
}

static void look_up_inc(void *arg)
{
	(void)arg;
	look_up(false);
}

static void look_up_inc_not_zero(void *arg)
{
	(void)arg;
	look_up(true);
}

static void refcount_under_rcu(void **state)
{
	(void)state;
	decide(&(struct classic){clean, {drop, look_up_inc}, FB_USE_AFTER_FREE});
	decide(&(struct classic){clean, {drop, look_up_inc_not_zero}, FB_NR_FINDINGS});
}

/* A token of an explored run repeats it. */
static void tokens_replay(void **state)
{
	const struct fb_run_opts o = { .name = "test",
				       .policy = FB_POLICY_EXPLORE,
				       .max_steps = 10000 };
	struct fb_explore_opts x = {.bound = FB_EXPLORE_NO_BOUND};

	(void)state;
	random_program(7);
	fb_explore_start(&x);
	for (int n = 0; n < 50 && fb_explore_next(); n++) {
		uint64_t h = program_run(&o);
		char *token = strdup(fb_token());
		struct fb_run_opts again = { .name = "test",
					     .policy = FB_POLICY_REPLAY,
					     .token = token };

		if (fb_explore_ran()) {
			assert_true(program_run(&again) == h);
			assert_string_equal(fb_token(), token);
		}
		free(token);
	}
	fb_explore_end();
}

/* PCT and a random walk find what two switches at the right places show, and can be repeated. */
static void random_searches(void **state)
{
	const struct fb_run_opts o = { .name = "test",
				       .policy = FB_POLICY_EXPLORE,
				       .max_steps = 10000 };

	(void)state;
	for (int pct = 0; pct < 2; pct++) {
		struct fb_explore_opts x = { .search = pct ? FB_SEARCH_PCT : FB_SEARCH_RANDOM,
					     .seed = 1,
					     .depth = 3 };
		int at[2] = {0, 0};

		for (int round = 0; round < 2; round++) {
			fb_explore_start(&x);
			for (int n = 1; n < 1000 && !at[round] && fb_explore_next(); n++) {
				begin(&o);
				clean();
				fb_task_create("t", careless, NULL);
				fb_task_create("t", waker, NULL);
				fb_run_loop();
				fb_run_end();
				if (fb_explore_ran() && fb_nr_findings())
					at[round] = n;
			}
			fb_explore_end();
		}
		assert_true(at[0] > 0);
		assert_int_equal(at[0], at[1]);
	}
}

int main(void)
{
	static struct family any = { random_program, false, 4 },
			     bounded = { random_program, true, 1 },
			     rcu = { random_rcu_program, false, 4 },
			     rcu_bounded = { random_rcu_program, true, 1 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(same_outcomes, &any),
		cmocka_unit_test_prestate(same_outcomes, &bounded),
		cmocka_unit_test_prestate(same_outcomes, &rcu),
		cmocka_unit_test_prestate(same_outcomes, &rcu_bounded),
		cmocka_unit_test(same_from_mark),
		cmocka_unit_test(closed_form),
		cmocka_unit_test(philosophers),
		cmocka_unit_test(abba),
		cmocka_unit_test(lost_wake_up),
		cmocka_unit_test(readers_writers),
		cmocka_unit_test(publication),
		cmocka_unit_test(refcount_under_rcu),
		cmocka_unit_test(tokens_replay),
		cmocka_unit_test(random_searches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
