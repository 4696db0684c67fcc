// SPDX-License-Identifier: GPL-2.0
/*
 * Pages: a struct page and its guarded data know each other.
 *
 * Models: mm/page_alloc.c, mm/swap.c (release), mm/gup.c, 6.1. Each page reference is a FB_RES_PAGE
 * entry. Leaves out: zones, compound pages (several pages of one allocation are freed together),
 * reclaim, page tables: the page of a user address is a struct page whose data is the user's own
 * memory.
 */
#include <linux/mm.h>
#include <linux/gfp.h>
#include <linux/export.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/race.h>
#include <core/run.h>
#include <core/task.h>

#define NR_BUCKETS 512

struct page_block {
	struct page_block *next;	/* in its bucket */
	char *data;
	unsigned int order;
	bool user;			/* data belongs to a process */
	struct page pages[];
};

static struct page_block *buckets[NR_BUCKETS];
unsigned long totalram_pages_nr = 1UL << 18;	/* 1 GiB */

static struct page_block **bucket(const void *addr)
{
	return &buckets[((unsigned long)addr >> PAGE_SHIFT) % NR_BUCKETS];
}

static struct page_block *find_block(const void *addr)
{
	char *p = (char *)((unsigned long)addr & PAGE_MASK);

	/* Blocks are found by their first page; order 0 is the usual case and found at once. */
	for (unsigned int back = 0; back < 1024; back++) {
		for (struct page_block *b = *bucket(p); b; b = b->next)
			if (b->data == p)
				return back < 1U << b->order ? b : NULL;
		p -= PAGE_SIZE;
	}
	return NULL;
}

static struct page_block *block_new(char *data, unsigned int order, bool user)
{
	unsigned long n = 1UL << order;
	struct page_block *b = fb_mem_alloc(struct_size(b, pages, n), __alignof__(*b), FB_RES_MEM,
					    "struct page", true);

	b->data = data;
	b->order = order;
	b->user = user;
	for (unsigned long i = 0; i < n; i++) {
		struct page *page = &b->pages[i];

		page->virtual = data + i * PAGE_SIZE;
		INIT_LIST_HEAD(&page->lru);
		atomic_set(&page->_mapcount, -1);
		atomic_set(&page->_refcount, i ? 0 : 1);
	}
	b->next = *bucket(data);
	*bucket(data) = b;
	fb_obj_new(&b->pages[0], user ? "user page" : "page", NULL);
	fb_watch(&b->pages[0]._refcount, FB_RES_PAGE, &b->pages[0]);
	fb_get(FB_RES_PAGE, &b->pages[0], 0);
	return b;
}

/* The last reference is gone. */
static void block_free(struct page_block *b)
{
	struct page_block **p = bucket(b->data);

	while (*p != b)
		p = &(*p)->next;
	*p = b->next;
	WARN_ON(b->pages[0].mapping);
	/*
	 * As the kernel's free_pages_prepare(): somebody still uses it. A process's page may well
	 * be dirty.
	 */
	WARN_ON(PageLocked(&b->pages[0]) || PageWriteback(&b->pages[0]));
	WARN_ON(page_mapped(&b->pages[0]));
	fb_unwatch(&b->pages[0]._refcount);
	fb_obj_gone(&b->pages[0]);
	if (!b->user)
		fb_mem_free(b->data);
	fb_mem_free(b);
}

static struct page_block *block_of(struct page *page)
{
	return container_of(page, struct page_block, pages[0]);
}

/**
 * alloc_pages() - 2^@order pages that follow each other
 * @gfp: GFP_*
 * @order: 0..10
 *
 * Models: mm/page_alloc.c, 6.1. Fault point "alloc" unless __GFP_NOFAIL. Return: the first page
 * with one reference, or NULL.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	char *data;

	if (WARN_ON_ONCE(order > 10))
		return NULL;
	if (gfpflags_allow_blocking(gfp))
		fb_might_sleep("alloc_pages()");
	if (!(gfp & __GFP_NOFAIL) && fb_fault("alloc"))
		return NULL;
	data = fb_mem_alloc(PAGE_SIZE << order, PAGE_SIZE, FB_RES_MEM, "page data",
			    gfp & __GFP_ZERO);
	fb_race_data(data, PAGE_SIZE << order);
	return block_new(data, order, false)->pages;
}
EXPORT_SYMBOL(alloc_pages);

/** folio_alloc() - the same as a folio. Models: 6.1, order 0 only. */
struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	struct page *page;

	if (order)
		unmodelled("folio_alloc() of several pages");
	page = alloc_pages(gfp, 0);
	return page ? page_folio(page) : NULL;
}
EXPORT_SYMBOL(folio_alloc);

/**
 * __free_pages() - drop a reference; the last frees all 2^@order pages. Models: mm/page_alloc.c,
 *	6.1.
 */
void __free_pages(struct page *page, unsigned int order)
{
	struct page_block *b = block_of(page);

	if (WARN_ON(b->order != order))
		return;
	if (put_page_testzero(page))
		block_free(b);
}
EXPORT_SYMBOL(__free_pages);

/** __get_free_pages() - alloc_pages(), by address; 0 when out of memory. Models: 6.1. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}
EXPORT_SYMBOL(__get_free_pages);

/** get_zeroed_page() - one page of zeroes by address; 0 when out of memory. Models: 6.1. */
unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}
EXPORT_SYMBOL(get_zeroed_page);

