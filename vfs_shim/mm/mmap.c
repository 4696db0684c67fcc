// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of a process.
 *
 * Models: mm/mmap.c, mm/msync.c, mm/util.c, 6.1, for mappings of files as a whole. Leaves out:
 * anonymous memory, parts of mappings, merging, MAP_FIXED. Addresses are numbers that only
 * fb_user_access() knows what to do with.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include <linux/slab.h>
#include <sys/mman.h>
#include "internal.h"

#define FIRST_ADDRESS	0x7f0000000000UL

/**
 * vma_set_file - a mapping is of another file
 * @vma: the mapping
 * @file: the file; a reference is taken, and the one on the old file dropped
 *
 * Models: mm/util.c, 6.1.
 */
void vma_set_file(struct vm_area_struct *vma, struct file *file)
{
	get_file(file);
	swap(vma->vm_file, file);
	fput(file);
}
EXPORT_SYMBOL(vma_set_file);

/**
 * find_vma - the first mapping that ends behind an address
 * @mm: address space
 * @addr: the address
 *
 * Models: mm/mmap.c, 6.1. Context: mmap_lock held.
 */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;

	list_for_each_entry(vma, &mm->vmas, vm_link)
		if (addr < vma->vm_end)
			return vma;
	return NULL;
}
EXPORT_SYMBOL(find_vma);

static unsigned long prot_flags(unsigned long prot)
{
	return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
	       (prot & PROT_EXEC ? VM_EXEC : 0);
}

/* VM_* of a new mapping, or -errno. */
static long mapping_flags(const struct file *file, unsigned long prot, unsigned long flags)
{
	unsigned long vm_flags = prot_flags(prot) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	switch (flags & (MAP_SHARED | MAP_PRIVATE)) {
	case MAP_SHARED:
		if ((prot & PROT_WRITE) && !(file->f_mode & FMODE_WRITE))
			return -EACCES;
		if (IS_APPEND(file_inode(file)) && (file->f_mode & FMODE_WRITE))
			return -EACCES;
		vm_flags |= VM_SHARED | VM_MAYSHARE;
		if (!(file->f_mode & FMODE_WRITE))
			vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
		break;
	case MAP_PRIVATE:
		break;
	default:
		return -EINVAL;
	}
	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	return file->f_op->mmap ? (long)vm_flags : -ENODEV;
}

static void i_mmap_insert(struct address_space *mapping, struct vm_area_struct *vma)
{
	struct rb_node **p = &mapping->i_mmap.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*p) {
		parent = *p;
		if (vma->vm_pgoff < rb_entry(parent, struct vm_area_struct, shared.rb)->vm_pgoff) {
			p = &parent->rb_left;
		} else {
			p = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&vma->shared.rb, parent, p);
	rb_insert_color_cached(&vma->shared.rb, &mapping->i_mmap, leftmost);
}

/* Now the file's, as ->mmap() left it, may be asked for its mappings. */
static void vma_link(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->f_mapping;

	i_mmap_lock_write(mapping);
	if (vma->vm_flags & VM_SHARED)
		mapping_allow_writable(mapping);
	i_mmap_insert(mapping, vma);
	i_mmap_unlock_write(mapping);
	list_add_tail(&vma->vm_link, &mm->vmas);
	mm->total_vm += vma_pages(vma);
}

static struct vm_area_struct *vma_new(struct mm_struct *mm, unsigned long len, pgoff_t pgoff)
{
	struct vm_area_struct *vma = kzalloc(sizeof(*vma), GFP_KERNEL), *last;

	if (!vma)
		return NULL;
	vma->ptes = kvcalloc(len >> PAGE_SHIFT, sizeof(*vma->ptes), GFP_KERNEL);
	if (!vma->ptes) {
		kfree(vma);
		return NULL;
	}
	last = list_empty(&mm->vmas) ? NULL :
				       list_last_entry(&mm->vmas, struct vm_area_struct, vm_link);
	/* A gap of a page, so that what runs off an end is seen. */
	vma->vm_start = last ? last->vm_end + PAGE_SIZE : FIRST_ADDRESS;
	vma->vm_end = vma->vm_start + len;
	vma->vm_mm = mm;
	vma->vm_pgoff = pgoff;
	return vma;
}

static void vma_free(struct vm_area_struct *vma)
{
	kvfree(vma->ptes);
	kfree(vma);
}

/* mmap_lock held for writing. Return: the address, or -errno. */
static long mmap_region(struct mm_struct *mm, struct file *file, unsigned long len,
			unsigned long vm_flags, pgoff_t pgoff)
{
	struct vm_area_struct *vma = vma_new(mm, len, pgoff);
	int err = 0;

	if (!vma)
		return -ENOMEM;
	vma->vm_flags = vm_flags;
	if (vm_flags & VM_SHARED)
		err = mapping_map_writable(file->f_mapping);
	if (err) {
		vma_free(vma);
		return err;
	}
	vma->vm_file = get_file(file);
	/* May set another file. */
	err = call_mmap(file, vma);
	if (!err)
		vma_link(mm, vma);
	if (vm_flags & VM_SHARED)
		mapping_unmap_writable(file->f_mapping);
	if (!err)
		return (long)vma->vm_start;
	fput(vma->vm_file);
	vma_free(vma);
	return err;
}

