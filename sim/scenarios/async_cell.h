/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One cell of the table of front ends: the same requests on a lower file directly and through FUSE,
 * compared.
 */
#ifndef FUSEBOX_SIM_ASYNC_CELL_H
#define FUSEBOX_SIM_ASYNC_CELL_H

#include "async_front.h"

enum cell_op { CELL_READ, CELL_WRITE, CELL_EXTEND, CELL_APPEND, CELL_OPS };

/**
 * enum cell_how - how requests complete
 * @CELL_INLINE: before the call of the lower file returns
 * @CELL_DEFERRED: later, by a task
 * @CELL_IRQ: later, in irq context
 * @CELL_REVERSED: later, newest first
 * @CELL_ERROR: with EIO
 * @CELL_SHORT: short
 * @CELL_HOWS: their number
 */
enum cell_how {
	CELL_INLINE, CELL_DEFERRED, CELL_IRQ, CELL_REVERSED, CELL_ERROR, CELL_SHORT, CELL_HOWS
};

/**
 * struct cell - which
 * @engine: the lower file system
 * @front: the front end
 * @rwf: RWF_... flag of each request
 * @op: what they do
 * @how: how they complete
 * @direct: on files opened with O_DIRECT
 */
struct cell {
	enum w_lower_kind engine;
	enum fe_kind front;
	int rwf;
	enum cell_op op;
	enum cell_how how;
	bool direct;
};

/**
 * cell_impossible() - why there is no such cell
 * @c: the cell
 *
 * Return: the reason, or NULL.
 */
const char *cell_impossible(const struct cell *c);

/**
 * cell_run() - run a cell: expectations of the scenario
 * @sc: the scenario's run
 * @c: the cell
 *
 * Return: what came out: "ok" or the name of an errno that the lower file itself gives.
 */
const char *cell_run(struct sc *sc, const struct cell *c);

/*
 * For the table: cell_scenario() runs async_cell_now, and leaves the verdict in async_cell_verdict.
 */
extern struct cell async_cell_now;
extern const char *async_cell_verdict;
void cell_scenario(struct sc *sc);

#endif
