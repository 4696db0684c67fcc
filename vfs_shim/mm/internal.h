/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of mm/ share among themselves.
 */
#ifndef _MM_INTERNAL_H
#define _MM_INTERNAL_H

#include <linux/fs.h>
#include <core/run.h>

/*
 * The page cache has no model yet. An operation on the cached pages of a mapping is a legal no-op
 * while there are none, and stops the run when there are.
 */
static inline void no_pages_or_stop(const struct address_space *mapping, const char *function)
{
	if (mapping->nrpages)
		unmodelled(function);
}

/* A function that stops the run whenever it is called. */
#define NO_MODEL(type, name, ...)	\
	type name(__VA_ARGS__)		\
	{				\
		unmodelled(#name);	\
	}

#endif
