// SPDX-License-Identifier: GPL-2.0
/*
 * Mapped files of the host: loads and stores that may get a signal.
 */
#include "world_host_mmap.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* Where the calling thread is; NULL: in no access of ours. */
static __thread sigjmp_buf *volatile access_jmp;

static void on_fault(int sig)
{
	if (access_jmp)
		siglongjmp(*access_jmp, sig);
	/* A bug: die of it. */
	signal(sig, SIG_DFL);
	raise(sig);
}

void host_mmap_begin(void)
{
	struct sigaction act = { .sa_handler = on_fault };

	sigaction(SIGBUS, &act, NULL);
	sigaction(SIGSEGV, &act, NULL);
}

long host_map(int fd, size_t len, bool write, bool shared, long long off, unsigned long long *addr)
{
	void *p = mmap(NULL, len, PROT_READ | (write ? PROT_WRITE : 0),
		       shared ? MAP_SHARED : MAP_PRIVATE, fd, off);

	if (p == MAP_FAILED)
		return -errno;
	*addr = (uintptr_t)p;
	return 0;
}

long host_unmap(unsigned long long addr, size_t len)
{
	return munmap((void *)(uintptr_t)addr, len) ? -errno : 0;
}

long host_sync(unsigned long long addr, size_t len)
{
	return msync((void *)(uintptr_t)addr, len, MS_SYNC) ? -errno : 0;
}

long host_access(unsigned long long addr, void *buf, size_t len, bool write)
{
	char *volatile mem = (char *)(uintptr_t)addr, *volatile own = buf;
	sigjmp_buf jmp;
	int sig = sigsetjmp(jmp, 1);

	if (!sig) {
		access_jmp = &jmp;
		if (write)
			memcpy(mem, own, len);
		else
			memcpy(own, mem, len);
	}
	access_jmp = NULL;
	return !sig ? 0 : sig == SIGBUS ? -EFAULT : -EACCES;
}
