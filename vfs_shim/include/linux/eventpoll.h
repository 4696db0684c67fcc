/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/eventpoll.h, taken; it counts on its includers for struct file. */
#include <linux/fs.h>
#include_next <linux/eventpoll.h>
