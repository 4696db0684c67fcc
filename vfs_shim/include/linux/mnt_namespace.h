/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/mnt_namespace.h. One mount namespace; fs/namespace.c. */
#ifndef _NAMESPACE_H_
#define _NAMESPACE_H_

#include <linux/ns_common.h>

struct mnt_namespace;
struct fs_struct;
struct user_namespace;

#endif
