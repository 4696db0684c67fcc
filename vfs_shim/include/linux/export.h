/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/export.h. Exporting declares once more: a misspelt or missing symbol does not
 * compile.
 */
#ifndef _LINUX_EXPORT_H
#define _LINUX_EXPORT_H

#include <linux/compiler.h>
#include <linux/stringify.h>
#include <linux/linkage.h>

struct module;
extern struct module __this_module;
#define THIS_MODULE (&__this_module)

#define EXPORT_SYMBOL(sym)			extern typeof(sym) sym
#define EXPORT_SYMBOL_GPL(sym)			extern typeof(sym) sym
#define EXPORT_SYMBOL_NS(sym, ns)		extern typeof(sym) sym
#define EXPORT_SYMBOL_NS_GPL(sym, ns)		extern typeof(sym) sym

#endif
