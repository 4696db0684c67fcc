/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/percpu.h. */
#ifndef __LINUX_PERCPU_H
#define __LINUX_PERCPU_H

#include <linux/percpu-defs.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/gfp.h>

void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp);
void free_percpu(void __percpu *ptr);

#define __alloc_percpu(size, align)	__alloc_percpu_gfp(size, align, GFP_KERNEL)
#define alloc_percpu_gfp(type, gfp)						\
	((typeof(type) __percpu *)__alloc_percpu_gfp(sizeof(type), __alignof__(type), (gfp)))
#define alloc_percpu(type)		alloc_percpu_gfp(type, GFP_KERNEL)

#endif
