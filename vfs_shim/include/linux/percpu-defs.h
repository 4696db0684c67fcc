/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/percpu-defs.h. The box has one logical processor as far as per-cpu data goes: one
 * instance. Tasks still interleave at every choice point, as on many processors.
 */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <linux/compiler.h>

#define DECLARE_PER_CPU(type, name)			extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name)			__typeof__(type) name
#define EXPORT_PER_CPU_SYMBOL(var)			EXPORT_SYMBOL(var)
#define EXPORT_PER_CPU_SYMBOL_GPL(var)			EXPORT_SYMBOL_GPL(var)
#define DECLARE_PER_CPU_ALIGNED(type, name)		DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_ALIGNED(type, name)		DEFINE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name)	DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_READ_MOSTLY(type, name)		DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name)		DEFINE_PER_CPU(type, name)

#define per_cpu_ptr(ptr, cpu)		({ (void)(cpu); (typeof(*(ptr)) *)(ptr); })
#define raw_cpu_ptr(ptr)		((typeof(*(ptr)) *)(ptr))
#define this_cpu_ptr(ptr)		raw_cpu_ptr(ptr)
#define per_cpu(var, cpu)		(*per_cpu_ptr(&(var), cpu))
#define get_cpu_var(var)		(*({ preempt_disable(); this_cpu_ptr(&(var)); }))
#define put_cpu_var(var)		do { (void)&(var); preempt_enable(); } while (0)
#define get_cpu_ptr(var)		({ preempt_disable(); this_cpu_ptr(var); })
#define put_cpu_ptr(var)		do { (void)(var); preempt_enable(); } while (0)

#define this_cpu_read(pcp)		(pcp)
#define this_cpu_write(pcp, val)	((void)((pcp) = (val)))
#define this_cpu_add(pcp, val)		((void)((pcp) += (val)))
#define this_cpu_sub(pcp, val)		((void)((pcp) -= (val)))
#define this_cpu_inc(pcp)		this_cpu_add(pcp, 1)
#define this_cpu_dec(pcp)		this_cpu_sub(pcp, 1)
#define this_cpu_add_return(pcp, val)	((pcp) += (val))
#define this_cpu_inc_return(pcp)	this_cpu_add_return(pcp, 1)
#define this_cpu_dec_return(pcp)	this_cpu_add_return(pcp, -1)
#define __this_cpu_read(pcp)		this_cpu_read(pcp)
#define __this_cpu_write(pcp, val)	this_cpu_write(pcp, val)
#define __this_cpu_add(pcp, val)	this_cpu_add(pcp, val)
#define __this_cpu_inc(pcp)		this_cpu_inc(pcp)
#define __this_cpu_dec(pcp)		this_cpu_dec(pcp)
#define raw_cpu_read(pcp)		this_cpu_read(pcp)
#define raw_cpu_write(pcp, val)		this_cpu_write(pcp, val)

#endif
