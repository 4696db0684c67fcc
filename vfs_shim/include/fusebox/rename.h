/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that libc and the kernel both define. From here on they mean the kernel's.
 */
#ifndef FUSEBOX_RENAME_H
#define FUSEBOX_RENAME_H

/* Structures and functions: libc's declaration stands, the kernel's gets another name. */
#define file_handle		kernel_file_handle
#define sync_file_range		kernel_sync_file_range
#define fsid_t			kernel_fsid_t

/* Macros: libc's go. */
#undef __always_inline
#undef __attribute_const__
#undef __counted_by
#undef __CONCAT
#undef SPLICE_F_MOVE
#undef SPLICE_F_NONBLOCK
#undef SPLICE_F_MORE
#undef SPLICE_F_GIFT
#undef DT_UNKNOWN
#undef DT_FIFO
#undef DT_CHR
#undef DT_DIR
#undef DT_BLK
#undef DT_REG
#undef DT_LNK
#undef DT_SOCK
#undef DT_WHT
#undef RWF_HIPRI
#undef RWF_DSYNC
#undef RWF_SYNC
#undef RWF_NOWAIT
#undef RWF_APPEND
#undef sigmask
#undef major
#undef minor
#undef makedev

#endif
