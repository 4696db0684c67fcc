/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/irqflags.h. Interrupts that are raised meanwhile wait until the last enable. */
#ifndef _LINUX_TRACE_IRQFLAGS_H
#define _LINUX_TRACE_IRQFLAGS_H

#include <linux/types.h>
#include <linux/typecheck.h>

unsigned long fb_local_irq_save(void);
void fb_local_irq_restore(unsigned long flags);
bool irqs_disabled(void);

#define local_irq_save(flags)							\
	do {									\
		typecheck(unsigned long, flags);				\
		(flags) = fb_local_irq_save();					\
	} while (0)
#define local_irq_restore(flags)						\
	do {									\
		typecheck(unsigned long, flags);				\
		fb_local_irq_restore(flags);					\
	} while (0)
#define local_irq_disable()	((void)fb_local_irq_save())
#define local_irq_enable()	fb_local_irq_restore(0)
#define local_save_flags(flags)	((void)((flags) = irqs_disabled()))
#define irqs_disabled_flags(flags)	((flags) != 0)

#endif
