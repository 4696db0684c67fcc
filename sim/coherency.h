/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of coherency as a document: `fusebox coherency`.
 */
#ifndef FUSEBOX_SIM_COHERENCY_H
#define FUSEBOX_SIM_COHERENCY_H

#include <core/run.h>

/**
 * coherency_print() - run each cell and print docs/coherency.md on standard output
 * @opts: how to run them
 *
 * Cells that are not as expected are told about on standard error; nothing is printed then.
 * Return: exit status: 0, or 1 when a cell is not as expected.
 */
int coherency_print(const struct fb_run_opts *opts);

#endif
