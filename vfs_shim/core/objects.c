// SPDX-License-Identifier: GPL-2.0
/*
 * Names for objects, so that reports and traces never show an address.
 */
#include <string.h>
#include "internal.h"
#include "snapshot.h"

struct name {
	struct fb_dep dep;
	const char *type;
	unsigned int id;
	bool gone;
	char detail[48];
};

struct type {
	struct type *next;
	const char *name;
	unsigned int count;
};

static FB_UNTOLD struct fb_table names;
static FB_UNTOLD struct type *types;

static unsigned int next_id(const char *type)
{
	struct type *t;

	for (t = types; t; t = t->next)
		if (t->name == type || !strcmp(t->name, type))
			return ++t->count;
	t = fb_run_alloc(sizeof(*t));
	t->name = type;
	t->count = 1;
	t->next = types;
	types = t;
	return 1;
}

/**
 * fb_obj_new() - name @obj for reports: "@type#n (@detail)". @type must stay (a literal); @detail
 * is copied, may be NULL.
 */
void fb_obj_new(const void *obj, const char *type, const char *detail)
{
	struct name *n = fb_run_alloc(sizeof(*n));

	n->type = type;
	n->id = next_id(type);
	if (detail)
		strncpy(n->detail, detail, sizeof(n->detail) - 1);
	n->dep = (struct fb_dep){.addr = obj, .kind = FB_DEP_NAME, .of = n};
	fb_table_set(&names, (uintptr_t)obj, n);
	fb_mem_attach(&n->dep);
}

void fb_name_gone(void *name)
{
	((struct name *)name)->gone = true;
}

/** fb_obj_gone() - its name is kept, marked gone. Freeing its memory does the same. */
void fb_obj_gone(const void *obj)
{
	struct name *n = fb_table_get(&names, (uintptr_t)obj);

	if (n)
		n->gone = true;
}

/** fb_obj() - how to call @obj; never an address. See ledger.h. */
const char *fb_obj(const void *obj)
{
	static FB_UNTOLD char ring[8][160];
	static FB_UNTOLD unsigned int turn;
	char *s = ring[turn++ % 8];
	const struct name *n;
	bool live = false;

	if (!obj)
		return "none";
	n = fb_table_get(&names, (uintptr_t)obj);
	if (!n || n->gone) {
		/* A gone name tells more than none, unless something else lives there now. */
		if (fb_mem_describe(obj, s, sizeof(ring[0]), &live) && (!n || live))
			return s;
		if (!n)
			return "unnamed";
	}
	snprintf(s, sizeof(ring[0]), "%s#%u%s%s%s%s", n->type, n->id,
		 n->detail[0] || n->gone ? " (" : "", n->detail,
		 n->gone ? n->detail[0] ? ", gone" : "gone" : "",
		 n->detail[0] || n->gone ? ")" : "");
	return s;
}

const char *fb_name_in(const struct fb_dep *deps, const void *p, size_t *offset)
{
	static FB_UNTOLD char s[128];
	const struct name *best = NULL;

	for (; deps; deps = deps->next)
		if (deps->kind == FB_DEP_NAME && (uintptr_t)deps->addr <= (uintptr_t)p &&
		    (!best || (uintptr_t)best->dep.addr < (uintptr_t)deps->addr))
			best = deps->of;
	if (!best)
		return NULL;
	*offset = (size_t)((uintptr_t)p - (uintptr_t)best->dep.addr);
	snprintf(s, sizeof(s), "%s#%u", best->type, best->id);
	return s;
}

void fb_objects_reset(void)
{
	fb_table_reset(&names);
	types = NULL;
}
