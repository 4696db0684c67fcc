/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: arch/x86/include/asm/current.h */
#ifndef _ASM_CURRENT_H
#define _ASM_CURRENT_H

struct task_struct;

/**
 * get_current - the task that runs now
 *
 * Return: the shim's task of fb_current(); the box's own task when called from the main (scheduler)
 * stack, as interrupts and run setup do. Never NULL. Implemented in kernel/fork.c.
 */
struct task_struct *get_current(void);
#define current get_current()

#endif
