/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of front ends of asynchronous I/O: `fusebox async-table`.
 */
#ifndef FUSEBOX_SIM_ASYNC_TABLE_H
#define FUSEBOX_SIM_ASYNC_TABLE_H

#include <core/run.h>

/**
 * async_table() - run each cell and print the table
 * @opts: how to run them
 * @engine: only this lower file system, by its name in the table; NULL: all
 *
 * Cells that fail are told about on standard error.
 * Return: exit status: 0, 1 when a cell failed, 2 when there is no such engine.
 */
int async_table(const struct fb_run_opts *opts, const char *engine);

#endif
