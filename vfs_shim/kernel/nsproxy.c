// SPDX-License-Identifier: GPL-2.0
/*
 * The namespaces of the init task, which are everybody's.
 *
 * Models: kernel/nsproxy.c, 6.1. Leaves out: making others; the box has no network, IPC, UTS, time
 * or mount namespace that anybody could look into.
 */
#include <linux/init_task.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>

struct nsproxy init_nsproxy = {
	.count = ATOMIC_INIT(1),
	.pid_ns_for_children = &init_pid_ns,
};
