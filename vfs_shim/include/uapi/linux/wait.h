/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/uapi/linux/wait.h. libc's stdlib.h has given these names already, with the same
 * values.
 */
