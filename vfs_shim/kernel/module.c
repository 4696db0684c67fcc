// SPDX-License-Identifier: GPL-2.0
/*
 * Init calls, module parameters, module references.
 *
 * Models: init/main.c, kernel/module/main.c, kernel/params.c, 6.1. Everything in the box is one
 * module that is live from the first init call to the first exit call. Leaves out: loading
 * (request_module() finds none), dependencies.
 */
#include <linux/module.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <core/choice.h>
#include <core/finding.h>
#include <core/ledger.h>
#include <core/trace.h>

#define MAX_CALLS	192
#define MAX_PARAMS	64

struct call {
	int level;
	const char *name;
	initcall_t init;
	exitcall_t exit;
};

static struct call inits[MAX_CALLS], exits[MAX_CALLS];
static unsigned int nr_inits, nr_exits;
static const struct kernel_param *params[MAX_PARAMS];
static unsigned int nr_params;

struct module __this_module = { .state = MODULE_STATE_COMING, .name = "fuse" };
EXPORT_SYMBOL(__this_module);

/* Ordered by level, then by name: the order of the linker must not matter. */
static void insert(struct call *table, unsigned int *nr, struct call c)
{
	unsigned int i = *nr;

	BUG_ON(*nr == MAX_CALLS);
	while (i && (table[i - 1].level > c.level ||
		     (table[i - 1].level == c.level && strcmp(table[i - 1].name, c.name) > 0))) {
		table[i] = table[i - 1];
		i--;
	}
	table[i] = c;
	++*nr;
}

/** fb_initcall_register() - called by constructors, before main(). */
void fb_initcall_register(enum fb_initcall_level level, const char *name, initcall_t fn)
{
	insert(inits, &nr_inits, (struct call){ .level = (int)level, .name = name, .init = fn });
}

/** fb_exitcall_register() - called by constructors, before main(). */
void fb_exitcall_register(const char *name, exitcall_t fn)
{
	insert(exits, &nr_exits, (struct call){ .name = name, .exit = fn });
}

/**
 * fb_initcalls_run() - see linux/init.h. Models: do_initcalls(), 6.1. Context: a task; may sleep.
 */
int fb_initcalls_run(void)
{
	for (unsigned int i = 0; i < nr_inits; i++) {
		int err = inits[i].init();

		if (!err)
			continue;
		fb_report(FB_CONTRACT, 0, NULL, "init call %s failed: %d", inits[i].name, err);
		return err;
	}
	__this_module.state = MODULE_STATE_LIVE;
	return 0;
}

/**
 * fb_exitcalls_run() - see linux/init.h. Models: delete_module(2), 6.1. Context: a task; may sleep.
 */
void fb_exitcalls_run(void)
{
	__this_module.state = MODULE_STATE_GOING;
	for (unsigned int i = nr_exits; i; i--)
		exits[i - 1].exit();
}

/**
 * fb_initcall_run() - run one init call again, as loading its module would: see linux/init.h
 *
 * Context: a task; may sleep. Return: what the call returned; -ENOENT for a @name that there is
 * not.
 */
int fb_initcall_run(const char *name)
{
	for (unsigned int i = 0; i < nr_inits; i++)
		if (!strcmp(inits[i].name, name))
			return inits[i].init();
	return -ENOENT;
}

/** fb_exitcall_run() - and one exit call, as unloading it would. Context: a task; may sleep. */
void fb_exitcall_run(const char *name)
{
	for (unsigned int i = 0; i < nr_exits; i++)
		if (!strcmp(exits[i].name, name))
			exits[i].exit();
}

static bool counted(const struct module *module)
{
	return module != NULL;
}

/**
 * try_module_get() - a reference, unless the module goes; true for NULL (built in). Models:
 *	kernel/module/main.c, 6.1. Context: any.
 */
bool try_module_get(struct module *module)
{
	if (!counted(module))
		return true;
	fb_point(FB_PT_ATOMIC, module);
	if (!module_is_live(module))
		return false;
	fb_get(FB_RES_MODULE, module, 0);
	return true;
}
EXPORT_SYMBOL(try_module_get);

