// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks: what they are called and what they hold. Who runs is decided in sched.c.
 */
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "snapshot.h"

static FB_UNTOLD struct fb_task **tasks;
/* by id: places where it could be switched away from, so far */
FB_UNTOLD unsigned int *fb_task_points;
static unsigned int nr_tasks, room;

unsigned int fb_nr_tasks(void)
{
	return nr_tasks;
}

/**
 * fb_task_at() - the @i-th task of the run, in order of creation, ended ones included; NULL beyond
 * the last.
 */
struct fb_task *fb_task_at(unsigned int i)
{
	return i < nr_tasks ? tasks[i] : NULL;
}

/* Ids start at 1: 0 is the main stack. */
struct fb_task *fb_task_by_id(unsigned int id)
{
	return id ? fb_task_at(id - 1) : NULL;
}

struct fb_task *fb_task_alloc(const char *name)
{
	struct fb_task *t = fb_small_alloc(sizeof(*t));

	if (nr_tasks == room) {
		room = room ? room * 2 : 64;
		tasks = realloc(tasks, room * sizeof(*tasks));
		fb_task_points = realloc(fb_task_points, (room + 1) * sizeof(*fb_task_points));
		if (!tasks || !fb_task_points)
			abort();
	}
	tasks[nr_tasks++] = t;
	t->h.id = nr_tasks;
	fb_task_points[nr_tasks] = 0;
	strncpy(t->name, name, sizeof(t->name) - 1);
	return t;
}

void fb_tasks_reset(void)
{
	nr_tasks = 0;
}

/** fb_current() - the task that runs; NULL on the main stack and in fb_call(). Context: any. */
struct fb_task *fb_current(void)
{
	return fb_core.cur;
}

/** fb_task_name() - its name, as long as the run lasts. */
const char *fb_task_name(const struct fb_task *t)
{
	return t->name;
}

/** fb_task_id() - counted from 1 within the run; the same in each run of the same decisions. */
unsigned int fb_task_id(const struct fb_task *t)
{
	return t->h.id;
}

/** fb_task_set_data() - hang a pointer of the layer above on @t; core does not look at it. */
void fb_task_set_data(struct fb_task *t, void *data)
{
	t->data = data;
}

/** fb_task_data() - what fb_task_set_data() hung on @t. */
void *fb_task_data(const struct fb_task *t)
{
	return t->data;
}

/** fb_task_ended() - has its function returned? @t stays valid until the next fb_run_begin(). */
bool fb_task_ended(const struct fb_task *t)
{
	return t->state == FB_ENDED;
}

/** fb_task_set_errand() - see task.h. On the main stack there are none. */
const char *fb_task_set_errand(const char *errand)
{
	const char *old = fb_core.cur ? fb_core.cur->errand : NULL;

	if (fb_core.cur)
		fb_core.cur->errand = errand;
	return old;
}

/* A task on an errand that does not run now; NULL: none. */
struct fb_task *fb_task_starving(void)
{
	struct fb_task *t;

	for (unsigned int i = 0; (t = fb_task_at(i)); i++)
		if (t->errand && t->state != FB_ENDED && t != fb_core.cur)
			return t;
	return NULL;
}

/** fb_task_set_joining() - see task.h. */
void fb_task_set_joining(bool joining)
{
	fb_core.cur->joining = joining;
}

/** fb_task_blocked() - is it in fb_block()? A wake-up finds only such a task. */
bool fb_task_blocked(const struct fb_task *t)
{
	return t->state == FB_BLOCKED;
}

struct fb_holder *fb_holder_at(unsigned int i)
{
	struct fb_task *t;

	if (!i)
		return &fb_core.main_h;
	t = fb_task_by_id(i);
	return t ? &t->h : NULL;
}

const char *fb_holder_name(unsigned int id)
{
	struct fb_task *t = fb_task_by_id(id);

	return t ? t->name : id == FB_NOBODY ? "nobody" : "main";
}
