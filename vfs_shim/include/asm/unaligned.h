/* SPDX-License-Identifier: GPL-2.0 */
/* The generic one serves every 64-bit little-endian architecture. */
#include <asm-generic/unaligned.h>
