/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/key.h. CONFIG_KEYS is off: credentials carry no keyrings. */
#ifndef _LINUX_KEY_H
#define _LINUX_KEY_H

#include <linux/types.h>
#include <linux/uidgid.h>

typedef int32_t key_serial_t;
typedef uint32_t key_perm_t;
struct key;
struct keyring_list;
struct cred;
enum key_need_perm { KEY_NEED_UNSPECIFIED };
typedef struct __key_reference_with_attributes *key_ref_t;

#endif