/** __module_get() - one more; the caller has one. Models: 6.1. */
void __module_get(struct module *module)
{
	if (!counted(module))
		return;
	fb_point(FB_PT_ATOMIC, module);
	fb_get(FB_RES_MODULE, module, 0);
}
EXPORT_SYMBOL(__module_get);

/** module_put() - one less. Models: 6.1. */
void module_put(struct module *module)
{
	if (!counted(module))
		return;
	fb_point(FB_PT_ATOMIC, module);
	fb_put(FB_RES_MODULE, module, 0);
}
EXPORT_SYMBOL(module_put);

/** module_refcount() - how many there are. Models: 6.1. */
int module_refcount(struct module *mod)
{
	return (int)fb_held(FB_RES_MODULE, mod, 0);
}

/**
 * __request_module() - -ENOENT: there is no modprobe in the box. Models: kernel/kmod.c, 6.1.
 *	Context: may sleep.
 */
int __request_module(bool wait, const char *name, ...)
{
	might_sleep();
	return -ENOENT;
}
EXPORT_SYMBOL(__request_module);

/** fb_module_param_register() - called by constructors, before main(). */
void fb_module_param_register(const struct kernel_param *kp)
{
	BUG_ON(nr_params == MAX_PARAMS);
	params[nr_params++] = kp;
}

static const struct kernel_param *find_param(const char *name)
{
	for (unsigned int i = 0; i < nr_params; i++)
		if (!strcmp(params[i]->name, name))
			return params[i];
	return NULL;
}

/** fb_module_param_set() - see linux/moduleparam.h. Models: param_attr_store(), 6.1. */
int fb_module_param_set(const char *name, const char *val)
{
	const struct kernel_param *kp = find_param(name);

	if (!kp)
		return -ENOENT;
	return kp->ops->set ? kp->ops->set(val, kp) : -EPERM;
}

/**
 * fb_module_param_get() - see linux/moduleparam.h. @page has PAGE_SIZE bytes. Models:
 *	param_attr_show(), 6.1.
 */
int fb_module_param_get(const char *name, char *page)
{
	const struct kernel_param *kp = find_param(name);

	if (!kp)
		return -ENOENT;
	return kp->ops->get ? kp->ops->get(page, kp) : -EPERM;
}

#define STANDARD_PARAM(name, type, format, strtolfn)				\
	int param_set_##name(const char *val, const struct kernel_param *kp)	\
	{									\
		return strtolfn(val, 0, (type *)kp->arg);			\
	}									\
	int param_get_##name(char *buffer, const struct kernel_param *kp)	\
	{									\
		return scnprintf(buffer, PAGE_SIZE, format "\n", *(type *)kp->arg);	\
	}									\
	const struct kernel_param_ops param_ops_##name = {			\
		.set = param_set_##name, .get = param_get_##name,		\
	}

STANDARD_PARAM(byte, unsigned char, "%hhu", kstrtou8);
STANDARD_PARAM(short, short, "%hi", kstrtos16);
STANDARD_PARAM(ushort, unsigned short, "%hu", kstrtou16);
STANDARD_PARAM(int, int, "%i", kstrtoint);
STANDARD_PARAM(uint, unsigned int, "%u", kstrtouint);
STANDARD_PARAM(long, long, "%li", kstrtol);
STANDARD_PARAM(ulong, unsigned long, "%lu", kstrtoul);
STANDARD_PARAM(ullong, unsigned long long, "%llu", kstrtoull);

/** param_set_bool() - y, n, 1, 0, on, off; no value means yes. Models: kernel/params.c, 6.1. */
int param_set_bool(const char *val, const struct kernel_param *kp)
{
	return kstrtobool(val ? val : "1", kp->arg);
}

/** param_get_bool() - "Y" or "N". Models: kernel/params.c, 6.1. */
int param_get_bool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%c\n", *(bool *)kp->arg ? 'Y' : 'N');
}

const struct kernel_param_ops param_ops_bool = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG, .set = param_set_bool, .get = param_get_bool,
};
