// SPDX-License-Identifier: GPL-2.0
/*
 * kmalloc and caches: each object has guarded memory of its own.
 *
 * Models: mm/slab_common.c, mm/slub.c, 6.1. Leaves out: sharing of memory between objects, reclaim,
 * the rule that small allocations never fail: each one without __GFP_NOFAIL is fault point "alloc".
 */
#include <linux/slab.h>
#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list_lru.h>
#include <linux/mempool.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/task.h>
#include <fusebox/shortage.h>

#define MAX_CACHES 96

struct kmem_cache {
	const char *name;
	unsigned int size, align;
	slab_flags_t flags;
	void (*ctor)(void *object);
	bool requests;			/* each object is a request that must end */
	unsigned long live;		/* objects handed out */
	bool used;
	fb_stack_t destroyed;		/* with objects left: where */
};

static struct kmem_cache caches[MAX_CACHES];
bool fb_memory_is_short;

/* What every allocation checks; true when it may go on. */
static bool may_alloc(gfp_t flags)
{
	if (gfpflags_allow_blocking(flags))
		fb_might_sleep("allocation with GFP_KERNEL");
	if (flags & __GFP_NOFAIL)
		return true;
	if (fb_memory_is_short && !(flags & (__GFP_DIRECT_RECLAIM | __GFP_HIGH)))
		return false;
	return !fb_fault("alloc");
}

/**
 * kmem_cache_create() - a cache of objects of one size
 * @name: also the type that reports call the objects by; must stay
 * @size: in bytes
 * @align: 0 for the default
 * @flags: SLAB_*
 * @ctor: run on each new object, or NULL
 *
 * Models: mm/slab_common.c, 6.1. Context: may sleep. Return: the cache, or NULL when out of memory
 * (never with SLAB_PANIC).
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object))
{
	struct kmem_cache *s;

	might_sleep();
	if (!(flags & SLAB_PANIC) && fb_fault("alloc"))
		return NULL;
	for (s = caches; s < caches + MAX_CACHES && s->used; s++)
		;
	if (s == caches + MAX_CACHES)
		fb_report_fatal(FB_CONTRACT, 0, NULL, "more than %d slab caches", MAX_CACHES);
	*s = (struct kmem_cache){
		.name = name,
		.size = size,
		.align = align ? align : sizeof(void *),
		.flags = flags,
		.ctor = ctor,
		.requests = !strcmp(name, "fuse_request"),
		.used = true,
	};
	return s;
}
EXPORT_SYMBOL(kmem_cache_create);

/**
 * kmem_cache_create_usercopy() - kmem_cache_create(); which part may be copied to user space is not
 *	checked. Models: 6.1.
 */
struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size,
					      unsigned int align, slab_flags_t flags,
					      unsigned int useroffset, unsigned int usersize,
					      void (*ctor)(void *object))
{
	return kmem_cache_create(name, size, align, flags, ctor);
}
EXPORT_SYMBOL(kmem_cache_create_usercopy);

/**
 * kmem_cache_destroy() - every object must have been freed. NULL is fine.
 *
 * One that is freed later is a finding then; one that never is, is a leak at the end of the run.
 * Models: mm/slab_common.c, 6.1. Context: may sleep.
 */
void kmem_cache_destroy(struct kmem_cache *s)
{
	if (!s)
		return;
	might_sleep();
	if (s->live)
		s->destroyed = fb_stack_here();
	else
		s->used = false;
}
EXPORT_SYMBOL(kmem_cache_destroy);

/** kmem_cache_shrink() - 0: there are no empty slabs to give back. Models: 6.1. */
int kmem_cache_shrink(struct kmem_cache *s)
{
	return 0;
}

/** kmem_cache_size() - bytes of one object. Models: 6.1. */
unsigned int kmem_cache_size(struct kmem_cache *s)
{
	return s->size;
}

/**
 * kmem_cache_alloc() - an object, constructed if the cache has a constructor; NULL when out of
 *	memory. Models: mm/slub.c, 6.1.
 */
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags)
{
	void *p;

	if (!may_alloc(flags))
		return NULL;
	WARN_ON_ONCE(s->ctor && (flags & __GFP_ZERO));
	p = fb_mem_alloc(s->size, s->align, s->requests ? FB_RES_REQUEST : FB_RES_MEM, s->name,
			 flags & __GFP_ZERO);
	s->live++;
	if (s->requests) {
		fb_obj_new(p, s->name, NULL);
		fb_get(FB_RES_REQUEST, p, 0);
	}
	if (s->ctor)
		s->ctor(p);
	return p;
}
EXPORT_SYMBOL(kmem_cache_alloc);

/**
 * kmem_cache_alloc_lru() - kmem_cache_alloc(); the LRU list needs no memory of its own without
 *	memory cgroups. Models: 6.1.
 */
void *kmem_cache_alloc_lru(struct kmem_cache *s, struct list_lru *lru, gfp_t flags)
{
	return kmem_cache_alloc(s, flags);
}
EXPORT_SYMBOL(kmem_cache_alloc_lru);

