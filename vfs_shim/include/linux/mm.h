/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/mm.h. Pages are single, always mapped, and in one zone; mappings of a
 * process are modelled by mm/memory.c (struct vm_area_struct, faults on demand), not by page
 * tables.
 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/errno.h>
#include <linux/mmdebug.h>
#include <linux/gfp.h>
#include <linux/bug.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/atomic.h>
#include <linux/mm_types.h>
#include <linux/mmap_lock.h>
#include <linux/shrinker.h>
#include <linux/err.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/align.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/pfn.h>
#include <linux/range.h>
#include <linux/vmstat.h>
#include <asm/page.h>

struct inode;
struct file;
struct resource;
struct iov_iter;

#define PAGE_ALIGN(addr)	ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGN_DOWN(addr)	ALIGN_DOWN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr)	IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define offset_in_thp(page, p)	((unsigned long)(p) & (thp_size(page) - 1))
#define offset_in_folio(folio, p)	((unsigned long)(p) & (folio_size(folio) - 1))
#define lru_to_page(head)	list_entry((head)->prev, struct page, lru)
#define lru_to_folio(head)	list_entry((head)->prev, struct folio, lru)
#define nth_page(page, n)	((page) + (n))
#define folio_page_idx(folio, p)	((p) - &(folio)->page)

#define VM_NONE		0x00000000
#define VM_READ		0x00000001
#define VM_WRITE	0x00000002
#define VM_EXEC		0x00000004
#define VM_SHARED	0x00000008
#define VM_MAYREAD	0x00000010
#define VM_MAYWRITE	0x00000020
#define VM_MAYEXEC	0x00000040
#define VM_MAYSHARE	0x00000080
#define VM_PFNMAP	0x00000400
#define VM_LOCKED	0x00002000
#define VM_IO		0x00004000
#define VM_SYNC		0x00800000
#define VM_SEQ_READ	0x00008000
#define VM_RAND_READ	0x00010000
#define VM_DONTCOPY	0x00020000
#define VM_DONTEXPAND	0x00040000
#define VM_HUGETLB	0x00400000
#define VM_MIXEDMAP	0x10000000
#define VM_HUGEPAGE	0x20000000
#define VM_NOHUGEPAGE	0x40000000
#define VM_ACCESS_FLAGS	(VM_READ | VM_WRITE | VM_EXEC)

struct vm_fault {
	struct vm_area_struct *vma;
	gfp_t gfp_mask;
	pgoff_t pgoff;
	unsigned long address;
	unsigned long real_address;
	enum fault_flag flags;
	struct page *cow_page;
	struct page *page;		/* set by ->fault() */
};

enum page_entry_size {
	PE_SIZE_PTE,
	PE_SIZE_PMD,
	PE_SIZE_PUD,
};

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	int (*may_split)(struct vm_area_struct *vma, unsigned long addr);
	int (*mremap)(struct vm_area_struct *vma);
	int (*mprotect)(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned long newflags);
	vm_fault_t (*fault)(struct vm_fault *vmf);
	vm_fault_t (*huge_fault)(struct vm_fault *vmf, enum page_entry_size pe_size);
	vm_fault_t (*map_pages)(struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff);
	unsigned long (*pagesize)(struct vm_area_struct *vma);
	vm_fault_t (*page_mkwrite)(struct vm_fault *vmf);
	vm_fault_t (*pfn_mkwrite)(struct vm_fault *vmf);
	int (*access)(struct vm_area_struct *vma, unsigned long addr, void *buf, int len,
		      int write);
	const char *(*name)(struct vm_area_struct *vma);
};

static inline bool vma_is_shared_maywrite(struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}

