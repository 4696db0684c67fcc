/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/page-flags-layout.h. One zone, one node, no multi-generation LRU: the flags
 * word holds flags only.
 */
#ifndef PAGE_FLAGS_LAYOUT_H
#define PAGE_FLAGS_LAYOUT_H

#define LRU_GEN_MASK	0UL
#define LRU_REFS_MASK	0UL

#endif