/** free_pages() - __free_pages(), by address; 0 is fine. Models: 6.1. */
void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page((void *)addr), order);
}
EXPORT_SYMBOL(free_pages);

/** alloc_pages_exact() - whole pages by address, or NULL. Models: 6.1. */
void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	return (void *)__get_free_pages(gfp, (unsigned int)get_count_order_long(PAGE_ALIGN(size) >>
										PAGE_SHIFT));
}

/** free_pages_exact() - frees what alloc_pages_exact() gave. Models: 6.1. */
void free_pages_exact(void *virt, size_t size)
{
	free_pages((unsigned long)virt,
		   (unsigned int)get_count_order_long(PAGE_ALIGN(size) >> PAGE_SHIFT));
}

/**
 * alloc_pages_bulk_array() - fill the empty slots of an array; returns how many are filled from its
 *	start. Models: 6.1.
 */
unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr_pages, struct page **page_array)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		if (!page_array[i])
			page_array[i] = alloc_page(gfp);
		if (!page_array[i])
			break;
	}
	return i;
}

/** __folio_put() - the last reference is gone. Models: mm/swap.c, 6.1. */
void __folio_put(struct folio *folio)
{
	block_free(block_of(&folio->page));
}
EXPORT_SYMBOL(__folio_put);

/** release_pages() - put_page() of each. Models: mm/swap.c, 6.1. */
void release_pages(struct page **pages, int nr)
{
	for (int i = 0; i < nr; i++)
		put_page(pages[i]);
}
EXPORT_SYMBOL(release_pages);

/** put_pages_list() - put_page() of each page on the list. Models: mm/swap.c, 6.1. */
void put_pages_list(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del_init(&page->lru);
		put_page(page);
	}
}
EXPORT_SYMBOL(put_pages_list);

/** split_page() - single pages of their own from one allocation. Models: 6.1, order 0 only. */
void split_page(struct page *page, unsigned int order)
{
	if (order)
		unmodelled("split_page()");
}

/** virt_to_page() - the page that @addr lies in; it must lie in one. Models: 6.1. */
struct page *virt_to_page(const void *addr)
{
	struct page_block *b = find_block(addr);

	if (!b)
		fb_report_fatal(FB_CONTRACT, 0, NULL,
				"virt_to_page() of memory that was not allocated as pages");
	return &b->pages[((const char *)addr - b->data) >> PAGE_SHIFT];
}
EXPORT_SYMBOL(virt_to_page);

/** virt_addr_valid() - does @addr lie in a page? Models: 6.1. */
bool virt_addr_valid(const void *addr)
{
	return find_block(addr) != NULL;
}
EXPORT_SYMBOL(virt_addr_valid);

/** vmalloc_to_page() - vmalloc() memory has no pages here. Models: 6.1. */
struct page *vmalloc_to_page(const void *addr)
{
	unmodelled("vmalloc_to_page()");
}

/** clear_page() - zeroes. Models: asm/page.h. */
void clear_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}
EXPORT_SYMBOL(clear_page);

/** copy_page() - a whole page. Models: asm/page.h. */
void copy_page(void *to, void *from)
{
	memcpy(to, from, PAGE_SIZE);
}
EXPORT_SYMBOL(copy_page);

/*
 * One more reference on the page of user memory at @data. In the kernel the page table has one too,
 * so that the count does not fall to 0 in between: no other task runs here between the look-up and
 * the count.
 */
static struct page *user_page(char *data)
{
	struct page_block *b;

	for (b = *bucket(data); b; b = b->next) {
		if (b->data != data || !b->pages[0]._refcount.counter)
			continue;
		/* As by the lock of the page table: the page was made before. */
		fb_race_acquire(b);
		b->pages[0]._refcount.counter++;
		fb_watch_add(&b->pages[0]._refcount, 1);
		return b->pages;
	}
	b = block_new(data, 0, true);
	fb_race_release(b);
	return b->pages;
}

/**
 * get_user_pages_fast() - references on the pages of user memory
 * @start: user address
 * @nr_pages: how many
 * @gup_flags: FOLL_WRITE when they will be written
 * @pages: receives them
 *
 * Models: mm/gup.c, 6.1. Fault point "copy". Context: may sleep. Return: how many, less than asked
 * when the rest is not accessible; -EFAULT for none.
 */
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	int i;

	might_sleep();
	start &= PAGE_MASK;
	for (i = 0; i < nr_pages; i++, start += PAGE_SIZE) {
		void *data = (void *)start;

		if (!access_ok((void __user *)data, 1) || fault_in_readable(data, 1))
			break;
		pages[i] = user_page(data);
	}
	return i ? i : -EFAULT;
}
EXPORT_SYMBOL(get_user_pages_fast);

/** pin_user_pages_fast() - the same; pins are references here. Models: mm/gup.c, 6.1. */
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages)
{
	return get_user_pages_fast(start, nr_pages, gup_flags, pages);
}
EXPORT_SYMBOL(pin_user_pages_fast);

/** unpin_user_page() - give one back. Models: mm/gup.c, 6.1. */
void unpin_user_page(struct page *page)
{
	put_page(page);
}
EXPORT_SYMBOL(unpin_user_page);

/** unpin_user_pages() - give them back. Models: mm/gup.c, 6.1. */
void unpin_user_pages(struct page **pages, unsigned long npages)
{
	for (unsigned long i = 0; i < npages; i++)
		put_page(pages[i]);
}
EXPORT_SYMBOL(unpin_user_pages);
