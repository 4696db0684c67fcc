/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/stat.h. The S_* modes are libc's, of the same values. */
#define __EXPORTED_HEADERS__
#include <uapi/linux/types.h>
#ifdef FUSEBOX_LIBC_STAGE
#include <uapi/linux/stat.h>
#elif !defined(_LINUX_STAT_H)
#define _LINUX_STAT_H

#include <linux/types.h>
#include <linux/time.h>
#include <linux/uidgid.h>

#define S_IRWXUGO	(S_IRWXU | S_IRWXG | S_IRWXO)
#define S_IALLUGO	(S_ISUID | S_ISGID | S_ISVTX | S_IRWXUGO)
#define S_IRUGO		(S_IRUSR | S_IRGRP | S_IROTH)
#define S_IWUGO		(S_IWUSR | S_IWGRP | S_IWOTH)
#define S_IXUGO		(S_IXUSR | S_IXGRP | S_IXOTH)

#define UTIME_NOW	((1l << 30) - 1l)
#define UTIME_OMIT	((1l << 30) - 2l)

#define KSTAT_QUERY_FLAGS	AT_STATX_SYNC_TYPE

struct kstat {
	u32 result_mask;		/* STATX_* that were filled in */
	umode_t mode;
	unsigned int nlink;
	u32 blksize;
	u64 attributes;
	u64 attributes_mask;
	u64 ino;
	dev_t dev;
	dev_t rdev;
	kuid_t uid;
	kgid_t gid;
	loff_t size;
	struct timespec64 atime, mtime, ctime, btime;
	u64 blocks;
	u64 mnt_id;
	u32 dio_mem_align;
	u32 dio_offset_align;
};

#define KSTAT_ATTR_FS_IOC_FLAGS                                                                 \
	(STATX_ATTR_COMPRESSED | STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP | \
	 STATX_ATTR_ENCRYPTED | STATX_ATTR_VERITY)
#define KSTAT_ATTR_VFS_FLAGS	(STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)

#endif
