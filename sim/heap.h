/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory of scenarios and server in the box.
 */
#ifndef FUSEBOX_SIM_HEAP_H
#define FUSEBOX_SIM_HEAP_H

/**
 * heap_reset() - forget everything that scenarios and server allocated
 *
 * To be called before each run: then each allocation of a run has the address that it has when the
 * run is repeated, alone or after others.
 */
void heap_reset(void);

#endif