/** kmem_cache_zalloc() - kmem_cache_alloc(), zeroed. Models: linux/slab.h, 6.1. */
void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t flags)
{
	return kmem_cache_alloc(s, flags | __GFP_ZERO);
}

/**
 * kmem_cache_free() - free an object of this cache. NULL is not allowed. Models: mm/slub.c, 6.1.
 *	Context: any.
 */
void kmem_cache_free(struct kmem_cache *s, void *objp)
{
	if (WARN_ON(!objp))
		return;
	if (s->destroyed)
		fb_report(FB_CONTRACT, s->destroyed, "cache destroyed at",
			  "%s is freed after its cache", fb_obj(objp));
	if (s->live)
		s->live--;
	if (s->requests)
		fb_put(FB_RES_REQUEST, objp, 0);
	fb_mem_free(objp);
}
EXPORT_SYMBOL(kmem_cache_free);

/*
 * Kernel: an object of kmalloc-N, which is a power of two but for 96 and 192, is aligned to N, and
 * so are structs that ask for up to a cache line. Their size is a multiple of that. More would hide
 * overruns.
 */
static size_t kmalloc_align(size_t size)
{
	size_t align = size & -size;

	if (is_power_of_2(size) && size <= PAGE_SIZE)
		return size;
	return clamp_t(size_t, align, 8, SMP_CACHE_BYTES);
}

/**
 * kmalloc() - @size bytes, or NULL; size 0 gives a pointer that must not be followed. Models:
 *	linux/slab.h, 6.1.
 */
void *kmalloc(size_t size, gfp_t flags)
{
	if (!size)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_SIZE) {
		WARN_ON_ONCE(!(flags & __GFP_NOWARN));
		return NULL;
	}
	if (!may_alloc(flags))
		return NULL;
	return fb_mem_alloc(size, kmalloc_align(size), FB_RES_MEM, "kmalloc", flags & __GFP_ZERO);
}
EXPORT_SYMBOL(kmalloc);

/** kzalloc() - kmalloc(), zeroed. Models: 6.1. */
void *kzalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags | __GFP_ZERO);
}
EXPORT_SYMBOL(kzalloc);

/**
 * kmalloc_array() - @n times @size bytes, or NULL, also when the product overflows. Models: 6.1.
 */
void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return kmalloc(bytes, flags);
}
EXPORT_SYMBOL(kmalloc_array);

/** kcalloc() - kmalloc_array(), zeroed. Models: 6.1. */
void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}
EXPORT_SYMBOL(kcalloc);

/**
 * krealloc() - always moves, so that stale pointers are seen; NULL leaves @objp as it is; size 0
 *	frees. Models: mm/slab_common.c, 6.1.
 */
void *krealloc(const void *objp, size_t new_size, gfp_t flags)
{
	void *p;

	if (!new_size) {
		kfree(objp);
		return ZERO_SIZE_PTR;
	}
	p = kmalloc(new_size, flags);
	if (p && !ZERO_OR_NULL_PTR(objp)) {
		memcpy(p, objp, min(ksize(objp), new_size));
		kfree(objp);
	}
	return p;
}
EXPORT_SYMBOL(krealloc);

/** krealloc_array() - krealloc() of @new_n times @new_size bytes. Models: 6.1. */
void *krealloc_array(void *p, size_t new_n, size_t new_size, gfp_t flags)
{
	size_t bytes;

	if (check_mul_overflow(new_n, new_size, &bytes))
		return NULL;
	return krealloc(p, bytes, flags);
}

/** kfree() - NULL is fine. Models: mm/slab_common.c, 6.1. Context: any. */
void kfree(const void *objp)
{
	if (!ZERO_OR_NULL_PTR(objp))
		fb_mem_free((void *)objp);
}
EXPORT_SYMBOL(kfree);

/** kfree_sensitive() - zeroes first. Models: 6.1. */
void kfree_sensitive(const void *objp)
{
	if (ZERO_OR_NULL_PTR(objp))
		return;
	memset((void *)objp, 0, ksize(objp));
	kfree(objp);
}
EXPORT_SYMBOL(kfree_sensitive);

/** ksize() - bytes of the object: exactly what was asked for. Models: 6.1, which may say more. */
size_t ksize(const void *objp)
{
	return ZERO_OR_NULL_PTR(objp) ? 0 : fb_mem_size(objp);
}
EXPORT_SYMBOL(ksize);

/** kmalloc_size_roundup() - nothing is rounded here. Models: 6.1. */
size_t kmalloc_size_roundup(size_t size)
{
	return size;
}

/** __alloc_percpu_gfp() - zeroed memory for the one instance. Models: mm/percpu.c, 6.1. */
void __percpu *__alloc_percpu_gfp(size_t size, size_t align, gfp_t gfp)
{
	if (!may_alloc(gfp))
		return NULL;
	return fb_mem_alloc(size, align, FB_RES_MEM, "per-cpu memory", true);
}
EXPORT_SYMBOL(__alloc_percpu_gfp);

/** free_percpu() - NULL is fine. Models: 6.1. */
void free_percpu(void __percpu *ptr)
{
	if (ptr)
		fb_mem_free(ptr);
}
EXPORT_SYMBOL(free_percpu);
