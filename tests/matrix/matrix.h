/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The matrix: one operation on one file, through FUSE passthrough, on a copy of the lower file, and
 * on a model of a file, over everything that could make a difference.
 *
 * A point of the matrix names one value of each dimension below. It is one small story: make a
 * file, open it, do one operation, look at everything, close, unlink. Points do not depend on each
 * other, so that each can be run alone (README.md).
 */
#ifndef FUSEBOX_TESTS_MATRIX_H
#define FUSEBOX_TESTS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario.h"

/**
 * enum dim - the dimensions; what their values mean stands in the table of point.c
 * @D_DEPTH: stack depth of the lower super block
 * @D_DIO: can the lower file system do direct I/O?
 * @D_NOWAIT: can it do RWF_NOWAIT?
 * @D_IDS: does the server register one id for each inode or one for each open?
 * @D_BACKING: how the server opens what it registers
 * @D_ACC: access mode of the opener
 * @D_FLAG: one more flag of the opener
 * @D_HOW: what brings the open file about
 * @D_KIND: the operation
 * @D_SIZE: its length
 * @D_OFF: its position
 * @D_INIT: size of the file before
 * @D_TICK: does the clock advance between the open and the operation?
 *
 * The first GROUND_DIMS need a mount of their own, and make up the ground on which points stand.
 */
enum dim {
	D_DEPTH, D_DIO, D_NOWAIT, D_IDS,
	D_BACKING, D_ACC, D_FLAG, D_HOW, D_KIND, D_SIZE, D_OFF, D_INIT, D_TICK,
	DIMS
};

#define GROUND_DIMS	D_BACKING
#define MAX_VALUES	24

struct point {
	unsigned char v[DIMS];
};

/* Values that the code must know by name; the table of point.c has them in this order. */
enum acc { ACC_RDWR, ACC_RDONLY, ACC_WRONLY };
enum how { HOW_OPEN, HOW_CREATE, HOW_TMPFILE, HOW_SETFL };
enum on_off { IS_ON, IS_OFF };

/* Where an operation takes its position from. */
enum pos_kind {
	POS_SEEK,	/* lseek(SEEK_SET), then without one */
	POS_SEEK_END,	/* lseek(SEEK_END), then without one */
	POS_ARG,	/* argument of the call */
	POS_MINUS_1,	/* lseek(SEEK_SET), then -1 as argument of the call */
};

/**
 * struct kind - an operation
 * @name: as in the table
 * @write: it writes
 * @vec: it takes a vector: three parts, the second one empty
 * @v2: preadv2 or pwritev2
 * @odd: its buffer is at an odd address
 * @pos: see &enum pos_kind
 * @rwf: RWF_...
 */
struct kind {
	const char *name;
	bool write, vec, v2, odd;
	enum pos_kind pos;
	int rwf;
};

#define DIO_ALIGN	512
#define MAX_SIZE	(131072 + 1)
#define MAX_INIT	70001
#define MAX_FILE	(MAX_INIT + 4096 + MAX_SIZE)

/* ---- point.c ---- */

const char *dim_name(enum dim d);
unsigned int dim_values(enum dim d);

/**
 * point_text() - a point in words, as FUSEBOX_POINT takes it
 * @p: the point
 * @buf: where to
 * @len: its size; 256 is enough
 *
 * Return: @buf.
 */
const char *point_text(const struct point *p, char *buf, size_t len);

/**
 * point_parse() - the reverse; dimensions that are not named get their first value
 * @p: where to
 * @text: words DIMENSION=VALUE
 *
 * Return: whether it is right; if not, the first wrong word has been printed.
 */
bool point_parse(struct point *p, const char *text);

const struct kind *point_kind(const struct point *p);
int point_acc(const struct point *p);	/* O_RDONLY, O_WRONLY, O_RDWR */
int point_flag(const struct point *p);	/* 0, O_APPEND, ... */
size_t point_size(const struct point *p);
size_t point_init(const struct point *p);
enum srv_backing point_backing(const struct point *p);

