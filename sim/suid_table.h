/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of privileges that a write takes off: `fusebox suid-table`.
 */
#ifndef FUSEBOX_SIM_SUID_TABLE_PRINT_H
#define FUSEBOX_SIM_SUID_TABLE_PRINT_H

#include <core/run.h>

/**
 * suid_table() - run each cell and print the table
 * @opts: how to run them
 *
 * Cells that fail are told about on standard error.
 * Return: exit status: 0, or 1 when a cell failed.
 */
int suid_table(const struct fb_run_opts *opts);

#endif
