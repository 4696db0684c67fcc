// SPDX-License-Identifier: GPL-2.0
/*
 * A run: rounds of operations, done by tasks that wait for each round, and judged by the model
 * after it.
 */
#include "random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_SIZE	(2 * RND_PAGE)

struct rnd_run *rnd_now;

/* A task, and the operation that it has in hand. */
struct player {
	struct game *game;
	struct w_task *task;
	struct w_event *go;
	struct rnd_hand hand;
	const struct rnd_op *op;	/* NULL: the end */
	long long result;
};

/* Freezes and thaws the lower file system until it is told to stop. */
struct freezer {
	struct rnd_run *run;
	const char *lower;
	struct w_task *task;
	struct w_mutex *lock;
	bool stop;		/* under @lock, as the next */
	long error;
};

struct game {
	struct rnd_run *run;
	struct freezer freezer;
	struct rnd_stage st;
	struct rnd_model m;
	struct rnd_source src;
	struct w_event *done;
	struct player players[RND_TASKS];
	struct rnd_op round[RND_TASKS];
	unsigned int n;			/* operations in @round */
	unsigned int next_id, nr_round;
	size_t at;			/* in the log */
};

/* ---- the server's side: A by the id of the inode, B by one of its own ---- */

static enum srv_backing serve_as(struct server *srv, const char *name, uint32_t flags)
{
	static const enum srv_backing as[RND_WAYS] = {
		[RND_CACHED] = SRV_CACHED, [RND_KEPT] = SRV_KEEP_CACHE, [RND_DIRECT] = SRV_PLAIN,
		[RND_A] = SRV_RDWR, [RND_B] = SRV_PLAIN,
	};
	const struct rnd_stage *st = srv_config(srv)->hook_arg;

	(void)name;
	(void)flags;
	return as[st->next];
}

static void pass_through(struct server *srv, struct srv_open *o)
{
	struct rnd_stage *st = srv_config(srv)->hook_arg;

	if (st->next != RND_B)
		return;
	for (int i = 0; i < RND_FILES; i++) {
		if (o->name[0] == '0' + i) {
			o->open->open_flags = FOPEN_PASSTHROUGH;
			o->open->backing_id = (int32_t)st->id_b[i];
		}
	}
}

/* ---- the tasks ---- */

static void player_task(struct world *w, void *arg)
{
	struct player *p = arg;
	struct game *g = p->game;

	if (!rnd_hand_init(&p->hand, w))
		p->result = -ENOMEM;
	w_event_post(w, g->done);
	for (;;) {
		if (w_event_wait(w, p->go) || !p->op)
			break;
		p->result = rnd_perform(&g->st, &p->hand, &g->m, p->op);
		w_event_post(w, g->done);
	}
	rnd_hand_free(&p->hand, w);
}

static bool start_players(struct sc *sc, struct game *g)
{
	struct world *w = g->st.fx.w;
	bool good = true;

	g->done = w_event_new(w, "done");
	for (int i = 0; i < RND_TASKS; i++) {
		struct player *p = &g->players[i];
		char name[16];

		snprintf(name, sizeof(name), "player%d", i);
		p->game = g;
		p->go = w_event_new(w, "go");
		if (!EXPECT_EQ(sc, w_spawn(w, name, W_SPAWN_SHARE_FILES, player_task, p, &p->task),
			       0))
			return false;
		w_event_wait(w, g->done);
		good &= EXPECT_EQ(sc, p->result, 0);
	}
	return good;
}

static void stop_players(struct game *g)
{
	struct world *w = g->st.fx.w;

	for (int i = 0; i < RND_TASKS; i++) {
		struct player *p = &g->players[i];

		if (p->task) {
			p->op = NULL;
			w_event_post(w, p->go);
			w_join(w, p->task);
		}
		if (p->go)
			w_event_free(w, p->go);
	}
	if (g->done)
		w_event_free(w, g->done);
}

/* ---- a freeze beneath it, again and again ---- */

static bool to_stop(struct world *w, struct freezer *f)
{
	bool stop;

	w_lock(w, f->lock);
	stop = f->stop || f->error;
	w_unlock(w, f->lock);
	return stop;
}

/* Long enough for the others to come to wait, and then to go on. */
static void let_others(struct world *w)
{
	w_tick(w);
	w_yield(w);
}

static void freezer_task(struct world *w, void *arg)
{
	struct freezer *f = arg;
	long ret = 0;

	while (!ret && !to_stop(w, f)) {
		ret = w_freeze(w, f->lower);
		if (ret)
			break;
		let_others(w);
		ret = w_thaw(w, f->lower);
		f->run->freezes++;
		let_others(w);
	}
	w_lock(w, f->lock);
	f->error = ret;
	w_unlock(w, f->lock);
}

static bool start_freezer(struct sc *sc, struct game *g)
{
	struct freezer *f = &g->freezer;
	struct world *w = g->st.fx.w;

	f->run = g->run;
	f->lower = g->st.fx.lower;
	f->lock = w_mutex_new(w, "freezer");
	return EXPECT_EQ(sc, w_spawn(w, "freezer", W_SPAWN_PROCESS, freezer_task, f, &f->task), 0);
}

