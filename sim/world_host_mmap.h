/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mapped files of the host. Results are those of the operations of struct world.
 */
#ifndef FUSEBOX_SIM_WORLD_HOST_MMAP_H
#define FUSEBOX_SIM_WORLD_HOST_MMAP_H

#include <stdbool.h>
#include <stddef.h>

/**
 * host_mmap_begin() - take SIGBUS and SIGSEGV; once per process
 */
void host_mmap_begin(void);

long host_map(int fd, size_t len, bool write, bool shared, long long off, unsigned long long *addr);
long host_unmap(unsigned long long addr, size_t len);
long host_sync(unsigned long long addr, size_t len);

/**
 * host_access() - a load or store
 * @addr: mapped memory
 * @buf: the other side
 * @len: bytes
 * @write: store?
 *
 * Return: 0, -EFAULT for SIGBUS, -EACCES for SIGSEGV.
 */
long host_access(unsigned long long addr, void *buf, size_t len, bool write);

#endif