static long mmap_file(struct file *file, unsigned long len, unsigned long prot, unsigned long flags,
		      pgoff_t pgoff)
{
	struct mm_struct *mm = current->mm;
	long vm_flags = mapping_flags(file, prot, flags), ret;

	if (vm_flags < 0)
		return vm_flags;
	if (mmap_write_lock_killable(mm))
		return -EINTR;
	ret = mmap_region(mm, file, len, (unsigned long)vm_flags, pgoff);
	mmap_write_unlock(mm);
	return ret;
}

/**
 * ksys_mmap_pgoff - mmap(2) of a file
 * @addr: 0
 * @len: bytes
 * @prot: PROT_*
 * @flags: MAP_SHARED or MAP_PRIVATE
 * @fd: the file
 * @pgoff: first page
 *
 * Models: mm/mmap.c, 6.1. Context: may sleep. Return: the address, or -errno.
 */
long ksys_mmap_pgoff(unsigned long addr, unsigned long len, unsigned long prot, unsigned long flags,
		     unsigned long fd, unsigned long pgoff)
{
	struct file *file;
	long ret;

	len = PAGE_ALIGN(len);
	if (!len || addr)
		return -EINVAL;
	file = fget(fd);
	if (!file)
		return -EBADF;
	ret = mmap_file(file, len, prot, flags, pgoff);
	fput(file);
	return ret;
}

static void vma_unmap(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->f_mapping;

	list_del(&vma->vm_link);
	vma->vm_mm->total_vm -= vma_pages(vma);
	zap_vma(vma, 0, ULONG_MAX, true, NULL);
	i_mmap_lock_write(mapping);
	if (vma->vm_flags & VM_SHARED)
		mapping_unmap_writable(mapping);
	rb_erase_cached(&vma->shared.rb, &mapping->i_mmap);
	i_mmap_unlock_write(mapping);
	might_sleep();
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	fput(vma->vm_file);
	vma_free(vma);
}

/**
 * vm_munmap - munmap(2) of a whole mapping
 * @start: as mmap returned it
 * @len: as mmap was given it
 *
 * Models: mm/mmap.c, 6.1. Context: may sleep. Return: 0, -EINVAL for anything but a whole mapping,
 * -EINTR.
 */
int vm_munmap(unsigned long start, size_t len)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = -EINVAL;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	vma = find_vma(mm, start);
	if (vma && vma->vm_start == start && vma->vm_end == start + PAGE_ALIGN(len)) {
		vma_unmap(vma);
		err = 0;
	}
	mmap_write_unlock(mm);
	return err;
}
EXPORT_SYMBOL(vm_munmap);

/**
 * exit_mmap - the last user of an address space is gone
 * @mm: address space
 *
 * Models: mm/mmap.c, 6.1. Context: may sleep.
 */
void exit_mmap(struct mm_struct *mm)
{
	mmap_write_lock(mm);
	while (!list_empty(&mm->vmas))
		vma_unmap(list_first_entry(&mm->vmas, struct vm_area_struct, vm_link));
	mmap_write_unlock(mm);
}

/**
 * ksys_msync - msync(2) within one mapping
 * @start: address, of a page
 * @len: bytes
 * @flags: MS_SYNC, MS_ASYNC (nothing to do), MS_INVALIDATE (likewise)
 *
 * Models: mm/msync.c, 6.1. Context: may sleep. Return: 0, -ENOMEM where nothing is mapped, -EINVAL,
 * -errno.
 */
long ksys_msync(unsigned long start, size_t len, int flags)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	struct file *file;
	loff_t from;
	long err = 0;

	if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) || offset_in_page(start) ||
	    ((flags & MS_ASYNC) && (flags & MS_SYNC)))
		return -EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return 0;
	mmap_read_lock(mm);
	vma = find_vma(mm, start);
	if (!vma || vma->vm_start > start || vma->vm_end < start + len) {
		mmap_read_unlock(mm);
		return -ENOMEM;
	}
	file = (flags & MS_SYNC) && (vma->vm_flags & VM_SHARED) ? get_file(vma->vm_file) : NULL;
	from = (start - vma->vm_start) + ((loff_t)vma->vm_pgoff << PAGE_SHIFT);
	mmap_read_unlock(mm);
	if (file) {
		err = vfs_fsync_range(file, from, from + len - 1, 1);
		fput(file);
	}
	return err;
}
