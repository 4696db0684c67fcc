/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/asm-generic/sections.h. No source in the box asks where kernel text or data lie.
 */
