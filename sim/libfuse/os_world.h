/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file server's system: a struct world. See os.h.
 */
#ifndef FUSEBOX_SIM_LIBFUSE_OS_WORLD_H
#define FUSEBOX_SIM_LIBFUSE_OS_WORLD_H

#include "../world.h"

/* Where the file server runs; set before one is made. */
extern struct world *os_world;

#endif /* FUSEBOX_SIM_LIBFUSE_OS_WORLD_H */
