/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/srcu.h. Readers may sleep. */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H

#include <linux/rcupdate.h>
#include <linux/wait.h>

struct srcu_struct {
	unsigned int readers[2];
	unsigned int idx;
	bool syncing;
	struct lockdep_map dep_map;
};

#define DEFINE_SRCU(lockname) \
	struct srcu_struct lockname = { .dep_map = { .fb = { .name = #lockname } } }
#define DEFINE_STATIC_SRCU(name) static DEFINE_SRCU(name)

int __init_srcu_struct(struct srcu_struct *ssp, const char *name, struct lock_class_key *key);
#define init_srcu_struct(ssp)							\
	({									\
		static struct lock_class_key __srcu_key;			\
		__init_srcu_struct((ssp), #ssp, &__srcu_key);			\
	})
void cleanup_srcu_struct(struct srcu_struct *ssp);
int srcu_read_lock(struct srcu_struct *ssp);
void srcu_read_unlock(struct srcu_struct *ssp, int idx);
void synchronize_srcu(struct srcu_struct *ssp);
int srcu_read_lock_held(const struct srcu_struct *ssp);

#define srcu_dereference_check(p, ssp, c) rcu_dereference_check(p, (c) || srcu_read_lock_held(ssp))
#define srcu_dereference(p, ssp)		srcu_dereference_check(p, ssp, 0)

#endif
