// SPDX-License-Identifier: GPL-2.0
/*
 * Models: kernel/nsproxy.c, 6.1: everybody shares the first namespaces. Leaves out the namespaces themselves but the pid one.
 */
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>

struct nsproxy init_nsproxy = {
	.count = ATOMIC_INIT(1),
	.pid_ns_for_children = &init_pid_ns,
};
