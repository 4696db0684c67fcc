/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/module.h. Everything in the box is one module, so that THIS_MODULE is never NULL
 * and module references are in the ledger (FB_RES_MODULE).
 */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H

#include <linux/list.h>
#include <linux/stringify.h>
#include <linux/init.h>
#include <linux/export.h>
#include <linux/kobject.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/build_bug.h>

#define MODULE_NAME_LEN		(64 - sizeof(unsigned long))

enum module_state {
	MODULE_STATE_LIVE,
	MODULE_STATE_COMING,
	MODULE_STATE_GOING,
	MODULE_STATE_UNFORMED,
};

struct module {
	enum module_state state;
	char name[MODULE_NAME_LEN];
};

#define module_init(fn)		FB_INITCALL(FB_INIT_DEVICE, fn)
#define module_exit(fn)								\
	static void __attribute__((constructor)) fb_exitcall_##fn(void)		\
	{									\
		fb_exitcall_register(#fn, fn);					\
	}									\
	static_assert(1, "")

/* MODULE_ALIAS_FS is fs.h's and comes through MODULE_ALIAS. */
#define MODULE_ALIAS(_alias)		MODULE_INFO(alias, _alias)
#define MODULE_SOFTDEP(_softdep)	MODULE_INFO(softdep, _softdep)
#define MODULE_LICENSE(_license)	MODULE_INFO(license, _license)
#define MODULE_AUTHOR(_author)		MODULE_INFO(author, _author)
#define MODULE_DESCRIPTION(_desc)	MODULE_INFO(description, _desc)
#define MODULE_VERSION(_version)	MODULE_INFO(version, _version)
#define MODULE_IMPORT_NS(ns)		MODULE_INFO(import_ns, #ns)
#define MODULE_DEVICE_TABLE(type, name)	extern typeof(name) name

bool try_module_get(struct module *module);
void __module_get(struct module *module);
void module_put(struct module *module);
int module_refcount(struct module *mod);

static inline bool module_is_live(struct module *mod)
{
	return mod->state != MODULE_STATE_GOING;
}

static inline const char *module_name(struct module *mod)
{
	return mod ? mod->name : "kernel";
}

int __request_module(bool wait, const char *name, ...) __attribute__((format(printf, 2, 3)));
#define request_module(mod...)		__request_module(true, mod)
#define request_module_nowait(mod...)	__request_module(false, mod)
#define try_then_request_module(x, mod...) ((x) ?: (__request_module(true, mod), (x)))

#endif
