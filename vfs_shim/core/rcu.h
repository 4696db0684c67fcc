/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RCU read sections: who is inside one, and since when.
 */
#ifndef FB_CORE_RCU_H
#define FB_CORE_RCU_H

#include <stdbool.h>
#include <stdint.h>

/*
 * rcu_read_lock() and rcu_read_unlock() of current (task, irq or main stack); nests. An exit too
 * many is FB_RCU.
 */
void fb_rcu_enter(void);
void fb_rcu_exit(void);
unsigned int fb_rcu_depth(void);

/*
 * Grace periods: take an epoch when the callback is queued; once fb_rcu_passed(epoch) is true, no
 * read section that had begun by then is still open. A reader that began later does not delay it.
 */
uint64_t fb_rcu_epoch(void);
bool fb_rcu_passed(uint64_t epoch);
/* Call it where a wait for @epoch ends, before what was waited for is relied on. */
void fb_rcu_seen(uint64_t epoch);
/*
 * @fn(@arg) is called (in the context of the reader) after each outermost exit, e.g. to wake a
 * grace-period task. One hook per run; must not block.
 */
void fb_rcu_hook(void (*fn)(void *arg), void *arg);

#endif
