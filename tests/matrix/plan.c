// SPDX-License-Identifier: GPL-2.0
/*
 * Which points are run. The whole product has 77 million, so: full products over those
 * dimensions that belong together, and on each ground points enough that any three values of any
 * three other dimensions meet in one of them.
 */
#include "matrix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SWEPT		4
#define FREE_DIMS	(DIMS - GROUND_DIMS)

/* A full product: of the dimensions swept, with the others as named. */
static const struct product {
	const char *name;
	enum dim swept[SWEPT];
	unsigned int n;
	const char *others;
} products[] = {
	{ "positions", { D_KIND, D_SIZE, D_OFF }, 3, "" },
	{ "positions-append", { D_KIND, D_SIZE, D_OFF }, 3, "flag=APPEND init=1000" },
	{ "positions-direct", { D_KIND, D_SIZE, D_OFF }, 3, "flag=DIRECT" },
	{ "positions-empty", { D_KIND, D_SIZE, D_OFF }, 3, "init=0" },
	{ "opens", { D_ACC, D_FLAG, D_HOW, D_KIND }, 4, "off=512" },
	{ "opens-unaligned", { D_ACC, D_FLAG, D_HOW, D_KIND }, 4, "size=4097 off=EOF-1 init=1000" },
	{ "opens-no-dio", { D_ACC, D_FLAG, D_HOW, D_KIND }, 4, "dio=off off=512" },
	{ "opens-no-nowait", { D_ACC, D_FLAG, D_HOW, D_KIND }, 4, "nowait=off off=512" },
	{ "backings", { D_BACKING, D_ACC, D_HOW, D_KIND }, 4, "" },
	{ "backings-direct", { D_BACKING, D_ACC, D_HOW, D_KIND }, 4, "flag=DIRECT ids=open" },
};

#define NR_PRODUCTS	(sizeof(products) / sizeof(products[0]))

static struct point *plan_add(struct plan *plan)
{
	size_t room = plan->n & (plan->n - 1) ? 0 : 2 * plan->n + 1;

	/* grows at each power of two */
	if (room)
		plan->points = realloc(plan->points, room * sizeof(*plan->points));
	if (!plan->points)
		abort();
	return &plan->points[plan->n++];
}

/* ---- products ---- */

static void sweep(struct plan *plan, const struct product *product, struct point *p, unsigned int i)
{
	enum dim d;

	if (i == product->n) {
		*plan_add(plan) = *p;
		return;
	}
	d = product->swept[i];
	for (p->v[d] = 0; p->v[d] < dim_values(d); p->v[d]++)
		sweep(plan, product, p, i + 1);
}

static void make_product(struct plan *plan, const struct product *product)
{
	struct point p;

	if (!point_parse(&p, product->others))
		abort();
	sweep(plan, product, &p, 0);
}

/* ---- all triples ---- */

/* Which triples of values have met, by the triple of dimensions. */
struct coverage {
	unsigned char *met[FREE_DIMS][FREE_DIMS][FREE_DIMS];
	unsigned int rotate;
};

static unsigned int values(unsigned int i)
{
	return dim_values(GROUND_DIMS + i);
}

static unsigned char *met(struct coverage *c, const int *v, unsigned int i, unsigned int j,
			  unsigned int k)
{
	return c->met[i][j][k] + (v[i] * values(j) + v[j]) * values(k) + v[k];
}

#define FOR_EACH_TRIPLE(i, j, k)				\
	for (i = 0; i < FREE_DIMS; i++)				\
		for (j = i + 1; j < FREE_DIMS; j++)		\
			for (k = j + 1; k < FREE_DIMS; k++)

static void coverage_init(struct coverage *c, unsigned int rotate)
{
	unsigned int i, j, k;

	memset(c, 0, sizeof(*c));
	c->rotate = rotate;
	FOR_EACH_TRIPLE(i, j, k) {
		c->met[i][j][k] = calloc(values(i) * values(j), values(k));
		if (!c->met[i][j][k])
			abort();
	}
}

static void coverage_free(struct coverage *c)
{
	unsigned int i, j, k;

	FOR_EACH_TRIPLE(i, j, k)
		free(c->met[i][j][k]);
}

/* How many triples would be new if dimension @d had the value it has in @v? -1: not set. */
static unsigned int gain(struct coverage *c, const int *v, unsigned int d)
{
	unsigned int n = 0, i, j;

	for (i = 0; i < FREE_DIMS; i++) {
		if (i == d || v[i] < 0)
			continue;
		for (j = i + 1; j < FREE_DIMS; j++) {
			if (j == d || v[j] < 0)
				continue;
			if (d < i)
				n += !*met(c, v, d, i, j);
			else if (d < j)
				n += !*met(c, v, i, d, j);
			else
				n += !*met(c, v, i, j, d);
		}
	}
	return n;
}

