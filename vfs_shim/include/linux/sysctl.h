/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/sysctl.h. There is no /proc/sys in the box; the types are what taken
 * headers point at.
 */
#ifndef _LINUX_SYSCTL_H
#define _LINUX_SYSCTL_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/rbtree.h>

struct ctl_table;
struct ctl_table_header;
struct ctl_table_root;
struct ctl_dir;
struct seq_file;

struct ctl_table_set {
	int (*is_seen)(struct ctl_table_set *set);
};

#endif
