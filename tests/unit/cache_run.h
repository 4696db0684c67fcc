/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the unit tests of the page cache share: a file system with one file, whose byte at offset o
 * reads as o * 7, and which remembers what is written back.
 */
#ifndef TESTS_UNIT_CACHE_RUN_H
#define TESTS_UNIT_CACHE_RUN_H

#include "box_run.h"
#include <linux/backing-dev.h>
#include <linux/fs_context.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/task_work.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include <mm/internal.h>

static struct vfsmount *cache_mnt;
static struct file *cache_filp;
static char cache_buf[8 * PAGE_SIZE];
static unsigned int cache_reads, cache_writes;	/* requests */
static unsigned int cache_fail_reads;		/* so many reads are to fail */
static int cache_write_error;
static pgoff_t cache_written[64];
static unsigned int cache_launders;

static inline struct address_space *cache_mapping(void)
{
	return cache_filp->f_mapping;
}

static void cache_fill(struct folio *folio)
{
	unsigned char *p = folio_address(folio);

	for (size_t i = 0; i < PAGE_SIZE; i++)
		p[i] = (unsigned char)((folio_pos(folio) + i) * 7);
	folio_mark_uptodate(folio);
}

static bool cache_read_fails(void)
{
	cache_reads++;
	if (!cache_fail_reads)
		return false;
	cache_fail_reads--;
	return true;
}

static int cache_read_folio(struct file *file, struct folio *folio)
{
	if (!cache_read_fails())
		cache_fill(folio);
	folio_unlock(folio);
	return 0;
}

static void cache_readahead(struct readahead_control *rac)
{
	bool fails = cache_read_fails();
	struct folio *folio;

	while ((folio = readahead_folio(rac))) {
		if (!fails)
			cache_fill(folio);
		folio_unlock(folio);
	}
}

static int cache_writepage(struct page *page, struct writeback_control *wbc)
{
	if (cache_writes < ARRAY_SIZE(cache_written))
		cache_written[cache_writes] = page->index;
	cache_writes++;
	set_page_writeback(page);
	unlock_page(page);
	end_page_writeback(page);
	return cache_write_error;
}

static int cache_launder(struct folio *folio)
{
	cache_launders++;
	folio_clear_dirty_for_io(folio);
	return cache_write_error;
}

static const struct address_space_operations cache_aops = {
	.read_folio = cache_read_folio,
	.readahead = cache_readahead,
	.writepage = cache_writepage,
	.dirty_folio = filemap_dirty_folio,
	.launder_folio = cache_launder,
};

static const struct file_operations cache_fops = {
	.read_iter = generic_file_read_iter,
	.mmap = generic_file_mmap,
	.splice_read = generic_file_splice_read,
	.fsync = noop_fsync,
};

static int cache_init_fs_context(struct fs_context *fc)
{
	return init_pseudo(fc, 0x63616368) ? 0 : -ENOMEM;
}

static struct file_system_type cache_fs_type = {
	.name = "cachetest",
	.init_fs_context = cache_init_fs_context,
	.kill_sb = kill_anon_super,
};

/* An empty file on a device that takes write-back. */
static inline struct address_space *cache_up(void)
{
	struct inode *inode;

	cache_reads = cache_writes = cache_fail_reads = cache_launders = 0;
	cache_write_error = 0;
	cache_mnt = kern_mount(&cache_fs_type);
	CHECK(!IS_ERR(cache_mnt));
	CHECK_EQ(super_setup_bdi(cache_mnt->mnt_sb), 0);
	inode = new_inode(cache_mnt->mnt_sb);
	CHECK(inode);
	inode->i_mode = S_IFREG | 0600;
	inode->i_mapping->a_ops = &cache_aops;
	/* So that it goes on the list of dirty ones. */
	insert_inode_hash(inode);
	cache_filp = alloc_file_pseudo(inode, cache_mnt, "file", O_RDWR, &cache_fops);
	CHECK(!IS_ERR(cache_filp));
	file_ra_state_init(&cache_filp->f_ra, cache_mapping());
	cache_filp->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	return cache_mapping();
}

static inline void cache_down(void)
{
	fput(cache_filp);
	task_work_run();
	kern_unmount(cache_mnt);
}

static inline void cache_size(loff_t size)
{
	i_size_write(cache_mapping()->host, size);
}

static inline ssize_t cache_read(loff_t *pos, size_t len, int ki_flags)
{
	struct kvec vec = { cache_buf, len };
	struct iov_iter iter;
	struct kiocb kiocb;
	ssize_t ret;

	init_sync_kiocb(&kiocb, cache_filp);
	kiocb.ki_pos = *pos;
	kiocb.ki_flags |= ki_flags;
	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, len);
	ret = generic_file_read_iter(&kiocb, &iter);
	*pos = kiocb.ki_pos;
	return ret;
}

static inline bool cache_matches(loff_t pos, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)cache_buf[i] != (unsigned char)((pos + i) * 7))
			return false;
	return true;
}

/* A page that is uptodate and dirty. */
static inline void cache_dirty(pgoff_t index)
{
	struct page *page = find_or_create_page(cache_mapping(), index, GFP_KERNEL);

	cache_fill(page_folio(page));
	set_page_dirty(page);
	unlock_page(page);
	put_page(page);
}

static inline bool cache_has(pgoff_t index)
{
	return filemap_range_has_page(cache_mapping(), (loff_t)index << PAGE_SHIFT,
				      (loff_t)index << PAGE_SHIFT);
}

#endif
