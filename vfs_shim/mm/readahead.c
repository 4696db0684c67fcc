// SPDX-License-Identifier: GPL-2.0
/*
 * Reading ahead of the reader.
 *
 * Models: mm/readahead.c, 6.1: only the state in struct file. Reading ahead needs the page cache.
 */
#include <linux/backing-dev.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include "internal.h"

/**
 * file_ra_state_init - the read-ahead state of a newly opened file
 * @ra: the state
 * @mapping: mapping of the file
 *
 * Models: mm/readahead.c, 6.1.
 */
void file_ra_state_init(struct file_ra_state *ra, struct address_space *mapping)
{
	ra->ra_pages = inode_to_bdi(mapping->host)->ra_pages;
	ra->prev_pos = -1;
}
EXPORT_SYMBOL_GPL(file_ra_state_init);
