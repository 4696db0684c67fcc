/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/bit_spinlock.h. The bit is the lock; lockdep does not follow these in the kernel
 * either.
 */
#ifndef __LINUX_BIT_SPINLOCK_H
#define __LINUX_BIT_SPINLOCK_H

#include <linux/bitops.h>
#include <linux/preempt.h>

void bit_spin_lock(int bitnum, unsigned long *addr);
int bit_spin_trylock(int bitnum, unsigned long *addr);
void bit_spin_unlock(int bitnum, unsigned long *addr);
#define __bit_spin_unlock(bitnum, addr)	bit_spin_unlock(bitnum, addr)

static inline int bit_spin_is_locked(int bitnum, unsigned long *addr)
{
	return test_bit(bitnum, addr);
}

#endif
