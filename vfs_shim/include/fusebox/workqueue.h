/* SPDX-License-Identifier: GPL-2.0 */
/* Work queues when memory is short: kernel/workqueue.c. */
#ifndef FUSEBOX_WORKQUEUE_H
#define FUSEBOX_WORKQUEUE_H

#include <linux/types.h>

/**
 * fb_workqueue_few() - as if no more workers could be made
 * @on: from now on; or as usual
 *
 * A queue with WQ_MEM_RECLAIM has but its rescuer then, and runs one work item at a time. Others, which have none, run
 * as before. Context: any.
 */
void fb_workqueue_few(bool on);

#endif
