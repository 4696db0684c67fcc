/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The box's struct world.
 */
#ifndef FUSEBOX_SIM_WORLD_BOX_H
#define FUSEBOX_SIM_WORLD_BOX_H

#include "world.h"

/**
 * world_box_start() - boot the box and make its world
 *
 * Makes the calling core task the box's first process (root, with all capabilities), mounts the
 * root file system and runs the module initcalls.
 * Context: in the first task of a run, right after it was created.
 *
 * Return: the world; it lives as long as the run does.
 */
struct world *world_box_start(void);

/**
 * world_box_stop() - take the world down: the orderly shutdown of the box
 * @w: from world_box_start()
 *
 * Ends the first process (its files are closed), runs module exits and unmounts everything, so
 * that what the ledgers still hold afterwards is a leak. To be called by the task that called
 * world_box_start(), as the last thing it does.
 */
void world_box_stop(struct world *w);

#endif
