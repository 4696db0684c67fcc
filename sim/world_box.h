/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The box's struct world.
 */
#ifndef FUSEBOX_SIM_WORLD_BOX_H
#define FUSEBOX_SIM_WORLD_BOX_H

#include "world.h"

/* What the lines of the normalized trace begin with, among all others of a run's trace. */
#define WORLD_BOX_TRACED "| "

/**
 * world_box_first() - make the task that starts the world
 * @fn: calls world_box_start(), uses the world, and calls world_box_stop()
 * @arg: for @fn
 *
 * Context: the main stack, between fb_run_begin() and fb_run_loop().
 */
void world_box_first(void (*fn)(void *arg), void *arg);

/**
 * world_box_start() - boot the box and make its world
 *
 * Makes the calling task the box's first process (root, with all capabilities), mounts the root
 * file system and runs the module initcalls.
 * Context: the task of world_box_first(), before anything else.
 *
 * Return: the world; it lives as long as the run does.
 */
struct world *world_box_start(void);

/**
 * world_box_run() - run something in a process of its own, and wait for its end
 * @w: from world_box_start()
 * @fn: what to run
 * @arg: for @fn
 *
 * In a fault run (see box_faults.h) @fn may be killed half-way; all processes have ended in any
 * case.
 * Context: as world_box_start().
 */
void world_box_run(struct world *w, void (*fn)(struct world *w, void *arg), void *arg);

/**
 * world_box_stop() - take the world down: the orderly shutdown of the box
 * @w: from world_box_start()
 *
 * Ends the first process (its files are closed), runs module exits and unmounts everything, so
 * that what the ledgers still hold afterwards is a leak. Context: as world_box_start(), as the
 * last thing.
 */
void world_box_stop(struct world *w);

#endif