static void stop_freezer(struct sc *sc, struct game *g)
{
	struct freezer *f = &g->freezer;
	struct world *w = g->st.fx.w;

	if (f->task) {
		w_lock(w, f->lock);
		f->stop = true;
		w_unlock(w, f->lock);
		w_join(w, f->task);
		EXPECT_EQ(sc, f->error, 0);
	}
	if (f->lock)
		w_mutex_free(w, f->lock);
}

/* ---- rounds ---- */

static bool fits(const struct game *g, const struct rnd_op *op)
{
	for (unsigned int i = 0; i < g->n; i++) {
		if (rnd_model_conflict(&g->m, op, &g->round[i]))
			return false;
	}
	return true;
}

/* From the log: what belongs together, as far as it still may run together. */
static void take_round(struct game *g)
{
	struct rnd_run *run = g->run;

	while (g->at < run->nlog && g->n < RND_TASKS) {
		const struct rnd_op *op = &run->log[g->at];

		if (g->n && op->round != g->round[0].round)
			break;
		if (!rnd_model_valid(&g->m, op)) {
			run->skipped++;
			g->at++;
			continue;
		}
		if (!fits(g, op))
			break;
		g->round[g->n++] = *op;
		g->at++;
	}
}

static void make_round(struct game *g)
{
	size_t left = g->run->nops - g->run->ndone;

	g->nr_round++;
	for (unsigned int i = 0; i < RND_TASKS && g->n < left; i++) {
		struct rnd_op *op = &g->round[g->n];

		memset(op, 0, sizeof(*op));
		op->id = g->next_id;
		op->round = g->nr_round;
		op->task = (unsigned char)i;
		if (rnd_generate(&g->src, &g->m, g->round, g->n, op)) {
			g->n++;
			g->next_id++;
		}
	}
}

static bool next_round(struct game *g)
{
	g->n = 0;
	if (g->run->log) {
		take_round(g);
		return g->n;
	}
	/* chance may find nothing once, but not for ever */
	while (g->run->ndone < g->run->nops && !g->n)
		make_round(g);
	return g->n;
}

static void fail(struct game *g, const struct rnd_op *op, const char *why)
{
	struct rnd_run *run = g->run;
	char line[200];

	if (run->failed)
		return;
	run->failed = run->ndone;
	snprintf(run->why, sizeof(run->why), "%s: %s", rnd_text(op, line, sizeof(line)), why);
}

/* Noted before, for the run may stop in one. */
static void note_round(struct game *g)
{
	struct rnd_run *run = g->run;

	for (unsigned int i = 0; i < g->n; i++) {
		if (run->done)
			run->done[run->ndone] = g->round[i];
		run->ndone++;
		run->by_kind[g->round[i].kind]++;
	}
	run->rounds += g->n > 1;
}

static void play_round(struct game *g)
{
	struct world *w = g->st.fx.w;

	note_round(g);
	for (unsigned int i = 0; i < g->n; i++) {
		struct player *p = &g->players[g->round[i].task];

		p->op = &g->round[i];
		w_event_post(w, p->go);
	}
	for (unsigned int i = 0; i < g->n; i++)
		w_event_wait(w, g->done);
}

/* All against the state before; then what they change, those that mark pages last. */
static void judge_round(struct game *g)
{
	char why[400];

	for (unsigned int i = 0; i < g->n; i++) {
		struct player *p = &g->players[g->round[i].task];

		if (!rnd_model_check(&g->m, &g->round[i], p->result, p->hand.buf, why))
			fail(g, &g->round[i], why);
	}
	for (int last = 0; last < 2; last++) {
		for (unsigned int i = 0; i < g->n; i++) {
			struct player *p = &g->players[g->round[i].task];

			if ((g->round[i].kind == RND_STORE) == last)
				rnd_model_apply(&g->m, &g->round[i], p->result, p->hand.buf);
		}
	}
}

/* ---- beginning and end ---- */

static bool make_files(struct sc *sc, struct game *g)
{
	for (int i = 0; i < RND_FILES; i++) {
		struct rnd_file *f = &g->m.files[i];
		char name[4] = { (char)('0' + i) };

		snprintf(g->st.low[i], W_PATH_MAX, "%s", fx_low(&g->st.fx, name));
		snprintf(g->st.mnt[i], W_PATH_MAX, "%s", fx_mnt(&g->st.fx, name));
		f->size = (i + 1) * MIN_SIZE + i * 100;
		sc_pattern(f->data, f->size, 0, 1);
		if (!EXPECT_EQ(sc, sc_make_file(sc, g->st.low[i], f->size, 1, 0644), 0))
			return false;
	}
	return true;
}

