/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/timer.h. Expired timers run in (soft) irq context. */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/list.h>
#include <linux/ktime.h>
#include <linux/stddef.h>
#include <linux/lockdep.h>

struct timer_list {
	struct list_head entry;
	unsigned long expires;		/* jiffies */
	void (*function)(struct timer_list *timer);
	unsigned int flags;
	struct lockdep_map dep_map;
};

#define TIMER_DEFERRABLE	0x00080000
#define TIMER_PINNED		0x00100000
#define TIMER_IRQSAFE		0x00200000

#define __TIMER_INITIALIZER(_function, _flags)	{ .function = (_function), .flags = (_flags) }
#define DEFINE_TIMER(_name, _function)	struct timer_list _name = __TIMER_INITIALIZER(_function, 0)

void fb_timer_init(struct timer_list *timer, void (*func)(struct timer_list *timer),
		   unsigned int flags);
#define timer_setup(timer, callback, flags)		fb_timer_init((timer), (callback), (flags))
#define timer_setup_on_stack(timer, callback, flags)	fb_timer_init((timer), (callback), (flags))
#define from_timer(var, callback_timer, timer_fieldname) \
	container_of(callback_timer, typeof(*var), timer_fieldname)

void destroy_timer_on_stack(struct timer_list *timer);
int timer_pending(const struct timer_list *timer);
void add_timer(struct timer_list *timer);
int mod_timer(struct timer_list *timer, unsigned long expires);
int mod_timer_pending(struct timer_list *timer, unsigned long expires);
int timer_reduce(struct timer_list *timer, unsigned long expires);
int del_timer(struct timer_list *timer);
int del_timer_sync(struct timer_list *timer);
int try_to_del_timer_sync(struct timer_list *timer);
#define timer_delete(t)		del_timer(t)
#define timer_delete_sync(t)	del_timer_sync(t)
#define timer_shutdown_sync(t)	del_timer_sync(t)

#endif
