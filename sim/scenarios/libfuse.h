/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the command line may choose for the scenarios libfuse/tree and libfuse/work
 */
#ifndef FUSEBOX_SIM_SCENARIOS_LIBFUSE_H
#define FUSEBOX_SIM_SCENARIOS_LIBFUSE_H

extern unsigned long long libfuse_seed;	/* 1 */
extern unsigned int libfuse_files;	/* files of a tree: 10 */
extern unsigned int libfuse_ops;	/* operations by chance: 50 */

#endif /* FUSEBOX_SIM_SCENARIOS_LIBFUSE_H */
