// SPDX-License-Identifier: GPL-2.0
/*
 * Pools of elements that are set aside.
 *
 * Models: mm/mempool.c, 6.1. Leaves out: waiting for an element to come back: an empty pool fails
 * unless the allocator gives one.
 */
#include <linux/mempool.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <core/run.h>

struct mempool_s {
	int min_nr, curr_nr;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	void *pool_data;
	void *elements[];
};

/** mempool_destroy() - frees the pool and what it set aside; NULL is fine. Models: 6.1. */
void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	while (pool->curr_nr)
		pool->free(pool->elements[--pool->curr_nr], pool->pool_data);
	kfree(pool);
}
EXPORT_SYMBOL(mempool_destroy);

/**
 * mempool_create() - a pool with @min_nr elements; NULL when out of memory. Models: 6.1. Context:
 *	may sleep.
 */
mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data)
{
	mempool_t *pool = kzalloc(struct_size(pool, elements, (size_t)min_nr), GFP_KERNEL);

	if (!pool)
		return NULL;
	pool->alloc = alloc_fn;
	pool->free = free_fn;
	pool->pool_data = pool_data;
	for (; pool->min_nr < min_nr; pool->min_nr++) {
		void *element = alloc_fn(GFP_KERNEL, pool_data);

		if (!element) {
			mempool_destroy(pool);
			return NULL;
		}
		pool->elements[pool->curr_nr++] = element;
	}
	return pool;
}
EXPORT_SYMBOL(mempool_create);

/**
 * mempool_alloc() - from the allocator, else from what was set aside; NULL only without
 *	__GFP_DIRECT_RECLAIM. Models: 6.1.
 */
void *mempool_alloc(mempool_t *pool, gfp_t gfp_mask)
{
	void *element = pool->alloc(gfp_mask, pool->pool_data);

	if (element)
		return element;
	if (pool->curr_nr)
		return pool->elements[--pool->curr_nr];
	if (gfpflags_allow_blocking(gfp_mask))
		unmodelled("mempool_alloc() that waits for an element");
	return NULL;
}
EXPORT_SYMBOL(mempool_alloc);

/** mempool_free() - sets the element aside again if one is missing. Models: 6.1. */
void mempool_free(void *element, mempool_t *pool)
{
	if (!element)
		return;
	if (pool->curr_nr < pool->min_nr)
		pool->elements[pool->curr_nr++] = element;
	else
		pool->free(element, pool->pool_data);
}
EXPORT_SYMBOL(mempool_free);