/* Give dimension @d the value by which most triples are new. */
static void choose(struct coverage *c, int *v, unsigned int d)
{
	unsigned int best = 0, best_gain = 0, n = values(d);

	/* where it begins makes rows differ that are equally good */
	c->rotate = c->rotate * 1103515245 + 12345;
	for (unsigned int i = 0; i < n; i++) {
		unsigned int g;

		v[d] = (i + (c->rotate >> 16)) % n;
		g = gain(c, v, d);
		if (!i || g > best_gain) {
			best_gain = g;
			best = v[d];
		}
	}
	v[d] = best;
}

/* A row that has the triple in @v, and as many new ones besides as can be had easily. */
static void add_row(struct plan *plan, struct coverage *c, int *v, const struct point *ground)
{
	struct point *p = plan_add(plan);
	unsigned int i, j, k;

	for (i = 0; i < FREE_DIMS; i++) {
		if (v[i] < 0)
			choose(c, v, i);
	}
	FOR_EACH_TRIPLE(i, j, k)
		*met(c, v, i, j, k) = 1;
	*p = *ground;
	for (i = 0; i < FREE_DIMS; i++)
		p->v[GROUND_DIMS + i] = v[i];
}

static void cover(struct plan *plan, struct coverage *c, const struct point *ground,
		  unsigned int i, unsigned int j, unsigned int k)
{
	int v[FREE_DIMS], want[FREE_DIMS];

	for (unsigned int t = 0; t < values(i) * values(j) * values(k); t++) {
		memset(want, -1, sizeof(want));
		want[i] = t / values(k) / values(j);
		want[j] = t / values(k) % values(j);
		want[k] = t % values(k);
		memcpy(v, want, sizeof(v));
		if (!*met(c, want, i, j, k))
			add_row(plan, c, v, ground);
	}
}

/* The triples with most values first: they need most rows, which then have room for the others. */
static void make_triples(struct plan *plan, const struct point *ground, unsigned int rotate)
{
	unsigned int i, j, k, most, level = 0;
	struct coverage c;

	coverage_init(&c, rotate);
	FOR_EACH_TRIPLE(i, j, k) {
		if (values(i) * values(j) * values(k) > level)
			level = values(i) * values(j) * values(k);
	}
	for (most = level; most; most = level) {
		level = 0;
		FOR_EACH_TRIPLE(i, j, k) {
			unsigned int n = values(i) * values(j) * values(k);

			if (n == most)
				cover(plan, &c, ground, i, j, k);
			else if (n < most && n > level)
				level = n;
		}
	}
	coverage_free(&c);
}

/* ---- names ---- */

/*
 * The grounds are numbered through. Half of them do, those where the last dimension makes the sum
 * of the values even: any three values meet in one of them. Returns whether there is an @i-th.
 */
static bool nth_ground(struct point *p, unsigned int i)
{
	unsigned int sum = 0;

	memset(p, 0, sizeof(*p));
	for (int d = 0; d < GROUND_DIMS - 1; d++) {
		p->v[d] = i % dim_values(d);
		i /= dim_values(d);
		sum += p->v[d];
	}
	p->v[GROUND_DIMS - 1] = sum % 2;
	return !i;
}

bool plan_name(unsigned int i, char *buf, size_t len)
{
	char text[256], *end;
	struct point p;

	if (i < NR_PRODUCTS) {
		snprintf(buf, len, "product/%s", products[i].name);
		return true;
	}
	if (!nth_ground(&p, i - NR_PRODUCTS))
		return false;
	point_text(&p, text, sizeof(text));
	end = strstr(text, dim_name(GROUND_DIMS));
	end[-1] = 0;
	for (char *c = text; *c; c++)
		*c = *c == ' ' ? ',' : *c;
	snprintf(buf, len, "triples/%s", text);
	return true;
}

bool plan_make(struct plan *plan, const char *name)
{
	struct point ground;

	memset(plan, 0, sizeof(*plan));
	for (unsigned int i = 0; plan_name(i, plan->name, sizeof(plan->name)); i++) {
		if (strcmp(plan->name, name))
			continue;
		if (i < NR_PRODUCTS)
			make_product(plan, &products[i]);
		else if (nth_ground(&ground, i - NR_PRODUCTS))
			make_triples(plan, &ground, i);
		return true;
	}
	return false;
}
