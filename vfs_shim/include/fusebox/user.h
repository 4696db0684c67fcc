/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User memory of the box's processes. A user pointer is an ordinary pointer; what must fault is
 * said here.
 */
#ifndef FUSEBOX_USER_H
#define FUSEBOX_USER_H

#include <linux/types.h>

/*
 * [start, start + len) is not mapped in the process: a copy stops there (-EFAULT or short), as at
 * the end of a mapping. At most 16 holes at a time. Reset with each run.
 */
void fb_user_hole_add(const void *start, size_t len);
void fb_user_hole_remove(const void *start);

#endif
