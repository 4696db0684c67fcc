/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/memcontrol.h. CONFIG_MEMCG is off: nobody is charged for memory. */
#ifndef _LINUX_MEMCONTROL_H
#define _LINUX_MEMCONTROL_H

#include <linux/types.h>
#include <linux/vmstat.h>

struct mem_cgroup;
struct page;
struct folio;

static inline int memcg_kmem_charge_page(struct page *page, gfp_t gfp, int order)
{
	return 0;
}

static inline void memcg_kmem_uncharge_page(struct page *page, int order)
{
}

static inline int memcg_kmem_id(struct mem_cgroup *memcg)
{
	return -1;
}

static inline struct mem_cgroup *mem_cgroup_from_slab_obj(void *p)
{
	return NULL;
}

#endif
