/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/slab.h. Each object has its own guarded memory (core/ledger.h); every allocation
 * without __GFP_NOFAIL is a fault point.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/percpu-refcount.h>

#define SLAB_CONSISTENCY_CHECKS	((slab_flags_t __force)0x00000100U)
#define SLAB_RED_ZONE		((slab_flags_t __force)0x00000400U)
#define SLAB_POISON		((slab_flags_t __force)0x00000800U)
#define SLAB_HWCACHE_ALIGN	((slab_flags_t __force)0x00002000U)
#define SLAB_PANIC		((slab_flags_t __force)0x00040000U)
#define SLAB_TYPESAFE_BY_RCU	((slab_flags_t __force)0x00080000U)
#define SLAB_MEM_SPREAD		((slab_flags_t __force)0x00100000U)
#define SLAB_RECLAIM_ACCOUNT	((slab_flags_t __force)0x00020000U)
#define SLAB_ACCOUNT		((slab_flags_t __force)0x04000000U)

#define ARCH_KMALLOC_MINALIGN	8
#define KMALLOC_MAX_SIZE	(1UL << 22)
#define ZERO_SIZE_PTR		((void *)16)
#define ZERO_OR_NULL_PTR(x)	((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

struct kmem_cache;
struct list_lru;

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object));
struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size,
					      unsigned int align, slab_flags_t flags,
					      unsigned int useroffset, unsigned int usersize,
					      void (*ctor)(void *object));
void kmem_cache_destroy(struct kmem_cache *s);
int kmem_cache_shrink(struct kmem_cache *s);
unsigned int kmem_cache_size(struct kmem_cache *s);
void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags) __malloc;
void *kmem_cache_alloc_lru(struct kmem_cache *s, struct list_lru *lru, gfp_t flags) __malloc;
void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t flags) __malloc;
void kmem_cache_free(struct kmem_cache *s, void *objp);

#define KMEM_CACHE(__struct, __flags)                                                       \
	kmem_cache_create(#__struct, sizeof(struct __struct), __alignof__(struct __struct), \
			  (__flags), NULL)

void *kmalloc(size_t size, gfp_t flags) __alloc_size(1);
void *kzalloc(size_t size, gfp_t flags) __alloc_size(1);
void *kmalloc_array(size_t n, size_t size, gfp_t flags) __alloc_size(1, 2);
void *kcalloc(size_t n, size_t size, gfp_t flags) __alloc_size(1, 2);
void *krealloc(const void *objp, size_t new_size, gfp_t flags) __alloc_size(2);
void *krealloc_array(void *p, size_t new_n, size_t new_size, gfp_t flags);
void kfree(const void *objp);
void kfree_sensitive(const void *objp);
size_t ksize(const void *objp);
size_t kmalloc_size_roundup(size_t size);

void *kvmalloc(size_t size, gfp_t flags) __alloc_size(1);
void *kvzalloc(size_t size, gfp_t flags) __alloc_size(1);
void *kvmalloc_array(size_t n, size_t size, gfp_t flags) __alloc_size(1, 2);
void *kvcalloc(size_t n, size_t size, gfp_t flags) __alloc_size(1, 2);
void kvfree(const void *addr);

/* One node. */
#define kmalloc_node(size, flags, node)		kmalloc(size, flags)
#define kzalloc_node(size, flags, node)		kzalloc(size, flags)
#define kmalloc_array_node(n, size, flags, node)	kmalloc_array(n, size, flags)
#define kcalloc_node(n, size, flags, node)	kcalloc(n, size, flags)
#define kvmalloc_node(size, flags, node)	kvmalloc(size, flags)
#define kmem_cache_alloc_node(s, flags, node)	kmem_cache_alloc(s, flags)
#define kmalloc_track_caller(size, flags)	kmalloc(size, flags)

#endif