static inline unsigned long vma_pages(struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline vm_fault_t vmf_error(int err)
{
	return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
}

void vma_set_file(struct vm_area_struct *vma, struct file *file);

/* Single pages only: see the top of the file. */
static inline unsigned int compound_order(struct page *page)
{
	return 0;
}

static inline unsigned long compound_nr(struct page *page)
{
	return 1;
}

static inline unsigned long page_size(struct page *page)
{
	return PAGE_SIZE;
}

static inline unsigned int folio_order(struct folio *folio)
{
	return 0;
}

static inline long folio_nr_pages(struct folio *folio)
{
	return 1;
}

static inline unsigned int folio_shift(struct folio *folio)
{
	return PAGE_SHIFT;
}

static inline size_t folio_size(struct folio *folio)
{
	return PAGE_SIZE;
}

static inline int thp_nr_pages(struct page *page)
{
	return 1;
}

static inline unsigned int thp_order(struct page *page)
{
	return 0;
}

static inline unsigned long thp_size(struct page *page)
{
	return PAGE_SIZE;
}

/*
 * Kernel: include/linux/mm.h folio_put() and friends; mm/swap.c. A page whose count drops to 0 goes
 * back.
 */
void __folio_put(struct folio *folio);
void put_pages_list(struct list_head *pages);
void split_page(struct page *page, unsigned int order);

static inline int put_page_testzero(struct page *page)
{
	VM_BUG_ON_PAGE(page_ref_count(page) == 0, page);
	return page_ref_dec_and_test(page);
}

static inline int folio_put_testzero(struct folio *folio)
{
	return put_page_testzero(&folio->page);
}

/**
 * folio_get - take a reference on @folio
 *
 * Context: any; the caller must hold a reference already.
 */
static inline void folio_get(struct folio *folio)
{
	VM_BUG_ON_FOLIO(folio_ref_count(folio) <= 0, folio);
	folio_ref_inc(folio);
}

static inline void get_page(struct page *page)
{
	folio_get(page_folio(page));
}

static inline bool try_get_page(struct page *page)
{
	if (WARN_ON_ONCE(page_ref_count(page) <= 0))
		return false;
	page_ref_inc(page);
	return true;
}

/**
 * folio_put - give back a reference on @folio; the last one frees it
 */
static inline void folio_put(struct folio *folio)
{
	if (folio_put_testzero(folio))
		__folio_put(folio);
}

static inline void folio_put_refs(struct folio *folio, int refs)
{
	if (folio_ref_sub_and_test(folio, refs))
		__folio_put(folio);
}

static inline void put_page(struct page *page)
{
	folio_put(page_folio(page));
}

void release_pages(struct page **pages, int nr);

static inline void page_mapcount_reset(struct page *page)
{
	atomic_set(&page->_mapcount, -1);
}

static inline int page_mapcount(struct page *page)
{
	return atomic_read(&page->_mapcount) + 1;
}

static inline bool page_mapped(struct page *page)
{
	return page_mapcount(page) > 0;
}

static inline bool folio_mapped(struct folio *folio)
{
	return page_mapped(&folio->page);
}

/* All memory is mapped. */
static inline void *page_address(const struct page *page)
{
	return page->virtual;
}

static inline void *folio_address(const struct folio *folio)
{
	return page_address(&folio->page);
}

static inline struct page *virt_to_head_page(const void *x)
{
	return virt_to_page(x);
}

static inline struct folio *virt_to_folio(const void *x)
{
	return page_folio(virt_to_page(x));
}

struct address_space *page_mapping(struct page *page);
struct address_space *folio_mapping(struct folio *folio);
bool folio_mark_dirty(struct folio *folio);
bool set_page_dirty(struct page *page);
int set_page_dirty_lock(struct page *page);
void truncate_inode_pages(struct address_space *mapping, loff_t lstart);
void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend);
void truncate_inode_pages_final(struct address_space *mapping);
void truncate_pagecache(struct inode *inode, loff_t newsize);
void truncate_setsize(struct inode *inode, loff_t newsize);
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to);
void truncate_pagecache_range(struct inode *inode, loff_t offset, loff_t end);
int generic_error_remove_page(struct address_space *mapping, struct page *page);
void unmap_mapping_pages(struct address_space *mapping, pgoff_t start, pgoff_t nr, bool even_cows);
void unmap_mapping_range(struct address_space *mapping, loff_t start, loff_t len, int even_cows);
vm_fault_t filemap_fault(struct vm_fault *vmf);
vm_fault_t filemap_map_pages(struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff);
vm_fault_t filemap_page_mkwrite(struct vm_fault *vmf);

/* No swap cache: a page's index is its index in the file. */
static inline pgoff_t page_index(struct page *page)
{
	return page->index;
}

static inline pgoff_t __page_file_index(struct page *page)
{
	return page->index;
}

/* As without CONFIG_TRANSPARENT_HUGEPAGE: the default placement. */
#define thp_get_unmapped_area	NULL

/* User pages. Kernel: mm/gup.c. */
enum {
	FOLL_WRITE		= 0x01,
	FOLL_GET		= 0x04,
	FOLL_NOFAULT		= 0x80,
	FOLL_LONGTERM		= 0x10000,
	FOLL_PIN		= 0x40000,
	FOLL_PCI_P2PDMA		= 0x100000,
	FOLL_INTERRUPTIBLE	= 0x200000,
};

int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
void unpin_user_page(struct page *page);
void unpin_user_pages(struct page **pages, unsigned long npages);
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   void *regs);

/*
 * System calls, and what a process's loads and stores do. Kernel: mm/mmap.c, mm/msync.c,
 * arch/x86/mm/fault.c.
 */
long ksys_mmap_pgoff(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
		     unsigned long fd, unsigned long pgoff);
int vm_munmap(unsigned long start, size_t len);
void exit_mmap(struct mm_struct *mm);
long ksys_msync(unsigned long start, size_t len, int flags);
long fb_user_access(unsigned long addr, void *buf, size_t len, bool write);

int get_cmdline(struct task_struct *task, char *buffer, int buflen);

/* vmalloc memory is page memory of mm/util.c here. */
bool is_vmalloc_addr(const void *x);
struct page *vmalloc_to_page(const void *addr);

#define VM_READAHEAD_PAGES	(SZ_128K / PAGE_SIZE)

extern unsigned long totalram_pages_nr;

static inline unsigned long totalram_pages(void)
{
	return totalram_pages_nr;
}

#endif
