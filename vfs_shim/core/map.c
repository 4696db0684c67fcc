// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings at the same addresses in every process. The kernel hashes addresses (dentries by their
 * parent, wait queues by the word waited for); were they different each time, chains would be too,
 * and so would the choice points passed while walking them.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include "internal.h"
#include "snapshot.h"

#define FIRST 0x200000000000ul /* far from programs, libraries, stacks and ASan's shadow */
#define APART (1ul << 21)

/*
 * Never fails. Where the range is taken or does not exist (valgrind, 39-bit arm64), the mapping
 * goes elsewhere: a run is then repeatable only as far as the system gives out the same addresses.
 */
void *fb_map(size_t size, int prot)
{
	static uintptr_t next = FIRST;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	void *p = mmap((void *)next, size, prot, flags | MAP_FIXED_NOREPLACE, -1, 0);

	if (p == MAP_FAILED)
		p = mmap(NULL, size, prot, flags, -1, 0);
	if (p == MAP_FAILED)
		abort();
	if (fb_snapshot_taken())
		fb_snapshot_spoil();
	next += (size + APART - 1) & ~(APART - 1);
	return p;
}
