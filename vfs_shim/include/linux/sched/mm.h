/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: linux/sched/mm.h. */
#ifndef _LINUX_SCHED_MM_H
#define _LINUX_SCHED_MM_H

#include <linux/kernel.h>
#include <linux/atomic.h>
#include <linux/sched.h>
#include <linux/mm_types.h>
#include <linux/gfp.h>

void mmgrab(struct mm_struct *mm);
void mmdrop(struct mm_struct *mm);
bool mmget_not_zero(struct mm_struct *mm);
void mmput(struct mm_struct *mm);
struct mm_struct *get_task_mm(struct task_struct *task);
struct mm_struct *mm_alloc(void);

/* Flags that the scope adds or takes away; the allocator asks current_gfp_context(). */
static inline gfp_t current_gfp_context(gfp_t flags)
{
	unsigned int pflags = READ_ONCE(current->flags);

	if (pflags & PF_MEMALLOC_NOIO)
		flags &= ~(__GFP_IO | __GFP_FS);
	else if (pflags & PF_MEMALLOC_NOFS)
		flags &= ~__GFP_FS;
	return flags;
}

static inline unsigned int memalloc_nofs_save(void)
{
	unsigned int flags = current->flags & PF_MEMALLOC_NOFS;

	current->flags |= PF_MEMALLOC_NOFS;
	return flags;
}

static inline void memalloc_nofs_restore(unsigned int flags)
{
	current->flags = (current->flags & ~PF_MEMALLOC_NOFS) | flags;
}

static inline unsigned int memalloc_noio_save(void)
{
	unsigned int flags = current->flags & PF_MEMALLOC_NOIO;

	current->flags |= PF_MEMALLOC_NOIO;
	return flags;
}

static inline void memalloc_noio_restore(unsigned int flags)
{
	current->flags = (current->flags & ~PF_MEMALLOC_NOIO) | flags;
}

/* An allocation that may block may also reclaim: the same check as in the allocator. */
static inline void might_alloc(gfp_t gfp_mask)
{
	might_sleep_if(gfp_mask & __GFP_DIRECT_RECLAIM);
}

/* Reclaim does not exist in the box: no reclaim locks to follow. */
static inline void fs_reclaim_acquire(gfp_t gfp_mask) { (void)gfp_mask; }
static inline void fs_reclaim_release(gfp_t gfp_mask) { (void)gfp_mask; }

#endif
