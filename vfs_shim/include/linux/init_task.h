/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/init_task.h: what the first task is made of. */
#ifndef _LINUX_INIT_TASK_H
#define _LINUX_INIT_TASK_H

#include <linux/cred.h>
#include <linux/sched.h>

extern struct cred init_cred;

#endif