static bool register_files(struct sc *sc, struct game *g)
{
	/* by then it is negotiated */
	if (!EXPECT_EQ(sc, fx_barrier(&g->st.fx), 0))
		return false;
	for (int i = 0; i < RND_FILES; i++) {
		long fd = w_open(g->st.fx.w, g->st.low[i], O_RDWR, 0);

		if (!EXPECT(sc, fd >= 0, "cannot open a lower file: %s", sc_errno(fd)))
			return false;
		g->st.id_b[i] = srv_register(g->st.fx.w, g->st.fx.dev, (int)fd);
		w_close(g->st.fx.w, (int)fd);
		if (!EXPECT(sc, g->st.id_b[i] > 0, "cannot register a lower file: %s",
			    sc_errno(g->st.id_b[i])))
			return false;
	}
	return true;
}

static void one_alone(struct game *g, const struct rnd_op *op)
{
	g->round[0] = *op;
	g->round[0].id = g->next_id++;
	g->n = 1;
	play_round(g);
	judge_round(g);
}

/*
 * All is closed, and the lower files are looked at. What is done here is no operation of the log.
 */
static void finish(struct game *g)
{
	struct rnd_run *run = g->run;
	size_t counts[RND_KINDS], ndone = run->ndone;
	struct rnd_op *done = run->done;

	memcpy(counts, run->by_kind, sizeof(counts));
	run->done = NULL;
	for (unsigned char i = 0; i < RND_MAPS; i++) {
		if (g->m.maps[i].used)
			one_alone(g, &(struct rnd_op) { .kind = RND_MUNMAP, .map = i });
	}
	for (unsigned char i = 0; i < RND_SLOTS; i++) {
		if (g->m.slots[i].open)
			one_alone(g, &(struct rnd_op) { .kind = RND_CLOSE, .slot = i });
	}
	for (unsigned char i = 0; !run->failed && i < RND_FILES; i++) {
		memset(g->m.files[i].dirty, 0, sizeof(g->m.files[i].dirty));
		one_alone(g, &(struct rnd_op) { .kind = RND_CHECK, .file = i });
	}
	run->done = done;
	run->ndone = ndone;
	memcpy(run->by_kind, counts, sizeof(counts));
	if (run->failed > ndone)
		run->failed = ndone;
}

/*
 * What a seed decides besides the operations, where the world can: copies by the server, requests
 * that take time.
 */
static bool copies(const struct rnd_run *run)
{
	return run->seed % RND_CONFIGS & 1;
}

static bool takes_time(struct sc *sc, const struct rnd_run *run)
{
	return (run->seed % RND_CONFIGS & 2) && sc_has(sc, W_CAP_LOWER_ASYNC);
}

static bool set_pace(struct sc *sc, struct game *g)
{
	struct w_async_mode mode = {
		.when = W_ASYNC_LATER,
		.order = W_ASYNC_CHOSEN,
		.result.irq = g->run->seed % RND_CONFIGS & 4,
	};

	return !takes_time(sc, g->run) ||
	       EXPECT(sc, !w_lower_async_mode(g->st.fx.w, g->st.fx.lower, &mode),
		      "cannot set the pace below");
}

static void play(struct sc *sc, struct game *g)
{
	if (!set_pace(sc, g) || !make_files(sc, g) || !register_files(sc, g) ||
	    !start_players(sc, g))
		return;
	if (g->run->frozen && !start_freezer(sc, g))
		goto stop;
	while (!g->run->failed && next_round(g)) {
		play_round(g);
		judge_round(g);
	}
stop:
	/* Who looks at the lower files at the end does so in peace. */
	stop_freezer(sc, g);
	finish(g);
	EXPECT(sc, !g->run->failed, "%s", g->run->why);
}

void rnd_run(struct sc *sc, struct rnd_run *run)
{
	struct game *g = calloc(1, sizeof(*g));
	struct fx_opts o;

	fx_opts_init(&o);
	o.srv.copy_range = copies(run);
	o.lower.kind = takes_time(sc, run) ? W_LOWER_ASYNC : W_LOWER_RAM;
	o.srv.choose = serve_as;
	o.srv.on_open = pass_through;
	o.keep_dev = true;
	if (!EXPECT(sc, g, "no memory"))
		return;
	o.srv.hook_arg = &g->st;
	g->run = run;
	g->src.state = run->seed;
	g->next_id = 1;	/* 0 is what the files were made with */
	if (!EXPECT(sc, rnd_model_init(&g->m, sc_has(sc, W_CAP_IS_MAINLINE)), "no memory"))
		goto out;
	if (fx_setup(sc, &g->st.fx, &o)) {
		g->st.opening = w_event_new(g->st.fx.w, "opening");
		w_event_post(g->st.fx.w, g->st.opening);
		play(sc, g);
		stop_players(g);
		w_event_free(g->st.fx.w, g->st.opening);
	}
	for (int i = 0; i < RND_FILES; i++) {
		if (g->st.id_b[i] > 0)
			srv_unregister(g->st.fx.w, g->st.fx.dev, (int32_t)g->st.id_b[i]);
	}
	/* Who may not have a file open in two ways does not come far. */
	sc_differs(sc, DIFF_MIXED_OPENS);
	g->st.fx.by_chance = true;
	fx_teardown(&g->st.fx);
out:
	rnd_model_free(&g->m);
	free(g);
}

void rnd_scenario(struct sc *sc)
{
	rnd_run(sc, rnd_now);
}
