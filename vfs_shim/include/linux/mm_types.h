/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/mm_types.h. struct page and struct folio have the members that filesystems
 * and the taken headers reach; only single pages exist (CONFIG_TRANSPARENT_HUGEPAGE is off).
 */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/completion.h>
#include <linux/rcupdate.h>
#include <linux/atomic.h>
#include <linux/page-flags-layout.h>
#include <asm/page.h>

struct address_space;
struct mem_cgroup;
struct dev_pagemap;
struct vm_area_struct;
struct vm_fault;
struct file;

struct page {
	unsigned long flags;			/* PG_*: atomic bit operations */
	union {
		struct {
			struct list_head lru;
			struct address_space *mapping;
			pgoff_t index;
			unsigned long private;
		};
		unsigned long compound_head;	/* bit 0: a tail page */
		struct rcu_head rcu_head;
		struct dev_pagemap *pgmap;
	};
	union {
		atomic_t _mapcount;
		unsigned int page_type;
	};
	atomic_t _refcount;
	void *virtual;				/* the data */
	/* PG_locked is a task's, not an I/O's: mm/filemap_lock.c */
	bool lock_owned;
};

struct folio {
	union {
		struct {
			unsigned long flags;
			struct list_head lru;
			struct address_space *mapping;
			pgoff_t index;
			void *private;
			atomic_t _mapcount;
			atomic_t _refcount;
			void *virtual;
			bool lock_owned;
		};
		struct page page;
	};
};

_Static_assert(sizeof(struct page) == sizeof(struct folio), "a folio is a page");
_Static_assert(offsetof(struct page, private) == offsetof(struct folio, private),
	       "a folio is a page");
_Static_assert(offsetof(struct page, _refcount) == offsetof(struct folio, _refcount),
	       "a folio is a page");
_Static_assert(offsetof(struct page, virtual) == offsetof(struct folio, virtual),
	       "a folio is a page");

#define page_private(page)		((page)->private)
#define set_page_private(page, v)	((page)->private = (v))

static inline void *folio_get_private(struct folio *folio)
{
	return folio->private;
}

struct page_frag {
	struct page *page;
	__u32 offset;
	__u32 size;
};

struct mm_struct {
	struct rw_semaphore mmap_lock;
	atomic_t mm_users;
	atomic_t mm_count;
	struct list_head vmas;			/* struct vm_area_struct.vm_link, by address */
	spinlock_t page_table_lock;		/* guards the ptes of all of them */
	unsigned long total_vm;
	struct user_namespace *user_ns;
	struct file __rcu *exe_file;
};

extern struct mm_struct init_mm;

/* What a process sees at one page of a mapping; in place of page tables. */
struct fb_pte {
	struct page *page;			/* NULL: a fault */
	bool writable;
	bool dirty;
	bool cow;				/* a private copy, not the file's page */
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;			/* first byte after */
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	unsigned long vm_flags;			/* VM_* */
	struct {
		struct rb_node rb;
		unsigned long rb_subtree_last;
	} shared;				/* in address_space.i_mmap */
	struct list_head vm_link;
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;			/* in pages */
	struct file *vm_file;
	void *vm_private_data;
	struct fb_pte *ptes;			/* one a page */
};

typedef __bitwise unsigned int vm_fault_t;

enum vm_fault_reason {
	VM_FAULT_OOM		= (__force vm_fault_t)0x000001,
	VM_FAULT_SIGBUS		= (__force vm_fault_t)0x000002,
	VM_FAULT_MAJOR		= (__force vm_fault_t)0x000004,
	VM_FAULT_HWPOISON	= (__force vm_fault_t)0x000010,
	VM_FAULT_SIGSEGV	= (__force vm_fault_t)0x000040,
	VM_FAULT_NOPAGE		= (__force vm_fault_t)0x000100,
	VM_FAULT_LOCKED		= (__force vm_fault_t)0x000200,
	VM_FAULT_RETRY		= (__force vm_fault_t)0x000400,
	VM_FAULT_FALLBACK	= (__force vm_fault_t)0x000800,
	VM_FAULT_DONE_COW	= (__force vm_fault_t)0x001000,
	VM_FAULT_NEEDDSYNC	= (__force vm_fault_t)0x002000,
	VM_FAULT_COMPLETED	= (__force vm_fault_t)0x004000,
};

#define VM_FAULT_ERROR \
	(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON | VM_FAULT_FALLBACK)

enum fault_flag {
	FAULT_FLAG_WRITE		= 1 << 0,
	FAULT_FLAG_MKWRITE		= 1 << 1,
	FAULT_FLAG_ALLOW_RETRY		= 1 << 2,
	FAULT_FLAG_RETRY_NOWAIT		= 1 << 3,
	FAULT_FLAG_KILLABLE		= 1 << 4,
	FAULT_FLAG_TRIED		= 1 << 5,
	FAULT_FLAG_USER			= 1 << 6,
	FAULT_FLAG_REMOTE		= 1 << 7,
	FAULT_FLAG_INSTRUCTION		= 1 << 8,
	FAULT_FLAG_INTERRUPTIBLE	= 1 << 9,
};

#endif
