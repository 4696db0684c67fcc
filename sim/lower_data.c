// SPDX-License-Identifier: GPL-2.0
/*
 * The lower file system: the bytes of a file, in chunks of a page; what has no chunk reads as
 * zeroes.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "box_faults.h"
#include "lower_internal.h"

static bool room_take(struct super_block *sb)
{
	struct lower_sb *lsb = LOWER_SB(sb);
	bool ok;

	spin_lock(&lsb->lock);
	ok = lsb->used + PAGE_SIZE <= lsb->capacity;
	if (ok)
		lsb->used += PAGE_SIZE;
	spin_unlock(&lsb->lock);
	return ok;
}

static void room_give(struct super_block *sb)
{
	struct lower_sb *lsb = LOWER_SB(sb);

	spin_lock(&lsb->lock);
	lsb->used -= PAGE_SIZE;
	spin_unlock(&lsb->lock);
}

static void chunk_free(char *chunk)
{
	virt_to_page(chunk)->mapping = NULL;
	free_page((unsigned long)chunk);
}

/* The chunk at @pos, made if there is none. ERR_PTR: -ENOSPC, -ENOMEM. */
static char *chunk_get(struct inode *inode, loff_t pos)
{
	struct lower_inode *li = LOWER_I(inode);
	unsigned long index = pos >> PAGE_SHIFT;
	char *chunk = xa_load(&li->chunks, index);
	void *old;

	if (chunk)
		return chunk;
	if (!room_take(inode->i_sb))
		return ERR_PTR(-ENOSPC);
	chunk = (char *)get_zeroed_page(GFP_KERNEL);
	if (!chunk) {
		room_give(inode->i_sb);
		return ERR_PTR(-ENOMEM);
	}
	/* For whoever maps it. It is in no page cache. */
	virt_to_page(chunk)->mapping = inode->i_mapping;
	virt_to_page(chunk)->index = index;
	/* Writers that share the inode lock may fill one hole. */
	old = xa_cmpxchg(&li->chunks, index, NULL, chunk, GFP_KERNEL);
	if (old) {
		chunk_free(chunk);
		room_give(inode->i_sb);
		return xa_is_err(old) ? ERR_PTR(xa_err(old)) : old;
	}
	inode_add_bytes(inode, PAGE_SIZE);
	return chunk;
}

static void chunk_drop(struct inode *inode, unsigned long index)
{
	char *chunk = xa_erase(&LOWER_I(inode)->chunks, index);

	if (!chunk)
		return;
	chunk_free(chunk);
	room_give(inode->i_sb);
	inode_sub_bytes(inode, PAGE_SIZE);
}

static size_t within_chunk(loff_t pos, size_t len)
{
	return min_t(size_t, len, PAGE_SIZE - offset_in_page(pos));
}

/*
 * ram_read() - copy bytes out; the caller has cut @to at the end of the file
 * @inode: the file
 * @pos: from where
 * @to: destination
 *
 * Return: bytes copied, -EFAULT when none could be.
 */
static ssize_t ram_read(struct inode *inode, loff_t pos, struct iov_iter *to)
{
	ssize_t done = 0;

	while (iov_iter_count(to)) {
		size_t len = within_chunk(pos, iov_iter_count(to)), n;
		char *chunk = xa_load(&LOWER_I(inode)->chunks, pos >> PAGE_SHIFT);

		if (chunk)
			n = copy_to_iter(chunk + offset_in_page(pos), len, to);
		else
			n = iov_iter_zero(len, to);
		done += n;
		pos += n;
		if (n < len)
			return done ? done : -EFAULT;
	}
	return done;
}

/*
 * ram_write() - copy bytes in
 * @inode: the file; its size is the caller's business
 * @pos: to where
 * @from: source
 *
 * Return: bytes copied, less than asked when room or source end; -ENOSPC, -ENOMEM, -EFAULT when
 * none.
 */
static ssize_t ram_write(struct inode *inode, loff_t pos, struct iov_iter *from)
{
	ssize_t done = 0;

	box_faults_changes(inode, pos, pos + iov_iter_count(from));
	while (iov_iter_count(from)) {
		size_t len = within_chunk(pos, iov_iter_count(from)), n;
		char *chunk = chunk_get(inode, pos);

		if (IS_ERR(chunk))
			return done ? done : PTR_ERR(chunk);
		n = copy_from_iter(chunk + offset_in_page(pos), len, from);
		done += n;
		pos += n;
		if (n < len)
			return done ? done : -EFAULT;
	}
	return done;
}

/*
 * ram_allocate() - make sure that there is room for a range
 * @inode: the file
 * @pos: first byte
 * @len: bytes
 *
 * Return: 0, -ENOSPC, -ENOMEM; what was allocated stays.
 */
static int ram_allocate(struct inode *inode, loff_t pos, loff_t len)
{
	loff_t at;

	for (at = round_down(pos, PAGE_SIZE); at < pos + len; at += PAGE_SIZE) {
		char *chunk = chunk_get(inode, at);

		if (IS_ERR(chunk))
			return PTR_ERR(chunk);
	}
	return 0;
}

static void zero_part(struct inode *inode, loff_t pos, loff_t end)
{
	char *chunk = xa_load(&LOWER_I(inode)->chunks, pos >> PAGE_SHIFT);

	if (chunk)
		memset(chunk + offset_in_page(pos), 0, end - pos);
}

/*
 * ram_punch() - make a range read as zeroes and give its room back
 * @inode: the file
 * @pos: first byte
 * @end: first byte after it; LLONG_MAX: to the end
 */
static void ram_punch(struct inode *inode, loff_t pos, loff_t end)
{
	loff_t first = round_up(pos, PAGE_SIZE);
	unsigned long index, last;
	void *chunk;

	box_faults_changes(inode, pos, end);
	if (pos < first)
		zero_part(inode, pos, min(first, end));
	if (end <= first)
		return;
	last = end >> PAGE_SHIFT;
	if (end != LLONG_MAX && offset_in_page(end))
		zero_part(inode, round_down(end, PAGE_SIZE), end);
	if (last <= first >> PAGE_SHIFT)
		return;
	xa_for_each_range(&LOWER_I(inode)->chunks, index, chunk, first >> PAGE_SHIFT, last - 1)
		chunk_drop(inode, index);
}

/*
 * ram_page() - the page that holds part of a file, made if there is none
 * @inode: the file
 * @index: which
 *
 * Return: the page, as long as it is not punched out; ERR_PTR(-ENOSPC), ERR_PTR(-ENOMEM).
 */
static struct page *ram_page(struct inode *inode, pgoff_t index)
{
	char *chunk = chunk_get(inode, (loff_t)index << PAGE_SHIFT);

	return IS_ERR(chunk) ? ERR_CAST(chunk) : virt_to_page(chunk);
}

/*
 * ram_free() - drop all bytes, the inode goes
 * @inode: the file
 */
static void ram_free(struct inode *inode)
{
	box_faults_evicted(inode);
	ram_punch(inode, 0, LLONG_MAX);
	xa_destroy(&LOWER_I(inode)->chunks);
}

const struct lower_storage lower_ram = {
	.read = ram_read,
	.write = ram_write,
	.allocate = ram_allocate,
	.punch = ram_punch,
	.page = ram_page,
	.free = ram_free,
};
