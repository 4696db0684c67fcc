/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: arch/x86/include/asm/linkage.h. No assembly in the box, hence no calling conventions of
 * its own.
 */
