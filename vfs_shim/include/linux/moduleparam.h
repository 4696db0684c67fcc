/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: linux/moduleparam.h. Parameters register in a table; fb_module_param_set() is what
 * writing to sysfs does.
 */
#ifndef _LINUX_MODULE_PARAMS_H
#define _LINUX_MODULE_PARAMS_H

#include <linux/init.h>
#include <linux/stringify.h>
#include <linux/kernel.h>
#include <linux/types.h>

struct module;
struct kernel_param;

enum {
	KERNEL_PARAM_OPS_FL_NOARG = 1 << 0,
};

struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);	/* 0 or negative errno */
	/* length or negative errno */
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

struct kernel_param {
	const char *name;
	struct module *mod;
	const struct kernel_param_ops *ops;
	const u16 perm;
	s8 level;
	u8 flags;
	union {
		void *arg;
		const struct kparam_string *str;
	};
};

void fb_module_param_register(const struct kernel_param *kp);
/*
 * As a write to, a read from /sys/module/.../parameters/@name: -ENOENT, or what the parameter's
 * function returns.
 */
int fb_module_param_set(const char *name, const char *val);
int fb_module_param_get(const char *name, char *page);

#define FB_MODULE_PARAM(_name, _ops, _arg, _perm)				\
	static const struct kernel_param fb_param_##_name = {			\
		.name = #_name, .mod = NULL, .ops = (_ops), .perm = (_perm),	\
		.level = -1, .arg = (void *)(_arg),				\
	};									\
	static void __attribute__((constructor)) fb_param_register_##_name(void)	\
	{									\
		fb_module_param_register(&fb_param_##_name);			\
	}									\
	static_assert(1, "")

/* What modinfo would show is checked to be a string. */
#define MODULE_INFO(tag, info)		static_assert(sizeof(info) > 0, #tag)
#define MODULE_PARM_DESC(_parm, desc)	MODULE_INFO(parm, #_parm ":" desc)
#define __MODULE_PARM_TYPE(name, _type)	static_assert(sizeof(_type) > 0, #name)

#define module_param(name, type, perm)		module_param_named(name, name, type, perm)
#define module_param_named(name, value, type, perm)                                               \
	static inline typeof(type_check_##type(NULL)) __always_unused fb_param_check_##name(void) \
	{                                                                                         \
		return type_check_##type(&(value));                                               \
	}                                                                                         \
	FB_MODULE_PARAM(name, &param_ops_##type, &(value), perm)
#define module_param_cb(name, ops, arg, perm)	FB_MODULE_PARAM(name, ops, arg, perm)
#define module_param_call(name, _set, _get, arg, perm)				\
	static const struct kernel_param_ops __param_ops_##name = {		\
		.flags = 0, .set = _set, .get = _get,				\
	};									\
	FB_MODULE_PARAM(name, &__param_ops_##name, arg, perm)

#define FB_PARAM_TYPE(name, type)						\
	extern const struct kernel_param_ops param_ops_##name;			\
	int param_set_##name(const char *val, const struct kernel_param *kp);	\
	int param_get_##name(char *buffer, const struct kernel_param *kp);	\
	static inline type *type_check_##name(type *p) { return p; }

FB_PARAM_TYPE(byte, unsigned char)
FB_PARAM_TYPE(short, short)
FB_PARAM_TYPE(ushort, unsigned short)
FB_PARAM_TYPE(int, int)
FB_PARAM_TYPE(uint, unsigned int)
FB_PARAM_TYPE(long, long)
FB_PARAM_TYPE(ulong, unsigned long)
FB_PARAM_TYPE(ullong, unsigned long long)
FB_PARAM_TYPE(charp, char *)
FB_PARAM_TYPE(bool, bool)
FB_PARAM_TYPE(invbool, bool)

/* libc's bool is a macro for _Bool, and expands before the names are pasted. */
#define param_ops__Bool		param_ops_bool
#define type_check__Bool	type_check_bool

/*
 * Boot parameters: the box has no kernel command line, so the function is only checked to have the
 * right type.
 */
#define core_param(name, var, type, perm)	module_param_named(name, var, type, perm)
#define __setup(str, fn)							\
	static int (*const fb_setup_##fn)(char *) __always_unused = (fn)

#endif
