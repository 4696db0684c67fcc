/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/types.h. libc has most of the names; here is the rest, and the kernel's own
 * shape of those types whose size or printf format differs.
 */
#define __EXPORTED_HEADERS__
#include <uapi/linux/types.h>

#if !defined(_LINUX_TYPES_H) && !defined(FUSEBOX_LIBC_STAGE)
#define _LINUX_TYPES_H

#define DECLARE_BITMAP(name, bits)	unsigned long name[BITS_TO_LONGS(bits)]

typedef u32			__kernel_dev_t;
typedef u32			__kernel_nlink_t;
typedef u64			__kernel_blkcnt_t;
#define dev_t			__kernel_dev_t
#define nlink_t			__kernel_nlink_t
#define loff_t			__kernel_loff_t
#define blkcnt_t		__kernel_blkcnt_t

typedef unsigned short		umode_t;
typedef __kernel_uid16_t	uid16_t;
typedef __kernel_gid16_t	gid16_t;
typedef __kernel_old_uid_t	old_uid_t;
typedef __kernel_old_gid_t	old_gid_t;
typedef unsigned char		unchar;
typedef __kernel_mqd_t		mqd_t;

#define aligned_u64		__aligned_u64
#define aligned_be64		__aligned_be64
#define aligned_le64		__aligned_le64

typedef u64			sector_t;
#define pgoff_t			unsigned long
typedef u64			dma_addr_t;
typedef u64			phys_addr_t;
typedef phys_addr_t		resource_size_t;

typedef unsigned int __bitwise	gfp_t;
typedef unsigned int __bitwise	slab_flags_t;
typedef unsigned int __bitwise	fmode_t;

typedef struct {
	int counter;
} atomic_t;

#define ATOMIC_INIT(i)		{ (i) }

typedef struct {
	s64 counter;
} atomic64_t;

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
} __aligned(sizeof(void *));
#define rcu_head callback_head

typedef void (*rcu_callback_t)(struct rcu_head *head);
typedef void (*call_rcu_func_t)(struct rcu_head *head, rcu_callback_t func);

typedef void (*swap_r_func_t)(void *a, void *b, int size, const void *priv);
typedef void (*swap_func_t)(void *a, void *b, int size);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);
typedef int (*cmp_func_t)(const void *a, const void *b);

#endif
