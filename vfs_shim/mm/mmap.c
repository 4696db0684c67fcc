// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings of a process.
 *
 * Models: mm/util.c, 6.1: only the change of a mapping's file; mmap(2) itself has no model yet.
 */
#include <linux/export.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>

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
