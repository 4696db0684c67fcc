// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel: fs/dax.c, drivers/dax/super.c. There is no DAX device in the box: only virtiofs gives
 * fs/fuse one. fs/fuse/dax.c is compiled in because Debian's fuse.ko has it; a mount can never
 * reach its data paths.
 */
#include <linux/dax.h>
#include <linux/fs.h>
#include <core/run.h>

int dax_read_lock(void)
{
	unmodelled("dax_read_lock");
}

void dax_read_unlock(int id)
{
	unmodelled("dax_read_unlock");
}

long dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages,
		       enum dax_access_mode mode, void **kaddr, pfn_t *pfn)
{
	unmodelled("dax_direct_access");
}

ssize_t dax_iomap_rw(struct kiocb *iocb, struct iov_iter *iter, const struct iomap_ops *ops)
{
	unmodelled("dax_iomap_rw");
}

vm_fault_t dax_iomap_fault(struct vm_fault *vmf, enum page_entry_size pe_size, pfn_t *pfnp,
			   int *errp, const struct iomap_ops *ops)
{
	unmodelled("dax_iomap_fault");
}

vm_fault_t dax_finish_sync_fault(struct vm_fault *vmf, enum page_entry_size pe_size, pfn_t pfn)
{
	unmodelled("dax_finish_sync_fault");
}

struct page *dax_layout_busy_page_range(struct address_space *mapping, loff_t start, loff_t end)
{
	unmodelled("dax_layout_busy_page_range");
}

int dax_writeback_mapping_range(struct address_space *mapping, struct dax_device *dax_dev,
				struct writeback_control *wbc)
{
	unmodelled("dax_writeback_mapping_range");
}
