/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/tracepoint-defs.h. Kernel tracepoints cannot be switched on in the box; it
 * has its own trace.
 */
#ifndef TRACEPOINT_DEFS_H
#define TRACEPOINT_DEFS_H

#define DECLARE_TRACEPOINT(tp)	struct tracepoint
#define tracepoint_enabled(tp)	false

#endif