/* The position, in a file of @eof bytes. May be -1. */
long long point_off(const struct point *p, size_t eof);

/* ---- shadow.c ---- */

/**
 * struct outcome - what can be seen of one operation
 * @open: result of the open: 0 or -errno
 * @setfl: result of fcntl(F_SETFL): 0 or -errno
 * @seek: result of lseek, 0 without one
 * @result: result of the operation; 0 if lseek or the open failed
 * @pos: position of the file afterwards
 * @size: size of the file afterwards
 */
struct outcome {
	long open, setfl;
	long long seek;
	long result;
	long long pos;
	unsigned long long size;
};

/**
 * struct shadow - a file as POSIX has it, and what an operation on it gives
 * @data: @size bytes
 * @size: size of the file
 * @read: what a read must find, points into @data
 * @wrote_at: position of what was written
 * @out: what must come out
 */
struct shadow {
	unsigned char data[MAX_FILE];
	size_t size;
	const unsigned char *read;
	long long wrote_at;
	struct outcome out;
};

/**
 * shadow_run() - do a point on the model
 * @s: the model; everything in it is set
 * @p: the point
 * @native: without the differences on purpose (see &enum exception)
 */
void shadow_run(struct shadow *s, const struct point *p, bool native);

/*
 * The bytes of a file before the operation (@write false) and those that are written, by their
 * position: MAX_FILE bytes.
 */
const unsigned char *shadow_pattern(bool write);

/**
 * enum exception - where passthrough may differ from the lower file system on purpose
 *
 * The table in shadow.c has their reasons.
 */
enum exception {
	EX_SETFL_DIRECT,
	EX_HIPRI,
	EX_TRUNC_EMPTY,
	EX_EMPTY,
	EXCEPTIONS
};

const char *exception_name(enum exception ex);
const char *exception_reason(enum exception ex);

/* May this exception be made for this point? */
bool point_excepted(const struct point *p, enum exception ex);

/* A point for which it must be made. */
const char *exception_point(enum exception ex);

/* ---- operate.c ---- */

/**
 * struct ground - a mount and its lower file system, and what a run over many points needs
 * @fx: mount, server, lower file system
 * @now: the point at hand, for the server's hook
 * @complain: told of each difference
 * @arg: for @complain
 * @excepted: how often each exception was made
 */
struct ground {
	struct fixture fx;
	struct point now;
	void (*complain)(void *arg, const struct point *p, const char *what);
	void *arg;
	unsigned long excepted[EXCEPTIONS];
};

/**
 * ground_open() - mount
 * @g: filled in
 * @sc: the scenario's run
 * @p: the point whose first dimensions say what to mount
 *
 * Return: whether it worked; ground_close() is needed in any case.
 */
bool ground_open(struct ground *g, struct sc *sc, const struct point *p);
void ground_close(struct ground *g);

/**
 * ground_point() - do a point: through FUSE, on a copy of the lower file, and on the model
 * @g: a ground that fits the point
 * @p: the point
 *
 * Return: whether all three agree; if not, @g->complain was called.
 */
bool ground_point(struct ground *g, const struct point *p);

/* ---- plan.c ---- */

/**
 * struct plan - a number of points on one ground, run in one run of the box
 * @name: name of the test
 * @points: the points
 * @n: their number
 */
struct plan {
	char name[96];
	struct point *points;
	size_t n;
};

/**
 * plan_name() - walk the plans: their names
 * @i: 0, 1, ...
 * @buf: where the name is stored
 * @len: its size
 *
 * Return: whether there is an @i-th plan.
 */
bool plan_name(unsigned int i, char *buf, size_t len);

/**
 * plan_make() - make the plan of a name; the same each time
 * @plan: filled in; @plan->points is to be freed
 * @name: from plan_name()
 *
 * Return: whether there is such a plan.
 */
bool plan_make(struct plan *plan, const char *name);

#endif
