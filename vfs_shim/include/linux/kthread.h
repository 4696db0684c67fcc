/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/kthread.h. */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

struct task_struct *kthread_create_fb(int (*threadfn)(void *data), void *data, const char *namefmt,
				      ...) __attribute__((format(printf, 3, 4)));
#define kthread_create(threadfn, data, namefmt, arg...) \
	kthread_create_fb(threadfn, data, namefmt, ##arg)
#define kthread_run(threadfn, data, namefmt, ...)                                                 \
	({                                                                                        \
		struct task_struct *__k = kthread_create(threadfn, data, namefmt, ##__VA_ARGS__); \
                                                                                                  \
		if (!IS_ERR(__k))                                                                 \
			wake_up_process(__k);                                                     \
		__k;                                                                              \
	})
int kthread_stop(struct task_struct *k);
bool kthread_should_stop(void);

#endif
