/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/net/net_namespace.h. No network in the box: its one namespace never goes away, so
 * it is not counted.
 */
#ifndef __NET_NET_NAMESPACE_H
#define __NET_NET_NAMESPACE_H

struct net;

static inline struct net *get_net(struct net *net)
{
	return net;
}

static inline void put_net(struct net *net)
{
}

#endif
