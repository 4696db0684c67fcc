// SPDX-License-Identifier: GPL-2.0
/*
 * What users and groups look like that cannot be shown.
 *
 * Models: kernel/sys.c, 6.1: these two of its variables. The calls that change ids are in
 * sim/process.c.
 */
#include <linux/export.h>
#include <linux/highuid.h>

int overflowuid = DEFAULT_OVERFLOWUID;
int overflowgid = DEFAULT_OVERFLOWGID;
EXPORT_SYMBOL(overflowuid);
EXPORT_SYMBOL(overflowgid);
